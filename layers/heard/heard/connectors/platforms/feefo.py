"""Feefo service and product feedback.

A delivery holds only "a unique identifier" of the feedback. No document shows its shape, so we read
several: the bare id as the body or as JSON text; a form or an object with `id`, `feedback_id`,
`review_id`, `unique_id`, `identifier`, or these in camel case; such an object under `feedback`,
`review` or `data`; and lists of all these. A bare id has 24 hexadecimal digits, as in all of
Feefo's examples. Anything else is refused. An empty object is a test. The event has no words:
`fetch` reads them with the Reviews API (`id`: "filter reviews based on the feedback id").

No signature is documented. A webhook may have a pre-shared key, but no document says how it is
sent. The secret address protects the webhook, and Heard reads every review at Feefo before it acts.

Order. Nothing dates a delivery, so it comes before any version that was read. What is read is dated
by `last_updated_date`, else by `created_at` (milliseconds since 1970).

The feedback of one sale has a part for the service and a part for each product. Each part has an id
and words of its own, so each is a review here. If the id is the one of the whole feedback, the
service part stands for it. Feedback that the API does not show may wait for moderation, so it is
never taken for deleted.

Sources: support.feefo.com articles 8000055515 (webhooks), 8000112939 (request parameters),
8000097326 (response); feefo.readme.io/reference (OAuth 2.0 Token; the token address is from
programs that use it). A call that replies exists (others offer it with author, review_id,
response_text, notify_customer), but we did not find its address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, cast

from heard import clock
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    SecretOrigin,
    WebhookRequest,
)
from heard.connectors.oauth import TokenGrant
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    read_form,
    read_json,
    test_event,
    unreadable_is_fault,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, EntryPage, ReviewApi, page_number
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision, time_revision

_API: Final = "https://api.feefo.com"
_TITLE: Final = "Feefo"
_PAGE_SIZE: Final = 100
_BARE_ID: Final = re.compile(r"[0-9a-f]{24}")
_NAMED_ID: Final = re.compile(r"[A-Za-z0-9_-]{6,64}")
_ID_NAMES: Final = (
    "id",
    "feedback_id",
    "review_id",
    "unique_id",
    "identifier",
    "feedbackId",
    "reviewId",
    "uniqueId",
)
_WRAPPERS: Final = ("feedback", "review", "data")
_DEPTH_LIMIT: Final = 3
_PART: Final = "part"
_MAX_MILLIS: Final = 253_402_300_799_999
"""The end of the year 9999. Later times have no text that sorts."""


class Feefo(ReviewApi):
    """The connector of one merchant's feedback at Feefo."""

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
        secret_origin=SecretOrigin.NONE,
        poll_seconds=900,
        settings={
            "merchant_identifier": "the merchant identifier of the Feefo account, such as "
            "example-retail-merchant"
        },
        optional_settings={"api_base": f"where Feefo's API is (default {_API})"},
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
            "here: a webhook holds only an id.\n"
            "4. Keep the address secret: anybody who knows it can send ids. Heard acts only on "
            "what Feefo itself shows."
        ),
        limitations=(
            "Heard cannot reply: no document describes Feefo's call for that. Reply in the Feefo "
            "Hub, and record it in Heard.",
            "Without credentials a review has neither words nor rating.",
            "NPS feedback is not read.",
            "Feefo does not report deletions; Heard finds them when it polls.",
        ),
        verified=(
            "The simulated platform answers in the documented shape of Feefo's Reviews API.",
        ),
        assumptions=(
            "A delivery is a bare id, or it has an id under one of several names in JSON or a "
            "form.",
            "No document says which of a feedback's ids a delivery holds. If it is the id of the "
            "whole, a poll finds the parts as reviews of their own.",
            "last_updated_date is the time of an edit.",
        ),
    )

    delivery_status = 200  # Which success Feefo wants is not documented.
    entry_name = "feedback"

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The feedback that a delivery names, without words. Raises Unparseable."""
        if request.body.strip() == b"{}":
            return ParsedDelivery((test_event(),))
        ids = list(dict.fromkeys(_read_ids(request.body)))
        if not ids:
            raise Unparseable(
                "The body names no feedback: an id of Feefo's is 24 hexadecimal digits."
            )
        return ParsedDelivery(tuple(_partial_event(native_id) for native_id in ids))

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """An access token of the account's client."""
        if rejection := self.missing(account):
            return rejection
        base = account.address("api_base", _API)
        client, secret = account.credential("client_id"), account.credential("client_secret")
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        url = f"{base}/api/oauth/v2/token"
        return ApiAccess(
            f"{base}/api/20/reviews/all",
            query={
                "merchant_identifier": account.setting("merchant_identifier"),
                "since_period": "all",
                "empty_product_comments": "include",
            },
            grant=TokenGrant(url, (url, client, secret), lambda: form),
        )

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | None:
        """The part of a feedback that has this id.

        If the id is the one of a whole feedback, its first part.
        """
        response = self.read(
            ApiRequest("GET", "", {"id": native_id, "full_thread": "include"}), account
        )
        if isinstance(response, Rejection):
            return None
        with unreadable_is_fault(_TITLE):
            for feedback in response.required_objects("reviews"):
                parts = list(_parts(feedback))
                is_whole = f"/{native_id.lower()}/" in f"{feedback.one_line('url') or ''}/".lower()
                part = next(
                    (part for part in parts if part.values.get("id") == native_id),
                    parts[0] if is_whole and parts else None,
                )
                if part is not None:
                    return _review_event(feedback, part, native_id)
        return None

    def page_request(self, cursor: str | None, account: PlatformAccount) -> ApiRequest:
        """A page of the merchant's feedback. The cursor is the number of the page."""
        query = {
            "page": str(page_number(cursor)),
            "page_size": str(_PAGE_SIZE),
            "sort": "-created_date",
        }
        return ApiRequest("GET", "", query)

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """The parts of every feedback, each with the feedback that it belongs to."""
        page_count = response.object("summary").object("meta").integer("pages", 0, 10**9) or 0
        number = page_number(cursor)
        entries: list[object] = []
        for feedback in response.required_objects("reviews"):
            try:
                parts = list(_parts(feedback))
            except Unparseable as error:
                response.problems.append(error.detail)
            else:
                entries += ({**feedback.values, _PART: part.values} for part in parts)
        return EntryPage(entries, str(number + 1) if number < page_count else None)

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """One part of a feedback, as `page` put them together."""
        part = entry.object(_PART)
        return _review_event(entry, part, part.id("id"))


def _partial_event(native_id: str) -> ReviewEvent:
    return ReviewEvent(
        EventKind.CREATED,
        native_id,
        native_id,
        number_revision(0),
        anonymous_author(native_id),
        partial=True,
    )


def _read_ids(body: bytes) -> Iterator[str]:
    """The ids in a body of any of the known shapes. Raises Unparseable."""
    if body.lstrip()[:1] in {b"{", b"[", b'"'}:
        yield from _ids_in(read_json(body), 0)
    elif _BARE_ID.fullmatch(text := body.decode("ascii", "replace").strip()):
        yield text
    else:
        yield from _ids_in(dict(read_form(body.strip())), 0)


def _ids_in(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str) and _BARE_ID.fullmatch(value.strip()):
        yield value.strip()
    elif isinstance(value, list) and depth < _DEPTH_LIMIT:
        for entry in cast("list[object]", value):
            yield from _ids_in(entry, depth + 1)
    elif isinstance(value, dict) and depth < _DEPTH_LIMIT:
        fields = cast("dict[str, object]", value)
        for name in _ID_NAMES:
            candidate = fields.get(name)
            if isinstance(candidate, str) and _NAMED_ID.fullmatch(candidate.strip()):
                yield candidate.strip()
                return
        for wrapper in _WRAPPERS:
            yield from _ids_in(fields.get(wrapper), depth + 1)


def _parts(feedback: Fields) -> Iterator[Fields]:
    """The parts of a feedback that have an id: the service first, then the products."""
    service = feedback.object("service")
    for part in (service, *feedback.objects("products")):
        if part.values.get("id"):
            yield part


def _review_event(feedback: Fields, part: Fields, native_id: str) -> ReviewEvent:
    created_at = _read_time(part, "created_at")
    updated_at = feedback.time("last_updated_date") or created_at
    rating = part.object("rating")
    return ReviewEvent(
        kind=EventKind.EDITED
        if created_at and updated_at and updated_at > created_at
        else EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id,
        revision=time_revision(updated_at or clock.now()),
        author=Author(
            anonymous_author(native_id).id, feedback.object("customer").one_line("display_name")
        ),
        # NPS scores go to 10.
        rating=rating.rating("rating") if rating.values.get("max", 5) in (5, "5") else None,
        title=part.text("title"),
        text=part.text("review"),
        occurred_at=created_at,
        subject=part.object("product").one_line("title"),
        link=feedback.link("url"),
    )


def _read_time(part: Fields, name: str) -> datetime | None:
    millis = part.integer(name, 0, _MAX_MILLIS)
    return datetime.fromtimestamp(millis / 1000, UTC) if millis is not None else None


CONNECTOR: Connector = Feefo()
