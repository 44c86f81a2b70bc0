"""Balances: repeatability, eccentricity, errors of indication with standard weights (EURAMET cg-18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from calibrator.procedure import (
    Bench,
    Evaluation,
    Point,
    PointObservations,
    PointReferences,
    Section,
    TabledProcedure,
    Text,
)
from calibrator_procedures.balance._plan import expanded

__all__ = ["PROCEDURE", "SETTINGS", "BalanceCalibration"]

SETTINGS: Mapping[str, type] = {
    "table": str,  # of a document, in which the result stands
    "test": str,  # "repeatability", "eccentricity", "error"
    "wiring": str,  # of the load
    "empty": str,  # of the empty pan
    "expected_within": float,  # of what is typed: how far off the load it is not asked again, relative
    "placings": int,  # of one load, for its repeatability
    "position": str,  # "centre", "front", "back", "left", "right"
    "method": str,  # "digits", or "changeover" where the scale interval is that of the verification
    "added": str,  # "part" where the part "added" of the wiring tells what was added, else a person is asked
    "e_g": str,  # verification scale interval at the load, decimal; with "changeover"
    "zero_g": str,  # where the scale interval of the empty pan is asked, decimal
    "partial_g": str,  # decimals: where a multi-interval scale's partial weighing ranges meet
    "max_g": str,  # of the balance, decimal
    "settle_s": float,  # after a load was put down
    "use_k": float,  # the room in use stays within this of that of the last adjustment
    "accuracy": float,  # relative, that a weighing in use must reach
}
ADDED = Text(
    en="Add weights of a tenth of the scale interval, one by one, until the indication goes up by one"
    " interval for good. Write their sum in g.",
    zh="逐个加放十分之一分度值的小砝码，直到示值稳定地增加一个分度值。输入所加小砝码的总质量（g）。",
)


class BalanceCalibration(TabledProcedure):
    """Calibration of a balance; a further UUT model is a further file in `tables/`."""

    settings = SETTINGS

    def expanded(self, section: Section) -> Section:
        """Return a section of a table with all its placings."""
        return expanded(section)

    def expected_readings(self, point: Point) -> Mapping[str, float]:
        """Return what the balance should read at a placing, for the expected U of a plan."""
        half = 0.0 if point.settings.get("added") != "part" else float(str(point.settings["e_g"])) / 2.0
        return {"uut": float(point.nominal), **({"added": half} if half else {})}

    def measure(self, bench: Bench, point: Point) -> None:
        """Take everything off, set zero, put the load down, and read when the balance is at rest."""
        settings = point.settings
        balance, rest = bench.part("uut"), float(settings["settle_s"])
        balance.configure("mass")
        bench.connect(str(settings["empty"]))
        bench.wait(rest)
        balance.act("zero")
        bench.connect(str(settings["wiring"]))
        bench.wait(rest)
        bench.read(1)
        if settings.get("method") != "changeover":
            return
        if settings.get("added") != "part":
            bench.ask("added", ADDED, number=True)
            return
        bench.part("added").configure("mass", changeover=True)
        bench.read(1, parts=("added",))

    def evaluate(
        self,
        section: Section,
        observations: Sequence[PointObservations],
        references: Mapping[str, PointReferences],
    ) -> tuple[Evaluation, ...]:
        """Return errors, eccentricity and repeatability, and what a weighing in use is worth."""
        from calibrator_procedures.balance._evaluation import evaluated

        return evaluated(section, observations, references)


PROCEDURE = BalanceCalibration(Path(__file__).parent)
