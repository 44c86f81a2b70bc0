"""What every simulated instrument offers to the servers and to the bench."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

from calibrator_sim._effects import Effects
from calibrator_sim._random import Draws
from calibrator_sim.instruments._line import Framing, SerialLine

if TYPE_CHECKING:
    from calibrator_sim._config import BenchConfig, InstrumentConfig, NodeConfig, UnitConfig
    from calibrator_sim._fault_script import Fault
    from calibrator_sim.nodes import Domain

__all__ = ["Device", "Outputs", "World"]


class World(Protocol):
    """What an instrument feels of the bench around it."""

    draws: Draws
    effects: Effects
    line_frequency_hz: float
    time_ns: Callable[[], int]
    config: BenchConfig
    wired_ns: int  # when the wiring was connected

    @property
    def devices(self) -> Mapping[str, Device]:
        """Every instrument that has an address, in the file's order."""
        ...

    def excess_c(self, ns: int) -> float:
        """Return how far the room was from 23 degC at a moment."""
        ...

    def room(self, ns: int) -> Mapping[str, float]:
        """Return the true room at a moment: `temperature_c`, `humidity_rh`, `pressure_pa`."""
        ...

    def connected(self, name: str, domain: str = "") -> tuple[NodeConfig, ...]:
        """Return the nodes that an instrument is joined to now, of one domain or of all."""
        ...

    def peers(self, name: str, node: NodeConfig, part: str = "") -> tuple[Device, ...]:
        """Return the other instruments on a node, or those that are a `source`, a `meter`, … there."""
        ...

    def domain(self, name: str) -> Domain:
        """Return the physics of a domain, made when it is first asked for."""
        ...

    def before_change(self) -> None:
        """Let running measurements finish what lies in the past before something changes."""
        ...

    def after_change(self) -> None:
        """Let sources react to what they now meet."""
        ...

    def trip_due(self) -> None:
        """Let the script's trips happen whose time has come; whoever looks at an output asks first."""
        ...

    def stuck(self, name: str) -> bool:
        """Say whether a fault keeps an instrument at its last reading."""
        ...

    def over_range(self, name: str) -> bool:
        """Say whether a fault makes an instrument show an overload."""
        ...

    def drift(self, name: str, ns: int) -> float:
        """Return by which fraction of its value a fault puts an instrument off at a moment."""
        ...

    def strike(self, kind: str, name: str) -> Fault | None:
        """Return the fault of a kind that strikes an instrument now, and count it."""
        ...


class Device(Protocol):
    """An instrument behind a server.

    Every member may be taken from `TextDevice`, which answers for what an instrument does not have.
    """

    name: str
    serial: str
    identity: str
    buffer_limit: int
    framing: Framing
    serial_line: SerialLine
    gpib_address: int
    echoes: bool

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        ...

    def respond(self, message: str) -> Generator[int | str, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns.

        A text that it yields is a line that goes out before the response.
        """
        ...

    def stream_due_ns(self) -> int | None:
        """Return when it may send a line that nobody asks for; None where it sends none."""
        ...

    def stream_line(self) -> str:
        """Return the line that it sends now, or nothing."""
        ...

    def status_byte(self, *, message_available: bool) -> int:
        """Return the status byte as a serial poll sees it, bit 6 being the master summary."""
        ...

    def service_mask(self) -> int:
        """Return which bits of the status byte ask for service (`*SRE`)."""
        ...

    def on_serial_line(self) -> None:
        """It hangs on a serial line, which cannot take control from its front panel."""
        ...

    def trigger_message(self) -> str:
        """Return the message that a group execute trigger stands for; empty where it does nothing."""
        ...

    def read_message(self) -> str | None:
        """Return the message that a read without one stands for; None where it stands for nothing."""
        ...

    def interrupted(self) -> None:
        """A message arrived before the last response was read."""
        ...

    def unterminated(self) -> None:
        """The client waits for a response to a message that it did not finish."""
        ...

    def overflowed(self) -> None:
        """The input buffer was full before a message ended."""
        ...

    def overflow_queue(self) -> None:
        """Fill the error queue up, as a fault asks."""
        ...

    def failed(self) -> bool:
        """A defect of the simulator ended a message; say whether the error queue tells the client.

        Where it does not, the connection is closed.
        """
        ...

    def abort(self) -> None:
        """The connection that waited for a measurement is gone, or the device was cleared."""
        ...

    def catch_up(self) -> None:
        """Finish what lies in the past, since something is about to change."""
        ...

    def react(self) -> None:
        """Feel what has changed around."""
        ...

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot: plain values only."""
        ...

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        ...


@runtime_checkable
class Outputs(Protocol):
    """An instrument whose output a fault can trip."""

    def operating(self) -> bool:
        """Say whether the output is on."""
        ...

    def trip(self) -> None:
        """Drop to standby with an error."""
        ...
