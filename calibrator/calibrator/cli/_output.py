"""How results leave: JSON for programs, tables for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "json_line", "print_json", "table"]


def console(*, stderr: bool = False) -> Console:
    """Return a console for tables; plain and as wide as needed where it is not a terminal."""
    from rich.console import Console

    made = Console(stderr=stderr, highlight=False, soft_wrap=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=160)


def json_line(value: object) -> str:
    """Return `value` as one line of JSON; beyond ASCII only where the output can carry it."""
    return json.dumps(value, ensure_ascii=not _utf8(), separators=(",", ":"))


def print_json(value: object) -> None:
    """Print `value` as indented JSON on the standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=not _utf8(), indent=2) + "\n")
    sys.stdout.flush()


def table(rows: Sequence[Mapping[str, str]], columns: Mapping[str, str], *, title: str = "") -> None:
    """Print rows; `columns` maps keys to headings, one that begins with `>` is right-aligned."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in columns.values():
        right = heading.startswith(">")
        made.add_column(heading.lstrip(">"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        made.add_row(*[Text(row.get(key, "")) for key in columns])
    console().print(made)


def _utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
