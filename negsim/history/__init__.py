"""Past negotiations: their records, their state on any day, baselines, and scored forecasts.

>>> import negsim as ns
>>> record = ns.history.load()
>>> len(record["croatia"].issues), str(ns.history.state(record["brexit"], record["brexit"].until).on)
(35, ...)
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
