"""What every source does alike: its output is switched, looked at, and switched off where something fails."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import TypeVar

from ._errors import (
    ConnectionLost,
    InstrumentError,
    OutOfLimits,
    ReadbackError,
    ReadTimeout,
    UnexpectedReply,
)
from .dialect import Dialect
from .transport import Session

__all__ = [
    "Switch",
    "every_step",
    "finite_limit",
    "forget_errors",
    "held_within",
    "may_be_on",
    "mismatch",
    "off_again",
    "staged_or_refuse",
    "stays_on",
    "sure",
    "unhindered",
]

T = TypeVar("T")
_TURNS = 5  # of what a person's Ctrl-C broke into; who presses it more often than that wants out
_SILENT = 2  # looks without an answer: nobody is there to be asked a third time


def may_be_on(error: InstrumentError, way_out: str = "") -> None:
    """Let an error say that the output may still be on, and what to do then."""
    error.what = error.what.replace(f"; {ReadbackError.STAYS_OFF}", "").rstrip(".")  # it was so, if ever
    if ReadbackError.MAY_BE_ON not in error.what:
        error.what = f"{error.what}; {ReadbackError.MAY_BE_ON}"
        error.way_out = way_out or ReadbackError.BY_HAND


def unhindered(session: Session) -> AbstractContextManager[None]:
    """Let no traffic log that cannot be written keep a command from the wire; a test's session has none."""
    found: Callable[[], AbstractContextManager[None]] = getattr(session, "towards_safety", nullcontext)
    return found()


@contextmanager
def _or_may_be_on(session: Session, way_out: str) -> Iterator[None]:
    try:
        with unhindered(session):
            yield
    except InstrumentError as error:
        may_be_on(error, way_out)
        raise
    except BaseException as error:  # a person's Ctrl-C too goes on upwards, with what it means
        error.add_note(f"{session.name}: {ReadbackError.MAY_BE_ON}. {way_out or ReadbackError.BY_HAND}")
        raise


def _through(step: Callable[[], object]) -> list[BaseException]:
    """Take a step, again where a person's Ctrl-C broke in; return the first, to be raised behind it."""
    stops: list[BaseException] = []
    while len(stops) < _TURNS:
        try:
            step()
        except Exception as error:
            if not stops:
                raise
            stops[0].add_note(str(error))
            raise stops[0] from None
        except BaseException as stop:  # noqa: BLE001 - whoever asked for the step raises it, when it is taken
            vars(stop).pop("__notes__", None)  # what it met is asked again
            stops.append(stop)
        else:
            return stops[:1]
    raise stops[0]


class _QueueSilent(ReadTimeout):
    """The error queue tells nothing: no word about the output, so what is seen of that counts."""


def sure(session: Session, *steps: Callable[[], object], way_out: str = "") -> None:
    """Take every step of making safe, and all of them once more on a new connection where this one fails.

    What can only be sent stands before what is looked at: no answer may keep a command from the wire. A
    person's Ctrl-C does not either, nor do further ones: all steps are taken again, then it goes on upwards.

    Raises:
        InstrumentError: a step failed; its `what` tells of all that did, and that the output may still be on.
    """
    with _or_may_be_on(session, way_out):
        failures = _failures(steps)
        interrupted = _interrupts(failures)
        again = [session.reopen] if _is_lost(failures) else []
        for _ in range(_TURNS):
            if not again and not _interrupts(failures):
                break
            for stop in interrupted:
                vars(stop).pop("__notes__", None)  # what else failed is tried again
            for step in again:
                interrupted += _through(step)
            failures, again = _failures(steps), []
            interrupted += _interrupts(failures)
        if found := [error for error in failures if not isinstance(error, _QueueSilent)]:
            _tell([*interrupted[:1], *(error for error in found if error not in interrupted[:1])])
    _tell(interrupted[:1])  # at rest, as was seen


def _is_lost(failures: Iterable[BaseException]) -> bool:
    return any(isinstance(error, (ConnectionLost, ReadTimeout)) for error in failures)


def every_step(*steps: Callable[[], object]) -> None:
    """Take every step, whatever an earlier one found; then tell of all that failed.

    Raises:
        InstrumentError: a step failed, a lost connection before any other; its `what` tells of all.
    """
    _tell(_failures(steps))


def _failures(steps: Iterable[Callable[[], object]]) -> list[BaseException]:
    """Take every step; whatever stops one, a log, a program's fault or a person, stops no other."""
    found: list[BaseException] = []
    for step in steps:
        try:
            step()
        except BaseException as error:  # noqa: BLE001 - it is told of behind the last step, by `_tell`
            found.append(error)
            if sum(isinstance(each, ReadTimeout) for each in found) == _SILENT:
                break  # all that is sent was sent, and the other sources wait
    return found


def _interrupts(failures: Iterable[BaseException]) -> list[BaseException]:
    return [error for error in failures if not isinstance(error, Exception)]


def _tell(failures: list[BaseException]) -> None:
    """Raise one failure for all: a person's Ctrl-C first, then a lost connection."""
    if not failures:
        return
    known = [error for error in failures if isinstance(error, InstrumentError)]
    others = [error for error in failures if not isinstance(error, InstrumentError)]
    broken = [error for error in known if isinstance(error, (ConnectionLost, ReadTimeout))]
    if not known or _interrupts(others):
        first = (_interrupts(others) or others)[0]
        for error in failures:
            if error is not first:
                first.add_note(str(error))
        raise first
    told = (broken or known)[0]
    texts = dict.fromkeys(error.what.rstrip(".") for error in (told, *known))
    told.what = "; and ".join([*texts, *(f"{type(error).__name__}: {error}" for error in others)])
    raise told


def forget_errors(session: Session, dialect: Dialect) -> None:
    """Empty the error queue; a reply that is no error is no reason to stop making safe.

    Raises:
        ReadTimeout: it tells nothing; `sure` then repeats its steps once, and goes by what they see.
    """
    with suppress(UnexpectedReply):
        try:
            dialect.read_errors(session)
        except ReadTimeout as error:
            raise _QueueSilent(
                error.what,
                timeout_s=error.timeout_s,
                sent=error.sent,
                instrument=error.instrument,
                resource=error.resource,
                way_out=error.way_out,
            ) from error


def mismatch(
    session: Session,
    quantity: str,
    staged: str,
    read_back: str,
    *,
    outcome: str = ReadbackError.STAYS_OFF,
    way_out: str = "",
) -> ReadbackError:
    """Return the error of what is read back otherwise than it was staged or sent."""
    return ReadbackError(
        quantity,
        staged=staged,
        read_back=read_back,
        outcome=outcome,
        instrument=session.name,
        resource=session.resource,
        way_out=way_out,
    )


def stays_on(
    session: Session, quantity: str, sent: str, read_back: str, *, way_out: str = ""
) -> ReadbackError:
    """Return the error of an output that was to be brought to rest and is not seen to be."""
    return mismatch(session, quantity, sent, read_back, outcome=ReadbackError.MAY_BE_ON, way_out=way_out)


def staged_or_refuse(
    session: Session, staged: T | None, *, what: str = "value", done: str = "connected"
) -> T:
    """Return what was staged.

    Raises:
        InstrumentError: nothing was.
    """
    if staged is None:
        raise InstrumentError(
            f"Nothing is staged, so nothing is {done}",
            instrument=session.name,
            resource=session.resource,
            way_out=f"Stage a {what} first.",
        )
    return staged


def held_within(
    session: Session, value: float, span: tuple[float, float], unit: str, *, command: str, whose: str
) -> None:
    """Refuse a value outside the section's limit or the instrument's span before anything is sent.

    Raises:
        OutOfLimits: it is outside; a value that is no number is.
    """
    low, high = span
    if not low <= value <= high:
        raise OutOfLimits(
            f"{value:g} {unit} is outside {low:g} to {high:g} {unit}, {whose}",
            command=command,
            value=value,
            instrument=session.name,
            resource=session.resource,
            way_out="Choose a value within. Nothing was sent.",
        )


def finite_limit(session: Session, limit: float, unit: str) -> float:
    """Return a section's maximum.

    Raises:
        OutOfLimits: it is no finite number, which would limit nothing; nothing was sent.
    """
    if not math.isfinite(limit):
        raise OutOfLimits(
            f"{limit:g} {unit} limits nothing",
            command="set_limits",
            value=limit,
            instrument=session.name,
            resource=session.resource,
            way_out="Give the section's maximum as a number. Nothing was sent.",
        )
    return limit


@dataclass(frozen=True, slots=True)
class Switch:
    """The output of a source: how it goes on and off, how that is looked at, and its names in messages."""

    session: Session
    on: Callable[[], object]
    off: Callable[[], object]
    is_on: Callable[[], bool]
    check: Callable[[], None]  # the errors of switching it on
    part: str = "output"
    names: tuple[str, str] = ("on", "off")
    way_out: str = ""

    def switch_on(self) -> None:
        """Switch it on; where that fails it is switched off again.

        Raises:
            ReadbackError: it stays off.
            InstrumentError: the instrument reports an error, or cannot be reached.
        """
        with off_again(self):
            self.on()
            self.check()
            if not self.is_on():
                raise mismatch(self.session, self.part, *self.names, way_out=self.way_out)

    def switch_off(self) -> None:
        """Switch it off.

        Raises:
            ReadbackError: it stays on.
            InstrumentError: nobody knows; the error says that it may still be on.
        """
        with _or_may_be_on(self.session, self.way_out):
            stopped = _through(self._off_and_seen)
        _tell(stopped)

    def _off_and_seen(self) -> None:
        self.off()
        self.see_off()

    def see_off(self) -> None:
        """Look whether it is off.

        Raises:
            ReadbackError: it is on.
        """
        if self.is_on():
            on, off = self.names
            raise stays_on(self.session, self.part, off, on, way_out=self.way_out)


@contextmanager
def off_again(switch: Switch) -> Iterator[None]:
    """Switch an output off where what it is on for fails or is interrupted; the failure goes on upwards.

    Where it is not seen to be off then, the failure says that it may still be on.
    """
    try:
        yield
    except BaseException as error:
        try:
            switch.switch_off()
        except Exception as second:  # noqa: BLE001 - the first failure is told, with what the second means
            if isinstance(error, InstrumentError):
                may_be_on(error, switch.way_out)
            else:
                error.add_note(f"{second}; {ReadbackError.MAY_BE_ON}")
        raise
