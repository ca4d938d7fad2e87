from .conditioning import update as update
from .matching import LEVELS as LEVELS
from .matching import Level as Level
from .observed import Observed as Observed
from .observed import observed as observed
from .updated import Update as Update
