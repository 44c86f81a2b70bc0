"""Writes the command tables of drivers into their pages: `python docs/driver_tables.py`.

Each page of `PAGES` holds one table a driver, in that order, below a heading line `| command | …`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from calibrator_drivers.commands import Choice, Command, Duo, Pair, Setting, Trio, commands_of

DOCS = Path(__file__).resolve().parent
HEAD = ("| command | does | limits | source, how well known |", "| --- | --- | --- | --- |")
PAGES: dict[str, tuple[str, ...]] = {
    "drivers-balances.md": ("mettler:MettlerXS205DU", "sartorius:SartoriusQuintix224"),
    "drivers-druck-pace.md": ("druck:DruckPACE5000",),
    "drivers-fluke-55xx.md": ("fluke:Fluke5522A",),
    "drivers-fluke-5730a.md": ("fluke:Fluke5730A",),
    "drivers-bench-meters.md": ("fluke:Fluke8588A", "fluke:Fluke8846A", "keithley:Keithley2000"),
    "drivers-keithley-2450.md": ("keithley:Keithley2450",),
    "drivers-fluke-temperature.md": ("fluke:Fluke9142", "fluke:Fluke7341"),
    "drivers-fluke-readouts.md": ("fluke:Fluke1529", "fluke:Fluke1502A", "fluke:Fluke1586A"),
    "drivers-power-and-energy.md": ("yokogawa:YokogawaWT310",),
    "drivers-environment.md": ("vaisala:VaisalaPTU300",),
    "drivers-pressure-controllers.md": ("fluke:Fluke6270A", "mensor:MensorCPC6050"),
    "drivers-pressure-gauges.md": ("additel:AdditelADT681",),
    "drivers-typed.md": ("typed:Fluke87V",),
    "drivers-frequency.md": (
        "keysight:Keysight53131A",
        "keysight:Keysight53230A",
        "keysight:Keysight33220A",
        "keysight:Keysight33500B",
        "keysight:Gpsdo58503",
    ),
    "drivers-keysight-3458a.md": ("keysight:Keysight3458A",),
    "drivers-keysight-34401a.md": ("keysight:Keysight34401A",),
    "drivers-keysight-truevolt.md": ("keysight:Keysight34461A", "keysight:Keysight34465A"),
}


def driver(name: str) -> type:
    """Return the driver class of `room:Class`."""
    room, _, klass = name.partition(":")
    found: type = getattr(import_module(f"calibrator_drivers.{room}"), klass)
    return found


def row(command: Command) -> str:
    """Return the line of one command."""
    limits = ""
    if isinstance(command, Setting):
        limits = f"{command.low:g} to {command.high:g} {command.unit}"
    elif isinstance(command, Pair):
        limits = f"0 to {command.most:g} {command.unit}, -{command.most:g} to 0 {command.unit}"
    elif isinstance(command, (Duo, Trio)):
        spans = command.parts if isinstance(command, Trio) else (command.first, command.second)
        limits = ", ".join(f"{low:g} to {high:g} {unit}" for unit, low, high in spans)
    elif isinstance(command, Choice):
        limits = ", ".join(command.texts.values())
    header = command.header.replace("\x1b", "ESC ")
    return f"| `{header}` | {command.does} | {limits} | {command.source}, {command.status} |"


def rows(page: str) -> list[str]:
    """Return the lines that a page's tables must have."""
    return [row(command) for name in PAGES[page] for command in commands_of(driver(name))]


def write(page: str) -> None:
    """Replace the tables of a page."""
    path = DOCS / page
    drivers, kept = list(PAGES[page]), []
    inside = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line == HEAD[0]:
            kept += [*HEAD, *(row(command) for command in commands_of(driver(drivers.pop(0))))]
            inside = True
        elif not (inside and line.startswith("|")):
            inside = False
            kept.append(line)
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or PAGES:
        write(wanted)
