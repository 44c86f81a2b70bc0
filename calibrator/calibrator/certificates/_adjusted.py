"""What a document of an as-left run says of the adjustment before it, and of what was found before that.

METROLOGY 23; ISO/IEC 17025:2017, 7.8.4.1 d: the results before and after an adjustment, if available.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from calibrator.certificates._days import minute_in
from calibrator.certificates._kind_words import states_uncertainty
from calibrator.certificates._parts import Adjustment
from calibrator.certificates._people import person
from calibrator.certificates._result_parts import AsFound
from calibrator.certificates._statements import VERDICTS, name_text
from calibrator.certificates._tables import section_tables
from calibrator.i18n import bilingual
from calibrator.procedure._types import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calibrator.certificates._model import Certificate
    from calibrator.certificates._words import Speaker

__all__ = ["TITLE", "adjustment_of", "adjustment_texts", "as_found_of", "found_texts", "found_view"]

TITLE: Final = Text("Adjustment before these results", "本次结果之前的调整")
FOUND: Final = Text("Results as found, before the adjustment", "调整前结果")


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


def as_found_of(found: Certificate | None) -> AsFound | None:
    """Return what an as-left document repeats of the document of the run that found the unit."""
    if found is None:
        return None
    return AsFound(
        id=found.id,
        began_at=found.began_at,
        ended_at=found.ended_at,
        performed_by=found.performed_by,
        conditions=found.conditions,
        standards=tuple((standard.asset, standard.certificate) for standard in found.standards),
        rule=found.conformity.rule,
        counts=found.conformity.counts,
        deviations=tuple(deviation.what for deviation in found.deviations),
        sections=found.sections,
    )


def adjustment_texts(model: Certificate) -> list[Text]:
    """Return what was adjusted, by whom, when and why; then where the results as found stand."""
    adjustment, found = model.adjustment, model.as_found
    if adjustment is None:
        return []
    what, reason = adjustment.what.rstrip(".。"), adjustment.reason.rstrip(".。")
    by, run, head = adjustment.by.name, adjustment.as_found_run, adjustment.as_found_head or "–"
    when, when_zh = "", ""
    if found is not None:
        zone = model.laboratory.timezone
        first, last = minute_in(zone, found.ended_at), minute_in(zone, model.began_at)
        when, when_zh = f" Between {first} and {last} ({zone}).", f"时间：{first} 至 {last}（{zone}）。"
    where = Text(
        f"The results as found stand in run {run} (closing head {head}), with their own uncertainty and "
        "conditions; those given here are as left.",
        f"调整前结果见运行 {run}（链尾 {head}），另有其测量不确定度和环境条件；此处所列为调整后结果。",
    )
    if found is not None:
        where = Text(
            "The results as found are printed behind those as left. They are of run "
            f"{run} (closing head {head}), whose documents carry the number {found.id}.",
            f"调整前结果印于调整后结果之后，出自运行 {run}（链尾 {head}），其文件编号为 {found.id}。",
        )
    return [
        Text(
            f"Adjusted: {what}. By: {by}.{when} Reason: {reason}.",
            f"调整内容：{what}。调整人：{by}。{when_zh}原因：{reason}。",
        ),
        where,
    ]


def found_texts(model: Certificate) -> list[Text]:
    """Return when, by whom and under which conditions the unit was found, and how many points passed."""
    found = model.as_found
    if found is None:
        return []
    zone, seen = model.laboratory.timezone, found.conditions
    first, last = minute_in(zone, found.began_at), minute_in(zone, found.ended_at)
    names = [name_text(one) for one in found.performed_by] or [Text("–", "–")]
    by, by_zh = ", ".join(name.en for name in names), "、".join(name.zh for name in names)
    air = ", ".join(
        f"{low} {unit}" if low == high or high is None else f"{low} – {high} {unit}"
        for low, high, unit in (
            (seen.temperature_low_c, seen.temperature_high_c, "°C"),
            (seen.humidity_low_rh, seen.humidity_high_rh, "% RH"),
        )
        if low is not None
    )
    with_ = "; ".join(" ".join(part for part in pair if part) for pair in found.standards) or "–"
    counted = [(bilingual(v), found.counts[v]) for v in VERDICTS if found.counts.get(v)]
    en, zh = (", ".join(f"{name} {n}" for name, n in _told(counted, chinese)) for chinese in (False, True))
    texts = [
        Text(
            f"Measured {first} to {last} ({zone}) by {by}, at {air or 'conditions not recorded'}, "
            f"with {with_}. Verdicts as found: {en or '–'}.",
            f"测量时间：{first} 至 {last}（{zone}）；测量人：{by_zh}；环境：{air or '未记录'}；"
            f"标准器：{with_}。调整前结论：{zh or '–'}。",
        )
    ]
    if found.rule != model.conformity.rule:
        texts.append(Text(f"Decision rule as found: {found.rule}.", f"调整前判定规则：{found.rule}。"))
    texts += [Text(f"As found: {item.en}", f"调整前：{item.zh}") for item in found.deviations]
    return texts


def _told(counted: list[tuple[Text, int]], chinese: bool) -> list[tuple[str, int]]:
    return [(name.zh if chinese else name.en, count) for name, count in counted]


def found_view(model: Certificate, speaker: Speaker) -> dict[str, Any]:
    """Return title, text and tables of the results as found; no table where none are at hand."""
    sections = model.as_found.sections if model.as_found is not None else ()
    tables = section_tables(
        sections, speaker, uncertainty=states_uncertainty(model), simulated=model.simulated, drawn=False
    )
    for table in tables:
        for row in table["rows"]:
            row["id"] = f"found-{row['id']}"  # the same point stands among the results as left
    return {
        "title": speaker.tell(FOUND),
        "paragraphs": [speaker.tell(text) for text in found_texts(model)],
        "sections": tables,
    }
