"""The façade that only plans, the units of functions, and the public names."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from calibrator import bench
from calibrator._errors import ConfigurationError, RunError
from calibrator.bench import PlanningBench, configure_meter, find_simulator, stage_source, unit_of
from calibrator.procedure import Point, load

POINT = Point("dcv:10V:+10V", "dcv", "dcv", Decimal(10), Decimal(10), "V", {}, "source")


def test_every_public_name_is_there():
    assert all(getattr(bench, name) is not None for name in bench.__all__)


def test_the_plan_of_a_point_adds_up_its_readings():
    planned = PlanningBench(POINT)
    planned.uut.configure("dcv", Decimal(10), "V", nplc=10)
    planned.source.stage("dcv", Decimal(10), "V", wires=4)
    with planned.energised():
        planned.settle(minimum_s=2.0, window=1e-5, samples=3)
        planned.read(5, discard=1)
    planned.wait(7.0)
    actions = planned.actions
    assert (actions.staged, actions.wires, actions.readings, actions.energised) == (Decimal(10), 4, 5, True)
    reading_s = 2 * 10 / 50 + 0.05  # autozero doubles the integration
    assert actions.duration_s == pytest.approx(2 * 0.05 + 1.0 + 2.0 + (3 + 6) * reading_s + 7.0)


def test_the_procedure_plans_every_point_without_instruments():
    procedure = load("dmm")
    for section in procedure.sections("keysight_34401a"):
        for point in section.points:
            planned = PlanningBench(point)
            procedure.measure(planned, point)
            assert planned.actions.energised == (point.standard == "source")
            assert planned.actions.readings >= 2
            assert planned.actions.staged == (point.nominal if planned.actions.energised else None)


def test_a_unit_that_does_not_fit_is_refused_by_the_plan_too():
    planned = PlanningBench(POINT)
    with pytest.raises(RunError, match="does not fit") as caught:
        planned.source.stage("dcv", Decimal(1), "A")
    assert (caught.value.code, caught.value.way_out) == ("unit-mismatch", "Write the value in V.")
    with pytest.raises(RunError, match="does not fit"):
        planned.uut.configure("dcv", Decimal(1), "ohm", nplc=1)


def test_unknown_functions_are_refused():
    nothing: Any = object()
    with pytest.raises(RunError, match="'dcw'"):
        unit_of("dcw", "V")
    with pytest.raises(RunError, match="'cap'"):
        stage_source(nothing, "cap", 1.0, wires=2)
    with pytest.raises(RunError, match="'cap'"):
        configure_meter(nothing, "cap", 1.0, nplc=1, wires=2, high_impedance=True)


class Written:
    """A driver that writes down what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *values, **named: self.asked.append((name, *values, named))


@pytest.mark.parametrize(
    ("function", "value", "asked"),
    [
        ("acv", 10.0, ("stage_voltage_ac", 10.0, {"frequency_hz": 1000.0})),
        ("aci", 0.1, ("stage_current_ac", 0.1, {"frequency_hz": 1000.0})),
        ("res2w", 100.0, ("stage_resistance", 100.0, {"wires": 2})),
        ("freq", 1e7, ("stage_frequency", 1e7, {"amplitude_v": 0.5})),
    ],
)
def test_a_function_reaches_the_role_s_method_of_a_source(function: str, value: float, asked: Any) -> None:
    source: Any = Written()
    stage_source(source, function, value, wires=2, frequency_hz=1000.0, amplitude_v=0.5)
    assert source.asked == [asked]


@pytest.mark.parametrize(
    ("function", "range_", "asked"),
    [
        ("acv", 10.0, ("configure_voltage_ac", 10.0, {"frequency_hz": 1000.0})),
        ("aci", 1.0, ("configure_current_ac", 1.0, {"frequency_hz": 1000.0})),
        ("res2w", 100.0, ("configure_resistance", 100.0, {"wires": 2, "nplc": 10})),
        ("freq", 1e7, ("configure_frequency", 1e7, {"gate_s": 2.0, "amplitude_v": 0.5})),
    ],
)
def test_a_function_reaches_the_role_s_method_of_a_meter(function: str, range_: float, asked: Any) -> None:
    meter: Any = Written()
    configure_meter(
        meter,
        function,
        range_,
        nplc=10,
        wires=2,
        high_impedance=True,
        frequency_hz=1000.0,
        gate_s=2.0,
        amplitude_v=0.5,
    )
    assert meter.asked == [asked]


def test_the_simulator_is_found_by_name_and_only_when_asked():
    assert find_simulator().default_bench().startswith("#")
    with pytest.raises(ConfigurationError, match="no simulator 'other'"):
        find_simulator("other")
    code = "import sys, calibrator.bench; sys.exit('calibrator_sim' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
