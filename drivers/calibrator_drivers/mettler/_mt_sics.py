"""Mettler-Toledo balances by MT-SICS, levels 0 to 2: weigh, zero, tare, adjust, doors, temperatures.

Replies were seen in three public implementations. `I4` is the identity. A reply that nobody asked for (a late
weight, the print key) would put every later command out of step: the session drops what came in before it
asks. `SIR` and `SNR`, which stream, are not used.
"""

from __future__ import annotations

import math
import re
from typing import ClassVar

from calibrator_drivers._errors import (
    InstrumentError,
    InstrumentReportedError,
    SettlingTimeout,
    WrongIdentity,
)
from calibrator_drivers._indicate import not_understood
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import reading
from calibrator_drivers.roles import Identity, Indication
from calibrator_drivers.transport import Line, Session

__all__ = ["MettlerXS205DU"]

_STABLE_S = 15.0  # the balance's own time limit for a stable value
_MARGIN_S = 5.0
_ADJUSTMENT_S = 300.0
# `<id> <status> <value> <unit>`; models differ in padding, so columns tell nothing.
_WEIGHT = re.compile(r"(\w+)\s+([SD])\s+([-+]?\s*\d+(?:\.\d+)?)\s*(\w+)", re.ASCII)
_QUOTED = re.compile(r'"([^"]*)"')
_TO_G = {"g": 1.0, "mg": 1e-3, "kg": 1e3}
_REFUSALS = {
    "ES": (1, "ES: the balance did not understand the command"),
    "ET": (2, "ET: the line is disturbed, or its settings are wrong"),
    "EL": (3, "EL: the command cannot be carried out"),
    "I": (4, "I: not executable now; it is busy, or no stable value came"),
    "L": (5, "L: a wrong parameter"),
    "+": (6, "+: above the upper limit"),
    "-": (7, "-: below the lower limit"),
}


class MettlerXS205DU:
    """An XS205DU behind a session; fills the role of a balance."""

    MODEL_ID: ClassVar[str] = "mettler_xs205du"
    MODELS: ClassVar[tuple[str, ...]] = ("XS205DU",)  # as the first word of I2's type names them
    ROLES: ClassVar[tuple[str, ...]] = ("MeasureMass",)
    LINE: ClassVar[Line] = Line(
        # never I4, which a late reply to the cancelling @ looks like
        baud=9600,
        flow="xonxoff",
        terminator="\r\n",
        marker="I2",
        marker_reply=r"I2 A",
    )

    # fmt: off
    cancel = reading("@", str, "cancels everything, keeps zero and tare", "S-MTSICS", "seen")
    serial_number = reading("I4", str, "serial number", "S-MTSICS", "seen")
    type_and_capacity = reading("I2", str, "type and capacity", "S-MTSICS", "seen")
    software = reading("I3", str, "software", "S-MTSICS", "seen")
    stable_weight = reading("S", str, "waits for a stable weight", "S-MTSICS", "seen")
    weight_now = reading("SI", str, "weight now, stable or not", "S-MTSICS", "seen")
    zeroed = reading("Z", str, "sets zero when stable", "S-MTSICS", "seen")
    tared = reading("T", str, "tares when stable", "S-MTSICS", "seen")
    tare_cleared = reading("TAC", str, "clears the tare", "S-MTSICS", "seen")
    adjusted = reading("C3", str, "adjusts with the weight inside", "S-MTSICS", "seen")
    doors = reading("WS", str, "doors of the draft shield", "S-MTSICS", "seen")
    doors_shut = reading("WS 0", str, "shuts all doors", "S-MTSICS", "seen")
    temperatures = reading("M28", str, "temperatures inside, a line each", "S-MTSICS", "seen")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock

    def identify(self) -> Identity:
        """Ask for serial number, type and software.

        Raises:
            WrongIdentity: the reply is none of MT-SICS, or the balance is another model.
        """
        raw = self.serial_number()
        serial = _QUOTED.search(raw)
        if not raw.startswith("I4 A") or serial is None:
            raise WrongIdentity(
                f"A balance with MT-SICS is expected, {raw!r} answers",
                identity=raw,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Correct the model or the address, or set the balance's interface to MT-SICS.",
            )
        kind, software = self._quoted(self.type_and_capacity(), "I2"), self._quoted(self.software(), "I3")
        model = (kind.split() or [""])[0]
        if model.upper() not in self.MODELS:
            raise WrongIdentity(
                f"A balance {' or '.join(self.MODELS)} is expected, {kind!r} answers",
                identity=kind,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Correct the model or the address.",
            )
        return Identity("Mettler-Toledo", model, serial.group(1), software, raw)

    def reset(self) -> None:
        """Cancel what is under way, an adjustment included; zero and tare stay."""
        self._accepted(self.cancel(), "@", "I4")

    def self_test(self) -> tuple[bool, str]:
        """Return whether the balance gives a weight: its self-test moves the weight inside."""
        raw = self.weight_now()
        return _WEIGHT.match(raw) is not None, raw

    def check_errors(self) -> None:
        """Do nothing: the balance answers errors at once."""

    def reading_time_s(self) -> float:
        """Return how long one reading takes once the pan is at rest."""
        return 2.5

    def read(self) -> Indication:
        """Wait for a stable weight and return it (g).

        Raises:
            SettlingTimeout: the balance found none in its time.
        """
        raw = self.stable_weight(timeout_s=_STABLE_S + _MARGIN_S)
        if raw.split()[:2] == ["S", "I"]:
            raise SettlingTimeout(
                f"The balance found no stable weight in {_STABLE_S:g} s",
                timeout_s=_STABLE_S,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Shut the draft shield, and look for vibration.",
            )
        return self._weight(raw, "S")[0]

    def read_now(self) -> tuple[Indication, bool]:
        """Return the present weight (g), and whether the balance calls it stable."""
        return self._weight(self.weight_now(), "SI")

    def zero(self) -> None:
        """Set zero when stable."""
        self._accepted(self.zeroed(timeout_s=_STABLE_S + _MARGIN_S), "Z", "Z")

    def tare(self) -> None:
        """Tare when stable."""
        self._weight(self.tared(timeout_s=_STABLE_S + _MARGIN_S), "T")

    def clear_tare(self) -> None:
        """Clear the tare."""
        self._accepted(self.tare_cleared(), "TAC", "TAC")

    def adjust_inside(self) -> None:
        """Adjust with the weight inside (one to three minutes): it changes what the balance shows.

        Raises:
            InstrumentReportedError: it was broken off, or refused.
        """
        first = self.adjusted()
        if first.split()[:2] != ["C3", "B"]:
            raise self._refused(first, "C3")
        self._accepted(self.session.read(timeout_s=_ADJUSTMENT_S), "C3", "C3")

    def shut_doors(self) -> None:
        """Shut the doors of the draft shield and wait until they are."""
        self._accepted(self.doors_shut(timeout_s=_STABLE_S), "WS 0", "WS")

    def temperatures_c(self) -> tuple[float, ...]:
        """Return the temperatures inside the balance."""
        found: list[float] = []
        line = self.temperatures()
        while True:
            fields = line.split()
            if len(fields) < 4 or fields[:1] != ["M28"] or fields[1] not in ("A", "B"):
                raise self._refused(line, "M28")
            found.append(float(fields[3]))
            if fields[1] == "A":
                return tuple(found)
            line = self.session.read()

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def _weight(self, raw: str, after: str) -> tuple[Indication, bool]:
        offset = self.session.last_offset
        fields = raw.split()
        if len(fields) == 2 and fields[1] in ("+", "-") and after in ("S", "SI"):
            return Indication(raw, math.nan, "g", overload=True, traffic_offset=offset), False
        found = _WEIGHT.match(raw)
        if found is None:
            raise self._refused(raw, after)
        unit = found.group(4)
        if unit not in _TO_G:
            raise not_understood(self.session, after, raw, f"the unit {unit} is not known")
        value = float(found.group(3).replace(" ", "")) * _TO_G[unit]
        return Indication(raw, value, "g", traffic_offset=offset), found.group(2) == "S"

    def _accepted(self, raw: str, after: str, name: str) -> None:
        if raw.split()[:2] != [name, "A"]:
            raise self._refused(raw, after)

    def _quoted(self, raw: str, after: str) -> str:
        found = _QUOTED.search(raw)
        if found is None:
            raise self._refused(raw, after)
        return found.group(1)

    def _refused(self, raw: str, after: str) -> InstrumentError:
        word = (raw.split() or [""])[-1]
        if word in _REFUSALS:
            return InstrumentReportedError(
                [_REFUSALS[word]], after=after, instrument=self.session.name, resource=self.session.resource
            )
        return not_understood(self.session, after, raw)
