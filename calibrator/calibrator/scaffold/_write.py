"""Templates written into a new folder; nothing that is there already is touched."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from importlib.resources import files
from pathlib import Path

from calibrator._errors import UsageError
from calibrator.plugins import plugged
from calibrator.procedure import available
from calibrator_drivers.registry import driver_ids

__all__ = ["check_id", "class_name", "free_id", "lay", "write_driver", "write_procedure"]

_LISTED = {"procedure": "procedures", "driver": "instruments"}
_ID = re.compile(r"[a-z][a-z0-9_]*")


def write_procedure(folder: Path, own: str) -> Path:
    """Write a procedure that measures direct voltage of a 34401A on the simulated bench; return its folder.

    Raises `UsageError`: an id that is none (`not-an-id`), one that is taken (`id-is-there`), a folder that is
    not empty (`folder-not-empty`).
    """
    return lay(
        folder / free_id(own, "procedure", available()),
        {
            "procedure.toml": _template("procedure/procedure.toml", own),
            "procedure.py": _template("procedure/procedure.py", own),
            "tables/keysight_34401a.toml": _template("procedure/table.toml", own),
            "README.md": _template("procedure/README.md", own),
        },
    )


def write_driver(folder: Path, own: str) -> Path:
    """Write a driver of a multimeter with its accuracy table, its twin and its wire test; return its folder.

    Raises `UsageError` as `write_procedure`.
    """
    return lay(
        folder / free_id(own, "driver", driver_ids()),
        {
            "driver.toml": _template("driver/driver.toml", own),
            "driver.py": _template("driver/driver.py", own),
            "model.toml": _template("driver/model.toml", own),
            f"accuracy/{own}.toml": _template("driver/accuracy.toml", own),
            f"test_{own}_wire.py": _template("driver/test.py", own),
            "README.md": _template("driver/README.md", own),
        },
    )


def check_id(own: str) -> str:
    """Return the id; raises `UsageError` (code `not-an-id`) for what can be no name of a module."""
    if not _ID.fullmatch(own):
        raise UsageError(
            f"{own!r} is no id",
            where="NAME",
            way_out="Write small letters, digits and _, a letter first, as in acme_1000.",
            code="not-an-id",
        )
    return own


def free_id(own: str, kind: str, taken: Collection[str]) -> str:
    """Return the id; raises `UsageError` (code `id-is-there`) where an installed one of its kind has it.

    Folders of this home do not count: what is written may be meant for another one.
    """
    if check_id(own) in set(taken) - {item.id for item in plugged()}:
        raise UsageError(
            f"there is a {kind} {own!r} already",
            where="NAME",
            way_out=f"Choose another name; which are taken says: calibrator list {_LISTED[kind]}",
            code="id-is-there",
        )
    return own


def class_name(own: str) -> str:
    """Return the name of a class for an id.

    Example:
        >>> class_name("acme_1000")
        'Acme1000'
    """
    return "".join(part.capitalize() for part in own.split("_"))


def lay(folder: Path, contents: Mapping[str, str]) -> Path:
    """Write files into a folder that is new or empty, and return it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} is there already and not empty",
            where="NAME",
            way_out="Choose another name, or another place with --into.",
            code="folder-not-empty",
        )
    for name, text in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return folder


def _template(name: str, own: str) -> str:
    text = files("calibrator.scaffold").joinpath(f"templates/{name}.txt").read_text(encoding="utf-8")
    return text.replace("@ID@", own).replace("@CLASS@", class_name(own))
