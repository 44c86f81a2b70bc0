"""The exact exchange with a balance that speaks MT-SICS."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import InstrumentReportedError, SettlingTimeout, UnexpectedReply, WrongIdentity
from calibrator_drivers.mettler import MettlerXS205DU
from calibrator_drivers.roles import MeasureMass

Protocol = Callable[..., Any]


class LineSession:
    """Lines that come one after the other, as from `M28` and `C3`."""

    name = "balance"
    resource = "ASRL1::INSTR"
    last_offset = None

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        self.sent: list[str] = []

    def query(self, text: str, **_: Any) -> str:
        self.sent.append(text)
        return self.lines.pop(0)

    def read(self, **_: Any) -> str:
        return self.lines.pop(0)


def test_fills_its_role(expected_protocol: Protocol, step_clock: Any) -> None:
    with expected_protocol([]) as session:
        balance = MettlerXS205DU(session, step_clock)
        assert isinstance(balance, MeasureMass)
        balance.check_errors()
        balance.close()
        assert session.closed


def test_identity(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        ("I4", 'I4 A "B123456789"'),
        ("I2", 'I2 A "XS205DU Excellence 220.0000 g"'),
        ("I3", 'I3 A "3.10 10.28.0.493.142"'),
    ]
    with expected_protocol(exchanges) as session:
        identity = MettlerXS205DU(session, step_clock).identify()
    assert (identity.model, identity.serial, identity.firmware) == (
        "XS205DU",
        "B123456789",
        "3.10 10.28.0.493.142",
    )
    with expected_protocol([("I4", "ES")]) as session, pytest.raises(WrongIdentity, match="MT-SICS"):
        MettlerXS205DU(session, step_clock).identify()
    other = [("I4", 'I4 A "B1"'), ("I2", 'I2 A "MS204S Basic 220.0000 g"'), exchanges[2]]
    with expected_protocol(other) as session, pytest.raises(WrongIdentity, match="XS205DU is expected"):
        MettlerXS205DU(session, step_clock).identify()


@pytest.mark.parametrize(
    ("reply", "grams"),
    [
        ("S S     100.00 g", 100.0),
        ("S S  100.00015 g", 100.00015),
        ("S S -  0.00012 g", -0.00012),
        ("S S      -0.01 mg", -1e-5),
        ("S S   15.000 kg", 15000.0),
    ],
)
def test_a_stable_weight(expected_protocol: Protocol, step_clock: Any, reply: str, grams: float) -> None:
    with expected_protocol([("S", reply)]) as session:
        found = MettlerXS205DU(session, step_clock).read()
        assert session.timeouts == [20.0]
    assert (found.value, found.unit, found.raw) == (pytest.approx(grams), "g", reply)


def test_a_weight_now_and_whether_it_is_stable(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [("SI", "S D      99.98 g"), ("SI", "S S     100.00 g"), ("SI", "S +"), ("SI", "S -")]
    with expected_protocol(exchanges) as session:
        balance = MettlerXS205DU(session, step_clock)
        assert [balance.read_now()[1] for _ in range(2)] == [False, True]
        over, stable = balance.read_now()
        assert over.overload
        assert math.isnan(over.value)
        assert not stable
        assert balance.read_now()[0].overload


def test_what_is_refused_is_named(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        ("S", "S I"),
        ("Z", "Z I"),
        ("Z", "Z +"),
        ("T", "ES"),
        ("SI", "EL"),
        ("SI", "S S 5.0 ct"),
        ("SI", "what?"),
    ]
    with expected_protocol(exchanges) as session:
        balance = MettlerXS205DU(session, step_clock)
        with pytest.raises(SettlingTimeout, match="draft shield"):
            balance.read()
        with pytest.raises(InstrumentReportedError, match="not executable"):
            balance.zero()
        with pytest.raises(InstrumentReportedError, match="upper limit"):
            balance.zero()
        with pytest.raises(InstrumentReportedError, match="understand"):
            balance.tare()
        with pytest.raises(InstrumentReportedError, match="EL"):
            balance.read_now()
        with pytest.raises(UnexpectedReply, match="ct"):
            balance.read_now()
        with pytest.raises(UnexpectedReply):
            balance.read_now()


def test_zero_tare_doors_and_cancel(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [
        ("@", 'I4 A "B123456789"'),
        ("Z", "Z A"),
        ("T", "T S     100.00 g"),
        ("TAC", "TAC A"),
        ("WS 0", "WS A"),
    ]
    with expected_protocol(exchanges) as session:
        balance = MettlerXS205DU(session, step_clock)
        balance.reset()
        balance.zero()
        balance.tare()
        balance.clear_tare()
        balance.shut_doors()


def test_replies_of_several_lines(step_clock: Any) -> None:
    session: Any = LineSession("M28 B 1 21.8", "M28 A 2 22.1", "C3 B", "C3 A", "C3 B", "C3 I", "C3 I")
    balance = MettlerXS205DU(session, step_clock)
    assert balance.temperatures_c() == (21.8, 22.1)
    balance.adjust_inside()
    for _ in range(2):
        with pytest.raises(InstrumentReportedError, match="not executable"):
            balance.adjust_inside()
    assert session.sent == ["M28", "C3", "C3", "C3"]
    assert session.lines == []
