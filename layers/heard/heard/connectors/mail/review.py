"""The review that a mail is.

A mail that was sent to two addresses of a business arrives twice, and each time the provider gives
it another id. So a review's id is made of the Message-ID and the sender's address, which is hashed,
because ids stay when a person's words are erased. Without the address, a stranger's mail could pass
for an edit of somebody else's. Nor does the address alone prove anything: everybody who got a mail
knows its Message-ID, and can write any address. So where the provider has not proven the sender,
the words are part of the id too, and other words are another review.

A mail's Date is its revision. So if a form sends every mail with one Message-ID, each later one is
an edit with words that are read, and nothing is taken for a repetition but the same mail.

Sources: RFC 5322 (3.6.1: Date; 3.6.4: Message-ID, In-Reply-To and References).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from heard.connectors import Connection
from heard.connectors.mail.addresses import decode_header_text, parse_address
from heard.connectors.mail.histories import (
    Evidence,
    SeparateWords,
    has_words,
    separate_history,
)
from heard.connectors.mail.languages import subject_prefix
from heard.connectors.mail.mime import Mail
from heard.connectors.mail.senders import (
    is_form,
    is_own_reply,
    no_review_reason,
    trusts_all_senders,
    unanswerable_reason,
)
from heard.connectors.parsing import ONE_LINE_LIMIT, anonymous_author, author_id_from_email
from heard.reviews import (
    Author,
    EventKind,
    ReviewEvent,
    normalize_text,
    number_revision,
    time_revision,
)

_SUBJECT_LIMIT: Final = 200
_MIN_SUBJECT: Final = 4
"""A subject of fewer characters may stand anywhere by chance."""

_DATE_LIMIT: Final = 100
_EARLIEST_DATE: Final = datetime(1990, 1, 1, tzinfo=UTC)
_REFERENCE_LIMIT: Final = 20


def review_event(
    mail: Mail,
    provider_id: str,
    connection: Connection,
    now: datetime,
    *,
    verified: bool,
    spam: bool = False,
) -> ReviewEvent:
    """The review that a mail is. A mail that is none says why in `no_review`.

    `verified` says that the provider proved the sender, `spam` that it marked the mail as spam. A
    reply of the business itself becomes `REPLY_SEEN`. The author of a form's mail is whoever its
    Reply-To names. `provider_id` identifies a mail that has no Message-ID or no sender.
    """
    address = mail.sender[1]
    verified = trusts_all_senders(connection) or (verified and len(mail.header_values("from")) == 1)
    native_id = _mail_id(mail, verified=verified) or provider_id
    from_business = is_own_reply(mail, connection, verified=verified)
    form = is_form(mail, connection)
    subject = decode_header_text(mail.header("subject")) or None
    reference_ids = mail.reference_ids
    # The subject of a reply is not its author's words. Mostly it is ours.
    is_reply = bool(reference_ids or subject_prefix("reply").match(subject or ""))
    words = _separate(mail, subject or "", connection)
    reply_to = {
        "to": _reply_address(mail, address),
        "subject": (subject or "")[:_SUBJECT_LIMIT],
        "message_id": mail.message_id or "",
        "references": " ".join(f"<{message_id}>" for message_id in _references(mail)),
        "unanswerable": unanswerable_reason(mail, verified=verified, spam=spam)
        or ("form" if form else ""),
    }
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN if from_business else EventKind.CREATED,
        native_id=native_id,
        native_thread=(reference_ids or (mail.message_id or native_id,))[0],
        revision=_revision(mail, now),
        author=_author(
            *(parse_address(mail.header("reply-to")) if form else mail.sender), native_id
        ),
        title=subject[:ONE_LINE_LIMIT] if subject and not is_reply else None,
        text=words.text,
        quoted=words.quoted,
        below=words.below,
        unread=mail.unread,
        occurred_at=now,
        reply_to={key: value for key, value in reply_to.items() if value},
        no_review=None if from_business else no_review_reason(mail),
    )


def _author(name: str | None, address: str, native_id: str) -> Author:
    return Author(author_id_from_email(address), name) if address else anonymous_author(native_id)


def _mail_id(mail: Mail, *, verified: bool) -> str | None:
    """The id of a mail, wherever and however often it arrives; None if the mail has none."""
    address = mail.sender[1]
    # Some programs forget the brackets, or write characters that no id may have.
    header = mail.header("message-id").strip()
    message_id = mail.message_id or (header and _short_hash(header))
    if not message_id or not address:
        return None
    proof = [address]
    if not verified:
        proof += [
            mail.header("date"),
            mail.header("subject"),
            mail.text or "",
            mail.other_text or "",
        ]
    return f"{message_id}/{_short_hash(chr(0x1F).join(proof))[:12]}"


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _revision(mail: Mail, now: datetime) -> str:
    """When a mail was written, as its revision; the first one if it does not say."""
    try:
        date = parsedate_to_datetime(mail.header("date")[:_DATE_LIMIT])
        date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
        is_credible = _EARLIEST_DATE <= date <= now + timedelta(days=1)
    except (ValueError, OverflowError, TypeError, IndexError):
        return number_revision(1)
    return time_revision(date) if is_credible else number_revision(1)


def _separate(mail: Mail, subject: str, connection: Connection) -> SeparateWords:
    """The words of a mail, and what it quotes or has beside them."""
    if subject_prefix("forward").match(subject):
        # What is passed on is what the mail is about.
        return SeparateWords(
            normalize_text("\n\n".join(filter(None, (mail.text, mail.other_text))))
        )

    own_address = parse_address(connection.settings.get("from_address", ""))[1]
    evidence = Evidence(
        answers=bool(mail.reference_ids),
        seems_reply=subject_prefix("reply").match(subject) is not None,
        subject=_bare_subject(subject),
        own_addresses=frozenset({own_address, *mail.recipients} - {"", mail.sender[1]}),
    )
    words = separate_history(mail.text, evidence)
    if not has_words(words.text) and has_words(mail.other_text):
        return SeparateWords(normalize_text(mail.other_text))
    quoted = "\n".join(part for part in (words.quoted, mail.other_text) if part)
    return words._replace(quoted=quoted or None)


def _bare_subject(subject: str) -> str:
    """A subject without what replies put before it, case-folded; "" if it says too little."""
    prefix = subject_prefix("reply")
    bare = subject
    while match := prefix.match(bare):
        bare = bare[match.end() :]
    bare = bare.strip().casefold()
    return bare if len(bare) >= _MIN_SUBJECT else ""


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
