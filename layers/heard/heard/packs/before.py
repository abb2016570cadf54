"""`before.jsonl`: what happened to the reviews of a pack before it began, each with its proof.

An inclusion path leads from the outcome to the checkpoint at the start of the pack.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import timedelta

from heard.outcomes import Outcome
from heard.packs.source import PackSource
from heard.seals.leaves import canonical, leaf_bytes
from heard.seals.merkle import Tree, leaf_hash
from heard.seals.seal import LeafHashes, Seal, parse_day


def earlier_outcomes(
    source: PackSource, firsts: Mapping[str, int], start: Seal
) -> list[tuple[Outcome, int, list[bytes]]]:
    """The earlier outcomes of reviews, with the index of the leaf and its path to `start`.

    `firsts` has the smallest number that the pack has of each review. An outcome that was never
    sealed is left out, as nothing proves it.
    """
    outcomes = [
        outcome
        for review, sequence in sorted(firsts.items())
        if sequence > 1
        for outcome in source.outcomes_before(review, sequence)
    ]
    if not outcomes:
        return []
    wanted = {leaf_hash(leaf_bytes(outcome)) for outcome in outcomes}
    seals = list(_seals_from(source, min(outcome.at[:10] for outcome in outcomes), start))
    places: dict[bytes, int] = {}
    for seal in seals:
        for place, leaf in enumerate(seal.leaves):
            if leaf in wanted:
                places.setdefault(leaf, seal.first + place)
    tree = Tree(LeafHashes(b"".join(seal.leaves.content for seal in seals)), seals[0].frontier)
    proofs: list[tuple[Outcome, int, list[bytes]]] = []
    for outcome in outcomes:
        index = places.get(leaf_hash(leaf_bytes(outcome)))
        if index is not None:
            proofs.append((outcome, index, tree.inclusion_path(index)))
    return proofs


def before_lines(proofs: list[tuple[Outcome, int, list[bytes]]]) -> bytes:
    """The file: a line of JSON for each outcome."""
    return b"".join(
        canonical(
            {
                "index": index,
                "outcome": outcome.to_json(),
                "path": [base64.b64encode(each).decode() for each in path],
            }
        )
        + b"\n"
        for outcome, index, path in proofs
    )


def _seals_from(source: PackSource, day: str, last: Seal) -> Iterator[Seal]:
    """The seals from a day to `last`. Behind a day without one they begin anew."""
    seals: list[Seal] = []
    place, end = parse_day(day), parse_day(last.day)
    while place < end:
        seal = source.seal(last.business, place.isoformat())
        if seal is None:
            seals = []
        else:
            seals.append(seal)
        place += timedelta(days=1)
    yield from (*seals, last)
