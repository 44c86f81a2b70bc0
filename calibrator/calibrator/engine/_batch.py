"""Several units at once: one soak, one standard, a run of its own for each (issue of the eight gauges)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from calibrator._errors import RefusedError, UsageError
from calibrator.engine._chorus import Chorus
from calibrator.engine._chronicle import Chronicle
from calibrator.engine._context import Context
from calibrator.engine._exits import combine_exit_codes
from calibrator.engine._setting import Setting, find_uut, table_of
from calibrator.engine._types import Outcome
from calibrator.evaluation import Collector
from calibrator.procedure import PointReferences
from calibrator.standards import BenchInstrument

if TYPE_CHECKING:
    from calibrator.record import Event, Record

__all__ = [
    "all_settings",
    "begin_chronicle",
    "chronicle_again",
    "heard_of",
    "members_of",
    "of_unit",
    "together",
    "unit_contexts",
]


def all_settings(setting: Setting) -> tuple[Setting, ...]:
    """Return the setting of each unit that the job names, the first one first.

    Raises:
        UsageError: a unit twice, one of another model, or one that a wiring of the job does not connect.
    """
    alike = setting.job.adjustment
    whats = dict(setting.job.adjustments)
    found = [of_unit(setting, setting.uut, whats.get(setting.uut.asset, alike), setting.job.further)]
    for name in setting.job.further:
        uut = find_uut(name, setting.bench)
        if uut.model != setting.uut.model or uut.name in {item.uut.name for item in found}:
            raise UsageError(
                f"{uut.asset} cannot be measured at once with {setting.uut.asset}",
                where="--uut",
                way_out="Name each unit once, by its asset, and units of one model only.",
                code="units-differ",
            )
        found.append(of_unit(setting, uut, whats.get(uut.asset, alike)))
    if len(found) > 1:
        for item in found:
            _check_wired(item)
    return tuple(found)


def of_unit(
    setting: Setting, uut: BenchInstrument, adjustment: str = "", further: tuple[str, ...] = ()
) -> Setting:
    """Return the setting of another unit of the same model on the same bench."""
    name = setting.job.uut if uut.name == setting.uut.name else uut.asset
    job = replace(setting.job, uut=name, adjustment=adjustment, further=further)
    return replace(setting, job=job, uut=uut, uut_table=table_of(uut))


def _check_wired(setting: Setting) -> None:
    connects = [name for planned in setting.actions.values() for name in planned.connects]
    for name in dict.fromkeys((*(section.wiring for section in setting.sections), *connects)):
        wiring = setting.bench.wirings.get(name)
        if wiring is not None and setting.uut.name not in wiring.instruments():
            raise UsageError(
                f"the wiring {name!r} does not connect {setting.uut.asset}",
                where=setting.bench.place("wirings", name),
                way_out=f"Add it under [wirings.{name}.units.{setting.uut.name}].",
                code="unit-not-wired",
            )


def begin_chronicle(record: Record, run: str, bodies: Sequence[Mapping[str, Any]]) -> Chronicle:
    """Open the run of each unit with its body of `run.opened`; return the chronicle that writes to all."""
    if len(bodies) == 1:
        chronicle = Chronicle(record, run)
        chronicle.emit("run.opened", bodies[0])
        return chronicle
    runs = [run, *(record.new_run() for _ in bodies[1:])]
    chorus = Chorus(record, run, [Chronicle(record, other) for other in runs[1:]])
    for number in reversed(range(len(runs))):
        with chorus.only(number):
            chorus.emit("run.opened", {**bodies[number], "batch": runs})
    return chorus


def heard_of(
    run: str, listeners: Sequence[Callable[[Event], None]], *, several: bool
) -> Sequence[Callable[[Event], None]]:
    """Return the listeners, which hear of several units the events of the first one's run only."""
    if not several:
        return listeners

    def of_first(listener: Callable[[Event], None]) -> Callable[[Event], None]:
        return lambda event: listener(event) if event.stream in (run, "register") else None

    return [of_first(listener) for listener in listeners]


def members_of(record: Record, run: str) -> tuple[str, ...]:
    """Return the runs that go on together with a broken one, the first unit's first; alone for a single unit.

    A unit whose run was completed before the break is not among them: all were measured, and only the others
    wait to be closed.

    Raises:
        RefusedError: the process died while the runs were being opened; there is nothing to go on with.
    """
    opened = next(record.events(run, kinds={"run.opened"})).body
    batch = [str(item) for item in opened.get("batch", ())] or [run]
    if next(record.events(batch[0], kinds={"run.opened"}), None) is None:
        raise RefusedError(
            "several units were to be measured at once, and it broke before all their runs were opened",
            where=f"run {run}",
            way_out="Begin a new run; nothing was measured.",
            code="batch-not-begun",
        )
    return tuple(item for item in batch if not _completed(record, item))


def _completed(record: Record, run: str) -> bool:
    closing = record.last(run, "run.closed")
    return closing is not None and closing.body["outcome"] == "completed"


def chronicle_again(record: Record, runs: Sequence[str]) -> Chronicle:
    """Return the chronicle that goes on writing to recorded runs."""
    others = [Chronicle(record, run) for run in runs[1:]]
    return Chorus(record, runs[0], others) if others else Chronicle(record, runs[0])


def unit_contexts(
    context: Context, each: Sequence[tuple[Setting, Mapping[str, PointReferences]]]
) -> tuple[Context, ...]:
    """Return the contexts of the units that are measured at once with that of `context`, in order."""
    if not isinstance(context.chronicle, Chorus):
        return ()
    return tuple(
        replace(
            context,
            setting=setting,
            references=references,
            chronicle=chronicle,
            results={},
            collector=Collector(),
        )
        for (setting, references), chronicle in zip(each, context.chronicle.others, strict=True)
    )


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the first unit's outcome with those of the others; the exit code is the worst."""
    first = outcomes[0]
    if len(outcomes) == 1:
        return first
    return replace(
        first,
        exit_code=combine_exit_codes(item.exit_code for item in outcomes),
        further=tuple(outcomes[1:]),
    )
