"""Which lines at the prompt of `bench console` may put a dangerous level out (METROLOGY 4)."""

from __future__ import annotations

import re
from typing import Any

from calibrator_drivers import DriversError

__all__ = ["Dangerous"]

_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])([+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?)\s*([A-Za-z]*)")
_TIMES = {"": 1.0, "U": 1e-6, "N": 1e-9, "M": 1e-3, "K": 1e3, "MA": 1e6}
_PASCALS = {
    "PA": 1.0, "HPA": 100.0, "MBAR": 100.0, "KPA": 1e3, "BAR": 1e5, "PSI": 6895.0, "PSIG": 6895.0, "MPA": 1e6,
}  # fmt: skip
_LARGEST_UNIT_PA = 1e6  # of an instrument that does not tell its unit


class Dangerous:
    """Judges lines to one source by the numbers in them and by what the source has staged."""

    def __init__(self, device: Any) -> None:  # noqa: ANN401 - any driver
        self._device = device
        self._roles = " ".join(getattr(device, "ROLES", ())) if hasattr(device, "make_safe") else ""

    def level(self, line: str) -> tuple[float, float, str]:
        """Return the largest level that a line may put out, the threshold, and the unit; 0 for none."""
        from calibrator.engine._levels import levels

        hazard = levels().hazard
        if "SourcePressure" in self._roles:
            return self._pressure(line), hazard["pressure"].limit, "Pa"
        if "SourceTemperature" in self._roles.split():
            limit = hazard["temperature"].limit
            return max((abs(value) for value, _ in _numbers(line)), default=0.0), limit, "degC"
        if not self._roles:
            return 0.0, float("inf"), ""
        volts, hertz = _volts(line), _hertz(line)
        staged_v, alternating = (0.0, hertz > 0) if _is_plain_question(line) else self._staged(hertz)
        return max(volts, staged_v), hazard["acv" if alternating else "dcv"].limit, "V"

    def _staged(self, hertz: float) -> tuple[float, bool]:
        """Return the volts that stand ready, and whether they alternate; the stricter where it is unknown."""
        try:
            state = self._device.state()
        except (DriversError, ValueError):
            return 0.0, True
        volts = abs(state.value) if state.unit == "V" else 0.0
        return volts, hertz > 0 or state.frequency_hz > 0

    def _pressure(self, line: str) -> float:
        unit_in_use = getattr(self._device, "unit_in_use", None)
        try:
            unit = str(unit_in_use()).upper() if unit_in_use is not None else ""
        except DriversError:
            unit = ""
        factor = _PASCALS.get(unit, _LARGEST_UNIT_PA)
        return max((abs(value) * factor for value, _ in _numbers(line)), default=0.0)


def _numbers(line: str) -> list[tuple[float, str]]:
    return [(float(number), unit.upper()) for number, unit in _NUMBER.findall(line)]


def _volts(line: str) -> float:
    """Return the largest number that may be volts: one with V as its unit, or with no unit at all."""
    found = [0.0]
    for value, unit in _numbers(line):
        head = re.sub(r"(V|VPP|VRMS|VP)$", "", unit)
        if not unit or (unit != head and head in _TIMES):
            found.append(abs(value) * _TIMES[head])
    return max(found)


def _hertz(line: str) -> float:
    return max((abs(value) for value, unit in _numbers(line) if unit.endswith("HZ")), default=0.0)


def _is_plain_question(line: str) -> bool:
    return line.endswith("?") and " " not in line and ";" not in line
