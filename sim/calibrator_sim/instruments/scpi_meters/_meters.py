"""What these meters take beyond, or otherwise than, a 34401A."""

from __future__ import annotations

from dataclasses import dataclass

from calibrator_sim.instruments.keysight_34401a import Keysight34401A
from calibrator_sim.scpi import Argument, Command, CommandTree, Flag, Kind, Number, ScpiError, Special

__all__ = ["Fluke8588A", "Fluke8846A"]

_INSIDE_C = 14.0


@dataclass(frozen=True, slots=True)
class _Impedance:
    """`AUTO`, or a resistance such as `10M`."""

    optional: bool = False

    def take(self, argument: Argument) -> bool:
        """Return whether high impedance is chosen."""
        if argument.kind is Kind.MNEMONIC and argument.text.upper() == "AUTO":
            return True
        if argument.kind is not Kind.NUMBER:
            raise ScpiError(-224)
        ohms = Number("OHM").take(
            Argument(argument.kind, argument.text, argument.value, f"{argument.suffix}OHM")
        )
        if isinstance(ohms, Special) or ohms != 10e6:
            raise ScpiError(-224)
        return False


class Fluke8846A(Keysight34401A):
    """A simulated 8846A."""

    model_id = "fluke_8846a"


class Fluke8588A(Keysight34401A):
    """A simulated 8588A with its direct volts and ohms."""

    model_id = "fluke_8588a"

    def commands(self) -> CommandTree:
        """Return the model's command table."""
        tree = super().commands()
        _add_continuous(tree)
        tree.add("[SENSe:]VOLTage[:DC]:IMPedance", Command(self._impedance, (_Impedance(),)))
        tree.add("SYSTem:TEMPerature?", Command(self._inside))
        return tree

    def _impedance(self, high: bool) -> None:
        self.trigger.forget()
        self.settings.impedance_auto = high

    def _inside(self) -> str:
        return f"{23.0 + _INSIDE_C + self.world.excess_c(self.world.time_ns()):+.6E}"


def _add_continuous(tree: CommandTree) -> None:
    tree.add("INITiate:CONTinuous", Command(lambda _on: None, (Flag(),)))
    tree.add("INITiate:CONTinuous?", Command(lambda: "0"))
