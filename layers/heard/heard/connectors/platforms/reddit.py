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
    Gone,
    Http,
    HttpAnswer,
    Page,
    Parsed,
    Presence,
    Rejected,
    ReplyTarget,
    Request,
    Secret,
    Sent,
)
from heard.connectors.http import RETRY_AFTER_LIMIT
from heard.connectors.oauth import Grant, Tokens
from heard.connectors.parsing import (
    Fields,
    each,
    nobody,
    read_answer,
    read_json,
    read_object,
    same_text,
)
from heard.errors import PlatformUnavailable, Unparseable
from heard.reviews import TOMBSTONE, Author, Channel, EventKind, ReviewEvent, time_revision

REPLY_LIMIT: Final = 10_000

_TITLE: Final = "Reddit"
_API: Final = "https://oauth.reddit.com"
_TOKENS: Final = "https://www.reddit.com/api/v1/access_token"
_PAGE: Final = 100
_DEPTH: Final = 12
"""How many comments up a thread is looked for; Reddit itself folds conversations at ten."""
_REMEMBERED: Final = 20_000
_GONE_WORDS: Final = ("[deleted]", "[removed]")
_TAKEN_DOWN: Final = "[ Removed by "
_MACHINE: Final = "automoderator"
_EXHAUSTED: Final = "-"
_FULLNAME: Final = re.compile(r"t[13]_[0-9A-Za-z_]{1,40}")
_LAST_SECOND: Final = 253_402_300_799
_WAIT: Final = re.compile(r"(\d+) (second|minute|hour)")
_WAIT_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3_600}
_WAIT_UNKNOWN: Final = 600
_REASONS: Final = {
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
        tested_by_us=False,
        secret=Secret.NONE,
        poll_seconds=60,
        one_review_a_thread=False,
        optional_settings={
            "subreddit": "the brand's own subreddit, such as acme; without it only mentions of "
            "the account are read",
            "api_base": f"where the API is ({_API} if not said)",
            "token_url": f"where access tokens are given ({_TOKENS} if not said)",
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
        cannot=(
            "Posts in other subreddits are only seen if they are comments that name the account "
            "(u/name).",
            "Private messages and chats are not read.",
            "What a moderator removed and restored later stays withdrawn.",
        ),
        proof=("Shapes and refusals follow Reddit's published source and documented answers.",),
        unproven=(
            "Reddit's source was last published in 2017; fields that came later are not relied on.",
        ),
    )

    def __init__(self) -> None:
        self._tokens = Tokens(_TITLE)
        self._parents: dict[tuple[str, str], tuple[str, str]] = {}

    def parse(self, request: Request, connection: Connection, now: datetime) -> Parsed:
        """Nothing: Reddit sends nothing, so that whatever comes is not from there."""
        return Parsed()

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Rejected:
        """Comment on the submission, or answer the comment."""
        if refused := self.too_long(text):
            return refused
        form = {"api_type": "json", "thing_id": target.native_id, "text": text, "raw_json": "1"}
        answer = self._call("POST", "/api/comment", connection, credentials, http, form=form)
        if isinstance(answer, Rejected):
            return answer
        told = read_answer(answer, _TITLE, maybe_applied=True).object("json")
        if refusal := _refusal(told):
            return refusal
        for thing in _listed(told.object("data"), "things"):
            name = thing.object("data").values.get("name")
            if isinstance(name, str) and name:
                return Sent(name)
        raise PlatformUnavailable(
            f"{_TITLE} took the reply and did not say what it calls it.", maybe_applied=True
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
        """Look through the direct answers to the review for one of ours with the same text."""
        link = target.reply_to.get("link_id", target.native_thread).removeprefix("t3_")
        comment = target.native_id.removeprefix("t1_") if target.native_id.startswith("t1_") else ""
        query = (
            [("comment", comment), ("depth", "2")] if comment else [("depth", "1"), ("sort", "new")]
        )
        path = f"/comments/{quote(link, safe='')}?{urlencode([*query, ('limit', '500'), ('raw_json', '1')])}"
        answer = self._call("GET", path, connection, credentials, http)
        if isinstance(answer, Rejected):
            return Presence.ABSENT if answer.reason == "gone" else Presence.CANNOT_TELL
        things = list(_tree(_document(answer)))
        for kind, data in things:
            ours = _folded(data.label("author")) == _folded(credentials.get("username"))
            if (
                kind == "t1"
                and ours
                and data.values.get("parent_id") == target.native_id
                and same_text(data.text("body"), text)
            ):
                return Sent(str(data.values.get("name")))
        folded = any(
            kind == "more" and data.values.get("parent_id") == target.native_id
            for kind, data in things
        )
        return Presence.CANNOT_TELL if folded else Presence.ABSENT

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The submission or comment as Reddit shows it to our account."""
        found = self._info([native_id], connection, credentials, http)
        if isinstance(found, Rejected):
            return None
        thing = next((thing for thing in found if thing.name == native_id), None)
        if thing is None:
            return Gone.GONE
        try:
            (event,) = self._events([thing], connection, credentials, http).events or (None,)
        except Unparseable as error:
            raise PlatformUnavailable(
                f"{_TITLE} answered something unreadable: {error.detail}.", maybe_applied=False
            ) from error
        return Gone.GONE if event and event.kind is EventKind.WITHDRAWN else event

    def recent(
        self,
        cursor: str | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        now: datetime,
    ) -> Page | Rejected:
        """A page of all listings, merged."""
        places = dict(parse_qsl(cursor or "", keep_blank_values=True))
        listings: list[_Listing] = []
        for path in _paths(connection):
            place = places.get(path, "")
            if place != _EXHAUSTED:
                listing = self._listing(path, place, connection, credentials, http)
                if isinstance(listing, Rejected):
                    return listing
                listings.append(listing)
        # Of a listing that goes on, what is older than its last entry may still precede what others
        # have.
        since = max(
            (listing.things[-1].created for listing in listings if listing.more and listing.things),
            default=0,
        )
        shown = {
            thing.name: thing
            for listing in listings
            for thing in listing.things
            if thing.created >= since
        }
        older = {listing.path: listing.read_until(since) for listing in listings}
        mentions = [thing.name for thing in shown.values() if thing.mention]
        if mentions:
            whole = self._info(mentions, connection, credentials, http)
            if isinstance(whole, Rejected):
                return whole
            shown = {name: thing for name, thing in shown.items() if not thing.mention} | {
                thing.name: thing for thing in whole
            }
        newest_first = sorted(shown.values(), key=lambda thing: thing.created, reverse=True)
        try:
            found = self._events(newest_first, connection, credentials, http)
        except Unparseable as error:
            found = Parsed(problems=(error.detail,))
        ended = all(place == _EXHAUSTED for place in older.values())
        return Page(
            found.events,
            None if ended else urlencode(dict.fromkeys(_paths(connection), _EXHAUSTED) | older),
            found.problems,
        )

    def _listing(
        self,
        path: str,
        after: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> _Listing | Rejected:
        query = urlencode(
            {"limit": str(_PAGE), "raw_json": "1", **({"after": after} if after else {})}
        )
        answer = self._call("GET", f"{path}?{query}", connection, credentials, http)
        if isinstance(answer, Rejected):
            missing = answer.reason in {"gone", "moved"}
            return (
                Rejected(answer.reason, f"{_TITLE} has no {path}: check the setting subreddit.")
                if missing
                else answer
            )
        document = _document(answer)
        things = [
            _Thing.of(kind, data, mention=path.startswith("/message"))
            for kind, data in _children(document)
        ]
        more = (
            Fields(cast("dict[str, object]", document) if isinstance(document, dict) else {})
            .object("data")
            .values.get("after")
        )
        return _Listing(path, after, [thing for thing in things if thing.name], bool(more))

    def _info(
        self,
        names: Sequence[str],
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> list[_Thing] | Rejected:
        """Things by their fullnames; those that Reddit does not have are left out."""
        found: list[_Thing] = []
        for start in range(0, len(names), _PAGE):
            query = urlencode({"id": ",".join(names[start : start + _PAGE]), "raw_json": "1"})
            answer = self._call("GET", f"/api/info?{query}", connection, credentials, http)
            if isinstance(answer, Rejected):
                return answer
            found += [_Thing.of(kind, data) for kind, data in _children(_document(answer))]
        return [thing for thing in found if thing.name]

    def _events(
        self,
        things: Iterable[_Thing],
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Parsed:
        known = list(things)
        self._learn_ancestors(known, connection, credentials, http)
        base, ours = _base(connection), _folded(credentials.get("username"))
        threads = {thing.name: self._thread(thing, base, ours) for thing in known}
        return each(
            (thing.data.values for thing in known),
            "thing",
            lambda data: _event(data, threads[str(data.values.get("name"))], ours),
        )

    def _learn_ancestors(
        self,
        things: list[_Thing],
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> None:
        """Read what lies above comments, one level of all of them at a time."""
        if len(self._parents) > _REMEMBERED:
            self._parents.clear()
        base = _base(connection)
        learnt = things
        for _ in range(_DEPTH):
            self._parents |= {
                (base, thing.name): (thing.parent, thing.author)
                for thing in learnt
                if thing.name.startswith("t1_")
            }
            above = {
                self._top(thing.name, base)[1] for thing in things if thing.name.startswith("t1_")
            }
            missing = sorted(name for name in above if name.startswith("t1_"))
            found = self._info(missing, connection, credentials, http) if missing else []
            if isinstance(found, Rejected) or not found:
                return
            learnt = found

    def _top(self, name: str, base: str) -> tuple[str, str]:
        """The highest comment above one (itself included) of which we know, and that one's parent."""
        for _ in range(2 * _DEPTH):
            parent, _author = self._parents.get((base, name), ("", ""))
            if (base, parent) not in self._parents:
                return name, parent
            name = parent
        return name, ""

    def _thread(self, thing: _Thing, base: str, ours: str) -> str:
        if not thing.name.startswith("t1_"):
            return thing.name
        top, above = self._top(thing.name, base)
        if above.startswith("t1_"):
            return above
        author = self._parents.get((base, top), ("", ""))[1]
        return above if above and author == ours else top

    def _call(
        self,
        method: str,
        path: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        form: Mapping[str, str] | None = None,
    ) -> HttpAnswer | Rejected:
        client, secret, user = (
            credentials.get(name, "").strip() for name in ("client_id", "client_secret", "username")
        )
        password, refresh = credentials.get("password", ""), credentials.get("refresh_token", "")
        if not (client and secret and user and (password or refresh)):
            told = "Enter client_id, client_secret and username, and a password or a refresh_token, to read and answer on Reddit."
            return Rejected("no_credentials", told)
        url = connection.settings.get("token_url", "").strip() or _TOKENS
        asked = {"grant_type": "password", "username": user, "password": password}
        grant = Grant(
            url,
            (url, client, secret, user, password, refresh),
            lambda: {"grant_type": "refresh_token", "refresh_token": refresh} if refresh else asked,
            (client, secret),
        )
        headers = {"content-type": "application/x-www-form-urlencoded"} if form is not None else {}
        body = urlencode(form).encode() if form is not None else None
        known = _introduced(http, user, url)
        return self._tokens.call(
            grant,
            known,
            method,
            _base(connection) + path,
            headers=headers,
            body=body,
            explain=_explained,
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
    mention: bool
    data: Fields

    @classmethod
    def of(cls, kind: str, data: Fields, *, mention: bool = False) -> _Thing:
        """A thing as a listing shows it; without a name if it is neither of the two."""
        name, parent = str(data.values.get("name")), str(data.values.get("parent_id"))
        created = data.values.get("created_utc")
        return cls(
            name if kind in {"t1", "t3"} and _FULLNAME.fullmatch(name) else "",
            parent if kind == "t1" and _FULLNAME.fullmatch(parent) else "",
            _folded(data.label("author")),
            int(created)
            if isinstance(created, int | float) and 0 <= created <= _LAST_SECOND
            else 0,
            mention,
            data,
        )


@dataclass(frozen=True, slots=True)
class _Listing:
    """A page of one listing, read after `after`; `more` says whether it goes on."""

    path: str
    after: str
    things: list[_Thing]
    more: bool

    def read_until(self, since: int) -> str:
        """Where to go on when only what is not older than `since` was given out."""
        given = [thing.name for thing in self.things if thing.created >= since]
        if len(given) == len(self.things) and not (self.more and given):
            return _EXHAUSTED
        return given[-1] if given else self.after


def _paths(connection: Connection) -> tuple[str, ...]:
    subreddit = re.sub(r"^/?r/", "", connection.settings.get("subreddit", "").strip()).strip("/")
    name = quote(subreddit, safe="")
    return (
        (f"/r/{name}/new", f"/r/{name}/comments", "/message/mentions")
        if subreddit
        else ("/message/mentions",)
    )


def _base(connection: Connection) -> str:
    return connection.settings.get("api_base", "").strip().rstrip("/") or _API


def _folded(name: str | None) -> str:
    return (name or "").strip().removeprefix("u/").casefold()


def _event(data: Fields, thread: str, ours: str) -> ReviewEvent | None:
    native_id, author = data.id("name"), data.label("author") or ""
    submission = native_id.startswith("t3_")
    text = data.text("selftext" if submission else "body")
    if _folded(author) == _MACHINE:
        return None
    mine = _folded(author) == ours
    if mine and submission:
        return None
    withdrawn = author in _GONE_WORDS or text in _GONE_WORDS or (text or "").startswith(_TAKEN_DOWN)
    created, edited = _instant(data, "created_utc"), _instant(data, "edited")
    changed = edited or created
    if changed is None:
        raise data.unreadable("created_utc", "is missing")
    link = native_id if submission else data.id("link_id")
    kind = EventKind.EDITED if edited else EventKind.CREATED
    subreddit = data.label("subreddit")
    return ReviewEvent(
        kind=EventKind.WITHDRAWN if withdrawn else EventKind.REPLY_SEEN if mine else kind,
        native_id=native_id,
        native_thread=thread,
        revision=TOMBSTONE if withdrawn else time_revision(changed),
        author=nobody(native_id)
        if withdrawn or not author
        else Author(data.optional_id("author_fullname") or author, author),
        title=data.text("title") if submission and not withdrawn else None,
        text=None if withdrawn else text,
        occurred_at=changed,
        subject=f"r/{subreddit}" if subreddit else None,
        link=f"https://www.reddit.com/comments/{quote(link.removeprefix('t3_'), safe='')}"
        + ("" if submission else f"/_/{quote(native_id.removeprefix('t1_'), safe='')}"),
        reply_to={"link_id": link},
    )


def _instant(data: Fields, name: str) -> datetime | None:
    """A time in seconds since 1970.

    `edited` is false where there was no edit, and true for very old ones.
    """
    if isinstance(data.values.get(name), bool):
        return None
    seconds = data.count(name)
    if seconds is not None and seconds > _LAST_SECOND:
        raise data.unreadable(name, "is out of range")
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None


def _document(answer: HttpAnswer) -> object:
    try:
        return read_json(answer.body)
    except Unparseable as error:
        raise PlatformUnavailable(
            f"{_TITLE} answered something unreadable.", maybe_applied=False
        ) from error


def _listed(fields: Fields, name: str) -> list[Fields]:
    entries, where = fields.values.get(name), f"{name} of {fields.where}"
    found = cast("list[object]", entries) if isinstance(entries, list) else []
    return [
        Fields(cast("dict[str, object]", entry), where)
        for entry in found
        if isinstance(entry, dict)
    ]


def _children(listing: object) -> list[tuple[str, Fields]]:
    """The kinds and fields of what a listing holds."""
    whole = Fields(
        cast("dict[str, object]", listing) if isinstance(listing, dict) else {}, "the listing"
    )
    return [
        (str(child.values.get("kind")), child.object("data"))
        for child in _listed(whole.object("data"), "children")
    ]


def _tree(document: object) -> Iterable[tuple[str, Fields]]:
    """Every thing of a submission's page, which is two listings.

    The submission, and its comments with what is beneath them.
    """
    waiting = list(cast("list[object]", document)) if isinstance(document, list) else [document]
    while waiting:
        for kind, data in _children(waiting.pop()):
            yield kind, data
            if data.values.get("replies"):
                waiting.append(data.values["replies"])


def _refusal(told: Fields) -> Rejected | None:
    """Why a comment was not taken, from an answer of 200.

    Raises PlatformUnavailable if it may be taken later.
    """
    errors = told.values.get("errors")
    first = cast("list[object]", errors)[0] if isinstance(errors, list) and errors else None
    if first is None:
        return None
    parts = (
        [str(part) for part in cast("list[object]", first)]
        if isinstance(first, list)
        else [str(first)]
    )
    code, words = (*parts, "", "")[:2]
    words = " ".join((words or code).split())[:300]
    if code == "RATELIMIT":
        raise PlatformUnavailable(
            f"{_TITLE} asks us to wait.",
            maybe_applied=False,
            retry_after=_wait(told.values.get("ratelimit"), words),
        )
    return Rejected(_REASONS.get(code, "rejected"), f"{_TITLE} says: {words} ({code[:60]})")


def _wait(seconds: object, words: str) -> int:
    if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds >= 0:
        return min(int(seconds) + 1, RETRY_AFTER_LIMIT)
    found = _WAIT.search(words)
    return (
        min(int(found[1][:6]) * _WAIT_SECONDS[found[2]], RETRY_AFTER_LIMIT)
        if found
        else _WAIT_UNKNOWN
    )


def _introduced(http: Http, user: str, token_url: str) -> Http:
    """The client as Reddit wants it.

    Saying who calls, and taking a refused sign-in, which is answered 200, for what it is.
    """

    def call(
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> HttpAnswer:
        agent = quote(user, safe="")
        answer = http(
            method,
            url,
            headers={**(headers or {}), "user-agent": f"aws:heard:v1 (by /u/{agent})"},
            body=body,
        )
        refused = answer.status == 200 and url == token_url and b'"error"' in answer.body
        return replace(answer, status=401) if refused else answer

    return call


def _explained(refusal: Rejected, body: bytes) -> Rejected:
    """The refusal with Reddit's own words, which are about our reply and tell what to change in it."""
    try:
        answer = Fields(read_object(body))
    except Unparseable:
        return refusal
    words = answer.label("explanation") or answer.label("message")
    return (
        Rejected(refusal.reason, f"{_TITLE} says: {words}")
        if words and refusal.reason == "rejected"
        else refusal
    )


CONNECTOR: Connector = Reddit()
