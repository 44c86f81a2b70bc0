"""What is true of a thermocouple that is compared with a standard in a simulated block.

The measurand is how far it is off its reference function at its own measuring junction, its wires uniform,
its reference junction at the readout's terminals; of another depth what the wires' inhomogeneity changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Any

from calibrator_sim._bench import SimBench
from calibrator_sim.proofs import Asked, elsewhere

__all__ = ["EFFECTS", "POPULATION", "WITHOUT_A_LINE", "truths", "watch"]

_STANDARD = "readout_1_"
_UUT = {kind: f"daq_{channel}_" for channel, kind in enumerate("KJNTESRB", start=101)}  # of our benches
_KNOWN = ("certificate", "drift")

POPULATION = {"error": "drawn", "width": 6.0}  # wires up to 0.6 % off: beyond the class at 400 degC

EFFECTS = {
    "standard_error": "certificate",
    "gradient": "radial",
    "noise": "difference",
    "quantisation": "difference",
    "cold_junction": "junction",
    "inhomogeneity": "inhomogeneity",
}

WITHOUT_A_LINE = {
    **elsewhere("thermal"),
    "ordering": "the bench's couples are as made: it states none",
    "source_resistance": "no electrical source",
    "keying": "nobody types: the readouts have interfaces",
    "unit_error": "it is the measurand",
    "hysteresis": "the block's is the same for both; temperatures rise only",
    "temperature": "no reading depends on the room but through the block's inhomogeneity",
    "drift": "a readout's is within its drawn error",
    "warm_up": "the readouts are warm",
    "settling": "waited for: the block's own word, a soak and a window of the standard's readings",
    "block_load": "the same for both",
    "immersion": "thin probes: the stem leads 1e-8 of the way from the room",
    "self_heating": "within the certificate of the standard",
}


def watch(bench: SimBench, reading: Mapping[str, Any]) -> Mapping[str, float]:
    """Return what is true in the block while a reading is taken."""
    if reading.get("part", "uut") != "uut":  # the truth is asked of its moments only
        return {}
    return bench.truth(f"at_{bench.wiring}")


def truths(bench: SimBench, asked: Asked) -> Mapping[str, float]:
    """Return the true value of each line that acts at a point, and of the result."""
    del bench
    against = str(asked.settings.get("against", ""))
    if against:
        first = asked.points[against]
        lever = first.estimates["lever"]
        moved = lever * (_mean(asked, f"{_uut(asked)}place") - _mean(first, f"{_uut(asked)}place"))
        scale = _mean(asked, f"{_uut(asked)}share") / asked.estimates["share"]
        slope = scale * (_mean(asked, f"{_uut(asked)}axial_k") - _mean(first, f"{_uut(asked)}axial_k"))
        before = _shown(first)
        shown = before + moved + asked.estimates["share"] * slope
        return {"difference": shown, "reference": before, "axial_move": slope, "result": moved}
    lines = _lines(asked)
    return {**lines, "difference": _shown(asked), "result": _mean(asked, f"{_uut(asked)}error_k")}


def _lines(asked: Asked) -> dict[str, float]:
    """Return the true errors of readouts, standard, junction, wires, and place at the full span."""
    scale = _mean(asked, f"{_uut(asked)}share") / asked.estimates["share"]
    return {
        "readout_uut": _mean(asked, f"{_uut(asked)}readout_k"),
        "junction": _mean(asked, f"{_uut(asked)}junction_k"),
        "inhomogeneity": _mean(asked, f"{_uut(asked)}place"),
        "readout_standard": _mean(asked, f"{_STANDARD}readout_k"),
        **{kind: _mean(asked, f"{_STANDARD}{kind}_k") for kind in _KNOWN},
        "radial": scale * (_mean(asked, f"{_uut(asked)}radial_k") - _mean(asked, f"{_STANDARD}radial_k")),
        "axial": scale * (_mean(asked, f"{_uut(asked)}axial_k") - _mean(asked, f"{_STANDARD}axial_k")),
    }


def _shown(asked: Asked) -> float:
    """Return unit minus standard as the readouts would show it without noise, by the model."""
    lines, known = _lines(asked), asked.estimates
    standard = lines["readout_standard"] + sum(lines[kind] for kind in _KNOWN)
    shown = _mean(asked, f"{_uut(asked)}error_k") + lines["readout_uut"]
    shown += known["junction_ratio"] * lines["junction"] + known["lever"] * lines["inhomogeneity"]
    return shown - standard + known["share"] * (lines["radial"] + lines["axial"])


def _uut(asked: Asked) -> str:
    return _UUT[str(asked.settings["type"])]


def _mean(asked: Asked, key: str) -> float:
    return fmean(item[key] for item in asked.seen["uut"])
