"""Two threads: the engine works on its own, signals and the operator stay on the main one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from calibrator.engine._stop import StopSignal
from calibrator.engine._types import Answer, Operator, Prompt, Review, ReviewDecision

__all__ = ["Broker", "InlineBroker", "drive"]

T = TypeVar("T")
_TICK_S = 0.2


class _Call(Generic[T]):
    """A question on its way to the main thread and its answer back."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self.done = threading.Event()
        self._answer: T | None = None
        self._error: BaseException | None = None

    def answer(self) -> None:
        """Ask, on the main thread; whatever comes of it goes back to the engine."""
        try:
            self._answer = self._ask()
        except BaseException as error:  # noqa: BLE001 - it is raised again on the engine's thread
            self._error = error
        finally:
            self.done.set()

    def result(self) -> T:
        """Return the answer, or raise what came of asking."""
        if self._error is not None:
            raise self._error
        return self._answer  # type: ignore[return-value]  # set where there is no error


class Broker:
    """Carries questions from the engine's thread to the operator on the main one."""

    def __init__(self, stop: StopSignal) -> None:
        self._stop = stop
        self.alive: Callable[[], None] | None = None  # called while a person is waited for
        self._calls: queue.SimpleQueue[_Call[Answer] | _Call[ReviewDecision] | None] = queue.SimpleQueue()

    def ask(self, operator: Operator, prompt: Prompt) -> Answer:
        """Put a prompt and wait for the answer; raises `InterruptedRun` when a stop is wanted meanwhile."""
        return self._carry(_Call(lambda: operator.ask(prompt)))

    def review(self, operator: Operator, review: Review) -> ReviewDecision:
        """Show a review and wait for the decision; raises as `ask`."""
        return self._carry(_Call(lambda: operator.review(review)))

    def _carry(self, call: _Call[T]) -> T:
        self._calls.put(call)  # type: ignore[arg-type]  # T is one of the two
        while not call.done.wait(_TICK_S):
            self._stop.check()
            if self.alive is not None:
                self.alive()
        self._stop.check()
        return call.result()

    def finished(self) -> None:
        """Tell the main thread that the engine's work is over."""
        self._calls.put(None)

    def serve(self) -> None:
        """Answer questions until the engine has finished; on the main thread."""
        while True:
            try:
                # A short wait, or Windows would keep Ctrl-C until something comes.
                call = self._calls.get(timeout=_TICK_S)
            except queue.Empty:
                continue
            if call is None:
                return
            with self._stop.interrupting():
                call.answer()


class InlineBroker(Broker):
    """Asks at once, on the thread that works: for scripted operators, who never wait."""

    def _carry(self, call: _Call[T]) -> T:
        call.answer()
        return call.result()


def drive(work: Callable[[Broker], T], stop: StopSignal) -> T:
    """Run `work` on a thread of its own and serve its questions here; return or raise what it does."""
    broker = Broker(stop)
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work(broker))
        except BaseException as error:  # noqa: BLE001 - it is raised again on the main thread
            failure.append(error)
        finally:
            broker.finished()

    thread = threading.Thread(target=run, name="engine")
    with stop.on_signals():
        thread.start()
        broker.serve()
        thread.join()
    if failure:
        raise failure[0]
    return outcome[0]
