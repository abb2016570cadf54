"""Words of mild displeasure."""

from __future__ import annotations

from typing import Final

from heard.assessment.vocabulary.table import Table

MILD: Final[Table] = {
    "en": """
        slow, late, delay*, disappoint*, mediocre, overpriced, too expensive, pricey, noisy, loud, crowded, cramped, cold food, was cold,
        were cold, lukewarm, bland, average, uncomfortable, confusing, complicated, annoying, frustrat*, could be better, could have been
        better, not great|good|happy|impressed|worth|satisfied|recommend|recommended|friendly|clean|helpful, wasnt great|good|happy|clean,
        isnt great|good, issue*, problem*, complain*, unfortunately, lacking, lacked, too
        small|long|loud|slow|cold|hot|salty|sweet|short|tight|big, waited, waiting, wait time*, long wait|line|queue, bad, worse, poor,
        dirty, boring, overrated, outdated, worn, tired rooms, weak, flimsy, fails, failed, fail, but the|it|not, except|however, meh, bit
        of, ads, buggy, glitch*
    """,
    "de": """
        langsam*, verspät*, zu spät, enttäusch*, leider, mittelmäßig*, mäßig*, durchschnittlich*, überteuert*, zu teuer, teuer, laut, eng,
        kalt*, lauwarm, fade, unbequem, umständlich, kompliziert, nervig, nervt, schade, problem*, beschwer*, lange warten, wartezeit*,
        gewartet, schlecht*, langweilig*, schwach*, veraltet*, nicht so gut, nicht gut, nicht schön, verbesserung*, könnte besser, fehlt*
    """,
    "fr": """
        lent*, retard*, déçu*, décevant*, déception, moyen, moyenne, médiocre*, trop cher, cher, chère, bruyant*, froid*, tiède, fade,
        inconfortable, compliqué, énervant, dommage, malheureusement, problème*, attente, attendu, mauvais*, ennuyeu*, long à, trop long*,
        faible*, vieillot*, pas terrible, pas bon*, pas top, peut mieux, manque*, bof
    """,
    "es": """
        lento*|lenta*, tarde, retraso*, demora*, demor*, decepci*, regular, mediocre*, caro|cara|caros|caras, ruido*, ruidos*,
        frío*|fría*, tibio, insípid*, incómod*, complicad*, molest*, lástima, problema*, queja*, espera, esperamos|esperar|esperando,
        mal|mala|malo|malos|malas, aburrid*, débil, viejo*, anticuad*, no me gustó, no es buen*, podría mejor*, falta*, flojo*
    """,
    "it": """
        lento|lenta|lenti, ritardo*, ritard*, delus*, deludent*, mediocre*, caro|cara|cari, costoso, rumoros*, freddo|fredda|freddi,
        tiepid*, insipid*, scomod*, complicat*, fastidi*, peccato, purtroppo, problem*, attesa, aspettato|aspettare, brutto|brutta,
        noios*, debole, vecchio, datato, non buon*, non mi è piaciut*, scarso|scarsa, scadente*, manca*, male, peggiore
    """,
    "pt": """
        lento|lenta|lentidão, demor*, atras*, decepcion*, dececion*, frustra*, razoável, mediano, caro|cara|caros, barulh*, frio|fria,
        morno, sem sabor, desconfort*, complicad*, chato, chata, pena, infelizmente, problema*, reclama*, espera|esperando|esperei,
        ruim|ruins, mau|má, fraco|fraca, velho, antigo, não gostei, não é bom, poderia|podia melhorar|ser, falta*, insatisf*,
        dificuldade*, aguard*, aborrecid*, chatead*
    """,
    "nl": """
        traag, trage, langzaam, laat, vertraging, vertraagd, teleurgesteld, teleurstell*, teleurgesteld, matig, matige, middelmatig, duur,
        dure, te duur, lawaai*, luidruchtig, koud|koude, lauw, flauw, ongemakkelijk, ingewikkeld, irritant, jammer, helaas, probleem,
        problemen, klacht*, wachten, wachttijd, gewacht, slecht*, saai*, zwak*, verouderd, oud, niet goed, niet leuk, niet lekker, kan
        beter, ontbreekt, tegenvall*, viel tegen, valt tegen
    """,
    "pl": "woln*, późno, opóźni*, rozczarow*, przeciętn*, drogo, za drog*, głośn*, zimn*, niestety, problem*, słab*, kiepsk*",
    "tr": "yavaş, geç, gecik*, hayal kırıklığı, ortalama, pahalı, gürültülü, soğuk, maalesef, sorun*, kötü, vasat",
    "ja": """
        残念, 遅い, 遅れ, 普通, いまいち, イマイチ, 微妙, 高すぎ, うるさい, 冷た, 期待外れ, 物足りな, 不便, 不満, がっかり, つまらな,
        悪い, ひどい, 最悪, めんどくさい, 弱い, 面白くな
    """,
    "zh": """
        失望, 一般, 慢, 太贵, 太貴, 吵, 冷, 不好, 不太好, 不满意, 不滿, 可惜, 遗憾, 不方便, 无聊, 無聊, 难吃, 難吃, 差, 不值, 不行, 后悔,
        不喜欢, 不如, 味道
    """,
    "ar": "بطيء, تأخير, متأخر, مخيب, للأسف, غالي, مزعج, بارد, مشكلة, مشاكل, سيء, سيئ, انتظار, ضعيف",
    "hi": "धीमा, देर, देरी, निराश, महंगा, ठंडा, समस्या, परेशान, बुरा, इंतजार, औसत",
}
"""Mild complaints: severity medium, unless the review as a whole is happy."""
