"""Figures and parts of a procedure that says where its figures come from (`[[figures]]`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import prod

from calibrator.bench import PlannedActions
from calibrator.engine._references import Bookkeeper, MissingFigure
from calibrator.engine._setting import Setting, table_of
from calibrator.engine._standards import Candidate, Moment, Shelf
from calibrator.engine._types import Refusal
from calibrator.evaluation import TWO_SIDED
from calibrator.procedure import (
    READING_UNITS,
    Contribution,
    FigureRule,
    Point,
    PointLimits,
    PointReferences,
    Section,
)
from calibrator.standards import BenchInstrument, Figure, Wiring
from calibrator_drivers.accuracy import AccuracyError

__all__ = ["Ruled", "rules_of"]

RECTANGULAR = "limit_rectangular"
UUT = "uut"
_BEARS = {"V": "max_voltage_v", "A": "max_current_a", "Pa": "max_pressure_pa", "degC": "max_temperature_c"}
_LEADS = {"lead_resistance_ohm": "ohm", "emf_v": "V", "insulation_ohm": "ohm"}


def rules_of(setting: Setting, section: Section) -> tuple[FigureRule, ...]:
    """Return the rules that hold in a section."""
    rules = setting.procedure.info.figures
    return tuple(rule for rule in rules if not rule.sections or section.id in rule.sections)


@dataclass(slots=True)
class Ruled:
    """Looks at the points of one section, and fixes their references by the procedure's rules."""

    setting: Setting
    shelf: Shelf
    books: Bookkeeper
    moment: Moment
    roles: Mapping[str, Sequence[str]]  # role names by model
    section: Section
    candidates: list[Candidate] = field(default_factory=list)
    by_point: dict[str, list[Candidate]] = field(default_factory=dict)

    def references(self, point: Point) -> tuple[PointReferences | None, tuple[Refusal, ...]]:
        """Return the references of a point, or what stands against it."""
        found = list(self._problems(point))
        if found:
            return None, tuple(found)
        contributions: list[Contribution] = []
        for rule in rules_of(self.setting, self.section):
            try:
                made = self._figure(point, rule)
                contributions += [] if made is None else [made]
            except MissingFigure as error:
                found.append(self._missing(point, error))
            except _Refused as error:
                found.append(replace(error.refusal, points=(point.id,)))
            except AccuracyError as error:
                place = f"accuracy table of the part {rule.part}"
                reason = f"{error.what}. {error.way_out}"
                found.append(Refusal(error.code, reason, place, points=(point.id,)))
        if found:
            return None, tuple(found)
        asset, title = self._standard(point)
        return PointReferences(point, self._limits(point), asset, title, tuple(contributions)), ()

    def standard(self, point: Point) -> Candidate | None:
        """Return the standard of a point among the figures that were looked up, None where there is none."""
        asset, _ = self._standard(point)
        own = self.by_point.get(point.id, ())
        return next((item for item in own if item.instrument.asset == asset), None)

    def artefacts(self, point: Point) -> tuple[str, ...]:
        """Return the artefacts that the wirings of a point connect, such as weights."""
        return tuple(dict.fromkeys(wiring.artefact for wiring in self._wirings(point) if wiring.artefact))

    # What stands against a point.

    def _problems(self, point: Point) -> Iterator[Refusal]:
        yield from self._limit_problems(point)
        planned = self.setting.actions.get(point.id) or PlannedActions()
        for name in planned.connects:
            if name not in self.setting.bench.wirings:
                yield Refusal(
                    "no-wiring",
                    f"The bench has no wiring {name!r}, which the point asks for. Add [wirings.{name}].",
                    self.setting.bench.place("wirings", name),
                    points=(point.id,),
                )
                return
        rules = rules_of(self.setting, self.section)
        parts = [*planned.parts, *(rule.part for rule in rules if rule.part)]
        staged = [stage.part for stage in planned.stages]
        for part in dict.fromkeys((*parts, *staged)):
            yield from self._part_problems(point, part)
        yield from self._too_much(point, planned)

    def _limit_problems(self, point: Point) -> Iterator[Refusal]:
        if point.supporting:
            return
        limits = point.limits_at(self.setting.interval)
        if limits is None:
            yield Refusal(
                "no-limit",
                f"There is no limit for the interval {self.setting.interval}; there is"
                f" {', '.join(point.limits) or 'none'}. Choose another --interval.",
                "--interval",
                points=(point.id,),
            )
        elif limits.half is None and self.setting.rule in TWO_SIDED:
            yield Refusal(
                "one-sided",
                f"The rule {self.setting.rule} rests on half the tolerance, which a limit on one side alone"
                " does not have. Choose another --rule, such as guard-band-u.",
                "--rule",
                points=(point.id,),
            )

    def _part_problems(self, point: Point, part: str) -> Iterator[Refusal]:
        wiring = self._wiring(point)
        name = self._name(wiring, part)
        if name is None:
            yield Refusal(
                "no-part",
                f"The wiring {wiring.name!r} names nothing for the part {part!r}. Add"
                f' parts = {{ {part} = "…" }} to it.',
                self.setting.bench.place("wirings", wiring.name),
                points=(point.id,),
            )
            return
        instrument = self.setting.bench.instruments[name]
        wanted = self.setting.procedure.info.roles.get(part, ())
        filled = self.roles.get(instrument.model, ())
        if instrument.artefact or not wanted or set(wanted) & set(filled):
            return
        yield Refusal(
            "uut-no-role" if part == UUT else "no-role",
            f"{instrument.asset} fills none of the roles {', '.join(wanted)} of the part {part!r}. Name"
            " another instrument in the wiring.",
            self.setting.bench.place("wirings", wiring.name),
            instrument.asset,
            (point.id,),
        )

    def _too_much(self, point: Point, planned: PlannedActions) -> Iterator[Refusal]:
        """The weakest link limits, and has to say what it bears (METROLOGY 5)."""
        for wiring in self._wirings(point):
            for stage in planned.stages:
                most = wiring.bears().get(stage.unit)
                key = _BEARS.get(stage.unit)
                if key is None or (most is not None and abs(float(stage.value)) <= most):
                    continue
                bears = "does not say what it bears" if most is None else f"bears {most:g} {stage.unit}"
                yield Refusal(
                    "no-maximum" if most is None else "above-wiring",
                    f"The point needs {abs(stage.value):f} {stage.unit}, the wiring {wiring.name!r} {bears}."
                    f" Use what bears it and say so with {key} in the bench file.",
                    self.setting.bench.place("wirings", wiring.name, key),
                    points=(point.id,),
                )

    # The figures.

    def _figure(self, point: Point, rule: FigureRule) -> Contribution | None:
        if rule.origin == "accuracy":
            return self._of_accuracy(point, rule)
        if rule.origin == "resolution":
            return self._of_resolution(point, rule)
        if rule.origin == "emf":
            return self._of_emf(point, rule)
        return self._of_wiring(point, rule) if rule.origin == "wiring" else self._of_settings(point, rule)

    def _of_accuracy(self, point: Point, rule: FigureRule) -> Contribution:
        instrument = self._reading(point, rule)
        asked = self._asked(point, rule, instrument)
        own = instrument.name == self.setting.uut.name
        on_range = float(point.settings[rule.on_range]) if rule.on_range else None
        found = self.shelf.figure(
            instrument, asked, self.moment, interval=rule.interval, own=own, range_high=on_range
        )
        if isinstance(found, Refusal):
            reason = f"{instrument.asset} cannot be the part {rule.part!r}: {found.reason}"
            raise _Refused(replace(found, reason=reason))
        if not own:
            self.candidates.append(found)
            self.by_point.setdefault(point.id, []).append(found)
        made = self.books.of_standard(asked, found)
        shared = ":".join(part for part in (made.shared, rule.interval) if part)
        return replace(
            made,
            kind=rule.kind,
            estimate=made.estimate * rule.factor,
            half_width=made.half_width * abs(rule.factor),
            shared=shared.replace("standard:", "uut:", 1) if own else shared,
        )

    def _of_resolution(self, point: Point, rule: FigureRule) -> Contribution:
        instrument = self._reading(point, rule)
        asked = self._asked(point, rule, instrument)
        table = table_of(instrument)
        ranges = table.ranges(asked.function) if asked.function in table.functions() else ()
        # the rows of an option are a readout's, whose ranges are not those of the unit that it reads
        own = rule.part == UUT and not rule.option and float(point.range) in ranges
        row = table.row(
            asked.function,
            float(asked.nominal),
            range_high=float(point.range) if own else None,
            frequency_hz=_frequency(point),
            option=instrument.options[0] if instrument.options else None,
        )
        if row.indication_resolution is None:
            raise MissingFigure(
                f"{row.id} does not state the resolution", "Add resolution to the row of the accuracy table."
            )
        half = row.indication_resolution / 2 * rule.factor
        source = f"{row.id} [{row.source}]"
        return Contribution(rule.kind, 0.0, half, row.unit, 0.0, RECTANGULAR, str(row.status), source)

    def _of_wiring(self, point: Point, rule: FigureRule) -> Contribution:
        wiring, key = self._wiring(point), rule.key or rule.kind
        figure, unit = _wired(wiring, key, self.setting.uut.name)
        if figure is None:
            raise MissingFigure(
                f"the wiring {wiring.name!r} does not state {key}",
                f"Add [wirings.{wiring.name}.figures.{key}] with value, half_width, unit, status and source.",
                f"figures.{key}",
            )
        _averaged(point, rule, figure, f"[wirings.{wiring.name}.figures.{key}]")
        return Contribution(
            rule.kind,
            figure.value * rule.factor,
            figure.half_width * abs(rule.factor),
            unit,
            figure.k,
            "normal_k" if figure.k else RECTANGULAR,
            figure.status,
            figure.source,
            f"{rule.kind}:{wiring.name}",
        )

    def _of_emf(self, point: Point, rule: FigureRule) -> Contribution | None:
        """Return what an EMF adds to a resistance: divided by the current, where that is not reversed."""
        asked = self._asked(point, rule, instrument := self._reading(point, rule))
        on_range = float(point.settings[rule.on_range]) if rule.on_range else None
        row = table_of(instrument).row(asked.function, float(asked.nominal), range_high=on_range)
        if not row.one_way_current:
            return None
        if not row.test_current_a:
            raise MissingFigure(f"{row.id} does not state the test current", "Add test_current_a to the row.")
        emf, ohms = self._of_wiring(point, rule), 1.0 / row.test_current_a
        return replace(emf, estimate=emf.estimate * ohms, half_width=emf.half_width * ohms, unit=point.unit)

    def _of_settings(self, point: Point, rule: FigureRule) -> Contribution:
        key, limits = rule.key or rule.kind, self._limits(point)
        if key not in point.settings or f"{key}_half_width" not in point.settings:
            raise MissingFigure(
                f"the point table does not state {key} at {point.id}",
                f"Add {key} and {key}_half_width to the point's settings.",
            )
        value, half = (float(point.settings[name]) * rule.factor for name in (key, f"{key}_half_width"))
        unit = rule.unit or point.unit
        return Contribution(
            rule.kind,
            value,
            abs(half),
            unit,
            0.0,
            RECTANGULAR,
            limits.status,
            f"point table of {self.setting.uut_table.id}: {limits.source}",
            f"{rule.kind}:{self.setting.uut.serial or self.setting.uut.asset}:{self.section.id}",
        )

    # Who and where.

    def _asked(self, point: Point, rule: FigureRule, instrument: BenchInstrument) -> Point:
        """Return the point as the accuracy table of a part is asked: in its function and unit."""
        function = rule.function or point.function
        value = Decimal(str(point.settings[rule.at])) if rule.at else point.nominal
        table = table_of(instrument)
        unit = READING_UNITS.get(function, point.unit)
        if function in table.functions():
            unit = next(row.unit for row in table.rows if row.function == function)
        return replace(point, function=function, nominal=value, unit=unit)

    def _reading(self, point: Point, rule: FigureRule) -> BenchInstrument:
        """Return what fills the part of a rule, with the option of its table that the point asks for."""
        found = self._instrument(point, rule.part)
        return replace(found, options=(str(point.settings[rule.option]),)) if rule.option else found

    def _wiring(self, point: Point) -> Wiring:
        """Return the wiring in which a point is read: the last that it asks for, else its section's."""
        return self._wirings(point)[-1]

    def _wirings(self, point: Point) -> list[Wiring]:
        planned = self.setting.actions.get(point.measured_with or point.id)
        names = list(planned.connects) if planned is not None and planned.connects else [self.section.wiring]
        return [self.setting.bench.wirings[name] for name in dict.fromkeys(names)]

    def _instrument(self, point: Point, part: str) -> BenchInstrument:
        return self.setting.bench.instruments[self._name(self._wiring(point), part) or ""]

    def _name(self, wiring: Wiring, part: str) -> str | None:
        """Return what fills a part; the unit under test reads itself, or is read by another instrument."""
        own = wiring.unit(self.setting.uut.name).parts.get(part)
        if own is not None:
            return own
        if part != UUT or not (wiring.units or wiring.meter or wiring.part(part)):
            return wiring.part(part)
        return wiring.unit(self.setting.uut.name).reader

    def _limits(self, point: Point) -> PointLimits:
        limits = None if point.supporting else point.limits_at(self.setting.interval)
        if limits is None:
            return PointLimits(
                self.setting.interval, None, None, "derived", "no limits: it serves other points"
            )
        if limits.edition:  # whose figures are confirmed in the laboratory's list of regulations
            return limits
        return replace(limits, confirmed=self.books.confirmed_limits(point))

    def _standard(self, point: Point) -> tuple[str, str]:
        wiring = self._wiring(point)
        named = point.standard in ("artefact", wiring.artefact)
        name = wiring.part(point.standard) or (wiring.artefact if named else None)
        if name is None:
            return "", point.standard
        item = self.setting.bench.instruments[name]
        table = table_of(item)
        return item.asset, f"{table.manufacturer} {table.model}, {item.serial or 'no serial'}".strip()

    def _missing(self, point: Point, error: MissingFigure) -> Refusal:
        place = f"point table and accuracy table of {self.setting.uut.model}"
        if error.key:
            place = self.setting.bench.place("wirings", self._wiring(point).name, *error.key.split("."))
        return Refusal("figure-missing", f"{error.what}. {error.way_out}", place, points=(point.id,))


class _Refused(Exception):  # noqa: N818 - what it says, caught where a figure is asked for
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def _averaged(point: Point, rule: FigureRule, figure: Figure, place: str) -> None:
    """Refuse a figure by averaging time that is stated for longer means than the point takes, or for none.

    Between two averaging times nothing is interpolated: the shorter one's figure is the worse and holds.
    """
    if not rule.over:
        return
    measured_s = prod(float(point.settings[name]) for name in rule.over)
    key = f"figures.{rule.key or rule.kind}.averaging_s"
    if figure.averaging_s == 0.0:
        raise MissingFigure(
            f"the figure {place} does not say for which averaging time it holds",
            f"Add averaging_s; the point averages over {measured_s:g} s.",
            key,
        )
    if figure.averaging_s > measured_s:
        raise MissingFigure(
            f"the figure {place} holds for means over {figure.averaging_s:g} s and longer, the point averages"
            f" over {measured_s:g} s",
            "State the figure of the longest averaging time that is not longer than that.",
            key,
        )


def _wired(wiring: Wiring, key: str, uut: str) -> tuple[Figure | None, str]:
    own = wiring.figure(key, uut)
    if own is not None:
        return own, own.unit
    leads = {
        "lead_resistance_ohm": wiring.leads.resistance_ohm,
        "emf_v": wiring.leads.emf_v,
        "insulation_ohm": wiring.leads.insulation_ohm,
    }
    return leads.get(key), _LEADS.get(key, "")


def _frequency(point: Point) -> float:
    return float(point.settings.get("frequency_hz", 0.0))
