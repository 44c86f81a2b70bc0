"""`python -m calibrator` is the command `calibrator`."""

from __future__ import annotations

import sys

from calibrator.cli import main

if __name__ == "__main__":
    sys.exit(main())
