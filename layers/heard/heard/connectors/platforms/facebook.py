"""Comments on the posts of a Facebook Page, and what visitors post on the Page.

Of a delivery, the changes of the field `feed` count whose item is `comment` or a post (`post`,
`status`, `photo`, `video`, … and any other with a `message`): add, edited (or edit) and remove. The
Page's own posts are ignored. So are reactions and other items without words, and hide and unhide:
the customer said it, whoever hides it. An item, verb or field that Heard does not know is
unreadable. `message` is absent in some deliveries: then the review is fetched by its id, unless it
is a picture. It is also absent where there is only a picture or a sticker, which are reviews too,
and say what they are. Star ratings and recommendations cannot be had: the Graph API has not shown
them since v22.0.

Threads. A visitor's post is a thread of its own, and so is each first-level comment. Under one post
there may be hundreds of customers. Facebook shows each first-level comment with its own replies;
that is the thread. `parent_id` is the post's id (`{page}_{post}`) for a first-level comment, and
the parent comment's id below it. A reply to a reply is taken to carry the id of the first-level
comment, because Facebook's pages show two levels to most readers.

Order. A comment has no date of its last edit. A new comment is dated by `created_time`, an edit by
the time of its delivery and its place in it. A fetched comment is dated by the time of reading,
because it is the newest version there is.

Replies are comments on the comment, in the name of the owner of the Page token: the Page. There is
no idempotency key, so after a fault the comment's replies are searched. The longest comment is not
documented: 8,000 characters is what Facebook's own pages accept.

Sources: developers.facebook.com/docs/pages-api/webhooks-for-pages and …/docs/graph-api/reference
(comment, object/comments, recommendation). Public receivers of these deliveries rely on a
first-level comment's `parent_id` being the post's id. See `meta` for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from heard import clock
from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    SecretOrigin,
    SentReply,
)
from heard.connectors.meta import (
    GRAPH_URL,
    SECRET_HELP,
    SIGNATURE_DESCRIPTION,
    MetaChange,
    MetaConnector,
    path_segment,
    read_time,
)
from heard.connectors.parsing import Fields, anonymous_author
from heard.connectors.review_api import ApiRequest
from heard.reviews import (
    FINAL_REVISION,
    Author,
    Channel,
    EventKind,
    ReviewEvent,
    number_revision,
    time_revision,
)
from heard.text.wordless import describe, text_or_description

REPLY_LIMIT: Final = 8_000

_EVENT_KINDS: Final[Mapping[str, EventKind]] = {
    "add": EventKind.CREATED,
    "edited": EventKind.EDITED,
    "edit": EventKind.EDITED,
    "remove": EventKind.WITHDRAWN,
}
_IGNORED_VERBS: Final = frozenset({"block", "follow", "hide", "mute", "unblock", "unhide"})
_POST_ITEMS: Final = frozenset(
    {
        "album",
        "link",
        "note",
        "photo",
        "photo-album",
        "post",
        "share",
        "status",
        "story",
        "video",
    }
)
_WORDLESS_ITEMS: Final = frozenset({"like", "reaction"})
_IGNORED_ITEMS: Final = frozenset(
    {
        "address",
        "connection",
        "coupon",
        "event",
        "experience",
        "group",
        "interest",
        "milestone",
        "page",
        "picture",
        "platform-story",
        "profile",
        "relationship-status",
        "tag",
        "timeline cover",
    }
)
"""Items that say something of the Page or of a visitor; with words in them they are posts."""

_IGNORED_FIELDS: Final = frozenset(
    {
        "about",
        "category",
        "description",
        "email",
        "general_info",
        "hours",
        "live_videos",
        "location",
        "name",
        "page_upcoming_change",
        "parking",
        "payment_options",
        "phone",
        "picture",
        "price_range",
        "public_transit",
        "videos",
        "website",
    }
)
"""Fields about the Page itself: nothing in them is a customer's."""

_MEDIA_FIELDS: Final[Mapping[str, str]] = {"photo": "photo", "photos": "photo", "video": "video"}
_ATTACHMENT_KINDS: Final[Mapping[str, str]] = {
    "animated_image_share": "photo",
    "animated_image_video": "video",
    "photo": "photo",
    "sticker": "sticker",
    "video": "video",
    "video_inline": "video",
}
_COMMENT_FIELDS: Final = (
    "id,message,created_time,from{id,name},parent{id},permalink_url,attachment{type,title}"
)
_POST_FIELDS: Final = (
    "id,message,created_time,from{id,name},permalink_url,attachments{media_type,title}"
)


class Facebook(MetaConnector):
    """The connector of one Page."""

    account_setting = "page_id"

    capabilities = Capabilities(
        platform="facebook",
        title="Facebook",
        channel=Channel.SOCIAL,
        signature=SIGNATURE_DESCRIPTION,
        edits="pushed",
        deletions="pushed",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        secret_origin=SecretOrigin.FROM_PLATFORM,
        secret_help=SECRET_HELP,
        single_review_threads=False,
        settings={
            "page_id": "the Page's id: About, Page transparency",
            "verify_token": "words of your choice; Meta repeats them when it checks the address",
        },
        optional_settings={
            "api_base": f"where the Graph API is, with its version (default {GRAPH_URL})"
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
            "4. Make a Page access token (Business settings, System users). Enter here that token "
            "and the app's secret.\n"
            "5. Install the app on the Page: POST "
            "/{page_id}/subscribed_apps?subscribed_fields=feed with that token.\n"
            "6. Leave Require app secret (App settings, Advanced) off."
        ),
        limitations=(
            "Star ratings and recommendations are not read: Meta gives them to no program any "
            "more. If one comes all the same, it goes to quarantine.",
            "Messages of Messenger are not read.",
            "Comments on posts of people or groups that only mention the Page are not seen.",
            "Names of people are missing until Meta has reviewed the app (Advanced Access to "
            "pages_read_user_content).",
            "Meta knows one address for each app, so each Page needs an app of its own.",
        ),
        verified=(
            "A delivery captured in 2013 is read. The signature is that of GitHub's published "
            "vectors, under another header.",
        ),
        assumptions=(
            "The longest comment has 8,000 characters; this is our reading.",
            "The parent_id of a reply to a reply is the first-level comment.",
            "An edit was made when it was delivered: nothing else dates it.",
            "Meta answers the same for a comment that is gone and for one that the token may not "
            "read: both count as gone.",
        ),
    )

    def change_event(
        self, change: MetaChange, connection: Connection, now: datetime
    ) -> ReviewEvent | None:
        """The event of a comment, or of a visitor's post. Raises Unparseable."""
        value = change.value
        if change.field in _IGNORED_FIELDS or (change.field == "feed" and _is_ignored(value)):
            return None
        if change.field != "feed":
            raise Fields({"field": change.field}, "the change").unknown_kind("field")
        is_post = value.holds_code("item", _POST_ITEMS | _IGNORED_ITEMS)
        if not is_post and value.values.get("item") != "comment":
            raise value.unknown_kind("item")
        kind = _EVENT_KINDS.get(str(value.values.get("verb")))
        if kind is None:
            raise value.unknown_kind("verb")
        created_at = read_time(value, "created_time")
        sent_at = change.sent_at or created_at or now
        event_time = max(sent_at, created_at) if created_at else sent_at
        match kind:
            case EventKind.WITHDRAWN:
                revision = FINAL_REVISION
            case EventKind.EDITED:
                # Several edits in one delivery have one time. Their order in it is theirs.
                revision = f"{time_revision(event_time)}.{number_revision(change.position)}"
            case _:
                revision = time_revision(created_at or sent_at)
        native_id = value.id("post_id" if is_post else "comment_id")
        parent_id = None if is_post else value.optional_id("parent_id")
        post_id = value.optional_id("post_id")
        page_id = connection.settings.get("page_id", "").strip()
        first_level = (
            parent_id is None or parent_id == post_id or parent_id.startswith(f"{page_id}_")
        )
        thread = native_id if first_level or parent_id is None else parent_id
        sender = value.object("from")
        author_id = sender.optional_id("id") or value.optional_id("sender_id")
        if author_id == page_id:
            if kind is EventKind.WITHDRAWN or is_post:
                # We deleted a reply of ours, so no review was withdrawn; or it is our own post.
                return None
            kind = EventKind.REPLY_SEEN
            # Our comment below a visitor's post answers that post.
            thread = (post_id or thread) if first_level else thread
        text = value.text("message")
        media = [describe(word) for name, word in _MEDIA_FIELDS.items() if value.values.get(name)]
        return ReviewEvent(
            kind=kind,
            native_id=native_id,
            native_thread=thread,
            revision=revision,
            author=Author(author_id, sender.one_line("name") or value.one_line("sender_name"))
            if author_id
            else anonymous_author(native_id),
            text=None if kind is EventKind.WITHDRAWN else text_or_description(text, media),
            occurred_at=event_time
            if kind in {EventKind.EDITED, EventKind.WITHDRAWN}
            else created_at or sent_at,
            link=value.link("permalink_url") or _link(native_id),
            partial=kind in {EventKind.CREATED, EventKind.EDITED}
            and ((text is None and not media) or (is_post and author_id is None)),
        )

    def review_request(self, native_id: str) -> ApiRequest:
        """One comment."""
        return ApiRequest("GET", f"/{path_segment(native_id)}", {"fields": _COMMENT_FIELDS})

    def read_review(
        self, native_id: str, account: PlatformAccount, reply_to: Mapping[str, str] | None = None
    ) -> Fields | Rejection:
        """The comment; or the post, whose id begins with the Page's and has other fields."""
        if not native_id.startswith(f"{account.setting('page_id')}_"):
            return super().read_review(native_id, account, reply_to)
        request = ApiRequest("GET", f"/{path_segment(native_id)}", {"fields": _POST_FIELDS})
        return self.read(request, account)

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """The comment or the post as the Page sees it."""
        native_id, author = entry.id("id"), entry.object("from")
        author_id = author.optional_id("id")
        is_own = self.is_own_comment(entry, account.connection)
        return ReviewEvent(
            kind=EventKind.REPLY_SEEN if is_own else EventKind.CREATED,
            native_id=native_id,
            native_thread=entry.object("parent").optional_id("id") or native_id,
            revision=time_revision(clock.now()),
            author=Author(author_id, author.one_line("name"))
            if author_id
            else anonymous_author(native_id),
            text=text_or_description(entry.text("message"), _media(entry)),
            occurred_at=read_time(entry, "created_time"),
            link=entry.link("permalink_url") or _link(native_id),
        )

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that comments on the comment, as the Page."""
        path = f"/{path_segment(target.native_id)}/comments"
        return ApiRequest("POST", path, form={"message": text})

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Search the replies of the comment, and of the first-level comment above it.

        Facebook may have put our reply under either.
        """
        result: SentReply | ReplyLookup = ReplyLookup.ABSENT
        for comment_id in dict.fromkeys((target.native_id, target.native_thread)):
            path = f"/{path_segment(comment_id)}/comments"
            lookup = self.find_own_reply(path, "id,message,from{id}", "message", text, account)
            if isinstance(lookup, SentReply):
                return lookup
            result = lookup if lookup is ReplyLookup.CANNOT_TELL else result
        return result


def _is_ignored(value: Fields) -> bool:
    """Whether a change of the feed holds nobody's words."""
    if value.holds_code("verb", _IGNORED_VERBS) or value.holds_code("item", _WORDLESS_ITEMS):
        return True
    return value.holds_code("item", _IGNORED_ITEMS) and not value.text("message")


def _media(entry: Fields) -> list[str]:
    """What a comment's attachment is, or those of a post."""
    comment_media = entry.object("attachment").values.get("type")
    post_media = [
        attachment.values.get("media_type")
        for attachment in entry.object("attachments").any_objects("data")
    ]
    kinds = (_ATTACHMENT_KINDS.get(str(name)) for name in (comment_media, *post_media) if name)
    return [describe(kind or "attachment") for kind in kinds]


def _link(native_id: str) -> str:
    return f"https://www.facebook.com/{quote(native_id, safe='')}"


CONNECTOR: Connector = Facebook()
