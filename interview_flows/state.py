"""The state of one interview: small, frozen, rebuilt by folding the event log."""

from dataclasses import dataclass
from enum import StrEnum

from interview_flows.actions import Action, Outcome
from interview_flows.events import Heard
from interview_flows.flow import Question
from interview_flows.plan import Plan


class Phase(StrEnum):
    WAITING = "waiting"
    CONSENT = "consent"
    ASKING = "asking"
    PAUSED = "paused"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said to one question, its probes included."""

    question: str
    pieces: tuple[Heard, ...] = ()
    covered: frozenset[str] = frozenset()
    """Expected points that were named."""
    probes_used: tuple[str, ...] = ()
    """Points that were probed, in order."""
    skipped: bool = False
    """The candidate asked to move on and nothing of an answer was given."""

    @property
    def text(self) -> str:
        return " ".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class State:
    plan: Plan
    phase: Phase = Phase.WAITING
    open_question: str | None = None
    answers: tuple[Answer, ...] = ()
    """One for each question that was opened, in order; the last one is open while `open_question` is set."""
    turn_from: int = 0
    """Index of the open answer's first piece that belongs to the current turn."""
    turn_pause_s: float = 0.0
    """The longest pause inside the current turn that the agent had taken for its end."""
    resuming: bool = False
    """The candidate goes on after such a pause: the next words tell how long it was."""
    probing: str | None = None
    """The expected point that the open probe asks for."""
    open_heard: bool = False
    """The open question, or its open probe, was played to its end."""
    disclosed: bool = False
    """The disclosure was played to its end."""
    used_s: float = 0.0
    """Interview time used up to `running_since`, in seconds."""
    running_since: float | None = None
    """Unix seconds from which the interview clock runs; None while it is stopped."""
    waited_s: float = 0.0
    """Time spent in this phase of consent, or in pauses together, up to `waiting_since`."""
    waiting_since: float | None = None
    """Unix seconds since which the candidate, present, has kept the clock stopped."""
    stopped_at: float | None = None
    """Unix seconds at which the candidate left or paused; None while neither."""
    present: bool = False
    consent_tries: int = 0
    """Unclear answers to the consent question."""
    check_ins: int = 0
    """Check-ins since the candidate was last heard."""
    silent_questions: int = 0
    """Questions in a row that passed without a word."""
    acknowledged: int = 0
    """Acknowledgements given; chooses the next one."""
    warned: bool = False
    """The time warning was given."""
    wrapping_up: bool = False
    """The time is used: the interview ends at the next pause."""
    outcome: Outcome | None = None
    pauses: tuple[float, ...] = ()
    """The longest pause inside each recent answer that showed how the candidate pauses, in seconds, newest last."""
    undo: "State | None" = None
    """What AnswerResumed goes back to while the reply was not heard."""

    @property
    def asked(self) -> tuple[str, ...]:
        """Ids of the questions that were opened, in order."""
        return tuple(answer.question for answer in self.answers)

    @property
    def longest_pause_s(self) -> float:
        """The longest recent pause inside an answer; 0 while none is known."""
        return max(self.pauses, default=0.0)

    @property
    def question(self) -> Question | None:
        """The open question."""
        return None if self.open_question is None else self.plan.flow.question(self.open_question)

    @property
    def answer(self) -> Answer | None:
        """The open answer."""
        return self.answers[-1] if self.open_question is not None else None

    @property
    def turn(self) -> tuple[Heard, ...]:
        """What was heard since the current turn opened."""
        return self.answers[-1].pieces[self.turn_from :] if self.open_question is not None else ()


def initial(plan: Plan) -> State:
    """Before the candidate joins."""
    return State(plan)


@dataclass(frozen=True, slots=True)
class Step:
    """What one event led to."""

    state: State
    actions: tuple[Action, ...] = ()
