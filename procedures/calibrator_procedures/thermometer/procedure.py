"""Platinum thermometer by comparison: rising temperatures, one on the way back, and the first one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from calibrator.procedure import (
    Bench,
    CurveEvaluation,
    DerivedEvaluations,
    Evaluation,
    ParametersEvaluation,
    Point,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Section,
    TabledProcedure,
)

__all__ = ["PROCEDURE", "SETTINGS", "ThermometerComparison"]

SETTINGS: Mapping[str, type] = {
    "table": str,  # of the document, as the section titles it
    "rounds": int,  # each is S X X S
    "settle_min_s": float,
    "settle_window": str,  # decimal, K: the standard stays within it
    "settle_samples": int,
    "settle_every_s": float,
    "settle_timeout_s": float,
    "against": str,  # id of the earlier point of which the change is stated
    "low_c": str,  # of a transmitter's span, decimal
    "high_c": str,
    "loop_a": str,  # what its loop should carry at the point, decimal
    "loop_range_a": str,  # of the meter in the loop, decimal
    "resolution_uut": float,  # A: of that meter, half a digit is the half-width
    "resolution_uut_half_width": float,
    "curve": str,  # "cvd" or "its90": fitted through the rising points
}
CURVE_POINTS = 4  # three coefficients, and one more so that the fit can be seen to fit
ROUND = ("standard", "uut", "uut", "standard")


class ThermometerComparison(TabledProcedure):
    """Calibration of a platinum thermometer; a further UUT model is a further file in `tables/`."""

    settings = SETTINGS

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return what each part should read at a point, for the expected U of a plan."""
        nominal = float(point.nominal)
        return {"standard": nominal, "uut": float(str(point.settings.get("loop_a", nominal)))}

    def measure(self, bench: Bench, point: Point) -> None:
        """Bring the bath to the temperature, soak until the standard is steady, and read S X X S."""
        settings = point.settings
        bench.part("standard").configure("temperature", probe="pt100")
        if "loop_range_a" in settings:
            bench.part("uut").configure("loop", range=float(str(settings["loop_range_a"])), nplc=10.0)
        else:
            bench.part("uut").configure("temperature", probe="pt100")
        bench.part("source").stage("temperature", point.nominal, "degC")
        with bench.energised():
            bench.settle(
                part="standard",
                minimum_s=float(settings["settle_min_s"]),
                window=float(settings["settle_window"]),
                samples=int(settings["settle_samples"]),
                every_s=float(settings["settle_every_s"]),
                timeout_s=float(settings["settle_timeout_s"]),
            )
            bench.read(int(settings["rounds"]), parts=ROUND)

    def evaluate(
        self,
        section: Section,
        observations: Sequence[PointObservations],
        references: Mapping[str, PointReferences],
    ) -> tuple[Evaluation, ...]:
        """Return error or change of every observed point, and the curve once its points are there."""
        from calibrator_procedures.thermometer._budget import change_budget, error_budget

        seen = {item.point: item for item in observations}
        found: list[PointEvaluation] = []
        for item in observations:
            against = str(references[item.point].point.settings.get("against", ""))
            if not against:
                found.append(PointEvaluation(item.point, error_budget(references[item.point], item)))
            elif against in seen:
                budget = change_budget(references[item.point], item, seen[against])
                found.append(PointEvaluation(item.point, budget))
        return (*found, *_curves(section, found, seen))


def _curves(
    section: Section, found: Sequence[PointEvaluation], seen: Mapping[str, PointObservations]
) -> tuple[DerivedEvaluations, ...]:
    """Return the curve through the rising points, nothing while one of them is missing."""
    rising = [point for point in section.points if "curve" in point.settings]
    budgets = {item.point: item.budget for item in found}
    if len(rising) < CURVE_POINTS or any(point.id not in budgets for point in rising):
        return ()

    def make() -> tuple[CurveEvaluation | ParametersEvaluation, ...]:
        from calibrator_procedures.thermometer._curve import CurvePoint, callendar_van_dusen, its90

        points = [CurvePoint(p.id, _mean_c(seen[p.id]), budgets[p.id]) for p in rising]
        return its90(points) if rising[0].settings["curve"] == "its90" else callendar_van_dusen(points)

    return (DerivedEvaluations(make),)


def _mean_c(observed: PointObservations) -> float:
    readings = observed.parts["standard"]
    return sum(reading.value for reading in readings) / len(readings)


PROCEDURE = ThermometerComparison(Path(__file__).parent)
