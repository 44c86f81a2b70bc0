"""The grammar and status model of IEEE 488.2 and SCPI, as an instrument keeps them."""

from __future__ import annotations

from calibrator_sim.scpi._errors import MESSAGES, ScpiError
from calibrator_sim.scpi._interpreter import Interpreter, Outcome
from calibrator_sim.scpi._lexer import Argument, Kind, Unit, block_length, parse_unit, split_units, trim
from calibrator_sim.scpi._parameters import Block, ChannelList, Choice, Flag, Number, Parameter, Special, Text
from calibrator_sim.scpi._registers import add_operation, add_questionable, add_registers
from calibrator_sim.scpi._status import Status
from calibrator_sim.scpi._tree import Command, CommandTree

__all__ = [
    "MESSAGES",
    "Argument",
    "Block",
    "ChannelList",
    "Choice",
    "Command",
    "CommandTree",
    "Flag",
    "Interpreter",
    "Kind",
    "Number",
    "Outcome",
    "Parameter",
    "ScpiError",
    "Special",
    "Status",
    "Text",
    "Unit",
    "add_operation",
    "add_questionable",
    "add_registers",
    "block_length",
    "parse_unit",
    "split_units",
    "trim",
]
