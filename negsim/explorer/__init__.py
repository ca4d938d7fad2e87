"""The explorer: the levers of a scenario in a notebook, and what becomes of the dates when they are moved."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
