"""What the rules that a maker's guide offers would say of the same results: information, never the verdict.

One rule, fixed in the job, decides (METROLOGY 19); a guide may offer another for the unit (METROLOGY 12).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from calibrator.evaluation._summary import summarize

__all__ = ["TWO_SIDED", "arcsine_in", "rectangles_in", "rule_offers"]

Body = Mapping[str, Any]
TWO_SIDED = ("guard-80", "rss", "z540.3-6")
"""Rules that rest on half the tolerance: a limit on one side alone cannot be judged by them."""
_BY_LIMITS = ("guard-band-u", "guard-80", "simple")  # rules that ask for no probability, and for no scipy


def rule_offers(opened: Body, points: Sequence[Body]) -> list[dict[str, Any]]:
    """Return each offered rule with its ground and the points whose verdict would be another by it.

    Only what the run's opening recorded is offered, and never to a unit that is adjusted at this interval.
    Points without a number, and those that are undetermined, would stay as they are.
    """
    if opened.get("adjusted"):
        return []
    return [_offer(offer, opened, points) for offer in opened.get("rule_offers", ())]


def _offer(offer: Body, opened: Body, points: Sequence[Body]) -> dict[str, Any]:
    decides = offer["rule"] == opened["rule"]
    verdicts = {str(point["id"]): _by(str(offer["rule"]), point) for point in points}
    changed = [
        {"point": str(point["id"]), "from": str(point["verdict"]), "to": verdicts[str(point["id"])]}
        for point in points
        if verdicts[str(point["id"])] != point["verdict"]
    ]
    return {
        **{key: offer[key] for key in ("rule", "source", "status")},
        "adjusted": opened.get("adjusted"),
        "decides": decides,
        "changed": [] if decides else changed,
        "verdict": _worst(points, verdicts),
    }


def _by(rule: str, point: Body) -> str:
    """Return the verdict on a point by a rule, without the probability where no verdict rests on it."""
    from calibrator_uncertainty import judge

    exact = point["exact"]
    if point["verdict"] == "undetermined" or not {"error", "U"} <= set(exact):
        return str(point["verdict"])
    error, expanded = float.fromhex(exact["error"]), float.fromhex(exact["U"])
    lower, upper = _limit(point["lower_limit"]), _limit(point["upper_limit"])
    if rule in TWO_SIDED and (lower is None or upper is None):
        return str(point["verdict"])  # the rule says nothing of one limit alone
    spread, dof = (0.0, float("inf")) if rule in _BY_LIMITS else (_hex(exact, "u"), _hex(exact, "dof"))
    parts = () if rule in _BY_LIMITS else rectangles_in(exact)
    bent = 0.0 if rule in _BY_LIMITS else arcsine_in(exact)
    found = judge(error, expanded, spread, dof, lower, upper, rule=rule, rectangles=parts, arcsine=bent)
    return found.verdict


def rectangles_in(exact: Mapping[str, str]) -> tuple[float, ...]:
    """Return the |c·u| of the two largest rectangles of a recorded result, as many as there are."""
    return tuple(_hex(exact, key) for key in ("rectangle_1", "rectangle_2") if key in exact)


def arcsine_in(exact: Mapping[str, str]) -> float:
    """Return the |c·u| of the largest U-shaped error of a recorded result, 0 where there is none."""
    return _hex(exact, "arcsine") if "arcsine" in exact else 0.0


def _limit(text: str | None) -> float | None:
    return None if text is None else float(text)


def _hex(exact: Mapping[str, str], key: str) -> float:
    return float.fromhex(exact[key])


def _worst(points: Iterable[Body], verdicts: Mapping[str, str]) -> str:
    return summarize([{"id": point["id"], "verdict": verdicts[str(point["id"])]} for point in points]).verdict
