"""The edition in force on a day: exactly one or none, overlaps refused, nothing guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator._errors import ConfigurationError, UsageError
from calibrator.regulations import Library

from .invented import edition

FIRST = date(2000, 1, 1)
gaps = st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400)), min_size=1, max_size=6)


def chain(spans: list[tuple[int, int]]) -> tuple[Library, list[tuple[date, date]]]:
    """Editions one after another: each in force for some days, then some days without any."""
    editions, held, start = [], [], FIRST
    for number, (length, pause) in enumerate(spans):
        end = start + timedelta(days=length)
        editions.append(edition(2000 + number, start, more=f"abolished = {end}"))
        held.append((start, end))
        start = end + timedelta(days=pause)
    return Library(editions), held


@given(gaps, st.integers(-10, 3000))
def test_what_is_in_force_is_the_one_whose_days_these_are(spans: list[tuple[int, int]], day: int) -> None:
    library, held = chain(spans)
    today = FIRST + timedelta(days=day)
    inside = [number for number, (start, end) in enumerate(held) if start <= today < end]
    found = library.find("xyz-1", today)
    assert len(inside) <= 1
    if inside:
        assert (found.edition.id, found.state) == (f"xyz-1-{2000 + inside[0]}", "in-force")
    elif today < FIRST:
        assert (found.edition.id, found.state) == ("xyz-1-2000", "not-yet-effective")
    else:
        past = [number for number, (_, end) in enumerate(held) if end <= today]
        assert (found.edition.id, found.state) == (f"xyz-1-{2000 + past[-1]}", "abolished")


@given(st.lists(st.integers(1, 400), min_size=2, max_size=6), st.integers(0, 2500))
def test_an_edition_ends_on_the_day_its_successor_comes_into_force(steps: list[int], day: int) -> None:
    starts = [FIRST + timedelta(days=sum(steps[:number])) for number in range(len(steps))]
    names = [
        edition(2000 + n, start, more=f'replaces = ["xyz-1-{1999 + n}"]') for n, start in enumerate(starts)
    ]
    library, today = Library(names), FIRST + timedelta(days=day)
    newest = max(number for number, start in enumerate(starts) if start <= today)
    assert library.find("xyz-1", today).edition.id == f"xyz-1-{2000 + newest}"
    states = [library.state(item, today) for item in names]
    assert states.count("in-force") == 1


@given(st.integers(1, 1000), st.integers(-500, 499))
def test_two_editions_in_force_on_one_day_are_refused(length: int, shift: int) -> None:
    former = edition(2000, FIRST, more=f"abolished = {FIRST + timedelta(days=length)}")
    later_start = FIRST + timedelta(days=max(0, min(length - 1, length + shift)))
    with pytest.raises(ConfigurationError) as caught:
        Library([former, edition(2001, later_start)])
    assert caught.value.code == "regulation-overlap"
    assert "replaces" in caught.value.way_out


def test_the_last_day_of_one_is_the_day_before_the_first_of_the_next() -> None:
    library = Library(
        [edition(2000, FIRST), edition(2010, date(2010, 6, 1), more='replaces = ["xyz-1-2000"]')]
    )
    assert library.find("xyz-1", date(2010, 5, 31)).edition.number == "XYZ 1-2000"
    assert library.find("xyz-1", date(2010, 6, 1)).edition.number == "XYZ 1-2010"


def test_an_edition_that_is_named_is_that_one_and_says_what_holds_instead() -> None:
    library = Library(
        [edition(2000, FIRST), edition(2010, date(2010, 6, 1), more='replaces = ["xyz-1-2000"]')]
    )
    found = library.find("xyz-1-2000", date(2020, 1, 1))
    assert (found.state, found.edition.id) == ("abolished", "xyz-1-2000")
    assert found.instead is not None
    assert found.instead.id == "xyz-1-2010"
    assert library.find("xyz-1-2010", date(2005, 1, 1)).state == "not-yet-effective"


def test_a_regulation_may_be_replaced_by_one_of_another_kind() -> None:
    specification = edition(2017, date(2018, 3, 26), regulation="xyf-9", more='replaces = ["xyz-1-2000"]')
    library = Library([edition(2000, FIRST), specification])
    assert library.find("xyz-1", date(2018, 3, 25)).state == "in-force"
    assert library.find("xyz-1", date(2018, 3, 26)).state == "abolished"


def test_an_unknown_one_is_refused_with_the_nearest_and_one_id_stands_once() -> None:
    library = Library([edition(2000, FIRST)])
    with pytest.raises(UsageError) as caught:
        library.find("xyz-2", FIRST)
    assert "xyz-1" in caught.value.way_out
    with pytest.raises(UsageError, match="no edition"):
        library.edition("xyz-1")
    with pytest.raises(ConfigurationError) as twice:
        Library([edition(2000, FIRST), edition(2000, FIRST)])
    assert twice.value.code == "regulation-twice"


@pytest.mark.parametrize("name", ["xyz-1", "xyz-1-2000"])
def test_what_replaced_it_under_another_name_is_said_as_far_as_it_is_in_force(name: str) -> None:
    former = edition(2000, FIRST)
    second = edition(2010, date(2010, 1, 1), regulation="abc-7", more='replaces = ["xyz-1-2000"]')
    third = edition(2020, date(2020, 1, 1), regulation="def-9", more='replaces = ["abc-7-2010"]')
    library = Library([former, second, third])
    for day, holds in ((date(2015, 1, 1), second), (date(2021, 1, 1), third)):
        found = library.find(name, day)
        assert (found.edition.id, found.state, found.instead) == ("xyz-1-2000", "abolished", holds)
