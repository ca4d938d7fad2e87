"""One self-contained page about one or more projections: open it anywhere, send it, print it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
