"""How long the agent waits, by what the interview knows."""

import pytest

from interview_flows.events import AnswerFinished, AnswerResumed, Heard, Joined
from interview_flows.machine import State
from interview_flows.patience import TurnSignals, silence_s, wait_s
from tests.unit.flows.samples import Hand, sample_plan

FULL = "The problem was a slow page. I measured it, I changed the query, and in the end it was fast."
COVERED_EARLY = "The problem was slow, and in the end it was not."
OPEN_POINT = "The problem was a slow page."
LONG_OPEN_POINT = "The problem was a slow page. I measured it, and I changed the query, and it was fast for everybody."


def _asking(question: str, **accommodations: float) -> Hand:
    hand = Hand(sample_plan(minutes=30, **accommodations))
    hand.begin()
    while hand.state.open_question != question:
        hand.answer("I had a problem, and in the end it was solved.", after_s=10)
    return hand


def _wait(state: State, text: str, pause_s: float = 0.0) -> float:
    return wait_s(state, TurnSignals(text, len(text.split()) / 2.3, pause_s))


@pytest.mark.parametrize(
    ("question", "text", "least_s", "most_s"),
    [
        ("work", "I am a nurse in a hospital.", 0.15, 0.2),
        ("work", "I am a nurse in a hospital", 0.4, 0.6),
        ("work", "I am a nurse, and", 1.2, 1.8),
        ("work", "I am a.", 1.2, 1.8),
        ("work", "I am a nurse, and that's it.", 0.15, 0.4),
        ("work", "Could you repeat the question?", 0.15, 0.4),
        ("project", FULL, 0.7, 0.9),
        ("project", FULL + " And", 2.2, 2.4),
        ("project", FULL[:-1], 1.3, 1.7),
        ("project", OPEN_POINT, 2.2, 2.4),
        ("project", COVERED_EARLY, 1.0, 2.0),
        ("project", LONG_OPEN_POINT, 1.2, 1.4),
        ("project", "The problem was slow. That's all.", 0.3, 0.5),
        ("project", "Let me think.", 3.0, 4.0),
        ("project", "Can you repeat that?", 0.3, 0.5),
        ("project", "Okay.", 2.2, 2.4),
        ("exercise", "First I swap the ends.", 2.9, 3.1),
        ("exercise", "First I swap the ends, and then the", 3.1, 4.0),
        ("exercise", "First I swap the ends, and that's it.", 0.5, 1.0),
        ("anything_else", "No.", 0.3, 0.5),
        ("anything_else", "No, thank you.", 0.3, 0.5),
    ],
)
def test_the_wait_follows_the_question_and_the_words(question, text, least_s, most_s):
    assert least_s <= _wait(_asking(question).state, text) <= most_s


def test_consent_is_answered_at_once():
    hand = Hand(sample_plan())
    hand.play(Joined())
    state = hand.state
    assert _wait(state, "Yes, I agree.") <= 0.2
    assert _wait(state, "Yes, but") >= 1.2
    assert 0.3 <= _wait(state, "Hello.") <= 0.6


def test_words_already_stored_count_for_the_answer():
    hand = _asking("project")
    hand.hear("The problem was a slow page. I measured it, I changed the query,")
    assert _wait(hand.state, "And in the end it was fast.") <= 0.9


def test_a_probe_asks_only_for_its_point():
    hand = _asking("project")
    hand.answer("The problem was a slow page.")
    assert hand.state.probing == "names the result"
    assert _wait(hand.state, "In the end it was fast, and the customers were quite happy about it.") <= 0.9
    assert _wait(hand.state, "It was fast.") >= 2.0


@pytest.mark.parametrize(
    ("pause_s", "least_s", "most_s"), [(0.5, 0.7, 0.9), (1.0, 1.2, 1.6), (1.6, 1.8, 1.9), (3, 2.4, 2.4)]
)
def test_a_pause_inside_the_answer_lengthens_the_wait(pause_s, least_s, most_s):
    assert least_s <= _wait(_asking("project").state, FULL, pause_s) <= most_s


def test_the_wait_grows_with_the_pauses():
    state = _asking("project").state
    waits = [_wait(state, FULL, tenths / 10) for tenths in range(40)]
    assert waits == sorted(waits)


def test_pauses_of_earlier_answers_are_remembered():
    hand = _asking("project")
    hand.hear(FULL, after_s=20)
    hand.play(AnswerFinished(longest_pause_s=1.6))
    assert hand.state.longest_pause_s == 1.6
    assert _wait(hand.state, "I add nothing. That is my whole view of it.") >= 1.8


def test_a_pause_that_was_cut_into_is_not_cut_into_again():
    hand = _asking("work")
    hand.answer("I am a nurse.")
    hand.play(AnswerResumed(), 1)
    ended_s = hand.state.turn[-1].ended_s
    hand.play(Heard("I work at night.", 0.9, ended_s + 1.2, ended_s + 2))
    assert _wait(hand.state, "I am a nurse. I work at night.") >= 1.2


def test_steady_speakers_are_answered_sooner_when_in_doubt():
    unknown = _asking("project").state
    hand = Hand(sample_plan(minutes=30))
    hand.begin()
    hand.answer(" ".join(["word"] * 30) + ".")
    assert hand.state.open_question == "project"
    hand.answer("The result was good. " + " ".join(["word"] * 30) + ".")
    assert hand.state.pauses == (0.0, 0.0)
    assert hand.state.probing == "names the problem"
    assert _wait(hand.state, "It was slow.") < _wait(unknown, "It was slow.") - 0.3


def test_longer_pauses_multiply_every_wait():
    plain, longer = _asking("project").state, _asking("project", longer_pauses=2).state
    for text in (FULL, OPEN_POINT, "and", "That's all."):
        assert _wait(longer, text) == pytest.approx(2 * _wait(plain, text))
    assert silence_s(longer) == 2 * silence_s(plain)


def test_wrapping_up_makes_the_wait_short():
    hand = _asking("exercise")
    while not hand.state.wrapping_up:
        hand.hear("And I go on.", after_s=30)
    assert _wait(hand.state, "And I go on.") <= 0.7
    assert _wait(hand.state, "And I go on and") <= 1.2


def test_speech_that_outran_its_words_is_not_finished():
    state = _asking("project").state
    assert wait_s(state, TurnSignals(FULL, 60.0)) > wait_s(state, TurnSignals(FULL, 10.0))


def test_silence_allows_thinking():
    assert silence_s(_asking("project").state) == 12
    assert silence_s(_asking("exercise").state) == 60
    assert silence_s(Hand(sample_plan(typed_answers=True)).state) == 60
