"""The certificate route of METROLOGY 10: correction with U/k, drift since its date, interpolation, warmth.

The specification stands in for the drift where there is no history, and never comes on top.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from calibrator.procedure import Point
from calibrator.standards import Certificate, CertificateValue
from calibrator_drivers.accuracy import AccuracyTable, Limit, OutOfRange, RangeRow, Status, TreatAs

__all__ = ["Figure", "NoValue", "by_certificate", "ranges_of"]

_YEAR = 365.25  # days
_SPAN = 180  # days; from a shorter time a change a year is mostly the uncertainty of two calibrations
_ICE = Decimal("273.15")  # K, at 0 degC


@dataclass(frozen=True, slots=True)
class Figure:
    """What a certificate of values gives at a point: the correction of the source, and its limit."""

    correction: float
    limit: Limit
    values: tuple[CertificateValue, ...]  # that it rests on


class NoValue(Exception):  # noqa: N818 - what it says, caught where a standard is looked at
    """The certificate has no value for a point."""


@dataclass(frozen=True, slots=True)
class _At:
    """A certified correction at a nominal value, repeats taken together."""

    nominal: float
    correction: float
    u: float
    spread: float  # half the distance between repeats, such as up and down
    values: tuple[CertificateValue, ...]

    @property
    def place(self) -> str:
        """Where it stands, and that it is the mean of repeats, whose spread counts as well."""
        mean = f", the mean of {len(self.values)} values ±{self.spread:.3g}" if len(self.values) > 1 else ""
        return f"{self.nominal:g}{mean}"


@dataclass(frozen=True, slots=True)
class _Ranges:
    """The row of an accuracy table, and which range the instrument takes at a value."""

    row: RangeRow
    at: Callable[[float], float | None]

    def hold(self, nominal: float) -> bool:
        """Say whether a value without a stated range is of the row's: inside it, and in no lower one.

        The ranges of a calibrator begin at 0: 0.1 V lies in that of 33 V too, and is none of its values. Rows
        of one scale, such as degrees, begin where the one below ends, and share the value there.
        """
        low, high = self.row.range_low, self.row.range_high
        magnitude = nominal if low < 0 else abs(nominal)
        slack = 1e-9 * abs(high)
        if not low - slack <= magnitude <= high + slack:
            return False
        own = self.at(nominal)
        return own is None or own >= high - slack or max(abs(magnitude - low), abs(own - low)) <= slack


def ranges_of(
    table: AccuracyTable, point: Point, interval: str, option: str | None
) -> Callable[[float], float | None]:
    """Return what tells the end of the range that an instrument takes by itself at a value."""

    def range_at(value: float) -> float | None:
        frequency = float(point.settings.get("frequency_hz", 0.0))
        try:
            row = table.row(point.function, value, frequency_hz=frequency, interval=interval, option=option)
        except OutOfRange:
            return None
        return row.range_high

    return range_at


def by_certificate(
    point: Point,
    row: RangeRow,
    certificate: Certificate,
    former: Certificate | None,
    *,
    range_at: Callable[[float], float | None],
    today: date,
    specified: Limit,
    at_calibration: Limit,
) -> Figure:
    """Return correction and uncertainty of a standard at a point from its certificate's values.

    Args:
        point: the point of the procedure.
        row: the row of the standard's accuracy table; values of another range are not its.
        certificate: of values, the newest.
        former: the certificate before it, for the drift; None where there is none.
        range_at: the end of the range that the instrument takes by itself at a value, None where it has none.
        today: the day until which the drift is counted.
        specified: the specification here and now.
        at_calibration: the specification at the temperature of the calibration.

    Raises:
        NoValue: no value for this function, or none on both sides of the point; nothing is extrapolated.
    """
    nominal = float(point.nominal)
    ranges = _Ranges(row, range_at)
    known = _certified(certificate, point, ranges)
    correction, u, between, used = _at(known, nominal, certificate, row)
    history, basis = _history(point, ranges, certificate, former)
    if history is None:
        drift, status = specified.standard_uncertainty, specified.status
        basis = f"specification {specified.row}: {basis}"
        warmth = 0.0  # the specification holds at this temperature
    else:
        drift = history * max((today - certificate.calibrated).days, 0) / _YEAR
        status = Status.CHECKED
        warmth = max(specified.half_width - at_calibration.half_width, 0.0) / math.sqrt(3.0)
    total = math.sqrt(u**2 + drift**2 + between**2 / 3.0 + warmth**2)
    parts = (
        f"correction {correction:.6g} from {used}; u {u:.3g}; drift u {drift:.3g} ({basis});"
        f" interpolation ±{between:.3g}; temperature u {warmth:.3g}"
    )
    limit = Limit(
        half_width=2.0 * total,
        unit=point.unit,
        k=2.0,
        treat_as=TreatAs.NORMAL_K,
        status=status,
        source=f"{certificate.laboratory}: {parts}",
        interval=specified.interval,
        row=f"certificate {certificate.number}",
        notes=specified.notes if history is None else (),
    )
    return Figure(correction, limit, tuple(value for at in _beside(known, nominal) for value in at.values))


def _certified(certificate: Certificate, point: Point, ranges: _Ranges) -> list[_At]:
    groups: dict[float, list[CertificateValue]] = {}
    other = ""
    for value in certificate.values:
        own = value.range_high is None or math.isclose(float(value.range_high), ranges.row.range_high)
        fits = (
            value.function == point.function and _fits(value, point) and own and _within(value, point, ranges)
        )
        same = float(value.frequency_hz) == float(point.settings.get("frequency_hz", 0.0))
        if fits and value.correction is not None and same:
            groups.setdefault(_nominal(value, point), []).append(value)
        elif value.function == point.function and own and not _fits(value, point):
            other = f"{value.unit} at values in {value.nominal_unit or value.unit}"
    if other and not groups:
        raise NoValue(f"states its values of {point.function} in {other}, which is none in {point.unit}")
    found = []
    for nominal, values in sorted(groups.items()):
        _refuse_unsound(values)
        corrections = [float(v.correction) for v in values if v.correction is not None]
        u = max(float(v.expanded_uncertainty / v.coverage_factor) for v in values)
        spread = (max(corrections) - min(corrections)) / 2.0
        found.append(_At(nominal, sum(corrections) / len(corrections), u, spread, tuple(values)))
    return found


def _fits(value: CertificateValue, point: Point) -> bool:
    """Say whether a value is of the point's quantity; a difference of 1 K is one of 1 degC."""
    nominal = value.nominal_unit or value.unit
    return {value.unit, nominal, point.unit} <= {"K", "degC"} or value.unit == nominal == point.unit


def _within(value: CertificateValue, point: Point, ranges: _Ranges) -> bool:
    """Say whether a value may be of the row's range: one at the point is, others where none is stated."""
    nominal = _nominal(value, point)
    if value.range_high is not None or math.isclose(nominal, float(point.nominal), abs_tol=1e-15):
        return True
    return ranges.hold(nominal)


def _nominal(value: CertificateValue, point: Point) -> float:
    """Return the nominal value in the unit of the point."""
    nominal = value.nominal_unit or value.unit
    if nominal == point.unit:
        return float(value.nominal)
    return float(value.nominal + (_ICE if point.unit == "K" else -_ICE))


def _refuse_unsound(values: Sequence[CertificateValue]) -> None:
    """Raise NoValue for an uncertainty or a factor that is none. A record may hold it."""
    for value in values:
        numbers = (value.value, value.expanded_uncertainty, value.coverage_factor)
        if not all(math.isfinite(float(number)) for number in numbers) or min(numbers[1:]) <= 0:
            raise NoValue(
                f"states {value.value} with U {value.expanded_uncertainty} and k {value.coverage_factor} at"
                f" {value.nominal}, which is no uncertainty"
            )


def _at(
    known: Sequence[_At], nominal: float, certificate: Certificate, row: RangeRow
) -> tuple[float, float, float, str]:
    """Return correction, u, half-width of the interpolation and what it comes from."""
    found = _beside(known, nominal)
    if len(found) == 1 and _is_at(found[0], nominal):
        (exact,) = found
        return exact.correction, exact.u, exact.spread, f"{certificate.number} at {exact.place}"
    if len(found) != 2:
        raise NoValue(
            f"states no value on both sides of the point in its range {row.range_low:g} to {row.range_high:g}"
            if known
            else f"states no value of this function in the range {row.range_low:g} to {row.range_high:g}"
        )
    below, above = found
    share = (nominal - below.nominal) / (above.nominal - below.nominal)
    correction = below.correction + share * (above.correction - below.correction)
    half = abs(above.correction - below.correction) / 2.0 + max(below.spread, above.spread)
    used = f"{certificate.number} between {below.place} and {above.place}"
    return correction, max(below.u, above.u), half, used


def _beside(known: Sequence[_At], nominal: float) -> tuple[_At, ...]:
    """Return what stands at a nominal value; where nothing does, what is next to it on either side."""
    exact = tuple(at for at in known if _is_at(at, nominal))
    below = max((at for at in known if at.nominal < nominal), key=lambda at: at.nominal, default=None)
    above = min((at for at in known if at.nominal > nominal), key=lambda at: at.nominal, default=None)
    return exact[:1] or tuple(at for at in (below, above) if at is not None)


def _is_at(at: _At, nominal: float) -> bool:
    return math.isclose(at.nominal, nominal, abs_tol=1e-15)


def _history(
    point: Point, ranges: _Ranges, certificate: Certificate, former: Certificate | None
) -> tuple[float | None, str]:
    """Return u of the drift in a year from two certificates, None where they are no history, and why.

    Two values that agree say no more than their own uncertainty lets them, and nothing of a standard that was
    adjusted in between: the newest values must be as found, the former ones are as the standard was left.
    """
    nominal, row = float(point.nominal), ranges.row
    if former is None:
        return None, "no former certificate"
    days = (certificate.calibrated - former.calibrated).days
    if days < _SPAN:
        return None, f"{former.number} is {days} days before, too short for a history"
    if certificate.adjusted is None:
        return None, f"whether it was adjusted since {former.number} is not said"
    if certificate.adjusted:
        return None, f"adjusted since {former.number}"
    try:
        then, u_then = _at(_certified(former, point, ranges), nominal, former, row)[:2]
    except NoValue:
        return None, f"{former.number} has no value here"
    now, u_now = _at(_certified(certificate, point, ranges), nominal, certificate, row)[:2]
    change = math.sqrt((now - then) ** 2 / 3.0 + u_now**2 + u_then**2)
    return change / (days / _YEAR), f"history since {former.number}"
