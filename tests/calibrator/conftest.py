"""Where the schemas lie: a laboratory's own copy, never one of this repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def schemas() -> Path:
    """The folder of the schemas, beside the repository or where CALIBRATOR_SCHEMAS says."""
    for place in (os.environ.get("CALIBRATOR_SCHEMAS"), REPOSITORY.parent / "shared" / "schemas"):
        if place and (Path(place) / "dcc-3.3.0" / "dcc.xsd").is_file():
            return Path(place)
    pytest.skip("no copy of the DCC schemas here; CALIBRATOR_SCHEMAS=FOLDER names one (folder dcc-3.3.0)")
