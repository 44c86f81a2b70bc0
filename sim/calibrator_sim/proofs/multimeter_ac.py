"""What is true of the 34401A's alternating quantities, frequency and two-wire resistance: as for `dmm`."""

from __future__ import annotations

from calibrator_sim.proofs.dmm import EFFECTS as _EFFECTS
from calibrator_sim.proofs.dmm import NOT_SIMULATED, truths
from calibrator_sim.proofs.dmm import WITHOUT_A_LINE as _WITHOUT_A_LINE

__all__ = ["EFFECTS", "NOT_SIMULATED", "WITHOUT_A_LINE", "truths"]

_ALTERNATING = (
    "of an alternating input it is nominal, and the budget takes that; no direct voltage is measured"
)
EFFECTS = {effect: line for effect, line in _EFFECTS.items() if effect != "loading"}
WITHOUT_A_LINE = {**_WITHOUT_A_LINE, "loading": _ALTERNATING}
