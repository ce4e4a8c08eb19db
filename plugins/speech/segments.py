"""What the segmenter is told and answers, and its options. Positions are samples at 16 kHz since the first window."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from plugins.speech.protocol import SpokenWord

WINDOW_SAMPLES = 512


@dataclass(frozen=True, slots=True)
class SegmenterOptions:
    """When speech counts as begun, as paused, and as a piece of its own. Probabilities are of voice activity."""

    voiced: float = 0.5
    """From silence, a window above this is voiced."""
    still_voiced: float = 0.35
    """In speech, a window above this is."""
    onset_windows: int = 2
    """Voiced windows in a row that begin speech."""
    speculate_s: float = 0.064
    """Silence after which the piece is decoded, in case it was the end."""
    commit_pause_s: float = 0.45
    """A pause that ends a piece of any length."""
    commit_soon_pause_s: float = 0.14
    """A pause that ends a piece longer than `soon_after_s`."""
    soon_after_s: float = 5.0
    commit_now_pause_s: float = 0.064
    """A pause that ends a piece longer than `now_after_s`."""
    now_after_s: float = 7.0
    split_after_s: float = 9.5
    """A piece without any pause is cut between two words at this length."""
    split_again_s: float = 2.0
    """Where no cut was found, it is looked for again after this much more."""
    longest_s: float = 24.0
    """A piece in which no cut is found, such as singing or noise, ends at this length."""
    lead_in_s: float = 0.3
    """Sound taken along from before the first voiced window."""
    tail_s: float = 0.1
    """Sound taken along from after the last voiced window."""
    partial_s: float = 1.0
    """Speech between two partial texts of a new piece; it rises with the piece's length."""
    partial_growth: float = 0.2


class DecodeKind(StrEnum):
    """Why a decode is asked for."""

    PARTIAL = "partial"
    """For captions while somebody speaks."""
    PAUSE = "pause"
    """The piece up to a silence: its final text if the silence lasts."""
    SPLIT = "split"
    """With word times, to cut a piece that has no pause."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """A turn's first speech began at sample `at`."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """Silence since sample `at`."""

    at: int


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """Speech again at sample `at`, after `pause_s` of silence."""

    at: int
    pause_s: float


@dataclass(frozen=True, slots=True)
class DecodeWanted:
    """Please recognise this sound and tell `heard`."""

    request: int
    kind: DecodeKind
    pcm: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DecodeUnwanted:
    """The result of this request would not be used any more."""

    request: int


@dataclass(frozen=True, slots=True)
class Interim:
    """Text of the piece in progress; it may change."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Committed:
    """Text of a piece, for good. `start` and `end` are samples; word times are seconds since the first window."""

    text: str
    confidence: float
    start: int
    end: int
    words: tuple[SpokenWord, ...] = ()


Action = SpeechStarted | SpeechPaused | SpeechResumed | DecodeWanted | DecodeUnwanted | Interim | Committed


@dataclass(frozen=True, slots=True)
class HeardText:
    """A decode's result. Word times are seconds from the start of the request's sound."""

    text: str
    confidence: float
    words: tuple[SpokenWord, ...] = ()
