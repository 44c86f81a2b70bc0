"""What speaks against the numbers of a certificate: each other, or what a laboratory can have measured."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from statistics import NormalDist
from typing import Final

from calibrator.standards._certificate import CertificateValue
from calibrator.standards.imports._interpret import DECIMAL, KINDS, LIMITS, Reading
from calibrator.standards.imports._read import Document, Quantity, Table, Written
from calibrator.standards.imports._units import Known, known_unit

__all__ = ["conditions", "differences", "hybrids", "repeated", "temperatures", "uncertainties"]

_ICE: Final = Decimal("273.15")  # K, at 0 degC
_DEGREES: Final = frozenset({"K", "degC"})
_AMBIENT_C: Final = (Decimal(-50), Decimal(100))  # the bounds of a certificate entered by hand
# k of 95.45 % is 13.97 at one degree of freedom and 4.53 at two (JCGM 100:2008, table G.2)
_FACTORS: Final = (Decimal(1), Decimal(5))
_ROUNDED: Final = 0.025  # of k as it is written: 2 for 1.96
_TIMES: Final = {r"\minute": 60, r"\hour": 3600, r"\day": 86400}  # s
_POWERS: Final = (-24, 15)  # of ten: the smallest and the largest U in any unit of ours


def differences(document: Document, readings: Sequence[Reading]) -> Iterator[str]:
    """Yield the points whose indication minus reference value is not the error, beyond their resolution.

    Of values with the opposite sign throughout, which is asked for itself, the other sign is compared.
    """
    for reading in readings:
        table = _table_of(document, reading)
        pair = None if table is None or reading.kind == "reference value" else _pair(table, reading)
        if pair is None:
            continue
        seen, true = pair
        turned = -1 if (reading.kind == "correction") != (reading.sign == "opposite") else 1
        coarse = _resolution(seen, known=_unit(seen)) + _resolution(true, known=_unit(true))
        for index, value in enumerate(reading.values):
            by_table = _at(seen, index) - _at(true, index)
            own = turned * value.value
            if abs(by_table - own) > (coarse + reading.resolution) / 2:
                yield (
                    f"table {reading.table}, point {index + 1} at {value.nominal:f}"
                    f" {value.nominal_unit or value.unit}: the indication minus the reference value is"
                    f" {by_table:f} {reading.unit}, the {reading.kind} stated is {value.value:f}"
                )


def _table_of(document: Document, reading: Reading) -> Table | None:
    return next((table for table in document.tables if table.number == reading.table), None)


def _pair(table: Table, reading: Reading) -> tuple[Written, Written] | None:
    """Return indications and reference values in one unit, which is that of the errors."""
    measured = table.column("basic_measuredValue")
    reference = table.column("basic_referenceValue") or table.column("basic_nominalValue")
    if measured is None or reference is None:
        return None
    for seen in measured.forms:
        for true in reference.forms:
            own, other = _unit(seen), _unit(true)
            if own is None or other is None or own.unit != other.unit:
                continue
            fits = own.unit == reading.unit or {own.unit, reading.unit} <= _DEGREES
            if fits and len(seen.values) == len(true.values) == len(reading.values) and _sound(seen, true):
                return seen, true
    return None


def _sound(*forms: Written) -> bool:
    return all(DECIMAL.fullmatch(word) for form in forms for word in form.values)


def _unit(form: Written) -> Known | None:
    """Return the unit of a list that has one for all of its values."""
    known = {known_unit(unit) for unit in form.units}
    return known.pop() if len(known) == 1 else None


def _at(form: Written, index: int) -> Decimal:
    known = _unit(form)
    return Decimal(form.values[index]) if known is None else known.value(form.values[index])


def _resolution(form: Written, known: Known | None) -> Decimal:
    """Return the finest step of a list as it is written; whole numbers alone are taken as exact."""
    powers = [int(Decimal(word).as_tuple().exponent) for word in form.values]
    finest = min(powers, default=0)
    if finest >= 0:
        return Decimal(0)
    return Decimal(1).scaleb(finest + (known.scale if known is not None else 0))


def hybrids(document: Document) -> Iterator[str]:
    """Yield the quantities whose forms, the same values in other units, do not say the same."""
    for quantity in document.quantities:
        for other in quantity.forms[1:]:
            why = _contradiction(quantity, quantity.forms[0], other)
            if why:
                name = quantity.name or " ".join(quantity.ref_types) or "a quantity"
                yield f"line {quantity.line}: the forms of {name} differ: {why}"
                break


def _contradiction(quantity: Quantity, first: Written, other: Written) -> str:
    own, unit = _unit(first), _unit(other)
    times = {*first.units, *other.units}
    if times & {*_TIMES} and times <= {*_TIMES, r"\second"} and _sound(first, other):
        return _times(first, other)
    if own is None or unit is None or not _sound(first, other):
        return f"{' '.join(other.units[:1])} cannot be compared with {' '.join(first.units[:1])}"
    if own.unit != unit.unit and not {own.unit, unit.unit} <= _DEGREES:
        return f"{own.unit} is no form of {unit.unit}"
    if len(first.values) != len(other.values):
        return f"{len(first.values)} values and {len(other.values)}"
    coarse = (_resolution(first, own) + _resolution(other, unit)) / 2
    for index in range(len(first.values)):
        a, b = _at(first, index), _at(other, index)
        shifts = _shifts(quantity, own.unit, unit.unit)
        if all(abs(a - b - shift) > coarse for shift in shifts):
            return f"{first.values[index]} {first.units[0]} and {other.values[index]} {other.units[0]}"
    return ""


def _times(first: Written, other: Written) -> str:
    """Compare times, whose units beside the second are no powers of ten of it."""
    a, b = ([Decimal(v) * _TIMES.get(one.units[0], 1) for v in one.values] for one in (first, other))
    return "" if a == b else f"{' '.join(first.values)} and {' '.join(other.values)}"


def _shifts(quantity: Quantity, own: str, other: str) -> tuple[Decimal, ...]:
    """Return what may lie between two scales: nothing for a difference, the ice point for a temperature."""
    if own == other:
        return (Decimal(0),)
    ice = _ICE if own == "K" else -_ICE
    refs = set(quantity.ref_types)
    if refs & {*KINDS, *LIMITS}:
        return (Decimal(0),)
    known = refs & {
        "basic_nominalValue",
        "basic_calibrationValue",
        "basic_referenceValue",
        "basic_measuredValue",
    }
    return (ice,) if known else (ice, Decimal(0))


def repeated(values: Sequence[CertificateValue]) -> Iterator[str]:
    """Yield the nominal values at which the certificate states two values that differ."""
    first: dict[object, CertificateValue] = {}
    for value in values:
        key = (
            *(value.function, value.nominal, value.nominal_unit, value.unit),
            *(value.range_high, value.frequency_hz),
        )
        known = first.setdefault(key, value)
        if (known.value, known.expanded_uncertainty) != (value.value, value.expanded_uncertainty):
            yield (
                f"{value.function} at {value.nominal:f} {value.nominal_unit or value.unit}:"
                f" {known.value:f} and {value.value:f} {value.unit}"
            )


def uncertainties(document: Document, readings: Sequence[Reading]) -> Iterator[str]:
    """Yield uncertainties, factors and probabilities that no laboratory states."""
    for reading in readings:
        largest = max((_span(value) for value in reading.values), default=Decimal(0))
        for value in reading.values:
            place = f"{value.function} at {value.nominal:f} {value.nominal_unit or value.unit}"
            u, k = value.expanded_uncertainty, value.coverage_factor
            if not _FACTORS[0] <= k <= _FACTORS[1]:
                yield f"{place}: the coverage factor is {k}"
            if not _POWERS[0] <= u.adjusted() <= _POWERS[1] or u > largest > 0 or u < largest.scaleb(-15):
                yield f"{place}: U is {u} {value.unit}"
    for quantity in document.quantities:
        for form in quantity.forms:
            for word in form.probabilities:
                if not _is_probability(word):
                    yield f"line {quantity.line}: the coverage probability is {word}"
            yield from _unmatched(form, quantity.line)


def _unmatched(form: Written, line: int) -> Iterator[str]:
    """Yield factors that no distribution of a budget has at p.

    Those have: normal and t (from two degrees of freedom), rectangular, two rectangles together (any factor
    between; EA-4/02 M:2022, S10.13), U-shaped.
    """
    pairs = {
        (form.factors[i % len(form.factors)], form.probabilities[i % len(form.probabilities)])
        for i in range(max(len(form.factors), len(form.probabilities)))
        if form.factors and form.probabilities
    }
    for factor, probability in sorted(pairs):
        if not (DECIMAL.fullmatch(factor) and _is_probability(probability)):
            continue
        k, p = float(factor), float(probability)
        normal = NormalDist().inv_cdf((1 + p) / 2)
        widest = p * math.sqrt(2 / (1 - p * p))  # the quantile of t at two degrees of freedom
        # where a factor of 2 was chosen, what it covers is computed: 0.99 or 0.5 is a slip, 0.9989 is none
        claimed = k == 2 and round(p, 2) == p
        narrowest = normal if claimed else min(normal, math.sqrt(3) * p)
        u_shaped = abs(k - math.sqrt(2) * math.sin(math.pi * p / 2)) < _ROUNDED * k
        if not u_shaped and not narrowest * (1 - _ROUNDED) <= k <= widest * (1 + _ROUNDED):
            yield f"line {line}: no distribution has the coverage factor {factor} at p = {probability}"


def _span(value: CertificateValue) -> Decimal:
    """Return the largest number that a U can be held against, in the unit of the value; 0 for none."""
    if value.unit in ("1", "%"):  # relative to something that is not stated here
        return Decimal(0)
    if value.nominal_unit and not {value.unit, value.nominal_unit} <= _DEGREES:
        return abs(value.value) if value.kind == "reference value" else Decimal(0)
    return max(abs(value.nominal), abs(value.value) if value.kind == "reference value" else Decimal(0))


def _is_probability(word: str) -> bool:
    try:
        return 0 < Decimal(word) < 1
    except InvalidOperation:
        return False


def conditions(document: Document) -> Iterator[str]:
    """Yield ambient temperatures in which no laboratory calibrates."""
    for line, degrees in temperatures(document):
        if not _AMBIENT_C[0] <= degrees <= _AMBIENT_C[1]:
            yield f"line {line}: an ambient temperature of {degrees:f} degC"


def temperatures(document: Document) -> Iterator[tuple[int, Decimal]]:
    """Yield the ambient temperatures that it states in degC, each with its line."""
    for quantity in document.quantities:
        if {"basic_temperatureMin", "basic_temperatureMax"} & set(quantity.ref_types):
            for form in quantity.forms[:1]:
                unit = _unit(form)
                if unit is not None and unit.unit in _DEGREES and len(form.values) == 1 and _sound(form):
                    yield quantity.line, _at(form, 0) - (_ICE if unit.unit == "K" else 0)
