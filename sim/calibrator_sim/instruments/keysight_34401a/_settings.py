"""Settings of a multimeter of this command language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from calibrator_sim.instruments.keysight_34401a._models import MODELS, Function, Model

__all__ = ["Settings"]


@dataclass(slots=True)
class Settings:
    """Everything that `*RST` brings back; plain values only, so that a snapshot can hold it."""

    model_id: str = "keysight_34401a"
    function: str = "VOLT"
    range: dict[str, float] = field(default_factory=dict)
    auto: dict[str, float] = field(default_factory=dict)
    nplc: dict[str, float] = field(default_factory=dict)
    autozero: bool = True
    impedance_auto: bool = False
    bandwidth: float = 20.0
    aperture_s: float = 0.1
    trigger: str = "IMM"
    delay_s: float = 0.0
    delay_auto: bool = True
    trigger_count: float = 1.0
    sample_count: int = 1
    math: str = "NULL"
    math_on: bool = False
    null_offset: float | None = None  # None: the next reading becomes the offset
    db_reference: float | None = None  # dBm; None: the next reading becomes the reference
    dbm_reference: float = 600.0
    limit_low: float = 0.0
    limit_high: float = 0.0
    feed: str = "CALC"
    display: bool = True
    beeper: bool = True
    display_text: str = ""
    null: dict[str, float] = field(default_factory=dict)  # by function, while its null is on
    null_value: dict[str, float] = field(default_factory=dict)
    null_next: dict[str, bool] = field(default_factory=dict)  # the next reading becomes the null value
    timer_s: float = 0.0  # between samples, 0 for as fast as they come
    fixed_s: float = 0.0  # input conductance where it is neither of the two usual ones
    rear: bool = False  # the rear terminals, which are open on every bench
    arm_s: float = 0.0  # before each group of triggers
    arm_count: int = 1

    @classmethod
    def of(cls, model_id: str) -> Self:
        """Return the reset state of a model."""
        functions = MODELS[model_id].functions
        return cls(
            model_id,
            range={name: function.ranges[-1] for name, function in functions.items()},
            auto=dict.fromkeys(functions, 1.0),
            nplc=dict.fromkeys(functions, 10.0),
        )

    @property
    def model(self) -> Model:
        """The model whose settings these are."""
        return MODELS[self.model_id]

    def active(self) -> Function:
        """Return the function in use."""
        return MODELS[self.model_id].functions[self.function]

    def preset(self) -> None:
        """Bring what CONFigure and MEASure preset to their values (user's guide, ch. 4, p. 112; seen)."""
        self.bandwidth, self.impedance_auto, self.math_on = 20.0, False, False
        self.trigger, self.delay_auto, self.trigger_count, self.sample_count = "IMM", True, 1.0, 1
        self.feed = "CALC"

    def nulled(self, value: float) -> float:
        """Return a reading less the null value of its function, where its null is on."""
        if not self.null.get(self.function):
            return value
        if self.null_next.pop(self.function, False):
            self.null_value[self.function] = value
        return value - self.null_value.get(self.function, 0.0)

    def forget_math(self) -> None:
        """Clear what a change of function clears (user's guide, ch. 3)."""
        self.math_on, self.null_offset, self.db_reference = False, None, None
        self.limit_low = self.limit_high = 0.0
