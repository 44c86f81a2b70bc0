"""From points to fitted numbers: one linear step, or as many as it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from calibrator_uncertainty._errors import InputError, ModelError
from calibrator_uncertainty._leaves import new_uid
from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty.regression._data import Series, ensemble, sparse
from calibrator_uncertainty.regression._leastsquares import Step
from calibrator_uncertainty.regression._noise import Noise, noise_of, unit_noise
from calibrator_uncertainty.regression._quality import Goodness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from calibrator_uncertainty.regression._forms import Form

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["Engine", "Estimate", "Options", "Reading", "Scatter", "Where", "estimate"]

Scatter: TypeAlias = Literal["stated", "scaled", "added"]
Where: TypeAlias = Literal["adjusted", "observed"]
Engine: TypeAlias = Literal["own", "odrpack"]
ROUNDS = 100
_NOTHING = 1e-14  # of the largest y: residuals that arithmetic leaves


@dataclass(frozen=True, slots=True)
class Reading:
    """Scatter of a single reading as the residuals show it."""

    deviation: float
    dof: int
    group: str


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """Fitted numbers with all that is known of them."""

    beta: UncertainArray
    goodness: Goodness
    residuals: Floats
    standardised: Floats
    reading: Reading | None


@dataclass(frozen=True, slots=True)
class Options:
    """How the points are to be read and the fit to be made."""

    scatter: Scatter | None = None
    at: Where = "adjusted"
    engine: Engine = "own"
    start: Floats | None = None

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("scatter", self.scatter, (None, "stated", "scaled", "added")),
            ("at", self.at, ("adjusted", "observed")),
            ("engine", self.engine, ("own", "odrpack")),
        ):
            if value not in allowed:
                known = ", ".join(repr(one) for one in allowed if one)
                raise InputError(f"{name} is {value!r}", way_out=f"It is one of: {known}.", code=name)


def estimate(form: Form, x: Series, y: Series, options: Options) -> Estimate:
    """Fit `form` to the points.

    Raises:
        InputError: too few points, or an option that does not go with the data.
        ModelError: no convergence, or parameters that the points cannot tell apart.
    """
    mode = _mode(options.scatter, x, y)
    if x.values.size != y.values.size:
        raise InputError(f"x has {x.values.size} values and y has {y.values.size}", code="shape")
    noise = unit_noise(y.values.size) if mode == "added" else noise_of(x, y)
    if noise is None:
        noise = unit_noise(y.values.size)
    beta, step, slope = _solve(form, x.values, y.values, noise, options)
    fitted, _, _ = form.slopes(x.values, beta)
    goodness = Goodness(y.values.size, beta.size, step.dof, step.chi_square, mode == "stated")
    reading = None
    if mode == "stated":
        vector = _propagated(beta, step, slope, x, y, remark=_misfit(goodness))
    else:
        if step.dof <= 0:
            raise InputError(
                f"the curve has as many parameters as points, {beta.size}: it goes through each of them, "
                "and no residual tells their scatter",
                way_out="Take more points, or state u of the points.",
                code="points",
            )
        if options.scatter is None:
            _scattered(goodness, y.values)
        reading = Reading(goodness.residual_deviation, step.dof, f"{new_uid()}.fit")
        zero = beta if mode == "scaled" else np.zeros(beta.size)
        vector = ensemble(
            zero,
            step.factor * reading.deviation,
            float(step.dof),
            "scatter of the points",
            group=reading.group,
        )
        if mode == "added":
            vector = _propagated(beta, step, slope, x, y) + vector
    return Estimate(vector, goodness, y.values - fitted, step.errors, reading)


def _mode(scatter: Scatter | None, x: Series, y: Series) -> Scatter:
    known = x.uncertain or y.uncertain
    if scatter is None and not known and (x.errors is not None or y.errors is not None):
        raise InputError(
            "every point is stated with u = 0",
            way_out="Leave u out, or say scatter='scaled': it is then taken from the residuals.",
            code="zero-u",
        )
    if scatter is None:
        return "stated" if known else "scaled"
    if scatter == "stated" and not known:
        raise InputError(
            "scatter='stated', but neither x nor y has an uncertainty",
            way_out="Give u_x or u_y, or leave scatter out: it is then taken from the residuals.",
            code="no-u",
        )
    return scatter


def _scattered(goodness: Goodness, y: Floats) -> None:
    """Refuse u from points without residuals: as equal readings they tell nothing of their resolution."""
    if goodness.residual_deviation <= _NOTHING * float(np.max(np.abs(y))):
        raise InputError(
            f"the {y.size} points lie on the curve but for arithmetic, and their resolution was not stated: "
            "u = 0 is wrong",
            way_out="State their u (u_y), d/√12 of a resolution d; scatter='scaled' takes them as exact.",
            code="no-resolution",
        )


def _misfit(goodness: Goodness) -> str:
    """Return what must stand beside a U that rests on a curve which its points refuse."""
    if goodness.accepted:
        return ""
    return (
        f"THE CURVE DOES NOT FIT ITS POINTS within their u: chi-square {goodness.chi_square:.4g} is above "
        f"its 95 % limit {goodness.chi_square_limit:.4g} (ISO/TS 28037:2010, 6.2); U rests on it nevertheless"
    )


def _propagated(
    beta: Floats, step: Step, slope: Floats, x: Series, y: Series, *, remark: str = ""
) -> UncertainArray:
    """Let the fitted numbers move with everything that the points depend on."""
    operands, origins, gains = [], [], []
    for series, gain in ((y, step.gain), (x, -step.gain * slope)):
        if series.errors is not None:
            operands.append(series.errors)
            origins.append(series.values)
            gains.append(sparse(gain))
    if not operands:
        return UncertainArray(beta)
    return UncertainArray(
        beta, Linear("fit", beta, tuple(origins), tuple(gains), remark=remark), tuple(operands)
    )


def _solve(form: Form, x: Floats, y: Floats, noise: Noise, options: Options) -> tuple[Floats, Step, Floats]:
    """Return the fitted numbers, the last step and the slope of the curve where it was taken."""
    beta, count = _start(form, x, y, noise, options.start)
    if y.size < count:
        raise InputError(
            f"{y.size} points do not determine {count} parameters", way_out="Take more points.", code="points"
        )
    if form.linear and not noise.in_x:
        _, design, flat = form.slopes(x, np.zeros(count))
        step, _ = noise.step(design, flat, y)
        return step.estimate, step, form.slopes(x, step.estimate)[2]
    true = x.copy()
    if options.engine == "odrpack":
        from calibrator_uncertainty.regression._odrpack import orthogonal

        beta, true = orthogonal(form, x, y, noise, beta)
    beta, step, slope = _iterate(form, (x, true), y, noise, beta)
    if options.at == "observed" and noise.in_x:
        value, design, slope = form.slopes(x, beta)
        there, _ = noise.step(design, slope, y - value)
        step = Step(step.estimate, there.gain, step.errors, there.factor, step.dof)
    return beta, step, slope


def _start(form: Form, x: Floats, y: Floats, noise: Noise, start: Floats | None) -> tuple[Floats, int]:
    from calibrator_uncertainty.regression._forms import Polynomial

    if isinstance(form, Polynomial):
        count = form.degree + 1
        if y.size < count or np.unique(x).size < count:
            raise InputError(
                f"{np.unique(x).size} different x do not determine {count} parameters",
                way_out="Take more points, or a lower degree.",
                code="points",
            )
        equal = unit_noise(y.size)
        step, _ = equal.step(form.design(x), np.zeros(y.size), y)
        return step.estimate, count
    if start is None:
        raise InputError("a general curve needs start values", code="start")
    if y.size < start.size or form.linear:
        return start, start.size
    from calibrator_uncertainty.regression._search import search

    return search(form, x, y, noise, start), start.size


def _iterate(
    form: Form, around: tuple[Floats, Floats], y: Floats, noise: Noise, beta: Floats
) -> tuple[Floats, Step, Floats]:
    """Gauss-Newton on the parameters and the true x together, the latter eliminated.

    Source: ISO/TS 28037:2010, clauses 7 and 10; D. York et al., Am. J. Phys. 72 (2004) 367.
    """
    x, true = around
    first = beta
    damping, before = 1.0, math.inf
    for _ in range(ROUNDS):
        value, design, slope = form.slopes(true, beta)
        _finite(value, design, slope)
        step, errors = noise.step(design, slope, y - value - slope * (x - true), exact=False)
        moved = step.estimate
        u = np.sqrt(np.sum(step.factor**2, axis=1)) * max(1.0, math.sqrt(step.chi_square / max(step.dof, 1)))
        size = float(np.max(np.abs(moved) / np.maximum(u, 1e-300)))
        shift = x - errors - true if noise.in_x else np.zeros(1)
        floor = size < 1e-8 and size >= before  # rounding: it gets no smaller
        settled = floor or np.all(np.abs(moved) <= 1e-12 * u + 4e-15 * np.abs(beta))
        if settled and (floor or np.all(np.abs(shift) <= 1e-10 * (np.abs(errors) + 1e-8 * np.ptp(x)))):
            return beta + moved, step, slope
        damping = damping / 2.0 if size > before else min(1.0, damping * 1.5)
        before = size
        beta = beta + damping * moved
        true = true + damping * shift if noise.in_x else true
    return _downhill(form, x, y, noise, first)


def _downhill(form: Form, x: Floats, y: Floats, noise: Noise, beta: Floats) -> tuple[Floats, Step, Floats]:
    if not noise.in_x:
        raise ModelError(
            f"the fit has not settled after {ROUNDS} rounds",
            way_out="Give start values nearer to the answer, or fewer parameters.",
            code="not-converged",
        )
    from calibrator_uncertainty.regression._full import downhill

    beta, true = downhill(form, x, y, noise, beta)
    value, design, slope = form.slopes(true, beta)
    step, _ = noise.step(design, slope, y - value - slope * (x - true))
    return beta, step, slope


def _finite(*found: Floats) -> None:
    if not all(np.isfinite(one).all() for one in found):
        raise ModelError(
            "the model gives no finite number at one of the points",
            way_out="Check the model and the start values.",
            code="not-finite",
        )
