"""A result that is a curve: coefficients, covariance, formula, and where it holds."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from calibrator._errors import IntegrityError
from calibrator.certificates._model import Curve
from calibrator.certificates.dcc._numbers_of import COVERAGE, real
from calibrator.certificates.dcc._words import Unit, part, unit_of
from calibrator.certificates.dcc._xml import Writer

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["curve"]


def curve(found: Curve, data: _Element, write: Writer) -> None:
    """Add a curve: its formula, and its coefficients with standard uncertainties and covariance matrix.

    Raises:
        IntegrityError: code `not-a-covariance`, the matrix has another size than the coefficients, is not
            symmetric, or has a variance below zero.
    """
    _check(found)
    if found.formula:
        write.add(write.add(data, "formula"), "latex", found.formula)
    table = write.add(data, "list", part=part("curve" if found.formula else "parameter_set"))
    write.texts(table, "name", found.title)
    for name, bound in (("domain_low", found.domain_lower), ("domain_high", found.domain_upper)):
        if bound is None:
            continue
        one = write.add(table, "quantity", part=part(name))
        write.texts(one, "name", part(name).name, f" ({found.input})")
        real(one, write, bound, unit_of(found.input_unit))
    one = write.add(table, "quantity", part=part("parameter"))
    write.texts(one, "name", part("parameter").name)
    _coefficients(found, one, write)


def _coefficients(found: Curve, parent: _Element, write: Writer) -> None:
    made = write.add(parent, "si:realListXMLList")
    units = [_si(unit) for unit in found.units]
    write.add(made, "si:labelXMLList", " ".join("_".join(name.split()) for name in found.names))
    values = (unit.text(value) for unit, value in zip(units, found.values, strict=True))
    write.add(made, "si:valueXMLList", " ".join(values))
    write.add(made, "si:unitXMLList", " ".join(unit.si for unit in units))
    variances = [found.covariance[i][i] for i in range(len(units))]
    if not any(variances):
        return  # a bound that the procedure states as such has no uncertainty, and none is written
    if all(variances):
        univariate = write.add(made, "si:measurementUncertaintyUnivariateXMLList")
        spread = " ".join(unit.text(v.sqrt()) for unit, v in zip(units, variances, strict=True))
        write.add(write.add(univariate, "si:standardMUXMLList"), "si:valueStandardMUXMLList", spread)
    region = write.add(
        write.add(made, "si:measurementUncertaintyMultivariateXMLList"), "si:ellipsoidalRegionMUXMLList"
    )
    matrix = write.add(region, "si:covarianceMatrixXMLList")
    for column, unit in zip(zip(*found.covariance, strict=True), units, strict=True):
        made = write.add(matrix, "si:columnXMLList")
        for value, other in zip(column, units, strict=True):
            entry = write.add(made, "si:covarianceXMLList")
            both = Unit(other.si + unit.si, other.scale + unit.scale)
            write.add(entry, "si:valueXMLList", both.text(value))
            write.add(entry, "si:unitXMLList", both.si)
    write.add(region, "si:coverageFactorXMLList", _factor(len(found.values)))
    write.add(region, "si:coverageProbabilityXMLList", COVERAGE)


def _factor(size: int) -> str:
    """Return k of the joint region at 95 % for so many coefficients, of a normal distribution.

    Source: JCGM 102:2011, 6.5.2: the quantile of chi squared.
    """
    from scipy.special import gammaincinv

    return f"{math.sqrt(2.0 * float(gammaincinv(size / 2.0, float(COVERAGE)))):.4f}"


def _si(unit: str) -> Unit:
    """Return a unit such as "ohm/degC/degC" or "1/degC**2" with the power of ten of a value in it."""
    first, *others = unit.replace("**", "^").split("/")
    made = [_factor_unit(word) for word in first.split("*")]
    below = [_factor_unit(word) for other in others for word in other.split("*")]
    return Unit(
        "".join(one.si for one in made) + "".join(f"\\per{one.si}" for one in below),
        sum(one.scale for one in made) - sum(one.scale for one in below),
    )


def _factor_unit(word: str) -> Unit:
    """Return one unit, raised to its power."""
    name, _, power = word.strip().partition("^")
    found = unit_of(name.strip(), difference=True)
    if not power:
        return found
    return Unit(f"{found.si}\\tothe{{{int(power)}}}", found.scale * int(power))


def _check(found: Curve) -> None:
    count, matrix = len(found.values), found.covariance
    sizes = {len(found.names), len(found.units), len(matrix), *map(len, matrix)}
    symmetric = sizes == {count} and all(
        matrix[i][j] == matrix[j][i] and matrix[i][i] >= Decimal(0)
        for i in range(count)
        for j in range(i + 1)
    )
    if not symmetric:
        raise IntegrityError(
            f"the covariance of the curve {found.id} does not belong to its {count} coefficients",
            where=found.id,
            way_out="Check the record: calibrator verify.",
            code="not-a-covariance",
        )
