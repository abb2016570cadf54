"""Comments on a business's Instagram posts, and mentions of it in others' comments and captions.

The field `comments` brings a comment on the business's own media whole (`id`, `text`, `from`,
`media`, and `parent_id` if it is a reply); it has no verb. Edits and deletions are not told:
`recent` lists the comments of the latest media, and what is missing or reads differently there was
deleted or edited. The field `mentions` brings ids only (of the media, and of the comment unless the
caption mentions us), of media that the business does not own: such a review is read through the
account (`mentioned_comment`, `mentioned_media`), because the comment itself may not be read, and
answered through it. So that reading knows the way, its id here begins with `mention:` or
`caption:`. Live comments are not taken: they cannot be answered.

Threads. A comment and its replies; Instagram has these two levels and puts a reply to a reply
beside it.

Order. Nothing dates an edit, so that all readings of a comment have one revision, and what it says
tells them apart.

Replies are comments below the first level's comment. There is no idempotency key, so that after a
fault its replies are looked through. How long one may be is not documented; 2,200 characters is
what a caption may have.

The dashboard's test button sends fixed ids (entry 0, comment 17865799348089039, user test), which
are never routed.

Sources: developers.facebook.com/docs/graph-api/webhooks/reference/instagram and, under
…/docs/instagram-platform/instagram-graph-api/reference, ig-comment, ig-comment/replies,
ig-media/comments, ig-user/mentions, ig-user/mentioned_comment and ig-user/mentioned_media. See
`meta` for the rest.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

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
    read_objects,
    read_time,
)
from heard.connectors.parsing import Fields, anonymous_author, test_event
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision

REPLY_LIMIT: Final = 2_200

_TEST_COMMENT: Final = "17865799348089039"
_TEST_MEDIA: Final = "123123123"
_MENTION_PREFIX: Final = "mention:"
_CAPTION_PREFIX: Final = "caption:"
_COMMENT_BASE_FIELDS: Final = "id,text,timestamp,username,from,parent_id"
_COMMENT_FIELDS: Final = f"{_COMMENT_BASE_FIELDS},media{{id,permalink}}"
_MENTION_FIELDS: Final = "id,text,timestamp,username,media{id,permalink}"
_MEDIA_FIELDS: Final = f"id,permalink,comments.limit(50){{{_COMMENT_BASE_FIELDS},replies.limit(50){{{_COMMENT_BASE_FIELDS}}}}}"
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
            "verify_token": "words of your own choice, which Meta must repeat when it checks the "
            "address",
        },
        optional_settings={
            "username": "the account's name, to know its own comments by as well",
            "api_base": f"where the Graph API is, with its version ({GRAPH_URL} if not said)",
        },
        credentials={
            "access_token": "a lasting access token with instagram_basic, "
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
            "5. Make an access token (Business settings, System users), and enter it and the app's "
            "secret here.\n"
            "6. Install the app on the Page: POST "
            "/{page_id}/subscribed_apps?subscribed_fields=feed with a token of the Page.\n"
            "7. Leave Require app secret (App settings, Advanced) off."
        ),
        limitations=(
            "Direct messages, live comments, comments on ads, and mentions in stories.",
            "Comments on media of private accounts, or before Meta has reviewed the app (Advanced "
            "Access).",
            "Edits and deletions at once: they are found when the latest media's comments are "
            "listed.",
            "Several accounts behind one app: Meta knows one address an app, so that each "
            "connection needs an app of its own.",
        ),
        verified=(
            "The dashboard's test deliveries of comments and mentions, as captured in a public "
            "project, are read and never routed.",
        ),
        assumptions=(
            "How long a comment may be: 2,200 characters is a caption's documented limit.",
            "That the business's own comments come with the account's id as their author; if not, "
            "its username tells.",
            "Which of two readings of an edited comment is the newer one: nothing dates an edit.",
            "How a mention that is gone is told: as any object that is not there.",
        ),
    )

    def change_event(
        self, change: MetaChange, connection: Connection, now: datetime
    ) -> ReviewEvent | None:
        """A comment, or who mentioned us where. Raises Unparseable."""
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
            case _:
                return None

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | Rejection:
        """Reply below the first level's comment; to a mention through the account."""
        if rejection := self.check_length(text):
            return rejection
        prefix, native_id = _split_id(target.native_id)
        if not prefix:
            return self.post(
                f"{path_segment(target.native_thread)}/replies",
                {"message": text},
                account,
            )
        form = {"media_id": target.reply_to.get("media_id", native_id), "message": text}
        if prefix == _MENTION_PREFIX:
            form["comment_id"] = native_id
        return self.post(f"{path_segment(_account_id(account.connection))}/mentions", form, account)

    def find_reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        account: PlatformAccount,
    ) -> SentReply | ReplyLookup:
        """Look through the thread's replies.

        Those to a mention are on another's media, and cannot be listed.
        """
        prefix, _ = _split_id(target.native_id)
        if prefix:
            return ReplyLookup.CANNOT_TELL
        path = f"{path_segment(target.native_thread)}/replies"
        return self.find_own_reply(path, "id,text,from,username", "text", text, account)

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The comment, or the caption, as the account may see it."""
        prefix, object_id = _split_id(native_id)
        if not object_id.isalnum():
            return None
        if not prefix:
            path, fields, result_field = path_segment(object_id), _COMMENT_FIELDS, ""
        elif prefix == _MENTION_PREFIX:
            path, fields, result_field = (
                path_segment(_account_id(account.connection)),
                f"mentioned_comment.comment_id({object_id}){{{_MENTION_FIELDS}}}",
                "mentioned_comment",
            )
        else:
            fields = (
                f"mentioned_media.media_id({object_id}){{id,caption,timestamp,username,permalink}}"
            )
            path, result_field = path_segment(_account_id(account.connection)), "mentioned_media"
        response = self.fields_or_gone(self.get(path, {"fields": fields}, account))
        if not isinstance(response, Fields):
            return response
        try:
            comment = response.required_object(result_field) if result_field else response
            if not prefix:
                return self._comment_event(comment, account.connection)
            media_id = (
                object_id
                if prefix == _CAPTION_PREFIX
                else comment.required_object("media").id("id")
            )
            return replace(
                _mention_event(native_id, media_id),
                author=_author(comment, native_id),
                text=comment.text("text") or comment.text("caption"),
                occurred_at=read_time(comment, "timestamp"),
                link=comment.link("permalink") or comment.object("media").link("permalink"),
                partial=False,
            )
        except Unparseable as error:
            raise self.unreadable_response(error) from error

    def recent(
        self,
        cursor: str | None,
        account: PlatformAccount,
        now: datetime,
    ) -> ReviewPage | Rejection:
        """The latest comments of some of the latest media, newest first.

        An older page has those of older media.
        """
        query = {
            "fields": _MEDIA_FIELDS,
            "limit": _MEDIA_PAGE_SIZE,
            **({"after": cursor} if cursor else {}),
        }
        response = self.get(
            f"{path_segment(_account_id(account.connection))}/media", query, account
        )
        if isinstance(response, Rejection):
            return response
        events: list[ReviewEvent] = []
        problems = response.problems
        for media in read_objects(response):
            for comment in read_objects(media.object("comments")):
                for item in (comment, *read_objects(comment.object("replies"))):
                    try:
                        event = self._comment_event(item, account.connection, comment)
                    except Unparseable as error:
                        problems.append(error.detail)
                        continue
                    events.append(replace(event, link=media.link("permalink")))
        events.sort(key=lambda event: event.occurred_at or _EPOCH, reverse=True)
        return ReviewPage(tuple(events), next_cursor(response), tuple(problems))

    def is_own_comment(self, comment: Fields, connection: Connection) -> bool | None:
        """Whether the account wrote a comment, by its id or its name."""
        name, own_name = (
            comment.object("from").one_line("username") or comment.one_line("username"),
            connection.settings.get("username", ""),
        )
        if name and name.casefold() == own_name.strip().lstrip("@").casefold():
            return True
        return super().is_own_comment(comment, connection)

    def _comment_event(
        self, comment: Fields, connection: Connection, parent_comment: Fields | None = None
    ) -> ReviewEvent:
        native_id = comment.id("id")
        parent_id = comment.optional_id("parent_id") or (
            parent_comment.id("id") if parent_comment else None
        )
        return ReviewEvent(
            kind=EventKind.REPLY_SEEN
            if self.is_own_comment(comment, connection)
            else EventKind.CREATED,
            native_id=native_id,
            native_thread=parent_id or native_id,
            revision=number_revision(0),
            author=_author(comment, native_id),
            text=comment.text("text"),
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


def _author(comment: Fields, native_id: str) -> Author:
    sender = comment.object("from")
    name = sender.one_line("username") or comment.one_line("username")
    # Reading a mention shows a name and no id; a name can change hands, and says so in the author's
    # id.
    author_id = sender.optional_id("id") or (f"@{name}" if name else None)
    return Author(author_id, name) if author_id else anonymous_author(native_id)


def _split_id(native_id: str) -> tuple[str, str]:
    for prefix in (_MENTION_PREFIX, _CAPTION_PREFIX):
        if native_id.startswith(prefix):
            return prefix, native_id.removeprefix(prefix)
    return "", native_id


def _account_id(connection: Connection) -> str:
    return connection.settings.get("ig_user_id", "").strip()


CONNECTOR: Connector = Instagram()
