"""What the machine asks its holder to do: say fixed words, or finish."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How an interview ended."""

    COMPLETED = "completed"
    CONSENT_REFUSED = "consent_refused"
    STOPPED = "stopped"
    SILENT = "silent"
    TIME_UP = "time_up"


class SayKind(StrEnum):
    """Why words are spoken. A core question is QUESTION the first time and REPEAT whenever it is read again."""

    DISCLOSURE = "disclosure"
    CONSENT = "consent"
    QUESTION = "question"
    PROBE = "probe"
    ACKNOWLEDGE = "acknowledge"
    CHECK_IN = "check_in"
    TIME_WARNING = "time_warning"
    REPEAT = "repeat"
    CLARIFY = "clarify"
    PAUSE = "pause"
    WELCOME_BACK = "welcome_back"
    REFUSAL = "refusal"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Say:
    """Words to speak verbatim. Several in one step are one utterance, in order."""

    kind: SayKind
    text: str
    question: str | None = None
    """Id of the question the words belong to."""


@dataclass(frozen=True, slots=True)
class Finish:
    """End the interview once the words before it are spoken."""

    outcome: Outcome


Action = Say | Finish
