"""Balances, a HART transmitter and an energy meter, spoken to by packages that nobody here wrote."""

from __future__ import annotations

import asyncio
import json
import struct
import sys
import time
from types import SimpleNamespace
from typing import Any

import hart_protocol
import minimalmodbus
import sartorius
import serial
from mettler_toledo_device import MettlerToledoDevice


def device_of(resource: str) -> str:
    """Return the serial device in a resource such as ASRL/dev/pts/3::INSTR or HART::/dev/pts/3::0."""
    return next(part for part in resource.replace("ASRL", "::").split("::") if part.startswith("/dev"))


def mettler(resource: str) -> None:
    balance = MettlerToledoDevice(port=device_of(resource))
    assert balance.get_balance_data()[0] == "XS205DU", balance.get_balance_data()
    assert str(balance.get_serial_number()).startswith("SIM")
    assert balance.get_mtsics_level() is not None
    value, unit, state = balance.get_weight()
    assert abs(value) < 0.01, value
    assert (unit, state in "SD") == ("g", True)
    assert balance.zero_stable() is True
    balance.close()
    print("mettler_toledo_device: identity, weight, zero")


def weigh(resource: str) -> None:
    _, host, port, _ = resource.split("::")

    async def ask() -> tuple[Any, Any]:
        async with sartorius.Scale(f"{host}:{port}") as scale:
            return await scale.get_info(), await scale.get()

    told, reading = asyncio.run(ask())
    assert told["model"] == "QUINTIX224-1S", told
    assert reading["measurement"] == "net"
    assert abs(reading["mass"]) < 0.01, reading
    print("sartorius: model, serial number, software, weight")


def hart(resource: str) -> None:
    line = serial.Serial(device_of(resource), 1200, parity="O", timeout=1.0)

    def asked(frame: bytes) -> SimpleNamespace:
        line.write(frame)
        unpacker = hart_protocol.Unpacker(line, on_error="continue")
        for _ in range(3000):
            answer = next(unpacker, None)
            if answer is not None:
                return SimpleNamespace(**answer._asdict())
            time.sleep(0.01)
        raise AssertionError("no answer")

    # The long address of a transmitter whose own is not known yet answers to zero (broadcast).
    found = asked(hart_protocol.universal.read_unique_identifier(bytes(5)))
    address = hart_protocol.tools.calculate_long_address(
        found.manufacturer_id, found.manufacturer_device_type, found.device_id.to_bytes(3, "big")
    )
    output = asked(hart_protocol.universal.read_output_information(address))
    assert output.upper_range_value == 1000.0, output  # kPa
    pressure = asked(hart_protocol.universal.read_primary_variable(address))
    assert abs(pressure.primary_variable) < 5.0, pressure
    current = asked(hart_protocol.universal.read_loop_current_and_percent(address))
    assert 3.8 <= current.analog_signal <= 4.1, current
    fixed = asked(hart_protocol.tools.pack_command(address, 40, struct.pack(">f", 12.0)))
    assert fixed.device_status & 0x08
    assert (
        not asked(hart_protocol.tools.pack_command(address, 40, struct.pack(">f", 0.0))).device_status & 0x08
    )
    line.close()
    print("hart-protocol: identity, range, pressure, loop current fixed and released")


def modbus(resource: str) -> None:
    meter = minimalmodbus.Instrument(device_of(resource), 1)
    meter.serial.baudrate, meter.serial.timeout = 9600, 2.0  # a pseudo-terminal knows no parity
    assert meter.read_float(0x0000, functioncode=4) == 0.0  # nothing is connected
    assert meter.read_float(0x0156, functioncode=4) == 0.0
    assert meter.read_long(0xFC00, functioncode=3) > 0
    try:
        meter.read_register(0x1234, functioncode=3)
    except minimalmodbus.IllegalRequestError:
        print("minimalmodbus: floats, serial number, an address that is not there")
        return
    raise AssertionError("an address that is not there was answered")


def main() -> None:
    served = {case: entries[0]["resource"] for case, entries in json.loads(sys.argv[1]).items()}
    mettler(served["mettler"])
    weigh(served["sartorius"])
    hart(served["hart"])
    modbus(served["modbus"])


if __name__ == "__main__":
    main()
