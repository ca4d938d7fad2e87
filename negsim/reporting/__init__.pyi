from .description import describe as describe
from .description import markdown as markdown
from .write import report as report
