"""What every test of the command line leaves as it was."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _log_closed_afterwards() -> Iterator[None]:
    """A command opens the log of its home for the time of the process; here that is one test."""
    yield
    for name in ("calibrator", "calibrator_drivers", "calibrator_procedures", "calibrator_sim"):
        logger = logging.getLogger(name)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
            handler.close()
        logger.propagate = True
