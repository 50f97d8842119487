"""``python -m sharemap`` is the same door as ``sharemap``."""

from sharemap.cli import main

main()
