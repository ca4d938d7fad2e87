"""Past negotiations: their records, their state on any day, baselines, and scored forecasts."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
