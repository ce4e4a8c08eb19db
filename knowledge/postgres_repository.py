"""The store in Postgres: plain, embedded or Supabase, over a direct connection.

Each method is one transaction in one round trip. What a worker does runs as `service_voice` with the interview in
its claims, so row level security holds it to that interview; the rest runs as `service_role`.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final, Literal, LiteralString, Self, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, dict_row

from knowledge.connections import ConnectionPool, is_refusal, unreachable
from knowledge.errors import Conflict, Fenced, KnowledgeError, LeaseHeld, MigrationFailed, NotFound
from knowledge.records import (
    AuditLine,
    Claim,
    EventDraft,
    InterviewRecord,
    InterviewStatus,
    JsonObject,
    NewInterview,
    StoredEvent,
    storable_text,
    to_json,
)

Parameters: TypeAlias = Mapping[str, object]

PATIENCE_S: Final = 2.0
"""How long a call tries to reach the database before it gives up."""

_RETRY_EVERY_S: Final = 0.05
_STATEMENT_TIMEOUT_MS: Final = 5000
"""Also the longest a stopped process may sit in a transaction: its lock on the interview would bar a new worker."""

_BEGIN: Final = """
    select set_config('role', %(role)s, true), set_config('request.jwt.claims', %(claims)s, true),
           set_config('statement_timeout', %(timeout_ms)s, true),
           set_config('idle_in_transaction_session_timeout', %(timeout_ms)s, true)
"""
_RECORDS: Final = """
    select i.id, i.flow_id, i.title, i.candidate_name, i.email, i.status, i.outcome, i.created_at, i.started_at,
           i.ended_at, v.expires_at, i.plan, i.last_seq, i.lease_until
      from public.interviews i join public.invites v on v.interview_id = i.id
"""


class PostgresRepository:
    """`InterviewRepository` over psycopg 3. Every call reconnects by itself and is safe to repeat."""

    def __init__(self, pool: ConnectionPool, patience_s: float) -> None:
        self.pool = pool
        self._patience_s = patience_s

    @classmethod
    async def connect(cls, dsn: str, *, max_size: int = 4, patience_s: float = PATIENCE_S) -> Self:
        """Log in once to see that the database answers and has the schema of this version.

        Raises DatabaseUnreachable, and MigrationFailed when the database has not been migrated.
        """
        repository = cls(ConnectionPool(dsn, max_size), patience_s)
        try:
            await repository.interviews(limit=1)
        except BaseException:
            await repository.aclose()
            raise
        return repository

    async def create_interview(self, new: NewInterview) -> InterviewRecord:
        interview_id = uuid.uuid4()
        await self._as_service(
            "select public.create_interview(%(id)s, %(flow_id)s, %(title)s, %(candidate_name)s, %(email)s,"
            " %(plan)s, %(token_sha256)s, %(access_code_hmac)s, %(expires_at)s)",
            {
                "id": interview_id,
                "flow_id": storable_text(new.flow_id),
                "title": storable_text(new.title),
                "candidate_name": storable_text(new.candidate_name),
                "email": None if new.email is None else storable_text(new.email),
                "plan": to_json(new.plan),
                "token_sha256": new.token_sha256,
                "access_code_hmac": new.access_code_hmac,
                "expires_at": new.expires_at,
            },
        )
        return await self.interview(interview_id)

    async def interview(self, interview_id: UUID) -> InterviewRecord:
        rows = await self._as_service(_RECORDS + " where i.id = %(id)s", {"id": interview_id})
        if not rows:
            raise NotFound(f"there is no interview {interview_id}")
        return _record(rows[0])

    async def interviews(self, limit: int = 100) -> list[InterviewRecord]:
        query = _RECORDS + " order by i.created_at desc, i.id limit %(limit)s"
        return [_record(row) for row in await self._as_service(query, {"limit": limit})]

    async def interview_by_token(self, token_sha256: bytes) -> InterviewRecord | None:
        rows = await self._as_service(_RECORDS + " where v.token_sha256 = %(hash)s", {"hash": token_sha256})
        return _record(rows[0]) if rows else None

    async def interview_by_code(self, access_code_hmac: bytes) -> InterviewRecord | None:
        rows = await self._as_service(_RECORDS + " where v.access_code_hmac = %(hash)s", {"hash": access_code_hmac})
        return _record(rows[0]) if rows else None

    async def claim(self, interview_id: UUID, worker: str, ttl_s: float) -> Claim:
        rows = await self._as_voice(
            interview_id,
            "select epoch, status, plan, last_seq from public.claim_interview(%(id)s, %(worker)s, %(ttl_s)s)",
            {"worker": worker, "ttl_s": ttl_s},
        )
        row = rows[0]
        return Claim(row["epoch"], InterviewStatus(row["status"]), row["plan"], row["last_seq"])

    async def append(self, interview_id: UUID, epoch: int, events: Sequence[EventDraft], ttl_s: float) -> int:
        rows = await self._as_voice(
            interview_id,
            "select public.append_events(%(id)s, %(epoch)s, %(events)s, %(ttl_s)s) as last_seq",
            {"epoch": epoch, "events": to_json([asdict(event) for event in events]), "ttl_s": ttl_s},
        )
        return int(rows[0]["last_seq"])

    async def renew(self, interview_id: UUID, epoch: int, ttl_s: float) -> None:
        await self._as_voice(
            interview_id,
            "select public.renew_interview(%(id)s, %(epoch)s, %(ttl_s)s)",
            {"epoch": epoch, "ttl_s": ttl_s},
        )

    async def release(self, interview_id: UUID, epoch: int, status: Literal["paused", "live"]) -> None:
        await self._as_voice(
            interview_id,
            "select public.release_interview(%(id)s, %(epoch)s, %(status)s)",
            {"epoch": epoch, "status": str(status)},
        )

    async def finish(self, interview_id: UUID, epoch: int, outcome: str, report: JsonObject | None) -> None:
        await self._as_voice(
            interview_id,
            "select public.finish_interview(%(id)s, %(epoch)s, %(outcome)s, %(report)s)",
            {"epoch": epoch, "outcome": str(outcome), "report": None if report is None else to_json(report)},
        )

    async def events(self, interview_id: UUID, after_seq: int = 0) -> list[StoredEvent]:
        rows = await self._as_voice(
            interview_id,
            "select seq, type, payload, actor, epoch, at_s from public.interview_events"
            " where interview_id = %(id)s and seq > %(after_seq)s order by seq",
            {"after_seq": after_seq},
        )
        return [StoredEvent(**row) for row in rows]

    async def report(self, interview_id: UUID) -> JsonObject | None:
        rows = await self._as_service(
            "select body from public.reports where interview_id = %(id)s", {"id": interview_id}
        )
        return rows[0]["body"] if rows else None

    async def save_report(self, interview_id: UUID, report: JsonObject) -> None:
        await self._as_service(
            "insert into public.reports (interview_id, body) values (%(id)s, %(body)s) on conflict (interview_id)"
            " do update set body = excluded.body, created_at = excluded.created_at",
            {"id": interview_id, "body": to_json(report)},
        )

    async def stalled(self, now: datetime) -> list[InterviewRecord]:
        query = _RECORDS + (
            " where i.status = 'live' and coalesce(i.lease_until, '-infinity') <= %(now)s order by i.created_at, i.id"
        )
        return [_record(row) for row in await self._as_service(query, {"now": now})]

    async def finish_expired(self, now: datetime) -> list[UUID]:
        rows = await self._as_service("select public.finish_expired_interviews(%(now)s) as id", {"now": now})
        return [row["id"] for row in rows]

    async def erase_interview(self, interview_id: UUID, actor: str) -> None:
        await self._as_service(
            "select public.erase_interview(%(id)s, %(actor)s)", {"id": interview_id, "actor": storable_text(actor)}
        )

    async def audit(self, limit: int = 100) -> list[AuditLine]:
        rows = await self._as_service(
            "select at, actor, action, object_type, object_id from public.audit_log order by id desc limit %(limit)s",
            {"limit": limit},
        )
        return [AuditLine(**{**row, "at": row["at"].astimezone(UTC)}) for row in rows]

    async def aclose(self) -> None:
        await self.pool.aclose()

    async def _as_service(self, query: LiteralString, parameters: Parameters) -> list[DictRow]:
        return await self._run({"role": "service_role"}, query, parameters)

    async def _as_voice(self, interview_id: UUID, query: LiteralString, parameters: Parameters) -> list[DictRow]:
        claims = {"role": "service_voice", "interview_id": str(interview_id)}
        return await self._run(claims, query, {"id": interview_id, **parameters})

    async def _run(self, claims: dict[str, str], query: LiteralString, parameters: Parameters) -> list[DictRow]:
        """One transaction under a role, tried again while the database does not answer."""
        begin = {"role": claims["role"], "claims": json.dumps(claims), "timeout_ms": str(_STATEMENT_TIMEOUT_MS)}
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                async with self.pool.connection() as connection:
                    return await _transaction(connection, begin, query, parameters)
            except psycopg.OperationalError as error:
                if is_refusal(error) or time.monotonic() >= deadline:
                    raise unreachable(error) from error
                await asyncio.sleep(_RETRY_EVERY_S)
            except psycopg.Error as error:
                raise _meaning(error) from error


async def _transaction(
    connection: psycopg.AsyncConnection[tuple[Any, ...]],
    begin: Parameters,
    query: LiteralString,
    parameters: Parameters,
) -> list[DictRow]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        async with connection.pipeline(), connection.transaction():
            await connection.execute(_BEGIN, begin)
            await cursor.execute(query, parameters)
        # Asking for rows any earlier would wait for them before the commit is sent.
        return await cursor.fetchall() if cursor.description is not None else []


def _record(row: DictRow) -> InterviewRecord:
    times = {name: value.astimezone(UTC) for name, value in row.items() if isinstance(value, datetime)}
    return InterviewRecord(**{**row, **times, "status": InterviewStatus(row["status"])})


def _meaning(error: psycopg.Error) -> KnowledgeError:
    """Our error for the SQLSTATE that a function of the schema, or Postgres itself, answered with."""
    message = error.diag.message_primary or type(error).__name__
    match error.sqlstate:
        case "PT404":
            return NotFound(message)
        case "PT409":
            return Fenced(message)
        case "PT410":
            return Conflict(message)
        case "PT423":
            lease = json.loads(error.diag.message_detail or "{}")
            return LeaseHeld(lease["owner"], datetime.fromisoformat(lease["until"]).astimezone(UTC))
        case "23503":  # foreign_key_violation
            return NotFound("there is no such interview")
        case "23505":  # unique_violation
            return Conflict("the join token or the access code is already in use", "make a new invite")
        case "42P01" | "42703" | "42883" | "3F000" | "22023":  # undefined table, column, function, schema, role
            return MigrationFailed("the database does not have the schema of this version", "run `viva migrate`")
        case _:
            return KnowledgeError(f"the database refused: {message}")
