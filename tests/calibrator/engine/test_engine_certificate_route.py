"""Standards used by the values of their certificate, and never also by their specification."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import calibrator_procedures.thermometer
from calibrator.engine import Job
from calibrator.engine._certificate_route import NoValue, by_certificate
from calibrator.engine._opening import references_body
from calibrator.engine._preflight import Surroundings, preflight
from calibrator.engine._setting import setting_of
from calibrator.engine._station import roles_of
from calibrator.procedure import Point
from calibrator.record import Record
from calibrator.standards import Certificate, CertificateValue, Register
from calibrator.standards._certificate import certificate_body, certificate_from_body
from calibrator_drivers.accuracy import Limit, Status, TreatAs, load_table
from calibrator_drivers.clock import RealClock

TABLE = load_table("fluke_5522a")


def value(nominal: str, error: str, U: str = "2e-6", k: str = "2", kind: str = "error") -> CertificateValue:
    return CertificateValue(
        "dcv", Decimal(nominal), "V", None, Decimal(0), kind, Decimal(error), Decimal(U), Decimal(k)
    )


def certificate(
    *values: CertificateValue, number: str = "C-2", issued: date = date(2026, 5, 7)
) -> Certificate:
    return Certificate(
        "CAL-01", number, issued, date(2027, 5, 7), "NMI", "", "SI", "values", ("dcv",), 23.0, "", "", "", "",
        False, values,
    )  # fmt: skip


def limit(half: float) -> Limit:
    return Limit(half, "V", 0.0, TreatAs.LIMIT_RECTANGULAR, Status.MEMORY_HIGH, "manual", "1y", "row")


def figure(point: str, own: Certificate, former: Certificate | None = None, **more: Any):
    nominal = Decimal(point)
    made = Point(f"dcv:{point}", "dcv", "dcv", nominal, Decimal(10), "V", {}, "source")
    row = TABLE.row("dcv", float(nominal))
    given = {"specified": limit(30e-6), "at_calibration": limit(30e-6), "today": date(2026, 11, 7)} | more
    return by_certificate(made, row, own, former, **{"range_at": ranges_of("fluke_5522a", "dcv"), **given})


def ranges_of(model: str, function: str):
    return lambda value: load_table(model).row(function, value).range_high


def test_a_certified_value_corrects_and_the_specification_is_only_its_drift():
    found = figure("10", certificate(value("10", "12e-6")))
    assert found.correction == pytest.approx(-12e-6)
    assert found.limit.half_width == pytest.approx(2 * math.hypot(1e-6, 30e-6 / math.sqrt(3)))
    assert (found.limit.k, found.limit.treat_as) == (2.0, TreatAs.NORMAL_K)
    assert found.limit.status == Status.MEMORY_HIGH  # the weakest figure that went in
    assert "C-2" in found.limit.source


def test_history_takes_the_place_of_the_specification():
    former = certificate(value("10", "6e-6"), number="C-1", issued=date(2025, 5, 7))
    own = replace(certificate(value("10", "12e-6")), adjusted=False)
    found = figure("10", own, former)
    # a change of 6 µV in 365 days, known to u = 1 µV twice, 184 days ago
    drift = math.sqrt((6e-6) ** 2 / 3 + 2 * (1e-6) ** 2) / 365 * 184
    assert found.limit.half_width == pytest.approx(2 * math.hypot(1e-6, drift))
    assert found.limit.status == Status.CHECKED
    assert "history since C-1" in found.limit.source
    warm = figure("10", own, former, specified=limit(50e-6))
    assert warm.limit.half_width == pytest.approx(
        2 * math.sqrt(1e-12 + drift**2 + (20e-6) ** 2 / 3)  # what the temperature adds
    )


def test_between_two_values_it_is_interpolated_and_nothing_is_extrapolated():
    own = certificate(value("5", "4e-6"), value("10", "12e-6", U="6e-6"))
    found = figure("7.5", own)
    assert found.correction == pytest.approx(-8e-6)
    assert found.limit.half_width == pytest.approx(
        2 * math.sqrt((3e-6) ** 2 + (30e-6) ** 2 / 3 + (4e-6) ** 2 / 3)
    )
    for outside in ("4", "11"):
        with pytest.raises(NoValue):
            figure(outside, own)
    with pytest.raises(NoValue):
        figure("10", certificate())


def test_up_and_down_at_one_value_count_as_their_middle_and_their_spread():
    found = figure("10", certificate(value("10", "12e-6"), value("10", "8e-6")))
    assert found.correction == pytest.approx(-10e-6)
    assert found.limit.half_width == pytest.approx(2 * math.sqrt(1e-12 + (30e-6) ** 2 / 3 + (2e-6) ** 2 / 3))


@pytest.mark.parametrize(
    ("kind", "written", "correction"),
    [("error", "12e-6", -12e-6), ("correction", "12e-6", 12e-6), ("reference value", "10.000012", 12e-6)],
)
def test_each_kind_of_value_has_its_sign(kind: str, written: str, correction: float):
    found = figure("10", certificate(value("10", written, kind=kind)))
    assert found.correction == pytest.approx(correction, rel=1e-6)


VALUES = """kind = "values"
value = [
 {{ function = "dci", nominal = 0.01, unit = "A", kind = "error", value = {error}, U = 1e-7, k = 2 }},
 {{ function = "dci", nominal = 0.1, unit = "A", kind = "error", value = 0, U = 1e-6, k = 2 }},
 {{ function = "dci", nominal = 1, unit = "A", kind = "error", value = 0, U = 1e-5, k = 2 }},
 {{ function = "dci", nominal = 2, unit = "A", kind = "error", value = 0, U = 2e-5, k = 2 }},
]
"""


def test_a_run_is_evaluated_with_the_correction_and_says_its_route(laboratory: Any):
    errors = {}
    for error in ("0", "0.00001"):
        bench = laboratory.bench({'kind = "specification conformity"\n': VALUES.format(error=error)})
        laboratory.run(laboratory.job(("dci",), bench=bench))
        (standard,) = laboratory.bodies("references.fixed")[0]["standards"]
        assert standard["route"] == "certificate"
        name = next(name for name in standard["certified"] if ":+10mA" in name or ":+0.01A" in name)
        assert [value["nominal"] for value in standard["certified"][name]] == ["0.01"]
        points = {p["id"]: p for e in laboratory.bodies("section.evaluated") for p in e["results"]}
        errors[error] = points
    exact = {
        name: [float.fromhex(found[name]["exact"]["error"]) for found in errors.values()]
        for name in errors["0"]
    }
    at_10_ma = [name for name in exact if ":+10mA" in name or ":+0.01A" in name]
    assert at_10_ma
    for name, (plain, corrected) in exact.items():
        # an error of the source of +10 µA means that less flows than it says: the meter errs by more
        assert corrected - plain == pytest.approx(1e-5 if name in at_10_ma else 0.0, abs=1e-12)


def test_a_point_outside_the_certified_values_refuses_the_job(laboratory: Any):
    from calibrator._errors import RefusedError

    short = VALUES.format(error="0").replace("nominal = 1,", "nominal = 0.5,")
    bench = laboratory.bench({'kind = "specification conformity"\n': short})
    with pytest.raises(RefusedError) as caught:
        laboratory.run(laboratory.job(("dci",), bench=bench))
    assert caught.value.code == "certificate-values"
    assert "extrapolated" in str(caught.value)


@pytest.mark.parametrize(
    ("U", "k"), [("-2e-6", "2"), ("0", "2"), ("2e-6", "0"), ("2e-6", "-2"), ("1e999", "2")]
)
def test_an_uncertainty_that_is_none_gives_no_value(U: str, k: str):
    with pytest.raises(NoValue, match="no uncertainty"):
        figure("10", certificate(value("10", "12e-6", U, k)))


def test_an_error_in_kelvin_is_of_a_point_in_degrees_celsius():
    row = TABLE.row("dcv", 10.0)
    made = Point("t:30", "temp", "temp", Decimal(30), Decimal(100), "degC", {}, "source")
    given = {"specified": limit(0.1), "at_calibration": limit(0.1), "today": date(2026, 11, 7)}
    given["range_at"] = lambda value: None
    for nominal, unit in (("30", "degC"), ("303.15", "K")):
        own = CertificateValue(
            "temp", Decimal(nominal), "K", None, Decimal(0), "error", Decimal("0.072"), Decimal("0.06"),
            Decimal(2), nominal_unit="" if unit == "K" else unit,
        )  # fmt: skip
        assert by_certificate(made, row, certificate(own), None, **given).correction == pytest.approx(-0.072)


def test_drift_counts_from_the_end_of_the_calibration():
    former = certificate(value("10", "6e-6"), number="C-1", issued=date(2025, 5, 7))
    later = replace(
        certificate(value("10", "12e-6")), imported='{"calibrated":["","2026-03-07"]}', adjusted=False
    )
    found = figure("10", later, former)
    # from 7 March, not from the issue on 7 May
    drift = math.sqrt((6e-6) ** 2 / 3 + 2 * (1e-6) ** 2) / 304 * 245
    assert found.limit.half_width == pytest.approx(2 * math.hypot(1e-6, drift))


@pytest.mark.parametrize(("unit", "at"), [("K", "degC"), ("degC", "K"), ("K", "K"), ("degC", "degC")])
@pytest.mark.parametrize("own", ["degC", "K"])
def test_a_reference_value_in_kelvin_serves_a_point_in_degrees_and_the_other_way(
    unit: str, at: str, own: str
):
    def of(celsius: str, wanted: str) -> Decimal:
        return Decimal(celsius) + (Decimal("273.15") if wanted == "K" else 0)

    stated = CertificateValue(
        "temp", of("30", at), unit, None, Decimal(0), "reference value", of("30.072", unit), Decimal("0.06"),
        Decimal(2), nominal_unit="" if unit == at else at,
    )  # fmt: skip
    point = Point("t:30", "temp", "temp", of("30", own), Decimal(1000), own, {}, "source")
    found = by_certificate(
        point, TABLE.row("dcv", 0.1), certificate(stated), None,
        specified=limit(0.1), at_calibration=limit(0.1), today=date(2026, 11, 7), range_at=lambda value: None,
    )  # fmt: skip
    assert found.correction == pytest.approx(0.072, abs=1e-12)


def test_values_of_another_quantity_are_named_with_both_units():
    stated = CertificateValue(
        "temp", Decimal(30), "ohm", None, Decimal(0), "reference value", Decimal("111.67"), Decimal("0.01"),
        Decimal(2), nominal_unit="degC",
    )  # fmt: skip
    point = Point("t:30", "temp", "temp", Decimal(30), Decimal(100), "degC", {}, "source")
    with pytest.raises(NoValue, match="in ohm at values in degC, which is none in degC"):
        by_certificate(
            point, TABLE.row("dcv", 0.1), certificate(stated), None,
            specified=limit(0.1), at_calibration=limit(0.1), today=date(2026, 11, 7),
            range_at=lambda value: None,
        )  # fmt: skip


def test_certificates_that_agree_know_the_drift_no_better_than_their_own_uncertainty():
    former = certificate(value("10", "12e-6", U="20e-6"), number="C-1", issued=date(2025, 5, 7))
    own = replace(certificate(value("10", "12e-6", U="20e-6")), adjusted=False)
    u = 10e-6
    found = figure("10", own, former, today=date(2027, 5, 7))
    assert found.limit.half_width == pytest.approx(2 * math.sqrt(u**2 + 2 * u**2))


@pytest.mark.parametrize(
    ("adjusted", "before", "why"),
    [
        (None, date(2025, 5, 7), "whether it was adjusted since C-1 is not said"),
        (True, date(2025, 5, 7), "adjusted since C-1"),
        (False, date(2026, 5, 6), "C-1 is 1 days before, too short for a history"),
    ],
)
def test_what_is_no_history_leaves_the_drift_to_the_specification(
    adjusted: bool | None, before: date, why: str
):
    former = certificate(value("10", "12e-6"), number="C-1", issued=before)
    found = figure("10", replace(certificate(value("10", "12e-6")), adjusted=adjusted), former)
    assert found.limit.half_width == pytest.approx(2 * math.hypot(1e-6, 30e-6 / math.sqrt(3)))
    assert f"(specification row: {why})" in found.limit.source


def test_values_of_other_ranges_bracket_no_point():
    own = certificate(value("0.1", "0", U="5e-7"), value("1000", "0", U="5e-4"))
    row = TABLE.row("dcv", 10.0)
    with pytest.raises(NoValue, match=f"in the range .* to {row.range_high:g}|in its range .* to"):
        figure("10", own)
    assert figure("1000", own).correction == 0.0  # a value at the point itself needs no range


@pytest.mark.parametrize(
    ("below", "above", "point"),
    # the ranges of the 5522A begin at 0, but it gives 0.1 V on that of 0.33 V, and 3 V on that of 3.3 V
    [("0.1", "3", "2"), ("0", "20", "10"), ("3", "20", "10"), ("30", "300", "100"), ("-0.1", "-3", "-2")],
)
def test_a_value_that_a_lower_range_gives_is_none_beside_a_point_of_a_higher_one(
    below: str, above: str, point: str
):
    own = certificate(value(below, "0"), value(above, "4e-6"))
    with pytest.raises(NoValue, match="on both sides of the point in its range"):
        figure(point, own)
    near = replace(value(below, "0"), range_high=Decimal(repr(TABLE.row("dcv", float(point)).range_high)))
    assert figure(point, certificate(near, value(above, "4e-6"))).values in (
        (near, value(above, "4e-6")),
        (value(above, "4e-6"), near),
    )


def test_rows_of_one_scale_share_the_value_where_they_meet():
    row = replace(TABLE.row("dcv", 10.0), function="temperature", range_low=0.0, range_high=100.0)
    low, high = Decimal(0), Decimal(100)
    point = Point("t", "t", "temperature", (low + high) / 2, high, "degC", {}, "source")
    values = [
        CertificateValue(
            "temperature", at, "degC", None, Decimal(0), "error", Decimal(0), Decimal("0.01"), Decimal(2)
        )
        for at in (low, high)
    ]
    found = by_certificate(
        point, row, certificate(*values), None, range_at=lambda value: 0.0 if value <= 0 else 100.0,
        specified=limit(0.1), at_calibration=limit(0.1), today=date(2026, 11, 7),
    )  # fmt: skip
    assert found.values == tuple(values)
    below = [
        replace(values[0], nominal=Decimal(-10)),
        values[1],
    ]  # 10 degrees below, and 10 above, are not one
    with pytest.raises(NoValue):
        by_certificate(
            point, row, certificate(*below), None, range_at=lambda value: 0.0 if value <= 0 else 100.0,
            specified=limit(0.1), at_calibration=limit(0.1), today=date(2026, 11, 7),
        )  # fmt: skip


def test_whether_a_standard_was_adjusted_is_recorded_with_its_certificate():
    for adjusted in (None, True, False):
        own = replace(certificate(value("10", "0")), adjusted=adjusted)
        body = json.loads(json.dumps(certificate_body(own), default=str))
        assert certificate_from_body(body | {"temperature_c": "23.0"}).adjusted is adjusted


def test_the_values_that_each_point_rests_on_are_recorded_of_a_readout_beside_an_artefact_too(
    laboratory: Any,
):
    """The standard is a thermometer without a value of its own; the readout's certificate corrects it."""
    text = Path(calibrator_procedures.thermometer.__file__).with_name("bench.toml").read_text("utf-8")
    head, mark, tail = text.partition("[assets.SIM-READOUT-01.certificate]")
    rows = ",\n".join(
        f'{{ function = "temp_rtd", nominal = {at}, unit = "degC",'
        f' kind = "error", value = {error}, U = 0.01, k = 2 }}'
        for at, error in ((0, 0.01), (30, 0.02), (90, 0.05), (100, 0.05), (105, 0.06), (200, 0.08))
    )
    kind = 'kind = "specification conformity"\n'
    assert kind in tail
    laboratory.path.mkdir()
    bench = laboratory.path / "bench.toml"
    bench.write_text(
        head + mark + tail.replace(kind, f'kind = "values"\nvalue = [\n{rows}\n]\n', 1), encoding="utf-8"
    )
    job = Job("thermometer", "pt100_class_a", bench=bench, seed=3)
    with Record.open(None, clock=RealClock()) as record:
        setting = setting_of(job, laboratory.home)
        now = Surroundings(datetime(2026, 11, 23, 8, tzinfo=UTC), 23.0, 45.0)
        flight = preflight(setting, Register(record), roles_of(setting.bench), now, live=False)
    assert flight.refused == ()
    standards = references_body(flight, setting, {})["standards"]
    certified = next(one["certified"] for one in standards if one["asset"] == "SIM-READOUT-01")
    found = {name: [str(value["nominal"]) for value in used] for name, used in certified.items()}
    assert found["error:0degC"] == ["0"]
    assert found["error:35degC"] == found["error:70degC"] == ["30", "90"]
    assert found["error:105degC"] == ["105"]
    assert found["error:140degC"] == ["105", "200"]
