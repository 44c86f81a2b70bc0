"""`[session_check]` of a bench file: which check standard looks at the standard, and within which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from calibrator.procedure import FUNCTION_UNITS
from calibrator.standards._bench_parts import STATUSES
from calibrator.standards._table import Table, nearest

if TYPE_CHECKING:
    from calibrator.standards._bench_parts import Wiring

__all__ = ["CHECK_FUNCTIONS", "CheckPoint", "SessionCheck", "parse_session_check"]

CHECK_FUNCTIONS = ("dcv", "acv", "res2w", "res4w", "dci", "aci", "pressure", "freq", "temperature", "mass")
FEWEST, MOST = 3, 5  # points of a session check (METROLOGY 24)
WIDTH = 3  # of control limits, in standard deviations, where a point states u
LEAST_BASELINE = 4  # recorded checks from which limits may be made; with fewer they are wider than useful
# What a source that is kept for checks gives a standard that is a meter.
_SOURCED = ("dcv", "acv", "res2w", "res4w", "dci", "aci")
_POINT = (
    *("wiring", "function", "nominal", "range", "reference", "limit", "u", "status", "source"),
    *("nplc", "readings", "discard", "settle_min_s", "settle_window", "settle_timeout_s", "source_wires"),
    *("gate_s", "frequency_hz", "against", "empty"),
)
_SUBSTITUTIONS = Decimal(2)  # placings of each weight, A B B A
_READINGS = Decimal(10)
_WITHIN_G = Decimal("0.001")  # nobody compares masses in readings that scatter further


@dataclass(frozen=True, slots=True)
class CheckPoint:
    """A point of the session check, in the unit of its function.

    `reference` is the deviation (indication minus applied value) that the check standard shows of a standard
    in order, `limit` how far it may depart from that; both None where the recorded checks shall give them.
    A thermometer or a weight is compared: its indication minus that of the standard beside it.
    """

    id: str  # such as "dcv:10V:+10V"
    wiring: str
    function: str
    nominal: Decimal
    range: Decimal  # of the check standard
    unit: str
    reference: Decimal | None
    limit: Decimal | None
    status: str  # of reference and limit; "" where they are None
    source: str
    nplc: float
    readings: int
    discard: int
    settle_min_s: float
    settle_window: Decimal
    settle_timeout_s: float
    source_wires: int
    gate_s: float = 10.0  # of a counter
    against: str = ""  # the wiring that has the check weight where `wiring` has the standard one
    empty: str = ""  # the wiring of the empty pan
    frequency_hz: float = 0.0  # of an alternating quantity, rms


@dataclass(frozen=True, slots=True)
class SessionCheck:
    """The check of the standard at the beginning and end of each session (METROLOGY 24)."""

    meter: str  # name of the check standard on the bench; a source where the standard is a meter
    baseline: int  # recorded checks from which limits are made where a point states none
    points: tuple[CheckPoint, ...]


def parse_session_check(top: Table, wirings: Mapping[str, Wiring]) -> SessionCheck | None:
    """Take `[session_check]`, None where the bench has none.

    Raises:
        ConfigurationError: with file, line and key; fewer than 3 or more than 5 points, a wiring that does
            not lead from a source to the check standard.
    """
    if not top.has("session_check"):
        return None
    table = top.table("session_check")
    table.allow("meter", "baseline", "point")
    instruments = top.table("instruments").values
    meter = table.text("meter")
    if meter not in instruments:
        what = f'There is no instrument "{meter}" on this bench'
        raise table.error("meter", what, nearest(meter, instruments), "unknown-instrument")
    if top.table("instruments").table(meter).flag("uut"):
        what = f'"{meter}" is the unit under test and cannot be the check standard'
        raise table.error("meter", what, "Name another meter.", "check-standard-is-uut")
    points = tuple(_point(item, meter, wirings) for item in table.tables("point"))
    if not FEWEST <= len(points) <= MOST:
        what = f"The session check has {len(points)} points"
        way_out = f"Give {FEWEST} to {MOST} [[session_check.point]] tables."
        raise table.error("point", what, way_out, "check-points")
    _refuse_twice(table, points)
    baseline = int(table.decimal("baseline", Decimal(10), low=LEAST_BASELINE, high=1000))
    return SessionCheck(meter, baseline, points)


def _point(table: Table, meter: str, wirings: Mapping[str, Wiring]) -> CheckPoint:
    table.allow(*_POINT)
    function = table.choice("function", CHECK_FUNCTIONS)
    unit, weighed = FUNCTION_UNITS[function], function == "mass"
    nominal, range_ = table.decimal("nominal"), table.decimal("range", above=0.0)
    reference, limit = _control(table)
    stated, gate_s = limit is not None, table.number("gate_s", 10.0, above=0.0)
    frequency_hz = table.number("frequency_hz", above=0.0) if function in ("acv", "aci") else 0.0
    name = f"{function}:{range_.normalize():f}{unit}:{nominal.normalize():+f}{unit}"
    if function == "freq":  # one frequency is counted for several times
        name = f"{name}:{gate_s:g}s"
    return CheckPoint(
        f"{name}:{frequency_hz:g}Hz" if frequency_hz else name,
        _wiring(table, meter, wirings, function),
        function,
        nominal,
        range_,
        unit,
        reference,
        limit,
        table.choice("status", STATUSES) if stated else "",
        table.text("source") if stated else "",
        table.number("nplc", 10.0, above=0.0),
        int(table.decimal("readings", _SUBSTITUTIONS if weighed else _READINGS, low=2, high=1000)),
        int(table.decimal("discard", Decimal(1), low=0, high=100)),
        table.number("settle_min_s", 2.0, low=0.0),
        table.decimal("settle_window", *([_WITHIN_G] if weighed else []), above=0.0),
        table.number("settle_timeout_s", 120.0, above=0.0),
        int(table.decimal("source_wires", Decimal(2), low=0, high=4)),
        gate_s,
        _known(table, "against", wirings) if weighed else "",
        _known(table, "empty", wirings) if weighed else "",
        frequency_hz,
    )


def _control(table: Table) -> tuple[Decimal | None, Decimal | None]:
    """Return reference and control limit; a stated u gives the limit as three of it."""
    keys = [key for key in ("reference", "limit", "u", "status", "source") if table.has(key)]
    if not keys:
        return None, None
    if table.has("limit") and table.has("u"):
        raise table.error("u", "Both limit and u are stated", "State one of them.", "limit-and-u")
    reference = table.decimal("reference")
    if table.has("u"):
        return reference, WIDTH * table.decimal("u", above=0.0)
    return reference, table.decimal("limit", above=0.0)


def _wiring(table: Table, meter: str, wirings: Mapping[str, Wiring], function: str) -> str:
    """Return the wiring that brings standard and check standard together; `against` has the check weight."""
    name = _known(table, "wiring", wirings)
    if function == "mass":
        _refuse_other_pan(table, meter, wirings)
        return name
    wiring = wirings[name]
    if function in _SOURCED and wiring.source == meter and wiring.meter is not None:
        return name  # the check standard is a source, and the standard reads it
    if wiring.source is None or wiring.meter != meter:
        what = f'The wiring "{name}" does not lead from a source to the check standard "{meter}"'
        raise table.error("wiring", what, f'Name one with from = "…" and to = "{meter}".', "check-wiring")
    if function == "temperature" and not wiring.parts.get("standard"):
        what = f'The wiring "{name}" has no standard thermometer beside the check standard'
        raise table.error("wiring", what, 'Add parts = { standard = "…" } to it.', "check-wiring")
    return name


def _refuse_other_pan(table: Table, meter: str, wirings: Mapping[str, Wiring]) -> None:
    """The standard weight and the check weight are compared on one balance, each read as its own part."""
    standard = wirings[_known(table, "wiring", wirings)]
    check = wirings[_known(table, "against", wirings)]
    pans = {item.meter for item in (standard, check, wirings[_known(table, "empty", wirings)])}
    pans.add(standard.parts.get("standard"))
    if check.artefact != meter or standard.artefact in (None, meter) or len(pans) != 1:
        what = f'"{standard.name}" and "{check.name}" do not put a standard weight and the check weight'
        way_out = (
            f'In both, to = the balance; in "{standard.name}" artefact = the standard weights and parts ='
            f' {{ standard = the balance }}; in "{check.name}" artefact = "{meter}".'
        )
        raise table.error("against", f'{what} "{meter}" on one balance', way_out, "check-wiring")


def _known(table: Table, key: str, wirings: Mapping[str, Wiring]) -> str:
    name = table.text(key)
    if name not in wirings:
        what = f'There is no wiring "{name}" on this bench'
        raise table.error(key, what, nearest(name, wirings), "unknown-wiring")
    return name


def _refuse_twice(table: Table, points: tuple[CheckPoint, ...]) -> None:
    seen: set[str] = set()
    for point in points:
        if point.id in seen:
            raise table.error("point", f"The point {point.id} stands twice", "Remove one.", "twice")
        seen.add(point.id)
