"""Documents become proposals; a person reviews them; accepted ones enter the agenda with their citations."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
