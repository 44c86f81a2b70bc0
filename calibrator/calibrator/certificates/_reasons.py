"""Why a point does not simply pass, in words: they follow from where its error and its U lie."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from calibrator.certificates._model import Certificate, Result

__all__ = ["ORDER", "left_by_rule", "reasons"]

_OUTSIDE: Final = "Outside the limits beyond doubt: {points}."
_OUTSIDE_ALONE: Final = "Outside the limits: {points}."
_OUTSIDE_WITHIN_U: Final = "Outside the limits by less than U: {points}."
_OUTSIDE_BY_RULE: Final = "Outside the limits by less than U, which fails by the decision rule: {points}."
_NOT_ACCEPTED: Final = "Not accepted by the decision rule: {points}."
_INSIDE: Final = "Inside the limits by less than U: {points}."
_INSIDE_80: Final = "Inside the limits, beyond 80 % of them: {points}."
_INSIDE_BY_RULE: Final = "Inside the limits, but not accepted by the decision rule: {points}."
_BY_RULE: Final = "Undetermined by the decision rule: {points}."
_UNVERIFIED: Final = "Undetermined, because a figure is not verified: {points}."
_UNKNOWN: Final = "Undetermined: the uncertainty is not known to the first order: {points}."
# by verdict and why there is no number
_NUMBERLESS: Final = {
    ("fail", "overload"): "Over the range, no number: {points}.",
    ("undetermined", "not-settled"): "Undetermined, no number: the indication did not settle: {points}.",
    ("undetermined", "overload"): "Undetermined, over the range, no number: {points}.",
    ("undetermined", "no-uncertainty"): _UNKNOWN,
    ("undetermined", "no-number"): "Undetermined, no number: {points}.",
}
ORDER: Final = (
    *(_OUTSIDE, _OUTSIDE_ALONE, _NUMBERLESS["fail", "overload"], _OUTSIDE_WITHIN_U, _OUTSIDE_BY_RULE),
    *(_NOT_ACCEPTED, _INSIDE_BY_RULE, _INSIDE, _INSIDE_80),
    *(_NUMBERLESS[key] for key in _NUMBERLESS if key[0] == "undetermined"),
    *(_BY_RULE, _UNVERIFIED),
)
"""All sentences, msgids of the catalogue, in the order in which they are said."""

# rules that ask nothing of U
_WITHOUT_U: Final = frozenset({"simple", "guard-80"})


def reasons(model: Certificate) -> Iterator[tuple[str, list[Result]]]:
    """Yield each sentence (a msgid of the catalogue) with the points of which it is true."""
    found: dict[str, list[Result]] = {}
    for result in model.results:
        told = _reason(result, model)
        if told:
            found.setdefault(told, []).append(result)
    for told in ORDER:
        if told in found:
            yield told, found[told]


def left_by_rule(result: Result, *, simulated: bool) -> bool:
    """Say whether the rule itself leaves a point undetermined (待定), and no figure that is not verified.

    On a simulated bench such a figure decides nothing (METROLOGY 9).
    """
    return "undetermined-by-rule" in result.notes and (simulated or "unverified-figure" not in result.notes)


def _reason(result: Result, model: Certificate) -> str:
    error, U, rule = result.error, result.expanded_uncertainty, model.conformity.rule
    if result.verdict == "pass":
        return ""
    if result.no_number or error is None or U is None:
        return _NUMBERLESS.get((result.verdict, result.no_number), "")
    if result.verdict == "undetermined":
        return _BY_RULE if left_by_rule(result, simulated=model.simulated) else _UNVERIFIED
    if result.verdict == "conditional pass":
        return _INSIDE_80 if rule == "guard-80" else _INSIDE
    if result.verdict == "conditional fail":
        return _OUTSIDE_WITHIN_U
    digit = result.rounding_step * Decimal(1).scaleb(int(U.as_tuple().exponent))
    return _failed(rule, _excess(result, error), U, digit)


def _failed(rule: str, beyond: Decimal, U: Decimal, digit: Decimal) -> str:
    """Return what is true of a failure: the verdict follows from unrounded numbers, and these are rounded.

    Where the rule does not say it and the last digit leaves it open, nothing is said of it.
    """
    if rule in _WITHOUT_U:
        return _OUTSIDE_ALONE
    if rule == "guard-band-u":
        return _OUTSIDE
    if rule == "guard-band-u-binary" or rule.startswith("pfa-"):  # these fail inside the limits, too
        if beyond < -digit / 2:
            return _INSIDE_BY_RULE
        if beyond <= digit / 2:
            return _NOT_ACCEPTED
    if abs(beyond - U) <= 3 * digit / 2:  # U may be rounded upward by a whole one
        return _OUTSIDE_ALONE
    return _OUTSIDE if beyond > U else _OUTSIDE_BY_RULE


def _excess(result: Result, error: Decimal) -> Decimal:
    """Return how far the error lies outside its limits; negative inside."""
    sides = []
    if result.limit_lower is not None:
        sides.append(result.limit_lower - error)
    if result.limit_upper is not None:
        sides.append(error - result.limit_upper)
    return max(sides, default=Decimal(0))
