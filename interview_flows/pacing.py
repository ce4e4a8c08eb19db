"""What to ask next in the time that is left."""

from collections.abc import Sequence
from typing import Final

from interview_flows.clock import warning_s
from interview_flows.flow import Probe, Question, QuestionKind
from interview_flows.state import Answer, State

_PROBE_S: Final = 30.0
"""Time for one probe and its answer."""
_CLOSING_QUESTION_S: Final = 15.0
_SHORTEST_QUESTION_S: Final = 20.0
_WORTHWHILE: Final = 0.4
"""A question is opened only where this share of its time is left."""


def next_question(state: State) -> Question | None:
    """The next question there is time for, never going back to one that was left out.

    The first is always asked; time is kept for one of kind closing.
    """
    ahead = _ahead(state)
    if not state.answers:
        return ahead[0]
    if state.wrapping_up:
        return None
    left_s = state.plan.budget_s - state.used_s
    return next((question for question in ahead if _fits(state, question, ahead, left_s)), None)


def next_probe(state: State, question: Question, answer: Answer) -> Probe | None:
    """The probe of the first expected point that is still open, where its number and the time allow one."""
    if state.wrapping_up or len(answer.probes_used) >= question.max_probes:
        return None
    reserved_s = sum(0.5 * state.plan.question_s(other) for other in _ahead(state))
    if state.plan.budget_s - state.used_s - reserved_s < _PROBE_S:
        return None
    for expected in question.expects:
        if expected.point in answer.covered or expected.point in answer.probes_used:
            continue
        for probe in question.probes:
            if probe.point == expected.point:
                return probe
    return None


def is_warning_due(state: State) -> bool:
    return not state.warned and state.used_s >= warning_s(state)


def is_last(state: State, question: Question) -> bool:
    """Whether no other question, but for those of kind closing, will fit after this one."""
    others = [other for other in _ahead(state) if other.kind is not QuestionKind.CLOSING and other.id != question.id]
    left_s = state.plan.budget_s - state.used_s - state.plan.question_s(question)
    return not any(_fits(state, other, others, left_s) for other in others)


def is_complete(state: State) -> bool:
    """Whether every question was opened."""
    return len(state.answers) == len(state.plan.flow.questions)


def _ahead(state: State) -> tuple[Question, ...]:
    """The questions after the one that was opened last."""
    questions = state.plan.flow.questions
    if not state.answers:
        return questions
    last = state.answers[-1].question
    return questions[next(index for index, question in enumerate(questions) if question.id == last) + 1 :]


def _fits(state: State, question: Question, ahead: Sequence[Question], left_s: float) -> bool:
    if question.kind is QuestionKind.CLOSING:
        return left_s >= _CLOSING_QUESTION_S
    reserved_s = sum(_CLOSING_QUESTION_S for other in ahead if other.kind is QuestionKind.CLOSING)
    needed_s = max(_SHORTEST_QUESTION_S, _WORTHWHILE * state.plan.question_s(question))
    return left_s - reserved_s >= needed_s
