"""What is said of personal data and of theft."""

from __future__ import annotations

from typing import Final

from heard.assessment.vocabulary.table import Table

PRIVACY: Final[Table] = {
    "en": """
        data breach*, data leak*, leaked my|our|personal, identity theft|thief|stolen, stole my identity, stolen identity, my|our
        data|details|information|account|email|card was|were|got|has been|have been|been
        stolen|hacked|leaked|compromised|sold|exposed|shared|cloned, card details|number .. stolen|used|leaked, card was|is
        cloned|stolen|skimmed, cloned|skimmed my card, stolen card, credit card .. stolen, sold my data|details|email|number|information,
        shared my data|details|information|number|address, gave .. my address|number|details to, gdpr, hidden camera*, filmed me|us,
        recorded me|us without, spied|spying on, card skimm*|skimming, account|card|email|profile|system was|got|has|is|been|were ..
        hacked|cloned|breached|compromised, got|been|was|were hacked, breach of .. data|privacy|confidentiality|gdpr, data protection,
        privacy breach|violation|law, personal data|information|details +
        leaked|exposed|shared|stolen|sold|breach|visible|public|sent|online,
        someone|somebody|another|other|others|elses|stranger|strangers
        customer*|patient*|person*|people*|guest*|user*|tenant*|company*|clients ..
        name|address|data|details|invoice*|records|results|bookings|order*|account|bank|file|payroll|notes|report, someone|somebody elses
        account|data|details|records|results|file|invoice|name|booking, see|shows|showing|showed|seeing|open|access +
        another|other|others|elses + customer*|patient*|company*|client*|user*|tenant*|guest*, sent my|our
        results|records|medical|file|report|details|address|number|passport to, medical|notes|records + whole
        class|wrong|another|strangers|everyone, in my name + loan|credit|account|line|card|opened|contract, opened .. in my name, credit
        line|card|account|loan .. my name, impersonat*, identity fraud, stole .. identity, copied|photocopied my passport|card|id, charges
        + never made|didnt make|not mine|overseas|after ordering, card used|charged + abroad|never|fraudulent*|minutes|hours, hidden
        camera*|mic*, camera in .. bathroom|bedroom|changing|shower|room, filmed|photographed|recorded me|us|my|guests +
        without|changing|shower|room, leaked, doxxed, everyone in|on cc|copied, emails visible, in copy, cc field, medical
        records|history|file + shared|sent|leaked|wrong|stranger|visible, credit bureau + opened|unauthorized|fraud|name,
        unknown|unrecognized|unrecognised inquiry|inquiries|accounts
    """,
    "de": """
        datenleck, datenpanne, datendiebstahl, identitätsdiebstahl, meine daten .. weitergegeben|verkauft|gestohlen|gehackt, daten
        weitergegeben, gehackt, dsgvo, datenschutzverstoß, kreditkartendaten, karte kopiert, karte gestohlen, versteckte kamera, heimlich
        gefilmt, meine|unsere|persönliche|fremde|andere|sensible|kunden daten|kundendaten +
        weitergegeben|verkauft|gestohlen|veröffentlicht|sichtbar|einsehen|einsehbar|geleakt|netz|sehen|dritte|gehackt|missbrau*,
        datenmissbrauch*, datenschutzverletzung|datenschutzverstöße|datenschutzvorfall, konto|karte|account|email|mail|profil .. gehackt,
        gehackt worden|wurde, identitätsmissbrauch|identität gestohlen, auf meinen namen +
        kredit|konto|vertrag|bestellt|abgeschlossen|eröffnet, kredit auf|in meinen|meinem namen,
        befund*|diagnose|rechnung*|daten|adresse|akte|patientenakte + fremd*|anderer|andere|jemand|falsche*|frau|herrn|nachbar*, fremde*
        befund*|rechnung*|daten|patient*|konto|kunden, alle empfänger, mailadressen + alle|sichtbar|verteiler|offen|cc, karte +
        missbrauch*|belastet|ausland|abbuchungen, abbuchungen + ausland|unbekannt*|nie|nicht von mir, gefilmt +
        heimlich|umkleide|dusche|kamera, kamera + dusche|umkleide|schlafzimmer|bad|versteckt*
    """,
    "fr": """
        fuite de données, vol de données, usurpation d identité, données personnelles .. volées|vendues|transmises|piratées, piraté*,
        rgpd, cnil, carte bancaire .. volée|piratée|copiée, carte piratée|volée, caméra cachée, filmé* à mon|notre insu,
        données|informations|coordonnées|dossier|dossiers +
        fuite|volées|visibles|autre|autres|exposées|vendues|patients|divulgu*|publiées|accessibles|transmises|partagées,
        compte|carte|boîte|mail|email + piraté*|hacké*|usurpé*, piraté|piratée|piratage, usurp*, à mon nom +
        crédit|prêt|compte|contrat|ouvert|souscrit, en mon nom, carte + utilisée|fraude|étranger|opposition|débit* +
        jamais|inconnu*|étranger, achats frauduleux|paiements frauduleux, résultats|dossier|ordonnance|facture|compte + autre
        patient*|quelqu un d autre|autre client*|autres clients|d une autre|inconnu*, d autres clients|patients|élèves|adhérents, données
        des autres|d autres|d autrui, autre client|patient|cliente, tous les destinataires|en copie visible, adresses mail +
        visibles|copie|destinataires, secret médical|professionnel, caméra + douche|chambre|vestiaire|cachée|toilettes,
        filmé|filmée|filmés à mon|dans|sans|sous
    """,
    "es": """
        fuga de datos, robo de datos, robo de identidad, suplantación de identidad, mis datos .. robados|vendidos|compartidos|filtrados,
        hackea*, rgpd, protección de datos, clonaron .. tarjeta, tarjeta clonada|robada, cámara oculta, datos + filtra*|robad*|otra
        persona|otros|expuest*|vend*|personales|públic*|terceros|client*|pacient*|difund*|fuga, mis datos, datos personales, datos de
        otros|otra|otro|terceros|clientes|pacientes, hackearon|hackeado|hackeada|hackeo, me hackearon, cuenta + hackead*|robad*|suplant*,
        a mi nombre + crédito|préstamo|cuenta|línea|contrat*|tarjeta|abri*, suplant*, cargos + no reconoc*|desconocid*|extranjero|no
        hice|nunca, compras que no hice|realicé, tarjeta + clon*|robad*|no hice|extranjero|fraud*, historia*
        clínica*|resultados|analítica|expediente|informe|recibo|factura* + otra|otro|ajen*|equivocad*|desconocid*, de otro
        cliente|paciente|usuario|vecino, en copia visible, correos visibles|a la vista, cámara + baño|oculta|ducha|habitación|vestuario,
        grabaron|grabado|grabando sin|en|a escondidas, proteccion de datos, privacidad + viola*|vulner*
    """,
    "it": """
        furto di dati, furto d identità, furto di identità, fuga di dati, miei dati .. rubati|venduti|condivisi|diffusi, hackerat*, gdpr,
        violazione della privacy|dati, carta clonata|rubata, clonato .. carta, telecamera nascosta, dati +
        rubat*|diffus*|altri|terzi|esposti|visibil*|clienti|pazient*|vendut*|divulgat*, dati personali, violazione + dati|privacy,
        hackerat*|hackerato|violato .. account, account|profilo|conto hackerato|violato|rubato, a mio nome +
        prestito|finanziamento|conto|contratto|apert*|carta|stipulat*, furto .. identità, addebiti + mai|sconosciut*|estero|riconosc*,
        carta + clonat*|usata|estero|fraud*, referti|referto|fattura|cartella|esami|analisi +
        altr*|qualcun|sconosciut*|signor|signora|sbagliat*, di un altro cliente|paziente|utente, di altri clienti|pazienti|utenti,
        indirizzi + in chiaro|copia|visibil*, telecamera + bagno|nascosta|doccia|camera|spogliatoio, filmat* + nascosto|insaputa|bagno
    """,
    "pt": """
        vazamento de dados, vazaram meus, roubo de dados, roubo de identidade, meus dados .. vazados|roubados|vendidos|compartilhados,
        hackea*, hackear*, lgpd, rgpd, clonaram .. cartão, cartão clonado|clonada|roubado, conta hackeada|invadida|clonada, câmera
        escondida, usaram meu cpf, dados +
        vazar*|vazad*|vazamento|roubad*|expost*|outr*|terceiros|vend*|pacientes|client*|divulg*|compartilh*, meus dados +
        expost*|sem|golpe*|usad*|terceiros|outr*|us, vazamento de dados|informações|cpf,
        hackearam|hackeado|hackeada|invadiram|invadida|clonado|clonada|clonaram, conta + invadid*|hackead*|roubad*, em meu nome, no meu
        nome + conta|empréstimo|cartão|linha|dívida|compra|abri*, meu nome + empréstimo|conta abert*|nunca fiz|golpist*, empréstimo ..
        nunca|que não fiz|não solicit*|que não, empréstimo + não fiz|não contrat*|nunca|não reconhe*|selfie|sem minha,
        compra|compras|transações|pix|transação não reconhec*|que não fiz|desconhec*, não reconheço +
        compra*|cartão|débito|empréstimo|cobrança, cpf + expost*|vazad*|aparec*|todos|us|pdf,
        exame|exames|resultado|prontuário|laudo|boleto|nota de outra|outro|terceir*, de outro cliente|paciente|aluno|usuário,
        filmaram|filmado|filmada|gravaram escondid*|sem|no banheiro, câmera + banheiro|quarto|escondida|vestiário
    """,
    "nl": """
        datalek, gegevens .. gestolen|gelekt|verkocht|gedeeld, identiteitsfraude, identiteitsdiefstal, gehackt, avg overtreding, kaart
        geskimd|gekopieerd, pas geskimd, verborgen camera, stiekem gefilmd, gegevens +
        ander*|klanten|straat|openbaar|gestolen|gehackt|zichtbaar|patiënt*|derden|lek, datalek*|datadiefstal, account|kaart|mail|profiel
        .. gehackt|misbruikt, identiteit + fraude|gestolen|misbrui*, op mijn naam +
        lening|abonnement|rekening|contract|afgesloten|geopend|besteld, afschrijvingen|betalingen|transacties +
        nooit|onbekend*|buitenland|niet zelf, uitslag*|dossier|factuur|rekening|recept* + ander*|iemand|onbekend*, van een andere
        klant|patiënt|bewoner, van iemand anders, mailadressen + iedereen|zichtbaar|aan|cc|zo, in de cc|aan regel, in de aan, privacy +
        schend*|schending|geschonden|wet, avg, camera + badkamer|douche|slaapkamer|verborgen|kleedkamer
    """,
    "pl": """
        wyciek danych, kradzież danych, kradzież tożsamości, zhakowa*, rodo, sklonowan* kart*, dane +
        wyciek*|innych|innej|obc*|ujawni*|klient*|pacjent*|skradz*|udostępni*|sprzeda*|osobowe|publicz*, danych +
        wyciek*|osobowych|innych|pacjent*|klient*|ochron*|ujawni*, konto|karta|karty|kartę + zhakowa*|włama*|sklonow*|skopiow*|przeję*, na
        moje nazwisko|dane + kredyt|pożyczk*|umow*|konto|abonament, kredyt|pożyczka|pożyczkę na moje, transakcj*|obciążeni* + nie
        wykona*|nie robi*|zagranic*|nieznan*|nie moje, wyniki|dokumentacj*|faktur*|recept* + innej|cudz*|obc*|kogoś|innego,
        cudze|cudzą|cudzych dane|wyniki|faktur*|dokumen*, innego klienta|pacjenta, innej osoby, adresy + wszystk*|widoczne|jawne|kopii,
        kamer* + łazien*|ukryt*|sypialn*|przebieraln*
    """,
    "tr": """
        veri ihlali, kişisel verilerim, kimlik hırsızlı*, hacklen*, kvkk, kartım kopyalan*, gizli kamera,
        verilerim|bilgilerim|bilgileri|veriler + sız*|çalın*|başka|paylaş*|ele geç*|satıl*|herkes*, kişisel veri*|bilgi* +
        sız*|çalın*|paylaş*|ihlal|başka|ifşa, başkasının|başka birinin|başka hastanın|başka müşterinin|başkalarının +
        bilgi*|sonuç*|fatura*|hesab*|rapor*|adres*|isim, hesabım|kartım|hesabımı|kartımı çalın*|hacklen*|kopyalan*|ele|başka, kartımdan +
        yurt dışı*|harcama|işlem*|bilgim dışında|alışveriş|çekil*, bilgim dışında|haberim olmadan + kredi|hat|hesap|çek*|işlem*, adıma +
        kredi*|hat|hesap|borç|aç|çekil*, kimliğim*|kimlik + çal*|kullan*|kopya*, gizli kamera*|gizlice çek*|kamera +
        tuvalet|banyo|soyunma
    """,
    "ja": """
        情報漏洩, 情報漏えい, 不正利用, 盗撮, 乗っ取, 個人情報が漏, 個人情報が流, 個人情報の漏, 個人情報の流出, 個人情報を漏,
        個人情報を勝手, 個人情報を他, 個人情報+見え, 個人情報+丸見え, 個人情報+第三者, 個人情報+悪用, 個人情報+知られ, 個人情報+送,
        情報流出, 情報漏, 情報が漏, 情報が流出, 他人の情報, 他人の個人, 他の人の情報, 他のお客..情報, 他のお客..名前, 他の方の+個人,
        他人の明細, 他人のデータ, 別の方の, 別人の+結果, 他の患者, 別の患者, 他の会社+見え, 他社のデータ, 身に覚えのない, 身に覚えが,
        覚えのない請求, 不正ログイン, 不正アクセス, 不正に使, 不正使用, カード+スキミング, カード情報+漏, カード番号+漏, なりすま,
        私の名義, 私名義, 名義で..ローン, 勝手に..契約, CCに, 全員のアドレス, メールアドレスが全, 隠しカメラ, 盗聴, プライバシー侵害,
        プライバシーの侵害
    """,
    "zh": """
        信息泄露, 泄露个人, 洩露, 个人信息被, 被盗刷, 盗刷, 盜刷, 被黑, 偷拍, 隐私被, 信息泄漏, 信息洩漏, 個資外洩, 个资, 个人信息+泄,
        个人信息+别人, 个人信息+卖, 個資, 泄露我, 泄露客户, 隐私泄露, 侵犯隐私, 侵犯..隐私, 别人的报告, 别人的信息, 别人的订单,
        别人的病历, 别人的身份, 别人的名字, 別人的資料, 別人的報告, 別人的訂單, 其他客户的, 其他客戶的, 其他用户的, 其他病人, 其他患者,
        他人的信息, 他人信息, 身份证号+全, 身份证+别人, 身份证+泄, 身份证+冒用, 冒用, 盗用, 盜用, 冒名, 以我的名义, 用我的身份,
        我名下+贷款, 我名下+莫名, 名下多了, 被盗号, 账号被盗, 帳號被盜, 账户被盗, 被黑客, 骇入, 被駭, 针孔, 針孔, 摄像头+房间,
        摄像头+浴室, 摄像头+更衣, 卖我的信息, 把我的电话, 把我的信息, 把我的资料
    """,
    "ar": """
        تسريب بيانات, سرقة بيانات, سرقة هوية, اختراق, تم تهكير, كاميرا خفية, تسريب معلومات, تسربت بيانات, تسربت معلومات, بياناتي+تسر,
        بياناتي+سرق, بياناتي+باع, بياناتي+شخص, معلوماتي+شخص, معلوماتي+تسر, بيانات عملاء, بيانات العملاء, بيانات شخص, بيانات غيري, بيانات
        مرضى, معلومات شخص, معلومات غيري, عميل ثاني, عميل آخر+بيانات, عملاء آخرين, عملاء غيري, مريض آخر, مريض ثاني, مريضة ثانية, نتائج شخص,
        نتائج مريض, ملف مريض, خصوصيتي, انتهاك الخصوصية, انتهاك خصوصية, سرقة هويت, انتحال, باسمي+قرض, باسمي+حساب, باسمي+شريح, باسمي+تمويل,
        قرض باسمي, اختراق حساب, اخترقوا, انخترق, حسابي اتهكر, اتهكر, تهكر, هكر, تهكير, بطاقتي+بدون علمي, بطاقتي+عمليات, بطاقتي+سحب, سحبوا
        من بطاقتي, عمليات لم, عمليات ما سويت, كاميرا مخفية, كاميرات مخفية, صورني, تصويري بدون, يصورون
    """,
    "hi": """
        डेटा लीक, डेटा चोरी, पहचान की चोरी, हैक हो, कार्ड क्लोन, डाटा लीक, डाटा चोरी, जानकारी लीक, मेरी जानकारी+बेच, मेरी जानकारी+दे दी,
        मेरा डेटा, मेरा डाटा, मेरा नंबर+दे, किसी और का, किसी और की रिपोर्ट, किसी और के, किसी दूसरे की, किसी दूसरे का, दूसरे मरीज, दूसरे
        ग्राहक, मेरे नाम पर लोन, मेरे नाम पर+लोन, मेरे नाम से+लोन, मेरे नाम से+खाता, मेरे नाम से, हैक कर, कार्ड से+निकल, खाते से+निकल,
        खाते से पैसे, आधार+लीक, आधार+गलत इस्तेमाल, ओटीपी+पैसे, छुपा कैमरा, छिपा कैमरा, गुप्त कैमरा, वीडियो बना लिया, data
        leak|leaked|chori|bech, mere naam + loan|account|se, report + group|galti|dusre|kisi, account hack*
    """,
    "ru": """
        утечк*|слил*|слив* + данн*|персональн*|телефон*|баз*|информац*, персональн* данн*, данные +
        чуж*|други*|украл*|слил*|слит*|посторонн*|третьим|утек*, чуж* +
        данны*|анализ*|карт*|результат*|адрес*|счет*|паспорт*|заказ*|диагноз*|фамили*, взлом* + аккаунт*|карт*|счет*|кабинет*|почт*,
        взломал*, на мое имя + кредит*|займ*|счет|симк*|оформ*|договор, кредит .. на мое|меня имя, оформил* кредит|займ на,
        списал*|сняли|списани* + карт* .. неизвестн*|без моего|не я, мошенник* + карт*|счет*|списал*|данн*|оформил*, клонирова* карт*,
        другого|других пациент*|клиент*|человек*|людей, скрыт* камер*, снимал* скрыт*|без согласия|тайно
    """,
    "uk": """
        витік|витекли|злили|злив + дан*|персональн*|телефон*|баз*, персональн* дан*, дані +
        чуж*|інш*|вкрал*|злил*|сторонн*|третім|витекл*, чуж* + дан*|аналіз*|картк*|результат*|адрес*|рахунк*|паспорт*|діагноз*, злам* +
        акаунт*|картк*|рахун*|кабінет*|пошт*, зламали, на моє ім'я + кредит*|позик*|рахунок|оформ*, кредит .. на моє|мене ім'я,
        іншого|інших пацієнт*|клієнт*|людей, шахраї* + картк*|рахунк*|списал*|дан*, прихован* камер*
    """,
    "cs": """
        únik|uniklo|unikla|unikly + dat*|údaj*, osobní* údaj*, údaje|data|údajů +
        ciz*|jin*|zákazník*|pacient*|ukrad*|zneuži*|prodal*|zveřejn*|viditeln*, cizí|cizího|cizích
        data|údaje|výsledk*|faktur*|účet|účtu|zpráv*|jmén*, jiného|jiné|jiných zákazník*|pacient*|osob*|člověka|klient*,
        napaden*|hacknut*|hackl* + účet|kart*|profil|mail, na mé|moje jméno + úvěr*|půjčk*|účet|smlouv*|půjčka, platby|transakc* +
        neprovedl*|neznám*|zahranič*, zneuži* kart*|mých údaj*|údaj*, gdpr, skryt* kamer*, kamer* + koupeln*|ložnic*|šatn*
    """,
    "ro": """
        date|datele|datelor + personale|altor|altcuiva|furat*|scurs*|public*|vândut*|pacienț*|clienț*|expus*|altei, scurgere de date,
        gdpr, cont*|contul|card*|cardul + spart|furat|clonat|hackuit|compromis|accesat, pe numele meu +
        credit*|împrumut*|cont|contract|abonament, credit|împrumut .. pe numele, plăți|tranzacți* + necunoscut*|nu le am|n am
        făcut|străinătate|nerecunosc*, analize*|analizele|rezultat*|dosar*|factur*|diagnostic* + altcuiva|altei|alt
        pacient*|altui|lista|toți|străin*, lista cu .. pacienții|clienții, al altui|altei pacient*|client*|persoane, cameră ascunsă|camera
        ascunsă, filmat|filmată + ascuns|fără acord
    """,
    "hu": """
        adatszivárgás*|kiszivárog*|kiszivárg*|adatlopás*, személyes adat*, adatai*|adatok|adataimat|adataim +
        más|mások|másik|idegen|ellop*|kiad*|kiszivár*|eladt*|nyilvános*, más|másik|idegen|mások ügyfél*|beteg*|ember* ..
        adat*|lelet*|számla*|neve|eredmény*, más|idegen|másvalaki lelet*|adat*|számláj*|eredmény*, feltör*|meghackel*|hackel* +
        fiók*|kártya*|számla*|profil*, nevemre|nevemen + hitel*|kölcsön*|szerződés*|számla*|vettek, kártyám*|kártyával +
        külföld*|ismeretlen*|vásárol*|klónoz*|visszaél*, gdpr, rejtett kamera*, kamera + fürdő*|öltöző*
    """,
    "sv": """
        dataläck*|dataintrång*|läckt*|läckta|läcka + uppgift*|data|person*|kund*, personuppgift*,
        uppgifter|data|journal*|provsvar|fakturor|faktura + annan|andra|andras|fel|stulna|främmande|läckt*|någon annans|grannen, någon
        annans|andras|annan kunds|patients uppgifter|journal*|faktura|provsvar|konto|order|namn, hackad|hackat|hackade|kapat|kapad +
        konto*|kort*|mail*|profil*, i mitt namn + lån*|kredit*|konto|abonnemang|avtal|tagit, lån i mitt, id kap*|identitetsstöld*, kort* +
        skimma*|skimmat|kopiera*|utomlands|köp jag inte|stulet, gdpr, dold kamera|smygfilma*, kamera + dusch*|omklädning*|badrum*
    """,
    "da": """
        datalæk*|databrud*|lækket|lækkede + oplysninger|data|person*|kunde*, personoplysning*,
        oplysninger|data|journal*|prøvesvar|faktura|cpr* + anden|andre|andres|forkert|stjålet|fremmede|lækket|nabo*|naboen, en
        andens|andres|anden kundes|patients oplysninger|journal*|faktura|prøvesvar|konto|ordre|navn, hacket|hackede +
        konto*|kort*|mail*|profil*, i mit navn + lån*|kredit*|konto|abonnement|aftale|taget, lån i mit, identitetstyveri*, kort* +
        skimmet|kopieret|udlandet|misbrugt|køb jeg ikke, gdpr, skjult kamera, kamera + bad*|omklædning*
    """,
    "no": """
        datalekkasje*|datainnbrudd*|lekket|lekka + opplysninger|data|person*|kunde*, personopplysning*,
        opplysninger|data|journal*|prøvesvar|faktura|personnummer + annen|andre|andres|feil|stjålet|fremmede|lekket|nabo*, en
        annens|andres|annen kundes|pasients opplysninger|journal*|faktura|prøvesvar|konto|ordre|navn, hacket|hacka +
        konto*|kort*|mail*|profil*, i mitt navn + lån*|kreditt*|konto|abonnement|avtale|tatt, lån i mitt, id tyveri*|identitetstyveri*,
        kort* + skimmet|kopiert|utlandet|misbrukt|kjøp jeg ikke, gdpr, skjult kamera, kamera + dusj*|garderobe*|bad*
    """,
    "fi": """
        tietovuoto*|tietomurto*|tietoturvaloukka*|vuotane*|vuoti + tiedot|tietoj*|henkilötie*, henkilötie*|henkilötunnu*,
        tiedot|tietoni|tietoja|resepti*|potilastie*|lasku|laskut +
        toisen|toisten|jonkun|muiden|väärä*|väärälle|ulkopuolis*|vuota*|varast*|naapur*, toisen|jonkun toisen|muiden
        asiakka*|potilaa*|ihmis*|naisen|miehen, jonkun toisen, hakkeroi*|kaapattu|kaapat* + tili*|kortti*|sähköpost*|profiili*,
        nimissäni|nimelläni + laina*|luotto*|tili*|sopimu*|otettu, identiteettivarka*, kortti*|kortilta +
        kopioi*|väärinkäyt*|ulkomai*|ostoksia, gdpr, piilokamer*|salakuva*, kamera + suihku*|pukuhuone*
    """,
    "el": """
        διαρροή|διέρρευσ*|υποκλοπ*|υπέκλεψ* + δεδομέν*|στοιχεί*|προσωπικ*, προσωπικά δεδομένα|στοιχεία, προσωπικών δεδομένων,
        στοιχεία|δεδομένα|εξετάσεις|τιμολόγιο|φάκελο* + άλλ*|άλλου|ξέν*|κλεμμέν*|τρίτ*|λάθος, άλλου πελάτη|ασθενή|ασθενούς,
        χάκαραν|χακαρ*|παραβίασαν|παραβιάσ* + λογαριασμ*|κάρτα*|προφίλ, στο όνομά μου|όνομα + δάνειο|λογαριασμ*|σύμβαση|άνοιξ*, δάνειο
        στο|με .. όνομά, κλοπή ταυτότητας, κάρτα* + χρεώσ*|κλωνοποι*|εξωτερικ*|άγνωστ*|αντέγραψ*, gdpr, κρυφή κάμερα|κάμερες, κάμερα +
        μπάνιο|ντους
    """,
    "id": """
        data + bocor|dibocorkan|disebar|dicuri|orang lain|dijual|tersebar|disalahgunakan|pribadi|nasabah|pasien, data pribadi, kebocoran
        data, atas nama saya + pinjol|pinjaman|kredit|rekening|hutang|kontrak|akun, pinjol atas|pinjol .. nama,
        dibobol|kebobolan|diretas|dihack|hack + akun|rekening|kartu|atm|saldo, dibobol, data|hasil|rekam|tagihan .. orang lain|pasien
        lain|nasabah lain|pelanggan lain, pencurian identitas|data, kartu + digandakan|diskimming|transaksi|luar negeri|tidak saya,
        transaksi + tidak saya|tidak dikenal|bukan saya|mencurigakan, ktp + disalahgunakan|disebar|pinjol|orang lain, kamera
        tersembunyi|direkam diam
    """,
    "vi": """
        lộ|rò rỉ|làm lộ|đánh cắp|bán|tiết lộ thông tin|dữ liệu, thông tin + bị lộ|rò rỉ|người khác|khách khác|bán|đánh cắp|công khai|cá
        nhân, thông tin cá nhân, dữ liệu cá nhân, bị hack|hack + tài khoản|mất tiền|facebook, tài khoản + bị hack|mất tiền|bị chiếm|bị
        trừ|bốc hơi, mạo danh|giả danh|giả mạo + tôi|mình|vay|tên, đứng tên|tên tôi|tên mình + vay|khoản|nợ|mở, khoản vay + không|chưa
        từng|tên|lạ, kết quả|hồ sơ|hóa đơn|bệnh án|đơn + của người khác|bệnh nhân khác|khách khác|nhầm, của người khác, quẹt thẻ|cà
        thẻ|thẻ bị + lạ|nước ngoài|đánh cắp|mất, giao dịch + lạ|không phải tôi|không thực hiện, quay lén|camera ẩn|quay trộm, căn
        cước|cccd|cmnd + lộ|người khác|vay|dùng
    """,
    "af": """
        datalek*|data oortreding|databreuk, persoonlike inligting|besonderhede + gelek|gesteel|verkoop|ander,
        inligting|besonderhede|uitslae|faktuur|rekening|lêer + ander|iemand anders|gelek|verkeerde|vreemd*, iemand anders se, ander
        kliënt*|pasiënt*|mense se, rekening|kaart|profiel + gehack|gekloon|gehack|gekaap, gehack, identiteitsdiefstal, in|op my naam +
        lening|rekening|kontrak|krediet, popia, versteekte kamera
    """,
    "ko": """
        개인정보+유출, 개인정보+노출, 개인정보+다른, 개인정보+팔, 개인정보+도용, 개인정보+넘, 개인정보가, 정보 유출, 정보유출, 정보가
        유출, 유출됐, 유출되, 다른 사람 정보, 다른 사람의, 다른 고객, 다른 환자, 다른 회원, 다른 사람+주소, 남의 정보, 남의 주문, 남의
        이름, 타인의, 타인 정보, 명의 도용, 명의도용, 명의로+대출, 명의로+개통, 내 명의, 제 명의, 제 이름으로+대출, 제 이름으로+개통,
        도용, 해킹, 부정 결제, 부정결제, 부정사용, 무단 결제, 모르는 결제, 결제한 적, 해외 결제, 해외결제, 카드 복제, 카드복제, 몰카, 불법
        촬영, 불법촬영, 도촬, 보이스피싱, 숨김 참조, 참조로 다
    """,
    "he": """
        דליפת מידע, דליפת נתונים, דלף מידע, המידע שלי+דל, הפרטים שלי+דל, הפרטים שלי+לכל, פרטים של+אחר, פרטים של לקוח, פרטים אישיים, של
        לקוח אחר, של לקוחות אחר, של מטופל אחר, של מטופלים אחר, של מישהו אחר, של מישהי אחר, של אנשים אחרים, של אדם אחר, תוצאות של+אחר,
        הרשומה של, פריצה לחשבון, פרצו לי לחשבון, פרצו לחשבון, החשבון נפרץ, נפרץ, נפרצ, גניבת זהות, גנבו לי את הזהות, התחזה, התחזות, על
        שמי+הלווא, על שמי+חשבון, בשמי+הלווא, בשמי, הכרטיס שלי+קניות, בכרטיס שלי, שכפלו+כרטיס, העתיקו+כרטיס, חיובים שלא, עסקאות שלא, פגיעה
        בפרטיות, הפרת פרטיות, מצלמה נסתרת, מצלמות נסתרות, צילמו אות, הקליטו אות
    """,
    "th": """
        ข้อมูลรั่ว, ข้อมูลหลุด, ข้อมูลส่วนตัว, ข้อมูลส่วนบุคคล, ข้อมูล+คนอื่น, ข้อมูลของคนอื่น, ของคนอื่น+เห็น, ของคนไข้คนอื่น,
        ของลูกค้าคนอื่น, ของลูกค้าท่านอื่น, ผลเลือดของ, ผลตรวจของคนอื่น, เลขบัตรประชาชน, เอาข้อมูลไปขาย, ขายข้อมูล, ถูกแฮก, โดนแฮก,
        โดนแฮ็ก, ถูกแฮ็ก, แฮกบัญชี, สวมรอย, แอบอ้าง, ชื่อผม+กู้, ชื่อฉัน+กู้, ในชื่อ+เงินกู้, ขโมยตัวตน, บัตร+ตัดเงิน, รูดบัตร+ไม่ได้,
        เงินหายจากบัญชี, เงินในบัญชีหาย, กล้องแอบ, แอบถ่าย, กล้องซ่อน
    """,
}
"""Data lost, shown or misused, and watching."""

FRAUD: Final[Table] = {
    "en": """
        stole my|our|from|money|cash, stolen from my|our|us|me, staff|driver|cleaner|maid|employee|courier|they stole|stolen, robbed
        me|us, fraud on my, fraudulent*, committed fraud, this is fraud, embezzl*, forged my|signature, stole
        my|our|from|money|cash|her|his|a|the|me|us, stolen from|by|out, my|our bike|car|passport|luggage|suitcase|parcel|package|bag|purse
        .. stolen, had|have .. stolen, things|items|passport|luggage|jewellery|jewelry|valuables|wallet|laptop|phone|cash|money +
        stolen|missing from .. room|suitcase|bag|locker, theft + luggage|staff|room|bag|police|employee|of, thieves +
        staff|airport|employees|baggage, pocketed my|the|our, forged, ponzi, pyramid scheme, embezzled, fake invoice*, cash advance ..
        vanished, odometer + rolled|tampered|clocked, sold me .. stolen, took .. deposit .. vanished|disappeared, disappeared with
        my|our|the|all
    """,
    "de": """
        gestohlen worden, wurde|wurden .. gestohlen|geklaut|bestohlen, diebstahl, betrügerisch*, betrugsfall, unterschlag*, unterschlagen,
        unterschrift gefälscht, beklaut, gestohlen aus|worden|wurde, mir|uns gestohlen|geklaut, geklaut +
        zimmer|koffer|mitarbeiter|geld|aus, aus dem zimmer|koffer|schließfach verschwunden|gestohlen, urkundenfälschung, tacho
        manipuliert, schneeballsystem
    """,
    "fr": """
        volé|volée mon|mes|notre|par|dans, on m a volé, nous a volé*, vol de mes|mon|bagage*, frauduleu*, frauduleux, détournement,
        signature falsifiée, escroqué* de, volé|volée|volés mon|mes|notre|par|dans|ma|de, m a|ont|avez volé, vol dans|de, disparu +
        chambre|valise|coffre|bijou*|argent, faux|fausse signature|facture|documents, compteur trafiqué, pyramide de ponzi
    """,
    "es": """
        robaron, robado mi|mis|nuestr*, me robó, nos robó, hurto, fraudulent*, fraude, estafaron, estafó, falsificaron,
        robaron|robado|robó|roban, desapareció|desaparecieron + habitación|maleta|dinero|caja fuerte|joyas, firma falsificada, estafa
        piramidal, cuentakilómetros, avance + desapareció, huyó|huyeron con .. dinero
    """,
    "it": """
        rubato, rubati, rubata, derubat*, furto, fraudolent*, frode, truffato|truffata|truffati di, firma falsificata, sparit* +
        camera|valigia|soldi|contanti|cassaforte|gioiell*, firma falsa, contachilometri, schema ponzi, spariti con .. soldi
    """,
    "pt": """
        roubaram, roubado meu|minha|dentro, furtaram, furtad*, fraude, fraudulent*, me roubou, estelionato, falsificaram,
        furto|furtado|furtada|furtaram|furtados, roubado|roubada|roubaram|roubo, sumiu|sumiram + mala|quarto|dinheiro|cofre|joia*, golpe +
        pix|caí|empresa|aplic*|boleto|dinheiro, assinatura falsa|falsificada, pirâmide financeira, fugiu|fugiram com .. dinheiro
    """,
    "nl": """
        gestolen uit|van|door, bestolen, diefstal, frauduleus, frauduleuze, fraude, opgelicht voor, handtekening vervalst, gestolen|gejat
        + kamer|koffer|tas|kluis|medewerker|mijn|geld, verdwenen + kamer|koffer|kluis|geld|sieraden, vervalst*, valse
        handtekening|factuur, kilometerteller, ponzi
    """,
    "pl": """
        ukrad*, kradzież*, oszustwo finansowe, wyłudz*, ukradli|ukradł|ukradła|ukradziono|skradziono, zginęły|zginął|zniknęł* +
        pokoju|walizk*|pieniądz*|portfel|biżuteri*, podrobi* podpis*|sfałszowa*, cofnięt* licznik*, piramid* finansow*
    """,
    "tr": """
        çaldı, çalındı, hırsızlık, dolandırıldım, çaldı*|çalındı|çalınmış|çalan|çalmış +
        para*|odam*|valiz*|bavul*|cüzdan*|telefon*|eşya*|altın, hırsızlık*, dolandırıldı*, sahte imza|fatura, kaybolmuş +
        odadan|kasa*|altın|para, saadet zinciri, kayıplara karıştı
    """,
    "ja": """
        盗まれ, 盗難, 窃盗, 詐欺被害, 横領, 盗んだ, 盗ま, 盗られ, 抜き取, 金がなくなっ, 財布がなくなっ, 現金がなく, 詐欺にあ, 詐欺に遭,
        着服, 偽造, メーター+改ざん, 改ざん, 改竄, 架空請求, ねずみ講, 持ち逃げ
    """,
    "zh": """
        被偷, 偷走, 偷了, 盗窃, 盜竊, 诈骗, 詐騙, 偷东西, 偷東西, 偷钱, 偷錢, 卷款, 捲款, 跑路, 携款, 伪造, 偽造, 假签名, 挪用, 侵占,
        侵吞, 調表, 调表车, 传销, 庞氏, 私吞
    """,
    "ar": """
        سرقوا, سرقة, احتيال, سرقوني, سرق مني, سرق من, سرقت, انسرق, تسرق, سرقه, مسروق, يسرق, حرامي, حراميه, اختفت فلوس, اختفى+الغرفة,
        اختفت+الغرفة, اختفى+الشنطة, تزوير, مزور, زورو, اختلاس, احتال, نصب واحتيال, هرب بالفلوس, اختفى بالفلوس
    """,
    "hi": """
        चोरी हो, चुरा लि, धोखाधड़ी, चोरी कर, चोरी हुआ, चोरी हुई, चुराया, चुरा ली, गायब+कमरे, गायब+पैसे, गायब+गहने, जाली, फर्जी दस्तावेज,
        फर्जी हस्ताक्षर, जालसाज, गबन, पैसे लेकर भाग, पैसा लेकर भाग, chori ho|kar, paise leke|lekar bhaag*
    """,
    "ru": """
        украл*|украден*|воровств*|кража|кражу|кражи|обокрал*|обворовал*, пропал* + номер*|деньги|чемодан*|сумк*|кошел*|украшен*|сейф*,
        подделал* подпис*|подпис*, поддел* документ*|подпис*, скрут* пробег, финансов* пирамид*, исчез* с деньгами, присвоил*
    """,
    "uk": """
        вкрал*|украл*|вкрадено|крадіж*|обікрал*, зникл* + номер*|гроші|валіз*|сумк*|гаман*|прикрас*|сейф*, підробил* підпис*, фінансов*
        пірамід*, зник* з грошима, привласнил*
    """,
    "cs": """
        ukradl*|ukraden*|krádež*|okradl*, zmizel* + pokoj*|peníze|obálk*|kufr*|peněženk*|šperk*|trezor*, padělal*|zfalšoval*, stočen*
        tachometr*, podvodně|zpronevěř*
    """,
    "ro": """
        furat|furate|furată|furt|furtul|furau + cameră|cameră|bagaj*|bani|portofel|angajat|geantă|casa, furt, dispărut|disparut +
        cameră|bani*|bagaj*|seif|bijuteri*, semnătur* fals*|falsificat*, avans* + chitanță|dispărut|nimeni, a fugit cu .. bani*, schemă
        piramidală|delapid*
    """,
    "hu": """
        ellop*|ellopta*|lopás*|meglop*|kirabol*, eltűnt* + szobá*|pénz*|bőrönd*|ékszer*|széf*|pénztárc*, elvitte ..
        biciklit|csomagot|pénz*, hamis aláírás*|hamisít*, visszateker* .. óra, piramisjáték*, sikkaszt*
    """,
    "sv": """
        stal|stulit|stulen|stulna|stölder|stöld|snodde|snott, försvunnit|försvann + rum*|väska*|pengar*|plånbok*|kassaskåp*|smycke*,
        förfalska*, bedrägeri* + polis*|konto*|utsatt, pyramidspel|förskingra*
    """,
    "da": """
        stjal|stjålet|stjålne|tyveri*|stjæler, forsvundet|forsvandt + værelse*|kuffert*|penge*|pung*|boks*|smykke*, forfalsk*, bedrageri*
        + politi*|konto*|udsat, pyramidespil|underslæb
    """,
    "no": """
        stjal|stjålet|stjålne|tyveri*|stjeler, forsvunnet|forsvant + rom*|koffert*|penge*|lommebok*|safe*|smykke*, forfalsk*, bedrageri* +
        politi*|konto*|utsatt, pyramidespill|underslag*
    """,
    "fi": """
        varasti|varastet*|varkau*|varkaus|varas, katosi|kadonnut|hävinnyt + huonee*|raha*|laukku*|lompakko*|koru*|tallelokero*,
        väärennet*|väärensi*, petos*|petokse* + poliisi*|tili*|rikos*, pyramidihuijau*|kavalsi*|kavallu*
    """,
    "el": """
        έκλεψ*|κλεψ*|κλοπή|κλοπη|κλάπηκ*|κλέψ*, εξαφανίστηκ*|χάθηκ* + δωμάτιο|χρήματα|βαλίτσα|πορτοφόλι|κοσμήματα, πλαστογρ*|πλαστή
        υπογραφή, υπεξαίρ*|πυραμίδα
    """,
    "id": """
        dicuri|mencuri|pencurian|kecurian|kemalingan|maling|digondol, hilang + kamar|koper|dompet|uang|perhiasan|brankas, bawa
        kabur|dibawa kabur|kabur .. uang, penggelapan|digelapkan|penipuan + polisi|jamaah|uang|korban, tanda tangan palsu|dipalsukan,
        investasi bodong|skema ponzi
    """,
    "vi": """
        ăn cắp|ăn trộm|trộm|lấy cắp|lấy trộm|mất cắp|móc túi + tiền|đồ|ví|nhân viên|phòng|vali|điện thoại, mất cắp, bị trộm, lấy cắp, ăn
        trộm, ôm tiền, giả mạo chữ ký|chữ ký giả|làm giả, chiếm đoạt, biển thủ, đa cấp lừa
    """,
    "af": """
        gesteel*|gesteelde|diefstal|steel, verdwyn|weg + kamer|geld|tas|beursie|juwele|kluis, vervals*, bedrog + polisie|bank,
        piramideskema|verduister*
    """,
    "ko": """
        훔쳐, 훔쳤, 훔친, 도난, 도둑맞, 절도, 없어졌+현금, 없어졌+지갑, 없어졌+귀중, 사라졌+현금, 사라졌+돈, 횡령, 위조, 사기죄, 사기
        피해, 사기당, 먹튀, 조작+주행, 주행거리 조작, 다단계, 잠적
    """,
    "he": """
        גנבו, גנב ל, גנב את, גניבה, נגנב, נגנבה, נעלם+מהחדר, נעלם+כסף, נעלמו+תכשיט, נעלמה+מעטפ, זיוף, זייפו, זויפ, מעילה, הונאה, הונו אות,
        עוקץ, פירמידה, ברח עם הכסף
    """,
    "th": "ขโมย, ลักทรัพย์, โดนขโมย, ของหาย+ห้อง, เงินหาย, ปลอมลายเซ็น, ปลอมแปลง, ยักยอก, เชิดเงิน, แชร์ลูกโซ่, กรอไมล์, ฉ้อโกง",
}
"""Money or goods taken by deceit or theft."""
