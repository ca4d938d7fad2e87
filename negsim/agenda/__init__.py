"""The agenda: issues, demands, statuses, rounds and citations, their checks, and the board of any day."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
