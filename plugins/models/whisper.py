"""Whisper on short context: the encoder sees the speech and a few seconds of padding, not 30 s.

CTranslate2's encoder takes a shorter mel unchanged; cost falls with length. Short context can make the decoder write
the sentence twice; the loop guard notices and decodes again with more context. Model: https://arxiv.org/abs/2212.04356.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel as FasterWhisper

from plugins.models.audio import HEARING_RATE_HZ, Samples
from plugins.models.gate import is_invented, loop_start, without_sound_notes
from plugins.models.store import check_model

LONGEST_S = 30.0
SHORTEST_CONTEXT_S = 3.0
PADDING_S = 3.0
"""Silence behind the speech; below 2 s the decoder loops often."""
GUARD_CONTEXT_S = 15.0
MEL_FRAMES_PER_S = 100
TOKENS_PER_S = 6.5
TOKENS_MARGIN = 10
MOST_TOKENS = 222
PROMPT_TOKENS = 100
TIMESTAMP_STEP_S = 0.02
SPACE = "\u0120"
"""The byte-level stand-in for a space at the beginning of a token."""
END_MARGIN_S = 0.15
"""A segment that ends this close to the end of the sound is the last real one."""


class GivenUp(Exception):
    """The caller did not want the text any more."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its times in seconds from the start of the sound."""

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was said. `text` is empty where there was no speech or the text was an invention."""

    text: str
    confidence: float
    """Geometric mean of the tokens' probabilities, 0 to 1."""
    no_speech: float
    """Probability that the sound holds no speech."""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class _Decoded:
    tokens: tuple[int, ...]
    text: str
    logprob: float
    no_speech: float
    looped: bool


class WhisperModel:
    """A loaded Whisper model for English. One thread calls it at a time."""

    def __init__(self, models: Path, name: str, threads: int) -> None:
        """Loads the model; raises UnknownModel, ModelMissing or ModelDamaged."""
        folder = check_model(models, name)
        loaded = FasterWhisper(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
        )
        self._model: ctranslate2.models.Whisper = loaded.model
        self._features = loaded.feature_extractor
        self._tokenizer = loaded.hf_tokenizer
        self._start = self._token("<|startoftranscript|>")
        self._previous = self._token("<|startofprev|>")
        self._first_timestamp = self._token("<|0.00|>")

    def transcribe(
        self, samples: Samples, *, prompt: str = "", words: bool = False, unwanted: Callable[[], bool] | None = None
    ) -> Recognised:
        """Text of up to 30 s of speech at 16 kHz.

        `prompt` is text that may have gone before, for names and terms. `words` adds word times: one more decoder pass.
        `unwanted` is asked between the encoder and the decoder; where it says yes, GivenUp is raised.
        """
        duration_s = samples.size / HEARING_RATE_HZ
        if not samples.size:
            return Recognised("", 0.0, 1.0)
        context_s = min(LONGEST_S, max(SHORTEST_CONTEXT_S, math.ceil((duration_s + PADDING_S) * 2) / 2))
        encoded = self._encode(samples, context_s)
        if unwanted is not None and unwanted():
            raise GivenUp
        decoded = self._decode(encoded, duration_s, prompt)
        if decoded.looped and context_s < LONGEST_S:
            wider_s = GUARD_CONTEXT_S if context_s < GUARD_CONTEXT_S - 1 else LONGEST_S
            encoded = self._encode(samples, wider_s)
            decoded = self._decode(encoded, duration_s, "")
        text = without_sound_notes(decoded.text)
        if is_invented(text, no_speech=decoded.no_speech, logprob=decoded.logprob, duration_s=duration_s):
            return Recognised("", math.exp(decoded.logprob), decoded.no_speech)
        timed = self._align(encoded, decoded, duration_s) if words else ()
        return Recognised(text, math.exp(decoded.logprob), decoded.no_speech, timed)

    def _encode(self, samples: Samples, context_s: float) -> ctranslate2.StorageView:
        return self._model.encode(ctranslate2.StorageView.from_array(self._mel(samples, context_s)))

    def _decode(self, encoded: ctranslate2.StorageView, duration_s: float, prompt: str) -> _Decoded:
        most_tokens = min(MOST_TOKENS, int(duration_s * TOKENS_PER_S) + TOKENS_MARGIN)
        result = self._model.generate(
            encoded,
            [self._prompt(prompt)],
            beam_size=1,
            # CTranslate2 spends half of max_length on the prompt.
            max_length=2 * most_tokens,
            return_scores=True,
            return_no_speech_prob=True,
            max_initial_timestamp_index=50,
        )[0]
        produced = result.sequences_ids[0]
        tokens, ended = self._spoken_tokens(produced, duration_s)
        text = self._tokenizer.decode(tokens).strip()
        looped = (len(produced) >= most_tokens - 1 and not ended) or loop_start(text) is not None
        return _Decoded(tuple(tokens), text, result.scores[0], result.no_speech_prob, looped)

    def _mel(self, samples: Samples, context_s: float) -> npt.NDArray[np.float32]:
        """Log-mel spectrogram of shape (1, bands, frames) for exactly `context_s`."""
        frames = int(context_s * MEL_FRAMES_PER_S)
        padded = np.zeros(int(context_s * HEARING_RATE_HZ), np.float32)
        padded[: samples.size] = samples[: padded.size]
        mel = self._features(padded, padding=HEARING_RATE_HZ // MEL_FRAMES_PER_S)[:, :frames]
        return np.ascontiguousarray(mel[None], np.float32)

    def _prompt(self, text: str) -> list[int]:
        if not text.strip():
            return [self._start]
        before = self._tokenizer.encode(" " + text.strip(), add_special_tokens=False).ids[-PROMPT_TOKENS:]
        return [self._previous, *before, self._start]

    def _spoken_tokens(self, produced: list[int], duration_s: float) -> tuple[list[int], bool]:
        """Text tokens up to the segment that reaches the sound's end, and whether anything behind it was dropped."""
        spoken: list[int] = []
        over = False
        for token in produced:
            if token < self._first_timestamp:
                if over:
                    return spoken, True
                spoken.append(token)
            else:
                at_s = (token - self._first_timestamp) * TIMESTAMP_STEP_S
                over = over or (bool(spoken) and at_s > duration_s - END_MARGIN_S)
        return spoken, False

    def _align(self, encoded: ctranslate2.StorageView, decoded: _Decoded, duration_s: float) -> tuple[Word, ...]:
        """Word times by dynamic time warping over the alignment heads' attention."""
        tokens = [token for token in decoded.tokens if token < self._start - 1]
        if not tokens:
            return ()
        frames = int(duration_s * MEL_FRAMES_PER_S)
        aligned = self._model.align(encoded, [self._start], [tokens], frames)[0]
        first_frame: dict[int, int] = {}
        for token_index, frame in aligned.alignments:
            first_frame.setdefault(token_index, frame)
        words: list[Word] = []
        for start, end in pairwise([*self._word_starts(tokens), len(tokens)]):
            text = self._tokenizer.decode(tokens[start:end]).strip()
            start_s = first_frame.get(start, frames // 2) * 2 / MEL_FRAMES_PER_S
            end_s = first_frame.get(end, frames // 2) * 2 / MEL_FRAMES_PER_S
            confidence = float(np.mean(aligned.text_token_probs[start:end]))
            words.append(Word(text, min(start_s, duration_s), min(max(start_s, end_s), duration_s), confidence))
        return tuple(words)

    def _word_starts(self, tokens: list[int]) -> list[int]:
        """Indices of the tokens that begin a word: the first, and those that begin with a space."""
        texts = [self._tokenizer.id_to_token(token) or "" for token in tokens]
        return [0] + [index for index, text in enumerate(texts) if index and text.startswith(SPACE)]

    def _token(self, token: str) -> int:
        found = self._tokenizer.token_to_id(token)
        if found is None:
            raise ValueError(f"the model's tokenizer has no {token}")
        return int(found)
