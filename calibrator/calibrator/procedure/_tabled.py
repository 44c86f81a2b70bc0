"""What every procedure that is a folder has alike: its head, and a point table for each model."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from calibrator.procedure._folder import load_info
from calibrator.procedure._table import PointTable, load_table
from calibrator.procedure._types import ProcedureInfo, Section

__all__ = ["TabledProcedure", "sections_asked"]


def sections_asked(sections: Sequence[Section], named: Collection[str]) -> tuple[Section, ...]:
    """Return what a whole run has: every section but those on request that a job did not name."""
    return tuple(section for section in sections if not section.on_request or section.id in named)


class TabledProcedure:
    """Head and point tables of a procedure's folder; a further UUT model is a further file in `tables/`.

    A procedure adds `measure` and `evaluate`, and names in `settings` what a point of its tables may set.
    """

    settings: ClassVar[Mapping[str, type]] = {}

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def info(self) -> ProcedureInfo:
        """The head of `procedure.toml`; raises `ConfigurationError` that names file, line and key."""
        return load_info(self._folder)

    @cached_property
    def _tables(self) -> dict[str, PointTable]:
        files = sorted((self._folder / "tables").glob("*.toml"))
        tables = [load_table(path, settings=self.settings) for path in files]
        # first what the head speaks of, then units with a head of their own
        tables.sort(key=lambda table: table.model in self.info.heads)
        return {table.model: table for table in tables}

    def models(self) -> tuple[str, ...]:
        """Return the UUT models that have a point table."""
        return tuple(self._tables)

    def sections(self, model: str) -> tuple[Section, ...]:
        """Return the sections of a UUT model in the order of measurement; raises KeyError when unknown."""
        return tuple(self.expanded(section) for section in self._tables[model].sections)

    def expanded(self, section: Section) -> Section:
        """Return a section of a table with all that is measured in it; here as it is written."""
        return section
