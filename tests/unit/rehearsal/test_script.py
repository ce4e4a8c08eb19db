from dataclasses import replace

import pytest

from agent.rehearsal.lines import CONSENT, STILL_HERE, LineKey, LineKind
from agent.rehearsal.personas import Persona
from agent.rehearsal.script import MOST_REPEATS, Leave, Scene, Script, Speak, last_match
from agent.rehearsal.word_errors import normalised_words
from interview_flows.flow import Flow

QUIET = Scene(now_s=10.0, phase="asking", question="work", agent_listening=True, agent_last_voice_s=9.0)


def answer(question: str) -> Speak:
    return Speak(LineKey(LineKind.ANSWER, question))


def filled(flow: Flow, question: str) -> str:
    return flow.question(question).words.replace("{candidate}", "Robin Example")


def test_consent_is_given_when_it_is_asked_for(flow):
    script = Script(flow, Persona.STEADY)
    assert script.decide(replace(QUIET, phase="consent", question=None)) == Speak(CONSENT)


@pytest.mark.parametrize(
    "scene",
    [
        replace(QUIET, agent_last_voice_s=9.7),
        replace(QUIET, agent_last_voice_s=0.0),
        replace(QUIET, agent_speaking=True),
        replace(QUIET, speaking=True),
        replace(QUIET, agent_listening=False),
        replace(QUIET, phase="waiting"),
        replace(QUIET, phase="finished"),
        replace(QUIET, phase=None),
        replace(QUIET, question=None),
        replace(QUIET, question="not of this flow"),
    ],
    ids=[
        "too soon",
        "nothing said",
        "agent speaks",
        "speaking",
        "agent thinks",
        "waiting",
        "over",
        "no status",
        "no question",
        "unknown",
    ],
)
def test_nobody_speaks_out_of_turn(flow, scene):
    assert Script(flow, Persona.STEADY).decide(scene) is None


def test_an_agent_without_a_state_is_answered_after_a_longer_silence(flow):
    script = Script(flow, Persona.STEADY)
    scene = replace(QUIET, agent_listening=False)
    assert script.decide(replace(scene, agent_last_voice_s=7.0)) is None
    assert script.decide(replace(scene, agent_last_voice_s=5.0)) == answer("work")


def test_each_utterance_of_the_agent_is_answered_once(flow):
    script = Script(flow, Persona.STEADY)
    assert script.decide(QUIET) == answer("work")
    script.fell_silent(14.0)
    assert script.decide(replace(QUIET, now_s=16.0)) is None
    following = replace(QUIET, now_s=20.0, agent_last_voice_s=19.0, question="trouble")
    assert script.decide(following) == answer("trouble")


def test_the_words_heard_decide_before_the_status(flow):
    script = Script(flow, Persona.STEADY)
    scene = replace(QUIET, caption=f"Thank you. {filled(flow, 'trouble')}")
    assert script.decide(scene) == answer("trouble")


def test_a_probe_is_recognised_by_its_words_and_answered_once(flow):
    script = Script(flow, Persona.BRIEF)
    assert script.decide(replace(QUIET, question="trouble")) == answer("trouble")
    script.fell_silent(12.0)
    probe = LineKey(LineKind.PROBE, "trouble", "names the result")
    heard = replace(
        QUIET, now_s=15.0, agent_last_voice_s=14.0, question="trouble", caption=flow.question("trouble").probes[0].words
    )
    assert script.decide(heard) == Speak(probe)
    script.fell_silent(18.0)
    assert script.decide(replace(heard, now_s=25.0, agent_last_voice_s=24.0)) == Speak(STILL_HERE)


def test_check_ins_are_answered_a_few_times_only(flow):
    script = Script(flow, Persona.STEADY)
    said = []
    for turn in range(MOST_REPEATS + 3):
        start = 100.0 * turn
        said.append(
            script.decide(replace(QUIET, now_s=start + 10, agent_last_voice_s=start + 9, caption="Are you there?"))
        )
        script.fell_silent(start + 12)
    assert said == [answer("work"), *[Speak(STILL_HERE)] * MOST_REPEATS, None, None]


def test_a_question_asked_again_is_answered_again(flow):
    script = Script(flow, Persona.STEADY)
    assert script.decide(QUIET) == answer("work")
    script.fell_silent(12.0)
    again = replace(QUIET, now_s=20.0, agent_last_voice_s=19.0, caption=f"Welcome back. {filled(flow, 'work')}")
    assert script.decide(again) == answer("work")


def test_a_silent_candidate_agrees_and_is_not_heard_again(flow):
    script = Script(flow, Persona.SILENT)
    assert script.decide(replace(QUIET, phase="consent")) == Speak(CONSENT)
    script.fell_silent(11.0)
    assert script.decide(replace(QUIET, now_s=20.0, agent_last_voice_s=19.0)) is None


def test_an_interrupter_barges_in_once_while_enough_of_the_question_is_left(flow):
    script = Script(flow, Persona.INTERRUPTER)
    asking = replace(QUIET, agent_speaking=True, agent_last_voice_s=10.0, question="trouble")
    assert script.decide(replace(asking, agent_began_s=9.0)) is None
    assert script.decide(replace(asking, agent_began_s=2.0)) is None
    due = replace(asking, agent_began_s=7.5)
    assert script.decide(due) == Speak(LineKey(LineKind.ANSWER, "trouble"), barge_in=True)
    assert script.decide(due) is None
    assert Script(flow, Persona.STEADY).decide(due) is None


def test_a_leaver_drops_out_in_its_second_answer_and_gives_it_in_full_when_it_is_back(flow):
    script = Script(flow, Persona.LEAVER)
    assert script.decide(QUIET) == answer("work")
    script.fell_silent(12.0)
    second = replace(QUIET, now_s=16.0, agent_last_voice_s=15.0, question="trouble")
    assert script.decide(second) == Speak(LineKey(LineKind.PARTIAL, "trouble"))
    script.fell_silent(18.0)
    assert isinstance(script.decide(replace(second, now_s=18.1)), Leave)
    script.came_back(23.0)
    assert script.decide(replace(second, now_s=24.0)) is None
    assert script.decide(replace(second, now_s=30.0, agent_last_voice_s=29.0)) == answer("trouble")


def test_matching_forgives_filled_in_names_and_wants_most_of_the_words(flow):
    words = normalised_words(flow.question("work").words)
    assert last_match(normalised_words("Hello. " + filled(flow, "work")), words)
    assert not last_match(normalised_words("Tell me what your work is at present."), words)
    assert not last_match([], words)
    assert not last_match(words, [])
