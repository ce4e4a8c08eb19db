"""Text that Whisper invents does not pass; text that candidates say does."""

from __future__ import annotations

import pytest

from plugins.models.gate import compression, is_invented, loop_start, without_sound_notes


@pytest.mark.parametrize("text", ["Thank you.", "Okay.", "Bye.", "You"])
def test_what_a_candidate_may_say_passes_when_it_was_heard_well(text: str) -> None:
    assert not is_invented(text, no_speech=0.02, logprob=-0.3, duration_s=0.8)


@pytest.mark.parametrize(
    ("text", "no_speech", "logprob"),
    [
        ("you", 0.98, -1.1),
        ("Thank you.", 0.7, -0.7),
        ("Thanks for watching!", 0.1, -0.2),
        ("I'll see you in the next video.", 0.1, -0.2),
        ("I'm going to go.", 0.91, -1.99),
        (".", 0.95, -1.0),
        ("", 0.1, -0.1),
        ("so so so so so so so so so so so so so so so so so so so so so so so so so so so so", 0.1, -0.2),
    ],
)
def test_inventions_do_not_pass(text: str, no_speech: float, logprob: float) -> None:
    assert is_invented(text, no_speech=no_speech, logprob=logprob, duration_s=3.0)


def test_more_words_than_anybody_can_say_do_not_pass() -> None:
    assert is_invented(
        "This is a long sentence that nobody says in half a second.", no_speech=0, logprob=-0.2, duration_s=0.5
    )


def test_a_sentence_with_a_phantom_phrase_in_it_passes() -> None:
    text = "I said thank you for watching my demo and they laughed."
    assert not is_invented(text, no_speech=0.05, logprob=-0.4, duration_s=4.0)


def test_sound_notes_are_taken_out() -> None:
    assert without_sound_notes("[BLANK_AUDIO] Yes (music) I do *coughs*") == "Yes I do"


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("I made a simple list. I made a simple list.", 5),
        ("I made a simple list. I made a", 5),
        ("we tried and we tried and we tried again", None),
        ("yes yes yes", None),
        ("I made a list and I made a plan", None),
        ("", None),
    ],
)
def test_a_text_that_begins_again_is_a_loop(text: str, start: int | None) -> None:
    assert loop_start(text) == start


def test_compression_tells_repetition() -> None:
    assert compression("I worked at a small company in the north.") < 1.5
    assert compression("again and " * 30) > 5.0
    assert compression("") == 0.0
