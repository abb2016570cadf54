"""What automatic answers say, by language: words as data. A new language is a new entry.

An acknowledgement thanks, says what was heard and that it is automatic; it promises nothing, admits nothing, judges nothing, and
does not say that somebody has read what nobody has (R03, R11). Wordings are templates (`heard.templates`) that name `business` and
`about`, the detail of the review, which brings the blank that parts it from its neighbour. `[Ihre|deine]` holds the words for who is
addressed formally and informally. Names and topics are not declined: where the language would, wordings stand so that they need not be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """All words of one language.

    `topic`, `product` and `rating` make `about`; `topics` are the names of an assessment's topics (`room` has none that suits a
    hotel, a train and a cinema alike). Then three wordings a kind, so that neither an author nor a page gets one twice in a row.
    Then what to look for in templates, in the notation of `assessment.phrases`: `automatic` says that it is so; `promises` and
    `admits` what is not for a machine to say; `readers` that a person reads or acts; `human` that it is no machine.
    """

    topic: str
    product: str
    rating: str
    topics: dict[str, str]
    praise: tuple[str, str, str]
    recovered: tuple[str, str, str]
    thanks: tuple[str, str, str]
    complaint: tuple[str, str, str]
    private: tuple[str, str, str]
    person: tuple[str, str, str]
    automatic: str
    promises: str
    admits: str
    readers: str
    human: str
    product_reviewed: str = ""
    """`product` where it follows the word for review, if that differs."""


_TOPICS: Final = (
    "delivery",
    "payment",
    "staff",
    "quality",
    "food",
    "cleanliness",
    "price",
    "app",
    "support",
    "wait",
)


def _topics(names: str) -> dict[str, str]:
    return dict(zip(_TOPICS, (name.strip() for name in names.split(",")), strict=True))


WORDS: Final[dict[str, Words]] = {
    "en": Words(
        topic=" about {topic}",
        product=" about “{product}”",
        product_reviewed=" of “{product}”",
        rating=" ({rating} of 5 stars)",
        topics=_topics(
            "the delivery, the payment, the staff, the quality, the food, cleanliness, the price, the app, customer service, the wait"
        ),
        praise=(
            "Thank you for your kind words{{ about }}. They have reached {{ business }} and mean a lot to us. (Automatic reply)",
            "{{ business }} says thank you for your kind words{{ about }}. This first answer is automatic; the thanks are ours.",
            "Kind words like yours{{ about }} do everyone at {{ business }} good: thank you. (This is an automatic reply.)",
        ),
        recovered=(
            "Thank you for writing again, and for your kind words{{ about }}. {{ business }} is glad of them. (Automatic reply)",
            "Good to hear from you again, and with kind words{{ about }}. Thank you from {{ business }}. (This is an automatic reply.)",
            "{{ business }} thanks you for coming back to say something kind{{ about }}. This first answer is automatic; "
            "the thanks are ours.",
        ),
        thanks=(
            "Thank you for your review{{ about }}. It has reached {{ business }}. (This is an automatic reply.)",
            "Thank you for taking the time for your review{{ about }}. {{ business }} has received it. (Automatic reply)",
            "Your review{{ about }} has arrived at {{ business }}, thank you. This answer is automatic.",
        ),
        complaint=(
            "Thank you for telling us plainly in your review{{ about }}. {{ business }} has recorded what you said. "
            "(This is an automatic reply.)",
            "Thank you for your review{{ about }}. What was not right for you is now noted at {{ business }}. (Automatic reply)",
            "{{ business }} has received your review{{ about }}, including what was missing for you. Thank you for saying so. "
            "This answer is automatic.",
        ),
        private=(
            "Thank you for your message{{ about }}. It has reached {{ business }}. (This is an automatic reply.)",
            "Your message{{ about }} has arrived at {{ business }}, thank you. This answer is automatic.",
            "{{ business }} has received your message{{ about }}. Thank you for writing. (Automatic reply)",
        ),
        person=(
            "Your message{{ about }} has reached {{ business }}. A person will read it. (This is an automatic reply.)",
            "Thank you for your message{{ about }}. This answer is automatic; a person at {{ business }} will read what you wrote.",
            "{{ business }} has received your message{{ about }}, and a person will read it. Thank you for writing. (Automatic reply)",
        ),
        automatic="automatic, automatically, automated",
        promises="""
            we will|shall, well be|call|contact|fix|get|improve|investigate|look|make|refund|replace|reply|respond|send|solve|sort, will
            be in touch, will answer|call|contact|fix|get|improve|investigate|look|refund|replace|reply|resolve|respond|solve, promise*,
            guarantee*, within .. minute*|hour*|day*|week*, as soon as possible, shortly, right away, answer|contact|hear|reply .. soon,
            wont happen, never happen again, going to call|contact|fix|improve|look|refund, you will get|hear|receive, youll
            get|hear|receive
        """,
        admits="""
            our bad|error|fault|failure|mistake|negligence, we failed|messed, we made .. mistake*|error*, we got .. wrong, we let you
            down, you are|were right, youre right, we admit, we are guilty|liable|responsible, we accept|take ..
            liability|responsibility|blame, negligen*, should not have happened, shouldnt have happened, unacceptable
        """,
        readers="""
            someone, somebody, a colleague|human|manager|person, our colleague*|manager|staff|team will|is|are, team member*, will read,
            we read, we have read, weve read, has read, have been reading, read by
        """,
        human="""
            i, im, ive, my name is, personally, by hand, a real person|human, not a bot|machine|robot, not|never .. automatic|automated,
            isnt .. automatic|automated, no automatic|automated
        """,
    ),
    "de": Words(
        topic=" zum Thema {topic}",
        product=" zu „{product}“",
        rating=" ({rating} von 5 Sternen)",
        topics=_topics(
            "Lieferung, Zahlung, Personal, Qualität, Essen, Sauberkeit, Preis, App, Kundenservice, Wartezeit"
        ),
        praise=(
            "Vielen Dank für [Ihre|deine] freundlichen Worte{{ about }}. Sie sind bei {{ business }} angekommen und freuen uns sehr. "
            "(Automatische Antwort)",
            "{{ business }} dankt für [Ihre|deine] freundlichen Worte{{ about }}. "
            "Diese erste Antwort ist automatisch, der Dank ist unserer.",
            "Freundliche Worte wie [Ihre|deine]{{ about }} tun allen bei {{ business }} gut: vielen Dank. (Diese Antwort ist automatisch.)",
        ),
        recovered=(
            "Danke, dass [Sie uns wieder geschrieben haben|du uns wieder geschrieben hast], noch dazu so freundlich{{ about }}. "
            "{{ business }} freut sich darüber. (Automatische Antwort)",
            "Schön, wieder von [Ihnen|dir] zu hören, und mit freundlichen Worten{{ about }}. Danke von {{ business }}. "
            "(Diese Antwort ist automatisch.)",
            "{{ business }} dankt für [Ihre|deine] neuen, so freundlichen Worte{{ about }}. Diese Antwort ist automatisch.",
        ),
        thanks=(
            "Danke für [Ihre|deine] Bewertung{{ about }}. Sie ist bei {{ business }} angekommen. (Automatische Antwort)",
            "Danke, dass [Sie sich Zeit für Ihre|du dir Zeit für deine] Bewertung{{ about }} genommen [haben|hast]. "
            "{{ business }} hat sie erhalten. (Automatische Antwort)",
            "[Ihre|Deine] Bewertung{{ about }} ist bei {{ business }} eingegangen, danke. Diese Antwort ist automatisch.",
        ),
        complaint=(
            "Danke für die offenen Worte in [Ihrer|deiner] Bewertung{{ about }}. {{ business }} hat sie festgehalten. "
            "(Automatische Antwort)",
            "Danke für [Ihre|deine] Bewertung{{ about }}. Was für [Sie|dich] nicht gestimmt hat, ist bei {{ business }} notiert. "
            "(Diese Antwort ist automatisch.)",
            "{{ business }} hat [Ihre|deine] Bewertung{{ about }} erhalten, auch das, was [Ihnen|dir] gefehlt hat. Danke für die "
            "klaren Worte. "
            "Diese Antwort ist automatisch.",
        ),
        private=(
            "Danke für [Ihre|deine] Nachricht{{ about }}. Sie ist bei {{ business }} angekommen. (Automatische Antwort)",
            "[Ihre|Deine] Nachricht{{ about }} ist bei {{ business }} eingegangen, vielen Dank. Diese Antwort ist automatisch.",
            "{{ business }} hat [Ihre|deine] Nachricht{{ about }} erhalten. Danke fürs Schreiben. (Diese Antwort ist automatisch.)",
        ),
        person=(
            "[Ihre|Deine] Nachricht{{ about }} ist bei {{ business }} angekommen. Ein Mensch wird sie lesen. (Automatische Antwort)",
            "Danke für [Ihre|deine] Nachricht{{ about }}. Diese Antwort ist automatisch; bei {{ business }} wird ein Mensch lesen, "
            "was [Sie schreiben|du schreibst].",
            "{{ business }} hat [Ihre|deine] Nachricht{{ about }} erhalten, und ein Mensch wird sie lesen. Danke. "
            "(Diese Antwort ist automatisch.)",
        ),
        automatic="automatisch*, automatisiert*",
        promises="""
            wir werden, wir melden|rufen|kümmern|kontaktieren|erstatten|beheben|prüfen|antworten, wird|werden sich melden|kümmern, werden
            .. antworten|beheben|erstatten|kontaktieren|kümmern|melden|prüfen|verbessern, versprech*, garantier*, so schnell|bald wie
            möglich, schnellstmöglich, umgehend, in kürze, demnächst, innerhalb .. minute*|stunde*|tag*|woche*, nicht wieder vor, nie
            wieder .. passieren|vorkommen, erhalten sie|du .. antwort, meldet sich
        """,
        admits="""
            unser fehler|versehen|verschulden|versagen, unsere schuld, wir haben .. fehler|versagt|falsch, sie haben recht, du hast recht,
            wir geben .. zu, wir haften, wir übernehmen .. haftung|verantwortung, fahrlässig*, hätte nicht passieren, darf nicht
            passieren, inakzeptabel
        """,
        readers="""
            mensch, menschen, jemand, ein|eine|einer mitarbeiter*|kolleg*, unser team wird, wird .. lesen|ansehen, liest, wir lesen, haben
            .. gelesen, hat .. gelesen
        """,
        human="""
            ich, mein name, persönlich*, von hand, echter|echte mensch|person, kein|keine .. bot|roboter|automatisch*, nicht
            automatisch*|automatisiert*
        """,
    ),
    "fr": Words(
        topic=" ({topic})",
        product=" sur « {product} »",
        rating=" ({rating} étoiles sur 5)",
        topics=_topics(
            "la livraison, le paiement, le personnel, la qualité, la cuisine, la propreté, le prix, l’application, le service "
            "client, l’attente"
        ),
        praise=(
            "Merci pour [vos|tes] mots aimables{{ about }}. Ils sont bien arrivés chez {{ business }} et nous touchent beaucoup. "
            "(Réponse automatique)",
            "{{ business }} [vous|te] remercie pour [vos|tes] mots aimables{{ about }}. Cette première réponse est automatique, le merci "
            "est le nôtre.",
            "Des mots aimables comme les [vôtres|tiens]{{ about }} font du bien à toute l’équipe de {{ business }} : merci. "
            "(Cette réponse est automatique.)",
        ),
        recovered=(
            "Merci de nous avoir écrit de nouveau, et pour [vos|tes] mots aimables{{ about }}. {{ business }} en est très heureux. "
            "(Réponse automatique)",
            "Quelle joie d’avoir de [vos|tes] nouvelles, et avec des mots si aimables{{ about }}. Merci de la part de {{ business }}. "
            "(Cette réponse est automatique.)",
            "{{ business }} [vous|te] remercie pour ces nouveaux mots, si aimables{{ about }}. Cette réponse est automatique.",
        ),
        thanks=(
            "Merci pour [votre|ton] avis{{ about }}. Il est bien arrivé chez {{ business }}. (Réponse automatique)",
            "Merci d’avoir pris le temps de donner [votre|ton] avis{{ about }}. {{ business }} l’a bien reçu. "
            "(Cette réponse est automatique.)",
            "[Votre|Ton] avis{{ about }} est bien arrivé chez {{ business }}, merci. Cette réponse est automatique.",
        ),
        complaint=(
            "Merci pour la franchise de [votre|ton] avis{{ about }}. {{ business }} a pris note de [vos|tes] mots. (Réponse automatique)",
            "Merci pour [votre|ton] avis{{ about }}. Ce qui n’allait pas pour [vous|toi] est noté chez {{ business }}. "
            "(Cette réponse est automatique.)",
            "{{ business }} a bien reçu [votre|ton] avis{{ about }}, y compris ce qui [vous a|t’a] manqué. Merci pour ces mots clairs. "
            "Cette réponse est automatique.",
        ),
        private=(
            "Merci pour [votre|ton] message{{ about }}. Il est bien arrivé chez {{ business }}. (Réponse automatique)",
            "[Votre|Ton] message{{ about }} est bien arrivé chez {{ business }}, merci. Cette réponse est automatique.",
            "{{ business }} a bien reçu [votre|ton] message{{ about }}. Merci de nous avoir écrit. (Cette réponse est automatique.)",
        ),
        person=(
            "[Votre|Ton] message{{ about }} est bien arrivé chez {{ business }}. Une personne le lira. (Réponse automatique)",
            "Merci pour [votre|ton] message{{ about }}. Cette réponse est automatique ; "
            "chez {{ business }}, une personne lira [vos|tes] mots.",
            "{{ business }} a bien reçu [votre|ton] message{{ about }}, et une personne le lira. Merci. (Cette réponse est automatique.)",
        ),
        automatic="automatique*, automatisé*",
        promises="""
            nous allons, nous vous|te répondrons|contacterons|rappellerons|rembourserons|recontacterons, nous
            répondrons|contacterons|ferons|réglerons, on va, promet*, promess*, garanti*, dans les plus brefs délais, dès que possible, au
            plus vite, bientôt, sous .. heures|jours, dans les .. heures|jours, ne se reproduira, plus jamais, reviendrons vers
        """,
        admits="""
            notre faute|erreur|négligence|responsabilité, nous avons commis|échoué, nous sommes fautifs|responsables|coupables, vous avez
            raison, tu as raison, nous admettons|reconnaissons, négligen*, n aurait pas dû, inacceptable
        """,
        readers="une personne, quelquun, un|une collègue|conseiller|conseillère|humain, collaborat*, lira, lirons, avons lu, a lu",
        human="""
            je, j, mon nom, personnellement, à la main, vraie personne, pas .. automatique|automatisé|automatisée|robot|bot, un humain,
            aucun robot
        """,
    ),
    "es": Words(
        topic=" sobre {topic}",
        product=" sobre «{product}»",
        rating=" ({rating} de 5 estrellas)",
        topics=_topics(
            "la entrega, el pago, el personal, la calidad, la comida, la limpieza, el precio, la aplicación, la atención al "
            "cliente, la espera"
        ),
        praise=(
            "Gracias por [sus|tus] amables palabras{{ about }}. Han llegado a {{ business }} y nos alegran mucho. (Respuesta automática)",
            "{{ business }} [le|te] da las gracias por [sus|tus] amables palabras{{ about }}. Esta primera respuesta es automática; "
            "el agradecimiento es nuestro.",
            "Palabras amables como las [suyas|tuyas]{{ about }} nos hacen bien a todos en {{ business }}: gracias. "
            "(Esta respuesta es automática.)",
        ),
        recovered=(
            "Gracias por escribirnos de nuevo, y por [sus|tus] amables palabras{{ about }}. En {{ business }} nos alegran mucho. "
            "(Respuesta automática)",
            "Qué alegría volver a tener noticias [suyas|tuyas], y con palabras tan amables{{ about }}. Gracias de parte de {{ business }}. "
            "(Esta respuesta es automática.)",
            "{{ business }} [le|te] agradece estas nuevas palabras, tan amables{{ about }}. Esta respuesta es automática.",
        ),
        thanks=(
            "Gracias por [su|tu] reseña{{ about }}. Ha llegado a {{ business }}. (Respuesta automática)",
            "Gracias por dedicar tiempo a [su|tu] reseña{{ about }}. {{ business }} la ha recibido. (Esta respuesta es automática.)",
            "[Su|Tu] reseña{{ about }} ha llegado a {{ business }}, gracias. Esta respuesta es automática.",
        ),
        complaint=(
            "Gracias por la franqueza de [su|tu] reseña{{ about }}. {{ business }} ha tomado nota de [sus|tus] palabras. "
            "(Respuesta automática)",
            "Gracias por [su|tu] reseña{{ about }}. Lo que no estuvo bien para [usted|ti] queda anotado en {{ business }}. "
            "(Esta respuesta es automática.)",
            "{{ business }} ha recibido [su|tu] reseña{{ about }}, también lo que [echó|echaste] en falta. Gracias por decirlo. "
            "Esta respuesta es automática.",
        ),
        private=(
            "Gracias por [su|tu] mensaje{{ about }}. Ha llegado a {{ business }}. (Respuesta automática)",
            "[Su|Tu] mensaje{{ about }} ha llegado a {{ business }}, gracias. Esta respuesta es automática.",
            "{{ business }} ha recibido [su|tu] mensaje{{ about }}. Gracias por escribirnos. (Esta respuesta es automática.)",
        ),
        person=(
            "[Su|Tu] mensaje{{ about }} ha llegado a {{ business }}. Una persona lo leerá. (Respuesta automática)",
            "Gracias por [su|tu] mensaje{{ about }}. Esta respuesta es automática; "
            "en {{ business }}, una persona leerá [sus|tus] palabras.",
            "{{ business }} ha recibido [su|tu] mensaje{{ about }}, y una persona lo leerá. Gracias. (Esta respuesta es automática.)",
        ),
        automatic="automátic*, automatizad*",
        promises="""
            vamos a, le|te responderemos|contactaremos|llamaremos|devolveremos|reembolsaremos, responderemos, contactaremos, llamaremos,
            solucionaremos, resolveremos, reembolsaremos, haremos, promet*, promes*, garantiz*, lo antes posible, cuanto antes, en breve,
            pronto, en .. horas|días, no volverá a, nunca más
        """,
        admits="""
            nuestra culpa|negligencia|responsabilidad, nuestro error|fallo, hemos cometido|fallado, nos equivocamos, tiene|tienes razón,
            admitimos, reconocemos, somos responsables|culpables, negligen*, no debió, no debería haber, inaceptable
        """,
        readers="una persona, alguien, un|una compañero|compañera|empleado|empleada|agente|humano, leerá, leeremos, hemos leído, ha leído",
        human="yo, soy, he leído, mi nombre, me llamo, personalmente, a mano, persona real, no .. automátic*|automatizad*|robot|bot",
    ),
    "it": Words(
        topic=" ({topic})",
        product=" su «{product}»",
        rating=" ({rating} stelle su 5)",
        topics=_topics(
            "la consegna, il pagamento, il personale, la qualità, la cucina, la pulizia, il prezzo, l’app, l’assistenza, l’attesa"
        ),
        praise=(
            "Grazie per le [sue|tue] gentili parole{{ about }}. Sono arrivate a {{ business }} e ci fanno molto piacere. "
            "(Risposta automatica)",
            "{{ business }} [la|ti] ringrazia per le gentili parole{{ about }}. Questa prima risposta è automatica, il grazie è nostro.",
            "Parole gentili come le [sue|tue]{{ about }} fanno bene a tutti noi di {{ business }}: grazie. (Questa risposta è automatica.)",
        ),
        recovered=(
            "Grazie per averci scritto di nuovo, e per le [sue|tue] gentili parole{{ about }}. {{ business }} ne è felice. "
            "(Risposta automatica)",
            "È bello [risentirla|risentirti], e con parole così gentili{{ about }}. Grazie da {{ business }}. "
            "(Questa risposta è automatica.)",
            "{{ business }} [la|ti] ringrazia per queste nuove parole, così gentili{{ about }}. Questa risposta è automatica.",
        ),
        thanks=(
            "Grazie per la [sua|tua] recensione{{ about }}. È arrivata a {{ business }}. (Risposta automatica)",
            "Grazie per il tempo dedicato alla [sua|tua] recensione{{ about }}. {{ business }} l’ha ricevuta. "
            "(Questa risposta è automatica.)",
            "La [sua|tua] recensione{{ about }} è arrivata a {{ business }}, grazie. Questa risposta è automatica.",
        ),
        complaint=(
            "Grazie per la franchezza della [sua|tua] recensione{{ about }}. {{ business }} ha preso nota delle [sue|tue] parole. "
            "(Risposta automatica)",
            "Grazie per la [sua|tua] recensione{{ about }}. Ciò che per [lei|te] non andava è annotato da {{ business }}. "
            "(Questa risposta è automatica.)",
            "{{ business }} ha ricevuto la [sua|tua] recensione{{ about }}, anche ciò che [le|ti] è mancato. Grazie per la chiarezza. "
            "Questa risposta è automatica.",
        ),
        private=(
            "Grazie per il [suo|tuo] messaggio{{ about }}. È arrivato a {{ business }}. (Risposta automatica)",
            "Il [suo|tuo] messaggio{{ about }} è arrivato a {{ business }}, grazie. Questa risposta è automatica.",
            "{{ business }} ha ricevuto il [suo|tuo] messaggio{{ about }}. Grazie per averci scritto. (Questa risposta è automatica.)",
        ),
        person=(
            "Il [suo|tuo] messaggio{{ about }} è arrivato a {{ business }}. Una persona lo leggerà. (Risposta automatica)",
            "Grazie per il [suo|tuo] messaggio{{ about }}. Questa risposta è automatica; "
            "da {{ business }} una persona leggerà le [sue|tue] parole.",
            "{{ business }} ha ricevuto il [suo|tuo] messaggio{{ about }}, e una persona lo leggerà. Grazie. "
            "(Questa risposta è automatica.)",
        ),
        automatic="automatic*, automatizzat*",
        promises="""
            la|ti ricontatteremo|contatteremo|chiameremo|rimborseremo, le risponderemo, risponderemo, ricontatteremo, contatteremo,
            risolveremo, rimborseremo, faremo, promett*, promess*, garanti*, il prima possibile, al più presto, a breve, presto, entro ..
            ore|giorni, non succederà, mai più
        """,
        admits="""
            colpa nostra, nostra colpa|negligenza|responsabilità, nostro errore, abbiamo sbagliato, ha|hai ragione, ammettiamo,
            riconosciamo, siamo responsabili|colpevoli, negligen*, non sarebbe dovuto, inaccettabile
        """,
        readers="""
            una persona, qualcuno, un|una collega|addetto|addetta|operatore|operatrice|umano, leggerà, leggeremo, abbiamo letto, ha letto
        """,
        human="""
            io, sono .. persona, ho letto, mi chiamo, il mio nome, personalmente, a mano, persona vera, non ..
            automatic*|automatizzat*|robot|bot
        """,
    ),
    "pt": Words(
        topic=" sobre {topic}",
        product=" sobre “{product}”",
        rating=" ({rating} de 5 estrelas)",
        topics=_topics(
            "a entrega, o pagamento, a equipe, a qualidade, a comida, a limpeza, o preço, o aplicativo, o atendimento, a espera"
        ),
        praise=(
            "[Agradecemos as suas|Obrigado pelas suas] gentis palavras{{ about }}. Elas chegaram a {{ business }} e nos alegram muito. "
            "(Resposta automática)",
            "{{ business }} [agradece as|diz obrigado pelas] suas gentis palavras{{ about }}. Esta primeira resposta é automática; "
            "a gratidão é nossa.",
            "Palavras gentis como as suas{{ about }} fazem bem a todos em {{ business }}: [agradecemos|obrigado]. "
            "(Esta resposta é automática.)",
        ),
        recovered=(
            "[Agradecemos que tenha escrito|Obrigado por escrever] de novo, e com palavras tão gentis{{ about }}. "
            "Elas alegram a todos em {{ business }}. (Resposta automática)",
            "Que bom ter notícias suas outra vez, e com palavras tão gentis{{ about }}. [Agradecimentos|Um obrigado] de {{ business }}. "
            "(Esta resposta é automática.)",
            "{{ business }} [agradece estas|diz obrigado por estas] novas palavras, tão gentis{{ about }}. Esta resposta é automática.",
        ),
        thanks=(
            "[Agradecemos a|Obrigado pela] sua avaliação{{ about }}. Ela chegou a {{ business }}. (Resposta automática)",
            "[Agradecemos o tempo dedicado|Obrigado por dedicar tempo] à sua avaliação{{ about }}. {{ business }} já a recebeu. "
            "(Esta resposta é automática.)",
            "A sua avaliação{{ about }} chegou a {{ business }}, [muito obrigado|obrigado]. Esta resposta é automática.",
        ),
        complaint=(
            "[Agradecemos a|Obrigado pela] franqueza da sua avaliação{{ about }}. {{ business }} registrou as suas palavras. "
            "(Resposta automática)",
            "[Agradecemos a|Obrigado pela] sua avaliação{{ about }}. O que não agradou está anotado em {{ business }}. "
            "(Esta resposta é automática.)",
            "{{ business }} recebeu a sua avaliação{{ about }}, também o que lhe faltou. [Agradecemos a|Obrigado pela] clareza. "
            "Esta resposta é automática.",
        ),
        private=(
            "[Agradecemos a|Obrigado pela] sua mensagem{{ about }}. Ela chegou a {{ business }}. (Resposta automática)",
            "A sua mensagem{{ about }} chegou a {{ business }}, [muito obrigado|obrigado]. Esta resposta é automática.",
            "{{ business }} recebeu a sua mensagem{{ about }}. [Agradecemos o contato|Obrigado por escrever]. "
            "(Esta resposta é automática.)",
        ),
        person=(
            "A sua mensagem{{ about }} chegou a {{ business }}. Uma pessoa vai lê-la. (Resposta automática)",
            "[Agradecemos a|Obrigado pela] sua mensagem{{ about }}. Esta resposta é automática; em {{ business }}, "
            "uma pessoa vai ler as suas palavras.",
            "{{ business }} recebeu a sua mensagem{{ about }}, e uma pessoa vai lê-la. [Muito obrigado|Obrigado]. "
            "(Esta resposta é automática.)",
        ),
        automatic="automátic*, automatizad*",
        promises="""
            vamos contatar|contactar|entrar|ligar|reembolsar|resolver|responder|melhorar|corrigir|fazer, iremos, entraremos,
            responderemos, resolveremos, faremos, reembolsaremos, promet*, promess*, garant*, o mais breve|rápido possível, em breve, logo
            mais, em até, dentro de, não voltará a, nunca mais
        """,
        admits="""
            nossa culpa|falha|negligência|responsabilidade, nosso erro, cometemos, erramos, falhamos, você|o senhor|a senhora tem razão,
            tem razão, admitimos, reconhecemos, somos responsáveis|culpados, negligen*, não deveria ter, inaceitável
        """,
        readers="uma pessoa, alguém, um|uma colega|atendente|funcionário|funcionária|humano, vai ler, vai lê, leremos, lemos, leu",
        human="eu, sou, li, meu nome, me chamo, pessoalmente, à mão, pessoa real, não .. automátic*|automatizad*|robô|bot",
    ),
    "nl": Words(
        topic=" over {topic}",
        product=" over ‘{product}’",
        rating=" ({rating} van 5 sterren)",
        topics=_topics(
            "de levering, de betaling, het personeel, de kwaliteit, het eten, de netheid, de prijs, de app, de klantenservice, de wachttijd"
        ),
        praise=(
            "Bedankt voor [uw|je] vriendelijke woorden{{ about }}. Ze zijn bij {{ business }} aangekomen en doen ons veel plezier. "
            "(Automatisch antwoord)",
            "{{ business }} dankt [u|je] voor [uw|je] vriendelijke woorden{{ about }}. "
            "Dit eerste antwoord is automatisch, de dank is van ons.",
            "Vriendelijke woorden als die van [u|jou]{{ about }} doen iedereen bij {{ business }} goed: bedankt. "
            "(Dit antwoord is automatisch.)",
        ),
        recovered=(
            "Bedankt dat [u|je] ons weer schreef, en voor [uw|je] vriendelijke woorden{{ about }}. {{ business }} is er blij mee. "
            "(Automatisch antwoord)",
            "Fijn om weer van [u|je] te horen, en met zulke vriendelijke woorden{{ about }}. Dank van {{ business }}. "
            "(Dit antwoord is automatisch.)",
            "{{ business }} dankt [u|je] voor deze nieuwe, zo vriendelijke woorden{{ about }}. Dit antwoord is automatisch.",
        ),
        thanks=(
            "Bedankt voor [uw|je] beoordeling{{ about }}. Die is bij {{ business }} aangekomen. (Automatisch antwoord)",
            "Bedankt dat [u|je] de tijd nam voor [uw|je] beoordeling{{ about }}. {{ business }} heeft die ontvangen. "
            "(Dit antwoord is automatisch.)",
            "[Uw|Je] beoordeling{{ about }} is bij {{ business }} binnengekomen, dank [u|je]. Dit antwoord is automatisch.",
        ),
        complaint=(
            "Bedankt voor de eerlijke woorden in [uw|je] beoordeling{{ about }}. {{ business }} heeft ze genoteerd. (Automatisch antwoord)",
            "Bedankt voor [uw|je] beoordeling{{ about }}. Wat voor [u|jou] niet goed was, is bij {{ business }} vastgelegd. "
            "(Dit antwoord is automatisch.)",
            "{{ business }} heeft [uw|je] beoordeling{{ about }} ontvangen, ook wat [u|je] miste. Bedankt voor de duidelijke woorden. "
            "Dit antwoord is automatisch.",
        ),
        private=(
            "Bedankt voor [uw|je] bericht{{ about }}. Het is bij {{ business }} aangekomen. (Automatisch antwoord)",
            "[Uw|Je] bericht{{ about }} is bij {{ business }} binnengekomen, dank [u|je]. Dit antwoord is automatisch.",
            "{{ business }} heeft [uw|je] bericht{{ about }} ontvangen. Bedankt voor het schrijven. (Dit antwoord is automatisch.)",
        ),
        person=(
            "[Uw|Je] bericht{{ about }} is bij {{ business }} aangekomen. Een mens zal het lezen. (Automatisch antwoord)",
            "Bedankt voor [uw|je] bericht{{ about }}. Dit antwoord is automatisch; bij {{ business }} zal een mens [uw|je] woorden lezen.",
            "{{ business }} heeft [uw|je] bericht{{ about }} ontvangen, en een mens zal het lezen. Dank [u|je]. "
            "(Dit antwoord is automatisch.)",
        ),
        automatic="automatisch*, geautomatiseerd*",
        promises="""
            we|wij zullen|gaan|nemen|bellen|lossen|betalen, zullen .. bellen|contact|oplossen|antwoorden|terugbetalen|verbeteren, beloven,
            beloofd, belofte*, garander*, garantie, zo snel|spoedig mogelijk, binnenkort, spoedig, binnen ..
            minuten|uur|uren|dag|dagen|week, niet meer gebeuren|voorkomen, nooit meer
        """,
        admits="""
            onze fout|schuld|nalatigheid|verantwoordelijkheid, wij|we hebben .. fout*|gefaald, u heeft|hebt gelijk, je hebt gelijk, wij|we
            geven .. toe, wij|we zijn aansprakelijk|schuldig|verantwoordelijk, nalatig*, had niet mogen, onacceptabel
        """,
        readers="""
            mens, iemand, een collega|medewerker|medewerkster|persoon, zal .. lezen, leest, lezen wij|we, hebben .. gelezen, heeft ..
            gelezen
        """,
        human="ik, mijn naam, persoonlijk*, met de hand, echt mens, geen .. bot|robot|automatisch*, niet automatisch*|geautomatiseerd*",
    ),
    "pl": Words(
        topic=" (temat: {topic})",
        product=" („{product}”)",
        rating=" (ocena: {rating}/5)",
        topics=_topics(
            "dostawa, płatność, obsługa, jakość, jedzenie, czystość, cena, aplikacja, obsługa klienta, czas oczekiwania"
        ),
        praise=(
            "Dziękujemy za [Państwa|Twoje] miłe słowa{{ about }}. Dotarły do {{ business }} i bardzo nas cieszą. (Odpowiedź automatyczna)",
            "{{ business }} dziękuje za [Państwa|Twoje] miłe słowa{{ about }}. "
            "Ta pierwsza odpowiedź jest automatyczna, podziękowanie jest nasze.",
            "Takie miłe słowa{{ about }} dodają sił całej firmie {{ business }}: dziękujemy. (Ta odpowiedź jest automatyczna.)",
        ),
        recovered=(
            "Dziękujemy za kolejną wiadomość od [Państwa|Ciebie] i za miłe słowa{{ about }}. {{ business }} bardzo się z nich cieszy. "
            "(Odpowiedź automatyczna)",
            "Miło znów usłyszeć coś od [Państwa|Ciebie], i to tak życzliwego{{ about }}. Dziękujemy, {{ business }}. "
            "(Ta odpowiedź jest automatyczna.)",
            "{{ business }} dziękuje za te nowe, tak życzliwe słowa{{ about }}. Ta odpowiedź jest automatyczna.",
        ),
        thanks=(
            "Dziękujemy za [Państwa|Twoją] opinię{{ about }}. Dotarła do {{ business }}. (Odpowiedź automatyczna)",
            "Dziękujemy za czas poświęcony na opinię{{ about }}. {{ business }} już ją ma. (Ta odpowiedź jest automatyczna.)",
            "[Państwa|Twoja] opinia{{ about }} dotarła do {{ business }}, dziękujemy. Ta odpowiedź jest automatyczna.",
        ),
        complaint=(
            "Dziękujemy za szczerość w [Państwa|Twojej] opinii{{ about }}. {{ business }} zapisuje te słowa. (Odpowiedź automatyczna)",
            "Dziękujemy za [Państwa|Twoją] opinię{{ about }}. To, co było dla [Państwa|Ciebie] nie tak, jest zapisane w {{ business }}. "
            "(Ta odpowiedź jest automatyczna.)",
            "[Państwa|Twoja] opinia{{ about }} jest już w {{ business }}, także to, czego zabrakło. Dziękujemy za jasne słowa. "
            "Ta odpowiedź jest automatyczna.",
        ),
        private=(
            "Dziękujemy za [Państwa|Twoją] wiadomość{{ about }}. Dotarła do {{ business }}. (Odpowiedź automatyczna)",
            "[Państwa|Twoja] wiadomość{{ about }} dotarła do {{ business }}, dziękujemy. Ta odpowiedź jest automatyczna.",
            "{{ business }} ma już [Państwa|Twoją] wiadomość{{ about }}. Dziękujemy za nią. (Ta odpowiedź jest automatyczna.)",
        ),
        person=(
            "[Państwa|Twoja] wiadomość{{ about }} dotarła do {{ business }}. Przeczyta ją człowiek. (Odpowiedź automatyczna)",
            "Dziękujemy za [Państwa|Twoją] wiadomość{{ about }}. Ta odpowiedź jest automatyczna; "
            "w {{ business }} te słowa przeczyta człowiek.",
            "{{ business }} ma już [Państwa|Twoją] wiadomość{{ about }} i przeczyta ją człowiek. Dziękujemy. "
            "(Ta odpowiedź jest automatyczna.)",
        ),
        automatic="automatyczn*, zautomatyzowan*",
        promises="""
            odpowiemy, skontaktujemy się, zadzwonimy, zwrócimy, naprawimy, poprawimy, rozwiążemy, zajmiemy się, sprawdzimy, obiecuj*,
            obietnic*, gwarant*, wkrótce, niebawem, jak najszybciej, w ciągu, nie powtórzy się, więcej się nie
        """,
        admits="""
            nasza wina, nasz błąd, z naszej winy, mają państwo rację, masz rację, przyznajemy, ponosimy odpowiedzialność, zaniedb*,
            niedopuszczaln*, popełniliśmy
        """,
        readers="człowiek*, ktoś, pracownik*, konsultant*, przeczyta, przeczytamy, przeczytaliśmy, czytamy",
        human="nazywam się, osobiście, ręcznie, żywy człowiek, nie .. automatyczn*|bot|botem|robot|robotem",
    ),
    "sv": Words(
        topic=" om {topic}",
        product=" om ”{product}”",
        rating=" ({rating} av 5 stjärnor)",
        topics=_topics(
            "leveransen, betalningen, personalen, kvaliteten, maten, renligheten, priset, appen, kundtjänsten, väntetiden"
        ),
        praise=(
            "Tack för dina vänliga ord{{ about }}. De har nått {{ business }} och betyder mycket för oss. (Automatiskt svar)",
            "{{ business }} tackar för dina vänliga ord{{ about }}. Det här första svaret är automatiskt, men tacket är vårt.",
            "Vänliga ord som dina{{ about }} gör gott för alla på {{ business }}: tack. (Det här svaret är automatiskt.)",
        ),
        recovered=(
            "Tack för att du skrev igen, och för dina vänliga ord{{ about }}. {{ business }} är glada för dem. (Automatiskt svar)",
            "Roligt att höra av dig igen, och med så vänliga ord{{ about }}. Tack från {{ business }}. (Det här svaret är automatiskt.)",
            "{{ business }} tackar för dina nya och så vänliga ord{{ about }}. Det här svaret är automatiskt.",
        ),
        thanks=(
            "Tack för ditt omdöme{{ about }}. Det har nått {{ business }}. (Automatiskt svar)",
            "Tack för att du tog dig tid för ditt omdöme{{ about }}. {{ business }} har fått det. (Det här svaret är automatiskt.)",
            "Ditt omdöme{{ about }} har kommit fram till {{ business }}, tack. Det här svaret är automatiskt.",
        ),
        complaint=(
            "Tack för de ärliga orden i ditt omdöme{{ about }}. {{ business }} har noterat dem. (Automatiskt svar)",
            "Tack för ditt omdöme{{ about }}. Det som inte var bra för dig är nu noterat hos {{ business }}. "
            "(Det här svaret är automatiskt.)",
            "{{ business }} har fått ditt omdöme{{ about }}, också det du saknade. Tack för tydliga ord. Det här svaret är automatiskt.",
        ),
        private=(
            "Tack för ditt meddelande{{ about }}. Det har nått {{ business }}. (Automatiskt svar)",
            "Ditt meddelande{{ about }} har kommit fram till {{ business }}, tack. Det här svaret är automatiskt.",
            "{{ business }} har fått ditt meddelande{{ about }}. Tack för att du skrev. (Det här svaret är automatiskt.)",
        ),
        person=(
            "Ditt meddelande{{ about }} har nått {{ business }}. En människa kommer att läsa det. (Automatiskt svar)",
            "Tack för ditt meddelande{{ about }}. Det här svaret är automatiskt; på {{ business }} kommer en människa att läsa dina ord.",
            "{{ business }} har fått ditt meddelande{{ about }}, och en människa kommer att läsa det. Tack. "
            "(Det här svaret är automatiskt.)",
        ),
        automatic="automatisk*, automatiserat",
        promises="""
            vi ska|kommer|ringer|återkommer|lovar|fixar|ersätter, återkommer, hör av oss, garanter*, så snart|fort som möjligt, snart,
            inom .. timm*|dag*|minut*|veck*, inte hända igen, aldrig mer
        """,
        admits="""
            vårt fel|misstag|ansvar, vi har gjort fel, du har rätt, vi erkänner, vi är ansvariga|skyldiga, oaktsam*, försumlig*, borde
            inte ha, oacceptabelt
        """,
        readers="människa, någon, en kollega|medarbetare, läser, läsa, har läst",
        human="jag, mitt namn, personligen, för hand, riktig människa, inte .. automatisk*|bot|robot, ingen bot|robot",
    ),
    "da": Words(
        topic=" om {topic}",
        product=" om »{product}«",
        rating=" ({rating} af 5 stjerner)",
        topics=_topics(
            "leveringen, betalingen, personalet, kvaliteten, maden, renligheden, prisen, appen, kundeservicen, ventetiden"
        ),
        praise=(
            "Tak for dine venlige ord{{ about }}. De er nået frem til {{ business }} og betyder meget for os. (Automatisk svar)",
            "{{ business }} siger tak for dine venlige ord{{ about }}. Dette første svar er automatisk, men takken er vores.",
            "Venlige ord som dine{{ about }} gør godt for alle hos {{ business }}: tak. (Dette svar er automatisk.)",
        ),
        recovered=(
            "Tak, fordi du skrev igen, og for dine venlige ord{{ about }}. {{ business }} er glade for dem. (Automatisk svar)",
            "Dejligt at høre fra dig igen, og med så venlige ord{{ about }}. Tak fra {{ business }}. (Dette svar er automatisk.)",
            "{{ business }} takker for dine nye og så venlige ord{{ about }}. Dette svar er automatisk.",
        ),
        thanks=(
            "Tak for din anmeldelse{{ about }}. Den er nået frem til {{ business }}. (Automatisk svar)",
            "Tak, fordi du tog dig tid til din anmeldelse{{ about }}. {{ business }} har modtaget den. (Dette svar er automatisk.)",
            "Din anmeldelse{{ about }} er kommet frem til {{ business }}, tak. Dette svar er automatisk.",
        ),
        complaint=(
            "Tak for de ærlige ord i din anmeldelse{{ about }}. {{ business }} har noteret dem. (Automatisk svar)",
            "Tak for din anmeldelse{{ about }}. Det, der ikke var godt for dig, er nu noteret hos {{ business }}. "
            "(Dette svar er automatisk.)",
            "{{ business }} har modtaget din anmeldelse{{ about }}, også det, du savnede. Tak for klare ord. Dette svar er automatisk.",
        ),
        private=(
            "Tak for din besked{{ about }}. Den er nået frem til {{ business }}. (Automatisk svar)",
            "Din besked{{ about }} er kommet frem til {{ business }}, tak. Dette svar er automatisk.",
            "{{ business }} har modtaget din besked{{ about }}. Tak, fordi du skrev. (Dette svar er automatisk.)",
        ),
        person=(
            "Din besked{{ about }} er nået frem til {{ business }}. Et menneske vil læse den. (Automatisk svar)",
            "Tak for din besked{{ about }}. Dette svar er automatisk; hos {{ business }} vil et menneske læse dine ord.",
            "{{ business }} har modtaget din besked{{ about }}, og et menneske vil læse den. Tak. (Dette svar er automatisk.)",
        ),
        automatic="automatisk*, automatiseret",
        promises="""
            vi vil|ringer|vender|kontakter|lover|retter|refunderer, vender tilbage, hører fra os, garanter*, så hurtigt som muligt, snart,
            hurtigst muligt, inden for, ikke ske igen, aldrig mere
        """,
        admits="""
            vores fejl|skyld|ansvar, vi har begået, du har ret, vi erkender|indrømmer, vi er ansvarlige|skyldige, uagtsom*, burde ikke,
            uacceptabelt
        """,
        readers="menneske, nogen, en kollega|medarbejder, læser, læse, har læst",
        human="jeg, mit navn, personligt, i hånden, rigtigt menneske, ikke .. automatisk*|bot|robot, ingen bot|robot",
    ),
    "no": Words(
        topic=" om {topic}",
        product=" om «{product}»",
        rating=" ({rating} av 5 stjerner)",
        topics=_topics(
            "leveringen, betalingen, personalet, kvaliteten, maten, renholdet, prisen, appen, kundeservicen, ventetiden"
        ),
        praise=(
            "Takk for de vennlige ordene dine{{ about }}. De har nådd {{ business }} og betyr mye for oss. (Automatisk svar)",
            "{{ business }} sier takk for de vennlige ordene dine{{ about }}. Dette første svaret er automatisk, men takken er vår.",
            "Vennlige ord som dine{{ about }} gjør godt for alle i {{ business }}: takk. (Dette svaret er automatisk.)",
        ),
        recovered=(
            "Takk for at du skrev igjen, og for de vennlige ordene dine{{ about }}. {{ business }} setter pris på dem. (Automatisk svar)",
            "Hyggelig å høre fra deg igjen, og med så vennlige ord{{ about }}. Takk fra {{ business }}. (Dette svaret er automatisk.)",
            "{{ business }} takker for nye og så vennlige ord{{ about }}. Dette svaret er automatisk.",
        ),
        thanks=(
            "Takk for omtalen din{{ about }}. Den har nådd {{ business }}. (Automatisk svar)",
            "Takk for at du tok deg tid til omtalen{{ about }}. {{ business }} har fått den. (Dette svaret er automatisk.)",
            "Omtalen din{{ about }} har kommet fram til {{ business }}, takk. Dette svaret er automatisk.",
        ),
        complaint=(
            "Takk for de ærlige ordene i omtalen din{{ about }}. {{ business }} har notert dem. (Automatisk svar)",
            "Takk for omtalen din{{ about }}. Det som ikke var bra for deg, er nå notert hos {{ business }}. (Dette svaret er automatisk.)",
            "{{ business }} har fått omtalen din{{ about }}, også det du savnet. Takk for klare ord. Dette svaret er automatisk.",
        ),
        private=(
            "Takk for meldingen din{{ about }}. Den har nådd {{ business }}. (Automatisk svar)",
            "Meldingen din{{ about }} har kommet fram til {{ business }}, takk. Dette svaret er automatisk.",
            "{{ business }} har fått meldingen din{{ about }}. Takk for at du skrev. (Dette svaret er automatisk.)",
        ),
        person=(
            "Meldingen din{{ about }} har nådd {{ business }}. Et menneske vil lese den. (Automatisk svar)",
            "Takk for meldingen din{{ about }}. Dette svaret er automatisk; i {{ business }} vil et menneske lese det du skrev.",
            "{{ business }} har fått meldingen din{{ about }}, og et menneske vil lese den. Takk. (Dette svaret er automatisk.)",
        ),
        automatic="automatisk*, automatisert",
        promises="""
            vi skal|vil|ringer|kontakter|lover|retter|refunderer, kommer tilbake til, hører fra oss, garanter*, så fort|snart som mulig,
            snart, innen .. timer|dager|minutter, ikke skje igjen, aldri mer
        """,
        admits="""
            vår feil|skyld, vårt ansvar, vi har gjort .. feil, du har rett, vi innrømmer|erkjenner, vi er ansvarlige|skyldige, uaktsom*,
            burde ikke, uakseptabelt
        """,
        readers="menneske, noen, en kollega|medarbeider, leser, lese, har lest",
        human="jeg, mitt navn, navnet mitt, personlig, for hånd, ekte menneske, ikke .. automatisk*|bot|robot, ingen bot|robot",
    ),
    "fi": Words(
        topic=" (aihe: {topic})",
        product=" (”{product}”)",
        rating=" ({rating}/5 tähteä)",
        topics=_topics(
            "toimitus, maksaminen, henkilökunta, laatu, ruoka, siisteys, hinta, sovellus, asiakaspalvelu, odotusaika"
        ),
        praise=(
            "Kiitos ystävällisistä sanoistasi{{ about }}. Ne ovat tulleet perille ja merkitsevät meille paljon. Terveisin {{ business }}. "
            "(Automaattinen vastaus)",
            "{{ business }} kiittää ystävällisistä sanoistasi{{ about }}. Tämä ensimmäinen vastaus on automaattinen, kiitos on meidän.",
            "Tällaiset ystävälliset sanat{{ about }} ilahduttavat meitä kaikkia. Kiitos, {{ business }}. (Tämä vastaus on automaattinen.)",
        ),
        recovered=(
            "Kiitos, että kirjoitit uudelleen, ja kiitos ystävällisistä sanoista{{ about }}. Ne ilahduttavat meitä. Terveisin "
            "{{ business }}. "
            "(Automaattinen vastaus)",
            "Mukava kuulla sinusta jälleen, ja vielä näin ystävällisin sanoin{{ about }}. Kiitos, {{ business }}. "
            "(Tämä vastaus on automaattinen.)",
            "{{ business }} kiittää uusista, näin ystävällisistä sanoista{{ about }}. Tämä vastaus on automaattinen.",
        ),
        thanks=(
            "Kiitos arvostelustasi{{ about }}. Se on tullut perille. Terveisin {{ business }}. (Automaattinen vastaus)",
            "Kiitos, että käytit aikaa arvosteluusi{{ about }}. {{ business }} on saanut sen. (Tämä vastaus on automaattinen.)",
            "Arvostelusi{{ about }} on tullut perille, kiitos. Terveisin {{ business }}. Tämä vastaus on automaattinen.",
        ),
        complaint=(
            "Kiitos suorista sanoista arvostelussasi{{ about }}. {{ business }} on kirjannut ne. (Automaattinen vastaus)",
            "Kiitos arvostelustasi{{ about }}. Se, mikä ei ollut mielestäsi kohdallaan, on nyt kirjattu. Terveisin {{ business }}. "
            "(Tämä vastaus on automaattinen.)",
            "{{ business }} on saanut arvostelusi{{ about }}, myös sen, mitä jäit kaipaamaan. Kiitos selkeistä sanoista. "
            "Tämä vastaus on automaattinen.",
        ),
        private=(
            "Kiitos viestistäsi{{ about }}. Se on tullut perille. Terveisin {{ business }}. (Automaattinen vastaus)",
            "Viestisi{{ about }} on tullut perille, kiitos. Terveisin {{ business }}. Tämä vastaus on automaattinen.",
            "{{ business }} on saanut viestisi{{ about }}. Kiitos, että kirjoitit. (Tämä vastaus on automaattinen.)",
        ),
        person=(
            "Viestisi{{ about }} on tullut perille, ja ihminen lukee sen. Terveisin {{ business }}. (Automaattinen vastaus)",
            "Kiitos viestistäsi{{ about }}. Tämä vastaus on automaattinen; sanasi lukee ihminen. Terveisin {{ business }}.",
            "{{ business }} on saanut viestisi{{ about }}, ja ihminen lukee sen. Kiitos. (Tämä vastaus on automaattinen.)",
        ),
        automatic="automaatti*, automatisoi*",
        promises="""
            otamme yhteyttä, palaamme asiaan, vastaamme, soitamme, korjaamme, hyvitämme, lupaamme, lupaus*, takaamme, pian, mahdollisimman
            pian, tunnin kuluessa, päivän kuluessa, ei toistu
        """,
        admits="""
            meidän vikamme|virheemme|syymme, teimme virheen, olet oikeassa, myönnämme, olemme vastuussa|syyllisiä, huolimattomuu*, ei
            olisi pitänyt
        """,
        readers="ihminen, joku, työntekijä*, lukee, luemme, olemme lukeneet",
        human="minä, nimeni, henkilökohtaisesti, käsin, oikea ihminen, ei .. automaatti*|botti|robotti, en ole",
    ),
    "cs": Words(
        topic=" (téma: {topic})",
        product=" („{product}“)",
        rating=" (hodnocení: {rating}/5)",
        topics=_topics(
            "doručení, platba, personál, kvalita, jídlo, čistota, cena, aplikace, zákaznický servis, čekání"
        ),
        praise=(
            "Děkujeme za Vaše milá slova{{ about }}. Dorazila k nám a moc nás těší. {{ business }} (Automatická odpověď)",
            "{{ business }} děkuje za Vaše milá slova{{ about }}. Tato první odpověď je automatická, poděkování je naše.",
            "Milá slova jako ta Vaše{{ about }} nás všechny těší. Děkujeme, {{ business }}. (Tato odpověď je automatická.)",
        ),
        recovered=(
            "Děkujeme, že jste nám znovu napsali, a to tak mile{{ about }}. Moc nás to těší. {{ business }} (Automatická odpověď)",
            "Rádi o Vás znovu slyšíme, navíc s tak milými slovy{{ about }}. Děkujeme, {{ business }}. (Tato odpověď je automatická.)",
            "{{ business }} děkuje za tato nová a tak milá slova{{ about }}. Tato odpověď je automatická.",
        ),
        thanks=(
            "Děkujeme za Vaši recenzi{{ about }}. Dorazila k nám. {{ business }} (Automatická odpověď)",
            "Děkujeme za čas věnovaný recenzi{{ about }}. {{ business }} ji má. (Tato odpověď je automatická.)",
            "Vaše recenze{{ about }} v pořádku dorazila, děkujeme. {{ business }}. Tato odpověď je automatická.",
        ),
        complaint=(
            "Děkujeme za otevřená slova ve Vaší recenzi{{ about }}. Máme je zapsaná. {{ business }} (Automatická odpověď)",
            "Děkujeme za Vaši recenzi{{ about }}. {{ business }} má zapsáno, co pro Vás nebylo v pořádku. (Tato odpověď je automatická.)",
            "{{ business }} má Vaši recenzi{{ about }}, i to, co Vám chybělo. Děkujeme za jasná slova. Tato odpověď je automatická.",
        ),
        private=(
            "Děkujeme za Vaši zprávu{{ about }}. Dorazila k nám. {{ business }} (Automatická odpověď)",
            "Vaše zpráva{{ about }} v pořádku dorazila, děkujeme. {{ business }}. Tato odpověď je automatická.",
            "{{ business }} má Vaši zprávu{{ about }}. Děkujeme, že píšete. (Tato odpověď je automatická.)",
        ),
        person=(
            "Vaše zpráva{{ about }} dorazila a přečte si ji člověk. {{ business }} (Automatická odpověď)",
            "Děkujeme za Vaši zprávu{{ about }}. Tato odpověď je automatická; Vaše slova si přečte člověk. {{ business }}",
            "{{ business }} má Vaši zprávu{{ about }} a přečte si ji člověk. Děkujeme. (Tato odpověď je automatická.)",
        ),
        automatic="automatick*, automatizovan*",
        promises="""
            ozveme se, odpovíme, zavoláme, kontaktujeme, vrátíme, napravíme, opravíme, vyřešíme, prověříme, budeme, slibuj*, slib*,
            garant*, zaručuj*, brzy, co nejdříve, během, nebude opakovat, už se nestane
        """,
        admits="""
            naše chyba|vina, naší vinou, udělali jsme chybu, máte pravdu, přiznáváme, neseme odpovědnost, jsme odpovědní|vinni,
            nedbalost*, nemělo se stát, nepřijateln*
        """,
        readers="člověk, někdo, kolega, kolegyně, pracovník, přečte, přečteme, přečetli, čteme",
        human="já, jmenuji se, jmenuju se, osobně, ručně, skutečný člověk, není .. automatick*|robot|bot, nejsem",
    ),
    "ro": Words(
        topic=" despre {topic}",
        product=" despre „{product}”",
        rating=" ({rating} din 5 stele)",
        topics=_topics(
            "livrare, plată, personal, calitate, mâncare, curățenie, preț, aplicație, serviciul clienți, așteptare"
        ),
        praise=(
            "Vă mulțumim pentru cuvintele frumoase{{ about }}. Au ajuns la {{ business }} și ne bucură mult. (Răspuns automat)",
            "{{ business }} vă mulțumește pentru cuvintele frumoase{{ about }}. Acest prim răspuns este automat; "
            "mulțumirile sunt ale noastre.",
            "Cuvinte frumoase ca ale dumneavoastră{{ about }} ne fac bine tuturor la {{ business }}: mulțumim. "
            "(Acest răspuns este automat.)",
        ),
        recovered=(
            "Vă mulțumim că ne-ați scris din nou, și cu vorbe atât de frumoase{{ about }}. Ne bucură pe toți la {{ business }}. "
            "(Răspuns automat)",
            "Ne bucurăm să primim din nou vești de la dumneavoastră, și atât de frumoase{{ about }}. Mulțumiri de la {{ business }}. "
            "(Acest răspuns este automat.)",
            "{{ business }} vă mulțumește pentru aceste noi și frumoase cuvinte{{ about }}. Acest răspuns este automat.",
        ),
        thanks=(
            "Vă mulțumim pentru recenzia dumneavoastră{{ about }}. A ajuns la {{ business }}. (Răspuns automat)",
            "Vă mulțumim pentru timpul acordat recenziei{{ about }}. {{ business }} a primit-o. (Acest răspuns este automat.)",
            "Recenzia dumneavoastră{{ about }} a ajuns la {{ business }}, mulțumim. Acest răspuns este automat.",
        ),
        complaint=(
            "Vă mulțumim pentru cuvintele deschise din recenzia dumneavoastră{{ about }}. {{ business }} le-a notat. (Răspuns automat)",
            "Vă mulțumim pentru recenzia dumneavoastră{{ about }}. Ce nu a fost bine pentru dumneavoastră este notat la {{ business }}. "
            "(Acest răspuns este automat.)",
            "{{ business }} a primit recenzia dumneavoastră{{ about }}, inclusiv ce v-a lipsit. Mulțumim pentru claritate. "
            "Acest răspuns este automat.",
        ),
        private=(
            "Vă mulțumim pentru mesajul dumneavoastră{{ about }}. A ajuns la {{ business }}. (Răspuns automat)",
            "Mesajul dumneavoastră{{ about }} a ajuns la {{ business }}, mulțumim. Acest răspuns este automat.",
            "{{ business }} a primit mesajul dumneavoastră{{ about }}. Mulțumim că ne-ați scris. (Acest răspuns este automat.)",
        ),
        person=(
            "Mesajul dumneavoastră{{ about }} a ajuns la {{ business }}. O persoană îl va citi. (Răspuns automat)",
            "Vă mulțumim pentru mesajul dumneavoastră{{ about }}. Acest răspuns este automat; la {{ business }}, o persoană va "
            "citi ce ați scris.",
            "{{ business }} a primit mesajul dumneavoastră{{ about }}, iar o persoană îl va citi. Mulțumim. (Acest răspuns este automat.)",
        ),
        automatic="automat, automată, automate, automatizat*",
        promises="""
            vom, vă vom, o să, revenim, vă contactăm, vă sunăm, promit*, promisiun*, garant*, cât mai curând|repede, în curând, în cel mai
            scurt timp, în .. ore|zile, nu se va repeta, niciodată
        """,
        admits="""
            vina noastră, greșeala noastră, am greșit, aveți dreptate, recunoaștem, suntem responsabili|vinovați, neglijen*, nu ar fi
            trebuit, inacceptabil*
        """,
        readers="persoană, cineva, un coleg, o colegă, va citi, citim, am citit",
        human="eu, mă numesc, numele meu, personal eu, în mod personal, de mână, persoană reală, nu .. automat|robot|bot",
    ),
    "hu": Words(
        topic=" (téma: {topic})",
        product=" („{product}”)",
        rating=" ({rating}/5 csillag)",
        topics=_topics(
            "szállítás, fizetés, személyzet, minőség, étel, tisztaság, ár, alkalmazás, ügyfélszolgálat, várakozás"
        ),
        praise=(
            "Köszönjük a kedves szavakat{{ about }}. Megérkeztek hozzánk, és sokat jelentenek nekünk. {{ business }} (Automatikus válasz)",
            "{{ business }}: köszönjük a kedves szavakat{{ about }}. Ez az első válasz automatikus, a köszönet a miénk.",
            "Az ilyen kedves szavak{{ about }} mindannyiunknak jólesnek. Köszönjük, {{ business }}. (Ez a válasz automatikus.)",
        ),
        recovered=(
            "Köszönjük, hogy újra írt nekünk, ráadásul ilyen kedvesen{{ about }}. Örülünk neki. {{ business }} (Automatikus válasz)",
            "Jó újra hallani Önről, ráadásul ilyen kedves szavakkal{{ about }}. Köszönjük, {{ business }}. (Ez a válasz automatikus.)",
            "{{ business }}: köszönjük ezeket az új, ilyen kedves szavakat{{ about }}. Ez a válasz automatikus.",
        ),
        thanks=(
            "Köszönjük az értékelését{{ about }}. Megérkezett hozzánk. {{ business }} (Automatikus válasz)",
            "Köszönjük, hogy időt szánt az értékelésre{{ about }}. Megkaptuk. {{ business }} (Ez a válasz automatikus.)",
            "{{ business }}: az értékelése{{ about }} megérkezett, köszönjük. Ez a válasz automatikus.",
        ),
        complaint=(
            "Köszönjük az értékelésében írt őszinte szavakat{{ about }}. Feljegyeztük őket. {{ business }} (Automatikus válasz)",
            "Köszönjük az értékelését{{ about }}. Feljegyeztük, mi nem volt Önnek megfelelő. {{ business }} (Ez a válasz automatikus.)",
            "{{ business }}: az értékelése{{ about }} megérkezett, az is, amit hiányolt. Köszönjük a világos szavakat. "
            "Ez a válasz automatikus.",
        ),
        private=(
            "Köszönjük az üzenetét{{ about }}. Megérkezett hozzánk. {{ business }} (Automatikus válasz)",
            "{{ business }}: az üzenete{{ about }} megérkezett, köszönjük. Ez a válasz automatikus.",
            "Megkaptuk az üzenetét{{ about }}. Köszönjük, hogy írt nekünk. {{ business }} (Ez a válasz automatikus.)",
        ),
        person=(
            "Az üzenete{{ about }} megérkezett, és egy ember fogja elolvasni. {{ business }} (Automatikus válasz)",
            "Köszönjük az üzenetét{{ about }}. Ez a válasz automatikus; a szavait egy ember fogja elolvasni. {{ business }}",
            "{{ business }}: az üzenete{{ about }} megérkezett, és egy ember fogja elolvasni. Köszönjük. (Ez a válasz automatikus.)",
        ),
        automatic="automatikus*, automatizált",
        promises="""
            jelentkezünk, válaszolunk, felhívjuk, visszatérítjük, javítjuk, megoldjuk, kivizsgáljuk, fogunk, fogjuk, ígér*, garant*,
            hamarosan, mielőbb, órán belül, napon belül, nem fordul elő
        """,
        admits="""
            a mi hibánk, hibáztunk, igaza van, elismerjük, felelősek vagyunk, hanyag*, gondatlan*, nem lett volna szabad, elfogadhatatlan
        """,
        readers="ember, valaki, munkatársunk, kollégánk, olvassa, elolvassuk, elolvastuk, fogja elolvasni",
        human="én, nevem, személyesen, kézzel, valódi ember, nem .. automatikus*|robot|bot",
    ),
    "tr": Words(
        topic=" (konu: {topic})",
        product=" (“{product}”)",
        rating=" (5 üzerinden {rating} yıldız)",
        topics=_topics(
            "teslimat, ödeme, personel, kalite, yemek, temizlik, fiyat, uygulama, müşteri hizmetleri, bekleme süresi"
        ),
        praise=(
            "Nazik sözleriniz{{ about }} için teşekkür ederiz. Bize ulaştı ve bizim için çok değerli. {{ business }} (Otomatik yanıt)",
            "{{ business }} nazik sözleriniz{{ about }} için teşekkür eder. Bu ilk yanıt otomatiktir, teşekkür ise bizimdir.",
            "Böyle nazik sözler{{ about }} {{ business }} ekibinin tamamına iyi geliyor: teşekkürler. (Bu yanıt otomatiktir.)",
        ),
        recovered=(
            "Bize yeniden yazdığınız ve nazik sözleriniz{{ about }} için teşekkür ederiz. Çok sevindik. {{ business }} (Otomatik yanıt)",
            "Sizden yeniden haber almak güzel, üstelik böyle nazik sözlerle{{ about }}. Teşekkürler, {{ business }}. "
            "(Bu yanıt otomatiktir.)",
            "{{ business }} bu yeni ve nazik sözler{{ about }} için teşekkür eder. Bu yanıt otomatiktir.",
        ),
        thanks=(
            "Değerlendirmeniz{{ about }} için teşekkür ederiz. Bize ulaştı. {{ business }} (Otomatik yanıt)",
            "Değerlendirmeye{{ about }} zaman ayırdığınız için teşekkürler. {{ business }} onu aldı. (Bu yanıt otomatiktir.)",
            "Değerlendirmeniz{{ about }} {{ business }} ekibine ulaştı, teşekkürler. Bu yanıt otomatiktir.",
        ),
        complaint=(
            "Değerlendirmenizdeki açık sözler{{ about }} için teşekkür ederiz. {{ business }} bunları kaydetti. (Otomatik yanıt)",
            "Değerlendirmeniz{{ about }} için teşekkürler. Sizin için iyi olmayan şey {{ business }} kayıtlarında. (Bu yanıt otomatiktir.)",
            "{{ business }} değerlendirmenizi{{ about }}, eksik bulduklarınızla birlikte aldı. Açık sözleriniz için teşekkürler. "
            "Bu yanıt otomatiktir.",
        ),
        private=(
            "Mesajınız{{ about }} için teşekkür ederiz. Bize ulaştı. {{ business }} (Otomatik yanıt)",
            "Mesajınız{{ about }} {{ business }} ekibine ulaştı, teşekkürler. Bu yanıt otomatiktir.",
            "{{ business }} mesajınızı{{ about }} aldı. Yazdığınız için teşekkürler. (Bu yanıt otomatiktir.)",
        ),
        person=(
            "Mesajınız{{ about }} bize ulaştı ve onu bir insan okuyacak. {{ business }} (Otomatik yanıt)",
            "Mesajınız{{ about }} için teşekkürler. Bu yanıt otomatiktir; yazdıklarınızı bir insan okuyacak. {{ business }}",
            "{{ business }} mesajınızı{{ about }} aldı ve onu bir insan okuyacak. Teşekkürler. (Bu yanıt otomatiktir.)",
        ),
        automatic="otomatik*, otomatiğe",
        promises="""
            döneceğiz, arayacağız, yanıtlayacağız, iletişime geçeceğiz, düzelteceğiz, çözeceğiz, inceleyeceğiz, iade edeceğiz, söz
            veriyoruz, garanti*, en kısa sürede, yakında, içinde, tekrar olmayacak, bir daha olmayacak
        """,
        admits="bizim hatamız|suçumuz, hata yaptık, haklısınız, kabul ediyoruz, sorumluyuz, suçluyuz, ihmal*, olmamalıydı, kabul edilemez",
        readers="insan, biri, birisi, arkadaşımız, çalışanımız, temsilcimiz, okuyacak, okuduk, okuyacağız",
        human="ben, adım, şahsen, bizzat, elle, gerçek insan, otomatik değil*, bot değil*, robot değil*",
    ),
    "id": Words(
        topic=" tentang {topic}",
        product=" tentang “{product}”",
        rating=" ({rating} dari 5 bintang)",
        topics=_topics(
            "pengiriman, pembayaran, staf, kualitas, makanan, kebersihan, harga, aplikasi, layanan pelanggan, waktu tunggu"
        ),
        praise=(
            "Terima kasih atas kata-kata baik Anda{{ about }}. Semuanya sudah sampai di {{ business }} dan sangat berarti bagi kami. "
            "(Balasan otomatis)",
            "{{ business }} berterima kasih atas kata-kata baik Anda{{ about }}. Balasan pertama ini otomatis; "
            "rasa terima kasihnya dari kami.",
            "Kata-kata baik seperti ini{{ about }} menyenangkan semua orang di {{ business }}: terima kasih. (Balasan ini otomatis.)",
        ),
        recovered=(
            "Terima kasih sudah menulis lagi, dengan kata-kata yang begitu baik{{ about }}. {{ business }} senang menerimanya. "
            "(Balasan otomatis)",
            "Senang mendapat kabar dari Anda lagi, dengan kata-kata yang begitu baik{{ about }}. Terima kasih dari {{ business }}. "
            "(Balasan ini otomatis.)",
            "{{ business }} berterima kasih atas kata-kata baru yang begitu baik ini{{ about }}. Balasan ini otomatis.",
        ),
        thanks=(
            "Terima kasih atas ulasan Anda{{ about }}. Ulasan itu sudah sampai di {{ business }}. (Balasan otomatis)",
            "Terima kasih sudah meluangkan waktu untuk ulasan Anda{{ about }}. {{ business }} sudah menerimanya. (Balasan ini otomatis.)",
            "Ulasan Anda{{ about }} sudah sampai di {{ business }}, terima kasih. Balasan ini otomatis.",
        ),
        complaint=(
            "Terima kasih atas keterbukaan dalam ulasan Anda{{ about }}. {{ business }} sudah mencatatnya. (Balasan otomatis)",
            "Terima kasih atas ulasan Anda{{ about }}. Apa yang kurang berkenan bagi Anda sudah tercatat di {{ business }}. "
            "(Balasan ini otomatis.)",
            "{{ business }} sudah menerima ulasan Anda{{ about }}, termasuk hal yang Anda rasa kurang. Terima kasih atas kejelasannya. "
            "Balasan ini otomatis.",
        ),
        private=(
            "Terima kasih atas pesan Anda{{ about }}. Pesan itu sudah sampai di {{ business }}. (Balasan otomatis)",
            "Pesan Anda{{ about }} sudah sampai di {{ business }}, terima kasih. Balasan ini otomatis.",
            "{{ business }} sudah menerima pesan Anda{{ about }}. Terima kasih sudah menulis. (Balasan ini otomatis.)",
        ),
        person=(
            "Pesan Anda{{ about }} sudah sampai di {{ business }}. Seorang manusia akan membacanya. (Balasan otomatis)",
            "Terima kasih atas pesan Anda{{ about }}. Balasan ini otomatis; seorang manusia di {{ business }} akan membaca tulisan Anda.",
            "{{ business }} sudah menerima pesan Anda{{ about }}, dan seorang manusia akan membacanya. Terima kasih. "
            "(Balasan ini otomatis.)",
        ),
        automatic="otomatis",
        promises="""
            kami akan, akan menghubungi|membalas|memperbaiki|mengganti|menyelesaikan|menelepon|menindaklanjuti, janji*, berjanji,
            menjamin, jaminan, segera, secepatnya, dalam waktu, tidak akan terulang, takkan terulang
        """,
        admits="""
            kesalahan kami, salah kami, kami salah|lalai|mengakui|gagal, anda benar, kelalaian, tanggung jawab kami, bertanggung jawab,
            tidak seharusnya, tidak dapat diterima
        """,
        readers="manusia, seseorang, rekan kami, staf kami akan, tim kami akan, akan membaca*, telah membaca, sudah membaca",
        human="saya, nama saya, secara pribadi, bukan .. otomatis|bot|robot|mesin, tidak otomatis, manusia asli",
    ),
    "af": Words(
        topic=" oor {topic}",
        product=" oor “{product}”",
        rating=" ({rating} van 5 sterre)",
        topics=_topics(
            "die aflewering, die betaling, die personeel, die gehalte, die kos, die netheid, die prys, die app, die kliëntediens, "
            "die wagtyd"
        ),
        praise=(
            "Dankie vir jou vriendelike woorde{{ about }}. Dit het {{ business }} bereik en beteken baie vir ons. (Outomatiese antwoord)",
            "{{ business }} sê dankie vir jou vriendelike woorde{{ about }}. Hierdie eerste antwoord is outomaties; die dank is ons s’n.",
            "Vriendelike woorde soos joune{{ about }} doen almal by {{ business }} goed: dankie. (Hierdie antwoord is outomaties.)",
        ),
        recovered=(
            "Dankie dat jy weer geskryf het, en vir jou vriendelike woorde{{ about }}. {{ business }} is bly daaroor. "
            "(Outomatiese antwoord)",
            "Goed om weer van jou te hoor, en met sulke vriendelike woorde{{ about }}. Dankie van {{ business }}. "
            "(Hierdie antwoord is outomaties.)",
            "{{ business }} bedank jou vir hierdie nuwe en so vriendelike woorde{{ about }}. Hierdie antwoord is outomaties.",
        ),
        thanks=(
            "Dankie vir jou resensie{{ about }}. Dit het {{ business }} bereik. (Outomatiese antwoord)",
            "Dankie dat jy tyd geneem het vir jou resensie{{ about }}. {{ business }} het dit ontvang. (Hierdie antwoord is outomaties.)",
            "Jou resensie{{ about }} het by {{ business }} aangekom, dankie. Hierdie antwoord is outomaties.",
        ),
        complaint=(
            "Dankie vir die eerlike woorde in jou resensie{{ about }}. {{ business }} het dit aangeteken. (Outomatiese antwoord)",
            "Dankie vir jou resensie{{ about }}. Wat vir jou nie reg was nie, is nou by {{ business }} aangeteken. "
            "(Hierdie antwoord is outomaties.)",
            "{{ business }} het jou resensie{{ about }} ontvang, ook dit wat jy gemis het. Dankie vir die duidelike woorde. "
            "Hierdie antwoord is outomaties.",
        ),
        private=(
            "Dankie vir jou boodskap{{ about }}. Dit het {{ business }} bereik. (Outomatiese antwoord)",
            "Jou boodskap{{ about }} het by {{ business }} aangekom, dankie. Hierdie antwoord is outomaties.",
            "{{ business }} het jou boodskap{{ about }} ontvang. Dankie dat jy geskryf het. (Hierdie antwoord is outomaties.)",
        ),
        person=(
            "Jou boodskap{{ about }} het {{ business }} bereik. ’n Mens sal dit lees. (Outomatiese antwoord)",
            "Dankie vir jou boodskap{{ about }}. Hierdie antwoord is outomaties; by {{ business }} sal ’n mens jou woorde lees.",
            "{{ business }} het jou boodskap{{ about }} ontvang, en ’n mens sal dit lees. Dankie. (Hierdie antwoord is outomaties.)",
        ),
        automatic="outomaties*, geoutomatiseer*",
        promises="""
            ons sal|gaan, sal .. kontak|bel|antwoord|regmaak|terugbetaal, belowe*, belofte*, waarborg*, so gou moontlik, binnekort, gou,
            binne .. uur|ure|dae|minute, nie weer gebeur, nooit weer
        """,
        admits="""
            ons fout|skuld|nalatigheid, ons het .. fout|gefaal, jy is reg, ons erken, ons is aanspreeklik|skuldig|verantwoordelik,
            nalatig*, moes nie, onaanvaarbaar
        """,
        readers="mens, iemand, kollega*, sal .. lees, het .. gelees, ons lees",
        human="ek, my naam, persoonlik*, met die hand, regte mens, nie .. outomaties*|robot|bot, nie outomaties*",
    ),
    "ru": Words(
        topic=" (тема: {topic})",
        product=" («{product}»)",
        rating=" (оценка: {rating} из 5)",
        topics=_topics(
            "доставка, оплата, персонал, качество, еда, чистота, цена, приложение, служба поддержки, ожидание"
        ),
        praise=(
            "Спасибо за ваши тёплые слова{{ about }}. Они дошли до нас и очень нам дороги. {{ business }} (Автоматический ответ)",
            "{{ business }} благодарит за ваши тёплые слова{{ about }}. Этот первый ответ автоматический, а благодарность наша.",
            "Такие тёплые слова{{ about }} радуют всех нас. Спасибо, {{ business }}. (Этот ответ автоматический.)",
        ),
        recovered=(
            "Спасибо, что написали снова, да ещё так тепло{{ about }}. Нам очень приятно. {{ business }} (Автоматический ответ)",
            "Рады получить от вас весточку снова, да ещё с такими тёплыми словами{{ about }}. Спасибо, {{ business }}. "
            "(Этот ответ автоматический.)",
            "{{ business }} благодарит за эти новые и такие тёплые слова{{ about }}. Этот ответ автоматический.",
        ),
        thanks=(
            "Спасибо за ваш отзыв{{ about }}. Он дошёл до нас. {{ business }} (Автоматический ответ)",
            "Спасибо, что нашли время для отзыва{{ about }}. Он получен. {{ business }} (Этот ответ автоматический.)",
            "Ваш отзыв{{ about }} получен, спасибо. {{ business }}. Этот ответ автоматический.",
        ),
        complaint=(
            "Спасибо за откровенные слова в вашем отзыве{{ about }}. Они записаны. {{ business }} (Автоматический ответ)",
            "Спасибо за ваш отзыв{{ about }}. То, что было для вас не так, записано. {{ business }} (Этот ответ автоматический.)",
            "Ваш отзыв{{ about }} получен, в том числе то, чего вам не хватило. Спасибо за ясные слова. {{ business }}. "
            "Этот ответ автоматический.",
        ),
        private=(
            "Спасибо за ваше сообщение{{ about }}. Оно дошло до нас. {{ business }} (Автоматический ответ)",
            "Ваше сообщение{{ about }} получено, спасибо. {{ business }}. Этот ответ автоматический.",
            "Мы получили ваше сообщение{{ about }}. Спасибо, что написали. {{ business }} (Этот ответ автоматический.)",
        ),
        person=(
            "Ваше сообщение{{ about }} получено, его прочитает человек. {{ business }} (Автоматический ответ)",
            "Спасибо за ваше сообщение{{ about }}. Этот ответ автоматический; ваши слова прочитает человек. {{ business }}",
            "Мы получили ваше сообщение{{ about }}, и его прочитает человек. Спасибо, {{ business }}. (Этот ответ автоматический.)",
        ),
        automatic="автоматическ*, автоматизирован*, автоответ*",
        promises="""
            мы свяжемся|ответим|позвоним|исправим|вернём|решим|разберёмся|проверим|сделаем, свяжемся, перезвоним, ответим, исправим,
            вернём, разберёмся, обещ*, гарант*, скоро, в ближайшее время, как можно скорее, в течение, больше не повторится, не повторится
        """,
        admits="""
            наша вина|ошибка, по нашей вине, мы виноваты|ошиблись|признаём|ответственны, вы правы, несём ответственность, халатност*, не
            должно было, недопустим*
        """,
        readers="человек, кто-то, сотрудник*, коллег*, прочитает, прочтёт, прочитали, прочтём, читаем",
        human="я, меня зовут, лично, вручную, живой человек, не автоматическ*|бот|робот",
    ),
    "uk": Words(
        topic=" (тема: {topic})",
        product=" («{product}»)",
        rating=" (оцінка: {rating} з 5)",
        topics=_topics(
            "доставка, оплата, персонал, якість, їжа, чистота, ціна, застосунок, служба підтримки, очікування"
        ),
        praise=(
            "Дякуємо за ваші теплі слова{{ about }}. Вони дійшли до нас і багато для нас важать. {{ business }} (Автоматична відповідь)",
            "{{ business }} дякує за ваші теплі слова{{ about }}. Ця перша відповідь автоматична, а подяка наша.",
            "Такі теплі слова{{ about }} тішать нас усіх. Дякуємо, {{ business }}. (Ця відповідь автоматична.)",
        ),
        recovered=(
            "Дякуємо, що написали знову, та ще й так тепло{{ about }}. Нам дуже приємно. {{ business }} (Автоматична відповідь)",
            "Раді знову отримати від вас звістку, та ще й з такими теплими словами{{ about }}. Дякуємо, {{ business }}. "
            "(Ця відповідь автоматична.)",
            "{{ business }} дякує за ці нові й такі теплі слова{{ about }}. Ця відповідь автоматична.",
        ),
        thanks=(
            "Дякуємо за ваш відгук{{ about }}. Він дійшов до нас. {{ business }} (Автоматична відповідь)",
            "Дякуємо, що знайшли час для відгуку{{ about }}. Його отримано. {{ business }} (Ця відповідь автоматична.)",
            "Ваш відгук{{ about }} отримано, дякуємо. {{ business }}. Ця відповідь автоматична.",
        ),
        complaint=(
            "Дякуємо за відверті слова у вашому відгуку{{ about }}. Їх записано. {{ business }} (Автоматична відповідь)",
            "Дякуємо за ваш відгук{{ about }}. Те, що було для вас не так, записано. {{ business }} (Ця відповідь автоматична.)",
            "Ваш відгук{{ about }} отримано, зокрема й те, чого вам забракло. Дякуємо за ясні слова. {{ business }}. "
            "Ця відповідь автоматична.",
        ),
        private=(
            "Дякуємо за ваше повідомлення{{ about }}. Воно дійшло до нас. {{ business }} (Автоматична відповідь)",
            "Ваше повідомлення{{ about }} отримано, дякуємо. {{ business }}. Ця відповідь автоматична.",
            "Ми отримали ваше повідомлення{{ about }}. Дякуємо, що написали. {{ business }} (Ця відповідь автоматична.)",
        ),
        person=(
            "Ваше повідомлення{{ about }} отримано, його прочитає людина. {{ business }} (Автоматична відповідь)",
            "Дякуємо за ваше повідомлення{{ about }}. Ця відповідь автоматична; ваші слова прочитає людина. {{ business }}",
            "Ми отримали ваше повідомлення{{ about }}, і його прочитає людина. Дякуємо, {{ business }}. (Ця відповідь автоматична.)",
        ),
        automatic="автоматичн*, автоматизован*",
        promises="""
            ми зв'яжемося|відповімо|зателефонуємо|виправимо|повернемо|вирішимо|розберемося|перевіримо|зробимо, зв'яжемося, відповімо,
            зателефонуємо, виправимо, обіця*, гарант*, скоро, незабаром, найближчим часом, якнайшвидше, протягом, не повториться
        """,
        admits="""
            наша вина|помилка, з нашої вини, ми винні|помилилися|визнаємо|відповідальні, ви маєте рацію, ви праві, несемо
            відповідальність, недбал*, не мало статися, неприпустим*
        """,
        readers="людина, хтось, працівник*, колег*, прочитає, прочитали, прочитаємо, читаємо",
        human="я, мене звати, особисто, вручну, жива людина, не автоматичн*|бот|робот",
    ),
    "el": Words(
        topic=" (θέμα: {topic})",
        product=" («{product}»)",
        rating=" ({rating} στα 5 αστέρια)",
        topics=_topics(
            "η παράδοση, η πληρωμή, το προσωπικό, η ποιότητα, το φαγητό, η καθαριότητα, η τιμή, η εφαρμογή, "
            "η εξυπηρέτηση πελατών, η αναμονή"
        ),
        praise=(
            "Σας ευχαριστούμε για τα καλά σας λόγια{{ about }}. Έφτασαν σε εμάς και σημαίνουν πολλά. {{ business }} (Αυτόματη απάντηση)",
            "Ένα ευχαριστώ από {{ business }} για τα καλά σας λόγια{{ about }}. "
            "Αυτή η πρώτη απάντηση είναι αυτόματη, το ευχαριστώ είναι δικό μας.",
            "Τόσο καλά λόγια{{ about }} δίνουν χαρά σε όλους μας. Ευχαριστούμε, {{ business }}. (Αυτή η απάντηση είναι αυτόματη.)",
        ),
        recovered=(
            "Σας ευχαριστούμε που μας γράψατε ξανά, και με τόσο καλά λόγια{{ about }}. Χαιρόμαστε πολύ. {{ business }} (Αυτόματη απάντηση)",
            "Είναι χαρά μας να έχουμε ξανά νέα σας, και με τόσο καλά λόγια{{ about }}. Ευχαριστούμε, {{ business }}. "
            "(Αυτή η απάντηση είναι αυτόματη.)",
            "Ένα ευχαριστώ από {{ business }} για τα νέα και τόσο καλά σας λόγια{{ about }}. Αυτή η απάντηση είναι αυτόματη.",
        ),
        thanks=(
            "Σας ευχαριστούμε για την κριτική σας{{ about }}. Έφτασε σε εμάς. {{ business }} (Αυτόματη απάντηση)",
            "Σας ευχαριστούμε για τον χρόνο που αφιερώσατε στην κριτική σας{{ about }}. Την έχουμε λάβει. {{ business }} "
            "(Αυτή η απάντηση είναι αυτόματη.)",
            "Η κριτική σας{{ about }} έφτασε, ευχαριστούμε. {{ business }}. Αυτή η απάντηση είναι αυτόματη.",
        ),
        complaint=(
            "Σας ευχαριστούμε για τα ειλικρινή λόγια στην κριτική σας{{ about }}. Έχουν καταγραφεί. {{ business }} (Αυτόματη απάντηση)",
            "Σας ευχαριστούμε για την κριτική σας{{ about }}. Ό,τι δεν ήταν καλό για εσάς έχει σημειωθεί. {{ business }} "
            "(Αυτή η απάντηση είναι αυτόματη.)",
            "Η κριτική σας{{ about }} έφτασε, μαζί με όσα σας έλειψαν. Ευχαριστούμε για τα καθαρά λόγια. {{ business }}. "
            "Αυτή η απάντηση είναι αυτόματη.",
        ),
        private=(
            "Σας ευχαριστούμε για το μήνυμά σας{{ about }}. Έφτασε σε εμάς. {{ business }} (Αυτόματη απάντηση)",
            "Το μήνυμά σας{{ about }} έφτασε, ευχαριστούμε. {{ business }}. Αυτή η απάντηση είναι αυτόματη.",
            "Λάβαμε το μήνυμά σας{{ about }}. Ευχαριστούμε που μας γράψατε. {{ business }} (Αυτή η απάντηση είναι αυτόματη.)",
        ),
        person=(
            "Το μήνυμά σας{{ about }} έφτασε και θα το διαβάσει άνθρωπος. {{ business }} (Αυτόματη απάντηση)",
            "Σας ευχαριστούμε για το μήνυμά σας{{ about }}. Αυτή η απάντηση είναι αυτόματη· τα λόγια σας θα τα διαβάσει άνθρωπος. "
            "{{ business }}",
            "Λάβαμε το μήνυμά σας{{ about }} και θα το διαβάσει άνθρωπος. Ευχαριστούμε, {{ business }}. (Αυτή η απάντηση είναι αυτόματη.)",
        ),
        automatic="αυτόματ*, αυτοματοποιημέν*",
        promises="""
            θα επικοινωνήσουμε|απαντήσουμε|καλέσουμε|διορθώσουμε|επιστρέψουμε|λύσουμε|ελέγξουμε|κάνουμε, θα σας, υποσχ*, εγγυ*, σύντομα,
            το συντομότερο, εντός, μέσα σε, δεν θα ξανασυμβεί|επαναληφθεί
        """,
        admits="""
            δικό μας λάθος, λάθος μας, δική μας ευθύνη, ευθύνη μας, κάναμε λάθος, έχετε δίκιο, παραδεχόμαστε, αναγνωρίζουμε, είμαστε
            υπεύθυνοι, αμέλει*, δεν έπρεπε, απαράδεκτ*
        """,
        readers="άνθρωπος, κάποιος, συνάδελφος, υπάλληλος, θα .. διαβάσει|διαβάσουμε, διαβάσαμε, διαβάζουμε",
        human="εγώ, ονομάζομαι, με λένε, προσωπικά, με το χέρι, πραγματικός άνθρωπος, δεν .. αυτόματ*|ρομπότ|bot",
    ),
    "ar": Words(
        topic=" عن {topic}",
        product=" عن «{product}»",
        rating=" ({rating} من 5 نجوم)",
        topics=_topics(
            "التوصيل, الدفع, الموظفين, الجودة, الطعام, النظافة, السعر, التطبيق, خدمة العملاء, الانتظار"
        ),
        praise=(
            "شكرًا لكم على كلماتكم الطيبة{{ about }}. لقد وصلت إلى {{ business }} وهي تعني لنا الكثير. (رد آلي)",
            "{{ business }} تشكركم على كلماتكم الطيبة{{ about }}. هذا الرد الأول آلي، أما الشكر فهو منا.",
            "كلمات طيبة كهذه{{ about }} تسعدنا جميعًا. شكرًا لكم من {{ business }}. (هذا الرد آلي.)",
        ),
        recovered=(
            "شكرًا لأنكم كتبتم لنا من جديد بكلمات طيبة{{ about }}. يسعدنا ذلك كثيرًا. {{ business }} (رد آلي)",
            "يسعدنا تواصلكم معنا من جديد، وبكلمات طيبة كهذه{{ about }}. شكرًا لكم من {{ business }}. (هذا الرد آلي.)",
            "{{ business }} تشكركم على هذه الكلمات الجديدة الطيبة{{ about }}. هذا الرد آلي.",
        ),
        thanks=(
            "شكرًا لكم على تقييمكم{{ about }}. لقد وصل إلى {{ business }}. (رد آلي)",
            "شكرًا على الوقت الذي خصصتموه لتقييمكم{{ about }}. لقد تسلمته {{ business }}. (هذا الرد آلي.)",
            "وصل تقييمكم{{ about }} إلى {{ business }}، شكرًا لكم. هذا الرد آلي.",
        ),
        complaint=(
            "شكرًا على صراحتكم في تقييمكم{{ about }}. لقد سُجّلت كلماتكم لدى {{ business }}. (رد آلي)",
            "شكرًا لكم على تقييمكم{{ about }}. ما لم يكن مناسبًا لكم مسجّل الآن لدى {{ business }}. (هذا الرد آلي.)",
            "تسلمت {{ business }} تقييمكم{{ about }}، بما في ذلك ما افتقدتموه. شكرًا على وضوحكم. هذا الرد آلي.",
        ),
        private=(
            "شكرًا لكم على رسالتكم{{ about }}. لقد وصلت إلى {{ business }}. (رد آلي)",
            "وصلت رسالتكم{{ about }} إلى {{ business }}، شكرًا لكم. هذا الرد آلي.",
            "تسلمت {{ business }} رسالتكم{{ about }}. شكرًا لأنكم كتبتم لنا. (هذا الرد آلي.)",
        ),
        person=(
            "وصلت رسالتكم{{ about }} إلى {{ business }}، وسيقرؤها إنسان. (رد آلي)",
            "شكرًا لكم على رسالتكم{{ about }}. هذا الرد آلي، وفي {{ business }} سيقرأ إنسان ما كتبتم.",
            "تسلمت {{ business }} رسالتكم{{ about }}، وسيقرؤها إنسان. شكرًا لكم. (هذا الرد آلي.)",
        ),
        automatic="آلي, تلقائي, أوتوماتيكي, مؤتمت",
        promises="سنتواصل, سنتصل, سنرد, سنصلح, سنعيد, سنحل, سنقوم, سوف, نعدكم, نعدك, نضمن, قريبًا, قريبا, في أقرب وقت, خلال, لن يتكرر",
        admits="خطأنا, خطؤنا, ذنبنا, أخطأنا, معكم حق, أنتم محقون, نعترف, نتحمل المسؤولية, مسؤولون عن, إهمال, غير مقبول, ما كان يجب",
        readers="إنسان, شخص, أحد موظفينا, زميل, سيقرأ, سنقرأ, قرأنا",
        human="أنا شخصيًا, اسمي, شخصيًا, شخصيا, يدويًا, ليس آلي, ليس تلقائي, غير آلي, لست روبوت, ليس روبوت",
    ),
    "hi": Words(
        topic="{topic} के बारे में ",
        product="“{product}” के बारे में ",
        rating="(5 में से {rating} सितारे) ",
        topics=_topics("डिलीवरी, भुगतान, कर्मचारियों, गुणवत्ता, खाने, सफ़ाई, कीमत, ऐप, ग्राहक सेवा, इंतज़ार"),
        praise=(
            "{{ about }}आपके अच्छे शब्दों के लिए धन्यवाद। वे {{ business }} तक पहुँच गए हैं और हमारे लिए बहुत मायने रखते हैं। (स्वचालित उत्तर)",
            "{{ business }} की ओर से {{ about }}आपके अच्छे शब्दों के लिए धन्यवाद। यह पहला उत्तर स्वचालित है, धन्यवाद हमारा है।",
            "{{ about }}आपके जैसे अच्छे शब्द {{ business }} में हम सबको खुशी देते हैं: धन्यवाद। (यह उत्तर स्वचालित है।)",
        ),
        recovered=(
            "फिर से लिखने और {{ about }}आपके अच्छे शब्दों के लिए धन्यवाद। {{ business }} को इससे खुशी हुई। (स्वचालित उत्तर)",
            "आपसे फिर से सुनकर अच्छा लगा, और {{ about }}आपके इतने अच्छे शब्द पाकर भी। {{ business }} की ओर से धन्यवाद। (यह उत्तर स्वचालित है।)",
            "{{ business }} की ओर से {{ about }}आपके इन नए और अच्छे शब्दों के लिए धन्यवाद। यह उत्तर स्वचालित है।",
        ),
        thanks=(
            "{{ about }}आपकी समीक्षा के लिए धन्यवाद। यह {{ business }} तक पहुँच गई है। (स्वचालित उत्तर)",
            "{{ about }}आपकी समीक्षा और आपके समय के लिए धन्यवाद। {{ business }} को यह मिल गई है। (यह उत्तर स्वचालित है।)",
            "{{ about }}आपकी समीक्षा {{ business }} को मिल गई है, धन्यवाद। यह उत्तर स्वचालित है।",
        ),
        complaint=(
            "{{ about }}आपकी समीक्षा में साफ़ शब्दों के लिए धन्यवाद। {{ business }} ने उन्हें दर्ज कर लिया है। (स्वचालित उत्तर)",
            "{{ about }}आपकी समीक्षा के लिए धन्यवाद। जो आपके लिए ठीक नहीं था, वह {{ business }} में दर्ज है। (यह उत्तर स्वचालित है।)",
            "{{ about }}आपकी समीक्षा {{ business }} को मिल गई है, जो कमी आपको लगी वह भी। साफ़ कहने के लिए धन्यवाद। यह उत्तर स्वचालित है।",
        ),
        private=(
            "{{ about }}आपके संदेश के लिए धन्यवाद। यह {{ business }} तक पहुँच गया है। (स्वचालित उत्तर)",
            "{{ about }}आपका संदेश {{ business }} को मिल गया है, धन्यवाद। यह उत्तर स्वचालित है।",
            "{{ business }} को {{ about }}आपका संदेश मिल गया है। लिखने के लिए धन्यवाद। (यह उत्तर स्वचालित है।)",
        ),
        person=(
            "{{ about }}आपका संदेश {{ business }} तक पहुँच गया है। इसे एक इंसान पढ़ेगा। (स्वचालित उत्तर)",
            "{{ about }}आपके संदेश के लिए धन्यवाद। यह उत्तर स्वचालित है; {{ business }} में एक इंसान आपके शब्द पढ़ेगा।",
            "{{ business }} को {{ about }}आपका संदेश मिल गया है, और इसे एक इंसान पढ़ेगा। धन्यवाद। (यह उत्तर स्वचालित है।)",
        ),
        automatic="स्वचालित, ऑटोमैटिक, ऑटोमेटिक",
        promises="""
            संपर्क करेंगे, जवाब देंगे, उत्तर देंगे, ठीक करेंगे, वापस करेंगे, फ़ोन करेंगे, वादा, गारंटी, जल्द, शीघ्र, के भीतर, दोबारा नहीं
            होगा, फिर नहीं होगा
        """,
        admits="""
            हमारी गलती, हमारी ग़लती, हमसे गलती, आप सही हैं, हम मानते हैं, हम ज़िम्मेदार, हम जिम्मेदार, लापरवाही, नहीं होना चाहिए था,
            अस्वीकार्य
        """,
        readers="इंसान, कोई व्यक्ति, कर्मचारी आपसे, सहकर्मी, पढ़ेगा, पढ़ेंगे, पढ़ लिया",
        human="मैं , मेरा नाम, व्यक्तिगत रूप से, हाथ से, स्वचालित नहीं, ऑटोमैटिक नहीं, बॉट नहीं, रोबोट नहीं, असली इंसान",
    ),
    "ja": Words(
        topic="{topic}についての",
        product="「{product}」についての",
        rating="星{rating}つの",
        topics=_topics(
            "配送, お支払い, スタッフ, 品質, お料理, 清潔さ, 価格, アプリ, カスタマーサポート, 待ち時間"
        ),
        praise=(
            "{{ about }}温かいお言葉をありがとうございます。{{ business }}に届き、大きな励みになっております。（自動返信）",
            "{{ business }}です。{{ about }}温かいお言葉に感謝いたします。この最初のお返事は自動ですが、感謝は私たちのものです。",
            "{{ about }}温かいお言葉は、{{ business }}一同の喜びです。ありがとうございます。（このお返事は自動です）",
        ),
        recovered=(
            "再びお便りをくださり、{{ about }}温かいお言葉までありがとうございます。{{ business }}一同、うれしく思います。（自動返信）",
            "またお声を聞かせていただき、うれしく思います。{{ about }}温かいお言葉をありがとうございます。"
            "{{ business }}（このお返事は自動です）",
            "{{ business }}です。{{ about }}新たな温かいお言葉に感謝いたします。このお返事は自動です。",
        ),
        thanks=(
            "{{ about }}レビューをありがとうございます。{{ business }}に届きました。（自動返信）",
            "お時間を割いて{{ about }}レビューをお寄せくださり、ありがとうございます。{{ business }}（このお返事は自動です）",
            "{{ business }}です。{{ about }}レビューを受け取りました。ありがとうございます。このお返事は自動です。",
        ),
        complaint=(
            "{{ about }}レビューで率直にお聞かせくださり、ありがとうございます。{{ business }}にて記録いたしました。（自動返信）",
            "{{ about }}レビューをありがとうございます。ご満足いただけなかった点は{{ business }}に記録されています。"
            "（このお返事は自動です）",
            "{{ business }}です。{{ about }}レビューを、物足りなかった点も含めて受け取りました。ありがとうございます。"
            "このお返事は自動です。",
        ),
        private=(
            "{{ about }}メッセージをありがとうございます。{{ business }}に届きました。（自動返信）",
            "{{ business }}です。{{ about }}メッセージを受け取りました。ありがとうございます。このお返事は自動です。",
            "{{ about }}メッセージをお送りくださり、ありがとうございます。{{ business }}にて受け取りました。（このお返事は自動です）",
        ),
        person=(
            "{{ about }}メッセージは{{ business }}に届きました。担当の者が読みます。（自動返信）",
            "{{ about }}メッセージをありがとうございます。このお返事は自動ですが、{{ business }}では担当の者が読みます。",
            "{{ business }}です。{{ about }}メッセージを受け取りました。担当の者が読みます。（このお返事は自動です）",
        ),
        automatic="自動, オートメーション",
        promises="""
            ご連絡いたします, ご連絡します, 返答いたします, 回答いたします, お電話いたします, 返金いたします, 返金します, 改善いたします,
            改善します, 対応いたします, 対応します, お約束, 保証, すぐに, 近日中, 早急に, 時間以内,
            日以内, 二度と
        """,
        admits="""
            当方の責任, 弊社の責任, 私どもの責任, 私どものミス, 弊社のミス, 当店のミス, 弊社の過失, 過失, おっしゃる通り,
            おっしゃるとおり, 認めます, 落ち度, あってはならない
        """,
        readers="担当, 誰か, 係の者, スタッフが読, 読みます, 拝読, 読ませていただき, 拝見",
        human="と申します, 自動ではあり, 自動返信ではあり, ボットではあり, ロボットではあり, 手書き, 手作業, 個人的に",
    ),
    "zh": Words(
        topic="关于{topic}的",
        product="关于“{product}”的",
        rating="{rating}星",
        topics=_topics("配送, 支付, 员工, 质量, 餐饮, 卫生, 价格, 应用, 客服, 等候时间"),
        praise=(
            "感谢您的{{ about }}好评。{{ business }}已经收到，它对我们意义重大。（自动回复）",
            "{{ business }}感谢您的{{ about }}好评。这第一条回复是自动的，谢意是我们的。",
            "您的{{ about }}好评让{{ business }}的每个人都很高兴，谢谢。（本回复为自动发送）",
        ),
        recovered=(
            "感谢您再次来信，还带来了{{ about }}好评。{{ business }}为此感到高兴。（自动回复）",
            "很高兴再次收到您的消息，还有您的{{ about }}好评。{{ business }}谢谢您。（本回复为自动发送）",
            "{{ business }}感谢您新的{{ about }}好评。本回复为自动发送。",
        ),
        thanks=(
            "感谢您的{{ about }}评价，{{ business }}已经收到。（自动回复）",
            "感谢您抽出时间写下{{ about }}评价。{{ business }}已收到。（本回复为自动发送）",
            "您的{{ about }}评价已送达{{ business }}，谢谢。本回复为自动发送。",
        ),
        complaint=(
            "感谢您在{{ about }}评价中坦率直言。{{ business }}已记录您的话。（自动回复）",
            "感谢您的{{ about }}评价。您不满意的地方已记录在{{ business }}。（本回复为自动发送）",
            "{{ business }}已收到您的{{ about }}评价，包括您觉得不足的地方。谢谢您的直言。本回复为自动发送。",
        ),
        private=(
            "感谢您的{{ about }}留言，{{ business }}已经收到。（自动回复）",
            "您的{{ about }}留言已送达{{ business }}，谢谢。本回复为自动发送。",
            "{{ business }}已收到您的{{ about }}留言。谢谢您的来信。（本回复为自动发送）",
        ),
        person=(
            "您的{{ about }}留言已送达{{ business }}，会有真人阅读。（自动回复）",
            "感谢您的{{ about }}留言。本回复为自动发送；{{ business }}会有真人阅读您的留言。",
            "{{ business }}已收到您的{{ about }}留言，会有真人阅读。谢谢。（本回复为自动发送）",
        ),
        automatic="自动, 自動",
        promises="""
            我们会, 我們會, 我们将, 我們將, 会尽快, 會盡快, 尽快, 盡快, 承诺, 承諾, 保证, 保證, 小时内, 小時內, 天内, 天內,
            马上, 馬上, 不会再, 不會再
        """,
        admits="""
            我们的错, 我們的錯, 我们的过错, 我们的失误, 我們的失誤, 您说得对, 您說得對, 您是对的, 我们承认, 我們承認, 我们负责,
            我們負責, 疏忽, 不该发生, 不可接受
        """,
        readers="真人, 有人, 专人, 專人, 同事, 员工会, 客服会, 会阅读, 已阅读, 读了, 读过",
        human="我是, 我叫, 本人, 亲自, 親自, 手写, 不是自动, 不是自動, 非自动, 不是机器人, 不是機器人",
    ),
    "ko": Words(
        topic="{topic}에 대한 ",
        product="‘{product}’에 대한 ",
        rating="별점 {rating}점 ",
        topics=_topics("배송, 결제, 직원, 품질, 음식, 청결, 가격, 앱, 고객 지원, 대기 시간"),
        praise=(
            "남겨 주신 {{ about }}따뜻한 말씀에 감사드립니다. {{ business }}에 잘 도착했으며 저희에게 큰 힘이 됩니다. (자동 답변)",
            "{{ business }}입니다. {{ about }}따뜻한 말씀에 감사드립니다. 이 첫 답변은 자동이지만, 감사는 저희의 마음입니다.",
            "이런 {{ about }}따뜻한 말씀은 {{ business }} 모두에게 기쁨입니다. 감사합니다. (이 답변은 자동입니다.)",
        ),
        recovered=(
            "다시 글을 남겨 주시고 {{ about }}따뜻한 말씀까지 주셔서 감사합니다. {{ business }} 모두 기쁘게 생각합니다. (자동 답변)",
            "다시 소식을 들려주셔서 반갑습니다. {{ about }}따뜻한 말씀에 감사드립니다. {{ business }} (이 답변은 자동입니다.)",
            "{{ business }}입니다. 새로 남겨 주신 {{ about }}따뜻한 말씀에 감사드립니다. 이 답변은 자동입니다.",
        ),
        thanks=(
            "남겨 주신 {{ about }}리뷰에 감사드립니다. {{ business }}에 잘 도착했습니다. (자동 답변)",
            "시간을 내어 {{ about }}리뷰를 남겨 주셔서 감사합니다. {{ business }}에서 받았습니다. (이 답변은 자동입니다.)",
            "{{ business }}입니다. {{ about }}리뷰를 잘 받았습니다. 감사합니다. 이 답변은 자동입니다.",
        ),
        complaint=(
            "{{ about }}리뷰에서 솔직하게 말씀해 주셔서 감사합니다. {{ business }}에 기록되었습니다. (자동 답변)",
            "남겨 주신 {{ about }}리뷰에 감사드립니다. 만족스럽지 않으셨던 점은 {{ business }}에 기록되었습니다. (이 답변은 자동입니다.)",
            "{{ business }}입니다. {{ about }}리뷰를 아쉬우셨던 점까지 모두 받았습니다. 말씀해 주셔서 감사합니다. 이 답변은 자동입니다.",
        ),
        private=(
            "보내 주신 {{ about }}메시지에 감사드립니다. {{ business }}에 잘 도착했습니다. (자동 답변)",
            "{{ business }}입니다. {{ about }}메시지를 잘 받았습니다. 감사합니다. 이 답변은 자동입니다.",
            "{{ about }}메시지를 보내 주셔서 감사합니다. {{ business }}에서 받았습니다. (이 답변은 자동입니다.)",
        ),
        person=(
            "보내 주신 {{ about }}메시지가 {{ business }}에 도착했습니다. 사람이 직접 읽습니다. (자동 답변)",
            "{{ about }}메시지를 보내 주셔서 감사합니다. 이 답변은 자동이며, {{ business }}에서 사람이 메시지를 읽습니다.",
            "{{ business }}입니다. {{ about }}메시지를 잘 받았으며 사람이 읽습니다. 감사합니다. (이 답변은 자동입니다.)",
        ),
        automatic="자동",
        promises="""
            연락드리겠습니다, 답변드리겠습니다, 전화드리겠습니다, 환불해, 개선하겠습니다, 조치하겠습니다, 해결하겠습니다, 약속,
            보장, 곧, 빠른 시일, 시간 이내, 이내에, 다시는
        """,
        admits="""
            저희 잘못, 저희의 잘못, 저희 실수, 저희의 실수, 저희 과실, 저희 책임, 옳으십니다, 맞는 말씀, 인정합니다,
            과실, 있어서는 안
        """,
        readers="사람이, 누군가, 담당자, 상담원, 읽습니다, 읽겠습니다, 읽었습니다, 직원이",
        human="저는, 제 이름, 개인적으로, 손으로, 자동이 아닙니다, 자동 답변이 아닙니다, 로봇이 아닙니다, 봇이 아닙니다",
    ),
}
"""By ISO 639-1. Formality changes the words where they hold `[…|…]`; the other languages have one polite form."""
