"""Which values of a certificate are errors, corrections or reference values, in which unit, with which U."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from calibrator._errors import UsageError
from calibrator.standards._certificate import CertificateValue
from calibrator.standards.imports._read import Document, Quantity, Table, Written
from calibrator.standards.imports._units import Known, known_unit

__all__ = ["DECIMAL", "KINDS", "LIMITS", "Reading", "found_before", "interpret", "kinds_of", "left_out"]

KINDS: Final = {
    "basic_measurementError": "error",
    "basic_correction": "correction",
    "basic_measurementCorrection": "correction",
}
# a number as the XML schema writes one, with an exponent that any instrument stays within
DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_NOMINAL: Final = ("basic_nominalValue", "basic_calibrationValue", "basic_referenceValue")
_BESIDE: Final = frozenset({*_NOMINAL, "basic_measuredValue"})
# what metadata hold against which a value was judged; it changes no value
LIMITS: Final = frozenset(
    f"basic_{kind}Limit{side}" for kind in ("acceptance", "tolerance") for side in ("Lower", "Upper")
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The values of one table that can be used, and what the table says of their sign."""

    table: int
    name: str
    kind: str
    unit: str
    values: tuple[CertificateValue, ...]
    sign: str  # "agrees", "opposite", or "unknown" where the table holds no indications
    resolution: Decimal = Decimal(0)  # of the values as they are written, in their unit
    as_found: int = 0  # line that says that they are of before an adjustment or repair


def kinds_of(document: Document) -> tuple[str, ...]:
    """Return the kinds of value that the certificate says it holds."""
    found = (kind for table in document.tables if (kind := _kind(table)[0]))
    return tuple(dict.fromkeys(found))


def left_out(document: Document) -> tuple[str, ...]:
    """Return the columns of values that `interpret` does not take, each with its line.

    What is known to stand beside the values is not named: nominal values, indications, and a correction
    that is the error with its sign turned.
    """
    found = []
    for table in document.tables:
        kind, column = _kind(table)
        for quantity in table.quantities:
            # a hysteresis and the like of this product is a difference, and no value of a standard
            known = kind or table.column("calibrator_difference") is not None
            beside = known and set(quantity.ref_types) & _BESIDE
            if quantity is not column and not beside and not _own(quantity) and not _turned(quantity, column):
                found += _named(quantity, table)
            for inner in quantity.inner:
                if not _own(inner) and not {*inner.ref_types} & (_BESIDE | LIMITS):
                    found += _named(inner, table)
    return tuple(found)


def _own(quantity: Quantity) -> bool:
    """Say whether it is a column of this product, which `interpret` knows."""
    return any(ref.startswith("calibrator_") for ref in quantity.ref_types)


def _named(quantity: Quantity, table: Table) -> list[str]:
    name = " ".join(quantity.ref_types) or quantity.name or "without a type"
    return [f"line {quantity.line}: the values {name} of table {table.number}"] if quantity.forms else []


def _turned(quantity: Quantity, column: Quantity | None) -> bool:
    """Say whether a column of corrections says the same as the column of errors that is taken."""
    if column is None or "error" not in {KINDS.get(ref) for ref in column.ref_types}:
        return False
    if "correction" not in {KINDS.get(ref) for ref in quantity.ref_types}:
        return False
    errors, corrections = column.forms[0], quantity.forms[0]
    every = (*errors.values, *corrections.values)
    if errors.units != corrections.units or not all(DECIMAL.fullmatch(word) for word in every):
        return False
    return [-Decimal(word) for word in errors.values] == [Decimal(word) for word in corrections.values]


def interpret(document: Document, functions: Mapping[str, str], where: str) -> tuple[Reading, ...]:
    """Return the usable values of every table.

    Args:
        document: the certificate as written.
        functions: the function of a table, by its number or by its unit ("V"); "" for every table. A
            certificate of this product names its functions itself.
        where: the file, for messages.

    Raises:
        UsageError: a value that is not understood, by its line: `value-not-understood`, `kind-contradicts`,
            `uncertainty-missing`, `uncertainty-not-positive`, `unit-not-understood`, `function-unknown`,
            `no-values`.
    """
    _refuse_no_numbers(document, where)
    every = [table for table in document.tables if _kind(table)[0]]
    lasting = [table for table in every if not table.as_found]  # what holds since the adjustment, if anything
    found = [_table(table, functions, where) for table in lasting or every]
    if not found:
        raise UsageError(
            "no error, correction or reference value with an uncertainty was found in it",
            where=where,
            way_out="Record the values by hand: calibrator standards add FILE.toml; nothing was taken.",
            code="no-values",
        )
    return tuple(found)


def _refuse_no_numbers(document: Document, where: str) -> None:
    """Refuse what is no plain decimal wherever a number stands: what is compared with a value is no less."""
    for quantity in document.quantities:
        for form in quantity.forms:
            for word in (*form.values, *form.uncertainties, *form.factors, *form.probabilities):
                _number(word, Known("1"), quantity, where)


def found_before(document: Document, functions: Mapping[str, str], where: str) -> tuple[Reading, ...]:
    """Return the values of before an adjustment, which `interpret` leaves out (METROLOGY 10)."""
    lasting = any(_kind(table)[0] and not table.as_found for table in document.tables)
    results = [table for table in document.tables if table.as_found and lasting]
    return tuple(_table(t, functions, where) for t in (*results, *document.before) if _kind(t)[0])


def _kind(table: Table) -> tuple[str, Quantity | None]:
    """Return the kind of value that a table states, and its column; empty where it states none."""
    for ref, kind in KINDS.items():
        column = table.column(ref)
        if column is not None and column.forms:
            return kind, column
    measured = table.column("basic_measuredValue")
    if measured is not None and any(form.uncertainties for form in measured.forms):
        return "reference value", measured
    return "", None


def _table(table: Table, functions: Mapping[str, str], where: str) -> Reading:
    kind, column = _kind(table)
    if column is None:
        raise UsageError(f"table {table.number} holds no values", where=where, code="no-values")
    _refuse_two_kinds(column, where)
    form = _chosen(column, where)
    unit = _unit(form, column, where)
    nominal = _nominal(table, unit, len(form.values), where, other=kind == "reference value")
    ranges = table.column("calibrator_range")
    highs = _numbers(ranges.forms[0], ranges, where)[1] if ranges is not None and ranges.forms else ()
    at = table.column("calibrator_frequency")
    hertz = _numbers(at.forms[0], at, where)[1] if at is not None and at.forms else ()
    named = _functions(table)
    values = []
    for index, written in enumerate(form.values):
        # what a person states goes before what the certificate names
        function = _function(table, functions, unit.unit)
        if not function and len(named) == len(form.values):
            function = named[index]
        if not function:
            raise UsageError(
                f"table {table.number} ({table.name or 'without a name'}, {unit.unit}) does not say which"
                " function its values are of",
                where=f"{where}, line {column.line}",
                way_out=f"Say it with --function {table.number}=FUNCTION, such as dcv.",
                code="function-unknown",
            )
        values.append(
            CertificateValue(
                function=function,
                nominal=nominal[1][index],
                unit=unit.unit,
                range_high=highs[index] if len(highs) == len(form.values) else None,
                frequency_hz=hertz[index] if len(hertz) == len(form.values) else Decimal(0),
                kind=kind,
                value=_number(written, unit, column, where),
                expanded_uncertainty=_positive(
                    _number(_at(form.uncertainties, index), unit, column, where), "U", column, where
                ),
                coverage_factor=_factor(form, index, column, where),
                written=" ".join(
                    (written, _at(form.units, index), form.uncertainty, _at(form.uncertainties, index))
                ),
                nominal_unit="" if nominal[0] in (unit.unit, "") else nominal[0],
            )
        )
    sign = _sign(table, kind, [value.value for value in values], unit)
    step = min((int(Decimal(written).as_tuple().exponent) for written in form.values), default=0)
    resolution = Decimal(1).scaleb(step + unit.scale)
    return Reading(table.number, table.name, kind, unit.unit, tuple(values), sign, resolution, table.as_found)


def _refuse_two_kinds(column: Quantity, where: str) -> None:
    kinds = {KINDS.get(ref) for ref in column.ref_types} - {None}
    if len(kinds) > 1:
        raise UsageError(
            f"one column is called error and correction at once: {' '.join(column.ref_types)}",
            where=f"{where}, line {column.line}",
            way_out="Ask the laboratory which it is; the wrong one turns every sign. Nothing was taken.",
            code="kind-contradicts",
        )


def _functions(table: Table) -> list[str]:
    """Return the functions that a certificate of ours names, an older one by the ids of its points."""
    from calibrator.procedure import RESULT_UNITS

    own, points = table.column("calibrator_function"), table.column("calibrator_point")
    if own is not None:
        return list(own.words)
    begins = [word.partition(":")[0] for word in points.words] if points is not None else []
    return [word if word in RESULT_UNITS else "" for word in begins]


def _function(table: Table, functions: Mapping[str, str], unit: str) -> str:
    return functions.get(str(table.number)) or functions.get(unit) or functions.get("", "")


def _chosen(column: Quantity, where: str) -> Written:
    """Return the form that carries the uncertainty."""
    for form in column.forms:
        if len(form.uncertainties) in (1, len(form.values)) and form.uncertainties:
            return form
    raise UsageError(
        f"the values of {column.name or 'a column'} stand without an uncertainty that is understood",
        where=f"{where}, line {column.line}",
        way_out="A value without its U is no value of a standard; nothing was taken.",
        code="uncertainty-missing",
    )


def _unit(form: Written, column: Quantity, where: str) -> Known:
    units = {known_unit(unit) for unit in form.units}
    known = next(iter(units)) if len(units) == 1 else None
    if known is None:
        raise UsageError(
            f"the unit {' '.join(dict.fromkeys(form.units)) or '(none)'} of"
            f" {column.name or 'a column'} is not understood",
            where=f"{where}, line {column.line}",
            way_out="Record the values by hand: calibrator standards add FILE.toml; nothing was taken.",
            code="unit-not-understood",
        )
    return known


def _nominal(
    table: Table, unit: Known, count: int, where: str, *, other: bool
) -> tuple[str, tuple[Decimal, ...]]:
    """Return unit and values at which the values hold: nominal, calibration or reference values."""
    same = ("K", "degC") if unit.unit in ("K", "degC") else (unit.unit,)
    # what a characteristic was measured at is the reference value itself, not the point that was aimed at
    for ref in reversed(_NOMINAL) if other else _NOMINAL:
        column = table.column(ref)
        if column is None:
            continue
        for form in sorted(column.forms, key=lambda form: form.units != (r"\degreecelsius",)):
            known, numbers = _numbers(form, column, where)
            if len(numbers) == count and (other or known in same):
                return known, numbers
    raise UsageError(
        f"table {table.number} does not say at which nominal values its {count} values hold",
        where=where,
        way_out="Record the values by hand: calibrator standards add FILE.toml; nothing was taken.",
        code="value-not-understood",
    )


def _numbers(form: Written, column: Quantity, where: str) -> tuple[str, tuple[Decimal, ...]]:
    unit = _unit(form, column, where)
    return unit.unit, tuple(_number(written, unit, column, where) for written in form.values)


def _number(written: str, unit: Known, column: Quantity, where: str) -> Decimal:
    if not DECIMAL.fullmatch(written):
        raise UsageError(
            f"{written or 'nothing'} stands where a number of {column.name or 'a column'} is meant",
            where=f"{where}, line {column.line}",
            way_out="Ask the laboratory for a sound certificate; nothing was taken.",
            code="value-not-understood",
        )
    return unit.value(written)


def _positive(number: Decimal, name: str, column: Quantity, where: str) -> Decimal:
    if number <= 0:
        raise UsageError(
            f"{name} of {column.name or 'a column'} is {number}; it must be above zero",
            where=f"{where}, line {column.line}",
            way_out="Ask the laboratory for a sound certificate; nothing was taken.",
            code="uncertainty-not-positive",
        )
    return number


def _factor(form: Written, index: int, column: Quantity, where: str) -> Decimal:
    """Return k: 1 of a standard uncertainty, else as written."""
    if form.uncertainty == "standardMU":
        return Decimal(1)
    return _positive(_number(_at(form.factors, index), Known("1"), column, where), "k", column, where)


def _at(words: Sequence[str], index: int) -> str:
    """Return the word for an index of a list that says one thing for all, or one for each."""
    if not words:
        return ""
    return words[0] if len(words) == 1 else words[index] if index < len(words) else ""


def _sign(table: Table, kind: str, values: list[Decimal], unit: Known) -> str:
    """Hold the values against indications minus reference values, where the table has both."""
    measured, reference = table.column("basic_measuredValue"), table.column("basic_referenceValue")
    if kind == "reference value" or measured is None:
        return "unknown"
    reference = reference or table.column("basic_nominalValue")
    if reference is None:
        return "unknown"
    for seen in measured.forms:
        for true in reference.forms:
            differences = _differences(seen, true, len(values), unit)
            if differences:
                return _agreement(differences, values, kind)
    return "unknown"


def _differences(seen: Written, true: Written, count: int, unit: Known) -> list[Decimal]:
    own, other = (known_unit(form.units[0]) if form.units else None for form in (seen, true))
    degrees = ("K", "degC")
    fits = own is not None and (own.unit == unit.unit or (own.unit in degrees and unit.unit in degrees))
    if own is None or own != other or not fits or not len(seen.values) == len(true.values) == count:
        return []
    return [own.value(a) - own.value(b) for a, b in zip(seen.values, true.values, strict=True)]


def _agreement(differences: list[Decimal], values: list[Decimal], kind: str) -> str:
    turned = [-value for value in values] if kind == "correction" else values
    distance: Callable[[int], Decimal] = lambda sign: sum(  # noqa: E731 - the one formula, twice
        (abs(d - sign * v) for d, v in zip(differences, turned, strict=True)), Decimal(0)
    )
    straight, opposite = distance(1), distance(-1)
    return "unknown" if straight == opposite else "agrees" if straight < opposite else "opposite"
