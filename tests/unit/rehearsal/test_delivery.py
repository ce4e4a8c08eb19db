import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.rehearsal.delivery import (
    BREATH_S,
    THINKING_S,
    WORDS_AT_ENDS,
    PauseKind,
    boundary_kind,
    read_aloud,
    sentences,
    think_aloud,
)

WORDS = st.sampled_from(["I", "the", "team,", "plan.", "because", "we", "made", "and", "to", "it?"])
ANSWER = (
    "Our orders were going out late because two teams kept separate lists. I put both lists into one, and I checked it "
    "every morning. After that, the late orders dropped to almost none."
)


def test_sentences_keep_their_marks():
    assert sentences("One. Two?  Three!") == ("One.", "Two?", "Three!")


def test_fluent_speech_breathes_between_sentences_only():
    delivery = read_aloud(ANSWER, random.Random(1))
    assert delivery.text == ANSWER
    assert [piece.kind for piece in delivery.pieces] == [None] * 3
    assert delivery.pieces[-1].pause_s == 0.0
    assert all(BREATH_S[0] <= piece.pause_s <= BREATH_S[1] for piece in delivery.pieces[:-1])


def test_a_thinker_pauses_after_finished_and_unfinished_clauses():
    kinds = [
        piece.kind for seed in range(30) for piece in think_aloud(ANSWER, random.Random(seed)).pieces if piece.kind
    ]
    assert len(kinds) >= 60
    share = kinds.count(PauseKind.FINISHED) / len(kinds)
    assert 0.35 < share < 0.65


def test_the_same_seed_gives_the_same_pauses():
    assert think_aloud(ANSWER, random.Random(7)) == think_aloud(ANSWER, random.Random(7))


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("lists.", "I", PauseKind.FINISHED),
        ("one,", "and", PauseKind.FINISHED),
        ("late", "because", PauseKind.FINISHED),
        ("because", "two", PauseKind.UNFINISHED),
        ("to", "almost", PauseKind.UNFINISHED),
        ("every", "morning", PauseKind.UNFINISHED),
        ("separate", "lists", None),
    ],
)
def test_what_a_pause_would_follow(before, after, kind):
    assert boundary_kind([before, after], 1) is kind


@given(
    st.lists(WORDS, min_size=1, max_size=60),
    st.integers(),
)
def test_no_word_is_lost_and_no_pause_stands_at_an_end(words, seed):
    text = " ".join(words)
    delivery = think_aloud(text, random.Random(seed))
    assert delivery.text == text
    assert delivery.pieces[-1].pause_s == 0.0
    spoken = 0
    for piece in delivery.pieces:
        spoken += len(piece.text.split())
        if piece.kind:
            assert THINKING_S[0] <= piece.pause_s <= THINKING_S[1]
            assert WORDS_AT_ENDS <= spoken <= len(words) - WORDS_AT_ENDS
