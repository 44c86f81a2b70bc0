r"""Formulas of curves, read where they are plain algebra: what a plot is drawn from.

A formula stands in the record as LaTeX for readers. Understood are numbers, the curve's own names, + - * / ^,
\frac, \sqrt, \ln, \exp, brackets and products without a sign. Any other formula is simply not drawn.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

__all__ = ["Formula", "formula"]

Formula = Callable[[Mapping[str, float]], float]
_SPACE: Final = re.compile(r"(?:\s|\\[,;:! ]|\\left|\\right|\\mathrm|\\operatorname)+")
_NUMBER: Final = re.compile(r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+")
_TIMES: Final = ("\\cdot", "\\times", "*")
_OF_ONE: Final[Mapping[str, Callable[[float], float]]] = {
    "\\sqrt": math.sqrt,
    "\\ln": math.log,
    "\\exp": math.exp,
    "\\sin": math.sin,
    "\\cos": math.cos,
}


def formula(text: str, names: Sequence[str]) -> Formula | None:
    r"""Return the right-hand side of a formula as a function of its names; None where it is not understood.

    Example:
        >>> found = formula(r"R = R_0 (1 + A t - \frac{B t^2}{2})", ["R_0", "A", "B", "t"])
        >>> found({"R_0": 100.0, "A": 0.5, "B": 1.0, "t": 2.0}) if found else None
        0.0
        >>> formula(r"\int f", ["f"]) is None
        True
    """
    reader = _Reader(_plain(text.rpartition("=")[2]), {_plain(name): name for name in names})
    try:
        made = reader.sum()
    except _NotUnderstoodError:
        return None
    return made if reader.ended else None


def _plain(text: str) -> str:
    """Return a text whose subscripts stand without brackets: R_{0} is R_0."""
    return re.sub(r"_\{([^{}]*)\}", r"_\1", text).strip()


class _NotUnderstoodError(Exception):
    """The formula holds what this reader does not know."""


class _Reader:
    """One formula, read from the left."""

    def __init__(self, text: str, names: Mapping[str, str]) -> None:
        self._text = text
        self._at = 0
        self._names = sorted(names.items(), key=lambda item: -len(item[0]))

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        self._skip()
        return self._at == len(self._text)

    def sum(self) -> Formula:
        """Return terms with + and - between them."""
        found = self._term()
        while sign := self._taken("+", "-"):
            found = _joined(found, self._term(), 1.0 if sign == "+" else -1.0)
        return found

    def _term(self) -> Formula:
        found = self._factor()
        while True:
            if self._taken(*_TIMES):
                found = _product(found, self._factor())
            elif self._taken("/"):
                found = _quotient(found, self._factor())
            elif self._begins_factor():
                found = _product(found, self._power())
            else:
                return found

    def _factor(self) -> Formula:
        if self._taken("-"):
            return _joined(_constant(0.0), self._factor(), -1.0)
        return self._power()

    def _power(self) -> Formula:
        base = self._atom()
        if not self._taken("^"):
            return base
        exponent = self._factor()
        return lambda values: base(values) ** exponent(values)

    def _atom(self) -> Formula:
        for closing, opening in ((")", "("), ("}", "{"), ("]", "[")):
            if self._taken(opening):
                found = self.sum()
                self._must(closing)
                return found
        if self._taken("\\frac"):
            return _quotient(self._atom(), self._atom())
        for word, function in _OF_ONE.items():
            if self._taken(word):
                return _of(function, self._atom())
        return self._number() or self._name()

    def _number(self) -> Formula | None:
        self._skip()
        found = _NUMBER.match(self._text, self._at)
        if found is None:
            return None
        self._at = found.end()
        return _constant(float(found[0]))

    def _name(self) -> Formula:
        self._skip()
        for written, name in self._names:
            if self._text.startswith(written, self._at):
                self._at += len(written)
                return _value(name)
        raise _NotUnderstoodError

    def _begins_factor(self) -> bool:
        self._skip()
        rest = self._text[self._at :]
        begins = ("(", "{", "[", "\\frac", *_OF_ONE, *(written for written, _ in self._names))
        return bool(rest) and (rest.startswith(begins) or _NUMBER.match(rest) is not None)

    def _taken(self, *words: str) -> str:
        self._skip()
        found = next((word for word in words if self._text.startswith(word, self._at)), "")
        self._at += len(found)
        return found

    def _must(self, word: str) -> None:
        if not self._taken(word):
            raise _NotUnderstoodError

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        if found is not None:
            self._at = found.end()


def _constant(value: float) -> Formula:
    return lambda _values: value


def _value(name: str) -> Formula:
    return lambda values: values[name]


def _joined(first: Formula, second: Formula, sign: float) -> Formula:
    return lambda values: first(values) + sign * second(values)


def _product(first: Formula, second: Formula) -> Formula:
    return lambda values: first(values) * second(values)


def _quotient(first: Formula, second: Formula) -> Formula:
    return lambda values: first(values) / second(values)


def _of(function: Callable[[float], float], inner: Formula) -> Formula:
    return lambda values: function(inner(values))
