"""Installs Calibrator beside its sources and runs it: `python make.py demo`, `test` or `check`.

Needs nothing but Python 3.11 or later; works the same in bash and in Windows PowerShell.
The syntax stays readable by older Pythons, so that they can say what is missing.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "calibrator-install.json"
DEMO_HOME = ROOT / "demo-home"
OLDEST = (3, 11)
USAGE = """usage: python make.py COMMAND

  demo             install, then verify a multimeter on the simulated bench and write its certificate
  test [--slow] ...  install with the test tools, then run the tests (... goes to pytest)
  check            install with all tools, then lint, format, types (Linux and Windows) and import contracts
"""


class MakeError(Exception):
    """What went wrong and what to do, in sentences for a person."""


def main(arguments: list[str]) -> int:
    """Run one command; returns its exit code."""
    if sys.version_info[:2] < OLDEST:
        version = "{}.{}".format(*sys.version_info[:2])
        print(
            f"Calibrator needs Python 3.11 or later; this is Python {version} ({sys.executable}).",
            file=sys.stderr,
        )
        print("Install a newer one from https://www.python.org and call it by name.", file=sys.stderr)
        return 2
    commands = {"demo": demo, "test": test, "check": check}
    if not arguments or arguments[0] not in commands:
        print(USAGE, file=sys.stderr)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    try:
        return commands[arguments[0]](arguments[1:])
    except MakeError as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 2


def demo(arguments: list[str]) -> int:
    """Install what is needed to work, then run `calibrator demo` with a home in the checkout."""
    python = install(())
    environment = dict(os.environ)
    environment.setdefault("CALIBRATOR_HOME", str(DEMO_HOME))
    return call([str(python), "-m", "calibrator", "demo", *arguments], environment)


def test(arguments: list[str]) -> int:
    """Install the test tools as well, then run pytest."""
    python = install(("test",))
    every = ["-m", "slow or not slow"] if "--slow" in arguments else []
    rest = [argument for argument in arguments if argument != "--slow"]
    workers = [] if any(word.startswith("-n") for word in rest) else ["-n", "auto", "--dist", "worksteal"]
    if not rest:
        say("running the tests: three to five minutes on two idle cores, more beside other work")
    return call([str(python), "-m", "pytest", *workers, *every, *rest])


def check(_arguments: list[str]) -> int:
    """Install every tool, then lint, types and contracts; all are run, the first failure is the exit code."""
    python = str(install(("check", "test")))
    steps = [
        [python, "-m", "ruff", "check", "."],
        [python, "-m", "ruff", "format", "--check", "."],
        [python, "-m", "mypy", "--platform", "linux"],
        [python, "-m", "mypy", "--platform", "win32"],
        [str(python_in(VENV).with_name("lint-imports" + (".exe" if os.name == "nt" else "")))],
    ]
    codes = []
    for step in steps:
        say(" ".join([Path(step[0]).name, *step[1:]]))
        codes.append(call(step))
    return next((code for code in codes if code), 0)


def install(extras: tuple[str, ...]) -> Path:
    """Make `.venv` and install the project editable; quick where that was done before.

    Returns the environment's Python.
    """
    begun = time.monotonic()
    python = environment_python(begun)
    key = install_key(python)
    done = read_stamp()
    have = set(done.get("extras", [])) if done.get("key") == key else None
    if have is not None and have.issuperset(extras):
        return python
    wanted = sorted(set(extras) | (have or set()))
    target = ".[{}]".format(",".join(wanted)) if wanted else "."
    say(f"installing Calibrator {target} into {VENV}", begun)
    if run_pip(python, ["install", "--editable", target], begun) != 0:
        raise MakeError(
            "The installation failed; the lines above say where. What was downloaded is kept: "
            "run the same command again once that is mended."
        )
    STAMP.write_text(json.dumps({"key": key, "extras": wanted}), encoding="utf-8")
    say("installed", begun)
    return python


def environment_python(begun: float) -> Path:
    """Return the Python of `.venv`, made anew where there is none or it no longer starts."""
    python = python_in(VENV)
    if version_of(python) is not None:
        return with_pip(python, begun)
    if VENV.exists():
        if not (VENV / "pyvenv.cfg").exists():
            raise MakeError(
                f"{VENV} is there and is no Python environment. Move it away and run the command again."
            )
        say(f"{VENV} was made by another Python that is not here; making it anew", begun)
        shutil.rmtree(str(VENV), ignore_errors=True)
    say(f"making {VENV} with Python {sys.version.split()[0]}", begun)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if made.returncode != 0 or version_of(python) is None:
        print(made.stdout, file=sys.stderr)
        shutil.rmtree(str(VENV), ignore_errors=True)
        raise MakeError(
            "Python could not make a virtual environment. On Debian and Ubuntu its venv module is a "
            "package of its own: sudo apt install python{}.{}-venv. Elsewhere read the lines above.".format(
                *sys.version_info[:2]
            )
        )
    return python


def with_pip(python: Path, begun: float) -> Path:
    """Return `python` with pip in its environment: uv makes environments without."""
    if subprocess.call([str(python), "-c", "import pip"], stderr=subprocess.DEVNULL) != 0:
        say(f"putting pip into {VENV}", begun)
        if subprocess.call([str(python), "-m", "ensurepip"], stdout=subprocess.DEVNULL) != 0:
            raise MakeError(f"{VENV} has no pip and cannot get one. Move it away and run the command again.")
    return python


def python_in(environment: Path) -> Path:
    """Return where an environment keeps its Python on this platform."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def version_of(python: Path) -> str | None:
    """Return the version of a Python that starts and is new enough; None otherwise."""
    question = "import sys; print(sys.version); sys.exit(sys.version_info[:2] < (3, 11))"
    try:
        answer = subprocess.run(
            [str(python), "-c", question],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError:
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def install_key(python: Path) -> str:
    """Return what an installation depends on: the project file, the place of the sources, the Python."""
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes())
    digest.update(str(ROOT).encode("utf-8"))
    digest.update((version_of(python) or "").encode("utf-8"))
    return digest.hexdigest()


def read_stamp() -> dict[str, object]:
    """Return what the last installation left, empty where there was none."""
    try:
        content = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def run_pip(python: Path, arguments: list[str], begun: float) -> int:
    """Run pip with one line of progress a package; on failure all it said, and what that may mean."""
    command = [str(python), "-u", "-m", "pip", *arguments, "--no-input", "--disable-pip-version-check"]
    lines = []
    with subprocess.Popen(
        [*command, "--progress-bar", "off"],
        cwd=str(ROOT),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        for line in pip.stdout or ():
            lines.append(line.rstrip())
            report(line.strip(), begun)
    if pip.returncode != 0:
        print("\n".join(lines[-15:]), file=sys.stderr)
        if any(sign in line for line in lines for sign in NO_INDEX):
            raise MakeError(
                "The Python package index could not be reached. Check the network, or name your proxy in "
                "HTTPS_PROXY or your own index in PIP_INDEX_URL, and run the command again; "
                "what was downloaded is kept."
            )
    return pip.returncode


NO_INDEX = (
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "getaddrinfo failed",
    "No matching distribution found",
    "Connection timed out",
    "ProxyError",
    "CERTIFICATE_VERIFY_FAILED",
)


def report(line: str, begun: float) -> None:
    """Print the lines of pip that tell a waiting person something."""
    if line.startswith("Downloading ") and ".metadata (" not in line:
        file, _, size = line[len("Downloading ") :].rsplit("/", 1)[-1].partition(" ")
        say("downloading {} {}".format(" ".join(file.split("-")[:2]), size), begun)
    elif line.startswith("Installing collected packages"):
        say("unpacking {} packages".format(line.count(",") + 1), begun)


def say(what: str, begun: float | None = None) -> None:
    """Print one line of progress at once, with the seconds since `begun`."""
    elapsed = "" if begun is None else f"{time.monotonic() - begun:4.0f} s  "
    print(f"[make] {elapsed}{what}", flush=True)


def call(command: list[str], environment: dict[str, str] | None = None) -> int:
    """Run a command in the checkout and return its exit code; Ctrl-C is the command's to answer."""
    with subprocess.Popen(command, cwd=str(ROOT), env=environment) as process:
        while True:
            try:
                code = process.wait()
            except KeyboardInterrupt:
                continue
            return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
