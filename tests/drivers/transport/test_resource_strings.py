"""Resource strings: every form of the page, and what is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_drivers import BadResource, ConnectFailed
from calibrator_drivers.clock import RealClock
from calibrator_drivers.registry import open_instrument
from calibrator_drivers.transport import Line, open_session, parse_address

PAGE = Path(__file__).parents[3] / "docs" / "transports.md"
GATEWAY = "PRLGX-TCPIP::192.0.2.7::1234::INTFC"


@pytest.mark.parametrize(
    ("resource", "kind", "device", "port", "unit"),
    [
        ("TCPIP0::192.0.2.7::5025::SOCKET", "socket", "", 0, ""),
        ("TCPIP::192.0.2.7::hislip0,4880::INSTR", "visa", "", 0, ""),
        ("TCPIP::192.0.2.7::gpib0,22::INSTR", "visa", "", 0, ""),
        ("GPIB0::22::INSTR", "visa", "", 0, ""),
        ("ASRL/dev/ttyUSB0::INSTR?baud=2400", "serial", "/dev/ttyUSB0", 0, ""),
        ("ASRLsocket://192.0.2.7:4001::INSTR", "serial", "socket://192.0.2.7:4001", 0, ""),
        ("ASRLrfc2217://h:4001?ign_set_control::INSTR", "serial", "rfc2217://h:4001?ign_set_control", 0, ""),
        ("PRLGX-TCPIP::192.0.2.7::22::INSTR", "prologix", "192.0.2.7", 1234, "22"),
        ("PRLGX-TCPIP0::192.0.2.7::1235::22,96::INSTR", "prologix", "192.0.2.7", 1235, "22 96"),
        ("PRLGX-ASRL::/dev/ttyUSB0::4::INSTR", "prologix", "/dev/ttyUSB0", 1234, "4"),
        ("MODBUS::192.0.2.7::3", "modbus-tcp", "192.0.2.7", 502, "3"),
        ("MODBUS::192.0.2.7::1502::3", "modbus-tcp", "192.0.2.7", 1502, "3"),
        ("MODBUS-RTU::/dev/ttyUSB0::3?parity=E", "modbus-rtu", "/dev/ttyUSB0", 0, "3"),
        ("HART::socket://192.0.2.7:4001::0", "hart", "socket://192.0.2.7:4001", 0, "0"),
    ],
)
def test_a_resource_names_its_way(resource: str, kind: str, device: str, port: int, unit: str) -> None:
    found = parse_address(resource)
    assert (found.kind, found.device, found.port, found.unit) == (kind, device, port, unit)


def test_every_form_of_the_page_is_read() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    forms = [
        form for row in rows for form in re.findall(r"`([A-Z-]+\d*:[^`]+|ASRL[^`]+)`", row.split(" | ")[0])
    ]
    assert len(forms) >= 14
    kinds = {parse_address(form).kind for form in forms}
    assert kinds == {"socket", "visa", "serial", "prologix", "modbus-tcp", "modbus-rtu", "hart", "memory"}


def test_options_change_the_driver_s_line() -> None:
    line = parse_address(
        "ASRL/dev/x::INSTR?baud=2400&bits=7&parity=even&stop=2&flow=xonxoff&terminator=cr"
    ).line(Line(reply_terminator="\r\n", marker="*IDN?"))
    assert line == Line(
        baud=2400,
        bits=7,
        parity="E",
        stop=2,
        flow="xonxoff",
        terminator="\r",
        reply_terminator="\r\n",
        marker="*IDN?",
    )


def _read(text: str) -> str:
    """Return the kind of a resource, or how it was refused."""
    try:
        found = parse_address(text)
        found.line(Line())
    except BadResource as error:
        return f"{error.code} {error.way_out}"
    return found.kind


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    assert len(_read(text)) > 3
    assert len(_read(f"ASRL/dev/ttyUSB0::INSTR?{text}")) > 3


@pytest.mark.parametrize(
    "resource",
    [
        "TCPIP::no-such-host.invalid::5025::SOCKET",
        "TCPIP::no-such-host.invalid::hislip0::INSTR",
        "TCPIP::no-such-host.invalid::inst0::INSTR",
        "PRLGX-TCPIP::no-such-host.invalid::1234::22::INSTR",
        "ASRL/dev/no-such-line::INSTR",
        "NOT::A::RESOURCE",
    ],
)
def test_what_is_not_there_is_named_with_its_cause_and_leaves_nothing_open(resource: str) -> None:
    with pytest.raises(ConnectFailed) as caught:
        open_session(resource, name="unit", library="")
    told = str(caught.value)
    assert "Bad file descriptor" not in told
    assert any(
        word in told
        for word in ("not known", "resolution", "getaddrinfo", "No such file", "INV_RSRC", "port")
    )
    assert resource.split("::")[1] in told


def test_a_marker_may_be_a_question() -> None:
    address = parse_address("ASRLsocket://host:4001?logging=debug::INSTR?marker=*IDN?&baud=2400")
    line = address.line(Line())
    assert (line.marker, line.baud) == ("*IDN?", 2400)
    assert address.device == "socket://host:4001?logging=debug"


@pytest.mark.parametrize(
    ("resource", "thing", "way_out"),
    [
        ("TCPIP::192.0.2.7::99999::SOCKET", 'port "99999"', "1 to 65535"),
        ("TCPIP::192.0.2.7::0::SOCKET", 'port "0"', "1 to 65535"),
        ("TCPIP::192.0.2.7::-5::SOCKET", 'port "-5"', "1 to 65535"),
        ("TCPIP::192.0.2.7::abc::SOCKET", 'port "abc"', "1 to 65535"),
        ("TCPIP::192.0.2.7::SOCKET", "names no port", "host::port::SOCKET"),
        ("TCPIP::::5025::SOCKET", "names no host", "TCPIP::host"),
        ("TCPIP::[::1]::5025::SOCKET", '"[::1]" is an IPv6 address', "IPv4"),
        ("TCPIP::fe80::1::5025::SOCKET", '"fe80::1" is an IPv6 address', "IPv4"),
        ("TCPIP::::1::hislip0::INSTR", "IPv6 address", "IPv4"),
        ("TCPIP::[fe80::2]::INSTR", "IPv6 address", "IPv4"),
        ("TCPIP::192.0.2.7::hislip0,99999::INSTR", 'port "99999"', "1 to 65535"),
        ("GPIB0::31::INSTR", 'GPIB address "31"', "0 to 30"),
        ("GPIB0::x::INSTR", 'GPIB address "x"', "0 to 30"),
        ("PRLGX-TCPIP::192.0.2.7::99999::22::INSTR", 'port "99999"', "1 to 65535"),
        ("PRLGX-TCPIP::192.0.2.7::1234::99::INSTR", 'GPIB address "99"', "0 to 30"),
        ("PRLGX-ASRL::/dev/x::99::INSTR", 'GPIB address "99"', "0 to 30"),
        ("MODBUS::192.0.2.7::99999::1", 'port "99999"', "1 to 65535"),
        ("MODBUS::192.0.2.7::502::999", 'unit "999"', "0 to 255"),
        ("MODBUS::192.0.2.7", "names no unit", "0 to 255"),
        ("MODBUS-RTU::/dev/x::300", 'unit "300"', "0 to 255"),
        ("HART::socket://192.0.2.7:70000::0", 'port "70000"', "1 to 65535"),
        ("HART::/dev/x::64", 'unit "64"', "0 to 63"),
        ("ASRL::INSTR", "names no serial line", "ASRL3::INSTR"),
        ("ASRLsocket://192.0.2.7::INSTR", "names no port", "1 to 65535"),
        ("ASRLsocket://[::1]:4001::INSTR", "IPv6 address", "IPv4"),
        ("ASRL/dev/x::INSTR?bits=99", "bits=99", "5 to 8"),
        ("ASRL/dev/x::INSTR?baud=0", "baud=0", "baud"),
        ("", "names no instrument", "TCPIP::host"),
        ("TCPIP::192.0.2.7::5025::SOCKET\n", "names no instrument", "TCPIP::host"),
        ("TCPIP", "no instrument", "TCPIP::host"),
        ("192.0.2.7:5025", "is no resource", "TCPIP::192.0.2.7::5025::SOCKET"),
        ("192.0.2.7", "is no resource", "TCPIP::192.0.2.7::INSTR"),
        ("COM3", "is no resource", "ASRL3::INSTR"),
        ("/dev/ttyUSB0", "is no resource", "ASRL/dev/ttyUSB0::INSTR"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_thing_and_a_way_out(
    resource: str, thing: str, way_out: str
) -> None:
    with pytest.raises(BadResource) as caught:
        parse_address(resource).line(Line())
    told = str(caught.value)
    assert thing in told
    assert way_out in told
    assert caught.value.resource == resource.partition("?")[0]


@pytest.mark.parametrize(
    ("model", "resource", "thing", "way_out"),
    [
        ("eastron_sdm630", "TCPIP::127.0.0.1::9::SOCKET", "speaks Modbus", "MODBUS::host"),
        ("transmitter_4_20ma", "TCPIP::127.0.0.1::9::SOCKET", "speaks HART", "HART::/dev"),
        ("transmitter_4_20ma", "MODBUS::127.0.0.1::9::1", "speaks HART", "HART::/dev"),
        ("keysight_34401a", "HART::socket://127.0.0.1:9::0", "in messages", "SOCKET"),
    ],
)
def test_a_driver_is_not_opened_on_a_way_that_it_does_not_speak(
    model: str, resource: str, thing: str, way_out: str
) -> None:
    with pytest.raises(BadResource, match=thing) as caught:
        open_instrument(model, resource, clock=RealClock())
    assert way_out in str(caught.value)
