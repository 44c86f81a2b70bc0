"""Budgets at many points at once agree with the same budgets one by one."""

import math

import numpy as np
import pint
import pytest

from calibrator_uncertainty import Budget, InputError, ModelError, normal, rectangular
from calibrator_uncertainty._coverage import coverage_factor, student_factors

UR = pint.get_application_registry()


def budget(**more):
    return Budget(
        lambda v, g, o, t: v * (1 + g) * np.exp(-t / 10) + o,
        [
            normal("v", 1.0, 1e-5, "V", dof=4),
            normal("g", 1e-5, 2e-6, "", dof=30),
            rectangular("o", 0.0, 5e-5, "V"),
            rectangular("t", 0.1, 1e-4, ""),
        ],
        unit="mV",
        name="gain",
        **more,
    )


@pytest.mark.parametrize("correlations", [{}, {("v", "g"): 0.7}])
@pytest.mark.parametrize("policy", ["p95", "k2", "p99"])
def test_each_point_is_as_alone(correlations, policy):
    rng = np.random.default_rng(1)
    volts = np.concatenate([rng.uniform(-5, 5, 9000), [0.0, 1e-6, 100.0]])
    spread = rng.uniform(1e-7, 1e-4, volts.size)
    freedom = rng.uniform(1, 40, volts.size)
    ours = budget(correlations=correlations)
    table = ours.table(
        {"v": UR.Quantity(volts, "V")},
        u={"o": UR.Quantity(1e3 * spread, "mV")},
        dof={"g": freedom},
        policy=policy,
    )
    for place in (0, 1, 17, 8191, 8192, 9000, 9001, 9002):
        alone = ours.at(
            v=float(volts[place]),
            g=normal("g", 1e-5, 2e-6, "", dof=float(freedom[place])),
            o=rectangular("o", 0.0, math.sqrt(3) * spread[place], "V"),
        ).evaluate(policy=policy)
        assert table.value[place] == pytest.approx(alone.value, rel=1e-13)
        assert table.u[place] == pytest.approx(alone.u, rel=1e-12)
        assert table.dof[place] == pytest.approx(alone.dof, rel=1e-9)
        assert table.k[place] == pytest.approx(alone.k, rel=1e-12)
        assert table.U[place] == pytest.approx(alone.U, rel=1e-12)
        parts = [line.contribution for line in alone.lines]
        assert table.contributions[:, place].tolist() == pytest.approx(parts, rel=1e-12)
    assert len(table) == 9003
    assert table.quantity.to("V").magnitude == pytest.approx(table.value / 1e3)
    assert str(table.expanded_uncertainty.units) == "millivolt"


def test_every_kind_of_k_occurs_in_one_table():
    spread = np.array([1e-7, 2e-5, 1e-3])
    table = budget().table({"v": 1.0}, u={"o": spread, "t": 3e-5})
    kinds = [
        budget().at(
            o=rectangular("o", 0, math.sqrt(3) * s, "V"), t=rectangular("t", 0.1, math.sqrt(3) * 3e-5, "")
        )
        for s in spread
    ]
    assert table.k.tolist() == [one.evaluate().k for one in kinds]
    assert len(set(table.k.tolist())) == 3


def test_t_factors_of_an_array_are_those_of_each():
    dof = np.array([1.0, 1.5, 2.0, 18.9989, 19.0, 1e4, 7e4, 1e9, math.inf])
    assert student_factors(0.95, dof).tolist() == pytest.approx(
        [coverage_factor("p95", d) for d in dof], rel=1e-12
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (({"x": 1.0}, {}, {}), "name"),
        (({"v": np.ones(3), "g": np.ones(4)}, {}, {}), "columns"),
        (({"v": np.ones((2, 2))}, {}, {}), "columns"),
        (({"v": np.ones(3)}, {"g": np.array([1.0, -1.0, 1.0])}, {}), "negative-u"),
        (({"v": np.ones(3)}, {}, {"g": np.array([1.0, 0.5, math.nan])}), "dof"),
    ],
)
def test_columns_that_cannot_be_are_refused(arguments, code):
    estimates, u, dof = arguments
    with pytest.raises(InputError) as caught:
        budget().table(estimates, u=u, dof=dof)
    assert caught.value.code == code


def test_point_without_a_value_is_named():
    root = Budget(lambda x: x**0.5, [normal("x", 1, 0.1, "")], unit="")
    with pytest.raises(ModelError, match="point 2"):
        root.table({"x": np.array([1.0, 4.0, -1.0, 9.0])})


def test_model_that_decides_by_values_is_run_anew_at_each_point():
    branching = Budget(lambda x: x if x > 0 else -3 * x, [normal("x", 1, 0.1, "")], unit="")
    found = branching.table({"x": np.array([1.0, -1.0])})
    assert found.value.tolist() == [1.0, 3.0]
    assert found.contributions[0] == pytest.approx([0.1, -0.3], rel=1e-15)


def test_verdicts_of_a_batch_are_those_of_its_points():
    square = Budget(lambda x: x * x, [normal("x", 1.0, 0.1, "V")], unit="V^2", name="square")
    table = square.table({"x": np.array([0.01, 1.0, 5.0])}, u={"x": np.array([0.1, 0.01, 0.01])})
    verdicts = table.clause8(rng=np.random.default_rng(1))
    assert [one.ok for one in verdicts] == [False, True, True]
    (last,) = table.clause8([2], rng=np.random.default_rng(1))
    assert abs(0.5 * (last.low + last.high) - 25.0) < 0.01
    assert last.u == pytest.approx(table.u[2], rel=0.03)
    with pytest.raises(InputError, match="no point 3"):
        table.clause8([3], rng=np.random.default_rng(1))
