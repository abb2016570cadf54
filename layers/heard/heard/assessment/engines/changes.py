"""What training changed in the encoder: low-rank changes of its matrices, and new biases and norms.

The encoder's own weights come with a package; these changes, a few megabytes, are ours. They are
added once, when an engine is loaded, so judging a text costs what it cost without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from heard.assessment.engines.encoder import Encoder, Floats

RANK: Final = 32
"""The rank of the change of a matrix."""

MATRICES: Final = ("qkv", "out", "up", "down")
BIASES: Final = (
    "qkv_bias",
    "out_bias",
    "out_scale",
    "out_shift",
    "up_bias",
    "down_bias",
    "down_scale",
    "down_shift",
)
"""The weights of a layer that change, by the names that the file of changes has for them."""

ARRAYS: Final = (*(f"{name}_{side}" for name in MATRICES for side in ("in", "out")), *BIASES)
"""The names of the arrays of a change."""


def change(encoder: Encoder, changes: Mapping[str, Floats]) -> Encoder:
    """The encoder with changes added; its matrices are changed in place, to need no second copy.

    Of a matrix `m`, `m_in` (layers, inputs, rank) times `m_out` (layers, rank, outputs) is added;
    of any other weight, the change of its name (layers, outputs).
    """
    import numpy as np  # noqa: PLC0415

    def add(name: str, number: int, matrix: Floats) -> Floats:
        first, second = changes[f"{name}_in"][number], changes[f"{name}_out"][number]
        matrix += (first.astype(np.float32) @ second.astype(np.float32)).T
        return matrix

    def vector(name: str, number: int, before: Floats) -> Floats:
        return np.add(before, changes[name][number], dtype=np.float32)

    layers = [
        replace(
            layer,
            qkv=add("qkv", number, layer.qkv),
            qkv_bias=vector("qkv_bias", number, layer.qkv_bias),
            out=add("out", number, layer.out),
            out_bias=vector("out_bias", number, layer.out_bias),
            out_norm=(
                vector("out_scale", number, layer.out_norm[0]),
                vector("out_shift", number, layer.out_norm[1]),
            ),
            up=add("up", number, layer.up),
            up_bias=vector("up_bias", number, layer.up_bias),
            down=add("down", number, layer.down),
            down_bias=vector("down_bias", number, layer.down_bias),
            down_norm=(
                vector("down_scale", number, layer.down_norm[0]),
                vector("down_shift", number, layer.down_norm[1]),
            ),
        )
        for number, layer in enumerate(encoder.layers)
    ]
    return replace(encoder, layers=layers)
