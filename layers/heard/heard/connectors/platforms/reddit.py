"""Reddit: posts in the brand's own subreddit, and comments that name our account anywhere.

Reddit pushes nothing. A page of `recent` merges up to three listings, newest first:
`/r/{subreddit}/new`, `/r/{subreddit}/comments` and `/message/mentions`. The unread inbox is left
alone: its marks belong to people. The cursor holds how far each listing was read. Of the things
that were read, a page returns only those that no listing can still precede, so that pages follow
each other in time. Mentions come without the time of their edit, and are read again by `/api/info`,
which `fetch` asks too. `raw_json=1` keeps Reddit from escaping &, < and >.

A review's id is its fullname: `t3_…` a submission, `t1_…` a comment. Revisions are dated by
`edited` (false, or seconds since 1970), else by `created_utc`. A text that its author, a moderator
or Reddit removed reads [deleted] or [removed]. An author whose account is deleted is called
[deleted] too, and no reply reaches them. All of these count as withdrawn. Listings mostly leave
removed things out, so a removal shows when a review is read again. Whether a moderator restores it
later is not seen.

The thread. Two replies for a submission with two hundred comments would leave most people
unanswered. So a thread is one top-level comment with everything beneath it, or the submission with
our own answers to it and what follows on them. A comment names only its parent. Ancestors are read
by `/api/info`, a hundred at a time, and remembered, because they never change.

Replies are comments. There is no idempotency key: `find_reply` searches the direct answers to the
review for our text, and cannot tell if Reddit folds some away as "more". Refusals come as 200 with
errors. RATELIMIT among them says in `ratelimit` how many seconds an account has to wait; 429 has
X-Ratelimit-Reset. A token request with a wrong password is answered 200 with `error` too. Reddit
wants a User-Agent that names the caller, and slows others down.

Quoted lines (`>`) are others' words, and are kept apart.

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
    HttpRequest,
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
    parse_page,
    read_json,
    read_object,
    read_response,
    same_text,
    unreadable_is_fault,
)
from heard.connectors.quotations import SplitText, split_markdown
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import FINAL_REVISION, Author, Channel, EventKind, ReviewEvent, time_revision

REPLY_LIMIT: Final = 10_000

_TITLE: Final = "Reddit"
_API: Final = "https://oauth.reddit.com"
_TOKEN_URL: Final = "https://www.reddit.com/api/v1/access_token"
_PAGE_SIZE: Final = 100
_MAX_DEPTH: Final = 12
"""How many comments up a thread's root is searched. Reddit itself folds conversations at ten."""
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
        signature="none: nothing is pushed; Heard polls",
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
            "api_base": f"where the API is (default {_API})",
            "token_url": f"where access tokens are issued (default {_TOKEN_URL})",
        },
        credentials={
            "client_id": "id of the Reddit app (reddit.com/prefs/apps, below its name)",
            "client_secret": "the app's secret",
            "username": "the account that replies, without u/",
        },
        optional_credentials={
            "password": "the account's password, for apps of the type script",
            "refresh_token": "a permanent refresh token with the scopes read, submit and "
            "privatemessages, for other apps",
        },
        guide=(
            "1. Ask Reddit for access to its API: commercial use needs its consent.\n"
            "2. Sign in as the account that replies. Open reddit.com/prefs/apps and create "
            "an app of the type script.\n"
            "3. Enter here its id and secret, the account's name and its password; with two-factor "
            "sign-in, a refresh token instead.\n"
            "4. Name the brand's subreddit in the setting subreddit. Heard polls every minute."
        ),
        limitations=(
            "In other subreddits only comments that name the account (u/name) are seen.",
            "Private messages and chats are not read.",
            "A post that a moderator removed and restored later stays withdrawn.",
        ),
        verified=(
            "Payloads and errors follow Reddit's published source and documented responses.",
        ),
        assumptions=("Reddit's source was last published in 2017. Later fields are not used.",),
    )

    def __init__(self) -> None:
        self._tokens = OAuthClient(_TITLE)
        self._parents: dict[tuple[str, str], tuple[str, str]] = {}

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """No events: Reddit sends nothing, so a delivery is from somebody else."""
        return ParsedDelivery()

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Comment on the submission or on the comment."""
        if rejection := self.check_length(text):
            return rejection
        form = {"api_type": "json", "thing_id": target.native_id, "text": text, "raw_json": "1"}
        response = self._call_api("POST", "/api/comment", account, form=form)
        if isinstance(response, Rejection):
            return response
        result = read_response(response, _TITLE, maybe_applied=True).object("json")
        if comment_rejection := _comment_rejection(result):
            return comment_rejection
        with unreadable_is_fault(_TITLE, maybe_applied=True):
            for thing in result.object("data").objects("things"):
                return SentReply(thing.object("data").id("name"))
        # Reddit refuses with 200 too, so the status does not prove that the reply was accepted.
        raise PlatformUnavailable(
            f"{_TITLE} did not say whether it accepted the reply.", maybe_applied=True
        )

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Search the direct answers to the review for one of ours with the same text."""
        link = target.reply_to.get("link_id", target.native_thread).removeprefix("t3_")
        comment = target.native_id.removeprefix("t1_") if target.native_id.startswith("t1_") else ""
        query = (
            [("comment", comment), ("depth", "2")] if comment else [("depth", "1"), ("sort", "new")]
        )
        query += [("limit", "500"), ("raw_json", "1")]
        path = f"/comments/{quote(link, safe='')}?{urlencode(query)}"
        response = self._call_api("GET", path, account)
        if isinstance(response, Rejection):
            return ReplyLookup.ABSENT if response.reason == "gone" else ReplyLookup.CANNOT_TELL
        with unreadable_is_fault(_TITLE):
            things = list(_iter_things(read_json(response.body)))
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
        parsed = self._read_events([thing], account)
        if parsed.problems and not parsed.events:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {parsed.problems[0]}.",
                maybe_applied=False,
            )
        (event,) = parsed.events or (None,)
        return ReviewGone.GONE if event and event.kind is EventKind.WITHDRAWN else event

    def recent(
        self, cursor: str | None, account: PlatformAccount, now: datetime
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
        # Things older than the last entry of a listing that goes on must wait: its next page may
        # have newer ones.
        cutoff = max(
            (
                listing.things[-1].created_seconds
                for listing in listings
                if listing.has_more and listing.things
            ),
            default=0,
        )
        things_by_name = {
            thing.name: thing
            for listing in listings
            for thing in listing.things
            if thing.created_seconds >= cutoff
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
            things_by_name.values(), key=lambda thing: thing.created_seconds, reverse=True
        )
        parsed = self._read_events(newest_first, account)
        is_last_page = all(place == _EXHAUSTED for place in next_positions.values())
        return ReviewPage(
            parsed.events,
            None
            if is_last_page
            else urlencode(
                dict.fromkeys(_listing_paths(account.connection), _EXHAUSTED) | next_positions
            ),
            (*(problem for listing in listings for problem in listing.problems), *parsed.problems),
        )

    def _read_listing(
        self, path: str, after: str, account: PlatformAccount
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
        data = read_response(response, _TITLE).object("data")
        with unreadable_is_fault(_TITLE):
            children = _children(data)
        is_mention = path.startswith("/message")
        things = [_Thing.from_child(child, is_mention=is_mention) for child in children]
        return _Listing(
            path,
            after,
            [thing for thing in things if thing],
            bool(data.values.get("after")),
            data.problems,
        )

    def _fetch_things(
        self, names: Sequence[str], account: PlatformAccount
    ) -> list[_Thing] | Rejection:
        """Things by their fullnames. Things that Reddit does not have are left out."""
        things: list[_Thing] = []
        for start in range(0, len(names), _PAGE_SIZE):
            query = urlencode({"id": ",".join(names[start : start + _PAGE_SIZE]), "raw_json": "1"})
            response = self._call_api("GET", f"/api/info?{query}", account)
            if isinstance(response, Rejection):
                return response
            with unreadable_is_fault(_TITLE):
                children = _children(read_response(response, _TITLE).object("data"))
            things += [thing for child in children if (thing := _Thing.from_child(child))]
        return things

    def _read_events(self, things: Iterable[_Thing], account: PlatformAccount) -> ParsedDelivery:
        all_things = list(things)
        self._load_ancestors(all_things, account)
        base, own_name = (
            _api_base(account.connection),
            _normalize_name(account.credentials.get("username")),
        )
        threads = {thing.name: self._thread_of(thing, base, own_name) for thing in all_things}
        return parse_page(
            (thing.data.values for thing in all_things),
            "thing",
            lambda data: _review_event(data, threads[str(data.values.get("name"))], own_name),
        )

    def _load_ancestors(self, things: list[_Thing], account: PlatformAccount) -> None:
        """Read the ancestors of comments, one level of all of them at a time."""
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
        """The highest known comment above a comment (or itself), and its parent."""
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
            return Rejection(
                "no_credentials",
                "Enter client_id, client_secret and username, and a password or a refresh_token, "
                "to read and reply on Reddit.",
            )
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
        request = HttpRequest(method, _api_base(account.connection) + path, headers, body)
        return self._tokens.call(grant, identified_http, request, _with_platform_message)


@dataclass(frozen=True, slots=True)
class _Thing:
    """A submission or a comment: its place in a thread, and its fields.

    `parent` is a fullname, empty for submissions. `created_seconds` is in seconds since 1970.
    """

    name: str
    parent: str
    author: str
    created_seconds: int
    is_mention: bool
    data: Fields

    @classmethod
    def from_child(cls, child: Fields, *, is_mention: bool = False) -> _Thing | None:
        """A thing of a listing; None if it is neither, or a problem."""
        kind, data = child.values.get("kind"), child.object("data")
        if kind not in {"t1", "t3"}:
            return None
        name, parent = str(data.values.get("name")), str(data.values.get("parent_id"))
        if not _FULLNAME.fullmatch(name):
            child.problems.append(data.field_error("name", "is not a fullname").detail)
            return None
        created_at = data.values.get("created_utc")
        return cls(
            name,
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
    """A page of one listing, read after `after`. `has_more` says whether another page follows."""

    path: str
    after: str
    things: list[_Thing]
    has_more: bool
    problems: list[str]

    def next_position(self, cutoff: int) -> str:
        """Where to read on, if only things from `cutoff` on were returned."""
        names = [thing.name for thing in self.things if thing.created_seconds >= cutoff]
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
    words = SplitText(text, None) if is_own else split_markdown(text)
    subreddit = data.one_line("subreddit")
    return ReviewEvent(
        kind=EventKind.WITHDRAWN if withdrawn else EventKind.REPLY_SEEN if is_own else kind,
        native_id=native_id,
        native_thread=thread,
        revision=FINAL_REVISION if withdrawn else time_revision(changed_at),
        author=anonymous_author(native_id)
        if withdrawn or not author
        else Author(data.optional_id("author_fullname") or author, author),
        title=data.text("title") if submission and not withdrawn else None,
        text=None if withdrawn else words.own,
        quoted=None if withdrawn else words.quoted,
        occurred_at=changed_at,
        subject=f"r/{subreddit}" if subreddit else None,
        link=f"https://www.reddit.com/comments/{quote(link.removeprefix('t3_'), safe='')}"
        + ("" if submission else f"/_/{quote(native_id.removeprefix('t1_'), safe='')}"),
        reply_to={"link_id": link},
    )


def _read_time(data: Fields, name: str) -> datetime | None:
    """A time in seconds since 1970.

    `edited` is false without an edit, and true for very old edits.
    """
    if isinstance(data.values.get(name), bool):
        return None
    seconds = data.count(name)
    if seconds is not None and seconds > _MAX_TIMESTAMP:
        raise data.field_error(name, "is out of range")
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


def _children(data: Fields) -> list[Fields]:
    """The children of a listing: each has a `kind`, and its fields in `data`."""
    return data.required_objects("children")


def _iter_things(document: object) -> Iterable[tuple[str, Fields]]:
    """Every thing of a submission's page, which is two listings.

    One holds the submission, the other its comments with those beneath them.
    """
    pending = Fields({"listings": document}, "the response").required_objects("listings")
    while pending:
        for child in _children(pending.pop().object("data")):
            data = child.object("data")
            yield str(child.values.get("kind")), data
            if data.values.get("replies"):
                pending.append(data.required_object("replies"))


def _comment_rejection(result: Fields) -> Rejection | None:
    """Why a comment was refused, from a response of 200; None if it was not.

    Raises PlatformUnavailable if it may be accepted later.
    """
    with unreadable_is_fault(_TITLE, maybe_applied=True):
        errors = result.optional_entries("errors")
    if not errors:
        return None
    first_error = errors[0]
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
    """The client with the User-Agent that Reddit wants.

    A refused sign-in, which Reddit answers with 200, becomes a 401.
    """

    def send(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        seconds: float | None = None,
    ) -> HttpResponse:
        user_name = quote(user, safe="")
        response = http(
            method,
            url,
            headers={**(headers or {}), "user-agent": f"aws:heard:v1 (by /u/{user_name})"},
            body=body,
            seconds=seconds,
        )
        sign_in_failed = response.status == 200 and url == token_url and b'"error"' in response.body
        return replace(response, status=401) if sign_in_failed else response

    return send


def _with_platform_message(rejection: Rejection, body: bytes) -> Rejection:
    """The rejection with Reddit's own message, which says what to change in the reply."""
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
