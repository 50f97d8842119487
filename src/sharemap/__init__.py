"""sharemap: who reaches a city's shared services on foot, and where sharing villages can stand.

Import the modules, not their names; each is a word of the field::

    from sharemap import network, reach, isochrones, coverage, blocks, villages
"""


def __getattr__(name: str) -> str:
    if name != "__version__":
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    # only who asks pays for it: looking through what is installed takes longer than importing a room
    from importlib.metadata import version

    return version("sharemap")
