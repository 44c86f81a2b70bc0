"""The engine's side of the bench façade: waits, limits, energising, all recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from calibrator._errors import RunError
from calibrator.bench import stage_source, unit_of
from calibrator.engine._chronicle import Chronicle
from calibrator.engine._guarding import Guard
from calibrator.engine._levels import is_hazardous
from calibrator.engine._safety import Quantity
from calibrator.engine._station import Station
from calibrator.engine._stop import StopSignal
from calibrator.engine._types import Progress
from calibrator_drivers.clock import Clock
from calibrator_drivers.roles import Meter, Source

__all__ = ["Spot", "WorkDesk"]

# Shorter than the guard's patience with one exchange; a 5522A settles within 5 s.
SETTLING_TIMEOUT_S = 15.0
_SAME = 5e-6  # relative; what a display rounds
_PIECE_S = 0.2  # of a wait in real time, between two looks at the stop signal
_VIRTUAL_PIECE_S = 60.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the desk works now: a point (or the proof), its standard, and what limits it."""

    name: str  # point id, or "proof:<section>"
    section: str
    source: str  # name on the bench, "" for an artefact
    quantity: Quantity  # what the meter sees of the source with these leads
    ceilings: Mapping[str, float] = field(default_factory=dict)  # largest magnitude allowed here, by unit
    unit: str = ""
    meter: str = ""  # name on the bench of the meter that reads here, "" for the unit under test


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
        self._spot = Spot("", "", "", "none")
        self._staged: tuple[str, Decimal, str] | None = None
        self._applied: float | None = None
        self.guard: Guard | None = None
        self.released: set[str] = set()  # sections whose dangerous levels a person released
        self.energised_assets: set[str] = set()

    @property
    def clock(self) -> Clock:
        """The run's clock."""
        return self._station.clock

    @property
    def uut(self) -> Meter:
        """The meter on the leads: the unit under test, or the check standard in a session check."""
        return cast("Meter", self._station.driver(self._spot.meter or self._uut))

    @property
    def uut_place(self) -> tuple[str, str]:
        """That meter's name on the bench and its asset."""
        name = self._spot.meter or self._uut
        return name, self._station.bench.instruments[name].asset

    @property
    def applied(self) -> float | None:
        """What the source reads back while it is energised."""
        return self._applied

    def move(self, spot: Spot) -> None:
        """Begin to work at another spot."""
        self._spot = spot
        self._staged = None

    def emit(self, kind: str, body: Mapping[str, Any]) -> None:
        """Commit one event of the run."""
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

    def source(self) -> Source:
        """Return the driver of the standard at this spot."""
        if not self._spot.source:
            raise RunError(
                "no source stands behind this point",
                where=self._spot.name,
                way_out='Set standard = "source" in the point table, or stage nothing.',
                code="no-source",
            )
        return cast("Source", self._station.driver(self._spot.source))

    def stage(
        self,
        function: str,
        value: Decimal,
        unit: str,
        *,
        wires: int,
        frequency_hz: float = 0.0,
        amplitude_v: float = 1.0,
    ) -> None:
        """Programme the standard with the output in standby; nothing above the ceiling is sent."""
        unit_of(function, unit)
        ceiling = self._spot.ceilings.get(unit)
        if ceiling is not None and abs(float(value)) > ceiling * (1 + 1e-9):
            raise RunError(
                f"{value:f} {unit} is above the section's maximum of {ceiling:g} {unit}",
                where=self._spot.name,
                way_out="Correct the point table, or the wiring's maximum in the bench file.",
                code="above-ceiling",
            )
        stage_source(
            self.source(),
            function,
            float(value),
            wires=wires,
            frequency_hz=frequency_hz,
            amplitude_v=amplitude_v,
        )
        self._staged = (function, value, unit)
        what: dict[str, object] = {
            "function": function,
            "value": format(value, "f"),
            "unit": unit,
            "wires": wires,
        }
        if frequency_hz:
            what["frequency_hz"] = frequency_hz
        if function == "freq":
            what["amplitude_v"] = amplitude_v
        self._emit_for_source("configured", {"what": what})

    def energised(self) -> AbstractContextManager[None]:
        """Energise what was staged; on every way out the output goes to standby."""
        return self._energised()

    @contextmanager
    def _energised(self) -> Iterator[None]:
        self._energise()
        held = False
        try:
            yield
            held = self.source().state().operating
        finally:
            self._applied = None
            self._deenergise()
        if not held:
            raise RunError(
                "the output dropped to standby by itself, so the readings are not of the point",
                where=f"{self._spot.source}, {self._spot.name}",
                way_out="Look for an overload or a wrong lead, then: calibrator resume",
                code="output-dropped",
            )

    def _energise(self) -> None:
        """Check, record, then command: the record never knows less than the terminals."""
        function, value, unit, hazard = self._releasable()
        self.check()
        source = self.source()
        self._compare(source.state().value, value, unit)
        if self.guard is not None:
            self.guard.energised(self._spot.quantity)
        self.energised_assets.add(self._station.bench.instruments[self._spot.source].asset)
        level = {"function": function, "value": format(value, "f"), "unit": unit}
        self._emit_for_source("energise", {**level, "hazard": hazard, "point": self._spot.name})
        try:
            source.operate()
            source.wait_settled(SETTLING_TIMEOUT_S)
            self._applied = source.state().value
        except BaseException:
            self._deenergise()
            raise
        self.check()

    def _releasable(self) -> tuple[str, Decimal, str, bool]:
        """Return what was staged and whether it is a hazard; raises where nobody released it."""
        if self._staged is None:
            raise RunError(
                "nothing was staged, so nothing is energised",
                where=self._spot.name,
                way_out="Stage a value before `energised()` in the procedure.",
                code="nothing-staged",
            )
        function, value, unit = self._staged
        hazard = is_hazardous(function, value)
        if hazard and self._spot.section not in self.released:
            raise RunError(
                f"{value:f} {unit} is above the hazard threshold and nobody released it",
                where=self._spot.name,
                way_out="Answer the hazard prompt of the section first.",
                code="hazard-not-released",
            )
        return function, value, unit, hazard

    def _compare(self, read_back: float, value: Decimal, unit: str) -> None:
        if abs(read_back - float(value)) > _SAME * max(abs(float(value)), 1e-9):
            raise RunError(
                f"{value:f} {unit} was staged and {read_back:.9g} is read back; the output stays in standby",
                where=self._spot.source,
                way_out="Take the instrument out of local control, then: calibrator resume",
                code="readback",
            )

    def _deenergise(self) -> None:
        """Standby at the end of the point; a source that does not report it leaves the run unsafe."""
        source = self.source()
        source.standby()
        confirmed = not source.state().operating
        asset = self._station.bench.instruments[self._spot.source].asset
        if confirmed:
            self.energised_assets.discard(asset)
            if self.guard is not None and not self.energised_assets:
                self.guard.idle()
        self._emit_for_source("deenergised", {"confirmed": confirmed, "indicated": None, "unit": ""})
        if not confirmed:
            raise RunError(
                f"{asset} does not report standby",
                where=self._spot.source,
                way_out="Do not touch the terminals.",
                code="not-in-standby",
            )

    def _emit_for_source(self, kind: str, body: Mapping[str, Any]) -> None:
        name = self._spot.source
        asset = self._station.bench.instruments[name].asset
        self.emit(kind, {"instrument": name, "asset": asset, **body})
