"""Readings in groups (JCGM 100:2008, H.5) and NIST's univariate and ANOVA reference sets."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_uncertainty import Anova, InputError, anova, grouped, pooled_deviation, type_a

# JCGM 100:2008, table H.9: daily means (V) and experimental standard deviations (µV) of five readings a day;
# written down from memory, and proved by the published mean and deviations that only they give.
H5_MEANS = [10.000172, 10.000116, 10.000013, 10.000144, 10.000106, 10.000031, 10.000060, 10.000125,
            10.000163, 10.000041]  # fmt: skip
H5_SPREADS = [60, 77, 111, 101, 67, 93, 80, 73, 88, 86]


def days():
    """Return five readings a day with the published mean and standard deviation."""
    pattern = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    pattern /= pattern.std(ddof=1)
    return [mean + 1e-6 * spread * pattern for mean, spread in zip(H5_MEANS, H5_SPREADS, strict=True)]


def test_voltage_standard_on_ten_days():  # JCGM 100, H.5.2, table H.9
    found = anova(days())
    assert found.mean == pytest.approx(10.000097, abs=5e-7)
    assert math.sqrt(found.between) == pytest.approx(128e-6, abs=0.5e-6)
    assert found.residual_deviation == pytest.approx(85e-6, abs=0.5e-6)
    assert (found.between_dof, found.within_dof) == (9.0, 40.0)
    # the GUM prints F = (128/85)² = 2.25 from rounded deviations
    assert pytest.approx(2.25, abs=0.03) == found.F
    assert 0.025 < found.p_value < 0.05  # F.95(9, 40) = 2.12 and F.975(9, 40) = 2.45
    assert found.between_deviation == pytest.approx(43e-6, abs=0.5e-6)
    assert found.u == pytest.approx(18e-6, abs=0.5e-6)
    assert found.pooled_u == pytest.approx(13e-6, abs=0.5e-6)
    assert found.pooled_dof == 49.0


def test_input_of_the_voltage_standard():  # JCGM 100, H.5.2.5: 57 µV/√10 = 18 µV with nine degrees of freedom
    one = grouped("V", days(), "V")
    assert (one.u, one.dof) == (pytest.approx(18e-6, abs=0.5e-6), 9.0)
    with pytest.raises(InputError, match="differ") as caught:
        grouped("V", days(), "V", pool=True)
    assert caught.value.code == "groups-differ"
    alike = grouped("V", days(), "V", pool=True, significance=0.025)
    assert (alike.u, alike.dof) == (pytest.approx(13e-6, abs=0.5e-6), 49.0)


def test_within_is_the_pooled_deviation_and_equal_groups_need_no_more():
    groups = [[1.0, 2.0, 3.0], [5.0, 6.0, 7.0, 6.0]]
    found = anova(groups)
    assert (found.residual_deviation, found.within_dof) == pytest.approx(pooled_deviation(groups), rel=1e-14)
    alike = anova([[1.0, 2.0, 3.0]] * 3)
    assert (alike.F, alike.between_deviation, alike.u) == (0.0, 0.0, 0.0)
    with pytest.raises(InputError, match="the means of the groups of x are equal: u = 0 is wrong"):
        grouped("x", [[1.0, 2.0, 3.0]] * 3, "V")
    assert grouped("x", [[1.0, 2.0, 3.0]] * 3, "V", pool=True).u == pytest.approx(alike.pooled_u)
    with pytest.raises(InputError, match="the readings of x are equal"):
        grouped("x", [[1.0, 1.0]] * 3, "V", pool=True)


@given(
    st.lists(st.lists(st.floats(-10, 10), min_size=4, max_size=4), min_size=2, max_size=6),
    st.floats(-1e3, 1e3),
)
def test_groups_of_equal_size_agree_and_an_offset_changes_nothing(groups, offset):
    found, moved = anova(groups), anova([[value + offset for value in group] for group in groups])
    count = 4 * len(groups)
    assert found.u**2 == pytest.approx(found.between / count, rel=1e-9, abs=1e-18)
    flat = np.array(groups).ravel()
    assert found.pooled_u**2 == pytest.approx(flat.var(ddof=1) / count, rel=1e-9, abs=1e-18)
    assert moved.mean - offset == pytest.approx(found.mean, abs=1e-9)
    assert moved.u == pytest.approx(found.u, abs=1e-9)


@pytest.mark.parametrize(
    ("groups", "code"),
    [([[1.0, 2.0]], "readings"), ([[1.0], [2.0]], "readings"), ([[1.0, 2.0], []], "readings"),
     ([[1.0, 2.0], [3.0, math.nan]], "not-finite")],
)  # fmt: skip
def test_bad_groups_are_refused(groups, code):
    with pytest.raises(InputError) as caught:
        anova(groups)
    assert caught.value.code == code


# NIST StRD, https://www.itl.nist.gov/div898/strd/ (public domain); written down from memory. Where readings
# are listed, the certified digits prove them.
SIRSTV = [
    [196.3052, 196.1240, 196.1890, 196.2569, 196.3403],
    [196.3042, 196.3825, 196.1669, 196.3257, 196.0422],
    [196.1303, 196.2005, 196.2889, 196.0343, 196.1811],
    [196.2795, 196.1748, 196.1494, 196.1485, 195.9885],
    [196.2119, 196.1051, 196.1850, 196.0052, 196.2090],
]
ATMWTAG = [
    [107.8681568, 107.8681465, 107.8681572, 107.8681785, 107.8681446, 107.8681903, 107.8681526, 107.8681494,
     107.8681616, 107.8681587, 107.8681519, 107.8681486, 107.8681419, 107.8681569, 107.8681508, 107.8681672,
     107.8681385, 107.8681518, 107.8681662, 107.8681424, 107.8681360, 107.8681333, 107.8681610, 107.8681477],
    [107.8681079, 107.8681344, 107.8681513, 107.8681197, 107.8681604, 107.8681385, 107.8681642, 107.8681365,
     107.8681151, 107.8681082, 107.8681517, 107.8681448, 107.8681198, 107.8681482, 107.8681334, 107.8681609,
     107.8681101, 107.8681512, 107.8681469, 107.8681360, 107.8681254, 107.8681261, 107.8681450, 107.8681368],
]  # fmt: skip


def test_resistivity_of_silicon():  # StRD SiRstv
    found = anova(SIRSTV)
    assert 4 * found.between == pytest.approx(5.11462616000000e-02, rel=1e-11)
    assert 20 * found.within == pytest.approx(2.16636560000000e-01, rel=1e-11)
    assert pytest.approx(1.18046237440255, rel=1e-10) == found.F
    assert found.residual_deviation == pytest.approx(1.04076068334656e-01, rel=1e-11)


def test_atomic_weight_of_silver():  # StRD AtmWtAg: nine figures in each reading, of which three differ
    found = anova(ATMWTAG)
    assert found.between == pytest.approx(3.63834187500000e-09, rel=1e-8)
    assert 46 * found.within == pytest.approx(1.04951729166667e-08, rel=1e-8)
    assert pytest.approx(1.59467335677930e01, rel=1e-8) == found.F


@pytest.mark.parametrize("count", [21, 201, 2001])
@pytest.mark.parametrize(("offset", "tolerance"), [(1.0, 1e-12), (1e6, 1e-8), (1e12, 4e-3)])
def test_simon_lesage(
    count, offset, tolerance
):  # StRD SmLs01 to SmLs09; the readings themselves round at 1e12
    centres = [0.4, 0.3, 0.5, 0.3, 0.5, 0.3, 0.5, 0.3, 0.5]
    groups = []
    for centre in centres:
        tail = itertools.islice(itertools.cycle((centre - 0.1, centre + 0.1)), count - 1)
        groups.append([offset + round(step, 1) for step in (centre, *tail)])
    found = anova(groups)
    assert pytest.approx(count, rel=tolerance) == found.F  # certified F: 21, 201, 2001
    assert found.residual_deviation == pytest.approx(0.1, rel=tolerance)


MICHELSON = [
    850, 740, 900, 1070, 930, 850, 950, 980, 980, 880, 1000, 980, 930, 650, 760, 810, 1000, 1000, 960, 960,
    960, 940, 960, 940, 880, 800, 850, 880, 900, 840, 830, 790, 810, 880, 880, 830, 800, 790, 760, 800,
    880, 880, 880, 860, 720, 720, 620, 860, 970, 950, 880, 910, 850, 870, 840, 840, 850, 840, 840, 840,
    890, 810, 810, 820, 800, 770, 760, 740, 750, 760, 910, 920, 890, 860, 880, 720, 840, 850, 850, 780,
    890, 840, 780, 810, 760, 810, 790, 810, 820, 850, 870, 870, 810, 740, 810, 940, 950, 800, 810, 870,
]  # fmt: skip


def alternating(base):
    """Return a reading at base + 0.2, then a thousand by turns 0.1 below and above it."""
    return [base + 0.2, *itertools.islice(itertools.cycle((base + 0.1, base + 0.3)), 1000)]


@pytest.mark.parametrize(
    ("readings", "mean", "deviation", "tolerance"),
    [
        (list(np.array(MICHELSON) / 1000 + 299), 299.852400000000, 0.0790105478190518, 1e-11),  # Michelso
        ([10000001, 10000003, 10000002], 10000002.0, 1.0, 1e-15),  # NumAcc1
        (alternating(1.0), 1.2, 0.1, 1e-14),  # NumAcc2
        (alternating(1000000.0), 1000000.2, 0.1, 1e-8),  # NumAcc3
        (alternating(10000000.0), 10000000.2, 0.1, 2e-8),  # NumAcc4
    ],
    ids=["Michelso", "NumAcc1", "NumAcc2", "NumAcc3", "NumAcc4"],
)
def test_mean_and_deviation_of_the_reference_sets(readings, mean, deviation, tolerance):
    one = type_a("x", readings, "")
    assert one.estimate == pytest.approx(mean, rel=1e-15)
    assert one.u * math.sqrt(len(readings)) == pytest.approx(deviation, rel=tolerance)


def test_the_analysis_is_a_record():
    assert isinstance(anova(SIRSTV), Anova)
