"""How long to wait in silence before a turn counts as given.

Nothing in sound or words tells a finished clause from a finished answer, so the wait comes from what the interview
knows: the patience asked for, which expected points are still open, how much was said against what a good answer
takes, how this candidate pauses, and accommodations. Being cut off is the worst that can happen to a candidate; a
second of silence is the price of doubt.

Waits are in seconds of silence after the last word. What follows before the reply is heard (recognition, transport)
adds about 0.35 s, during which a candidate who goes on is not yet cut off.
"""

from dataclasses import dataclass
from typing import Final

from interview_flows.coverage import covered_points
from interview_flows.endings import Ending, ending
from interview_flows.flow import Patience, Question, QuestionKind
from interview_flows.intents import Intent, read_intent
from interview_flows.state import Phase, State

_EXPLICIT_S: Final = 0.4
"""After "that's all" and after a short request."""
_QUICK_FINISHED_S: Final = 0.18
_QUICK_OPEN_POINTS_S: Final = 0.35
_QUICK_EARLY_S: Final = 0.45
_QUICK_UNSTOPPED_S: Final = 0.5
_QUICK_HANGING_S: Final = 1.2
_NORMAL_FINISHED_S: Final = 0.8
_NORMAL_UNSTOPPED_S: Final = 1.5
_NORMAL_DOUBT_S: Final = 2.2
_NORMAL_HANGING_S: Final = 2.3
_NORMAL_THINKING_S: Final = 3.5
_STEADY_DOUBT_S: Final = 1.7
"""Doubt about a candidate whose earlier answers had no long pause."""
_LONG_S: Final = 3.0
_LONG_HANGING_S: Final = 3.5
_LONG_THINKING_S: Final = 5.0
_LONG_EXPLICIT_S: Final = 0.7
_WRAP_UP_S: Final = 0.6
_WRAP_UP_HANGING_S: Final = 1.0

_LONGEST_ADAPTED_S: Final = 2.4
_SHOWN_PAUSE_S: Final = 0.7
"""Shorter pauses are those of ordinary speech."""
_STEADY_ANSWERS: Final = 2

_WORDS_PER_S: Final = 2.3
_ENOUGH: Final = 0.7
"""This share of the expected words counts as a full answer."""
_PROBE_WORDS: Final = 12
_VERY_SHORT: Final = 0.15
"""Without a sample answer, an answer of this share of the question's time counts as full."""
_SHORT_NO: Final = frozenset({"no", "nope", "nothing", "no thanks", "no thank you", "no questions", "not really"})


@dataclass(frozen=True, slots=True)
class TurnSignals:
    """The open answer so far."""

    text: str
    """The whole turn as recognised up to this silence."""
    spoken_s: float
    """Seconds from its first word to its last."""
    longest_pause_s: float = 0.0
    """The longest pause inside it after which the candidate went on."""


def wait_s(state: State, signals: TurnSignals) -> float:
    """Seconds of silence after the last word after which the turn counts as given."""
    return _wait_s(state, signals) * state.plan.accommodations.longer_pauses


def silence_s(state: State) -> float:
    """Seconds of silence at the candidate's turn after which Silence is due."""
    accommodations = state.plan.accommodations
    question = state.question
    if state.phase is Phase.PAUSED:
        return 120.0
    if state.wrapping_up:
        seconds = 8.0
    elif question is None:
        seconds = 10.0
    elif question.kind is QuestionKind.CODE:
        seconds = 60.0
    elif question.endpointing is Patience.LONG:
        seconds = 30.0
    elif question.endpointing is Patience.QUICK:
        seconds = 10.0
    else:
        seconds = 12.0 if state.check_ins == 0 else 15.0
    if accommodations.typed_answers:
        seconds = max(seconds, 60.0)
    return seconds * accommodations.longer_pauses
