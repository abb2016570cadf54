"""Reddit.

What is posted in the brand's own subreddit, and comments anywhere that name our account, are
reviews.

Nothing is pushed. A page of `recent` merges up to three listings, newest first:
`/r/{subreddit}/new`, `/r/{subreddit}/comments` and `/message/mentions`. The unread inbox is left
alone: its marks belong to people. The cursor holds how far each listing was read; of a page only
what no listing could still precede is given out, so that pages follow each other in time. Mentions
come without the time of their edit and are read again by `/api/info`, which `fetch` asks too.
`raw_json=1` keeps Reddit from escaping &, < and >.

A review's id is its fullname: `t3_…` a submission, `t1_…` a comment. Revisions are dated by
`edited` (false, or seconds since 1970), else `created_utc`. What its author, a moderator or Reddit
took away says [deleted] or [removed]; an author whose account is deleted is called [deleted] too,
and no answer reaches them: both count as withdrawn. Listings mostly leave such things out, so that
it shows when a review is read again. Whether a moderator restores it later is not seen.

The thread. Two replies for a submission with two hundred comments would leave most people
unanswered, so that a thread is one top-level comment with all beneath it, or the submission with
our own answers to it and what follows on them. A comment names only its parent; ancestors are read
by `/api/info`, a hundred at a time, and remembered, since they never change.

Replies are comments; there is no idempotency key. `find_reply` looks for our text among the direct
answers to the review, and cannot tell if Reddit folds some away as "more". Refusals come as 200
with errors. RATELIMIT among them says in `ratelimit` how many seconds an account has to wait; 429
has X-Ratelimit-Reset. A token request with a wrong password is answered 200 with `error` too.
Reddit wants a User-Agent that says who calls, and slows others down.

Sources: reddit.com/dev/api; github.com/reddit-archive/reddit, wiki (API, OAuth2),
r2/r2/lib/jsontemplates.py (comments, submissions, mentions), r2/r2/lib/errors.py;
github.com/praw-dev/prawcore pull request 112 (429); laterforreddit.com/news/2017/03/04 (RATELIMIT).
100 requests a minute for each OAuth client. Commercial use needs Reddit's consent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, cast
from urllib.parse import parse_qsl, quote, urlencode

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    HttpResponse,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SecretOrigin,
    SentReply,
    WebhookRequest,
)
from heard.connectors.http import RETRY_AFTER_LIMIT
from heard.connectors.oauth import OAuthClient, TokenGrant
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_each,
    read_json,
    read_object,
    read_response,
    same_text,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import TOMBSTONE, Author, Channel, EventKind, ReviewEvent, time_revision

REPLY_LIMIT: Final = 10_000

_TITLE: Final = "Reddit"
_API: Final = "https://oauth.reddit.com"
_TOKEN_URL: Final = "https://www.reddit.com/api/v1/access_token"
_PAGE_SIZE: Final = 100
_MAX_DEPTH: Final = 12
"""How many comments up a thread is looked for; Reddit itself folds conversations at ten."""
_PARENT_CACHE_SIZE: Final = 20_000
_DELETED_MARKERS: Final = ("[deleted]", "[removed]")
_REMOVED_PREFIX: Final = "[ Removed by "
_AUTOMODERATOR: Final = "automoderator"
_EXHAUSTED: Final = "-"
_FULLNAME: Final = re.compile(r"t[13]_[0-9A-Za-z_]{1,40}")
_MAX_TIMESTAMP: Final = 253_402_300_799
_WAIT_PATTERN: Final = re.compile(r"(\d+) (second|minute|hour)")
_UNIT_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3_600}
_DEFAULT_WAIT_SECONDS: Final = 600
_REJECTION_REASONS: Final = {
    "DELETED_COMMENT": "gone",
    "DELETED_LINK": "gone",
    "DELETED_THING": "gone",
    "TOO_LONG": "too_long",
}


class Reddit(Connector):
    """The connector of one Reddit account."""

    capabilities = Capabilities(
        platform="reddit",
        title=_TITLE,
        channel=Channel.SOCIAL,
        signature="none: nothing is pushed, Heard asks",
        edits="polled",
        deletions="polled",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        pushes=False,
        signed=False,
        can_self_test=False,
        secret_origin=SecretOrigin.NONE,
        poll_seconds=60,
        single_review_threads=False,
        optional_settings={
            "subreddit": "the brand's own subreddit, such as acme; without it only mentions of "
            "the account are read",
            "api_base": f"where the API is ({_API} if not said)",
            "token_url": f"where access tokens are given ({_TOKEN_URL} if not said)",
        },
        credentials={
            "client_id": "id of the Reddit app (reddit.com/prefs/apps, below its name)",
            "client_secret": "the app's secret",
            "username": "the account that answers, without u/",
        },
        optional_credentials={
            "password": "the account's password, for apps of the type script",
            "refresh_token": "a permanent refresh token with the scopes read, submit and "
            "privatemessages, for other apps",
        },
        guide=(
            "1. Ask Reddit for access to its API: commercial use needs its consent.\n"
            "2. Signed in as the account that shall answer, open reddit.com/prefs/apps and create "
            "an app of the type script.\n"
            "3. Enter its id and secret, the account's name and its password here; with two-factor "
            "sign-in, a refresh token instead.\n"
            "4. Name the brand's subreddit in the setting subreddit. That is all: Heard asks for "
            "what is new every minute."
        ),
        limitations=(
            "Posts in other subreddits are only seen if they are comments that name the account "
            "(u/name).",
            "Private messages and chats are not read.",
            "What a moderator removed and restored later stays withdrawn.",
        ),
        verified=("Shapes and refusals follow Reddit's published source and documented answers.",),
        assumptions=(
            "Reddit's source was last published in 2017; fields that came later are not relied on.",
        ),
    )

    def __init__(self) -> None:
        self._tokens = OAuthClient(_TITLE)
        self._parents: dict[tuple[str, str], tuple[str, str]] = {}

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """Nothing: Reddit sends nothing, so that whatever comes is not from there."""
        return ParsedDelivery()

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Comment on the submission, or answer the comment."""
        if rejection := self.check_length(text):
            return rejection
        form = {"api_type": "json", "thing_id": target.native_id, "text": text, "raw_json": "1"}
        response = self._call_api("POST", "/api/comment", account, form=form)
        if isinstance(response, Rejection):
            return response
        result = read_response(response, _TITLE, maybe_applied=True).object("json")
        if comment_rejection := _comment_rejection(result):
            return comment_rejection
        for thing in _object_list(result.object("data"), "things"):
            name = thing.object("data").values.get("name")
            if isinstance(name, str) and name:
                return SentReply(name)
        raise PlatformUnavailable(
            f"{_TITLE} took the reply and did not say what it calls it.", maybe_applied=True
        )

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Look through the direct answers to the review for one of ours with the same text."""
        link = target.reply_to.get("link_id", target.native_thread).removeprefix("t3_")
        comment = target.native_id.removeprefix("t1_") if target.native_id.startswith("t1_") else ""
        query = (
            [("comment", comment), ("depth", "2")] if comment else [("depth", "1"), ("sort", "new")]
        )
        path = f"/comments/{quote(link, safe='')}?{urlencode([*query, ('limit', '500'), ('raw_json', '1')])}"
        response = self._call_api("GET", path, account)
        if isinstance(response, Rejection):
            return ReplyLookup.ABSENT if response.reason == "gone" else ReplyLookup.CANNOT_TELL
        things = list(_iter_things(_read_document(response)))
        for kind, data in things:
            is_own = _normalize_name(data.one_line("author")) == _normalize_name(
                account.credentials.get("username")
            )
            if (
                kind == "t1"
                and is_own
                and data.values.get("parent_id") == target.native_id
                and same_text(data.text("body"), text)
            ):
                return SentReply(str(data.values.get("name")))
        has_collapsed = any(
            kind == "more" and data.values.get("parent_id") == target.native_id
            for kind, data in things
        )
        return ReplyLookup.CANNOT_TELL if has_collapsed else ReplyLookup.ABSENT

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The submission or comment as Reddit shows it to our account."""
        things = self._fetch_things([native_id], account)
        if isinstance(things, Rejection):
            return None
        thing = next((thing for thing in things if thing.name == native_id), None)
        if thing is None:
            return ReviewGone.GONE
        try:
            (event,) = self._read_events([thing], account).events or (None,)
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
            ) from error
        return ReviewGone.GONE if event and event.kind is EventKind.WITHDRAWN else event

    def recent(
        self,
        cursor: str | None,
        account: PlatformAccount,
        now: datetime,
    ) -> ReviewPage | Rejection:
        """A page of all listings, merged."""
        positions = dict(parse_qsl(cursor or "", keep_blank_values=True))
        listings: list[_Listing] = []
        for path in _listing_paths(account.connection):
            position = positions.get(path, "")
            if position != _EXHAUSTED:
                listing = self._read_listing(path, position, account)
                if isinstance(listing, Rejection):
                    return listing
                listings.append(listing)
        # Of a listing that goes on, what is older than its last entry may still precede what others
        # have.
        cutoff = max(
            (
                listing.things[-1].created
                for listing in listings
                if listing.has_more and listing.things
            ),
            default=0,
        )
        things_by_name = {
            thing.name: thing
            for listing in listings
            for thing in listing.things
            if thing.created >= cutoff
        }
        next_positions = {listing.path: listing.next_position(cutoff) for listing in listings}
        mention_names = [thing.name for thing in things_by_name.values() if thing.is_mention]
        if mention_names:
            full_things = self._fetch_things(mention_names, account)
            if isinstance(full_things, Rejection):
                return full_things
            things_by_name = {
                name: thing for name, thing in things_by_name.items() if not thing.is_mention
            } | {thing.name: thing for thing in full_things}
        newest_first = sorted(
            things_by_name.values(), key=lambda thing: thing.created, reverse=True
        )
        try:
            parsed = self._read_events(newest_first, account)
        except Unparseable as error:
            parsed = ParsedDelivery(problems=(error.detail,))
        is_last_page = all(place == _EXHAUSTED for place in next_positions.values())
        return ReviewPage(
            parsed.events,
            None
            if is_last_page
            else urlencode(
                dict.fromkeys(_listing_paths(account.connection), _EXHAUSTED) | next_positions
            ),
            parsed.problems,
        )

    def _read_listing(
        self,
        path: str,
        after: str,
        account: PlatformAccount,
    ) -> _Listing | Rejection:
        query = urlencode(
            {"limit": str(_PAGE_SIZE), "raw_json": "1", **({"after": after} if after else {})}
        )
        response = self._call_api("GET", f"{path}?{query}", account)
        if isinstance(response, Rejection):
            not_found = response.reason in {"gone", "moved"}
            return (
                Rejection(response.reason, f"{_TITLE} has no {path}: check the setting subreddit.")
                if not_found
                else response
            )
        document = _read_document(response)
        things = [
            _Thing.from_listing(kind, data, is_mention=path.startswith("/message"))
            for kind, data in _children(document)
        ]
        next_name = (
            Fields(cast("dict[str, object]", document) if isinstance(document, dict) else {})
            .object("data")
            .values.get("after")
        )
        return _Listing(path, after, [thing for thing in things if thing.name], bool(next_name))

    def _fetch_things(
        self,
        names: Sequence[str],
        account: PlatformAccount,
    ) -> list[_Thing] | Rejection:
        """Things by their fullnames; those that Reddit does not have are left out."""
        things: list[_Thing] = []
        for start in range(0, len(names), _PAGE_SIZE):
            query = urlencode({"id": ",".join(names[start : start + _PAGE_SIZE]), "raw_json": "1"})
            response = self._call_api("GET", f"/api/info?{query}", account)
            if isinstance(response, Rejection):
                return response
            things += [
                _Thing.from_listing(kind, data)
                for kind, data in _children(_read_document(response))
            ]
        return [thing for thing in things if thing.name]

    def _read_events(
        self,
        things: Iterable[_Thing],
        account: PlatformAccount,
    ) -> ParsedDelivery:
        all_things = list(things)
        self._load_ancestors(all_things, account)
        base, own_name = (
            _api_base(account.connection),
            _normalize_name(account.credentials.get("username")),
        )
        threads = {thing.name: self._thread_of(thing, base, own_name) for thing in all_things}
        return parse_each(
            (thing.data.values for thing in all_things),
            "thing",
            lambda data: _review_event(data, threads[str(data.values.get("name"))], own_name),
        )

    def _load_ancestors(
        self,
        things: list[_Thing],
        account: PlatformAccount,
    ) -> None:
        """Read what lies above comments, one level of all of them at a time."""
        if len(self._parents) > _PARENT_CACHE_SIZE:
            self._parents.clear()
        base = _api_base(account.connection)
        new_things = things
        for _ in range(_MAX_DEPTH):
            self._parents |= {
                (base, thing.name): (thing.parent, thing.author)
                for thing in new_things
                if thing.name.startswith("t1_")
            }
            root_parents = {
                self._highest_ancestor(thing.name, base)[1]
                for thing in things
                if thing.name.startswith("t1_")
            }
            unknown_names = sorted(name for name in root_parents if name.startswith("t1_"))
            parents = self._fetch_things(unknown_names, account) if unknown_names else []
            if isinstance(parents, Rejection) or not parents:
                return
            new_things = parents

    def _highest_ancestor(self, name: str, base: str) -> tuple[str, str]:
        """The highest comment above one (itself included) of which we know, and that one's parent."""
        for _ in range(2 * _MAX_DEPTH):
            parent, _author = self._parents.get((base, name), ("", ""))
            if (base, parent) not in self._parents:
                return name, parent
            name = parent
        return name, ""

    def _thread_of(self, thing: _Thing, base: str, own_name: str) -> str:
        if not thing.name.startswith("t1_"):
            return thing.name
        root, root_parent = self._highest_ancestor(thing.name, base)
        if root_parent.startswith("t1_"):
            return root_parent
        author = self._parents.get((base, root), ("", ""))[1]
        return root_parent if root_parent and author == own_name else root

    def _call_api(
        self,
        method: str,
        path: str,
        account: PlatformAccount,
        form: Mapping[str, str] | None = None,
    ) -> HttpResponse | Rejection:
        client, secret, user = (
            account.credentials.get(name, "").strip()
            for name in ("client_id", "client_secret", "username")
        )
        password, refresh_token = (
            account.credentials.get("password", ""),
            account.credentials.get("refresh_token", ""),
        )
        if not (client and secret and user and (password or refresh_token)):
            message = "Enter client_id, client_secret and username, and a password or a refresh_token, to read and answer on Reddit."
            return Rejection("no_credentials", message)
        url = account.setting("token_url") or _TOKEN_URL
        password_form = {"grant_type": "password", "username": user, "password": password}
        grant = TokenGrant(
            url,
            (url, client, secret, user, password, refresh_token),
            lambda: (
                {"grant_type": "refresh_token", "refresh_token": refresh_token}
                if refresh_token
                else password_form
            ),
            (client, secret),
        )
        headers = {"content-type": "application/x-www-form-urlencoded"} if form is not None else {}
        body = urlencode(form).encode() if form is not None else None
        identified_http = _with_user_agent(account.http, user, url)
        return self._tokens.call(
            grant,
            identified_http,
            method,
            _api_base(account.connection) + path,
            headers=headers,
            body=body,
            explain=_with_platform_message,
        )


@dataclass(frozen=True, slots=True)
class _Thing:
    """A submission or a comment: what is needed to place it, and its fields.

    `parent` is a fullname, empty for submissions.
    """

    name: str
    parent: str
    author: str
    created: int
    is_mention: bool
    data: Fields

    @classmethod
    def from_listing(cls, kind: str, data: Fields, *, is_mention: bool = False) -> _Thing:
        """A thing as a listing shows it; without a name if it is neither of the two."""
        name, parent = str(data.values.get("name")), str(data.values.get("parent_id"))
        created_at = data.values.get("created_utc")
        return cls(
            name if kind in {"t1", "t3"} and _FULLNAME.fullmatch(name) else "",
            parent if kind == "t1" and _FULLNAME.fullmatch(parent) else "",
            _normalize_name(data.one_line("author")),
            int(created_at)
            if isinstance(created_at, int | float) and 0 <= created_at <= _MAX_TIMESTAMP
            else 0,
            is_mention,
            data,
        )


@dataclass(frozen=True, slots=True)
class _Listing:
    """A page of one listing, read after `after`; `more` says whether it goes on."""

    path: str
    after: str
    things: list[_Thing]
    has_more: bool

    def next_position(self, cutoff: int) -> str:
        """Where to go on when only what is not older than `since` was given out."""
        names = [thing.name for thing in self.things if thing.created >= cutoff]
        if len(names) == len(self.things) and not (self.has_more and names):
            return _EXHAUSTED
        return names[-1] if names else self.after


def _listing_paths(connection: Connection) -> tuple[str, ...]:
    subreddit = re.sub(r"^/?r/", "", connection.settings.get("subreddit", "").strip()).strip("/")
    name = quote(subreddit, safe="")
    return (
        (f"/r/{name}/new", f"/r/{name}/comments", "/message/mentions")
        if subreddit
        else ("/message/mentions",)
    )


def _api_base(connection: Connection) -> str:
    return connection.settings.get("api_base", "").strip().rstrip("/") or _API


def _normalize_name(name: str | None) -> str:
    return (name or "").strip().removeprefix("u/").casefold()


def _review_event(data: Fields, thread: str, own_name: str) -> ReviewEvent | None:
    native_id, author = data.id("name"), data.one_line("author") or ""
    submission = native_id.startswith("t3_")
    text = data.text("selftext" if submission else "body")
    if _normalize_name(author) == _AUTOMODERATOR:
        return None
    is_own = _normalize_name(author) == own_name
    if is_own and submission:
        return None
    withdrawn = (
        author in _DELETED_MARKERS
        or text in _DELETED_MARKERS
        or (text or "").startswith(_REMOVED_PREFIX)
    )
    created_at, edited_at = _read_time(data, "created_utc"), _read_time(data, "edited")
    changed_at = edited_at or created_at
    if changed_at is None:
        raise data.field_error("created_utc", "is missing")
    link = native_id if submission else data.id("link_id")
    kind = EventKind.EDITED if edited_at else EventKind.CREATED
    subreddit = data.one_line("subreddit")
    return ReviewEvent(
        kind=EventKind.WITHDRAWN if withdrawn else EventKind.REPLY_SEEN if is_own else kind,
        native_id=native_id,
        native_thread=thread,
        revision=TOMBSTONE if withdrawn else time_revision(changed_at),
        author=anonymous_author(native_id)
        if withdrawn or not author
        else Author(data.optional_id("author_fullname") or author, author),
        title=data.text("title") if submission and not withdrawn else None,
        text=None if withdrawn else text,
        occurred_at=changed_at,
        subject=f"r/{subreddit}" if subreddit else None,
        link=f"https://www.reddit.com/comments/{quote(link.removeprefix('t3_'), safe='')}"
        + ("" if submission else f"/_/{quote(native_id.removeprefix('t1_'), safe='')}"),
        reply_to={"link_id": link},
    )


def _read_time(data: Fields, name: str) -> datetime | None:
    """A time in seconds since 1970.

    `edited` is false where there was no edit, and true for very old ones.
    """
    if isinstance(data.values.get(name), bool):
        return None
    seconds = data.count(name)
    if seconds is not None and seconds > _MAX_TIMESTAMP:
        raise data.field_error(name, "is out of range")
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


def _read_document(response: HttpResponse) -> object:
    try:
        return read_json(response.body)
    except Unparseable as error:
        raise PlatformUnavailable(
            f"{_TITLE} answered something unreadable.", maybe_applied=False
        ) from error


def _object_list(fields: Fields, name: str) -> list[Fields]:
    value, where = fields.values.get(name), f"{name} of {fields.where}"
    objects = cast("list[object]", value) if isinstance(value, list) else []
    return [
        Fields(cast("dict[str, object]", entry), where)
        for entry in objects
        if isinstance(entry, dict)
    ]


def _children(listing: object) -> list[tuple[str, Fields]]:
    """The kinds and fields of what a listing holds."""
    listing_fields = Fields(
        cast("dict[str, object]", listing) if isinstance(listing, dict) else {}, "the listing"
    )
    return [
        (str(child.values.get("kind")), child.object("data"))
        for child in _object_list(listing_fields.object("data"), "children")
    ]


def _iter_things(document: object) -> Iterable[tuple[str, Fields]]:
    """Every thing of a submission's page, which is two listings.

    The submission, and its comments with what is beneath them.
    """
    pending = list(cast("list[object]", document)) if isinstance(document, list) else [document]
    while pending:
        for kind, data in _children(pending.pop()):
            yield kind, data
            if data.values.get("replies"):
                pending.append(data.values["replies"])


def _comment_rejection(result: Fields) -> Rejection | None:
    """Why a comment was not taken, from an answer of 200.

    Raises PlatformUnavailable if it may be taken later.
    """
    errors = result.values.get("errors")
    first_error = cast("list[object]", errors)[0] if isinstance(errors, list) and errors else None
    if first_error is None:
        return None
    parts = (
        [str(part) for part in cast("list[object]", first_error)]
        if isinstance(first_error, list)
        else [str(first_error)]
    )
    code, message = (*parts, "", "")[:2]
    message = " ".join((message or code).split())[:300]
    if code == "RATELIMIT":
        raise PlatformUnavailable(
            f"{_TITLE} asks us to wait.",
            maybe_applied=False,
            retry_after=_wait_seconds(result.values.get("ratelimit"), message),
        )
    return Rejection(
        _REJECTION_REASONS.get(code, "rejected"), f"{_TITLE} says: {message} ({code[:60]})"
    )


def _wait_seconds(seconds: object, message: str) -> int:
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds >= 0:
        return min(int(seconds) + 1, RETRY_AFTER_LIMIT)
    match = _WAIT_PATTERN.search(message)
    return (
        min(int(match[1][:6]) * _UNIT_SECONDS[match[2]], RETRY_AFTER_LIMIT)
        if match
        else _DEFAULT_WAIT_SECONDS
    )


def _with_user_agent(http: Http, user: str, token_url: str) -> Http:
    """The client as Reddit wants it.

    Saying who calls, and taking a refused sign-in, which is answered 200, for what it is.
    """

    def send(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpResponse:
        user_name = quote(user, safe="")
        response = http(
            method,
            url,
            headers={**(headers or {}), "user-agent": f"aws:heard:v1 (by /u/{user_name})"},
            body=body,
        )
        sign_in_failed = response.status == 200 and url == token_url and b'"error"' in response.body
        return replace(response, status=401) if sign_in_failed else response

    return send


def _with_platform_message(rejection: Rejection, body: bytes) -> Rejection:
    """The refusal with Reddit's own words, which are about our reply and tell what to change in it."""
    try:
        document = Fields(read_object(body))
    except Unparseable:
        return rejection
    message = document.one_line("explanation") or document.one_line("message")
    return (
        Rejection(rejection.reason, f"{_TITLE} says: {message}")
        if message and rejection.reason == "rejected"
        else rejection
    )


CONNECTOR: Connector = Reddit()
