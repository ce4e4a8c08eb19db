"""The candidate's turns: what is heard, what a given turn leads to, silence, and going back when the turn goes on.

The open answer is always the last one; the current turn is its pieces from `turn_from` on.
"""

from dataclasses import replace
from typing import Final

from interview_flows import phrases
from interview_flows.actions import Finish, Outcome, Say, SayKind
from interview_flows.clock import MAX_PAUSES_S, is_limit_reached, is_wrap_up_due, settled, started, stopped
from interview_flows.coverage import covered_points
from interview_flows.events import AnswerFinished, Heard, Said
from interview_flows.flow import Question, QuestionKind
from interview_flows.intents import Intent, read_consent
from interview_flows.pacing import is_complete, is_last, is_warning_due, next_probe, next_question
from interview_flows.state import Answer, Phase, State, Step

CHECK_INS: Final = 2
"""Check-ins in a row before the agent stops waiting."""
SILENT_QUESTIONS: Final = 2
"""Questions in a row without a word before the interview ends."""
_LONG_ABSENCE_S: Final = 10.0
"""After this long away or paused, the open question is read again."""
_SHORTEST_PAUSE_S: Final = 60.0
"""Less than this left of all pauses, and no further one stops the clock."""
_ANSWER_IN_PAUSE_WORDS: Final = 8
"""Speech of this length during a pause is the answer going on; less is taken for talk to somebody else."""
_KEPT_PAUSES: Final = 4
_LONGEST_PAUSE_S: Final = 4.0
"""A longer gap inside an answer is an absence and tells nothing of how the candidate speaks."""
_SHOWN_PAUSE_S: Final = 0.7
"""A pause of this length shows how the candidate pauses, however short the answer."""
_SHOWN_WORDS: Final = 20
"""An answer of this length shows how the candidate pauses, even if they did not."""
_OVERLAP_CHARS: Final = 60
"""So much of what came before is read again with a new piece, so that a phrase split between them is found."""
_HEARD_SHARE: Final = 0.8
"""A question interrupted after this share of its words was heard."""
_READING: Final = frozenset({SayKind.QUESTION, SayKind.PROBE, SayKind.REPEAT})
_LAST_WORDS: Final = frozenset({SayKind.CLOSING, SayKind.REFUSAL})
_WHOLE_REPLIES: Final = frozenset({SayKind.CHECK_IN, SayKind.PAUSE})


def with_piece(state: State, piece: Heard) -> State:
    """The state with one more piece of the open answer."""
    question = state.question
    if question is None or state.phase not in (Phase.ASKING, Phase.PAUSED) or not piece.text.strip():
        return state
    answer = state.answers[-1]
    covered = answer.covered
    if len(covered) < len(question.expects):
        before = answer.pieces[-1].text[-_OVERLAP_CHARS:] if answer.pieces else ""
        covered = covered | covered_points(question, f"{before} {piece.text}")
    state = _with_resumed_pause(state, piece) if state.resuming else state
    answer = replace(answer, pieces=(*answer.pieces, piece), covered=covered, skipped=False)
    return replace(state, answers=(*state.answers[:-1], answer), check_ins=0, silent_questions=0)


def with_said(state: State, said: Said) -> State:
    """The state knowing what the candidate really heard."""
    if state.phase is Phase.CONSENT:
        return replace(state, disclosed=True) if said.kind is SayKind.DISCLOSURE and not said.interrupted else state
    if state.phase is Phase.FINISHED:
        heard = said.kind in _LAST_WORDS and not said.interrupted
    elif state.open_question is None or said.question != state.open_question:
        heard = False
    else:
        heard = said.kind in _READING and _is_heard(state, said)
    if heard:
        return replace(state, open_heard=True, undo=None)
    return replace(state, undo=None) if said.kind in _WHOLE_REPLIES and not said.interrupted else state


def turn_given(state: State, event: AnswerFinished, now_s: float) -> Step:
    """The turn was given: the reply to a request, a probe, the next question or the end."""
    if state.phase is Phase.PAUSED:
        return _turn_in_pause(state, event, now_s)
    if state.phase is not Phase.ASKING:
        return Step(state)
    undo = replace(state, undo=None)
    match event.intent:
        case Intent.ANSWER:
            result = _answered(state, event.longest_pause_s, now_s) if state.turn else Step(state)
        case Intent.REPEAT:
            result = _reply(state, Say(SayKind.ACKNOWLEDGE, phrases.REPEAT))
        case Intent.CLARIFY:
            result = _reply(state, Say(SayKind.CLARIFY, phrases.CLARIFY))
        case Intent.RESUME:
            result = _reply(state, Say(SayKind.ACKNOWLEDGE, phrases.RESUME))
        case Intent.PAUSE:
            result = _paused(state, now_s)
        case Intent.SKIP:
            result = _skipped(state, now_s)
        case Intent.STOP:
            result = finish(_without_turn(state), Outcome.STOPPED, (farewell(state, Outcome.STOPPED),), now_s)
    return result if not result.actions else replace(result, state=replace(result.state, undo=undo))


def silent_turn(state: State, now_s: float) -> Step:
    """Nothing was heard at the candidate's turn: a check-in, then something else, then a polite end."""
    if state.turn:
        return turn_given(state, AnswerFinished(), now_s)
    due = state.wrapping_up or is_wrap_up_due(state, now_s)
    if state.check_ins < CHECK_INS and not due:
        if is_warning_due(state):
            left_s = state.plan.budget_s - state.used_s
            say = Say(SayKind.TIME_WARNING, phrases.minutes_left(left_s), state.open_question)
        else:
            say = Say(SayKind.CHECK_IN, phrases.CHECK_INS[state.check_ins], state.open_question)
        warned = state.warned or say.kind is SayKind.TIME_WARNING
        return Step(replace(state, check_ins=state.check_ins + 1, warned=warned, undo=None), (say,))
    undo = replace(state, undo=None)
    answered = bool(state.answers[-1].pieces)
    silent = 0 if answered else state.silent_questions + 1
    state = replace(state, silent_questions=silent)
    never_heard = not any(answer.pieces for answer in state.answers)
    if silent >= SILENT_QUESTIONS or never_heard:
        result = finish(state, Outcome.SILENT, (farewell(state, Outcome.SILENT),), now_s)
    else:
        result = advance(state, (Say(SayKind.ACKNOWLEDGE, phrases.SILENT_MOVE_ON),), now_s)
    return replace(result, state=replace(result.state, undo=undo))


def reopened(state: State, now_s: float) -> State:
    """Before the turn was given, with what was heard since as its next words."""
    if state.undo is None:
        return state
    restored = settled(state.undo, now_s)
    if state.phase is Phase.FINISHED and is_limit_reached(restored, now_s):
        return state
    restored = replace(restored, resuming=bool(restored.turn))
    for piece in state.turn:
        restored = with_piece(restored, piece)
    return restored


def advance(state: State, lead: tuple[Say, ...], now_s: float) -> Step:
    """The next question there is time for, or the closing."""
    if is_wrap_up_due(state, now_s):
        state = replace(state, wrapping_up=True)
    question = next_question(state)
    if question is None:
        outcome = Outcome.COMPLETED if is_complete(state) else Outcome.TIME_UP
        ended = () if outcome is Outcome.COMPLETED else (Say(SayKind.CLOSING, phrases.TIME_UP),)
        return finish(state, outcome, (*lead, *ended, farewell(state, outcome)), now_s)
    warning = _warning(state, question) if is_warning_due(state) else ()
    state = replace(
        state,
        open_question=question.id,
        answers=(*state.answers, Answer(question.id)),
        turn_from=0,
        turn_pause_s=0.0,
        resuming=False,
        probing=None,
        open_heard=False,
        check_ins=0,
        warned=state.warned or is_warning_due(state),
    )
    return Step(state, (*lead, *warning, Say(SayKind.QUESTION, state.plan.fill(question.words), question.id)))


def finish(state: State, outcome: Outcome, says: tuple[Say, ...], now_s: float) -> Step:
    """The end, after these words."""
    state = replace(
        stopped(state, now_s),
        phase=Phase.FINISHED,
        outcome=outcome,
        open_question=None,
        turn_from=0,
        probing=None,
        open_heard=False,
        stopped_at=None,
        undo=None,
    )
    return Step(state, (*says, Finish(outcome)))


def farewell(state: State, outcome: Outcome) -> Say:
    """The last words of an interview that ends like this."""
    match outcome:
        case Outcome.COMPLETED | Outcome.TIME_UP:
            return Say(SayKind.CLOSING, state.plan.fill(state.plan.flow.words.closing))
        case Outcome.CONSENT_REFUSED:
            return Say(SayKind.REFUSAL, phrases.REFUSED)
        case Outcome.STOPPED:
            return Say(SayKind.CLOSING, phrases.STOPPED)
        case Outcome.SILENT:
            return Say(SayKind.CLOSING, phrases.SILENT_END)


def read_again(state: State, absent_s: float) -> tuple[Say, ...]:
    """Back to the open question after an absence of this many seconds: go on, or hear it again."""
    if not state.open_heard:
        kind = SayKind.PROBE if state.probing else SayKind.QUESTION
        return (Say(kind, _open_words(state), state.open_question),)
    if absent_s < _LONG_ABSENCE_S:
        return (Say(SayKind.WELCOME_BACK, phrases.GO_ON, state.open_question),)
    kept = (Say(SayKind.WELCOME_BACK, phrases.KEPT, state.open_question),) if state.turn else ()
    return (*kept, Say(SayKind.REPEAT, _open_words(state), state.open_question))


def _answered(state: State, longest_pause_s: float, now_s: float) -> Step:
    question, answer = state.plan.flow.question(state.answers[-1].question), state.answers[-1]
    words = sum(piece.text.count(" ") + 1 for piece in state.turn)
    acknowledge = Say(SayKind.ACKNOWLEDGE, phrases.acknowledgement(state.acknowledged), question.id)
    state = replace(
        state,
        pauses=_with_pause(state, max(longest_pause_s, state.turn_pause_s), words),
        acknowledged=state.acknowledged + 1,
        wrapping_up=state.wrapping_up or is_wrap_up_due(state, now_s),
        check_ins=0,
    )
    probe = next_probe(state, question, answer)
    if probe is None:
        return advance(state, (acknowledge,), now_s)
    answer = replace(answer, probes_used=(*answer.probes_used, probe.point))
    state = replace(
        state,
        answers=(*state.answers[:-1], answer),
        turn_from=len(answer.pieces),
        turn_pause_s=0.0,
        resuming=False,
        probing=probe.point,
        open_heard=False,
    )
    return Step(state, (acknowledge, Say(SayKind.PROBE, state.plan.fill(probe.words), question.id)))


def _reply(state: State, lead: Say) -> Step:
    """A request was made instead of an answer: the open words are read again."""
    state = _without_turn(state)
    return Step(replace(state, check_ins=0), (lead, Say(SayKind.REPEAT, _open_words(state), state.open_question)))


def _skipped(state: State, now_s: float) -> Step:
    state = _without_turn(state)
    answer = replace(state.answers[-1], skipped=not state.answers[-1].pieces)
    lead = Say(SayKind.ACKNOWLEDGE, phrases.SKIPPED, answer.question)
    return advance(replace(state, answers=(*state.answers[:-1], answer), silent_questions=0), (lead,), now_s)


def _paused(state: State, now_s: float) -> Step:
    state = replace(_without_turn(state), check_ins=0)
    if MAX_PAUSES_S - state.waited_s < _SHORTEST_PAUSE_S:
        return Step(state, (Say(SayKind.CHECK_IN, phrases.CHECK_INS[0], state.open_question),))
    state = started(replace(state, phase=Phase.PAUSED, stopped_at=now_s), now_s)
    return Step(state, (Say(SayKind.PAUSE, phrases.PAUSED, state.open_question),))


def _turn_in_pause(state: State, event: AnswerFinished, now_s: float) -> Step:
    text = " ".join(piece.text for piece in state.turn)
    absent_s = 0.0 if state.stopped_at is None else now_s - state.stopped_at
    running = started(replace(state, phase=Phase.ASKING, stopped_at=None, check_ins=0), now_s)
    match event.intent:
        case Intent.ANSWER if len(text.split()) >= _ANSWER_IN_PAUSE_WORDS:
            return turn_given(running, event, now_s)
        case Intent.ANSWER if text and not read_consent(text):
            return Step(_without_turn(state))
        case Intent.ANSWER | Intent.RESUME:
            running = _without_turn(running)
            resumed = Say(SayKind.ACKNOWLEDGE, phrases.RESUME)
            return Step(running, (resumed, *read_again(running, absent_s)))
        case Intent.PAUSE:
            return Step(_without_turn(state))
        case _:
            return turn_given(running, event, now_s)


def _without_turn(state: State) -> State:
    """The state with the words of the current turn taken out of the answer: they were no part of it."""
    if not state.turn:
        return state
    question, answer = state.plan.flow.question(state.answers[-1].question), state.answers[-1]
    pieces = answer.pieces[: state.turn_from]
    covered = covered_points(question, " ".join(piece.text for piece in pieces))
    answer = replace(answer, pieces=pieces, covered=covered)
    return replace(state, answers=(*state.answers[:-1], answer), turn_pause_s=0.0, resuming=False)


def _with_resumed_pause(state: State, piece: Heard) -> State:
    pause_s = piece.started_s - state.answers[-1].pieces[-1].ended_s
    known = not piece.typed and 0 < pause_s <= _LONGEST_PAUSE_S
    return replace(state, resuming=False, turn_pause_s=max(state.turn_pause_s, pause_s if known else 0.0))


def _with_pause(state: State, pause_s: float, words: int) -> tuple[float, ...]:
    if pause_s < _SHOWN_PAUSE_S and words < _SHOWN_WORDS:
        return state.pauses
    return (*state.pauses, min(max(pause_s, 0.0), _LONGEST_PAUSE_S))[-_KEPT_PAUSES:]


def _warning(state: State, question: Question) -> tuple[Say, ...]:
    if question.kind is QuestionKind.CLOSING:
        return ()
    left_s = state.plan.budget_s - state.used_s
    text = phrases.ONE_MORE if is_last(state, question) else phrases.minutes_left(left_s)
    return (Say(SayKind.TIME_WARNING, text),)


def _open_words(state: State) -> str:
    question = state.plan.flow.question(state.answers[-1].question)
    words = next((probe.words for probe in question.probes if probe.point == state.probing), question.words)
    return state.plan.fill(words)


def _is_heard(state: State, said: Said) -> bool:
    return not said.interrupted or len(said.text) >= _HEARD_SHARE * len(_open_words(state))
