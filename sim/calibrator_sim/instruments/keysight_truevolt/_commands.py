"""What the Truevolt family takes beyond the 34401A's commands (memory_high)."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from calibrator_sim.instruments.keysight_34401a._math import Statistics
from calibrator_sim.instruments.keysight_34401a._table import WHICH, Span, Value, add_query, say
from calibrator_sim.scpi import Choice, Command, CommandTree, Flag, Number, ScpiError, Special, Text

if TYPE_CHECKING:
    from calibrator_sim.instruments.keysight_34401a._meter import Keysight34401A
    from calibrator_sim.instruments.keysight_truevolt._meter import Keysight34461A, Keysight34465A

__all__ = ["add_defaults", "add_fine", "add_truevolt"]

_HEADERS = {
    "VOLT": "VOLTage[:DC]",
    "VOLT:AC": "VOLTage:AC",
    "CURR": "CURRent[:DC]",
    "CURR:AC": "CURRent:AC",
    "RES": "RESistance",
    "FRES": "FRESistance",
}
_INTEGRATING = ("VOLT", "CURR", "RES", "FRES")
_BAND = Span(3.0, 200.0)
_WORDS = (Special.MIN, Special.MAX, Special.DEF)
_MOST_NULL = 1e9
_ACAL_NS = 14_000_000_000


def add_truevolt(tree: CommandTree, meter: Keysight34461A) -> None:
    """Add what every Truevolt meter has."""
    for name, header in _HEADERS.items():
        _add_null(tree, meter, name, header)
        add_defaults(tree, meter, name, header)
    _add_zero_and_impedance(tree, meter)
    _add_filters(tree, meter)
    _add_memory(tree, meter)
    _add_statistics(tree, meter)
    _add_trigger(tree, meter)
    _add_system(tree, meter)


def add_defaults(tree: CommandTree, meter: Keysight34401A, name: str, header: str) -> None:
    """Add DEF to range and integration time: what `*RST` sets, with the range fixed."""
    c, sense = meter.configuration, f"[SENSe:]{header}"
    reset = type(meter.settings).of(meter.settings.model_id)
    usual, unit = reset.range[name], meter.settings.model.functions[name].unit
    which = Number(words=_WORDS, optional=True)

    def pick(value: Value, default: float) -> Value:
        return default if value is Special.DEF else value

    def ask_range(asked: Value | None = None) -> str:
        return say(usual if asked is Special.DEF else c.range(name, asked))

    tree.add(
        f"{sense}:RANGe[:UPPer]",
        Command(lambda v: c.set_range(name, pick(v, usual)), (Number(unit, _WORDS),)),
    )
    add_query(tree, f"{sense}:RANGe[:UPPer]?", ask_range, which)
    if name not in _INTEGRATING:
        return

    def ask_nplc(asked: Value | None = None) -> str:
        return say(reset.nplc[name] if asked is Special.DEF else c.nplc(name, asked))

    tree.add(
        f"{sense}:NPLCycles",
        Command(lambda v: c.set_nplc(name, pick(v, reset.nplc[name])), (Number("", _WORDS),)),
    )
    add_query(tree, f"{sense}:NPLCycles?", ask_nplc, which)


def _add_null(tree: CommandTree, meter: Keysight34461A, name: str, header: str) -> None:
    settings = meter.settings
    span = Span(-_MOST_NULL, _MOST_NULL)

    def state(on: bool) -> None:
        settings.null[name] = float(on)
        settings.null_next[name] = on and name not in settings.null_value

    def value(number: Value) -> None:
        settings.null_value[name] = span.take(number)
        settings.null_next[name] = False

    def auto(on: bool) -> None:
        settings.null_next[name] = on
        if on:
            settings.null[name] = 1.0

    prefix = f"[SENSe:]{header}:NULL"
    tree.add(f"{prefix}[:STATe]", Command(state, (Flag(),)))
    add_query(tree, f"{prefix}[:STATe]?", lambda: str(int(settings.null.get(name, 0.0))))
    tree.add(f"{prefix}:VALue", Command(value, (Number(meter.settings.model.functions[name].unit),)))
    add_query(tree, f"{prefix}:VALue?", lambda which=None: _null(meter, name, span, which), WHICH)
    tree.add(f"{prefix}:VALue:AUTO", Command(auto, (Flag(),)))
    add_query(tree, f"{prefix}:VALue:AUTO?", lambda: str(int(settings.null_next.get(name, False))))


def _null(meter: Keysight34461A, name: str, span: Span, which: Value | None) -> str:
    return say(span.ask(which, meter.settings.null_value.get(name, 0.0)))


def _add_zero_and_impedance(tree: CommandTree, meter: Keysight34461A) -> None:
    settings = meter.settings

    def autozero(state: bool | str) -> None:
        meter.trigger.forget()
        settings.autozero = state is True

    def impedance(on: bool) -> None:
        meter.trigger.forget()
        settings.impedance_auto = on

    for name in ("VOLT", "CURR", "RES"):
        tree.add(f"[SENSe:]{_HEADERS[name]}:ZERO:AUTO", Command(autozero, (Flag(("ONCE",)),)))
        add_query(tree, f"[SENSe:]{_HEADERS[name]}:ZERO:AUTO?", lambda: str(int(settings.autozero)))
    tree.add("[SENSe:]VOLTage[:DC]:IMPedance:AUTO", Command(impedance, (Flag(),)))
    add_query(tree, "[SENSe:]VOLTage[:DC]:IMPedance:AUTO?", lambda: str(int(settings.impedance_auto)))
    for name in _INTEGRATING:
        _add_auto_once(tree, meter, name)


def _add_auto_once(tree: CommandTree, meter: Keysight34461A, name: str) -> None:
    def auto(state: bool | str) -> None:
        if state == "ONCE":  # one ranging reading, then the range stays
            meter.settings.auto[name] = 1.0
            meter.physics.measure(meter.settings, meter.world.time_ns() + meter.trigger.reading_ns())
        meter.configuration.set_auto(name, state is True)

    tree.add(f"[SENSe:]{_HEADERS[name]}:RANGe:AUTO", Command(auto, (Flag(("ONCE",)),)))


def _add_filters(tree: CommandTree, meter: Keysight34461A) -> None:
    settings = meter.settings

    def bandwidth(value: Value) -> None:
        number = _BAND.take(value)
        settings.bandwidth = max(step for step in settings.model.filters_s if step <= number)

    for name in ("VOLT:AC", "CURR:AC"):
        tree.add(f"[SENSe:]{_HEADERS[name]}:BANDwidth", Command(bandwidth, (Number("HZ"),)))
        add_query(
            tree,
            f"[SENSe:]{_HEADERS[name]}:BANDwidth?",
            lambda which=None: say(_BAND.ask(which, settings.bandwidth)),
            WHICH,
        )


def _add_memory(tree: CommandTree, meter: Keysight34461A) -> None:
    trigger = meter.trigger

    def remove(count: float, wait: str = "") -> Generator[int, None, str]:
        if wait:
            yield from trigger.await_points(round(count))
        if not 1 <= count <= trigger.points():
            raise ScpiError(-222)
        return trigger.remove(round(count))

    def take(count: float | None = None) -> str:
        text = trigger.remove(trigger.points() if count is None else round(count))
        size = str(len(text))
        return f"#{len(size)}{size}{text}"

    def last() -> str:
        value = trigger.last()
        unit = {"V": "VDC", "A": "ADC", "OHM": "OHM"}.get(meter.settings.active().unit, "")
        return f"{say(9.91e37 if value is None else value)} {unit}"

    tree.add("R?", Command(take, (Number(words=(), optional=True),)))
    tree.add("DATA:REMove?", Command(remove, (Number(words=()), Choice(("WAIT",), optional=True))))
    tree.add("DATA:LAST?", Command(last))
    tree.add("ABORt", Command(trigger.abort))


def _add_statistics(tree: CommandTree, meter: Keysight34461A) -> None:
    trigger, settings = meter.trigger, meter.settings

    def state(on: bool) -> None:
        trigger.statistics = Statistics()
        settings.math_on = on
        settings.math = "AVER" if on else settings.math

    def clear() -> None:
        trigger.statistics = Statistics()

    def every() -> str:
        seen = trigger.statistics
        return ",".join(say(value) for value in (seen.mean(), seen.deviation(), seen.low, seen.high))

    node = "CALCulate:AVERage"
    tree.add(f"{node}[:STATe]", Command(state, (Flag(),)))
    add_query(tree, f"{node}[:STATe]?", lambda: str(int(settings.math_on and settings.math == "AVER")))
    add_query(tree, f"{node}:ALL?", every)
    add_query(tree, f"{node}:SDEViation?", lambda: say(trigger.statistics.deviation()))
    add_query(tree, f"{node}:PTPeak?", lambda: say(trigger.statistics.high - trigger.statistics.low))
    tree.add(f"{node}:CLEar[:IMMediate]", Command(clear))


def _add_trigger(tree: CommandTree, meter: Keysight34461A) -> None:
    settings = meter.settings
    span = Span(0.0, 3600.0)

    def timer(value: Value) -> None:
        settings.timer_s = span.take(value)

    def ask_timer(which: Value | None = None) -> str:
        least = meter.trigger.reading_ns() / 1e9
        return say(least if which is Special.MIN else span.ask(which, max(settings.timer_s, least)))

    def source(word: str) -> None:
        if word == "IMM":
            settings.timer_s = 0.0

    tree.add("SAMPle:TIMer", Command(timer, (Number("S"),)))
    add_query(tree, "SAMPle:TIMer?", ask_timer, WHICH)
    tree.add("SAMPle:SOURce", Command(source, (Choice(("IMMediate", "TIMer")),)))
    add_query(tree, "SAMPle:SOURce?", lambda: "TIM" if settings.timer_s else "IMM")
    tree.add("TRIGger:SLOPe", Command(lambda _word: None, (Choice(("POSitive", "NEGative")),)))
    add_query(tree, "TRIGger:SLOPe?", lambda: "NEG")


def _add_system(tree: CommandTree, meter: Keysight34461A) -> None:
    settings = meter.settings

    def show(on: bool) -> None:
        settings.display = on

    def text(content: str) -> None:
        settings.display_text = content[:40]

    add_query(tree, "SYSTem:LFRequency?", lambda: f"{meter.world.line_frequency_hz:+.0f}")
    add_query(tree, "SYSTem:LICense:CATalog?", lambda: '""')
    add_query(tree, "*OPT?", lambda: "0")
    tree.add("DISPlay:STATe", Command(show, (Flag(),)))
    add_query(tree, "DISPlay:STATe?", lambda: str(int(settings.display)))
    tree.add("DISPlay:TEXT[:DATA]", Command(text, (Text(),)))
    add_query(tree, "DISPlay:TEXT[:DATA]?", lambda: f'"{settings.display_text}"')


def add_fine(tree: CommandTree, meter: Keysight34465A) -> None:
    """Add what the 34465A and 34470A have beyond: apertures, self-calibration, temperature."""

    def calibrate() -> Generator[int, None, str]:
        meter.trigger.forget()
        yield meter.world.time_ns() + _ACAL_NS
        meter.physics.acal_c = meter.world.excess_c(meter.world.time_ns())
        return "+0"

    tree.add("ACAL[:ALL]?", Command(calibrate))
    add_query(tree, "SYSTem:TEMPerature?", lambda: say(meter.inside_c()))
    for name in _INTEGRATING:
        _add_aperture(tree, meter, name)


def _add_aperture(tree: CommandTree, meter: Keysight34465A, name: str) -> None:
    settings, hertz = meter.settings, meter.world.line_frequency_hz
    nplc = settings.model.nplc
    span = Span(nplc[0] / hertz, nplc[-1] / hertz)

    def aperture(value: Value) -> None:
        meter.configuration.set_nplc(name, span.take(value) * hertz)

    header = f"[SENSe:]{_HEADERS[name]}:APERture"
    tree.add(header, Command(aperture, (Number("S"),)))
    add_query(tree, f"{header}?", lambda which=None: say(span.ask(which, settings.nplc[name] / hertz)), WHICH)
    tree.add(f"{header}:ENABled", Command(lambda _on: None, (Flag(),)))
    add_query(tree, f"{header}:ENABled?", lambda: "0")
