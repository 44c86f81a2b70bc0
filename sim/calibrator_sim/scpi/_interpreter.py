"""Carries out program messages: unit after unit, an error in one does not stop the next."""

from __future__ import annotations

from collections.abc import Callable, Generator
from types import GeneratorType

from calibrator_sim.scpi._errors import ScpiError
from calibrator_sim.scpi._lexer import Unit, parse_unit, split_units
from calibrator_sim.scpi._status import Status
from calibrator_sim.scpi._tree import CommandTree

__all__ = ["Interpreter", "Outcome"]

# A command returns its response, nothing, or yields the moments (ns) until which it is busy.
Outcome = str | None | Generator[int, None, str | None]
_OUTPUT_LIMIT = 65536


class Interpreter:
    """Runs messages against a command tree.

    Args:
        tree: the commands.
        status: where errors go.
        ready: waits until the instrument accepts the next command.
        blank_before_comma: whether a blank may stand before a comma, as IEEE 488.2 allows.
        guard: raises where a message unit is not allowed now, though it exists.
    """

    def __init__(
        self,
        tree: CommandTree,
        status: Status,
        ready: Callable[[], Generator[int, None, None]],
        *,
        blank_before_comma: bool = True,
        guard: Callable[[Unit], None] | None = None,
    ) -> None:
        self._guard = guard
        self._tree = tree
        self._status = status
        self._ready = ready
        self._blank_before_comma = blank_before_comma
        self.responding = False  # whether the output queue holds something

    def run(self, message: str) -> Generator[int, None, tuple[str, int]]:
        """Carry out a message; yields moments until which it is busy, returns response and cost in ns."""
        responses: list[str] = []
        cost = 0
        path = self._tree.root
        indefinite = False
        for text in split_units(message):
            self.responding = bool(responses)
            yield from self._ready()
            try:
                unit = parse_unit(text, blank_before_comma=self._blank_before_comma)
                command, path, suffixes = self._tree.find(unit, path)
                if self._guard is not None:
                    self._guard(unit)
                if indefinite and unit.query:
                    raise ScpiError(-440)
                result = command.run(*suffixes, *command.bind(unit))
                if isinstance(result, GeneratorType):
                    result = yield from result
            except ScpiError as error:
                self._status.report(error.code)
                continue
            if result is not None:
                responses.append(result)
                cost = max(cost, command.cost_ns)
                indefinite = indefinite or command.indefinite
        self.responding = False
        response = ";".join(responses)
        if len(response) > _OUTPUT_LIMIT:
            self._status.report(-430)
            return "", 0
        return response, cost
