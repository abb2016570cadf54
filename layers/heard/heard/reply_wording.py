"""What automatic answers say, and what a human reply should not: words as data.

An acknowledgement thanks, says what was heard and that it is automatic; it promises nothing, admits nothing
and judges nothing (R03, R11). Each names the business (`{business}`) and a detail of the review
(`{about}`, which begins with its own space or is empty). Every variant stays short enough that the whole fits
the narrowest platform. A new language needs an entry in each table here.
"""

from __future__ import annotations

from typing import Final

ACKNOWLEDGEMENTS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "en": {
        "praise": (
            "Thank you for your kind review{about}. It made our day at {business}. (This is an automatic reply.)",
            "What a pleasure to read your review{about}! Thank you from all of us at {business}. (Automatic reply)",
            "{business} says thank you for your review{about}. This first answer is automatic; the thanks are ours.",
        ),
        "thanks": (
            "Thank you for your review{about}. It has reached {business}. (This is an automatic reply.)",
            "Thank you for taking the time for your review{about}. {business} has received it. (Automatic reply)",
            "Your review{about} has arrived at {business}, thank you. This answer is automatic.",
        ),
        "complaint": (
            "Thank you for telling us plainly in your review{about}. {business} has recorded what you said. (This is an automatic reply.)",
            "Thank you for your review{about}. What was not right for you is now noted at {business}. (Automatic reply)",
            "{business} has received your review{about}, including what you missed. Thank you for saying so. This answer is automatic.",
        ),
        "private": (
            "Thank you for your message{about}. It has reached {business}. (This is an automatic reply.)",
            "Your message{about} has arrived at {business}, thank you. This answer is automatic.",
        ),
        "person": (
            "Your message{about} has reached {business}. A person will read it. (This is an automatic reply.)",
            "Thank you for your message{about}. This answer is automatic; a person at {business} will read what you wrote.",
        ),
    },
    "de": {
        "praise": (
            "Vielen Dank für Ihre freundliche Bewertung{about}. Sie hat uns bei {business} den Tag verschönert. (Automatische Antwort)",
            "Wie schön, Ihre Bewertung{about} zu lesen! Danke von uns allen bei {business}. (Diese Antwort ist automatisch.)",
            "{business} dankt für Ihre Bewertung{about}. Diese erste Antwort ist automatisch, der Dank ist unserer.",
        ),
        "thanks": (
            "Danke für Ihre Bewertung{about}. Sie ist bei {business} angekommen. (Automatische Antwort)",
            "Danke, dass Sie sich Zeit für Ihre Bewertung{about} genommen haben. {business} hat sie erhalten. (Automatische Antwort)",
        ),
        "complaint": (
            "Danke für Ihre offenen Worte in Ihrer Bewertung{about}. {business} hat sie festgehalten. (Automatische Antwort)",
            "Danke für Ihre Bewertung{about}. Was für Sie nicht gestimmt hat, ist bei {business} notiert. (Diese Antwort ist automatisch.)",
        ),
        "private": (
            "Danke für Ihre Nachricht{about}. Sie ist bei {business} angekommen. (Automatische Antwort)",
            "Ihre Nachricht{about} ist bei {business} eingegangen, vielen Dank. Diese Antwort ist automatisch.",
        ),
        "person": (
            "Ihre Nachricht{about} ist bei {business} angekommen. Ein Mensch wird sie lesen. (Automatische Antwort)",
            "Danke für Ihre Nachricht{about}. Diese Antwort ist automatisch; bei {business} wird ein Mensch lesen, was Sie schreiben.",
        ),
    },
    "fr": {
        "praise": (
            "Merci pour votre aimable avis{about}. Il nous a fait très plaisir chez {business}. (Réponse automatique)",
            "Quel plaisir de lire votre avis{about} ! Merci de la part de toute l’équipe de {business}. (Cette réponse est automatique.)",
        ),
        "thanks": (
            "Merci pour votre avis{about}. Il est bien arrivé chez {business}. (Réponse automatique)",
            "Merci d’avoir pris le temps de donner votre avis{about}. {business} l’a bien reçu. (Cette réponse est automatique.)",
        ),
        "complaint": (
            "Merci pour la franchise de votre avis{about}. {business} a pris note de vos mots. (Réponse automatique)",
            "Merci pour votre avis{about}. Ce qui n’allait pas pour vous est noté chez {business}. (Cette réponse est automatique.)",
        ),
        "private": (
            "Merci pour votre message{about}. Il est bien arrivé chez {business}. (Réponse automatique)",
            "Votre message{about} est bien arrivé chez {business}, merci. Cette réponse est automatique.",
        ),
        "person": (
            "Votre message{about} est bien arrivé chez {business}. Une personne le lira. (Réponse automatique)",
            "Merci pour votre message{about}. Cette réponse est automatique ; chez {business}, une personne lira vos mots.",
        ),
    },
    "es": {
        "praise": (
            "Gracias por su amable reseña{about}. Nos ha alegrado el día en {business}. (Respuesta automática)",
            "¡Qué gusto leer su reseña{about}! Gracias de parte de todo el equipo de {business}. (Esta respuesta es automática.)",
        ),
        "thanks": (
            "Gracias por su reseña{about}. Ha llegado a {business}. (Respuesta automática)",
            "Gracias por dedicar tiempo a su reseña{about}. {business} la ha recibido. (Esta respuesta es automática.)",
        ),
        "complaint": (
            "Gracias por la franqueza de su reseña{about}. {business} ha tomado nota de sus palabras. (Respuesta automática)",
            "Gracias por su reseña{about}. Lo que no estuvo bien para usted queda anotado en {business}. (Esta respuesta es automática.)",
        ),
        "private": (
            "Gracias por su mensaje{about}. Ha llegado a {business}. (Respuesta automática)",
            "Su mensaje{about} ha llegado a {business}, gracias. Esta respuesta es automática.",
        ),
        "person": (
            "Su mensaje{about} ha llegado a {business}. Una persona lo leerá. (Respuesta automática)",
            "Gracias por su mensaje{about}. Esta respuesta es automática; en {business}, una persona leerá sus palabras.",
        ),
    },
    "it": {
        "praise": (
            "Grazie per la sua gentile recensione{about}. Ci ha rallegrato la giornata da {business}. (Risposta automatica)",
            "Che piacere leggere la sua recensione{about}! Grazie da tutti noi di {business}. (Questa risposta è automatica.)",
        ),
        "thanks": (
            "Grazie per la sua recensione{about}. È arrivata a {business}. (Risposta automatica)",
            "Grazie per il tempo dedicato alla sua recensione{about}. {business} l’ha ricevuta. (Questa risposta è automatica.)",
        ),
        "complaint": (
            "Grazie per la franchezza della sua recensione{about}. {business} ha preso nota delle sue parole. (Risposta automatica)",
            "Grazie per la sua recensione{about}. Ciò che per lei non andava è annotato da {business}. (Questa risposta è automatica.)",
        ),
        "private": (
            "Grazie per il suo messaggio{about}. È arrivato a {business}. (Risposta automatica)",
            "Il suo messaggio{about} è arrivato a {business}, grazie. Questa risposta è automatica.",
        ),
        "person": (
            "Il suo messaggio{about} è arrivato a {business}. Una persona lo leggerà. (Risposta automatica)",
            "Grazie per il suo messaggio{about}. Questa risposta è automatica; da {business} una persona leggerà le sue parole.",
        ),
    },
    "pt": {
        "praise": (
            "Obrigado pela sua gentil avaliação{about}. Ela alegrou o nosso dia em {business}. (Resposta automática)",
            "Que prazer ler a sua avaliação{about}! Obrigado de toda a equipe de {business}. (Esta resposta é automática.)",
        ),
        "thanks": (
            "Obrigado pela sua avaliação{about}. Ela chegou a {business}. (Resposta automática)",
            "Obrigado por dedicar tempo à sua avaliação{about}. {business} já a recebeu. (Esta resposta é automática.)",
        ),
        "complaint": (
            "Obrigado pela franqueza da sua avaliação{about}. {business} registrou as suas palavras. (Resposta automática)",
            "Obrigado pela sua avaliação{about}. O que não correu bem para si está anotado em {business}. (Esta resposta é automática.)",
        ),
        "private": (
            "Obrigado pela sua mensagem{about}. Ela chegou a {business}. (Resposta automática)",
            "A sua mensagem{about} chegou a {business}, obrigado. Esta resposta é automática.",
        ),
        "person": (
            "A sua mensagem{about} chegou a {business}. Uma pessoa vai lê-la. (Resposta automática)",
            "Obrigado pela sua mensagem{about}. Esta resposta é automática; em {business}, uma pessoa vai ler as suas palavras.",
        ),
    },
    "nl": {
        "praise": (
            "Bedankt voor uw vriendelijke beoordeling{about}. Die maakte onze dag bij {business}. (Automatisch antwoord)",
            "Wat fijn om uw beoordeling{about} te lezen! Dank van ons allen bij {business}. (Dit antwoord is automatisch.)",
        ),
        "thanks": (
            "Bedankt voor uw beoordeling{about}. Die is bij {business} aangekomen. (Automatisch antwoord)",
            "Bedankt dat u de tijd nam voor uw beoordeling{about}. {business} heeft die ontvangen. (Dit antwoord is automatisch.)",
        ),
        "complaint": (
            "Bedankt voor de eerlijke woorden in uw beoordeling{about}. {business} heeft ze genoteerd. (Automatisch antwoord)",
            "Bedankt voor uw beoordeling{about}. Wat voor u niet goed was, is bij {business} vastgelegd. (Dit antwoord is automatisch.)",
        ),
        "private": (
            "Bedankt voor uw bericht{about}. Het is bij {business} aangekomen. (Automatisch antwoord)",
            "Uw bericht{about} is bij {business} binnengekomen, dank u. Dit antwoord is automatisch.",
        ),
        "person": (
            "Uw bericht{about} is bij {business} aangekomen. Een mens zal het lezen. (Automatisch antwoord)",
            "Bedankt voor uw bericht{about}. Dit antwoord is automatisch; bij {business} zal een mens uw woorden lezen.",
        ),
    },
}
"""Wordings by language and kind. `person` goes only where a person really gets it; `complaint` never says one will."""

ABOUT_TOPIC: Final = {
    "en": " about {detail}",
    "de": " zum Thema {detail}",
    "fr": " ({detail})",
    "es": " sobre {detail}",
    "it": " ({detail})",
    "pt": " sobre {detail}",
    "nl": " over {detail}",
}
ABOUT_SUBJECT: Final = {
    "en": " of “{detail}”",
    "de": " zu „{detail}“",
    "fr": " sur « {detail} »",
    "es": " sobre «{detail}»",
    "it": " su «{detail}»",
    "pt": " sobre “{detail}”",
    "nl": " over ‘{detail}’",
}
ABOUT_SUBJECT_OF_A_MESSAGE: Final = {**ABOUT_SUBJECT, "en": " about “{detail}”"}
ABOUT_RATING: Final = {
    "en": " ({rating} of 5 stars)",
    "de": " ({rating} von 5 Sternen)",
    "fr": " ({rating} étoiles sur 5)",
    "es": " ({rating} de 5 estrellas)",
    "it": " ({rating} stelle su 5)",
    "pt": " ({rating} de 5 estrelas)",
    "nl": " ({rating} van 5 sterren)",
}

TOPIC_NAMES: Final = {
    "delivery": {
        "en": "the delivery",
        "de": "Lieferung",
        "fr": "la livraison",
        "es": "la entrega",
        "it": "la consegna",
        "pt": "a entrega",
        "nl": "de levering",
    },
    "payment": {
        "en": "the payment",
        "de": "Zahlung",
        "fr": "le paiement",
        "es": "el pago",
        "it": "il pagamento",
        "pt": "o pagamento",
        "nl": "de betaling",
    },
    "staff": {
        "en": "the staff",
        "de": "Personal",
        "fr": "le personnel",
        "es": "el personal",
        "it": "il personale",
        "pt": "a equipe",
        "nl": "het personeel",
    },
    "quality": {
        "en": "the quality",
        "de": "Qualität",
        "fr": "la qualité",
        "es": "la calidad",
        "it": "la qualità",
        "pt": "a qualidade",
        "nl": "de kwaliteit",
    },
    "food": {"en": "the food", "de": "Essen", "fr": "la cuisine", "es": "la comida", "it": "la cucina", "pt": "a comida", "nl": "het eten"},
    "cleanliness": {
        "en": "cleanliness",
        "de": "Sauberkeit",
        "fr": "la propreté",
        "es": "la limpieza",
        "it": "la pulizia",
        "pt": "a limpeza",
        "nl": "de netheid",
    },
    "price": {"en": "the price", "de": "Preis", "fr": "le prix", "es": "el precio", "it": "il prezzo", "pt": "o preço", "nl": "de prijs"},
    "app": {
        "en": "the app",
        "de": "App",
        "fr": "l’application",
        "es": "la aplicación",
        "it": "l’app",
        "pt": "o aplicativo",
        "nl": "de app",
    },
    "support": {
        "en": "customer service",
        "de": "Kundenservice",
        "fr": "le service client",
        "es": "la atención al cliente",
        "it": "l’assistenza",
        "pt": "o atendimento",
        "nl": "de klantenservice",
    },
    "wait": {
        "en": "the wait",
        "de": "Wartezeit",
        "fr": "l’attente",
        "es": "la espera",
        "it": "l’attesa",
        "pt": "a espera",
        "nl": "de wachttijd",
    },
}
"""Topics as an acknowledgement names them. `room` has no name that suits a hotel, a train and a cinema alike."""

UNSUITED: Final[dict[str, dict[str, str]]] = {
    "excuse": {
        "en": """
            not our fault, wasnt our fault, isnt our fault, out of our control, outside our control, beyond our control, nothing we
            can|could do, we were very busy, we were short staffed, due to staff shortage*, our policy, company policy, its policy, as
            per our policy, through no fault of ours, our hands are tied, the courier* fault, blame the
        """,
        "de": """
            nicht unsere schuld, nicht in unserer hand, außerhalb unserer kontrolle, können nichts dafür, personalmangel, unsere
            richtlinie*, so sind die regeln, uns sind die hände gebunden, liegt nicht an uns
        """,
        "fr": """
            pas notre faute, indépendant* de notre volonté, hors de notre contrôle, nous n y pouvons rien, manque de personnel, notre
            politique, notre règlement
        """,
        "es": """
            no es|fue nuestra culpa, no es culpa nuestra, ajeno* a nuestra voluntad|nosotros, fuera de nuestro control, falta de
            personal, nuestra política, no podíamos hacer nada
        """,
        "it": """
            non è|era colpa nostra, non è nostra colpa, indipendent* dalla nostra volontà, fuori dal nostro controllo, carenza di
            personale, la nostra politica, non potevamo farci nulla
        """,
        "pt": """
            não é|foi nossa culpa, não é culpa nossa, alhei* à nossa vontade, fora do nosso controle, falta de pessoal, nossa
            política, não podíamos fazer nada
        """,
        "nl": """
            niet onze schuld, buiten onze macht|controle|schuld, personeelstekort, ons beleid, kunnen er niets aan doen, ligt niet aan
            ons
        """,
    },
    "blame": {
        "en": """
            your own fault, its your fault, was your fault, is your fault, you should have, you shouldve, you failed to, you didnt
            read, you did not read, you forgot to, you misunderstood, if you had .. read|asked|told|followed|called, user error, you
            must have, you clearly did, your mistake, your own mistake, not our fault, not our mistake, you never told|asked
        """,
        "de": """
            ihre eigene schuld, selbst schuld, sie hätten .. müssen|sollen, ihr fehler, sie haben .. nicht gelesen, wenn sie ..
            gelesen hätten, sie haben es versäumt, bedienfehler
        """,
        "fr": """
            votre faute, de votre faute, vous auriez dû, vous n avez pas lu, si vous aviez, votre erreur, vous avez oublié de, vous
            avez mal compris
        """,
        "es": """
            su culpa, culpa suya, es culpa suya, usted debería|debió haber, usted no leyó, si hubiera, su error, usted olvidó,
            entendió mal
        """,
        "it": "colpa sua, sua colpa, avrebbe dovuto, non ha letto, se avesse, suo errore, ha frainteso, ha dimenticato di",
        "pt": """
            sua culpa, culpa sua, você deveria ter, você não leu, se tivesse, seu erro, você esqueceu, entendeu mal, o senhor deveria,
            a senhora deveria
        """,
        "nl": """
            uw eigen schuld, uw schuld, had u maar, u had .. moeten, uw fout, u heeft .. niet gelezen, u bent vergeten, verkeerd
            begrepen
        """,
    },
    "arguing": {
        "en": """
            you are wrong, youre wrong, that is not true, thats not true, this is not true, that is false, this is false, that is a
            lie, you are lying, youre lying, untrue, in fact you, actually you, as we already told|said|explained, as i already
            said|told, we disagree, never happened, did not happen, no other customer*, nobody else complain*, everyone else, youre
            exaggerating, you are exaggerating, ridiculous, calm down
        """,
        "de": """
            sie irren, das stimmt nicht, das ist falsch, das ist gelogen, sie lügen, entspricht nicht der wahrheit, unwahr*, wie
            bereits gesagt|erklärt, sonst niemand .. beschwert, sie übertreiben, beruhigen sie sich, lächerlich
        """,
        "fr": """
            vous avez tort, vous vous trompez, c est faux, ce n est pas vrai, vous mentez, mensonge*, comme nous vous l avons dit,
            personne d autre, vous exagérez, calmez vous, ridicule
        """,
        "es": """
            usted se equivoca, está equivocad*, eso no es cierto|verdad, es falso, usted miente, mentira*, como ya le dijimos, nadie
            más se, usted exagera, cálmese, ridícul*
        """,
        "it": """
            lei si sbaglia, si sbaglia, non è vero, è falso, lei mente, bugia, bugie, come già detto|spiegato, nessun altro, lei
            esagera, si calmi, ridicol*
        """,
        "pt": """
            você está errad*, está enganado, isso não é verdade, é falso, é mentira, você mente, como já dissemos|explicamos, ninguém
            mais, você exagera, está exagerando, acalme se, ridícul*
        """,
        "nl": """
            u heeft ongelijk, dat klopt niet, dat is niet waar, u liegt, leugens, onwaar*, zoals we al zeiden, niemand anders, u
            overdrijft, rustig aan, belachelijk
        """,
    },
    "marketing": {
        "en": """
            check out our, visit our website|store|shop, our new menu|range|product*|collection|app, special offer*, promotion*, best
            in class, world class, award winning, industry leading, state of the art, unbeatable, we pride ourselves, follow us,
            subscribe to our, download our app, dont miss, limited time, book now, order now, buy now, valued customer, your business
            is important, your call is important, exceed* .. expectations, committed to excellence
        """,
        "de": """
            besuchen sie unsere, unser neues angebot, sonderangebot*, aktionspreis*, folgen sie uns, abonnieren sie, jetzt
            buchen|kaufen|bestellen, preisgekrönt*, weltklasse, unschlagbar*, wir sind stolz auf, nicht verpassen, geschätzter kunde
        """,
        "fr": """
            découvrez notre|nos, visitez notre|nos, offre spéciale, promotion*, suivez nous, abonnez vous, réservez|achetez|commandez
            maintenant|dès, primé*, imbattable*, nous sommes fiers de, ne manquez pas, cher client fidèle
        """,
        "es": """
            visite nuestr*, visita nuestr*, descubra nuestr*, oferta* especial*, promoción, promociones, síganos, suscríba*,
            reserve|compre ahora|ya, galardonad*, inmejorable*, nos enorgullece*, no se pierda, estimado cliente
        """,
        "it": """
            visiti|visitate il nostro, scopr* il nostro|la nostra|i nostri, offert* special*, promozion*, seguiteci, ci segua, prenot*
            ora|subito, acquist* ora, premiat*, imbattibil*, siamo orgogliosi di, non perda, gentile cliente affezionat*
        """,
        "pt": """
            visite noss*, visite o|a noss*, conheça noss*, conheça o nosso, ofertas especiais, promoç*, siga nos, nos siga,
            reserve|compre agora|já, premiad*, imbatíve*, temos orgulho, não perca, prezado cliente
        """,
        "nl": """
            bezoek onze, ontdek onze|ons, speciale aanbieding*, aanbieding*, volg ons, abonneer, boek|koop|bestel nu, bekroond*,
            wereldklasse, onverslaanbaar, wij zijn trots op, mis .. niet, gewaardeerde klant
        """,
    },
    "incentive": {
        "en": """
            if you change|update|remove|delete|edit|revise|improve|raise|amend|take .. review|rating|stars|comment|post|down,
            change|update|remove|delete|edit|revise|improve|raise|reconsider|amend your review|rating|stars,
            change|update|remove|delete|edit|revise|improve|raise the review|rating|stars, in exchange|return for ..
            review|rating|stars, discount|voucher|refund|gift|coupon|reward|free|money|pay for .. review|rating|stars, leave|give us
            .. five|5 star*, better review|rating, take down .. review|post
        """,
        "de": """
            wenn sie .. bewertung|sterne|rezension ändern|löschen|entfernen|anpassen|überarbeiten, bewertung
            ändern|löschen|entfernen|anpassen|zurücknehmen|verbessern|überarbeiten, rezension
            ändern|löschen|entfernen|anpassen|zurücknehmen, ihre bewertung .. ändern|löschen|entfernen|anpassen|verbessern, im
            gegenzug, gutschein|rabatt|geschenk für .. bewertung|rezension, bessere bewertung, fünf|5 sterne geben
        """,
        "fr": """
            modifiez|modifier|changez|changer|supprimez|supprimer|retirez|retirer|améliorez|améliorer|revoir votre|cet|l
            avis|note|commentaire, modifier|changer|supprimer|retirer avis|note, si vous .. modifiez|supprimez|changez|retirez, en
            échange .. avis|note, bon|remise|cadeau|réduction contre|pour .. avis|note, meilleure note, 5|cinq étoiles en échange
        """,
        "es": """
            cambie|cambiar|cambia|modifique|modificar|elimine|eliminar|borre|borrar|retire|retirar|mejore|mejorar su|tu|la|esta
            reseña|opinión|calificación|puntuación|valoración|comentario, si .. cambia|elimina|modifica|borra ..
            reseña|opinión|calificación, a cambio de, descuento|regalo|vale|cupón por .. reseña|opinión
        """,
        "it": """
            cambi|cambiare|modifichi|modificare|elimini|eliminare|rimuova|rimuovere|cancelli|cancellare|migliori|migliorare la ..
            recensione|valutazione, se .. cambia|modifica|elimina|rimuove .. recensione|valutazione, in cambio di ..
            recensione|valutazione|modifica, sconto|buono|regalo|omaggio per|in .. recensione|valutazione
        """,
        "pt": """
            altere|alterar|mude|mudar|modifique|modificar|remova|remover|apague|apagar|exclua|excluir|retire|retirar|melhore|melhorar
            a|sua|esta avaliação|nota|comentário|reclamação, altere|mude|remova|apague|retire a sua avaliação|nota|reclamação, em
            troca, se .. alterar|mudar|remover|apagar|retirar .. avaliação|nota|reclamação, desconto|cupom|brinde|vale por|pela ..
            avaliação|nota
        """,
        "nl": """
            uw|de|je beoordeling|recensie|review aanpassen|wijzigen|verwijderen|verbeteren|aanpast|wijzigt|verwijdert,
            beoordeling|recensie|review .. aanpassen|wijzigen|verwijderen|aanpast|wijzigt|verwijdert, in ruil voor, korting|bon|cadeau
            voor .. beoordeling|recensie|review, betere beoordeling|recensie
        """,
    },
    "admission": {
        "en": """
            we were negligent, our negligence, we are liable, we accept liability|responsibility for, we admit, legally responsible,
            we broke the law, we are guilty
        """,
        "de": "wir haften, unsere haftung, fahrlässig*, wir geben zu, rechtlich verantwortlich, wir sind schuld",
        "fr": """
            notre négligence, nous sommes responsables de, nous reconnaissons notre responsabilité, nous admettons, nous sommes
            coupables
        """,
        "es": "nuestra negligencia, somos responsables de, admitimos, reconocemos nuestra responsabilidad, somos culpables",
        "it": "nostra negligenza, siamo responsabili, ammettiamo, riconosciamo la nostra responsabilità, siamo colpevoli",
        "pt": "nossa negligência, somos responsáveis por, admitimos, reconhecemos nossa responsabilidade, somos culpados",
        "nl": "onze nalatigheid, wij zijn aansprakelijk, wij geven toe, wij erkennen aansprakelijkheid, wij zijn schuldig",
    },
}
"""What a reply should not say, in the notation of `assessment.phrases`."""

REWARDS: Final = {
    "en": """
        discount, voucher*, refund*, gift*, coupon*, reward*, free, money, credit*, cash, pay you, compensat*, exchange for, in
        return, bonus, complimentary, on the house
    """,
    "de": "rabatt*, gutschein*, erstatt*, rückerstatt*, geschenk*, kostenlos*, gratis, geld, gutschrift, im gegenzug, entschädig*, bonus",
    "fr": "remise, réduction, bon d achat, rembours*, cadeau*, gratuit*, argent, avoir de, en échange, dédommag*, bonus",
    "es": "descuento*, vale, cupón, reembols*, regalo*, gratis, gratuit*, dinero, a cambio, compens*, bono",
    "it": "sconto, buono, rimbors*, regalo, gratis, gratuit*, soldi, in cambio, omaggio, risarci*, bonus",
    "pt": "desconto*, vale, cupom, reembols*, brinde*, grátis, gratuit*, dinheiro, em troca, compens*, bônus",
    "nl": "korting*, bon, tegoedbon, terugbetal*, cadeau*, gratis, geld, in ruil, vergoed*, bonus",
}
"""With one of these, asking for another review is an incentive (R13); without, it is only unwise."""
