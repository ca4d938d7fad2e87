"""Calibration: the numbers of a scenario from past negotiations, each a distribution with its source."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
