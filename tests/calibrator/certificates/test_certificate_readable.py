"""Formulas and parameters of curves as a metrologist reads them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from calibrator.certificates._model import Curve
from calibrator.certificates._readable import (
    plain_number,
    readable_formula,
    readable_name,
    written_parameters,
)
from calibrator.certificates._recorded_curves import curve_table
from calibrator.certificates._words import Speaker
from calibrator.procedure import Text


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (  # ITS-90 deviation function, as a procedure records it
            r"R(t) / R_{tpw} - W_r(t) = a (R(t) / R_{tpw} - 1) + b (R(t) / R_{tpw} - 1)^2",
            "R(t) / R_tpw − W_r(t) = a (R(t) / R_tpw − 1) + b (R(t) / R_tpw − 1)²",
        ),
        ("R(t) = R_0 (1 + A t + B t^2)", "R(t) = R₀ (1 + A t + B t²)"),
        (
            r"U = \sqrt{a^{2}} \cdot \frac{\alpha t}{\left(1 + c_{10}\right)}",
            "U = √(a²) · (α t)/((1 + c₁₀))",
        ),
    ],
)
def test_a_formula_has_no_marks_of_latex(formula: str, shown: str) -> None:
    assert readable_formula(formula) == shown
    assert not set("\\{}^") & set(readable_formula(formula))


def curve(names: dict[str, tuple[str, str, str]]) -> Curve:
    count = len(names)
    return Curve(
        id="c",
        title=Text("Curve", "曲线"),
        formula="y = a x",
        names=tuple(names),
        values=tuple(Decimal(value) for value, _, _ in names.values()),
        units=tuple(unit for _, _, unit in names.values()),
        covariance=tuple(
            tuple(Decimal(u) ** 2 if i == j else Decimal(0) for j in range(count))
            for i, (_, u, _) in enumerate(names.values())
        ),
        input="x",
        input_unit="degC",
        domain_lower=Decimal("0.0300000000000"),
        domain_upper=Decimal("140.030000000"),
    )


def test_a_parameter_and_its_uncertainty_have_the_same_power_of_ten() -> None:
    found = written_parameters(
        curve(
            {
                "R_0": ("100.039912", "0.0024", "ohm"),
                "B": ("-0.00000057272", "0.00000000053", "1/degC**2"),
                "mean_deviation": ("0.0000063247463", "0.0000000000019", "1"),
                "b": ("-0.000000000003", "0.000000000011", "V/delta_degC**2"),
            }
        )
    )
    assert found == [
        ("R₀", "100.0399 Ω", "0.0024 Ω"),
        ("B", "−5.7272 × 10⁻⁷ 1/°C²", "0.0053 × 10⁻⁷ 1/°C²"),
        ("mean deviation", "6.3247463 × 10⁻⁶", "0.0000019 × 10⁻⁶"),
        ("b", "−0.3 × 10⁻¹¹ V/K²", "1.1 × 10⁻¹¹ V/K²"),
    ]


def test_a_parameter_without_uncertainty_states_none() -> None:
    known = curve({"a": ("0.0000313000000000", "0", "g"), "n": ("12", "0", "1")})
    assert written_parameters(known) == [("a", "3.13 × 10⁻⁵ g", ""), ("n", "12", "")]
    table = curve_table(known, Speaker("en"))
    assert table["rows"] == [[["a"], ["3.13 × 10⁻⁵ g"]], [["n"], ["12"]]]
    assert table["columns"] == [["Parameter"], ["Value"]]
    assert table["matrix"] == []
    assert "x from 0.03 to 140.03 °C" in table["formula"][0]


def test_names_and_numbers() -> None:
    assert readable_name("W(35)") == "W(35)"
    assert readable_name("by U(W), 0.001") == "by U(W), 0.001"
    assert plain_number(Decimal("-0E+3")) == "0"


def test_a_curve_without_a_range_has_no_formula_and_one_with_u_its_matrix() -> None:
    known = curve({"n": ("12", "0.25", "1"), "m": ("3", "0", "1")})
    table = curve_table(known, Speaker("zh"))
    assert table["columns"] == [["参数"], ["值"], ["标准不确定度 u"]]
    assert table["rows"] == [[["n"], ["12.00"], ["0.25"]], [["m"], ["3"], ["–"]]]
    assert table["matrix"]
    assert curve_table(replace(known, domain_lower=None), Speaker("en"))["formula"] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("mean_deviation", ["平均偏差", "mean deviation"]),
        ("by U(W), 0.001", ["按 U(W)，0.001", "by U(W), 0.001"]),
        ("R_0", ["R₀"]),
    ],
)
def test_parameters_that_are_named_in_words_have_chinese_names(name: str, shown: list[str]) -> None:
    table = curve_table(curve({name: ("12", "0.25", "1")}), Speaker("both"))
    assert table["rows"][0][0] == shown
