"""The diagnostic log: rotating, apart from the record, without secrets."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

__all__ = ["log_to", "write_traceback"]

_LOGGER = logging.getLogger("calibrator")
_ROOMS = ("calibrator", "calibrator_drivers", "calibrator_procedures", "calibrator_sim")
_BYTES = 1_000_000
_FILES = 5


def log_to(folder: Path) -> Path | None:
    """Let the rooms' loggers write into `folder`; None where it cannot be written."""
    path = folder / "calibrator.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8"
        )
    except OSError:
        return None
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    for name in _ROOMS:
        logger = logging.getLogger(name)
        for old in logger.handlers[:]:  # of a former call in this process
            if isinstance(old, logging.handlers.RotatingFileHandler):
                logger.removeHandler(old)
                old.close()
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    return path


def write_traceback(error: BaseException) -> Path | None:
    """Write an unexpected error with its traceback; return the file, None where none is open."""
    for handler in _LOGGER.handlers:
        if isinstance(handler, logging.handlers.RotatingFileHandler):
            _LOGGER.error("unexpected error", exc_info=error)
            return Path(handler.baseFilename)
    return None
