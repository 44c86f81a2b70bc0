"""Reading of configuration files: each value of its kind, or one sentence with its place."""

from __future__ import annotations

import difflib
import math
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from calibrator._errors import ConfigurationError
from calibrator.procedure import Text
from calibrator.procedure._toml import TomlFile, dotted
from calibrator.standards._lines import key_line

__all__ = ["Table", "nearest", "read_text"]


def read_text(path: Path, what: str) -> str:
    """Return the text of a file; `what` names its purpose in errors.

    Raises:
        ConfigurationError: the file is missing, a folder, unreadable or not UTF-8.
    """
    try:
        # newline="": the hash is that of the file as it is, also with line ends of Windows.
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError as error:
        near = difflib.get_close_matches(path.name, _siblings(path), n=1)
        way_out = f"Did you mean {near[0]!r}?" if near else "Check the name and the folder."
        message = f"There is no {what} {path.name!r}"
        raise ConfigurationError(message, where=str(path), way_out=way_out, code="no-such-file") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"The {what} {path.name!r} is not UTF-8 text (byte {error.start})",
            where=str(path),
            way_out="Save it as UTF-8.",
            code="not-utf-8",
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"The {what} {path.name!r} cannot be read: {error.strerror or error}",
            where=str(path),
            way_out="Name a file that this user may read.",
            code="unreadable",
        ) from error


def _siblings(path: Path) -> list[str]:
    try:
        return [other.name for other in path.parent.iterdir()]
    except OSError:  # the folder is missing too: there is nothing to suggest
        return []


def nearest(word: str, known: Collection[str]) -> str:
    """Return the way out for an unknown word: the closest known one, or all."""
    near = difflib.get_close_matches(word, known, n=1)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Known here: {', '.join(sorted(known))}." if known else "There is none here."


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a file and the key path under which it stands."""

    file: TomlFile
    path: tuple[str | int, ...]
    values: Mapping[str, Any]

    @classmethod
    def parse(cls, text: str, name: str) -> Table:
        """Parse a whole file; decimal fractions keep their digits."""
        plain = TomlFile.parse(text, name)
        exact = tomllib.loads(text, parse_float=Decimal)
        return cls(TomlFile(plain.name, plain.text, exact), (), exact)

    def error(
        self, key: str | None, what: str, way_out: str, code: str = "configuration"
    ) -> ConfigurationError:
        """Return an error about a key of this table, or about the table itself."""
        path = self.path if key is None else (*self.path, key)
        line = key_line(self.file.text, path)
        place = self.file.name if line is None else f"{self.file.name}, line {line}"
        return ConfigurationError(what, where=f"{place}, key {dotted(path)}", way_out=way_out, code=code)

    def allow(self, *known: str) -> None:
        """Refuse keys that nobody would read, with the closest one that is known."""
        for key in self.values:
            if key not in known:
                raise self.error(key, f'Unknown key "{key}"', nearest(key, known), "unknown-key")

    def has(self, key: str) -> bool:
        """Say whether a key is there."""
        return key in self.values

    def _get(self, key: str) -> Any:  # noqa: ANN401 - the value of a key, of any kind
        if key not in self.values:
            raise self.error(key, f'The key "{key}" is missing', f"Add {key} = ….", "missing-key")
        return self.values[key]

    def _wrong(self, key: str, wanted: str) -> ConfigurationError:
        shown = f"{self.values[key]!s:.60}"
        return self.error(key, f'"{key}" is {shown}, which is not {wanted}', f"Write {wanted}.", "wrong-type")

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; one that is required may not be empty."""
        if default is not None and key not in self.values:
            return default
        value = self._get(key)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self._wrong(key, "a text")
        return value

    def choice(self, key: str, known: Collection[str], default: str | None = None) -> str:
        """Return one of some words."""
        value = self.text(key, default)
        if value not in known:
            raise self.error(key, f'"{value}" cannot stand here', nearest(value, known), "unknown-word")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty where it is missing."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong(key, 'a list of texts such as ["a", "b"]')
        return tuple(value)

    def bilingual(self, key: str, default: str) -> Text:
        """Return a text in English and Chinese; one plain text stands for both."""
        value = self.values.get(key, default)
        if isinstance(value, str):
            return Text(value, value)
        table = self.table(key)
        table.allow("en", "zh")
        return Text(table.text("en"), table.text("zh"))

    def decimal(
        self,
        key: str,
        default: Decimal | None = None,
        *,
        low: float = -math.inf,
        high: float = math.inf,
        above: float | None = None,
    ) -> Decimal:
        """Return a number as decimal, between `low` and `high`, greater than `above`."""
        if default is not None and key not in self.values:
            return default
        value = self._get(key)
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not Decimal(value).is_finite():
            raise self._wrong(key, "a number")
        if not low <= value <= high:
            raise self._wrong(key, f"a number from {low:g} to {high:g}")
        if above is not None and value <= above:
            raise self._wrong(key, f"a number above {above:g}")
        return Decimal(value)

    def number(
        self,
        key: str,
        default: float | None = None,
        *,
        low: float = -math.inf,
        high: float = math.inf,
        above: float | None = None,
    ) -> float:
        """Return a number as float; see `decimal`."""
        if default is not None and key not in self.values:
            return default
        return float(self.decimal(key, low=low, high=high, above=above))

    def optional_number(self, key: str, *, low: float = -math.inf, high: float = math.inf) -> float | None:
        """Return a number, None where it is missing."""
        return self.number(key, low=low, high=high) if key in self.values else None

    def flag(self, key: str) -> bool:
        """Return true or false, false where it is missing."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value

    def day(self, key: str) -> date:
        """Return a date."""
        value = self._get(key)
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self._wrong(key, "a date such as 2026-11-23, without quotation marks")
        return value

    def moment(self, key: str) -> datetime | None:
        """Return a time as UTC, None where it is missing."""
        if key not in self.values:
            return None
        value = self.values[key]
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise self._wrong(key, "a time with its zone such as 2026-11-23T06:00:00Z")
        return value.astimezone(UTC)

    def table(self, key: str) -> Table:
        """Return a table in this one, empty where it is missing."""
        value = self.values.get(key, {})
        if not isinstance(value, Mapping):
            raise self._wrong(key, "a table")
        return Table(self.file, (*self.path, key), value)

    def named_here(self) -> Iterator[tuple[str, Table]]:
        """Yield the tables of this one by their keys."""
        for key in self.values:
            yield key, self.table(key)

    def tables(self, key: str) -> Iterator[Table]:
        """Yield the tables of a list, none where it is missing."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
            raise self._wrong(key, f"a list of tables, each begun with [[{key}]]")
        for index, item in enumerate(value):
            yield Table(self.file, (*self.path, key, index), item)

    def named(self, key: str) -> Iterator[tuple[str, Table]]:
        """Yield the tables in a table with their names."""
        inner = self.table(key)
        for name in inner.values:
            if not isinstance(inner.values[name], Mapping):
                raise inner._wrong(name, f"a table [{key}.{name}]")
            yield name, inner.table(name)
