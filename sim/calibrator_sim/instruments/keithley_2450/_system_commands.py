"""The commands of a 2450's system, terminals, status and formats."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from calibrator_sim.instruments._scpi_device import QUERY_NS
from calibrator_sim.instruments.keithley_2450._tree import put, query
from calibrator_sim.scpi import Choice, Command, CommandTree, Number, ScpiError, add_operation, add_registers

if TYPE_CHECKING:
    from calibrator_sim.instruments.keithley_2450._unit import Keithley2450

__all__ = ["add_system"]

_LANGUAGES = Choice(("SCPI", "TSP", "SCPI2400"))


def add_system(tree: CommandTree, smu: Keithley2450) -> None:
    """Add what is neither source nor sense nor reading."""
    settings, status = smu.settings, smu.status

    def language(word: str) -> None:
        if word != "SCPI":  # the others are not simulated, so they are not there to be chosen
            raise ScpiError(-224)

    def terminals(word: str) -> None:
        smu.change(settings, "output", False)  # the instrument changes terminals with its output off
        smu.change(settings, "rear", word == "REAR")

    def digits(value: float) -> None:
        if not 0 <= value <= 16:
            raise ScpiError(-222)
        settings.digits = round(value)

    def error() -> str:
        code, _, text = status.next_error().partition(",")
        if int(code) == 0:
            return '0,"No error;0;0 0"'
        moment = smu.world.config.start + timedelta(microseconds=smu.world.time_ns() // 1000)
        stamp = f"{moment:%Y/%m/%d %H:%M:%S}.{moment.microsecond // 1000:03d}"
        return f"{int(code)},{text[:-1]};1;{stamp}" + '"'

    tree.add("*LANG", Command(language, (_LANGUAGES,)))
    tree.add("*LANG?", Command(lambda: "SCPI"))
    tree.add("*TRG", Command(smu.initiate))
    put(tree, "ROUTe:TERMinals", terminals, Choice(("FRONt", "REAR")))
    query(tree, "ROUTe:TERMinals?", lambda: "REAR" if settings.rear else "FRON")
    query(tree, "SYSTem:LFRequency?", lambda: f"{smu.world.line_frequency_hz:.0f}")
    put(tree, "SYSTem:BEEPer[:IMMediate]", lambda _hz, _s: None, Number("HZ"), Number("S"))
    put(tree, "SYSTem:CLEar", status.errors.clear)
    query(tree, "SYSTem:ERRor[:NEXT]?", error)
    query(tree, "SYSTem:ERRor:COUNt?", lambda: str(len(status.errors)))
    put(tree, "FORMat[:DATA]", lambda _word: None, Choice(("ASCii",)))
    query(tree, "FORMat[:DATA]?", lambda: "ASC")
    put(tree, "FORMat:ASCii:PRECision", digits, Number("", ()))
    query(tree, "FORMat:ASCii:PRECision?", lambda: str(settings.digits))
    put(tree, "STATus:CLEar", lambda: _clear(smu))
    put(tree, "STATus:PRESet", lambda: _preset(smu))
    status.condition = lambda: 16 if smu.running() else 0
    add_operation(tree, status, cost_ns=QUERY_NS)
    add_registers(tree, status, cost_ns=QUERY_NS)  # their values without a sign


def _clear(smu: Keithley2450) -> None:
    smu.status.esr = smu.status.questionable = smu.status.operation = 0


def _preset(smu: Keithley2450) -> None:
    smu.status.operation_enable = smu.status.questionable_enable = 0
