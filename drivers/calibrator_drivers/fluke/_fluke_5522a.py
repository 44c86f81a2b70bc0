"""Fluke 5522A and 5520A multi-product calibrators: volts, amperes, ohms and simulated temperature.

Commands for temperature and lead compensation are remembered, not seen: each command's line says how
well it is known.
"""

from __future__ import annotations

from typing import ClassVar, Final

from calibrator_drivers._safety import held_within
from calibrator_drivers.commands import choice, duo, flag, reading, setting, trio

from ._calibrator import FlukeCalibrator, Staged
from ._replies import parse_reference, word

__all__ = ["Fluke5520A", "Fluke5522A"]

_COMPENSATED_BELOW_OHM = 110e3  # lead compensation exists only below (5522A specifications; METROLOGY 11)
_COMPENSATION = {0: "NONE", 2: "WIRE2", 4: "WIRE4"}  # by number of wires
_SWITCH = {True: "ON", False: "OFF"}
_COUPLES = {name: name for name in ("B", "E", "J", "K", "N", "R", "S", "T")}
_RTDS = {"PT385": "PT385"}
_SENSORS = {"thermocouple": "TC", "resistance": "RTD"}
_POSTS = {"AUX": "AUX", "20A": "A20"}
_INTERNAL = {None: "INT"}
# Sent again in standby after a lost connection: what says how a value is meant, never a value. Compensations
# are not among them, since they fit the value that was staged, which is gone.
_KEPT: Final = {"restores": True}
_VOLTS, _VOLTS_HZ = ("V", 1e-3, 1020.0), ("Hz", 10.0, 500e3)
_AMPERES, _AMPERES_HZ = ("A", 29e-6, 20.5), ("Hz", 10.0, 30e3)
_POWER_HZ = ("Hz", 10.0, 30e3)
_COUNTED_V = 10.0  # the most for a signal that only carries a frequency
_PURE_SINE: Final = (("offset_now", 0.0), ("waveform_now", "SINE"))
_SAME_FACTOR = 5e-4  # coarser than the reply prints it


def _factor(reply: str) -> tuple[float, bool]:
    """Parse `5.00E-01,LEAD`: a power factor, and whether it leads."""
    value, side = reply.split(",")
    if side.strip().upper() not in ("LEAD", "LAG"):
        raise ValueError("neither LEAD nor LAG")
    return float(value), side.strip().upper() == "LEAD"


def _harmonic(reply: str) -> int:
    """Parse `1,PRI`: the harmonic that one output is of the other."""
    return int(reply.split(",", 1)[0])


class Fluke5522A(FlukeCalibrator):
    """A 5522A behind a session; fills the roles of a source of volts, amperes, ohms and temperature."""

    MODEL_ID: ClassVar[str] = "fluke_5522a"
    MODELS: ClassVar[tuple[str, ...]] = ("5522A",)
    ROLES: ClassVar[tuple[str, ...]] = (
        "SourceVoltageDC",
        "SourceResistance",
        "SourceCurrentDC",
        "SourceVoltageAC",
        "SourceCurrentAC",
        "SourceFrequency",
        "SourceTemperatureSimulatedThermocouple",
        "SourceTemperatureSimulatedRTD",
        "X.SourcePowerAC",
    )
    INDUCTIVE_COMPENSATION: ClassVar[bool] = (
        False  # the state that the accuracy table of alternating current holds for
    )

    # fmt: off
    out_current = setting("OUT {} A, 0 HZ", "A", -20.5, 20.5, "direct current", "S-F5520PY", "seen")
    out_resistance = setting("OUT {} OHM", "ohm", 0.0, 1.1e9, "resistance", "S-F5520PY", "seen")
    out_voltage_ac = duo("OUT {} V, {} HZ", _VOLTS, _VOLTS_HZ, "sine voltage", "S-PYVISA-EX", "seen")
    out_current_ac = duo("OUT {} A, {} HZ", _AMPERES, _AMPERES_HZ, "sine current", "S-F5520PY", "seen")
    out_power = trio("OUT {} V, {} A, {} HZ", (_VOLTS, _AMPERES, _POWER_HZ), "power", "S-F5520PY", "seen")
    lagging = setting("DPF {},LAG", "", 0.0, 1.0, "power factor, current behind", "S-5500A-613", "seen")
    leading = setting("DPF {},LEAD", "", 0.0, 1.0, "power factor, current ahead", "S-5500A-613", "seen")
    power_factor = reading("DPF?", _factor, "power factor, and whether it leads", "S-5500A-613", "seen")
    out_temperature = setting("OUT {} CEL", "degC", -250.0, 1820.0, "simulated temperature", "S-MEM", "mem-H")
    compensation = choice("ZCOMP {}", _COMPENSATION, "lead compensation", "S-MEM", "mem-H")
    inductive = choice("LCOMP {}", _SWITCH, "compensation of inductive loads", "S-5520A-SUP", "seen")
    sensor = choice("TSENS_TYPE {}", _SENSORS, "kind of simulated thermometer", "S-MEM", "mem-H", **_KEPT)
    couple = choice("TC_TYPE {}", _COUPLES, "type of thermocouple", "S-MEM", "mem-H", **_KEPT)
    reference_inside = choice(
        "TC_REF {}", _INTERNAL, "reference junction at the terminals", "S-MEM", "mem-H", **_KEPT)
    reference = setting(
        "TC_REF EXT, {}", "degC", -30.0, 50.0, "reference junction", "S-MEM", "mem-M", **_KEPT)
    rtd = choice("RTD_TYPE {}", _RTDS, "type of resistance thermometer", "S-MEM", "mem-H", **_KEPT)
    compensation_now = reading("ZCOMP?", word, "lead compensation", "S-MEM", "mem-H")
    inductive_now = reading("LCOMP?", flag, "compensation of inductive loads", "S-5520A-SUP", "seen")
    sensor_now = reading("TSENS_TYPE?", word, "kind of simulated thermometer", "S-MEM", "mem-H")
    couple_now = reading("TC_TYPE?", word, "type of thermocouple", "S-MEM", "mem-H")
    reference_now = reading("TC_REF?", parse_reference, "reference junction (degC)", "S-MEM", "mem-M")
    current_post = choice("CUR_POST {}", _POSTS, "terminals of currents to 2.99999 A", "S-MEM", "mem-M")
    current_post_now = reading("CUR_POST?", word, "terminals of currents to 2.99999 A", "S-MEM", "mem-M")
    rtd_now = reading("RTD_TYPE?", word, "type of resistance thermometer", "S-MEM", "mem-H")
    offset_now = reading("DC_OFFSET?", float, "direct volts below a sine", "S-5500A-613", "seen")
    waveform_now = reading("WAVE?", word, "waveform", "S-MEM", "mem-H")
    harmonic_now = reading("HARMONIC?", _harmonic, "harmonic of the second output", "S-MEM", "mem-H")
    # fmt: on

    def stage_current_dc(self, current_a: float) -> None:
        """Programme a direct current (A) in standby: at AUX to 2.99999 A, at the 20A terminals above."""
        self.refuse_outside(current_a, "A")
        self.begin_staging()
        self.out_current(current_a)
        self.end_staging(Staged("DCI", current_a, "A"))

    def choose_current_terminals(self, name: str) -> None:
        """Choose in standby where currents to 2.99999 A go, "AUX" or "20A", and read it back.

        No staging chooses them: the command is remembered, and the connection proof finds a wrong one.

        Raises:
            ReadbackError: the instrument keeps the other ones.
        """
        self.begin_staging()
        self.current_post(name)
        self._check("CUR_POST")
        if (held := self.current_post_now()) != _POSTS[name]:
            raise self._mismatch("current terminals", _POSTS[name], held)

    def stage_voltage_ac(self, voltage_v: float, *, frequency_hz: float) -> None:
        """Programme a sinusoidal voltage (V rms) at NORMAL with the output in standby."""
        self.refuse_outside(voltage_v, "V")
        self.begin_staging()
        self.out_voltage_ac(voltage_v, frequency_hz)
        self.end_staging(Staged("ACV", voltage_v, "V", frequency_hz=frequency_hz, also=_PURE_SINE))

    def stage_frequency(self, frequency_hz: float, *, amplitude_v: float) -> None:
        """Programme a sine of a frequency (Hz) and `amplitude_v` rms at NORMAL with the output in standby.

        Raises:
            OutOfLimits: an amplitude above 10 V, which no frequency needs and nobody was asked to release.
        """
        held_within(
            self.session,
            amplitude_v,
            (0.0, _COUNTED_V),
            "V",
            command="OUT {} V, {} HZ",
            whose="the 10 V that a frequency is counted at",
        )
        self.refuse_outside(amplitude_v, "V")
        self.begin_staging()
        self.out_voltage_ac(amplitude_v, frequency_hz)
        self.end_staging(
            Staged("ACV", amplitude_v, "V", frequency_hz=frequency_hz, counted=True, also=_PURE_SINE)
        )

    def stage_current_ac(self, current_a: float, *, frequency_hz: float) -> None:
        """Programme a sinusoidal current (A rms) in standby: at AUX to 2.99999 A, at 20A above.

        The compensation of inductive loads goes to the state that the accuracy table holds for.
        """
        self.refuse_outside(current_a, "A")
        self.begin_staging()
        self.out_current_ac(current_a, frequency_hz)
        self.inductive(self.INDUCTIVE_COMPENSATION)
        also = (("waveform_now", "SINE"), ("inductive_now", self.INDUCTIVE_COMPENSATION))
        self.end_staging(Staged("ACI", current_a, "A", frequency_hz=frequency_hz, also=also))

    def stage_power_ac(
        self, voltage_v: float, current_a: float, *, frequency_hz: float, power_factor: float, leading: bool
    ) -> None:
        """Programme volts at NORMAL, amperes at AUX (rms) and the power factor, with the output in standby.

        Raises:
            ReadbackError: the power factor is not read back as it was set.
        """
        self.refuse_outside(voltage_v, "V")
        self.refuse_outside(current_a, "A")
        self.begin_staging()
        self.out_power(voltage_v, current_a, frequency_hz)
        (self.leading if leading else self.lagging)(power_factor)
        held, leads = self.power_factor()
        if not abs(held - power_factor) <= _SAME_FACTOR or (power_factor < 1.0 and leads != leading):
            staged = f"{power_factor:g},{'LEAD' if leading else 'LAG'}"
            raise self._mismatch("power factor", staged, f"{held:g},{'LEAD' if leads else 'LAG'}")
        also = (("power_factor", (held, leads)), ("waveform_now", "SINE"), ("harmonic_now", 1))
        self.end_staging(
            Staged("AC_POWER", voltage_v, "V", frequency_hz=frequency_hz, second=current_a, also=also)
        )

    def stage_resistance(self, resistance_ohm: float, *, wires: int) -> None:
        """Programme a resistance (ohm) with the output in standby.

        Four wires are compensated below 110 kohm. Two wires, and four above, are not: the value then
        holds at the terminals.
        """
        self.begin_staging()
        self.out_resistance(resistance_ohm)
        # Above, even NONE answers 539 "Can't change compensation now."
        also: tuple[tuple[str, object], ...] = ()
        if resistance_ohm < _COMPENSATED_BELOW_OHM:
            self.compensation(4 if wires == 4 else 0)
            also = (("compensation_now", _COMPENSATION[4 if wires == 4 else 0]),)
        self.end_staging(Staged("RES", resistance_ohm, "ohm", wires, also=also))

    def stage_thermocouple(self, temperature_c: float, *, type_: str, reference_c: float | None) -> None:
        """Programme a thermocouple's temperature (degC, ITS-90) at the TC connector in standby."""
        self.begin_staging()
        self.sensor("thermocouple")
        self.couple(type_)
        if reference_c is None:
            self.reference_inside(None)
        else:
            self.reference(reference_c)
        self.out_temperature(temperature_c)
        also = (("sensor_now", "TC"), ("couple_now", type_), ("reference_now", reference_c))
        self.end_staging(Staged("TC_OUT", temperature_c, "degC", also=also))

    def stage_rtd(self, temperature_c: float, *, type_: str, wires: int) -> None:
        """Programme a resistance thermometer's temperature (degC) in standby.

        Four wires are compensated, two are not.
        """
        self.begin_staging()
        self.sensor("resistance")
        self.rtd(type_)
        self.out_temperature(temperature_c)
        self.compensation(4 if wires == 4 else 0)
        compensation = _COMPENSATION[4 if wires == 4 else 0]
        also = (("sensor_now", "RTD"), ("rtd_now", type_), ("compensation_now", compensation))
        self.end_staging(Staged("RTD", temperature_c, "degC", wires, also=also))


class Fluke5520A(Fluke5522A):
    """A 5520A behind a session: the commands of the 5522A, and the inductive compensation of its table."""

    MODEL_ID: ClassVar[str] = "fluke_5520a"
    MODELS: ClassVar[tuple[str, ...]] = ("5520A",)
    INDUCTIVE_COMPENSATION: ClassVar[bool] = True
