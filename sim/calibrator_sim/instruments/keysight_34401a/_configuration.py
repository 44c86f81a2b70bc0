"""Changing function, range, resolution and integration time."""

from __future__ import annotations

from calibrator_sim.instruments.keysight_34401a._models import Function
from calibrator_sim.instruments.keysight_34401a._settings import Settings
from calibrator_sim.instruments.keysight_34401a._trigger import Trigger
from calibrator_sim.scpi import ScpiError, Special

__all__ = ["Configuration", "Value"]

Value = float | Special
_FRACTIONS = {0.01: 1e-4, 0.1: 1e-5, 1.0: 1e-6}  # resolution of each gate (s), of what is measured


class Configuration:
    """Every change takes the meter back to idle and empties its memory."""

    def __init__(self, settings: Settings, trigger: Trigger) -> None:
        self._settings = settings
        self._trigger = trigger

    def select(self, name: str) -> None:
        """Choose a function."""
        self._trigger.forget()
        if name != self._settings.function:
            self._settings.forget_math()
        self._settings.function = name

    def configure(self, name: str, range_: Value = Special.DEF, resolution: Value = Special.DEF) -> None:
        """Do what `CONFigure` does: preset, then function, range and resolution."""
        function = self._settings.model.functions[name]
        if function.span is not None:
            self._configure_counted(name, function.span, range_, resolution)
            return
        chosen = self._range(function, range_)
        if chosen is None and not isinstance(resolution, Special):
            raise ScpiError(-221)  # a resolution needs a range
        nplc = self._nplc(function, chosen or function.ranges[-1], resolution)
        self.select(name)
        self._settings.preset()
        self._settings.auto[name] = chosen is None
        if chosen is not None:
            self._settings.range[name] = chosen
        self._settings.nplc[name] = nplc
        self._settings.autozero = nplc >= 1.0

    def _configure_counted(
        self, name: str, span: tuple[float, float], expected: Value, resolution: Value
    ) -> None:
        """Preset frequency or period: what is expected says only how fine a resolution is."""
        about = _within(span, expected)
        aperture_s = self._settings.aperture_s
        if isinstance(resolution, float):
            if expected is Special.DEF:
                raise ScpiError(-221)
            aperture_s = _aperture_s(resolution / about)
        elif resolution is not Special.DEF:
            aperture_s = 1.0 if resolution is Special.MIN else 0.01
        self.select(name)
        self._settings.preset()
        self._settings.auto[name], self._settings.aperture_s = True, aperture_s

    def set_range(self, name: str, range_: Value) -> None:
        """Fix a range: the smallest that holds the value."""
        chosen = self._range(self._settings.model.functions[name], range_)
        self._trigger.forget()
        if chosen is not None:
            self._settings.range[name] = chosen
            self._settings.auto[name] = False

    def range(self, name: str, which: Value | None = None) -> float:
        """Return the range, or its smallest or largest value."""
        ranges = self._settings.model.functions[name].ranges
        if which is Special.MIN:
            return ranges[0]
        return ranges[-1] if which is Special.MAX else self._settings.range[name]

    def set_auto(self, name: str, on: bool) -> None:
        """Switch autoranging."""
        self._trigger.forget()
        self._settings.auto[name] = on

    def set_nplc(self, name: str, value: Value) -> None:
        """Set the integration time: the next one that is at least as long."""
        self._trigger.forget()
        self._settings.nplc[name] = _pick(self._settings.model.nplc, value)

    def nplc(self, name: str, which: Value | None = None) -> float:
        """Return the integration time in power line cycles, or its limits."""
        if which is Special.MIN:
            return self._settings.model.nplc[0]
        return self._settings.model.nplc[-1] if which is Special.MAX else self._settings.nplc[name]

    def set_resolution(self, name: str, value: Value) -> None:
        """Set the resolution, which chooses the integration time."""
        nplc = self._nplc(self._settings.model.functions[name], self._settings.range[name], value)
        self._trigger.forget()
        self._settings.nplc[name] = nplc

    def resolution(self, name: str, which: Value | None = None) -> float:
        """Return the resolution in the function's unit, or its limits."""
        return self._settings.model.resolution[self.nplc(name, _flipped(which))] * self._settings.range[name]

    def describe(self) -> str:
        """Return what `CONFigure?` answers."""
        name = self._settings.function
        span = self._settings.model.functions[name].span
        if span is not None:
            shown = span[0] if name == "FREQ" else span[1]  # the one range that there is
            return f'"{name} {shown:+.6E},{shown * _FRACTIONS[self._settings.aperture_s]:+.6E}"'
        return f'"{name} {self._settings.range[name]:+.6E},{self.resolution(name):+.6E}"'

    def _range(self, function: Function, value: Value) -> float | None:
        """Return the range for an expected value; None asks for autorange."""
        if value is Special.DEF:
            return None
        if value is Special.MIN:
            return function.ranges[0]
        if isinstance(value, Special):
            return function.ranges[-1]
        for range_ in function.ranges:
            if 0.0 <= value <= range_ * (1.0 + 1e-9):
                return range_
        raise ScpiError(-222)

    def _nplc(self, function: Function, range_: float, resolution: Value) -> float:
        if resolution is Special.DEF or not function.integrating:
            return 10.0
        if resolution is Special.MIN:
            return self._settings.model.nplc[-1]
        if isinstance(resolution, Special):
            return self._settings.model.nplc[0]
        if resolution <= 0.0:
            raise ScpiError(-222)
        for nplc, fraction in self._settings.model.resolution.items():
            if fraction * range_ <= resolution * (1.0 + 1e-9):
                return nplc
        raise ScpiError(532)


def _within(span: tuple[float, float], value: Value) -> float:
    """Return the expected value that is meant.

    Raises:
        ScpiError: -222 outside the span.
    """
    if isinstance(value, Special):
        return span[0] if value is Special.MIN else span[1]
    if not span[0] * (1.0 - 1e-9) <= value <= span[1] * 1.02:
        raise ScpiError(-222)
    return value


def _aperture_s(fraction: float) -> float:
    """Return the shortest gate that resolves a fraction of what is measured.

    Raises:
        ScpiError: -222 for none, 532 for one that is too fine.
    """
    if fraction <= 0.0:
        raise ScpiError(-222)
    for aperture_s, finest in _FRACTIONS.items():
        if finest <= fraction * (1.0 + 1e-9):
            return aperture_s
    raise ScpiError(532)


def _pick(steps: tuple[float, ...], value: Value) -> float:
    if value is Special.MIN:
        return steps[0]
    if isinstance(value, Special):
        return steps[-1]
    for step in steps:
        if 0.0 < value <= step * (1.0 + 1e-9):
            return step
    raise ScpiError(-222)


def _flipped(which: Value | None) -> Value | None:
    """The finest resolution is that of the longest integration."""
    if which is Special.MIN:
        return Special.MAX
    return Special.MIN if which is Special.MAX else None
