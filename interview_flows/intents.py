"""What a short utterance asks for, by rules for English.

An intent is read only from an utterance that is nothing else: the whole of it, but for polite words around it, must
match. "I had to repeat the test" is an answer.
"""

import re
from enum import StrEnum
from typing import Final


class Intent(StrEnum):
    ANSWER = "answer"
    REPEAT = "repeat"
    CLARIFY = "clarify"
    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    STOP = "stop"


_MAX_WORDS: Final = 16
_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u02bc": "'"})
_NOT_WORDS: Final = re.compile(r"[^a-z0-9' ]+")
_SHORTENED: Final = (
    (re.compile(r"\bcan't\b|\bcan not\b"), "cannot"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"\blet's\b"), "let us"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"\b(that|it|what)'s\b"), r"\1 is"),
)

_LEAD: Final = (
    r"(?:(?:um+|uh+|er+m?|oh|hey|hi|hello|well|so|okay|ok|alright|all right|right|yes|yeah|sorry|i am sorry|excuse me"
    r"|please|just|actually|no|hmm+|but|and|maybe|i think|sure|great|thanks|thank you) )*"
)
_TRAIL: Final = (
    r"(?: (?:please|thanks|thank you|sorry|for me|if possible|if that is okay|if you do not mind|right now|now|then"
    r"|actually|so much|very much|if i may|i think|though))*"
)
_CAN_YOU: Final = r"(?:(?:can|could|would|will) you (?:please |maybe |just |possibly )*)"
_CAN_WE: Final = r"(?:(?:can|could|may|shall|should) (?:we|i) (?:please |maybe |just |possibly )*)"
_WANT: Final = r"(?:i (?:want|would like|need|would prefer|prefer|have) to (?:please |just )*)"
_QUESTION: Final = (
    r"(?:that|it|this|this one|that one|you|(?:the|that|this|your|last) (?:whole |last |first |second )*"
    r"(?:question|one|part|bit|thing|sentence)(?: you said)?)"
)
_AGAIN: Final = r"(?:again|once more|one more time|once again|a second time|more slowly|slower|louder)"
_MOMENT: Final = (
    r"(?:(?:a|one|another) )?(?:quick |short |little |brief )?(?:couple of |few )?"
    r"(?:moments?|minutes?|seconds?|secs?|break|pause|bit)"
)
_TO_THINK: Final = r"(?: to (?:think|collect|gather|get|drink|answer|find)\b.*)?"

_PATTERNS: Final[tuple[tuple[Intent, tuple[str, ...]], ...]] = (
    (
        Intent.REPEAT,
        (
            rf"{_CAN_YOU}?(?:repeat|rephrase again)(?: {_QUESTION})?(?: {_AGAIN})*",
            rf"(?:{_CAN_YOU}|please )?(?:say|ask|read|tell)(?: me)?(?: {_QUESTION})? {_AGAIN}",
            rf"{_CAN_YOU}speak (?:up|more slowly|slower|louder)",
            rf"{_CAN_WE}(?:hear|have|get) {_QUESTION}(?: {_AGAIN})*",
            rf"i (?:did not|could not|cannot) (?:quite |really )?(?:catch|hear|get|follow)"
            rf"(?: (?:{_QUESTION}|all of (?:that|it)|what you said))?",
            rf"i (?:have )?(?:missed|forgot|forgotten|lost) {_QUESTION}",
            r"what (?:was|is) (?:the|your|that|this) (?:last )?question(?: again)?",
            r"what (?:was|is) that(?: again)?",
            r"what did you (?:say|ask)(?: me)?(?: again)?",
            r"(?:i )?(?:beg your )?pardon(?: me)?|come again|say again|one more time|once more|again",
        ),
    ),
    (
        Intent.CLARIFY,
        (
            r"what (?:exactly )?(?:do|did) you (?:exactly )?mean(?: exactly)?(?: (?:by|with) .+)?",
            r"what does .+ mean",
            r"(?:do|did) you mean .+",
            rf"{_CAN_YOU}?(?:clarify|rephrase|explain|reformulate)(?: (?:{_QUESTION}|what you mean))?"
            r"(?: (?:a (?:bit|little)(?: more)?|in other words))?",
            rf"{_CAN_YOU}elaborate(?: on {_QUESTION})?",
            rf"{_CAN_YOU}(?:put|say|ask) {_QUESTION} (?:another way|differently|in (?:another|a different) way"
            r"|in other words)",
            rf"{_CAN_YOU}be more specific",
            rf"{_CAN_YOU}give (?:me )?an example",
            rf"i (?:do|did) not (?:really |quite |fully )?understand(?: (?:{_QUESTION}|what you mean|what you are asking))?",
            rf"i am not (?:really |quite |entirely )?sure (?:what you (?:mean|are asking)|i understand(?: {_QUESTION})?"
            r"|what (?:that|this|it) means)",
            r"what (?:kind|sort|type) of .+ (?:do|are|would) you .+",
        ),
    ),
    (
        Intent.PAUSE,
        (
            rf"{_CAN_WE}(?:pause|take {_MOMENT}|have {_MOMENT}|get {_MOMENT})(?: (?:here|the interview|this))?"
            rf"(?: for {_MOMENT})?{_TO_THINK}",
            rf"(?:{_CAN_YOU}|please )?(?:give|allow) me (?:just )?{_MOMENT}{_TO_THINK}",
            rf"(?:{_CAN_YOU}|please )?(?:pause|wait|hold on|hang on)(?: (?:here|the interview|this|for me))?"
            rf"(?: (?:for )?{_MOMENT})?{_TO_THINK}",
            rf"(?:{_WANT}(?:pause|take {_MOMENT})|i (?:need|would like) {_MOMENT})(?: (?:here|the interview))?{_TO_THINK}",
            r"(?:just )?(?:a|one) (?:moment|minute|second|sec)",
            rf"let us (?:pause|take {_MOMENT})(?: (?:here|the interview|this))?(?: for {_MOMENT})?",
            r"(?:there is )?(?:someone|somebody) (?:is )?at the door.*",
        ),
    ),
    (
        Intent.RESUME,
        (
            r"(?:i am |we are )?(?:ready|back)(?: (?:again|to (?:go on|continue|go|start|resume)))?",
            r"(?:i am )?here again|i am here",
            rf"(?:(?:let us|{_CAN_WE}|we can|you can|{_WANT}))?(?:please )?(?:continue|resume|go on|carry on|go ahead"
            r"|proceed|keep going)(?: (?:with )?(?:the interview|here|again))?",
            r"(?:let us |let us )(?:continue|resume|go on|carry on|proceed)",
        ),
    ),
    (
        Intent.SKIP,
        (
            rf"(?:{_CAN_YOU}|{_CAN_WE}|{_WANT}|let us |i will )?(?:skip|pass on)(?: {_QUESTION})?",
            rf"(?:{_CAN_YOU}|{_CAN_WE}|{_WANT}|let us )?(?:move on|go on|go)(?: to (?:the|a|another))?"
            r"(?: (?:next|another|different)(?: (?:one|question))?)",
            rf"(?:{_CAN_YOU}|{_CAN_WE}|{_WANT}|let us )move on",
            r"(?:i will )?pass|move on|(?:the )?next(?: (?:one|question))",
            rf"i (?:would (?:rather|prefer)(?: to)?|prefer(?: to)?|do|would) (?:not|not to) (?:want to |like to )?"
            rf"(?:answer|talk about|say|discuss)(?: {_QUESTION})?",
        ),
    ),
    (
        Intent.STOP,
        (
            rf"(?:{_CAN_YOU}|{_CAN_WE}|{_WANT}|let us |i would like us to )"
            r"(?:stop|end|quit|finish|terminate|abort|cancel|leave)"
            r"(?: (?:the|this|our) (?:interview|call|conversation)| here| it| this)?(?: here)?",
            r"(?:stop|end|quit|finish|terminate|abort|cancel) (?:the|this|our) (?:interview|call|conversation)(?: here)?",
            r"i (?:do|would) not (?:want|like) to (?:continue|go on|do this|carry on)"
            r"(?: (?:with )?(?:the|this) interview)?(?: any ?more| any longer)?",
            r"i (?:have to|must|need to|have got to) (?:go|leave)",
            r"i quit",
        ),
    ),
)
_COMPILED: Final = tuple(
    (intent, re.compile(_LEAD + "(?:" + "|".join(f"(?:{pattern})" for pattern in patterns) + ")" + _TRAIL))
    for intent, patterns in _PATTERNS
)
_ASIDE: Final = frozenset({"sorry", "what", "excuse me", "pardon", "i am sorry"})
"""Alone and with a question mark, these ask to hear the question again."""


def plain(text: str) -> str:
    """Lower case, no punctuation, the short forms written out: "I don't." -> "i do not"."""
    text = _NOT_WORDS.sub(" ", text.lower().translate(_APOSTROPHES))
    for pattern, full in _SHORTENED:
        text = pattern.sub(full, text)
    return " ".join(text.split())


def read_intent(text: str) -> Intent:
    """The request that the whole of a short utterance makes, else ANSWER."""
    if len(text) > _MAX_WORDS * 10 or text.count(" ") >= _MAX_WORDS:
        return Intent.ANSWER
    words = plain(text)
    if not words:
        return Intent.ANSWER
    if words in _ASIDE and text.rstrip().endswith("?"):
        return Intent.REPEAT
    for intent, pattern in _COMPILED:
        if pattern.fullmatch(words):
            return intent
    return Intent.ANSWER


_YES: Final = re.compile(
    r"\b(?:yes|yeah|yep|yup|yah|aye|sure|of course|okay|ok|agree|agreed|i do|consent|accept|fine|all right|alright"
    r"|go ahead|absolutely|certainly|definitely|sounds good|happy to|please do|you may|you can|why not|correct"
    r"|go for it|let us (?:go|start|begin|do it)|affirmative|by all means|i give (?:you )?(?:my )?(?:consent|permission))\b"
)
_NO: Final = re.compile(
    r"\b(?:no|nope|nah|not|never|refuse|decline|disagree|rather not|cannot|stop|without|neither|nor)\b"
)
_NO_OBJECTION: Final = re.compile(
    r"\b(?:no (?:problems?|objections?|worries|issues?|concerns?)(?: (?:at all|with (?:that|it|this)))?"
    r"|(?:do|would) not (?:mind|object)(?: at all)?|have nothing against (?:it|that|this)|not a problem)\b"
)
_REFUSED: Final = re.compile(
    r"\b(?:not|cannot|never|no longer) (?:really |want to |wish to |like to |be |give (?:you )?(?:my )?|quite |wanna )*"
    r"(?:agree|consent|accept|do this|do that|want|comfortable|okay|ok|happy|fine|sure about (?:this|that)|recorded"
    r"|be recorded|permission|proceed|continue|go ahead)\b"
    r"|\bi (?:do|would|will|am) not$|\b(?:absolutely|certainly|definitely|of course|sure(?:ly)?) not\b"
    r"|\brather (?:not|you did not)\b|\bplease do not\b|\bi (?:refuse|decline|disagree)\b|\bnot (?:really|today|at all)\b"
)
_UNSURE: Final = re.compile(
    r"\b(?:maybe|perhaps|depends|not (?:so |really |quite |entirely )?sure|do not know|do not understand"
    r"|unless|except|only if|but|if|wait|before i|question)\b"
)
_ASKING: Final = re.compile(
    r"^(?:um |uh |sorry |well |okay |and |so )*(?:what|why|how|who|where|when|which|can|could|would|is|are|does|do you"
    r"|will|yes or no)\b"
)
_CONSENT_WORDS: Final = 14
"""A yes counts only in an utterance of at most this many words, or at its start."""


def read_consent(text: str) -> bool | None:
    """Whether the answer to the consent question is a yes or a no; None where it is neither, both or conditional."""
    words = plain(text)
    if not words:
        return None
    without_objection = _NO_OBJECTION.sub(" yes ", words)
    unsure = _UNSURE.search(without_objection) is not None
    if text.rstrip().endswith("?") or _ASKING.match(without_objection):
        return None
    if _REFUSED.search(without_objection) and not re.match(r"(?:yes|yeah|sure)\b", without_objection):
        return None if re.search(r"\b(?:but|unless|if)\b", without_objection) else False
    agrees, refuses = _YES.search(without_objection), _NO.search(without_objection)
    if unsure or (agrees and refuses):
        return None
    if agrees and (len(words.split()) <= _CONSENT_WORDS or agrees.start() == 0):
        return True
    return False if refuses else None
