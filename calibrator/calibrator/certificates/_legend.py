"""What the columns, the plots and the letters of the tables of results mean."""

from __future__ import annotations

from typing import Final

from calibrator.certificates._kind_words import states_uncertainty
from calibrator.certificates._model import Certificate
from calibrator.certificates._statements import is_electrical
from calibrator.certificates._words import STATUS_WORDS, Speaker
from calibrator.i18n import bilingual
from calibrator.procedure import Text

__all__ = ["STATUS_LETTERS", "result_legend", "status_letter"]

STATUS_LETTERS: Final = {
    "seen": "S",
    "checked": "C",
    "confirmed": "P",
    "derived": "D",
    "memory_high": "M1",
    "memory_medium": "M2",
    "memory_low": "M3",
    "artefact": "A",
}
# what an artefact is where there are no terminals
_OTHER_ARTEFACT: Final = Text("an artefact, no specified value", "实物标准，无规定值")


def result_legend(model: Certificate, speaker: Speaker) -> list[list[str]]:
    """Return what the columns and the plots mean; of a source the sign of E is another (E = set - true)."""
    say = speaker.say
    if not states_uncertainty(model):
        return [*_errors(model, speaker), say("T: limit."), _status_legend(model, speaker)]
    drawn = any(len(section.results) > 1 for section in model.sections)
    return [
        *_errors(model, speaker),
        say(
            "U: expanded uncertainty. k: coverage factor. T: limit. w: guard band. PFA: see the decision "
            "rule. MC: ✓ where U agrees with Monte Carlo propagation (JCGM 101:2008, clause 8), × where it "
            "does not, – where that was not asked."
        ),
        *(
            [
                say(
                    "Plots: E as a share of its limit T; bar: U; shaded: acceptance zone ±(T − w); "
                    "disc: pass, diamond: conditional, square: fail, ring: undetermined; "
                    "arrow head: beyond the axis, ?: no number."
                )
            ]
            if drawn
            else []
        ),
        *_other_limits(model, speaker),
        _status_legend(model, speaker),
    ]


def _errors(model: Certificate, speaker: Speaker) -> list[list[str]]:
    """Return how E is signed, for each sense that occurs."""
    say = speaker.say
    senses = {result.particulars.sense for result in model.results}
    told = []
    if "indication" in senses:
        told.append(
            say(
                "E: error of indication, the indication minus the reference value realised by the standard "
                "(E is not always indication minus nominal: leads, loading and thermal voltages are "
                "accounted for)."
            )
            if is_electrical(model)
            else say("E: error, the indication minus the reference value.")
        )
    if "set" in senses:
        told.append(
            say(
                "E: error of a source, the set value minus the reference value; where E is positive, less is "
                "delivered than was set. Measured: mean of the standard's readings, before corrections."
            )
        )
    if "difference" in senses:
        told.append(
            say("Differences: as the title of the table names them, the first value less the second.")
        )
    return told


def _other_limits(model: Certificate, speaker: Speaker) -> list[list[str]]:
    """Return how a plot shows limits that are not ±T."""
    if all(result.symmetric for result in model.results):
        return []
    told = speaker.say(
        "Where the limits are not ±T, the lines +T and −T stand for the upper and the lower limit of the "
        "point; ≤ and ≥ name a limit on one side alone, whose acceptance zone is open on the other."
    )
    return [told]


def status_letter(status: str) -> str:
    """Return the letter under which a table names the status of a figure."""
    return STATUS_LETTERS.get(status, status)


def _status_legend(model: Certificate, speaker: Speaker) -> list[str]:
    used = {status for result in model.results for status in (result.limit_status, result.standard_status)}
    words = [(status_letter(status), STATUS_WORDS[status]) for status in STATUS_LETTERS if status in used]
    said = [(letter, bilingual(word)) for letter, word in words]
    if not is_electrical(model):
        said = [(letter, _OTHER_ARTEFACT if letter == "A" else word) for letter, word in said]
    return speaker.say(
        "Fig.: status of the limit's figure / of the weakest figure of the standard. {statuses}.",
        statuses=Text(
            en="; ".join(f"{letter}: {word.en}" for letter, word in said),
            zh="；".join(f"{letter}：{word.zh}" for letter, word in said),
        ),
    )
