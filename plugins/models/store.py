"""Built models on disk: each folder holds a receipt with the digest of every file, checked before a model is loaded."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from plugins.models.errors import ModelDamaged, ModelMissing
from plugins.models.manifest import MANIFEST, Model, find_model

RECEIPT = "receipt.json"
CONVERSION_VERSION = 1
"""Rises when converters write other files, so that older builds are built again."""


class ModelState(StrEnum):
    """What `check_model` found, as a word for tables."""

    OK = "ok"
    MISSING = "missing"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One row of `viva models list`."""

    model: Model
    state: ModelState
    folder: Path
    problem: str | None


def write_receipt(model: Model, folder: Path) -> None:
    """Records the digests of the files just built in `folder`."""
    receipt = {
        "model": model.name,
        "conversion": CONVERSION_VERSION,
        "parts": {part.path: part.sha256 for part in model.parts},
        "files": {name: file_sha256(folder / name) for name in model.files},
    }
    (folder / RECEIPT).write_text(json.dumps(receipt, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def check_model(models: Path, name: str) -> Path:
    """The folder of a built model whose files are all as built.

    Raises UnknownModel, ModelMissing (also for builds of an older conversion) or ModelDamaged.
    """
    model = find_model(name)
    folder = models / name
    receipt_file = folder / RECEIPT
    if not receipt_file.is_file():
        raise ModelMissing(name)
    try:
        receipt = json.loads(receipt_file.read_text(encoding="utf-8"))
        digests: dict[str, str] = receipt["files"]
        wanted = (CONVERSION_VERSION, {part.path: part.sha256 for part in model.parts})
        if (receipt["conversion"], receipt["parts"]) != wanted:
            raise ModelMissing(name)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelDamaged(name, RECEIPT) from error
    for file in model.files:
        path = folder / file
        if not path.is_file() or file_sha256(path) != digests.get(file):
            raise ModelDamaged(name, file)
    return folder


def model_fingerprint(name: str) -> str:
    """A digest of what a model is built from, the same on every machine; UnknownModel for other names."""
    recipe = [CONVERSION_VERSION, [part.sha256 for part in find_model(name).parts]]
    return hashlib.sha256(json.dumps(recipe).encode()).hexdigest()


def model_statuses(models: Path) -> tuple[ModelStatus, ...]:
    """Every model of the manifest with its state on this machine; reads every file."""
    return tuple(_status(models, model) for model in MANIFEST)


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _status(models: Path, model: Model) -> ModelStatus:
    try:
        folder = check_model(models, model.name)
    except ModelMissing as error:
        return ModelStatus(model, ModelState.MISSING, models / model.name, str(error))
    except ModelDamaged as error:
        return ModelStatus(model, ModelState.DAMAGED, models / model.name, str(error))
    return ModelStatus(model, ModelState.OK, folder, None)
