"""`heard connect verify`: one captured request, checked without a stack.

Every platform that signs with a shared secret is checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from heard import clock
from heard.clock import format_time
from heard.connectors import Connector, HttpResponse, WebhookRequest, load, platform_names
from heard.connectors.signatures import SharedSecret
from heard.errors import PlatformUnavailable
from heard_cli.connect.captured_request import UnreadableRequest, parse_captured
from heard_cli.connect.offline_check import OfflineHttp
from heard_cli.local.samples import EVENTS, Sample, build_sample
from heard_simulator.server import PlatformRequest, ReplyLedger, platform_classes
from tests.unit.cli.conftest import CommandResult, HeardCommand

URL = "https://heard.example/hooks/con_abc"
WORDS = "The bread was stale, and nobody said sorry."


def samples(platform: str) -> list[Sample]:
    paths = sorted((EVENTS / platform).glob("[0-9]*.json"))
    return [
        build_sample(platform, path.stem, json.loads(path.read_text(encoding="utf-8")))
        for path in paths
    ]


def symmetric(platform: str) -> Connector | None:
    connector = load(platform)
    return (
        connector
        if isinstance(connector.scheme, SharedSecret) and connector.capabilities.pushes
        else None
    )


def settings(connector: Connector) -> dict[str, str]:
    """The settings that the simulated platform needs, or any values."""
    known = platform_classes().get(connector.capabilities.platform)
    matches = {
        name: value.replace("{url}", "https://platform.example")
        for name, value in (known.settings if known else {}).items()
    }
    return dict.fromkeys(connector.capabilities.settings, "https://platform.example") | matches


@dataclass
class Check:
    """Runs `heard connect verify` on a request, from files."""

    heard: HeardCommand
    folder: Path
    connector: Connector
    secret: str

    def words(self, request: WebhookRequest, *more: str, url: str = URL) -> list[str]:
        (self.folder / "headers.json").write_text(json.dumps(dict(request.headers)))
        (self.folder / "body").write_bytes(request.body)
        (self.folder / "secret").write_text(self.secret + "\n")
        argument = [f"{name}={value}" for name, value in settings(self.connector).items()]
        words = [
            "connect",
            "verify",
            "--platform",
            self.connector.capabilities.platform,
            "--url",
            url,
        ]
        words += [
            "--headers",
            str(self.folder / "headers.json"),
            "--body",
            str(self.folder / "body"),
        ]
        words += [
            "--secret-file",
            str(self.folder / "secret"),
            "--method",
            request.method,
            "--query",
            request.query,
        ]
        return [*words, *(word for name in argument for word in ("--setting", name)), *more]

    def __call__(self, request: WebhookRequest, *more: str, url: str = URL) -> CommandResult:
        return self.heard(*self.words(request, *more, url=url))


@pytest.fixture
def check(heard: HeardCommand, tmp_path: Path) -> Callable[[str], Check]:
    def of(platform: str) -> Check:
        connector = load(platform)
        assert connector.scheme
        return Check(heard, tmp_path, connector, connector.scheme.new_secret())

    return of


def reviewed(connector: Connector, secret: str, now: datetime) -> WebhookRequest | None:
    """A signed request that holds a review; None if there is no such sample."""
    for sample in samples(connector.capabilities.platform):
        delivery = sample.render(now)
        if (
            delivery.request
            and not sample.page
            and sample.expect
            and sample.expect[0].kind == "created"
        ):
            return connector.sign(delivery.request, URL, secret, now)
    return None


@pytest.mark.parametrize("platform", platform_names())
def test_a_signed_request_is_accepted_and_a_changed_one_is_refused(
    check: Callable[[str], Check], platform: str
) -> None:
    connector = symmetric(platform)
    if connector is None:
        pytest.skip("it signs nothing, or not with a shared secret")
    of = check(platform)
    request = reviewed(connector, of.secret, clock.now())
    if request is None:
        pytest.skip("there is no sample of a review that it sends")

    result = of(request, "--json")
    assert result.exit_code == 0, result.stdout + result.stderr
    assert (result.json["result"], result.json["reason"], result.json["problems"]) == (
        "accepted",
        None,
        [],
    )
    assert result.json["events"]
    assert {"text", "title", "author"} & result.json["events"][0].keys() == set()
    assert "author" in of(request, "--json", "--show-text").json["events"][0]

    missing = of(
        replace(request, headers={"content-type": request.headers.get("content-type", "")}),
        "--json",
    )
    assert (missing.exit_code, missing.json["reason"]) == (1, "signature_missing")
    bad_files = replace(of, secret=of.connector.scheme.new_secret() if of.connector.scheme else "")(
        request, "--json"
    )
    assert (bad_files.exit_code, bad_files.json["reason"]) == (1, "signature_wrong")
    assert bad_files.json["advice"]
    for output in (result, missing, bad_files):
        assert of.secret not in output.stdout + output.stderr


@pytest.fixture
def standard(check: Callable[[str], Check]) -> Check:
    return check("standard")


def review(text: str = WORDS, **data: Any) -> bytes:
    data = {"id": "r1", "rating": 2, "text": text, "language": "en", "author": {"id": "a1"}, **data}
    return json.dumps(
        {"type": "review.created", "timestamp": format_time(clock.now()), "data": data},
        ensure_ascii=False,
        indent=2,
    ).encode()


def signed(
    check: Check, body: bytes, at: datetime | None = None, url: str = URL, **headers: str
) -> WebhookRequest:
    return check.connector.sign(
        WebhookRequest("POST", headers, body), url, check.secret, at or clock.now()
    )


def test_the_words_are_shown_with_the_option(standard: Check) -> None:
    request = signed(standard, review())

    result = standard(request)
    assert result.exit_code == 0
    assert "Accepted: the signature is right." in result.stdout
    assert "created" in result.stdout
    assert "stale" not in result.stdout + result.stderr
    assert WORDS in standard(request, "--show-text").stdout


@pytest.mark.parametrize(
    ("change", "output"),
    [
        (lambda body: body + b"\n", "without the line break at its end"),
        (lambda body: body.replace(b"\n", b"\r\n"), "Unix line breaks"),
        (lambda body: b"\xef\xbb\xbf" + body, "byte order mark"),
        (lambda body: json.dumps(json.loads(body)).encode(), "read it and wrote it again"),
        (lambda body: body.replace(b"stale", b"mouldy"), "the original bytes"),
    ],
)
def test_a_changed_body_is_refused_and_the_usual_changes_are_recognised(
    standard: Check, change: Callable[[bytes], bytes], output: str
) -> None:
    request = signed(standard, review())

    result = standard(replace(request, body=change(request.body)))

    assert result.exit_code == 1
    assert "Refused: signature_wrong" in result.stdout
    assert output in result.stdout
    assert "stale" not in result.stdout


def test_an_old_request_is_stale_unless_it_is_checked_at_its_own_time(standard: Check) -> None:
    then = clock.now() - timedelta(days=3)
    request = signed(standard, review(), then)

    result = standard(request)
    assert (result.exit_code, "stale" in result.stdout, "--at" in result.stdout) == (1, True, True)
    assert standard(request, "--at", format_time(then)).exit_code == 0
    assert standard(request, "--at", "3d").exit_code == 0
    assert standard(request, "--at", "yesterday").exit_code == 2
    # A request that is old and changed counts as changed.
    assert "signature_wrong" in standard(replace(request, body=b"{}")).stdout


def test_an_address_that_a_proxy_changed_is_recognised(check: Callable[[str], Check]) -> None:
    of = check("twilio_sms")
    form = urlencode(
        {
            "MessageSid": "SM1",
            "From": "+15005550006",
            "To": "+15005550001",
            "SmsStatus": "received",
            "Body": WORDS,
        }
    ).encode()
    request = signed(of, form)

    assert of(request).exit_code == 0
    for url in (URL.replace("https", "http"), URL + "/"):
        result = of(request, url=url)
        assert (result.exit_code, f"matches {URL}" in result.stdout) == (1, True), result.stdout
    behind = replace(request, headers={**request.headers, "x-forwarded-host": "heard.example"})
    assert f"matches {URL}" in of(behind, url="https://inside.example/hooks/con_abc").stdout
    assert "--url" in of(request, url="https://elsewhere.example/hooks/con_abc").stdout


def test_a_handshake_shows_the_response(heard: HeardCommand, tmp_path: Path) -> None:
    (tmp_path / "request.http").write_text(
        "GET /hooks/con_abc HTTP/1.1\r\nHost: heard.example\r\n\r\n"
    )

    result = heard.run_ok(
        *("connect", "verify", "--platform", "feedback_form", "--secret", "s"),
        *("--url", URL, "--headers", str(tmp_path / "request.http"), "--json"),
    ).json

    assert (result["result"], result["response"]["status"], result["events"]) == (
        "handshake",
        200,
        [],
    )
    assert "<form" in result["response"]["body"]


def test_an_authentic_unreadable_request_would_go_to_quarantine(standard: Check) -> None:
    result = standard(signed(standard, b'{"type": "review.created", "data": 7}'))

    assert result.exit_code == 1
    assert "quarantine" in result.stdout
    assert "data" in result.stdout


def test_an_unsigned_request_is_not_proven(heard: HeardCommand, tmp_path: Path) -> None:
    (tmp_path / "headers").write_text("Content-Type: application/json\n")
    words = (
        "connect",
        "verify",
        "--platform",
        "trustpilot",
        "--url",
        URL,
        "--headers",
        str(tmp_path / "headers"),
        "--body",
        "-",
    )

    result = heard.run_ok(*words, stdin='{"events": []}')

    assert "nothing proves" in result.stderr
    assert heard(*words, "--secret", "hunter2", stdin="{}").exit_code == 2


@pytest.mark.parametrize(
    ("headers", "output"),
    [
        (b"", "it is empty"),
        (b"Content-Type: application/json\nhunter2 is my secret\n", "line 2 is not a header"),
        (b"HTTP/1.1 200 OK\nContent-Type: text/html\n", "HTTP response"),
        (b'{"content-type": ', "starts like JSON"),
        (b'["content-type"]', "one object"),
        (b'{"content-type": {"hunter2": 1}}', "strings"),
    ],
)
def test_invalid_headers_are_reported_and_never_shown(
    heard: HeardCommand, tmp_path: Path, headers: bytes, output: str
) -> None:
    (tmp_path / "headers").write_bytes(headers)

    result = heard(
        "connect",
        "verify",
        "--platform",
        "discourse",
        "--url",
        URL,
        "--secret",
        "s",
        "--headers",
        str(tmp_path / "headers"),
    )

    assert result.exit_code == 2
    assert output in " ".join(result.stderr.replace("│", " ").split())
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(
    ("words", "output"),
    [
        (("--platform", "yelling"), "there is no platform"),
        (("--url", "heard.example"), "--url"),
        (("--headers", "/nowhere/at-all"), "cannot be read"),
        (("--body", "/nowhere/at-all"), "cannot be read"),
        (("--secret", "hunter2"), "whsec_"),
        (("--setting", "colour=red"), "colour is not a known name"),
        (("--body", "-", "--headers", "-"), "stdin"),
        ((), "--secret-file"),
    ],
)
def test_wrong_options_are_named(
    heard: HeardCommand, tmp_path: Path, words: tuple[str, ...], output: str
) -> None:
    (tmp_path / "headers").write_text(
        "webhook-id: m\nwebhook-timestamp: 1\nwebhook-signature: v1,x\n"
    )
    usual = ("--platform", "standard", "--url", URL, "--headers", str(tmp_path / "headers"))

    result = heard("connect", "verify", *usual, *words)

    assert result.exit_code == 2
    assert output in " ".join(result.stderr.replace("│", " ").split())
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(
    "mark", ["{body}", "> POST /hooks/con_abc?x=1 HTTP/1.1\n{headers}>\n< HTTP/1.1 202 Accepted\n"]
)
def test_a_request_can_be_read_in_every_pasted_form(standard: Check, mark: str) -> None:
    request = signed(standard, review())
    lines = "".join(
        f"{'> ' if '>' in mark else ''}{name.title()}: {value}\r\n"
        for name, value in request.headers.items()
    )
    message = (
        f"POST /hooks/con_abc?x=1 HTTP/1.1\r\n{lines}\r\n"
        if mark == "{body}"
        else mark.format(headers=lines)
    )
    words = standard.words(request)
    file = standard.folder / "headers.json"
    file.write_bytes(message.encode() + (request.body if mark == "{body}" else b""))
    if mark == "{body}":
        words[words.index("--body") : words.index("--body") + 2] = []

    assert standard.heard(*words).exit_code == 0


def test_the_request_line_and_repeated_headers_count() -> None:
    matches = parse_captured(
        b"POST /hooks/con_1?a=b&c HTTP/1.1\nX-One: 1\nx-one: 2\nX-Long: a\n  b\n"
    )
    assert (matches.method, matches.query, matches.headers, matches.body) == (
        "POST",
        "a=b&c",
        {"x-one": "1,2", "x-long": "a b"},
        None,
    )

    assert parse_captured(b":method: PUT\n:path: /x?y=1\nA:b").query == "y=1"
    assert parse_captured('{"A": ["b", "c"], "D": 1}'.encode("utf-16")).headers == {
        "a": "b,c",
        "d": "1",
    }
    with pytest.raises(UnreadableRequest):
        parse_captured(b"\n")


def test_public_keys_come_only_from_a_file() -> None:
    with pytest.raises(PlatformUnavailable):
        OfflineHttp(None)("GET", "https://keys.example")
    with pytest.raises(PlatformUnavailable):
        OfflineHttp(b"{}")("POST", "https://keys.example/token")
    assert OfflineHttp(b"{}")("GET", "https://keys.example") == HttpResponse(
        200, {"content-type": "application/json"}, b"{}"
    )


def test_missing_public_keys_are_reported(standard: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    def needs_keys(self: object, *argument: Any) -> None:
        argument[-1]("GET", "https://keys.example")

    request = signed(standard, review())
    monkeypatch.setattr(type(standard.connector), "verify", needs_keys)

    result = standard(request)
    assert (result.exit_code, "--keys FILE" in result.stderr) == (2, True)
    (standard.folder / "keys.json").write_text("{}")
    assert standard(request, "--keys", str(standard.folder / "keys.json")).exit_code == 0


@pytest.mark.parametrize("platform", platform_names())
def test_a_public_key_signature_is_checked_with_a_key_file(
    heard: HeardCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    known = platform_classes().get(platform)
    where = next(
        (value for name, value in (known.settings if known else {}).items() if name == "certs_url"),
        "",
    )
    if known is None or not where:
        pytest.skip("no keys are published for it")
    other = known(
        platform, known.credentials, ReplyLedger(), clock.now, lambda: "https://platform.example"
    )
    calls = other.operation(PlatformRequest("GET", where.removeprefix("{url}"), {}, {}, b""))
    assert calls
    assert other.signing_secret
    connector = load(platform)
    # Each command is a process of its own, without cached keys.
    monkeypatch.setattr("heard_cli.platforms.load", lambda _: type(connector)())
    request = reviewed(connector, other.signing_secret, clock.now())
    assert request
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(calls.run().body))
    of = Check(heard, tmp_path, connector, "")
    words = of.words(request, "--keys", str(keys), "--json")
    at = words.index("--secret-file")
    words[at : at + 2] = []

    result = heard(*words)
    assert (result.exit_code, result.stdout and result.json["result"]) == (0, "accepted"), (
        result.stderr
    )
    assert result.json["events"]
    keys.write_text("{}")
    assert heard(*words).exit_code in {1, 2}
    words[words.index("--keys") : words.index("--keys") + 2] = []
    result = heard(*words)
    assert (result.exit_code, "--keys FILE" in result.stderr) == (2, True), (
        result.stdout + result.stderr
    )
