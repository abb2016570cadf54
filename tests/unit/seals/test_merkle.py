"""The tree: its published vectors, and every split of it against the definition."""

from __future__ import annotations

import hashlib

import pytest
from aics_tlog import tree as independent
from hypothesis import given
from hypothesis import strategies as st

from heard.seals.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_from_path,
    root_of,
    verify_consistency,
)

# The leaves of the tests of Certificate Transparency, and the roots over the first 1 to 8 of them.
CT_LEAVES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

sizes = st.integers(0, 300)


def leaves_of(count: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(count)]


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


@pytest.mark.parametrize("count", range(1, 9))
def test_the_roots_are_those_of_certificate_transparency(count: int) -> None:
    assert root_of(map(leaf_hash, CT_LEAVES[:count])).hex() == CT_ROOTS[count - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY_ROOT == Frontier().root()


@pytest.mark.parametrize("count", range(301))
def test_the_frontier_has_the_root_of_the_definition(count: int) -> None:
    leaves = leaves_of(count)

    assert root_of(leaves) == naive_root(leaves) == Tree(leaves).root()


@given(sizes, st.lists(st.integers(0, 300), max_size=4))
def test_a_log_may_be_continued_from_its_frontier_at_any_place(count: int, cuts: list[int]) -> None:
    leaves = leaves_of(count)
    frontier = Frontier()
    for cut in [*sorted(min(cut, count) for cut in cuts), count]:
        frontier.extend(leaves[frontier.size : cut])
        frontier = Frontier.from_json(frontier.size, frontier.to_json())

    assert frontier.size == count
    assert frontier.root() == naive_root(leaves)


@given(st.integers(1, 300), st.data())
def test_each_leaf_behind_a_frontier_has_a_path_to_the_root(
    count: int, data: st.DataObject
) -> None:
    leaves = leaves_of(count)
    index = data.draw(st.integers(0, count - 1))
    first = data.draw(st.integers(0, index))
    before = Frontier()
    before.extend(leaves[:first])

    path = inclusion_path(leaves[first:], index, before)

    assert path == inclusion_path(leaves, index)
    assert root_from_path(leaves[index], index, count, path) == naive_root(leaves)
    assert independent.verify_inclusion(leaves[index], index, count, path, naive_root(leaves))


@given(st.integers(1, 300), st.data())
def test_a_path_fits_no_other_leaf_place_or_size(count: int, data: st.DataObject) -> None:
    leaves = leaves_of(count)
    index = data.draw(st.integers(0, count - 1))
    path = inclusion_path(leaves, index)
    root = naive_root(leaves)

    assert root_from_path(leaf_hash(b"another"), index, count, path) != root
    assert root_from_path(leaves[index], count, count, path) is None
    assert root_from_path(leaves[index], index, count, [*path, root]) is None
    if path:
        assert root_from_path(leaves[index], index, count, path[:-1]) is None
        assert root_from_path(leaves[index], index ^ 1, count, path) != root


@given(sizes, st.data())
def test_a_later_tree_proves_that_it_begins_with_an_earlier_one(
    count: int, data: st.DataObject
) -> None:
    leaves = leaves_of(count)
    old = data.draw(st.integers(0, count))
    first = data.draw(st.integers(0, old))
    before = Frontier()
    before.extend(leaves[:first])
    old_root, root = naive_root(leaves[:old]), naive_root(leaves)

    path = consistency_path(leaves[first:], old, before)

    assert path == consistency_path(leaves, old)
    assert verify_consistency((old, old_root), (count, root), path)
    assert independent.verify_consistency(old, count, old_root, root, path)


@given(st.integers(2, 300), st.data())
def test_no_path_makes_another_tree_consistent(count: int, data: st.DataObject) -> None:
    leaves = leaves_of(count)
    old = data.draw(st.integers(1, count - 1))
    old_root, root = naive_root(leaves[:old]), naive_root(leaves)
    path = consistency_path(leaves, old)
    other = leaf_hash(b"another")

    assert not verify_consistency((old, other), (count, root), path)
    assert not verify_consistency((old, old_root), (count, other), path)
    assert not verify_consistency((old, old_root), (count, root), [*path, other])
    assert not verify_consistency((old, old_root), (count, root), path[:-1])
    assert not verify_consistency((count, root), (old, old_root), path)


@given(st.integers(0, 40), st.integers(0, 40), st.lists(st.binary(min_size=32, max_size=32)))
def test_any_path_is_judged_as_an_independent_program_judges_it(
    old: int, new: int, path: list[bytes]
) -> None:
    old_root, root = naive_root(leaves_of(old)), naive_root(leaves_of(new))

    assert verify_consistency((old, old_root), (new, root), path) == (
        old <= new and independent.verify_consistency(old, new, old_root, root, path)
    )


@pytest.mark.parametrize(
    ("size", "hashes"), [(1, []), (0, ["AA=="]), (2, ["AA=="]), (1, ["?"]), (-1, [])]
)
def test_a_frontier_that_does_not_fit_its_size_is_refused(size: int, hashes: list[str]) -> None:
    with pytest.raises(ValueError, match=r"frontier|perfect"):
        Frontier.from_json(size, hashes)


def test_paths_of_leaves_that_are_not_here_are_refused() -> None:
    before = Frontier()
    before.extend(leaves_of(3))
    tree = Tree(leaves_of(2), before)

    for index in (2, 5):
        with pytest.raises(ValueError, match="not among"):
            tree.inclusion_path(index)
    for size in (2, 6):
        with pytest.raises(ValueError, match="not between"):
            tree.consistency_path(size)
