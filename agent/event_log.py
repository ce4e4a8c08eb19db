"""The interview's event log as the agent writes it: persist before acting, keep the lease, never lose what was heard.

A short loss of the database does not stop the interview: events wait in order in memory and are written, once each,
as soon as the database answers again. A lost lease does stop it: another worker holds the interview by then.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from interview_flows import events as flow_events
from knowledge.errors import DatabaseUnreachable, Fenced
from knowledge.records import Claim, EventDraft, StoredEvent
from knowledge.repository import InterviewRepository

logger = logging.getLogger("viva.event_log")

LEASE_S = 6.0
"""A worker that does not write or renew for this long has lost the interview."""
RENEW_S = 2.0
RETRY_S = 0.25
PATIENCE_S = 1.0
"""How long the conversation waits for the database before it goes on with the event still in memory."""


class LeaseLost(Exception):
    """Another worker holds the interview: stop at once, write nothing."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where this worker's writing begins: its epoch and the log it found."""

    claim: Claim
    history: tuple[StoredEvent, ...]


class EventLog:
    """Appends machine events of one interview under one lease."""

    def __init__(self, repository: InterviewRepository, interview_id: UUID, position: Position, worker: str) -> None:
        self._repository = repository
        self._interview_id = interview_id
        self._epoch = position.claim.epoch
        self._worker = worker
        self._count = position.claim.last_seq
        self._pending: deque[EventDraft] = deque()
        self._wake = asyncio.Event()
        self._written = asyncio.Condition()
        self._lost = asyncio.Event()
        self._task = asyncio.create_task(self._write_all(), name="event-log")

    @classmethod
    async def claim(cls, repository: InterviewRepository, interview_id: UUID, worker: str) -> tuple[EventLog, Position]:
        """Take the lease and read the log. Raises `knowledge.errors.LeaseHeld` while another worker lives."""
        claim = await repository.claim(interview_id, worker, LEASE_S)
        history = tuple(await repository.events(interview_id)) if claim.last_seq else ()
        position = Position(claim, history)
        return cls(repository, interview_id, position, worker), position

    @property
    def lost(self) -> asyncio.Event:
        """Set once another worker has taken the interview."""
        return self._lost

    async def append(self, event: flow_events.Event, at_s: float, *, actor: str) -> None:
        """Write one event; returns when it is durable, or after a second without a database. Raises `LeaseLost`."""
        if self._lost.is_set():
            raise LeaseLost
        type_, payload = flow_events.to_json(event)
        self._count += 1
        key = f"{self._epoch}:{self._count}"
        draft = EventDraft(type=type_, payload=payload, idem_key=key, actor=actor, at_s=at_s)
        self._pending.append(draft)
        self._wake.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S), self._written:
                await self._written.wait_for(lambda: draft not in self._pending or self._lost.is_set())
        if self._lost.is_set():
            raise LeaseLost

    async def drain(self, timeout_s: float) -> bool:
        """Wait until everything is written; False if the database did not come back in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._written:
                await self._written.wait_for(lambda: not self._pending or self._lost.is_set())
        return not self._pending

    async def finish(self, outcome: str, report: dict[str, object] | None) -> None:
        """Close the interview for good."""
        await self.aclose()
        await self._repository.finish(self._interview_id, self._epoch, outcome, report)

    async def release(self, status: Literal["paused", "live"]) -> None:
        """Give the lease back, so that another worker can go on at once."""
        await self.aclose()
        await self._repository.release(self._interview_id, self._epoch, status)

    async def aclose(self) -> None:
        """Stop writing. What is still pending is lost: call `drain` first."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _write_all(self) -> None:
        while not self._lost.is_set():
            try:
                if self._pending:
                    batch = tuple(self._pending)
                    await self._repository.append(self._interview_id, self._epoch, batch, LEASE_S)
                    await self._forget(len(batch))
                    continue
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(RENEW_S):
                        await self._wake.wait()
                if not self._pending:
                    await self._repository.renew(self._interview_id, self._epoch, LEASE_S)
            except Fenced:
                logger.warning("lease lost", extra={"interview": str(self._interview_id), "worker": self._worker})
                self._lost.set()
                await self._forget(0)
            except DatabaseUnreachable:
                logger.warning("database unreachable, events wait", extra={"waiting": len(self._pending)})
                await asyncio.sleep(RETRY_S)

    async def _forget(self, count: int) -> None:
        for _ in range(count):
            self._pending.popleft()
        async with self._written:
            self._written.notify_all()
