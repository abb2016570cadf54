"""The words that deny what stands beside them, by language."""

from __future__ import annotations

from typing import Final

EVERYWHERE: Final = (
    "no not never without nor dont didnt doesnt wasnt isnt arent werent cant couldnt wont wouldnt "
    "hasnt havent hadnt aint none nobody "
    "kein keine keinen keinem keiner nicht nie ohne weder niemand ne pas jamais sans aucun aucune "
    "nunca sin ningun ninguna ninguno nadie "
    "tampoco jamas nothing nichts rien nada niente nulla niets niks nic hic non mai senza nessun "
    "nessuno nessuna nao sem nenhum nenhuma "
    "ninguem geen niet nooit zonder bez"
)
"""Negators that mean nothing else in another language, so that they count wherever one language
slips into another.
"""

BEFORE: Final = {
    "af": "nie sonder niks niemand nooit",
    "cs": "nikdo zadny zadna zadne zadnou nebyl nebyla nebylo neni nemel nemela nedostal nikdy",
    "da": "ikke ingen intet uden aldrig ingenting",
    "el": "δεν δε μη μην χωρις κανενα κανενας καμια κανεις ουτε ποτε",
    "fi": "ei en et emme ette eivat eika ilman kukaan mitaan",
    "hu": "nem nincs sem senki nelkul soha nelkuli sincs",
    "id": "tidak tak bukan tanpa belum gak nggak ga tdk jangan enggak",
    "no": "ikke ingen uten aldri ingenting intet",
    "pl": "nie nikt zaden zadnego zadnej zadne nigdy ani",
    "ro": "nu fara niciun nicio nimeni nici niciodata",
    "ru": "не без нет ни никто никаких никакой никакого никогда нету ничего",
    "sv": "inte ingen inga inget utan aldrig ej icke",
    "tr": "asla hicbir ne",
    "uk": "не без немає ні ніхто ніяких жодного жодної ніколи нема нічого",
    "vi": "khong chua chang ko chả đừng chớ",
}
"""Words that stand before what they deny."""

AFTER: Final = {
    "tr": "yok degil olmadi olmadik yasamadik yasamadim etmedi yoktu",
    "af": "nie",
    "hu": "nelkul nincs",
    "el": "δεν",
}
"""Words that stand behind it."""

SIGNS_BEFORE: Final = {
    "ar": "لا, لم, ما, لن, بدون, ليس, مش, غير, بلا, مو, دون, ولا, اي",
    "he": "לא, בלי, אין, ללא, אף אחד לא, אל",
    "ko": "안, 못",
    "th": "ไม่, ไม่มี, ไม่ได้, ไม่เคย, ไร้",
    "zh": "不, 没, 沒, 没有, 沒有, 无, 無, 未, 不会, 不會, 不用, 没去, 沒去, 别, 不是",
}
"""Signs of unspaced languages right before what they deny."""

SIGNS_AFTER: Final = {
    "hi": "नहीं, नही, बिना, मत, ना_",
    "ja": "はない, もない, がない, なかった, ありません, ゼロ, もなく, はなく, はなし, もなし, されず",
    "ko": "없, 않, 아니, 안 ",
}
"""Signs of unspaced languages that deny what stands before them."""
