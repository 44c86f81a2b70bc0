"""The traffic log beside the record: is it the one whose hash and length the run's closing holds?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrator.evaluation._difference import Difference

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = ["traffic_differences"]

_CHUNK = 1 << 20


def traffic_differences(events: Sequence[Event], folder: Path) -> Iterator[Difference]:
    """Compare every closing's traffic log with the file in `folder`.

    A closing of a run that was stopped holds the beginning of a log that a resume writes on to; that of a
    completed run holds all of it, and a resume that was refused tells how far it wrote.
    """
    for event in events:
        if event.kind not in ("run.closed", "resume.refused"):
            continue
        said = event.body.get("traffic")
        if said is not None:
            yield from _compare(said, folder, whole=event.body.get("outcome") == "completed")
        elif event.kind == "run.closed":
            yield from _without_a_log(events)


def _without_a_log(events: Sequence[Event]) -> Iterator[Difference]:
    """Find a closing that names no log although readings say where they stand in one."""
    if any(event.kind == "reading" and event.body.get("traffic") is not None for event in events):
        yield Difference("", "traffic", "no log", "a log that readings point into")


def _compare(said: Mapping[str, Any], folder: Path, *, whole: bool) -> Iterator[Difference]:
    file, wanted = folder / Path(str(said["file"])).name, int(said["bytes"])
    field = f"traffic {file.name}"
    try:
        there = file.stat().st_size
        digest = _sha256(file, wanted)
    except OSError as error:
        yield Difference("", field, f"{wanted} bytes", f"unreadable ({error.strerror or error})")
        return
    if there < wanted or (whole and there != wanted):
        yield Difference("", field, f"{wanted} bytes", f"{there} bytes")
    elif digest != said["sha256"]:
        yield Difference("", field, f"sha256 {said['sha256']}", f"sha256 {digest}")


def _sha256(file: Path, count: int) -> str:
    """Return the hash of a file's first bytes."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while count > 0 and (chunk := opened.read(min(count, _CHUNK))):
            digest.update(chunk)
            count -= len(chunk)
    return digest.hexdigest()
