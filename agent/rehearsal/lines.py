"""Everything a synthetic candidate may have to say in an interview, decided before it joins.

Answers are the flow's own `sample_answer`; a flow without one gets answers made from the points it expects, so that any
valid flow can be rehearsed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from agent.rehearsal.delivery import Delivery, Piece, read_aloud, sentences, think_aloud
from agent.rehearsal.personas import Persona
from interview_flows.coverage import covered_points
from interview_flows.flow import Flow, Question

CONSENT_WORDS: Final = "Yes, I agree."
BARGE_WORDS: Final = "Sorry, I would like to answer that."
STILL_HERE_WORDS: Final = "Yes, I am here, and that was my whole answer."
_BARGE_BREATH_S: Final = 0.2

_OPENERS: Final = (
    "I would start with the {term}.",
    "After that I looked at the {term}.",
    "The next thing that mattered was the {term}.",
    "We also had to think about the {term}.",
    "In the end it came down to the {term}.",
)
_NOTHING_EXPECTED: Final = (
    "I have done this several times in my work. The last time it went well, and I learned a lot from it."
)


class LineKind(StrEnum):
    """What a line is for."""

    CONSENT = "consent"
    ANSWER = "answer"
    PARTIAL = "partial"
    """The first part of an answer, after which the candidate drops out."""
    PROBE = "probe"
    STILL_HERE = "still_here"


@dataclass(frozen=True, slots=True)
class LineKey:
    """Names one line: an answer by its question, a probe's answer also by its point."""

    kind: LineKind
    question: str | None = None
    point: str | None = None


CONSENT: Final = LineKey(LineKind.CONSENT)
STILL_HERE: Final = LineKey(LineKind.STILL_HERE)


def write_lines(flow: Flow, persona: Persona, seed: int) -> Mapping[LineKey, Delivery]:
    """Every line of one candidate. The same flow, persona and seed give the same lines."""
    rng = random.Random(f"{seed}:{flow.id}:{persona}")
    found = {CONSENT: Delivery((Piece(CONSENT_WORDS),)), STILL_HERE: Delivery((Piece(STILL_HERE_WORDS),))}
    if persona is Persona.SILENT:
        return found
    for question in flow.questions:
        text = answer_text(question)
        found[LineKey(LineKind.ANSWER, question.id)] = _deliver(text, persona, rng)
        if persona is Persona.LEAVER:
            head = sentences(text)
            part = " ".join(head[: max(1, len(head) // 2)])
            found[LineKey(LineKind.PARTIAL, question.id)] = read_aloud(part, rng)
        for probe in question.probes:
            key = LineKey(LineKind.PROBE, question.id, probe.point)
            found[key] = read_aloud(probe_answer_text(question, probe.point), rng)
    return found


def answer_text(question: Question) -> str:
    """The flow's sample answer, or one that touches every expected point."""
    if question.sample_answer and question.sample_answer.strip():
        return " ".join(question.sample_answer.split())
    terms = [point.any[0] for point in question.expects if point.any]
    if not terms:
        return _NOTHING_EXPECTED
    return " ".join(_OPENERS[index % len(_OPENERS)].format(term=term) for index, term in enumerate(terms))


def probe_answer_text(question: Question, point: str) -> str:
    """A sentence that covers one expected point: from the sample answer where it can be, else made from its words."""
    for sentence in sentences(answer_text(question)):
        if point in covered_points(question, sentence):
            return sentence
    for expected in question.expects:
        if expected.point == point and expected.any:
            return f"The short answer to that is the {expected.any[0]}, and it took us some time to get it right."
    return _NOTHING_EXPECTED


def _deliver(text: str, persona: Persona, rng: random.Random) -> Delivery:
    match persona:
        case Persona.THINKER:
            return think_aloud(text, rng)
        case Persona.BRIEF:
            return read_aloud(sentences(text)[0], rng)
        case Persona.INTERRUPTER:
            return Delivery((Piece(BARGE_WORDS, _BARGE_BREATH_S), *read_aloud(text, rng).pieces))
        case _:
            return read_aloud(text, rng)
