"""What the rest of Viva may ask of the store. Implemented by `MemoryRepository` and `PostgresRepository`.

An interview is an append-only event log held by at most one worker at a time: the worker claims it, which raises
the epoch and starts a lease; every later write names that epoch and is refused once a higher one exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from knowledge.records import (
    AuditLine,
    Claim,
    EventDraft,
    InterviewRecord,
    JsonObject,
    NewInterview,
    StoredEvent,
)


class InterviewRepository(Protocol):
    """The store of interviews. Every method may raise `DatabaseUnreachable`; the same call can then be made again."""

    async def create_interview(self, new: NewInterview) -> InterviewRecord:
        """Store an interview and its invite. Raises `Conflict` when the token or the access code is taken."""
        ...

    async def interview(self, interview_id: UUID) -> InterviewRecord:
        """One interview. Raises `NotFound`."""
        ...

    async def interviews(self, limit: int = 100) -> list[InterviewRecord]:
        """The newest interviews, newest first."""
        ...

    async def interview_by_token(self, token_sha256: bytes) -> InterviewRecord | None:
        """The interview of a join token, whatever its status and even when its invite has expired."""
        ...

    async def interview_by_code(self, access_code_hmac: bytes) -> InterviewRecord | None:
        """The interview of an access code, whatever its status and even when its invite has expired."""
        ...

    async def claim(self, interview_id: UUID, worker: str, ttl_s: float) -> Claim:
        """Take the interview for `worker` for `ttl_s` seconds; the epoch rises by one and the status becomes live.

        The same worker may claim again, which ends its own earlier epoch.
        Raises `LeaseHeld` while another worker's lease runs, `Conflict` when finished, `NotFound`.
        """
        ...

    async def append(self, interview_id: UUID, epoch: int, events: Sequence[EventDraft], ttl_s: float) -> int:
        """Add events in order, all or none, and renew the lease to `ttl_s` seconds; returns the newest seq.

        An event whose `idem_key` is already in the log is dropped, so a call whose reply was lost can be repeated.
        Raises `Fenced` when the epoch is over, `NotFound` when the interview is gone.
        """
        ...

    async def renew(self, interview_id: UUID, epoch: int, ttl_s: float) -> None:
        """Keep the lease for `ttl_s` seconds from this moment. Raises `Fenced`, `NotFound`."""
        ...

    async def release(self, interview_id: UUID, epoch: int, status: Literal["paused", "live"]) -> None:
        """Give up the lease: `paused` to wait for the candidate, `live` to be taken over at once.

        Repeating it with the same epoch changes nothing. Raises `Fenced`, `NotFound`.
        """
        ...

    async def finish(self, interview_id: UUID, epoch: int, outcome: str, report: JsonObject | None) -> None:
        """End the interview for good, with its report when there is one.

        Repeating it with the same epoch changes nothing. Raises `Fenced`, `NotFound`.
        """
        ...

    async def events(self, interview_id: UUID, after_seq: int = 0) -> list[StoredEvent]:
        """The log after `after_seq`, in order; empty for an unknown interview."""
        ...

    async def report(self, interview_id: UUID) -> JsonObject | None:
        """The stored report, or None."""
        ...

    async def save_report(self, interview_id: UUID, report: JsonObject) -> None:
        """Store or replace the report. Raises `NotFound`."""
        ...

    async def stalled(self, now: datetime) -> list[InterviewRecord]:
        """Live interviews that no worker holds at `now`: lease expired, or released to be taken over. Oldest first."""
        ...

    async def finish_expired(self, now: datetime) -> list[UUID]:
        """Finish interviews whose invite had expired at `now`, and return their ids.

        Those never started end as "expired". Those waiting for their candidate end as "abandoned", and so do live ones
        that no worker has held for `ABANDONED_AFTER`; their epoch rises, so that a worker that wakes up is fenced.
        """
        ...

    async def erase_interview(self, interview_id: UUID, actor: str) -> None:
        """Delete everything stored about the interview and leave an audit line without personal data.

        A worker that holds it gets `NotFound` from then on. Erasing it again changes nothing. Raises `NotFound`.
        """
        ...

    async def audit(self, limit: int = 100) -> list[AuditLine]:
        """The newest audit lines, newest first."""
        ...

    async def aclose(self) -> None:
        """Close connections. The repository cannot be used afterwards."""
        ...
