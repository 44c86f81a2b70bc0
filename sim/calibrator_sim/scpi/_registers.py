"""The status commands of IEEE 488.2:1992, 10 and of SCPI's two registers, for trees without them."""

from __future__ import annotations

from collections.abc import Callable

from calibrator_sim.scpi._errors import ScpiError
from calibrator_sim.scpi._parameters import Number, Special
from calibrator_sim.scpi._status import Status
from calibrator_sim.scpi._tree import Command, CommandTree

__all__ = ["add_operation", "add_questionable", "add_registers"]

_REGISTER = Number("", ())


def add_registers(tree: CommandTree, status: Status, *, cost_ns: int) -> None:
    """Add `*ESE`, `*ESE?`, `*SRE`, `*SRE?`, `*ESR?` and `*STB?`; each query takes `cost_ns`."""

    def put(name: str, value: float | Special) -> None:
        if isinstance(value, Special) or not 0 <= round(value) <= 255:
            raise ScpiError(-222)
        setattr(status, name, round(value))

    tree.add("*ESE", Command(lambda value: put("ese", value), (_REGISTER,)))
    tree.add("*SRE", Command(lambda value: put("sre", value), (_REGISTER,)))
    tree.add("*ESE?", Command(lambda: str(status.ese), cost_ns=cost_ns))
    tree.add("*SRE?", Command(lambda: str(status.sre), cost_ns=cost_ns))
    tree.add("*ESR?", Command(lambda: str(status.read_esr()), cost_ns=cost_ns))
    tree.add("*STB?", Command(lambda: str(status.byte(message_available=False)), cost_ns=cost_ns))


def add_operation(
    tree: CommandTree,
    status: Status,
    header: str = "STATus:OPERation",
    *,
    cost_ns: int,
    say: Callable[[str, int], str] = lambda _word, value: str(value),
) -> None:
    """Add condition, events and their enabling of the operation register.

    `say` makes the reply of the last word of a header and of a value. An event is noticed when somebody
    looks: at the register, or at the status byte.
    """

    def enable(value: float | Special) -> None:
        if isinstance(value, Special) or not 0 <= round(value) <= 65535:
            raise ScpiError(-222)
        status.operation_enable = round(value)

    answers = {
        ":CONDition?": lambda: say("COND", status.look()),
        "[:EVENt]?": lambda: say("EVEN", status.read_operation()),
        ":ENABle?": lambda: say("ENAB", status.operation_enable),
    }
    for word, answer in answers.items():
        tree.add(header + word, Command(answer, cost_ns=cost_ns))
    tree.add(f"{header}:ENABle", Command(enable, (_REGISTER,)))


def add_questionable(
    tree: CommandTree, status: Status, *, cost_ns: int, condition: Callable[[], int] = lambda: 0
) -> None:
    """Add condition, events and their enabling of the questionable register, and `STATus:PRESet`."""

    def enable(value: float | Special) -> None:
        if isinstance(value, Special) or not 0 <= round(value) <= 65535:
            raise ScpiError(-222)
        status.questionable_enable = round(value)

    def preset() -> None:
        status.operation_enable = status.questionable_enable = 0

    header = "STATus:QUEStionable"
    tree.add(f"{header}:CONDition?", Command(lambda: str(condition()), cost_ns=cost_ns))
    tree.add(f"{header}[:EVENt]?", Command(lambda: str(status.read_questionable()), cost_ns=cost_ns))
    tree.add(f"{header}:ENABle?", Command(lambda: str(status.questionable_enable), cost_ns=cost_ns))
    tree.add(f"{header}:ENABle", Command(enable, (_REGISTER,)))
    tree.add("STATus:PRESet", Command(preset))
