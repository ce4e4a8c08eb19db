"""Who may do what: the worker its own interview, the web everything it needs, everyone else nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg import errors as sqlstates

from knowledge.embedded import EmbeddedPostgres
from knowledge.migrations import migrate
from knowledge.postgres_repository import PostgresRepository
from tests.fixtures_postgres import admin_dsn_for
from tests.integration.data.interviews import an_event, an_interview

OPEN_TABLES: LiteralString = """
    select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relrowsecurity
"""
REACHABLE: LiteralString = """
    select r.role || ' ' || o.name
      from (values ('anon'), ('authenticated')) as r (role),
           (select c.oid, c.relname as name, 'table' as kind from pg_class c
              where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
            union all
            select c.oid, c.relname, 'sequence' from pg_class c
              where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
            union all
            select p.oid, p.proname, 'function' from pg_proc p where p.pronamespace = 'public'::regnamespace) as o
     where case o.kind
             when 'table' then has_table_privilege(r.role, o.oid, 'select, insert, update, delete, truncate')
                            or has_any_column_privilege(r.role, o.oid, 'select, insert, update')
             when 'sequence' then has_sequence_privilege(r.role, o.oid, 'usage, select, update')
             else has_function_privilege(r.role, o.oid, 'execute')
           end
"""
AUTOMATIC_GRANTS: LiteralString = """
    alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
    alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
    alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
"""


async def _live_interview(repository: PostgresRepository) -> UUID:
    record = await repository.create_interview(an_interview())
    claim = await repository.claim(record.id, "worker", 30.0)
    await repository.append(record.id, claim.epoch, [an_event("a", text="mine")], 30.0)
    return record.id


def _run_as(dsn: str, role: str, interview_id: UUID | None, query: LiteralString, *values: object) -> list[object]:
    """Rows of a query under a role and claims, as a worker or PostgREST would run it; first column only."""
    claims = json.dumps({"role": role} | ({"interview_id": str(interview_id)} if interview_id else {}))
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)", (role, claims)
        )
        cursor = connection.execute(query, values)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def test_no_table_is_without_row_level_security(database_dsn: str):
    with psycopg.connect(database_dsn) as connection:
        assert connection.execute(OPEN_TABLES).fetchall() == []


def test_anonymous_roles_reach_nothing(database_dsn: str):
    with psycopg.connect(database_dsn) as connection:
        assert connection.execute(REACHABLE).fetchall() == []


def test_anonymous_roles_reach_nothing_where_supabase_grants_by_default(
    postgres_server: EmbeddedPostgres, empty_database: Callable[[], str]
):
    dsn = empty_database()
    with psycopg.connect(dsn) as connection:
        connection.execute("grant usage on schema public to anon, authenticated, service_role")
        connection.execute(AUTOMATIC_GRANTS)
    migrate(dsn, admin_dsn_for(postgres_server, dsn))

    with psycopg.connect(dsn) as connection:
        assert connection.execute(REACHABLE).fetchall() == []
        assert connection.execute(OPEN_TABLES).fetchall() == []
    with pytest.raises(sqlstates.InsufficientPrivilege):
        _run_as(dsn, "service_role", None, "delete from public.interview_events")


@pytest.mark.parametrize("table", ["interviews", "invites", "interview_events", "reports", "audit_log"])
@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_anonymous_reads_are_refused(database_dsn: str, role: str, table: LiteralString):
    with pytest.raises(sqlstates.InsufficientPrivilege):
        _run_as(database_dsn, role, None, "select from public." + table)


async def test_a_worker_sees_its_own_interview_only(database_dsn: str, postgres_repository: PostgresRepository):
    own = await _live_interview(postgres_repository)
    await _live_interview(postgres_repository)

    for query in ("select id from public.interviews", "select interview_id from public.interview_events"):
        assert _run_as(database_dsn, "service_voice", own, query) == [own]
        assert _run_as(database_dsn, "service_voice", None, query) == []


@pytest.mark.parametrize(
    "query",
    [
        "select email from public.interviews",
        "select candidate_name from public.interviews",
        "select * from public.invites",
        "select * from public.reports",
        "select * from public.audit_log",
        "insert into public.interview_events values (gen_random_uuid(), 1, 't', '{}', 'a', 1, 'k', 0)",
        "update public.interviews set status = 'finished'",
        "delete from public.interviews",
        "update public.interview_events set type = 'x'",
        "delete from public.interview_events",
        "select public.erase_interview(gen_random_uuid(), 'worker')",
        "select public.hold_interview(gen_random_uuid(), 1)",
        "select public.finish_expired_interviews(now())",
    ],
)
async def test_a_worker_may_do_no_more_than_its_functions(
    database_dsn: str, postgres_repository: PostgresRepository, query: LiteralString
):
    own = await _live_interview(postgres_repository)

    with pytest.raises(sqlstates.InsufficientPrivilege):
        _run_as(database_dsn, "service_voice", own, query)


@pytest.mark.parametrize(
    "query",
    [
        "select public.claim_interview(%s, 'thief', 30)",
        "select public.append_events(%s, 1, '[]', 30)",
        "select public.renew_interview(%s, 1, 30)",
        "select public.release_interview(%s, 1, 'paused')",
        "select public.finish_interview(%s, 1, 'stolen', null)",
    ],
)
@pytest.mark.parametrize("claims", ["another", "none"])
async def test_a_worker_cannot_write_to_an_interview_it_does_not_claim(
    database_dsn: str, postgres_repository: PostgresRepository, query: LiteralString, claims: str
):
    own = await _live_interview(postgres_repository)
    other = await _live_interview(postgres_repository)

    with pytest.raises(sqlstates.InsufficientPrivilege):
        _run_as(database_dsn, "service_voice", own if claims == "another" else None, query, other)

    assert (await postgres_repository.interview(other)).status == "live"


@pytest.mark.parametrize("table", ["interview_events", "audit_log"])
@pytest.mark.parametrize("change", ["update public.{} set actor = 'x'", "delete from public.{}", "truncate public.{}"])
async def test_logs_are_append_only_even_for_their_owner(
    database_dsn: str, postgres_repository: PostgresRepository, table: str, change: str
):
    kept = await _live_interview(postgres_repository)
    await postgres_repository.erase_interview(await _live_interview(postgres_repository), "owner")

    with psycopg.connect(database_dsn) as connection, pytest.raises(sqlstates.InsufficientPrivilege, match="append"):
        connection.execute(change.format(table).encode())

    assert len(await postgres_repository.events(kept)) == 1
    assert len(await postgres_repository.audit()) == 1


async def test_deleting_an_interview_outside_erasure_is_refused(
    database_dsn: str, postgres_repository: PostgresRepository
):
    kept = await _live_interview(postgres_repository)

    with psycopg.connect(database_dsn) as connection, pytest.raises(sqlstates.InsufficientPrivilege):
        connection.execute("delete from public.interviews")

    assert (await postgres_repository.interview(kept)).id == kept


async def test_no_role_or_claim_outlives_its_transaction(postgres_repository: PostgresRepository):
    await _live_interview(postgres_repository)

    async with postgres_repository.pool.connection() as connection:
        cursor = await connection.execute("select current_setting('role'), current_setting('request.jwt.claims')")
        assert await cursor.fetchone() == ("none", "")
