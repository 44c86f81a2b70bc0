"""Commands as descriptors: one line each says header, unit, limits, what it does, and where that is written.

A driver reads as a table of what it covers of the manual. Its wire text is in the descriptor; the
driver's methods put descriptors in order. `status` tells whether the command was seen in a document
("seen") or is remembered ("mem-H", "mem-M", "mem-L": high, medium, low confidence).

Example:
    >>> class Source:
    ...     session: Session
    ...     out = setting("OUT {} V", "V", -10.0, 10.0, "direct voltage", "S-EXAMPLE", "seen")
    >>> Source.out.header, Source.out.unit
    ('OUT {} V', 'V')
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar, overload

from ._errors import OutOfLimits, UnexpectedReply
from .transport import Session

__all__ = [
    "Action",
    "Choice",
    "Command",
    "Commanded",
    "Duo",
    "Pair",
    "Reading",
    "Setting",
    "Trio",
    "action",
    "choice",
    "commands_of",
    "duo",
    "flag",
    "pair",
    "reading",
    "setting",
    "trio",
]

T = TypeVar("T")
K = TypeVar("K")
T_co = TypeVar("T_co", covariant=True)
Part = tuple[str, float, float]  # of what is sent: unit, lowest, highest
Parts = tuple[Part, ...]


class Commanded(Protocol):
    """Anything with a session that commands go through."""

    session: Session


@dataclass(frozen=True, slots=True)
class Command:
    """What every command states about itself."""

    header: str
    does: str
    source: str  # key of sources.toml, with the page where known
    status: str  # "seen", "mem-H", "mem-M" or "mem-L"


@dataclass(frozen=True, slots=True)
class Setting(Command):
    """A number sent to the instrument, refused outside its limits."""

    unit: str
    low: float
    high: float
    restores: bool | None = None

    @overload
    def __get__(self, instrument: None, owner: type) -> Setting: ...
    @overload
    def __get__(self, instrument: Commanded, owner: type) -> Callable[[float], None]: ...
    def __get__(self, instrument: Commanded | None, owner: type) -> Setting | Callable[[float], None]:
        if instrument is None:
            return self

        def send(value: float) -> None:
            part = (self.unit, self.low, self.high)
            _send_numbers(instrument, self, (part,), (value,), self.restores)

        return send


@dataclass(frozen=True, slots=True)
class Pair(Command):
    """Two numbers sent at once: one from 0 to `most`, then one from -`most` to 0."""

    unit: str
    most: float
    restores: bool | None = None

    @overload
    def __get__(self, instrument: None, owner: type) -> Pair: ...
    @overload
    def __get__(self, instrument: Commanded, owner: type) -> Callable[[float, float], None]: ...
    def __get__(self, instrument: Commanded | None, owner: type) -> Pair | Callable[[float, float], None]:
        if instrument is None:
            return self

        def send(high: float, low: float) -> None:
            parts = (self.unit, 0.0, self.most), (self.unit, -self.most, 0.0)
            _send_numbers(instrument, self, parts, (high, low), self.restores)

        return send


@dataclass(frozen=True, slots=True)
class Duo(Command):
    """Two numbers sent at once, each with its own unit and limits: an amplitude at a frequency."""

    first: Part  # unit, lowest, highest
    second: Part
    restores: bool | None = None

    @overload
    def __get__(self, instrument: None, owner: type) -> Duo: ...
    @overload
    def __get__(self, instrument: Commanded, owner: type) -> Callable[[float, float], None]: ...
    def __get__(self, instrument: Commanded | None, owner: type) -> Duo | Callable[[float, float], None]:
        if instrument is None:
            return self

        def send(first: float, second: float) -> None:
            _send_numbers(instrument, self, (self.first, self.second), (first, second), self.restores)

        return send


@dataclass(frozen=True, slots=True)
class Trio(Command):
    """Three numbers sent at once, each with its own unit and limits: two amplitudes at a frequency."""

    parts: Parts  # unit, lowest, highest
    restores: bool | None = None

    @overload
    def __get__(self, instrument: None, owner: type) -> Trio: ...
    @overload
    def __get__(self, instrument: Commanded, owner: type) -> Callable[[float, float, float], None]: ...
    def __get__(
        self, instrument: Commanded | None, owner: type
    ) -> Trio | Callable[[float, float, float], None]:
        if instrument is None:
            return self

        def send(first: float, second: float, third: float) -> None:
            _send_numbers(instrument, self, self.parts, (first, second, third), self.restores)

        return send


@dataclass(frozen=True, slots=True)
class Choice(Command, Generic[K]):
    """One of several values, each with its wire text."""

    texts: Mapping[K, str]
    restores: bool | None = None

    @overload
    def __get__(self, instrument: None, owner: type) -> Choice[K]: ...
    @overload
    def __get__(self, instrument: Commanded, owner: type) -> Callable[[K], None]: ...
    def __get__(self, instrument: Commanded | None, owner: type) -> Choice[K] | Callable[[K], None]:
        if instrument is None:
            return self

        def send(value: K) -> None:
            if value not in self.texts:
                known = ", ".join(str(key) for key in self.texts)
                raise OutOfLimits(
                    f"{value} is not one of {known} for the {self.does}",
                    command=self.header,
                    value=str(value),
                    instrument=instrument.session.name,
                    resource=instrument.session.resource,
                    way_out="Choose one of these. Nothing was sent.",
                )
            text = self.header.replace("{}", self.texts[value])
            _send(instrument, self, text, restores=self.restores)

        return send


@dataclass(frozen=True, slots=True)
class Action(Command):
    """A command without argument or reply."""

    @overload
    def __get__(self, instrument: None, owner: type) -> Action: ...
    @overload
    def __get__(self, instrument: Commanded, owner: type) -> Callable[[], None]: ...
    def __get__(self, instrument: Commanded | None, owner: type) -> Action | Callable[[], None]:
        if instrument is None:
            return self
        return lambda: _send(instrument, self, self.header, restores=False)


class Ask(Protocol[T_co]):
    """A query bound to its instrument."""

    def __call__(self, *, timeout_s: float | None = None) -> T_co:
        """Ask, and return the parsed reply."""
        ...


@dataclass(frozen=True, slots=True)
class Reading(Command, Generic[T]):
    """A query and how its reply is understood."""

    parse: Callable[[str], T]
    repeatable: bool = False

    @overload
    def __get__(self, instrument: None, owner: type) -> Reading[T]: ...
    @overload
    def __get__(self, instrument: Commanded, owner: type) -> Ask[T]: ...
    def __get__(self, instrument: Commanded | None, owner: type) -> Reading[T] | Ask[T]:
        if instrument is None:
            return self

        def ask(*, timeout_s: float | None = None) -> T:
            if self.repeatable:
                reply = instrument.session.query(self.header, timeout_s=timeout_s, repeatable=True)
            else:
                reply = instrument.session.query(self.header, timeout_s=timeout_s)
            try:
                return _finite(self.parse(reply))
            except (ValueError, IndexError) as error:
                raise UnexpectedReply(
                    f"The reply {reply!r} to {self.header} is not understood: {error}",
                    reply=reply,
                    instrument=instrument.session.name,
                    resource=instrument.session.resource,
                    way_out="Check that the model in the bench file is the one at this address.",
                ) from error

        return ask


def _finite(value: T) -> T:
    """Return a reply's value; a number that is none compares with nothing, so no check would ever refuse it.

    An overload is a figure of its own (9.9E+37), or parsed into a type that says so.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("it is no finite number")
    return value


def _send(instrument: Commanded, command: Command, text: str, *, restores: bool | None) -> None:
    """Send a command, and keep what may be restored after a lost connection (METROLOGY 6).

    An instrument without an output restores all of its settings but those marked `restores=False`; one with
    an output only those marked `restores=True`, which are never what connects it. A reset forgets all.
    """
    instrument.session.write(text)
    if restores is None:
        restores = not isinstance(command, Action) and not hasattr(instrument, "make_safe")
    # a test's session keeps none
    if restores and (remember := getattr(instrument.session, "remember", None)) is not None:
        remember(command.header, text)
    elif text == "*RST" and (forget := getattr(instrument.session, "forget_settings", None)) is not None:
        forget()


def _send_numbers(
    instrument: Commanded, command: Command, parts: Parts, values: tuple[float, ...], restores: bool | None
) -> None:
    """Send a command with its numbers in their places; nothing where one is outside its part's limits."""
    text = command.header
    for value, part in zip(values, parts, strict=True):
        _refuse_outside(command, value, part, instrument)
        text = text.replace("{}", _digits(value), 1)
    _send(instrument, command, text, restores=restores)


def _refuse_outside(command: Command, value: float, part: Part, instrument: Commanded) -> None:
    unit, low, high = part
    if not low <= value <= high:
        raise OutOfLimits(
            f"{value:g} {unit} is outside {low:g} to {high:g} {unit} for the {command.does}",
            command=command.header,
            value=value,
            instrument=instrument.session.name,
            resource=instrument.session.resource,
            way_out="Choose a value within, or another instrument. Nothing was sent.",
        )


def _digits(value: float) -> str:
    """Return 12 digits: finer than any source resolves, and no binary remainder reaches the display."""
    return format(value + 0.0, ".12G")


def flag(reply: str) -> bool:
    """Parse a `1` or `0`, however it is printed (`+1`, `1.0`, `ON`); any other number is no answer.

    Example:
        >>> flag("1"), flag("+0"), flag("OFF")
        (True, False, False)
    """
    text = reply.strip().upper()
    if text in ("ON", "OFF"):
        return text == "ON"
    if (number := float(text)) not in (0.0, 1.0):
        raise ValueError("neither 0 nor 1")
    return number == 1.0


def pair(  # noqa: PLR0917 - a table row
    header: str, unit: str, most: float, does: str, source: str, status: str, *, restores: bool | None = None
) -> Pair:
    """Describe two numbers that are sent at once; each `{}` in the header is a place."""
    return Pair(header, does, source, status, unit, most, restores)


def setting(  # noqa: PLR0917 - a table row
    header: str,
    unit: str,
    low: float,
    high: float,
    does: str,
    source: str,
    status: str,
    *,
    restores: bool | None = None,
) -> Setting:
    """Describe a number that is sent; `{}` in the header is its place.

    `restores` says whether it may be sent again after the connection was lost, with any output in standby;
    by default it may where the instrument has no output.
    """
    return Setting(header, does, source, status, unit, low, high, restores)


def duo(  # noqa: PLR0917 - a table row
    header: str,
    first: Part,
    second: Part,
    does: str,
    source: str,
    status: str,
    *,
    restores: bool | None = None,
) -> Duo:
    """Describe two numbers with their own units and limits; each `{}` in the header is a place."""
    return Duo(header, does, source, status, first, second, restores)


def choice(
    header: str, texts: Mapping[K, str], does: str, source: str, status: str, *, restores: bool | None = None
) -> Choice[K]:
    """Describe one of several values; `{}` in the header is its place; `restores` as for a setting."""
    return Choice(header, does, source, status, texts, restores)


def action(header: str, does: str, source: str, status: str) -> Action:
    """Describe a command without argument."""
    return Action(header, does, source, status)


def reading(
    header: str,
    parse: Callable[[str], T],
    does: str,
    source: str,
    status: str,
    *,
    repeatable: bool = False,
) -> Reading[T]:
    """Describe a query; `parse` raises ValueError for a reply that it cannot understand.

    `repeatable` says that asking twice changes nothing in the instrument, so that the bus's policy may ask
    again; a query that triggers, or empties a queue, is not.
    """
    return Reading(header, does, source, status, parse, repeatable)


def commands_of(driver: type) -> tuple[Command, ...]:
    """Return the commands of a driver class in the order of its table, those of its family first."""
    found: dict[str, Command] = {}
    for owner in reversed(driver.__mro__):
        found |= {name: value for name, value in vars(owner).items() if isinstance(value, Command)}
    return tuple(found.values())


def trio(header: str, parts: Parts, does: str, source: str, status: str) -> Trio:
    """Describe three numbers with their own units and limits; each `{}` in the header is a place."""
    return Trio(header, does, source, status, parts)
