"""A session over a link: whole exchanges under the bus's lock, logged, and always in step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from threading import RLock

from calibrator_drivers._errors import (
    ConnectionLost,
    InstrumentError,
    OutOfLimits,
    ReadTimeout,
)
from calibrator_drivers.clock import Deadline, RealClock
from calibrator_drivers.traffic import TrafficLog

from ._blocks import read_block
from ._link import Link
from ._messages import asks, status_of
from ._policy import Policy
from ._recovery import Recovery

__all__ = ["LinkSession"]

_SERVICE_REQUESTED = 0x40  # bit 6 of the status byte, RQS or MSS (IEEE 488.2, 11.2)
_POLL_S = 0.02


class LinkSession:
    """A `Session` over a `Link`.

    An exchange marks the session dirty when it begins and clean when its reply is complete, so that
    whatever breaks it off, a time-out, a lost peer or a person's Ctrl-C, makes the next one begin anew.
    """

    def __init__(
        self,
        link: Link,
        *,
        name: str,
        resource: str,
        terminator: str,
        timeout_s: float,
        lock: RLock,
        traffic: TrafficLog | None,
        reply_terminator: str | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.name = name
        self.resource = resource
        self.policy = policy or Policy()
        self.resynchronisations = 0
        self.retries = 0
        self.reopenings = 0  # how often the connection was opened anew, by the policy or by hand
        self.last_offset: int | None = None
        self.unchecked: list[str] = []  # settings whose errors nobody has looked for yet
        self._link = link
        # A link may have a cheaper way for what is answered.
        self._send_asking: Callable[[bytes], None] = getattr(link, "send_question", link.send)
        self._step = link.step
        self._ends = frozenset(terminator)
        self._send_terminator = terminator.encode("ascii")
        self._terminator = self._send_terminator
        if reply_terminator is not None:
            self._terminator = reply_terminator.encode("ascii")
        self._timeout_s = timeout_s
        self._lock = lock
        self._traffic = traffic
        self._log_question: Callable[[str, bytes], int] | None = None
        if traffic is not None:
            self._log_question = traffic.sent
            if hasattr(link, "while_waiting"):  # it says when a reply takes so long that nothing may be held
                link.while_waiting = traffic.flush
                self._log_question = traffic.asked
            if hasattr(link, "tell_own"):
                link.tell_own = partial(traffic.own, name)
        self._strays: Callable[[], bytes] = getattr(link, "strays", bytes)
        # A replayed log holds the program to what it did to the connection itself.
        self._expect: Callable[[str], object] | None = getattr(link, "expect", None)
        self._dirty = False
        self._owed = False  # something that answers was sent without being asked for its reply
        self._lost = False  # and not brought back: nothing is sent until somebody opens it anew
        self._recovery = Recovery(self.policy)
        self._before_close: Callable[[], None] | None = None

    @property
    def dirty(self) -> bool:
        """Whether an exchange broke off, so that the next one resynchronises first."""
        return self._dirty

    @property
    def reconnections(self) -> int:
        """How often a lost connection was opened anew by the policy."""
        return self._recovery.count

    def write(self, text: str) -> None:
        """Send a message; never sent twice."""
        with self._lock:
            try:
                message = self._begin(text)
                if self._traffic is not None:
                    self.last_offset = self._traffic.sent(self.name, message)
                self._link.send(message)
            except InstrumentError as error:
                self._fall(error, text)
                raise
            self._dirty = self._step.dirty = False
            # A stream has no message boundary that a second question would clear the first reply by.
            if "?" in text and not self._link.ends_messages and asks(text):
                self._owed = True

    def read(self, *, timeout_s: float | None = None) -> str:
        """Return the next reply."""
        with self._lock:
            self._dirty = self._step.dirty = True
            try:
                reply = self._receive(timeout_s)
            except InstrumentError as error:
                self._fall(error, "read")
                raise
            self._end()
            return reply

    def query(self, text: str, *, timeout_s: float | None = None, repeatable: bool = False) -> str:
        """Send a message and return its reply; nothing else on the bus comes between."""
        with self._lock:
            left = self.policy.query_retries if repeatable else 0
            while True:
                try:
                    reply = self._ask(text, timeout_s)
                except InstrumentError as error:
                    back = self._fall(error, text)
                    if left == 0 or (isinstance(error, ConnectionLost) and not back):
                        raise
                    left -= 1
                    self.retries += 1
                    self._note(f"retry {text}")
                else:
                    if text == "*IDN?":
                        self._recovery.saw(text, reply)
                    return reply

    def read_block(self, *, timeout_s: float | None = None) -> bytes:
        """Return the bytes of an IEEE 488.2 block, without its head."""
        with self._lock:
            self._dirty = self._step.dirty = True
            try:
                data = self._receive_block(timeout_s)
            except InstrumentError as error:
                self._fall(error, "read block")
                raise
            self._end()
            return data

    def query_block(self, text: str, *, timeout_s: float | None = None) -> bytes:
        """Send a message and return the block that answers it."""
        with self._lock:
            try:
                self._begin_question(text)
                data = self._receive_block(timeout_s)
            except InstrumentError as error:
                self._fall(error, text)
                raise
            self._end()
            return data

    def status_byte(self) -> int:
        """Return the status byte: by serial poll where the interface has it, else by `*STB?`."""
        with self._lock:
            if self._dirty or self._step.dirty:
                self._enter()
                self._end()
            status = self._link.status_byte()
            if status is None:
                return status_of(self, self.query("*STB?"))
            self._note(f"status-byte {status}")
            return status

    def trigger(self) -> None:
        """Trigger: by the interface where it has one, else by `*TRG`."""
        with self._lock:
            self._enter()
            if self._link.trigger():
                self._note("trigger")
                self._end()
                return
            self._end()
        self.write("*TRG")

    def wait_for_service(self, *, timeout_s: float | None = None) -> int:
        """Wait until the instrument requests service; return the status byte."""
        wait_s = self._timeout_s if timeout_s is None else timeout_s
        with self._lock:
            told = self._link.wait_for_service(wait_s)
        if told is not None:
            self._note(f"service {told}")
            return told
        clock = RealClock()
        deadline = Deadline.after(clock, wait_s)
        while True:
            status = self.status_byte()  # others on the bus get their turns in between
            if status & _SERVICE_REQUESTED:
                return status
            if deadline.passed():
                raise ReadTimeout(
                    f"No service was requested within {wait_s:g} s",
                    timeout_s=wait_s,
                    instrument=self.name,
                    resource=self.resource,
                    way_out="Check the service request enable register (*SRE) and what should raise it.",
                )
            clock.sleep(_POLL_S)

    def clear(self) -> None:
        """Abandon what is under way on both sides."""
        with self._lock:
            self._link.clear()
            self.reopenings += self._lost  # a lost connection that is cleared is another one
            self._lost = False
            self._did("clear")
            self._end()

    def reopen(self) -> None:
        """Close the connection and open it anew."""
        with self._lock:
            self.reopenings += 1  # before: one that does not open is lost all the same
            self._link.open()
            self._lost = False
            self._did("reopen")
            self._end()

    def towards_safety(self) -> AbstractContextManager[None]:
        """Let no line of the traffic log that cannot be written stop a command meanwhile."""
        return nullcontext() if self._traffic is None else self._traffic.unhindered()

    def remember(self, key: str, text: str) -> None:
        """Keep a setting, so that it can be restored after the connection was lost."""
        self._recovery.remember(key, text)

    def forget_settings(self) -> None:
        """Forget every kept setting: the instrument was reset."""
        self._recovery.forget()

    def on_reconnect(
        self, standby: Callable[[], object] | None, identify: Callable[[], str] | None = None
    ) -> None:
        """Name what brings the instrument into standby, and how one without `*IDN?` says who it is."""
        self._recovery.on_reconnect(standby, identify)

    def before_close(self, check: Callable[[], None]) -> None:
        """Name what is looked at before the connection is closed: errors that were left to the end."""
        self._before_close = check

    def close(self) -> None:
        """Close the connection; raises what a check that was left to the end finds."""
        check, self._before_close = self._before_close, None
        try:
            if check is not None and not self._dirty:
                check()
        finally:
            with self._lock:
                self._link.close()
                self._tell_strays()

    def _ask(self, text: str, timeout_s: float | None) -> str:
        self._begin_question(text)
        reply = self._receive(timeout_s)
        self._dirty = self._step.dirty = False
        return reply

    def _begin_question(self, text: str) -> None:
        """Send a question on a wire that owes no reply: one that nobody read must not answer this one."""
        if self._owed:
            self._dirty = True
        message = self._begin(text)
        if self._link.drain():  # a reply that nobody asked for must not answer this message
            self.resynchronisations += 1
            self._tell_strays()
            self._note("drained")
        try:  # it is logged while the instrument answers, also when it is lost
            self._send_asking(message)
        finally:
            if self._log_question is not None:
                self.last_offset = self._log_question(self.name, message)

    def _begin(self, text: str) -> bytes:
        """Begin an exchange; return its message."""
        if not text.isascii() or not self._ends.isdisjoint(text):
            raise self._unsendable(text)
        if self._lost or self._dirty or self._step.dirty:
            self._enter()
        self._dirty = self._step.dirty = True
        return text.encode("ascii") + self._send_terminator

    def _unsendable(self, text: str) -> OutOfLimits:
        """Say that a text would arrive as two messages, the second answering another question, or as none."""
        return OutOfLimits(
            f"{text!r} is not one message in ASCII",
            command=text,
            value=text,
            instrument=self.name,
            resource=self.resource,
            way_out="Send one message at a time, without its terminator. Nothing was sent.",
        )

    def _enter(self) -> None:
        """Be in step before an exchange, or refuse it."""
        if self._lost:
            raise ConnectionLost(
                "The connection was lost and stays closed",
                instrument=self.name,
                resource=self.resource,
                way_out="Look what became of the instrument, then open it anew and identify it.",
            )
        if self._dirty or self._step.dirty:
            self.resynchronisations += 1
            self._note("resynchronise")
            try:
                self._link.clear()
            finally:
                self._tell_strays()
            self._owed = False
        self._dirty = self._step.dirty = True

    def _end(self) -> None:
        self._dirty = self._step.dirty = self._owed = False

    def _fall(self, error: InstrumentError, text: str) -> bool:
        """Note what broke an exchange off, and bring the connection back where the policy says so."""
        if not isinstance(error, (ConnectionLost, ReadTimeout)):
            return False
        if self._lost:
            return False
        self._tell_strays()
        self._note(error.code)
        if not isinstance(error, ConnectionLost):
            return False
        self._lost, restored = True, False
        try:
            restored = self._recovery.bring_back(self)
        finally:
            self._lost = not restored
        if not restored:
            return False
        self._note(f"reconnected after {text}")
        error.restored = True
        error.way_out = (
            "The connection is back, the same instrument answers, settings are restored and any output is in "
            f"standby. {text!r} may or may not have arrived and was not repeated: repeat the step."
        )
        return True

    def _did(self, text: str) -> None:
        """Note what the program did to the connection."""
        self._tell_strays()
        self._note(text)
        if self._expect is not None:
            self._expect(text)

    def _tell_strays(self, before: bytes = b"") -> None:
        """Log what came in and answers nothing; a log without a byte that was there explains nothing."""
        if (strays := before + self._strays()) and self._traffic is not None:
            self._traffic.stray(self.name, strays)

    def _note(self, text: str) -> None:
        if self._traffic is not None:
            self._traffic.note(self.name, text)

    def _receive(self, timeout_s: float | None) -> str:
        message = self._link.receive(self._terminator, self._timeout_s if timeout_s is None else timeout_s)
        if self._traffic is not None:
            self._traffic.received(self.name, message)
        return message.removesuffix(self._terminator).decode("latin-1").rstrip("\r\n")

    def _receive_block(self, timeout_s: float | None) -> bytes:
        wait_s, came = self._timeout_s if timeout_s is None else timeout_s, bytearray()
        who = {"instrument": self.name, "resource": self.resource}
        try:
            block = read_block(self._link, self._terminator, wait_s, **who, came=came)
        except InstrumentError:
            self._tell_strays(bytes(came))
            raise
        if self._traffic is not None:
            self._traffic.received(self.name, block.head + block.data + block.tail)
        return block.data
