"""The migration runner against real servers: order, ledger, rollback, locks and what it says when it cannot."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from knowledge.embedded import EmbeddedPostgres
from knowledge.errors import DatabaseUnreachable, MigrationFailed
from knowledge.migrations import MIGRATIONS, migrate, pending, read_migrations
from knowledge.postgres_repository import PostgresRepository
from tests.fixtures_postgres import admin_dsn_for
from tests.integration.data.interviews import an_interview

ALL = [migration.file_name for migration in read_migrations()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A migrations folder with two files, the second of which fails half-way."""
    made = tmp_path / "migrations"
    made.mkdir()
    (made / "20260101000000_first.sql").write_text("create table public.first (id int);\n")
    (made / "20260102000000_second.sql").write_text(
        "create table public.second (id int);\ninsert into public.second values (1);\nselect no_such_column;\n"
    )
    return made


def _tables(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute("select relname from pg_class where relnamespace = 'public'::regnamespace")
        return {name for (name,) in rows}


def test_an_empty_database_gets_every_migration_once(
    postgres_server: EmbeddedPostgres, empty_database: Callable[[], str]
):
    dsn = empty_database()
    admin_dsn = admin_dsn_for(postgres_server, dsn)

    assert pending(dsn) == ALL
    assert migrate(dsn, admin_dsn) == ALL
    assert pending(dsn) == []
    assert migrate(dsn, admin_dsn) == []


async def test_a_superuser_alone_can_migrate(postgres_server: EmbeddedPostgres, empty_database: Callable[[], str]):
    dsn = admin_dsn_for(postgres_server, empty_database())

    assert migrate(dsn) == ALL

    repository = await PostgresRepository.connect(dsn)
    record = await repository.create_interview(an_interview())
    assert (await repository.claim(record.id, "worker", 30.0)).epoch == 1
    await repository.aclose()


@pytest.mark.parametrize("major", [16])
async def test_an_older_postgres_takes_the_same_files(tmp_path: Path, major: int):
    with EmbeddedPostgres(tmp_path / "data", major=major, durable=False) as server:
        assert migrate(server.dsn, server.admin_dsn) == ALL
        repository = await PostgresRepository.connect(server.dsn)
        record = await repository.create_interview(an_interview())
        assert (await repository.claim(record.id, "worker", 30.0)).epoch == 1
        await repository.erase_interview(record.id, "owner")
        await repository.aclose()


def test_a_file_that_fails_half_way_leaves_nothing_and_the_files_before_it_stay(
    empty_database: Callable[[], str], folder: Path
):
    dsn = empty_database()

    with pytest.raises(MigrationFailed, match=r"20260102000000_second.sql line 3: column .* does not exist"):
        migrate(dsn, folder=folder)

    assert _tables(dsn) == {"first"}
    assert pending(dsn, folder=folder) == ["20260102000000_second.sql"]
    (folder / "20260102000000_second.sql").write_text("create table public.second (id int);\n")
    assert migrate(dsn, folder=folder) == ["20260102000000_second.sql"]
    assert _tables(dsn) == {"first", "second"}


def test_what_the_supabase_command_line_has_applied_is_not_applied_again(
    empty_database: Callable[[], str], folder: Path
):
    dsn = empty_database()
    with psycopg.connect(dsn) as connection:
        connection.execute("create schema supabase_migrations")
        connection.execute(
            "create table supabase_migrations.schema_migrations"
            " (version text not null primary key, statements text[], name text)"
        )
        connection.execute(
            "insert into supabase_migrations.schema_migrations values ('20260102000000', '{select 1}', 'second')"
        )

    assert migrate(dsn, folder=folder) == ["20260101000000_first.sql"]

    with psycopg.connect(dsn) as connection:
        ledger = connection.execute("select version, name from supabase_migrations.schema_migrations order by version")
        assert ledger.fetchall() == [("20260101000000", "first"), ("20260102000000", "second")]


def test_runners_at_the_same_time_apply_each_file_once(
    postgres_server: EmbeddedPostgres, empty_database: Callable[[], str]
):
    dsn = empty_database()
    admin_dsn = admin_dsn_for(postgres_server, dsn)

    with ThreadPoolExecutor(3) as runners:
        applied = list(runners.map(lambda _: migrate(dsn, admin_dsn), range(3)))

    assert sorted(applied) == [[], [], ALL]


def test_a_login_that_may_not_prepare_plain_postgres_is_told_so(tmp_path: Path):
    with EmbeddedPostgres(tmp_path / "data", durable=False) as server:
        with pytest.raises(MigrationFailed, match="lacks Supabase's roles") as failed:
            migrate(server.dsn)
        assert "superuser" in failed.value.next_step
        assert pending(server.dsn) == ALL


def test_platform_statements_never_run_on_supabase(tmp_path: Path):
    with EmbeddedPostgres(tmp_path / "data", durable=False) as server:
        with psycopg.connect(server.admin_dsn) as connection:
            connection.execute("create role supabase_auth_admin")
        # Without the platform's roles the migrations themselves fail, which shows that it was left out.
        with pytest.raises(MigrationFailed, match=ALL[0]):
            migrate(server.admin_dsn)


async def test_a_database_that_was_not_migrated_is_recognised(empty_database: Callable[[], str]):
    with pytest.raises(MigrationFailed, match="schema of this version") as failed:
        await PostgresRepository.connect(empty_database())
    assert failed.value.next_step == "run `viva migrate`"


def test_files_are_named_as_supabase_names_them():
    assert MIGRATIONS.parent.name == "supabase"
    assert (MIGRATIONS.parent / "config.toml").is_file()
    assert sorted(ALL) == ALL


def test_a_file_with_another_name_is_refused(tmp_path: Path):
    (tmp_path / "1_first.sql").touch()

    with pytest.raises(MigrationFailed, match=r"1_first.sql is not named <14 digits>_<name>.sql"):
        read_migrations(tmp_path)


@pytest.mark.parametrize(
    ("dsn", "problem"),
    [
        ("postgresql://postgres@127.0.0.1:1/postgres", "does not answer"),
        ("postgresql://postgres@no-such-host.invalid/postgres", "does not answer"),
        ("no address at all", "malformed"),
    ],
)
def test_a_database_that_is_not_there(dsn: str, problem: str):
    with pytest.raises(DatabaseUnreachable, match=problem) as failed:
        migrate(dsn)
    assert "DATABASE_URL" in failed.value.next_step


def test_a_refused_password_is_named_and_not_shown(postgres_server: EmbeddedPostgres):
    dsn = postgres_server.dsn.replace("postgresql://postgres:", "postgresql://postgres:wrong")

    with pytest.raises(DatabaseUnreachable, match="refuses the user or the password") as failed:
        migrate(dsn)

    assert "wrong" not in str(failed.value)
