"""Dry-block calibrator: its display at rising temperatures, the way back, its stability, and its places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from calibrator.procedure import (
    Bench,
    Point,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Section,
    TabledProcedure,
    comparison,
)

__all__ = ["PROCEDURE", "SETTINGS", "DryBlock"]

SETTINGS: Mapping[str, type] = {
    **comparison.SETTINGS,
    "result": str,  # "display", "hysteresis", "place" or "stability"
    "wiring": str,  # that has the standard in another place, or the block loaded
    "every_s": float,
}


class DryBlock(TabledProcedure):
    """Calibration of a dry-block calibrator; a further UUT model is a further file in `tables/`."""

    settings = SETTINGS

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return what each part should read at a point, for the expected U of a plan."""
        return comparison.expected(point)

    def measure(self, bench: Bench, point: Point) -> None:
        """Bring the block to the temperature, wait until the standard is steady, read both."""
        from calibrator_procedures.dry_block._budget import ROUND_OF_STABILITY

        settings = point.settings
        wiring = str(settings.get("wiring", ""))
        if wiring:
            bench.connect(wiring)
        bench.part("standard").configure("temperature", probe="pt100")
        bench.part("uut").configure("temperature")
        bench.part("source").stage("temperature", point.nominal, "degC")
        with bench.energised():
            comparison.settle_standard(bench, point)
            parts = ROUND_OF_STABILITY if settings["result"] == "stability" else comparison.ROUND
            bench.read(int(settings["rounds"]), parts=parts, every_s=float(settings["every_s"]))

    def evaluate(
        self,
        section: Section,
        observations: Sequence[PointObservations],
        references: Mapping[str, PointReferences],
    ) -> tuple[PointEvaluation, ...]:
        """Return the result of every observed point whose reference point was observed as well."""
        from calibrator_procedures.dry_block._budget import display_budget, place_budget, stability_budget

        seen = {item.point: item for item in observations}
        found = []
        for item in observations:
            reference = references[item.point]
            kind = str(reference.point.settings["result"])
            against = seen.get(str(reference.point.settings.get("against", "")))
            if reference.point.supporting:
                continue
            if kind == "display":
                budget = display_budget(reference, item)
            elif kind == "stability":
                budget = stability_budget(reference, item)
            elif against is not None:
                budget = place_budget(reference, item, against, display=kind == "hysteresis")
            else:
                continue
            found.append(PointEvaluation(item.point, budget))
        return tuple(found)


PROCEDURE = DryBlock(Path(__file__).parent)
