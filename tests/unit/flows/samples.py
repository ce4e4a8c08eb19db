"""A small flow and a hand that plays interviews on the machine, for the tests beside it."""

from dataclasses import dataclass, field

from interview_flows.events import AnswerFinished, Consent, Event, Heard, Joined, Said, Tick, from_json, to_json
from interview_flows.flow import Flow
from interview_flows.intents import Intent
from interview_flows.machine import Action, Finish, Outcome, Phase, Say, SayKind, State, initial, next_deadline_s, step
from interview_flows.plan import Accommodations, Plan, make_plan
from interview_flows.reading import parse_flow

FLOW_TOML = """
id = "sample"
version = 1
title = "Sample interview"
language = "en"
persona = "professional"
minutes = 6
grace_minutes = 1

[words]
disclosure = "Hello {candidate}, this is an interview of {minutes} minutes: {title}."
consent = "Do you agree?"
closing = "Thank you {candidate}. Goodbye."

[[rubric]]
id = "ownership"
name = "Ownership"
anchors = ["1: none", "2: little", "3: some", "4: much", "5: all of it"]

[[sections]]
id = "opening"
title = "Opening"
minutes = 1

[[sections.questions]]
id = "work"
kind = "intro"
words = "What kind of work do you do?"
minutes = 0.5
patience = "quick"

[[sections]]
id = "experience"
title = "Experience"
minutes = 5

[[sections.questions]]
id = "project"
kind = "open"
words = "Tell me about your last project."
minutes = 1.5
dimension = "ownership"
max_probes = 2
expects = [
  { point = "names the problem", any = ["problem", "issue", "bug"] },
  { point = "names the result", any = ["result", "in the end", "improve"] },
]
probes = [
  { point = "names the problem", words = "What was the problem?" },
  { point = "names the result", words = "What came of it?" },
]
sample_answer = "The problem was a slow page. I measured it, I changed the query, and in the end it was fast for all."

[[sections.questions]]
id = "exercise"
kind = "code"
words = "How would you reverse a list?"
minutes = 1

[[sections.questions]]
id = "anything_else"
kind = "closing"
words = "Is there anything you would like to add?"
minutes = 0.5
"""

START_S = 1_800_000_000.0


def sample_flow() -> Flow:
    return parse_flow(FLOW_TOML, "sample.toml")


def sample_plan(minutes: float | None = None, **accommodations: float | bool) -> Plan:
    return make_plan(sample_flow(), "Ada", minutes, Accommodations.model_validate(accommodations))


@dataclass
class Hand:
    """Plays events on the machine, keeps the log, and delivers the ticks that fall due on the way."""

    plan: Plan
    now_s: float = START_S
    state: State = field(init=False)
    log: list[tuple[Event, float]] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    """Those of the last event."""

    def __post_init__(self) -> None:
        self.state = initial(self.plan)

    def play(self, event: Event, after_s: float = 0.0) -> list[Action]:
        """Waits, with the ticks that are due, then plays the event."""
        until_s = self.now_s + after_s
        while (due_s := next_deadline_s(self.state, self.now_s)) is not None and due_s < until_s:
            self.now_s = max(self.now_s, due_s)
            self._step(Tick())
        self.now_s = until_s
        return self._step(event)

    def begin(self) -> list[Action]:
        """Joins and agrees: the first question is open."""
        self.play(Joined())
        return self.play(Consent(True), after_s=5)

    def hear(self, text: str, after_s: float = 1.0) -> None:
        self.play(Heard(text, 0.9, self.now_s, self.now_s + after_s), after_s)

    def answer(self, text: str, intent: Intent = Intent.ANSWER, after_s: float = 1.0) -> list[Action]:
        """Says the words as one piece and gives the turn."""
        self.hear(text, after_s)
        return self.play(AnswerFinished(intent))

    def speak(self) -> None:
        """Plays what the last event asked to say, to its end."""
        for action in [action for action in self.actions if isinstance(action, Say)]:
            self.play(Said(action.kind, action.question, action.text, False, self.now_s, self.now_s + 1), 1)

    def said(self) -> list[tuple[SayKind, str]]:
        """Kind and words of the last event's actions."""
        return [(action.kind, action.text) for action in self.actions if isinstance(action, Say)]

    def kinds(self) -> list[SayKind]:
        return [kind for kind, _ in self.said()]

    def outcome(self) -> Outcome | None:
        """How the last event ended the interview, if it did."""
        return next((action.outcome for action in self.actions if isinstance(action, Finish)), None)

    def is_finished(self) -> bool:
        return self.state.phase is Phase.FINISHED

    def stored_log(self) -> list[tuple[Event, float]]:
        """The log after a way through its stored form."""
        return [(from_json(*to_json(event)), at_s) for event, at_s in self.log]

    def _step(self, event: Event) -> list[Action]:
        result = step(self.state, event, self.now_s)
        self.state = result.state
        self.log.append((event, self.now_s))
        self.actions = list(result.actions)
        return self.actions
