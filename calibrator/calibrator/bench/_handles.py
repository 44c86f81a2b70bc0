"""The instruments as a procedure holds them: a source, a meter, any part."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from decimal import Decimal

from calibrator.bench._desk import Desk
from calibrator.bench._drivers import unit_of
from calibrator.bench._parts import configure_part, read_part
from calibrator_drivers.roles import Indication

__all__ = ["Armed", "Meter", "Part", "Source"]

Setting = float | str | bool


class Armed:
    """What each part was configured to; set again where two parts are one instrument."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._wanted: dict[str, tuple[str, Mapping[str, Setting]]] = {}
        self._now: dict[str, str] = {}  # instrument -> the part that it is configured for

    def set(self, part: str, function: str, settings: Mapping[str, Setting]) -> None:
        """Configure a part, and remember how."""
        configure_part(self._desk.driver(part), function, settings)
        key = self._desk.key(part)
        self._wanted[key] = (function, settings)
        self._now[self._desk.place(part)[0]] = key

    def function(self, part: str) -> str:
        """Return what a part was configured to, "" where it was not."""
        key = self._desk.key(part)
        return self._wanted[key][0] if key in self._wanted else ""

    def read(self, part: str) -> Indication:
        """Take one reading of a part, as it was configured."""
        name, key = self._desk.place(part)[0], self._desk.key(part)
        if key in self._wanted and self._now.get(name) != key:
            configure_part(self._desk.driver(part), *self._wanted[key])
            self._now[name] = key
        return read_part(self._desk.driver(part), self.function(part) or self._own(part))

    def forget(self) -> None:
        """Hold nothing for configured any more: the instruments behind the parts are others now."""
        self._now.clear()

    def _own(self, part: str) -> str:
        """Return what a part reads that nobody configured: the one thing that its role can."""
        roles = self._desk.driver(part).ROLES
        return next((function for role, function in _ONLY.items() if role in roles), "")


# Roles with one function, which need no configuration; meters by themselves are just read.
_ONLY = {"SourceTemperature": "temperature", "SourcePressure": "pressure", "ReferenceFrequency": "discipline"}


class Source:
    """The source of a point."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def stage(
        self,
        function: str,
        value: Decimal,
        unit: str,
        *,
        wires: int = 2,
        frequency_hz: float = 0.0,
        amplitude_v: float = 1.0,
    ) -> None:
        """Programme a value with the output in standby."""
        self._desk.check()
        self._desk.stage(
            function, value, unit, wires=wires, frequency_hz=frequency_hz, amplitude_v=amplitude_v
        )


_ALONE = nullcontext()


def of_unit(desk: Desk, part: str, number: int) -> AbstractContextManager[None]:
    """Let a part be that of one unit under test, where each has its own."""
    return desk.unit(number) if len(desk.units_of(part)) > 1 else _ALONE


class Part:
    """Any part of the bench."""

    def __init__(self, desk: Desk, armed: Armed, name: str) -> None:
        self._desk = desk
        self._armed = armed
        self._name = name

    def stage(self, function: str, value: Decimal, unit: str, **settings: float) -> None:
        """Programme a value with the output off."""
        self._desk.check()
        self._desk.stage(function, value, unit, part=self._name, **settings)

    def configure(self, function: str, **settings: Setting) -> None:
        """Fix what the part measures and how; the wiring's channel stands in where none is given."""
        self._desk.check()
        unit_of(function)
        for number in self._desk.units_of(self._name):
            with of_unit(self._desk, self._name, number):
                self._configure(function, settings)

    def _configure(self, function: str, settings: Mapping[str, Setting]) -> None:
        desk = self._desk
        channel = desk.channel(self._name)
        if channel is not None and function == "temperature":
            settings = {"channel": channel, **settings}
        self._armed.set(self._name, function, settings)
        name, asset = desk.place(self._name)
        what = {"function": function, "part": self._name, **settings}
        desk.emit("configured", {"instrument": name, "asset": asset, "what": what})

    def act(self, action: str) -> None:
        """Do one of the role's actions."""
        self._desk.check()
        self._desk.act(self._name, action)


class Meter:
    """The unit under test as a meter."""

    def __init__(self, desk: Desk, armed: Armed) -> None:
        self._desk = desk
        self._armed = armed

    def configure(
        self,
        function: str,
        range_: Decimal,
        unit: str,
        *,
        nplc: float,
        wires: int = 2,
        high_impedance: bool = True,
        frequency_hz: float = 0.0,
        gate_s: float = 1.0,
        amplitude_v: float = 1.0,
    ) -> None:
        """Fix function, range and integration time."""
        self._desk.check()
        unit_of(function, unit)
        settings: dict[str, Setting] = {
            "nplc": nplc,
            "wires": wires,
            "high_impedance": high_impedance,
            **_further(function, frequency_hz, gate_s, amplitude_v),
        }
        what = {"function": function, "range": format(range_, "f"), "unit": unit, **settings}
        for number in self._desk.units:
            with self._desk.unit(number):
                self._armed.set("uut", function, {"range": float(range_), **settings})
                name, asset = self._desk.place("uut")
                self._desk.emit("configured", {"instrument": name, "asset": asset, "what": what})


def _further(function: str, frequency_hz: float, gate_s: float, amplitude_v: float) -> dict[str, float]:
    """Return what a record says of a setting beyond value and range, nothing for direct quantities."""
    if function == "freq":
        return {"gate_s": gate_s, "amplitude_v": amplitude_v}
    return {"frequency_hz": frequency_hz} if frequency_hz else {}
