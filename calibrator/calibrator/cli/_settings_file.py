"""`calibrator.toml` in the home: defaults of options, one table a command."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from calibrator._errors import ConfigurationError

__all__ = ["SettingsFile"]

_JOB = (
    "uut",
    "bench",
    "sim",
    "seed",
    "section",
    "interval",
    "rule",
    "adjusted",
    "person",
    "coverage",
    "deviation",
    "json",
)
# The keys of each table, so that every command sees a wrong one; a test compares them with the options.
TABLES: Mapping[str, Sequence[str]] = {
    "run": (*_JOB, "answers", "non_interactive", "after", "adjustment", "because", "passes"),
    "plan": _JOB,
    "resume": ("answers", "non_interactive", "person", "json"),
    "runs": ("json",),
    "show": ("json",),
    "budget": ("json",),
    "certificate": (
        *(
            "format",
            "lang",
            "kind",
            "with_uncertainty",
            "out",
            "authorised_by",
            "as_evaluated",
            "seal",
            "amend",
            "replaces",
            "change",
            "customer",
        ),
    ),
    "validate": ("schema",),
    "explain": ("json",),
    "export": ("out",),
    "table": ("format", "out"),
    "label": ("due", "out"),
    "list": ("json",),
    "check": ("json",),
    "serve": ("json", "host", "wiring", "seed", "speed", "input", "transport", "portmapper"),
    "doctor": ("json",),
}
# Not of a command: where the record lies when stations share it (`Home.shared_record`), and its outside log.
RECORD = ("url", "station", "heads")
# Folders of the laboratory's own (`calibrator.plugins`); lists of paths from the home.
FOLDERS = ("procedures", "drivers", "regulations")
LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The content of a settings file whose keys are known to be right."""

    path: Path
    content: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> SettingsFile | None:
        """Read the file; None where there is none.

        Raises `ConfigurationError` naming line or key.
        """
        if not path.is_file():
            return None
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"{path.name} is not TOML: {error}", where=str(path), way_out="Mend that line."
            ) from error
        file = cls(path, content)
        file._refuse_unknown(content, ("language", "record", *FOLDERS, *TABLES), "")
        file.section("record", RECORD)
        for name, keys in TABLES.items():
            file.section(name, keys)
        if file.language not in (None, *LANGUAGES):
            raise file._wrong("language", f"is {file.language!r}", "Write en or zh.")
        return file

    @property
    def language(self) -> str | None:
        """The terminal's language, None where the file does not say."""
        return self.content.get("language")

    def section(self, command: str, options: Sequence[str]) -> Mapping[str, Any]:
        """Return the defaults of one command, whose options have these names."""
        table = self.content.get(command, {})
        if not isinstance(table, dict):
            raise self._wrong(command, "is not a table", f"Write [{command}] and its keys below.")
        self._refuse_unknown(table, options, f"{command}.")
        return table

    def convert(self, key: str, param: click.Parameter, value: object, ctx: click.Context) -> object:
        """Turn a value of the file into what the option means."""
        try:
            return param.type_cast_value(ctx, value)
        except click.BadParameter as error:
            raise self._wrong(f"{ctx.info_name}.{key}", error.message, "Mend the value.") from error

    def _refuse_unknown(self, table: Mapping[str, Any], known: Sequence[str], prefix: str) -> None:
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                way_out = f"Did you mean {near[0]!r}?" if near else f"Known here: {', '.join(known)}."
                raise self._wrong(prefix + key, "is not known", way_out)

    def _wrong(self, key: str, what: str, way_out: str) -> ConfigurationError:
        return ConfigurationError(f"{key} {what}", where=f"{self.path}, key {key}", way_out=way_out)
