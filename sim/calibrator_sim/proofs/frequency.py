"""What is true of a time base on the simulated bench.

The measurand is the deviation of the unit's time base times the frequency, at the middle of the readings.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import TYPE_CHECKING, Any

from calibrator_sim._errors import UnknownTruthError
from calibrator_sim.proofs import Asked, elsewhere

if TYPE_CHECKING:
    from calibrator_sim._bench import SimBench

__all__ = ["EFFECTS", "POPULATION", "WITHOUT_A_LINE", "truths", "watch"]

# Generators and counters alike: uniform over three times their limits (METROLOGY 29).
POPULATION = {"error": "inside", "population": "uniform", "width": 3.0}

EFFECTS = {
    "standard_error": "reference",
    "noise": "indication",
    "quantisation": "indication",
}

WITHOUT_A_LINE = {
    **elsewhere(),
    "keying": "nobody types: the instruments have interfaces",
    "unit_error": "it is the measurand",
    "temperature": "part of the truth at this temperature",
    "drift": "part of the truth at the moment",
    "warm_up": "part of the truth at the moment, after the warm-up",
    "settling": "an oscillator is a day on; a gate begins when it is asked for",
}

LINE, UNIT = "line", "unit"  # names in the procedure's benches


def watch(bench: SimBench, reading: Mapping[str, Any]) -> Mapping[str, float]:
    """Return what a generator under test really gives while it is counted; nothing for a counter."""
    del reading
    try:
        return {"hz": bench.true_output(UNIT).frequency_hz}
    except UnknownTruthError:  # a counter gives nothing
        return {}


def truths(bench: SimBench, asked: Asked) -> Mapping[str, float]:
    """Return the true value of each line that acts at a point, and of the result."""
    reference = bench.truth(LINE, at_ns=asked.at_ns)["mean_deviation"]
    if asked.settings["unit"] == "counter":
        true = asked.nominal * (1.0 + reference)
        error = bench.true_error(UNIT, "freq", asked.range, true, at_ns=asked.at_ns)
        return {"indication": true + error, "reference": reference, "result": error}
    given = fmean(seen["hz"] for seen in asked.seen["uut"])
    return {
        "indication": given / (1.0 + reference),
        "reference": reference,
        "result": asked.estimates["applied"] - given,
    }
