from .conversation import Conversation as Conversation
from .exploration import Exploration as Exploration
from .panel_files import panel_source as panel_source
from .start import explore as explore
