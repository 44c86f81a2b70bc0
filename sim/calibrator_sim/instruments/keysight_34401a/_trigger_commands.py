"""Trigger commands of the 34401A (user's guide, ch. 4, p. 127 to 131; seen)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calibrator_sim.instruments.keysight_34401a._table import WHICH, Span, Value, add_query, say
from calibrator_sim.scpi import Choice, Command, CommandTree, Flag, Number, Special

if TYPE_CHECKING:
    from calibrator_sim.instruments.keysight_34401a._meter import Keysight34401A

__all__ = ["add_trigger"]

_COUNT = Span(1.0, 50_000.0)
_DELAY = Span(0.0, 3600.0)
_ENDLESS = 9.9e37


def add_trigger(tree: CommandTree, meter: Keysight34401A) -> None:
    """Add TRIGger, SAMPle, INITiate, FETCh?, READ? and `*TRG`."""
    settings, trigger = meter.settings, meter.trigger

    def source(word: str) -> None:
        trigger.forget()
        settings.trigger = word

    def delay(value: Value) -> None:
        settings.delay_s, settings.delay_auto = _DELAY.take(value), False

    def delay_auto(on: bool) -> None:
        settings.delay_auto = on

    def triggers(value: Value) -> None:
        number = _ENDLESS if value is Special.INF else float(round(_COUNT.take(value)))
        trigger.forget()
        settings.trigger_count = number

    def samples(value: Value) -> None:
        number = round(_COUNT.take(value))
        trigger.forget()
        settings.sample_count = number

    def ask_triggers(which: Value | None = None) -> str:
        return say(_COUNT.ask(which, settings.trigger_count))

    endless = Number(words=(Special.MIN, Special.MAX, Special.INF))
    tree.add("TRIGger:SOURce", Command(source, (Choice(("BUS", "IMMediate", "EXTernal")),)))
    add_query(tree, "TRIGger:SOURce?", lambda: settings.trigger)
    tree.add("TRIGger:DELay", Command(delay, (Number("S"),)))
    add_query(tree, "TRIGger:DELay?", lambda which=None: say(_DELAY.ask(which, trigger.delay_s())), WHICH)
    tree.add("TRIGger:DELay:AUTO", Command(delay_auto, (Flag(),)))
    add_query(tree, "TRIGger:DELay:AUTO?", lambda: str(int(settings.delay_auto)))
    tree.add("TRIGger:COUNt", Command(triggers, (endless,)))
    add_query(tree, "TRIGger:COUNt?", ask_triggers, WHICH)
    tree.add("SAMPle:COUNt", Command(samples, (Number(),)))
    add_query(
        tree,
        "SAMPle:COUNt?",
        lambda which=None: f"{round(_COUNT.ask(which, settings.sample_count)):+d}",
        WHICH,
    )
    tree.add("INITiate[:IMMediate]", Command(trigger.initiate))
    tree.add("FETCh?", Command(trigger.fetch))
    tree.add("READ?", Command(trigger.read))
    tree.add("*TRG", Command(trigger.bus_trigger))
    add_query(tree, "DATA:POINts?", lambda: f"{trigger.points():+d}")
