"""What a simulator must offer to be found through the entry-point group `calibrator.simulators`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from calibrator_drivers.clock import Clock

__all__ = ["SimulatedBench", "Simulator"]


class SimulatedBench(Protocol):
    """A running bench of simulated instruments behind real protocol servers."""

    @property
    def clock(self) -> Clock:
        """The bench's clock: virtual when the bench runs in this process."""
        ...

    @property
    def resources(self) -> Mapping[str, str]:
        """VISA resource of each instrument by its name in the bench file."""
        ...

    @property
    def wiring(self) -> str:
        """The wiring that is connected now."""
        ...

    def connect(self, wiring: str) -> None:
        """Do what an operator does who is asked to connect `wiring`."""
        ...

    def environment(self) -> Mapping[str, float]:
        """Temperature in °C and relative humidity in % as a bench sensor shows them now.

        Keys: `temperature_c`, `humidity_rh`.
        """
        ...

    def snapshot(self) -> str:
        """The bench's whole state at this moment as opaque text, time included."""
        ...

    def restore(self, snapshot: str) -> None:
        """Go back to the state of a snapshot, time included, with no output energised that was not."""
        ...

    def close(self) -> None:
        """Stop the servers."""
        ...


class Simulator(Protocol):
    """The plug: opens benches. `bench` is the parsed bench file, `[simulation]` included."""

    def open(self, bench: Mapping[str, Any], *, seed: int | None = None) -> SimulatedBench:
        """Open a bench in this process on a virtual clock; `seed` overrides the file's."""
        ...

    def default_bench(self) -> str:
        """TOML text of the bench that `--sim` and `demo` use."""
        ...
