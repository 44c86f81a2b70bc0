"""The exact exchange with a 5522A whose output is staged, connected and made safe."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import (
    InstrumentError,
    InstrumentReportedError,
    OutOfLimits,
    ReadbackError,
    WrongIdentity,
)
from calibrator_drivers.fluke import Fluke5522A
from calibrator_drivers.roles import SourceCurrentDC, SourceResistance, SourceVoltageDC
from calibrator_drivers.transport import open_session

NONE = '0,"No Error"'
OFF = [("STBY", None), ("OPER?", "0")]  # and looked at
STAGE_10_V = [("STBY", None), ("OPER?", "0"), ("OUT 10 V, 0 HZ", None), ("ERR?", NONE)]
READ_BACK_10_V = [
    ("OUT?", "1.000000E+01,V,0E+00,0,0.00E+00"),
    ("FUNC?", "DCV"),
    ("RANGELCK?", "0"),
    ("RANGE?", "DC33V,NONE"),
]
CONNECT = [("OPER", None), ("ERR?", NONE), ("OPER?", "1")]

Protocol = Callable[..., Any]


def test_fills_its_roles(expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]) -> None:
    with expected_protocol([]) as session:
        source = driver(session)
        assert isinstance(source, SourceVoltageDC)
        assert isinstance(source, SourceResistance)
        assert isinstance(source, SourceCurrentDC)
        source.close()
        assert session.closed


def test_identity(expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]) -> None:
    with expected_protocol([("*IDN?", "FLUKE,5522A,1234567,2.0+1.3+2.0+*")]) as session:
        identity = driver(session).identify()
    assert (identity.manufacturer, identity.model, identity.serial) == ("FLUKE", "5522A", "1234567")
    assert identity.firmware == "2.0+1.3+2.0+*"


def test_a_serial_line_takes_control_first(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    with expected_protocol(
        [
            ("REMOTE", None),
            ("*IDN?", "FLUKE,5522A,1234567,2.0+1.3+2.0+*"),
            ("REMOTE", None),
            ("*CLS", None),
            ("*RST", None),
            ("ERR?", NONE),
            ("REMOTE", None),
            ("STBY", None),
            ("OUT 0 V, 0 HZ", None),
            ("ERR?", NONE),
            ("OPER?", "0"),
            ("OUT?", "0.000000E+00,V,0E+00,0,0.00E+00"),
        ]
    ) as session:
        session.resource = "ASRL/dev/ttyUSB0::INSTR"
        source = driver(session)
        source.identify()
        source.reset()
        source.make_safe()


@pytest.mark.parametrize("reply", ["FLUKE,5500A,7215002,2.4+1.3+2.0+*", "HP3458A", "5522A,FLUKE,1,2"])
def test_another_instrument_is_refused(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A], reply: str
) -> None:
    with expected_protocol([("*IDN?", reply)]) as session, pytest.raises(WrongIdentity) as caught:
        driver(session).identify()
    assert caught.value.identity == reply


def test_a_voltage_is_staged_in_standby_read_back_and_only_then_connected(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    with expected_protocol([*STAGE_10_V, *READ_BACK_10_V, *CONNECT]) as session:
        source = driver(session)
        source.stage_voltage_dc(10.0)
        source.operate()


def test_crossing_33_v_happens_in_standby_and_oper_follows(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    with expected_protocol(
        [
            *STAGE_10_V,
            *READ_BACK_10_V,
            *CONNECT,
            ("STBY", None),
            ("OPER?", "0"),
            ("OUT 1000 V, 0 HZ", None),
            ("ERR?", NONE),
            ("OUT?", "1.000000E+03,V,0E+00,0,0.00E+00"),
            ("FUNC?", "DCV"),
            ("RANGELCK?", "OFF"),
            ("RANGE?", "DC1000V,NONE"),
            *CONNECT,
        ]
    ) as session:
        source = driver(session)
        source.stage_voltage_dc(10.0)
        source.operate()
        source.stage_voltage_dc(1000.0)
        source.operate()


def test_the_drop_to_standby_at_33_v_is_noticed(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    with expected_protocol(
        [*STAGE_10_V, *READ_BACK_10_V, ("OPER", None), ("ERR?", NONE), ("OPER?", "0"), *OFF]
    ) as session:
        source = driver(session)
        source.stage_voltage_dc(10.0)
        with pytest.raises(ReadbackError, match="output was staged as operate"):
            source.operate()


@pytest.mark.parametrize(
    ("index", "reply", "quantity"),
    [
        (0, "1.000100E+01,V,0E+00,0,0.00E+00", "value"),
        (0, "-1.000000E+01,V,0E+00,0,0.00E+00", "value"),
        (0, "1.000000E+01,A,0E+00,0,0.00E+00", "unit"),
        (0, "1.000000E+01,V,1E-03,A,0.00E+00", "second output"),
        (0, "1.000000E+01,V,0E+00,0,5.00E+01", "frequency"),
        (1, "ACV", "function"),
        (2, "1", "range"),
        (3, "DC3_3V,NONE", "range"),
    ],
)
def test_what_is_not_read_back_as_staged_is_never_connected(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A], index: int, reply: str, quantity: str
) -> None:
    read_back = list(READ_BACK_10_V)
    read_back[index] = (read_back[index][0], reply)
    stop = {"value": 2, "unit": 2, "second output": 2, "frequency": 2, "function": 2}.get(quantity, index + 1)
    with expected_protocol([*STAGE_10_V, *read_back[:stop]]) as session:
        source = driver(session)
        source.stage_voltage_dc(10.0)
        with pytest.raises(ReadbackError) as caught:
            source.operate()
    assert caught.value.quantity == quantity


def test_nothing_staged_nothing_connected(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    with expected_protocol([]) as session, pytest.raises(InstrumentError, match="Nothing is staged"):
        driver(session).operate()


def test_a_refused_value_is_not_staged(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    refused = [*STAGE_10_V[:3], ("ERR?", '512,"Value exceeds limit"'), ("ERR?", NONE)]
    with expected_protocol(refused) as session:
        source = driver(session)
        with pytest.raises(InstrumentReportedError) as caught:
            source.stage_voltage_dc(10.0)
        assert caught.value.errors == ((512, "Value exceeds limit"),)
        with pytest.raises(InstrumentError, match="Nothing is staged"):
            source.operate()


def test_an_error_at_operate_disconnects(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    with expected_protocol(
        [
            *STAGE_10_V,
            *READ_BACK_10_V,
            ("OPER", None),
            ("ERR?", '1300,"Bad syntax"'),
            ("ERR?", NONE),
            *OFF,
        ]
    ) as session:
        source = driver(session)
        source.stage_voltage_dc(10.0)
        with pytest.raises(InstrumentReportedError, match="1300 Bad syntax after 'OPER'"):
            source.operate()


@pytest.mark.parametrize("voltage", [1020.1, -1021.0, float("nan"), float("inf")])
def test_a_value_beyond_the_calibrator_is_never_sent(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A], voltage: float
) -> None:
    with expected_protocol(STAGE_10_V[:2]) as session, pytest.raises(OutOfLimits, match="Nothing was sent"):
        driver(session).stage_voltage_dc(voltage)


@pytest.mark.parametrize(
    ("resistance", "wires", "sent"),
    [
        (100.0, 4, [("OUT 100 OHM", None), ("ZCOMP WIRE4", None)]),
        (109999.0, 4, [("OUT 109999 OHM", None), ("ZCOMP WIRE4", None)]),
        (110e3, 4, [("OUT 110000 OHM", None)]),  # no compensation from 110 kohm upwards
        (1e8, 4, [("OUT 100000000 OHM", None)]),
        (100.0, 2, [("OUT 100 OHM", None), ("ZCOMP NONE", None)]),
    ],
)
def test_resistance_is_compensated_for_four_wires_below_110_kohm(
    expected_protocol: Protocol,
    driver: Callable[[Any], Fluke5522A],
    resistance: float,
    wires: int,
    sent: list[Any],
) -> None:
    with expected_protocol([("STBY", None), ("OPER?", "0"), *sent, ("ERR?", NONE)]) as session:
        driver(session).stage_resistance(resistance, wires=wires)


def test_current_is_staged_at_aux(expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]) -> None:
    with expected_protocol(
        [
            ("STBY", None),
            ("OPER?", "0"),
            ("OUT 0.01 A, 0 HZ", None),
            ("ERR?", NONE),
            ("OUT?", "1.00000E-02,A,0E+00,0,0.00E+00"),
            ("FUNC?", "DCI"),
            ("RANGELCK?", "0"),
            ("RANGE?", "DC33MA_A,NONE"),
            *CONNECT,
        ]
    ) as session:
        source = driver(session)
        source.stage_current_dc(0.01)
        source.operate()


def test_small_values_keep_all_their_digits(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    sent = [("STBY", None), ("OPER?", "0"), ("OUT -1.2345678E-05 V, 0 HZ", None), ("ERR?", NONE)]
    with expected_protocol(sent) as session:
        driver(session).stage_voltage_dc(-1.2345678e-05)


def test_make_safe_works_on_a_fresh_session_and_confirms(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    with expected_protocol(
        [
            ("STBY", None),
            ("OUT 0 V, 0 HZ", None),
            ("ERR?", '539,"Can\'t change compensation now."'),  # left over from whoever died
            ("ERR?", NONE),
            ("OPER?", "0"),
            ("OUT?", "0.000000E+00,V,0E+00,0,0.00E+00"),
        ]
    ) as session:
        driver(session).make_safe()


@pytest.mark.parametrize(
    ("operating", "output", "says"),
    [
        ("1", "0.000000E+00,V,0E+00,0,0.00E+00", "read back as operate; the output may still be on"),
        ("0", "1.000000E+03,V,0E+00,0,0.00E+00", "staged as 0 V and is read back as 1000 V"),
    ],
)
def test_make_safe_that_is_not_confirmed_is_told(
    expected_protocol: Protocol,
    driver: Callable[[Any], Fluke5522A],
    operating: str,
    output: str,
    says: str,
) -> None:
    answers = [("STBY", None), ("OUT 0 V, 0 HZ", None), ("ERR?", NONE), ("OPER?", operating)]
    with expected_protocol([*answers, ("OUT?", output)]) as session:
        source = driver(session)
        with pytest.raises(ReadbackError, match=says):
            source.make_safe()


@pytest.mark.parametrize("how", ["closes", "says nothing"])
def test_make_safe_goes_on_over_a_new_connection(
    serve: Callable[..., Any], driver: Callable[[Any], Fluke5522A], how: str
) -> None:
    received: list[bytes] = []
    replies = {b"ERR?": b'0,"No Error"', b"OPER?": b"0", b"OUT?": b"0.0E+00,V,0E+00,0,0.00E+00"}

    def handler(line: bytes, connection: socket.socket) -> None:
        first = connection is server.connections[0]
        if not first:  # the first connection may hold a message that arrives late
            received.append(line)
        if first and how == "closes":
            connection.shutdown(socket.SHUT_RDWR)
        elif not first and line in replies:
            connection.sendall(replies[line] + b"\n")

    server = serve(handler)
    session = open_session(server.resource, timeout_s=30.0 if how == "closes" else 1.0)
    driver(session).make_safe()
    session.close()
    assert received[-5:] == [b"STBY", b"OUT 0 V, 0 HZ", b"ERR?", b"OPER?", b"OUT?"]
    assert len(server.connections) >= 2


def test_after_make_safe_nothing_is_staged(
    expected_protocol: Protocol, driver: Callable[[Any], Fluke5522A]
) -> None:
    with expected_protocol(
        [
            *STAGE_10_V,
            ("STBY", None),
            ("OUT 0 V, 0 HZ", None),
            ("ERR?", NONE),
            ("OPER?", "0"),
            ("OUT?", "0.000000E+00,V,0E+00,0,0.00E+00"),
        ]
    ) as session:
        source = driver(session)
        source.stage_voltage_dc(10.0)
        source.make_safe()
        with pytest.raises(InstrumentError, match="Nothing is staged"):
            source.operate()
