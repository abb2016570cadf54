"""`heard connect verify`.

Check one captured request wholly offline, as the webhook door would, and say exactly why it is
refused.

Needs no stack, no AWS and no network: what a platform publishes (certificates, keys) comes from a
file. Prints no secret and, unless it is asked to, no customer's words.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import typer

from heard import clock
from heard.clock import stamp
from heard.connectors import (
    Connection,
    Connector,
    HttpAnswer,
    Parsed,
    Refusal,
    RefusalReason,
    Request,
    Response,
    Secret,
    load,
)
from heard.errors import BadRequest, NotFound, PlatformUnavailable, Unparseable
from heard.reviews import ReviewEvent
from heard_cli import show
from heard_cli.connect.captured_request import Captured, Unreadable, captured
from heard_cli.connect.credentials import pairs, secret_from, unknown_settings
from heard_cli.durations import instant

_ID: Final = re.compile(r"/hooks/(con_[A-Za-z0-9_-]+)")
_SHOWN_ANSWER: Final = 400


@dataclass(frozen=True, slots=True)
class Published:
    """The `Http` of somebody who has no network.

    Every page is the file of keys, and without one nothing answers.
    """

    keys: bytes | None

    def __call__(self, method: str, url: str, **_: object) -> HttpAnswer:
        """The file, for whatever is to be read. Raises PlatformUnavailable."""
        if self.keys is None or method != "GET":
            raise PlatformUnavailable(
                f"{method} {url.partition('?')[0]} would have to be asked.", maybe_applied=False
            )
        kind = (
            "application/json"
            if self.keys.lstrip()[:1] in {b"{", b"["}
            else "application/x-pem-file"
        )
        return HttpAnswer(200, {"content-type": kind}, self.keys)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the door would make of a request.

    `result` is accepted, quarantined, refused or handshake.
    """

    result: str
    reason: str = ""
    detail: str = ""
    advice: str = ""
    parsed: Parsed = field(default_factory=Parsed)
    answer: Response | None = None


def verify(
    platform: Annotated[str, typer.Option(help="Whose request it is.")],
    url: Annotated[
        str,
        typer.Option(
            help="The address that the platform was given, whole: some signatures cover it."
        ),
    ],
    headers: Annotated[
        Path,
        typer.Option(
            allow_dash=True,
            help="The headers: a JSON object, Name: value lines, an HTTP message, or what curl -v "
            "shows.",
        ),
    ],
    body: Annotated[
        Path | None,
        typer.Option(
            allow_dash=True,
            help="The body's bytes as they came; - for stdin. Else what follows the headers in "
            "their file.",
        ),
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(
            help="What the platform signs with. Shells remember it: prefer --secret-file."
        ),
    ] = None,
    secret_file: Annotated[
        Path | None, typer.Option(allow_dash=True, help="The same, from a file, or - for stdin.")
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="The request's method; POST if the headers do not say.")
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(
            help="The query as it came; that of the headers' request line or of --url if not said."
        ),
    ] = None,
    setting: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A setting of the connection.")
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            help="What the platform publishes to check signatures with (a PEM certificate, JSON of "
            "keys), instead of fetching it."
        ),
    ] = None,
    at: Annotated[
        str,
        typer.Option(
            help="Check as of then: 2026-01-31T09:30 (UTC if no zone is said), or how long ago: "
            "90m, 7d."
        ),
    ] = "now",
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Show who wrote and what, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    """Check a captured request offline.

    Is it believed, what does it hold, and if it is refused, why.

    Nothing is sent anywhere. The exit code is 0 if it is believed (or a handshake), 1 if it is
    refused or cannot be read, 2 if an option is wrong.
    """
    connector = _connector(platform)
    if sum(str(each) == "-" for each in (headers, body, secret_file)) > 1:
        raise typer.BadParameter("only one of them can come from stdin.", param_hint="--body")
    settings = pairs(setting or (), "--setting")
    unknown_settings(connector.capabilities, settings)
    secrets = _secrets(connector, secret_from(secret, secret_file))
    head = _head(headers)
    address = url.partition("#")[0]
    parts = _parts(address)
    request = Request(
        (method or head.method or "POST").upper(),
        head.headers,
        _read(body, "--body") if body else head.body or b"",
        next(each for each in (query, head.query, parts.query) if each is not None).removeprefix(
            "?"
        ),
    )
    found = _ID.search(parts.path)
    connection = Connection(
        found[1] if found else "con_offline",
        "offline",
        platform,
        address,
        settings,
        business_name="Offline",
    )
    http = Published(_read(keys, "--keys") if keys else None)
    moment = instant(at, clock.now(), "--at")
    try:
        verdict = checked(connector, request, connection, secrets, moment, http)
    except KeyError as missing:
        name = str(missing.args[0]) if missing.args else ""
        if name in connector.capabilities.settings:
            needed = f"{connector.capabilities.title} needs {name}: {connector.capabilities.settings[name]}."
            raise typer.BadParameter(needed, param_hint="--setting") from None
        raise
    except PlatformUnavailable as asked:
        title = connector.capabilities.title
        told = (
            f"{keys} is not what {title} publishes"
            if keys
            else f"{title} needs the platform's published keys: --keys FILE"
        )
        raise typer.BadParameter(f"{told}. {asked.detail}", param_hint="--keys") from None
    if verdict.reason == RefusalReason.NO_SECRET and not secrets:
        raise typer.BadParameter(
            f"say what {connector.capabilities.title} signs with.", param_hint="--secret-file"
        )
    if as_json:
        show.data(_told(connector, verdict, moment, words=show_text))
    else:
        _report(connector, verdict, request, words=show_text)
    if verdict.result in {"refused", "quarantined"}:
        raise typer.Exit(1)


def checked(
    connector: Connector,
    request: Request,
    connection: Connection,
    secrets: tuple[str, ...],
    now: datetime,
    http: Published,
) -> Verdict:
    """What the door would say to this request.

    Raises PlatformUnavailable when only what the platform publishes could tell.
    """
    if len(request.body) > connector.body_limit:
        told = f"The body has {len(request.body)} bytes; at most {connector.body_limit} are taken."
        return Verdict(
            "refused",
            "too_large",
            told,
            "No platform documents such bodies: look at what sends them.",
        )
    if greeting := connector.handshake(request, connection, secrets, now):
        return Verdict("handshake", answer=greeting)
    if refusal := connector.verify(request, connection, secrets, now, http):
        advice = _advice(connector, refusal, request, connection, secrets, now, http)
        return Verdict("refused", refusal.reason.value, refusal.detail, advice)
    try:
        parsed = connector.parse(request, connection, now)
    except Unparseable as unreadable:
        parsed = Parsed((), (unreadable.detail,))
    try:
        answer = connector.accepted(request, connection, parsed, Published(None))
    except (PlatformUnavailable, BadRequest):
        answer = None  # what it answers depends on what the platform says when it is asked
    return Verdict("quarantined" if parsed.problems else "accepted", parsed=parsed, answer=answer)


def _advice(
    connector: Connector,
    refusal: Refusal,
    request: Request,
    connection: Connection,
    secrets: tuple[str, ...],
    now: datetime,
    http: Published,
) -> str:
    """What to do next."""
    title = connector.capabilities.title
    match refusal.reason:
        case RefusalReason.SIGNATURE_MISSING:
            return (
                f"Is the file complete? It holds {len(request.headers)} headers. If it is, {title} "
                "did not sign (no secret is entered "
                "there), a proxy removed the header, or somebody else sent it."
            )
        case RefusalReason.SIGNATURE_MALFORMED:
            return f"Copy the header whole and unwrapped. If it is, what sent this is not {title}, or another version of its signature."
        case RefusalReason.STALE:
            return "The signature itself is right. To check an old request as of when it came: --at 2026-01-31T09:30"
        case RefusalReason.NO_SECRET:
            return "Give what the platform signs with: --secret-file"
        case RefusalReason.SIGNATURE_WRONG:
            for changed, address, told in _variants(request, connection.url):
                if _fits(connector, changed, replace(connection, url=address), secrets, now, http):
                    return told
            covered = (
                " The address counts too: --url must be the one that the platform was given."
                if _covers_address(connector)
                else ""
            )
            return (
                "Is it this connection's secret, and the newest one? Then the body is not what "
                "was signed: give the bytes as they came, "
                f"never JSON that was parsed and written again.{covered}"
            )


def _fits(
    connector: Connector,
    request: Request,
    connection: Connection,
    secrets: tuple[str, ...],
    now: datetime,
    http: Published,
) -> bool:
    try:
        refusal = connector.verify(request, connection, secrets, now, http)
    except PlatformUnavailable:
        return False
    return refusal is None or refusal.reason is RefusalReason.STALE


def _covers_address(connector: Connector) -> bool:
    return "address" in connector.capabilities.signature


def _variants(request: Request, url: str) -> Iterator[tuple[Request, str, str]]:
    """What usually happens to a body or an address on the way into a file, and how to say so if the
    signature then fits.
    """
    body = request.body
    for changed, what in (
        (body.rstrip(b"\r\n"), "without the line break at its end, which an editor or echo added"),
        (body + b"\n", "with a line break at its end, which was cut off"),
        (body + b"\r\n", "with a line break at its end, which was cut off"),
        (
            body.replace(b"\r\n", b"\n"),
            "with Unix line breaks (LF), which something turned into those of Windows",
        ),
        (
            body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
            "with Windows line breaks (CRLF), which something turned into those of Unix",
        ),
        (
            body.removeprefix(b"\xef\xbb\xbf"),
            "without the byte order mark that an editor put before it",
        ),
        *(
            (each, "as other JSON of the same content: something parsed it and wrote it again")
            for each in _rewritten(body)
        ),
    ):
        if changed != body:
            yield (
                replace(request, body=changed),
                url,
                f"The signature fits the body {what}. Save the bytes as they came.",
            )
    for address in dict.fromkeys(_addresses(request, url)):
        if address != url:
            told = f"The signature covers the address, and fits {address}: the platform was given that one, or a proxy changed it on the way."
            yield (
                request,
                address,
                f"{told} Paste there the address that heard connect show prints.",
            )
    if request.query:
        told = "The signature fits the address without its query: something on the way added that."
        yield replace(request, query=""), url, told


def _rewritten(body: bytes) -> Iterator[bytes]:
    try:
        document: object = json.loads(body)
    except ValueError:
        return
    for ascii_only in (False, True):
        compact = json.dumps(document, ensure_ascii=ascii_only, separators=(",", ":"))
        for text in (
            compact,
            compact.replace("/", "\\/"),
            json.dumps(document, ensure_ascii=ascii_only),
        ):
            yield text.encode("utf-8", "surrogatepass")
        yield from (
            json.dumps(document, ensure_ascii=ascii_only, indent=wide).encode(
                "utf-8", "surrogatepass"
            )
            for wide in (2, 4)
        )


def _addresses(request: Request, url: str) -> Iterator[str]:
    parts = urlsplit(url)
    hosts = [
        parts.netloc,
        *(
            request.headers[name]
            for name in ("host", "x-forwarded-host", "x-original-host")
            if request.headers.get(name)
        ),
    ]
    for host in hosts:
        for scheme in (parts.scheme, "https", "http"):
            for path in (parts.path, parts.path.rstrip("/"), parts.path.rstrip("/") + "/"):
                yield parts._replace(scheme=scheme, netloc=host, path=path).geturl()


def _connector(platform: str) -> Connector:
    try:
        connector = load(platform)
    except NotFound as missing:
        raise typer.BadParameter(missing.detail, param_hint="--platform") from None
    if not connector.capabilities.pushes:
        raise typer.BadParameter(
            f"{connector.capabilities.title} sends nothing that could be checked: Heard asks it.",
            param_hint="--platform",
        )
    return connector


def _secrets(connector: Connector, given: str | None) -> tuple[str, ...]:
    about = connector.capabilities
    if given and about.secret is Secret.NONE:
        raise typer.BadParameter(
            f"{about.title} has no secret to check with: {about.signature}.", param_hint="--secret"
        )
    if given and connector.scheme and (wrong := connector.scheme.unfit(given)):
        raise typer.BadParameter(f"{about.title}: {wrong}.", param_hint="--secret")
    return (given,) if given else ()


def _head(path: Path) -> Captured:
    try:
        return captured(_read(path, "--headers"))
    except Unreadable as wrong:
        raise typer.BadParameter(f"{path}: {wrong}.", param_hint="--headers") from None


def _read(path: Path, option: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(
            f"{path} cannot be read: {error.strerror}.", param_hint=option
        ) from None


def _parts(url: str) -> Any:
    try:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        pass
    raise typer.BadParameter(
        "it must look like https://example.com/hooks/con_….", param_hint="--url"
    )


def _event(event: ReviewEvent, *, words: bool) -> dict[str, Any]:
    whole = event.normal()
    names = ("kind", "native_id", "native_thread", "revision", "rating", "language", "partial")
    told = {name: getattr(whole, name) for name in names} | {"kind": whole.kind.value}
    told["occurred_at"] = stamp(whole.occurred_at) if whole.occurred_at else None
    if words:
        told |= {
            "author": whole.author.id,
            "author_name": whole.author.name,
            "title": whole.title,
            "text": whole.text,
        }
    return told


def _told(connector: Connector, verdict: Verdict, now: datetime, *, words: bool) -> dict[str, Any]:
    about = connector.capabilities
    told: dict[str, Any] = {
        "platform": about.platform,
        "result": verdict.result,
        "signed": about.signed,
        "checked_as_of": stamp(now),
    }
    told |= {name: getattr(verdict, name) or None for name in ("reason", "detail", "advice")}
    told["events"] = [_event(each, words=words) for each in verdict.parsed.events]
    told["problems"] = list(verdict.parsed.problems)
    answer = verdict.answer
    shown = (
        {"status": answer.status, "content_type": answer.content_type, "body": answer.body}
        if answer
        else None
    )
    return told | {"answer": shown}


def _report(connector: Connector, verdict: Verdict, request: Request, *, words: bool) -> None:
    about, answer = connector.capabilities, verdict.answer
    if not about.signed:
        show.say(
            f"{about.title} signs nothing ({about.signature}): nothing can prove who sent this."
        )
    match verdict.result:
        case "refused":
            show.line(f"Refused: {verdict.reason}", style="bold red")
            show.line(verdict.detail)
            show.line(verdict.advice)
            return
        case "handshake":
            show.line(
                f"A handshake: {request.method} is answered and goes nowhere.", style="bold green"
            )
        case "quarantined":
            show.line(
                "Genuine, but it cannot be read: it would be kept in quarantine.",
                style="bold yellow",
            )
            for problem in verdict.parsed.problems:
                show.line(problem)
        case _:
            believed = (
                "Accepted: the signature is right."
                if about.signed
                else "Accepted, as anything that is sent to this address."
            )
            show.line(believed, style="bold green")
    if answer:
        first = answer.body[:_SHOWN_ANSWER] + ("…" if len(answer.body) > _SHOWN_ANSWER else "")
        show.say(f"The door would answer {answer.status} ({answer.content_type}) {first}")
    elif verdict.result == "accepted":
        show.say("What the door would answer depends on the platform, which it would ask.")
    for event in verdict.parsed.events:
        show.line()
        show.facts(
            {
                name.replace("_", " "): _cell(value)
                for name, value in _event(event, words=words).items()
            }
        )
    if verdict.result == "accepted" and not verdict.parsed.events:
        show.say("It holds no review event: Heard would do nothing.")
    if verdict.parsed.events and not words:
        show.say("Who wrote, and what: --show-text")


def _cell(value: object) -> str | None:
    return (
        {True: "yes", False: "no"}[value]
        if isinstance(value, bool)
        else None
        if value is None
        else str(value)
    )
