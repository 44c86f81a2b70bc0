"""Printed numbers beside the results tables: conditions, joint statement, curves, repeats, session check.

Each cell has a name, what is printed in it, and the walk from there to the events and readings behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from calibrator.evidence import _other_walks as walks
from calibrator.evidence._node import Node
from calibrator.evidence._walk import Walk

if TYPE_CHECKING:
    from calibrator.certificates import Certificate
    from calibrator.certificates._model import Result, Version

__all__ = ["OtherCell", "find_other", "other_cells"]


@dataclass(frozen=True, slots=True)
class OtherCell:
    """A printed number that is not in a results table."""

    name: str
    printed: str
    walk: Callable[[Walk], Iterator[Node]]


def find_other(model: Certificate, name: str) -> OtherCell | None:
    """Return the cell of that name, None where there is none beside the results tables."""
    return next((cell for cell in other_cells(model) if cell.name.lower() == name.lower()), None)


def other_cells(model: Certificate) -> Iterator[OtherCell]:
    """Yield every such cell of a document, in the order of its pages."""
    yield from _conditions(model)
    probability = model.conformity.joint_probability
    if probability is not None:
        from calibrator.certificates._numbers import percent

        yield OtherCell("joint/probability", percent(probability), walks.joint)
    for standard in model.standards:
        printed = f"{standard.certificate or '–'}, {standard.issued or '–'} – {standard.due or '–'}"
        name = f"standard/{standard.asset}/certificate"
        yield OtherCell(name, printed, partial(walks.standard, asset=standard.asset))
    yield from _curves(model)
    for result in model.results:
        yield from _beside(result)
        for version in result.versions:
            yield from _version(result, version)
    yield from _check(model)


def _conditions(model: Certificate) -> Iterator[OtherCell]:
    from calibrator.certificates._view import span

    air = model.conditions
    for name, low, high, unit in (
        ("temperature", air.temperature_low_c, air.temperature_high_c, "°C"),
        ("humidity", air.humidity_low_rh, air.humidity_high_rh, "% RH"),
    ):
        if low is not None:
            yield OtherCell(
                f"environment/{name}", span(low, high, unit), partial(walks.environment, name=name)
            )


def _curves(model: Certificate) -> Iterator[OtherCell]:
    from calibrator.certificates._recorded_curves import coefficient_texts

    for section in model.sections:
        for curve in section.curves:
            for index, (name, value, u) in enumerate(coefficient_texts(curve)):
                walk = partial(walks.coefficient, section=section.id, curve=curve.id, index=index)
                yield OtherCell(f"{section.id}/{curve.id}/{name}", value, walk)
                yield OtherCell(f"{section.id}/{curve.id}/u({name})", u, walk)


def _beside(result: Result) -> Iterator[OtherCell]:
    """Yield what other parts read at a point, such as the power of a load."""
    from calibrator.certificates._numbers import significant

    for item in result.particulars.beside:
        printed = f"{significant(item.value, 4)} {item.unit}".rstrip()
        walk = partial(walks.beside, point=result.id, part=item.kind)
        yield OtherCell(f"{result.id}/{item.kind}", printed, walk)


def _version(result: Result, version: Version) -> Iterator[OtherCell]:
    from dataclasses import replace

    from calibrator.certificates._numbers import printed

    then = replace(result, error=version.error, expanded_uncertainty=version.expanded_uncertainty)
    row = printed(then)
    unit = f" {row.error_unit}" if version.error is not None else ""
    walk = partial(walks.version, point=result.id, attempt=version.attempt)
    for column, text in (
        ("error", row.error + unit),
        ("U", row.expanded_uncertainty + unit),
        ("verdict", version.verdict or "–"),
    ):
        yield OtherCell(f"{result.id}/{column}#{version.attempt}", text, walk)


def _check(model: Certificate) -> Iterator[OtherCell]:
    from calibrator.certificates._numbers import scaled_unit
    from calibrator.certificates._session import departure_text

    for point in model.session_check.points if model.session_check is not None else ():
        if point.limit is None:
            continue
        limit, unit = scaled_unit(point.limit, point.unit)
        for phase, value in (("opening", point.opening), ("closing", point.closing)):
            if value is not None:
                printed = f"{departure_text(value, point.limit, point.unit)} {unit}"
                walk = partial(walks.checked, phase=phase, point=point.id)
                yield OtherCell(f"check/{point.id}/{phase}", printed, walk)
        yield OtherCell(
            f"check/{point.id}/limit", f"±{limit} {unit}", partial(walks.check_limit, point=point.id)
        )
