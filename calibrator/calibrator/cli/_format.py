"""Small texts that several commands print."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

__all__ = ["called_as", "duration"]


def duration(seconds: float) -> str:
    """Return a duration as a person says it: 45 s, 12 min, 3 h 05 min.

    Example:
        >>> duration(45.2), duration(754), duration(11100)
        ('45 s', '13 min', '3 h 05 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02d} min"


def called_as(home: Path | None) -> str:
    """Return how the person can call the command line again, with the home where one was named.

    A command that was not found on the PATH is named by its place.
    """
    program = Path(sys.argv[0])
    if program.stem == "calibrator" and shutil.which("calibrator") == shutil.which(str(program)):
        call = "calibrator"
    elif program.stem == "calibrator":
        call = _quoted(_short(program))
    else:
        call = f"{_quoted(_short(Path(sys.executable)))} -m calibrator"
    return call if home is None else f"{call} --home {_quoted(_short(home))}"


def _short(path: Path) -> Path:
    """Return the path as seen from the current folder, where it lies below it."""
    try:
        return path.absolute().relative_to(Path.cwd())
    except ValueError:
        return path


def _quoted(path: Path) -> str:
    text = str(path)
    return f'"{text}"' if " " in text else text
