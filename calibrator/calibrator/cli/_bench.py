"""`calibrator bench check`: open, identify, compare, close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from calibrator._errors import CalibratorError
from calibrator.cli._failures import exit_code_of
from calibrator.cli._settings import command, settings
from calibrator_drivers.clock import Clock, RealClock

if TYPE_CHECKING:
    from calibrator.standards import BenchFile, BenchInstrument

__all__ = ["bench"]


@click.group(short_help="Check a bench file against the instruments that answer.")
def bench() -> None:
    """Work with bench files."""


@command(short_help="Open, identify, compare serials, close; nothing is set.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one object an instrument as JSON.")
@click.pass_context
def check(ctx: click.Context, file: Path, as_json: bool) -> int:
    """Read FILE, ask every instrument in it who it is, and compare models and serial numbers.

    Nothing is reset, set or energised. Exit code 5 when an instrument does not answer or is another.
    """
    from calibrator.cli._output import print_json
    from calibrator.standards import load_bench

    chosen = settings(ctx)
    found = load_bench(file)
    with _reached(found) as (addresses, clock):
        looks = [_look(item, addresses.get(name), clock) for name, item in found.instruments.items()]
    rows = [row for row, _code in looks]
    if as_json:
        print_json(rows)
    else:
        for row in rows:
            state = chosen.words(row["state"])
            click.echo(f"{row['name']:<14} {row['resource']:<36} {row['identity'] or '-':<40} {state}")
    return max((code for _row, code in looks), default=0)


bench.add_command(check)


@contextmanager
def _reached(found: BenchFile) -> Iterator[tuple[Mapping[str, str], Clock]]:
    """Give each instrument's address and the clock; a simulated bench without any is opened meanwhile."""
    written = {name: item.resource for name, item in found.instruments.items() if item.resource}
    if not found.in_process:
        yield written, RealClock()
        return
    from calibrator.bench import find_simulator

    opened = find_simulator().open(found.raw)
    try:
        yield opened.resources, opened.clock
    finally:
        opened.close()


def _state(error: Exception, instrument: BenchInstrument, resource: str) -> str:
    """Return why an instrument was not identified, and what to do beside calling this again."""
    text = " ".join(str(error).split())
    if "VI_ERROR_INV_RSRC_NAME" in text:
        return (
            f"{resource} is no VISA address (instruments.{instrument.name}.resource). "
            "Write one such as TCPIP0::192.0.2.7::3490::SOCKET, GPIB0::22::INSTR or ASRL/dev/ttyUSB0::INSTR."
        )
    return text.replace(", then try `calibrator bench check`", "").replace("try `calibrator bench check`", "")


def _look(instrument: BenchInstrument, resource: str | None, clock: Clock) -> tuple[dict[str, str], int]:
    from calibrator_drivers._errors import DriversError
    from calibrator_drivers.registry import open_instrument

    row = {"name": instrument.name, "model": instrument.model, "resource": resource or "", "identity": ""}
    if resource is None:
        return {**row, "state": "has no address"}, 0
    try:
        device = open_instrument(instrument.model, resource, clock=clock, name=instrument.name)
        try:
            identity = device.identify()
        finally:
            device.close()
    except (CalibratorError, DriversError) as error:
        return {**row, "state": _state(error, instrument, resource)}, exit_code_of(error)
    row["identity"] = identity.raw
    if identity.serial not in ("", "0") and identity.serial != instrument.serial:
        state = f"another instrument: serial {identity.serial} answers, the file says {instrument.serial}"
        return {**row, "state": state}, 5
    return {**row, "state": "as the file says"}, 0
