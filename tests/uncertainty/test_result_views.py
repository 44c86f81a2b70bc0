"""The result as matrix and data frame, and with the verdict of JCGM 101, clause 8."""

import pickle
import sys

import numpy as np
import pytest

from calibrator_uncertainty import (
    Budget,
    BudgetResult,
    InputError,
    NotSupportedError,
    normal,
    rectangular,
    validate_first_order,
)


def total(**inputs):
    return sum(inputs.values())


def budget(scale=1.0):
    inputs = [
        normal("a", 1.0, 0.1, "V", shared="standard"),
        normal("b", 2.0, 0.2, "V", shared="standard"),
        normal("c", 3.0, 0.1 * scale, "V"),
        normal("d", 3.0, 0.1, "V"),
    ]
    return Budget(total, inputs, unit="V", name="sum", correlations={("d", "c"): -0.25})


def test_correlation_matrix_explains_the_combined_uncertainty():
    result = budget().evaluate()
    matrix = result.correlation_matrix
    assert matrix == pytest.approx(np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, -0.25], [0, 0, -0.25, 1]]))
    parts = np.array([line.contribution for line in result.lines])
    assert np.sqrt(parts @ matrix @ parts) == pytest.approx(result.u, rel=1e-12)
    assert BudgetResult.from_json(result.to_json()).correlation_matrix == pytest.approx(matrix)


def linear():
    return Budget(
        lambda a, b: a + b, [normal("a", 1, 0.1, "V"), normal("b", 1, 0.2, "V")], unit="V", name="y"
    )


def bent():
    return Budget(lambda a: a * a, [rectangular("a", 0.0, 0.1, "V")], unit="V^2", name="square")


def test_the_verdict_stands_beside_the_result_and_comes_back():
    result = linear().evaluate()
    (verdict,) = validate_first_order([linear()], rng=np.random.default_rng(1))
    judged = result.with_clause8(verdict)
    assert result.clause8 is None
    for text in (judged.to_text(), judged.to_markdown(), judged.to_html()):
        assert "clause 8: first order is validated to 1 digit" in text
    for back in (BudgetResult.from_json(judged.to_json()), pickle.loads(pickle.dumps(judged))):
        assert back == judged
        assert back.clause8 == verdict


def test_nobody_has_to_ask_for_the_verdict():
    result = linear().evaluate()
    for text in (result.to_text(), result.to_markdown(), result.to_html()):
        assert "clause 8: first order is validated to 1 digit" in text
    back = BudgetResult.from_json(result.to_json())
    assert back.clause8 == result.verdict == linear().evaluate().verdict  # one seed: one verdict
    assert back.to_text() == result.to_text()
    bad = bent().at(a=0.01).evaluate()
    assert bad.verdict is not None
    assert not bad.verdict.ok
    assert "NOT validated" in bad.to_text()


def test_a_verdict_on_many_inputs_takes_fewer_draws():
    many = Budget(
        lambda **given: sum(given.values()), [normal(f"x{i}", 1.0, 0.44, "V") for i in range(500)], unit="V"
    )
    verdict = many.evaluate().verdict
    assert verdict is not None
    assert verdict.draws == 40_000
    assert verdict.ok


def test_where_there_is_no_verdict_it_says_why():
    from dataclasses import replace

    result = linear().evaluate()
    raised = replace(result, U=2.0 * result.U)
    assert raised.verdict is None
    assert "not examined: U was raised" in raised.to_text()
    assert "not examined: U was raised" in replace(BudgetResult.from_json(result.to_json()), U=1.0).to_text()
    assert "came without its budget" in replace(result, origin=None).to_text()
    log = Budget(lambda a: np.log(a) * 1.0, [normal("a", 1.0, 0.3, "")], unit="").evaluate()
    assert "not examined: the model gives nan" in log.to_text()
    assert BudgetResult.from_json(log.to_json()).to_text() == log.to_text()
    choosy = Budget(lambda a: a if a > 0.5 else -a, [normal("a", 1.0, 0.1, "")], unit="").evaluate()
    assert "first order is validated" in choosy.to_markdown()  # the model is run anew for each draw


def test_a_verdict_against_first_order_names_the_interval():
    from dataclasses import replace

    (verdict,) = validate_first_order([bent().at(a=0.01)], rng=np.random.default_rng(1))
    judged = bent().at(a=0.01).evaluate().with_clause8(verdict)
    assert not verdict.ok
    assert "NOT validated" in judged.to_text()
    assert "Monte Carlo gives [" in judged.to_text()
    with pytest.raises(InputError, match="not on this result"):
        linear().evaluate().with_clause8(verdict)
    with pytest.raises(InputError, match="not on this result"):
        replace(judged, U=2 * judged.U).with_clause8(verdict)


def test_data_frame():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed; to_columns is tested elsewhere")
    result = budget().evaluate()
    frame = result.to_dataframe()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame["name"]) == ["a", "b", "c", "d"]
    assert frame["share"].sum() == pytest.approx(1.0)
    assert frame.attrs["U"] == result.U
    assert frame.attrs["unit"] == "V"


def test_without_pandas_it_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(NotSupportedError, match="to_columns"):
        budget().evaluate().to_dataframe()
