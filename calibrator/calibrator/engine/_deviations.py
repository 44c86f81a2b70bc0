"""Deviations: which refusals a named person may let pass, and that each is needed."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence

from calibrator._errors import UsageError
from calibrator.engine._types import Deviation, Refusal

__all__ = ["NOT_NEEDED", "PASSABLE", "check_deviations", "unneeded"]

NOT_NEEDED = "deviation-not-needed"

# What a person may answer for. Everything else guards the hands at the bench, keeps live and simulated
# apart, or leaves a budget without a figure.
PASSABLE = (
    "certificate-expired",
    "certificate-function",
    "certificate-not-yet",
    "certificate-values",
    "environment-outside",
    "environment-unknown",
    "regulation-abolished",
    "regulation-not-yet-effective",
    "sensor-not-readable",
)


def check_deviations(deviations: Sequence[Deviation]) -> None:
    """Raise `UsageError` for a code that no deviation can let pass, or one without a reason or a person."""
    for item in deviations:
        if item.code not in PASSABLE:
            close = difflib.get_close_matches(item.code, PASSABLE, n=1)
            hint = f"Did you mean {close[0]}? " if close else ""
            raise UsageError(
                f"no deviation can let {item.code!r} pass",
                where="--deviation",
                way_out=f"{hint}These can be let pass: {', '.join(PASSABLE)}.",
                code="unknown-deviation",
            )
        if not item.reason.strip() or not item.by.strip():
            raise UsageError(
                f"the deviation {item.code!r} has no {'reason' if item.by.strip() else 'person'}",
                where="--deviation",
                way_out="Write --deviation CODE=REASON and name with --person who answers for it.",
                code="deviation-incomplete",
            )


def unneeded(deviations: Sequence[Deviation], needed: Collection[str]) -> Iterator[Refusal]:
    """Yield a refusal for each deviation that stands against nothing: it would be printed on the document."""
    for item in deviations:
        if item.code not in needed:
            yield Refusal(
                NOT_NEEDED,
                f"The deviation {item.code} is not needed: nothing refuses this job for it. Leave it out.",
                "--deviation",
            )
