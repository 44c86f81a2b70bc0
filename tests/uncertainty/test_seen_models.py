"""A model that was run before is not run again only where nothing that it rests on can have changed."""

from __future__ import annotations

import math

import numpy as np
import pint
import pytest

from calibrator_uncertainty import Budget, UnitsError, normal
from calibrator_uncertainty._seen_models import _code_of

FACTOR = 2.0
HELD = [3.0]


def _value(model, x=2.0, unit="V", into="V"):
    return Budget(model, [normal("x", x, 0.1, unit)], unit=into).evaluate().value


def _made(factor):
    return lambda x: factor * x


def _with_global(x):
    return FACTOR * x


def _with_numpy(x):
    return np.sqrt(x * x) * math.pi


def _branching(x):
    return x if x.magnitude > 1.0 else 2.0 * x


def _defaulted(x, factor=2.0):
    return factor * x


def _with_list(x):
    return HELD[0] * x


def _with_helper(x):
    return _with_global(x)


def _with_method(x):
    return x.to("mV")


def _runs(model, monkeypatch):
    """Return how often a model is run with units for two new budgets."""
    from calibrator_uncertainty import _budget

    run, count = _budget.run_with_units, []
    monkeypatch.setattr(_budget, "run_with_units", lambda budget: count.append(1) or run(budget))
    first, second = _value(model), _value(model)
    assert first == second
    return len(count)


@pytest.mark.parametrize("model", [_made(7.0), lambda x: 3 * x - x / 4, lambda x: (x**2 / x) + 0.0 * x])
def test_pure_arithmetic_is_run_once(model, monkeypatch):
    assert _runs(model, monkeypatch) <= 1
    assert _runs(model, monkeypatch) == 0


def test_numpy_and_numbers_of_the_module_are_pure_arithmetic(monkeypatch):
    assert _runs(_with_numpy, monkeypatch) <= 1
    assert _runs(_with_global, monkeypatch) <= 1


@pytest.mark.parametrize(
    "model",
    [_branching, _defaulted, _with_list, _with_helper, _with_method, lambda x: sum([x, x]), np.negative],
)
def test_every_other_model_is_run_each_time(model, monkeypatch):
    if model is np.negative:
        model = _Called()
    assert _runs(model, monkeypatch) == 2


class _Called:
    def __call__(self, x):
        return 2.0 * x


def test_what_a_name_stands_for_is_looked_up_each_time(monkeypatch):
    assert [_value(_made(factor)) for factor in (2.0, 3.0, 2.0)] == [4.0, 6.0, 4.0]
    assert _value(_with_global) == 4.0
    monkeypatch.setitem(globals(), "FACTOR", 5.0)
    assert _value(_with_global) == 10.0
    assert _value(_with_list) == 6.0
    HELD[0] = 4.0
    try:
        assert _value(_with_list) == 8.0
    finally:
        HELD[0] = 3.0


def test_a_cell_that_changes_is_seen():
    factor = 2.0

    def model(x):
        return factor * x

    assert _value(model) == 4.0
    factor = 3.0
    assert _value(model) == 6.0


def test_zeros_of_either_sign_are_two_numbers():
    assert _value(lambda x: np.arctan2(0.0 * x, x), -1.0, into="") == pytest.approx(-math.pi)
    for zero in (0.0, -0.0, 0.0):
        found = _value(_angle(zero), 1.0, "", "")
        assert math.copysign(1.0, found) == math.copysign(1.0, zero)


def _angle(zero):
    return lambda x: zero * x


def test_a_changed_numpy_is_seen(monkeypatch):
    before = _value(_with_numpy)
    monkeypatch.setattr(np, "sqrt", np.square)
    with pytest.raises(UnitsError):
        _value(_with_numpy)
    monkeypatch.undo()
    assert _value(_with_numpy) == before


def test_units_names_and_order_are_part_of_what_was_seen():
    assert _value(lambda x: 2.0 * x, unit="mV", into="V") == pytest.approx(4e-3)

    def ratio(a, b):
        return a / b

    a, b = normal("a", 6.0, 0.1, "V"), normal("b", 2.0, 0.1, "V")
    assert Budget(ratio, [a, b], unit="").evaluate().value == 3.0
    assert Budget(ratio, [b, a], unit="").evaluate().value == 3.0
    assert Budget(ratio, [a.at(2.0), normal("b", 2.0, 0.1, "mV")], unit="").evaluate().value == 1000.0
    with pytest.raises(UnitsError):
        Budget(ratio, [a, normal("b", 2.0, 0.1, "A")], unit="").evaluate()


def test_settings_and_contexts_of_the_registry_are_part_of_it():
    registry = pint.UnitRegistry()
    registry.define("@context tariff\n    inch = 3 cm\n@end")
    before = pint.get_application_registry().get()
    pint.set_application_registry(registry)
    try:
        assert _value(lambda x: 1.0 * x, 1.0, "inch", "cm") == pytest.approx(2.54)
        with registry.context("tariff"):
            assert _value(lambda x: 1.0 * x, 1.0, "inch", "cm") == pytest.approx(3.0)

        def energy(x):
            return 1.0 * x

        with registry.context("sp"):
            assert _value(energy, 500.0, "nm", "THz") == pytest.approx(599.58, rel=1e-4)
        with pytest.raises(UnitsError):
            _value(energy, 500.0, "nm", "THz")
    finally:
        pint.set_application_registry(before)


def test_code_that_stores_jumps_or_calls_names_is_not_arithmetic():
    sources = [
        "def f(x):\n    global G\n    G = x\n    return x",
        "def f(x):\n    for _ in (1, 2):\n        x = x + x\n    return x",
        "def f(x):\n    yield x",
        "def f(x):\n    return (lambda y: y)(x)",
        "def f(x):\n    import random\n    return x * random.random()",
        "def f(x):\n    x.magnitude\n    return x",
        "def f(x):\n    assert x\n    return x",
        "def f(x):\n    return np.add(x, x, out=None)",
        "async def f(x):\n    return x",
    ]
    for source in sources:
        space = {"np": np}
        exec(source, space)
        assert _code_of(space["f"]) is None, source
