"""What the multimeters of this command language have for functions, ranges, resolutions and times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["MODELS", "Function", "Model"]

_DECADES = (100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8)
_VOLTS = (0.1, 1.0, 10.0, 100.0, 1000.0)
_VOLTS_AC = (0.1, 1.0, 10.0, 100.0, 750.0)


@dataclass(frozen=True, slots=True)
class Function:
    """A measuring function: its reply name, its accuracy function, its ranges."""

    name: str
    accuracy: str  # "" where the bench has no signal for it
    ranges: tuple[float, ...]
    unit: str
    integrating: bool = False  # whether NPLC applies
    overload_bit: int = 0  # of the questionable data register
    span: tuple[float, float] | None = None  # of what CONFigure is told in place of a range (Hz, s)


def _functions(
    amperes: tuple[float, ...],
    amperes_ac: tuple[float, ...],
    ohms: tuple[float, ...] = _DECADES,
    volts_ac: tuple[float, ...] = _VOLTS_AC,
    most_hz: float = 300e3,
) -> Mapping[str, Function]:
    return {
        f.name: f
        for f in (
            Function("VOLT", "dcv", _VOLTS, "V", True, 1),
            Function("VOLT:AC", "acv", volts_ac, "V", False, 1),
            Function("VOLT:RAT", "", _VOLTS, "", True, 1),
            Function("CURR", "dci", amperes, "A", True, 2),
            Function("CURR:AC", "aci", amperes_ac, "A", False, 2),
            Function("RES", "res2w", ohms, "OHM", True, 512),
            Function("FRES", "res4w", ohms, "OHM", True, 512),
            Function("FREQ", "freq", volts_ac, "V", span=(3.0, most_hz)),
            Function("PER", "per", volts_ac, "V", span=(1.0 / most_hz, 1.0 / 3.0)),
            Function("CONT", "res2w", (1000.0,), "OHM", False, 512),
            Function("DIOD", "", (1.0,), "V", False, 1),
        )
    }


@dataclass(frozen=True, slots=True)
class Model:
    """One model: what it says it is, its functions, and how fine and how fast it measures.

    `resolution` is the fraction of range that `…:RESolution` says for each integration time in power line
    cycles, `steps` how many counts of the accuracy table's resolution a reading then steps by.
    """

    identity: str  # with `{serial}` where the model tells it
    functions: Mapping[str, Function]
    resolution: Mapping[float, float]
    steps: Mapping[float, float]
    noise: float = 1.0  # times that of a 34401A
    memory: int = 512
    version: str = "1991.0"
    keeps: bool = False  # whether the readings of READ? stay in memory, for FETCh?
    reply_step: float = 1e-8  # of range, where the accuracy table does not say
    filters_s: Mapping[float, float] = field(default_factory=lambda: {3.0: 7.0, 20.0: 1.0, 200.0: 0.6})

    @property
    def nplc(self) -> tuple[float, ...]:
        """The integration times, shortest first."""
        return tuple(self.resolution)


# Resolution as a fraction of range, by integration time (34420A user's guide prints the same; memory_high).
_CLASSIC = {0.02: 1e-4, 0.2: 1e-5, 1.0: 3e-6, 10.0: 1e-6, 100.0: 3e-7}
# Counts in steps of the table's resolution: 6.5 digits from 10 cycles, 5.5 and 4.5 digits below.
_STEPS = {0.02: 100.0, 0.2: 10.0, 1.0: 10.0, 10.0: 1.0, 100.0: 1.0}

# Default settling of alternating functions of the Truevolt family (memory_medium).
_TRUEVOLT_FILTERS_S = {3.0: 2.5, 20.0: 0.625, 200.0: 0.025}
_FINE = {
    0.001: 1e-4,
    0.002: 6e-5,
    0.006: 2e-5,
    0.02: 1e-5,
    0.06: 6e-6,
    0.2: 3e-6,
    1.0: 1e-6,
    10.0: 3e-7,
    100.0: 1e-7,
}
_FINE_STEPS = {nplc: max(1.0, round(1.0 / nplc) / 1.0) if nplc < 1.0 else 1.0 for nplc in _FINE}
_TRUEVOLT_AMPERES = (1e-4, 1e-3, 0.01, 0.1, 1.0, 3.0, 10.0)


def _truevolt(  # noqa: PLR0917 - a table row
    model: str,
    firmware: str,
    resolution: Mapping[float, float],
    steps: Mapping[float, float],
    noise: float,
    memory: int,
    reply_step: float,
) -> Model:
    return Model(
        f"Keysight Technologies,{model},{{serial}},{firmware}",
        _functions(_TRUEVOLT_AMPERES, _TRUEVOLT_AMPERES),
        resolution,
        steps,
        noise=noise,
        memory=memory,
        version="1994.0",
        keeps=True,
        reply_step=reply_step,
        filters_s=_TRUEVOLT_FILTERS_S,
    )


def _handheld(amperes: tuple[float, ...], amperes_ac: tuple[float, ...]) -> Model:
    ohms = (600.0, 6e3, 6e4, 6e5, 6e6, 5e7)
    volts = (0.6, 6.0, 60.0, 600.0, 1000.0)
    functions = {
        f.name: f
        for f in (
            Function("VOLT", "dcv", volts, "V"),
            Function("VOLT:AC", "acv", volts, "V"),
            Function("CURR", "dci", amperes, "A"),
            Function("CURR:AC", "aci", amperes_ac, "A"),
            Function("RES", "res2w", ohms, "OHM"),
            Function("FREQ", "freq", volts, "V"),
        )
    }
    return Model("", functions, _CLASSIC, _STEPS)


_REFERENCE_AMPERES = (1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0)

_AMPERES_8846A = (1e-4, 1e-3, 0.01, 0.1, 0.4, 1.0, 3.0, 10.0)
# Filters of a 2000; 20 Hz stands for its preset (memory_medium).
_KEITHLEY_FILTERS_S = {3.0: 7.0, 20.0: 1.0, 30.0: 1.0, 300.0: 0.3}


def _direct(ohms: tuple[float, ...]) -> Mapping[str, Function]:
    """Return the functions of a meter of which only direct volts and ohms are known."""
    found = _functions((), (), ohms)
    return {name: found[name] for name in ("VOLT", "RES", "FRES")}


MODELS: Mapping[str, Model] = {
    "fluke_8846a": Model(
        "FLUKE,8846A,{serial},08-02-10-20:10",
        _functions(_AMPERES_8846A, _AMPERES_8846A, (10.0, *_DECADES, 1e9), (*_VOLTS_AC[:-1], 1000.0), 1e6),
        _CLASSIC,
        _STEPS,
    ),
    "keithley_2000": Model(
        "KEITHLEY INSTRUMENTS INC.,MODEL 2000,{serial},A19 /A02",
        _functions((0.01, 0.1, 1.0, 3.0), (1.0, 3.0), most_hz=500e3),
        {0.01: 1e-4, 0.1: 1e-5, 1.0: 3e-6, 10.0: 1e-6},
        {0.01: 100.0, 0.1: 10.0, 1.0: 10.0, 10.0: 1.0},
        filters_s=_KEITHLEY_FILTERS_S,
        keeps=True,
    ),
    "fluke_8588a": Model(
        "FLUKE,8588A,{serial},1.20",
        _direct((10.0, *_DECADES[:-1])),
        _CLASSIC,
        {0.02: 1000.0, 0.2: 100.0, 1.0: 10.0, 10.0: 1.0, 100.0: 1.0},
        noise=0.05,
        version="1999.0",
        reply_step=1e-9,
    ),
    "fluke_87v": _handheld((6e-4, 6e-3, 0.06, 0.4, 6.0, 10.0), (6e-4, 6e-3, 0.06, 0.4, 6.0, 10.0)),
    "fluke_179": _handheld((0.06, 0.4, 6.0, 10.0), (0.06, 0.4, 6.0, 10.0)),
    "keysight_3458a": Model(
        "HP3458A",
        _functions(
            _REFERENCE_AMPERES,
            _REFERENCE_AMPERES[3:],
            (10.0, *_DECADES, 1e9),
            (0.01, 0.1, 1.0, 10.0, 100.0, 1000.0),
        ),
        _CLASSIC,  # its own physics keeps times and digits
        _STEPS,
    ),
    "keysight_34401a": Model(
        "HEWLETT-PACKARD,34401A,0,11-5-2",
        _functions((0.01, 0.1, 1.0, 3.0), (1.0, 3.0)),
        _CLASSIC,
        _STEPS,
    ),
    "keysight_34461a": _truevolt(
        "34461A", "A.02.08-02.37-02.08-00.49-01-01", _CLASSIC, _STEPS, 0.8, 10_000, 1e-8
    ),
    "keysight_34465a": _truevolt(
        "34465A", "A.02.17-02.40-02.17-00.52-03-01", _FINE, _FINE_STEPS, 0.5, 50_000, 1e-8
    ),
    "keysight_34470a": _truevolt(
        "34470A", "A.02.17-02.40-02.17-00.52-03-02", _FINE, _FINE_STEPS, 0.3, 50_000, 1e-9
    ),
}
