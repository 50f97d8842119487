"""Make the sample ward again: ``python -m tools.ward [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.ward import write

write(Path(sys.argv[1] if len(sys.argv) > 1 else "data/raw/sample"))
