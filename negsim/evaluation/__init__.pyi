from .backtesting import backtest as backtest
from .evaluation import Evaluation as Evaluation
from .track_record import write_page as write_page
