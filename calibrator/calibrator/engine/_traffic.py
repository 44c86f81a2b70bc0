"""The traffic log on the engine's side: a full disk must never keep a standby command from going out."""

from __future__ import annotations

from pathlib import Path

from calibrator._errors import StorageError
from calibrator_drivers.clock import Clock
from calibrator_drivers.traffic import TrafficLog

__all__ = ["EngineTraffic"]


class EngineTraffic(TrafficLog):
    """A log whose write errors wait until somebody asks; the exchange goes on."""

    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__(path, clock)
        self._failure: OSError | None = None

    def sent(self, name: str, message: bytes) -> int:
        """Log what goes out; a line that cannot be written is remembered as a failure."""
        try:
            return super().sent(name, message)
        except OSError as error:
            self._failure = error
            return self.offset

    def asked(self, name: str, message: bytes) -> int:
        """Log a question; a line that cannot be written is remembered as a failure."""
        try:
            return super().asked(name, message)
        except OSError as error:
            self._failure = error
            return self.offset

    def received(self, name: str, message: bytes) -> int:
        """Log what came in; a line that cannot be written is remembered as a failure."""
        try:
            return super().received(name, message)
        except OSError as error:
            self._failure = error
            return self.offset

    def note(self, name: str, text: str) -> int:
        """Log what befell a connection; a line that cannot be written is remembered as a failure."""
        try:
            return super().note(name, text)
        except OSError as error:
            self._failure = error
            return self.offset

    def flush(self) -> None:
        """Write what is held back; a line that cannot be written is remembered as a failure."""
        try:
            super().flush()
        except OSError as error:
            self._failure = error

    def close(self) -> tuple[str, int]:
        """Close the file; a line that cannot be written is remembered as a failure."""
        self.flush()
        return super().close()

    def check(self) -> None:
        """Write what is held back; raise `StorageError` when a line was lost."""
        self.flush()
        if self._failure is not None:
            raise StorageError(
                f"the traffic log cannot be written: {self._failure.strerror or self._failure}",
                where=str(self.path),
                way_out="Make room on the disk, then: calibrator resume",
                code="traffic",
            ) from self._failure
