"""The load as it is: wait until it lies in the point's window, and see that it stays there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator.procedure import Bench, Point

__all__ = ["Window", "window_of"]


@dataclass(frozen=True, slots=True)
class Window:
    """What a load must be like for a point; nobody sets it."""

    power_w: tuple[float, float]
    factor: tuple[float, float]
    stable: float  # largest relative change of the power from one look to the next
    looks: int  # successive ones that must hold
    every_s: float
    timeout_s: float

    def wait(self, bench: Bench) -> bool:
        """Look until the load has held for the wanted number of looks; say whether it ever did."""
        held, before = 0, 0.0
        for _ in range(max(self.looks, int(self.timeout_s // max(self.every_s, 1e-3)))):
            watts, factor = self.look(bench)
            steady = not held or abs(watts - before) <= self.stable * abs(before)
            held = held + 1 if self.holds(watts, factor) and steady else 0
            before = watts
            if held >= self.looks:
                bench.decide("the load is in the window", power_w=watts, factor=factor)
                return True
            bench.wait(self.every_s)
        bench.decide("the load did not come into the window", power_w=before)
        return False

    def look(self, bench: Bench) -> tuple[float, float]:
        """Return power (W) and power factor of this moment."""
        return bench.look("power"), bench.look("factor")

    def holds(self, watts: float, factor: float) -> bool:
        """Say whether a load lies in the window."""
        return self.power_w[0] <= watts <= self.power_w[1] and self.factor[0] <= factor <= self.factor[1]


def window_of(point: Point) -> Window:
    """Return the window of a point's settings."""
    settings = point.settings
    return Window(
        (float(settings["power_low_w"]), float(settings["power_high_w"])),
        (float(settings["factor_low"]), float(settings["factor_high"])),
        float(settings["stable"]),
        int(settings["looks"]),
        float(settings["look_s"]),
        float(settings["window_timeout_s"]),
    )
