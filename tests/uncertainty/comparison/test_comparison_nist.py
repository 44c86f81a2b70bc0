"""CCQM-K25 (PCB 28 in sediment) as NIST evaluates it: DerSimonian-Laird and degrees of equivalence.

Status: seen in NIST's own scripts for the Consensus Builder, with the results of R's metafor and metRology
beside them: estimate 33.6004, u = 0.7450 (metRology 0.7449979), tau² = 2.9289, Q = 68.2154 with 5 dof.
"""

import math

import pytest

import calibrator_uncertainty as cu
from calibrator_uncertainty.comparison import (
    degrees_of_equivalence,
    dersimonian_laird,
    mandel_paule,
    weighted_mean,
)

FIGURES = {
    "IRMM": (34.3, 1.03),
    "KRISS": (32.9, 0.69),
    "NARL": (34.53, 0.83),
    "NIST": (32.42, 0.29),
    "NMIJ": (31.9, 0.4),
    "NRC": (35.8, 0.38),
}
# the conventional degrees of equivalence that NIST prints, U at 95 % from 10 000 draws of tau²
EQUIVALENCES = {
    "IRMM": (0.69957, 3.7648),
    "KRISS": (-0.70043, 3.4767),
    "NARL": (0.92957, 3.5989),
    "NIST": (-1.18043, 3.3606),
    "NMIJ": (-1.70043, 3.2898),
    "NRC": (2.19957, 3.2851),
}


def labs(unit="ng/g"):
    return {name: cu.uncertain(cu.normal(name, x, u, unit)) for name, (x, u) in FIGURES.items()}


def test_consensus_of_pcb_28():
    found = dersimonian_laird(labs())
    held = found.reference.magnitude
    assert held.value == pytest.approx(33.60043, abs=5e-6)
    assert held.u == pytest.approx(0.7449979, abs=5e-8)
    assert found.between.magnitude**2 == pytest.approx(2.9289, abs=5e-5)
    assert found.chi_squared == pytest.approx(68.2154, abs=5e-5)
    assert found.probability == pytest.approx(2.4092e-13, rel=1e-4)
    assert held.value - 1.959964 * held.u == pytest.approx(32.1403, abs=5e-5)
    assert held.value + 1.959964 * held.u == pytest.approx(35.0606, abs=5e-5)


def test_mandel_paule_of_the_same():  # statsmodels 0.14, combine_effects, iterated (checked by running it)
    found = mandel_paule(labs())
    held = found.reference.magnitude
    assert held.value == pytest.approx(33.585340899753, rel=1e-12)
    assert held.u == pytest.approx(0.6275640046554, rel=1e-11)
    assert found.between.magnitude**2 == pytest.approx(1.974544532533, rel=1e-11)


def test_degrees_of_equivalence_with_the_deviation_between_laboratories():
    results = labs()
    found = dersimonian_laird(results)
    tau2, u_ref = found.between.magnitude**2, found.reference.magnitude.u
    for one in degrees_of_equivalence(results, found, between=True):
        difference, printed = EQUIVALENCES[one.laboratory]
        u = FIGURES[one.laboratory][1]
        assert one.difference.magnitude.value == pytest.approx(difference, abs=5e-6)
        # weights are inverse variances: u² + tau² - u_ref² for a member
        assert one.difference.magnitude.u == pytest.approx(math.sqrt(u**2 + tau2 - u_ref**2), rel=1e-12)
        # NIST's U draws tau² too, of which six laboratories say little, and few degrees of freedom
        assert 0.92 * printed < one.U.magnitude < printed
        assert one.satisfactory


def test_without_it_the_results_stand_as_stated():
    results = labs()
    found = dersimonian_laird(results)
    for one in degrees_of_equivalence(results, found):
        u = FIGURES[one.laboratory][1]
        weight = found.weights[one.laboratory]
        variance = u**2 * (1 - 2 * weight) + found.reference.magnitude.u**2
        assert one.difference.magnitude.u == pytest.approx(math.sqrt(variance), rel=1e-12)
    assert not all(one.satisfactory for one in degrees_of_equivalence(results, found))


def test_other_units_and_who_knows_no_such_deviation():
    results = labs()
    found = mandel_paule(results)
    turned = {name: one.to("ug/g") for name, one in results.items()}
    for here, there in zip(
        degrees_of_equivalence(results, found, between=True),
        degrees_of_equivalence(turned, found, between=True),
        strict=True,
    ):
        assert there.U.to("ng/g").magnitude == pytest.approx(here.U.magnitude, rel=1e-12)
        assert there.en == pytest.approx(here.en, rel=1e-12)
    with pytest.raises(cu.InputError, match="random-effects") as caught:
        degrees_of_equivalence(results, weighted_mean(results), between=True)
    assert caught.value.code == "between"
    alike = {name: cu.uncertain(cu.normal(name, 1.0, u, "")) for name, (_, u) in FIGURES.items()}
    agreed = dersimonian_laird(alike)
    assert degrees_of_equivalence(alike, agreed, between=True)[0].en == 0.0
