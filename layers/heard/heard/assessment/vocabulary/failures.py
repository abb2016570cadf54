"""Concrete failures, by kind."""

from __future__ import annotations

from typing import Final

from heard.assessment.vocabulary.table import Table

FAILURES: Final[dict[str, Table]] = {
    "money": {
        "en": """
            charged twice|double|me|us|again|extra|wrong, double charged, overcharg*, over charged, charged my card,
            unauthorized|unauthorised|hidden charge*|fee*, took my|our money, taking my money, stealing money, lost my|our money, refused
            .. refund, refus* to refund|give|pay|honor|honour, denied .. refund|boarding|claim|service|entry, refund .. denied, no refund,
            never refunded, not refunded, wont|will not|would not|wouldnt|didnt|did not|cant .. refund, still waiting .. refund, want my
            money back, want a refund, demand* .. refund, get my money back, waiting for .. refund|money, kept my money|deposit, withheld,
            keep my deposit, billed for|twice|me, waste of money, wasted my money, waste of .. money, ripped off|me, rip off, scammed,
            scam, scammers, conned, cheated|cheats|cheating, false advert*, fake product*, counterfeit, not worth .. money, throwing your
            money, debited, deducted
        """,
        "de": """
            doppelt abgebucht|berechnet|bezahlt, abgebucht, zu viel berechnet, zu viel abgebucht, keine erstattung, keine rückerstattung,
            erstattung verweigert, geld zurück, geld nicht zurück, geld weg, nicht erstattet, geldverschwendung,
            rausgeschmissenes|rausgeworfenes geld, abzocke, abgezockt, betrogen, betrug, betrüger, versteckte kosten, mahngebühr*, kaution
            einbehalten, fälschung*, zum fenster
        """,
        "fr": """
            débité* deux, double prélèvement, prélevé*, remboursement refusé, refus* de .. rembours*, pas remboursé*, jamais remboursé*,
            aucun remboursement, attend* .. remboursement, rendez moi|nous mon|notre argent, me faire rembourser, arnaque*, arnaqué*,
            arnaqueurs, escroc*, escroquerie*, voleurs, frais cachés, surfactur*, argent perdu, gaspillage d argent, jeter .. argent,
            contrefaçon*, vol manifeste
        """,
        "es": """
            cobraron|cobró|cobrado dos|doble|de|sin|más|extra, cobraron, doble cobro, cobro indebido, cargo no autorizado, no me devol*,
            no devuelven, devolver el|mi dinero, devuelvan .. dinero, devolución del dinero, sin reembolso, no .. reembols*, estafa*,
            estafador*, ladrones, timo, timaron, engaño, engañ*, perdí mi dinero, tirar el dinero, pérdida de dinero, robo, falso*|falsa
            .. producto, producto falso
        """,
        "it": """
            addebitat*, doppio addebito, pagato due volte, rimborso negato, nessun rimborso, non .. rimbors*, mai rimborsat*, attesa ..
            rimborso, rivoglio .. soldi, soldi buttati, soldi indietro, truffa*, truffator*, ladri, fregatura, fregati, imbroglio, costi
            nascosti, spreco di denaro, contraffatt*
        """,
        "pt": """
            cobrado|cobrada|cobraram|cobrando|cobrança duas|dobrado|indevid*|dobro|a|sem, cobrança indevida, compra|cobrança duplicada,
            cobraram, estorno, estornar, reembolso, reembols*, ressarci*, devolução do|de dinheiro|valor, dinheiro de volta, meu dinheiro,
            não devolv*, perdi .. dinheiro, prejuízo*, golpe, golpistas, enganad*, enganaç*, estelionat*, ladrões, valor a mais,
            descontar*|descontaram, debitad*, falsificad*, multa
        """,
        "nl": """
            dubbel betaald|afgeschreven|gerekend, te veel betaald|gerekend, afgeschreven, geen geld terug, geld niet terug, geld terug,
            geen terugbetaling, niet terugbetaald, weigert .. terug*, oplichting, oplichters, oplichter, opgelicht, bedrogen, bedrog,
            afzetters, afzetterij, afgezet, geldverspilling, weggegooid geld, zonde van .. geld, geldklopperij, verborgen kosten, namaak
        """,
        "pl": "nie zwrócili, zwrot* pieniędzy, oszuści, oszustwo, oszukali, oszukan*, złodzieje, pobrano",
        "tr": "param* iade, iade etmiyor*, iade edilmedi, dolandırıcı*, dolandır*, kandır*, paramı",
        "ja": "返金, 詐欺, 騙され, だまされ, 二重請求, ぼったくり, お金の無駄, 金の無駄, 偽物, 安物買い",
        "zh": """
            退款, 不退, 退货, 退貨, 骗子, 騙子, 骗钱, 骗人, 騙人, 被骗, 被騙, 多收, 乱收费, 假货, 假貨, 坑人, 浪费钱, 上当, 盗版, 盜版
        """,
        "ar": "استرجاع المبلغ, استرداد, نصب, نصابين, غش, لم يرجعوا, فلوسي, محتالين",
        "hi": "पैसे वापस, रिफंड, धोखा, ठगी, ठग, लूट",
        "ru": """
            верните|вернуть|возврат|не вернули деньги|деньг*|средств*, списали|сняли дважды|лишн*|деньги, обман*|обманули|мошенн*|развод,
            деньги на ветер, подделк*
        """,
        "uk": "поверніть|повернути|не повернули гроші|кошти, списали двічі|гроші, обман*|обдурил*|шахра*, гроші на вітер, підробк*",
        "el": "επιστροφή χρημάτων|χρημάτων, χρέωσ* δύο|διπλά|παραπάνω|χωρίς, λεφτά .. πίσω, απάτη, απατεών*, κοροϊδ*",
        "he": "החזר כספי, לא החזירו, חייבו אותי פעמיים, חיוב כפול, רמאים, רמאות, נוכל, בזבוז כסף, זיוף, עוקץ",
        "ko": "환불, 이중 결제, 중복 결제, 두 번 결제, 사기, 속았, 바가지, 돈 낭비, 돈아까, 돈 아까, 가품, 짝퉁",
        "vi": "hoàn tiền|trả lại tiền, không hoàn, trừ tiền hai|2 lần|trừ, lừa đảo|lừa|bịp, hàng giả|nhái, phí tiền|mất tiền",
        "th": "คืนเงิน, ไม่คืนเงิน, หักเงินซ้ำ, ตัดเงินซ้ำ, โกง, หลอกลวง, ของปลอม, เสียดายเงิน, มิจฉาชีพ",
        "id": """
            refund|pengembalian dana|uang kembali|uang, uang .. kembali|hilang|hangus, ditagih|terpotong dua|dobel|2x,
            penipu*|tipu|ditipu|nipu, barang palsu|kw, rugi, buang duit|uang
        """,
        "sv": """
            pengarna tillbaka|pengar tillbaka, dubbeldebiterad|dragit dubbelt|två gånger, återbetal* inte|ej|uteblir,
            lurad|lurade|bedrägeri|bluff, slöseri med|bortkastade pengar
        """,
        "da": """
            pengene tilbage|penge tilbage, trukket dobbelt|to gange, ikke refunder*|refundering*, snyd|snydt|svindel|svindlere|fup, spild
            af penge
        """,
        "no": """
            pengene tilbake|penger tilbake, trukket dobbelt|to ganger, ikke refunder*|refusjon*, lurt|svindel|svindlere, bortkastede
            penger|sløsing
        """,
        "fi": """
            rahat|rahoja takaisin|pois, veloitettiin kahdesti|tuplana|kaksi, palautus* ei|hyvity* ei, huijau*|huijari*|petkut*,
            rahan|rahojen tuhlausta|hukka*
        """,
        "cs": """
            vrátit|vrácení|nevrátili peníze|peněz, strhli|naúčtovali dvakrát|navíc, podvod*|podvodníci|podvedl*|okradli, vyhozen* peníze,
            padělek
        """,
        "ro": """
            banii înapoi|returna*|înapoi, rambursa*|restitui*|nu mi, luat|încasat de două ori|dublu,
            țeapă|tepe|țepari|înșelat|înșelătorie|escroc*, bani aruncați|irosiți, fals|contrafăcut
        """,
        "hu": """
            pénzt|pénzem|pénzünket vissza*, visszatérít*|nem fizett*, kétszer vont*|terhelt*, átver*|átvágt*|csaló*|csalás*|lehúz*,
            kidobott pénz, hamisítvány
        """,
        "af": "geld terug, twee keer|dubbel gehef|afgetrek|betaal, bedrog|bedrieg*|skelms|swendel*, vermorsing van geld|mors, namaak*",
    },
    "lost": {
        "en": """
            never arrived|delivered|received|came|showed|shipped, did not|didnt|hasnt|has not|not
            arrive|arrived|receive|received|deliver|delivered|show, still havent|have not|not received|arrived|got|gotten, never got
            my|it|the, lost my|our|luggage|baggage|bag|bags|package|parcel|order|suitcase, luggage|baggage|bags|order|parcel|package
            lost|missing, missing item*|part*|piece*|luggage|bag*, wrong item|order|size|product|room|address, cancelled|canceled
            my|our|without|the|flight, cancelled flight*, flight* .. cancelled, missed .. connection|flight, stranded, stuck on|in|at|for,
            left us|me standing|waiting|stranded, no show, out of stock after, overbooked
        """,
        "de": """
            nie angekommen|erhalten|geliefert|bekommen, nicht angekommen|erhalten|geliefert, nicht|nie .. geliefert|angekommen, verloren
            gegangen, koffer verloren, paket .. verschwunden, falsche* artikel|lieferung|ware|größe, storniert, zug .. ausgefallen, fällt
            aus, fiel aus, ausgefallen, gestrandet
        """,
        "fr": """
            jamais reçu*, pas reçu*, jamais arrivé*, pas arrivé*, jamais livré*, pas livré*, non livré*, colis perdu|volé, bagage* perdu*,
            perdu .. colis|commande|bagage*, toujours pas reçu|arrivé|livré, toujours rien, mauvais article|produit, commande annulée,
            annulé* sans
        """,
        "es": """
            nunca llegó|recibí|recibimos|llegaron|enviaron, no llegó|ha llegado|recibí|he recibido|me llegó, sin recibir, perdieron ..
            maleta*|equipaje|paquete|pedido, maleta perdida, pedido equivocado, producto equivocado, cancelaron, canceló mi|nuestro|la,
            sobreventa
        """,
        "it": """
            mai arrivat*, non arrivat*, non è arrivat*, mai ricevut*, non .. ricevut*, mai consegnat*, non consegnat*, pacco
            perso|smarrito, bagagli* pers*, smarrit*, articolo sbagliato, prodotto sbagliato, ordine sbagliato, cancellat* senza,
            annullat* senza
        """,
        "pt": """
            nunca chegou|recebi|entregaram|chegaram|foi, não recebi|chegou|entregaram|entregue|entregam|entrega|foi|veio, ainda não ..
            recebi|chegou|entregue|entregaram, extravi*, produto errado, pedido errado, cancelaram, cancelado sem, mala perdida, prazo ..
            entrega, atraso na entrega, passou .. prazo, aguardando .. entrega
        """,
        "nl": """
            nooit ontvangen|aangekomen|geleverd|gekregen, niet ontvangen|aangekomen|geleverd, nog steeds niet, nog steeds niets, pakket ..
            kwijt, kwijtgeraakt, zoekgeraakt, verkeerde artikel|product|maat|bestelling, geannuleerd zonder
        """,
        "pl": "nie dotarł*, nie otrzyma*, nie doszł*, zgubili, zaginę*",
        "tr": "gelmedi, ulaşmadı, teslim edilmedi, kayboldu, yanlış ürün",
        "ja": "届かな, 届いていな, 届きません, 未着, 紛失, 違う商品, 違うもの, 間違った商品, キャンセルされ",
        "zh": "没收到, 沒收到, 未收到, 丢失, 丢了, 弄丢, 发错, 發錯, 寄错, 少发, 漏发, 没发货, 不发货, 缺货",
        "ar": "لم يصل, لم أستلم, ما وصل, لم يتم التوصيل, ضاع, ضاعت",
        "hi": "नहीं मिला, नहीं पहुंचा, नहीं आया, खो गया, गलत सामान",
        "ru": """
            не пришл*|не привезл*|не доставил*|не получил*, потерял* посылк*|багаж|заказ|чемодан, отменил* заказ|рейс|бронь, не тот
            товар|размер|заказ
        """,
        "uk": """
            не прийшл*|не привезл*|не доставил*|не отримал*, загубил*|втратил* посилк*|багаж|замовлення, скасувал* замовлення|рейс|бронь,
            не той товар|розмір
        """,
        "el": """
            δεν ήρθε|έφτασε|παρέλαβα|παραλήφθηκε|παραδόθηκε, ποτέ δεν ήρθε|έφτασε, χάθηκε|έχασαν .. δέμα|βαλίτσα|παραγγελία, λάθος
            προϊόν|παραγγελία, ακύρωσαν
        """,
        "he": "לא הגיע, לא הגיעה, לא קיבלתי, לא סופק, אבדה המזוודה, הלך לאיבוד, ביטלו לי, מוצר לא נכון, הזמנה לא נכונה",
        "ko": "안 왔, 안왔, 오지 않, 도착하지 않, 도착 안, 분실, 배송 안, 오배송, 잘못 왔, 누락, 취소당, 일방적으로 취소",
        "vi": "không nhận được|chưa nhận|giao, chưa nhận được|giao, giao nhầm|sai|thiếu, mất hàng|hành lý|đơn, hủy đơn|chuyến|vé",
        "th": "ไม่ได้รับ, ยังไม่ได้รับ, ของไม่มา, ส่งผิด, ได้ของผิด, ของไม่ครบ, พัสดุหาย, กระเป๋าหาย, ยกเลิกออเดอร์",
        "id": """
            tidak|belum|gak|nggak sampai|datang|dikirim|terima|sampe|diterima, salah kirim|barang, barang|paket hilang|kurang,
            dibatalkan|dicancel sepihak|tanpa|pesanan
        """,
        "sv": """
            aldrig kom|kommit|fått|levererat, inte kommit|fått|levererats|fram, borttappad|borttappat|försvunnit|tappat .. paket*|bagage*,
            fel vara|storlek|produkt, inställd|inställt|avbokad
        """,
        "da": """
            aldrig kom|modtaget|leveret|fået|ankom*, ikke modtaget|leveret|fået|ankommet, bortkommet|forsvundet .. pakke*|bagage*, forkert
            vare|størrelse|produkt, aflyst
        """,
        "no": """
            aldri kom|mottatt|levert|fått, ikke mottatt|levert|fått|kommet, forsvunnet|mistet|borte .. pakke*|bagasje*, feil
            vare|størrelse|produkt, kansellert|innstilt
        """,
        "fi": """
            ei|eikä tullut|saapunut|toimitettu|tule, en ole saanut, hukkasi*|kadonnut|hukassa .. paketti*|laukku*|tilau*, väärä
            tuote|koko|tilaus, peruttiin|peruuttivat
        """,
        "cs": """
            nikdy nedorazil*|nepřišl*|nedošl*, nedorazil*|nedoručil*|nepřišl*|neobdržel*, ztratil* .. balík*|zásilk*|kufr*, špatn*
            zboží|velikost|objednávk*, zrušil* objednávk*|let|rezervac*
        """,
        "ro": """
            nu a|am ajuns|primit|venit|sosit|livrat, nici acum nu, pierdut .. coletul|bagajul|comanda, produs|comandă greșit*, anulat
            comanda|zborul|fără|rezervarea
        """,
        "hu": """
            nem érkezett|jött|kaptam|szállított*|hozták, soha nem érkezett|jött, elveszett*|elvesztett* .. csomag*|poggyász*|bőrönd*,
            rossz|téves termék*|méret*|rendelés*, törölték|lemondták
        """,
        "af": """
            nooit aangekom|ontvang|gekry|afgelewer*, nie ontvang|aangekom|gekry|afgelewer*, verlore|verloor .. pakkie|bagasie|bestelling,
            verkeerde produk|bestelling|item, gekanselleer
        """,
    },
    "broken": {
        "en": """
            broken, broke after|down|within|in|on|the, stopped|quit working, does not|doesnt|did not|didnt|not|never|wont|will
            not|stopped|wouldnt work|works|working|turn|start|charge|open|fit, defect*, faulty, malfunction*, damaged, arrived
            damaged|cracked|broken, fell apart, falling apart, cracked, shattered, ruined, useless, unusable, piece of junk|crap|garbage,
            junk, died after|within|on, then it|they died, it died, dead on arrival, crash*, cant|cannot|unable to
            log|login|access|use|open|connect|install|download|sign|reach, locked out|me, leak*, poor quality, cheaply made,
            overheats|overheating, outage*, no hot water, no water, no heating, cockroach*, roach*, rats, mouse droppings, hair in my|the,
            raw chicken|inside, undercooked, mold, mouldy, moldy, expired, rotten, spoiled, filthy, disgusting, urine, blood stain*, bugs
        """,
        "de": """
            kaputt*, defekt*, funktioniert* .. nicht, geht nicht, ging nicht, beschädigt, zerbrochen, unbrauchbar*, schrott, müll,
            mangelhaft*, fehlerhaft*, schimmel*, kakerlake*, haar im, ungenießbar, verdorben, abgelaufen, dreckig, ekelhaft, eklig,
            verschmutzt, stürzt .. ab, totalausfall, störung*, kein warmes wasser, kein wasser, undicht, nach kurzer zeit kaputt
        """,
        "fr": """
            cassé*, en panne, ne fonctionne* pas|plus, ne marche pas|plus, ne fonctionne*, défectueu*, abîmé*, endommagé*, inutilisable*,
            inutile, cafard*, moisi*, moisissure*, sale, dégoûtant*, cheveu dans, avarié*, périmé*, immangeable, infect, bug*,
            plante|plante, sans eau chaude, fuite*, bloqué*
        """,
        "es": """
            roto*|rota|rotas, se rompió, no funciona*, no funcionó, no sirve, dejó de funcionar, defectuos*, averiad*, dañado*|dañada*,
            inservible, basura, cucaracha*, moho, sucio*|sucia*, asqueros*, asco, pelo en, crudo, podrid*, caducad*, vencid*, incomible,
            se cuelga, sin agua, bloquead*
        """,
        "it": """
            rotto|rotta|rotti|rotte, si è rott*, non funziona*, non funzionav*, smesso di funzionare, difettos*, guast*, danneggiat*,
            inutilizzabil*, spazzatura, scarafagg*, muffa, sporco|sporca|sporchi|sporche, sporcizia, schifo, schifoso|schifosa, capello
            nel*, crudo, scadut*, immangiabil*, si blocca, senza acqua, bloccat*
        """,
        "pt": """
            quebrad*, quebrou, estragad*, estragou, defeito*, defeituos*, não funciona*, não funcionou, parou de funcionar, não liga, não
            carrega, danificad*, avariad*, inutiliz*, lixo, barata, baratas, mofo, suj*, nojent*, nojo, cabelo na|no, cru, vencid*, podre,
            trava*, sem água, sem internet, sem sinal, sem acesso, bloquead*, não consigo, não conseguimos, rasgad*, vazando, amassad*
        """,
        "nl": """
            kapot*, stuk gegaan|na|was, defect*, werkt|werkte|doet|deed .. niet, werkt niet*, beschadigd*, gebroken, onbruikbaar, rommel,
            troep, schimmel*, kakkerlak*, vies, vieze, smerig*, goor, haar in, rauw, bedorven, over datum, oneetbaar, loopt vast, crasht,
            storing*, geen warm water, lek
        """,
        "pl": "zepsut*, uszkodzon*, nie działa*, popsu*, wadliw*, brudn*, karaluch*",
        "tr": "bozuk, bozuldu, çalışmıyor, çalışmadı, kırık, arızalı, hasarlı, kirli, pis",
        "ja": """
            壊れ, 故障, 不良品, 動かな, 動きません, 使えな, 使えません, 破損, 欠陥, ゴミ, 初期不良, 反応しません, 反応しな, 映らな, 汚い,
            虫が, ゴキブリ, カビ, 割れて, 不具合
        """,
        "zh": """
            坏了, 坏的, 壞了, 壞的, 破损, 破損, 故障, 不能用, 没法用, 用不了, 质量差, 质量太差, 品質差, 垃圾, 有问题, 裂, 掉色, 脏, 髒,
            蟑螂, 虫子, 发霉, 开不了, 死机, 烂, 瑕疵
        """,
        "ar": "لا يعمل, ما يشتغل, معطل, مكسور, تالف, عطل, وسخ, قذر, صراصير, رديء",
        "hi": "खराब, ख़राब, टूटा, टूट गया, काम नहीं कर, गंदा, गंदगी, बेकार, घटिया",
        "ru": """
            сломал*|сломан*|не работает|не
            включ*|бракован*|брак|дефект*|поврежден*|испорчен*|просроч*|тухл*|гнил*|таракан*|плесень|грязн*|вылетает|глючит
        """,
        "uk": """
            зламал*|зламан*|не працює|не вмик*|бракован*|брак|дефект*|пошкоджен*|зіпсован*|простроч*|тухл*|гнил*|тарган*|брудн*|вилітає
        """,
        "el": """
            χαλασμέν*|χάλασ*|δεν λειτουργεί|δεν δουλεύει, δεν λειτουργ*|δουλεύ*|ανάβ*,
            σπασμέν*|ελαττωματικ*|κατεστραμμέν*|βρώμικ*|βρωμερ*|κατσαρίδ*|μούχλα|ληγμέν*
        """,
        "he": "מקולקל, התקלקל, לא עובד, לא עובדת, פגום, שבור, ג'וקים, ג'וק, עובש, מלוכלך, פג תוקף, קורס",
        "ko": """
            고장, 불량, 작동하지 않, 작동 안, 작동이 안, 파손, 깨져, 망가, 하자, 바퀴벌레, 머리카락이, 곰팡이, 더러, 유통기한 지, 상했,
            튕겨
        """,
        "vi": """
            bị hỏng|hư|vỡ|lỗi|móp|rách, hỏng|hư rồi|luôn|ngay, không hoạt động|dùng được|chạy|lên nguồn|vào được,
            gián|chuột|dơ|bẩn|mốc|thiu|ôi|hết hạn
        """,
        "th": """
            พัง, เสีย+เครื่อง, ใช้ไม่ได้, ใช้งานไม่ได้, ชำรุด, แตก+ของ, มีตำหนิ, แมลงสาบ, สกปรก, ขึ้นรา, หมดอายุ, บูด, เส้นผม, แอปเด้ง
        """,
        "id": """
            rusak|cacat|pecah|mati total|error, tidak berfungsi|bisa dipakai|nyala|bisa login, gak|nggak berfungsi|nyala|bisa,
            kecoa|kotor|jorok|basi|berjamur|kadaluarsa|kedaluwarsa
        """,
        "sv": "trasig*|sönder|fungerar inte|funkar inte|defekt*|skadad vara|mögl*|smutsig*|äcklig*|kackerlack*|krasch*|obrukbar*",
        "da": "gået i stykker|ødelagt|virker ikke|fungerer ikke|defekt*|mug|beskidt*|ulækker*|kakerlak*|ubrugelig*",
        "no": "ødelagt|virker ikke|fungerer ikke|defekt*|i stykker|muggen|skitten*|møkkete|ekkel*|kakerlakk*|ubrukelig*",
        "fi": """
            rikki|rikkinäi*|ei
            toimi|hajosi|viallinen|viallis*|vioittunut|likai*|ällöttäv*|torakoi*|pilaantun*|käyttökelvot*|homei*|kaatuilee
        """,
        "cs": "rozbit*|nefunguje|nefungov*|nefunkčn*|pokažen*|vadn*|poškozen*|špinav*|šváb*|plesniv*|prošl*|zkažen*|padá",
        "ro": "stricat*|nu funcționează|nu merge|defect*|spart*|deteriorat*|murdar*|gândac*|mucegai*|expirat*|alterat*|s a stricat",
        "hu": """
            elromlott|nem működ*|hibás*|törött áru|sérült
            csomag*|selejt*|koszos*|mocskos*|csótány*|penészes*|lejárt*|romlott*|használhatatlan*
        """,
        "af": "stukkend|werk nie|gebreek het|stukkend|defek*|beskadig*|vuil|vuilgoed|kakkerlak*|muf|vrot|verval|onbruikbaar",
    },
    "staff": {
        "en": """
            rude, rudely, rudeness, disrespectful*, unprofessional, arrogant, hostile, aggressive staff|waiter|manager,
            yelled|shouted|screamed|swore|cursed at, yelling|shouting at, insulted, hung up on, hung up, ignored me|us|my|our|by, ignores,
            kicked .. out, laughed at|in, lied to, lied, lying, liars, worst customer service, worst service,
            terrible|horrible|awful|appalling|atrocious|poor customer service|service|support, no response, never
            respond*|replied|answered|called, no one|nobody .. help|helps|helped|answers|answered|responded|cares|care|call|called,
            doesnt|dont|didnt|does not|do not|did not care|respond|reply|answer, no help, too busy to, keep calling, kept calling, tried
            to call, refused to help|serve|speak|let, on hold, incompeten*, condescending, treated like
        """,
        "de": """
            unfreundlich*, unverschämt*, respektlos*, frech*, arrogant*, pampig*, angeschrien, angebrüllt, beleidigt, ignoriert,
            rausgeworfen, rausgeschmissen, angelogen, gelogen, belogen, niemand .. hilft|helfen|antwortet|zuständig, keine antwort, keiner
            .. hilft|antwortet|erreichbar, nicht erreichbar, inkompetent*, unprofessionell*, schlechter service|kundenservice, miserabler
            service, katastrophaler service, aufgelegt
        """,
        "fr": """
            impoli*, malpoli*, grossi*r, grossière, irrespectueu*, désagréable*, arrogant*, méprisant*, mépris, agressi*, hurlé*,
            insulté*, ignoré*, menti, mensonge*, menteurs, incompéten*, aucune réponse, sans réponse, injoignable*, personne .. répond, ne
            répond*, service* client* .. nul|inexistant|déplorable|catastrophique|lamentable, accueil ..
            exécrable|déplorable|froid|glacial, mal accueilli*, non professionnel, raccroch*
        """,
        "es": """
            grosero*|grosera*, maleducad*, mal educad*, groserías, prepotente*, irrespetuos*, arrogante*, gritó|gritaron,
            insultó|insultaron, ignoraron|ignoró|ignoran, mintieron|mintió|mienten|mentira*, pésimo servicio|trato|servicio|atención,
            pésima atención, mal servicio|trato, mala atención, peor servicio|atención, servicio terrible|horrible|pésimo, incompeten*, no
            responden|contestan|respondieron|atienden|contestaron, nadie .. responde|contesta|ayuda|atiende|ayudó, colgaron,
            desagradable*
        """,
        "it": """
            maleducat*, scortes*, sgarbat*, arrogant*, cafon*, antipatic*, irrispettos*, urlato, insultat*, ignorat*, mentito, bugiard*,
            incompetent*, pessimo servizio|trattamento|personale, servizio pessimo|scadente|terribile, nessuno .. risponde|aiuta|risposto,
            non rispondono|risponde|rispondete, nessuna risposta, poco professional*, trattati|trattato male
        """,
        "pt": """
            grosseir*, gross*, mal educad*, mal educad*, maleducad*, arrogante*, desrespeit*, estúpid*, gritou|gritaram, xingou,
            ignoraram|ignoram|ignorad*, mentiram|mentiu|mentira*, péssimo atendimento|serviço, péssima empresa|loja, mau atendimento, mal
            atendid*, descaso, incompet*, ninguém .. resolve|responde|atende|ajuda|retorna, não
            respondem|atendem|resolvem|retornam|responde|resolve|atende|resolveu, sem resposta|retorno|solução, nenhuma
            resposta|retorno|solução, falta de respeito, desligaram, desligou .. cara, tratou|tratada|tratado mal|super, me tratou
        """,
        "nl": """
            onbeleefd*, onbeschoft*, onvriendelijk*, arrogant*, respectloos, brutaal, lomp, geschreeuwd, uitgescholden, beledigd,
            genegeerd, negeren, gelogen, liegen, leugens, incompetent*, slechte service|klantenservice, waardeloze service|klantenservice,
            geen reactie|antwoord|gehoor, niemand .. helpt|reageert|bereikbaar, onbereikbaar, reageren niet, onprofessione*,
            klantonvriendelijk
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
            态度差, 态度恶劣, 态度极差, 態度差, 态度很差, 服务差, 服务太差, 服務差, 无人回应, 没人理, 不理人, 骂人, 没礼貌, 不回复, 推卸
        """,
        "ar": "وقح, سيئة المعاملة, معاملة سيئة, خدمة سيئة, أسوأ خدمة, غير محترم, لا يردون, ما يردون, كذب, كذابين",
        "hi": "बदतमीज, बदतमीज़, असभ्य, बुरा व्यवहार, खराब सेवा, कोई जवाब नहीं, झूठ",
        "ru": """
            хам*|хамство|хамят|грубо|груб*|грубиян*|нахамил*|накричал*|орал*|игнорир*|не отвеча*|не реагир*|соврал*|врут|ужасн*
            обслуживан*|некомпетентн*
        """,
        "uk": """
            хам*|хамство|грубо|груб*|грубіян*|нахамил*|накричал*|ігнору*|не відповіда*|не реагу*|брешуть|збрехал*|жахлив*
            обслуговуван*|некомпетентн*
        """,
        "el": """
            αγεν*|αγενείς|αγένεια|απαράδεκτη|απαράδεκτο συμπεριφορά|προσωπικό, φώναξ*|ούρλιαξ*|έβρισ*, αγνόησ*|δεν απαντ*|δεν
            απάντησ*|ψέματα|ψεύτ*, ανίκαν*
        """,
        "he": """
            חצופ, חוצפה, גסי רוח, גס רוח, צעק עלי, צעקו עלי, התעלמו, לא עונים, אין מענה, שקרנים, שיקרו, יחס מזלזל, זלזול, שירות גרוע,
            שירות נורא
        """,
        "ko": """
            불친절, 무례, 싸가지, 반말, 소리를 지, 소리 지, 짜증을 내, 무시하, 무시당, 연락이 안, 연락 안, 답이 없, 답장이 없, 거짓말,
            서비스 최악, 응대 최악
        """,
        "vi": """
            thái độ tệ|lồi lõm|kém|khó chịu|hách dịch, vô lễ|bất lịch sự|thô lỗ|hỗn|láo, quát|mắng|chửi khách|tôi|mình|vào, không trả
            lời|phản hồi|nghe máy, nói dối, phục vụ quá tệ|tệ|kém
        """,
        "th": "พูดจาไม่ดี, มารยาทแย่, ไม่มีมารยาท, หยาบคาย, ตะคอก, บริการแย่, ไม่ตอบ, ไม่รับสาย, ติดต่อไม่ได้, โกหก, เมินลูกค้า, เหวี่ยง",
        "id": """
            kasar|jutek|judes|tidak sopan|ga sopan|gak sopan|kurang ajar|songong, membentak|dibentak|teriak teriak|dimarahi|marah marah,
            tidak|gak|nggak dibalas|merespon|respon|diangkat|dijawab, bohong|berbohong|pembohong, pelayanan buruk|jelek|parah|lambat
        """,
        "sv": """
            otrevlig*|oförskämd*|nonchalant*|arrogant*|ohyfsa*|skrek|skällde, svarar inte|ingen svarar|inget svar, ljög|ljuger|lögn*,
            uselt|usel|urusel|dålig bemötande|service|kundtjänst
        """,
        "da": """
            uforskammet*|uhøflig*|arrogant*|uvenlig*|råbte|skældte, svarer ikke|ingen svarer|intet svar, løj|lyver|løgn*,
            elendig|dårlig|ringe service|kundeservice|betjening
        """,
        "no": """
            uhøflig*|frekk|frekke|arrogant*|uforskammet*|skrek|kjeftet, svarer ikke|ingen svarer|ikke svar, løy|lyver|løgn*,
            elendig|dårlig|forferdelig service|kundeservice|betjening
        """,
        "fi": """
            töykeä*|töykeästi|epäkohtelia*|ylimieli*|tyly*|huusi, ei vastaa|vastata|vastattu, valehtel*|valhe*, huono|surkea|kamala
            palvelu|asiakaspalvelu
        """,
        "cs": """
            drz*|neochotn*|nepříjemn*|arogantn*|sprost*|křičel*|řval*, nereaguj*|neodpovíd*|nikdo nebere|nezvedaj*, lhal*|lžou|lže,
            hrozn*|příšern*|otřesn* obsluha|přístup|personál
        """,
        "ro": """
            nesimțit*|nepoliticos*|obraznic*|obraznică|arogant*|bădăran*|țipat|urlat, nu răspund*|nu răspunde|niciun răspuns|nu reacț*,
            mincinoș*|mințit|mint, servicii|serviciu|atitudine groaznic*|jalnic*|oribil*
        """,
        "hu": """
            bunkó*|udvariatlan*|pofátlan*|arrogáns*|flegma*|ordít*|ordib*|kiabált*, nem válaszol*|nem veszik fel|senki nem|válasz nélkül,
            hazud*|hazug*, borzalmas|szörnyű|pocsék kiszolgálás*|ügyfélszolgálat*
        """,
        "af": """
            onbeskof*|ongeskik*|arrogant*|skree|geskree, antwoord nie|geen antwoord|niemand antwoord, gelieg|lieg|leuens,
            slegte|swak|pateties diens
        """,
    },
    "churn": {
        "en": """
            never again, never .. come|coming|go|going|return|returning|buy|buying|order|ordering again|back|here|there|from|with|them,
            never .. use|using|shop|shopping|stay|staying|fly|flying|eat|eating|back again|back|here|there|from|with|them, never
            fly|buy|use|order|shop|stay|return, last time i|we|ever, wont|not be|return|returning|back, will not|wont ..
            return|again|back, taking my business, lost a customer, lost my business, switching to, moving to .. competitor*,
            deleted|deleting the|my|this app|account, uninstall*, do not|dont buy|use|go|order|waste|stay|fly|eat|book|bother, stay away,
            avoid, cancelled|canceled|cancelling|canceling my subscription|account|membership|contract, i|we|will|going|want|had to cancel
            my|our|the
        """,
        "de": """
            nie wieder, nie mehr, nicht wieder, nicht mehr hin, kommen nicht wieder, komme nicht wieder, letztes mal, letzte mal, wechsle,
            abzuraten, finger weg, nicht zu empfehlen, nicht empfehlenswert, nicht weiterempfehlen, nicht empfehlen, rate ab, kauft ..
            nicht, deinstallier*, habe|haben|hab .. gekündigt, gekündigt habe*, werde|werden|will|muss .. kündigen, kündige
            hiermit|meinen|mein|sofort|jetzt|heute
        """,
        "fr": """
            plus jamais, jamais plus, n irai|irons|achèterai|reviendrai|reviendrons|commanderai plus|pas, dernière fois, à fuir, à éviter,
            fuyez, évitez, je déconseille, déconseill*, passez votre chemin, n achetez|allez pas|jamais, désinstall*, j ai|avons résilié,
            je résilie, vais|veux résilier, résiliation immédiate|demandée
        """,
        "es": """
            nunca más, nunca volver*, no vuelvo|volveré|volvería|volveremos, no volver, jamás volver*, última vez, daré de baja, dar de
            baja, no lo|la recomiendo|recomendaría|recomendable, no recomiendo, no compren|vayan|compréis|vayáis|pierdan, evitar|eviten
            este|este|a, desinstal*, cancelé|cancelaré|cancelo mi|la suscripción|cuenta|contrato, voy|vamos a cancelar
        """,
        "it": """
            mai più, non torner*, non ci torner*, non torno, ultima volta, sconsigli*, non consiglio, non lo|la consiglio, state|stare
            alla larga, da evitare, evitate, non comprat*, non andat*, disinstall*, ho|abbiamo disdetto, disdico, disdirò, fatto disdetta
        """,
        "pt": """
            nunca mais, não volto|voltarei|compro|recomendo|comprem|indico|compraria, jamais .. compr*|volt*, última vez, quero cancelar,
            fujam, fuja, evitem, não vão, não caiam, desinstal*, vou|quero|cancelei|cancelo ..
            assinatura|conta|plano|contrato|compra|pedido
        """,
        "nl": """
            nooit meer, nooit weer, niet meer terug, kom|komen .. niet meer|terug, laatste keer, opgezegd, afrader, af te raden, niet aan
            te raden, blijf weg, vermijd*, niet kopen, koop .. niet, zoek een ander, verwijderd de app, zeg|ga .. opzeggen, zeg .. op, heb
            .. opgezegd
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
        "ru": """
            больше никогда|не приду|не закажу|не куплю|ногой, никогда больше, не рекоменд*, не советую, обходите стороной, последний раз
        """,
        "uk": "більше ніколи|не прийду|не замовлю|не куплю, ніколи більше, не рекоменд*, не раджу, обходьте",
        "el": "ποτέ ξανά|πια, δεν .. ξαναπάω|ξαναπάμε|ξαναέρθω|ξαναπαραγγείλω, δεν το|τους συνιστώ|προτείνω, μακριά, αποφύγετε",
        "he": "לא אחזור, לא נחזור, לעולם לא, לא ממליץ, לא ממליצה, תתרחקו, פעם אחרונה",
        "ko": "다시는 안, 다신 안, 두 번 다시, 비추, 추천하지 않, 절대 가지, 절대 사지, 마지막으로",
        "vi": "không bao giờ quay lại|mua|đến|đặt, không bao giờ, lần cuối, không quay lại|nên mua, tránh xa, đừng mua|đến|đặt",
        "th": "ไม่มาอีก, ไม่ไปอีก, ไม่ซื้ออีก, ไม่แนะนำ, ครั้งสุดท้าย, อย่าซื้อ, อย่าไป, เข็ด",
        "id": "tidak|nggak|gak akan|bakal kembali|beli|balik|pesan, kapok, tidak rekomen*, jangan beli|kesini|pesan, terakhir kali",
        "sv": "aldrig mer|igen, kommer inte tillbaka|handla, rekommenderar inte|ej, avråder, sista gången, undvik",
        "da": "aldrig mere|igen, kommer ikke igen|tilbage, anbefaler ikke, kan ikke anbefale*, fraråd*, sidste gang, hold jer væk",
        "no": "aldri mer|igjen, kommer ikke tilbake, anbefaler ikke, kan ikke anbefale*, fraråd*, siste gang, hold dere unna",
        "fi": "en koskaan enää|tule, ei koskaan enää, en suosittele, viimeinen kerta, pysykää kaukana, älkää ostako|menkö",
        "cs": "už nikdy|nikdy více, nikdy více, nedoporučuj*, naposledy, vyhněte se, příště jinam",
        "ro": "niciodată mai|nu, nu mai calc|cumpăr|revin|comand|recomand, nu recomand, ultima dată|oară, feriți*|evitați",
        "hu": "soha többet|többé, nem ajánlom|ajánljuk, utoljára, kerüljétek|kerüljék, többet nem megyünk|megyek|rendelek",
        "af": "nooit weer, kom nie terug|weer, beveel .. nie aan, laaste keer, bly weg, vermy",
    },
}
"""A concrete failure, or never again: severity high, unless the review as a whole is clearly happy. `churn` sets the flag."""
