"""Widths of the columns of a table of results: as the paper has them, wider where the content needs it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

__all__ = ["SIZE_PT", "column_widths", "text_width_em"]

SIZE_PT: Final = 7.8
"""The size of type in a table whose content fits."""

_PAGE_PT: Final = 504.6  # 210 mm less the margins
_INSET_PT: Final = 4.6
# shares of the page where nothing needs more
_SHARES: Final = (1.25, 1.1, 1.55, 1.55, 0.8, 1.35, 1.0, 0.75, 0.65, 1.1, 1.0, 0.8, 1.15, 2.1, 0.9)
_FIXED_PT: Final = {8: 18.0, 13: 58.0}  # the mark of clause 8; a verdict, which may take two lines
_VERDICT: Final = 13
_NUMBERS: Final = {1: "nominal", 2: "indication", 3: "reference", 5: "error", 6: "U", 10: "w"}
_TEXTS: Final = {0: "range", 4: "value_unit", 7: "k", 9: "limit", 11: "error_unit", 12: "pfa", 14: "figures"}
_BOLD: Final = 1.07
# advances in em of the certificate's Latin letters, rounded up; those of Chinese are 1
_ADVANCE: Final = {
    **dict.fromkeys(".,: |'", 0.26),
    **dict.fromkeys("fijlrtI()[]/", 0.36),
    **dict.fromkeys("mMwWΩ@%°", 0.86),
}


def text_width_em(text: str) -> float:
    """Return about how wide a text is set, in em: never less than it is.

    Example:
        >>> text_width_em("10.5")
        1.76
    """
    return round(sum(_advance(letter) for letter in text), 3)


def _advance(letter: str) -> float:
    if letter.isdigit() or letter in "+−±<>≤≥–":
        return 0.5
    if ord(letter) > 0x2E80:
        return 1.0
    return _ADVANCE.get(letter, 0.66 if letter.isupper() else 0.56)


def column_widths(
    rows: Sequence[Mapping[str, Any]], heads: Sequence[Sequence[str]], hidden: Collection[int] = ()
) -> tuple[list[float], float]:
    """Return the width of each column in points and the size of type at which nothing overlaps.

    A table that fits keeps the usual shares of the page. One that does not takes the room where it is to
    spare; where there is none, its type becomes smaller. `hidden` columns are not shown and take no room.
    """
    shares = [0.0 if index in hidden else share for index, share in enumerate(_SHARES)]
    usual = [share / sum(shares) * _PAGE_PT for share in shares]
    needed = [0.0 if index in hidden else _needed(index, rows) for index in range(len(_SHARES))]
    verdict = _verdict(rows)
    room_for_it = sum(needed) - needed[_VERDICT] + verdict <= _PAGE_PT
    needed[_VERDICT] = verdict if room_for_it else needed[_VERDICT]
    if all(need <= width for need, width in zip(needed, usual, strict=True)):
        return usual, SIZE_PT
    needed = [0.0 if index in hidden else max(need, _head(heads[index])) for index, need in enumerate(needed)]
    room = _PAGE_PT - sum(needed)
    if room < 0.0:
        scale = _PAGE_PT / sum(needed)
        return [need * scale for need in needed], round(SIZE_PT * scale, 2)
    spare = [max(width - need, 0.0) for need, width in zip(needed, usual, strict=True)]
    return [need + room * part / sum(spare) for need, part in zip(needed, spare, strict=True)], SIZE_PT


def _verdict(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return what the verdicts need on one line; a box around one takes its own room."""
    widest = _FIXED_PT[_VERDICT]
    for row in rows:
        boxed = 6.0 if row["kind"] not in ("pass", "undetermined") else 0.0
        em = text_width_em(" ".join(row["verdict"])) * (_BOLD if boxed else 1.0)
        widest = max(widest, em * SIZE_PT + boxed + 4.0 + _INSET_PT)
    return widest


def _needed(index: int, rows: Sequence[Mapping[str, Any]]) -> float:
    if index in _FIXED_PT:
        return _FIXED_PT[index]
    bold = _BOLD if index == 5 else 1.0  # the error
    return max((_em(index, row) for row in rows), default=0.0) * bold * SIZE_PT + _INSET_PT


def _em(index: int, row: Mapping[str, Any]) -> float:
    if index in _NUMBERS:
        number, tail = row[_NUMBERS[index]]
        return 0.0 if row["no_number"] and index not in (1, 10) else text_width_em(number + tail)
    text = row[_TEXTS[index]] + (row["repeated"] if index == 14 else "")
    return text_width_em(text)


def _head(lines: Sequence[str]) -> float:
    sizes = (7.6 * _BOLD, 6.8)
    return max((text_width_em(line) * sizes[i > 0] for i, line in enumerate(lines)), default=0.0) + _INSET_PT
