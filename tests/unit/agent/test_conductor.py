"""The conductor and turn-taking over the real machine and the in-memory log; only the sound is left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from agent.conductor import Conductor
from agent.event_log import EventLog
from agent.flow_library import find_flow
from agent.speaking import RecordedVoice
from agent.turn_taking import Piece, TurnTaking
from interview_flows.events import Event, from_json
from interview_flows.machine import fold
from interview_flows.plan import make_plan
from interview_flows.state import initial
from knowledge.memory_repository import MemoryRepository
from knowledge.records import NewInterview

DEADLINE_S = 5.0


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - the condition is state of several parts, no single event tells it
            await asyncio.sleep(0.001)


@dataclass
class Held:
    conductor: Conductor
    turns: TurnTaking
    voice: RecordedVoice
    repository: MemoryRepository
    interview_id: UUID

    async def until_spoken(self, count: int) -> str:
        await until(lambda: len(self.voice.spoken) >= count)
        return self.voice.spoken[-1].text

    def answer(self, text: str) -> None:
        self.turns.speech_started()
        self.turns.heard(Piece(text, 0.9, 1.0, 2.0))
        self.turns.turn_given()

    async def logged(self) -> list[Event]:
        return [from_json(event.type, event.payload) for event in await self.repository.events(self.interview_id)]


@asynccontextmanager
async def held(*, grant: bool = True) -> AsyncIterator[Held]:
    repository = MemoryRepository()
    plan = make_plan(find_flow("short_demo"), "Ana Diaz")
    expires = datetime.now(UTC) + timedelta(hours=1)
    new = NewInterview(
        "short_demo", "Demo", "Ana Diaz", None, plan.model_dump(mode="json"), b"t" * 32, b"c" * 32, expires
    )
    record = await repository.create_interview(new)
    log, _ = await EventLog.claim(repository, record.id, "worker-1")
    voice = RecordedVoice()
    conductor = Conductor(initial(plan), log, voice, worker="worker-1")
    interview = Held(conductor, TurnTaking(conductor, voice), voice, repository, record.id)
    running = asyncio.create_task(conductor.run())
    try:
        conductor.begin()
        await interview.until_spoken(1)
        voice.finish()
        if grant:
            interview.answer("Yes, I agree.")
            await interview.until_spoken(2)
        yield interview
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await log.aclose()


async def test_disclosure_and_consent_come_first() -> None:
    async with held(grant=False) as interview:
        words = interview.conductor.state.plan.flow.words
        assert words.consent.strip() in interview.voice.spoken[0].text


async def test_words_before_consent_are_not_stored() -> None:
    async with held(grant=False) as interview:
        interview.answer("No, my secret name is Rumpelstiltskin.")
        await interview.until_spoken(2)
        interview.voice.finish()
        async with asyncio.timeout(5):
            await interview.conductor.finished.wait()
        stored = repr(await interview.repository.events(interview.interview_id))
        assert "Rumpelstiltskin" not in stored
        assert interview.conductor.outcome == "consent_refused"


async def test_the_first_question_is_asked_in_the_flows_own_words() -> None:
    async with held() as interview:
        first = interview.conductor.state.plan.flow.questions[0]
        assert first.words in interview.voice.spoken[-1].text


async def test_the_log_folds_to_the_conductors_state() -> None:
    async with held() as interview:
        interview.voice.finish()
        interview.answer("I am a carpenter and I have worked for nine years.")
        await interview.until_spoken(3)
        events = await interview.repository.events(interview.interview_id)
        plan = interview.conductor.state.plan
        folded = fold(plan, [(from_json(event.type, event.payload), event.at_s) for event in events])
        assert folded.answers == interview.conductor.state.answers
        assert folded.asked == interview.conductor.state.asked


async def test_words_during_the_first_second_of_the_reply_join_the_answer() -> None:
    async with held() as interview:
        interview.voice.finish()
        interview.answer("I have worked for nine years.")
        await interview.until_spoken(3)
        interview.turns.speech_started()
        interview.turns.words_coming("and before that")
        interview.turns.heard(Piece("and before that I studied", 0.9, 3.0, 4.0))
        await until(lambda: [len(answer.pieces) for answer in interview.conductor.state.answers] == [2])
        assert interview.voice.spoken[-1].interrupted


async def test_a_cough_silences_the_agent_and_it_goes_on() -> None:
    async with held() as interview:
        interview.turns.speech_started()
        await until(lambda: interview.voice.paused)
        interview.turns.turn_given()
        await until(lambda: not interview.voice.paused)
        assert not interview.voice.spoken[-1].interrupted


@pytest.mark.parametrize("words", ["Mm-hm.", "Okay.", "Right, yeah."])
async def test_a_backchannel_is_not_an_answer(words: str) -> None:
    async with held() as interview:
        interview.turns.speech_started()
        interview.turns.heard(Piece(words, 0.8, 1.0, 1.3))
        interview.turns.turn_given()
        assert not interview.voice.spoken[-1].interrupted
        assert interview.conductor.state.answers[0].pieces == ()


async def test_a_typed_answer_goes_the_same_way() -> None:
    async with held() as interview:
        interview.turns.typed("I repair bridges, and I have done so for six years.", 5.0)
        await interview.until_spoken(3)
        assert any(getattr(event, "typed", False) for event in await interview.logged())
