import pytest

from interview_flows.flow import ExpectedPoint, Flow, Patience, Probe, Question, QuestionKind, Section, Words


@pytest.fixture
def flow() -> Flow:
    expects = (
        ExpectedPoint(point="names the problem", any=("problem", "bug")),
        ExpectedPoint(point="names the result", any=("result", "outcome")),
    )
    questions = (
        Question(
            id="work",
            kind=QuestionKind.INTRO,
            words="{candidate}, please tell me in a sentence or two what your work is at present.",
            minutes=1,
            patience=Patience.QUICK,
            sample_answer="I repair bicycles in a shop. I have done it for three years.",
        ),
        Question(
            id="trouble",
            kind=QuestionKind.OPEN,
            words="Tell me about a time when something at work went wrong and you put it right again.",
            minutes=1,
            max_probes=1,
            expects=expects,
            probes=(Probe(point="names the result", words="And how did that turn out in the end?"),),
            sample_answer="There was a bug in our order list. I found it on Monday. The result was a calm week.",
        ),
        Question(
            id="plans",
            kind=QuestionKind.OPEN,
            words="What would you like to learn during the next year, and what would you use it for?",
            minutes=1,
            max_probes=1,
            expects=expects,
            probes=(Probe(point="names the problem", words="Which problem would that solve for you?"),),
        ),
    )
    return Flow(
        id="rehearsal_unit",
        version=1,
        title="Unit",
        minutes=4,
        words=Words(disclosure="This is a computer.", consent="Do you agree?", closing="Goodbye."),
        sections=(Section(id="all", title="All", minutes=3, questions=questions),),
    )
