"""A Prologix controller, a serial line, and plain pyvisa on every transport."""

from __future__ import annotations

import contextlib
import sys

import pytest

from calibrator_drivers import open_instrument


@pytest.fixture
def bus(open_bench, client_class):
    bench = open_bench(simulation={"transports": {"meter": "prologix", "calibrator": "prologix"}})
    assert {n: o.resource for n, o in bench.opened.items()} == {
        "calibrator": "GPIB0::4::INSTR",
        "meter": "GPIB0::22::INSTR",
    }
    host, port = bench.opened["meter"].bus.split("::")[1:3]
    assert bench.resources["meter"] == f"PRLGX-TCPIP0::{host}::{port}::22::INSTR"
    client = client_class(f"TCPIP0::{host}::{port}::SOCKET", 30)
    client.write("++eos 2")
    client.write("++read_tmo_ms 3000")
    yield client
    client.close()
    assert bench.failure is None


def test_two_instruments_share_one_connection(bus):
    bus.write("++addr 22\n*IDN?\n++read eoi")
    assert bus.read() == "HEWLETT-PACKARD,34401A,0,11-5-2"
    bus.write("++addr 4\n*IDN?\n++read eoi")
    assert bus.read().startswith("FLUKE,5522A")
    assert bus.query("++addr") == "4\r"


def test_serial_poll_service_line_trigger_and_clear(bus):
    bus.write("++addr 22\n*CLS;*ESE 1;*SRE 32")
    assert bus.query("++srq") == "0\r"
    bus.write("*OPC")
    assert [bus.query(f"++{word}") for word in ("srq", "spoll 22", "srq", "spoll")] == [
        "1\r",
        "96\r",
        "0\r",
        "32\r",
    ]
    bus.write("TRIG:SOUR BUS;:INIT\n++trg\nFETC?\n++read eoi")
    assert len(bus.read()) == 15
    bus.write("*IDN?\n++clr\n*ESE?\n++read eoi")
    assert bus.read() == "+1"


def test_reads_end_at_a_character_at_end_or_when_nothing_comes(bus):
    bus.write("++addr 22\n++auto 1\n++eot_enable 1\n++eot_char 64\n*ESE?\n*ESE?")
    assert bus.read() == "+0"
    assert bus.read() == "@+0"
    bus.write("++auto 0\n++eot_enable 0\n++read_tmo_ms 1\n++read eoi\n++eos")  # nothing to say
    assert bus.read() == "@2\r"
    bus.write("++read_tmo_ms 3000\nSYST:ERR?\n++read 44")  # up to a comma
    assert bus.query("++eoi") == "-420,1\r"


def test_escapes_and_unknown_commands(bus):
    bus.write("++addr 22\nDISP:TEXT 'A\x1b+B\x1b\x1b'\nDISP:TEXT?\n++read eoi")
    assert bus.read() == '"A+B\x1b"'
    for wrong in ("++nonsense", "++addr 99", "++eos 7", "++read_tmo_ms 0", "++"):
        assert bus.query(wrong) == "Unrecognized command\r"
    assert bus.query("++ver").startswith("Prologix GPIB-ETHERNET")
    bus.write("++addr 9\n*IDN?\n++read eoi\n++spoll")  # nobody there
    assert bus.read() == "0\r"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_serial_line_has_its_own_ends_and_speed(open_bench):
    import serial

    bench = open_bench(simulation={"transports": {"meter": "serial"}})
    path = bench.resources["meter"].removeprefix("ASRL").removesuffix("::INSTR")
    for ending in (b"\n", b"\r\n", b"\r"):
        with serial.Serial(path, 9600, timeout=30) as line:  # clients come and go
            line.write(b"*IDN?" + ending)
            assert line.readline() == b"HEWLETT-PACKARD,34401A,0,11-5-2\r\n"
    with serial.Serial(path, 19200, timeout=0.3) as wrong:
        wrong.write(b"*IDN?\n")
        assert b"HEWLETT" not in wrong.readline()
    with serial.Serial(path, 9600, timeout=30) as line:
        line.write(b"\n*CLS\n*ESE?\n")
        assert line.readline() == b"+0\r\n"
    assert bench.failure is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize("model", ["keysight_34401a", "fluke_8846a"])
def test_a_meter_on_a_serial_line_is_in_local_until_it_is_told_otherwise(open_bench, model):
    import serial

    bench = open_bench(
        instruments={"meter": {"model": model, "serial": "SIM0002"}},
        simulation={"transports": {"meter": "serial"}},
    )
    path = bench.resources["meter"].removeprefix("ASRL").removesuffix("::INSTR")
    with serial.Serial(path, 9600, timeout=30) as line:

        def ask(text: str) -> bytes:
            line.write(text.encode() + b"\n")
            return line.readline()

        for refused in ("READ?", "MEAS:VOLT:DC? 10", "CONF:VOLT:DC 10", "*RST", "*TST?"):
            assert ask(f"{refused}\nSYST:ERR?") == b'+550,"Command not allowed in local"\r\n', refused
        assert model[-5:].upper().encode() in ask("*IDN?")
        assert ask("FUNC?") == b'"VOLT"\r\n'
        assert abs(float(ask("SYST:REM;:MEAS:VOLT:DC? 10"))) < 1e-3
        assert ask("SYST:LOC;:CONF:VOLT:DC 10;:SYST:ERR?").startswith(b"+550")
    meter = open_instrument(model, bench.resources["meter"], clock=bench.clock)
    meter.identify()
    meter.configure_voltage_dc(10.0, nplc=1.0, high_impedance=False)
    assert abs(meter.read().value) < 1e-3
    held = bench.snapshot()
    meter.session.write("SYST:LOC")
    bench.restore(held)  # what the bench kept is remote again
    assert abs(meter.read().value) < 1e-3
    meter.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_a_calibrator_s_serial_line_takes_control_characters(open_bench):
    import serial

    bench = open_bench(simulation={"transports": {"calibrator": "serial"}})
    path = bench.resources["calibrator"].removeprefix("ASRL").removesuffix("::INSTR")
    with serial.Serial(path, 9600, timeout=30) as line:
        line.write(b"*CLS;*SRE 8;BAD\nOUT 1\x03\x10")  # an error; a message is broken off; a serial poll
        assert line.readline() == b"SPL: 48 20 0000 0000\r\n"
        line.write(b"ERR?;ERR?\n")
        assert line.readline() == b'1301,"Unknown command";0,"No Error"\r\n'
        line.write(b"ISR?\n")
        assert int(line.readline()) & 1 << 11 == 0  # in local
        line.write(b"REMOTE;ISR?\n")
        assert int(line.readline()) & 1 << 11
    assert bench.failure is None


@pytest.mark.parametrize("transport", ["socket", "serial", "hislip", "vxi11", "prologix"])
def test_plain_pyvisa_speaks_with_two_instruments_on_every_transport(open_bench, transport):
    pyvisa = pytest.importorskip("pyvisa")
    if transport == "serial" and sys.platform == "win32":
        pytest.skip("Windows has no pseudo-terminals")
    ends = {"serial": "\r\n", "socket": "\n"}
    settings = dict.fromkeys(("read_termination", "write_termination"), ends.get(transport))
    bench = open_bench(simulation={"transports": {"meter": transport, "calibrator": transport}})
    manager = pyvisa.ResourceManager("@py")
    with contextlib.ExitStack() as stack:
        opened = bench.opened
        if opened["meter"].bus:
            stack.enter_context(contextlib.closing(manager.open_resource(opened["meter"].bus)))
        meter, source = (
            stack.enter_context(
                contextlib.closing(
                    manager.open_resource(
                        opened[name].resource, **{k: v for k, v in settings.items() if v is not None}
                    )
                )
            )
            for name in ("meter", "calibrator")
        )
        meter.timeout = source.timeout = 30_000
        assert source.query("*IDN?").startswith("FLUKE,5522A")
        bench.connect("volts")
        assert source.query("OUT 5 V;OPER;*OPC?").strip() == "1"
        if transport == "serial":
            meter.write("SYST:REM")
        assert float(meter.query("MEAS:VOLT:DC? 10")) == pytest.approx(5.0, abs=1e-3)
        if transport in ("hislip", "vxi11", "prologix"):
            meter.write("*CLS;*ESE 1")
            meter.write("*OPC")
            assert meter.read_stb() & 32
            meter.clear()
            assert int(meter.query("*ESR?")) & 1  # pyvisa-py reads once more than was asked on a Prologix
    manager.close()
    assert bench.failure is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize("parity", ["E", "O"])
def test_a_line_with_parity_can_be_opened_again(open_bench, parity):
    import serial

    one = {"model": "transmitter_4_20ma", "serial": "SIM0001"}
    bench = open_bench(instruments={"one": one}, simulation={"transports": {"one": "hart"}})
    device = bench.opened["one"].resource.split("::")[1]
    for _ in range(3):  # a pseudo-terminal takes no parity: the second opening was EINVAL
        with serial.Serial(device, 1200, parity=parity, timeout=60) as line:
            line.write(bytes.fromhex("ffffffffff0280000082"))
            assert line.read(6)[-1] in (0xFF, 0x06)
