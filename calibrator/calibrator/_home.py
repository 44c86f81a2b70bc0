"""The home: the folder where record, configuration and results live."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibrator._errors import ConfigurationError, RefusedError

if TYPE_CHECKING:
    from calibrator.record import Record
    from calibrator_drivers.clock import Clock

__all__ = ["Home", "SharedRecord"]


@dataclass(frozen=True, slots=True)
class SharedRecord:
    """A record outside the home: its database's address and the name of this station there."""

    url: str
    station: str


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one home; nothing is made or read before it is needed."""

    path: Path

    @classmethod
    def resolve(cls, path: Path | str | None = None, environ: Mapping[str, str] = os.environ) -> Home:
        """Return the home that `--home`, then `CALIBRATOR_HOME`, then the platform names.

        Raises:
            ConfigurationError: the name is that of a file.
        """
        origin = "--home"
        if path is None and environ.get("CALIBRATOR_HOME"):
            path, origin = environ["CALIBRATOR_HOME"], "CALIBRATOR_HOME"
        if path is None:
            from platformdirs import user_data_path

            path, origin = user_data_path("calibrator", appauthor=False), "the platform's data folder"
        found = Path(path).expanduser().absolute()
        if found.exists() and not found.is_dir():
            raise ConfigurationError(
                f"The home {found} is a file",
                where=origin,
                way_out="Name a folder; it is made where there is none.",
                code="home-is-a-file",
            )
        return cls(found)

    @property
    def record_path(self) -> Path:
        """The record's database file."""
        return self.path / "record.sqlite"

    @property
    def lab_file(self) -> Path:
        """Name, address, time zone, persons and confirmations of the laboratory."""
        return self.path / "lab.toml"

    @property
    def seal_file(self) -> Path:
        """Key, roots, revocation lists and time-stamping authority of the laboratory's seal."""
        return self.path / "seal.toml"

    @property
    def settings_file(self) -> Path:
        """Defaults of the command line's options."""
        return self.path / "calibrator.toml"

    @property
    def certificates(self) -> Path:
        """Folder of the issued documents."""
        return self.path / "certificates"

    @property
    def traffic(self) -> Path:
        """Folder of the traffic logs, one JSONL file a run."""
        return self.path / "traffic"

    @property
    def logs(self) -> Path:
        """Folder of the rotating diagnostic log."""
        return self.path / "logs"

    def ensure(self, folder: Path | None = None) -> Path:
        """Make the home, or a folder in it, where there is none, and return it.

        Raises:
            RefusedError: the folder cannot be made.
        """
        wanted = folder or self.path
        try:
            wanted.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RefusedError(
                f"The folder cannot be made: {error.strerror or error}",
                where=str(wanted),
                way_out="Choose another folder with --home or CALIBRATOR_HOME.",
                code="cannot-open",
            ) from error
        return wanted

    def shared_record(self, environ: Mapping[str, str] = os.environ) -> SharedRecord | None:
        """Return where the record lies when stations share it, None where it lies in this home.

        `CALIBRATOR_RECORD_URL` and `CALIBRATOR_STATION` come before `[record]` of `calibrator.toml`.

        Raises:
            ConfigurationError: an address without the name of this station, or a file that is no TOML.
        """
        table = self._record_table()
        url = environ.get("CALIBRATOR_RECORD_URL") or str(table.get("url", ""))
        if not url:
            return None
        station = environ.get("CALIBRATOR_STATION") or str(table.get("station", ""))
        if not station.strip():
            raise ConfigurationError(
                "A record that stations share needs the name of this station",
                where=f"{self.settings_file}, key record.station",
                way_out="Write station under [record], or set CALIBRATOR_STATION: each station has its own.",
                code="station-missing",
            )
        return SharedRecord(url, station.strip())

    @property
    def heads(self) -> Path | None:
        """The outside log of heads: beside the home where `record.heads` of `calibrator.toml` names no file.

        None where it says `heads = false`: none is kept.
        """
        named = self._record_table().get("heads", "")
        if named is False:
            return None
        beside = self.path.with_name(f"{self.path.name or 'calibrator'}.heads.jsonl")
        return self.path / Path(str(named)).expanduser() if named else beside

    def _record_table(self) -> Mapping[str, Any]:
        if not self.settings_file.is_file():
            return {}
        try:
            found = tomllib.loads(self.settings_file.read_text(encoding="utf-8")).get("record", {})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                f"{self.settings_file.name} is not TOML: {error}",
                where=str(self.settings_file),
                way_out="Mend that line.",
            ) from error
        return found if isinstance(found, dict) else {}

    @property
    def has_record(self) -> bool:
        """Whether there is a record to read."""
        return self.shared_record() is not None or self.record_path.exists()

    def open_record(self, clock: Clock, *, write: bool = True) -> Record:
        """Open this home's record; see `Record.open` for what it raises."""
        from calibrator.record import Record

        shared, heads = self.shared_record(), self.heads
        if shared is None:
            return Record.open(self.path, clock=clock, write=write, heads=heads)
        return Record.open(
            self.path, clock=clock, write=write, url=shared.url, station=shared.station, heads=heads
        )
