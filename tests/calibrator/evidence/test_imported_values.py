"""From a digital certificate to the next run's reference and back to the imported decimal text."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from calibrator.cli import main
from calibrator.engine._certificate_route import by_certificate
from calibrator.evidence._certified import certified_values
from calibrator.evidence._walk import Walk
from calibrator.procedure import Point
from calibrator.record import Event, Record
from calibrator.standards import Register
from calibrator_drivers.accuracy import Limit, Status, TreatAs, load_table
from calibrator_drivers.clock import RealClock

MADE_UP = Path(__file__).with_name("made_up_certificate.xml")


def test_an_imported_value_is_the_reference_of_a_point_and_is_walked_to_its_text(tmp_path: Path) -> None:
    home = tmp_path / "home"
    given = ["--asset", "CAL-01", "--due", "2099-01-01", "--kind", "error", "--function", "dcv"]
    more = ["--model", "fluke_5522a", "--traceability", "SI through NMI", "--home", str(home)]
    assert main(["standards", "import", str(MADE_UP), *given, *more]) == 0

    with Record.open(home, clock=RealClock(), write=False) as record:
        own = Register(record).certificate_for("CAL-01", date(2026, 11, 23))
        entered = tuple(record.events("register", kinds={"certificate.added"}))
    assert own is not None

    # METROLOGY 10: correction with U/k, drift since its date, interpolation; not the specification besides
    row = load_table("fluke_5522a").row("dcv", 5.0)
    at = Point("dcv:5", "dcv", "dcv", Decimal(5), Decimal(10), "V", {}, "source")
    drift = Limit(30e-6, "V", 0.0, TreatAs.LIMIT_RECTANGULAR, Status.CHECKED, "manual", "1y", "row")
    today = date(2026, 11, 23)
    given = {"range_at": lambda value: None, "specified": drift, "at_calibration": drift}
    found = by_certificate(at, row, own, None, today=today, **given)
    assert found.correction == pytest.approx(-4e-6)
    assert found.limit.half_width == pytest.approx(2 * math.hypot(1e-6, 30e-6 / math.sqrt(3)))
    assert "MADE-UP-1 at 5" in found.limit.source

    walk = Walk("run", (), None, entered)
    item = {"asset": "CAL-01", "certificate": "MADE-UP-1", "route": "certificate"}
    fixed = {"point": {"function": "dcv", "nominal": "5", "unit": "V"}}
    (node,) = walk._certified(item, fixed)
    assert node.facts["at"] == "5 V"
    assert node.facts["as written"].startswith("0.00000400 ")  # every digit as it stood in the file
    between = {**fixed, "point": {**fixed["point"], "nominal": "2"}}
    assert [n.facts["at"] for n in walk._certified(item, between)] == ["1 V", "5 V"]
    assert not list(walk._certified({**item, "route": "specification"}, fixed))
    # what the run recorded to rest on is what is shown, whatever else lies nearer
    used = [{"function": "dcv", "nominal": str(value.nominal)} for value in own.values if value.nominal > 1]
    named = {**item, "certified": {"dcv:2": used}}
    between["point"]["id"] = "dcv:2"
    assert [n.facts["at"] for n in walk._certified(named, between)] == [f"{one['nominal']} V" for one in used]


def test_a_run_that_recorded_no_values_shows_those_of_its_frequency_and_range_alone() -> None:
    """Older runs recorded none; a value at another frequency or of another range is none they rested on."""
    value = {"function": "acv", "unit": "V", "kind": "error", "value": "0", "U": "1", "k": "2"}
    values = [
        {**value, "nominal": nominal, "frequency_hz": hertz, "range_high": high}
        for nominal in ("1", "5", "9")
        for hertz in ("50", "1000")
        for high in ("10", "100")
    ]
    body = {"asset": "CAL-01", "number": "C-1", "values": values}
    at = datetime(2026, 11, 23, tzinfo=UTC)
    entered = Event("register", 1, "certificate.added", 1, at, body, "", "", "")

    def shown(nominal: str, hertz: object, high: str) -> list[str]:
        settings = {"frequency_hz": hertz}
        point = {"function": "acv", "nominal": nominal, "unit": "V", "settings": settings}
        causes = [{"kind": "standard", "shared": f"standard:S1:acv:{high}"}]
        fixed = {"point": point, "contributions": causes}
        return [str(node.facts["at"]) for node in certified_values([entered], "CAL-01", "C-1", fixed)]

    assert shown("5", {"float": (1000.0).hex()}, "10") == ["5 V"]
    assert shown("3", "1000", "100") == ["1 V", "5 V"]
    assert shown("5", "0", "10") == []
    assert shown("5", "50", "1") == []


def test_a_good_practice_example_is_used_and_walked_to_its_text(schemas: Path, tmp_path: Path) -> None:
    home, example = tmp_path / "home", schemas / "examples" / "dcc_gp_temperature_typical_v12.xml"
    given = ["--asset", "REF-1", "--due", "2099-01-01", "--kind", "error", "--function", "temperature"]
    more = ["--model", "pt100_its90", "--traceability", "SI through PTB", "--home", str(home)]
    assert main(["standards", "import", str(example), *given, *more]) == 2  # it is dated 1957, and asks why
    assert main(["standards", "import", str(example), *given, *more, "--reason", "date=an example"]) == 0
    with Record.open(home, clock=RealClock(), write=False) as record:
        (own,) = Register(record).certificates("REF-1")
        entered = tuple(record.events("register", kinds={"certificate.added"}))
    row = load_table("pt100_its90").row("temperature", 174.85)
    drift = Limit(0.03, "degC", 0.0, TreatAs.LIMIT_RECTANGULAR, Status.CHECKED, "manual", "1y", "row")
    at = Point("t:174.85", "t", "temperature", Decimal("174.85"), Decimal(250), "degC", {}, "source")
    given = {"range_at": lambda value: None, "specified": drift, "at_calibration": drift}
    found = by_certificate(at, row, own, None, today=own.issued, **given)
    assert found.correction == pytest.approx(-0.107)
    assert found.limit.half_width == pytest.approx(2 * math.hypot(0.061 / 2, 0.03 / math.sqrt(3)))

    item = {"asset": "REF-1", "certificate": own.number, "route": "certificate"}
    fixed = {"point": {"function": "temperature", "nominal": "174.85", "unit": "degC"}}
    (node,) = Walk("run", (), None, entered)._certified(item, fixed)
    assert node.facts["as written"].startswith("0.107 ")
