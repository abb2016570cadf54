"""The review that a mail is.

Sources: RFC 5322 (3.6.4: Message-ID, In-Reply-To and References).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from heard.connectors import Connection
from heard.connectors.mail.addresses import decode_header_text, parse_address
from heard.connectors.mail.mime import Mail
from heard.connectors.mail.quotes import new_text
from heard.connectors.mail.senders import (
    is_automatic,
    is_from_business,
    trusts_all_senders,
    unanswerable_reason,
)
from heard.connectors.parsing import ONE_LINE_LIMIT, anonymous_author, author_id_from_email
from heard.reviews import Author, EventKind, ReviewEvent, number_revision

REPLY_PREFIX: Final = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|ref|rif|odp|ynt|回复|答复)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)
"""How the subject of a reply begins."""

_FORWARD_PREFIX: Final = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|i|enc|vb|doorst|转发)\s*[:：]", re.IGNORECASE
)
_SUBJECT_LIMIT: Final = 200
_REFERENCE_LIMIT: Final = 20


def review_event(
    mail: Mail,
    native_id: str,
    connection: Connection,
    now: datetime,
    *,
    verified: bool,
    spam: bool = False,
) -> ReviewEvent | None:
    """The review that a mail is; None for an automatic reply.

    `verified` says that the provider proved the sender, `spam` that it marked the mail as spam. A
    mail of the business itself is a reply that was seen.
    """
    if is_automatic(mail):
        return None
    name, address = mail.sender
    verified = trusts_all_senders(connection) or (verified and len(mail.header_values("from")) == 1)
    subject = decode_header_text(mail.header("subject")) or None
    reference_ids = mail.reference_ids
    # The subject of a reply is not its author's words. Mostly it is ours.
    is_reply = bool(reference_ids or REPLY_PREFIX.match(subject or ""))
    reply_to = {
        "to": _reply_address(mail, address),
        "subject": (subject or "")[:_SUBJECT_LIMIT],
        "message_id": mail.message_id or "",
        "references": " ".join(f"<{message_id}>" for message_id in _references(mail)),
        "unanswerable": unanswerable_reason(mail, verified=verified, spam=spam) or "",
    }
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN
        if is_from_business(mail, connection, verified=verified)
        else EventKind.CREATED,
        native_id=native_id,
        native_thread=(reference_ids or (mail.message_id or native_id,))[0],
        revision=number_revision(1),
        author=Author(author_id_from_email(address), name)
        if address
        else anonymous_author(native_id),
        title=subject[:ONE_LINE_LIMIT] if subject and not is_reply else None,
        text=new_text(mail.text, forwarded=bool(_FORWARD_PREFIX.match(subject or ""))),
        occurred_at=now,
        reply_to={key: value for key, value in reply_to.items() if value},
    )


def _references(mail: Mail) -> list[str]:
    """The ids that a reply refers to: the first of the thread, and the latest."""
    ids = [*mail.reference_ids, *([mail.message_id] if mail.message_id else [])]
    return ids if len(ids) <= _REFERENCE_LIMIT else [ids[0], *ids[1 - _REFERENCE_LIMIT :]]


def _reply_address(mail: Mail, address: str) -> str:
    """Where a reply goes: to Reply-To only if its domain is the sender's.

    Nothing proves another domain.
    """
    reply_to = parse_address(mail.header("reply-to"))[1]
    same_domain = reply_to.rpartition("@")[2] == address.rpartition("@")[2]
    return reply_to if reply_to and same_domain else address
