"""What goes into the store and what comes out of it. All times of day are aware datetimes in UTC."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias, cast
from uuid import UUID

JsonObject: TypeAlias = dict[str, Any]
"""A JSON object. `Any`: its shape belongs to whoever wrote it (a plan, an event, a report), not to the store."""

HASH_BYTES = 32
"""Length of a SHA-256 digest or HMAC, in bytes."""

ABANDONED_AFTER = timedelta(minutes=10)
"""A live interview whose invite expired and whose lease ran out this long ago will not be taken up again.
One without a lease, released to be taken over, counts as held for a day from its start."""


class InterviewStatus(StrEnum):
    """Where an interview is in its life. Only `FINISHED` is final."""

    SCHEDULED = "scheduled"
    LIVE = "live"
    PAUSED = "paused"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class NewInterview:
    """An interview with its one invite, before either is stored."""

    flow_id: str
    title: str
    candidate_name: str
    email: str | None
    plan: JsonObject
    token_sha256: bytes
    """SHA-256 of the join token, 32 bytes; the token itself is never stored."""
    access_code_hmac: bytes
    """HMAC-SHA-256 of the access code under the owner's secret, 32 bytes."""
    expires_at: datetime

    def __post_init__(self) -> None:
        for name in ("token_sha256", "access_code_hmac"):
            if len(getattr(self, name)) != HASH_BYTES:
                raise ValueError(f"{name} must be {HASH_BYTES} bytes")
        if self.expires_at.tzinfo is None:
            raise ValueError("expires_at must carry a time zone")


@dataclass(frozen=True, slots=True)
class InterviewRecord:
    """One interview as the web and the report see it."""

    id: UUID
    flow_id: str
    title: str
    candidate_name: str
    email: str | None
    status: InterviewStatus
    outcome: str | None
    created_at: datetime
    started_at: datetime | None
    """When a worker first claimed it."""
    ended_at: datetime | None
    expires_at: datetime
    """End of the invite. A started interview may run past it."""
    plan: JsonObject
    last_seq: int
    """Number of the newest event; 0 before the first."""
    lease_until: datetime | None
    """Until when a worker holds the interview; None when none does."""


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An event before it has a place in the log."""

    type: str
    payload: JsonObject
    idem_key: str
    """Unique within the interview. A second event under the same key is dropped, so a call can be repeated safely."""
    actor: str
    at_s: float
    """When it happened, in unix seconds: the time the interview machine was given."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event of the log."""

    seq: int
    """Place in the interview's log, counted from 1 without gaps."""
    type: str
    payload: JsonObject
    actor: str
    epoch: int
    """Epoch of the worker that wrote it."""
    at_s: float


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write to an interview until the lease ends or a higher epoch exists."""

    epoch: int
    status: InterviewStatus
    """Status found at the claim: `SCHEDULED` for a first start, `LIVE` or `PAUSED` for a resumption."""
    plan: JsonObject
    last_seq: int


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the audit trail. Holds opaque ids only, nothing personal."""

    at: datetime
    actor: str
    action: str
    object_type: str
    object_id: str


def to_json(value: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> str:
    """JSON text that Postgres accepts as jsonb, with NUL and lone surrogates replaced by U+FFFD.

    Raises ValueError for NaN and infinities, TypeError for values that are not JSON.
    """
    return json.dumps(_storable(value), ensure_ascii=False, allow_nan=False)


def from_json(text: str) -> JsonObject:
    """The object in a JSON text made by `to_json`."""
    return cast("JsonObject", json.loads(text))


def storable_text(text: str) -> str:
    """The text with what Postgres cannot store (NUL, lone surrogates) replaced by U+FFFD."""
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _storable(value: object) -> object:
    match value:
        case str():
            return storable_text(value)
        case Mapping():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case list() | tuple():
            return [_storable(item) for item in value]
        case _:
            return value
