"""What is true of an energy meter in place on the simulated bench.

The measurand is the percentage error of its energy at the power factor of the load, which its gain and its
phase error make.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import TYPE_CHECKING, Any

from calibrator_sim.proofs import Asked, elsewhere

if TYPE_CHECKING:
    from calibrator_sim._bench import SimBench

__all__ = ["EFFECTS", "WITHOUT_A_LINE", "truths", "watch"]

METER, REFERENCE = "meter", "reference"  # names in the procedure's bench

EFFECTS = {
    "standard_error": "reference",
    "phase": "phase",
    "noise": "ratio",
}

WITHOUT_A_LINE = {
    **elsewhere("power"),
    "jitter": "in the scatter of the gates; the bench states none",
    "quantisation": "a gate is whole pulses; the reference's last digit is below the scatter of the gates",
    "load_variation": "the reference integrates the same load over the same gate",
    "keying": "nobody types: the instruments have interfaces",
    "unit_error": "it is the measurand",
    "temperature": "part of the truth at this temperature",
    "drift": "part of the truth at the moment; that of the reference is within its drawn error",
    "warm_up": "the reference is warm",
    "settling": "a gate begins when it is asked for",
}


def watch(bench: SimBench, reading: Mapping[str, Any]) -> Mapping[str, float]:
    """Return the error of the meter (%), and phase and integration errors of the reference, just now."""
    del reading
    return {
        "error": bench.true_error(METER, "energy", 1e9, 100.0),
        "phase": bench.true_error(REFERENCE, "phase", 0.0, 0.0),
        "integration": bench.true_error(REFERENCE, "integration", 0.0, 0.0),
    }


def truths(bench: SimBench, asked: Asked) -> Mapping[str, float]:
    """Return the true value of each line that acts at a point, and of the result."""
    seen = asked.seen["uut"]
    error = fmean(item["error"] for item in seen)
    phase = fmean(item["phase"] for item in seen)
    integration = fmean(item["integration"] for item in seen)
    power = asked.estimates["power"]
    tangent = asked.estimates["tangent"]
    reference = bench.true_error(REFERENCE, "ac_power", float(asked.settings["range_w"]), power)
    shown = 1.0 + reference / power + integration - phase * tangent
    return {
        "ratio": (1.0 + error / 100.0) / shown,
        "reference": reference,
        "integration": integration,
        "phase": phase,
        "result": error,
    }
