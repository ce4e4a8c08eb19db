"""Events survive storage; what cannot be read is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interview_flows.actions import SayKind
from interview_flows.events import AnswerFinished, Consent, Event, EventError, Heard, Said, from_json, to_json
from interview_flows.intents import Intent
from tests.unit.flows.strategies import events


@given(events)
def test_every_event_survives_storage(event: Event):
    name, payload = to_json(event)
    assert from_json(name, json.loads(json.dumps(payload))) == event


@given(st.booleans() | st.none())
def test_consent_stores_no_words(given_answer):
    assert to_json(Consent(given_answer)) == ("consent", {"given": given_answer})


def test_the_stored_form_is_plain():
    assert to_json(AnswerFinished(Intent.SKIP)) == ("answer_finished", {"intent": "skip", "longest_pause_s": 0.0})
    said = Said(SayKind.PROBE, "q", "What came of it?", interrupted=False, started_s=1.0, ended_s=2.5)
    assert to_json(said) == (
        "said",
        {
            "kind": "probe",
            "question": "q",
            "text": "What came of it?",
            "interrupted": False,
            "started_s": 1.0,
            "ended_s": 2.5,
        },
    )


def test_unknown_keys_are_passed_over_and_defaults_apply():
    payload: dict[str, object] = {"text": "Hi", "confidence": None, "started_s": 1, "ended_s": 2, "later": "yes"}
    assert from_json("heard", payload) == Heard("Hi", None, 1.0, 2.0)


@pytest.mark.parametrize(
    ("name", "payload", "message"),
    [
        ("heart", {}, "event type 'heart' is not one of joined, consent, heard"),
        ("heard", {"text": "Hi"}, "event 'heard', confidence: Field required"),
        ("answer_finished", {"intent": "sing"}, "event 'answer_finished', intent: "),
    ],
)
def test_what_cannot_be_read_is_named(name, payload, message):
    with pytest.raises(EventError, match=message):
        from_json(name, payload)
