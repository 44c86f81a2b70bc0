"""Keysight 3458A (HP, Agilent) multimeter: volts and amperes, direct and sine, ohms, frequency.

Its language is its own, not SCPI: no `*IDN?`, no `SYST:ERR?`; it does not tell its serial. `TARM HOLD` keeps
it still, `TARM SGL` takes one reading and returns it. What public scripts send was seen; `ACBAND`, `ACAL`,
ranges of amperes and ohms and the texts of errors are remembered, as each command's line says.
"""

from __future__ import annotations

from typing import ClassVar

from calibrator_drivers._errors import WrongIdentity
from calibrator_drivers._scpi_meter import LINE_HZ, MARGIN_S, SWITCH, indication_of
from calibrator_drivers.clock import Clock
from calibrator_drivers.commands import action, choice, duo, reading, setting
from calibrator_drivers.dialect import Dialect
from calibrator_drivers.roles import Identity, Indication
from calibrator_drivers.transport import Session

__all__ = ["Keysight3458A"]

_DIALECT = Dialect("HP 3458A", "ERRSTR?", 20, "S-3458A-TECKIT")
_OVERLOAD = 1e38
_EXCHANGE_S = 0.2  # trigger delay, range settling and formatting beside the integration
_SELF_TEST_S = 120.0  # about 73 s
_ACAL_S = {"ALL": 1200.0, "DCV": 300.0, "OHMS": 900.0, "AC": 300.0}  # twice what they take
_COMPENSATED_TO_OHM = 1e5  # offset compensation exists to the 100 kohm range
_HIGH_OHM_S = 2.0  # settling from 10 Mohm upwards
_SYNC_CYCLES = 20.0  # a synchronous sine reading spans some cycles
_SYNC_S = 2.0
_BAND = 0.5, 2.0  # of the stated frequency: what ACBAND is told
_MOST_HZ = 10e6
_VOLT = {0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 1000.0: "1000"}
_VOLT_AC = {0.01: "0.01", 0.1: "0.1", 1.0: "1", 10.0: "10", 100.0: "100", 1000.0: "1000"}
_OHM = {10.0**n: f"1E{n}" for n in range(1, 10)}
_AMP = {
    1e-7: "1E-7", 1e-6: "1E-6", 1e-5: "1E-5", 1e-4: "1E-4", 1e-3: "1E-3", 0.01: "0.01", 0.1: "0.1", 1.0: "1",
}  # fmt: skip
_AMP_AC = {value: text for value, text in _AMP.items() if value >= 1e-4}
_HERTZ = ("Hz", 1.0, _MOST_HZ)
_FIXED = {True: "OFF", False: "ON"}  # by whether high impedance is wanted


class Keysight3458A:
    """A 3458A behind a session; fills the roles of a meter of volts, amperes, ohms and frequency."""

    MODEL_ID: ClassVar[str] = "keysight_3458a"
    ROLES: ClassVar[tuple[str, ...]] = (
        "MeasureVoltageDC",
        "MeasureResistance",
        "MeasureCurrentDC",
        "MeasureVoltageAC",
        "MeasureCurrentAC",
        "MeasureFrequency",
    )

    # fmt: off
    identity = reading("ID?", str.strip, "identity, HP3458A", "S-3458A-TECKIT", "seen")
    revision = reading("REV?", str.strip, "firmware of both processors", "S-MEM", "mem-H")
    end_always = action("END ALWAYS", "an END with every reply", "S-3458A-TECKIT", "seen")
    ascii_readings = action("OFORMAT ASCII", "readings as text", "S-3458A-TECKIT", "seen")
    preset = action("PRESET NORM", "reset state", "S-3458A-TECKIT", "seen")
    hold = action("TARM HOLD", "stops readings", "S-3458A-TECKIT", "seen")
    trigger_at_once = action("TRIG AUTO", "triggers when armed", "S-3458A-TECKIT", "seen")
    no_memory = action("MEM OFF", "readings go out", "S-3458A-TECKIT", "seen")
    one_reading = action("NRDGS 1,AUTO", "one reading a trigger", "S-3458A-TECKIT", "seen")
    digits = setting("NDIG {}", "digits", 3.0, 8.0, "digits of the display", "S-3458A-TECKIT", "seen")
    volts = choice("DCV {}", _VOLT, "direct voltage on a range (V)", "S-3458A-TECKIT", "seen")
    volts_ac = choice("ACV {}", _VOLT_AC, "sine voltage on a range (V)", "S-3458A-TECKIT", "seen")
    amperes = choice("DCI {}", _AMP, "direct current on a range (A)", "S-MEM", "mem-H")
    amperes_ac = choice("ACI {}", _AMP_AC, "sine current on a range (A)", "S-MEM", "mem-H")
    ohms_2w = choice("OHM {}", _OHM, "2-wire resistance on a range (ohm)", "S-MEM", "mem-H")
    ohms_4w = choice("OHMF {}", _OHM, "4-wire resistance on a range (ohm)", "S-MEM", "mem-H")
    frequency = choice("FREQ {}", _VOLT_AC, "frequency of a signal on a range (V)", "S-MEM", "mem-M")
    integration = setting("NPLC {}", "PLC", 0.0001, 1000.0, "integration time", "S-3458A-TECKIT", "seen")
    auto_zero = choice("AZERO {}", SWITCH, "a zero measurement with each reading", "S-3458A-TECKIT", "seen")
    fixed_impedance = choice("FIXEDZ {}", _FIXED, "10 Mohm on every range", "S-MEM", "mem-H")
    compensation = choice("OCOMP {}", SWITCH, "offset compensation of resistance", "S-MEM", "mem-H")
    synchronous = action("SETACV SYNC", "sampling locked to the signal", "S-MEM", "mem-H")
    band = duo("ACBAND {},{}", _HERTZ, _HERTZ, "lowest and highest frequency", "S-MEM", "mem-H")
    calibrate = choice("ACAL {}", {key: key for key in _ACAL_S}, "self-calibration", "S-MEM", "mem-H")
    test = action("TEST", "self-test", "S-3458A-TECKIT", "seen")
    temperature = reading("TEMP?", float, "internal temperature (degC)", "S-3458A-PROG", "seen")
    calibration_count = reading("CALNUM?", float, "number of calibrations", "S-3458A-PROG", "seen")
    terminals = reading("TERM?", str.strip, "1 front, 2 rear, 0 open", "S-MEM", "mem-M")
    indication = reading("TARM SGL", str.strip, "takes one reading and returns it", "S-3458A-TECKIT", "seen")
    # fmt: on

    def __init__(self, session: Session, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        self._unit = "V"
        self._reading_s = 2.0 * 10.0 / LINE_HZ + _EXCHANGE_S

    def identify(self) -> Identity:
        """Ask the instrument who it is; it tells neither maker nor serial.

        Raises:
            WrongIdentity: it is no 3458A.
        """
        self.hold()
        self.end_always()
        reply = self.identity()
        if reply.upper() != "HP3458A":
            raise WrongIdentity(
                f"A 3458A is expected, {reply!r} answers",
                identity=reply,
                instrument=self.session.name,
                resource=self.session.resource,
                way_out="Correct the model or the address in the bench file.",
            )
        return Identity("HEWLETT-PACKARD", "3458A", "", self.revision(), reply)

    def reset(self) -> None:
        """Go to the reset state, quiet until a reading is asked for, and forget old errors."""
        self._quiet()
        _DIALECT.read_errors(self.session)

    def self_test(self) -> tuple[bool, str]:
        """Run the self-test with open terminals (about 73 s); return whether it passed and its report."""
        self.test()
        reply = self.session.query(_DIALECT.error_query, timeout_s=_SELF_TEST_S)
        passed = reply.strip().startswith("0,")
        if not passed:
            _DIALECT.read_errors(self.session)
        return passed, reply

    def check_errors(self) -> None:
        """Empty the error register; raise `InstrumentReportedError` when it held any."""
        self._check("")

    def configure_voltage_dc(self, range_v: float, *, nplc: float, high_impedance: bool) -> None:
        """Fix range (V) and integration time; high impedance exists on 0.1, 1 and 10 V only."""
        self._quiet()
        self.volts(range_v)
        self.fixed_impedance(high_impedance)
        self._integrate("V", nplc, "DCV")

    def configure_resistance(self, range_ohm: float, *, wires: int, nplc: float) -> None:
        """Fix range (ohm), 2 or 4 wires, and integration time; offsets are compensated up to 100 kohm."""
        self._quiet()
        (self.ohms_2w if wires == 2 else self.ohms_4w)(range_ohm)
        compensated = range_ohm <= _COMPENSATED_TO_OHM
        self.compensation(compensated)
        delay_s = _HIGH_OHM_S if range_ohm >= 1e7 else 0.0
        twice = 2.0 if compensated else 1.0
        self._integrate("ohm", nplc, "OHM" if wires == 2 else "OHMF", delay_s=delay_s, times=twice)

    def configure_current_dc(self, range_a: float, *, nplc: float) -> None:
        """Fix range (A) and integration time."""
        self._quiet()
        self.amperes(range_a)
        self._integrate("A", nplc, "DCI")

    def configure_voltage_ac(self, range_v: float, *, frequency_hz: float) -> None:
        """Fix range (V rms) for a sine of about `frequency_hz`, sampled in step with it."""
        self._quiet()
        self.volts_ac(range_v)
        self.synchronous()
        self._sampled("V", frequency_hz, "ACV")

    def configure_current_ac(self, range_a: float, *, frequency_hz: float) -> None:
        """Fix range (A rms) for a sine of about `frequency_hz`."""
        self._quiet()
        self.amperes_ac(range_a)
        self._sampled("A", frequency_hz, "ACI")

    def configure_frequency(self, expected_hz: float, *, gate_s: float, amplitude_v: float) -> None:
        """Fix the range that holds the signal; the meter's gate is its own, at most 1 s."""
        self._quiet()
        self.frequency(next((range_v for range_v in _VOLT_AC if amplitude_v <= range_v), 1000.0))
        self._check("FREQ")
        self._unit, self._reading_s = "Hz", max(gate_s, 1.0) + _EXCHANGE_S

    def self_calibrate(self, what: str = "ALL") -> None:
        """Run a self-calibration ("ALL" takes 15 minutes, "DCV", "OHMS", "AC") with open terminals.

        Raises:
            InstrumentReportedError: it did not succeed.
        """
        self.hold()
        self.calibrate(what)
        self.session.query("ID?", timeout_s=_ACAL_S[what])  # answered when it is done
        self._check(f"ACAL {what}")

    def internal_temperature_c(self) -> float:
        """Return the temperature inside the meter, for the degrees since its last self-calibration."""
        return self.temperature()

    def reading_time_s(self) -> float:
        """Return how long one reading takes with the present settings."""
        return self._reading_s

    def read(self) -> Indication:
        """Trigger one reading and return it; an overload is marked, not raised."""
        raw = self.indication(timeout_s=self._reading_s + MARGIN_S)
        return indication_of(self.session, raw, unit=self._unit, asked="TARM SGL", overload=_OVERLOAD)

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def _quiet(self) -> None:
        self.preset()
        self.hold()
        self.end_always()
        self.ascii_readings()
        self.no_memory()
        self.one_reading()
        self.trigger_at_once()

    def _integrate(
        self, unit: str, nplc: float, after: str, *, delay_s: float = 0.0, times: float = 1.0
    ) -> None:
        self.integration(nplc)
        self.auto_zero(True)
        self.digits(8)
        self._check(after)
        self._unit = unit
        self._reading_s = times * 2.0 * nplc / LINE_HZ + _EXCHANGE_S + delay_s

    def _sampled(self, unit: str, frequency_hz: float, after: str) -> None:
        low, high = frequency_hz * _BAND[0], min(frequency_hz * _BAND[1], _MOST_HZ)
        self.band(max(low, 1.0), high)
        self._check(after)
        self._unit = unit
        self._reading_s = _SYNC_S + _SYNC_CYCLES / max(low, 1.0)

    def _check(self, after: str) -> None:
        _DIALECT.check(self.session, after=after)
