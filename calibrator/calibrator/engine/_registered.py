"""Whether the instruments of a bench are those that the register knows by their assets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from calibrator.engine._station import Found
from calibrator.engine._types import Refusal
from calibrator.standards import BenchFile, Register
from calibrator_drivers.roles import same_serial

__all__ = ["registered_problems", "told_problems"]


def registered_problems(bench: BenchFile, register: Register) -> Iterator[Refusal]:
    """Yield each instrument whose model or serial is another in the register under the same asset.

    A certificate is of one instrument: an asset that names another would lend it to that one. Assets that a
    simulated bench brings with it are compared when its file is read.
    """
    known = {item.asset: item for item in register.assets()}
    for item in bench.instruments.values():
        asset = known.get(item.asset)
        if asset is None or item.asset in bench.assets:
            continue
        if asset.model != item.model:
            key, said, registered = "model", item.model, asset.model
        elif item.serial and asset.serial and not same_serial(asset.serial, item.serial):
            key, said, registered = "serial", item.serial, asset.serial
        else:
            continue
        yield Refusal(
            "asset-differs",
            f"{item.asset} is the {key} {registered} in the register and {said} in the bench file."
            " Correct the asset or the instrument there; another instrument has an asset of its own.",
            bench.place("instruments", item.name, key),
            item.asset,
        )


def told_problems(found: Iterable[Found], bench: BenchFile, register: Register) -> Iterator[Refusal]:
    """Yield each instrument that tells another serial than the register has of its asset.

    One whose serial the bench file states was compared with that when it was asked.
    """
    known = {item.asset: item.serial for item in register.assets()}
    for item in found:
        asset, told = item.instrument.asset, item.identity.serial.strip()
        if item.instrument.serial or asset in bench.assets or not told.strip("0"):
            continue
        if known.get(asset) and not same_serial(told, known[asset]):
            yield Refusal(
                "wrong-serial",
                f"{asset} has the serial {known[asset]} in the register, and {told} answers."
                " Connect the instrument of the bench file, or correct its asset there.",
                bench.place("instruments", item.instrument.name, "asset"),
                asset,
            )
