"""Rounded numbers of results as lists of the D-SI."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from calibrator.certificates.dcc._words import Unit
from calibrator.certificates.dcc._xml import Writer

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["COVERAGE", "expanded", "real", "reals"]

COVERAGE = "0.95"
"""Coverage probability of every U whose factor is that of 95 %; a chosen k = 2 has its own."""


def reals(parent: _Element, write: Writer, values: Sequence[Decimal], unit: Unit) -> _Element:
    """Add a list of values that share a unit."""
    made = write.add(parent, "si:realListXMLList")
    write.add(made, "si:valueXMLList", " ".join(unit.text(value) for value in values))
    write.add(made, "si:unitXMLList", unit.si)
    return made


def expanded(
    made: _Element,
    write: Writer,
    uncertainties: Sequence[Decimal],
    factors: Sequence[Decimal],
    unit: Unit,
    *,
    coverage: Sequence[Decimal | None],
) -> None:
    """Add U with its k to a list of values, and with what a chosen k covers."""
    univariate = write.add(made, "si:measurementUncertaintyUnivariateXMLList")
    known = write.add(univariate, "si:expandedMUXMLList")
    write.add(known, "si:valueExpandedMUXMLList", " ".join(unit.text(value) for value in uncertainties))
    write.add(known, "si:coverageFactorXMLList", " ".join(f"{factor:f}" for factor in factors))
    write.add(
        known,
        "si:coverageProbabilityXMLList",
        " ".join(COVERAGE if p is None else f"{p:f}" for p in coverage),
    )


def real(parent: _Element, write: Writer, value: Decimal, unit: Unit) -> _Element:
    """Add one value."""
    made = write.add(parent, "si:real")
    write.add(made, "si:value", unit.text(value))
    write.add(made, "si:unit", unit.si)
    return made
