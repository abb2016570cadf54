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
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    SecretOrigin,
    SentReply,
    SignatureFailure,
    SignatureFailureReason,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.parsing import Fields, parse_one, read_form
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, normalize_text, time_revision

TEXT_LIMIT: Final = 5_000
"""What the page lets people type. Browsers count it.

More is not refused here, for nobody's words are.
"""

TOKEN_LIFE_SECONDS: Final = 86_400

_REPLY_LIMIT: Final = 5_000
_CLOCK_SKEW_SECONDS: Final = 300
_HONEYPOT: Final = "website"
_HTML_TYPE: Final = "text/html; charset=utf-8"
_TOKEN: Final = re.compile(r"([A-Za-z0-9_-]{22})\.([1-9][0-9]{0,10})\.([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class _Texts:
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
    empty_problem: str
    expired_problem: str
    leave_blank: str
    thanks: str
    keep_link: str
    reply_link: str
    your_text: str
    our_reply: str
    no_reply_yet: str
    not_ready: str


_TEXTS: Final[Mapping[str, _Texts]] = {
    "en": _Texts(
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
        empty_problem="Please choose a rating or write something, then send again.",
        expired_problem="This page had been open for too long. What you wrote is still here: please send "
        "it again.",
        leave_blank="Please leave this field empty",
        thanks="Thank you",
        keep_link="Keep this link: our answer appears there.",
        reply_link="See our answer",
        your_text="What you wrote",
        our_reply="What we answer",
        no_reply_yet="There is no answer yet. A person reads what you wrote; please look again later.",
        not_ready="This form is not ready yet. Please come back later.",
    ),
    "de": _Texts(
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
        empty_problem="Bitte wählen Sie eine Bewertung oder schreiben Sie etwas, und senden Sie dann noch "
        "einmal.",
        expired_problem="Diese Seite war zu lange geöffnet. Ihr Text steht noch da: Bitte senden Sie ihn "
        "noch einmal.",
        leave_blank="Bitte lassen Sie dieses Feld leer",
        thanks="Vielen Dank",
        keep_link="Bewahren Sie diesen Link auf: Dort erscheint unsere Antwort.",
        reply_link="Zu unserer Antwort",
        your_text="Was Sie geschrieben haben",
        our_reply="Was wir antworten",
        no_reply_yet="Noch gibt es keine Antwort. Ein Mensch liest, was Sie geschrieben haben; bitte "
        "schauen Sie später wieder herein.",
        not_ready="Dieses Formular ist noch nicht bereit. Bitte kommen Sie später wieder.",
    ),
    "fr": _Texts(
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
        empty_problem="Choisissez une note ou écrivez quelque chose, puis envoyez de nouveau.",
        expired_problem="Cette page est restée ouverte trop longtemps. Votre texte est toujours là : "
        "envoyez-le de nouveau.",
        leave_blank="Laissez ce champ vide",
        thanks="Merci",
        keep_link="Gardez ce lien : notre réponse y apparaîtra.",
        reply_link="Voir notre réponse",
        your_text="Ce que vous avez écrit",
        our_reply="Notre réponse",
        no_reply_yet="Il n'y a pas encore de réponse. Une personne lit ce que vous avez écrit ; "
        "revenez plus tard.",
        not_ready="Ce formulaire n'est pas encore prêt. Revenez plus tard.",
    ),
    "es": _Texts(
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
        empty_problem="Elija una valoración o escriba algo y envíe de nuevo.",
        expired_problem="Esta página llevaba demasiado tiempo abierta. Su texto sigue aquí: envíelo de "
        "nuevo.",
        leave_blank="Deje este campo vacío",
        thanks="Gracias",
        keep_link="Guarde este enlace: nuestra respuesta aparecerá ahí.",
        reply_link="Ver nuestra respuesta",
        your_text="Lo que escribió",
        our_reply="Nuestra respuesta",
        no_reply_yet="Todavía no hay respuesta. Una persona lee lo que escribió; vuelva a mirar más "
        "tarde.",
        not_ready="Este formulario todavía no está listo. Vuelva más tarde.",
    ),
    "nl": _Texts(
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
        empty_problem="Kies een beoordeling of schrijf iets, en verstuur het dan opnieuw.",
        expired_problem="Deze pagina stond te lang open. Uw tekst staat er nog: verstuur hem opnieuw.",
        leave_blank="Laat dit veld leeg",
        thanks="Dank u wel",
        keep_link="Bewaar deze link: daar verschijnt ons antwoord.",
        reply_link="Naar ons antwoord",
        your_text="Wat u schreef",
        our_reply="Ons antwoord",
        no_reply_yet="Er is nog geen antwoord. Een mens leest wat u schreef; kijk later nog eens.",
        not_ready="Dit formulier is nog niet klaar. Kom later terug.",
    ),
    "pt": _Texts(
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
        empty_problem="Escolha uma avaliação ou escreva algo e envie de novo.",
        expired_problem="Esta página esteve aberta demasiado tempo. O seu texto continua aqui: envie-o de "
        "novo.",
        leave_blank="Deixe este campo vazio",
        thanks="Obrigado",
        keep_link="Guarde esta ligação: a nossa resposta aparecerá aí.",
        reply_link="Ver a nossa resposta",
        your_text="O que você escreveu",
        our_reply="A nossa resposta",
        no_reply_yet="Ainda não há resposta. Uma pessoa lê o que você escreveu; volte mais tarde.",
        not_ready="Este formulário ainda não está pronto. Volte mais tarde.",
    ),
    "it": _Texts(
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
        empty_problem="Scelga una valutazione o scriva qualcosa, poi invii di nuovo.",
        expired_problem="Questa pagina è rimasta aperta troppo a lungo. Il suo testo è ancora qui: lo "
        "invii di nuovo.",
        leave_blank="Lasci vuoto questo campo",
        thanks="Grazie",
        keep_link="Conservi questo link: la nostra risposta apparirà lì.",
        reply_link="Vedi la nostra risposta",
        your_text="Quello che ha scritto",
        our_reply="La nostra risposta",
        no_reply_yet="Non c'è ancora una risposta. Una persona legge quello che ha scritto; torni più "
        "tardi.",
        not_ready="Questo modulo non è ancora pronto. Torni più tardi.",
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
_CONTENT_SECURITY_POLICY: Final = (
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
        secret_origin=SecretOrigin.INTERNAL,
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
        limitations=(
            "Nobody is told that an answer is there: the author keeps the link.",
            "Authors cannot take back what they sent; sending the page again within a day is an "
            "edit.",
        ),
        verified=("The page, in seven languages, by filling it in.",),
    )

    def handshake(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
    ) -> WebhookResponse | None:
        """The page for a GET.

        For a POST that has nothing in it or an outdated token, the page again with what was typed.
        """
        texts, language = _choose_language(request.headers.get("accept-language", ""))
        secret = next((secret for secret in secrets if secret.strip()), None)
        if request.method in {"GET", "HEAD"}:
            if secret is None:
                return WebhookResponse(
                    503,
                    _html_page(texts, language, connection, f"<p>{escape(texts.not_ready)}</p>"),
                    _HTML_TYPE,
                )
            return WebhookResponse(
                200,
                _form_page(
                    texts,
                    language,
                    connection,
                    _issue_token(secret, connection, now),
                    Fields({}),
                    None,
                ),
                _HTML_TYPE,
            )
        if request.method != "POST" or secret is None:
            return None
        try:
            form = _form_fields(request)
        except Unparseable:
            return None
        failure = _verify_token(form, connection, secrets, now)
        if failure is not None and failure.reason is SignatureFailureReason.STALE:
            # A person took their time: what they wrote must not be lost to a rule that they cannot
            # know.
            new_token = _issue_token(secret, connection, now)
            return WebhookResponse(
                422,
                _form_page(texts, language, connection, new_token, form, texts.expired_problem),
                _HTML_TYPE,
            )
        if (
            failure is None
            and not form.values.get(_HONEYPOT)
            and form.rating("rating") is None
            and form.text("text") is None
        ):
            token = str(form.values.get("token"))
            return WebhookResponse(
                422,
                _form_page(texts, language, connection, token, form, texts.empty_problem),
                _HTML_TYPE,
            )
        return None

    def verify(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
        http: Http,
    ) -> SignatureFailure | None:
        """None if the form brings back a token that this connection issued within the last day."""
        try:
            form = _form_fields(request)
        except Unparseable as error:
            return SignatureFailure(SignatureFailureReason.SIGNATURE_MALFORMED, error.detail)
        return _verify_token(form, connection, secrets, now)

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The one review of a form. Raises Unparseable."""
        return parse_one(_form_fields(request), lambda form: _review_event(form, now))

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """Thanks, and the link to where the answer will be."""
        texts, language = _choose_language(request.headers.get("accept-language", ""))
        content = f"<h1>{escape(texts.thanks)}</h1>"
        try:
            token = _TOKEN.fullmatch(str(_form_fields(request).values.get("token")))
        except Unparseable:
            token = None
        if token:
            # Relative, from …/hooks/{connection}: the page need not know under which host and stage
            # it is served.
            href = escape(f"../feedback/{connection.id}/{token[1]}")
            content += f'<p>{escape(texts.keep_link)}</p>\n<p><a href="{href}">{escape(texts.reply_link)}</a></p>'
        return WebhookResponse(200, _html_page(texts, language, connection, content), _HTML_TYPE)

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Nothing is sent anywhere.

        The answer page shows stored replies, so storing one has published it.
        """
        return (
            SentReply(reply_id)
            if len(text) <= _REPLY_LIMIT
            else Rejection("too_long", f"A reply may have {_REPLY_LIMIT} characters.")
        )

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Always there, for the same reason."""
        return SentReply(reply_id)


def render_feedback_page(
    connection: Connection, review_text: str, replies: Sequence[str], accept_language: str
) -> str:
    """The page behind the link that the author was given.

    What they wrote, and our answers in order.
    """
    texts, language = _choose_language(accept_language)
    replies_html = (
        "\n".join(f"<blockquote>{_paragraphs(reply)}</blockquote>" for reply in replies)
        or f"<p>{escape(texts.no_reply_yet)}</p>"
    )
    review_html = (
        f"<h2>{escape(texts.your_text)}</h2>\n<blockquote>{_paragraphs(review_text)}</blockquote>"
        if review_text
        else ""
    )
    return _html_page(
        texts,
        language,
        connection,
        f"<h1>{escape(_display_name(connection))}</h1>\n{review_html}\n<h2>{escape(texts.our_reply)}</h2>\n{replies_html}",
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())


def sign_token(secret: str, connection_id: str, nonce: str, issued_at: int) -> str:
    """The token of a page: for tests and for programs that fill in the form."""
    content = f"heard feedback\n{connection_id}\n{nonce}\n{issued_at}".encode(
        "utf-8", "surrogatepass"
    )
    return f"{nonce}.{issued_at}.{hmac.new(secret.encode('utf-8', 'surrogatepass'), content, hashlib.sha256).hexdigest()}"


def _issue_token(secret: str, connection: Connection, now: datetime) -> str:
    return sign_token(secret, connection.id, randomness.token_urlsafe(16), int(now.timestamp()))


def _verify_token(
    form: Fields, connection: Connection, secrets: tuple[str, ...], now: datetime
) -> SignatureFailure | None:
    usable = [secret for secret in secrets if secret.strip()]
    if not usable:
        return SignatureFailure(
            SignatureFailureReason.NO_SECRET,
            "The connection has no secret to check the form's token with.",
        )
    token = form.values.get("token")
    if not token:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_MISSING, "The form brings no token."
        )
    match = _TOKEN.fullmatch(str(token))
    if match is None:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_MALFORMED, "The form's token has another shape."
        )
    nonce, issued_at = match[1], int(match[2])
    matches = False
    for secret in usable:
        matches |= hmac.compare_digest(
            sign_token(secret, connection.id, nonce, issued_at), str(token)
        )
    if not matches:
        return SignatureFailure(
            SignatureFailureReason.SIGNATURE_WRONG,
            "The form's token was not issued by this connection.",
        )
    age = now.timestamp() - issued_at
    if not -_CLOCK_SKEW_SECONDS <= age <= TOKEN_LIFE_SECONDS:
        return SignatureFailure(
            SignatureFailureReason.STALE, "The form's token was issued more than a day ago."
        )
    return None


def _form_fields(request: WebhookRequest) -> Fields:
    return Fields(dict(read_form(request.body)), "the form")


def _review_event(form: Fields, now: datetime) -> ReviewEvent | None:
    token = _TOKEN.fullmatch(str(form.values.get("token")))
    if token is None:
        raise form.field_error("token", "is missing or has another shape")
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
        author=Author(nonce, form.one_line("name")),
        rating=rating,
        text=text,
        occurred_at=now,
    )


def _choose_language(accept_language: str) -> tuple[_Texts, str]:
    """The pages' words in the language that the reader likes best (RFC 9110, 12.5.4), or in
    English.
    """
    best, best_quality = "en", 0.0
    for part in accept_language[:1_000].split(","):
        tag, _, quality = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        match = re.fullmatch(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*", quality, re.ASCII)
        quality_value = float(match[1]) if match else 0.0 if quality.strip() else 1.0
        if language in _TEXTS and quality_value > best_quality:
            best, best_quality = language, quality_value
    return _TEXTS[best], best


def _display_name(connection: Connection) -> str:
    return " ".join((normalize_text(connection.business_name) or "").split()) or connection.business


def _html_page(texts: _Texts, language: str, connection: Connection, content: str) -> str:
    title = escape(texts.title.replace("{business}", _display_name(connection)))
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_CONTENT_SECURITY_POLICY}">
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


def _form_page(
    texts: _Texts,
    language: str,
    connection: Connection,
    token: str,
    form: Fields,
    problem: str | None,
) -> str:
    rating = form.rating("rating")
    stars = "\n".join(
        '<label><input type="radio" name="rating" '
        f'value="{value}"{" checked" if value == rating else ""}> {escape(label)}</label>'
        for value, label in sorted(enumerate(texts.stars, 1), reverse=True)
    )
    optional = f"<small>({escape(texts.optional)})</small>"
    alert = f'<p role="alert">{escape(problem)}</p>\n' if problem else ""
    # A line feed right after <textarea> is dropped by browsers; this one is, so that none of the
    # text's own is.
    content = f"""<h1>{escape(texts.heading)}</h1>
<p>{escape(texts.intro.replace("{business}", _display_name(connection)))}</p>
{alert}<form method="post">
<input type="hidden" name="token" value="{escape(token)}">
<fieldset>
<legend>{escape(texts.rating)}</legend>
{stars}
</fieldset>
<label class="field" for="text">{escape(texts.text)}</label>
<textarea id="text" name="text" rows="7" maxlength="{TEXT_LIMIT}">
{escape(form.text("text") or "")}</textarea>
<label class="field" for="name">{escape(texts.name)} {optional}</label>
<input type="text" id="name" name="name" maxlength="100" autocomplete="name" value="{escape(form.one_line("name") or "")}">
<p class="unseen" aria-hidden="true"><label>{escape(texts.leave_blank)}
<input type="text" name="{_HONEYPOT}" tabindex="-1" autocomplete="off"></label></p>
<button type="submit">{escape(texts.send)}</button>
</form>"""
    return _html_page(texts, language, connection, content)


CONNECTOR: Connector = FeedbackForm()
