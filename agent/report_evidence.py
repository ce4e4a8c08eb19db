"""Finds the candidate's own words for an expected point, so that nothing is said to be heard without a quote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from agent.report_model import Evidence
from interview_flows.coverage import covered_points
from interview_flows.events import Heard
from interview_flows.flow import ExpectedPoint, Question

MOST_QUOTES: Final = 3
"""Quotes for one point; more help nobody to judge."""
_AROUND_CHARS: Final = 140
"""What is kept of a sentence on each side of the words that matched."""
_TOKEN: Final = re.compile(r"\S+")
_PUNCTUATION: Final = " \t.,;:!?\"'()[]\N{HORIZONTAL ELLIPSIS}\N{EN DASH}\N{EM DASH}-"
_SENTENCE_END: Final = re.compile(r"[.?!]+(?=\s|$)")


def evidence(question: Question, expected: ExpectedPoint, pieces: Sequence[Heard]) -> tuple[Evidence, ...]:
    """Up to three quotes that name the point, in the order they were said; times are unix seconds.

    Decided by `interview_flows.coverage` alone, on ever longer runs of words up to each place of the text: the
    shortest run that names the point is what matched.
    """
    only = question.model_copy(update={"expects": (expected,)})
    text = " ".join(piece.text for piece in pieces)
    if not covered_points(only, text):
        return ()
    longest = max(len(phrase.split()) for phrase in expected.any)
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    found: list[Evidence] = []
    first = 0
    for last, (_, end) in enumerate(tokens):
        starts = (tokens[index][0] for index in range(last, max(first, last - longest + 1) - 1, -1))
        start = next((start for start in starts if covered_points(only, text[start:end])), None)
        if start is None:
            continue
        first = last + 1
        quote = _quoted(text, start, end, pieces)
        if found and (found[-1].quote, found[-1].start_s) == (quote.quote, quote.start_s):
            found[-1] = quote.model_copy(update={"words": (*found[-1].words, *quote.words)})
        elif len(found) < MOST_QUOTES:
            found.append(quote)
        else:
            break
    return tuple(found)


def _quoted(text: str, start: int, end: int, pieces: Sequence[Heard]) -> Evidence:
    words = text[start:end].strip(_PUNCTUATION)
    start = text.index(words, start)
    quote = _sentence(text, start, start + len(words))
    return Evidence(words=(words,), quote=quote, start_s=_time_of(start, pieces))


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence around text[start:end], or as much of it as is kept."""
    before = [match.end() for match in _SENTENCE_END.finditer(text, 0, start)]
    first = before[-1] if before else 0
    after = _SENTENCE_END.search(text, end)
    last = after.end() if after else len(text)
    cut_first = max(first, start - _AROUND_CHARS)
    cut_last = min(last, end + _AROUND_CHARS)
    lead = "\N{HORIZONTAL ELLIPSIS}" if cut_first > first else ""
    tail = "\N{HORIZONTAL ELLIPSIS}" if cut_last < last else ""
    return f"{lead}{text[cut_first:cut_last].strip()}{tail}"


def _time_of(position: int, pieces: Sequence[Heard]) -> float:
    """Start of the piece that holds this position of the pieces' joined text."""
    end = -1
    for piece in pieces:
        end += len(piece.text) + 1
        if position < end:
            return piece.started_s
    return pieces[-1].started_s
