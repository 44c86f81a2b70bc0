"""A budget: a model and its inputs, evaluated to first order by the tape."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from calibrator_uncertainty import _seen_models as seen_models
from calibrator_uncertainty._asked import one_number
from calibrator_uncertainty._combine import Plan, make_plan, pairs_of
from calibrator_uncertainty._doors import is_row
from calibrator_uncertainty._draws import check_shared
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._expand import expand
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._leaves import new_uid
from calibrator_uncertainty._outside import Outside, inputs_outside
from calibrator_uncertainty._result import BudgetResult
from calibrator_uncertainty._running import Traced, run_with_units
from calibrator_uncertainty._types import Numbers, Option, Quantity
from calibrator_uncertainty._units import check_unit, figures_in, parse_unit

if TYPE_CHECKING:
    from calibrator_uncertainty._montecarlo import MonteCarlo
    from calibrator_uncertainty._quasi import SobolIndex
    from calibrator_uncertainty._second import SecondOrder
    from calibrator_uncertainty._table import BudgetTable
    from calibrator_uncertainty._whatif import Cut

__all__ = ["Budget"]


@dataclass(frozen=True, slots=True)
class Budget:
    """Model and inputs of one measurand.

    `model` is called with keyword arguments by input name and returns the measurand; it is plain Python with
    numpy functions. It is run once with units, which checks its dimensions (pure arithmetic in the same
    units is not run again for another budget), and from then on with bare floats: first-order sensitivities
    come from the tape, Monte Carlo from arrays of samples.

    Args:
        model: the measurement model.
        inputs: its inputs, names unique; two inputs with the same `shared` have one error between them.
        unit: unit of the result.
        name: how the budget is called in tables and errors.
        correlations: correlation coefficients by pairs of input names. Inputs that are correlated count as
            one term in the effective degrees of freedom, with their common dof.

    Source: JCGM 100:2008, clauses 4, 5 and 8; R. Willink, Metrologia 44 (2007) 340 for correlated terms.

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
    correlations: tuple[tuple[str, str, float], ...]
    _kept: list[Any] = field(
        repr=False, compare=False
    )  # trace, plan, places, the uncertain result and verdicts of clause 8, made when needed; the
    # budget that this one was widened from; the name of its inputs' own errors, which its copies share

    def __init__(
        self,
        model: Callable[..., Any],
        inputs: Sequence[Input],
        *,
        unit: str,
        name: str = "",
        correlations: Mapping[tuple[str, str], float] | None = None,
    ) -> None:
        if type(inputs) is not list and not is_row(inputs):
            raise InputError(f"the inputs are {inputs!r}; they are a list", where=name, code="no-input")
        if not callable(model):
            raise InputError(f"the model is {model!r}, which is no function", where=name, code="no-model")
        inputs = list(inputs)
        others = [one for one in inputs if type(one) is not Input and not isinstance(one, Input)]
        if others:
            raise InputError(
                f"{others[0]!r} is no input of a budget",
                where=name,
                way_out="Make it with normal(), type_a(), ...; a quantity is used in the model itself.",
                code="no-input",
            )
        check_unit(unit, name or "the budget's result")
        names = [one.name for one in inputs]
        if len(set(names)) < len(names):
            twice = sorted({one for one in names if names.count(one) > 1})
            raise InputError(f"the input name {twice[0]} is used twice", where=name, code="name-twice")
        if not names and not getattr(model, "whole", False):
            raise InputError("a budget needs at least one input", where=name, code="no-inputs")
        check_shared(inputs, name)
        given = pairs_of(correlations, name) if correlations else ()
        # named now: what forks later, as workers do, has the same causes
        self._set(model, tuple(inputs), unit, name, given, [None, None, None, None, None, None, new_uid()])
        if given:
            self._plan()  # a matrix that cannot be is refused here

    def _set(self, *values: Option) -> None:
        for attribute, value in zip(
            ("model", "inputs", "unit", "name", "correlations", "_kept"), values, strict=True
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
        whole = self._whole()
        value, slopes = whole._trace().value_and_slopes(whole.inputs)
        return expand(whole, value, slopes, policy)

    def at(self, **values: Quantity) -> Budget:
        """Return this budget at other estimates, without running the model with units again.

        It stands for another measurement: its inputs' errors are its own, also of those that were not moved.
        Inputs whose error is the same at each place, as a standard's, are made with `shared=`.

        Args:
            values: by input name, a pint quantity of any fitting unit, a number in the input's unit, or a
                whole `Input` with its own u, dof and distribution.

        Raises:
            InputError: a name that is no input.
            UnitsError: a quantity of another dimension.
        """
        inputs = list(self.inputs)
        places = self._places()
        another = False
        for name, value in values.items():
            if name not in places:
                raise InputError(f"{name!r} is no input", where=self.name, code="name")
            place, units = places[name]
            if getattr(value, "_units", None) == units:
                inputs[place] = inputs[place].at(float(value._magnitude))
                continue
            another = another or isinstance(value, Input)
            inputs[place] = _moved(inputs[place], value)
        if another:
            check_shared(inputs, self.name)
        traced, plan = self._kept[:2]
        if traced is not None and (traced.branches or traced.checked):
            traced = None
        moved = Budget.__new__(Budget)
        kept = [traced, None if another else plan, places, None, None, None, new_uid()]
        moved._set(self.model, tuple(inputs), self.unit, self.name, self.correlations, kept)
        return moved

    def _places(self) -> dict[str, tuple[int, Quantity]]:
        if self._kept[2] is None:
            self._kept[2] = {
                one.name: (place, parse_unit(one.unit, one.name)._units)
                for place, one in enumerate(self.inputs)
            }
        places: dict[str, tuple[int, Quantity]] = self._kept[2]
        return places

    def table(
        self,
        estimates: Mapping[str, Quantity],
        *,
        u: Mapping[str, Quantity] | None = None,
        dof: Mapping[str, Quantity] | None = None,
        policy: str = "p95",
    ) -> BudgetTable:
        """Evaluate this budget at many points at once; point by point where the model compares values.

        Args:
            estimates: columns by input name, pint quantities or numbers in the input's unit; an input without
                a column keeps its estimate, as u and dof do.
            u: columns of standard uncertainties.
            dof: columns of degrees of freedom.
            policy: coverage policy.

        Raises:
            InputError: columns of different lengths or of unknown inputs, figures that cannot be.
            ModelError: a point where the model gives no finite value or slope, by its number.

        Source: JCGM 100:2008, 5.1.2, G.4.1.
        """
        from calibrator_uncertainty._table import evaluate_table

        return evaluate_table(self._whole(), estimates, u or {}, dof or {}, policy)

    def second_order(self) -> SecondOrder:
        """Propagate to second order with third-derivative terms (JCGM 100:2008, 5.1.2, note)."""
        from calibrator_uncertainty._second import second_order

        return second_order(self)

    def monte_carlo(
        self,
        rng: np.random.Generator,
        *,
        draws: int | None = None,
        digits: int = 2,
        probability: float = 0.95,
        most: int = 10_000_000,
    ) -> MonteCarlo:
        """Propagate distributions by Monte Carlo, in memory that does not grow with the number of draws.

        Without `draws` the procedure is adaptive: blocks of 10 000 are drawn until two standard errors of
        estimate, u and both ends of the interval lie below the numerical tolerance of `digits` significant
        digits of u, after ten blocks at the earliest.

        Args:
            rng: seeded generator; `numpy.random.Generator(numpy.random.SFC64(seed))` is the fastest.
            draws: a fixed number of draws.
            digits: significant digits of u that must be sure.
            probability: coverage probability of the intervals.
            most: the most draws that the adaptive procedure may take; `converged` says whether it was enough.

        Raises:
            ModelError: the model gives NaN or infinity inside the sampled range, naming the place.
            InputError: too few draws, or a probability outside 0 to 1.

        Source: JCGM 101:2008, clause 7, adaptive procedure 7.9.
        """
        from calibrator_uncertainty._montecarlo import monte_carlo

        return monte_carlo(self._whole(), rng, draws=draws, digits=digits, probability=probability, most=most)

    def quasi_monte_carlo(
        self, rng: np.random.Generator, *, power: int = 13, digits: int = 2, probability: float = 0.95
    ) -> MonteCarlo:
        """Propagate with eight scrambled Sobol nets of 2**`power` points: few runs where the model is smooth.

        The spread between the nets gives the errors, and `converged` whether they are below the numerical
        tolerance of `digits` digits of u.

        Source: A. B. Owen, SIAM J. Numer. Anal. 34 (1997) 1884; JCGM 101:2008, 7.9.2 for the tolerance.
        """
        from calibrator_uncertainty._quasi import quasi_monte_carlo

        return quasi_monte_carlo(self, rng, power=power, digits=digits, probability=probability)

    def sobol_indices(self, rng: np.random.Generator, *, power: int = 13) -> tuple[SobolIndex, ...]:
        """Return which part of the variance each input explains alone and with the others."""
        from calibrator_uncertainty._quasi import sobol_indices

        return sobol_indices(self, rng, power=power)

    def uncertain(self) -> Quantity:
        """Return the result as an uncertain quantity, correlated with all that shares a cause with it.

        It is the same quantity each time. It may be stored with `dumps`, and computes on with its relatives
        when it is loaded years later.
        """
        if self._kept[3] is None:
            from calibrator_uncertainty._whatif import as_quantity

            self._kept[3] = as_quantity(self)
        return self._kept[3]

    def cuts(self, target: float, *, policy: str = "p95") -> tuple[Cut, ...]:
        """Return for each input the u that would alone bring U down to `target`, the most promising first.

        Args:
            target: the wanted U, in the unit of the budget.
            policy: coverage policy.

        Raises:
            InputError: a target that is not positive.
        """
        from calibrator_uncertainty._whatif import find_cuts

        return find_cuts(self._whole(), target, policy)

    def _verdicts(self) -> dict[str, Any]:
        """Return what was drawn of this budget's verdicts, by policy."""
        if self._kept[4] is None:
            self._kept[4] = {}
        verdicts: dict[str, Any] = self._kept[4]
        return verdicts

    def _with_plan(self, plan: Plan) -> Budget:
        """Return this budget with another plan for combining, for what-if questions."""
        changed = Budget.__new__(Budget)
        kept = [self._kept[0], plan, self._kept[2], None, None, self._kept[5], None]
        changed._set(self.model, self.inputs, self.unit, self.name, self.correlations, kept)
        return changed

    def __reduce__(self) -> tuple[Any, ...]:
        correlations = {(a, b): r for a, b, r in self.correlations}
        return _rebuild, (self.model, self.inputs, self.unit, self.name, correlations, self._causes())

    def _causes(self, stored: str = "") -> str:
        """Return the name of the inputs' own errors, which copies of a budget have in common."""
        if stored or self._kept[6] is None:
            self._kept[6] = stored or new_uid()
        causes: str = self._kept[6]
        return causes

    def _plan(self) -> Plan:
        """Return how the contributions combine; kept for later evaluations."""
        if self._kept[1] is None:
            self._kept[1] = make_plan(self.inputs, {(a, b): r for a, b, r in self.correlations}, self.name)
        plan: Plan = self._kept[1]
        return plan

    def _trace(self) -> Traced:
        """Run the model once with units; kept for later evaluations, and budgets of the same arithmetic."""
        if self._kept[0] is None:
            self._kept[0] = seen_models.traced(self, run_with_units)
        traced: Traced = self._kept[0]
        return traced

    def _whole(self) -> Budget:
        """Return this budget with the uncertain values that its model uses from outside among its inputs."""
        traced = self._trace()
        if not traced.sources or self._kept[5] is not None:
            return self
        further = inputs_outside(traced.sources, [one.name for one in self.inputs])
        whole = Budget.__new__(Budget)
        model = Outside(self.model, frozenset(one.name for one in further))
        kept = [traced, None, None, None, None, self, None]
        whole._set(model, (*self.inputs, *further), self.unit, self.name, self.correlations, kept)
        return whole

    def _base(self) -> Budget:
        """Return the budget as it was declared."""
        base: Budget = self if self._kept[5] is None else self._kept[5]
        return base

    def _sample(self, draws: Sequence[Any]) -> Numbers:
        """Return the model's result, in `unit`, for arrays of draws of its inputs in their units."""
        traced = self._trace()
        if not traced.branches:
            with np.errstate(all="ignore"):  # what is not finite is counted and reported by the caller
                return traced.program(draws)
        from calibrator_uncertainty._anew import sample_anew

        return sample_anew(self, draws)


def _moved(one: Input, value: Quantity) -> Input:
    if isinstance(value, Input):
        if value.name != one.name or value.unit != one.unit:
            raise InputError(
                f"{value.name} in {value.unit} cannot stand for {one.name} in {one.unit}",
                code="another-input",
            )
        return value
    return one.at(one_number(figures_in(value, one.unit, one.name), one.name))


def _rebuild(  # noqa: PLR0917 - as pickles hold them
    model: Callable[..., Any],
    inputs: Sequence[Input],
    unit: str,
    name: str,
    correlations: Mapping[tuple[str, str], float],
    causes: str = "",
) -> Budget:
    budget = Budget(model, inputs, unit=unit, name=name, correlations=correlations)
    budget._causes(causes)
    return budget
