"""Everything the terminal always says has a Chinese text, written in the catalogue."""

from __future__ import annotations

import ast
import gettext
import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import calibrator.cli
from calibrator.cli import _checks, main
from calibrator.cli._budget import budget_text
from calibrator.cli._format import width
from calibrator.cli._operator import _HEADINGS
from calibrator.cli._words import _LOCALES, words
from calibrator.evaluation._summary import VERDICTS
from calibrator_uncertainty import BudgetLine, BudgetResult

FOLDER = Path(calibrator.cli.__file__).parent
# Words that reach the terminal out of events and rows, not as literals.
FROM_DATA = (
    *VERDICTS,
    *_HEADINGS.values(),
    *(
        "live",
        "simulated",
        "typed",
        "file",
        "simulated operator",
        "failed",
        "marginal",
        "noisy",
        "unsettled",
        "jump",
    ),
    *("completed", "stopped", "interrupted", "open"),
    *("wait", "settle", "read", "warm-up", "self-test", "proof", "prompt", "point", "review", "close"),
    *("reading", "error", "U", "limit", "settled", "not settled"),
    *("id", "opened at", "mode", "procedure", "uut", "serial", "state", "verdict", "exit code"),
    *("version", "title", "models", "document", "status", "approved", "manufacturer", "model", "driver"),
    *("accuracy table", "roles", "role", "filled by", "asset", "certificate", "issued", "due", "laboratory"),
    *("has no address", "as the file says"),
    *("go on where it stopped", "write the certificate", "do not touch; try again to make it safe"),
    *("the uncertainty budget of a point", "recompute everything from the recorded readings"),
    "what would be done, with what, and why",
    *(
        "ports",
        "encoding",
        "system",
        "packages",
        "plug-ins",
        "clock",
        "fonts",
        "home",
        "disk",
        "lab",
        "lock",
        "record",
    ),
    *(*_checks._STATES.values(), *_checks.CHECK_VERDICTS.values(), _checks.NONE, "check"),
    *("opening", "closing", "stated", "history", "collecting"),
    *("quantity", "value", "distribution", "dof", "sensitivity", "contribution", "share"),
    *("constant", "normal", "rectangular", "triangular", "arcsine", "trapezoidal", "exponential"),
    *(
        "guard-band-u",
        "guard-80",
        "simple",
        "seen",
        "checked",
        "derived",
        "memory_high",
        "memory_medium",
        "memory_low",
    ),
    *("artefact", "yes", "no", "standby", "operate", "no answer", "gone", "seen by a person", "none"),
)
SAME_IN_BOTH = {"U", "id"}


def literals() -> Iterator[tuple[str, str]]:
    """Yield every text that a module of the command line hands to the translator."""
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                text = node.args[0].value
                if name in {"say", "_say"} and isinstance(text, str):
                    yield path.name, text


def test_every_text_of_the_terminal_is_in_the_catalogue() -> None:
    chinese = words("zh")
    texts = {text for _, text in literals()} | set(FROM_DATA)
    assert len(texts) > 60
    missing = sorted(text for text in texts - SAME_IN_BOTH if chinese(text) == text)
    assert not missing


def test_places_for_values_are_kept_in_translation() -> None:
    for _, text in literals():
        places = {part.split("}")[0] for part in text.split("{")[1:]}
        chinese = {part.split("}")[0] for part in words("zh")(text).split("{")[1:]}
        assert places == chinese, text


def test_the_compiled_catalogue_is_that_of_its_text() -> None:
    text = (_LOCALES / "zh" / "LC_MESSAGES" / "terminal.po").read_text(encoding="utf-8")
    written = dict(re.findall(r'^msgid "(.+)"\nmsgstr "(.+)"$', text, re.MULTILINE))
    with (_LOCALES / "zh" / "LC_MESSAGES" / "terminal.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    assert {key: value for key, value in compiled.items() if key} == written


def test_a_budget_keeps_its_columns_in_chinese() -> None:
    line = BudgetLine("leads", 0.1, "ohm", "rectangular", 0.0577, math.inf, 5e-10, 2.89e-11, 1.0, "", None)
    result = BudgetResult("p", 0.1, "ohm", 1.0, math.inf, 2.0, 2.0, 0.95, "k2", (line,))
    english, chinese = (budget_text(result, words(language)).splitlines() for language in ("en", "zh"))
    for head in ("输入量", "分布", "灵敏系数", "占比"):
        assert head in chinese[1]
    assert "矩形" in chinese[3]
    assert [width(text) for text in chinese] == [width(text) for text in english]


def test_the_terminal_speaks_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "zh", "list", "instruments", "--home", str(tmp_path)]) == 0
    assert "制造商" in capsys.readouterr().out
    main(["--language", "zh", "doctor", "--home", str(tmp_path)])
    report = capsys.readouterr().out
    assert "当前无进程写入" in report
    assert "nobody" not in report
