"""The half-width of one row at one value and state, with what was unknown or added said in notes.

Unknown state takes the worse figure. Where the source has no worse figure the note says for what state the
figure holds, and its status is at best `derived`, since that it holds is inferred: no verdict on a live
bench may rest on it. Known state outside the figure's conditions is refused (METROLOGY 11).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from calibrator_drivers._errors import ConditionsNotMet, UncomputedAdder

from ._types import Adder, Limit, RangeRow, State, Status

__all__ = ["limit_of_row"]

_PPM = 1e-6


@dataclass(slots=True)
class _Sum:
    """The limit as it is put together."""

    row: RangeRow
    x: float  # magnitude
    frequency_hz: float
    state: State
    status: Status
    where: str
    half_width: float = 0.0
    notes: list[str] = field(default_factory=list)
    inferred: bool = False

    def infer(self, note: str) -> None:
        """Note what was not stated; that the figure holds is then inferred, whoever published it."""
        self.notes.append(note)
        self.inferred = True

    def refuse(self, what: str, way_out: str) -> ConditionsNotMet:
        return ConditionsNotMet(f"{self.row.id}: {what}", where=self.where, way_out=way_out)


def limit_of_row(
    row: RangeRow,
    value: float,
    *,
    frequency_hz: float,
    state: State,
    status: Status,
    base_90d: float | None,
    where: str,
) -> Limit:
    """Return the limit of `row` at `value`.

    `status` is that of the figure at this value, `base_90d` the 90-day limit at this value
    where the row's temperature coefficient is a part of it.

    Raises:
        UncomputedAdder: the row's text holds an adder that no key computes.
        ConditionsNotMet: the state lies outside what the figure holds for.
    """
    if row.uncomputed:
        raise UncomputedAdder(
            f"{row.id}: this text holds an adder that is not computed: {row.uncomputed}",
            where=where,
            way_out="State the adder as data in the table, then name its key under `computed`.",
        )
    total = _Sum(row, abs(value), frequency_hz, state, status, where)
    total.half_width = base_limit(row, value)
    for step in (_level, _zero, _acal, _null):
        step(total)
    for adder in row.adders:
        _ADDERS[adder.kind](total, adder)
    _temperature(total, base_90d)
    return Limit(
        half_width=total.half_width,
        unit=row.unit,
        k=row.k,
        treat_as=row.treat_as,
        status=Status.weakest(total.status, Status.DERIVED) if total.inferred else total.status,
        source=_source(row, total.status),
        interval=row.interval,
        row=row.id,
        notes=tuple(total.notes),
        inferred=total.inferred,
    )


def _source(row: RangeRow, status: Status) -> str:
    """Name the source; a `checked` row off its tabulated points rests on memory."""
    if row.status is Status.CHECKED and status is not Status.CHECKED:
        return f"from memory; confirmed only at the points tabulated in {row.source}"
    return row.source


def base_limit(row: RangeRow, value: float) -> float:
    """Return the row's own figure at a value: reading, range, floor and counts."""
    return (
        abs(value) * row.coef_reading_ppm * _PPM
        + row.range_high * row.coef_range_ppm * _PPM
        + row.floor
        + row.counts * (row.resolution or 0.0)
    )


def _level(total: _Sum) -> None:
    row = total.row
    if row.valid_from_fraction and total.x < row.valid_from_fraction * row.range_high:
        raise total.refuse(
            f"the figure holds from {row.valid_from_fraction * 100:g} % of the range",
            "Measure on a lower range.",
        )
    if row.frequency_limit_hz is not None and total.frequency_hz > row.frequency_limit_hz:
        raise total.refuse(f"the range ends at {row.frequency_limit_hz:g} Hz", "Choose a lower frequency.")
    if row.volt_hertz_limit is not None and total.x * total.frequency_hz > row.volt_hertz_limit:
        raise total.refuse(
            f"the range ends at {row.volt_hertz_limit:g} V Hz", "Choose a lower voltage or frequency."
        )


def _zero(total: _Sum) -> None:
    row, state = total.row, total.state
    hours, change = state.hours_since_zero, state.temperature_change_since_zero_c
    if row.zero_within_h is not None:
        if hours is None:
            total.infer(
                "time since zero calibration not stated: "
                f"the figure holds within {row.zero_within_h:g} h of it"
            )
        elif hours > row.zero_within_h:
            raise total.refuse(
                f"the figure holds within {row.zero_within_h:g} h of a zero calibration, "
                f"which was {hours:g} h ago",
                "Run the calibrator's zero calibration.",
            )
    if row.zero_within_c is not None and change is None:
        total.infer(
            "temperature change since zero calibration not stated: "
            f"the figure holds within {row.zero_within_c:g} °C of it"
        )
    elif row.zero_within_c is not None and change is not None and abs(change) > row.zero_within_c:
        raise total.refuse(
            f"the temperature changed by {change:g} °C since the zero calibration, allowed is "
            f"{row.zero_within_c:g} °C",
            "Run the calibrator's zero calibration.",
        )
    if row.floor_without_zero is None:
        return
    fresh = (
        hours is not None
        and change is not None
        and hours <= row.floor_zero_within_h
        and abs(change) <= row.floor_zero_within_c
    )
    if not fresh:
        total.half_width += row.floor_without_zero - row.floor
        why = "not stated" if hours is None or change is None else "too long ago or too far in temperature"
        total.notes.append(
            f"ohms zero {why}: floor {row.floor_without_zero:g} in place of {row.floor:g} {row.unit}"
        )


def _acal(total: _Sum) -> None:
    row, state = total.row, total.state
    if row.acal_within_h is None or row.acal_within_c is None:
        return
    hours, change = state.hours_since_acal, state.temperature_change_since_acal_c
    held = f"within {row.acal_within_h:g} h and {row.acal_within_c:g} °C of the last self-calibration"
    if hours is not None and hours > row.acal_within_h:
        raise total.refuse(f"the figure holds {held}, which was {hours:g} h ago", "Run ACAL ALL.")
    if change is not None and abs(change) > row.acal_within_c:
        raise total.refuse(f"the figure holds {held}; it changed by {change:g} °C", "Run ACAL ALL.")
    if hours is None or change is None:
        total.infer(f"self-calibration not stated: the figure holds {held}")


def _null(total: _Sum) -> None:
    row = total.row
    if row.floor_without_null is None or total.state.nulled is True:
        return
    total.half_width += row.floor_without_null
    why = "not nulled" if total.state.nulled is False else "null not stated"
    total.notes.append(f"{why}: {row.floor_without_null:g} {row.unit} added")


def _quadratic(total: _Sum, adder: Adder) -> None:
    if total.x > adder.above:
        _add(total, adder, total.x * adder.ppm * _PPM * (total.x / adder.at) ** 2)


def _above(total: _Sum, adder: Adder) -> None:
    if total.x > adder.above:
        _add(total, adder, adder.per_unit * (total.x - adder.above))


def _floor_factor(total: _Sum, adder: Adder) -> None:
    since = total.state.seconds_since_operate
    if total.x <= adder.above or (since is not None and since >= adder.until_s):
        return
    _add(total, adder, (adder.factor - 1.0) * total.row.floor)
    if since is None:
        total.notes.append("time since operate not stated: the worse floor is used")


def _level_factor(total: _Sum, adder: Adder) -> None:
    level = total.state.input_level_v
    if level is not None and level >= adder.above:
        return
    _add(total, adder, (adder.factor - 1.0) * total.half_width)
    if level is None:
        total.notes.append(
            f"input level not stated: the figure below {adder.above:g} V is used (times {adder.factor:g})"
        )


def _amplitude(total: _Sum, adder: Adder) -> None:
    stated = total.state.amplitude_vpp
    _add(total, adder, adder.ppm * _PPM * (adder.at if stated is None else stated))
    if stated is None:
        total.notes.append(f"amplitude not stated: the largest, {adder.at:g} Vpp, is used")


def _add(total: _Sum, adder: Adder, amount: float) -> None:
    total.half_width += amount
    total.status = Status.weakest(total.status, adder.status)
    source = f" [{adder.source}]" if adder.source else ""
    total.notes.append(f"added {amount:.4g} {total.row.unit} ({adder.kind.replace('_', ' ')}){source}")


_ADDERS: dict[str, Callable[[_Sum, Adder], None]] = {
    "quadratic": _quadratic,
    "above": _above,
    "floor_factor": _floor_factor,
    "level_factor": _level_factor,
    "amplitude": _amplitude,
}


def _temperature(total: _Sum, base_90d: float | None) -> None:
    row, temperature = total.row, total.state.temperature_c
    if row.temp_low_c is None or row.temp_high_c is None:
        return
    shift = 0.0
    if row.band_follows_calibration and total.state.calibration_temperature_c is not None:
        shift = total.state.calibration_temperature_c - (row.temp_low_c + row.temp_high_c) / 2.0
    low, high = row.temp_low_c + shift, row.temp_high_c + shift
    if temperature is None:
        total.infer(f"temperature not stated: the figure holds from {low:g} to {high:g} °C")
        return
    excess = max(low - temperature, temperature - high, 0.0)
    if excess == 0.0:
        return
    per_c = _per_degree(total, base_90d)
    if per_c is None:
        raise total.refuse(
            f"the figure holds from {low:g} to {high:g} °C, it is {temperature:g} °C, "
            "and the source states no temperature coefficient",
            "Bring the room to that band.",
        )
    total.half_width += per_c * excess
    if total.status is Status.CHECKED:  # only the limit within the band was checked
        total.status = Status.MEMORY_HIGH
    total.notes.append(
        f"{excess:.3g} °C outside {low:g} to {high:g} °C: {per_c * excess:.4g} {row.unit} added"
    )


def _per_degree(total: _Sum, base_90d: float | None) -> float | None:
    row = total.row
    if row.tc_fraction_of_90d_per_c is not None:
        # Where the source has no 90-day row, the longer interval's larger figure stands in for it.
        return row.tc_fraction_of_90d_per_c * (total.half_width if base_90d is None else base_90d)
    if row.tc_reading_ppm_per_c is None and row.tc_range_ppm_per_c is None:
        return None
    return (
        total.x * (row.tc_reading_ppm_per_c or 0.0) * _PPM
        + row.range_high * (row.tc_range_ppm_per_c or 0.0) * _PPM
    )
