"""What a certificate says in sentences: conformity, decision rule, uncertainty, validity."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from calibrator.certificates._model import Certificate, Person, Result
from calibrator.certificates._numbers import POLAR, at_frequency, load_name, percent, scaled_unit, signed
from calibrator.certificates._reasons import reasons
from calibrator.certificates._rule_words import further_rule, other_limits
from calibrator.certificates._words import STATUS_WORDS, Speaker
from calibrator.evaluation import ABOUT_95
from calibrator.i18n import bilingual
from calibrator.procedure import CLASS, Text

__all__ = [
    "INTERVALS",
    "VERDICTS",
    "Statement",
    "conformity_statement",
    "decision_rule",
    "general_remarks",
    "interval_text",
    "is_electrical",
    "name_text",
    "point_name",
    "uncertainty_statement",
]

# msgids of the catalogue
VERDICTS: Final = ("pass", "conditional pass", "conditional fail", "fail", "undetermined")
INTERVALS: Final = {
    "24h": "24 hours",
    "90d": "90 days",
    "1y": "1 year",
    "2y": "2 years",
    CLASS: "accuracy class",
}
# functions on which leads, loading and thermal voltages act
ELECTRICAL: Final = frozenset({"dcv", "acv", "dci", "aci", "res2w", "res4w", "freq"})
# how many points a sentence names; a bilingual one says them twice, on a page that must hold the signatures
SIMULATED_OPERATOR: Final = "simulated operator"  # by whom the bench's own operator answers
_NAMED: Final = {"en": 12, "zh": 12, "both": 6}

Lines = list[list[str]]


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement of conformity: `kind` (pass, partial, conditional, fail) chooses how it looks."""

    kind: str
    headline: list[str]
    lines: Lines


def conformity_statement(model: Certificate, speaker: Speaker) -> Statement:
    """Return the statement of conformity (ISO/IEC 17025:2017, 7.8.6.2).

    It speaks of the points that were measured; of the instrument as a whole only the joint probability
    speaks, and only where every section was measured (METROLOGY 17, 22). Of a provisional session it states
    nothing: what it would have said stands below that (METROLOGY 24).
    """
    stated = _stated(model, speaker)
    if model.session_check is None or not model.session_check.provisional:
        return stated
    return Statement(
        stated.kind if stated.kind == "fail" else "conditional",
        speaker.say("PROVISIONAL: the closing check of the standard failed."),
        [speaker.say("Without that it would read:"), stated.headline, *stated.lines],
    )


def _stated(model: Certificate, speaker: Speaker) -> Statement:
    conformity, say = model.conformity, speaker.say
    total = len(model.results)
    if not conformity.all_pass:
        return _not_all_pass(model, speaker)
    if not conformity.complete:
        return Statement(
            "partial",
            say("All {n} points measured pass. The calibration is partial.", n=total),
            [_nothing_of_the_whole(speaker), *_conditions(model, speaker)],
        )
    lines = [
        say(
            "At each point the error lies within the acceptance limits drawn from the limits of the accuracy "
            "class. The statement covers the points listed here and nothing else."
        )
        if model.method.interval == CLASS
        else say(
            "At each point the error of indication lies within the acceptance limits drawn from the maker's "
            "specification ({interval}). The statement covers the points listed here and nothing else.",
            interval=interval_text(model.method.interval),
        )
    ]
    lines += [*_joint(model, speaker), *_conditions(model, speaker)]
    return Statement("pass", say("Conforms at each of the {n} points measured.", n=total), lines)


def _not_all_pass(model: Certificate, speaker: Speaker) -> Statement:
    results, say = model.results, speaker.say
    total = len(results)
    failed = [r for r in results if r.verdict == "fail"]
    lines = [
        say(text, points=_names(those, _NAMED[speaker.language], model)) for text, those in reasons(model)
    ]
    if not model.conformity.complete:
        lines.append(_nothing_of_the_whole(speaker))
    conditions = _conditions(model, speaker)
    if failed:
        return Statement(
            "fail",
            say("Does not conform at {n} of {total} points measured.", n=len(failed), total=total),
            [*lines, *conditions],
        )
    passed = sum(r.verdict == "pass" for r in results)
    return Statement(
        "conditional",
        say("{n} of {total} points measured pass without condition.", n=passed, total=total),
        [*lines, *(_joint(model, speaker) if model.conformity.complete else []), *conditions],
    )


def _nothing_of_the_whole(speaker: Speaker) -> list[str]:
    return speaker.say(
        "Not every part of the procedure was measured: nothing is said of the instrument as a whole."
    )


def _conditions(model: Certificate, speaker: Speaker) -> Lines:
    """Return what the statement rests on beside the results: the conditions of 24 hour limits, deviations."""
    say, affirmed = speaker.say, model.affirmation
    lines: Lines = []
    if model.method.interval == "24h":
        lines.append(
            say(
                "Limits of 24 hours hold within 24 h of adjustment and within 1 °C of its temperature, "
                "relative to the calibration standards."
            )
        )
        lines.append(
            say(
                "Affirmed before the first reading by {name}: "
                "adjusted within the last 24 h, at this temperature.",
                name=name_text(affirmed.by),
            )
            if affirmed is not None
            else say("Nobody affirmed that the instrument was adjusted within 24 h.")
        )
    if model.conformity.adjusted is not None:
        lines.append(
            say("As declared for this job, the instrument is adjusted at this interval.")
            if model.conformity.adjusted
            else say("As declared for this job, the instrument is not adjusted at this interval.")
        )
    if model.deviations:
        lines.append(say("With deviations from the procedure; they are named below."))
    return lines


def _joint(model: Certificate, speaker: Speaker) -> Lines:
    probability = model.conformity.joint_probability
    if probability is None:
        return []
    return [
        speaker.say(
            "Probability that all true errors lie within their limits at once: {p} "
            "(joint over all points with their shared inputs, specific, no prior).",
            p=percent(probability),
        )
    ]


def _names(results: list[Result], most: int, model: Certificate) -> Text:
    """Name points; one that shares its values with a point of another table bears the title of its own."""
    titles = {result.id: section.title for section in model.sections for result in section.results}
    every = [point_name(result) for result in model.results]
    en, zh = [], []
    for result in results[:most]:
        name, title = point_name(result), titles[result.id]
        alone = every.count(name) == 1
        en.append(name if alone else f"{title.en}, {name}")
        zh.append(name if alone else f"{title.zh}，{name}")
    named = Text("; ".join(en), "; ".join(zh))
    rest = len(results) - most
    return bilingual("{named}; and {n} more", named=named, n=rest) if rest > 0 else named


def point_name(result: Result) -> str:
    """Return how a sentence names a point: nominal value and range."""
    nominal, unit = scaled_unit(abs(result.nominal), result.unit)
    sign = signed(result.nominal, plus=result.function in POLAR)[0] if result.nominal else ""
    span, span_unit = scaled_unit(result.range, result.unit)
    sign = sign if sign in "+−" else ""
    place = f", {result.particulars.position}" if result.particulars.position else ""
    load = load_name(result)
    if load:
        return f"{load}{at_frequency(result)}"
    return f"{sign}{nominal} {unit}{place}{at_frequency(result)} ({span} {span_unit})"


def name_text(person: Person) -> Text:
    """Return a person's name; that of the simulated operator is a word of the language."""
    return (
        bilingual("simulated operator") if person.id == SIMULATED_OPERATOR else Text(person.name, person.name)
    )


def is_electrical(model: Certificate) -> bool:
    """Whether leads, loading and thermal voltages act on all results; on a frequency alone they do not."""
    functions = {result.function for result in model.results}
    return functions <= ELECTRICAL and functions != {"freq"}


def interval_text(interval: str) -> Text:
    """Return the name of a specification's interval in both languages; an unknown one stands as it is."""
    known = INTERVALS.get(interval)
    return bilingual(known) if known is not None else Text(interval, interval)


def decision_rule(model: Certificate, speaker: Speaker) -> Lines:
    """Return the decision rule in words with its source (ISO/IEC 17025:2017, 7.8.6.1)."""
    say = speaker.say
    rules = {
        "guard-band-u": [
            say(
                "Non-binary statement with guard band w = U (ILAC-G8:09/2019, 4.2.3; JCGM 106:2012, 8.3). "
                "E is the error of indication, T its limit, U the expanded uncertainty."
            ),
            say(
                "pass: |E| ≤ T − w; conditional pass: T − w < |E| ≤ T; "
                "conditional fail: T < |E| ≤ T + w; fail: |E| > T + w. "
                "Where U ≥ T there is no acceptance zone and no result can pass without condition."
            ),
        ],
        "guard-80": [
            say(
                "Acceptance limits at 80 % of the specification, guard band w = 0.2 T, for a unit that is "
                "not adjusted at each interval. E is the error of indication, T its limit: pass: "
                "|E| ≤ 0.8 T; conditional pass: 0.8 T < |E| ≤ T; fail: |E| > T. U enters no verdict."
            ),
            *([_ground(model, speaker)] if model.conformity.rule_source else []),
        ],
        "simple": [
            say(
                "Simple acceptance, guard band w = 0 (ILAC-G8:09/2019, 4.2.1; JCGM 106:2012, 8.2): "
                "pass: |E| ≤ T; fail: |E| > T. "
                "E is the error of indication, T its limit."
            )
        ],
    }
    lines = [
        *(rules.get(model.conformity.rule) or further_rule(model.conformity.rule, speaker)),
        *other_limits(model.results, speaker),
    ]
    if model.verification is not None and not model.verification.with_uncertainty:
        return lines  # no PFA stands there
    return [
        *lines,
        say(
            "PFA is the probability that the true error lies outside its limits, given this result alone "
            "(specific, no prior; JCGM 106:2012). Verdicts follow from the unrounded numbers."
        )
        if all(result.judged != "rounded" for result in model.results)
        else say(
            "PFA is the probability that the true error lies outside its limits, given this result alone "
            "(specific, no prior; JCGM 106:2012); it is of the unrounded error. "
            "Verdicts follow from the errors as the edition rounds them."
        ),
    ]


def _ground(model: Certificate, speaker: Speaker) -> list[str]:
    conformity = model.conformity
    status = STATUS_WORDS.get(conformity.rule_status, conformity.rule_status)
    return speaker.say(
        "Ground of the rule: {source} ({status}).", source=conformity.rule_source, status=bilingual(status)
    )


def uncertainty_statement(model: Certificate, speaker: Speaker) -> Lines:
    """Return the coverage statement (ISO/IEC 17025:2017, 7.8.4.1 a; JCGM 100:2008, 7.2.3)."""
    say = speaker.say
    policies = {
        "p95": say(
            "The expanded uncertainty U is the standard uncertainty multiplied by the coverage factor k "
            "given with each result, for a coverage probability of about 95 %: k is that of the t "
            "distribution with the effective degrees of freedom; where one rectangular contribution "
            "dominates it is 1.65, and where two together do it is that of their trapezoid, from 1.65 to "
            "1.90 (EA-4/02 M:2022, S9.14 and S10.13)."
        ),
        "k2": say(
            "The expanded uncertainty U is the standard uncertainty multiplied by the coverage factor k = 2, "
            "which for a normal distribution is a coverage probability of about 95 %."
        ),
    }
    lines = [policies[model.conformity.policy]] if model.conformity.policy in policies else []
    lines += _covered(model, speaker)
    if any("raised-to-cmc" in result.notes for result in model.results):
        lines.append(say("Where U was raised to the laboratory's CMC, k = 2 and a normal distribution hold."))
    lines += _rounding(model, speaker)
    return [
        *lines,
        say(
            "Evaluated by JCGM 100:2008 (GUM). It covers standard, leads, thermal voltages, loading, "
            "resolution and repeatability during the measurement, not the long-term stability of the "
            "instrument."
        )
        if is_electrical(model)
        else say(
            "Evaluated by JCGM 100:2008 (GUM). It covers the contributions that the procedure states in the "
            "budget of each result, not the long-term stability of the instrument."
        ),
    ]


def _covered(model: Certificate, speaker: Speaker) -> Lines:
    """Return what a chosen k = 2 covers, and name the results at which that is not about 95 %."""
    say = speaker.say
    known = [(result, result.coverage) for result in model.results if result.coverage is not None]
    if not known:
        return []
    least, most = (_share(pick(share for _, share in known)) for pick in (min, max))
    lines = [
        say(
            "By the effective degrees of freedom (t distribution; JCGM 100:2008, G.3) and the shape of each "
            "result it covers {least} % to {most} %.",
            least=least,
            most=most,
        )
        if least != most
        else say(
            "By the effective degrees of freedom (t distribution; JCGM 100:2008, G.3) and the shape of each "
            "result it covers {least} %.",
            least=least,
        )
    ]
    low, high = ABOUT_95
    others = [f"{point_name(r)}: {_share(share)} %" for r, share in known if not low <= share <= high]
    return [*lines, *([say("Not about 95 %: {points}.", points="; ".join(others))] if others else [])]


def _share(covered: Decimal) -> str:
    """Return a coverage probability in percent to a hundredth; 100.00 is all of a bounded distribution."""
    return f"{(100 * covered).quantize(Decimal('0.01')):f}"


def _rounding(model: Certificate, speaker: Speaker) -> Lines:
    """Return how U and results are written, where the laboratory has chosen it."""
    say, chosen = speaker.say, {(result.rounding, result.rounding_step) for result in model.results}
    words = {
        "upward": "U is rounded upward.",
        "ea-4/02": "U is rounded to the nearest, upward where it would become more than 5 % smaller.",
    }
    # what is written in coarse steps is not written more than 5 % smaller, whatever was chosen
    told = {"ea-4/02" if policy == "nearest" and step > 1 else policy for policy, step in chosen}
    lines = [say(words[policy]) for policy in sorted(told) if policy in words]
    steps = sorted({step for _, step in chosen} - {1})
    return lines + [
        say("U and results are written in steps of {step} of the last digit (GB/T 8170-2008).", step=step)
        for step in steps
    ]


def general_remarks(model: Certificate, speaker: Speaker) -> Lines:
    """Return the remarks that every certificate carries (ISO/IEC 17025:2017, 7.8.2.1 and 7.8.2.2)."""
    say = speaker.say
    remarks = [
        say("The results relate only to the instrument named here, as it was when measured."),
        say("This document may be reproduced only in full, unless the laboratory agrees in writing."),
        say("The standards of a simulated run are traceable to nothing.")
        if model.simulated
        else say("The results are traceable to the SI through the certificates of the standards named here."),
    ]
    if not model.method.approved:
        remarks.append(say("The code of this procedure has not been approved by the laboratory."))
    if model.method.regulations:
        remarks.append(
            say("Edition of the regulation: {numbers}.", numbers=", ".join(model.method.regulations))
        )
    remarks += [speaker.tell(_sentence(differs)) for differs in model.method.differs]
    if model.method.unverified:
        numbers = ", ".join(model.method.unverified)
        remarks.append(
            say("UNVERIFIED: figures of {numbers} were not held against the document.", numbers=numbers)
        )
    return remarks


def _sentence(text: Text) -> Text:
    return Text(f"{text.en[:1].upper()}{text.en[1:]}.", f"{text.zh}。")
