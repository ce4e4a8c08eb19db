"""An interview's event log, read again: every step of the machine, and the conversation as turns in order.

A replay is a fold of the log through the pure machine, so what it says about an interview is what the machine knew.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from interview_flows.events import AnswerFinished, Event, EventError, Heard, Joined, Said, from_json
from interview_flows.intents import Intent
from interview_flows.machine import State, initial, step
from interview_flows.plan import Plan
from knowledge.records import InterviewRecord, StoredEvent

logger = logging.getLogger("viva.transcript")


@dataclass(frozen=True, slots=True)
class Moment:
    """One event of the log, and the machine before and after it."""

    event: Event
    at_s: float
    """Unix seconds at which the machine took the event."""
    before: State
    after: State


@dataclass(frozen=True, slots=True)
class Replay:
    """A log folded step by step."""

    plan: Plan
    moments: tuple[Moment, ...]
    unreadable: int
    """Events of a type or form this version does not know; they were passed over."""

    @property
    def state(self) -> State:
        """The machine after the last event."""
        return self.moments[-1].after if self.moments else initial(self.plan)

    @property
    def start_s(self) -> float | None:
        """Unix seconds at which the candidate joined, else of the first event; None for an empty log."""
        joined = (moment.at_s for moment in self.moments if isinstance(moment.event, Joined))
        return next(joined, self.moments[0].at_s if self.moments else None)


class Speaker(StrEnum):
    INTERVIEWER = "interviewer"
    CANDIDATE = "candidate"


class Turn(BaseModel):
    """What one side said before the other did. Times are seconds since the candidate joined."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    speaker: Speaker
    text: str
    kind: str
    """Of the interviewer the kind of words (`interview_flows.actions.SayKind`), of the candidate what the turn was for
    (`interview_flows.intents.Intent`)."""
    question: str | None
    """Id of the question the turn belongs to."""
    start_s: float
    end_s: float
    interrupted: bool = False
    """The interviewer was cut short; `text` is the part that was played."""
    typed: bool = False
    confidence: float | None = None
    """Of the least certain piece, 0 to 1; None where the recogniser gave none or the words were typed."""


def replay(record: InterviewRecord, events: Sequence[StoredEvent]) -> Replay:
    """The log of one interview, folded. Raises pydantic.ValidationError when the stored plan is not one."""
    plan = Plan.model_validate(record.plan)
    state, moments, unreadable = initial(plan), [], 0
    for stored in sorted(events, key=lambda event: event.seq):
        try:
            event = from_json(stored.type, stored.payload)
        except EventError:
            logger.warning("event passed over", extra={"interview": str(record.id), "seq": stored.seq})
            unreadable += 1
            continue
        after = step(state, event, stored.at_s).state
        moments.append(Moment(event, stored.at_s, state, after))
        state = after
    return Replay(plan, tuple(moments), unreadable)


def transcript(record: InterviewRecord, events: Sequence[StoredEvent]) -> list[Turn]:
    """Every turn in the order in which it began.

    The answer to the consent question has no turn: its words are never stored.
    """
    history = replay(record, events)
    start_s = history.start_s or 0.0
    turns: list[Turn] = []
    for turn in sorted(_pieces(history, start_s), key=lambda turn: turn.start_s):
        if turns and _continues(turns[-1], turn):
            turns[-1] = _joined(turns[-1], turn)
        else:
            turns.append(turn)
    return turns


def _pieces(history: Replay, start_s: float) -> Iterator[Turn]:
    """A turn for each utterance and each recognised piece, in the order of the log."""
    purposes = _purposes(history)
    for index, moment in enumerate(history.moments):
        event = moment.event
        if isinstance(event, Said):
            yield Turn(
                speaker=Speaker.INTERVIEWER,
                text=event.text,
                kind=event.kind.value,
                question=event.question,
                start_s=round(event.started_s - start_s, 3),
                end_s=round(event.ended_s - start_s, 3),
                interrupted=event.interrupted,
            )
        elif isinstance(event, Heard):
            yield Turn(
                speaker=Speaker.CANDIDATE,
                text=event.text.strip(),
                kind=purposes.get(index, Intent.ANSWER).value,
                question=moment.before.open_question,
                start_s=round(event.started_s - start_s, 3),
                end_s=round(event.ended_s - start_s, 3),
                typed=event.typed,
                confidence=None if event.typed else event.confidence,
            )


def _purposes(history: Replay) -> dict[int, Intent]:
    """What each recognised piece was for, by its place in the log: known once its turn is given."""
    purposes: dict[int, Intent] = {}
    waiting: list[int] = []
    for index, moment in enumerate(history.moments):
        if isinstance(moment.event, Heard):
            waiting.append(index)
        elif isinstance(moment.event, AnswerFinished):
            purposes.update(dict.fromkeys(waiting, moment.event.intent))
            waiting = []
    return purposes


def _continues(last: Turn, turn: Turn) -> bool:
    """Whether the candidate simply goes on. Each utterance of the interviewer stays by itself: its kind matters."""
    same = (last.question, last.kind, last.typed) == (turn.question, turn.kind, turn.typed)
    return last.speaker is turn.speaker is Speaker.CANDIDATE and same


def _joined(last: Turn, turn: Turn) -> Turn:
    known = [turn.confidence for turn in (last, turn) if turn.confidence is not None]
    return last.model_copy(
        update={
            "text": f"{last.text} {turn.text}",
            "end_s": max(last.end_s, turn.end_s),
            "confidence": min(known, default=None),
        }
    )
