"""Values that a schema lets through and that mean nothing: U of zero, p above one, units that are none."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from calibrator.certificates.dcc._words import own_ref_types
from calibrator.certificates.dcc._xml import DCC, SI, local

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["values"]

# Elements whose numbers are above zero: U and k in the forms of the D-SI 1 and 2.
_POSITIVE: Final = frozenset(
    {
        *("valueExpandedMU", "valueExpandedMUXMLList", "valueStandardMU", "valueStandardMUXMLList"),
        *("uncertainty", "uncertaintyXMLList", "coverageFactor", "coverageFactorXMLList"),
    }
)
_NUMBERS: Final = frozenset({"value", "valueXMLList", *_POSITIVE})
_SHARES: Final = frozenset({"coverageProbability", "coverageProbabilityXMLList"})
_TOKEN: Final = re.compile(r"\\([A-Za-z]+)(?:\{[^{}]*\})?")
# D-SI 2.2.1: prefixes, units of the SI brochure (9th edition, tables 2, 4, 7 and 8), signs of its grammar
_TOKENS: Final = frozenset(
    {
        *(
            "quetta",
            "ronna",
            "yotta",
            "zetta",
            "exa",
            "peta",
            "tera",
            "giga",
            "mega",
            "kilo",
            "hecto",
            "deca",
        ),
        *("deci", "centi", "milli", "micro", "nano", "pico", "femto", "atto", "zepto", "yocto", "ronto"),
        *("quecto", "kibi", "mebi", "gibi", "tebi", "pebi", "exbi", "zebi", "yobi", "per", "tothe"),
        *("one", "percent", "ppm", "metre", "kilogram", "gram", "second", "ampere", "kelvin", "mole"),
        *("candela", "radian", "steradian", "hertz", "newton", "pascal", "joule", "watt", "coulomb", "volt"),
        *("farad", "ohm", "siemens", "weber", "tesla", "henry", "degreecelsius", "lumen", "lux", "gray"),
        *("becquerel", "sievert", "katal", "minute", "hour", "day", "astronomicalunit", "degree", "hectare"),
        *("arcminute", "arcsecond", "litre", "tonne", "dalton", "electronvolt", "neper", "bel", "decibel"),
        *("bit", "byte", "bar", "mmhg", "angstrom", "nauticalmile", "barn", "knot", "erg", "dyne", "poise"),
        *("stokes", "stilb", "phot", "gal", "maxwell", "gauss", "oersted", "clight", "planckbar", "bohr"),
        *("electronmass", "naturalunittime", "elementarycharge", "hartree", "atomicunittime"),
    }
)


def values(root: _Element) -> Iterator[tuple[str, str, int]]:
    """Yield code, sentence and line of each value, unit or refType of ours that means nothing."""
    for element in root.iter(f"{{{SI}}}*"):
        name, line = local(element), int(element.sourceline or 0)
        for word in (element.text or "").split():
            for code, why in _wrong(name, word):
                yield code, f"<si:{name}> holds {word}{why}", line
    for quantity in root.iter(f"{{{DCC}}}quantity"):
        if quantity.get("refType") == "calibrator_taxon":
            yield from _unknown_taxa(quantity)
    known, written = own_ref_types(), [e.get("refType") or "" for e in root.iter(f"{{{DCC}}}*")]
    ours = any(ref.startswith("calibrator_") for refs in written for ref in refs.split())
    for part in root.iter(f"{{{DCC}}}*"):
        for ref in (part.get("refType") or "").split():
            # PTB's basic types are more than we write: held against ours in a document of ours alone
            if ref.startswith(("calibrator_", "basic_") if ours else "calibrator_") and ref not in known:
                line = int(part.sourceline or 0)
                yield "unknown-ref-type", f"the refType {ref} is none that this program writes", line


def _unknown_taxa(quantity: _Element) -> Iterator[tuple[str, str, int]]:
    from calibrator.evaluation import known_taxa

    for word in (quantity.findtext(f"{{{DCC}}}charsXMLList") or "").split():
        if word not in known_taxa():
            line = int(quantity.sourceline or 0)
            yield "unknown-taxon", f"the taxon {word} is none that a result of this program has", line


def _wrong(name: str, word: str) -> Iterator[tuple[str, str]]:
    if name in _NUMBERS and not _is_double(word):
        yield "out-of-range", ", which no program that reads it as a double can hold"
    if name in _POSITIVE and _number(word) <= 0:
        yield "not-positive", "; it must be above zero"
    if name in _SHARES and not 0 < _number(word) <= 1:
        yield "no-probability", "; it must be above 0 and up to 1"
    if name in ("unit", "unitXMLList") and not _is_unit(word):
        yield "unknown-unit", ", which is no unit of the D-SI"


def _number(word: str) -> Decimal:
    """Return a number; 1 where it is none, which is a finding of its own."""
    try:
        found = Decimal(word)
    except InvalidOperation:
        return Decimal(1)
    return found if found.is_finite() else Decimal(1)


def _is_double(word: str) -> bool:
    """Say whether a number is one of binary64: neither beyond it nor, other than zero, below it."""
    try:
        exact = Decimal(word)
    except InvalidOperation:
        return True  # a finding of its own
    return not exact.is_finite() or (math.isfinite(float(exact)) and bool(float(exact)) == bool(exact))


def _is_unit(word: str) -> bool:
    names = [match.group(1) for match in _TOKEN.finditer(word)]
    return bool(names) and not _TOKEN.sub("", word) and _TOKENS.issuperset(names)
