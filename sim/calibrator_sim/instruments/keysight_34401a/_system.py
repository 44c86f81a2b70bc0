"""System, display, memory and calibration commands of the 34401A."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from calibrator_sim.instruments.keysight_34401a._table import QUERY_NS
from calibrator_sim.scpi import Block, Command, CommandTree, Flag, Number, ScpiError, Text
from calibrator_sim.scpi import Choice as Word

if TYPE_CHECKING:
    from calibrator_sim.instruments.keysight_34401a._meter import Keysight34401A

__all__ = ["add_system"]

_DISPLAY_WIDTH = 12


def add_system(tree: CommandTree, meter: Keysight34401A) -> None:
    """Add SYSTem, DISPlay, DATA:FEED and CALibration."""
    settings, status = meter.settings, meter.status

    def show(on: bool) -> None:
        settings.display = on

    def beep(on: bool) -> None:
        settings.beeper = on

    def text(content: str) -> None:
        settings.display_text = content[:_DISPLAY_WIDTH]

    def feed(_buffer: str, source: str) -> None:
        if source.upper() not in ("", "CALC", "CALCULATE"):
            raise ScpiError(-224)
        settings.feed = "CALC" if source else ""

    def control(local: bool) -> None:
        meter.local = local and meter.has_serial_line

    def secured(*_arguments: object) -> None:
        raise ScpiError(702)  # the simulated meter is sealed: nobody adjusts what the bench drew

    tree.add("SYSTem:ERRor[:NEXT]?", Command(status.next_error, cost_ns=QUERY_NS))
    tree.add("SYSTem:VERSion?", Command(lambda: settings.model.version, cost_ns=QUERY_NS))
    tree.add("SYSTem:BEEPer[:IMMediate]", Command(lambda: None))
    tree.add("SYSTem:BEEPer:STATe", Command(beep, (Flag(),)))
    tree.add("SYSTem:BEEPer:STATe?", Command(lambda: str(int(settings.beeper)), cost_ns=QUERY_NS))
    tree.add("L1", Command(lambda: None))  # SCPI is the only language of the simulated meter
    for word in ("LOCal", "REMote", "RWLock"):
        tree.add(f"SYSTem:{word}", Command(partial(control, word == "LOCal")))
    tree.add("DISPlay", Command(show, (Flag(),)))
    tree.add("DISPlay?", Command(lambda: str(int(settings.display)), cost_ns=QUERY_NS))
    tree.add("DISPlay:TEXT", Command(text, (Text(),)))
    tree.add("DISPlay:TEXT?", Command(lambda: f'"{settings.display_text}"', cost_ns=QUERY_NS))
    tree.add("DISPlay:TEXT:CLEar", Command(lambda: setattr(settings, "display_text", "")))
    tree.add("DATA:FEED", Command(feed, (Word(("RDG_STORE",)), Text())))
    tree.add("DATA:FEED?", Command(lambda: f'"{settings.feed}"', cost_ns=QUERY_NS))
    tree.add("CALibration:COUNt?", Command(lambda: "+1", cost_ns=QUERY_NS))
    tree.add("CALibration:SECure:STATe?", Command(lambda: "1", cost_ns=QUERY_NS))
    tree.add("CALibration:SECure:STATe", Command(secured, (Flag(), Word((), optional=True))))
    tree.add("CALibration:SECure:CODE", Command(secured, (Word(()),)))
    tree.add("CALibration:STRing?", Command(lambda: '"SIMULATED"', cost_ns=QUERY_NS))
    tree.add("CALibration:STRing", Command(secured, (Block(),)))
    tree.add("CALibration:VALue", Command(secured, (Number(words=()),)))
    tree.add("CALibration:VALue?", Command(lambda: "+0.00000000E+00", cost_ns=QUERY_NS))
    tree.add("CALibration?", Command(secured))
