"""Feefo service and product feedback.

A delivery holds only "a unique identifier" of the feedback, in a shape that no document shows, so
that several are read: the bare id as the body or as JSON text, a form or an object with `id`,
`feedback_id`, `review_id`, `unique_id`, `identifier` or these in camel case, such an object under
`feedback`, `review` or `data`, and lists of all these. A bare id is 24 hexadecimal digits, as in
all of Feefo's examples; anything else is refused, and an empty object is taken for a test. The
event is without words, and `fetch` reads them by the Reviews API (`id`: "filter reviews based on
the feedback id").

No signature is documented: a webhook may have a pre-shared key, but not how it is sent. What
protects the address is that nobody can guess it, and everything is re-read before it is believed.

Order. A delivery is dated by nothing, and comes before any version that was read. What is read is
dated by `last_updated_date`, else by `created_at` (milliseconds since 1970).

One sale's feedback has a service part and a part for each product, each with an id and words of its
own; each is a review here. Given the id of the whole, the service part speaks for it. Feedback that
the API does not show may be waiting for moderation, and is never taken for deleted.

Sources: support.feefo.com articles 8000055515 (webhooks), 8000112939 (request parameters),
8000097326 (response); feefo.readme.io/reference (OAuth 2.0 Token; token address from programs that
use it). A call that replies exists (others offer it with author, review_id, response_text,
notify_customer), but its address was not found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final, cast
from urllib.parse import urlencode

from heard import clock
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    Page,
    Parsed,
    Rejected,
    Request,
    Response,
    Secret,
)
from heard.connectors.oauth import Grant, Tokens
from heard.connectors.parsing import (
    Fields,
    each,
    nobody,
    read_form,
    read_json,
    read_object,
    test_event,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision, time_revision

_API: Final = "https://api.feefo.com"
_TITLE: Final = "Feefo"
_PAGE: Final = 100
_BARE_ID: Final = re.compile(r"[0-9a-f]{24}")
_NAMED_ID: Final = re.compile(r"[A-Za-z0-9_-]{6,64}")
_NAMES: Final = (
    "id", "feedback_id", "review_id", "unique_id", "identifier", "feedbackId", "reviewId", "uniqueId",
)  # fmt: skip
_WRAPPERS: Final = ("feedback", "review", "data")
_DEEPEST: Final = 3
_LATEST_MILLIS: Final = 253_402_300_799_999
"""The end of the year 9999, after which times have no text that sorts."""


class Feefo(Connector):
    """The connector of Feefo."""

    capabilities = Capabilities(
        platform="feefo",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="none: the address is the secret; how Feefo sends its optional pre-shared key "
        "is not documented",
        edits="pushed",
        deletions="polled",
        replies="none",
        reply_limit=4_000,
        reply_unit="characters",
        can_find_reply=False,
        can_fetch=True,
        signed=False,
        secret=Secret.NONE,
        poll_seconds=900,
        settings={
            "merchant_identifier": "the merchant identifier of the Feefo account, such as "
            "example-retail-merchant"
        },
        optional_settings={"api_base": f"where Feefo's API is ({_API} if not said)"},
        credentials={
            "client_id": "client id of Feefo's OAuth 2.0 credentials",
            "client_secret": "its client secret",
        },
        guide=(
            "1. In the Feefo Hub open Settings, WebHooks and add one with the address shown here, "
            "for service and product ratings.\n"
            "2. Let it be triggered when feedback is created and when it is updated; leave the "
            "pre-shared key empty.\n"
            "3. Ask Feefo for OAuth 2.0 credentials, and enter them and the merchant identifier "
            "here: a webhook brings only an id.\n"
            "4. Keep the address to yourself: whoever knows it can send ids, though Heard acts "
            "only on what Feefo itself shows."
        ),
        cannot=(
            "Heard cannot reply: no document gives Feefo's call for it. Answer in the Feefo Hub, "
            "and say in Heard that you did.",
            "Without credentials a review has neither words nor rating.",
            "NPS feedback is not read.",
            "Feefo does not tell of deletions; Heard finds them when it lists reviews.",
        ),
        proof=(
            "The shape of Feefo's documented answer of the Reviews API is what the simulated "
            "platform gives.",
        ),
        unproven=(
            "The shape of a delivery: a bare id, or one of several names in JSON or a form.",
            "Which of a feedback's ids a delivery holds: if it is the one of the whole, listing "
            "finds its parts as reviews of their own.",
            "That last_updated_date dates an edit.",
        ),
    )

    def __init__(self) -> None:
        self._tokens = Tokens(_TITLE)

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """The feedback that a delivery names, without its words. Raises Unparseable."""
        if request.body.strip() == b"{}":
            return Parsed((test_event(),))
        ids = list(dict.fromkeys(_ids(request.body)))
        if not ids:
            raise Unparseable(
                "The body names no feedback: an id of Feefo's is 24 hexadecimal digits."
            )
        return Parsed(tuple(_named(native_id) for native_id in ids))

    def accepted(
        self, request: Request, connection: Connection, parsed: Parsed, http: Http
    ) -> Response:
        """200: which success it wants is not documented."""
        return Response(200, "{}")

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | None:
        """The part of the feedback that has this id, or speaks for the whole that has it."""
        query = {
            "id": native_id,
            "since_period": "all",
            "full_thread": "include",
            "empty_product_comments": "include",
        }
        listed = self._reviews(query, connection, credentials, http)
        if isinstance(listed, Rejected):
            return None
        for feedback in _entries(listed.values.get("reviews"), "review"):
            parts = list(_parts(feedback))
            whole = f"/{native_id.lower()}/" in f"{feedback.label('url') or ''}/".lower()
            part = next(
                (part for part in parts if part.values.get("id") == native_id),
                parts[0] if whole and parts else None,
            )
            if part is not None:
                try:
                    return _said(feedback, part, native_id)
                except Unparseable as error:
                    raise PlatformUnavailable(
                        f"{_TITLE} answered something unreadable: {error.detail}.",
                        maybe_applied=False,
                    ) from error
        return None

    def recent(
        self,
        cursor: str | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        now: datetime,
    ) -> Page | Rejected:
        """A page of the merchant's feedback, each part for itself.

        The cursor is the page's number.
        """
        number = int(cursor) if cursor and cursor.isdecimal() else 1
        query = {
            "page": str(number),
            "page_size": str(_PAGE),
            "since_period": "all",
            "sort": "-created_date",
            "empty_product_comments": "include",
        }
        listed = self._reviews(query, connection, credentials, http)
        if isinstance(listed, Rejected):
            return listed
        pages = listed.object("summary").object("meta").whole("pages", 0, 10**9) or 0
        events: list[ReviewEvent] = []
        problems: list[str] = []
        for feedback in _entries(listed.values.get("reviews"), "review"):
            try:
                parsed = each(
                    [part.values for part in _parts(feedback)],
                    "part",
                    lambda part, of=feedback: _said(of, part, part.id("id")),
                )
            except Unparseable as error:
                parsed = Parsed(problems=(error.detail,))
            events += parsed.events
            problems += parsed.problems
        return Page(tuple(events), str(number + 1) if number < pages else None, tuple(problems))

    def _reviews(
        self,
        query: Mapping[str, str],
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Fields | Rejected:
        merchant = connection.settings.get("merchant_identifier", "").strip()
        client, secret = credentials.get("client_id", ""), credentials.get("client_secret", "")
        if not (merchant and client and secret):
            return Rejected(
                "no_credentials",
                "Enter merchant_identifier, client_id and client_secret to read reviews from "
                "Feefo.",
            )
        base = connection.settings.get("api_base", "").strip().rstrip("/") or _API
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        url = f"{base}/api/oauth/v2/token"
        wanted = urlencode({"merchant_identifier": merchant, **query})
        answer = self._tokens.call(
            Grant(url, (url, client, secret), lambda: form),
            http,
            "GET",
            f"{base}/api/20/reviews/all?{wanted}",
        )
        if isinstance(answer, Rejected):
            return answer
        try:
            return Fields(read_object(answer.body), "the answer")
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable.", maybe_applied=False
            ) from error


def _named(native_id: str) -> ReviewEvent:
    return ReviewEvent(
        EventKind.CREATED, native_id, native_id, number_revision(0), nobody(native_id), partial=True
    )


def _ids(body: bytes) -> Iterator[str]:
    """The ids that a body names, whichever shape it has. Raises Unparseable."""
    if body.lstrip()[:1] in {b"{", b"[", b'"'}:
        yield from _ids_of(read_json(body), 0)
    elif _BARE_ID.fullmatch(text := body.decode("ascii", "replace").strip()):
        yield text
    else:
        yield from _ids_of(dict(read_form(body.strip())), 0)


def _ids_of(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str) and _BARE_ID.fullmatch(value.strip()):
        yield value.strip()
    elif isinstance(value, list) and depth < _DEEPEST:
        for entry in cast("list[object]", value):
            yield from _ids_of(entry, depth + 1)
    elif isinstance(value, dict) and depth < _DEEPEST:
        fields = cast("dict[str, object]", value)
        for name in _NAMES:
            named = fields.get(name)
            if isinstance(named, str) and _NAMED_ID.fullmatch(named.strip()):
                yield named.strip()
                return
        for wrapper in _WRAPPERS:
            yield from _ids_of(fields.get(wrapper), depth + 1)


def _entries(value: object, name: str) -> Iterator[Fields]:
    for entry in cast("list[object]", value) if isinstance(value, list) else []:
        if isinstance(entry, dict):
            yield Fields(cast("dict[str, object]", entry), f"a {name}")


def _parts(feedback: Fields) -> Iterator[Fields]:
    """The parts of one sale's feedback that have an id: the service's first, then the products'."""
    service = feedback.object("service")
    for part in (service, *_entries(feedback.values.get("products"), "product")):
        if part.values.get("id"):
            yield part


def _said(feedback: Fields, part: Fields, native_id: str) -> ReviewEvent:
    created = _instant(part, "created_at")
    updated = feedback.time("last_updated_date") or created
    rating = part.object("rating")
    return ReviewEvent(
        kind=EventKind.EDITED if created and updated and updated > created else EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id,
        revision=time_revision(updated or clock.now()),
        author=Author(nobody(native_id).id, feedback.object("customer").label("display_name")),
        # NPS scores go to 10.
        rating=rating.rating("rating") if rating.values.get("max", 5) in (5, "5") else None,
        title=part.text("title"),
        text=part.text("review"),
        occurred_at=created,
        subject=part.object("product").label("title"),
        link=feedback.link("url"),
    )


def _instant(part: Fields, name: str) -> datetime | None:
    millis = part.whole(name, 0, _LATEST_MILLIS)
    return datetime.fromtimestamp(millis / 1000, UTC) if millis is not None else None


CONNECTOR: Connector = Feefo()
