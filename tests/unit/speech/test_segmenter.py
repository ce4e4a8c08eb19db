"""The segmenter on scripted voice activity: nothing lost, nothing doubled, little left to decode at the end."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.models.audio import HEARING_RATE_HZ
from plugins.speech.protocol import SpokenWord
from plugins.speech.segmenter import Segmenter
from plugins.speech.segments import (
    WINDOW_SAMPLES,
    Action,
    Committed,
    DecodeKind,
    DecodeUnwanted,
    DecodeWanted,
    HeardText,
    Interim,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)

WINDOW_S = WINDOW_SAMPLES / HEARING_RATE_HZ
WORD_WINDOWS = 8
LOUD = 1000


def windows(seconds: float) -> int:
    return round(seconds / WINDOW_S)


@dataclass
class Listening:
    """A segmenter and a candidate whose words are numbers, with a recogniser that reads them from the samples.

    A word lasts eight windows, the last of them quiet; the samples of the others hold `LOUD` plus its number.
    """

    answers_at_once: bool = True
    segmenter: Segmenter = field(default_factory=Segmenter)
    spoken: list[int] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    open_requests: dict[int, DecodeWanted] = field(default_factory=dict)

    def speak(self, seconds: float) -> None:
        for index in range(windows(seconds)):
            if index % WORD_WINDOWS == 0:
                self.spoken.append(len(self.spoken) + 1)
            quiet = index % WORD_WINDOWS == WORD_WINDOWS - 1
            self._push(1 if quiet else LOUD + self.spoken[-1], 0.99)

    def be_silent(self, seconds: float) -> None:
        for _ in range(windows(seconds)):
            self._push(0, 0.01)

    def answer(self) -> None:
        """Answers every request that is still wanted, oldest first."""
        while self.open_requests:
            request, wanted = next(iter(self.open_requests.items()))
            del self.open_requests[request]
            self._take(self.segmenter.heard(request, self._recognise(wanted)))

    def end_turn(self) -> None:
        self._take(self.segmenter.end_turn())

    def of(self, kind: type[Action]) -> list[Action]:
        return [action for action in self.actions if isinstance(action, kind)]

    def decodes(self, kind: DecodeKind) -> list[DecodeWanted]:
        return [a for a in self.actions if isinstance(a, DecodeWanted) and a.kind is kind]

    def committed(self) -> list[int]:
        """The words that were committed."""
        return [int(word) for a in self.actions if isinstance(a, Committed) for word in a.text.split()]

    def _push(self, value: int, probability: float) -> None:
        self._take(self.segmenter.push(np.full(WINDOW_SAMPLES, value, np.int16), probability))

    def _take(self, actions: list[Action]) -> None:
        self.actions += actions
        for action in actions:
            if isinstance(action, DecodeWanted):
                self.open_requests[action.request] = action
            elif isinstance(action, DecodeUnwanted):
                self.open_requests.pop(action.request, None)
        if self.answers_at_once:
            self.answer()

    @staticmethod
    def _recognise(wanted: DecodeWanted) -> HeardText:
        samples = np.frombuffer(wanted.pcm, "<i2")
        values, starts, counts = np.unique(samples, return_index=True, return_counts=True)
        words = tuple(
            SpokenWord(
                text=str(value - LOUD),
                start_s=start / HEARING_RATE_HZ,
                end_s=(start + count) / HEARING_RATE_HZ,
                confidence=0.9,
            )
            for value, start, count in zip(values.tolist(), starts.tolist(), counts.tolist(), strict=True)
            if value > LOUD
        )
        text = " ".join(word.text for word in words)
        return HeardText(text, 0.9, words if wanted.kind is DecodeKind.SPLIT else ())


def test_a_short_answer_is_decoded_at_its_first_silence_and_committed_at_the_turn() -> None:
    heard = Listening()
    heard.be_silent(1.0)
    heard.speak(0.8)
    heard.be_silent(0.1)

    assert len(heard.decodes(DecodeKind.PAUSE)) == 1
    assert not heard.of(Committed)
    assert heard.segmenter.text is not None

    heard.end_turn()
    assert heard.committed() == heard.spoken
    assert not heard.segmenter.in_turn


def test_silence_asks_for_nothing() -> None:
    heard = Listening()
    heard.be_silent(30.0)
    assert heard.actions == []


def test_one_voiced_window_is_not_speech() -> None:
    heard = Listening()
    heard.be_silent(0.5)
    heard.speak(WINDOW_S)
    heard.be_silent(0.5)
    assert heard.actions == []


def test_speech_starts_at_its_first_voiced_window() -> None:
    heard = Listening()
    heard.be_silent(10 * WINDOW_S)
    heard.speak(0.2)
    assert heard.of(SpeechStarted) == [SpeechStarted(10 * WINDOW_SAMPLES)]


def test_the_decoded_sound_reaches_from_before_the_first_word_to_behind_the_last() -> None:
    heard = Listening()
    heard.be_silent(1.0)
    heard.speak(1.5)
    heard.be_silent(0.1)
    decoded = np.frombuffer(heard.decodes(DecodeKind.PAUSE)[0].pcm, "<i2")
    voiced = np.flatnonzero(decoded)
    assert voiced[0] / HEARING_RATE_HZ == pytest.approx(0.3)
    assert (decoded.size - voiced[-1] - 1) / HEARING_RATE_HZ >= 2 * WINDOW_S


def test_partials_come_about_every_second_and_grow_rarer() -> None:
    heard = Listening()
    heard.speak(9.0)
    gaps = np.diff([len(wanted.pcm) / 2 / HEARING_RATE_HZ for wanted in heard.decodes(DecodeKind.PARTIAL)])
    assert 3 <= len(gaps) <= 7
    assert 1.0 <= gaps[0] < 1.6
    assert gaps[-1] > gaps[0]


def test_no_second_partial_while_one_is_awaited() -> None:
    heard = Listening(answers_at_once=False)
    heard.speak(6.0)
    assert len(heard.decodes(DecodeKind.PARTIAL)) == 1


def test_a_failed_partial_makes_room_for_the_next() -> None:
    heard = Listening(answers_at_once=False)
    heard.speak(2.0)
    heard.segmenter.failed(heard.decodes(DecodeKind.PARTIAL)[0].request)
    heard.speak(2.0)
    assert len(heard.decodes(DecodeKind.PARTIAL)) == 2


def test_a_long_pause_commits_the_piece_before_it() -> None:
    heard = Listening()
    heard.speak(1.0)
    heard.be_silent(0.5)
    assert heard.committed() == heard.spoken
    assert heard.segmenter.in_turn


@pytest.mark.parametrize(
    ("spoken_s", "pause_s", "pieces"), [(2.0, 0.2, 0), (2.0, 0.5, 1), (6.0, 0.2, 1), (6.0, 0.08, 0), (8.0, 0.08, 1)]
)
def test_the_longer_a_piece_the_shorter_the_pause_that_ends_it(spoken_s: float, pause_s: float, pieces: int) -> None:
    heard = Listening()
    heard.speak(spoken_s)
    heard.be_silent(pause_s)
    heard.speak(0.5)
    assert len(heard.of(Committed)) == pieces


def test_speech_that_resumes_within_a_word_gap_is_decoded_again_whole() -> None:
    heard = Listening()
    heard.speak(1.0)
    heard.be_silent(0.2)
    heard.speak(1.0)
    heard.be_silent(0.1)
    heard.end_turn()
    assert heard.committed() == heard.spoken
    assert len(heard.of(Committed)) == 1


def test_speech_that_resumes_during_the_decode_of_a_short_pause_takes_the_request_back() -> None:
    heard = Listening(answers_at_once=False)
    heard.speak(1.0)
    heard.be_silent(0.2)
    (pause,) = heard.decodes(DecodeKind.PAUSE)
    heard.speak(0.3)
    assert DecodeUnwanted(pause.request) in heard.actions
    assert heard.segmenter.heard(pause.request, HeardText("late", 0.9)) == []


def test_a_pause_that_was_long_enough_is_committed_though_its_text_comes_after_speech_resumed() -> None:
    heard = Listening(answers_at_once=False)
    heard.speak(1.0)
    heard.be_silent(0.6)
    heard.speak(1.0)
    heard.be_silent(0.1)
    assert heard.segmenter.text is None
    heard.answer()
    heard.end_turn()
    assert heard.committed() == heard.spoken


def test_texts_are_committed_in_the_order_of_speech_whatever_order_they_come_in() -> None:
    heard = Listening(answers_at_once=False)
    heard.speak(1.0)
    heard.be_silent(0.6)
    heard.speak(1.0)
    heard.be_silent(0.6)
    first, second = heard.decodes(DecodeKind.PAUSE)
    assert heard.segmenter.heard(second.request, HeardText("second", 0.9)) == []
    actions = heard.segmenter.heard(first.request, HeardText("first", 0.9))
    assert [action.text for action in actions if isinstance(action, Committed)] == ["first", "second"]


def test_pauses_are_told_with_their_length() -> None:
    heard = Listening()
    heard.speak(1.0)
    heard.be_silent(0.64)
    heard.speak(0.2)
    (resumed,) = heard.of(SpeechResumed)
    assert isinstance(resumed, SpeechResumed)
    assert resumed.pause_s == pytest.approx(0.64)
    assert len(heard.of(SpeechPaused)) == 1


def test_a_piece_without_any_pause_is_cut_between_words() -> None:
    heard = Listening()
    heard.speak(40.0)
    heard.be_silent(0.1)
    heard.end_turn()
    assert heard.committed() == heard.spoken
    longest_s = max(len(a.pcm) for a in heard.actions if isinstance(a, DecodeWanted)) / 2 / HEARING_RATE_HZ
    assert longest_s < 14.0


def test_sound_without_words_does_not_grow_without_bounds() -> None:
    segmenter = Segmenter()
    longest_s = 0.0
    for _ in range(windows(120.0)):
        for action in segmenter.push(np.ones(WINDOW_SAMPLES, np.int16), 0.99):
            if isinstance(action, DecodeWanted):
                longest_s = max(longest_s, len(action.pcm) / 2 / HEARING_RATE_HZ)
                segmenter.heard(action.request, HeardText("", 0.1))
    assert longest_s < 30.0


def test_what_is_left_at_the_end_does_not_grow_with_the_answer() -> None:
    left_s = []
    for sentences in (1, 20):
        heard = Listening()
        for _ in range(sentences):
            heard.speak(3.0)
            heard.be_silent(0.25)
        left_s.append(len(heard.decodes(DecodeKind.PAUSE)[-1].pcm) / 2 / HEARING_RATE_HZ)
    assert left_s[1] <= 2.2 * left_s[0]


def test_a_piece_without_words_is_not_committed() -> None:
    segmenter = Segmenter()
    wanted = []
    for index in range(windows(1.0)):
        wanted += segmenter.push(np.zeros(WINDOW_SAMPLES, np.int16), 0.99 if index < 5 else 0.01)
    (pause,) = [a for a in wanted if isinstance(a, DecodeWanted)]
    actions = segmenter.heard(pause.request, HeardText("", 0.2)) + segmenter.end_turn()
    assert not [a for a in actions if isinstance(a, Committed) or (isinstance(a, Interim) and a.text)]


def test_the_next_turn_does_not_hear_the_last_one_again() -> None:
    heard = Listening()
    heard.speak(1.0)
    heard.be_silent(0.16)
    heard.end_turn()
    heard.speak(1.0)
    heard.be_silent(0.16)
    heard.end_turn()
    assert heard.committed() == heard.spoken
    assert len(heard.of(SpeechStarted)) == 2


@given(st.lists(st.tuples(st.floats(0.1, 12.0), st.floats(0.05, 1.5), st.booleans()), min_size=1, max_size=12))
def test_every_word_is_committed_once(utterance: list[tuple[float, float, bool]]) -> None:
    heard = Listening(answers_at_once=False)
    for spoken_s, silent_s, answers in utterance:
        heard.speak(spoken_s)
        heard.be_silent(silent_s)
        if answers:
            heard.answer()
    heard.be_silent(0.2)
    heard.answer()
    heard.end_turn()
    assert heard.committed() == heard.spoken
