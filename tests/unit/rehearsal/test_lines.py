from agent.rehearsal.lines import (
    BARGE_WORDS,
    CONSENT,
    CONSENT_WORDS,
    LineKey,
    LineKind,
    answer_text,
    probe_answer_text,
    write_lines,
)
from agent.rehearsal.personas import Persona
from interview_flows.coverage import covered_points
from interview_flows.intents import read_consent, read_intent


def answer(question: str) -> LineKey:
    return LineKey(LineKind.ANSWER, question)


def test_consent_words_are_a_yes():
    assert read_consent(CONSENT_WORDS) is True


def test_a_steady_candidate_gives_the_sample_answers(flow):
    lines = write_lines(flow, Persona.STEADY, 1)
    assert lines[CONSENT].text == CONSENT_WORDS
    assert lines[answer("work")].text == flow.question("work").sample_answer


def test_a_question_without_a_sample_answer_is_answered_from_its_points(flow):
    text = answer_text(flow.question("plans"))
    assert covered_points(flow.question("plans"), text) == {"names the problem", "names the result"}
    assert read_intent(text).value == "answer"


def test_a_question_without_anything_is_answered_all_the_same(flow):
    assert answer_text(flow.question("work").model_copy(update={"sample_answer": None}))


def test_a_probe_is_answered_to_the_point(flow):
    for question in flow.questions:
        for probe in question.probes:
            assert probe.point in covered_points(question, probe_answer_text(question, probe.point))
    assert probe_answer_text(flow.question("trouble"), "names the result") == "The result was a calm week."


def test_a_brief_candidate_stops_after_a_sentence(flow):
    lines = write_lines(flow, Persona.BRIEF, 1)
    assert lines[answer("trouble")].text == "There was a bug in our order list."


def test_a_silent_candidate_has_only_its_consent(flow):
    assert {key.kind for key in write_lines(flow, Persona.SILENT, 1)} == {LineKind.CONSENT, LineKind.STILL_HERE}


def test_an_interrupter_says_so_first(flow):
    assert write_lines(flow, Persona.INTERRUPTER, 1)[answer("work")].text.startswith(BARGE_WORDS)


def test_a_leaver_has_half_an_answer_to_drop_out_after(flow):
    lines = write_lines(flow, Persona.LEAVER, 1)
    assert lines[LineKey(LineKind.PARTIAL, "trouble")].text == "There was a bug in our order list."


def test_a_thinker_pauses_and_the_seed_decides_where(flow):
    first, again, other = (write_lines(flow, Persona.THINKER, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert any(piece.kind for delivery in first.values() for piece in delivery.pieces)
