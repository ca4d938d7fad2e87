"""Explorer: a notebook panel that changes a scenario and shows the effect on the dates."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
