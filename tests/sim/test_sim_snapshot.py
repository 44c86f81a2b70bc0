"""Numbers after a restore equal those of an unbroken run, wherever it was broken."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibrator_sim import SIMULATOR, SnapshotError

METER = (
    "READ?",
    "CONF:VOLT:DC 10",
    "CONF:FRES 100",
    "CONF:CURR:DC 0.01",
    "CONF:VOLT:DC DEF",
    "INP:IMP:AUTO ON",
    "VOLT:NPLC 1",
    "SAMP:COUN 2",
    "INIT",
    "FETC?",
    "DATA:POIN?",
    "CALC:FUNC NULL;STAT ON",
    "CALC:FUNC AVER;STAT ON",
    "CALC:AVER:AVER?;COUN?",
    "TRIG:SOUR BUS",
    "TRIG:SOUR IMM",
    "*TRG",
    "ZERO:AUTO OFF",
    "*ESE 61",
    "*STB?",
    "*RST",
    "FOO",
    "STAT:QUES?",
)
CALIBRATOR = (
    "OUT 1 V",
    "OUT 10 V",
    "OUT 100 V",
    "OUT 100 OHM;ZCOMP WIRE4",
    "OUT 10 MA",
    "OPER",
    "STBY",
    "*OPC?",
    "OUT?",
    "ISR?",
    "ISCR1?;ISCR0?",
    "LIMIT 50 V, -50 V",
    "LIMIT?",
    "*RST",
    "FOO",
    "*PUD #13a;b",
    "*PUD?;EARTH?",
    "EARTH TIED",
)
ACTIONS = st.one_of(
    st.tuples(st.just("meter"), st.sampled_from(METER)),
    st.tuples(st.just("calibrator"), st.sampled_from(CALIBRATOR)),
    st.tuples(st.just("connect"), st.sampled_from(("volts", "ohms4w", "current", "open", "short"))),
    st.tuples(st.just("sleep"), st.sampled_from((0.0, 0.03, 1.0, 700.0))),
)
FAULTS = [
    {"kind": "stuck", "instrument": "meter", "after": 3, "count": 2},
    {"kind": "trip", "instrument": "calibrator", "at_s": 3.0, "count": 1},
    {"kind": "wrong-wiring", "wiring": "open", "at_s": 2.0, "count": 1},
    {"kind": "garbage", "instrument": "calibrator", "after": 6, "count": 1, "text": "?"},
]


class Run:
    """A bench with its two sessions; carries out actions and notes all that can be seen."""

    def __init__(self, bench, client_class):
        self.bench = bench
        self.clients = {name: client_class(bench.resources[name]) for name in bench.resources}

    def do(self, action):
        where, what = action
        reply = ""
        if where == "connect":
            self.bench.connect(what)
        elif where == "sleep":
            self.bench.clock.sleep(what)
        elif where == "meter":
            reply = self.clients["meter"].query(what + ";:SYST:ERR?")
        else:
            reply = self.clients["calibrator"].query(what + ";ERR?")
        state = self.bench.true_output("calibrator")
        return (
            reply,
            self.bench.clock.monotonic_ns(),
            self.bench.wiring,
            state,
            dict(self.bench.environment()),
        )

    def close(self):
        for client in self.clients.values():
            client.close()
        self.bench.close()


def bench_text(faults):
    parsed = tomllib.loads(SIMULATOR.default_bench())
    parsed["simulation"]["faults"] = faults
    return parsed


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    actions=st.lists(ACTIONS, min_size=1, max_size=14),
    cut=st.integers(0, 14),
    faults=st.sampled_from(([], FAULTS)),
)
def test_a_broken_run_goes_on_as_the_unbroken_one(client_class, actions, cut, faults):
    unbroken = Run(SIMULATOR.open(bench_text(faults)), client_class)
    head, tail = actions[:cut], actions[cut:]
    for action in head:
        unbroken.do(action)
    snapshot = unbroken.bench.snapshot()
    expected = [unbroken.do(action) for action in tail]
    unbroken.close()
    resumed = Run(SIMULATOR.open(bench_text(faults)), client_class)
    resumed.do(("calibrator", "OUT 7 V;OPER"))  # whatever happened before does not matter
    resumed.bench.clock.sleep(11.0)
    resumed.bench.restore(snapshot)
    assert resumed.bench.snapshot() == snapshot
    assert [resumed.do(action) for action in tail] == expected
    resumed.close()


def test_a_new_process_goes_on_with_the_same_numbers(bench, calibrator, meter, tmp_path):
    bench.connect("volts")
    calibrator.query("OUT 100 MV;OPER;*OPC?")
    meter.write("CONF:VOLT:DC 0.1;:VOLT:NPLC 10")
    meter.query("READ?")
    (tmp_path / "snapshot").write_text(bench.snapshot(), encoding="utf-8")
    code = (
        "import socket, sys, tomllib, pathlib;from calibrator_sim import SIMULATOR;"
        "bench = SIMULATOR.open(tomllib.loads(SIMULATOR.default_bench()));"
        "bench.restore(pathlib.Path(sys.argv[1]).read_text(encoding='utf-8'));"
        "_, host, port, _ = bench.resources['meter'].split('::');"
        "file = socket.create_connection((host, int(port))).makefile('rw');"
        "file.write('SAMP:COUN 20;:READ?\\n'); file.flush();"
        "sys.stdout.write(file.readline().strip());bench.close()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "snapshot")],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    expected = meter.query("SAMP:COUN 20;:READ?")
    assert done.stdout == expected
    assert len(set(expected.split(","))) > 1  # there is noise in it


def test_what_stood_in_standby_stays_so_and_what_operated_operates(bench, calibrator):
    calibrator.query("OUT 5 V;*OPC?")
    standby = bench.snapshot()
    calibrator.query("OPER;*OPC?")
    operating = bench.snapshot()
    bench.restore(standby)
    assert calibrator.query("OPER?;OUT?") == "0;5.000000E+00,V,0E+00,0,0.00E+00"
    bench.restore(operating)
    assert calibrator.query("OPER?") == "1"


@pytest.mark.parametrize("text", ["", "{}", "[1]", "null", "no snapshot", '{"version": 1}'])
def test_other_texts_are_no_snapshots(bench, text):
    with pytest.raises(SnapshotError, match="no snapshot"):
        bench.restore(text)


def test_a_snapshot_of_another_bench_or_version_is_refused(bench, open_bench):
    snapshot = bench.snapshot()
    for other in (open_bench(2), open_bench(simulation={"effects": {"emf": 0}})):
        before = other.snapshot()
        with pytest.raises(SnapshotError, match="another bench") as caught:
            other.restore(snapshot)
        assert caught.value.code == "snapshot-other-bench"
        assert other.snapshot() == before
    newer = json.dumps({**json.loads(snapshot), "version": 99})
    with pytest.raises(SnapshotError, match="version 99"):
        bench.restore(newer)


def test_the_same_seed_gives_the_same_run_and_another_one_another(open_bench, connect):
    def readings(seed):
        bench = open_bench(seed)
        bench.connect("volts")
        connect(bench, "calibrator").query("OUT 100 MV;OPER;*OPC?")
        return connect(bench, "meter").query("CONF:VOLT:DC 0.1;:SAMP:COUN 10;:READ?")

    assert readings(11) == readings(11) != readings(12)
