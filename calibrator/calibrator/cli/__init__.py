"""The command line: `calibrator`, also `python -m calibrator`.

Importing this costs next to nothing; `main` loads click, and each command loads what it needs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (`sys.argv` when `arguments` is None) and return its exit code."""
    try:
        from calibrator.cli._main import main as run
    except KeyboardInterrupt:  # Ctrl-C before the part that turns errors into sentences is there
        sys.stderr.write("calibrator: Interrupted.\n")
        return 130
    return run(arguments)
