"""How the agent speaks: one utterance at a time, pausable at once, with the part that was really played known after.

`RoomVoice` speaks through a LiveKit `AgentSession`; `RecordedVoice` keeps what was asked for, for tests of everything
that decides and does not speak.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from livekit.agents import AgentSession
from livekit.agents.voice import SpeechHandle


@dataclass(slots=True)
class Utterance:
    """One thing the agent says. Times are unix seconds; `played` is the text the candidate heard."""

    text: str
    started_s: float | None = None
    ended_s: float | None = None
    played: str = ""
    interrupted: bool = False
    done: asyncio.Event = field(default_factory=asyncio.Event)


class Voice(Protocol):
    """Speaks utterances in order; only the newest can still be sounding."""

    def speak(self, text: str, on_done: Callable[[Utterance], None]) -> Utterance:
        """Start to say `text`; `on_done` is called once, played or cut."""

    def pause(self) -> None:
        """Fall silent within a frame; the rest can still follow."""

    def resume(self) -> None:
        """Go on where `pause` stopped."""

    def stop(self) -> None:
        """Drop the rest of what is being said."""


class RoomVoice:
    """Speech into the room, with captions, through the session's TTS."""

    def __init__(self, session: AgentSession[None]) -> None:
        self._session = session
        self._current: tuple[SpeechHandle, Utterance] | None = None
        self._watchers: set[asyncio.Task[None]] = set()
        session.on("agent_state_changed", self._on_agent_state)

    def speak(self, text: str, on_done: Callable[[Utterance], None]) -> Utterance:
        """See `Voice.speak`. Raises RuntimeError when the session is closed."""
        self.resume()
        utterance = Utterance(text)
        handle = self._session.say(text, allow_interruptions=True)
        self._current = (handle, utterance)
        watcher = asyncio.create_task(self._watch(handle, utterance, on_done), name="utterance")
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)
        return utterance

    def pause(self) -> None:
        """See `Voice.pause`."""
        if self._current and not self._current[1].done.is_set() and (output := self._session.output.audio):
            output.pause()

    def resume(self) -> None:
        """See `Voice.resume`."""
        if output := self._session.output.audio:
            output.resume()

    def stop(self) -> None:
        """See `Voice.stop`."""
        if self._current and not self._current[1].done.is_set():
            self._current[0].interrupt(force=True)
            self.resume()

    async def aclose(self) -> None:
        """Wait for the watchers of spoken utterances."""
        for task in tuple(self._watchers):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self, handle: SpeechHandle, utterance: Utterance, on_done: Callable[[Utterance], None]) -> None:
        await handle.wait_for_playout()
        utterance.ended_s = time.time()
        utterance.interrupted = handle.interrupted
        played = [item.text_content or "" for item in handle.chat_items if item.type == "message"]
        utterance.played = " ".join(played).strip() if played else ("" if handle.interrupted else utterance.text)
        utterance.done.set()
        on_done(utterance)

    def _on_agent_state(self, event: object) -> None:
        if getattr(event, "new_state", None) == "speaking" and self._current and self._current[1].started_s is None:
            self._current[1].started_s = time.time()


class RecordedVoice:
    """Keeps what it was asked to say; `finish` plays the newest utterance to its end, `stop` cuts it."""

    def __init__(self) -> None:
        self.spoken: list[Utterance] = []
        self.paused = False
        self._on_done: Callable[[Utterance], None] | None = None

    def speak(self, text: str, on_done: Callable[[Utterance], None]) -> Utterance:
        """See `Voice.speak`."""
        utterance = Utterance(text, started_s=time.time())
        self.spoken.append(utterance)
        self._on_done = on_done
        self.paused = False
        return utterance

    def pause(self) -> None:
        """See `Voice.pause`."""
        self.paused = True

    def resume(self) -> None:
        """See `Voice.resume`."""
        self.paused = False

    def stop(self) -> None:
        """See `Voice.stop`."""
        self._end(interrupted=True)

    def finish(self) -> None:
        """Play the newest utterance to its end."""
        self._end(interrupted=False)

    def _end(self, *, interrupted: bool) -> None:
        if not self.spoken or self.spoken[-1].done.is_set() or self._on_done is None:
            return
        utterance = self.spoken[-1]
        utterance.ended_s = time.time()
        utterance.interrupted = interrupted
        utterance.played = "" if interrupted else utterance.text
        utterance.done.set()
        self._on_done(utterance)
