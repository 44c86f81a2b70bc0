"""What `doctor` says about machine, libraries, buses and clock."""

from __future__ import annotations

import locale
import os
import platform
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from calibrator import __version__
from calibrator.cli._doctor_finding import Finding

__all__ = ["examine_machine"]

Say = Callable[[str], str]
PACKAGES = (
    "numpy",
    "scipy",
    "pint",
    "pyvisa",
    "pyvisa-py",
    "pyserial",
    "sqlalchemy",
    "typst",
    "rich",
    "click",
)
# The record was designed against a WAL defect that SQLite mended in this release.
SQLITE_WITHOUT_WAL_RESET_BUG = (3, 51, 3)


def examine_machine(say: Say) -> list[Finding]:
    """Return the findings that do not depend on a home."""
    return [
        Finding("calibrator", f"{__version__}, {Path(__file__).parents[1]}"),
        _python(),
        Finding("system", f"{platform.platform()}, {os.cpu_count()} {say('cores')}"),
        Finding(
            "encoding",
            f"{say('terminal')} {sys.stdout.encoding}, "
            f"{say('locale')} {locale.getpreferredencoding(do_setlocale=False)}",
        ),
        *_packages(say),
        _sqlite(say),
        _plugins(say),
        *_visa(say),
        *_serial_ports(say),
        *_clock(say),
        *_fonts(say),
    ]


def _python() -> Finding:
    return Finding("python", f"{platform.python_version()} {sys.executable}", sys.version_info >= (3, 11))


def _packages(say: Say) -> Iterator[Finding]:
    found, missing = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Finding("packages", ", ".join(found))
    if missing:
        yield Finding(
            "packages", f"{say('missing')}: {', '.join(missing)}", False, "pip install calibrator-lab"
        )


def _sqlite(say: Say) -> Finding:
    import sqlite3

    old = sqlite3.sqlite_version_info < SQLITE_WITHOUT_WAL_RESET_BUG
    note = f" ({say('one writing process a home, as Calibrator keeps it, is safe with it')})" if old else ""
    return Finding("sqlite", sqlite3.sqlite_version + note, True)


def _plugins(say: Say) -> Finding:
    from importlib.metadata import entry_points

    counts = [
        f"{len(entry_points(group=f'calibrator.{group}'))} {name}"
        for group, name in (
            ("drivers", say("drivers")),
            ("procedures", say("procedures")),
            ("simulators", say("simulators")),
        )
    ]
    return Finding("plug-ins", ", ".join(counts))


def _visa(say: Say) -> Iterator[Finding]:
    """The system's VISA library (for GPIB and USB of its maker) and pyvisa-py, which we use by default."""
    from pyvisa.ctwrapper.highlevel import IVIVisaLibrary

    libraries = [str(path) for path in IVIVisaLibrary.get_library_paths()]
    found = ", ".join(libraries) or say("none (not needed for network and serial)")
    yield Finding("visa", f"{say('system libraries')}: {found}")
    backend = {
        "pyvisa_py": say("network and serial"),
        "usb": "USB",
        "gpib": "GPIB, linux-gpib",
        "gpib_ctypes": "GPIB",
    }
    have = [f"{module} ({use})" for module, use in backend.items() if find_spec(module) is not None]
    yield Finding("visa", f"{say('pure Python')}: {', '.join(have)}", find_spec("pyvisa_py") is not None)


def _serial_ports(say: Say) -> Iterator[Finding]:
    from serial.tools.list_ports import comports

    ports = sorted(comports())
    if not ports:
        yield Finding("serial", say("no serial ports"))
    for port in ports:
        may = os.name == "nt" or os.access(port.device, os.R_OK | os.W_OK)
        way_out = "" if may else f"sudo usermod -aG dialout $USER; {say('then log in again')}"
        yield Finding("serial", f"{port.device} {port.description}", may, way_out)


def _clock(say: Say) -> Iterator[Finding]:
    from calibrator_drivers.clock import RealClock

    now = RealClock().now()
    yield Finding("clock", f"{now:%Y-%m-%dT%H:%M:%SZ}, {now.astimezone():%Y-%m-%d %H:%M %Z} {say('here')}")
    if now.year < 2026:
        yield Finding(
            "clock",
            say("the clock is before this program was made"),
            False,
            say("Set the clock: due dates need it."),
        )


def _fonts(say: Say) -> Iterator[Finding]:
    import typst

    yield Finding("typst", f"{version('typst')}, {say('compiles in process')}", hasattr(typst, "Compiler"))
    chinese = find_spec("noto_cjk_sans_sc") is not None or find_spec("noto_cjk_sans_sc_regular") is not None
    yield Finding(
        "fonts",
        say("all of Chinese") if chinese else say("Chinese of GB/T 2312 (all of it: extra zh)"),
        True,
    )
