"""The façade over real engine and instruments: all that `measure` does is limited, recorded and read back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any, Protocol

from calibrator._errors import RunError
from calibrator.bench._drivers import configure_meter, unit_of
from calibrator.procedure import MeterHandle, Point, SourceHandle
from calibrator_drivers.clock import Clock, Deadline
from calibrator_drivers.roles import Expecting, Indication, Meter

__all__ = ["Desk", "LiveBench"]

_SURPRISE = 0.05  # of the value, from where a typed indication is looked at again


class Desk(Protocol):
    """What the engine does for the façade."""

    @property
    def clock(self) -> Clock:
        """The run's clock."""
        ...

    @property
    def uut(self) -> Meter:
        """The unit under test."""
        ...

    @property
    def uut_place(self) -> tuple[str, str]:
        """The UUT's name on the bench and its asset."""
        ...

    @property
    def applied(self) -> float | None:
        """What the source reads back while it is energised."""
        ...

    def emit(self, kind: str, body: Mapping[str, Any]) -> None:
        """Commit one event of the run."""
        ...

    def check(self) -> None:
        """Raise `InterruptedRun` when a stop is wanted; called between exchanges."""
        ...

    def pause(self, seconds: float, doing: str) -> None:
        """Wait in the run's time, checking for a stop."""
        ...

    def tell(self, doing: str, *, value: float | None = None, done: float = 0.0, total: float = 0.0) -> None:
        """Show progress; never recorded."""
        ...

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
        """Programme the standard at this point, with the output in standby."""
        ...

    def energised(self) -> AbstractContextManager[None]:
        """Energise what was staged."""
        ...


class LiveBench:
    """What `measure` sees at one point in one attempt."""

    def __init__(self, desk: Desk, point: Point, attempt: int) -> None:
        self._desk = desk
        self._point = point
        self._attempt = attempt
        self._index = 0

    @property
    def source(self) -> SourceHandle:
        """The standard that fills the source role at this point."""
        return _Source(self._desk)

    @property
    def uut(self) -> MeterHandle:
        """The unit under test."""
        return _Meter(self._desk)

    def energised(self) -> AbstractContextManager[None]:
        """Energise what was staged; on every way out the output goes to standby."""
        return self._desk.energised()

    def settle(self, *, minimum_s: float, window: float, samples: int = 3, timeout_s: float = 120.0) -> None:
        """Wait until `samples` successive readings lie within `window`; one recorded block.

        Raises `RunError` with code `not-settled` after `timeout_s`.
        """
        desk, clock = self._desk, self._desk.clock
        begun_ns = clock.monotonic_ns()
        deadline = Deadline.after(clock, max(timeout_s, minimum_s))
        desk.pause(minimum_s, "settle")
        taken: list[tuple[int, Indication]] = []
        settled = False
        while not settled and (not deadline.passed() or len(taken) < samples):
            taken.append((clock.monotonic_ns(), self._sample("settle", len(taken), samples)))
            settled = _within([item for _, item in taken[-samples:]], samples, window)
        elapsed_s = (clock.monotonic_ns() - begun_ns) / 1e9
        self._desk.emit(
            "settled",
            {
                "point": self._point.id,
                "samples": [[at, item.value.hex()] for at, item in taken],
                "window": window,
                "minimum_s": minimum_s,
                "elapsed_s": elapsed_s,
                "criterion_met": settled,
            },
        )
        if not settled:
            raise RunError(
                f"the reading did not settle within {window:g} {self._point.unit} in {timeout_s:g} s",
                where=self._point.id,
                way_out="Look at leads, shielding and warm-up, then repeat the point.",
                code="not-settled",
            )

    def read(self, count: int, *, discard: int = 0) -> None:
        """Record `count` readings after `discard` recorded and discarded ones, each committed by itself."""
        for number in range(discard + count):
            indication = self._sample("read", number, discard + count)
            self._record(indication, "discard" if number < discard else "result")
            if indication.overload:
                raise RunError(
                    f"the unit under test shows overload ({indication.raw.strip()})",
                    where=self._point.id,
                    way_out="Look at the leads and the range, then repeat the point.",
                    code="overload",
                )

    def wait(self, seconds: float) -> None:
        """Wait in engine time, with progress."""
        self._desk.pause(seconds, "wait")

    def _sample(self, doing: str, done: int, total: int) -> Indication:
        self._desk.check()
        uut = self._desk.uut
        if isinstance(uut, Expecting):  # a person reads it, and may slip
            applied = self._desk.applied
            value = float(self._point.nominal) if applied is None else applied
            uut.expect(value, _SURPRISE * max(abs(value), 0.1 * float(self._point.range)))
        indication = uut.read()
        self._desk.tell(doing, value=indication.value, done=done + 1, total=total)
        if not indication.overload and indication.unit != self._point.unit:
            raise RunError(
                f"the unit under test indicates {indication.unit!r}, the point is in {self._point.unit!r}",
                where=self._point.id,
                way_out="Report this with the traffic log: driver and procedure disagree.",
                code="unit-mismatch",
            )
        return indication

    def _record(self, indication: Indication, use: str) -> None:
        applied = self._desk.applied
        self._index += 1
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
                "asset": self._desk.uut_place[1],
                "monotonic_ns": self._desk.clock.monotonic_ns(),
                "overload": indication.overload,
                "applied": None if applied is None else applied.hex(),
                "traffic": indication.traffic_offset,
            },
        )


def _further(function: str, frequency_hz: float, gate_s: float, amplitude_v: float) -> dict[str, float]:
    """Return what a record says of a setting beyond value and range, nothing for direct quantities."""
    if function == "freq":
        return {"gate_s": gate_s, "amplitude_v": amplitude_v}
    return {"frequency_hz": frequency_hz} if frequency_hz else {}


def _within(last: list[Indication], samples: int, window: float) -> bool:
    if len(last) < samples or any(item.overload for item in last):
        return False
    values = [item.value for item in last]
    return max(values) - min(values) <= window


class _Source:
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
        self._desk.check()
        self._desk.stage(
            function, value, unit, wires=wires, frequency_hz=frequency_hz, amplitude_v=amplitude_v
        )


class _Meter:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

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
        desk = self._desk
        desk.check()
        unit_of(function, unit)
        configure_meter(
            desk.uut,
            function,
            float(range_),
            nplc=nplc,
            wires=wires,
            high_impedance=high_impedance,
            frequency_hz=frequency_hz,
            gate_s=gate_s,
            amplitude_v=amplitude_v,
        )
        name, asset = desk.uut_place
        what = {
            "function": function,
            "range": format(range_, "f"),
            "unit": unit,
            "nplc": nplc,
            "wires": wires,
            "high_impedance": high_impedance,
            **_further(function, frequency_hz, gate_s, amplitude_v),
        }
        desk.emit("configured", {"instrument": name, "asset": asset, "what": what})
