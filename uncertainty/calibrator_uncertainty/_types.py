"""Names for what static types cannot say."""

from __future__ import annotations

from typing import Any, TypeAlias

__all__ = ["DataFrame", "Numbers", "Option", "Quantity"]

# A float or a float array: every line of the arithmetic is the same for both, and numpy's types are not.
# Where a derivative is meant it may also be a sparse matrix.
Numbers: TypeAlias = Any
# pint makes its quantity and unit classes per registry at run time.
Quantity: TypeAlias = Any
# Whatever numpy hands on to us.
Option: TypeAlias = Any
# pandas has no types of its own, and is not installed unless asked for.
DataFrame: TypeAlias = Any
