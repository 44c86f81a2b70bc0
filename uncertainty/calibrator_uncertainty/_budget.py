"""A budget: a model and its inputs, evaluated to first order by the tape."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from calibrator_uncertainty._coverage import (
    POLICIES,
    coverage_factor,
    effective_dof,
)
from calibrator_uncertainty._errors import InputError, ModelError
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._program import Program, is_finite, trace
from calibrator_uncertainty._result import BudgetLine, BudgetResult
from calibrator_uncertainty._shapes import Rectangular
from calibrator_uncertainty._tape import UncertainArray, watch_branches
from calibrator_uncertainty._types import Numbers
from calibrator_uncertainty._units import magnitude_in, parse_unit, quantity

__all__ = ["Budget"]


@dataclass(frozen=True, slots=True)
class _Traced:
    """A model after its one run with units."""

    program: Program
    branches: bool  # the model looked at values: the program holds only at these estimates


@dataclass(frozen=True, slots=True)
class Budget:
    """Model and inputs of one measurand.

    `model` is called with keyword arguments by input name and returns the measurand; it is plain Python with
    numpy functions. It is run once with units, which checks its dimensions, and from then on with bare
    floats: first-order sensitivities come from the tape, Monte Carlo from arrays of samples.

    Args:
        model: the measurement model.
        inputs: its inputs, names unique; two inputs with the same `shared` have one error between them.
        unit: unit of the result.
        name: how the budget is called in tables and errors.

    Source: JCGM 100:2008, clauses 4, 5 and 8.

    Example:
        >>> from calibrator_uncertainty import normal
        >>> inputs = [normal("v", 1.0, 3e-3, "V"), normal("i", 0.5, 2e-3, "A")]
        >>> round(Budget(lambda v, i: v / i, inputs, unit="ohm").evaluate(policy="k2").U, 6)
        0.02
    """

    model: Callable[..., Any]
    inputs: tuple[Input, ...]
    unit: str
    name: str
    _traced: list[_Traced] = field(repr=False, compare=False)

    def __init__(
        self, model: Callable[..., Any], inputs: Sequence[Input], *, unit: str, name: str = ""
    ) -> None:
        names = [one.name for one in inputs]
        twice = sorted({one for one in names if names.count(one) > 1})
        if twice:
            raise InputError(f"the input name {twice[0]} is used twice", where=name, code="name-twice")
        if not names:
            raise InputError("a budget needs at least one input", where=name, code="no-inputs")
        for attribute, value in (
            ("model", model),
            ("inputs", tuple(inputs)),
            ("unit", unit),
            ("name", name),
            ("_traced", []),
        ):
            object.__setattr__(self, attribute, value)

    def evaluate(self, *, policy: str = "p95") -> BudgetResult:
        """Propagate to first order and expand by `policy` (`p95` or `k2`).

        Raises:
            UnitsError: a unit is unknown, units do not add, or the result has another dimension.
            ModelError: the model fails at the estimates or gives no finite number or slope.
            InputError: an unknown policy.

        Source: JCGM 100:2008, 5.1, 5.2.2 (shared inputs, r = 1), 6, G.4.1.
        """
        program = self.trace().program
        slots = program.values([one.estimate for one in self.inputs])
        value = self._finite(slots[program.output], "the result")
        slopes = [self._finite(slope, "a slope") for slope in program.gradient(slots)]
        return expand(self, value, slopes, policy)

    def trace(self) -> _Traced:
        """Run the model once with units; kept for later evaluations."""
        if not self._traced:
            self._traced.append(self._run_with_units())
        return self._traced[0]

    def sample(self, draws: Sequence[Any]) -> Numbers:
        """Return the model's result, in `unit`, for arrays of draws of its inputs in their units."""
        traced = self.trace()
        if not traced.branches:
            with np.errstate(all="ignore"):  # what is not finite is counted and reported by the caller
                return traced.program(draws)
        try:
            with np.errstate(all="ignore"):
                return magnitude_in(self.model(**self._arguments(draws)), self.unit, self.name)
        except ValueError as problem:
            raise ModelError(
                "the model decides by comparing a single value and cannot take arrays of draws",
                where=self.name,
                way_out="Write the choice with numpy.maximum, numpy.minimum or numpy.abs.",
                code="branches",
            ) from problem

    def _run_with_units(self) -> _Traced:
        leaves = [UncertainArray(float(one.estimate)) for one in self.inputs]
        with watch_branches() as branches:
            result = self._call(self._arguments(leaves))
            magnitude = magnitude_in(result, self.unit, self.name)
        if not isinstance(magnitude, UncertainArray):
            raise ModelError(
                "the model's result does not depend on any input",
                where=self.name,
                way_out="Use the arguments of the model, and numpy functions rather than math's.",
                code="no-dependence",
            )
        return _Traced(trace(leaves, magnitude, self.name), branches.seen)

    def _call(self, arguments: dict[str, Any]) -> Numbers:
        import pint

        from calibrator_uncertainty._errors import UnitsError

        try:
            return self.model(**arguments)
        except (pint.errors.DimensionalityError, pint.errors.OffsetUnitCalculusError) as problem:
            raise UnitsError(
                f"the model combines units that do not fit: {problem}",
                where=self.name,
                way_out="The line of the model stands in the traceback above.",
                code="dimension",
            ) from problem

    def _arguments(self, magnitudes: Sequence[Any]) -> dict[str, Any]:
        return {
            one.name: quantity(magnitude, parse_unit(one.unit, one.name))
            for one, magnitude in zip(self.inputs, magnitudes, strict=True)
        }

    def _finite(self, number: Numbers, what: str) -> float:
        if not is_finite(number):
            raise ModelError(
                f"{what} of the model at the estimates is {number}",
                where=self.name,
                way_out="Check the estimates.",
                code="not-finite",
            )
        return float(number)


def groups_of(inputs: Sequence[Input]) -> list[list[int]]:
    """Return the places of the inputs that share one error; an input of its own is a group of one."""
    groups: dict[str, list[int]] = {}
    for place, one in enumerate(inputs):
        groups.setdefault(f"shared {one.shared}" if one.shared else f"input {place}", []).append(place)
    return list(groups.values())


def expand(budget: Budget, value: float, slopes: Sequence[float], policy: str) -> BudgetResult:
    """Combine the contributions, find k by `policy` and lay out the lines."""
    inputs = budget.inputs
    contributions = [slope * one.u for slope, one in zip(slopes, inputs, strict=True)]
    totals: dict[int, float] = {}
    terms: list[tuple[float, float]] = []
    rectangles: list[float] = []
    for places in groups_of(inputs):
        total = math.fsum(contributions[place] for place in places)
        totals.update(dict.fromkeys(places, total))
        terms.append((total, min(inputs[place].dof for place in places)))
        if all(isinstance(inputs[place].distribution, Rectangular) for place in places):
            rectangles.append(abs(total))
    u = math.hypot(*(total for total, _ in terms))
    dof = effective_dof(terms)
    k = coverage_factor(policy, dof, rectangles=rectangles, u=u)
    lines = tuple(
        BudgetLine(
            name=one.name,
            value=one.estimate,
            unit=one.unit,
            distribution=one.distribution.name,
            u=one.u,
            dof=one.dof,
            sensitivity=slope,
            contribution=part,
            share=(part / u) * (totals[place] / u) if part and u else 0.0,
            source=one.source,
            shared=one.shared,
        )
        for place, (one, slope, part) in enumerate(zip(inputs, slopes, contributions, strict=True))
    )
    return BudgetResult(
        name=budget.name,
        value=value,
        unit=budget.unit,
        u=u,
        dof=dof,
        k=k,
        U=k * u,
        probability=POLICIES[policy],
        policy=policy,
        lines=lines,
    )
