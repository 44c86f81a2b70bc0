"""A typed unit under test on a live bench: its questions go to the person who is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calibrator.engine._station import Station, is_source, roles_of
from calibrator.standards import load_bench
from calibrator_drivers import ConnectFailed, driver_classes
from calibrator_drivers.typed import Question

BENCH = """
name = "hand-held"

[instruments.generator]
asset = "GEN-1"
model = "keysight_33220a"
serial = "MY44000000"
resource = "TCPIP0::127.0.0.1::9::SOCKET"

[instruments.uut]
asset = "HAND-1"
model = "fluke_87v"
serial = "12345678"
resource = "TYPED::OPERATOR"
"""


@pytest.fixture
def station(tmp_path: Path) -> Station:
    path = tmp_path / "bench.toml"
    path.write_text(BENCH, encoding="utf-8")
    return Station.open(load_bench(path))


def test_its_questions_go_to_the_person(station: Station) -> None:
    asked: list[Question] = []
    answers = {"who": "12345678", "dial": "ok", "look": "5.003"}

    def ask(question: Question) -> str:
        asked.append(question)
        return answers[question.kind]

    station.ask = ask
    meter: Any = station.driver("uut")
    assert meter is station.driver("uut")
    assert meter.identify().serial == "12345678"
    meter.configure_voltage_dc(6.0, nplc=1, high_impedance=False)
    assert meter.read().value == 5.003
    assert [question.text for question in asked] == [
        "uut: type the serial number on its label.",
        "uut: set it to DC volts, range 6 V, then type ok.",
        "uut: what does it show, in V?",
    ]


def test_without_a_person_it_is_refused(station: Station) -> None:
    with pytest.raises(ConnectFailed, match="nobody is there to be asked"):
        station.driver("uut")


def test_every_source_of_any_quantity_is_made_safe(station: Station) -> None:
    assert [place.name for place in station.places()] == ["generator"]
    for name, driver in driver_classes().items():
        assert is_source(driver.ROLES) == hasattr(driver, "make_safe"), name
    assert roles_of(station.bench)["fluke_87v"]
