"""The power meter as its servers see it, and its physics: inputs, update, integration."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, cast

from calibrator_drivers.accuracy import AccuracyError
from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.instruments._upset import Upset
from calibrator_sim.instruments.yokogawa_wt310._commands import AMPERES, VOLTS, build
from calibrator_sim.nodes.power import Domain, Moment
from calibrator_sim.scpi import Interpreter, Status

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Settings", "YokogawaWT310"]

_HELD = frozenset(("U", "I", "P", "S", "Q"))
_SECOND = 1_000_000_000
_PEAK = 1.3  # of a range, before a reading is an overload
_PHASE_RAD = 0.002  # its table: 0.2 % of the reading times tan phi
_INTEGRATION = 0.0012  # its table: 0.1 % of the reading for integration, 0.02 % for its timer
_NOISE = 5e-5  # of a reading


@dataclass(slots=True)
class Settings:
    """What a snapshot must hold."""

    volts: float = 600.0
    amperes: float = 20.0
    volts_auto: bool = True
    amperes_auto: bool = True
    update_s: float = 0.25
    mode: str = "RMS"
    crest: int = 3
    most: dict[str, str] | None = None  # largest values seen, as hexadecimal floats, while MHOLd is on
    crest_wide: bool = False  # 6A
    header: bool = True
    items: list[str] = field(default_factory=lambda: ["U", "I", "P"])
    state: str = "RES"  # of integration
    started_ns: int = 0
    counted_wh: float = 0.0  # of integrations before the present start
    counted_ah: float = 0.0
    counted_s: float = 0.0
    integration: str = "NORM"
    timer_s: float = 0.0  # of integration, 0 for no end
    average: bool = False
    average_kind: str = "LIN"
    average_count: int = 8
    line_filter: bool = False
    frequency_filter: bool = False
    synchronise: str = "VOLT"
    held: dict[str, str] | None = None  # what HOLD keeps on the display, in hex
    filters: dict[str, str] = field(default_factory=dict)  # of transitions into the extended events
    seen_update: int = 0  # when those were last looked at
    seen_running: bool = False


def _lowest(ranges: tuple[float, ...], value: float) -> float:
    return next((range_ for range_ in ranges if value <= range_), ranges[-1])


def _at_once() -> Generator[int, None, None]:
    yield from ()


class YokogawaWT310(TextDevice):
    """A simulated WT310 with one element."""

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = f"YOKOGAWA,WT310,{self.serial},F1.01"
        self.world = world
        self.unit = unit
        self.status = Status()
        self.settings = Settings()
        self._upset: Upset[dict[str, float]] = Upset(name, world)

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        standard = StandardUnit.of(instrument, unit, world.config, world.draws)
        return cls(name, replace(standard, state=replace(standard.state, option="pf 1")), world)

    @cached_property
    def _interpreter(self) -> Interpreter:
        return Interpreter(build(self), self.status, _at_once)

    @property
    def _domain(self) -> Domain:
        return cast("Domain", self.world.domain("power"))

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        return self._interpreter.run(message)

    def shown(self) -> dict[str, float]:
        """Return what the display shows: the last update, or what is held."""
        if (held := self.settings.held) is not None:
            return {name: float.fromhex(value) for name, value in held.items()}
        return self._largest(self._fresh())

    def hold_largest(self, on: bool) -> None:
        """Begin to show the largest values of the updates that are looked at, or end it."""
        self.settings.most = {} if on else None

    def _largest(self, fresh: dict[str, float]) -> dict[str, float]:
        if (most := self.settings.most) is None:
            return fresh
        for name in _HELD & fresh.keys():
            if name not in most or abs(fresh[name]) > abs(float.fromhex(most[name])):
                most[name] = fresh[name].hex()
        return {**fresh, **{name: float.fromhex(value) for name, value in most.items()}}

    def hold(self, on: bool) -> None:
        """Keep the display as it is, or let it go."""
        held = {name: value.hex() for name, value in self.shown().items()} if on else None
        self.settings.held = held

    def settings_now(self) -> Settings:
        """Return the settings, which a reset replaces."""
        return self.settings

    def update_ns(self) -> int:
        """Return how long an update takes."""
        return round(self.settings.update_s * _SECOND)

    def next_update_ns(self) -> int:
        """Return when the present update ends."""
        return (self.world.time_ns() // self.update_ns() + 1) * self.update_ns()

    def over_ranges(self) -> int:
        """Return 1 where the voltage, plus 2 where the current is beyond the peak of its fixed range."""
        node = self._domain.node_of(self.name)
        if node is None:
            return 0
        now = self.world.time_ns()
        over_v, over_a = self._over(self._domain.mean(node, now - self.update_ns(), now))
        return over_v * 1 + over_a * 2

    def integration_state(self) -> str:
        """Return the state of integration; a timer that has run out is `TIM`."""
        self.expire(self.world.time_ns())
        return self.settings.state

    def expire(self, ns: int) -> None:
        """Let the timer of integration run out: it ends, or begins anew where it is continuous."""
        settings = self.settings
        length = round(settings.timer_s * _SECOND)
        if settings.state != "STAR" or not length or ns < settings.started_ns + length:
            return
        if settings.integration == "CONT":
            settings.started_ns += (ns - settings.started_ns) // length * length
            settings.counted_wh = settings.counted_ah = 0.0
            return
        end = settings.started_ns + length
        settings.counted_wh, settings.counted_ah = self._integrated(end)
        settings.state = "TIM"

    def _fresh(self) -> dict[str, float]:
        """Return what the last update shows; NaN where there is nothing, infinite beyond a range."""
        settings, now = self.settings, self.world.time_ns()
        length = self.update_ns()
        end = now // length * length
        node = self._domain.node_of(self.name)
        if node is None:
            nothing = dict.fromkeys(("U", "I", "P", "S", "Q"), 0.0)
            return {**nothing, "LAMBDA": math.nan, "PHI": math.nan, "FU": math.nan, **self._counted(now)}
        updates = settings.average_count if settings.average else 1
        true = self._domain.mean(node, end - updates * length, end)
        found = {**self._measured(true, end, updates), **self._counted(now)}
        if self._upset.beyond():
            return {**found, **dict.fromkeys(("U", "I", "P", "S", "Q"), math.inf)}
        return self._upset.shown(found)

    def energy_wh(self, ns: int) -> float:
        """Return the integrated energy; NaN before an integration."""
        return self._counted(ns)["WH"]

    def _counted(self, ns: int) -> dict[str, float]:
        """Return energy, charge and time of the integration."""
        self.expire(ns)
        settings = self.settings
        if settings.state == "RES":
            return {"WH": math.nan, "AH": math.nan, "TIME": math.nan}
        running = settings.state == "STAR"
        wh, ah = self._integrated(ns) if running else (settings.counted_wh, settings.counted_ah)
        seconds = settings.counted_s + ((ns - settings.started_ns) / _SECOND if running else 0.0)
        if settings.state == "TIM":
            seconds = settings.timer_s
        return {"WH": wh, "AH": ah, "TIME": seconds}

    def _integrated(self, ns: int) -> tuple[float, float]:
        """Return energy and charge of the integration that runs, up to a moment."""
        settings, node = self.settings, self._domain.node_of(self.name)
        if node is None or ns == settings.started_ns:
            return settings.counted_wh, settings.counted_ah
        passed = self._domain.energy_j(node, ns) - self._domain.energy_j(node, settings.started_ns)
        true = self._domain.mean(node, settings.started_ns, ns)
        gain = self._watts(true) / true.active_w if true.active_w else 1.0
        amperes = true.current_a + self._error("aci", true.current_a, true.frequency_hz, self.ranges(true)[1])
        hours = (ns - settings.started_ns) / _SECOND / 3600.0
        gain *= 1.0 + self._integration()
        return settings.counted_wh + passed / 3600.0 * gain, settings.counted_ah + amperes * hours

    def start(self) -> None:
        """Start the integration."""
        self.settings.state, self.settings.started_ns = "STAR", self.world.time_ns()

    def stop(self) -> None:
        """Stop the integration and keep what was counted."""
        settings, now = self.settings, self.world.time_ns()
        found = self._counted(now)
        settings.counted_wh, settings.counted_ah = found["WH"], found["AH"]
        settings.counted_s, settings.state = found["TIME"], "STOP"

    def clear(self) -> None:
        """Clear what was counted."""
        settings = self.settings
        settings.state, settings.counted_wh, settings.counted_ah = "RES", 0.0, 0.0
        settings.counted_s = 0.0

    def true_error(self, function: str, range_high: float, value: float, ns: int) -> float:
        """Return the error of an input or of its power on a range at a true value, at power factor 1.

        Of the function `phase` the phase error itself (rad), of `integration` the share by which energy errs
        beside power, whatever range and value.
        """
        del ns
        if function in ("phase", "integration"):
            return self._shift() if function == "phase" else self._integration()
        return self._error(function, value, 50.0, range_high)

    def ranges(self, true: Moment) -> tuple[float, float]:
        """Return the ranges in use (V, A): those that are set, or the lowest that hold what is there."""
        settings = self.settings
        return (
            _lowest(VOLTS, true.voltage_v) if settings.volts_auto else settings.volts,
            _lowest(AMPERES, true.current_a) if settings.amperes_auto else settings.amperes,
        )

    def _measured(self, true: Moment, ns: int, updates: int = 1) -> dict[str, float]:
        range_v, range_a = self.ranges(true)
        volts = true.voltage_v + self._error("acv", true.voltage_v, true.frequency_hz, range_v)
        amperes = true.current_a + self._error("aci", true.current_a, true.frequency_hz, range_a)
        noise = self.world.effects.noise * _NOISE / math.sqrt(updates)
        scatter = 1.0 + noise * self.world.draws.normal("wt", self.serial, ns)
        watts = self._watts(true) * scatter
        over_v, over_a = self._over(true)
        apparent = volts * amperes
        factor = max(-1.0, min(1.0, watts / apparent)) if apparent else math.nan
        reactive = math.sqrt(max(0.0, apparent**2 - watts**2))
        either = math.inf if over_v or over_a else 0.0
        return {
            "U": math.inf if over_v else volts,
            "I": math.inf if over_a else amperes,
            "P": watts + either,
            "S": apparent + either,
            "Q": reactive + either,
            "LAMBDA": math.nan if either else factor,
            "PHI": math.nan if either or math.isnan(factor) else math.degrees(math.acos(factor)),
            "FU": math.nan if over_v else true.frequency_hz,
            "FI": math.nan if over_a else true.frequency_hz,
            "UPPEAK": math.inf if over_v else math.sqrt(2.0) * volts,
            "UMPEAK": -math.inf if over_v else -math.sqrt(2.0) * volts,
            "IPPEAK": math.inf if over_a else math.sqrt(2.0) * amperes,
            "IMPEAK": -math.inf if over_a else -math.sqrt(2.0) * amperes,
            "PPPEAK": watts + apparent + either,
            "URANGE": range_v,
            "IRANGE": range_a,
        }

    def _over(self, true: Moment) -> tuple[bool, bool]:
        settings = self.settings
        return (
            not settings.volts_auto and true.voltage_v > _PEAK * settings.volts,
            not settings.amperes_auto and true.current_a > _PEAK * settings.amperes,
        )

    def _watts(self, true: Moment) -> float:
        """Return the active power with the errors of gain and of phase."""
        angle = math.acos(max(-1.0, min(1.0, true.power_factor)))
        shifted = true.apparent_va * math.cos(angle + self._shift())
        drifted = self.world.drift(self.name, self.world.time_ns()) * shifted
        range_v, range_a = self.ranges(true)
        return shifted + self._error("ac_power", shifted, true.frequency_hz, range_v * range_a) + drifted

    def _shift(self) -> float:
        """Return its phase error (rad)."""
        return self.world.effects.phase * _PHASE_RAD * self.world.draws.uniform("phase", self.serial)

    def _integration(self) -> float:
        """Return by what share of the reading its integration and its timer err beside the power."""
        z = self.unit.unit.z
        share = self.world.draws.uniform("integration", self.serial) if z is None else z / math.sqrt(3.0)
        return self.unit.scale * _INTEGRATION * share

    def _error(self, function: str, value: float, frequency_hz: float, range_high: float) -> float:
        # Rounded, so that a live load does not fill a cache: a specification is no finer. To the peak
        # beyond a range the error is that of its end.
        rounded = max(-range_high, min(float(f"{value:.3g}"), range_high))
        option = self.unit.state.option or ""
        try:
            return self.unit.error(function, rounded, frequency_hz, option, range_high=range_high)
        except AccuracyError:
            return 0.0

    def reset(self) -> None:
        """Do what `*RST` does."""
        self.settings = Settings()

    def status_byte(self, *, message_available: bool) -> int:
        """Return the status byte as a serial poll sees it."""
        return self.status.byte(message_available=message_available)

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot; numbers as text, since JSON has neither NaN nor infinity."""
        last = self._upset.last
        held = None if last is None else {name: value.hex() for name, value in last.items()}
        return {"settings": asdict(self.settings), "status": self.status.save(), "last": held}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.settings = Settings(**state["settings"])
        self.settings.items, self.settings.filters = list(self.settings.items), dict(self.settings.filters)
        held = state["last"]
        self._upset.last = (
            None if held is None else {name: float.fromhex(value) for name, value in held.items()}
        )
        self.status.load(state["status"])
