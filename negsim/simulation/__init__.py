"""The simulation: a scenario as numbers, the rules of the model, the engines that call them, and the event log."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
