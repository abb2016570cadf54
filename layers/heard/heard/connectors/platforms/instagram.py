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

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Gone,
    Http,
    Page,
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
    following,
    instant,
    listed,
    segment,
)
from heard.connectors.parsing import Fields, nobody, test_event
from heard.errors import Unparseable
from heard.reviews import Author, Channel, EventKind, ReviewEvent, number_revision

REPLY_LIMIT: Final = 2_200

_TEST_COMMENT: Final = "17865799348089039"
_TEST_MEDIA: Final = "123123123"
_MENTION: Final = "mention:"
_CAPTION: Final = "caption:"
_WORDS: Final = "id,text,timestamp,username,from,parent_id"
_COMMENT: Final = f"{_WORDS},media{{id,permalink}}"
_MENTIONED: Final = "id,text,timestamp,username,media{id,permalink}"
_MEDIA: Final = f"id,permalink,comments.limit(50){{{_WORDS},replies.limit(50){{{_WORDS}}}}}"
_MEDIA_A_PAGE: Final = "10"
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Instagram(MetaConnector):
    """The connector of one professional account."""

    account_setting = "ig_user_id"

    capabilities = Capabilities(
        platform="instagram",
        title="Instagram",
        channel=Channel.SOCIAL,
        signature=SIGNATURE,
        edits="polled",
        deletions="polled",
        replies="many",
        reply_limit=REPLY_LIMIT,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        secret=Secret.GIVEN,
        secret_help=SECRET_HELP,
        poll_seconds=900,
        one_review_a_thread=False,
        settings={
            "ig_user_id": "the id of the Instagram professional account, as GET "
            "/{page_id}?fields=instagram_business_account shows it",
            "verify_token": "words of your own choice, which Meta must repeat when it checks the "
            "address",
        },
        optional_settings={
            "username": "the account's name, to know its own comments by as well",
            "api_base": f"where the Graph API is, with its version ({GRAPH} if not said)",
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
        cannot=(
            "Direct messages, live comments, comments on ads, and mentions in stories.",
            "Comments on media of private accounts, or before Meta has reviewed the app (Advanced "
            "Access).",
            "Edits and deletions at once: they are found when the latest media's comments are "
            "listed.",
            "Several accounts behind one app: Meta knows one address an app, so that each "
            "connection needs an app of its own.",
        ),
        proof=(
            "The dashboard's test deliveries of comments and mentions, as captured in a public "
            "project, are read and never routed.",
        ),
        unproven=(
            "How long a comment may be: 2,200 characters is a caption's documented limit.",
            "That the business's own comments come with the account's id as their author; if not, "
            "its username tells.",
            "Which of two readings of an edited comment is the newer one: nothing dates an edit.",
            "How a mention that is gone is told: as any object that is not there.",
        ),
    )

    def change(self, change: Change, connection: Connection, now: datetime) -> ReviewEvent | None:
        """A comment, or who mentioned us where. Raises Unparseable."""
        value = change.value
        match change.field:
            case "comments":
                if (
                    value.values.get("id") == _TEST_COMMENT
                    or value.object("media").values.get("id") == _TEST_MEDIA
                ):
                    return test_event()
                return replace(self._comment(value, connection), occurred_at=change.sent_at)
            case "mentions":
                comment, media = value.optional_id("comment_id"), value.id("media_id")
                return _mention(f"{_MENTION}{comment}" if comment else f"{_CAPTION}{media}", media)
            case _:
                return None

    def reply(
        self,
        target: ReplyTarget,
        text: str,
        reply_id: str,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
    ) -> Sent | Rejected:
        """Reply below the first level's comment; to a mention through the account."""
        if refused := self.too_long(text):
            return refused
        kind, native_id = _kind(target.native_id)
        if not kind:
            return self.post(
                f"{segment(target.native_thread)}/replies",
                {"message": text},
                connection,
                credentials,
                http,
            )
        form = {"media_id": target.reply_to.get("media_id", native_id), "message": text}
        if kind == _MENTION:
            form["comment_id"] = native_id
        return self.post(
            f"{segment(_account(connection))}/mentions", form, connection, credentials, http
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
        """Look through the thread's replies.

        Those to a mention are on another's media, and cannot be listed.
        """
        kind, _ = _kind(target.native_id)
        if kind:
            return Presence.CANNOT_TELL
        path = f"{segment(target.native_thread)}/replies"
        return self.among(
            path, "id,text,from,username", "text", text, connection, credentials, http
        )

    def fetch(
        self, native_id: str, connection: Connection, credentials: Mapping[str, str], http: Http
    ) -> ReviewEvent | Gone | None:
        """The comment, or the caption, as the account may see it."""
        kind, shown_id = _kind(native_id)
        if not shown_id.isalnum():
            return None
        if not kind:
            path, asked, inside = segment(shown_id), _COMMENT, ""
        elif kind == _MENTION:
            path, asked, inside = (
                segment(_account(connection)),
                f"mentioned_comment.comment_id({shown_id}){{{_MENTIONED}}}",
                "mentioned_comment",
            )
        else:
            asked = (
                f"mentioned_media.media_id({shown_id}){{id,caption,timestamp,username,permalink}}"
            )
            path, inside = segment(_account(connection)), "mentioned_media"
        answer = self.shown(self.get(path, {"fields": asked}, connection, credentials, http))
        if not isinstance(answer, Fields):
            return answer
        try:
            found = answer.required_object(inside) if inside else answer
            if not kind:
                return self._comment(found, connection)
            media = shown_id if kind == _CAPTION else found.required_object("media").id("id")
            return replace(
                _mention(native_id, media),
                author=_author(found, native_id),
                text=found.text("text") or found.text("caption"),
                occurred_at=instant(found, "timestamp"),
                link=found.link("permalink") or found.object("media").link("permalink"),
                partial=False,
            )
        except Unparseable as error:
            raise self.unreadable(error) from error

    def recent(
        self,
        cursor: str | None,
        connection: Connection,
        credentials: Mapping[str, str],
        http: Http,
        now: datetime,
    ) -> Page | Rejected:
        """The latest comments of some of the latest media, newest first.

        An older page has those of older media.
        """
        query = {"fields": _MEDIA, "limit": _MEDIA_A_PAGE, **({"after": cursor} if cursor else {})}
        answer = self.get(
            f"{segment(_account(connection))}/media", query, connection, credentials, http
        )
        if isinstance(answer, Rejected):
            return answer
        events: list[ReviewEvent] = []
        problems = answer.problems
        for media in listed(answer):
            for comment in listed(media.object("comments")):
                for each in (comment, *listed(comment.object("replies"))):
                    try:
                        event = self._comment(each, connection, comment)
                    except Unparseable as error:
                        problems.append(error.detail)
                        continue
                    events.append(replace(event, link=media.link("permalink")))
        events.sort(key=lambda event: event.occurred_at or _BEGINNING, reverse=True)
        return Page(tuple(events), following(answer), tuple(problems))

    def ours(self, comment: Fields, connection: Connection) -> bool | None:
        """Whether the account wrote a comment, by its id or its name."""
        name, wanted = (
            comment.object("from").label("username") or comment.label("username"),
            connection.settings.get("username", ""),
        )
        if name and name.casefold() == wanted.strip().lstrip("@").casefold():
            return True
        return super().ours(comment, connection)

    def _comment(
        self, comment: Fields, connection: Connection, below: Fields | None = None
    ) -> ReviewEvent:
        native_id = comment.id("id")
        parent = comment.optional_id("parent_id") or (below.id("id") if below else None)
        return ReviewEvent(
            kind=EventKind.REPLY_SEEN if self.ours(comment, connection) else EventKind.CREATED,
            native_id=native_id,
            native_thread=parent or native_id,
            revision=number_revision(0),
            author=_author(comment, native_id),
            text=comment.text("text"),
            occurred_at=instant(comment, "timestamp"),
            link=comment.object("media").link("permalink"),
        )


def _mention(native_id: str, media: str) -> ReviewEvent:
    return ReviewEvent(
        kind=EventKind.CREATED,
        native_id=native_id,
        native_thread=native_id,
        revision=number_revision(0),
        author=nobody(native_id),
        reply_to={"media_id": media},
        partial=True,
    )


def _author(comment: Fields, native_id: str) -> Author:
    sender = comment.object("from")
    name = sender.label("username") or comment.label("username")
    # Reading a mention shows a name and no id; a name can change hands, and says so in the author's
    # id.
    author = sender.optional_id("id") or (f"@{name}" if name else None)
    return Author(author, name) if author else nobody(native_id)


def _kind(native_id: str) -> tuple[str, str]:
    for kind in (_MENTION, _CAPTION):
        if native_id.startswith(kind):
            return kind, native_id.removeprefix(kind)
    return "", native_id


def _account(connection: Connection) -> str:
    return connection.settings.get("ig_user_id", "").strip()


CONNECTOR: Connector = Instagram()
