"""Multifunction calibrator: direct volts in both polarities and four-wire resistance, against a meter.

A meter is trusted for what it shows, or in the section `transfer` only for telling two voltages apart: there
it compares the unit with a certified reference, both with the leads as they are and swapped.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
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
    "transfer": bool,  # the meter compares the unit with a reference
    "transfer_within_s": float,  # how long the meter's transfer figure holds
}
SETTLING_SAMPLES = 3
# Symmetric in time, so that a steady drift of the meter cancels; wiring, what feeds it, sign at the meter.
CONNECTIONS = (
    ("reference", "reference", 1),
    ("unit", "source", 1),
    ("unit-swapped", "source", -1),
    ("reference-swapped", "reference", -1),
)
HARMLESS_V = Decimal(1)  # METROLOGY 3


class CalibratorDirect(TabledProcedure):
    """Calibration of a multifunction calibrator; a further UUT model is a further file in `tables/`."""

    settings = SETTINGS

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return what the meter should read at a point, for the expected U of a plan."""
        return {"uut": float(point.nominal)}

    def measure(self, bench: Bench, point: Point) -> None:
        """Set the meter's range, let the unit give the value, settle, and record the meter's readings.

        In a transfer the reference does the same before and after it, and the leads are swapped half-way.
        """
        if not point.settings.get("transfer"):
            self._read(bench, point, "source")
            return
        for wiring, part, sign in CONNECTIONS:
            bench.connect(wiring)
            self._prove(bench, point, part, sign)
            self._read(bench, point, part)

    def _prove(self, bench: Bench, point: Point, part: str, sign: int) -> None:
        """Let a harmless level show that the leads are on the right terminals, and which way round."""
        level = min(abs(point.nominal), HARMLESS_V).copy_sign(point.nominal)
        self._configure(bench, point)
        bench.part(part).stage(point.function, level, point.unit)
        with bench.energised():
            bench.wait(1.0)
            bench.prove(sign * float(level))

    def _configure(self, bench: Bench, point: Point) -> None:
        settings = point.settings
        bench.part("uut").configure(
            point.function,
            range=float(settings["meter_range"]),
            nplc=float(settings["nplc"]),
            wires=int(settings.get("uut_wires", 2)),
            high_impedance=bool(settings.get("high_impedance", True)),
        )

    def _read(self, bench: Bench, point: Point, part: str) -> None:
        settings = point.settings
        self._configure(bench, point)
        bench.part(part).stage(
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
        """Return the error of every set value with its budget.

        A comparison that took longer than the meter's transfer figure holds has no result.
        """
        from calibrator_procedures.calibrator_dc._budget import budget_of

        return tuple(
            PointEvaluation(item.point, budget_of(references[item.point], item))
            for item in observations
            if _in_time(item, references[item.point].point)
        )


def _in_time(observed: PointObservations, point: Point) -> bool:
    """Say whether a comparison was made while the meter's transfer figure held; anything else always is."""
    within_s = float(point.settings.get("transfer_within_s", math.inf))
    moments = [reading.monotonic_ns for reading in observed.readings]
    return not moments or (max(moments) - min(moments)) / 1e9 <= within_s


PROCEDURE = CalibratorDirect(Path(__file__).parent)
