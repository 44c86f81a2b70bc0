"""What is served is spoken to: in its own protocol on a line, and never what has no words."""

from __future__ import annotations

import pytest

from calibrator_sim import SIMULATOR
from calibrator_sim.instruments._catalogue import find_model


@pytest.mark.parametrize(
    ("model", "serial", "begins"),
    [
        ("transmitter_4_20ma", "SIMTX1", "HART::"),
        ("eastron_sdm630", "SIM6301", "MODBUS-RTU::"),
        ("keysight_34401a", "SIM0001", "ASRL"),
    ],
)
def test_an_instrument_on_a_line_is_announced_in_its_own_protocol(
    model: str, serial: str, begins: str, open_bench
) -> None:
    bench = open_bench(
        instruments={"it": {"model": model, "serial": serial}}, simulation={"transports": {"it": "serial"}}
    )
    assert bench.resources["it"].startswith(begins)


def test_a_head_transmitter_that_nobody_speaks_to_is_not_served() -> None:
    assert find_model("pt100_transmitter") is None
    with pytest.raises(Exception, match="has no interface"):
        SIMULATOR.serve(
            None,
            ["pt100_transmitter"],
            host="127.0.0.1",
            wiring=None,
            seed=1,
            speed=1.0,
            announce=lambda _lines: None,
            commands=None,
        )
