"""What a dry block's readings are made into: the published budget, places, the way back, stability."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator.procedure import (
    Contribution,
    MissingReferenceError,
    PointObservations,
    PointReferences,
    Reading,
)
from calibrator_procedures.dry_block import PROCEDURE

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
# EA-4/02 M:2013, example S11 (the published components); kind: half-width (K), k of a normal one
S11 = {
    "standard": (0.030, 2.0),
    "readout": (0.030, 2.0),
    "drift": (0.04, 0.0),
    "resolution_uut": (0.05, 0.0),
    "resolution_standard": (0.0, 0.0),
    "radial": (0.1, 0.0),
    "axial": (0.25, 0.0),
    "loading": (0.0, 0.0),
    "hysteresis": (0.05, 0.0),
    "fluctuation": (0.03, 0.0),
}


def references_of(figures: dict[str, tuple[float, float]] = S11) -> dict[str, PointReferences]:
    made = tuple(
        Contribution(kind, 0.0, half, "K", k, "normal_k" if k else "limit_rectangular", "memory_high", "S11")
        for kind, (half, k) in figures.items()
    )
    found = {}
    for section in PROCEDURE.sections("fluke_9142"):
        for point in section.points:
            limits = point.limits.get("1y") or next(iter(section.points[1].limits.values()))
            found[point.id] = PointReferences(point, limits, "SIM-1529", "1529", made)
    return found


def observed(point: str, standard: Sequence[float], display: Sequence[float]) -> PointObservations:
    """One value a round of each part; a round is S X X S."""
    readings: dict[str, list[Reading]] = {"standard": [], "uut": []}
    for index in range(4 * len(standard)):
        part = ("standard", "uut", "uut", "standard")[index % 4]
        value = (standard if part == "standard" else display)[index // 4]
        at = START + timedelta(seconds=index)
        readings[part].append(Reading(f"{value:.3f}", value, at, index + 1, "degC"))
    parts = {"standard": tuple(readings["standard"])}
    return PointObservations(point, 1, display[0], tuple(readings["uut"]), 23.0, 45.0, parts)


def evaluated(*items: PointObservations, section: int = 0, figures: dict[str, tuple[float, float]] = S11):
    found = PROCEDURE.evaluate(PROCEDURE.sections("fluke_9142")[section], items, references_of(figures))
    return {item.point: item.budget.evaluate() for item in found}


def test_the_published_budget_of_a_block_at_180_degrees() -> None:
    # S11: 180.1 degC where the display shows 180.0, u = 0.164 degC, U = 0.3 degC with k = 1.81
    found = evaluated(observed("display:150degC", [180.1] * 3, [180.0] * 3))["display:150degC"]
    assert found.value == pytest.approx(-0.1, abs=1e-9)
    assert found.u == pytest.approx(0.164, abs=0.001)
    assert round(found.U, 1) == 0.3
    shares = {line.name: line.u for line in found.lines}
    assert shares["axial"] == pytest.approx(0.144, abs=0.001)
    assert shares["difference"] == pytest.approx(0.029, abs=0.001)


def test_a_standard_that_shows_too_much_makes_the_display_too_low() -> None:
    budget = PROCEDURE.evaluate(
        PROCEDURE.sections("fluke_9142")[0],
        [observed("display:100degC", [100.0] * 3, [100.0] * 3)],
        references_of(),
    )[0].budget
    lines = {line.name: line.sensitivity for line in budget.evaluate().lines}
    assert lines["certificate"] == lines["readout"] == lines["drift"] == pytest.approx(1.0)


@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2), st.floats(-5.0, 5.0))
@settings(max_examples=30, deadline=None)
def test_places_are_compared_over_the_display_whatever_it_is_off(
    warmer: float, moved: float, off: float
) -> None:
    found = evaluated(
        observed("bottom:150degC", [150.0] * 3, [150.0 + off] * 3),
        observed("axial40mm:150degC", [150.0 + moved + warmer] * 3, [150.0 + off + moved] * 3),
        section=1,
    )
    assert list(found) == ["axial40mm:150degC"]  # the place of reference is no result
    assert found["axial40mm:150degC"].value == pytest.approx(warmer, abs=1e-9)


def test_the_way_back_is_the_change_of_the_displays_error() -> None:
    found = evaluated(
        observed("display:50degC", [50.10] * 3, [50.0] * 3),
        observed("hysteresis:50degC", [50.08] * 3, [50.0] * 3),
    )
    assert found["hysteresis:50degC"].value == pytest.approx(0.02, abs=1e-9)
    assert found["hysteresis:50degC"].u < found["display:50degC"].u


def stability(rounds: Sequence[Sequence[float]]):
    """Evaluate rounds of four readings of the standard."""
    item = observed("stability:150degC", [150.0] * len(rounds), [150.0] * len(rounds))
    at = item.readings[0]
    readings = tuple(replace(at, value=value) for found in rounds for value in found)
    return evaluated(replace(item, parts={"standard": readings}))["stability:150degC"]


def test_stability_is_twice_the_standard_deviation_with_the_uncertainty_of_its_measurement() -> None:
    rounds = [[150.0 + 0.004 * math.sin(index)] * 4 for index in range(16)]
    exact = stability(rounds)
    assert exact.value == pytest.approx(2 * stdev(found[0] for found in rounds), rel=1e-12)
    assert exact.u < 1e-9  # S11 has no resolution of the standard: nothing scatters but the block
    # at 1 mK of noise a reading u(s) is sqrt(v/(n - 1)), v = (1 mK)²/4, and what v itself is unknown by
    draw = random.Random(3)
    noisy = stability([[value + draw.gauss(0.0, 0.001) for value in found] for found in rounds])
    assert 0.0002 < noisy.u < 0.0005
    assert abs(noisy.value - exact.value) < 3.0 * noisy.u


def test_what_a_block_moves_within_a_round_is_not_taken_for_the_readouts_noise() -> None:
    # over 500 half hours: the readout scatters by 1 mK a reading, the block by 0.75 mK anew every five
    # seconds and by 2.5 mK over minutes; the first to differ by was once taken out as the readout's, 2 % of s
    draw = random.Random(11)
    pulls = []
    for _ in range(500):
        true, shown = [], []
        for index in range(16):
            slow = 0.0035 * math.sin(2.0 * math.pi * (index / 5.0 + draw.random() * 0.01))
            phase, steps = draw.randrange(5), (draw.gauss(0.0, 0.00075), draw.gauss(0.0, 0.00075))
            block = [slow + steps[(phase + second) // 5] for second in range(4)]
            true.append(fmean(block))
            shown.append([150.0 + value + draw.gauss(0.0, 0.001) for value in block])
        found = stability(shown)
        pulls.append((found.value - 2.0 * stdev(true)) / found.u)
    assert abs(fmean(pulls)) < 0.15  # three standard errors; half a u where that movement is taken out
    assert 0.9 < math.sqrt(fmean(value**2 for value in pulls)) < 1.1


def test_a_still_block_may_have_no_stability_but_has_an_uncertainty() -> None:
    draw = random.Random(5)
    found = [
        stability([[150.0 + draw.gauss(0.0, 0.001) for _ in range(4)] for _ in range(16)]) for _ in range(40)
    ]
    assert min(item.value for item in found) == 0.0
    assert sum(item.value < item.U for item in found) >= 34
    assert all(item.U > 0.0003 for item in found)


def test_a_place_without_its_reference_and_a_missing_figure() -> None:
    assert evaluated(observed("radial1:150degC", [150.0] * 3, [150.0] * 3), section=1) == {}
    lean = {kind: value for kind, value in S11.items() if kind != "axial"}
    with pytest.raises(MissingReferenceError) as caught:
        evaluated(observed("display:50degC", [50.0] * 3, [50.0] * 3), figures=lean)
    assert caught.value.kind == "axial"


def test_limits_are_those_of_the_accuracy_table() -> None:
    from calibrator_drivers.accuracy import load_table

    functions = {"display": "block_display", "stability": "block_stability"}
    functions |= {"hysteresis": "block_hysteresis", "loading": "block_loading", "axial": "block_axial_40mm"}
    functions |= {"radial": "block_radial"}
    for model in PROCEDURE.models():
        table = load_table(model)
        for point in (point for section in PROCEDURE.sections(model) for point in section.points):
            if point.supporting:
                continue
            kind = next(kind for kind in functions if point.id.startswith(kind))
            half = table.limit(functions[kind], float(point.nominal), interval="1y").half_width
            assert float(point.limits["1y"].upper) == pytest.approx(half), point.id
