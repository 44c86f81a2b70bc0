"""What is true of a balance with weights on its pan.

The measurand is its error at the load, in the air and at the temperature of the moment, before creep, scatter
and rounding; of a corner what its place adds; of repeated placings how far their indications lay apart before
rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from calibrator_sim._bench import SimBench
from calibrator_sim.proofs import Asked, elsewhere

__all__ = ["EFFECTS", "NOT_SIMULATED", "POPULATION", "RESULT_ONLY", "WITHOUT_A_LINE", "truths", "watch"]

# Rounding and scatter of single placings have no one true value: no model leads from lines to the truth.
RESULT_ONLY = True

# A maker's figures are a fraction of the limits of OIML R 76-1: at three times them no unit comes near a
# limit, and METROLOGY 26 asks for a population that crosses them.
POPULATION = {"error": "drawn", "population": "uniform", "width": 12.0}

EFFECTS = {
    "standard_error": "weight",
    "buoyancy": "buoyancy",
    "convection": "convection",
    "noise": "repeatability",
    "quantisation": "rounding",
}

WITHOUT_A_LINE = {
    **elsewhere("mass"),
    "evaporation": "weights of steel lose nothing",
    "static": "weights of steel hold no charge",
    "unit_error": "it is the measurand",
    "linearity": "part of the measurand",
    "eccentricity": "a result of its own; the loads of errors stand at the centre",
    "barometer": "moves the air's density, which is part of the truth of the moment",
    "creep": "0.5 mg at full load with 120 s: some 0.02 mg when it is read, below a tenth of u",
    "zero_drift": "zero is set before each load, some seconds earlier",
    "draft": "the draft shield is shut",
    "temperature": "part of the truth at the temperature of the moment",
    "drift": "part of the truth at the moment; below 1/1000 of u within a run",
    "warm_up": "the balance has been on for a day",
    "settling": "the balance waits until it is stable",
    "keying": "the balance has an interface; what is typed of a scale is asked again where it is not likely",
}

NOT_SIMULATED = {
    "buoyancy": "bound of the guideline; the bench's weights have one density, 1.5e-6 g at 200 g",
    "convection": "bound of the guideline; the bench's weights are warmer by 0.1 K, 1e-5 g at 200 g",
    "drift": "weights keep their mass on the bench",
    "repeatability": "the scatter of one placing: no one true value belongs to it",
    "rounding": "no one true value belongs to it",
    "zero": "rounding of the zero: no one true value belongs to it",
}


def watch(bench: SimBench, reading: Mapping[str, Any]) -> Mapping[str, float]:
    """Return what is true of load and balance while a reading is taken."""
    del reading
    return bench.truth(bench.wiring)


def truths(bench: SimBench, asked: Asked) -> Mapping[str, float]:
    """Return the true value of each line that acts at a point, and of the result."""
    del bench
    (seen,) = asked.seen["uut"]
    test = asked.settings["test"]
    if test == "eccentricity":
        return {"result": seen["corner_g"]}
    if test == "repeatability":
        told = [
            other.seen["uut"][0]["told_g"]
            for other in asked.points.values()
            if other.settings["test"] == test and other.nominal == asked.nominal
        ]
        return {"result": max(told) - min(told)}
    return {"weight": seen["conventional_mass_g"], "result": seen["error_g"]}
