"""Low-rank changes of the encoder's upper layers (LoRA, Hu et al.

2021, arXiv:2106.09685), trained on all heads at once.

The forward pass of `heard.assessment.encoder` again, in torch, for batches and in bfloat16. Only
the changes and the heads are trained. Knows nothing of where texts and targets come from.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from heard.assessment.engines.encoder import Encoder, Floats, Layer, LowRank

torch: Any = importlib.import_module("torch")

type Tensor = Any
type Tick = Callable[[], None]
"""Called when a batch is done."""

SHAPES: Final = {
    "q.w": (384, 384),
    "v.w": (384, 384),
    "ao.w": (384, 384),
    "fi.w": (1536, 384),
    "fo.w": (384, 1536),
}
"""What is changed in a layer, by the names of the weights file: outputs, inputs."""

BATCH_SIZE: Final = 32
"""Texts a batch."""

BATCHES_PER_DRAW: Final = 16
"""Batches whose texts are drawn together and dealt by length, so that little is padded."""

_HEADS: Final = 12
_EPSILON: Final = 1e-12
_LONG: Final = 30
_SHORTEST: Final = 20


@dataclass(frozen=True, slots=True)
class Schedule:
    """How much is changed, and how it is learned.

    With AdamW, a linear warm-up and a cosine to a twentieth of the rate.
    """

    first: int = 6
    """The first layer that is changed; what is below is computed once."""
    rank: int = 8
    steps: int = 900
    rate: float = 5e-4
    warm_up: int = 50
    decay: float = 0.01
    dropout: float = 0.1
    smoothing: float = 0.02
    truncated_share: float = 0.3
    """Share of the longer texts that are cut off at a random place, so that a beginning alone is
    understood too.
    """

    kept_share: float = 0.5
    """Share of the changes that is kept in the end.

    Half of them is better on sources that were never seen than all or none (the idea of
    Wortsman et al. 2021, arXiv:2109.01903).
    """

    def pace(self, step: int) -> float:
        """The share of the rate at which a step learns."""
        slope = min(1.0, (step + 1) / self.warm_up)
        return slope * (0.05 + 0.95 * (0.5 + 0.5 * math.cos(math.pi * min(1.0, step / self.steps))))


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What is learned from which texts.

    Targets (texts, heads), which of them are known, and how much each head counts.

    Texts are drawn from `pools`, of which each has so many places in every batch: the numbers of
    its texts, and their probabilities.
    """

    targets: Floats
    known: Floats
    importance: Floats
    pools: Sequence[tuple[int, NDArray[np.int64], NDArray[np.float64]]]


@dataclass(frozen=True, slots=True)
class LinearHeads:
    """Heads on features from which `mean` was taken and which were divided by `spread`.

    `weight` (heads, features), `bias` (heads).
    """

    mean: Floats
    spread: Floats
    weight: Floats
    bias: Floats


class BatchEncoder:
    """Reads texts in batches, the upper layers with what they have learned."""

    def __init__(self, encoder: Encoder, layers: Sequence[int], schedule: Schedule) -> None:
        self._encoder = encoder
        self._features = layers
        self._schedule = schedule
        self._layers = [_to_torch(layer) for layer in encoder.layers]
        self._changes: dict[str, tuple[Tensor, Tensor]] = {}
        self._kept = 1.0
        for number in range(schedule.first, len(encoder.layers)):
            for name, (outputs, inputs) in SHAPES.items():
                down = torch.randn(schedule.rank, inputs) / math.sqrt(inputs)
                up = torch.zeros(outputs, schedule.rank)
                self._changes[f"l{number}.{name}"] = down.requires_grad_(), up.requires_grad_()

    @property
    def changes(self) -> dict[str, LowRank]:
        """What was learned so far, in the half precision in which it ships."""
        return {
            name: LowRank(_to_half_precision(down), _to_half_precision(up * self._kept))
            for name, (down, up) in self._changes.items()
        }

    def lower(self, texts: Sequence[Sequence[int]], tick: Tick) -> list[Tensor]:
        """What the layers that stay as they are make of each text, (pieces, 384).

        The input of everything below.
        """
        found: list[Tensor] = [None] * len(texts)
        with torch.no_grad():
            for numbers in _batches([len(text) for text in texts], range(len(texts))):
                states, mask = _pad(
                    [
                        torch.from_numpy(self._encoder.input_states(texts[number])).bfloat16()
                        for number in numbers
                    ]
                )
                for weights in self._layers[: self._schedule.first]:
                    states = _transformer_layer(weights, states, mask, 0.0)
                for row, number in enumerate(numbers):
                    found[number] = states[row, : len(texts[number])].clone()
                tick()
        return found

    def features(self, lower: Sequence[Tensor], tick: Tick) -> Floats:
        """The features of each text, as heads get them."""
        features = np.empty((len(lower), 384 * len(self._features)), np.float32)
        with torch.no_grad():
            for numbers in _batches([len(states) for states in lower], range(len(lower))):
                features[numbers] = self._upper_features(
                    *_pad([lower[number] for number in numbers]), 0.0
                ).numpy()
                tick()
        return features

    def learn(
        self, lower: Sequence[Tensor], task: TrainingData, heads: LinearHeads, seed: int, tick: Tick
    ) -> None:
        """Learns the changes, beginning with these linear heads, which are learned on beside them
        and then forgotten.
        """
        schedule, random = self._schedule, np.random.default_rng(seed)
        lengths = [len(states) for states in lower]
        mean, spread = torch.from_numpy(heads.mean), torch.from_numpy(heads.spread)
        weight, bias = (
            torch.from_numpy(array.copy()).requires_grad_() for array in (heads.weight, heads.bias)
        )
        changes = [tensor for pair in self._changes.values() for tensor in pair]
        groups = [{"params": changes}, {"params": [weight, bias], "lr": schedule.rate / 2}]
        optimizer = torch.optim.AdamW(
            groups, lr=schedule.rate, weight_decay=schedule.decay, betas=(0.9, 0.98)
        )
        pace = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule.pace)
        targets = torch.from_numpy(task.targets * (1 - 2 * schedule.smoothing) + schedule.smoothing)
        known, importance = torch.from_numpy(task.known), torch.from_numpy(task.importance)
        done = 0
        while done < schedule.steps:
            sample = [
                int(text)
                for places, texts, shares in task.pools
                for text in random.choice(texts, places * BATCHES_PER_DRAW, p=shares)
            ]
            batches = list(_batches(lengths, sample))
            random.shuffle(batches)
            for numbers in batches[: schedule.steps - done]:
                states, mask = _pad([lower[number] for number in numbers])
                _shorten(
                    mask, [lengths[number] for number in numbers], schedule.truncated_share, random
                )
                logits = (
                    self._upper_features(states, mask, schedule.dropout) - mean
                ) / spread @ weight.T + bias
                losses = torch.nn.functional.binary_cross_entropy_with_logits(
                    logits, targets[numbers], reduction="none"
                )
                known_rows = known[numbers]
                loss = (
                    (losses * known_rows).sum(0) / known_rows.sum(0).clamp(min=4) * importance
                ).sum()
                optimizer.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(changes, 1.0)
                optimizer.step()
                pace.step()
                done += 1
                tick()
        self._kept = schedule.kept_share

    def _upper_features(self, states: Tensor, mask: Tensor, dropout: float) -> Tensor:
        parts: list[Tensor] = []
        for number in range(self._schedule.first, len(self._layers)):
            weights = self._changed_layer(number)
            states = _transformer_layer(weights, states, mask, dropout)
            if number in self._features:
                parts.append((states.float() * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True))
        return torch.cat(parts, 1)

    def _changed_layer(self, number: int) -> dict[str, Tensor]:
        weights = dict(self._layers[number])
        for name in SHAPES:
            down, up = self._changes[f"l{number}.{name}"]
            weights[name] = weights[name] + (up @ down * self._kept).bfloat16()
        return weights


def _to_torch(layer: Layer) -> dict[str, Tensor]:
    """A layer's weights by the names of the weights file.

    Its queries' scale is taken out again, so that changes mean the same in both.
    """
    scale = math.sqrt(384 / _HEADS)
    q, k, v = np.split(layer.qkv, 3)
    q_bias, k_bias, v_bias = np.split(layer.qkv_bias, 3)
    tensors = {
        "q.w": q * scale,
        "k.w": k,
        "v.w": v,
        "qkv.b": np.concatenate([q_bias * scale, k_bias, v_bias]),
        "ao.w": layer.out,
        "ao.b": layer.out_bias,
        "aln.w": layer.out_norm[0],
        "aln.b": layer.out_norm[1],
        "fi.w": layer.up,
        "fi.b": layer.up_bias,
        "fo.w": layer.down,
        "fo.b": layer.down_bias,
        "oln.w": layer.down_norm[0],
        "oln.b": layer.down_norm[1],
    }
    return {
        name: torch.from_numpy(np.array(array, np.float32)).bfloat16()
        for name, array in tensors.items()
    }


def _transformer_layer(
    weights: dict[str, Tensor], states: Tensor, mask: Tensor, dropout: float
) -> Tensor:
    """The states (texts, pieces, 384) after a layer, as `encoder` computes them.

    `mask` is 1 where a text has a piece.
    """
    f = torch.nn.functional
    texts, pieces, width = states.shape
    qkv = f.linear(
        states, torch.cat([weights["q.w"], weights["k.w"], weights["v.w"]]), weights["qkv.b"]
    )
    # In float32: the bfloat16 kernel's way back takes six times as long on processors.
    queries, keys, values = (
        qkv.float().view(texts, pieces, 3, _HEADS, width // _HEADS).permute(2, 0, 3, 1, 4)
    )
    attention_mask = ((1 - mask) * -1e4)[:, None, None, :]
    attention_out = (
        f.scaled_dot_product_attention(queries, keys, values, attn_mask=attention_mask)
        .transpose(1, 2)
        .reshape(texts, pieces, width)
    )
    attention_out = f.dropout(
        f.linear(attention_out.bfloat16(), weights["ao.w"], weights["ao.b"]), dropout
    )
    states = f.layer_norm(
        states + attention_out, (width,), weights["aln.w"], weights["aln.b"], _EPSILON
    )
    ffn_hidden = f.gelu(f.linear(states, weights["fi.w"], weights["fi.b"]), approximate="tanh")
    ffn_out = f.dropout(f.linear(ffn_hidden, weights["fo.w"], weights["fo.b"]), dropout)
    return f.layer_norm(states + ffn_out, (width,), weights["oln.w"], weights["oln.b"], _EPSILON)


def _pad(texts: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    longest = -(-max(map(len, texts)) // 8) * 8
    states, mask = (
        torch.zeros(len(texts), longest, 384, dtype=torch.bfloat16),
        torch.zeros(len(texts), longest),
    )
    for row, text in enumerate(texts):
        states[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return states, mask


def _shorten(
    mask: Tensor, lengths: Sequence[int], share: float, random: np.random.Generator
) -> None:
    """Hides the end of some of the longer texts, but not the piece that ends a text."""
    for row, length in enumerate(lengths):
        if length > _LONG and random.random() < share:
            mask[row, int(random.integers(_SHORTEST, length - 1)) : length - 1] = 0


def _batches(lengths: Sequence[int], numbers: Iterable[int]) -> Iterator[list[int]]:
    """Batches of texts of about the same length."""
    order = sorted(numbers, key=lengths.__getitem__)
    for begin in range(0, len(order), BATCH_SIZE):
        yield order[begin : begin + BATCH_SIZE]


def _to_half_precision(tensor: Tensor) -> Floats:
    return tensor.detach().half().float().numpy()
