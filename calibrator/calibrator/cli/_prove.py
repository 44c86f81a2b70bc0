"""`calibrator prove`: stated against true, on thousands of simulated benches."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from calibrator.cli._settings import command, settings

__all__ = ["prove"]


@command(short_help="Prove a procedure by simulation: stated against true.")
@click.argument("procedure")
@click.option("--uut", default="", metavar="MODEL", help="Unit under test; default: the bench's own.")
@click.option("--runs", type=click.IntRange(min=1), default=200, show_default=True, help="Calibrations.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the first run."
)
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
@click.option(
    "--section", "sections", multiple=True, metavar="S", help="Only this section (may be repeated)."
)
@click.option(
    "--bench",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Simulated bench instead of the procedure's.",
)
@click.option(
    "--drawn-runs",
    type=click.IntRange(min=0),
    help="Runs for each other way to draw the standard's error; default: a tenth, at least 20.",
)
@click.option(
    "--repeat-every",
    type=click.IntRange(min=0),
    default=100,
    show_default=True,
    help="Repeat one run in so many over sockets and SQLite and compare; 0: none.",
)
@click.option(
    "--without", default="", metavar="LINE", help="Forget a line of the budgets: the proof must name it."
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for text, JSON and SVG."
)
@click.option("--json", "as_json", is_flag=True, help="Print the proof as JSON.")
@click.pass_context
def prove(
    ctx: click.Context,
    *,
    procedure: str,
    uut: str,
    runs: int,
    seed: int,
    jobs: int,
    sections: tuple[str, ...],
    bench: Path | None,
    drawn_runs: int | None,
    repeat_every: int,
    without: str,
    out: Path | None,
    as_json: bool,
) -> int:
    """Prove PROCEDURE on simulated benches whose standards and units are drawn afresh for each run.

    Every run goes through the drivers, the engine and the evaluation of a real one, in virtual time. What is
    stated is held against what is true: rms z, coverage, the pull of every budget line, effects without a
    line, risks. It validates software, not a facility. Exit code 1 where a bar is missed, which is named.
    """
    from calibrator import proof
    from calibrator_drivers.clock import RealClock

    order = proof.Order(
        procedure,
        uut,
        runs,
        seed,
        jobs,
        sections or None,
        "" if bench is None else _simulated(bench),
        drawn_runs,
        repeat_every,
        proof.WithoutFigure(without) if without else None,
        str(settings(ctx).home.path),
    )
    found = proof.prove(order, _progress())
    text = proof.report(found)
    written = proof.as_json(found, RealClock().now())
    click.echo(written if as_json else text)
    if out is not None:
        _write(
            out, f"{found.procedure}-{found.uut}", {"txt": text, "json": written, "svg": proof.as_svg(found)}
        )
    return 1 if proof.missed(found) else 0


def _simulated(path: Path) -> str:
    """Return the text of a bench file; raises `UsageError` for one whose instruments are elsewhere."""
    from calibrator._errors import UsageError
    from calibrator.standards import load_bench

    bench = load_bench(path)
    if not bench.in_process:
        raise UsageError(
            "a proof draws its bench afresh for each run, and this one has addresses or no [simulation]",
            where=str(path),
            way_out="Name a bench file with [simulation] and no addresses, or leave --bench out.",
            code="proof-bench-live",
        )
    return bench.text


def _write(folder: Path, name: str, texts: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, text in texts.items():
        (folder / f"{name}.{kind}").write_text(text, encoding="utf-8", newline="\n")


def _progress() -> Callable[[int, int], None]:
    """Return what shows how far it is and the time left, on a terminal only."""
    from calibrator_drivers.clock import RealClock

    clock = RealClock()
    begun_ns, last_ns = clock.monotonic_ns(), [0]

    def show(done: int, total: int) -> None:
        now_ns = clock.monotonic_ns()
        if not sys.stderr.isatty() or (done < total and now_ns - last_ns[0] < 200_000_000):
            return
        last_ns[0] = now_ns
        left_s = (now_ns - begun_ns) / 1e9 / done * (total - done)
        end = "\n" if done >= total else ""
        click.echo(
            f"\r{done} of {total} runs, {left_s / 60:.0f} min {left_s % 60:02.0f} s left ", nl=False, err=True
        )
        click.echo(end, nl=False, err=True)

    return show
