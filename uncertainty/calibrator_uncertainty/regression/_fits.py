"""The doors: straight line, polynomial, columns, any model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from inspect import signature
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from calibrator_uncertainty._asked import check_whole, one_number
from calibrator_uncertainty._doors import CALLABLE, FIGURES, FINITE, MAPPING, asks, optional
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import difference_unit, parse_unit, quantity
from calibrator_uncertainty.regression._curve import Curve
from calibrator_uncertainty.regression._data import Series, asked_in, read_series, sparse
from calibrator_uncertainty.regression._estimate import Engine, Estimate, Options, Scatter, Where, estimate
from calibrator_uncertainty.regression._fit import Fit
from calibrator_uncertainty.regression._forms import Columns, Model, Polynomial

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]

__all__ = ["fit_columns", "fit_curve", "fit_line", "fit_polynomial"]


@asks(u_x=optional(FIGURES), u_y=optional(FIGURES), origin=FINITE)
def fit_line(
    x: Quantity,
    y: Quantity,
    *,
    u_x: Quantity = None,
    u_y: Quantity = None,
    origin: Quantity = 0.0,
    scatter: Scatter | None = None,
    at: Where = "adjusted",
) -> Curve:
    """Fit y = intercept + slope·(x - origin).

    Args:
        x: quantities, plain or uncertain, or plain numbers.
        y: likewise.
        u_x: standard uncertainty of plain x (one or a row), in x's unit where it is a plain number.
        u_y: standard uncertainty of plain y.
        origin: where the intercept is taken.
        scatter: `stated`: the uncertainties of the points are all there is (chosen where there are any);
            `scaled`: they are right in ratio only, or absent, and the residuals give their size, with
            n - 2 degrees of freedom (where nothing is said, points on the line are refused); `added`: the
            points weigh alike, their uncertainties (a standard's error common to all) pass through, and the
            scatter of the residuals is added.
        at: with errors in x, `adjusted` takes u at the adjusted points (York 2004, ISO/TS 28037), `observed`
            at the observed ones (York 1966).

    Raises:
        InputError: shapes that differ, too few points, an uncertainty given twice, or none at all for points
            that lie on the line.

    Source: ISO/TS 28037:2010; JCGM 100:2008, H.3; D. York et al., Am. J. Phys. 72 (2004) 367.
    """
    return _polynomial(x, y, 1, ("intercept", "slope"), u_x, u_y, origin, scatter, at)


@asks(u_x=optional(FIGURES), u_y=optional(FIGURES), origin=FINITE)
def fit_polynomial(
    x: Quantity,
    y: Quantity,
    degree: int,
    *,
    u_x: Quantity = None,
    u_y: Quantity = None,
    origin: Quantity = 0.0,
    scatter: Scatter | None = None,
    at: Where = "adjusted",
) -> Curve:
    """Fit y = b0 + b1·(x - origin) + ... of a degree; the parameters are `b0`, `b1`, ...

    It is solved as a Chebyshev series, so that high degrees keep their digits. Arguments as of `fit_line`.

    Raises:
        InputError: a degree below 0, too few different x, shapes that differ.

    Source: ISO/TS 28038:2018.
    """
    check_whole(degree, "the degree", 0)
    names = tuple(f"b{power}" for power in range(degree + 1))
    return _polynomial(x, y, degree, names, u_x, u_y, origin, scatter, at)


def _polynomial(  # noqa: PLR0917
    x: Quantity,
    y: Quantity,
    degree: int,
    names: tuple[str, ...],
    u_x: Quantity,
    u_y: Quantity,
    origin: Quantity,
    scatter: Scatter | None,
    at: Where,
) -> Curve:
    points, values = read_series(x, "x", u_x), read_series(y, "y", u_y)
    form = Polynomial.over(points.values, degree)
    found = estimate(form, points, values, Options(scatter, at))
    nowhere = isinstance(origin, float | int) and origin == 0
    zero = 0.0 if nowhere else one_number(asked_in(origin, points.unit, "origin"), "origin")
    vector = _powers(form, found.beta, zero)
    step = difference_unit(points.unit)
    rise = difference_unit(values.unit)
    units = tuple(values.unit if power == 0 else rise / step**power for power in range(degree + 1))
    return _curve(form, found, vector, names, units, points, values)


def _powers(form: Polynomial, beta: UncertainArray, origin: float) -> UncertainArray:
    exact = form.to_powers(origin)
    series = np.asarray(beta.value, dtype=np.float64)
    figures = [Fraction(float(figure)) for figure in series]
    values = np.array(
        [float(sum((m * b for m, b in zip(row, figures, strict=True)), Fraction(0))) for row in exact]
    )
    matrix = np.array([[float(figure) for figure in row] for row in exact])
    return UncertainArray(values, Linear("powers", values, (series,), (sparse(matrix),)), (beta,))


def _curve(  # noqa: PLR0917
    form: Polynomial | Model,
    found: Estimate,
    vector: UncertainArray,
    names: tuple[str, ...],
    units: tuple[Quantity, ...],
    x: Series,
    y: Series,
) -> Curve:
    fit = _fit(found, vector, names, units, y)
    span = (float(x.values.min()), float(x.values.max()))
    return Curve(fit, form, found.beta, x.unit, y.unit, span, found.reading)


def _fit(
    found: Estimate, vector: UncertainArray, names: tuple[str, ...], units: tuple[Quantity, ...], y: Series
) -> Fit:
    residuals = quantity(found.residuals, difference_unit(y.unit))
    return Fit(names, units, vector, found.goodness, residuals, found.standardised)


@asks(columns=MAPPING, u_y=optional(FIGURES))
def fit_columns(
    columns: Mapping[str, Quantity], y: Quantity, *, u_y: Quantity = None, scatter: Scatter | None = None
) -> Fit:
    """Fit y = Σ parameter·column for exact columns: several regressors, or functions of x.

    Args:
        columns: values of each column by the name of its parameter; a constant is a column of ones.
        y: quantities, plain or uncertain, or plain numbers.
        u_y: standard uncertainty of plain y.
        scatter: as of `fit_line`.

    Raises:
        InputError: an uncertain column (put its uncertainty into y), or columns of another length.
        ModelError: columns that depend on each other.
    """
    values = read_series(y, "y", u_y)
    if not columns:
        raise InputError("a fit needs at least one column", code="columns")
    rows, units = [], []
    for name, column in columns.items():
        one = read_series(column, name)
        if one.uncertain:
            raise InputError(
                f"the column {name} is uncertain; columns are exact",
                way_out="Use fit_curve, which takes an uncertain x.",
                code="uncertain-column",
            )
        if one.values.size != values.values.size:
            raise InputError(
                f"the column {name} has {one.values.size} values and y has {values.values.size}", code="shape"
            )
        rows.append(one.values)
        units.append(difference_unit(values.unit) / difference_unit(one.unit))
    form = Columns(np.column_stack(rows))
    place = Series("row", np.arange(values.values.size, dtype=np.float64), parse_unit(""), None)
    found = estimate(form, place, values, Options(scatter, start=np.zeros(len(rows))))
    return _fit(found, found.beta, tuple(columns), tuple(units), values)


@asks(model=CALLABLE, start=MAPPING, u_x=optional(FIGURES), u_y=optional(FIGURES))
def fit_curve(
    model: Callable[..., Quantity],
    x: Quantity,
    y: Quantity,
    start: Mapping[str, Quantity],
    *,
    u_x: Quantity = None,
    u_y: Quantity = None,
    scatter: Scatter | None = None,
    at: Where = "adjusted",
    engine: Engine = "own",
) -> Curve:
    """Fit any curve `model(x, first, second, ...)` written with numpy's functions, with units.

    A temperature in degC is handed to the model as its number of delta_degC.

    Args:
        model: the curve; it gets x and the parameters in the order of `start`, as quantities.
        x: as of `fit_line`.
        y: likewise.
        start: start values by name; their units are those of the parameters.
        u_x: as of `fit_line`.
        u_y: likewise.
        scatter: likewise.
        at: likewise.
        engine: `odrpack` lets ODRPACK95 search for the answer where x and y have independent errors (the
            extra `odr`); `own` needs nothing. Both end at the same figures.

    Raises:
        UnitsError: the model's result is not of y's dimension.
        ModelError: no finite value at the start, no convergence, parameters that cannot be told apart.

    Source: ISO/TS 28038:2018, annex; P. T. Boggs and J. R. Donaldson, NISTIR 89-4197 for errors in x.
    """
    points, values = read_series(x, "x", u_x), read_series(y, "y", u_y)
    if not start:
        raise InputError("a general curve needs start values", code="start")
    _check_parameters(model, start)
    units = tuple(one.units if hasattr(one, "_REGISTRY") else parse_unit("") for one in start.values())
    bare: list[Quantity] = [getattr(one, "_magnitude", one) for one in start.values()]
    numbers = np.array([float(one) for one in bare])
    form = Model(model, difference_unit(points.unit), difference_unit(values.unit), units, tuple(start))
    found = estimate(form, points, values, Options(scatter, at, engine, numbers))
    return _curve(form, found, found.beta, tuple(start), units, points, values)


def _check_parameters(model: Callable[..., Quantity], start: Mapping[str, Quantity]) -> None:
    """Refuse a model that does not take x and as many parameters as there are start values."""
    try:
        called = signature(model)
    except ValueError:  # a function of C tells nothing of its arguments
        return
    try:
        called.bind(None, *start)
    except TypeError as problem:
        raise InputError(
            f"the model does not take x and {len(start)} parameters ({', '.join(start)}): {problem}",
            way_out="Give a start value for each parameter.",
            code="start",
        ) from problem
