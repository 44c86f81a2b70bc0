"""NIST StRD univariate sets Lottery, Lew and Mavro: certified means and standard deviations.

PiDigits, the last of the family, is left out: its certified mean is 4.5348, while that of the first
5000 digits of pi is 4.5358 (computed), so that its data cannot be had from pi itself.
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
