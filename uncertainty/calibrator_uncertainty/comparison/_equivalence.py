"""Degrees of equivalence and En numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calibrator_uncertainty._doors import MAPPING, REFERENCE, TEXT, asks
from calibrator_uncertainty._errors import InputError
from calibrator_uncertainty._issued import ExpandedUncertainty, clause8_of, issued
from calibrator_uncertainty._nothing import refuse_where_flat
from calibrator_uncertainty._quantity import estimate, magnitude_of
from calibrator_uncertainty._rounding import plain, round_like, round_uncertainty
from calibrator_uncertainty._sweep import by_leaf
from calibrator_uncertainty._tape import UncertainArray
from calibrator_uncertainty._types import Quantity
from calibrator_uncertainty._units import difference_unit, magnitude_in, quantity
from calibrator_uncertainty.comparison._consensus import Consensus
from calibrator_uncertainty.comparison._results import Results, read_results

if TYPE_CHECKING:
    from calibrator_uncertainty._clause8 import Clause8

__all__ = [
    "Equivalence",
    "PairEquivalence",
    "bilateral_equivalence",
    "degrees_of_equivalence",
]


@dataclass(frozen=True, slots=True)
class Equivalence:
    """A laboratory's degree of equivalence: its deviation from the reference value, with U.

    `difference` is an uncertain quantity; `en` is the deviation over U, and |en| <= 1 is the criterion.
    `str()` tells the verdict of clause 8 beside U.
    """

    laboratory: str
    difference: Quantity
    U: Quantity
    en: float
    in_reference: bool

    @property
    def verdict(self) -> Clause8 | None:
        """Whether first order may be used for this U (JCGM 101:2008, clause 8), or None."""
        return clause8_of(self.U)[0]

    def __str__(self) -> str:
        return _told(self.laboratory, self.difference, self.U, self.en)

    @property
    def satisfactory(self) -> bool:
        """True where |En| <= 1."""
        return abs(self.en) <= 1.0


@dataclass(frozen=True, slots=True)
class PairEquivalence:
    """The degree of equivalence of two laboratories: first minus second, with U, its verdict and En."""

    first: str
    second: str
    difference: Quantity
    U: Quantity
    en: float

    @property
    def verdict(self) -> Clause8 | None:
        """Whether first order may be used for this U (JCGM 101:2008, clause 8), or None."""
        return clause8_of(self.U)[0]

    def __str__(self) -> str:
        return _told(f"{self.first} - {self.second}", self.difference, self.U, self.en)


def _told(who: str, difference: Quantity, expanded: Quantity, en: float) -> str:
    """Return a degree of equivalence in a line, with the verdict on its U."""
    bare = estimate(difference)
    number: Any = getattr(bare, "_magnitude", bare)
    figure: Any = getattr(expanded, "_magnitude", expanded)
    rounded = round_uncertainty(float(figure))
    unit = f" {bare.units:~P}" if hasattr(bare, "_magnitude") else ""
    shown = f"({plain(round_like(number, rounded))} ± {plain(rounded)}){unit}"
    return f"{who}: d = {shown}, En = {en:.2f}; {clause8_of(expanded)[1]}"


@asks(results=MAPPING, reference=REFERENCE, policy=TEXT)
def degrees_of_equivalence(
    results: Mapping[str, Quantity],
    reference: Consensus | Quantity,
    *,
    policy: str = "k2",
    between: bool = False,
) -> tuple[Equivalence, ...]:
    """Return each laboratory's deviation from the reference value.

    The reference value remembers which results made it. So u of the deviation is sqrt(u² - u_ref²) for a
    laboratory that is in it, sqrt(u² + u_ref²) for one that is not, and right for anything correlated.

    Args:
        results: uncertain quantities by laboratory.
        reference: a consensus, or an uncertain quantity from elsewhere.
        policy: coverage policy of U (`k2`, or `p95` with effective degrees of freedom).
        between: widen each result by the deviation between laboratories that a random-effects consensus
            found (what NIST calls dark uncertainty), as the NIST Consensus Builder does; without it the
            results stand as they were stated, which is the stricter judgement.

    Raises:
        InputError: a deviation that has no uncertainty; `between` with a reference of another kind; a result
            typed again, of which the reference value that it is in knows nothing.
        ModelError: a result or a reference whose u is nothing to first order alone.

    Source: M. G. Cox, Metrologia 39 (2002) 589, 5.3; CIPM MRA, T.2; ISO 13528:2022, 9.6 (En); A. Koepke et
        al., Metrologia 54 (2017) S34 (`between`).
    """
    everything = read_results(results, least=1)
    inside: Mapping[str, float] = reference.weights if isinstance(reference, Consensus) else {}
    value = reference.reference if isinstance(reference, Consensus) else reference
    if everything.unit is not None:
        value = quantity(magnitude_in(value, f"{everything.unit}", "the reference"), everything.unit)
    centre = magnitude_of(value)
    refuse_where_flat(centre)
    effects = _effects(reference, everything) if between else {}
    made = []
    for name, held in zip(everything.names, everything.held, strict=True):
        if inside.get(name) and float(held.u) > 0.0 and not _has_in(centre, held):
            raise InputError(
                f"{name} is part of the reference value, but the result given is not the one in it",
                way_out="Give the same quantities that made the reference; typed again they are others.",
                code="typed-again",
            )
        difference = (held + effects[name] if name in effects else held) - centre
        deviation = everything.wrap(difference, difference=True)
        expanded, en = _expanded(name, deviation, policy)
        made.append(
            Equivalence(
                name,
                deviation,
                everything.wrap(expanded, difference=True),
                en,
                name in inside,
            )
        )
    return tuple(made)


def _has_in(centre: UncertainArray, held: UncertainArray) -> bool:
    """Tell whether a reference value has an error in common with a result."""
    errors = {leaf._leaf.uid for leaf, _ in by_leaf(centre) if leaf._leaf is not None}
    return any(leaf._leaf is not None and leaf._leaf.uid in errors for leaf, _ in by_leaf(held))


def _effects(reference: Consensus | Quantity, everything: Results) -> Mapping[str, UncertainArray]:
    effects = reference.effects if isinstance(reference, Consensus) else None
    if effects is None:
        raise InputError(
            "a deviation between laboratories belongs to a random-effects consensus",
            way_out="Use mandel_paule or dersimonian_laird, or leave between out.",
            code="between",
        )
    if everything.unit is None:
        return effects
    unit = difference_unit(everything.unit)
    return {name: magnitude_of(one.to(unit)) for name, one in effects.items()}


@asks(results=MAPPING, policy=TEXT)
def bilateral_equivalence(
    results: Mapping[str, Quantity], *, policy: str = "k2"
) -> tuple[PairEquivalence, ...]:
    """Return the deviations of every two laboratories from each other; no reference value is needed.

    Raises:
        InputError: two results whose difference has no uncertainty.

    Source: M. G. Cox, Metrologia 39 (2002) 589, 5.3; CIPM MRA, T.3.
    """
    everything = read_results(results)
    return tuple(
        _pair(everything, i, j, policy)
        for i in range(len(everything.names))
        for j in range(i + 1, len(everything.names))
    )


def _pair(everything: Results, i: int, j: int, policy: str) -> PairEquivalence:
    first, second = everything.names[i], everything.names[j]
    deviation = everything.wrap(everything.held[i] - everything.held[j], difference=True)
    expanded, en = _expanded(f"{first} - {second}", deviation, policy)
    return PairEquivalence(
        first,
        second,
        deviation,
        everything.wrap(expanded, difference=True),
        en,
    )


def _expanded(name: str, deviation: Quantity, policy: str) -> tuple[ExpandedUncertainty, float]:
    difference = magnitude_of(deviation)
    if not float(difference.u) > 0.0:
        raise InputError(
            f"the deviation of {name} has no uncertainty",
            way_out="A result that is the reference value itself has no degree of equivalence.",
            code="zero-u",
        )
    expanded = issued(deviation, policy)
    return expanded, float(difference._value) / expanded
