"""Whether an answer to the consent question is a yes. In doubt it is neither, and the question is asked again."""

import re
from typing import Final

from interview_flows.wording import plain

_YES: Final = re.compile(
    r"\b(?:yes|yeah|yep|yup|yah|aye|sure|of course|okay|ok|agree|agreed|i do|consent|accept|fine|all right|alright"
    r"|go ahead|absolutely|certainly|definitely|sounds good|happy to|please do|you may|you can|why not|correct"
    r"|go for it|let us (?:go|start|begin|do it)|affirmative|by all means|permission)\b"
)
_NO: Final = re.compile(
    r"\b(?:no|nope|nah|not|never|refuse|decline|disagree|rather not|cannot|stop|without|neither|nor)\b"
)
_NO_OBJECTION: Final = re.compile(
    r"\b(?:no (?:problems?|objections?|worries|issues?|concerns?)(?: (?:at all|with (?:that|it|this)))?"
    r"|(?:do|would) not (?:mind|object)(?: at all)?|have nothing against (?:it|that|this)|not a problem)\b"
)
"""These have a "no" in them and mean yes."""
_REFUSED: Final = re.compile(
    r"\b(?:not|cannot|never) (?:really |want to |wish to |like to |be |give (?:you )?(?:my )?|quite )*"
    r"(?:agree|consent|accept|do (?:this|that)|want|comfortable|okay|ok|happy|fine|recorded|permission|proceed"
    r"|continue|go ahead)\b"
    r"|\bi (?:do|would|will|am) not$|\b(?:absolutely|certainly|definitely|of course|sure|surely) not\b"
    r"|\brather not\b|\bplease do not\b|\bi (?:refuse|decline|disagree)\b|\bnot (?:really|today|at all)\b"
)
_DOUBT: Final = re.compile(
    r"\b(?:maybe|perhaps|depends|not (?:so |really |quite |entirely )?sure|do not (?:know|understand)|unless|except"
    r"|but|if|wait|before i|question)\b"
)
_ASKS: Final = re.compile(
    r"(?:(?:um|uh|sorry|well|okay|and|so) )*"
    r"(?:what|why|how|who|where|when|which|can|could|would|is|are|does|do you|will|yes or no)\b"
)
_BEGINS_WITH_YES: Final = re.compile(r"(?:yes|yeah|sure)\b(?! not)")
_MOST_WORDS: Final = 14
"""In a longer utterance a yes counts only at its start."""


def read_consent(text: str) -> bool | None:
    """True for a yes, False for a no; None where the words are neither, both or conditional."""
    words = _NO_OBJECTION.sub(" yes ", plain(text)).strip()
    if not words or text.rstrip().endswith("?") or _ASKS.match(words):
        return None
    doubt = _DOUBT.search(words) is not None
    if _REFUSED.search(words) and not _BEGINS_WITH_YES.match(words) and not doubt:
        return False
    agrees, refuses = _YES.search(words), _NO.search(words)
    if doubt or (agrees and refuses):
        return None
    if agrees:
        return True if agrees.start() == 0 or len(words.split()) <= _MOST_WORDS else None
    return False if refuses else None
