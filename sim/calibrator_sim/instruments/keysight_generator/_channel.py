"""One output of a generator: an EMF behind 50 ohm, whatever load the display is told of."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._scpi_device import span
from calibrator_sim.nodes.electrical import DETACHED, Feed
from calibrator_sim.scpi import ScpiError, Special

__all__ = ["OPEN_OHM", "SOURCE_OHM", "Channel", "Settings"]

SOURCE_OHM = 50.0
OPEN_OHM = 9.9e37
# rms of a waveform with a peak of 1, direct part included.
_RMS = {
    "SIN": math.sqrt(0.5),
    "SQU": 1.0,
    "RAMP": math.sqrt(1.0 / 3.0),
    "TRI": math.sqrt(1.0 / 3.0),
    "PULS": 1.0,
    "NOIS": 0.3,
    "PRBS": 1.0,
    "ARB": 0.5,
    "USER": 0.5,
}
_CALIBRATED_HZ = 1000.0


@dataclass(slots=True)
class Settings:
    """Everything that `*RST` brings back; volts are peak to peak into the stated load."""

    shape: str = "SIN"
    frequency_hz: float = 1000.0
    amplitude_vpp: float = 0.1
    offset_v: float = 0.0
    limit_high_v: float = 5.0
    limit_low_v: float = -5.0
    limited: bool = False
    unit: str = "VPP"
    load_ohm: float = 50.0
    output: bool = False
    ranging: bool = True
    phase_deg: float = 0.0
    polarity: str = "NORM"
    square_duty: float = 50.0
    ramp_symmetry: float = 100.0
    pulse_hold: str = "WIDT"
    pulse_width_s: float = 100e-6
    pulse_edge_s: float = 1e-8
    burst: bool = False
    burst_mode: str = "TRIG"
    burst_cycles: float = 1.0
    burst_phase_deg: float = 0.0
    burst_period_s: float = 0.01
    gate_polarity: str = "NORM"
    varied: str = ""  # the sweep or modulation that is on, of which there is one at most
    frequency_mode: str = "CW"
    combined: str = "NONE"  # the output that is added to this one
    trigger: str = "IMM"
    trigger_slope: str = "POS"
    trigger_delay_s: float = 0.0
    trigger_count: float = 1.0
    trigger_timer_s: float = 1.0
    trigger_output: bool = False


class Channel:
    """One output; `frequency_hz` gives the frequency that it really has at a moment."""

    def __init__(
        self,
        unit: StandardUnit,
        world: World,
        most_hz: float,
        frequency_hz: Callable[[float, int], float],
    ) -> None:
        self.settings = Settings()
        self._unit = unit
        self._world = world
        self._most_hz = most_hz
        self._frequency_hz = frequency_hz

    def duty(self) -> float:
        """Return the part of a period in which a square wave or pulse is high; a half for the others."""
        settings = self.settings
        if settings.shape == "SQU":
            return settings.square_duty / 100.0
        if settings.shape == "PULS":
            return min(1.0, settings.pulse_width_s * settings.frequency_hz)
        return 0.5

    def divided(self) -> float:
        """Return the part of the EMF that the stated load would see."""
        load = self.settings.load_ohm
        return 1.0 if load >= OPEN_OHM else load / (load + SOURCE_OHM)

    def emf_vpp(self) -> float:
        """Return the open-circuit amplitude: what is set, times what the stated load divides."""
        # The table holds into 50 ohm: an EMF of twice that bears twice its error.
        into_50 = self.settings.amplitude_vpp / self.divided() / 2.0
        error = self._unit.error("ac_amplitude_vpp", min(max(into_50, 0.01), 10.0), _CALIBRATED_HZ)
        return 2.0 * (into_50 + error)

    def feed(self, ns: int) -> Feed:
        """Return what the output presents; a burst that waits for its trigger stays at the offset."""
        settings = self.settings
        if not settings.output:
            return DETACHED
        off = 1.0 + self._world.drift(self._unit.config.name, ns)
        offset = settings.offset_v / self.divided() * off
        bursting = self._bursting()
        if settings.shape == "DC" or bursting == 0.0:
            return Feed(voltage_v=offset, source_ohm=SOURCE_OHM)
        peak, duty = self.emf_vpp() / 2.0 * off, self.duty()
        direct = (2.0 * duty - 1.0) * peak * bursting
        if settings.polarity == "INV":
            direct = -direct
        rms = _RMS[settings.shape] * (2.0 * math.sqrt(duty * (1.0 - duty)) if duty != 0.5 else 1.0)
        if rms == 0.0:
            return Feed(voltage_v=offset + direct, source_ohm=SOURCE_OHM)
        rms *= math.sqrt(bursting)
        return Feed(
            voltage_v=peak * rms,
            source_ohm=SOURCE_OHM,
            frequency_hz=self._frequency_hz(settings.frequency_hz, ns) * off,
            crest=1.0 / rms,
            offset_v=offset + direct,
        )

    def _bursting(self) -> float:
        """Return the part of the time in which there is a waveform: bursts of the internal timer."""
        settings = self.settings
        if not settings.burst:
            return 1.0
        if settings.burst_mode == "GAT" or settings.trigger in ("EXT", "BUS"):
            return 0.0  # nothing drives the gate, and a burst by the bus is over at once
        if settings.burst_cycles >= OPEN_OHM:
            return 1.0
        period = settings.trigger_timer_s if settings.trigger == "TIM" else settings.burst_period_s
        return min(1.0, settings.burst_cycles / settings.frequency_hz / period)

    def reset(self) -> None:
        """Take the settings of `*RST`."""
        self.take(asdict(Settings()))

    def take(self, state: dict[str, Any]) -> None:
        """Take settings, as of a snapshot."""
        for name, value in state.items():
            setattr(self.settings, name, value)

    def change(self, name: str, value: object) -> None:
        """Change one setting while everybody looks."""
        self._world.before_change()
        setattr(self.settings, name, value)
        self._world.after_change()

    def vary(self, kind: str, on: bool) -> None:
        """Switch a sweep or a modulation on, which ends bursts and every other one, or off."""
        self._world.before_change()
        if on:
            self.settings.varied, self.settings.burst = kind, False
        elif self.settings.varied == kind:
            self.settings.varied = ""
        self._world.after_change()

    def send_bursts(self, on: bool) -> None:
        """Switch bursts on, which ends a sweep or modulation, or off."""
        self._world.before_change()
        self.settings.burst = on
        if on:
            self.settings.varied = ""
        self._world.after_change()

    def frequency(self, value: float | Special) -> None:
        """Set the frequency; a pulse keeps its width or its duty cycle."""
        new = 1000.0 if value is Special.DEF else span(value, 1e-6, self._most_hz)
        settings = self.settings
        if settings.pulse_hold == "DCYC":
            settings.pulse_width_s *= settings.frequency_hz / new
        self.change("frequency_hz", new)

    def most_vpp(self) -> float:
        """Return the largest amplitude for the stated load."""
        return 20.0 if self.settings.load_ohm >= OPEN_OHM else 10.0

    def hertz_ends(self) -> tuple[float, float, float]:
        """Return the least, most and usual frequency."""
        return 1e-6, self._most_hz, 1000.0

    def period_ends(self) -> tuple[float, float, float]:
        """Return the least, most and usual period."""
        return 1.0 / self._most_hz, 1e6, 1e-3

    def amplitude_ends(self) -> tuple[float, float, float]:
        """Return the least, most and usual amplitude in the unit that is chosen."""
        low, high, usual = (self.shown_amplitude(vpp) for vpp in (0.01, self.most_vpp(), 0.1))
        return low, high, usual

    def offset_ends(self) -> tuple[float, float, float]:
        """Return the offsets that the amplitude leaves room for, and the usual one."""
        room = self.most_vpp() / 2.0 - self.settings.amplitude_vpp / 2.0
        return -room, room, 0.0

    def level_ends(self, usual: float) -> tuple[float, float, float]:
        """Return the lowest and highest level, and the usual one."""
        most = self.most_vpp() / 2.0
        return -most, most, usual

    def width_ends(self) -> tuple[float, float, float]:
        """Return the least, most and usual width of a pulse."""
        return 16e-9, 1.0 / self.settings.frequency_hz, 1e-4

    def amplitude(self, value: float | Special | tuple[float, str]) -> None:
        """Set the amplitude in the unit that is chosen, or in the one that comes with it."""
        if isinstance(value, Special):
            vpp = 0.1 if value is Special.DEF else span(value, 0.01, self.most_vpp())
        else:
            number, unit = value if isinstance(value, tuple) else (value, self.settings.unit)
            vpp = span(self._from_unit(number, unit), 0.001, self.most_vpp())
        if vpp / 2.0 + abs(self.settings.offset_v) > self.most_vpp() / 2.0 * (1.0 + 1e-9):
            raise ScpiError(-221)
        self._hold(vpp, self.settings.offset_v)
        self.change("amplitude_vpp", vpp)

    def offset(self, value: float | Special) -> None:
        """Set the offset, for which the amplitude leaves room."""
        room = self.most_vpp() / 2.0 - self.settings.amplitude_vpp / 2.0
        volts = 0.0 if value is Special.DEF else span(value, -room, room)
        self._hold(self.settings.amplitude_vpp, volts)
        self.change("offset_v", volts)

    def levels(self) -> tuple[float, float]:
        """Return the low and the high level."""
        half = self.settings.amplitude_vpp / 2.0
        return self.settings.offset_v - half, self.settings.offset_v + half

    def level(self, value: float | Special, *, high: bool) -> None:
        """Set the high or the low level; the other one stays."""
        most = self.most_vpp() / 2.0
        low, top = self.levels()
        volts = (0.05 if high else -0.05) if value is Special.DEF else span(value, -most, most)
        low, top = (low, volts) if high else (volts, top)
        if top - low < 0.001:
            raise ScpiError(-221)
        self._hold(top - low, (top + low) / 2.0)
        self._world.before_change()
        self.settings.amplitude_vpp, self.settings.offset_v = top - low, (top + low) / 2.0
        self._world.after_change()

    def load(self, value: float | Special) -> None:
        """Tell the display of another load; the EMF stays, so the amplitude is shown anew."""
        before = self.divided()
        if value in (Special.INF, Special.MAX):
            new = OPEN_OHM
        else:
            new = 50.0 if value is Special.DEF else span(value, 1.0, 1e4)
        self.settings.load_ohm = new
        self.settings.amplitude_vpp *= self.divided() / before
        self.settings.offset_v *= self.divided() / before
        self.settings.limit_high_v *= self.divided() / before
        self.settings.limit_low_v *= self.divided() / before

    def limit(self, value: float | Special, *, high: bool) -> None:
        """Set the highest or the lowest voltage that the output may have."""
        most = self.most_vpp() / 2.0
        volts = (most if high else -most) if value is Special.DEF else span(value, -most, most)
        low, top = self.settings.limit_low_v, self.settings.limit_high_v
        low, top = (low, volts) if high else (volts, top)
        if low >= top:
            raise ScpiError(-221)
        before = self.settings.limit_low_v, self.settings.limit_high_v
        self.settings.limit_low_v, self.settings.limit_high_v = low, top
        try:
            self._hold(self.settings.amplitude_vpp, self.settings.offset_v, code=-221)
        except ScpiError:
            self.settings.limit_low_v, self.settings.limit_high_v = before
            raise

    def heed(self, on: bool) -> None:
        """Switch the limits on or off; on is refused while the output's levels lie outside."""
        self.settings.limited = on
        try:
            self._hold(self.settings.amplitude_vpp, self.settings.offset_v, code=-221)
        except ScpiError:
            self.settings.limited = False
            raise

    def _hold(self, vpp: float, offset_v: float, *, code: int = -222) -> None:
        """Refuse levels outside the limits while these are on."""
        settings = self.settings
        room = vpp / 2.0 * (1.0 - 1e-9)
        if settings.limited and not (
            settings.limit_low_v <= offset_v - room and offset_v + room <= settings.limit_high_v
        ):
            raise ScpiError(code)

    def apply(
        self,
        shape: str,
        hertz: float | Special,
        volts: float | Special | tuple[float, str],
        offset: float | Special,
    ) -> None:
        """Do what `APPLy` does: everything at once, and the output on."""
        self.change("shape", shape)
        self.frequency(hertz)
        self.change("offset_v", 0.0)
        self.amplitude(volts)
        self.offset(offset)
        self.change("output", True)

    def period(self, value: float | Special) -> None:
        """Set the frequency by its period."""
        self.frequency(value if isinstance(value, Special) else 1.0 / span(value, 1.0 / self._most_hz, 1e6))

    def pulse_width(self, value: float | Special) -> None:
        """Set the width of a pulse, within its period."""
        period = 1.0 / self.settings.frequency_hz
        self.change("pulse_width_s", 1e-4 if value is Special.DEF else span(value, 16e-9, period))

    def pulse_duty(self, value: float | Special) -> None:
        """Set the width of a pulse by its duty cycle in percent."""
        percent = 10.0 if value is Special.DEF else span(value, 0.0, 100.0)
        self.change("pulse_width_s", percent / 100.0 / self.settings.frequency_hz)

    def shown_amplitude(self, vpp: float | None = None) -> float:
        """Return the amplitude, or another one (peak to peak), in the unit that is chosen."""
        vpp = self.settings.amplitude_vpp if vpp is None else vpp
        rms = vpp / 2.0 * _RMS.get(self.settings.shape, 1.0)
        if self.settings.unit == "VRMS":
            return rms
        if self.settings.unit == "DBM":
            return 10.0 * math.log10(rms * rms / min(self.settings.load_ohm, 1e4) / 1e-3)
        return vpp

    def _from_unit(self, value: float, unit: str) -> float:
        shape = _RMS.get(self.settings.shape, 1.0)
        if unit == "VRMS":
            return value / shape * 2.0
        if unit == "DBM":
            return math.sqrt(10.0 ** (value / 10.0) * 1e-3 * min(self.settings.load_ohm, 1e4)) / shape * 2.0
        return value
