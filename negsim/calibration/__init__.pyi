from .calibrate import from_record as from_record
from .calibrate import reference as reference
from .simulated import ABLATION as ABLATION
from .simulated import SIMULATED as SIMULATED
