"""What the edition of a regulation says and the procedure does otherwise: recorded and printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from calibrator.procedure import ProcedureInfo, Section, Text
from calibrator.regulations import Edition, PointsHeld, Rounding, limit_at, points_held

__all__ = ["differences_from", "judging_of", "lacking_of"]


def differences_from(
    edition: Edition, info: ProcedureInfo, sections: Sequence[Section], rule: str
) -> tuple[Text, ...]:
    """Return a sentence for each thing that is not as the edition has it, of those that can be compared.

    Compared are conditions, waits and tapping, the decision rule and rounding before it is judged; where a
    section says of which class and range the unit is, its points and limits too.
    """
    return tuple(
        Text(
            f"differs from {edition.number}: {what.en} {here.en}, there {there.en}",
            f"与 {edition.number} 不同：{what.zh}为 {here.zh}，该文件为 {there.zh}",
        )
        for what, here, there in (
            *_conditions(edition, info),
            *_waits(edition, sections),
            *_points(edition, sections),
            *_limits(edition, sections),
            *_judging(edition, rule, sections),
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


def lacking_of(edition: Edition, sections: Sequence[Section]) -> list[str]:
    """Return the sections in which points are not measured that the edition has: their items are not done."""
    return [section.id for section, held in _held(edition, sections) if held.missing]


def _held(edition: Edition, sections: Sequence[Section]) -> Iterator[tuple[Section, PointsHeld]]:
    for section in sections:
        manner = section.manner
        if manner is not None and manner.regulation == edition.regulation:
            measured = [
                point.nominal
                for point in section.points
                if not point.supporting and manner.item(point) == "indication"
            ]
            yield (
                section,
                points_held(
                    edition,
                    manner.low,
                    manner.high,
                    measured,
                    marks=manner.marks,
                    unit=section.points[0].unit,
                ),
            )


def _points(edition: Edition, sections: Sequence[Section]) -> Iterator[_Row]:
    nothing = Text("none", "无")
    for section, held in _held(edition, sections):
        unit = section.points[0].unit
        where = Text(f"points of {section.id}", f"{section.id} 的测量点")
        if held.missing:
            yield where, Text("without", "缺少"), _values(held.missing, unit)
        if held.beyond:
            yield where, _values(held.beyond, unit), nothing


def _limits(edition: Edition, sections: Sequence[Section]) -> Iterator[_Row]:
    """Yield the limits of the tables that are not those which the edition's formula gives."""
    for section in sections:
        manner = section.manner
        if manner is None or manner.regulation != edition.regulation:
            continue
        for point in section.points:
            found = limit_at(
                edition,
                point.nominal,
                item=manner.item(point),
                accuracy_class=manner.accuracy_class,
                span=manner.high - manner.low,
                interval=manner.interval,
                unit=point.unit,
            )
            halves = {limits.half for limits in point.limits.values()} - {None}
            if found is not None and halves and halves != {found[0]}:
                own = sorted(half for half in halves if half is not None)
                yield (
                    Text(f"limit at {point.id}", f"{point.id} 的限值"),
                    _values(own, point.unit),
                    _values((found[0],), point.unit),
                )


def _values(values: Sequence[Decimal], unit: str) -> Text:
    text = ", ".join(f"{value.normalize():f}" for value in values)
    return Text(f"{text} {unit}", f"{text} {unit}")


def judging_of(edition: Edition, sections: Sequence[Section], rule: str) -> Text | None:
    """Return in a sentence how a job is judged that is judged as an edition has it; None of another job."""
    rounding = edition.rounding
    if rounding is None or not _rounded_by(edition, sections):
        return None
    step, head = _step(rounding), f"judged by {edition.number}, rule {rule}"
    zh = f"按 {edition.number}（规则 {rule}）判定"
    if rounding.judged == "rounded":
        return Text(
            f"{head}: each error is rounded to {step.en} and then held against its limit",
            f"{zh}：误差先修约至{step.zh}，再与允许误差限比较",
        )
    return Text(
        f"{head}: each error is held against its limit as measured and printed to {step.en}",
        f"{zh}：以未修约的误差与允许误差限比较，报告值修约至{step.zh}",
    )


def _rounded_by(edition: Edition, sections: Sequence[Section]) -> bool:
    return any(
        limits.rounding is not None
        for section in sections
        if section.manner is not None and section.manner.regulation == edition.regulation
        for point in section.points
        for limits in point.limits.values()
    )


def _step(rounding: Rounding) -> Text:
    of = {
        "scale-interval": Text("scale interval", "分度值"),
        "mpe": Text("maximum permissible error", "最大允许误差"),
        "resolution": Text("resolution", "分辨力"),
    }[rounding.of]
    if rounding.step == 1:
        return Text(f"the {of.en}", of.zh)
    return Text(f"{rounding.step} of the {of.en}", f"{of.zh}的 {rounding.step}")


def _judging(edition: Edition, rule: str, sections: Sequence[Section]) -> Iterator[_Row]:
    if edition.decision is not None and edition.decision.rule != rule:
        yield (
            Text("decision rule", "判定规则"),
            Text(rule, rule),
            Text(edition.decision.rule, edition.decision.rule),
        )
    rounding = edition.rounding
    if rounding is not None and rounding.judged == "rounded" and not _rounded_by(edition, sections):
        step = _step(rounding)
        there = Text(f"the error rounded to {step.en}", f"修约至{step.zh}的误差")
        yield Text("judged is", "判定所用数值"), Text("the error as measured", "未修约的误差"), there


def _seconds(value: Decimal) -> Text:
    text = f"{value.normalize():f} s"
    return Text(text, text)
