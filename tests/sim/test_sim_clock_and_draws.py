"""Time moves only where it may, and draws depend on their key alone."""

from __future__ import annotations

import math
import statistics
import threading
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from calibrator_sim import ScaledClock, VirtualClock
from calibrator_sim._random import Draws

START = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.lists(st.floats(-10, 1e6), max_size=20))
def test_a_virtual_clock_adds_up_its_sleeps_and_never_goes_back(sleeps):
    clock = VirtualClock(START)
    for seconds in sleeps:
        before = clock.monotonic_ns()
        clock.sleep(seconds)
        assert clock.monotonic_ns() - before == max(0, round(seconds * 1e9))
    assert abs((clock.now() - START).total_seconds() - clock.monotonic_ns() / 1e9) < 1e-5


def test_advancing_never_goes_back():
    clock = VirtualClock(START)
    clock.advance_to(500)
    clock.advance_to(100)
    assert clock.monotonic_ns() == 500


def test_a_command_without_reply_acts_before_time_moves(bench, connect):
    for _ in range(30):
        calibrator = connect(bench, "calibrator")  # the server has not even accepted it yet
        calibrator.write("OUT 10 V;STBY;OPER")
        bench.clock.sleep(1.0)
        level = bench.true_output("calibrator").value
        assert math.isclose(level, 10.0 * (1.0 - math.exp(-4.0)), rel_tol=1e-4)
        calibrator.query("STBY;OUT 0 V;*OPC?")
        bench.clock.sleep(1.0)


def test_reading_the_time_sees_what_was_sent_before(bench, meter):
    meter.write("CONF:VOLT:DC 10;:TRIG:DEL 0;:SAMP:COUN 5;:INIT;*WAI")
    assert bench.clock.monotonic_ns() == 5 * 400_000_000


def test_identity_costs_no_time_and_a_query_one_millisecond(bench, meter, calibrator):
    for client in (meter, calibrator):
        before = bench.clock.monotonic_ns()
        client.query("*IDN?")
        assert bench.clock.monotonic_ns() == before
        client.query("*STB?")
        assert bench.clock.monotonic_ns() == before + 1_000_000


def test_threads_that_wait_do_not_lock_each_other_out(bench, connect):
    done = []

    def work(name, text):
        client = connect(bench, name)
        for _ in range(50):
            client.query(text)
            bench.clock.sleep(0.01)
        done.append(name)

    threads = [
        threading.Thread(target=work, args=pair)
        for pair in (("meter", "READ?"), ("calibrator", "*OPC?"), ("calibrator", "OUT?"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(done) == 3


def test_a_scaled_clock_runs_so_much_faster():
    class Hand:
        ns = 0
        slept = 0.0

        def monotonic_ns(self):
            return self.ns

        def sleep(self, seconds):
            self.slept += seconds

    hand = Hand()
    clock = ScaledClock(START, 60.0, hand)
    hand.ns = 1_000_000_000
    assert clock.monotonic_ns() == 60_000_000_000
    assert (clock.now() - START).total_seconds() == 60.0
    clock.sleep(30.0)
    assert hand.slept == 0.5
    clock.set(5)
    assert clock.monotonic_ns() == 5


KEYS = st.lists(
    st.one_of(st.text(max_size=8), st.integers(), st.floats(allow_nan=False)), min_size=1, max_size=4
)


@given(st.integers(), KEYS, KEYS)
def test_draws_depend_on_seed_and_key_alone(seed, key, other):
    draws = Draws(seed)
    first = draws.normal(*key)
    draws.uniform(*other)
    assert draws.normal(*key) == first == Draws(seed).normal(*key)
    assert Draws(seed + 1).normal(*key) != first
    assert 0.0 < draws.unit(*key) < 1.0
    assert -1.0 < draws.uniform(*key) < 1.0


def test_draws_follow_their_distributions():
    draws, n = Draws(3), 20_000
    normal = sorted(draws.normal("n", i) for i in range(n))
    uniform = sorted(draws.uniform("u", i) for i in range(n))
    exact = statistics.NormalDist()
    worst = max(abs(exact.cdf(x) - (i + 0.5) / n) for i, x in enumerate(normal))
    flat = max(abs((x + 1) / 2 - (i + 0.5) / n) for i, x in enumerate(uniform))
    assert worst < 1.95 / math.sqrt(n)  # Kolmogorov and Smirnov at 0.1 %
    assert flat < 1.95 / math.sqrt(n)
    neighbours = statistics.correlation(
        [draws.normal("n", i) for i in range(n - 1)], [draws.normal("n", i + 1) for i in range(n - 1)]
    )
    assert abs(neighbours) < 4 / math.sqrt(n)
