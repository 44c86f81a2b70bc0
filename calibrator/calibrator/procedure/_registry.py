"""Procedures by name: the entry points of the group `calibrator.procedures`.

Folders that a laboratory's `calibrator.toml` names are met there too (`calibrator.plugins`).
"""

from __future__ import annotations

import difflib
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from typing import cast

from calibrator._errors import ConfigurationError, UsageError
from calibrator.procedure._toml import TomlFile
from calibrator.procedure._types import Procedure

__all__ = ["GROUP", "available", "is_approved", "load"]

GROUP = "calibrator.procedures"
APPROVED = "approved.toml"


def available() -> tuple[str, ...]:
    """Return the ids of the procedures that are installed, in alphabetical order."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def load(procedure_id: str) -> Procedure:
    """Return the procedure of that id.

    Raises `UsageError` (code `unknown-procedure`) with close matches, and `ConfigurationError`
    when the plug-in cannot be imported or calls itself by another id.
    """
    point = _entry_point(procedure_id)
    try:
        loaded = point.load()
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"the procedure {procedure_id!r} cannot be imported: {error}",
            where=f"entry point {point.value}",
            way_out="Install the package that brings it again.",
            code="procedure-broken",
        ) from error
    procedure = cast("Procedure", loaded() if isinstance(loaded, type) else loaded)
    if procedure.info.id != procedure_id:
        raise ConfigurationError(
            f"the procedure listed as {procedure_id!r} calls itself {procedure.info.id!r}",
            where=f"entry point {point.value}",
            way_out="Let `id` in its procedure.toml be the name of the entry point.",
            code="procedure-broken",
        )
    return procedure


def is_approved(procedure_id: str, content_hash: str) -> bool:
    """Say whether this very content hash is listed in `approved.toml` of the package or home it is from.

    A script or table that was changed since has another hash and is marked on every output (DESIGN §4).
    """
    text, place = _approved(_entry_point(procedure_id))
    return TomlFile.parse(text, place).data.get(procedure_id) == content_hash


def _approved(point: EntryPoint) -> tuple[str, str]:
    """Return the list of what was approved of the package of an entry point, and where it stands."""
    if point.dist is not None:
        text = point.dist.read_text(APPROVED)  # only folders have it among their metadata
        if text is not None:
            return text, f"{point.dist.name}/{APPROVED}"
    package = point.module.partition(".")[0]
    listed = files(package).joinpath(APPROVED)
    return listed.read_text(encoding="utf-8") if listed.is_file() else "", f"{package}/{APPROVED}"


def _entry_point(procedure_id: str) -> EntryPoint:
    for point in entry_points(group=GROUP):
        if point.name == procedure_id:
            return point
    known = available()
    close = difflib.get_close_matches(procedure_id, known, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(known) or 'none'}."
    raise UsageError(
        f"there is no procedure {procedure_id!r}",
        where="calibrator list procedures",
        way_out=hint,
        code="unknown-procedure",
    )
