"""Every public function, every argument, all that it cannot be: an error of our own tree, or an answer."""

from __future__ import annotations

import importlib
import math

import numpy as np
import pint
import pytest

import calibrator_uncertainty as cu
from calibrator_uncertainty import comparison, regression, risk, rounding, timeseries

Q = pint.get_application_registry().Quantity
rng = np.random.default_rng(1)
v, w = cu.uncertain(cu.normal("v", 10.0, 0.1, "V")), cu.uncertain(cu.normal("w", 10.1, 0.1, "V"))
bud = cu.Budget(lambda a, b: a * b, [cu.normal("a", 1.0, 0.1, "V"), cu.normal("b", 2.0, 0.1, "A")], unit="W")
res = {"A": v, "B": w, "C": cu.uncertain(cu.normal("x", 10.3, 0.2, "V"))}
lim = risk.Limits(Q(9.0, "V"), Q(11.0, "V"))
pr = risk.normal_prior(Q(10.0, "V"), Q(0.3, "V"), name="p")
xs = Q(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]), "V")
ys = Q(np.array([1.1, 1.9, 3.2, 3.9, 5.1, 6.2, 6.8]), "A")
sp = timeseries.second_order_response(Q(np.linspace(0.0, 500.0, 40), "Hz"), 1.0, 0.3, Q(300.0, "Hz"))
ser, dt = Q(np.sin(np.arange(64) / 3.0), "V"), Q(1e-3, "s")
# fmt: off
CALLS = [
    (cu.Budget, {"model": lambda a, b: a * b, "inputs": [cu.normal("a", 1.0, 0.1, "V"), cu.normal("b", 2.0,
      0.1, "A")], "unit": "W", "name": "n", "correlations": {("a", "b"): 0.5}}),
    (bud.evaluate, {"policy": "p95"}),
    (bud.at, {"a": Q(1.0, "V")}),
    (bud.table, {"estimates": {"a": [1.0, 2.0]}, "u": {"a": [0.1, 0.1]}, "dof": {"a": [5, 5]},
      "policy": "p95"}),
    (bud.monte_carlo, {"rng": rng, "draws": 10000, "digits": 2, "probability": 0.95, "most": 10 ** 6}),
    (bud.quasi_monte_carlo, {"rng": rng, "power": 6, "digits": 1, "probability": 0.95}),
    (bud.sobol_indices, {"rng": rng, "power": 8}),
    (bud.cuts, {"target": 0.1, "policy": "p95"}),
    (cu.Multivariate, {"models": {"p": lambda a: a}, "inputs": [cu.normal("a", 1.0, 0.1, "V")],
      "units": {"p": "V"}, "correlations": None}),
    (cu.Input, {"name": "a", "estimate": 1.0, "unit": "V", "u": 0.1, "dof": 5.0,
      "distribution": cu.normal("a", 1.0, 0.1, "V").distribution, "source": "", "shared": None}),
    (cu.gauge_study, {"readings": [[[1.0, 1.2], [1.1, 1.3]], [[3.0, 3.2], [3.3, 3.1]]], "pool_above": 0.2}),
    (cu.anova, {"groups": [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]}),
    (cu.arcsine, {"name": "a", "estimate": 1.0, "half_width": 0.1, "unit": "V", "source": "s",
      "shared": "q"}),
    (cu.array, {"estimates": [1.0, 2.0], "u": [0.1, 0.1], "unit": "V",
      "half_width": None, "distribution": "normal", "beta": 0.5, "dof": 5.0, "name": "a", "source": "s"}),
    (cu.array_of_readings, {"readings": [[1.0, 2.0], [2.0, 4.0], [3.0, 3.0]], "unit": "V", "axis": 0,
      "floor_u": 0.1, "name": "a", "source": "s"}),
    (cu.autocorrelated, {"name": "a", "readings": list(rng.random(50)), "unit": "V", "source": "s"}),

    (cu.bayesian, {"name": "a", "readings": [1.0, 2.0, 3.0, 4.0, 5.0], "unit": "V", "source": "s"}),
    (cu.between, {"name": "a", "lower": 1.0, "upper": 2.0, "unit": "V", "source": "s", "shared": "r"}),
    (cu.budget_of, {"value": v, "name": "x"}),
    (cu.certificate, {"name": "a", "value": 1.0, "U": 0.1, "unit": "V", "k": 2.0, "probability": None,
      "dof": 5.0, "source": "s", "shared": "t"}),
    (regression.choose_degree, {"x": xs, "y": ys, "degrees": range(1, 4), "criterion": "aicc", "u_x": None,
      "u_y": Q(0.1, "A"), "scatter": None}),
    (cu.complex_array, {"name": "a", "estimates": [1 + 1j, 2j], "u": 0.1, "unit": "V", "dof": 5.0,
      "source": "s"}),
    (cu.complex_uncertainty, {"value": cu.uncertain_complex("z", 1 + 1j, 0.1, "V"), "probability": 0.95}),
    (cu.components, {"value": v}),
    (cu.constant, {"name": "a", "value": 1.0, "unit": "V", "source": "s"}),
    (cu.correlated, {"names": ["a", "b"], "estimates": [1.0, 2.0], "covariance": [[0.1, 0.0], [0.0, 0.1]],
      "units": ["V", "V"], "dof": 5.0, "source": "s"}),
    (cu.correlated_array, {"estimates": [1.0, 2.0], "covariance": [[0.1, 0.0], [0.0, 0.1]], "unit": "V",
      "dof": 5.0, "name": "s"}),
    (cu.correlation, {"one": v, "other": w}),
    (cu.covariance, {"one": v, "other": w}),
    (cu.coverage_factor, {"policy": "p95", "dof": 5.0, "rectangles": [1.0], "u": 1.0}),
    (cu.degrees_of_freedom, {"value": v}),
    (cu.dump_budget, {"budget": bud}),
    (cu.dumps, {"values": {"v": v}}),
    (cu.effective_dof, {"contributions": [(1.0, 5.0)]}),
    (cu.estimate, {"value": v}),
    (cu.expanded_uncertainty, {"value": v, "policy": "p95"}),
    (cu.exponential, {"name": "a", "estimate": 1.0, "unit": "V", "source": "s"}),
    (cu.fit_columns, {"columns": {"a": np.ones(7), "b": np.arange(7.0)}, "y": ys, "u_y": Q(0.1, "A"),
      "scatter": None}),
    (cu.fit_curve, {"model": lambda x, a, b: a + b * x, "x": xs, "y": ys, "start": {"a": Q(0.0, "A"),
      "b": Q(1.0, "A/V")}, "u_x": None, "u_y": Q(0.1, "A"), "scatter": None, "at": "adjusted",
      "engine": "own"}),
    (cu.fit_line, {"x": xs, "y": ys, "u_x": Q(0.1, "V"), "u_y": Q(0.1, "A"), "origin": Q(0.0, "V"),
      "scatter": None, "at": "adjusted"}),
    (cu.fit_polynomial, {"x": xs, "y": ys, "degree": 2, "u_x": None, "u_y": Q(0.1, "A"), "origin": Q(0.0,
      "V"), "scatter": None, "at": "adjusted"}),
    (cu.gamma, {"name": "a", "estimate": 4.0, "u": 1.0, "unit": "V", "shape": None, "scale": None,
      "lower": 0.0, "source": "s", "shared": "g"}),
    (cu.lognormal, {"name": "a", "estimate": None, "u": None, "unit": "V", "median": 1.0, "sigma": 0.1,
      "lower": 0.0, "source": "s", "shared": "l"}),
    (cu.weibull, {"name": "a", "estimate": None, "u": None, "unit": "V", "shape": 2.0, "scale": 3.0,
      "lower": 0.0, "source": "s", "shared": "w2"}),
    (cu.beta, {"name": "a", "estimate": 1.0, "u": 0.1, "unit": "V", "lower": 0.0, "upper": 3.0,
      "alpha": None, "beta": None, "source": "s", "shared": "b"}),
    (cu.from_gtc, {"values": {}, "units": {}}),
    (cu.from_uncertainties, {"values": {}, "units": {}}),
    (cu.from_half_width, {"name": "a", "estimate": 1.0, "half_width": 0.1, "unit": "V", "k": 2.0,
      "treat_as": "normal_k", "source": "s", "shared": "u"}),
    (cu.from_histogram, {"name": "a", "edges": [1.0, 2.0, 3.0], "counts": [4.0, 5.0], "unit": "V",
      "source": "s"}),
    (cu.from_samples, {"name": "a", "values": list(np.sin(np.arange(200))), "unit": "V", "source": "s"}),
    (cu.grouped, {"name": "a", "groups": [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]], "unit": "V", "pool": False,
      "significance": 0.05, "source": "s"}),
    (cu.implicit, {"equation": lambda x, a: x * x - a, "bracket": (0.0, 9.0), "units": ["V**2"],
      "unit": "V"}),
    (cu.inexact_limits, {"name": "a", "lower": 1.0, "upper": 2.0, "inexact_by": 0.1, "unit": "V",
      "source": "s"}),
    (cu.integral, {"function": lambda t: t * t, "low": Q(0.0, "s"), "high": Q(1.0, "s"),
      "tolerance": 1e-08}),
    (cu.joint_conformity, {"budgets": [bud], "limits": [risk.Limits(Q(1.0, "W"), Q(3.0, "W"))],
      "draws": 2000, "rng": rng}),
    (cu.judge, {"error": Q(0.1, "V"), "U": Q(0.1, "V"), "u": Q(0.05, "V"), "dof": 50.0, "lower": Q(-1.0,
      "V"), "upper": Q(1.0, "V"), "rule": "guard-band-u"}),
    (cu.load_budget, {"text": cu.dump_budget(bud), "model": bud.model}),
    (cu.loads, {"text": cu.dumps({"v": v})}),
    (cu.normal, {"name": "a", "estimate": 1.0, "u": 0.1, "unit": "V", "k": 1.0, "dof": 5.0, "source": "s",
      "shared": "v"}),
    (cu.plain, {"number": rounding.round_uncertainty(1.0)}),
    (cu.pooled, {"name": "a", "readings": [1.0, 2.0], "unit": "V", "deviation": 0.1, "dof": 5.0,
      "source": "s"}),
    (cu.pooled_deviation, {"groups": [[1.0, 2.0], [2.0, 3.0]]}),
    (cu.rectangular, {"name": "a", "estimate": 1.0, "half_width": 0.1, "unit": "V", "dof": 5.0,
      "source": "s", "shared": "w"}),
    (cu.robust, {"name": "a", "readings": [1.0, 2.0, 3.0, 4.0, 5.0], "unit": "V", "source": "s"}),
    (cu.round_like, {"value": 1.234, "rounded_uncertainty": rounding.round_uncertainty(0.12)}),
    (cu.round_uncertainty, {"expanded": 0.123, "digits": 2}),
    (cu.salib_indices, {"budget": bud, "rng": rng, "power": 6, "probability": 0.95}),
    (cu.simultaneous, {"names": ["a", "b"], "readings": [[1.0, 2.0], [1.1, 2.2], [1.2, 2.1]], "units": ["V",
      "V"], "source": "s"}),
    (cu.specification, {"name": "a", "estimate": 1.0, "unit": "V", "at": 1.0, "of_reading": 0.0001,
      "of_range": 1e-05, "range_value": 10.0, "floor": 1e-06, "k": 2.0, "treat_as": "normal_k",
      "source": "s", "shared": "x"}),
    (cu.standard_uncertainty, {"value": v}),
    (cu.student_t, {"name": "a", "estimate": 1.0, "u": 0.1, "dof": 5.0, "unit": "V", "source": "s",
      "shared": "y"}),
    (cu.to_gtc, {"values": {"v": v}}),
    (cu.to_uncertainties, {"values": {"v": v}}),
    (cu.trapezoidal, {"name": "a", "estimate": 1.0, "half_width": 0.1, "beta": 0.5, "unit": "V",
      "source": "s", "shared": "z"}),
    (cu.triangular, {"name": "a", "estimate": 1.0, "half_width": 0.1, "unit": "V", "source": "s",
      "shared": "z1"}),
    (cu.type_a, {"name": "a", "readings": [1.0, 2.0, 3.0], "unit": "V", "floor_u": 0.01, "source": "s"}),
    (cu.uncertain, {"one": cu.normal("a", 1.0, 0.1, "V")}),
    (cu.uncertain_complex, {"name": "a", "estimate": 1 + 1j, "u": 0.1, "unit": "V", "dof": 5.0,
      "source": "s", "together": True}),
    (cu.validate_first_order, {"budgets": [bud], "draws": 10000, "rng": rng, "policy": "p95", "ndig": 1}),
    (cu.wrapped, {"function": math.exp, "derivatives": [math.exp], "units": [""], "unit": ""}),
    (comparison.bilateral_equivalence, {"results": res, "policy": "k2"}),
    (comparison.cochran, {"deviations": {"A": 0.1, "B": 0.2, "C": 0.15}, "replicates": 5, "level": 0.05}),
    (comparison.cochran_search, {"deviations": {"A": 0.1, "B": 0.2, "C": 0.15}, "replicates": 5, "most": 1,
      "level": 0.05}),
    (comparison.degrees_of_equivalence, {"results": res, "reference": comparison.weighted_mean(res),
      "policy": "k2", "between": False}),
    (comparison.dersimonian_laird, {"results": res, "level": 0.05}),
    (comparison.en_number, {"value": 1.0, "U": 0.1, "reference": 1.1, "U_reference": 0.2,
      "in_reference": False}),
    (comparison.grubbs, {"values": {"A": 1.0, "B": 1.2, "C": 1.3, "D": 2.0}, "level": 0.05}),
    (comparison.largest_consistent_subset, {"results": res, "level": 0.05}),
    (comparison.mandel_paule, {"results": res, "level": 0.05}),
    (comparison.median, {"results": res, "rng": rng, "draws": 10000}),
    (comparison.outlier_search, {"values": {"A": 1.0, "B": 1.2, "C": 1.3, "D": 2.0}, "most": 1,
      "level": 0.05}),
    (comparison.weighted_mean, {"results": res, "exclude": ["A"], "level": 0.05}),
    (regression.table, {"x": xs, "y": ys, "kind": "linear", "u_x": Q(0.1, "V"), "u_y": Q(0.1, "A")}),
    (risk.Limits, {"lower": Q(9.0, "V"), "upper": Q(11.0, "V")}),
    (risk.conformance_probabilities, {"measured": Q(np.array([1.0, 2.0]), "V"), "lower": Q(0.0, "V"),
      "upper": Q(3.0, "V"), "u": Q(0.1, "V"), "dof": 5.0}),
    (risk.decide_ilac_g8, {"measured": Q(10.0, "V"), "limits": lim, "U": Q(0.1, "V"), "u": Q(0.05, "V"),
      "binary": True, "k": 2.0}),
    (risk.decide_iso14253, {"measured": Q(10.0, "V"), "limits": lim, "u": Q(0.05, "V"),
      "probability": 0.95}),
    (risk.decide_jjf1094, {"measured": Q(10.0, "V"), "limits": lim, "U95": Q(0.1, "V"), "u": Q(0.05, "V"),
      "k": 2.0}),
    (risk.density_prior, {"density": lambda x: np.exp(-x * x), "lower": Q(-5.0, "V"), "upper": Q(5.0, "V"),
      "name": "n"}),
    (risk.empirical_prior, {"values": Q(np.sin(np.arange(50)), "V"), "name": "n"}),
    (risk.global_risk, {"limits": lim, "u": Q(0.1, "V"), "prior": pr, "acceptance": None,
      "guard_band": Q(0.1, "V"), "dof": 50.0}),
    (risk.guard_band, {"rule": "ilac-g8", "limits": lim, "U": Q(0.1, "V")}),
    (risk.guard_band_for_global_risk, {"limits": lim, "u": Q(0.1, "V"), "prior": pr, "target": 0.02,
      "conditional": False, "dof": 50.0}),
    (risk.guard_band_for_specific_risk, {"limits": lim, "u": Q(0.1, "V"), "target": 0.02, "dof": 50.0}),
    (risk.histogram_prior, {"edges": Q(np.array([1.0, 2.0, 3.0]), "V"), "counts": [3.0, 4.0], "name": "n"}),

    (risk.in_tolerance_lower_bound, {"passed": 9, "tested": 10, "confidence": 0.95}),
    (risk.measurement_capability, {"limits": lim, "u": Q(0.1, "V"), "U": Q(0.2, "V"), "k": 2.0}),
    (risk.normal_prior, {"mean": Q(10.0, "V"), "standard_deviation": Q(0.1, "V"), "name": "n"}),
    (risk.process_capability, {"limits": lim, "mean": Q(10.0, "V"), "standard_deviation": Q(0.3, "V"),
      "u": Q(0.1, "V")}),
    (risk.reliability_prior, {"observed": 0.95, "limits": lim, "u": Q(0.1, "V"), "mean": Q(10.0, "V"),
      "name": "n"}),
    (risk.specific_risk, {"measured": Q(10.0, "V"), "limits": lim, "u": Q(0.1, "V"), "dof": 5.0,
      "prior": None}),
    (risk.uniform_prior, {"lower": Q(9.0, "V"), "upper": Q(11.0, "V"), "name": "n"}),
    (risk.z540_method_6_multiplier, {"tur": 2.0}),
    (rounding.express, {"result": v, "coverage": "p95", "digits": 2, "policy": "nearest", "step": 1}),
    (rounding.parse_result, {"text": "1.23(4) V"}),
    (rounding.round_expanded, {"uncertainty": 0.123, "digits": 2, "policy": "nearest", "step": 1}),
    (rounding.round_gbt8170, {"number": 1.23, "interval": 0.1}),
    (rounding.round_result, {"value": 1.234, "uncertainty": 0.12, "unit": "V", "digits": 2,
      "policy": "nearest", "step": 1}),
    (rounding.round_to_step, {"number": 1.23, "step": 0.1, "direction": "nearest"}),
    (rounding.round_together, {"values": [1.0, 2.0], "uncertainties": [0.1, 0.1], "unit": "V", "digits": 2,
      "policy": "nearest"}),
    (rounding.whole_dof, {"dof": 5.5}),
    (timeseries.allan_deviation, {"values": ser, "interval": dt, "factors": [1, 2], "kind": "oadev",
      "noise": "white_fm"}),
    (timeseries.apply_response, {"values": ser, "interval": dt, "response": sp}),
    (timeseries.average_blocks, {"values": ser, "count": 4}),
    (timeseries.deconvolve, {"values": ser, "interval": dt, "response": sp, "low_pass": None}),
    (timeseries.fir_filter, {"b": [0.5, 0.5], "values": ser, "before": "zero"}),
    (timeseries.fit_second_order, {"response": sp, "scatter": "scaled"}),
    (timeseries.iir_filter, {"b": [0.5], "a": [1.0, -0.5], "values": ser, "before": "zero"}),
    (timeseries.inverse_filter, {"response": sp, "interval": dt, "order": 4, "delay": 2}),
    (timeseries.low_pass, {"frequency": Q(np.arange(5.0), "Hz"), "cutoff": Q(2.0, "Hz"), "order": 4}),
    (timeseries.mean_response, {"frequency": Q(np.array([1.0, 2.0]), "Hz"), "runs": [[1 + 1j, 2 + 1j],
      [1.1 + 1j, 2.1 + 1j], [1.0 + 1.1j, 2.0 + 1.2j]], "unit": "", "jointly": False}),
    (timeseries.resample, {"times": Q(np.arange(5.0), "s"), "values": cu.array([1.0, 2.0, 3.0, 4.0, 5.0],
      0.1, "V"), "new_times": Q(np.array([0.5, 1.5]), "s"), "kind": "linear"}),
    (timeseries.second_order_response, {"frequency": Q(np.array([1.0, 2.0]), "Hz"), "gain": 1.0,
      "damping": 0.3, "resonance": Q(300.0, "Hz")}),
    (timeseries.spectrum, {"values": ser, "interval": dt}),
    (timeseries.with_time_stamps, {"times": Q(np.arange(5.0), "s"), "values": cu.array([1.0, 2.0, 3.0, 4.0,
      5.0], 0.1, "V"), "jitter": Q(0.01, "s"), "offset": Q(0.01, "s"), "rate": 0.0, "derivative": None}),
]
# fmt: on
BAD = [
    "x",
    "",
    None,
    [],
    [1.0, "y"],
    [[1.0], [1.0, 2.0]],
    1j,
    math.nan,
    math.inf,
    -1.0,
    0,
    True,
    {},
    object(),
    Q(1.0, "kg"),
    v,
    {"a": 1.0},
    np.array(["a"]),
    3.7,
]


def _name(function):
    return getattr(function, "__qualname__", repr(function))


def _cases():
    for function, given in CALLS:
        slow = [pytest.mark.slow] if _name(function) in ("salib_indices", "Budget.quasi_monte_carlo") else []
        yield pytest.param(function, given, id=_name(function), marks=slow)  # those load SALib, scipy.stats


@pytest.mark.parametrize(("function", "given"), list(_cases()))
def test_whatever_is_handed_in_is_answered_or_refused_in_our_words(function, given):
    with np.errstate(all="ignore"):
        function(**given)
        for name in given:
            for bad in BAD:
                try:
                    function(**{**given, name: bad})
                except cu.UncertaintyError:
                    continue
                except Exception as problem:  # noqa: BLE001 - what comes out is the question
                    pytest.fail(f"{name}={bad!r}: {type(problem).__name__}: {problem}")


def test_no_public_function_is_left_out():
    named = {getattr(function, "__name__", "") for function, _ in CALLS}
    for room in ("", ".comparison", ".regression", ".risk", ".rounding", ".timeseries"):
        module = importlib.import_module(f"calibrator_uncertainty{room}")
        functions = (name for name in module.__all__ if name[0].islower())
        assert [name for name in functions if name not in named] == [], room
