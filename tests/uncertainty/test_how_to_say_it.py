"""The tutorial's table for users of other libraries, and the README, run: both sides, and give the same.

GTC and `uncertainties` are called; suncal (GPL), MetroloPy and METAS UncLib are no part of the test extra: of
their rows our side alone is run against what theirs stands for.
"""

import contextlib
import inspect
import io
import math
import re
import textwrap
from pathlib import Path

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    array,
    beta,
    budget_of,
    complex_uncertainty,
    components,
    correlated,
    correlated_array,
    correlation,
    covariance,
    coverage_factor,
    degrees_of_freedom,
    dumps,
    estimate,
    fit_curve,
    fit_line,
    from_gtc,
    from_uncertainties,
    gamma,
    joint_conformity,
    judge,
    loads,
    lognormal,
    normal,
    simultaneous,
    standard_uncertainty,
    to_gtc,
    to_uncertainties,
    type_a,
    uncertain,
    uncertain_complex,
    weibull,
    wrapped,
)
from calibrator_uncertainty.risk import Limits, global_risk, guard_band, normal_prior, specific_risk
from calibrator_uncertainty.rounding import parse_result

GTC = pytest.importorskip("GTC", reason="an oracle of the test extra")
uncertainties = pytest.importorskip("uncertainties", reason="an oracle of the test extra")
unumpy = pytest.importorskip("uncertainties.unumpy", reason="an oracle of the test extra")
ta, rp, pr = GTC.ta, GTC.rp, GTC.pr

ROOT = Path(__file__).parents[2]
READINGS = [1.02, 0.97, 1.05, 1.01, 0.99]
X, Y = [1.0, 2.0, 3.0, 4.0, 5.0], [1.1, 2.0, 3.1, 3.9, 5.2]
MATRIX = np.array([[0.04, 0.01], [0.01, 0.09]])


def same(ours, theirs, rel=1e-12):
    """Compare value, u and dof of ours with a real number of GTC."""
    assert ours.magnitude.value == pytest.approx(theirs.x, rel=rel)
    assert ours.magnitude.u == pytest.approx(theirs.u, rel=rel)
    assert float(ours.magnitude.dof) == pytest.approx(theirs.df, rel=1e-9)


def ureal():
    x, u, df = 1.5, 0.1, 7.0
    same(uncertain(normal("label", x, u, "", dof=df)), GTC.ureal(x, u, df, "label"))


def ucomplex():
    z, parts = 1.0 + 2.0j, (0.1, 0.2)
    ours = uncertain_complex("z", z, parts, "", dof=5, together=False)
    theirs = GTC.ucomplex(z, parts, 5)
    same((ours * ours).real, (theirs * theirs).real)


def complex_estimate():
    data = [1.0 + 1.0j, 1.1 + 0.9j, 0.9 + 1.05j, 1.05 + 1.1j]
    theirs = ta.estimate(data)
    covariance = np.reshape(GTC.variance(theirs), (2, 2))
    ours = uncertain_complex("z", GTC.value(theirs), covariance, "", dof=3)
    assert complex_uncertainty(ours).dof == pytest.approx(3.0)
    assert ours.magnitude.real.u == pytest.approx(theirs.real.u, rel=1e-12)
    assert correlation(ours.real, ours.imag) == pytest.approx(
        GTC.get_correlation(theirs.real, theirs.imag), rel=1e-9
    )


def data_estimate():
    same(uncertain(type_a("x", READINGS, "")), ta.estimate(READINGS))


def several():
    pairs = list(zip(X, Y, strict=True))
    a, b = simultaneous(["a", "b"], pairs, ["", ""])
    one, other = ta.multi_estimate_real([X, Y])
    same(a / b, one / other)
    c, d = correlated(["c", "d"], [1.0, 2.0], np.diag([0.01, 0.04]), ["", ""], dof=6)
    e, f = GTC.multiple_ureal([1.0, 2.0], [0.1, 0.2], 6)
    same(c * d, e * f)


def budget():
    q = uncertain(normal("a", 1.0, 0.1, "")) * 2.0
    theirs = rp.budget(GTC.ureal(1.0, 0.1, label="a") * 2.0)
    assert [(one.name, one.contribution) for one in components(q)] == [(one.label, one.u) for one in theirs]
    assert coverage_factor("p95", 7.0) == pytest.approx(rp.k_factor(7.0), rel=1e-9)


def kept():
    archive = pr.Archive()
    theirs = GTC.ureal(1.0, 0.1)
    archive.add(y=theirs)
    again = pr.loads_json(pr.dumps_json(archive)).extract("y")
    q = uncertain(normal("y", 1.0, 0.1, ""))
    assert standard_uncertainty(loads(dumps({"y": q}))["y"] - q).magnitude == 0.0
    assert again.u == theirs.u


def table_of_a_number():
    q = uncertain(normal("a", 1.0, 0.1, "V")) + uncertain(normal("b", 1.0, 0.2, "V"))
    assert [line.name for line in budget_of(q).evaluate().lines] == ["a", "b"]


def gtc_number():
    theirs = GTC.ureal(1.0, 0.1, 5.0)
    ours = from_gtc({"x": theirs})["x"]
    same(ours, theirs)
    assert to_gtc({"x": ours})["x"].u == pytest.approx(0.1)


def ufloat():
    x, u, tag = 1.5, 0.1, "tag"
    ours, theirs = uncertain(normal(tag, x, u, "")), uncertainties.ufloat(x, u, tag)
    assert (ours**2).magnitude.u == pytest.approx((theirs**2).std_dev, rel=1e-12)


def nominal():
    ours, theirs = uncertain(normal("y", 1.5, 0.1, "V")) * 3, uncertainties.ufloat(1.5, 0.1) * 3
    assert estimate(ours).magnitude == theirs.nominal_value
    assert standard_uncertainty(ours).magnitude == pytest.approx(theirs.std_dev, rel=1e-15)


def uarray():
    ours, theirs = np.sum(np.sin(array(X, 0.1, ""))), np.sum(unumpy.sin(unumpy.uarray(X, 0.1 * np.ones(5))))
    assert ours.magnitude.u == pytest.approx(theirs.std_dev, rel=1e-12)


def correlated_values():
    a, b = correlated(["a", "b"], [1.0, 2.0], MATRIX, ["", ""])
    c, d = uncertainties.correlated_values([1.0, 2.0], MATRIX)
    assert (a * b).magnitude.u == pytest.approx((c * d).std_dev, rel=1e-9)


def wrap():
    ours = wrapped(math.erf, units=["V"], unit="V")(uncertain(normal("x", 0.5, 0.1, "V")))
    assert ours.magnitude.u == pytest.approx(
        uncertainties.wrap(math.erf)(uncertainties.ufloat(0.5, 0.1)).std_dev, rel=1e-6
    )


def uncertainties_number():
    theirs = uncertainties.ufloat(1.0, 0.1)
    ours = from_uncertainties({"x": theirs})["x"]
    assert ours.magnitude.u == 0.1
    assert to_uncertainties({"x": ours})["x"].std_dev == pytest.approx(0.1)


def model():
    return Budget(lambda a, b: a * b, [normal("a", 2.0, 0.1, "V"), normal("b", 3.0, 0.1, "A")], unit="W")


def calculated():
    rng = np.random.default_rng(1)
    assert model().evaluate().u == pytest.approx(math.hypot(0.3, 0.2))
    assert model().monte_carlo(rng, draws=20_000).u == pytest.approx(math.hypot(0.3, 0.2), rel=0.03)


def report():
    found = model().evaluate()
    for text in (found.to_text(), found.to_markdown(), found.to_html(), found.to_svg(), found.to_json()):
        assert isinstance(text, str)
        assert len(text) > 200


def sweep():
    assert model().table({"a": [1.0, 2.0]}).value.tolist() == [3.0, 6.0]


def reverse():
    assert model().cuts(0.6)[0].name == "a"


def whole_risk():
    LL, UL, u = -1.0, 1.0, 0.25
    prior = normal_prior(0.0, 0.5)
    draws = np.random.default_rng(1).normal(size=(2, 400_000)) * [[0.5], [u]]
    outside, accepted = np.abs(draws[0]) > UL, np.abs(draws.sum(axis=0)) < UL
    assert global_risk(Limits(LL, UL), u, prior).pfa == pytest.approx(np.mean(outside & accepted), abs=5e-4)


def one_risk():
    value, u, LL, UL = 0.9, 0.1, -1.0, 1.0
    found = specific_risk(value, Limits(LL, UL), u=u)
    assert found.pfa == pytest.approx(0.15866, abs=1e-5)  # one standard deviation from the limit
    assert judge(value, 2 * u, u, math.inf, LL, UL).pfa == pytest.approx(found.pfa)
    joint = joint_conformity([model()], [(5.0, 7.0)], rng=np.random.default_rng(1), draws=20_000)
    assert 0.99 < joint.probability <= 1.0


def dobbert():
    limits, tur = Limits(-1.0, 1.0), 2.0
    multiplier = 1.04 - math.exp(0.38 * math.log(tur) - 0.54)  # M. Dobbert, method 6
    assert guard_band("z540.3-6", limits, 1.0 / tur).width == pytest.approx(multiplier / tur, abs=2e-3)


def lines():
    x, y, u_y = X, Y, [0.1] * 5
    for ours, theirs in (
        (fit_line(x, y), ta.line_fit(x, y)),
        (fit_line(x, y, u_y=u_y), ta.line_fit_wls(x, y, u_y)),
    ):
        for name in ("intercept", "slope"):
            assert ours[name].magnitude.value == pytest.approx(getattr(theirs, name).x, rel=1e-9)
            assert ours[name].magnitude.u == pytest.approx(getattr(theirs, name).u, rel=1e-9)
    assert fit_curve(lambda x, a: a * x, x, y, {"a": 1.0})["a"].magnitude.value == pytest.approx(
        1.02, abs=0.01
    )


def both_axes():
    x, y, u_x, u_y = X, Y, [0.05] * 5, [0.1] * 5
    ours, theirs = fit_line(x, y, u_x=u_x, u_y=u_y), ta.line_fit_wtls(x, y, u_x, u_y)
    assert ours["slope"].magnitude.value == pytest.approx(theirs.slope.x, rel=1e-6)
    assert ours["slope"].magnitude.u == pytest.approx(
        theirs.slope.u, rel=0.02
    )  # GTC takes York's at its points


def backwards():
    line, fit = fit_line(X, Y), ta.line_fit(X, Y)
    y = 2.5
    same(line.inverse(y, new_reading=True), fit.x_from_y([y]), rel=1e-9)


def gummy():
    assert degrees_of_freedom(uncertain(normal("name", 1.0, 0.1, "V", dof=7))) == 7.0


def metas():
    assert degrees_of_freedom(uncertain(normal("name", 1.0, 0.1, "V", dof=1 / 0.2))) == 5.0
    assert correlation(*correlated(["a", "b"], [1.0, 2.0], MATRIX, ["V", "V"])) == pytest.approx(1 / 6)


def from_text():
    theirs, ours = uncertainties.ufloat_fromstr("1.23(4)"), parse_result("1.23(4) V")
    assert (float(ours.value), float(ours.uncertainty)) == pytest.approx((theirs.n, theirs.s), rel=1e-12)


def skewed():
    name, mean, sd = "x", 0.6, 0.1
    for one in (
        gamma(name, mean, sd, ""),
        lognormal(name, mean, sd, ""),
        weibull(name, mean, sd, ""),
        beta(name, mean, sd, "", lower=0, upper=1),
    ):
        drawn = mean + sd * one.distribution.draw(np.random.default_rng(1), 50_000)
        assert (drawn.mean(), drawn.std()) == pytest.approx((mean, sd), rel=0.02)


def errors_of_an_array():
    x, u, systematic = [1.0, 2.0, 4.0], 0.1, 0.3
    found = array(x, u, "V") + uncertain(normal("offset", 0.0, systematic, "V"))
    expected = u**2 * np.eye(3) + systematic**2
    given = correlated_array(x, expected, "V")
    for row in (found, given):
        made = [[covariance(one, other).magnitude for other in row] for one in row]
        assert np.array(made) == pytest.approx(expected, rel=1e-12)


def sobol():
    rng = np.random.default_rng(1)
    parts = {one.name: one.first for one in model().sobol_indices(rng)}
    assert parts == pytest.approx({"a": 9 / 13, "b": 4 / 13}, abs=0.01)  # 0.3² and 0.2² of their sum


SAID = {
    "GTC `ureal(x, u, df, label)`": ureal,
    "GTC `ucomplex(z, (u_r, u_i), df)`": ucomplex,
    "GTC `ta.estimate(complex_data)`": complex_estimate,
    "GTC `ta.estimate(data)`": data_estimate,
    "GTC `multiple_ureal`, `ta.multi_estimate_real`": several,
    "GTC `rp.budget(y)`, `rp.k_factor(df)`": budget,
    "GTC `pr.dumps_json(archive)`": kept,
    "the budget table of a number": table_of_a_number,
    "GTC number": gtc_number,
    "uncertainties `ufloat(x, u, tag)`": ufloat,
    "uncertainties `y.nominal_value`, `y.std_dev`": nominal,
    "uncertainties `unumpy.uarray(x, u)`": uarray,
    "uncertainties `correlated_values(x, cov)`": correlated_values,
    "uncertainties `wrap(f)`": wrap,
    "uncertainties number": uncertainties_number,
    'uncertainties `ufloat_fromstr("1.23(4)")`': from_text,
    "suncal model with measured quantities": model,
    "suncal `calculate_gum()`, `monte_carlo()`": calculated,
    "suncal report": report,
    "suncal sweep": sweep,
    "suncal reverse uncertainty": reverse,
    "suncal `risk.PFA(process, test, LL, UL)`": whole_risk,
    "suncal `risk.specific_risk`": one_risk,
    "suncal `risk.guardband_tur.dobbert(tur)`": dobbert,
    "suncal curve fit, GTC `ta.line_fit`, `ta.line_fit_wls`": lines,
    "GTC `ta.line_fit_wtls(x, y, u_x, u_y)`": both_axes,
    "GTC `fit.x_from_y([y])`": backwards,
    "MetroloPy `gummy(x, u=u, dof=n, unit=...)`": gummy,
    "METAS UncLib `ufloat(x, u, idof=1/n)`, `ufloatarray(x, cov)`": metas,
    "NIST Uncertainty Machine: gamma, lognormal, Weibull and beta inputs": skewed,
    "punpy: random, systematic and structured errors of an array": errors_of_an_array,
    "OpenTURNS `SaltelliSensitivityAlgorithm`": sobol,
}


def rows():
    text = (ROOT / "docs" / "tutorial-uncertainty.md").read_text(encoding="utf-8")
    table = text.split("## How to say it here")[1].split("\n## ")[0]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return dict(cells[2:])  # without heading and rule


def test_every_row_is_run():
    assert list(rows()) == list(SAID)


@pytest.mark.parametrize("known", SAID)
def test_what_is_known_is_said_here_with_the_same_result(known):
    SAID[known]()
    source = inspect.getsource(SAID[known])
    theirs = [] if re.match("suncal `|MetroloPy|METAS|OpenTURNS", known) else re.findall(r"`([^`]+)`", known)
    for code in (*theirs, *re.findall(r"`([^`]+)`", rows()[known])):
        name = re.match(r"\.?[\w.]+", code).group().split(".")[-1]
        assert re.search(rf"\b{name}\b", source), f"{name} of the table is not run"


def test_the_readme_runs():
    text = (ROOT / "uncertainty" / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"\n\n((?:    .*\n)+)", text)
    assert blocks
    for block in blocks:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(textwrap.dedent(block), {})
        assert "k = 1.96 (p = 95 %)" in said.getvalue()
        assert "JCGM 101, clause 8: first order is validated" in said.getvalue()
