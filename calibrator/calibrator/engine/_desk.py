"""The engine's side of the bench façade: waits, limits, energising, all recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from typing import Any, Protocol, cast

from calibrator._errors import RunError
from calibrator.bench import act_part, stage_part, unit_of
from calibrator.engine._chorus import Chorus
from calibrator.engine._chronicle import Chronicle
from calibrator.engine._guarding import Guard
from calibrator.engine._levels import SLOW, is_hazardous
from calibrator.engine._output import (
    Staged,
    compare,
    no_part,
    not_in_standby,
    nothing_staged,
    said,
    too_fast,
    unreleased,
    wait_settled,
)
from calibrator.engine._safety import make_sources_safe, no_looks, not_confirmed, safe_body
from calibrator.engine._spot import Spot
from calibrator.engine._station import Station
from calibrator.engine._stop import StopSignal
from calibrator.engine._types import Progress
from calibrator.procedure import Text
from calibrator_drivers.clock import Clock
from calibrator_drivers.roles import Instrument, Meter, Source

__all__ = ["Hands", "WorkDesk"]

_PIECE_S = 0.2  # of a wait in real time, between two looks at the stop signal
_VIRTUAL_PIECE_S = 60.0
_VENTING_S = 900.0  # that the guard leaves the engine's thread for a line that comes down at its slew rate


class Hands(Protocol):
    """What a person does for a point while it is measured."""

    def connect(self, wiring: str) -> Spot:
        """Have the wiring connected; return the spot with its parts."""
        ...

    def ask(self, prompt: str, text: Text, *, number: bool, simulated: str) -> str:
        """Put a question."""
        ...


class WorkDesk:
    """Satisfies the façade's `Desk`; one for a run, moved from spot to spot."""

    def __init__(
        self,
        chronicle: Chronicle,
        station: Station,
        uut: str,
        stop: StopSignal,
        *,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._chronicle = chronicle
        self._station = station
        self._uut = uut
        self._stop = stop
        self._progress = progress
        self._spot = Spot("", "", {}, "none")
        self._staged: dict[str, Staged] = {}  # by part
        self._applied: tuple[float, str] | None = None
        self._on: list[str] = []  # parts that are energised within a `with`
        self._units: tuple[str, ...] = (uut,)
        self._unit = 0
        self._held: dict[str, str] = {}  # instrument -> unit of what it goes on holding between points
        self.guard: Guard | None = None
        self.hands: Hands | None = None
        self.released: set[str] = set()  # sections whose dangerous levels a person released
        self.energised_assets: set[str] = set()

    @property
    def clock(self) -> Clock:
        """The run's clock."""
        return self._station.clock

    @property
    def uut(self) -> Meter:
        """The meter on the leads: the unit under test, what reads it, or the check standard of a session."""
        return cast("Meter", self._station.driver(self.uut_place[0]))

    @property
    def uut_place(self) -> tuple[str, str]:
        """That meter's name on the bench and its asset."""
        name = self._spot.parts.get("uut") or self._uut
        return name, self._station.bench.instruments[name].asset

    @property
    def units(self) -> range:
        """The units under test that are measured at once, by number; one where a check standard is read."""
        return range(1 if self._spot.alone else len(self._units))

    def units_of(self, part: str) -> range:
        """Return the units that a part belongs to: each has its own "uut", and what its wiring gives it."""
        return self.units if self._is_own(part) else range(1)

    def _is_own(self, part: str) -> bool:
        wiring = self._station.bench.wirings.get(self._spot.wiring)
        return part == "uut" or (wiring is not None and part in wiring.unit(self._units[0]).parts)

    def measure_at_once(self, units: Sequence[str]) -> None:
        """Say which units under test are measured together; names on the bench, the first one first."""
        self._units = tuple(units)

    @contextmanager
    def unit(self, number: int) -> Iterator[None]:
        """Let "uut" be one of the units; what is recorded within is of its run only."""
        if len(self.units) == 1 or not isinstance(self._chronicle, Chorus):
            yield
            return
        spot = self._spot
        reads = self._station.bench.wirings[spot.wiring].unit(self._units[number])
        self._unit, self._spot = number, spot.of_unit(reads)
        try:
            with self._chronicle.only(number):
                yield
        finally:
            self._spot, self._unit = spot, 0

    def key(self, part: str) -> str:
        """Return what tells a part apart from the same part of another unit."""
        return f"{part}#{self._unit}" if self._unit and self._is_own(part) else part

    @property
    def applied(self) -> float | None:
        """What the source reads back while it is energised."""
        return None if self._applied is None else self._applied[0]

    def applied_in(self, unit: str) -> tuple[float | None, str]:
        """Return what is applied in a unit; None and "" where nothing is."""
        if self._applied is None or self._applied[1] != unit:
            return None, ""
        return self._applied

    @property
    def wiring(self) -> str:
        """The wiring that the parts here are those of."""
        return self._spot.wiring

    def driver(self, part: str) -> Instrument:
        """Return the instrument that fills a role here; raises `RunError` (code `no-part`)."""
        return self._station.driver(self.place(part)[0])

    def place(self, part: str) -> tuple[str, str]:
        """Return that instrument's name on the bench and its asset."""
        if part == "uut":
            return self.uut_place
        name = self._spot.parts.get(part, "")
        if not name:
            raise no_part(part, self._spot.name, self._spot.wiring)
        return name, self._station.bench.instruments[name].asset

    def channel(self, part: str) -> int | None:
        """Return the channel of a readout that a part is."""
        return self._spot.channels.get(part)

    def move(self, spot: Spot) -> None:
        """Begin to work at another spot."""
        self._spot = spot
        self._staged = {}

    def emit(self, kind: str, body: Mapping[str, Any]) -> None:
        """Commit one event of the run; what it may point into in the traffic log is in the file before."""
        if self._station.traffic is not None:
            self._station.traffic.flush()
        self._chronicle.emit(kind, body)

    def check(self) -> None:
        """Raise when a stop is wanted, when the guard had to act or is gone, or the log is not written."""
        self._stop.check()
        if self._station.traffic is not None:
            self._station.traffic.check()
        if self.guard is not None:
            self.guard.alive()
            self.guard.check()

    def pause(self, seconds: float, doing: str) -> None:
        """Wait in the run's time, in pieces between which a stop is seen."""
        piece = _VIRTUAL_PIECE_S if self._station.virtual else _PIECE_S
        end_ns = self.clock.monotonic_ns() + round(seconds * 1e9)
        while True:
            self.check()
            left = (end_ns - self.clock.monotonic_ns()) / 1e9
            if left <= 0:
                return
            self.tell(doing, done=seconds - left, total=seconds)
            self.clock.sleep(min(piece, left))

    def tell(self, doing: str, *, value: float | None = None, done: float = 0.0, total: float = 0.0) -> None:
        """Show progress; never recorded."""
        if self._progress is not None:
            self._progress(Progress(doing, self._spot.name or None, value, self._spot.unit, done, total))

    def stage(
        self, function: str, value: Decimal, unit: str, *, part: str = "source", **settings: float
    ) -> None:
        """Programme a part with the output off; nothing above the ceiling is sent."""
        unit_of(function, unit)
        ceiling = self._spot.ceilings.get(unit)
        if ceiling is not None and abs(float(value)) > ceiling * (1 + 1e-9):
            raise RunError(
                f"{value:f} {unit} is above the section's maximum of {ceiling:g} {unit}",
                where=self._spot.name,
                way_out="Correct the point table, or the wiring's maximum in the bench file.",
                code="above-ceiling",
            )
        fastest, slew = self._spot.slew_pa_per_s, settings.get("slew", 0.0)
        if fastest is not None and slew > fastest:
            raise too_fast(slew, fastest, self._spot.name, self._spot.wiring)
        stage_part(self.driver(part), function, float(value), settings)
        self._staged[part] = Staged(function, value, unit)
        self._emit_for(part, "configured", {"what": said(function, value, unit, settings)})

    def energised(self, *, timeout_s: float | None = None) -> AbstractContextManager[None]:
        """Energise what was staged; on every way out an electrical output goes to standby."""
        return self._energised(timeout_s)

    @contextmanager
    def _energised(self, timeout_s: float | None) -> Iterator[None]:
        self._energise(timeout_s)
        stayed = False
        try:
            yield
            stayed = all(self._source(part).state().operating for part in self._on)
        finally:
            self._applied = None
            self._let_go()
        if not stayed:
            raise RunError(
                "the output dropped to standby by itself, so the readings are not of the point",
                where=f"{', '.join(self.place(part)[0] for part in self._staged)}, {self._spot.name}",
                way_out="Look for an overload or a wrong lead, then: calibrator resume",
                code="output-dropped",
            )

    def _energise(self, timeout_s: float | None) -> None:
        """Check, record, then command: the record never knows less than the terminals."""
        hazards = self._releasable()
        self.check()
        for part, staged in self._staged.items():
            compare(self._source(part).state().value, staged, self.place(part)[0])
        if self.guard is not None:
            self.guard.energised(self._spot.quantity)
        for part, staged in self._staged.items():
            self.energised_assets.add(self.place(part)[1])
            level = {"function": staged.function, "value": format(staged.value, "f"), "unit": staged.unit}
            self._emit_for(part, "energise", {**level, "hazard": hazards[part], "point": self._spot.name})
        self._on = list(self._staged)
        try:
            for part, staged in self._staged.items():
                source = self._source(part)
                source.operate()
                wait_settled(
                    source, staged, timeout_s, pause=self.pause, clock=self.clock, where=self._spot.name
                )
            named = self._spot.standard if self._spot.standard in self._staged else next(iter(self._staged))
            self._applied = self._source(named).state().value, self._staged[named].unit
        except BaseException:
            self._let_go()
            raise
        self.check()

    def _releasable(self) -> dict[str, bool]:
        """Return by part whether what was staged is a hazard; raises where nobody released it."""
        if not self._staged:
            raise nothing_staged(self._spot.name)
        hazards = {part: is_hazardous(item.function, item.value) for part, item in self._staged.items()}
        for part, staged in self._staged.items():
            if hazards[part] and self._spot.section not in self.released:
                raise unreleased(staged, self._spot.name)
        return hazards

    def _let_go(self) -> None:
        """End of the point: standby, but what is slow stays as it is and stays recorded as energised."""
        for part in self._on:
            if self._staged[part].unit in SLOW:
                self._held[self.place(part)[0]] = self._staged[part].unit
                self._emit_for(part, "held", {"point": self._spot.name, "unit": self._staged[part].unit})
            else:
                self._deenergise(part)
        self._on = []

    def _deenergise(self, part: str) -> None:
        """Standby at the end of the point; a source that does not report it leaves the run unsafe."""
        source = self._source(part)
        source.standby()
        confirmed = not source.state().operating
        name, asset = self.place(part)
        if confirmed:
            self._is_off(asset)
        self._emit_for(part, "deenergised", {"confirmed": confirmed, "indicated": None, "unit": ""})
        if not confirmed:
            raise not_in_standby(asset, name)

    def act(self, part: str, action: str) -> None:
        """Let a part do one of its role's actions; a vented line counts as closed."""
        if action == "vent" and self.guard is not None:
            self.guard.alive(_VENTING_S)
        act_part(self.driver(part), action, {})
        self._emit_for(part, "configured", {"what": {"action": action}})
        if action == "vent":
            name, asset = self.place(part)
            self._held.pop(name, None)
            self._on = [other for other in self._on if other != part]
            self._is_off(asset)
            self._emit_for(part, "deenergised", {"confirmed": True, "indicated": None, "unit": ""})

    def connect(self, wiring: str) -> None:
        """Have another wiring connected; a held pressure is vented first, a block may stay hot."""
        if wiring == self._spot.wiring:
            return
        if self._on or self.hands is None:
            raise RunError(
                f"the wiring {wiring!r} was asked for while something is energised",
                where=self._spot.name,
                way_out="Call connect outside of `energised()` in the procedure.",
                code="energised-while-connecting",
            )
        self.vent_held("before another wiring is connected")
        self.move(self.hands.connect(wiring))

    def ask(self, prompt: str, text: Text, *, number: bool, simulated: str) -> str:
        """Put a question to the person; raises `RunError` where nobody is at this desk."""
        if self.hands is None:
            raise RunError("nobody is there to be asked", where=self._spot.name, code="nobody-asked")
        return self.hands.ask(prompt, text, number=number, simulated=simulated)

    def vent_held(self, reason: str) -> None:
        """Make safe what holds a pressure; raises `NotSafeError` where that is not confirmed."""
        names = [name for name, unit in self._held.items() if unit == "Pa"]
        if not names:
            return
        if self.guard is not None:
            self.guard.alive(_VENTING_S)
        places = [self._station.place(name) for name in names]
        found = make_sources_safe(places, no_looks(), self._station, self.clock)
        self.emit("safe", safe_body(found, "engine", reason))
        if unsafe := not_confirmed(found):
            raise unsafe
        for name in names:
            self._held.pop(name)
            self._is_off(self._station.bench.instruments[name].asset)

    def hold_again(self, held: Mapping[str, str]) -> None:
        """Take up what a restored simulated bench holds: by instrument the unit of what it is."""
        for name, unit in held.items():
            asset = self._station.bench.instruments[name].asset
            self._held[name] = unit
            self.energised_assets.add(asset)
            self.emit("held", {"instrument": name, "asset": asset, "point": "resume", "unit": unit})

    def before_safe(self) -> None:
        """Leave the engine's thread the time that a line needs to come down."""
        if self.guard is not None and "Pa" in self._held.values():
            self.guard.alive(_VENTING_S)

    def all_safe(self) -> None:
        """Hold nothing for energised any more: everything was made safe, and confirmed."""
        self._held.clear()
        for asset in tuple(self.energised_assets):
            self._is_off(asset)

    def _is_off(self, asset: str) -> None:
        known = asset in self.energised_assets
        self.energised_assets.discard(asset)
        if known and self.guard is not None and not self.energised_assets:
            self.guard.idle()

    def _source(self, part: str) -> Source:
        return cast("Source", self.driver(part))

    def _emit_for(self, part: str, kind: str, body: Mapping[str, Any]) -> None:
        name, asset = self.place(part)
        self.emit(kind, {"instrument": name, "asset": asset, **body})
