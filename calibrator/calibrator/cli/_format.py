"""Small texts that several commands print."""

from __future__ import annotations

import shutil
import sys
from decimal import Decimal
from pathlib import Path
from unicodedata import east_asian_width

__all__ = ["called_as", "duration", "padded", "plain"]


def padded(text: str, width: int = 12) -> str:
    """Return `text` with spaces up to `width` columns of a terminal, where Chinese takes two each.

    Example:
        >>> padded("time", 6) + "|", padded("用时", 6) + "|"
        ('time  |', '用时  |')
    """
    columns = sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
    return text + " " * max(0, width - columns)


def plain(value: float) -> str:
    """Return an indication with eight digits and without an exponent.

    Example:
        >>> plain(100331400.0), plain(5.4e-7)
        ('100331400', '0.00000054')
    """
    return f"{Decimal(f'{value:.8g}'):f}"


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

    A command that is not the one on the PATH is named by its place.
    """
    script = Path(sys.executable).with_name("calibrator.exe" if sys.platform == "win32" else "calibrator")
    on_path = shutil.which("calibrator")
    if on_path is not None and Path(on_path) == script:
        call = "calibrator"
    elif script.exists():
        call = _quoted(_short(script))
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
