"""Budgets against published ones (JCGM 100:2008 annex H; EA-4/02 M:2022 supplements)."""

import math

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    BudgetResult,
    FormatError,
    Input,
    InputError,
    ModelError,
    NotSupportedError,
    UnitsError,
    arcsine,
    constant,
    coverage_factor,
    normal,
    rectangular,
    triangular,
    type_a,
)

INF = math.inf


def end_gauge():
    """JCGM 100, H.1: a 50 mm end gauge by comparison."""

    def model(*, l_s, d, d_1, d_2, alpha_s, d_alpha, theta, delta, d_theta):
        return l_s + d + d_1 + d_2 - l_s * (d_alpha * (theta + delta) + alpha_s * d_theta)

    inputs = [
        normal("l_s", 50.000623, 25e-6, "mm", dof=18),
        normal("d", 215, 5.8, "nm", dof=24),
        normal("d_1", 0, 3.9, "nm", dof=5),
        normal("d_2", 0, 6.7, "nm", dof=8),
        rectangular("alpha_s", 11.5e-6, 2e-6, "1/K"),
        rectangular("d_alpha", 0, 1e-6, "1/K", dof=50),
        normal("theta", -0.1, 0.2, "K"),
        arcsine("delta", 0, 0.5, "K"),
        rectangular("d_theta", 0, 0.05, "K", dof=2),
    ]
    return Budget(model, inputs, unit="mm", name="end gauge")


def test_end_gauge():
    result = end_gauge().evaluate(policy="p99")
    assert result.value == pytest.approx(50.000838, abs=5e-7)
    assert result.u * 1e6 == pytest.approx(32, abs=0.5)  # nm; H.1.4: 31.71
    assert result.u**2 * 1e12 == pytest.approx(1002, abs=5)
    assert result.dof == pytest.approx(16.7, abs=0.3)  # H.1.6: 16.7, truncated to 16
    assert result.k == pytest.approx(2.92, abs=0.005)
    assert pytest.approx(93, abs=0.8) == result.U * 1e6
    shares = {line.name: line for line in result.lines}
    assert abs(shares["d_theta"].contribution) * 1e6 == pytest.approx(16.6, abs=0.1)
    assert abs(shares["d_alpha"].contribution) * 1e6 == pytest.approx(2.9, abs=0.05)
    assert shares["alpha_s"].contribution == 0.0
    assert math.fsum(line.share for line in result.lines) == pytest.approx(1.0, rel=1e-12)


def test_weight_of_ten_kilograms():  # EA-4/02 S2: 10.000 025 kg, u = 29.3 mg, U = 59 mg
    inputs = [
        normal("m_s", 10000.005, 0.045, "g", k=2.0),
        rectangular("drift", 0, 15, "mg"),
        normal("difference", 20, 25 / math.sqrt(3), "mg"),
        rectangular("comparator", 0, 10, "mg"),
        rectangular("buoyancy", 0, 10, "mg"),
    ]
    result = Budget(
        lambda m_s, drift, difference, comparator, buoyancy: m_s + drift + difference + comparator + buoyancy,
        inputs,
        unit="kg",
    ).evaluate(policy="k2")
    assert result.value == pytest.approx(10.000025, abs=1e-9)
    assert result.u * 1e6 == pytest.approx(29.3, abs=0.1)
    assert pytest.approx(59, abs=0.5) == result.U * 1e6


def test_standard_resistor_of_ten_kiloohm():  # EA-4/02 S3: 10 000.178 ohm, u = 8.33 mohm, U = 17 mohm
    inputs = [
        normal("R_S", 10000.053, 0.005, "ohm", k=2.0),
        rectangular("drift", 0.020, 0.010, "ohm"),
        rectangular("dR_TS", 0, 2.75, "mohm"),
        rectangular("dR_TX", 0, 5.5, "mohm"),
        triangular("r_C", 1.0, 1e-6, ""),
        normal("r", 1.0000105, 0.07e-6, "", dof=4),
    ]
    result = Budget(
        lambda R_S, drift, dR_TS, dR_TX, r_C, r: (R_S + drift + dR_TS) * r_C * r - dR_TX, inputs, unit="ohm"
    ).evaluate(policy="k2")
    assert result.value == pytest.approx(10000.178, abs=0.0005)
    assert result.u == pytest.approx(0.00833, abs=0.00005)
    assert pytest.approx(0.017, abs=0.0005) == result.U


def test_hand_held_multimeter_with_a_dominant_rectangle():  # EA-4/02 S9: 0.10 V, U = 0.05 V, k = 1.65
    inputs = [
        constant("V_iX", 100.1, "V"),
        normal("V_S", 100.0, 0.002, "V", k=2.0),
        rectangular("resolution", 0, 0.05, "V"),
        rectangular("calibrator", 0, 0.011, "V"),
    ]
    result = Budget(
        lambda V_iX, V_S, resolution, calibrator: V_iX - V_S + resolution - calibrator, inputs, unit="V"
    ).evaluate()
    assert result.value == pytest.approx(0.10, abs=1e-12)
    assert result.u == pytest.approx(0.030, abs=0.0005)
    assert (result.k, round(result.U, 2)) == (1.65, 0.05)


def test_vernier_caliper_with_two_dominant_rectangles():  # EA-4/02 S10: 0.10 mm, U = 0.06 mm, k = 1.83
    inputs = [
        constant("l_iX", 150.10, "mm"),
        rectangular("l_S", 150.00, 0.0008, "mm"),
        rectangular("dT", 0, 2, "K"),
        constant("alpha", 11.5e-6, "1/K"),
        rectangular("resolution", 0, 25, "um"),
        rectangular("mechanical", 0, 50, "um"),
    ]
    result = Budget(
        lambda l_iX, l_S, dT, alpha, resolution, mechanical: (
            l_iX - l_S + l_S * alpha * dT + resolution + mechanical
        ),
        inputs,
        unit="mm",
    ).evaluate()
    assert result.value == pytest.approx(0.10, abs=1e-9)
    assert result.u == pytest.approx(0.033, abs=0.0008)  # printed from rounded contributions
    assert (result.k, round(result.U, 2)) == (1.83, 0.06)


def test_shared_inputs_are_one_error():  # JCGM 100, 5.2.2, r = 1; F.1.2.3
    def model(a, b):
        return a - b

    def budget(shared):
        return Budget(
            model,
            [normal("a", 1, 0.1, "V", shared=shared), normal("b", 1, 0.1, "V", shared=shared)],
            unit="V",
        )

    assert budget("standard").evaluate().u == 0.0
    assert budget(None).evaluate().u == pytest.approx(0.1 * math.sqrt(2), rel=1e-12)


def test_ten_resistors_compared_with_one_standard():  # JCGM 100, 5.2.2 example: u = 1 ohm, not 0.32 ohm
    names = [f"R{i}" for i in range(10)]
    inputs = [normal(name, 1000, 0.1, "ohm", shared="R_s") for name in names]
    result = Budget(lambda **r: sum(r[name] for name in names), inputs, unit="ohm").evaluate(policy="k2")
    assert result.value == pytest.approx(10_000.0, rel=1e-14)
    assert result.u == pytest.approx(1.0, rel=1e-12)


def test_temperatures_differ_in_kelvins():
    inputs = [normal("t_x", 180.1, 0.1, "degC"), normal("t_s", 180.0, 0.1, "degC")]
    result = Budget(lambda t_x, t_s: t_x - t_s, inputs, unit="degC").evaluate()
    assert result.value == pytest.approx(0.1, abs=1e-9)
    assert result.u == pytest.approx(0.1 * math.sqrt(2), rel=1e-9)


def test_value_that_units_scale():
    result = Budget(lambda v: v, [normal("v", 1.5, 0.1, "mV")], unit="uV").evaluate()
    assert (result.value, result.u) == (pytest.approx(1500.0, rel=1e-14), pytest.approx(100.0, rel=1e-14))
    assert result.lines[0].sensitivity == pytest.approx(1000.0, rel=1e-14)


def test_second_evaluation_gives_the_same_bits():
    budget = end_gauge()
    assert budget.evaluate() == budget.evaluate() == end_gauge().evaluate()


def test_result_survives_json_bit_for_bit():
    result = end_gauge().evaluate()
    assert BudgetResult.from_json(result.to_json()) == result


@pytest.mark.parametrize("text", ["{}", "[]", "no", '{"format": 99}', '{"format": 1, "lines": [{}]}'])
def test_text_that_is_no_result_is_refused(text):
    with pytest.raises(FormatError):
        BudgetResult.from_json(text)


def test_tables_name_every_input_and_state_the_result():
    result = end_gauge().evaluate()
    for table in (result.to_text(), result.to_markdown(), result.to_html()):
        for name in ("l_s", "d_theta", "arcsine", "2.12", "50.000838"):
            assert name in table
    assert "k = 2.12 (p = 95 %)" in result.to_text()


def test_html_escapes_what_people_wrote():
    result = Budget(lambda x: x, [normal("x", 1, 0.1, "V")], unit="V", name="<b>&").evaluate()
    assert "&lt;b&gt;&amp;" in result.to_html()
    assert "<b>" not in result.to_html()


@pytest.mark.parametrize(
    ("model", "unit", "kind"),
    [
        (lambda a, b: a + b, "V", UnitsError),
        (lambda a, b: a * b, "V", UnitsError),
        (lambda a, b: a, "volts_of_old", UnitsError),
        (lambda a, b: np.exp(a), "", UnitsError),
    ],
)
def test_units_that_do_not_fit_are_refused(model, unit, kind):
    with pytest.raises(kind):
        Budget(model, [normal("a", 1, 0.1, "V"), normal("b", 1, 0.1, "A")], unit=unit, name="p").evaluate()


def test_unknown_unit_of_an_input_is_named():
    with pytest.raises(UnitsError, match=r"'vlot' is unknown \(a\)"):
        Budget(lambda a: a, [normal("a", 1, 0.1, "vlot")], unit="V").evaluate()


@pytest.mark.parametrize(
    ("model", "code"),
    [
        (lambda a: np.sqrt(a - 2.0), "not-finite"),
        (lambda a: 1 / (a - 1.0), "not-finite"),
        (lambda a: np.sqrt(a - 1.0), "infinite-slope"),
        (lambda a: 3.0, "no-dependence"),
    ],
)
def test_model_that_fails_at_the_estimates_is_named(model, code):
    with pytest.raises(ModelError) as caught:
        Budget(model, [normal("a", 1, 0.1, "")], unit="").evaluate()
    assert caught.value.code == code


def test_model_that_would_drop_the_uncertainty_is_refused():
    for model in (math.sin, np.floor, float):
        with pytest.raises(NotSupportedError):
            Budget(lambda a, f=model: f(a), [normal("a", 1, 0.1, "")], unit="").evaluate()


def test_input_names_are_unique_and_there_is_one():
    with pytest.raises(InputError, match="used twice"):
        Budget(lambda a: a, [normal("a", 1, 1, ""), normal("a", 1, 1, "")], unit="")
    with pytest.raises(InputError, match="at least one input"):
        Budget(lambda: 1, [], unit="")


def test_input_without_spread_does_not_count():
    result = Budget(lambda a, b: a + b, [constant("a", 1, "V"), Input("b", 2, "V", 0.0)], unit="V").evaluate()
    assert (result.u, result.U, result.dof) == (0.0, 0.0, INF)
    assert [line.share for line in result.lines] == [0.0, 0.0]


def test_few_readings_widen_the_interval():
    result = Budget(lambda v: v, [type_a("v", [1.0, 1.1, 1.2], "V")], unit="V").evaluate()
    assert result.k == coverage_factor("p95", 2.0) == pytest.approx(4.30, abs=0.005)
