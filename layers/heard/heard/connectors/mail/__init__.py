"""What the e-mail connectors share: a mail becomes a review, and a reply becomes a mail.

Each e-mail provider has a connector of its own in `platforms/`. This package knows mails and no
provider:

    addresses  names and addresses in headers
    charsets   bytes as text, whatever their encoding is, and is said to be
    html_text  HTML as its reader sees it
    bodies     which of a mail's words are its text
    mime       a mail's bytes as headers and text
    senders    which mails are reviews, and which of them get no reply
    histories  what the sender wrote now, apart from the earlier mails below it
    languages  what mail programs write, language by language (`words/`)
    review     the review that a mail is
    compose    a reply as a mail

A mail is a review of its own. Nobody edits or withdraws it. A thread is named by the first
Message-ID in `References`, else by `In-Reply-To`, else by the mail's own Message-ID. The author's
id is a hash of the address in lower case. The plain address is only in `reply_to`, where the reply
is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REPLY_LIMIT: Final = 100_000
"""Characters of a reply.

The limit is our own. Mail servers take far more, and people write far less.
"""

BODY_LIMIT: Final = 4_400_000
"""Bytes of a delivery: the most that Lambda takes, whose 6 MB hold a body as Base64.

Attachments come with the mail, and a complaint with a photo must not be lost.
"""

SETTINGS: Final[Mapping[str, str]] = {
    "answer_unverified": "yes: reply also where the sender's address may be forged, because your "
    "own mail gateway checks senders",
}
"""The optional settings of every e-mail connection, with their explanations."""

LIMITATIONS: Final = (
    "Of attachments, only texts and mails are read. A mail with another document goes to a person, "
    "and so does one that has nothing but pictures.",
    "Out-of-office notes, bounces, receipts and other automatic replies are kept, but ignored.",
    "Heard never replies to mails whose sender may be forged, nor to mails of lists, machines and "
    "spammers: reply from the mailbox.",
)
"""What no e-mail connection can do, for `Capabilities.limitations`."""
