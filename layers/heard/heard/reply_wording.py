"""What a human reply should not say, by language: words as data. A new language needs an entry in each table here."""

from __future__ import annotations

from typing import Final

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
            maintenant|dès, primée|primées, imbattable*, nous sommes fiers de, ne manquez pas, cher client fidèle
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
