"""What `viva rehearse` found: the JSON people and scripts rely on, and the table for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from rich.console import Group, RenderableType
from rich.table import Table

from agent.rehearsal.figures import Distribution, distribution
from agent.rehearsal.machine import MachineFacts
from agent.rehearsal.measuring import Measured
from agent.rehearsal.recorded import Recorded
from agent.rehearsal.recovery import Recovery
from agent.rehearsal.resources import Resources
from agent.rehearsal.word_errors import WordErrors

_GREETING_FIELDS: Final = ("n", "p50", "p95", "max")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InterviewResult(_Part):
    """One interview as the database has it."""

    id: UUID
    room: str
    outcome: str | None
    questions_asked: int
    answers_recorded: int


class CutOffs(_Part):
    """Pauses inside answers and how often the agent began to speak in them."""

    pauses: int
    cut: int


class FalseCutoffs(CutOffs):
    """All pauses, and split by what stood before them and by the patience of the question."""

    by_kind: dict[str, CutOffs]
    by_patience: dict[str, CutOffs]


class RehearsalResult(_Part):
    """Output of `viva rehearse --json`. Times in seconds, at the candidate's ear."""

    rooms: int
    completed: int
    wall_s: float
    interviews: tuple[InterviewResult, ...]
    greeting_s: dict[str, float | int | None]
    response_gap_s: Distribution
    response_gap_by_patience_s: dict[str, Distribution]
    barge_in_stop_s: Distribution
    false_cutoffs: FalseCutoffs
    transcript_wer: float | None
    errors: tuple[str, ...]
    memory_mb_per_room: float | None
    cpu_s_per_minute_per_room: float | None
    engines: dict[str, str]
    machine: MachineFacts
    recovery: Recovery | None = None
    """Only where the interview's process was killed on purpose."""


@dataclass(frozen=True, slots=True)
class Held:
    """One interview: what the candidate measured, what the database has, what went wrong."""

    interview_id: UUID
    room: str
    measured: Measured
    recorded: Recorded
    words: WordErrors
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is the same for all interviews of a run."""

    rooms: int
    wall_s: float
    resources: Resources
    engines: dict[str, str]
    machine: MachineFacts
    recovery: Recovery | None = None


def summarise(held: Sequence[Held], facts: RunFacts) -> RehearsalResult:
    """Put a run's interviews together."""
    gaps: dict[str, list[float]] = defaultdict(list)
    for gap in (gap for one in held for gap in one.measured.gaps):
        gaps[gap.patience.value].append(gap.gap_s)
    greetings = [one.measured.greeting_s for one in held if one.measured.greeting_s is not None]
    words = sum((one.words for one in held), WordErrors(0, 0))
    return RehearsalResult(
        rooms=facts.rooms,
        completed=sum(one.recorded.outcome == "completed" for one in held),
        wall_s=round(facts.wall_s, 2),
        interviews=tuple(
            InterviewResult(
                id=one.interview_id,
                room=one.room,
                outcome=one.recorded.outcome,
                questions_asked=one.recorded.questions_asked,
                answers_recorded=one.recorded.answers_recorded,
            )
            for one in held
        ),
        greeting_s=distribution(greetings).model_dump(include=set(_GREETING_FIELDS)),
        response_gap_s=distribution(gap for found in gaps.values() for gap in found),
        response_gap_by_patience_s={name: distribution(found) for name, found in sorted(gaps.items())},
        barge_in_stop_s=distribution(stop for one in held for stop in one.measured.barge_in_stop_s),
        false_cutoffs=_cut_offs(held),
        transcript_wer=None if words.rate is None else round(words.rate, 4),
        errors=tuple(f"{one.room}: {problem}" for one in held for problem in (*one.errors, *one.measured.problems)),
        memory_mb_per_room=facts.resources.memory_mb_per_room,
        cpu_s_per_minute_per_room=facts.resources.cpu_s_per_minute_per_room,
        engines=facts.engines,
        machine=facts.machine,
        recovery=facts.recovery,
    )


def as_table(result: RehearsalResult) -> RenderableType:
    """The same for a person."""
    interviews = Table(title="Interviews", title_justify="left")
    for heading in ("interview", "outcome", "asked", "answered"):
        interviews.add_column(heading, no_wrap=True)
    for one in result.interviews:
        row = (str(one.id), one.outcome or "unfinished", str(one.questions_asked), str(one.answers_recorded))
        interviews.add_row(*row)
    figures = Table(title="At the candidate's ear", title_justify="left")
    for heading in ("figure", "n", "p50", "p95", "max"):
        figures.add_column(heading, justify="left" if heading == "figure" else "right")
    figures.add_row("join to first words (s)", *_cells(result.greeting_s))
    figures.add_row("response gap (s)", *_cells(result.response_gap_s.model_dump()))
    for name, found in result.response_gap_by_patience_s.items():
        figures.add_row(f"  patience {name}", *_cells(found.model_dump()))
    if result.barge_in_stop_s.n:
        figures.add_row("barge-in to silence (s)", *_cells(result.barge_in_stop_s.model_dump()))
    return Group(interviews, figures, *_lines(result))


def _lines(result: RehearsalResult) -> list[str]:
    cut, machine = result.false_cutoffs, result.machine
    found = [
        f"{result.completed} of {len(result.interviews)} interviews completed, {result.rooms} at once.",
        f"It took {result.wall_s:.0f} s.",
        f"Cut off at {cut.cut} of {cut.pauses} pauses." if cut.pauses else "",
        "" if result.transcript_wer is None else f"Word errors of the stored transcript: {result.transcript_wer:.1%}.",
        "" if result.memory_mb_per_room is None else f"Private memory of a room: {result.memory_mb_per_room:.0f} MB.",
        ""
        if result.cpu_s_per_minute_per_room is None
        else f"CPU of the whole system: {result.cpu_s_per_minute_per_room:.1f} s per minute and room.",
        f"Engines: {', '.join(f'{name} {engine}' for name, engine in result.engines.items())}.",
        f"Machine: {machine.cores} cores, load {machine.load} before, Python {machine.python}.",
        f"From mouth to ear without an agent: {machine.mouth_to_ear_s} s, contained in every figure above.",
    ]
    if result.recovery is not None:
        audible = result.recovery.audible_s
        found.append(
            f"Process of the interview killed: agent audible after {audible} s, "
            f"{result.recovery.answers_lost} of {result.recovery.answers_acknowledged} acknowledged answers lost."
        )
    return [line for line in (*found, *(f"Problem: {error}" for error in result.errors)) if line]


def _cells(found: dict[str, float | int | None]) -> tuple[str, ...]:
    count, *rest = (found[name] for name in _GREETING_FIELDS)
    return (str(count), *("-" if value is None else f"{value:.2f}" for value in rest))


def _cut_offs(held: Sequence[Held]) -> FalseCutoffs:
    pauses = [pause for one in held for pause in one.measured.pauses]
    by_kind: dict[str, list[bool]] = defaultdict(list)
    by_patience: dict[str, list[bool]] = defaultdict(list)
    for pause in pauses:
        by_kind[pause.kind.value].append(pause.cut)
        by_patience[pause.patience.value].append(pause.cut)
    return FalseCutoffs(
        pauses=len(pauses),
        cut=sum(pause.cut for pause in pauses),
        by_kind={name: CutOffs(pauses=len(cuts), cut=sum(cuts)) for name, cuts in sorted(by_kind.items())},
        by_patience={name: CutOffs(pauses=len(cuts), cut=sum(cuts)) for name, cuts in sorted(by_patience.items())},
    )
