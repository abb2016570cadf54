"""What is said of the law, of discrimination and of the press."""

from __future__ import annotations

from typing import Final

from heard.assessment.vocabulary.table import Table

LEGAL: Final[Table] = {
    "en": """
        lawyer*|attorneys will|has|have|involved, legal action*, legal advice|proceedings|notice, small claims, lawsuit*, sue|suing|sued
        them|you|this|the|for|over, will|gonna|going to|should|could|can|be sue|suing|sued, class action, attorney general, crime
        reference, ombudsman, trading standards, ftc, cfpb, fcc complaint, better business bureau, health department|inspector|inspection,
        food standards, osha, consumer protection|affairs|forum|court|rights|council, data protection authority|commissioner, information
        commissioner, financial ombudsman, fair credit reporting, small claim court, my|our
        lawyer|lawyers|attorney|attorneys|solicitor|solicitors|barrister|counsel +
        will|has|have|is|are|contact*|letter|involved|hear*|sent|send, my|our
        lawyer|lawyers|attorney|attorneys|solicitor|solicitors|barrister|counsel +
        says|said|advis*|writ*|touch|instruct*|copied|speak*|now|call*|already,
        a|an|contacting|consult|consulting|consulted|contacted|hired|hiring|retained|retaining my|our|a|an|to
        lawyer|lawyers|attorney|attorneys|solicitor|solicitors|counsel,
        instructed|instructing|get|getting|seek|seeking|speak|speaking|spoke|spoken|with|to my|our|a|an|to
        lawyer|lawyers|attorney|attorneys|solicitor|solicitors|counsel, lawyer|lawyers|attorney|solicitor +
        contacted|consulting|hired|instructed|letter|court|sue|suing|demand, lawyer up, lawyering up, letter before action|claim, legal
        counsel|claim|case|team|route|dispute, seek|seeking|sought|taken|take|taking legal, cease and desist, summons, subpoena, tribunal,
        take|taking|taken you|them|this|him|her|it to court, see you|them in court, in court, go|going|goes to court,
        county|civil|magistrates|high court, court + claim|action|order|judge|case|hearing|date|papers, arbitration,
        called|call|calling|contacted|contact|phoned|rang|told|involved .. police|cops|sheriff|authorities, police report|were called|was
        called|came|involved|are|have|had|officer|station + report*|file*|involved|investigat*|came|case, report|reported|reporting .. to
        .. police|authorities|fca|fda|fcc|epa|ico|osha|regulator|ombudsman|council|cqc|ofsted|nhs, report|reported|reporting to ..
        police|authorities|fca|fda|regulator|ombudsman|council|cqc|ofsted, went|go|going|gone to .. police, police +
        statement|report|reported|complaint|filed|investigat*|arrest*, crime number|reference, press|pressing|pressed charges, ofcom,
        ofgem, ofsted, cqc, ofwat, cma, fda|cpsc + report*|complain*|filed, the regulator, regulators, citizens advice, consumer
        affairs|rights|ombudsman|protection|forum|watchdog|agency|commission, state attorney, environmental health, environmental health
        officer*, licensing board, medical|nursing|dental board|council + complain*|report*, complaint with|to ..
        board|authority|commission|ombudsman|regulator|bbb|fcc|ftc|cfpb|dot|faa|caa, dot complaint, department of
        transportation|health|labor|justice|consumer, section 75, human rights commission|tribunal|complaint, equality act, negligence,
        negligent, personal injury claim|lawyer|solicitor, product liability, breach of contract, criminal
        complaint|offence|offense|charges|matter, defamation, unlawful*, against the law, illegal ..
        eviction|deduct*|charge*|fee*|activity, regulator, police|cops + called|call|came|calling|reported|report
    """,
    "de": """
        rechtliche schritte, rechtlich* vorgehen, klage einreichen, verklage*, anzeige erstatt*, strafanzeige, mahnbescheid,
        verbraucherzentrale, verbraucherschutz, gesundheitsamt, ordnungsamt, bundesnetzagentur, bafin, schlichtungsstelle, staatsanwalt*,
        aufsichtsbehörde, gewerbeaufsicht, zum|beim anwalt,
        mein|meine|meinem|meinen|meiner|unser|unsere|unserem|unseren|einen|einem|einer|eine
        anwalt|anwältin|rechtsanwalt|rechtsanwältin|anwälte +
        ein|eine|wird|einschalt*|eingeschaltet|schreiben|beauftrag*|melden|meldet|gesprochen,
        mein|meine|meinem|meinen|meiner|unser|unsere|unserem|unseren|einen|einem|einer|eine
        anwalt|anwältin|rechtsanwalt|rechtsanwältin|anwälte +
        übergeben|hat|brief|hören|sie|post|frist|kontakt*|mandat*|informier*|konsult*, zum anwalt|rechtsanwalt,
        anwalt|anwältin|rechtsanwalt|anwälte +
        einschalt*|eingeschaltet|beauftrag*|übergeben|post|schreiben|klage|mandatier*|konsultier*|nehmen|genommen|brief, anwaltlich*,
        anwaltsschreiben, rechtsbeistand, rechtsschutz*, klage + einreich*|erheb*|eingereicht|gericht|androh*, ich|wir|werde|werden|sie ..
        verklagen, verklag*, vor gericht, ans|beim gericht, amtsgericht, landgericht, gerichtlich*, sehen uns vor gericht, mahnverfahren,
        polizei + gerufen|rufen|anzeige|eingeschaltet|gemeldet|kam|ermittelt|verständigt|holen|alarmier*|einschalten, zur polizei, anzeige
        + polizei|erstatt*|stelle|gestellt|läuft|raus, angezeigt, zeige sie an, verbraucherzentral*, verbraucherschützer,
        lebensmittelaufsicht, lebensmittelkontroll*, lebensmittelüberwachung, veterinäramt, jugendamt, bauaufsicht, bauamt, mieterverein,
        mieterschutz*, datenschutzbehörde|datenschutzbeauftragte*|landesdatenschutz*, ombudsmann|ombudsstelle|ombudsfrau|ombudsman,
        luftfahrtbundesamt|luftfahrt bundesamt, schlichtung*, heimaufsicht, ärztekammer, gleichstellungsstelle|antidiskriminierungsstelle,
        arbeiterkammer, konsumentenschutz, konsumentenschützer, schadensersatz*|schadenersatz|schmerzensgeld*, strafrechtlich*,
        fahrlässig*, eu verordnung 261, polizei + rufen|gerufen|geholt|holen|kam|meld*|anzeig*|informiert
    """,
    "fr": """
        action en justice, porter plainte, porté plainte, porte plainte, dépôt de plainte, dépose* plainte, déposé plainte, poursuivre en
        justice, poursuites judiciaires, mise en demeure, dgccrf, répression des fraudes, signal conso, 60 millions de consommateurs, ufc
        que choisir, huissier, services d hygiène, procureur, mon|notre|un|une|nos|son|l|d avocat|avocate|avocats +
        contact*|saisi*|prend*|pris|courrier|lettre|suite*|dossier|charg*|vous|transm*|recommand*|consult*|action|va|écri*,
        prendre|consulter|contacter|contacté|saisi|saisir|consulté|mandaté .. avocat|avocate|avocats, par mon avocat, avocat +
        plainte|tribunal|mise en demeure|procéd*, en justice + porter|porte|action|poursui*|attaqu*|trainer|agir|vous,
        saisir|saisi|saisis|saisine .. tribunal|justice|médiateur|conciliateur|prud|cnil|procureur|juge|défenseur|dgccrf|ars|arcep,
        au|devant|le tribunal + saisi*|porter|assign*|porté|judiciaire|audience, tribunal judiciaire|d|de, assigner|assignation|assigné,
        juge + saisi*|audience, appelé|appeler|prévenu|prévenir|venue|alerté .. police|gendarmes|gendarmerie, police|gendarmerie +
        plainte|appel*|main courante|intervenu*|venue|constat*, plainte + déposé*|déposer|porter|police|porté|commissariat|pénal*,
        commissariat, main courante, gendarmes, médiateur de|du|national, conciliateur, commission .. rappel|sécurité, association ..
        consommateurs, inspection du travail, ddpp, services vétérinaires, services sanitaires, ars, défenseur des droits, signalement +
        ars|dgccrf|cnil|autorités|fait, autorités + signal*|compétentes, recours judiciaire|juridique|collectif|contentieux, action
        collective|juridique|judiciaire, voie judiciaire|juridique, poursuite*|poursuites, poursuivre + justice|vous|tribunal, dommages et
        intérêts, préjudice + réparation|indemnis*, arcep, acpr, amf, protection juridique, huissier|commissaire de justice, gendarmerie,
        police + appelé*|appeler|venue|alerté*
    """,
    "es": """
        acciones legales, vía legal, vía judicial, demanda judicial, demandar*, demandaré, denunciaré, juzgado, profeco, indecopi, sernac,
        consumo .. reclamación, oficina|oficinas del consumidor, ocu, facua, defensa del consumidor, fiscalía, hojas de reclamaciones,
        hoja de reclamaciones, mi|mis|nuestro|nuestra|un|una|nuestros abogado|abogada|abogados +
        contact*|demand*|denunc*|carta|burofax|habl*|pon*|tom*|va|está|comunic*|escrib*|consult*|contrat*|caso|acciones|legal,
        hablar|hablé|contratar|contraté|consultar|consulté .. abogado|abogada|abogados, en manos de .. abogado*|abogada, mis abogados,
        burofax, al juzgado, juzgado*, en|los|ante tribunales|tribunal, ir a juicio, llevar|llevaré|iremos a juicio|juicio, nos vemos en
        .. juicio|juzgado|tribunales, demanda + judicial|interpon*|pon*|colectiva|contra,
        poner|puesto|puse|interponer|interpuesto|presentar|presentado|presenté|presentaré|pondré .. denuncia|demanda|querella, denuncia +
        policía|policial|puesta|juzgado|guardia, denunciar|denunciaré|denunciamos|denunciado|denunciaremos +
        policía|a|ante|consumo|en|autoridades, llamé|llamamos|llamar|llamado|vino|acudió|avisar .. policía|guardia civil, a la policía +
        llam*|denunc*|fui*|acud*, policía + denunc*|llam*|vino|report*|parte|atestado, guardia civil, mossos, consumo +
        reclam*|denunc*|omic|oficina|queja, omic, ofic* .. consumidor, libro de reclamaciones, superintendencia, inspección|inspector
        de|sanitari* sanidad|trabajo|sanitaria, sanidad + denunc*|inspección|avis*|llam*, ministerio de trabajo|consumo|salud, condusef,
        sernac*, defensor del pueblo|consumidor, agencia .. protección de datos, aepd, banco de españa + reclam*|queja|denunc*,
        negligencia*, daños y perjuicios, indemnización + exij*|reclam*|abogad*|demand*, querella*, vía penal|civil|legal,
        medidas|acciones legales|judiciales, autoridades + denunc*|report*|sanitarias|competentes, derechos del consumidor, sanidad,
        abogado|abogada|abogados + mi|mis|nuestro|hablar|consult*
    """,
    "it": """
        azione legale, azioni legali, vie legali, denuncerò, querela, carabinieri, causa legale, fare causa, codacons, altroconsumo,
        associazione consumatori, antitrust, agcm, agcom, guardia di finanza, mio|nostro|un|dal|al|all|mia|nostri
        avvocato|avvocata|avvocati|legale|legali +
        contatt*|scriv*|letter*|già|incaric*|mand*|sent*|procede*|diffid*|rivolg*|tutel*|denunc*|passo|sta,
        rivolgermi|rivolgerò|rivolgeremo|rivolto|rivolgersi .. avvocato|legale|avvocati, avvocato +
        denunc*|causa|letter*|diffid*|contatt*|rivolg*|mano|tribunale, per vie legali, in tribunale, tribunale di|competente, ci vediamo
        in tribunale, giudice di pace, in causa, chiamato|chiamare|chiamata|chiamati|intervenut*|avvisat* .. polizia|carabinieri, polizia
        + denunc*|chiam*|intervenut*|venut*|postale, sporgere|sporto|sporgerò|fatto|fare|presentato|presentata|farò|esposto ..
        denuncia|querela|esposto, denuncia + carabinieri|polizia|penale|sport*|presentat*, denunciar*|denunciato|denunceremo +
        polizia|carabinieri|autorità|vi|alle|ai, esposto + procura|asl|nas|consob|garante|agcm, procura, ai nas|dai nas|i nas, alla
        asl|all asl, asl + segnal*|chiam*|controll*|denunc*, garante + privacy|segnal*|reclam*|ricors*, associazione .. consumatori,
        federconsumatori, unione consumatori, consob, arbitro bancario|finanziario, ispettorato, diffida + legale|avvocato|invi*,
        risarcimento .. danni, messa in mora, negligenza, lesioni colpose
    """,
    "pt": """
        ação judicial, medidas judiciais, medidas legais, judicialmente, processo judicial, processo contra, juizado, pequenas causas,
        procon, boletim de ocorrência, ministério público, anatel, bacen, vigilância sanitária, livro de reclamações, asae,
        meu|minha|um|uma|nosso|meus|com advogado|advogada|advogados +
        entr*|contat*|acion*|process*|vai|já|procur*|orient*|fal*|consult*|notific*, advogado|advogada|advogados +
        process*|acion*|justiça|procur*|contrat*|orient*|medida*, procurar|procurei|contratar|contratei|acionar|falar|consultar ..
        advogado|advogada|advogados, na justiça, à justiça, justiça +
        acion*|entr*|recorr*|process*|ação|via|vou|irei|busc*|buscar|comum|procur*|medida*, vou|irei|vamos|iremos processar, processar ..
        empresa|vocês|loja|plano, abrir|entrar|abri|entrei .. processo|ação, processo + judicial|justiça|danos|juizado|advogad*, no|em
        tribunal, nos tribunais, fiz bo, fiz|fazer|registrei|registrar|abri|abrir um|o bo|boletim, fiz|já fiz bo, bo +
        registr*|delegacia|polícia, chamei|chamar|chamamos|acionei|acionar|ir .. polícia|pm, polícia +
        chamei|chamar|chamad*|civil|federal|caso|denunci*|acion*, na|à|a|até delegacia + fui|ir|registr*|fiz|vou|bo|procur*, procon +
        irei|vou|acion*|reclam*|abri*|denunci*|registr*|procur*|recorr*|já|ao|no|e|medidas, denúncia|denunciar|denunciei|denunciarei ..
        anvisa|ans|anatel|anac|procon|ministério|bacen|polícia|órgãos|conselho|vigilância, anvisa, aneel, na|à|a|pela
        ans|anac|anatel|aneel|bacen|susep, banco central|bacen + reclam*|denunci*|abri|registr*, conselho de medicina|regional|tutelar,
        crm + denunci*, defensoria, juizado especial, ação judicial|civil|indenizat*|por, notificação extrajudicial, deco +
        queixa|reclam*|apres*, gnr, psp + queixa|chamei|chamar, queixa crime|na|à|polícia + polícia|psp|gnr|crime, indenização +
        justiça|processo|danos|moral, negligência, crime + consumidor|contra|estão|isso|previsto|omissão, liminar, decisão judicial, ordem
        judicial, descumpr* .. judicial|liminar, advogado, advogada, advogados
    """,
    "nl": """
        juridische stappen, juridische actie, voor de rechter, rechtszaak, aanklagen, aangifte, consumentenbond, geschillencommissie,
        voedsel en warenautoriteit, nvwa, autoriteit persoonsgegevens, kifid, ingebrekestelling, deurwaarder, mijn|onze|een|de
        advocaat|advocate|advocaten|jurist + neem*|schakel*|ingeschakeld|stuurt|contact|gaat|heeft|zal|brief|inschakel*|hoort|horen|bezig,
        advocaat|jurist + inschakelen|ingeschakeld|stappen|rechtbank|schakel|brief|zaak, rechtsbijstand*, naar .. rechter|rechtbank, voor
        de rechter|rechtbank, rechtbank + stap*|zaak|gang|brief|dagvaard*, dagvaard*, zie|zien u|jullie|elkaar .. rechter|rechtbank, kort
        geding, politie + gebeld|aangifte|ingeschakeld|bellen|gewaarschuwd|kwam|gemeld|erbij|melding, naar de politie, aangifte +
        doe|gedaan|doen|politie, bij .. acm|afm|kifid|nvwa|consument, autoriteit consument, consument* markt, klacht .. ingediend .. bij,
        acm + melding|klacht|gemeld, ombudsman*|geschillen*, juridisch*, tuchtcollege, tuchtklacht, inspectie +
        gemeld|melding|gezondheidszorg|klacht|ingelicht, igj, ggd + gemeld|melding, huurcommissie, letselschade*, schadeclaim*,
        aansprakelijk + stel*|gesteld, consumentenbond*, fod economie, testaankoop, test aankoop, voedselinspectie|favv, nalatigheid,
        college .. mensenrechten, vertrouwensarts|veilig thuis, politie
    """,
    "pl": """
        adwokat*, prawnik*, do sądu, pozew, pozwę, prokuratur*, uokik, rzecznik* konsument*, sanepid*, policj* +
        zgłosi*|wezwa*|zawiadom*|zgłasz*|zadzwoni*|przyjecha*|interweni*|doniesieni*, na policję, kancelari* prawn*|adwokack*,
        prawnik*|prawnikiem|prawnika + skontakt*|pismo|sprawa|przekaza*|wkracza|zajmuje|mój|konsult*, mój prawnik|adwokat|pełnomocnik,
        radca prawny|radcy prawnego, drogę|droga|drodze sądow*|prawn*, w|do sądzie|sądu, spotkamy się w sądzie, sprawa|sprawę ..
        sądu|sądzie|sądow*, pozew*|pozwem|zbiorowy, pozw*, wezwanie przedsądowe|do zapłaty, rzecznik*|rzecznikiem +
        konsument*|finansow*|praw, urzęd* ochrony, uodo|puodo, knf, pip, inspekcj* pracy|sanitarn*|handlow*, inspekcja, uke, ure,
        zawiadomienie + prokuratur*|policj*|organ*|przestępstw*, zgłosz* do|w .. organ*|uokik|sanepid*|prokuratur*|uodo, odszkodowani* +
        sąd*|żąda*|prawnik*|wystąpi*, zaniedban*, kuratorium
    """,
    "tr": """
        savcılı*, tüketici hakem, cimer, şikayetvar, polise|polisi|polis|polisler +
        çağır*|şikayet*|gitt*|başvur*|ara*|geldi|verdi*|ihbar*|tutanak, karakol*, jandarma* + ara*|çağır*|şikayet*,
        avukatım|avukatımız|avukata|avukatıma|avukatla|avukatlarım|avukatımla|avukat +
        başvur*|ver*|görüş*|tut*|iletişim*|dava*|gönder*|ihtar*|aracılığıyla|danış*|yazı*, avukatım + ara*|geç*|ulaş*|iletişim*,
        mahkemeye|mahkemede|mahkemelik|mahkeme|mahkemelere + ver*|görüş*|başvur*|taşı*|dava*|gid*|karar*, dava
        aç|açacağım|açıyorum|açtım|edeceğim, dava + aç|ediyor*|edece*|konusu, hukuki süreç*|yol*|işlem*|hak*, yasal
        yol*|işlem*|süreç*|hak*, yasal + başlat*|başvur*|haklarım*, suç duyurusu*, tüketici hakem*|mahkeme*|hakları*|heyet*, hakem
        heyeti*, cimer*, bimer, btk, bddk, şikayetvar*, alo 174|170, ticaret bakanlığı|sağlık bakanlığı|tarım bakanlığı +
        şikayet*|bildir*|başvur*, il sağlık|tarım, kvkk + şikayet*|başvur*|bildir*, noter* + ihtar*|ihtarname*, ihtarname*, tazminat +
        dava*|talep*|iste*, zabıta* + şikayet*|bildir*
    """,
    "ja": """
        訴訟, 消費者センター, 消費生活センター, 国民生活センター, 保健所, 弁護士に, 弁護士を, 弁護士から, 弁護士と, 弁護士へ, 弁護士も,
        顧問弁護士, 訴えま, 訴えて, 訴えるつも, 訴える予定, 訴えようと, 提訴, 告訴, 被害届, 警察に, 警察を, 警察へ, 警察沙汰, 110番,
        通報しま, 通報した, 通報す, 裁判を, 裁判に, 裁判も, 裁判所, 法的措置, 法的手段, 法的に, 法的対応, 内容証明, 慰謝料, 損害賠償,
        消費者庁, 消費者ホットライン, 保健所に, 保健所へ, 保健所も, 労基署, 労働基準監督署, 公正取引委員会, 個人情報保護委員会, 金融庁,
        総務省に, 国土交通省, 行政に相談, 行政指導, 違法, 法律違反, 少額訴訟, 集団訴訟
    """,
    "zh": """
        起诉, 起訴, 法院, 报警, 報警, 消协, 消費者協會, 工商局, 12315, 食药监, 法律途径, 律师函, 律師函, 我的律师, 我的律師, 找律师,
        找律師, 请律师, 請律師, 委托律师, 委託律師, 联系律师, 咨询律师, 諮詢律師, 律师已, 律師已, 律师会, 律师说, 律师联系, 律师沟通,
        交给律师, 律師處理, 打官司, 法庭, 走法律, 法律途徑, 法律程序, 法律手段, 法律责任, 提告, 告你们, 告你們, 告上, 控告, 诉讼, 訴訟,
        集体诉讼, 报了警, 報了警, 叫警察, 警察来, 警察來, 警察都, 派出所, 公安局, 公安机关, 打110, 打了110, 立案, 消保会, 消保會,
        消费者协会, 消費者保護, 消基會, 消委会, 消委會, 打12315, 打了12315, 12315投, 12315举, 打12345, 12345投, 12378投, 市场监管, 市監局,
        工商投诉, 食藥署, 卫生局, 衛生局, 卫健委, 银保监, 銀保監, 劳动仲裁, 勞動局, 勞工局, 仲裁, 证监会, 工信部, 民航局, 教育局+投诉,
        教育局+举报, 举报到, 向..举报, 已经举报, 已举报, 要举报, 去举报, 举报你们, 檢舉, 投诉到+局, 个人信息保护法, 存证信函, 存證信函,
        索赔, 求償, 精神损失
    """,
    "ar": """
        محكمة, المحكمة, حماية المستهلك, قضائي, محامي سي, المحامي سي, محاميي, محاميتي, محامينا, كلمت محامي, وكلت محامي, سأوكل محامي, توكيل
        محامي, مع محامي, عن طريق محامي, عبر محامي, إلى محامي, المحامي حق, المحامي راح, المحامي هي, استشرت محامي, محامي+قضي, محامي+دعو,
        المحامي, القضاء, رفع دعوى, رفع قضية, ارفع قضية, أرفع قضية, رفعت دعوى, رفعت قضية, دعوى+قضائ, دعوى ضد, قضية+ضد, قضية+عليكم, بلغت
        الشرطة, ابلغت الشرطة, أبلغت الشرطة, اتصلت بالشرطة, للشرطة, بالشرطة, الشرطة+بلاغ, الشرطة+جت, الشرطة+حضر, مركز الشرطة, قسم الشرطة,
        محضر, بلاغ في, بلاغ لدى, بلاغ ل, بلاغ رسمي, قدمت بلاغ, رفعت بلاغ, النيابة, وزارة التجارة, وزارة الصحة, وزارة العمل, وزارة
        البلديات, البلدية+شكو, البلدية+بلاغ, هيئة الغذاء, هيئة الاتصالات, البنك المركزي+شكو, ساما, مؤسسة النقد, جهاز حماية, الجهات
        المختصة, الجهات المعنية+شكو, شكوى رسمية, الإجراءات القانونية, إجراء قانوني, إجراءات قانونية, الملاحقة القانونية, قانوني+ضد, مقاضا,
        تعويض+قانون, إنذار قانوني, نيابة
    """,
    "hi": """
        अदालत, मुकदमा, उपभोक्ता फोरम, उपभोक्ता अदालत, वकील से, मेरे वकील, वकील का नोटिस, वकील के, मेरा वकील, हमारे वकील, कानूनी कार्रवाई,
        कानूनी कार्यवाही, कानूनी नोटिस, लीगल नोटिस, लीगल एक्शन, केस कर, केस दर्ज, केस करूंगा, केस करूँगा, कोर्ट में, कोर्ट जा, कोर्ट तक,
        पुलिस में, पुलिस को, पुलिस बुला, पुलिस थाने, पुलिस स्टेशन, पुलिस शिकायत, थाने में, एफआईआर, FIR, उपभोक्ता आयोग, उपभोक्ता न्यायालय,
        उपभोक्ता हेल्पलाइन, कंज्यूमर फोरम, कंज्यूमर कोर्ट, कंस्यूमर, आरबीआई, लोकपाल, ओम्बड्समैन, ट्राई में, खाद्य विभाग, खाद्य सुरक्षा,
        स्वास्थ्य विभाग, श्रम आयुक्त, मानवाधिकार, सीएम हेल्पलाइन, consumer court|forum|helpline, legal notice|action, vakil|wakil +
        se|notice|mera, police + me|mein|complaint|station|bula*, fir + darj|kara*, court + me|mein|jaunga|case, rbi + complaint|shikayat,
        thane me|mein
    """,
    "ru": """
        юрист*|адвокат* + обращ*|обрат*|подал*|подготов*|мой|наш|передал*|свяж*|готов*|консульт*|составл*|иск*, мой|наш|моему|нашему|через
        юрист*|адвокат*, в суд, суд* + подам|подать|подал*|подаю|подан*|обращ*|встрет*|иск*|буд*|заявлен*|передан*, исков* заявлен*, иск +
        подал*|подам|подан|суд, судебн* иск*|разбират*|поряд*|претенз*|повест*, досудебн* претенз*, претензи* +
        досудебн*|письменн*|направил*|юрист*|суд*, полици* + заявлен*|вызвал*|вызыва*|обрат*|обращ*|написал*|пода*|приехал*, в полицию, в
        милицию, заявление + полици*|прокуратур*|роспотреб*|суд|следствен*|участков*, прокуратур*, роспотребнадзор*, следствен* комитет*,
        росздравнадзор*|роструд*|рособрнадзор*|ростехнадзор*|роскомнадзор*|жилинспекц*|трудинспекц*|госпотребнадзор*, инспекци* +
        жалоб*|труд*|жилищ*|обра*|пода*, жалоб* в .. прокуратур*|банк|цб|роспотреб*|инспекц*|минздрав*|фас|министерств*, центробанк*|цб +
        жалоб*|обра*|пода*, защит* прав потребител*|потребителей, прав потребител*, уголовн*, моральн* вред*|компенсац*, компенсаци*
        морального, омбудсмен*|уполномоченн*, фас + жалоб*|обра*, халатност*
    """,
    "uk": """
        юрист*|адвокат* + зверн*|звертаюс*|подав*|подал*|готу*|мій|наш|переда*|зв'я*|консульт*|позов*, мій|наш|моєму|через
        юрист*|адвокат*, до суду|у суд|в суд, суд* + подам|подати|подав|подала|зверн*|зустрін*|позов*|позива*|передан*, позов* заяв*,
        позов*, судов* позов*|поряд*|розгляд*|претенз*, досудов*, поліці* + заяв*|виклик*|зверн*|написав|написал*|подав|подал*|приїх*, до
        поліції|в поліцію, заяв* + поліці*|прокуратур*|суд*|держпродспожив*, прокуратур*, держпродспоживслужб*, держспожив*,
        антимонопольн*, держпраці, нацбанк*|нбу + скарг*|зверн*, скарг* +
        держпрод*|прокуратур*|омбудсмен*|нацбанк*|нбу|міністерств*|інспекц*, захист* прав споживач*, прав споживач*, кримінальн*, моральн*
        шкод*, омбудсмен*|уповноважен*, недбал*
    """,
    "cs": """
        právník*|advokát* + kontakt*|obrát*|předal*|předán*|můj|náš|řeš*|spoj*|podá*|konzult*|pošle|dopis*, můj|naše|náš|mého|mým
        právník*|advokát*|právnička, k soudu|u soudu|soudu|soudně|soudní + podá*|žalob*|řeš*|okresní*|spor*|jít|cest*|obrát*|vymáh*,
        žalob*|žaluj*|zažaluj*|žalobu, předžalobn* výzv*, trestní oznámen*, policie|policii|policajt*|policisty +
        volal*|zavolal*|nahlás*|oznám*|podal*|přijel*|přivolal*|řeš*|hlásil*, na policii, čoi|coi, česk* obchodní* inspekc*, obchodní*
        inspekc*, podnět + čoi|úřad*|inspekc*|hygien*|podáv*, hygien* + nahlás*|podnět|kontrol*|stanic*|podal*|oznám*, szpi, čtú|čnb +
        stížnost*|podnět|podal*, dtest, ombudsman*, finanční arbitr*|finančního arbitra, úoou|úřad pro ochranu, ochran* spotřebitel*,
        inspektorát*|inspekc* práce, náhrad* škody + soud*|požaduj*|právník*|vymáh*, soudní cestou|soudní cesta, právní
        kroky|kroků|cestou|zástupce|zástupcem
    """,
    "ro": """
        avocat*|avocatul|avocatului + contact*|voi|meu|nostru|vorbi*|notific*|sesiz*|trimi*|angaj*|consult*|proces, avocatul meu|nostru,
        în|la instanță|tribunal|judecătorie|judecată, instanță|instanța + acțion*|dau|chem*|sesiz*|proces, dau|da|dăm .. judecată,
        judecată + dau|chem*|acțion*|merg*, ne vedem .. tribunal|instanță|judecat*, proces + dau|deschid*|intent*|colectiv|penal,
        acțiune|acționez|acțiuni .. instanță|justiție|legal*, plângere + poliț*|penal*|anpc|depus|depun*|prealabilă|procuror*, plângere
        penală, poliți* + chemat|sunat|plângere|sesiz*|anunțat|venit|apelat, la poliție, parchet*, procuratur*, anpc|opc|protecția
        consumator*|protecției consumator*|protectia consumator*, anpc + reclam*|sesiz*|plânger*, anspdcp, dsp|dsv|dsvsa|ansvsa, ansvsa,
        itm + sesiz*|reclam*|plânger*, ancom, bnr|asf + reclam*|sesiz*|plânger*, inspecția|inspectorat*
        muncii|sanitar*|școlar*|teritorial, avocatul poporului, sesizare|sesiza*|reclamație|reclamatie ..
        anpc|poliți*|autorități|dsp|parchet|opc|bnr|asf|minister*, notificare|somație prin|juridic*|avocat|legală|executor*, pe cale
        judiciară|legală|juridică, daune morale|interese, malpraxis*, neglijenț* medical*|gravă
    """,
    "hu": """
        ügyvéd*|ügyvédem|ügyvédemnek|ügyvédhez + fordul*|átad*|felveszi|keres*|megkeres*|ír|levél*|küld*|jelentkez*|megbíz*,
        ügyvédem*|ügyvédünk*|ügyvédhez, jogi út|lépés*|képviselő*|eljárás*, peres út|perelni|beperel*|perel*|pert indít*|keresetet,
        bíróság*|bíróságon|bírósághoz|bíróságra, fizetési meghagyás*, rendőrség*|rendőrt|rendőrök|rendőrségen|rendőrségi,
        feljelentés*|feljelent*, fogyasztóvédel*|fogyasztóvédelem*|fogyasztóvédelmi*, békéltető*|békéltető testület*, nébih*|nebih*,
        ántsz|nnk, mnb*|mnb nél|mnb hez, nmhh, naih*|adatvédelmi hatóság*, gvh, hatóság* + bejelent*|fordul*|jelent*|feljelent*,
        bejelentést tett*|teszek|tettem, panaszt tett* .. mnb*|hatóság*, ügyészség*, ombudsman*, munkaügyi*, kártérítés* +
        per*|ügyvéd*|követel*|bíróság*|igény*, felszólítás* + ügyvéd*|jogi
    """,
    "sv": """
        min|vår|mitt|en|mina advokat*|jurist*|ombud + kontakt*|hör*|tar|kopplar|kopplat|ärendet|skickar|lämna*|anlita*|över,
        advokat*|jurist* + kontakt*|anlita*|kopplat|kopplar|stäm*|ärendet|brev, till advokat|domstol|tingsrätt*|rätten, stämma
        er|dem|företaget|dig, stämmer er|dem, stämning*|stämningsansökan, tingsrätt*, domstol*, rättslig*|juridisk*
        åtgärd*|väg*|steg|hjälp|process*, polisanmäl*|polisanmält, polis* + anmäl*|ring*|kontakt*|kom|tillkall*|larma*, polisen, anmält +
        er|till|polis*|arn|konsument*|ivo|imy|ärendet, anmäl* till .. arn|polis*|konsument*|imy|ivo|miljö*|livsmedel*,
        arn|konsumentverket|konsumentombuds*|konsumentvägled*|reklamationsnämnd*, allmänna reklamations*,
        datainspektionen|integritetsskydd*|imy, ivo, finansinspektionen|elsäkerhetsverket|arbetsmiljöverket|livsmedelsverket,
        hälsoskydd*|miljökontor*|skolinspektion*|patientnämnd*, ombudsman*|diskrimineringsombuds*|do anmäl*, hyresnämnd*,
        kronofogde*|kronofogden, skadestånd*, vårdslös*
    """,
    "da": """
        min|vores|en advokat*|jurist* + kontakt*|hør*|tager|sender|sagen|overdrag*|skriver|brev, advokat* +
        kontakt*|kobl*|sagen|stævn*|overgiv*|brev|sagsøg*, sagsøge|sagsøger|sagsøgt|sagsøges, søgsmål*|stævning|stævne, i
        retten|byretten|for retten, domstol*|retssag*, juridisk*|retslig* skridt|hjælp|vej*, politianmeld*|politianmeldt, politi* +
        anmeld*|ring*|kontakt*|kom|tilkald*|meldt, politiet, anmeldt + jer|til|politi*|fødevare*|datatilsyn*|arbejdstilsyn*, anmeld* til
        .. politi*|fødevare*|datatilsyn*, forbrugerklage*|forbrugerombuds*|forbrugerråd*|forbrugerstyrelse*|ankenævn*|klagenævn*|forbruger
        klage*, fødevarestyrelse*, arbejdstilsyn*, datatilsyn*, sikkerhedsstyrelse*, finanstilsyn*,
        patientklage*|patienterstatning*|styrelsen for patient*|sundhedsstyrelse*, ligebehandlingsnævn*, ombudsmand*, huslejenævn*,
        erstatningskrav|erstatningssag, grov uagtsom*
    """,
    "no": """
        min|vår|en advokat*|jurist* + kontakt*|hør*|tar|sender|saken|overlat*|skriver|brev, advokat* +
        kontakt*|kobl*|saken|stevn*|brev|søksmål, saksøke|saksøker|saksøkt, søksmål*|stevning|stevne, i retten|tingrett*|for retten,
        domstol*|rettssak*, juridisk*|rettslig* skritt|hjelp|vei*, politianmeld*|politianmeldt, politi* +
        anmeld*|ring*|kontakt*|kom|tilkalt*|meldt, politiet, anmeldt + dere|til|politi*|mattilsyn*|datatilsyn*|forhold*,
        forbrukertilsyn*|forbrukerråd*|forbrukerklage*|forbrukerombud*,
        forliksråd*|finansklagenemnd*|pakkereisenemnd*|transportklagenemnd*|klagenemnd*, mattilsyn*, arbeidstilsyn*, datatilsyn*,
        finanstilsyn*, dsb|eltilsyn*, statsforvalter*|helsetilsyn*|pasientombud*|pasientskade*, diskrimineringsnemnd*|likestillingsombud*,
        ombudsmann*|sivilombud*, husleietvist*, erstatningskrav|erstatningssak, grovt uaktsom*
    """,
    "fi": """
        asianaja*|asianajaja*|juristi*|lakimies*|lakimiehe* + yhtey*|ottaa|otan|otti|hoitaa|siirr*|annoin|käänny*|kirje,
        asianajajani|juristini|lakimieheni, oikeuteen|oikeudessa|käräjäoikeu*|oikeusjuttu*|haaste*|haastan|käräjill*|käräjille,
        oikeustoim*, rikosilmoitu*|tutkintapyyn*, poliisi* + ilmoit*|soit*|kutsu*|tul*|rikos*|tutki*, poliisille,
        kuluttajariita*|kuluttajavirasto*|kuluttajaneuvon*|kuluttaja asiamie*|kuluttajaviranomai*|kuluttajaliitto*|kkv, kilpailu*
        kuluttaja*, aluehallintovirasto*, ruokavirasto*|terveystarkasta*|terveysvalvon*|elintarvikevalvon*|elintarviketarkasta*,
        tukes*|tukesiin, tietosuojavaltuut*, finanssivalvon*|vakuutus* fine, potilasasiamie*|potilasvahinko*|valvira*,
        yhdenvertaisuusvaltuut*|tasa arvovaltuut*, oikeusasiamie*, vahingonkorvau*, tuottamuk*, syyte*|syytteen
    """,
    "el": """
        δικηγόρο*|δικηγόρος|δικηγορ* + μου|μας|επικοιν*|απευθ*|αναλάβ*|στείλ*|εξώδικ*|μιλήσ*, στον δικηγόρο, ο δικηγόρος μου|μας,
        εξώδικο*|εξώδικη, μήνυση*|μηνύσ*|μήνυσ*|αγωγή*|μηνυση|υποβάλω, μήνυση|αγωγή|καταγγελία + κατέθεσ*|κάνω|καταθέσ*|υποβ*|έκανα|θα,
        καταγγελί* + συνήγορο*|αστυνομ*|εφετ|υπουργ*|αρχή|δίωξη|έκανα|κατέθεσ*|υπέβαλ*, δικαστήρι*|δικαστηρι*|δικαστικ*|ένδικ*, νομικ*
        ενέργ*|μέσα|κινήσ*|οδό, αστυνομία|αστυνομια|αστυνομίας|αστυνομικ* + κάλεσ*|καλέσ*|ήρθε|καταγγ*|μήνυσ*|πήρα*|τηλεφών*|δήλωσ*, στην
        αστυνομία, συνήγορο|συνήγορος|συνηγόρου .. καταναλωτή|πολίτη, προστασία|προστασίας .. καταναλωτ*|δεδομένων, ινκα|εκποιζω,
        εφετ|εφκα|εεττ|σεπε|ρααευ, υγειονομικό|υγειονομικού, επιθεώρηση εργασίας, εισαγγελ*, αρχή προστασίας, τράπεζα της ελλάδος,
        αποζημίωση + δικηγόρ*|δικαστ*|αγωγή|απαιτ*
    """,
    "id": """
        pengacara*|kuasa hukum|lawyer + saya|kami|hubungi|menghubungi|somasi|sudah|akan|kirim, kuasa hukum, somasi*|disomasi, jalur hukum,
        tuntut|menuntut|gugat|menggugat|gugatan + hukum|kalian|pengadilan|perusahaan|akan|pidana|perdata|anda, pengadilan*|ke pengadilan,
        tempuh|menempuh .. hukum, polisi + lapor*|laporan|melapor*|dilaporkan|panggil|datang|ke, laporan polisi,
        lapor|laporkan|melaporkan|dilaporkan .. polisi|ylki|ojk|bpkn|bpom|kominfo|polres|polda|polsek|disnaker|dinas|bi|kppu, ojk +
        lapor*|adu*|pengaduan|daftar*, ylki|bpkn|bpsk, bpom + lapor*|adu*, ombudsman, lembaga perlindungan konsumen, perlindungan
        konsumen, disnaker, uu ite|perlindungan, ranah hukum, pidana*|dipidanakan, proses hukum, secara hukum, ganti rugi +
        hukum|tuntut|pengadilan, kelalaian
    """,
    "vi": """
        luật sư của tôi|mình|chúng, luật sư + liên hệ|làm việc|nhờ|sẽ|gửi|thuê, khởi kiện|kiện ra|kiện công|đi kiện|nộp đơn kiện|kiện
        các|kiện tụng, sẽ|đã|nộp đơn kiện|khởi, tòa án|toà án, ra tòa|toà, trình báo|báo công an|báo cảnh sát|gọi công an|công an
        phường|công an + báo|trình|gọi|tố|đơn|làm việc, báo|gọi công an|cảnh sát|113, tố cáo|tố giác|đơn tố, đơn khiếu nại|khiếu nại
        lên|khiếu nại đến + sở|cục|bộ|hội|thanh tra, hội .. bảo vệ người tiêu dùng|bảo vệ, bảo vệ người tiêu dùng, quản lý thị trường,
        thanh tra + sở|y tế|báo|lao động, sở y tế|sở công thương|cục quản lý|cục an toàn|an toàn thực phẩm + báo|khiếu|đơn|phản ánh|gửi,
        pháp lý + hành động|biện pháp|nhờ|sẽ, pháp luật + nhờ|trước|nhờ đến|sẽ|can thiệp, nhờ pháp luật, bồi thường + luật
        sư|tòa|kiện|pháp luật, hình sự
    """,
    "af": """
        prokureur*|advokaat|regsverteenwoordig* + kontak*|skakel*|my|ons|brief|hoor|stuur|sal|oorhandig*, my|ons prokureur*|advokaat, hof
        toe|in die hof|hofsaak|hof + gaan|sien|vat|sleep, sleep .. hof, dagvaar*|dagvaarding, regsaksie|regstappe|regsadvies, polisie +
        gebel|aangemeld|gaan|klag|saak|bel|ontbied|lê, saak .. polisie|aanhangig, klag* .. ingedien|gelê .. by,
        ombudsman|ombud|verbruikers*|verbruikerskommissie|verbruikersombud, nasionale verbruiker*,
        gesondheidsinspekteur*|gesondheidsdepartement, menseregtekommissie, ccma, inligtingsreguleerder|popia, skadevergoeding, nalatig*,
        eis instel
    """,
    "ko": """
        변호사+상담, 변호사를, 변호사와, 변호사가, 변호사 통, 변호사 선임, 변호사에게, 변호사 상담, 고소, 고발, 소송, 민사, 형사, 법적
        조치, 법적조치, 법적 대응, 법적대응, 법적으로, 법적 절차, 법원, 재판, 내용증명, 지급명령, 가압류, 임차권등기, 손해배상, 위자료,
        경찰에, 경찰을, 경찰 신고, 경찰서에, 경찰서로, 경찰서 가, 경찰 불, 경찰까지, 112에, 신고했, 신고하, 신고할, 신고합, 신고 접수,
        신고접수, 진정서, 소비자원, 소비자보호원, 소비자 보호, 소보원, 소비자고발, 소비자 고발, 공정위, 공정거래위, 금감원, 금융감독원,
        식약처, 보건소에, 보건소 신고, 구청에, 구청 위생과, 위생과, 노동청, 노동부, 고용노동부, 국민신문고, 인권위, 개인정보보호위,
        개인정보침해, 방통위, 국토부, 불법, 위법, 과실
    """,
    "he": """
        עורך דין, עורכת דין, עורך הדין, עורכת הדין, עו"ד, עו״ד, תביעה, אתבע, נתבע, לתבוע, תבענו, תבעתי, בית משפט, בית המשפט, לבית משפט,
        תביעות קטנות, הליך משפטי, הליכים משפטיים, צעדים משפטיים, פעולה משפטית, מכתב התראה, משטרה+תלונ, במשטרה, למשטרה, המשטרה, משטרה+הזמנ,
        תלונה במשטרה, הגנת הצרכן, הרשות להגנת, המועצה לצרכנות, משרד הבריאות, משרד העבודה, משרד הכלכלה, פיקוח על הבנקים, המפקח על, בנק
        ישראל+תלונ, נציבות, נציב, אמבודסמן, ייצוגית, פיצויים, רשלנות, פלילי, הרשות להגנת הפרטיות
    """,
    "th": """
        ทนายความ, ทนาย+ผม, ทนาย+ฉัน, ทนาย+ส่ง, ทนาย+ติดต่อ, ปรึกษาทนาย, ให้ทนาย, ฟ้องร้อง, ฟ้องศาล, จะฟ้อง, ยื่นฟ้อง, ขึ้นศาล, ศาล+ฟ้อง,
        ดำเนินคดี, คดี+แจ้ง, ตามกฎหมาย, ทางกฎหมาย, แจ้งความ, แจ้งตำรวจ, ตำรวจ+แจ้ง, ตำรวจ+เรียก, ไปโรงพัก, สถานีตำรวจ, ลงบันทึกประจำวัน,
        สคบ, คุ้มครองผู้บริโภค, อย., สาธารณสุข+ร้อง, ร้องเรียนไปที่, ธปท, แบงก์ชาติ, กสทช, คปภ, กรมแรงงาน, กรมสวัสดิการ, ศูนย์ดำรงธรรม,
        ผู้ตรวจการ, ค่าเสียหาย, หมายศาล, โนติส, ผิดกฎหมาย
    """,
}
"""Lawyers, courts, police, regulators."""

DISCRIMINATION: Final[Table] = {
    "en": """
        racist*, racism, sexist*, sexism, homophob*, transphob*, xenophob*, antisemit*, islamophob*, anti semit*, because of
        my|our|his|her|their|the skin|race|color|colour|religion|gender|disability|accent|ethnicity|nationality|headscarf|hijab, refused
        .. wheelchair|guide|service dog, no wheelchair access and, racial slur*, slurs, bigot*, called me a .. slur, discriminated,
        discriminate, discriminating against|on|people|me|us, discrimination, discriminatory, discriminates, racially, racial
        profiling|slur*|abuse, because i am|im|shes|hes|were|we are|he is|she is|they are
        black|asian|gay|muslim|jewish|disabled|trans|indian|african|arab|latino, because i am|im|shes|hes|were|we are|he is|she is|they
        are latina|hispanic|foreign|old|pregnant|deaf|blind|brown|chinese|polish|roma, wheelchair + refused|turned|couldnt|not
        allowed|carried|no ramp|denied|left, guide|service|assistance dog + refused|not allowed|turned|denied|kicked|no dogs|leave, we
        dont serve|rent|let to, your kind|people like you, go back to .. country, headscarf|hijab|turban|kippah +
        remove|refused|take|not|let|stared, two men|women + holding|couple|kiss*|bed|refused, same sex, my surname|name sounds|accent +
        suddenly|refused|taken|gone|available, pregnan* + fired|refused|hire|job|interview|dismissed
    """,
    "de": """
        rassis*, rassist*, diskriminier*, sexistisch*, homophob*, transphob*, ausländerfeindlich*, antisemit*, fremdenfeindlich*, wegen
        meiner hautfarbe|herkunft|religion|behinderung, diskriminiert|diskriminierung|diskriminierend|diskriminieren, wegen meines|meinem
        kopftuch*|namens|akzents|rollstuhls|alters, ausländer* + nicht|raus|keine|unerwünscht, rollstuhl* +
        nicht|verweigert|abgewiesen|kein, blindenhund|assistenzhund, kopftuch + abnehmen|nicht|abgelehnt|weg,
        türken|ausländer|schwarze|araber|zigeuner + bedienen|rein|nicht|keine, schwanger* + gekündigt|abgesagt|nicht eingestellt, zwei
        männer|frauen + paar|bett|küss*|hand
    """,
    "fr": """
        racis*, discrimin*, sexist*, homophob*, transphob*, xénophob*, antisémit*, islamophob*, à cause de ma|notre
        couleur|origine|religion|handicap, discriminé|discriminée|discrimination|discriminations|discriminatoire, fauteuil roulant +
        refus*|accès|interdit|entrer|impossible|laissé, chien guide|d assistance, voile + enlever|refus*|retirer|interdit, parce que je
        suis|nous sommes noir|noire|arabe|gay|musulmane|musulman|juif|juive|handicapé|handicapée|enceinte|étranger|rom,
        arabes|noirs|juifs|musulmans|étrangers + pas|sert|rentre*|veut, prénom|nom + arabe|africain|maghrébin|consonance, deux
        hommes|femmes + couple|main|embrass*|chambre, sale arabe|noir|noire|juif|pédé, enceinte + licenci*|refus*|embauch*
    """,
    "es": """
        racis*, discrimin*, machista*, sexist*, homofob*, homófob*, transfob*, xenofob*, xenófob*, antisemit*, por mi|ser
        color|negro|negra|gay|mujer|origen, discriminaron|discriminado|discriminada|discriminación|discriminatorio, por ser
        negro|negra|gay|mujer|extranjero|extranjera|gitano|gitana, por ser
        lesbiana|latino|musulmana|musulmán|mayor|discapacitado|venezolano|moro|moreno, silla de ruedas + no|neg*|entrar|acceso, perro
        guía|de asistencia, pañuelo|velo|hiyab + quitar*|no|entrar, negro|negra|gitano|gitanos|moros + lista|entrar|dejaron|neg*|puerta,
        no atendemos .. extranjeros|negros|moros, embarazada + despid*|neg*|contrat*, dos hombres|chicos|mujeres|chicas +
        pareja|mano|bes*
    """,
    "it": """
        razzis*, discrimin*, sessist*, omofob*, transfob*, xenofob*, antisemit*, per il mio colore, per la mia pelle|religione|disabilità,
        discriminato|discriminata|discriminazione|discriminatorio, sedia a rotelle|carrozzina + non|rifiut*|entrare|lasciat*, cane guida,
        velo + togliere|non|entrare, perché sono nero|nera|straniero|straniera|gay|donna|disabile|musulmana|incinta,
        stranieri|neri|zingari|africani + non|affitt*|serv*, incinta + licenzi*|assun*, due uomini|ragazzi|donne + coppia|mano|baci*,
        frocio|negro|finocchi
    """,
    "pt": """
        racis*, discrimin*, machista*, sexist*, homofob*, homofób*, transfob*, transfób*, xenofob*, xenófob*, por ser
        negro|negra|gay|mulher|preto|preta, discriminado|discriminada|discriminação|discriminatório, cadeira de rodas|cadeirante +
        não|neg*|acesso|recus*, cão guia, por ser negro|negra|gay|mulher|preto|preta|trans|gorda|idosa, por ser
        deficiente|pobre|nordestino|nordestina|lésbica|autista|estrangeiro|brasileiro|brasileira, sou trans|homem trans|mulher trans +
        nome|constrang*|respeit*|foto|neg*, nome social, macaco|macaca + cham*, segurança + segu* .. negro|negra,
        homofobia|transfobia|racismo|injúria racial|capacitismo, grávida + demit*|contrat*|recus*, volta pra|para .. terra|país
    """,
    "nl": """
        racis*, discrimin*, seksis*, homofob*, homofoob, transfob*, xenofob*, antisemit*, vanwege mijn huidskleur|afkomst|geloof|handicap,
        gediscrimineerd|discriminatie|discriminerend, rolstoel + niet|geweigerd|mocht*|binnen, geleidehond|hulphond|assistentiehond,
        hoofddoek + af|niet|geweigerd|weigeren, marokkanen|turken|buitenlanders|zwarten|polen + niet|geen|binnen|weiger*, omdat ik
        zwart|moslim|homo|vrouw|buitenlander|turks|marokkaans|zwanger, achternaam + verhuurd|ineens|bezet|vol, zwanger +
        ontslagen|contract|aangenomen, twee mannen|vrouwen + hand*|stel|zoen*
    """,
    "pl": """
        rasis*, rasizm*, dyskrymin*, homofob*, ksenofob*, antysemi*, rasist*,
        ukraińców|cyganów|czarnych|obcokrajowców|arabów|romów|ukraincow nie .. obsługujemy|wpuszcz*|wynajm*, wracajcie do siebie, wracaj
        do siebie, wózk* inwalidzk*, wózk* + nie wpuś*|inwalid*|odmów*, pies|psem przewodnik*|asystuj*, chust* + zdjąć|nie|głow*, ciąż* +
        zwoln*|zatrudn*|odmów*, kolor* skóry, pochodzenie|pochodzenia + przez|powod*|odmów*
    """,
    "tr": """
        ırkçı*, ayrımcılı*, cinsiyetçi*, homofob*, ayrımcı*|ayrımcılık, homofob*|transfob*, başörtü*|başörtülü|türban* +
        alınma*|almad*|uygun*|çıkar*|girem*|kabul, tekerlekli sandalye* + alma*|giremed*|yok|red*|kabul, rehber köpe*,
        kürt*|suriyeli*|arap*|yabancı*|roman* + almıyor*|vermiyor*|alınmad*|kov*|olduğu için|olduğum için, hamile* +
        kov*|çıkar*|işe|alınma*, engelli* + alma*|kabul etme*|giremed*, iki erkek|kadın + çift|el ele
    """,
    "ja": """
        人種差別, 差別的, 差別され, 差別を, 差別だ, 差別発言, 国籍+断, 国籍を理由, 外国人だから, 外国人お断り, 外国人という理由,
        外国人+拒否, 肌の色, 車椅子+断, 車椅子+拒否, 車いす+断, 車いす+拒否, 車椅子..入れ, 盲導犬+断, 盲導犬+拒否, 介助犬, 補助犬,
        障害+断, 障害者だから, 障害を理由, 女だから, 女性だから, 妊娠+解雇, 妊娠+不採用, 子どもを産む予定, ヘイト, 蔑視, 同性愛, 同性+断,
        男同士+断, 女同士+断
    """,
    "zh": """
        歧視, 歧视, 种族主义, 種族主義, 种族歧视, 黑人+不让, 外国人+不让, 外地人+不让, 外地人+不租, 河南人+不, 不接待外国, 不招女, 只招男,
        打算生孩子, 生孩子..不, 怀孕+辞退, 怀孕+开除, 懷孕+辭退, 轮椅+不让, 輪椅+不讓, 轮椅+拒, 輪椅+拒, 导盲犬, 導盲犬, 残疾+不让,
        残疾+拒, 殘障+拒, 恐同, 同性恋+不, 同性+拒, 头巾+摘, 清真+不让
    """,
    "ar": """
        عنصرية, عنصري, عنصريين, تمييز عنصري, تمييز ضد, تمييز بين, تفرقة عنصرية, كراهية الأجانب, الحجاب+ما, الحجاب+ممنوع, محجبة, محجبات,
        بسبب حجاب, بسبب جنسيت, بسبب لون, بسبب أصل, بسبب دين, بسبب اعاقت, لأني أجنبي, لأني سوداني, لأني أسود, لأنها محجبة, لأنني, كرسي
        متحرك+رفض, كرسي متحرك+ما, كرسي متحرك+ممنوع, الكرسي المتحرك, ذوي الإعاقة+رفض, حامل+فصل, حامل+طرد
    """,
    "hi": """
        भेदभाव, नस्लवाद, जातिवाद, नस्लीय, जातिसूचक, जाति पूछ, जाति+मना, मुस्लिम+मना, मुस्लिम+नहीं दे, मुसलमान+नहीं, दलित, व्हीलचेयर+मना,
        व्हीलचेयर+रोक, व्हीलचेयर+नहीं, हिजाब, दिव्यांग+मना, रंग की वजह, गर्भवती+निकाल, surname + flat|pooch*|poocha, caste + pooch*|based,
        bhedbhav|bhedbhaav, muslim + nahi|mana
    """,
    "ru": """
        дискримин*, расис*|расист*, национализм*|нацист*, гомофоб*|ксенофоб*|антисемит*|сексизм*,
        черн*|кавказ*|нерусск*|таджик*|узбек*|цыган*|евре* + не пуск*|не обслуж*|отказ*|не сда*|лиц*, только славян*, не славян*, по
        национальн*|из за национальн*|акцент*|цвет* кожи, инвалидн* коляс*, коляс* + не пуст*|инвалид*|отказ*, собак* поводыр*|проводник*,
        хиджаб*|платок|платке + снят*|не пуст*|отказ*, понаехал*|чурк*|хач*, беременн* + увол*|отказ*|не взял*
    """,
    "uk": """
        дискримін*, расис*|расист*, гомофоб*|ксенофоб*|антисеміт*|сексизм*, ром|роми|ромів|цигани|темношкір*|іноземц* + не пуск*|не
        обслуг*|відмов*, колір шкіри|кольору шкіри|через акцент|через національн*, візк*|візок|кріслі колісн* + не пуст*|відмов*|інвалід*,
        не пустив|пустили + протез*|візк*|ветеран*|собак*|хустк*|інвалід*, протез* + не пуст*|вигляд, собак* поводир*, вагітн* +
        звільн*|відмов*|не взял*
    """,
    "cs": """
        diskrimin*, rasist*|rasismus*|rasism*, homofob*|xenofob*|sexis*|antisemit*, cikán*|romy|romům|rom|cizince|černoch*|ukrajin* +
        nepust*|neobslu*|neberem*|nepronaj*|volno|obsazeno, barv* pleti|pleť|kvůli přízvuku|kvůli původu, vozík*|vozíčkář* +
        nepust*|odmít*|nevpust*, vodic* pes|psem|psa|vodící, šátek|hidžáb + sund*|nepust*|odmít*, těhot* +
        výpověď|propust*|nevzal*|odmít*
    """,
    "ro": """
        discrimin*, rasist*|rasism*, homofob*|xenofob*|sexist*|antisemit*, romi|rom|țigan|țigani|țigani|negru|străini +
        nu|închiri*|primi*|dat|servi*, suntem romi|români|negri, din cauza culorii|accentului|etniei|religiei, scaun*|căruț* cu
        rotile|rulant + nu|refuz*|lăsat, câine ghid, văl|hijab|batic + jos|refuz*|nu, gravidă|însărcinată + concedi*|angaj*|refuz*
    """,
    "hu": """
        diszkrimin*|diszkrimináció*|hátrányosan megkülönbözt*, rasszis*|rasszista, homofób*|idegengyűl*|szexis*|antiszemit*,
        cigány*|roma|romák*|romáknak|néger*|külföldi* + nem adj*|nem engedt*|kiadó|elküldt*|nem szolgál*, bőrszín*|származás*|akcentus* +
        miatt, kerekesszék*|tolószék* + nem|engedt*|elküld*, vakvezető|segítő kuty*, kendő* + levenni|vegye|nem enged*, terhes* +
        kirúg*|felmond*|nem vettek
    """,
    "sv": """
        diskriminer*, rasis*, homofob*|transfob*|främlingsfientlig*|sexistisk*|antisemit*, på grund av ..
        hudfärg|ursprung|religion|namn|slöja|kön|funktion*, rullstol* + inte|neka*|vägra*|kom, ledarhund|assistanshund, slöja*|hijab + ta
        av|neka*|inte|släpp*, efternamn + uthyrd|nej|visning|ledig, heter .. efternamn, invandrare|utlänning*|romer|blattar +
        inte|inga|släpp*, gravid + uppsagd|anställ*|nekad*, två män|kvinnor|tjejer|killar + hand|par|kyss*
    """,
    "da": """
        diskriminer*, racis*, homofob*|transfob*|fremmedfjendsk*|sexistisk*|antisemit*, på grund af ..
        hudfarve|baggrund|religion|navn|tørklæde|køn|handicap, kørestol* + ikke|afvis*|næg*, førerhund|servicehund, tørklæde|hijab + tage
        af|afvis*|ikke, efternavn + udlejet|nej|ledig|optaget, udlændinge|indvandrere|romaer|perkere + ikke|ingen, gravid +
        fyret|ansæt*|afvist, to mænd|kvinder|piger + hånd|par|kys*
    """,
    "no": """
        diskriminer*, rasis*, homofob*|transfob*|fremmedfiendtlig*|sexistisk*|antisemit*, på grunn av ..
        hudfarge|bakgrunn|religion|navn|hijab|kjønn|funksjon*, rullestol* + ikke|avvis*|nekt*, førerhund|servicehund, hijab|skaut + ta
        av|nekt*|ikke, etternavn + utleid|nei|ledig, utlendinger|innvandrere|rom|pakkis* + ikke|ingen, gravid + oppsagt|ansett*|avvist, to
        menn|kvinner|jenter + hånd*|hender|par|kys*, holdt hender
    """,
    "fi": """
        syrji*|syrjintä|syrjittiin, rasis*, homofob*|transfob*|muukalaisvih*|seksis*|antisemit*, ihonväri*|alkuperän*
        takia|vuoksi|sukunimi*, pyörätuoli* + ei|pääs*|kieltä*|päästet*, opaskoira*|avustajakoira*, huivi*|hijab* + pois|ei|riisu*,
        mamu*|ulkomaalais*|romane*|neekeri*|ryssä* + ei|palvel*|vuokra*, raskaana + irtisan*|palkat*|evätt*, kaksi miestä|naista +
        käsi*|pari*|suudel*
    """,
    "el": """
        ρατσισμ*|ρατσιστ*, διακρίσ*|διάκριση, ομοφοβ*|ξενοφοβ*|σεξισμ*|σεξιστ*|αντισημιτ*|τρανσφοβ*, αναπηρικ*
        αμαξίδι*|καροτσάκι|αμαξίδιο, αμαξίδιο|αναπηρικό|αναπηρία + δεν|αρνήθ*|εικόνα|τουαλέτες|άφησαν, σκύλο* οδηγό|οδηγός,
        μαντίλα|χιτζάμπ + βγάλ*|δεν, χρώμα .. δέρματος|δέρμα|καταγωγή|προφορά, ξένους|αλβανούς|ρομά|τσιγγάνους|μαύρους +
        δεν|νοικιάζ*|εξυπηρετ*, έγκυος|εγκυος + απέλυσ*|απολύθ*|πρόσληψη
    """,
    "id": """
        diskriminasi|didiskriminasi, rasis*|rasisme, seksis*|homofob*|sara, karena saya|kami|dia
        cina|papua|kristen|muslim|hitam|perempuan|berjilbab|difabel|hamil|batak, kursi roda + ditolak|tidak|dilarang|gak|nggak,
        jilbab|hijab|kerudung + lepas|ditolak|dilarang|tidak boleh, warna kulit|penyandang disabilitas|difabel + ditolak|diusir|dilarang,
        hamil + dipecat|ditolak|phk
    """,
    "vi": """
        phân biệt chủng tộc|đối xử|vùng miền|giới tính, kỳ thị|kì thị|miệt thị, xe lăn + không cho|từ chối|đuổi, chó dẫn đường, màu
        da|người khuyết tật|khuyết tật + từ chối|không cho|đuổi, dân tộc|bắc kỳ|nam kỳ|hồi giáo + không cho|đuổi|từ chối|chê, mang thai|có
        bầu + đuổi việc|từ chối|không nhận
    """,
    "af": """
        rassis*|rassisties, diskrimin*|gediskrimineer, homofob*|xenofob*|seksis*|antisemit*, weens .. velkleur|geloof|ras|geslag, rolstoel
        + nie|geweier|weggewys, gidshond|dienshond, bruin|swart + kollega|vrou|man|vriend + vol|weggewys|bedien|skielik|oop, omdat
        ek|ons|sy|hy swart|bruin|gay|moslem|indiër|vrou, swanger + afgedank
    """,
    "ko": """
        차별+당, 차별을, 차별하, 차별적, 차별받, 차별 당, 인종차별, 인종 차별, 성차별, 장애인 차별, 혐오 발언, 혐오발언, 휠체어+거부,
        휠체어+안, 휠체어+못, 휠체어+거절, 안내견, 보조견, 외국인이라, 외국인은 안, 외국인+거부, 흑인+거, 히잡, 장애인이라, 장애+거부,
        장애+거절, 여자라서, 여자라는 이유, 임신+해고, 임신+권고, 임신+안 뽑, 동성+거부, 피부색, 노키즈+차별
    """,
    "he": """
        גזענ, גזעני, אפליה, אפלייה, הפלו אות, מפלים, הומופוב, אנטישמי, סקסיסט, שובינ, ערבית+תפוס, ערבית+הכניס, ערבים+לא, אתיופ+לא,
        רוסים+לא, צבע העור, בגלל שאני ערבי, בגלל שאני שחור, בגלל המבטא, בגלל השם, כיסא גלגלים+לא, כיסא גלגלים+סירב, כסא גלגלים+לא, בכיסא
        גלגלים, כלב נחייה, חיג'אב, כיסוי ראש+להוריד, בהריון+פוטר, הריון+פיטר, הריון+פוטר
    """,
    "th": """
        เหยียดผิว, เหยียดเชื้อชาติ, เหยียดเพศ, เหยียดหยาม, เหยียด+คน, เลือกปฏิบัติ, วีลแชร์+ไม่, รถเข็น+ไม่ให้, วีลแชร์+ปฏิเสธ,
        สุนัขนำทาง, ฮิญาบ, คนพิการ+ปฏิเสธ, คนพิการ+ไม่ให้, ไม่รับคนต่าง, ไม่รับแขก, ไม่รับอิสลาม, สีผิว, ตั้งครรภ์+เลิกจ้าง, ท้อง+ไล่ออก
    """,
}
"""Treated worse for what one is."""

PRESS: Final[Table] = {
    "en": """
        contact|contacting|contacted|tell|alert the press|media|news, to the papers|newspapers|media|press, news channel,
        go|going|went|gone|take|taking|took|taken|send|sent to .. press|media|papers|newspaper|newspapers,
        contact|contacting|contacted|alert|alerted|tell|told|tip|tipped|inform|informed|call|called ..
        journalist*|reporter*|newspaper|newspapers, journalist|journalists|reporter|reporters +
        call*|contact*|story|spoke|spoken|interview*|coming|waiting|talk*|article|interested, spoken|spoke|talking|speaking|talk to|with
        .. journalist|reporter|newspaper|press, consumer watchdog, bbc watchdog|news, local news|paper|newspaper|tv|radio +
        call*|contact*|story|story|talk*|tell|spoke|article|interview*, will be on|in|on the news, news station|crew|desk|team, channel
        4|5|7|9 news, investigative, front page, tv + crew|cameras|story|programme|interview*, make the news|headlines, journalist,
        journalists, a|the reporter|reporters, local paper|newspaper|news
    """,
    "de": """
        an die presse, der presse melden, presse einschalten, presse informieren, an die medien, medien informieren, zeitung melden, an
        die zeitung, journalist|journalistin|journalisten|reporter|reporterin|redaktion +
        melden|meldet|kontakt*|interview*|gesprochen|übergeben|bericht*|kommt|schreibe|informiert|angerufen|interessiert, an|bei die|der
        presse|zeitung|medien|redaktion|öffentlichkeit, lokalzeitung|lokalpresse|bild zeitung|tageszeitung +
        melden|bericht*|gehen|wenden|schreiben, fernsehteam|kamerateam|stern tv|akte 20|markt wdr|wiso, rtl|zdf|wdr|ard|mdr|ndr +
        bericht*|sendung|team|melden|kommt|gedreht|kontaktiert, geht an .. presse|öffentlichkeit, journalisten, eine journalistin, einem
        journalisten
    """,
    "fr": """
        contacter la presse, alerter la presse, aux médias, alerter les médias, journaliste|journalistes|rédaction +
        contact*|parl*|appel*|article|enquête|intéress*|interview*|prévenu*|rendez|diffus*,
        contacter|alerter|prévenir|contacté|alerté|saisi .. presse|médias|journal|journaux, à la presse +
        raconter|envoy*|parler|transmet*|fait, dans les journaux|médias, dans le journal, télévision|tf1|france 2|france 3|bfm|julien
        courbet|ça peut vous arriver|capital|envoyé spécial + contact*|reportage|émission|sujet|caméras|passer|tourn*, julien courbet,
        reportage + caméra|télé|diffus*, journaliste, journalistes
    """,
    "es": """
        a la prensa, contactar .. prensa, a los medios, periodista|periodistas|redacción +
        contact*|habl*|entrevist*|llam*|espera*|public*|reportaje|nota|caso, a la prensa|televisión|los medios, prensa +
        acudir|contact*|ir|denunc*|public*|avis*, en los medios|periódicos|noticias|la televisión + sald*|public*|saldr*,
        salir|saldrá|saldréis|saldrán|saldremos en .. noticias|prensa|televisión|periódico, al periódico|noticiero|noticiario, telediario,
        medios de comunicación + contact*|denunc*|acud*|avis*, periodista, periodistas
    """,
    "it": """
        alla stampa, ai giornali, ai media, striscia la notizia, le iene, giornalista|giornalisti|redazione +
        contatt*|parl*|chiam*|articolo|intervist*|scriv*|servizio|aspett*, alla stampa|redazione|televisione|tv +
        rivolg*|segnal*|raccont*|denunc*|contatt*, striscia + video|notizia|telecamere|inviat*|servizio, telecamere di, mi manda rai|mi
        manda raitre, sui giornali + finir*|vi|uscir*, report rai, giornalista, giornalisti
    """,
    "pt": """
        à imprensa, aos jornais, na mídia, à mídia, imprensa + procur*|acion*|contat*|denunci*|divulg*|lev*|avis*|vou|falar,
        jornalista|jornalistas|repórter|repórteres|reportagem +
        entrevist*|contat*|procur*|falei|vem|materia|matéria|gravar|grav*|esper*|tv|globo, na globo|record|sbt|tv|televisão +
        denunci*|matéria|reportagem|vai|sair|grav*|procur*, celso russomanno|fantástico|deco proteste, à mídia|mídia +
        divulg*|denunci*|acion*, jornalista, jornalistas
    """,
    "nl": """
        naar de pers, de pers inschakelen, naar de media, media inschakelen, naar de krant, journalist|journalisten|redactie|verslaggever
        + contact|gesproken|bel*|interview*|artikel|langs|benader*|verhaal|interesse, naar|aan radar|kassa|rambam|de krant|de media|de
        pers, radar|kassa|rtl|nos|omroep|undercover + uitzending|gemeld|gebeld|contact|redactie|tros|avrotros|filmt|programma, de krant +
        bel*|gebeld|stapt|naar|artikel|mailen, in de krant|uitzending|media + komt|staat|komen|verschijn*, journalist, journaliste,
        journalisten
    """,
    "pl": """
        do prasy, dziennikarz*, do mediów, dziennikarz*|dziennikarka|redakcj* +
        skontakt*|rozmawia*|zgłosi*|zainteres*|artykuł|przyjed*|napisz*|opisz*|czeka*|wywiad*, do
        prasy|mediów|telewizji|gazety|redakcji|uwagi, w uwadze|interwencji|telewizji|sprawie dla reportera, uwaga tvn|sprawa dla
        reportera|interwencja polsat, nagłośni*|nagłośnię + sprawę|media*|telewizj*, przed telewizory, telewizj* +
        zgłosi*|przyjed*|nagra*|zobacz*|reportaż, tvn|polsat + reportaż*|zgłosz*|ekipa|zadzwoni*
    """,
    "tr": """
        gazeteci*, basına|medyaya|televizyona|gazeteye|haberlere + taşı*|ver*|çık*|bildir*|anlat*|yolla*|haber*, gazeteci*|muhabir* +
        konuş*|ara*|görüş*|röportaj|haber*|gel*|ulaş*, haber kanal*|müge anlı|esra erol, haber yapıl*|yapacak*|olacak*|ol +
        kanal*|gazete*|tv|basın
    """,
    "ja": """
        新聞社, マスコミに, マスコミへ, マスコミも, メディアに..連絡, メディアに持ち, メディアに情報, メディアに取り上げられる,
        新聞に投書, 新聞記者, 記者に, 記者の方, 記者さんに, 記者から取材, テレビ局, 取材を受け, 取材が, 週刊誌, 文春, 報道機関, 報道され,
        告発し, 晒しま, 拡散します
    """,
    "zh": """
        记者, 記者, 媒体曝光, 媒體, 曝光你们, 媒體爆料, 找媒体, 找媒體, 联系媒体, 聯絡媒體, 向媒体, 曝光你們, 曝光给, 爆料给, 爆料給,
        投稿给媒体, 电视台, 電視台, 上新闻, 上新聞, 蘋果日報, 焦点访谈, 315晚会, 3·15, 民生栏目, 都市频道, 报社, 報社
    """,
    "ar": """
        وسائل الإعلام, للصحافة, إلى الصحافة, الصحافة+نشر, الصحافة+تواصل, الصحافة+موضوع, الصحافة, صحفي+تواصل, صحفي+كلم, صحفيين, صحفي من,
        صحفية من, الإعلام+تواصل, للإعلام, الاعلام, القنوات, قناة+تصوير, قناة+صور, برنامج+تلفزيون, التلفزيون, الجريدة, جريدة+نشر, سننشر,
        انشر الموضوع, مراسل
    """,
    "hi": """
        पत्रकार, मीडिया में, अखबार में, मीडिया को, मीडिया तक, मीडिया वालों, मीडिया के पास, अख़बार में, अखबार वाल, न्यूज़ चैनल, न्यूज चैनल,
        टीवी चैनल, टीवी पर, रिपोर्टर, खबर छप, media me|mein|ko, news channel, reporter + aa|bula*, akhbar
    """,
    "ru": """
        журналист*|корреспондент*|репортер*|редакци* + обра*|связ*|рассказ*|интервью|приеха*|напи*|снима*|передал*|ждет|сюжет, в сми|в
        прессу|на телевидение|в газету|в редакцию|телевидени*, сми + обра*|напи*|узна*|огласк*|расска*|передам, съемочн* групп*|сюжет ..
        телеканал*|по телевизору|рен тв, телеканал* + сюжет|снял*|обра*|приед*, дать|предам|придам огласк*
    """,
    "uk": """
        журналіст*|кореспондент*|репортер*|редакці* + зверн*|зв'я*|розпові*|інтерв'ю|приїх*|напи*|зніма*|передал*|сюжет, в|у|до
        змі|пресу|преси|газету|газети|телебачення|редакцію, змі + зверн*|дізна*|розпов*|розголос*, телеканал* +
        сюжет|зніма*|зверн*|приїд*, розголос* + надам|дам|зроб*|медіа
    """,
    "cs": """
        novinář*|redaktor*|redakc*|reportér* + kontakt*|mluvil*|obrát*|napíš*|rozhovor*|přijed*|zavolal*|zajímá*|natáč*, do
        novin|médií|televize|tisku, v novinách|televizi|médiích + uvid*|vyjde|bude|objev*, televiz* +
        natáč*|štáb|reportáž*|přijed*|kontakt*, černé ovce|černých ovc*|občanské judo|na vlastní oči
    """,
    "ro": """
        jurnalist*|ziarist*|reporter*|redacți* + contact*|vorbi*|sunat|interviu|vin|articol|scri*|anunț*, la
        televizor|presă|presa|ziar|știri|televiziune, presă|presa|televiziun* + anunț*|contact*|sesiz*|merg|chem*|ajung*, pro tv|antena
        1|digi24|românia te iubesc + contact*|sunat|filmat|echip*|reportaj, reportaj + tv|televiziun*|difuz*
    """,
    "hu": """
        újságíró*|riporter*|szerkesztőség* + fordul*|megír*|beszél*|interjú*|keres*|cikk*|felkeres*|írtam,
        sajtóhoz|sajtónak|médiához|tévéhez|újsághoz|tévében, sajtó* + fordul*|megkeres*|értesít*|nyilvános*|megír*, tv|tévé* +
        stáb*|forgat*|riport*|bemutat*|híradó*, híradó*|fókusz rtl|házon kívül
    """,
    "sv": """
        journalist*|reporter*|redaktion* + kontakt*|pratat|ring*|intervju*|kommer|skriver|tipsat|artikel, till
        pressen|media|tidningen|tidningar|tv, kontakta*|tipsa*|vänt mig .. media|press*|tidning*|aftonbladet|expressen|plus|svt,
        svt|tv4|aftonbladet|expressen|kalla fakta|uppdrag granskning|lokaltidning* +
        kontakt*|pratat|ring*|tips*|intervju*|reportage|artikel
    """,
    "da": """
        journalist*|reporter*|redaktion* + kontakt*|talt|ring*|interview*|kommer|skriver|tippet|artikel, til
        pressen|medierne|avisen|aviserne|tv, kontakt* .. pressen|medierne|avis*|kontant|operation x|ekstra bladet,
        tv2|dr|kontant|operation x|ekstra bladet|lokalavis* + kontakt*|talt|ring*|interview*|artikel|udsend*
    """,
    "no": """
        journalist*|reporter*|redaksjon* + kontakt*|snakket|ring*|intervju*|kommer|skriver|tipset|artikkel|sak, til
        pressen|media|avisen|avisa|mediene|tv, snakket med|ringt|kontaktet|tipset nrk|vg|tv2|dagbladet|pressen|avisa|avisen|lokalavisa,
        nrk|tv2|vg|dagbladet|forbrukerinspektørene|lokalavis* + kontakt*|snakket|ring*|tips*|intervju*|artikkel|oppslag|sak
    """,
    "fi": """
        toimittaj*|lehdistö*|toimitu* + yhtey*|otan|soit*|haastat*|juttu*|kirjoit*|puhun*|otti|otin,
        lehteen|mediaan|medialle|lehdille|iltalehteen|iltasanomiin|televisioon + vien|menee|kerron|otan|lähet*|vinkk*,
        yle|iltalehti|iltasanomat|hesari|mtv|kuningaskuluttaja + yhtey*|haastat*|otin|juttu*|soit*|toimittaj*, vien .. julkisuuteen|tulee
        julki
    """,
    "el": """
        δημοσιογράφ*|ρεπόρτερ + μίλησ*|επικοιν*|τηλεφών*|συνέντευξη|έρχετ*|ενημέρωσ*|γράψ*, στα
        κανάλια|κανάλι|εφημερίδα|εφημερίδες|τύπο|μίντια|μμε|τηλεόραση + θα|βγει|βγάλω|δημοσιο*|στείλ*|απευθ*, στα μμε|κανάλια, στον τύπο,
        δημοσιότητα + θα|δώσω|δώσουμε
    """,
    "id": """
        wartawan|jurnalis|reporter|media + hubungi|wawancara|liput*|datang|diliput|diwawancara|nunggu|kontak|lapor|sebar|muat, ke
        media|koran|pers|televisi|tv, viralkan|diviralkan|memviralkan, surat pembaca, liputan tv|diliput tv|masuk berita|tv +
        liput*|wawancara
    """,
    "vi": """
        nhà báo|phóng viên|báo chí|phóng sự + liên hệ|gọi|phản ánh|phỏng vấn|đăng|vào cuộc|đưa tin|gửi|sẽ, phóng viên, lên báo|báo
        chí|truyền hình|vtv, đăng báo|gọi báo|báo đài, vtv|tuổi trẻ|vnexpress|thanh niên + liên hệ|phản ánh|gửi|đưa tin
    """,
    "af": """
        joernalis*|verslaggewer* + kontak*|gepraat|bel|onderhoud|artikel|berig|skryf, na|by die pers|media|koerant*|koerante|carte
        blanche, carte blanche, koerant* + skryf|stuur|kontak*|berig|gaan, huisgenoot|netwerk24|rapport koerant + kontak*|berig
    """,
    "ko": """
        기자+제보, 기자님, 기자에게, 기자와, 기자랑, 기자한테, 기자가, 언론에, 언론 제보, 언론사, 언론 보도, 언론에 제보, 방송국, 방송사,
        제보하, 제보했, 제보 할, 제보할, 뉴스에, 뉴스 제보, 보도될, 보도자료, 취재, 인터뷰도, PD수첩, 그것이 알고, 소비자고발, 신문사
    """,
    "he": """
        עיתונאי, עיתונאית, כתב של, כתבת של, כתבה+ערוץ, לתקשורת, בתקשורת, לעיתון, בעיתון+יפורסם, לערוץ, ערוץ 12, ערוץ 13, כלבוטק, לכלכליסט,
        תחקיר, לפרסם את הסיפור, תוכנית+צרכנות
    """,
    "th": """
        นักข่าว, สื่อมวลชน, ออกข่าว, ลงข่าว, ส่งเรื่องให้สื่อ, ร้องสื่อ, แจ้งสื่อ, สำนักข่าว, ออกทีวี, รายการ+โหนกระแส, โหนกระแส,
        สายไหมต้องรอด, หนุ่มกรรชัย, หนังสือพิมพ์+ร้อง
    """,
}
"""The press knows, or will."""
