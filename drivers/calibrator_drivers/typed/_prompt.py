"""A person as the far end of a connection: messages become questions, what is typed becomes the reply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from calibrator_drivers._errors import InstrumentError
from calibrator_drivers.bus import bus_lock
from calibrator_drivers.clock import Clock
from calibrator_drivers.registry import driver_class
from calibrator_drivers.roles import Instrument
from calibrator_drivers.traffic import TrafficLog
from calibrator_drivers.transport import LinkSession, Step

from ._text import plain

__all__ = ["Ask", "PromptLink", "Question", "open_typed"]

_RESOURCE = "TYPED::OPERATOR"


@dataclass(frozen=True, slots=True)
class Question:
    """What the operator is asked. `kind` is "who", "dial", "look", "again" or "add"; `unit` of the answer."""

    instrument: str
    kind: str
    text: str
    zh: str  # the same in Chinese
    unit: str = ""


Ask = Callable[[Question], str]


class PromptLink:
    """A link whose far end is a person; `ask` puts a question and returns what was typed.

    Messages are `WHO`, `DIAL <setting>`, `LOOK <unit>`, `AGAIN <unit> <typed>, <reason>` and
    `ADD <weight>[; <reason>]`.
    """

    ends_messages = False

    def __init__(self, ask: Ask, name: str) -> None:
        self.step = Step()
        self._ask = ask
        self._name = name
        self._pending: bytes | None = None

    def open(self) -> None:
        """Nothing is to be opened: the person is there."""

    def send(self, message: bytes) -> None:
        """Put the question that a message stands for; the answer waits for `receive`."""
        kind, _, rest = message.decode("utf-8").strip().partition(" ")
        self._pending = plain(self._ask(self._question(kind.lower(), rest))).encode("ascii")

    def receive(self, terminator: bytes, timeout_s: float) -> bytes:
        """Return what was typed.

        Raises:
            InstrumentError: nothing was asked.
        """
        if self._pending is None:
            raise InstrumentError(
                "A typed instrument tells nothing unasked",
                instrument=self._name,
                resource=_RESOURCE,
                way_out="Report this: driver and prompt disagree.",
            )
        typed, self._pending = self._pending, None
        return typed + terminator

    def receive_exactly(self, count: int, timeout_s: float) -> bytes:
        """Return the first bytes of what was typed; a person types no blocks."""
        return self.receive(b"", timeout_s)[:count]

    def drain(self) -> int:
        """Forget an answer that nobody took."""
        left, self._pending = self._pending, None
        return len(left or b"")

    def clear(self) -> None:
        """Forget an answer that nobody took."""
        self._pending = None

    def status_byte(self) -> int | None:
        """A person has no status byte."""
        return None

    def trigger(self) -> bool:
        """A person is not triggered."""
        return False

    def wait_for_service(self, timeout_s: float) -> int | None:
        """A person has no service request."""
        return None

    def close(self) -> None:
        """Nothing is to be closed."""

    def _question(self, kind: str, rest: str) -> Question:
        name = self._name
        if kind == "who":
            text = f"{name}: type the serial number on its label."
            return Question(name, kind, text, f"{name}：请键入标签上的序列号。")
        if kind == "dial":
            text = f"{name}: set it to {rest}, then type ok."
            return Question(name, kind, text, f"{name}：请设置为 {rest}，然后键入 ok。")
        if kind == "again":
            unit, _, reason = rest.partition(" ")
            text = f"{name}: look again, {reason}. What does it show, in {unit}?"
            return Question(name, kind, text, f"{name}：请再看一次（{reason}）。示值是多少（{unit}）？", unit)
        if kind == "add":
            weight, _, reason = rest.partition("; ")
            text = f"{name}: add weights of {weight}, one by one, until it shows one interval more for good."
            zh = f"{name}：请逐个加放 {weight} 的小砝码，直到示值稳定地增加一个分度值。所加砝码共多少克？"
            again, zh_again = (
                (f"{name}: once more, {reason}. ", f"请再做一次（{reason}）。") if reason else ("", "")
            )
            return Question(name, kind, f"{again}{text} What is their sum, in g?", zh_again + zh, "g")
        text = f"{name}: what does it show, in {rest}?"
        return Question(name, "look", text, f"{name}：示值是多少（{rest}）？", rest)


def open_typed(
    model_id: str, ask: Ask, *, clock: Clock, traffic: TrafficLog | None = None, name: str = ""
) -> Instrument:
    """Return the driver of a typed instrument; `ask` puts its questions to whoever stands before it.

    Raises:
        UnknownDriver: no driver is installed for the model.
    """
    driver = cast("type", driver_class(model_id))
    name = name or model_id
    session = LinkSession(
        PromptLink(ask, name),
        name=name,
        resource=_RESOURCE,
        terminator="\n",
        timeout_s=3600.0,
        lock=bus_lock(f"{_RESOURCE} {name}"),
        traffic=traffic,
    )
    return cast("Instrument", driver(session, clock))
