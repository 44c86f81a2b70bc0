"""`[buses.NAME]`: the rules of a bus, refused by file, line and key where they are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import ConfigurationError
from calibrator.standards import load_bench
from calibrator_drivers.transport import Policy

BENCH = """
[instruments.meter]
asset = "A-1"
model = "keysight_34401a"
serial = "MY1"
resource = "GPIB0::22::INSTR"
bus = "gateway"
"""


def test_a_bus_has_rules_of_its_own() -> None:
    assert load_bench(BENCH).buses == {}
    rules = '[buses.gateway]\non_loss = "reconnect"\nquery_retries = 2\nerror_checks = "batch"\nbatch = 5\n'
    assert load_bench(BENCH + rules).buses == {
        "gateway": Policy(on_loss="reconnect", query_retries=2, error_checks="batch", batch=5)
    }


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("[buses.gatewy]\n", 'Did you mean "gateway"'),
        ('[buses.gateway]\non_loss = "go on"\n', "on_loss"),
        ("[buses.gateway]\nquery_retries = -1\n", "query_retries"),
        ("[buses.gateway]\nretries = 1\n", "retries"),
        ('[buses.gateway]\nerror_checks = "never"\n', "error_checks"),
    ],
)
def test_rules_that_are_none_are_refused(rules: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        load_bench(BENCH + rules, "bench.toml")
    assert any(f"bench.toml, line {line}," in str(caught.value) for line in (8, 9, 10))


def test_errors_that_a_bus_leaves_for_the_end_stop_the_run(tmp_path: Path) -> None:
    """The rules reach the sessions of a run; what nobody looked for is looked for before it ends well."""
    from calibrator.bench import find_simulator
    from calibrator.engine._station import Station
    from calibrator_drivers import InstrumentReportedError

    text = find_simulator().default_bench()
    head = "[instruments.meter]\n"
    assert head in text
    text = text.replace(head, f'{head}bus = "meters"\n') + '\n[buses.meters]\nerror_checks = "end"\n'
    station = Station.open(load_bench(text), traffic=tmp_path / "traffic.jsonl")
    meter: Any = station.driver("meter")
    assert meter.session.policy.error_checks == "end"
    meter.session.write("NONSENSE 1")
    meter.reset_all()
    with pytest.raises(InstrumentReportedError, match="-113"):
        station.look_for_errors()
    station.look_for_errors()
    station.close()
