"""Energy by the pulses of a meter's test output, which a counter totals between a start and a stop."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

from ._errors import InstrumentError
from .roles import Identity, Indication, Instrument
from .transport import Session

__all__ = ["CountsPulses", "PulseEnergy"]

_WH_PER_KWH = 1000.0


@runtime_checkable
class CountsPulses(Instrument, Protocol):
    """A counter that totals the edges at its input."""

    session: Session

    def start_total(self, *, level_v: float) -> None:
        """Begin at zero; an edge is a rise through `level_v`."""
        ...

    def stop_total(self) -> None:
        """Close the gate; the total stays to be read."""
        ...

    def total(self) -> Indication:
        """Return the number of edges, also while the gate is open."""
        ...


class PulseEnergy:
    """A counter at a meter's pulse output; fills the role of a meter of energy.

    A count is whole pulses, so an energy is uncertain by one pulse: `resolution_wh`. Whoever wants a small
    one opens and closes the gate on edges, or counts long.

    Args:
        counter: the counter, at the pulse output.
        pulses_per_kwh: the meter constant, as it stands on the meter.
        level_v: half the pulse's height (V).

    Raises:
        ValueError: the meter constant is not above 0.
    """

    MODEL_ID: ClassVar[str] = ""  # no accuracy table: a count errs by a pulse, and by nothing else
    ROLES: ClassVar[tuple[str, ...]] = ("X.MeasureEnergy",)

    def __init__(self, counter: CountsPulses, *, pulses_per_kwh: float, level_v: float = 2.5) -> None:
        if not pulses_per_kwh > 0.0:
            raise ValueError(f"a meter constant of {pulses_per_kwh:g} pulses a kWh stands on no meter")
        self._counter = counter
        self._wh_per_pulse = _WH_PER_KWH / pulses_per_kwh
        self._level_v = level_v
        self._begun = False
        self._end: Indication | None = None

    @property
    def resolution_wh(self) -> float:
        """The energy of one pulse (Wh)."""
        return self._wh_per_pulse

    def identify(self) -> Identity:
        """Ask the counter who it is.

        Raises:
            WrongIdentity: it is another model.
        """
        return self._counter.identify()

    def reset(self) -> None:
        """Bring the counter to its reset state; a count that was begun is lost."""
        self._end, self._begun = None, False
        self._counter.reset()

    def self_test(self) -> tuple[bool, str]:
        """Run the counter's self-test; return whether it passed and the raw reply."""
        return self._counter.self_test()

    def check_errors(self) -> None:
        """Empty the counter's error queue; raise `InstrumentReportedError` when it held any."""
        self._counter.check_errors()

    def prepare_energy(self) -> None:
        """Forget the count before; the counter begins a total at zero by itself."""
        self._end, self._begun = None, False

    def start_energy(self) -> None:
        """Begin a count at zero."""
        self._end, self._begun = None, False
        self._counter.start_total(level_v=self._level_v)
        self._begun = True

    def stop_energy(self) -> None:
        """End the count; its energy stays to be read.

        Raises:
            InstrumentError: no count was begun.
        """
        self._require_count()
        self._counter.stop_total()
        self._end = self._energy()

    def read_energy(self) -> Indication:
        """Return the energy of the count (Wh), also while it goes on; `raw` is the counter's total.

        Raises:
            InstrumentError: no count was begun.
        """
        self._require_count()
        return self._end or self._energy()

    def close(self) -> None:
        """Close the counter's session."""
        self._counter.close()

    def _energy(self) -> Indication:
        total = self._counter.total()
        energy_wh = total.value * self._wh_per_pulse
        return Indication(
            total.raw, energy_wh, "Wh", overload=total.overload, traffic_offset=total.traffic_offset
        )

    def _require_count(self) -> None:
        if not self._begun:
            raise InstrumentError(
                "No count of energy was begun",
                instrument=self._counter.session.name,
                resource=self._counter.session.resource,
                way_out="Call start_energy first.",
            )
