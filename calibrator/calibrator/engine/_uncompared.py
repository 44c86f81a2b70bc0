"""What the edition of a regulation states and nothing of the procedure can be held against: named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from calibrator.engine._differing import manners_of, series_text
from calibrator.procedure import Section, Text
from calibrator.regulations import Edition

__all__ = ["uncompared"]


def uncompared(edition: Edition, sections: Sequence[Section]) -> Text | None:
    """Return a sentence with what the edition states and no table says; None where all is compared."""
    classes = {manner.accuracy_class for _, manner in manners_of(edition, sections)}
    found = [*_surroundings(edition), *_ratios(edition, classes), *_sequence(edition, sections)]
    if not manners_of(edition, sections):
        found += [Text("points", "测量点")] if edition.points is not None else []
        found += [Text("limits", "允许误差限")] if edition.mpe else []
    if not found:
        return None
    return Text(
        f"not compared with {edition.number}, for the procedure does not state it: "
        + "; ".join(item.en for item in found),
        f"以下内容程序未说明，未与 {edition.number} 比较：" + "；".join(item.zh for item in found),
    )


def _surroundings(edition: Edition) -> Iterator[Text]:
    stated = edition.conditions
    if stated is not None and stated.change_c_per_h is not None:
        change = stated.change_c_per_h
        yield Text(f"change of temperature, {change} °C per hour", f"温度变化（每小时 {change} °C）")
    if stated is not None and stated.wait_h is not None:
        yield Text(f"{stated.wait_h} h in the room before", f"测量前静置 {stated.wait_h} h")


def _ratios(edition: Edition, classes: Set[str]) -> Iterator[Text]:
    """Yield how good the standard is to be for these classes, for all of them where none is known."""
    for ratio in edition.ratio:
        en, zh = _RATIOS[ratio.what]
        share = f"{ratio.at_most.normalize():f}"
        if not ratio.classes or not classes or classes & set(ratio.classes):
            yield Text(f"{en} at most {share} of the permissible error", f"{zh}不超过允许误差限的 {share}")


_RATIOS = {
    "standard-mpe": ("the standard's permissible error", "标准器的最大允许误差"),
    "standard-u": ("the standard's U", "标准器的扩展不确定度"),
    "measurement-u": ("U of the measurement", "测量结果的扩展不确定度"),
}


def _sequence(edition: Edition, sections: Sequence[Section]) -> Iterator[Text]:
    stated = edition.sequence
    if stated is None:
        return
    manners = [manner for _, manner in manners_of(edition, sections)]
    said = {key for section in sections for point in section.points for key in point.settings}
    if not any(manner.series for manner in manners):
        ways = series_text(stated.series)
        yield Text(f"series {ways.en}", f"测量行程（{ways.zh}）")
    if stated.preloads and all(manner.preloads is None for manner in manners):
        yield Text(f"preloads, {stated.preloads}", f"预压 {stated.preloads} 次")
    if stated.repeats > 1 and all(manner.repeats is None for manner in manners):
        yield Text(f"repeats, {stated.repeats}", f"重复测量 {stated.repeats} 次")
    if stated.dwell_s is not None and "dwell_s" not in said:
        yield Text(f"dwell of {stated.dwell_s} s", f"各点停留 {stated.dwell_s} s")
    if stated.hold_top_s is not None and "hold_s" not in said:
        yield Text(f"hold of {stated.hold_top_s} s at the upper limit", f"上限保持 {stated.hold_top_s} s")
    if stated.tapped and "tap" not in said:
        yield Text("tapping", "轻敲")
