"""Questions without a question mark at the prompt of `bench console`."""

from __future__ import annotations

from calibrator.cli._bench_speaker import Speaker
from calibrator_drivers.clock import RealClock
from calibrator_drivers.mettler import MettlerXS205DU
from calibrator_drivers.replay import scripted

IDENTITY = [("I4", 'I4 A "B1"'), ("I2", 'I2 A "XS205DU 220.0000 g"'), ("I3", 'I3 A "3.10"')]


def test_a_question_of_the_driver_s_table_is_asked_without_a_mark() -> None:
    with scripted([*IDENTITY, ("SI", "S S     100.00 g"), ("M29", "ES")]) as session:
        speaker = Speaker(session, MettlerXS205DU(session, RealClock()), "", 5.0)
        assert speaker.say("SI") == "S S     100.00 g"
        assert speaker.say(".ask M29") == "ES"


def test_an_instrument_without_a_driver_is_asked_by_a_word() -> None:
    with scripted([("*IDN?", "X"), ("T", "t: 25.0"), ("U", None)]) as session:
        speaker = Speaker(session, None, "", 5.0)
        assert speaker.say(".ask T") == "t: 25.0"
        assert speaker.say("U") == ""
