"""Curves are drawn from their formula, with the U that their covariance gives."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pypdf import PdfReader

from calibrator.certificates import Certificate, render
from calibrator.certificates._curve_plots import _ticks, curve_plots, sampled
from calibrator.certificates._formulas import formula
from calibrator.certificates._model import Curve
from calibrator.certificates._recorded_curves import coefficient_texts
from calibrator.certificates._words import Speaker
from calibrator.procedure import Text

NAMES = ("R_0", "A", "B")
PLATINUM = Curve(
    id="characteristic",
    title=Text("Characteristic of the probe", "探头特性"),
    formula="R(t) = R_{0} (1 + A t + B t^2)",
    names=NAMES,
    values=(Decimal("100.02"), Decimal("3.9083e-3"), Decimal("-5.775e-7")),  # IEC 60751, above 0 degC
    units=("ohm", "1/degC", "1/degC/degC"),
    covariance=(
        (Decimal("4e-6"), Decimal("-1e-10"), Decimal(0)),
        (Decimal("-1e-10"), Decimal("1e-14"), Decimal("-2e-17")),
        (Decimal(0), Decimal("-2e-17"), Decimal("1e-19")),
    ),
    input="t",
    input_unit="degC",
    domain_lower=Decimal(0),
    domain_upper=Decimal(250),
)


def test_a_curve_is_that_of_its_formula_with_the_u_of_its_covariance() -> None:
    drawn = sampled(PLATINUM)
    assert drawn is not None
    r, a, b = map(float, PLATINUM.values)
    cov = [[float(value) for value in row] for row in PLATINUM.covariance]
    for t, y, expanded in zip(drawn.x, drawn.y, drawn.U, strict=True):
        assert y == pytest.approx(r * (1 + a * t + b * t * t), rel=1e-14)
        gradient = (1 + a * t + b * t * t, r * t, r * t * t)
        square = sum(gradient[i] * gradient[j] * cov[i][j] for i in range(3) for j in range(3))
        assert expanded == pytest.approx(2 * math.sqrt(square), rel=1e-6)
    assert (drawn.x[0], drawn.x[-1], drawn.U[0]) == (0.0, 250.0, pytest.approx(0.004))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("E = s I + z", 0.25 * 2 + 3),
        (r"s \cdot I - z", 0.25 * 2 - 3),
        (r"\frac{s I}{z}", 0.5 / 3),
        (r"s \left( I + z \right)^{2}", 0.25 * 25),
        (r"-s^2 I", -0.125),
        (r"\exp(s) \ln{z} / I", math.exp(0.25) * math.log(3) / 2),
        ("z I^{-s}", 3 * 2**-0.25),
        ("1.5e-1 s + 2z", 0.0375 + 6),
        (r"\sqrt{I z} s", math.sqrt(6) * 0.25),
    ],
)
def test_plain_algebra_is_read(text: str, value: float) -> None:
    found = formula(text, ("s", "z", "I"))
    assert found is not None
    assert found({"s": 0.25, "z": 3.0, "I": 2.0}) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize("text", [r"\sum_i a_i T_i(x)", "s I +", "(s", "", r"\int s", "s I)", "y", "s I; z"])
def test_what_is_not_understood_is_not_drawn(text: str) -> None:
    assert formula(text, ("s", "z", "I")) is None
    assert sampled(replace(PLATINUM, formula=text)) is None


def test_a_formula_without_a_value_and_a_set_of_parameters_are_not_drawn() -> None:
    assert sampled(replace(PLATINUM, formula=r"R_0 \ln(t) A B")) is None  # at 0
    assert sampled(replace(PLATINUM, formula="", domain_lower=None, domain_upper=None)) is None


@given(st.floats(-1e6, 1e6), st.floats(1e-9, 1e6))
def test_ticks_are_round_and_lie_between_the_ends(low: float, span: float) -> None:
    if low + span == low:
        return
    ticks = _ticks(low, low + span)
    assert 1 <= len(ticks) <= 9
    slack = 1e-6 * span + 1e-9 * abs(low)
    assert all(low - slack <= float(tick) <= low + span + slack for tick in ticks)


def test_units_of_coefficients_are_printed_as_readers_write_them() -> None:
    units = ("ohm", "1/delta_degC", "V/delta_degC**2")
    printed = [value.split(" ", 1)[1] for _, value, _ in coefficient_texts(replace(PLATINUM, units=units))]
    assert printed == ["Ω", "1/K", "V/K²"]
    assert coefficient_texts(replace(PLATINUM, units=("", "1", "s")))[0][1].endswith("0")


@pytest.fixture(scope="module")
def with_curve(whole_live: Certificate) -> Certificate:
    first, *rest = whole_live.sections
    return replace(whole_live, sections=(replace(first, curves=(PLATINUM,)), *rest))


def test_it_stands_in_pdf_and_html_in_both_languages(with_curve: Certificate) -> None:
    (plot,) = curve_plots(with_curve, Speaker("both"))
    drawn = etree.fromstring(plot["svg"].encode())
    assert [element.tag.rpartition("}")[2] for element in drawn].count("polyline") == 2
    assert "250 °C" in plot["alt"]
    page = render(with_curve, "html", "both").decode("utf-8")
    assert page.count(plot["svg"]) == 1
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(render(with_curve, "pdf", "both"))).pages)
    assert "Left: the curve, its band" in text
    assert "探头特性" in text
    assert "U(R(t))" in text
    assert render(with_curve, "pdf", "both") == render(with_curve, "pdf", "both")
