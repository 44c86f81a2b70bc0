"""The session check as sections of a run: the check standard measured on the standard, before and after.

METROLOGY 24: 3 to 5 points with a check standard each session. Levels are harmless by themselves, for neither
the guard's meter nor a person looks at these terminals for danger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from calibrator.engine._levels import levels
from calibrator.evaluation import CLOSING, OPENING, check_point_id, is_check
from calibrator.procedure import Point, Proof, Section, Text
from calibrator_drivers.accuracy import AccuracyError, AccuracyTable, load_table

if TYPE_CHECKING:
    from calibrator.standards import BenchFile, BenchInstrument, CheckPoint, SessionCheck, Wiring

__all__ = [
    "COMPARED",
    "PRESSURE",
    "TABLED",
    "CheckSections",
    "check_sections",
    "phase_of",
    "reader_of",
    "standards_on",
    "table_of",
]

PRESSURE = "pressure"
TABLED = {PRESSURE: "pressure_gauge"}  # what an accuracy table calls a function of the check
# The part that gives the value where no source is programmed to it: an oscillator, the weights.
_GIVEN = {"freq": "reference", "mass": "artefact"}
COMPARED = ("freq", "temperature", "mass")
_SLEW_S = 20.0  # in which a pressure is reached where the wiring states no rate
_SEEN = 0.3  # relative: a gauge of 1 MPa reads a hundredth of that within its specification
_LEAK = 0.02  # relative, in a minute
_TITLES = {OPENING: Text("Opening check", "开始核查"), CLOSING: Text("Closing check", "结束核查")}
_ASKED = {
    OPENING: Text(
        "Check of the standard before the first point. Connect: {en}",
        "首个校准点之前核查标准器。请接线：{zh}",
    ),
    CLOSING: Text(
        "Check of the standard after the last point. Connect: {en}",
        "最后一个校准点之后核查标准器。请接线：{zh}",
    ),
}


@dataclass(frozen=True, slots=True)
class CheckSections:
    """The sections of both phases, one a wiring; empty on a bench without a check standard."""

    opening: tuple[Section, ...] = ()
    closing: tuple[Section, ...] = ()

    @property
    def all(self) -> tuple[Section, ...]:
        """Both phases in order."""
        return (*self.opening, *self.closing)


def phase_of(section: Section) -> str:
    """Return the phase of a section of the session check, "" for any other."""
    return section.id.partition("-")[0] if is_check(section.id) else ""


def table_of(meter: BenchInstrument) -> AccuracyTable | None:
    """Return the accuracy table of a check standard, None for weights, which have none."""
    try:
        return load_table(meter.model)
    except AccuracyError:
        if meter.artefact:
            return None
        raise


def standards_on(wiring: Wiring, function: str, check: str) -> tuple[str, ...]:
    """Return the names of the instruments that a wiring of the check looks at; `check` is the check standard.

    A bath only brings the temperature, and the balance on which weights are compared gives no value. What
    reads a check standard that is a source is itself the standard.
    """
    if wiring.source == check:
        return tuple(name for name in (wiring.meter,) if name)
    if function not in ("temperature", "mass"):
        return tuple(name for name in (wiring.source,) if name)
    own = (wiring.artefact, *wiring.parts.values())
    return tuple(dict.fromkeys(name for name in own if name and name != wiring.meter))


def check_sections(bench: BenchFile) -> CheckSections:
    """Return the sections of the bench's session check."""
    check = bench.session_check
    if check is None:
        return CheckSections()
    return CheckSections(tuple(_sections(bench, check, OPENING)), tuple(_sections(bench, check, CLOSING)))


def reader_of(bench: BenchFile, check: SessionCheck, wiring: str) -> BenchInstrument:
    """Return what indicates on a wiring of the check: the check standard, or the standard that reads it."""
    wired = bench.wirings[wiring]
    name = wired.meter if wired.source == check.meter and wired.meter else check.meter
    return bench.instruments[name]


def _sections(bench: BenchFile, check: SessionCheck, phase: str) -> Iterator[Section]:
    for wiring in dict.fromkeys(point.wiring for point in check.points):
        table = table_of(reader_of(bench, check, wiring))
        title, asked = bench.wirings[wiring].title, _ASKED[phase]
        name = check_point_id(phase, wiring)
        highest = max(abs(item.nominal) for item in check.points if item.wiring == wiring)
        rate = bench.wirings[wiring].slew_pa_per_s or float(highest) / _SLEW_S
        points = tuple(_point(item, phase, name, rate) for item in check.points if item.wiring == wiring)
        prompt = Text(asked.en.format(en=title.en), asked.zh.format(zh=title.zh))
        if points[0].function == PRESSURE:
            seen, leak = _line_proofs(points[0], highest)
            yield Section(name, _TITLES[phase], wiring, prompt, points, seen, lead_checks=(leak,))
        else:
            yield Section(name, _TITLES[phase], wiring, prompt, points, _proof(points[0], table))


def _point(item: CheckPoint, phase: str, section: str, rate: float) -> Point:
    settings: dict[str, str | int | float | bool] = {
        "nplc": item.nplc,
        "readings": item.readings,
        "discard": item.discard,
        "settle_min_s": item.settle_min_s,
        "settle_window": f"{item.settle_window:f}",
        "settle_timeout_s": item.settle_timeout_s,
        "uut_wires": 4 if item.function == "res4w" else 2,
        "source_wires": item.source_wires,
    }
    if item.function == PRESSURE:
        settings["slew_pa_s"] = rate
    elif item.function == "freq":
        settings["gate_s"] = item.gate_s
    elif item.frequency_hz:
        settings["frequency_hz"] = item.frequency_hz
    elif item.function == "mass":
        settings |= {"standard": item.wiring, "against": item.against, "empty": item.empty}
    name, standard = check_point_id(phase, item.id), _GIVEN.get(item.function, "source")
    return Point(name, section, item.function, item.nominal, item.range, item.unit, {}, standard, settings)


def _proof(point: Point, table: AccuracyTable | None) -> Proof | None:
    """Return the harmless level that proves the connection, on the smallest range that holds it."""
    if table is None or point.function in COMPARED:
        return None  # an oscillator, a bath, weights: nothing is applied that a level could prove
    level = levels().proof.get(point.function)
    fitting = [high for high in table.ranges(point.function) if level is not None and high >= level.limit]
    if level is None or not fitting:
        return None
    value, range_ = Decimal(repr(level.limit)), Decimal(repr(min(fitting)))
    return Proof(point.function, value, range_, level.unit, settings=point.settings)


def _line_proofs(point: Point, highest: Decimal) -> tuple[Proof, Proof]:
    """Return the ladder of a line (METROLOGY 3): a hundredth must be read, a tenth must hold."""
    settings = {"slew": point.settings["slew_pa_s"]}
    head = (point.function, highest / 100, point.range, point.unit)
    tenth = (point.function, highest / 10, point.range, point.unit)
    return (
        Proof(*head, tolerance=_SEEN, settings={**settings, "settle_min_s": 5.0}),
        Proof(*tenth, tolerance=_LEAK, settings={**settings, "hold_s": 60.0}, expect="hold", part="source"),
    )
