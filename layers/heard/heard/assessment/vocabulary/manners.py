"""What is said of people and to people: insults, adverts, warnings, requests, questions."""

from __future__ import annotations

from typing import Final

from heard.assessment.vocabulary.table import Table

INSULTS: Final[Table] = {
    "en": """
        idiots, morons, moron, imbecile*, asshole*, arsehole*, scumbag*, dickhead*, bitch, bitches, bastards, retards, retarded
        staff|people|employees, fuck you|off|them, screw you, go to hell, rot in hell, you|youre|they|theyre|staff|people are|is|all
        idiots|stupid|dumb|trash|pigs|scum|animals|disgusting|pathetic, stupid people|staff|cow, you suck, clowns, losers, kill
        yourself|yourselves, scum, dumb as, brain dead, braindead, inbred*, cow|pig|pigs at the, waste of oxygen|space, pathetic excuse,
        subhuman, vermin, backside|brain .. match
    """,
    "de": """
        idioten, vollidiot*, arschloch, arschlöcher, penner, wichser, schlampe*, hurensohn*, hurensöhne, drecksäcke, spinner, vollpfosten,
        fickt euch, verpiss* euch, dumme säue, volltrottel, trottel, missgeburt*, dumme kuh|gans|sau|nuss, blöde kuh|gans|sau,
        hohlköpfe|hohlkopf, abschaum, dreckspack|gesindel|pack, hackfressen|hackfresse, asoziale|asozial, pissnelke, affen
    """,
    "fr": """
        connard*, connasse*, abruti*, enculé*, salope*, salaud*, bande de cons, fils de pute, crétin*, imbécile*, débile*, allez vous
        faire, ordures, idiots, pouffiasse*|pouffe, bouffon*, tocard*, blaireau*, racaille*, bande d|de incapables|nazes|débiles|cons,
        gros porc|con|tas, sombre|pauvre con|conne|merde|type
    """,
    "es": """
        idiotas, imbécil*, estúpidos, gilipollas, cabron*, hijos de puta, hijo de puta, pendej*, subnormal*, malditos, vayan a la mierda,
        iros a la mierda, basuras, tarados, inútiles de mierda, payaso*|payasos, mamarracho*, inútiles|inútil, panda de, cerdos,
        asquerosos|asquerosa|gorda|vieja de, hdp, malparid*, zorra, boludo*|pelotud*
    """,
    "it": """
        idioti, imbecill*, stronz*, coglion*, bastard*, deficient*, cretin*, vaffanculo, andate a fanculo, figli di puttana, merde, pezzi
        di merda, ritardati, idiota, scemi|scemo|scema, cesso, vacca, troia|troie, feccia, buffoni|pagliacci, incapaci, ignoranti, maiali
    """,
    "pt": """
        idiotas, imbecil, imbecis, burros, babacas, otários, filhos da puta, filho da puta, vão se foder, vagabund*, desgraçad*,
        retardad*, cretin*, escrot*, arrombad*, otário, burra|burro|jumento*, lixo humano, palhaços, vaca, piranha, vai tomar|se, fdp,
        escória, animais
    """,
    "nl": """
        idioten, imbeciel*, klootzak*, eikels, hufters, mongolen, debielen, achterlijke*, kutwijf, hoer, hoeren, rot op, flikker op,
        sukkels, tokkies, eikel|hufter|mongool|debiel|debielen, achterlijk*, sukkel, tuig, schorem, trut|trutten, kutwijven, varkens,
        lul|lullen, krijg|rot de|toch
    """,
    "pl": "idioci, debile, kretyni, skurwysyn*, spierdal*, chuje, idiot*|debil*|kretyn*|kurw*|śmiecie|szmat*|bydło|gnoje|frajer*",
    "tr": """
        aptallar, salaklar, gerizekalı*, şerefsiz*, orospu*, siktir*, aptal*|salak*|gerizekal*|mal|malsınız|hayvan*|it
        sürüsü|köpekler|haysiyetsiz*|pislikler|ahlaksız*|kaltak
    """,
    "ja": """
        死ね, クズ店員, バカ店員, 馬鹿店員, 馬鹿ども, バカども, クズ, ゴミ人間, キチガイ, 死んでしまえ, くたばれ, 頭おかしい店員, 低能,
        無能ども
    """,
    "zh": """
        傻逼, 傻B, 白痴, 脑残, 去死, 混蛋, 王八蛋, 蠢货, 蠢貨, 煞笔, 畜生, 狗东西, 狗屎, 狗娘养, 垃圾人, 贱人, 賤人, 滚蛋, 废物, 廢物,
        智障
    """,
    "ar": """
        كلاب, حمير, أغبياء, اغبياء, حقير, أولاد الكلب, يا حمار, يا كلب, يا كلاب, حثالة, زبالة الناس, موظفين حمير, وسخين, قليل الأدب,
        قليلين الأدب, الله ياخذكم, تفو
    """,
    "hi": """
        कुत्ते, कमीने, हरामी, बेवकूफ लोग, गधे, कुत्ता, कुत्तों, कमीना, हरामखोर, सूअर, साले, चूतिया, गधा, उल्लू का पट्ठा, मादर, भोसड़ी,
        chutiya*|chutiye, kutte, kamine, harami*, saale
    """,
    "ru": "идиот*|дебил*|ублюд*|мраз*|сволоч*|твар*|урод*|мудак*|мудил*|козл*|козел|сук*|дур* продавщица|пид*",
    "uk": "ідіот*|дебіл*|виродк*|покидьк*|мерзот*|сволот*|тварюк*|козл*|козел|сук*|довбой*|мудак*",
    "el": "ηλίθι*|μαλάκ*|βλάκ*|καθίκι*|κωλόπαιδ*|γαμ*|καριόλ*|αλήτ*|ζώα είστε",
    "he": "מטומטמים, מטומטם, אידיוט, זבל של, חרא של, בני זונות, בן זונה, שרמוט, מפגר, חלאות, תמותו, לכו תזד",
    "ko": "병신, 개새끼, 새끼, 씨발, 시발, 쓰레기 같은 인간, 쓰레기 같은 놈, 미친놈, 미친년, 또라이, 꺼져, 뒤져라, 멍청한 놈, 지랄",
    "vi": "ngu|óc chó|đồ chó|mất dạy|thằng chó|con chó|khốn nạn|súc vật|đồ ngu|đm|đmm|vcl|địt",
    "th": "ไอ้โง่, โง่เป็นควาย, ควาย, เหี้ย, สัตว์นรก, ไอ้สัตว์, ไอ้เลว, อีดอก, สารเลว, ชาติชั่ว, ไปตายซะ",
    "id": "goblok|tolol|bego|bangsat|anjing|babi lu|kampret|bajingan|brengsek|otak udang|idiot|monyet",
    "sv": "idioter|idiot|jävla äckel|jävlar|fittor|fitta|hora|horor|as|kräk|cp|efterblivna|dra åt helvete|svin",
    "da": "idioter|idiot|kælling|kællinger|svin|røvhul*|fuck jer|åndssvage|spasser*|mongol*|skrid",
    "no": "idioter|idiot|kjerring|hestkuk|drittsekk*|rasshøl|dra til helvete|mongo*|jævla",
    "fi": "idiootit|idiootteja|idiootti|vitun|paskiainen|paskiaiset|huora|huorat|kusipää*|ääliö*|haistakaa|apina*",
    "cs": "idioti|idiot|debil*|kretén*|hajzl*|kurv*|svině|blbci|blbec|kokot*|čurák*|zmrd*|píč*",
    "ro": "idioți|idioti|idiot|cretin*|proști|proasto|prostule|handicapați|jigodi*|nenoroci*|dobitoc*|boi|bou",
    "hu": "idióták|idióta|hülyék|barmok|barom|faszfej*|köcsög*|geci*|kurva|kurvák|szemetek|szemétláda*|rohadékok",
    "af": "idiote|idioot|domkop*|bliksem*|poes|doos|moer|vokken|fokken|moroon|morone",
}
"""Insults of people; words about the product are not here."""

PROMOTION: Final[Table] = {
    "en": """
        click here, buy now, visit my|our|this site|website|page|channel|link, check out my|our, promo code, discount code, coupon code,
        use code, use my code, referral, subscribe to my, follow me|my, dm me, whatsapp me|on, telegram, text me, earn money|cash|$, make
        money, work from home, free followers|gift|iphone|crypto, bitcoin, crypto*, forex, investment opportunit*, loan* approved|offer,
        recover* your|my|lost funds|money|crypto, hacker .. recover*, cheap viagra, viagra, casino, betting tips, seo service*, limited
        offer, act now, 100 free, giveaway, onlyfans
    """,
    "de": """
        hier klicken, jetzt kaufen, rabattcode, gutscheincode, besucht meine|unsere, geld verdienen, bitcoin, krypto*, kredit angebot,
        casino, folgt mir, kostenlos testen, telegram
    """,
    "fr": """
        cliquez ici, achetez maintenant, code promo, visitez mon|notre, gagner de l argent, bitcoin, crypto*, casino, suivez moi, prêt
        entre particuliers, offre de prêt, telegram
    """,
    "es": """
        haz clic, clic aquí, compra ahora, código de descuento, código promocional, visita mi|nuestra, gana dinero, ganar dinero, bitcoin,
        cripto*, casino, sígueme, préstamo*, telegram
    """,
    "it": """
        clicca qui, compra ora, codice sconto, visita il mio|nostro, guadagna*, guadagnare soldi, bitcoin, cripto*, casinò, seguimi,
        prestito*, telegram
    """,
    "pt": """
        clique aqui, compre agora, código de desconto, cupom, visite meu|nosso, ganhe dinheiro, ganhar dinheiro, bitcoin, cripto*,
        cassino, casino, me siga, empréstimo*, telegram
    """,
    "nl": "klik hier, koop nu, kortingscode, bezoek mijn|onze, geld verdienen, bitcoin, crypto*, casino, volg mij, lening*, telegram",
    "zh": "加微信, 加我微信, 点击链接, 刷单, 兼职赚钱, 优惠码, 代刷",
    "ja": "クリックして, 稼げる, 副業, LINE追加, 無料プレゼント",
}
"""Advertising; spam only together with links or several at once."""

AUDIENCE: Final[Table] = {
    "en": """
        avoid, stay away, beware, buyer beware, warning, do not|dont go|buy|use|eat|book|stay|order|waste|trust|come|fly|bother, save your
        money, you have been warned, everyone should know, tell everyone, dear readers, dont say, think twice, look elsewhere, go
        elsewhere, never again, worst
    """,
    "de": """
        finger weg, vorsicht, achtung, warnung, nicht hingehen, bloß nicht, kauft .. nicht, rate ab, abzuraten, nicht zu empfehlen, nie
        wieder, meidet
    """,
    "fr": "à fuir, à éviter, fuyez, évitez, attention, n y allez, n allez pas, n achetez, déconseill*, plus jamais, passez votre chemin",
    "es": "no vayan, no compren, no vayáis, no compréis, eviten, cuidado, ojo, no lo recomiendo, no recomiendo, nunca más, no pierdan",
    "it": "evitate, state alla larga, attenzione, non andat*, non comprat*, sconsigli*, mai più, diffidate",
    "pt": "evitem, fujam, cuidado, não comprem, não vão, não recomendo, não caiam, nunca mais, não indico",
    "nl": "vermijd*, blijf weg, pas op, opgelet, niet kopen, koop .. niet, ga .. niet, afrader, nooit meer, waarschuwing",
    "ja": "気をつけて, 注意してください, 買わない方が, 行かない方が, やめた方が",
    "zh": "大家, 千万别, 千萬別, 避雷, 别来, 慎入, 慎买, 不要来",
    "ar": "احذروا, لا تشتروا, ابتعدوا, لا تذهبوا",
    "hi": "सावधान, मत जाना, मत खरीद",
}
"""Said to other customers (R05)."""

REQUESTS: Final[Table] = {
    "en": """
        please, pls, plz, help me|us, can you|u|someone|anyone, could you|someone, would you, i need|want|demand|expect, waiting for
        your|a|you, contact|call|email|reply me|us, get back to me|us, refund me|us, fix this|it|my, how do|can i|we, sort this|it, reach
        out, respond, resolve, let me know, my order|booking|ticket|case number, you guys, your
    """,
    "de": """
        bitte, helfen sie|mir, können sie, könnten sie, ich erwarte, ich fordere, melden sie, warte auf, um rückmeldung, ihre, ihr, euer,
        eure
    """,
    "fr": """
        s il vous plaît, svp, merci de, pouvez vous, pourriez vous, aidez moi|nous, contactez moi|nous, rappelez, j attends, je demande,
        je souhaite, votre, vos
    """,
    "es": """
        por favor, porfavor, ayuda, pueden, podrían, necesito, quiero que, exijo, espero respuesta, espero su, contacten*, respondan,
        solución, su empresa, ustedes
    """,
    "it": """
        per favore, per piacere, aiuto, potete, potreste, vorrei, chiedo, pretendo, attendo, contattatemi, rispondete, vostro, vostra,
        vostri
    """,
    "pt": """
        por favor, ajuda, ajudem, podem, poderiam, preciso, quero, exijo, aguardo, espero, peço, solicito, gostaria, solução, resolvam,
        resolver, resolução, providência*, vocês, retornem, entrem em contato
    """,
    "nl": "alstublieft, alsjeblieft, aub, graag, help, kunt u, kunnen jullie, ik wil, ik verwacht, neem contact, wacht op, uw, jullie",
    "ja": "ください, お願いし, 返信, 対応して, 連絡",
    "zh": "请, 請, 希望你们, 客服, 麻烦, 解决, 退款",
    "ar": "أرجو, ارجو, الرجاء, من فضلك, أريد, اريد, لو سمحت",
    "hi": "कृपया, मदद, चाहिए, करें",
    "ru": "пожалуйста, прошу, помогите, верните, ответьте, свяжитесь, жду, требую, вы, вас, ваш*",
    "uk": "будь ласка, прошу, допоможіть, поверніть, зв'яжіться, чекаю, вимагаю, ви, вас, ваш*",
    "el": "παρακαλώ, βοηθήστε, περιμένω, ζητώ, απαιτώ, επικοινωνήστε, σας, εσείς",
    "he": "בבקשה, אנא, אשמח, מבקש, מבקשת, דורש, דורשת, תחזרו אלי, תעזרו, שלכם",
    "ko": "주세요, 부탁, 바랍니다, 연락, 해결해, 답변, 조치",
    "vi": "vui lòng, làm ơn, xin, giúp, đề nghị, yêu cầu, liên hệ, gọi lại, phản hồi, shop",
    "th": "กรุณา, ช่วย, รบกวน, ขอ, ติดต่อกลับ, ตอบ",
    "id": "tolong, mohon, harap, bantu, hubungi, minta, kalian, min, kak",
    "sv": "snälla, vänligen, hjälp, kontakta, återkom, jag vill|kräver, ni, er, ert",
    "da": "venligst, hjælp, kontakt, vend tilbage, jeg vil|kræver, jeres, i bedes",
    "no": "vennligst, hjelp, kontakt, ta kontakt, jeg vil|krever, deres, dere",
    "fi": "pyydän, voitteko, ottakaa yhteyttä, apua, vastatkaa, odotan, teidän, te",
    "cs": "prosím, žádám, pomozte, kontaktujte, ozvěte, čekám, vy, vás, vaše, váš",
    "ro": "vă rog, rog, ajutați, contactați, aștept, cer, solicit, dumneavoastră, vă",
    "hu": "kérem, kérek, segítsenek, keressenek, várom, követelem, önök, önöknek",
    "af": "asseblief, asb, help, kontak, bel my|ons, ek wil|eis, julle, u",
}
"""Said to the business: a request, a demand, "you" (R05)."""

INTERROGATIVES: Final[Table] = {
    "en": """
        how, what, when, where, which, who, whom, why, can, could, do, does, did, is, are, will, would, should, may, has, have, any,
        anyone, am, was, were
    """,
    "de": """
        wie, was, wann, wo, welche, welcher, welches, wer, warum, wieso, weshalb, kann, können, könnte, gibt, ist, sind, hat, haben, wird,
        darf, muss, müssen, wohin, woher, bis wann, wurde, habt, kommt, geht, fährt
    """,
    "fr": """
        comment, quand, où, quel, quelle, quels, quelles, qui, pourquoi, combien, est ce, qu est, pouvez, peut, puis, y a, avez, existe,
        est il, faut il, quoi, que
    """,
    "es": """
        cómo, como, qué, que, cuándo, cuando, dónde, donde, cuál, cuáles, quién, por qué, cuánto, cuánta, cuántos, puedo, pueden, puede,
        hay, tienen, es, se puede, alguien, saben
    """,
    "it": "come, cosa, che, quando, dove, quale, quali, chi, perché, quanto, quanti, posso, potete, può, c è, avete, è, si può, qualcuno",
    "pt": """
        como, que, quando, onde, qual, quais, quem, por que, porque, quanto, quantos, posso, podem, pode, tem, têm, é, há, alguém, será,
        cadê
    """,
    "nl": "hoe, wat, wanneer, waar, welke, wie, waarom, kan, kunt, kunnen, is, zijn, heeft, hebben, mag, moet, wordt, hoeveel, kunt u",
}
"""With these a sentence that ends in a question mark asks, rather than exclaims."""

ASKING: Final[Table] = {
    "en": """
        how do|can|would|should|could i|we|one, how|what|when|where is|are|do|does the|your|you, do you|they
        have|offer|accept|sell|deliver|ship|allow|know, is there a|any|an, are there any, can i|we|you|someone|anyone, could you|someone,
        does anyone, wondering if|whether|how, i have a question, question about, please advise|explain|tell, want|like to know, any
        idea*, who do i|can i
    """,
    "de": """
        wie kann|können|komme|lange, wann kommt|wird|ist, gibt es, haben sie|ihr, kann man|ich, ich habe eine frage, weiß jemand, ich
        wollte fragen, wo finde|kann
    """,
    "fr": """
        comment faire|puis|peut|fait, est ce que, j aimerais savoir, je voudrais savoir, j ai une question, y a t il, pouvez vous me dire,
        quand est ce
    """,
    "es": """
        cómo puedo|hago|se, quisiera saber, quiero saber, tengo una pregunta|duda, me pueden decir, alguien sabe, dónde puedo, a qué hora
    """,
    "it": "come posso|faccio|si, vorrei sapere, ho una domanda, qualcuno sa, potete dirmi, dove posso, a che ora",
    "pt": """
        como posso|faço|eu|fazer, gostaria de saber, quero saber, queria saber, tenho uma dúvida|pergunta, alguém sabe, podem me dizer,
        onde posso, quando vai|vou
    """,
    "nl": "hoe kan|kom|lang|moet, ik heb een vraag, ik vraag me af, weet iemand, kunt u mij|me, waar kan|vind, hebben jullie",
    "pl": "jak mogę, czy można, czy jest, kiedy będzie, mam pytanie, gdzie mogę",
    "tr": "nasıl, ne zaman, nerede, var mı, mümkün mü, kaç",
    "ja": "ですか, ますか, でしょうか, 教えてください, 質問",
    "zh": "吗？, 吗?, 嗎？, 怎么, 怎麼, 什么时候, 什麼時候, 请问, 請問, 为什么, 能不能, 多少钱",
    "ar": "كيف, متى, أين, هل, ممكن اعرف, كم سعر",
    "hi": "कैसे, कब, कहाँ, कहां, क्या आप, कितना, कितने",
    "ru": """
        подскажите|скажите пожалуйста, как можно|мне|вернуть|отменить, можно ли, есть ли, когда будет|откроет*, сколько стоит, где
        можно|находит*, во сколько
    """,
    "uk": "підкажіть|скажіть будь, як можна|мені|повернути|скасувати, чи можна|є, коли буде, скільки коштує, де можна, о котрій",
    "el": """
        πώς μπορώ|μπορούμε|γίνεται, μπορώ να, υπάρχει|έχετε .. ;, τι ώρα, πόσο κοστίζει|κάνει, πού μπορώ|βρίσκ*, θα ήθελα να μάθω|ρωτήσω
    """,
    "he": "איך אפשר, איך אני, האם, מתי, כמה עולה, איפה אפשר, אפשר לדעת, יש לכם, שאלה לגבי",
    "ko": "나요, 인가요, 있나요, 되나요, 을까요, 어떻게, 언제, 얼마, 문의드, 문의 드, 궁금합니다, 알려주세요, 궁금해요",
    "vi": """
        làm sao để|thế nào, làm thế nào, cho hỏi|mình hỏi|em hỏi, có thể .. không, bao giờ, khi nào, bao nhiêu tiền, ở đâu, được không
    """,
    "th": """
        ยังไงคะ, ยังไงครับ, อย่างไร, ไหมคะ, ไหมครับ, มั้ยคะ, มั้ยครับ, กี่โมง, เท่าไหร่, เมื่อไหร่, ที่ไหน, สอบถาม, ขอถาม, หรือเปล่าคะ
    """,
    "id": """
        bagaimana cara, gimana cara, apakah, kapan, berapa, dimana|di mana bisa, bisa kah|bisakah, mau tanya|mau nanya|tanya dong, ada ..
        tidak|gak|nggak
    """,
    "sv": "hur kan|gör|lång, när kommer|öppnar|är, finns det, går det att, kan man|jag|ni, jag undrar, var kan|hittar, har ni",
    "da": """
        hvordan kan|gør|får, hvornår kommer|åbner|er, findes der, kan man|jeg|i, er der, jeg vil gerne vide|høre, hvor kan|finder, har i
    """,
    "no": """
        hvordan kan|gjør|får, når kommer|åpner|er, finnes det, kan man|jeg|dere, er det mulig, jeg lurer på, hvor kan|finner, har dere
    """,
    "fi": """
        miten voin|saan|voi, milloin tulee|aukeaa|on, onko teillä|mahdollista|siellä, voiko|voinko|saako, haluaisin tietää|kysyä, mistä
        saan|voin|löydän, paljonko
    """,
    "cs": """
        jak mohu|můžu|se|lze, kdy bude|otevírá*, je možné|možno, lze|můžu|mohu, máte, chtěl* bych se zeptat, kde mohu|můžu|najdu, kolik
        stojí
    """,
    "ro": """
        cum pot|fac|se|anulez, când va|se|ajunge|vine, este posibil, se poate, aveți, aș vrea să știu|întreb, unde pot|găsesc, cât costă
    """,
    "hu": """
        hogyan tudom|tudok|lehet|lehet, mikor lesz|nyit|érkezik, van e|lehet e|lehetséges, szeretném megkérdezni|tudni, hol
        tudom|lehet|találom, mennyibe kerül
    """,
    "af": "hoe kan|kry|lank, wanneer kom|is|maak, kan ek|mens|ons, is daar, het julle, ek wil weet|graag, waar kan|kry",
}
"""These ask even without a question mark (R23)."""
