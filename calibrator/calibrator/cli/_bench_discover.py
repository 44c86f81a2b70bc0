"""`calibrator bench discover`: what answers on VISA, serial ports and the network."""

from __future__ import annotations

from dataclasses import asdict

import click

from calibrator.cli._settings import command, settings

__all__ = ["discover"]


@command(short_help="List what answers on VISA, serial ports and the network.")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.option("--no-identify", is_flag=True, help="Ask nobody for *IDN?.")
@click.option("--wait", default=2.0, show_default=True, type=click.FloatRange(0.1, 60.0), metavar="S")
@click.option("--interface", multiple=True, metavar="ADDRESS", help="Listen for mDNS on this address only.")
@click.pass_context
def discover(
    ctx: click.Context, *, as_json: bool, no_identify: bool, wait: float, interface: tuple[str, ...]
) -> int:
    """List VISA resources, serial ports, and instruments that announce themselves by mDNS.

    *IDN? is asked where a message can do no harm, never on a serial port. Nothing is set anywhere.
    """
    from calibrator.cli._output import print_json
    from calibrator_drivers import DriversError
    from calibrator_drivers.discovery import Found, announced, ask, serial_ports, visa_resources

    found: list[Found] = []
    say = settings(ctx).words
    for look in (visa_resources, serial_ports, lambda: announced(wait, interface)):
        try:
            found += look()
        except DriversError as error:
            click.echo(str(error), err=True)
    asked = found if no_identify else list(ask(found))
    if as_json:
        print_json([asdict(item) for item in asked])
        return 0
    for item in asked:
        told = item.identity or item.description or item.fault
        click.echo(f"{item.resource:<48} {item.way:<7} {told}")
    if not asked:
        click.echo(say("Nothing answers."))
    return 0
