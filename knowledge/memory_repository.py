"""The store in memory: for tests, rehearsals without a database and `viva chat`. Nothing survives the process."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from knowledge.errors import Conflict, Fenced, LeaseHeld, NotFound
from knowledge.records import (
    ABANDONED_AFTER,
    AuditLine,
    Claim,
    EventDraft,
    InterviewRecord,
    InterviewStatus,
    JsonObject,
    NewInterview,
    StoredEvent,
    from_json,
    storable_text,
    to_json,
)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _without_hope(record: InterviewRecord, now: datetime) -> bool:
    """Whether an interview with an expired invite may be closed."""
    match record.status:
        case InterviewStatus.FINISHED:
            return False
        case InterviewStatus.LIVE:
            held_until = record.lease_until or (record.started_at or record.created_at) + timedelta(days=1)
            return held_until + ABANDONED_AFTER <= now
        case _:
            return True


@dataclass(slots=True)
class _Interview:
    record: InterviewRecord
    token_sha256: bytes
    access_code_hmac: bytes
    owner: str | None = None
    epoch: int = 0
    events: list[StoredEvent] = field(default_factory=list)
    idem_keys: set[str] = field(default_factory=set)
    report: JsonObject | None = None

    def change(self, **changes: object) -> None:
        self.record = replace(self.record, **changes)  # type: ignore[arg-type]  # names are checked at run time


class MemoryRepository:
    """`InterviewRepository` in memory. No method awaits, so each is one transaction on its event loop."""

    def __init__(self, clock: Callable[[], datetime] = _utc_now) -> None:
        """`clock` gives an aware UTC datetime; leases run by it."""
        self._clock = clock
        self._interviews: dict[UUID, _Interview] = {}
        self._audit: list[AuditLine] = []

    async def create_interview(self, new: NewInterview) -> InterviewRecord:
        for stored in self._interviews.values():
            if stored.token_sha256 == new.token_sha256 or stored.access_code_hmac == new.access_code_hmac:
                raise Conflict("the join token or the access code is already in use", "make a new invite")
        record = InterviewRecord(
            id=uuid.uuid4(),
            flow_id=storable_text(new.flow_id),
            title=storable_text(new.title),
            candidate_name=storable_text(new.candidate_name),
            email=None if new.email is None else storable_text(new.email),
            status=InterviewStatus.SCHEDULED,
            outcome=None,
            created_at=self._clock(),
            started_at=None,
            ended_at=None,
            expires_at=new.expires_at.astimezone(UTC),
            plan=from_json(to_json(new.plan)),
            last_seq=0,
            lease_until=None,
        )
        self._interviews[record.id] = _Interview(record, bytes(new.token_sha256), bytes(new.access_code_hmac))
        return record

    async def interview(self, interview_id: UUID) -> InterviewRecord:
        return self._stored(interview_id).record

    async def interviews(self, limit: int = 100) -> list[InterviewRecord]:
        newest_first = sorted(self._records(), key=lambda record: record.created_at, reverse=True)
        return newest_first[:limit]

    async def interview_by_token(self, token_sha256: bytes) -> InterviewRecord | None:
        found = (stored for stored in self._interviews.values() if stored.token_sha256 == token_sha256)
        return next((stored.record for stored in found), None)

    async def interview_by_code(self, access_code_hmac: bytes) -> InterviewRecord | None:
        found = (stored for stored in self._interviews.values() if stored.access_code_hmac == access_code_hmac)
        return next((stored.record for stored in found), None)

    async def claim(self, interview_id: UUID, worker: str, ttl_s: float) -> Claim:
        stored = self._stored(interview_id)
        now = self._clock()
        found = stored.record
        if found.status is InterviewStatus.FINISHED:
            raise Conflict("the interview is finished")
        if stored.owner not in (None, worker) and found.lease_until is not None and found.lease_until > now:
            raise LeaseHeld(str(stored.owner), found.lease_until)
        stored.owner = worker
        stored.epoch += 1
        stored.change(
            status=InterviewStatus.LIVE,
            started_at=found.started_at or now,
            lease_until=now + timedelta(seconds=ttl_s),
        )
        return Claim(stored.epoch, found.status, found.plan, found.last_seq)

    async def append(self, interview_id: UUID, epoch: int, events: Sequence[EventDraft], ttl_s: float) -> int:
        stored = self._held(interview_id, epoch)
        payloads = [from_json(to_json(event.payload)) for event in events]
        for event, payload in zip(events, payloads, strict=True):
            if event.idem_key in stored.idem_keys:
                continue
            seq = len(stored.events) + 1
            stored.idem_keys.add(event.idem_key)
            stored.events.append(StoredEvent(seq, event.type, payload, event.actor, epoch, event.at_s))
        stored.change(last_seq=len(stored.events), lease_until=self._clock() + timedelta(seconds=ttl_s))
        return stored.record.last_seq

    async def renew(self, interview_id: UUID, epoch: int, ttl_s: float) -> None:
        self._held(interview_id, epoch).change(lease_until=self._clock() + timedelta(seconds=ttl_s))

    async def release(self, interview_id: UUID, epoch: int, status: Literal["paused", "live"]) -> None:
        stored = self._stored(interview_id)
        if stored.epoch == epoch and stored.owner is None and stored.record.status == status:
            return
        stored = self._held(interview_id, epoch)
        stored.owner = None
        stored.change(status=InterviewStatus(status), lease_until=None)

    async def finish(self, interview_id: UUID, epoch: int, outcome: str, report: JsonObject | None) -> None:
        stored = self._stored(interview_id)
        if stored.epoch == epoch and stored.record.status is InterviewStatus.FINISHED:
            return
        stored = self._held(interview_id, epoch)
        if report is not None:
            stored.report = from_json(to_json(report))
        stored.owner = None
        stored.change(status=InterviewStatus.FINISHED, outcome=outcome, ended_at=self._clock(), lease_until=None)

    async def events(self, interview_id: UUID, after_seq: int = 0) -> list[StoredEvent]:
        stored = self._interviews.get(interview_id)
        return [] if stored is None else stored.events[max(after_seq, 0) :]

    async def report(self, interview_id: UUID) -> JsonObject | None:
        stored = self._interviews.get(interview_id)
        return None if stored is None else stored.report

    async def save_report(self, interview_id: UUID, report: JsonObject) -> None:
        self._stored(interview_id).report = from_json(to_json(report))

    async def stalled(self, now: datetime) -> list[InterviewRecord]:
        return [
            record
            for record in self._records()
            if record.status is InterviewStatus.LIVE and (record.lease_until is None or record.lease_until <= now)
        ]

    async def finish_expired(self, now: datetime) -> list[UUID]:
        closed = []
        for stored in self._interviews.values():
            record = stored.record
            if record.expires_at > now or not _without_hope(record, now):
                continue
            outcome = "expired" if record.status is InterviewStatus.SCHEDULED else "abandoned"
            stored.owner = None
            stored.epoch += 1
            stored.change(status=InterviewStatus.FINISHED, outcome=outcome, ended_at=self._clock(), lease_until=None)
            closed.append(record.id)
        return closed

    async def erase_interview(self, interview_id: UUID, actor: str) -> None:
        if any(line.action == "erased" and line.object_id == str(interview_id) for line in self._audit):
            return
        self._stored(interview_id)
        del self._interviews[interview_id]
        self._audit.append(AuditLine(self._clock(), actor, "erased", "interview", str(interview_id)))

    async def audit(self, limit: int = 100) -> list[AuditLine]:
        return self._audit[::-1][:limit]

    async def aclose(self) -> None:
        return None

    def _records(self) -> list[InterviewRecord]:
        return [stored.record for stored in self._interviews.values()]

    def _stored(self, interview_id: UUID) -> _Interview:
        try:
            return self._interviews[interview_id]
        except KeyError:
            raise NotFound(f"there is no interview {interview_id}") from None

    def _held(self, interview_id: UUID, epoch: int) -> _Interview:
        """The interview, if `epoch` still holds it. An expired lease that nobody took over still counts."""
        stored = self._stored(interview_id)
        if stored.epoch != epoch or stored.owner is None:
            raise Fenced(f"epoch {epoch} no longer holds interview {interview_id}")
        return stored
