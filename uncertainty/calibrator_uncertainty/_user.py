"""Functions of one's own and implicit models, with uncertainty."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any

import numpy as np

from calibrator_uncertainty._asked import row_of_numbers
from calibrator_uncertainty._differences import difference
from calibrator_uncertainty._doors import CALLABLE, asks, each
from calibrator_uncertainty._errors import InputError, ModelError
from calibrator_uncertainty._structural import fold
from calibrator_uncertainty._sweep import by_leaf
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers, Quantity
from calibrator_uncertainty._units import magnitude_in, parse_unit, quantity
from calibrator_uncertainty._variances import u_without_squares

__all__ = ["implicit", "wrapped"]

_LOOKS = 201  # places in a bracket at which an equation's sign is looked at
_FAILURES = (ValueError, ZeroDivisionError, OverflowError)


@dataclass(frozen=True, slots=True, eq=False)
class UserOp:
    """A function from outside, with its derivatives, or the u of its operands to find them by."""

    name: str
    function: Callable[..., Any]
    derivatives: tuple[Callable[..., Any], ...]
    spreads: tuple[Numbers, ...] = ()

    def run(self, values: list[Any], single: bool) -> Numbers:
        """Call the function on bare values.

        Raises:
            ModelError: it fails, or gives something that is not a number.
        """
        try:
            result = self.function(*values)
        except _FAILURES as problem:
            raise self._failed("", values, problem) from problem
        try:
            found = np.asarray(result, dtype=np.float64)
        except (TypeError, ValueError) as problem:
            raise ModelError(
                f"{self.name} gives {result!r}, which is no number", code="not-finite"
            ) from problem
        return float(found) if found.ndim == 0 else found

    def slope(self, place: int, values: list[Any], result: Numbers) -> Numbers:
        """Return the derivative by an operand, analytic or by differences.

        Raises:
            ModelError: it is not finite, or cannot be told by differences.
        """
        if not self.derivatives:
            u = self.spreads[place] if self.spreads else 0.0
            found = np.asarray(difference(self.name, self.function, place, values, u))
            return float(found) if found.ndim == 0 else found
        try:
            found = np.asarray(self.derivatives[place](*values), dtype=np.float64)
        except _FAILURES as problem:
            raise self._failed("the derivative of ", values, problem) from problem
        if not np.isfinite(found).all():
            raise ModelError(f"a derivative of {self.name} is not finite", code="infinite-slope")
        return float(found) if found.ndim == 0 else found

    def pull(self, place: int, adjoint: Numbers, values: list[Any], result: Numbers) -> Numbers:
        """Return the adjoint of an operand."""
        term = adjoint * self.slope(place, values, result)
        batched = np.ndim(values[place]) == np.ndim(term)
        return term if batched else fold(term, np.shape(values[place]), np.shape(term))

    def _failed(self, what: str, values: list[Any], problem: Exception) -> Exception:
        if isinstance(problem, ModelError):
            return problem
        shown = ", ".join("…" if np.ndim(value) else f"{value:.6g}" for value in values)
        return ModelError(
            f"{what}{self.name} fails at {shown}: {problem}",
            way_out="Check the estimates and the function.",
            code="not-finite",
        )


@asks(derivatives=each(CALLABLE))
def wrapped(
    function: Callable[..., Any],
    *,
    derivatives: Sequence[Callable[..., Any]] = (),
    units: Sequence[str] = (),
    unit: str = "",
) -> Callable[..., Any]:
    """Return a function of one's own that takes and gives uncertain quantities.

    The function itself sees and gives plain numbers (or arrays, elementwise). Without `derivatives` they are
    found by differences on the scale of u, good to about 1e-9 for smooth functions; a function that jumps or
    bends so much within u that its slope depends on the step is refused when u is asked for.

    Args:
        function: takes and gives plain numbers.
        derivatives: one per argument, each of all the arguments.
        units: unit in which each argument is handed to the function; empty for plain numbers.
        unit: unit of what it gives.

    Raises:
        InputError: not one derivative, or not one unit, for each argument that is given.

    Source: JCGM 100:2008, 5.1.3 note 2 (numeric sensitivities).
    """
    operation = UserOp(getattr(function, "__name__", "function"), function, tuple(derivatives))

    @wraps(function)
    def call(*operands: Quantity) -> Quantity:
        for what, given in (("derivatives", derivatives), ("units", units)):
            if given and len(given) != len(operands):
                raise InputError(
                    f"{operation.name} has {len(given)} {what} for {len(operands)} arguments", code=what
                )
        bare = [
            magnitude_in(one, units[i] if units else "", operation.name) for i, one in enumerate(operands)
        ]
        return _out(_apply(operation, bare), unit if units else None)

    return call


def _apply(operation: UserOp, operands: Sequence[Numbers]) -> Numbers:
    values = [one._value if isinstance(one, UncertainArray) else one for one in operands]
    result = operation.run(values, False)
    if not any(isinstance(one, UncertainArray) for one in operands):
        return result
    if not np.isfinite(result).all():
        raise ModelError(
            f"{operation.name} gives {result}",
            way_out="Check the estimates and the function.",
            code="not-finite",
        )
    if not operation.derivatives:
        spreads = tuple(
            u_without_squares(one) if isinstance(one, UncertainArray) else 0.0 for one in operands
        )
        operation = replace(operation, spreads=spreads)
    return UncertainArray(result, operation, tuple(operands))


def _out(result: Numbers, unit: str | None) -> Quantity:
    return result if unit is None else quantity(result, parse_unit(unit))


def implicit(
    equation: Callable[..., Any],
    *,
    bracket: tuple[float, float],
    units: Sequence[str] = (),
    unit: str = "",
) -> Callable[..., Any]:
    """Return y(x₁, x₂, …) that solves equation(y, x₁, x₂, …) = 0 for y inside a bracket.

    dy/dx = -F_x/F_y. The equation is written with plain numbers and numpy functions; `units` and `unit` say
    in which units the arguments are handed to it and y comes out.

    Raises:
        InputError: a bracket that is no pair of different finite numbers.
        ModelError: no solution, or more than one, in the bracket; F_y is zero there, as at a multiple root.

    Source: JCGM 102:2011, 6.3 (implicit measurement models).

    Example:
        >>> from calibrator_uncertainty import UncertainArray
        >>> root = implicit(lambda y, a: y**3 - a, bracket=(0.0, 10.0))
        >>> y = root(UncertainArray.leaf(8.0, 0.12))
        >>> round(y.value, 9), round(y.u, 9)
        (2.0, 0.01)
    """

    ends = _ends(bracket)

    def solve(*values: float) -> float:
        from scipy.optimize import brentq

        def left(y: float) -> float:
            return float(equation(y, *values))

        try:
            found, told = brentq(left, *ends, xtol=1e-300, rtol=1e-15, full_output=True, disp=False)
            if not told.converged:
                raise _several_at_once(found)
            return float(found)
        except (ValueError, TypeError) as problem:
            if isinstance(problem, ModelError):
                raise
            raise ModelError(
                f"the equation has no change of sign between {ends[0]:g} and {ends[1]:g}",
                way_out="Give a bracket that holds exactly one solution, which is no multiple root.",
                code="no-solution",
            ) from problem

    def slope(place: int) -> Callable[..., float]:
        def by(*values: float) -> float:
            y = UncertainArray(solve(*values))
            moving = UncertainArray(float(values[place]))
            others: list[Any] = list(values)
            others[place] = moving
            found = {id(leaf): each for leaf, each in by_leaf(equation(y, *others))}
            steepness = found.get(id(y), 0.0)
            if steepness == 0.0:
                raise _several_at_once(float(y._value))
            return float(-found.get(id(moving), 0.0) / steepness)

        return by

    def call(*operands: Quantity) -> Quantity:
        operation = UserOp("implicit", solve, tuple(slope(place) for place in range(len(operands))))
        bare = [magnitude_in(one, units[i] if units else "", "implicit") for i, one in enumerate(operands)]
        plain = [getattr(one, "_value", one) for one in bare]
        if any(np.ndim(one) for one in plain):
            raise InputError("an implicit model takes single values", way_out="Call it for each element.")
        _one_solution(equation, ends, plain)
        return _out(_apply(operation, bare), unit if units else None)

    return call


def _ends(bracket: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of a bracket."""
    ends = row_of_numbers(bracket, "the bracket").tolist()
    if len(ends) != 2 or not np.isfinite(ends).all() or ends[0] == ends[1]:
        raise InputError(
            f"the bracket is {bracket!r}",
            way_out="Give two finite numbers, one on each side.",
            code="bracket",
        )
    return ends[0], ends[1]


def _several_at_once(place: float) -> ModelError:
    """Return the error of a root at which the equation is flat in y, such as (y - a)**3 = 0."""
    return ModelError(
        f"the equation is flat in y at its solution near {place:.6g}: a multiple root has no first order",
        way_out="Write the equation so that it has a simple root there.",
        code="multiple-root",
    )


def _one_solution(equation: Callable[..., Any], bracket: tuple[float, float], values: list[Any]) -> None:
    """Refuse a bracket in which the equation changes its sign more than once."""
    places = np.linspace(bracket[0], bracket[1], _LOOKS)
    with np.errstate(all="ignore"):
        found = np.array([_seen(equation, y, values) for y in places.tolist()])
    kept = np.isfinite(found) & (found != 0.0)
    signs, places = np.sign(found[kept]), places[kept]
    changes = np.flatnonzero(np.diff(signs))
    if changes.size > 1:
        near = ", ".join(f"{(places[at] + places[at + 1]) / 2.0:.4g}" for at in changes[:3])
        low, high = bracket
        raise ModelError(
            f"the equation has {changes.size} solutions between {low:g} and {high:g}, near {near}",
            way_out="Give a bracket that holds exactly one solution.",
            code="several-solutions",
        )


def _seen(equation: Callable[..., Any], y: float, values: list[Any]) -> float:
    try:
        return float(equation(y, *values))
    except (ZeroDivisionError, OverflowError, ValueError):  # a pole or the end of a domain, not a solution
        return float("nan")
