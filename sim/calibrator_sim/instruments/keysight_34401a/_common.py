"""Common commands and status of the 34401A (IEEE 488.2:1992, 10)."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from calibrator_sim.instruments.keysight_34401a._table import QUERY_NS
from calibrator_sim.scpi import Command, CommandTree, Number, ScpiError

if TYPE_CHECKING:
    from calibrator_sim.instruments.keysight_34401a._meter import Keysight34401A

__all__ = ["add_common"]

_SELF_TEST_NS = 15_000_000_000  # complete self-test (user's guide, ch. 3, p. 86; seen)
_REGISTER = Number(words=())


def _register(take: Callable[[int], None], most: int) -> Callable[[float], None]:
    def checked(value: float) -> None:
        if not 0 <= value <= most:
            raise ScpiError(-222)
        take(round(value))

    return checked


def add_common(tree: CommandTree, meter: Keysight34401A) -> None:
    """Add `*` commands and the STATus subsystem."""
    status, trigger = meter.status, meter.trigger

    def operation_complete() -> Generator[int, None, None]:
        yield from trigger.finish()
        status.esr |= 1

    def ask_operation_complete() -> Generator[int, None, str]:
        yield from trigger.finish()
        return "1"

    def self_test() -> Generator[int, None, str]:
        trigger.forget()
        yield meter.world.time_ns() + _SELF_TEST_NS
        return "+0"

    def byte() -> str:
        return f"{status.byte(message_available=meter.responding):+d}"

    def clear() -> None:
        status.clear()

    def power_on_clear(value: float) -> None:
        status.power_on_clear = value != 0

    tree.add("*IDN?", Command(lambda: meter.identity, indefinite=True))
    tree.add("*RST", Command(meter.reset))
    tree.add("*CLS", Command(clear))
    tree.add("*TST?", Command(self_test))
    tree.add("*OPC", Command(operation_complete))
    tree.add("*OPC?", Command(ask_operation_complete, cost_ns=QUERY_NS))
    tree.add("*WAI", Command(trigger.finish))
    tree.add("*ESE", Command(_register(lambda v: setattr(status, "ese", v), 255), (_REGISTER,)))
    tree.add("*ESE?", Command(lambda: f"{status.ese:+d}", cost_ns=QUERY_NS))
    tree.add("*ESR?", Command(lambda: f"{status.read_esr():+d}", cost_ns=QUERY_NS))
    tree.add("*SRE", Command(_register(lambda v: setattr(status, "sre", v), 255), (_REGISTER,)))
    tree.add("*SRE?", Command(lambda: f"{status.sre:+d}", cost_ns=QUERY_NS))
    tree.add("*STB?", Command(byte, cost_ns=QUERY_NS))
    tree.add("*PSC", Command(power_on_clear, (_REGISTER,)))
    tree.add("*PSC?", Command(lambda: str(int(status.power_on_clear)), cost_ns=QUERY_NS))
    tree.add("STATus:PRESet", Command(lambda: setattr(status, "questionable_enable", 0)))
    enable = _register(lambda v: setattr(status, "questionable_enable", v), 65535)
    tree.add("STATus:QUEStionable:ENABle", Command(enable, (_REGISTER,)))
    tree.add(
        "STATus:QUEStionable:ENABle?", Command(lambda: f"{status.questionable_enable:+d}", cost_ns=QUERY_NS)
    )
    for header in ("STATus:QUEStionable:CONDition?", "STATus:OPERation[:EVENt]?"):
        tree.add(header, Command(lambda: "+0", cost_ns=QUERY_NS))
    tree.add(
        "STATus:QUEStionable[:EVENt]?", Command(lambda: f"{status.read_questionable():+d}", cost_ns=QUERY_NS)
    )
