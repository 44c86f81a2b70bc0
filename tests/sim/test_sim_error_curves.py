"""Standards beyond volts are drawn as their budget says (METROLOGY 26): z times the limit, by the row."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from calibrator_drivers.accuracy import State, load_table
from calibrator_sim._config import parse_bench
from calibrator_sim._faults import FaultScript
from calibrator_sim._network import Network
from calibrator_sim.instruments._error_curve import ErrorCurve

SEEDS = 150
POINTS = [
    ("druck_pace5000", "pressure_gauge", "CM2", (100e3, 500e3, 700e3)),
    ("fluke_6270a", "pressure_gauge", "PM600-G700K", (100e3, 300e3, 700e3)),
    ("fluke_9144", "block_display", "", (100.0, 420.0, 600.0)),
    # 100 is the end of a row, and 105 was once still half of the row below: 0.6 of its own limit
    ("fluke_1529", "temp_rtd", "", (-50.0, 0.3, 50.0, 100.0, 102.0, 105.0, 300.0)),
]


def unit_of(model: str, seed: int, option: str) -> Any:
    instrument = {"model": model, "serial": "SIM1", **({"options": [option]} if option else {})}
    bench = {"name": "b", "instruments": {"u": instrument}, "simulation": {"seed": seed}}
    device: Any = Network(parse_bench(bench), lambda: 0, FaultScript((), lambda: 0)).devices["u"]
    holder = device if hasattr(device, "unit") else getattr(device, "heater", None) or device.readout
    return holder.unit


@pytest.mark.parametrize(("model", "function", "option", "points"), POINTS)
def test_errors_have_the_spread_of_their_limits(
    model: str, function: str, option: str, points: tuple[float, ...]
) -> None:
    table = load_table(model)
    scores: dict[float, list[float]] = {point: [] for point in points}
    for seed in range(SEEDS):
        curve = ErrorCurve(unit_of(model, seed, option), function)
        for point in points:
            # a point a little above an end was asked for at the end: its limit is the one of the row below
            asked = 0.0 if point == 0.3 else point
            u = table.limit(function, asked, state=State(option=option or None)).standard_uncertainty
            scores[point].append(curve.at(point) / u)
    for point, values in scores.items():
        rms = (sum(z * z for z in values) / SEEDS) ** 0.5
        assert 0.85 < rms < 1.15, (point, rms)
        assert abs(sum(values) / SEEDS) < 0.25


def test_where_two_rows_meet_nothing_jumps() -> None:
    curve = ErrorCurve(unit_of("fluke_9144", 3, ""), "block_display")
    walk = [curve.at(400.0 + 0.01 * step) for step in range(6000)]
    assert max(abs(a - b) for a, b in itertools.pairwise(walk)) < 0.01
    assert walk[0] != walk[-1]
