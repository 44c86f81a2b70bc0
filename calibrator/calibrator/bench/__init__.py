"""What a procedure's `measure` sees: one façade over instruments, one that only plans.

`SimulatedBench` and `Simulator` say what a simulator must offer; it is found through entry points and
loaded for simulated benches only.
"""

from __future__ import annotations

from calibrator.bench._drivers import configure_meter, stage_source, unit_of
from calibrator.bench._live import Desk, LiveBench
from calibrator.bench._planning import PlannedActions, PlanningBench
from calibrator.bench._simulator import SimulatedBench, Simulator
from calibrator.bench._simulators import find_simulator

__all__ = [
    "Desk",
    "LiveBench",
    "PlannedActions",
    "PlanningBench",
    "SimulatedBench",
    "Simulator",
    "configure_meter",
    "find_simulator",
    "stage_source",
    "unit_of",
]
