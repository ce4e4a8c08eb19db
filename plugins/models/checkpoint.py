"""Reads PyTorch checkpoints without PyTorch: the zip format of `torch.save`, tensors only.

The unpickler builds tensors and plain containers and refuses any other name, so a checkpoint cannot run code.
Format: https://github.com/pytorch/pytorch/blob/main/torch/serialization.py (`_save`, zip file format).
"""

from __future__ import annotations

import io
import pickle
import zipfile
from typing import Any

import numpy as np
import numpy.typing as npt

STORAGE_TYPES: dict[str, np.dtype[Any]] = {
    "HalfStorage": np.dtype(np.float16),
    "FloatStorage": np.dtype(np.float32),
    "LongStorage": np.dtype(np.int64),
    "BoolStorage": np.dtype(np.bool_),
}


def read_checkpoint(blob: bytes) -> dict[str, Any]:
    """The object saved in a checkpoint, its tensors as numpy arrays of their stored type.

    Raises pickle.UnpicklingError where the file names anything but tensors and containers.
    """
    archive = zipfile.ZipFile(io.BytesIO(blob))
    index = next(name for name in archive.namelist() if name.endswith("data.pkl"))
    loaded = _TensorUnpickler(archive, index.removesuffix("data.pkl")).load()
    if not isinstance(loaded, dict):
        raise pickle.UnpicklingError("the checkpoint does not hold a dictionary")
    return loaded


def _rebuild_tensor(
    storage: npt.NDArray[Any], offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object
) -> npt.NDArray[Any]:
    if not size:
        return np.asarray(storage[offset])
    strides_bytes = [step * storage.itemsize for step in stride]
    return np.ascontiguousarray(np.lib.stride_tricks.as_strided(storage[offset:], size, strides_bytes))


class _TensorUnpickler(pickle.Unpickler):  # noqa: S301  # it can build nothing but tensors
    """Loads a state dictionary and refuses every other global."""

    def __init__(self, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(io.BytesIO(archive.read(root + "data.pkl")))
        self._archive = archive
        self._root = root

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in STORAGE_TYPES:
            return STORAGE_TYPES[name]
        if (module, name) == ("collections", "OrderedDict"):
            return dict
        raise pickle.UnpicklingError(f"{module}.{name} is not part of a checkpoint of tensors")

    def persistent_load(self, reference: Any) -> npt.NDArray[Any]:
        _, storage_type, key, *_rest = reference
        return np.frombuffer(self._archive.read(f"{self._root}data/{key}"), storage_type)
