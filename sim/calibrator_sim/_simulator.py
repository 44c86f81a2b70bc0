"""The plug: opens simulated benches and serves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from types import ModuleType
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from calibrator_sim._bench import SimBench
    from calibrator_sim._in_process import InProcessBench

__all__ = ["SIMULATOR", "BenchSimulator"]


class BenchSimulator:
    """Opens benches of simulated instruments; found through the group `calibrator.simulators`."""

    def open(self, bench: Mapping[str, Any], *, seed: int | None = None) -> SimBench:
        """Open a bench in this process on a virtual clock; `seed` overrides the file's.

        Raises:
            BenchFileError: an unknown model, effect or key, a missing seed, a wiring that names
                an unknown instrument.
        """
        from calibrator_sim._bench import SimBench

        return SimBench.virtual(bench, seed=seed)

    def open_in_process(self, bench: Mapping[str, Any], *, seed: int | None = None) -> InProcessBench:
        """Open a bench on a virtual clock without servers: its instruments are reached through `pipes`.

        Raises:
            BenchFileError: as `open`.
        """
        from calibrator_sim._in_process import InProcessBench

        return InProcessBench.of(bench, seed=seed)

    def proof(self, procedure: str) -> ModuleType | None:
        """Return what knows the truth of a procedure's budget lines, None where nobody has written it."""
        from calibrator_sim.proofs import find_proof

        return find_proof(procedure)

    def effects(self, bench: Mapping[str, Any]) -> Mapping[str, float]:
        """Return the scale of every physical effect on a bench, 0 where it is switched off.

        Raises:
            BenchFileError: as `open`.
        """
        from calibrator_sim._config import parse_bench
        from calibrator_sim._effects import CATALOGUE

        effects = parse_bench(bench).effects
        return {effect.name: float(getattr(effects, effect.name)) for effect in CATALOGUE}

    def default_bench(self) -> str:
        """Return the TOML text of the bench that `--sim` and `demo` use."""
        return resources.files("calibrator_sim").joinpath("default_bench.toml").read_text(encoding="utf-8")

    def serve(
        self,
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
        """Keep a bench, or single catalogue models, up in scaled real time until interrupted.

        `announce` is called once with name, model, serial, VISA resource and transport of each
        instrument (and the bus of one behind a gateway); each line of `commands` that names a
        wiring connects it. `transport` serves every instrument that has no address by it;
        `applied` is what single meters see, such as `10 V`; `portmapper` answers VXI-11 clients
        on port 111.

        Raises:
            BenchFileError: as `open`.
            ServeError: the address cannot be served.
        """
        from calibrator_sim._serve import serve

        serve(
            bench,
            models,
            host=host,
            wiring=wiring,
            seed=seed,
            speed=speed,
            announce=announce,
            commands=commands,
            transport=transport,
            applied=applied,
            portmapper=portmapper,
        )


SIMULATOR = BenchSimulator()
