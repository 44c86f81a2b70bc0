"""What stands against the session check, before anything is energised (METROLOGY 24)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from calibrator.engine._checks import point_problems, section_problems
from calibrator.engine._levels import levels
from calibrator.engine._session_check import COMPARED, PRESSURE, TABLED, standards_on
from calibrator.engine._standards import SOURCE_ROLES
from calibrator.engine._types import Refusal
from calibrator.procedure import Point, PointLimits, Section
from calibrator_drivers.accuracy import AccuracyError, load_table

if TYPE_CHECKING:
    from calibrator.engine._setting import Setting
    from calibrator.engine._standards import Candidate, Moment, Shelf
    from calibrator.standards import BenchFile, BenchInstrument, Wiring

__all__ = ["check_problems"]

ROLE = "check standard"
_QUANTITIES = {"V": "voltage_v", "A": "current_a"}  # of what a wiring bears


@dataclass(frozen=True, slots=True)
class _Books:
    """What the check is held against."""

    setting: Setting
    shelf: Shelf
    moment: Moment
    roles: Mapping[str, Sequence[str]]  # by model


def check_problems(
    setting: Setting, shelf: Shelf, moment: Moment, roles: Mapping[str, Sequence[str]]
) -> Iterator[Refusal]:
    """Yield what stands against the session check, before anything is energised."""
    bench, check = setting.bench, setting.bench.session_check
    if check is None:
        return
    books = _Books(setting, shelf, moment, roles)
    meter = bench.instruments[check.meter]
    yield from _role_problems(bench, shelf, meter)
    for section in setting.checks.opening:
        wiring = bench.wirings[section.wiring]
        yield from section_problems(section, wiring, bench, bench.path)
        for point in section.points:
            yield from _harmful(point, bench)
            if point.function == PRESSURE:
                yield from _line_problems(point, section, books)
                continue
            if point.function in COMPARED:
                yield from _compared_problems(point, section, books)
                continue
            if wiring.source == meter.name:
                yield from _sourced_problems(point, section, books)
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
            yield from _read_problems(point, wiring, meter, books, candidate)


def _read_problems(
    point: Point,
    wiring: Wiring,
    reader: BenchInstrument,
    books: _Books,
    candidate: Candidate | None = None,
) -> Iterator[Refusal]:
    """What stands against reading a point by an instrument: its driver, its ranges, its test current."""
    setting = books.setting
    limits = {setting.interval: PointLimits(setting.interval, point.nominal, point.nominal, "", "")}
    yield from point_problems(
        replace(point, limits=limits),
        wiring,
        candidate,
        bench=setting.bench,
        uut=reader,
        uut_table=load_table(reader.model),
        uut_roles=books.roles.get(reader.model, ()),
        interval=setting.interval,
        rule=setting.rule,
    )


def _sourced_problems(point: Point, section: Section, books: _Books) -> Iterator[Refusal]:
    """What stands against a standard that is a meter and reads a source that is kept for checks."""
    bench = books.setting.bench
    wiring = bench.wirings[section.wiring]
    source, reader = bench.instruments[wiring.source or ""], bench.instruments[wiring.meter or ""]
    yield from _compared_problems(point, section, books)
    yield from _read_problems(point, wiring, reader, books)
    if SOURCE_ROLES.get(point.function, "") not in books.roles.get(source.model, ()):
        yield Refusal(
            "no-role",
            f"The driver of {source.asset} cannot give {point.function}. Name another check standard.",
            bench.place("session_check", "meter"),
            source.asset,
            (point.id,),
        )
    try:
        load_table(source.model).row(
            point.function, float(point.nominal), frequency_hz=float(point.settings.get("frequency_hz", 0.0))
        )
    except AccuracyError as error:
        where = f"accuracy table {source.model}"
        yield Refusal(error.code, f"{error.what}. {error.way_out}", where, source.asset, (point.id,))
    if point.unit in ("V", "A"):
        yield from _above_wiring(point, wiring, bench, f"max_{_QUANTITIES[point.unit]}")


def _line_problems(point: Point, section: Section, books: _Books) -> Iterator[Refusal]:
    """What stands against a pressure: controller, check gauge, and what the wiring bears (METROLOGY 5)."""
    bench = books.setting.bench
    wiring = bench.wirings[section.wiring]
    tabled = replace(point, function=TABLED[PRESSURE])
    controller = bench.instruments[wiring.source or ""]
    found = books.shelf.figure(controller, tabled, books.moment)
    if isinstance(found, Refusal):
        yield replace(
            found, reason=f"{controller.asset} cannot be checked: {found.reason}", points=(point.id,)
        )
    yield from _above_wiring(point, wiring, bench, "max_pressure_pa")


def _compared_problems(point: Point, section: Section, books: _Books) -> Iterator[Refusal]:
    """What stands against a comparison: the certificate of what is checked, and what the bath bears."""
    bench, shelf, moment = books.setting.bench, books.shelf, books.moment
    wiring = bench.wirings[section.wiring]
    check = bench.session_check
    for name in standards_on(wiring, point.function, "" if check is None else check.meter):
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
