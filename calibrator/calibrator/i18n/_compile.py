"""From a `.po` source to the `.mo` that gettext reads, byte for byte the same each time.

Covers what the catalogue uses: `msgid` and `msgstr` in one or more quoted lines; no plurals, no contexts.
Source: GNU gettext manual, 10.3 "The Format of GNU MO Files".
"""

from __future__ import annotations

import ast
import re
import struct
from pathlib import Path
from typing import Final

__all__ = ["compile_catalogues", "mo_bytes", "po_entries"]

_STRING: Final = r'"(?:[^"\\]|\\.)*"\n'
_ENTRY: Final = re.compile(rf"^msgid ((?:{_STRING})+)msgstr ((?:{_STRING})+)", re.MULTILINE)
_MAGIC: Final = 0x950412DE
_LOCALES: Final = Path(__file__).parent / "locales"


def po_entries(text: str) -> list[tuple[str, str]]:
    """Return the entries of a `.po` file in order, the header (empty msgid) first.

    Example:
        >>> po_entries('msgid "pass"\\nmsgstr "通过"\\n')
        [('pass', '通过')]
    """
    return [(_joined(msgid), _joined(msgstr)) for msgid, msgstr in _ENTRY.findall(f"{text}\n")]


def mo_bytes(entries: list[tuple[str, str]]) -> bytes:
    """Return the `.mo` file of entries."""
    pairs = sorted((msgid.encode("utf-8"), msgstr.encode("utf-8")) for msgid, msgstr in entries)
    at = 28 + 16 * len(pairs)
    tables: list[bytes] = []
    strings: list[bytes] = []
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), at))
            strings.append(pair[column] + b"\0")
            at += len(pair[column]) + 1
    head = struct.pack("<7I", _MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + b"".join(tables) + b"".join(strings)


def compile_catalogues(locales: Path = _LOCALES) -> list[Path]:
    """Write the `.mo` beside each `.po` and return what was written."""
    written = []
    for source in sorted(locales.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        target.write_bytes(mo_bytes(po_entries(source.read_text(encoding="utf-8"))))
        written.append(target)
    return written


def _joined(block: str) -> str:
    return "".join(str(ast.literal_eval(line)) for line in block.splitlines())
