"""The façade over real engine and instruments: all that `measure` does is limited, recorded and read back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import cast

from calibrator._errors import RunError
from calibrator.bench._desk import Desk
from calibrator.bench._handles import Armed, Meter, Part, Source, of_unit
from calibrator.evaluation import value_of_raw
from calibrator.procedure import READING_UNITS, MeterHandle, PartHandle, Point, SourceHandle, Text
from calibrator_drivers.clock import Deadline
from calibrator_drivers.roles import Expecting, Indication

__all__ = ["LiveBench"]

_SURPRISE = 0.05  # of the value, from where a typed indication is looked at again; a point may state less
UUT = "uut"


@cache  # a look at a protocol costs 15 us, and this is asked at every reading
def _expects(driver: type) -> bool:
    return issubclass(driver, Expecting)


class LiveBench:
    """What `measure` sees at one point in one attempt."""

    def __init__(self, desk: Desk, point: Point, attempt: int) -> None:
        self._desk = desk
        self._point = point
        self._attempt = attempt
        self._index = 0
        self._armed = Armed(desk)

    @property
    def source(self) -> SourceHandle:
        """The standard that fills the source role at this point."""
        return Source(self._desk)

    @property
    def uut(self) -> MeterHandle:
        """The unit under test."""
        return Meter(self._desk, self._armed)

    def part(self, name: str) -> PartHandle:
        """Return what fills a role of the procedure here; raises `RunError` (code `no-part`)."""
        self._desk.place(name)
        return Part(self._desk, self._armed, name)

    def connect(self, wiring: str) -> None:
        """Have another wiring connected; raises `RunError` where something is energised."""
        self._desk.check()
        self._desk.connect(wiring)
        self._armed.forget()

    def ask(self, key: str, text: Text, *, number: bool = False, simulated: str = "yes") -> str:
        """Put a question and record the answer under `key` of the point."""
        self._desk.check()
        return self._desk.ask(f"ask:{self._point.id}:{key}", text, number=number, simulated=simulated)

    def look(self, part: str = UUT) -> float:
        """Return one recorded reading that only decides; raises `RunError` at an overload."""
        indication = self._sample(part, "look", 0, 1)
        self._record(part, indication, "look")
        self._refuse_overload(part, indication)
        return indication.value

    def prove(self, expected: float, *, tolerance: float = 0.01, part: str = UUT) -> None:
        """Look whether a part reads a harmless level over the leads as they are; raises `RunError` if not."""
        indication = self._sample(part, "proof", 0, 1)
        self._record(part, indication, "look")
        passed = not indication.overload and abs(indication.value - expected) <= tolerance * abs(expected)
        self.decide("connection", expected=expected, indicated=indication.value, passed=passed)
        if not passed:
            shown = "an overload" if indication.overload else f"{indication.value:.6g} {indication.unit}"
            raise RunError(
                f"{shown} is read where {expected:g} {indication.unit} belongs: the leads are not as asked",
                where=self._point.id,
                way_out="Connect them as the prompt says, then: calibrator resume",
                code="proof-failed",
            )

    def decide(self, what: str, **inputs: float | str | bool) -> None:
        """Record a decision with what it was made from."""
        self._desk.emit("decision", {"point": self._point.id, "what": what, "inputs": dict(inputs)})

    def energised(self, *, timeout_s: float | None = None) -> AbstractContextManager[None]:
        """Energise what was staged; see the protocol."""
        return self._desk.energised(timeout_s=timeout_s)

    def settle(
        self,
        *,
        minimum_s: float,
        window: float,
        samples: int = 3,
        timeout_s: float = 120.0,
        part: str = UUT,
        every_s: float = 0.0,
    ) -> None:
        """Wait until `samples` successive readings of a part lie within `window`; one recorded block.

        Raises `RunError` with code `not-settled` after `timeout_s`.
        """
        desk, clock = self._desk, self._desk.clock
        begun_ns = clock.monotonic_ns()
        deadline = Deadline.after(clock, max(timeout_s, minimum_s))
        desk.pause(minimum_s, "settle")
        taken: list[list[tuple[int, Indication]]] = [[] for _ in self._units(part)]
        settled = [False] * len(taken)
        while not all(settled) and (not deadline.passed() or len(taken[-1]) < samples):
            if taken[-1] and every_s:
                desk.pause(every_s - (clock.monotonic_ns() - taken[-1][-1][0]) / 1e9, "settle")
            for number, block in enumerate(taken):
                with self._of(part, number):
                    at = clock.monotonic_ns()
                    block.append((at, self._sample(part, "settle", len(block), samples)))
                settled[number] = _within([item for _, item in block[-samples:]], samples, window)
        elapsed_s = (clock.monotonic_ns() - begun_ns) / 1e9
        for number, block in enumerate(taken):
            with self._of(part, number):
                self._desk.emit(
                    "settled",
                    {
                        "point": self._point.id,
                        "samples": [[at, item.value.hex()] for at, item in block],
                        "window": window,
                        "minimum_s": minimum_s,
                        "elapsed_s": elapsed_s,
                        "criterion_met": settled[number],
                        **_of_part(part),
                    },
                )
        if not all(settled):
            raise RunError(
                f"the reading did not settle within {window:g} {taken[-1][-1][1].unit} in {timeout_s:g} s",
                where=self._point.id,
                way_out="Look at leads, shielding and warm-up, then repeat the point.",
                code="not-settled",
            )

    def read(
        self, count: int, *, discard: int = 0, parts: Sequence[str] = (UUT,), every_s: float = 0.0
    ) -> None:
        """Record rounds of readings, each committed by itself, after `discard` recorded, unused ones."""
        clock, total = self._desk.clock, (discard + count) * len(parts)
        for number in range(discard + count):
            begun_ns = clock.monotonic_ns()
            for place, part in enumerate(parts):
                for unit in self._units(part):
                    with self._of(part, unit):
                        indication = self._sample(part, "read", number * len(parts) + place, total)
                        self._record(part, indication, "discard" if number < discard else "result")
                    self._refuse_overload(part, indication)
            if every_s and number + 1 < discard + count:
                self._desk.pause(every_s - (clock.monotonic_ns() - begun_ns) / 1e9, "read")

    def wait(self, seconds: float) -> None:
        """Wait in engine time, with progress."""
        self._desk.pause(seconds, "wait")

    def _units(self, part: str) -> Sequence[int]:
        """Return the units that a reading of a part is of: all that are measured at once, else one."""
        return self._desk.units_of(part)

    def _of(self, part: str, number: int) -> AbstractContextManager[None]:
        return of_unit(self._desk, part, number)

    def _sample(self, part: str, doing: str, done: int, total: int) -> Indication:
        self._desk.check()
        self._expect(part)
        indication = self._armed.read(part)
        self._desk.tell(doing, value=indication.value, done=done + 1, total=total)
        wanted = self._unit(part)
        if not indication.overload and wanted and indication.unit != wanted:
            who = "the unit under test" if part == UUT else f"the part {part!r}"
            raise RunError(
                f"{who} indicates {indication.unit!r}, {self._function(part)!r} is read in {wanted!r}",
                where=self._point.id,
                way_out="Report this with the traffic log: driver and procedure disagree.",
                code="unit-mismatch",
            )
        return indication

    def _function(self, part: str) -> str:
        return self._armed.function(part) or (self._point.function if part == UUT else "")

    def _unit(self, part: str) -> str:
        """Return the unit in which a part reads; empty where nobody said what it measures."""
        return READING_UNITS.get(self._function(part), "")

    def _expect(self, part: str) -> None:
        """Tell a person who reads an instrument what is expected, for a person may slip."""
        driver = self._desk.driver(part)
        if not _expects(type(driver)):
            return
        applied, unit = self._desk.applied_in(self._unit(part))
        value = float(self._point.nominal) if applied is None else applied
        if unit or self._point.unit == self._unit(part):
            share = float(self._point.settings.get("expected_within", _SURPRISE))
            cast("Expecting", driver).expect(value, share * max(abs(value), 0.1 * float(self._point.range)))

    def _refuse_overload(self, part: str, indication: Indication) -> None:
        if indication.overload and len(self._units(part)) == 1:  # of several, it is one's own result
            who = "the unit under test" if part == UUT else f"the part {part!r}"
            raise RunError(
                f"{who} shows overload ({indication.raw.strip()})",
                where=self._point.id,
                way_out="Look at the leads and the range, then repeat the point.",
                code="overload",
            )

    def _record(self, part: str, indication: Indication, use: str) -> None:
        applied = self._desk.applied
        self._index += 1
        # A reply in another unit, or one of many numbers, is not the value itself.
        said = value_of_raw(indication.raw) == indication.value or indication.overload
        self._desk.emit(
            "reading",
            {
                "point": self._point.id,
                "attempt": self._attempt,
                "index": self._index,
                "use": use,
                "raw": indication.raw,
                "value": indication.value.hex(),
                "unit": indication.unit,
                "asset": self._desk.place(part)[1],
                "monotonic_ns": self._desk.clock.monotonic_ns(),
                "overload": indication.overload,
                "applied": None if applied is None else applied.hex(),
                "traffic": indication.traffic_offset,
                **_of_part(part),
                **({} if said else {"derived": True}),
            },
        )


def _of_part(part: str) -> dict[str, str]:
    return {} if part == UUT else {"part": part}


def _within(last: list[Indication], samples: int, window: float) -> bool:
    if len(last) < samples or any(item.overload for item in last):
        return False
    values = [item.value for item in last]
    return max(values) - min(values) <= window
