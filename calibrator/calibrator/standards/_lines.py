"""On which line of a TOML text a key stands, for messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

__all__ = ["key_line", "key_lines", "place_of"]

KeyPath = tuple[str | int, ...]

_INDEX = re.compile(r"\[(\d+)\]$")
_PART = re.compile(r"""\s*(?:([A-Za-z0-9_-]+)|"((?:[^"\\]|\\.)*)"|'([^']*)')\s*""")


def key_line(text: str, path: KeyPath) -> int | None:
    """Return the line of the key at `path`, or of the nearest table around it that is written, from 1.

    Items of a list of tables are counted from 0, as in the parsed text. None for an empty path.

    Example:
        >>> key_line('[meter]\\nserial = "1"\\n', ("meter", "serial"))
        2
        >>> key_line('[meter]\\nserial = "1"\\n', ("meter", "missing"))
        1
    """
    lines = key_lines(text)
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def place_of(text: str, name: str, path: KeyPath | str) -> str:
    """Return "NAME, line N, key a.b" for a key of a text called `name`; a dotted path may say `a[0].b`.

    Example:
        >>> place_of('[meter]\\nserial = "1"\\n', "bench.toml", ("meter", "serial"))
        'bench.toml, line 2, key meter.serial'
    """
    parts = _split(path) if isinstance(path, str) else path
    shown = path if isinstance(path, str) else ".".join(str(part) for part in path)
    line = key_line(text, parts)
    return f"{name}, key {shown}" if line is None else f"{name}, line {line}, key {shown}"


def _split(dotted: str) -> KeyPath:
    """Return the parts of `a[0].b`."""
    parts: list[str | int] = []
    for part in dotted.split("."):
        index = _INDEX.search(part)
        parts.append(part if index is None else part[: index.start()])
        if index is not None:
            parts.append(int(index[1]))
    return tuple(parts)


@lru_cache(maxsize=16)  # asked for the place of every figure of one file
def key_lines(text: str) -> Mapping[KeyPath, int]:
    """Return the first line of every key and table of a valid TOML text; of inline tables the key's."""
    found: dict[KeyPath, int] = {}
    prefix: KeyPath = ()
    open_quotes = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if open_quotes:  # inside a text of several lines
            open_quotes = open_quotes if line.count(open_quotes) % 2 == 0 else ""
            continue
        stripped = line.strip()
        if stripped.startswith("["):
            header = _header(stripped, found)
            prefix = header or prefix  # a line that opens no table belongs to a list of several lines
            _note(found, header, number)
        else:
            parts, rest = _parts(stripped)
            if parts and rest.startswith("="):
                _note(found, (*prefix, *parts), number)
                _note_inline(found, (*prefix, *parts), rest[1:], number)
        open_quotes = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
    return found


def _note(found: dict[KeyPath, int], path: KeyPath, number: int) -> None:
    for length in range(1, len(path) + 1):
        found.setdefault(path[:length], number)


def _note_inline(found: dict[KeyPath, int], path: KeyPath, value: str, number: int) -> None:
    """Note the keys of an inline table: all stand on the line of its key."""
    if value.strip().startswith("{"):
        for match in re.finditer(r"[{,]\s*([A-Za-z0-9_-]+)\s*=", value):
            _note(found, (*path, match[1]), number)


def _header(line: str, found: Mapping[KeyPath, int]) -> KeyPath:
    """Return the path that `[a.b]` or `[[a.b]]` opens, with the place in each list; () for none."""
    many = line.startswith("[[")
    parts, rest = _parts(line[2 if many else 1 :])
    if not parts or not rest.startswith("]"):
        return ()
    path: KeyPath = ()
    for index, part in enumerate(parts):
        path = (*path, part)
        last = index == len(parts) - 1
        count = _count(path, found)
        if last and many:
            path = (*path, count)
        elif count:
            path = (*path, count - 1)
    return path


def _count(path: KeyPath, found: Mapping[KeyPath, int]) -> int:
    """Return how many items of the list of tables at `path` were opened so far."""
    count = 0
    while (*path, count) in found:
        count += 1
    return count


def _parts(text: str) -> tuple[tuple[str, ...], str]:
    """Return the dotted key at the beginning of `text` and what stands behind it."""
    parts: list[str] = []
    rest = text
    while match := _PART.match(rest):
        parts.append(next(group for group in match.groups() if group is not None))
        rest = rest[match.end() :]
        if not rest.startswith("."):
            break
        rest = rest[1:]
    return tuple(parts), rest
