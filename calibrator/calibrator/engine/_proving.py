"""Proof of a connection: harmless levels tell whether the leads are those of the section (METROLOGY 3)."""

from __future__ import annotations

from calibrator._errors import RunError
from calibrator.bench import configure_meter
from calibrator.engine._context import Context
from calibrator.procedure import Proof, Section

__all__ = ["prove"]

READINGS = 10
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
    settings = level.settings
    configure_meter(
        desk.uut,
        level.function,
        float(level.range),
        nplc=float(settings.get("nplc", 1)),
        wires=int(settings.get("uut_wires", _setting(section, "uut_wires"))),
        high_impedance=bool(settings.get("high_impedance", True)),
    )
    if level.expect == "below":
        applied, indicated = None, _indicated(context, level, float(level.value))
    else:
        wires = int(settings.get("source_wires", _setting(section, "source_wires")))
        desk.stage(level.function, level.value, level.unit, wires=wires)
        with desk.energised():
            applied = desk.applied if desk.applied is not None else float(level.value)
            indicated = _indicated(context, level, applied)
    passed = _holds(level, applied, indicated)
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


def _holds(level: Proof, applied: float | None, indicated: float) -> bool:
    if applied is None:
        return abs(indicated) < float(level.value)
    if level.expect == "not-read":
        return not abs(indicated - applied) <= NEAR * abs(applied)
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
    return f"{applied:g} {level.unit} was applied and {seen} is read"


def _setting(section: Section, key: str) -> int:
    """Return a number of wires as the section's points have it."""
    return int(next((p.settings[key] for p in section.points if key in p.settings), 2))


def _indicated(context: Context, level: Proof, scale: float) -> float:
    """Return the indication, read until two successive ones agree within the tolerance or both overload."""
    desk = context.desk
    desk.pause(float(level.settings.get("settle_min_s", SETTLE_S)), "proof")
    before = None
    indicated = OVER
    for number in range(READINGS):
        desk.check()
        reading = desk.uut.read()
        indicated = OVER if reading.overload else reading.value
        desk.tell("proof", value=indicated, done=number + 1, total=READINGS)
        agree = before is not None and abs(indicated - before) <= level.tolerance / 10 * abs(scale)
        if agree or indicated == before == OVER:
            break
        before = indicated
    return indicated
