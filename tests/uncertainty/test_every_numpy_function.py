"""Every public function of numpy: it keeps value, correlation and unit, or is refused in our words."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pint
import pytest

from calibrator_uncertainty import (
    NotSupportedError,
    UncertainArray,
    UncertainComplex,
    covariance,
    estimate,
)
from calibrator_uncertainty._units import parse_unit, quantity

MASK = np.array([True, False, True, True])


def _of(names, call):
    return dict.fromkeys(names.split(), call)


# Functions that work; the call gets the function, then x, y, m, s.
WORKS = {
    **_of(
        "ravel transpose squeeze flip atleast_1d atleast_2d atleast_3d copy sum mean average var std cumsum "
        "prod cumulative_sum max min amax amin sort median ptp diff ediff1d diag diagflat gradient trapezoid "
        "real real_if_close nan_to_num meshgrid unstack permute_dims astype0 linalg.vector_norm fft.fftshift "
        "fft.ifftshift",
        lambda f, x, y, m, s: f(x),
    ),
    **_of(
        "fliplr flipud rot90 trace tril triu diagonal matrix_transpose linalg.det linalg.inv linalg.pinv "
        "linalg.norm linalg.trace linalg.diagonal linalg.matrix_transpose linalg.matrix_norm",
        lambda f, x, y, m, s: f(m),
    ),
    **_of(
        "outer inner vdot dot kron convolve correlate polymul linalg.outer linalg.vecdot append",
        lambda f, x, y, m, s: f(x, y),
    ),
    **_of("linalg.matmul tensordot linalg.tensordot", lambda f, x, y, m, s: f(m, m)),
    **_of(
        "concatenate concat stack vstack hstack dstack column_stack block", lambda f, x, y, m, s: f([x, y])
    ),
    **_of("split array_split hsplit", lambda f, x, y, m, s: f(x, 2)),
    **_of("quantile percentile", lambda f, x, y, m, s: f(x, 0.3)),
    **_of("compress extract", lambda f, x, y, m, s: f(MASK, x)),
    **_of("cross linalg.cross", lambda f, x, y, m, s: f(x[:3], y[:3])),
    **_of("cumprod cumulative_prod", lambda f, x, y, m, s: f(x / s)),
    "astype": lambda f, x, y, m, s: f(x, float),
    "vsplit": lambda f, x, y, m, s: f(m, 3),
    "dsplit": lambda f, x, y, m, s: f(m[None], 3),
    "reshape": lambda f, x, y, m, s: f(x, (2, 2)),
    "swapaxes": lambda f, x, y, m, s: f(m, 0, 1),
    "moveaxis": lambda f, x, y, m, s: f(m, 0, 1),
    "rollaxis": lambda f, x, y, m, s: f(m, 1),
    "expand_dims": lambda f, x, y, m, s: f(x, 0),
    "broadcast_to": lambda f, x, y, m, s: f(x, (2, 4)),
    "broadcast_arrays": lambda f, x, y, m, s: f(x, s),
    "roll": lambda f, x, y, m, s: f(x, 1),
    "repeat": lambda f, x, y, m, s: f(x, 2),
    "tile": lambda f, x, y, m, s: f(x, 2),
    "take": lambda f, x, y, m, s: f(x, [2, 0]),
    "take_along_axis": lambda f, x, y, m, s: f(x, np.array([1, 0, 0, 2]), 0),
    "delete": lambda f, x, y, m, s: f(x, 1),
    "resize": lambda f, x, y, m, s: f(x, (2, 3)),
    "insert": lambda f, x, y, m, s: f(x, 1, s),
    "pad": lambda f, x, y, m, s: f(x, 1, mode="edge"),
    "where": lambda f, x, y, m, s: f(MASK, x, y),
    "clip": lambda f, x, y, m, s: f(x, s, None),
    "select": lambda f, x, y, m, s: f([MASK, ~MASK], [x, y]),
    "piecewise": lambda f, x, y, m, s: f(x, [MASK], [lambda t: 2 * t, lambda t: 3 * t]),
    "choose": lambda f, x, y, m, s: f([0, 1, 0, 1], [x, y]),
    "interp": lambda f, x, y, m, s: f(s, np.sort(x), y),
    "full_like": lambda f, x, y, m, s: f(x, s),
    "linspace": lambda f, x, y, m, s: f(s, 2 * s, 5),
    "linalg.solve": lambda f, x, y, m, s: f(m, x[:3]),
    "linalg.matrix_power": lambda f, x, y, m, s: f(m, -3),
    "linalg.multi_dot": lambda f, x, y, m, s: f([m, m, x[:3]]),
    "polyval": lambda f, x, y, m, s: f(y / s, x / s),
    "einsum": lambda f, x, y, m, s: f("ij,j->i", m, x[:3]),
    "lib.stride_tricks.sliding_window_view": lambda f, x, y, m, s: f(x, 2),
    # ufuncs
    **_of(
        "absolute fabs negative positive conjugate sqrt cbrt square reciprocal", lambda f, x, y, m, s: f(x)
    ),
    **_of(
        "exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arctanh "
        "deg2rad rad2deg radians degrees",
        lambda f, x, y, m, s: f(x / s / 10.0),
    ),
    "arccosh": lambda f, x, y, m, s: f(x / s * 10.0),
    **_of(
        "add subtract multiply divide hypot arctan2 maximum minimum fmax fmin", lambda f, x, y, m, s: f(x, y)
    ),
    **_of("logaddexp logaddexp2", lambda f, x, y, m, s: f(x / s, y / s)),
    **_of("power float_power", lambda f, x, y, m, s: f(x, 2)),
    "matmul": lambda f, x, y, m, s: f(m, m),
    "vecdot": lambda f, x, y, m, s: f(x, y),
    "matvec": lambda f, x, y, m, s: f(m, x[:3]),
    "vecmat": lambda f, x, y, m, s: f(x[:3], m),
    "add.reduce": lambda f, x, y, m, s: f.reduce(m),
    "multiply.reduce": lambda f, x, y, m, s: f.reduce(x),
    "maximum.reduce": lambda f, x, y, m, s: f.reduce(m, axis=1),
    "minimum.reduce": lambda f, x, y, m, s: f.reduce(m),
    "add.accumulate": lambda f, x, y, m, s: f.accumulate(x),
    "multiply.accumulate": lambda f, x, y, m, s: f.accumulate(x / s),
    "subtract.outer": lambda f, x, y, m, s: f.outer(x, y),
    "multiply.outer": lambda f, x, y, m, s: f.outer(x, y),
}

# Those among them that have no meaning, or no derivative, for complex numbers.
REAL_ONLY = _of(
    "var std cumprod cumulative_prod max min amax amin sort median ptp real real_if_close "
    "meshgrid linalg.pinv linalg.matrix_norm correlate pad clip piecewise choose compress "
    "extract quantile percentile full_like astype block lib.stride_tricks.sliding_window_view "
    "fabs cbrt deg2rad rad2deg radians degrees hypot arctan2 maximum minimum fmax fmin "
    "logaddexp logaddexp2 maximum.reduce minimum.reduce multiply.accumulate interp",
    True,
)

# Questions whose answer carries no uncertainty.
PLAIN = {
    **_of(
        "shape ndim size isreal iscomplex iscomplexobj isrealobj isposinf isneginf imag ones_like zeros_like "
        "isfinite isnan isinf signbit",
        lambda f, x, y, m, s: f(x),
    ),
    **_of(
        "isclose allclose array_equal array_equiv equal not_equal greater greater_equal less less_equal",
        lambda f, x, y, m, s: f(x, y),
    ),
}
# The sign has no uncertainty away from 0; angles of real numbers and zeros that numpy leaves unset.
APART = {"sign", "angle", "empty_like", "trapz"}
# Second names that numpy 1.26 warns of.
OLD = {"alltrue", "cumproduct", "product", "round_", "sometrue", "in1d", "msort"}

U = 1e-3
START = (
    np.array([1.2, 3.1, 2.2, 4.7]),
    np.array([2.5, 1.4, 3.3, 2.9]),
    np.array([[3.0, 1.0, 0.5], [1.1, 4.0, 0.2], [0.4, 0.3, 5.0]]),
    1.7,
)
IMAG = (
    np.array([0.3, -0.2, 0.4, 0.1]),
    np.array([-0.1, 0.2, 0.3, 0.2]),
    np.array([[0.1, 0.2, 0.3], [-0.2, 0.1, 0.4], [0.2, 0.2, -0.3]]),
    0.2,
)


def function(name):
    """Return numpy's function of that name, of `add.reduce` the ufunc; None where this numpy has none."""
    found = np
    for part in name.split("."):
        if not isinstance(found, np.ufunc):
            found = getattr(found, part, None)
    return found


def public():
    """Return the names of all functions and ufuncs of numpy and its sub-packages that take arrays."""
    kind = type(np.sum)
    names = []
    for space, prefix in ((np, ""), (np.linalg, "linalg."), (np.fft, "fft.")):
        for name in dir(space):
            found = getattr(space, name)
            if isinstance(found, kind | np.ufunc) and not name.startswith("_"):
                names.append((prefix + name, found))
    return names


KNOWN = {function(name) for name in (*WORKS, *PLAIN, *APART)}
REFUSED = sorted({name for name, found in public() if found not in KNOWN} - OLD)
THERE = [name for name in WORKS if function(name) is not None]


def flat(result):
    if isinstance(result, list | tuple):
        return np.concatenate([np.atleast_1d(np.ravel(one)) for one in result])
    return np.ravel(result)


def slopes(name, values):
    """Return values and derivatives by all elements of the operands, by differences of plain numpy."""
    call, found = WORKS[name], function(name)
    columns = []
    for place, value in enumerate(values):
        for at in np.ndindex(np.shape(value)):
            ends = []
            for step in (1e-5, -1e-5):
                moved = [np.array(one) for one in values]
                moved[place][at] += step
                moved[3] = moved[3][()]
                ends.append(flat(call(found, *moved)))
            columns.append((ends[0] - ends[1]) / 2e-5)
    return flat(call(found, *values)), np.stack(columns, axis=-1)


def real():
    return [UncertainArray.leaf(value, U) for value in START]


@pytest.mark.parametrize("name", THERE)
def test_values_and_slopes_are_those_of_numpy(name):
    operands = real()
    result = flat(WORKS[name](function(name), *operands))
    value, expected = slopes(name, START)
    found = np.concatenate(
        [np.reshape(covariance(result, one), (value.size, -1)) / U**2 for one in operands], axis=1
    )
    assert result.value == pytest.approx(value, rel=1e-12)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6 * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("name", THERE)
def test_units_commute_with_propagation(name):
    """The same call in volts and in millivolts gives one quantity, whose figures are those without units."""
    bare = real()
    volts = [quantity(one, parse_unit("V")) for one in bare]
    first = WORKS[name](function(name), *volts)
    second = WORKS[name](function(name), *(one.to("mV") for one in volts))
    plain = WORKS[name](function(name), *bare)
    for one, other, figures in zip(*(item if isinstance(item, list | tuple) else [item]
                                     for item in (first, second, plain)), strict=True):  # fmt: skip
        there = other.to(one.units)
        assert np.asarray(one.magnitude.value) == pytest.approx(np.asarray(there.magnitude.value), rel=1e-12)
        scale = np.max(np.abs(one.magnitude.u), initial=0.0)
        assert np.max((one - there).magnitude.u, initial=0.0) <= 1e-9 * scale
        if name in ("deg2rad", "rad2deg", "radians", "degrees"):
            continue  # a plain number is an angle in radians to pint
        assert np.asarray(one.magnitude.value) == pytest.approx(np.asarray(figures.value), rel=1e-12)
        assert np.asarray(one.magnitude.u) == pytest.approx(np.asarray(figures.u), rel=1e-9, abs=1e-15)


def complex_operands():
    return [
        UncertainComplex(UncertainArray.leaf(a, U), UncertainArray.leaf(b, U))
        for a, b in zip(START, IMAG, strict=True)
    ]


@pytest.mark.parametrize("name", [name for name in THERE if name not in REAL_ONLY])
def test_complex_numbers_follow(name):
    operands = complex_operands()
    values = [a + 1j * np.asarray(b) for a, b in zip(START, IMAG, strict=True)]
    values[3] = complex(values[3])
    result = flat(WORKS[name](function(name), *operands))
    value, by_real = slopes(name, values)
    parts = [result.real, result.imag] if isinstance(result, UncertainComplex) else [result, None]
    assert np.asarray(result.value) == pytest.approx(value, rel=1e-12)
    for part, expected in zip(parts, (by_real.real, by_real.imag), strict=True):
        if not isinstance(part, UncertainArray):
            continue
        found = np.concatenate(
            [np.reshape(covariance(part, one.real), (value.size, -1)) / U**2 for one in operands], axis=1
        )
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-6 * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("name", [name for name in THERE if name not in REAL_ONLY])
def test_complex_quantities_have_units(name):
    operands = [quantity(one, parse_unit("V")) for one in complex_operands()]
    bare = WORKS[name](function(name), *complex_operands())
    result = WORKS[name](function(name), *operands)
    pairs = zip(result, bare, strict=True) if isinstance(bare, list | tuple) else [(result, bare)]
    for one, plain in pairs:
        assert hasattr(one, "units")
        assert np.asarray(one.magnitude.value) == pytest.approx(np.asarray(plain.value), rel=1e-12)


@pytest.mark.parametrize("name", [name for name in PLAIN if function(name) is not None])
def test_questions_are_answered_by_the_estimates(name):
    expected = PLAIN[name](function(name), *START)
    for operands in (real(), [quantity(one, parse_unit("V")) for one in real()]):
        found = PLAIN[name](function(name), *operands)
        assert np.all(getattr(found, "magnitude", found) == expected)


# How functions are called that are refused, where f(x) and f(x, y) is not the way.
CALLS = {
    **_of("apply_along_axis", lambda f, x, y, m, s: f(np.sum, 0, m)),
    **_of("apply_over_axes", lambda f, x, y, m, s: f(np.sum, m, [0])),
    **_of("save savez savez_compressed savetxt", lambda f, x, y, m, s: f(Path("never written"), x)),
    **_of("polyfit", lambda f, x, y, m, s: f(x, y, 1)),
    **_of("place putmask", lambda f, x, y, m, s: f(x, MASK, y)),
    **_of("put", lambda f, x, y, m, s: f(x, [0], y)),
    **_of("put_along_axis", lambda f, x, y, m, s: f(x, np.array([0]), y, 0)),
    **_of("einsum_path", lambda f, x, y, m, s: f("ij,j->i", m, x[:3])),
    **_of("nanquantile nanpercentile", lambda f, x, y, m, s: f(x, 0.3)),
    **_of("ravel_multi_index unravel_index", lambda f, x, y, m, s: f(x, (2, 2))),
    **_of("nanprod", lambda f, x, y, m, s: f(x)),
    **_of("partition argpartition", lambda f, x, y, m, s: f(x, 1)),
    **_of("logspace geomspace", lambda f, x, y, m, s: f(s, 2 * s)),
    **_of("fill_diagonal", lambda f, x, y, m, s: f(m, s)),
    **_of("linalg.tensorinv", lambda f, x, y, m, s: f(m, ind=1)),
    **_of("linalg.lstsq linalg.tensorsolve", lambda f, x, y, m, s: f(m, x[:3])),
    **_of("can_cast", lambda f, x, y, m, s: f(x, float)),
    **_of("busday_count is_busday busday_offset datetime_as_string", None),
}
USUAL = (lambda f, x, y, m, s: f(x), lambda f, x, y, m, s: f(x, y))


@pytest.mark.parametrize("name", REFUSED)
def test_every_other_function_is_refused_and_says_what_to_call(name):
    for kind in ("real", "volt", "complex", "complex volt"):
        operands = complex_operands() if "complex" in kind else real()
        if "volt" in kind:
            operands = [quantity(one, parse_unit("V")) for one in operands]
        refused = []
        for call in [CALLS[name]] if name in CALLS else USUAL:
            if call is None:  # of dates
                return
            try:
                result = call(function(name), *operands)
            except NotSupportedError as error:
                refused.append(error.way_out)
            except pint.errors.DimensionalityError as error:
                refused.append(str(error))
            except (TypeError, ValueError) as error:
                # numpy itself counts the arguments
                if not re.search("argument|missing|nin", str(error)):
                    raise
            else:
                pytest.fail(f"numpy.{name} gave {result!r}")
        assert refused, (name, kind)
        assert all(refused)


@pytest.mark.parametrize("ufunc", [np.add, np.logical_and])
def test_nothing_is_written_into_other_arrays(ufunc):
    for x in (real()[0], quantity(real()[0], parse_unit("V"))):
        with pytest.raises(NotSupportedError):
            ufunc(x, x, out=np.zeros(4))


@pytest.mark.parametrize("convert", [float, int, complex, math.sqrt, np.asarray, math.floor])
@pytest.mark.parametrize("unit", ["V", ""])
def test_conversions_would_drop_the_uncertainty(convert, unit):
    with pytest.raises(NotSupportedError, match=r"would drop|jumps"):
        convert(quantity(UncertainArray.leaf(1.0, 0.1), parse_unit(unit)))


def failure(call):
    try:
        call()
    except TypeError as error:
        return error
    return None


def test_quantities_of_others_are_as_they_were():
    plain = parse_unit("V") * np.eye(2)
    assert float(parse_unit("") * 2.0) == 2.0
    # pint's own answer, be it a number or numpy's error, and never ours
    for call in (lambda: np.linalg.slogdet(plain), lambda: np.add.reduce(plain), lambda: np.argsort(plain)):
        assert not isinstance(failure(call), NotSupportedError)
    with pytest.raises(pint.errors.DimensionalityError):
        float(parse_unit("V") * 1.0)
    changed = parse_unit("V") * np.zeros(2)
    changed[0] = parse_unit("mV") * 1000.0
    assert changed.magnitude.tolist() == [1.0, 0.0]


def test_units_that_do_not_fit_are_named():
    x, i = (quantity(one, parse_unit(unit)) for one, unit in zip(real()[:2], ("V", "A"), strict=True))
    for call in (
        lambda: np.select([MASK], [x], i),
        lambda: np.append(x, i),
        lambda: np.append(x, 1.0),
        lambda: np.piecewise(x, [MASK], [lambda t: t, lambda t: t * t]),
    ):
        with pytest.raises(TypeError, match=r"volt|dimension"):
            call()
    assert str(estimate(np.kron(x, i)).units) == "ampere * volt"
    assert str(estimate(np.kron([1.0, 2.0], x)).units) == "volt"
