"""The flow model: what an author writes in TOML, validated and frozen.

Problems inside one value are found here by pydantic; problems between values (unknown dimensions, doubled ids)
by `checking.cross_problems`. `reading.parse_flow` reports both together.
"""

from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from interview_flows.checking import cross_problems


def _one_line(text: str) -> str:
    return " ".join(text.split())


Spoken = Annotated[str, AfterValidator(_one_line), Field(min_length=1)]
"""Words for the voice: line breaks and runs of blanks become one blank."""
FlowId = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")]
Minutes = Annotated[float, Field(strict=True, gt=0, le=480, allow_inf_nan=False)]
GraceMinutes = Annotated[float, Field(strict=True, ge=0, le=60, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=0, le=10)]
Version = Annotated[int, Field(strict=True, ge=1)]
Language = Annotated[str, Field(pattern=r"^en(-[A-Z]{2})?$")]
"""English is the only language the fixed phrases exist in."""


class Patience(StrEnum):
    """How long a pause may be before an answer counts as given; `patience.wait_s` has the seconds."""

    QUICK = "quick"
    NORMAL = "normal"
    LONG = "long"


class QuestionKind(StrEnum):
    OPEN = "open"
    INTRO = "intro"
    CODE = "code"
    CLOSING = "closing"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class ExpectedPoint(_Part):
    """Something a full answer names, and words any one of which shows that it was named."""

    point: str = Field(min_length=1)
    any: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)


class Probe(_Part):
    """The follow-up that may be asked while `point` is still open."""

    point: str = Field(min_length=1)
    words: Spoken


class Question(_Part):
    id: Identifier
    kind: QuestionKind
    words: Spoken
    minutes: Minutes
    dimension: Identifier | None = None
    max_probes: Count = 0
    expects: tuple[ExpectedPoint, ...] = ()
    probes: tuple[Probe, ...] = ()
    patience: Patience | None = None
    vocabulary: tuple[str, ...] = ()
    sample_answer: str | None = None

    @property
    def endpointing(self) -> Patience:
        """The author's patience, else the kind's own."""
        if self.patience is not None:
            return self.patience
        return Patience.LONG if self.kind is QuestionKind.CODE else Patience.NORMAL


class Section(_Part):
    id: Identifier
    title: str = Field(min_length=1)
    minutes: Minutes
    questions: tuple[Question, ...] = Field(min_length=1)


class Dimension(_Part):
    """One rubric dimension with its five behavioural anchors, "1: ..." to "5: ..."."""

    id: Identifier
    name: str = Field(min_length=1)
    anchors: tuple[str, ...] = Field(min_length=5, max_length=5)


class Words(_Part):
    """Spoken verbatim; {candidate}, {title} and {minutes} are filled in."""

    disclosure: Spoken
    consent: Spoken
    closing: Spoken


class Flow(_Part):
    id: FlowId
    version: Version
    title: str = Field(min_length=1)
    language: Language = "en"
    persona: str = Field(default="professional", min_length=1)
    minutes: Minutes
    grace_minutes: GraceMinutes = 1.0
    words: Words
    rubric: tuple[Dimension, ...] = ()
    sections: tuple[Section, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        problems = cross_problems(self.model_dump(mode="json", exclude_none=True))
        if problems:
            raise ValueError("; ".join(f"{key}: {problem}" for key, problem in problems))
        return self

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every question in the order it is asked."""
        return tuple(question for section in self.sections for question in section.questions)

    def question(self, question_id: str) -> Question:
        """The question with this id; KeyError where there is none."""
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(question_id)
