"""Bringing back a lost connection: who answers, and settings in standby; never the output (METROLOGY 6)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from calibrator_drivers._errors import ConnectFailed, ConnectionLost, WrongIdentity
from calibrator_drivers.clock import RealClock

from ._policy import Policy

__all__ = ["IDENTITY", "Recovery"]

IDENTITY = "*IDN?"  # IEEE 488.2, 10.14


class _Exchanging(Protocol):
    name: str
    resource: str

    def write(self, text: str) -> None: ...
    def query(self, text: str) -> str: ...
    def reopen(self) -> None: ...


class Recovery:
    """What one connection needs to know about its instrument to come back to it."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._identity = ""
        self._settings: dict[str, str] = {}
        self._standby: Callable[[], object] | None = None
        self._identify: Callable[[], str] | None = None
        self._under_way = False
        self.count = 0

    def saw(self, text: str, reply: str) -> None:
        """Keep what the instrument said about itself."""
        if text == IDENTITY and not self._under_way:
            self._identity = reply

    def remember(self, key: str, text: str) -> None:
        """Keep a setting; the last one sent is restored last."""
        if not self._under_way:
            self._settings.pop(key, None)
            self._settings[key] = text

    def forget(self) -> None:
        """Forget every setting."""
        self._settings.clear()

    def on_reconnect(
        self, standby: Callable[[], object] | None, identify: Callable[[], str] | None = None
    ) -> None:
        """Name what brings the instrument into standby, and how one without `*IDN?` says who it is."""
        self._standby = standby
        self._identify = identify
        if identify is not None:
            self._identity = identify()

    def bring_back(self, session: _Exchanging) -> bool:
        """Reconnect, re-identify and restore as the policy says; False where it says stop.

        An instrument that has not said who it is cannot be recognised, so it is not brought back.

        Raises:
            ConnectFailed: nothing answers any more.
            WrongIdentity: another instrument answers; nothing was set.
        """
        if self._policy.on_loss != "reconnect" or not self._identity or self._under_way:
            return False
        self._under_way = True
        try:
            self._reconnect(session)
            self._recognise(session)
            if self._standby is not None:
                self._standby()
            for text in self._settings.values():
                session.write(text)
        finally:
            self._under_way = False
        self.count += 1
        return True

    def _reconnect(self, session: _Exchanging) -> None:
        clock = RealClock()
        for attempt in range(1, self._policy.reconnect_attempts + 1):
            try:
                session.reopen()
            except (ConnectFailed, ConnectionLost):
                if attempt == self._policy.reconnect_attempts:
                    raise
                clock.sleep(self._policy.reconnect_wait_s)
            else:
                return

    def _recognise(self, session: _Exchanging) -> None:
        reply = session.query(IDENTITY) if self._identify is None else self._identify()
        if reply != self._identity:
            raise WrongIdentity(
                f"After the connection came back {reply!r} answers, before it was {self._identity!r}",
                identity=reply,
                instrument=session.name,
                resource=session.resource,
                way_out="Look which instrument is connected; nothing was set.",
            )
