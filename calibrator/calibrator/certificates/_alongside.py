"""What stood beside the standards: equipment that was read, and the checklist before work in place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from calibrator.certificates._bodies import is_blank, text
from calibrator.certificates._parts import Answered, Equipment
from calibrator.certificates._people import person
from calibrator.procedure._types import Text

if TYPE_CHECKING:
    from calibrator.certificates._model import Certificate
    from calibrator.certificates._sources import Sources

__all__ = ["CHECKLIST", "answered", "answered_texts", "equipment", "in_place", "permit", "told"]

CHECKLIST: Final = Text("Before work in place", "现场工作前的确认")
_ASK: Final = "ask:"
_PERMIT: Final = "permit"


def equipment(sources: Sources) -> tuple[Equipment, ...]:
    """Return the instruments that gave readings and are neither standards nor the unit under test."""
    from calibrator.certificates._origins import instrument_name

    named = {str(body["asset"]) for body in sources.references.get("standards", ())}
    named.add(str(sources.opened["uut"]["asset"]))
    return tuple(
        Equipment(
            asset=str(body["asset"]),
            model=instrument_name(str(body.get("model") or "")),
            serial=str(body.get("serial") or ""),
            certificate=str(body.get("certificate") or ""),
        )
        for body in sources.identified.get("instruments", ())
        if body["asset"] in sources.readers and body["asset"] not in named
    )


def answered(sources: Sources) -> tuple[Answered, ...]:
    """Return the checklist that was gone through before the work, each point with who answered."""
    points = {
        str(body["point"]["id"])
        for body in sources.references.get("points", ())
        if (body["point"].get("settings") or {}).get("checklist")
    }
    found = []
    for prompt, question in sources.asked.items():
        point, _, key = prompt.removeprefix(_ASK).rpartition(":")
        answer = sources.answers.get(prompt)
        if prompt.startswith(_ASK) and point in points and answer is not None:
            by = person(sources.opened["lab"], str(answer["by"]))
            found.append(Answered(key, text(question["text"]), str(answer["answer"]), by))
    return tuple(found)


def permit(model: Certificate) -> str:
    """Return the number of the work permit, empty where none was recorded."""
    found = told(model, _PERMIT)
    return "" if is_blank(found) else found


def in_place(model: Certificate) -> bool:
    """Say whether the work was done where the instrument is: after the checklist that comes before it."""
    return bool(model.checklist)


def told(model: Certificate, key: str) -> str:
    """Return what was answered to a question of the checklist, such as the place; empty where none was."""
    return next((item.answer for item in model.checklist if item.key == key), "")


def answered_texts(model: Certificate) -> list[Text]:
    """Return each point of the checklist on one line."""
    from calibrator.certificates._statements import name_text

    return [
        Text(
            f"{item.question.en} {item.answer} ({name_text(item.by).en})",
            f"{item.question.zh} {item.answer}（{name_text(item.by).zh}）",
        )
        for item in model.checklist
    ]
