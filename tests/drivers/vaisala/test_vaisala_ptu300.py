"""The exact exchange with an environment sensor, and the simulated one in a room whose air moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from calibrator_drivers import UnexpectedReply, WrongIdentity, open_instrument
from calibrator_drivers.roles import MeasureEnvironment
from calibrator_drivers.vaisala import VaisalaPTU300
from calibrator_sim import SIMULATOR

Protocol = Callable[..., Any]


def test_identity_and_role(expected_protocol: Protocol, step_clock: Any) -> None:
    exchanges = [("VERS", "PTU300 / 5.16"), ("SNUM", "Serial number  : H1234567")]
    with expected_protocol(exchanges) as session:
        sensor = VaisalaPTU300(session, step_clock)
        identity = sensor.identify()
        assert isinstance(sensor, MeasureEnvironment)
        sensor.reset()
        sensor.check_errors()
        sensor.close()
    assert (identity.model, identity.serial, identity.firmware) == ("PTU300", "H1234567", "5.16")
    other = [("VERS", "HMT330 / 3.0"), ("SNUM", "Serial number: 1")]
    with expected_protocol(other) as session, pytest.raises(WrongIdentity):
        VaisalaPTU300(session, step_clock).identify()


@pytest.mark.parametrize(
    "line",
    ["P= 1013.2 hPa  T= 23.14 'C  RH= 45.0 %RH", "RH=45.0 %RH Td=10.5 'C T= 23.14 'C P= 1013.2 hPa"],
)
def test_values_are_found_by_their_names(expected_protocol: Protocol, step_clock: Any, line: str) -> None:
    with expected_protocol([("SEND", line)]) as session:
        found = VaisalaPTU300(session, step_clock).read_environment()
    assert (found.temperature_c, found.humidity_rh, found.raw) == (23.14, 45.0, line)
    assert found.pressure_pa == pytest.approx(101_320.0)


@pytest.mark.parametrize(
    "line",
    [
        "P= 1013.2 hPa T= 23.14 'C",
        "P= 1013.2 hPa T= ***** 'C RH= 45.0 %RH",
        "P= 29.92 inHg T= 23.1 'C RH= 45 %RH",
    ],
)
def test_a_line_without_all_three_is_refused(expected_protocol: Protocol, step_clock: Any, line: str) -> None:
    with expected_protocol([("SEND", line)]) as session, pytest.raises(UnexpectedReply):
        VaisalaPTU300(session, step_clock).read_environment()


def test_the_room_as_the_simulated_one_shows_it() -> None:
    bench_file = {
        "name": "room",
        "instruments": {"room": {"model": "vaisala_ptu300", "serial": "SIMPTU01"}},
        "simulation": {"seed": 2, "environment": {"temperature_c": 21.0, "humidity_rh": 55.0}},
    }
    with SIMULATOR.open(bench_file) as bench:
        sensor: Any = open_instrument("vaisala_ptu300", bench.resources["room"], clock=bench.clock)
        assert sensor.identify().serial == "SIMPTU01"
        assert sensor.self_test()[0]
        found = sensor.read_environment()
        assert found.temperature_c == pytest.approx(21.0, abs=0.7)
        assert found.temperature_c != pytest.approx(bench.environment()["temperature_c"], abs=1e-6)
        assert found.humidity_rh == pytest.approx(55.0, abs=4.0)
        before = found.pressure_pa
        assert before == pytest.approx(101_325.0, abs=150.0)
        bench.clock.sleep(3 * 3600.0)
        assert abs(sensor.read_environment().pressure_pa - before) > 20.0  # the air moved
        sensor.close()
