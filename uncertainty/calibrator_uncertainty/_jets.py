"""Taylor series along a direction: higher derivatives from the same expressions that give the first.

If y = f(a) and the first derivative is an expression s(a, y), then y' = s(a, y)·a' gives every coefficient of
y from those of lower order. Nothing but the table of first derivatives is needed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from calibrator_uncertainty._ops import ARRAYS, BY_NAME, Op

__all__ = ["Jet", "apply"]


class Jet:
    """Coefficients of 1, t, t², t³ along a direction; each a float or an array over directions."""

    __slots__ = ("c",)

    def __init__(self, coefficients: list[Any]) -> None:
        self.c = coefficients

    @property
    def order(self) -> int:
        """Highest power that is known."""
        return len(self.c) - 1

    def cut(self, order: int) -> Jet:
        """Return the series up to `order`."""
        return Jet(self.c[: order + 1])

    def __add__(self, other: Jet | float) -> Jet:
        mine, theirs = _both(self, other)
        return Jet([a + b for a, b in zip(mine.c, theirs.c, strict=True)])

    __radd__ = __add__

    def __neg__(self) -> Jet:
        return Jet([-a for a in self.c])

    def __sub__(self, other: Jet | float) -> Jet:
        return self + (-other)

    def __rsub__(self, other: float) -> Jet:
        return (-self) + other

    def __mul__(self, other: Jet | float) -> Jet:
        mine, theirs = _both(self, other)
        return Jet([sum(mine.c[i] * theirs.c[k - i] for i in range(k + 1)) for k in range(mine.order + 1)])

    __rmul__ = __mul__

    def __truediv__(self, other: Jet | float) -> Jet:
        mine, theirs = _both(self, other)
        found: list[Any] = []
        for k in range(mine.order + 1):
            rest = mine.c[k] - sum(theirs.c[j] * found[k - j] for j in range(1, k + 1))
            found.append(rest / theirs.c[0])
        return Jet(found)

    def __rtruediv__(self, other: float) -> Jet:
        return _both(self, other)[1] / self

    def __pow__(self, other: Jet | float) -> Jet:
        return _power(self, other)


def _both(one: Jet, other: Jet | float) -> tuple[Jet, Jet]:
    if not isinstance(other, Jet):
        other = Jet([other, *([0.0] * one.order)])
    order = min(one.order, other.order)
    return one.cut(order), other.cut(order)


def _power(base: Jet, exponent: Jet | float) -> Jet:
    fixed = _constant(exponent)
    if fixed is None:
        return apply(BY_NAME["exp"], [Jet.__mul__(apply(BY_NAME["log"], [base]), exponent)])
    if fixed == 0.0:
        return Jet([np.ones_like(base.c[0]), *([0.0] * base.order)])
    if fixed == int(fixed) and 0 < fixed <= 16:  # products hold at 0, where the series below divides by it
        product = base
        for _ in range(int(fixed) - 1):
            product = product * base
        return product
    found: list[Any] = [np.power(base.c[0], fixed)]
    for k in range(1, base.order + 1):
        terms = sum((fixed * j - (k - j)) * base.c[j] * found[k - j] for j in range(1, k + 1))
        found.append(terms / (k * base.c[0]))
    return Jet(found)


def _constant(exponent: Jet | float) -> float | None:
    if not isinstance(exponent, Jet):
        return float(exponent)
    if all(np.all(np.asarray(c) == 0.0) for c in exponent.c[1:]) and np.ndim(exponent.c[0]) == 0:
        return float(exponent.c[0])
    return None


class _Functions:
    """The functions that first derivatives are written with, on series."""

    @staticmethod
    def sign(a: Jet) -> Jet:
        return Jet([ARRAYS.sign(a.c[0]), *([0.0] * a.order)])

    @staticmethod
    def step(a: Jet, b: Jet) -> Jet:
        return Jet([ARRAYS.step(a.c[0], b.c[0]), *([0.0] * a.order)])

    @staticmethod
    def sech(a: Jet) -> Jet:
        return 1.0 / apply(BY_NAME["cosh"], [a])

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - one of our operations
        operation = BY_NAME.get(name)
        if operation is None:
            raise AttributeError(name)
        return lambda *operands: apply(operation, list(operands))


_functions = _Functions()


def apply(op: Op, operands: list[Any]) -> Jet:
    """Apply an operation to series (at least one) and numbers."""
    if op.name in _DIRECT:
        found: Jet = _DIRECT[op.name](*operands)
        return found
    order = min(one.order for one in operands if isinstance(one, Jet))
    series = [one if isinstance(one, Jet) else Jet([one, *([0.0] * order)]) for one in operands]
    result = Jet([op.ufunc(*(one.c[0] for one in series))])
    for k in range(order):
        step: Any = 0.0
        for place, one in enumerate(series):
            if not isinstance(operands[place], Jet):
                continue
            partial = op.partials[place]
            cut = [each.cut(k) for each in series]
            slope = partial if isinstance(partial, float) else partial(_functions, *cut, result.cut(k))
            rate = Jet([(i + 1) * one.c[i + 1] for i in range(k + 1)])
            step = step + (rate * slope).c[k]
        result.c.append(step / (k + 1))
    return result


_DIRECT: dict[str, Any] = {
    "add": lambda a, b: a + b if isinstance(a, Jet) else b + a,
    "subtract": lambda a, b: a - b if isinstance(a, Jet) else -b + a,
    "multiply": lambda a, b: a * b if isinstance(a, Jet) else b * a,
    "divide": lambda a, b: a / b if isinstance(a, Jet) else b.__rtruediv__(a),
    "power": lambda a, b: _power(a, b) if isinstance(a, Jet) else _exponential(a, b),
    "square": lambda a: a * a,
    "negative": lambda a: -a,
    "positive": lambda a: a,
}


def _exponential(base: float, exponent: Jet) -> Jet:
    return apply(BY_NAME["exp"], [exponent * float(np.log(base))])
