"""Product reviews of Shopify shops: metaobjects of the standard type `product_review`.

Shopify has no reviews of its own. Review apps that take part in its syndication programme keep
every review as such a metaobject. Shopify reports these like anything else in the shop: the topics
metaobjects/create, metaobjects/update and metaobjects/delete must be subscribed to with the filter
`type:product_review`. So Heard connects to Shopify, whichever app collects the reviews.

Deliveries carry `X-Shopify-Hmac-Sha256`: Base64 of the HMAC-SHA256 of the body. Its key is the
client secret of the app that owns the subscription. The topic is in a header that is not signed, so
the body decides: with `fields` it is the review as it is now, without them it is a deletion. If the
header says "deleted" and the body still has fields, Heard reads the review before it acts on that;
without credentials it ignores the deletion. All deletions are confirmed so, where there are
credentials.

Order. `updated_at` sorts. Shopify's retries repeat the original body, so any order of arrival ends
in the same state. A review counts as edited if its own field `edited_at` is set. `updated_at` also
moves when the merchant replies or the app publishes it again: then the words are the same and
nothing happens. Heard treats reviews that are not published (capability publishable: draft) like
others.

The mandatory privacy notices (customers/data_request, customers/redact, shop/redact) may come to
the same address. They are answered 200 and do nothing here: Heard's own commands erase what Heard
keeps.

Sources: shopify.dev/docs/apps/build/metaobjects/standard-review-metaobject,
…/list-of-standard-definitions (the fields), …/webhooks (delivery-filtering, verify-deliveries),
shopify.dev/docs/api/webhooks, github.com/Shopify/shopify-api-js (lib/webhooks); the keys of the
fields also from public code of apps in the programme. We could not read the sample payload of the
topics. So ids are numbers or gid://, `fields` an object or a list of {key, value}, and a rating
JSON text or an object.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast
from urllib.parse import quote

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
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_one,
    read_object,
    unreadable_is_fault,
)
from heard.connectors.review_api import ApiAccess, ApiRequest, EntryPage, ReviewApi
from heard.connectors.signatures import BodyHmac
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import FINAL_REVISION, Author, Channel, EventKind, ReviewEvent, time_revision

_TITLE: Final = "Shopify"
_REVIEW_TYPE: Final = "product_review"
_VERSION: Final = "2026-04"
_PAGE_SIZE: Final = 50
_GID: Final = re.compile(r"gid://shopify/[A-Za-z]+/([0-9]+)")
_REVIEW_FRAGMENT: Final = "fragment Review on Metaobject { id type updatedAt fields { key value } }"
_REVIEW_QUERY: Final = (
    "query One($id: ID!) { metaobject(id: $id) { ...Review } } " + _REVIEW_FRAGMENT
)
_LATEST_QUERY: Final = (
    "query Latest($type: String!, $first: Int!, $after: String) {"
    ' metaobjects(type: $type, first: $first, after: $after, sortKey: "updated_at", reverse: true)'
    " { nodes { ...Review } pageInfo { hasNextPage endCursor } } } " + _REVIEW_FRAGMENT
)


_QUERY_REJECTED: Final = Rejection(
    "rejected", f"{_TITLE} does not take this query: check api_version."
)


class Shopify(ReviewApi):
    """The connector of one shop's product reviews."""

    capabilities = Capabilities(
        platform="shopify",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="X-Shopify-Hmac-Sha256: HMAC-SHA256 of the body, Base64; no timestamp",
        edits="pushed",
        deletions="pushed",
        replies="none",
        reply_limit=0,
        reply_unit="characters",
        can_find_reply=False,
        can_fetch=True,
        secret_origin=SecretOrigin.FROM_PLATFORM,
        secret_help="the client secret of the Shopify app that owns the webhook subscription (Dev "
        "Dashboard, the app, Settings)",
        poll_seconds=3_600,
        settings={"shop_domain": "the shop's own domain, such as your-shop.myshopify.com"},
        optional_settings={
            "api_base": "where the Admin API is (default https:// and shop_domain)",
            "api_version": f"the Admin API's version (default {_VERSION})",
        },
        credentials={
            "access_token": "an Admin API access token of that app, which may read metaobjects"
        },
        guide=(
            "1. In Shopify's Dev Dashboard create an app for your shop, or open the one you have, "
            "and install it in the shop.\n"
            "2. In its shopify.app.toml subscribe to metaobjects/create, metaobjects/update and "
            "metaobjects/delete:\n"
            '   uri is the address shown here, filter = "type:product_review"; deploy.\n'
            "3. Do not use a webhook made in the shop's admin: these are signed with another "
            "secret.\n"
            "4. Enter the app's client secret here, and an Admin API access token that may read "
            "metaobjects.\n"
            "5. In your review app turn on the syndication to Shopify (the Shop app). Then it "
            "keeps its reviews as metaobjects."
        ),
        limitations=(
            "Heard cannot reply: Shopify lets no program reply to a review that another app "
            "collected. Reply in that app.",
            "Reviews of apps that do not take part in Shopify's product review syndication are "
            "not seen.",
            "Shopify's privacy notices have no effect: erase authors with Heard's own commands.",
        ),
        verified=("The signature is checked against the vectors of Shopify's own library.",),
        assumptions=(
            "We could read no sample of the metaobject topics, so Heard understands several "
            "spellings.",
            "Some access scope lets an app read reviews that it did not collect; Shopify "
            "restricts the definition.",
        ),
    )

    scheme = BodyHmac("x-shopify-hmac-sha256", encoding="base64")
    entry_name = "node"
    delivery_status = 200  # Within five seconds.

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The review that a metaobject is, or its deletion.

        Other metaobjects and notices are ignored. Raises Unparseable.
        """
        body = Fields(read_object(request.body))
        if body.values.get("type") != _REVIEW_TYPE:
            if _is_ignored(body):
                return ParsedDelivery()
            raise body.unknown_kind("type")
        if "fields" not in body.values:
            return parse_one(body, _deletion_event)
        if request.headers.get("x-shopify-topic") == "metaobjects/delete":
            if connection.has_credentials:
                return parse_one(body, _deletion_event)
            return ParsedDelivery(
                problems=(
                    "The topic says that the review is deleted, and the signed body does not: "
                    "enter credentials, so Heard can read the review.",
                )
            )
        return parse_one(body, _review_event)

    def access(self, request: ApiRequest, account: PlatformAccount) -> ApiAccess | Rejection:
        """The app's access token in a header."""
        if rejection := self.missing(account):
            return rejection
        shop = account.setting("shop_domain").strip("/")
        version = quote(account.setting("api_version") or _VERSION, safe="")
        return ApiAccess(
            f"{account.address('api_base', f'https://{shop}')}/admin/api/{version}/graphql.json",
            {"x-shopify-access-token": account.credential("access_token")},
        )

    def review_request(self, native_id: str) -> ApiRequest:
        """One metaobject by its id."""
        return _query(_REVIEW_QUERY, {"id": f"gid://shopify/Metaobject/{native_id}"})

    def read_review(
        self, native_id: str, account: PlatformAccount, reply_to: Mapping[str, str] | None = None
    ) -> Fields | Rejection:
        """The metaobject. Shopify answers null for one that is gone."""
        data = self.read(self.review_request(native_id), account)
        if isinstance(data, Rejection):
            return data
        if "metaobject" in data.values and data.values["metaobject"] is None:
            return Rejection("gone", f"{_TITLE} does not have this review any more.")
        with unreadable_is_fault(_TITLE):
            return data.required_object("metaobject")

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A review, which is a metaobject."""
        return _review_event(entry)

    def page_request(self, cursor: str | None, account: PlatformAccount) -> ApiRequest:
        """The reviews that changed last."""
        return _query(_LATEST_QUERY, {"type": _REVIEW_TYPE, "first": _PAGE_SIZE, "after": cursor})

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """The nodes of a GraphQL connection."""
        metaobjects = response.required_object("metaobjects")
        page_info = metaobjects.object("pageInfo")
        has_next = page_info.boolean("hasNextPage")
        return EntryPage(
            metaobjects.entries("nodes"), page_info.text("endCursor") if has_next else None
        )

    def read(self, request: ApiRequest, account: PlatformAccount) -> Fields | Rejection:
        """The data of a query. Shopify answers 200 also for errors in a query."""
        document = super().read(request, account)
        if isinstance(document, Rejection):
            return document
        return _graphql_rejection(document) or document.object("data")

    def explain(self, rejection: Rejection, body: bytes) -> Rejection:
        """A 404 is about the address of the API and never about a review."""
        return _QUERY_REJECTED if rejection.reason == "gone" else rejection


def _deletion_event(body: Fields) -> ReviewEvent:
    native_id = _metaobject_id(body)
    return ReviewEvent(
        EventKind.WITHDRAWN,
        native_id,
        native_id,
        FINAL_REVISION,
        anonymous_author(native_id),
        partial=True,
    )


def _is_ignored(body: Fields) -> bool:
    """Whether it is a privacy notice, or a metaobject of a type that is no kind of review."""
    kind = body.values.get("type")
    if kind is None:
        return "shop_domain" in body.values or "shop_id" in body.values
    return isinstance(kind, str) and "review" not in kind.lower()


def _review_event(body: Fields) -> ReviewEvent:
    native_id = _metaobject_id(body)
    changed_at = body.time("updated_at") or body.time("updatedAt")
    if changed_at is None:
        raise body.field_error("updated_at", "is missing")
    review_fields = Fields(_fields_by_key(body), f"fields of {body.where}", body.problems)
    edited_at = review_fields.time("edited_at")
    customer_id = _gid_number(review_fields.values.get("author"))
    product_id = _gid_number(review_fields.values.get("product"))
    return ReviewEvent(
        kind=EventKind.EDITED if edited_at else EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id,
        revision=time_revision(changed_at),
        author=Author(
            customer_id or anonymous_author(native_id).id,
            review_fields.one_line("author_display_name"),
        ),
        rating=_read_rating(review_fields),
        title=review_fields.text("title"),
        text=review_fields.text("body"),
        language=review_fields.one_line("language"),
        occurred_at=edited_at or review_fields.time("submitted_at") or changed_at,
        subject=f"product {product_id}" if product_id else None,
    )


def _metaobject_id(body: Fields) -> str:
    return _gid_number(gid := body.id("id")) or gid


def _gid_number(gid: object) -> str | None:
    """The number 5 of `gid://shopify/Customer/5`; None for anything else."""
    match = _GID.fullmatch(gid) if isinstance(gid, str) and len(gid) < 100 else None
    return match[1] if match else None


def _fields_by_key(body: Fields) -> Mapping[str, object]:
    fields = body.values.get("fields")
    if isinstance(fields, dict):
        return cast("dict[str, object]", fields)
    if isinstance(fields, list):
        entries = (
            cast("dict[str, object]", entry)
            for entry in cast("list[object]", fields)
            if isinstance(entry, dict)
        )
        return {str(entry.get("key")): entry.get("value") for entry in entries}
    raise body.field_error("fields", "is neither an object nor a list")


def _read_rating(review_fields: Fields) -> int | None:
    """A rating of five, from a field of Shopify's type `rating`.

    The field is `{"value": "4.0", "scale_min": "1.0", "scale_max": "5.0"}`. A rating on another
    scale is a problem.
    """
    value = review_fields.values.get("rating")
    if isinstance(value, str):
        try:
            value = read_object(value.encode("utf-8", "surrogatepass"))
        except Unparseable:
            return review_fields.rating("rating")
    if not isinstance(value, dict):
        return review_fields.rating("rating")
    rating = Fields(
        cast("dict[str, object]", value), f"rating of {review_fields.where}", review_fields.problems
    )
    if rating.integer("scale_max", 1, 1_000) not in (None, 5):
        review_fields.problems.append(f"rating of {review_fields.where} is not on a scale of five")
        return None
    return rating.rating("value")


def _query(query: str, variables: Mapping[str, object]) -> ApiRequest:
    document = {"query": query, "variables": variables}
    return ApiRequest("POST", "", document=document, no_side_effects=True)


def _graphql_rejection(document: Fields) -> Rejection | None:
    """Why Shopify did not run a query that it answered 200; None if it ran it.

    Raises PlatformUnavailable if the query costs too much just now.
    """
    if not document.values.get("errors"):
        return None
    with unreadable_is_fault(_TITLE):
        codes = {error.object("extensions").text("code") for error in document.objects("errors")}
    if codes & {"THROTTLED", "INTERNAL_SERVER_ERROR"}:
        raise PlatformUnavailable(f"{_TITLE} asks us to wait.", maybe_applied=False)
    if "ACCESS_DENIED" in codes:
        return Rejection(
            "unauthorized",
            f"{_TITLE} does not let this access token read metaobjects: give the app that scope.",
        )
    return _QUERY_REJECTED


CONNECTOR: Connector = Shopify()
