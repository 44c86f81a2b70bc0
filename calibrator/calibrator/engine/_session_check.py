"""The session check as sections of a run: the check standard measured on the standard, before and after.

METROLOGY 24: 3 to 5 points with a check standard each session. Levels are harmless by themselves, for neither
the guard's meter nor a person looks at these terminals for danger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from calibrator.engine._checks import point_problems, section_problems
from calibrator.engine._levels import levels
from calibrator.engine._types import Refusal
from calibrator.evaluation import CLOSING, OPENING, check_point_id, is_check
from calibrator.procedure import Point, PointLimits, Proof, Section, Text
from calibrator_drivers.accuracy import AccuracyError, AccuracyTable, load_table

if TYPE_CHECKING:
    from calibrator.engine._setting import Setting
    from calibrator.engine._standards import Moment, Shelf
    from calibrator.standards import BenchFile, BenchInstrument, CheckPoint, SessionCheck, Wiring

__all__ = [
    "TABLED",
    "CheckSections",
    "check_problems",
    "check_sections",
    "phase_of",
    "standards_on",
    "table_of",
]

ROLE = "check standard"
PRESSURE = "pressure"
TABLED = {PRESSURE: "pressure_gauge"}  # what an accuracy table calls a function of the check
# The part that gives the value where no source is programmed to it: an oscillator, the weights.
_GIVEN = {"freq": "reference", "mass": "artefact"}
_COMPARED = ("freq", "temperature", "mass")
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


def standards_on(wiring: Wiring, function: str) -> tuple[str, ...]:
    """Return the names of the instruments that a wiring of the check looks at.

    A bath only brings the temperature, and the balance on which weights are compared gives no value.
    """
    if function not in ("temperature", "mass"):
        return tuple(name for name in (wiring.source,) if name)
    own = (wiring.artefact, *wiring.parts.values())
    return tuple(dict.fromkeys(name for name in own if name and name != wiring.meter))


def check_sections(bench: BenchFile) -> CheckSections:
    """Return the sections of the bench's session check."""
    check = bench.session_check
    if check is None:
        return CheckSections()
    table = table_of(bench.instruments[check.meter])
    return CheckSections(
        tuple(_sections(bench, check, table, OPENING)), tuple(_sections(bench, check, table, CLOSING))
    )


def _sections(
    bench: BenchFile, check: SessionCheck, table: AccuracyTable | None, phase: str
) -> Iterator[Section]:
    for wiring in dict.fromkeys(point.wiring for point in check.points):
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
    if table is None or point.function in _COMPARED:
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


def check_problems(
    setting: Setting, shelf: Shelf, moment: Moment, roles: Mapping[str, Sequence[str]]
) -> Iterator[Refusal]:
    """Yield what stands against the session check, before anything is energised."""
    bench, check = setting.bench, setting.bench.session_check
    if check is None:
        return
    meter = bench.instruments[check.meter]
    yield from _role_problems(bench, shelf, meter)
    for section in setting.checks.opening:
        wiring = bench.wirings[section.wiring]
        yield from section_problems(section, wiring, bench, bench.path)
        for point in section.points:
            yield from _harmful(point, bench)
            if point.function == PRESSURE:
                yield from _line_problems(point, section, setting, shelf, moment)
                continue
            if point.function in _COMPARED:
                yield from _compared_problems(point, section, setting, shelf, moment)
                continue
            candidate, others = shelf.choose(point, wiring, meter.name, moment)
            if candidate is None:
                feeding = bench.instruments[wiring.source or ""].asset
                why = next((item for item in others if item.asset == feeding), None)
                none = Refusal(
                    "no-standard", "it realises no such value.", bench.place("session_check", "point")
                )
                found = why or none
                reason = f"{feeding} cannot be checked: {found.reason}"
                yield replace(found, reason=reason, points=(point.id,))
                continue
            table = load_table(meter.model)
            limits = {setting.interval: PointLimits(setting.interval, point.nominal, point.nominal, "", "")}
            yield from point_problems(
                replace(point, limits=limits),
                wiring,
                candidate,
                bench=bench,
                uut=meter,
                uut_table=table,
                uut_roles=roles.get(meter.model, ()),
                interval=setting.interval,
                rule=setting.rule,
            )


def _line_problems(
    point: Point, section: Section, setting: Setting, shelf: Shelf, moment: Moment
) -> Iterator[Refusal]:
    """What stands against a pressure: controller, check gauge, and what the wiring bears (METROLOGY 5)."""
    bench, wiring = setting.bench, setting.bench.wirings[section.wiring]
    tabled = replace(point, function=TABLED[PRESSURE])
    controller = bench.instruments[wiring.source or ""]
    found = shelf.figure(controller, tabled, moment)
    if isinstance(found, Refusal):
        yield replace(
            found, reason=f"{controller.asset} cannot be checked: {found.reason}", points=(point.id,)
        )
    yield from _above_wiring(point, wiring, bench, "max_pressure_pa")


def _compared_problems(
    point: Point, section: Section, setting: Setting, shelf: Shelf, moment: Moment
) -> Iterator[Refusal]:
    """What stands against a comparison: the certificate of what is checked, and what the bath bears."""
    bench, wiring = setting.bench, setting.bench.wirings[section.wiring]
    for name in standards_on(wiring, point.function):
        standard = bench.instruments[name]
        if shelf.certificate(standard.asset, moment) is None:
            yield Refusal(
                "no-certificate",
                f"{standard.asset} cannot be checked: it has no certificate. Record it:"
                " calibrator standards add FILE.toml.",
                shelf.place(standard.asset, None, "number"),
                standard.asset,
                (point.id,),
            )
        for problem in shelf.artefact_problems(standard, moment):
            reason = f"{standard.asset} cannot be checked: {problem.reason}"
            yield replace(problem, reason=reason, points=(point.id,))
    if point.unit == "degC":
        yield from _above_wiring(point, wiring, bench, "max_temperature_c")


def _above_wiring(point: Point, wiring: Wiring, bench: BenchFile, key: str) -> Iterator[Refusal]:
    """The weakest part of a line or bath limits (METROLOGY 5)."""
    most = wiring.bears()[point.unit]
    if most is None or abs(float(point.nominal)) > most:
        said = "states no maximum" if most is None else f"bears {most:g} {point.unit}"
        yield Refusal(
            "above-wiring",
            f"The check needs {abs(point.nominal):f} {point.unit}, the wiring {wiring.name!r} {said}."
            " Say what its weakest part bears, or choose a lower level.",
            bench.place("wirings", wiring.name, key),
            points=(point.id,),
        )


def _role_problems(bench: BenchFile, shelf: Shelf, meter: BenchInstrument) -> Iterator[Refusal]:
    """The check standard is an asset that the laboratory keeps as one, not just any meter."""
    asset = bench.assets.get(meter.asset) or shelf.register.asset(meter.asset)
    if asset is None or asset.role != ROLE:
        known = "is not recorded" if asset is None else f'has the role "{asset.role}"'
        yield Refusal(
            "check-standard-role",
            f'The check standard {meter.asset} {known}. Record it with role = "{ROLE}":'
            " calibrator standards add FILE.toml (on a simulated bench: under [assets]).",
            bench.place("session_check", "meter"),
            meter.asset,
        )


def _harmful(point: Point, bench: BenchFile) -> Iterator[Refusal]:
    """No level of a session check may be one that somebody has to release or look after."""
    known = levels()
    harmless = {
        "V": known.safe["voltage"].limit,
        "Pa": known.hazard[PRESSURE].limit,
        "degC": known.hazard["temperature"].limit,
    }
    most, unit = harmless.get(point.unit), point.unit
    if most is not None and abs(float(point.nominal)) > most:
        yield Refusal(
            "check-level",
            f"A session check applies at most {most:g} {unit}, {point.id} asks for {point.nominal:f} {unit}."
            " Choose a lower level.",
            bench.place("session_check", "point"),
            points=(point.id,),
        )
