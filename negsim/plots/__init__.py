"""Pictures of a projection: one kind a module, each a function that draws ready data on given axes."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
