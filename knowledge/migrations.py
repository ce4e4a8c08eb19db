"""Bring a database up to the schema of this version.

Files and ledger are in Supabase's format, so `supabase db push` and this runner can continue each other's work.
Each file is one transaction; one runner works at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from knowledge.connections import driver_options, unreachable
from knowledge.errors import MigrationFailed

MIGRATIONS: Final = Path(__file__).parent / "supabase" / "migrations"
_PLATFORM: Final = Path(__file__).parent / "platform.sql"
_FILE_NAME: Final = re.compile(r"(?P<version>\d{14})_(?P<name>\w+)\.sql")
_LOCK_KEY: Final = 0x76697661
"""Key of the advisory lock: "viva" in ASCII."""
_LOCK_TIMEOUT: Final = "60s"
_LEDGER: Final = """
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations
      (version text not null primary key, statements text[], name text);
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the migrations folder."""

    version: str
    """Fourteen digits: a UTC time of day, by which files are ordered."""
    name: str
    sql: str

    @property
    def file_name(self) -> str:
        return f"{self.version}_{self.name}.sql"


def read_migrations(folder: Path = MIGRATIONS) -> list[Migration]:
    """The migrations of a folder in order. Raises MigrationFailed for a file whose name does not fit."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        parts = _FILE_NAME.fullmatch(path.name)
        if parts is None:
            raise MigrationFailed(f"{path.name} is not named <14 digits>_<name>.sql", "rename the file")
        found.append(Migration(parts["version"], parts["name"], path.read_text(encoding="utf-8")))
    return found


def pending(dsn: str, *, folder: Path = MIGRATIONS) -> list[str]:
    """File names of the migrations that the database has not seen. Raises DatabaseUnreachable."""
    with _connected(dsn) as connection:
        done = _applied(connection)
    return [migration.file_name for migration in read_migrations(folder) if migration.version not in done]


def migrate(dsn: str, admin_dsn: str | None = None, *, folder: Path = MIGRATIONS) -> list[str]:
    """Apply what is pending and return the file names applied.

    `dsn` logs in as the schema's owner. Outside Supabase `platform.sql` goes first, as the superuser of `admin_dsn`,
    or of `dsn` itself when that is one. Raises MigrationFailed, DatabaseUnreachable.
    """
    migrations = read_migrations(folder)
    with _connected(dsn) as connection:
        _take_lock(connection)
        done = _applied(connection)
        waiting = [migration for migration in migrations if migration.version not in done]
        if not waiting:
            return []
        _provide_platform(connection, dsn, admin_dsn)
        _run(connection, "the ledger", _LEDGER)
        for migration in waiting:
            _apply(connection, migration)
    return [migration.file_name for migration in waiting]


def _apply(connection: psycopg.Connection, migration: Migration) -> None:
    with connection.transaction():
        _run(connection, migration.file_name, migration.sql)
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version, name, statements) values (%s, %s, %s)",
            (migration.version, migration.name, [migration.sql]),
        )


def _provide_platform(connection: psycopg.Connection, dsn: str, admin_dsn: str | None) -> None:
    """Make plain Postgres look like Supabase to the migrations, unless it is Supabase."""
    row = connection.execute(
        "select to_regrole('supabase_auth_admin') is not null, rolsuper,"
        " to_regrole('service_role') is not null and to_regrole('authenticator') is not null"
        " from pg_roles where rolname = current_user"
    ).fetchone()
    is_supabase, is_superuser, has_platform = row or (False, False, False)
    if is_supabase:
        return
    if admin_dsn is None and not is_superuser:
        if has_platform:
            return
        raise MigrationFailed(
            "this database lacks Supabase's roles, and the login may not create them",
            "run knowledge/platform.sql once as a superuser, or put a superuser into DATABASE_URL",
        )
    with _connected(admin_dsn or dsn) as admin, admin.transaction():
        _run(admin, _PLATFORM.name, _PLATFORM.read_text(encoding="utf-8"))


def _take_lock(connection: psycopg.Connection) -> None:
    connection.execute("select set_config('lock_timeout', %s, false)", (_LOCK_TIMEOUT,))
    try:
        connection.execute("select pg_advisory_lock(%s)", (_LOCK_KEY,))
    except psycopg.errors.LockNotAvailable as error:
        raise MigrationFailed(
            f"another process has been migrating this database for {_LOCK_TIMEOUT}", "wait for it, then try again"
        ) from error
    # What waits for a table from here on fails with the file it belongs to, instead of hanging behind a reader.
    connection.execute("select set_config('lock_timeout', '15s', false)")


def _applied(connection: psycopg.Connection) -> set[str]:
    row = connection.execute("select to_regclass('supabase_migrations.schema_migrations') is not null").fetchone()
    if row != (True,):
        return set()
    rows = connection.execute("select version from supabase_migrations.schema_migrations").fetchall()
    return {str(version) for (version,) in rows}


def _run(connection: psycopg.Connection, source: str, statements: str) -> None:
    """Run statements that form one file. Raises MigrationFailed with the file, the line and the server's reason."""
    try:
        connection.execute(statements)
    except psycopg.Error as error:
        if connection.broken:
            raise unreachable(error) from error
        position = error.diag.statement_position
        line = f" line {statements.count(chr(10), 0, int(position)) + 1}" if position else ""
        reason = error.diag.message_primary or str(error)
        raise MigrationFailed(
            f"{source}{line}: {reason}", "nothing of this file was applied; mend the cause and migrate again"
        ) from error


@contextmanager
def _connected(dsn: str) -> Iterator[psycopg.Connection]:
    """A session of its own: the advisory lock and the settings end with it."""
    try:
        connection = psycopg.connect(dsn, autocommit=True, **driver_options(dsn))
    except psycopg.Error as error:
        raise unreachable(error) from error
    with connection:
        yield connection
