"""The person at the terminal: wiring, hazard, review, and a signal while asked."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from decimal import Decimal

import pytest

from calibrator.cli._operator import TerminalOperator
from calibrator.cli._screens import PlainScreen
from calibrator.engine import Hazard, Prompt, Review, ReviewFlag
from calibrator.procedure import Text

CONNECT = Prompt("connect:dcv", "connect", Text("Connect the leads.", "连接导线。"), wiring="volts")
HAZARD = Prompt(
    "hazard:dcv",
    "hazard",
    Text("1000 V will be applied.", "将施加 1000 V。"),
    hazard=Hazard("dcv", Decimal("1000"), "V", 60.0),
)
REVIEW = Review(
    "dcv", 1, (ReviewFlag("dcv:10V:+10V", "failed"), ReviewFlag("dcv:1V:+1V", "noisy")), ("dcv:10V:+10V",)
)


def same(text: str) -> str:
    return text


def operator(language: str = "en") -> TerminalOperator:
    return TerminalOperator(PlainScreen(same, language), same, language, "mc")


def typing(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_a_connection_is_shown_with_its_wiring_and_done_by_enter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing(monkeypatch, "")
    answer = operator().ask(CONNECT)
    said = capsys.readouterr()
    assert (answer.value, answer.by, answer.how, answer.refused) == ("done", "mc", "typed", False)
    assert "Connect the leads." in said.err
    assert "volts" in said.err
    assert said.out == "", "prompts belong to the error output: --json owns the other"


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        (["yes"], False),
        (["Done"], False),
        (["好"], False),
        (["完成"], False),
        (["maybe", "wait", "1000", "no"], True),
        (["不"], True),
        (["wait", ""], False),
    ],
)
def test_a_connection_is_done_by_a_word_that_means_it(
    monkeypatch: pytest.MonkeyPatch, lines: list[str], refused: bool
) -> None:
    typing(monkeypatch, *lines)
    assert operator().ask(CONNECT).refused is refused
    assert sys.stdin.read() == "", "every line was asked for"


@pytest.mark.skipif(os.name == "nt", reason="a terminal of its own needs a POSIX pty")
def test_what_was_typed_before_a_dangerous_level_was_shown_does_not_release_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    master, slave = os.openpty()
    with os.fdopen(slave, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        os.write(master, b"1000\n")
        timer = threading.Timer(0.3, os.write, (master, b"no\n"))
        timer.start()
        try:
            answer = operator().ask(HAZARD)
        finally:
            timer.join()
            os.close(master)
    assert answer.refused


def test_the_prompt_is_in_the_chosen_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typing(monkeypatch, "")
    operator("zh").ask(CONNECT)
    assert "连接导线。" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "value"), [(["120"], "120"), (["long", "-3", "0"], "0"), (["stop"], "stop"), ([""], "")]
)
def test_the_warm_up_is_a_number_of_minutes(
    monkeypatch: pytest.MonkeyPatch, lines: list[str], value: str
) -> None:
    typing(monkeypatch, *lines)
    assert operator().ask(Prompt("warm-up", "warm-up", Text("How long?", "多久？"))).value == value


@pytest.mark.parametrize(
    ("lines", "refused"), [(["yes"], False), (["", "y", "YES"], False), (["", "no"], True), ([""], True)]
)
def test_a_confirmation_needs_the_whole_word(
    monkeypatch: pytest.MonkeyPatch, lines: list[str], refused: bool
) -> None:
    typing(monkeypatch, *lines)
    assert operator().ask(Prompt("unsafe:CAL", "confirm", Text("Is it off?", "已关闭？"))).refused is refused


@pytest.mark.parametrize("typed", ["1000", "1000 V", " 1000V "])
def test_a_hazard_is_released_by_its_level(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    typing(monkeypatch, typed)
    answer = operator().ask(HAZARD)
    assert not answer.refused
    assert "1000" in answer.value


@pytest.mark.parametrize("lines", [[""], ["stop"], ["no"], ["y", "yes", "100", "1000"], ["done", "ok", "go"]])
def test_nothing_else_releases_a_hazard(monkeypatch: pytest.MonkeyPatch, lines: list[str]) -> None:
    typing(monkeypatch, *lines)
    assert operator().ask(HAZARD).refused


def test_a_slip_may_be_mended(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    typing(monkeypatch, "100", "1000")
    assert not operator().ask(HAZARD).refused
    assert "not the level" in capsys.readouterr().err


def test_an_end_of_input_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    typing(monkeypatch)
    assert operator().ask(CONNECT).refused


def test_a_review_without_flags_asks_nothing() -> None:
    decision = operator().review(Review("dcv", 1, (), ("dcv:10V:+10V",)))
    assert decision.repeat == ()


@pytest.mark.parametrize(
    ("lines", "repeat", "reason"),
    [
        ([""], (), ""),
        (["2", "lead moved"], ("dcv:1V:+1V",), "lead moved"),
        (["1, 2", "", "lead moved"], ("dcv:10V:+10V", "dcv:1V:+1V"), "lead moved"),
        (["all", "draught"], ("dcv:10V:+10V", "dcv:1V:+1V"), "draught"),
        (["3", "x", "1", "draught"], ("dcv:10V:+10V",), "draught"),
    ],
)
def test_a_repeat_needs_points_of_the_list_and_a_reason(
    monkeypatch: pytest.MonkeyPatch, lines: list[str], repeat: tuple[str, ...], reason: str
) -> None:
    typing(monkeypatch, *lines)
    decision = operator().review(REVIEW)
    assert (decision.repeat, decision.reason, decision.by) == (repeat, reason, "mc")


@pytest.mark.skipif(os.name == "nt", reason="a process cannot send itself SIGTERM on Windows")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_asked_refuses_and_is_heard(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    heard: list[int] = []
    before = signal.signal(number, lambda got, _frame: heard.append(got))
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as stdin, os.fdopen(writing, "w", encoding="utf-8"):
        monkeypatch.setattr(sys, "stdin", stdin)
        timer = threading.Timer(0.2, os.kill, (os.getpid(), number))
        timer.start()
        try:
            answer = operator().ask(HAZARD)
        finally:
            timer.join()
            signal.signal(number, before)
    assert answer.refused
    assert heard == [number]
