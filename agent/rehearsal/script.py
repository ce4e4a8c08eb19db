"""What a synthetic candidate does next: decided from what a person in the room can see and hear, and nothing else.

`decide(scene)` is called some fifty times a second with the scene as it is; it answers with at most one deed. The
candidate speaks when the agent has spoken, listens and has been quiet for a reaction time. Which answer it gives
follows the agent's last words in the captions where they name a question or a probe of the flow, else the question in
the agent's status.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from agent.rehearsal.lines import CONSENT, STILL_HERE, LineKey, LineKind
from agent.rehearsal.personas import Persona
from agent.rehearsal.word_errors import normalised_words
from interview_flows.flow import Flow

REACTION_S: Final = 0.5
"""Silence of the agent after which a candidate begins to speak: longer than the agent's breath between sentences."""
UNMARKED_REACTION_S: Final = 4.0
"""The same where the agent's state never says that it listens."""
BARGE_AFTER_S: Final = 2.0
"""Past a short acknowledgement, and past the time in which speech may still be taken for more of the last answer."""
BARGE_BEFORE_END_S: Final = 1.0
SPOKEN_S_PER_CHARACTER: Final = 0.06
"""Slow estimate of how long words take to say, to barge in only where enough of a question is left."""
AWAY_S: Final = 4.0
SAME_WORDS: Final = 0.7
"""Share of a question's words that must stand in the captions, in order, for the question to count as asked."""
MOST_REPEATS: Final = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """What a candidate perceives. `caption` holds the agent's words since the candidate last fell silent."""

    now_s: float
    phase: str | None = None
    question: str | None = None
    agent_listening: bool = False
    agent_speaking: bool = False
    agent_last_voice_s: float = 0.0
    """When the agent's voice was last heard; 0 before the first time."""
    agent_began_s: float = 0.0
    """When the utterance that is or was last heard began."""
    caption: str = ""
    speaking: bool = False
    """Whether the candidate's own line is being spoken."""


@dataclass(frozen=True, slots=True)
class Speak:
    """Say a line; `barge_in` when the agent is still speaking."""

    line: LineKey
    barge_in: bool = False


@dataclass(frozen=True, slots=True)
class Leave:
    """Close the connection, come back after `away_s`."""

    away_s: float


Deed = Speak | Leave


class Script:
    """One candidate's part in one interview."""

    def __init__(self, flow: Flow, persona: Persona) -> None:
        self._flow = flow
        self._persona = persona
        self._silent_since_s = 0.0
        self._answered: set[str] = set()
        self._probed: set[LineKey] = set()
        self._repeats: Counter[str] = Counter()
        self._drops_at = flow.questions[min(1, len(flow.questions) - 1)].id if persona is Persona.LEAVER else None
        self._leaving = False
        self._asked_words = {question.id: normalised_words(question.words) for question in flow.questions}
        self._probe_words = {
            LineKey(LineKind.PROBE, question.id, probe.point): normalised_words(probe.words)
            for question in flow.questions
            for probe in question.probes
        }

    def fell_silent(self, now_s: float) -> None:
        """Tell it that its own line has been said."""
        self._silent_since_s = now_s

    def came_back(self, now_s: float) -> None:
        """Tell it that it has joined again; whatever the agent said before is past."""
        self._silent_since_s = now_s

    def decide(self, scene: Scene) -> Deed | None:
        """The deed that is due at this moment, at most once each."""
        if scene.speaking:
            return None
        if self._leaving:
            self._leaving = False
            self._drops_at = None
            return Leave(AWAY_S)
        if scene.agent_speaking:
            return self._barge_in(scene)
        if not self._due(scene):
            return None
        line = self._reply(scene)
        if line is None:
            return None
        if line.kind is LineKind.PARTIAL:
            self._leaving = True
        return Speak(line)

    def _due(self, scene: Scene) -> bool:
        if scene.agent_last_voice_s <= self._silent_since_s:
            return False
        quiet_s = scene.now_s - scene.agent_last_voice_s
        return quiet_s >= (REACTION_S if scene.agent_listening else UNMARKED_REACTION_S)

    def _reply(self, scene: Scene) -> LineKey | None:
        if scene.phase == "consent":
            return CONSENT
        if scene.phase != "asking" or self._persona is Persona.SILENT:
            return None
        heard = self._heard(scene)
        asked = heard or LineKey(LineKind.ANSWER, scene.question)
        if asked.question not in self._asked_words:
            return None
        if asked.kind is LineKind.PROBE:
            self._probed.add(asked)
            return asked
        if asked.question == self._drops_at:
            return LineKey(LineKind.PARTIAL, asked.question)
        if asked.question not in self._answered:
            self._answered.add(asked.question)
            return asked
        self._repeats[asked.question] += 1
        if self._repeats[asked.question] > MOST_REPEATS:
            return None
        return STILL_HERE if heard is None else asked

    def _barge_in(self, scene: Scene) -> Speak | None:
        question = scene.question
        if self._persona is not Persona.INTERRUPTER or scene.phase != "asking" or question is None:
            return None
        if question in self._answered or question not in self._asked_words:
            return None
        spoken_s = scene.now_s - scene.agent_began_s
        whole_s = len(self._flow.question(question).words) * SPOKEN_S_PER_CHARACTER
        if not BARGE_AFTER_S <= spoken_s <= whole_s - BARGE_BEFORE_END_S:
            return None
        self._answered.add(question)
        return Speak(LineKey(LineKind.ANSWER, question), barge_in=True)

    def _heard(self, scene: Scene) -> LineKey | None:
        """The question or probe whose words end last in the captions."""
        heard = normalised_words(scene.caption)
        found: list[tuple[int, LineKey]] = []
        for key, words in self._probe_words.items():
            if key not in self._probed and (place := last_match(heard, words)):
                found.append((place, key))
        for question, words in self._asked_words.items():
            if place := last_match(heard, words):
                found.append((place, LineKey(LineKind.ANSWER, question)))
        return max(found, key=lambda item: item[0])[1] if found else None


def last_match(heard: list[str], words: list[str]) -> int:
    """Where, counted in words heard, an utterance of `words` ends; 0 when it was not heard.

    Words count as heard when `SAME_WORDS` of them follow each other in that order inside a span of the same length,
    so that names filled into a question and the captions' own spelling do not hide it.
    """
    span = len(words)
    if not span:
        return 0
    for end in range(len(heard), 0, -1):
        if heard[end - 1] != words[-1]:
            continue
        window = heard[max(0, end - span) : end]
        common = sum(1 for mine, theirs in zip(reversed(words), reversed(window), strict=False) if mine == theirs)
        if common >= SAME_WORDS * span:
            return end
    return 0
