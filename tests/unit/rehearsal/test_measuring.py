from collections.abc import Sequence

import pytest

from agent.rehearsal.delivery import PauseKind
from agent.rehearsal.lines import CONSENT, LineKey, LineKind
from agent.rehearsal.measuring import Heard, SpokenLine, SpokenPause, VoiceSpan, join_voice, measure
from interview_flows.flow import Patience

WORK = LineKey(LineKind.ANSWER, "work")
TROUBLE = LineKey(LineKind.ANSWER, "trouble")


def heard(lines: list[SpokenLine], voice: list[tuple[float, float]]) -> Heard:
    return Heard(connected_s=1.0, lines=tuple(lines), voice=tuple(VoiceSpan(*span) for span in voice))


def line(
    key: LineKey, began_s: float, ended_s: float, pauses: Sequence[SpokenPause] = (), *, barge_in: bool = False
) -> SpokenLine:
    return SpokenLine(key, "words", began_s, ended_s, tuple(pauses), barge_in)


def test_gaps_carry_the_patience_of_the_open_question(flow):
    found = measure(
        heard(
            [line(CONSENT, 5.0, 6.0), line(WORK, 10.0, 14.0), line(TROUBLE, 20.0, 25.0)],
            [(1.6, 4.0), (6.5, 9.0), (14.7, 18.0), (26.2, 28.0)],
        ),
        flow,
    )
    assert found.greeting_s == pytest.approx(0.6)
    assert [(gap.line, gap.patience) for gap in found.gaps] == [
        (CONSENT, Patience.QUICK),
        (WORK, Patience.QUICK),
        (TROUBLE, Patience.NORMAL),
    ]
    assert [gap.gap_s for gap in found.gaps] == pytest.approx([0.5, 0.7, 1.2])
    assert found.problems == ()


def test_speech_that_begins_inside_a_pause_is_a_cut_off_and_no_gap(flow):
    pauses = [SpokenPause(11.0, 12.5, PauseKind.FINISHED), SpokenPause(14.0, 15.0, PauseKind.UNFINISHED)]
    found = measure(heard([line(WORK, 10.0, 17.0, pauses)], [(12.0, 13.0), (18.0, 19.0)]), flow)
    assert [(pause.kind, pause.cut) for pause in found.pauses] == [
        (PauseKind.FINISHED, True),
        (PauseKind.UNFINISHED, False),
    ]
    assert [pause.length_s for pause in found.pauses] == pytest.approx([1.5, 1.0])
    assert found.gaps == ()
    assert found.problems == ()


def test_speech_on_its_way_when_the_pause_ended_was_begun_inside_it(flow):
    pauses = [SpokenPause(11.0, 12.0, PauseKind.FINISHED)]
    assert measure(heard([line(WORK, 10.0, 15.0, pauses)], [(12.2, 13.0)]), flow).pauses[0].cut
    late = measure(heard([line(WORK, 10.0, 15.0, pauses)], [(13.0, 14.0)]), flow)
    assert not late.pauses[0].cut
    assert "outside a pause" in late.problems[0]


def test_barge_in_is_timed_to_the_last_voice_of_the_utterance_it_hit(flow):
    found = measure(
        heard([line(WORK, 10.0, 15.0, barge_in=True)], [(8.0, 9.8), (10.1, 10.4), (15.6, 17.0)]),
        flow,
    )
    assert found.barge_in_stop_s == pytest.approx((0.4,))
    assert [gap.gap_s for gap in found.gaps] == pytest.approx([0.6])


def test_an_answer_nobody_replies_to_is_a_problem(flow):
    found = measure(heard([line(WORK, 10.0, 15.0)], [(2.0, 3.0)]), flow)
    assert found.gaps == ()
    assert found.problems == ("no reply to the line answer work",)


def test_half_an_answer_before_dropping_out_expects_no_reply(flow):
    assert measure(heard([line(LineKey(LineKind.PARTIAL, "work"), 10.0, 12.0)], []), flow).problems == ()


def test_an_agent_that_never_speaks_has_no_greeting(flow):
    assert measure(heard([], []), flow).greeting_s is None


def test_breaths_join_utterances():
    spans = [VoiceSpan(0.0, 1.0), VoiceSpan(1.5, 2.0), VoiceSpan(3.0, 4.0)]
    assert join_voice(spans) == [VoiceSpan(0.0, 2.0), VoiceSpan(3.0, 4.0)]
