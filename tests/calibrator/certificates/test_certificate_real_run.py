"""Certificates of runs that the engine made on the simulated bench, over real sockets."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from calibrator._home import Home
from calibrator.certificates import Certificate, build, gate, issue, read_back, render
from calibrator.certificates._model import SIMULATED
from calibrator.engine import Job, run
from calibrator.evaluation import show
from calibrator_drivers.clock import RealClock


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def partial(home: Home) -> str:
    job = Job(
        procedure="dmm", uut="34401A", sim=True, seed=1, sections=("zero-open", "dci"), interactive=False
    )
    return run(job, home).run


@pytest.fixture(scope="module")
def model(home: Home, partial: str) -> Certificate:
    with home.open_record(RealClock(), write=False) as record:
        return build(record, partial)


def test_the_document_of_a_real_run_shows_what_show_shows(
    home: Home, partial: str, model: Certificate
) -> None:
    with home.open_record(RealClock(), write=False) as record:
        points = show(record, partial)["points"]
    assert [result.id for result in model.results] == [point["id"] for point in points]
    assert len(points) == 8
    assert {result.indication is None for result in model.results} == {False}
    assert model.item.serial.startswith("SIM")
    assert [standard.asset for standard in model.standards if standard.certificate]
    assert gate(model) == ()


def test_a_partial_run_names_every_section_it_left_out(model: Certificate) -> None:
    said = [text.en for text in model.not_tested]
    assert [text for text in said if text.startswith("AC voltage")]  # never tested by the procedure
    assert set(said[-4:]) == {
        "Zero offset, volts and four-wire ohms",
        "DC volts",
        "Four-wire ohms to 100 kilohm",
        "Four-wire ohms from 1 megohm",
    }
    assert not model.conformity.complete


def test_self_test_and_warm_up_are_named(model: Certificate) -> None:
    assert [kind for kind, _ in model.preparation] == ["self-test", "warm-up"]
    text = render(model, "html", "en").decode("utf-8")
    assert "60 min before the first reading" in text
    assert "Self-test" in text


def test_it_is_issued_in_all_forms_and_read_back(home: Home, partial: str) -> None:
    with home.open_record(RealClock()) as record:
        paths = [
            issue(record, partial, kind, "both", certificates=home.certificates)
            for kind in ("pdf", "html", "json")
        ]
        assert [read_back(path).compare(record) for path in paths] == [(), (), ()]
        assert record.verify() == ()
        model = build(record, partial)
        assert paths[0].read_bytes() == render(model, "pdf", "both")
    assert all(SIMULATED in page.extract_text() for page in PdfReader(paths[0]).pages)
    for path in paths[1:]:
        assert SIMULATED in path.read_text(encoding="utf-8")


def test_every_language_can_be_set(model: Certificate) -> None:
    for language in ("en", "zh", "both"):
        assert len(PdfReader(io.BytesIO(render(model, "pdf", language))).pages) >= 2


def test_no_path_of_the_machine_reaches_the_document(home: Home, model: Certificate) -> None:
    for kind in ("html", "json"):
        text = render(model, kind, "both").decode("utf-8")
        assert str(Path(home.path)) not in text
        assert str(Path.cwd()) not in text
