"""Spoken English brought to one plain form, for rules that read it."""

import re
from typing import Final

_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u02bc": "'"})
_NOT_WORDS: Final = re.compile(r"[^a-z0-9' ]+")
_SHORT_FORMS: Final = (
    (re.compile(r"\bcan't\b|\bcan not\b"), "cannot"),
    (re.compile(r"\bwon't\b"), "will not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"\b(you|we|they)'re\b"), r"\1 are"),
    (re.compile(r"\blet's\b"), "let us"),
    (re.compile(r"'d\b"), " would"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"\b(that|it|what|there|someone|somebody)'s\b"), r"\1 is"),
)


def plain(text: str) -> str:
    """Lower case, no punctuation, short forms written out: "I don't." gives "i do not"."""
    text = _NOT_WORDS.sub(" ", text.lower().translate(_APOSTROPHES))
    if "'" in text:
        for pattern, full in _SHORT_FORMS:
            text = pattern.sub(full, text)
    return " ".join(text.split())
