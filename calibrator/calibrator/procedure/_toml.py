"""TOML files read with errors that name file, line and key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from calibrator._errors import ConfigurationError

__all__ = ["Path", "TomlFile"]

T = TypeVar("T")
Path = tuple[str | int, ...]
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_WRITTEN = re.compile(r"\s*(?:\[+\s*([^\]=#]+?)\s*(?:\]|$)|([A-Za-z0-9_.\"'-]+)\s*=)")
_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\]?\s*(#.*)?$")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A parsed file that still knows its text, to say where a key stands."""

    name: str
    text: str
    data: Mapping[str, Any]

    @classmethod
    def parse(cls, text: str, name: str) -> TomlFile:
        """Parse `text`; raises `ConfigurationError` with the line where it is not TOML."""
        if text.startswith("\ufeff"):
            what = f"{name} begins with a byte order mark"
            way_out = "Save it as UTF-8 without one (Notepad: UTF-8, not UTF-8 with BOM)."
            raise ConfigurationError(what, where=f"{name}, line 1", way_out=way_out, code="toml")
        try:
            return cls(name, text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            what, where = f"{name} is not valid TOML: {error}", f"{name}{_place(text, str(error))}"
            raise ConfigurationError(what, where=where, way_out="Correct the line.", code="toml") from error

    def error(self, what: str, path: Path, way_out: str, code: str = "configuration") -> ConfigurationError:
        """Return an error about the key at `path`, to be raised by the caller."""
        line = self.line(path)
        place = f"{self.name}, line {line}" if line else self.name
        return ConfigurationError(what, where=f"{place}, key {dotted(path)}", way_out=way_out, code=code)

    def refuse_unknown(self, table: Mapping[str, Any], known: Collection[str], path: Path) -> None:
        """Refuse a key of `table` that is not among `known`, with the nearest that is."""
        for key in table:
            if key not in known:
                close = difflib.get_close_matches(key, known, n=1)
                hint = f"Did you mean {close[0]!r}?" if close else f"Known here: {', '.join(sorted(known))}."
                raise self.error(f"unknown key {key!r}", (*path, key), hint, "unknown-key")

    def refuse_other(self, value: str, allowed: Collection[str], path: Path) -> None:
        """Refuse a value at `path` that is not among `allowed`, with the nearest that is."""
        if value not in allowed:
            close = difflib.get_close_matches(value, allowed, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"Take one of {', '.join(sorted(allowed))}."
            raise self.error(f"unknown value {value!r}", path, hint, "unknown-value")

    def require(self, table: Mapping[str, Any], key: str, kind: type[T], path: Path) -> T:
        """Return `table[key]`, which must be there and of `kind` (a whole number may be a float)."""
        if key not in table:
            raise self.error(f"key {key!r} is missing", (*path, key), f"Add {key!r}.", "missing-key")
        value = table[key]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return cast("T", float(value))
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(
                f"{key!r} is {value!r}, which is not of the type {kind.__name__}",
                (*path, key),
                f"Write a {kind.__name__}.",
                "wrong-type",
            )
        return value

    def line(self, path: Path) -> int | None:
        """Return the line on which the key at `path` stands, or of its table, None when not found."""
        lines = self.text.splitlines()
        header, depth = None, len(path)
        while depth and header is None:
            header = _header_line(lines, path[:depth])
            depth -= header is None
        first = 0 if header is None else header + 1
        for key in reversed([part for part in path[depth:] if isinstance(part, str)]):
            pattern = re.compile(rf"(^|[\s{{,.\"']){re.escape(key)}[\"']?\s*[=.]")
            for number in range(first, len(lines)):
                if _HEADER.match(lines[number]):
                    break
                if pattern.search(lines[number]):
                    return number + 1
        return None if header is None else header + 1


def dotted(path: Path) -> str:
    """Return `section[2].point[3].unit` for a path; people count from 1."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _header_line(lines: list[str], path: Path) -> int | None:
    """Return the index of the header line that opens the table at `path`."""
    counts: dict[str, int] = {}
    wanted = _plain_name(path)
    for number, line in enumerate(lines):
        match = _HEADER.match(line)
        if match is None:
            continue
        name = match[2].replace('"', "").replace("'", "").replace(" ", "")
        if match[1] == "[[":
            counts[name] = counts.get(name, -1) + 1
            for other in [key for key in counts if key.startswith(f"{name}.")]:
                del counts[other]
        if name == wanted and _indexed(name, counts) == path:
            return number
    return None


def _plain_name(path: Path) -> str:
    return ".".join(part for part in path if isinstance(part, str))


def _indexed(name: str, counts: Mapping[str, int]) -> tuple[str | int, ...]:
    parts: list[str | int] = []
    walked = ""
    for part in name.split("."):
        walked = f"{walked}.{part}" if walked else part
        parts.append(part)
        if walked in counts:
            parts.append(counts[walked])
    return tuple(parts)


def _place(text: str, said: str) -> str:
    """Return ", line N, key K" of what a parser says, as far as it and the line tell."""
    at = _AT_LINE.search(said)
    if at is None:
        return ""
    lines = text.splitlines()
    written = _WRITTEN.match(lines[int(at[1]) - 1]) if int(at[1]) <= len(lines) else None
    key = f", key {written[1] or written[2]}" if written else ""
    return f", line {at[1]}{key}"
