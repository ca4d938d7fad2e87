from .calibrate import reference as reference
from .simulated import ABLATION as ABLATION
from .simulated import SIMULATED as SIMULATED
