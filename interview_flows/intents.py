"""What a short utterance asks for, by rules for English.

An intent is read only from an utterance that is nothing else: the whole of it, but for polite words around it, must
match. "I had to repeat the test" is an answer. Consent is read apart, in `consent`.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from interview_flows.consent import read_consent
from interview_flows.wording import plain

__all__ = ["Intent", "read_consent", "read_intent"]


class Intent(StrEnum):
    ANSWER = "answer"
    REPEAT = "repeat"
    CLARIFY = "clarify"
    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    STOP = "stop"


_MOST_WORDS: Final = 16
"""Longer utterances are answers."""
_MOST_WORDS_BEFORE: Final = 6
"""A request may follow so many words of another sentence: "I was muted. Could you repeat that?"."""

_LEAD: Final = (
    r"(?:(?:um+|uh+|er+m?|hm+|oh|hey|hi|hello|well|so|okay|ok|alright|all right|right|yes|yeah|no|sorry|i am sorry"
    r"|excuse me|please|just|actually|but|and|maybe|i think|sure|great|good|thanks|thank you) )*"
)
_TRAIL: Final = (
    r"(?: (?:please|thanks|thank you|sorry|for me|if possible|if that is okay|if you do not mind|right now|now|then"
    r"|actually|so much|very much|if i may|i think|though))*"
)
_POLITE: Final = r"(?:please |maybe |just |possibly )*"
_YOU: Final = rf"(?:(?:(?:can|could|would|will) you )?{_POLITE})"
_WE: Final = rf"(?:(?:can|could|may|shall|should) (?:we|i) {_POLITE})"
_WANT: Final = rf"(?:i (?:want|would like|need|would prefer|prefer|have|would love) to {_POLITE})"
_WISH: Final = rf"(?:{_YOU}|{_WE}|{_WANT}|let us |i will |we can |you can )"
_WHICH: Final = r"(?:the|that|this|your|last) (?:whole |last |first |second )*"
_IT: Final = rf"(?:that|it|this|this one|that one|you|{_WHICH}(?:question|one|part|bit|thing|sentence)(?: you said)?)"
_AGAIN: Final = r"(?:again|once more|one more time|once again|a second time|more slowly|slower|louder)"
_HERE: Final = r"(?: (?:here|this|the interview))?"
_MOMENT: Final = (
    r"(?:(?:a|one|another|two) )?(?:quick |short |little |brief )?(?:couple of |few )?"
    r"(?:moments?|minutes?|seconds?|secs?|break|pause|bit)"
)
_TO_THINK: Final = r"(?: to (?:think|collect|gather|get|drink|answer|find)\b.*)?"
_INTERVIEW: Final = r"(?:the|this|our) (?:interview|call|conversation)"
_STOP: Final = r"(?:stop|end|quit|finish|terminate|abort|cancel|leave)"

_PATTERNS: Final[Mapping[Intent, tuple[str, ...]]] = {
    Intent.REPEAT: (
        rf"{_YOU}repeat(?: {_IT})?(?: {_AGAIN})*",
        rf"{_YOU}(?:say|ask|read|tell)(?: me)?(?: {_IT})? {_AGAIN}",
        rf"{_YOU}speak (?:up|more slowly|slower|louder)",
        rf"{_WE}(?:hear|have|get) {_IT}(?: {_AGAIN})*",
        rf"i (?:did not|could not|cannot) (?:quite |really )?(?:catch|hear|get|follow)(?: {_IT}| all of (?:that|it))?",
        r"i (?:did not|could not) (?:quite |really )?(?:catch|hear|get) what you (?:said|asked)",
        rf"i (?:have )?(?:missed|forgot|forgotten|lost) {_IT}",
        r"what (?:was|is) (?:the|your|that|this) (?:last )?question(?: again)?",
        r"what (?:was|is) that(?: again)?",
        r"what did you (?:say|ask)(?: me)?(?: again)?",
        rf"(?:i )?(?:beg your )?pardon(?: me)?|come again|{_AGAIN}",
    ),
    Intent.CLARIFY: (
        r"what (?:exactly )?(?:do|did) you (?:exactly )?mean(?: exactly)?(?: (?:by|with) .+)?",
        r"what does .+ mean",
        r"(?:do|did) you mean .+",
        rf"{_YOU}(?:clarify|rephrase|explain|reformulate)(?: (?:{_IT}|what you mean))?(?: (?:a (?:bit|little)|more))*",
        rf"{_YOU}(?:elaborate|say more)(?: (?:on|about) {_IT})?",
        rf"{_YOU}(?:put|say|ask) {_IT} (?:another way|differently|in (?:another|a different) way|in other words)",
        rf"{_YOU}be more specific",
        rf"{_YOU}give (?:me )?an example",
        rf"i (?:do|did) not (?:really |quite |fully )?understand(?: (?:{_IT}|what you (?:mean|are asking)))?",
        r"i am not (?:really |quite |entirely )?sure what (?:you (?:mean|are asking)|(?:that|this|it) means)",
        rf"i am not (?:really |quite |entirely )?sure i understand(?: {_IT})?",
        r"what (?:kind|sort|type) of .+ (?:do|are|would) you .+",
    ),
    Intent.PAUSE: (
        rf"{_WE}(?:pause|(?:take|have|get) {_MOMENT}){_HERE}(?: for {_MOMENT})?{_TO_THINK}",
        rf"{_YOU}(?:give|allow) me (?:just )?{_MOMENT}{_TO_THINK}",
        rf"{_YOU}(?:pause|wait|hold on|hang on)(?:{_HERE}| for me)(?: (?:for )?{_MOMENT})?{_TO_THINK}",
        rf"{_WANT}(?:pause|take {_MOMENT}){_HERE}{_TO_THINK}",
        rf"i (?:need|would like) {_MOMENT}{_TO_THINK}",
        r"(?:just )?(?:a|one) (?:moment|minute|second|sec)",
        rf"let us (?:pause|take {_MOMENT}){_HERE}(?: for {_MOMENT})?",
        r"(?:there is )?(?:someone|somebody) (?:is )?at the door",
    ),
    Intent.RESUME: (
        r"(?:i am |we are )?(?:ready|back)(?: (?:again|to (?:go on|continue|go|start|resume)))?",
        r"i am (?:still )?here(?: again)?",
        rf"{_WISH}(?:continue|resume|go on|carry on|go ahead|proceed|keep going)(?: with)?{_HERE}(?: again)?",
    ),
    Intent.SKIP: (
        rf"{_WISH}(?:skip|pass on)(?: {_IT})?",
        rf"{_WISH}(?:move on|go on|go)(?: to (?:the|a|another))?(?: (?:next|another|different)(?: (?:one|question))?)",
        rf"{_WISH}move on|pass|i will pass|(?:the )?next(?: (?:one|question))",
        rf"i (?:would rather|would prefer|prefer)(?: to)? not(?: to)? (?:answer|talk about|say|discuss)(?: {_IT})?",
        rf"i (?:do|would) not (?:want|like) to (?:answer|talk about|discuss)(?: {_IT})?",
    ),
    Intent.STOP: (
        rf"(?:{_WE}|{_WANT}|let us |i would like us to ){_STOP}(?: (?:{_INTERVIEW}|it|this))?(?: here)?",
        rf"{_YOU}{_STOP} {_INTERVIEW}(?: here)?",
        r"i (?:do|would) not (?:want|like) to (?:continue|go on|do this|carry on)(?: any ?more| any longer)?",
        rf"i (?:do|would) not (?:want|like) to (?:continue|go on|carry on) (?:with )?{_INTERVIEW}(?: any ?more)?",
        r"i (?:have to|must|need to|have got to) (?:go|leave)",
        r"i quit",
    ),
}
_COMPILED: Final = tuple(
    (intent, re.compile(f"{_LEAD}(?:{'|'.join(f'(?:{pattern})' for pattern in patterns)}){_TRAIL}"))
    for intent, patterns in _PATTERNS.items()
)
_ASIDES: Final = frozenset({"sorry", "what", "excuse me", "pardon", "i am sorry"})
"""Alone and with a question mark, these ask to hear the question again."""
_REPLIES: Final = frozenset({Intent.REPEAT, Intent.CLARIFY, Intent.PAUSE})
"""Requests that may follow another sentence: a mistake about them costs a repetition, not an answer."""
_SENTENCE_END: Final = re.compile(r"(?<=[.?!])\s+")


def read_intent(text: str) -> Intent:
    """The request that the whole of a short utterance makes, else ANSWER."""
    if len(text) > _MOST_WORDS * 10 or len(text.split()) > _MOST_WORDS:
        return Intent.ANSWER
    intent = _whole(text)
    if intent is not Intent.ANSWER:
        return intent
    *before, last = _SENTENCE_END.split(text.strip())
    intent = _whole(last)
    words_before = sum(len(sentence.split()) for sentence in before if _whole(sentence) is Intent.ANSWER)
    return intent if intent in _REPLIES and words_before <= _MOST_WORDS_BEFORE else Intent.ANSWER


def _whole(text: str) -> Intent:
    words = plain(text)
    if not words:
        return Intent.ANSWER
    if words in _ASIDES and text.rstrip().endswith("?"):
        return Intent.REPEAT
    return next((intent for intent, pattern in _COMPILED if pattern.fullmatch(words)), Intent.ANSWER)
