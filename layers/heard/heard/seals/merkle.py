"""The tree of hashes over a log that only grows.

A root fixes every leaf and their order. An inclusion path shows that a leaf is in the tree of a
root, and a consistency path that a later tree begins with an earlier one. Both are about log2(n)
hashes. Nothing here needs all leaves: the hashes of the perfect subtrees of what came before (the
`Frontier`) are enough to go on, and for paths of what came after.

Source: RFC 6962, section 2; the verification of paths is that of RFC 9162, section 2.1.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from typing import Final, Self

HASH_BYTES: Final = 32

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf. It can never be that of a node."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """All of a tree that it takes to go on: its size, and the roots of its perfect subtrees.

    They are in order, the largest first: one for each 1 in the binary size.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Raises ValueError where there are not as many hashes of 32 bytes as the size needs."""
        self._size = size
        self._hashes = list(hashes)
        if size < 0 or len(self._hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has another number of perfect subtrees")
        if any(len(each) != HASH_BYTES for each in self._hashes):
            raise ValueError("a hash of the frontier has not 32 bytes")

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """The roots of the perfect subtrees, from left to right."""
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Add a leaf, by its hash."""
        hashes, size = self._hashes, self._size
        while size & 1:
            leaf = node_hash(hashes.pop(), leaf)
            size >>= 1
        hashes.append(leaf)
        self._size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves, by their hashes."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self._hashes:
            return EMPTY_ROOT
        root = self._hashes[-1]
        for left in reversed(self._hashes[:-1]):
            root = node_hash(left, root)
        return root

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frontier) and (self._size, self._hashes) == (
            other._size,
            other._hashes,
        )

    __hash__ = None  # pyright: ignore[reportAssignmentType] - it grows

    def copy(self) -> Frontier:
        """The same tree, to go on with apart."""
        return Frontier(self._size, self._hashes)

    def to_json(self) -> list[str]:
        """The hashes in base64; `from_json` is the inverse."""
        return [base64.b64encode(each).decode() for each in self._hashes]

    @classmethod
    def from_json(cls, size: int, hashes: Sequence[str]) -> Self:
        """The frontier that `to_json` wrote. Raises ValueError for anything else."""
        try:
            return cls(size, [base64.b64decode(each, validate=True) for each in hashes])
        except (binascii.Error, TypeError) as error:
            raise ValueError("a hash of the frontier is not base64") from error


class Tree:
    """A tree whose first leaves are known by their frontier only: makes roots and paths.

    It keeps the hash of each subtree that it was asked about, so that many paths of one tree cost
    little more than one.
    """

    def __init__(self, leaves: Sequence[bytes], before: Frontier | None = None) -> None:
        """`leaves` are the hashes of the leaves that follow those of `before`."""
        before = before or Frontier()
        self._first = before.size
        self._leaves = leaves
        self._roots: dict[tuple[int, int], bytes] = {}
        start = 0
        for bit, root in zip(_powers_in(before.size), before.hashes, strict=True):
            self._roots[start, start + bit] = root
            start += bit

    @property
    def size(self) -> int:
        """How many leaves the tree has, with those before."""
        return self._first + len(self._leaves)

    def root(self, size: int | None = None) -> bytes:
        """The root of the tree, or of its first `size` leaves. Raises ValueError."""
        size = self.size if size is None else size
        return self._root_of(0, size) if size else EMPTY_ROOT

    def inclusion_path(self, index: int) -> list[bytes]:
        """The siblings from the leaf `index` up to the root.

        Raises ValueError for an index whose leaf is not here.
        """
        if not self._first <= index < self.size:
            raise ValueError(f"leaf {index} is not among {self._first} to {self.size - 1}")
        path: list[bytes] = []
        start, end = 0, self.size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._root_of(middle, end))
                end = middle
            else:
                path.append(self._root_of(start, middle))
                start = middle
        return path[::-1]

    def consistency_path(self, old_size: int) -> list[bytes]:
        """What proves that the tree begins with its first `old_size` leaves.

        Raises ValueError for more leaves than there are, or for fewer than are known one by one.
        """
        if not self._first <= old_size <= self.size:
            raise ValueError(f"{old_size} is not between {self._first} and {self.size}")
        path: list[bytes] = []
        start, end, is_whole = 0, self.size, True
        while 0 < old_size < end:
            middle = start + _split(end - start)
            if old_size <= middle:
                path.append(self._root_of(middle, end))
                end = middle
            else:
                path.append(self._root_of(start, middle))
                start, is_whole = middle, False
        if path and not is_whole:
            path.append(self._root_of(start, end))
        return path[::-1]

    def _root_of(self, start: int, end: int) -> bytes:
        """The root over `[start, end)`, which begins where a subtree does."""
        if (known := self._roots.get((start, end))) is not None:
            return known
        if end <= self._first:
            raise ValueError("the leaves of this subtree are not here")
        if end - start == 1:
            return self._leaves[start - self._first]
        middle = start + _split(end - start)
        root = node_hash(self._root_of(start, middle), self._root_of(middle, end))
        self._roots[start, end] = root
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of all leaves of a tree."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def inclusion_path(
    leaves: Sequence[bytes], index: int, before: Frontier | None = None
) -> list[bytes]:
    """See `Tree.inclusion_path`; `index` counts in the whole tree."""
    return Tree(leaves, before).inclusion_path(index)


def consistency_path(
    leaves: Sequence[bytes], old_size: int, before: Frontier | None = None
) -> list[bytes]:
    """See `Tree.consistency_path`."""
    return Tree(leaves, before).consistency_path(old_size)


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which an inclusion path leads from the hash of a leaf.

    None where no leaf of a tree of this size has such an index, or a path of this length.
    """
    if not 0 <= index < size:
        return None
    root, last = leaf, size - 1
    for sibling in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            root = node_hash(sibling, root)
            while not index & 1 and index:
                index >>= 1
                last >>= 1
        else:
            root = node_hash(root, sibling)
        index >>= 1
        last >>= 1
    return root if last == 0 else None


def verify_consistency(
    old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]
) -> bool:
    """Whether a path proves that the tree `new` begins with the tree `old` (size and root)."""
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 <= old_size <= new_size:
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    # A perfect old tree is a subtree of the new one, so its root is not repeated in the path.
    rest = [*path] if old_size & (old_size - 1) else [old_root, *path]
    if not rest:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old_result = new_result = rest[0]
    for sibling in rest[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_result = node_hash(sibling, old_result)
            new_result = node_hash(sibling, new_result)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            new_result = node_hash(new_result, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and (old_result, new_result) == (old_root, new_root)


def _split(size: int) -> int:
    """The largest power of two below a size of at least 2: how many leaves are on the left."""
    return 1 << ((size - 1).bit_length() - 1)


def _powers_in(size: int) -> list[int]:
    """The powers of two that add up to a size, the largest first."""
    return [1 << bit for bit in range(size.bit_length() - 1, -1, -1) if size >> bit & 1]
