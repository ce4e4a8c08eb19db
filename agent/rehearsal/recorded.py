"""What the database has of an interview that a rehearsal held."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from interview_flows.events import Heard, from_json
from interview_flows.machine import fold
from interview_flows.plan import Plan
from knowledge.records import InterviewStatus
from knowledge.repository import InterviewRepository

FINISH_WITHIN_S: Final = 10.0
"""The room goes after the interview is written, so this is only ever waited for when something is wrong."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An interview as the event log tells it."""

    outcome: str | None
    questions_asked: int
    answers_recorded: int
    """Questions to which words were recorded."""
    answered: frozenset[str]
    """Their ids."""
    words: str
    """Every piece that was recognised, in order; typed ones are not among them."""


async def read_recorded(repository: InterviewRepository, interview_id: UUID) -> Recorded:
    """Read an interview once it is finished, or as it is after `FINISH_WITHIN_S`."""
    deadline_s = time.monotonic() + FINISH_WITHIN_S
    record = await repository.interview(interview_id)
    while record.status is not InterviewStatus.FINISHED and time.monotonic() < deadline_s:
        await asyncio.sleep(0.2)
        record = await repository.interview(interview_id)
    events = [(from_json(event.type, event.payload), event.at_s) for event in await repository.events(interview_id)]
    state = fold(Plan.model_validate(record.plan), events)
    answered = frozenset(answer.question for answer in state.answers if answer.pieces)
    words = " ".join(event.text for event, _ in events if isinstance(event, Heard) and not event.typed)
    return Recorded(record.outcome, len(state.asked), len(answered), answered, words)
