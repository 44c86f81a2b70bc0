"""Which characters the document's fonts can show: a character without a glyph is refused, never a box."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from calibrator._errors import UsageError

__all__ = ["ExtraFont", "check_glyphs", "coverage", "extra_font", "missing_characters"]

_FONTS: Final = Path(__file__).parent / "fonts"
_EXTRA_PACKAGE: Final = "noto_cjk_sans_otc"
_EXTRA_FILE: Final = "NotoSansCJK-Regular.ttc"
_EXTRA_FAMILY: Final = "Noto Sans CJK SC"
_NOT_DRAWN: Final = frozenset("\n\r\t\u00ad\u200b")


@dataclass(frozen=True, slots=True)
class ExtraFont:
    """A font for characters outside GB/T 2312, from the optional package `zh`."""

    family: str
    path: Path


def extra_font() -> ExtraFont | None:
    """Return the font of the extra `zh` where it is installed."""
    spec = find_spec(_EXTRA_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / _EXTRA_FILE
        if path.is_file():
            return ExtraFont(_EXTRA_FAMILY, path)
    return None


def check_glyphs(view: object) -> ExtraFont | None:
    """Return the extra font where the document needs it, None where its own fonts suffice.

    Raises:
        UsageError: code `missing-glyph`; names the characters and what to install.
    """
    missing = missing_characters(view)
    if not missing:
        return None
    extra = extra_font()
    still = sorted(missing - coverage(extra.path)) if extra else sorted(missing)
    if extra and not still:
        return extra
    named = ", ".join(f"{character} (U+{ord(character):04X})" for character in still)
    raise UsageError(
        f"the certificate's fonts have no glyph for {named}",
        where="names and texts of the run",
        way_out="Write it otherwise in lab.toml or the asset file."
        if extra
        else 'Install all of Chinese: pip install "calibrator-lab[zh]"; HTML and JSON need no fonts.',
        code="missing-glyph",
    )


def missing_characters(view: object) -> frozenset[str]:
    """Return the characters in a view that the document's own fonts cannot show."""
    own = frozenset().union(*(coverage(path) for path in sorted(_FONTS.glob("*-Regular.*tf"))))
    used = frozenset("".join(_texts(view)))
    return used - own - _NOT_DRAWN


def _texts(view: object) -> Iterator[str]:
    if isinstance(view, str):
        yield view
    elif isinstance(view, dict):
        for value in view.values():
            yield from _texts(value)
    elif isinstance(view, list | tuple):
        for value in view:
            yield from _texts(value)


@cache
def coverage(path: Path) -> frozenset[str]:
    """Return the characters that a TrueType or OpenType file (or a collection's first font) maps to a glyph.

    Source: OpenType specification, `cmap` subtable formats 4 and 12.
    """
    data = path.read_bytes()
    start = struct.unpack(">I", data[12:16])[0] if data[:4] == b"ttcf" else 0
    tables = struct.unpack(">H", data[start + 4 : start + 6])[0]
    for index in range(tables):
        tag, _, offset, _ = struct.unpack(">4sIII", data[start + 12 + 16 * index : start + 28 + 16 * index])
        if tag == b"cmap":
            return frozenset(map(chr, _cmap(data, offset)))
    return frozenset()


def _cmap(data: bytes, base: int) -> Iterator[int]:
    count = struct.unpack(">H", data[base + 2 : base + 4])[0]
    for index in range(count):
        platform, _, offset = struct.unpack(">HHI", data[base + 4 + 8 * index : base + 12 + 8 * index])
        at = base + offset
        kind = struct.unpack(">H", data[at : at + 2])[0]
        if platform in (0, 3) and kind == 12:
            yield from _format_12(data, at)
        elif platform in (0, 3) and kind == 4:
            yield from _format_4(data, at)


def _format_12(data: bytes, at: int) -> Iterator[int]:
    groups = struct.unpack(">I", data[at + 12 : at + 16])[0]
    for first, last, _ in struct.iter_unpack(">III", data[at + 16 : at + 16 + 12 * groups]):
        yield from range(first, last + 1)


def _format_4(data: bytes, at: int) -> Iterator[int]:
    doubled = struct.unpack(">H", data[at + 6 : at + 8])[0]

    def words(position: int) -> tuple[int, ...]:
        return struct.unpack(f">{doubled // 2}H", data[position : position + doubled])

    ends, starts = words(at + 14), words(at + 16 + doubled)
    for first, last in zip(starts, ends, strict=True):
        if first != 0xFFFF:
            yield from range(first, last + 1)
