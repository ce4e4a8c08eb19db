"""Text made ready to be spoken: markup and emoji taken out, abbreviations written out, sentences and clauses apart."""

from __future__ import annotations

import re
import unicodedata

LONG_SENTENCE_WORDS = 14
SHORTEST_CLAUSE_WORDS = 4
LONGEST_PIECE_CHARACTERS = 240
"""No engine is given more at once, however the text is punctuated."""

SPOKEN_FORMS = (
    (r"\bDr\.", "Doctor"),
    (r"\bMr\.", "Mister"),
    (r"\bMrs\.", "Missus"),
    (r"\bMs\.", "Miz"),
    (r"\bProf\.", "Professor"),
    (r"\be\.g\.", "for example"),
    (r"\bi\.e\.", "that is"),
    (r"\betc\.(?=\s+[A-Z]|\s*$)", "et cetera."),
    (r"\betc\.", "et cetera"),
    (r"\bvs\.?(?=\s)", "versus"),
    (r"\bapprox\.", "approximately"),
    (r"\bNo\.(?=\s*\d)", "number"),
    (r"\s&\s", " and "),
)
LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
ADDRESS = re.compile(r"\bhttps?://\S+")
TAG = re.compile(r"</?[A-Za-z][^<>]*>")
MARKUP = re.compile(r"[*_`#~|<>\\^{}\[\]]+")
TYPOGRAPHY = str.maketrans(
    {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2013: ", ", 0x2014: ", ", 0x2026: "..."}
)
"""Curly quotes, dashes and the ellipsis by code point."""
SENTENCE_END = re.compile(r"[.!?]+[\"')]*\s+")
UNFINISHED = re.compile(r"(?:^|[\s(])(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|No|e\.g|i\.e|vs|approx|etc)\.$")
"""A full stop after these ends no sentence."""
CLAUSE_END = re.compile(r"[,;:]\s+")


def speakable(text: str) -> str:
    """The text as an engine should read it: no markup, links, emoji or control characters, one space between words."""
    text = unicodedata.normalize("NFC", text).translate(TYPOGRAPHY)
    text = LINK.sub(r"\1", text)
    text = ADDRESS.sub("a link", text)
    text = TAG.sub(" ", text)
    text = MARKUP.sub(" ", text)
    text = "".join(character if _has_sound(character) else " " for character in text)
    for pattern, spoken in SPOKEN_FORMS:
        text = re.sub(pattern, spoken, text)
    text = " ".join(text.split())
    text = re.sub(r"\s+([,;:.!?])", r"\1", text)
    return re.sub(r",(?:\s*,)+", ",", text)


def split_sentences(text: str) -> list[str]:
    """The sentences of a speakable text, none without a letter or digit, none longer than an engine takes at once."""
    sentences, rest = _cut_sentences(text)
    return [part for sentence in (*sentences, rest) if has_words(sentence) for part in _bounded(sentence)]


class SentenceReader:
    """Speakable sentences from text that arrives in pieces of any size."""

    def __init__(self) -> None:
        self._rest = ""

    def push(self, text: str) -> list[str]:
        """Sentences that the new text has completed."""
        sentences, self._rest = _cut_sentences(self._rest + text)
        return [part for sentence in sentences for part in split_sentences(speakable(sentence))]

    def flush(self) -> list[str]:
        """What is left, ended or not."""
        rest, self._rest = self._rest, ""
        return split_sentences(speakable(rest))


def split_clauses(sentence: str) -> list[str]:
    """A sentence of more than 14 words as clauses of at least 4 words, so that its beginning can be heard early."""
    if len(sentence.split()) <= LONG_SENTENCE_WORDS:
        return [sentence]
    clauses, start = [], 0
    for end in CLAUSE_END.finditer(sentence):
        head, tail = sentence[start : end.end()], sentence[end.end() :]
        if len(head.split()) >= SHORTEST_CLAUSE_WORDS and len(tail.split()) >= SHORTEST_CLAUSE_WORDS:
            clauses.append(head.strip())
            start = end.end()
    return [*clauses, sentence[start:].strip()]


def has_words(text: str) -> bool:
    """True where there is something to say."""
    return any(character.isalnum() for character in text)


def _has_sound(character: str) -> bool:
    category = unicodedata.category(character)
    return (category[0] in "LNPZM" and character != "\ufe0f") or character in "$€£%+=°"


def _bounded(sentence: str) -> list[str]:
    pieces: list[str] = []
    while len(sentence) > LONGEST_PIECE_CHARACTERS:
        head = sentence[:LONGEST_PIECE_CHARACTERS]
        cut = max(head.rfind(", "), head.rfind("; "))
        if cut < LONGEST_PIECE_CHARACTERS // 3:
            cut = head.rfind(" ")
        cut = LONGEST_PIECE_CHARACTERS if cut <= 0 else cut + 1
        pieces.append(sentence[:cut].strip())
        sentence = sentence[cut:].strip()
    return [piece for piece in (*pieces, sentence) if has_words(piece)]


def _cut_sentences(text: str) -> tuple[list[str], str]:
    """Sentences that are followed by more text, and the rest."""
    sentences, start = [], 0
    for end in SENTENCE_END.finditer(text):
        piece, behind = text[start : end.end()].strip(), text[end.end() : end.end() + 1]
        if not behind or UNFINISHED.search(piece) or (behind.islower() and piece.endswith(".")):
            continue
        sentences.append(piece)
        start = end.end()
    return sentences, text[start:]
