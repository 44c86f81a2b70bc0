"""Runs, results, readings: tables made from events, and rebuilt when they are old."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator._errors import RefusedError, UsageError


def test_a_run_is_one_line(station: Any) -> None:
    run = station.whole_run()
    (summary,) = station.record.runs()
    assert summary.id == run
    assert (summary.procedure, summary.uut, summary.asset, summary.serial) == (
        "dmm",
        "keysight_34401a",
        "DMM-01",
        "MY1",
    )
    assert (summary.mode, summary.state, summary.verdict, summary.exit_code) == (
        "live",
        "completed",
        "pass",
        0,
    )
    assert summary.opened_at == next(iter(station.record.events(run))).at


def test_the_state_follows_the_events(memory: Any) -> None:
    run = memory.begin()
    assert memory.record.runs()[0].state == "open"
    memory.finish(run, "interrupted")
    assert memory.record.runs()[0].state == "interrupted"
    memory.record.append(run, "resumed", {})
    assert (memory.record.runs()[0].state, memory.record.runs()[0].verdict) == ("open", None)
    memory.finish(run, "stopped")
    assert memory.record.runs()[0].state == "stopped"


def test_results_are_those_of_the_last_evaluation_of_each_section(memory: Any) -> None:
    run = memory.begin()

    def evaluate(section: str, *points: dict[str, Any]) -> None:
        memory.record.append(run, "section.evaluated", {"section": section, "results": list(points)})

    evaluate("dcv", {"id": "a", "verdict": "fail"}, {"id": "b", "verdict": "pass"})
    evaluate("dci", {"id": "c", "verdict": "pass", "exact": {"error": 0.1}})
    evaluate("dcv", {"id": "a", "verdict": "pass"}, {"id": "b", "verdict": "pass"})
    assert [(point["id"], point["verdict"]) for point in memory.record.results(run)] == [
        ("a", "pass"),
        ("b", "pass"),
        ("c", "pass"),
    ]
    assert memory.record.results(run)[2]["exact"] == {"error": "0x1.999999999999ap-4"}
    assert memory.record.results("another") == []


def test_discarded_readings_are_marked(station: Any) -> None:
    run = station.begin()
    seqs = [station.read(run, index) for index in range(3)]
    station.record.append(
        run, "readings.discarded", {"point": "x", "seqs": seqs[:2], "reason": "broken step"}
    )
    with station.raw() as ask:
        rows = ask("SELECT seq, discarded, value FROM readings ORDER BY seq")
    assert rows == [(seqs[0], 1, (10.0).hex()), (seqs[1], 1, (10.0).hex()), (seqs[2], 0, (10.0).hex())]


def test_a_run_is_found_by_a_beginning_of_its_id_or_as_the_last(memory: Any) -> None:
    first, second = memory.begin(), memory.begin()
    assert memory.record.find_run(first) == first
    assert memory.record.find_run("last") == second
    assert memory.record.find_run(second[:-1]) == second
    with pytest.raises(UsageError, match="beginning of 2 runs"):
        memory.record.find_run("0")
    for unknown in ("", "zz", first + "0"):
        with pytest.raises(UsageError, match="There is no run") as caught:
            memory.record.find_run(unknown)
        assert caught.value.exit_code == 2


def test_without_a_run_the_way_to_the_first_is_told(memory: Any) -> None:
    with pytest.raises(UsageError, match="calibrator demo"):
        memory.record.find_run("last")


def test_the_last_run_is_the_one_that_began_last_whatever_its_id(memory: Any) -> None:
    memory.record.append("zzzz", "run.opened", {"mode": "simulated"})
    memory.record.append("aaaa", "run.opened", {"mode": "simulated"})
    assert memory.record.find_run("last") == "aaaa"
    assert [summary.id for summary in memory.record.runs()] == ["zzzz", "aaaa"]


def test_projections_of_an_older_version_are_made_again(station: Any) -> None:
    run = station.whole_run()
    results = station.record.results(run)
    station.record.append("register", "station.opened", {"home": "", "version": "0.0.1"})
    station.record.close()
    with station.raw() as ask:
        ask("UPDATE meta SET value = '0' WHERE key = 'projections'")
        ask("DROP TABLE points")
        ask("DELETE FROM readings")
        ask("UPDATE runs SET verdict = 'fail'")
    with pytest.raises(RefusedError, match="another version") as caught:
        station.open(write=False)
    assert caught.value.code == "projections-old"
    with station.open() as record:
        assert record.results(run) == results
        assert record.runs()[0].verdict == "pass"
        assert record.verify() == ()


def test_a_reader_sees_what_the_writer_has_committed(station: Any) -> None:
    run = station.whole_run()
    with station.open(write=False) as reader:
        assert reader.find_run("last") == run
        assert reader.results(run) == station.record.results(run)
        second = station.whole_run()
        assert reader.find_run("last") == second
        assert reader.verify() == ()
