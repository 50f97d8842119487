"""The only place that wires the stages together.

>>> from sharemap import pipeline
>>> list(pipeline.STAGES)
['network', 'sites', 'reach', 'isochrones', 'coverage', 'doubt', 'villages', 'evidence', 'deliver']
"""

from sharemap.pipeline.comparing import Comparison, compare
from sharemap.pipeline.exporting import Exported, export
from sharemap.pipeline.folder import RunFolder
from sharemap.pipeline.printing import PRINT_FORMATS, Printing, print_pages
from sharemap.pipeline.reporting import report
from sharemap.pipeline.runs import run
from sharemap.pipeline.sketching import write_map
from sharemap.schema import STAGES
from sharemap.study import Study, starter
from sharemap.study import read as read_study

__all__ = [
    "PRINT_FORMATS",
    "STAGES",
    "Comparison",
    "Exported",
    "Printing",
    "RunFolder",
    "Study",
    "compare",
    "export",
    "print_pages",
    "read_study",
    "report",
    "run",
    "starter",
    "write_map",
]
