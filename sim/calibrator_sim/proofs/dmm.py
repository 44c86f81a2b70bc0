"""What is true of a multimeter on the simulated bench.

The measurand is the error of indication at the true value of the meter's terminals, at this temperature and
moment, before noise and quantisation.
"""

from __future__ import annotations

from collections.abc import Mapping

from calibrator_sim._bench import SimBench
from calibrator_sim.proofs import Asked, elsewhere

__all__ = ["EFFECTS", "WITHOUT_A_LINE", "truths"]

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
    "capacitance": "loads alternating volts only",
    "crest": "a direct quantity has no peaks",
    "keying": "nobody types: the meter has an interface",
    "unit_error": "it is the measurand",
    "temperature": "part of the truth at this temperature",
    "drift": "part of the truth at the moment; below 1/1000 of u within a run",
    "warm_up": "part of the truth at the moment, after the warm-up",
    "settling": "waited for: settled bit, minimum time and window",
    "hum": "rejected by whole power line cycles",
    "autozero": "autozero is on",
    "open_input": "no open input is read as a voltage",
}

# What acts at a point: of a source, and of a short or nothing at all.
_FROM_A_SOURCE = {
    "dcv": ("standard", "source_resistance", "leads", "loading", "emf"),
    "res4w": ("standard", "leakage", "emf", "test_current"),
    "res2w": ("standard", "leakage", "emf", "test_current", "leads"),
    "dci": ("standard",),
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
    return found | {"indication": true.true_value + true.uut_error, "result": true.uut_error}
