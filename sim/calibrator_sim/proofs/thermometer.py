"""What is true of a platinum thermometer that is compared with a standard in a simulated bath.

The measurand is how far it is off the IEC 60751 curve at its own sensor's temperature, at 1 mA, in the order
of the points; of a change the difference of that between both visits. Read at two currents it is the error
without one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from calibrator_sim._bench import SimBench
from calibrator_sim.proofs import Asked, elsewhere

__all__ = ["EFFECTS", "NODE", "WITHOUT_A_LINE", "truths", "watch"]

NODE = "well"
_UUT, _STANDARD, _LOOP = "daq_101_", "readout_1_", "transmitter_"
_TWO_CURRENTS = "tweener_1_"  # a readout whose current can be chosen
_SPAN_K = 150.0  # of the transmitter
_PER_AMPERE = _SPAN_K / 0.016
_KNOWN = ("certificate", "drift", "self_heating")

EFFECTS = {
    "standard_error": "certificate",
    "self_heating": "self_heating",
    "gradient": "radial",
    "noise": "difference",
    "quantisation": "difference",
}

WITHOUT_A_LINE = {
    **elsewhere("thermal"),
    "ordering": "no thermocouple",
    "source_resistance": "no electrical source",
    "keying": "nobody types: the readouts have interfaces",
    "unit_error": "it is the measurand",
    "hysteresis": "part of the truth in the order of the points; on the way back a result of its own",
    "temperature": "no reading depends on the room but through the bath's inhomogeneity",
    "drift": "a readout's is within its drawn error",
    "warm_up": "the readouts are warm",
    "settling": "waited for: the bath's own word, a soak and a window of the standard's readings",
    "block_load": "the same for both thermometers in one bath",
    "immersion": "both at one depth of 300 mm: the stem leads 1e-6 of the way from the room",
    "inhomogeneity": "no thermocouple",
    "cold_junction": "no thermocouple",
}


def watch(bench: SimBench, reading: Mapping[str, Any]) -> Mapping[str, float]:
    """Return what is true in the bath, and of a transmitter's loop, while a reading is taken."""
    if reading.get("part", "uut") != "uut":  # the truth is asked of its moments only
        return {}
    seen = dict(bench.truth(NODE))
    if f"{_LOOP}c" in seen:
        celsius = seen[f"{_LOOP}c"]
        error_k = bench.true_error("transmitter", "temperature", _SPAN_K, celsius)
        loop_a = 0.004 + 0.016 * (celsius + error_k) / _SPAN_K
        seen[f"{_LOOP}error_k"] = error_k
        seen[f"{_LOOP}meter_a"] = bench.true_error("meter", "dci", 0.1, loop_a)
    return seen


def truths(bench: SimBench, asked: Asked) -> Mapping[str, float]:
    """Return the true value of each line that acts at a point, and of the result."""
    del bench
    against = str(asked.settings.get("against", ""))
    if against:
        earlier = asked.points[against]
        result = _error_k(asked) - _error_k(earlier)
        before = _error_k(earlier) + _shared_k(earlier)
        return {"difference": before + result, "earlier": before, "result": result}
    lines = _lines(asked)
    share = asked.estimates["share"]
    place = share * (lines["radial"] + lines["axial"])
    standard = lines["readout_standard"] + sum(lines[kind] for kind in _KNOWN)
    result = _error_k(asked)
    shown = result + _read_k(asked) - standard + place
    if "second_a" not in asked.settings:
        return {**lines, "difference": shown, "result": result}
    heated, other = (_mean(asked.seen["uut"], f"{_TWO_CURRENTS}{k}_k") for k in ("heated", "second_current"))
    second = shown - heated / asked.estimates["beyond"] + other
    return {
        **lines,
        "difference": shown,
        "second": second,
        "second_current": other,
        "result": result - heated,
    }


def _unit(asked: Asked) -> str:
    if "second_a" in asked.settings:
        return _TWO_CURRENTS
    return _LOOP if "loop_a" in asked.settings else _UUT


def _error_k(asked: Asked) -> float:
    return _mean(asked.seen["uut"], f"{_unit(asked)}error_k")


def _read_k(asked: Asked) -> float:
    """Return what reads the unit shows too much: a readout, or a meter in the loop."""
    if "loop_a" in asked.settings:
        return _PER_AMPERE * _mean(asked.seen["uut"], f"{_LOOP}meter_a")
    return _mean(asked.seen["uut"], f"{_unit(asked)}readout_k")


def _lines(asked: Asked) -> dict[str, float]:
    """Return the true errors of readouts, standard and place, the latter at the full span."""
    seen, unit = asked.seen["uut"], _unit(asked)
    scale = _mean(seen, f"{unit}share") / asked.estimates["share"]
    loop = "loop_a" in asked.settings
    return {
        **({"meter": _read_k(asked) / _PER_AMPERE} if loop else {"readout_uut": _read_k(asked)}),
        "readout_standard": _mean(seen, f"{_STANDARD}readout_k"),
        **{kind: _mean(seen, f"{_STANDARD}{kind}_k") for kind in _KNOWN},
        "radial": scale * _mean(seen, f"{unit}radial_k") - scale * _mean(seen, f"{_STANDARD}radial_k"),
        "axial": scale * _mean(seen, f"{unit}axial_k") - scale * _mean(seen, f"{_STANDARD}axial_k"),
    }


def _shared_k(asked: Asked) -> float:
    """Return what an observed difference holds beside the unit's error, without noise."""
    seen = asked.seen["uut"]
    place = _mean(seen, f"{_unit(asked)}c") - _mean(seen, f"{_STANDARD}c")
    standard = sum(_mean(seen, f"{_STANDARD}{kind}_k") for kind in ("readout", *_KNOWN))
    return _read_k(asked) - standard + place


def _mean(seen: Sequence[Mapping[str, float]], key: str) -> float:
    return fmean(item[key] for item in seen)
