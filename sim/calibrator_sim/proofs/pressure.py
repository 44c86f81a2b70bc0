"""What is true of a gauge or transmitter on a simulated controller.

The measurand is the mean of up and down of what the unit shows after the dwell, less the true pressure at its
own level: curve, lag and creep, before noise and rounding; of hysteresis the difference of both ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import Any

from calibrator_sim._bench import SimBench
from calibrator_sim.proofs import Asked, elsewhere

__all__ = ["EFFECTS", "NOT_SIMULATED", "POPULATIONS", "RESULT_ONLY", "WITHOUT_A_LINE", "truths", "watch"]

# The pointer rests on a stop 0.5 bar beyond its span on either side: three limits of class 1.6 are 0.48 bar,
# and with parallax and hysteresis the stop is what is read, no longer the error. Two limits leave room.
POPULATIONS = {"hydraulic_gauge_10bar": {"error": "drawn", "population": "uniform", "width": 2.0}}

# The lines of the guideline are widths of what was seen: no model leads from them to the truth.
RESULT_ONLY = True

EFFECTS = {
    "standard_error": "standard",
    "head": "column",
    "hysteresis": "hysteresis",
    "noise": "noise",
    "quantisation": "resolution",
    "parallax": "reading",
}

WITHOUT_A_LINE = {
    **elsewhere("pressure"),
    "unit_error": "it is the measurand",
    "friction": "a pointer is tapped before the reading that counts",
    "hart_ripple": "1 uA at most, in the scatter of the readings, while a frame is on the loop",
    "creep": "part of what is shown after the dwell: cancels in the mean of both ways, is within hysteresis",
    "barometer": "gauge pressure: air on both sides of the sensor",
    "line_leak": "the controller is on while readings are taken",
    "adiabatic": "the controller is on while readings are taken",
    "keying": "a surprising number is looked at twice, and what is typed twice is taken",
    "temperature": "part of the truth at the temperature of the moment",
    "drift": "part of the truth at the moment; below 1/1000 of u within a run",
    "warm_up": "the controller has been on",
    "settling": "waited for: three looks at the controller, then the dwell",
}

NOT_SIMULATED = {
    "hysteresis": "width h of the guideline: what one reading differs from the mean; none of the mean itself",
    "zero": "width f0 of the guideline: what hysteresis and noise do at zero",
    "repeatability": "width b' of the guideline: what noise does between series",
    "reproducibility": "width b of the guideline: mounting leaves a gauge of the bench as it is",
    "column": "bound for rooms within 5 K and air within 20 hPa; the bench's room is steady",
    "meter": "a meter's error is of its range, and drawn of it; no part of the readings tells it apart",
    "height": "the bench has the height that its file states",
    "noise": "the mean of many looks: no one true value belongs to it",
    "resolution": "rounding: no one true value belongs to it",
    "reading": "parallax of single looks: no one true value belongs to it",
}


def watch(bench: SimBench, reading: Mapping[str, Any]) -> Mapping[str, float]:
    """Return what is true of controller and unit while a reading is taken."""
    del reading
    node = bench.config.wirings[bench.wiring]
    known = bench.truth(bench.wiring)
    found = {"source_pa": known["gauge_pressure_pa"], "standard_pa": known[f"{node.source}_error_pa"]}
    own = f"{node.meter}_"
    return found | {key.removeprefix(own): true for key, true in known.items() if key.startswith(own)}


def truths(bench: SimBench, asked: Asked) -> Mapping[str, float]:
    """Return the true value of each line that acts at a point, and of the result."""
    del bench
    lag = _shown(asked, "down") - _shown(asked, "up")
    if asked.settings["result"] == "hysteresis":
        return {"result": lag}
    seen = [item for way in ("up", "down") for item in _seen(asked, way)]
    known = {"standard": fmean(item["standard_pa"] for item in seen)}
    return known | {"result": (_shown(asked, "up") + _shown(asked, "down")) / 2}


def _shown(asked: Asked, direction: str) -> float:
    """Return the true error in the unit of a result, mean of the visits of one direction."""
    seen = _seen(asked, direction)
    if asked.unit == "A":
        return fmean(item["loop_error_a"] for item in seen)
    return fmean(item["error_pa"] + item["lag_pa"] + item["creep_pa"] for item in seen)


def _seen(asked: Asked, direction: str) -> list[Mapping[str, float]]:
    """Return what was true at the readings of a point's pressure on the way up or down."""
    return [
        item
        for visit in asked.points.values()
        if visit.settings.get("visit") == direction
        and visit.settings["pressure_pa"] == asked.settings["pressure_pa"]
        for item in visit.seen["uut"]
    ]
