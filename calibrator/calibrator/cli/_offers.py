"""What is said of a rule that the maker's guide offers: in a plan and at the end of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator.engine import PlannedOffer

__all__ = ["offered_in_run", "planned_offer"]

_NAMED = 3


def planned_offer(offer: PlannedOffer, rule: str, adjusted: bool | None, say: Callable[[str], str]) -> str:
    """Return what a plan says of an offered rule: whether it decides, on what ground, where it differs."""
    ground = f"{offer.source} [{say(offer.status)}]"
    if offer.decides:
        return say("{rule} decides. Ground: {ground}").format(rule=say(offer.rule), ground=ground)
    counts = {"tighter": offer.tighter, "wider": offer.wider}
    text = say(
        "--rule {rule} is offered{when}; {own} decides, it would be tighter at {tighter} points and wider at"
        " {wider}. Ground: {ground}"
    )
    return text.format(rule=offer.rule, when=_when(adjusted, say), own=say(rule), ground=ground, **counts)


def offered_in_run(offer: Mapping[str, Any], rule: str, say: Callable[[str], str]) -> str:
    """Return what a run's end says of an offered rule: information, for one rule decides (METROLOGY 19)."""
    ground = f"{offer['source']} [{say(offer['status'])}]"
    if offer["decides"]:
        return say("{rule} decides. Ground: {ground}").format(rule=say(offer["rule"]), ground=ground)
    changed = offer["changed"]
    if not changed and offer["adjusted"] is None:
        text = say("{rule}, offered where the unit is not adjusted, would change no verdict; {own} decides")
        return text.format(rule=say(offer["rule"]), own=say(rule))
    names = ", ".join(f"{item['point']} {say(item['to'])}" for item in changed[:_NAMED])
    more = f", +{len(changed) - _NAMED}" if len(changed) > _NAMED else ""
    text = say(
        "by {rule}, offered{when}, {count} verdicts would differ{names}; {own} decides. Ground: {ground}"
    )
    return text.format(
        rule=say(offer["rule"]),
        when=_when(offer["adjusted"], say),
        count=len(changed),
        names=f" ({names}{more})" if names else "",
        own=say(rule),
        ground=ground,
    )


def _when(adjusted: bool | None, say: Callable[[str], str]) -> str:
    return (
        say(" where the unit is not adjusted") if adjusted is None else say(", as the unit is not adjusted")
    )
