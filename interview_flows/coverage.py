"""Which expected points an answer names: whole words, any case, simple English inflections."""

import re
from functools import lru_cache
from typing import Final

from interview_flows.flow import Question

_WORD: Final = re.compile(r"[\w+#]+(?:'\w+)?")
_VOWEL: Final = re.compile(r"[aeiouy]")
# fmt: off
_IRREGULAR: Final = {
    "agreed": "agree", "began": "begin", "bought": "buy", "broke": "break", "broken": "break", "brought": "bring",
    "built": "build", "children": "child", "chose": "choose", "chosen": "choose", "did": "do", "does": "do",
    "done": "do", "drew": "draw", "drove": "drive", "fell": "fall", "felt": "feel", "found": "find", "gave": "give",
    "given": "give", "goes": "go", "gone": "go", "grew": "grow", "grown": "grow", "held": "hold", "kept": "keep",
    "knew": "know", "known": "know", "learnt": "learn", "led": "lead", "lost": "lose", "made": "make",
    "meant": "mean", "met": "meet", "paid": "pay", "people": "person", "ran": "run", "rebuilt": "rebuild",
    "rewritten": "rewrite", "rewrote": "rewrite", "said": "say", "sent": "send", "spent": "spend", "spoke": "speak",
    "spoken": "speak", "taken": "take", "taught": "teach", "thought": "think", "told": "tell", "took": "take",
    "understood": "understand", "went": "go", "won": "win", "written": "write", "wrote": "write",
}
# fmt: on


def covered_points(question: Question, text: str) -> frozenset[str]:
    """The names of the question's expected points that `text` names."""
    if not question.expects or not text:
        return frozenset()
    words = _normal(text)
    return frozenset(
        expected.point for expected in question.expects if any(_phrase(phrase) in words for phrase in expected.any)
    )


def _normal(text: str) -> str:
    """Stems with one blank around each, so that a phrase is found as a substring."""
    return f" {' '.join([_stem(word) for word in _WORD.findall(text.lower())])} "


@lru_cache(maxsize=4096)
def _phrase(text: str) -> str:
    return _normal(text)


@lru_cache(maxsize=16384)
def _stem(word: str) -> str:
    """A light stem: both sides of a comparison are cut alike, so it need not be a word."""
    word = word.removesuffix("'s")
    word = _IRREGULAR.get(word, word)
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("sses", "xes", "zes", "ches", "shes")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    if len(word) > 4 and word.endswith("ied"):
        word = word[:-3] + "y"
    elif word.endswith("ing") and _VOWEL.search(word[:-3]):
        word = word[:-3] if len(word) > 5 or word[-4] in "aeo" else word[:-3] + "e"
    elif len(word) > 3 and word.endswith("ed") and not word.endswith("eed") and _VOWEL.search(word[:-2]):
        word = word[:-2] if len(word) > 4 else word[:-1]
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word
