"""What a partial run left out, in words: it must never look like a whole one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from calibrator._errors import CalibratorError

__all__ = ["counted", "partial_line", "verdict_of"]


def partial_line(run: Mapping[str, Any], say: Callable[[str], str], language: str) -> str:
    """Return "partial: 1 of 6 sections; not tested: …" for a run of some sections, "" for a whole one.

    `run` is the run of `evaluation.show`. Where its procedure is not installed no section is named.
    """
    if run["complete"]:
        return ""
    try:
        from calibrator.procedure import load, sections_asked

        sections = load(run["procedure"]["id"]).sections(run["uut"]["table"])
        sections = sections_asked(sections, run["sections"])
    except CalibratorError:
        return say("partial: not every section of the procedure")
    left = [getattr(one.title, language) for one in sections if one.id not in run["sections"]]
    text = say("partial: {done} of {all} sections; not tested: {left}")
    return text.format(done=len(run["sections"]), all=len(sections), left=", ".join(left))


def verdict_of(run: Mapping[str, Any], say: Callable[[str], str]) -> str:
    """Return the verdict with its counts; of a run that did not end, what there is so far."""
    counts = counted(run["verdicts"], say)
    if run["verdict"]:
        return f"{say(run['verdict'])}  ({counts})"
    if not counts:
        return f"{say('none')}, {say(run['outcome'])}"
    return f"{say('none')}, {say(run['outcome'])}; {say('so far')} {counts}"


def counted(verdicts: Mapping[str, int], say: Callable[[str], str]) -> str:
    """Return "6 pass, 1 fail"."""
    return ", ".join(f"{number} {say(name)}" for name, number in verdicts.items() if number)
