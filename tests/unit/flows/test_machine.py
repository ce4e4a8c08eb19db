"""The interview machine, situation by situation."""

import pytest

from interview_flows import phrases
from interview_flows.actions import Outcome, SayKind
from interview_flows.clock import MAX_CONSENT_S, MAX_PAUSES_S, hard_limit_s
from interview_flows.events import (
    AnswerFinished,
    AnswerResumed,
    Consent,
    EngineDegraded,
    Heard,
    Joined,
    Left,
    Resumed,
    Returned,
    Said,
    Silence,
    Tick,
)
from interview_flows.intents import Intent
from interview_flows.machine import Phase, fold, initial, next_deadline_s, remaining_s, step
from interview_flows.plan import make_plan
from interview_flows.reading import parse_flow
from tests.unit.flows.samples import FLOW_TOML, START_S, Hand, sample_plan

PROBLEM_AND_RESULT = "The problem was slow pages, and in the end they were fast."


def _asking(question: str = "work", minutes: float = 30) -> Hand:
    hand = Hand(sample_plan(minutes))
    hand.begin()
    hand.speak()
    while hand.state.open_question != question:
        hand.answer(PROBLEM_AND_RESULT)
        hand.speak()
    return hand


class TestConsent:
    def test_joining_brings_disclosure_and_consent(self):
        hand = Hand(sample_plan())
        hand.play(Joined())
        assert hand.said() == [
            (SayKind.DISCLOSURE, "Hello Ada, this is an interview of 6 minutes: Sample interview."),
            (SayKind.CONSENT, "Do you agree?"),
        ]
        assert hand.state.phase is Phase.CONSENT

    def test_a_yes_opens_the_first_question(self):
        hand = Hand(sample_plan())
        hand.begin()
        assert hand.said() == [
            (SayKind.ACKNOWLEDGE, phrases.BEGIN),
            (SayKind.QUESTION, "What kind of work do you do?"),
        ]
        assert hand.state.open_question == "work"

    def test_a_no_ends_politely(self):
        hand = Hand(sample_plan())
        hand.play(Joined())
        hand.play(Consent(False), 5)
        assert hand.said() == [(SayKind.REFUSAL, phrases.REFUSED)]
        assert hand.outcome() is Outcome.CONSENT_REFUSED

    def test_an_unclear_answer_is_asked_again_twice(self):
        hand = Hand(sample_plan())
        hand.play(Joined())
        hand.speak()
        for _ in range(2):
            hand.play(Consent(None), 5)
            assert hand.said() == [(SayKind.CONSENT, phrases.CONSENT_UNCLEAR), (SayKind.CONSENT, "Do you agree?")]
        hand.play(Consent(None), 5)
        assert hand.said() == [(SayKind.REFUSAL, phrases.CONSENT_NEVER_CLEAR)]
        assert hand.outcome() is Outcome.CONSENT_REFUSED

    def test_silence_brings_two_check_ins_and_the_end(self):
        hand = Hand(sample_plan())
        hand.play(Joined())
        hand.speak()
        for words in phrases.CONSENT_CHECK_INS:
            hand.play(Silence(), 10)
            assert hand.said() == [(SayKind.CHECK_IN, words), (SayKind.CONSENT, "Do you agree?")]
        hand.play(Silence(), 10)
        assert hand.outcome() is Outcome.SILENT

    def test_nothing_heard_before_consent_is_kept(self):
        hand = Hand(sample_plan())
        hand.play(Joined())
        hand.hear("My name is Ada.")
        hand.play(Consent(True))
        assert hand.state.answers[0].pieces == ()

    def test_it_does_not_last_for_ever(self):
        hand = Hand(sample_plan())
        hand.play(Joined())
        assert next_deadline_s(hand.state, hand.now_s) == START_S + MAX_CONSENT_S
        hand.play(Tick(), MAX_CONSENT_S)
        assert hand.outcome() is Outcome.SILENT

    def test_the_clock_starts_with_consent(self):
        hand = Hand(sample_plan())
        hand.play(Joined())
        hand.play(Consent(True), 60)
        assert remaining_s(hand.state, hand.now_s) == 360
        assert remaining_s(hand.state, hand.now_s + 60) == 300


class TestAnswers:
    def test_an_answer_is_acknowledged_and_the_next_question_asked(self):
        hand = _asking()
        hand.answer("I am a nurse.")
        assert hand.kinds() == [SayKind.ACKNOWLEDGE, SayKind.QUESTION]
        assert hand.state.open_question == "project"
        assert hand.state.answers[0].text == "I am a nurse."

    def test_a_turn_without_words_changes_nothing(self):
        hand = _asking()
        before = hand.state
        assert hand.play(AnswerFinished()) == []
        assert hand.state == before

    def test_pieces_join_and_cover_points_across_their_border(self):
        hand = _asking("project")
        hand.hear("There was a problem, and in the")
        hand.hear("end it went away.")
        assert hand.state.answers[-1].covered == {"names the problem", "names the result"}
        assert hand.state.answers[-1].text == "There was a problem, and in the end it went away."

    def test_open_points_are_probed_in_order_and_once(self):
        hand = _asking("project")
        hand.answer("I made pages.")
        assert hand.said()[-1] == (SayKind.PROBE, "What was the problem?")
        hand.answer("I forgot.")
        assert hand.said()[-1] == (SayKind.PROBE, "What came of it?")
        hand.answer("I forgot that, too.")
        assert hand.state.open_question == "exercise"
        assert hand.state.answers[1].probes_used == ("names the problem", "names the result")

    def test_covered_points_are_not_probed(self):
        hand = _asking("project")
        hand.answer("I solved a problem.")
        assert hand.said()[-1] == (SayKind.PROBE, "What came of it?")

    def test_probes_leave_time_for_the_other_questions(self):
        hand = _asking("project", minutes=6)
        hand.answer("I made pages.", after_s=295)
        assert SayKind.PROBE not in hand.kinds()

    def test_acknowledgements_change(self):
        hand = _asking("project")
        texts = []
        for _ in range(3):
            hand.answer("I made pages.")
            texts.append(hand.said()[0][1])
        assert len(set(texts)) == 3

    def test_the_last_answer_closes_the_interview(self):
        hand = _asking("anything_else")
        hand.answer("No.")
        assert hand.said()[-1] == (SayKind.CLOSING, "Thank you Ada. Goodbye.")
        assert hand.outcome() is Outcome.COMPLETED
        assert hand.state.asked == ("work", "project", "exercise", "anything_else")


class TestRequests:
    def test_repeating_reads_the_question_and_forgets_the_request(self):
        hand = _asking("project")
        hand.hear("I made pages for the problem.")
        hand.play(AnswerFinished())
        hand.answer("Can you repeat that?", Intent.REPEAT)
        assert hand.said() == [(SayKind.ACKNOWLEDGE, phrases.REPEAT), (SayKind.REPEAT, "What came of it?")]
        assert hand.state.answers[-1].text == "I made pages for the problem."

    def test_a_request_covers_nothing(self):
        hand = _asking("project")
        hand.answer("Can you repeat the problem?", Intent.REPEAT)
        assert hand.state.answers[-1].covered == frozenset()

    def test_clarifying_adds_nothing_to_the_question(self):
        hand = _asking("project")
        hand.answer("What do you mean?", Intent.CLARIFY)
        assert hand.said() == [
            (SayKind.CLARIFY, phrases.CLARIFY),
            (SayKind.REPEAT, "Tell me about your last project."),
        ]

    def test_skipping_goes_on(self):
        hand = _asking("project")
        hand.answer("Skip.", Intent.SKIP)
        assert hand.kinds() == [SayKind.ACKNOWLEDGE, SayKind.QUESTION]
        assert hand.state.answers[1].skipped
        assert hand.state.open_question == "exercise"

    def test_skipping_a_probe_keeps_the_answer(self):
        hand = _asking("project")
        hand.answer("I made pages.")
        hand.answer("Next question.", Intent.SKIP)
        assert not hand.state.answers[1].skipped
        assert hand.state.answers[1].text == "I made pages."

    def test_stopping_ends(self):
        hand = _asking("project")
        hand.answer("I want to stop.", Intent.STOP)
        assert hand.said() == [(SayKind.CLOSING, phrases.STOPPED)]
        assert hand.outcome() is Outcome.STOPPED

    def test_resuming_without_a_pause_reads_the_question(self):
        hand = _asking("project")
        hand.answer("I'm here.", Intent.RESUME)
        assert hand.said()[-1] == (SayKind.REPEAT, "Tell me about your last project.")


class TestPause:
    def _paused(self) -> Hand:
        hand = _asking("project")
        hand.answer("One moment.", Intent.PAUSE)
        hand.speak()
        return hand

    def test_the_clock_stands_still(self):
        hand = self._paused()
        assert hand.state.phase is Phase.PAUSED
        left_s = remaining_s(hand.state, hand.now_s)
        hand.play(AnswerFinished(Intent.RESUME), 300)
        assert remaining_s(hand.state, hand.now_s) == left_s
        assert hand.said() == [
            (SayKind.ACKNOWLEDGE, phrases.RESUME),
            (SayKind.REPEAT, "Tell me about your last project."),
        ]
        assert remaining_s(hand.state, hand.now_s + 10) == left_s - 10

    def test_a_short_pause_needs_no_repetition(self):
        hand = self._paused()
        hand.answer("I'm ready.", Intent.RESUME)
        assert hand.said() == [(SayKind.ACKNOWLEDGE, phrases.RESUME), (SayKind.WELCOME_BACK, phrases.GO_ON)]
        assert hand.state.answers[-1].pieces == ()

    def test_yes_goes_on(self):
        hand = self._paused()
        hand.answer("Yes, okay.")
        assert hand.state.phase is Phase.ASKING

    def test_an_answer_goes_on_by_itself(self):
        hand = self._paused()
        hand.answer("So, the problem was that in the end nobody used it.")
        assert hand.state.phase is Phase.ASKING
        assert hand.state.open_question == "exercise"
        assert hand.state.answers[1].text.startswith("So, the problem")

    def test_a_turn_whose_words_are_not_known_goes_on(self):
        hand = self._paused()
        hand.play(AnswerFinished())
        assert hand.state.phase is Phase.ASKING
        assert hand.said()[0] == (SayKind.ACKNOWLEDGE, phrases.RESUME)

    def test_talk_to_others_is_no_answer(self):
        hand = self._paused()
        assert hand.answer("Put it there.") == []
        assert hand.state.phase is Phase.PAUSED
        assert hand.state.answers[-1].pieces == ()

    def test_check_ins_then_the_end(self):
        hand = self._paused()
        for _ in range(4):
            hand.play(Silence(), 120)
            assert hand.said() == [(SayKind.PAUSE, phrases.PAUSE_CHECK_IN)]
        hand.play(Silence(), 120)
        assert hand.outcome() is Outcome.SILENT

    def test_pauses_together_have_a_limit(self):
        hand = self._paused()
        hand.play(AnswerFinished(Intent.RESUME), MAX_PAUSES_S - 30)
        hand.answer("One moment.", Intent.PAUSE)
        assert hand.state.phase is Phase.ASKING
        assert hand.kinds() == [SayKind.CHECK_IN]

    def test_leaving_in_a_pause_and_returning_stays_paused(self):
        hand = self._paused()
        hand.play(Left(), 5)
        hand.play(Returned(), 5000)
        assert hand.said() == [(SayKind.WELCOME_BACK, phrases.WELCOME_BACK), (SayKind.PAUSE, phrases.PAUSE_CHECK_IN)]


class TestSilence:
    def test_two_check_ins_then_the_end_when_nothing_was_ever_said(self):
        hand = _asking()
        for words in phrases.CHECK_INS:
            hand.play(Silence(), 12)
            assert hand.said() == [(SayKind.CHECK_IN, words)]
        hand.play(Silence(), 15)
        assert hand.said() == [(SayKind.CLOSING, phrases.SILENT_END)]
        assert hand.outcome() is Outcome.SILENT

    def test_one_silent_question_is_passed_over_two_end(self):
        hand = _asking("project")
        for _ in range(3):
            hand.play(Silence(), 12)
        assert hand.said()[0] == (SayKind.ACKNOWLEDGE, phrases.SILENT_MOVE_ON)
        assert hand.state.open_question == "exercise"
        for _ in range(3):
            hand.play(Silence(), 60)
        assert hand.outcome() is Outcome.SILENT

    def test_speaking_between_starts_again(self):
        hand = _asking("project")
        for _ in range(3):
            hand.play(Silence(), 12)
        hand.answer("Swap the ends.")
        for _ in range(3):
            hand.play(Silence(), 12)
        assert hand.outcome() is Outcome.COMPLETED

    def test_after_a_probe_silence_goes_on(self):
        hand = _asking("project")
        hand.answer("I made pages.")
        for _ in range(3):
            hand.play(Silence(), 12)
        assert hand.state.open_question == "exercise"
        assert hand.state.silent_questions == 0

    def test_words_without_an_end_of_turn_count_as_one(self):
        hand = _asking()
        hand.hear("I am a nurse.")
        hand.play(Silence(), 12)
        assert hand.state.open_question == "project"

    def test_it_means_nothing_while_away(self):
        hand = _asking()
        hand.play(Left())
        assert hand.play(Silence(), 12) == []


class TestResumedAnswers:
    def test_the_question_opens_again_and_the_words_join(self):
        hand = _asking("project")
        hand.answer(PROBLEM_AND_RESULT)
        assert hand.state.open_question == "exercise"
        hand.play(AnswerResumed(), 1.5)
        assert hand.state.open_question == "project"
        hand.answer("And then I left.")
        assert hand.state.answers[1].text == f"{PROBLEM_AND_RESULT} And then I left."
        assert hand.said()[-1] == (SayKind.QUESTION, "How would you reverse a list?")

    def test_words_that_came_first_move_over(self):
        hand = _asking("project")
        hand.answer(PROBLEM_AND_RESULT)
        hand.hear("And then I left.")
        hand.play(AnswerResumed())
        assert hand.state.answers[-1].text == f"{PROBLEM_AND_RESULT} And then I left."

    def test_the_pause_is_learned(self):
        hand = _asking("project")
        hand.answer(PROBLEM_AND_RESULT)
        hand.play(AnswerResumed(), 3)
        ended_s = hand.state.turn[-1].ended_s
        hand.play(Heard("And then I left.", 0.9, ended_s + 1.7, ended_s + 3))
        assert hand.state.turn_pause_s == pytest.approx(1.7)
        hand.play(AnswerFinished())
        assert hand.state.longest_pause_s == pytest.approx(1.7)

    def test_a_gap_that_no_speaker_makes_is_no_pause(self):
        hand = _asking("project")
        hand.answer(PROBLEM_AND_RESULT)
        hand.play(AnswerResumed(), 3)
        ended_s = hand.state.turn[-1].ended_s
        hand.play(Heard("And then I left.", 0.9, ended_s + 17, ended_s + 18))
        assert hand.state.turn_pause_s == 0

    def test_not_after_the_question_was_heard(self):
        hand = _asking("project")
        hand.answer(PROBLEM_AND_RESULT)
        hand.speak()
        before = hand.state
        hand.play(AnswerResumed())
        assert hand.state == before

    def test_still_while_only_part_of_the_question_was_heard(self):
        hand = _asking("project")
        hand.answer(PROBLEM_AND_RESULT)
        hand.play(Said(SayKind.QUESTION, "exercise", "How would", True, hand.now_s, hand.now_s))
        hand.play(AnswerResumed())
        assert hand.state.open_question == "project"

    def test_before_the_goodbye_was_heard(self):
        hand = _asking("anything_else")
        hand.answer("No.")
        assert hand.is_finished()
        hand.play(AnswerResumed(), 1)
        assert hand.state.phase is Phase.ASKING
        hand.answer("Well, one thing.")
        assert hand.outcome() is Outcome.COMPLETED
        assert hand.state.answers[-1].text == "No. Well, one thing."

    def test_a_request_that_was_none(self):
        hand = _asking("project")
        hand.answer("What do you mean?", Intent.CLARIFY)
        hand.play(AnswerResumed(), 0.5)
        hand.answer("That is what they asked me.")
        assert hand.state.answers[1].text == "What do you mean? That is what they asked me."


class TestAbsence:
    def test_the_clock_stands_still(self):
        hand = _asking("project")
        left_s = remaining_s(hand.state, hand.now_s)
        hand.play(Left())
        assert next_deadline_s(hand.state, hand.now_s) is None
        hand.play(Returned(), 1000)
        assert remaining_s(hand.state, hand.now_s) == left_s
        assert hand.said() == [
            (SayKind.WELCOME_BACK, phrases.WELCOME_BACK),
            (SayKind.REPEAT, "Tell me about your last project."),
        ]

    def test_a_short_one_is_only_greeted(self):
        hand = _asking("project")
        hand.play(Left())
        hand.play(Returned(), 2)
        assert hand.said() == [
            (SayKind.WELCOME_BACK, phrases.WELCOME_BACK),
            (SayKind.WELCOME_BACK, phrases.GO_ON),
        ]

    def test_a_question_that_was_not_heard_is_asked(self):
        hand = _asking("project")
        hand.answer(PROBLEM_AND_RESULT)
        hand.play(Left())
        hand.play(Returned(), 2)
        assert hand.said()[-1] == (SayKind.QUESTION, "How would you reverse a list?")

    def test_during_consent(self):
        hand = Hand(sample_plan())
        hand.play(Joined())
        hand.play(Left(), 1)
        hand.play(Returned(), 10)
        assert hand.kinds() == [SayKind.WELCOME_BACK, SayKind.DISCLOSURE, SayKind.CONSENT]
        hand.speak()
        hand.play(Left())
        hand.play(Joined(), 10)
        assert hand.kinds() == [SayKind.WELCOME_BACK, SayKind.CONSENT]

    def test_a_second_tab_changes_nothing(self):
        hand = _asking("project")
        before = hand.state
        assert hand.play(Joined()) == []
        assert hand.state == before


class TestNewWorker:
    def test_the_open_question_is_read_again_and_what_was_said_is_kept(self):
        hand = _asking("project")
        hand.hear("The problem was")
        left_s = remaining_s(hand.state, hand.now_s)
        state = fold(hand.plan, hand.stored_log())
        result = step(state, Resumed("worker-2"), hand.now_s + 20)
        assert [action.text for action in result.actions if hasattr(action, "text")] == [
            phrases.CONNECTION_BACK,
            phrases.KEPT,
            "Tell me about your last project.",
        ]
        assert result.state.answers[-1].text == "The problem was"
        assert remaining_s(result.state, hand.now_s + 20) == left_s

    def test_a_probe_is_read_again(self):
        hand = _asking("project")
        hand.answer("I made pages.")
        hand.play(Resumed("w"), 20)
        assert hand.said()[-1] == (SayKind.PROBE, "What was the problem?")
        hand.speak()
        hand.play(Resumed("w"), 20)
        assert hand.said()[-1] == (SayKind.REPEAT, "What was the problem?")

    def test_it_brings_a_candidate_back_whose_return_was_not_seen(self):
        hand = _asking("project")
        hand.play(Left())
        hand.play(Resumed("w"), 60)
        assert hand.state.present
        assert next_deadline_s(hand.state, hand.now_s) is not None

    def test_before_anybody_joined_it_waits(self):
        hand = Hand(sample_plan())
        assert hand.play(Resumed("w")) == []
        assert hand.state == initial(hand.plan)

    def test_the_end_is_said_again_only_if_it_was_not_heard(self):
        hand = _asking("anything_else")
        hand.answer("No.")
        hand.play(Resumed("w"), 5)
        assert hand.said() == [(SayKind.CLOSING, "Thank you Ada. Goodbye.")]
        assert hand.outcome() is Outcome.COMPLETED
        hand.speak()
        hand.play(Resumed("w"), 5)
        assert hand.said() == []
        assert hand.outcome() is Outcome.COMPLETED


class TestTime:
    def test_the_candidate_is_warned_once_between_questions(self):
        hand = _asking("project", minutes=6)
        hand.answer(PROBLEM_AND_RESULT, after_s=290)
        assert hand.said()[1] == (SayKind.TIME_WARNING, phrases.ONE_MORE)
        hand.answer("Swap the ends.")
        assert SayKind.TIME_WARNING not in hand.kinds()

    def test_minutes_left_are_named_when_more_questions_fit(self):
        flow = parse_flow(FLOW_TOML.replace("minutes = 6", "minutes = 30"), "sample.toml")
        hand = Hand(make_plan(flow, "Ada"))
        hand.begin()
        hand.answer("I am a nurse.", after_s=26 * 60)
        assert hand.said()[1] == (SayKind.TIME_WARNING, "We have about four minutes left.")

    def test_a_quiet_candidate_is_warned_too(self):
        hand = _asking("exercise", minutes=30)
        hand.play(Silence(), 26 * 60)
        assert hand.kinds() == [SayKind.TIME_WARNING]
        hand.play(Silence(), 30)
        assert hand.kinds() == [SayKind.CHECK_IN]

    def test_questions_without_time_are_left_out_for_the_closing_one(self):
        hand = _asking("project", minutes=6)
        hand.answer(PROBLEM_AND_RESULT, after_s=330)
        assert hand.state.open_question == "anything_else"
        hand.answer("No.")
        assert hand.said()[1:] == [
            (SayKind.CLOSING, phrases.TIME_UP),
            (SayKind.CLOSING, "Thank you Ada. Goodbye."),
        ]
        assert hand.outcome() is Outcome.TIME_UP

    def test_after_the_budget_the_end_falls_at_the_next_pause(self):
        hand = _asking("exercise", minutes=6)
        hand.hear("First", after_s=10)
        hand.hear("I swap the ends,", after_s=355)
        assert hand.state.wrapping_up
        hand.play(AnswerFinished())
        assert hand.outcome() is Outcome.TIME_UP

    def test_the_last_answer_in_the_grace_completes(self):
        hand = _asking("anything_else", minutes=6)
        hand.answer("No.", after_s=358)
        assert hand.state.wrapping_up
        assert hand.outcome() is Outcome.COMPLETED

    def test_the_limit_ends_whatever_happens_and_leaves_room_for_the_goodbye(self):
        hand = _asking("exercise", minutes=6)
        limit_s = hard_limit_s(hand.state)
        assert limit_s < hand.plan.limit_s
        hand.hear("and then", after_s=500)
        assert hand.is_finished()
        assert hand.state.used_s == pytest.approx(limit_s)
        assert hand.state.outcome is Outcome.TIME_UP

    def test_silence_after_the_budget_ends_at_once(self):
        hand = _asking("exercise", minutes=6)
        hand.play(Silence(), 365)
        assert hand.is_finished()

    def test_a_clock_that_goes_back_does_no_harm(self):
        hand = _asking("project")
        left_s = remaining_s(hand.state, hand.now_s)
        state = step(hand.state, Tick(), hand.now_s - 100).state
        assert remaining_s(state, hand.now_s) == left_s


def test_a_degraded_engine_changes_nothing():
    hand = _asking("project")
    before = hand.state
    assert hand.play(EngineDegraded("tts", "espeak", "gone")) == []
    assert hand.state == before


def test_late_words_after_the_end_are_passed_over():
    hand = _asking("anything_else")
    hand.answer("No.")
    before = hand.state
    hand.play(Heard("Bye.", 0.9, hand.now_s, hand.now_s))
    assert hand.state == before
