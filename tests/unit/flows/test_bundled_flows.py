"""The flows that come with Viva: valid, in time, speakable, and answered in full by their own sample answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

import pytest

from interview_flows.coverage import covered_points
from interview_flows.endings import Ending, ending
from interview_flows.flow import Flow, Patience, Question, QuestionKind
from interview_flows.intents import Intent, read_intent
from interview_flows.reading import parse_flow

FOLDER = resources.files("interview_flows").joinpath("flows")
FLOWS = {
    flow.id: flow
    for item in sorted(FOLDER.iterdir(), key=lambda item: item.name)
    if item.name.endswith(".toml")
    for flow in [parse_flow(item.read_text(encoding="utf-8"), item.name)]
}
QUESTIONS = [
    pytest.param(question, id=f"{flow.id}.{question.id}") for flow in FLOWS.values() for question in flow.questions
]
EXPECTING = [
    pytest.param(question, id=f"{flow.id}.{question.id}")
    for flow in FLOWS.values()
    for question in flow.questions
    if question.expects
]

SPOKEN_S_PER_WORD = 0.36
"""Of the neural voice, measured on these texts: 0.34 to 0.39."""
SPEAKABLE = re.compile(r"(?:[A-Za-z][a-z]*(?:'[a-z]+)?|I|\{candidate\}|\{minutes\})(?:[,.?]?(?: |$))")
"""Words, blanks and the marks that make a pause: no digits, abbreviations, hyphens, brackets or symbols."""


def spoken_s(text: str) -> float:
    return SPOKEN_S_PER_WORD * len(text.split())


def spoken_texts(flow: Flow) -> Iterator[str]:
    """Everything that either side may say aloud."""
    yield from (flow.words.disclosure, flow.words.consent, flow.words.closing)
    for question in flow.questions:
        yield question.words
        yield from (probe.words for probe in question.probes)
        yield question.sample_answer or ""


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


@pytest.fixture(params=FLOWS)
def flow(request: pytest.FixtureRequest) -> Flow:
    return FLOWS[request.param]


def test_the_three_flows_are_there_under_their_own_names() -> None:
    names = {item.name.removesuffix(".toml") for item in FOLDER.iterdir() if item.name.endswith(".toml")}
    assert names == set(FLOWS) == {"short_demo", "first_screen", "backend_engineer"}


@pytest.mark.parametrize(("flow_id", "minutes", "questions"), [
    ("short_demo", 4, 3), ("first_screen", 10, 8), ("backend_engineer", 25, 12),
])  # fmt: skip
def test_length(flow_id: str, minutes: float, questions: int) -> None:
    flow = FLOWS[flow_id]
    assert (flow.minutes, len(flow.questions)) == (minutes, questions)


def test_questions_fit_their_sections_and_sections_the_interview(flow: Flow) -> None:
    for section in flow.sections:
        assert sum(question.minutes for question in section.questions) <= section.minutes
    opening_minutes = (spoken_s(flow.words.disclosure) + spoken_s(flow.words.consent)) / 60
    assert sum(section.minutes for section in flow.sections) + opening_minutes <= flow.minutes


def test_a_whole_short_demo_is_about_two_minutes_of_talk() -> None:
    talk_s = sum(spoken_s(text) for text in (*FLOWS["short_demo"].words.model_dump().values(),))
    talk_s += sum(spoken_s(f"{question.words} {question.sample_answer}") for question in FLOWS["short_demo"].questions)
    assert 60 <= talk_s <= 130


def test_a_probed_answer_fits_the_minutes_of_its_question(flow: Flow) -> None:
    for question in flow.questions:
        longest_probe_s = max((spoken_s(probe.words) for probe in question.probes), default=0.0)
        needed_s = spoken_s(question.words) + spoken_s(question.sample_answer or "") + longest_probe_s + 10.0
        assert needed_s <= question.minutes * 60, question.id


def test_the_disclosure_is_short_and_says_what_a_candidate_must_know(flow: Flow) -> None:
    disclosure = flow.words.disclosure
    assert spoken_s(disclosure) <= (14 if flow.id == "short_demo" else 24)
    for said in ("automated interviewer", "as text, not as sound", "person", "decision|decides", "repeat", "pause",
                 "stop at any time|at any time, you can"):  # fmt: skip
        assert re.search(said, disclosure, re.IGNORECASE), said
    assert flow.words.consent.endswith("Please say yes or no.")


def test_the_candidate_is_named_only_where_it_is_safe(flow: Flow) -> None:
    for question in flow.questions:
        for text in (question.words, question.sample_answer or "", *(probe.words for probe in question.probes)):
            assert "{" not in text


def test_every_spoken_text_is_plain_words(flow: Flow) -> None:
    for text in spoken_texts(flow):
        rest = SPEAKABLE.sub("", text)
        assert rest == "", f"{rest!r} in {text!r}"


def test_sentences_are_short_enough_for_the_ear(flow: Flow) -> None:
    for text in spoken_texts(flow):
        for sentence in re.split(r"(?<=[.?])\s", text):
            assert len(sentence.split()) <= 28, sentence


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_asks_one_thing(question: Question) -> None:
    asks = [sentence for sentence in re.split(r"(?<=[.?])\s", question.words) if sentence.endswith("?")]
    assert len(asks) <= 1
    assert len(question.words.split()) <= 40


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_sample_answer_sounds_like_an_answer(question: Question) -> None:
    sample = question.sample_answer
    assert sample is not None
    assert 8 <= spoken_s(sample) <= 45
    assert sample.endswith(".")
    assert read_intent(sample) is Intent.ANSWER
    assert ending(sample) in {Ending.FINISHED, Ending.DONE}
    lengths = [len(sentence.split()) for sentence in re.split(r"(?<=[.?])\s", sample)]
    assert max(lengths) - min(lengths) >= 3


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_sample_answer_covers_every_point(question: Question) -> None:
    points = {expected.point for expected in question.expects}
    assert covered_points(question, question.sample_answer or "") == points


@pytest.mark.parametrize("question", EXPECTING)
def test_a_point_is_not_covered_by_every_sentence(question: Question) -> None:
    """Words so common that any sentence has them would hide what is missing."""
    idle = "Well, that is a good question, and I have to think for a moment what I could say to you here."
    assert covered_points(question, idle) == frozenset()


@pytest.mark.parametrize("question", EXPECTING)
def test_points_have_many_ways_of_being_said_and_none_twice(question: Question) -> None:
    for expected in question.expects:
        assert 6 <= len(expected.any) <= 14
        for phrase in expected.any:
            others = [other for other in expected.any if other != phrase]
            rest = question.model_copy(update={"expects": (expected.model_copy(update={"any": tuple(others)}),)})
            assert not covered_points(rest, phrase), f"{phrase!r} says nothing that the others do not"


@pytest.mark.parametrize("question", EXPECTING)
def test_behavioural_questions_probe_every_point_and_lead_to_none(question: Question) -> None:
    if question.max_probes == 0:
        assert question.endpointing is Patience.QUICK
        return
    assert [probe.point for probe in question.probes] == [expected.point for expected in question.expects]
    assert question.max_probes <= len(question.probes)
    for probe in question.probes:
        assert probe.words.endswith("?")
        assert not re.match(r"(?i)(did|do|does|was|were|is|are|have|has|would|could|can|should) ", probe.words)


def test_the_rubric_belongs_to_the_questions(flow: Flow) -> None:
    used = [question.dimension for question in flow.questions if question.dimension]
    assert set(used) == {dimension.id for dimension in flow.rubric}
    for question in flow.questions:
        judged = question.kind is QuestionKind.OPEN and question.endpointing is not Patience.QUICK
        assert (question.dimension is not None) == judged, question.id


def test_anchors_are_graded_and_say_what_can_be_observed(flow: Flow) -> None:
    vague = {"good", "bad", "poor", "weak", "strong", "excellent", "great", "average", "clear", "clearly", "confident",
             "impressive", "outstanding", "adequate", "well"}  # fmt: skip
    for dimension in flow.rubric:
        assert len(set(dimension.anchors)) == 5
        assert dimension.anchors[4].startswith("5: As 4, and ")
        for anchor in dimension.anchors:
            assert len(anchor.split()) >= 6, anchor
            assert vague.isdisjoint(words_of(anchor)), anchor


def test_long_flows_begin_softly_and_end_with_the_candidates_turn() -> None:
    for flow in FLOWS.values():
        assert flow.questions[0].kind is QuestionKind.INTRO
        assert flow.questions[0].endpointing is Patience.QUICK
    for flow_id in ("first_screen", "backend_engineer"):
        assert FLOWS[flow_id].questions[-1].kind is QuestionKind.CLOSING


def test_patience_is_set_only_where_the_default_is_wrong(flow: Flow) -> None:
    for question in flow.questions:
        assert question.patience is not Patience.NORMAL
