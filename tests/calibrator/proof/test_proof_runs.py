"""Whole runs in this process: the same as over sockets and SQLite, and true; defects are named."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from calibrator import proof
from calibrator._errors import RefusedError, RunError, UsageError
from calibrator.procedure import PointEvaluation, load
from calibrator.proof._bench import DRAWN
from calibrator.proof._statistics import mean_over_runs
from calibrator.proof._summary import Figures, Risk
from calibrator.proof._toml import dump_toml
from calibrator_procedures.dmm import _model
from calibrator_sim import SIMULATOR
from calibrator_uncertainty import Budget

LINES = {"indication", "standard", "emf", "leads", "loading", "leakage"}
Recorded = tuple[Any, Any, Mapping[int, Mapping[str, float]]]


def small(**more: Any) -> proof.Order:
    return proof.Order("dmm", drawn_runs=0, repeat_every=0, **more)


def changed_bench(change: Callable[[dict[str, Any]], None]) -> str:
    """The default bench with something changed in its tables."""
    tables = tomllib.loads(SIMULATOR.default_bench())
    change(tables)
    return dump_toml(tables)


@pytest.fixture(scope="module")
def found() -> proof.Summary:
    """Four whole runs, one of them repeated over sockets and SQLite."""
    return proof.prove(proof.Order("dmm", runs=4, seed=11, drawn_runs=0, repeat_every=4))


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    """One whole run."""
    text, model = proof.proof_bench(load("dmm"), proof.find_plug("dmm"), "")
    with proof.Runner(proof.Case("dmm", model, text)) as runner:
        return runner.events(5)


def test_a_run_is_the_same_over_sockets_and_sqlite(found: proof.Summary) -> None:
    assert found.repeated == 1
    assert found.differs == ()


def test_stated_and_true_agree(found: proof.Summary) -> None:
    assert found.overall.points == 4 * 33
    assert found.model_off < 1e-9
    assert {pull.line for pull in found.pulls} == LINES
    assert not found.effects.gaps
    assert not found.effects.without_line
    assert found.overall.rms_z.within(0.7, 1.35)  # a budget wrong by a half is seen even in four runs
    assert proof.missed(found) == ()


def test_the_same_seed_gives_the_same_proof(found: proof.Summary) -> None:
    first, again = (proof.prove(small(runs=2, seed=3, sections=("dci",))) for _ in range(2))
    assert first.overall == again.overall
    assert first.pulls == again.pulls
    assert found.overall != again.overall


def test_every_rendering_says_what_it_is_not(found: proof.Summary) -> None:
    text = proof.report(found)
    assert text.startswith("VALIDATION OF SOFTWARE")
    body = json.loads(proof.as_json(found, datetime(2026, 11, 23, tzinfo=UTC)))
    assert "NOT OF A FACILITY" in body["what"]
    assert body["holds"] is True
    picture = etree.fromstring(proof.as_svg(found).encode("utf-8"))
    assert any("NOT OF A FACILITY" in (item.text or "") for item in picture.iter())
    assert text.rstrip().endswith("HOLDS: no bar is missed.")


def test_what_could_not_be_tested_is_said_in_words(found: proof.Summary) -> None:
    none, one = mean_over_runs([]), mean_over_runs([0.5])
    lone = Figures(1, 33, one, one, math.nan, math.nan, math.nan)
    untested = replace(found, overall=lone, risks=(Risk("specific PFA", none, none),))
    text = proof.report(untested)
    assert re.search(r"\b(nan|inf)\b", text) is None
    assert "specific PFA    not tested" in text
    assert "0.5000 (one run)" in text
    assert proof.missed(untested) == ()
    written = proof.as_json(untested, datetime(2026, 11, 23, tzinfo=UTC))
    body = json.loads(written, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert body["proof"]["risks"][0]["predicted"]["value"] is None


def _by(missed: tuple[str, ...], *words: str) -> bool:
    return any(all(word in one for word in words) for one in missed)


def test_forgotten_lead_resistance_is_an_effect_without_a_line() -> None:
    planted = proof.prove(small(runs=2, alter=proof.WithoutFigure("leads"), sections=("dcv",)))
    assert set(planted.effects.gaps) == {"leads"}
    assert _by(proof.missed(planted), "effect without a line", "'leads'")
    assert "PLANTED DEFECT" in proof.report(planted)


def test_a_rectangle_taken_as_normal_is_named_by_its_pull() -> None:
    case_text, model = proof.proof_bench(load("dmm"), proof.find_plug("dmm"), "", drawn="rectangular")
    from calibrator.proof._summary import pulls_of

    with proof.Runner(proof.Case("dmm", model, case_text, ("dci",))) as runner:
        runs = [runner.run(seed) for seed in range(12)]
    (standard,) = [pull for pull in pulls_of(runs, ("dci",)) if pull.line == "standard"]
    assert standard.rms.value > 1.1
    assert not standard.rms.within(0.9, 1.1)


def test_a_dropped_adder_is_named_by_its_pull() -> None:
    # as the 3458A at 1000 V: 10.1 mV without its quadratic term, 22.1 mV with it
    order = small(runs=12, alter=proof.TakenAs("standard", factor=10.1 / 22.1), sections=("dci",))
    planted = proof.prove(order)
    assert _by(proof.missed(planted), "pull of 'standard'", "rms")


def loud(tables: dict[str, Any]) -> None:
    tables["wirings"]["volts"]["emf_v"]["half_width"] = 10e-6


def test_an_omitted_emf_is_named_on_a_bench_where_it_is_loud() -> None:
    # the same records twice: with its line, and without it
    text = changed_bench(loud)
    honest = proof.prove(small(runs=6, bench=text, sections=("dcv",)))
    assert not _by(proof.missed(honest), "'emf'")
    planted = proof.prove(small(runs=6, bench=text, sections=("dcv",), alter=proof.WithoutFigure("emf")))
    assert _by(proof.missed(planted), "effect without a line", "'emf'")
    assert planted.overall.rms_z.value > 1.3 * honest.overall.rms_z.value


def test_an_ignored_drift_of_the_standard_is_named_by_its_pull() -> None:
    # its certificate is new, so the budget takes the figure of 90 days; it has drifted as in a year
    def new(tables: dict[str, Any]) -> None:
        tables["assets"]["SIM-CAL-01"]["certificate"]["issued"] = date(2026, 11, 1)
        assert tables["simulation"]["units"]["calibrator"]["interval"] == "1y"

    planted = proof.prove(small(runs=16, bench=changed_bench(new), sections=("dci",)))
    (standard,) = [pull for pull in planted.pulls if pull.line == "standard"]
    assert standard.rms.value > 1.1, standard


class Hysteretic:
    """A bench with an effect that no budget of the multimeter has."""

    EFFECTS: Mapping[str, str] = {"hysteresis": "hysteresis"}
    WITHOUT_A_LINE: Mapping[str, str] = {}

    def truths(self, bench: object, asked: proof.Asked) -> Mapping[str, float]:
        true = dict(proof.find_plug("dmm").truths(bench, asked))
        return true | {"hysteresis": 1e-6, "result": true["result"] - 1e-6}


def test_a_missing_hysteresis_is_an_effect_without_a_line(recorded: Recorded) -> None:
    from calibrator.proof._effects import match_effects

    events, bench, seen = recorded
    points = proof.prove_events(events, bench, Hysteretic(), load("dmm"), seen=seen)
    run = proof.RunProof(5, tuple(points), 0.0, "pass")
    effects = match_effects([run], Hysteretic(), {"hysteresis": 1.0, "noise": 1.0}, complete=True)
    assert effects.gaps["hysteresis"][1] > 1e-3
    assert effects.without_line == {"hysteresis": "hysteresis"}
    assert effects.unexplained == ("noise",)


class WrongModel:
    """The multimeter's procedure with the inputs of one model multiplied: -1 a sign, 0 a missing term."""

    def __init__(self, name: str, factors: Mapping[str, float]) -> None:
        self._right: Any = load("dmm")
        self._model = getattr(_model, name)
        self._factors = factors

    def __getattr__(self, name: str) -> Any:
        return getattr(self._right, name)

    def wrong(self, **inputs: Any) -> Any:
        return self._model(**{key: self._factors.get(key, 1.0) * value for key, value in inputs.items()})

    def evaluate(self, section: Any, observations: Any, references: Any) -> tuple[PointEvaluation, ...]:
        found = []
        for item in self._right.evaluate(section, observations, references):
            budget = item.budget
            if budget.model is self._model:
                budget = Budget(self.wrong, budget.inputs, unit=budget.unit, name=budget.name)
            found.append(PointEvaluation(item.point, budget))
        return tuple(found)


@pytest.mark.parametrize(
    ("name", "factors"),
    [
        ("voltage_error", {"loading": -1.0}),
        ("voltage_error", {"leads": 0.0}),
        ("voltage_error", {"source_resistance": 0.0}),
        ("voltage_error", {"standard": -1.0}),
        ("voltage_error", {"emf": -1.0}),
        ("resistance_error", {"leakage": -1.0}),
        ("resistance_error", {"emf": -1.0}),
        ("resistance_error", {"standard": 0.0}),
        ("current_error", {"standard": -1.0}),
        ("short_voltage_error", {"emf": -1.0}),
        ("short_resistance_error", {"emf": 0.0}),
    ],
)
def test_a_planted_defect_of_a_model_is_found(recorded: Recorded, name: str, factors: Any) -> None:
    # also in a term that others swamp: neither z nor a pull shows it
    events, bench, seen = recorded
    right = proof.prove_events(events, bench, proof.find_plug("dmm"), load("dmm"), seen=seen)
    assert max(point.model_off for point in right) < 1e-9
    procedure: Any = WrongModel(name, factors)
    wrong = proof.prove_events(events, bench, proof.find_plug("dmm"), procedure, seen=seen)
    assert max(point.model_off for point in wrong) > 1e-6


def test_a_procedure_without_a_plug_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"docs/proving\.md") as caught:
        proof.find_plug("nobody_has_written_it")
    assert caught.value.code == "no-proof-plug"


def test_a_unit_that_no_bench_has_is_refused() -> None:
    with pytest.raises(UsageError):
        proof.prove(small(runs=1, uut="keysight_99999z"))


@pytest.mark.parametrize("drawn", list(DRAWN))
def test_benches_draw_standards_and_units_as_the_proof_says(drawn: Any) -> None:
    text, model = proof.proof_bench(load("dmm"), proof.find_plug("dmm"), "", drawn=drawn)
    units = tomllib.loads(text)["simulation"]["units"]
    assert model == "keysight_34401a"
    assert units["meter"]["population"] == "uniform"
    assert units["meter"]["width"] == 3.0
    assert dict(DRAWN[drawn]).items() <= units["calibrator"].items()
    assert units["calibrator"]["on_for_s"] == 7200


def test_a_model_may_have_a_population_of_its_own() -> None:
    """A 179 that reads three limits high at 1000 V would show an overload and no number."""
    text, model = proof.proof_bench(load("dmm"), proof.find_plug("dmm"), "fluke_179")
    marked = [name for name, item in tomllib.loads(text)["instruments"].items() if item.get("uut")]
    assert model == "fluke_179"
    assert [tomllib.loads(text)["simulation"]["units"][name]["width"] for name in marked] == [2.0]


def test_files_are_written_and_a_missed_bar_is_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from calibrator.cli import main

    fast = ["prove", "dmm", "--runs", "2", "--section", "dcv", "--drawn-runs", "0", "--repeat-every", "0"]
    home = ["--home", str(tmp_path / "home")]
    assert main([*home, *fast, "--out", str(tmp_path / "out")]) == 0
    assert "HOLDS" in capsys.readouterr().out
    kinds = {path.suffix for path in (tmp_path / "out").iterdir()}
    assert kinds == {".txt", ".json", ".svg"}
    assert main([*home, *fast, "--without", "leads"]) == 1
    assert "effect without a line: 'leads'" in capsys.readouterr().out


def test_a_bench_that_is_not_simulated_here_is_refused_by_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from calibrator.cli import main

    example = Path(__file__).parents[3] / "docs" / "examples" / "bench.toml"
    assert main(["--home", str(tmp_path), "prove", "dmm", "--bench", str(example), "--runs", "1"]) == 2
    told = capsys.readouterr().err
    assert f"has addresses or no [simulation] ({example})" in told


def test_runs_that_broke_are_named_with_their_seed_and_miss_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that broke and one that is short of a point are counted; they are never just left out."""
    real = proof.Runner.run

    def run(runner: proof.Runner, seed: int, **options: Any) -> proof.RunProof:
        found = real(runner, seed, **options)
        if seed == 3:
            raise RunError("the meter went dark", code="proof-run-failed")
        return found

    monkeypatch.setattr(proof.Runner, "run", run)
    found = proof.prove(small(runs=3, seed=2, sections=("res4w",)))
    assert found.lost == ("seed 3, the meter went dark",)
    assert found.overall.runs == 2
    assert "a run is lost: seed 3, the meter went dark" in proof.missed(found)
    assert "LOST: 1 runs" in proof.report(found)


def test_a_run_without_a_number_is_an_error_that_names_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calibrator.proof._runner.prove_events", lambda *_args, **_more: [])
    with pytest.raises(RunError, match=r"seed 7, (\d+) of \1 points gave no number, the first dcv:"):
        proof.prove(small(runs=1, seed=7, sections=("dcv",)))


def test_a_line_that_no_budget_has_cannot_be_forgotten() -> None:
    order = small(runs=1, sections=("dcv",), alter=proof.WithoutFigure("nosuchline"))
    with pytest.raises(UsageError, match=r"leads, loading") as caught:
        proof.prove(order)
    assert caught.value.code == "unknown-line"


def test_a_line_that_is_exact_or_without_which_nothing_can_be_evaluated_is_refused() -> None:
    for line, code in (("applied", "unknown-line"), ("test_current", "needed-line")):
        order = small(runs=1, sections=("res4w",), alter=proof.WithoutFigure(line))
        with pytest.raises(UsageError) as caught:
            proof.prove(order)
        assert caught.value.code == code


def test_the_only_line_of_a_point_can_be_forgotten_at_the_others() -> None:
    """Of an open current input the indication is all there is; u = 0 ended in a division by zero."""
    order = small(runs=2, sections=("zero-open", "dcv"), alter=proof.WithoutFigure("indication"))
    assert _by(proof.missed(proof.prove(order)), "effect without a line", "'indication'")


def test_a_planted_defect_that_nothing_names_is_missed(found: proof.Summary) -> None:
    (said,) = proof.missed(replace(found, planted="the line 'moonlight' is forgotten"))
    assert said == "nothing names the planted defect: the line 'moonlight' is forgotten"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_four_hundred_runs_of_the_multimeter_miss_no_bar() -> None:
    found = proof.prove(proof.Order("dmm", runs=400, seed=1000, jobs=2, drawn_runs=0, repeat_every=100))
    assert proof.missed(found) == (), proof.report(found)
