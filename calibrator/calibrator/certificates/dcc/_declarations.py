"""What a digital calibration certificate declares in words, each with the part of the standard it serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from calibrator.certificates._adjusted import adjustment_texts
from calibrator.certificates._alongside import answered_texts
from calibrator.certificates._change_words import change_text
from calibrator.certificates._model import SIMULATED, Certificate
from calibrator.certificates._session import check_lines, check_points
from calibrator.certificates._statements import (
    Statement,
    conformity_statement,
    decision_rule,
    general_remarks,
    interval_text,
    name_text,
    uncertainty_statement,
)
from calibrator.certificates._words import Speaker
from calibrator.certificates.dcc._words import part
from calibrator.certificates.dcc._xml import Writer
from calibrator.procedure import Text

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["CONFORMITY", "rule_text", "statements", "uncertainty_text"]

CONFORMITY = {
    "pass": "pass",
    "fail": "fail",
    "conditional pass": "conditionalPass",
    "conditional fail": "conditionalFail",
}
"""Verdicts as the schema writes them; undetermined has no word there and is said in words."""

_STANDARD = "ISO/IEC 17025:2017"


def statements(model: Certificate, data: _Element, write: Writer) -> None:
    """Add the statements: simulated first, conformity, what was not tested, deviations, the record."""
    listed = write.add(data, "statements")
    if model.simulated:
        _said(listed, write, "simulated", Text(SIMULATED, SIMULATED))
    _conformity(model, listed, write)
    _said(listed, write, "rule", rule_text(model), reference="7.8.6.2")
    for text in _both(general_remarks, model):
        _said(listed, write, "validity", text, reference="7.8.2.1")
    traced = _said(listed, write, "traceability", _traced(model), reference="7.8.4.1 c", declare=False)
    write.add(traced, "traceable", "false" if model.simulated else "true")
    _declare(traced, write, _traced(model))
    _said(listed, write, "state", _state(model), reference="7.8.4.1 d")
    for text in adjustment_texts(model):
        _said(listed, write, "adjustment", text, reference="7.8.4.1 d")
    for text in model.not_tested:
        _said(listed, write, "not_tested", text, reference="7.8.6.2")
    for name, text in _further(model):
        _said(listed, write, name, text)
    digest = model.digest
    record = f"{digest.run_count}: {digest.run_head}; {digest.register_count}: {digest.register_head or '–'}"
    _said(
        listed, write, "record", Text(f"Heads of run and register: {record}", f"运行与登记的链头：{record}")
    )


def _further(model: Certificate) -> Iterator[tuple[str, Text]]:
    """Yield the check of the standard, deviations, figures and amendments, where there are any."""
    for text in (*_both(check_lines, model), *_both(check_points, model)):
        yield "validity", text
    if model.amends is not None:
        changes = [change_text(change) for change in model.amends.changes]
        changed = Text(
            "; ".join(text.en for text in changes) or "–", "；".join(text.zh for text in changes) or "–"
        )
        former, reason = model.amends.former, model.amends.reason
        yield (
            "amendment",
            Text(
                f"Replaces {former}. Reason: {reason}. Changed: {changed.en}.",
                f"替代 {former}。原因：{reason}。变更：{changed.zh}。",
            ),
        )
    marked = {"raised-to-cmc": "raised", "outside-scope": "outside_scope"}
    for note, name in marked.items():
        points = ", ".join(result.id for result in model.results if note in result.notes)
        if points:
            yield name, Text(points, points)
    for deviation in model.deviations:
        by = name_text(deviation.by) if deviation.by else Text("–", "–")
        yield (
            "deviation",
            Text(
                f"{deviation.what.en}. Reason: {deviation.reason or '–'}. By: {by.en}.",
                f"{deviation.what.zh}。原因：{deviation.reason or '–'}。责任人：{by.zh}。",
            ),
        )
    for text in answered_texts(model):
        yield "checklist", text
    for figure in model.unverified:
        told = f"{figure.kind}, {figure.status}: {figure.source} ({', '.join(figure.points)})"
        yield "unverified", Text(told, told)
    for known in model.confirmed:
        told = f"{known.source}: {known.by.name}, {known.document}, p. {known.page}, {known.date or '–'}"
        yield "confirmed", Text(told, told)


def _conformity(model: Certificate, listed: _Element, write: Writer) -> None:
    english = conformity_statement(model, Speaker("en"))
    chinese = conformity_statement(model, Speaker("zh"))
    made = _said(
        listed,
        write,
        "conformity",
        Text(_whole(english), _whole(chinese)),
        reference="7.8.6",
        id="statement-conformity",
    )
    word = overall(model)
    if word:
        write.add(made, "conformity", word)


def overall(model: Certificate) -> str:
    """Return the conformity of the instrument as the schema writes it, empty where nothing is said of it."""
    verdicts = {result.verdict for result in model.results}
    if "fail" in verdicts:
        return CONFORMITY["fail"]
    if model.session_check is not None and model.session_check.provisional:
        return ""
    if not model.conformity.complete or "undetermined" in verdicts or not verdicts:
        return ""
    worst = next(name for name in ("conditional fail", "conditional pass", "pass") if name in verdicts)
    return CONFORMITY[worst]


def _whole(statement: Statement) -> str:
    return " ".join([statement.headline[0], *(line[0] for line in statement.lines)])


def rule_text(model: Certificate) -> Text:
    """Return the decision rule in both languages."""
    return _joined(_both(decision_rule, model))


def uncertainty_text(model: Certificate) -> Text:
    """Return the coverage statement in both languages."""
    return _joined(_both(uncertainty_statement, model))


def _both(say: Callable[[Certificate, Speaker], list[list[str]]], model: Certificate) -> list[Text]:
    english, chinese = say(model, Speaker("en")), say(model, Speaker("zh"))
    return [Text(en[0], zh[0]) for en, zh in zip(english, chinese, strict=True)]


def _joined(texts: list[Text]) -> Text:
    return Text(" ".join(text.en for text in texts), "".join(text.zh for text in texts))


def _traced(model: Certificate) -> Text:
    named = "; ".join(f"{s.model} {s.serial}: {s.traceability}" for s in model.standards if s.traceability)
    if model.simulated:
        return Text(
            "The standards of a simulated run are traceable to nothing.", "模拟运行的标准器不溯源到任何基准。"
        )
    return Text(f"Traceable to the SI through: {named or '–'}", f"溯源至国际单位制，经由：{named or '–'}")


def _state(model: Certificate) -> Text:
    states = {
        "as-found": Text("as found; nothing was adjusted", "调整前状态；未作任何调整"),
        "as-left": Text("as left, after adjustment", "调整后状态"),
    }
    known = states.get(model.pass_, Text(model.pass_, model.pass_))
    interval = interval_text(model.method.interval)
    if not model.method.interval:
        return known
    return Text(
        f"{known.en}; limits of the specification: {interval.en}", f"{known.zh}；技术指标限值：{interval.zh}"
    )


def _said(
    listed: _Element,
    write: Writer,
    name: str,
    text: Text,
    *,
    reference: str = "",
    declare: bool = True,
    **other: str,
) -> _Element:
    known = part(name)
    made = write.add(listed, "statement", part=known, **other)
    write.texts(made, "name", known.name)
    if reference and declare:
        _norm(made, write, reference)
    if declare:
        _declare(made, write, text)
    return made


def _norm(made: _Element, write: Writer, reference: str) -> None:
    write.add(made, "norm", _STANDARD)
    write.add(made, "reference", reference)


def _declare(made: _Element, write: Writer, text: Text) -> None:
    write.texts(made, "declaration", text)
