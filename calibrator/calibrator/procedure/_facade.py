"""What `measure` sees of the world: a bench and the instruments that fill the procedure's roles."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from calibrator.procedure._text import Text

__all__ = ["Bench", "MeterHandle", "PartHandle", "SourceHandle"]


class SourceHandle(Protocol):
    """The procedure's view of a source: what is asked is recorded, limited and read back."""

    def stage(
        self,
        function: str,
        value: Decimal,
        unit: str,
        *,
        wires: int = 2,
        frequency_hz: float = 0.0,
        amplitude_v: float = 1.0,
    ) -> None:
        """Programme a value with the output in standby.

        `frequency_hz` is that of an alternating value (rms), `amplitude_v` (rms) that of a frequency.
        """
        ...


class MeterHandle(Protocol):
    """The procedure's view of a meter."""

    def configure(
        self,
        function: str,
        range_: Decimal,
        unit: str,
        *,
        nplc: float,
        wires: int = 2,
        high_impedance: bool = True,
        frequency_hz: float = 0.0,
        gate_s: float = 1.0,
        amplitude_v: float = 1.0,
    ) -> None:
        """Fix function, range and integration time.

        `frequency_hz` is that of an alternating signal; the range of a frequency is the expected value, and
        `gate_s` and `amplitude_v` (rms) belong to it.
        """
        ...


class PartHandle(Protocol):
    """The procedure's view of any instrument that fills a role of it; which, the wiring says.

    Every call is limited, recorded and, where something is set, read back. A setting that the wiring states
    for the part (`channels`) need not be given.
    """

    def stage(self, function: str, value: Decimal, unit: str, **settings: float) -> None:
        """Programme a value with the output off: "pressure" (Pa), "temperature" (degC), electrical ones.

        Settings: `slew` (units per second) of a pressure; those of `SourceHandle.stage` else.
        """
        ...

    def configure(self, function: str, **settings: float | str | bool) -> None:
        """Fix what the part measures and how.

        "pressure": range, absolute; nothing where there is nothing to be set. "temperature" on a readout:
        channel, probe, current_a where it can be chosen; of a block or bath its own display: nothing.
        "power", "power_factor",
        "apparent_power", "line_voltage", "line_current", "line_frequency": range_v, range_a, update_s.
        "mass", "energy", "pulses", "discipline" (1 while a reference is locked, stable and warm),
        "air_temperature", "air_humidity", "air_pressure": nothing. The electrical ones and "loop"
        (4 to 20 mA): as `MeterHandle.configure`, with `range`. Two parts may be one
        instrument: each reading sets again what its part was configured to.
        """
        ...

    def act(self, action: str) -> None:
        """Do one of the role's actions.

        "zero" and "tare" of a balance, "prepare_energy", "start_energy" and "stop_energy", "start_total" and
        "stop_total" of a pulse counter, "vent" of a pressure controller, "external_reference" and
        "internal_reference" of a counter or generator.
        """
        ...


class Bench(Protocol):
    """What `measure` sees; one real engine stands behind it, or one that only plans."""

    def part(self, name: str) -> PartHandle:
        """Return the instrument that fills a role of the procedure at this point.

        Raises `RunError` (code `no-part`) where the wiring names none.
        """
        ...

    def connect(self, wiring: str) -> None:
        """Have another wiring of the bench file connected within a section: a load, a depth, a polarity.

        The person is asked with the wiring's own title; nothing may be energised.
        """
        ...

    def ask(self, key: str, text: Text, *, number: bool = False, simulated: str = "yes") -> str:
        """Put a question and record the answer under `key` of the point; `number` takes a decimal only.

        `simulated` is what the operator of a simulated bench answers. An answer of "no" or "stop" to a
        question that takes no number ends the run.
        """
        ...

    def look(self, part: str = "uut") -> float:
        """Return one recorded reading that only decides what is done next; no result comes of it.

        A bench that only plans returns the point's nominal value: bound every loop that waits on it.
        """
        ...

    def prove(self, expected: float, *, tolerance: float = 0.01, part: str = "uut") -> None:
        """Look whether a part reads what a harmless level must show over the leads as they are now.

        For leads that change within a section (METROLOGY 3); `tolerance` is relative. Raises `RunError` (code
        `proof-failed`) where it does not, sign included.
        """
        ...

    def decide(self, what: str, **inputs: float | str | bool) -> None:
        """Record a decision of `measure` with what it was made from."""
        ...

    @property
    def source(self) -> SourceHandle:
        """The standard that fills the procedure's source role at this point."""
        ...

    @property
    def uut(self) -> MeterHandle:
        """The unit under test."""
        ...

    def energised(self, *, timeout_s: float | None = None) -> AbstractContextManager[None]:
        """Energise what was staged; on every way out an electrical output goes to standby.

        A pressure stays under control and a block stays on until the next point or the end of the section,
        still recorded as energised, and is made safe on every way out of the run.
        `timeout_s` is how long the source's own word that it has settled is waited for: None takes 15 s for
        electrical sources, 10 min for a pressure and 4 h for a temperature, 0 does not wait for it.
        """
        ...

    def settle(
        self,
        *,
        minimum_s: float,
        window: float,
        samples: int = 3,
        timeout_s: float = 120.0,
        part: str = "uut",
        every_s: float = 0.0,
    ) -> None:
        """Wait until `samples` successive readings of a part lie within `window` (in its unit).

        `every_s` is the time between two of them. Raises `RunError` with code `not-settled` after
        `timeout_s`. The samples are one recorded block.
        """
        ...

    def read(
        self, count: int, *, discard: int = 0, parts: Sequence[str] = ("uut",), every_s: float = 0.0
    ) -> None:
        """Record `count` rounds of readings after `discard` recorded and discarded ones.

        A round reads `parts` in their order, so that ("standard", "uut", "uut", "standard") is symmetric.
        """
        ...

    def wait(self, seconds: float) -> None:
        """Wait in engine time, with progress."""
        ...
