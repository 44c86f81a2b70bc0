"""Operations that a model may use, each with its first derivatives.

An operation has a numpy function for arrays, a `math` function for single floats (numpy takes ten times as
long for one number), and a derivative per operand, written once as an expression of the operands a and b and
the result y, with functions of `m` (`math` or numpy). Expressions serve the tape, and the straight-line code
that a traced model is compiled to.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibrator_uncertainty._errors import ModelError
from calibrator_uncertainty._types import Numbers

__all__ = ["BY_NAME", "BY_UFUNC", "MATH", "PLAIN", "Op"]


def _none() -> float:
    raise ValueError("a kink has no derivative")


class MATH:
    """The functions that derivatives need, for single floats."""

    sin = staticmethod(math.sin)
    cos = staticmethod(math.cos)
    sinh = staticmethod(math.sinh)
    cosh = staticmethod(math.cosh)
    log = staticmethod(math.log)
    sqrt = staticmethod(math.sqrt)
    exp = staticmethod(math.exp)
    hypot = staticmethod(math.hypot)

    @staticmethod
    def sign(x: float) -> float:
        """Return -1 or 1.

        Raises:
            ValueError: x is 0, where |x| has no derivative.
        """
        return math.copysign(1.0, x) if x else _none()

    @staticmethod
    def step(a: float, b: float) -> float:
        """Return 1 where a is the larger, else 0.

        Raises:
            ValueError: both are equal, where the larger has no derivative.
        """
        return _none() if a == b else float(a > b)

    @staticmethod
    def sech(x: float) -> float:
        """Return 1/cosh(x), 0 where cosh overflows."""
        small = math.exp(-abs(x))
        return 2.0 * small / (1.0 + small * small)


class ARRAYS:
    """The same for arrays; NaN where there is no derivative."""

    sin = staticmethod(np.sin)
    cos = staticmethod(np.cos)
    sinh = staticmethod(np.sinh)
    cosh = staticmethod(np.cosh)
    log = staticmethod(np.log)
    sqrt = staticmethod(np.sqrt)
    exp = staticmethod(np.exp)
    hypot = staticmethod(np.hypot)

    @staticmethod
    def sign(x: Numbers) -> Numbers:
        """Return -1 or 1, NaN at 0."""
        return np.where(x == 0.0, np.nan, np.sign(x))

    @staticmethod
    def step(a: Numbers, b: Numbers) -> Numbers:
        """Return 1 where a is the larger, 0 where b is, NaN where both are equal."""
        return np.where(np.equal(a, b), np.nan, np.greater(a, b))

    @staticmethod
    def sech(x: Numbers) -> Numbers:
        """Return 1/cosh(x)."""
        small = np.exp(-np.abs(x))
        return 2.0 * small / (1.0 + small * small)


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One differentiable elementwise operation."""

    name: str
    ufunc: Callable[..., Any]
    scalar: Callable[..., float]
    slopes: tuple[str, ...]
    partials: tuple[float | Callable[..., Any], ...]

    def run(self, values: list[Any], single: bool) -> Numbers:
        """Compute the result; single floats by `math`, arrays by numpy.

        Raises:
            ModelError: single floats have no finite result.
        """
        if single:
            try:
                return self.scalar(*values)
            except (ValueError, ZeroDivisionError, OverflowError) as problem:
                raise ModelError(
                    f"{self.name}({_shown(values)}) has no finite value",
                    way_out="Check the estimates and the model at this operation.",
                    code="not-finite",
                ) from problem
        result = self.ufunc(*values)
        return float(result) if isinstance(result, np.generic) else result

    def slope(self, place: int, values: list[Any], result: Numbers) -> Numbers:
        """Return the derivative by operand `place`, elementwise.

        Raises:
            ModelError: the derivative of a single float is infinite or does not exist.
        """
        partial = self.partials[place]
        if isinstance(partial, float):
            return partial
        if type(result) is not float:
            with np.errstate(
                all="ignore"
            ):  # what is not finite is refused by the caller, who knows the place
                return partial(ARRAYS, *values, result)
        try:
            return partial(MATH, *values, result)
        except (ValueError, ZeroDivisionError, OverflowError) as problem:
            raise ModelError(
                f"the derivative of {self.name} at {_shown(values)} is infinite or does not exist",
                way_out="Use Monte Carlo with inputs drawn only where it exists: no derivative helps.",
                code="infinite-slope",
            ) from problem


def _shown(values: list[Any]) -> str:
    return ", ".join(f"{value:.6g}" for value in values)


def _added(a: float, b: float) -> float:
    return max(a, b) + math.log1p(math.exp(-abs(a - b)))


def _op(name: str, ufunc: Callable[..., Any], scalar: Callable[..., float], *slopes: str) -> Op:
    operands = "a, b" if len(slopes) == 2 else "a"
    partials = tuple(_partial(slope, operands) for slope in slopes)
    return Op(name, ufunc, scalar, slopes, partials)


def _partial(slope: str, operands: str) -> float | Callable[..., Any]:
    try:
        return float(slope)
    except ValueError:
        # The expressions are the literals of the table below, nothing from outside.
        made: Callable[..., Any] = eval(f"lambda m, {operands}, y: {slope}")  # noqa: S307, RUF100
        return made


_ALL = (
    _op("add", np.add, operator.add, "1.0", "1.0"),
    _op("subtract", np.subtract, operator.sub, "1.0", "-1.0"),
    _op("multiply", np.multiply, operator.mul, "b", "a"),
    _op("divide", np.true_divide, operator.truediv, "1.0 / b", "-y / b"),
    _op("power", np.power, math.pow, "b * a ** (b - 1.0)", "y * m.log(a)"),
    _op("negative", np.negative, operator.neg, "-1.0"),
    _op("positive", np.positive, operator.pos, "1.0"),
    _op("absolute", np.absolute, abs, "m.sign(a)"),
    # a step: no uncertainty away from 0, no derivative there
    _op("sign", np.sign, lambda a: math.copysign(1.0, a) if a else 0.0, "0.0 * m.sign(a)"),
    _op("square", np.square, lambda a: a * a, "2.0 * a"),
    _op("sqrt", np.sqrt, math.sqrt, "0.5 / y"),
    _op("cbrt", np.cbrt, lambda a: math.copysign(abs(a) ** (1 / 3), a), "1.0 / (3.0 * y * y)"),
    _op("reciprocal", np.reciprocal, lambda a: 1.0 / a, "-y * y"),
    _op("exp", np.exp, math.exp, "y"),
    _op("exp2", np.exp2, lambda a: 2.0**a, f"{math.log(2.0)!r} * y"),
    _op("expm1", np.expm1, math.expm1, "m.exp(a)"),
    _op("log", np.log, math.log, "1.0 / a"),
    _op("log2", np.log2, math.log2, f"1.0 / ({math.log(2.0)!r} * a)"),
    _op("log10", np.log10, math.log10, f"1.0 / ({math.log(10.0)!r} * a)"),
    _op("log1p", np.log1p, math.log1p, "1.0 / (1.0 + a)"),
    _op("sin", np.sin, math.sin, "m.cos(a)"),
    _op("cos", np.cos, math.cos, "-m.sin(a)"),
    _op("tan", np.tan, math.tan, "1.0 + y * y"),
    _op("arcsin", np.arcsin, math.asin, "1.0 / m.sqrt((1.0 - a) * (1.0 + a))"),
    _op("arccos", np.arccos, math.acos, "-1.0 / m.sqrt((1.0 - a) * (1.0 + a))"),
    _op("arctan", np.arctan, math.atan, "1.0 / (1.0 + a * a)"),
    _op(
        "arctan2",
        np.arctan2,
        math.atan2,
        "b / m.hypot(a, b) / m.hypot(a, b)",
        "-a / m.hypot(a, b) / m.hypot(a, b)",
    ),
    _op("hypot", np.hypot, math.hypot, "a / y", "b / y"),
    _op("sinh", np.sinh, math.sinh, "m.cosh(a)"),
    _op("cosh", np.cosh, math.cosh, "m.sinh(a)"),
    _op("tanh", np.tanh, math.tanh, "m.sech(a) ** 2.0"),
    _op("arcsinh", np.arcsinh, math.asinh, "1.0 / m.hypot(a, 1.0)"),
    _op("arccosh", np.arccosh, math.acosh, "1.0 / m.sqrt((a - 1.0) * (a + 1.0))"),
    _op("arctanh", np.arctanh, math.atanh, "1.0 / ((1.0 - a) * (1.0 + a))"),
    _op("deg2rad", np.deg2rad, math.radians, repr(math.pi / 180.0)),
    _op("rad2deg", np.rad2deg, math.degrees, repr(180.0 / math.pi)),
    _op("logaddexp", np.logaddexp, _added, "m.exp(a - y)", "m.exp(b - y)"),
    _op(
        "logaddexp2",
        np.logaddexp2,
        lambda a, b: _added(a * math.log(2.0), b * math.log(2.0)) / math.log(2.0),
        f"m.exp({math.log(2.0)!r} * (a - y))",
        f"m.exp({math.log(2.0)!r} * (b - y))",
    ),
    _op("maximum", np.maximum, max, "m.step(a, b)", "m.step(b, a)"),
    _op("minimum", np.minimum, min, "m.step(b, a)", "m.step(a, b)"),
)

BY_NAME: dict[str, Op] = {op.name: op for op in _ALL}
BY_UFUNC: dict[Callable[..., Any], Op] = {op.ufunc: op for op in _ALL}
BY_UFUNC[np.radians] = BY_NAME["deg2rad"]
BY_UFUNC[np.degrees] = BY_NAME["rad2deg"]
BY_UFUNC[np.fmax] = BY_NAME["maximum"]
BY_UFUNC[np.fmin] = BY_NAME["minimum"]
BY_UFUNC[np.float_power] = BY_NAME["power"]
BY_UFUNC[np.fabs] = BY_NAME["absolute"]
BY_UFUNC[np.conjugate] = BY_NAME["positive"]

ADD = BY_NAME["add"]
SUBTRACT = BY_NAME["subtract"]
MULTIPLY = BY_NAME["multiply"]
DIVIDE = BY_NAME["divide"]
POWER = BY_NAME["power"]
NEGATIVE = BY_NAME["negative"]
ABSOLUTE = BY_NAME["absolute"]

# Functions whose result carries no uncertainty: comparisons and questions.
PLAIN = frozenset(
    {
        np.less,
        np.less_equal,
        np.greater,
        np.greater_equal,
        np.equal,
        np.not_equal,
        np.isnan,
        np.isfinite,
        np.isinf,
        np.signbit,
    }
)
