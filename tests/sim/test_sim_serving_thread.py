"""The serving thread: who closes a socket, and what is known when it ends before its time."""

from __future__ import annotations

import logging
import select
import selectors
from collections.abc import Callable
from typing import Any

import pytest

from calibrator_sim import SimBench
from calibrator_sim.servers import TcpHost

Open = Callable[..., SimBench]


class WindowsSelector(selectors.SelectSelector):
    """Waits as on Windows, where a socket that is closed while `select` waits for it makes it fail.

    It wakes up only when it is roused, so that everything else is done by the clock's thread.
    """

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        watched = list(self.get_map().values())
        [rouser] = [key for key in watched if key.data is None]
        select.select([rouser.fileobj], [], [], timeout)
        for key in watched:
            if key.fileobj.fileno() < 0:  # type: ignore[union-attr]
                raise OSError(10038, "An operation was attempted on something that is not a socket")
        return [(rouser, selectors.EVENT_READ)]


def test_a_client_dropped_by_the_clocks_thread_does_not_break_the_wait(
    open_bench: Open, client_class: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "DefaultSelector", WindowsSelector)
    bench = open_bench()
    for _ in range(3):
        client = client_class(bench.resources["meter"])
        client.write("*IDN?")
        bench.true_error("meter", "dcv", 10.0, 1.0)  # carries out what clients have sent
        assert client.read().startswith("HEWLETT-PACKARD,34401A")
        client.close()
        bench.true_error("meter", "dcv", 10.0, 1.0)  # sees that the client has gone, and drops it
    bench.close()
    assert bench.failure is None


def test_a_defect_of_the_simulator_is_logged_and_recorded_and_nobody_waits(
    open_bench: Open,
    connect: Callable[[SimBench, str], Any],
    client_class: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def defect(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    bench = open_bench()
    client, silent = (connect(bench, name) for name in ("meter", "calibrator"))
    assert silent.query("*IDN?").startswith("FLUKE,5522A")
    assert bench.failure is None
    monkeypatch.setattr(TcpHost, "_receive", defect)
    with caplog.at_level(logging.ERROR):
        client.write("*IDN?")
        for one in (client, silent):
            with pytest.raises(ConnectionError):
                one.read()
        bench._host._thread.join(5.0)
        with pytest.raises(ConnectionError):
            client_class(bench.resources["meter"])
        bench.close()
    assert isinstance(bench.failure, ZeroDivisionError)
    assert "stopped serving" in caplog.text
    assert "a defect" in caplog.text
