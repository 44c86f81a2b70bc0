"""Operators that need no screen: the one of a simulated bench and the one that refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from calibrator._errors import RefusedError
from calibrator.engine._types import Answer, Prompt, Review, ReviewDecision

__all__ = ["Refusing", "SimulatedOperator", "refuse_unanswered"]


def refuse_unanswered(prompts: Sequence[str], place: str) -> RefusedError:
    """Return the error for prompts that nobody is there to answer."""
    return RefusedError(
        f"nobody is there to answer {', '.join(prompts)}",
        where=place,
        way_out="Add the answers under [answers] of an answers file (--answers FILE), or run without"
        " --non-interactive.",
        code="answers-missing",
    )


@dataclass(frozen=True, slots=True)
class SimulatedOperator:
    """Whoever stands at a simulated bench: connects what is asked, acknowledges and goes on.

    `connects` lets him connect another wiring than asked (section id -> wiring), `refuses` holds the ids of
    prompts that he declines, `repeats` what he measures again at the first review, by section.
    """

    warm_for_minutes: float = 0.0
    connects: Mapping[str, str] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()
    repeats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def missing(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
        """Return nothing: every prompt is answered."""
        del prompts
        return ()

    def releases(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
        """Return every hazard prompt: on a simulated bench nobody is hurt."""
        return tuple(prompt.id for prompt in prompts if prompt.kind == "hazard")

    def ask(self, prompt: Prompt) -> Answer:
        """Do what is asked."""
        if prompt.id in self.refuses:
            return Answer("no", "simulated operator", "simulated operator")
        value = f"{self.warm_for_minutes:g}" if prompt.kind == "warm-up" else prompt.simulated
        wiring = self.connects.get(prompt.id.partition(":")[2], prompt.wiring)
        return Answer(value, "simulated operator", "simulated operator", wiring)

    def review(self, review: Review) -> ReviewDecision:
        """Repeat what he was told to, once."""
        again = self.repeats.get(review.section, ()) if review.attempt == 1 else ()
        reason = "asked of the simulated operator" if again else ""
        return ReviewDecision(again, reason, "simulated operator")


@dataclass(frozen=True, slots=True)
class Refusing:
    """Nobody: every prompt is refused, every review goes on."""

    place: str = "--non-interactive"

    def missing(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
        """Return every prompt."""
        return tuple(prompt.id for prompt in prompts)

    def releases(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
        """Return nothing: nobody acknowledges a hazard."""
        del prompts
        return ()

    def ask(self, prompt: Prompt) -> Answer:
        """Raise `RefusedError`."""
        raise refuse_unanswered((prompt.id,), self.place)

    def review(self, review: Review) -> ReviewDecision:
        """Go on."""
        del review
        return ReviewDecision()
