"""Tells invented text from recognised text: Whisper writes something for any sound, also for silence and noise.

Signals and thresholds follow openai-whisper's `transcribe` (no-speech probability with average log probability,
compression ratio); the phantom phrases are those its training subtitles put under music and silence.
"""

from __future__ import annotations

import re
import zlib

NO_SPEECH = 0.6
UNSURE_LOGPROB = -1.0
HOPELESS_LOGPROB = -1.6
MAX_COMPRESSION = 2.4
FASTEST_CHARACTERS_PER_S = 40.0
LOOP_WORDS = 4
PHANTOM_LOGPROB = -0.5
"""A phantom phrase alone passes only where the model is surer than this: candidates do say "thank you"."""

PHANTOMS = frozenset(
    {
        "thank you for watching",
        "thanks for watching",
        "thank you so much for watching",
        "please subscribe",
        "please subscribe to my channel",
        "like and subscribe",
        "subtitles by the amara org community",
        "see you next time",
        "see you in the next video",
        "ill see you in the next video",
        "i will see you in the next video",
        "we will be right back",
        "well be right back",
        "applause",
        "music",
        "silence",
        "blank_audio",
    }
)
WEAK_PHANTOMS = frozenset({"you", "thank you", "thanks", "bye", "bye bye", "so", "oh", "the", "okay", "hmm", "uh", "i"})
SOUND_NOTE = re.compile(r"[\[(*♪][^\])*♪]*[\])*♪]")


def without_sound_notes(text: str) -> str:
    """The text without "[BLANK_AUDIO]", "(music)" and their kind."""
    return " ".join(SOUND_NOTE.sub(" ", text).split())


def is_invented(text: str, *, no_speech: float, logprob: float, duration_s: float) -> bool:
    """True where the text should not reach an answer.

    `no_speech` is a probability; `logprob` the average per token; `duration_s` the length of the sound.
    """
    words = plain_words(text)
    if not words:
        return True
    phrase = " ".join(words)
    if phrase in PHANTOMS or logprob < HOPELESS_LOGPROB:
        return True
    if no_speech > NO_SPEECH and logprob < UNSURE_LOGPROB:
        return True
    if phrase in WEAK_PHANTOMS and no_speech > NO_SPEECH / 2 and logprob < PHANTOM_LOGPROB:
        return True
    return compression(text) > MAX_COMPRESSION or len(text) > FASTEST_CHARACTERS_PER_S * max(duration_s, 0.5)


def compression(text: str) -> float:
    """Length over compressed length; repetition makes it high."""
    encoded = text.encode()
    return len(encoded) / len(zlib.compress(encoded)) if encoded else 0.0


def loop_start(text: str) -> int | None:
    """The word at which a text begins again from its own head, or None: Whisper's failure on short context.

    Repetitions of at least 4 words count: shorter ones are how people speak.
    """
    words = plain_words(text)
    for start in range(LOOP_WORDS, len(words) - LOOP_WORDS + 2):
        repeated = words[start : 2 * start]
        if len(repeated) >= LOOP_WORDS - 1 and repeated == words[: len(repeated)]:
            return start
    return None


def plain_words(text: str) -> list[str]:
    """Lower-case words without punctuation."""
    words = (re.sub(r"[^\w]", "", word).lower() for word in text.split())
    return [word for word in words if word]
