"""What a document of an as-left run says of the adjustment before it (METROLOGY 23)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from calibrator.certificates._parts import Adjustment
from calibrator.certificates._people import person
from calibrator.procedure._types import Text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["TITLE", "adjustment_of", "adjustment_texts"]

TITLE: Final = Text("Adjustment before these results", "本次结果之前的调整")


def adjustment_of(opened: Mapping[str, Any]) -> Adjustment | None:
    """Return the adjustment that `run.opened` of an as-left run names, None of any other."""
    body = opened.get("adjustment")
    if body is None:
        return None
    return Adjustment(
        as_found_run=str(body["after"]),
        as_found_head=str(body.get("head") or ""),
        what=str(body["what"]),
        by=person(opened["lab"], str(body["by"])),
        reason=str(body["why"]),
    )


def adjustment_texts(adjustment: Adjustment) -> list[Text]:
    """Return what was adjusted, by whom and why; then where the results as found stand."""
    what, reason = adjustment.what.rstrip(".。"), adjustment.reason.rstrip(".。")
    by, run, head = adjustment.by.name, adjustment.as_found_run, adjustment.as_found_head or "–"
    return [
        Text(
            f"Adjusted: {what}. By: {by}. Reason: {reason}.",
            f"调整内容：{what}。调整人：{by}。原因：{reason}。",
        ),
        Text(
            f"The results as found stand in run {run} (closing head {head}), with their own uncertainty and "
            "conditions; those given here are as left.",
            f"调整前结果见运行 {run}（链尾 {head}），另有其测量不确定度和环境条件；此处所列为调整后结果。",
        ),
    ]
