"""Invites: the link and the phone code by which one candidate enters one interview.

The link's token is 256 random bits, of which only the SHA-256 is stored: it cannot be guessed, so a fast hash is
enough. The access code is eight digits that a person can type on a phone, so it is stored as an HMAC under the owner's
key: whoever reads the database cannot try all codes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from agent.settings import Settings
from interview_flows.flow import Flow
from interview_flows.plan import Accommodations, make_plan
from knowledge.errors import Conflict
from knowledge.records import NewInterview
from knowledge.repository import InterviewRepository

TOKEN_BYTES: Final = 32
ACCESS_CODE_DIGITS: Final = 8

CODE_ATTEMPTS: Final = 5
"""Draws before giving up on a free code. With 10,000 interviews stored, one draw in 10,000 hits a taken one."""

_CODE_PURPOSE: Final = b"viva access code\x00"


@dataclass(frozen=True, slots=True)
class Invite:
    """What is handed to the candidate. The only copy of the token and the code."""

    interview_id: UUID
    join_url: str = field(repr=False)
    access_code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class InviteOptions:
    """What an invite may say beside flow and candidate."""

    email: str | None = None
    minutes: float | None = None
    """Length of the interview; None takes the flow's."""
    accommodations: Accommodations = field(default_factory=Accommodations)


def new_token() -> tuple[str, bytes]:
    """A join token for a link (43 characters, URL-safe) and the SHA-256 under which it is stored."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    return token, token_sha256(token)


def token_sha256(token: str) -> bytes:
    """What is stored of a join token: 32 bytes."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def new_access_code() -> str:
    """Eight random digits."""
    return f"{secrets.randbelow(10**ACCESS_CODE_DIGITS):0{ACCESS_CODE_DIGITS}d}"


def code_hmac(secret: str | bytes, code: str) -> bytes:
    """What is stored of an access code: HMAC-SHA-256 of its digits, 32 bytes. Spaces and hyphens do not count."""
    digits = "".join(character for character in code if character.isdigit())
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, _CODE_PURPOSE + digits.encode(), hashlib.sha256).digest()


async def create_invite(
    repository: InterviewRepository,
    settings: Settings,
    flow: Flow,
    candidate: str,
    options: InviteOptions | None = None,
) -> Invite:
    """Plan an interview, store it and return the link and the code that open it.

    Raises `agent.errors.PartMissing` when there is no key for access codes yet, `knowledge.errors.KnowledgeError`, and
    ValueError when the plan's minutes or accommodations are out of bounds.
    """
    key = settings.signing_key()
    options = options or InviteOptions()
    plan = make_plan(flow, candidate, minutes=options.minutes, accommodations=options.accommodations)
    token, token_hash = new_token()
    expires_at = datetime.now(UTC) + timedelta(hours=settings.invite_hours)
    for attempt in range(1, CODE_ATTEMPTS + 1):
        access_code = new_access_code()
        new = NewInterview(
            flow_id=flow.id,
            title=flow.title,
            candidate_name=candidate,
            email=options.email,
            plan=plan.model_dump(mode="json"),
            token_sha256=token_hash,
            access_code_hmac=code_hmac(key, access_code),
            expires_at=expires_at,
        )
        try:
            record = await repository.create_interview(new)
        except Conflict:
            if attempt == CODE_ATTEMPTS:
                raise
            continue
        return Invite(record.id, f"{settings.public_url.rstrip('/')}/join/{token}", access_code, record.expires_at)
    raise AssertionError("the last attempt returns or raises")
