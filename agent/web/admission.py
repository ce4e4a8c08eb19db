"""Who may enter: an invite that is valid, and a free room. Looking changes nothing in the store or on the SFU."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from agent.invites import token_sha256
from agent.web.dependencies import WebDependencies
from agent.web.problems import EXPIRED_INVITE, FINISHED_INTERVIEW, NO_SEAT, UNKNOWN_INVITE, Problem
from knowledge.records import InterviewRecord, InterviewStatus

SEAT_HELD_FOR: Final = timedelta(seconds=30)
"""From a token to the room it opens: so long the seat counts as taken, so that a rush cannot overfill the house."""


class Admission:
    """Checks invites and counts seats."""

    def __init__(self, deps: WebDependencies) -> None:
        self._deps = deps
        self._held: dict[UUID, datetime] = {}

    async def invited(self, token: str) -> InterviewRecord:
        """The interview of an invite that may be entered. Raises `Problem`.

        The store is asked by the token's hash whatever the token looks like, so an unknown one takes as long as any.
        """
        record = await self._deps.repository.interview_by_token(token_sha256(token))
        if record is None:
            raise Problem(UNKNOWN_INVITE)
        if record.status is InterviewStatus.FINISHED:
            raise Problem(EXPIRED_INVITE if record.outcome in {"expired", "abandoned"} else FINISHED_INTERVIEW)
        if record.status is not InterviewStatus.LIVE and record.expires_at <= self._deps.clock():
            raise Problem(EXPIRED_INVITE)
        return record

    async def check_seat(self, interview_id: UUID) -> None:
        """Raises `Problem` when every room is taken and this interview does not hold one, `RoomServerUnreachable`."""
        taken = await self._deps.rooms.open_interviews()
        if interview_id in taken:
            return
        if len((taken | self._waiting()) - {interview_id}) >= self._deps.options.rooms:
            raise Problem(NO_SEAT)

    async def take_seat(self, interview_id: UUID) -> None:
        """`check_seat`, and keep the seat for the moment until the candidate connects."""
        await self.check_seat(interview_id)
        self._held[interview_id] = self._deps.clock() + SEAT_HELD_FOR

    def _waiting(self) -> frozenset[UUID]:
        now = self._deps.clock()
        self._held = {interview_id: until for interview_id, until in self._held.items() if until > now}
        return frozenset(self._held)
