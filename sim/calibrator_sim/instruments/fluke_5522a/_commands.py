"""The command table of the 5522A: what its single outputs need, and its status."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from calibrator_sim._thermometry import TYPES
from calibrator_sim.instruments.fluke_5522a._dialect import Quantity, quantity, whole
from calibrator_sim.instruments.fluke_5522a._entry import Entry, Outcome
from calibrator_sim.instruments.fluke_5522a._faults import TEXTS, FaultError
from calibrator_sim.instruments.fluke_5522a._output import UNITS
from calibrator_sim.instruments.fluke_5522a._shapes import shapes

if TYPE_CHECKING:
    from calibrator_sim.instruments.fluke_5522a._calibrator import Fluke5522A
    from calibrator_sim.instruments.fluke_5522a._output import Output

__all__ = ["Entry", "Outcome", "build"]

_DIRECT = {"V": "dcv", "A": "dci", "OHM": "res4w"}
_ALTERNATING = {"V": "acv", "A": "aci"}
_SENSED = {"TC": "temp_tc", "RTD": "temp_rtd"}
_NAMES = {
    "dcv": "DCV",
    "acv": "ACV",
    "dci": "DCI",
    "aci": "ACI",
    "res4w": "RES",
    "temp_tc": "TC_OUT",
    "temp_rtd": "RTD",
}
_SECOND = 1_000_000_000
_SELF_TEST_NS = 3 * _SECOND
_ZERO_NS = 150 * _SECOND
_STORE_NS = 2 * _SECOND  # non-volatile memory, during which no command is taken (5502A manual, p. 6-22; seen)


def build(cal: Fluke5522A) -> dict[str, Entry]:
    """Return the table of one calibrator's commands."""
    return {
        **_common(cal),
        **_status(cal),
        **_output(cal),
        **_temperature(cal),
        **_switches(cal),
        **shapes(cal),
    }


def _common(cal: Fluke5522A) -> dict[str, Entry]:
    registers = cal.registers

    def wait() -> Generator[int, None, None]:
        while not cal.output.settled():
            yield cal.output.state.settled_ns

    def complete() -> Generator[int, None, None]:
        yield from wait()
        registers.esr |= 1

    def ask_complete() -> Generator[int, None, str]:
        yield from wait()
        return "1"

    def busy(seconds_ns: int, reply: str | None) -> Generator[int, None, str | None]:
        cal.output.standby()
        yield cal.world.time_ns() + seconds_ns
        return reply

    def protect(block: str) -> None:
        if not block.startswith("#"):
            raise FaultError(1304)
        cal.protected = block

    def set_register(name: str) -> Callable[[str], None]:
        return lambda text: setattr(registers, name, whole(text, 255))

    return {
        "*IDN?": Entry(lambda: cal.identity),
        "*OPT?": Entry(lambda: "0"),
        "*RST": Entry(cal.reset),
        "*CLS": Entry(registers.clear),
        "*TST?": Entry(lambda: busy(_SELF_TEST_NS, "0")),
        "*OPC": Entry(complete),
        "*OPC?": Entry(ask_complete),
        "*WAI": Entry(wait),
        "*ESE": Entry(set_register("ese"), 1, 1),
        "*ESE?": Entry(lambda: str(registers.ese)),
        "*ESR?": Entry(lambda: str(registers.take("esr"))),
        "*SRE": Entry(set_register("sre"), 1, 1),
        "*SRE?": Entry(lambda: str(registers.sre)),
        "*STB?": Entry(lambda: str(registers.byte(message_available=cal.responding))),
        "*PUD": Entry(protect, 1, 1),
        "*PUD?": Entry(lambda: cal.protected),
        "CAL_START": Entry(lambda what: _calibrate(what, busy), 1, 2),
        "CAL_INFO?": Entry(lambda: "0"),
    }


def _calibrate(
    what: str, busy: Callable[[int, str | None], Generator[int, None, str | None]]
) -> Generator[int, None, str | None]:
    # The zero of the simulated unit is part of its drawn error, so that only the time passes.
    if what not in ("ZERO", "OHMS"):
        raise FaultError(1303)
    return busy(_ZERO_NS, None)


def _status(cal: Fluke5522A) -> dict[str, Entry]:
    registers = cal.registers

    def explain(text: str) -> str:
        code = whole(text, 65535)
        return f'"{TEXTS.get(code, "Unknown fault")}"'

    def enable(*names: str) -> Callable[[str], None]:
        def take(text: str) -> None:
            for name in names:
                setattr(registers, name, whole(text, 65535))

        return take

    return {
        "ERR?": Entry(registers.take_error),
        "FAULT?": Entry(lambda: str(registers.take_fault())),
        "EXPLAIN?": Entry(explain, 1, 1),
        "ISR?": Entry(lambda: str(cal.condition())),
        "ISCR?": Entry(lambda: str(registers.take("rose") | registers.take("fell"))),
        "ISCR1?": Entry(lambda: str(registers.take("rose"))),
        "ISCR0?": Entry(lambda: str(registers.take("fell"))),
        "ISCE": Entry(enable("rose_enable", "fell_enable"), 1, 1),
        "ISCE1": Entry(enable("rose_enable"), 1, 1),
        "ISCE0": Entry(enable("fell_enable"), 1, 1),
        "ISCE?": Entry(lambda: str(registers.rose_enable | registers.fell_enable)),
        "ISCE1?": Entry(lambda: str(registers.rose_enable)),
        "ISCE0?": Entry(lambda: str(registers.fell_enable)),
        "REMOTE": Entry(lambda: setattr(cal, "local", False)),
        "LOCAL": Entry(lambda: setattr(cal, "local", cal.on_line)),
        "LOCKOUT": Entry(lambda: None),
        "SPLSTR": Entry(lambda text: setattr(cal, "poll_text", text.strip('"')), 1, 1),
        "SPLSTR?": Entry(lambda: f'"{cal.poll_text}"'),
    }


def _output(cal: Fluke5522A) -> dict[str, Entry]:
    output = cal.output

    def compensation(word: str) -> None:
        if word not in ("NONE", "WIRE2", "WIRE4"):
            raise FaultError(1303)
        output.compensate(word)

    def range_name() -> str:
        return f"{output.range_high():.6E}"

    def on_time() -> str:
        return str((cal.world.time_ns() - output.state.changed_ns) // _SECOND)

    return {
        "OUT": Entry(lambda *words: _out(output, *words), 1, 3),
        "DPF": Entry(lambda *words: _displace(output, *words), 1, 2),
        "DPF?": Entry(lambda: f"{output.state.factor:.2E},{'LEAD' if output.state.leads else 'LAG'}"),
        "OUT?": Entry(lambda: _ask_out(output)),
        "OPER": Entry(output.operate),
        "STBY": Entry(output.standby),
        "OPER?": Entry(lambda: str(int(output.state.operating))),
        "FUNC?": Entry(lambda: _function(output)),
        "RANGE?": Entry(range_name),
        "ONTIME?": Entry(on_time),
        **_limits(cal),
        "ZCOMP": Entry(compensation, 1, 1),
        "ZCOMP?": Entry(lambda: output.state.compensation),
    }


def _out(output: Output, first: str, second: str = "", third: str = "") -> None:
    amount, hertz = quantity(first), None
    if second and quantity(second).unit == "A":
        _dual(output, amount, quantity(second).value, quantity(third) if third else Quantity(0.0, "HZ"))
        return
    if third:
        raise FaultError(1302)
    if second:
        frequency = quantity(second)
        if frequency.unit != "HZ":
            raise FaultError(1305 if not frequency.unit else 502)  # two amplitudes: not on this bench
        hertz = frequency.value
    state = output.state
    if amount.unit == "HZ" and not second:
        amount, hertz = Quantity(state.value, UNITS[state.function]), amount.value
    output.program(*_meant(output, amount, hertz))


def _limits(cal: Fluke5522A) -> dict[str, Entry]:
    output = cal.output

    def limit(first: str, second: str) -> Generator[int, None, None]:
        high, low = quantity(first), quantity(second)
        if high.unit != low.unit or high.unit not in ("V", "A"):
            raise FaultError(1305)
        most = cal.most_v if high.unit == "V" else 20.5
        if not 0.0 <= high.value <= most or not -most <= low.value <= 0.0:
            raise FaultError(1306)
        setattr(output.state, "limit_v" if high.unit == "V" else "limit_a", (high.value, low.value))
        yield cal.world.time_ns() + _STORE_NS

    def ask_limit() -> str:
        numbers = (*output.state.limit_v, *output.state.limit_a)
        return ",".join(f"{number:.4f}" for number in numbers)

    return {"LIMIT": Entry(limit, 2, 2), "LIMIT?": Entry(ask_limit)}


def _dual(output: Output, volts: Quantity, amperes: float, frequency: Quantity) -> None:
    if volts.unit != "V" or frequency.unit != "HZ" or frequency.value < 0.0:
        raise FaultError(1305)
    output.program("acv" if frequency.value else "dcv", volts.value, frequency.value, amperes)


def _displace(output: Output, text: str, side: str = "LEAD") -> None:
    factor = quantity(text)
    if not factor.unit and factor.value < 0.0:
        raise FaultError(1306)
    if factor.unit or side not in ("LEAD", "LAG"):
        raise FaultError(1303 if not factor.unit else 1305)
    output.displace(factor.value, leads=side == "LEAD")


def _function(output: Output) -> str:
    state = output.state
    if state.second_a is None:
        return _NAMES[state.function]
    return "AC_POWER" if state.frequency_hz else "DC_POWER"


def _ask_out(output: Output) -> str:
    state = output.state
    if state.second_a is not None:
        return f"{state.value:.6E},V,{state.second_a:.6E},A,{state.frequency_hz:.2E}"
    unit = UNITS[state.function] if state.wave == "SINE" else "VPP"
    return f"{state.value:.6E},{unit},0E+00,0,{state.frequency_hz:.2E}"


def _meant(output: Output, amount: Quantity, hertz: float | None) -> tuple[str, float, float]:
    """Return function, value and frequency of an entry; what it leaves out stays as it is.

    Raises:
        FaultError: a unit that names no function, or a frequency that does not go with it.
    """
    state = output.state
    unit = amount.unit or UNITS[state.function]
    function = _SENSED[state.sensor] if unit == "CEL" else _DIRECT.get(unit, "")
    if not function:
        raise FaultError(1305)
    if hertz is None:
        hertz = state.frequency_hz if unit == UNITS[state.function] else 0.0
    if hertz < 0.0 or (hertz and unit not in _ALTERNATING):
        raise FaultError(1306)
    return (_ALTERNATING[unit] if hertz else function), amount.value, hertz


def _temperature(cal: Fluke5522A) -> dict[str, Entry]:
    def choose(name: str, words: tuple[str, ...]) -> Callable[[str], None]:
        def take(word: str) -> None:
            if word not in words:
                raise FaultError(1303)
            setattr(cal.output.state, name, word)

        return take

    def reference(where: str, celsius: str = "") -> None:
        if where not in ("INT", "EXT") or (celsius and where == "INT"):
            raise FaultError(1303)
        given = quantity(celsius).value if celsius else 0.0
        cal.output.state.reference_c = given if where == "EXT" else None

    def ask_reference() -> str:
        held = cal.output.state.reference_c
        return "INT,0.00E+00,CEL" if held is None else f"EXT,{held:.6E},CEL"

    choices = {
        "TSENS_TYPE": ("sensor", ("TC", "RTD")),
        "TC_TYPE": ("couple", TYPES),
        "RTD_TYPE": ("rtd", ("PT385",)),  # the tables have figures for this one only
    }
    entries = {name: Entry(choose(*what), 1, 1) for name, what in choices.items()}
    queries = {f"{name}?": Entry(_asker(cal, what[0])) for name, what in choices.items()}
    return {
        **entries,
        **queries,
        "TC_REF": Entry(reference, 1, 2),
        "TC_REF?": Entry(ask_reference),
    }


def _asker(cal: Fluke5522A, name: str) -> Callable[[], str]:
    return lambda: str(getattr(cal.output.state, name))


def _not_here(*_: str) -> str:
    raise FaultError(502)


def _switches(cal: Fluke5522A) -> dict[str, Entry]:
    words = {
        "LCOMP": ("ON", "OFF"),
        "EARTH": ("OPEN", "TIED"),
        "LOWS": ("OPEN", "TIED"),
    }

    def setter(name: str) -> Callable[[str], None]:
        def take(word: str) -> None:
            if word not in words[name]:
                raise FaultError(1303)
            cal.switches[name] = word

        return take

    words |= {name: ("ON", "OFF") for name in cal.switches if name not in words}

    def lock(word: str) -> None:
        if word not in ("ON", "OFF"):
            raise FaultError(1303)
        cal.output.lock(word == "ON")

    def getter(name: str) -> Callable[[], str]:
        return lambda: cal.switches[name]

    entries = {name: Entry(setter(name), 1, 1) for name in words}

    def post(word: str) -> None:
        if word not in ("AUX", "A20"):
            raise FaultError(1303)
        cal.world.before_change()
        cal.output.state.post = word
        cal.world.after_change()

    return {
        **entries,
        **{f"{name}?": Entry(getter(name)) for name in words},
        "CUR_POST": Entry(post, 1, 1),
        "CUR_POST?": Entry(lambda: cal.output.state.post),
        # It measures thermocouples too; no wiring of a bench leads one to it.
        **{name: Entry(_not_here) for name in ("VAL?", "VVAL?")},
        "TC_MEAS": Entry(_not_here, 0, 1),
        "RANGELCK": Entry(lock, 1, 1),
        "RANGELCK?": Entry(lambda: "ON" if cal.output.state.locked else "OFF"),
    }
