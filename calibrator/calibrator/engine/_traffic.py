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
        self._failure: OSError | ValueError | None = None

    def close(self) -> tuple[str, int]:
        """Close the file; a line that cannot be written is remembered as a failure."""
        self.flush()
        return super().close()

    def check(self) -> None:
        """Write what is held back; raise `StorageError` when a line was lost."""
        self.flush()
        if self._failure is not None:
            told = self._failure.strerror if isinstance(self._failure, OSError) else None
            raise StorageError(
                f"the traffic log cannot be written: {told or self._failure}",
                where=str(self.path),
                way_out="Make room on the disk, then: calibrator resume",
                code="traffic",
            ) from self._failure

    def _lost(self, error: OSError | ValueError) -> None:
        self._failure = error
