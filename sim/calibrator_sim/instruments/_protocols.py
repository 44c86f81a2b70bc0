"""What instruments offer that do not speak text: Modbus registers, HART commands."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

__all__ = ["HartDevice", "HartSlave", "ModbusDevice", "ModbusError", "Registers"]


class ModbusError(Exception):
    """An exception response; 2 is an illegal address, 3 an illegal value, 4 a failure of the device."""

    def __init__(self, code: int) -> None:
        super().__init__(f"Modbus exception {code}")
        self.code = code


class Registers(Protocol):
    """The registers of an instrument; tables are `coil`, `discrete`, `holding` and `input`."""

    def read(self, table: str, address: int, count: int) -> list[int]:
        """Return values from an address on, counted from 0.

        Raises:
            ModbusError: 2 where there is no such register.
        """
        ...

    def write(self, table: str, address: int, values: list[int]) -> None:
        """Write values from an address on.

        Raises:
            ModbusError: 2 where there is no such register, 3 where the value cannot stand there.
        """
        ...


class HartSlave(Protocol):
    """A transmitter on a HART loop."""

    polling_address: int
    long_address: bytes  # 5 bytes: expanded device type and device id

    def command(self, number: int, data: bytes) -> tuple[bytes, bytes]:
        """Carry out a command; returns the two status bytes and the data of the answer."""
        ...


@runtime_checkable
class ModbusDevice(Protocol):
    """An instrument with registers."""

    unit_id: int

    def registers(self) -> Registers:
        """Return the registers."""
        ...


@runtime_checkable
class HartDevice(Protocol):
    """An instrument with HART commands."""

    def hart(self) -> HartSlave:
        """Return the slave."""
        ...
