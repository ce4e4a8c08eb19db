"""Word errors between what was said and what was written, with spelling differences that are no errors removed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

_UNIT_WORDS: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TEN_WORDS: Final = "zero ten twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS: Final = tuple(_UNIT_WORDS.split())
_TENS: Final = tuple(_TEN_WORDS.split())
_SCALES: Final = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"))
_ORDINALS: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
_CONTRACTIONS: Final = {
    "can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not", "ain't": "is not",
    "let's": "let us", "i'm": "i am", "y'all": "you all", "gonna": "going to", "wanna": "want to",
    "gotta": "got to", "kinda": "kind of", "ok": "okay", "o'clock": "oclock", "alright": "all right",
}  # fmt: skip
_ENDINGS: Final = (("n't", " not"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'d", " would"))
_BEFORE_IS: Final = ("it", "that", "there", "what", "he", "she", "who", "where", "here", "how", "when", "this")
_FILLERS: Final = ("uh", "um", "erm", "hmm", "mm", "mhm", "er", "ah")
_SYMBOLS: Final = (("%", " percent "), ("&", " and "), ("+", " plus "), ("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
_NUMBER: Final = re.compile(r"(?<![a-z0-9])(\$?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(st|nd|rd|th)?(?![a-z0-9])")
_YEARS: Final = ((1100, 2000), (2010, 2100))


@dataclass(frozen=True, slots=True)
class WordErrors:
    """Substituted, missing and invented words against the number of words said."""

    errors: int
    words: int

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(self.errors + other.errors, self.words + other.words)

    @property
    def rate(self) -> float | None:
        """Errors per word said; None when nothing was said."""
        return self.errors / self.words if self.words else None


def normalised_words(text: str) -> list[str]:
    """Words as a listener would compare them: lower case, numbers and contractions in full, no fillers."""
    lowered = text.lower()
    for symbol, word in _SYMBOLS:
        lowered = lowered.replace(symbol, word)
    spelled = _NUMBER.sub(_spell_match, lowered)
    words: list[str] = []
    for token in re.findall(r"[a-z0-9]+(?:'[a-z]+)*", spelled.replace("-", " ")):
        words += _expand(token).split()
    return [word for word in words if word not in _FILLERS]


def word_errors(said: str, written: str) -> WordErrors:
    """Least edits (Levenshtein, each of weight one) that turn the words said into the words written."""
    reference, hypothesis = normalised_words(said), normalised_words(written)
    return WordErrors(_distance(reference, hypothesis), len(reference))


def _expand(token: str) -> str:
    if token in _CONTRACTIONS:
        return _CONTRACTIONS[token]
    for ending, full in _ENDINGS:
        if token.endswith(ending):
            return token.removesuffix(ending) + full
    if token.endswith("'s"):
        stem = token.removesuffix("'s")
        return f"{stem} is" if stem in _BEFORE_IS else f"{stem}s"
    return token.replace("'", "")


def _spell_match(match: re.Match[str]) -> str:
    money, whole, fraction, ordinal = match.groups()
    value = int(whole.replace(",", ""))
    words = spell_number(value, year="," not in whole and not money and not fraction and len(whole) == 4)
    if fraction:
        words += " point " + " ".join(_UNITS[int(digit)] for digit in fraction[1:])
    if ordinal:
        words = _ordinal(words)
    return f" {words}{' dollars' if money else ''} "


def spell_number(value: int, *, year: bool = False) -> str:
    """English words of a number, without "and"; a year is spoken in pairs of digits. `value` is below 10**12."""
    if year and any(low <= value < high for low, high in _YEARS) and value % 1000 >= 10:
        century, rest = divmod(value, 100)
        return (
            f"{spell_number(century)} {spell_number(rest) if rest > 9 else f'oh {_UNITS[rest]}' if rest else 'hundred'}"
        )
    for size, name in _SCALES:
        if value >= size:
            head, rest = divmod(value, size)
            return f"{spell_number(head)} {name}" + (f" {spell_number(rest)}" if rest else "")
    if value >= 100:
        head, rest = divmod(value, 100)
        return f"{_UNITS[head]} hundred" + (f" {spell_number(rest)}" if rest else "")
    if value >= 20:
        head, rest = divmod(value, 10)
        return _TENS[head] + (f" {_UNITS[rest]}" if rest else "")
    return _UNITS[value]


def _ordinal(words: str) -> str:
    head, _, last = words.rpartition(" ")
    spelled = _ORDINALS.get(last) or (last.removesuffix("y") + "ieth" if last.endswith("y") else last + "th")
    return f"{head} {spelled}".strip()


def _distance(reference: Sequence[str], hypothesis: Sequence[str]) -> int:
    columns = np.arange(len(hypothesis) + 1)
    row = columns.copy()
    other = np.asarray(hypothesis, dtype=object)
    for index, word in enumerate(reference, 1):
        best = np.empty_like(row)
        best[0] = index
        best[1:] = np.minimum(row[1:] + 1, row[:-1] + (other != word))
        row = np.minimum.accumulate(best - columns) + columns
    return int(row[-1])
