"""The session check as sections of a run: the check standard measured on the standard, before and after.

METROLOGY 24: 3 to 5 points with a check standard each session. Levels are harmless by themselves, for neither
the guard's meter nor a person looks at these terminals for danger.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from calibrator.bench import PlanningBench
from calibrator.engine._checks import point_problems, section_problems
from calibrator.engine._levels import levels
from calibrator.engine._types import Refusal
from calibrator.evaluation import CLOSING, OPENING, check_point_id, control_limits, is_check
from calibrator.procedure import Bench, Point, PointLimits, Proof, Section, Text
from calibrator_drivers.accuracy import AccuracyError, AccuracyTable, load_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calibrator.engine._setting import Setting
    from calibrator.engine._standards import Moment, Shelf
    from calibrator.record import Record
    from calibrator.standards import BenchFile, BenchInstrument, CheckPoint, SessionCheck

__all__ = [
    "CheckSections",
    "check_problems",
    "check_sections",
    "fixed_check",
    "measure_check",
    "phase_of",
    "planned_check",
]

ROLE = "check standard"
SAMPLES = 3
HISTORY_SHOWN = 3
PRESSURE = "pressure"
TABLED = {PRESSURE: "pressure_gauge"}  # what an accuracy table calls a function of the check
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


def check_sections(bench: BenchFile) -> CheckSections:
    """Return the sections of the bench's session check."""
    check = bench.session_check
    if check is None:
        return CheckSections()
    table = load_table(bench.instruments[check.meter].model)
    return CheckSections(
        tuple(_sections(bench, check, table, OPENING)), tuple(_sections(bench, check, table, CLOSING))
    )


def _sections(bench: BenchFile, check: SessionCheck, table: AccuracyTable, phase: str) -> Iterator[Section]:
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
    name = check_point_id(phase, item.id)
    return Point(name, section, item.function, item.nominal, item.range, item.unit, {}, "source", settings)


def _proof(point: Point, table: AccuracyTable) -> Proof | None:
    """Return the harmless level that proves the connection, on the smallest range that holds it."""
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


def measure_check(bench: Bench, point: Point) -> None:
    """Measure one point of the session check; touches the world only through `bench`."""
    if point.function == PRESSURE:
        _measure_pressure(bench, point)
        return
    settings = point.settings
    wires = int(settings["uut_wires"])
    bench.uut.configure(point.function, point.range, point.unit, nplc=float(settings["nplc"]), wires=wires)
    bench.source.stage(point.function, point.nominal, point.unit, wires=int(settings["source_wires"]))
    with bench.energised():
        bench.settle(
            minimum_s=float(settings["settle_min_s"]),
            window=float(settings["settle_window"]),
            samples=SAMPLES,
            timeout_s=float(settings["settle_timeout_s"]),
        )
        bench.read(int(settings["readings"]), discard=int(settings["discard"]))


def _measure_pressure(bench: Bench, point: Point) -> None:
    """Go to the pressure, wait until the controller is steady there, and read the check gauge."""
    settings = point.settings
    bench.part("uut").configure(PRESSURE, range=float(point.range), absolute=False)
    bench.part("source").stage(PRESSURE, point.nominal, point.unit, slew=float(settings["slew_pa_s"]))
    with bench.energised():
        bench.settle(
            minimum_s=float(settings["settle_min_s"]),
            window=float(settings["settle_window"]),
            samples=SAMPLES,
            timeout_s=float(settings["settle_timeout_s"]),
            part="source",
            every_s=1.0,
        )
        bench.read(int(settings["readings"]), discard=int(settings["discard"]))


def planned_check(point: Point) -> float:
    """Return how long a point of the session check may take, in seconds."""
    bench = PlanningBench(point)
    measure_check(bench, point)
    return bench.actions.duration_s


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
    most = wiring.bears()["Pa"]
    if most is None or abs(float(point.nominal)) > most:
        said = "states no maximum" if most is None else f"bears {most:g} Pa"
        yield Refusal(
            "above-wiring",
            f"The check needs {abs(point.nominal):f} Pa, the wiring {wiring.name!r} {said}."
            " Say what its weakest part bears, or choose a lower pressure.",
            bench.place("wirings", wiring.name, "max_pressure_pa"),
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
    harmless = {"V": levels().safe["voltage"].limit, "Pa": levels().hazard[PRESSURE].limit}
    most, unit = harmless.get(point.unit), point.unit
    if most is not None and abs(float(point.nominal)) > most:
        yield Refusal(
            "check-level",
            f"A session check applies at most {most:g} {unit}, {point.id} asks for {point.nominal:f} {unit}."
            " Choose a lower level.",
            bench.place("session_check", "point"),
            points=(point.id,),
        )


def fixed_check(setting: Setting, record: Record, *, live: bool) -> dict[str, Any] | None:
    """Return the control limits of this session with their ground, for `references.fixed`.

    Limits that no file states are made of the first recorded opening checks of the same check standard on
    the same standards, live and simulated apart. None on a bench without a check standard.
    """
    bench, check = setting.bench, setting.bench.session_check
    if check is None:
        return None
    meter = bench.instruments[check.meter]
    sources = dict.fromkeys(bench.wirings[point.wiring].source or "" for point in check.points)
    standards = [bench.instruments[name].asset for name in sources]
    table = load_table(meter.model)
    stated = all(point.limit is not None for point in check.points)
    before = [] if stated else list(_history(record, meter.asset, standards, live=live))
    return {
        "asset": meter.asset,
        "meter": meter.name,
        "title": f"{table.manufacturer} {table.model}, {meter.serial or 'no serial'}",
        "standards": standards,
        "baseline": check.baseline,
        "points": [_fixed_point(item, check, table, before) for item in check.points],
    }


def _fixed_point(
    item: CheckPoint,
    check: SessionCheck,
    table: AccuracyTable,
    before: Sequence[tuple[str, Mapping[str, str]]],
) -> dict[str, Any]:
    least = _least(item, table)
    head: dict[str, Any] = {
        "id": item.id,
        "wiring": item.wiring,
        "function": item.function,
        "nominal": item.nominal,
        "range": item.range,
        "unit": item.unit,
        "least": least,
    }
    if item.limit is not None:
        stated = {"status": item.status, "source": item.source, "history": []}
        return {**head, "reference": item.reference, "limit": item.limit, "basis": "stated", **stated}
    values = [(run, deviations[item.id]) for run, deviations in before if item.id in deviations]
    values = values[: check.baseline]
    ground = {"status": "derived", "history": [{"run": run, "value": value} for run, value in values]}
    if len(values) < check.baseline:
        source = f"{len(values)} of {check.baseline} recorded checks: no limits yet"
        return {**head, "reference": None, "limit": None, "basis": "collecting", "source": source, **ground}
    reference, limit = control_limits([float.fromhex(value) for _, value in values], least)
    source = f"the first {check.baseline} recorded opening checks"
    return {**head, "reference": reference, "limit": limit, "basis": "history", "source": source, **ground}


def _least(item: CheckPoint, table: AccuracyTable) -> float:
    """Return one count of the indication: limits from few quiet checks may not be narrower."""
    try:
        row = table.row(
            TABLED.get(item.function, item.function), float(item.nominal), range_high=float(item.range)
        )
    except AccuracyError:
        return 0.0  # preflight refuses the point
    return row.indication_resolution or 0.0


def _history(
    record: Record, asset: str, standards: Sequence[str], *, live: bool
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the deviations of each former opening check, the oldest first."""
    mode = "live" if live else "simulated"
    for summary in record.runs():
        if summary.mode != mode:
            continue
        bodies = [event.body for event in record.events(summary.id, kinds={"session.checked"})]
        opening: Iterable[Mapping[str, Any]] = [body for body in bodies if body["phase"] == OPENING]
        for body in list(opening)[-1:]:
            if body["asset"] == asset and list(body["standards"]) == list(standards):
                found = {p["id"]: p["deviation"] for p in body["points"] if p["deviation"] is not None}
                yield summary.id, found
