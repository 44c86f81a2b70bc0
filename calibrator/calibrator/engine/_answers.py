"""Answers from a file: prompts by id or glob pattern, and what to do in the review.

```toml
by = "A. Person"                 # who stands behind the answers
[answers]
"connect:*" = "yes"
"hazard:dcv" = "yes"             # simulated or declared interlocked benches only
"warm-up" = "120"                # minutes since everything was switched on
[review]
repeat = ["failed", "dcv:10V:*"] # reasons or point patterns; measured once more, then it goes on
reason = "leads touched"         # needed with repeat
```
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from calibrator._errors import ConfigurationError
from calibrator.engine._operators import refuse_unanswered
from calibrator.engine._prompts import AGREES, warm_minutes
from calibrator.engine._types import Answer, Operator, Prompt, Review, ReviewDecision
from calibrator.procedure import ITEM, item_outcome
from calibrator.procedure._toml import TomlFile

__all__ = ["AnswersFile"]

AFFIRMED = ("interval:24h", "adjustment", "because")
BY_ID = (ITEM, "adjusted:")  # how the ids begin that are answered by themselves only
ASKED = "ask:"  # how the id of a procedure's own question begins, whose answer is any text


@dataclass(frozen=True, slots=True)
class AnswersFile:
    """Answers that stand beforehand; an exact id wins over a pattern, a longer pattern over a shorter one.

    What a person affirms about the unit, `interval:24h` and `item:ID`, is answered by its own id and by no
    pattern; an item by "pass" or "fail".
    `fallback` is asked what the file leaves open, None where nobody is there.
    """

    answers: Mapping[str, str]
    repeat: tuple[str, ...] = ()
    reason: str = ""
    by: str = ""
    name: str = "answers"
    fallback: Operator | None = field(default=None, compare=False)

    @classmethod
    def load(cls, path: Path, *, fallback: Operator | None = None) -> AnswersFile:
        """Read a file; raises `ConfigurationError` naming file, line and key."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"the answers file cannot be read: {error}",
                where=str(path),
                way_out="Name a readable TOML file in UTF-8 with --answers.",
                code="answers-unreadable",
            ) from error
        return cls.parse(text, str(path), fallback=fallback)

    @classmethod
    def parse(cls, text: str, name: str, *, fallback: Operator | None = None) -> AnswersFile:
        """Take the answers from TOML text; `name` is what errors call it."""
        file = TomlFile.parse(text, name)
        file.refuse_unknown(file.data, ("by", "answers", "review"), ())
        answers = file.require(file.data, "answers", dict, ()) if "answers" in file.data else {}
        review = file.require(file.data, "review", dict, ()) if "review" in file.data else {}
        file.refuse_unknown(review, ("repeat", "reason"), ("review",))
        repeat = file.require(review, "repeat", list, ("review",)) if "repeat" in review else []
        reason = file.require(review, "reason", str, ("review",)) if "reason" in review else ""
        if repeat and not reason.strip():
            raise file.error(
                "a repeat needs a reason",
                ("review", "reason"),
                "Write the reason: it is recorded, and without one the first measurement counts.",
                "reason-missing",
            )
        by = file.require(file.data, "by", str, ()) if "by" in file.data else ""
        told = {key: _text(file, key, value) for key, value in answers.items()}
        return cls(told, tuple(str(item) for item in repeat), reason, by, name, fallback)

    def find(self, prompt_id: str) -> str | None:
        """Return the answer for a prompt, None where the file has none."""
        if prompt_id in self.answers:
            return self.answers[prompt_id]
        if prompt_id in AFFIRMED or prompt_id.startswith(BY_ID):
            return None
        fitting = [pattern for pattern in self.answers if fnmatchcase(prompt_id, pattern)]
        return self.answers[max(fitting, key=lambda p: (len(p), p))] if fitting else None

    def missing(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
        """Return the ids that neither the file nor a person answers."""
        if self.fallback is not None:
            return ()
        return tuple(prompt.id for prompt in prompts if self.find(prompt.id) is None)

    def releases(self, prompts: Sequence[Prompt]) -> tuple[str, ...]:
        """Return the ids of hazard prompts that the file would acknowledge."""
        return tuple(p.id for p in prompts if p.kind == "hazard" and self.find(p.id) is not None)

    def ask(self, prompt: Prompt) -> Answer:
        """Answer from the file, else by the fallback; raises `RefusedError` where neither can."""
        value = self.find(prompt.id)
        if value is not None:
            return Answer(value, self.by, "file")
        if self.fallback is not None:
            return self.fallback.ask(prompt)
        raise refuse_unanswered((prompt.id,), self.name)

    def review(self, review: Review) -> ReviewDecision:
        """Repeat what the file names, once; without such names the fallback decides, else it goes on."""
        if not self.repeat:
            return self.fallback.review(review) if self.fallback is not None else ReviewDecision(by=self.by)
        if review.attempt > 1:
            return ReviewDecision(by=self.by)
        flagged = {flag.point for flag in review.flags if flag.why in self.repeat}
        again = tuple(
            point
            for point in review.points
            if point in flagged or any(fnmatchcase(point, pattern) for pattern in self.repeat)
        )
        return ReviewDecision(again, self.reason if again else "", self.by)


def _text(file: TomlFile, key: str, value: object) -> str:
    """Return an answer as text; one that the engine would not understand is refused here, not in the run."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, (str, int, float)):
        raise file.error(
            f"the answer {value!r} is neither text, number nor true or false",
            ("answers", key),
            'Write the answer in quotes, such as "yes".',
            "wrong-type",
        )
    text = str(value).strip()
    minutes = key == "warm-up" and warm_minutes(Answer(text), 0.0) is not None
    if key.startswith(ASKED) and text:
        return text
    if key.startswith(ITEM):
        return _of_item(file, key, text)
    if minutes or text.lower() in AGREES or Answer(text).refused:
        return text
    raise file.error(
        f"the answer {text!r} to {key!r} is not understood",
        ("answers", key),
        'Write the minutes since everything was switched on, such as "120", or "yes".'
        if key == "warm-up"
        else 'Write "yes" or "no"; minutes stand under "warm-up" only.',
        "answer-not-understood",
    )


def _of_item(file: TomlFile, key: str, text: str) -> str:
    """Return the answer to an item of a regulation, as the run records it."""
    if item_outcome(text):
        return text
    raise file.error(
        f"the answer {text!r} to {key!r} is neither pass nor fail",
        ("answers", key),
        'Write "pass" or "fail"; an item that was not looked at stands in no answers file.',
        "answer-not-understood",
    )
