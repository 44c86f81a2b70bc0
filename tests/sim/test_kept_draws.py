"""A draw that was asked for before is the draw of a fresh generator, whatever its key is equal to."""

from __future__ import annotations

from itertools import permutations

import pytest

from calibrator_sim._random import Draws

EQUAL = (("noise", "1"), ("noise", 1), ("noise", 1.0), ("noise", True))
ZEROS = (("noise", "0.0"), ("noise", 0.0), ("noise", -0.0), ("noise", 0))


@pytest.mark.parametrize("keys", [EQUAL, ZEROS])
def test_keys_that_are_equal_to_a_dictionary_draw_as_if_each_were_the_first(
    keys: tuple[tuple[str | int | float, ...], ...],
) -> None:
    for order in permutations(keys):
        asked = Draws(7)
        for key in (*order, *order):
            assert asked.normal(*key) == Draws(7).normal(*key)
            assert asked.unit(*key) == Draws(7).unit(*key)
