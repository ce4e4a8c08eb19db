"""Event logs for report tests: a scripted interview held by the real machine, stored as the worker stores it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from agent.flow_library import bundled_flows
from interview_flows.events import AnswerFinished, Consent, Event, Heard, Joined, Said, to_json
from interview_flows.flow import Flow, Question
from interview_flows.intents import Intent
from interview_flows.machine import Phase, Say, initial, step
from interview_flows.plan import make_plan
from knowledge.records import InterviewRecord, InterviewStatus, StoredEvent

JOINED_AT = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
SPOKEN_S_PER_WORD = 0.4


class HeldInterview:
    """One interview in scripted time. Everything the machine asks to be said is said, and takes its time."""

    def __init__(self, flow: Flow | None = None, candidate: str = "Ada Byron") -> None:
        self.flow = flow or bundled_flows()["short_demo"]
        self.plan = make_plan(self.flow, candidate)
        self.state = initial(self.plan)
        self.now_s = JOINED_AT.timestamp()
        self.events: list[StoredEvent] = []

    @property
    def question(self) -> Question:
        assert self.state.open_question is not None
        return self.flow.question(self.state.open_question)

    @property
    def record(self) -> InterviewRecord:
        return InterviewRecord(
            id=UUID(int=7),
            flow_id=self.flow.id,
            title=self.flow.title,
            candidate_name=self.plan.candidate,
            email=None,
            status=InterviewStatus.LIVE,
            outcome=None,
            created_at=JOINED_AT - timedelta(days=1),
            started_at=JOINED_AT,
            ended_at=None,
            expires_at=JOINED_AT + timedelta(days=2),
            plan=self.plan.model_dump(mode="json"),
            last_seq=len(self.events),
            lease_until=None,
        )

    def happens(self, event: Event, *, after_s: float = 0.0) -> None:
        """One event, then whatever the machine wants said."""
        self.now_s += after_s
        self._store(event)
        result = step(self.state, event, self.now_s)
        self.state = result.state
        for action in result.actions:
            if isinstance(action, Say):
                self.says(action)

    def says(self, say: Say, *, heard: str | None = None) -> None:
        """Words of the interviewer, cut short after `heard` where that is given."""
        text = say.text if heard is None else heard
        started_s = self.now_s
        self.now_s += SPOKEN_S_PER_WORD * len(text.split())
        said = Said(say.kind, say.question, text, heard is not None, started_s, self.now_s)
        self._store(said)
        self.state = step(self.state, said, self.now_s).state

    def joins(self, *, consent: bool | None = True) -> None:
        self.happens(Joined())
        self.happens(Consent(consent), after_s=1.0)

    def answers(self, *texts: str, confidence: float | None = 0.9, intent: Intent = Intent.ANSWER) -> None:
        """A turn of the candidate, a recognised piece for each text, then its end."""
        for text in texts:
            self.hears(text, confidence=confidence)
        self.happens(AnswerFinished(intent), after_s=0.8)

    def hears(self, text: str, *, confidence: float | None = 0.9, typed: bool = False) -> None:
        started_s = self.now_s + 0.6
        ended_s = started_s if typed else started_s + SPOKEN_S_PER_WORD * len(text.split())
        self.now_s = ended_s
        self.happens(Heard(text, confidence, started_s, ended_s, typed=typed), after_s=0.2)

    def answers_well(self) -> None:
        """Every question left, each with its sample answer."""
        while self.state.phase is Phase.ASKING:
            assert self.question.sample_answer is not None
            self.answers(self.question.sample_answer)

    def _store(self, event: Event) -> None:
        type_, payload = to_json(event)
        seq = len(self.events) + 1
        self.events.append(StoredEvent(seq, type_, payload, actor="agent", epoch=1, at_s=self.now_s))


def whole_interview(flow: Flow | None = None, candidate: str = "Ada Byron") -> HeldInterview:
    """An interview in which everything was agreed to and answered well."""
    held = HeldInterview(flow, candidate)
    held.joins()
    held.answers_well()
    return held
