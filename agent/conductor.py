"""Holds one interview: feeds events to the machine, writes them down, then does what the machine asks.

One task takes events in order; every event is in the log before its actions are heard. Timers (silence, time warnings,
limits) are derived from the state and post events like everybody else.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

from agent.event_log import EventLog
from agent.protocol import InterviewStatus
from agent.speaking import Utterance, Voice
from interview_flows.actions import Action, Finish, Outcome, Say
from interview_flows.clock import next_deadline_s, remaining_s
from interview_flows.events import (
    AnswerFinished,
    AnswerResumed,
    Consent,
    Event,
    Heard,
    Joined,
    Left,
    Resumed,
    Returned,
    Said,
    Silence,
    Tick,
)
from interview_flows.machine import step
from interview_flows.patience import silence_s
from interview_flows.state import Phase, State

Clock = Callable[[], float]
CANDIDATE_EVENTS = (Joined, Consent, Heard, AnswerFinished, AnswerResumed, Left, Returned)


class Conductor:
    """The machine in a room. `now` gives unix seconds."""

    def __init__(
        self,
        state: State,
        log: EventLog,
        voice: Voice,
        *,
        worker: str,
        now: Clock = time.time,
        on_status: Callable[[InterviewStatus], None] = lambda _status: None,
    ) -> None:
        self._state = state
        self._log = log
        self._voice = voice
        self._worker = worker
        self._now = now
        self._on_status = on_status
        self._events: asyncio.Queue[tuple[Event, float]] = asyncio.Queue()
        self._changed = asyncio.Event()
        self._utterance: Utterance | None = None
        self._replying_since: float | None = None
        self._quiet_since: float | None = None
        self._candidate_speaking = False
        self._outcome: Outcome | None = None
        self.finished = asyncio.Event()

    @property
    def state(self) -> State:
        """The machine's state after every event taken so far."""
        return self._state

    @property
    def outcome(self) -> Outcome | None:
        """How the interview ended, once it has."""
        return self._outcome

    @property
    def speaking(self) -> bool:
        """True while the agent says something, paused or not."""
        return self._utterance is not None and not self._utterance.done.is_set()

    @property
    def reply_heard_s(self) -> float | None:
        """Seconds for which the reply to the last answer has been heard; None if the last speech was no such reply."""
        if self._replying_since is None or not self.speaking or self._utterance is None:
            return None
        return 0.0 if self._utterance.started_s is None else self._now() - self._utterance.started_s

    def post(self, event: Event) -> None:
        """Hand in an event; it is taken in order."""
        self._events.put_nowait((event, self._now()))

    def candidate_started(self) -> None:
        """The candidate began to speak: silence is over."""
        self._candidate_speaking = True
        self._quiet_since = None
        self._changed.set()

    def candidate_stopped(self) -> None:
        """The candidate gave the turn."""
        self._candidate_speaking = False
        self._quiet_since = self._now()
        self._changed.set()

    def begin(self) -> None:
        """The candidate is in the room: start, come back, or go on after another worker's loss."""
        if self._state.phase is Phase.WAITING:
            self.post(Joined())
        elif not self._state.present:
            self.post(Returned())
        else:
            self.post(Resumed(self._worker))

    async def run(self) -> None:
        """Take events until the interview is over. Raises `agent.event_log.LeaseLost`."""
        timers = asyncio.create_task(self._watch_timers(), name="conductor-timers")
        try:
            while not self.finished.is_set():
                event, at_s = await self._events.get()
                await self._take(event, at_s)
        finally:
            timers.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await timers

    async def _take(self, event: Event, at_s: float) -> None:
        before = self._state
        result = step(before, event, at_s)
        self._state = result.state
        if not isinstance(event, Tick) or result.actions or result.state != before:
            actor = "candidate" if isinstance(event, CANDIDATE_EVENTS) else "agent"
            await self._log.append(event, at_s, actor=actor)
        self._act(result.actions, reply=isinstance(event, AnswerFinished))
        self._publish()
        self._changed.set()

    def _act(self, actions: Sequence[Action], *, reply: bool) -> None:
        says = tuple(action for action in actions if isinstance(action, Say))
        for action in actions:
            if isinstance(action, Finish):
                self._outcome = action.outcome
        if says:
            self._quiet_since = None
            self._replying_since = self._now() if reply else None
            text = " ".join(say.text for say in says)
            self._utterance = self._voice.speak(text, lambda utterance: self._spoken(says, utterance))
        elif self._outcome is not None and not self.speaking:
            self.finished.set()
            self.post(Tick())

    def _spoken(self, says: tuple[Say, ...], utterance: Utterance) -> None:
        if utterance is self._utterance:
            self._quiet_since = self._now()
        for said in _split(says, utterance, self._now()):
            self.post(said)
        if self._outcome is not None and utterance is self._utterance:
            self.post(Tick())
            self.finished.set()
        self._changed.set()

    def _publish(self) -> None:
        state, now_s = self._state, self._now()
        questions = state.plan.flow.questions
        self._on_status(
            InterviewStatus(
                phase=state.phase.value,
                remaining_s=round(remaining_s(state, now_s), 1),
                clock_running=state.running_since is not None,
                question=len(state.asked),
                questions=len(questions),
                question_id=state.open_question,
                probing=state.probing is not None,
                at=now_s,
            )
        )

    async def _watch_timers(self) -> None:
        while True:
            self._changed.clear()
            due = [(at_s, event) for at_s, event in self._due() if at_s is not None]
            at_s, event = min(due, key=lambda pair: pair[0], default=(None, None))
            timeout_s = None if at_s is None else max(0.0, at_s - self._now())
            try:
                # Not wait_for: it can lose a cancellation that comes together with the event.
                async with asyncio.timeout(timeout_s):
                    await self._changed.wait()
            except TimeoutError:
                if isinstance(event, Silence):
                    self._quiet_since = None
                if event is not None:
                    self.post(event)
                    await self._changed.wait()

    def _due(self) -> list[tuple[float | None, Event]]:
        state = self._state
        silent = self._quiet_since is not None and not self._candidate_speaking and not self.speaking and state.present
        listening = state.phase in (Phase.CONSENT, Phase.ASKING, Phase.PAUSED)
        silence_at_s = self._quiet_since + silence_s(state) if silent and listening and self._quiet_since else None
        return [(next_deadline_s(state, self._now()), Tick()), (silence_at_s, Silence())]


def _split(says: tuple[Say, ...], utterance: Utterance, now_s: float) -> list[Said]:
    """What of each `Say` was played, in order; times are shared out by length."""
    started_s = utterance.started_s or now_s
    ended_s = utterance.ended_s or now_s
    total = sum(len(say.text) for say in says) or 1
    rest, at_s, said = utterance.played, started_s, []
    for say in says:
        until_s = at_s + (ended_s - started_s) * len(say.text) / total
        if not utterance.interrupted:
            played = say.text
        else:
            played = rest[: len(say.text)].strip()
            rest = rest[len(say.text) :].lstrip()
        if played:
            cut = len(played) < len(say.text.strip())
            said.append(Said(say.kind, say.question, played, cut, round(at_s, 3), round(until_s, 3)))
        at_s = until_s
    return said
