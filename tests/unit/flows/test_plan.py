"""A plan fixes time, accommodations and every word that may be spoken."""

import pytest

from interview_flows import phrases
from interview_flows.plan import Accommodations, Plan, make_plan
from tests.unit.flows.samples import sample_flow, sample_plan


def test_the_flows_time_is_the_plans():
    plan = sample_plan()
    assert (plan.budget_s, plan.limit_s) == (360, 420)


def test_extra_time_lengthens_the_budget_and_not_the_grace():
    plan = sample_plan(extra_time=1.5)
    assert (plan.budget_s, plan.limit_s) == (540, 600)


def test_other_minutes_scale_the_questions():
    plan = sample_plan(minutes=12)
    assert plan.budget_s == 720
    assert plan.question_s(plan.flow.question("project")) == 180


def test_words_are_filled():
    plan = make_plan(sample_flow(), "Ada {title}")
    assert plan.fill(plan.flow.words.disclosure) == (
        "Hello Ada {title}, this is an interview of 6 minutes: Sample interview."
    )
    assert plan.fill("Braces {of} others stay.") == "Braces {of} others stay."


def test_fixed_words_hold_every_text_once_and_filled():
    plan = sample_plan()
    fixed = plan.fixed_words()
    assert len(set(fixed)) == len(fixed)
    assert fixed[0] == plan.fill(plan.flow.words.disclosure)
    wanted = [question.words for question in plan.flow.questions]
    wanted += [probe.words for question in plan.flow.questions for probe in question.probes]
    assert {*wanted, *phrases.EVERY_PHRASE, "Thank you Ada. Goodbye."} <= set(fixed)


def test_every_phrase_is_listed():
    texts = [value for name, value in vars(phrases).items() if name.isupper() and isinstance(value, str)]
    lists = [value for name, value in vars(phrases).items() if name.isupper() and isinstance(value, tuple)]
    assert {*texts, *(text for group in lists for text in group)} - set(phrases.EVERY_PHRASE) == set(phrases._NUMBERS)


def test_a_plan_survives_storage():
    plan = sample_plan(extra_time=1.25, captions_only=True)
    assert Plan.model_validate(plan.model_dump(mode="json")) == plan


def test_accommodations_are_read_from_the_command_line():
    read = Accommodations.parse("extra-time=1.5, longer-pauses=2,typed-answers,captions-only=no")
    assert read == Accommodations(extra_time=1.5, longer_pauses=2, typed_answers=True)
    assert Accommodations.parse("") == Accommodations()


def test_wrong_accommodations_are_all_named():
    with pytest.raises(ValueError, match="'extra'") as caught:
        Accommodations.parse("extra=1,longer-pauses=9,captions-only=perhaps,slower-speech=fast")
    message = str(caught.value)
    assert "is not one of extra-time, longer-pauses, slower-speech, captions-only, typed-answers" in message
    assert "captions-only: 'perhaps' is not one of yes, no" in message
    assert "longer-pauses: " in message
    assert "slower-speech: " in message
