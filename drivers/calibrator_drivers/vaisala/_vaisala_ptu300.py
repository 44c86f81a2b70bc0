"""Vaisala PTU300 sensor of pressure, temperature and humidity on a serial line (4800 7E1).

Every command is remembered with medium confidence. `SEND` answers one line of names, values and units in
whatever order the transmitter's format has; the driver finds the three by name and refuses a line without
them. 4800 7E1 is the line of a sister transmitter from the factory (HMT310, user's guide, page 40); an echo
and the prompt `>` are on there (HMP240, HMP228, serial commands), and `ECHO OFF` switches both off.
"""

from __future__ import annotations

import re
from typing import ClassVar

from calibrator_drivers._errors import WrongIdentity
from calibrator_drivers._indicate import not_understood
from calibrator_drivers._quiet import quieten
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import reading
from calibrator_drivers.roles import EnvironmentIndication, Identity
from calibrator_drivers.transport import Line, Session

__all__ = ["VaisalaPTU300"]

_NAMED = re.compile(r"(?<![A-Za-z])(P|T|RH)\s*=\s*([-+]?\d+(?:\.\d+)?|\*+)\s*('C|hPa|%RH|%)?", re.ASCII)


class VaisalaPTU300:
    """A PTU300 behind a session; fills the role of a sensor of the room."""

    MODEL_ID: ClassVar[str] = "vaisala_ptu300"
    ROLES: ClassVar[tuple[str, ...]] = ("X.MeasureEnvironment",)
    LINE: ClassVar[Line] = Line(
        baud=4800,
        bits=7,
        parity="E",
        terminator="\r",
        reply_terminator="\n",
        marker="VERS",
        marker_reply=r">? *PTU30",
    )

    values = reading("SEND", str, "one line of values", "S-MEM", "mem-M")
    version = reading("VERS", str, "model and firmware", "S-MEM", "mem-M")
    serial_number = reading("SNUM", str, "serial number", "S-MEM", "mem-M")

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock

    def identify(self) -> Identity:
        """Ask for model, firmware and serial number.

        Raises:
            WrongIdentity: it is no PTU300.
        """
        quieten(self.session, "ECHO OFF")
        version, number = self.version(), self.serial_number()
        model, _, firmware = (part.strip("> ") for part in version.partition("/"))
        if not model.upper().startswith("PTU30"):
            raise WrongIdentity(
                f"A PTU300 is expected, {version!r} answers",
                identity=version,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Correct the model or the address in the bench file.",
            )
        return Identity("Vaisala", model, number.rpartition(":")[2].strip(), firmware, f"{version};{number}")

    def reset(self) -> None:
        """Do nothing: the transmitter has no settings that a reading needs."""

    def self_test(self) -> tuple[bool, str]:
        """Return whether all three sensors give values: stars stand for one that does not."""
        raw = self.values()
        return "*" not in raw, raw

    def check_errors(self) -> None:
        """Do nothing: a failed sensor shows in its value."""

    def read_environment(self) -> EnvironmentIndication:
        """Return pressure, temperature and humidity of one moment.

        Raises:
            UnexpectedReply: one of them is missing, or its unit is another.
        """
        raw = self.values()
        offset = self.session.last_offset
        found = {name: (value, unit) for name, value, unit in _NAMED.findall(raw)}
        wanted = {"P": ("hPa",), "T": ("'C",), "RH": ("%RH", "%")}
        for name, units in wanted.items():
            if name not in found or "*" in found[name][0] or found[name][1] not in units:
                raise not_understood(self.session, "SEND", raw, f"no {name} in {units[0]}")
        return EnvironmentIndication(
            raw,
            temperature_c=float(found["T"][0]),
            humidity_rh=float(found["RH"][0]),
            pressure_pa=float(found["P"][0]) * 100.0,
            traffic_offset=offset,
        )

    def close(self) -> None:
        """Close the session."""
        self.session.close()
