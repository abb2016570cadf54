"""Language codes: what platforms and engines send, as ISO 639 codes."""

from __future__ import annotations

import re
from typing import Final

from heard.text.words import word_set

_CODES: Final = word_set(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da "
    "de dv dz ee el en eo es et eu fa ff fi "
    "fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv "
    "kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv "
    "ny oc oj om or os pa pi pl ps pt qu rm "
    "rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to "
    "tr ts tt tw ty ug uk ur uz ve vi vo wa "
    "wo xh yi yo za zh zu"
)
_ALIASES: Final = {
    pair.partition(":")[0]: pair.partition(":")[2]
    for pair in word_set(
        "eng:en deu:de ger:de fra:fr fre:fr spa:es ita:it por:pt nld:nl dut:nl pol:pl tur:tr "
        "swe:sv dan:da nor:no nob:nb fin:fi ces:cs "
        "cze:cs ron:ro rum:ro hun:hu ind:id jpn:ja zho:zh chi:zh cmn:zh kor:ko ara:ar hin:hi "
        "rus:ru ukr:uk ell:el gre:el heb:he tha:th "
        "vie:vi bul:bg hrv:hr srp:sr slk:sk slo:sk slv:sl cat:ca eus:eu glg:gl fas:fa per:fa "
        "urd:ur ben:bn tam:ta tel:te iw:he in:id "
        "afr:af swa:sw swh:sw arb:ar amh:am yor:yo hau:ha zul:zu xho:xh"
    )
}
_THREE_LETTER_CODES: Final = word_set(
    "fil pcm yue ceb haw hmn nds gsw sco ast kab bho mai war ilo tzm zgh chr ckb"
)
"""ISO 639-3 codes that platforms send for languages without a two-letter code."""

_CLAIM: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8})*")


def language_code(claim: str | None) -> str | None:
    """The ISO 639 code that a claim names, such as `pt` for `pt_BR` and `de` for `deu`.

    Two letters where the language has such a code, else three. None for `und`, for anything that is
    no code, and for no claim.
    """
    match = _CLAIM.fullmatch(claim.strip()) if claim else None
    if match is None:
        return None
    code = match.group(1).lower()
    code = _ALIASES.get(code, code)
    return code if code in _CODES or code in _THREE_LETTER_CODES else None
