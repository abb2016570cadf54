"""What the e-mail connectors share.

Reading a mail as a review, whom never to answer, and writing an answer.

Owns mails; knows no platform. A mail is a review of its own and is never edited or withdrawn. Mails
belong together by `References`: a thread is named by the first Message-ID there, else by
`In-Reply-To`, else by the mail's own. The address is lower-cased and hashed for the author's id; as
it stands it is only in `reply_to`, where answers go. Of the text only what is new counts: quoted
history and the signature behind "-- " are left out, and if that leaves nothing, nothing is left
out: a complaint must not be lost.

Which mails are not reviews (`Mail.automatic`): bounces, out-of-office notes and other machines'
answers to what we sent. They are ignored. Which are reviews, but never answered by us
(`unanswerable` in `reply_to`, which `refused` reads): mails that machines or lists sent of their
own accord, spam, and mails whose sender could be forged. An answer to a forged sender would reach
somebody who never wrote (backscatter), so a person decides and answers from the mailbox. A sender
counts as proven if DMARC passed, or SPF or DKIM passed for the domain of the From address. A
business whose own gateway checks senders can set `answer_unverified` to yes. Answers go to Reply-To
only where its domain is From's, since nothing proves another one.

Sources: RFC 5322 (3.6.4, 3.6.2), RFC 3834 (automatic answers), RFC 3676 (4.3, "-- "), RFC 7489;
[MS-OXCMAIL] for X-Auto-Response-Suppress.
"""

from __future__ import annotations

import re
from codecs import lookup
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING, Final, cast

from heard.connectors import Connection, Rejection, ReplyTarget
from heard.connectors.markup import html_to_text
from heard.connectors.parsing import ONE_LINE_LIMIT, anonymous_author, author_id_from_email
from heard.reviews import Author, EventKind, ReviewEvent, normalize_text, number_revision

if TYPE_CHECKING:
    from email.message import Message

REPLY_LIMIT: Final = 100_000
"""Characters of a reply.

Our own limit, far below what mail servers take and above what people write.
"""

SETTINGS: Final[Mapping[str, str]] = {
    "answer_unverified": "yes: answer also where the sender's address may be forged, because your "
    "own gateway checks it",
}

LIMITATIONS: Final = (
    "Attachments and pictures are not read: a mail that has nothing else goes to a person.",
    "Out-of-office notes, bounces and other machines' answers are ignored.",
    "Mails whose sender could be forged, and those of lists, machines and spammers, are never "
    "answered from here: answer from the mailbox.",
)

# Without "=?", which begins an encoded word: programs read one as the characters that it stands
# for, and in an address these may be another address and a comma.
_ADDRESS: Final = re.compile(r"(?!.*=\?)[^\s@<>()\[\]\",:;\\]{1,64}@[^\s@<>()\[\]\",:;\\]{1,253}")
_MESSAGE_ID: Final = re.compile(r"<([!-;=?-~]{1,180})>")
_REPLY_PREFIX: Final = re.compile(
    r"\s*(?:re|aw|antw|sv|vs|ref|rif|odp|ynt|回复|答复)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)
_FORWARD_PREFIX: Final = re.compile(
    r"\s*(?:fwd?|wg|tr|rv|i|enc|vb|doorst|转发)\s*[:：]", re.IGNORECASE
)
_SUBJECT_LIMIT: Final = 200
_REFERENCE_LIMIT: Final = 20
_DEPTH_LIMIT: Final = 10
_DECODE_LIMIT: Final = 4_000
"""How many characters of a header are decoded.

The library's time for them grows with their square.
"""
_CONTAINER_LIMIT: Final = 100
_BOUNDARY_LIMIT: Final = 5_000
"""How many mails and mixtures one mail may hold, and how many lines that look like a boundary, to
be taken apart at all.
"""
_CONTAINER_HEADER: Final = re.compile(
    rb"content-type[ \t]*:[\s\x1c-\x1f]*(?:multipart|message)/", re.IGNORECASE
)
_CONTENT_HEADER: Final = re.compile(
    rb"(?<![^\r\n])content-(type|disposition)[ \t]*:[^\r\n]*+(?:(?:\r\n|\r|\n)[ \t][^\r\n]*+)*+",
    re.IGNORECASE,
)
_CONTENT_HEADER_LIMIT: Final = 2_000
"""How many bytes of a header that says what a part is are read, for the same reason.

What says more is taken for an attached file.
"""
_UNSAFE_CODECS: Final = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape"})
"""Encodings that nobody writes mails in, and that take time that grows with the square, or complain
by themselves.
"""

_MACHINE_SENDERS: Final = frozenset({"mailer-daemon", "postmaster", "mail-daemon"})
_NO_REPLY_SENDER: Final = re.compile(
    r"(?:do[-_.]?)?not?[-_.]?reply(?:[-_+.].*)?|bounces?(?:[-_+.].*)?", re.IGNORECASE
)

_UNANSWERABLE_DETAILS: Final[Mapping[str, str]] = {
    "no_address": "The mail does not say who sent it.",
    "unverified_sender": "The sender may be forged, and an answer reach somebody else. If you "
    "believe it, answer from the mailbox.",
    "spam": "The mail was taken for spam, whose senders must not learn that somebody reads it. If "
    "it is none, answer from the mailbox.",
    "machine": "A machine sent this mail, and takes no answers. If a person is behind it, answer "
    "from the mailbox.",
    "mailing_list": "A list sent this mail, and an answer could reach everybody on it. Answer its "
    "author from the mailbox.",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """What is read of a mail.

    `headers` are in their order, names lower-cased, values on one line as they were sent.
    """

    headers: tuple[tuple[str, str], ...]
    text: str | None = None

    def header_values(self, name: str) -> list[str]:
        """Every header of a name."""
        return [value for each, value in self.headers if each == name]

    def header(self, name: str) -> str:
        """The first header of a name, or nothing."""
        return next(iter(self.header_values(name)), "")

    @property
    def sender(self) -> tuple[str | None, str]:
        """Name and address, lower-cased; an empty address if there is none that can be used."""
        return _parse_address(self.header("from"))

    @property
    def message_id(self) -> str | None:
        """Its own id, without the brackets."""
        return next(iter(_MESSAGE_ID.findall(self.header("message-id"))), None)

    @property
    def reference_ids(self) -> tuple[str, ...]:
        """The ids of the mails that it follows, oldest first."""
        return tuple(
            _MESSAGE_ID.findall(self.header("references"))
            or _MESSAGE_ID.findall(self.header("in-reply-to"))
        )

    @property
    def is_automatic(self) -> bool:
        """Whether a machine answered by itself, or a mail came back."""
        local_part = self.sender[1].partition("@")[0]
        auto_submitted = self.header("auto-submitted").partition(";")[0].strip().lower() or "no"
        return (
            local_part in _MACHINE_SENDERS
            or self.header("return-path").strip() == "<>"
            or self.header("content-type").lower().startswith("multipart/report")
            or auto_submitted == "auto-replied"
            or (auto_submitted != "no" and bool(self.reference_ids))
            or self.header("precedence").strip().lower() == "auto_reply"
            or bool(self.header("x-autoreply") or self.header("x-autorespond"))
        )

    @property
    def unanswerable_reason(self) -> str | None:
        """Why its sender is not to be answered, as far as the mail itself says so."""
        if not self.sender[1]:
            return "no_address"
        if self.header("list-id") or self.header("precedence").strip().lower() == "list":
            return "mailing_list"
        auto_submitted = self.header("auto-submitted").partition(";")[0].strip().lower() or "no"
        suppression = {
            each.strip().lower() for each in self.header("x-auto-response-suppress").split(",")
        } & {"all", "autoreply"}
        bulk = self.header("precedence").strip().lower() in {"bulk", "junk"}
        no_reply = _NO_REPLY_SENDER.fullmatch(self.sender[1].partition("@")[0]) is not None
        return "machine" if auto_submitted != "no" or suppression or bulk or no_reply else None


def read_mime(raw: bytes) -> Mail:
    """A mail from its bytes, however broken: what cannot be read is left out.

    A mail that is made to be hard to take apart (parts within parts by the thousand) is its
    headers: a person reads it in the mailbox.
    """
    # Imported here: only connections of mail pay for it. The old policy never raises, whatever the
    # headers hold.
    from email import message_from_bytes  # noqa: PLC0415

    if (
        len(_CONTAINER_HEADER.findall(raw)) > _CONTAINER_LIMIT
        or raw.count(b"\n--") + raw.count(b"\r--") > _BOUNDARY_LIMIT
    ):
        return Mail(_parse_headers(raw))
    message = message_from_bytes(limit_content_headers(raw))
    texts = [_part_text(part) for part in _parts_of_type(message, "text/plain")]
    body_text = "\n".join(text for text in texts if text and text.strip())
    if not body_text:
        body_text = "\n".join(
            html_to_text(_part_text(part), quote="> ") or ""
            for part in _parts_of_type(message, "text/html")
        )
    return Mail(normalize_headers(message.raw_items()), normalize_text(body_text))


def read_headers(text: str) -> tuple[tuple[str, str], ...]:
    """The headers of a block of them, as platforms quote it."""
    return _parse_headers(text.encode("utf-8", "replace").lstrip())


def _parse_headers(raw: bytes) -> tuple[tuple[str, str], ...]:
    from email.parser import BytesHeaderParser  # noqa: PLC0415

    return normalize_headers(BytesHeaderParser().parsebytes(raw).raw_items())


def limit_content_headers(raw: bytes) -> bytes:
    """A mail, or a part of one, whose headers say in no more words than can be read what its parts
    are.
    """
    return _CONTENT_HEADER.sub(_shorten_header, raw)


def _shorten_header(header: re.Match[bytes]) -> bytes:
    if len(header[0]) <= _CONTENT_HEADER_LIMIT:
        return header[0]
    return (
        b"content-type: application/octet-stream"
        if header[1].lower() == b"type"
        else b"content-disposition: attachment"
    )


def normalize_headers(pairs: Iterable[tuple[str, object]]) -> tuple[tuple[str, str], ...]:
    """Headers in the form that `Mail` has them."""
    return tuple(
        (name.strip().lower(), _one_line(_decode_surrogates(str(value)))) for name, value in pairs
    )


def _decode_surrogates(value: str) -> str:
    """A header whose bytes that are not ASCII came as surrogates.

    Other surrogates stay what they are.
    """
    try:
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return value


def review_event(
    mail: Mail,
    native_id: str,
    connection: Connection,
    now: datetime,
    *,
    verified: bool,
    spam: bool = False,
) -> ReviewEvent | None:
    """The review that a mail is; None for a machine's answer.

    What the business itself sent, by `from_address`, is its reply.
    """
    if mail.is_automatic:
        return None
    name, address = mail.sender
    trusts_senders = connection.settings.get("answer_unverified", "").strip().lower() == "yes"
    verified = trusts_senders or (verified and len(mail.header_values("from")) == 1)
    # Not by the address alone, which anybody can write: what says so without proof goes to a
    # person.
    from_business = (
        verified
        and address
        and address == _parse_address(connection.settings.get("from_address", ""))[1]
    )
    reference_ids, subject = mail.reference_ids, decode_header_text(mail.header("subject")) or None
    thread_id = (reference_ids or (mail.message_id or native_id,))[0]
    reason = (
        mail.unanswerable_reason
        or ("spam" if spam else None)
        or (None if verified else "unverified_sender")
    )
    references = [*reference_ids, *([mail.message_id] if mail.message_id else [])]
    newest_references = (
        references
        if len(references) <= _REFERENCE_LIMIT
        else [references[0], *references[1 - _REFERENCE_LIMIT :]]
    )
    reply_to = {
        "to": _reply_address(mail, address),
        "subject": (subject or "")[:_SUBJECT_LIMIT],
        "message_id": mail.message_id or "",
        "references": " ".join(f"<{each}>" for each in newest_references),
        "unanswerable": reason or "",
    }
    return ReviewEvent(
        kind=EventKind.REPLY_SEEN if from_business else EventKind.CREATED,
        native_id=native_id,
        native_thread=thread_id,
        revision=number_revision(1),
        author=Author(author_id_from_email(address), name)
        if address
        else anonymous_author(native_id),
        # The subject of an answer is not its author's words, but most often ours.
        title=None
        if reference_ids or not subject or _REPLY_PREFIX.match(subject)
        else subject[:ONE_LINE_LIMIT],
        text=new_text(mail.text, forwarded=bool(_FORWARD_PREFIX.match(subject or ""))),
        occurred_at=now,
        reply_to={name: value for name, value in reply_to.items() if value},
    )


def check_answerable(target: ReplyTarget) -> Rejection | None:
    """Why a mail is not to be answered, if it is not."""
    reason = target.reply_to.get("unanswerable") or (
        "" if target.reply_to.get("to") else "no_address"
    )
    return (
        Rejection(reason, _UNANSWERABLE_DETAILS.get(reason, _UNANSWERABLE_DETAILS["machine"]))
        if reason
        else None
    )


def business_sender(connection: Connection) -> tuple[str, str]:
    """The business's name and address in answers.

    Raises ValueError where the setting `from_address` is none.
    """
    address = _parse_address(connection.settings.get("from_address", ""))[1]
    if not address:
        raise ValueError("from_address is no e-mail address.")
    return _one_line(connection.business_name)[:ONE_LINE_LIMIT], address


def from_header(connection: Connection) -> str:
    """The same as a From header has it."""
    return formataddr(business_sender(connection))


def reply_subject(target: ReplyTarget) -> str:
    """The subject of an answer."""
    subject = _one_line(target.reply_to.get("subject", "")) or "Your message"
    return subject if _REPLY_PREFIX.match(subject) else f"Re: {subject}"


def reply_headers(target: ReplyTarget) -> dict[str, str]:
    """The headers that make a mail an answer to another, and ask machines not to answer it.

    The last also marks the mail for another Heard, which then does not answer: two of them would go
    on for ever.
    """
    message_id, references = (
        target.reply_to.get("message_id", ""),
        _MESSAGE_ID.findall(target.reply_to.get("references", "")),
    )
    headers = {"In-Reply-To": f"<{message_id}>"} if _MESSAGE_ID.fullmatch(f"<{message_id}>") else {}
    if references:
        headers["References"] = " ".join(f"<{each}>" for each in references)
    return headers | {"X-Auto-Response-Suppress": "OOF, AutoReply"}


def compose_reply(target: ReplyTarget, text: str, sender: str, reply_id: str) -> bytes:
    """A whole mail in answer to another; the same arguments make the same bytes."""
    from email.message import EmailMessage  # noqa: PLC0415
    from email.policy import SMTP  # noqa: PLC0415

    mail = EmailMessage(SMTP)
    # Values are on one line each: the new policy refuses others, so that nothing in them becomes a
    # header of its own.
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


def is_aligned(domain: str, mail: Mail) -> bool:
    """Whether a domain that was proven is the sender's.

    The same, or one above or below the other (relaxed, RFC 7489 3.1).
    """
    sender_domain, verified_domain = (
        mail.sender[1].rpartition("@")[2],
        domain.strip().strip(".").lower(),
    )
    if "." not in verified_domain or "." not in sender_domain:
        return False
    return (
        sender_domain == verified_domain
        or sender_domain.endswith(f".{verified_domain}")
        or verified_domain.endswith(f".{sender_domain}")
    )


def domain_of(address: str) -> str:
    """The domain of an address, with or without a name or brackets."""
    return _parse_address(address)[1].rpartition("@")[2]


def _parse_address(value: str) -> tuple[str | None, str]:
    """Name and address of a header as it was sent.

    A name is decoded only when it is told from the address, or it could bring its own.
    """
    name, address = parseaddr(value, strict=True)
    if not _ADDRESS.fullmatch(address):
        # The strict reader refuses names that hold an unquoted comma; then what stands in the only
        # brackets counts.
        bracketed = re.findall(r"<([^<>]*)>", value)
        name, address = (value.partition("<")[0], bracketed[0]) if len(bracketed) == 1 else ("", "")
    return decode_header_text(name)[:ONE_LINE_LIMIT] or None, address.lower() if _ADDRESS.fullmatch(
        address
    ) else ""


def _reply_address(mail: Mail, address: str) -> str:
    reply_to = _parse_address(mail.header("reply-to"))[1]
    return (
        reply_to
        if reply_to and reply_to.rpartition("@")[2] == address.rpartition("@")[2]
        else address
    )


def _one_line(text: str) -> str:
    return " ".join((normalize_text(text) or "").split())


def decode_header_text(value: str) -> str:
    """A header's words (RFC 2047), on one line."""
    from email.errors import HeaderParseError  # noqa: PLC0415
    from email.header import decode_header  # noqa: PLC0415

    try:
        pieces = cast("list[tuple[str | bytes, str | None]]", decode_header(value[:_DECODE_LIMIT]))
        return _one_line(
            "".join(
                decode_bytes(piece, charset) if isinstance(piece, bytes) else piece
                for piece, charset in pieces
            )
        )
    except (HeaderParseError, ValueError):
        return _one_line(value)


def decode_bytes(content: bytes, charset: str | None) -> str:
    """Text in the encoding that its sender names, or in UTF-8 where that is none."""
    try:
        codec = lookup(charset or "utf-8").name.replace("-", "_")
        return content.decode("utf-8" if codec in _UNSAFE_CODECS else codec, "replace")
    except (LookupError, ValueError):
        return content.decode("utf-8", "replace")


def _parts_of_type(message: Message, content_type: str, depth: int = 0) -> Iterator[Message]:
    """The parts of a kind that belong to the mail itself.

    Neither attached nor in a mail inside it.
    """
    if depth > _DEPTH_LIMIT or message.get_content_maintype() == "message":
        return
    if message.is_multipart():
        for part in cast("Sequence[Message]", message.get_payload()):
            yield from _parts_of_type(part, content_type, depth + 1)
    elif (
        message.get_content_type() == content_type
        and (message.get_content_disposition() or "inline") == "inline"
        and not message.get_filename()
    ):
        yield message


def _part_text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return decode_bytes(content, part.get_content_charset()) if isinstance(content, bytes) else ""


# The new words of a mail

_ATTRIBUTION_LINE: Final = re.compile(
    r"(?:on|am|le|el|em|il|op|den|dnia|w dniu|em|pada|tarihinde|на|在)\b.{0,300}"
    r"(?:wrote|schrieb\b.{0,80}|a écrit|escribió|escreveu|ha "
    r"scritto|schreef\b.{0,80}|skrev\b.{0,80}|napisał(?:\(a\))?|"
    r"menulis|şunu yazdı|написал|写道)"
    r"\s*[:：]",
    re.IGNORECASE | re.DOTALL,
)
_ORIGINAL_MESSAGE_LINE: Final = re.compile(
    r"\s*-{2,}\s*(?:original message|ursprüngliche nachricht|message d'origine|mensaje "
    r"original|mensagem original|messaggio originale|"
    r"oorspronkelijk bericht|ursprungligt meddelande|wiadomość oryginalna)\s*-{2,}\s*",
    re.IGNORECASE,
)
_HEADER_LINE: Final = re.compile(
    r"\*{0,2}(?:from|sent|to|cc|subject|date|von|gesendet|an|betreff|de|envoyé|à|objet|enviado|para|asunto|assunto|da|inviato|a|oggetto|"
    r"van|verzonden|aan|onderwerp)\s?:\*{0,2}\s?.+",
    re.IGNORECASE,
)


def new_text(text: str | None, *, forwarded: bool = False) -> str | None:
    """What the sender of a mail wrote now: without what is quoted, and without the signature.

    All of it if nothing else is left.

    Lines that begin with ">" go, with the line that introduces them; so does all below a program's
    "Original Message" or a block of From, Sent, To and Subject. What was `forwarded` is what the
    mail is about, and stays.
    """
    full_text = normalize_text(text)
    if full_text is None or forwarded:
        return full_text
    lines = full_text.split("\n")
    lines = _without_quotes(lines[: _quote_start(lines)])
    end = max((number for number, line in enumerate(lines) if line == "-- "), default=len(lines))
    remaining = normalize_text("\n".join(lines[:end]))
    return (
        remaining
        if remaining and any(character.isalnum() for character in remaining)
        else full_text
    )


def _quote_start(lines: Sequence[str]) -> int:
    """Where a program put the mail that is answered, from which on nothing is new."""
    for index, line in enumerate(lines):
        if "--" in line and _ORIGINAL_MESSAGE_LINE.fullmatch(line):
            return index
        if ":" in line and _HEADER_LINE.fullmatch(line.strip()):
            block = [
                each for each in lines[index : index + 6] if _HEADER_LINE.fullmatch(each.strip())
            ]
            if len(block) >= 4:
                return index
    return len(lines)


def _without_quotes(lines: Sequence[str]) -> list[str]:
    own_lines: list[str] = []
    for line, below in zip(lines, _next_nonblank(lines), strict=True):
        if line.startswith(">"):
            continue
        own_lines.append(line)
        if line.strip() and below.startswith(">"):
            # The line above a quotation says whose it is; mail programs break it in two or three.
            for start in range(len(own_lines) - 1, max(-1, len(own_lines) - 4), -1):
                if _ATTRIBUTION_LINE.fullmatch(
                    " ".join(each.strip() for each in own_lines[start:])
                ):
                    del own_lines[start:]
                    break
    return own_lines


def _next_nonblank(lines: Sequence[str]) -> list[str]:
    """For each line the next one below it that is not blank."""
    next_lines, below = [""] * len(lines), ""
    for index in range(len(lines) - 1, -1, -1):
        next_lines[index] = below
        below = lines[index] if lines[index].strip() else below
    return next_lines
