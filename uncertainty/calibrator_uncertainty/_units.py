"""Units at the edge: pint is imported when the first quantity is made, and the host's registry is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from enum import Enum
from functools import cache

import numpy as np

from calibrator_uncertainty._errors import InputError, UnitsError
from calibrator_uncertainty._methods import SharedMethods
from calibrator_uncertainty._types import Numbers, Quantity

__all__ = [
    "LOGARITHMIC",
    "Scale",
    "as_ratio",
    "check_unit",
    "difference_in",
    "difference_unit",
    "figures_in",
    "made",
    "magnitude_in",
    "parse_unit",
    "quantity",
    "scale_of",
]

# What dB is in dB/m or dB/K, where pint writes a unit that it does not know: a difference of levels, which
# is no plain ratio, so that nothing takes 6 dB for 6.
_DEFINITIONS = {
    "ppb": "ppb = 1e-9",
    "delta_decibel": "delta_decibel = [level_difference] = ΔdB",
    "delta_neper": "delta_neper = 8.685889638065035 * delta_decibel = ΔNp",
}
# Signs of multiplication and of temperature that keyboards and spreadsheets write and pint passes over.
_WRITTEN = str.maketrans({"⋅": "*", "×": "*", "℃": "°C", "℉": "°F", "\N{NO-BREAK SPACE}": " "})
# Percent of relative humidity, which pint reads as percent times ronnahenry.
_HUMIDITY = re.compile(r"%\s?(?:RH|rH|rh|r\.\s?h\.)(?![\w.])")
# What pint's parser leaves out without a word ("V?" is V, "V; A" is V·A), and a point that is in no number.
_STRAY = re.compile(r"[^\w */^().+\-·⁻°]|//|\.(?!\d)|(?<=[^\W\d])\.")
_parsed: dict[str, Quantity] = {}
_differences: dict[Quantity, Quantity] = {}


@cache
def _application() -> Quantity:
    import pint
    from pint.facets.numpy.quantity import NumpyQuantity

    from calibrator_uncertainty._pint_arithmetic import teach_arithmetic
    from calibrator_uncertainty._pint_functions import teach

    if teach(NumpyQuantity):
        teach_arithmetic(NumpyQuantity)
    return pint.get_application_registry()  # type: ignore[no-untyped-call]


_named: set[str] = set()  # texts that were parsed once, in whatever registry


def check_unit(text: str, where: str = "") -> None:
    """Refuse a unit that pint does not know, where it is written down.

    Raises:
        UnitsError: pint does not know it, or it is no text.
    """
    if type(text) is str and text in _named:
        return
    parse_unit(text, where)
    _named.add(text)


def parse_unit(text: str, where: str = "") -> Quantity:
    """Return the unit that `text` names, in the host's registry; an empty text is dimensionless.

    Raises:
        UnitsError: pint does not know it.
    """
    registry = _application().get()
    if type(text) is not str and (not isinstance(text, Hashable) or hasattr(text, "_magnitude")):
        raise UnitsError(
            f"{text!r} is no unit", where=where, way_out="Write V, mV, ohm.", code="unknown-unit"
        )
    unit = _parsed.get(text)
    if unit is None or unit._REGISTRY is not registry:  # the host may set another registry
        for name, definition in _DEFINITIONS.items():
            if name not in registry._units:
                registry.define(definition)
        unit = _parsed[text] = _parse(text, registry, where)
    return unit


def _parse(text: str, registry: Quantity, where: str) -> Quantity:
    from tokenize import TokenError

    import pint

    written = _plainly_written(text, registry, where) if type(text) is str else text
    try:
        unit = registry.Unit(written or "dimensionless")
    except (
        pint.errors.PintError,
        *(AttributeError, TokenError, SyntaxError, ValueError, TypeError, AssertionError, IndexError),
    ) as problem:  # pint's parser asserts that an operator has its operand
        raise _unknown(text, where) from problem
    return _without_levels(unit, where)


def _plainly_written(text: str, registry: Quantity, where: str) -> str:
    """Return a unit's text as pint reads it.

    Raises:
        UnitsError: characters that no unit has, once the host's own preprocessors (% is percent) were there.
    """
    written = seen = _HUMIDITY.sub("%", text.translate(_WRITTEN))
    for preprocess in registry.preprocessors:
        seen = preprocess(seen)
    stray = _STRAY.search(seen)
    if stray is not None:
        raise _unknown(text, where, f": {stray[0]!r} belongs to no unit")
    return written


def _unknown(text: object, where: str, why: str = "") -> UnitsError:
    return UnitsError(
        f"the unit {text!r} is unknown{why}",
        where=where,
        way_out="Write it as pint does: V, mV, ohm, degC, V/ohm.",
        code="unknown-unit",
    )


def _without_levels(unit: Quantity, where: str) -> Quantity:
    """Refuse dBm/Hz and its like: a level is the logarithm of a power, and is not divided."""
    for name in unit._units:
        base = unit._REGISTRY._units.get(str(name).removeprefix("delta_"))
        if str(name).startswith("delta_") and str(name) not in unit._REGISTRY._units and base is not None:
            raise UnitsError(
                f"{base.name} in a product or quotient means nothing: a level is not divided",
                where=where,
                way_out="Write the power, as in mW/Hz, or the level in dBm and say of which bandwidth; "
                "dB/m and dB/K are units.",
                code="level",
            )
    return unit


def quantity(magnitude: Numbers, unit: Quantity) -> Quantity:
    """Return `magnitude` (float, array or uncertain array) in a parsed unit as a pint quantity."""
    registry = unit._REGISTRY
    single = type(magnitude) is float and not (registry.force_ndarray or registry.force_ndarray_like)
    if single or isinstance(magnitude, SharedMethods):
        return made(registry.Quantity, magnitude, unit._units)
    return registry.Quantity(magnitude, unit)


def made(quantity_class: Quantity, magnitude: Numbers, units: Quantity) -> Quantity:
    """Return a quantity of one registry's class, as pint's constructor does once it knows what it has."""
    found = object.__new__(quantity_class)
    found._magnitude = magnitude
    found._units = units
    return found


class Scale(Enum):
    """What a unit's zero means."""

    PLAIN = "plain"
    OFFSET = "offset"  # degC, degF
    RATIO = "ratio"  # dB, Np
    LEVEL = "level"  # dBm, dBW
    MIXED = "mixed"  # a product with one of them


LOGARITHMIC = frozenset({Scale.RATIO, Scale.LEVEL})
_scales: dict[Quantity, tuple[Quantity, Scale]] = {}


def scale_of(value: Quantity) -> Scale:
    """Return the scale that a quantity's unit is on."""
    known = _scales.get(value._units)
    registry = value._REGISTRY
    if known is None or known[0] is not registry:
        known = _scales[value._units] = (registry, _scale(value._units, registry))
    return known[1]


def _scale(units: Quantity, registry: Quantity) -> Scale:
    definitions = [registry._units[name] for name in units]
    if all(one.is_multiplicative for one in definitions):
        return Scale.PLAIN
    if len(definitions) != 1 or next(iter(units.values())) != 1:
        return Scale.MIXED
    if not definitions[0].is_logarithmic:
        return Scale.OFFSET
    dimension = registry.Quantity(1.0, units).dimensionless
    return Scale.RATIO if dimension else Scale.LEVEL


def magnitude_in(result: Quantity, unit_text: str, where: str) -> Numbers:
    """Return the magnitude of a quantity in `unit_text`; a plain number is dimensionless.

    A temperature difference that is asked for in degC stays a difference.

    Raises:
        UnitsError: the quantity has another dimension.
    """
    unit = parse_unit(unit_text, where)
    if not hasattr(result, "_REGISTRY"):
        result = quantity(result, parse_unit("", where))
    if result._units == unit._units:
        return result._magnitude
    import pint

    result = as_ratio(result, unit)

    if is_difference(result):
        unit = difference_unit(unit)
    try:
        return result.to(unit)._magnitude
    except pint.errors.DimensionalityError as problem:
        raise UnitsError(
            f"{result.units} was given where {unit_text or 'a plain number'} is asked for",
            where=where,
            way_out="Check the model and the units of its inputs.",
            code="dimension",
        ) from problem


def as_ratio(value: Quantity, unit: Quantity = None) -> Quantity:
    """Return a difference of levels, as dB/m times m gives it, in dB; anything else as it is.

    With a `unit` only where that is a ratio in dB or Np too.
    """
    units = value._units
    if "delta_decibel" not in units and "delta_neper" not in units:
        return value
    if dict(value.dimensionality) != {"[level_difference]": 1}:
        return value
    if unit is not None and scale_of(unit._REGISTRY.Quantity(1.0, unit)) is not Scale.RATIO:
        return value
    return quantity(value.to("delta_decibel")._magnitude, parse_unit("decibel"))


def figures_in(given: Numbers, unit_text: str, where: str) -> Numbers:
    """Return plain figures in `unit_text`: quantities are converted, numbers are as they are.

    Raises:
        UnitsError: a quantity of another dimension.
    """
    return _figures(given, lambda one: magnitude_in(one, unit_text, where), where)


def difference_in(given: Numbers, unit_text: str, where: str) -> Numbers:
    """Return plain figures of an uncertainty or another difference, as `figures_in`; of degC in kelvins.

    Raises:
        UnitsError: a quantity of another dimension.
    """

    def convert(one: Quantity) -> Numbers:
        unit = f"{difference_unit(parse_unit(unit_text, where))}"
        return magnitude_in(quantity(one._magnitude, difference_unit(one.units)), unit, where)

    return _figures(given, convert, where)


def _figures(given: Numbers, convert: Callable[[Quantity], Numbers], where: str) -> Numbers:
    if type(given) is float:  # most of them
        return given
    if hasattr(given, "_REGISTRY"):
        return convert(given)
    if isinstance(given, list | tuple) or (isinstance(given, np.ndarray) and given.dtype.kind == "O"):
        return [_figures(one, convert, where) for one in given]
    text = isinstance(given, np.ndarray) and given.dtype.kind in "US"
    if text or given is None or isinstance(given, str | bytes):
        raise InputError(
            f"{given!r} is no number",
            where=where,
            way_out="Give figures, or quantities of pint.",
            code="number",
        )
    return given


def difference_unit(unit: Quantity) -> Quantity:
    """Return the unit of a difference: delta_degC for degC, dB for dB and dBm, any other unit as it is."""
    known = _differences.get(unit._units)
    if known is None or known._REGISTRY is not unit._REGISTRY:
        known = _differences[unit._units] = _difference_of(unit)
    return known


def _difference_of(unit: Quantity) -> Quantity:
    if unit._REGISTRY.Quantity(1, unit)._is_multiplicative:
        return unit
    name = str(unit)
    definition = unit._REGISTRY._units.get(name)
    if definition is not None and definition.is_logarithmic:
        return parse_unit("decibel") if name.startswith("decibel") else unit
    return parse_unit(f"delta_{name}")


def is_difference(result: Quantity) -> bool:
    """Tell whether a quantity is a difference of temperatures."""
    names = list(getattr(result, "_units", ()))
    return len(names) == 1 and str(names[0]).startswith("delta_")
