"""Questions to a set of runs, one a file: tables in, tables out."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
