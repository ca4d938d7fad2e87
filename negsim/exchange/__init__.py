"""Exchange: projections for calendars, forecast questions and forecast hubs; lists of issues from issue trackers."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
