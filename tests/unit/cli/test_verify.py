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
TEXT = "The bread was stale, and nobody said sorry."


def samples(platform: str) -> list[Sample]:
    paths = sorted((EVENTS / platform).glob("[0-9]*.json"))
    return [
        build_sample(platform, path.stem, json.loads(path.read_text(encoding="utf-8")))
        for path in paths
    ]


def signs_with_shared_secret(platform: str) -> bool:
    connector = load(platform)
    return isinstance(connector.scheme, SharedSecret) and connector.capabilities.pushes


SHARED_SECRET_PLATFORMS = [name for name in platform_names() if signs_with_shared_secret(name)]
PUBLIC_KEY_PLATFORMS = [
    name for name, platform in platform_classes().items() if "certs_url" in platform.settings
]


def settings(connector: Connector) -> dict[str, str]:
    """The settings that the simulated platform needs, or any values."""
    simulated_platform = platform_classes().get(connector.capabilities.platform)
    simulated_settings = {
        name: value.replace("{url}", "https://platform.example")
        for name, value in (simulated_platform.settings if simulated_platform else {}).items()
    }
    any_settings = dict.fromkeys(connector.capabilities.settings, "https://platform.example")
    return any_settings | simulated_settings


@dataclass
class VerifyCommand:
    """`heard connect verify` for one platform and secret; it gives the request in files."""

    heard: HeardCommand
    folder: Path
    connector: Connector
    secret: str

    def arguments(self, request: WebhookRequest, *more: str, url: str = URL) -> list[str]:
        (self.folder / "headers.json").write_text(json.dumps(dict(request.headers)))
        (self.folder / "body").write_bytes(request.body)
        (self.folder / "secret").write_text(self.secret + "\n")
        arguments = [
            *("connect", "verify", "--platform", self.connector.capabilities.platform),
            *("--url", url, "--headers", str(self.folder / "headers.json")),
            *("--body", str(self.folder / "body")),
            *("--secret-file", str(self.folder / "secret")),
            *("--method", request.method, "--query", request.query),
        ]
        for name, value in settings(self.connector).items():
            arguments += ["--setting", f"{name}={value}"]
        return [*arguments, *more]

    def __call__(self, request: WebhookRequest, *more: str, url: str = URL) -> CommandResult:
        return self.heard(*self.arguments(request, *more, url=url))


@pytest.fixture
def verify_command(heard: HeardCommand, tmp_path: Path) -> Callable[[str], VerifyCommand]:
    def for_platform(platform: str) -> VerifyCommand:
        connector = load(platform)
        assert connector.scheme
        return VerifyCommand(heard, tmp_path, connector, connector.scheme.new_secret())

    return for_platform


def signed_review(connector: Connector, secret: str, now: datetime) -> WebhookRequest:
    """A signed request of the platform's samples that holds a new review."""
    for sample in samples(connector.capabilities.platform):
        delivery = sample.render(now)
        if (
            delivery.request
            and not sample.page
            and sample.expect
            and sample.expect[0].kind == "created"
        ):
            return connector.sign(delivery.request, URL, secret, now)
    raise AssertionError(f"{connector.capabilities.platform} has no sample of a new review")


@pytest.mark.parametrize("platform", SHARED_SECRET_PLATFORMS)
def test_a_signed_request_is_accepted_and_refused_without_its_signature_or_with_another_secret(
    verify_command: Callable[[str], VerifyCommand], platform: str
) -> None:
    verify = verify_command(platform)
    request = signed_review(verify.connector, verify.secret, clock.now())

    result = verify(request, "--json")
    assert result.exit_code == 0, result.stdout + result.stderr
    assert (result.json["result"], result.json["reason"], result.json["problems"]) == (
        "accepted",
        None,
        [],
    )
    assert result.json["events"]
    assert {"text", "title", "author"} & result.json["events"][0].keys() == set()
    assert "author" in verify(request, "--json", "--show-text").json["events"][0]

    unsigned = verify(
        replace(request, headers={"content-type": request.headers.get("content-type", "")}),
        "--json",
    )
    assert (unsigned.exit_code, unsigned.json["reason"]) == (1, "signature_missing")
    assert verify.connector.scheme
    wrong_secret = replace(verify, secret=verify.connector.scheme.new_secret())(request, "--json")
    assert (wrong_secret.exit_code, wrong_secret.json["reason"]) == (1, "signature_wrong")
    assert wrong_secret.json["advice"]
    for output in (result, unsigned, wrong_secret):
        assert verify.secret not in output.stdout + output.stderr


@pytest.fixture
def standard(verify_command: Callable[[str], VerifyCommand]) -> VerifyCommand:
    return verify_command("standard")


def review(text: str = TEXT, **data: Any) -> bytes:
    data = {"id": "r1", "rating": 2, "text": text, "language": "en", "author": {"id": "a1"}, **data}
    return json.dumps(
        {"type": "review.created", "timestamp": format_time(clock.now()), "data": data},
        ensure_ascii=False,
        indent=2,
    ).encode()


def signed(
    verify: VerifyCommand, body: bytes, at: datetime | None = None, url: str = URL, **headers: str
) -> WebhookRequest:
    return verify.connector.sign(
        WebhookRequest("POST", headers, body), url, verify.secret, at or clock.now()
    )


def test_what_a_mail_quotes_is_shown_with_its_text_and_why_it_is_no_review(
    verify_command: Callable[[str], VerifyCommand],
) -> None:
    verify = verify_command("postmark")
    mail = {
        "MessageID": "1",
        "From": "kim@customer.example",
        "Subject": "Automatic reply: Your visit",
        "TextBody": "I am away.\n\nOn 2 June 2026 at 16:25, Acme wrote:\n> How was it?",
        "Headers": [{"Name": "In-Reply-To", "Value": "<ours@acme.example>"}],
    }
    request = signed(verify, json.dumps(mail).encode())

    (event,) = verify(request, "--json", "--show-text").json["events"]
    assert (event["text"], event["no_review"]) == ("I am away.", "automatic_reply")
    assert event["quoted"] == "On 2 June 2026 at 16:25, Acme wrote:\nHow was it?"
    (event,) = verify(request, "--json").json["events"]
    assert event.keys() & {"text", "quoted", "no_review"} == {"no_review"}


def test_the_text_is_shown_only_with_the_option_show_text(standard: VerifyCommand) -> None:
    request = signed(standard, review())

    result = standard(request)
    assert result.exit_code == 0
    assert "Accepted: the signature is right." in result.stdout
    assert "created" in result.stdout
    assert "stale" not in result.stdout + result.stderr
    assert TEXT in standard(request, "--show-text").stdout


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
def test_a_changed_body_is_refused_and_the_advice_names_the_usual_change(
    standard: VerifyCommand, change: Callable[[bytes], bytes], output: str
) -> None:
    request = signed(standard, review())

    result = standard(replace(request, body=change(request.body)))

    assert result.exit_code == 1
    assert "Refused: signature_wrong" in result.stdout
    assert output in result.stdout
    assert "stale" not in result.stdout


def test_an_old_request_is_refused_as_stale_unless_it_is_checked_at_its_own_time(
    standard: VerifyCommand,
) -> None:
    then = clock.now() - timedelta(days=3)
    request = signed(standard, review(), then)

    result = standard(request)
    assert (result.exit_code, "stale" in result.stdout, "--at" in result.stdout) == (1, True, True)
    assert standard(request, "--at", format_time(then)).exit_code == 0
    assert standard(request, "--at", "3d").exit_code == 0
    assert standard(request, "--at", "yesterday").exit_code == 2
    # A request that is old and changed counts as changed.
    assert "signature_wrong" in standard(replace(request, body=b"{}")).stdout


def test_the_advice_names_the_address_that_the_platform_signed_if_a_proxy_changed_it(
    verify_command: Callable[[str], VerifyCommand],
) -> None:
    verify = verify_command("twilio_sms")
    form = urlencode(
        {
            "MessageSid": "SM1",
            "From": "+15005550006",
            "To": "+15005550001",
            "SmsStatus": "received",
            "Body": TEXT,
        }
    ).encode()
    request = signed(verify, form)

    assert verify(request).exit_code == 0
    for url in (URL.replace("https", "http"), URL + "/"):
        result = verify(request, url=url)
        assert (result.exit_code, f"matches {URL}" in result.stdout) == (1, True), result.stdout
    behind_proxy = replace(
        request, headers={**request.headers, "x-forwarded-host": "heard.example"}
    )
    assert (
        f"matches {URL}" in verify(behind_proxy, url="https://inside.example/hooks/con_abc").stdout
    )
    assert "--url" in verify(request, url="https://elsewhere.example/hooks/con_abc").stdout


def test_words_that_are_no_review_and_others_words_are_shown_as_such(
    verify_command: Callable[[str], VerifyCommand],
) -> None:
    verify = verify_command("twilio_sms")
    form = {"MessageSid": "SM1", "From": "+15005550006", "To": "+15005550001"}
    request = signed(verify, urlencode({**form, "Body": "👍", "MessageType": "reaction"}).encode())
    (event,) = verify(request, "--json").json["events"]
    assert event["no_review"] == "reaction"
    forum = verify_command("discourse")
    post = {"id": 1, "topic_id": 2, "updated_at": "2026-01-31T09:30:00Z", "raw": "> theirs\n\nmine"}
    delivery = signed(forum, json.dumps({"post": post}).encode())
    (event,) = forum(delivery, "--json", "--show-text").json["events"]
    assert (event["text"], event["quoted"]) == ("mine", "theirs")


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


def test_a_signed_but_unreadable_request_fails_and_the_output_names_the_quarantine(
    standard: VerifyCommand,
) -> None:
    result = standard(signed(standard, b'{"type": "review.created", "data": 7}'))

    assert result.exit_code == 1
    assert "quarantine" in result.stdout
    assert "data" in result.stdout


def test_for_a_platform_that_does_not_sign_the_command_warns_and_refuses_a_secret(
    heard: HeardCommand, tmp_path: Path
) -> None:
    (tmp_path / "headers").write_text("Content-Type: application/json\n")
    arguments = (
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

    result = heard.run_ok(*arguments, stdin='{"events": []}')

    assert "nothing proves" in result.stderr
    assert heard(*arguments, "--secret", "hunter2", stdin="{}").exit_code == 2


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
    ("arguments", "output"),
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
    heard: HeardCommand, tmp_path: Path, arguments: tuple[str, ...], output: str
) -> None:
    (tmp_path / "headers").write_text(
        "webhook-id: m\nwebhook-timestamp: 1\nwebhook-signature: v1,x\n"
    )
    usual = ("--platform", "standard", "--url", URL, "--headers", str(tmp_path / "headers"))

    result = heard("connect", "verify", *usual, *arguments)

    assert result.exit_code == 2
    assert output in " ".join(result.stderr.replace("│", " ").split())
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(
    "mark", ["{body}", "> POST /hooks/con_abc?x=1 HTTP/1.1\n{headers}>\n< HTTP/1.1 202 Accepted\n"]
)
def test_a_request_can_be_read_in_every_pasted_form(standard: VerifyCommand, mark: str) -> None:
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
    arguments = standard.arguments(request)
    file = standard.folder / "headers.json"
    file.write_bytes(message.encode() + (request.body if mark == "{body}" else b""))
    if mark == "{body}":
        arguments[arguments.index("--body") : arguments.index("--body") + 2] = []

    assert standard.heard(*arguments).exit_code == 0


def test_a_captured_request_keeps_its_request_line_and_joins_repeated_headers() -> None:
    captured = parse_captured(
        b"POST /hooks/con_1?a=b&c HTTP/1.1\nX-One: 1\nx-one: 2\nX-Long: a\n  b\n"
    )
    assert (captured.method, captured.query, captured.headers, captured.body) == (
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


def test_missing_public_keys_are_reported(
    standard: VerifyCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def needs_keys(self: object, *argument: Any) -> None:
        argument[-1]("GET", "https://keys.example")

    request = signed(standard, review())
    monkeypatch.setattr(type(standard.connector), "verify", needs_keys)

    result = standard(request)
    assert (result.exit_code, "--keys FILE" in result.stderr) == (2, True)
    (standard.folder / "keys.json").write_text("{}")
    assert standard(request, "--keys", str(standard.folder / "keys.json")).exit_code == 0


@pytest.mark.parametrize("platform", PUBLIC_KEY_PLATFORMS)
def test_a_public_key_signature_is_checked_with_a_key_file(
    heard: HeardCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    platform_class = platform_classes()[platform]
    simulated_platform = platform_class(
        platform,
        platform_class.credentials,
        ReplyLedger(),
        clock.now,
        lambda: "https://platform.example",
    )
    keys_path = platform_class.settings["certs_url"].removeprefix("{url}")
    operation = simulated_platform.operation(PlatformRequest("GET", keys_path, {}, {}, b""))
    assert operation
    assert simulated_platform.signing_secret
    connector = load(platform)
    # Each command is a process of its own, without cached keys.
    monkeypatch.setattr("heard_cli.platforms.load", lambda _: type(connector)())
    request = signed_review(connector, simulated_platform.signing_secret, clock.now())
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(operation.run().body))
    verify = VerifyCommand(heard, tmp_path, connector, "")
    arguments = verify.arguments(request, "--keys", str(keys), "--json")
    at = arguments.index("--secret-file")
    arguments[at : at + 2] = []

    result = heard(*arguments)
    assert (result.exit_code, result.stdout and result.json["result"]) == (0, "accepted"), (
        result.stderr
    )
    assert result.json["events"]
    keys.write_text("{}")
    assert heard(*arguments).exit_code in {1, 2}
    arguments[arguments.index("--keys") : arguments.index("--keys") + 2] = []
    result = heard(*arguments)
    assert (result.exit_code, "--keys FILE" in result.stderr) == (2, True), (
        result.stdout + result.stderr
    )
