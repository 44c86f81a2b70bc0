"""Keeps a bench, or single catalogue models, up in scaled real time."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO

from calibrator_drivers.clock import RealClock
from calibrator_sim._bench import SimBench
from calibrator_sim._config import BenchConfig, parse_bench
from calibrator_sim._errors import BenchFileError, ServeError, UnknownWiringError, closest
from calibrator_sim.clock import ScaledClock
from calibrator_sim.instruments import find_model, model_names

__all__ = ["catalogue_bench", "serve"]


def catalogue_bench(models: Sequence[str]) -> dict[str, Any]:
    """Return a bench of single models with nothing connected; a model may be given by its short name.

    Raises:
        BenchFileError: a model that the simulator does not have.
    """
    instruments: dict[str, Any] = {}
    for index, given in enumerate(models, start=1):
        model = find_model(given)
        if model is None:
            raise BenchFileError(
                f'The simulator has no model "{given}"',
                where="the model's name",
                way_out=closest(given, model_names()),
                code="unknown-model",
            )
        name = model.model_id if model.model_id not in instruments else f"{model.model_id}_{index}"
        instruments[name] = {"model": model.model_id, "serial": f"{model.serial_prefix}{index:02d}"}
    return {"name": "catalogue models", "instruments": instruments, "simulation": {"seed": 1}}


def serve(
    bench: Mapping[str, Any] | None,
    models: Sequence[str],
    *,
    host: str,
    wiring: str | None,
    seed: int | None,
    speed: float,
    announce: Callable[[Sequence[Mapping[str, str]]], None],
    commands: TextIO | None,
) -> None:
    """Serve until interrupted; see `BenchSimulator.serve`.

    Raises:
        BenchFileError: the bench or a model cannot be simulated.
        ServeError: the address or the speed cannot be served.
    """
    if not 0.0 < speed < float("inf"):
        raise ServeError(
            f"A bench cannot run at speed {speed:g}", way_out="Give a number above 0; 1 is real time."
        )
    _check_host(host)
    config = parse_bench(bench if bench is not None else catalogue_bench(models), seed=seed)
    with SimBench(config, ScaledClock(config.start, speed), host=host) as running:
        if wiring:
            _connect_first(config, running, wiring)
        announce(_lines(config, running))
        _obey(running, commands)


def _check_host(host: str) -> None:
    try:
        socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ServeError(
            f'"{host}" is no address of this machine: {error.strerror or error}',
            where="host",
            way_out="127.0.0.1 serves this machine alone, 0.0.0.0 every network that it is in.",
        ) from error


def _connect_first(config: BenchConfig, running: SimBench, wiring: str) -> None:
    """Connect the wiring that was asked for at the start; single models have none."""
    if not config.wirings:
        raise UnknownWiringError(
            f'There is no wiring "{wiring}": single models are served with nothing connected',
            where="wiring",
            way_out="Serve a bench file instead; its [wirings] connect instruments.",
        )
    running.connect(wiring)


def _lines(config: BenchConfig, running: SimBench) -> list[dict[str, str]]:
    return [
        {
            "name": name,
            "model": config.instruments[name].model,
            "serial": config.instruments[name].serial,
            "resource": resource,
        }
        for name, resource in running.resources.items()
    ]


def _obey(running: SimBench, commands: TextIO | None) -> None:
    """Connect each wiring that is named on a line; after the end of input go on serving."""
    clock = RealClock()
    if commands is not None:
        for line in commands:
            name = line.strip()
            if name:
                _connect(running, name)
    # Short naps: on Windows a longer wait would hold an interrupt back.
    while True:
        clock.sleep(0.2)


def _connect(running: SimBench, name: str) -> None:
    try:
        running.connect(name)
    except UnknownWiringError as error:
        logging.getLogger(__name__).error("%s", error)
