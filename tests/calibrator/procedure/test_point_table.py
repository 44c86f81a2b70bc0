"""A point table that cannot be taken as it is names file, line, key and the way out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator._errors import ConfigurationError
from calibrator.procedure import parse_table

SETTINGS = {"nplc": float, "readings": int, "settle_window": str, "high_impedance": bool}
GOOD = """\
[table]
model = "keysight_34401a"
title = "A table"

[[section]]
id = "dcv"
title = { en = "DC volts", zh = "直流电压" }
wiring = "volts"
prompt = { en = "Connect.", zh = "连接。" }
standard = "source"
status = "seen"
source = "guide"
settings = { nplc = 10, readings = 5 }
proof = { function = "dcv", value = "1", range = "1", unit = "V" }

[[section.point]]
function = "dcv"
nominal = "0.1"
range = "0.1"
unit = "V"
limits = { "1y" = "0.0000085" }
settings = { settle_window = "0.000001" }

[[section.point]]
function = "dcv"
nominal = "-10"
range = "10"
unit = "V"
limits = { "1y" = { lower = "-0.0004", upper = "0.0005" } }
"""


def refused(text: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        parse_table(text, "tables/meter.toml", settings=SETTINGS)
    return caught.value


def test_good_table_is_read_with_ids_limits_and_settings_of_its_section() -> None:
    (section,) = parse_table(GOOD, "tables/meter.toml", settings=SETTINGS).sections
    first, second = section.points
    assert (first.id, second.id) == ("dcv:0.1V:+0.1V", "dcv:10V:-10V")
    assert first.limits["1y"].lower == Decimal("-0.0000085")
    assert (second.limits["1y"].lower, second.limits["1y"].upper) == (Decimal("-0.0004"), Decimal("0.0005"))
    assert dict(first.settings) == {"nplc": 10.0, "readings": 5, "settle_window": "0.000001"}
    assert isinstance(first.settings["nplc"], float)
    assert section.proof is not None
    assert section.proof.settings["readings"] == 5


def test_unit_that_does_not_fit_its_function_names_the_line_of_the_unit() -> None:
    text = GOOD.replace('range = "10"\nunit = "V"', 'range = "10"\nunit = "ohm"')
    error = refused(text)
    line = text.splitlines().index('unit = "ohm"') + 1
    assert error.code == "unit-does-not-fit"
    assert f"tables/meter.toml, line {line}, key section[1].point[2].unit" in str(error)
    assert "'V'" in error.way_out


def test_unknown_key_gets_a_suggestion() -> None:
    error = refused(GOOD.replace("wiring =", "wirring ="))
    assert error.code == "unknown-key"
    assert "line 8" in error.where
    assert error.way_out == "Did you mean 'wiring'?"


def test_unknown_setting_gets_a_suggestion_and_the_line_of_its_inline_table() -> None:
    text = GOOD.replace("settle_window =", "setle_window =")
    error = refused(text)
    assert error.way_out == "Did you mean 'settle_window'?"
    assert "line 22" in error.where


def test_same_id_twice_names_both_lines() -> None:
    again = GOOD.split("[[section.point]]")[1]
    text = f"{GOOD}\n[[section.point]]{again}"
    error = refused(text)
    first = text.splitlines().index("[[section.point]]") + 1
    last = len(text.splitlines()) - text.splitlines()[::-1].index("[[section.point]]")
    assert error.code == "duplicate-id"
    assert f"first on line {first}" in error.what
    assert f"line {last}" in error.where


def test_a_limit_may_stand_on_one_side_alone() -> None:
    text = GOOD.replace('"0.0000085"', '{ upper = "0.002" }').replace(
        'lower = "-0.0004", upper = "0.0005"', ""
    )
    assert "the point has no limits" in refused(text).what
    (section,) = parse_table(text.replace("{  }", '"1"'), "tables/meter.toml", settings=SETTINGS).sections
    limits = section.points[0].limits["1y"]
    assert (limits.lower, limits.upper, limits.half) == (None, Decimal("0.002"), None)


@pytest.mark.parametrize(
    "limits",
    [
        '{ "1y" = { lower = "0.5", upper = "-0.5" } }',
        '{ "1y" = "-0.001" }',
        '{ "1y" = { lower = "1", upper = "1" } }',
    ],
)
def test_lower_limit_above_upper_is_refused(limits: str) -> None:
    error = refused(GOOD.replace('{ "1y" = "0.0000085" }', limits))
    assert error.code == "limits-crossed"
    assert "line 21, key section[1].point[1].limits.1y" in error.where


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('nominal = "0.1"', "nominal = 0.1", "wrong-type"),  # a float would lose digits
        ('nominal = "0.1"', 'nominal = "0,1"', "configuration"),
        ('nominal = "0.1"', 'nominal = "nan"', "configuration"),
        ('nominal = "0.1"\n', "", "missing-key"),
        ('range = "0.1"', 'range = "-0.1"', "wrong-range"),
        ('function = "dcv"\nnominal = "0.1"', 'function = "dvc"\nnominal = "0.1"', "unknown-value"),
        ('{ "1y" = "0.0000085" }', "{}", "configuration"),
        ('{ "1y" = "0.0000085" }', '{ "1 y" = "0.0000085" }', "unknown-key"),
        ('status = "seen"', 'status = "sure"', "unknown-value"),
        ("readings = 5", "readings = true", "wrong-type"),
        ("readings = 5", "readings = 5.5", "wrong-type"),
        (', zh = "直流电压"', "", "missing-key"),
        ('standard = "source"', 'standard = "source"\nresume = "maybe"', "unknown-value"),
        ("[table]", "[table", "toml"),
    ],
)
def test_each_bad_value_has_its_own_code_and_names_the_file(old: str, new: str, code: str) -> None:
    assert old in GOOD
    error = refused(GOOD.replace(old, new, 1))
    assert error.code == code
    assert "tables/meter.toml" in str(error)
    assert error.way_out


@given(st.decimals(min_value="0.0000001", max_value="1000", places=7), st.booleans())
def test_every_decimal_is_kept_digit_by_digit(limit: Decimal, negative: bool) -> None:
    nominal = -limit if negative else limit
    text = GOOD.replace('nominal = "0.1"', f'nominal = "{nominal:f}"').replace("0.0000085", f"{limit:f}")
    point = parse_table(text, "t.toml", settings=SETTINGS).sections[0].points[0]
    assert str(point.limits["1y"].upper) == str(Decimal(f"{limit:f}"))
    assert point.id == f"dcv:0.1V:{nominal:+f}V"


def test_a_required_section_is_measured_whatever_is_named() -> None:
    """METROLOGY 7: nobody goes past a checklist by naming another section."""
    from calibrator.engine._setting import find_sections

    required = GOOD.replace('status = "seen"', 'status = "seen"\nrequired = true')
    other = GOOD.partition("\n\n")[2].replace('id = "dcv"', 'id = "more"').replace("0.1", "0.2")
    other = other.replace('"-10"', '"-9"')
    sections = parse_table(f"{required}\n{other}", "tables/meter.toml", settings=SETTINGS).sections
    assert [section.required for section in sections] == [True, False]
    assert [section.id for section in find_sections(sections, ("more",))] == ["dcv", "more"]
    assert [section.id for section in find_sections(sections[1:], ("more",))] == ["more"]
    wrong = refused(GOOD.replace('status = "seen"', 'status = "seen"\nrequired = "yes"'))
    assert "required" in str(wrong)
