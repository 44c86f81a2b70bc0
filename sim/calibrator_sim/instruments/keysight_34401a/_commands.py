"""The command table of the 34401A: functions, ranges and inputs (user's guide, ch. 4; seen)."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from calibrator_sim.instruments.keysight_34401a._common import add_common
from calibrator_sim.instruments.keysight_34401a._math_commands import add_math
from calibrator_sim.instruments.keysight_34401a._system import add_system
from calibrator_sim.instruments.keysight_34401a._table import WHICH, Span, Value, add_query, say
from calibrator_sim.instruments.keysight_34401a._trigger_commands import add_trigger
from calibrator_sim.scpi import Command, CommandTree, Flag, Number, ScpiError, Special, Text

if TYPE_CHECKING:
    from calibrator_sim.instruments.keysight_34401a._meter import Keysight34401A

__all__ = ["build"]

_WORDS = (Special.MIN, Special.MAX, Special.DEF)
_APERTURES = (0.01, 0.1, 1.0)
_BANDS = (3.0, 20.0, 200.0)
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
    **{name: name for name in _HEADERS},
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
        if name in meter.settings.model.functions:
            _add_function(tree, meter, name, header)
    _add_sense(tree, meter)
    add_trigger(tree, meter)
    add_math(tree, meter)
    return tree


def _add_function(tree: CommandTree, meter: Keysight34401A, name: str, header: str) -> None:
    function, configuration = meter.settings.model.functions[name], meter.configuration
    fixed = name in ("CONT", "DIOD")
    unit = function.unit
    told = {"FREQ": "HZ", "PER": "S"}.get(name, unit)  # a frequency or period in place of a range
    two = () if fixed else (Number(told, _WORDS, optional=True), Number(told, _WORDS, optional=True))

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
    add_query(tree, f"{sense}:RANGe[:UPPer]?", lambda which=None: say(c.range(name, which)), WHICH)
    tree.add(f"{sense}:RANGe:AUTO", Command(lambda on: c.set_auto(name, on), (Flag(),)))
    add_query(tree, f"{sense}:RANGe:AUTO?", lambda: str(int(meter.settings.auto[name])))
    if name in ("FREQ", "PER"):
        _add_aperture(tree, meter, header)
        return
    tree.add(f"{sense}:RESolution", Command(lambda v: c.set_resolution(name, v), (Number(unit),)))
    add_query(tree, f"{sense}:RESolution?", lambda which=None: say(c.resolution(name, which)), WHICH)
    if function.integrating:
        tree.add(f"{sense}:NPLCycles", Command(lambda v: c.set_nplc(name, v), (Number(),)))
        add_query(tree, f"{sense}:NPLCycles?", lambda which=None: say(c.nplc(name, which)), WHICH)


def _add_aperture(tree: CommandTree, meter: Keysight34401A, header: str) -> None:
    span = Span(0.01, 1.0)

    def aperture(value: Value) -> None:
        number = span.take(value)
        meter.trigger.forget()
        meter.settings.aperture_s = next(step for step in _APERTURES if number <= step)

    tree.add(f"[SENSe:]{header}:APERture", Command(aperture, (Number("S"),)))
    add_query(
        tree,
        f"[SENSe:]{header}:APERture?",
        lambda which=None: say(span.ask(which, meter.settings.aperture_s)),
        WHICH,
    )


def _add_sense(tree: CommandTree, meter: Keysight34401A) -> None:
    settings = meter.settings

    def function(text: str) -> None:
        name = _NAMES.get(text.upper().replace(" ", "").removeprefix("SENS:").removeprefix("SENSE:"))
        if name is None or name not in settings.model.functions:
            raise ScpiError(-224)
        meter.configuration.select(name)

    def autozero(state: bool | str) -> None:
        meter.trigger.forget()
        settings.autozero = state is True

    def impedance(on: bool) -> None:
        meter.trigger.forget()
        settings.impedance_auto = on

    band = Span(3.0, 200.0)

    def bandwidth(value: Value) -> None:
        number = band.take(min(value, 200.0) if isinstance(value, float) and value <= 300e3 else value)
        settings.bandwidth = max(step for step in _BANDS if step <= number)

    tree.add("[SENSe:]FUNCtion[:ON]", Command(function, (Text(),)))
    add_query(tree, "[SENSe:]FUNCtion[:ON]?", lambda: f'"{settings.function}"')
    tree.add("[SENSe:]ZERO:AUTO", Command(autozero, (Flag(("ONCE",)),)))
    add_query(tree, "[SENSe:]ZERO:AUTO?", lambda: str(int(settings.autozero)))
    tree.add("[SENSe:]DETector:BANDwidth", Command(bandwidth, (Number("HZ"),)))
    add_query(
        tree,
        "[SENSe:]DETector:BANDwidth?",
        lambda which=None: say(band.ask(which, settings.bandwidth)),
        WHICH,
    )
    tree.add("INPut:IMPedance:AUTO", Command(impedance, (Flag(),)))
    add_query(tree, "INPut:IMPedance:AUTO?", lambda: str(int(settings.impedance_auto)))
    add_query(tree, "ROUTe:TERMinals?", lambda: "FRON")
    add_query(tree, "CONFigure?", meter.configuration.describe)
