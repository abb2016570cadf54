"""A reply as a mail.

Sources: RFC 5322 (3.6.4: threading), [MS-OXCMAIL] (X-Auto-Response-Suppress).
"""

from __future__ import annotations

import re
from email.utils import formataddr

from heard.connectors import Connection, Rejection, ReplyTarget
from heard.connectors.mail.addresses import domain_of, one_line, parse_address
from heard.connectors.mail.languages import subject_prefix
from heard.connectors.mail.mime import MESSAGE_ID
from heard.connectors.parsing import ONE_LINE_LIMIT


def business_sender(connection: Connection) -> tuple[str, str] | Rejection:
    """The business's name and address in replies; a rejection if `from_address` is no address."""
    address = parse_address(connection.settings.get("from_address", ""))[1]
    if not address:
        return Rejection(
            "bad_settings",
            "from_address is no e-mail address: enter the address that replies come from.",
        )
    return one_line(connection.business_name)[:ONE_LINE_LIMIT], address


def from_header(connection: Connection) -> str | Rejection:
    """The From header of replies; a rejection if `from_address` is no address."""
    sender = business_sender(connection)
    return sender if isinstance(sender, Rejection) else formataddr(sender)


def reply_subject(target: ReplyTarget) -> str:
    """The subject of a reply."""
    subject = one_line(target.reply_to.get("subject", "")) or "Your message"
    return subject if subject_prefix("reply").match(subject) else f"Re: {subject}"


def reply_headers(target: ReplyTarget) -> dict[str, str]:
    """The headers that make a mail a reply to another.

    They also ask machines for no automatic reply. Another Heard obeys too: without that, two of
    them would reply to each other forever.
    """
    message_id = target.reply_to.get("message_id", "")
    references = MESSAGE_ID.findall(target.reply_to.get("references", ""))
    headers = {"In-Reply-To": f"<{message_id}>"} if MESSAGE_ID.fullmatch(f"<{message_id}>") else {}
    if references:
        headers["References"] = " ".join(f"<{reference}>" for reference in references)
    return headers | {"X-Auto-Response-Suppress": "OOF, AutoReply"}


def compose_reply(target: ReplyTarget, text: str, sender: str, reply_id: str) -> bytes:
    """A whole mail in reply to another. The same arguments give the same bytes."""
    from email.message import EmailMessage  # noqa: PLC0415
    from email.policy import SMTP  # noqa: PLC0415

    # This policy refuses values of more than one line. So no value can add a header of its own.
    mail = EmailMessage(SMTP)
    message_local_part = re.sub(r"[^A-Za-z0-9_.-]", "_", reply_id)
    headers = {
        "From": sender,
        "To": target.reply_to["to"],
        "Subject": reply_subject(target),
        "Message-ID": f"<{message_local_part}@{domain_of(sender)}>",
    }
    for name, value in {**headers, **reply_headers(target)}.items():
        mail[name] = value
    mail.set_content(text, cte="base64")
    return mail.as_bytes()
