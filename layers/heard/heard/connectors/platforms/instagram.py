"""Comments on a business's Instagram posts, and mentions of it in others' comments and captions.

The field `comments` brings a whole comment on the business's own media (`id`, `text`, `from`,
`media`, and `parent_id` if it is a reply). It has no verb. Edits and deletions are not pushed:
`recent` lists the comments of the latest media. A comment that is missing there was deleted, and
one that reads differently was edited.

The field `mentions` brings ids only: of the media, and of the comment unless the caption mentions
us. The business does not own such media. So the review is read through the account
(`mentioned_comment`, `mentioned_media`), because the comment itself may not be read, and it is
answered through the account. For that, its id here begins with `mention:` or `caption:`. Live
comments are ignored: they cannot be answered.

Threads. A comment and its replies. Instagram has these two levels, and puts a reply to a reply
beside it.

Order. Nothing dates an edit. So all readings of a comment have one revision, and their texts tell
them apart.

Replies are comments below the first-level comment. There is no idempotency key, so after a fault
its replies are searched. The longest comment is not documented; 2,200 characters is the limit of a
caption.

The dashboard's test button sends fixed ids (entry 0, comment 17865799348089039, user test), which
are never routed.

Sources: developers.facebook.com/docs/graph-api/webhooks/reference/instagram and, under
…/docs/instagram-platform/instagram-graph-api/reference, ig-comment, ig-comment/replies,
ig-media/comments, ig-user/mentions, ig-user/mentioned_comment and ig-user/mentioned_media. See
`meta` for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, cast

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SecretOrigin,
    SentReply,
)
from heard.connectors.meta import (
    GRAPH_URL,
    SECRET_HELP,
    SIGNATURE_DESCRIPTION,
    MetaChange,
    MetaConnector,
    next_cursor,
    path_segment,
    read_time,
)
from heard.connectors.parsing import Fields, anonymous_author, test_event, unreadable_is_fault
from heard.connectors.review_api import ApiRequest, EntryPage
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision
from heard.text.wordless import describe

REPLY_LIMIT: Final = 2_200

_TEST_COMMENT: Final = "17865799348089039"
_TEST_MEDIA: Final = "123123123"
_IGNORED_FIELDS: Final = frozenset(
    {
        "business_login_deauthorize",
        "comment_poll_response",
        "live_comments",
        "message_edit",
        "message_reactions",
        "messages",
        "standby",
        "story_insights",
        "story_poll_response",
        "story_reactions",
    }
)
"""Fields that are ignored: what they bring is a limitation, or nobody's words."""

_MENTION_PREFIX: Final = "mention:"
_CAPTION_PREFIX: Final = "caption:"
_COMMENT_BASE_FIELDS: Final = "id,text,timestamp,username,from,parent_id"
_COMMENT_FIELDS: Final = f"{_COMMENT_BASE_FIELDS},media{{id,permalink}}"
_MENTION_RESULTS: Final = {
    _MENTION_PREFIX: ("mentioned_comment", "id,text,timestamp,username,media{id,permalink}"),
    _CAPTION_PREFIX: ("mentioned_media", "id,caption,timestamp,username,permalink"),
}
"""The field of the account that shows a mention, and what to ask of it, by the id's prefix."""

_REPLY_FIELDS: Final = f"replies.limit(50){{{_COMMENT_BASE_FIELDS}}}"
_MEDIA_FIELDS: Final = f"id,permalink,comments.limit(50){{{_COMMENT_BASE_FIELDS},{_REPLY_FIELDS}}}"
_MEDIA_PAGE_SIZE: Final = "10"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Instagram(MetaConnector):
    """The connector of one professional account."""

    account_setting = "ig_user_id"

    capabilities = Capabilities(
        platform="instagram",
        title="Instagram",
        channel=Channel.SOCIAL,
        signature=SIGNATURE_DESCRIPTION,
        edits="polled",
        deletions="polled",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        secret_origin=SecretOrigin.FROM_PLATFORM,
        secret_help=SECRET_HELP,
        poll_seconds=900,
        single_review_threads=False,
        settings={
            "ig_user_id": "the id of the Instagram professional account, as GET "
            "/{page_id}?fields=instagram_business_account shows it",
            "verify_token": "words of your choice; Meta repeats them when it checks the address",
        },
        optional_settings={
            "username": "the account's name: comments of that name are the business's own",
            "api_base": f"where the Graph API is, with its version (default {GRAPH_URL})",
        },
        credentials={
            "access_token": "an access token that does not expire, with instagram_basic, "
            "instagram_manage_comments and pages_read_engagement"
        },
        guide=(
            "1. Make the Instagram account a professional one, public, and link it to a Facebook "
            "Page.\n"
            "2. On developers.facebook.com create an app of type Business and add the product "
            "Webhooks; switch the app to Live.\n"
            "3. Choose the object Instagram, paste the address shown here as callback URL and your "
            "verify_token; press Verify and save.\n"
            "4. Subscribe to the fields comments and mentions.\n"
            "5. Make an access token (Business settings, System users). Enter here that token and "
            "the app's secret.\n"
            "6. Install the app on the Page: POST "
            "/{page_id}/subscribed_apps?subscribed_fields=feed with a token of the Page.\n"
            "7. Leave Require app secret (App settings, Advanced) off."
        ),
        limitations=(
            "Direct messages, live comments, comments on ads, and mentions in stories are not "
            "read.",
            "Comments on media of private accounts are not delivered. Nothing is delivered "
            "before Meta has reviewed the app (Advanced Access).",
            "Edits and deletions are not pushed: Heard sees them when it lists the comments of "
            "the latest media.",
            "Meta knows one address for each app, so each account needs an app of its own.",
        ),
        verified=(
            "The dashboard's test deliveries of comments and mentions, captured in a public "
            "project, are read and never routed.",
        ),
        assumptions=(
            "The longest comment has 2,200 characters, which is the documented limit of a caption.",
            "The business's own comments name the account's id as author; else its username "
            "counts.",
            "Nothing dates an edit, so it is not certain which of two readings of a comment is "
            "the newer one.",
            "A mention that is gone is expected to answer like any object that does not exist.",
        ),
    )

    def change_event(
        self, change: MetaChange, connection: Connection, now: datetime
    ) -> ReviewEvent | None:
        """The event of a comment or of a mention. Raises Unparseable."""
        value = change.value
        match change.field:
            case "comments":
                if (
                    value.values.get("id") == _TEST_COMMENT
                    or value.object("media").values.get("id") == _TEST_MEDIA
                ):
                    return test_event()
                return replace(self._comment_event(value, connection), occurred_at=change.sent_at)
            case "mentions":
                comment_id, media_id = value.optional_id("comment_id"), value.id("media_id")
                return _mention_event(
                    f"{_MENTION_PREFIX}{comment_id}"
                    if comment_id
                    else f"{_CAPTION_PREFIX}{media_id}",
                    media_id,
                )
            case field if field in _IGNORED_FIELDS or field.startswith("messaging_"):
                return None
            case field:
                raise Fields({"field": field}, "the change").unknown_kind("field")

    def reply_request(self, target: ReplyTarget, text: str, account: PlatformAccount) -> ApiRequest:
        """The request that replies below the first-level comment; to a mention, by the account."""
        prefix, native_id = _split_id(target.native_id)
        if not prefix:
            path = f"/{path_segment(target.native_thread)}/replies"
            return ApiRequest("POST", path, form={"message": text})
        form = {"media_id": target.reply_to.get("media_id", native_id), "message": text}
        if prefix == _MENTION_PREFIX:
            form["comment_id"] = native_id
        return ApiRequest("POST", f"{_account_path(account)}/mentions", form=form)

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Search the thread's replies.

        Replies to a mention are on somebody else's media, and cannot be listed.
        """
        prefix, _ = _split_id(target.native_id)
        if prefix:
            return ReplyLookup.CANNOT_TELL
        path = f"/{path_segment(target.native_thread)}/replies"
        return self.find_own_reply(path, "id,text,from,username", "text", text, account)

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The comment, or the caption, as the account may see it."""
        prefix, object_id = _split_id(native_id)
        if not object_id.isalnum():
            return None
        path, fields, result_field = f"/{path_segment(object_id)}", _COMMENT_FIELDS, ""
        if prefix:
            path = _account_path(account)
            result_field, result_fields = _MENTION_RESULTS[prefix]
            id_name = "comment_id" if prefix == _MENTION_PREFIX else "media_id"
            fields = f"{result_field}.{id_name}({object_id}){{{result_fields}}}"
        response = self.read(ApiRequest("GET", path, {"fields": fields}), account)
        if isinstance(response, Rejection):
            return ReviewGone.GONE if response.reason == "gone" else None
        with unreadable_is_fault(self.api_title):
            if not prefix:
                return self.review(response, account)
            return _mention_with_text(prefix, native_id, response.required_object(result_field))

    def review(self, entry: Fields, account: PlatformAccount) -> ReviewEvent:
        """A comment on the business's own media."""
        return self._comment_event(entry, account.connection)

    def page_request(self, cursor: str | None, account: PlatformAccount) -> ApiRequest:
        """The latest media with their latest comments. The cursor is Instagram's own."""
        query = {"fields": _MEDIA_FIELDS, "limit": _MEDIA_PAGE_SIZE}
        path = f"{_account_path(account)}/media"
        return ApiRequest("GET", path, query | ({"after": cursor} if cursor else {}))

    def page(self, response: Fields, cursor: str | None) -> EntryPage:
        """The comments of all media and their replies, each with its media and its parent."""
        entries: list[object] = []
        for media in response.required_objects("data"):
            context = {"media": {"permalink": media.values.get("permalink")}}
            for comment in media.object("comments").optional_entries("data"):
                entries.append(_with_context(comment, context))
                if isinstance(comment, dict):
                    parent = Fields(cast("dict[str, object]", comment), "comment")
                    entries += [
                        _with_context(reply, {"parent_id": parent.values.get("id"), **context})
                        for reply in parent.object("replies").optional_entries("data")
                    ]
        return EntryPage(entries, next_cursor(response))

    def recent(
        self, cursor: str | None, account: PlatformAccount, now: datetime
    ) -> ReviewPage | Rejection:
        """The latest comments of the latest media, newest first.

        The next page has the comments of older media.
        """
        page = super().recent(cursor, account, now)
        if isinstance(page, Rejection):
            return page
        events = sorted(page.events, key=lambda event: event.occurred_at or _EPOCH, reverse=True)
        return replace(page, events=tuple(events))

    def is_own_comment(self, comment: Fields, connection: Connection) -> bool | None:
        """Whether the account wrote a comment, by its id or its name."""
        name, own_name = (
            comment.object("from").one_line("username") or comment.one_line("username"),
            connection.settings.get("username", ""),
        )
        if name and name.casefold() == own_name.strip().lstrip("@").casefold():
            return True
        return super().is_own_comment(comment, connection)

    def _comment_event(self, comment: Fields, connection: Connection) -> ReviewEvent:
        native_id = comment.id("id")
        is_own = self.is_own_comment(comment, connection)
        return ReviewEvent(
            kind=EventKind.REPLY_SEEN if is_own else EventKind.CREATED,
            native_id=native_id,
            native_thread=comment.optional_id("parent_id") or native_id,
            revision=number_revision(0),
            author=_author(comment, native_id),
            text=comment.text("text") or describe("comment without words"),
            occurred_at=read_time(comment, "timestamp"),
            link=comment.object("media").link("permalink"),
        )


def _mention_event(native_id: str, media_id: str) -> ReviewEvent:
    return ReviewEvent(
        kind=EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id,
        revision=number_revision(0),
        author=anonymous_author(native_id),
        reply_to={"media_id": media_id},
        partial=True,
    )


def _mention_with_text(prefix: str, native_id: str, mention: Fields) -> ReviewEvent:
    """A mention in a comment, or in the caption of a media, as the account may see it."""
    media = mention if prefix == _CAPTION_PREFIX else mention.required_object("media")
    return replace(
        _mention_event(native_id, media.id("id")),
        author=_author(mention, native_id),
        text=mention.text("text") or mention.text("caption"),
        occurred_at=read_time(mention, "timestamp"),
        link=media.link("permalink"),
        partial=False,
    )


def _with_context(comment: object, context: Mapping[str, object]) -> object:
    """A comment with what is known of its place. A value that is no object stays as it is."""
    if not isinstance(comment, dict):
        return comment
    fields = cast("dict[str, object]", comment)
    return {**context, **{name: value for name, value in fields.items() if value is not None}}


def _author(comment: Fields, native_id: str) -> Author:
    sender = comment.object("from")
    name = sender.one_line("username") or comment.one_line("username")
    # A mention has a name and no id. A name can pass to another person, so the author's id shows
    # that it is a name.
    author_id = sender.optional_id("id") or (f"@{name}" if name else None)
    return Author(author_id, name) if author_id else anonymous_author(native_id)


def _split_id(native_id: str) -> tuple[str, str]:
    for prefix in (_MENTION_PREFIX, _CAPTION_PREFIX):
        if native_id.startswith(prefix):
            return prefix, native_id.removeprefix(prefix)
    return "", native_id


def _account_path(account: PlatformAccount) -> str:
    return f"/{path_segment(account.setting('ig_user_id'))}"


CONNECTOR: Connector = Instagram()
