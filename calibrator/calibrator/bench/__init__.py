"""What a procedure's `measure` sees: one façade over instruments, one that only plans.

`SimulatedBench` and `Simulator` say what a simulator must offer; it is found through entry points and
loaded for simulated benches only.
"""

from __future__ import annotations

from calibrator.bench._desk import Desk
from calibrator.bench._drivers import configure_meter, stage_source, unit_of
from calibrator.bench._live import LiveBench
from calibrator.bench._parts import ELECTRICAL, act_part, configure_part, read_part, stage_part
from calibrator.bench._planning import PlannedActions, PlannedQuestion, PlannedStage, PlanningBench
from calibrator.bench._simulator import SimulatedBench, Simulator
from calibrator.bench._simulators import find_simulator

__all__ = [
    "ELECTRICAL",
    "Desk",
    "LiveBench",
    "PlannedActions",
    "PlannedQuestion",
    "PlannedStage",
    "PlanningBench",
    "SimulatedBench",
    "Simulator",
    "act_part",
    "configure_meter",
    "configure_part",
    "find_simulator",
    "read_part",
    "stage_part",
    "stage_source",
    "unit_of",
]
