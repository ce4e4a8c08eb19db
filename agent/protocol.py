"""What crosses the line between worker, web, keeper and page: names and payloads, in one place.

Everything here may be read by the candidate's browser, so it carries opaque ids and progress only:
no name, no question text, no rubric.
"""

from __future__ import annotations

from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

AGENT_NAME: Final = "viva-interviewer"
"""Agent name of explicit dispatch; the worker registers under it."""

STATUS_ATTRIBUTE: Final = "viva.status"
"""Participant attribute of the agent that holds `InterviewStatus` as JSON."""

CHAT_TOPIC: Final = "lk.chat"
"""Text stream topic of typed answers (LiveKit's own chat topic)."""


class JobMetadata(BaseModel):
    """Metadata of a job dispatch. Readable in the candidate's token."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    interview_id: UUID


class InterviewStatus(BaseModel):
    """Progress of an interview as the candidate's page shows it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phase: Literal["waiting", "consent", "asking", "paused", "finished"]
    remaining_s: float
    clock_running: bool
    question: int
    """Number of the open core question, from 1; 0 before the first."""
    questions: int
    question_id: str | None = None
    """Id of the open question in the flow, so that a rehearsal can follow; not its words."""
    probing: bool = False
    at: float
    """Unix time in seconds at which `remaining_s` was true."""


def room_name(interview_id: UUID) -> str:
    """Name of the LiveKit room of an interview."""
    return f"interview-{interview_id}"


def interview_of_room(name: str) -> UUID | None:
    """The interview a room belongs to, or None for a room that is not ours."""
    try:
        return UUID(name.removeprefix("interview-")) if name.startswith("interview-") else None
    except ValueError:
        return None


def candidate_identity(interview_id: UUID) -> str:
    """Identity of the candidate in the room: stable per interview, so that a new tab takes over from the old one."""
    return f"candidate-{interview_id.hex[:12]}"
