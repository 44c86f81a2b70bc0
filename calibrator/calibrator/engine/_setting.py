"""What a job means: procedure, bench, unit under test and sections, found by name."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from calibrator._errors import CalibratorError, UsageError
from calibrator._home import Home
from calibrator.bench import PlannedActions, PlanningBench, find_simulator
from calibrator.engine._coverage import policy_of
from calibrator.engine._deviations import check_deviations
from calibrator.engine._manner import AS_EDITION, Judging, as_editions_have_it
from calibrator.engine._order import drawn_order
from calibrator.engine._session_check import CheckSections, check_sections
from calibrator.engine._types import Job
from calibrator.plugins import plug_in
from calibrator.procedure import INTERVALS, Point, Procedure, RuleOffer, Section, load, sections_asked
from calibrator.standards import BenchFile, BenchInstrument, Lab, load_bench, load_lab
from calibrator_drivers.accuracy import AccuracyError, AccuracyTable, load_table
from calibrator_drivers.clock import RealClock

__all__ = [
    "Setting",
    "begin_of",
    "find_sections",
    "find_uut",
    "planned_actions",
    "setting_of",
    "table_of",
]

RULES = (
    *("guard-band-u", "guard-band-u-binary", "guard-80", "simple", "iso14253", "jjf1094", "rss", "z540.3-6"),
    *("pfa-1", "pfa-2", "pfa-2.5", "pfa-5"),
    AS_EDITION,
)
SIMULATED_BENCH = "the simulator's default bench"


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything that a job names, found and read; nothing is opened."""

    job: Job
    procedure: Procedure
    bench: BenchFile
    lab: Lab
    uut: BenchInstrument
    uut_table: AccuracyTable
    sections: tuple[Section, ...]
    complete: bool  # whether all sections of the procedure are in the job
    rule: str
    actions: Mapping[str, PlannedActions] = field(default_factory=dict)  # what each point will do
    lean: bool = False  # of a proof: nothing is computed that no result depends on
    approved: bool | None = (
        None  # whether the procedure's content is listed, where it was asked once for many
    )
    policy: str = "p95"  # of U, as `run.opened` records it: p95, or k2 where the job or lab.toml chose k = 2
    judged_as: str = ""  # id of the edition of a regulation that decides rule and rounding

    @property
    def interval(self) -> str:
        """The UUT's column."""
        return self.job.interval

    @property
    def rule_offers(self) -> tuple[RuleOffer, ...]:
        """What the maker's guide of this unit offers where it is not adjusted (METROLOGY 12)."""
        return tuple(item for item in self.procedure.info.rule_offers if self.uut.model in item.models)

    @property
    def judging(self) -> Judging:
        """By what it is judged: sections, rule, and the edition that decides it."""
        return Judging(self.sections, self.rule, self.judged_as)

    @property
    def warm_up_s(self) -> float:
        """The longest warm-up that the procedure or an instrument of the bench asks for."""
        times = [self.procedure.info.warm_up_s]
        for instrument in self.bench.instruments.values():
            if not instrument.artefact:
                times.append(load_table(instrument.model).warm_up_s or 0.0)
        return max(times)

    @property
    def checks(self) -> CheckSections:
        """The sections in which the check standard is measured; empty without one (METROLOGY 24)."""
        return check_sections(self.bench)

    @property
    def measured(self) -> tuple[Section, ...]:
        """Every section in which something is measured, in order: opening check, the job's, closing check."""
        return (*self.checks.opening, *self.sections, *self.checks.closing)

    def section(self, section_id: str) -> Section:
        """Return a section of the job, or of its session check, by id."""
        return next(section for section in self.measured if section.id == section_id)


def setting_of(job: Job, home: Home) -> Setting:
    """Find what the job names.

    Raises:
        UsageError: a name that is not right, with suggestions.
        ConfigurationError: a file that cannot be taken, with file, line and key.
    """
    check_deviations(job.deviations)
    plug_in(home)
    procedure = load(job.procedure)
    job, bench, uut = _found(job, procedure)
    _known("interval", job.interval, INTERVALS, "--interval")
    rule = job.rule or procedure.info.rule
    _known("decision rule", rule, RULES, "--rule")
    if job.seed is not None and not bench.in_process:
        raise UsageError(
            "a seed draws the errors of a simulated bench in this process, and this bench is none",
            where="--seed",
            way_out="Leave --seed out, or use --sim.",
            code="seed-without-simulator",
        )
    _check_adjustment(job, rule)
    models = procedure.models()
    if uut.model not in models:
        raise UsageError(
            f"the procedure {job.procedure!r} has no point table for {uut.model!r}",
            where=bench.path,
            way_out=f"It has tables for {', '.join(models)}. CONTRIBUTING.md says how to add one.",
            code="no-point-table",
        )
    everything = procedure.sections(uut.model)
    sections = find_sections(everything, job.sections)
    complete = len(sections) == len(sections_asked(everything, [section.id for section in sections]))
    lab = load_lab(home.lab_file)
    day = (begin_of(bench) or RealClock().now()).astimezone(lab.zone).date()
    judging = as_editions_have_it(sections, procedure.info.of(uut.model), lab, day, rule)
    actions = planned_actions(procedure, judging.sections)
    sections = drawn_order(judging.sections, actions, _seed_of(job, bench))
    found = Setting(job, procedure, bench, lab, uut, table_of(uut), sections, complete, judging.rule, actions)
    return replace(found, judged_as=judging.judged_as, policy=policy_of(job.coverage or lab.coverage))


def begin_of(bench: BenchFile) -> datetime | None:
    """Return when a simulated bench in this process begins, which its file fixes; None of another."""
    begin = bench.raw.get("simulation", {}).get("start") if bench.in_process else None
    if not isinstance(begin, datetime):
        return None
    return begin if begin.tzinfo is not None else begin.replace(tzinfo=UTC)


def _seed_of(job: Job, bench: BenchFile) -> str:
    """Return what a random order is drawn from: the job's seed, the bench's, else the file and its unit."""
    seed = job.seed if job.seed is not None else bench.raw.get("simulation", {}).get("seed")
    return str(seed) if seed is not None else f"{bench.sha256}:{job.uut}"


def planned_actions(procedure: Procedure, sections: Sequence[Section]) -> dict[str, PlannedActions]:
    """Return what `measure` will do at each point, found without instruments.

    Raises `UsageError` where the procedure cannot measure a point.
    """
    return {
        point.id: PlannedActions() if point.measured_with else _planned(procedure, point)
        for section in sections
        for point in section.points
    }


def _planned(procedure: Procedure, point: Point) -> PlannedActions:
    bench = PlanningBench(point)
    try:
        procedure.measure(bench, point)
    except CalibratorError as error:  # such as a unit that does not fit the function
        raise UsageError(error.what, where=point.id, way_out=error.way_out, code=error.code) from error
    except Exception as error:
        raise UsageError(
            f"the procedure cannot measure this point: {type(error).__name__}: {error}",
            where=f"{procedure.info.id}, {point.id}",
            way_out="Correct the procedure; `calibrator plan` tries every point without instruments.",
            code="procedure-broken",
        ) from error
    return bench.actions


def table_of(instrument: BenchInstrument) -> AccuracyTable:
    """Return the accuracy table of an instrument; what needs no driver, such as a probe, may have none."""
    try:
        return load_table(instrument.model)
    except AccuracyError:
        if not instrument.artefact:
            raise
        title = instrument.model.replace("_", " ")
        return AccuracyTable(instrument.model, "", title, "artefact", title, "", ())


def _check_adjustment(job: Job, rule: str) -> None:
    """Let no document say of a unit both that it is adjusted and that it is not (METROLOGY 12)."""
    fresh = job.interval == "24h"  # whose limits hold within 24 h of an adjustment only
    if fresh and job.adjusted is False:
        raise UsageError(
            "the limits of 24 h hold for a unit that was adjusted within the last 24 h, and this one is not",
            where="--not-adjusted",
            way_out="Measure against other limits: --interval 90d, or 1y.",
            code="not-adjusted-24h",
        )
    if rule == "guard-80" and (fresh or job.adjusted):
        raise UsageError(
            "the rule 'guard-80' is the maker's for units that are not adjusted, and this one is",
            where="--interval 24h" if fresh else "--adjusted",
            way_out="Choose another rule with --rule, such as guard-band-u.",
            code="guard-80-adjusted",
        )


def _found(job: Job, procedure: Procedure) -> tuple[Job, BenchFile, BenchInstrument]:
    """Return the job, its bench and its unit: by its full name, else by the one table whose name has a part.

    A part is looked for among the tables of the procedure, never among the other instruments of a bench.
    """
    bench = _bench(job, procedure)
    try:
        return job, bench, find_uut(job.uut, bench)
    except UsageError as error:
        if error.code != "unknown-uut" or not job.uut:
            raise
        meant = [model for model in procedure.models() if job.uut.casefold() in model.casefold()]
        if job.bench is not None:
            meant = [model for model in meant if model in {item.model for item in bench.instruments.values()}]
        if len(meant) > 1:
            raise UsageError(
                f"{job.uut!r} is more than one unit: {', '.join(meant)}",
                where="--uut",
                way_out="Name one of them, or the asset.",
                code="uut-ambiguous",
            ) from error
        if not meant and job.bench is not None:
            raise
        if not meant:
            raise UsageError(
                f"no simulated bench of {job.procedure} has a unit {job.uut!r}",
                where="--uut",
                way_out=_nearest(job.uut, [load_table(model).model for model in procedure.models()]),
                code="unknown-uut",
            ) from error
        named = replace(job, uut=meant[0])
        bench = _bench(named, procedure)
        return named, bench, find_uut(named.uut, bench)


def _bench(job: Job, procedure: Procedure) -> BenchFile:
    if job.bench is not None:
        bench = load_bench(job.bench)
        if job.sim and not bench.in_process:
            raise UsageError(
                "--sim was asked for, but this bench file has addresses or no [simulation]",
                where=str(job.bench),
                way_out="Leave --sim out, or leave --bench out for the simulator's own bench.",
                code="sim-with-live-bench",
            )
        return bench
    if not job.sim:
        raise UsageError(
            "no bench was named",
            way_out="Name one with --bench FILE, or use --sim for the simulated bench.",
            code="no-bench",
        )
    return _simulated(job, procedure)


def _simulated(job: Job, procedure: Procedure) -> BenchFile:
    """Return the bench of `--sim`: the one of the procedure's own that has the unit, or the simulator's."""
    info = procedure.info
    texts = {"bench.toml": info.simulated_bench} if info.simulated_bench else {}
    texts |= {f"bench-{name}.toml": text for name, text in info.simulated_benches.items()}
    found = [load_bench(text, f"{info.id}/{name}") for name, text in texts.items()]
    if not info.simulated_bench:
        found.insert(0, load_bench(find_simulator().default_bench(), SIMULATED_BENCH))
    return max(found, key=lambda bench: _fits(job.uut, bench))  # the first of the best


def _fits(uut: str, bench: BenchFile) -> int:
    """Say how well a bench serves a unit: 2 as the one marked as such, 1 as any instrument, 0 not."""
    try:
        return 2 if find_uut(uut, bench).uut else 1
    except UsageError as error:
        return int(error.code != "unknown-uut")


def find_uut(text: str, bench: BenchFile) -> BenchInstrument:
    """Return the instrument that `text` means: asset, name on the bench, table id or model.

    Raises `UsageError` for none (`unknown-uut`) and for more than one (`uut-ambiguous`).
    """
    check = "" if bench.session_check is None else bench.session_check.meter  # kept for checks
    speaking = [
        item for item in bench.instruments.values() if (item.uut or not item.artefact) and item.name != check
    ]
    found = [item for item in speaking if text.casefold() in _names(item)]
    if len(found) > 1:
        found = [item for item in found if item.uut] or found
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{text!r} is more than one instrument: {', '.join(item.asset for item in found)}",
            where=bench.path,
            way_out="Name the asset, or mark the one with uut = true.",
            code="uut-ambiguous",
        )
    known = [name for item in speaking for name in (table_of(item).model, item.asset)]
    raise UsageError(
        f"no instrument of the bench is {text!r}",
        where=bench.path,
        way_out=_nearest(text, known),
        code="unknown-uut",
    )


def _names(item: BenchInstrument) -> set[str]:
    return {name.casefold() for name in (item.asset, item.name, item.model, table_of(item).model) if name}


def find_sections(everything: Sequence[Section], wanted: Sequence[str] | None) -> tuple[Section, ...]:
    """Return the wanted sections in the procedure's order, for None all but those on request.

    Raises `UsageError` for a name that none has.

    A required section is always among them: nobody goes past a checklist by naming another (METROLOGY 7).
    """
    if wanted is None:
        return sections_asked(everything, ())
    known = [section.id for section in everything]
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"there is no section {name!r}",
                where="--section",
                way_out=_nearest(name, known),
                code="unknown-section",
            )
    return tuple(section for section in everything if section.required or section.id in wanted)


def _known(what: str, value: str, known: Collection[str], place: str) -> None:
    if value not in known:
        raise UsageError(
            f"{value!r} is no {what}",
            where=place,
            way_out=_nearest(value, known),
            code=f"unknown-{what.rsplit(maxsplit=1)[-1]}",
        )


def _nearest(text: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(text.casefold(), [name.casefold() for name in known], n=3, cutoff=0.5)
    names = [name for name in known if name.casefold() in close]
    return f"Did you mean {' or '.join(names)}?" if names else f"There are: {', '.join(known)}."
