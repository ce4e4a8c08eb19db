"""A real Postgres for tests: one embedded server per test process, one database per test.

Loaded as a plugin by tests/conftest.py. Under xdist each worker is a process and has its own server.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from knowledge.embedded import EmbeddedPostgres
from knowledge.migrations import migrate
from knowledge.postgres_repository import PostgresRepository

TEMPLATE = "viva_template"


def dsn_of(dsn: str, database: str) -> str:
    """The connection string of another database of the same server."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))


def admin_dsn_for(server: EmbeddedPostgres, dsn: str) -> str:
    """The superuser's connection string to the database that `dsn` names."""
    return dsn_of(server.admin_dsn, urlsplit(dsn).path.removeprefix("/"))


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A running server that forgets everything in a power cut: fast, and durable enough for tests of other things."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres") / "data", durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def empty_database(postgres_server: EmbeddedPostgres) -> Callable[[], str]:
    """Makes a database that nothing was migrated into; returns its connection string."""

    def make() -> str:
        name = f"empty_{uuid.uuid4().hex}"
        with psycopg.connect(postgres_server.dsn, autocommit=True) as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return dsn_of(postgres_server.dsn, name)

    return make


@pytest.fixture(scope="session")
def _database_template(postgres_server: EmbeddedPostgres) -> str:
    with psycopg.connect(postgres_server.dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
    dsn = dsn_of(postgres_server.dsn, TEMPLATE)
    migrate(dsn, admin_dsn_for(postgres_server, dsn))
    return TEMPLATE


@pytest.fixture
def database_dsn(postgres_server: EmbeddedPostgres, _database_template: str) -> Iterator[str]:
    """Connection string of a migrated, empty database of this test's own, as the schema's owner."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server.dsn, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(_database_template))
        )
        yield dsn_of(postgres_server.dsn, name)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
async def postgres_repository(database_dsn: str) -> AsyncIterator[PostgresRepository]:
    """The store over `database_dsn`."""
    repository = await PostgresRepository.connect(database_dsn)
    yield repository
    await repository.aclose()
