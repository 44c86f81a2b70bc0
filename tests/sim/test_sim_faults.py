"""Each fault of the script does what it says, when it says, and no longer."""

from __future__ import annotations

import pytest


@pytest.fixture
def faulty(open_bench, connect):
    def build(*faults):
        bench = open_bench(simulation={"faults": list(faults)})
        return bench, connect(bench, "meter"), connect(bench, "calibrator")

    return build


def test_no_reply(faulty):
    _, meter, _ = faulty({"kind": "no-reply", "instrument": "meter", "after": 1})
    assert meter.query("*ESE 7;*ESE?") == "+7"
    meter.write("*ESE 9;*ESE?")
    assert meter.silent()
    assert meter.query("*ESE?") == "+9"  # it was carried out


def test_a_late_reply_comes_after_the_next_one(faulty):
    _, meter, _ = faulty({"kind": "late-reply", "instrument": "meter", "delay_s": 0.15})
    meter.write("READ?")
    assert meter.silent(0.05)
    assert meter.query("*IDN?").startswith("HEWLETT")
    assert len(meter.read()) == len("+1.00000000E+01")


def test_a_duplicate_reply(faulty):
    _, _, calibrator = faulty({"kind": "duplicate-reply", "instrument": "calibrator", "count": 2})
    for _ in range(2):
        assert calibrator.query("OPER?") == "0"
        assert calibrator.read() == "0"
    assert calibrator.query("OUT?").startswith("0.0")
    assert calibrator.silent()


def test_a_closed_connection_can_be_opened_again(faulty, connect):
    bench, meter, calibrator = faulty({"kind": "closed", "instrument": "meter", "at_s": 5.0})
    meter.query("*IDN?")
    calibrator.query("OUT 5 V;OPER;*OPC?")
    bench.clock.sleep(5.0)
    with pytest.raises(ConnectionError):
        meter.query("*IDN?")
    assert connect(bench, "meter").query("*IDN?").startswith("HEWLETT")
    assert calibrator.query("OPER?") == "1"  # the other instrument does not notice


@pytest.mark.parametrize("text", ["", "+1.0E"])
def test_garbage(faulty, text):
    _, meter, _ = faulty({"kind": "garbage", "instrument": "meter", "text": text})
    reply = meter.query("READ?")
    with pytest.raises(ValueError, match="could not convert"):
        float(reply)
    assert float(meter.query("READ?")) < 1.0


def test_another_identity(faulty):
    _, meter, calibrator = faulty(
        {"kind": "identity", "instrument": "meter", "for_s": 10.0},
        {"kind": "identity", "instrument": "calibrator", "text": "FLUKE,5520A,SIM9,1", "count": 1},
    )
    assert meter.query("*IDN?") == meter.query("*idn?") == "ACME,1234,SIM0,1.0"
    assert calibrator.query("*IDN?") == "FLUKE,5520A,SIM9,1"
    assert calibrator.query("*IDN?").startswith("FLUKE,5522A")


def test_a_stuck_reading(faulty):
    bench, meter, calibrator = faulty({"kind": "stuck", "instrument": "meter", "after": 1, "count": 2})
    bench.connect("volts")
    calibrator.query("OUT 1 V;OPER;*OPC?")
    meter.write("CONF:VOLT:DC 10")
    first = meter.query("READ?")
    calibrator.query("OUT 5 V;*OPC?")
    assert meter.query("READ?") == meter.query("READ?") == first
    assert meter.query("READ?").startswith("+5.0") or meter.query("READ?").startswith("+4.9")


def test_an_output_that_trips(faulty):
    bench, meter, calibrator = faulty({"kind": "trip", "instrument": "calibrator", "at_s": 20.0})
    bench.connect("volts")
    calibrator.query("OUT 10 V;OPER;*OPC?")
    meter.write("CONF:VOLT:DC 10")
    assert float(meter.query("READ?")) > 9.9
    bench.clock.sleep(20.0)
    assert abs(float(meter.query("READ?"))) < 0.01  # seen by the meter before anybody asks the source
    assert calibrator.query("OPER?;ERR?") == '0;1503,"Output overload"'
    calibrator.write("OPER")
    assert calibrator.query("OPER?") == "1"


def test_an_operator_who_takes_the_wrong_terminals(faulty):
    bench, *_ = faulty({"kind": "wrong-wiring", "wiring": "current", "count": 1})
    bench.connect("volts")
    assert bench.wiring == "current"
    bench.connect("volts")
    assert bench.wiring == "volts"


def test_faults_end(faulty):
    bench, meter, _ = faulty({"kind": "garbage", "instrument": "meter", "at_s": 1.0, "for_s": 2.0})
    assert meter.query("*STB?") == "+0"
    bench.clock.sleep(1.5)
    assert meter.query("*STB?") != "+0"
    assert meter.query("*STB?") != "+0"
    bench.clock.sleep(2.0)
    assert meter.query("*STB?") == "+0"


def test_a_truncated_reply_has_no_end(faulty):
    _, meter, _ = faulty({"kind": "truncated", "instrument": "meter"})
    meter.write("*IDN?")
    while len(meter._held) < 16:
        meter._held += meter.sock.recv(64)
    assert meter.query("*ESE 3;*ESE?") == "HEWLETT-PACKARD,+3"


def test_a_refused_connection_is_closed_at_once(faulty, connect):
    bench, meter, _ = faulty({"kind": "refused", "instrument": "meter", "at_s": 1.0, "count": 1})
    assert meter.query("*ESE?") == "+0"
    bench.clock.sleep(1.0)
    with pytest.raises(ConnectionError):
        connect(bench, "meter").query("*ESE?")
    assert connect(bench, "meter").query("*ESE?") == "+0"


def test_readings_that_show_an_overload(faulty):
    _, meter, _ = faulty({"kind": "over-range", "instrument": "meter", "after": 1, "count": 1})
    readings = [float(meter.query("MEAS:VOLT:DC? 10")) for _ in range(3)]
    assert [reading > 9e37 for reading in readings] == [False, True, False]
    assert int(meter.query("*ESR?")) & 8


def test_a_sudden_drift_is_in_the_reading_and_in_the_truth(faulty):
    bench, meter, calibrator = faulty(
        {"kind": "drift", "instrument": "meter", "at_s": 100.0, "ppm": 500.0, "for_s": 100.0},
        {"kind": "drift", "instrument": "calibrator", "at_s": 400.0, "ppm": -300.0},
    )
    bench.connect("volts")
    calibrator.query("OUT 10 V;OPER;*OPC?")
    readings, truths = [], []
    for at_s in (50.0, 150.0, 450.0):
        bench.clock.sleep(at_s - bench.clock.monotonic_ns() / 1e9)
        readings.append(float(meter.query("MEAS:VOLT:DC? 10")))
        truths.append(bench.true_error("meter", "dcv", 10.0, 10.0) + bench.true_output("calibrator").value)
    assert [round(value - readings[0], 4) for value in readings] == [0.0, 0.005, -0.003]
    assert [round(value - truths[0], 4) for value in truths] == [0.0, 0.005, -0.003]


def test_a_queue_that_overflows(faulty):
    _, meter, calibrator = faulty(
        {"kind": "queue-overflow", "instrument": "meter"},
        {"kind": "queue-overflow", "instrument": "calibrator"},
    )
    assert [meter.query("SYST:ERR?") for _ in range(21)][18:] == [
        '-102,"Syntax error"',
        '-350,"Too many errors"',
        '+0,"No error"',
    ]
    codes = [int(calibrator.query("FAULT?")) for _ in range(17)]
    assert codes[14:] == [1301, 1, 0]


def test_a_request_for_service_that_gets_lost(open_bench, client_class):
    lost = {"kind": "lost-srq", "instrument": "meter", "count": 1}
    bench = open_bench(simulation={"faults": [lost], "transports": {"meter": "prologix"}})
    host, port = bench.opened["meter"].bus.split("::")[1:3]
    bus = client_class(f"TCPIP0::{host}::{port}::SOCKET", 30)
    bus.write("*CLS;*ESE 1;*SRE 32\n*OPC")
    assert [bus.query(word) for word in ("++srq", "++spoll")] == ["0\r", "32\r"]
    bus.write("*CLS\n*OPC")
    assert [bus.query(word) for word in ("++srq", "++spoll")] == ["1\r", "96\r"]
    bus.close()
