"""What an invented edition asks for at one instrument: points, limits, rounding, what is judged, how long."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator._errors import UsageError
from calibrator.regulations import Edition, due_after, judged_error, limit_at, points_at

from .invented import edition

DAY = date(2020, 1, 1)
KNOWN = 'status = "memory_low"\nsource = "invented"\n'
SCALE = [Decimal(mark) for mark in (0, 2, 4, 6, 8, 10)]


def with_points(rule: str) -> Edition:
    return edition(2020, DAY, body=f"[points]\n{rule}\n{KNOWN}")


def with_rounding(judged: str, of: str = "scale-interval", step: str = "0.2") -> Edition:
    body = f'[rounding]\njudged = "{judged}"\nof = "{of}"\nstep = "{step}"\n{KNOWN}'
    return edition(2020, DAY, body=f'{body}[[mpe]]\nitem = "indication"\nof_span = "0.016"\n{KNOWN}')


@pytest.mark.parametrize(
    ("rule", "points"),
    [
        ('rule = "fractions"\nvalues = ["0", "0.5", "1"]', ["-1", "4.5", "10"]),
        ('rule = "fractions"\nvalues = ["0.5"]\nends = true', ["-1", "4.5", "10"]),
        ('rule = "values"\nunit = "V"\nvalues = ["-5", "0", "5", "20"]', ["0", "5"]),
        ('rule = "count"\nat_least = 3\nends = true', ["-1", "4.5", "10"]),
        ('rule = "count"\nat_least = 2', ["1.75", "7.25"]),
        ('rule = "numbered-marks"', ["0", "2", "4", "6", "8", "10"]),
        ('rule = "numbered-marks"\nends = true', ["-1", "0", "2", "4", "6", "8", "10"]),
    ],
)
def test_a_rule_gives_its_points(rule: str, points: list[str]) -> None:
    found = points_at(with_points(rule), Decimal(-1), Decimal(10), marks=SCALE)
    assert found == tuple(Decimal(point) for point in points)


def test_an_edition_without_a_rule_gives_no_points() -> None:
    assert points_at(edition(2020, DAY), Decimal(0), Decimal(10)) is None


def test_the_same_error_conforms_rounded_and_not_raw() -> None:
    """0.168 of a limit of 0.16 rounds to 0.16 in steps of 0.02, the fifth of a scale interval of 0.1."""
    limit = limit_at(with_rounding("rounded"), Decimal(4), span=Decimal(10))
    assert limit is not None
    told = {
        judged: judged_error(with_rounding(judged), Decimal("0.168"), limit[0], interval=Decimal("0.1"))
        for judged in ("rounded", "raw")
    }
    assert {judged: (item.rounded, item.conforms) for judged, item in told.items()} == {
        "rounded": (Decimal("0.16"), True),
        "raw": (Decimal("0.16"), False),
    }
    assert told["rounded"].by == "rounded"


@pytest.mark.parametrize(
    ("of", "step", "error", "rounded"),
    [
        ("scale-interval", "0.2", "0.15", "0.16"),  # half of a step: to the even multiple
        ("scale-interval", "0.2", "-0.13", "-0.12"),
        ("mpe", "0.1", "0.151", "0.144"),  # a tenth of 0.16 is 0.016
        ("resolution", "1", "0.1649", "0.16"),
    ],
)
def test_a_step_counts_in_what_the_edition_names(of: str, step: str, error: str, rounded: str) -> None:
    how = {"interval": Decimal("0.1"), "resolution": Decimal("0.01")}
    found = judged_error(with_rounding("rounded", of, step), Decimal(error), Decimal("0.16"), **how)
    assert found.rounded == Decimal(rounded)


@given(st.decimals(-1, 1, places=4))
def test_rounding_moves_an_error_by_half_a_step_at_most(error: Decimal) -> None:
    found = judged_error(with_rounding("rounded"), error, Decimal("0.16"), interval=Decimal("0.1"))
    assert abs(found.rounded - error) <= Decimal("0.01")
    assert found.rounded % Decimal("0.02") == 0


def test_without_a_rule_the_raw_error_is_judged_and_a_step_of_nothing_is_refused() -> None:
    plain = judged_error(edition(2020, DAY), Decimal("0.1601"), Decimal("0.16"))
    assert (plain.rounded, plain.conforms, plain.by) == (Decimal("0.1601"), False, "raw")
    with pytest.raises(UsageError, match=r"xyz-1-2020 rounds to 0\.2 of the scale-interval"):
        judged_error(with_rounding("rounded"), Decimal("0.1"), Decimal("0.16"))


@pytest.mark.parametrize(
    ("months", "day", "due"),
    [
        (6, date(2026, 11, 23), date(2027, 5, 23)),
        (12, date(2024, 2, 29), date(2025, 2, 28)),
        (1, date(2026, 1, 31), date(2026, 2, 28)),
        (24, date(2026, 12, 1), date(2028, 12, 1)),
    ],
)
def test_an_interval_ends_on_the_same_day_of_the_month(months: int, day: date, due: date) -> None:
    body = f"[interval]\nmonths = {months}\n{KNOWN}"
    assert due_after(edition(2020, DAY, body=body), day) == due
    assert due_after(edition(2020, DAY), day) is None


def test_the_decision_rule_is_the_editions() -> None:
    found = edition(2020, DAY, body=f'[decision]\nrule = "simple"\n{KNOWN}')
    assert found.decision is not None
    assert found.decision.rule == "simple"
