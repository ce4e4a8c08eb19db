import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.rehearsal.word_errors import WordErrors, normalised_words, spell_number, word_errors

SENTENCE = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("I'm sure it's done.", "I am sure it is done"),
        ("We can't, we won't, they didn't.", "we cannot we will not they did not"),
        ("I have been there for three years", "I have been there for 3 years."),
        ("twenty five people", "25 people"),
        ("one thousand two hundred orders", "1,200 orders"),
        ("In twenty nineteen I moved", "in 2019 I moved"),
        ("in two thousand five", "in 2005"),
        ("ninety nine point nine percent", "99.9%"),
        ("the twenty third of May", "the 23rd of May"),
        ("it cost five thousand dollars", "It cost $5,000."),
        ("a well known problem", "A well-known problem"),
        ("um so I, uh, left", "So I left."),
        ("the team's plan", "the teams plan"),
        ("research and development", "research & development"),
    ],
)
def test_spelling_differences_are_no_errors(said, written):
    assert word_errors(said, written).errors == 0


@pytest.mark.parametrize(
    ("said", "written", "errors", "words"),
    [
        ("one two three", "", 3, 3),
        ("", "one two", 2, 0),
        ("the cat sat", "the hat sat", 1, 3),
        ("the cat sat", "the cat sat down", 1, 3),
        ("the cat sat down", "cat sat", 2, 4),
        ("a b c d", "b c d a", 2, 4),
    ],
)
def test_least_edits(said, written, errors, words):
    assert word_errors(said, written) == WordErrors(errors, words)


def test_errors_add_up():
    total = WordErrors(1, 10) + WordErrors(0, 10)
    assert total.rate == 0.05
    assert WordErrors(0, 0).rate is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety nine"),
        (700, "seven hundred"),
        (1_000_001, "one million one"),
        (2_000_000_000, "two billion"),
    ],
)
def test_numbers_in_words(value, words):
    assert spell_number(value) == words


@given(SENTENCE, SENTENCE)
def test_distance_is_a_metric_bound(left, right):
    forth, back = word_errors(" ".join(left), " ".join(right)), word_errors(" ".join(right), " ".join(left))
    assert forth.errors == back.errors
    assert abs(len(left) - len(right)) <= forth.errors <= max(len(left), len(right))
    assert (forth.errors == 0) == (left == right)


@given(st.text(max_size=200))
def test_any_text_can_be_normalised(text):
    assert all(word == word.lower() and " " not in word for word in normalised_words(text))
