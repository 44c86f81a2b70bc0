"""What is true of a calibrator that a reference multimeter measures on the simulated bench.

The measurand is what the calibrator is set to less what it gives, unloaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from calibrator_sim.proofs import Asked, elsewhere

if TYPE_CHECKING:
    from calibrator_sim._bench import SimBench

__all__ = ["EFFECTS", "POPULATION", "WITHOUT_A_LINE", "truths"]

# The unit is a source: uniform, one draw a function and range. METROLOGY 29 asks for T + 4 u at least, which
# is 6.2 T for a 5730A at 1000 V, whose limits are narrower than the meter's.
POPULATION = {"error": "inside", "width": 6.5}

EFFECTS = {
    "standard_error": "meter",  # in a transfer it is "reference", and "transfer" of the meter
    "emf": "emf",  # in a transfer "emf_change", what is left of it
    "leads": "leads",
    "leakage": "leakage",
    "loading": "loading",
    "source_resistance": "source_resistance",
    "noise": "indication",
    "quantisation": "indication",
}

WITHOUT_A_LINE = {
    **elsewhere("electrical"),
    "capacitance": "loads alternating volts only",
    "crest": "a direct quantity has no peaks",
    "keying": "nobody types: the instruments have interfaces",
    "unit_error": "it is the measurand",
    "temperature": "within the meter's specification at this temperature",
    "drift": "below 1/1000 of u within a run",
    "warm_up": "both have been on for hours",
    "settling": "waited for: settled bit, minimum time and window",
    "hum": "rejected by whole power line cycles",
    "autozero": "autozero is on",
    "open_input": "no open input is read as a voltage",
    "flicker": "the scatter of the readings holds what there is of it in 100 cycles",
    "contact": "resistance is measured with four wires",
    "common_mode": "both stand on one guard: the bench states none",
    "johnson": "no source here has 1 kohm or more",
    "absorption": "ohms are read after they settled: the bench states none",
    "shunt_heating": "no current is measured",
}

_CONNECTIONS = ("reference", "unit", "unit-swapped", "reference-swapped")  # of a transfer, in time
_ACTING = {
    "dcv": ("source_resistance", "leads", "loading", "emf"),
    "res4w": ("leakage",),
}


def truths(bench: SimBench, asked: Asked) -> Mapping[str, float]:
    """Return the true value of each line that acts at a point, and of the result."""
    if asked.settings.get("transfer"):
        return _compared(bench, asked)
    true = bench.inputs(
        asked.function,
        asked.nominal,
        float(asked.settings["meter_range"]),
        asked.wiring,
        impedance_auto=bool(asked.settings.get("high_impedance", True)),
        at_ns=asked.at_ns,
    )
    acting = _ACTING[asked.function] if asked.nominal else ("emf",)
    found: dict[str, float] = {name: getattr(true, name) for name in acting}
    seen = true.true_value + true.uut_error  # the reference's indication before noise
    if true.test_current:
        over = true.emf / true.test_current
        if "emf" in asked.estimates:  # the current flows one way
            found["emf"] = over
        else:  # offset compensation takes the EMF out
            seen -= over
    return found | {"indication": seen, "meter": true.uut_error, "result": -true.standard}


def _compared(bench: SimBench, asked: Asked) -> Mapping[str, float]:
    """Return what is true of a comparison: half the difference of what two ways round the leads bring.

    The meter's own errors count by how they differ from connection to connection, at their moments.
    """
    moments = asked.moments["uut"]
    count = len(moments) // 4
    found = [
        bench.inputs(
            asked.function,
            asked.nominal,
            float(asked.settings["meter_range"]),
            wiring,
            impedance_auto=bool(asked.settings.get("high_impedance", True)),
            at_ns=round(fmean(moments[place * count : (place + 1) * count])),
        )
        for place, wiring in enumerate(_CONNECTIONS)
    ]
    return {
        "leads": found[1].leads,
        "loading": found[1].loading,
        "reference": found[0].standard,
        "transfer": _of_four([one.uut_error for one in found]),
        "emf_change": _of_four([one.emf for one in found]),
        "difference": _of_four([one.true_value + one.uut_error for one in found]),
        "result": -found[1].standard,
    }


def _of_four(values: Sequence[float]) -> float:
    """Return half the difference of unit and unit swapped, less that of reference and reference swapped."""
    its, own, back, its_back = values
    return 0.5 * ((own - back) - (its - its_back))
