"""A plan: one flow frozen for one candidate, with its time and the accommodations it is held under."""

import re
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from interview_flows import phrases
from interview_flows.checking import PLACEHOLDERS
from interview_flows.flow import Flow, Minutes, Question

_BRACED = re.compile(r"\{(" + "|".join(PLACEHOLDERS) + r")\}")
_YES, _NO = frozenset({"", "yes", "true", "1", "on"}), frozenset({"no", "false", "0", "off"})


class Accommodations(BaseModel):
    """How the interview is held for this candidate. Scoring never sees it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    extra_time: Annotated[float, Field(ge=1, le=4)] = 1.0
    """Factor on the time budget."""
    longer_pauses: Annotated[float, Field(ge=1, le=4)] = 1.0
    """Factor on every wait before a pause counts as the end of an answer, and on silence."""
    slower_speech: Annotated[float, Field(ge=1, le=2)] = 1.0
    """Factor on the length of the agent's speech."""
    captions_only: bool = False
    typed_answers: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads "extra-time=1.5,longer-pauses=2,typed-answers". Raises ValueError naming every problem."""
        values: dict[str, object] = {}
        problems: list[str] = []
        allowed = {name.replace("_", "-"): name for name in cls.model_fields}
        for item in filter(None, (part.strip() for part in text.split(","))):
            key, _, value = (part.strip() for part in item.partition("="))
            name = allowed.get(key)
            if name is None:
                problems.append(f"{key!r} is not one of {', '.join(allowed)}")
            elif cls.model_fields[name].annotation is not bool:
                values[name] = value
            elif value.lower() in _YES | _NO:
                values[name] = value.lower() in _YES
            else:
                problems.append(f"{key}: {value!r} is not one of yes, no")
        try:
            accommodations = cls.model_validate(values)
        except ValidationError as error:
            details = error.errors(include_url=False)
            problems += [f"{str(d['loc'][0]).replace('_', '-')}: {d['msg']}, not {d['input']!r}" for d in details]
        if problems:
            raise ValueError("; ".join(problems))
        return accommodations


NO_ACCOMMODATIONS: Final = Accommodations()


class Plan(BaseModel):
    """What one interview follows. Stored before it starts and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    flow: Flow
    candidate: str
    minutes: Minutes
    accommodations: Accommodations = NO_ACCOMMODATIONS

    @property
    def budget_s(self) -> float:
        """Interview time in seconds, extra time included."""
        return self.minutes * 60 * self.accommodations.extra_time

    @property
    def limit_s(self) -> float:
        """Budget and grace in seconds: the interview is over by then."""
        return self.budget_s + self.flow.grace_minutes * 60

    def question_s(self, question: Question) -> float:
        """Seconds meant for one question, in proportion to this plan's time."""
        return question.minutes * 60 * self.accommodations.extra_time * self.minutes / self.flow.minutes

    def fill(self, words: str) -> str:
        """`words` with {candidate}, {title} and {minutes} filled in."""
        values = {
            "candidate": self.candidate,
            "title": self.flow.title,
            "minutes": str(max(round(self.budget_s / 60), 1)),
        }
        return _BRACED.sub(lambda match: values[match.group(1)], words)

    def fixed_words(self) -> tuple[str, ...]:
        """Every text that may be spoken verbatim, without doubles, about in the order of first need."""
        words = self.flow.words
        texts = [words.disclosure, words.consent, phrases.BEGIN]
        texts += [question.words for question in self.flow.questions]
        texts += phrases.EVERY_PHRASE
        texts += [probe.words for question in self.flow.questions for probe in question.probes]
        texts.append(words.closing)
        return tuple(dict.fromkeys(self.fill(text) for text in texts))


def make_plan(
    flow: Flow,
    candidate: str,
    minutes: float | None = None,
    accommodations: Accommodations = NO_ACCOMMODATIONS,
) -> Plan:
    """The plan of one interview; `minutes` replaces the flow's own. Raises pydantic.ValidationError."""
    minutes = flow.minutes if minutes is None else minutes
    return Plan(flow=flow, candidate=candidate, minutes=minutes, accommodations=accommodations)
