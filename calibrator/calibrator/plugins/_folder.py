"""What one folder of a laboratory brings: read from its heads, nothing of it is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from calibrator._errors import ConfigurationError
from calibrator.procedure._folder import content_hash
from calibrator.procedure._toml import TomlFile

__all__ = ["KEYS", "PlugIn", "read_folder"]

# Key of calibrator.toml -> the file that makes a folder one of that kind.
HEADS = {"procedures": ("procedure.toml",), "drivers": ("driver.toml", "model.toml")}
KEYS = (*HEADS, "regulations")
_ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class PlugIn:
    """A folder with the entry points that it stands for."""

    id: str
    kind: str  # the key of calibrator.toml that named it: procedures, drivers or regulations
    folder: Path
    package: str  # the import name of the folder
    content_hash: str  # sha256 over scripts and tables, as that of a procedure
    entries: tuple[tuple[str, str, str], ...]  # group, name, value


def read_folder(folder: Path, kind: str) -> tuple[PlugIn, ...]:
    """Return what a configured folder brings: itself, or each folder in it that has a head of that kind.

    Raises:
        ConfigurationError: there is no such folder, nothing is in it, or a head is not right.
    """
    if not folder.is_dir():
        raise ConfigurationError(
            f"there is no folder {folder}",
            where=f"calibrator.toml, key {kind}",
            way_out="Correct the path; it is taken from the home where it is not absolute.",
            code="plug-in-missing",
        )
    if kind == "regulations":
        package = f"calibrator_folder_{re.sub(r'[^a-z0-9]+', '_', folder.name.lower())}"
        entry = ("calibrator.regulations", package, package)
        return (PlugIn(folder.name, kind, folder, package, content_hash(folder), (entry,)),)
    inside = sorted(path for path in folder.iterdir() if path.is_dir())
    found = [path for path in (folder, *inside) if any((path / head).is_file() for head in HEADS[kind])]
    if not found:
        raise ConfigurationError(
            f"nothing in {folder} is one of the laboratory's {kind}",
            where=f"calibrator.toml, key {kind}",
            way_out=f"A folder has {' or '.join(HEADS[kind])}; `calibrator new` writes one to begin with.",
            code="plug-in-empty",
        )
    return tuple(_plug_in(path, kind) for path in found)


def _plug_in(folder: Path, kind: str) -> PlugIn:
    heads = [name for names in HEADS.values() for name in names if (folder / name).is_file()]
    files = {name: _head(folder, name) for name in heads}
    first = next(name for name in HEADS[kind] if name in files)
    own = _id(files[first])
    package = f"calibrator_folder_{own}"
    return PlugIn(
        own, kind, folder, package, content_hash(folder), tuple(_entries(folder, package, files, first))
    )


def _head(folder: Path, name: str) -> TomlFile:
    text = (folder / name).read_text(encoding="utf-8")
    return TomlFile.parse(text, f"{folder.name}/{name}")


def _id(file: TomlFile) -> str:
    found = file.require(file.data, "id", str, ())
    if not _ID.fullmatch(found):
        raise file.error(
            f"the id {found!r} is no name",
            ("id",),
            "Write small letters, digits and _, a letter first, as in acme_1000.",
            "plug-in-id",
        )
    return found


def _entries(
    folder: Path, package: str, files: dict[str, TomlFile], first: str
) -> Iterator[tuple[str, str, str]]:
    """Yield group, name and value of each thing that the folder brings."""
    if first == "procedure.toml":
        yield "calibrator.procedures", _id(files[first]), f"{package}.procedure:PROCEDURE"
    driver = files.get("driver.toml")
    if driver is not None:
        driver.refuse_unknown(driver.data, ("id", "class", "title"), ())
        yield "calibrator.drivers", _id(driver), f"{package}.{driver.require(driver.data, 'class', str, ())}"
    model = files.get("model.toml")
    if model is not None:
        model.refuse_unknown(model.data, ("id", "like", "title"), ())
        like = model.require(model.data, "like", str, ())
        yield "calibrator.models", _id(model), like
    for table in sorted((folder / "accuracy").glob("*.toml")):
        yield "calibrator.accuracy", table.stem, f"{package}.accuracy"
