"""The words the rules know: one table per meaning and language, in the notation of `phrases`.

To teach them a word, add the word to a table and an example to the table of cases in the tests. Tables name what
is concrete ("charged twice"), since merely angry words are not severe (playbook, severity). Words are written
with or without accents, whichever reads better; they are compared without.
"""

from __future__ import annotations

from typing import Final

from heard.assessment.phrases import listed
from heard.assessment.model import Flag
from heard.assessment.vocabulary.failures import FAILURES
from heard.assessment.vocabulary.idioms import IDIOMS
from heard.assessment.vocabulary.manners import (
    ASKING,
    AUDIENCE,
    INSULTS,
    INTERROGATIVES,
    PROMOTION,
    REQUESTS,
)
from heard.assessment.vocabulary.opinion import MILD
from heard.assessment.vocabulary.property import FRAUD, PRIVACY
from heard.assessment.vocabulary.rights import DISCRIMINATION, LEGAL, PRESS
from heard.assessment.vocabulary.safety import SAFETY, SELF_HARM
from heard.assessment.vocabulary.table import Table
from heard.assessment.vocabulary.topics import TOPICS

__all__ = [
    "ASKING",
    "AUDIENCE",
    "CIRCUMSTANTIAL",
    "CRITICAL",
    "FAILURES",
    "IDIOMS",
    "INSULTS",
    "INTERROGATIVES",
    "MILD",
    "PROMOTION",
    "REQUESTS",
    "TOPICS",
    "Table",
]

CRITICAL: Final[dict[Flag, Table]] = {
    Flag.SAFETY: SAFETY,
    Flag.SELF_HARM: SELF_HARM,
    Flag.LEGAL: LEGAL,
    Flag.DISCRIMINATION: DISCRIMINATION,
    Flag.PRIVACY: PRIVACY,
    Flag.FRAUD: FRAUD,
    Flag.PRESS: PRESS,
}
"""Somebody may be hurt, or the law, discrimination, a breach, theft or the press is involved: severity critical."""

CIRCUMSTANTIAL: Final = listed(
    """
    police polizei polici polizia policia politie polis 警察 الشرطة hospital 病院に 病院へ ambul dangerous gefährlich dangereu
    peligros pericolos perigos gevaarlijk 危険 危险 injur verletzt verletzung blessé herid ferit ferid gewond 怪我 けがを 受伤
    unsafe bleeding bled lawyer attorney anwalt avocat abogad avvocat advogad advocaat jurist reporter journalist theft
    diebstahl tribunal gericht
    """
)
"""Beginnings of severe words that stories, books and happy endings hold too: no evidence where an engine finds a review harmless."""
