"""lab.toml, and the interval that the age of a certificate allows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibrator._errors import ConfigurationError
from calibrator.record import canonical
from calibrator.standards import Lab, Person, interval_of, lab_template, load_lab
from calibrator_drivers.accuracy import load_table

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
CONFIRMED = """
[[confirmation]]
table = "fluke_5522a"
function = "dcv"
interval = "1y"
range_high = 32.99999
by = "lw"
document = "Manual"
page = "1-9"
date = 2026-11-20
"""


def test_a_home_without_a_file_has_an_unnamed_laboratory(tmp_path: Path) -> None:
    lab = load_lab(tmp_path / "lab.toml")
    assert lab == Lab()
    assert (lab.name, lab.timezone, lab.persons) == ("Unnamed laboratory", "UTC", ())


def test_the_template_is_a_laboratory_and_stands_in_the_documentation(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    path.write_text(lab_template(), encoding="utf-8")
    lab = load_lab(path)
    assert lab.name == "Example Calibration Laboratory"
    assert lab.zone.key == "Europe/Berlin"
    assert lab.address.startswith("12 Example Street\n")
    assert lab.person("jm") == lab.person("Jane Miller") == Person("jm", "Jane Miller", ("technician",))
    assert lab.person("nobody") is None
    assert (EXAMPLES / "lab.toml").read_text(encoding="utf-8") == lab_template()


def test_the_commented_confirmation_of_the_template_is_right(tmp_path: Path) -> None:
    head, example = lab_template().split("# [[confirmation]]")
    lines = ("[[confirmation]]" + example).replace("\n# ", "\n")
    path = tmp_path / "lab.toml"
    path.write_text(head + lines, encoding="utf-8")
    (confirmation,) = load_lab(path).confirmations
    assert (confirmation.by, confirmation.range_high) == ("lw", Decimal("32.99999"))
    assert '"range_high":"32.99999"' in canonical(load_lab(path).as_body())


@pytest.mark.parametrize(
    ("old", "new", "what", "way_out"),
    [
        ('"Europe/Berlin"', '"Europe/Berln"', "no time zone", 'Did you mean "Europe/Berlin"?'),
        ('"Europe/Berlin"', '"../x"', "no time zone", "IANA"),
        ('"Europe/Berlin"', '"qqqq"', "no time zone", "IANA"),
        ("timezone =", "time_zone =", 'Unknown key "time_zone"', 'Did you mean "timezone"?'),
        ('["technician"]', '["technican"]', "no role", 'Did you mean "technician"?'),
        ('["technician"]', '"technician"', "not a list of texts", "list of texts"),
        ('id = "lw"', 'id = "jm"', "Two persons", "id of their own"),
        ('by = "lw"', 'by = "lv"', "no person of this laboratory", "Known here: jm, lw."),
        ('by = "lw"', 'by = "jm"', "may not confirm", "reviewer or technical manager"),
        ('page = "1-9"', 'page = "-"', "names no page", "another person"),
        ('document = "Manual"', 'document = "?"', "names no document", "another person"),
        ("date = 2026-11-20", 'date = "2026-11-20"', "not a date", "without quotation marks"),
        ("range_high = 32.99999", 'range_high = "all"', "not a number", "Write a number"),
        ('page = "1-9"\n', "", 'The key "page" is missing', "Add page"),
    ],
)
def test_mistakes_are_named_with_their_line(
    tmp_path: Path, old: str, new: str, what: str, way_out: str
) -> None:
    good = lab_template() + CONFIRMED
    path = tmp_path / "lab.toml"
    path.write_text(good, encoding="utf-8")
    assert len(load_lab(path).confirmations) == 1
    parts = good.rsplit(old, 1)
    path.write_text(new.join(parts), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=what) as caught:
        load_lab(path)
    assert way_out in caught.value.way_out
    assert f"{path}, line " in caught.value.where


ISSUED = date(2026, 5, 7)


@pytest.mark.parametrize(
    ("day", "interval"),
    [
        (date(2026, 5, 6), None),  # not issued yet
        (date(2026, 5, 7), "90d"),
        (date(2026, 8, 5), "90d"),  # the 90th day
        (date(2026, 8, 6), "1y"),
        (date(2027, 5, 7), "1y"),  # the same day of the next year
        (date(2027, 5, 8), None),  # the 5522A has no later figures
    ],
)
def test_the_interval_of_a_5522a_follows_from_its_certificates_date(day: date, interval: str | None) -> None:
    assert interval_of(load_table("fluke_5522a"), "dcv", ISSUED, day) == interval


class Offers:
    """An accuracy table that offers some intervals."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def intervals(self, function: str) -> tuple[str, ...]:
        return self.names


def test_24_hours_are_never_chosen_by_a_date_alone() -> None:
    assert interval_of(Offers("24h", "90d"), "dcv", ISSUED, ISSUED) == "90d"  # METROLOGY 12
    assert interval_of(Offers("24h", "transfer"), "dcv", ISSUED, ISSUED) is None


def test_a_missing_shorter_interval_gives_the_longer() -> None:
    assert interval_of(Offers("2y", "1y"), "dcv", ISSUED, ISSUED) == "1y"
    assert interval_of(Offers("2y"), "dcv", ISSUED, ISSUED) == "2y"


def test_a_certificate_of_29_february_runs_to_1_march() -> None:
    leap = date(2028, 2, 29)
    assert interval_of(Offers("1y"), "dcv", leap, date(2029, 3, 1)) == "1y"
    assert interval_of(Offers("1y"), "dcv", leap, date(2029, 3, 2)) is None


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 800))
def test_an_older_certificate_never_gets_better_figures(issued: date, age: int) -> None:
    order: list[str | None] = ["90d", "1y", "2y", None]
    offers = Offers("90d", "1y", "2y")
    day = issued + timedelta(days=age)
    here = interval_of(offers, "dcv", issued, day)
    later = interval_of(offers, "dcv", issued, day + timedelta(days=1))
    assert order.index(here) <= order.index(later)
