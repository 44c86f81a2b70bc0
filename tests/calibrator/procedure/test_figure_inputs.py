"""Recorded figures as budget inputs: what is shared between points, what is exact, what is missing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from calibrator.procedure import (
    Contribution,
    MissingReferenceError,
    Point,
    PointLimits,
    PointReferences,
    figure_input,
)
from calibrator_uncertainty import Budget, correlation


def references(id_, *, half_width=0.02, shared=""):
    limits = PointLimits("class", Decimal(-1), Decimal(1), "seen", "table 1")
    point = Point(id_, "s", "temperature", Decimal(0), Decimal(100), "K", {"class": limits}, "source", {})
    figure = Contribution(
        "bath", 0.0, half_width, "K", 0.0, "limit_rectangular", "seen", "sheet", shared=shared
    )
    return PointReferences(point, limits, "SPRT-1", "5628", (figure,))


def result(id_, *, of_standard, shared=""):
    line = figure_input(references(id_, shared=shared), "bath", of_standard=of_standard)
    return Budget(lambda bath: bath, [line], unit="K", name=id_).uncertain()


def test_what_belongs_to_the_standard_is_one_error_at_all_points():
    """METROLOGY 17: the two results differ by nothing, where they share all."""
    one, other = result("a", of_standard=True), result("b", of_standard=True)
    assert correlation(one, other) == pytest.approx(1.0)


def test_what_names_no_cause_and_is_not_of_the_standard_is_drawn_at_each_point():
    one, other = result("a", of_standard=False), result("b", of_standard=False)
    assert correlation(one, other) == 0.0


def test_a_figure_keeps_the_cause_that_it_names():
    line = figure_input(references("a", shared="room"), "bath", of_standard=True)
    assert line.shared == "room"


def test_a_figure_without_width_is_exact():
    assert figure_input(references("a", half_width=0.0), "bath").u == 0.0


def test_a_figure_that_is_not_there_is_named_with_the_way_out():
    with pytest.raises(MissingReferenceError, match=r"budget of a needs the figure 'drift'.*bench file"):
        figure_input(references("a"), "drift")
