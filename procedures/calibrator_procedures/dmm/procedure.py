"""Digital multimeter: zero offsets and gain of direct, alternating and counted quantities.

The 34401A's points are those of its Service Guide (chapter 4); a further unit is a further table.
"""

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
)

__all__ = ["PROCEDURE", "SETTINGS", "DmmVerification"]

SETTINGS: Mapping[str, type] = {
    "nplc": float,  # integration time in power line cycles
    "readings": int,
    "discard": int,  # readings before them that are recorded and not used
    "settle_min_s": float,
    "settle_window": str,  # decimal, in the point's unit
    "settle_timeout_s": float,
    "uut_wires": int,
    "source_wires": int,
    "high_impedance": bool,
    "input_conductance_s": float,  # siemens: the meter's input as the source feels it
    "input_conductance_half_width_s": float,
    "input_capacitance_f": float,  # farad: the meter's alternating input
    "input_capacitance_half_width_f": float,
    "frequency_hz": float,  # of an alternating quantity
    "gate_s": float,  # of a frequency
    "amplitude_v": float,  # rms, of the signal whose frequency is counted
    "resolution": float,  # of an indication where the accuracy table has none, in the point's unit
    "test_current_a": float,  # likewise
    "typed": bool,  # a person reads a display, and waits until it stands still
}
SETTLING_SAMPLES = 3


class DmmVerification(TabledProcedure):
    """Verification of a multimeter; a further UUT model is a further file in `tables/`."""

    settings = SETTINGS

    def measure(self, bench: Bench, point: Point) -> None:
        """Set the meter, energise where a source realises the value, settle, and record the readings."""
        settings = point.settings
        signal = _signal(point)
        gate = {"gate_s": float(settings["gate_s"])} if "gate_s" in settings else {}
        bench.uut.configure(
            point.function,
            point.nominal if point.function == "freq" else point.range,  # a frequency is expected
            point.unit,
            nplc=float(settings["nplc"]),
            wires=int(settings.get("uut_wires", 2)),
            high_impedance=bool(settings.get("high_impedance", True)),
            **signal,
            **gate,
        )
        if point.standard != "source":
            _observe(bench, point)
            return
        bench.source.stage(
            point.function, point.nominal, point.unit, wires=int(settings.get("source_wires", 2)), **signal
        )
        with bench.energised():
            _observe(bench, point)

    def evaluate(
        self,
        section: Section,
        observations: Sequence[PointObservations],
        references: Mapping[str, PointReferences],
    ) -> tuple[PointEvaluation, ...]:
        """Return the error of indication of every observed point with its budget."""
        from calibrator_procedures.dmm._budget import budget_of

        return tuple(
            PointEvaluation(item.point, budget_of(references[item.point], item)) for item in observations
        )


def _signal(point: Point) -> dict[str, float]:
    """Return what an alternating quantity (frequency) or a frequency (amplitude) has beside its value."""
    return {
        key: float(point.settings[key]) for key in ("frequency_hz", "amplitude_v") if key in point.settings
    }


def _observe(bench: Bench, point: Point) -> None:
    settings = point.settings
    if settings.get("typed", False):  # who reads a display sees by himself that it has settled
        bench.wait(float(settings["settle_min_s"]))
        bench.read(int(settings["readings"]), discard=int(settings["discard"]))
        return
    bench.settle(
        minimum_s=float(settings["settle_min_s"]),
        window=float(settings["settle_window"]),
        samples=SETTLING_SAMPLES,
        timeout_s=float(settings["settle_timeout_s"]),
    )
    bench.read(int(settings["readings"]), discard=int(settings["discard"]))


PROCEDURE = DmmVerification(Path(__file__).parent)
