"""Slack channels that a business shares with its customers (Slack Connect).

Each message of a customer is a review. The Events API posts `event_callback`s, signed with the
app's signing secret over time and body. A message's id is its channel and its time (`ts`), which is
unique there. A thread is named by the `ts` of its first message.

Only what customers write counts. The setting `team_id` names the business's own workspaces;
everybody else is a customer. Slack names an author's workspace in `user_team`, in
`user_profile.team` or in `team`. A message without any of them counts as a customer's: a lost
complaint is worse than a colleague's message on the desk. The business's own are the messages of
our app (`app_id` is the envelope's `api_app_id`, or the author is the app's bot user) and what
colleagues write in a thread. What colleagues write outside threads, and other bots, are ignored.

Order. `message_changed` with `edited` is an edit. Without `edited` something else changed (a link's
preview, the number of answers), and it is ignored. `edited.ts` has whole seconds only, so an edit
within the second of posting seems older than its message. Hence the revision is the later of the
two times and a rank (0 as posted, 1 edited). Time cannot order two edits within one second; their
digests do. A deleted message comes as `message_deleted` or, if it had answers, as a change into a
"tombstone".

Words. Forwarded messages are attachments with `is_share`, and count as the words of whoever
forwards them; a message of the business that is forwarded is quoted. Some messages have their words
only in `blocks`. See `slack_words`.

Replies carry our reply id as message metadata, and are found by it, because Slack rewrites texts:
emoji become their names, addresses become links. Slack answers errors with 200 and `{"ok": false,
"error": …}`. `url_verification` is a signed delivery; the challenge is answered after the signature
is verified.

Sources: docs.slack.dev/reference/events/message (and its subtypes),
…/reference/methods/chat.postMessage and conversations.replies, …/apis/slack-connect,
…/apis/events-api, …/apis/web-api/rate-limits, …/messaging/formatting-message-text;
slackapi/node-slack-sdk. Not documented: whether an app sees the metadata of its own messages
without the scope metadata.message:read. If a bot's message has no metadata and its text is not
ours, `find_reply` cannot tell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

from heard.connectors import (
    Capabilities,
    Connection,
    Connector,
    Http,
    HttpRequest,
    ParsedDelivery,
    PlatformAccount,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    SecretOrigin,
    SentReply,
    WebhookRequest,
    WebhookResponse,
)
from heard.connectors.http import call_api, retry_after
from heard.connectors.parsing import (
    Fields,
    anonymous_author,
    parse_one,
    read_object,
    read_response,
    same_text,
    test_event,
    unreadable_is_fault,
)
from heard.connectors.quotations import SplitText
from heard.connectors.signatures import SlackV0
from heard.connectors.slack_words import plain_text, read_words
from heard.errors import PlatformUnavailable
from heard.reviews import FINAL_REVISION, Author, Channel, EventKind, ReviewEvent

_API: Final = "https://slack.com/api"
_TITLE: Final = "Slack"
_PAGE_SIZE: Final = 200
_MAX_PAGES: Final = 5
_CLOCK_TOLERANCE: Final = timedelta(minutes=2)
_METADATA_TYPE: Final = "heard_reply"
_MESSAGE_SUBTYPES: Final = frozenset(
    {None, "thread_broadcast", "file_share", "me_message", "bot_message", "file_comment"}
)
"""The subtypes of messages with words."""

_IGNORED_SUBTYPES: Final = frozenset(
    {
        "assistant_app_thread",
        "bot_add",
        "bot_disable",
        "bot_enable",
        "bot_remove",
        "channel_archive",
        "channel_canvas_updated",
        "channel_convert_to_private",
        "channel_convert_to_public",
        "channel_join",
        "channel_leave",
        "channel_name",
        "channel_posting_permissions",
        "channel_purpose",
        "channel_topic",
        "channel_unarchive",
        "document_mention",
        "ekm_access_denied",
        "file_mention",
        "group_archive",
        "group_join",
        "group_leave",
        "group_name",
        "group_purpose",
        "group_topic",
        "group_unarchive",
        "huddle_thread",
        "message_replied",
        "pinned_item",
        "reminder_add",
        "reminder_delete",
        "reply_broadcast",
        "sh_room_created",
        "sh_room_shared",
        "tombstone",
        "unpinned_item",
    }
)
"""Subtypes of messages that Slack writes by itself, and of copies: joins, topics, pins."""

_IGNORED_EVENTS: Final = frozenset(
    {
        "app_home_opened",
        "app_mention",
        "app_rate_limited",
        "app_uninstalled",
        "emoji_changed",
        "grid_migration_finished",
        "grid_migration_started",
        "link_shared",
        "team_join",
        "tokens_revoked",
        "user_change",
    }
)
_IGNORED_EVENT_PREFIXES: Final = (
    "app_",
    "bot_",
    "call_",
    "channel_",
    "dnd_",
    "file_",
    "group_",
    "im_",
    "invite_",
    "member_",
    "message_metadata_",
    "pin_",
    "reaction_",
    "shared_channel_",
    "star_",
    "subteam_",
    "team_",
    "user_",
)
"""What is no message. A mention of the app (app_mention) comes as a message too."""

_TS: Final = re.compile(r"([0-9]{1,10})\.([0-9]{1,6})")

_ACCESS_REJECTION: Final = (
    "unauthorized",
    "Slack does not let the app do this: check the bot token, its scopes, and install the app "
    "again.",
)
_GONE_REJECTION: Final = (
    "gone",
    "The message is not there any more, or the app is no longer in the channel.",
)
_CLOSED_REJECTION: Final = (
    "not_allowed",
    "The channel or the thread takes no messages from the app: ask its owner.",
)
_REJECTIONS: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(
        (
            "access_denied",
            "account_inactive",
            "ekm_access_denied",
            "invalid_auth",
            "missing_scope",
            "no_permission",
            "not_allowed_token_type",
            "not_authed",
            "org_login_required",
            "token_expired",
            "token_revoked",
            "two_factor_setup_required",
        ),
        _ACCESS_REJECTION,
    ),
    **dict.fromkeys(
        ("channel_not_found", "thread_not_found", "message_not_found", "not_in_channel"),
        _GONE_REJECTION,
    ),
    **dict.fromkeys(
        (
            "cannot_reply_to_message",
            "is_archived",
            "restricted_action",
            "restricted_action_non_threadable_channel",
            "restricted_action_read_only_channel",
            "restricted_action_thread_locked",
            "restricted_action_thread_only_channel",
        ),
        _CLOSED_REJECTION,
    ),
    "msg_too_long": ("too_long", "Slack finds the reply too long: shorten it."),
}
_TEMPORARY_ERRORS: Final = frozenset(
    {"internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
"""Errors that Slack calls temporary. Part of the call may have been applied."""
_RATE_LIMIT_ERRORS: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})


class Slack(Connector):
    """The connector of one Slack app in the business's workspace."""

    capabilities = Capabilities(
        platform="slack",
        title="Slack (shared channels)",
        channel=Channel.MESSAGING,
        signature="X-Slack-Signature: v0= and HMAC-SHA256 of time and body, hexadecimal; five "
        "minutes",
        edits="pushed",
        deletions="pushed",
        replies="many",
        reply_limit=4_000,
        reply_unit="characters",
        can_find_reply=True,
        can_fetch=True,
        single_review_threads=False,
        secret_origin=SecretOrigin.FROM_PLATFORM,
        secret_help="the app's Signing Secret: api.slack.com/apps, your app, Basic Information, "
        "App Credentials",
        settings={
            "team_id": "your own workspace's id (T…), several separated by commas: everybody else "
            "is a customer"
        },
        optional_settings={
            "channels": "ids of the only channels to read (C…), separated by commas (default all "
            "that the app is in)",
            "workspace_url": "your workspace's address, such as https://acme.slack.com, for links "
            "to messages",
            "api_base": f"where the API is (default {_API})",
        },
        credentials={"bot_token": "the app's Bot User OAuth Token (xoxb-…)"},
        guide=(
            "1. At api.slack.com/apps create an app in your workspace.\n"
            "2. Under OAuth & Permissions give the bot the scopes chat:write, channels:history, "
            "groups:history and metadata.message:read.\n"
            "3. Install the app. Enter here its Bot User OAuth Token and, as the secret, its "
            "Signing Secret.\n"
            "4. Under Event Subscriptions turn events on and paste the address shown here; Slack "
            "verifies it at once.\n"
            "5. Subscribe to the bot events message.channels and message.groups, save, and install "
            "again if asked.\n"
            "6. Invite the app to each channel that you share with a customer: /invite @your-app"
        ),
        limitations=(
            "Files are not read: a message that has only files says what they are, and goes to a "
            "person.",
            "Messages of bots of other apps are ignored, also of customers' bots.",
            "Your colleagues who are guests of another workspace in a channel count as customers "
            "there.",
        ),
        verified=(
            "The signature is checked with the example in Slack's documentation and with "
            "slack_sdk.",
        ),
        assumptions=(
            "Which of user_team, user_profile.team and team a customer's message carries is taken "
            "from examples.",
            "Most names of Slack's errors are from practice. An unknown name is shown as it is.",
            "An app sees the metadata of its own messages. Without it, a reply is searched by "
            "its text.",
        ),
    )

    scheme = SlackV0()

    def parse(
        self, request: WebhookRequest, connection: Connection, now: datetime
    ) -> ParsedDelivery:
        """The message of an event, or the challenge. Raises Unparseable."""
        body = Fields(read_object(request.body))
        match body.values.get("type"):
            case "url_verification":
                body.id("challenge")
                return ParsedDelivery((test_event(),))
            case "event_callback":
                return parse_one(body, lambda envelope: _review_event(envelope, connection))
            case "app_rate_limited":
                return ParsedDelivery()
            case _:
                raise body.unknown_kind("type")

    def delivery_response(
        self, request: WebhookRequest, connection: Connection, parsed: ParsedDelivery, http: Http
    ) -> WebhookResponse:
        """The challenge of a verification. Otherwise Slack accepts any 2xx within three seconds."""
        if any(event.kind is EventKind.TEST for event in parsed.events):
            return WebhookResponse(
                200, Fields(read_object(request.body)).id("challenge"), "text/plain; charset=utf-8"
            )
        return WebhookResponse(200, "{}")

    def reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | Rejection:
        """Post to the message's thread, as plain text: nothing in it mentions or formats."""
        if rejection := self.check_length(text):
            return rejection
        channel, thread = target.reply_to.get("channel", ""), target.reply_to.get("thread_ts", "")
        document = {
            "channel": channel,
            "thread_ts": thread,
            "text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": _METADATA_TYPE, "event_payload": {"reply_id": reply_id}},
        }
        response = _request("chat.postMessage", document, account)
        if isinstance(response, Rejection):
            return response
        ts = response.one_line("ts")
        return SentReply(f"{channel}:{ts}" if ts else reply_id)

    def find_reply(
        self, target: ReplyTarget, text: str, reply_id: str, account: PlatformAccount
    ) -> SentReply | ReplyLookup:
        """Search the thread for the message with our reply's id.

        The search begins where sending was first tried.
        """
        channel = target.reply_to.get("channel", "")
        query = {
            "channel": channel,
            "ts": target.reply_to.get("thread_ts", ""),
            "include_all_metadata": "true",
            "limit": str(_PAGE_SIZE),
        }
        since = target.first_sent_at - _CLOCK_TOLERANCE if target.first_sent_at else None
        if since:
            query["oldest"] = f"{since.timestamp():.6f}"
        uncertain = False
        for _ in range(_MAX_PAGES):
            response = _get("conversations.replies", query, account)
            if isinstance(response, Rejection):
                return ReplyLookup.ABSENT if response.reason == "gone" else ReplyLookup.CANNOT_TELL
            with unreadable_is_fault(_TITLE):
                messages = response.required_objects("messages")
            for message in messages:
                if message.one_line("ts") is None or not _is_by_bot(message):
                    continue
                metadata = message.object("metadata")
                metadata_reply_id = (
                    metadata.object("event_payload").values.get("reply_id")
                    if metadata.values.get("event_type") == _METADATA_TYPE
                    else None
                )
                if metadata_reply_id == reply_id or (
                    metadata_reply_id is None
                    and since
                    and same_text(plain_text(message.text("text")), text)
                ):
                    return SentReply(f"{channel}:{message.one_line('ts')}")
                uncertain |= metadata_reply_id is None
            cursor = response.object("response_metadata").one_line("next_cursor")
            if not cursor:
                return ReplyLookup.CANNOT_TELL if uncertain else ReplyLookup.ABSENT
            query["cursor"] = cursor
        return ReplyLookup.CANNOT_TELL

    def fetch(self, native_id: str, account: PlatformAccount) -> ReviewEvent | ReviewGone | None:
        """The message as the channel has it; None if the token may not read it."""
        channel, _, ts = native_id.partition(":")
        if not account.credentials.get("bot_token") or not _TS.fullmatch(ts):
            return None
        query = {
            "channel": channel,
            "ts": ts,
            "oldest": ts,
            "latest": ts,
            "inclusive": "true",
            "limit": "15",
        }
        response = _get("conversations.replies", query, account)
        if isinstance(response, Rejection):
            return ReviewGone.GONE if response.reason == "gone" else None
        with unreadable_is_fault(_TITLE):
            for message in response.required_objects("messages"):
                if message.values.get("ts") != ts:
                    continue
                if message.values.get("subtype") == "tombstone":
                    return ReviewGone.GONE
                kind = EventKind.EDITED if message.object("edited").values else EventKind.CREATED
                return _message_event(kind, channel, message, account.connection)
        return None


def _review_event(envelope: Fields, connection: Connection) -> ReviewEvent | None:
    event = envelope.object("event")
    if _is_no_message(event):
        return None
    channel, subtype = event.id("channel"), event.values.get("subtype")
    if (
        allowed_channels := _setting_ids(connection, "channels")
    ) and channel not in allowed_channels:
        return None
    match subtype:
        case "message_changed":
            message = event.required_object("message")
            if message.values.get("subtype") == "tombstone":
                kind, message = (
                    EventKind.WITHDRAWN,
                    _deleted_message(event.object("previous_message"), message.values.get("ts")),
                )
            elif message.object("edited").values:
                kind = EventKind.EDITED
            else:
                return None
        case "message_deleted":
            kind, message = (
                EventKind.WITHDRAWN,
                _deleted_message(event.object("previous_message"), event.values.get("deleted_ts")),
            )
        case None | str() if subtype in _MESSAGE_SUBTYPES:
            kind, message = EventKind.CREATED, event
        case _:
            raise event.unknown_kind("subtype")
    by_our_app = _is_by_our_app(message, envelope)
    if by_our_app or _is_by_business(message, connection):
        is_in_thread = message.values.get("thread_ts") not in (None, message.values.get("ts"))
        if kind is EventKind.WITHDRAWN or not (by_our_app or is_in_thread):
            return None
        return _message_event(EventKind.REPLY_SEEN, channel, message, connection)
    if _is_by_bot(message) or message.values.get("user") == "USLACKBOT":
        return None
    return _message_event(kind, channel, message, connection)


def _is_no_message(event: Fields) -> bool:
    """Whether an event is of a kind without messages. Raises Unparseable for an unknown kind."""
    kind = event.values.get("type")
    if kind == "message":
        return event.holds_code("subtype", _IGNORED_SUBTYPES)
    if isinstance(kind, str) and (
        kind in _IGNORED_EVENTS or kind.startswith(_IGNORED_EVENT_PREFIXES)
    ):
        return True
    raise event.unknown_kind("type")


def _deleted_message(previous: Fields, ts: object) -> Fields:
    """A deleted message as it was, with its own time."""
    return Fields({**previous.values, "ts": ts}, previous.where, previous.problems)


def _message_event(
    kind: EventKind, channel: str, message: Fields, connection: Connection
) -> ReviewEvent:
    ts = message.id("ts")
    posted_at = _sortable_time(message, "ts")
    edited_at = (
        _sortable_time(message.object("edited"), "ts")
        if message.object("edited").values
        else posted_at
    )
    thread = message.optional_id("thread_ts") or ts
    native_id = f"{channel}:{ts}"
    profile = message.object("user_profile")
    name = (
        profile.one_line("display_name")
        or profile.one_line("real_name")
        or profile.one_line("name")
    )
    withdrawn = kind is EventKind.WITHDRAWN
    words = SplitText(None, None)
    if kind is EventKind.REPLY_SEEN:
        words = SplitText(plain_text(message.text("text")), None)
    elif not withdrawn:
        words = read_words(message, _setting_ids(connection, "team_id"))
    return ReviewEvent(
        kind=kind,
        native_id=native_id,
        native_thread=f"{channel}:{thread}",
        revision=FINAL_REVISION
        if withdrawn
        else f"{max(posted_at, edited_at)}.{int(bool(message.object('edited').values))}",
        author=Author(message.optional_id("user") or anonymous_author(native_id).id, name),
        text=words.own,
        quoted=words.quoted,
        occurred_at=datetime.fromtimestamp(int(edited_at.partition(".")[0]), UTC),
        link=_message_link(connection, channel, ts, thread),
        reply_to={"channel": channel, "thread_ts": thread},
    )


def _sortable_time(message: Fields, name: str) -> str:
    """A message's time (`ts`) in digits that sort as text. Raises Unparseable."""
    match = _TS.fullmatch(message.id(name))
    if not match:
        raise message.field_error(name, "is not the time of a message")
    return f"{match[1]:>010}.{match[2]:0<6}"


def _message_link(connection: Connection, channel: str, ts: str, thread: str) -> str | None:
    base = connection.settings.get("workspace_url", "").strip().rstrip("/")
    if not base.startswith("https://"):
        return None
    thread_query = "" if thread == ts else f"?{urlencode({'thread_ts': thread, 'cid': channel})}"
    return f"{base}/archives/{quote(channel, safe='')}/p{ts.replace('.', '')}{thread_query}"


def _setting_ids(connection: Connection, setting: str) -> frozenset[str]:
    return frozenset(
        setting_id.strip()
        for setting_id in connection.settings.get(setting, "").split(",")
        if setting_id.strip()
    )


def _is_by_business(message: Fields, connection: Connection) -> bool:
    """Whether the author of a message belongs to one of the business's own workspaces."""
    team = (
        message.one_line("user_team")
        or message.object("user_profile").one_line("team")
        or message.one_line("team")
    )
    return team in _setting_ids(connection, "team_id")


def _is_by_our_app(message: Fields, envelope: Fields) -> bool:
    app = envelope.values.get("api_app_id")
    if app and app in (
        message.values.get("app_id"),
        message.object("bot_profile").values.get("app_id"),
    ):
        return True
    user = message.values.get("user")
    return user is not None and any(
        authorization.values.get("is_bot") is True and authorization.values.get("user_id") == user
        for authorization in envelope.objects("authorizations")
    )


def _is_by_bot(message: Fields) -> bool:
    return bool(message.values.get("bot_id")) or message.values.get("subtype") == "bot_message"


def _get(method: str, query: Mapping[str, str], account: PlatformAccount) -> Fields | Rejection:
    return _request(f"{method}?{urlencode(query)}", None, account)


def _request(
    method: str, document: Mapping[str, object] | None, account: PlatformAccount
) -> Fields | Rejection:
    """The response of a method of the Web API; a POST if there is a document.

    Raises PlatformUnavailable.
    """
    token = account.credentials.get("bot_token", "")
    if not token:
        return Rejection("no_credentials", "Enter bot_token to reply in Slack.")
    base = account.address("api_base", _API)
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    read_only, body = document is None, None
    if document is not None:
        headers["content-type"], body = (
            "application/json; charset=utf-8",
            json.dumps(document).encode(),
        )
    request = HttpRequest("GET" if read_only else "POST", f"{base}/{method}", headers, body)
    response = call_api(account.http, _TITLE, request)
    if isinstance(response, Rejection):
        return response
    # Slack refuses with 200 too, so the status of an unreadable response proves nothing.
    result = read_response(response, _TITLE, maybe_applied=not read_only)
    if result.values.get("ok") is True:
        return result
    error = str(result.values.get("error"))
    if error in _RATE_LIMIT_ERRORS:
        raise PlatformUnavailable(
            f"{_TITLE} asks us to wait.",
            maybe_applied=False,
            retry_after=retry_after(response.headers),
        )
    if error in _TEMPORARY_ERRORS:
        raise PlatformUnavailable(f"{_TITLE} answered {error}.", maybe_applied=not read_only)
    name_match = re.fullmatch(r"[a-z_]{1,60}", error)
    return Rejection(
        *_REJECTIONS.get(
            error,
            (
                "rejected",
                f"{_TITLE} refuses the reply: {error if name_match else 'it does not say why'}.",
            ),
        )
    )


CONNECTOR: Connector = Slack()
