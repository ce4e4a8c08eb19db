"""What holds for every flow and every order of events."""

from hypothesis import given, settings
from hypothesis import strategies as st

from interview_flows.actions import Finish, Say, SayKind
from interview_flows.clock import used_s
from interview_flows.events import (
    AnswerFinished,
    AnswerResumed,
    Consent,
    Event,
    Heard,
    Joined,
    Resumed,
    Returned,
    Said,
    Silence,
    Tick,
)
from interview_flows.intents import Intent
from interview_flows.machine import Phase, fold, initial, next_deadline_s, step
from interview_flows.patience import TurnSignals, silence_s, wait_s
from interview_flows.plan import Plan
from tests.unit.flows.samples import START_S, Hand, sample_plan
from tests.unit.flows.strategies import events, plans

timed_events = st.lists(st.tuples(events, st.sampled_from([0.0, 0.3, 2.0, 15.0, 60.0, 400.0])), max_size=40)


def _begun(plan: Plan) -> Hand:
    hand = Hand(plan)
    hand.begin()
    return hand


@given(plans(), timed_events)
def test_step_is_total_and_the_log_folds_to_the_state_at_every_prefix(plan, played):
    hand = _begun(plan)
    for event, after_s in played:
        hand.play(event, after_s)
    log = hand.stored_log()
    state = initial(plan)
    for length, (event, at_s) in enumerate(log, start=1):
        state = step(state, event, at_s).state
        if length in {1, len(log) // 2, len(log) - 1, len(log)}:
            assert fold(plan, log[:length]) == state
    assert state == hand.state


@given(plans(), st.lists(st.tuples(events, st.floats(-100, 1e5)), max_size=25))
def test_step_is_total_without_joining_and_with_any_clock(plan, played):
    state, now_s = initial(plan), START_S
    for event, after_s in played:
        now_s += after_s
        state = step(state, event, now_s).state
        assert wait_s(state, TurnSignals("So, yes.", 1.0)) > 0
        assert silence_s(state) > 0
        assert used_s(state, now_s) >= 0


@given(plans(), timed_events)
def test_it_always_ends_when_time_is_delivered(plan, played):
    hand = _begun(plan)
    for event, after_s in played:
        hand.play(event, after_s)
    hand.play(Returned())
    for _ in range(3):
        due_s = next_deadline_s(hand.state, hand.now_s)
        if due_s is None:
            break
        before = hand.state.phase, hand.state.wrapping_up
        hand.play(Tick(), max(due_s - hand.now_s, 0.0))
        assert (hand.state.phase, hand.state.wrapping_up) != before
    assert hand.is_finished()


@given(plans(), timed_events)
def test_it_never_exceeds_budget_and_grace(plan, played):
    hand = _begun(plan)
    for event, after_s in [*played, (Returned(), 0.0), (Tick(), 10 * plan.limit_s)]:
        hand.play(event, after_s)
        if hand.is_finished():
            assert hand.state.used_s <= plan.limit_s + 0.1


@given(plans(), timed_events)
def test_no_core_question_is_asked_twice_unprompted(plan, played):
    hand = _begun(plan)
    asked: set[str | None] = {hand.state.open_question}
    for event, after_s in played:
        if isinstance(event, AnswerResumed):
            asked.clear()
        prompted = isinstance(event, (Resumed, Returned, Joined)) or hand.state.phase is Phase.PAUSED
        for action in hand.play(event, after_s):
            if not isinstance(action, Say):
                continue
            if action.kind is SayKind.QUESTION:
                assert action.question not in asked or prompted
                asked.add(action.question)
            if action.kind is SayKind.REPEAT:
                assert prompted or isinstance(event, AnswerFinished)
    assert len(set(hand.state.asked)) == len(hand.state.asked)


@given(plans(), timed_events)
def test_the_clock_stands_still_while_away_or_paused(plan, played):
    hand = _begun(plan)
    for event, after_s in played:
        hand.play(event, after_s)
        stands = not hand.state.present or hand.state.phase is not Phase.ASKING
        assert (hand.state.running_since is None) is stands
        assert (used_s(hand.state, hand.now_s + 60) == hand.state.used_s) is stands


@given(plans(), timed_events)
def test_the_end_is_reached_once_and_stays(plan, played):
    hand = _begun(plan)
    for event, after_s in played:
        was_finished = hand.is_finished()
        actions = hand.play(event, after_s)
        if was_finished and not isinstance(event, (AnswerResumed, Resumed)):
            assert not actions
            assert hand.is_finished()
        finishes = [action for action in actions if isinstance(action, Finish)]
        assert bool(finishes) <= hand.is_finished()
        assert not finishes or isinstance(actions[-1], Finish)
        assert (hand.state.outcome is not None) is hand.is_finished()


@given(plans(), timed_events)
def test_words_are_only_taken_away_by_requests(plan, played):
    hand = _begun(plan)
    for event, after_s in played:
        before = _pieces(hand)
        was_paused = hand.state.phase is Phase.PAUSED
        hand.play(event, after_s)
        is_request = isinstance(event, AnswerFinished) and (was_paused or event.intent is not Intent.ANSWER)
        assert is_request or isinstance(event, AnswerResumed) or _pieces(hand)[: len(before)] == before


def _pieces(hand: Hand) -> list[Heard]:
    return [piece for answer in hand.state.answers for piece in answer.pieces]


@given(plans(), st.lists(st.sampled_from(["Yes.", "The problem was big.", "The result and the lesson."]), min_size=30))
@settings(max_examples=50)
def test_a_candidate_who_answers_gets_every_question_in_order(plan, answers):
    hand = _begun(plan)
    hand.speak()
    for text in answers:
        if hand.is_finished():
            break
        hand.answer(text, after_s=0.1)
    order = [question.id for question in plan.flow.questions]
    assert list(hand.state.asked) == [question for question in order if question in hand.state.asked]
    if plan.minutes >= 4:
        assert list(hand.state.asked) == order
        assert hand.is_finished()


@given(plans())
def test_a_silent_candidate_is_let_go(plan):
    hand = _begun(plan)
    for _ in range(3):
        hand.play(Silence(), silence_s(hand.state))
    assert hand.is_finished()


def test_nothing_happens_before_joining():
    hand = Hand(sample_plan())
    for kind in SayKind:
        event: Event = Said(kind, "q", "Hi", interrupted=False, started_s=0, ended_s=1)
        assert hand.play(event) == []
    assert hand.play(Consent(True)) == []
    assert hand.play(Heard("Hi", None, 0, 1)) == []
    assert hand.state == initial(hand.plan)
