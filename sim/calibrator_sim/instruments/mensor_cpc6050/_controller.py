"""A CPC6050 as its servers see it: Mensor's words; its physics is that of every controller."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._line import Framing, SerialLine
from calibrator_sim.instruments._pressure_control import PressureControl

__all__ = ["MensorCPC6050"]

_FRAMING = Framing(ends=b"\r\n", reply_end=b"\r\n", blocks=False)
_QUERY_NS = 10_000_000
_UNITS = {"1": 6894.757293168, "14": 1e5, "15": 100.0, "22": 1e3, "23": 1.0}
_QUEUE = 20
_STANDARD_PA = 101_325.0
_MODES = ("standby", "measure", "control", "vent")
_UNKNOWN, _NUMBER, _RANGE = (1, "Command not recognized"), (2, "Not a number"), (5, "Value out of range")
_FAILED = (9, "System failure")  # memory_low

_RATES = {"slow": 0.005, "medium": 0.02, "fast": 1.0, "variable": 0.0}  # of full scale a second; memory


class MensorCPC6050(PressureControl):
    """A simulated CPC6050 with one gauge transducer; it ends replies with carriage return and line feed."""

    framing = _FRAMING
    serial_line = SerialLine(baud=57600, framing=_FRAMING)

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        super().__init__(name, unit, world)
        self.identity = f"MENSOR,CPC6050,{self.serial},1.02.07"
        self.errors: list[tuple[int, str]] = []
        self.upper_pa = 1.02 * self.full_scale_pa
        self.lower_pa = -100e3
        self._begin()

    def _begin(self) -> None:
        self.settings.unit, self.settings.slew_mode, self.settings.overshoot = "1", "LIN", False
        self.settings.mode, self.settings.dwell_s = "standby", 4.0
        self.rate = "variable"

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message; a reply begins with a space, or with E while an error is queued."""
        yield from ()
        word, _, rest = message.strip().partition(" ")
        if not word.endswith("?"):
            self._do(word.casefold(), rest.strip())
            return "", 0
        if word.casefold() == "err?":
            number, text = self.errors.pop(0) if self.errors else (0, "")
            return (f"E {number:02d} - {text}" if number else " No Errors"), _QUERY_NS
        answer = self._answer(word.casefold())
        if answer is None:
            self._report(_UNKNOWN)
            return "", 0
        return f"{'E' if self.errors else ' '}{answer}", _QUERY_NS

    def overflow_queue(self) -> None:
        """Fill the error queue up."""
        self.errors = [_UNKNOWN] * _QUEUE

    def failed(self) -> bool:
        """A defect of the simulator ended a message."""
        self._report(_FAILED)
        return True

    def reset(self) -> None:
        """Go to standby; the line keeps its pressure."""
        super().reset()
        self._begin()

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        own = {
            "rate": self.rate,
            "errors": [list(each) for each in self.errors],
            "upper_pa": self.upper_pa,
            "lower_pa": self.lower_pa,
        }
        return {**super().save(), "mensor": own}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        super().load(state)
        own = state["mensor"]
        self.errors = [(int(number), str(text)) for number, text in own["errors"]]
        self.upper_pa, self.lower_pa, self.rate = own["upper_pa"], own["lower_pa"], own["rate"]

    def _answer(self, word: str) -> str | None:
        settings = self.settings
        if word in ("a?", "setpt?", "rsetpt?", "upperlimit?", "lowerlimit?", "rangemin?", "rangemax?"):
            return self._say(self._pascal(word))
        told = {
            "*idn?": self.identity,
            "id?": self.identity,
            "units?": settings.unit,
            "mode?": settings.mode.capitalize(),
            "ptype?": "A" if settings.absolute else "G",
            "rate?": self.rate.capitalize(),
            "stablewin?": f"{settings.band_percent:g}",
            "stabletime?": f"{settings.dwell_s:g}",
            "sensorid?": f"{self.serial}-A",
        }
        if word == "stable?":
            return "YES" if self.in_limits(self.world.time_ns()) else "NO"
        return told.get(word)

    def _pascal(self, word: str) -> float:
        if word == "a?":
            return self.reading_pa()
        return {
            "setpt?": self.settings.set_point_pa,
            "rsetpt?": self.settings.slew_pa_s,
            "upperlimit?": self.upper_pa,
            "lowerlimit?": self.lower_pa,
            "rangemin?": 0.0,
            "rangemax?": self.full_scale_pa,
        }[word]

    def _report(self, error: tuple[int, str]) -> None:
        if len(self.errors) < _QUEUE:  # the oldest stay
            self.errors.append(error)

    def _do(self, word: str, rest: str) -> None:
        if word == "mode":
            self._choose(rest.casefold())
        elif word == "units":
            self._take(rest in _UNITS, lambda: setattr(self.settings, "unit", rest))
        elif word == "ptype":
            wanted = rest.casefold()
            fits = wanted == "g" or (wanted == "a" and self.has_barometer)
            self._take(fits and not self.settings.control, lambda: self.refer(absolute=wanted == "a"))
        elif word == "rate":
            self._take(rest.casefold() in _RATES, lambda: self._pace(rest.casefold()))
        elif word in ("setpt", "rsetpt", "upperlimit", "lowerlimit", "stablewin", "stabletime"):
            try:
                self._number(word, float(rest))
            except ValueError:
                self._report(_NUMBER)
        else:
            self._report(_UNKNOWN)

    def _number(self, word: str, value: float) -> None:
        pascal = value * _UNITS[self.settings.unit]
        if word == "stablewin":  # per cent of full scale
            self._take(0.001 <= value <= 10.0, lambda: setattr(self.settings, "band_percent", value))
            return
        if word == "stabletime":
            self._take(0.0 <= value <= 300.0, lambda: setattr(self.settings, "dwell_s", value))
            return
        if word == "setpt":
            gauge_pa = pascal - (_STANDARD_PA if self.settings.absolute else 0.0)  # the limits are gauge
            self._take(self.lower_pa <= gauge_pa <= self.upper_pa, lambda: self._go(pascal))
        elif word == "rsetpt":
            self._take(1.0 <= pascal <= self.full_scale_pa, lambda: self._rate(pascal))
        elif word == "upperlimit":
            fits = max(0.0, self.lower_pa) <= pascal <= 1.02 * self.full_scale_pa
            self._take(fits, lambda: setattr(self, "upper_pa", pascal))
        else:
            self._take(-_STANDARD_PA <= pascal <= self.upper_pa, lambda: setattr(self, "lower_pa", pascal))

    def _take(self, fits: bool, act: Any) -> None:  # noqa: ANN401 - a row of the table
        if fits:
            act()
        else:
            self._report(_RANGE)

    def _go(self, pascal: float) -> None:
        self.settings.set_point_pa = pascal
        self.changed()

    def _pace(self, rate: str) -> None:
        self.rate = rate
        share = _RATES[rate]
        self.settings.slew_mode = "MAX" if share == 1.0 else "LIN"
        if 0.0 < share < 1.0:
            self.settings.slew_pa_s = share * self.full_scale_pa
        self.changed()

    def _rate(self, pascal: float) -> None:
        self.settings.slew_pa_s = pascal
        self.changed()

    def _choose(self, mode: str) -> None:
        if mode not in _MODES:
            self._report(_RANGE)
            return
        if mode == "vent":
            self.vent(start=True)
        else:
            if self.settings.vent:
                self.vent(start=False)
            self.switch(control=mode == "control")
        self.settings.mode = mode

    def _say(self, pascal: float) -> str:
        return f"{pascal / _UNITS[self.settings.unit]:.6g}"
