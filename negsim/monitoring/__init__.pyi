from .conditioning import update as update
from .matching import LEVELS as LEVELS
from .matching import Level as Level
from .updated import Update as Update
from .what_happened import Observed as Observed
from .what_happened import observed as observed
