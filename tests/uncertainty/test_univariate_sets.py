"""NIST StRD univariate sets Lottery, Lew, Mavro and PiDigits: certified means and standard deviations.

PiDigits (seen in M. Flynn's statistics package for Go, whose tests quote NIST's data and certified values) is
the first 5000 digits of pi but for one: the 957th is 8, NIST's file has 3 there.
"""

import math
import tomllib
from pathlib import Path

import pytest

from calibrator_uncertainty import type_a

SETS = tomllib.loads((Path(__file__).parent / "strd_univariate.toml").read_text(encoding="utf-8"))


def figures(readings):
    one = type_a("y", readings, "")
    return one.estimate, one.u * math.sqrt(len(readings)), one.dof


@pytest.mark.parametrize(("name", "count"), [("lottery", 218), ("lew", 200), ("mavro", 50)])
def test_mean_and_deviation_to_the_certified_digits(name, count):
    one = SETS[name]
    # Mavro scatters by 2e-4 of its values, so that the doubles next to them cost its deviation some digits
    lost = 1e-12 if name == "mavro" else 1e-14
    assert figures(one["y"]) == (
        pytest.approx(one["mean"], rel=2e-15, abs=0),
        pytest.approx(one["deviation"], rel=lost, abs=0),
        count - 1.0,
    )


def digits_of_pi(count):
    """Return the first digits of pi, the 3 among them, by Machin's formula in whole numbers."""
    one = 10 ** (count + 20)

    def arctan(x):  # of 1/x
        term, total, odd = one // x, 0, 1
        while term:
            total += (term if odd % 4 == 1 else -term) // odd
            term, odd = term // (x * x), odd + 2
        return total

    whole = 4 * (4 * arctan(5) - arctan(239)) // 10**21
    # in parts: Python refuses to write more than 4300 digits at once
    parts = []
    while whole:
        whole, part = divmod(whole, 10**1000)
        parts.append(str(part).zfill(1000) if whole else str(part))
    return [int(one) for one in "".join(reversed(parts))]


def test_digits_of_pi_but_for_one():
    digits = digits_of_pi(5000)
    assert (len(digits), digits[:10], digits[762:770]) == (
        5000,
        [3, 1, 4, 1, 5, 9, 2, 6, 5, 3],
        [9, 9, 9, 9, 9, 9, 8, 3],  # the six nines from the 762nd decimal on
    )
    assert digits[956] == 8
    digits[956] = 3
    assert figures(digits) == (
        pytest.approx(4.5348, rel=2e-15, abs=0),
        pytest.approx(2.86733906028871, rel=3e-15, abs=0),
        4999.0,
    )
