"""The HART commands of the transmitter (universal revision 5, common practice)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calibrator_sim.instruments.transmitter_4_20ma._transmitter import Transmitter

__all__ = ["Slave"]

_MANUFACTURER, _TYPE = 0x3E, 0x01  # of nobody
_UNITS = {6: 6894.757293168, 7: 1e5, 8: 100.0, 11: 1.0, 12: 1e3, 237: 1e6}
_OK, _INVALID, _TOO_LARGE, _TOO_SMALL, _TOO_FEW, _UNKNOWN = 0, 2, 3, 4, 5, 64
_RANGE_HIGH, _SPAN_SMALL = 9, 14
_CONFIGURED, _FIXED, _SATURATED = 0x40, 0x08, 0x04


class Slave:
    """One transmitter on a loop, as frames reach it."""

    def __init__(self, device: Transmitter) -> None:
        self._device = device
        digits = "".join(char for char in device.serial if char.isdigit())
        self._id = (int(digits or "1") % 0x1000000).to_bytes(3, "big")
        self._commands: dict[int, Callable[[bytes], tuple[int, bytes]]] = {
            0: self._identify,
            1: self._variable,
            2: self._current,
            3: self._variables,
            6: self._address,
            12: lambda _: (_OK, bytes(24)),
            13: lambda _: (_OK, bytes(21)),
            14: self._sensor,
            15: self._output,
            16: lambda _: (_OK, self._id),
            35: self._range,
            38: self._forget,
            40: self._fix,
            41: lambda _: (_OK, b""),
            43: self._zero,
            44: self._unit,
            45: self._trim_zero,
            46: self._trim_gain,
            48: lambda _: (_OK, bytes(6)),
        }

    @property
    def polling_address(self) -> int:
        """The short address."""
        return self._device.settings.polling_address

    @polling_address.setter
    def polling_address(self, value: int) -> None:
        self._device.settings.polling_address = value

    @property
    def long_address(self) -> bytes:
        """Manufacturer, type and device id."""
        return bytes((_MANUFACTURER & 0x3F, _TYPE)) + self._id

    @long_address.setter
    def long_address(self, value: bytes) -> None:
        self._id = value[2:]

    def command(self, number: int, data: bytes) -> tuple[bytes, bytes]:
        """Carry out a command; returns the two status bytes and the data of the answer."""
        self._device.spoken_ns = self._now()
        run = self._commands.get(number)
        if run is None:
            return bytes((_UNKNOWN, self._status())), b""
        try:
            code, body = run(data)
        except struct.error:
            code, body = _TOO_FEW, b""
        return bytes((code, self._status())), body

    def _now(self) -> int:
        return self._device.world.time_ns()

    def _status(self) -> int:
        settings = self._device.settings
        status = _CONFIGURED if settings.changed else 0
        if settings.fixed_ma:
            status |= _FIXED
        return status | (_SATURATED if self._device.saturated(self._now()) else 0)

    def _identify(self, _: bytes) -> tuple[int, bytes]:
        other = self._device.world.strike("identity", self._device.name) is not None
        told = bytes((self._id[0], self._id[1], self._id[2] ^ 1)) if other else self._id
        return _OK, bytes((254, _MANUFACTURER, _TYPE, 5, 5, 1, 1, 0, 0)) + told

    def _value(self) -> float:
        return self._device.reading_pa() / _UNITS[self._device.settings.unit_code]

    def _variable(self, _: bytes) -> tuple[int, bytes]:
        return _OK, struct.pack(">Bf", self._device.settings.unit_code, self._value())

    def _current(self, _: bytes) -> tuple[int, bytes]:
        amperes = self._device.asked_a(self._now())
        return _OK, struct.pack(">ff", amperes * 1e3, (amperes - 0.004) / 0.016 * 100.0)

    def _variables(self, _: bytes) -> tuple[int, bytes]:
        amperes = self._device.asked_a(self._now())
        celsius = 23.0 + self._device.world.excess_c(self._now()) + 4.0  # of the sensor's module
        unit = self._device.settings.unit_code
        return _OK, struct.pack(">fBfBf", amperes * 1e3, unit, self._value(), 32, celsius)

    def _address(self, data: bytes) -> tuple[int, bytes]:
        (address,) = struct.unpack(">B", data[:1])
        if address > 15:
            return _INVALID, b""
        self._device.settings.polling_address = address
        return _OK, data[:1]

    def _sensor(self, _: bytes) -> tuple[int, bytes]:
        unit = self._device.settings.unit_code
        limit = self._device.gauge.full_scale_pa / _UNITS[unit]
        return _OK, self._id + struct.pack(">Bfff", unit, limit, -limit, limit / 100.0)

    def _output(self, _: bytes) -> tuple[int, bytes]:
        settings = self._device.settings
        unit = _UNITS[settings.unit_code]
        upper, lower = settings.upper_pa / unit, settings.lower_pa / unit
        return _OK, struct.pack(">BBBfffBB", 1, 0, settings.unit_code, upper, lower, 0.4, 0, _MANUFACTURER)

    def _range(self, data: bytes) -> tuple[int, bytes]:
        code, upper, lower = struct.unpack(">Bff", data[:9])
        if code not in _UNITS:
            return _INVALID, b""
        limit = self._device.gauge.full_scale_pa * 1.0001
        upper, lower = upper * _UNITS[code], lower * _UNITS[code]
        if abs(upper) > limit or abs(lower) > limit:
            return _RANGE_HIGH, b""
        if abs(upper - lower) < limit / 100.0:
            return _SPAN_SMALL, b""
        self._device.before_change()
        settings = self._device.settings
        settings.upper_pa, settings.lower_pa, settings.changed = upper, lower, True
        return _OK, data[:9]

    def _forget(self, _: bytes) -> tuple[int, bytes]:
        self._device.settings.changed = False
        return _OK, b""

    def _fix(self, data: bytes) -> tuple[int, bytes]:
        (milliampere,) = struct.unpack(">f", data[:4])
        if milliampere and not 3.5 <= milliampere <= 23.0:
            return (_TOO_LARGE if milliampere > 23.0 else _TOO_SMALL), b""
        self._device.before_change()
        self._device.settings.fixed_ma = milliampere
        return _OK, struct.pack(">f", milliampere)

    def _zero(self, _: bytes) -> tuple[int, bytes]:
        shown = self._device.pressure_pa(self._now())
        if abs(shown) > 0.03 * self._device.gauge.full_scale_pa:
            return (_TOO_LARGE if shown > 0.0 else _TOO_SMALL), b""
        self._device.before_change()
        self._device.settings.zero_pa += shown
        self._device.settings.changed = True
        return _OK, b""

    def _unit(self, data: bytes) -> tuple[int, bytes]:
        (code,) = struct.unpack(">B", data[:1])
        if code not in _UNITS:
            return _INVALID, b""
        self._device.settings.unit_code = code
        self._device.settings.changed = True
        return _OK, data[:1]

    def _trim_zero(self, data: bytes) -> tuple[int, bytes]:
        (measured_ma,) = struct.unpack(">f", data[:4])
        if not 3.5 <= measured_ma <= 4.5:
            return (_TOO_LARGE if measured_ma > 4.5 else _TOO_SMALL), b""
        self._device.before_change()
        settings = self._device.settings
        settings.fixed_ma, settings.changed = 4.0, True
        settings.trim_zero_a -= (measured_ma - 4.0) * 1e-3
        return _OK, data[:4]

    def _trim_gain(self, data: bytes) -> tuple[int, bytes]:
        (measured_ma,) = struct.unpack(">f", data[:4])
        if not 19.0 <= measured_ma <= 21.0:
            return (_TOO_LARGE if measured_ma > 21.0 else _TOO_SMALL), b""
        self._device.before_change()
        settings = self._device.settings
        settings.fixed_ma, settings.changed = 20.0, True
        settings.trim_gain *= 16.0 / (measured_ma - 4.0)
        return _OK, data[:4]
