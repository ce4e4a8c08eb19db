"""How the words of an answer end: hanging, finished, or with a plain "that's all". English.

A full stop proves little: recognisers write one after a clause that was cut off, and no reading of words or sound tells
a finished clause from a finished answer. So this module names only what is certain, and patience does the waiting.
"""

import re
from enum import StrEnum
from typing import Final


class Ending(StrEnum):
    DONE = "done"
    """The candidate says that this was all."""
    FINISHED = "finished"
    """A sentence is complete."""
    OPEN = "open"
    """No full stop, though the text has them elsewhere or is short."""
    HANGING = "hanging"
    """More words must follow."""
    THINKING = "thinking"
    """The candidate asks for time to think, or only fills it."""


_HANGING: Final = re.compile(
    r"a|an|the|and|or|but|nor|because|unless|whether|if|although|which|whose|my|our|your|their|every|very|as|until"
    r"|whereas|including|um+|uhm?|er+m?|hm+|mm-?hm+|basically|i|we"
)
"""Last words that hang even before a full stop."""
_HANGING_UNSTOPPED: Final = re.compile(
    r"of|to|in|on|at|for|with|from|by|about|into|onto|over|under|after|before|between|through|during|without|within|than"
    r"|is|was|were|are|am|be|been|being|has|have|had|do|does|did|will|would|can|could|should|must|might|may|not|just"
    r"|these|its|he|she|they|who|what|when|where|why|how|while|plus|i'm|i've|i'd|i'll|we're|we've|we'd|we'll|it's"
    r"|they're|there's|that's"
)
"""Last words that hang where no full stop follows: "what I worked on." is finished."""
_FINISHED_SO: Final = frozenset({"think", "hope", "guess", "believe", "or", "say", "said", "even", "do", "did"})
"""Words after which a last "so" ends a sentence."""
_BREAKS_OFF: Final = (",", "...", "\u2026", "-", "\u2013", "\u2014", ":", ";")
_STOPS: Final = (".", "!", "?")
_QUOTES: Final = "\"'\u201d\u2019)"
_WORD: Final = re.compile(r"[\w'-]+")
_SENTENCE_MARK: Final = re.compile(r"[.?!](?:\s|$)")
_UNPUNCTUATED_WORDS: Final = 12
"""A text of this length without any full stop comes from a recogniser that writes none: its absence says nothing."""
_TAIL_CHARS: Final = 160

_THAT_IS: Final = r"that(?:'s| is| was| would be)(?: pretty much| basically| about| really| probably| just)?"
_AFTERTHOUGHT: Final = (
    r"(?:,? (?:i think|i guess|really|from me|for me|for now|so far|thanks|thank you|basically|then|actually|on that"
    r"|to say|about (?:it|that)|for (?:it|that)))*"
)
_SENTENCE_START: Final = r"(?:^|[.?!,;\u2026-]\s*|\b(?:and|so|but|yeah|yes|okay|well|think|guess|say|believe)[,.]? )"
_DONE: Final = re.compile(
    rf"{_SENTENCE_START}(?:{_THAT_IS} (?:it|all|everything|my answer|the whole story)"
    rf"|{_THAT_IS} all (?:that )?i (?:have|can think of|can say|wanted to say|have to say|know|remember|got)"
    r"|(?:i'm|i am) (?:done|finished)(?: (?:here|with (?:that|this|it|my answer)))?|that covers it|end of story"
    rf"|nothing (?:else|more)|nothing (?:else |more )?to add){_AFTERTHOUGHT}[\s.!,]*$",
    re.IGNORECASE,
)
_ABOUT_THAT: Final = r"(?: (?:about (?:that|it|this)|for a (?:second|moment|minute|bit)))*"
_THINKING: Final = re.compile(
    rf"\b(?:let me (?:just )?(?:think|see|remember|recall){_ABOUT_THAT}"
    r"|(?:that(?:'s| is)|what) an? (?:really |very )?(?:good|great|interesting|tough|difficult|hard) (?:question|one)"
    r"|how (?:do|can|should|shall) i (?:put|say|explain) (?:this|that|it)|where (?:do|should|shall) i (?:start|begin)"
    rf"|i(?:'m| am) (?:just |still )?thinking|i(?:'m| am) trying to (?:think|remember){_ABOUT_THAT})[\s.!?,\u2026-]*$",
    re.IGNORECASE,
)
_OPENER: Final = re.compile(
    r"(?=.*\b(?:so|well|and|um+|uhm?|er+m?|hm+)\b)"
    r"(?:(?:okay|ok|yeah|yes|sure|so|well|right|alright|all right|of course|um+|uhm?|er+m?|hm+|oh|and) ?)+"
)
"""Nothing but words that begin an answer, hesitation among them; "yes, sure" is an answer by itself."""


def ending(text: str) -> Ending:
    """How `text`, a whole turn so far, ends."""
    text = text.strip()
    tail = text[-_TAIL_CHARS:]
    if _DONE.search(tail):
        return Ending.DONE
    if _THINKING.search(tail):
        return Ending.THINKING
    words = _WORD.findall(tail.lower())
    if not words:
        return Ending.HANGING
    if _OPENER.fullmatch(" ".join(words)):
        return Ending.THINKING
    return _last_words(text.rstrip(_QUOTES), words)


def _last_words(text: str, words: list[str]) -> Ending:
    last = words[-1]
    if text.endswith(_BREAKS_OFF):
        return Ending.HANGING
    stopped = text.endswith(_STOPS)
    if last == "so":
        finished = stopped and len(words) > 1 and words[-2] in _FINISHED_SO
        return Ending.FINISHED if finished else Ending.HANGING
    if _HANGING.fullmatch(last):
        return Ending.FINISHED if text.endswith("?") else Ending.HANGING
    if stopped:
        return Ending.FINISHED
    if _HANGING_UNSTOPPED.fullmatch(last):
        return Ending.HANGING
    unpunctuated = len(words) >= _UNPUNCTUATED_WORDS and not _SENTENCE_MARK.search(text)
    return Ending.FINISHED if unpunctuated else Ending.OPEN
