"""App: the agenda, projections and the explorer as a page in the browser, served to this machine only."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
