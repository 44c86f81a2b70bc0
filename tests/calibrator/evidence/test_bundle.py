"""A bundle is read and checked without this program, and every change in it is found."""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from calibrator._errors import IntegrityError
from calibrator.certificates.seals import SealSettings
from calibrator.evidence import bundle_files, csv_bytes, read_bundle, verify_bundle, write_bundle
from calibrator.evidence._bundle import own_file
from calibrator.evidence._former_files import FORMER, NOW
from calibrator.evidence.check_bundle import check, link
from calibrator.record import Record
from calibrator_drivers.clock import RealClock

Call = Callable[..., Any]
LIMIT = 40_000  # bytes; more than the shared-memory file of the database, less than what is made
SEALS: Any = {"trust": SealSettings(Path("seal.toml")), "now": RealClock().now()}


@pytest.fixture
def content(record: Record, home: Path) -> dict[str, bytes]:
    return bundle_files(
        record, record.find_run("last"), traffic=home / "traffic", certificates=home / "certificates"
    )


def test_a_bundle_is_checked_by_bare_python(content: dict[str, bytes], tmp_path: Path) -> None:
    write_bundle(content, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        archive.extractall(tmp_path / "there")
    # -I -S: no site packages, so that nothing of this program can be imported
    command = [sys.executable, "-I", "-S", str(tmp_path / "there" / "check.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "intact"), done.stderr
    head = json.loads(content["manifest.json"])["head"]["hash"]
    assert f"head {head}" in done.stdout
    assert "no head was given" in done.stdout
    known = subprocess.run([*command, head], capture_output=True, text=True, check=False, timeout=60)
    assert (known.returncode, known.stdout) == (0, "intact\n")
    other = subprocess.run([*command, "0" * 64], capture_output=True, text=True, check=False, timeout=60)
    assert (other.returncode, "it is another run" in other.stdout) == (6, True)
    log = tmp_path / "there" / "traffic.jsonl"
    log.write_bytes(log.read_bytes().replace(b"READ?", b"READ!", 1))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 6
    assert "traffic.jsonl is not as the manifest says" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of files")
@pytest.mark.parametrize(
    "command", [["export", "--out"], ["backup"], ["certificate", "--format", "pdf", "--out"]]
)
def test_a_full_disk_leaves_no_half_of_anything(
    call: Call, home: Path, tmp_path: Path, command: list[str]
) -> None:
    """A limit on file size fails a write as a full disk does; the record's own files are small enough."""
    script = (
        "import resource, sys; from calibrator.cli import main;"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT}, {LIMIT})); sys.exit(main(sys.argv[1:]))"
    )
    out = tmp_path / "out" / "there.pdf" if command[0] == "certificate" else tmp_path / "out" / "there"
    out.parent.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", script, "--home", str(home), *command, str(out)],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode in (4, 5), done.stderr
    assert "Traceback" not in done.stderr
    assert "File too large" in done.stderr or "full" in done.stderr
    # of a backup the folder stays, and without backup.json it is none
    assert not ((out / "backup.json") if command[0] == "backup" else out).exists()
    assert call("verify").code == 0


def test_one_flipped_bit_at_any_place_of_any_file_is_found(content: dict[str, bytes], tmp_path: Path) -> None:
    """Each file of a bundle, at 20 places drawn from a seed and at its ends: its checker names the file."""
    rng = random.Random(6)
    tried = 0
    for name, data in sorted(content.items()):
        places = {0, len(data) - 1, *(rng.randrange(len(data)) for _ in range(20))}
        for place in places:
            changed = bytearray(data)
            changed[place] ^= 1 << rng.randrange(8)
            wrong = list(check({**content, name: bytes(changed)}))
            assert wrong, (name, place, data[place])
            assert name == "manifest.json" or any(line.startswith(name) for line in wrong), (name, wrong)
            tried += 1
    assert tried > 15 * len(content)


@pytest.mark.slow
def test_one_flipped_bit_at_any_place_of_the_packed_bundle_is_found_or_changes_nothing(
    content: dict[str, bytes], record: Record, tmp_path: Path
) -> None:
    """Bits that the ZIP format has beside the files (times, versions, attributes) say nothing of the run."""
    write_bundle(content, tmp_path / "b.zip")
    data, rng, unseen = (tmp_path / "b.zip").read_bytes(), random.Random(7), 0
    for place in [
        *range(0, 64),
        *(rng.randrange(len(data)) for _ in range(400)),
        *range(len(data) - 900, len(data)),
    ]:
        changed = bytearray(data)
        changed[place] ^= 1 << rng.randrange(8)
        (tmp_path / "f.zip").write_bytes(changed)
        try:
            unpacked = read_bundle(tmp_path / "f.zip")
        except IntegrityError:
            continue
        if unpacked == content:
            unseen += 1
            continue
        try:
            wrong = list(verify_bundle(tmp_path / "f.zip", record, **SEALS).wrong)
        except IntegrityError as error:
            wrong = [str(error)]
        assert wrong, place
    assert unseen


def test_the_same_run_gives_the_same_bundle(
    content: dict[str, bytes], record: Record, tmp_path: Path
) -> None:
    write_bundle(content, tmp_path / "a.zip")
    write_bundle(content, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert {"README.txt", "check.py", "events.jsonl", "traffic.jsonl", "results.csv"} <= set(content)
    assert [name for name in content if name.startswith("certificates/")]
    assert json.loads(content["manifest.json"])["not_included"] == []


def test_the_command_line_makes_and_verifies_it(call: Call, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.zip"
    assert call("export", "--out", str(file)).code == 0
    said = call("verify", str(file))
    assert said.code == 0
    assert "intact" in said.out
    refused = call("export", "--out", str(file))
    assert refused.code == 2
    assert "there already" in refused.err
    # an offline machine without a record: a forger's bundle agrees with itself as well
    (home / "record.sqlite").rename(home / "elsewhere")
    said = call("verify", str(file))
    assert (said.code, "intact" in said.out) == (3, True)
    assert "nobody known vouches" in said.err
    with zipfile.ZipFile(file) as archive:
        head = json.loads(archive.read("manifest.json"))["head"]["hash"]
    assert call("verify", str(file), "--head", head).code == 0
    assert call("verify", str(file), "--head", "0" * 64).code == 6
    again = tmp_path / "again.zip"  # packed again by a program that makes entries of folders
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(again, "w") as packed:
        packed.writestr("certificates/", b"")
        for name in archive.namelist():
            packed.writestr(name, archive.read(name))
    assert call("verify", str(again), "--head", head).code == 0
    with zipfile.ZipFile(again, "a") as packed:
        packed.writestr("../certificates/", b"")
    said = call("verify", str(again), "--head", head)
    assert (said.code, "../certificates/ is no file of a bundle" in said.err) == (6, True)
    folder = call("verify", str(tmp_path))
    assert (folder.code, "A folder was named, and no document" in folder.err) == (2, True)


def test_a_bundle_whose_certificate_was_amended_says_so(call: Call, tmp_path: Path) -> None:
    before, after = tmp_path / "before.zip", tmp_path / "after.zip"
    assert call("export", "--out", str(before)).code == 0
    assert "not superseded, as far as this record knows" in call("verify", str(before)).out
    reason = ["--amend", "the customer was misspelt", "--change", "customer.name=Other"]
    assert call("certificate", "--format", "html", *reason).code == 0
    said = call("verify", str(before))  # the record here knows what the bundle cannot
    assert said.code == 3
    assert "-A1: the customer was misspelt" in said.err
    assert call("export", "--out", str(after)).code == 0
    said = call("verify", str(after))  # it holds the amended one as well, and says of the former what it is
    assert (said.code, "superseded by" in said.out) == (0, True)
    unpacked = tmp_path / "there"
    with zipfile.ZipFile(after) as archive:
        archive.extractall(unpacked)
    command = [sys.executable, "-I", "-S", str(unpacked / "check.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "superseded by" in done.stdout


def test_an_altered_record_says_nothing_of_a_bundle(call: Call, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.zip"
    assert call("export", "--out", str(file)).code == 0
    reason = ["--amend", "the customer was misspelt", "--change", "customer.name=Other"]
    assert call("certificate", "--format", "html", *reason).code == 0
    assert call("verify", str(file)).code == 3  # superseded
    with closing(sqlite3.connect(home / "record.sqlite")) as db:
        triggers = db.execute("select name, sql from sqlite_master where type = 'trigger'").fetchall()
        for name, _ in triggers:
            db.execute(f"drop trigger {name}")
        hidden = "update events set kind = 'certificate.noted' where kind = 'certificate.amended'"
        assert db.execute(hidden).rowcount
        for _, sql in triggers:
            db.execute(sql)
        db.commit()
    said = call("verify", str(file))
    assert (said.code, "not superseded" in said.out) == (6, False)
    assert "the record of the run is not as it was written" in said.err


def test_a_head_vouches_for_what_stands_before_it_and_for_nothing_behind(
    content: dict[str, bytes], tmp_path: Path
) -> None:
    """Who knows the head of the closing alone cannot tell events and documents behind it from forged ones."""
    rows = [json.loads(line) for line in content["events.jsonl"].splitlines()]
    held = [json.loads(row["canonical"]) for row in rows]
    closing = next(
        row["hash"] for row, event in zip(rows, held, strict=True) if event["kind"] == "run.closed"
    )
    name = next(name for name in content if name.endswith(".html"))
    document = content[name].replace(b"fail", b"pass")
    issued = next(event for event in held if event["kind"] == "certificate.issued")
    body = {**issued["body"], "file": "forged.html", "sha256": hashlib.sha256(document).hexdigest()}
    checked = {"by": "lw", "note": "", "count": len(rows), "head": closing, "identified": "secret"}
    for kind, said in (("results.checked", checked), ("certificate.issued", body)):
        event = {**issued, "kind": kind, "seq": len(rows) + 1, "body": said}
        text = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        row = {"canonical": text, "previous": rows[-1]["hash"], "hash": ""}
        rows.append({**row, "hash": link(row)})
    lines = "".join(json.dumps(row, sort_keys=True) + "\n" for row in rows).encode()
    manifest = json.loads(content["manifest.json"])
    manifest["head"] = {"count": len(rows), "hash": rows[-1]["hash"]}
    manifest["files"]["certificates/forged.html"] = {"sha256": "", "bytes": 0}
    made = {**content, "manifest.json": json.dumps(manifest).encode()}
    made = signed_anew({**made, "certificates/forged.html": document}, events_jsonl=lines)
    write_bundle(made, tmp_path / "forged.zip")
    found = verify_bundle(tmp_path / "forged.zip", None, closing, **SEALS)
    assert (found.wrong, found.vouched) == ((), False)
    assert [line for line in found.said if "results.checked: it is behind the head" in line]
    assert "nobody known vouches for certificates/forged.html: it was issued behind the head" in found.said
    write_bundle(content, tmp_path / "whole.zip")
    last = json.loads(content["manifest.json"])["head"]["hash"]
    assert verify_bundle(tmp_path / "whole.zip", None, last, **SEALS).vouched


def signed_anew(content: dict[str, bytes], **changed: bytes) -> dict[str, bytes]:
    """Return the files with some replaced, and the manifest made to agree, as a forger would."""
    names = {name.replace(".", "_"): name for name in content}
    made = {**content, **{names[key]: value for key, value in changed.items()}}
    manifest = json.loads(made["manifest.json"])
    for name, said in manifest["files"].items():
        said.update(sha256=hashlib.sha256(made[name]).hexdigest(), bytes=len(made[name]))
    return {**made, "manifest.json": json.dumps(manifest).encode()}


def test_a_forged_manifest_hides_nothing(content: dict[str, bytes], tmp_path: Path) -> None:
    events, log = content["events.jsonl"], content["traffic.jsonl"]
    lines = events.splitlines(keepends=True)
    forged = {
        "event 9 was changed": {
            "events_jsonl": b"".join([*lines[:8], lines[8].replace(b"at", b"au"), *lines[9:]])
        },
        "event 9 says that it is event 10": {"events_jsonl": b"".join([*lines[:8], *lines[9:]])},
        "not where the manifest says": {"events_jsonl": b"".join(lines[:-1])},
        "is not the log": {"traffic_jsonl": log.replace(b"READ?", b"READ!", 1)},
        "is not what was recorded": {
            "results_json": content["results.json"].replace(b'"U": "', b'"U": "9', 1)
        },
        "results.csv is not what": {
            "results_csv": content["results.csv"].replace(b"fail", b"pass", 1) + b"x"
        },
    }
    for number, (sentence, change) in enumerate(forged.items()):
        file = tmp_path / f"{number}.zip"
        write_bundle(signed_anew(content, **change), file)
        try:
            wrong = verify_bundle(file, None, **SEALS).wrong
        except IntegrityError as error:
            wrong = (str(error),)
        assert any(sentence in line for line in wrong), (sentence, wrong)


def register_anew(lines: bytes, hashes: list[str]) -> bytes:
    """Return the register's events with other heads, hashed anew: each stands alone in a bundle."""
    made = []
    for line in lines.splitlines():
        row = json.loads(line)
        held = json.loads(row["canonical"])
        if held["body"]["count"]:
            held["body"]["head"] = hashes[int(held["body"]["count"]) - 1]
        row["canonical"] = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        row["hash"] = link(row)
        made.append(json.dumps(row) + "\n")
    return "".join(made).encode()


def results(content: dict[str, bytes], change: Callable[[dict[str, Any]], object]) -> dict[str, bytes]:
    """Return a bundle whose results were changed in both forms."""
    shown = json.loads(content["results.json"])
    change(shown)
    return signed_anew(content, results_json=json.dumps(shown).encode(), results_csv=csv_bytes(shown))


def without(content: dict[str, bytes], name: str) -> dict[str, bytes]:
    """Return a bundle that lost a file with its entry."""
    manifest = json.loads(content["manifest.json"])
    del manifest["files"][name]
    return {**{k: v for k, v in content.items() if k != name}, "manifest.json": json.dumps(manifest).encode()}


def with_more(content: dict[str, bytes], name: str) -> dict[str, bytes]:
    """Return a bundle with a further file and its entry."""
    manifest = json.loads(content["manifest.json"])
    manifest["files"][name] = {"bytes": 0, "sha256": ""}
    return signed_anew({**content, name: b"more", "manifest.json": json.dumps(manifest).encode()})


def live(content: dict[str, bytes]) -> dict[str, bytes]:
    """Return a bundle whose manifest calls the run live."""
    manifest = json.loads(content["manifest.json"])
    return {**content, "manifest.json": json.dumps({**manifest, "mode": "live"}).encode()}


FORGED: dict[str, tuple[Callable[[dict[str, bytes]], dict[str, bytes]], str]] = {
    "mode": (live, "the manifest says live, the run's opening simulated"),
    "mode of the results": (lambda c: results(c, lambda s: s["run"].update(mode="live")), "mode of the run"),
    "serial": (lambda c: results(c, lambda s: s["run"]["uut"].update(serial="X")), "uut of the run"),
    "exit code": (lambda c: results(c, lambda s: s["run"].update(exit_code=9)), "exit_code of the run"),
    "point": (lambda c: results(c, lambda s: s["points"][0].update(verdict="-")), "is not what was recorded"),
    "taxon": (
        lambda c: results(c, lambda s: s["taxa"].update({s["points"][0]["id"]: "Measure.Voltage.DC"})),
        "the taxon of ",
    ),
    "fewer": (lambda c: results(c, lambda s: s["points"].pop()), "was recorded and stands there 0 times"),
    "more": (
        lambda c: results(c, lambda s: s["points"].append({**s["points"][0], "id": "made-up"})),
        "made-up was never recorded",
    ),
    "csv": (
        lambda c: signed_anew(c, results_csv=c["results.csv"].replace(b"simulated", b"live")),
        "results.csv is not what results.json says",
    ),
    "register away": (lambda c: without(c, "register.jsonl"), "register.jsonl is missing"),
    "register empty": (lambda c: signed_anew(c, register_jsonl=b""), "has no end of the run"),
    "traffic away": (lambda c: without(c, "traffic.jsonl"), "not included: traffic.jsonl"),
    "further file": (lambda c: with_more(c, "certificate.pdf"), "certificate.pdf is no file of a bundle"),
}


@pytest.mark.parametrize("name", FORGED)
def test_bare_python_finds_a_forgery_with_its_hashes_made_to_fit(
    content: dict[str, bytes], name: str
) -> None:
    forge, sentence = FORGED[name]
    wrong = list(check(forge(dict(content))))
    assert any(sentence in line for line in wrong), wrong


@pytest.mark.parametrize("name", ["check.py", "README.txt"])
def test_another_checker_or_text_is_named(content: dict[str, bytes], tmp_path: Path, name: str) -> None:
    changed = {name.replace(".", "_"): b'print("intact")'}
    write_bundle(signed_anew(content, **changed), tmp_path / "b.zip")
    (line,) = verify_bundle(tmp_path / "b.zip", None, **SEALS).wrong
    assert f"{name} is not the one of this version" in line


@pytest.mark.parametrize("name", ["check.py", "README.txt"])
def test_the_checker_or_text_of_an_earlier_version_is_said_and_no_fault(
    content: dict[str, bytes], tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = content[name] + b"# earlier\r\n"
    digest = hashlib.sha256(earlier.replace(b"\r\n", b"\n")).hexdigest()
    monkeypatch.setattr("calibrator.evidence._verify_bundle.FORMER", {*FORMER, digest})
    write_bundle(signed_anew(content, **{name.replace(".", "_"): earlier}), tmp_path / "b.zip")
    found = verify_bundle(tmp_path / "b.zip", None, **SEALS)
    assert found.wrong == ()
    assert f"{name} is that of an earlier version of the program" in found.said


@pytest.mark.parametrize("name", NOW)
def test_whoever_changes_a_file_of_bundles_keeps_the_hash_of_the_former_one(name: str) -> None:
    """Else its bundles were called altered: move the hash in NOW to FORMER, and renew it."""
    assert hashlib.sha256(own_file(name)).hexdigest() == NOW[name]
    assert not FORMER & {*NOW.values()}


def test_what_bare_python_does_not_make_again_is_made_again_by_verify(
    content: dict[str, bytes], tmp_path: Path
) -> None:
    forged = results(content, lambda shown: shown["run"].update(verdict="undetermined"))
    write_bundle(forged, tmp_path / "b.zip")
    wrong = verify_bundle(tmp_path / "b.zip", None, **SEALS).wrong
    assert any("verdict of the run is not what follows" in line for line in wrong), wrong


def test_a_bundle_says_what_is_left_out(record: Record, tmp_path: Path) -> None:
    made = bundle_files(record, record.find_run("last"), traffic=None, certificates=None)
    write_bundle(made, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        archive.extractall(tmp_path / "there")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(tmp_path / "there" / "check.py")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert "not in the bundle: traffic.jsonl" in done.stdout


def test_a_result_that_does_not_follow_from_its_readings_is_found(
    content: dict[str, bytes], tmp_path: Path
) -> None:
    """A forger who writes the whole chain anew is caught by evaluating again, and by the record at hand."""
    events = [json.loads(line) for line in content["events.jsonl"].splitlines()]
    previous, hashes = "0" * 64, []
    for event in events:
        held = json.loads(event["canonical"])
        if held["kind"] == "section.evaluated":
            held["body"]["results"][0]["error"] = "0.1"
        event["canonical"] = json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        event["previous"] = previous
        previous = hashlib.sha256(f"{previous}\n{event['canonical']}".encode()).hexdigest()
        event["hash"] = previous
        hashes.append(previous)
    manifest = json.loads(content["manifest.json"])
    manifest["head"]["hash"] = previous
    shown = json.loads(content["results.json"])
    for event in events:
        held = json.loads(event["canonical"])
        for point in held["body"].get("results", ()) if held["kind"] == "section.evaluated" else ():
            shown["points"] = [point if point["id"] == item["id"] else item for item in shown["points"]]
    made = signed_anew(
        {**content, "manifest.json": json.dumps(manifest).encode()},
        events_jsonl="".join(json.dumps(event) + "\n" for event in events).encode(),
        register_jsonl=register_anew(content["register.jsonl"], hashes),
        results_json=json.dumps(shown).encode(),
        results_csv=csv_bytes(shown),
    )
    assert list(check(made)) == []  # it agrees with itself throughout
    write_bundle(made, tmp_path / "b.zip")
    wrong = verify_bundle(tmp_path / "b.zip", None, **SEALS).wrong
    assert any("error: recorded 0.1, recomputed" in line for line in wrong), wrong


def test_another_run_of_the_same_name_is_not_that_of_the_record(
    content: dict[str, bytes], record: Record, tmp_path: Path
) -> None:
    write_bundle(content, tmp_path / "b.zip")
    assert verify_bundle(tmp_path / "b.zip", record, **SEALS).wrong == ()
    home = tmp_path / "home" / "record.sqlite"
    assert home.is_file()

    class Other:
        REGISTER = record.REGISTER

        def events(self, run: str) -> list[Any]:
            return [*record.events(run)][:3]

        def verify(self, run: str) -> tuple[()]:
            return ()

    line, *_ = verify_bundle(tmp_path / "b.zip", Other(), **SEALS).wrong  # type: ignore[arg-type]
    assert "the record here has another event" in line


@pytest.mark.parametrize("kind", ["deep", "many", "outside", "large"])
def test_a_bundle_that_was_made_to_harm_is_refused_by_name(
    content: dict[str, bytes], call: Call, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "b.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in content.items():
            archive.writestr(name, b"[" * 300_000 if (kind, name) == ("deep", "manifest.json") else data)
        if kind == "many":
            for number in range(10_001):
                archive.writestr(f"certificates/{number}", b"")
        elif kind == "outside":
            archive.writestr("../../b.txt", b"x")
    if kind == "large":  # it says of itself that it unpacks to 3 GiB
        data = bytearray(file.read_bytes())
        place = data.rindex(b"PK\x01\x02") + 24
        data[place : place + 4] = (3 << 30).to_bytes(4, "little")
        file.write_bytes(data)
    said = call("verify", str(file))
    assert said.code == 6
    wanted = {"deep": "RecursionError", "many": "files, which no run has", "outside": "../../b.txt"}
    assert wanted.get(kind, "more than 1 GiB") in said.err
    assert not list(tmp_path.parent.glob("b.txt"))


def test_any_damage_is_a_sentence(content: dict[str, bytes], tmp_path: Path) -> None:
    write_bundle(content, tmp_path / "b.zip")
    whole = (tmp_path / "b.zip").read_bytes()
    random_ = random.Random(20261123)
    for number in range(40):
        file = tmp_path / f"{number}.zip"
        if number < 30:
            at = random_.randrange(4, len(whole))
            file.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << random_.randrange(8))]) + whole[at + 1 :])
        else:
            file.write_bytes(whole[: random_.randrange(10, len(whole))])
        try:
            found = read_bundle(file)
        except IntegrityError:
            continue
        # a bit of the container that says nothing of its content, or it is named
        assert found == content or list(check(found))
