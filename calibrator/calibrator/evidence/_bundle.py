"""A run as a bundle that can be read and checked without this program."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from calibrator._errors import IntegrityError, StorageError, UsageError

if TYPE_CHECKING:
    from calibrator.record import Event, Record

__all__ = [
    "bundle_bytes",
    "bundle_files",
    "is_bundle",
    "own_file",
    "read_bundle",
    "write_bundle",
    "write_new",
]

FORMAT: Final = 1
_LARGEST: Final = 1 << 30  # bytes unpacked; a run of a week on a bus stays far below
_MOST: Final = 10_000  # files
_FOLDERS: Final = ("certificates/",)  # entries of their own, in an archive that was packed again
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)  # the same run gives the same bytes
_DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)


def bundle_files(
    record: Record, run: str, *, traffic: Path | None, certificates: Path | None
) -> dict[str, bytes]:
    """Return the files of a run's bundle by name.

    Args:
        record: the record, checked to be intact.
        run: the run's id.
        traffic: the folder of the traffic logs, None where another station ran it.
        certificates: the folder of the issued documents; those that are still as issued go into the bundle.
    """
    from calibrator.evaluation import show
    from calibrator.evidence._table import csv_bytes

    events = list(record.events(run))
    anchors = [event for event in record.events(record.REGISTER) if event.body.get("run") == run]
    shown = show(record, run)
    found = {
        "README.txt": own_file("bundle_readme.txt"),
        "check.py": own_file("check_bundle.py"),
        "events.jsonl": _lines(events),
        "register.jsonl": _lines(anchors),
        "results.json": json.dumps(shown, ensure_ascii=False, indent=1).encode() + b"\n",
        "results.csv": csv_bytes(shown),
    }
    log = None if traffic is None else traffic / f"{run}.jsonl"
    if log is not None and log.is_file():
        found["traffic.jsonl"] = log.read_bytes()
    found.update(_documents(events, certificates))
    issued = {str(e.body["file"]) for e in events if e.kind in ("certificate.issued", "certificate.sealed")}
    listed = {name: {"sha256": _sha256(data), "bytes": len(data)} for name, data in sorted(found.items())}
    manifest = {
        "format": FORMAT,
        "run": run,
        "mode": events[0].body["mode"],
        "head": {"count": events[-1].seq, "hash": events[-1].hash},
        "not_included": sorted(
            {f"certificates/{name}" for name in issued if f"certificates/{name}" not in found}
            | ({"traffic.jsonl"} if "traffic.jsonl" not in found else set())
        ),
        "files": listed,
    }
    found["manifest.json"] = json.dumps(manifest, indent=1, sort_keys=True).encode() + b"\n"
    return found


def _documents(events: list[Event], folder: Path | None) -> Iterator[tuple[str, bytes]]:
    """Yield the issued documents that still have the bytes that were issued."""
    for event in events:
        if event.kind in ("certificate.issued", "certificate.sealed") and folder is not None:
            name = Path(str(event.body["file"])).name
            path = folder / name
            data = path.read_bytes() if path.is_file() else b""
            if _sha256(data) == event.body["sha256"]:
                yield f"certificates/{name}", data


def bundle_bytes(content: Mapping[str, bytes]) -> bytes:
    """Return the files as a ZIP archive; the same files give the same bytes on one machine."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(content.items()):
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def write_bundle(content: Mapping[str, bytes], path: Path) -> None:
    """Write a bundle where nothing stands yet; raises what `write_new` does."""
    write_new(path, bundle_bytes(content))


def write_new(path: Path, content: bytes) -> None:
    """Write a file where nothing stands yet.

    Raises:
        UsageError: code `file-exists`.
        StorageError: code `cannot-write`.
    """
    made = False
    try:
        with path.open("xb") as file:
            made = True
            file.write(content)
    except FileExistsError as error:
        raise UsageError(
            "the file is there already", where=str(path), way_out="Name another one.", code="file-exists"
        ) from error
    except OSError as error:
        if made:  # on a full disk half of it stands there, which nobody shall take for the whole
            with suppress(OSError):
                path.unlink()
        raise StorageError(
            f"the file cannot be written: {error.strerror or error}",
            where=str(path),
            way_out="Name a folder with room where this user may write.",
            code="cannot-write",
        ) from error


def is_bundle(path: Path) -> bool:
    """Say whether a file is a ZIP archive, which no other document of ours is."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def read_bundle(path: Path) -> dict[str, bytes]:
    """Return the files of a bundle by name.

    Raises:
        IntegrityError: code `bundle-damaged`, it cannot be unpacked, or is larger than any run.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST:
                raise ValueError(f"it holds {len(entries)} files, which no run has")
            if sum(entry.file_size for entry in entries) > _LARGEST:
                raise ValueError("it unpacks to more than 1 GiB")
            if len({entry.filename for entry in entries}) != len(entries):
                raise ValueError("two of its files have one name")
            return {e.filename: _unpacked(archive, e) for e in entries if e.filename not in _FOLDERS}
    except _DAMAGED as error:
        raise _damaged(path, error) from error


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as file:
        data = file.read(entry.file_size + 1)
    if len(data) != entry.file_size:
        raise ValueError(f"{entry.filename} is longer than it says")
    return data


def _damaged(path: Path, error: Exception) -> IntegrityError:
    return IntegrityError(
        f"the bundle is damaged: {error}",
        where=str(path),
        way_out="Get it again from whoever made it, and compare its SHA-256.",
        code="bundle-damaged",
    )


def _lines(events: list[Event]) -> bytes:
    made = [
        {"canonical": event.canonical, "hash": event.hash, "previous": event.previous} for event in events
    ]
    return "".join(json.dumps(item, ensure_ascii=True, sort_keys=True) + "\n" for item in made).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def own_file(name: str) -> bytes:
    """Return a file of ours that goes into every bundle."""
    return files("calibrator.evidence").joinpath(name).read_bytes().replace(b"\r\n", b"\n")
