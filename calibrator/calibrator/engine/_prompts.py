"""The prompts that a job will put, with their texts; the same for the plan, the answers check and the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from calibrator.bench import PlannedActions
from calibrator.engine._levels import hazard_of
from calibrator.engine._types import Answer, Prompt
from calibrator.procedure import ITEM, Regulation, RegulationItem, Section, Text
from calibrator.standards import Wiring

__all__ = [
    "AGREES",
    "answered_body",
    "asked_body",
    "asked_prompt",
    "connect_prompt",
    "fresh_prompt",
    "hazard_prompt",
    "item_prompt",
    "items_asked",
    "planned_prompts",
    "unsafe_prompt",
    "warm_minutes",
    "warm_up_prompt",
    "wiring_prompt",
]

Actions = Mapping[str, PlannedActions]  # what each point will do

AGREES = frozenset({"yes", "y", "ok", "done", "是", "好", "完成"})


def asked_body(asked: Prompt) -> dict[str, Any]:
    """Return what `prompt.asked` records of a prompt."""
    hazard = asked.hazard
    return {
        "prompt": asked.id,
        "kind": asked.kind,
        "text": {"en": asked.text.en, "zh": asked.text.zh},
        "wiring": asked.wiring,
        "hazard": None
        if hazard is None
        else {
            "function": hazard.function,
            "value": hazard.value,
            "unit": hazard.unit,
            "threshold": hazard.threshold,
        },
    }


def answered_body(asked: Prompt, answer: Answer) -> dict[str, Any]:
    """Return what `prompt.answered` records of an answer."""
    return {"prompt": asked.id, "answer": answer.value, "by": answer.by, "how": answer.how}


def warm_up_prompt(required_s: float) -> Prompt:
    """Return the question since when everything has been switched on (METROLOGY 18)."""
    minutes = f"{required_s / 60:g}"
    return Prompt(
        "warm-up",
        "warm-up",
        Text(
            f"For how many minutes have all instruments been switched on without a break?"
            f" Needed are {minutes}; what is missing is waited for.",
            f"所有仪器已连续通电多少分钟？需要 {minutes} 分钟；不足部分将等待。",
        ),
    )


def warm_minutes(answer: Answer, required_s: float) -> float | None:
    """Return the minutes that were answered, those required for a plain yes, None for anything else."""
    text = answer.value.strip().lower()
    if text in AGREES:
        return required_s / 60
    try:
        minutes = Decimal(text)
    except InvalidOperation:
        return None
    return float(minutes) if minutes.is_finite() and minutes >= 0 else None


def connect_prompt(section: Section) -> Prompt:
    """Return the prompt that asks for a section's leads."""
    return Prompt(f"connect:{section.id}", "connect", section.prompt, wiring=section.wiring)


def wiring_prompt(wiring: Wiring) -> Prompt:
    """Return the prompt for another wiring within a section: a load, a depth, a polarity."""
    return Prompt(f"wire:{wiring.name}", "connect", wiring.title, wiring=wiring.name)


def asked_prompt(name: str, text: Text, simulated: str) -> Prompt:
    """Return a procedure's own question; its name is `ask:<point>:<key>`."""
    return Prompt(name, "typed", text, simulated=simulated)


def hazard_prompt(section: Section, actions: Actions = MappingProxyType({})) -> Prompt | None:
    """Return the prompt that releases a section's dangerous levels, None where it has none."""
    hazard = hazard_of(section.points, actions)
    if hazard is None:
        return None
    return Prompt(
        f"hazard:{section.id}",
        "hazard",
        _danger(f"{hazard.value:f} {hazard.unit}", hazard.unit),
        wiring=section.wiring,
        hazard=hazard,
    )


def _danger(level: str, unit: str) -> Text:
    if unit == "Pa":
        return Text(
            f"DANGER: the line will be pressurised up to {level}. Shield in place, fittings tight, nobody in"
            " front of the gauge. Release the pressure?",
            f"危险：管路将加压至最高 {level}。请确认防护罩就位、接头紧固、仪表正前方无人。是否允许加压？",
        )
    if unit == "degC":
        return Text(
            f"DANGER: block or bath goes up to {level} and stays hot long after it is switched off. Nothing"
            " that burns or melts near it. Release the heater?",
            f"危险：炉体或槽体将升至最高 {level}，关闭后仍长时间高温。附近不得有易燃或易熔物。是否允许加热？",
        )
    return Text(
        f"DANGER: up to {level} will stand on the terminals and leads. Hands off, leads insulated,"
        " nobody else at the bench. Release the output?",
        f"危险：端子和导线上将出现最高 {level}。请勿触碰，确认导线绝缘良好、无他人在工作台旁。是否允许输出？",
    )


def fresh_prompt() -> Prompt:
    """Return the question that the 24-hour limits depend on (METROLOGY 12)."""
    return Prompt(
        "interval:24h",
        "confirm",
        Text(
            "The 24 h limits hold within 24 h of adjustment and within 1 °C of its temperature only,"
            " relative to the calibration standards."
            " Was the unit under test adjusted within the last 24 h, at this temperature?",
            "24 小时限值仅在调整后 24 小时内、且温度变化不超过 1 °C 时有效，并相对于校准标准而言。"
            "被测器是否在过去 24 小时内、于此温度下调整过？",
        ),
    )


def item_prompt(item: RegulationItem) -> Prompt:
    """Return the question for an item of a verification regulation that a person decides (检定项目)."""
    return Prompt(
        f"{ITEM}{item.id}",
        "item",
        Text(
            f"Item of the regulation: {item.title.en}. Does the unit under test pass it?",
            f"检定项目：{item.title.zh}。被测器该项是否合格？",
        ),
    )


def items_asked(regulation: Regulation | None) -> tuple[RegulationItem, ...]:
    """Return the items of a regulation that no section measures."""
    return tuple(item for item in regulation.items if not item.sections) if regulation is not None else ()


_LOOK = {
    "pressure": (
        "Undo no fitting. Go and look: is the line vented, with a gauge on it at zero?",
        "请勿拆卸接头。请现场查看：管路是否已排空，管路上的压力表是否指零？",
    ),
    "heat": (
        "Do not touch block, bath or probes. Go and look: is the heater off, or switched off at its mains"
        " switch?",
        "请勿触碰干体炉、恒温槽及探头。请现场查看：加热是否已关闭，或其电源开关是否已断开？",
    ),
}
_LOOK_ELECTRICAL = (
    "Do not touch the leads. Go and look: is it switched off at its mains switch, or does its panel"
    " show standby?",
    "请勿触碰导线。请现场查看：它是否已关闭电源开关，或面板显示待机？",
)


def unsafe_prompt(asset: str, run: str, kind: str = "electrical") -> Prompt:
    """Return the question about a source that a broken run left energised and nothing here can confirm."""
    look, look_zh = _LOOK.get(kind, _LOOK_ELECTRICAL)
    return Prompt(
        f"unsafe:{asset}",
        "confirm",
        Text(
            f"{asset} was energised when the run {run} broke, and its standby cannot be confirmed from here."
            f" {look}",
            f"运行 {run} 中断时 {asset} 处于输出状态，且无法从此处确认其待机。{look_zh}",
        ),
    )


def planned_prompts(
    sections: Sequence[Section],
    warm_up_s: float,
    *,
    interval: str = "1y",
    opening: Sequence[Section] = (),
    closing: Sequence[Section] = (),
    items: Sequence[RegulationItem] = (),
    actions: Actions = MappingProxyType({}),
    wirings: Mapping[str, Wiring] = MappingProxyType({}),
    first: Sequence[Prompt] = (),
) -> tuple[Prompt, ...]:
    """Return every prompt of a job in the order in which it is put."""
    prompts = [*first, *([fresh_prompt()] if interval == "24h" else [])]
    if warm_up_s > 0:
        prompts.append(warm_up_prompt(warm_up_s))
    prompts += map(item_prompt, items)
    for section in opening:
        prompts += [connect_prompt(section), *_within(section, actions, wirings)]
    for section in sections:
        prompts.append(connect_prompt(section))
        hazard = hazard_prompt(section, actions)
        if hazard is not None:
            prompts.append(hazard)
        prompts += _within(section, actions, wirings)
    for section in closing:
        prompts += [connect_prompt(section), *_within(section, actions, wirings)]
    return tuple(prompts)


def _within(section: Section, actions: Actions, wirings: Mapping[str, Wiring]) -> Iterator[Prompt]:
    """Yield the prompts that the points of a section put themselves: each wiring once, every question."""
    seen: set[str] = set()
    for point in section.points:
        planned = actions.get(point.id)
        if planned is None:
            continue
        for name in planned.connects:
            if name in wirings and name not in seen:
                seen.add(name)
                yield wiring_prompt(wirings[name])
        for question in planned.questions:
            yield asked_prompt(f"ask:{point.id}:{question.key}", question.text, question.simulated)
