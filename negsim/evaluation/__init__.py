"""The evaluation: every forecast scored on past negotiations, and the track record made of it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
