"""Cuts a candidate's speech into pieces that Whisper decodes while the candidate goes on; pure, no clock, no threads.

Voice activity comes in window by window; out come decode requests and the texts of finished pieces. The piece in
progress is decoded at its first silence, before anybody knows whether the turn is over, so that little is left to do
when it is. Pieces end at pauses, shorter ones the longer a piece grows, so the work after the last word does not grow
with the answer. Positions are samples at 16 kHz since the first window.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plugins.models.audio import HEARING_RATE_HZ
from plugins.speech.protocol import SpokenWord
from plugins.speech.segments import (
    WINDOW_SAMPLES,
    Action,
    Committed,
    DecodeKind,
    DecodeUnwanted,
    DecodeWanted,
    HeardText,
    Interim,
    SegmenterOptions,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)

BYTES_PER_SAMPLE = 2


@dataclass(slots=True)
class _Piece:
    """Speech not yet closed. `request` is its decode at the latest silence, `heard` that decode's result."""

    start: int
    """First sample that is decoded."""
    voiced_from: int
    request: int | None = None
    heard: HeardText | None = None
    partial: int | None = None
    partial_at: int = 0
    split: int | None = None
    split_end: int = 0
    split_due: int = 0


@dataclass(slots=True)
class _Closed:
    """A piece that has ended and waits for its text."""

    request: int
    start: int
    voiced_from: int
    end: int
    heard: HeardText | None


class Segmenter:
    """One candidate's speech. `push` every window, `heard` every result, `end_turn` when the turn is given."""

    def __init__(self, options: SegmenterOptions | None = None) -> None:
        self._options = options or SegmenterOptions()
        self._requests = itertools.count()
        self._sound = bytearray()
        self._sound_start = 0
        self._position = 0
        self._floor = 0
        self._voiced_run = 0
        self._speaking = False
        self._in_turn = False
        self._last_voiced = 0
        self._piece: _Piece | None = None
        self._closed: list[_Closed] = []
        self._committed: list[str] = []
        self._voiced_samples = 0

    @property
    def position(self) -> int:
        """Samples pushed."""
        return self._position

    @property
    def in_turn(self) -> bool:
        """Speech has begun and `end_turn` was not called since."""
        return self._in_turn

    @property
    def silence_since(self) -> int | None:
        """End of the last voiced window, in silence within a turn; else None."""
        return self._last_voiced if self._in_turn and not self._speaking else None

    @property
    def may_resume(self) -> bool:
        """In silence, but the newest window was voiced: the next one tells whether that is speech."""
        return not self._speaking and self._voiced_run > 0

    @property
    def spoken_s(self) -> float:
        """Voiced seconds of the turn."""
        return self._voiced_samples / HEARING_RATE_HZ

    @property
    def text(self) -> str | None:
        """The whole turn's text, when it is known up to the silence it is in; else None."""
        if self.silence_since is None or any(closed.heard is None for closed in self._closed):
            return None
        texts = [*self._committed, *(closed.heard.text for closed in self._closed if closed.heard)]
        if self._piece is not None:
            if self._piece.heard is None:
                return None
            texts.append(self._piece.heard.text)
        return " ".join(text for text in texts if text)

    def push(self, window: npt.NDArray[np.int16], probability: float) -> list[Action]:
        """Takes the next 512 samples with their probability of voice activity."""
        self._sound += window.astype("<i2").tobytes()
        self._position += WINDOW_SAMPLES
        voiced = probability > (self._options.still_voiced if self._speaking else self._options.voiced)
        self._voiced_run = self._voiced_run + 1 if voiced else 0
        if self._speaking:
            actions = self._go_on() if voiced else self._fall_silent()
        elif self._voiced_run >= self._options.onset_windows:
            actions = self._speak()
        else:
            actions = self._stay_silent()
        self._forget_sound()
        return actions

    def heard(self, request: int, heard: HeardText) -> list[Action]:
        """Takes a decode's result; results that nothing waits for are ignored."""
        for closed in self._closed:
            if closed.request == request:
                closed.heard = heard
                return self._commit_ready()
        piece = self._piece
        if piece is None:
            return []
        if request == piece.request:
            piece.heard = heard
            return [Interim(heard.text, heard.confidence), *self._close_if_paused()]
        if request == piece.partial:
            piece.partial = None
            return [Interim(heard.text, heard.confidence)] if heard.text else []
        if request == piece.split:
            return self._split(piece, heard)
        return []

    def failed(self, request: int) -> None:
        """A partial or a split will have no result; another one is asked for in time."""
        piece = self._piece
        if piece is not None and request == piece.partial:
            piece.partial = None
        elif piece is not None and request == piece.split:
            self._put_off_split(piece)

    def end_turn(self) -> list[Action]:
        """Ends the turn and commits what is left; call it when `text` is known, else the unknown rest is lost."""
        actions: list[Action] = []
        if self._piece is not None and self._piece.request is not None:
            actions += self._close(self._piece, self._last_voiced)
        self._committed.clear()
        self._piece = None
        self._closed.clear()
        self._in_turn = self._speaking = False
        self._voiced_samples = 0
        self._floor = self._last_voiced
        return actions

    def _speak(self) -> list[Action]:
        """Silence ends: the voiced run began some windows ago."""
        began = self._position - self._voiced_run * WINDOW_SAMPLES
        actions: list[Action] = []
        if not self._in_turn:
            self._in_turn = True
            actions.append(SpeechStarted(began))
        else:
            # The pause may have been long enough for a piece whose text is still being decoded.
            actions += self._close_if_paused(began)
            actions += self._drop_pause_decode()
            actions.append(SpeechResumed(began, (began - self._last_voiced) / HEARING_RATE_HZ))
        self._speaking = True
        self._last_voiced = self._position
        self._voiced_samples += self._voiced_run * WINDOW_SAMPLES
        if self._piece is None:
            start = max(self._floor, began - self._samples(self._options.lead_in_s), self._sound_start)
            self._piece = self._new_piece(start, began)
        return actions

    def _go_on(self) -> list[Action]:
        self._last_voiced = self._position
        self._voiced_samples += WINDOW_SAMPLES
        piece = self._piece
        assert piece is not None
        length = self._position - piece.start
        if piece.split is None and self._position >= piece.split_due:
            piece.split, piece.split_end = next(self._requests), self._position
            wanted = DecodeWanted(piece.split, DecodeKind.SPLIT, self._pcm(piece.start, self._position))
            return [*self._drop_partial(piece), wanted]
        due = self._samples(self._options.partial_s) + int(self._options.partial_growth * length)
        if piece.partial is None and piece.split is None and self._position - piece.partial_at >= due:
            piece.partial, piece.partial_at = next(self._requests), self._position
            return [DecodeWanted(piece.partial, DecodeKind.PARTIAL, self._pcm(piece.start, self._position))]
        return []

    def _fall_silent(self) -> list[Action]:
        self._speaking = False
        return [SpeechPaused(self._last_voiced), *self._stay_silent()]

    def _stay_silent(self) -> list[Action]:
        piece = self._piece
        if piece is None:
            return []
        lasts = self._voiced_run == 0 and self._silence() >= self._samples(self._options.speculate_s)
        if piece.request is None and lasts:
            piece.request = next(self._requests)
            end = self._last_voiced + self._samples(self._options.tail_s)
            wanted = DecodeWanted(piece.request, DecodeKind.PAUSE, self._pcm(piece.start, end))
            return [*self._drop_partial(piece), *self._drop_split(piece), wanted]
        return self._close_if_paused()

    def _close_if_paused(self, until: int | None = None) -> list[Action]:
        """Closes the piece where the silence, up to `until` or to here, is long enough for its length."""
        piece = self._piece
        if piece is None or piece.request is None:
            return []
        silence = self._silence() if until is None else until - self._last_voiced
        if silence < self._samples(self._pause_for(self._last_voiced - piece.start)):
            return []
        return self._close(piece, self._last_voiced)

    def _pause_for(self, length: int) -> float:
        options = self._options
        if length > self._samples(options.now_after_s):
            return options.commit_now_pause_s
        return options.commit_soon_pause_s if length > self._samples(options.soon_after_s) else options.commit_pause_s

    def _close(self, piece: _Piece, end: int) -> list[Action]:
        assert piece.request is not None
        self._closed.append(_Closed(piece.request, piece.start, piece.voiced_from, end, piece.heard))
        self._piece = None
        self._floor = end
        return self._commit_ready()

    def _commit_ready(self) -> list[Action]:
        """Commits closed pieces in order, up to the first that waits for its text."""
        actions: list[Action] = []
        while self._closed and (heard := self._closed[0].heard) is not None:
            closed = self._closed.pop(0)
            if heard.text:
                self._committed.append(heard.text)
                words = tuple(_later(word, closed.start / HEARING_RATE_HZ) for word in heard.words)
                actions.append(Committed(heard.text, heard.confidence, closed.voiced_from, closed.end, words))
        return actions

    def _split(self, piece: _Piece, heard: HeardText) -> list[Action]:
        """Ends a piece that has no pause between two of its words; the later ones begin the next piece."""
        cut = self._best_cut(piece, heard)
        if cut is not None:
            count, at = cut
            words = heard.words[:count]
            confidence = float(np.mean([word.confidence for word in words]))
            head = HeardText(" ".join(word.text for word in words), confidence, words)
        elif piece.split_end - piece.start >= self._samples(self._options.longest_s):
            at, head = piece.split_end, heard
        else:
            self._put_off_split(piece)
            return []
        assert piece.split is not None
        self._closed.append(_Closed(piece.split, piece.start, piece.voiced_from, at, head))
        self._piece = self._new_piece(at, at)
        self._piece.partial_at = self._position
        self._floor = at
        return self._commit_ready()

    def _put_off_split(self, piece: _Piece) -> None:
        piece.split = None
        piece.split_due = piece.split_end + self._samples(self._options.split_again_s)

    def _new_piece(self, start: int, voiced_from: int) -> _Piece:
        due = voiced_from + self._samples(self._options.split_after_s)
        return _Piece(start, voiced_from, partial_at=voiced_from, split_due=due)

    def _silence(self) -> int:
        """Samples since the last voiced one, without voiced windows too few to count as speech."""
        return self._position - self._voiced_run * WINDOW_SAMPLES - self._last_voiced

    def _best_cut(self, piece: _Piece, heard: HeardText) -> tuple[int, int] | None:
        """Number of words before the cut and its sample: the quietest place between two words of the later half."""
        length_s = (piece.split_end - piece.start) / HEARING_RATE_HZ
        reach = self._samples(0.06)
        best: tuple[float, int, int] | None = None
        for count in range(1, len(heard.words)):
            before, after = heard.words[count - 1], heard.words[count]
            if not length_s * 0.4 < after.start_s < length_s - 1.0:
                continue
            middle = piece.start + self._samples((before.end_s + after.start_s) / 2)
            level, at = self._quietest(middle - reach, middle + reach)
            if best is None or level < best[0]:
                best = (level, count, at)
        return None if best is None else best[1:]

    def _quietest(self, start: int, end: int) -> tuple[float, int]:
        """Level and middle of the quietest 20 ms between two samples."""
        sound = np.frombuffer(self._pcm(start, end), "<i2").astype(np.float64)
        step = self._samples(0.02)
        powers = np.convolve(sound**2, np.ones(step) / step, "valid")
        return float(powers.min()), start + int(powers.argmin()) + step // 2

    def _drop_pause_decode(self) -> list[Action]:
        piece = self._piece
        if piece is None or piece.request is None:
            return []
        unwanted: list[Action] = [] if piece.heard is not None else [DecodeUnwanted(piece.request)]
        piece.request = piece.heard = None
        return unwanted

    @staticmethod
    def _drop_partial(piece: _Piece) -> list[Action]:
        request, piece.partial = piece.partial, None
        return [] if request is None else [DecodeUnwanted(request)]

    @staticmethod
    def _drop_split(piece: _Piece) -> list[Action]:
        request, piece.split = piece.split, None
        return [] if request is None else [DecodeUnwanted(request)]

    def _forget_sound(self) -> None:
        """Drops sound that no piece can need."""
        needed = self._position - self._samples(self._options.lead_in_s) - WINDOW_SAMPLES * self._options.onset_windows
        if self._piece is not None:
            needed = min(needed, self._piece.start)
        surplus = needed - self._sound_start
        if surplus > 0:
            del self._sound[: surplus * BYTES_PER_SAMPLE]
            self._sound_start = needed

    def _pcm(self, start: int, end: int) -> bytes:
        first = max(0, start - self._sound_start) * BYTES_PER_SAMPLE
        return bytes(self._sound[first : (end - self._sound_start) * BYTES_PER_SAMPLE])

    @staticmethod
    def _samples(seconds: float) -> int:
        return int(seconds * HEARING_RATE_HZ)


def _later(word: SpokenWord, by_s: float) -> SpokenWord:
    return word.model_copy(update={"start_s": word.start_s + by_s, "end_s": word.end_s + by_s})
