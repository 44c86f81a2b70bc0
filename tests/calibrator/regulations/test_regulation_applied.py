"""What an invented edition asks for at one instrument: points, limits, rounding, what is judged, how long."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import pytest

from calibrator._errors import UsageError
from calibrator.evaluation._figures import figure_status
from calibrator.procedure import (
    Point,
    PointLimits,
    PointReferences,
    Rounded,
    decode_references,
    encode_references,
)
from calibrator.regulations import Edition, due_after, limit_at, points_at, points_held, step_of

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


@pytest.mark.parametrize(
    ("of", "share", "step"),
    [("scale-interval", "0.2", "0.02"), ("mpe", "0.1", "0.016"), ("resolution", "1", "0.01")],
)
def test_a_step_counts_in_what_the_edition_names(of: str, share: str, step: str) -> None:
    how = {"interval": Decimal("0.1"), "resolution": Decimal("0.01")}
    assert step_of(with_rounding("rounded", of, share), Decimal("0.16"), **how) == Decimal(step)


def test_without_a_rule_there_is_no_step_and_a_step_of_nothing_is_refused() -> None:
    assert step_of(edition(2020, DAY), Decimal("0.16")) is None
    with pytest.raises(UsageError, match=r"xyz-1-2020 rounds to 0\.2 of the scale-interval"):
        step_of(with_rounding("rounded"), Decimal("0.16"))


@pytest.mark.parametrize(
    ("rule", "measured", "missing", "beyond"),
    [
        ('rule = "fractions"\nvalues = ["0", "0.5", "1"]', "-1 4.5 10", "", ""),
        ('rule = "fractions"\nvalues = ["0", "0.5", "1"]', "-1 3 10", "4.5", "3"),
        ('rule = "count"\nat_least = 3\nends = true', "-1 2 3 10", "", ""),
        ('rule = "count"\nat_least = 3\nends = true', "2 3 4 10", "-1", ""),
        ('rule = "count"\nat_least = 3\nends = true', "-1 10", "4.5", ""),
        ('rule = "numbered-marks"', "0 2 4 6 8", "10", ""),
    ],
)
def test_points_are_held_against_the_rule(rule: str, measured: str, missing: str, beyond: str) -> None:
    values = [Decimal(text) for text in measured.split()]
    held = points_held(with_points(rule), Decimal(-1), Decimal(10), values, marks=SCALE)
    assert [str(item) for item in held.missing] == missing.split()
    assert [str(item) for item in held.beyond] == beyond.split()
    assert points_held(edition(2020, DAY), Decimal(0), Decimal(10), values).missing == ()


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
    assert due_after(months, day) == due


def test_the_decision_rule_is_the_editions() -> None:
    found = edition(2020, DAY, body=f'[decision]\nrule = "simple"\n{KNOWN}')
    assert found.decision is not None
    assert found.decision.rule == "simple"


@pytest.mark.parametrize(
    ("judged", "status", "decides"),
    [("rounded", "memory_low", False), ("rounded", "checked", True), ("raw", "memory_low", True)],
)
def test_a_step_that_nobody_has_checked_decides_nothing_on_a_live_bench(
    judged: Literal["raw", "rounded"], status: str, decides: bool
) -> None:
    """METROLOGY 9: the rounding is a figure like the limit, where the rounded error is judged."""
    rounding = Rounded(Decimal("0.02"), judged, status, "invented")
    limits = PointLimits("class", Decimal(-1), Decimal(1), "checked", "invented", rounding=rounding)
    point = Point("p", "s", "dcv", Decimal(1), Decimal(10), "V", {"class": limits}, "source")
    references = PointReferences(point, limits, "", "", ())
    assert decode_references(encode_references(references)).limits == limits
    assert figure_status(references).decides is decides


def test_figures_in_another_unit_are_converted_and_in_another_quantity_refused() -> None:
    """20 mV are 0.02 V, not 20 V; a line up to 5000 mV does not hold at 6 V; A is no V."""
    row = '[[mpe]]\nitem = "indication"\nunit = "mV"\nconstant = "20"\nof_value = "0.01"\nup_to = "5000"\n'
    found = edition(2020, DAY, body=row + KNOWN)
    limit = limit_at(found, Decimal(4), unit="V")
    assert limit is not None
    assert limit[0] == Decimal("0.06")
    assert limit_at(found, Decimal(6), unit="V") is None
    points = with_points('rule = "values"\nunit = "mV"\nvalues = ["0", "5000", "20000"]')
    low, high = Decimal(-1), Decimal(10)
    assert points_at(points, low, high, unit="V") == (Decimal(0), Decimal(5))
    assert points_held(points, low, high, [Decimal(0)], unit="V").missing == (Decimal(5),)
    for unit in ("A", "degC"):
        with pytest.raises(UsageError, match="'mV', which is no multiple of"):
            limit_at(found, Decimal(4), unit=unit)
