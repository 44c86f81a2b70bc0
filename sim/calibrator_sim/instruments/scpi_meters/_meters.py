"""What a Fluke 8846A takes beyond a 34401A: a second display (remembered, medium confidence)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

from calibrator_sim.instruments.keysight_34401a import Keysight34401A
from calibrator_sim.instruments.keysight_34401a._table import add_query, say
from calibrator_sim.scpi import Command, CommandTree, ScpiError, Text

__all__ = ["Fluke8846A"]

# What the second display may show beside the function of the first.
_BESIDE = {
    "VOLT": ("VOLT:AC", "FREQ"),
    "VOLT:AC": ("VOLT", "FREQ"),
    "CURR": ("CURR:AC", "FREQ"),
    "CURR:AC": ("CURR", "FREQ"),
}
_SECOND = 1_000_000_000


class Fluke8846A(Keysight34401A):
    """A simulated 8846A."""

    model_id = "fluke_8846a"
    second = "NONE"  # the function of the second display

    def commands(self) -> CommandTree:
        """Return the model's command table."""
        tree = super().commands()

        def choose(text: str) -> None:
            wanted = text.upper().removesuffix(":DC").replace("VOLTAGE", "VOLT").replace("CURRENT", "CURR")
            if wanted not in ("NONE", *_BESIDE.get(self.settings.function, ())):
                raise ScpiError(-221)
            self.second = wanted

        tree.add("[SENSe:]FUNCtion2", Command(choose, (Text(),)))
        add_query(tree, "[SENSe:]FUNCtion2?", lambda: f'"{self._second_now()}"')
        tree.add("FETCh1?", Command(self.trigger.fetch))
        tree.add("FETCh2?", Command(self._fetch_second))
        return tree

    def reset(self) -> None:
        """Do what `*RST` does."""
        super().reset()
        self.second = "NONE"

    def save(self) -> dict[str, Any]:
        """Return the state for a snapshot."""
        return {**super().save(), "second": self.second}

    def load(self, state: dict[str, Any]) -> None:
        """Take the state of a snapshot."""
        super().load(state)
        self.second = state.get("second", "NONE")

    def _second_now(self) -> str:
        """Return the second function; a new first one that does not go with it has ended it."""
        return self.second if self.second in _BESIDE.get(self.settings.function, ()) else "NONE"

    def _fetch_second(self) -> Generator[int, None, str]:
        """Measure the second function after the first, on a range of its own."""
        if self._second_now() == "NONE":
            raise ScpiError(-221)
        yield from self.trigger.finish()
        settings = self.settings
        held = replace(settings, function=self.second, range=dict(settings.range), auto=dict(settings.auto))
        hertz = self.world.line_frequency_hz
        settle_s = (
            settings.model.filters_s[settings.bandwidth]
            if self.second.endswith("AC")
            else settings.aperture_s
        )
        yield self.world.time_ns() + round((settle_s + 2.0 * settings.nplc["VOLT"] / hertz) * _SECOND)
        return say(self.physics.measure(held, self.world.time_ns()))
