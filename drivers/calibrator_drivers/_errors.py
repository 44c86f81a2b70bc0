"""Errors of the instruments' room, one tree.

DriversError
├── InstrumentError               an instrument or the way to it
│   ├── ConnectFailed             nothing answers at the address
│   ├── ConnectionLost            the peer closed the connection
│   ├── ReadTimeout               no reply in time; the session is marked dirty
│   ├── UnexpectedReply           a reply that cannot be understood
│   ├── InstrumentReportedError   the instrument's own error queue was not empty
│   ├── ReadbackError             what is read back is not what was staged
│   ├── SettlingTimeout           the output did not settle in time
│   ├── WrongIdentity             another instrument answers at the address
│   ├── BadResource               a resource string that names no transport
│   ├── ReplayMismatch            what is sent is not what the traffic log holds
│   ├── OutOfLimits               a value outside the limits of a command
│   └── UnknownDriver             no driver is installed for the model
└── AccuracyError                 a figure that cannot be given
    ├── UnknownModel              no accuracy table of that name
    ├── UnknownFunction           the table has no such function
    ├── UnknownInterval           no row covers the time since calibration
    ├── UnknownOption             the table knows no such option
    ├── OutOfRange                a point outside every row
    ├── ConditionsNotMet          the state lies outside what the figure holds for
    ├── UncomputedAdder           the row's note holds an adder that is not computed
    └── BadTable                  a table file that cannot be taken as it is
"""
# ruff: noqa: N818 - an error is named for its cause, as the contract of this room names it

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypedDict, Unpack

__all__ = [
    "AccuracyError",
    "BadResource",
    "BadTable",
    "ConditionsNotMet",
    "ConnectFailed",
    "ConnectionLost",
    "DriversError",
    "InstrumentError",
    "InstrumentReportedError",
    "OutOfLimits",
    "OutOfRange",
    "ReadTimeout",
    "ReadbackError",
    "ReplayMismatch",
    "SettlingTimeout",
    "UncomputedAdder",
    "UnexpectedReply",
    "UnknownDriver",
    "UnknownFunction",
    "UnknownInterval",
    "UnknownModel",
    "UnknownOption",
    "WrongIdentity",
]


class DriversError(Exception):
    """Root of every error of this room.

    Args:
        what: one sentence that names the thing that is wrong.
        where: the place: instrument, address, file and line or key.
        way_out: the next step for the technician.
    """

    code: ClassVar[str] = "drivers"

    def __init__(self, what: str, *, where: str = "", way_out: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.way_out = way_out

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        step = f" {self.way_out}" if self.way_out else ""
        return f"{self.what.rstrip('.')}{place}.{step}"


class Place(TypedDict, total=False):
    """Where something is wrong with an instrument, and the next step for the technician."""

    instrument: str
    resource: str
    way_out: str


class InstrumentError(DriversError):
    """Something is wrong with an instrument or the way to it."""

    code: ClassVar[str] = "instrument"

    def __init__(self, what: str, *, instrument: str = "", resource: str = "", way_out: str = "") -> None:
        where = " at ".join(part for part in (instrument, resource) if part)
        super().__init__(what, where=where, way_out=way_out)
        self.instrument = instrument
        self.resource = resource


class ConnectFailed(InstrumentError, ConnectionError):
    """Nothing answers at the address."""

    code: ClassVar[str] = "connect-failed"


class ConnectionLost(InstrumentError, ConnectionError):
    """The peer closed the connection, or the line broke.

    `restored` says that the connection is back by the bus's policy; the command was not repeated.
    """

    code: ClassVar[str] = "connection-lost"
    restored: bool = False


class ReadTimeout(InstrumentError, TimeoutError):
    """No reply came in time; the next exchange resynchronises the session first."""

    code: ClassVar[str] = "read-timeout"

    def __init__(
        self,
        what: str,
        *,
        timeout_s: float,
        sent: str = "",
        **place: Unpack[Place],
    ) -> None:
        super().__init__(what, **place)
        self.timeout_s = timeout_s
        self.sent = sent


class UnexpectedReply(InstrumentError, ValueError):
    """A reply that cannot be understood; `reply` holds it as it came."""

    code: ClassVar[str] = "unexpected-reply"

    def __init__(self, what: str, *, reply: str, **place: Unpack[Place]) -> None:
        super().__init__(what, **place)
        self.reply = reply


class InstrumentReportedError(InstrumentError):
    """The instrument's error queue was not empty; `errors` holds (number, text) pairs."""

    code: ClassVar[str] = "instrument-reported"

    def __init__(
        self,
        errors: Sequence[tuple[int, str]],
        *,
        after: str = "",
        instrument: str = "",
        resource: str = "",
        way_out: str = "",
    ) -> None:
        told = "; ".join(f"{number} {text}" for number, text in errors)
        cause = f" after {after!r}" if after else ""
        super().__init__(
            f"The instrument reports {told}{cause}",
            instrument=instrument,
            resource=resource,
            way_out=way_out or "Look the number up in the instrument's manual, then start again.",
        )
        self.errors = tuple(errors)
        self.after = after


class ReadbackError(InstrumentError):
    """What is read back is not what was staged or sent; `outcome` says what is known of the output then."""

    code: ClassVar[str] = "readback"
    STAYS_OFF: ClassVar[str] = "the output stays in standby"  # compared before it would have been connected
    MAY_BE_ON: ClassVar[str] = "the output may still be on"
    BY_HAND: ClassVar[str] = "Do not touch the terminals; switch it off at the instrument."

    def __init__(
        self,
        quantity: str,
        *,
        staged: str,
        read_back: str,
        outcome: str = STAYS_OFF,
        instrument: str = "",
        resource: str = "",
        way_out: str = "",
    ) -> None:
        again = "Take the instrument out of local control, then stage the value again."
        super().__init__(
            f"The {quantity} was staged as {staged} and is read back as {read_back}; {outcome}",
            instrument=instrument,
            resource=resource,
            way_out=way_out or (again if outcome == self.STAYS_OFF else self.BY_HAND),
        )
        self.quantity = quantity
        self.outcome = outcome
        self.staged = staged
        self.read_back = read_back


class SettlingTimeout(InstrumentError, TimeoutError):
    """The output did not settle in time."""

    code: ClassVar[str] = "settling-timeout"

    def __init__(
        self,
        what: str,
        *,
        timeout_s: float,
        **place: Unpack[Place],
    ) -> None:
        super().__init__(what, **place)
        self.timeout_s = timeout_s


class WrongIdentity(InstrumentError):
    """Another instrument answers at the address; `identity` is what it said."""

    code: ClassVar[str] = "wrong-identity"

    def __init__(self, what: str, *, identity: str, **place: Unpack[Place]) -> None:
        super().__init__(what, **place)
        self.identity = identity


class BadResource(InstrumentError, ValueError):
    """A resource string that names no transport, or an option that is not known."""

    code: ClassVar[str] = "bad-resource"


class ReplayMismatch(InstrumentError, AssertionError):
    """What a program sends is not what the replayed traffic log holds at this place."""

    code: ClassVar[str] = "replay-mismatch"


class OutOfLimits(InstrumentError, ValueError):
    """A value outside the limits of a command; nothing was sent."""

    code: ClassVar[str] = "out-of-limits"

    def __init__(
        self,
        what: str,
        *,
        command: str,
        value: float | str,
        **place: Unpack[Place],
    ) -> None:
        super().__init__(what, **place)
        self.command = command
        self.value = value


class UnknownDriver(InstrumentError, LookupError):
    """No driver is installed for the model."""

    code: ClassVar[str] = "unknown-driver"


class AccuracyError(DriversError):
    """An accuracy figure that cannot be given."""

    code: ClassVar[str] = "accuracy"


class UnknownModel(AccuracyError, LookupError):
    """No accuracy table of that name."""

    code: ClassVar[str] = "unknown-model"


class UnknownFunction(AccuracyError, LookupError):
    """The table has no such function."""

    code: ClassVar[str] = "unknown-function"


class UnknownInterval(AccuracyError, LookupError):
    """No row covers the time since calibration that was asked for."""

    code: ClassVar[str] = "unknown-interval"


class UnknownOption(AccuracyError, LookupError):
    """The table knows no such option of the instrument."""

    code: ClassVar[str] = "unknown-option"


class OutOfRange(AccuracyError, ValueError):
    """A point outside every row."""

    code: ClassVar[str] = "out-of-range"

    def __init__(
        self,
        what: str,
        *,
        function: str,
        value: float,
        span: tuple[float, float],
        where: str = "",
        way_out: str = "",
    ) -> None:
        super().__init__(what, where=where, way_out=way_out)
        self.function = function
        self.value = value
        self.span = span


class ConditionsNotMet(AccuracyError, ValueError):
    """The instrument's state lies outside what the figure holds for, and no figure covers it."""

    code: ClassVar[str] = "conditions-not-met"


class UncomputedAdder(AccuracyError):
    """The row's note holds an adder that is not computed (METROLOGY 11)."""

    code: ClassVar[str] = "uncomputed-adder"


class BadTable(AccuracyError, ValueError):
    """A table file that cannot be taken as it is."""

    code: ClassVar[str] = "bad-table"
