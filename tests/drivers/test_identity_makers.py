"""An identity is that of a model and of its maker, under each name that the house had."""

from __future__ import annotations

from typing import Any

import pytest

from calibrator_drivers import WrongIdentity
from calibrator_drivers.registry import driver_class

KNOWN = [
    ("fluke_5522a", "FLUKE,5522A,1234567,2.0+1.3+2.0+*"),
    ("fluke_1529", "HART,1529,A12345,1.10"),
    ("fluke_8846a", "FLUKE, 8846A, 9876543, 08-02-10-20:10"),
    ("keysight_34401a", "HEWLETT-PACKARD,34401A,0,11-5-2"),
    ("keysight_34461a", "Agilent Technologies,34461A,MY1,A.02.08"),
    ("keysight_33500b", "Keysight Technologies,33522B,MY1,1"),
    ("keithley_2450", "KEITHLEY INSTRUMENTS,MODEL 2450,04312345,1.7.0"),
    ("druck_pace5000", "*IDN GE Druck,PACE5000 User Interface,3168180,02.00.06"),
    ("mensor_cpc6050", " WIKA,CPC6050,123456,1.02.07"),
]


@pytest.mark.parametrize(("model", "identity"), KNOWN)
def test_another_maker_of_a_model_of_the_same_name_is_refused(
    expected_protocol: Any, step_clock: Any, model: str, identity: str
) -> None:
    driver: Any = driver_class(model)
    maker, _, rest = identity.partition(",")
    with expected_protocol([("*IDN?", identity)]) as session:
        assert driver(session, step_clock).identify().model
    stranger = f"{'*IDN ' if maker.startswith('*') else ' ' * maker.startswith(' ')}ACME,{rest}"
    with (
        expected_protocol([("*IDN?", stranger)]) as session,
        pytest.raises(WrongIdentity, match=r"is expected, .*ACME"),
    ):
        driver(session, step_clock).identify()
