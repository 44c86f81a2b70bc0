"""From the text of a program message to its units and their data (IEEE 488.2:1992, 7.3 to 7.7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from calibrator_sim.scpi._errors import ScpiError

__all__ = ["Argument", "Kind", "Unit", "block_length", "parse_unit", "split_units", "trim"]

_HEADER = re.compile(r"(\*[A-Za-z][A-Za-z0-9_]*|:?[A-Za-z][A-Za-z0-9_]*(?::[A-Za-z][A-Za-z0-9_]*)*)(\?)?")
_W = r"[\x00-\x20]*"  # white space of IEEE 488.2, 7.4.1.2, which is not that of Unicode
_NUMBER = re.compile(
    rf"([+-]?(?:\d+\.?\d*|\.\d+)(?:{_W}[eE]{_W}([+-]?\d+))?){_W}(/?[A-Za-z][A-Za-z0-9./*-]*)?\Z", re.ASCII
)
_NONDECIMAL = re.compile(r"#(?:[Hh]([0-9A-Fa-f]+)|[Qq]([0-7]+)|[Bb]([01]+))\Z")
_FOREIGN = frozenset("#$%&@^~`{}[]\\")  # 34401A user's guide, ch. 5: -101
_MNEMONIC = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_LONGEST_MNEMONIC = 12
_LONGEST_SUFFIX = 12  # IEEE 488.2, 7.7.3.4
_BLANKS = "".join(map(chr, range(33)))  # IEEE 488.2, 7.4.1.2: white space
_BEFORE_DATA = _BLANKS + ","
_MOST_DIGITS = 255
_LARGEST_EXPONENT = 32000
_SHORT = 64  # characters of a text that is remembered taken apart


class Kind(StrEnum):
    """What sort of data an argument is."""

    NUMBER = "number"
    MNEMONIC = "mnemonic"
    STRING = "string"
    BLOCK = "block"
    EXPRESSION = "expression"


@dataclass(frozen=True, slots=True)
class Argument:
    """One piece of program data; `suffix` is the unit written after a number."""

    kind: Kind
    text: str
    value: float = 0.0
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """One message unit: a header with its arguments, not yet looked up."""

    header: str
    query: bool
    arguments: tuple[Argument, ...]


def block_length(text: str | bytes, at: int) -> int | None:
    """Return the length of the definite block that begins with "#" at `at`; None where none begins.

    Example:
        >>> block_length("#15abcde;", 0)
        8
    """
    head = text[at + 1 : at + 2]
    # Latin superscripts are digits to Python and not to int().
    if not head.isascii() or not head.isdigit() or int(head) == 0:
        return None
    digits = text[at + 2 : at + 2 + int(head)]
    if len(digits) < int(head) or not digits.isascii() or not digits.isdigit():
        return None
    return 2 + int(head) + int(digits)


def trim(text: str, blanks: str = _BLANKS) -> str:
    """Return a text without blanks around it; those at the end of a block are its data.

    Example:
        >>> trim(" DATA #13a    ")
        'DATA #13a  '
    """
    if "#" not in text:
        return text.strip(blanks)
    text = text.lstrip(blanks)
    return text[: _solid(text)] + text[_solid(text) :].rstrip(blanks)


def _solid(text: str) -> int:
    """Return how much of a text is up to the end of its last block, which keeps its blanks."""
    end, quote, i = 0, "", text.find("#")
    if i < 0:
        return 0
    i = min((at for at in (i, text.find('"'), text.find("'")) if at >= 0), default=0)
    while i < len(text):
        char = text[i]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#" and text[i + 1 : i + 2] == "0":
            return len(text)  # an indefinite block: everything that follows
        elif char == "#" and (length := block_length(text, i)) is not None:
            i += length - 1
            end = min(i + 1, len(text))
        i += 1
    return end


def _split(text: str, separator: str) -> list[str]:
    """Split at a separator that stands outside quotes, blocks and parentheses."""
    parts: list[str] = []
    quote, depth, start, i = "", 0, 0, 0
    while i < len(text):
        char = text[i]
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        elif char == "#" and text[i + 1 : i + 2] == "0" and (i == 0 or text[i - 1] in _BEFORE_DATA):
            break  # an indefinite block: everything that follows (IEEE 488.2, 7.7.6)
        elif char == "#" and (length := block_length(text, i)) is not None:
            i += length - 1
        elif char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char == separator and depth == 0:
            parts.append(text[start:i])
            start = i + 1
        i += 1
    parts.append(text[start:])
    return parts


def split_units(message: str) -> list[str]:
    """Return the message's units, the empty ones left out.

    Example:
        >>> split_units('FUNC "A;B";:READ?;')
        ['FUNC "A;B"', ':READ?']
    """
    return list(_short_units(message)) if len(message) <= _SHORT else _units(message)


def _units(message: str) -> list[str]:
    return [part for raw in _split(message, ";") if (part := trim(raw))]


@lru_cache(maxsize=512)  # an instrument is asked the same few things at each reading
def _short_units(message: str) -> tuple[str, ...]:
    return tuple(_units(message))


def parse_unit(text: str, *, blank_before_comma: bool = True) -> Unit:
    """Take a unit apart; some instruments take no blank before a comma, which IEEE 488.2 allows.

    Raises:
        ScpiError: a command error (-101 to -178).
    """
    return (_short_unit if len(text) <= _SHORT else _unit)(text, blank_before_comma)


@lru_cache(maxsize=512)
def _short_unit(text: str, blank_before_comma: bool) -> Unit:
    return _unit(text, blank_before_comma)


def _unit(text: str, blank_before_comma: bool) -> Unit:
    match = _HEADER.match(text)
    if match is None:
        raise ScpiError(_invalid(text[0]))
    rest = text[match.end() :]
    if rest and rest[0] not in _BLANKS:
        raise ScpiError(-103 if rest[0] == "," else _invalid(rest[0]))
    header = match.group(1)
    if any(len(word) > _LONGEST_MNEMONIC for word in header.lstrip("*:").split(":")):
        raise ScpiError(-112)
    parts = _split(trim(rest), ",") if rest.strip(_BLANKS) else []
    if not blank_before_comma and any(part != part.rstrip(_BLANKS) for part in parts[:-1]):
        raise ScpiError(-102)  # a blank before a comma
    return Unit(header, match.group(2) is not None, tuple(_argument(trim(part)) for part in parts))


def _invalid(char: str) -> int:
    """Return the error of a character where none like it may stand."""
    return -101 if char in _FOREIGN or not char.isascii() or not char.isprintable() else -102


def _argument(text: str) -> Argument:
    if not text:
        raise ScpiError(-102)
    first = text[0]
    if first in "\"'":
        return _string(text)
    if first == "#":
        return _hash(text)
    if first == "(":
        if not text.endswith(")"):
            raise ScpiError(-171)
        return Argument(Kind.EXPRESSION, text[1:-1].strip(_BLANKS))
    if first.isdigit() or first in "+-.":
        return _number(text)
    if _MNEMONIC.match(text):
        if len(text) > _LONGEST_MNEMONIC:
            raise ScpiError(-144)
        return Argument(Kind.MNEMONIC, text.upper())
    raise ScpiError(min((_invalid(char) for char in text), key=abs))


def _string(text: str) -> Argument:
    quote = text[0]
    body = text[1:-1]
    if len(text) < 2 or text[-1] != quote or quote in body.replace(quote * 2, ""):
        raise ScpiError(-151)
    return Argument(Kind.STRING, body.replace(quote * 2, quote))


def _hash(text: str) -> Argument:
    match = _NONDECIMAL.match(text)
    if match:
        hexadecimal, octal, binary = match.groups()
        value = int(hexadecimal, 16) if hexadecimal else int(octal, 8) if octal else int(binary, 2)
        if value.bit_length() > 1023:
            raise ScpiError(-123)
        return Argument(Kind.NUMBER, text, float(value))
    if text[1:2].upper() in ("H", "Q", "B"):
        raise ScpiError(-121)
    if text.startswith("#0"):
        return Argument(Kind.BLOCK, text[2:])
    length = block_length(text, 0)
    if length is None or length != len(text):
        raise ScpiError(-161)
    return Argument(Kind.BLOCK, text[2 + int(text[1]) :])


def _number(text: str) -> Argument:
    match = _NUMBER.match(text)
    if match is None:
        if any(_invalid(char) == -101 for char in text):
            raise ScpiError(-101)
        raise ScpiError(-121 if not set(_BLANKS).intersection(text) else -103)
    digits, exponent, suffix = match.groups()
    if suffix and len(suffix) > _LONGEST_SUFFIX:
        raise ScpiError(-134)
    if sum(char.isdigit() for char in digits) > _MOST_DIGITS:
        raise ScpiError(-124)
    if exponent and abs(int(exponent)) > _LARGEST_EXPONENT:
        raise ScpiError(-123)
    value = float("".join(char for char in digits if char not in _BLANKS))
    if value in (float("inf"), float("-inf")):
        raise ScpiError(-123)
    return Argument(Kind.NUMBER, text, value, (suffix or "").upper())
