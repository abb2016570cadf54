"""Which mails are reviews, and which of them get no reply from Heard.

No review: bounces, receipts, out-of-office notes and other automatic replies to what we sent. The
reason is a code in `no_review` of the event (`no_review_reason`), so that it leaves an outcome. A
mail that a rule or a help desk passed on (`Auto-Submitted: auto-generated`) is its author's, and a
review.

A review without a reply from Heard: mails that machines or lists sent, spam, and mails whose
sender may be forged. A reply to a forged sender would reach somebody who never wrote
(backscatter). So a person decides, and replies from the mailbox. The reason is a code in
`reply_to["unanswerable"]`, which `check_answerable` reads.

A sender is verified if DMARC passed, or if SPF or DKIM passed for the domain of the From address.
How a provider reports these is its connector's matter.

Sources: RFC 3834 (automatic replies), RFC 3798 (receipts), RFC 7489 (DMARC), [MS-OXCMAIL]
(X-Auto-Response-Suppress), and the subjects and headers that mail programs write (`words/`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from heard.connectors import Connection, Rejection, ReplyTarget
from heard.connectors.mail.addresses import decode_header_text, domain_of, parse_address
from heard.connectors.mail.languages import subject_prefix
from heard.connectors.mail.mime import Mail

_MACHINE_SENDERS: Final = frozenset({"mailer-daemon", "postmaster", "mail-daemon"})
_AUTORESPONDER_HEADERS: Final = (
    "x-autoreply",
    "x-autorespond",
    "x-autoreply-from",
    "x-auto-reply",
    "x-mail-autoreply",
    "x-ymail-vacation",
    "x-vacation",
)
_NO_REPLY_SENDER: Final = re.compile(
    r"(?:do[-_.]?)?not?[-_.]?reply(?:[-_+.].*)?|bounces?(?:[-_+.].*)?", re.IGNORECASE
)
_DETAILS: Final[Mapping[str, str]] = {
    "no_address": "The mail does not say who sent it.",
    "unverified_sender": "The sender may be forged, and a reply may reach somebody else. If you "
    "trust the sender, reply from the mailbox.",
    "spam": "The mail was marked as spam. A reply would tell a spammer that somebody reads it. If "
    "it is no spam, reply from the mailbox.",
    "machine": "A machine sent this mail and takes no replies. If a person is behind it, reply "
    "from the mailbox.",
    "form": "A form of your own sent this mail, so a reply would come back to you. Reply to the "
    "customer from the mailbox.",
    "mailing_list": "A mailing list sent this mail, and a reply could reach everybody on it. Reply "
    "to its author from the mailbox.",
}


def no_review_reason(mail: Mail) -> str | None:
    """The code of why a mail is no review; None if it is one.

    `bounce`: a mail of ours did not arrive. `read_receipt`: it was read. `automatic_reply`: a
    machine replied to it. The subject alone proves none of them: it must be in reply to a mail.
    """
    content_type = mail.header("content-type").lower()
    if mail.sender[1].partition("@")[0] in _MACHINE_SENDERS:
        return "bounce"
    if content_type.startswith("multipart/report"):
        return "read_receipt" if "disposition-notification" in content_type else "bounce"
    subject = decode_header_text(mail.header("subject"))
    if mail.reference_ids and subject_prefix("receipt").match(subject):
        return "read_receipt"
    if _is_automatic_reply(mail) or (
        mail.reference_ids and subject_prefix("automatic").match(subject)
    ):
        return "automatic_reply"
    return None


def _is_automatic_reply(mail: Mail) -> bool:
    """Whether the headers say that a machine replied by itself."""
    return (
        _auto_submitted(mail) == "auto-replied"
        or (_has_null_sender(mail) and bool(mail.reference_ids))
        or mail.header("precedence").strip().lower() == "auto_reply"
        or any(
            mail.header(name).strip().lower() not in {"", "no", "none", "false"}
            for name in _AUTORESPONDER_HEADERS
        )
    )


def unanswerable_reason(mail: Mail, *, verified: bool, spam: bool) -> str | None:
    """The code of why Heard must not reply to a mail; None if it may.

    `verified` says that the sender is proven, `spam` that the provider marked the mail as spam.
    """
    if not mail.sender[1]:
        return "no_address"
    if mail.header("list-id") or mail.header("precedence").strip().lower() == "list":
        return "mailing_list"
    if _is_from_machine(mail):
        return "machine"
    if spam:
        return "spam"
    return None if verified else "unverified_sender"


def trusts_all_senders(connection: Connection) -> bool:
    """Whether the business's own gateway checks senders, so that each one counts as verified."""
    return connection.settings.get("answer_unverified", "").strip().lower() == "yes"


def is_own_reply(mail: Mail, connection: Connection, *, verified: bool) -> bool:
    """Whether a mail is the business's own reply to somebody, of which a copy came here.

    It is from `from_address`, and the sender is verified: anybody can write the address into a
    mail. Contact forms send from it too, to the business itself, and those words are a customer's.
    """
    return _is_from_business(mail, connection) and verified and not is_form(mail, connection)


def is_form(mail: Mail, connection: Connection) -> bool:
    """Whether a form of the business sent a mail: from the business, and to nobody but itself.

    It is a form's too if replies go to somebody else.
    """
    if not _is_from_business(mail, connection):
        return False
    address = mail.sender[1]
    reply_to = parse_address(mail.header("reply-to"))[1]
    if reply_to and domain_of(reply_to) != domain_of(address):
        return True
    domains = {domain_of(recipient) for recipient in mail.recipients}
    return not mail.reference_ids and domains == {domain_of(address)}


def _is_from_business(mail: Mail, connection: Connection) -> bool:
    address = mail.sender[1]
    business_address = parse_address(connection.settings.get("from_address", ""))[1]
    return bool(address) and address == business_address


def is_aligned(domain: str, mail: Mail) -> bool:
    """Whether a proven domain is the sender's: the same, or one above or below it.

    This is relaxed alignment (RFC 7489, 3.1).
    """
    sender_domain = mail.sender[1].rpartition("@")[2]
    verified_domain = domain.strip().strip(".").lower()
    if "." not in verified_domain or "." not in sender_domain:
        return False
    return (
        sender_domain == verified_domain
        or sender_domain.endswith(f".{verified_domain}")
        or verified_domain.endswith(f".{sender_domain}")
    )


def check_answerable(target: ReplyTarget) -> Rejection | None:
    """Why Heard must not reply to a mail; None if it may."""
    reason = target.reply_to.get("unanswerable") or (
        "" if target.reply_to.get("to") else "no_address"
    )
    return Rejection(reason, _DETAILS.get(reason, _DETAILS["machine"])) if reason else None


def _is_from_machine(mail: Mail) -> bool:
    suppression = {
        name.strip().lower() for name in mail.header("x-auto-response-suppress").split(",")
    }
    return (
        _auto_submitted(mail) != "no"
        or _has_null_sender(mail)
        or not suppression.isdisjoint({"all", "autoreply"})
        or mail.header("precedence").strip().lower() in {"bulk", "junk"}
        or _NO_REPLY_SENDER.fullmatch(mail.sender[1].partition("@")[0]) is not None
    )


def _has_null_sender(mail: Mail) -> bool:
    """Whether the envelope names no sender: nobody would read a reply there (RFC 5321, 4.5.5)."""
    return mail.header("return-path").strip() == "<>"


def _auto_submitted(mail: Mail) -> str:
    return mail.header("auto-submitted").partition(";")[0].strip().lower() or "no"
