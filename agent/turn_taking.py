"""Who has the floor: what the recogniser hears becomes answers, barge-ins, consent and requests.

The agent falls silent quickly when the candidate starts to speak, and goes on when it was only a cough or an "mm-hm".
Words that come while the reply to an answer has hardly been heard belong to that answer: nobody has to repeat
themselves.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from agent.conductor import Conductor
from agent.speaking import Voice
from interview_flows.events import AnswerFinished, AnswerResumed, Consent, Heard
from interview_flows.intents import read_consent, read_intent
from interview_flows.patience import TurnSignals, wait_s
from interview_flows.state import Phase

BARGE_IN_S = 0.15
"""Speech this long after its first detection makes the agent fall silent."""
REPLY_UNHEARD_S = 1.5
"""A reply heard for less than this has not been taken in: speech then still belongs to the answer before it."""
_BACKCHANNEL = re.compile(
    r"\W*(?:(?:m+h?m+|uh[ -]?huh|mm+[ -]?hmm+|hm+|okay|ok|right|yeah|yep|sure|i see|ah|oh)\W*)+", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One recognised piece of speech. Times are unix seconds."""

    text: str
    confidence: float | None
    started_s: float
    ended_s: float


class TurnTaking:
    """Turns recogniser events into machine events. Also the recogniser's `Endpointing`."""

    def __init__(self, conductor: Conductor, voice: Voice) -> None:
        self._conductor = conductor
        self._voice = voice
        self._turn: list[str] = []
        self._earlier = ""
        self._longest_pause_s = 0.0
        self._barge_in: asyncio.TimerHandle | None = None
        self._over_agent = False
        self._over_reply = False
        self._yielded = False

    # The recogniser asks and tells (plugins.whisper_stt.Endpointing).

    def wait_s(self, text: str, spoken_s: float) -> float:
        """Silence in seconds after the last word at which the turn is given."""
        whole = f"{self._earlier} {text}".strip()
        return wait_s(self._conductor.state, TurnSignals(whole, spoken_s, self._longest_pause_s))

    def paused(self, pause_s: float) -> None:
        """The candidate paused for `pause_s` and went on."""
        self._longest_pause_s = max(self._longest_pause_s, pause_s)

    # What the recogniser hears.

    def speech_started(self) -> None:
        """First voiced windows of a turn, or of more speech in it."""
        self._conductor.candidate_started()
        self._over_agent = self._over_agent or self._conductor.speaking
        heard_s = self._conductor.reply_heard_s
        self._over_reply = self._over_reply or (heard_s is not None and heard_s < REPLY_UNHEARD_S)
        if self._barge_in is None:
            self._barge_in = asyncio.get_running_loop().call_later(BARGE_IN_S, self._fall_silent)

    def words_coming(self, text: str) -> None:
        """A partial text: enough real words take the floor."""
        if self._over_agent and len(text.split()) >= 2 and not _BACKCHANNEL.fullmatch(text):
            self._yield_floor()

    def heard(self, piece: Piece) -> None:
        """A piece of text that will not change any more."""
        if not piece.text.strip():
            return
        aside = self._over_agent and not self._turn and self._conductor.state.phase is not Phase.CONSENT
        if aside and _BACKCHANNEL.fullmatch(piece.text):
            return
        self._yield_floor()
        self._turn.append(piece.text)
        if self._conductor.state.phase in (Phase.ASKING, Phase.PAUSED):
            self._conductor.post(Heard(piece.text, piece.confidence, piece.started_s, piece.ended_s))

    def turn_given(self) -> None:
        """The candidate is done, as far as patience tells."""
        self._cancel_barge_in()
        self._conductor.candidate_stopped()
        text = " ".join(self._turn).strip()
        if text:
            self._finish(text)
        else:
            self._voice.resume()
        self._over_agent = self._over_reply = self._yielded = False
        self._turn.clear()

    def typed(self, text: str, at_s: float) -> None:
        """A typed answer: the same path as a spoken one. `at_s` is unix seconds."""
        text = text.strip()
        if not text:
            return
        self._voice.stop()
        if self._conductor.state.phase is Phase.ASKING:
            self._conductor.post(Heard(text, None, at_s, at_s, typed=True))
        self._finish(text)

    def _finish(self, text: str) -> None:
        phase = self._conductor.state.phase
        if phase is Phase.CONSENT:
            self._conductor.post(Consent(read_consent(text)))
        elif phase in (Phase.ASKING, Phase.PAUSED):
            self._conductor.post(AnswerFinished(read_intent(text), round(self._longest_pause_s, 2)))
            self._earlier = f"{self._earlier} {text}".strip()
        self._longest_pause_s = 0.0

    def _fall_silent(self) -> None:
        self._barge_in = None
        if self._conductor.speaking:
            self._over_agent = True
            self._voice.pause()

    def _yield_floor(self) -> None:
        if self._yielded:
            return
        self._yielded = True
        self._cancel_barge_in()
        if self._over_reply:
            self._conductor.post(AnswerResumed())
        else:
            self._earlier = ""
        if self._conductor.speaking:
            self._voice.stop()

    def _cancel_barge_in(self) -> None:
        if self._barge_in is not None:
            self._barge_in.cancel()
            self._barge_in = None
