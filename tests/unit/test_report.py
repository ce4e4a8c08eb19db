"""Reports and transcripts built from logs that the real machine wrote."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from agent.flow_library import bundled_flows
from agent.report import Report, build_report
from agent.report_model import AnswerStatus
from agent.transcript import Speaker, transcript
from interview_flows.coverage import covered_points
from interview_flows.events import AnswerFinished, Consent, EngineDegraded, Left, Resumed, Returned, Silence
from interview_flows.intents import Intent
from interview_flows.machine import Phase, SayKind
from knowledge.records import StoredEvent
from tests.unit.report_logs import JOINED_AT, HeldInterview, whole_interview


def report_of(held: HeldInterview) -> Report:
    return build_report(held.record, held.events)


@pytest.mark.parametrize("flow_id", ["short_demo", "first_screen", "backend_engineer"])
def test_a_whole_interview_has_every_answer_and_a_quote_for_every_point(flow_id: str) -> None:
    held = whole_interview(bundled_flows()[flow_id])
    report = report_of(held)
    assert report.outcome == "completed"
    assert report.answered == len(held.flow.questions) == len(report.questions)
    assert not any(question.probes for question in report.questions)
    for question, asked in zip(report.questions, held.flow.questions, strict=True):
        assert [utterance.text for utterance in question.asked] == [asked.words]
        assert question.answer_text == asked.sample_answer
        assert all(point.heard for point in question.points)


def test_every_quote_is_verbatim_and_names_its_point() -> None:
    for question in report_of(whole_interview(bundled_flows()["backend_engineer"])).questions:
        flow_question = bundled_flows()["backend_engineer"].question(question.id)
        for point in question.points:
            for quote in point.evidence:
                assert all(words in quote.quote for words in quote.words)
                assert quote.quote.strip("\N{HORIZONTAL ELLIPSIS}") in question.answer_text
                assert all(point.point in covered_points(flow_question, words) for words in quote.words)
                assert any(piece.start_s == quote.start_s for piece in question.answer)


def test_times_are_seconds_since_the_candidate_joined() -> None:
    held = whole_interview()
    report = report_of(held)
    assert report.timing.started_at == JOINED_AT
    assert report.timing.length_s == pytest.approx(held.now_s - JOINED_AT.timestamp(), abs=0.01)
    assert 0 < report.timing.clock_s < report.timing.length_s
    assert report.timing.candidate_talk_s + report.timing.interviewer_talk_s < report.timing.length_s
    starts = [part.start_s for question in report.questions for part in (*question.asked, *question.answer)]
    assert starts == sorted(starts)
    assert starts[0] > 10  # the disclosure comes first


def test_consent_and_what_it_was_given_to_are_in_the_report_but_not_its_words() -> None:
    held = HeldInterview()
    held.joins(consent=None)
    held.happens(Consent(given=True), after_s=2.0)
    consent = report_of(held).consent
    assert (consent.given, consent.unclear) == (True, 1)
    assert consent.disclosure[0].text.startswith("Welcome, Ada Byron.")
    assert [turn for turn in transcript(held.record, held.events) if turn.speaker is Speaker.CANDIDATE] == []


def test_a_refusal_leaves_nothing_but_the_refusal() -> None:
    held = HeldInterview()
    held.joins(consent=False)
    report = report_of(held)
    assert report.outcome == "consent_refused"
    assert report.consent.given is False
    assert {question.status for question in report.questions} == {AnswerStatus.NOT_ASKED}


def test_a_probe_names_its_point_and_its_answer_counts() -> None:
    held = HeldInterview()
    held.joins()
    held.answers("I work in a library.")
    held.answers("The catalogue was broken.", "I fixed it.")
    assert held.state.probing == "says how it turned out"
    held.answers("In the end it was faster than before.")
    question = report_of(held).questions[1]
    assert [(probe.point, probe.text) for probe in question.probes] == [
        ("says how it turned out", "How did it turn out?")
    ]
    assert [piece.text for piece in question.answer] == [
        "The catalogue was broken.",
        "I fixed it.",
        "In the end it was faster than before.",
    ]
    by_point = {point.point: [quote.words for quote in point.evidence] for point in question.points}
    assert by_point["says what they did"] == [("fixed",)]
    assert by_point["says how it turned out"] == [("In the end", "faster")]


def test_what_was_not_heard_is_said_and_has_no_quote() -> None:
    held = HeldInterview()
    held.joins()
    held.answers("Well, that is a long story.")
    point = report_of(held).questions[0].points[0]
    assert (point.heard, point.evidence) == (False, ())


def test_skipped_unanswered_and_not_asked_are_told_apart() -> None:
    held = HeldInterview()
    held.joins()
    held.answers("Skip this one.", intent=Intent.SKIP)
    for _ in range(3):
        held.happens(Silence(), after_s=8.0)
    report = report_of(held)
    assert report.outcome == "silent"
    assert [question.status for question in report.questions] == [
        AnswerStatus.SKIPPED,
        AnswerStatus.UNANSWERED,
        AnswerStatus.NOT_ASKED,
    ]
    assert report.questions[1].check_ins == 2
    assert report.questions[0].answer == ()


def test_a_request_is_in_the_transcript_but_no_part_of_the_answer() -> None:
    held = HeldInterview()
    held.joins()
    held.answers("Could you repeat that?", intent=Intent.REPEAT)
    held.answers("I work in a library.")
    question = report_of(held).questions[0]
    assert question.answer_text == "I work in a library."
    assert [utterance.kind for utterance in question.asked] == ["question", "repeat"]
    candidate = [turn for turn in transcript(held.record, held.events) if turn.speaker is Speaker.CANDIDATE]
    assert [(turn.kind, turn.text) for turn in candidate] == [
        ("repeat", "Could you repeat that?"),
        ("answer", "I work in a library."),
    ]


def test_pieces_of_one_turn_are_one_turn_of_the_transcript() -> None:
    held = HeldInterview()
    held.joins()
    held.hears("I work in a library,", confidence=0.8)
    held.hears("and I like it.", confidence=0.5)
    held.happens(AnswerFinished(), after_s=1.0)
    turns = transcript(held.record, held.events)
    answer = next(turn for turn in turns if turn.speaker is Speaker.CANDIDATE)
    assert answer.text == "I work in a library, and I like it."
    assert answer.confidence == 0.5
    assert answer.question == "your_work"
    assert [turn.kind for turn in turns[:3]] == ["disclosure", "consent", "acknowledge"]
    assert [turn.start_s for turn in turns] == sorted(turn.start_s for turn in turns)


def test_low_confidence_is_marked_and_typed_words_have_none() -> None:
    held = HeldInterview()
    held.joins()
    held.hears("I work in a library.", confidence=0.4)
    held.hears("I typed this.", confidence=None, typed=True)
    held.happens(AnswerFinished(), after_s=1.0)
    spoken, typed = report_of(held).questions[0].answer
    assert (spoken.low_confidence, spoken.typed) == (True, False)
    assert (typed.low_confidence, typed.confidence, typed.typed) == (False, None, True)
    assert report_of(held).questions[0].talk_s == pytest.approx(spoken.length_s)


def test_pauses_absences_outages_and_degradations_are_all_in_it() -> None:
    held = HeldInterview()
    held.joins()
    held.answers("Could we pause for a moment?", intent=Intent.PAUSE)
    assert held.state.phase is Phase.PAUSED
    held.happens(AnswerFinished(Intent.RESUME), after_s=30.0)
    held.happens(Left(), after_s=1.0)
    held.happens(Returned(), after_s=20.0)
    held.happens(EngineDegraded("tts", "espeak", "the speech server does not answer"), after_s=1.0)
    held.happens(Resumed("another-worker"), after_s=9.0)
    held.answers_well()
    report = report_of(held)
    (pause,), (absence,), (fall,), (outage,) = (
        report.timing.pauses,
        report.timing.absences,
        report.degradations,
        report.outages,
    )
    assert pause.length_s > 30
    assert absence.length_s == pytest.approx(20.0)
    assert (fall.engine, fall.rung) == ("tts", "espeak")
    assert outage.gap_s == pytest.approx(9.0)
    assert report.timing.clock_s < report.timing.length_s - 59


def test_an_interrupted_question_shows_only_what_was_heard() -> None:
    held = HeldInterview()
    held.joins()
    held.answers("I work in a library.")
    spoken = [event for event in held.events if event.payload.get("kind") == SayKind.QUESTION]
    cut = {**spoken[-1].payload, "text": "Tell me about", "interrupted": True}
    events = [replace(event, payload=cut) if event is spoken[-1] else event for event in held.events]
    asked = build_report(held.record, events).questions[1].asked
    assert [(utterance.text, utterance.interrupted) for utterance in asked] == [("Tell me about", True)]


def test_a_report_can_be_made_at_every_prefix_of_a_log() -> None:
    held = whole_interview()
    for length in range(len(held.events) + 1):
        report = build_report(held.record, held.events[:length])
        assert Report.model_validate_json(report.model_dump_json()) == report
        assert report.answered <= len(report.questions)
    assert report.answered == len(report.questions)


def test_an_interview_that_nobody_joined_has_a_report() -> None:
    held = HeldInterview()
    report = report_of(held)
    assert report.timing.started_at is None
    assert report.outcome is None
    assert transcript(held.record, held.events) == []


def test_the_record_says_how_it_was_closed_when_the_machine_does_not() -> None:
    held = HeldInterview()
    held.joins()
    report = build_report(replace(held.record, outcome="expired"), held.events)
    assert report.outcome == "expired"


def test_events_of_another_version_are_passed_over_and_counted() -> None:
    held = whole_interview()
    stranger = StoredEvent(len(held.events) + 1, "hologram_shown", {}, "agent", 1, held.now_s)
    report = build_report(held.record, [*held.events, stranger])
    assert report.unreadable_events == 1
    assert report.answered == 3


def test_a_report_has_no_score_anywhere() -> None:
    report = report_of(whole_interview())
    assert report.scored is False
    assert "score" not in json.dumps(report.model_dump(mode="json")).replace('"scored": false', "")


def test_accommodations_do_not_show() -> None:
    held = whole_interview()
    text = report_of(held).model_dump_json()
    assert "accommodation" not in text
    assert "extra_time" not in text
