"""The wordings of one kind and language, and which of them a review gets (R10, R27)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from heard.acknowledgements.settings import AcknowledgementSettings
from heard.acknowledgements.wordings import KINDS, LANGUAGES, AcknowledgementKind, wordings

_SIGNATURE: Final = "{% if signature %} {{ signature }}{% endif %}"
_FORMALITY_CHOICE: Final = re.compile(r"\[([^|\[\]]*)\|([^|\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Variant:
    """One wording: a template for one kind in one language.

    The playbook's variants are named `1`, `2` and `3`.
    """

    name: str
    kind: AcknowledgementKind
    language: str
    template: str

    @property
    def id(self) -> str:
        """For example `en-praise-2`. It is logged, and results are compared by it."""
        return f"{self.language}-{self.kind}-{self.name}"


def own_variants(settings: AcknowledgementSettings) -> tuple[Variant, ...]:
    """A business's own wordings: one for each name, kind and language."""
    return tuple(
        Variant(wording.name, kind, language, template)
        for wording in settings.acknowledgements.variants
        for kind in KINDS
        if kind in wording.kinds
        for language, template in wording.languages.items()
    )


@cache
def playbook_variants(
    kind: AcknowledgementKind, language: str, formality: str = "formal"
) -> tuple[Variant, ...]:
    """The playbook's three wordings, an empty tuple for a language that it does not know.

    `formality` (`formal` or `informal`) says how customers are addressed.
    """
    if language not in LANGUAGES:
        return ()
    choice = r"\2" if formality == "informal" else r"\1"
    return tuple(
        Variant(str(number), kind, language, _FORMALITY_CHOICE.sub(choice, text) + _SIGNATURE)
        for number, text in enumerate(wordings(language).templates[kind], start=1)
    )


def rank_variants(
    pools: Sequence[Sequence[Variant]], seed: str, avoid: Sequence[str]
) -> list[Variant]:
    """All variants, best first: by pool and then by hash. Those to be avoided come last.

    The same seed always gets the same order, and each variant of a pool is the first of an equal
    share of seeds. Adding or removing a variant moves no seed between the others. Of those to be
    avoided, the one that stands first in `avoid` comes last.
    """

    def sort_key(entry: tuple[int, Variant]) -> tuple[int, int, bytes]:
        pool, variant = entry
        avoidance = len(avoid) - avoid.index(variant.id) if variant.id in avoid else 0
        key = f"{seed}\x1f{variant.id}".encode("utf-8", "surrogatepass")
        return avoidance, pool, hashlib.sha256(key).digest()

    entries = [(number, variant) for number, pool in enumerate(pools) for variant in pool]
    return [variant for _, variant in sorted(entries, key=sort_key)]


def with_same_template(own: Sequence[Variant], ids: Sequence[str]) -> list[str]:
    """The ids, each followed by those of the business's variants that have the same template.

    One template may serve several kinds.
    """
    templates = {variant.id: variant.template for variant in own}
    result: list[str] = []
    for id in ids:
        result.append(id)
        result.extend(
            other
            for other, template in templates.items()
            if other != id and template == templates.get(id)
        )
    return result
