"""What is true of a multimeter on the simulated bench.

The measurand is the error of indication at the true value of the meter's terminals, at this temperature and
moment, before noise and quantisation; of an alternating quantity with what the meter's filter takes off.
"""

from __future__ import annotations

from collections.abc import Mapping

from calibrator_sim._bench import SimBench
from calibrator_sim.proofs import Asked, elsewhere

__all__ = ["EFFECTS", "NOT_SIMULATED", "POPULATIONS", "WITHOUT_A_LINE", "truths"]

# At 1000 V a 179 that reads 5 % high shows an overload, and twice its limits there are 4.6 %; T + 4 u of its
# points is less than that. Three limits would leave a point of every sixth run without a number.
POPULATIONS = {"fluke_179": {"error": "drawn", "population": "uniform", "width": 2.0}}

EFFECTS = {
    "standard_error": "standard",
    "emf": "emf",
    "leads": "leads",
    "leakage": "leakage",
    "loading": "loading",
    "source_resistance": "source_resistance",
    "noise": "indication",
    "quantisation": "indication",
}

WITHOUT_A_LINE = {
    **elsewhere("electrical"),
    "capacitance": "the budget takes what the bench has: 100 pF of meter and of leads, drawn by nobody",
    "crest": "direct quantities and sines: no peaks beyond what a true-rms meter is specified for",
    "keying": "a surprising number is looked at twice, and what is typed twice is taken",
    "unit_error": "it is the measurand",
    "temperature": "part of the truth at this temperature",
    "drift": "part of the truth at the moment; below 1/1000 of u within a run",
    "warm_up": "part of the truth at the moment, after the warm-up",
    "settling": "waited for: settled bit, minimum time and window",
    "hum": "rejected by whole power line cycles",
    "autozero": "autozero is on",
    "open_input": "no open input is read as a voltage",
    "flicker": "no reading integrates for longer than 10 cycles",
    "contact": "four wires, or within the figure of the leads: the bench states none",
    "common_mode": "the calibrator floats: the bench states none",
    "johnson": "no source here has 1 kohm or more",
    "absorption": "high ohms are read after they settled: the bench states none",
    "shunt_heating": "part of the truth at this current",
}

NOT_SIMULATED = {
    "input_conductance": "an alternating input of the bench has its nominal conductance",
    "capacitance": "meters and leads of the bench have their nominal capacitance",
}

# What a filter takes off a sine: at its lowest frequency, and of which lowest frequency it is.
_RIPPLE = 0.005
_FILTER_HZ = 20.0
_SLOW_HZ, _SLOW_BELOW_HZ = 3.0, 200.0  # which the drivers of bench meters choose

# What acts at a point: of a source, and of a short or nothing at all.
_FROM_A_SOURCE = {
    "dcv": ("standard", "source_resistance", "leads", "loading", "emf"),
    "res4w": ("standard", "leakage", "emf", "test_current"),
    "res2w": ("standard", "leakage", "emf", "test_current", "leads"),
    "dci": ("standard",),
    "acv": ("standard", "source_resistance", "leads"),
    "aci": ("standard",),
    "freq": ("standard",),
}
_FROM_NONE = {"dcv": ("emf",), "res4w": ("emf", "test_current"), "res2w": ("emf", "test_current", "leads")}


def truths(bench: SimBench, asked: Asked) -> Mapping[str, float]:
    """Return the true value of each line that acts at a point, and of the result."""
    fed = asked.applied is not None
    true = bench.inputs(
        asked.function,
        asked.nominal,
        asked.range,
        asked.wiring,
        impedance_auto=bool(asked.settings.get("high_impedance", True)),
        at_ns=asked.at_ns,
        frequency_hz=float(asked.settings.get("frequency_hz", 0.0)),
    )
    acting = (_FROM_A_SOURCE if fed else _FROM_NONE).get(asked.function, ())
    found: dict[str, float] = {name: getattr(true, name) for name in acting}
    # an indication before noise and quantisation, which is what its line is uncertain of
    indication = (true.true_value + true.uut_error) * (1.0 - _taken_off(asked))
    return found | {"indication": indication, "result": indication - true.true_value}


def _taken_off(asked: Asked) -> float:
    """Return which part of an alternating quantity the meter's filter takes off; it is the unit's own."""
    hertz = float(asked.settings.get("frequency_hz", 0.0))
    if not hertz:
        return 0.0
    slow = hertz < _SLOW_BELOW_HZ and not asked.settings.get("typed", False)
    return _RIPPLE * ((_SLOW_HZ if slow else _FILTER_HZ) / hertz) ** 2
