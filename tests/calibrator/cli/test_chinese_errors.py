"""What stops a technician is said in Chinese: the sentence and the way out, by the code of the error."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import calibrator
import calibrator_drivers
from calibrator._errors import RefusedError, RunError, UsageError
from calibrator.cli import main
from calibrator.cli._failures import report, speak
from calibrator.cli._words import words
from calibrator_drivers._errors import ConnectFailed

WORK, DRIVERS = Path(calibrator.__file__).parent, Path(calibrator_drivers.__file__).parent
# What a technician meets in run, resume, certificate and verify: code, and the module that says it.
CODES = {
    **dict.fromkeys(("no-certificate", "certificate-expired", "certificate-not-yet"), "engine/_standards.py"),
    **dict.fromkeys(("certificate-simulated", "certificate-function"), "engine/_standards.py"),
    **dict.fromkeys(("environment-unknown", "environment-outside", "no-limit"), "engine/_checks.py"),
    **dict.fromkeys(("no-wiring", "above-wiring"), "engine/_checks.py"),
    **dict.fromkeys(("not-in-standby", "hazard-not-released"), "engine/_output.py"),
    **dict.fromkeys(("above-ceiling", "output-dropped"), "engine/_desk.py"),
    **dict.fromkeys(("not-settled", "overload"), "bench/_live.py"),
    **dict.fromkeys(("guard-hung", "guard-not-started"), "engine/_guarding.py"),
    **dict.fromkeys(("disk-full", "read-only", "cannot-open", "busy", "disk-error"), "record/_sqlite.py"),
    **dict.fromkeys(("home-in-use",), "record/_lock.py"),
    **dict.fromkeys(("home-newer",), "record/_opening.py"),
    **dict.fromkeys(("record-damaged",), "record/_damage.py"),
    **dict.fromkeys(("no-record", "record-altered"), "cli/_access.py"),
    **dict.fromkeys(("no-bench",), "engine/_setting.py"),
    **dict.fromkeys(("answers-missing",), "engine/_operators.py"),
    **dict.fromkeys(("prompt-refused",), "engine/_asking.py"),
    **dict.fromkeys(("hazard-needs-person",), "engine/_attendance.py"),
    **dict.fromkeys(("nothing-to-resume", "opening-check-failed", "other-station"), "engine/_refusing.py"),
    **dict.fromkeys(("never-resumed",), "engine/_resuming.py"),
    **dict.fromkeys(
        ("run-not-completed", "no-results", "no-laboratory", "no-person"), "certificates/_gate.py"
    ),
    **dict.fromkeys(("not-authorised", "no-serial", "no-environment"), "certificates/_gate.py"),
    **dict.fromkeys(("no-customer",), "certificates/_customer.py"),
    **dict.fromkeys(("no-register", "no-affirmation"), "certificates/_gate.py"),
    **dict.fromkeys(("no-regulation", "no-validity"), "certificates/_gate_kinds.py"),
    **dict.fromkeys(("no-items",), "certificates/_gate_kinds.py"),
    **dict.fromkeys(("no-seal-key", "wrong-passphrase", "key-kind"), "certificates/seals/_keys.py"),
    **dict.fromkeys(("token-failed", "simulated-not-sealed"), "certificates/seals/_keys.py"),
    **dict.fromkeys(("kind-not-confirmed", "kind-differs", "adjusted-differs"), "cli/_import.py"),
    **dict.fromkeys(("file-exists", "certificate-not-written"), "certificates/_place.py"),
    **dict.fromkeys(("bundle-damaged",), "evidence/_bundle.py"),
}
OF_THE_LINK = {"no_answer": "connect-failed", "lost": "connection-lost", "timeout": "read-timeout"}


def templates(node: ast.AST) -> Iterator[str]:
    """Yield the sentences written at a node, a 7 for each value; each part of a choice is one."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "7" for p in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*templates(node.body), *templates(node.orelse))


def said_with(code: str, path: Path) -> list[str]:
    """Return the sentences that stand beside a code in a call or a table of a module."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        parts = list(getattr(node, "elts", ())) if isinstance(node, ast.Tuple) else []
        if isinstance(node, ast.Call):
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        if any(isinstance(part, ast.Constant) and part.value == code for part in parts):
            found += [text for part in parts for text in templates(part)]
    return [text for text in found if len(re.findall("[A-Za-z]{2,}", text)) > 3 and is_sentence(text)]


def is_sentence(text: str) -> bool:
    places = ("ISO/", "METROLOGY", "key ", "point table", "wiring ", "run 7", "7 -m ")
    return " " in text and not text.startswith(places)


def test_forty_codes_and_those_of_the_link_are_looked_at() -> None:
    assert len(CODES) + len(OF_THE_LINK) >= 45


@pytest.mark.parametrize("code", CODES)
def test_a_code_that_a_technician_meets_has_chinese(code: str) -> None:
    chinese, sentences = words("zh"), said_with(code, WORK / CODES[code])
    assert sentences, f"{CODES[code]} says nothing with {code}"
    assert not [text for text in sentences if chinese(text) == text]


def test_what_becomes_of_a_link_has_chinese() -> None:
    tree = ast.parse((DRIVERS / "transport" / "_failures.py").read_text(encoding="utf-8"))
    chinese, seen = words("zh"), 0
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name in OF_THE_LINK:
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            values = [part for call in calls for part in (*call.args, *(k.value for k in call.keywords))]
            for text in (text for part in values for text in templates(part)):
                if len(text.split()) > 2:
                    seen += 1
                    assert chinese(text.replace("7 s7", "7 s")) != text
    assert seen >= 3


def test_an_error_is_said_in_the_language_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    reason = (
        "CAL-01 cannot be the standard: its certificate C-7 was due on 2025-05-07. Have it calibrated and "
        "record the new certificate: calibrator standards add FILE.toml."
    )
    for error, wanted in (
        (
            RefusedError(f"{reason} There are 32 more: calibrator plan shows all.", where="CAL-01"),
            "CAL-01 不能作标准器：其证书 C-7 已于 2025-05-07 到期。请送校并登记新证书",
        ),
        (
            RunError("The record cannot be written: the disk is full", where="/r", way_out="Go."),
            "记录无法写入：磁盘已满（/r）。Go.",
        ),
        (
            ConnectFailed("Nothing answers: refused", instrument="meter", resource="X", way_out=""),
            "无应答：拒绝（meter at X）。",
        ),
    ):
        speak(error, "zh")
        report(error)
        assert capsys.readouterr().err.startswith(f"calibrator: {wanted}")


def test_an_error_without_a_translation_is_said_in_english(capsys: pytest.CaptureFixture[str]) -> None:
    error = UsageError("Nobody has translated this", where="here", way_out="Read it.")
    speak(error, "zh")
    assert report(error) == 2
    assert capsys.readouterr().err == "calibrator: Nobody has translated this (here). Read it.\n"


def test_the_command_line_says_its_errors_in_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--language", "zh", "--home", str(tmp_path), "show"]) == 2
    assert "尚无记录" in capsys.readouterr().err
    assert main(["--home", str(tmp_path), "show"]) == 2
    assert "There is no record yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (["run", "dmm", "--sim"], "缺少选项 '--uut'。用法见 `calibrator run --help`。"),
        (["run", "dmm", "--uut"], "选项 '--uut' 须带参数。"),
        (["runs", "--json", "x"], "多出的参数（x）"),
        (["frobnicate"], "没有命令 'frobnicate'"),
        (["list", "frogs"], "'frogs' 不在 'procedures', 'instruments', 'roles', 'standards' 之列"),
        (["run", "dmm", "--uut", "34401A"], "请用 --bench FILE 指定工作台"),
        (["run", "dmmx", "--uut", "34401A", "--sim"], "没有校准程序 'dmmx'"),
    ],
)
def test_what_click_has_against_a_command_line_is_in_chinese(
    typed: list[str], wanted: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--language", "zh", "--home", str(tmp_path), *typed]) == 2
    assert wanted in capsys.readouterr().err


def test_an_interruption_is_said_in_the_language_of_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    caught = KeyboardInterrupt()
    speak(caught, "zh")
    assert report(caught) == 130
    assert capsys.readouterr().err == "calibrator: 已中断。\n"
