"""Scenarios: assumptions about a negotiation, their checks, differences, description and schema."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
