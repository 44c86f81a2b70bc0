"""Runs other people's software against the simulator: `python tests/interop/run.py [SET...]`."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import threading
import time
import tomllib
import venv
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ENVIRONMENTS = ROOT / ".venv-interop"
WINDOWS = sys.platform == "win32"
LIMIT_S = 180.0  # for everything together, environments made anew included
BEGUN = time.monotonic()


class OutOfTimeError(Exception):
    """The sets together took longer than they may."""


def left_s() -> float:
    """Return the seconds that are left.

    Raises:
        OutOfTimeError: none are.
    """
    left = BEGUN + LIMIT_S - time.monotonic()
    if left <= 0.0:
        raise OutOfTimeError(f"not done within {LIMIT_S:.0f} s")
    return left


def python_of(folder: Path) -> Path:
    """Return the interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if WINDOWS else "bin/python")


def environment(name: str, requirements: Path) -> Path:
    """Return the interpreter of a set's environment, made anew when its requirements have changed."""
    if not requirements.exists():
        return Path(sys.executable)
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = ENVIRONMENTS / f"{name}-{digest}"
    done = folder / "complete"
    if not done.exists():
        for old in ENVIRONMENTS.glob(f"{name}-*"):
            shutil.rmtree(old)
        # A pip of our own serves every environment; where there is none each gets one, in four seconds.
        ours = importlib.util.find_spec("pip") is not None
        venv.create(folder, with_pip=not ours, clear=True)
        pip = [sys.executable if ours else str(python_of(folder)), "-m", "pip"]
        pip += ["--python", str(python_of(folder))] if ours else []
        pip += ["--disable-pip-version-check", "--quiet", "install", "--no-compile", "--no-deps"]
        made = subprocess.run(
            [*pip, "-r", str(requirements)],
            capture_output=True,
            text=True,
            timeout=left_s(),
            check=False,
        )
        if made.returncode:
            raise RuntimeError(f"the environment of {name} cannot be made: {made.stderr}")
        done.touch()
    return python_of(folder)


def serve(stack: ExitStack, arguments: list[str]) -> list[dict[str, str]]:
    """Serve instruments until the stack ends, and return what was announced."""
    command = [sys.executable, "-m", "calibrator", "sim", "serve", "--json", *arguments]
    process = stack.enter_context(
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    )
    stack.callback(process.kill)
    hung = threading.Timer(left_s(), process.kill)
    hung.daemon = True
    hung.start()
    stack.callback(hung.cancel)
    assert process.stdout is not None
    options = next((i for i, word in enumerate(arguments) if word.startswith("--")), len(arguments))
    return [json.loads(process.stdout.readline()) for _ in range(options)]


def run(name: str) -> str:
    """Run one set and return what became of it."""
    folder = HERE / name
    plan = tomllib.loads((folder / "set.toml").read_text(encoding="utf-8"))
    missing = [program for program in plan.get("needs", ()) if shutil.which(program) is None]
    if missing and len(missing) == len(plan["needs"]):
        return f"skipped: this machine has no {' and no '.join(missing)}"
    python = environment(name, folder / "requirements.txt")
    with ExitStack() as stack:
        served = {case: serve(stack, entry["arguments"]) for case, entry in plan["serve"].items()}
        done = subprocess.run(
            [str(python), "-W", "ignore", str(folder / "check.py"), json.dumps(served)],
            capture_output=True,
            text=True,
            timeout=left_s(),
            check=False,
        )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        return "FAILED"
    return (
        "passed: "
        + "; ".join(done.stdout.split("\n")[:-1])
        + (f" (no {', '.join(missing)})" if missing else "")
    )


def timed(name: str) -> tuple[str, str]:
    """Run one set and print what became of it."""
    begun = time.perf_counter()
    try:
        result = run(name)
    except (OutOfTimeError, RuntimeError, subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        result = f"FAILED: {error}"
    print(f"{name:<14}{result}  [{time.perf_counter() - begun:.0f} s]", flush=True)
    return name, result


def main() -> int:
    sets = sorted(path.parent.name for path in HERE.glob("*/set.toml"))
    names = sys.argv[1:] or sets
    unknown = [name for name in names if name not in sets]
    if unknown:
        print(f"there is no set {', '.join(unknown)}; there are {', '.join(sets)}", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(4) as pool:  # environments are made while others wait for the network
        results = dict(pool.map(timed, names))
    return int(any(result.startswith("FAILED") for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
