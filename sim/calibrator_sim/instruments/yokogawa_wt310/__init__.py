"""A simulated Yokogawa WT310."""

from __future__ import annotations

from calibrator_sim.instruments.yokogawa_wt310._meter import YokogawaWT310

__all__ = ["YokogawaWT310"]
