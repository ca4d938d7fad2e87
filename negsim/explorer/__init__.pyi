from .start import explore as explore
