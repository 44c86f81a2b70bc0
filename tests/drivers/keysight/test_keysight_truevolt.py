"""The exact exchange with a 34461A, 34465A and 34470A."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, WrongIdentity
from calibrator_drivers.accuracy import State, Status, load_table
from calibrator_drivers.keysight import Keysight34461A, Keysight34465A, Keysight34470A

NONE = '+0,"No error"'
OK = ("SYST:ERR?", NONE)
READ = ("READ?", "+1.00000000E+00")
Protocol = Callable[..., Any]


@pytest.mark.parametrize(
    ("driver", "reply"),
    [
        (Keysight34461A, "Keysight Technologies,34461A,MY53200000,A.02.08-02.37-02.08-00.49-01-01"),
        (Keysight34465A, "Keysight Technologies,34465A,MY54500000,A.02.17-02.40-02.17-00.52-03-01"),
        (Keysight34470A, "Keysight Technologies,34470A,MY54500001,A.02.17-02.40-02.17-00.52-03-02"),
    ],
)
def test_each_knows_its_own_identity_with_its_serial(
    expected_protocol: Protocol, step_clock: Any, driver: type[Keysight34461A], reply: str
) -> None:
    with expected_protocol([("*IDN?", reply)]) as session:
        identity = driver(session, step_clock).identify()
    assert identity.serial.startswith("MY")
    others = {Keysight34461A, Keysight34465A, Keysight34470A} - {driver}
    for other in others:
        with expected_protocol([("*IDN?", reply)]) as session, pytest.raises(WrongIdentity):
            other(session, step_clock).identify()


CONFIGURED: list[tuple[str, Callable[[Keysight34461A], None], list[str], str]] = [
    (
        "direct volts",
        lambda m: m.configure_voltage_dc(10.0, nplc=100, high_impedance=True),
        ["CONF:VOLT:DC 10", "VOLT:DC:NPLC 100", "VOLT:DC:IMP:AUTO ON", "VOLT:DC:ZERO:AUTO ON"],
        "V",
    ),
    (
        "two wires",
        lambda m: m.configure_resistance(1e4, wires=2, nplc=10),
        ["CONF:RES 10E3", "RES:NPLC 10", "RES:ZERO:AUTO ON"],
        "ohm",
    ),
    (
        "four wires",
        lambda m: m.configure_resistance(100.0, wires=4, nplc=1),
        ["CONF:FRES 100", "FRES:NPLC 1"],
        "ohm",
    ),
    (
        "direct amperes",
        lambda m: m.configure_current_dc(1e-4, nplc=10),
        ["CONF:CURR:DC 1E-4", "CURR:DC:NPLC 10", "CURR:DC:ZERO:AUTO ON"],
        "A",
    ),
    (
        "sine volts",
        lambda m: m.configure_voltage_ac(750.0, frequency_hz=50.0),
        ["CONF:VOLT:AC 750", "VOLT:AC:BAND 3"],
        "V",
    ),
    (
        "sine amperes",
        lambda m: m.configure_current_ac(10.0, frequency_hz=400.0),
        ["CONF:CURR:AC 10", "CURR:AC:BAND 20"],
        "A",
    ),
    (
        "frequency",
        lambda m: m.configure_frequency(1e3, gate_s=0.1, amplitude_v=3.0),
        ["CONF:FREQ", "FREQ:VOLT:RANG 10", "FREQ:APER 0.1"],
        "Hz",
    ),
]


@pytest.mark.parametrize(
    ("configure", "sent", "unit"), [c[1:] for c in CONFIGURED], ids=[c[0] for c in CONFIGURED]
)
def test_what_a_configuration_sends(
    expected_protocol: Protocol,
    step_clock: Any,
    configure: Callable[[Keysight34461A], None],
    sent: list[str],
    unit: str,
) -> None:
    with expected_protocol([*[(text, None) for text in sent], OK, READ]) as session:
        meter = Keysight34461A(session, step_clock)
        configure(meter)
        assert meter.read().unit == unit


@pytest.mark.parametrize(("reply", "passed"), [("+0", True), ("+1", False)])
def test_self_calibration_takes_its_time(
    expected_protocol: Protocol, step_clock: Any, reply: str, passed: bool
) -> None:
    with expected_protocol([("ACAL:ALL?", reply), OK]) as session:
        assert Keysight34465A(session, step_clock).self_calibrate() is passed
        assert (session.timeouts[0] or 0.0) >= 30.0


def test_a_self_calibration_that_is_refused_is_an_error(expected_protocol: Protocol, step_clock: Any) -> None:
    exchange = [("ACAL:ALL?", "+1"), ("SYST:ERR?", '-221,"Settings conflict"'), OK]
    with expected_protocol(exchange) as session, pytest.raises(InstrumentReportedError, match="ACAL"):
        Keysight34465A(session, step_clock).self_calibrate()


def test_internal_temperature(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([("SYST:TEMP?", "+3.51000000E+01")]) as session:
        assert Keysight34470A(session, step_clock).internal_temperature_c() == 35.1


@pytest.mark.parametrize("model", ["keysight_34461a", "keysight_34465a", "keysight_34470a"])
def test_above_500_v_every_volt_adds_20_uv(model: str) -> None:
    table, warm = load_table(model), State(temperature_c=23.0, calibration_temperature_c=23.0)
    at_500 = table.limit("dcv", 500.0, state=warm)
    at_1000 = table.limit("dcv", 1000.0, state=warm)
    row = table.row("dcv", 1000.0)
    without = 1000.0 * row.coef_reading_ppm * 1e-6 + 1000.0 * row.coef_range_ppm * 1e-6
    assert at_1000.half_width == pytest.approx(without + 500.0 * 20e-6)
    assert at_500.half_width == pytest.approx(without - 500.0 * row.coef_reading_ppm * 1e-6)
    assert not at_1000.status.decides_live  # the adder is remembered


def test_a_34470a_has_direct_volts_of_its_own() -> None:
    fine, coarse = load_table("keysight_34470a"), load_table("keysight_34465a")
    for interval, reading, of_range in (
        ("24h", 8.0, 2.0),
        ("90d", 13.0, 2.0),
        ("1y", 16.0, 2.0),
        ("2y", 20.0, 2.0),
    ):
        row = fine.row("dcv", 10.0, interval=interval)
        assert (row.coef_reading_ppm, row.coef_range_ppm, row.resolution) == (reading, of_range, 1e-6)
        assert reading < coarse.row("dcv", 10.0, interval=interval).coef_reading_ppm


def test_what_was_seen_of_the_34461a_stays_seen_and_the_rest_decides_nothing_live() -> None:
    rows = load_table("keysight_34461a").rows
    assert {row.function for row in rows if row.status is Status.SEEN} == {"dcv"}
    for model in ("keysight_34465a", "keysight_34470a"):
        assert not any(row.status.decides_live for row in load_table(model).rows)
