"""Platinum thermometer by comparison: rising temperatures, one on the way back, and the first one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from calibrator.procedure import (
    Bench,
    CurveEvaluation,
    DerivedEvaluations,
    Evaluation,
    ParametersEvaluation,
    Point,
    PointObservations,
    PointReferences,
    Section,
    TabledProcedure,
    comparison,
)

if TYPE_CHECKING:
    from calibrator_uncertainty import Budget

__all__ = ["PROCEDURE", "SETTINGS", "ThermometerComparison"]

SETTINGS: Mapping[str, type] = {
    **comparison.SETTINGS,  # `against` is the earlier point of which the change is stated
    "low_c": str,  # of a transmitter's span, decimal
    "high_c": str,
    "loop_a": str,  # what its loop should carry at the point, decimal
    "loop_range_a": str,  # of the meter in the loop, decimal
    "resolution_uut": float,  # A: of that meter, half a digit is the half-width
    "resolution_uut_half_width": float,
    "current_a": str,  # of a readout whose current can be chosen, decimal
    "second_a": str,  # the other current, by which the error at none is found
    "second_wait_s": float,  # until what it heats is steady
    "stable_k": str,  # decimal, K: beyond this change of the first point no curve is stated
    "curve": str,  # "cvd" or "its90": fitted through the rising points
}
CURVE_POINTS = 4  # three coefficients, and one more so that the fit can be seen to fit
SECOND_ROUND = ("standard", "second", "second", "standard")


class ThermometerComparison(TabledProcedure):
    """Calibration of a platinum thermometer; a further UUT model is a further file in `tables/`."""

    settings = SETTINGS

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return what each part should read at a point, for the expected U of a plan."""
        found = comparison.expected(point)
        if "loop_a" in point.settings:
            return {**found, "uut": float(str(point.settings["loop_a"]))}
        return {**found, "second": found["uut"]} if "second_a" in point.settings else found

    def measure(self, bench: Bench, point: Point) -> None:
        """Bring the bath to the temperature, soak until the standard is steady, and read S X X S.

        Where the readout's current can be chosen, as many rounds follow at the second one.
        """
        settings, rounds = point.settings, int(point.settings["rounds"])
        bench.part("standard").configure("temperature", probe="pt100")
        if "loop_range_a" in settings:
            bench.part("uut").configure("loop", range=float(str(settings["loop_range_a"])), nplc=10.0)
        else:
            bench.part("uut").configure("temperature", probe="pt100", **_current(point, "current_a"))
        bench.part("source").stage("temperature", point.nominal, "degC")
        with bench.energised():
            comparison.settle_standard(bench, point)
            bench.read(rounds, parts=comparison.ROUND)
            if "second_a" in settings and "against" not in settings:
                bench.part("second").configure("temperature", probe="pt100", **_current(point, "second_a"))
                bench.wait(float(settings["second_wait_s"]))
                bench.read(rounds, parts=SECOND_ROUND)

    def evaluate(
        self,
        section: Section,
        observations: Sequence[PointObservations],
        references: Mapping[str, PointReferences],
    ) -> tuple[Evaluation, ...]:
        """Return error or change of every observed point, and the curve once its points are there."""
        from calibrator_procedures.thermometer._budget import change_budget, error_budget

        found = comparison.errors_and_changes(observations, references, error_budget, change_budget)
        curves: tuple[DerivedEvaluations, ...] = ()
        steady = next((point for point in section.points if "stable_k" in point.settings), None)
        if steady is not None and any(item.point == steady.id for item in found):
            rising = [point for point in section.points if "curve" in point.settings]
            change = next(item.budget for item in found if item.point == steady.id)
            fit = partial(_fit, steady, change, str(rising[0].settings["curve"]))
            curves = comparison.through_points(rising, CURVE_POINTS, found, observations, fit)
        return (*found, *curves, *_heating(observations, references))


def _current(point: Point, which: str) -> dict[str, float]:
    """Return the current that a point names, as a setting of its readout."""
    return {"current_a": float(str(point.settings[which]))} if which in point.settings else {}


def _fit(
    steady: Point, change: Budget, kind: str, points: Sequence[comparison.CurvePoint]
) -> tuple[CurveEvaluation | ParametersEvaluation, ...]:
    """Return the curve through the rising points, or why there is none: the unit changed meanwhile."""
    from calibrator_procedures.thermometer._budget import stability_budget
    from calibrator_procedures.thermometer._curve import callendar_van_dusen, its90, unsteady

    found, allowed = change.evaluate(), str(steady.settings["stable_k"])
    if abs(found.value) - found.U > float(allowed):
        return (unsteady(steady.id, found.value, found.u, allowed),)
    moved = stability_budget(found.value, steady.id).uncertain()
    return its90(points, moved) if kind == "its90" else callendar_van_dusen(points, moved)


def _heating(
    observations: Sequence[PointObservations], references: Mapping[str, PointReferences]
) -> tuple[DerivedEvaluations, ...]:
    """Return what the first current heats at every rising point that was read at two currents."""
    read = [item for item in observations if item.parts.get("second") and _rising(references[item.point])]
    if not read:
        return ()

    def make() -> tuple[ParametersEvaluation]:
        from calibrator_procedures.thermometer._budget import heating_budget
        from calibrator_procedures.thermometer._curve import self_heating

        return (self_heating([(references[i.point], heating_budget(references[i.point], i)) for i in read]),)

    return (DerivedEvaluations(make),)


def _rising(references: PointReferences) -> bool:
    return "against" not in references.point.settings


PROCEDURE = ThermometerComparison(Path(__file__).parent)
