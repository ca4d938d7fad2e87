"""Talks of the past: what is on record, how they stood on any day, and how well forecasts of them would have done."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
