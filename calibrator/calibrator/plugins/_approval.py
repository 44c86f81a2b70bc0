"""Approvals: a named person has reviewed a folder as it is, by its content hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from calibrator.plugins._folder import PlugIn
from calibrator.procedure._toml import TomlFile

__all__ = ["APPROVED", "Approval", "approvals", "approve"]

APPROVED = "approved.toml"
_HEAD = (
    "# Folders of this laboratory that were reviewed, by the hash of their content; one that was changed\n"
    "# since is marked on every output. Written by `calibrator procedures approve`.\n"
)


@dataclass(frozen=True, slots=True)
class Approval:
    """Who reviewed what, and when."""

    id: str
    content_hash: str
    by: str
    date: date


def approvals(path: Path) -> Mapping[tuple[str, str], Approval]:
    """Return the approvals of a home by id and content hash; empty where there is no file.

    Raises `ConfigurationError` with line and key.
    """
    if not path.is_file():
        return {}
    file = TomlFile.parse(path.read_text(encoding="utf-8"), path.name)
    file.refuse_unknown(file.data, ("approved",), ())
    found: dict[tuple[str, str], Approval] = {}
    for number, table in enumerate(file.data.get("approved", ())):
        place = ("approved", number)
        file.refuse_unknown(table, ("id", "hash", "by", "date"), place)
        own, digest = (file.require(table, key, str, place) for key in ("id", "hash"))
        by, day = file.require(table, "by", str, place), file.require(table, "date", date, place)
        found[own, digest] = Approval(own, digest, by, day)
    return found


def approve(path: Path, plug_in: PlugIn, by: str, today: date) -> Approval:
    """Write into the home's file that a person has reviewed the folder as it is now."""
    done = Approval(plug_in.id, plug_in.content_hash, by, today)
    if (plug_in.id, plug_in.content_hash) in approvals(path):
        return approvals(path)[plug_in.id, plug_in.content_hash]
    text = path.read_text(encoding="utf-8") if path.is_file() else _HEAD
    name = by.replace("\\", "\\\\").replace('"', '\\"')
    text += f'\n[[approved]]\nid = "{done.id}"\nhash = "{done.content_hash}"\nby = "{name}"\ndate = {today}\n'
    path.write_text(text, encoding="utf-8")
    return done
