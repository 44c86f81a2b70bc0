"""What `measure` does to the world, call by call, and that it touches nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest

from calibrator.procedure import Bench, Point, load

MODEL = "keysight_34401a"


class WritingBench:
    """A bench of its own kind: it writes down what it is asked to do."""

    def __init__(self, *, unsettled: bool = False) -> None:
        self.done: list[tuple[object, ...]] = []
        self.unsettled = unsettled

    @property
    def source(self) -> WritingBench:
        return self

    @property
    def uut(self) -> WritingBench:
        return self

    def stage(self, function: str, value: Decimal, unit: str, *, wires: int = 2) -> None:
        self.done.append(("stage", function, value, unit, wires))

    def configure(
        self,
        function: str,
        range_: Decimal,
        unit: str,
        *,
        nplc: float,
        wires: int = 2,
        high_impedance: bool = True,
    ) -> None:
        self.done.append(("configure", function, range_, unit, nplc, wires, high_impedance))

    @contextmanager
    def energised(self) -> Iterator[None]:
        self.done.append(("operate",))
        try:
            yield
        finally:
            self.done.append(("standby",))

    def settle(self, *, minimum_s: float, window: float, samples: int = 3, timeout_s: float = 120.0) -> None:
        self.done.append(("settle", minimum_s, window, samples, timeout_s))
        if self.unsettled:
            raise TimeoutError("not settled")

    def read(self, count: int, *, discard: int = 0) -> None:
        self.done.append(("read", count, discard))

    def wait(self, seconds: float) -> None:
        self.done.append(("wait", seconds))


@pytest.fixture
def points() -> dict[str, Point]:
    return {point.id: point for section in load("dmm").sections(MODEL) for point in section.points}


def test_volts_are_staged_before_they_are_connected_and_in_standby_after(points: dict[str, Point]) -> None:
    written = WritingBench()
    bench: Bench = written
    load("dmm").measure(bench, points["dcv:1000V:+1000V"])
    assert written.done == [
        ("configure", "dcv", Decimal(1000), "V", 10.0, 2, True),
        ("stage", "dcv", Decimal(1000), "V", 2),
        ("operate",),
        ("settle", 2.0, 0.0055, 3, 120.0),
        ("read", 20, 1),
        ("standby",),
    ]


def test_ohms_above_the_compensation_use_four_wires_at_the_meter_and_two_at_the_source(
    points: dict[str, Point],
) -> None:
    written = WritingBench()
    load("dmm").measure(written, points["res4w:10000000ohm:+10000000ohm"])
    assert written.done[:2] == [
        ("configure", "res4w", Decimal(10000000), "ohm", 10.0, 4, True),
        ("stage", "res4w", Decimal(10000000), "ohm", 2),
    ]
    assert written.done[3] == ("settle", 5.0, 410.0, 3, 120.0)


def test_two_amperes_warm_for_half_a_minute(points: dict[str, Point]) -> None:
    written = WritingBench()
    load("dmm").measure(written, points["dci:3A:+2A"])
    assert ("stage", "dci", Decimal(2), "A", 2) in written.done
    assert ("settle", 30.0, 0.0003, 3, 120.0) in written.done


def test_an_artefact_energises_nothing(points: dict[str, Point]) -> None:
    for point in points.values():
        written = WritingBench()
        load("dmm").measure(written, point)
        energises = {"stage", "operate"} & {str(call[0]) for call in written.done}
        assert bool(energises) == (point.nominal != 0), point.id


def test_output_goes_to_standby_when_the_reading_does_not_settle(points: dict[str, Point]) -> None:
    written = WritingBench(unsettled=True)
    with pytest.raises(TimeoutError):
        load("dmm").measure(written, points["dcv:100V:+100V"])
    assert written.done[-1] == ("standby",)
    assert not any(call[0] == "read" for call in written.done)
