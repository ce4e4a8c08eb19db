"""The report of one interview as data: what was asked, what was answered, and how it went. No scores.

All times are seconds since the candidate joined, unless a name says otherwise. A field may be added within a version;
a field that changes its meaning or goes away raises `REPORT_VERSION`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

REPORT_VERSION: Final = 1

LOW_CONFIDENCE: Final = 0.6
"""Pieces that the recogniser was less sure of than this are marked: the reader should not lean on their wording."""


class AnswerStatus(StrEnum):
    ANSWERED = "answered"
    SKIPPED = "skipped"
    """The candidate asked to move on."""
    UNANSWERED = "unanswered"
    """Asked, but no answer was heard."""
    NOT_ASKED = "not_asked"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Span(_Part):
    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return max(self.end_s - self.start_s, 0.0)


class Utterance(Span):
    """Words of the interviewer, as they were played."""

    kind: str
    text: str
    interrupted: bool
    """Only this much was heard."""


class ProbeAsked(Utterance):
    point: str | None
    """The expected point it asks for."""


class AnswerPiece(Span):
    """A stretch of the answer between two pauses, as recognised or typed."""

    text: str
    confidence: float | None
    low_confidence: bool
    typed: bool


class Evidence(_Part):
    """The candidate's own words for a point."""

    words: tuple[str, ...]
    """The words that matched, exactly as they stand in `quote` and in that order."""
    quote: str
    """The sentence around them, cut with an ellipsis where it is long."""
    start_s: float
    """Start of the piece of the answer that the words are in."""


class PointHeard(_Part):
    """An expected point of the flow. Heard means that words listed for it occur in the answer, no more than that."""

    point: str
    heard: bool
    evidence: tuple[Evidence, ...]
    """Never empty for a point that was heard."""


class QuestionReport(_Part):
    number: int
    """Place in the flow, from 1."""
    id: str
    section: str
    kind: str
    dimension: str | None
    """Name of the rubric dimension the question belongs to."""
    words: str
    """The words of the flow."""
    status: AnswerStatus
    asked: tuple[Utterance, ...]
    """Every time the question or its probe was spoken as a question or read again."""
    probes: tuple[ProbeAsked, ...]
    answer: tuple[AnswerPiece, ...]
    points: tuple[PointHeard, ...]
    check_ins: int
    """How often the interviewer asked into silence."""

    @property
    def answer_text(self) -> str:
        return " ".join(piece.text for piece in self.answer)

    @property
    def talk_s(self) -> float:
        """Seconds of the candidate's speech; typed words take none."""
        return sum(piece.length_s for piece in self.answer if not piece.typed)


class ConsentRecord(_Part):
    given: bool | None
    """None: never clearly answered."""
    at_s: float | None
    unclear: int
    """Answers that were neither yes nor no. The words themselves are never stored."""
    disclosure: tuple[Utterance, ...]
    """What the candidate was told and asked beforehand, as played."""


class Outage(_Part):
    """The interviewing process was lost and another one went on."""

    at_s: float
    gap_s: float
    """Since the last event before it."""


class Degradation(_Part):
    """An engine fell to a lower rung."""

    at_s: float
    engine: str
    rung: str
    reason: str


class Timing(_Part):
    started_at: datetime | None
    """When the candidate joined; None when nobody did."""
    ended_at: datetime | None
    length_s: float
    """From joining to the end."""
    clock_s: float
    """Interview time used: without consent, pauses and absences."""
    planned_minutes: float
    candidate_talk_s: float
    interviewer_talk_s: float
    pauses: tuple[Span, ...]
    """Stretches for which the candidate had the clock stopped."""
    absences: tuple[Span, ...]
    """Stretches without the candidate in the room."""


class RubricDimension(_Part):
    id: str
    name: str
    anchors: tuple[str, ...]
    questions: tuple[int, ...]
    """Numbers of the questions that belong to it."""


class Report(_Part):
    version: Literal[1] = REPORT_VERSION
    interview_id: UUID
    candidate: str
    flow_id: str
    flow_version: int
    title: str
    outcome: str | None
    """`interview_flows.actions.Outcome`, or whatever else closed the interview; None while it is open."""
    scored: Literal[False] = False
    consent: ConsentRecord
    timing: Timing
    questions: tuple[QuestionReport, ...]
    rubric: tuple[RubricDimension, ...]
    degradations: tuple[Degradation, ...]
    outages: tuple[Outage, ...]
    low_confidence_below: float = LOW_CONFIDENCE
    unreadable_events: int
    """Entries of the log that this version could not read."""

    @property
    def answered(self) -> int:
        """How many questions have an answer."""
        return sum(question.status is AnswerStatus.ANSWERED for question in self.questions)
