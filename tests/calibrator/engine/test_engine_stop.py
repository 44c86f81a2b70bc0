"""Exit codes, the stop signal and the package's face."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrator import engine
from calibrator._errors import InterruptedRun
from calibrator.engine import StopSignal, combine_exit_codes

CODES = (7, 5, 6, 130, 4, 1, 3, 0)


@given(st.lists(st.sampled_from(CODES)), st.randoms())
def test_the_first_in_the_order_wins_whatever_came_first(codes: list[int], random):
    expected = next((code for code in CODES if code in codes), 0)
    random.shuffle(codes)
    assert combine_exit_codes(codes) == expected


def test_an_unknown_code_counts_as_an_instrument_error():
    assert combine_exit_codes([99, 1]) == 5


def test_a_stop_keeps_its_first_reason_and_raises():
    stop = StopSignal()
    stop.check()
    stop.set("SIGINT")
    stop.set("SIGTERM")
    with pytest.raises(InterruptedRun, match=r"SIGINT.*resume"):
        stop.check()
    assert stop.is_set()


def test_a_stop_before_a_run_is_opened_names_no_resume(laboratory: Any):
    stop = StopSignal()
    stop.set("SIGINT")
    with pytest.raises(InterruptedRun, match="No run was opened") as caught:
        laboratory.run(laboratory.job(), stop=stop)
    assert (caught.value.exit_code, caught.value.code) == (130, "stopped")
    assert "resume" not in str(caught.value)
    assert laboratory.runs() == 0


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"])
def test_signals_set_it_and_the_former_handlers_come_back(name: str):
    number = getattr(signal, name, None)
    if number is None:
        pytest.skip(f"no {name} here")
    before = signal.getsignal(number)
    stop = StopSignal()
    with stop.on_signals():
        signal.raise_signal(number)
    assert stop.reason == name
    assert signal.getsignal(number) is before


def test_every_public_name_is_there_and_importing_the_package_is_cheap():
    for name in engine.__all__:
        assert getattr(engine, name) is not None
    code = (
        "import sys, calibrator.engine;"
        "heavy = {'numpy', 'scipy', 'pint', 'pyvisa', 'sqlalchemy', 'calibrator_sim'};"
        "sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
