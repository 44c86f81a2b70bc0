"""What the edition of a regulation says and the procedure does otherwise: recorded and printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from calibrator.procedure import ProcedureInfo, Section, Text
from calibrator.regulations import Edition

__all__ = ["differences_from"]


def differences_from(
    edition: Edition, info: ProcedureInfo, sections: Sequence[Section], rule: str
) -> tuple[Text, ...]:
    """Return a sentence for each thing that is not as the edition has it, of those that can be compared.

    Compared are conditions, waits and tapping, the decision rule and rounding before it is judged. Points,
    series and limits are those of the procedure's tables, each with its own source.
    """
    return tuple(
        Text(
            f"differs from {edition.number}: {what.en} {here.en}, there {there.en}",
            f"与 {edition.number} 不同：{what.zh}为 {here.zh}，该文件为 {there.zh}",
        )
        for what, here, there in (
            *_conditions(edition, info),
            *_waits(edition, sections),
            *_judging(edition, rule),
        )
    )


_Row = tuple[Text, Text, Text]


def _conditions(edition: Edition, info: ProcedureInfo) -> Iterator[_Row]:
    stated = edition.conditions
    if stated is None:
        return
    spans = (
        (Text("temperature", "温度"), stated.temperature_c, info.temperature_c, "°C"),
        (Text("relative humidity", "相对湿度"), stated.humidity_rh, info.humidity_rh, "%"),
    )
    for what, there, here, unit in spans:
        if there is not None and (here[0] < there[0] or here[1] > there[1]):
            own = Text(f"{here[0]:g} to {here[1]:g} {unit}", f"{here[0]:g}～{here[1]:g} {unit}")
            yield what, own, Text(f"{there[0]} to {there[1]} {unit}", f"{there[0]}～{there[1]} {unit}")


def _waits(edition: Edition, sections: Sequence[Section]) -> Iterator[_Row]:
    stated = edition.sequence
    settings = [point.settings for section in sections for point in section.points]
    if stated is None or not settings:
        return
    waits = (
        (Text("hold at the upper limit", "上限保持时间"), stated.hold_top_s, "hold_s"),
        (Text("dwell at a point", "各点停留时间"), stated.dwell_s, "dwell_s"),
    )
    for what, there, key in waits:
        found = [Decimal(str(item[key])) for item in settings if key in item]
        if there is not None and found and min(found) < there:
            yield what, _seconds(min(found)), _seconds(there)
    taps = [item["tap"] for item in settings if "tap" in item]
    if stated.tapped and taps and not any(taps):
        yield Text("tapping", "轻敲"), Text("none", "无"), Text("at each point", "各点轻敲")


def _judging(edition: Edition, rule: str) -> Iterator[_Row]:
    if edition.decision is not None and edition.decision.rule != rule:
        yield (
            Text("decision rule", "判定规则"),
            Text(rule, rule),
            Text(edition.decision.rule, edition.decision.rule),
        )
    rounding = edition.rounding
    if rounding is not None and rounding.judged == "rounded":
        of = rounding.of.replace("-", " ")
        zh = {"scale-interval": "分度值", "mpe": "最大允许误差", "resolution": "分辨力"}[rounding.of]
        there = Text(f"rounded to {rounding.step} of the {of}", f"修约至{zh}的 {rounding.step}")
        yield Text("what is judged", "判定所用数值"), Text("the value as measured", "未修约的测得值"), there


def _seconds(value: Decimal) -> Text:
    text = f"{value.normalize():f} s"
    return Text(text, text)
