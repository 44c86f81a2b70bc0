"""Inputs made by their factories are those of the constructor: equal, frozen, pickled, refused alike."""

import copy
import math
import pickle
from dataclasses import FrozenInstanceError, asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator_uncertainty import Input, InputError, arcsine, normal, rectangular, triangular
from calibrator_uncertainty._shapes import Arcsine, Normal, Rectangular, Triangular

FIGURES = st.one_of(
    st.floats(), st.integers(-(2**60), 2**60), st.booleans(), st.sampled_from([10**400, "1", None, 0.0, -0.0])
)
NAMES = st.sampled_from(["x", "x_1", "µ", "Ω", "1x", "", "a b", None, 3])
DOFS = st.one_of(st.just(math.inf), st.just(1), st.just(0), FIGURES)


def outcome(make):
    """Return the input that is made, None where it is refused."""
    try:
        return make()
    except InputError:
        return None


@given(NAMES, FIGURES, FIGURES, DOFS)
def test_factories_make_and_refuse_what_the_constructor_does(name, x, u, dof):
    direct = outcome(lambda: Input(name, x, "V", u, dof, Normal(), "", None))
    made = outcome(lambda: normal(name, x, u, "V", dof=dof))
    assert made == direct
    if isinstance(made, Input):
        assert type(made) is Input
        assert {type(made.estimate), type(made.u), type(made.dof)} == {float}
        assert hash(made) == hash(direct)


@pytest.mark.parametrize(
    ("make", "shape", "root"),
    [(rectangular, Rectangular(), 3), (triangular, Triangular(), 6), (arcsine, Arcsine(), 2)],
)
def test_what_a_factory_makes_is_a_whole_input(make, shape, root):
    made = make("x", 2, 0.5, "V", source="book", shared="one")
    direct = Input("x", 2.0, "V", 0.5 / math.sqrt(root), math.inf, shape, "book", "one")
    assert made == direct
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == direct
    assert asdict(made) == asdict(direct)
    assert repr(made) == repr(direct)
    assert replace(made, name="y") == replace(direct, name="y")
    assert made.at(3.0) == replace(direct, estimate=3.0)
    with pytest.raises(FrozenInstanceError):
        made.u = 0.0
