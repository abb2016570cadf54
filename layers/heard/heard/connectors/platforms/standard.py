"""Any source that can send our own review schema, signed by Standard Webhooks.

Standard Webhooks is standardwebhooks.com, spec 1.0.0, `v1`. What to send, as a POST of
`application/json` to the connection's address:

    {
      "type": "review.created",              review.created · review.edited ·
                                             review.withdrawn · review.replied · test
      "timestamp": "2026-01-31T09:30:00Z",   when it happened
      "data": {
        "id": "r-1001",                      required: the review's id, in all its events
        "thread_id": "t-7",                  where several reviews are one conversation
        "revision": 3,                       counts the edits; or, if they are only dated:
        "updated_at": "2026-01-31T09:29:58Z",
        "created_at": "2026-01-30T18:00:00Z",
        "rating": 4,                         1-5; or "score": 0-10 of a recommendation
                                             question (NPS)
        "title": "…", "text": "…",
        "language": "en",                    if it is known
        "author": {"id": "u-77", "name": "…"},
        "subject": "…",                      what is reviewed: a product, a place
        "link": "https://…",                 where people can see it
        "by_business": false,                true if the business itself wrote this
        "metadata": {…}                      anything else of yours; not read
      }
    }

`connectors/standard.schema.json` says the same as JSON Schema. Only `type`, `data` and `data.id`
are required. An unknown or misspelt field is a problem: the response names it, the review is taken
with what it has, and the delivery is kept in quarantine too. A delivery without a review in it,
such as one of an unknown type, is answered with 422 and the reason, and is kept in quarantine. So
nothing that is signed is lost. Titles and texts are plain text: nothing in them is unescaped.

The headers may have the names of Standard Webhooks (`webhook-id`, …) or those of Svix's senders
(`svix-id`, …).

Send `revision` in all events of a source or in none. Without it, `updated_at` orders an edit, then
`timestamp`, then its arrival. A withdrawal is final: no later event brings the review back.
Times of more than a day ahead order nothing. `review.replied` says that the business replied; its
`id` is the reply's own, and `thread_id` is what it answers.

A `score` becomes a rating by its band; with a rating beside it, the worse counts. Detractors
complain, and must be read as complaining: 0-3 are 1, and 4-6 are 2. Passives 7 and 8 are 3 and 4.
Promoters 9-10 are 5.

What Heard sends to `reply_url`, if the connection has one. It is signed in the same way, with the
credential `secret`:

    POST {reply_url}              {"type": "reply.created", "timestamp",
                                   "data": {"reply_id", "review_id", "thread_id", "text"}}
    GET {reply_url}/{reply_id}    signed over an empty body. Answer 200 if that reply was
                                  taken, 404 if not, 405 if you cannot tell.

`webhook-id` is the reply's id and stays the same in retries: a receiver that takes each id once
never posts a reply twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlsplit

from heard import clock
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    HttpRequest,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.http import call_api
from heard.connectors.parsing import Fields, anonymous_author, parse_one, read_object, test_event
from heard.connectors.signatures import StandardWebhooks
from heard.errors import Unparseable
from heard.reviews import (
    FINAL_REVISION,
    Author,
    Channel,
    EventKind,
    ReviewEvent,
    number_revision,
    time_revision,
)

REPLY_LIMIT: Final = 10_000

_EVENT_KINDS: Final = {
    "review.created": EventKind.CREATED,
    "review.edited": EventKind.EDITED,
    "review.withdrawn": EventKind.WITHDRAWN,
    "review.replied": EventKind.REPLY_SEEN,
}
_SCORE_RATINGS: Final = (1, 1, 1, 1, 2, 2, 2, 3, 4, 5, 5)
_TITLE: Final = "Standard Webhooks"
_SCHEME: Final = StandardWebhooks(prefixes=("webhook-", "svix-"))
_TEST_TYPE: Final = "test"
_CLOCK_TOLERANCE: Final = timedelta(days=1)
_ENVELOPE_FIELDS: Final = frozenset({"type", "timestamp", "data", "metadata"})
_DATA_FIELDS: Final = frozenset(
    {
        "author",
        "by_business",
        "created_at",
        "id",
        "language",
        "link",
        "metadata",
        "rating",
        "revision",
        "score",
        "subject",
        "text",
        "thread_id",
        "title",
        "updated_at",
    }
)
_AUTHOR_FIELDS: Final = frozenset({"id", "name"})
_USUAL_NAMES: Final = {
    "body": "text",
    "comment": "text",
    "comments": "text",
    "content": "text",
    "customer": "author",
    "date": "created_at",
    "description": "text",
    "display_name": "name",
    "event": "type",
    "event_type": "type",
    "headline": "title",
    "lang": "language",
    "locale": "language",
    "message": "text",
    "nps": "score",
    "payload": "data",
    "product": "subject",
    "review": "text",
    "review_id": "id",
    "reviewer": "author",
    "stars": "rating",
    "url": "link",
    "user": "author",
    "username": "name",
    "version": "revision",
}
"""What other systems call our fields."""

_USUAL_TYPES: Final = {
    "add": "review.created",
    "added": "review.created",
    "changed": "review.edited",
    "create": "review.created",
    "delete": "review.withdrawn",
    "deleted": "review.withdrawn",
    "new": "review.created",
    "published": "review.created",
    "remove": "review.withdrawn",
    "removed": "review.withdrawn",
    "reply": "review.replied",
    "submitted": "review.created",
    "update": "review.edited",
    "updated": "review.edited",
}
"""What other systems call our types, by their last word."""

_FIELD_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$-]{0,59}")
_CHANNELS: Final = ", ".join(sorted(Channel))


class Standard(Connector):
    """The connector of sources that send our own schema."""

    capabilities = Capabilities(
        platform="standard",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="Standard Webhooks v1 (webhook-… or svix-… headers): HMAC-SHA256 over id, "
        "timestamp and body; 5 minutes tolerance",
        edits="pushed",
        deletions="pushed",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=False,
        single_review_threads=False,
        optional_settings={
            "channel": f"where these customers write: one of {_CHANNELS} (default review_site)",
            "reply_url": "where Heard posts replies: an https address of yours; without it, "
            "people reply at the source",
        },
        credentials={
            "secret": "the secret that signs the replies Heard sends to reply_url (whsec_…)"
        },
        guide=(
            "1. In the system that has the reviews, add a webhook to the address shown here.\n"
            "2. Give it the signing secret shown here (it begins with whsec_); any Standard "
            "Webhooks library can sign with it.\n"
            '3. Send an event of type "test": it is answered with 202 and goes nowhere.\n'
            "4. To have replies delivered, add --setting reply_url=https://… to heard connect add: "
            "an address of yours that takes reply.created events."
        ),
        limitations=(
            "A withdrawal is final. Send revision in all events of a source or in none.",
            "Without reply_url people reply at the source.",
            "Unknown and misspelt fields are named in the response, and the delivery is kept in "
            "quarantine too. What is no event is answered with 422 and kept there.",
        ),
        verified=(
            "The signature is checked against 18 vectors and the official package. The schema is "
            "our own: standard.schema.json, beside this page.",
        ),
    )

    scheme = _SCHEME

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The one event of a delivery. Raises Unparseable."""
        envelope = Fields(read_object(request.body))
        kind = envelope.values.get("type")
        if kind == _TEST_TYPE:
            return ParsedDelivery((test_event(),))
        _report_unknown_fields(envelope, _ENVELOPE_FIELDS)
        if not isinstance(kind, str) or kind not in _EVENT_KINDS:
            raise _unknown_type(envelope)
        return parse_one(
            envelope.required_object("data"),
            lambda data: _review_event(_EVENT_KINDS[kind], data, envelope.time("timestamp"), now),
        )

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """202, with the number of events and the problems; 422 if there is no event in it."""
        if parsed.problems and not parsed.events:
            refusal = {
                "title": "This is no event that Heard knows. It is kept in quarantine.",
                "accepted": 0,
                "problems": list(parsed.problems),
            }
            return WebhookResponse(422, json.dumps(refusal), "application/problem+json")
        return WebhookResponse(
            202, json.dumps({"accepted": len(parsed.events), "problems": list(parsed.problems)})
        )

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Post `reply.created` to the connection's reply_url."""
        if rejection := self.check_length(text):
            return rejection
        document = {
            "type": "reply.created",
            "timestamp": clock.format_time(clock.now()),
            "data": {
                "reply_id": reply_id,
                "review_id": target.native_id,
                "thread_id": target.native_thread,
                "text": text,
            },
        }
        response = self._request("POST", "", json.dumps(document).encode(), reply_id, account)
        return response if isinstance(response, Rejection) else SentReply(reply_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Ask reply_url for the reply by its id."""
        response = self._request("GET", reply_id, b"", reply_id, account)
        if isinstance(response, HttpResponse):
            return SentReply(reply_id)
        return (
            ReplyLookup.ABSENT
            if response.reason in {"gone", "no_reply_url"}
            else ReplyLookup.CANNOT_TELL
        )

    def _request(
        self,
        method: str,
        path_suffix: str,
        body: bytes,
        reply_id: str,
        account: PlatformAccount,
    ) -> HttpResponse | Rejection:
        url = account.setting("reply_url")
        if not url:
            return Rejection(
                "no_reply_url",
                "This connection has no reply_url: reply at the source, or set reply_url to an "
                "address that takes replies.",
            )
        if rejection := self.missing(account, "secret"):
            return rejection
        try:
            unsigned = WebhookRequest(method, {"webhook-id": reply_id}, body)
            headers = dict(
                _SCHEME.sign(unsigned, url, account.credential("secret"), clock.now()).headers
            )
            parts = urlsplit(url)
        except ValueError:
            return Rejection(
                "bad_secret",
                "The credential secret is not one of Standard Webhooks (whsec_ and Base64), or "
                "reply_url is no address.",
            )
        if path_suffix:
            url = parts._replace(
                path=f"{parts.path.rstrip('/')}/{quote(path_suffix, safe='')}"
            ).geturl()
        if body:
            headers["content-type"] = "application/json"
        return call_api(account.http, _TITLE, HttpRequest(method, url, headers, body or None))


def _unknown_type(envelope: Fields) -> Unparseable:
    """The error of a type that is none of ours, with the one that it may stand for."""
    error = envelope.unknown_kind("type")
    kind = envelope.values.get("type")
    if not isinstance(kind, str):
        return Unparseable("; ".join([error.detail, *envelope.problems]))
    name = kind.strip().lower()
    suggestion = _USUAL_TYPES.get(re.split(r"[._:/-]", name)[-1]) or _nearest(
        name, (*_EVENT_KINDS, _TEST_TYPE)
    )
    return (
        Unparseable(f"{error.detail.rstrip('.')}: did you mean `{suggestion}`?")
        if suggestion
        else error
    )


def _report_unknown_fields(fields: Fields, known: Collection[str]) -> None:
    """Add a problem for each field that is none of ours, with the one that it may stand for."""
    for name in fields.values.keys() - known:
        if not _FIELD_NAME.fullmatch(name):
            fields.problems.append(f"{fields.where} has an unknown field")
            continue
        suggestion = _USUAL_NAMES.get(name.lower(), "")
        if suggestion not in known:
            suggestion = _nearest(name.lower(), sorted(known))
        hint = f": did you mean `{suggestion}`?" if suggestion else ""
        fields.problems.append(f"{fields.where} has an unknown field `{name}`{hint}")


def _nearest(name: str, known: Sequence[str]) -> str:
    """The one of the names that is spelt most like a name; "" if none is."""
    # Imported here because only a sender's mistake needs it, and a cold start should not pay.
    from difflib import get_close_matches  # noqa: PLC0415

    return next(iter(get_close_matches(name, known, 1)), "")


def _review_event(
    kind: EventKind, data: Fields, event_time: datetime | None, now: datetime
) -> ReviewEvent:
    native_id = data.id("id")
    created_at, updated_at = data.time("created_at"), data.time("updated_at")
    author, author_id = data.object("author"), None
    _report_unknown_fields(data, _DATA_FIELDS)
    _report_unknown_fields(author, _AUTHOR_FIELDS)
    try:
        author_id = author.optional_id("id")
    except Unparseable as error:
        data.problems.append(error.detail)
    rating = data.rating("rating")
    if (score := data.integer("score", 0, 10)) is not None:
        # Of a sender who gives both, the worse counts: a complaint must not look like praise.
        rating = min(_SCORE_RATINGS[score], rating or _SCORE_RATINGS[score])
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN
        if data.boolean("by_business") and kind is not EventKind.WITHDRAWN
        else kind,
        native_id=native_id,
        native_thread=data.optional_id("thread_id") or native_id,
        revision=_revision(kind, data.count("revision"), updated_at, created_at, event_time, now),
        author=Author(author_id, author.one_line("name"))
        if author_id
        else Author(anonymous_author(native_id).id, author.one_line("name")),
        rating=rating,
        title=data.text("title"),
        text=data.text("text"),
        language=data.one_line("language"),
        occurred_at=updated_at or event_time or created_at,
        subject=data.one_line("subject"),
        link=data.link("link"),
    )


def _revision(
    kind: EventKind,
    count: int | None,
    updated_at: datetime | None,
    created_at: datetime | None,
    event_time: datetime | None,
    now: datetime,
) -> str:
    if kind is EventKind.WITHDRAWN:
        return FINAL_REVISION
    if count is not None:
        return number_revision(count)
    updated_at, created_at, event_time = (
        # A wrong clock must not make all later edits look old.
        time if time and time <= now + _CLOCK_TOLERANCE else None
        for time in (updated_at, created_at, event_time)
    )
    if kind is EventKind.EDITED:
        # Never created_at: an edit that sorts with the first revision would look like a repetition
        # of it.
        return _time_based_revision(updated_at or event_time or now)
    return _time_based_revision(updated_at or created_at or event_time)


def _time_based_revision(at: datetime | None) -> str:
    """The revision of an event without a count.

    It sorts before every counted one, so a source may begin to count with its first edit.
    """
    return f"{number_revision(0)}.{time_revision(at)}" if at else number_revision(0)


CONNECTOR: Connector = Standard()
