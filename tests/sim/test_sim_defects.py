"""An error of the simulator itself costs one message or one connection, never the bench."""

from __future__ import annotations

import logging
import socket
from contextlib import closing
from typing import Any

import pytest

from calibrator_sim import SIMULATOR
from calibrator_sim._serve import catalogue_bench
from calibrator_sim.instruments.fluke_5522a import Fluke5522A
from calibrator_sim.instruments.keysight_3458a import Keysight3458A
from calibrator_sim.instruments.keysight_34401a import Keysight34401A
from calibrator_sim.instruments.mettler_xs205du import MettlerXS205DU
from calibrator_sim.instruments.transmitter_4_20ma import Transmitter
from calibrator_sim.servers import Exchange
from calibrator_sim.servers._hart import parity


def defect(*_: object, **__: object) -> Any:
    raise ZeroDivisionError("a defect")


def broken(message: str):
    """A `respond` that fails at one message and carries out every other."""

    def replace(monkeypatch, home):
        usual = home.respond

        def respond(self, text):
            if text.strip() == message:
                defect()
            return usual(self, text)

        monkeypatch.setattr(home, "respond", respond)

    return replace


@pytest.fixture
def served():
    opened = []

    def open_(*models: str, transport: str = ""):
        bench = catalogue_bench(models)
        if transport:
            bench["simulation"]["transports"] = dict.fromkeys(bench["instruments"], transport)
        opened.append(SIMULATOR.open(bench))
        return opened[-1]

    yield open_
    for bench in opened:
        bench.close()


@pytest.mark.parametrize(
    ("model", "home", "ask", "answer"),
    [
        ("34401A", Keysight34401A, "SYST:ERR?", '-310,"System error"'),
        ("5522A", Fluke5522A, "ERR?", '65535,"Unknown error"'),
        ("3458A", Keysight3458A, "ERRSTR?", '100,"HARDWARE ERROR"'),
    ],
)
def test_a_twin_s_defect_is_an_error_in_its_queue(
    served, client_class, monkeypatch, caplog, model, home, ask, answer
):
    bench = served(model, "34461A")
    name, other = bench.resources
    broken("BREAK")(monkeypatch, home)
    client, bystander = (client_class(bench.resources[one], 60) for one in (name, other))
    client.query(ask)
    with caplog.at_level(logging.ERROR):
        client.write("BREAK")
        assert client.query(ask).strip() == answer
    assert client.query("*IDN?" if model != "3458A" else "ID?")
    assert bystander.query("*IDN?").startswith("Keysight")
    assert isinstance(bench.failure, ZeroDivisionError)
    assert len(bench.failures) == 1
    assert name in caplog.text
    assert "a defect" in caplog.text
    for each in (client, bystander):
        each.close()


def test_a_defect_in_the_middle_of_a_reading(open_bench, client_class, monkeypatch):
    from calibrator_sim.instruments.keysight_34401a import _physics

    bench = open_bench()
    client = client_class(bench.resources["meter"], 60)
    client.query("*IDN?")
    monkeypatch.setattr(_physics.Physics, "measure", defect)
    client.write("READ?")
    assert client.query("SYST:ERR?") == '-310,"System error"'
    assert client.query("*ESR?") != "+0"
    client.close()


@pytest.mark.parametrize("transport", ["socket", "hislip", "vxi11", "prologix"])
def test_an_instrument_without_error_queue_closes_the_connection(served, monkeypatch, transport):
    from calibrator_drivers import ConnectionLost
    from calibrator_drivers.transport import open_session

    bench = served("XS205DU", "34461A", transport=transport)
    balance, meter = bench.resources.values()
    broken("BREAK")(monkeypatch, MettlerXS205DU)
    with closing(open_session(balance, timeout_s=60)) as session:
        assert "XS205DU" in session.query("I2")
        with pytest.raises(ConnectionLost):
            session.query("BREAK")
    with closing(open_session(balance, timeout_s=60)) as session:
        assert "XS205DU" in session.query("I2")
    with closing(open_session(meter, timeout_s=60)) as session:
        assert "34461A" in session.query("*IDN?")
    assert isinstance(bench.failure, ZeroDivisionError)


def test_a_modbus_meter_answers_a_failure_of_the_device(served, monkeypatch):
    bench = served("SDM630")
    [resource] = bench.resources.values()
    _, host, port, unit = resource.split("::")
    home = type(next(iter(bench._network.devices.values())).registers())
    with socket.create_connection((host, int(port)), timeout=60) as client:
        monkeypatch.setattr(home, "read", defect)
        client.sendall(bytes.fromhex("0001 0000 0006") + bytes((int(unit), 4, 0, 0, 0, 2)))
        assert client.recv(100)[7:] == b"\x84\x04"
        monkeypatch.undo()
        client.sendall(bytes.fromhex("0002 0000 0006") + bytes((int(unit), 4, 0, 0, 0, 2)))
        assert client.recv(100)[7:9] == b"\x04\x04"
    assert isinstance(bench.failure, ZeroDivisionError)


def test_a_transmitter_answers_that_it_is_broken(monkeypatch):
    from calibrator_drivers.clock import RealClock
    from calibrator_sim._config import parse_bench
    from calibrator_sim._faults import FaultScript
    from calibrator_sim._network import Network
    from calibrator_sim.servers import Served
    from calibrator_sim.servers._hart import HartSession

    faults = FaultScript((), lambda: 0)
    network = Network(parse_bench(catalogue_bench(["transmitter"])), lambda: 0, faults)
    [device] = network.devices.values()
    assert isinstance(device, Transmitter)
    slave = device.hart()
    monkeypatch.setattr(type(slave), "command", defect)
    one = Served(device, faults, lambda: 0, None, RealClock())
    ask = b"\x02\x80\x00\x00"
    [answer] = HartSession(one, slave).feed(b"\xff" * 5 + ask + bytes((parity(ask),)))
    assert answer.data.lstrip(b"\xff")[4:6] == b"\x06\x80"
    assert isinstance(one.defects.first, ZeroDivisionError)


def test_a_twin_that_cannot_feel_a_change_stops_nobody(open_bench, client_class, monkeypatch):
    bench = open_bench()
    monkeypatch.setattr(Keysight34401A, "react", defect)
    monkeypatch.setattr(Keysight34401A, "catch_up", defect)
    bench.connect("volts")
    source = client_class(bench.resources["calibrator"], 60)
    source.write("OUT 5 V; OPER")
    assert source.query("*OPC?") == "1"
    assert bench.true_output("calibrator").value == pytest.approx(5.0, rel=1e-3)
    assert isinstance(bench.failure, ZeroDivisionError)
    source.close()


@pytest.mark.parametrize("member", ["feed", "end_of_input", "close"])
def test_a_session_s_defect_costs_that_connection_alone(open_bench, client_class, monkeypatch, member):
    bench = open_bench()
    bystander = client_class(bench.resources["calibrator"], 60)
    bystander.query("*IDN?")
    client = client_class(bench.resources["meter"], 60)
    assert client.query("*IDN?").startswith("HEWLETT")
    with monkeypatch.context() as patch:
        patch.setattr(Exchange, member, defect)
        client.write("*IDN?") if member == "feed" else client.sock.shutdown(socket.SHUT_WR)
        with pytest.raises(ConnectionError):
            client.read()
        bench.true_error("meter", "dcv", 10.0, 1.0)  # waits until the connection is given up
    assert bystander.query("*IDN?").startswith("FLUKE")
    again = client_class(bench.resources["meter"], 60)
    assert again.query("*IDN?").startswith("HEWLETT")
    assert isinstance(bench.failure, ZeroDivisionError)
    for one in (client, again, bystander):
        one.close()


def test_a_hundred_defects_are_counted_and_the_first_are_kept(served, client_class, monkeypatch):
    bench = served("34401A")
    [resource] = bench.resources.values()
    broken("BREAK")(monkeypatch, Keysight34401A)
    client = client_class(resource, 60)
    for _ in range(100):
        client.write("BREAK")
    assert client.query("*IDN?").startswith("HEWLETT")
    assert len(bench.failures) == 20
    assert bench._defects.count == 100
    client.close()
