"""The Whisper tokenizer, rebuilt from openai-whisper's rank file as a `tokenizers` byte-level BPE.

Sources: openai-whisper `whisper/tokenizer.py` (special tokens, suppressed symbols) and tiktoken's rank files; the
merges of a rank are found by merging its bytes with all lower ranks, as in tiktoken's `_educational.py`.
"""

from __future__ import annotations

import ast
import base64
import re
from dataclasses import dataclass

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

TIMESTAMP_STEP_S = 0.02
TIMESTAMPS = 1501
SUPPRESSED_SYMBOLS = (
    *'"#()*+/:;<=>@[\\]^_`{|}~「」『』',
    *("<<", ">>", "<<<", ">>>", "--", "---", "-(", "-[", "('", '("', "((", "))", "(((", ")))", "[[", "]]", "{{", "}}"),
    *("♪♪", "♪♪♪"),
)
MUSIC_SYMBOLS = frozenset("♩♪♫♬♭♮♯")
NEVER_SPOKEN = (
    "<|startoftranscript|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
)


@dataclass(frozen=True, slots=True)
class WhisperVocabulary:
    """Tokens by id, the tokenizer, and the ids that decoding leaves out."""

    tokens: tuple[str, ...]
    tokenizer: Tokenizer
    language_ids: tuple[int, ...]
    suppressed_ids: tuple[int, ...]
    suppressed_first_ids: tuple[int, ...]


def build_vocabulary(ranks: bytes, tokenizer_source: str, size: int) -> WhisperVocabulary:
    """The vocabulary of a Whisper model with `size` tokens.

    `ranks` is the content of a `.tiktoken` file; `tokenizer_source` is openai-whisper's tokenizer.py, read for its list
    of languages and never run. Raises ValueError where the parts do not make `size` tokens.
    """
    rank_of = _read_ranks(ranks)
    text_tokens = [""] * len(rank_of)
    for piece, rank in rank_of.items():
        text_tokens[rank] = _printable(piece)
    fixed = ["<|endoftext|>", "<|startoftranscript|>", *NEVER_SPOKEN[1:], "<|notimestamps|>"]
    languages = _languages(tokenizer_source)[: size - len(text_tokens) - len(fixed) - TIMESTAMPS]
    specials = [*fixed[:2], *(f"<|{language}|>" for language in languages), *fixed[2:]]
    times = [f"<|{step * TIMESTAMP_STEP_S:.2f}|>" for step in range(TIMESTAMPS)]
    tokens = (*text_tokens, *specials, *times)
    if len(tokens) != size:
        raise ValueError(f"the vocabulary has {len(tokens)} tokens and the model {size}")

    tokenizer = Tokenizer(
        models.BPE(vocab={token: index for index, token in enumerate(text_tokens)}, merges=_merges(rank_of))
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in specials])
    tokenizer.add_tokens([AddedToken(token) for token in times])

    id_of = {token: index for index, token in enumerate(tokens)}
    return WhisperVocabulary(
        tokens=tokens,
        tokenizer=tokenizer,
        language_ids=tuple(id_of[f"<|{language}|>"] for language in languages),
        suppressed_ids=tuple(sorted(_symbol_ids(tokenizer) | {id_of[token] for token in NEVER_SPOKEN})),
        suppressed_first_ids=(tokenizer.encode(" ").ids[0], id_of["<|endoftext|>"]),
    )


def _read_ranks(ranks: bytes) -> dict[bytes, int]:
    pairs = (line.split() for line in ranks.splitlines() if line)
    return {base64.b64decode(piece): int(rank) for piece, rank in pairs}


def _languages(tokenizer_source: str) -> list[str]:
    table = re.search(r"LANGUAGES = (\{.*?\n\})", tokenizer_source, re.DOTALL)
    if table is None:
        raise ValueError("the tokenizer source has no table of languages")
    return list(ast.literal_eval(table.group(1)))


def _byte_alphabet() -> dict[int, str]:
    """GPT-2's printable stand-in for each byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {byte: chr(256 + n) for n, byte in enumerate(others)}


_ALPHABET = _byte_alphabet()


def _printable(piece: bytes) -> str:
    return "".join(_ALPHABET[byte] for byte in piece)


def _merges(rank_of: dict[bytes, int]) -> list[tuple[str, str]]:
    merges = []
    for piece, rank in sorted(rank_of.items(), key=lambda item: item[1]):
        if len(piece) > 1:
            pair = _last_merge(piece, rank, rank_of)
            if pair is not None:
                merges.append((_printable(pair[0]), _printable(pair[1])))
    return merges


def _last_merge(piece: bytes, rank: int, rank_of: dict[bytes, int]) -> tuple[bytes, bytes] | None:
    parts = [piece[index : index + 1] for index in range(len(piece))]
    never = len(rank_of)
    while len(parts) > 2:
        best_rank, at = min((rank_of.get(parts[i] + parts[i + 1], never), i) for i in range(len(parts) - 1))
        if best_rank >= rank:
            return None
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts[0], parts[1]


def _symbol_ids(tokenizer: Tokenizer) -> set[int]:
    """First tokens of the symbols nobody speaks (openai-whisper's `non_speech_tokens`)."""
    ids = {tokenizer.encode(" -").ids[0], tokenizer.encode(" '").ids[0]}
    for symbol in (*SUPPRESSED_SYMBOLS, *MUSIC_SYMBOLS):
        for encoded in (tokenizer.encode(symbol).ids, tokenizer.encode(" " + symbol).ids):
            if len(encoded) == 1 or symbol in MUSIC_SYMBOLS:
                ids.add(encoded[0])
    return ids
