"""Which instrument of the bench realises a point, and why the others may not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo

from calibrator.engine._certificate_route import NoValue, by_certificate, ranges_of
from calibrator.engine._types import Refusal
from calibrator.procedure import Point
from calibrator.standards import (
    BenchFile,
    BenchInstrument,
    Certificate,
    CertificateValue,
    Confirmation,
    Lab,
    Register,
    Wiring,
    interval_of,
)
from calibrator_drivers.accuracy import (
    AccuracyError,
    AccuracyTable,
    Limit,
    RangeRow,
    State,
    load_table,
)

__all__ = ["SOURCE_ROLES", "Candidate", "Moment", "Shelf"]

SOURCE_ROLES: Mapping[str, str] = {
    "dcv": "SourceVoltageDC",
    "res2w": "SourceResistance",
    "res4w": "SourceResistance",
    "dci": "SourceCurrentDC",
    "acv": "SourceVoltageAC",
    "aci": "SourceCurrentAC",
    "freq": "SourceFrequency",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """When and in what surroundings the figures are taken; `until` is the expected end of the run."""

    now: datetime
    until: datetime
    temperature_c: float | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A standard that may realise a point, with the figures that it brings."""

    instrument: BenchInstrument
    table: AccuracyTable
    limit: Limit
    row: RangeRow
    certificate: Certificate
    interval: str
    correction: float = 0.0  # of the source: what is added to the value that it says
    route: str = "specification"  # or "certificate" (METROLOGY 10)
    values: tuple[CertificateValue, ...] = ()  # of the certificate, that the correction rests on


@dataclass(frozen=True, slots=True)
class Shelf:
    """The instruments of a bench as standards: roles, tables and certificates."""

    bench: BenchFile
    lab: Lab
    register: Register
    roles: Mapping[str, Sequence[str]]  # role names by model
    live: bool
    passing: frozenset[str] = frozenset()  # codes that a named deviation lets pass
    passed: set[str] = field(default_factory=set, compare=False)  # those that were needed

    def choose(
        self, point: Point, wiring: Wiring, uut: str, moment: Moment
    ) -> tuple[Candidate | None, tuple[Refusal, ...]]:
        """Return the standard with the smallest limit at the point, and why the others may not."""
        found: list[Candidate] = []
        refused: list[Refusal] = []
        for instrument in self.bench.instruments.values():
            if instrument.artefact:
                continue
            looked = self._look(instrument, point, wiring, uut, moment)
            if isinstance(looked, Candidate):
                found.append(looked)
            else:
                refused.append(looked)
        best = min(found, key=lambda item: item.limit.half_width, default=None)
        refused += [
            Refusal(
                "larger-limit", "another standard has the smaller limit here", asset=item.instrument.asset
            )
            for item in found
            if item is not best
        ]
        return best, tuple(refused)

    def certificate(self, asset: str, moment: Moment) -> Certificate | None:
        """Return the newest certificate of an asset: a simulated bench brings its own, else registered."""
        on_bench = self.bench.assets.get(asset)
        if on_bench is not None:
            return on_bench.certificate
        return self.register.certificate_for(asset, moment.now.astimezone(self.lab.zone).date())

    def confirmations(self) -> tuple[Confirmation, ...]:
        """Return what persons have held against the documents, in lab.toml and in the register."""
        return (*self.lab.confirmations, *self.register.confirmations())

    def _look(
        self, instrument: BenchInstrument, point: Point, wiring: Wiring, uut: str, moment: Moment
    ) -> Candidate | Refusal:
        role = SOURCE_ROLES.get(point.function, "")
        no = _Refuser(instrument.asset, self.bench.place("instruments", instrument.name))
        if instrument.name == uut:
            return no("is-uut", "it is the unit under test", "")
        if role not in self.roles.get(instrument.model, ()):
            return no("no-role", f"its driver does not fill the role {role or point.function}", "")
        if wiring.source != instrument.name:
            return no(
                "not-wired",
                f"the wiring {wiring.name!r} does not connect it",
                "Add a wiring to the bench file.",
            )
        certificate = self.certificate(instrument.asset, moment)
        if certificate is None:
            record = "Record it: calibrator standards add FILE.toml."
            place = self.place(instrument.asset, None, "number")
            return _Refuser(instrument.asset, place)("no-certificate", "it has no certificate", record)
        faults = _faults(certificate, point.function, moment, self.lab.zone, self.live)
        problem = next(iter(self._standing(certificate, faults)), None)
        return problem or self._figures(instrument, point, certificate, moment)

    def figure(
        self,
        instrument: BenchInstrument,
        point: Point,
        moment: Moment,
        *,
        interval: str = "",
        own: bool = False,
        range_high: float | None = None,
    ) -> Candidate | Refusal:
        """Return the figures of any part at a point, in the function and unit of its accuracy table.

        `interval` is one of the table, else it follows from the certificate; `own` is the unit under test,
        whose specification needs no certificate; `range_high` is the range it is on, where that is known.
        """
        no = _Refuser(instrument.asset, self.place(instrument.asset, None, "number"))
        certificate = self.certificate(instrument.asset, moment)
        if own:
            certificate = _none(instrument.asset, moment.now.astimezone(self.lab.zone).date())
        elif certificate is None:
            return no(
                "no-certificate", "it has no certificate", "Record it: calibrator standards add FILE.toml."
            )
        else:
            faults = _faults(certificate, point.function, moment, self.lab.zone, self.live)
            problem = next(iter(self._standing(certificate, faults)), None)
            if problem is not None:
                return problem
        return self._figures(instrument, point, certificate, moment, interval, range_high=range_high)

    def artefact_problems(self, artefact: BenchInstrument, moment: Moment) -> Iterator[Refusal]:
        """Yield what stands against an artefact (a short): a certificate that is not in force.

        One without a certificate is used for what the bench file says of it; its wiring states its EMF.
        """
        certificate = self.certificate(artefact.asset, moment)
        if certificate is not None:
            yield from self._standing(certificate, _dated(certificate, moment, self.lab.zone, self.live))

    def _standing(self, certificate: Certificate, faults: Sequence[_Fault]) -> Iterator[Refusal]:
        """Yield the faults that a certificate has and that no named deviation lets pass."""
        for code, holds, what, way_out, key in faults:
            if holds and code in self.passing:
                self.passed.add(code)
            elif holds:
                no = _Refuser(certificate.asset, self.place(certificate.asset, certificate, key))
                yield no(code, f"its certificate {certificate.number} {what}", way_out)

    def place(self, asset: str, certificate: Certificate | None, key: str) -> str:
        """Return where a key of an asset's certificate stands: in the bench file or in the register."""
        if asset in self.bench.assets:
            return self.bench.place("assets", asset, "certificate", key)
        if certificate is None:
            return f"the register, asset {asset}"
        return f"the register, certificate {certificate.number}, key {key}"

    def _figures(
        self,
        instrument: BenchInstrument,
        point: Point,
        certificate: Certificate,
        moment: Moment,
        fixed: str = "",
        *,
        range_high: float | None = None,
    ) -> Candidate | Refusal:
        no = _Refuser(instrument.asset, f"accuracy table {instrument.model}")
        issued = certificate.issued
        today = moment.until.astimezone(self.lab.zone).date()
        value = float(point.nominal)
        frequency = float(point.settings.get("frequency_hz", 0.0))
        try:
            table = load_table(instrument.model)
            if point.function == "res2w" and "res2w" not in table.functions():
                point = replace(point, function="res4w")  # one resistance, however it is measured
            interval = fixed or interval_of(table, point.function, issued, today)
            if interval is None:
                return replace(no, place=self.place(instrument.asset, certificate, "issued"))(
                    "certificate-too-old",
                    f"its certificate {certificate.number} of {issued} is older than every interval of its"
                    " specification",
                    "Have it calibrated.",
                )
            state = _state(instrument, certificate, moment)
            limit = table.limit(
                point.function,
                value,
                range_high=range_high,
                interval=interval,
                state=state,
                frequency_hz=frequency,
            )
            row = table.row(
                point.function,
                value,
                range_high=range_high,
                interval=interval,
                option=state.option,
                frequency_hz=frequency,
            )
        except AccuracyError as error:
            return no(error.code, error.what, error.way_out)
        plain = Candidate(instrument, table, limit, row, certificate, interval)
        if certificate.kind != "values":
            return plain
        return self._by_values(plain, point, moment, today, state)

    def _by_values(
        self, plain: Candidate, point: Point, moment: Moment, today: date, state: State
    ) -> Candidate | Refusal:
        """Return the standard by the certificate route; by its specification only under a named deviation."""
        certificate, value = plain.certificate, float(point.nominal)
        calibrated = replace(state, temperature_c=state.calibration_temperature_c or state.temperature_c)
        try:
            figure = by_certificate(
                point,
                plain.row,
                certificate,
                self._former(certificate, moment),
                range_at=ranges_of(plain.table, point, plain.interval, state.option),
                today=today,
                specified=plain.limit,
                at_calibration=plain.table.limit(
                    point.function,
                    value,
                    interval=plain.interval,
                    state=calibrated,
                    frequency_hz=float(point.settings.get("frequency_hz", 0.0)),
                ),
            )
        except NoValue as problem:
            if "certificate-values" in self.passing:
                self.passed.add("certificate-values")
                return plain
            asset = certificate.asset
            return _Refuser(asset, self.place(asset, certificate, "value"))(
                "certificate-values",
                f"its certificate {certificate.number} {problem}",
                "Nothing is extrapolated: use another standard, or have this value calibrated.",
            )
        return replace(
            plain, limit=figure.limit, correction=figure.correction, route="certificate", values=figure.values
        )

    def _former(self, certificate: Certificate, moment: Moment) -> Certificate | None:
        """Return the certificate before this one; a simulated bench brings only one of each asset."""
        if certificate.asset in self.bench.assets:
            return None
        today = moment.now.astimezone(self.lab.zone).date()
        issued = [c for c in self.register.certificates(certificate.asset) if c.issued <= today]
        before = [c for c in issued if c.kind == "values" and c.number != certificate.number]
        return before[-1] if before else None


_Fault = tuple[str, bool, str, str, str]  # code, whether the certificate has it, sentence, way out, key


def _dated(certificate: Certificate, moment: Moment, zone: tzinfo, live: bool) -> tuple[_Fault, ...]:
    """Return the faults that the certificate of anything may have."""
    again = "Have it calibrated and record the new certificate: calibrator standards add FILE.toml."
    return (
        (
            "certificate-simulated",
            live and certificate.simulated,
            "is simulated",
            "Record the real one: calibrator standards add FILE.toml.",
            "number",
        ),
        (
            "certificate-not-yet",
            moment.now.astimezone(zone).date() < certificate.issued,
            f"is issued on {certificate.issued}, later than now",
            "Look at the clock of this machine: calibrator doctor.",
            "issued",
        ),
        (
            "certificate-expired",
            moment.until >= certificate.ends_at(zone),
            f"was due on {certificate.due}"
            if moment.now >= certificate.ends_at(zone)
            else f"is due on {certificate.due}, before the run would end",
            again,
            "due",
        ),
    )


def _faults(
    certificate: Certificate, function: str, moment: Moment, zone: tzinfo, live: bool
) -> tuple[_Fault, ...]:
    """Return the faults that the certificate of a standard may have at a point."""
    return (
        *_dated(certificate, moment, zone, live),
        (
            "certificate-function",
            not certificate.covers(function),
            f"does not show conformity for {function}",
            "Use another standard, or have this function calibrated.",
            "functions",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Refuser:
    asset: str
    place: str

    def __call__(self, code: str, what: str, way_out: str) -> Refusal:
        sentence = f"{what}." if not what.endswith(".") else what
        return Refusal(code, f"{sentence} {way_out}".strip(), self.place, self.asset)


def _none(asset: str, today: date) -> Certificate:
    """Return the certificate that the unit under test does not need."""
    kind = "specification conformity"
    return Certificate(
        asset, "none", today, today, "", "", "", kind, (), None, "", "", "", "", simulated=False
    )


def _state(instrument: BenchInstrument, certificate: Certificate, moment: Moment) -> State:
    """Return what is known of a standard's state; what is not takes the worse figure."""
    hours = None
    if instrument.zeroed_at is not None:
        hours = (moment.until - instrument.zeroed_at).total_seconds() / 3600
    change = None
    if moment.temperature_c is not None and instrument.zeroed_temperature_c is not None:
        change = moment.temperature_c - instrument.zeroed_temperature_c
    selfcal_h = None
    if instrument.acal_at is not None:
        selfcal_h = (moment.until - instrument.acal_at).total_seconds() / 3600
    since_acal = None
    if moment.temperature_c is not None and instrument.acal_temperature_c is not None:
        since_acal = moment.temperature_c - instrument.acal_temperature_c
    return State(
        temperature_c=moment.temperature_c,
        hours_since_zero=hours,
        temperature_change_since_zero_c=change,
        hours_since_acal=selfcal_h,
        temperature_change_since_acal_c=since_acal,
        option=instrument.options[0] if instrument.options else None,
        calibration_temperature_c=certificate.temperature_c,
    )
