"""A disciplined oscillator of the 58503 type (HP, Symmetricom): what it says of its lock.

Everything here is remembered with medium confidence at most. Over RS-232 the instrument adds a prompt: reach
it through a gateway that takes it off.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._errors import InstrumentError
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import action, reading
from calibrator_drivers.dialect import SCPI, parse_identity
from calibrator_drivers.roles import Discipline, Identity
from calibrator_drivers.transport import Session

__all__ = ["Gpsdo58503"]

_NOMINAL_HZ = 10e6
_WARM_H = 72.0  # after power-up, before its frequency is called traceable
_COUNT_H = 3.0  # hours of each count of the lifetime counter


class Gpsdo58503:
    """A 58503 behind a session; fills the role of a reference frequency."""

    MODEL_ID: ClassVar[str] = "gpsdo"
    ROLES: ClassVar[tuple[str, ...]] = ("ReferenceFrequency",)
    MODELS: ClassVar[tuple[str, ...]] = ("58503A", "58503B", "Z3801A", "Z3805A")

    # fmt: off
    identity = reading("*IDN?", str, "identity", "S-MEM", "mem-M")
    clear_status = action("*CLS", "empties the error queue", "S-MEM", "mem-M")
    self_test_result = reading("*TST?", str, "self-test, 0 passes", "S-MEM", "mem-M")
    state = reading(":SYNC:STAT?", str.strip, "LOCK, HOLD, WAIT or POW", "S-MEM", "mem-M")
    merit = reading(":SYNC:FFOM?", int, "figure of merit, 0 within specification", "S-MEM", "mem-M")
    interval = reading(":PTIM:TINT?", float, "1 PPS against received time (s)", "S-MEM", "mem-M")
    lifetime = reading(":DIAG:LIF:COUN?", float, "time on, in counts of 3 h", "S-MEM", "mem-L")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock

    def identify(self) -> Identity:
        """Ask the instrument who it is.

        Raises:
            WrongIdentity: it is another model.
        """
        return parse_identity(self.session, self.identity(), models=self.MODELS)

    def reset(self) -> None:
        """Forget old errors; its lock is never touched."""
        self.clear_status()

    def self_test(self) -> tuple[bool, str]:
        """Run the self-test; return whether it passed and the raw reply."""
        reply = self.self_test_result(timeout_s=60.0)
        return reply.strip().lstrip("+-") == "0", reply

    def check_errors(self) -> None:
        """Empty the error queue; raise `InstrumentReportedError` when it held any."""
        SCPI.check(self.session)

    def nominal_hz(self) -> float:
        """Return the frequency that the output nominally has (Hz)."""
        return _NOMINAL_HZ

    def discipline(self) -> Discipline:
        """Ask for lock, figure of merit and time on; only all three make the frequency traceable."""
        state, merit = self.state(), self.merit()
        on_h = self.lifetime() * _COUNT_H
        locked, stable, warm = state.upper().startswith("LOCK"), merit == 0, on_h >= _WARM_H
        why = [
            text
            for held, text in (
                (locked, f"it is not locked ({state})"),
                (stable, f"its frequency figure of merit is {merit}, not 0"),
                (warm, f"it has been on for {on_h:g} h of {_WARM_H:g} h"),
            )
            if not held
        ]
        raw = f"{state}; {merit}; {on_h:g} h"
        return Discipline(locked, stable, warm, not why, "; ".join(why), raw)

    def require_traceable(self) -> None:
        """Refuse to call the frequency traceable where it is not.

        Raises:
            InstrumentError: with what does not hold.
        """
        found = self.discipline()
        if not found.traceable:
            raise InstrumentError(
                f"The reference frequency is not traceable: {found.why_not}",
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Check the antenna and wait until it is locked, stable and warm.",
            )

    def close(self) -> None:
        """Close the session."""
        self.session.close()
