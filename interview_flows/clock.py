"""The interview's clock: what is used, what is left, and when time next has something to say.

The clock runs from consent to the end, and stands still while the candidate is away or has asked for a pause. It is
moved up at every event, so that a worker that was lost costs the candidate only the time up to its last event.
"""

from dataclasses import replace
from typing import Final

from interview_flows.state import Phase, State

MAX_CONSENT_S: Final = 300.0
"""Longest time for the disclosure and a clear yes or no."""
MAX_PAUSES_S: Final = 1200.0
"""Longest time of all pauses together."""
_TOLERANCE_S: Final = 0.01
"""Unix seconds in a float are good to a microsecond: what is due at a deadline must be due when it is reached."""
_S_PER_WORD: Final = 0.4


def used_s(state: State, now_s: float) -> float:
    """Interview time used, in seconds."""
    if state.running_since is None:
        return state.used_s
    return state.used_s + max(now_s - state.running_since, 0.0)


def remaining_s(state: State, now_s: float) -> float:
    """Seconds of the budget that are left, the grace not counted; never negative."""
    return max(state.plan.budget_s - used_s(state, now_s), 0.0)


def hard_limit_s(state: State) -> float:
    """Interview time at which it finishes whatever happens: the closing words still fit before budget and grace end."""
    plan = state.plan
    closing_s = len(plan.flow.words.closing.split()) * _S_PER_WORD * plan.accommodations.slower_speech
    return plan.limit_s - min(closing_s, (plan.limit_s - plan.budget_s) / 2)


def wrap_up_s(state: State) -> float:
    """Interview time from which it ends at the next pause: the end of the budget, or a little before the hard limit."""
    budget_s = state.plan.budget_s
    return min(budget_s, hard_limit_s(state) - min(20.0, 0.1 * budget_s))


def warning_s(state: State) -> float:
    """Interview time from which the candidate is told how much is left, at the next change of turn."""
    budget_s = state.plan.budget_s
    return budget_s - min(300.0, 0.2 * budget_s)


def is_wrap_up_due(state: State, now_s: float) -> bool:
    return used_s(state, now_s) >= wrap_up_s(state) - _TOLERANCE_S


def is_limit_reached(state: State, now_s: float) -> bool:
    return used_s(state, now_s) >= hard_limit_s(state) - _TOLERANCE_S


def is_wait_over(state: State, now_s: float) -> bool:
    """Whether consent or pauses have taken all the time there is for them."""
    if state.waiting_since is None:
        return False
    return state.waited_s + max(now_s - state.waiting_since, 0.0) >= _longest_wait_s(state) - _TOLERANCE_S


def next_deadline_s(state: State, now_s: float) -> float | None:
    """Unix time at which a Tick will do something; None while no time runs. It may lie before `now_s`: tick at once."""
    if state.waiting_since is not None:
        return min(state.waiting_since, now_s) + _longest_wait_s(state) - state.waited_s
    if state.running_since is None:
        return None
    target_s = hard_limit_s(state) if state.wrapping_up else wrap_up_s(state)
    return min(state.running_since, now_s) + target_s - state.used_s


def settled(state: State, now_s: float) -> State:
    """The same state with its clocks moved up to `now_s`."""
    if state.running_since is not None:
        return replace(state, used_s=used_s(state, now_s), running_since=max(state.running_since, now_s))
    if state.waiting_since is not None:
        waited_s = state.waited_s + max(now_s - state.waiting_since, 0.0)
        return replace(state, waited_s=waited_s, waiting_since=max(state.waiting_since, now_s))
    return state


def skipped_to(state: State, now_s: float) -> State:
    """The same state with its clocks going on from `now_s`, the time since the last event not counted."""
    if state.running_since is not None:
        return replace(state, running_since=now_s)
    if state.waiting_since is not None:
        return replace(state, waiting_since=now_s)
    return state


def stopped(state: State, now_s: float) -> State:
    """The same state with both clocks standing still."""
    return replace(settled(state, now_s), running_since=None, waiting_since=None)


def started(state: State, now_s: float) -> State:
    """The same state with the clock running that its phase and the candidate's presence ask for."""
    state = stopped(state, now_s)
    if not state.present:
        return state
    if state.phase is Phase.ASKING:
        return replace(state, running_since=now_s)
    if state.phase in (Phase.CONSENT, Phase.PAUSED):
        return replace(state, waiting_since=now_s)
    return state


def _longest_wait_s(state: State) -> float:
    return MAX_CONSENT_S if state.phase is Phase.CONSENT else MAX_PAUSES_S
