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


_HANGING_ALWAYS: Final = frozenset(
    "a an the and or but nor because unless whether if although which whose my our your their every very um uh umm uhm"
    " er erm hmm mm-hmm basically i we as plus until whereas therefore meaning namely including".split()
)
"""Hanging even before a full stop."""
_HANGING_UNSTOPPED: Final = _HANGING_ALWAYS | frozenset(
    "of to in on at for with from by about into onto over under after before between through during without within"
    " is was were are am be been being has have had do does did will would can could should must might may"
    " that this these those his her its he she they it who what when where why how while since than then though like"
    " not just also more most some any really quite actually so well i'm we're they're it's i've we've i'd we'd i'll"
    " we'll there's you".split()
)
"""Hanging where no full stop follows: "thank you" and "what I worked on." are finished."""
_SO_FINISHED: Final = frozenset({"think", "hope", "guess", "believe", "or", "say", "said", "even", "do", "did"})
"""Words after which a last "so" ends a sentence."""
_WORD: Final = re.compile(r"[\w'-]+")
_SENTENCE_MARK: Final = re.compile(r"[.?!](?:\s|$)")
_UNPUNCTUATED_WORDS: Final = 12
"""A text of this length without any full stop comes from a recogniser that writes none: its absence says nothing."""

_DONE: Final = re.compile(
    r"\b(?:that(?:'s| is| was| would be)(?: pretty much| basically| about| really| probably| just)?"
    r" (?:it|all|everything|my answer|the whole story|all of it)"
    r"|that(?:'s| is) all i (?:have|can think of|can say|wanted to say|have to say|know|remember|got)"
    r"|(?:i'm|i am|we're) (?:done|finished)(?: (?:here|with (?:that|this|it|my answer)))?|that covers it|nothing else"
    r"|nothing more|(?:i have )?nothing (?:else |more )?to add|end of story|that(?:'s| is) where (?:it|we) ended)"
    r"(?:,? (?:i think|i guess|really|from me|for now|for me|so far|thanks|thank you|basically|then|actually|on that"
    r"|to say|about it|for that))*[\s.!,]*$",
    re.IGNORECASE,
)
_THINKING: Final = re.compile(
    r"\b(?:let me (?:just )?(?:think|see|remember|recall)(?: (?:about (?:that|it|this)|for a (?:second|moment|minute|bit)))?"
    r"|(?:that(?:'s| is)|what)?(?: ?(?:a|an))? (?:really )?(?:good|great|interesting|tough|difficult|hard) (?:question|one)"
    r"|how (?:do|can|should|shall) i (?:put|say|explain) (?:this|that|it)|where (?:do|should|shall) i (?:start|begin)"
    r"|give me a (?:second|moment) to think|i(?:'m| am) (?:just )?thinking|i(?:'m| am) trying to (?:think|remember))"
    r"[\s.!?,\u2026-]*$",
    re.IGNORECASE,
)
_OPENERS: Final = frozenset(
    "okay ok yeah yes sure so well right alright um uh er erm hmm umm oh and of course all".split()
)
"""An answer of nothing but these has not begun, unless it is a plain yes."""
_PLAIN: Final = frozenset({"yes", "yeah", "sure", "of course", "okay", "ok", "right", "all right", "alright"})


def ending(text: str) -> Ending:
    """How `text`, a whole turn so far, ends."""
    text = text.strip()
    tail = text[-160:]
    if _DONE.search(tail):
        return Ending.DONE
    if _THINKING.search(tail):
        return Ending.THINKING
    words = _WORD.findall(tail.lower())
    if not words:
        return Ending.HANGING
    if len(words) <= 4 and all(word in _OPENERS for word in words) and " ".join(words) not in _PLAIN:
        return Ending.THINKING
    return _last_words(text, words)


def _last_words(text: str, words: list[str]) -> Ending:
    last = words[-1]
    if text.endswith((",", "...", "\u2026", "-", "\u2013", "\u2014", ":", ";")):
        return Ending.HANGING
    stopped = text.endswith((".", "!", "?", '."', '!"', '?"', ".'"))
    if last == "so":
        finished = len(words) > 1 and words[-2] in _SO_FINISHED
        return Ending.FINISHED if finished and stopped else Ending.HANGING
    if stopped:
        hanging = last in _HANGING_ALWAYS and not text.endswith("?")
        return Ending.HANGING if hanging else Ending.FINISHED
    if last in _HANGING_UNSTOPPED and words[-2:] != ["thank", "you"]:
        return Ending.HANGING
    if _SENTENCE_MARK.search(text) or len(words) < _UNPUNCTUATED_WORDS:
        return Ending.OPEN
    return Ending.FINISHED
