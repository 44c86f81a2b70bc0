"""How a laboratory's documents look: paper, colour, a line at the foot, a logo. All of it is recorded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from calibrator.standards._table import Table

__all__ = ["PAPERS", "Layout", "parse_layout"]

PAPERS: Final = ("a4", "letter")
_LARGEST_LOGO: Final = 100_000  # bytes; it is recorded with every run
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
# what would make a drawing ask for something outside itself, or do something
_ACTIVE: Final = re.compile(
    r"<script|<foreignObject|<!DOCTYPE|<!ENTITY|href\s*=\s*[\"'](?!#)|url\(\s*[\"']?(?!#)", re.I
)


@dataclass(frozen=True, slots=True)
class Layout:
    """The look of a laboratory's documents."""

    paper: str = "a4"
    accent: str = "#0d4a5a"
    footer: str = ""
    logo: str = ""  # an SVG drawing


def parse_layout(top: Table, folder: Path) -> Layout:
    """Take the `[layout]` table of lab.toml; the logo is a file beside it.

    Raises:
        ConfigurationError: with file, line and key.
    """
    if not top.has("layout"):
        return Layout()
    table = top.table("layout")
    table.allow("paper", "accent", "footer", "logo")
    accent = table.text("accent", Layout().accent)
    if not _COLOUR.fullmatch(accent):
        raise table.error("accent", f'"{accent}" is no colour', 'Write it as "#0d4a5a".', "unknown-colour")
    return Layout(table.choice("paper", PAPERS, "a4"), accent, table.text("footer", ""), _logo(table, folder))


def _logo(table: Table, folder: Path) -> str:
    name = table.text("logo", "")
    if not name:
        return ""
    path = folder / name
    try:
        text = path.read_text(encoding="utf-8") if path.stat().st_size <= _LARGEST_LOGO else ""
    except (OSError, UnicodeDecodeError) as error:
        what = f'The logo "{name}" cannot be read'
        raise table.error("logo", what, "Put an SVG file beside lab.toml.", "no-such-file") from error
    if "<svg" not in text or _ACTIVE.search(text):
        what = f'The logo "{name}" is no plain SVG drawing of at most 100 kB'
        raise table.error("logo", what, "Leave scripts and references to other files out.", "unusable-logo")
    return text
