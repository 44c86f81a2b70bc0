"""A metrology well as its serial line sees it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from calibrator_sim._units import StandardUnit
from calibrator_sim.instruments._device import World
from calibrator_sim.instruments._heater import DISPLAY, Heated, Heater
from calibrator_sim.instruments._line import Framing, SerialLine
from calibrator_sim.instruments._text import TextDevice
from calibrator_sim.nodes.thermal import BlockModel
from calibrator_sim.scpi import (
    Choice,
    Command,
    CommandTree,
    Flag,
    Interpreter,
    Number,
    ScpiError,
    Special,
    Status,
    add_registers,
)

if TYPE_CHECKING:
    from calibrator_sim._config_types import InstrumentConfig, UnitConfig

__all__ = ["Fluke914x"]

# 9142: 23 to 150 degC in 23 min, 150 to 23 in 16 min, 23 to -25 in 25 min (M); the others likewise.
_MODELS = {
    "fluke_9142": BlockModel(5.4, 7.9, 1.9, 60.0, 0.6, 2400.0),
    "fluke_9143": BlockModel(63.0, 10.0, 10.0, 60.0, 0.8, 2000.0),
    "fluke_9144": BlockModel(41.0, 17.0, 17.0, 80.0, 1.0, 1500.0, 160.0),
}
_FRAMING = Framing(ends=b"\r\n", reply_end=b"\r\n", blocks=False)
_QUERY_NS = 50_000_000
_HARD_K = 25.0  # how far above its span the cut-out of hardware lies
_TEST_S = 120.0  # how long it must be within the stability limit


@dataclass(slots=True)
class Settings:
    """What a snapshot must hold beside the block."""

    set_point_c: float = 25.0
    output: bool = False
    limit_k: float = 0.05
    rate: float = 500.0  # K/min: as fast as it can
    cut_out_c: float = 700.0
    unit: str = "C"


def _at_once() -> Generator[int, None, None]:
    yield from ()


class Fluke914x(Heated, TextDevice):
    """A simulated metrology well with the span of its accuracy table."""

    framing = _FRAMING
    serial_line = SerialLine(framing=_FRAMING)

    def __init__(self, name: str, unit: StandardUnit, world: World) -> None:
        self.name = name
        self.serial = unit.config.serial
        self.identity = f"FLUKE,{unit.config.entry.short},{self.serial},1.10"
        self.world = world
        self.heater = Heater(unit, world, _MODELS[unit.config.entry.twin or unit.config.model])
        self.settings = Settings(set_point_c=max(25.0, self.span_c[0]))
        self.status = Status()

    @classmethod
    def build(cls, name: str, instrument: InstrumentConfig, unit: UnitConfig, world: World) -> Self:
        """Return the instrument as the bench file describes it."""
        return cls(name, StandardUnit.of(instrument, unit, world.config, world.draws), world)

    @cached_property
    def _interpreter(self) -> Interpreter:
        return Interpreter(_build(self), self.status, _at_once)

    def respond(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message: yields moments (ns) until which it is busy, returns response and its ns."""
        self.catch_up()
        return self._interpreter.run(message)

    def catch_up(self) -> None:
        """Let the cut-out act if its moment has passed."""
        self.heater.observe(self.world.time_ns())
        if self.heater.tripped:
            self.settings.output = False

    def switch(self, on: bool) -> None:
        """Switch heating and cooling on or off."""
        self.world.before_change()
        self.settings.output = on and not self.heater.tripped
        if self.settings.output:
            self.heater.go(self.settings.set_point_c, self.settings.rate, self.settings.cut_out_c)
        else:
            self.heater.off()
        self.world.after_change()

    def changed(self) -> None:
        """A set-point or rate changed: a well that is on goes there now."""
        if self.settings.output:
            self.switch(True)

    def stable(self) -> bool:
        """Say whether its stability test is passed."""
        return self.settings.output and self.heater.steady(
            self.world.time_ns(), self.settings.limit_k, _TEST_S
        )

    def operating(self) -> bool:
        """Say whether the output is on."""
        return self.settings.output

    def trip(self) -> None:
        """Trip the cut-out."""
        self.switch(False)
        self.heater.tripped = True

    def reset(self) -> None:
        """Switch the output off."""
        self.switch(False)
        self.heater.tripped = False

    def true_error(self, function: str, range_high: float, value: float, ns: int) -> float:
        """Return the error of the display at a true temperature."""
        del range_high, ns
        return -self.heater.error_k(value) if function == DISPLAY else 0.0

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {
            "settings": asdict(self.settings),
            "block": self.block.save(),
            "tripped": self.heater.tripped,
            "trip_ns": self.heater.trip_ns,
            "last": self.heater.upset.last,
            "status": self.status.save(),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        self.settings = Settings(**state["settings"])
        self.block.load(state["block"])
        self.heater.tripped, self.heater.trip_ns = state["tripped"], state["trip_ns"]
        self.heater.upset.last = state["last"]
        self.status.load(state["status"])


def _within(value: float | Special, low: float, high: float) -> float:
    if isinstance(value, Special):
        return low if value is Special.MIN else high
    if not low <= value <= high:
        raise ScpiError(-222)
    return value


def _build(well: Fluke914x) -> CommandTree:
    tree = CommandTree()
    low, high = well.span_c

    def set_point(value: float | Special) -> None:
        well.settings.set_point_c = round(_within(value, low, high), 2)
        well.changed()

    def rate(value: float | Special) -> None:
        well.settings.rate = _within(value, 0.1, 500.0)
        well.changed()

    def limit(value: float | Special) -> None:
        well.settings.limit_k = _within(value, 0.01, 9.99)

    def cut_out(value: float | Special) -> None:
        well.settings.cut_out_c = _within(value, 0.0, 700.0)
        well.changed()

    def unit(word: str) -> None:
        well.settings.unit = word

    _ask(tree, "*IDN", lambda: well.identity)
    _ask(tree, "SYSTem:ERRor[:NEXT]", lambda: _plain_error(well.status.next_error()))
    _ask(tree, "SOURce:SPOint", lambda: f"{well.settings.set_point_c:.4f}")
    _ask(tree, "SOURce:SENSe:DATA", lambda: f"{well.heater.displayed_c(well.world.time_ns()):.3f}")
    _ask(tree, "SOURce:STABility:LIMit", lambda: f"{well.settings.limit_k:.2f}")
    _ask(tree, "SOURce:STABility:TEST", lambda: str(int(well.stable())))
    _ask(tree, "SOURce:RATE", lambda: f"{well.settings.rate:.2f}")
    _ask(tree, "SOURce:PROTection:SCUTout[:LEVel]", lambda: f"{well.settings.cut_out_c:.1f}")
    _ask(tree, "SOURce:PROTection:HCUTout", lambda: f"{high + _HARD_K:.1f}")  # of hardware; from memory
    _ask(tree, "SOURce:PROTection:TRIPped", lambda: str(int(well.heater.tripped)))
    _ask(tree, "OUTPut[:STATe]", lambda: str(int(well.settings.output)))
    _ask(tree, "UNIT:TEMPerature", lambda: well.settings.unit)
    tree.add("*CLS", Command(well.status.clear))
    add_registers(tree, well.status, cost_ns=_QUERY_NS)
    tree.add("*RST", Command(well.reset))
    tree.add("OUTPut[:STATe]", Command(lambda on: well.switch(bool(on)), (Flag(),)))
    tree.add("UNIT:TEMPerature", Command(unit, (Choice(("C",)),)))
    for pattern, run in (
        ("SOURce:SPOint", set_point),
        ("SOURce:RATE", rate),
        ("SOURce:STABility:LIMit", limit),
        ("SOURce:PROTection:SCUTout[:LEVel]", cut_out),
    ):
        tree.add(pattern, Command(run, (Number(),)))
    return tree


def _ask(tree: CommandTree, pattern: str, answer: Any) -> None:  # noqa: ANN401 - a row of the table
    tree.add(pattern + "?", Command(answer, cost_ns=_QUERY_NS))


def _plain_error(entry: str) -> str:
    number, _, text = entry.partition(",")
    return f"{int(number)},{text}"
