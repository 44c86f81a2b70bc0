"""The Truevolt meters as their servers see them."""

from __future__ import annotations

from typing import Any

from calibrator_sim.instruments.keysight_34401a import Keysight34401A
from calibrator_sim.instruments.keysight_truevolt._commands import add_fine, add_truevolt
from calibrator_sim.scpi import CommandTree

__all__ = ["Keysight34461A", "Keysight34465A", "Keysight34470A"]

_INSIDE_C = 12.0  # warmer inside than the room


class Keysight34461A(Keysight34401A):
    """A simulated 34461A; it tells its serial."""

    model_id = "keysight_34461a"
    has_serial_line = False

    def commands(self) -> CommandTree:
        """Return the model's command table."""
        tree = super().commands()
        add_truevolt(tree, self)
        return tree

    def inside_c(self) -> float:
        """Return the temperature inside."""
        return 23.0 + _INSIDE_C + self.world.excess_c(self.world.time_ns())


class Keysight34465A(Keysight34461A):
    """A simulated 34465A: apertures, self-calibration, internal temperature."""

    model_id = "keysight_34465a"

    def commands(self) -> CommandTree:
        """Return the model's command table."""
        tree = super().commands()
        add_fine(tree, self)
        return tree

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {**super().save(), "acal_c": self.physics.acal_c}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        super().load(state)
        self.physics.acal_c = state["acal_c"]


class Keysight34470A(Keysight34465A):
    """A simulated 34470A: 7.5 digits."""

    model_id = "keysight_34470a"
