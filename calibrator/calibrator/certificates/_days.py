"""Days of a document: those of the laboratory's time zone (DESIGN, Clock)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calibrator._errors import ConfigurationError

__all__ = ["day_in"]


def day_in(timezone: str, moment: datetime) -> date:
    """Return the day of a moment in a laboratory's time zone.

    Raises:
        ConfigurationError: code `unknown-timezone`.
    """
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigurationError(
            f"there is no time zone {timezone!r}",
            where="lab.toml: timezone",
            way_out="Write it as in 'Asia/Shanghai'; the run keeps what it recorded.",
            code="unknown-timezone",
        ) from error
    return moment.astimezone(zone).date()
