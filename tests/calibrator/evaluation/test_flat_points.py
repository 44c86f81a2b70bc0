"""A result that the first order knows nothing about is undetermined; the others of its section are judged."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from calibrator.evaluation import stated
from calibrator.evaluation._collect import collect
from calibrator.evaluation._section import evaluate_content
from calibrator.procedure import PointEvaluation, Section, load
from calibrator_uncertainty import Budget, normal

Make = Callable[..., Any]
Replies = Callable[..., list[str]]

SCOPE = {"function": "dcv", "unit": "V", "from": "-1000", "to": "1000", "U": "0.001", "U_relative": "0"}


class Flattened:
    """The multimeter's procedure, but the first point comes from a model that is flat where it is asked."""

    def __init__(self) -> None:
        self._real = load("dmm")
        self.info = self._real.info

    def evaluate(self, section: Section, observed: Sequence[Any], references: Any) -> list[Any]:
        first, *others = self._real.evaluate(section, observed, references)
        budget = Budget(lambda x: x * x, [normal("x", 0.0, 0.1, "V")], unit="V**2")
        return [PointEvaluation(first.point, budget), *others]


@pytest.mark.parametrize("scope", [[], [SCOPE]])
def test_a_flat_point_is_undetermined_and_the_others_are_judged(
    hand_run: Make, replies: Replies, sections: dict[str, Section], scope: list[dict[str, str]]
) -> None:
    run = hand_run("dcv")
    for point in sections["dcv"].points[:2]:
        run.measure(point, replies(float(point.nominal), 1e-6))
    content = collect(run.events())
    content.opened["lab"]["scope"] = scope
    procedure: Any = Flattened()
    flat, judged = evaluate_content(content, procedure, "dcv", draws=0)
    assert (flat["verdict"], flat["error"], flat["notes"][0]) == ("undetermined", "inf", "no-uncertainty")
    assert judged["verdict"] != "undetermined"
    assert math.isfinite(float(judged["U"]))


def test_a_capability_never_hides_that_nothing_is_known(sections: dict[str, Section]) -> None:
    result = Budget(lambda x: x * x, [normal("x", 0.0, 0.1, "V")], unit="V**2").evaluate()
    point = sections["dcv"].points[0]
    assert math.isnan(stated(result, point, {"scope": [SCOPE]}).U)
