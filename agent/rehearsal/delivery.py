"""How words are delivered: cut into pieces that are spoken, with the pauses between them.

A thinker's pauses are planned here, before anything is synthesised, so that a run knows every pause, how long it is and
whether what came before it was finished. Half of them follow a finished clause, where words alone cannot tell a pause
from an end; the other half follow a word that needs another one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

BREATH_S: Final = (0.15, 0.30)
"""Pause between the sentences of a fluent speaker, least and most."""
THINKING_S: Final = (0.8, 2.0)
"""Pause of a thinker, least and most."""
WORDS_BETWEEN: Final = 7
"""A thinker speaks at least this many words between pauses."""
WORDS_AT_ENDS: Final = 3
MOST_PAUSES: Final = 5

_HANGING_WORDS: Final = (
    "a an the and or but so because that which who when where if to of in on at for with from by as than into about "
    "my his her our their its is are was were be been did does has have had will would can could should not very more "
    "most this these those what how every each between during i we they you he she it"
)
_OPENING_WORDS: Final = "and but because so while although which after before until then"
_HANGING: Final = frozenset(_HANGING_WORDS.split())
_OPENING: Final = frozenset(_OPENING_WORDS.split())


class PauseKind(StrEnum):
    """What stands before a pause."""

    FINISHED = "finished"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words spoken in one go, then silence. `kind` is set for a thinker's pause and None for a breath."""

    text: str
    pause_s: float = 0.0
    kind: PauseKind | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Pieces in the order they are spoken; the last has no pause."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """All words, without the pauses."""
        return " ".join(piece.text for piece in self.pieces)


def sentences(text: str) -> tuple[str, ...]:
    """Sentences of a text, each with its mark."""
    return tuple(found for found in re.split(r"(?<=[.?!])\s+", text.strip()) if found)


def read_aloud(text: str, rng: random.Random) -> Delivery:
    """Fluent speech: a breath between sentences."""
    spoken = sentences(text)
    breaths = [rng.uniform(*BREATH_S) for _ in spoken[1:]] + [0.0]
    return Delivery(tuple(Piece(words, breath) for words, breath in zip(spoken, breaths, strict=True)))


def think_aloud(text: str, rng: random.Random) -> Delivery:
    """Speech with pauses of `THINKING_S` after finished and unfinished clauses, in turn where the words allow it."""
    words = text.split()
    pauses = _plan(words, rng)
    pieces: list[Piece] = []
    start = 0
    for index in range(1, len(words) + 1):
        kind = pauses.get(index)
        at_end = index == len(words)
        if not (kind or at_end or words[index - 1].endswith((".", "?", "!"))):
            continue
        pause = 0.0 if at_end else rng.uniform(*(THINKING_S if kind else BREATH_S))
        pieces.append(Piece(" ".join(words[start:index]), pause, kind))
        start = index
    return Delivery(tuple(pieces))


def boundary_kind(words: Sequence[str], index: int) -> PauseKind | None:
    """What a pause before `words[index]` would follow; None where nobody pauses."""
    before, after = words[index - 1], words[index]
    if _bare(before) in _HANGING and not before.endswith((".", ",", "?", "!")):
        return PauseKind.UNFINISHED
    if before.endswith((".", ",", ";", ":", "?", "!")) or _bare(after) in _OPENING:
        return PauseKind.FINISHED
    return None


def _plan(words: Sequence[str], rng: random.Random) -> dict[int, PauseKind]:
    wanted = rng.choice(tuple(PauseKind))
    planned: dict[int, PauseKind] = {}
    least = WORDS_AT_ENDS
    while least <= len(words) - WORDS_AT_ENDS and len(planned) < MOST_PAUSES:
        reach = range(least, min(least + WORDS_BETWEEN, len(words) - WORDS_AT_ENDS + 1))
        found = {index: kind for index in reach if (kind := boundary_kind(words, index))}
        fitting = [index for index, kind in found.items() if kind is wanted] or list(found)
        if fitting:
            chosen = rng.choice(fitting)
            planned[chosen] = found[chosen]
            wanted = PauseKind.UNFINISHED if found[chosen] is PauseKind.FINISHED else PauseKind.FINISHED
        least = (max(planned) if fitting else least) + WORDS_BETWEEN
    return planned


def _bare(word: str) -> str:
    return word.strip(".,;:?!\"'").lower()
