"""Each line of each procedure's budgets is forgotten, and then halved: the proof must name it (METROLOGY 28).

The same records are evaluated again with the defect, as METROLOGY 28 asks for. What nothing names, and has
a twentieth of u² at some point, stands below with its reason, or among the lines that the plug says the
bench has no effect for, which every proof lists; the tests hold that there is no more of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce

import pytest

from calibrator import proof
from calibrator._errors import UsageError
from calibrator.evaluation import collect
from calibrator.procedure import load
from calibrator.proof._points import Alter, TakenAs, budgets_of
from calibrator.proof._prove import _summary
from calibrator.proof._summary import figures_of

MATTERS = 0.05  # of u² at some point
RUNS = 60
FEW = 12  # a forgotten line is an effect without a line in the first run already
FIGURES = {  # behind a line that has another name
    "weight": ("standard",),
    "certificate": ("standard",),
    "reference": ("reference", "reference_low", "reference_high"),
}
CASES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("balance", "mettler_xs205du"): {},
    ("balance", "class_iii_scale_15kg"): {},
    ("balance", "class_iii_scale_6_15kg"): {},
    ("calibrator_dc", "5522A"): {},
    ("dmm", "34401A"): {},
    ("dmm", "87V"): {},
    ("dry_block", "fluke_9142"): {},
    ("energy_meter", "eastron_sdm630"): {},
    ("frequency", "53131A"): {},
    ("multimeter_ac", "34401A"): {},
    ("pressure", "additel_681"): {},
    ("pressure", "transmitter_4_20ma"): {},
    ("thermocouple", "tc_k_class_1"): {},
    ("thermometer", "pt100_class_a"): {},
}


def halved(names: Sequence[str]) -> Alter:
    """Return the defect that takes half of each of some figures."""
    defects = [TakenAs(name, factor=0.5) for name in names]
    return lambda references: reduce(lambda found, defect: defect(found), defects, references)


class Records:
    """The records of some runs, evaluated as often as there are defects."""

    def __init__(self, name: str, uut: str, runs: int) -> None:
        self.order = proof.Order(name, uut, runs=runs, drawn_runs=0, repeat_every=0)
        self.plug, self.procedure = proof.find_plug(name), load(name)
        self.text, self.model = proof.proof_bench(self.procedure, self.plug, uut)
        with proof.Runner(proof.Case(name, self.model, self.text)) as runner:
            self.runs = [runner.events(seed) for seed in range(1, 1 + runs)]

    def found(self, alter: Alter | None, runs: int) -> tuple[str, ...]:
        """Return what a proof of so many runs says of a defect."""
        proven = []
        for seed, (events, bench, seen) in enumerate(self.runs[:runs], 1):
            points = proof.prove_events(events, bench, self.plug, self.procedure, seen=seen, alter=alter)
            proven.append(proof.RunProof(seed, tuple(points), 1.0, "pass"))
        return proof.missed(
            _summary(
                self.order,
                proven,
                drawn={"budget": figures_of(proven)},
                bench=tomllib.loads(self.text),
                model=self.model,
                begun_ns=0,
                spent_s=1.0,
            )
        )

    def lines(self) -> Mapping[str, float]:
        """Return the largest share of u² that each line has at a point of the first run."""
        content = collect(self.runs[0][0])
        shares: dict[str, float] = {}
        for section in content.sections:
            for budget in budgets_of(content, self.procedure, section).values():
                result = budget.evaluate(policy="p95")
                for line in result.lines:
                    share = (line.contribution / result.u) ** 2 if result.u else 0.0
                    shares[line.name] = max(shares.get(line.name, 0.0), share)
        return {name: share for name, share in shares.items() if share}

    def kinds(self) -> set[str]:
        """Return the figures behind the lines that have a half-width."""
        content = collect(self.runs[0][0])
        rows = [part for item in content.references.values() for part in item.contributions]
        return {part.kind for part in rows if part.half_width}


def unnamed(records: Records, lines: Mapping[str, float]) -> Iterator[str]:
    """Yield `forgotten LINE` and `halved LINE` where no sentence has the line's name."""
    for name, share in lines.items():
        if share < MATTERS:
            continue
        try:
            said = records.found(proof.WithoutFigure(name), FEW)
        except UsageError:  # refused: it cannot be forgotten unseen
            continue
        if not any(f"{name!r}" in sentence for sentence in said):
            yield f"forgotten {name}"
        if figures := records.kinds() & {name, *FIGURES.get(name, ())}:
            said = records.found(halved(sorted(figures)), RUNS)
            if not any(f"{name!r}" in sentence for sentence in said):
                yield f"halved {name}"


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("case", "gaps"), CASES.items(), ids=[" ".join(case) for case in CASES])
def test_a_defect_in_any_line_that_matters_is_named(case: tuple[str, str], gaps: Mapping[str, str]) -> None:
    records = Records(*case, RUNS)
    assert records.found(None, RUNS) == ()
    lines = records.lines()
    assert sum(share >= MATTERS for share in lines.values()) >= 1
    excused = getattr(records.plug, "NOT_SIMULATED", {})  # which every proof lists, with the reason
    found = {gap for gap in unnamed(records, lines) if gap.partition(" ")[2] not in excused}
    assert found == set(gaps)
