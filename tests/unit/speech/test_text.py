"""Text made ready to be spoken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.models.text import (
    LONGEST_PIECE_CHARACTERS,
    SentenceReader,
    has_words,
    speakable,
    split_clauses,
    split_sentences,
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Thank you. What happened then?", ["Thank you.", "What happened then?"]),
        ("It took 3.5 hours. Then it worked.", ["It took 3.5 hours.", "Then it worked."]),
        ("Ask J. Doe about it. Please.", ["Ask J. Doe about it.", "Please."]),
        ('He said "stop!" Then he left.', ['He said "stop!"', "Then he left."]),
        ("Well... that is fine.", ["Well... that is fine."]),
        ("Wait! What?! Yes.", ["Wait!", "What?!", "Yes."]),
        ("No full stop at the end", ["No full stop at the end"]),
        ("", []),
        ("... !! ?", []),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_an_abbreviation_ends_no_sentence() -> None:
    text = "Dr. Smith, e.g. from St. Mary, is here. So is Mrs. Jones."
    assert split_sentences(speakable(text)) == [
        "Doctor Smith, for example from St. Mary, is here.",
        "So is Missus Jones.",
    ]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("**Really** _good_ `code`", "Really good code"),
        ("See [the docs](https://example.org/x).", "See the docs."),
        ("Look at https://example.org/a?b=c please", "Look at a link please"),
        ("Well done \U0001f389\U0001f44d!", "Well done!"),
        ("<b>Bold</b>\x00 and\n\nnew", "Bold and new"),
        ("Research & development", "Research and development"),
        ("“Curly” ‘quotes’…", "\"Curly\" 'quotes'..."),  # noqa: RUF001
        ("one — two – three", "one, two, three"),  # noqa: RUF001
        ("50 % of $3", "50 % of $3"),
        ("\U0001f600", ""),
    ],
)
def test_markup_emoji_and_signs_are_not_read_out(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@given(st.text(max_size=400))
def test_speakable_text_stays_as_it_is(text: str) -> None:
    once = speakable(text)
    assert speakable(once) == once


@given(st.text(alphabet="ab c.,!?", max_size=2_000))
def test_no_piece_is_longer_than_an_engine_takes_and_no_letter_is_lost(text: str) -> None:
    pieces = split_sentences(text)
    assert all(len(piece) <= LONGEST_PIECE_CHARACTERS and has_words(piece) for piece in pieces)
    assert [c for piece in pieces for c in piece if c.isalpha()] == [c for c in text if c.isalpha()]


def test_twenty_thousand_characters_without_a_space() -> None:
    pieces = split_sentences("a" * 20_000)
    assert max(map(len, pieces)) <= LONGEST_PIECE_CHARACTERS
    assert "".join(pieces) == "a" * 20_000


def test_a_short_sentence_is_one_clause() -> None:
    assert split_clauses("I agree, and so does she, I think.") == ["I agree, and so does she, I think."]


def test_a_long_sentence_is_cut_at_clauses_that_are_not_too_short() -> None:
    sentence = (
        "Tell me, if you can, about a project that you are proud of, and explain what you did to make it work, please."
    )
    clauses = split_clauses(sentence)
    assert " ".join(clauses) == sentence
    assert len(clauses) >= 2
    assert all(len(clause.split()) >= 4 for clause in clauses)


@given(st.lists(st.text(alphabet="Ab .?!", max_size=8), max_size=30))
def test_text_that_comes_in_pieces_gives_the_sentences_of_the_whole(pieces: list[str]) -> None:
    reader = SentenceReader()
    read = [sentence for piece in pieces for sentence in reader.push(piece)] + reader.flush()
    whole = "".join(pieces)
    assert [c for c in "".join(read) if c.isalpha()] == [c for c in whole if c.isalpha()]


def test_a_sentence_is_read_as_soon_as_the_next_begins() -> None:
    reader = SentenceReader()
    assert reader.push("Thank you. ") == []
    assert reader.push("What") == ["Thank you."]
    assert reader.push(" next?") == []
    assert reader.flush() == ["What next?"]
