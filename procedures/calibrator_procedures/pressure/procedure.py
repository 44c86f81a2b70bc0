"""Pressure gauges and transmitters: cycles up and down on a controller, as DKD-R 6-1 orders them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from calibrator.procedure import (
    Bench,
    Evaluation,
    Point,
    PointObservations,
    PointReferences,
    Section,
    TabledProcedure,
    Text,
)
from calibrator_procedures.pressure._sequence import expanded

__all__ = ["PROCEDURE", "SETTINGS", "PressureCalibration"]

SETTINGS: Mapping[str, type] = {
    "table": str,  # of a document, in which the result stands
    "sequence": str,  # A, B, C of DKD-R 6-1
    "again": str,  # wiring of the second mounting that sequence A asks for
    "pressure_pa": str,  # the target, decimal
    "span_pa": str,  # of a transmitter, decimal
    "result": str,  # "error", "hysteresis"
    "part": str,  # whose readings the result is made of
    "readings": int,  # at each visit
    "expected_within": float,  # share of the pressure: what is typed further off is looked at again
    "tap": bool,  # a pointer is read before and after tapping
    "slew_pa_s": float,
    "stability_pa": str,  # the controller's reading stays within this before the dwell begins, decimal
    "settle_timeout_s": float,
    "dwell_s": float,
    "hold_s": float,  # at the upper limit
    "rest_s": float,  # at zero between two cycles
    "loop_a": str,  # what the loop should carry at the target, decimal
    "loop_range_a": str,  # of the meter in a transmitter's loop, decimal
    "every_s": float,  # from one reading of a visit to the next
    "loop_resolution": float,  # A: half a digit of the meter in the loop is the half-width
    "loop_resolution_half_width": float,
    "reading": float,  # Pa: what a person's reading may err by
    "reading_half_width": float,
}
SETTLING_SAMPLES = 3
SETTLING_EVERY_S = 1.0
TAP = Text(
    en="Tap the gauge lightly, then write ok. The pointer is read once more.",
    zh="轻敲压力表，然后输入 ok。随后再读一次示值。",
)


class PressureCalibration(TabledProcedure):
    """Calibration of a gauge or transmitter; a further UUT model is a further file in `tables/`."""

    settings = SETTINGS

    def expanded(self, section: Section) -> Section:
        """Return a section of a table with all its visits."""
        return expanded(section)

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return what each part should read at a visit, for the expected U of a plan."""
        pressure = float(str(point.settings["pressure_pa"]))
        expected = {"source": pressure, "uut": float(str(point.settings.get("loop_a", pressure)))}
        return {**expected, "hart": pressure} if "loop_range_a" in point.settings else expected

    def measure(self, bench: Bench, point: Point) -> None:
        """Go to the pressure of a visit from the side of its series, wait, and read."""
        settings = point.settings
        pressure = Decimal(str(settings["pressure_pa"]))
        transmitter = "loop_range_a" in settings
        if "wiring" in settings:
            bench.connect(str(settings["wiring"]))
        if transmitter:
            bench.uut.configure("dci", Decimal(str(settings["loop_range_a"])), "A", nplc=10)
            bench.part("hart").configure("pressure", range=float(str(settings["span_pa"])), absolute=False)
        else:
            bench.part("uut").configure("pressure", range=float(point.range), absolute=False)
        bench.part("source").stage("pressure", pressure, "Pa", slew=float(settings["slew_pa_s"]))
        with bench.energised():
            bench.settle(
                minimum_s=0.0,
                window=float(settings["stability_pa"]),
                samples=SETTLING_SAMPLES,
                timeout_s=float(settings["settle_timeout_s"]),
                part="source",
                every_s=SETTLING_EVERY_S,
            )
            bench.wait(float(settings["dwell_s"]))
            if settings.get("tap"):
                bench.read(1, parts=("uut", "source"))
                bench.ask("tapped", TAP, simulated="ok")
            parts = ("uut", "hart", "source") if transmitter else ("uut", "source")
            # a second apart, each with the controller's own reading: what it wavers by shows in their scatter
            bench.read(int(settings["readings"]), parts=parts, every_s=float(settings["every_s"]))

    def evaluate(
        self,
        section: Section,
        observations: Sequence[PointObservations],
        references: Mapping[str, PointReferences],
    ) -> tuple[Evaluation, ...]:
        """Return error and hysteresis at every pressure that was visited up and down."""
        from calibrator_procedures.pressure._evaluation import evaluated

        return evaluated(section, observations, references)


PROCEDURE = PressureCalibration(Path(__file__).parent)
