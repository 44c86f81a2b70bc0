"""`calibrator bench`: discover, check, console, replay, on real servers and terminals."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from calibrator.bench import find_simulator
from calibrator.cli import main
from calibrator_drivers.replay import load_traffic


class Instrument:
    """A line server with an error queue."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.resource = f"TCPIP0::127.0.0.1::{self.port}::SOCKET"
        self.errors: list[str] = []
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                self._open.append(connection)
                self._threads.append(threading.Thread(target=self._serve, args=(connection,), daemon=True))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            for line in lines:
                text = line.decode().strip()
                if text == "SYST:ERR?":
                    reply = self.errors.pop(0) if self.errors else '+0,"No error"'
                elif text.startswith("BAD"):
                    self.errors.append('-113,"Undefined header"')
                    continue
                elif text == "CURV?":
                    reply = "#15abcde"
                elif text == "*STB?":
                    reply = "16"
                elif "?" in text:
                    reply = f"MAKER,{text}"
                else:
                    continue
                connection.sendall(reply.encode() + b"\n")

    def close(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(30.0)


@pytest.fixture
def instrument() -> Iterator[Instrument]:
    server = Instrument()
    yield server
    server.close()


def _console(monkeypatch: pytest.MonkeyPatch, lines: list[str], *arguments: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
    return main(["bench", "console", *arguments])


def test_the_console_shows_replies_errors_and_saves_the_traffic(
    instrument: Instrument,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = [
        "READ?",
        "BAD 1",
        "",
        ".status",
        ".block CURV?",
        ".trigger",
        ".clear",
        ".timeout 3",
        "A?",
        ".help",
    ]
    log = tmp_path / "console.jsonl"
    home = ["--home", str(tmp_path), "--traffic", str(log)]
    assert (
        _console(monkeypatch, [*lines, ".nonsense 1", ".timeout many", ".quit"], instrument.resource, *home)
        == 0
    )
    said = capsys.readouterr().out
    for part in (
        "MAKER,*IDN?",
        "MAKER,READ?",
        '! -113,"Undefined header"',
        "16",
        "5 bytes 61 62 63 64 65",
        "MAKER,A?",
        ".reopen",
        "could not convert",
        ".nonsense is none of",
        str(log),
    ):
        assert part in said
    sent = [message.data for message in load_traffic(log) if message.direction == "out"]
    assert sent[:4] == [b"*IDN?\n", b"READ?\n", b"SYST:ERR?\n", b"BAD 1\n"]


def test_the_console_works_without_readline_and_without_a_folder(
    instrument: Instrument,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "readline", None)  # as on Windows
    home = tmp_path / "home"
    assert _console(monkeypatch, ["READ?"], instrument.resource, "--home", str(home)) == 0
    assert "MAKER,READ?" in capsys.readouterr().out
    assert [path.suffix for path in (home / "traffic").iterdir()] == [".jsonl"]


def test_a_source_is_left_in_standby(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "bench.toml"
    file.write_text(find_simulator().default_bench(), encoding="utf-8")
    log = tmp_path / "console.jsonl"
    arguments = ["calibrator", str(file), "--home", str(tmp_path), "--traffic", str(log)]
    assert _console(monkeypatch, ["OUT 10 V, 0 HZ", "OPER", "OPER?", "FOO"], *arguments) == 0
    said = capsys.readouterr().out
    assert "\n1\n" in said
    assert "! 1301" in said
    assert "The output is in standby." in said
    sent = [message.data for message in load_traffic(log) if message.direction == "out"]
    assert sent.index(b"OPER\n") < len(sent) - 1 - sent[::-1].index(b"STBY\n")
    assert _console(monkeypatch, [], "source", str(file), "--home", str(tmp_path)) == 2
    assert "calibrator, meter" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
def test_the_console_keeps_its_history_on_a_terminal(instrument: Instrument, tmp_path: Path) -> None:
    import pty

    master, slave = pty.openpty()
    command = [sys.executable, "-c", "from calibrator.cli import main; raise SystemExit(main())"]
    command += ["bench", "console", instrument.resource, "--home", str(tmp_path)]
    process = subprocess.Popen(
        command, stdin=slave, stdout=slave, stderr=slave, env=os.environ | {"TERM": "dumb"}
    )
    os.close(slave)
    said = b""
    for line, awaited in ((b"READ?\n", b"> "), (b".quit\n", b"MAKER,READ?")):
        while awaited not in said:
            said += os.read(master, 4096)
        os.write(master, line)
    with suppress(OSError):  # the terminal's end
        while os.read(master, 4096):
            pass
    assert process.wait(60.0) == 0
    os.close(master)
    assert "READ?" in (tmp_path / "console-history").read_text(encoding="utf-8")


def test_a_log_is_replayed_on_a_socket(
    instrument: Instrument,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = tmp_path / "console.jsonl"
    _console(monkeypatch, ["READ?"], instrument.resource, "--home", str(tmp_path), "--traffic", str(log))
    code = "from calibrator.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", code, "bench", "replay", str(log), "console"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        resource = process.stdout.readline().strip()
        capsys.readouterr()
        arguments = [resource, "--home", str(tmp_path), "--traffic", str(tmp_path / "again.jsonl")]
        assert _console(monkeypatch, ["READ?"], *arguments) == 0
        assert "MAKER,READ?" in capsys.readouterr().out
        assert process.wait(60.0) == 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        port = int(process.stdout.readline().split("::")[2])
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"*RST\n")
            assert process.wait(60.0) == 5
        assert "the log has out b'*IDN?" in process.stderr.read()


@pytest.mark.parametrize(
    ("model", "lines", "told"),
    [
        (
            "transmitter_4_20ma",
            ["0", "1", "99", "nonsense", ".status"],
            ["HartIdentity", "fe ", "not implemented", "write the number of a command"],
        ),
        (
            "eastron_sdm630",
            ["input 0 2", "input 9999", "registers 1", "bad", ".reopen"],
            ["illegal data address", "write coil, discrete, holding or input"],
        ),
    ],
)
def test_registers_and_command_frames_are_spoken_too(
    model: str,
    lines: list[str],
    told: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = "from calibrator.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-c", code, "sim", "serve", model, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        resource = json.loads(process.stdout.readline())["resource"]
        code_returned = _console(monkeypatch, lines, resource, "--home", str(tmp_path), "--timeout", "30")
        process.terminate()
    said = capsys.readouterr().out
    assert code_returned == 0
    for part in told:
        assert part in said


def _rows(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in json.loads(capsys.readouterr().out)}


def test_check_compares_serial_firmware_and_certificate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = find_simulator().default_bench()
    file = tmp_path / "bench.toml"
    file.write_text(text, encoding="utf-8")
    assert main(["bench", "check", str(file), "--json", "--home", str(tmp_path)]) == 0
    rows = _rows(capsys)
    assert rows["calibrator"]["due"] == "2027-05-07"
    assert rows["calibrator"]["firmware"] == "2.0+1.3+2.0+*"
    assert rows["calibrator"]["state"] == "as the file says"
    assert rows["short"]["state"] == "has no address"
    file.write_text(text.replace("2027-05-07", "2026-05-09"), encoding="utf-8")
    assert main(["bench", "check", str(file), "--json", "--home", str(tmp_path)]) == 4
    assert _rows(capsys)["calibrator"]["state"].endswith("is not in force, due 2026-05-09")
    assert main(["bench", "check", str(file), "--home", str(tmp_path)]) == 4
    out = capsys.readouterr().out
    assert "due 2026-05-09" in out
    long = re.sub(r"\bcalibrator\b", "calibrator_of_the_second_laboratory", text)
    file.write_text(long, encoding="utf-8")
    main(["bench", "check", str(file), "--home", str(tmp_path)])
    lines = capsys.readouterr().out.splitlines()
    states = ("as the file says", "has no address")
    starts = {line.index(state) for line in lines for state in states if state in line}
    assert len(lines) > 2
    assert len(starts) == 1  # one column of states, however long a name or an identity


def test_a_firmware_that_changed_and_a_missing_certificate_are_told() -> None:
    from dataclasses import replace
    from datetime import UTC, datetime

    from calibrator.cli._bench_check import Papers, _judged
    from calibrator.standards import load_bench, load_lab

    bench = load_bench(find_simulator().default_bench())
    item = bench.instruments["calibrator"]
    papers = Papers({}, {item.asset: "1.0"}, load_lab(Path("no-such-lab.toml")))
    now = datetime(2026, 11, 23, tzinfo=UTC)
    row, code = _judged({"firmware": "2.0"}, item, None, now, papers)
    assert row["state"] == "the firmware was 1.0 in the last run; no certificate is recorded"
    assert code == 4
    other = replace(papers, differing={item.asset: "it is another in the register"})
    row, code = _judged({"firmware": "1.0"}, replace(item, uut=True), None, now, other)
    assert (row["state"], code) == ("it is another in the register", 4)
    row, code = _judged({"firmware": "1.0"}, replace(item, uut=True), None, now, papers)
    assert (row["state"], code) == ("as the file says", 0)


def test_the_firmware_of_the_last_run_is_found_in_the_record(tmp_path: Path) -> None:
    from calibrator.cli._access import opened
    from calibrator.cli._bench_check import _last_firmware
    from calibrator.cli._settings import Settings

    job = ["run", "dmm", "--uut", "34401A", "--sim", "--section", "zero-open", "--non-interactive", "--json"]
    assert main([*job, "--home", str(tmp_path)]) in (0, 3)
    with opened(Settings(tmp_path, "en", False)) as record:
        assert "2.0+1.3+2.0+*" in _last_firmware(record).values()


@pytest.fixture
def announcement() -> Iterator[str]:
    """A meter that announces itself on loopback."""
    zeroconf = pytest.importorskip("zeroconf")
    try:
        network = zeroconf.Zeroconf(interfaces=["127.0.0.1"])
    except OSError:
        pytest.skip("no multicast on loopback")
    info = zeroconf.ServiceInfo(
        "_hislip._tcp.local.",
        "Meter._hislip._tcp.local.",
        addresses=[socket.inet_aton("127.0.0.1")],
        port=4880,
        properties={"Manufacturer": "MAKER", "Model": "METER", "SerialNumber": "1"},
        server="meter.local.",
    )
    network.register_service(info)
    yield "TCPIP::127.0.0.1::hislip0,4880::INSTR"
    network.unregister_service(info)
    network.close()


def test_discover_lists_what_is_announced(
    announcement: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from calibrator_drivers import InstrumentError, discovery

    def no_library() -> tuple[discovery.Found, ...]:
        raise InstrumentError("The VISA library lists nothing", way_out="See `calibrator doctor`.")

    monkeypatch.setattr(discovery, "visa_resources", no_library)
    arguments = ["bench", "discover", "--interface", "127.0.0.1", "--no-identify", "--wait", "3"]
    assert main([*arguments, "--json"]) == 0
    said = capsys.readouterr()
    rows = {row["resource"]: row for row in json.loads(said.out)}
    if announcement not in rows:
        pytest.skip("this machine lets no multicast through")
    assert rows[announcement]["description"] == "MAKER METER 1"
    assert "lists nothing" in said.err


def test_only_who_can_be_asked_without_harm_is_asked(instrument: Instrument) -> None:
    from calibrator_drivers.discovery import Found, ask, is_safe_to_ask

    safe = Found(instrument.resource, "mdns")
    serial = Found("ASRL/dev/ttyS0::INSTR", "serial")
    closed = Found("TCPIP::127.0.0.1,1::inst0::INSTR", "visa")
    assert [is_safe_to_ask(item) for item in (safe, serial, closed)] == [True, False, True]
    asked = ask([safe, serial, closed])
    assert [item.identity for item in asked] == ["MAKER,*IDN?", "", ""]
    assert [bool(item.fault) for item in asked] == [False, False, True]


def test_the_machine_s_serial_ports_and_visa_library_are_listed() -> None:
    from calibrator_drivers.discovery import serial_ports, visa_resources

    assert all(item.resource.startswith("ASRL") for item in serial_ports())
    assert not any(item.resource.startswith("ASRL") for item in visa_resources("@py"))


@pytest.mark.parametrize("command", [["check"], ["console", "calibrator"]])
def test_a_mistake_of_the_bench_is_told_with_file_and_line(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bench.toml"
    text = find_simulator().default_bench()
    file.write_text(text.replace("seed = 1\n", "", 1), encoding="utf-8")
    assert main(["bench", *command, str(file), "--home", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert f"{file}, line " in told
    assert "--seed" not in told


@pytest.mark.parametrize("stated", ["1e400 V", "-5 ohm", "", " "])
def test_an_input_that_nothing_has_is_refused(stated: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sim", "serve", "keysight_34401a", "--input", stated]) == 2
    assert "input" in capsys.readouterr().err


def test_a_model_without_an_interface_is_not_served(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sim", "serve", "copper_short"]) == 2
    assert "has no interface" in capsys.readouterr().err


def test_a_bench_that_is_only_served_needs_no_assets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bench.toml"
    file.write_text(
        '[instruments.one]\nmodel = "fluke_5522a"\nserial = "SIM1"\n'
        '[instruments.two]\nmodel = "keysight_34401a"\nserial = "SIM2"\n'
        '[wirings.volts]\nfrom = "one"\nto = "two"\n[simulation]\nseed = 1\n',
        encoding="utf-8",
    )

    class Ending(io.StringIO):
        def __iter__(self) -> Any:
            raise KeyboardInterrupt

        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stdin", Ending())
    assert main(["sim", "serve", str(file), "--wiring", "volts"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
    assert main(["bench", "check", str(file), "--home", str(tmp_path)]) == 2
    assert "2 keys are missing: instruments.one.asset, instruments.two.asset" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(
    instrument: Instrument, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "traffic.jsonl"
    log.write_text('{"name": "x", "dir": "out", "text": "A"}\n', encoding="utf-8")
    assert main(["bench", "replay", str(log), "x", "--port", str(instrument.port)]) == 2
    assert f"The port {instrument.port} cannot be listened on" in capsys.readouterr().err
