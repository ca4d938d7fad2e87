"""The scenario: what is assumed, its checks, its differences from others, its description and its schema."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
