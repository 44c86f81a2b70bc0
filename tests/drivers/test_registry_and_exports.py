"""Drivers are found through entry points; public names are what they say."""

from __future__ import annotations

import importlib
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import calibrator_drivers
from calibrator_drivers import UnknownDriver, WrongIdentity, driver_classes, open_instrument, roles
from calibrator_drivers.accuracy import load_table
from calibrator_drivers.clock import RealClock
from calibrator_drivers.registry import driver_class, driver_ids
from calibrator_drivers.roles import ROLE_NAMES, Source

PACKAGES = [
    "calibrator_drivers",
    "calibrator_drivers._errors",
    "calibrator_drivers.accuracy",
    "calibrator_drivers.additel",
    "calibrator_drivers.bus",
    "calibrator_drivers.clock",
    "calibrator_drivers.commands",
    "calibrator_drivers.dialect",
    "calibrator_drivers.druck",
    "calibrator_drivers.eastron",
    "calibrator_drivers.fluke",
    "calibrator_drivers.keithley",
    "calibrator_drivers.keysight",
    "calibrator_drivers.mensor",
    "calibrator_drivers.mettler",
    "calibrator_drivers.discovery",
    "calibrator_drivers.hart",
    "calibrator_drivers.modbus",
    "calibrator_drivers.registry",
    "calibrator_drivers.replay",
    "calibrator_drivers.roles",
    "calibrator_drivers.sartorius",
    "calibrator_drivers.traffic",
    "calibrator_drivers.transmitters",
    "calibrator_drivers.typed",
    "calibrator_drivers.transport",
    "calibrator_drivers.vaisala",
    "calibrator_drivers.yokogawa",
]


def test_the_drivers_of_this_package_are_installed() -> None:
    assert {"fluke_5522a", "keysight_34401a"} <= set(driver_ids())


def test_each_driver_is_named_after_its_table_and_fills_known_roles() -> None:
    for model_id, driver in driver_classes().items():
        assert model_id == driver.MODEL_ID
        assert load_table(model_id).id == model_id
        assert set(driver.ROLES) <= set(ROLE_NAMES)


def test_a_role_without_a_taxon_of_the_mii_says_why() -> None:
    text = Path(roles.__file__).with_name("own_taxa.toml").read_text(encoding="utf-8")
    reasons = tomllib.loads(text)
    assert set(reasons) == {name for name in ROLE_NAMES if name.startswith("X.")}
    assert all(len(entry["reason"]) > 20 for entry in reasons.values())


def test_every_role_of_every_driver_has_its_taxa() -> None:
    from calibrator.evaluation import known_taxa

    only_here = {"Measure.Ratio.Humidity.Relative"}  # of the room: never a result of its own
    for role in {role for driver in driver_classes().values() for role in driver.ROLES} | set(ROLE_NAMES):
        taxa = roles.taxa_of(role)
        assert taxa or role.startswith("X."), role
        assert set(taxa) <= known_taxa() | only_here, role
        side = "Measure." if "Measure" in role else "Source."
        assert all(taxon.startswith(side) for taxon in taxa), role


def test_a_model_without_a_driver_is_named() -> None:
    with pytest.raises(UnknownDriver, match="fluke_5522b") as caught:
        driver_class("fluke_5522b")
    assert "keysight_34401a" in caught.value.way_out


def test_an_instrument_is_opened_over_its_address(serve: Callable[..., Any]) -> None:
    def handler(line: bytes, connection: socket.socket) -> None:
        replies = {b"*IDN?": b"FLUKE,5522A,1234567,2.0+1.3+2.0+*", b"OPER?": b"0", b"ERR?": b'0,"No Error"'}
        if line.endswith(b"?"):
            connection.sendall(replies.get(line, b"0.000000E+00,V,0E+00,0,0.00E+00") + b"\n")

    server = serve(handler)
    instrument = open_instrument("fluke_5522a", server.resource, clock=RealClock(), name="calibrator")
    assert instrument.identify().serial == "1234567"
    assert isinstance(instrument, Source)
    instrument.make_safe()
    instrument.close()
    meter = open_instrument("keysight_34401a", server.resource, clock=RealClock())
    with pytest.raises(WrongIdentity, match="FLUKE,5522A"):
        meter.identify()
    meter.close()


@pytest.mark.parametrize("name", PACKAGES)
def test_all_names_are_there(name: str) -> None:
    module = importlib.import_module(name)
    assert [exported for exported in module.__all__ if not hasattr(module, exported)] == []
    assert len(set(module.__all__)) == len(module.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Fluke'"):
        calibrator_drivers.Fluke  # noqa: B018


@pytest.mark.parametrize(
    "name",
    [
        "calibrator_drivers.fluke",
        "calibrator_drivers.keithley",
        "calibrator_drivers.keysight",
        "calibrator_drivers.registry",
        "calibrator_drivers.typed",
    ],
)
def test_drivers_load_neither_pyvisa_nor_numbers(name: str) -> None:
    code = f"import sys, {name}; print([m for m in ('pyvisa', 'numpy', 'pint', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_error_has_its_own_code_and_says_what_where_and_how_on() -> None:
    from calibrator_drivers import _errors

    classes = [getattr(_errors, name) for name in _errors.__all__]
    assert len({cls.code for cls in classes}) == len(classes)
    error = _errors.ConnectFailed(
        "Nothing answers", instrument="meter", resource="GPIB0::22::INSTR", way_out="Check power."
    )
    assert str(error) == "Nothing answers (meter at GPIB0::22::INSTR). Check power."
    assert isinstance(error, ConnectionError)
