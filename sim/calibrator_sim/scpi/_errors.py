"""SCPI error numbers with their texts (SCPI-1999 vol. 2, 21.8; 34401A user's guide ch. 5)."""

from __future__ import annotations

__all__ = ["MESSAGES", "ScpiError"]

MESSAGES: dict[int, str] = {
    -101: "Invalid character",
    -102: "Syntax error",
    -103: "Invalid separator",
    -104: "Data type error",
    -105: "GET not allowed",
    -108: "Parameter not allowed",
    -109: "Missing parameter",
    -112: "Program mnemonic too long",
    -114: "Header suffix out of range",
    -113: "Undefined header",
    -121: "Invalid character in number",
    -123: "Numeric overflow",
    -124: "Too many digits",
    -131: "Invalid suffix",
    -134: "Suffix too long",
    -138: "Suffix not allowed",
    -144: "Character data too long",
    -148: "Character data not allowed",
    -151: "Invalid string data",
    -158: "String data not allowed",
    -160: "Block data error",
    -161: "Invalid block data",
    -168: "Block data not allowed",
    -170: "Expression error",
    -171: "Invalid expression",
    -178: "Expression data not allowed",
    -211: "Trigger ignored",
    -213: "Init ignored",
    -214: "Trigger deadlock",
    -221: "Settings conflict",
    -222: "Data out of range",
    -223: "Too much data",
    -224: "Illegal parameter value",
    -230: "Data stale",
    -310: "System error",
    -330: "Self-test failed",
    -350: "Too many errors",
    -410: "Query INTERRUPTED",
    -420: "Query UNTERMINATED",
    -430: "Query DEADLOCKED",
    -440: "Query UNTERMINATED after indefinite response",
    521: "Input buffer overflow",
    522: "Output buffer overflow",
    531: "Insufficient memory",
    532: "Cannot achieve requested resolution",
    540: "Cannot use overload as math reference",
    550: "Command not allowed in local",
    701: "Cal security disabled by jumper",
    702: "Cal secured",
    703: "Invalid secure code",
}


class ScpiError(Exception):
    """An error that goes to the instrument's queue; the bench itself is in order."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code},{MESSAGES[code]}")
        self.code = code
