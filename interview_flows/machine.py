"""The interview machine: one pure step for each event, and the fold that rebuilds a state from its log.

`step` is total: an event that means nothing in the present phase changes nothing. The machine always ends while time
is delivered to it at `next_deadline_s`, puts each core question once unless it was asked for again or was not heard,
and finishes within budget and grace. It decides; what is spoken is fixed words of the flow and of `phrases`.

This module holds what surrounds the questions: joining, consent, leaving, time. `turns` holds the questions themselves.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from interview_flows import phrases
from interview_flows.actions import Action, Finish, Outcome, Say, SayKind
from interview_flows.clock import (
    is_limit_reached,
    is_wait_over,
    is_wrap_up_due,
    next_deadline_s,
    remaining_s,
    settled,
    skipped_to,
    started,
    stopped,
)
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
from interview_flows.plan import Plan
from interview_flows.state import Answer, Phase, State, Step, initial
from interview_flows.turns import (
    advance,
    farewell,
    finish,
    read_again,
    reopened,
    silent_turn,
    turn_given,
    with_piece,
    with_said,
)

__all__ = [
    "Action",
    "Answer",
    "Finish",
    "Outcome",
    "Phase",
    "Say",
    "SayKind",
    "State",
    "Step",
    "fold",
    "initial",
    "next_deadline_s",
    "remaining_s",
    "step",
]

CONSENT_TRIES: Final = 2
"""How often consent is asked again after an unclear answer, and after silence."""
PAUSE_CHECK_INS: Final = 4
"""Check-ins during one pause before the interview ends."""


def fold(plan: Plan, events: Iterable[tuple[Event, float]]) -> State:
    """The state after `events`, each with the unix seconds at which it was stepped."""
    state = initial(plan)
    for event, now_s in events:
        state = step(state, event, now_s).state
    return state


def step(state: State, event: Event, now_s: float) -> Step:
    """The state after `event` at unix time `now_s`, and what is to be said or done."""
    if isinstance(event, Resumed):
        return _resumed(state, now_s)
    state = settled(state, now_s)
    match event:
        case Heard():
            return Step(with_piece(state, event))
        case Said():
            return Step(with_said(state, event))
        case AnswerFinished():
            return turn_given(state, event, now_s)
        case AnswerResumed():
            return Step(reopened(state, now_s))
        case Silence():
            return _silence(state, now_s)
        case Tick():
            return _tick(state, now_s)
        case _:
            return _step_of_presence(state, event, now_s)


def _step_of_presence(state: State, event: Event, now_s: float) -> Step:
    match event:
        case Joined():
            return _joined(state, now_s)
        case Consent():
            return _consent(state, event, now_s)
        case Left():
            return Step(_left(state, now_s))
        case Returned():
            return _returned(state, now_s)
        case _:
            return Step(state)


def _joined(state: State, now_s: float) -> Step:
    if state.phase is not Phase.WAITING:
        return _returned(state, now_s)
    state = started(replace(state, phase=Phase.CONSENT, present=True), now_s)
    return Step(state, _consent_words(state))


def _consent_words(state: State) -> tuple[Say, ...]:
    """The consent question, after the disclosure where that was not heard yet."""
    words = state.plan.flow.words
    disclosure = Say(SayKind.DISCLOSURE, state.plan.fill(words.disclosure))
    consent = Say(SayKind.CONSENT, state.plan.fill(words.consent))
    return (consent,) if state.disclosed else (disclosure, consent)


def _consent(state: State, event: Consent, now_s: float) -> Step:
    if state.phase is not Phase.CONSENT:
        return Step(state)
    if event.given:
        state = replace(state, phase=Phase.ASKING, waited_s=0.0, check_ins=0)
        return advance(started(state, now_s), (Say(SayKind.ACKNOWLEDGE, phrases.BEGIN),), now_s)
    if event.given is False:
        return finish(state, Outcome.CONSENT_REFUSED, (Say(SayKind.REFUSAL, phrases.REFUSED),), now_s)
    state = replace(state, consent_tries=state.consent_tries + 1, check_ins=0)
    if state.consent_tries > CONSENT_TRIES:
        return finish(state, Outcome.CONSENT_REFUSED, (Say(SayKind.REFUSAL, phrases.CONSENT_NEVER_CLEAR),), now_s)
    return Step(state, (Say(SayKind.CONSENT, phrases.CONSENT_UNCLEAR), *_consent_words(state)))


def _silence(state: State, now_s: float) -> Step:
    if not state.present:
        return Step(state)
    match state.phase:
        case Phase.ASKING:
            return silent_turn(state, now_s)
        case Phase.CONSENT if state.check_ins < CONSENT_TRIES:
            check_in = Say(SayKind.CHECK_IN, phrases.CONSENT_CHECK_INS[state.check_ins])
            return Step(replace(state, check_ins=state.check_ins + 1), (check_in, *_consent_words(state)))
        case Phase.PAUSED if state.check_ins < PAUSE_CHECK_INS:
            check_in = Say(SayKind.PAUSE, phrases.PAUSE_CHECK_IN)
            return Step(replace(state, check_ins=state.check_ins + 1), (check_in,))
        case Phase.CONSENT | Phase.PAUSED:
            return _waited_out(state, now_s)
        case _:
            return Step(state)


def _waited_out(state: State, now_s: float) -> Step:
    """Nobody answered during consent or a pause."""
    if state.phase is Phase.PAUSED:
        return finish(state, Outcome.SILENT, (Say(SayKind.CLOSING, phrases.PAUSE_ENDED),), now_s)
    if state.consent_tries:
        return finish(state, Outcome.CONSENT_REFUSED, (Say(SayKind.REFUSAL, phrases.CONSENT_NEVER_CLEAR),), now_s)
    return finish(state, Outcome.SILENT, (Say(SayKind.CLOSING, phrases.SILENT_END),), now_s)


def _tick(state: State, now_s: float) -> Step:
    if is_wait_over(state, now_s):
        return _waited_out(state, now_s)
    if state.phase is not Phase.ASKING:
        return Step(state)
    if is_limit_reached(state, now_s):
        closing = Say(SayKind.CLOSING, state.plan.fill(state.plan.flow.words.closing))
        return finish(state, Outcome.TIME_UP, (Say(SayKind.CLOSING, phrases.TIME_UP), closing), now_s)
    if not state.wrapping_up and is_wrap_up_due(state, now_s):
        return Step(replace(state, wrapping_up=True))
    return Step(state)


def _left(state: State, now_s: float) -> State:
    if not state.present or state.phase is Phase.FINISHED:
        return state
    since = now_s if state.stopped_at is None else state.stopped_at
    return replace(stopped(state, now_s), present=False, stopped_at=since, undo=None)


def _returned(state: State, now_s: float) -> Step:
    if state.present or state.phase in (Phase.WAITING, Phase.FINISHED):
        return Step(state)
    absent_s = 0.0 if state.stopped_at is None else now_s - state.stopped_at
    state = started(replace(state, present=True, check_ins=0), now_s)
    return _welcomed(state, phrases.WELCOME_BACK, absent_s)


def _resumed(state: State, now_s: float) -> Step:
    """A new worker: the time since the last event was ours, not the candidate's."""
    if state.phase is Phase.WAITING:
        return Step(state)
    if state.phase is Phase.FINISHED:
        outcome = state.outcome or Outcome.COMPLETED
        words = () if state.open_heard else (farewell(state, outcome),)
        return Step(state, (*words, Finish(outcome)))
    state = replace(skipped_to(state, now_s), present=True, check_ins=0, undo=None)
    return _welcomed(started(state, now_s), phrases.CONNECTION_BACK, float("inf"))


def _welcomed(state: State, words: str, absent_s: float) -> Step:
    welcome = Say(SayKind.WELCOME_BACK, words)
    match state.phase:
        case Phase.CONSENT:
            return Step(state, (welcome, *_consent_words(state)))
        case Phase.PAUSED:
            return Step(state, (welcome, Say(SayKind.PAUSE, phrases.PAUSE_CHECK_IN)))
        case _:
            return Step(replace(state, stopped_at=None), (welcome, *read_again(state, absent_s)))
