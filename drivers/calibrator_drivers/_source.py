"""A source with an output: staged in standby, read back, connected, and made safe, alike in every model.

What a driver adds is its commands, what it compares before it connects, and the steps that make it safe.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Generic, TypeVar

from ._errors import InstrumentError, OutOfLimits, ReadbackError
from ._safety import Switch, forget_errors, mismatch, off_again, staged_or_refuse, sure, unhindered
from .clock import Clock
from .commands import Reading
from .dialect import SCPI, Dialect, parse_identity
from .roles import Identity, SourceLimits
from .transport import Session

__all__ = ["SwitchedSource"]

S = TypeVar("S")


class SwitchedSource(ABC, Generic[S]):
    """Stages, connects and disconnects by what a driver says of its instrument; `S` is what it stages."""

    MODEL_ID: ClassVar[str]
    MODELS: ClassVar[tuple[str, ...]] = ()  # as *IDN? names them
    MAKERS: ClassVar[tuple[str, ...]] = ()  # words of their names in *IDN?
    DIALECT: ClassVar[Dialect] = SCPI
    SELF_TEST_S: ClassVar[float] = 60.0
    STAGES: ClassVar[tuple[str, str]] = "value", "connected"  # what is staged, what is then done with it
    WAY_OUT: ClassVar[str] = ""  # where the output does not do as it is told; empty for the usual one

    session: Session
    identity: ClassVar[Reading[str]]
    self_test_result: ClassVar[Reading[str]]

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        self._staged: S | None = None
        self._connected = False  # by this driver as far as it got, and not seen in standby since
        self._line = (0, 0)  # the connection that the value was staged on

    # What a driver says.

    @property
    @abstractmethod
    def _switch(self) -> Switch:
        """Return how the output goes on and off."""

    @abstractmethod
    def _compare(self, staged: S) -> None:
        """Raise `ReadbackError` where function, value, unit, frequency, range or limit are not as staged."""

    @abstractmethod
    def _hold(self, staged: S) -> None:
        """Raise `OutOfLimits` where a value lies outside what the section allows; nothing is sent."""

    def _to_rest(self) -> None:
        """Take every step of making safe; by default the output goes off."""
        sure(self.session, self._switch.off, self._forget_errors, self._switch.see_off, way_out=self.WAY_OUT)

    # What follows from it.

    def identify(self) -> Identity:
        """Ask the instrument who it is.

        Raises:
            WrongIdentity: it is another model.
        """
        return parse_identity(self.session, self.identity(), models=self.MODELS, makers=self.MAKERS)

    def self_test(self) -> tuple[bool, str]:
        """Run the self-test; return whether it passed and the raw reply."""
        reply = self.self_test_result(timeout_s=self.SELF_TEST_S)
        return reply.strip().lstrip("+-") == "0", reply

    def check_errors(self) -> None:
        """Empty the error queue; raise `InstrumentReportedError` when it held any."""
        self._check("")

    def operate(self) -> None:
        """Read back what was staged, then connect the output; each way of failing leaves it off, or says so.

        What was staged is forgotten where it fails. An output that is connected already is compared again,
        and disconnected where it differs.

        Raises:
            ReadbackError: what is read back is not what was staged, or the output stays off.
            OutOfLimits: what is staged lies outside the limits that were set since.
            InstrumentError: nothing is staged on this connection, or the instrument cannot be reached.
        """
        staged = self._staged_here()
        switch = self._switch
        try:
            if self._connected:
                with off_again(switch):
                    self._hold(staged)
                    self._compare(staged)
            else:
                self._hold(staged)
                self._compare(staged)
            self._connected = True  # before it is: whatever stops this call, it may be on behind it
            switch.switch_on()
        except BaseException:
            self._staged = None
            raise

    def standby(self) -> None:
        """Disconnect the output.

        Raises:
            ReadbackError: the instrument still says that it is connected.
        """
        self._switch.switch_off()
        self._connected = False

    def make_safe(self) -> None:
        """Bring the output to rest whatever the state was, and confirm it; what was staged is forgotten.

        Errors that stand in the queue from before are emptied; what counts is what is read back. Works on a
        fresh session, as a guard process opens it; a connection that breaks is opened once more.

        Raises:
            ReadbackError: the output is not at rest.
            InstrumentError: the instrument cannot be reached, so that the output may still be on.
        """
        self._staged = None
        with unhindered(self.session):
            self._to_rest()
        self._connected = False

    def limits(self) -> SourceLimits | None:
        """Return None: the instrument has no limits of its own in volts or amperes, or does not tell."""
        return None

    def restore_limits(self, limits: SourceLimits) -> None:
        """Do nothing: `limits` never returned any."""
        del limits

    def close(self) -> None:
        """Close the session; never changes the output."""
        self.session.close()

    def _begin_staging(self) -> None:
        """Forget what was staged and disconnect; every `stage_…` begins so."""
        self._staged = None
        self.standby()

    def _end_staging(self, staged: S, after: str) -> None:
        """Check the instrument's errors and remember what is to be read back; every `stage_…` ends so."""
        self._check(after)
        self._staged, self._line = staged, _lines(self.session)

    def _limits_changed(self) -> None:
        """Drop what is staged and lies outside new limits; every `set_limits` does so before it sends them.

        Raises:
            OutOfLimits: the output is on at such a value; it was disconnected, and the limits were not sent.
        """
        staged = self._staged
        if staged is None:
            return
        try:
            self._hold(staged)
        except OutOfLimits as error:
            self._staged = None
            if self._connected:
                self.standby()
                error.what = f"{error.what.rstrip('.')}; the output was on at it and is disconnected"
                error.way_out = "Set the limits again, then stage a value within them."
                raise

    def _staged_here(self) -> S:
        """Return what was staged.

        Raises:
            InstrumentError: nothing was, or the connection was another one then (METROLOGY 6); an output that
                was on is off, or it says that it may be on.
        """
        what, done = self.STAGES
        lost = self._staged is not None and self._line != _lines(self.session)
        if lost:
            self._staged = None
        if self._staged is None and self._connected:
            self.standby()  # what is refused is not left on
        if lost:
            raise InstrumentError(
                f"The connection was lost since the {what} was staged, so nothing is {done}",
                instrument=self.session.name,
                resource=self.session.resource,
                way_out=f"See that the leads are as they were, then stage the {what} again.",
            )
        return staged_or_refuse(self.session, self._staged, what=what, done=done)

    def _check(self, after: str) -> None:
        self.DIALECT.check(self.session, after=after)

    def _forget_errors(self) -> None:
        forget_errors(self.session, self.DIALECT)

    def _mismatch(self, quantity: str, staged: str, read_back: str) -> ReadbackError:
        return mismatch(self.session, quantity, staged, read_back, way_out=self.WAY_OUT)


def _lines(session: Session) -> tuple[int, int]:
    """Return how often a connection was opened anew, by the policy and at all; a test's may not count."""
    return int(getattr(session, "reconnections", 0)), int(getattr(session, "reopenings", 0))
