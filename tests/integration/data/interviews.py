"""Interviews and events made up for these tests."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from knowledge.records import EventDraft, NewInterview


def an_interview(**changes: Any) -> NewInterview:
    fields: dict[str, Any] = {
        "flow_id": "short_demo",
        "title": "Short demo",
        "candidate_name": "Ada Lovelace",
        "email": "ada@example.org",
        "plan": {"minutes": 4, "flow": {"id": "short_demo"}},
        "token_sha256": secrets.token_bytes(32),
        "access_code_hmac": secrets.token_bytes(32),
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
    }
    return NewInterview(**{**fields, **changes})


def an_event(key: str, **payload: Any) -> EventDraft:
    return EventDraft(type="heard", payload=payload, idem_key=key, actor="candidate", at_s=1_800_000_000.25)
