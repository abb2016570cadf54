"""The hosted feedback form: a business's customers say in private what they think (R24).

The form carries a token, `nonce.issued.mac`, which a submission must bring back: HMAC-SHA256 with
the connection's secret over the connection, the nonce and the second of issue. So only people who
were shown the form can submit it, within a day. Each form that is shown is one review, and the
nonce is the review's id. Sending the form twice is one review. Going back to change a word is an
edit of it. A person whose form is older than a day, or who sent it empty, gets the form again with
what they had entered.

Replies are sent nowhere: the feedback page shows the stored replies to everybody who has the
address with the nonce. A submission that fills in the field that no person sees gets the same
thanks, and is no event.

The pages themselves are in `feedback_pages`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets as randomness
from datetime import datetime
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
from heard.connectors.feedback_pages.pages import (
    HONEYPOT,
    FormEntries,
    form_page,
    not_ready_page,
    thanks_page,
)
from heard.connectors.feedback_pages.texts import preferred_texts
from heard.connectors.parsing import Fields, parse_one, read_form
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, time_revision

TOKEN_LIFE_SECONDS: Final = 86_400

_REPLY_LIMIT: Final = 5_000
_CLOCK_SKEW_SECONDS: Final = 300
_HTML_TYPE: Final = "text/html; charset=utf-8"
_TOKEN: Final = re.compile(r"([A-Za-z0-9_-]{22})\.([1-9][0-9]{0,10})\.([0-9a-f]{64})")


class FeedbackForm(Connector):
    """The connector of one business's feedback form."""

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
            "2. Put the address on receipts, in e-mails or behind a QR code. The form speaks the "
            "reader's language.\n"
            "3. What customers send is private. Your replies appear on a page. Customers get its "
            "address when they have sent the form."
        ),
        limitations=(
            "Authors are not notified of a reply: they must keep the address of the page.",
            "Authors cannot take back what they sent. Sending the form again within a day is an "
            "edit.",
        ),
        verified=("The form was filled in, in all seven languages.",),
    )

    def handshake(
        self,
        request: WebhookRequest,
        connection: Connection,
        secrets: tuple[str, ...],
        now: datetime,
    ) -> WebhookResponse | None:
        """The form for a GET.

        A POST that is empty, or whose token is too old, gets the form again with what was entered.
        """
        texts = preferred_texts(request.headers.get("accept-language", ""))
        secret = next((secret for secret in secrets if secret.strip()), None)
        if request.method in {"GET", "HEAD"}:
            if secret is None:
                return WebhookResponse(503, not_ready_page(connection, texts), _HTML_TYPE)
            token = _issue_token(secret, connection, now)
            page = form_page(connection, texts, token, FormEntries())
            return WebhookResponse(200, page, _HTML_TYPE)
        if request.method != "POST" or secret is None:
            return None
        try:
            form = _form_fields(request)
        except Unparseable:
            return None
        failure = _verify_token(form, connection, secrets, now)
        if failure is not None and failure.reason is SignatureFailureReason.STALE:
            # A person took their time. Their words must not be lost to a rule that they cannot
            # know.
            token, problem = _issue_token(secret, connection, now), texts.expired_problem
        elif failure is None and _is_empty(form):
            token, problem = str(form.values.get("token")), texts.empty_problem
        else:
            return None
        page = form_page(connection, texts, token, _entries(form), problem)
        return WebhookResponse(422, page, _HTML_TYPE)

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
        """Thanks, with the address of the feedback page."""
        texts = preferred_texts(request.headers.get("accept-language", ""))
        try:
            token = _TOKEN.fullmatch(str(_form_fields(request).values.get("token")))
        except Unparseable:
            token = None
        # Relative to …/hooks/{connection}: the page need not know its host and stage.
        feedback_page = f"../feedback/{connection.id}/{token[1]}" if token else None
        return WebhookResponse(200, thanks_page(connection, texts, feedback_page), _HTML_TYPE)

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Send nothing: the feedback page shows stored replies, and this one is stored."""
        return self.check_length(text) or SentReply(reply_id)

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """The reply is always there, because it is stored."""
        return SentReply(reply_id)


def sign_token(secret: str, connection_id: str, nonce: str, issued_at: int) -> str:
    """The token of a form: for tests, and for programs that fill in the form.

    `issued_at` is in seconds since 1970.
    """
    content = f"heard feedback\n{connection_id}\n{nonce}\n{issued_at}".encode(
        "utf-8", "surrogatepass"
    )
    mac = hmac.new(secret.encode("utf-8", "surrogatepass"), content, hashlib.sha256).hexdigest()
    return f"{nonce}.{issued_at}.{mac}"


def _issue_token(secret: str, connection: Connection, now: datetime) -> str:
    return sign_token(secret, connection.id, randomness.token_urlsafe(16), int(now.timestamp()))


def _verify_token(
    form: Fields, connection: Connection, secrets: tuple[str, ...], now: datetime
) -> SignatureFailure | None:
    usable_secrets = [secret for secret in secrets if secret.strip()]
    if not usable_secrets:
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
    is_genuine = False
    for secret in usable_secrets:
        is_genuine |= hmac.compare_digest(
            sign_token(secret, connection.id, nonce, issued_at), str(token)
        )
    if not is_genuine:
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


def _entries(form: Fields) -> FormEntries:
    return FormEntries(form.rating("rating"), form.text("text") or "", form.one_line("name") or "")


def _is_empty(form: Fields) -> bool:
    has_review = form.rating("rating") is not None or form.text("text") is not None
    return not has_review and not form.values.get(HONEYPOT)


def _review_event(form: Fields, now: datetime) -> ReviewEvent | None:
    token = _TOKEN.fullmatch(str(form.values.get("token")))
    if token is None:
        raise form.field_error("token", "is missing or has another shape")
    if form.values.get(HONEYPOT):
        return None
    rating, text = form.rating("rating"), form.text("text")
    if rating is None and text is None:
        raise Unparseable("the form holds neither a rating nor a text")
    nonce = token[1]
    return ReviewEvent(
        kind=EventKind.CREATED,
        native_id=nonce,
        native_thread=nonce,
        # By arrival: the second submission of a form is what its author last meant to say.
        revision=time_revision(now),
        author=Author(nonce, form.one_line("name")),
        rating=rating,
        text=text,
        occurred_at=now,
    )


CONNECTOR: Connector = FeedbackForm()
