"""One file an edition: what it holds, what is refused, what its coefficients give, what changed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator._errors import ConfigurationError, UsageError
from calibrator.regulations import (
    Edition,
    differences,
    figure_of,
    limit_at,
    load_checked,
    mark_checked,
    parse_edition,
    status_of,
    unverified,
)
from calibrator.standards import load_lab

from .invented import edition, text

DAY = date(2020, 1, 1)
KNOWN = 'status = "memory_low"\nsource = "invented"\n'
BODY = f"""
[conditions]
temperature_c = ["18", "22"]
{KNOWN}
[[ratio]]
what = "standard-mpe"
at_most = "0.25"
clause = "5.1"
{KNOWN}
[[mpe]]
item = "indication"
class = "1.6"
of_span = "0.016"
{KNOWN}
[[mpe]]
item = "indication"
class = "K"
unit = "degC"
constant = "1.5"
of_value = "0.004"
combine = "greater"
{KNOWN}
[[mpe]]
item = "indication"
class = "III"
of_interval = "0.5"
up_to = "500"
bounds = "intervals"
{KNOWN}
[[mpe]]
item = "indication"
class = "III"
of_interval = "1"
above = "500"
up_to = "2000"
bounds = "intervals"
{KNOWN}
[interval]
months = 6
{KNOWN}
"""


def whole(body: str = BODY, year: int = 2020) -> Edition:
    return parse_edition(text(year, DAY, body=body), f"xyz-1-{year}.toml")


def test_everything_of_a_file_is_there_and_what_is_not_is_not() -> None:
    found = whole()
    assert found.conditions is not None
    assert found.conditions.temperature_c == (Decimal(18), Decimal(22))
    assert found.ratio[0].known.clause == "5.1"
    assert found.interval is not None
    assert found.interval.months == 6
    assert found.points is None
    assert found.rounding is None


@pytest.mark.parametrize(
    ("old", "new", "word", "line"),
    [
        ("months = 6", "months = 0", "0 months", "months = 0"),
        ("months = 6", "month = 6", "month", "month = 6"),
        ('of_span = "0.016"', 'of_span = "0.016 * x"', "no number", 'of_span = "0.016 * x"'),
        ('of_span = "0.016"', 'of_span = "-1"', "permits no error", "[[mpe]]"),
        ('unit = "degC"\n', "", "and no unit", ""),
        ('of_span = "0.016"', 'of_span = "NaN"', "no finite number", 'of_span = "NaN"'),
        ('at_most = "0.25"', 'at_most = "0"', "at_most is 0", 'at_most = "0"'),
        ('what = "standard-mpe"', 'what = "standard"', "standard", 'what = "standard"'),
        ('status = "memory_low"', 'status = "sure"', "sure", 'status = "sure"'),
        ('temperature_c = ["18", "22"]', 'temperature_c = ["22", "18"]', "22", "temperature_c"),
        (
            "effective = 2020-01-01",
            "effective = 2020-01-01\nissued = 2020-02-01",
            "before it is issued",
            "effective",
        ),
        (
            "effective = 2020-01-01",
            "effective = 2020-01-01\nabolished = 2019-01-01",
            "abolished before",
            "abolished",
        ),
        ('id = "xyz-1-2020"', 'id = "abc-2020"', "does not begin", "id ="),
        ('status = "unverified"', 'status = "checked"', "'checked' is missing", ""),
    ],
)
def test_what_cannot_be_is_refused_with_file_and_line(old: str, new: str, word: str, line: str) -> None:
    changed = text(2020, DAY, body=BODY).replace(old, new, 1)
    assert changed != text(2020, DAY, body=BODY)
    with pytest.raises(ConfigurationError) as caught:
        parse_edition(changed, "toy.toml")
    assert word in str(caught.value)
    assert "toy.toml" in caught.value.where
    number = next(n for n, row in enumerate(changed.splitlines(), 1) if line in row)
    assert not line or f"line {number}" in caught.value.where


def test_coefficients_give_the_limit_and_nothing_is_guessed_outside() -> None:
    found = whole()
    assert limit_at(found, Decimal(3), accuracy_class="1.6", span=Decimal(10))[0] == Decimal("0.16")  # type: ignore[index]
    assert limit_at(found, Decimal(-500), accuracy_class="K")[0] == Decimal("2.0")  # type: ignore[index]
    assert limit_at(found, Decimal(100), accuracy_class="K")[0] == Decimal("1.5")  # type: ignore[index]
    e = Decimal("0.1")
    assert limit_at(found, Decimal(50), accuracy_class="III", interval=e)[0] == Decimal("0.05")  # type: ignore[index]
    assert limit_at(found, Decimal("50.1"), accuracy_class="III", interval=e)[0] == Decimal("0.1")  # type: ignore[index]
    assert limit_at(found, Decimal(201), accuracy_class="III", interval=e) is None
    assert limit_at(found, Decimal(1), accuracy_class="2.5") is None
    assert limit_at(found, Decimal(1), item="hysteresis", accuracy_class="1.6") is None


@given(st.decimals(-1000, 1000, places=3), st.decimals(0, 1000, places=3))
def test_a_limit_is_even_in_the_value_and_never_falls(value: Decimal, more: Decimal) -> None:
    found = whole()
    here = limit_at(found, value, accuracy_class="K")
    there = limit_at(found, -value, accuracy_class="K")
    further = limit_at(found, abs(value) + more, accuracy_class="K")
    assert here == there
    assert here is not None
    assert further is not None
    assert further[0] >= here[0]


def test_a_difference_names_each_field_and_nothing_else() -> None:
    other = whole(
        BODY.replace('class = "1.6"\nof_span = "0.016"', 'class = "1.6"\nof_span = "0.01"')
        .replace("months = 6", "months = 12")
        .replace('source = "invented"', 'source = "elsewhere"'),
        2021,
    )
    changes = {item.field: (item.before, item.after) for item in differences(whole(), other)}
    assert changes == {
        "number": ("XYZ 1-2020", "XYZ 1-2021"),
        "mpe[indication 1.6].of_span": ("0.016", "0.01"),
        "interval.months": ("6", "12"),
    }
    assert not differences(whole(), whole())
    gone = {item.field: item.after for item in differences(whole(), whole(BODY[: BODY.index("[interval]")]))}
    assert gone == {"interval.months": None}


LAB = """
name = "Toy laboratory"
timezone = "UTC"
[[person]]
id = "li"
name = "Li Wei"
roles = ["reviewer"]
[[person]]
id = "bo"
name = "Bo"
roles = ["technician"]
"""


@pytest.fixture
def lab_file(tmp_path: Path) -> Path:
    path = tmp_path / "lab.toml"
    path.write_text(LAB, encoding="utf-8")
    return path


def mark(
    path: Path, found: Edition, figures: tuple[str, ...], by: str = "li", page: str = "4", on: date = DAY
) -> None:
    lab = load_lab(path)
    mark_checked(
        path.with_name("regulations.toml"),
        lab,
        found,
        figures,
        by=by,
        document='XYZ "1"',
        page=page,
        on=on,
        today=DAY,
    )


def test_a_person_checks_figures_and_only_those_and_only_as_they_are(lab_file: Path) -> None:
    found, kept = whole(), lab_file.with_name("regulations.toml")
    assert unverified(found) == ("conditions", "ratio", "mpe", "interval")
    mark(lab_file, found, ("mpe", "interval"))
    checked = load_checked(kept, load_lab(lab_file))
    assert unverified(found, checked) == ("conditions", "ratio")
    assert status_of(found, checked) == "unverified"
    assert checked[0].document == 'XYZ "1"'
    changed = whole(BODY.replace("months = 6", "months = 12"))
    assert unverified(changed, checked) == ("conditions", "ratio", "interval")
    assert unverified(whole(year=2021), checked) == ("conditions", "ratio", "mpe", "interval")
    mark(lab_file, found, ("edition", "conditions", "ratio"))
    checked = load_checked(kept, load_lab(lab_file))
    assert status_of(found, checked) == "checked"
    assert status_of(edition(2020, DAY), ()) == "seen", "read somewhere is not checked by a person"


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ({"by": "nobody"}, "unknown-person"),
        ({"by": "bo"}, "role-missing"),
        ({"page": "-"}, "no-source"),
        ({"on": date(2020, 1, 2)}, "checked-in-future"),
        ({"figures": ("points",)}, "no-figure"),
        ({"figures": ("mpee",)}, "no-figure"),  # an AttributeError once
        ({"figures": ("path",)}, "no-figure"),
    ],
)
def test_who_may_not_and_what_is_not_is_refused(lab_file: Path, how: dict[str, object], code: str) -> None:
    with pytest.raises(UsageError) as caught:
        mark(lab_file, whole(), **{"figures": ("mpe",), **how})  # type: ignore[arg-type]
    assert caught.value.code == code
    assert not lab_file.with_name("regulations.toml").exists()


def test_a_line_written_by_hand_is_looked_at_too(lab_file: Path) -> None:
    mark(lab_file, whole(), ("mpe",))
    kept = lab_file.with_name("regulations.toml")
    kept.write_text(kept.read_text(encoding="utf-8").replace('by = "li"', 'by = "bo"'), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_checked(kept, load_lab(lab_file))
    assert caught.value.code == "role-missing"


def test_figures_are_what_a_file_holds() -> None:
    assert figure_of(whole(), "points") == {}
    assert figure_of(whole(), "interval") == {"interval.months": "6"}
    assert "ratio[standard-mpe].clause" in figure_of(whole(), "ratio")
