"""One writing process per home: a file lock beside a note that names its holder."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from calibrator._errors import RefusedError
from calibrator.record._canonical import utc_text
from calibrator_drivers.clock import Clock

__all__ = ["HomeLock"]


class HomeLock:
    """The right to write in a home; given back by `release` or by the death of the process."""

    def __init__(self, home: Path) -> None:
        self._lock = FileLock(home / "record.lock")
        self._note = home / "record.lock.holder"

    def acquire(self, clock: Clock) -> None:
        """Take the lock and note who holds it.

        Raises:
            RefusedError: code `home-in-use`, naming the holder's process, host and since when; code
                `read-only` where the lock cannot be made.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise RefusedError(
                f"Another process writes in this home: {self._holder()}",
                where=str(self._note.parent),
                way_out="Wait until it ends, or choose another folder with --home.",
                code="home-in-use",
            ) from error
        except OSError as error:
            raise RefusedError(
                f"The home cannot be locked: {error.strerror or error}",
                where=str(self._note.parent),
                way_out="Give this user the right to write there, or choose another folder with --home.",
                code="read-only",
            ) from error
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": utc_text(clock.now())}
        try:
            self._note.write_text(json.dumps(holder), encoding="utf-8")
        except OSError:
            # A full disk takes the note, not the lock: the record itself says it in its own words.
            self._drop_note()

    def _holder(self) -> str:
        try:
            holder = json.loads(self._note.read_text(encoding="utf-8"))
            return f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "it left no note of its name"

    def release(self) -> None:
        """Give the lock back."""
        self._drop_note()
        self._lock.release()

    def _drop_note(self) -> None:
        # The note is a courtesy to whom the lock refuses; Windows keeps a file that is being read.
        with suppress(OSError):
            self._note.unlink(missing_ok=True)
