"""Uncertain quantities: pint quantities whose magnitude remembers where its uncertainty comes from."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from calibrator_uncertainty._asked import one_number
from calibrator_uncertainty._doors import NAMES, NUMBER, ROW, TEXTS, asks
from calibrator_uncertainty._errors import InputError, NotSupportedError
from calibrator_uncertainty._inputs import Input
from calibrator_uncertainty._leaves import Leaf, known, new_uid, remember
from calibrator_uncertainty._nothing import refuse_where_flat
from calibrator_uncertainty._shapes import Normal, Shape, StudentT
from calibrator_uncertainty._store import leaf_back
from calibrator_uncertainty._structural import Linear
from calibrator_uncertainty._sweep import by_single, sweep
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import difference_unit, figures_in, parse_unit, quantity
from calibrator_uncertainty._variances import covariance as _covariance

__all__ = [
    "Component",
    "components",
    "correlated",
    "correlation",
    "covariance",
    "degrees_of_freedom",
    "estimate",
    "simultaneous",
    "standard_uncertainty",
    "uncertain",
]


def magnitude_of(value: Quantity) -> UncertainArray:
    """Return the uncertain magnitude of a quantity.

    Raises:
        NotSupportedError: the value carries no uncertainty of ours.
    """
    magnitude = getattr(value, "_magnitude", value)
    if not isinstance(magnitude, UncertainArray):
        raise NotSupportedError(
            f"{value!r} is not an uncertain quantity",
            way_out="Make it with uncertain() or array().",
            code="plain",
        )
    return magnitude


def uncertain(one: Input) -> Quantity:
    """Return an input as an uncertain quantity.

    Inputs with the same `shared` text are fully correlated, also across processes and files.

    Example:
        >>> from calibrator_uncertainty import normal, uncertain, standard_uncertainty
        >>> v = uncertain(normal("v", 10.0, 0.1, "V"))
        >>> standard_uncertainty(v * v - v * v).magnitude
        0.0
    """
    if not isinstance(one, Input):
        raise InputError(
            f"{one!r} is no input", way_out="Make it with normal(), type_a(), ... first.", code="no-input"
        )
    unit = parse_unit(one.unit, one.name)
    if one.shared is None:
        leaf = UncertainArray.leaf(
            float(one.estimate),
            float(one.u),
            one.dof,
            shape=one.distribution,
            name=one.name,
            source=one.source,
        )
        return quantity(leaf, unit)
    error = _shared_error(one)
    operation = Linear("shared", float(one.estimate), (0.0,), (float(one.u),))
    named = Leaf(float(one.u), one.dof, one.distribution, one.name, one.source)
    return quantity(UncertainArray(float(one.estimate), operation, (error,), named), unit)


def _shared_error(one: Input) -> UncertainArray:
    uid = f"shared:{one.shared}"
    error = known(uid)
    if error is None:
        info = Leaf(1.0, one.dof, one.distribution, one.shared or "", one.source, stored=uid)
        error = UncertainArray(0.0, None, (), info)
        error._uid = uid
        remember(uid, error)
    elif error._leaf is not None and error._leaf.shape != one.distribution:
        raise InputError(
            f"{one.name} is {one.distribution.name}; what shares {one.shared!r} is {error._leaf.shape.name}",
            way_out="One physical error has one distribution.",
            code="shared-shape",
        )
    elif error._leaf is not None and error._leaf.dof != one.dof:
        raise InputError(
            f"{one.name} has {one.dof:g} degrees of freedom; {one.shared!r} has {error._leaf.dof:g}",
            way_out="One physical error was estimated once.",
            code="shared-dof",
        )
    return error


_ensembles = itertools.count()


@asks(names=NAMES, estimates=ROW, covariance=ROW, units=TEXTS, dof=NUMBER)
def correlated(
    names: Sequence[str],
    estimates: Sequence[float],
    covariance: Quantity,
    units: Sequence[str],
    *,
    dof: float = math.inf,
    source: str = "",
) -> tuple[Any, ...]:
    """Return quantities that were estimated together, with their covariance matrix and common dof.

    They count as one term in the effective degrees of freedom.

    Args:
        names: one per quantity.
        estimates: in `units`.
        covariance: covariance matrix of the estimates, in products of `units`.
        units: one per quantity.
        dof: common degrees of freedom.
        source: where they come from.

    Raises:
        InputError: a matrix that is not symmetric or not positive semidefinite, naming its worst eigenvalue.

    Source: JCGM 100:2008, 5.2; R. Willink, Metrologia 44 (2007) 340.
    """
    return correlated_in(
        f"{new_uid()}.{next(_ensembles)}", names, estimates, covariance, units, dof=dof, source=source
    )


def correlated_in(
    group: str,
    names: Sequence[str],
    estimates: Sequence[float],
    covariance: Quantity,
    units: Sequence[str],
    *,
    dof: float,
    source: str,
    remark: str = "",
    shape: Shape | None = None,
) -> tuple[Any, ...]:
    """Return the quantities of an ensemble (see `correlated`): one `group` has the same errors everywhere.

    `shape` is that of all of it where the quantities have one error together; else they are normal or t.
    """
    count = len(names)
    matrix = covariance_in(covariance, units, ", ".join(names))
    if count == 0 or matrix.shape != (count, count) or len(estimates) != count or len(units) != count:
        raise InputError(
            f"{count} names need as many estimates and units and a {count} x {count} matrix", code="shape"
        )
    values = [
        one_number(figures_in(one, unit, name), name)
        for one, unit, name in zip(estimates, units, names, strict=True)
    ]
    dof = one_number(dof, f"dof of {', '.join(names)}")
    if not all(math.isfinite(one) for one in values):
        raise InputError("an estimate is not finite", where=", ".join(names), code="not-finite")
    factor = factor_of(matrix, ", ".join(names))
    if shape is None:
        shape = Normal() if math.isinf(dof) else StudentT(dof)
    errors = [
        leaf_back(f"{group}.{i}", 0.0, (1.0, dof, shape, f"({', '.join(names)}) {i + 1}", source, group))
        for i in range(factor.shape[1])
    ]
    made = []
    for place, (name, value, unit) in enumerate(zip(names, values, units, strict=True)):
        row = factor[place]
        used = [i for i in range(row.size) if row[i] != 0.0]
        operation = Linear(
            "correlated", value, (0.0,) * len(used), tuple(float(row[i]) for i in used), remark=remark
        )
        named = Leaf(math.sqrt(matrix[place, place]), dof, shape, name, source, group)
        magnitude = UncertainArray(value, operation, tuple(errors[i] for i in used), named)
        made.append(quantity(magnitude, parse_unit(unit, name)))
    return tuple(made)


def covariance_in(given: Quantity, units: Sequence[str], where: str) -> np.ndarray:
    """Return a covariance matrix in products of `units`; plain figures are taken so."""
    if isinstance(given, np.ndarray) and given.dtype != object:
        return given.astype(np.float64)
    spans = [difference_unit(parse_unit(unit, where)) for unit in units]
    rows = [
        [figures_in(one, str(left * right), where) for one, right in zip(row, spans, strict=False)]
        for row, left in zip(given, spans, strict=False)
    ]
    return np.asarray(rows if len(rows) == len(given) else [], dtype=np.float64)


def factor_of(matrix: np.ndarray, where: str) -> np.ndarray:
    """Return F with F Fᵀ = matrix.

    Raises:
        InputError: not symmetric, not finite, or not positive semidefinite.
    """
    if not np.isfinite(matrix).all() or not np.allclose(matrix, matrix.T, rtol=1e-9, atol=0.0):
        raise InputError("a covariance matrix is finite and symmetric", where=where, code="not-symmetric")
    scale = np.sqrt(np.clip(np.diag(matrix), 0.0, None))
    safe = np.where(scale > 0.0, scale, 1.0)
    values, vectors = np.linalg.eigh(matrix / np.outer(safe, safe))
    if values[0] < -1e-8 or np.any(np.diag(matrix) < 0.0):
        raise InputError(
            f"the correlation matrix is not positive semidefinite (smallest eigenvalue {values[0]:.3g})",
            where=where,
            way_out="No set of quantities can have these correlations; check signs and rounding.",
            code="not-psd",
        )
    kept = values > 1e-15 * values[-1]
    factor: np.ndarray = safe[:, None] * (vectors[:, kept] * np.sqrt(values[kept]))
    return factor


@asks(names=TEXTS, readings=ROW, units=TEXTS)
def simultaneous(
    names: Sequence[str], readings: Quantity, units: Sequence[str], *, source: str = ""
) -> tuple[Any, ...]:
    """Return the means of quantities that were read together, correlated as the readings are.

    Args:
        names: one per quantity.
        readings: one row per set of simultaneous readings, one column per quantity.
        units: one per quantity.
        source: where they come from.

    Raises:
        InputError: fewer than two sets.

    Source: JCGM 100:2008, 5.2.3, H.2.
    """
    table = _rows_in(readings, units, ", ".join(names))
    if table.ndim != 2 or table.shape[0] < 2 or table.shape[1] != len(units):
        raise InputError(
            f"simultaneous readings need at least two rows, one per set, of {len(units)} columns",
            code="readings",
        )
    count = table.shape[0]
    spread = np.atleast_2d(np.cov(table, rowvar=False, ddof=1)) / count
    text = source or f"{count} sets of simultaneous readings"
    return correlated(
        names, [float(m) for m in table.mean(axis=0)], spread, units, dof=count - 1.0, source=text
    )


def _rows_in(readings: Quantity, units: Sequence[str], where: str) -> np.ndarray:
    """Return a table of readings with each column in its unit; plain figures are taken so."""
    if isinstance(readings, np.ndarray) and readings.dtype != object:
        return readings.astype(np.float64)
    if any(len(row) != len(units) if hasattr(row, "__iter__") else True for row in readings):
        return np.empty(0)
    rows = [[figures_in(x, unit, where) for x, unit in zip(row, units, strict=True)] for row in readings]
    return np.asarray(rows, dtype=np.float64)


def estimate(value: Quantity) -> Quantity:
    """Return the bare estimate as a pint quantity (or number) without uncertainty."""
    magnitude = magnitude_of(value)
    bare = magnitude.value  # by the property, so that a model that looks at it is run anew elsewhere
    return bare if magnitude is value else quantity(bare, value.units)


def standard_uncertainty(value: Quantity) -> Quantity:
    """Return u as a pint quantity, of a temperature in degC as a difference.

    Raises:
        ModelError: every first derivative is zero, as of x² at 0, where the first order says nothing.
    """
    magnitude = magnitude_of(value)
    refuse_where_flat(magnitude, restored=False)
    return _in_units(magnitude.u, value)


def degrees_of_freedom(value: Quantity) -> Quantity:
    """Return the effective degrees of freedom (not truncated), a float or an array."""
    return magnitude_of(value).dof


def _in_units(number: Quantity, value: Quantity) -> Quantity:
    return quantity(number, difference_unit(value.units)) if hasattr(value, "_magnitude") else number


def covariance(one: Quantity, other: Quantity) -> Quantity:
    """Return the covariance of two quantities as a pint quantity; of arrays, of all their elements."""
    found = _covariance(magnitude_of(one), magnitude_of(other))
    if not hasattr(one, "_magnitude") and not hasattr(other, "_magnitude"):
        return found
    unit = parse_unit("")
    for value in (one, other):
        if hasattr(value, "_magnitude"):
            unit = unit * difference_unit(value.units)
    return quantity(found, unit)


def correlation(one: Quantity, other: Quantity) -> Quantity:
    """Return the correlation coefficient(s) of two quantities; 0 where one has no uncertainty."""
    left, right = (_normalised(magnitude_of(value)) for value in (one, other))
    r = np.clip(_covariance(left, right), -1.0, 1.0)
    return float(r) if left.shape == right.shape == () else r


def _normalised(magnitude: UncertainArray) -> UncertainArray:
    """Return the value over its u, so that products of small uncertainties do not vanish."""
    u = np.asarray(magnitude.u)
    scale = np.where(u > 0.0, 1.0 / np.where(u > 0.0, u, 1.0), 0.0)
    made: UncertainArray = magnitude * (scale if scale.ndim else float(scale))
    return made


@dataclass(frozen=True, slots=True)
class Component:
    """One named origin of an uncertainty: `u` in the input's unit, `contribution` c·u in the result's."""

    name: str
    u: float
    sensitivity: float
    contribution: float
    source: str


def components(value: Quantity) -> tuple[Component, ...]:
    """Return where the uncertainty of a scalar quantity comes from, the largest contribution first."""
    magnitude = magnitude_of(value)
    if magnitude.shape:
        raise NotSupportedError("components are listed for one value", way_out="Take an element: q[0].")
    found = []
    named = by_single(magnitude) or sweep(magnitude, lambda node: node._op is None or node._leaf is not None)
    for node, slope in named:
        if node._leaf is None:
            continue
        if isinstance(slope, float):
            found.append(
                Component(node._leaf.name, node._leaf.u, slope, slope * node._leaf.u, node._leaf.source)
            )
        else:
            slopes = np.asarray(slope.todense()).ravel() if hasattr(slope, "todense") else np.ravel(slope)
            spreads = np.broadcast_to(node._leaf.u, node.shape).ravel()
            found += [
                Component(f"{node._leaf.name}[{i}]", float(u), float(c), float(c * u), node._leaf.source)
                for i, (c, u) in enumerate(zip(slopes, spreads, strict=True))
                if c != 0.0
            ]
    return tuple(sorted(found, key=lambda one: -abs(one.contribution)))
