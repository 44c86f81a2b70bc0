"""Thermocouple by comparison: rising temperatures only, and the highest one again at another depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from calibrator.procedure import (
    Bench,
    CurveEvaluation,
    Evaluation,
    Point,
    PointObservations,
    PointReferences,
    Section,
    TabledProcedure,
    comparison,
)

__all__ = ["PROCEDURE", "SETTINGS", "ThermocoupleComparison"]

SETTINGS: Mapping[str, type] = {
    **comparison.SETTINGS,  # `against` is the point at the first depth
    "type": str,  # of the thermocouple: "K", "N", ...
    "wiring": str,  # that has the thermocouple at another depth
}
CURVE_POINTS = 3  # two coefficients, and one more so that the fit can be seen to fit


class ThermocoupleComparison(TabledProcedure):
    """Calibration of a thermocouple; a further UUT model is a further file in `tables/`."""

    settings = SETTINGS

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return what each part should read at a point, for the expected U of a plan."""
        return comparison.expected(point)

    def measure(self, bench: Bench, point: Point) -> None:
        """Bring the block to the temperature, soak until the standard is steady, and read S X X S."""
        settings = point.settings
        wiring = str(settings.get("wiring", ""))
        if wiring:
            bench.connect(wiring)
        bench.part("standard").configure("temperature", probe="pt100")
        bench.part("uut").configure("temperature", probe=str(settings["type"]))
        bench.part("source").stage("temperature", point.nominal, "degC")
        with bench.energised():
            comparison.settle_standard(bench, point)
            bench.read(int(settings["rounds"]), parts=comparison.ROUND)

    def evaluate(
        self,
        section: Section,
        observations: Sequence[PointObservations],
        references: Mapping[str, PointReferences],
    ) -> tuple[Evaluation, ...]:
        """Return the result of every observed point, and the deviation once all its points are there."""
        from calibrator_procedures.thermocouple._budget import error_budget, place_budget

        found = comparison.errors_and_changes(observations, references, error_budget, place_budget)
        first = [point for point in section.points if "against" not in point.settings]
        curves = comparison.through_points(first, CURVE_POINTS, found, observations, partial(_curve, section))
        return (*found, *curves)


def _curve(section: Section, points: Sequence[comparison.CurvePoint]) -> tuple[CurveEvaluation]:
    """Return the deviation through the points at the first depth."""
    from calibrator_procedures.thermocouple._curve import deviation

    return (deviation(str(section.points[0].settings["type"]), points),)


PROCEDURE = ThermocoupleComparison(Path(__file__).parent)
