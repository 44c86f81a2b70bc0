"""A pointer that would leave its scale rests on its stop, and the unit fails for what is read there."""

from __future__ import annotations

from dataclasses import replace

from calibrator import proof
from calibrator.procedure import load

STOP_PA = 50_000.0  # 5 % of a span of 10 bar
READ_PA = 4_000.0  # a fifth of a division, and what the budget corrects


def test_a_gauge_beyond_its_stop_is_read_at_the_stop_and_fails() -> None:
    """It is 0.86 bar low: at zero the stop's mark is read, further up the whole error."""
    text, model = proof.proof_bench(load("pressure"), proof.find_plug("pressure"), "hydraulic_gauge_10bar")
    far = text.replace("width = 2.0", "width = 6.0")
    assert far != text
    case = replace(proof.Case("pressure", model, text), bench=far)
    with proof.Runner(case) as runner:
        run = runner.run(1)
    error = {point.point: point.error for point in run.points}
    truth = {point.point: point.truth for point in run.points}
    assert (run.verdict, run.lost) == ("fail", "")
    assert truth["pressure:0Pa"] < -STOP_PA - READ_PA
    assert abs(error["pressure:0Pa"] + STOP_PA) <= READ_PA
    assert abs(error["pressure:500000Pa"] - truth["pressure:500000Pa"]) <= 2.0 * READ_PA
