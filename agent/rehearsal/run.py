"""A whole rehearsal: a system, its candidates, and the figures."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from agent.database import open_repository
from agent.errors import UsageError, VivaError
from agent.invites import create_invite
from agent.rehearsal.candidate import Candidate, Part, Performance
from agent.rehearsal.figures import distribution
from agent.rehearsal.joining import Door
from agent.rehearsal.lines import LineKey, LineKind, write_lines
from agent.rehearsal.loopback import mouth_to_ear
from agent.rehearsal.machine import current_load, this_machine
from agent.rehearsal.measuring import Heard, Measured, measure
from agent.rehearsal.personas import Persona
from agent.rehearsal.recorded import read_recorded
from agent.rehearsal.recovery import Killer, Recovery
from agent.rehearsal.resources import Resources, ResourceWatch
from agent.rehearsal.results import Held, RehearsalResult, RunFacts, summarise
from agent.rehearsal.script import Script
from agent.rehearsal.target import Target, open_target
from agent.rehearsal.voices import TONES, CandidateVoice, Clip, VoiceName, load_speaker
from agent.rehearsal.word_errors import WordErrors, word_errors
from agent.settings import Settings
from interview_flows.flow import Flow
from knowledge.repository import InterviewRepository

STAGGER_S: Final = 0.5
"""Between two candidates' joining: people do not come in the same instant."""
LOOPBACK_BURSTS: Final = 6
OVERTIME_S: Final = 180.0
"""An interview may last this much beyond its flow's limit: consent, closing and absence are not on its clock."""

Tell = Callable[[str], None]
Clips = Mapping[LineKey, Clip]


@dataclass(frozen=True, slots=True)
class RehearsalOptions:
    """What to rehearse."""

    flow: Flow
    persona: Persona = Persona.STEADY
    rooms: int = 1
    interviews: int = 1
    """Rounds: each room holds this many interviews, one after the other."""
    voice: VoiceName = "tiny"
    seed: int = 1
    kill_worker: bool = False


async def rehearse(settings: Settings, options: RehearsalOptions, tell: Tell) -> RehearsalResult:
    """Hold the interviews and measure them.

    Raises `VivaError` when the system cannot be had, `plugins.models.errors.ModelError` when the voice cannot.
    """
    if options.kill_worker and options.rooms != 1:
        raise UsageError("Killing the worker is measured with one room.", "Use --rooms 1 with --kill-worker.")
    machine = this_machine()
    tell("preparing what the candidates will say")
    rounds = await asyncio.to_thread(prepare_rounds, settings, options)
    async with open_target(settings) as target, open_repository(target.settings) as repository:
        loopback = await mouth_to_ear(target.settings.livekit(), LOOPBACK_BURSTS)
        stage = Stage(target, repository, options)
        began_s = time.monotonic()
        async with watched(target) as watch:
            for turn, clips in enumerate(rounds):
                tell(f"round {turn + 1} of {len(rounds)}: {options.rooms} at once, persona {options.persona}")
                await stage.hold_round(clips, turn)
        return summarise(
            stage.held,
            RunFacts(
                rooms=options.rooms,
                wall_s=time.monotonic() - began_s,
                resources=watch.result(stage.interview_minutes) if watch else Resources(),
                engines=target.engines | {"candidate": options.voice},
                machine=machine.model_copy(
                    update={
                        "load_after": current_load(),
                        "mouth_to_ear_s": distribution(loopback.heard_s).p50,
                        "microphone_late_p99_s": distribution(stage.late_s).p99,
                    }
                ),
                recovery=stage.recovery,
            ),
        )


def prepare_rounds(settings: Settings, options: RehearsalOptions) -> list[list[Clips]]:
    """The lines of every candidate of every round as sound. Blocking; the first time at about a third of real time."""
    speaker = load_speaker(options.voice, settings.cache)
    rounds: list[list[Clips]] = []
    for turn in range(options.interviews):
        clips: list[Clips] = []
        for place in range(options.rooms):
            lines = write_lines(options.flow, options.persona, _seed(options, turn, place))
            voice = CandidateVoice(options.voice, TONES[place % len(TONES)], settings.cache, speaker)
            clips.append(voice.clips(lines))
        rounds.append(clips)
    return rounds


@asynccontextmanager
async def watched(target: Target) -> AsyncIterator[ResourceWatch | None]:
    """Watch what the system costs while the block runs; None where its processes are elsewhere."""
    if target.root_pid is None:
        yield None
        return
    watch = ResourceWatch(target.root_pid, target.sfu_port)
    watching = asyncio.create_task(watch.run(), name="resources")
    try:
        yield watch
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


class Stage:
    """Where rounds of candidates perform, and what they bring back."""

    def __init__(self, target: Target, repository: InterviewRepository, options: RehearsalOptions) -> None:
        self._target = target
        self._repository = repository
        self._options = options
        self.held: list[Held] = []
        self.late_s: list[float] = []
        """How late the microphones' frames were."""
        self.interview_minutes = 0.0
        """Added up over rooms."""
        self.recovery: Recovery | None = None

    async def hold_round(self, clips: Sequence[Clips], turn: int) -> None:
        """One interview in each room, side by side."""
        async with asyncio.TaskGroup() as group:
            for place, lines in enumerate(clips):
                group.create_task(self._hold(lines, turn, place), name=f"candidate-{place}")

    async def _hold(self, clips: Clips, turn: int, place: int) -> None:
        await asyncio.sleep(place * STAGGER_S)
        options, flow = self._options, self._options.flow
        invite = await create_invite(self._repository, self._target.settings, flow, f"Rehearsal {place + 1}")
        killer = self._killer()
        part = Part(
            script=Script(flow, options.persona),
            clips=clips,
            seed=_seed(options, turn, place),
            patience_s=(flow.minutes + flow.grace_minutes) * 60.0 + OVERTIME_S,
            beside=killer.beside if killer else None,
        )
        began_s = time.monotonic()
        performance = await _perform(Candidate(Door(invite.join_url), part))
        self.interview_minutes += (time.monotonic() - began_s) / 60.0
        recorded = await read_recorded(self._repository, invite.interview_id)
        self.late_s += performance.late_s
        heard = performance.heard
        if killer:
            self.recovery = killer.outcome(heard, recorded)
            heard = killer.without_killed_line(heard)
        measured = measure(heard, flow)
        words = WordErrors(0, 0) if killer else word_errors(_words_said(performance), recorded.words)
        self.held.append(
            Held(invite.interview_id, performance.room, measured, recorded, words, _errors(performance, measured))
        )

    def _killer(self) -> Killer | None:
        if not self._options.kill_worker:
            return None
        if self._target.root_pid is None:
            raise UsageError("Killing the worker needs a system on this machine.", "Run it where `viva up` runs.")
        return Killer(self._target.root_pid, self._target.sfu_port)


async def _perform(candidate: Candidate) -> Performance:
    try:
        return await candidate.perform()
    except VivaError as refused:
        return Performance("", Heard(0.0, (), ()), finished=False, errors=(str(refused),))


def _errors(performance: Performance, measured: Measured) -> tuple[str, ...]:
    unheard = () if measured.greeting_s is not None else ("the agent was never heard",)
    return performance.errors + unheard


def _words_said(performance: Performance) -> str:
    return " ".join(line.text for line in performance.heard.lines if line.line.kind is not LineKind.CONSENT)


def _seed(options: RehearsalOptions, turn: int, place: int) -> int:
    return options.seed * 10_000 + turn * 100 + place
