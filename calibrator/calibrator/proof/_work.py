"""Many runs, in several processes, with the time that is left."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context

from calibrator._errors import RunError
from calibrator.proof._points import Alter
from calibrator.proof._runner import Case, Runner, RunProof

__all__ = ["Task", "do_runs"]

_CHUNK = 8


@dataclass(frozen=True, slots=True)
class Task:
    """A case and the seeds of its runs; every `repeat_every`th is repeated over sockets (0: none)."""

    case: Case
    first_seed: int
    runs: int
    repeat_every: int = 0

    @property
    def seeds(self) -> range:
        """The seeds."""
        return range(self.first_seed, self.first_seed + self.runs)

    def chunks(self) -> Iterator[list[tuple[int, bool]]]:
        """Yield seeds in pieces, each with whether it is repeated."""
        marked = [
            (seed, bool(self.repeat_every) and not index % self.repeat_every)
            for index, seed in enumerate(self.seeds)
        ]
        for begin in range(0, len(marked), _CHUNK):
            yield marked[begin : begin + _CHUNK]


def do_runs(
    task: Task, jobs: int, *, alter: Alter | None = None, progress: Callable[[int], None] = lambda _done: None
) -> list[RunProof]:
    """Do all runs of a task and return them by seed; `progress` is told how many more are done.

    A run that breaks is returned without points, with the message in `lost`.

    Raises:
        CalibratorError: the case is refused.
    """
    if jobs <= 1 or task.runs <= _CHUNK:
        with Runner(task.case) as runner:
            return [item for chunk in task.chunks() for item in _do(runner, chunk, alter, progress)]
    with ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (task.case, alter)) as pool:
        return sorted(_gathered(pool, list(task.chunks()), jobs, progress), key=lambda run: run.seed)


def _gathered(
    pool: ProcessPoolExecutor,
    chunks: Sequence[list[tuple[int, bool]]],
    jobs: int,
    progress: Callable[[int], None],
) -> Iterator[RunProof]:
    left = list(reversed(chunks))
    under_way: set[Future[list[RunProof]]] = set()
    while left or under_way:
        while left and len(under_way) < 2 * jobs:
            under_way.add(pool.submit(_chunk, left.pop()))
        done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        for future in done:
            found = future.result()
            progress(len(found))
            yield from found


class _Here:
    """What a worker process keeps between its chunks; one a process, set by the pool's initializer."""

    runner: Runner | None = None
    alter: Alter | None = None


def _begin(case: Case, alter: Alter | None) -> None:
    _Here.runner, _Here.alter = Runner(case), alter


def _chunk(chunk: list[tuple[int, bool]]) -> list[RunProof]:
    runner = _Here.runner
    if runner is None:
        raise RuntimeError("a worker was not begun")
    found = _do(runner, chunk, _Here.alter, lambda _done: None)
    if gc.isenabled():  # what is loaded by now stays; runs leave little behind, which `Runner` collects
        gc.collect()
        gc.freeze()
        gc.disable()
    return found


def _do(
    runner: Runner, chunk: list[tuple[int, bool]], alter: Alter | None, progress: Callable[[int], None]
) -> list[RunProof]:
    found = []
    for seed, repeat in chunk:
        try:
            found.append(runner.run(seed, alter=alter, repeat=repeat))
        except (
            RunError
        ) as error:  # it broke: counted and named, and no run is asked for again until it passes
            found.append(RunProof(seed, (), 0.0, "", lost=error.what))
        progress(1)
    return found
