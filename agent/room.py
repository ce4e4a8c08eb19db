"""One job: claim the interview, join its room, hold the interview, leave everything written down."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import time
from uuid import UUID

from livekit import rtc
from livekit.agents import JobContext

from agent.conductor import Conductor
from agent.event_log import EventLog, LeaseLost, Position
from agent.interviewer import Interviewer
from agent.protocol import STATUS_ATTRIBUTE, InterviewStatus, JobMetadata, candidate_identity
from agent.report import build_report
from agent.session import make_session, room_options
from agent.settings import Settings
from agent.speaking import RoomVoice
from agent.turn_taking import TurnTaking
from interview_flows.events import EngineDegraded, Left, Returned, from_json
from interview_flows.machine import fold
from interview_flows.plan import Plan
from interview_flows.state import Phase, State, initial
from knowledge.errors import Conflict, LeaseHeld
from knowledge.postgres_repository import PostgresRepository
from knowledge.repository import InterviewRepository
from plugins.voice_tts import VoiceTTS
from plugins.whisper_stt import WhisperSTT

logger = logging.getLogger("viva.room")

CLAIM_PATIENCE_S = 10.0
"""A predecessor's lease runs out within this time."""
JOIN_PATIENCE_S = 600.0
"""A room in which no candidate appears is left after this."""
FAREWELL_S = 1.0
"""The last words have left the SFU before the room goes."""


async def hold_interview(ctx: JobContext, settings: Settings, tts: VoiceTTS) -> None:
    """Entry of a job. Returns when the interview is over, paused or taken over."""
    interview_id = JobMetadata.model_validate_json(ctx.job.metadata).interview_id
    connecting = asyncio.create_task(ctx.connect(), name="connect")
    repository = await PostgresRepository.connect(settings.dsn())
    try:
        log, position = await _claim(repository, interview_id)
        await connecting
        await Interview(ctx, settings, repository, log, position, tts).hold(interview_id)
    except (LeaseHeld, Conflict) as reason:
        logger.info("interview not ours", extra={"interview": str(interview_id), "reason": type(reason).__name__})
    finally:
        connecting.cancel()
        await repository.aclose()
        ctx.shutdown("interview left")


async def _claim(repository: InterviewRepository, interview_id: UUID) -> tuple[EventLog, Position]:
    worker = f"{socket.gethostname()}:{os.getpid()}"
    deadline = time.monotonic() + CLAIM_PATIENCE_S
    while True:
        try:
            return await EventLog.claim(repository, interview_id, worker)
        except LeaseHeld:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)


class Interview:
    """The parts of one interview while this process holds it."""

    def __init__(
        self,
        ctx: JobContext,
        settings: Settings,
        repository: InterviewRepository,
        log: EventLog,
        position: Position,
        tts: VoiceTTS,
    ) -> None:
        self._ctx = ctx
        self._grace_s = settings.return_grace_s
        self._repository = repository
        self._log = log
        plan = Plan.model_validate(position.claim.plan)
        self._state: State = (
            fold(plan, [(from_json(event.type, event.payload), event.at_s) for event in position.history])
            if position.history
            else initial(plan)
        )
        self._speech_address = settings.speech_address
        self._tts = tts
        self._candidate_here = asyncio.Event()
        self._grace: asyncio.TimerHandle | None = None
        self._grace_over = asyncio.Event()
        self._status: asyncio.Task[None] | None = None
        self._newest_status: InterviewStatus | None = None

    async def hold(self, interview_id: UUID) -> None:
        """Speak and listen until the end, a long absence of the candidate, or the loss of the lease."""
        session = make_session(self._tts)
        voice = RoomVoice(session)
        worker = f"{socket.gethostname()}:{os.getpid()}"
        conductor = Conductor(self._state, self._log, voice, worker=worker, on_status=self._set_status)
        turns = TurnTaking(conductor, voice)
        interviewer = Interviewer(turns, WhisperSTT(self._speech_address, turns))
        identity = candidate_identity(interview_id)
        self._watch(self._ctx.room, identity, conductor)
        session.on("error", lambda event: _degraded(conductor, event))
        await session.start(
            interviewer,
            room=self._ctx.room,
            room_options=room_options(identity, interviewer),
            # Otherwise any participant could read and steer the session over a byte stream.
            session_host=False,
            record=False,
        )
        preparing = asyncio.create_task(self._prepare_words(), name="prepare-words")
        try:
            async with asyncio.timeout(JOIN_PATIENCE_S):
                await self._candidate_here.wait()
            conductor.begin()
            paused = await self._until_over(conductor)
            await self._close(interview_id, conductor, paused=paused)
        except TimeoutError:
            await self._log.release("paused")
        except LeaseLost:
            logger.warning("another worker holds the interview", extra={"interview": str(interview_id)})
        finally:
            preparing.cancel()
            await voice.aclose()
            await session.aclose()
            await self._log.aclose()

    async def _until_over(self, conductor: Conductor) -> bool:
        """True when the candidate stayed away for longer than the grace."""
        running = asyncio.create_task(conductor.run(), name="conductor")
        absent = asyncio.create_task(self._grace_over.wait(), name="absence")
        lost = asyncio.create_task(self._log.lost.wait(), name="lease-lost")
        try:
            done, _ = await asyncio.wait({running, absent, lost}, return_when=asyncio.FIRST_COMPLETED)
            if running in done:
                running.result()
                return False
            if lost in done:
                raise LeaseLost
            return True
        finally:
            for task in (running, absent, lost):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, LeaseLost):
                    await task

    async def _close(self, interview_id: UUID, conductor: Conductor, *, paused: bool) -> None:
        await self._log.drain(timeout_s=30.0)
        if paused:
            await self._log.release("paused")
        else:
            record = await self._repository.interview(interview_id)
            report = build_report(record, await self._repository.events(interview_id))
            outcome = conductor.outcome
            await self._log.finish(outcome.value if outcome else "completed", report.model_dump(mode="json"))
            await asyncio.sleep(FAREWELL_S)
        with contextlib.suppress(Exception):
            await self._ctx.delete_room()

    def _watch(self, room: rtc.Room, identity: str, conductor: Conductor) -> None:
        def arrived(participant: rtc.RemoteParticipant) -> None:
            if participant.identity != identity:
                return
            if self._grace is not None:
                self._grace.cancel()
                self._grace = None
                conductor.post(Returned())
            self._candidate_here.set()

        def gone(participant: rtc.RemoteParticipant) -> None:
            if participant.identity == identity and self._candidate_here.is_set():
                self._grace = asyncio.get_running_loop().call_later(self._grace_s, self._grace_over.set)
                conductor.post(Left())

        room.on("participant_connected", arrived)
        room.on("participant_disconnected", gone)
        for participant in room.remote_participants.values():
            arrived(participant)

    async def _prepare_words(self) -> None:
        if self._state.phase is not Phase.FINISHED:
            await self._tts.prepare(self._state.plan.fixed_words())

    def _set_status(self, status: InterviewStatus) -> None:
        self._newest_status = status
        if self._status is None or self._status.done():
            self._status = asyncio.create_task(self._send_status(), name="status")

    async def _send_status(self) -> None:
        while (status := self._newest_status) is not None:
            self._newest_status = None
            try:
                await self._ctx.room.local_participant.set_attributes({STATUS_ATTRIBUTE: status.model_dump_json()})
            except Exception as error:  # noqa: BLE001 - the page's progress display must never end an interview
                logger.warning("status not sent", extra={"error": type(error).__name__})


def _degraded(conductor: Conductor, event: object) -> None:
    source = type(getattr(event, "source", None)).__name__
    engine = {"WhisperSTT": "stt", "VoiceTTS": "tts"}.get(source, source)
    error = getattr(getattr(event, "error", None), "error", None)
    conductor.post(EngineDegraded(engine, "retry", type(error).__name__))
