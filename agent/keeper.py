"""The keeper: sees to it that a candidate who waits in a room gets an agent, and that old interviews are closed.

The SFU dispatches once, when a room opens, and never again: not when no worker was free, not when the agent died
(livekit-server 1.13.5, pkg/rtc/room.go). A killed agent stays visible in the room for some twenty seconds. So the
keeper trusts the interview's lease instead: while it runs, an agent holds the interview; once it has run out, whoever
poses as agent is a ghost, is sent out, and a new agent is dispatched. Earlier dispatches are withdrawn first, which
ends their jobs, so two agents never hold one interview.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from agent.web.rooms import RoomServerUnreachable, RoomService, RoomView
from knowledge.errors import DatabaseUnreachable, NotFound
from knowledge.records import InterviewRecord, InterviewStatus
from knowledge.repository import InterviewRepository

logger = logging.getLogger("viva.keeper")

ROOM_OPENING_S: Final = 2.0
"""The room's own dispatch is made within this time of the candidate who opened it."""


class KeeperAction(StrEnum):
    """What the keeper did, for logs and metrics."""

    DISPATCHED = "dispatched"
    GHOST_REMOVED = "ghost_removed"
    ROOM_CLOSED = "room_closed"
    INTERVIEW_CLOSED = "interview_closed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class KeeperTimes:
    """How long the keeper waits for what, in seconds."""

    poll_s: float = 1.0
    lapse_s: float = 0.5
    """A lease that ran out a moment ago may still be renewed: the clocks of two machines differ."""
    first_agent_s: float = 3.0
    """A candidate waits this long for the agent that no worker has accepted."""
    start_s: float = 15.0
    """A worker that accepted the job has this long to bring its agent into the room."""
    claim_s: float = 12.0
    """An agent in the room has this long to take the interview's lease; a worker tries for ten seconds."""
    longest_back_off_s: float = 12.0
    finished_room_s: float = 20.0
    """The agent closes the room after its goodbye; after this long the keeper does it."""
    expiry_check_s: float = 30.0


@dataclass(slots=True)
class _Watch:
    """What the keeper remembers of one room without a lease. Times are unix seconds of the keeper's clock."""

    alone_since_s: float
    agent_since_s: float | None = None
    attempts: int = 0
    dispatched_at_s: float | None = None
    dispatch_id: str = ""


@dataclass(slots=True)
class _Memory:
    watches: dict[UUID, _Watch] = field(default_factory=dict)
    leases: dict[UUID, datetime] = field(default_factory=dict)
    """Interviews whose lease runs until then, so that the store is asked once per lease and not every second."""


class Keeper:
    """Reconciles rooms with interviews. `run` it as one task."""

    def __init__(
        self,
        repository: InterviewRepository,
        rooms: RoomService,
        *,
        clock: Callable[[], datetime],
        on_action: Callable[[KeeperAction], None] = lambda _: None,
        times: KeeperTimes = KeeperTimes(),
    ) -> None:
        """`clock` gives an aware UTC datetime; `on_action` is told of everything the keeper does."""
        self._repository = repository
        self._rooms = rooms
        self._clock = clock
        self._on_action = on_action
        self._times = times
        self._memory = _Memory()
        self._next_expiry_check: datetime | None = None
        self._wake = asyncio.Event()
        self._failing = False

    async def run(self) -> None:
        """Reconcile every `poll_s` seconds, and at once after `nudge`, until cancelled."""
        while True:
            try:
                await self.reconcile()
                self._failing = False
            except Exception as error:  # noqa: BLE001 - owner of the background task: it must outlive any one pass
                self._report_failure(error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._times.poll_s)
            self._wake.clear()

    def nudge(self, interview_id: UUID) -> None:
        """Somebody is on the way to this interview: forget the back-off and look at once."""
        self._memory.leases.pop(interview_id, None)
        watch = self._memory.watches.get(interview_id)
        if watch is not None:
            watch.attempts = min(watch.attempts, 1)
        self._wake.set()

    async def reconcile(self) -> None:
        """Look at every room once. Raises `RoomServerUnreachable`, `DatabaseUnreachable`."""
        await self._close_expired()
        open_interviews = await self._rooms.open_interviews()
        for known in (self._memory.watches, self._memory.leases):
            for gone in known.keys() - open_interviews:
                del known[gone]
        for interview_id in sorted(open_interviews):
            await self._see_to(interview_id)

    async def _see_to(self, interview_id: UUID) -> None:
        leased_until = self._memory.leases.get(interview_id)
        if leased_until is not None and leased_until > self._clock():
            return
        try:
            record = await self._repository.interview(interview_id)
        except NotFound:
            return
        if record.status is InterviewStatus.FINISHED:
            await self._close_finished(record)
        elif record.lease_until is not None and self._runs(record.lease_until):
            self._memory.leases[interview_id] = record.lease_until
            self._memory.watches.pop(interview_id, None)
        else:
            await self._bring_agent(record)

    def _runs(self, lease_until: datetime) -> bool:
        return lease_until + timedelta(seconds=self._times.lapse_s) > self._clock()

    async def _close_finished(self, record: InterviewRecord) -> None:
        ended_at = record.ended_at
        if ended_at is not None and (self._clock() - ended_at).total_seconds() > self._times.finished_room_s:
            await self._rooms.close_room(record.id)
            self._did(KeeperAction.ROOM_CLOSED, record.id)

    async def _bring_agent(self, record: InterviewRecord) -> None:
        view = await self._rooms.view(record.id)
        if view.candidate is None:
            self._memory.watches.pop(record.id, None)
            return
        now_s = self._clock().timestamp()
        watch = self._memory.watches.setdefault(record.id, _Watch(alone_since_s=now_s))
        if view.agents:
            if watch.agent_since_s is None:
                watch.agent_since_s = now_s
            if self._may_still_claim(record, watch, now_s):
                return
            for ghost in view.agents:
                await self._rooms.remove_agent(record.id, ghost.identity)
                self._did(KeeperAction.GHOST_REMOVED, record.id)
        elif now_s < self._expect_agent_by_s(record, view, watch):
            return
        watch.dispatch_id = await self._rooms.dispatch_agent(record.id)
        watch.dispatched_at_s = now_s
        watch.agent_since_s = None
        watch.attempts += 1
        self._did(KeeperAction.DISPATCHED, record.id)

    def _may_still_claim(self, record: InterviewRecord, watch: _Watch, now_s: float) -> bool:
        """Whether an agent in the room may be a new one that has not yet taken the lease."""
        if record.status is InterviewStatus.LIVE and watch.dispatched_at_s is None:
            return False
        since_s = watch.agent_since_s if watch.agent_since_s is not None else now_s
        return now_s - since_s < self._times.claim_s

    def _expect_agent_by_s(self, record: InterviewRecord, view: RoomView, watch: _Watch) -> float:
        """Unix time until which an agent may be on its way into a room that has none."""
        times = self._times
        if watch.dispatched_at_s is not None:
            accepted = any(each.accepted for each in view.dispatches if each.id == watch.dispatch_id)
            back_off_s = min(times.first_agent_s * 1.5 ** (watch.attempts - 1), times.longest_back_off_s)
            return watch.dispatched_at_s + (times.start_s if accepted else back_off_s)
        if record.status is InterviewStatus.LIVE:
            return watch.alone_since_s
        assert view.candidate is not None
        pending = view.dispatches
        if record.status is InterviewStatus.PAUSED:
            arrived_s = view.candidate.joined_at_s
            pending = tuple(each for each in pending if each.created_at_s >= arrived_s - ROOM_OPENING_S)
            if not pending:
                return watch.alone_since_s
        accepted = any(each.accepted for each in pending)
        return watch.alone_since_s + (times.start_s if accepted else times.first_agent_s)

    async def _close_expired(self) -> None:
        now = self._clock()
        if self._next_expiry_check is not None and now < self._next_expiry_check:
            return
        self._next_expiry_check = now + timedelta(seconds=self._times.expiry_check_s)
        for interview_id in await self._repository.finish_expired(now):
            self._did(KeeperAction.INTERVIEW_CLOSED, interview_id)

    def _did(self, action: KeeperAction, interview_id: UUID) -> None:
        self._on_action(action)
        logger.info("keeper acted", extra={"action": action.value, "interview": str(interview_id)})

    def _report_failure(self, error: Exception) -> None:
        """A server that is down is said once; anything else is a defect and comes with its trace."""
        self._on_action(KeeperAction.FAILED)
        if not isinstance(error, (RoomServerUnreachable, DatabaseUnreachable)):
            logger.error("keeper failed", exc_info=error)
        elif not self._failing:
            logger.warning("keeper cannot look after the rooms", extra={"error": str(error)})
        self._failing = True
