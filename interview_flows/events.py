"""What happens in an interview. The event log is a list of these; a fold of them is the interview's state.

`to_json` and `from_json` are the stored form: a type name and a payload of plain JSON values. Keys that a payload
has beyond the known ones are passed over, so that an older reader can fold a newer log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from interview_flows.actions import SayKind
from interview_flows.intents import Intent


@dataclass(frozen=True, slots=True)
class Joined:
    """The candidate is in the room for the first time."""


@dataclass(frozen=True, slots=True)
class Consent:
    """The answer to the consent question; None where it was unclear. Never carries the words."""

    given: bool | None


@dataclass(frozen=True, slots=True)
class Heard:
    """One recognised piece of the open answer."""

    text: str
    confidence: float | None
    """0 to 1, None where the engine gives none."""
    started_s: float
    """Unix seconds of the first word."""
    ended_s: float
    """Unix seconds of the end of the last word."""
    typed: bool = False


@dataclass(frozen=True, slots=True)
class AnswerFinished:
    """The turn was given. The answer is what was heard since the turn opened."""

    intent: Intent = Intent.ANSWER
    longest_pause_s: float = 0.0
    """The longest pause inside this turn after which the candidate went on."""


@dataclass(frozen=True, slots=True)
class AnswerResumed:
    """The candidate went on before the reply was heard: the question before it opens again, its answer goes on."""


@dataclass(frozen=True, slots=True)
class Silence:
    """It is the candidate's turn and nothing was heard for `patience.silence_s`."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; due at `clock.next_deadline_s`."""


@dataclass(frozen=True, slots=True)
class Left:
    """The candidate is no longer in the room."""


@dataclass(frozen=True, slots=True)
class Returned:
    """The candidate is back in the room."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A new worker holds the interview, and the candidate is in the room."""

    worker: str


@dataclass(frozen=True, slots=True)
class Said:
    """What was really played to the candidate."""

    kind: SayKind
    question: str | None
    text: str
    """The part that was played: all of it unless `interrupted`."""
    interrupted: bool
    started_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class EngineDegraded:
    """A speech or language engine fell to a lower rung; the interview goes on."""

    engine: str
    rung: str
    reason: str


Event = (
    Joined
    | Consent
    | Heard
    | AnswerFinished
    | AnswerResumed
    | Silence
    | Tick
    | Left
    | Returned
    | Resumed
    | Said
    | EngineDegraded
)

_TYPES: dict[str, type[Event]] = {
    "joined": Joined,
    "consent": Consent,
    "heard": Heard,
    "answer_finished": AnswerFinished,
    "answer_resumed": AnswerResumed,
    "silence": Silence,
    "tick": Tick,
    "left": Left,
    "returned": Returned,
    "resumed": Resumed,
    "said": Said,
    "engine_degraded": EngineDegraded,
}
_NAMES: dict[type[Event], str] = {kind: name for name, kind in _TYPES.items()}
# One adapter holds events of every kind, so its values are only known at run time.
_ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(kind) for name, kind in _TYPES.items()}


class EventError(ValueError):
    """A stored event cannot be read: unknown type, or a payload that does not fit it."""


def to_json(event: Event) -> tuple[str, dict[str, object]]:
    """Type name and payload, as stored."""
    name = _NAMES[type(event)]
    payload: dict[str, object] = _ADAPTERS[name].dump_python(event, mode="json")
    return name, payload


def from_json(name: str, payload: Mapping[str, object]) -> Event:
    """The event that `to_json` stored. Raises EventError."""
    adapter = _ADAPTERS.get(name)
    if adapter is None:
        raise EventError(f"event type {name!r} is not one of {', '.join(_TYPES)}")
    try:
        event: Event = adapter.validate_python(dict(payload))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise EventError(f"event {name!r}, {key or 'payload'}: {first['msg']}") from error
    return event
