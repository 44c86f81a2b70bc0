"""The recorded figures of a point as inputs of its budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator.procedure._types import Contribution, PointReferences
    from calibrator_uncertainty import Input

__all__ = ["MissingReferenceError", "figure_input", "required_figure"]


class MissingReferenceError(ValueError):
    """A budget needs a figure that the references do not hold: nothing is silently zero."""

    code = "reference-missing"

    def __init__(self, point: str, kind: str) -> None:
        super().__init__(
            f"the budget of {point} needs the figure {kind!r}, which its references do not hold."
            " Write it in the bench file, point table or accuracy table that it comes from, and fix the"
            " references of the run again."
        )
        self.point = point
        self.kind = kind


def required_figure(references: PointReferences, kind: str, *, recorded_as: str = "") -> Contribution:
    """Return a figure of a point's references; `recorded_as` is its kind there, where that is another.

    Raises `MissingReferenceError` where they do not hold it.
    """
    figure = references.contribution(recorded_as or kind)
    if figure is None:
        raise MissingReferenceError(references.point.id, kind)
    return figure


def figure_input(
    references: PointReferences,
    kind: str,
    unit: str | None = None,
    *,
    recorded_as: str = "",
    of_standard: bool = False,
) -> Input:
    """Return the budget input `kind` made of a recorded figure, exact where its half-width is zero.

    `unit` is that of the figure where none is given. `of_standard`: what belongs to the standard, or to the
    place it is in, is one error at all points (METROLOGY 17), also where the figure names no cause.

    Raises `MissingReferenceError` where the references do not hold the figure.
    """
    from calibrator_uncertainty import constant, from_half_width

    figure = required_figure(references, kind, recorded_as=recorded_as)
    its = figure.unit if unit is None else unit
    if figure.half_width == 0:
        return constant(kind, figure.estimate, its, source=figure.source)
    cause = f"{references.standard_asset}:{kind}" if of_standard else None
    return from_half_width(
        kind,
        figure.estimate,
        figure.half_width,
        its,
        k=figure.k,
        treat_as=figure.treat_as,
        source=figure.source,
        shared=figure.shared or cause,
    )
