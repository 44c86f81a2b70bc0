"""The simulated bench: instruments, wirings, room, servers, and the truth about all of them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from calibrator_drivers.clock import RealClock
from calibrator_sim._address import Address
from calibrator_sim._config import BenchConfig, parse_bench
from calibrator_sim._defects import Defects
from calibrator_sim._errors import ServeError, UnknownWiringError, closest
from calibrator_sim._faults import FaultScript
from calibrator_sim._network import Network
from calibrator_sim._open_servers import Opened, open_servers, usual_transport
from calibrator_sim._snapshot import dump, fingerprint, load
from calibrator_sim._truth import Truth
from calibrator_sim._truths import Inputs, TrueOutput
from calibrator_sim.clock import ScaledClock, VirtualClock
from calibrator_sim.instruments import Device
from calibrator_sim.servers import Host, Outgoing, Served, TcpHost

__all__ = ["SimBench"]


class SimBench:
    """A running bench of simulated instruments behind real TCP servers.

    Example:
        >>> from calibrator_sim import SIMULATOR
        >>> import tomllib
        >>> bench = SIMULATOR.open(tomllib.loads(SIMULATOR.default_bench()), seed=7)
        >>> sorted(bench.resources), bench.wiring
        (['calibrator', 'meter'], '')
        >>> bench.close()
    """

    def __init__(
        self,
        config: BenchConfig,
        clock: VirtualClock | ScaledClock,
        *,
        host: str = "127.0.0.1",
        portmapper: bool = False,
    ) -> None:
        self._config = config
        self._clock = clock
        self._lock = clock.lock
        self._faults = FaultScript(config.faults, clock.bench_ns)
        self._defects = Defects()
        self._network = Network(config, clock.bench_ns, self._faults, self._defects)
        self._truth = Truth(self._network)
        self._fingerprint = fingerprint(config)
        self._virtual = clock if isinstance(clock, VirtualClock) else None
        self._host, self._opened = self._serve(host, portmapper)
        if config.wiring:
            self._network.connect(config.wiring)
        if self._virtual is not None:
            self._virtual.drain_with(self._host.drain)
        self._host.start()

    @classmethod
    def virtual(cls, bench: Mapping[str, Any], *, seed: int | None = None) -> SimBench:
        """Open a bench on a virtual clock.

        Raises:
            BenchFileError: a key, name or value that cannot be simulated.
        """
        config = parse_bench(bench, seed=seed)
        return cls(config, VirtualClock(config.start))

    @property
    def clock(self) -> VirtualClock | ScaledClock:
        """The bench's clock."""
        return self._clock

    @property
    def resources(self) -> Mapping[str, str]:
        """Resource of each instrument that has an address, by its name in the bench file.

        Of one on GPIB it names the gateway too; `opened` has both apart.
        """
        return MappingProxyType({name: opened.address for name, opened in self._opened.items()})

    @property
    def opened(self) -> Mapping[str, Opened]:
        """Resource, transport and bus of each instrument that has an address."""
        return MappingProxyType(self._opened)

    @property
    def failure(self) -> Exception | None:
        """The first defect of the simulator itself; None while there is none.

        The instrument concerned answers with an error or closes the connection; all others go on.
        """
        return self._defects.first

    @property
    def failures(self) -> tuple[Exception, ...]:
        """The first defects of the simulator itself, up to 20."""
        return self._defects.kept

    @property
    def config(self) -> BenchConfig:
        """What was taken from the bench file."""
        return self._config

    @property
    def wiring(self) -> str:
        """The wiring that is connected now; "" where nothing is."""
        return self._network.wiring

    def connect(self, wiring: str) -> None:
        """Do what an operator does who is asked to connect `wiring`.

        Raises:
            UnknownWiringError: the bench file has no such wiring.
        """
        if wiring not in self._config.wirings:
            raise UnknownWiringError(
                f'The bench "{self._config.name}" has no wiring "{wiring}"',
                where=f"wirings.{wiring}",
                way_out=closest(wiring, self._config.wirings),
            )
        with self._lock:
            self._host.drain()
            mistaken = self._faults.strike("wrong-wiring")
            self._network.connect(mistaken.wiring if mistaken else wiring)

    def environment(self) -> Mapping[str, float]:
        """Temperature in °C and relative humidity in % as a bench sensor shows them now.

        Keys: `temperature_c` (steps of 0.01 °C), `humidity_rh` (steps of 0.1 %).
        """
        room = self._config.room
        celsius = 23.0 + self._network.excess_c(self._clock.monotonic_ns())
        return {"temperature_c": round(celsius, 2), "humidity_rh": round(room.humidity_rh, 1)}

    def snapshot(self) -> str:
        """Return the bench's whole state at this moment as opaque text, time included."""
        with self._lock:
            self._host.drain()
            return dump(self._fingerprint, self._clock.bench_ns(), self._network, self._faults)

    def restore(self, snapshot: str) -> None:
        """Go back to the state of a snapshot, time included; what was in standby stays in standby.

        Raises:
            SnapshotError: the snapshot is of another bench or version, or no snapshot.
        """
        with self._lock:
            self._host.drain()
            self._clock.set(load(snapshot, self._fingerprint, self._network, self._faults))

    def close(self) -> None:
        """Stop the servers."""
        if self._virtual is not None:
            self._virtual.drain_with(None)
        self._host.close()

    def __enter__(self) -> SimBench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What the servers ask.

    def closes(self, device: Device) -> bool:
        """Let the script act as a message begins; say whether the connection breaks."""
        self._network.trip_due()
        return self._faults.closes(device)

    def refuses(self, device: Device) -> bool:
        """Say whether a new connection is refused now."""
        return self._faults.refuses(device)

    def mutes(self, device: Device) -> bool:
        """Say whether a request for service gets lost now."""
        return self._faults.mutes(device)

    def replies(self, device: Device, message: str, response: str, end: bytes) -> list[Outgoing]:
        """Return what goes out in place of a response."""
        return self._faults.replies(device, message, response, end)

    def _serve(self, host: str, portmapper: bool) -> tuple[Host, dict[str, Opened]]:
        """Open the servers; a served bench keeps the ports of its file."""
        tcp = TcpHost(self._lock, RealClock(), self._wait_s, host, self._defects)
        wanted: dict[str, tuple[Served, Address]] = {}
        for name, device in self._spoken().items():
            address = self._config.instruments[name].address
            transport = address.transport or usual_transport(device)
            port = 0 if self._virtual else address.port
            wanted[name] = (self._served(device), Address(transport, port, address.unit))
        try:
            return tcp, open_servers(tcp, host, RealClock(), wanted, portmapper=portmapper)
        except ServeError:
            tcp.close()
            raise

    def _spoken(self) -> dict[str, Device]:
        """Return the instruments that have an address, in the file's order."""
        instruments = self._config.instruments
        return {name: each for name, each in self._network.devices.items() if instruments[name].entry.home}

    def _served(self, device: Device) -> Served:
        advance = self._virtual.advance_to if self._virtual else None
        return Served(device, self, self._clock.bench_ns, advance, RealClock(), self._defects)

    def _wait_s(self, ns: int) -> float:
        speed = self._clock.speed if isinstance(self._clock, ScaledClock) else 1.0
        return (ns - self._clock.bench_ns()) / 1e9 / speed

    # What only proofs and tests may ask.

    def true_error(
        self,
        instrument: str,
        function: str,
        range_: float,
        value: float,
        *,
        at_ns: int | None = None,
        frequency_hz: float = 0.0,
    ) -> float:
        """Return a meter's error curve at a true value, before noise and quantisation.

        `range_` is the nominal range, `at_ns` the moment (now where None); in the function's unit. An
        alternating quantity has a `frequency_hz`.

        Raises:
            UnknownTruthError: the bench has no such meter, function or range.
        """
        with self._lock:
            self._host.drain()
            return self._truth.true_error(
                instrument, function, range_, value, at_ns, frequency_hz=frequency_hz
            )

    def true_output(self, instrument: str) -> TrueOutput:
        """Return what a calibrator's terminals really give now.

        Raises:
            UnknownTruthError: the bench has no such calibrator.
        """
        with self._lock:
            self._host.drain()
            return self._truth.true_output(instrument)

    def truth(self, node: str, *, at_ns: int | None = None) -> Mapping[str, float]:
        """Return the true quantities of a node (of a wiring or of `[simulation.nodes]`) at a moment.

        Names end in their unit, such as `voltage_v`; a quantity that nothing sets is missing.

        Raises:
            UnknownTruthError: the bench has no such node.
        """
        with self._lock:
            self._host.drain()
            return self._truth.node(node, at_ns)

    def inputs(
        self,
        function: str,
        value: float,
        range_: float,
        wiring: str,
        *,
        impedance_auto: bool = True,
        at_ns: int | None = None,
        frequency_hz: float = 0.0,
    ) -> Inputs:
        """Return the drawn inputs of a point in the procedure's names, for the pull of each budget line.

        Raises:
            UnknownTruthError: the bench has no such wiring, function or range.
        """
        with self._lock:
            self._host.drain()
            return self._truth.inputs(
                function,
                value,
                range_,
                wiring,
                impedance_auto=impedance_auto,
                at_ns=at_ns,
                frequency_hz=frequency_hz,
            )
