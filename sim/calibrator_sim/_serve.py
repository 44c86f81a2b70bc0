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
from calibrator_sim._inputs import input_nodes
from calibrator_sim.clock import ScaledClock
from calibrator_sim.instruments import CATALOGUE, find_model, model_names

__all__ = ["catalogue_bench", "serve"]


def catalogue_bench(models: Sequence[str], applied: str = "") -> dict[str, Any]:
    """Return a bench of single models; a model may be given by its short name.

    Nothing is connected, or where `applied` states an input (`10 V`), every instrument that can sees it.

    Raises:
        BenchFileError: a model that the simulator does not have, an input that nobody sees.
    """
    instruments: dict[str, Any] = {}
    for index, given in enumerate(models, start=1):
        model = find_model(given)
        if model is None and given in CATALOGUE:
            raise BenchFileError(
                f'"{given}" has no interface, so that there is nothing to serve',
                where="the model's name",
                way_out="Put it into a bench file, where a wiring or a node connects it, and serve that.",
                code="unknown-model",
            )
        if model is None:
            raise BenchFileError(
                f'The simulator has no model "{given}"',
                where="the model's name",
                way_out=closest(given, model_names()),
                code="unknown-model",
            )
        name = model.model_id if model.model_id not in instruments else f"{model.model_id}_{index}"
        instruments[name] = {"model": model.model_id, "serial": f"{model.serial_prefix}{index:02d}"}
    nodes = {}
    if applied:
        nodes = input_nodes(applied, {name: entry["model"] for name, entry in instruments.items()})
    simulation = {"seed": 1, **({"nodes": nodes} if nodes else {})}
    return {"name": "catalogue models", "instruments": instruments, "simulation": simulation}


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
    transport: str = "",
    applied: str = "",
    portmapper: bool = False,
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
    source = bench if bench is not None else catalogue_bench(models, applied)
    config = parse_bench(_by(transport, source), seed=seed)
    clock = ScaledClock(config.start, speed)
    with SimBench(config, clock, host=host, portmapper=portmapper) as running:
        if wiring:
            _connect_first(config, running, wiring)
        announce(_lines(config, running))
        _obey(running, commands)


def _by(transport: str, bench: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the bench with one transport for every instrument that has no address of its own."""
    if not transport:
        return bench
    simulation = dict(bench.get("simulation", {}))
    homes = {
        name: entry.home
        for name, table in bench.get("instruments", {}).items()
        if (entry := CATALOGUE.get(table.get("model", ""))) is not None
    }
    chosen = {name: transport for name, home in homes.items() if home}
    simulation["transports"] = {**chosen, **simulation.get("transports", {})}
    return {**bench, "simulation": simulation}


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
            "resource": opened.resource,
            **({"bus": opened.bus} if opened.bus else {}),
        }
        for name, opened in running.opened.items()
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
