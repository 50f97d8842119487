"""What a run says: one reading of its tables and headline numbers, and one word for one thing.

Maps, printed pages, workbook, report and terminal read a :class:`Run`; none of them reads ``summary.json`` or names a
term by itself. The rooms below give numbers and keys; every sentence about them is made here.
"""

from sharemap.findings.numbers import number, parts, percent, whole
from sharemap.findings.run import Run
from sharemap.findings.summary import FORMAT, Summary, summary_schema
from sharemap.findings.words import LANGUAGES, words

__all__ = [
    "FORMAT",
    "LANGUAGES",
    "Run",
    "Summary",
    "number",
    "parts",
    "percent",
    "summary_schema",
    "whole",
    "words",
]
