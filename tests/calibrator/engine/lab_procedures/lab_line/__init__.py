"""A laboratory's own procedure: a gauge on a pressure controller, up and down."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from calibrator.procedure import PointEvaluation, load_info, load_table
from calibrator_uncertainty import Budget, constant, from_half_width, type_a

FOLDER = Path(__file__).parent


def error(*, indication, reference, standard, resolution):
    return indication - reference - standard + resolution


class Line:
    info = load_info(FOLDER)
    table = load_table(
        FOLDER / "table.toml", settings={"slew": float, "hold_s": float, "settle_min_s": float, "cycle": int}
    )

    def models(self):
        return (self.table.model,)

    def sections(self, model):
        return self.table.sections

    def measure(self, bench, point):
        controller = bench.part("source")
        if point.supporting:  # the zero in the open line
            controller.act("vent")
            bench.read(2, parts=("source", "uut"))
            return
        controller.stage("pressure", Decimal(point.nominal), "Pa", slew=20000.0)
        with bench.energised():
            bench.settle(minimum_s=20.0, window=200.0, part="uut", every_s=1.0)
            bench.decide("settled", reading=bench.look("uut"))
            bench.read(2, parts=("source", "uut", "uut", "source"), every_s=5.0)

    def evaluate(self, section, observations, references):
        return tuple(self._result(item, references[item.point]) for item in observations if item.parts)

    def expected_readings(self, point):
        return {"uut": float(point.nominal), "source": float(point.nominal)}

    def _result(self, seen, references):
        standard, resolution = references.contribution("standard"), references.contribution("resolution")
        applied = [reading.value for reading in seen.parts["source"]]
        inputs = [
            type_a("indication", [reading.value for reading in seen.readings], "Pa", floor_u=1.0),
            constant("reference", sum(applied) / len(applied), "Pa"),
            from_half_width(
                "standard",
                standard.estimate,
                standard.half_width,
                "Pa",
                k=standard.k,
                treat_as=standard.treat_as,
                source=standard.source,
                shared=standard.shared,
            ),
            from_half_width(
                "resolution", 0.0, resolution.half_width, "Pa", k=0.0, treat_as=resolution.treat_as
            ),
        ]
        return PointEvaluation(seen.point, Budget(error, inputs, unit="Pa", name=seen.point))


PROCEDURE = Line()
