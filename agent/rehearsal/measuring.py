"""From what one candidate sent and heard to figures: gaps, cut-offs, barge-in and greeting. Pure.

All times are seconds on one monotonic clock of one process: no clocks of different machines are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from agent.rehearsal.delivery import PauseKind
from agent.rehearsal.lines import LineKey, LineKind
from interview_flows.flow import Flow, Patience

SAME_UTTERANCE_S: Final = 0.7
"""Agent voice separated by less is one utterance with a breath in it."""
IN_FLIGHT_S: Final = 0.35
"""Speech that begins to sound this soon after a pause was begun by the agent inside it and was on its way."""
LEAST_CUT_S: Final = 0.1
YIELDING_S: Final = 1.0
"""After a barge-in the agent's voice may still rise again for this long: the rest of what was cut, not a reply."""
MOST_GAP_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class VoiceSpan:
    """Agent voice from its first to its last voiced sample heard."""

    began_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class SpokenPause:
    """A thinker's pause: last voiced sample before it sent, first voiced sample after it sent."""

    began_s: float
    ended_s: float
    kind: PauseKind


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A line as it was sent: first and last voiced sample, and the pauses within."""

    line: LineKey
    text: str
    began_s: float
    ended_s: float
    pauses: tuple[SpokenPause, ...] = ()
    barge_in: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """All that one candidate sent and heard in one interview, in order of time."""

    connected_s: float
    """When connect was called."""
    lines: tuple[SpokenLine, ...]
    voice: tuple[VoiceSpan, ...]
    returned_s: float | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Response gap after one line, with the patience of the question that was open."""

    line: LineKey
    patience: Patience
    gap_s: float


@dataclass(frozen=True, slots=True)
class Pause:
    """One pause of an answer and whether the agent cut in."""

    kind: PauseKind
    patience: Patience
    length_s: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of one interview at the candidate's ear."""

    greeting_s: float | None
    gaps: tuple[Gap, ...]
    pauses: tuple[Pause, ...]
    barge_in_stop_s: tuple[float, ...]
    problems: tuple[str, ...] = field(default=())


def measure(heard: Heard, flow: Flow) -> Measured:
    """Measure one interview.

    A gap is counted only when the agent kept silent from the first to the last sample of the line: where it cut in, its
    next words answer something else. A barge-in is measured from the first voiced sample sent to the last voiced sample
    heard of the utterance it hit.
    """
    utterances = join_voice(heard.voice)
    greeting = next((span.began_s - heard.connected_s for span in utterances), None)
    gaps: list[Gap] = []
    pauses: list[Pause] = []
    stops: list[float] = []
    problems: list[str] = []
    for index, line in enumerate(heard.lines):
        patience = patience_of(flow, line.line)
        following = heard.lines[index + 1].began_s if index + 1 < len(heard.lines) else float("inf")
        settled_s = line.began_s + (YIELDING_S if line.barge_in else LEAST_CUT_S)
        cut_in = [span for span in heard.voice if settled_s < span.began_s <= line.ended_s]
        if line.barge_in:
            stops += [span.ended_s - line.began_s for span in utterances if span.began_s < line.began_s < span.ended_s]
        cuts = [_cut_pause(line.pauses, span) for span in cut_in]
        pauses += [
            Pause(pause.kind, patience, pause.ended_s - pause.began_s, cut=number in cuts)
            for number, pause in enumerate(line.pauses)
        ]
        problems += [
            f"the agent spoke {span.began_s - line.began_s:.2f} s into the line {name_of(line.line)}, outside a pause"
            for span, number in zip(cut_in, cuts, strict=True)
            if number is None
        ]
        if cut_in or line.line.kind is LineKind.PARTIAL:
            continue
        reply = next((span for span in heard.voice if span.began_s > line.ended_s), None)
        if reply is None or reply.began_s > following or reply.began_s - line.ended_s > MOST_GAP_S:
            problems.append(f"no reply to the line {name_of(line.line)}")
            continue
        gaps.append(Gap(line.line, patience, reply.began_s - line.ended_s))
    return Measured(greeting, tuple(gaps), tuple(pauses), tuple(stops), tuple(problems))


def join_voice(voice: Sequence[VoiceSpan], within_s: float = SAME_UTTERANCE_S) -> list[VoiceSpan]:
    """Spans of voice with breaths of less than `within_s` closed."""
    joined: list[VoiceSpan] = []
    for span in voice:
        if joined and span.began_s - joined[-1].ended_s < within_s:
            joined[-1] = VoiceSpan(joined[-1].began_s, max(span.ended_s, joined[-1].ended_s))
        else:
            joined.append(span)
    return joined


def patience_of(flow: Flow, line: LineKey) -> Patience:
    """Patience of the question a line answers; consent is quick."""
    if line.kind is LineKind.CONSENT or line.question is None:
        return Patience.QUICK
    return flow.question(line.question).endpointing


def name_of(line: LineKey) -> str:
    """Short name of a line for people."""
    return " ".join(part for part in (line.kind.value, line.question, line.point and f"({line.point})") if part)


def _cut_pause(pauses: Sequence[SpokenPause], span: VoiceSpan) -> int | None:
    for number, pause in enumerate(pauses):
        if pause.began_s < span.began_s <= pause.ended_s + IN_FLIGHT_S:
            return number
    return None
