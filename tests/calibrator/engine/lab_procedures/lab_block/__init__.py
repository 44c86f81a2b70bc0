"""A laboratory's own procedure: a probe without a driver in a block, beside its standard."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from calibrator.procedure import PointEvaluation, Text, load_info, load_table
from calibrator_uncertainty import Budget, constant, from_half_width, type_a

FOLDER = Path(__file__).parent
ASKED = Text("Ice in the flask?", "保温瓶中有冰吗？")


def error(*, indication, reference, standard, place, offset):
    return indication - reference - standard - place - offset


class Block:
    info = load_info(FOLDER)
    table = load_table(
        FOLDER / "table.toml", settings={"depth": str, "offset": str, "offset_half_width": str}
    )

    def models(self):
        return (self.table.model,)

    def sections(self, model):
        return self.table.sections

    def measure(self, bench, point):
        bench.connect(str(point.settings["depth"]))
        bench.ask("ice", ASKED, number=True, simulated="0.25")
        for part in ("standard", "uut"):
            bench.part(part).configure("temperature", probe="pt100")
        bench.part("source").stage("temperature", Decimal(point.nominal), "degC")
        with bench.energised(timeout_s=0):
            bench.settle(minimum_s=1500.0, window=0.05, part="standard", every_s=60.0, timeout_s=7200.0)
            bench.read(2, parts=("standard", "uut", "uut", "standard"), every_s=10.0)

    def evaluate(self, section, observations, references):
        return tuple(self._result(item, references[item.point]) for item in observations)

    def _result(self, seen, references):
        figures = {kind: references.contribution(kind) for kind in ("standard", "place", "offset")}
        applied = [reading.value for reading in seen.parts["standard"]]
        inputs = [
            type_a("indication", [reading.value for reading in seen.readings], "K", floor_u=0.0005),
            constant("reference", sum(applied) / len(applied), "K"),
            *(
                from_half_width(kind, item.estimate, item.half_width, "K", k=item.k, treat_as=item.treat_as)
                for kind, item in figures.items()
            ),
        ]
        return PointEvaluation(seen.point, Budget(error, inputs, unit="K", name=seen.point))


PROCEDURE = Block()
