"""A serial that has room for digits only is still the one of the file."""

from __future__ import annotations

import pytest

from calibrator_drivers.roles import same_serial


@pytest.mark.parametrize(
    ("told", "expected", "same"),
    [
        ("C2QA01234V", "C2QA01234V", True),
        ("63001", "SIM63001", True),
        ("7", "SIMTX0007", True),
        ("7", "SIMTX0008", False),
        ("7", "TX0007", False),  # a live instrument's serial is what it tells
        ("7", "SIM", False),
        ("SIMX1", "SIM1", False),
        ("", "SIM1", False),
    ],
)
def test_serials_are_of_one_instrument_or_not(told: str, expected: str, same: bool) -> None:
    assert same_serial(told, expected) is same
