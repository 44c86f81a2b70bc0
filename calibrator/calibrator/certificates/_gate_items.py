"""The items of ISO/IEC 17025:2017, 7.8.2, 7.8.4 and 7.8.6 that follow from the work itself, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from calibrator.certificates._alongside import in_place, told
from calibrator.certificates._bodies import is_blank
from calibrator.certificates._missing import Missing
from calibrator.certificates._model import Certificate, Result

__all__ = ["items_of_the_work"]

_AGAIN: Final = "Measure again: calibrator run."


def items_of_the_work(model: Certificate) -> Iterator[Missing]:
    """Yield each item that is not there; a record that this version wrote has them all."""
    yield from _method(model)
    yield from _results(model)
    yield from _changes(model)
    yield from _rule(model)


def _method(model: Certificate) -> Iterator[Missing]:
    if is_blank(model.id):
        yield _missing("no-number", "the document has no number", "7.8.2.1 d")
    if is_blank(model.method.title.en) or is_blank(model.method.document):
        yield _missing(
            "no-method", "the record names no procedure or no document that it follows", "7.8.2.1 f"
        )
    if is_blank(model.item.model):
        yield _missing("no-model", "the record does not say what the instrument is", "7.8.2.1 g")
    if in_place(model) and is_blank(told(model, "place") or model.laboratory.place):
        yield _missing("no-place", "work in place was done nobody says where", "7.8.2.1 c")


def _results(model: Certificate) -> Iterator[Missing]:
    for result in model.results:
        there = result.error is not None
        if is_blank(result.unit) or not (there or result.no_number):
            yield _missing("no-value", f"{result.id} has no value, or no unit", "7.8.2.1 m")
        if there and not _stated(result):
            yield _missing(
                "no-uncertainty", f"{result.id} has no expanded uncertainty with its k", "7.8.4.1 a"
            )
        if result.limit_lower is None and result.limit_upper is None:
            yield _missing("no-limit", f"{result.id} has a verdict and no limit", "7.8.6.2 b")
    listed = {standard.asset for standard in model.standards}
    unnamed = sorted({r.standard for r in model.results} - listed - {""})
    if unnamed:
        yield _missing("no-standard", f"{', '.join(unnamed)} is not among the standards", "7.8.4.1 c")


def _stated(result: Result) -> bool:
    return result.expanded_uncertainty is not None and result.coverage_factor is not None


def _changes(model: Certificate) -> Iterator[Missing]:
    for deviation in model.deviations:
        if is_blank(deviation.reason):
            yield _missing("no-reason", f"a deviation has no reason: {deviation.what.en}", "7.8.2.1 n")
    if model.pass_ == "as-left" and model.adjustment is None:
        yield _missing("no-adjustment", "the run is as left, and nobody says what was adjusted", "7.8.4.1 d")


def _rule(model: Certificate) -> Iterator[Missing]:
    if is_blank(model.conformity.rule):
        yield _missing("no-rule", "the record names no decision rule", "7.8.6.2 c")
    if is_blank(model.method.interval):
        yield _missing("no-specification", "the record does not say whose limits these are", "7.8.6.2 b")


def _missing(code: str, what: str, item: str) -> Missing:
    return Missing(code, what, f"ISO/IEC 17025:2017, {item}", _AGAIN)
