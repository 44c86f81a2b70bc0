"""A class III scale read at its changeover points (OIML R 76-1, A.4.4.3), worked by hand."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import stdev
from typing import Any

import pytest

import calibrator_procedures
from calibrator.procedure import (
    Contribution,
    CurveEvaluation,
    Evaluation,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Reading,
    Section,
)
from calibrator_drivers import open_instrument
from calibrator_procedures.balance import PROCEDURE
from calibrator_sim import SimBench

AT = datetime(2026, 11, 23, tzinfo=UTC)
ROOM = Path(calibrator_procedures.__file__).parent / "balance"
M1 = {"8000": 0.40, "10000": 0.50}  # g: OIML R 111-1, class M1, sums of weights
E = 5.0  # g
ADDED = (2.5, 2.0, 3.0, 2.5, 2.0, 3.0)  # g, at six weighings of 8 kg that all show 8000 g


def figure(kind: str, estimate: float, half: float) -> Contribution:
    return Contribution(kind, estimate, half, "g", 0.0, "limit_rectangular", "seen", "invented")


def evaluated(section: Section, shown: dict[str, tuple[float, float]]) -> dict[str, Any]:
    """Return the budgets of points."""
    found = evaluations(section, shown)
    return {item.point: item.budget for item in found if isinstance(item, PointEvaluation)}


def evaluations(section: Section, shown: dict[str, tuple[float, float]]) -> Sequence[Evaluation]:
    """Evaluate indications with what was added; all others show their load, with half an interval added."""
    seen, known = [], {}
    for point in section.points:
        load = float(point.nominal)
        half = M1.get(str(point.nominal), 0.25)
        values = {"standard": (load, half), "drift": (0.0, half / 3), "buoyancy": (0.0, half / 4)}
        values |= {"convection": (0.0, 0.0), "resolution": (0.0, float(str(point.settings["e_g"])) / 2)}
        values |= {"zero_resolution": (0.0, 1.0 if "partial_g" in point.settings else E / 2)}
        values |= {"sensitivity": (0.0, 1e-5 * load)}
        figures = tuple(figure(kind, *value) for kind, value in values.items())
        limits = next(iter(point.limits.values()), None)
        known[point.id] = PointReferences(point, limits, "W", "weights", figures)
        indication, added = shown.get(point.measured_with or point.id, (load, E / 2))
        one = Reading(f"{indication}", indication, AT, 0, "g")
        parts = {"added": (Reading(f"{added}", added, AT, 0, "g"),)}
        seen.append(PointObservations(point.id, 1, None, (one,), 23.0, 45.0, parts=parts))
    return PROCEDURE.evaluate(section, seen, known)


@pytest.fixture
def weighing() -> Section:
    (section,) = PROCEDURE.sections("class_iii_scale_15kg")
    return section


def test_an_error_before_rounding_worked_by_hand(weighing: Section) -> None:
    shown = {f"repeatability:8kg:{n}": (8000.0, added) for n, added in enumerate(ADDED, start=1)}
    # 10005 g is shown, and 4.5 g more bring 10010 g: P = 10005 + 2.5 - 4.5 = 10003 g
    found = evaluated(weighing, shown | {"error:10kg": (10005.0, 4.5), "eccentricity:left": (4995.0, 1.0)})
    result = found["error:10kg"].evaluate(policy="k2")
    assert result.value == pytest.approx(3.0, abs=1e-9)
    s = stdev(ADDED)
    squares = [
        (E / 10) ** 2 / 3,  # small weights of e/10
        (E / 4) ** 2 / 3,  # zero within e/4 (R 76-1, 4.5.2)
        s**2,
        0.50**2 / 3,  # weight of class M1 at its nominal value, its drift, its density
        (0.50 / 3) ** 2 / 3,
        (0.50 / 4) ** 2 / 3,
    ]
    assert result.u == pytest.approx(math.sqrt(sum(squares)))
    # the corner: 4995 + 2.5 - 1.0 = 4996.5, the centre 5000 + 2.5 - 2.5
    assert found["eccentricity:left"].evaluate(policy="k2").value == pytest.approx(-3.5, abs=1e-9)
    # read off the display all six weighings are the same; before rounding they lie 1 g apart
    assert found["repeatability:8kg"].evaluate(policy="k2").value == pytest.approx(1.0, abs=1e-9)


def test_limits_and_loads_are_those_of_class_iii(weighing: Section) -> None:
    limits = {
        float(point.nominal) / E: float(point.limits["class"].half or 0.0) / E
        for point in weighing.points
        if point.settings["test"] == "error"
    }
    # OIML R 76-1, table 6: 0.5 e to 500 e, 1 e to 2000 e, 1.5 e to 10 000 e; Min is 20 e, Max 3000 e
    assert limits == {20.0: 0.5, 500.0: 0.5, 1000.0: 1.0, 2000.0: 1.0, 3000.0: 1.5}


def test_the_small_weights_find_what_the_display_hides() -> None:
    """P of the simulated scale is what it would show at rest, to a tenth of its interval and its scatter."""
    tables = tomllib.loads((ROOM / "bench-class_iii_scale_15kg.toml").read_text(encoding="utf-8"))
    found = []
    with SimBench.virtual(tables, seed=4) as bench:
        scale: Any = open_instrument(
            "class_iii_scale_15kg", bench.resources["scale"], clock=bench.clock, name="scale"
        )
        for wiring in ("w2500", "w5000", "w8000", "w10000", "w15000"):
            bench.connect("empty")
            bench.clock.sleep(5.0)
            scale.zero()
            bench.connect(wiring)
            bench.clock.sleep(5.0)
            scale.configure_mass(changeover=False)
            shown = scale.read().value
            scale.configure_mass(changeover=True)
            found.append(shown + E / 2 - scale.read().value - bench.truth(wiring)["rest_g"])
            assert shown % E == 0.0
        scale.close()
    assert all(abs(off) < E / 10 + 4 * 0.4 for off in found), found  # 0.4 g is its repeatability
    assert any(found)


def test_limits_of_a_multi_interval_scale_count_in_the_interval_of_the_load() -> None:
    """OIML R 76-1, 3.3 and 3.5: e = 2 g to 6 kg, 5 g beyond; 0.5 e to 500 e, 1 e to 2000 e, 1.5 e beyond."""
    (section,) = PROCEDURE.sections("class_iii_scale_6_15kg")
    errors = [point for point in section.points if point.settings["test"] == "error"]
    for point in errors:
        load = float(point.nominal)
        interval = 2.0 if load <= 6000.0 else 5.0
        share = 0.5 if load <= 500 * interval else 1.0 if load <= 2000 * interval else 1.5
        assert float(str(point.settings["e_g"])) == interval
        assert float(point.limits["class"].half or 0.0) == share * interval
    assert [float(point.nominal) for point in errors] == [40.0, 1000.0, 4000.0, 5500.0, 10000.0, 15000.0]


def test_a_changeover_point_takes_the_interval_of_its_partial_range() -> None:
    (section,) = PROCEDURE.sections("class_iii_scale_6_15kg")
    shown = {f"repeatability:{load}kg:{n}": (load * 1000.0, 1.0) for load in (4, 8) for n in range(1, 7)}
    shown |= {"error:5.5kg": (5502.0, 1.6), "error:10kg": (10005.0, 4.5)}
    found = evaluated(section, shown)
    # 5502 + 2/2 - 1.6 = 5501.4 and 10005 + 5/2 - 4.5 = 10003
    assert found["error:5.5kg"].evaluate(policy="k2").value == pytest.approx(1.4, abs=1e-9)
    assert found["error:10kg"].evaluate(policy="k2").value == pytest.approx(3.0, abs=1e-9)
    rounding = {
        name: next(line.u for line in found[name].inputs if line.name == "rounding")
        for name in ("error:5.5kg", "error:10kg")
    }
    assert rounding == {
        "error:5.5kg": pytest.approx(0.2 / math.sqrt(3.0)),
        "error:10kg": pytest.approx(0.5 / math.sqrt(3.0)),
    }
    # zero is set in intervals of 2 g, whatever the interval of the load
    zero = [
        next(line.u for line in budget.inputs if line.name == "zero")
        for budget in found.values()
        if "zero" in {line.name for line in budget.inputs}
    ]
    assert min(zero) == pytest.approx(0.5 / math.sqrt(3.0))
    assert next(line.u for line in found["error:10kg"].inputs if line.name == "zero") == min(zero)


def test_a_weighing_in_use_is_stated_for_each_partial_range() -> None:
    """EURAMET cg-18, 7.4: U(W) steps by the interval at 6 kg."""
    (section,) = PROCEDURE.sections("class_iii_scale_6_15kg")
    shown = {f"repeatability:{load}kg:{n}": (load * 1000.0, 1.0) for load in (4, 8) for n in range(1, 7)}
    curves = [item for item in evaluations(section, shown) if isinstance(item, CurveEvaluation)]
    assert [item.domain for item in curves] == [(0.0, 6000.0), (6000.0, 15000.0)]
    assert len({item.coefficients.id for item in curves}) == 2
    below, above = (a + b * 6000.0 for a, b in (item.coefficients.values for item in curves))
    # no scatter: at zero rounding of 2 g twice; at 6 kg by 2 g from below and by 5 g from above
    assert curves[0].coefficients.values[0] == pytest.approx(2.0 * math.sqrt(2.0 / 3.0), rel=0.01)
    assert above - below > 1.0
    single = [
        item
        for item in evaluations(PROCEDURE.sections("class_iii_scale_15kg")[0], {})
        if isinstance(item, CurveEvaluation)
    ]
    assert [item.domain for item in single] == [(0.0, 15000.0)]
