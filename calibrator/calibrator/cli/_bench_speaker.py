"""One instrument at the prompt of `calibrator bench console`: lines in, what is to be shown out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from calibrator.cli._bench_hazard import Dangerous
from calibrator_drivers import DriversError, InstrumentReportedError
from calibrator_drivers.commands import Reading, commands_of
from calibrator_drivers.hart import HartSession
from calibrator_drivers.modbus import ModbusSession, Table
from calibrator_drivers.transport import FrameSession

__all__ = ["Speaker"]

_LONGEST_S = 86400.0
_LONGEST_QUEUE = 30  # an instrument that answers something else for ever is left alone


class Speaker:
    """One instrument at the prompt."""

    def __init__(self, session: Any, device: Any, error_query: str, timeout_s: float) -> None:  # noqa: ANN401 - any driver
        self._session = session
        self._device = device
        self._error_query = error_query
        self._timeout_s = timeout_s
        self._dangerous = Dangerous(device)
        self._released = 0.0
        self.unknown = False  # no driver knows it, so that nothing can be made safe
        self.identity = self._identify()

    def say(self, line: str) -> str:
        """Send or ask one line; return what is to be shown."""
        try:
            shown = self._spoken(line)
            return "\n".join(part for part in (shown, self._errors()) if part)
        except (DriversError, ValueError) as error:
            return str(error)

    @property
    def is_source(self) -> bool:
        """Whether a driver can make it safe."""
        return hasattr(self._device, "make_safe")

    @property
    def timeout_s(self) -> float:
        """How long a reply is waited for, s."""
        return self._timeout_s

    def make_safe(self) -> str:
        """Put a source in standby; return why that is not confirmed, "" where it is or for no source."""
        if not self.is_source:
            return ""
        try:
            self._device.make_safe()
        except (DriversError, OSError, ValueError) as error:
            return str(error)
        return ""

    def hazard(self, line: str) -> tuple[float, float, str]:
        """Return the level that a line may put out, the threshold above which a person releases it, and unit.

        The largest that was released before stays released.
        """
        if line.startswith(".") and line.partition(" ")[0] != ".ask":
            return 0.0, float("inf"), ""
        level, limit, unit = self._dangerous.level(line.removeprefix(".ask"))
        return level, max(limit, self._released), unit

    def release(self, level: float) -> None:
        """Take it that a person released a level."""
        self._released = max(self._released, level)

    def _spoken(self, line: str) -> str:
        word, _, rest = line.partition(" ")
        session = self._session
        own: dict[str, Callable[[], object]] = {
            ".reopen": session.reopen,
            ".timeout": lambda: self._set_timeout(rest),
        }
        if not isinstance(session, FrameSession):
            own |= {
                ".status": lambda: str(session.status_byte()),
                ".block": lambda: self._block(rest),
                ".clear": session.clear,
                ".trigger": session.trigger,
                ".ask": lambda: self._ask(rest),
                ".read": lambda: str(session.read(timeout_s=self._timeout_s)),
            }
        if word in own:
            return str(own[word]() or "")
        if word.startswith("."):
            raise ValueError(f"{word} is none of {', '.join(own)}, .help, .quit")
        if isinstance(self._session, ModbusSession):  # input 0 2
            return " ".join(map(str, self._session.read(*_registers(line))))
        if isinstance(self._session, HartSession):  # 3, or 35 with data in hex
            reply = self._session.command(*_command(word, rest))
            return f"{reply.response_code} {reply.device_status:#04x} {reply.data.hex(' ')}"
        if "?" in line or self._answers(line):
            return self._ask(line)
        self._session.write(line)
        return ""

    def _ask(self, text: str) -> str:
        return str(self._session.query(text, timeout_s=self._timeout_s))

    def _answers(self, line: str) -> bool:
        """Say whether the driver has the line as a question: MT-SICS and a 7341 ask without a mark."""
        known = commands_of(type(self._device)) if self._device is not None else ()
        return any(isinstance(each, Reading) and each.header == line for each in known)

    def _block(self, text: str) -> str:
        data = self._session.query_block(text, timeout_s=self._timeout_s)
        return f"{len(data)} bytes {data[:32].hex(' ')}{' …' if len(data) > 32 else ''}"

    def _set_timeout(self, text: str) -> None:
        timeout_s = float(text)
        if not 0.01 <= timeout_s <= _LONGEST_S:
            raise ValueError(f"a time-out is 0.01 to {_LONGEST_S:g} seconds, not {text}")
        self._timeout_s = timeout_s

    def _errors(self) -> str:
        if self._device is not None:
            try:
                getattr(self._device, "check_errors", lambda: None)()
            except InstrumentReportedError as error:
                return "\n".join(f"! {number} {text}" for number, text in error.errors)
            return ""
        found: list[str] = []
        while self._error_query and len(found) < _LONGEST_QUEUE:
            reply = self._session.query(self._error_query).strip()
            if reply.partition(",")[0].strip("+-0") == "":
                break
            found.append(f"! {reply}")
        return "\n".join(found)

    def _identify(self) -> str:
        try:
            if isinstance(self._session, ModbusSession):
                return self._session.resource
            if self._device is not None or isinstance(self._session, HartSession):
                identity = (self._device or self._session).identify()
                return str(getattr(identity, "raw", identity))
            return str(self._session.query("*IDN?", timeout_s=self._timeout_s))
        except DriversError as error:
            return str(error)


def _registers(line: str) -> tuple[Table, int, int]:
    try:
        words = line.split()
        table, address, count = words if len(words) == 3 else (*words, "1")
        numbers = int(address, 0), int(count)
    except ValueError:
        table, numbers = "", (0, 0)
    if table not in ("coil", "discrete", "holding", "input"):
        raise ValueError("write coil, discrete, holding or input, an address, and how many: input 0 2")
    return cast("Table", table), *numbers


def _command(word: str, data: str) -> tuple[int, bytes]:
    try:
        return int(word), bytes.fromhex(data)
    except ValueError:
        raise ValueError("write the number of a command, and its data in hex: 3, or 35 39 40") from None
