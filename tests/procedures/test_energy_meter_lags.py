"""Both edges of a gate are found as late as each other, however steady the load is."""

from __future__ import annotations

import random
from statistics import fmean
from typing import Any

import pytest

from calibrator_procedures.energy_meter.procedure import PROCEDURE, _gate

_QUESTION_S = 0.002


class _Load:
    """A meter that pulses evenly and a reference: when its integration began and ended after an edge."""

    def __init__(self, period_s: float, seed: int) -> None:
        self.period_s, self.now, self.noise = period_s, 0.0, random.Random(seed)
        self.total_from, self.lags = 0, [0.0]

    def part(self, name: str) -> Any:
        del name
        return self

    def act(self, action: str) -> None:
        if action == "prepare_energy":
            self.now += 2 * _QUESTION_S
        elif action == "start_total":
            self.total_from = int(self.now / self.period_s)
        elif action in ("start_energy", "stop_energy"):
            self.lags.append(self.now % self.period_s)

    def look(self, part: str) -> float:
        self.now += _QUESTION_S
        if part == "power":
            return 966.0 * (1.0 + 1e-4 * self.noise.gauss())
        return float(int(self.now / self.period_s) - self.total_from)

    def wait(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("share", [0.69, 0.73])
def test_the_lags_of_both_edges_are_even_at_a_load_that_never_changes(share: float) -> None:
    """Over many gates their mean is half an interval of the questions; 4 standard errors are 0.008 s."""
    point = next(
        point
        for section in PROCEDURE.sections("pulse_meter_class_05s")
        for point in section.points
        if not point.settings.get("checklist", False)
    )
    poll_s = float(point.settings["poll_s"])
    bench: Any = _Load(1.0 * share, 7)
    begun, ended = [], []
    for _ in range(900):
        bench.now = (int(bench.now / share) + 70) * share + 0.01  # in step with the pulses
        assert _gate(bench, point)
        begun.append(bench.lags[-2])
        ended.append(bench.lags[-1])
    assert fmean(begun) == pytest.approx((poll_s + _QUESTION_S) / 2, abs=0.008)
    assert fmean(ended) == pytest.approx((poll_s + _QUESTION_S) / 2, abs=0.008)
