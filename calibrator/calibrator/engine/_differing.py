"""What the edition of a regulation says and the procedure does otherwise: recorded and printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from calibrator.engine._manner import edition_limit
from calibrator.procedure import Manner, ProcedureInfo, Section, Text
from calibrator.regulations import Edition, PointsHeld, Rounding, points_held

__all__ = ["differences_from", "judging_of", "lacking_of", "manners_of", "series_text"]


def differences_from(
    edition: Edition, info: ProcedureInfo, sections: Sequence[Section], rule: str
) -> tuple[Text, ...]:
    """Return a sentence for each thing that is not as the edition has it, of those that can be compared.

    Compared are conditions, waits and tapping, the decision rule and rounding before it is judged, and for
    how long it stands; where a section says of which class and range the unit is, its points, limits and
    items, and series, preloads and repeats where it says those. The rest is `uncompared`.
    """
    return tuple(
        Text(
            f"differs from {edition.number}: {what.en} {here.en}, there {there.en}",
            f"与 {edition.number} 不同：{what.zh}为 {here.zh}，该文件为 {there.zh}",
        )
        for what, here, there in (
            *_conditions(edition, info),
            *_waits(edition, sections),
            *_series(edition, sections),
            *_points(edition, sections),
            *_limits(edition, sections),
            *_items(edition, sections),
            *_judging(edition, rule, sections),
            *_interval(edition, info),
        )
    )


_Row = tuple[Text, Text, Text]
_ANOTHER_OCCASION = "in-service"  # limits of an inspection between verifications, and nothing to be measured
_ITEMS_ZH = {
    "indication": "示值误差",
    "hysteresis": "回程误差",
    "tapping": "轻敲位移",
    "indication pf 1": "基本误差（cos φ = 1）",
    "indication pf 0.5L": "基本误差（cos φ = 0.5L）",
}
_RULES_ZH = {"simple": "简单接受", "guard-band-u": "保护带 w = U", "guard-80": "80 % 限值"}


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


def manners_of(edition: Edition, sections: Sequence[Section]) -> list[tuple[Section, Manner]]:
    """Return the sections that say of a unit what this edition has to know, with what they say."""
    return [
        (section, section.manner)
        for section in sections
        if section.manner is not None and section.manner.regulation == edition.regulation
    ]


def _series(edition: Edition, sections: Sequence[Section]) -> Iterator[_Row]:
    stated = edition.sequence
    if stated is None:
        return
    for section, manner in manners_of(edition, sections):
        if manner.series and manner.series != stated.series:
            what = Text(f"series of {section.id}", f"{section.id} 的测量行程")
            yield what, series_text(manner.series), series_text(stated.series)
        counts = (
            (Text("preloads", "预压次数"), manner.preloads, stated.preloads),
            (Text("repeats", "重复次数"), manner.repeats, stated.repeats),
        )
        for what, here, there in counts:
            if here is not None and here < there:
                yield what, Text(str(here), str(here)), Text(str(there), str(there))


def series_text(series: Sequence[str]) -> Text:
    """Return the ways of a sequence in words."""
    words = {"up": "上行", "down": "下行", "once": "单次"}
    return Text(", ".join(series), "、".join(words[item] for item in series))


def _items(edition: Edition, sections: Sequence[Section]) -> Iterator[_Row]:
    """Yield the items that the edition has permissible errors of and of which no point is measured."""
    found = manners_of(edition, sections)
    measured = {
        manner.item(point) for section, manner in found for point in section.points if not point.supporting
    }
    tapped = any(point.settings.get("tap") for section, _ in found for point in section.points)
    classes = {manner.accuracy_class for _, manner in found}
    stated = {row.item for row in edition.mpe if row.accuracy_class in classes} - {_ANOTHER_OCCASION}
    for item in sorted(stated - measured):
        words = Text(f"item {item}", f"项目{_ITEMS_ZH.get(item, f' {item} ')}")
        told = item == "tapping" and tapped
        here = Text("told and not judged", "给出而不判定") if told else Text("not measured", "未测量")
        yield words, here, Text("with a limit of its own", "有其允许误差限")


def _interval(edition: Edition, info: ProcedureInfo) -> Iterator[_Row]:
    stated, own = edition.interval, info.regulation
    if stated is None or own is None or own.number != edition.number or own.validity_months == stated.months:
        return
    here, there = (
        Text(f"{months} months", f"{months} 个月") for months in (own.validity_months, stated.months)
    )
    yield Text("valid for", "有效期"), here, there


def lacking_of(edition: Edition, sections: Sequence[Section]) -> list[str]:
    """Return the sections in which points are not measured that the edition has: their items are not done."""
    return [section.id for section, held in _held(edition, sections) if held.missing]


def _held(edition: Edition, sections: Sequence[Section]) -> Iterator[tuple[Section, PointsHeld]]:
    for section, manner in manners_of(edition, sections):
        measured = [
            point.nominal
            for point in section.points
            if not point.supporting and manner.item(point) == manner.own_item
        ]
        unit, marks = section.points[0].unit, manner.marks
        yield section, points_held(edition, manner.low, manner.high, measured, marks=marks, unit=unit)


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
    for section, manner in manners_of(edition, sections):
        for point in section.points:
            found = edition_limit(edition, manner, point)
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


def judging_of(edition: Edition, rule: str) -> Text:
    """Return in a sentence how a job is judged that is judged as this edition has it."""
    rounding, head = edition.rounding, f"judged by {edition.number}, rule {rule}"
    zh = f"按 {edition.number} 判定，判定规则为{_rule(rule).zh}"
    if edition.decision is None:
        head += ", which is the procedure's, for the edition states none"
        zh += "（该文件未规定判定规则，采用程序的规则）"
    if rounding is None:
        return Text(
            f"{head}: each error is held against its limit as measured",
            f"{zh}：以未修约的误差与允许误差限比较",
        )
    step = _step(rounding)
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
        for section, _ in manners_of(edition, sections)
        for point in section.points
        for limits in point.limits.values()
    )


def _step(rounding: Rounding) -> Text:
    of = {
        "scale-interval": Text("scale interval", "分度值"),
        "mpe": Text("maximum permissible error", "最大允许误差"),
        "resolution": Text("resolution", "分辨力"),
        "class": Text("class", "等级值"),
    }[rounding.of]
    if rounding.step == 1:
        return Text(f"the {of.en}", of.zh)
    return Text(f"{rounding.step} of the {of.en}", f"{of.zh}的 {rounding.step}")


def _judging(edition: Edition, rule: str, sections: Sequence[Section]) -> Iterator[_Row]:
    if edition.decision is not None and edition.decision.rule != rule:
        yield (
            Text("decision rule", "判定规则"),
            _rule(rule),
            _rule(edition.decision.rule),
        )
    rounding = edition.rounding
    if rounding is not None and rounding.judged == "rounded" and not _rounded_by(edition, sections):
        step = _step(rounding)
        there = Text(f"the error rounded to {step.en}", f"修约至{step.zh}的误差")
        yield Text("judged is", "判定所用数值"), Text("the error as measured", "未修约的误差"), there


def _rule(rule: str) -> Text:
    return Text(rule, f"{_RULES_ZH[rule]}（{rule}）" if rule in _RULES_ZH else f" {rule} ")


def _seconds(value: Decimal) -> Text:
    text = f"{value.normalize():f} s"
    return Text(text, text)
