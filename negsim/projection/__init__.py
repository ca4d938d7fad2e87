"""The projection: many runs in chunks, results on disk, the result object, and the trace of one run."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
