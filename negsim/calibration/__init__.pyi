from .calibration import Calibration as Calibration
from .making import calibrate as calibrate
from .making import from_record as from_record
from .making import reference as reference
from .other_negotiations import OTHER_NEGOTIATIONS as OTHER_NEGOTIATIONS
from .other_negotiations import base_rates as base_rates
from .simulated import ABLATION as ABLATION
from .simulated import SIMULATED as SIMULATED
