"""Thermocouple by comparison: rising temperatures only, and the highest one again at another depth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from calibrator.procedure import (
    Bench,
    CurveEvaluation,
    DerivedEvaluations,
    Evaluation,
    Point,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Section,
    TabledProcedure,
)

__all__ = ["PROCEDURE", "SETTINGS", "ThermocoupleComparison"]

SETTINGS: Mapping[str, type] = {
    "table": str,  # of the document, as the section titles it
    "type": str,  # of the thermocouple: "K", "N", ...
    "against": str,  # id of the point at the first depth
    "wiring": str,  # that has the thermocouple at another depth
    "rounds": int,  # each is S X X S
    "settle_min_s": float,
    "settle_window": str,  # decimal, K: the standard stays within it
    "settle_samples": int,
    "settle_every_s": float,
    "settle_timeout_s": float,
}
CURVE_POINTS = 3  # two coefficients, and one more so that the fit can be seen to fit
ROUND = ("standard", "uut", "uut", "standard")


class ThermocoupleComparison(TabledProcedure):
    """Calibration of a thermocouple; a further UUT model is a further file in `tables/`."""

    settings = SETTINGS

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return what each part should read at a point, for the expected U of a plan."""
        nominal = float(point.nominal)
        return {"standard": nominal, "uut": nominal}

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
        """Return the result of every observed point, and the deviation once all its points are there."""
        from calibrator_procedures.thermocouple._budget import error_budget, place_budget

        seen = {item.point: item for item in observations}
        found: list[PointEvaluation] = []
        for item in observations:
            against = str(references[item.point].point.settings.get("against", ""))
            if not against:
                found.append(PointEvaluation(item.point, error_budget(references[item.point], item)))
            elif against in seen:
                budget = place_budget(references[item.point], item, seen[against])
                found.append(PointEvaluation(item.point, budget))
        return (*found, *_curves(section, found, seen))


def _curves(
    section: Section, found: Sequence[PointEvaluation], seen: Mapping[str, PointObservations]
) -> tuple[DerivedEvaluations, ...]:
    """Return the deviation through the points at the first depth, nothing while one is missing."""
    first = [point for point in section.points if "against" not in point.settings]
    budgets = {item.point: item.budget for item in found}
    if len(first) < CURVE_POINTS or any(point.id not in budgets for point in first):
        return ()

    def make() -> tuple[CurveEvaluation]:
        from calibrator_procedures.thermocouple._curve import CurvePoint, deviation

        points = [CurvePoint(p.id, _mean_c(seen[p.id]), budgets[p.id]) for p in first]
        return (deviation(str(first[0].settings["type"]), points),)

    return (DerivedEvaluations(make),)


def _mean_c(observed: PointObservations) -> float:
    readings = observed.parts["standard"]
    return sum(reading.value for reading in readings) / len(readings)


PROCEDURE = ThermocoupleComparison(Path(__file__).parent)
