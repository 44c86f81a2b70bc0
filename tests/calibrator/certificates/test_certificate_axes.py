"""The unit on a curve's axis follows from its formula and the units of its coefficients."""

from __future__ import annotations

from decimal import Decimal

import pytest

from calibrator.certificates._dimension import output_unit
from calibrator.certificates._model import Curve
from calibrator.procedure import Text


def curve(formula: str, units: dict[str, str], given: str) -> Curve:
    nothing = tuple((Decimal(0),) * len(units) for _ in units)
    values = (Decimal(1),) * len(units)
    return Curve(
        "c",
        Text("", ""),
        formula,
        tuple(units),
        values,
        tuple(units.values()),
        nothing,
        "t",
        given,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("formula", "units", "given", "unit"),
    [
        (r"R(t) = R_0 (1 + A t + B t^2)", {"R_0": "ohm", "A": "1/degC", "B": "1/degC**2"}, "degC", "ohm"),
        (r"E = a t + b t^2", {"a": "V/K", "b": "V/K**2"}, "degC", "V"),
        (r"U = a + b t", {"a": "g", "b": "1"}, "g", "g"),
        (r"y = \frac{a}{t}", {"a": "m"}, "s", "m/s"),
        (r"y = a + b t", {"a": "V", "b": "V"}, "degC", ""),  # does not add
        (r"y = \exp(a t)", {"a": "1/s"}, "s", ""),  # no plain algebra of units
    ],
)
def test_the_unit_of_an_axis(formula: str, units: dict[str, str], given: str, unit: str) -> None:
    assert output_unit(curve(formula, units, given)) == unit
