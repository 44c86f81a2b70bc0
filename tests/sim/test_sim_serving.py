"""Benches that are served to other processes, and several clients at once."""

from __future__ import annotations

import contextlib
import io
import json
import re
import socket
import subprocess
import sys
import threading

import pytest

from calibrator_sim import SIMULATOR, BenchFileError, ScaledClock, ServeError, SimBench
from calibrator_sim._config import parse_bench
from calibrator_sim._serve import catalogue_bench

CODE = """
import json, sys, tomllib
from calibrator_sim import SIMULATOR

def announce(lines):
    for line in lines:
        sys.stdout.write(json.dumps(line) + "\\n")
    sys.stdout.flush()

bench = tomllib.loads(SIMULATOR.default_bench()) if sys.argv[1] == "bench" else None
SIMULATOR.serve(bench, sys.argv[2:], host="127.0.0.1", wiring="volts" if bench else None, seed=None,
                speed=10.0, announce=announce, commands=sys.stdin)
"""


@pytest.fixture
def served(client_class):
    running = []

    def start(*arguments, count=2):
        process = subprocess.Popen(
            [sys.executable, "-c", CODE, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        lines = [json.loads(process.stdout.readline()) for _ in range(count)]
        clients = {line["name"]: client_class(line["resource"]) for line in lines}
        running.append((process, clients))
        return process, lines, clients

    yield start
    for process, clients in running:
        for client in clients.values():
            client.close()
        process.kill()
        process.communicate(timeout=20)


def test_a_served_bench_measures_and_takes_wirings_on_its_input(served):
    process, lines, clients = served("bench")
    assert [line["name"] for line in lines] == ["calibrator", "meter"]
    assert lines[0]["model"] == "fluke_5522a"
    assert lines[0]["serial"].startswith("SIM")
    calibrator, meter = clients["calibrator"], clients["meter"]
    assert calibrator.query("OUT 10 V;OPER;*OPC?") == "1"
    assert float(meter.query("CONF:VOLT:DC 10;:VOLT:NPLC 1;:READ?")) == pytest.approx(10.0, rel=1e-4)
    process.stdin.write("nonsense\nopen\n")
    process.stdin.flush()
    for _ in range(200):
        if abs(float(meter.query("READ?"))) < 0.1:
            break
    else:
        pytest.fail("the wiring was not connected")
    assert process.poll() is None


def test_a_second_session_makes_safe_while_the_first_hangs_in_a_reading(served, client_class):
    _, lines, clients = served("bench")
    clients["calibrator"].query("OUT 1000 V;OPER;*OPC?")
    clients["meter"].write("CONF:VOLT:DC 1000;:VOLT:NPLC 100;:SAMP:COUN 100;:READ?")
    guard = {line["name"]: client_class(line["resource"]) for line in lines}
    guard["calibrator"].write("STBY;OUT 0 V, 0 HZ")
    assert guard["calibrator"].query("OPER?") == "0"
    clients["meter"].close()  # the killed engine's socket goes with it
    assert abs(float(guard["meter"].query("CONF:VOLT:DC 1000;:VOLT:NPLC 1;:READ?"))) < 30.0
    for client in guard.values():
        client.close()


def test_single_models_are_served_by_their_short_names(served):
    _, lines, clients = served("models", "34401A", "34401a", "fluke_5522a", count=3)
    assert [line["model"] for line in lines] == ["keysight_34401a", "keysight_34401a", "fluke_5522a"]
    assert len({line["resource"] for line in lines}) == len({line["serial"] for line in lines}) == 3
    assert clients[lines[2]["name"]].query("*IDN?").startswith("FLUKE,5522A,SIM")


def test_a_bench_file_may_say_the_port(default, client_class):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    default["instruments"]["meter"]["resource"] = f"TCPIP0::127.0.0.1::{port}::SOCKET"
    said = threading.Event()
    lines = []

    class StopError(Exception):
        pass

    def announce(found):
        lines.extend(found)
        client = client_class(found[1]["resource"])
        assert client.query("*IDN?").startswith("HEWLETT")
        client.close()
        said.set()
        raise StopError

    with pytest.raises(StopError):
        SIMULATOR.serve(
            default,
            (),
            host="127.0.0.1",
            wiring=None,
            seed=3,
            speed=1.0,
            announce=announce,
            commands=io.StringIO(),
        )
    assert lines[1]["resource"].endswith(f"::{port}::SOCKET")


def serve(default, **changes):
    settings = {"host": "127.0.0.1", "wiring": None, "seed": None, "speed": 1.0}
    return SIMULATOR.serve(default, (), announce=lambda _: None, commands=None, **{**settings, **changes})


def test_what_cannot_be_served_is_said(default):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        default["instruments"]["meter"]["resource"] = f"TCPIP0::127.0.0.1::{port}::SOCKET"
        with pytest.raises(ServeError, match=str(port)) as caught:
            serve(default)
        assert caught.value.where == "instrument meter"
    with pytest.raises(ServeError, match="speed"):
        serve(default, speed=0.0)
    with pytest.raises(BenchFileError, match="34401A") as unknown:
        catalogue_bench(["34401B"])
    assert unknown.value.code == "unknown-model"


def test_many_clients_at_once_get_each_their_own_replies(bench, client_class):
    wrong = []

    def work(number):
        client = client_class(bench.resources["meter"])
        for _ in range(50):
            text = f"{number:04d}"
            if (
                client.query(
                    f"FETC?;:SYST:VERS?;:CONF?;:DISP?;:VOLT:NPLC? MIN;:SYST:BEEP;:*ESE?;:TRIG:SOUR?;:{text}?"
                )
                == ""
            ):
                wrong.append(number)
            if not client.query("*IDN?").startswith("HEWLETT"):
                wrong.append(number)
        client.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert wrong == []


def test_closing_is_quick_and_closes_the_clients(open_bench, connect):
    bench = open_bench()
    client = connect(bench, "meter")
    client.query("*IDN?")
    bench.close()
    bench.close()
    with pytest.raises(OSError, match=r".*"):
        client.query("*IDN?")


@pytest.mark.parametrize(
    ("transport", "resource", "bus"),
    [
        ("hislip", r"TCPIP0::127\.0\.0\.1::hislip[01],\d+::INSTR", None),
        ("vxi11", r"TCPIP0::127\.0\.0\.1,\d+::inst[01]::INSTR", None),
        ("prologix", r"GPIB0::(22|4)::INSTR", r"PRLGX-TCPIP0::127\.0\.0\.1::\d+::INTFC"),
    ],
)
def test_the_command_line_serves_models_by_a_transport_with_a_stated_input(transport, resource, bus):
    arguments = ["34401A", "5522A", "--transport", transport, "--input", "5 V", "--speed", "100", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "calibrator", "sim", "serve", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        lines = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert [line["model"] for line in lines] == ["keysight_34401a", "fluke_5522a"]
        assert all(re.fullmatch(resource, line["resource"]) for line in lines)
        assert all(bus is None if "bus" not in line else re.fullmatch(bus, line["bus"]) for line in lines)
        pyvisa = pytest.importorskip("pyvisa")
        manager = pyvisa.ResourceManager("@py")
        with contextlib.ExitStack() as stack:
            if bus:
                stack.enter_context(contextlib.closing(manager.open_resource(lines[0]["bus"])))
            meter = stack.enter_context(contextlib.closing(manager.open_resource(lines[0]["resource"])))
            meter.timeout = 30_000
            assert meter.query("*IDN?").startswith("HEWLETT-PACKARD,34401A")
            meter.write("CONF:VOLT:DC 10;:VOLT:NPLC 0.02;:TRIG:DEL 0")
            assert float(meter.query("READ?")) == pytest.approx(5.0, abs=0.01)
    finally:
        process.kill()
        process.communicate(timeout=30)


@pytest.mark.parametrize("transport", ["hislip", "vxi11"])
def test_a_device_clear_ends_a_reading_that_would_take_minutes(default, transport):
    default["simulation"]["transports"] = {"meter": transport}
    config = parse_bench(default)
    pyvisa = pytest.importorskip("pyvisa")
    with SimBench(config, ScaledClock(config.start)) as bench:  # real time
        manager = pyvisa.ResourceManager("@py")
        with contextlib.closing(manager.open_resource(bench.resources["meter"])) as meter:
            meter.timeout = 200
            meter.write("CONF:VOLT:DC 10;:VOLT:NPLC 100;:SAMP:COUN 100")
            meter.write("READ?")
            with pytest.raises(pyvisa.errors.VisaIOError):
                meter.read()
            meter.clear()
            meter.timeout = 30_000
            assert meter.query("*IDN?").startswith("HEWLETT")
            assert meter.query("SYST:ERR?").startswith("+0")
            meter.write("READ?")  # and a client that goes in the middle of one
        with contextlib.closing(manager.open_resource(bench.resources["meter"])) as again:
            again.timeout = 30_000
            assert again.query("SYST:ERR?").startswith("+0")
        assert bench.failure is None
