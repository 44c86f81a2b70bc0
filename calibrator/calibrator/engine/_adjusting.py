"""An adjustment between two passes: what was found is sealed first, then somebody adjusts and says so.

METROLOGY 23: as-found and as-left are separate result sets, each a run of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from calibrator._errors import RefusedError, UsageError
from calibrator.engine._chorus import Chorus
from calibrator.engine._chronicle import Chronicle
from calibrator.engine._setting import Setting
from calibrator.engine._types import Job, Prompt
from calibrator.procedure import Text
from calibrator.standards import BenchFile

if TYPE_CHECKING:
    from calibrator.record import Record

__all__ = [
    "AFFIRMED",
    "adjustment_of",
    "adjustment_prompt",
    "bench_left",
    "check_permitted",
    "found_before",
    "record_adjustments",
]

AFFIRMED = "adjustment"
"""The id of the prompt by which a person confirms an adjustment; no pattern of an answers file answers it."""


def adjustment_of(setting: Setting, record: Record) -> dict[str, Any] | None:
    """Return what `run.opened` of an as-left run says of its adjustment, None for an as-found run.

    Raises:
        UsageError: the procedure permits none, or it is not said what was adjusted, by whom and why.
        RefusedError: the as-found run is not completed, or of another unit or procedure.
    """
    job = setting.job
    if not job.after:
        return None
    permitted = check_permitted(setting, "--after")
    run = job.after
    opened = next(record.events(run, kinds={"run.opened"})).body
    closing = record.last(run, "run.closed")
    _check_found(setting, run, opened, None if closing is None else closing.body)
    return {
        "after": run,
        "head": closing.hash if closing is not None else "",
        "what": job.adjustment.strip(),
        "by": job.person,
        "why": job.because.strip(),
        "permitted": {"en": permitted.en, "zh": permitted.zh},
    }


def found_before(setting: Setting, record: Record) -> Setting:
    """Return the setting of an as-left run with the whole id of the run that found this very unit.

    Of several units that were found at once any of their runs may be named.
    """
    job = setting.job
    if not job.after:
        return setting
    named = record.find_run(job.after)
    opened = next(record.events(named, kinds={"run.opened"})).body
    runs = [str(item) for item in opened.get("batch", ())]
    own = (item for item in runs if _asset_of(record, item) == setting.uut.asset)
    return replace(setting, job=replace(job, after=next(own, named)))


def _asset_of(record: Record, run: str) -> str:
    return str(next(record.events(run, kinds={"run.opened"})).body["uut"]["asset"])


def check_permitted(setting: Setting, option: str, *, asked: bool = False) -> Text:
    """Return what the procedure says of the adjustment that it permits; `asked`: a person says it later.

    Raises:
        UsageError: it permits none, or it is not said what is adjusted, by whom and why.
    """
    job, model = setting.job, setting.uut.model
    permitted = setting.procedure.info.of(model).adjustment
    if permitted is None:
        raise UsageError(
            f"the procedure {job.procedure!r} permits no adjustment of {model}",
            where=option,
            way_out=f"Begin a run without {option}: it finds the unit as it is.",
            code="adjustment-not-permitted",
        )
    said = bool(job.adjustment.strip() and job.because.strip())
    if not (job.person and (said or asked)):
        raise UsageError(
            "an adjustment needs what is adjusted, by whom and why",
            where=option,
            way_out="Give --adjustment TEXT, --because TEXT and --person.",
            code="adjustment-incomplete",
        )
    return permitted


def bench_left(settings: Sequence[Setting], record: Record) -> BenchFile:
    """Return the bench as an as-left run finds it.

    On a simulated bench in this process the true errors of its units are those of their `adjusted` entries,
    and time goes on where the as-found run ended. Any other bench is what it is.
    """
    bench, after = settings[0].bench, settings[0].job.after
    if not (after and bench.in_process):
        return bench
    opened = next(record.events(after, kinds={"run.opened"})).body
    closings = [record.last(str(run), "run.closed") for run in opened.get("batch", (after,))]
    simulation = {**bench.raw["simulation"], "adjusted": [setting.uut.name for setting in settings]}
    ended = [closing.at for closing in closings if closing is not None]
    if ended:
        simulation["start"] = max(ended)
    return replace(bench, raw={**bench.raw, "simulation": simulation})


def _check_found(
    setting: Setting, run: str, opened: Mapping[str, Any], closing: Mapping[str, Any] | None
) -> None:
    same = (opened["procedure"]["id"], opened["uut"]["asset"])
    if same != (setting.job.procedure, setting.uut.asset) or opened.get("pass") != "as-found":
        raise RefusedError(
            f"the run is no as-found run of {setting.uut.asset} by {setting.job.procedure}",
            where=f"--after {run}",
            way_out="Name the run that found this unit before it was adjusted.",
            code="as-found-of-another",
        )
    if closing is None or closing["outcome"] != "completed":
        raise RefusedError(
            "the as-found run is not completed, so nothing seals what was found",
            where=f"--after {run}",
            way_out="Complete it first: calibrator resume",
            code="as-found-not-sealed",
        )


def adjustment_prompt(job: Job) -> Prompt:
    """Return the question by which the person confirms the adjustment before anything is measured again."""
    several = len(dict(job.adjustments)) > 1
    what = "; ".join(": ".join(item) for item in job.adjustments) if several else job.adjustment
    return Prompt(
        AFFIRMED,
        "confirm",
        Text(
            f"As-found results are sealed in run {job.after}. Adjusted since: {what}"
            f" (by {job.person}, because {job.because}). Is that all, and was nothing else changed?",
            f"调整前结果已封存于运行 {job.after}。此后调整：{what}"
            f"（{job.person}，原因：{job.because}）。是否仅此而已、未作其他改动？",
        ),
    )


def record_adjustments(chronicle: Chronicle, bodies: Sequence[Mapping[str, Any] | None]) -> None:
    """Put the adjustment of each unit into the station's register, beside the heads of both runs."""
    runs = [chronicle.run]
    if isinstance(chronicle, Chorus):
        runs += [other.run for other in chronicle.others]
    for run, body in zip(runs, bodies, strict=True):
        if body is not None:
            record = chronicle.record
            record.append(record.REGISTER, "adjustment.recorded", {"run": run, **body})
