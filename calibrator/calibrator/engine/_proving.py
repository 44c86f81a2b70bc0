"""Proof of a connection: harmless levels tell whether the leads are those of the section (METROLOGY 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from calibrator._errors import RunError
from calibrator.bench import ELECTRICAL, PlannedStage, configure_meter, configure_part, read_part
from calibrator.engine._context import Context
from calibrator.engine._levels import staged_at
from calibrator.procedure import READING_UNITS, Point, Proof, Section
from calibrator_drivers.roles import Expecting, SourcePressure

__all__ = ["prove"]

READINGS = 10
LOOP_A = 0.1  # range on which a meter reads 4 to 20 mA
LEAK_SETTLE_S, LEAK_S = 60.0, 60.0  # of a leak test, where the level does not say
SETTLE_S = 1.0
NEAR = 0.5  # relative: a lead that is not there lets the meter read nothing like the level
OVER = float("inf")


def prove(context: Context, section: Section) -> None:
    """Prove the connection before anything larger; raises `RunError` (code `proof-failed`).

    The section's own level must read within its tolerance. Then each of its lead checks: a level that must
    not be read, for the leads that would show it do not belong there, or a value that must not be exceeded.
    """
    levels = [] if section.proof is None else [section.proof]
    for level in (*levels, *section.lead_checks):
        _prove(context, section, level)


def _prove(context: Context, section: Section, level: Proof) -> None:
    desk = context.desk
    desk.move(context.spot(section, f"proof:{section.id}", None))
    for number, (applied, indicated) in enumerate(_looked(context, section, level)):
        passed = _holds(level, applied, indicated)
        with desk.unit(number):
            context.emit(
                "proof",
                {
                    "section": section.id,
                    "function": level.function,
                    "expect": level.expect,
                    "applied": applied,
                    "indicated": indicated,
                    "unit": level.unit,
                    "passed": passed,
                },
            )
        if not passed:
            raise RunError(
                f"{_said(level, applied, indicated)}: the connection is not the one of the section"
                f" {section.id!r}",
                where=f"wiring {section.wiring}",
                way_out="Connect the leads as the prompt says, then: calibrator resume",
                code="proof-failed",
            )


def _looked(context: Context, section: Section, level: Proof) -> list[tuple[float | None, float]]:
    """Return what was applied and indicated, for each unit that is measured at once."""
    desk = context.desk
    for number in desk.units:
        with desk.unit(number):
            _configure(context, section, level)
    if level.expect == "below":
        return [(None, item) for item in _indications(context, level, float(level.value))]
    return _at_level(context, section, level)


def _indications(context: Context, level: Proof, scale: float) -> list[float]:
    context.desk.pause(float(level.settings.get("settle_min_s", SETTLE_S)), "proof")
    found = []
    for number in context.desk.units:
        with context.desk.unit(number):
            _expect(context, level, scale)
            found.append(_indicated(context, level, scale))
    return found


def _expect(context: Context, level: Proof, applied: float) -> None:
    """Tell a person who reads a meter what the level lets it show: one slip, or two, is no loose lead.

    A reading outside is looked at again and taken if it stays. Of a level that must not be read nothing is
    expected.
    """
    driver = context.desk.driver(level.part)
    told = level.expect == "read" and level.indicates is None and level.function in ELECTRICAL
    if told and READING_UNITS.get(level.function) == level.unit and isinstance(driver, Expecting):
        driver.expect(applied, level.tolerance * abs(applied))


def _configure(context: Context, section: Section, level: Proof) -> None:
    """Configure the meter for the level; a part that reads a pressure or a loop is asked as it is."""
    settings = level.settings
    if level.function in ELECTRICAL:
        configure_meter(
            context.desk.uut,
            level.function,
            float(level.range),
            nplc=float(settings.get("nplc", 1)),
            wires=int(settings.get("uut_wires", _setting(section, "uut_wires"))),
            high_impedance=bool(settings.get("high_impedance", True)),
            frequency_hz=float(settings.get("frequency_hz", 0.0)),
        )
    elif level.indicates is not None:  # the current of a loop
        configure_part(context.desk.driver(level.part), "loop", {"range": LOOP_A})


def _at_level(context: Context, section: Section, level: Proof) -> list[tuple[float | None, float]]:
    """Return what was applied and what was indicated; of a leak test the line before and after the wait."""
    desk, settings = context.desk, level.settings
    further: dict[str, float] = {}
    if level.function in ELECTRICAL:
        further["wires"] = int(settings.get("source_wires", _setting(section, "source_wires")))
        if "frequency_hz" in settings:
            further["frequency_hz"] = float(settings["frequency_hz"])
    elif "slew" in settings:
        further["slew"] = float(settings["slew"])
    part = next((stage.part for point in section.points for stage in _stages(context, point)), "source")
    desk.stage(level.function, level.value, level.unit, part=part, **further)
    with desk.energised():
        if level.expect == "hold":
            return [_held(context, level, part)] * len(desk.units)
        applied = desk.applied if desk.applied is not None else float(level.value)
        return [(applied, item) for item in _indications(context, level, applied)]


def _stages(context: Context, point: Point) -> Sequence[PlannedStage]:
    return staged_at(point, context.setting.actions)


def _held(context: Context, level: Proof, part: str) -> tuple[float, float]:
    """Shut the line in at the level and return its pressure after a while of settling and after the wait."""
    desk, source = context.desk, cast("SourcePressure", context.desk.driver(part))
    source.standby()
    desk.pause(float(level.settings.get("settle_min_s", LEAK_SETTLE_S)), "proof")
    before = source.line_pressure_pa()
    desk.pause(float(level.settings.get("hold_s", LEAK_S)), "proof")
    after = source.line_pressure_pa()
    source.operate()
    return before, after


def _holds(level: Proof, applied: float | None, indicated: float) -> bool:
    if applied is None:
        return abs(indicated) < float(level.value)
    if level.expect == "not-read":
        return not abs(indicated - applied) <= NEAR * abs(applied)
    if level.indicates is not None:
        return abs(indicated - float(level.indicates)) <= level.tolerance * abs(float(level.indicates))
    return abs(indicated - applied) <= level.tolerance * abs(applied)


def _said(level: Proof, applied: float | None, indicated: float) -> str:
    seen = "an overload" if indicated == OVER else f"{indicated:.6g} {level.unit}"
    if applied is None:
        most = f"{level.value:f} {level.unit}"
        return f"the meter shows {seen} on {level.function} where less than {most} belongs"
    if level.expect == "not-read":
        return (
            f"{applied:g} {level.unit} was applied and {seen} is read on {level.function}, so leads are"
            " connected that do not belong there"
        )
    if level.expect == "hold":
        return f"the line was shut in at {applied:g} {level.unit} and came to {seen}"
    if level.indicates is not None:
        shown = "an overload" if indicated == OVER else f"{indicated:.6g}"
        return f"{applied:g} {level.unit} was applied and {shown} is read where {level.indicates:f} belongs"
    return f"{applied:g} {level.unit} was applied and {seen} is read"


def _setting(section: Section, key: str) -> int:
    """Return a number of wires as the section's points have it."""
    return int(next((p.settings[key] for p in section.points if key in p.settings), 2))


def _indicated(context: Context, level: Proof, scale: float) -> float:
    """Return the indication, read until two successive ones agree within the tolerance or both overload."""
    desk = context.desk
    before = None
    indicated = OVER
    for number in range(READINGS):
        desk.check()
        reading = read_part(desk.driver(level.part), level.function)
        indicated = OVER if reading.overload else reading.value
        desk.tell("proof", value=indicated, done=number + 1, total=READINGS)
        agree = before is not None and abs(indicated - before) <= level.tolerance / 10 * abs(scale)
        if agree or indicated == before == OVER:
            break
        before = indicated
    return indicated
