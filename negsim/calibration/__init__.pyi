from .simulated import ABLATION as ABLATION
from .simulated import SIMULATED as SIMULATED
