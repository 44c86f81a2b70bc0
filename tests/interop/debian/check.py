"""sigrok's scpi-dmm driver and lxi-tools read the simulated 34401A."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys


def said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def main() -> None:
    served = json.loads(sys.argv[1])
    [socket] = served["socket"]
    _, host, port, _ = socket["resource"].split("::")
    driver = f"scpi-dmm:conn=tcp-raw/{host}/{port}"
    if shutil.which("sigrok-cli"):
        assert "34401A" in said("sigrok-cli", "-d", driver, "--scan")
        lines = said("sigrok-cli", "-d", driver, "--samples", "3").split("\n")
        readings = [float(line.split()[1]) for line in lines if line.startswith("P1:")]
        assert len(readings) == 3, lines
        assert all(abs(reading - 5.0) < 1e-3 for reading in readings), readings
        place = "/".join(served["truevolt"][0]["resource"].split("::")[1:3])
        assert "34465A" in said("sigrok-cli", "-d", f"scpi-dmm:conn=tcp-raw/{place}", "--scan")
        print("sigrok-cli scpi-dmm over a socket")
    if shutil.which("lxi"):
        answer = said("lxi", "scpi", "-a", host, "-p", port, "-r", "*IDN?")
        assert "34401A" in answer, answer
        print("lxi-tools over a socket")


if __name__ == "__main__":
    main()
