"""What is true of a dry block on the simulated bench.

The measurands: what the display shows less the true temperature at the bottom of the first boring, reached
from below; how a place differs from that; how the display's error differs on the way back; twice the standard
deviation of the rounds' true temperatures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from calibrator_sim._bench import SimBench
from calibrator_sim.proofs import Asked, elsewhere

__all__ = ["EFFECTS", "NOT_SIMULATED", "POPULATION", "RESULT_ONLY", "WITHOUT_A_LINE", "truths", "watch"]

RESULT_ONLY = True  # a guideline's lines for places stand for what the measurand leaves open
POPULATION = {"error": "inside", "width": 3.0}
_PROBE = "readout_1_"
_ROUND = 4  # readings of the standard in a round of the stability

EFFECTS = {
    "standard_error": "certificate",
    "noise": "difference",
    "quantisation": "difference",
}

NOT_SIMULATED = {
    "radial": "the display is judged at the bottom of the first boring; what other borings add is a result",
    "axial": "the same for other heights",
    "loading": "the same for a loaded block",
    "hysteresis": "the display is judged from below; the way back is a result",
    "fluctuation": "its slow part is in no single reading of ten minutes; a result of its own",
}

WITHOUT_A_LINE = {
    **elsewhere("thermal"),
    "ordering": "no thermocouple",
    "source_resistance": "no electrical source",
    "keying": "nobody types: block and readout have interfaces",
    "unit_error": "the block's error is drawn as its specification says: it is the measurand",
    "hysteresis": "part of the truth from below; on the way back a result of its own",
    "gradient": "zero at the bottom of the first boring; elsewhere results of their own",
    "block_load": "zero for one thermometer; loaded a result of its own",
    "self_heating": "within the certificate of the standard",
    "temperature": "no reading depends on the room but through the block's inhomogeneity",
    "drift": "a readout's is within its drawn error",
    "warm_up": "the instruments are warm",
    "settling": "waited for: the block's own word, a soak and a window of the standard's readings",
    "immersion": "a thin standard: the stem leads 1e-6 of the way from the room",
    "inhomogeneity": "no thermocouple",
    "cold_junction": "no thermocouple",
}


def watch(bench: SimBench, reading: Mapping[str, Any]) -> Mapping[str, float]:
    """Return what is true in the block while a reading is taken."""
    if reading.get("part", "uut") != "standard":  # the truth is asked of its moments only
        return {}
    return bench.truth(f"at_{bench.wiring}")


def truths(bench: SimBench, asked: Asked) -> Mapping[str, float]:
    """Return the true value of each line that acts at a point, and of the result."""
    del bench
    kind = str(asked.settings["result"])
    if kind == "stability":
        true = [item[f"{_PROBE}c"] for item in asked.seen["standard"]]
        spread = stdev(fmean(true[at : at + _ROUND]) for at in range(0, len(true), _ROUND))
        return {"spread": spread, "result": 2.0 * spread}
    if kind == "display":
        known = {key: _mean(asked, f"{_PROBE}{key}_k") for key in ("readout", "certificate", "drift")}
        result = _mean(asked, "display_k")
        return {**known, "difference": result - sum(known.values()), "result": result}
    other = asked.points[str(asked.settings["against"])]
    key = "display_k" if kind == "hysteresis" else f"{_PROBE}place_k"
    result = _mean(asked, key) - _mean(other, key)
    before = _shared(other, kind)
    return {"difference": before + result, "reference": before, "result": result}


def _shared(asked: Asked, kind: str) -> float:
    """Return what an observed difference shows without noise, with its sign."""
    known = sum(_mean(asked, f"{_PROBE}{key}_k") for key in ("readout", "certificate", "drift"))
    shown = _mean(asked, "display_k") - _mean(asked, f"{_PROBE}place_k") - known
    return shown if kind == "hysteresis" else -shown


def _mean(asked: Asked, key: str) -> float:
    seen: Sequence[Mapping[str, float]] = asked.seen["standard"]
    return fmean(item[key] for item in seen)
