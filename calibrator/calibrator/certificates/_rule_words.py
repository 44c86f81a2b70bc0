"""Further decision rules in words, each with its source (ISO/IEC 17025:2017, 7.8.6.1)."""

from __future__ import annotations

from collections.abc import Iterable

from calibrator.certificates._model import Result
from calibrator.certificates._words import Speaker

__all__ = ["further_rule", "other_limits"]


def other_limits(results: Iterable[Result], speaker: Speaker) -> list[list[str]]:
    """Return how a rule that speaks of ±T is to be read where limits are not symmetric."""
    if all(result.symmetric for result in results):
        return []
    told = speaker.say(
        "Where the limits are not ±T, each side has its own limit: w is taken off inside each limit that "
        "there is, and T in U ≥ T is half their distance; a limit on one side alone always leaves an "
        "acceptance zone."
    )
    return [told]


def further_rule(rule: str, speaker: Speaker) -> list[list[str]]:
    """Return a rule in words; E is the error of indication, T its limit, U the expanded uncertainty."""
    say = speaker.say
    symbols = say("E is the error of indication, T its limit, U the expanded uncertainty.")
    rules = {
        "guard-band-u-binary": say(
            "Binary statement with guard band w = U (ILAC-G8:09/2019, 4.2.2): pass: |E| ≤ T − w; "
            "fail: |E| > T − w. Where U ≥ T there is no acceptance zone."
        ),
        "iso14253": say(
            "ISO 14253-1:2017, probability limit 95 %: pass where conformity is proved at 95 %, fail where "
            "nonconformity is proved at 95 %; between them the result is undetermined. w is the guard band "
            "at which the PFA is 5 %."
        ),
        "jjf1094": say(
            "JJF 1094-2002, 5.3.1: where U ≤ T/3, E is compared with T directly. Else pass: |E| ≤ T − U; "
            "fail: |E| ≥ T + U; between them the result is undetermined."
        ),
        "rss": say(
            "Acceptance limit A = √(T² − U²): pass: |E| ≤ A; conditional pass: A < |E| ≤ T; fail: |E| > T. "
            "w = T − A."
        ),
        "z540.3-6": say(
            "ANSI/NCSL Z540.3 handbook, method 6: guard band w = M·U with M = 1.04 − exp(0.38 ln(T/U) − 0.54)"
            ", none where M ≤ 0: pass: |E| ≤ T − w; conditional pass: T − w < |E| ≤ T; fail: |E| > T."
        ),
    }
    none_left = say("Where U ≥ T there is no acceptance zone, and no result passes.")
    if rule.startswith("pfa-"):
        return [
            say(
                "Accepted where the specific PFA of the result is at most {p} % (JCGM 106:2012, 8.3.3): "
                "pass; else fail. w is the guard band at which the PFA is {p} %.",
                p=rule.removeprefix("pfa-"),
            ),
            none_left,
            symbols,
        ]
    known = rules.get(rule)
    if rule in ("iso14253", "z540.3-6"):
        return [rules[rule], none_left, symbols]
    return [known, symbols] if known is not None else [say("Decision rule {rule}.", rule=rule)]
