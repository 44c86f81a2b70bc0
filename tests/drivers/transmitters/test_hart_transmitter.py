"""The exact frames between the driver and a transmitter, and a loop whose current a meter reads."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, OutOfLimits, ReadbackError, open_instrument
from calibrator_drivers.clock import RealClock
from calibrator_drivers.roles import MeasureCurrentDC, MeasurePressure
from calibrator_drivers.transmitters import HartTransmitter, LoopScale, loop_fault
from calibrator_sim import SIMULATOR, SimBench

LONG = bytes.fromhex("be01000001")  # master bit, manufacturer 3E, type 1, device 1
OK = bytes(2)
IDENTITY = bytes([254, 0x3E, 1, 5, 5, 1, 7, 0, 0, 0, 0, 1])
RANGE_KPA = bytes([1, 0, 12]) + struct.pack(">fff", 700.0, 0.0, 0.4) + bytes([0, 0x3E])


def framed(head: int, address: bytes, command: int, data: bytes) -> bytes:
    body = bytes([head]) + address + bytes([command, len(data)]) + data
    parity = 0
    for byte in body:
        parity ^= byte
    return b"\xff" * 5 + body + bytes([parity])


class Scripted:
    """A modem that accepts one exchange of frames after the other, byte for byte."""

    def __init__(self, exchanges: list[tuple[int, bytes, bytes, bytes]]) -> None:
        self.wrong: list[tuple[bytes, bytes]] = []
        self.left = list(exchanges)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.resource = f"HART::socket://127.0.0.1:{self._server.getsockname()[1]}::0"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with suppress(OSError):
            connection, _ = self._server.accept()
            with connection:
                while self.left:
                    command, data, status, answer = self.left[0]
                    short = command == 0
                    address = b"\x80" if short else LONG
                    expected = framed(0x02 if short else 0x82, address, command, data)
                    came = b""
                    while len(came) < len(expected):
                        came += connection.recv(len(expected) - len(came))
                    if came != expected:
                        self.wrong.append((came, expected))
                    self.left.pop(0)
                    connection.sendall(framed(0x06 if short else 0x86, address, command, status + answer))
                connection.recv(1)

    def close(self) -> None:
        self._server.close()
        self._thread.join(timeout=30.0)


@pytest.fixture
def loop() -> Iterator[Callable[..., tuple[HartTransmitter, Scripted]]]:
    opened: list[Any] = []

    def opener(*exchanges: tuple[int, bytes, bytes, bytes]) -> tuple[HartTransmitter, Scripted]:
        modem = Scripted([(0, b"", OK, IDENTITY), *exchanges])
        transmitter = open_instrument("transmitter_4_20ma", modem.resource, clock=RealClock())
        assert isinstance(transmitter, HartTransmitter)
        opened.extend((transmitter, modem))
        assert transmitter.identify().serial == "1"
        return transmitter, modem

    yield opener
    for each in opened:
        each.close()


def done(modem: Scripted) -> None:
    assert modem.wrong == []
    assert modem.left == []


def test_a_pressure_comes_with_its_unit(loop: Callable[..., Any]) -> None:
    psi = bytes([6]) + struct.pack(">f", 100.0)
    transmitter, modem = loop((1, b"", OK, psi), (2, b"", OK, struct.pack(">ff", 12.0, 50.0)))
    assert isinstance(transmitter, MeasurePressure)
    found = transmitter.read()
    assert found.value == pytest.approx(689475.7293168)
    assert (found.raw, found.unit) == (psi.hex(), "Pa")
    assert transmitter.reported_current_a() == pytest.approx(0.012)
    done(modem)


def test_its_range_is_read_held_and_written(loop: Callable[..., Any]) -> None:
    written = struct.pack(">Bff", 12, 500.0, 0.0)
    narrower = bytes([1, 0, 12]) + struct.pack(">fff", 500.0, 0.0, 0.4) + bytes([0, 0x3E])
    transmitter, modem = loop(
        (15, b"", OK, RANGE_KPA),
        (15, b"", OK, RANGE_KPA),
        (35, written, OK, written),
        (15, b"", OK, narrower),
        (35, written, OK, written),
        (15, b"", OK, RANGE_KPA),
    )
    transmitter.configure_pressure(700e3, absolute=False)
    with pytest.raises(OutOfLimits, match="write_range"):
        transmitter.configure_pressure(1e6, absolute=False)
    transmitter.write_range(0.0, 500e3)
    with pytest.raises(ReadbackError, match="write protection"):
        transmitter.write_range(0.0, 500e3)
    done(modem)


def test_a_fixed_current_is_released_on_every_way_out(loop: Callable[..., Any]) -> None:
    four, none = struct.pack(">f", 4.0), struct.pack(">f", 0.0)
    free = (2, b"", OK, struct.pack(">ff", 4.1, 0.6))
    transmitter, modem = loop(
        (40, four, bytes([0, 8]), four),
        (45, struct.pack(">f", 4.002), bytes([0, 8]), struct.pack(">f", 4.002)),
        (40, none, OK, none),
        free,
        (40, four, bytes([0, 8]), struct.pack(">f", 5.0)),
        (40, none, OK, none),
        free,
        (40, none, OK, none),
        (2, b"", bytes([0, 8]), struct.pack(">ff", 4.0, 0.0)),
    )

    def interrupted() -> None:
        with transmitter.fixed_current(0.004):
            transmitter.trim_loop(0.004002, at_ma=4)
            raise RuntimeError("the meter lost its power")

    with pytest.raises(RuntimeError, match="power"):
        interrupted()
    with pytest.raises(ReadbackError, match="5 mA"), transmitter.fixed_current(0.004):
        pytest.fail("never fixed")
    with pytest.raises(ReadbackError, match="measures nothing"):
        transmitter.release()
    done(modem)


def test_a_refusal_is_an_error(loop: Callable[..., Any]) -> None:
    transmitter, modem = loop(
        (43, b"", bytes([3, 0]), b""), (41, b"", bytes([0, 0x80]), b""), (43, b"", OK, b"")
    )
    with pytest.raises(InstrumentReportedError, match="value too large"):
        transmitter.set_zero()
    assert transmitter.self_test() == (False, "80")
    transmitter.set_zero()
    done(modem)


def test_the_loop_by_its_formulas() -> None:
    scale = LoopScale(0.0, 700e3)
    assert scale.current_a(0.0) == 0.004
    assert scale.error_percent(0.012016, 350e3) == pytest.approx(0.1)
    flow = LoopScale(0.0, 10e3, square_root=True)
    assert flow.current_a(2.5e3) == pytest.approx(0.012)
    assert flow.pressure_pa(0.012) == pytest.approx(2.5e3)
    # NAMUR NE 43
    assert [loop_fault(ma / 1e3) for ma in (3.6, 3.7, 3.8, 20.5, 20.7, 21.0)] == [
        "fault",
        "saturated",
        "",
        "",
        "saturated",
        "fault",
    ]


BENCH = {
    "name": "transmitter",
    "instruments": {
        "pace": {"model": "druck_pace5000", "serial": "SIMPACE01", "options": ["CM2"]},
        "tx": {"model": "transmitter_4_20ma", "serial": "SIMTX000007"},
        "meter": {"model": "keysight_34401a", "serial": "SIM34401001"},
    },
    "wirings": {"loop": {"from": "tx", "to": "meter", "terminals": "aux-current"}},
    "simulation": {
        "seed": 6,
        "wiring": "loop",
        "nodes": {"line": {"domain": "pressure", "joins": ["pace", "tx"]}},
    },
}


def test_a_transmitter_on_the_bench_its_current_read_by_a_meter() -> None:
    with SIMULATOR.open(BENCH) as bench:
        pace: Any = open_instrument("druck_pace5000", bench.resources["pace"], clock=bench.clock)
        meter = open_instrument("keysight_34401a", bench.resources["meter"], clock=bench.clock)
        tx: Any = open_instrument("transmitter_4_20ma", bench.resources["tx"], clock=bench.clock)
        assert tx.identify().serial == "7"
        tx.write_range(0.0, 700e3)
        assert isinstance(meter, MeasureCurrentDC)
        meter.configure_current_dc(0.1, nplc=10)
        pace.set_slew(20e3)
        scale = tx.scale()
        for pressure in (0.0, 350e3, 700e3):
            pace.stage_pressure(pressure)
            pace.operate()
            pace.wait_settled(300.0)
            bench.clock.sleep(30.0)
            digital, current = tx.read().value, meter.read().value
            assert digital == pytest.approx(pressure, abs=0.0014 * 1e6)
            assert abs(scale.error_percent(current, pressure)) < 0.3
            assert current == pytest.approx(scale.current_a(digital), abs=30e-6)
        pace.make_safe()
        trimmed(bench, tx, meter)
        for each in (pace, meter, tx):
            each.close()


def trimmed(bench: SimBench, tx: HartTransmitter, meter: Any) -> None:
    """Trim the loop by the meter: afterwards 4 mA and 20 mA are what the meter calls so."""
    for at_ma in (4, 20):
        with tx.fixed_current(at_ma * 1e-3):
            bench.clock.sleep(2.0)
            tx.trim_loop(meter.read().value, at_ma=at_ma)
    for at_ma in (4, 20):
        with tx.fixed_current(at_ma * 1e-3):
            bench.clock.sleep(2.0)
            assert meter.read().value == pytest.approx(at_ma * 1e-3, abs=8e-6)
    assert tx.reported_current_a() == pytest.approx(0.004, abs=50e-6)


def test_a_loop_trim_takes_the_converters_own_error_away() -> None:
    with SIMULATOR.open(BENCH) as bench:
        device: Any = bench._network.devices["tx"]
        errors = [device.converted_a(asked) - asked for asked in (0.004, 0.020)]
        assert all(abs(error) > 1e-8 for error in errors)
        for number, asked in ((45, 0.004), (46, 0.020)):
            device.hart().command(40, struct.pack(">f", asked * 1e3))
            device.hart().command(number, struct.pack(">f", device.converted_a(asked) * 1e3))
        device.hart().command(40, struct.pack(">f", 0.0))
        for asked in (0.004, 0.012, 0.020):
            assert device.converted_a(asked) == pytest.approx(asked, abs=2e-9)
