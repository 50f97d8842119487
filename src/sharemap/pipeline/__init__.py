"""The only place that wires the stages together.

>>> from sharemap import pipeline
>>> list(pipeline.STAGES)
['network', 'sites', 'reach', 'isochrones', 'coverage', 'villages', 'deliver']
"""

from sharemap.pipeline.comparing import Comparison, compare
from sharemap.pipeline.deliver import DELIVER
from sharemap.pipeline.folder import RunFolder
from sharemap.pipeline.runs import STAGES, run
from sharemap.pipeline.study import Study, starter
from sharemap.pipeline.study import read as read_study

__all__ = ["DELIVER", "STAGES", "Comparison", "RunFolder", "Study", "compare", "read_study", "run", "starter"]
