"""The process of an interview killed in the middle of an answer: how long until somebody speaks, and what was lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from dataclasses import replace
from typing import Final

from pydantic import BaseModel, ConfigDict

from agent.rehearsal.lines import LineKind
from agent.rehearsal.measuring import Heard
from agent.rehearsal.recorded import Recorded
from agent.rehearsal.resources import interview_processes
from agent.rehearsal.script import Speak
from agent.rehearsal.voices import Clip

KILL_AT: Final = 0.4
"""Share of an answer that has been spoken when the process is killed."""
KILL_IN_ANSWER: Final = 2
"""The answer in which it is killed: one was acknowledged before."""


class Recovery(BaseModel):
    """What came of killing the interview's process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    audible_s: float | None
    """From SIGKILL to the first voice of the next agent at the candidate's ear; None when none was heard."""
    answers_acknowledged: int
    """Answers to which a reply had been heard before."""
    answers_lost: int
    """Those of them of which the database has no words."""


class Killer:
    """Kills the process that holds the only interview of a system, once, while an answer is being spoken."""

    def __init__(self, root_pid: int, sfu_port: int) -> None:
        self._root_pid = root_pid
        self._sfu_port = sfu_port
        self._answers = 0
        self.killed_s: float | None = None
        """Monotonic time of the kill."""

    async def beside(self, deed: Speak, clip: Clip, spoken: asyncio.Event) -> None:
        """Runs beside every line of the candidate."""
        if deed.line.kind is not LineKind.ANSWER or self.killed_s is not None:
            return
        self._answers += 1
        if self._answers < KILL_IN_ANSWER:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(spoken.wait(), clip.seconds * KILL_AT)
        for pid in await asyncio.to_thread(interview_processes, self._root_pid, self._sfu_port):
            os.kill(pid, signal.SIGKILL)
            self.killed_s = time.monotonic()

    def without_killed_line(self, heard: Heard) -> Heard:
        """The same without the line that was being spoken: what follows it answers the kill."""
        killed_s = self.killed_s or 0.0
        return replace(heard, lines=tuple(line for line in heard.lines if not line.began_s < killed_s <= line.ended_s))

    def outcome(self, heard: Heard, recorded: Recorded) -> Recovery:
        """What the candidate heard after the kill, and whether everything acknowledged before it is stored."""
        killed_s = self.killed_s
        if killed_s is None:
            return Recovery(audible_s=None, answers_acknowledged=0, answers_lost=0)
        acknowledged = {
            line.line.question
            for line in heard.lines
            if line.line.kind is LineKind.ANSWER and any(line.ended_s < span.began_s < killed_s for span in heard.voice)
        }
        audible = next((span.began_s - killed_s for span in heard.voice if span.began_s > killed_s), None)
        return Recovery(
            audible_s=None if audible is None else round(audible, 3),
            answers_acknowledged=len(acknowledged),
            answers_lost=len(acknowledged - recorded.answered),
        )
