"""Inputs of a budget and the ways in which one is known."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, fields
from typing import Any, Literal

from calibrator_uncertainty._asked import one_number
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._shapes import (
    SQRT2,
    SQRT3,
    SQRT6,
    Arcsine,
    Constant,
    Normal,
    Rectangular,
    Shape,
    StudentT,
    Trapezoidal,
    Triangular,
)
from calibrator_uncertainty._units import check_unit, difference_in, figures_in

__all__ = [
    "Input",
    "arcsine",
    "constant",
    "from_half_width",
    "normal",
    "rectangular",
    "student_t",
    "trapezoidal",
    "triangular",
]


_CONSTANT, _NORMAL, _RECTANGULAR = Constant(), Normal(), Rectangular()
_TRIANGULAR, _ARCSINE = Triangular(), Arcsine()
_MANY = 1 << 53  # whole numbers below are floats too


@dataclass(frozen=True, slots=True)
class Input:
    """One input quantity: estimate and standard uncertainty `u`, both in `unit`.

    `u` of a temperature in degC is in kelvins. `dof` is infinite for a distribution that is known.
    `shared` names the physical cause: inputs of any budgets that bear the same text share one error.

    Raises:
        InputError: a name that is no argument, a figure that is not finite, u < 0, dof < 1, no shape.
        UnitsError: a unit that pint does not know.
    """

    name: str
    estimate: float
    unit: str
    u: float
    dof: float = math.inf
    distribution: Shape = _NORMAL
    source: str = ""
    shared: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise InputError(f"the name of an input is {self.name!r}, which is no text", code="name")
        if not self.name.isascii():  # as Python reads the model's arguments: the micro sign is a Greek mu
            object.__setattr__(self, "name", unicodedata.normalize("NFKC", self.name))
        if not self.name.isidentifier():
            raise InputError(
                f"the input name {self.name!r} cannot be an argument of the model",
                way_out="Use letters, digits and underscores.",
                code="name",
            )
        if not (type(self.estimate) is type(self.u) is type(self.dof) is float):
            for what in ("estimate", "u", "dof"):  # whole and numpy numbers are taken as plain floats
                found = one_number(getattr(self, what), f"the {what} of {self.name}")
                object.__setattr__(self, what, found)
        if not (math.isfinite(self.estimate) and 0.0 <= self.u < math.inf and self.dof >= 1.0):
            raise self._bad_figure()
        check_unit(self.unit, self.name)
        # Not isinstance(…, Shape): checking a protocol costs more than all the rest of an input.
        one = self.distribution
        if one is not _NORMAL and (
            isinstance(one, type) or not (hasattr(one, "draw") and hasattr(one, "name"))
        ):
            raise InputError(
                f"the distribution of {self.name} is {self.distribution!r}",
                way_out="Give a shape, or make the input with normal(), rectangular(), ...",
                code="shape",
            )

    def _bad_figure(self) -> InputError:
        for what, figure in (("estimate", self.estimate), ("u", self.u)):
            if not math.isfinite(figure):
                text = f"the {what} of {self.name} is {figure}; it must be finite"
                return InputError(text, code="not-finite")
        if self.u < 0:
            text = f"u of {self.name} is {self.u}; a standard uncertainty is never negative"
            return InputError(text, code="negative-u")
        text = f"dof of {self.name} is {self.dof}; degrees of freedom are 1 or more"
        return InputError(text, code="dof")

    def at(self, estimate: float) -> Input:
        """Return this input at another estimate.

        Raises:
            InputError: the estimate is not finite.
        """
        if not math.isfinite(estimate):
            raise InputError(
                f"the estimate of {self.name} is {estimate}; it must be finite", code="not-finite"
            )
        # everything else was checked when this input was made
        return _frozen(
            self.name, estimate, self.unit, self.u, self.dof, self.distribution, self.source, self.shared
        )


class _Draft:
    """An input that is being made: eight plain assignments cost a quarter of those of a frozen class."""

    __slots__ = tuple(one.name for one in fields(Input))


def _frozen(  # noqa: PLR0917 - the fields of an input
    name: str,
    estimate: float,
    unit: str,
    u: float,
    dof: float,
    distribution: Shape,
    source: str,
    shared: str | None,
) -> Input:
    """Return an input of figures that were checked before."""
    draft: Any = _Draft()
    draft.name, draft.estimate, draft.unit, draft.u = name, estimate, unit, u
    draft.dof, draft.distribution, draft.source, draft.shared = dof, distribution, source, shared
    draft.__class__ = Input  # the same slots
    made: Input = draft
    return made


def _made(  # noqa: PLR0917 - the fields of an input
    name: str,
    estimate: float,
    unit: str,
    u: float,
    dof: float,
    distribution: Shape,
    source: str,
    shared: str | None,
) -> Input:
    """Return an input of one of our own shapes; what is not plainly good is checked as any other input."""
    if type(dof) is int and 0 < dof < _MANY:
        dof = float(dof)
    if (
        type(name) is str
        and name.isascii()
        and name.isidentifier()
        and type(dof) is type(estimate) is type(u) is float
        and -math.inf < estimate < math.inf
        and 0.0 <= u < math.inf
        and dof >= 1.0
    ):
        check_unit(unit, name)
        return _frozen(name, estimate, unit, u, dof, distribution, source, shared)
    return Input(name, estimate, unit, u, dof, distribution, source, shared)


def _number(value: float, unit: str, name: str) -> float:
    """Return a figure in `unit`; quantities are converted, what is no number is refused by name."""
    if type(value) is float:
        return value
    if type(value) is int:
        return one_number(value, name)
    return one_number(figures_in(value, unit, name), name)


def _width(value: float, unit: str, name: str) -> float:
    """Return a figure of an uncertainty in `unit`, of degC in kelvins."""
    if type(value) is float:
        return value
    if type(value) is int:
        return one_number(value, f"the uncertainty of {name}")
    return one_number(difference_in(value, unit, name), f"the uncertainty of {name}")


def constant(name: str, value: float, unit: str, *, source: str = "") -> Input:
    """Return an exact number as an input."""
    return Input(name, _number(value, unit, name), unit, 0.0, math.inf, _CONSTANT, source)


def normal(
    name: str,
    estimate: float,
    u: float,
    unit: str,
    *,
    k: float = 1.0,
    dof: float = math.inf,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return a normal input; `u` is divided by `k`, so that a certificate's U and k may be given.

    Raises:
        InputError: k not positive, u negative.

    Source: JCGM 100:2008, 4.3.3-4.3.4.
    """
    factor = k if type(k) is float else one_number(k, f"k of {name}")
    if not 0.0 < factor < math.inf:
        raise InputError(f"k of {name} is {k}; a coverage factor is positive", code="k")
    return _made(
        name,
        estimate if type(estimate) is float else _number(estimate, unit, name),
        unit,
        (u if type(u) is float else _width(u, unit, name)) / factor,
        dof,
        _NORMAL,
        source,
        shared,
    )


def student_t(
    name: str,
    estimate: float,
    u: float,
    dof: float,
    unit: str,
    *,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return an input with scale `u` and a t distribution when it is drawn (JCGM 101:2008, 6.4.9.7)."""
    return Input(
        name, _number(estimate, unit, name), unit, _width(u, unit, name), dof, StudentT(dof), source, shared
    )


def rectangular(
    name: str,
    estimate: float,
    half_width: float,
    unit: str,
    *,
    dof: float = math.inf,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return a rectangular input of `half_width`, u = a/√3 (JCGM 100:2008, 4.3.7)."""
    return _made(
        name,
        _number(estimate, unit, name),
        unit,
        _width(half_width, unit, name) / SQRT3,
        dof,
        _RECTANGULAR,
        source,
        shared,
    )


def triangular(
    name: str, estimate: float, half_width: float, unit: str, *, source: str = "", shared: str | None = None
) -> Input:
    """Return a triangular input of `half_width`, u = a/√6 (JCGM 100:2008, 4.3.9)."""
    return _made(
        name,
        _number(estimate, unit, name),
        unit,
        _width(half_width, unit, name) / SQRT6,
        math.inf,
        _TRIANGULAR,
        source,
        shared,
    )


def trapezoidal(
    name: str,
    estimate: float,
    half_width: float,
    beta: float,
    unit: str,
    *,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return a symmetric trapezoid of base half-width a: u = a·√((1 + β²)/6) (JCGM 100:2008, 4.3.9)."""
    try:
        shape = Trapezoidal(beta)
    except InputError as problem:
        raise InputError(f"{name}: {problem.what}", where=source, code=problem.code) from problem
    return _made(
        name,
        _number(estimate, unit, name),
        unit,
        _width(half_width, unit, name) * math.sqrt((1 + beta**2) / 6),
        math.inf,
        shape,
        source,
        shared,
    )


def arcsine(
    name: str, estimate: float, half_width: float, unit: str, *, source: str = "", shared: str | None = None
) -> Input:
    """Return a U-shaped input of `half_width`, u = a/√2 (JCGM 101:2008, 6.4.6)."""
    return _made(
        name,
        _number(estimate, unit, name),
        unit,
        _width(half_width, unit, name) / SQRT2,
        math.inf,
        _ARCSINE,
        source,
        shared,
    )


def from_half_width(
    name: str,
    estimate: float,
    half_width: float,
    unit: str,
    *,
    k: float,
    treat_as: Literal["normal_k", "limit_rectangular"] | str,
    source: str = "",
    shared: str | None = None,
) -> Input:
    """Return the input that a specification row or certificate gives.

    `normal_k`: normal with u = half_width/k. `limit_rectangular`: rectangular with u = half_width/√3.

    Raises:
        InputError: `normal_k` without a stated k, or another `treat_as`.
    """
    if treat_as == "normal_k":
        if k is None or not one_number(k, f"k of {name}") > 0:
            raise InputError(
                f"{name} is to be normal but its k is {k}",
                where=source,
                way_out="State k, or treat the figure as limit_rectangular.",
                code="k",
            )
        return normal(name, estimate, half_width, unit, k=k, source=source, shared=shared)
    if treat_as == "limit_rectangular":
        return rectangular(name, estimate, half_width, unit, source=source, shared=shared)
    raise InputError(
        f"treat_as of {name} is {treat_as!r}; it is normal_k or limit_rectangular",
        where=source,
        code="treat-as",
    )
