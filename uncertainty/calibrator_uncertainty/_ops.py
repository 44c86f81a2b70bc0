"""Operations that a model may use, each with its first derivatives.

An operation has a numpy function for arrays, a `math` function for single floats (numpy takes ten times as
long for one number), and a derivative per argument: a number where it is constant, else a function of a
namespace (`math` or numpy), the arguments and the result.
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

__all__ = ["BY_UFUNC", "Op"]


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One differentiable elementwise operation."""

    name: str
    ufunc: Callable[..., Any]
    scalar: Callable[..., float]
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
                shown = ", ".join(f"{value:.6g}" for value in values)
                raise ModelError(
                    f"{self.name}({shown}) has no finite value",
                    way_out="Check the estimates and the model at this operation.",
                    code="not-finite",
                ) from problem
        result = self.ufunc(*values)
        return float(result) if isinstance(result, np.generic) else result

    def slope(self, place: int, values: list[Any], result: Numbers) -> Numbers:
        """Return the derivative by operand `place`, elementwise.

        Raises:
            ModelError: the derivative of a single float is infinite.
        """
        partial = self.partials[place]
        if isinstance(partial, float):
            return partial
        if type(result) is not float:
            return partial(np, *values, result)
        try:
            return partial(MATH, *values, result)
        except (ValueError, ZeroDivisionError, OverflowError) as problem:
            shown = ", ".join(f"{value:.6g}" for value in values)
            raise ModelError(
                f"the derivative of {self.name} at {shown} is infinite",
                way_out="Use Monte Carlo or the second order: the first order says nothing here.",
                code="infinite-slope",
            ) from problem


def _sign(x: float) -> float:
    return math.copysign(1.0, x) if x else 0.0


class _MathNamespace:
    """The functions that derivatives need, for single floats."""

    sin = staticmethod(math.sin)
    cos = staticmethod(math.cos)
    tan = staticmethod(math.tan)
    sinh = staticmethod(math.sinh)
    cosh = staticmethod(math.cosh)
    exp = staticmethod(math.exp)
    log = staticmethod(math.log)
    sqrt = staticmethod(math.sqrt)
    sign = staticmethod(_sign)

    @staticmethod
    def where(condition: bool, first: float, second: float) -> float:
        """Return `first` where the condition holds."""
        return first if condition else second


MATH = _MathNamespace
LN2 = math.log(2.0)
LN10 = math.log(10.0)


def _power_base(m: Numbers, a: Numbers, b: Numbers, y: Numbers) -> Numbers:
    return b * a ** (b - 1.0)


def _power_exponent(m: Numbers, a: Numbers, b: Numbers, y: Numbers) -> Numbers:
    return y * m.log(a)


_ALL = (
    Op("add", np.add, operator.add, (1.0, 1.0)),
    Op("subtract", np.subtract, operator.sub, (1.0, -1.0)),
    Op("multiply", np.multiply, operator.mul, (lambda m, a, b, y: b, lambda m, a, b, y: a)),
    Op(
        "divide",
        np.true_divide,
        operator.truediv,
        (lambda m, a, b, y: 1.0 / b, lambda m, a, b, y: -y / b),
    ),
    Op("power", np.power, math.pow, (_power_base, _power_exponent)),
    Op("negative", np.negative, operator.neg, (-1.0,)),
    Op("positive", np.positive, operator.pos, (1.0,)),
    Op("absolute", np.absolute, abs, (lambda m, a, y: m.sign(a),)),
    Op("square", np.square, lambda a: a * a, (lambda m, a, y: 2.0 * a,)),
    Op("sqrt", np.sqrt, math.sqrt, (lambda m, a, y: 0.5 / y,)),
    Op(
        "cbrt", np.cbrt, lambda a: math.copysign(abs(a) ** (1 / 3), a), (lambda m, a, y: 1.0 / (3.0 * y * y),)
    ),
    Op("reciprocal", np.reciprocal, lambda a: 1.0 / a, (lambda m, a, y: -y * y,)),
    Op("exp", np.exp, math.exp, (lambda m, a, y: y,)),
    Op("exp2", np.exp2, lambda a: 2.0**a, (lambda m, a, y: LN2 * y,)),
    Op("expm1", np.expm1, math.expm1, (lambda m, a, y: y + 1.0,)),
    Op("log", np.log, math.log, (lambda m, a, y: 1.0 / a,)),
    Op("log2", np.log2, math.log2, (lambda m, a, y: 1.0 / (LN2 * a),)),
    Op("log10", np.log10, math.log10, (lambda m, a, y: 1.0 / (LN10 * a),)),
    Op("log1p", np.log1p, math.log1p, (lambda m, a, y: 1.0 / (1.0 + a),)),
    Op("sin", np.sin, math.sin, (lambda m, a, y: m.cos(a),)),
    Op("cos", np.cos, math.cos, (lambda m, a, y: -m.sin(a),)),
    Op("tan", np.tan, math.tan, (lambda m, a, y: 1.0 + y * y,)),
    Op("arcsin", np.arcsin, math.asin, (lambda m, a, y: 1.0 / m.sqrt(1.0 - a * a),)),
    Op("arccos", np.arccos, math.acos, (lambda m, a, y: -1.0 / m.sqrt(1.0 - a * a),)),
    Op("arctan", np.arctan, math.atan, (lambda m, a, y: 1.0 / (1.0 + a * a),)),
    Op(
        "arctan2",
        np.arctan2,
        math.atan2,
        (lambda m, a, b, y: b / (a * a + b * b), lambda m, a, b, y: -a / (a * a + b * b)),
    ),
    Op("hypot", np.hypot, math.hypot, (lambda m, a, b, y: a / y, lambda m, a, b, y: b / y)),
    Op("sinh", np.sinh, math.sinh, (lambda m, a, y: m.cosh(a),)),
    Op("cosh", np.cosh, math.cosh, (lambda m, a, y: m.sinh(a),)),
    Op("tanh", np.tanh, math.tanh, (lambda m, a, y: 1.0 - y * y,)),
    Op("arcsinh", np.arcsinh, math.asinh, (lambda m, a, y: 1.0 / m.sqrt(a * a + 1.0),)),
    Op("arccosh", np.arccosh, math.acosh, (lambda m, a, y: 1.0 / m.sqrt(a * a - 1.0),)),
    Op("arctanh", np.arctanh, math.atanh, (lambda m, a, y: 1.0 / (1.0 - a * a),)),
    Op("deg2rad", np.deg2rad, math.radians, (math.pi / 180.0,)),
    Op("rad2deg", np.rad2deg, math.degrees, (180.0 / math.pi,)),
    Op(
        "maximum",
        np.maximum,
        max,
        (lambda m, a, b, y: m.where(a >= b, 1.0, 0.0), lambda m, a, b, y: m.where(a >= b, 0.0, 1.0)),
    ),
    Op(
        "minimum",
        np.minimum,
        min,
        (lambda m, a, b, y: m.where(a <= b, 1.0, 0.0), lambda m, a, b, y: m.where(a <= b, 0.0, 1.0)),
    ),
)

BY_NAME: dict[str, Op] = {op.name: op for op in _ALL}
BY_UFUNC: dict[Callable[..., Any], Op] = {op.ufunc: op for op in _ALL}
BY_UFUNC[np.radians] = BY_NAME["deg2rad"]
BY_UFUNC[np.degrees] = BY_NAME["rad2deg"]
BY_UFUNC[np.fmax] = BY_NAME["maximum"]
BY_UFUNC[np.fmin] = BY_NAME["minimum"]
BY_UFUNC[np.float_power] = BY_NAME["power"]
BY_UFUNC[np.fabs] = BY_NAME["absolute"]

ADD = BY_NAME["add"]
SUBTRACT = BY_NAME["subtract"]
MULTIPLY = BY_NAME["multiply"]
DIVIDE = BY_NAME["divide"]
POWER = BY_NAME["power"]
NEGATIVE = BY_NAME["negative"]
ABSOLUTE = BY_NAME["absolute"]
