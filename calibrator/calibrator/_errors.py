"""Errors of the work, one tree.

CalibratorError
├── UsageError            exit 2   a name, option, file or key that is not right
│   └── ConfigurationError         with file and line or key
├── RefusedError          exit 4   refused before anything is energised
├── RunError              exit 5   instrument or safety error, safe state reached
│   └── StorageError               the record cannot be written (full disk, read-only folder)
├── IntegrityError        exit 6   record altered, results do not recompute
├── NotSafeError          exit 7   safe state not confirmed
└── InterruptedRun        exit 130 stopped by a person, resumable
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "CalibratorError",
    "ConfigurationError",
    "IntegrityError",
    "InterruptedRun",
    "NotSafeError",
    "RefusedError",
    "RunError",
    "StorageError",
    "UsageError",
]


class CalibratorError(Exception):
    """Root of every error that a person may see.

    Args:
        what: one sentence that names the thing that is wrong.
        where: the place: file and line or key, instrument, point.
        way_out: the next step for the technician.
        code: a stable name of the very case, such as `standard-expired`.
    """

    exit_code: ClassVar[int] = 5
    code: str = "error"

    def __init__(self, what: str, *, where: str = "", way_out: str = "", code: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.way_out = way_out
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        step = f" {self.way_out}" if self.way_out else ""
        return f"{self.what}{place}.{step}" if not self.what.endswith(".") else f"{self.what}{place}{step}"


class UsageError(CalibratorError):
    """A name, option, file or key that is not right."""

    exit_code = 2
    code = "usage"


class ConfigurationError(UsageError):
    """A configuration, bench or answers file that cannot be taken as it is."""

    code = "configuration"


class RefusedError(CalibratorError):
    """The job was refused before anything was energised."""

    exit_code = 4
    code = "refused"


class RunError(CalibratorError):
    """An instrument or safety error during a run; the safe state was reached."""

    exit_code = 5
    code = "run"


class StorageError(RunError):
    """The record cannot be written or read."""

    code = "storage"


class IntegrityError(CalibratorError):
    """The record was altered or its results do not recompute."""

    exit_code = 6
    code = "integrity"


class NotSafeError(CalibratorError):
    """The safe state could not be confirmed: do not touch."""

    exit_code = 7
    code = "not-safe"


class InterruptedRun(CalibratorError):  # noqa: N818 - a run that stopped, not one that erred
    """A person stopped the run; it is safe and can be resumed."""

    exit_code = 130
    code = "interrupted"
