"""What the register says of the outside log: where it is kept, that it was missing, and why it began anew.

`heads.kept` names the file, `heads.missing` that it was gone when the home was opened to write, and
`heads.renewed` who began another one, and why; it is also what ends the finding of a missing log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from calibrator._errors import StorageError, UsageError
from calibrator.record._heads import HeadLog
from calibrator.record._model import Event, Finding
from calibrator.record._reading import REGISTER

__all__ = ["KINDS", "missing", "place", "put_aside", "renew", "take"]

KINDS = frozenset({"heads.kept", "heads.missing", "heads.renewed"})
Note = Callable[[str, Mapping[str, Any]], object]  # appends an event of a kind to the register


def _own(register: Iterable[Event], station: str) -> list[Event]:
    return [event for event in register if event.kind in KINDS and event.body.get("station") == station]


def place(log: HeadLog, register: Iterable[Event], station: str) -> HeadLog:
    """Return the log to compare with: that of this home, else the one that the register names."""
    if log.is_there:
        return log
    named = [HeadLog(Path(str(event.body["file"])), REGISTER) for event in _own(register, station)]
    return named[-1] if named and named[-1].is_there else log


def take(log: HeadLog, register: list[Event], station: str, note: Note) -> None:
    """Begin or go on with the log of a home that is opened to write; say in the register what was found."""
    said = _own(register, station)
    kept = bool(said) and not said[-1].body.get("off")
    former = HeadLog(Path(str(said[-1].body["file"])), REGISTER) if kept else None
    moved = former is not None and former.path != log.path
    if former is not None and not log.is_there:
        if moved and former.is_there:
            log.carry(former.path)
        elif not log.is_away:
            note("heads.missing", {"file": str(log.path), "station": station})
            moved = False
    if kept and not moved and not station:
        for finding in log.lacking(register):
            note("heads.short", {"file": str(log.path), "station": station, "said": finding.what})
    log.catch_up(register)
    if log.is_there and (former is None or moved):
        note("heads.kept", {"file": str(log.path), "station": station})


def missing(log: HeadLog | None, register: Iterable[Event], station: str) -> Iterator[Finding]:
    """Yield that the log which the register names is gone, or was and was never explained."""
    said = _own(register, station)
    if not said:
        return
    lost = None
    for event in said:
        lost = None if event.kind == "heads.renewed" else event if event.kind == "heads.missing" else lost
    if lost is not None:
        what = f"The outside log of heads, {lost.body['file']}, was gone at event {lost.seq} of the register"
        yield Finding(REGISTER, lost.seq, f"{what}, and nobody has recorded why", "no-heads")
    elif log is None and said[-1].body.get("off") is None:
        what = "The register names an outside log of heads, and calibrator.toml says that none is kept"
        yield Finding(REGISTER, said[-1].seq, what, "no-heads")
    elif log is not None and not log.is_there:
        what = f"The outside log of heads, {log.path}, which the register names, is not there"
        yield Finding(REGISTER, said[-1].seq, what, "no-heads")


def renew(log: HeadLog | None, former: Path | None, note: Note, details: Mapping[str, str]) -> Path | None:
    """Put the log aside and begin another one for a recorded reason; return where the former lies now.

    Raises:
        UsageError: code `no-reason`, a reason of less than two words.
        StorageError: the former log cannot be put aside.
    """
    if len(details["reason"].split()) < 2:
        raise UsageError(
            "Another log begins only for a reason",
            where="--reason",
            way_out='Write it in a few words: --reason "restored from the backup of 2 May".',
            code="no-reason",
        )
    aside = None
    if former is not None and log is not None and former == log.path:
        aside = put_aside(former)
    body = {"file": "" if log is None else str(log.path), **details}
    note("heads.renewed", body if log is not None else {**body, "off": True})
    return aside


def put_aside(path: Path) -> Path | None:
    """Rename a log so that another one begins in its place; return where it lies now, None for no file.

    Raises:
        StorageError: code `cannot-write`.
    """
    if not path.is_file():
        return None
    number = 1
    while (to := path.with_name(f"{path.name}.former-{number}")).exists():
        number += 1
    with suppress(FileNotFoundError):
        try:
            path.rename(to)
        except OSError as error:
            raise StorageError(
                f"The log cannot be put aside: {error.strerror or error}",
                where=str(path),
                way_out="Put it aside by hand, and keep it.",
                code="cannot-write",
            ) from error
    return to
