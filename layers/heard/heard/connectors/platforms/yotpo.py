"""Yotpo reviews.

Deliveries are `{"event": "review_create" | "review_updated", "data": {…}}`, one webhook for each,
and are not signed: what protects the address is that nobody can guess it, and `fetch` re-reads what
it brought. Older accounts send every value as text ("score": "5", "deleted": "false"), newer ones
send numbers and booleans; both give the same event. Times are ISO 8601 or `2018-02-20 14:12:13
UTC`.

Order. `updated_at` moves with every change. An archived review is one that the shop does not
publish, and may be published again, so its withdrawal is dated like an edit; a deleted one cannot
come back. Deletion by Yotpo's support and anonymisation are silent: `recent` lists the reviews, and
one that is not there any more is gone. What is read without `updated_at` is of the moment of
reading.

The author is known by `user_id`, and in the list, which has none, by the e-mail address, hashed.

Two APIs. Reading: UGC API, with a `utoken` from app key and secret (it lives for 14 days) as a
query parameter. Commenting: App Developer API, with an access token of a registered app. A review
shows one comment of the shop, and does not say who wrote it: one whose text is one of our own
earlier replies is replaced by our next, any other that is seen is somebody else's and never
overwritten. A review that cannot be read by its id, since it is not published yet, or that does not
show its comment, is answered all the same.

Sources: apidocs.yotpo.com/reference/ about-webhooks, yotpo-authentication, retrieve-all-reviews;
develop.yotpo.com/reference/ create-webhook, comment-on-a-review, all-reviews. Not found in a
document, and handled with care: in which order the list comes, whether a second comment takes the
first one's place, the longest comment (`REPLY_LIMIT` is our own guess), and whether a review that
is read by its id shows the shop's comment (where it does not say, Heard cannot tell).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast
from urllib.parse import quote, urlencode

from heard import clock
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Gone,
    Http,
    HttpAnswer,
    Page,
    Parsed,
    Presence,
    Rejected,
    ReplyTarget,
    Request,
    Response,
    Secret,
    Sent,
)
from heard.connectors.http import ask
from heard.connectors.markup import unescaped
from heard.connectors.parsing import (
    Fields,
    by_email,
    each,
    nobody,
    one,
    read_object,
    same_text,
    written_by_others,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import (
    TOMBSTONE,
    Author,
    Channel,
    EventKind,
    ReviewEvent,
    number_revision,
    time_revision,
)

REPLY_LIMIT: Final = 4_000

_API: Final = "https://api.yotpo.com"
_APP_API: Final = "https://developers.yotpo.com"
_TITLE: Final = "Yotpo"
_KINDS: Final = {"review_create": EventKind.CREATED, "review_updated": EventKind.EDITED}
_PAGE: Final = 100


class Yotpo(Connector):
    """The connector of Yotpo Reviews."""

    capabilities = Capabilities(
        platform="yotpo",
        title=_TITLE,
        channel=Channel.REVIEW_SITE,
        signature="none: the address is the secret",
        edits="pushed",
        deletions="polled",
        replies="one",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        signed=False,
        secret=Secret.NONE,
        poll_seconds=900,
        optional_settings={
            "api_base": f"where Yotpo's API is ({_API} if not said)",
            "app_api_base": f"where the App Developer API is ({_APP_API} if not said)",
        },
        credentials={
            "app_key": "Store ID / App Key of the Yotpo account",
            "api_secret": "its API secret",
        },
        optional_credentials={
            "access_token": "access token of a Yotpo app (App Developer API), for comments"
        },
        guide=(
            "1. Ask your Yotpo representative to enable webhooks.\n"
            "2. Create two webhooks with the address shown here: review_create and "
            "review_updated.\n"
            "3. Keep the address to yourself: Yotpo does not sign what it sends, so whoever knows "
            "it can send reviews.\n"
            "4. In Yotpo open Settings, Store Settings, copy the App Key and get the API secret, "
            "and enter both here.\n"
            "5. For comments, register an app at Yotpo's App Developer portal, install it in the "
            "account, and enter its access token."
        ),
        cannot=(
            "Yotpo does not tell that its support deleted or anonymised a review; Heard finds it "
            "missing when it lists reviews.",
            "Comments need the access token of a registered Yotpo app; app key and secret are not "
            "enough.",
            "Yotpo does not say who wrote a comment: one that is seen with other words than "
            "Heard's is never replaced, but where Yotpo does"
            " not show a review's comment, Heard cannot see it.",
        ),
        proof=(
            "Yotpo's documented payloads of 2018 (all text) and 2024 (typed) are parsed in the "
            "tests and give events of one shape.",
        ),
        unproven=(
            "That the list of reviews comes newest first.",
            "That a second comment of ours takes the first one's place, and how long a comment "
            "may be.",
            "That a review read by its id shows the shop's comment; where it does not, Heard "
            "cannot tell.",
        ),
    )

    def __init__(self) -> None:
        self._utokens: dict[tuple[str, str, str], str] = {}

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """The review of a delivery. Raises Unparseable."""
        body = Fields(read_object(request.body))
        name = body.values.get("event")
        if not isinstance(name, str):
            raise body.unreadable("event", "is missing")
        if name not in _KINDS:
            return Parsed()
        return one(body.required_object("data"), lambda data: _review(data, _KINDS[name], now))

    def accepted(
        self, request: Request, connection: Connection, parsed: Parsed, http: Http
    ) -> Response:
        """200: which success it wants is not documented."""
        return Response(200, "{}")

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Rejected:
        """Post a public comment under the review, unless somebody else's is seen there."""
        if refused := self.too_long(text):
            return refused
        key, token = credentials.get("app_key", ""), credentials.get("access_token", "")
        if not (key and token):
            return Rejected(
                "no_credentials",
                "Enter app_key and the access_token of a Yotpo app to comment on Yotpo.",
            )
        shown = self._by_id(target.native_id, connection, credentials, http)
        if isinstance(shown, Rejected):
            # A review that is not published yet cannot be read by its id; whether it takes a
            # comment, only trying tells.
            if shown.reason != "gone":
                return shown
        elif standing := _plain(shown.object("comment"), "content"):
            if same_text(standing, text):
                return Sent(target.native_id)
            if written_by_others(standing, target):
                return Rejected(
                    "already_answered",
                    "Somebody commented on this review at Yotpo, which shows one: change that one "
                    "there.",
                )
        base = _base(connection, "app_api_base", _APP_API)
        url = f"{base}/v2/{quote(key, safe='')}/reviews/{quote(target.native_id, safe='')}/comment?{urlencode({'access_token': token})}"
        body = json.dumps({"content": text, "public": True}).encode()
        answer = ask(
            http,
            _TITLE,
            "POST",
            url,
            headers={"content-type": "application/json", "accept": "application/json"},
            body=body,
        )
        return answer if isinstance(answer, Rejected) else Sent(target.native_id)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Presence:
        """Compare the review's comment with the text. It goes by the review's id.

        What posting one answers is not documented.
        """
        review = self._by_id(target.native_id, connection, credentials, http)
        if isinstance(review, Rejected):
            return Presence.ABSENT if review.reason == "gone" else Presence.CANNOT_TELL
        if "comment" not in review.values:
            return Presence.CANNOT_TELL
        said = _plain(review.object("comment"), "content")
        return Sent(target.native_id) if said and same_text(said, text) else Presence.ABSENT

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The review as Yotpo has it by its id.

        Gone only if the newest listed do not hold it either, as those not yet published.
        """
        now = clock.now()
        review = self._by_id(native_id, connection, credentials, http)
        if isinstance(review, Rejected):
            page = (
                self.recent(None, connection, credentials, http, now)
                if review.reason == "gone"
                else review
            )
            if isinstance(page, Rejected):
                return None
            found = next((event for event in page.events if event.native_id == native_id), None)
        else:
            try:
                found = _review(review, None, now)
            except Unparseable as error:
                raise PlatformUnavailable(
                    f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
                ) from error
        return Gone.GONE if found is None or found.kind is EventKind.WITHDRAWN else found

    def recent(
        self,
        cursor: str | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        now: datetime,
    ) -> Page | Rejected:
        """A page of the account's reviews; the cursor is its number."""
        number = int(cursor) if cursor and cursor.isdecimal() else 1
        path = f"/v1/apps/{quote(credentials.get('app_key', ''), safe='')}/reviews"
        answer = self._get(
            path, {"count": str(_PAGE), "page": str(number)}, connection, credentials, http
        )
        if isinstance(answer, Rejected):
            return answer
        reviews = _read(answer).get("reviews")
        entries = cast("list[object]", reviews) if isinstance(reviews, list) else []
        try:
            parsed = each(entries, "review", lambda review: _review(review, None, now))
        except Unparseable as error:
            parsed = Parsed(problems=(error.detail,))
        return Page(
            parsed.events, str(number + 1) if len(entries) >= _PAGE else None, parsed.problems
        )

    def _by_id(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> Fields | Rejected:
        answer = self._get(
            f"/reviews/{quote(native_id, safe='')}", {}, connection, credentials, http
        )
        if isinstance(answer, Rejected):
            return answer
        return Fields(_read(answer), "the answer").object("response").object("review")

    def _get(
        self,
        path: str,
        query: Mapping[str, str],
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> HttpAnswer | Rejected:
        """The answer to a call of the UGC API.

        A token that is refused is replaced once, as Yotpo asks for.
        """
        base = _base(connection, "api_base", _API)
        key, secret = credentials.get("app_key", ""), credentials.get("api_secret", "")
        if not (key and secret):
            return Rejected(
                "no_credentials", "Enter app_key and api_secret to read reviews from Yotpo."
            )
        for fresh in (False, True):
            token = self._utoken((base, key, secret), http, fresh=fresh)
            if isinstance(token, Rejected):
                return token
            url = f"{base}{path}?{urlencode({**query, 'utoken': token})}"
            answer = ask(
                http,
                _TITLE,
                "GET",
                url,
                headers={"content-type": "application/json", "accept": "application/json"},
            )
            if isinstance(answer, HttpAnswer) or answer.reason != "unauthorized":
                return answer
        return answer

    def _utoken(self, account: tuple[str, str, str], http: Http, *, fresh: bool) -> str | Rejected:
        if not fresh and account in self._utokens:
            return self._utokens[account]
        base, key, secret = account
        wanted = json.dumps(
            {"client_id": key, "client_secret": secret, "grant_type": "client_credentials"}
        ).encode()
        headers = {"content-type": "application/json", "accept": "application/json"}
        answer = ask(
            http, _TITLE, "POST", f"{base}/oauth/token", headers=headers, body=wanted, harmless=True
        )
        if isinstance(answer, Rejected):
            return Rejected(
                "unauthorized", f"{_TITLE} does not take app_key and api_secret: check both."
            )
        token = Fields(_read(answer), "the answer").text("access_token")
        if not token:
            raise PlatformUnavailable(
                f"{_TITLE} answered without an access token.", maybe_applied=False
            )
        self._utokens[account] = token
        return token


def _review(data: Fields, told: EventKind | None, now: datetime) -> ReviewEvent:
    """What a review says.

    `told` is what a webhook says happened to it, None where the API shows it.
    """
    native_id = data.id("id")
    created, updated = _time(data, "created_at"), _time(data, "updated_at")
    match told:
        case EventKind.CREATED:
            kind, at = told, updated or created
        case EventKind.EDITED:
            kind, at = told, updated or now
        case _:
            kind = (
                EventKind.EDITED if created and updated and updated > created else EventKind.CREATED
            )
            at = updated or now
    revision = time_revision(at) if at else number_revision(0)
    if data.flag("deleted"):
        kind, revision = EventKind.WITHDRAWN, TOMBSTONE
    elif data.flag("archived"):
        kind = EventKind.WITHDRAWN
    elif data.flag("shop_owner"):
        kind = EventKind.REPLY_SEEN
    user = data.object("user")
    name = data.label("reviewer_display_name") or user.label("display_name") or data.label("name")
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=native_id,
        revision=revision,
        author=Author(_author(data, user) or nobody(native_id).id, name),
        rating=data.rating("score"),
        title=_plain(data, "title"),
        text=_plain(data, "content"),
        language=data.label("language"),
        occurred_at=updated or created,
        subject=data.label("product_title") or data.label("sku"),
    )


def _author(data: Fields, user: Fields) -> str | None:
    try:
        found = data.optional_id("user_id") or user.optional_id("user_id")
    except Unparseable as error:
        data.problems.append(error.detail)
        found = None
    if found and found != "0":
        return found
    address = data.label("customer_email") or data.label("email")
    return by_email(address) if address and "@" in address else None


def _time(data: Fields, name: str) -> datetime | None:
    value = data.values.get(name)
    written = value.strip().removesuffix(" UTC") if isinstance(value, str) else value
    return Fields({name: written}, data.where, data.problems).time(name)


def _plain(data: Fields, name: str) -> str | None:
    """A text without the escapes of HTML that Yotpo keeps it with."""
    text = data.text(name)
    return unescaped(text) if text else None


def _base(connection: Connection, setting: str, default: str) -> str:
    return connection.settings.get(setting, "").strip().rstrip("/") or default


def _read(answer: HttpAnswer) -> dict[str, object]:
    try:
        return read_object(answer.body)
    except Unparseable as error:
        raise PlatformUnavailable(
            f"{_TITLE} answered something unreadable.", maybe_applied=False
        ) from error


CONNECTOR: Connector = Yotpo()
