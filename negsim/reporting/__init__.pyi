from .charts import CHARTS as CHARTS
from .charts import survival as survival
from .description import describe as describe
from .description import markdown as markdown
from .reading import reading_script as reading_script
from .write import report as report
