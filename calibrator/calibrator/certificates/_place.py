"""Where a document is written: looked at before anything is made, written beside its place, moved there."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from calibrator._errors import StorageError, UsageError

__all__ = ["check_place", "ending", "staged", "written"]

_ENDINGS: Final = {"pdf": (".pdf",), "html": (".html", ".htm"), "json": (".json",), "dcc": (".xml",)}


def ending(format: str) -> str:
    """Return the ending of a file of this format, with its dot."""
    return _ENDINGS[format][0]


def check_place(path: Path, format: str) -> None:
    """Refuse a file name that says another format, and a folder that is not there; a name may lack an ending.

    Raises:
        UsageError: code `format-differs`, `no-such-folder` or `not-a-file`.
    """
    found = path.suffix.lower()
    if found and found not in _ENDINGS.get(format, (found,)):
        meant = next((name for name, endings in _ENDINGS.items() if found in endings), None)
        raise UsageError(
            f"the name {path.name} does not say what the file is, {format.upper()}",
            where="--out",
            way_out=f"Write --format {meant}, or give the file the ending .{format}."
            if meant
            else f"Give the file the ending {_ENDINGS[format][0]}.",
            code="format-differs",
        )
    if not path.parent.is_dir():
        raise UsageError(
            f"there is no folder {path.parent}",
            where="--out",
            way_out="Make it first, or name a file in a folder that is there.",
            code="no-such-folder",
        )
    if path.exists() and not path.is_file():
        raise _not_a_file(path)


def staged(path: Path, content: bytes) -> Path | None:
    """Write the document beside its place; None where the same file stands there already.

    Raises:
        UsageError: code `file-exists`, where a file with other content stands there, or `not-a-file`.
        StorageError: it cannot be written.
    """
    partial = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            partial.write_bytes(content)
            return partial
        if not path.is_file():
            raise _not_a_file(path)
        # the size first: nothing of any size is read to find that it differs
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return None
    except OSError as error:
        raise _not_written(path, error) from error
    raise UsageError(
        f"the file {path.name} is there already with other content",
        where=str(path),
        way_out="Name another with --out, or move the old one away; it is not overwritten.",
        code="file-exists",
    )


def written(partial: Path, path: Path) -> None:
    """Move the staged document to its place.

    Raises:
        StorageError: it cannot be moved.
    """
    try:
        partial.replace(path)
    except OSError as error:
        raise _not_written(path, error) from error


def _not_a_file(path: Path) -> UsageError:
    return UsageError(
        f"{path} is no file that a certificate can be written to",
        where="--out",
        way_out="Name a file, such as certificate.pdf.",
        code="not-a-file",
    )


def _not_written(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"the certificate cannot be written: {error.strerror or error}",
        where=str(path),
        way_out="Make room or name another place with --out; the record keeps everything.",
        code="certificate-not-written",
    )
