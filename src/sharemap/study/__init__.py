"""What is asked: a study file, read and checked.

A room of its own below the pipeline, which runs studies: what changes a study or compares two needs no run.

>>> from sharemap import sample
>>> read(sample.folder() / "study.toml").cutoff_m
1125.0
"""

from sharemap.study.parts import Input
from sharemap.study.reading import Study, read, starter

__all__ = ["Input", "Study", "read", "starter"]
