"""The command table of the 34401A (user's guide ch. 4; reference statuses in docs/simulated-bench.md)."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from calibrator_sim.instruments.keysight_34401a._common import add_common
from calibrator_sim.instruments.keysight_34401a._configuration import Value
from calibrator_sim.instruments.keysight_34401a._settings import FUNCTIONS
from calibrator_sim.instruments.keysight_34401a._system import add_system
from calibrator_sim.scpi import Choice, Command, CommandTree, Flag, Number, ScpiError, Special, Text

if TYPE_CHECKING:
    from calibrator_sim.instruments.keysight_34401a._meter import Keysight34401A

__all__ = ["build"]

_QUERY_NS = 1_000_000  # a GPIB query of a setting takes about this long
_WORDS = (Special.MIN, Special.MAX, Special.DEF)
_WHICH = Number(words=(Special.MIN, Special.MAX), optional=True)
# Header of each function below CONFigure, MEASure and SENSe, as the manual prints it.
_HEADERS = {
    "VOLT": "VOLTage[:DC]",
    "VOLT:AC": "VOLTage:AC",
    "VOLT:RAT": "VOLTage:DC:RATio",
    "CURR": "CURRent[:DC]",
    "CURR:AC": "CURRent:AC",
    "RES": "RESistance",
    "FRES": "FRESistance",
    "FREQ": "FREQuency",
    "PER": "PERiod",
    "CONT": "CONTinuity",
    "DIOD": "DIODe",
}
_NAMES = {
    **{name: name for name in FUNCTIONS},
    "VOLT:DC": "VOLT",
    "VOLT:DC:RAT": "VOLT:RAT",
    "CURR:DC": "CURR",
    "VOLTAGE": "VOLT",
    "VOLTAGE:DC": "VOLT",
    "VOLTAGE:AC": "VOLT:AC",
    "VOLTAGE:DC:RATIO": "VOLT:RAT",
    "VOLTAGE:RATIO": "VOLT:RAT",
    "CURRENT": "CURR",
    "CURRENT:DC": "CURR",
    "CURRENT:AC": "CURR:AC",
    "RESISTANCE": "RES",
    "FRESISTANCE": "FRES",
    "FREQUENCY": "FREQ",
    "PERIOD": "PER",
    "CONTINUITY": "CONT",
    "DIODE": "DIOD",
}


def build(meter: Keysight34401A) -> CommandTree:
    """Return the tree of one meter's commands."""
    tree = CommandTree()
    add_common(tree, meter)
    add_system(tree, meter)
    for name, header in _HEADERS.items():
        _add_function(tree, meter, name, header)
    _add_sense(tree, meter)
    _add_trigger(tree, meter)
    _add_math(tree, meter)
    return tree


def _say(number: float) -> str:
    return f"{number:+.8E}"


def _add_function(tree: CommandTree, meter: Keysight34401A, name: str, header: str) -> None:
    function, configuration = FUNCTIONS[name], meter.configuration
    fixed = name in ("CONT", "DIOD")
    unit = function.unit
    two = () if fixed else (Number(unit, _WORDS, optional=True), Number(unit, _WORDS, optional=True))

    def configure(range_: Value = Special.DEF, resolution: Value = Special.DEF) -> None:
        configuration.configure(name, range_, resolution)

    def measure(
        range_: Value = Special.DEF, resolution: Value = Special.DEF
    ) -> Generator[int, None, str | None]:
        configuration.configure(name, range_, resolution)
        return meter.trigger.read()

    tree.add(f"CONFigure:{header}", Command(configure, two))
    tree.add(f"MEASure:{header}?", Command(measure, two))
    if fixed or name == "VOLT:RAT":
        return
    sense = "[SENSe:]" + (header if name not in ("FREQ", "PER") else header + ":VOLTage")
    c = configuration
    tree.add(f"{sense}:RANGe[:UPPer]", Command(lambda v: c.set_range(name, v), (Number(unit),)))
    _query(tree, f"{sense}:RANGe[:UPPer]?", lambda which=None: _say(c.range(name, which)), _WHICH)
    tree.add(f"{sense}:RANGe:AUTO", Command(lambda on: c.set_auto(name, on), (Flag(),)))
    _query(tree, f"{sense}:RANGe:AUTO?", lambda: str(int(meter.settings.auto[name])))
    if name in ("FREQ", "PER"):
        _add_aperture(tree, meter, header)
        return
    tree.add(f"{sense}:RESolution", Command(lambda v: c.set_resolution(name, v), (Number(unit),)))
    _query(tree, f"{sense}:RESolution?", lambda which=None: _say(c.resolution(name, which)), _WHICH)
    if function.integrating:
        tree.add(f"{sense}:NPLCycles", Command(lambda v: c.set_nplc(name, v), (Number(),)))
        _query(tree, f"{sense}:NPLCycles?", lambda which=None: _say(c.nplc(name, which)), _WHICH)


def _query(tree: CommandTree, pattern: str, answer: Callable[..., str], *parameters: Number) -> None:
    tree.add(pattern, Command(answer, parameters, cost_ns=_QUERY_NS))


def _add_aperture(tree: CommandTree, meter: Keysight34401A, header: str) -> None:
    def aperture(value: float | Special) -> None:
        number = (
            {Special.MIN: 0.01, Special.MAX: 1.0}.get(value, value) if isinstance(value, Special) else value
        )
        if number not in (0.01, 0.1, 1.0):
            raise ScpiError(-222)
        meter.trigger.forget()
        meter.settings.aperture_s = float(number)

    tree.add(f"[SENSe:]{header}:APERture", Command(aperture, (Number("S"),)))
    _query(tree, f"[SENSe:]{header}:APERture?", lambda: _say(meter.settings.aperture_s))


def _add_sense(tree: CommandTree, meter: Keysight34401A) -> None:
    settings = meter.settings

    def function(text: str) -> None:
        name = _NAMES.get(text.upper().replace(" ", "").removeprefix("SENS:").removeprefix("SENSE:"))
        if name is None:
            raise ScpiError(-224)
        meter.configuration.select(name)

    def autozero(state: bool | str) -> None:
        meter.trigger.forget()
        settings.autozero = state is True

    def impedance(on: bool) -> None:
        meter.trigger.forget()
        settings.impedance_auto = on

    def bandwidth(value: float | Special) -> None:
        number = (
            {Special.MIN: 3.0, Special.MAX: 200.0}.get(value, value) if isinstance(value, Special) else value
        )
        if not 3.0 <= float(number) <= 300000.0:
            raise ScpiError(-222)
        settings.bandwidth = max(step for step in (3.0, 20.0, 200.0) if step <= float(number))

    tree.add("[SENSe:]FUNCtion[:ON]", Command(function, (Text(),)))
    _query(tree, "[SENSe:]FUNCtion[:ON]?", lambda: f'"{settings.function}"')
    tree.add("[SENSe:]ZERO:AUTO", Command(autozero, (Flag(("ONCE",)),)))
    _query(tree, "[SENSe:]ZERO:AUTO?", lambda: str(int(settings.autozero)))
    tree.add("[SENSe:]DETector:BANDwidth", Command(bandwidth, (Number("HZ"),)))
    _query(tree, "[SENSe:]DETector:BANDwidth?", lambda: _say(settings.bandwidth))
    tree.add("INPut:IMPedance:AUTO", Command(impedance, (Flag(),)))
    _query(tree, "INPut:IMPedance:AUTO?", lambda: str(int(settings.impedance_auto)))
    _query(tree, "ROUTe:TERMinals?", lambda: "FRON")
    _query(tree, "CONFigure?", meter.configuration.describe)


def _add_trigger(tree: CommandTree, meter: Keysight34401A) -> None:
    settings, trigger = meter.settings, meter.trigger

    def source(word: str) -> None:
        trigger.forget()
        settings.trigger = word

    def delay(value: float | Special) -> None:
        number = (
            {Special.MIN: 0.0, Special.MAX: 3600.0}.get(value, value) if isinstance(value, Special) else value
        )
        if not 0.0 <= float(number) <= 3600.0:
            raise ScpiError(-222)
        settings.delay_s, settings.delay_auto = float(number), False

    def delay_auto(on: bool) -> None:
        settings.delay_auto = on

    def count(name: str, most: float) -> Callable[[float | Special], None]:
        def take(value: float | Special) -> None:
            words = {Special.MIN: 1.0, Special.MAX: most, Special.INF: 1e9}
            number = words[value] if isinstance(value, Special) else value
            if not 1.0 <= number <= max(most, 1e9 if value is Special.INF else most):
                raise ScpiError(-222)
            trigger.forget()
            setattr(settings, name, int(number) if name == "sample_count" else float(int(number)))

        return take

    tree.add("TRIGger:SOURce", Command(source, (Choice(("BUS", "IMMediate", "EXTernal")),)))
    _query(tree, "TRIGger:SOURce?", lambda: settings.trigger)
    tree.add("TRIGger:DELay", Command(delay, (Number("S"),)))
    _query(tree, "TRIGger:DELay?", lambda: _say(trigger.delay_s()))
    tree.add("TRIGger:DELay:AUTO", Command(delay_auto, (Flag(),)))
    _query(tree, "TRIGger:DELay:AUTO?", lambda: str(int(settings.delay_auto)))
    tree.add(
        "TRIGger:COUNt",
        Command(count("trigger_count", 50000), (Number(words=(Special.MIN, Special.MAX, Special.INF)),)),
    )
    _query(tree, "TRIGger:COUNt?", lambda: _say(settings.trigger_count))
    tree.add("SAMPle:COUNt", Command(count("sample_count", 50000), (Number(),)))
    _query(tree, "SAMPle:COUNt?", lambda: f"{settings.sample_count:+d}")
    tree.add("INITiate[:IMMediate]", Command(trigger.initiate))
    tree.add("FETCh?", Command(trigger.fetch))
    tree.add("READ?", Command(trigger.read))
    tree.add("*TRG", Command(trigger.bus_trigger))
    _query(tree, "DATA:POINts?", lambda: f"{trigger.points():+d}")


def _add_math(tree: CommandTree, meter: Keysight34401A) -> None:
    settings, trigger = meter.settings, meter.trigger

    def state(on: bool) -> None:
        settings.math_on = on
        if on and settings.math == "NULL":
            settings.null_armed = True

    def function(word: str) -> None:
        settings.math = word

    def null_offset(value: float) -> None:
        if not settings.math_on or settings.math != "NULL":
            raise ScpiError(-221)
        settings.null_offset, settings.null_armed = value, False

    def number(name: str) -> Callable[[float], None]:
        return lambda value: setattr(settings, name, value)

    tree.add("CALCulate:FUNCtion", Command(function, (Choice(("NULL", "DB", "DBM", "AVERage", "LIMit")),)))
    _query(tree, "CALCulate:FUNCtion?", lambda: settings.math)
    tree.add("CALCulate:STATe", Command(state, (Flag(),)))
    _query(tree, "CALCulate:STATe?", lambda: str(int(settings.math_on)))
    tree.add("CALCulate:NULL:OFFSet", Command(null_offset, (Number("", ()),)))
    _query(tree, "CALCulate:NULL:OFFSet?", lambda: _say(settings.null_offset))
    for header, name in (
        ("DB:REFerence", "db_reference"),
        ("DBM:REFerence", "dbm_reference"),
        ("LIMit:LOWer", "limit_low"),
        ("LIMit:UPPer", "limit_high"),
    ):
        tree.add(f"CALCulate:{header}", Command(number(name), (Number("", ()),)))
        _query(tree, f"CALCulate:{header}?", lambda name=name: _say(getattr(settings, name)))
    _query(tree, "CALCulate:AVERage:MINimum?", lambda: _say(trigger.statistics.low))
    _query(tree, "CALCulate:AVERage:MAXimum?", lambda: _say(trigger.statistics.high))
    _query(tree, "CALCulate:AVERage:AVERage?", lambda: _say(trigger.statistics.mean()))
    _query(tree, "CALCulate:AVERage:COUNt?", lambda: f"{trigger.statistics.count:+d}")
