"""The command table of the 3458A (memory_high; what public scripts send was seen)."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from calibrator_sim.instruments.keysight_3458a._errors import MISSING, RANGE, TYPE, MistakeError

if TYPE_CHECKING:
    from calibrator_sim.instruments.keysight_3458a._meter import Keysight3458A

__all__ = ["READ", "Entry", "build", "split"]

READ = "\0read"  # nothing that anybody would send
_SECOND = 1_000_000_000
_READ_EVENTS = ("AUTO", "SYN")
_TEST_S = 73
# Operations that the simulated meter carries out, with their numbers in `MATH?` (memory_medium).
_MATH = {"OFF": 0, "NULL": 9}
_ACAL_S = {"ALL": 855, "DCV": 165, "OHMS": 600, "AC": 120}
_MEASURES = {
    "DCV": "VOLT",
    "ACV": "VOLT:AC",
    "DCI": "CURR",
    "ACI": "CURR:AC",
    "OHM": "RES",
    "OHMF": "FRES",
    "FREQ": "FREQ",
    "PER": "PER",
}
_NAMES = {name: word for word, name in _MEASURES.items()}
_CONSTANTS = {1: 40e3, 2: 7.0}  # references: 40 kohm, 7 V
_INSIDE_C = 13.0
_WORD = re.compile(r'"[^"]*"|[^,\s]+')


@dataclass(frozen=True, slots=True)
class Entry:
    """A command and how many parameters it takes; further ones are left out."""

    run: Callable[..., Any]
    most: int = 0


def split(message: str) -> list[tuple[str, list[str]]]:
    """Return the commands of a message with their parameters; any case, commas or spaces between."""
    calls = []
    for part in message.split(";"):
        words = _WORD.findall(part)
        if words:
            name = words[0].upper()
            calls.append((name, [word if word.startswith('"') else word.upper() for word in words[1:]]))
    return calls


def build(meter: Keysight3458A) -> dict[str, Entry]:
    """Return the table of one meter's commands."""
    return {**_functions(meter), **_settings(meter), **_triggers(meter), **_system(meter)}


def _number(text: str, low: float, high: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise MistakeError(TYPE) from None
    if not low <= value <= high:
        raise MistakeError(RANGE)
    return value


def _word(text: str, words: tuple[str, ...]) -> str:
    # A number stands for the word at its place.
    if text.isascii() and text.isdigit() and int(text) < len(words):
        return words[int(text)]
    if text not in words:
        raise MistakeError(TYPE)
    return text


def _functions(meter: Keysight3458A) -> dict[str, Entry]:
    settings = meter.settings

    def choose(name: str, range_: str = "AUTO") -> None:
        meter.world.before_change()
        ranges = settings.model.functions[name].ranges
        settings.function = name
        if range_ in ("AUTO", "-1"):
            settings.auto[name] = 1.0
            return
        wanted = _number(range_, 0.0, ranges[-1] * 1.05)
        settings.range[name] = next((r for r in ranges if wanted <= r * (1.0 + 1e-9)), ranges[-1])
        settings.auto[name] = 0.0
        meter.world.after_change()

    def function(word: str = "", range_: str = "AUTO") -> None:
        if word not in _MEASURES:
            raise MistakeError(TYPE if word else MISSING)
        choose(_MEASURES[word], range_)

    def range_only(text: str = "AUTO") -> None:
        choose(settings.function, text)

    def autorange(word: str = "ON") -> None:
        settings.auto[settings.function] = float(_word(word, ("OFF", "ON", "ONCE")) != "OFF")

    entries = {word: Entry(_bound(choose, name), 2) for word, name in _MEASURES.items()}
    return {
        **entries,
        "FUNC": Entry(function, 3),
        "FUNC?": Entry(lambda: f"{_NAMES[settings.function]},{settings.range[settings.function]: .9E}"),
        "RANGE": Entry(range_only, 2),
        "RANGE?": Entry(lambda: f"{settings.range[settings.function]: .9E}"),
        "ARANGE": Entry(autorange, 1),
        "ARANGE?": Entry(lambda: str(int(settings.auto[settings.function]))),
    }


def _bound(choose: Callable[..., None], name: str) -> Callable[..., None]:
    def run(range_: str = "AUTO", _resolution: str = "") -> None:
        choose(name, range_)

    return run


def _settings(meter: Keysight3458A) -> dict[str, Entry]:
    settings = meter.settings

    def nplc(text: str = "0") -> None:
        value = max(_number(text, 0.0, 1000.0), 0.0001)
        for name in settings.nplc:
            settings.nplc[name] = value

    def aperture(text: str = "0") -> None:
        nplc(str(_number(text, 0.0, 1.0) * meter.world.line_frequency_hz))

    def on_off(take: Callable[[bool], None]) -> Callable[[str], None]:
        def run(word: str = "ON") -> None:
            take(_word(word, ("OFF", "ON")) == "ON")

        return run

    def autozero(word: str = "ON") -> None:
        settings.autozero = _word(word, ("OFF", "ON", "ONCE")) == "ON"

    def fixed(on: bool) -> None:
        settings.impedance_auto = not on

    def compensate(on: bool) -> None:
        meter.state.compensated = on

    def set_ac(word: str = "ANA") -> None:
        meter.state.synchronous = _word(word, ("ANA", "RNDM", "SYNC")) == "SYNC"

    def band(low: str = "20", high: str = "2E6") -> None:
        meter.state.low_hz, meter.state.high_hz = _number(low, 0.0, 1e7), _number(high, 0.0, 1e7)

    def digits(text: str = "7") -> None:
        meter.state.digits = round(_number(text, 3, 9))

    def delay(text: str = "0") -> None:
        meter.state.delay_s = max(_number(text, -1.0, 6000.0), 0.0)

    return {
        "NPLC": Entry(nplc, 1),
        "NPLC?": Entry(lambda: f"{settings.nplc[settings.function]: .9E}"),
        "APER": Entry(aperture, 1),
        "APER?": Entry(lambda: f"{settings.nplc[settings.function] / meter.world.line_frequency_hz: .9E}"),
        "AZERO": Entry(autozero, 1),
        "AZERO?": Entry(lambda: str(int(settings.autozero))),
        "FIXEDZ": Entry(on_off(fixed), 1),
        "FIXEDZ?": Entry(lambda: str(int(not settings.impedance_auto))),
        "OCOMP": Entry(on_off(compensate), 1),
        "OCOMP?": Entry(lambda: str(int(meter.state.compensated))),
        "SETACV": Entry(set_ac, 1),
        "SETACV?": Entry(lambda: "SYNC" if meter.state.synchronous else "ANA"),
        "ACBAND": Entry(band, 2),
        "ACBAND?": Entry(lambda: f"{meter.state.low_hz: .9E},{meter.state.high_hz: .9E}"),
        "NDIG": Entry(digits, 1),
        "NDIG?": Entry(lambda: str(meter.state.digits)),
        "DELAY": Entry(delay, 1),
        "DELAY?": Entry(lambda: f"{meter.state.delay_s: .9E}"),
    }


def _triggers(meter: Keysight3458A) -> dict[str, Entry]:
    def arm(word: str = "AUTO", _count: str = "1") -> Generator[int, None, str] | None:
        meter.state.arm = _word(word, ("HOLD", "AUTO", "SGL", "SYN", "EXT"))
        if meter.state.arm != "SGL":
            return None
        meter.state.arm = "HOLD"
        return meter.readings(meter.state.readings)

    def read() -> Generator[int, None, str] | None:
        # Whoever reads gets a reading while arm and trigger let it (TRIG SYN after PRESET NORM).
        ready = meter.state.arm in _READ_EVENTS and meter.state.trigger in _READ_EVENTS
        return meter.readings(meter.state.readings) if ready else None

    def trigger(word: str = "SGL") -> Generator[int, None, str] | None:
        meter.state.trigger = _word(word, ("HOLD", "AUTO", "SGL", "SYN", "EXT", "LEVEL", "LINE"))
        if meter.state.trigger != "SGL":
            return None
        meter.state.trigger = "HOLD"
        return meter.readings(meter.state.readings) if meter.state.arm == "AUTO" else None

    def count(text: str = "1", _event: str = "AUTO") -> None:
        meter.state.readings = round(_number(text, 1, 16_777_215))

    def keep(name: str, words: tuple[str, ...]) -> Callable[[str], None]:
        def run(word: str = "") -> None:
            setattr(meter.state, name, _word(word or words[0], words))

        return run

    return {
        READ: Entry(read),
        "TARM": Entry(arm, 2),
        "TARM?": Entry(lambda: meter.state.arm),
        "TRIG": Entry(trigger, 1),
        "TRIG?": Entry(lambda: meter.state.trigger),
        "NRDGS": Entry(count, 2),
        "NRDGS?": Entry(lambda: f"{meter.state.readings},AUTO"),
        "MEM": Entry(keep("memory", ("OFF", "LIFO", "FIFO", "CONT")), 1),
        "MEM?": Entry(lambda: meter.state.memory),
        "OFORMAT": Entry(keep("output", ("ASCII", "SINT", "DINT", "SREAL", "DREAL")), 1),
        "OFORMAT?": Entry(lambda: meter.state.output),
        "END": Entry(keep("end", ("OFF", "ON", "ALWAYS")), 1),
        "END?": Entry(lambda: meter.state.end),
    }


def _system(meter: Keysight3458A) -> dict[str, Entry]:
    def test() -> Generator[int, None, None]:
        yield meter.world.time_ns() + _TEST_S * _SECOND

    def calibrate(word: str = "ALL", _code: str = "") -> Generator[int, None, None]:
        what = _word(word, tuple(_ACAL_S))
        yield meter.world.time_ns() + _ACAL_S[what] * _SECOND
        meter.physics.acal_c = meter.world.excess_c(meter.world.time_ns())

    def inside() -> str:
        return f"{23.0 + _INSIDE_C + meter.world.excess_c(meter.world.time_ns()): .9E}"

    def constant(number: str = "", _item: str = "1") -> str:
        if not number:
            raise MistakeError(MISSING)
        index = round(_number(number, 1, 253))
        return f"{_CONSTANTS.get(index, 0.0): .9E}"

    def service(text: str = "0") -> None:
        meter.state.service = round(_number(text, 0, 255))

    def show(_word: str = "", text: str = "") -> None:
        meter.state.text = text.strip('"')[:16]

    def math(word: str = "OFF", _second: str = "OFF") -> None:
        meter.state.math, meter.state.offset = _word(word, tuple(_MATH)), None

    nothing = Entry(lambda *_: None, 9)
    quiet = (
        "BEEP",
        "TONE",
        "LOCK",
        "MFORMAT",
        "LFILTER",
        "LEVEL",
        "SLOPE",
        "QFORMAT",
        "INBUF",
        "TBUFF",
    )
    return {
        "ID?": Entry(lambda: meter.identity),
        "REV?": Entry(lambda: "9,2"),
        "OPT?": Entry(lambda: "0"),
        "TERM?": Entry(lambda: "1"),
        "LINE?": Entry(lambda: f"{meter.world.line_frequency_hz: .9E}"),
        "LFREQ": nothing,
        "LFREQ?": Entry(lambda: f"{meter.world.line_frequency_hz: .9E}"),
        "RESET": Entry(meter.preset),
        "PRESET": Entry(lambda _word="NORM": meter.preset(), 1),
        "CSB": Entry(lambda: None),
        "STB?": Entry(lambda: str(meter.status_byte(message_available=False))),
        "RQS": Entry(service, 1),
        "RQS?": Entry(lambda: str(meter.state.service)),
        "ERR?": Entry(meter.errors.take_all),
        "ERRSTR?": Entry(meter.errors.take_one),
        "AUXERR?": Entry(lambda: "0"),
        "MATH": Entry(math, 2),
        "MATH?": Entry(lambda: f"{_MATH[meter.state.math]},0"),
        "TEST": Entry(test),
        "ACAL": Entry(calibrate, 2),
        "TEMP?": Entry(inside),
        "CALNUM?": Entry(lambda: "17"),
        "CAL?": Entry(constant, 2),
        "DISP": Entry(show, 2),
        **dict.fromkeys(quiet, nothing),
    }
