"""Math commands of the 34401A (user's guide, ch. 4, p. 124 to 126; seen)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from calibrator_sim.instruments.keysight_34401a._math import DBM_OHM, Statistics, allowed
from calibrator_sim.instruments.keysight_34401a._table import WHICH, Span, Value, add_query, say
from calibrator_sim.scpi import Choice, Command, CommandTree, Flag, Number, ScpiError

if TYPE_CHECKING:
    from calibrator_sim.instruments.keysight_34401a._meter import Keysight34401A

__all__ = ["add_math"]

_DB = Span(-200.0, 200.0)
_DBM = Span(50.0, 8000.0)


def add_math(tree: CommandTree, meter: Keysight34401A) -> None:
    """Add the CALCulate subsystem."""
    settings, trigger = meter.settings, meter.trigger

    def begin() -> None:
        if not allowed(settings.math, settings.function):
            settings.math_on = False
            raise ScpiError(-221)
        if settings.math == "AVER":
            trigger.statistics = Statistics()

    def state(on: bool) -> None:
        settings.math_on = on
        if on:
            begin()

    def function(word: str) -> None:
        settings.math = word
        if settings.math_on:
            begin()

    tree.add("CALCulate:FUNCtion", Command(function, (Choice(("NULL", "DB", "DBM", "AVERage", "LIMit")),)))
    add_query(tree, "CALCulate:FUNCtion?", lambda: settings.math)
    tree.add("CALCulate:STATe", Command(state, (Flag(),)))
    add_query(tree, "CALCulate:STATe?", lambda: str(int(settings.math_on)))
    _add_registers(tree, meter)
    for word, answer in (
        ("MINimum", lambda: trigger.statistics.low),
        ("MAXimum", lambda: trigger.statistics.high),
        ("AVERage", lambda: trigger.statistics.mean()),  # noqa: PLW0108 - a new object each time
    ):
        add_query(tree, f"CALCulate:AVERage:{word}?", lambda answer=answer: say(answer()))
    add_query(tree, "CALCulate:AVERage:COUNt?", lambda: f"{trigger.statistics.count:+d}")


def _add_registers(tree: CommandTree, meter: Keysight34401A) -> None:
    """Add the registers of null, dB, dBm and limits; those of null and dB need their math switched on."""
    settings = meter.settings

    def reading() -> Span:
        most = 1.2 * settings.active().ranges[-1]
        return Span(-most, most)

    def nearest(value: float) -> float:
        return float(min(DBM_OHM, key=lambda ohm: abs(ohm - value)))

    for header, name, span, needs in (
        ("NULL:OFFSet", "null_offset", reading, "NULL"),
        ("DB:REFerence", "db_reference", lambda: _DB, "DB"),
        ("DBM:REFerence", "dbm_reference", lambda: _DBM, ""),
        ("LIMit:LOWer", "limit_low", reading, ""),
        ("LIMit:UPPer", "limit_high", reading, ""),
    ):
        store = _store(meter, name, span, needs, nearest if name == "dbm_reference" else float)
        tree.add(f"CALCulate:{header}", Command(store, (Number(),)))

        def ask(which: Value | None = None, name: str = name, span: Callable[[], Span] = span) -> str:
            return say(span().ask(which, getattr(settings, name) or 0.0))

        add_query(tree, f"CALCulate:{header}?", ask, WHICH)


def _store(
    meter: Keysight34401A,
    name: str,
    span: Callable[[], Span],
    needs: str,
    fit: Callable[[float], float],
) -> Callable[[Value], None]:
    settings = meter.settings

    def store(value: Value) -> None:
        if needs and not (settings.math_on and settings.math == needs):
            raise ScpiError(-221)
        setattr(settings, name, fit(span().take(value)))

    return store
