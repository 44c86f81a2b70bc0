"""What stands against the ground of a run: code that nobody approved, regulations that nobody checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["edition_lines", "figure_word", "mark_lines"]

Say = Callable[[str], str]


def figure_word(figure: str, number: str, say: Say) -> str:
    """Return what a figure of an edition is called: in English by its key, as `regulation check` takes it.

    In Chinese a verification regulation (JJG) heads it 检定周期, a calibration specification 复校时间间隔.
    """
    named = {
        "points": "calibration points",  # not "33 points", which Chinese counts by another word
        "interval": "verification interval" if number.startswith("JJG") else "recalibration interval",
    }
    key = named.get(figure, figure)
    word = say(key)
    return figure if word == key else word


def mark_lines(run: Mapping[str, Any], say: Say) -> Iterator[str]:
    """Yield the marks of a run, of the run of `show --json`; none for approved code and checked editions."""
    procedure = run["procedure"]
    if not procedure.get("approved", True):
        named = ", ".join(item["id"] for item in procedure.get("unapproved", ())) or procedure["id"]
        yield say("NOT APPROVED: nobody of the laboratory has approved the code of {ids} as it is").format(
            ids=named
        )
    for edition in procedure.get("regulations", ()):
        yield from edition_lines(edition, say)


def edition_lines(edition: Mapping[str, Any], say: Say) -> Iterator[str]:
    """Yield how an edition stands, and what the procedure does otherwise."""
    yield _edition_line(edition, say)
    word = "regulation"
    language = "en" if say(word) == word else "zh"  # the sentences were recorded in both
    judged = [edition["judged"]] if "judged" in edition else []
    rest = [edition["uncompared"]] if "uncompared" in edition else []
    for differs in (*judged, *edition.get("differs", ()), *rest):
        yield f"  {differs[language]}"


def _edition_line(edition: Mapping[str, Any], say: Say) -> str:
    """Return how an edition stands: in force or not, and which figures of it are unverified."""
    states = {"abolished": "no longer in force", "not-yet-effective": "not in force yet"}
    head = f"{say('regulation')}: {edition['number']}, "
    standing = say(states.get(edition["state"], "in force"))
    if edition["unverified"]:
        figures = ", ".join(figure_word(name, edition["number"], say) for name in edition["unverified"])
        return head + standing + f", {say('UNVERIFIED')}: {figures}"
    return head + standing + f", {say(edition['status'])}"
