"""Fills the weightless graph of the `tiny` voice from its checkpoint; the result is a voice that Piper plays.

The graph carries a recipe: for each large tensor, the checkpoint's tensor it comes from and how (copied, transposed, or
with its weight normalisation folded in, https://arxiv.org/abs/1602.07868).
"""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from plugins.models.checkpoint import read_checkpoint

VOICE_PARTS = Path(__file__).parent / "voices" / "tiny"


def convert_voice(checkpoint: bytes, folder: Path) -> None:
    """Writes voice.onnx (float32) and voice.json (Piper's configuration of the voice) into `folder`."""
    state = read_checkpoint(checkpoint)["model"]
    weights = {name.removeprefix("module."): array for name, array in state.items()}
    with gzip.open(VOICE_PARTS / "graph.onnx.gz") as graph_file:
        graph = onnx.load_from_string(graph_file.read())
    recipe = json.loads({prop.key: prop.value for prop in graph.metadata_props}["recipe"])
    for tensor in graph.graph.initializer:
        if tensor.name in recipe:
            how, source = recipe[tensor.name]
            tensor.CopyFrom(numpy_helper.from_array(_tensor(weights, how, source), tensor.name))
    del graph.metadata_props[:]
    onnx.checker.check_model(graph)
    onnx.save(graph, str(folder / "voice.onnx"))
    shutil.copyfile(VOICE_PARTS / "voice.json", folder / "voice.json")


def _tensor(weights: dict[str, npt.NDArray[np.float32]], how: str, source: str) -> npt.NDArray[np.float32]:
    match how:
        case "copy":
            value = weights[source].astype(np.float32)
        case "T":
            value = weights[source].astype(np.float32).T
        case "wn":
            direction = weights[f"{source}_v"].astype(np.float32)
            length = weights[f"{source}_g"].astype(np.float32)
            value = length * direction / np.sqrt((direction**2).sum(axis=(1, 2), keepdims=True))
        case _:
            raise ValueError(f"the voice's graph asks for an unknown conversion {how!r}")
    return np.ascontiguousarray(value, np.float32)
