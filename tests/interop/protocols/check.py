"""python-vxi11 speaks with two instruments behind one core channel."""

from __future__ import annotations

import json
import sys

import vxi11


class Ported(vxi11.vxi11.CoreClient):
    """The library's client, told the port in place of asking a portmapper."""

    port = 0

    def __init__(self, host: str) -> None:
        super().__init__(host, self.port)


def modbus(resource: str) -> None:
    """pymodbus reads the voltage of an SDM630: input registers of two words each."""
    from pymodbus.client import ModbusTcpClient

    _, host, port, unit = resource.split("::")
    with ModbusTcpClient(host, port=int(port), timeout=30) as client:
        answer = client.read_input_registers(0, count=2, device_id=int(unit))
        assert not answer.isError(), answer
        volts = client.convert_from_registers(answer.registers, client.DATATYPE.FLOAT32)
        assert -1.0 <= volts < 300.0, volts
        assert client.read_input_registers(0x7000, count=2, device_id=int(unit)).isError()
    print("pymodbus: float registers and an exception")


def main() -> None:
    served = json.loads(sys.argv[1])
    vxi11.vxi11.CoreClient = Ported
    for entry, expected in zip(served["vxi11"], ("34401A", "5522A"), strict=True):
        _, place, device, _ = entry["resource"].split("::")
        host, port = place.split(",")
        Ported.port = int(port)
        instrument = vxi11.Instrument(host, device)
        instrument.timeout = 60
        assert expected in instrument.ask("*IDN?")
        instrument.write("*CLS;*ESE 1;*SRE 32")
        instrument.write("*OPC")
        assert instrument.read_stb() & 32
        instrument.lock()
        instrument.unlock()
        instrument.clear()
        instrument.remote()
        instrument.local()
        instrument.close()
    modbus(served["modbus"][0]["resource"])
    print("python-vxi11: ask, status byte, lock, clear, remote, local")


if __name__ == "__main__":
    main()
