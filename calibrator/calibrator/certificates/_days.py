"""Days of a document: those of the laboratory's time zone (DESIGN, Clock)."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from calibrator._errors import ConfigurationError

__all__ = ["day_in", "minute_in"]


def day_in(timezone: str, moment: datetime) -> date:
    """Return the day of a moment in a laboratory's time zone.

    Raises:
        ConfigurationError: code `unknown-timezone`.
    """
    return _local(timezone, moment).date()


def minute_in(timezone: str, moment: datetime) -> str:
    """Return day and minute of a moment in a laboratory's time zone, such as "2026-05-04 13:05".

    Raises:
        ConfigurationError: code `unknown-timezone`.

    Example:
        >>> minute_in("Asia/Shanghai", datetime.fromisoformat("2026-05-04T05:05:59+00:00"))
        '2026-05-04 13:05'
    """
    return f"{_local(timezone, moment):%Y-%m-%d %H:%M}"


def _local(timezone: str, moment: datetime) -> datetime:
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigurationError(
            f"there is no time zone {timezone!r}",
            where="lab.toml: timezone",
            way_out="Write it as in 'Asia/Shanghai'; the run keeps what it recorded.",
            code="unknown-timezone",
        ) from error
    return moment.astimezone(zone)
