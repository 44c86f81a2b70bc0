"""Fault codes of the 5522A with their texts.

539 and 1300 were seen in the manual, 1301 to 1309 are memory_medium, the rest indicative (memory_low):
programs should look at the presence of an error, not at these numbers.
"""

from __future__ import annotations

__all__ = ["TEXTS", "FaultError"]

TEXTS: dict[int, str] = {
    0: "No Error",
    1: "Error queue overflow",
    501: "Entry exceeds limits",
    502: "Function not available",
    539: "Can't change compensation now",
    1300: "Bad syntax",
    1301: "Unknown command",
    1302: "Bad parameter count",
    1303: "Bad keyword",
    1304: "Bad parameter type",
    1305: "Bad parameter unit",
    1306: "Bad parameter value",
    1307: "488.2 I/O deadlock",
    1308: "488.2 interrupted query",
    1309: "488.2 unterminated command",
    1310: "488.2 query after indefinite response",
    1317: "Serial buffer full",
    1322: "Bad character",
    1324: "Exponent magnitude is too large",
    1329: "Too many characters",
    1500: "Compliance voltage exceeded",
    1503: "Output overload",
    1504: "Output on for too long",
    65535: "Unknown error",
}


class FaultError(Exception):
    """A fault that goes to the instrument's queue; the bench itself is in order."""

    def __init__(self, code: int) -> None:
        super().__init__(f'{code},"{TEXTS[code]}"')
        self.code = code
