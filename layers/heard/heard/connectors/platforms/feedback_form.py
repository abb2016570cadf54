"""The hosted feedback form.

A page of ours where a business's customers say what they think in private (R24).

The page works without JavaScript, by keyboard and screen reader, on a phone, in light and dark, in
the reader's language. It carries a token, `nonce.issued.mac`, which a submission must bring back:
HMAC-SHA256 with the connection's secret over the connection, the nonce and the second of issue. So
only who was shown the page can submit, for a day, and each page is one review: the nonce is its id,
sending twice is one review said twice, and going back to change a word is an edit of it. A person
whose page is older than a day, or who sent it empty, gets the page again with what they had typed.

Replies leave nothing and go nowhere: the answer page shows those that Heard has stored to whoever
has the link with the nonce. A submission that fills the field no person sees is thanked like others
and is no event.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets as randomness
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    Parsed,
    Presence,
    Refusal,
    RefusalReason,
    Rejected,
    ReplyTarget,
    Request,
    Response,
    Secret,
    Sent,
)
from heard.connectors.parsing import Fields, one, read_form
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, clean, time_revision

TEXT_LIMIT: Final = 5_000
"""What the page lets people type. Browsers count it.

More is not refused here, for nobody's words are.
"""

TOKEN_LIFE_SECONDS: Final = 86_400

_REPLY_LIMIT: Final = 5_000
_EARLY_SECONDS: Final = 300
_HONEYPOT: Final = "website"
_HTML: Final = "text/html; charset=utf-8"
_TOKEN: Final = re.compile(r"([A-Za-z0-9_-]{22})\.([1-9][0-9]{0,10})\.([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class _Words:
    """What the pages say in one language. `{business}` is the business's name."""

    title: str
    heading: str
    intro: str
    rating: str
    stars: tuple[str, str, str, str, str]
    text: str
    name: str
    optional: str
    send: str
    empty: str
    expired: str
    leave_blank: str
    thanks: str
    keep: str
    answers: str
    yours: str
    ours: str
    not_yet: str
    unready: str


_LANGUAGES: Final[Mapping[str, _Words]] = {
    "en": _Words(
        title="Your feedback for {business}",
        heading="How was it?",
        intro="What you write here is private. {business} reads it and answers.",
        rating="Your rating",
        stars=(
            "1 star: very bad",
            "2 stars: bad",
            "3 stars: mixed",
            "4 stars: good",
            "5 stars: very good",
        ),
        text="What would you like to tell us?",
        name="Your name",
        optional="optional",
        send="Send",
        empty="Please choose a rating or write something, then send again.",
        expired="This page had been open for too long. What you wrote is still here: please send "
        "it again.",
        leave_blank="Please leave this field empty",
        thanks="Thank you",
        keep="Keep this link: our answer appears there.",
        answers="See our answer",
        yours="What you wrote",
        ours="What we answer",
        not_yet="There is no answer yet. A person reads what you wrote; please look again later.",
        unready="This form is not ready yet. Please come back later.",
    ),
    "de": _Words(
        title="Ihre Rückmeldung an {business}",
        heading="Wie war es?",
        intro="Was Sie hier schreiben, bleibt unter uns. {business} liest es und antwortet.",
        rating="Ihre Bewertung",
        stars=(
            "1 Stern: sehr schlecht",
            "2 Sterne: schlecht",
            "3 Sterne: gemischt",
            "4 Sterne: gut",
            "5 Sterne: sehr gut",
        ),
        text="Was möchten Sie uns sagen?",
        name="Ihr Name",
        optional="freiwillig",
        send="Senden",
        empty="Bitte wählen Sie eine Bewertung oder schreiben Sie etwas, und senden Sie dann noch "
        "einmal.",
        expired="Diese Seite war zu lange geöffnet. Ihr Text steht noch da: Bitte senden Sie ihn "
        "noch einmal.",
        leave_blank="Bitte lassen Sie dieses Feld leer",
        thanks="Vielen Dank",
        keep="Bewahren Sie diesen Link auf: Dort erscheint unsere Antwort.",
        answers="Zu unserer Antwort",
        yours="Was Sie geschrieben haben",
        ours="Was wir antworten",
        not_yet="Noch gibt es keine Antwort. Ein Mensch liest, was Sie geschrieben haben; bitte "
        "schauen Sie später wieder herein.",
        unready="Dieses Formular ist noch nicht bereit. Bitte kommen Sie später wieder.",
    ),
    "fr": _Words(
        title="Votre avis pour {business}",
        heading="Comment était-ce ?",
        intro="Ce que vous écrivez ici reste privé. {business} le lit et vous répond.",
        rating="Votre note",
        stars=(
            "1 étoile : très mauvais",
            "2 étoiles : mauvais",
            "3 étoiles : mitigé",
            "4 étoiles : bien",
            "5 étoiles : très bien",
        ),
        text="Que souhaitez-vous nous dire ?",
        name="Votre nom",
        optional="facultatif",
        send="Envoyer",
        empty="Choisissez une note ou écrivez quelque chose, puis envoyez de nouveau.",
        expired="Cette page est restée ouverte trop longtemps. Votre texte est toujours là : "
        "envoyez-le de nouveau.",
        leave_blank="Laissez ce champ vide",
        thanks="Merci",
        keep="Gardez ce lien : notre réponse y apparaîtra.",
        answers="Voir notre réponse",
        yours="Ce que vous avez écrit",
        ours="Notre réponse",
        not_yet="Il n'y a pas encore de réponse. Une personne lit ce que vous avez écrit ; "
        "revenez plus tard.",
        unready="Ce formulaire n'est pas encore prêt. Revenez plus tard.",
    ),
    "es": _Words(
        title="Su opinión para {business}",
        heading="¿Qué tal le fue?",
        intro="Lo que escriba aquí es privado. {business} lo lee y le responde.",
        rating="Su valoración",
        stars=(
            "1 estrella: muy mal",
            "2 estrellas: mal",
            "3 estrellas: regular",
            "4 estrellas: bien",
            "5 estrellas: muy bien",
        ),
        text="¿Qué le gustaría decirnos?",
        name="Su nombre",
        optional="opcional",
        send="Enviar",
        empty="Elija una valoración o escriba algo y envíe de nuevo.",
        expired="Esta página llevaba demasiado tiempo abierta. Su texto sigue aquí: envíelo de "
        "nuevo.",
        leave_blank="Deje este campo vacío",
        thanks="Gracias",
        keep="Guarde este enlace: nuestra respuesta aparecerá ahí.",
        answers="Ver nuestra respuesta",
        yours="Lo que escribió",
        ours="Nuestra respuesta",
        not_yet="Todavía no hay respuesta. Una persona lee lo que escribió; vuelva a mirar más "
        "tarde.",
        unready="Este formulario todavía no está listo. Vuelva más tarde.",
    ),
    "nl": _Words(
        title="Uw mening voor {business}",
        heading="Hoe was het?",
        intro="Wat u hier schrijft, blijft onder ons. {business} leest het en antwoordt.",
        rating="Uw beoordeling",
        stars=(
            "1 ster: heel slecht",
            "2 sterren: slecht",
            "3 sterren: gemengd",
            "4 sterren: goed",
            "5 sterren: heel goed",
        ),
        text="Wat wilt u ons vertellen?",
        name="Uw naam",
        optional="niet verplicht",
        send="Versturen",
        empty="Kies een beoordeling of schrijf iets, en verstuur het dan opnieuw.",
        expired="Deze pagina stond te lang open. Uw tekst staat er nog: verstuur hem opnieuw.",
        leave_blank="Laat dit veld leeg",
        thanks="Dank u wel",
        keep="Bewaar deze link: daar verschijnt ons antwoord.",
        answers="Naar ons antwoord",
        yours="Wat u schreef",
        ours="Ons antwoord",
        not_yet="Er is nog geen antwoord. Een mens leest wat u schreef; kijk later nog eens.",
        unready="Dit formulier is nog niet klaar. Kom later terug.",
    ),
    "pt": _Words(
        title="A sua opinião para {business}",
        heading="Como foi?",
        intro="O que escrever aqui é privado. {business} lê e responde.",
        rating="A sua avaliação",
        stars=(
            "1 estrela: muito mau",
            "2 estrelas: mau",
            "3 estrelas: razoável",
            "4 estrelas: bom",
            "5 estrelas: muito bom",
        ),
        text="O que nos quer dizer?",
        name="O seu nome",
        optional="opcional",
        send="Enviar",
        empty="Escolha uma avaliação ou escreva algo e envie de novo.",
        expired="Esta página esteve aberta demasiado tempo. O seu texto continua aqui: envie-o de "
        "novo.",
        leave_blank="Deixe este campo vazio",
        thanks="Obrigado",
        keep="Guarde esta ligação: a nossa resposta aparecerá aí.",
        answers="Ver a nossa resposta",
        yours="O que você escreveu",
        ours="A nossa resposta",
        not_yet="Ainda não há resposta. Uma pessoa lê o que você escreveu; volte mais tarde.",
        unready="Este formulário ainda não está pronto. Volte mais tarde.",
    ),
    "it": _Words(
        title="La sua opinione per {business}",
        heading="Com'è andata?",
        intro="Ciò che scrive qui resta privato. {business} lo legge e risponde.",
        rating="La sua valutazione",
        stars=(
            "1 stella: pessimo",
            "2 stelle: scarso",
            "3 stelle: così così",
            "4 stelle: buono",
            "5 stelle: ottimo",
        ),
        text="Che cosa vuole dirci?",
        name="Il suo nome",
        optional="facoltativo",
        send="Invia",
        empty="Scelga una valutazione o scriva qualcosa, poi invii di nuovo.",
        expired="Questa pagina è rimasta aperta troppo a lungo. Il suo testo è ancora qui: lo "
        "invii di nuovo.",
        leave_blank="Lasci vuoto questo campo",
        thanks="Grazie",
        keep="Conservi questo link: la nostra risposta apparirà lì.",
        answers="Vedi la nostra risposta",
        yours="Quello che ha scritto",
        ours="La nostra risposta",
        not_yet="Non c'è ancora una risposta. Una persona legge quello che ha scritto; torni più "
        "tardi.",
        unready="Questo modulo non è ancora pronto. Torni più tardi.",
    ),
}

_STYLE: Final = """
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif }
body { max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem }
fieldset { border: 0; margin: 0 0 1.25rem; padding: 0 }
legend, label.field { display: block; padding: 0; font-weight: 600 }
fieldset label { display: flex; align-items: center; gap: .75rem; min-height: 2.75rem }
input[type=radio] { width: 1.375rem; height: 1.375rem; margin: 0; flex: none }
textarea, input[type=text], button { font: inherit; border: 2px solid; border-radius: .375rem }
textarea, input[type=text] { box-sizing: border-box; width: 100%; margin: .25rem 0 1.25rem; padding: .625rem }
button { min-height: 2.75rem; padding: .5rem 1.75rem; font-weight: 600; cursor: pointer }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px }
[role=alert] { padding: .75rem 1rem; border: 2px solid; border-radius: .375rem; font-weight: 600 }
small { font-weight: 400 }
a { overflow-wrap: anywhere }
.unseen { position: absolute; left: -100rem }
"""

# The page's only resource is this style, named by its hash: whatever else got into the page would
# neither run nor load.
_POLICY: Final = (
    "default-src 'none'; style-src "
    f"'sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'"
)


class FeedbackForm(Connector):
    """The connector of one business's feedback page."""

    capabilities = Capabilities(
        platform="feedback_form",
        title="Feedback form",
        channel=Channel.SURVEY,
        signature="a token in the page: HMAC-SHA256, valid for a day",
        edits="pushed",
        deletions="no",
        secret=Secret.KEPT_HERE,
        replies="many",
        reply_limit=_REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=False,
        guide=(
            "1. Open the address shown here: that is the form. Nothing has to be set up.\n"
            "2. Put the address on receipts, in e-mails or behind a QR code. It speaks the "
            "reader's language.\n"
            "3. What customers send is private. Your answers appear on a page whose link they get "
            "when they have sent theirs."
        ),
        cannot=(
            "Nobody is told that an answer is there: the author keeps the link.",
            "Authors cannot take back what they sent; sending the page again within a day is an "
            "edit.",
        ),
        proof=("The page, in seven languages, by filling it in.",),
    )

    def handshake(
        self, request: Request, connection: Connection, secrets: tuple[str, ...], now: datetime
    ) -> Response | None:
        """The page for a GET.

        For a POST that has nothing in it or an outdated token, the page again with what was typed.
        """
        words, language = _language(request.headers.get("accept-language", ""))
        secret = next((secret for secret in secrets if secret.strip()), None)
        if request.method in {"GET", "HEAD"}:
            if secret is None:
                return Response(
                    503,
                    _page(words, language, connection, f"<p>{escape(words.unready)}</p>"),
                    _HTML,
                )
            return Response(
                200,
                _form(
                    words, language, connection, _issue(secret, connection, now), Fields({}), None
                ),
                _HTML,
            )
        if request.method != "POST" or secret is None:
            return None
        try:
            form = _fields(request)
        except Unparseable:
            return None
        refusal = _check(form, connection, secrets, now)
        if refusal is not None and refusal.reason is RefusalReason.STALE:
            # A person took their time: what they wrote must not be lost to a rule that they cannot
            # know.
            fresh = _issue(secret, connection, now)
            return Response(
                422, _form(words, language, connection, fresh, form, words.expired), _HTML
            )
        if (
            refusal is None
            and not form.values.get(_HONEYPOT)
            and form.rating("rating") is None
            and form.text("text") is None
        ):
            token = str(form.values.get("token"))
            return Response(
                422, _form(words, language, connection, token, form, words.empty), _HTML
            )
        return None

    def verify(
        self,
        request: Request,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
        http: Http,
    ) -> Refusal | None:
        """None if the form brings back a token that this connection issued within the last day."""
        try:
            form = _fields(request)
        except Unparseable as error:
            return Refusal(RefusalReason.SIGNATURE_MALFORMED, error.detail)
        return _check(form, connection, secrets, now)

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """The one review of a form. Raises Unparseable."""
        return one(_fields(request), lambda form: _event(form, now))

    def accepted(
        self, request: Request, connection: Connection, parsed: Parsed, http: Http
    ) -> Response:
        """Thanks, and the link to where the answer will be."""
        words, language = _language(request.headers.get("accept-language", ""))
        content = f"<h1>{escape(words.thanks)}</h1>"
        try:
            token = _TOKEN.fullmatch(str(_fields(request).values.get("token")))
        except Unparseable:
            token = None
        if token:
            # Relative, from …/hooks/{connection}: the page need not know under which host and stage
            # it is served.
            href = escape(f"../feedback/{connection.id}/{token[1]}")
            content += (
                f'<p>{escape(words.keep)}</p>\n<p><a href="{href}">{escape(words.answers)}</a></p>'
            )
        return Response(200, _page(words, language, connection, content), _HTML)

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Rejected:
        """Nothing is sent anywhere.

        The answer page shows stored replies, so storing one has published it.
        """
        return (
            Sent(reply_id)
            if len(text) <= _REPLY_LIMIT
            else Rejected("too_long", f"A reply may have {_REPLY_LIMIT} characters.")
        )

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Presence:
        """Always there, for the same reason."""
        return Sent(reply_id)


def answer_page(
    connection: Connection, said: str, replies: Sequence[str], accept_language: str
) -> str:
    """The page behind the link that the author was given.

    What they wrote, and our answers in order.
    """
    words, language = _language(accept_language)
    answers = (
        "\n".join(f"<blockquote>{_paragraphs(reply)}</blockquote>" for reply in replies)
        or f"<p>{escape(words.not_yet)}</p>"
    )
    own = (
        f"<h2>{escape(words.yours)}</h2>\n<blockquote>{_paragraphs(said)}</blockquote>"
        if said
        else ""
    )
    return _page(
        words,
        language,
        connection,
        f"<h1>{escape(_business(connection))}</h1>\n{own}\n<h2>{escape(words.ours)}</h2>\n{answers}",
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())


def sign_token(secret: str, connection_id: str, nonce: str, issued: int) -> str:
    """The token of a page: for tests and for programs that fill in the form."""
    signed = f"heard feedback\n{connection_id}\n{nonce}\n{issued}".encode("utf-8", "surrogatepass")
    return f"{nonce}.{issued}.{hmac.new(secret.encode('utf-8', 'surrogatepass'), signed, hashlib.sha256).hexdigest()}"


def _issue(secret: str, connection: Connection, now: datetime) -> str:
    return sign_token(secret, connection.id, randomness.token_urlsafe(16), int(now.timestamp()))


def _check(
    form: Fields, connection: Connection, secrets: tuple[str, ...], now: datetime
) -> Refusal | None:
    usable = [secret for secret in secrets if secret.strip()]
    if not usable:
        return Refusal(
            RefusalReason.NO_SECRET, "The connection has no secret to check the form's token with."
        )
    token = form.values.get("token")
    if not token:
        return Refusal(RefusalReason.SIGNATURE_MISSING, "The form brings no token.")
    read = _TOKEN.fullmatch(str(token))
    if read is None:
        return Refusal(RefusalReason.SIGNATURE_MALFORMED, "The form's token has another shape.")
    nonce, issued = read[1], int(read[2])
    right = False
    for secret in usable:
        right |= hmac.compare_digest(sign_token(secret, connection.id, nonce, issued), str(token))
    if not right:
        return Refusal(
            RefusalReason.SIGNATURE_WRONG, "The form's token was not issued by this connection."
        )
    age = now.timestamp() - issued
    if not -_EARLY_SECONDS <= age <= TOKEN_LIFE_SECONDS:
        return Refusal(RefusalReason.STALE, "The form's token was issued more than a day ago.")
    return None


def _fields(request: Request) -> Fields:
    return Fields(dict(read_form(request.body)), "the form")


def _event(form: Fields, now: datetime) -> ReviewEvent | None:
    token = _TOKEN.fullmatch(str(form.values.get("token")))
    if token is None:
        raise form.unreadable("token", "is missing or has another shape")
    if form.values.get(_HONEYPOT):
        return None
    rating, text = form.rating("rating"), form.text("text")
    if rating is None and text is None:
        raise Unparseable("the form holds neither a rating nor a text")
    nonce = token[1]
    return ReviewEvent(
        kind=EventKind.CREATED,
        native_id=nonce,
        native_thread=nonce,
        # By arrival: a second submission of one page is what its author last meant to say.
        revision=time_revision(now),
        author=Author(nonce, form.label("name")),
        rating=rating,
        text=text,
        occurred_at=now,
    )


def _language(accepted: str) -> tuple[_Words, str]:
    """The pages' words in the language that the reader likes best (RFC 9110, 12.5.4), or in
    English.
    """
    best, liking = "en", 0.0
    for part in accepted[:1_000].split(","):
        tag, _, quality = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weight = re.fullmatch(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", quality, re.ASCII)
        liked = float(weight[1]) if weight else 0.0 if quality.strip() else 1.0
        if language in _LANGUAGES and liked > liking:
            best, liking = language, liked
    return _LANGUAGES[best], best


def _business(connection: Connection) -> str:
    return " ".join((clean(connection.business_name) or "").split()) or connection.business


def _page(words: _Words, language: str, connection: Connection, content: str) -> str:
    title = escape(words.title.replace("{business}", _business(connection)))
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
{content}
</main>
</body>
</html>
"""


def _form(
    words: _Words,
    language: str,
    connection: Connection,
    token: str,
    typed: Fields,
    problem: str | None,
) -> str:
    chosen = typed.rating("rating")
    stars = "\n".join(
        '<label><input type="radio" name="rating" '
        f'value="{value}"{" checked" if value == chosen else ""}> {escape(label)}</label>'
        for value, label in sorted(enumerate(words.stars, 1), reverse=True)
    )
    optional = f"<small>({escape(words.optional)})</small>"
    alert = f'<p role="alert">{escape(problem)}</p>\n' if problem else ""
    # A line feed right after <textarea> is dropped by browsers; this one is, so that none of the
    # text's own is.
    content = f"""<h1>{escape(words.heading)}</h1>
<p>{escape(words.intro.replace("{business}", _business(connection)))}</p>
{alert}<form method="post">
<input type="hidden" name="token" value="{escape(token)}">
<fieldset>
<legend>{escape(words.rating)}</legend>
{stars}
</fieldset>
<label class="field" for="text">{escape(words.text)}</label>
<textarea id="text" name="text" rows="7" maxlength="{TEXT_LIMIT}">
{escape(typed.text("text") or "")}</textarea>
<label class="field" for="name">{escape(words.name)} {optional}</label>
<input type="text" id="name" name="name" maxlength="100" autocomplete="name" value="{escape(typed.label("name") or "")}">
<p class="unseen" aria-hidden="true"><label>{escape(words.leave_blank)}
<input type="text" name="{_HONEYPOT}" tabindex="-1" autocomplete="off"></label></p>
<button type="submit">{escape(words.send)}</button>
</form>"""
    return _page(words, language, connection, content)


CONNECTOR: Connector = FeedbackForm()
