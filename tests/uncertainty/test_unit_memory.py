"""What is kept of pint's units gives what pint gives: value, unit, refusal, settings and redefined units."""

from __future__ import annotations

import operator

import pint
import pytest

from calibrator_uncertainty import UnitsError, array, estimate, normal, standard_uncertainty, uncertain

UR = pint.get_application_registry()
UNITS = (
    "",
    "percent",
    "mm",
    "nm",
    "inch",
    "V",
    "mV",
    "1/K",
    "K",
    "delta_degC",
    "delta_degF",
    "rad",
    "m**2",
    "kW*h",
)
OPERATIONS = (operator.add, operator.sub, operator.mul, operator.truediv)


def _told(work):
    try:
        found = work()
    except pint.DimensionalityError:
        return "refused"
    bare = found if not hasattr(found, "units") else found.magnitude
    return bare, str(found.units)


@pytest.mark.parametrize("second", UNITS)
@pytest.mark.parametrize("first", UNITS)
def test_two_quantities_combine_as_pint_combines_bare_ones(first, second):
    for operation in OPERATIONS:
        bare = _told(lambda op=operation: op(UR.Quantity(3.0, first), UR.Quantity(7.0, second)))
        for _ in range(2):  # asked, and remembered
            ours = _told(
                lambda op=operation: estimate(
                    op(uncertain(normal("a", 3.0, 0.1, first)), uncertain(normal("b", 7.0, 0.1, second)))
                )
            )
            assert ours == bare
        mixed = _told(
            lambda op=operation: estimate(
                op(UR.Quantity(3.0, first), uncertain(normal("b", 7.0, 0.1, second)))
            )
        )
        assert mixed == bare


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("number", [2, 0.5, 3])
def test_numbers_and_powers_combine_as_in_pint(unit, number):
    ours, bare = uncertain(normal("a", 3.0, 0.1, unit)), UR.Quantity(3.0, unit)
    works = [lambda q: q * number, lambda q: number * q, lambda q: q / number, lambda q: number / q]
    works += [
        lambda q: q + number,
        lambda q: number - q,
        lambda q: q**number,
        lambda q: q**-2,
        lambda q: q**0,
    ]
    for work in works:
        for _ in range(2):
            assert _told(lambda work=work: estimate(work(ours))) == _told(lambda work=work: work(bare))


def test_a_conversion_carries_u_and_arrays_too():
    long, short = array([1.0, 2.0], 0.5, "mm"), array([10.0, 20.0], 100.0, "um")
    assert standard_uncertainty(long + short).magnitude == pytest.approx([0.26**0.5] * 2, rel=1e-14)
    assert str((short + long).units) == "micrometer"


def test_a_context_that_redefines_a_unit_is_not_answered_from_memory():
    registry = pint.UnitRegistry()
    registry.define("@context tariff\n    inch = 3 cm\n@end")
    before = pint.get_application_registry().get()
    pint.set_application_registry(registry)
    try:
        a, b = uncertain(normal("a", 1.0, 0.1, "cm")), uncertain(normal("b", 1.0, 0.1, "inch"))
        assert estimate(a + b).magnitude == pytest.approx(3.54)
        with registry.context("tariff"):
            assert estimate(a + b).magnitude == pytest.approx(4.0)
        assert estimate(a + b).magnitude == pytest.approx(3.54)
        registry.auto_reduce_dimensions = True
        assert str((a * b).units) == str((1.0 * a.units * (1.0 * b.units)).units) != "centimeter * inch"
        registry.auto_reduce_dimensions = False
        assert str((a * b).units) == "centimeter * inch"
    finally:
        pint.set_application_registry(before)


def test_units_that_do_not_add_are_refused_however_often():
    for _ in range(3):
        with pytest.raises(pint.DimensionalityError):
            uncertain(normal("a", 1.0, 0.1, "V")) + uncertain(normal("b", 1.0, 0.1, "A"))
        with pytest.raises(UnitsError):
            uncertain(normal("a", 1.0, 0.1, "degC")) + uncertain(normal("b", 1.0, 0.1, "degC"))
