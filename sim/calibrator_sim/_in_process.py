"""A bench without servers: bytes go in and out by calls, so that thousands of runs cost little."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from calibrator_drivers.clock import RealClock
from calibrator_sim._address import Address
from calibrator_sim._bench import SimBench
from calibrator_sim._config import BenchConfig, parse_bench
from calibrator_sim._open_servers import Opened, open_servers, usual_transport
from calibrator_sim.clock import VirtualClock
from calibrator_sim.instruments import HartDevice, ModbusDevice
from calibrator_sim.servers import Exchange, Host, Served, TcpHost

__all__ = ["InProcessBench", "Pipe"]


class Pipe:
    """One connection to an instrument: what is fed is carried out before `feed` returns.

    The session is the one that a TCP connection has, so framing, SCPI, faults and times are the same. A reply
    that a fault delays by real time is lost here, for nobody waits.
    """

    def __init__(self, served: Served) -> None:
        self._session = Exchange(served)

    @property
    def broken(self) -> bool:
        """Whether a fault has closed the connection."""
        return self._session.broken

    def feed(self, data: bytes) -> bytes:
        """Take bytes from the client; return what goes out."""
        return b"".join([item.data for item in self._session.feed(data) if item.delay_s <= 0.0])

    def close(self) -> None:
        """The connection is gone."""
        self._session.end_of_input()
        self._session.close()


class InProcessBench(SimBench):
    """A bench on a virtual clock whose instruments are reached through `pipes`.

    Instruments that speak Modbus or HART keep their servers, for their frames have no pipe.

    Example:
        >>> import tomllib
        >>> from calibrator_sim import SIMULATOR
        >>> bench = SIMULATOR.open_in_process(tomllib.loads(SIMULATOR.default_bench()), seed=7)
        >>> bench.pipes["meter"]().feed(b"*IDN?\\n")[:27]
        b'HEWLETT-PACKARD,34401A,0,11'
        >>> bench.close()
    """

    def __init__(self, config: BenchConfig) -> None:
        self._pipes: dict[str, Callable[[], Pipe | None]] = {}
        super().__init__(config, VirtualClock(config.start))

    @classmethod
    def of(cls, bench: Mapping[str, Any], *, seed: int | None = None) -> InProcessBench:
        """Open a parsed bench file.

        Raises:
            BenchFileError: a key, name or value that cannot be simulated.
        """
        return cls(parse_bench(bench, seed=seed))

    @property
    def pipes(self) -> Mapping[str, Callable[[], Pipe | None]]:
        """What makes a connection to each instrument that takes messages; None is a refusal."""
        return MappingProxyType(self._pipes)

    def _serve(self, host: str, portmapper: bool) -> tuple[Host, dict[str, Opened]]:
        opened: dict[str, Opened] = {}
        framed: dict[str, tuple[Served, Address]] = {}
        for name, device in self._spoken().items():
            served = self._served(device)
            if isinstance(device, ModbusDevice | HartDevice):
                framed[name] = served, Address(usual_transport(device), 0, "")
            else:
                self._pipes[name] = partial(_connect, served)
                opened[name] = Opened(f"MEMORY::{id(self):x}/{name}::INSTR", "memory")
        if not framed:
            return _Nobody(), opened
        tcp = TcpHost(self._lock, RealClock(), self._wait_s, host, self._defects)
        opened |= open_servers(tcp, host, RealClock(), framed)
        return tcp, {name: opened[name] for name in self._spoken()}


class _Nobody:
    """Satisfies `Host` where every instrument has a pipe: what was sent is carried out already."""

    def start(self) -> None:
        """Nothing runs by itself."""

    def drain(self) -> None:
        """Nothing is in flight."""

    def close(self) -> None:
        """Nothing is open."""


def _connect(served: Served) -> Pipe | None:
    return None if served.replies.refuses(served.device) else Pipe(served)
