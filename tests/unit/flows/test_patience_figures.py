"""Patience against synthetic speakers: steady ones wait little, thinkers are hardly cut off.

The recogniser is imitated at its worst for this purpose: it mostly writes a full stop, whatever was cut off.
"""

import random
from dataclasses import dataclass, field

import pytest

from interview_flows.events import AnswerFinished, Consent, Heard, Joined
from interview_flows.flow import Patience
from interview_flows.machine import Phase
from interview_flows.patience import TurnSignals, wait_s
from interview_flows.plan import make_plan
from interview_flows.reading import parse_flow
from tests.unit.flows.samples import Hand

OVERHEAD_S = 0.35
"""From the end of the wait to the agent's voice at the candidate's ear."""
WORDS_PER_S = 2.3
SAMPLES = {
    "problem": "Our orders went out late, because two teams kept their own lists. I made one list out of both, and I "
    "checked it every morning with a colleague. After two weeks the late orders were almost gone, and the result "
    "was that nobody had to call the customers any more.",
    "learned": "Last spring I had to learn a new payment system, and I had one week for it. I read the guide at home, "
    "and I asked a friend to watch me use it. At the beginning I made mistakes with refunds, so I wrote them down. "
    "In the end the first month went through without an error.",
    "argued": "A colleague wanted to rewrite the whole service, and I did not agree with that. I proposed to measure "
    "first, because we did not know what was slow. We found one query that took most of the time. He accepted that, "
    "and we still work well together.",
}
EXPECTS = {
    "problem": [("says the problem", "late"), ("says what they did", "made"), ("says the result", "result")],
    "learned": [("says what", "learn"), ("says how", "read"), ("says the result", "in the end")],
    "argued": [("says who", "colleague"), ("says what they did", "proposed"), ("says the result", "accepted")],
}


def _flow(patience: Patience, *, with_samples: bool) -> str:
    lines = [
        'id = "figures"\nversion = 1\ntitle = "Figures"\nminutes = 30',
        '[words]\ndisclosure = "Hello."\nconsent = "Yes?"\nclosing = "Bye."',
        '[[sections]]\nid = "s"\ntitle = "S"\nminutes = 30',
    ]
    for name, answer in SAMPLES.items():
        expects = ", ".join(f'{{ point = "{point}", any = ["{word}"] }}' for point, word in EXPECTS[name])
        lines.append(
            f'[[sections.questions]]\nid = "{name}"\nkind = "open"\nwords = "Tell me."\nminutes = 1.5\n'
            f'patience = "{patience}"\nexpects = [{expects}]'
        )
        if with_samples:
            lines.append(f'sample_answer = "{answer}"')
    return "\n".join(lines)


@dataclass
class Figures:
    gaps_s: list[float] = field(default_factory=list)
    cut: list[bool] = field(default_factory=list)

    def gap_s(self, share: float) -> float:
        return sorted(self.gaps_s)[min(int(share * len(self.gaps_s)), len(self.gaps_s) - 1)]


def _pieces(answer: str, rng: random.Random, *, thinks: bool) -> list[tuple[str, float]]:
    """Words spoken in one go, with the pause after them."""
    words = answer.split()
    pieces: list[tuple[str, float]] = []
    start = 0
    for index in range(1, len(words) + 1):
        stops = words[index - 1].endswith(".")
        ponders = thinks and index - start >= 7 and (stops or rng.random() < 0.4) and index < len(words) - 2
        if index == len(words) or stops or ponders:
            pause_s = rng.uniform(0.8, 2.0) if ponders else rng.uniform(0.15, 0.3)
            pieces.append((" ".join(words[start:index]), pause_s))
            start = index
    return pieces


def _recognised(piece: str, rng: random.Random) -> str:
    mark = rng.choices([".", ",", "...", ""], [0.7, 0.1, 0.1, 0.1])[0]
    return piece if piece.endswith(".") else piece.rstrip(",") + mark


def _interview(figures: Figures, hand: Hand, rng: random.Random, *, thinks: bool) -> None:
    hand.play(Joined())
    hand.play(Consent(True), after_s=5)
    while hand.state.phase is Phase.ASKING:
        question = hand.state.question
        assert question is not None
        text, longest_s, spoken_s = "", 0.0, 0.0
        pieces = _pieces(SAMPLES[question.id], rng, thinks=thinks)
        for index, (piece, pause_s) in enumerate(pieces):
            text = f"{text} {_recognised(piece, rng)}".strip()
            spoken_s += len(piece.split()) / WORDS_PER_S
            heard_s = wait_s(hand.state, TurnSignals(text, spoken_s, longest_s)) + OVERHEAD_S
            if index == len(pieces) - 1:
                figures.gaps_s.append(heard_s)
                break
            if pause_s >= 0.8 or pause_s > heard_s:
                figures.cut.append(pause_s > heard_s)
            longest_s = max(longest_s, pause_s)
            spoken_s += pause_s
        hand.play(Heard(text, 0.9, hand.now_s, hand.now_s + spoken_s), spoken_s)
        hand.play(AnswerFinished(longest_pause_s=longest_s))


def _measure(patience: Patience, *, thinks: bool, with_samples: bool = True) -> Figures:
    figures = Figures()
    plan = make_plan(parse_flow(_flow(patience, with_samples=with_samples), "figures.toml"), "Ada")
    for seed in range(40):
        _interview(figures, Hand(plan), random.Random(seed), thinks=thinks)
    return figures


@pytest.mark.parametrize("with_samples", [True, False])
def test_steady_candidates_wait_little_on_normal(with_samples):
    figures = _measure(Patience.NORMAL, thinks=False, with_samples=with_samples)
    assert figures.gap_s(0.5) <= 1.3
    assert figures.gap_s(0.95) <= 2.2
    assert not any(figures.cut)


def test_steady_candidates_are_answered_at_once_on_quick():
    figures = _measure(Patience.QUICK, thinks=False)
    assert figures.gap_s(0.5) <= 0.75
    assert figures.gap_s(0.95) <= 1.3
    assert not any(figures.cut)


@pytest.mark.parametrize("with_samples", [True, False])
def test_thinkers_are_hardly_cut_off_on_normal(with_samples):
    figures = _measure(Patience.NORMAL, thinks=True, with_samples=with_samples)
    assert len(figures.cut) > 200
    assert sum(figures.cut) <= 0.05 * len(figures.cut)


def test_thinkers_are_seldom_cut_off_even_on_quick():
    figures = _measure(Patience.QUICK, thinks=True)
    assert sum(figures.cut) <= 0.4 * len(figures.cut)
