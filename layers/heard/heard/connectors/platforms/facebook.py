"""Comments on the posts of a Facebook Page.

A delivery's changes of the field `feed` whose item is `comment` count: add, edited (or edit) and
remove. Reactions, posts, shares and all else are ignored, and so are hide and unhide: what the
customer said stays said, whoever hides it. `message` is absent in some deliveries (then the comment
is read by its id, unless it is a picture) and in comments that are only a picture or a sticker,
which are reviews too. Star ratings and recommendations cannot be had: the Graph API has not shown
them since v22.0.

Threads. Under one post there may be hundreds of customers, and Facebook shows each comment of the
first level with its own replies; that is the thread: `parent_id` is the post's id (`{page}_{post}`)
for the first level and the parent comment's below it. Replies to a reply carry their parent's id;
Facebook is taken to name the first level's there, as its pages show two levels to most readers.

Order. A comment has no date of its last edit. A new one counts from `created_time`, an edit from
the time of its delivery and its place in it, and what is read by id from the moment of reading,
since that is the newest there is.

Replies are comments on the comment, signed by whoever the Page token is of: the Page. There is no
idempotency key, so that after a fault the comment's replies are looked through. How long one may be
is not documented: 8,000 characters is what Facebook's own pages take.

Sources: developers.facebook.com/docs/pages-api/webhooks-for-pages and …/docs/graph-api/reference
(comment, object/comments, recommendation); that a first-level comment's `parent_id` is the post's
is what public receivers of these deliveries rely on. See `meta` for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from heard.clock import now as current
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Gone,
    Http,
    Presence,
    Rejected,
    ReplyTarget,
    Secret,
    Sent,
)
from heard.connectors.meta import (
    GRAPH,
    SECRET_HELP,
    SIGNATURE,
    Change,
    MetaConnector,
    instant,
    segment,
)
from heard.connectors.parsing import Fields, nobody
from heard.errors import Unparseable
from heard.reviews import (
    TOMBSTONE,
    Author,
    Channel,
    EventKind,
    ReviewEvent,
    number_revision,
    time_revision,
)

REPLY_LIMIT: Final = 8_000

_KINDS: Final[Mapping[str, EventKind]] = {
    "add": EventKind.CREATED,
    "edited": EventKind.EDITED,
    "edit": EventKind.EDITED,
    "remove": EventKind.WITHDRAWN,
}
_PICTURES: Final = ("photo", "photos", "video")
_COMMENT: Final = "id,message,created_time,from{id,name},parent{id},permalink_url"


class Facebook(MetaConnector):
    """The connector of one Page."""

    account_setting = "page_id"

    capabilities = Capabilities(
        platform="facebook",
        title="Facebook",
        channel=Channel.SOCIAL,
        signature=SIGNATURE,
        edits="pushed",
        deletions="pushed",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        secret=Secret.GIVEN,
        secret_help=SECRET_HELP,
        one_review_a_thread=False,
        settings={
            "page_id": "the Page's id: About, Page transparency",
            "verify_token": "words of your own choice, which Meta must repeat when it checks the "
            "address",
        },
        optional_settings={
            "api_base": f"where the Graph API is, with its version ({GRAPH} if not said)"
        },
        credentials={
            "access_token": "a Page access token that does not expire, with pages_read_engagement, "
            "pages_read_user_content, "
            "pages_manage_engagement and pages_manage_metadata"
        },
        guide=(
            "1. On developers.facebook.com create an app of type Business and add the product "
            "Webhooks; switch the app to Live.\n"
            "2. Choose the object Page, paste the address shown here as callback URL and your "
            "verify_token, and press Verify and save.\n"
            "3. Subscribe to the field feed.\n"
            "4. Make a Page access token (Business settings, System users), and enter it and the "
            "app's secret here.\n"
            "5. Install the app on the Page: POST "
            "/{page_id}/subscribed_apps?subscribed_fields=feed with that token.\n"
            "6. Leave Require app secret (App settings, Advanced) off."
        ),
        cannot=(
            "Star ratings and recommendations: Meta gives them to no program any more.",
            "Comments on posts of people or groups that only mention the Page.",
            "Names of people, unless Meta has reviewed the app (Advanced Access to "
            "pages_read_user_content).",
            "Several Pages behind one app: Meta knows one address an app, so that each connection "
            "needs an app of its own.",
        ),
        proof=(
            "A delivery captured in 2013 is read, and the signature is the one that GitHub's "
            "published vectors have, under another header.",
        ),
        unproven=(
            "How long a comment may be: 8,000 characters is our reading.",
            "That parent_id of a reply to a reply is the first level's comment.",
            "When an edit was made: its delivery's time is taken.",
            "What Meta answers for a comment that is gone is what it answers for one that the "
            "token may not read; both count as gone.",
        ),
    )

    def change(self, change: Change, connection: Connection, now: datetime) -> ReviewEvent | None:
        """What happened to a comment. Raises Unparseable."""
        value = change.value
        if change.field != "feed" or value.values.get("item") != "comment":
            return None
        kind = _KINDS.get(str(value.values.get("verb")))
        if kind is None:
            return None
        created = instant(value, "created_time")
        sent = change.sent_at or created or now
        at = max(sent, created) if created else sent
        match kind:
            case EventKind.WITHDRAWN:
                revision = TOMBSTONE
            case EventKind.EDITED:
                # Several edits of one delivery are of one time; their order in it is theirs.
                revision = f"{time_revision(at)}.{number_revision(change.place)}"
            case _:
                revision = time_revision(created or sent)
        native_id, parent = value.id("comment_id"), value.optional_id("parent_id")
        page = connection.settings.get("page_id", "").strip()
        top = (
            parent is None
            or parent == value.optional_id("post_id")
            or parent.startswith(f"{page}_")
        )
        sender = value.object("from")
        author = sender.optional_id("id") or value.optional_id("sender_id")
        if author == page:
            if kind is EventKind.WITHDRAWN:
                # A reply that was taken back; no review of a customer is.
                return None
            kind = EventKind.REPLY_SEEN
        text = value.text("message")
        return ReviewEvent(
            kind=kind,
            native_id=native_id,
            native_thread=native_id if top or parent is None else parent,
            revision=revision,
            author=Author(author, sender.label("name") or value.label("sender_name"))
            if author
            else nobody(native_id),
            text=text,
            occurred_at=at if kind in {EventKind.EDITED, EventKind.WITHDRAWN} else created or sent,
            link=value.link("permalink_url") or _link(native_id),
            partial=kind in {EventKind.CREATED, EventKind.EDITED}
            and text is None
            and not any(value.values.get(name) for name in _PICTURES),
        )

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Rejected:
        """Comment on the comment, as the Page."""
        if refused := self.too_long(text):
            return refused
        return self.post(
            f"{segment(target.native_id)}/comments",
            {"message": text},
            connection,
            credentials,
            http,
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
        """Look through the replies of the comment and of the first level's comment above it, which
        may have been given the reply.
        """
        found: Sent | Presence = Presence.ABSENT
        for comment in dict.fromkeys((target.native_id, target.native_thread)):
            seen = self.among(
                f"{segment(comment)}/comments",
                "id,message,from{id}",
                "message",
                text,
                connection,
                credentials,
                http,
            )
            if isinstance(seen, Sent):
                return seen
            found = seen if seen is Presence.CANNOT_TELL else found
        return found

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The comment as the Page sees it."""
        comment = self.shown(
            self.get(segment(native_id), {"fields": _COMMENT}, connection, credentials, http)
        )
        if not isinstance(comment, Fields):
            return comment
        try:
            author, created = comment.object("from"), instant(comment, "created_time")
            whose = author.optional_id("id")
            return ReviewEvent(
                kind=EventKind.REPLY_SEEN if self.ours(comment, connection) else EventKind.CREATED,
                native_id=native_id,
                native_thread=comment.object("parent").optional_id("id") or native_id,
                revision=time_revision(current()),
                author=Author(whose, author.label("name")) if whose else nobody(native_id),
                text=comment.text("message"),
                occurred_at=created,
                link=comment.link("permalink_url") or _link(native_id),
            )
        except Unparseable as error:
            raise self.unreadable(error) from error


def _link(native_id: str) -> str:
    return f"https://www.facebook.com/{quote(native_id, safe='')}"


CONNECTOR: Connector = Facebook()
