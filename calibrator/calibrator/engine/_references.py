"""The figures that a point's budget takes from outside the readings, fixed before the run.

The kinds are the contract with the procedures' budgets: standard, source_resistance, loading, leads, emf,
leakage, test_current, input_conductance, capacitance, frequency, resolution.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from calibrator.engine._standards import Candidate
from calibrator.procedure import Contribution, Point, PointReferences
from calibrator.standards import BenchFile, BenchInstrument, Confirmation, Figure, Wiring, confirmed
from calibrator_drivers.accuracy import AccuracyTable, RangeRow

__all__ = ["Bookkeeper", "MissingFigure", "frequency_of"]

RECTANGULAR = "limit_rectangular"
OHMS = ("res2w", "res4w")
POINT_STATUS = "memory_medium"  # of a test current or a resolution that only a point table states


def frequency_of(point: Point) -> float:
    """Return the frequency (Hz) of an alternating point, 0 of any other."""
    return float(point.settings.get("frequency_hz", 0.0))


class MissingFigure(Exception):  # noqa: N818 - what it says, caught by preflight
    """A figure that a budget needs and that the bench file or a table does not state."""

    def __init__(self, what: str, way_out: str, key: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.way_out = way_out
        self.key = key  # of the wiring in the bench file; "" for a figure of a table


@dataclass(frozen=True, slots=True)
class Bookkeeper:
    """Puts the references of points together for one bench and one unit under test."""

    bench: BenchFile
    uut: BenchInstrument
    uut_table: AccuracyTable
    interval: str
    confirmations: tuple[Confirmation, ...]

    def references(self, point: Point, wiring: Wiring, standard: Candidate | None) -> PointReferences:
        """Return the references of a point; `standard` None is an artefact.

        Raises:
            MissingFigure: naming the figure.
            AccuracyError: the UUT's table has no such range.
        """
        row = self.uut_table.row(
            point.function,
            float(point.nominal),
            range_high=float(point.range),
            frequency_hz=frequency_of(point),
            interval=self.interval,
        )
        contributions = tuple(self._contributions(point, wiring, standard, row))
        limits = point.limits_at(self.interval)
        if limits is None:
            raise MissingFigure(
                f"there is no limit for {self.interval} at {point.id}", "Choose another interval."
            )
        who = self._confirmed(self.uut_table.id, point.function, self.interval, row.range_high)
        asset, title = self._standard(wiring, standard)
        if not limits.edition:  # whose figures are confirmed in the laboratory's list of regulations
            limits = replace(limits, confirmed=who)
        return PointReferences(point, limits, asset, title, contributions)

    def _standard(self, wiring: Wiring, standard: Candidate | None) -> tuple[str, str]:
        if standard is not None:
            table, instrument = standard.table, standard.instrument
            return instrument.asset, f"{table.manufacturer} {table.model}, {instrument.serial or 'no serial'}"
        if wiring.artefact is not None:
            artefact = self.bench.instruments[wiring.artefact]
            return artefact.asset, f"{artefact.model.replace('_', ' ')}, {artefact.serial or 'no serial'}"
        return "", "open terminals"

    def _contributions(
        self, point: Point, wiring: Wiring, standard: Candidate | None, row: RangeRow
    ) -> Iterator[Contribution]:
        if standard is not None:
            yield self.of_standard(point, standard)
        if point.function in ("dcv", "acv") and standard is not None:
            yield self._source_resistance(point, standard)
            yield _leads(wiring)
            yield self._loading(point, "loading" if point.function == "dcv" else "input_conductance")
        if point.function == "acv" and standard is not None:
            yield from self._reactance(point, wiring)
        if point.function in OHMS and standard is not None:
            yield self._leakage(wiring)
        if point.function == "res2w" and standard is not None:
            yield _leads(wiring)
        if point.function in ("dcv", *OHMS):
            emf = _need(wiring.leads.emf_v, "emf_v", wiring)
            yield _of_figure("emf", emf, 1.0, "V", f"emf:{wiring.name}")
        if point.function in OHMS:
            yield self._test_current(point, row)
        yield self._resolution(point, row)

    def confirmed_limits(self, point: Point) -> str:
        """Return who confirmed the limits of the unit under test at a point, "" for nobody."""
        return self._confirmed(self.uut_table.id, point.function, self.interval, float(point.range))

    def of_standard(self, point: Point, standard: Candidate) -> Contribution:
        """Return the figure of a standard at a point, with the cause that points share (METROLOGY 17)."""
        limit, row = standard.limit, standard.row
        serial = standard.instrument.serial or standard.instrument.asset
        notes = f" ({'; '.join(limit.notes)})" if limit.notes else ""
        who = self._confirmed(standard.table.id, point.function, limit.interval, row.range_high)
        return Contribution(
            "standard",
            standard.correction,
            limit.half_width,
            limit.unit,
            limit.k,
            str(limit.treat_as),
            str(limit.status),
            f"{limit.row} [{limit.source}]{notes}",
            # one error a serial, function and range (METROLOGY 17, 26)
            f"standard:{serial}:{row.function}:{row.range_high:.9g}",
            # Who held the figure against the document did not see the state in which it holds.
            "" if limit.inferred else who,
        )

    def _source_resistance(self, point: Point, standard: Candidate) -> Contribution:
        row = standard.row
        return Contribution(
            "source_resistance",
            row.source_impedance_ohm or 0.0,
            0.0,
            "ohm",
            0.0,
            RECTANGULAR,
            str(row.status),
            f"{row.id} [{row.source}]",
            "",
            self._confirmed(standard.table.id, point.function, row.interval, row.range_high),
        )

    def _loading(self, point: Point, kind: str) -> Contribution:
        settings = point.settings
        if "input_conductance_s" not in settings or "input_conductance_half_width_s" not in settings:
            raise MissingFigure(
                f"the point table does not state the meter's input conductance at {point.id}",
                "Add input_conductance_s and input_conductance_half_width_s to the point's settings.",
            )
        return Contribution(
            kind,
            float(settings["input_conductance_s"]),
            float(settings["input_conductance_half_width_s"]),
            "S",
            0.0,
            RECTANGULAR,
            "derived",
            f"input conductance on {point.range:f} {point.unit}, point table of {self.uut_table.id}",
            f"loading:{self.uut.serial or self.uut.asset}:{point.function}:{point.range:f}",
        )

    def _reactance(self, point: Point, wiring: Wiring) -> Iterator[Contribution]:
        """Yield the capacitance of meter and leads, and the frequency at which it loads the source."""
        settings = point.settings
        if "input_capacitance_f" not in settings or "input_capacitance_half_width_f" not in settings:
            raise MissingFigure(
                f"the point table does not state the meter's input capacitance at {point.id}",
                "Add input_capacitance_f and input_capacitance_half_width_f to the point's settings.",
            )
        leads = _need(wiring.figures.get("capacitance"), "figures.capacitance", wiring)
        yield Contribution(
            "capacitance",
            float(settings["input_capacitance_f"]) + leads.value,
            float(settings["input_capacitance_half_width_f"]) + leads.half_width,
            "F",
            0.0,
            RECTANGULAR,
            leads.status,
            f"input capacitance, point table of {self.uut_table.id}, and of the leads, {leads.source}",
            f"capacitance:{wiring.name}",
        )
        source = "set at the source; its error is below 1e-4 of what it decides here"
        yield Contribution("frequency", frequency_of(point), 0.0, "Hz", 0.0, RECTANGULAR, "derived", source)

    def _leakage(self, wiring: Wiring) -> Contribution:
        insulation = _need(wiring.leads.insulation_ohm, "insulation_ohm", wiring)
        half = 0.5 / insulation.value
        return Contribution(
            "leakage",
            half,
            half,
            "S",
            0.0,
            RECTANGULAR,
            insulation.status,
            f"insulation of at least {insulation.value:g} ohm, {insulation.source}",
            f"leakage:{wiring.name}",
        )

    def _test_current(self, point: Point, row: RangeRow) -> Contribution:
        """Return the test current: of the row, of the four-wire row of that range, or of the point."""
        if not row.test_current_a and row.function == "res2w" and "res4w" in self.uut_table.functions():
            row = self.uut_table.row(
                "res4w", float(point.nominal), range_high=row.range_high, interval=self.interval
            )
        stated = float(point.settings.get("test_current_a", 0.0))
        if not row.test_current_a and not stated:
            raise MissingFigure(
                f"{row.id} does not state the meter's test current",
                "Add test_current_a to the row of the accuracy table, or to the point's settings.",
            )
        status, source = str(row.status), f"{row.id} [{row.source}]"
        if not row.test_current_a:
            status, source = POINT_STATUS, f"point table of {self.uut_table.id}"
        current = row.test_current_a or stated
        return Contribution("test_current", current, 0.0, "A", 0.0, RECTANGULAR, status, source)

    def _resolution(self, point: Point, row: RangeRow) -> Contribution:
        resolution = row.indication_resolution  # METROLOGY 14: that of the recorded indication
        status, source = str(row.status), f"{row.id} [{row.source}]"
        if resolution is None and "resolution" in point.settings:  # of a frequency, by the gate time
            resolution = float(point.settings["resolution"])
            status, source = POINT_STATUS, f"point table of {self.uut_table.id}"
        if resolution is None:
            raise MissingFigure(
                f"{row.id} does not state the resolution",
                "Add resolution to the row of the accuracy table, or to the point's settings.",
            )
        return Contribution("resolution", 0.0, resolution / 2, row.unit, 0.0, RECTANGULAR, status, source)

    def _confirmed(self, table: str, function: str, interval: str, range_high: float) -> str:
        found = confirmed(self.confirmations, table, function, interval, range_high)
        if found is None:
            return ""
        return f"{found.by}, {found.document}, p. {found.page}, {found.date.isoformat()}"


def _need(figure: Figure | None, key: str, wiring: Wiring) -> Figure:
    if figure is None:
        raise MissingFigure(
            f"the wiring {wiring.name!r} does not state {key}",
            f"Add {key} with half_width, status and source under [wirings.{wiring.name}].",
            key,
        )
    return figure


def _leads(wiring: Wiring) -> Contribution:
    lead = _need(wiring.leads.resistance_ohm, "lead_resistance_ohm", wiring)
    return _of_figure("leads", lead, 2.0, "ohm", f"leads:{wiring.name}")


def _of_figure(kind: str, figure: Figure, factor: float, unit: str, shared: str) -> Contribution:
    return Contribution(
        kind,
        factor * figure.value,
        factor * figure.half_width,
        unit,
        0.0,
        RECTANGULAR,
        figure.status,
        figure.source,
        shared,
    )
