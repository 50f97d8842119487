"""sharemap: who reaches a city's shared services on foot, and where sharing villages can stand.

Import the modules, not their names; each is a word of the field::

    from sharemap import network, reach, isochrones, coverage, blocks, villages
"""

from importlib.metadata import version

__version__ = version("sharemap")
