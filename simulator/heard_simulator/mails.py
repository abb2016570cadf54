"""How a received mail is named, whichever provider received it."""

from __future__ import annotations

import hashlib
import re


def received_mail_id(message_id: str, from_header: str) -> str:
    """The id of a mail: its Message-ID without brackets, and a hash of its sender's address."""
    address = next(iter(re.findall(r"<([^<>]+)>", from_header)), from_header).strip().lower()
    return f"{message_id}/{hashlib.sha256(address.encode()).hexdigest()[:12]}"
