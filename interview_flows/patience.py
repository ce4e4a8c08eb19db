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
from interview_flows.intents import Intent, read_consent, read_intent
from interview_flows.state import Phase, State
from interview_flows.wording import plain

_EXPLICIT_S: Final = 0.4
"""After "that's all" and after a short request."""
_QUICK_FINISHED_S: Final = 0.18
_QUICK_OPEN_POINTS_S: Final = 0.35
_QUICK_DOUBT_S: Final = 0.8
_QUICK_UNSTOPPED_S: Final = 0.5
_QUICK_HANGING_S: Final = 1.6
"""Words that hang are sure to go on, so doubt costs nothing here."""
_NORMAL_FINISHED_S: Final = 0.8
_NORMAL_UNSTOPPED_S: Final = 1.5
_NORMAL_ENOUGH_S: Final = 1.3
"""As much was said as a good answer takes, though a point is still open."""
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
_FEWEST_WORDS_PER_S: Final = 0.5
_LONG_SPEECH_S: Final = 4.0
_ENOUGH: Final = 0.7
"""This share of the expected words counts as a full answer."""
_HARDLY_BEGUN: Final = 0.2
"""At this share of the expected words or less, nothing speaks for the answer being over."""
_PROBE_WORDS: Final = 12
_FULL_WITHOUT_SAMPLE: Final = 0.15
"""Without a sample answer to go by, this share of the question's time is taken for a full answer."""
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
    return _base_s(state, signals) * state.plan.accommodations.longer_pauses


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


def _base_s(state: State, signals: TurnSignals) -> float:
    question, end = state.question, _ending(signals)
    if question is None or state.phase is Phase.CONSENT:
        return _consent_s(signals.text, end)
    if _is_request(question, signals.text):
        return _EXPLICIT_S
    if state.wrapping_up:
        return _by_ending(end, done=_EXPLICIT_S, hanging=_WRAP_UP_HANGING_S, thinking=_WRAP_UP_HANGING_S) or _WRAP_UP_S
    turn_s = max(signals.longest_pause_s, state.turn_pause_s)
    match question.endpointing:
        case Patience.QUICK:
            return max(_quick_s(state, question, signals, end), _adapted_quick_s(state, turn_s, end))
        case Patience.NORMAL:
            fixed_s = _by_ending(end, done=_EXPLICIT_S, hanging=_NORMAL_HANGING_S, thinking=_NORMAL_THINKING_S)
            return fixed_s or max(
                _normal_s(state, question, signals, end), _adapted_s(max(state.longest_pause_s, turn_s))
            )
        case Patience.LONG:
            fixed_s = _by_ending(end, done=_LONG_EXPLICIT_S, hanging=_LONG_HANGING_S, thinking=_LONG_THINKING_S)
            return fixed_s or _LONG_S


def _ending(signals: TurnSignals) -> Ending:
    """How the words end; never finished where the speech was far longer than its words, as some are still to come."""
    end = ending(signals.text)
    behind = signals.spoken_s >= _LONG_SPEECH_S and len(signals.text.split()) < signals.spoken_s * _FEWEST_WORDS_PER_S
    return Ending.OPEN if behind and end is Ending.FINISHED else end


def _consent_s(text: str, end: Ending) -> float:
    if end in (Ending.HANGING, Ending.THINKING):
        return _QUICK_HANGING_S
    return _QUICK_FINISHED_S if read_consent(text) is not None else _QUICK_UNSTOPPED_S


def _quick_s(state: State, question: Question, signals: TurnSignals, end: Ending) -> float:
    fixed_s = _by_ending(end, done=_QUICK_FINISHED_S, hanging=_QUICK_HANGING_S, thinking=2 * _QUICK_HANGING_S)
    if fixed_s is not None:
        return fixed_s
    seconds = _QUICK_OPEN_POINTS_S if _open_points(state, question, signals.text) else _QUICK_FINISHED_S
    if question.sample_answer is not None:
        missing = _missing(state, question, signals)
        seconds = max(seconds, _QUICK_FINISHED_S + missing * (_QUICK_DOUBT_S - _QUICK_FINISHED_S))
    return max(seconds, _QUICK_UNSTOPPED_S) if end is Ending.OPEN else seconds


def _adapted_quick_s(state: State, turn_s: float, end: Ending) -> float:
    """A long pause inside this very turn is one that the agent had already begun to answer: it counts in full."""
    if end is Ending.DONE:
        return 0.0
    return min(max(_adapted_s(turn_s), 0.5 * _adapted_s(state.longest_pause_s)), _QUICK_HANGING_S)


def _normal_s(state: State, question: Question, signals: TurnSignals, end: Ending) -> float:
    missing = _missing(state, question, signals)
    doubt_s = _STEADY_DOUBT_S if _is_steady(state) else _NORMAL_DOUBT_S
    if _open_points(state, question, signals.text):
        seconds = _NORMAL_ENOUGH_S if question.sample_answer and not missing else doubt_s
    else:
        seconds = _NORMAL_FINISHED_S + missing * (doubt_s - _NORMAL_FINISHED_S)
    return max(seconds, _NORMAL_UNSTOPPED_S) if end is Ending.OPEN else seconds


def _adapted_s(longest_s: float) -> float:
    """The wait that a candidate who has paused so long is given; 0 where the pause says nothing.

    The longest of a few pauses is shorter than the longest to come, the more so the shorter it is.
    """
    if longest_s < _SHOWN_PAUSE_S:
        return 0.0
    margin_s = max(1.6 - longest_s, 0.0) * 0.5
    return min(1.15 * longest_s + margin_s, _LONGEST_ADAPTED_S)


def _by_ending(end: Ending, *, done: float, hanging: float, thinking: float) -> float | None:
    """The wait for an ending that decides alone, else None."""
    match end:
        case Ending.DONE:
            return done
        case Ending.HANGING:
            return hanging
        case Ending.THINKING:
            return thinking
        case _:
            return None


def _is_request(question: Question, text: str) -> bool:
    """Whether the whole turn is a request, or a plain no to a closing question."""
    if question.kind is QuestionKind.CLOSING and plain(text) in _SHORT_NO:
        return True
    return read_intent(text) is not Intent.ANSWER


def _is_steady(state: State) -> bool:
    return len(state.pauses) >= _STEADY_ANSWERS and state.longest_pause_s < _SHOWN_PAUSE_S


def _open_points(state: State, question: Question, text: str) -> bool:
    """Whether an expected point is still open; of a probe's answer, the point that was probed."""
    covered = state.answers[-1].covered
    wanted = {state.probing} if state.probing else {expected.point for expected in question.expects}
    if wanted <= covered:
        return False
    return not wanted <= covered | covered_points(question, text)


def _missing(state: State, question: Question, signals: TurnSignals) -> float:
    """How far the turn is from the length of a full answer: 1 when hardly begun, 0 when long enough."""
    words = len(signals.text.split())
    if state.turn and not signals.text.startswith(state.turn[0].text):
        words += sum(len(piece.text.split()) for piece in state.turn)
    if state.probing:
        full = float(_PROBE_WORDS)
    elif question.sample_answer:
        full = float(len(question.sample_answer.split()))
    else:
        full = state.plan.question_s(question) * _WORDS_PER_S * _FULL_WITHOUT_SAMPLE
    return min(max((_ENOUGH - words / full) / (_ENOUGH - _HARDLY_BEGUN), 0.0), 1.0)
