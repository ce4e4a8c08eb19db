"""Builds the report of an interview from its event log and nothing else: the same log always gives the same report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from agent.report_evidence import evidence
from agent.report_model import (
    LOW_CONFIDENCE,
    AnswerPiece,
    AnswerStatus,
    ConsentRecord,
    Degradation,
    Outage,
    PointHeard,
    ProbeAsked,
    QuestionReport,
    Report,
    RubricDimension,
    Span,
    Timing,
    Utterance,
)
from agent.transcript import Moment, Replay, replay
from interview_flows.actions import SayKind
from interview_flows.events import Consent, EngineDegraded, Heard, Joined, Resumed, Said
from interview_flows.flow import ExpectedPoint, Question
from interview_flows.machine import Answer, Phase
from knowledge.records import InterviewRecord, StoredEvent

__all__ = ["Report", "build_report"]

_ASKING = frozenset({SayKind.QUESTION, SayKind.REPEAT})
_BEFORE_CONSENT = frozenset({SayKind.DISCLOSURE, SayKind.CONSENT})


def build_report(record: InterviewRecord, events: Sequence[StoredEvent]) -> Report:
    """The report of one interview, finished or not. Raises pydantic.ValidationError when the stored plan is not one."""
    history = replay(record, events)
    zero_s = history.start_s or 0.0
    flow = history.plan.flow
    outcome = history.state.outcome
    questions = tuple(
        _question(history, question, section.title, number, zero_s)
        for number, (section, question) in enumerate(
            ((section, question) for section in flow.sections for question in section.questions), start=1
        )
    )
    return Report(
        interview_id=record.id,
        candidate=record.candidate_name,
        flow_id=flow.id,
        flow_version=flow.version,
        title=flow.title,
        outcome=record.outcome if outcome is None else outcome.value,
        consent=_consent(history, zero_s),
        timing=_timing(history, questions, zero_s),
        questions=questions,
        rubric=tuple(
            RubricDimension(
                id=dimension.id,
                name=dimension.name,
                anchors=dimension.anchors,
                questions=tuple(
                    number for number, asked in enumerate(flow.questions, start=1) if asked.dimension == dimension.id
                ),
            )
            for dimension in flow.rubric
        ),
        degradations=tuple(
            Degradation(at_s=_since(moment.at_s, zero_s), engine=event.engine, rung=event.rung, reason=event.reason)
            for moment in history.moments
            if isinstance(event := moment.event, EngineDegraded)
        ),
        outages=_outages(history.moments, zero_s),
        unreadable_events=history.unreadable,
    )


def _question(history: Replay, question: Question, section: str, number: int, zero_s: float) -> QuestionReport:
    said = [event for event in _said(history) if event.question == question.id]
    answer = next((item for item in history.state.answers if item.question == question.id), None)
    pieces = answer.pieces if answer is not None else ()
    dimension = next((item.name for item in history.plan.flow.rubric if item.id == question.dimension), None)
    return QuestionReport(
        number=number,
        id=question.id,
        section=section,
        kind=question.kind.value,
        dimension=dimension,
        words=history.plan.fill(question.words),
        status=_status(answer, said),
        asked=tuple(_utterance(event, zero_s) for event in said if event.kind in _ASKING),
        probes=tuple(_probe(history, question, event, zero_s) for event in said if event.kind is SayKind.PROBE),
        answer=tuple(_piece(piece, zero_s) for piece in pieces),
        points=tuple(_point(question, expected, pieces, zero_s) for expected in question.expects),
        check_ins=sum(event.kind is SayKind.CHECK_IN for event in said),
    )


def _status(answer: Answer | None, said: Iterable[Said]) -> AnswerStatus:
    if answer is not None and answer.pieces:
        return AnswerStatus.ANSWERED
    if answer is not None and answer.skipped:
        return AnswerStatus.SKIPPED
    if answer is not None and any(event.kind in _ASKING for event in said):
        return AnswerStatus.UNANSWERED
    return AnswerStatus.NOT_ASKED


def _probe(history: Replay, question: Question, said: Said, zero_s: float) -> ProbeAsked:
    """The probe with the point it asks for: an interrupted one is known by the words with which it began."""
    matching = (probe.point for probe in question.probes if history.plan.fill(probe.words).startswith(said.text))
    return ProbeAsked(**_utterance(said, zero_s).model_dump(), point=next(matching, None))


def _point(question: Question, expected: ExpectedPoint, pieces: Sequence[Heard], zero_s: float) -> PointHeard:
    quotes = tuple(
        quote.model_copy(update={"start_s": _since(quote.start_s, zero_s)})
        for quote in evidence(question, expected, pieces)
    )
    return PointHeard(point=expected.point, heard=bool(quotes), evidence=quotes)


def _piece(piece: Heard, zero_s: float) -> AnswerPiece:
    known = None if piece.typed else piece.confidence
    return AnswerPiece(
        text=piece.text.strip(),
        start_s=_since(piece.started_s, zero_s),
        end_s=_since(piece.ended_s, zero_s),
        confidence=known,
        low_confidence=known is not None and known < LOW_CONFIDENCE,
        typed=piece.typed,
    )


def _consent(history: Replay, zero_s: float) -> ConsentRecord:
    answers = [(moment.event, moment.at_s) for moment in history.moments if isinstance(moment.event, Consent)]
    clear = [(event.given, at_s) for event, at_s in answers if event.given is not None]
    given, at_s = clear[0] if clear else (None, None)
    return ConsentRecord(
        given=given,
        at_s=None if at_s is None else _since(at_s, zero_s),
        unclear=len(answers) - len(clear),
        disclosure=tuple(_utterance(event, zero_s) for event in _said(history) if event.kind in _BEFORE_CONSENT),
    )


def _timing(history: Replay, questions: Iterable[QuestionReport], zero_s: float) -> Timing:
    moments = history.moments
    end_s = max((_end_s(moment) for moment in moments), default=zero_s)
    joined = history.start_s is not None and any(isinstance(moment.event, Joined) for moment in moments)
    return Timing(
        started_at=datetime.fromtimestamp(zero_s, UTC) if joined else None,
        ended_at=datetime.fromtimestamp(end_s, UTC) if joined else None,
        length_s=_since(end_s, zero_s),
        clock_s=round(history.state.used_s, 3),
        planned_minutes=history.plan.minutes,
        candidate_talk_s=round(sum(question.talk_s for question in questions), 3),
        interviewer_talk_s=round(sum(event.ended_s - event.started_s for event in _said(history)), 3),
        pauses=_spans(moments, lambda moment: moment.after.phase is Phase.PAUSED, zero_s, end_s),
        absences=_spans(moments, _is_absent, zero_s, end_s),
    )


def _is_absent(moment: Moment) -> bool:
    waiting_or_over = moment.after.phase in (Phase.WAITING, Phase.FINISHED)
    return not waiting_or_over and not moment.after.present


def _spans(moments: Iterable[Moment], holds: Callable[[Moment], bool], zero_s: float, end_s: float) -> tuple[Span, ...]:
    """The stretches during which `holds` was true after each event, the last one open to the end."""
    spans: list[Span] = []
    since_s: float | None = None
    for moment in moments:
        if holds(moment) and since_s is None:
            since_s = moment.at_s
        elif not holds(moment) and since_s is not None:
            spans.append(Span(start_s=_since(since_s, zero_s), end_s=_since(moment.at_s, zero_s)))
            since_s = None
    if since_s is not None:
        spans.append(Span(start_s=_since(since_s, zero_s), end_s=_since(end_s, zero_s)))
    return tuple(spans)


def _outages(moments: Sequence[Moment], zero_s: float) -> tuple[Outage, ...]:
    return tuple(
        Outage(at_s=_since(moment.at_s, zero_s), gap_s=round(max(moment.at_s - _end_s(last), 0.0), 3))
        for last, moment in pairwise(moments)
        if isinstance(moment.event, Resumed)
    )


def _said(history: Replay) -> list[Said]:
    return [moment.event for moment in history.moments if isinstance(moment.event, Said)]


def _utterance(said: Said, zero_s: float) -> Utterance:
    return Utterance(
        kind=said.kind.value,
        text=said.text,
        start_s=_since(said.started_s, zero_s),
        end_s=_since(said.ended_s, zero_s),
        interrupted=said.interrupted,
    )


def _end_s(moment: Moment) -> float:
    """Unix seconds at which the moment was over: speech may end later than its event was taken, never before."""
    return max(moment.at_s, moment.event.ended_s) if isinstance(moment.event, Said | Heard) else moment.at_s


def _since(at_s: float, zero_s: float) -> float:
    return round(at_s - zero_s, 3)
