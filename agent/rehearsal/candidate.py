"""One synthetic candidate in one interview: joins, listens, speaks its lines, leaves when the room is gone."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Final

from livekit import rtc

from agent.rehearsal.ear import Ear
from agent.rehearsal.joining import Door
from agent.rehearsal.lines import LineKey
from agent.rehearsal.measuring import Heard, SpokenLine, SpokenPause
from agent.rehearsal.mouth import Mouth, Saying
from agent.rehearsal.perception import Perception, is_agent
from agent.rehearsal.script import Leave, Scene, Script, Speak
from agent.rehearsal.voices import Clip

LOOK_S: Final = 0.02
LINGER_S: Final = 45.0
"""A finished interview's room is left after this, should nobody delete it: the closing words take some seconds."""

BeforeSpeaking = Callable[[Speak, Clip, asyncio.Event], Coroutine[None, None, None]]
"""Run beside a line while it is spoken; the event is set when the line has ended."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a candidate brings: its script, its lines as sound, its seed, and how long it stays at most."""

    script: Script
    clips: Mapping[LineKey, Clip]
    seed: int
    patience_s: float
    beside: BeforeSpeaking | None = None


@dataclass(frozen=True, slots=True)
class Performance:
    """What came of it. `late_s` are the microphone's own delays, to tell a slow candidate from a slow agent."""

    room: str
    heard: Heard
    finished: bool
    late_s: tuple[float, ...] = ()
    errors: tuple[str, ...] = field(default=())


class Candidate:
    """A participant of one room, perhaps over several connections."""

    def __init__(self, door: Door, part: Part) -> None:
        self._door = door
        self._part = part
        self._ear = Ear()
        self._lines: list[SpokenLine] = []
        self._late_s: list[float] = []
        self._errors: list[str] = []
        self._connected_s: float | None = None
        self._returned_s: float | None = None
        self._room_name = ""
        self._finished = False
        self._agents = 0

    @property
    def ear(self) -> Ear:
        """What it hears."""
        return self._ear

    async def perform(self) -> Performance:
        """Take part until the room is gone. Raises `PartFailed` when it is not let in at all."""
        deadline_s = time.monotonic() + self._part.patience_s
        away_s: float | None = 0.0
        while away_s is not None:
            await asyncio.sleep(away_s)
            away_s = await self._stay(deadline_s)
        heard = Heard(self._connected_s or 0.0, tuple(self._lines), self._ear.spans, self._returned_s)
        return Performance(self._room_name, heard, self._finished, tuple(self._late_s), tuple(self._errors))

    async def _stay(self, deadline_s: float) -> float | None:
        """One connection. Returns the seconds to stay away before the next one, or None when it is over."""
        details = await self._door.enter()
        self._room_name = details.room_name
        room = rtc.Room()
        gone = asyncio.Event()
        perception = Perception(room)
        room.on("disconnected", lambda *_: gone.set())
        mouth = Mouth(self._part.seed)
        async with contextlib.AsyncExitStack() as stack:
            tasks: set[asyncio.Task[None]] = set()
            stack.push_async_callback(_cancel_all, tasks)
            stack.push_async_callback(mouth.aclose)
            stack.push_async_callback(room.disconnect)
            stack.push_async_callback(perception.aclose)

            def hear(track: rtc.Track, _: object, participant: rtc.RemoteParticipant) -> None:
                if track.kind == rtc.TrackKind.KIND_AUDIO and is_agent(participant):
                    tasks.add(asyncio.create_task(self._ear.listen(track), name="ear"))

            room.on("track_subscribed", hear)
            connecting_s = time.monotonic()
            if self._connected_s is None:
                self._connected_s = connecting_s
            else:
                self._returned_s = connecting_s
                self._part.script.came_back(connecting_s)
            try:
                await room.connect(details.server_url, details.participant_token)
            except rtc.ConnectError as error:
                self._errors.append(f"could not connect: {error}")
                return None
            perception.look_around()
            track = rtc.LocalAudioTrack.create_audio_track("microphone", mouth.source)
            tasks.add(asyncio.create_task(mouth.pump(), name="mouth"))
            await room.local_participant.publish_track(
                track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
            )
            away_s = await self._live(perception, mouth, gone, deadline_s)
            self._late_s += mouth.late_s
            return away_s

    async def _live(self, perception: Perception, mouth: Mouth, gone: asyncio.Event, deadline_s: float) -> float | None:
        silent_since_s = time.monotonic()
        finished_since_s: float | None = None
        while not gone.is_set():
            now_s = time.monotonic()
            if now_s > deadline_s:
                self._errors.append("the interview did not end in time")
                return None
            status = perception.status
            if status is not None and status.phase == "finished":
                self._finished = True
                finished_since_s = finished_since_s or now_s
                if now_s - finished_since_s > LINGER_S:
                    self._errors.append("the room was not deleted at the end")
                    return None
            deed = self._part.script.decide(self._scene(perception, now_s, silent_since_s))
            if isinstance(deed, Leave):
                return deed.away_s
            if isinstance(deed, Speak):
                await self._speak(deed, mouth, gone)
                silent_since_s = time.monotonic()
                self._part.script.fell_silent(silent_since_s)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(gone.wait(), LOOK_S)
        if not self._finished:
            self._errors.append("the room was gone before the interview was finished")
        return None

    def _scene(self, perception: Perception, now_s: float, silent_since_s: float) -> Scene:
        status = perception.status
        return Scene(
            now_s=now_s,
            phase=status.phase if status else None,
            question=status.question_id if status else None,
            agent_listening=perception.agent_state == "listening",
            agent_speaking=self._ear.voiced,
            agent_last_voice_s=self._ear.last_voice_s,
            agent_began_s=self._ear.utterance_began_s,
            caption=perception.words_since(silent_since_s),
        )

    async def _speak(self, deed: Speak, mouth: Mouth, gone: asyncio.Event) -> None:
        clip = self._part.clips[deed.line]
        saying = mouth.say(clip)
        beside = (
            asyncio.create_task(self._part.beside(deed, clip, saying.done), name="beside")
            if self._part.beside
            else None
        )
        ending = asyncio.create_task(gone.wait(), name="room-gone")
        spoken = asyncio.create_task(saying.done.wait(), name="line-spoken")
        try:
            await asyncio.wait({ending, spoken}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (ending, spoken):
                task.cancel()
        if not saying.done.is_set():
            self._errors.append("the room was gone in the middle of a line")
            saying.done.set()
        else:
            self._lines.append(_as_spoken(deed, clip, saying))
        if beside is not None:
            await beside


def _as_spoken(deed: Speak, clip: Clip, saying: Saying) -> SpokenLine:
    pauses = tuple(SpokenPause(*saying.pause_times(pause), pause.kind) for pause in clip.pauses)
    return SpokenLine(deed.line, clip.text, saying.began_s, saying.ended_s, pauses, deed.barge_in)


async def _cancel_all(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
