"""Expected points are found by whole words and simple inflections."""

import pytest

from interview_flows.coverage import covered_points
from interview_flows.flow import ExpectedPoint, Question, QuestionKind


def _question(*phrases: str) -> Question:
    points = (ExpectedPoint(point="it", any=phrases), ExpectedPoint(point="other", any=("zebra",)))
    return Question(id="q", kind=QuestionKind.OPEN, words="?", minutes=1, expects=points)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("problem", "There were two Problems, really."),
        ("bugs", "It was a bug."),
        ("decide", "We decided on Monday."),
        ("decided", "I had to decide."),
        ("plan", "While planning it"),
        ("measure", "I was measuring it"),
        ("use", "We used it."),
        ("using", "We use it."),
        ("query", "two queries"),
        ("try", "I tried"),
        ("build", "We built it."),
        ("need", "They needed it."),
        ("trade-off", "The trade offs were clear."),
        ("talk to", "I talked to them."),
        ("did not know", "I did not know Go."),
        ("didn't know", "I didn't know Go."),
        ("result", "The result's clear"),
        ("C++", "I wrote it in C++."),
        ("stress", "It was stressful, and full of stress"),
        ("café", "in the café"),
    ],
)
def test_a_point_is_covered(phrase, text):
    assert covered_points(_question(phrase), text) == {"it"}


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("bug", "I debug things."),
        ("problem", "It was problematic."),
        ("the", "one thing"),
        ("talk to", "I talked. To them it was nothing, I talk"),
        ("use", "It was all about us."),
        ("test", ""),
        ("test", "protest contest"),
    ],
)
def test_a_point_is_not_covered(phrase, text):
    covered = covered_points(_question(phrase), text)
    assert covered == (frozenset({"it"}) if phrase == "talk to" else frozenset())


def test_every_point_is_named():
    assert covered_points(_question("result"), "A zebra was the result.") == {"it", "other"}
