"""Multifunction calibrator: direct volts in both polarities and four-wire resistance, against a meter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from calibrator.procedure import (
    Bench,
    Evaluation,
    Point,
    PointEvaluation,
    PointObservations,
    PointReferences,
    Section,
    TabledProcedure,
)

__all__ = ["PROCEDURE", "SETTINGS", "CalibratorDirect"]

SETTINGS: Mapping[str, type] = {
    "meter_range": float,  # in the point's unit
    "nplc": float,
    "readings": int,
    "discard": int,
    "uut_wires": int,  # of the meter
    "source_wires": int,
    "high_impedance": bool,
    "settle_min_s": float,
    "settle_window": str,  # decimal, in the point's unit
    "settle_timeout_s": float,
    "source_resistance": float,  # ohm, of the calibrator's output at this value
    "source_resistance_half_width": float,
    "loading": float,  # siemens: the meter's input as the calibrator feels it
    "loading_half_width": float,
    "resolution": float,  # of the meter's reply, in the point's unit: 0 and half a step
    "resolution_half_width": float,
}
SETTLING_SAMPLES = 3


class CalibratorDirect(TabledProcedure):
    """Calibration of a multifunction calibrator; a further UUT model is a further file in `tables/`."""

    settings = SETTINGS

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return what the meter should read at a point, for the expected U of a plan."""
        return {"uut": float(point.nominal)}

    def measure(self, bench: Bench, point: Point) -> None:
        """Set the meter's range, let the unit give the value, settle, and record the meter's readings."""
        settings = point.settings
        bench.part("uut").configure(
            point.function,
            range=float(settings["meter_range"]),
            nplc=float(settings["nplc"]),
            wires=int(settings.get("uut_wires", 2)),
            high_impedance=bool(settings.get("high_impedance", True)),
        )
        bench.part("source").stage(
            point.function, point.nominal, point.unit, wires=int(settings.get("source_wires", 2))
        )
        with bench.energised():
            bench.settle(
                minimum_s=float(settings["settle_min_s"]),
                window=float(settings["settle_window"]),
                samples=SETTLING_SAMPLES,
                timeout_s=float(settings["settle_timeout_s"]),
            )
            bench.read(int(settings["readings"]), discard=int(settings["discard"]))

    def evaluate(
        self,
        section: Section,
        observations: Sequence[PointObservations],
        references: Mapping[str, PointReferences],
    ) -> tuple[Evaluation, ...]:
        """Return the error of every set value with its budget."""
        from calibrator_procedures.calibrator_dc._budget import budget_of

        return tuple(
            PointEvaluation(item.point, budget_of(references[item.point], item)) for item in observations
        )


PROCEDURE = CalibratorDirect(Path(__file__).parent)
