from .evaluation import PARTS as PARTS
from .evaluation import days_of as days_of
from .evaluation import evaluate as evaluate
from .track_record import write_page as write_page
