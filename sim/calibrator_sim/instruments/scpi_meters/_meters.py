"""What these meters take beyond, or otherwise than, a 34401A."""

from __future__ import annotations

from calibrator_sim.instruments.keysight_34401a import Keysight34401A

__all__ = ["Fluke8846A"]


class Fluke8846A(Keysight34401A):
    """A simulated 8846A."""

    model_id = "fluke_8846a"
