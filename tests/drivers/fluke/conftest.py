"""The driver under test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers.fluke import Fluke5522A


@pytest.fixture
def driver(step_clock: Any) -> Callable[[Any], Fluke5522A]:
    return lambda session: Fluke5522A(session, step_clock)
