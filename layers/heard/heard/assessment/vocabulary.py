"""The words the engine knows: one table per meaning and language, in the notation of `phrases`.

To teach it a word, add the word to a table and an example to the table of cases in the tests. Tables name what
is concrete ("charged twice"), since merely angry words are not severe (playbook, severity). Words are written
with or without accents, whichever reads better; they are compared without.
"""

from __future__ import annotations

from typing import Final

from heard.assessment.phrases import listed
from heard.assessment.terms import Flag

type Table = dict[str, str]
"""Phrases by language."""

IDIOMS: Final[Table] = {
    "en": """
        killing me, to die for, dying to, drop dead gorgeous, dead simple, death by chocolate, killer deal|price|app|feature,
        is|was|are|so fire, straight fire, fire tv|stick|tablet|hd, kindle fire, fired up, fire pit|place|side|works, under fire,
        heart attack on a plate, sick beat*|tune*|view*|design, food coma, break a leg, the bomb, bath bomb*, bomb ass, photo bomb,
        bombdotcom, blew|blow|blown .. away, burnt|burned out, hit the spot, knife|knives set, gun metal, glue gun, worth dying for,
        police band, press the, press any, press on, press play, hot off the press, coffee|french|garlic|bench|leg press, felt|feel
        like an idiot, i am an idiot, i was an idiot, idiot proof, lost weight, lost for words, lost track, lost in translation, cant
        complain, cannot complain, no complaints, nothing to complain, never disappoint*, not disappointed, not a problem, no
        problem*, without|zero|any problem*, no issue*, lost myself, get lost in, refund .. immediately without, refunded me right
        away, to court us, food|tennis|basketball court, never better, court yard, insult to injury, devils advocate, color|colour
        bleeding, bleeding edge|heart, non|not dangerous, no danger, never again find, sue chef, to sue me, wait to
        come|go|return|try|visit, cant wait, cannot wait
    """,
    "de": """
        zum sterben schön|gut|lecker, feuer und flamme, feuer gefangen für, todschick, kann nicht klagen, nicht zu klagen, nichts zu
        klagen, nie enttäuscht, nicht enttäuscht, keine beschwerde*, kein problem, keine probleme, ohne probleme, anwalt des teufels,
        ungefährlich*, scharf*, gift grün, express
    """,
    "fr": """
        à mourir, à tomber par terre, mort de rire, mourir de rire, feu d artifice, feu de bois, feu vert, pas déçu*, jamais déçu*,
        pas de problème*, aucun problème, sans problème, rien à redire, avocat du diable, avocats|avocat toast|crevettes
    """,
    "es": """
        para morirse, morirse de risa, muerto de hambre, muero por, me muero de ganas, me muero de hambre, fuegos artificiales, fuego lento,
        sin problema*, ningún problema, no me quejo, nada que objetar, abogado del diablo
    """,
    "it": """
        da morire, morire dal ridere, morto di fame, fuochi d artificio, fuoco lento, nessun problema, senza problem*, nulla da dire,
        niente da dire, avvocato del diavolo, mai deluso, non deluso
    """,
    "pt": """
        de morrer, morrer de rir, morrendo de fome, morrendo de vontade, fogo de artifício, fogos de artifício, fogo lento, sem problema*,
        nenhum problema, nada a reclamar, sem reclamações, advogado do diabo
    """,
    "nl": """
        om te sterven, dood leuk, sterven van de honger, vuurwerk, niets te klagen, niet te klagen, niks te klagen, geen probleem,
        geen problemen, zonder problemen, nooit teleurgesteld, niet teleurgesteld, advocaat van de duivel
    """,
}
"""Turns of phrase that hold a severe word and mean nothing severe: they mask what they cover."""

CRITICAL: Final[dict[Flag, Table]] = {
    Flag.SAFETY: {
        "en": """
            food|carbon poison*, poisoned, got|getting|made|make|makes|felt|feeling|became|been
            us|me|him|her|them|everyone|violently|very|really|so sick|ill, got|getting|became|fell sick|ill, violently ill|sick,
            salmonella, e coli, listeria, norovirus, food borne, vomit*, threw up, throwing up, puking|puked, diarrhea|diarrhoea,
            allergic|anaphylactic reaction|shock, anaphyla*, epipen, hospitalized|hospitalised,
            end|ended|landed|went|sent|taken|rushed|trip|visit|put|were|was|am .. hospital|er, emergency room, intensive care,
            ambulance, paramedic*, passed out, injur*, concussion, stitches, fractur*, broke|broken my|his|her|their
            arm|leg|wrist|ankle|nose|hip|tooth|rib|foot, bleeding, bled, electrocut*, electric shock, electrical shock, got a shock
            from, caught|catch|catches|catching fire, on fire and, set .. on fire, house|kitchen|electrical|battery fire, fire hazard,
            burst into flames, in flames, exploded|explodes|exploding, smoke .. coming out, started smoking, second degree burn*,
            burned|burnt|scalded my|his|her|their|me|him, daughter|son|child|kid|baby|wife|husband|mother|father|mom|mum|dad was|got
            burned|burnt|scalded, at|in the hospital, burns on my|his|her, gas leak, choking hazard, choked on, glass in
            my|the|our food|soup|drink|salad, metal in my|the food, razor blade, unsafe, not safe, safety hazard|risk|issue|concern,
            dangerous*, hazardous, almost|nearly|could|couldve .. died|killed, died|dies because|from|after|at, killed my, assault*,
            attacked me|us|him|her|my, punched|slapped|choked|groped|molested|raped|stabbed|beaten|hit me|us|him|her|my, groped,
            molest*, raped, rape, sexual* assault*|harass*, harass*, stalk*, threatened me|us|to|my|her|him, pulled a knife|gun,
            drugged, spiked my, bed bugs, bedbug*, mold|mould .. sick, asbestos, hit by a, near miss, drunk driver, driver was
            drunk|texting, child .. hurt|lost|unattended, toxic fumes, lead poisoning, recall* .. safety, bitten by|my, bite marks,
            overdose*, wrong medication|prescription|dose
        """,
        "de": """
            lebensmittelvergiftung, *vergiftung, vergiftet, salmonell*, übergeben müssen, mussten uns übergeben, erbrochen, erbrechen,
            durchfall, krank geworden, wurde|wurden|waren .. krank, ins|im krankenhaus, notaufnahme, notarzt, rettungswagen,
            krankenwagen, allergische reaktion, allergischer schock, verletzt, verletzung*, gebrochen .. bein|arm, knochenbruch,
            geblutet, blutend, verbrannt mich|sich, verbrennung*, verbrüht, stromschlag, feuer gefangen, in flammen, brannte|brennt,
            brand|feuer ausgebrochen, brandgefahr, explodiert*, qualmt|qualmte, gefährlich, lebensgefahr*, lebensgefährlich, unsicher
            für kinder, sicherheitsrisiko, glasscherbe*, angegriffen worden, tätlich*, geschlagen worden, belästigt, sexuell
            belästig*, bedroht worden, bedroht, vergewaltig*, bettwanzen, gasgeruch, bewusstlos, ohnmächtig
        """,
        "fr": """
            intoxication, intoxiqué*, empoisonn*, salmonell*, vomi, vomir, diarrhée*, tombé* malade*, malade* après|toute|comme,
            rendu* malade*, fini|finir|finie|finis|allé|allée|emmené|transporté|conduit .. hôpital|urgences, hospitalis*, ambulance,
            pompiers, réaction allergique, choc anaphylactique, blessé*, blessure*, fracture*, saigne*, saigné, brûlé|brûlée
            au|le|la|les|à, brûlure*, électrocut*, décharge électrique, incendie, pris|prend|prendre feu, en flammes, explosé,
            dangereux, dangereuse, danger de mort, mise en danger, agressé*, agression, frappé*, harcel*, attouchement*, viol, violé*,
            menacé* de|par|physiquement, punaises de lit, fuite de gaz, morceau* de verre, évanoui*
        """,
        "es": """
            intoxicación*, intoxicado*|intoxicada*|intoxicamos, envenena*, salmonel*, vomitar, vomitando, vomité, vomitó, vómito*,
            diarrea, enfermé|enfermó|enfermamos|enfermos|enfermo, puso|puse|pusimos enfermo|enferma|malo|mala|enfermos,
            terminé|acabé|terminamos|acabamos|tuve|fui|fuimos|ingresad*|llevaron .. hospital|urgencias, ambulancia, reacción alérgica,
            choque anafiláctico, herido*|herida|heridas, lesión, lesiones, lesionado*|lesionada, fractur*, sangr*, quemadura*, quemó
            la mano|cara|piel, electrocut*, descarga eléctrica, incendio, prendió fuego, en llamas, explotó, explosión,
            peligroso*|peligrosa*, inseguro*|insegura para, agredi*, agresión, golpeó|golpearon, acoso*, acosó|acosaron|acosar, abuso
            sexual, violación, violada, amenaz*, chinches, fuga de gas, vidrio|vidrios en, desmay*
        """,
        "it": """
            intossicazion*, intossicat*, avvelena*, salmonell*, vomit*, diarrea, sentiti|sentito|stati|stato|stata|sentita male
            dopo|tutta, finit*|andat*|portat*|ricoverat* .. ospedale|soccorso, ambulanza, reazione allergica, shock anafilattico,
            ferito|ferita|feriti, infortun*, frattur*, sanguin*, ustion*, ustionat*, scossa elettrica, folgorat*, incendio,
            preso|prende fuoco, in fiamme, esplos*, pericolos*, aggredit*, aggression*, picchiat*, molest*, stupr*, minacciat*,
            cimici|cimice, fuga di gas, pezzi di vetro, svenut*
        """,
        "pt": """
            intoxica*, envenena*, salmonel*, vomit*, diarreia, passei|passou|passamos|passar|passando mal, infecção alimentar,
            fui|parei|parar|parou|internad*|levad*|levado .. hospital|emergência|socorro, ambulância, samu, reação alérgica, choque
            anafilático, ferido*|ferida|feri|feriu, ferimento*, lesão, lesões, machuc*, fratur*, sangr*, queimadura*, queimei
            a|o|minha, choque elétrico, levei um choque, incêndio, pegou|pegando|pegar fogo, em chamas, explodiu|explosão, perigos*,
            risco de vida|morte, correndo risco, agredi*, agressão|agressões, assédio, assedi*, estupr*, ameaç*, percevejo*, vazamento
            de gás, desmai*, morrendo de dor, muita dor, sofrendo muito, cirurgia urgente|urgência, cirurgia de|ds urgência, urgência
            .. cirurgia, cacos de vidro, maus tratos
        """,
        "nl": """
            voedselvergiftiging, *vergiftiging, vergiftigd, salmonella, overgegeven, overgeven, braken, diarree, ziek geworden, ziek
            van, doodziek, in|naar het ziekenhuis, spoedeisende, ambulance, allergische reactie, gewond, verwond*, letsel, gebroken
            been|arm|pols, bloedde|bloeden, verbrand mijn|aan, brandwond*, elektrische schok, vlam gevat, in brand, brandgevaar*,
            ontploft, ontplofte, gevaarlijk*, levensgevaarlijk*, onveilig*, aangevallen, mishandel*, geslagen, lastiggevallen,
            aangerand, verkracht*, bedreigd, bedreigde, bedwants*, gaslek, glasscherv*, flauwgevallen
        """,
        "pl": """
            zatruci*, zatrułem, zatrułam, zatruliśmy, szpital*, karetk*, pożar, zapalił się, niebezpieczn*, ranny, ranna, wybuch*,
            napastow*, pobity
        """,
        "tr": "zehirlen*, hastane*, ambulans, yangın, alev aldı, patladı, yaraland*, tehlikeli, taciz*, saldırdı, darp",
        "ja": """
            食中毒, 救急車, 病院に, 病院へ, 入院, 怪我, けがを, ケガ, 火傷, やけど, 火事, 発火, 発煙, 爆発, 感電, 嘔吐, 吐い, 下痢,
            危険, アレルギー反応, 暴力, 痴漢, セクハラ, 脅迫, 異物混入, 漏電
        """,
        "zh": """
            食物中毒, 中毒, 医院, 醫院, 住院, 急诊, 急診, 救护车, 救護車, 受伤, 受傷, 着火, 起火, 火灾, 火災, 爆炸, 触电, 漏电, 漏電,
            呕吐, 嘔吐, 拉肚子, 腹泻, 过敏反应, 危险, 危險, 骚扰, 騷擾, 殴打, 威胁, 烫伤, 冒烟, 臭虫, 床虱, 安全隐患
        """,
        "ar": "تسمم, المستشفى, مستشفى, إسعاف, حريق, انفجر, انفجار, إصابة, أصيب, خطير, خطر على, تحرش, اعتداء, ضربني, هددني, تقيأ, إسهال",
        "hi": "फूड पॉइजनिंग, ज़हर, जहर, अस्पताल, एम्बुलेंस, आग लग, विस्फोट, घायल, चोट लग, खतरनाक, ख़तरनाक, उल्टी, मारपीट, छेड़छाड़, धमकी",
    },
    Flag.SELF_HARM: {
        "en": """
            suicid*, kill myself, killing myself, end my life, ending my life, want to die, dont want to live, no reason to live, self
            harm, hurt myself, harm myself, better off dead
        """,
        "de": "selbstmord*, suizid*, mich umbringen, bringe mich um, nicht mehr leben, mein leben beenden, selbst verletzen",
        "fr": "suicid*, me tuer, en finir avec la vie, mettre fin à mes jours, plus envie de vivre, envie de mourir",
        "es": "suicid*, matarme, quitarme la vida, no quiero vivir, quiero morir, hacerme daño",
        "it": "suicid*, uccidermi, ammazzarmi, togliermi la vita, farla finita, voglio morire, non voglio più vivere",
        "pt": "suicíd*, suicida*, me matar, tirar minha vida, acabar com minha vida, quero morrer, não quero mais viver",
        "nl": "zelfmoord*, suïcid*, suicid*, mezelf van kant, einde aan mijn leven, wil niet meer leven, wil dood, mezelf iets aandoen",
        "pl": "samobójstw*, zabić się, nie chcę żyć",
        "tr": "intihar*, kendimi öldür*, ölmek istiyorum",
        "ja": "自殺, 死にたい",
        "zh": "自杀, 自殺, 不想活, 想死",
        "ar": "انتحار, أنتحر, اقتل نفسي",
        "hi": "आत्महत्या, खुदकुशी, मरना चाहता, मरना चाहती",
    },
    Flag.LEGAL: {
        "en": """
            my|our|a|an|contacting|consult|consulting|contacted lawyer*|attorney*|solicitor*|barrister, lawyer*|attorneys
            will|has|have|involved, legal action*, legal advice|proceedings|notice, take|taking|see you|go|going .. to court, small
            claims, lawsuit*, sue|suing|sued them|you|this|the|for|over, will|gonna|going to|should|could|can|be sue|suing|sued, class
            action, attorney general, police, cops, crime reference, sheriff, ombudsman, trading standards, ftc, cfpb, fcc complaint,
            better business bureau, health department|inspector|inspection, food standards, osha, consumer
            protection|affairs|forum|court|rights|council, data protection authority|commissioner, information commissioner,
            regulator*, financial ombudsman, fair credit reporting, small claim court, file|filed|filing a .. complaint with
        """,
        "de": """
            anwalt, anwältin, anwälte, rechtsanwalt, rechtsanwältin, anwaltlich, rechtliche schritte, rechtlich* vorgehen, klage
            einreichen, verklage*, anzeige erstatt*, strafanzeige, polizei, gericht gehen, vor gericht, mahnbescheid,
            verbraucherzentrale, verbraucherschutz, gesundheitsamt, ordnungsamt, bundesnetzagentur, bafin, schlichtungsstelle,
            staatsanwalt*, aufsichtsbehörde, gewerbeaufsicht
        """,
        "fr": """
            avocat, avocate, action en justice, en justice, porter plainte, porté plainte, porte plainte, dépôt de plainte, dépose*
            plainte, déposé plainte, police, gendarmerie, tribunal, poursuivre en justice, poursuites judiciaires, mise en demeure,
            dgccrf, répression des fraudes, signal conso, 60 millions de consommateurs, ufc que choisir, médiateur, huissier, services
            d hygiène, procureur
        """,
        "es": """
            abogado, abogada, abogados, acciones legales, vía legal, vía judicial, demanda judicial, demandar*, demandaré, denuncia,
            denunciar, denunciaré, denunciado, policía, tribunal*, juzgado, juicio, profeco, indecopi, sernac, consumo .. reclamación,
            oficina|oficinas del consumidor, ocu, facua, defensa del consumidor, sanidad, fiscalía, hojas de reclamaciones, hoja de
            reclamaciones
        """,
        "it": """
            avvocato, avvocati, avvocatessa, azione legale, azioni legali, vie legali, denuncia, denuncerò, denunciare, denunciato,
            querela, polizia, carabinieri, tribunale, causa legale, fare causa, codacons, altroconsumo, associazione consumatori,
            antitrust, agcm, agcom, nas, asl, guardia di finanza, garante
        """,
        "pt": """
            advogado, advogada, advogados, ação judicial, medidas judiciais, medidas legais, justiça, judicialmente, processar,
            processo judicial, processo contra, juizado, pequenas causas, tribunal, procon, delegacia, polícia, boletim de ocorrência,
            boletim, ministério público, anatel, anac, ans, banco central, bacen, vigilância sanitária, código de defesa, código do
            consumidor, código do consumidor, livro de reclamações, asae, deco, meus direitos, danos morais
        """,
        "nl": """
            advocaat, advocaten, juridische stappen, juridische actie, rechtbank, voor de rechter, rechtszaak, aanklagen, aangifte,
            politie, consumentenbond, acm, geschillencommissie, voedsel en warenautoriteit, nvwa, autoriteit persoonsgegevens, kifid,
            ingebrekestelling, deurwaarder, ombudsman
        """,
        "pl": "adwokat*, prawnik*, do sądu, pozew, pozwę, policj*, prokuratur*, uokik, rzecznik* konsument*, sanepid*",
        "tr": "avukat*, mahkeme*, dava, polis*, savcılı*, tüketici hakem, cimer, şikayetvar",
        "ja": "弁護士, 訴え, 訴訟, 警察, 消費者センター, 消費生活センター, 国民生活センター, 保健所, 法的, 通報し, 裁判",
        "zh": "律师, 律師, 起诉, 起訴, 法院, 报警, 報警, 警察, 消协, 消費者協會, 工商局, 12315, 投诉到, 举报, 食药监, 法律途径",
        "ar": "محامي, المحامي, محكمة, المحكمة, الشرطة, شرطة, دعوى, حماية المستهلك, قضائي, بلاغ",
        "hi": "वकील, अदालत, पुलिस, मुकदमा, उपभोक्ता फोरम, उपभोक्ता अदालत, कानूनी",
    },
    Flag.DISCRIMINATION: {
        "en": """
            racist*, racism, racial*, discriminat*, sexist*, sexism, homophob*, transphob*, xenophob*, antisemit*, islamophob*, anti
            semit*, because i am|im black|asian|gay|muslim|jewish|disabled|trans|indian|african|arab|latino|latina|hispanic|a woman,
            because of my|our|his|her|their|the
            skin|race|color|colour|religion|gender|disability|accent|ethnicity|nationality|headscarf|hijab, refused ..
            wheelchair|guide|service dog, no wheelchair access and, racial slur*, slurs, bigot*, called me a .. slur
        """,
        "de": """
            rassis*, rassist*, diskriminier*, sexistisch*, homophob*, transphob*, ausländerfeindlich*, antisemit*, fremdenfeindlich*,
            wegen meiner hautfarbe|herkunft|religion|behinderung
        """,
        "fr": """
            racis*, discrimin*, sexist*, homophob*, transphob*, xénophob*, antisémit*, islamophob*, à cause de ma|notre
            couleur|origine|religion|handicap
        """,
        "es": """
            racis*, discrimin*, machista*, sexist*, homofob*, homófob*, transfob*, xenofob*, xenófob*, antisemit*, por mi|ser
            color|negro|negra|gay|mujer|origen
        """,
        "it": """
            razzis*, discrimin*, sessist*, omofob*, transfob*, xenofob*, antisemit*, per il mio colore, per la mia
            pelle|religione|disabilità
        """,
        "pt": """
            racis*, discrimin*, machista*, sexist*, homofob*, homofób*, transfob*, transfób*, xenofob*, xenófob*, por ser
            negro|negra|gay|mulher|preto|preta
        """,
        "nl": """
            racis*, discrimin*, seksis*, homofob*, homofoob, transfob*, xenofob*, antisemit*, vanwege mijn
            huidskleur|afkomst|geloof|handicap
        """,
        "pl": "rasis*, rasizm*, dyskrymin*, homofob*, ksenofob*, antysemi*",
        "tr": "ırkçı*, ayrımcılı*, cinsiyetçi*, homofob*",
        "ja": "人種差別, 差別, 差別的",
        "zh": "歧视, 歧視, 种族, 種族",
        "ar": "عنصرية, عنصري, تمييز",
        "hi": "भेदभाव, नस्लवाद, जातिवाद",
    },
    Flag.PRIVACY: {
        "en": """
            data breach*, data leak*, leaked my|our|personal, identity theft|thief|stolen, stole my identity, stolen identity, my|our
            data|details|information|account|email|card was|were|got|has been|have been|been
            stolen|hacked|leaked|compromised|sold|exposed|shared|cloned, account|system|card hacked|cloned, got|been|was|were hacked,
            card details|number .. stolen|used|leaked, card was|is cloned|stolen|skimmed, cloned|skimmed my card, skimming, stolen
            card, credit card .. stolen, sold my data|details|email|number|information, shared my
            data|details|information|number|address, gave .. my address|number|details to, gdpr, hidden camera*, filmed me|us,
            recorded me|us without, spied|spying on
        """,
        "de": """
            datenleck, datenpanne, datendiebstahl, identitätsdiebstahl, meine daten .. weitergegeben|verkauft|gestohlen|gehackt, daten
            weitergegeben, gehackt, dsgvo, datenschutzverstoß, kreditkartendaten, karte kopiert, karte gestohlen, versteckte kamera,
            heimlich gefilmt
        """,
        "fr": """
            fuite de données, vol de données, usurpation d identité, données personnelles .. volées|vendues|transmises|piratées,
            piraté*, rgpd, cnil, carte bancaire .. volée|piratée|copiée, carte piratée|volée, caméra cachée, filmé* à mon|notre insu
        """,
        "es": """
            fuga de datos, robo de datos, robo de identidad, suplantación de identidad, mis datos ..
            robados|vendidos|compartidos|filtrados, hackea*, rgpd, protección de datos, clonaron .. tarjeta, tarjeta clonada|robada,
            cámara oculta
        """,
        "it": """
            furto di dati, furto d identità, furto di identità, fuga di dati, miei dati .. rubati|venduti|condivisi|diffusi,
            hackerat*, gdpr, violazione della privacy|dati, carta clonata|rubata, clonato .. carta, telecamera nascosta
        """,
        "pt": """
            vazamento de dados, vazaram meus, roubo de dados, roubo de identidade, meus dados ..
            vazados|roubados|vendidos|compartilhados, hackea*, hackear*, lgpd, rgpd, clonaram .. cartão, cartão
            clonado|clonada|roubado, conta hackeada|invadida|clonada, câmera escondida, usaram meu cpf
        """,
        "nl": """
            datalek, gegevens .. gestolen|gelekt|verkocht|gedeeld, identiteitsfraude, identiteitsdiefstal, gehackt, avg overtreding,
            kaart geskimd|gekopieerd, pas geskimd, verborgen camera, stiekem gefilmd
        """,
        "pl": "wyciek danych, kradzież danych, kradzież tożsamości, zhakowa*, rodo, sklonowan* kart*",
        "tr": "veri ihlali, kişisel verilerim, kimlik hırsızlı*, hacklen*, kvkk, kartım kopyalan*, gizli kamera",
        "ja": "個人情報が, 個人情報を, 情報漏洩, 情報漏えい, 不正利用, 盗撮, 乗っ取",
        "zh": "信息泄露, 泄露个人, 洩露, 个人信息被, 被盗刷, 盗刷, 盜刷, 被黑, 偷拍, 隐私被",
        "ar": "تسريب بيانات, سرقة بيانات, سرقة هوية, اختراق, تم تهكير, كاميرا خفية",
        "hi": "डेटा लीक, डेटा चोरी, पहचान की चोरी, हैक हो, कार्ड क्लोन",
    },
    Flag.FRAUD: {
        "en": """
            stole my|our|from|money|cash, stolen from my|our|us|me, staff|driver|cleaner|maid|employee|courier|they stole|stolen,
            robbed me|us, fraud on my, fraudulent*, committed fraud, this is fraud, embezzl*, forged my|signature, theft, thieves,
            stole
        """,
        "de": """
            gestohlen worden, wurde|wurden .. gestohlen|geklaut|bestohlen, diebstahl, betrügerisch*, betrugsfall, unterschlag*,
            unterschlagen, unterschrift gefälscht, beklaut
        """,
        "fr": """
            volé|volée mon|mes|notre|par|dans, on m a volé, nous a volé*, vol de mes|mon|bagage*, frauduleu*, frauduleux,
            détournement, signature falsifiée, escroqué* de
        """,
        "es": "robaron, robado mi|mis|nuestr*, me robó, nos robó, hurto, fraudulent*, fraude, estafaron, estafó, falsificaron",
        "it": "rubato, rubati, rubata, derubat*, furto, fraudolent*, frode, truffato|truffata|truffati di, firma falsificata",
        "pt": """
            roubaram, roubado meu|minha|dentro, furtaram, furto, furtad*, fraude, fraudulent*, me roubou, golpe de, estelionato,
            propaganda enganosa, falsificaram
        """,
        "nl": "gestolen uit|van|door, bestolen, diefstal, frauduleus, frauduleuze, fraude, opgelicht voor, handtekening vervalst",
        "pl": "ukrad*, kradzież*, oszustwo finansowe, wyłudz*",
        "tr": "çaldı, çalındı, hırsızlık, dolandırıldım",
        "ja": "盗まれ, 盗難, 窃盗, 詐欺被害, 横領",
        "zh": "被偷, 偷走, 偷了, 盗窃, 盜竊, 诈骗, 詐騙",
        "ar": "سرقوا, سرق, سرقة, احتيال",
        "hi": "चोरी हो, चुरा लि, धोखाधड़ी",
    },
    Flag.PRESS: {
        "en": """
            go|going|went|contact|contacting|contacted|tell|telling|alert|alerted to .. press|media|newspaper*,
            contact|contacting|contacted|tell|alert the press|media|news, journalist*, reporter*, to the
            papers|newspapers|media|press, local news|paper|newspaper, watchdog, news channel
        """,
        "de": """
            an die presse, der presse melden, presse einschalten, presse informieren, journalist*, an die medien, medien informieren,
            zeitung melden, an die zeitung
        """,
        "fr": "contacter la presse, alerter la presse, dans la presse, à la presse, journaliste*, aux médias, alerter les médias",
        "es": "a la prensa, contactar .. prensa, periodista*, a los medios, medios de comunicación, al periódico",
        "it": "alla stampa, giornalist*, ai giornali, ai media, striscia la notizia, le iene",
        "pt": "à imprensa, imprensa, jornalista*, aos jornais, na televisão, na mídia, à mídia",
        "nl": """
            naar de pers, de pers inschakelen, journalist*, naar de media, media inschakelen, kassa programma, radar programma, naar
            de krant
        """,
        "pl": "do prasy, dziennikarz*, do mediów",
        "tr": "basına, gazeteci*, medyaya",
        "ja": "マスコミ, 新聞社, 記者",
        "zh": "记者, 記者, 媒体曝光, 媒體, 曝光你们",
        "ar": "الصحافة, صحفي, وسائل الإعلام",
        "hi": "पत्रकार, मीडिया में, अखबार में",
    },
}
"""Somebody may be hurt, or the law, discrimination, a breach, theft or the press is involved: severity critical."""

FAILURES: Final[dict[str, Table]] = {
    "money": {
        "en": """
            charged twice|double|me|us|again|extra|wrong, double charged, overcharg*, over charged, charged my card,
            unauthorized|unauthorised|hidden charge*|fee*, took my|our money, taking my money, stealing money, lost my|our money,
            refused .. refund, refus* to refund|give|pay|honor|honour, denied .. refund|boarding|claim|service|entry, refund ..
            denied, no refund, never refunded, not refunded, wont|will not|would not|wouldnt|didnt|did not|cant .. refund, still
            waiting .. refund, want my money back, want a refund, demand* .. refund, get my money back, waiting for .. refund|money,
            kept my money|deposit, withheld, keep my deposit, billed for|twice|me, waste of money, wasted my money, waste of ..
            money, ripped off|me, rip off, scammed, scam, scammers, conned, cheated|cheats|cheating, false advert*, fake product*,
            counterfeit, not worth .. money, throwing your money, debited, deducted
        """,
        "de": """
            doppelt abgebucht|berechnet|bezahlt, abgebucht, zu viel berechnet, zu viel abgebucht, keine erstattung, keine
            rückerstattung, erstattung verweigert, geld zurück, geld nicht zurück, geld weg, nicht erstattet, geldverschwendung,
            rausgeschmissenes|rausgeworfenes geld, abzocke, abgezockt, betrogen, betrug, betrüger, versteckte kosten, mahngebühr*,
            kaution einbehalten, fälschung*, zum fenster
        """,
        "fr": """
            débité* deux, double prélèvement, prélevé*, remboursement refusé, refus* de .. rembours*, pas remboursé*, jamais
            remboursé*, aucun remboursement, attend* .. remboursement, rendez moi|nous mon|notre argent, me faire rembourser,
            arnaque*, arnaqué*, arnaqueurs, escroc*, escroquerie*, voleurs, frais cachés, surfactur*, argent perdu, gaspillage d
            argent, jeter .. argent, contrefaçon*, vol manifeste
        """,
        "es": """
            cobraron|cobró|cobrado dos|doble|de|sin|más|extra, cobraron, doble cobro, cobro indebido, cargo no autorizado, no me
            devol*, no devuelven, devolver el|mi dinero, devuelvan .. dinero, devolución del dinero, sin reembolso, no .. reembols*,
            estafa*, estafador*, ladrones, timo, timaron, engaño, engañ*, perdí mi dinero, tirar el dinero, pérdida de dinero, robo,
            falso*|falsa .. producto, producto falso
        """,
        "it": """
            addebitat*, doppio addebito, pagato due volte, rimborso negato, nessun rimborso, non .. rimbors*, mai rimborsat*, attesa
            .. rimborso, rivoglio .. soldi, soldi buttati, soldi indietro, truffa*, truffator*, ladri, fregatura, fregati, imbroglio,
            costi nascosti, spreco di denaro, contraffatt*
        """,
        "pt": """
            cobrado|cobrada|cobraram|cobrando|cobrança duas|dobrado|indevid*|dobro|a|sem, cobrança indevida, compra|cobrança
            duplicada, cobraram, estorno, estornar, reembolso, reembols*, ressarci*, devolução do|de dinheiro|valor, dinheiro de
            volta, meu dinheiro, não devolv*, perdi .. dinheiro, prejuízo*, golpe, golpistas, enganad*, enganaç*, estelionat*,
            ladrões, valor a mais, descontar*|descontaram, debitad*, falsificad*, multa
        """,
        "nl": """
            dubbel betaald|afgeschreven|gerekend, te veel betaald|gerekend, afgeschreven, geen geld terug, geld niet terug, geld
            terug, geen terugbetaling, niet terugbetaald, weigert .. terug*, oplichting, oplichters, oplichter, opgelicht, bedrogen,
            bedrog, afzetters, afzetterij, afgezet, geldverspilling, weggegooid geld, zonde van .. geld, geldklopperij, verborgen
            kosten, namaak
        """,
        "pl": "nie zwrócili, zwrot* pieniędzy, oszuści, oszustwo, oszukali, oszukan*, złodzieje, pobrano",
        "tr": "param* iade, iade etmiyor*, iade edilmedi, dolandırıcı*, dolandır*, kandır*, paramı",
        "ja": "返金, 詐欺, 騙され, だまされ, 二重請求, ぼったくり, お金の無駄, 金の無駄, 偽物, 安物買い",
        "zh": "退款, 不退, 退货, 退貨, 骗子, 騙子, 骗钱, 骗人, 騙人, 被骗, 被騙, 多收, 乱收费, 假货, 假貨, 坑人, 浪费钱, 上当, 盗版, 盜版",
        "ar": "استرجاع المبلغ, استرداد, نصب, نصابين, غش, لم يرجعوا, فلوسي, محتالين",
        "hi": "पैसे वापस, रिफंड, धोखा, ठगी, ठग, लूट",
    },
    "lost": {
        "en": """
            never arrived|delivered|received|came|showed|shipped, did not|didnt|hasnt|has not|not
            arrive|arrived|receive|received|deliver|delivered|show, still havent|have not|not received|arrived|got|gotten, never got
            my|it|the, lost my|our|luggage|baggage|bag|bags|package|parcel|order|suitcase, luggage|baggage|bags|order|parcel|package
            lost|missing, missing item*|part*|piece*|luggage|bag*, wrong item|order|size|product|room|address, cancelled|canceled
            my|our|without|the|flight, cancelled flight*, flight* .. cancelled, missed .. connection|flight, stranded, stuck
            on|in|at|for, left us|me standing|waiting|stranded, no show, out of stock after, overbooked
        """,
        "de": """
            nie angekommen|erhalten|geliefert|bekommen, nicht angekommen|erhalten|geliefert, nicht|nie .. geliefert|angekommen,
            verloren gegangen, koffer verloren, paket .. verschwunden, falsche* artikel|lieferung|ware|größe, storniert, zug ..
            ausgefallen, fällt aus, fiel aus, ausgefallen, gestrandet
        """,
        "fr": """
            jamais reçu*, pas reçu*, jamais arrivé*, pas arrivé*, jamais livré*, pas livré*, non livré*, colis perdu|volé, bagage*
            perdu*, perdu .. colis|commande|bagage*, toujours pas reçu|arrivé|livré, toujours rien, mauvais article|produit, commande
            annulée, annulé* sans
        """,
        "es": """
            nunca llegó|recibí|recibimos|llegaron|enviaron, no llegó|ha llegado|recibí|he recibido|me llegó, sin recibir, perdieron ..
            maleta*|equipaje|paquete|pedido, maleta perdida, pedido equivocado, producto equivocado, cancelaron, canceló
            mi|nuestro|la, sobreventa
        """,
        "it": """
            mai arrivat*, non arrivat*, non è arrivat*, mai ricevut*, non .. ricevut*, mai consegnat*, non consegnat*, pacco
            perso|smarrito, bagagli* pers*, smarrit*, articolo sbagliato, prodotto sbagliato, ordine sbagliato, cancellat* senza,
            annullat* senza
        """,
        "pt": """
            nunca chegou|recebi|entregaram|chegaram|foi, não recebi|chegou|entregaram|entregue|entregam|entrega|foi|veio, ainda não ..
            recebi|chegou|entregue|entregaram, extravi*, produto errado, pedido errado, cancelaram, cancelado sem, mala perdida, prazo
            .. entrega, atraso na entrega, passou .. prazo, aguardando .. entrega
        """,
        "nl": """
            nooit ontvangen|aangekomen|geleverd|gekregen, niet ontvangen|aangekomen|geleverd, nog steeds niet, nog steeds niets,
            pakket .. kwijt, kwijtgeraakt, zoekgeraakt, verkeerde artikel|product|maat|bestelling, geannuleerd zonder
        """,
        "pl": "nie dotarł*, nie otrzyma*, nie doszł*, zgubili, zaginę*",
        "tr": "gelmedi, ulaşmadı, teslim edilmedi, kayboldu, yanlış ürün",
        "ja": "届かな, 届いていな, 届きません, 未着, 紛失, 違う商品, 違うもの, 間違った商品, キャンセルされ",
        "zh": "没收到, 沒收到, 未收到, 丢失, 丢了, 弄丢, 发错, 發錯, 寄错, 少发, 漏发, 没发货, 不发货, 缺货",
        "ar": "لم يصل, لم أستلم, ما وصل, لم يتم التوصيل, ضاع, ضاعت",
        "hi": "नहीं मिला, नहीं पहुंचा, नहीं आया, खो गया, गलत सामान",
    },
    "broken": {
        "en": """
            broken, broke after|down|within|in|on|the, stopped|quit working, does not|doesnt|did not|didnt|not|never|wont|will
            not|stopped|wouldnt work|works|working|turn|start|charge|open|fit, defect*, faulty, malfunction*, damaged, arrived
            damaged|cracked|broken, fell apart, falling apart, cracked, shattered, ruined, useless, unusable, piece of
            junk|crap|garbage, junk, died after|within|on, then it|they died, it died, dead on arrival, crash*, cant|cannot|unable to
            log|login|access|use|open|connect|install|download|sign|reach, locked out|me, leak*, poor quality, cheaply made,
            overheats|overheating, outage*, no hot water, no water, no heating, cockroach*, roach*, rats, mouse droppings, hair in
            my|the, raw chicken|inside, undercooked, mold, mouldy, moldy, expired, rotten, spoiled, filthy, disgusting, urine, blood
            stain*, bugs
        """,
        "de": """
            kaputt*, defekt*, funktioniert* .. nicht, geht nicht, ging nicht, beschädigt, zerbrochen, unbrauchbar*, schrott, müll,
            mangelhaft*, fehlerhaft*, schimmel*, kakerlake*, haar im, ungenießbar, verdorben, abgelaufen, dreckig, ekelhaft, eklig,
            verschmutzt, stürzt .. ab, totalausfall, störung*, kein warmes wasser, kein wasser, undicht, nach kurzer zeit kaputt
        """,
        "fr": """
            cassé*, en panne, ne fonctionne* pas|plus, ne marche pas|plus, ne fonctionne*, défectueu*, abîmé*, endommagé*,
            inutilisable*, inutile, cafard*, moisi*, moisissure*, sale, dégoûtant*, cheveu dans, avarié*, périmé*, immangeable,
            infect, bug*, plante|plante, sans eau chaude, fuite*, bloqué*
        """,
        "es": """
            roto*|rota|rotas, se rompió, no funciona*, no funcionó, no sirve, dejó de funcionar, defectuos*, averiad*,
            dañado*|dañada*, inservible, basura, cucaracha*, moho, sucio*|sucia*, asqueros*, asco, pelo en, crudo, podrid*, caducad*,
            vencid*, incomible, se cuelga, sin agua, bloquead*
        """,
        "it": """
            rotto|rotta|rotti|rotte, si è rott*, non funziona*, non funzionav*, smesso di funzionare, difettos*, guast*, danneggiat*,
            inutilizzabil*, spazzatura, scarafagg*, muffa, sporco|sporca|sporchi|sporche, sporcizia, schifo, schifoso|schifosa,
            capello nel*, crudo, scadut*, immangiabil*, si blocca, senza acqua, bloccat*
        """,
        "pt": """
            quebrad*, quebrou, estragad*, estragou, defeito*, defeituos*, não funciona*, não funcionou, parou de funcionar, não liga,
            não carrega, danificad*, avariad*, inutiliz*, lixo, barata, baratas, mofo, suj*, nojent*, nojo, cabelo na|no, cru,
            vencid*, podre, trava*, sem água, sem internet, sem sinal, sem acesso, bloquead*, não consigo, não conseguimos, rasgad*,
            vazando, amassad*
        """,
        "nl": """
            kapot*, stuk gegaan|na|was, defect*, werkt|werkte|doet|deed .. niet, werkt niet*, beschadigd*, gebroken, onbruikbaar,
            rommel, troep, schimmel*, kakkerlak*, vies, vieze, smerig*, goor, haar in, rauw, bedorven, over datum, oneetbaar, loopt
            vast, crasht, storing*, geen warm water, lek
        """,
        "pl": "zepsut*, uszkodzon*, nie działa*, popsu*, wadliw*, brudn*, karaluch*",
        "tr": "bozuk, bozuldu, çalışmıyor, çalışmadı, kırık, arızalı, hasarlı, kirli, pis",
        "ja": """
            壊れ, 故障, 不良品, 動かな, 動きません, 使えな, 使えません, 破損, 欠陥, ゴミ, 初期不良, 反応しません, 反応しな, 映らな,
            汚い, 虫が, ゴキブリ, カビ, 割れて, 不具合
        """,
        "zh": """
            坏了, 坏的, 壞了, 壞的, 破损, 破損, 故障, 不能用, 没法用, 用不了, 质量差, 质量太差, 品質差, 垃圾, 有问题, 裂, 掉色, 脏,
            髒, 蟑螂, 虫子, 发霉, 开不了, 死机, 烂, 瑕疵
        """,
        "ar": "لا يعمل, ما يشتغل, معطل, مكسور, تالف, عطل, وسخ, قذر, صراصير, رديء",
        "hi": "खराब, ख़राब, टूटा, टूट गया, काम नहीं कर, गंदा, गंदगी, बेकार, घटिया",
    },
    "staff": {
        "en": """
            rude, rudely, rudeness, disrespectful*, unprofessional, arrogant, hostile, aggressive staff|waiter|manager,
            yelled|shouted|screamed|swore|cursed at, yelling|shouting at, insulted, hung up on, hung up, ignored me|us|my|our|by,
            ignores, kicked .. out, laughed at|in, lied to, lied, lying, liars, worst customer service, worst service,
            terrible|horrible|awful|appalling|atrocious|poor customer service|service|support, no response, never
            respond*|replied|answered|called, no one|nobody .. help|helps|helped|answers|answered|responded|cares|care|call|called,
            doesnt|dont|didnt|does not|do not|did not care|respond|reply|answer, no help, too busy to, keep calling, kept calling,
            tried to call, refused to help|serve|speak|let, on hold, incompeten*, condescending, treated like
        """,
        "de": """
            unfreundlich*, unverschämt*, respektlos*, frech*, arrogant*, pampig*, angeschrien, angebrüllt, beleidigt, ignoriert,
            rausgeworfen, rausgeschmissen, angelogen, gelogen, belogen, niemand .. hilft|helfen|antwortet|zuständig, keine antwort,
            keiner .. hilft|antwortet|erreichbar, nicht erreichbar, inkompetent*, unprofessionell*, schlechter service|kundenservice,
            miserabler service, katastrophaler service, aufgelegt
        """,
        "fr": """
            impoli*, malpoli*, grossi*r, grossière, irrespectueu*, désagréable*, arrogant*, méprisant*, mépris, agressi*, hurlé*,
            insulté*, ignoré*, menti, mensonge*, menteurs, incompéten*, aucune réponse, sans réponse, injoignable*, personne ..
            répond, ne répond*, service* client* .. nul|inexistant|déplorable|catastrophique|lamentable, accueil ..
            exécrable|déplorable|froid|glacial, mal accueilli*, non professionnel, raccroch*
        """,
        "es": """
            grosero*|grosera*, maleducad*, mal educad*, groserías, prepotente*, irrespetuos*, arrogante*, gritó|gritaron,
            insultó|insultaron, ignoraron|ignoró|ignoran, mintieron|mintió|mienten|mentira*, pésimo servicio|trato|servicio|atención,
            pésima atención, mal servicio|trato, mala atención, peor servicio|atención, servicio terrible|horrible|pésimo,
            incompeten*, no responden|contestan|respondieron|atienden|contestaron, nadie .. responde|contesta|ayuda|atiende|ayudó,
            colgaron, desagradable*
        """,
        "it": """
            maleducat*, scortes*, sgarbat*, arrogant*, cafon*, antipatic*, irrispettos*, urlato, insultat*, ignorat*, mentito,
            bugiard*, incompetent*, pessimo servizio|trattamento|personale, servizio pessimo|scadente|terribile, nessuno ..
            risponde|aiuta|risposto, non rispondono|risponde|rispondete, nessuna risposta, poco professional*, trattati|trattato male
        """,
        "pt": """
            grosseir*, gross*, mal educad*, mal educad*, maleducad*, arrogante*, desrespeit*, estúpid*, gritou|gritaram, xingou,
            ignoraram|ignoram|ignorad*, mentiram|mentiu|mentira*, péssimo atendimento|serviço, péssima empresa|loja, mau atendimento,
            mal atendid*, descaso, incompet*, ninguém .. resolve|responde|atende|ajuda|retorna, não
            respondem|atendem|resolvem|retornam|responde|resolve|atende|resolveu, sem resposta|retorno|solução, nenhuma
            resposta|retorno|solução, falta de respeito, desligaram, desligou .. cara, tratou|tratada|tratado mal|super, me tratou
        """,
        "nl": """
            onbeleefd*, onbeschoft*, onvriendelijk*, arrogant*, respectloos, brutaal, lomp, geschreeuwd, uitgescholden, beledigd,
            genegeerd, negeren, gelogen, liegen, leugens, incompetent*, slechte service|klantenservice, waardeloze
            service|klantenservice, geen reactie|antwoord|gehoor, niemand .. helpt|reageert|bereikbaar, onbereikbaar, reageren niet,
            onprofessione*, klantonvriendelijk
        """,
        "pl": """
            niegrzeczn*, chamsk*, opryskliw*, arogan*, nieuprzejm*, brak odpowiedzi, brak kontaktu, okropna obsługa, fatalna obsługa,
            kłamią
        """,
        "tr": "kaba, saygısız*, terbiyesiz*, ilgisiz*, küstah, yalancı*, cevap vermiyor*, muhatap bulam*, rezalet",
        "ja": """
            態度が悪, 対応が悪, 失礼, 無礼, 不親切, 無視され, 怒鳴, 最悪の対応, 対応が最悪, 対応最悪, 連絡が取れ, 返信がな, 返事がな,
            嘘を
        """,
        "zh": """
            态度差, 态度恶劣, 态度极差, 態度差, 态度很差, 服务差, 服务太差, 服務差, 无人回应, 没人理, 不理人, 骂人, 没礼貌, 不回复,
            推卸
        """,
        "ar": "وقح, سيئة المعاملة, معاملة سيئة, خدمة سيئة, أسوأ خدمة, غير محترم, لا يردون, ما يردون, كذب, كذابين",
        "hi": "बदतमीज, बदतमीज़, असभ्य, बुरा व्यवहार, खराब सेवा, कोई जवाब नहीं, झूठ",
    },
    "churn": {
        "en": """
            never again, never ..
            come|coming|go|going|return|returning|buy|buying|order|ordering|use|using|shop|shopping|stay|staying|fly|flying|eat|eating|back
            again|back|here|there|from|with|them, never fly|buy|use|order|shop|stay|return, last time i|we|ever, cancel* my
            subscription|account|membership|contract, wont|not be|return|returning|back, will not|wont ..
            return|again|back, taking my business, lost a customer, lost my business, switching to, moving to .. competitor*,
            deleted|deleting the|my|this app|account, uninstall*, do not|dont buy|use|go|order|waste|stay|fly|eat|book|bother, stay
            away, avoid
        """,
        "de": """
            nie wieder, nie mehr, nicht wieder, nicht mehr hin, kommen nicht wieder, komme nicht wieder, letztes mal, letzte mal,
            gekündigt, kündige, kündigen, wechsle, abzuraten, finger weg, nicht zu empfehlen, nicht empfehlenswert, nicht
            weiterempfehlen, nicht empfehlen, rate ab, kauft .. nicht, deinstallier*
        """,
        "fr": """
            plus jamais, jamais plus, n irai|irons|achèterai|reviendrai|reviendrons|commanderai plus|pas, dernière fois, résili*, à
            fuir, à éviter, fuyez, évitez, je déconseille, déconseill*, passez votre chemin, n achetez|allez pas|jamais, désinstall*
        """,
        "es": """
            nunca más, nunca volver*, no vuelvo|volveré|volvería|volveremos, no volver, jamás volver*, última vez, cancelar mi|la
            suscripción|cuenta, daré de baja, dar de baja, no lo|la recomiendo|recomendaría|recomendable, no recomiendo, no
            compren|vayan|compréis|vayáis|pierdan, evitar|eviten este|este|a, desinstal*
        """,
        "it": """
            mai più, non torner*, non ci torner*, non torno, ultima volta, disdett*, disdire, sconsigli*, non consiglio, non lo|la
            consiglio, state|stare alla larga, da evitare, evitate, non comprat*, non andat*, disinstall*
        """,
        "pt": """
            nunca mais, não volto|voltarei|compro|recomendo|comprem|indico|compraria, jamais .. compr*|volt*, última vez, cancelar ..
            assinatura|conta|plano|contrato|compra|pedido, quero cancelar, fujam, fuja, evitem, não vão, não caiam, desinstal*
        """,
        "nl": """
            nooit meer, nooit weer, niet meer terug, kom|komen .. niet meer|terug, laatste keer, opzeggen, opgezegd, afrader, af te
            raden, niet aan te raden, blijf weg, vermijd*, niet kopen, koop .. niet, zoek een ander, verwijderd de app
        """,
        "pl": "nigdy więcej, nie polecam, odradzam, omijać, unikać, ostatni raz",
        "tr": "bir daha asla, asla gitme*, tavsiye etmiyorum, tavsiye etmem, almayın, gitmeyin, uzak durun, son kez",
        "ja": """
            二度と, もう行きません, もう買いません, 買わない方が, おすすめしません, おすすめできません, お勧めできません,
            オススメしません, 最後にし
        """,
        "zh": "再也不, 不会再, 不會再, 不推荐, 不推薦, 不建议, 千万别, 千萬別, 别买, 別買, 不要买, 不要買, 最后一次, 慎买",
        "ar": "لن أعود, لن اعود, لا أنصح, لا انصح, ما أنصح, آخر مرة, ابتعدوا, لا تشتروا",
        "hi": "दोबारा नहीं, फिर कभी नहीं, कभी मत, मत खरीद, मत जाना, अनुशंसा नहीं",
    },
}
"""A concrete failure, or never again: severity high, unless the review as a whole is clearly happy. `churn` sets the flag."""

MILD: Final[Table] = {
    "en": """
        slow, late, delay*, disappoint*, mediocre, overpriced, too expensive, pricey, noisy, loud, crowded, cramped, cold food, was
        cold, were cold, lukewarm, bland, average, uncomfortable, confusing, complicated, annoying, frustrat*, could be better, could
        have been better, not great|good|happy|impressed|worth|satisfied|recommend|recommended|friendly|clean|helpful, wasnt
        great|good|happy|clean, isnt great|good, issue*, problem*, complain*, unfortunately, lacking, lacked, too
        small|long|loud|slow|cold|hot|salty|sweet|short|tight|big, waited, waiting, wait time*, long wait|line|queue, bad, worse,
        poor, dirty, boring, overrated, outdated, worn, tired rooms, weak, flimsy, fails, failed, fail, but the|it|not,
        except|however, meh, bit of, ads, buggy, glitch*
    """,
    "de": """
        langsam*, verspät*, zu spät, enttäusch*, leider, mittelmäßig*, mäßig*, durchschnittlich*, überteuert*, zu teuer, teuer, laut,
        eng, kalt*, lauwarm, fade, unbequem, umständlich, kompliziert, nervig, nervt, schade, problem*, beschwer*, lange warten,
        wartezeit*, gewartet, schlecht*, langweilig*, schwach*, veraltet*, nicht so gut, nicht gut, nicht schön, verbesserung*, könnte
        besser, fehlt*
    """,
    "fr": """
        lent*, retard*, déçu*, décevant*, déception, moyen, moyenne, médiocre*, trop cher, cher, chère, bruyant*, froid*, tiède, fade,
        inconfortable, compliqué, énervant, dommage, malheureusement, problème*, attente, attendu, mauvais*, ennuyeu*, long à, trop
        long*, faible*, vieillot*, pas terrible, pas bon*, pas top, peut mieux, manque*, bof
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
        traag, trage, langzaam, laat, vertraging, vertraagd, teleurgesteld, teleurstell*, teleurgesteld, matig, matige, middelmatig,
        duur, dure, te duur, lawaai*, luidruchtig, koud|koude, lauw, flauw, ongemakkelijk, ingewikkeld, irritant, jammer, helaas,
        probleem, problemen, klacht*, wachten, wachttijd, gewacht, slecht*, saai*, zwak*, verouderd, oud, niet goed, niet leuk, niet
        lekker, kan beter, ontbreekt, tegenvall*, viel tegen, valt tegen
    """,
    "pl": "woln*, późno, opóźni*, rozczarow*, przeciętn*, drogo, za drog*, głośn*, zimn*, niestety, problem*, słab*, kiepsk*",
    "tr": "yavaş, geç, gecik*, hayal kırıklığı, ortalama, pahalı, gürültülü, soğuk, maalesef, sorun*, kötü, vasat",
    "ja": """
        残念, 遅い, 遅れ, 普通, いまいち, イマイチ, 微妙, 高すぎ, うるさい, 冷た, 期待外れ, 物足りな, 不便, 不満, がっかり, つまらな,
        悪い, ひどい, 最悪, めんどくさい, 弱い, 面白くな
    """,
    "zh": """
        失望, 一般, 慢, 太贵, 太貴, 吵, 冷, 不好, 不太好, 不满意, 不滿, 可惜, 遗憾, 不方便, 无聊, 無聊, 难吃, 難吃, 差, 不值, 不行,
        后悔, 不喜欢, 不如, 味道
    """,
    "ar": "بطيء, تأخير, متأخر, مخيب, للأسف, غالي, مزعج, بارد, مشكلة, مشاكل, سيء, سيئ, انتظار, ضعيف",
    "hi": "धीमा, देर, देरी, निराश, महंगा, ठंडा, समस्या, परेशान, बुरा, इंतजार, औसत",
}
"""Mild complaints: severity medium, unless the review as a whole is happy."""

GOOD: Final[Table] = {
    "en": """
        great, good, excellent, amazing, awesome, love*, best, perfect*, fantastic, wonderful, friendly, delicious, helpful,
        recommend*, thank*, superb, brilliant, happy, enjoy*, nice*
    """,
    "de": """
        gut, gute, guter, gutes, guten, toll*, super, hervorragend*, ausgezeichnet*, großartig*, wunderbar*, perfekt*, lecker*,
        freundlich*, nett*, empfehl*, zufrieden*, begeister*, klasse, schön*, schnell*, spitze, top, beste*, liebe, danke*, genial*,
        fantastisch*, gerne, genossen, hilfsbereit*, interessant*, spannend*
    """,
    "fr": """
        bon, bonne, bons, bonnes, excellent*, super, parfait*, génial*, magnifique*, merveilleu*, délicieu*, sympa*, agréable*,
        accueillant*, recommand*, ravi*, satisfait*, adore*, adoré, aime, aimé, meilleur*, merci*, rapide*, formidable*, superbe*,
        top, impeccable*, extraordinaire*, passionnant*, beau, belle, plaisir, régal*, captivant*, touchant*
    """,
    "es": """
        buen, bueno*, buena*, excelente*, genial*, perfect*, increíble*, maravillos*, delicios*, rico, rica, ricos, amable*,
        amabilidad, recomiendo, recomendable, recomendad*, encant*, mejor, mejores, gracias, rápid*, fantástic*, espectacular*,
        estupend*, magnífic*, agradable*, hermos*, bonit*, disfrut*, bien, precios*, súper, top, feliz
    """,
    "it": """
        buon*, ottim*, eccellent*, perfett*, fantastic*, meraviglios*, delizios*, squisit*, gentil*, cordial*, consiglio, consigliat*,
        consigliatissim*, super, miglior*, grazie, veloc*, bellissim*, bello, bella, splendid*, stupend*, piacevol*, soddisfatt*,
        adoro, top, impeccabil*, accoglient*, incantevol*, bene, amo
    """,
    "pt": """
        bom, boa, bons, boas, ótim*, excelente*, perfeit*, maravilhos*, incrível, delicios*, gostos*, simpátic*, atencios*, recomendo,
        recomendad*, adorei, adoro, amei, amo, melhor*, obrigad*, rápid*, fantástic*, top, parabéns, satisfeit*, agradável,
        agradáveis, lind*, feliz, gostei, show, super, impecáve*, eficiente*
    """,
    "nl": """
        goed, goede, uitstekend*, geweldig*, fantastisch*, heerlijk*, lekker*, perfect*, prachtig*, vriendelijk*, aardig*, aanrader,
        aanbevel*, aan te raden, tevreden, blij, beste, bedankt, snel, snelle, leuk*, mooi*, super, top, prima, genoten, prettig,
        fijn*, schitterend*, boeiend*, spannend*, knap, grappig*, meeslepend, ontroer*
    """,
    "pl": "świetn*, dobr*, doskonał*, wspaniał*, pyszn*, mił*, polecam, super, najlepsz*, rewelac*, dziękuj*, idealn*",
    "tr": "güzel*, harika*, mükemmel*, süper, iyi, lezzetli*, teşekkür*, tavsiye ederim, memnun*, kaliteli, muhteşem*, sevdim, bayıldım",
    "ja": """
        良い, 良かった, 良く, よかった, いい, 素晴らし, 美味し, おいし, 最高, 満足, おすすめ, オススメ, お勧め, 大好き, 嬉し, 便利,
        快適, 楽し, 綺麗, きれい, ありがとう, 気に入
    """,
    "zh": """
        很好, 好吃, 不错, 不錯, 喜欢, 喜歡, 满意, 滿意, 推荐, 推薦, 漂亮, 完美, 优秀, 超级, 好看, 值得, 方便, 舒服, 谢谢, 謝謝, 棒,
        赞, 讚, 精彩, 开心
    """,
    "ar": "ممتاز, رائع, جميل, شكرا, أفضل, لذيذ, جيد, أنصح, سعيد, محترم, نظيف, حلو, الحمد",
    "hi": "अच्छा, अच्छी, बढ़िया, शानदार, बेहतरीन, धन्यवाद, स्वादिष्ट, पसंद, खुश, उत्तम, मज़ा, सुंदर",
}
"""Strong good words; the only evidence of sentiment in languages other than English."""

BAD: Final[Table] = {
    "en": """
        terrible, awful, horrible, worst, disgust*, hate*, pathetic, useless, bad, poor, disappoint*, waste, garbage, rude, never,
        dreadful, appalling
    """,
    "de": """
        schlecht*, furchtbar*, schrecklich*, katastroph*, miserabel, grauenhaft*, ekelhaft*, enttäusch*, schlimm*, unfreundlich*,
        frechheit, unverschämt*, schlimmst*, mies*, peinlich*, ärger*, ärgerlich, nervig, langweilig*, abzocke, müll, schrott,
        schwach, unzumutbar*, lächerlich*, leider
    """,
    "fr": """
        mauvais*, horrible*, affreu*, terrible, catastroph*, nul, nulle, nuls, pire, déçu*, décevant*, déception, honte*, honteu*,
        scandaleu*, lamentable*, déplorable*, inadmissible*, dégoût*, ennuyeu*, ennui, médiocre*, arnaque, ridicule, désastre*,
        pénible, insupportable, inacceptable*
    """,
    "es": """
        malo, mala, malos, malas, pésim*, terrible*, horrible*, peor, asco, asqueros*, decepcion*, fatal, vergüenza, vergonzos*,
        horroros*, desastre, lamentable*, estafa, odio, inaceptable*, ridícul*, desagradable*, nefast*, mal
    """,
    "it": """
        pessim*, terribil*, orribil*, peggior*, schifo, schifos*, delus*, deludent*, vergogn*, disastr*, scandalos*, inaccettabil*,
        squallid*, scarso, scarsa, brutto, brutta, male, truffa, penos*, ridicol*, assurd*, noios*
    """,
    "pt": """
        péssim*, ruim, ruins, horrível, horríve*, terríve*, pior, piores, nojo, nojent*, decepcion*, decepç*, vergonh*, absurd*, lixo,
        descaso, desastre, lamentáve*, inaceitáve*, ridícul*, odiei, odeio, mau, má, fraco, insatisf*, revolta*, palhaçada
    """,
    "nl": """
        slecht*, verschrikkelijk*, vreselijk*, afschuwelijk*, waardeloos, waardeloze, teleurgesteld, teleurstell*, ergst*, walgelijk*,
        belachelijk*, schandalig*, schande*, saai*, vies, rampzalig*, ramp, drama, dramatisch*, bagger, onacceptabel*, jammer,
        tegenvall*, irritant*, langdradig*
    """,
    "pl": "okropn*, tragedi*, fataln*, najgorsz*, dramat, porażka, straszn*, masakra, złe, zły, słab*",
    "tr": "kötü*, berbat*, rezalet*, korkunç, iğrenç*, en kötü, memnun değil*, pişman*, beğenmedim",
    "ja": """
        最悪, ひどい, 酷い, 悪い, 残念, 不満, がっかり, 二度と, 駄目, ダメ, つまらな, 期待外れ, 不良, 壊れ, 無駄, 後悔, イマイチ,
        いまいち
    """,
    "zh": "很差, 太差, 差评, 差評, 垃圾, 失望, 难吃, 難吃, 不好, 糟糕, 恶心, 噁心, 后悔, 坑, 无语, 不满, 烂, 最差, 不值, 不推荐, 难看, 骗",
    "ar": "سيء, سيئ, سيئة, أسوأ, اسوأ, رديء, مقرف, للأسف, فاشل, زفت, كارثة, قذر",
    "hi": "खराब, ख़राब, बेकार, घटिया, बुरा, बकवास, निराश, सबसे खराब, गंदा, शर्म",
}
"""Strong bad words, likewise."""

INSULTS: Final[Table] = {
    "en": """
        idiots, morons, moron, imbecile*, asshole*, arsehole*, scumbag*, dickhead*, bitch, bitches, bastards, retards, retarded
        staff|people|employees, fuck you|off|them, screw you, go to hell, rot in hell, you|youre|they|theyre|staff|people are|is|all
        idiots|stupid|dumb|trash|pigs|scum|animals|disgusting|pathetic, stupid people|staff|cow, you suck, clowns, losers, kill
        yourself|yourselves
    """,
    "de": """
        idioten, vollidiot*, arschloch, arschlöcher, penner, wichser, schlampe*, hurensohn*, hurensöhne, drecksäcke, spinner,
        vollpfosten, fickt euch, verpiss* euch, dumme säue, volltrottel, trottel, missgeburt*
    """,
    "fr": """
        connard*, connasse*, abruti*, enculé*, salope*, salaud*, bande de cons, fils de pute, crétin*, imbécile*, débile*, allez vous
        faire, ordures, idiots
    """,
    "es": """
        idiotas, imbécil*, estúpidos, gilipollas, cabron*, hijos de puta, hijo de puta, pendej*, subnormal*, malditos, vayan a la
        mierda, iros a la mierda, basuras, tarados, inútiles de mierda
    """,
    "it": """
        idioti, imbecill*, stronz*, coglion*, bastard*, deficient*, cretin*, vaffanculo, andate a fanculo, figli di puttana, merde,
        pezzi di merda, ritardati
    """,
    "pt": """
        idiotas, imbecil, imbecis, burros, babacas, otários, filhos da puta, filho da puta, vão se foder, vagabund*, desgraçad*,
        retardad*, cretin*, escrot*, arrombad*
    """,
    "nl": """
        idioten, imbeciel*, klootzak*, eikels, hufters, mongolen, debielen, achterlijke*, kutwijf, hoer, hoeren, rot op, flikker op,
        sukkels, tokkies
    """,
    "pl": "idioci, debile, kretyni, skurwysyn*, spierdal*, chuje",
    "tr": "aptallar, salaklar, gerizekalı*, şerefsiz*, orospu*, siktir*",
    "ja": "死ね, クズ店員, バカ店員, 馬鹿店員",
    "zh": "傻逼, 傻B, 白痴, 脑残, 去死, 混蛋, 王八蛋",
    "ar": "كلاب, حمير, أغبياء, اغبياء, حقير, أولاد الكلب",
    "hi": "कुत्ते, कमीने, हरामी, बेवकूफ लोग, गधे",
}
"""Insults of people; words about the product are not here."""

PROMOTION: Final[Table] = {
    "en": """
        click here, buy now, visit my|our|this site|website|page|channel|link, check out my|our, promo code, discount code, coupon
        code, use code, use my code, referral, subscribe to my, follow me|my, dm me, whatsapp me|on, telegram, text me, earn
        money|cash|$, make money, work from home, free followers|gift|iphone|crypto, bitcoin, crypto*, forex, investment opportunit*,
        loan* approved|offer, recover* your|my|lost funds|money|crypto, hacker .. recover*, cheap viagra, viagra, casino, betting
        tips, seo service*, limited offer, act now, 100 free, giveaway, onlyfans
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
        haz clic, clic aquí, compra ahora, código de descuento, código promocional, visita mi|nuestra, gana dinero, ganar dinero,
        bitcoin, cripto*, casino, sígueme, préstamo*, telegram
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
        avoid, stay away, beware, buyer beware, warning, do not|dont go|buy|use|eat|book|stay|order|waste|trust|come|fly|bother, save
        your money, you have been warned, everyone should know, tell everyone, dear readers, dont say, think twice, look elsewhere, go
        elsewhere, never again, worst
    """,
    "de": """
        finger weg, vorsicht, achtung, warnung, nicht hingehen, bloß nicht, kauft .. nicht, rate ab, abzuraten, nicht zu empfehlen,
        nie wieder, meidet
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
        your|a|you, contact|call|email|reply me|us, get back to me|us, refund me|us, fix this|it|my, how do|can i|we, sort this|it,
        reach out, respond, resolve, let me know, my order|booking|ticket|case number, you guys, your
    """,
    "de": """
        bitte, helfen sie|mir, können sie, könnten sie, ich erwarte, ich fordere, melden sie, warte auf, um rückmeldung, ihre, ihr,
        euer, eure
    """,
    "fr": """
        s il vous plaît, svp, merci de, pouvez vous, pourriez vous, aidez moi|nous, contactez moi|nous, rappelez, j attends, je
        demande, je souhaite, votre, vos
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
        por favor, ajuda, ajudem, podem, poderiam, preciso, quero, exijo, aguardo, espero, peço, solicito, gostaria, solução,
        resolvam, resolver, resolução, providência*, vocês, retornem, entrem em contato
    """,
    "nl": "alstublieft, alsjeblieft, aub, graag, help, kunt u, kunnen jullie, ik wil, ik verwacht, neem contact, wacht op, uw, jullie",
    "ja": "ください, お願いし, 返信, 対応して, 連絡",
    "zh": "请, 請, 希望你们, 客服, 麻烦, 解决, 退款",
    "ar": "أرجو, ارجو, الرجاء, من فضلك, أريد, اريد, لو سمحت",
    "hi": "कृपया, मदद, चाहिए, करें",
}
"""Said to the business: a request, a demand, "you" (R05)."""

INTERROGATIVES: Final[Table] = {
    "en": """
        how, what, when, where, which, who, whom, why, can, could, do, does, did, is, are, will, would, should, may, has, have, any,
        anyone, am, was, were
    """,
    "de": """
        wie, was, wann, wo, welche, welcher, welches, wer, warum, wieso, weshalb, kann, können, könnte, gibt, ist, sind, hat, haben,
        wird, darf, muss, müssen, wohin, woher, bis wann, wurde, habt, kommt, geht, fährt
    """,
    "fr": """
        comment, quand, où, quel, quelle, quels, quelles, qui, pourquoi, combien, est ce, qu est, pouvez, peut, puis, y a, avez,
        existe, est il, faut il, quoi, que
    """,
    "es": """
        cómo, como, qué, que, cuándo, cuando, dónde, donde, cuál, cuáles, quién, por qué, cuánto, cuánta, cuántos, puedo, pueden,
        puede, hay, tienen, es, se puede, alguien, saben
    """,
    "it": "come, cosa, che, quando, dove, quale, quali, chi, perché, quanto, quanti, posso, potete, può, c è, avete, è, si può, qualcuno",
    "pt": """
        como, que, quando, onde, qual, quais, quem, por que, porque, quanto, quantos, posso, podem, pode, tem, têm, é, há, alguém,
        será, cadê
    """,
    "nl": "hoe, wat, wanneer, waar, welke, wie, waarom, kan, kunt, kunnen, is, zijn, heeft, hebben, mag, moet, wordt, hoeveel, kunt u",
}
"""With these a sentence that ends in a question mark asks, rather than exclaims."""

ASKING: Final[Table] = {
    "en": """
        how do|can|would|should|could i|we|one, how|what|when|where is|are|do|does the|your|you, do you|they
        have|offer|accept|sell|deliver|ship|allow|know, is there a|any|an, are there any, can i|we|you|someone|anyone, could
        you|someone, does anyone, wondering if|whether|how, i have a question, question about, please advise|explain|tell, want|like
        to know, any idea*, who do i|can i
    """,
    "de": """
        wie kann|können|komme|lange, wann kommt|wird|ist, gibt es, haben sie|ihr, kann man|ich, ich habe eine frage, weiß jemand, ich
        wollte fragen, wo finde|kann
    """,
    "fr": """
        comment faire|puis|peut|fait, est ce que, j aimerais savoir, je voudrais savoir, j ai une question, y a t il, pouvez vous me
        dire, quand est ce
    """,
    "es": """
        cómo puedo|hago|se, quisiera saber, quiero saber, tengo una pregunta|duda, me pueden decir, alguien sabe, dónde puedo, a qué
        hora
    """,
    "it": "come posso|faccio|si, vorrei sapere, ho una domanda, qualcuno sa, potete dirmi, dove posso, a che ora",
    "pt": """
        como posso|faço|eu|fazer, gostaria de saber, quero saber, queria saber, tenho uma dúvida|pergunta, alguém sabe, podem me
        dizer, onde posso, quando vai|vou
    """,
    "nl": "hoe kan|kom|lang|moet, ik heb een vraag, ik vraag me af, weet iemand, kunt u mij|me, waar kan|vind, hebben jullie",
    "pl": "jak mogę, czy można, czy jest, kiedy będzie, mam pytanie, gdzie mogę",
    "tr": "nasıl, ne zaman, nerede, var mı, mümkün mü, kaç",
    "ja": "ですか, ますか, でしょうか, 教えてください, 質問",
    "zh": "吗？, 吗?, 嗎？, 怎么, 怎麼, 什么时候, 什麼時候, 请问, 請問, 为什么, 能不能, 多少钱",
    "ar": "كيف, متى, أين, هل, ممكن اعرف, كم سعر",
    "hi": "कैसे, कब, कहाँ, कहां, क्या आप, कितना, कितने",
}
"""These ask even without a question mark (R23)."""

TOPICS: Final[dict[str, Table]] = {
    "delivery": {
        "en": "deliver*, shipping, shipped, shipment, courier, parcel, package, arrived, driver",
        "de": "liefer*, versand, zustell*, paket*, bote",
        "fr": "livr*, expédi*, colis, transporteur, livreur",
        "es": "entrega*, envío*, paquete*, repartidor*, mensajer*",
        "it": "consegn*, spedi*, pacco, corriere",
        "pt": "entreg*, envio, frete, transportadora, correios, encomenda",
        "nl": "lever*, bezorg*, verzend*, pakket*, koerier",
        "pl": "dostaw*, przesyłk*, kurier*, paczk*",
        "tr": "teslimat, kargo*, kurye*",
        "ja": "配送, 配達, 発送, 届",
        "zh": "快递, 快遞, 物流, 发货, 發貨, 送货, 配送",
        "ar": "توصيل, شحن, مندوب",
        "hi": "डिलीवरी, कूरियर, पार्सल",
    },
    "payment": {
        "en": "pay*, paid, refund*, charge*, billing, billed, invoice*, credit card, debit, deposit, fee, fees",
        "de": "zahl*, bezahl*, rechnung*, erstatt*, rückerstatt*, abgebucht, kaution, gebühr*, kreditkarte",
        "fr": "pay*, paiement*, rembours*, factur*, débité*, caution, frais, carte bancaire",
        "es": "pago*, pagar, pagué, reembols*, factura*, cobr*, tarjeta, depósito",
        "it": "pagament*, pagat*, rimbors*, fattur*, addebit*, carta, cauzione",
        "pt": "pagamento*, pagar, paguei, reembols*, fatura*, boleto, cobran*, cartão, estorno",
        "nl": "betaal*, betaling*, terugbetal*, factu*, afgeschreven, borg, creditcard, kosten",
        "pl": "płatno*, zwrot*, faktur*, zapłac*",
        "tr": "ödeme*, iade*, fatura*, kredi kart*",
        "ja": "支払, 返金, 請求, 料金",
        "zh": "付款, 退款, 支付, 发票, 扣款",
        "ar": "دفع, استرجاع, فاتورة",
        "hi": "भुगतान, रिफंड, पेमेंट",
    },
    "staff": {
        "en": """
            staff, employee*, waiter*, waitress*, manager*, receptionist*, crew, attendant*, server, bartender, cashier, host,
            hostess, rude, friendly
        """,
        "de": "personal, mitarbeiter*, bedienung, kellner*, chef, rezeption*, verkäufer*, freundlich*, unfreundlich*",
        "fr": "personnel, employé*, serveu*, équipe, réception*, patron, vendeu*, accueil",
        "es": "personal, emplead*, camarer*, meser*, encargad*, gerente, recepcion*, atención, trato",
        "it": "personale, staff, camerier*, dipendent*, receptionist, titolare, proprietari*, commess*",
        "pt": "funcionári*, equipe, equipa, garçom, garçonete, gerente, recepcion*, atendente*, vendedor*",
        "nl": "personeel, medewerker*, ober, serveerster, bediening, manager, receptie*, gastheer, gastvrouw",
        "pl": "obsług*, personel*, kelner*, pracowni*",
        "tr": "personel*, çalışan*, garson*, müdür*",
        "ja": "店員, スタッフ, 接客, 従業員",
        "zh": "服务员, 服務員, 店员, 员工, 态度, 老板",
        "ar": "موظف, الموظفين, العاملين, طاقم",
        "hi": "स्टाफ, कर्मचारी, वेटर, मैनेजर",
    },
    "quality": {
        "en": "quality, broken, broke, defect*, faulty, damaged, durable, material, cheaply, well made",
        "de": "qualität*, kaputt*, defekt*, material, verarbeitung, beschädigt",
        "fr": "qualité, cassé*, défectueu*, matière, solide",
        "es": "calidad, roto, rota, defectuos*, material*",
        "it": "qualità, rotto, rotta, difett*, material*",
        "pt": "qualidade, quebrad*, defeito*, material",
        "nl": "kwaliteit, kapot, defect, materiaal",
        "pl": "jakoś*, zepsut*, wadliw*",
        "tr": "kalite*, bozuk, kırık",
        "ja": "品質, 不良品, 壊れ, 作り",
        "zh": "质量, 質量, 品质, 品質, 做工",
        "ar": "جودة, نوعية",
        "hi": "गुणवत्ता, क्वालिटी",
    },
    "food": {
        "en": "food, meal*, dish*, taste*, tasty, breakfast, dinner, lunch, coffee, pizza, burger*, menu, drink*, delicious, chef",
        "de": "essen, speise*, gericht*, geschmack*, frühstück*, kaffee, küche, getränk*, lecker*, abendessen",
        "fr": "nourriture, repas, plat, plats, goût, petit déjeuner, café, cuisine, boisson*, menu",
        "es": "comida*, plato*, sabor*, desayuno*, cena, café, cocina, bebida*, menú",
        "it": "cibo, piatt*, gusto, colazione, cena, caffè, cucina, bevand*, menù, pizza",
        "pt": "comida*, prato*, sabor*, café da manhã, pequeno almoço, jantar, cozinha, bebida*, cardápio",
        "nl": "eten, gerecht*, smaak*, ontbijt*, diner, koffie, keuken, drankje*, menu, maaltijd*",
        "pl": "jedzeni*, danie, dania, śniadani*, kaw*, kuchni*",
        "tr": "yemek*, lezzet*, kahvaltı*, kahve",
        "ja": "料理, 味, 食事, 朝食, ランチ",
        "zh": "好吃, 难吃, 菜, 早餐, 味道, 食物",
        "ar": "الطعام, طعام, الأكل, الاكل, فطور",
        "hi": "खाना, भोजन, स्वाद, नाश्ता",
    },
    "cleanliness": {
        "en": "clean*, dirty, filthy, hygien*, mold*, stain*, smell*, bathroom, toilet*, cockroach*, bugs",
        "de": "sauber*, dreckig*, schmutzig*, hygien*, schimmel*, fleck*, geruch, toilette*, bad",
        "fr": "propre*, propreté, sale, sales, hygièn*, moisi*, odeur*, toilettes, salle de bain",
        "es": "limpi*, sucio*, sucia*, higien*, moho, olor*, baño*",
        "it": "pulit*, sporc*, igien*, muffa, odore, bagno, puzza",
        "pt": "limp*, sujo*, suja*, sujeira, higien*, mofo, cheiro, banheiro*, casa de banho",
        "nl": "schoon*, vies*, vuil*, hygiën*, schimmel*, geur, toilet*, badkamer",
        "pl": "czyst*, brud*, higien*, łazien*",
        "tr": "temiz*, kirli*, pis, hijyen*, tuvalet*",
        "ja": "清潔, 汚, 掃除, トイレ, 綺麗",
        "zh": "干净, 乾淨, 脏, 卫生, 衛生",
        "ar": "نظافة, نظيف, وسخ, حمام",
        "hi": "सफाई, साफ, गंदा, गंदगी",
    },
    "price": {
        "en": "price*, pricey, expensive, cheap, overpriced, cost, costs, value, money, affordable",
        "de": "preis*, teuer*, billig*, günstig*, überteuert*, geld, preiswert",
        "fr": "prix, cher, chère, tarif*, coût*, argent, rapport qualité",
        "es": "precio*, caro, cara, barat*, dinero, costo*",
        "it": "prezz*, caro, cara, economic*, cost*, soldi",
        "pt": "preço*, caro, cara, barat*, dinheiro, custo*, valor",
        "nl": "prijs*, prijz*, duur, dure, goedkoop*, geld",
        "pl": "cen*, drog*, tani*",
        "tr": "fiyat*, pahalı*, ucuz*",
        "ja": "値段, 価格, 高い, 安い, コスパ",
        "zh": "价格, 價格, 贵, 貴, 便宜, 性价比",
        "ar": "سعر, الأسعار, غالي, رخيص",
        "hi": "कीमत, महंगा, सस्ता, दाम",
    },
    "app": {
        "en": "app, apps, website, site, login, log in, password, update, account, crash*, bug, bugs, software",
        "de": "app, webseite, website, anmeld*, einlogg*, passwort, update, konto, software",
        "fr": "appli, application, site, connexion, mot de passe, mise à jour, compte, bug*",
        "es": "app, aplicación, página, web, contraseña, actualización, cuenta",
        "it": "app, applicazione, sito, password, aggiornamento, account",
        "pt": "app, aplicativo, aplicação, site, senha, atualização, conta, login",
        "nl": "app, website, site, inlog*, wachtwoord, update, account",
        "pl": "aplikacj*, stron*, logow*, hasł*",
        "tr": "uygulama*, site*, giriş, şifre*, güncelleme*",
        "ja": "アプリ, サイト, ログイン, パスワード, アップデート",
        "zh": "软件, 軟件, 应用, 网站, 登录, 密码, 更新, 闪退",
        "ar": "التطبيق, تطبيق, الموقع, كلمة المرور",
        "hi": "ऐप, वेबसाइट, पासवर्ड, अपडेट",
    },
    "support": {
        "en": "support, customer service|care|services, help desk, helpline, hotline, call center|centre, on hold, phone call*",
        "de": "kundenservice, kundendienst, support, hotline, service",
        "fr": "service client*, service clientèle, sav, assistance, hotline, support",
        "es": "atención al cliente, servicio al cliente, soporte, call center",
        "it": "assistenza, servizio clienti, supporto, call center, numero verde",
        "pt": "atendimento, sac, suporte, assistência, apoio ao cliente, central",
        "nl": "klantenservice, support, helpdesk, hulplijn",
        "pl": "obsług* klient*, infolini*, wsparci*",
        "tr": "müşteri hizmet*, destek, çağrı merkezi",
        "ja": "サポート, カスタマー, 問い合わせ, 対応",
        "zh": "客服, 售后, 售後",
        "ar": "خدمة العملاء, الدعم",
        "hi": "ग्राहक सेवा, कस्टमर केयर, सपोर्ट",
    },
    "wait": {
        "en": "wait*, queue*, slow, delay*, late, hours, line",
        "de": "warten, wartezeit*, gewartet, schlange, verspät*, langsam*",
        "fr": "attente, attend*, queue, file, retard*, lent*",
        "es": "espera*, cola, fila, demora*, retraso*, lent*",
        "it": "attes*, aspett*, coda, fila, ritard*, lent*",
        "pt": "espera*, fila, demor*, atras*, aguard*",
        "nl": "wacht*, rij, vertraging*, traag, laat",
        "pl": "czeka*, kolejk*, opóźni*",
        "tr": "bekle*, sıra, gecik*",
        "ja": "待, 遅, 行列",
        "zh": "等, 排队, 排隊, 慢",
        "ar": "انتظار, انتظرت, تأخير",
        "hi": "इंतजार, इंतज़ार, देरी, लाइन",
    },
    "room": {
        "en": "room, rooms, bed, beds, hotel, seat, seats, location, view, noise, noisy, parking",
        "de": "zimmer*, bett*, hotel, sitz*, lage, aussicht, parkplatz",
        "fr": "chambre*, lit, lits, hôtel, siège*, emplacement, vue, parking",
        "es": "habitaci*, cama*, hotel, asiento*, ubicaci*, vista*, aparcamiento",
        "it": "camer*, letto, letti, hotel, albergo, posizione, vista, parcheggio",
        "pt": "quarto*, cama*, hotel, assento*, localização, vista, estacionamento",
        "nl": "kamer*, bed, bedden, hotel, stoel*, ligging, uitzicht, parkeer*",
        "pl": "pokoj*, pokój, łóżk*, hotel*",
        "tr": "oda*, yatak*, otel*, konum*",
        "ja": "部屋, ベッド, ホテル, 席",
        "zh": "房间, 房間, 床, 酒店, 座位, 位置",
        "ar": "غرفة, الغرفة, فندق, الفندق, سرير",
        "hi": "कमरा, होटल, बिस्तर",
    },
}
"""What a review is about; the keys are the topics of an assessment."""

CIRCUMSTANTIAL: Final = listed(
    """
    police polizei polici polizia policia politie polis 警察 الشرطة hospital 病院に 病院へ ambul dangerous gefährlich dangereu
    peligros pericolos perigos gevaarlijk 危険 危险 injur verletzt verletzung blessé herid ferit ferid gewond 怪我 けがを 受伤
    unsafe bleeding bled lawyer attorney anwalt avocat abogad avvocat advogad advocaat jurist reporter journalist theft
    diebstahl tribunal gericht
    """
)
"""Beginnings of severe words that stories, books and happy endings hold too: in a clearly pleased review they are no evidence."""

GOOD_SIGNS: Final = frozenset("👍👌❤💕💖💙💚💛💜😍🥰😊😀😁😃😄🙂😋🤩🎉🙏👏💯⭐🌟😘☺🔥")
BAD_SIGNS: Final = frozenset("👎😡🤬😠😤😞😒🙁☹😣😩😫🤮🤢💩😭🖕😾")
"""Pictures that say the same in every language."""
