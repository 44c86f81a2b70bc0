"""Worked cases of JJF 1094-2002, 5.3.1, as Chinese examination books print them (seen there)."""

import pytest

from calibrator_uncertainty import judge


@pytest.mark.parametrize(
    ("error", "U", "limit", "verdict"),
    [
        (0.0007, 0.00025, 0.00085, "pass"),  # voltmeter at 10 V of 20 V: U within a third, compared directly
        (-0.008, 0.009, 0.02, "pass"),  # RF voltmeter at 1 V: U above a third, inside by more than U
        (0.030, 0.009, 0.02, "fail"),  # the same, outside by more than U
        (-0.0012, 0.00016, 0.006, "pass"),  # projector at 10 mm: 0.16 um within a third of 6 um
        (0.015, 0.009, 0.02, "undetermined"),  # the third zone, figures of our own
    ],
)
def test_worked_cases_of_jjf_1094(error, U, limit, verdict):
    found = judge(error, U, U / 2.0, float("inf"), -limit, limit, rule="jjf1094")
    assert found.verdict == verdict
