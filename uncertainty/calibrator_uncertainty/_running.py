"""A budget's model, run once with units: its dimensions are checked, its operations remembered."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty._branches import watch_branches
from calibrator_uncertainty._complex import UncertainComplex
from calibrator_uncertainty._errors import ModelError, UnitsError
from calibrator_uncertainty._first import moving_nodes, slopes_of
from calibrator_uncertainty._leaves import Leaf
from calibrator_uncertainty._outside import Source, WideProgram, sources_of
from calibrator_uncertainty._program import Program, is_moving, trace
from calibrator_uncertainty._shapes import Shape
from calibrator_uncertainty._sweep import reachable
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Numbers
from calibrator_uncertainty._units import is_difference, magnitude_in, parse_unit, quantity

if TYPE_CHECKING:
    from calibrator_uncertainty._budget import Budget
    from calibrator_uncertainty._inputs import Input

__all__ = ["Traced", "arguments", "call", "run_with_units"]


@dataclass(slots=True)  # not frozen: that would triple the cost of making one; nothing changes it
class Traced:
    """A model after its one run with units."""

    made: list[Any]  # the program, or what it will be made of when it is needed
    branches: bool  # the model looked at values or made something linear: it holds only at these estimates
    checked: bool = (
        False  # it looked whether its estimates lie in a range, so that others are to be looked at
    )
    sources: tuple[Source, ...] = ()  # uncertain values that it uses from outside
    remarks: tuple[str, ...] = ()  # on values from outside: what must stand beside U
    unseen: str = ""  # why Monte Carlo cannot see all of it, where they were stored or chosen by a comparison
    first: tuple[float, Sequence[float]] | None = None  # value and slopes where it was run
    inputs: tuple[Any, ...] = ()  # those that it was run with
    difference: bool = False  # of temperatures, as of t - r

    @property
    def program(self) -> Program | WideProgram:
        """The model as a program, made when it is first asked for."""
        found = self.made[0]
        if type(found) is tuple:
            found = self.made[0] = trace(*found)
        program: Program | WideProgram = found
        return program

    def elements(self, inputs: Sequence[Any], kind: type[Shape]) -> list[tuple[int, np.ndarray]]:
        """Return the line and the two largest |c·u| of each array of errors of one shape used from outside.

        An array is one line of the budget; k looks at its errors one by one.
        """
        if not any(source.is_array_of(kind) for source in self.sources):
            return []
        program = self.program
        return program.elements(inputs, kind) if isinstance(program, WideProgram) else []

    def value_and_slopes(self, inputs: Sequence[Input]) -> tuple[float, Sequence[float]]:
        """Return value and slopes at the estimates of `inputs`.

        Raises:
            ModelError: no finite value or derivative, naming the operation.
        """
        if self.first is not None and inputs is self.inputs:
            return self.first
        return self.program.value_and_gradient([one.estimate for one in inputs])


def run_with_units(budget: Budget) -> Traced:
    """Run the model once on quantities at the estimates.

    Raises:
        UnitsError: units that do not add, or a result of another dimension.
        ModelError: a model that fails or does not depend on its inputs.
    """
    # u is the step of numeric derivatives (JCGM 100:2008, 5.1.3, note 2)
    leaves = [UncertainArray(float(one.estimate), None, (), Leaf(one.u)) for one in budget.inputs]
    with watch_branches() as seen:
        result = _a_number(budget, call(budget, arguments(budget, leaves)))
        magnitude = magnitude_in(result, budget.unit, budget.name)
    if not isinstance(magnitude, UncertainArray):
        raise ModelError(
            "the model's result does not depend on any input",
            where=budget.name,
            way_out="Use the arguments of the model, and numpy functions rather than math's.",
            code="no-dependence",
        )
    apart = is_difference(result)
    nodes = moving_nodes(leaves, magnitude)
    if nodes is not None:
        made = [(leaves, magnitude, budget.name)]
        first: Any
        try:
            first = magnitude._value, slopes_of(leaves, nodes, magnitude)
        except ModelError:  # no slope: evaluate() says so, draws and the second order need none
            first = None
        return Traced(made, seen.seen, seen.checked, first=first, inputs=budget.inputs, difference=apart)
    from calibrator_uncertainty._anew import holds_at_one_place

    outside = _outside(leaves, magnitude)
    program = trace([*leaves, *outside], magnitude, budget.name)
    branches = seen.seen or holds_at_one_place(program, len(leaves))
    if not outside:
        return Traced([program], branches, seen.checked, difference=apart)
    from calibrator_uncertainty._unseen import remarks_on, why_unseen

    sources = sources_of(outside)
    wide = WideProgram(program, len(leaves), sources)
    told = (remarks_on(magnitude), why_unseen(magnitude))
    return Traced([wide], branches, seen.checked, sources, *told, difference=apart)


def _a_number(budget: Budget, result: Numbers) -> Numbers:
    """Refuse what is no real quantity."""
    bare = getattr(result, "_magnitude", result)
    if isinstance(bare, UncertainArray | float | int | np.ndarray | np.number):
        return result
    if isinstance(bare, UncertainComplex | complex):
        raise ModelError(
            "the model gives a complex number",
            where=budget.name,
            way_out="A budget has one real measurand: take abs(), numpy.real, numpy.imag or numpy.angle.",
            code="complex-result",
        )
    raise ModelError(
        f"the model gives {result!r}, which is no quantity",
        where=budget.name,
        way_out="Let it return the measurand.",
        code="no-number",
    )


def _outside(leaves: list[UncertainArray], output: UncertainArray) -> list[UncertainArray]:
    """Return the elementary errors that a result has beside those of the inputs."""
    known = {id(leaf) for leaf in leaves}
    nodes = reachable(output, lambda node: node._op is None)
    return [node for node in nodes if node._op is None and is_moving(node) and id(node) not in known]


def call(budget: Budget, given: dict[str, Any]) -> Numbers:
    """Run the model on quantities, its failures told apart.

    Raises:
        UnitsError: units that do not fit.
        ModelError: a model that does not take the inputs by their names.
    """
    import pint

    try:
        return budget.model(**given)
    except (pint.errors.DimensionalityError, pint.errors.OffsetUnitCalculusError) as problem:
        raise UnitsError(
            f"the model combines units that do not fit: {problem}",
            where=budget.name,
            way_out="The line of the model stands in the traceback above.",
            code="dimension",
        ) from problem
    except ArithmeticError as problem:
        raise ModelError(
            f"the model fails at the estimates: {problem}",
            where=budget.name,
            way_out="The line of the model stands in the traceback above.",
            code="fails",
        ) from problem
    except TypeError as problem:
        if _fits_signature(budget, given):
            raise
        raise ModelError(
            f"the model does not take the inputs {', '.join(given)}",
            where=budget.name,
            way_out="Name the model's arguments as the inputs are named.",
            code="arguments",
        ) from problem


def _fits_signature(budget: Budget, given: dict[str, Any]) -> bool:
    try:
        inspect.signature(budget.model).bind(**given)
    except TypeError:
        return False
    except ValueError:  # a function of C has no signature to compare with
        return True
    return True


def arguments(budget: Budget, magnitudes: Sequence[Any]) -> dict[str, Any]:
    """Return magnitudes as quantities by input name."""
    return {
        one.name: quantity(magnitude, parse_unit(one.unit, one.name))
        for one, magnitude in zip(budget.inputs, magnitudes, strict=True)
    }
