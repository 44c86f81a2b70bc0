"""A prompt put and recorded with its answer; and the person's hands while a point is measured."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from calibrator._errors import InterruptedRun, RunError
from calibrator.engine._context import Context
from calibrator.engine._prompts import answered_body, asked_body, asked_prompt, wiring_prompt
from calibrator.engine._spot import Spot
from calibrator.engine._types import Answer, Prompt
from calibrator.procedure import Point, Section, Text, item_outcome

__all__ = ["MISUNDERSTOOD", "PointHands", "ask"]

MISUNDERSTOOD = 3


def ask(context: Context, asked: Prompt) -> Answer:
    """Put a prompt and record it with its answer; raises `InterruptedRun` when it is refused."""
    context.desk.check()
    context.emit("prompt.asked", asked_body(asked))
    answer = context.broker.ask(context.operator, asked)
    context.emit("prompt.answered", answered_body(asked, answer))
    if answer.refused and not (asked.kind == "item" and item_outcome(answer.value)):
        raise InterruptedRun(
            f"the prompt {asked.id} was refused",
            where=answer.by,
            way_out="Go on with: calibrator resume",
            code="prompt-refused",
        )
    return answer


@dataclass(frozen=True, slots=True)
class PointHands:
    """What a person does for one point while it is measured."""

    context: Context
    section: Section
    point: Point

    def connect(self, wiring: str) -> Spot:
        """Have another wiring of the bench file connected; raises `RunError` for one that there is not."""
        bench = self.context.station.bench
        if wiring not in bench.wirings:
            raise RunError(
                f"the bench has no wiring {wiring!r}",
                where=self.point.id,
                way_out=f"Add [wirings.{wiring}] to the bench file.",
                code="no-wiring",
            )
        answer = ask(self.context, wiring_prompt(bench.wirings[wiring]))
        self.context.station.connect(answer.wiring or wiring)
        self.context.wired = wiring
        return self.context.spot(self.section, self.point.id, self.point, wiring)

    def ask(self, prompt: str, text: Text, *, number: bool, simulated: str) -> str:
        """Put a question; one for a number is put again until a decimal is answered."""
        for _ in range(MISUNDERSTOOD):
            value = ask(self.context, asked_prompt(prompt, text, simulated)).value.strip()
            if not number or _is_decimal(value):
                return value
        raise RunError(
            "the answer is no number",
            where=f"prompt {prompt}",
            way_out="Answer with a decimal such as 0.12, then: calibrator resume",
            code="answer-not-understood",
        )


def _is_decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False
