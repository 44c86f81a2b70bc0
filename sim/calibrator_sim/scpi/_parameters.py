"""What a command takes: numbers with units, words, flags, strings and blocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Protocol

from calibrator_sim.scpi._errors import ScpiError
from calibrator_sim.scpi._lexer import Argument, Kind

__all__ = [
    "Block",
    "ChannelList",
    "Choice",
    "Flag",
    "Number",
    "Parameter",
    "Special",
    "Text",
    "matches",
    "short_form",
]

_W = r"[\x00-\x20]*"  # white space of IEEE 488.2, 7.4.1.2
_CHANNELS = re.compile(rf"{_W}(\d{{1,5}}){_W}(?::{_W}(\d{{1,5}}){_W})?", re.ASCII)
_MULTIPLIERS = {
    "": 1.0,
    "EX": 1e18,
    "PE": 1e15,
    "T": 1e12,
    "G": 1e9,
    "MA": 1e6,
    "K": 1e3,
    "M": 1e-3,
    "U": 1e-6,
    "N": 1e-9,
    "P": 1e-12,
    "F": 1e-15,
    "A": 1e-18,
}


_ALONE = ("K", "M", "MA", "G", "U", "N")  # without the unit; A and F would be units of their own


class Special(StrEnum):
    """Words that may stand for a number."""

    MIN = "MIN"
    MAX = "MAX"
    DEF = "DEF"
    INF = "INF"


class Parameter(Protocol):
    """Turns an argument into a value, or raises the fitting error."""

    @property
    def optional(self) -> bool:
        """Whether the argument may be left out."""
        ...

    def take(self, argument: Argument) -> object:
        """Return the value.

        Raises:
            ScpiError: the argument is of the wrong kind or value.
        """
        ...


@cache
def short_form(pattern: str) -> str:
    """Return the capital letters of a mnemonic as manuals print it.

    Example:
        >>> short_form("VOLTage")
        'VOLT'
    """
    return "".join(char for char in pattern if not char.islower())


def matches(pattern: str, word: str) -> bool:
    """Say whether a word is the short or the long form of a mnemonic."""
    return word.upper() in (short_form(pattern), pattern.upper())


def _refuse(kind: Kind) -> ScpiError:
    codes = {Kind.MNEMONIC: -148, Kind.STRING: -158, Kind.BLOCK: -168, Kind.NUMBER: -104}
    return ScpiError(codes.get(kind, -178))


@dataclass(frozen=True, slots=True)
class Number:
    """A number, in `unit` where one is allowed, or one of some words that stand for a number."""

    unit: str = ""
    words: tuple[Special, ...] = (Special.MIN, Special.MAX)
    optional: bool = False

    def take(self, argument: Argument) -> float | Special:
        """Return the number in its unit, or the word."""
        if argument.kind is Kind.MNEMONIC:
            for word in self.words:
                if matches(_LONG[word], argument.text) or (
                    word is Special.INF and argument.text == "INFINITY"
                ):
                    return word
            raise ScpiError(-148 if not self.words else -224)
        if argument.kind is not Kind.NUMBER:
            raise _refuse(argument.kind)
        return argument.value * self._factor(argument.suffix)

    def _factor(self, suffix: str) -> float:
        if not suffix:
            return 1.0
        if not self.unit:
            raise ScpiError(-138)
        # A multiplier may stand alone: 10K is 10000 in the parameter's unit.
        prefix = suffix[: -len(self.unit)] if suffix.endswith(self.unit) else suffix
        if prefix == "M" and self.unit in ("OHM", "HZ"):  # IEEE 488.2, 7.7.3.4: MHZ and MOHM are mega
            return 1e6
        if prefix not in _MULTIPLIERS or (prefix == suffix and prefix not in _ALONE):
            raise ScpiError(-131)
        return _MULTIPLIERS[prefix]


_LONG = {
    Special.MIN: "MINimum",
    Special.MAX: "MAXimum",
    Special.DEF: "DEFault",
    Special.INF: "INFinite",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words, as manuals print them; the value is the short form. Without words: any word."""

    words: Sequence[str]
    optional: bool = False

    def take(self, argument: Argument) -> str:
        """Return the short form of the word."""
        if argument.kind is not Kind.MNEMONIC:
            raise _refuse(argument.kind)
        if not self.words:
            return argument.text
        for word in self.words:
            if matches(word, argument.text):
                return short_form(word)
        raise ScpiError(-224)


@dataclass(frozen=True, slots=True)
class Flag:
    """ON or OFF, also as a number; `words` stand for more states."""

    words: Sequence[str] = ()
    optional: bool = False

    def take(self, argument: Argument) -> bool | str:
        """Return the state, or the short form of another word."""
        if argument.kind is Kind.NUMBER and not argument.suffix:
            return round(argument.value) != 0
        if argument.kind is not Kind.MNEMONIC:
            raise _refuse(argument.kind) if argument.kind is not Kind.NUMBER else ScpiError(-138)
        if argument.text in ("ON", "OFF"):
            return argument.text == "ON"
        for word in self.words:
            if matches(word, argument.text):
                return short_form(word)
        raise ScpiError(-224)


@dataclass(frozen=True, slots=True)
class Text:
    """A string in either kind of quotes."""

    optional: bool = False

    def take(self, argument: Argument) -> str:
        """Return the text without its quotes."""
        if argument.kind is not Kind.STRING:
            raise _refuse(argument.kind)
        return argument.text


@dataclass(frozen=True, slots=True)
class Block:
    """Arbitrary block data, or a string in its place."""

    optional: bool = False

    def take(self, argument: Argument) -> str:
        """Return the data."""
        if argument.kind not in (Kind.BLOCK, Kind.STRING):
            raise _refuse(argument.kind)
        return argument.text


@dataclass(frozen=True, slots=True)
class ChannelList:
    """Channels as `(@101,103:105)`: each number and each range in its order, none twice in a row."""

    low: int = 0
    high: int = 99999
    optional: bool = False

    def take(self, argument: Argument) -> tuple[int, ...]:
        """Return the channels.

        Raises:
            ScpiError: -171 for what is no list, -222 for a channel that the instrument does not have.
        """
        if argument.kind is not Kind.EXPRESSION:
            raise _refuse(argument.kind)
        if not argument.text.startswith("@"):
            raise ScpiError(-171)
        channels: list[int] = []
        for part in argument.text[1:].split(",") if argument.text[1:].strip() else ():
            match = _CHANNELS.fullmatch(part)
            if match is None:
                raise ScpiError(-171)
            first = int(match.group(1))
            last = int(match.group(2) or first)
            if not (self.low <= first <= self.high and self.low <= last <= self.high):
                raise ScpiError(-222)
            step = 1 if last >= first else -1
            channels.extend(range(first, last + step, step))
        return tuple(channels)
