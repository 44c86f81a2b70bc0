"""Proof by simulation of the procedure `dmm`: stated against true, run by run, input by input.

    python benchmarks/proof_dmm.py --runs 200 [--first-seed 1000] [--jobs 2]

Each run is a whole run of the engine on a simulated bench over its real sockets, with a standard, a unit
under test and leads drawn afresh from the seed, exactly as the budgets state them (METROLOGY 26). The run is
the sampling unit, since points share the standard (METROLOGY 27).

IT VALIDATES SOFTWARE, NOT A FACILITY: it shows that model, budget and code agree on simulated benches
(ISO/IEC 17025:2017, 7.11.2). It is no evidence for a real standard, a real meter or a real room (7.6, 7.7).
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from calibrator.engine import Outcome
    from calibrator.procedure import Contribution
    from calibrator.record import Event
    from calibrator_sim import Inputs
    from calibrator_uncertainty import Budget

HEADING = "Software validation (ISO/IEC 17025:2017, 7.11.2), not evidence for a facility."

# Which effect of the bench is which line of a budget; the rest is named with its reason.
LINE_OF_EFFECT = {
    "standard_error": "standard",
    "emf": "emf",
    "leads": "leads",
    "leakage": "leakage",
    "loading": "loading",
    "source_resistance": "source_resistance",
    "noise": "indication",
    "quantisation": "indication",
}
OTHER_PHYSICS = (
    "line_leak adiabatic head hysteresis creep barometer gradient block_load immersion "
    "self_heating inhomogeneity cold_junction eccentricity linearity buoyancy convection draft "
    "zero_drift load_variation phase "
)
WITHOUT_A_LINE = {
    **dict.fromkeys(OTHER_PHYSICS.split(), "acts on no direct voltage, current or resistance"),
    "capacitance": "loads alternating volts only",
    "crest": "a direct quantity has no peaks",
    "keying": "nobody types: the meter has an interface",
    "parallax": "no pointer is read",
    "unit_error": "it is the measurand",
    "temperature": "part of the truth at this temperature",
    "drift": "part of the truth at the moment; below 1/1000 of u within a run",
    "warm_up": "part of the truth at the moment, after the warm-up",
    "settling": "waited for: settled bit, minimum time and window",
    "hum": "rejected by whole power line cycles",
    "autozero": "autozero is on",
    "open_input": "no open input is read as a voltage",
}


MODEL_AGREES = 1e-6
"""How far a model at the true inputs may lie from the truth, in u: rounding gives 1e-11, a sign 1e-3."""


class WrongModelError(ValueError):
    """A budget's model at the true inputs does not give the true error: it is not the bench's physics."""

    def __init__(self, point: str, off: float) -> None:
        super().__init__(
            f"the model of {point} at the true inputs lies {off:.3g} u from the true error (allowed"
            f" {MODEL_AGREES:g} u): compare the procedure's model with the physics of the bench"
        )
        self.point = point
        self.off = off


@dataclass(frozen=True, slots=True)
class PointProof:
    """One point of one run: what was stated, what was true, and the pull of every budget line."""

    point: str
    error: float
    truth: float
    u: float
    U: float
    pulls: Mapping[str, float]  # (true - estimate)/u by line; lines without uncertainty are left out
    limits: tuple[float, float] = (-math.inf, math.inf)
    pfa: float = 0.0  # specific
    model_off: float = 0.0  # |model at the true inputs - truth|/u

    @property
    def z(self) -> float:
        """(stated - true)/u."""
        return (self.error - self.truth) / self.u

    @property
    def covered(self) -> bool:
        """Whether the truth lies within the stated error +/- U."""
        return abs(self.error - self.truth) <= self.U

    @property
    def accepted(self) -> bool:
        """Whether simple acceptance takes the point, which makes the most of few false accepts."""
        return self.limits[0] <= self.error <= self.limits[1]

    @property
    def false(self) -> bool:
        """Whether the truth lies outside the limits."""
        return not self.limits[0] <= self.truth <= self.limits[1]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic over runs with its between-run standard error."""

    value: float
    error: float
    runs: int

    def within(self, low: float, high: float, sigmas: float = 0.0) -> bool:
        """Say whether the value lies in a band that is widened by some standard errors."""
        return low - sigmas * self.error <= self.value <= high + sigmas * self.error

    def __str__(self) -> str:
        return f"{self.value:.4f} +/- {self.error:.4f}"


Run = Sequence[PointProof]


def mean_over_runs(per_run: Sequence[float]) -> Estimate:
    """Return the mean of one number a run with its standard error."""
    spread = statistics.stdev(per_run) / math.sqrt(len(per_run)) if len(per_run) > 1 else math.inf
    return Estimate(statistics.fmean(per_run), spread, len(per_run))


def rms_over_runs(squares: Sequence[float]) -> Estimate:
    """Return the root of the mean of one mean square a run, with its standard error."""
    mean = mean_over_runs(squares)
    root = math.sqrt(mean.value)
    return Estimate(root, mean.error / (2.0 * root) if root else math.inf, mean.runs)


def rms_z(runs: Sequence[Run]) -> Estimate:
    """Return the rms of z pooled over points (METROLOGY 27)."""
    return rms_over_runs([statistics.fmean(point.z**2 for point in run) for run in runs])


def coverage(runs: Sequence[Run]) -> Estimate:
    """Return the fraction of points whose stated interval holds the truth."""
    return mean_over_runs([statistics.fmean(float(point.covered) for point in run) for run in runs])


def false_accepts(runs: Sequence[Run]) -> tuple[Estimate, Estimate]:
    """Return predicted and observed fraction of accepted points that are false (METROLOGY 29).

    Both are sums over a run divided by the mean number of accepted points; the second is the excess of the
    observed over the predicted fraction, whose standard error is what counts.
    """
    taken = [[point for point in run if point.accepted] for run in runs]
    mean = statistics.fmean(len(run) for run in taken)
    predicted = [math.fsum(point.pfa for point in run) / mean for run in taken]
    excess = [math.fsum(point.false - point.pfa for point in run) / mean for run in taken]
    return mean_over_runs(predicted), mean_over_runs(excess)


def pulls(runs: Sequence[Run]) -> dict[str, tuple[Estimate, Estimate]]:
    """Return rms and mean of the pull of every budget line (METROLOGY 28)."""
    lines = dict.fromkeys(line for run in runs for point in run for line in point.pulls)
    found = {}
    for line in lines:
        per_run = [[point.pulls[line] for point in run if line in point.pulls] for run in runs]
        squares = [statistics.fmean(value**2 for value in run) for run in per_run if run]
        means = [statistics.fmean(run) for run in per_run if run]
        found[line] = rms_over_runs(squares), mean_over_runs(means)
    return found


def proof_bench(*, standard: str = "drawn", emf_v: float | None = None) -> str:
    """Return the default bench with a UUT from a population that crosses its limits (METROLOGY 26).

    `standard` is how the standard's error is drawn ("none" switches it off), `emf_v` the half-width of the
    EMF under the wiring `volts`.
    """
    from calibrator_sim import SIMULATOR

    text = SIMULATOR.default_bench()
    text = _replaced(text, 'error = "inside"\npopulation = "two-term"\nwidth = 0.5', UUT_POPULATION)
    text = _replaced(text, 'error = "drawn"\ninterval', f'error = "{standard}"\ninterval')
    if emf_v is None:
        return text
    head, volts = text.split("[wirings.volts]")
    return f"{head}[wirings.volts]{_replaced(volts, 'half_width = 1.0e-6', f'half_width = {emf_v!r}')}"


UUT_POPULATION = 'error = "drawn"\npopulation = "uniform"\nwidth = 3.0'  # beyond T + 4u: METROLOGY 29


def _replaced(text: str, old: str, new: str) -> str:
    if old not in text:
        raise ValueError(f"the default bench no longer holds {old!r}; adapt proof_bench")
    return text.replace(old, new, 1)


def one_run(seed: int, bench: str, sections: Sequence[str] | None = None) -> tuple[Outcome, list[Event]]:
    """Do a whole run through the engine; return how it ended and its events."""
    from calibrator._home import Home
    from calibrator.engine import Job, run
    from calibrator_drivers.clock import RealClock

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "bench.toml"
        path.write_text(bench, encoding="utf-8")
        home = Home(Path(folder) / "home")
        chosen = tuple(sections) if sections else None
        job = Job("dmm", "34401A", bench=path, seed=seed, sections=chosen, interactive=False, person="proof")
        outcome = run(job, home)
        record = home.open_record(RealClock(), write=False)
        try:
            events = list(record.events(outcome.run))
        finally:
            record.close()
    if outcome.exit_code not in (0, 1, 3):
        raise RuntimeError(f"the run with seed {seed} ended with {outcome.exit_code}: {outcome.message}")
    return outcome, events


def prove(events: Sequence[Event], seed: int, bench: str, *, without: str | None = None) -> list[PointProof]:
    """Evaluate a run's record and set every number against the bench's truth.

    `without` names a kind of figure that is taken out of every budget: its half-width becomes zero.
    """
    from calibrator.evaluation import collect
    from calibrator.procedure import load
    from calibrator_sim import SIMULATOR

    content = collect(events)
    procedure = load("dmm")
    references = {
        name: replace(item, contributions=tuple(_without(figure, without) for figure in item.contributions))
        for name, item in content.references.items()
    }
    sections = {section.id: section for section in procedure.sections("keysight_34401a")}
    moments = {event.seq: int(event.body["monotonic_ns"]) for event in events if event.kind == "reading"}
    truth = SIMULATOR.open(tomllib.loads(bench), seed=seed)
    try:
        found = []
        for section_id in content.sections:
            section, observed = sections[section_id], content.observed(section_id)
            seen = [item.observations for item in observed.values()]
            for item in procedure.evaluate(section, seen, references):
                readings = observed[item.point].observations.readings
                at_ns = round(statistics.fmean(moments[reading.seq] for reading in readings))
                point = references[item.point].point
                true = truth.inputs(
                    point.function, float(point.nominal), float(point.range), section.wiring, at_ns=at_ns
                )
                limits = references[item.point].limits
                found.append(_proved(item.budget, true, (float(limits.lower), float(limits.upper))))
        return found
    finally:
        truth.close()


def _without(figure: Contribution, kind: str | None) -> Contribution:
    return replace(figure, half_width=0.0, estimate=0.0) if figure.kind == kind else figure


def _proved(budget: Budget, true: Inputs, limits: tuple[float, float]) -> PointProof:
    """Return stated against true, and the pull of every line of one budget.

    Raises WrongModelError where the model itself is wrong: in a swamped term neither z nor a pull shows it.
    """
    from calibrator_uncertainty import judge

    result = budget.evaluate()
    values = {one.name: getattr(true, one.name, one.estimate) for one in budget.inputs}
    values["indication"] = true.true_value + true.uut_error  # before noise and quantisation
    scores = {
        one.name: _score((values[one.name] - one.estimate) / one.u, one.dof) for one in budget.inputs if one.u
    }
    off = abs(float(budget.model(**values)) - true.uut_error) / result.u
    if not off < MODEL_AGREES:
        raise WrongModelError(budget.name, off)
    judgement = judge(result.value, result.U, result.u, result.dof, *limits)
    return PointProof(
        budget.name, result.value, true.uut_error, result.u, result.U, scores, limits, judgement.pfa, off
    )


def _score(pull: float, dof: float) -> float:
    """Return a pull as a normal score: one that follows t with `dof` has an rms above 1 of its own."""
    from scipy.special import ndtri, stdtr

    if math.isinf(dof):
        return pull
    return math.copysign(float(-ndtri(stdtr(dof, -abs(pull)))), pull)


def proved_run(seed: int, bench: str, sections: Sequence[str] | None = None) -> list[PointProof]:
    """Do one run and prove it."""
    return prove(one_run(seed, bench, sections)[1], seed, bench)


def emf_run(seed: int, bench: str) -> tuple[PointProof, PointProof]:
    """Do one run over DC volts; return the 0.1 V point evaluated with and without its EMF line."""
    events = one_run(seed, bench, ("dcv",))[1]
    both = []
    for without in (None, "emf"):
        proofs = {item.point: item for item in prove(events, seed, bench, without=without)}
        both.append(proofs["dcv:0.1V:+0.1V"])
    return both[0], both[1]


def gather(work: Callable[[int], Any], seeds: Iterable[int], jobs: int) -> list[Any]:
    """Do the work for every seed, in `jobs` processes."""
    if jobs <= 1:
        return [work(seed) for seed in seeds]
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        return list(pool.map(work, seeds))


def report(runs: Sequence[Run], pairs: Sequence[tuple[PointProof, PointProof]]) -> str:
    """Return the proof as a person reads it."""
    lines = [HEADING, "", f"{len(runs)} runs, {sum(len(run) for run in runs)} points"]
    z = rms_z(runs)
    lines.append(f"rms z pooled over points      {z}   (bar 0.93 to 1.07)")
    lines.append(f"coverage of U                 {coverage(runs)}   (reported; over runs)")
    predicted, excess = false_accepts(runs)
    lines.append(f"false accepts, predicted      {predicted}   (specific, simple acceptance)")
    lines.append(f"observed minus predicted      {excess}   (bar: 3 standard errors)")
    worst = max(point.model_off for run in runs for point in run)
    lines.append(
        f"model at the true inputs      within {worst:.1e} u of the truth   (bar {MODEL_AGREES:g} u)"
    )
    lines += [
        "",
        "pull of every budget line, (true - estimate)/u, as normal score",
        f"{'line':<20}rms               mean",
    ]
    for name, (rms, mean) in pulls(runs).items():
        remark = (
            ""
            if rms.within(0.9, 1.1) and abs(mean.value) <= 3 * mean.error
            else "   outside 0.9 to 1.1, or mean off"
        )
        lines.append(f"{name:<20}{rms}   {mean}{remark}")
    lines += [
        "",
        "effects of the bench without a line of their own:",
    ]
    lines += [f"  {name}: {why}" for name, why in unmatched_effects().items()]
    if pairs:
        lines += ["", "thermal EMF omitted (standard's error off, 10 uV EMF, 0.1 V; the same records twice):"]
        for title, index in (("with the line", 0), ("without it", 1)):
            lines.append(f"  rms z {title:<14} {rms_z([[pair[index]] for pair in pairs])}")
    return "\n".join(lines)


def unmatched_effects() -> dict[str, str]:
    """Return the effects of the bench that have no line of their own, each with the reason.

    Raises KeyError for an effect that nobody has thought of.
    """
    from calibrator_sim._effects import CATALOGUE

    names = [effect.name for effect in CATALOGUE if effect.name not in LINE_OF_EFFECT]
    return {name: WITHOUT_A_LINE[name] for name in names}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Proof by simulation of the multimeter procedure.")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--emf-runs", type=int, default=40)
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args(arguments)
    seeds = range(given.first_seed, given.first_seed + given.runs)
    runs = gather(partial(proved_run, bench=proof_bench()), seeds, given.jobs)
    loud = proof_bench(standard="none", emf_v=10e-6)
    pairs = gather(partial(emf_run, bench=loud), seeds[: given.emf_runs], given.jobs)
    print(report(runs, pairs))
    return 0 if rms_z(runs).within(0.93, 1.07) else 1


if __name__ == "__main__":
    sys.exit(main())
