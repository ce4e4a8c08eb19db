"""Random flows and events for the properties beside it."""

from hypothesis import strategies as st

from interview_flows.actions import SayKind
from interview_flows.events import (
    AnswerFinished,
    AnswerResumed,
    Consent,
    EngineDegraded,
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
from interview_flows.flow import Flow
from interview_flows.intents import Intent
from interview_flows.plan import Accommodations, Plan, make_plan

_words = st.sampled_from(
    ["Yes.", "", "The problem was a bug.", "I do not know", "and in the end it improved", "I'm ready.", "um", "No."]
)
_seconds = st.floats(min_value=0, max_value=4e9, allow_nan=False)
_questions = st.sampled_from([None, "q0", "q1", "q2", "unknown"])

heard = st.builds(Heard, _words, st.none() | st.floats(0, 1), _seconds, _seconds, st.booleans())
answer_finished = st.builds(AnswerFinished, st.sampled_from(Intent), st.floats(0, 10))
said = st.builds(Said, st.sampled_from(SayKind), _questions, _words, st.booleans(), _seconds, _seconds)
events: st.SearchStrategy[Event] = st.one_of(
    heard,
    heard,
    answer_finished,
    answer_finished,
    said,
    st.builds(Consent, st.booleans() | st.none()),
    st.sampled_from([Joined(), AnswerResumed(), Silence(), Tick(), Left(), Returned()]),
    st.builds(Resumed, st.just("worker")),
    st.just(EngineDegraded("stt", "espeak", "gone")),
)


def _question(index: int, kind: str, minutes: float, points: int, max_probes: int) -> dict[str, object]:
    names = ["problem", "result", "lesson"][:points]
    return {
        "id": f"q{index}",
        "kind": kind,
        "words": f"Core question number {index}?",
        "minutes": minutes,
        "max_probes": max_probes,
        "expects": [{"point": name, "any": [name]} for name in names],
        "probes": [{"point": name, "words": f"What was the {name}?"} for name in names],
    }


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans of one to five questions and a quarter of a minute to ten minutes."""
    count = draw(st.integers(1, 5))
    questions = [
        _question(
            index,
            draw(st.sampled_from(["open", "intro", "code", "closing"])),
            draw(st.sampled_from([0.2, 0.5, 1.0, 3.0])),
            draw(st.integers(0, 3)),
            draw(st.integers(0, 3)),
        )
        for index in range(count)
    ]
    flow = Flow.model_validate(
        {
            "id": "random",
            "version": 1,
            "title": "Random",
            "minutes": draw(st.sampled_from([0.25, 1.0, 4.0, 10.0])),
            "grace_minutes": draw(st.sampled_from([0.0, 0.25, 1.0])),
            "words": {"disclosure": "Hello.", "consent": "Do you agree?", "closing": "Thank you and goodbye."},
            "sections": [{"id": "s", "title": "S", "minutes": 5.0, "questions": questions}],
        }
    )
    return make_plan(flow, "Ada", accommodations=Accommodations(extra_time=draw(st.sampled_from([1.0, 1.5]))))
