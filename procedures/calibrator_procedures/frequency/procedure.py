"""Frequency of time bases: a counter counts the oscillator, or a generator with the oscillator's help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
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

__all__ = ["PROCEDURE", "SETTINGS", "FrequencyCalibration"]

SETTINGS: Mapping[str, type] = {
    "unit": str,  # "counter" or "generator": what the unit under test is
    "gate_s": float,
    "readings": int,
    "amplitude_v": float,  # rms, of the generator's open output
    "resolution": float,  # step of the counter's last digit at this gate, Hz
    "resolution_half_width": float,
    "settle_min_s": float,
    "settle_window": str,  # decimal, Hz
    "settle_timeout_s": float,
    "lock_timeout_s": float,  # how long the oscillator is waited for
}
SETTLING_SAMPLES = 3
LEAST_READINGS = 4  # a straight line, and two degrees of freedom for the scatter about it
LOCK_LOOK_S = 60.0  # between two questions for the oscillator's lock


class FrequencyCalibration(TabledProcedure):
    """Calibration of a time base; a further UUT model is a further file in `tables/`."""

    settings = SETTINGS

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return what each part should read at a point, for the expected U of a plan: the lock holds."""
        return {"uut": float(point.nominal), "reference": 1.0}

    def measure(self, bench: Bench, point: Point) -> None:
        """Wait for the oscillator's lock, then count; readings whose lock is lost on the way do not stand."""
        settings = point.settings
        counter = bench.part("uut")
        counter.configure("freq", range=float(point.nominal), gate_s=float(settings["gate_s"]))
        if settings["unit"] == "counter":
            counter.act("internal_reference")
            _count(bench, point)
            return
        counter.act("external_reference")
        bench.part("source").stage(
            "freq", point.nominal, point.unit, amplitude_v=float(settings["amplitude_v"])
        )
        with bench.energised():
            _count(bench, point)

    def evaluate(
        self,
        section: Section,
        observations: Sequence[PointObservations],
        references: Mapping[str, PointReferences],
    ) -> tuple[Evaluation, ...]:
        """Return the error of every observed frequency, and the stability over its readings."""
        from calibrator_procedures.frequency._budget import budget_of
        from calibrator_procedures.frequency._stability import stability_of

        found: list[Evaluation] = []
        for item in map(_while_locked, observations):
            if len(item.readings) < LEAST_READINGS:
                continue
            found.append(PointEvaluation(item.point, budget_of(references[item.point], item)))
            stability = stability_of(references[item.point], item)
            if stability is not None:
                found.append(stability)
        return tuple(found)


def _count(bench: Bench, point: Point) -> None:
    """Count while the oscillator is locked, stable and warm; without it there is no reading to be used."""
    settings = point.settings
    if not _locked(bench, float(settings["lock_timeout_s"])):
        bench.decide("the oscillator is not traceable: nothing is counted", point=point.id)
        return
    bench.settle(
        minimum_s=float(settings["settle_min_s"]),
        window=float(settings["settle_window"]),
        samples=SETTLING_SAMPLES,
        timeout_s=float(settings["settle_timeout_s"]),
    )
    bench.read(int(settings["readings"]), parts=("uut", "reference"))


def _while_locked(observed: PointObservations) -> PointObservations:
    """Return the observations with those readings only that the oscillator's lock stood behind."""
    locks = observed.parts.get("reference", ())
    kept = tuple(
        reading for reading, lock in zip(observed.readings, locks, strict=False) if lock.value >= 1.0
    )
    return replace(observed, readings=kept)


def _locked(bench: Bench, timeout_s: float) -> bool:
    bench.part("reference").configure("discipline")
    for _ in range(1 + int(timeout_s // LOCK_LOOK_S)):
        if bench.look("reference") >= 1.0:
            return True
        bench.wait(LOCK_LOOK_S)
    return False


PROCEDURE = FrequencyCalibration(Path(__file__).parent)
