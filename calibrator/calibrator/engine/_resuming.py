"""Going on with a broken run: what is verified, what is proved again, what is done again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calibrator._errors import RefusedError
from calibrator._home import Home
from calibrator.engine._asking import ask
from calibrator.engine._checks import environment_problems
from calibrator.engine._context import Context
from calibrator.engine._coverage import words_of
from calibrator.engine._executor import steps_now
from calibrator.engine._handlers import ask_connect, reconnect, warm_up
from calibrator.engine._levels import levels
from calibrator.engine._manner import AS_EDITION, as_recorded
from calibrator.engine._opening import mode_of
from calibrator.engine._order import in_order
from calibrator.engine._prompts import wiring_prompt
from calibrator.engine._safety import make_sources_safe, not_confirmed, safe_body
from calibrator.engine._setting import Setting, find_sections, planned_actions, table_of
from calibrator.engine._station import Found
from calibrator.engine._steps import History, Step, history_of, next_step
from calibrator.engine._types import Deviation, Job
from calibrator.procedure import Section, load
from calibrator.standards import load_bench, load_lab

if TYPE_CHECKING:
    from calibrator.record import Event

__all__ = [
    "Check",
    "checkpoint_of",
    "checks_of",
    "discard_broken",
    "environment_now",
    "going_back",
    "raise_failed",
    "re_enter",
    "resumed_body",
    "setting_again",
]

_MEASURED = ("review", "close", "check")  # steps behind the last point of a section


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be as it was."""

    name: str
    then: str
    now: str
    ok: bool
    way_out: str = ""


def setting_again(opened: Mapping[str, Any], home: Home) -> Setting:
    """Return the setting of a recorded run, from the record and not from files that may have changed."""
    bench = load_bench(opened["bench"]["text"], opened["bench"]["file"])
    procedure = load(opened["procedure"]["id"])
    uut = next(item for item in bench.instruments.values() if item.asset == opened["uut"]["asset"])
    said = opened.get("adjustment", opened.get("then", {}))
    job = Job(
        opened["procedure"]["id"],
        opened["uut"]["asset"],
        seed=opened["seed"],
        sections=tuple(opened["sections"]),
        interval=opened["interval"],
        rule=AS_EDITION if opened.get("judged_as") else opened["rule"],
        coverage=words_of(opened["policy"]),
        person=opened["person"],
        deviations=tuple(Deviation(**item) for item in opened.get("deviations", ())),
        after=opened.get("adjustment", {}).get("after", ""),
        adjustment=said.get("what", ""),
        because=said.get("why", ""),
        left_after="then" in opened,
    )
    lab = load_lab(home.lab_file)
    sections = find_sections(procedure.sections(uut.model), opened["sections"])
    sections = as_recorded(in_order(sections, opened.get("order", {})), opened, lab)
    return Setting(
        job,
        procedure,
        bench,
        lab,
        uut,
        table_of(uut),
        sections,
        opened["complete"],
        opened["rule"],
        planned_actions(procedure, sections),
        policy=opened["policy"],
        judged_as=opened.get("judged_as", ""),
    )


def checks_of(
    events: Sequence[Event], setting: Setting, found: Iterable[Found], elapsed_s: float
) -> Iterator[Check]:
    """Yield what must be as it was: mode, procedure, serials, time."""
    found, opened = tuple(found), events[0].body
    then, now = opened["mode"], mode_of(setting.bench, found)
    way_out = "Begin a new run: live and simulated never mix."
    yield Check("mode", then, now, then == now, way_out)
    then, now = opened["procedure"]["hash"], setting.procedure.info.content_hash
    way_out = "Install the procedure as it was, or begin a new run."
    yield Check("procedure", then, now, then == now, way_out)
    identified = next((event.body for event in events if event.kind == "instruments.identified"), None)
    before = {row["name"]: row for row in identified["instruments"]} if identified else {}
    for item in found:
        row = before.get(item.instrument.name)
        if row is not None:
            same = (row["serial"], row["identity"]) == (item.serial, item.identity.raw)
            told = (f"{row['serial']} {row['identity']}", f"{item.serial} {item.identity.raw}")
            way_out = "Connect the instrument that was there, or begin a new run."
            yield Check(item.instrument.asset, *told, same, way_out)
    within_s = levels().resume_within_s
    way_out = "Begin a new run: the conditions may have changed."
    yield Check("elapsed", f"within {within_s:g} s", f"{elapsed_s:.0f} s", elapsed_s <= within_s, way_out)


def raise_failed(checks: Iterable[Check], run: str) -> None:
    """Raise `RefusedError` (code `resume-refused`) for the first check that does not hold."""
    for check in checks:
        if not check.ok:
            raise RefusedError(
                f"the run cannot go on: {check.name} was {check.then} and is {check.now}",
                where=f"run {run}",
                way_out=check.way_out,
                code="resume-refused",
            )


def resumed_body(
    history: History,
    elapsed_s: float,
    checks: Iterable[Check],
    undone: Sequence[str],
    restarted: Sequence[str],
    *,
    virtual: bool,
) -> dict[str, Any]:
    """Return the body of `resumed`; it says which clock its time and those behind it come from.

    A simulated clock goes back to the checkpoint with its bench, here and once more behind the proof of the
    connection: what is measured again is measured at the simulated times of a run that never broke.
    """
    rows = [{"name": item.name, "then": item.then, "now": item.now, "ok": item.ok} for item in checks]
    return {
        "step": history.open_step,
        "elapsed_s": elapsed_s,
        "checks": rows,
        "undone": undone,
        "restarted": restarted,
        "clock": "simulated" if virtual else "station",
    }


def going_back(context: Context, history: History) -> tuple[list[str], list[str]]:
    """Return the steps that are undone and the sections that begin again, by the resume rule."""
    steps = steps_now(context)
    step = next_step(steps, history)
    if step is None or not step.section:
        return [], []
    if step.kind in _MEASURED:
        return [], []  # whole: it is evaluated from what is recorded
    rule = context.setting.section(step.section).resume
    if rule == "never" and any(other.id in history.done for other in steps if other.section == step.section):
        raise RefusedError(
            f"the section {step.section!r} may not go on after a break",
            where=f"run {context.chronicle.run}",
            way_out="Begin a new run.",
            code="never-resumed",
        )
    if rule not in ("cycle", "section"):
        return [], []
    cycle = _cycle(context, step) if rule == "cycle" else None
    if cycle is not None:
        again = [other.id for other in steps if other.point in cycle and other.id in history.done]
        return again, []
    undone = [other.id for other in steps if other.section == step.section and other.id in history.done]
    return undone, [step.section]


def _cycle(context: Context, step: Step) -> set[str] | None:
    """Return the points of the cycle that a step belongs to; None where the section is one cycle.

    Points say by their setting `cycle` to which one they belong; after the last point no cycle is open.
    """
    points = context.setting.section(step.section).points
    if not any("cycle" in point.settings for point in points):
        return None
    own = next((point.settings.get("cycle") for point in points if point.id == step.point), None)
    if step.kind != "point" or own is None:
        return set()
    return {point.id for point in points if point.settings.get("cycle") == own}


def checkpoint_of(
    context: Context, history: History, restarted: Sequence[str], undone: Sequence[str] = ()
) -> str | None:
    """Return the snapshot to go on from: before the open step, or before what begins again."""
    first = [f"connect:{name}" for name in restarted] or list(undone[:1])
    for name in first:
        for event in reversed(context.chronicle.events):
            if event.kind == "step.begun" and event.body["step"] == name:
                return str(event.body["snapshot"]) if event.body["snapshot"] is not None else None
    return history.checkpoint


def discard_broken(
    context: Context, history: History, restarted: Sequence[str], undone: Sequence[str] = ()
) -> None:
    """Discard the readings of the broken step, and of a section or cycle that begins again."""
    by_point: dict[str, list[int]] = {}
    again = {point.id for name in restarted for point in context.setting.section(name).points}
    again |= {step.point for step in steps_now(context) if step.id in undone and step.point is not None}
    gone = {
        seq
        for event in context.chronicle.events
        if event.kind == "readings.discarded"
        for seq in event.body["seqs"]
    }
    for event in context.chronicle.events:
        if event.kind != "reading" or event.seq in gone:
            continue
        if event.seq in history.broken or event.body["point"] in again:
            by_point.setdefault(event.body["point"], []).append(event.seq)
    for name, seqs in by_point.items():
        body = {"point": name, "seqs": seqs, "reason": "the run broke before the step was done"}
        context.emit("readings.discarded", body)


def re_enter(context: Context, snapshot: str | None) -> None:
    """Make safe and confirm, prove the connection again, and leave no trace of that in a simulated bench."""
    history = history_of(context.chronicle.events)
    step = next_step(steps_now(context), history)
    section = None
    if step is not None and step.section and f"connect:{step.section}" in history.done:
        section = context.setting.section(step.section)
    context.section = section
    context.wired = section.wiring if section is not None else ""
    before, held = _until_checkpoint(context.chronicle.events), dict[str, str]()
    station = context.station
    found = make_sources_safe(station.places(), context.looks(), station, station.clock)
    context.emit("safe", safe_body(found, "engine", "resume"))
    if unsafe := not_confirmed(found):
        raise unsafe
    if step is not None:
        _restore_settings(context, step, history)
    wiring = ""
    if section is not None and step is not None:
        inner, held = wired_within(before, section), held_at_checkpoint(before)
        wiring = _prove_again(context, step, history)
        if inner and inner != section.wiring and wiring == section.wiring and step.kind != "close":
            wiring = _connect_again(context, inner)
    station.restore(snapshot)
    if wiring:
        station.keep_connected(wiring)
    if station.virtual and step is not None and step.kind != "proof":
        context.desk.hold_again(held)  # the snapshot has it: its pressure, its heat


def _restore_settings(context: Context, step: Step, history: History) -> None:
    """On a live bench instruments may have been switched off: reset, and ask for the warm-up again."""
    if context.station.virtual or "warm-up" not in history.done:
        return
    for item in context.station.instruments():
        driver = context.station.driver(item.name)
        driver.reset()
        driver.check_errors()
    warm_up(context, step)


def _prove_again(context: Context, step: Step, history: History) -> str:
    """Output returns through connection proof and acknowledgement only (METROLOGY 6); return the wiring."""
    section = context.setting.section(step.section)
    hazard = f"hazard:{section.id}" in history.done
    if step.kind in _MEASURED:  # nothing is energised, unless the review asks for a repeat
        context.unproved = (section.id, hazard)
        return ""
    return (
        ask_connect(context, section) if step.kind == "proof" else reconnect(context, section, hazard=hazard)
    )


def _until_checkpoint(events: Sequence[Event]) -> Sequence[Event]:
    """Return the events up to the point from which a cycle begins again, all where none does."""
    resumed = next((event.body for event in reversed(events) if event.kind == "resumed"), None)
    if resumed is None or not resumed["undone"] or resumed["restarted"]:
        return tuple(events)
    first = resumed["undone"][0]
    place = max(n for n, e in enumerate(events) if e.kind == "step.begun" and e.body["step"] == first)
    return tuple(events[: place + 1])


def wired_within(events: Sequence[Event], section: Section) -> str:
    """Return the wiring that stood within a section at the last checkpoint, "" where it was its own.

    Read before the prompts of a resume: those of the broken step itself do not count.
    """
    found = pending = ""
    for event in events:
        if event.kind == "step.done":
            found = pending
        elif event.kind == "step.begun":
            pending = found
        elif event.kind == "prompt.asked" and event.body["prompt"].startswith("wire:"):
            pending = event.body["wiring"]
        elif event.kind == "prompt.asked" and event.body["prompt"] == f"connect:{section.id}":
            pending = ""
    return found


def held_at_checkpoint(events: Sequence[Event]) -> dict[str, str]:
    """Return what was held at the last checkpoint: by instrument the unit of its pressure or temperature."""
    held: dict[str, str] = {}
    kept: dict[str, str] = {}
    for event in events:
        body = event.body
        if event.kind in ("step.begun", "step.done"):
            kept = dict(held)
        elif event.kind == "held":
            held[body["instrument"]] = body["unit"]
        elif event.kind == "deenergised":
            held.pop(body["instrument"], None)
        elif event.kind == "safe":
            held.clear()
        elif event.kind == "resumed":
            held = dict(kept)
    return kept


def _connect_again(context: Context, wiring: str) -> str:
    """Have the wiring connected that stood within the section; return what is connected."""
    answer = ask(context, wiring_prompt(context.station.bench.wirings[wiring]))
    context.station.connect(answer.wiring or wiring)
    context.wired = wiring
    return answer.wiring or wiring


def environment_now(context: Context) -> None:
    """Refuse to go on in surroundings that the procedure does not allow."""
    now = context.station.environment()
    passing = {deviation.code for deviation in context.setting.job.deviations}
    info, bench = context.setting.procedure.info, context.setting.bench
    for problem in environment_problems(info, now.temperature_c, now.humidity_rh, bench):
        if problem.code not in passing:
            raise RefusedError(problem.reason, where=problem.place, code=problem.code)
