"""The physics of a balance: load cell, curve, corners, zero, creep, rest and restlessness."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from calibrator_drivers.accuracy import AccuracyError, AccuracyTable
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._upset import Upset
from calibrator_sim.nodes.mass import Domain, Load, Weight

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Balance", "OnPan", "PanState"]

_SECOND = 1_000_000_000
TICK_NS = 100_000_000  # of the load cell's conversions
_TAU_S = 0.45  # of the pan after a load
_SWING_S = 0.6
_REFERENCE_AIR, _STEEL = 1.2, 8000.0  # kg/m3
_CREEP_S = 120.0
_CREEP = 0.5e-3  # g at full load
_WANDER = 0.5e-3  # g, of a zero, at most
_WANDER_S = 1800.0
_DRAFT = 1e-3  # g, with an open door
_ADJUSTED = 0.2  # of its sensitivity error is left by an adjustment with the weight inside
_ECCENTRIC_G = 100.0  # load of the corner figure of a laboratory balance
_LARGE_G = 1000.0  # a scale above this states its corner figure at a third of Max
_MOST_KEPT = 4096  # conversions of one state
_CORNERS = {
    "centre": (0.0, 0.0),
    "front": (0.0, -1.0),
    "back": (0.0, 1.0),
    "left": (-1.0, 0.0),
    "right": (1.0, 0.0),
}


@dataclass(slots=True)
class PanState:
    """What a snapshot must hold."""

    node: str = ""
    placed_ns: int = 0
    before_g: float = 0.0  # indicated, when the load changed
    zero_g: float = 0.0
    tare_g: float = 0.0
    adjusted: bool = False
    adjusted_excess_k: float = 0.0
    adjusted_air: float = 1.2  # kg/m3: its sensitivity holds in the air in which it was adjusted
    door_open: bool = False


class Balance:
    """A balance whose figures are typical values of its accuracy table, in g."""

    def __init__(
        self, name: str, instrument: InstrumentConfig, unit: UnitConfig, table: AccuracyTable, world: World
    ) -> None:
        self.name = name
        self.serial = instrument.serial
        self.state = PanState()
        self.upset: Upset[float] = Upset(name, world)
        self.full_g = table.span("balance_resolution")[1]
        self._table = table
        self._world = world
        self._scale = {"none": 0.0, "limit": 1.0, "outside": 2.8}.get(unit.error, unit.width)
        self._shown_g = 0.0
        # Whether it stands still is asked of the same conversions again and again.
        self._gross: dict[int, float] = {}
        self._gross_of: tuple[object, ...] = ()
        self.told_g = 0.0  # what it showed last, before rounding
        self._sign = unit.error != "limit"
        self._play_g = unit.hysteresis_g

    @property
    def _domain(self) -> Domain:
        return cast("Domain", self._world.domain("mass"))

    def figure(self, function: str, load_g: float) -> float:
        """Return a figure of its table at a load; 0 where it has none."""
        try:
            row = self._table.row(function, min(max(load_g, 0.0), self.full_g), interval="typical")
        except AccuracyError:
            return 0.0
        return row.floor + row.coef_reading_ppm * 1e-6 * load_g

    def step_g(self, load_g: float) -> float:
        """Return its scale interval at a load."""
        return self.figure("balance_resolution", abs(load_g))

    def before(self) -> None:
        """Keep what it shows before something is put down or taken off."""
        self._shown_g = self.gross_g(self._world.time_ns())

    def feel(self) -> None:
        """Notice that something was put down or taken off."""
        node, _ = self._domain.on_pan(self.name)
        if node != self.state.node:
            self.state.before_g = self._shown_g
            self.state.node, self.state.placed_ns = node, self._world.time_ns()

    def curve_g(self, load_g: float, excess_k: float) -> float:
        """Return the error of its curve: sensitivity, linearity, and how both follow the room."""
        effects, share = self._world.effects, load_g / self.full_g
        bent = effects.linearity * self._drawn("linearity") * self.figure("balance_linearity", load_g)
        at_full = self._drawn("sensitivity") * self.figure("balance_sensitivity_offset_at_max", self.full_g)
        gain = effects.unit_error * at_full * (_ADJUSTED if self.state.adjusted else 1.0)
        drift = self.figure("balance_sensitivity_drift", load_g) * self._world.draws.uniform(
            "tc", self.serial
        )
        moved = excess_k - self.state.adjusted_excess_k
        return gain * share + 4.0 * bent * share * (1.0 - share) + effects.temperature * drift * moved

    def corner_g(self, load: Load, load_g: float) -> float:
        """Return what a place off the centre adds."""
        x, y = _CORNERS[load.position]
        stated_g = _ECCENTRIC_G if self.full_g <= _LARGE_G else self.full_g / 3.0
        most = self.figure("balance_eccentricity", min(load_g, stated_g)) * load_g / stated_g
        tilt = x * self._drawn("corner x") + y * self._drawn("corner y")
        return self._world.effects.eccentricity * most * tilt

    def final_g(self, ns: int) -> float:
        """Return what it would show at rest at a moment, before rounding, zero and tare."""
        state, effects, draws = self.state, self._world.effects, self._world.draws
        _, load = self._domain.on_pan(self.name)
        elapsed = max(0.0, (ns - state.placed_ns) / _SECOND)
        force = self._domain.force_g(load, elapsed, ns) * self._thinned()
        scatter = self.figure("balance_repeatability", force) * draws.normal(
            "load", self.serial, state.placed_ns
        )
        creep = _CREEP * force / self.full_g * (1.0 - math.exp(-elapsed / _CREEP_S))
        phase = 2.0 * math.pi * (ns / _SECOND / _WANDER_S + draws.unit("wander", self.serial))
        zero = effects.zero_drift * _WANDER * draws.uniform("zero", self.serial) * math.sin(phase)
        shown = force + self.curve_g(force, self._world.excess_c(ns)) + self.corner_g(load, force)
        shown += self._world.drift(self.name, ns) * force + self._lag_g(force)
        return shown + effects.noise * scatter + effects.creep * creep + zero

    def _lag_g(self, force_g: float) -> float:
        """Return what the load cell lags behind: it shows too much where the load has fallen."""
        share = force_g / self.full_g
        whole = self._world.effects.hysteresis * self._play_g * 4.0 * share * (1.0 - share)
        return math.copysign(whole / 2.0, self.state.before_g - force_g)

    def weighed(self, load: Load, ns: int) -> dict[str, float]:
        """Return what it makes of a load: its own error in this air, and what the weights add to that.

        `error_g` is that for weights of 8000 kg/m3 at the air's temperature; `buoyancy_g` and `convection_g`
        are what density and what warmth, evaporation and charge of these change, `corner_g` what their place
        does, `rest_g` what it would show at rest, `told_g` what it told last, before rounding.
        """
        elapsed = max(0.0, (ns - self.state.placed_ns) / _SECOND)
        true = sum(self._domain.conventional_g(weight) for weight in load.weights)
        thinned = self._thinned()
        cool = replace(load, weights=tuple(map(_calm, load.weights)))
        plain = replace(cool, weights=tuple(replace(w, density=_STEEL) for w in cool.weights))
        ideal = self._domain.force_g(plain, elapsed, ns) * thinned
        dense = self._domain.force_g(cool, elapsed, ns) * thinned
        force = self._domain.force_g(load, elapsed, ns) * thinned
        return {
            "error_g": ideal - true + self.curve_g(ideal, self._world.excess_c(ns)),
            "buoyancy_g": dense - ideal,
            "convection_g": force - dense,
            "corner_g": self.corner_g(load, force),
            "rest_g": self.final_g(ns) - self.state.zero_g,
            "told_g": self.told_g,
        }

    def gross_g(self, ns: int) -> float:
        """Return what the load cell tells at a moment, before rounding, zero and tare."""
        state = self.state
        of = (
            self._domain.on_pan(self.name),
            *(state.placed_ns, state.before_g, state.door_open),
            *(state.adjusted, state.adjusted_excess_k, state.adjusted_air),
        )
        if of != self._gross_of or len(self._gross) >= _MOST_KEPT:
            self._gross_of, self._gross = of, {}
        found = self._gross.get(ns)
        if found is None:
            found = self._gross[ns] = self._cell_g(ns)
        return found

    def _cell_g(self, ns: int) -> float:
        state, effects = self.state, self._world.effects
        elapsed = max(0.0, (ns - state.placed_ns) / _SECOND)
        final = self.final_g(ns)
        if effects.settling:
            fading = math.exp(-elapsed / (_TAU_S * effects.settling))
            final -= (final - state.before_g) * fading * math.cos(2.0 * math.pi * elapsed / _SWING_S)
        restless = effects.noise * (0.3 * self.figure("balance_repeatability", abs(final)))
        draft = effects.draft * _DRAFT if state.door_open else 0.0
        return final + (restless + draft) * self._world.draws.normal("cell", self.serial, ns // TICK_NS)

    def net_g(self, ns: int) -> float:
        """Return what it shows, rounded to its scale interval."""
        gross = self.gross_g(ns // TICK_NS * TICK_NS) - self.state.zero_g
        net = gross - self.state.tare_g
        step = self.step_g(gross)
        if not self._world.effects.quantisation or not step:
            return net
        return round(net / step) * step

    def tell_g(self, ns: int) -> float:
        """Return what it tells, and remember that before rounding."""
        gross = self.gross_g(ns // TICK_NS * TICK_NS) - self.state.zero_g
        self.told_g = gross - self.state.tare_g
        return self.net_g(ns)

    def over(self, ns: int) -> int:
        """Return +1 above its load, -1 where the pan hangs free below zero, else 0."""
        gross = self.gross_g(ns)
        return 1 if gross > self.full_g * 1.0005 else -1 if gross < -0.02 * self.full_g else 0

    def stable(self, ns: int) -> bool:
        """Say whether the last second lies within one scale interval."""
        if ns - self.state.placed_ns < _SECOND:
            return False
        last = [self.net_g(ns - tick * 2 * TICK_NS) for tick in range(6)]
        # A conversion's own scatter is filtered on the display: two intervals at most.
        return max(last) - min(last) <= 2.001 * self.step_g(abs(last[0]))

    def set_zero(self, ns: int) -> int:
        """Take the present load as zero; returns 0, or +1 and -1 outside its zero range of 2 %."""
        gross = self.gross_g(ns)
        if abs(gross) > 0.02 * self.full_g:
            return 1 if gross > 0.0 else -1
        self.state.zero_g, self.state.tare_g = gross, 0.0
        return 0

    def set_tare(self, ns: int) -> None:
        """Take the present load as tare."""
        self.state.tare_g = self.gross_g(ns) - self.state.zero_g

    def adjust(self, ns: int) -> None:
        """Adjust its sensitivity with the weight inside."""
        self.state.adjusted, self.state.adjusted_excess_k = True, self._world.excess_c(ns)
        self.state.adjusted_air = self._domain.air(ns)

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {"pan": asdict(self.state), "last": self.upset.last}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.state, self.upset.last = PanState(**state["pan"]), state["last"]

    def _thinned(self) -> float:
        """Return what the air of its last adjustment did to its sensitivity."""
        taken = self.state.adjusted_air if self._world.effects.buoyancy else _REFERENCE_AIR
        return (1.0 - _REFERENCE_AIR / _STEEL) / (1.0 - taken / _STEEL)

    def _drawn(self, quantity: str) -> float:
        drawn = self._world.draws.uniform("balance", self.serial, quantity)
        return self._scale * (drawn if self._sign else math.copysign(1.0, drawn))


def _calm(weight: Weight) -> Weight:
    """Return a weight with nothing but its mass and density."""
    return replace(weight, warmer_k=0.0, evaporates_mg_min=0.0, charge_mg=0.0)


class OnPan:
    """What every balance does alike with its pan, whatever it speaks."""

    balance: Balance
    world: World

    def catch_up(self) -> None:
        """Keep what it shows before something changes."""
        self.balance.before()

    def react(self) -> None:
        """Feel what was put down or taken off."""
        self.balance.feel()

    def true_error(self, function: str, range_high: float, value: float, ns: int) -> float:
        """Return the error of its curve at a load in g, before corners, buoyancy and creep."""
        del function, range_high
        return self.balance.curve_g(value, self.world.excess_c(ns))

    def weighed(self, load: Load, ns: int) -> Mapping[str, float]:
        """Return what it makes of a load at a moment, as truths of the pan."""
        return self.balance.weighed(load, ns)
