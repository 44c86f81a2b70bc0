"""`[session_check]` of a bench file: what is taken, and what is refused with its place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from calibrator._errors import ConfigurationError
from calibrator.standards import SessionCheck, load_bench, parse_asset_file

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "simulated-session-check.toml"
POINT = """
[[session_check.point]]
wiring = "check-volts"
function = "dcv"
nominal = {nominal}
range = 10
settle_window = 50e-6
"""


def example(*changes: tuple[str, str], more: str = "") -> SessionCheck:
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    check = load_bench(text + more, "bench.toml").session_check
    assert check is not None
    return check


def test_the_example_has_a_check_standard_with_four_points_on_two_wirings() -> None:
    check = example()
    assert (check.meter, check.baseline) == ("check", 10)
    assert [(point.id, point.wiring, point.limit) for point in check.points] == [
        ("dcv:10V:+10V", "check-volts", Decimal("140e-6")),
        ("dcv:10V:-10V", "check-volts", Decimal("140e-6")),
        ("dcv:1V:+1V", "check-volts", Decimal("13e-6")),
        ("res4w:10000ohm:+10000ohm", "check-ohms4w", Decimal("0.3")),
    ]


def test_a_standard_deviation_gives_limits_of_three_of_it() -> None:
    point = example(("limit = 140e-6", "u = 20e-6")).points[0]
    assert (point.reference, point.limit) == (Decimal("0.0"), Decimal("60e-6"))


def test_a_point_may_leave_its_limits_to_the_recorded_checks() -> None:
    stated = 'reference = 0.0\nlimit = 140e-6\nstatus = "derived"\nsource = "as at +10 V"\n'
    point = example((stated, "")).points[1]
    assert (point.reference, point.limit, point.status) == (None, None, "")


def test_a_bench_without_the_table_has_no_check() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    begin, end = text.index("[session_check]\nmeter"), text.index("[environment]")
    assert load_bench(text[:begin] + text[end:], "bench.toml").session_check is None


@pytest.mark.parametrize(
    ("change", "code", "words", "key"),
    [
        (('meter = "check"', 'meter = "chek"'), "unknown-instrument", "check", "session_check.meter"),
        (
            ('meter = "check"', 'meter = "meter"'),
            "check-standard-is-uut",
            "Name another",
            "session_check.meter",
        ),
        (
            ('meter = "check"', 'meter = "check"\nbaseline = 3'),
            "wrong-type",
            "from 4",
            "session_check.baseline",
        ),
        (('wiring = "check-volts"', 'wiring = "volts"'), "check-wiring", 'to = "check"', "point[1].wiring"),
        (
            ('wiring = "check-volts"', 'wiring = "chek-volts"'),
            "unknown-wiring",
            "check-volts",
            "point[1].wiring",
        ),
        (("limit = 140e-6", "limit = 140e-6\nu = 1e-6"), "limit-and-u", "one of them", "point[1].u"),
        (("limit = 140e-6\n", ""), "missing-key", "limit", "point[1].limit"),
        (('status = "derived"', 'status = "deriv"'), "unknown-word", "derived", "point[1].status"),
        (('function = "dcv"', 'function = "dvc"'), "unknown-word", "dcv", "point[1].function"),
        (('function = "dcv"', 'function = "acv"'), "missing-key", "frequency_hz", "point[1].frequency_hz"),
        (("nominal = -10", "nominal = 10"), "twice", "Remove one", "session_check.point"),
        (("settle_window = 50e-6", "setle_window = 50e-6"), "unknown-key", "settle_window", "setle_window"),
    ],
)
def test_a_mistake_names_its_key_and_the_way_out(
    change: tuple[str, str], code: str, words: str, key: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        example(change)
    assert caught.value.code == code
    assert words in f"{caught.value.what} {caught.value.way_out}"
    assert key in caught.value.where
    assert "line" in caught.value.where


@pytest.mark.parametrize("count", [2, 6])
def test_three_to_five_points_make_a_check(count: int) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    begin, end = text.index("[[session_check.point]]"), text.index("[environment]\n")
    points = "".join(POINT.format(nominal=number + 1) for number in range(count))
    with pytest.raises(ConfigurationError, match=f"has {count} points") as caught:
        load_bench(f"{text[:begin]}{points}\n{text[end:]}", "bench.toml")
    assert caught.value.code == "check-points"


def test_a_check_standard_is_an_asset_without_a_certificate(tmp_path: Path) -> None:
    file = tmp_path / "check.toml"
    lines = ('asset = "CHK-01"', 'model = "keysight_34401a"', 'manufacturer = "Keysight"', 'serial = "MY1"')
    file.write_text("\n".join([*lines, 'role = "check standard"']), encoding="utf-8")
    assert parse_asset_file(file).role == "check standard"
