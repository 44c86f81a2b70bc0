"""The example files of the manual are taken as they are."""

from __future__ import annotations

from pathlib import Path

from calibrator.engine import AnswersFile, Prompt
from calibrator.procedure import Text
from calibrator.standards import load_bench, parse_asset_file

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


def test_the_bench_is_live_and_has_the_wirings_of_the_simulated_one() -> None:
    bench = load_bench(EXAMPLES / "bench.toml")
    assert not bench.simulated
    assert set(bench.wirings) == {"short", "open", "volts", "ohms4w", "ohms4w-normal", "current"}
    assert [name for name, item in bench.instruments.items() if item.uut] == ["meter"]
    assert bench.interlock is None


def test_the_standard_is_the_one_of_the_bench() -> None:
    standard = parse_asset_file(EXAMPLES / "standard.toml")
    source = load_bench(EXAMPLES / "bench.toml").instruments["calibrator"]
    assert (standard.asset, standard.model, standard.serial) == (source.asset, source.model, source.serial)
    assert standard.certificate is not None
    assert standard.certificate.kind == "specification conformity"


def test_the_answers_fit_every_prompt() -> None:
    answers = AnswersFile.load(EXAMPLES / "answers.toml")
    prompts = [Prompt(name, "connect", Text("x", "x")) for name in ("warm-up", "connect:dcv", "hazard:dcv")]
    assert answers.missing(prompts) == ()
