"""What Python itself refuses before anyone is asked: in its words, but never with a bare estimate."""

import array as plain
import datetime
import decimal
import fractions
import json
import operator
import struct

import pytest

from calibrator_uncertainty import array, normal, uncertain, uncertain_complex

KINDS = {
    "quantity": uncertain(normal("v", 1.0, 0.1, "V")),
    "without unit": uncertain(normal("r", 1.0, 0.1, "")),
    "magnitude": uncertain(normal("v", 1.0, 0.1, "V")).magnitude,
    "array": array([1.0, 2.0], 0.1, "V"),
    "complex": uncertain_complex("z", 1 + 1j, 0.1, "V"),
}
CALLS = {
    "json.dumps": json.dumps,
    "struct.pack": lambda q: struct.pack("d", q),
    "Decimal": decimal.Decimal,
    "Fraction": fractions.Fraction,
    "operator.index": operator.index,
    "range": range,
    "a place in a list": lambda q: [1, 2][q],
    "timedelta": lambda q: datetime.timedelta(seconds=q),
    "array.array": lambda q: plain.array("d", [q]),
    "%d": lambda q: "%d" % q,  # noqa: UP031 - the very call
    "%f": lambda q: "%f" % q,  # noqa: UP031
    "memoryview": memoryview,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("call", CALLS)
def test_no_bare_estimate_leaves_by_a_door_of_python(call, kind):
    with pytest.raises((TypeError, struct.error)):
        CALLS[call](KINDS[kind])
