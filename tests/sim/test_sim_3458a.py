"""What a 3458A says in its own language, and what it measures."""

from __future__ import annotations

import statistics
from contextlib import closing

import pytest

from calibrator_drivers.accuracy import State, load_table
from calibrator_drivers.clock import RealClock
from calibrator_drivers.transport import open_session
from calibrator_sim._config import parse_bench
from calibrator_sim._faults import FaultScript
from calibrator_sim._network import Network
from calibrator_sim._serve import catalogue_bench
from calibrator_sim.servers import Served
from calibrator_sim.servers._talker import Talker

STILL = {"noise": 0, "hum": 0, "settling": 0, "emf": 0, "loading": 0, "leads": 0}


@pytest.fixture
def reference(open_bench, connect):
    """Return a bench with a 3458A in the meter's place, what is connected on, and a client."""

    def opener(wiring="volts", output="OUT 10 V", **simulation):
        bench = open_bench(
            instruments={"meter": {"model": "keysight_3458a", "serial": "SIM3458A01"}},
            simulation={"units": {"meter": {}}, "effects": STILL, **simulation},
        )
        bench.connect(wiring)
        calibrator = connect(bench, "calibrator")
        calibrator.write(output + ";OPER")
        assert calibrator.query("*OPC?;ERR?") == '1;0,"No Error"'
        meter = connect(bench, "meter")
        meter.write("PRESET NORM;TARM HOLD;END ALWAYS;OFORMAT ASCII;TRIG AUTO;NRDGS 1,AUTO")
        return bench, calibrator, meter

    return opener


def test_replies_end_with_cr_lf_and_have_ten_digits(reference):
    _, _, meter = reference()
    assert meter.query("ID?") == "HP3458A\r"
    meter.write("DCV 10;NPLC 100")
    text = meter.query("TARM SGL")
    assert text.startswith(" ")
    assert text.endswith("E+01\r") or text.endswith("E+00\r")
    assert len(text.strip()) == len("1.000000035E+01")


@pytest.mark.parametrize(
    ("sent", "number"),
    [
        ("FOO", 104),
        ("*IDN?", 104),
        ("DCV ABC", 105),
        ("DCV 2000", 106),
        ("NPLC 2000", 106),
        ("FUNC", 107),
        ("AZERO MAYBE", 105),
    ],
)
def test_each_mistake_has_its_error(reference, sent, number):
    _, _, meter = reference()
    meter.write(sent)
    assert meter.query("ERRSTR?").startswith(f"{number},")
    assert meter.query("ERRSTR?") == '0,"NO ERROR"\r'
    meter.write("FOO;DCV 2000")
    assert meter.query("ERR?") == f"{(1 << 4) | (1 << 6)}\r"


def test_any_case_and_several_commands_in_a_message(reference):
    _, _, meter = reference()
    meter.write("dcv 10;nplc 50; azero off")
    assert float(meter.query("NPLC?")) == 50.0
    assert meter.query("AZERO?") == "0\r"
    assert meter.query("FUNC?").startswith("DCV,")
    meter.write("FUNC OHMF,1E4")
    assert meter.query("FUNC?").startswith("OHMF, 1.000000000E+04")


@pytest.mark.parametrize(("nplc", "seconds"), [(100, 4.0), (10, 0.4), (1, 0.04)])
def test_a_reading_takes_its_cycles_and_its_zero(reference, nplc, seconds):
    bench, _, meter = reference()
    meter.write(f"DCV 10;NPLC {nplc};AZERO ON")
    meter.query("NPLC?")
    begun = bench.clock.monotonic_ns()
    meter.query("TARM SGL")
    assert (bench.clock.monotonic_ns() - begun) / 1e9 == pytest.approx(seconds, abs=0.02)


def test_the_indication_is_truth_plus_error(reference):
    bench, _, meter = reference()
    meter.write("DCV 10;NPLC 100")
    shown = float(meter.query("TARM SGL"))
    true = bench.true_output("calibrator").value
    assert shown == pytest.approx(true + bench.true_error("meter", "dcv", 10.0, true), abs=2e-8)


def test_noise_is_a_twentieth_of_a_ppm_at_100_cycles(reference):
    _, _, meter = reference(effects={**STILL, "noise": 1, "temperature": 0, "warm_up": 0})
    meter.write("DCV 10;NPLC 100;NRDGS 60,AUTO")
    meter.write("TARM SGL")
    readings = [float(meter.read()) for _ in range(60)]
    assert statistics.stdev(readings) == pytest.approx(0.5e-6, rel=0.4)


def test_the_divider_heats_itself_with_the_square_of_the_voltage(open_bench):
    benches = [
        open_bench(
            seed,
            instruments={"meter": {"model": "keysight_3458a", "serial": "SIM3458A01"}},
            simulation={"units": {"meter": {}}, "effects": {"warm_up": 0, "temperature": 0, "drift": 0}},
        )
        for seed in range(30)
    ]
    bends = []
    for bench in benches:
        at = {v: bench.true_error("meter", "dcv", 1000.0, v) for v in (0.0, 500.0, 1000.0)}
        straight = at[0.0] + 2.0 * (at[500.0] - at[0.0])
        bends.append((at[1000.0] - straight) / 1000.0 * 1e6)  # ppm
    # x a (x/1000)^2: the part that a line through 0 and 500 V misses is 3/4 of a, a within 12 ppm
    assert max(map(abs, bends)) <= 9.0 + 1e-6
    assert max(map(abs, bends)) > 5.0
    table = load_table("keysight_3458a")
    warm = State(
        temperature_c=23.0, option="standard", hours_since_acal=1.0, temperature_change_since_acal_c=0.0
    )
    assert table.limit("dcv", 1000.0, state=warm).half_width == pytest.approx(22.1e-3, rel=1e-3)


def test_self_calibration_takes_the_temperature_away_and_a_quarter_of_an_hour(reference):
    room = {"temperature_c": 30.0, "ripple_c": 0.0}
    bench, _, meter = reference(environment=room)
    warm = bench.true_error("meter", "dcv", 10.0, 10.0)
    begun = bench.clock.monotonic_ns()
    meter.write("ACAL ALL")
    assert meter.query("ID?") == "HP3458A\r"
    assert (bench.clock.monotonic_ns() - begun) / 1e9 == pytest.approx(855.0, abs=5.0)
    calibrated = bench.true_error("meter", "dcv", 10.0, 10.0)
    assert abs(warm - calibrated) > 0.05e-6 * 10.0
    assert abs(warm - calibrated) <= 0.5e-6 * 7.0 * 10.0 * 1.01 + 1e-6
    held = bench.snapshot()
    meter.write("PRESET NORM")
    meter.query("ID?")
    bench.restore(held)
    assert bench.true_error("meter", "dcv", 10.0, 10.0) == pytest.approx(calibrated, rel=1e-6)


def test_offset_compensation_takes_thermal_emf_off_a_resistance(reference):
    effects = {**STILL, "emf": 50}
    bench, _, meter = reference("ohms4w", "OUT 100 OHM;ZCOMP WIRE4", effects=effects)
    meter.write("OHMF 100;NPLC 100;OCOMP OFF")
    plain = float(meter.query("TARM SGL"))
    meter.write("OCOMP ON")
    compensated = float(meter.query("TARM SGL"))
    emf = bench.inputs("res4w", 100.0, 100.0, "ohms4w").emf
    assert plain - compensated == pytest.approx(emf / 1e-3, rel=1e-3)
    true = bench.true_output("calibrator").value
    error = bench.true_error("meter", "res4w", 100.0, true)
    assert compensated == pytest.approx(true + error, abs=2e-7)


def test_sines_overload_and_frequency(reference):
    bench, calibrator, meter = reference(output="OUT 5 V, 1 KHZ")
    meter.write("ACV 10;SETACV SYNC;ACBAND 500,2000")
    true = bench.true_output("calibrator")
    assert float(meter.query("TARM SGL")) == pytest.approx(true.value, rel=2e-4)
    meter.write("FREQ 10")
    assert float(meter.query("TARM SGL")) == pytest.approx(true.frequency_hz, rel=1e-4)
    calibrator.write("OUT 20 V, 0 HZ;OPER")
    calibrator.query("*OPC?")
    meter.write("DCV 10")
    assert meter.query("TARM SGL") == " 1.000000000E+38\r"


def test_what_scripts_ask_of_constants_and_lines(reference):
    _, _, meter = reference()
    assert float(meter.query("CAL? 1,1")) == 40e3
    assert float(meter.query("CAL? 2,1")) == 7.0
    assert float(meter.query("LINE?")) == 50.0
    assert 30.0 < float(meter.query("TEMP?")) < 45.0
    assert meter.query("CALNUM?") == "17\r"
    meter.write("CAL?")
    assert meter.query("ERRSTR?").startswith("107,")


@pytest.mark.parametrize("transport", ["vxi11", "prologix"])
def test_a_bare_read_is_a_trigger(open_bench, transport):
    bench = open_bench(
        instruments={"reference": {"model": "keysight_3458a", "serial": "SIM3458A01"}},
        simulation={
            "effects": STILL,
            "transports": {"reference": transport},
            "nodes": {
                "input": {
                    "domain": "electrical", "joins": ["reference"],
                    "terminals": "normal-input", "voltage_v": 5.0,
                }
            },
        },
    )  # fmt: skip
    with closing(open_session(bench.resources["reference"], timeout_s=60)) as meter:
        meter.write("PRESET NORM;END ALWAYS;DCV 10;NPLC 1")
        assert meter.query("TRIG?").strip() == "SYN"
        for _ in range(2):
            assert float(meter.read()) == pytest.approx(5.0, abs=1e-3)
        assert meter.query("ERRSTR?").strip() == '0,"NO ERROR"'


def test_a_bare_read_of_a_meter_that_is_held_is_no_trigger():
    bench = parse_bench(catalogue_bench(["3458A"], "5 V"))
    faults, clock = FaultScript((), lambda: 0), [0]
    [device] = Network(bench, lambda: clock[0], faults).devices.values()
    talker = Talker(
        Served(device, faults, lambda: clock[0], lambda ns: clock.__setitem__(0, ns), RealClock())
    )
    for hold in ("TARM HOLD", "TARM AUTO;TRIG HOLD"):
        talker.write(f"{hold}\n".encode(), end=True)
        talker.asked()
        assert not talker.available, hold
    talker.write(b"TRIG SYN\n", end=True)
    talker.asked()
    assert float(talker.take(100)[0]) == pytest.approx(5.0, abs=1e-3)


def test_four_wires_leave_the_leads_out(reference):
    _, _, meter = reference("ohms4w-normal", "OUT 100 OHM", effects={**STILL, "leads": 1})
    shown = {}
    for name in ("OHM", "OHMF"):
        meter.write(f"{name} 100;NPLC 10")
        assert meter.query("FUNC?").startswith(f"{name},")
        shown[name] = float(meter.query("TARM SGL"))
    assert 0.05 < shown["OHM"] - shown["OHMF"] < 0.25
    assert meter.query("ERRSTR?").startswith("0,")


def test_what_is_kept_is_told(reference):
    _, _, meter = reference()
    meter.write("OFORMAT SREAL;MEM FIFO;SETACV SYNC;RQS 4")
    told = [meter.query(f"{name}?").strip() for name in ("OFORMAT", "MEM", "END", "SETACV", "RQS")]
    assert told == ["SREAL", "FIFO", "ALWAYS", "SYNC", "4"]
