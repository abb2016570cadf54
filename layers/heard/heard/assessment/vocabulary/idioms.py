"""Turns of phrase that hold a severe word and mean nothing severe."""

from __future__ import annotations

from typing import Final

from heard.assessment.vocabulary.table import Table

IDIOMS: Final[Table] = {
    "en": """
        killing me, to die for, dying to, drop dead gorgeous, dead simple, death by chocolate, killer deal|price|app|feature,
        is|was|are|so fire, straight fire, fire tv|stick|tablet|hd, kindle fire, fired up, fire pit|place|side|works, under fire, heart
        attack on a plate, sick beat*|tune*|view*|design, food coma, break a leg, the bomb, bath bomb*, bomb ass, photo bomb, bombdotcom,
        blew|blow|blown .. away, burnt|burned out, hit the spot, knife|knives set, gun metal, glue gun, worth dying for, police band,
        press the, press any, press on, press play, hot off the press, coffee|french|garlic|bench|leg press, felt|feel like an idiot, i am
        an idiot, i was an idiot, idiot proof, lost weight, lost for words, lost track, lost in translation, cant complain, cannot
        complain, no complaints, nothing to complain, never disappoint*, not disappointed, not a problem, no problem*, without|zero|any
        problem*, no issue*, lost myself, get lost in, refund .. immediately without, refunded me right away, to court us,
        food|tennis|basketball court, never better, court yard, insult to injury, devils advocate, color|colour bleeding, bleeding
        edge|heart, non|not dangerous, no danger, never again find, sue chef, to sue me, wait to come|go|return|try|visit, cant wait,
        cannot wait, police|fire|crime|war|medical|torture|ambulance museum|station house, police museum, my|our|a lawyer friend|buddy,
        lawyer friend, friend|brother|sister|husband|wife .. is a lawyer|police|solicitor|doctor, nearly|almost|could have|literally
        died|choked laughing|of laughter|with laughter|from laughing|of happiness|of joy|of embarrassment, died laughing, died and gone to
        heaven, died of laughter|happiness, laughed .. died, laughed to death, killed it|me with kindness, killer
        view*|deal|price|cocktail*|breakfast|coffee|soundtrack|playlist|burger*|sauce, criminally good|underrated|delicious, crime not to,
        criminal .. price, stole .. heart|show|hearts|scene, absolute|a|what .. steal, dangerously|sinfully|insanely
        good|delicious|addictive|cheap|tasty|moreish, dangerous for .. waistline|wallet|diet, dangerously, explosion|explosions of
        flavour|flavor|flavours|flavors|taste, bomb .. flavour, exploded with flavour|flavor,
        across|opposite|near|next|beside|behind|round|close .. hospital|police|court|courthouse, work|works|worked|job|shift|nurse|doctor
        at|in|for .. hospital|er|police, hospital .. next door|visit|visiting|appointment|parking, visiting .. hospital, french press,
        court yard|shoes|side, caught|catch|catching fire feelings, stole the show, like a burn|sunburn, heart burn, fire
        extinguisher*|sale|alarm test|drill|safety certificate|place, fire drill, handled|took .. allergy|allergies ..
        well|seriously|perfectly, allerg* + careful|catered|safe|understood|accommodat*|excellent|brilliant|wonderful, without|zero|no ..
        reaction, injury free, no injuries, broke my heart|bank|diet|phone, first aid kit, stolen kisses, tennis|squash|badminton|moot
        court, court service, suicide squad|burger|wings|sauce|mission|hill|chicken, death|suicide wings|by chocolate, blood
        orange|sausage|pudding|moon|pressure, bloody mary, needle felting|work|point|craft|haystack, sparks .. joy|conversation|flew
        between, sparkling, smoking hot|gun|area|ban|section|room, stroke of genius|luck, stroke + swimming, fit like, headbutt emoji,
        price discrimination, discriminating palate|taste|diner*|customers, racing pulse, drug store, overdose of|on
        cute*|cheese|chocolate|fun|happiness, poison green|ivy|pen, poison ivy|green, poison control theme, hit me|us up|with, hit by ..
        smell|wave|flavour|flavor, attacked the|my buffet|plate|dessert, smoked salmon|brisket, burned|burnt
        calories|ends|cd|cds|sugar|caramel|butter|toast|offerings, escape room, locked in .. escape|rate|price|deal, stalked ..
        menu|page|instagram|website, stalking .. menu|page|sales|instagram, killed .. appetite|time|weeds|battery|mood|germs, kills
        germs|weeds|bacteria|time|fleas|ants, recorder|reporter notebook*, press|media kit|release|pass, press of .. button, hot press,
        slapped backside|arse|ass|bum|behind, queue|wait|line|stairs|suspense|heat .. killed me
    """,
    "de": """
        zum sterben schön|gut|lecker, feuer und flamme, feuer gefangen für, todschick, kann nicht klagen, nicht zu klagen, nichts zu
        klagen, nie enttäuscht, nicht enttäuscht, keine beschwerde*, kein problem, keine probleme, ohne probleme, anwalt des teufels,
        ungefährlich*, scharf*, gift grün, express, zum totlachen|schießen, tot gelacht, totgelacht, mordsspaß, mordshunger, mordsmäßig*,
        bombe*, der hammer, polizeimuseum, polizei museum, museum + polizei, krankenhaus + gegenüber|neben|arbeite*|nähe|besuch*, im
        krankenhaus arbeite*, arbeite .. im krankenhaus, bruder|freund|freundin|schwester|mann ist anwalt|arzt|polizist|anwältin,
        feuerwehrmuseum|feuerwehrfest|feuerwehrhaus, explosion .. geschmack*|aromen, geschmacksexplosion*, gefährlich gut|lecker|günstig,
        nicht ungefährlich, herz gestohlen|gebrochen, stahl .. show, die schau gestohlen, allergie* +
        rücksicht|eingegangen|super|berücksichtigt|aufmerksam, brennt .. zunge|scharf, tod durch schokolade, suchtgefahr, brandgefährlich
        scharf|lecker|gut
    """,
    "fr": """
        à mourir, à tomber par terre, mort de rire, mourir de rire, feu d artifice, feu de bois, feu vert, pas déçu*, jamais déçu*, pas de
        problème*, aucun problème, sans problème, rien à redire, avocat du diable, avocats|avocat toast|crevettes, mortel*, à se damner,
        mort de faim|fatigue|honte, musée .. police|gendarmerie|pompiers, mon ami|amie|frère|mari|voisin avocat, avocats mûrs|au|bien,
        salade d avocat, toast avocat|à l avocat, purée d avocat, explosion de|des saveurs|saveur|goûts|couleurs, une tuerie, tuerie,
        bombe de|calorique|atomique, en face|près|proche|à côté .. hôpital|commissariat|tribunal, travaille .. hôpital, volé ..
        cœur|coeur|vedette, dangereusement bon|bonne, vol direct|retour|aller|annulé|retardé|intérieur|paris|de nuit, le|mon|notre|ce|du
        vol, café piston|presse, allergie* + pris|compte|attentif*|parfait*|attention|géré, mort par chocolat, crime de lèse
    """,
    "es": """
        para morirse, morirse de risa, muerto de hambre, muero por, me muero de ganas, me muero de hambre, fuegos artificiales, fuego
        lento, sin problema*, ningún problema, no me quejo, nada que objetar, abogado del diablo, de muerte, está de muerte, muerte por
        chocolate, museo .. policía|policia|bomberos, amigo|amiga|hermano|marido .. abogado|abogada, explosión de|en sabores|sabor|boca,
        bomba de, robó .. corazón, me robaron el corazón, peligrosamente bueno|rico|adictivo, enfrente|frente|cerca|lado ..
        hospital|juzgado|comisaría, trabajo en .. hospital, muerta|muerto de|morirse de risa|hambre|miedo|calor|sed, casi .. muero de
        risa, alergia* + cuenta|atent*|cuidad*|adapta*|perfect*, incendio de sabor, delito no
    """,
    "it": """
        da morire, morire dal ridere, morto di fame, fuochi d artificio, fuoco lento, nessun problema, senza problem*, nulla da dire,
        niente da dire, avvocato del diavolo, mai deluso, non deluso, morire dalle risate, museo .. polizia|carabinieri,
        amico|amica|fratello|marito .. avvocato, mio avvocato abita|adora|ama|consiglia|dice, avvocato abita, esplosione di|in
        sapori|gusto|sapore|bocca, bomba .. gusto, rubato .. cuore, pericolosamente buono|buona, di fronte|vicino|accanto ..
        ospedale|tribunale|questura, lavoro in|all ospedale, allerg* + attent*|premuros*|gestit*|perfett*, morte al cioccolato, crimine
        non, mi ha ucciso|uccide dal, punto vendita
    """,
    "pt": """
        de morrer, morrer de rir, morrendo de fome, morrendo de vontade, fogo de artifício, fogos de artifício, fogo lento, sem problema*,
        nenhum problema, nada a reclamar, sem reclamações, advogado do diabo, de morrer de bom, museu .. polícia, amigo|amiga|irmão|marido
        .. advogado|advogada, explosão de|no sabor|sabores, roubou .. coração, roubaram meu coração, perigosamente bom|boa|gostoso, em
        frente|perto|vizinho|lado .. hospital|delegacia|tribunal, vizinho da delegacia, trabalho no|em hospital, quase .. morri de rir,
        morrendo de rir|saudade|amor, alergi* + cuidado|atencios*|respeit*|perfeit*, crime não, bomba de chocolate, morte por chocolate,
        deco|decoração
    """,
    "nl": """
        om te sterven, dood leuk, sterven van de honger, vuurwerk, niets te klagen, niet te klagen, niks te klagen, geen probleem, geen
        problemen, zonder problemen, nooit teleurgesteld, niet teleurgesteld, advocaat van de duivel, om te gieren, politiemuseum, museum
        + politie, vriend|vriendin|broer|man|zus is advocaat|arts, stond|staat|mond|kop .. in brand, kop stond in brand, explosie ..
        smaak|smaken, smaakexplosie, hart gestolen, gevaarlijk lekker|goed|verslavend, tegenover|naast|naast|nabij ..
        ziekenhuis|politiebureau|rechtbank, werk in .. ziekenhuis, dood gelachen|dood van, doodgelachen, allergie* +
        rekening|attent|goed|super|geweldig, dood door chocolade, killer app, ziek lekker|goed, niemand ziek geworden
    """,
    "pl": """
        umrzeć ze śmiechu, umarł* ze śmiechu, ukrad* .. serce|serca, skradł* .. serce|show, muzeum policj*|pożarnictwa,
        brat|przyjaciel|mąż|kolega|sąsiad jest|to prawnik*|adwokat*|policjant*, naprzeciw*|obok|koło|blisko szpital*|sąd*|policj*, pracuj*
        w szpital*, bomba kaloryczna|smakow*, eksplozja|wybuch smak*, wybuchł* śmiechem, niebezpiecznie dobr*|pyszn*, alergi* +
        uwzgl*|super|świetn*|wspaniale, grzech|zbrodnia nie
    """,
    "tr": """
        gülmekten öl|kır*, öldüm gülmekten, ölümüne lezzetli|güzel, kalbimi çal*|çaldı*, polis müze*, avukat arkadaş*|komşum, arkadaşım
        avukat, hastanenin karşı*|yanı*, hastane karşı*, hastanede çalış*, lezzet patlama*|bombası, tehlikeli derecede lezzetli|güzel,
        alerji* + dikkat|özen|ilgilen*|harika, bomba gibi, ateş gibi
    """,
    "ru": """
        умереть не встать, умер* от|со смеха|смеху|восторга|счастья, смеш* до смерти, украл* .. сердц*, музей ..
        полици*|мвд|пожарн*|криминал*, полицейск* музей, друг|брат|муж|сосед .. юрист*|адвокат*, взрыв .. вкус*|эмоц*|мозга, взорвал* ..
        вкус*|смехом|от смеха, рядом с|напротив|около больниц*|суд*|полици*, работаю .. больниц*, бомба|бомбическ*|пушка, опасно вкусн*,
        аллерг* + учли|вниматель*|отлично|спасибо|заботлив*, преступлени* не, убойн*
    """,
    "uk": """
        померти зі сміху|від сміху, вкрал* .. серц*, музей .. поліці*|пожежн*, брат|друг|чоловік|сусід .. юрист*|адвокат*, вибух
        смак*|емоц*, поряд|поруч|навпроти|біля .. лікарн*|суд*|поліці*, працюю .. лікарн*, небезпечно смачн*, алерг* +
        врахув*|уважн*|чудово|дякую, злочин не
    """,
    "cs": """
        umřít smíchy, umřel* smíchy, ukradl* .. srdce, muzeum policie|policejní muzeum, kamarád|bratr|manžel|soused je
        právník|advokát|policista, výbuch smích*|chut*, vybuchl* smích*, naproti|vedle|u nemocnic*|soud*|policie, pracuji .. nemocnic*,
        nebezpečně dobr*, alergi* + vyšl*|ohled*|skvěl*|super, bomba chuť*
    """,
    "ro": """
        mort de râs|foame, furat .. inima|inimile, muzeul poliți*|pompier*, prieten*|fratele|soțul .. avocat, explozie de|în
        arome|gust*|savoare, lângă|vizavi|aproape .. spital*|tribunal*|poliți*, lucrez .. spital*, periculos de bun*, alergi* +
        atenți*|excelent|grij*
    """,
    "hu": """
        halálra nevet*|röhög*, ellopta .. szív*, rendőrmúzeum*|rendőr múzeum, barátom|bátyám|férjem|szomszéd* ügyvéd|orvos|rendőr,
        ízrobbanás*|íz robbanás*, kórház* mellett|közel*|szemben, kórházban dolgoz*, veszélyesen finom|jó, allergi* +
        figyel*|kedves*|remek*, halálosan|halál finom
    """,
    "sv": """
        dö för, skratta* ihjäl|ihjäl sig, dog av skratt, stal .. hjärta*|showen, polismuse*|polis museum, vän|bror|man|granne är
        advokat|polis|läkare, smakexplosion*, mittemot|bredvid|nära .. sjukhus*|polis*|tingsrätt*, jobbar på sjukhus*|akuten, farligt
        god*|gott|bra, allergi* + hänsyn|koll|fantastisk*|bra|duktig*, brinner för, brann för
    """,
    "da": """
        dø for, grinet|grine mig ihjæl|flækkede, døde af grin, stjal .. hjerte*|showet, politimuse*, ven|bror|mand|nabo er
        advokat|betjent|læge, smagseksplosion*, overfor|ved siden|tæt på .. hospital*|sygehus*|politi*, arbejder på ..
        hospital*|sygehus*|skadestue*, farligt god*|godt, allergi* + hensyn|styr|fantastisk*|gode, brænder for, brændte for
    """,
    "no": """
        dø for, le meg|ledd|lo .. i hjel|ihjel, døde av latter, stjal .. hjerte*|showet, politimuse*, venn|bror|mann|nabo er
        advokat|politi|lege, smakseksplosjon*, overfor|ved siden|nær .. sykehus*|politi*|legevakt*, jobber på .. sykehus*|legevakt*,
        farlig god*|godt, allergi* + hensyn|kontroll|fantastisk*|flinke, brenner for
    """,
    "fi": """
        kuolin|kuolla|nauruun nauruun|naurusta, vei|varasti sydämen*, poliisimuse*, ystäväni|veljeni|mieheni|naapuri* on
        asianaja*|juristi|lakimies|poliisi, makuräjähdy*|makujen räjähdy*, sairaala* vieressä|lähellä|vastapäätä, työskentele*
        sairaala*|sairaalassa töissä, vaarallisen hyvä*|herkul*, allergi* + huomioi*|hienosti|erinomais*|loistav*
    """,
    "el": """
        πέθανα|πεθάναμε|πεθαίνεις στο|από γέλιο|γέλια|το, να πεθαίνεις, έκλεψε .. καρδιά|παράσταση, μας έκλεψε .. καρδιά, μουσείο ..
        αστυνομ*|πυροσβεστ*, φίλος|αδελφός|άντρας|γείτονας .. δικηγόρος|γιατρός, έκρηξη .. γεύσ*|γεύσεων|αρωμάτων, απέναντι|δίπλα|κοντά ..
        νοσοκομείο|δικαστήρι*|αστυνομ*, δουλεύω .. νοσοκομείο, επικίνδυνα νόστιμ*|καλ*, αλλεργ* + πρόσεξ*|προσεκτ*|τέλεια|εξαιρετ*
    """,
    "id": """
        mati ketawa|ketawa ketiwi, mencuri|curi hati|perhatian, museum polisi, teman|kakak|suami|tetangga .. pengacara|polisi|dokter,
        ledakan rasa, meledak di mulut, dekat|depan|samping|sebelah .. rumah sakit|polsek|polres|kantor polisi|pengadilan, kerja di rumah
        sakit, bahaya banget enaknya|bikin nagih, alergi + diperhatikan|ramah|perhatian|hati, bom rasa, bikin nagih
    """,
    "vi": """
        cười|cười muốn chết|xỉu|đau bụng, ngon|đẹp|xinh muốn xỉu|chết|ngất, bảo tàng công an|cảnh sát, bạn|anh|chồng|hàng xóm .. luật
        sư|công an|bác sĩ, bùng nổ hương vị|vị giác, gần|đối diện|cạnh|kế bệnh viện|tòa án|công an, làm ở|trong bệnh viện, đánh cắp trái
        tim, dị ứng + chu đáo|cẩn thận|tận tình, chết mê
    """,
    "af": """
        lag .. dood|ons dood, gesteel .. hart|show, polisiemuseum, vriend|broer|man|buurman is .. prokureur|advokaat|dokter|polisieman,
        langs|oorkant|naby .. hospitaal|hof|polisie*, werk .. hospitaal|by die, gevaarlik lekker|goed, smaakontploffing*, allergi* +
        goed|oulik|versigtig
    """,
    "ja": """
        死ぬほど美味, 死ぬほど好, 死ぬほど, 食中毒のニュース, 食中毒が心配, 食中毒も心配, 食中毒の心配, 弁護士の友, 弁護士をしている友,
        友人の弁護士, 友達の弁護士, 弁護士の夫, 弁護士事務所の, 警察博物館, 警察署の隣, 警察署の近, 病院の近, 病院の隣, 病院勤務,
        病院に勤め, 心を盗まれ, 心を奪われ, 爆発的, 美味しさが爆発, 旨味が爆発, 肉汁が爆発, 破壊力, 味の爆発, 危険なほど, 危険な美味し,
        危険な味, 火を吹くほど辛, 口から火, 辛くて火, 辛さで火, 火が出るほど, 顔から火, アレルギー対応が, アレルギーにも丁寧,
        アレルギー..配慮, 差別化, 無差別, 詐欺にあったかの, 詐欺にあった気分
    """,
    "zh": """
        好吃到哭, 好吃死, 笑死, 爱死, 愛死, 美死, 可爱死, 想死你, 想死我, 排队..想死, 热得想死, 累得想死, 香死, 律师朋友, 律師朋友,
        朋友是律师, 朋友是律師, 律师事务所+楼, 律师事务所+旁, 律师事务所+隔壁, 警察博物馆, 警察局旁, 公安博物馆, 医院旁, 医院附近,
        医院对面, 醫院旁, 醫院附近, 醫院對面, 在医院工作, 在醫院工作, 派出所旁, 派出所对面, 法院旁, 法院对面, 偷走了我的心, 偷走我的心,
        偷心, 味蕾爆炸, 好吃到爆炸, 爆炸好吃, 爆炸头, 炸裂好吃, 美味炸裂, 炸裂的好, 爆汁, 爆浆, 辣得冒烟, 辣到冒烟, 嗓子冒烟, 冒烟的热,
        热到冒烟, 火烧云, 过敏+贴心, 过敏+细心, 对..不过敏, 消防器材, 地铁口, 中毒太深, 中毒了一样, 有毒哈哈, 让人上瘾, 跑路鞋
    """,
    "ko": """
        죽을 만큼 맛, 죽을만큼 맛, 죽여주, 죽여줘요, 죽이는 맛, 맛이 죽, 웃겨 죽, 웃겨죽, 맛있어 죽, 배고파 죽, 변호사 친구, 친구가
        변호사, 변호사인 친구, 변호사 사무실, 경찰박물관, 경찰 박물관, 경찰서 옆, 경찰서 앞, 경찰서 근처, 병원 옆, 병원 근처, 병원 앞,
        응급실 근무, 법원 옆, 법원 앞, 법원 근처, 마음을 훔, 심장을 훔, 마음이 도둑, 맛이 폭발, 폭발적, 육즙 폭발, 육즙이 폭발, 감동 폭발,
        매워서 불, 불이 나는 맛, 입에서 불, 위험한 맛, 알레르기+세심, 알레르기+친절하게, 차별화, 마약김밥, 마약 김밥, 마약 같은, 취재
        왔던, 방송에 나온
    """,
    "he": """
        למות מצחוק, מתנו מצחוק, לצחוק עד מוות, מת על, מתה על, טעים בטירוף, חבר שלי עורך דין, חבר עורך דין, חברה עורכת דין, מוזיאון המשטרה,
        ליד בית החולים, מול בית החולים, מול בית המשפט, ליד בית המשפט, ליד המשטרה, עובד בבית חולים, עובדת בבית חולים, גנב לי את הלב, גנבו
        לי את הלב, גנבו את הלב, גנבה את הלב, פיצוץ של טעמים, פצצה, טעים פיצוץ, מסוכן כמה טעים, אלרג+התחשב, אלרג+בזהירות, רצח טוב
    """,
    "th": """
        อร่อยตาย, อร่อยจนแทบตาย, ขำตาย, ขำจะตาย, หัวเราะแทบตาย, คิดถึงจะตาย, เพื่อนเป็นทนาย, เพื่อนทนาย, พิพิธภัณฑ์ตำรวจ, ใกล้โรงพยาบาล,
        ตรงข้ามโรงพยาบาล, ข้างโรงพยาบาล, ใกล้สถานีตำรวจ, ข้างสถานีตำรวจ, ใกล้ศาล, ทำงานโรงพยาบาล, ขโมยหัวใจ, ขโมยซีน, ระเบิดความอร่อย,
        รสชาติระเบิด, ระเบิดในปาก, อร่อยระเบิด, เผ็ดไฟลุก, ไฟลุกเผ็ด, อันตรายต่อ+น้ำหนัก, อันตรายต่อกระเป๋า, แพ้+ใส่ใจ, แพ้ทาง,
        แพ้ความน่ารัก, อยากอ้วก
    """,
    "ar": """
        يموت من الضحك, متنا من الضحك, مت من الضحك, هموت من الضحك, صديقي المحامي, صاحبي المحامي, صديقتي المحامية, أخوي محامي, متحف الشرطة,
        جنب المستشفى, قريب من المستشفى, مقابل المستشفى, بجانب المستشفى, قرب المستشفى, أشتغل في المستشفى, أعمل في المستشفى, أعمل في مستشفى,
        اشتغل في مستشفى, جنب المحكمة, مقابل المحكمة, جنب قسم الشرطة, سرق قلبي, سرقت قلبي, سرقوا قلبي, سرق قلوب, سرق الأضواء, انفجار نكه,
        انفجار من النكه, انفجار طعم, خطير بطعم, طعم خطير, شي خطير لذيذ, لذيذ بشكل خطير, رهيب, حساسية+اهتم, حساسية+راعوا, نار الأسعار,
        الكفتة على النار, جامد آخر حاجة, جريمة إذا ما
    """,
    "hi": """
        हंसते हंसते मर, हँसते हँसते मर, हंस हंस के, दिल चुरा, दिल चोरी, वकील दोस्त, दोस्त वकील, पुलिस म्यूज, पुलिस संग्रहालय, अस्पताल के
        पास, अस्पताल के सामने, अस्पताल के बगल, अस्पताल में काम, अस्पताल में नौकरी, थाने के पास, कोर्ट के पास, अदालत के सामने, स्वाद का
        धमाका, स्वाद का विस्फोट, धमाकेदार, खतरनाक स्वाद, खतरनाक टेस्ट, एलर्जी+ध्यान, आग लगा दी, एकदम आग, जहर लग, dil chura*, police
        museum
    """,
}
"""Turns of phrase that hold a severe word and mean nothing severe: they mask what they cover."""
