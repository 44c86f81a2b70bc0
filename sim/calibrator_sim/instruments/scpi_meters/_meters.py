"""What these meters take beyond, or otherwise than, a 34401A."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from calibrator_sim.instruments.keysight_34401a import Keysight34401A
from calibrator_sim.scpi import Argument, Choice, Command, CommandTree, Flag, Kind, Number, ScpiError, Special

__all__ = ["Fluke8588A", "Fluke8846A", "Keithley2000"]

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


class Keithley2000(Keysight34401A):
    """A simulated 2000; it measures by itself until `INIT:CONT OFF`."""

    model_id = "keithley_2000"

    def commands(self) -> CommandTree:
        """Return the model's command table."""
        tree = super().commands()
        _add_continuous(tree)
        tree.add("FORMat:ELEMents", Command(lambda _word: None, (Choice(("READing",)),)))
        tree.add("SYSTem:PRESet", Command(self.reset))
        # The function's name alone, with :DC, as the drivers of PyMeasure and QCoDeS read it.
        for header in ("CONFigure?", "[SENSe:]FUNCtion[:ON]?"):
            tree.add(header, Command(self._function_name))
        for header in ("VOLTage:AC", "CURRent:AC"):
            tree.add(f"[SENSe:]{header}:DETector:BANDwidth", Command(self._filter, (Number("HZ"),)))
        for header in ("FREQuency", "PERiod"):
            name = "FREQ" if header == "FREQuency" else "PER"
            tree.add(f"[SENSe:]{header}:THReshold:VOLTage:RANGe", Command(self._ranger(name), (Number("V"),)))
        return tree

    def reset(self) -> None:
        """Do what `*RST` does; the input is always above 10 Gohm to 10 V, the gate 1 s."""
        super().reset()
        self.settings.impedance_auto, self.settings.aperture_s = True, 1.0

    def _function_name(self) -> str:
        name = self.settings.function
        return f'"{name}:DC"' if name in ("VOLT", "CURR") else f'"{name}"'

    def _filter(self, value: float | Special) -> None:
        if isinstance(value, Special) or not 3.0 <= value <= 300e3:
            raise ScpiError(-222)
        self.settings.bandwidth = max(step for step in (3.0, 30.0, 300.0) if step <= value)

    def _ranger(self, name: str) -> Callable[[float | Special], None]:
        return lambda value: self.configuration.set_range(name, value)


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
