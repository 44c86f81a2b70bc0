"""A home's backup: the record by its database's own means, the files beside it, all checked by restoring."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibrator._errors import IntegrityError, StorageError, UsageError
from calibrator._home import Home
from calibrator.record import Record, utc_text

if TYPE_CHECKING:
    from calibrator_drivers.clock import Clock

__all__ = ["Backup", "back_up"]

_NOT_COPIED: Final = (
    "record.sqlite",
    "record.lock",
    "logs",
)  # the record has its own way; locks and logs none
MANIFEST: Final = "backup.json"
# Private keys: whoever holds a copy of one can seal in the laboratory's name.
_KEYS: Final = frozenset({".p12", ".pfx", ".key"})
_KEY_TEXT: Final = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_LARGEST_KEY: Final = 1 << 20  # bytes; a key is a few thousand


@dataclass(frozen=True, slots=True)
class Backup:
    """What was copied and verified."""

    folder: Path
    runs: int
    events: int
    files: int
    left_out: tuple[str, ...] = ()  # private keys, by their names in the home


def back_up(home: Home, folder: Path, clock: Clock) -> Backup:
    """Copy a home into an empty folder and verify the copy; others may be writing meanwhile.

    The record comes first and the files after it, so that every log and document that it knows is there. The
    copy of a record in a file is a home itself; one in PostgreSQL is restored into a database of its own
    to be verified.

    Raises:
        UsageError: the folder is not empty or lies in the home.
        RefusedError: the tools of PostgreSQL are not here, or no database may be made to try the dump in.
        StorageError: it cannot be written.
        IntegrityError: code `backup-not-intact`, the copy does not verify.
    """
    _make(folder, home.path)
    heads = _heads(home)  # before the record, which then has all that they name
    shared = home.shared_record()
    with ExitStack() as stack:
        if shared is None:
            from calibrator.record._backup import copy_file

            copy_file(home.record_path, folder / home.record_path.name)
            copy = Record.open(folder, clock=clock, write=False)
        else:
            from calibrator.record._backup import dump_server, restored_server

            dump = dump_server(shared.url, folder)
            fresh = stack.enter_context(restored_server(shared.url, dump))
            copy = Record.open(folder, clock=clock, write=False, url=fresh, station=shared.station)
        stack.callback(copy.close)
        names, keys = _copy_files(home.path, folder)
        if heads is not None:
            _keep_heads(folder, heads)
        return _checked(copy, folder, names, keys, clock)


def _make(folder: Path, home: Path) -> None:
    inside = folder.absolute().is_relative_to(home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise StorageError(
            f"The folder of the backup cannot be made: {error.strerror or error}",
            where=str(folder),
            way_out="Name a folder on another disk.",
            code="cannot-write",
        ) from error
    if taken or inside:
        raise UsageError(
            "The folder lies in the home itself" if inside else "The folder is not empty",
            where=str(folder),
            way_out="Name a new folder, at best on another disk.",
            code="folder-not-empty",
        )


def _heads(home: Home) -> bytes | None:
    """Return the outside log that lies beside a home; one kept elsewhere is the copy's own, too."""
    path = home.heads
    inside = path is not None and path.parent == home.path.parent and path.is_file()
    return path.read_bytes() if inside and path is not None else None


def _keep_heads(folder: Path, content: bytes) -> None:
    path = Home(folder).heads
    if path is None or path.exists():
        return
    try:
        path.write_bytes(content)
    except OSError as error:
        raise StorageError(
            f"The log of heads cannot be copied: {error.strerror or error}",
            where=str(path),
            way_out="Name a folder in one where this user may write.",
            code="backup-failed",
        ) from error


def _is_key(path: Path) -> bool:
    if path.suffix.lower() in _KEYS:
        return True
    return path.stat().st_size <= _LARGEST_KEY and bool(_KEY_TEXT.search(path.read_bytes()))


def _copy_files(home: Path, folder: Path) -> tuple[list[str], list[str]]:
    """Copy what lies beside the record but no private key; return the names of both, / between the parts."""
    names: list[str] = []
    keys: list[str] = []
    try:
        for path in sorted(home.rglob("*")):
            name = path.relative_to(home)
            if path.is_file() and not any(name.parts[0].startswith(start) for start in _NOT_COPIED):
                if _is_key(path):
                    keys.append(name.as_posix())
                    continue
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
                names.append(name.as_posix())
    except OSError as error:
        raise StorageError(
            f"The backup is not whole: {error.strerror or error}",
            where=str(error.filename or folder),
            way_out="Make room or mend the rights, and make it again in a new folder.",
            code="backup-failed",
        ) from error
    return names, keys


def _checked(copy: Record, folder: Path, names: list[str], keys: list[str], clock: Clock) -> Backup:
    findings = copy.verify()
    problem = next((f"{item.stream}: {item.what}" for item in findings), None)
    runs = copy.runs()
    problem = problem or next(_logs(copy, folder), None)
    if problem is not None:
        raise IntegrityError(
            f"The copy does not verify: {problem}",
            where=str(folder),
            way_out="Run `calibrator verify` on the home itself, and keep an older backup.",
            code="backup-not-intact",
        )
    events = sum(copy.head(run.id)[0] for run in runs)
    count, head = copy.head(Record.REGISTER)
    files = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    said = {
        "made_at": utc_text(clock.now()),
        "register": {"count": count, "head": head},
        "runs": len(runs),
        "events": events,
        "files": files,
        "left_out": keys,
    }
    (folder / MANIFEST).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    return Backup(folder, len(runs), events, len(names), tuple(keys))


def _logs(copy: Record, folder: Path) -> Iterator[str]:
    """Yield what is wrong with the copied traffic logs of this station's runs."""
    from calibrator.evaluation._traffic import traffic_differences

    for run in copy.runs():
        if copy.is_own(run):
            for item in traffic_differences(list(copy.events(run.id)), folder / "traffic"):
                yield f"{run.id}, {item.field}: recorded {item.recorded}, copied {item.recomputed}"
