"""What each kind of step does; each returns the outcome that `step.done` records."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from calibrator._errors import RunError
from calibrator.bench import LiveBench
from calibrator.engine._adjusting import adjustment_prompt
from calibrator.engine._asking import MISUNDERSTOOD, PointHands, ask
from calibrator.engine._check_measuring import measure_check
from calibrator.engine._checks import environment_problems
from calibrator.engine._context import Context
from calibrator.engine._limits import restore_limits, set_limits
from calibrator.engine._prompts import (
    connect_prompt,
    fresh_prompt,
    hazard_prompt,
    item_prompt,
    items_asked,
    warm_minutes,
    warm_up_prompt,
)
from calibrator.engine._proving import prove
from calibrator.engine._review import check_repeat, flags_of, former_results, seqs_of
from calibrator.engine._safety import make_sources_safe, not_confirmed, safe_body
from calibrator.engine._session_check import phase_of
from calibrator.engine._steps import Step
from calibrator.engine._types import Review, ReviewFlag
from calibrator.engine._validity import check_section
from calibrator.procedure import ITEM, Section, item_outcome

__all__ = ["HANDLERS", "ask", "ask_connect", "reconnect", "warm_up"]


def self_test(context: Context, step: Step) -> str:
    """Bring every instrument to its reset state and test the unit under test (METROLOGY 22)."""
    del step
    for item in context.station.instruments():
        context.desk.check()
        driver = context.station.driver(item.name)
        driver.reset()
        driver.check_errors()
        context.emit("configured", {"instrument": item.name, "asset": item.asset, "what": {"reset": True}})
    told = [_self_test(each) for each in context.each]
    return "; ".join(dict.fromkeys(told))


def _self_test(context: Context) -> str:
    """Test one unit under test; one without an interface has nothing to be asked."""
    uut = context.setting.uut
    if uut.artefact:
        return "nothing to be asked"
    context.desk.tell("self-test")
    passed, raw = context.station.driver(uut.name).self_test()
    name, asset = uut.name, uut.asset
    what = {"self_test": raw, "passed": passed}
    with context.own():
        context.emit("configured", {"instrument": name, "asset": asset, "what": what})
    if not passed:
        raise RunError(
            f"the self-test of {asset} failed with {raw.strip()!r}",
            where=name,
            way_out="Have the instrument repaired; a failed self-test ends the verification.",
            code="self-test-failed",
        )
    return f"passed {raw.strip()}"


def warm_up(context: Context, step: Step) -> str:
    """Wait for what is missing of the warm-up since power-on (METROLOGY 18)."""
    del step
    required_s = context.setting.warm_up_s
    if required_s <= 0:
        return "none asked for"
    prompt = warm_up_prompt(required_s)
    for _ in range(MISUNDERSTOOD):
        minutes = warm_minutes(ask(context, prompt), required_s)
        if minutes is not None:
            break
    else:
        raise RunError(
            "the answer to the warm-up prompt is no number of minutes",
            where="prompt warm-up",
            way_out="Answer with minutes such as 90, then: calibrator resume",
            code="answer-not-understood",
        )
    missing_s = max(0.0, required_s - 60 * minutes)
    context.desk.pause(missing_s, "warm-up")
    return f"on for {minutes:g} min, waited {missing_s:g} s"


def prompt(context: Context, step: Step) -> str:
    """Put the prompt of a step."""
    if step.prompt == "interval":
        ask(context, fresh_prompt())
        return "answered"
    if step.prompt == "adjustment":
        ask(context, adjustment_prompt(context.setting.job))
        return "confirmed"
    if step.prompt == "item":
        return _item(context, step.id.removeprefix(ITEM))
    section = context.setting.section(step.section)
    if step.prompt == "connect":
        check_section(context, section)
        ask_connect(context, section)
        if section.proof is None and not section.lead_checks:
            set_limits(context, section)  # a block or bath, which no harmless level proves
    else:
        ask_hazard(context, section)
    return "answered"


def _item(context: Context, name: str) -> str:
    """Have a person decide an item of the regulation; that it fails is a result and ends nothing."""
    items = items_asked(context.setting.procedure.info.regulation)
    asked = item_prompt(next(item for item in items if item.id == name))
    for _ in range(MISUNDERSTOOD):
        outcome = item_outcome(ask(context, asked).value)
        if outcome:
            return outcome
    raise RunError(
        f"the answer to the item {name} of the regulation is neither pass nor fail",
        where=f"prompt {asked.id}",
        way_out="Answer with pass or fail, then: calibrator resume",
        code="answer-not-understood",
    )


def ask_connect(context: Context, section: Section) -> str:
    """Ask for the leads of a section, which the answer connects on a bench in this process; return them."""
    answer = ask(context, connect_prompt(section))
    wiring = answer.wiring or section.wiring
    context.station.connect(wiring)
    context.section, context.wired = section, section.wiring
    return wiring


def ask_hazard(context: Context, section: Section) -> None:
    """Ask for the release of a section's dangerous levels."""
    asked = hazard_prompt(section, context.setting.actions)
    if asked is not None:
        ask(context, asked)
    context.desk.released.add(section.id)


def reconnect(context: Context, section: Section, *, hazard: bool) -> str:
    """Output returns through connection proof and acknowledgement only (METROLOGY 6); return the wiring."""
    context.unproved = ("", False)
    wiring = ask_connect(context, section)
    set_limits(context, section)
    prove(context, section)
    if hazard:
        ask_hazard(context, section)
    return wiring


def proof(context: Context, step: Step) -> str:
    """Set the source's own limits for the section, then prove the connection."""
    section = context.setting.section(step.section)
    set_limits(context, section)
    prove(context, section)
    return "passed"


def point(context: Context, step: Step) -> str:
    """Measure one point; a point that does not settle is flagged in the review and ends nothing."""
    section = context.setting.section(step.section)
    target = context.point(step.point or "")
    if context.unproved[0] == section.id:  # a break before the review, which asked for a repeat
        reconnect(context, section, hazard=context.unproved[1])
    if step.attempt > 1:
        _set_aside(context, section, target.id)
    _environment(context)
    context.desk.move(context.spot(section, target.id, target, context.wired))
    context.desk.hands = PointHands(context, section, target)
    try:
        measure = measure_check if phase_of(section) else context.setting.procedure.measure
        measure(LiveBench(context.desk, target, step.attempt), target)
    except RunError as error:
        if error.code not in ("not-settled", "overload"):
            raise
        name, _ = context.desk.uut_place
        body = {"code": error.code, "what": error.what, "where": error.where}
        context.emit("fault", {**body, "instrument": name, "point": target.id})
        return error.code
    return "measured"


def _set_aside(context: Context, section: Section, name: str) -> None:
    """Discard the former version for the reason that a person gave; without one it would count."""
    for each in context.each:
        events = each.chronicle.events
        seqs = seqs_of(events, (name,))[name]
        asked = [event.body for event in events if event.kind == "review"]
        decision = next(body for body in reversed(asked) if body["section"] == section.id)
        reason = f"{decision['reason']} ({decision['by']})"
        with each.own():
            each.emit("readings.discarded", {"point": name, "seqs": seqs, "reason": reason})


def _environment(context: Context) -> None:
    now = context.station.environment()
    context.emit(
        "environment",
        {
            "temperature_c": now.temperature_c,
            "humidity_rh": now.humidity_rh,
            "sensor": now.sensor,
            "how": now.how,
        },
    )
    passing = {deviation.code for deviation in context.setting.job.deviations}
    problems = environment_problems(
        context.setting.procedure.info, now.temperature_c, now.humidity_rh, context.setting.bench
    )
    for problem in problems:
        if problem.code not in passing:
            raise RunError(problem.reason, where=problem.place, code=problem.code)


def review(context: Context, step: Step) -> str:
    """Evaluate the section, show what deserves a look, and take the decision before the leads come off."""
    section = context.setting.section(step.section)
    context.desk.vent_held("before the review")
    found = [_flags(each, section) for each in context.each]
    flags = tuple(dict.fromkeys(flag for flags in found for flag in flags))
    shown = Review(section.id, step.attempt, flags, tuple(item.id for item in section.points))
    context.desk.check()
    decision = context.broker.review(context.operator, shown) if _worth_asking(context, shown) else None
    repeat = tuple(item for item in shown.points if decision is not None and item in decision.repeat)
    if repeat and decision is not None:
        check_repeat(decision, step.attempt, section.id, context.setting.lab, context.setting.job.person)
    reason, by = (decision.reason, decision.by) if decision is not None else ("", "")
    for each, own in zip(reversed(context.each), reversed(found), strict=True):
        body = {
            "section": section.id,
            "flags": [{"point": flag.point, "why": flag.why} for flag in own],
            "repeat": repeat,
            "reason": reason,
            "by": by,
        }
        with each.own():
            each.emit("review", body)
    return f"repeat {len(repeat)}" if repeat else "goes on"


def _flags(context: Context, section: Section) -> tuple[ReviewFlag, ...]:
    """Evaluate a section of one unit; return what deserves a look."""
    with context.own():
        results = evaluate(context, section)
    events = context.chronicle.events
    former = former_results(context.chronicle.record, events[0].body, context.chronicle.run)
    return flags_of(section, results, events, former)


def _worth_asking(context: Context, shown: Review) -> bool:
    """Ask a person where something is flagged; a scripted operator decides by himself in any case."""
    from calibrator.engine._types import Scripted

    return bool(shown.flags) or isinstance(context.operator, Scripted)


def evaluate(context: Context, section: Section) -> list[dict[str, object]]:
    """Evaluate a section from the run's events and record its results."""
    from calibrator.evaluation import evaluate_now

    content = context.collector.content(context.chronicle.events)
    monte_carlo = not context.setting.lean
    results, curves = evaluate_now(content, context.setting.procedure, section.id, monte_carlo=monte_carlo)
    context.results[section.id] = results
    body: dict[str, object] = {"section": section.id, "results": results}
    if curves:
        body["curves"] = curves
    context.emit("section.evaluated", body)
    return results


def session_check(context: Context, step: Step) -> str:
    """Judge the check of the standard; one that fails before the first point ends the run (METROLOGY 24)."""
    from calibrator.evaluation import OPENING, judged_check

    phase = phase_of(context.setting.section(step.section))
    found = judged_check(context.chronicle.events, phase)
    if found is None:
        return "not made"
    context.emit("session.checked", found)
    if phase == OPENING and found["passed"] is False:
        out = ", ".join(point["id"] for point in found["points"] if point["passed"] is False)
        raise RunError(
            f"the opening check of {', '.join(found['standards'])} failed at {out}: nothing was measured",
            where=f"check standard {found['asset']}",
            way_out="Look at leads, check standard and standard; then begin a new run: this one is over.",
            code="opening-check-failed",
        )
    return {True: "passed", False: "failed", None: "not judged"}[found["passed"]]


def close(context: Context, step: Step) -> str:
    """Output to zero and standby, looked at by the meter, before the leads move (METROLOGY 2, 4).

    After the last section the sources go to their reset state, and their limits are put back.
    """
    station = context.station
    context.desk.before_safe()
    found = make_sources_safe(station.places(), context.looks(), station, station.clock)
    context.emit("safe", safe_body(found, "engine", "before the leads move"))
    if unsafe := not_confirmed(found):
        raise unsafe
    context.desk.all_safe()
    if step.section == context.setting.measured[-1].id:
        for place in station.places():
            station.driver(place.name).reset()
        restore_limits(context)
    return "safe"


HANDLERS: Mapping[str, Callable[[Context, Step], str]] = {
    "self-test": self_test,
    "warm-up": warm_up,
    "prompt": prompt,
    "proof": proof,
    "point": point,
    "review": review,
    "close": close,
    "check": session_check,
}
