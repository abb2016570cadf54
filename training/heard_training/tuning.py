"""Tunes the encoder to reviews, by low-rank changes of all of its layers.

Needs jax and optax, and runs on processors and accelerators alike: two cores need about an hour for
an epoch of twelve thousand texts, an accelerator a few minutes. Every matrix of every layer gets a
change of rank `RANK`, and every bias and norm a change of its own; the embeddings of tokens stay.
The changes are trained together with the heads, which `train_accurate` fits again afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from heard.assessment.engines.changes import BIASES, MATRICES, RANK
from heard.assessment.engines.encoder import Encoder, Floats, Layer
from heard_training.packages import import_package

jax = import_package("jax", "jax")
jnp = import_package("jax.numpy", "jax")
optax = import_package("optax", "optax")

type Tree = Any
"""Arrays in nested dictionaries, as jax has them."""

LENGTHS: Final = (16, 24, 32, 48, 64, 96, 128)
"""Tokens that the texts of a batch are padded to."""

TOKENS: Final = 1024
"""Tokens of a batch, with its padding."""

RATE: Final = 4e-4
"""The highest learning rate; it rises for the first steps and then falls as a cosine."""

HEADS_SCALE: Final = 10.0
"""What the heads' outputs are multiplied by, so that they learn faster than the layers."""

DROPOUT: Final = 0.1
PERTURBED: Final = 0.35
"""The share of the rated texts that an epoch reads with typos, capitals and the like."""

_HEADS: Final = 12
_EPSILON: Final = 1e-12
SEED: Final = 11


def starting_weights(encoder: Encoder) -> dict[str, Floats]:
    """The layers' weights by name, each stacked over the layers; matrices are (inputs, outputs)."""

    def stack(weight_of: Callable[[Layer], Floats]) -> Floats:
        return np.stack([np.asarray(weight_of(layer), np.float32) for layer in encoder.layers])

    return {
        "qkv": stack(lambda layer: layer.qkv.T),
        "qkv_bias": stack(lambda layer: layer.qkv_bias),
        "out": stack(lambda layer: layer.out.T),
        "out_bias": stack(lambda layer: layer.out_bias),
        "out_scale": stack(lambda layer: layer.out_norm[0]),
        "out_shift": stack(lambda layer: layer.out_norm[1]),
        "up": stack(lambda layer: layer.up.T),
        "up_bias": stack(lambda layer: layer.up_bias),
        "down": stack(lambda layer: layer.down.T),
        "down_bias": stack(lambda layer: layer.down_bias),
        "down_scale": stack(lambda layer: layer.down_norm[0]),
        "down_shift": stack(lambda layer: layer.down_norm[1]),
    }


def no_changes(weights: Mapping[str, Floats]) -> dict[str, Floats]:
    """Changes that change nothing, from which tuning starts."""
    random_source = np.random.default_rng(SEED)
    changes: dict[str, Floats] = {}
    for name in MATRICES:
        layers, inputs, outputs = weights[name].shape
        first = random_source.standard_normal((layers, inputs, RANK)) / inputs**0.5
        changes[f"{name}_in"] = first.astype(np.float32)
        changes[f"{name}_out"] = np.zeros((layers, RANK, outputs), np.float32)
    for name in BIASES:
        changes[name] = np.zeros_like(weights[name])
    return changes


def changed_weights(weights: Tree, changes: Tree) -> Tree:
    """The weights with the changes added."""
    return {
        name: weight + changes[f"{name}_in"] @ changes[f"{name}_out"]
        if name in MATRICES
        else weight + changes[name]
        for name, weight in weights.items()
    }


def layer_means(weights: Tree, states: Tree, mask: Tree, key: Tree, dropout: float) -> Tree:
    """The mean over a text's tokens after each layer, (layers, texts, width).

    `states` (texts, tokens, width) are the inputs of the first layer, `mask` (texts, tokens) is 1
    for a token and 0 for padding.
    """
    texts, tokens, width = states.shape
    bias = jnp.where(mask > 0, 0.0, -1e9)[:, None, None, :]
    share = (mask / mask.sum(1, keepdims=True))[:, :, None]

    def by_head(part: Tree) -> Tree:
        return part.reshape(texts, tokens, _HEADS, width // _HEADS).transpose(0, 2, 1, 3)

    def layer(carry: Tree, weight: Tree) -> Tree:
        states, key = carry
        key, first, second = jax.random.split(key, 3)
        queries, keys, values = map(
            by_head, jnp.split(states @ weight["qkv"] + weight["qkv_bias"], 3, axis=-1)
        )
        attention = jax.nn.softmax(queries @ keys.transpose(0, 1, 3, 2) + bias, axis=-1)
        context = (attention @ values).transpose(0, 2, 1, 3).reshape(texts, tokens, width)
        attended = _drop(first, context @ weight["out"] + weight["out_bias"], dropout)
        states = _norm(attended + states, weight["out_scale"], weight["out_shift"])
        hidden = jax.nn.gelu(states @ weight["up"] + weight["up_bias"], approximate=True)
        fed = _drop(second, hidden @ weight["down"] + weight["down_bias"], dropout)
        states = _norm(fed + states, weight["down_scale"], weight["down_shift"])
        return (states, key), (states * share).sum(1)

    return jax.lax.scan(layer, (states, key), weights)[1]


def _norm(states: Tree, scale: Tree, shift: Tree) -> Tree:
    states = states - states.mean(-1, keepdims=True)
    variance = (states * states).mean(-1, keepdims=True)
    return states * jax.lax.rsqrt(variance + _EPSILON) * scale + shift


def _drop(key: Tree, states: Tree, dropout: float) -> Tree:
    if not dropout:
        return states
    kept = jax.random.bernoulli(key, 1 - dropout, states.shape)
    return jnp.where(kept, states / (1 - dropout), 0)


def batches(
    lengths: Sequence[int], random_source: np.random.Generator, tokens: int = TOKENS
) -> Iterator[tuple[int, list[int]]]:
    """The numbers of the texts of each batch and the length they are padded to, in random order."""
    by_length: dict[int, list[int]] = {}
    for number in random_source.permutation(len(lengths)).tolist():
        padded = next(length for length in LENGTHS if lengths[number] <= length)
        by_length.setdefault(padded, []).append(number)
    every = [
        (padded, numbers[first : first + tokens // padded])
        for padded, numbers in by_length.items()
        for first in range(0, len(numbers), tokens // padded)
    ]
    for place in random_source.permutation(len(every)).tolist():
        yield every[place]


def padded_inputs(
    encoder: Encoder, texts: Sequence[Sequence[int]], length: int, size: int
) -> tuple[Floats, Floats]:
    """The inputs of the first layer and the mask of `size` texts; what is missing is padding."""
    states = np.zeros((size, length, 384), np.float32)
    mask = np.zeros((size, length), np.float32)
    mask[len(texts) :] = 1
    flat = encoder.input_states(texts)
    at = 0
    for number, token_ids in enumerate(texts):
        states[number, : len(token_ids)] = flat[at : at + len(token_ids)]
        mask[number, : len(token_ids)] = 1
        at += len(token_ids)
    return states, mask


def read_features(
    encoder: Encoder,
    weights: Tree,
    texts: Sequence[Sequence[int]],
    layers: Sequence[int],
    tokens: int = 2 * TOKENS,
) -> Floats:
    """The means after some layers for each text, end to end, (texts, width times layers)."""
    features = np.empty((len(texts), 384 * len(layers)), np.float32)
    for length, numbers in batches(
        [len(token_ids) for token_ids in texts], np.random.default_rng(0), tokens
    ):
        states, mask = padded_inputs(
            encoder, [texts[number] for number in numbers], length, tokens // length
        )
        means = np.asarray(_means(weights, states, mask))[list(layers)]
        features[numbers] = means.transpose(1, 0, 2).reshape(tokens // length, -1)[: len(numbers)]
    return features


@jax.jit
def _means(weights: Tree, states: Tree, mask: Tree) -> Tree:
    return layer_means(weights, states, mask, jax.random.PRNGKey(0), 0.0)
