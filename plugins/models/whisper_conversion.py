"""Turns an openai-whisper checkpoint into a CTranslate2 model that faster-whisper loads, with numpy alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ctranslate2.converters import utils as converter_parts
from ctranslate2.specs import common_spec, whisper_spec

from plugins.models.checkpoint import read_checkpoint
from plugins.models.whisper_vocabulary import build_vocabulary

Weights = dict[str, npt.NDArray[np.float32]]

# Decoder (layer, head) pairs whose attention follows the audio, by number of decoder layers of the English models:
# openai-whisper `whisper/__init__.py`, _ALIGNMENT_HEADS.
ALIGNMENT_HEADS = {4: [(1, 0), (2, 0), (2, 5), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)]}


def convert_whisper(checkpoint: bytes, ranks: bytes, tokenizer_source: str, folder: Path) -> None:
    """Writes model.bin (int8 weights), config.json, vocabulary.json and tokenizer.json into `folder`."""
    loaded = read_checkpoint(checkpoint)
    sizes: dict[str, int] = loaded["dims"]
    weights: Weights = {name: array.astype(np.float32) for name, array in loaded["model_state_dict"].items()}
    vocabulary = build_vocabulary(ranks, tokenizer_source, sizes["n_vocab"])

    spec = whisper_spec.WhisperSpec(
        sizes["n_audio_layer"], sizes["n_audio_head"], sizes["n_text_layer"], sizes["n_text_head"]
    )
    _fill_encoder(spec.encoder, weights)
    _fill_decoder(spec.decoder, weights)
    config = spec.config
    config.suppress_ids = list(vocabulary.suppressed_ids)
    config.suppress_ids_begin = list(vocabulary.suppressed_first_ids)
    config.lang_ids = list(vocabulary.language_ids)
    config.alignment_heads = ALIGNMENT_HEADS[sizes["n_text_layer"]]
    spec.register_vocabulary(list(vocabulary.tokens))
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    vocabulary.tokenizer.save(str(folder / "tokenizer.json"))


# The specs of CTranslate2 are untyped trees of attributes, hence Any for them below.


def _fill_encoder(encoder: Any, weights: Weights) -> None:
    for convolution in ("conv1", "conv2"):
        layer = getattr(encoder, convolution)
        layer.weight = weights[f"encoder.{convolution}.weight"]
        layer.bias = weights[f"encoder.{convolution}.bias"]
    encoder.position_encodings.encodings = weights["encoder.positional_embedding"]
    _fill_norm(encoder.layer_norm, weights, "encoder.ln_post")
    for index, layer in enumerate(encoder.layer):
        block = f"encoder.blocks.{index}"
        _fill_self_attention(layer.self_attention, weights, f"{block}.attn")
        _fill_norm(layer.self_attention.layer_norm, weights, f"{block}.attn_ln")
        _fill_feed_forward(layer.ffn, weights, block)


def _fill_decoder(decoder: Any, weights: Weights) -> None:
    decoder.embeddings.weight = weights["decoder.token_embedding.weight"]
    decoder.projection.weight = weights["decoder.token_embedding.weight"]
    decoder.position_encodings.encodings = weights["decoder.positional_embedding"]
    _fill_norm(decoder.layer_norm, weights, "decoder.ln")
    for index, layer in enumerate(decoder.layer):
        block = f"decoder.blocks.{index}"
        _fill_self_attention(layer.self_attention, weights, f"{block}.attn")
        _fill_norm(layer.self_attention.layer_norm, weights, f"{block}.attn_ln")
        _fill_cross_attention(layer.attention, weights, f"{block}.cross_attn")
        _fill_norm(layer.attention.layer_norm, weights, f"{block}.cross_attn_ln")
        _fill_feed_forward(layer.ffn, weights, block)


def _fill_linear(layer: Any, weights: Weights, name: str) -> None:
    layer.weight = weights[f"{name}.weight"]
    if f"{name}.bias" in weights:
        layer.bias = weights[f"{name}.bias"]


def _fill_norm(layer: Any, weights: Weights, name: str) -> None:
    layer.gamma = weights[f"{name}.weight"]
    layer.beta = weights[f"{name}.bias"]


def _linear(weights: Weights, name: str) -> Any:
    layer = common_spec.LinearSpec()
    _fill_linear(layer, weights, name)
    return layer


def _fill_self_attention(attention: Any, weights: Weights, name: str) -> None:
    parts = [_linear(weights, f"{name}.{part}") for part in ("query", "key", "value")]
    converter_parts.fuse_linear(attention.linear[0], parts)
    _fill_linear(attention.linear[-1], weights, f"{name}.out")


def _fill_cross_attention(attention: Any, weights: Weights, name: str) -> None:
    _fill_linear(attention.linear[0], weights, f"{name}.query")
    parts = [_linear(weights, f"{name}.{part}") for part in ("key", "value")]
    converter_parts.fuse_linear(attention.linear[1], parts)
    _fill_linear(attention.linear[-1], weights, f"{name}.out")


def _fill_feed_forward(layer: Any, weights: Weights, block: str) -> None:
    _fill_linear(layer.linear_0, weights, f"{block}.mlp.0")
    _fill_linear(layer.linear_1, weights, f"{block}.mlp.2")
    _fill_norm(layer.layer_norm, weights, f"{block}.mlp_ln")
