"""Yokogawa WT310 and WT310E power meters: volts, amperes, watts and integrated energy of one element.

All quantities of an update come in one reply, so that they belong to the same moment. The meter renews them
at its update rate: the driver does not ask faster. Commands were seen in public programs; the identity is
remembered.
"""

from __future__ import annotations

import math
from typing import ClassVar

from calibrator_drivers._errors import OutOfLimits
from calibrator_drivers._indicate import not_understood
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import action, choice, reading
from calibrator_drivers.dialect import Dialect, parse_identity
from calibrator_drivers.roles import Identity, Indication, PowerIndication
from calibrator_drivers.transport import Session

__all__ = ["YokogawaWT310"]

WT = Dialect("Yokogawa WT", ":STAT:ERR?", 20, "S-WT310")
_VOLT = {15.0: "15V", 30.0: "30V", 60.0: "60V", 150.0: "150V", 300.0: "300V", 600.0: "600V"}
_AMP = {0.5: "500MA", 1.0: "1A", 2.0: "2A", 5.0: "5A", 10.0: "10A", 20.0: "20A"}
_RATE = {0.1: "100MS", 0.25: "250MS", 0.5: "500MS", 1.0: "1S", 2.0: "2S", 5.0: "5S"}
_SWITCH = {True: "ON", False: "OFF"}
_ITEMS = ("U", "I", "P", "S", "Q", "LAMBDA", "FU", "WH")


class YokogawaWT310:
    """A WT310 behind a session; fills the roles of a meter of power and of energy."""

    MODEL_ID: ClassVar[str] = "yokogawa_wt310"
    ROLES: ClassVar[tuple[str, ...]] = ("X.MeasurePowerAC", "X.MeasureEnergy")

    # fmt: off
    header = choice(":COMM:HEAD {}", _SWITCH, "headers in replies", "S-WT310", "seen")
    verbose = choice(":COMM:VERB {}", _SWITCH, "long forms in replies", "S-WT310", "seen")
    number_format = choice(":NUM:FORM {}", {"text": "ASCII"}, "form of numbers", "S-WT310", "seen")
    input_mode = choice(":INP:MODE {}", {"rms": "RMS", "dc": "DC"}, "rms or DC", "S-WT310", "seen")
    crest_factor = choice(":INP:CFAC {}", {3: "3", 6: "6"}, "crest factor", "S-WT310", "seen")
    synchronised = choice(":INP:SYNC {}", {"voltage": "VOLT"}, "source of the period", "S-WT310", "seen")
    volts_auto = choice(":INP:VOLT:AUTO {}", _SWITCH, "automatic voltage range", "S-WT310", "seen")
    volts = choice(":INP:VOLT:RANG {}", _VOLT, "voltage range", "S-WT310", "seen")
    amperes_auto = choice(":INP:CURR:AUTO {}", _SWITCH, "automatic current range", "S-WT310", "seen")
    amperes = choice(":INP:CURR:RANG {}", _AMP, "current range", "S-WT310", "seen")
    update = choice(":RATE {}", _RATE, "update rate", "S-WT310", "seen")
    item_count = choice(":NUM:NORM:NUM {}", {8: "8"}, "how many quantities a reply has", "S-WT310", "seen")
    integration_mode = choice(":INTEG:MODE {}", {"normal": "NORM"}, "integration mode", "S-WT310", "seen")
    integration_reset = action(":INTEG:RES", "clears the energy", "S-WT310", "seen")
    integration_start = action(":INTEG:STAR", "starts integration", "S-WT310", "seen")
    integration_stop = action(":INTEG:STOP", "stops integration", "S-WT310", "seen")
    reset_all = action("*RST", "reset state", "S-MEM", "mem-H")
    clear_status = action("*CLS", "empties the error queue", "S-MEM", "mem-H")
    identity = reading("*IDN?", str, "identity", "S-MEM", "mem-H")
    self_test_result = reading("*TST?", str, "self-test, 0 passes", "S-MEM", "mem-M")
    values = reading(":NUM:NORM:VAL?", str, "all quantities of the last update", "S-WT310", "seen")
    integrating = reading(":INTEG:STAT?", str.strip, "state of integration", "S-WT310", "seen")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        self._update_s = 0.25
        self._asked_ns: int | None = None
        self._prepared = False  # an integration stands at zero

    def identify(self) -> Identity:
        """Ask the instrument who it is.

        Raises:
            WrongIdentity: it is no WT310.
        """
        return parse_identity(
            self.session, self.identity(), models=("WT310", "WT310E", "WT310-C1", "WT310HC")
        )

    def reset(self) -> None:
        """Go to the reset state, with plain replies, and forget old errors."""
        self._prepared = False
        self.clear_status()
        self.reset_all()
        self.header(False)
        self.verbose(False)
        self.number_format("text")
        self.item_count(8)
        for place, name in enumerate(_ITEMS, 1):
            self.session.write(f":NUM:NORM:ITEM{place} {name},1")
        self.check_errors()

    def self_test(self) -> tuple[bool, str]:
        """Run the self-test; return whether it passed and the raw reply."""
        reply = self.self_test_result(timeout_s=30.0)
        return reply.strip().lstrip("+-") == "0", reply

    def check_errors(self) -> None:
        """Empty the error queue; raise `InstrumentReportedError` when it held any."""
        WT.check(self.session)

    def configure_power_ac(self, range_v: float, range_a: float, *, update_s: float) -> None:
        """Fix both ranges (the lowest that hold the values) and the update rate, synchronised to voltage."""
        volt, ampere = self._lowest(_VOLT, range_v, "V"), self._lowest(_AMP, range_a, "A")
        self.input_mode("rms")
        self.crest_factor(3)
        self.synchronised("voltage")
        self.volts_auto(False)
        self.volts(volt)
        self.amperes_auto(False)
        self.amperes(ampere)
        self.update(update_s)
        self.check_errors()
        self._update_s = update_s

    def reading_time_s(self) -> float:
        """Return how long one reading takes: an update."""
        return self._update_s

    def read(self) -> Indication:
        """Return the active power of the next update (W)."""
        found = self.read_power()
        if found.overload or found.active_w is None:
            return Indication(found.raw, math.nan, "W", overload=True, traffic_offset=found.traffic_offset)
        return Indication(found.raw, found.active_w, "W", traffic_offset=found.traffic_offset)

    def read_power(self) -> PowerIndication:
        """Return all quantities of one update; one that was read before is waited out."""
        fields, offset, raw = self._next()
        numbers = [_number(field) for field in fields[:7]]
        beyond = [value is not None and math.isinf(value) for value in numbers]
        u, i, p, s, q, factor, hertz = (
            None if over else value for value, over in zip(numbers, beyond, strict=True)
        )
        return PowerIndication(raw, u, i, p, s, q, factor, hertz, any(beyond), offset)

    def prepare_energy(self) -> None:
        """Bring the energy to zero: an integration that was stopped goes on from what it holds."""
        self.integration_reset()  # first: an integration that has stopped still holds its mode
        self.integration_mode("normal")
        self.check_errors()
        self._prepared = True

    def start_energy(self) -> None:
        """Begin an integration at zero: one message where it was prepared, as a stop is one."""
        if not self._prepared:
            self.prepare_energy()
        self._prepared = False
        self.integration_start()
        self.check_errors()

    def stop_energy(self) -> None:
        """End the integration; its energy stays to be read."""
        self.integration_stop()
        self.check_errors()

    def read_energy(self) -> Indication:
        """Return the integrated energy (Wh)."""
        fields, offset, raw = self._next()
        value = _number(fields[7])
        if value is None or math.isinf(value):
            return Indication(raw, math.nan, "Wh", overload=True, traffic_offset=offset)
        return Indication(raw, value, "Wh", traffic_offset=offset)

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def _next(self) -> tuple[list[str], int | None, str]:
        """Ask for the values of an update that was not read yet."""
        if self._asked_ns is not None:
            since = (self._clock.monotonic_ns() - self._asked_ns) / 1e9
            self._clock.sleep(self._update_s - since)
        raw = self.values()
        self._asked_ns = self._clock.monotonic_ns()
        offset = self.session.last_offset
        fields = raw.split(",")
        if len(fields) != len(_ITEMS):
            raise not_understood(self.session, ":NUM:NORM:VAL?", raw, f"{len(fields)} values in place of 8")
        try:
            for field in fields:
                _number(field)
        except ValueError as error:
            raise not_understood(self.session, ":NUM:NORM:VAL?", raw, error) from error
        return fields, offset, raw

    def _lowest(self, ranges: dict[float, str], value: float, unit: str) -> float:
        for high in ranges:
            if value <= high * (1.0 + 1e-9):
                return high
        raise OutOfLimits(
            f"{value:g} {unit} is above the highest range of {max(ranges):g} {unit}",
            command=":INP",
            value=value,
            instrument=self.session.name,
            resource=self.session.resource,
            way_out="Use a transformer or a clamp. Nothing was sent.",
        )


def _number(field: str) -> float | None:
    """Return a value; None for NAN, infinite beyond the range (INF, or dashes that stand for nothing)."""
    text = field.strip().upper()
    if text == "NAN":
        return None
    return math.inf if text in ("INF", "+INF", "-INF") else float(text)
