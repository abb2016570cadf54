from __future__ import annotations

import base64
import inspect
import io
import json
import re
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from heard import clock
from heard.addresses import with_token
from heard.connectors import (
    Capabilities,
    Connection,
    SecretOrigin,
    SignatureFailureReason,
    WebhookRequest,
    load,
    platform_names,
)
from heard.connectors.results import ReviewGone
from heard.connectors.signatures import BasicAuth, BodyHmac
from heard.errors import PlatformUnavailable
from heard.polling import PollFailure
from heard.steps.ingest import ingest
from heard.storage.setup import InboundSecret, Secrets, SetupStore
from heard_cli.connect import standard_schema
from heard_cli.connect.deliveries import refusal_advice
from heard_cli.stack import Stack, StackOptions
from tests.unit.cli.conftest import HeardCommand, InProcessHttpClient

DISCOURSE = (
    "add",
    "discourse",
    "--business",
    "acme",
    "--setting",
    "base_url=https://forum.example",
    "--setting",
    "api_username=acme",
)
TWILIO = (
    "add",
    "twilio_sms",
    "--business",
    "acme",
    "--credential",
    "account_sid=AC1",
    "--credential",
    "auth_token=the-token",
)
TIMEOUT = PlatformUnavailable("Slow.", maybe_applied=False)
SIGNED = BodyHmac("x-discourse-event-signature", prefix="sha256=")


def parameters(stack: Stack) -> set[str]:
    matches = stack.ssm.describe_parameters()["Parameters"]
    assert {parameter["Type"] for parameter in matches} <= {"SecureString"}
    return {parameter["Name"].removeprefix("/heard/heard/") for parameter in matches}


def require_changed_at(stack: Stack, id: str) -> str:
    connection = stack.setup.connection(id)
    assert connection
    return connection.changed_at


def stop(*_: Any, **__: Any) -> None:
    """The end of a run in the middle."""
    raise ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "Stop")


def post(stack: Stack, connection: str, secret: str, *, later: timedelta = timedelta()) -> int:
    """The webhook's status for a ping signed with this secret."""
    body = b'{"ping": "OK"}'
    request = SIGNED.sign(WebhookRequest("POST", {}, body), "", secret, clock.now())
    address = with_token(connection, stack.secrets.token(connection))
    return ingest(
        request, address, InProcessHttpClient(stack).ingest_ports(), clock.now() + later
    ).response.status


def test_adding_stores_everything_and_shows_what_to_paste(
    heard: HeardCommand, stack: Stack
) -> None:
    result = heard.run_ok("connect", *DISCOURSE, "--credential", "api_key=k1", "--json").json

    connection = stack.setup.connection(result["id"])
    assert connection
    assert connection.url == f"https://api.example/hooks/{result['id']}"
    assert result["url"] == with_token(connection.url, stack.secrets.token(result["id"]))
    assert (connection.business, connection.business_name, connection.has_credentials) == (
        "acme",
        "Acme Bakery",
        True,
    )
    assert connection.settings == {"base_url": "https://forum.example", "api_username": "acme"}
    assert stack.secrets.inbound(result["id"]) == InboundSecret(result["secret"])
    assert stack.secrets.credentials(result["id"]) == {"api_key": "k1"}
    assert post(stack, result["id"], result["secret"]) == 202


def test_a_second_instance_of_one_platform_is_refused_because_ids_could_be_equal(
    heard: HeardCommand, stack: Stack
) -> None:
    heard.run_ok("connect", *DISCOURSE, "--receive-only")
    heard.run_ok("connect", *DISCOURSE, "--receive-only")
    elsewhere = tuple(word.replace("forum.example", "other.example") for word in DISCOURSE)
    result = heard("connect", *elsewhere, "--receive-only")

    assert result.exit_code == 1
    assert "heard business add" in result.stderr
    assert len(stack.setup.connections("acme")) == 2


def test_an_address_cannot_be_guessed(heard: HeardCommand, stack: Stack) -> None:
    tokens = {
        heard.run_ok("connect", *ADDED["trustpilot"]).json["url"].rpartition(".")[2]
        for _ in range(3)
    }

    assert len(tokens) == 3
    assert all(len(token) == 32 for token in tokens)


def test_adding_prints_the_address_the_secret_and_the_platforms_steps(
    heard: HeardCommand, stack: Stack
) -> None:
    result = heard.run_ok("connect", *DISCOURSE, "--receive-only").stdout

    (connection,) = stack.setup.connections("acme")
    secret = stack.secrets.inbound(connection.id)
    assert secret
    assert connection.url in result
    assert secret.current in result
    assert "open API, Webhooks" in result
    assert f"heard connect test {connection.id}" in result


def test_a_standard_secret_has_the_format_of_the_scheme(heard: HeardCommand, stack: Stack) -> None:
    secret = heard.run_ok("connect", "add", "standard", "--business", "acme", "--json").json[
        "secret"
    ]

    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32


def test_trustpilot_has_no_secret(heard: HeardCommand, stack: Stack) -> None:
    result = heard.run_ok(
        "connect", "add", "trustpilot", "--business", "acme", "--receive-only", "--json"
    ).json

    assert result["secret"] is None
    assert parameters(stack) == {f"{result['id']}/address"}
    assert (
        heard(
            "connect", "add", "trustpilot", "--business", "acme", "--receive-only", "--secret", "x"
        ).exit_code
        == 2
    )


def test_twilio_signs_with_the_accounts_token_which_is_never_printed(
    heard: HeardCommand, stack: Stack
) -> None:
    result = heard.run_ok("connect", *TWILIO, "--json")

    assert stack.secrets.inbound(result.json["id"]) == InboundSecret("the-token")
    assert "the-token" not in result.stdout + result.stderr


def test_credentials_come_from_a_file_or_stdin(
    heard: HeardCommand, stack: Stack, tmp_path: Path
) -> None:
    keys = {"api_key": "k", "api_secret": "s", "business_user_id": "u"}
    file = tmp_path / "trustpilot.json"
    file.write_text(json.dumps(keys))

    for argument, stdin in ((str(file), None), ("-", json.dumps(keys))):
        result = heard.run_ok(
            "connect",
            "add",
            "trustpilot",
            "--business",
            "acme",
            "--credentials-file",
            argument,
            "--json",
            stdin=stdin,
        )
        assert stack.secrets.credentials(result.json["id"]) == keys


def test_a_person_at_a_terminal_is_asked_for_what_is_missing(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("heard_cli.connect.credentials.is_interactive", lambda: True)

    result = heard.run_ok("connect", *DISCOURSE, "--json", stdin="typed-key\n")

    assert stack.secrets.credentials(result.json["id"]) == {"api_key": "typed-key"}
    assert "typed-key" not in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ("add", "discourse", "--business", "acme"),
            ("base_url is missing", "api_username is missing", "the forum's address"),
        ),
        ((*DISCOURSE, "--setting", "colour=red"), ("colour is not a known name",)),
        (DISCOURSE, ("api_key is missing", "an API key for that user", "--receive-only")),
        (
            (*DISCOURSE, "--credential", "password=hunter2"),
            ("password is not a known name", "api_key"),
        ),
        ((*DISCOURSE, "--credential", "hunter2"), ("name=value",)),
        (
            ("add", "standard", "--business", "acme", "--setting", "channel=moon"),
            ("channel cannot be 'moon'", "review_site"),
        ),
        (
            ("add", "standard", "--business", "acme", "--setting", "reply_url=http://shop.example"),
            ("reply_url", "https://"),
        ),
        (("add", "standard", "--business", "acme", "--secret", "hunter2"), ("whsec_",)),
        (
            (
                "add",
                "standard",
                "--business",
                "acme",
                "--setting",
                "reply_url=https://shop.example",
            ),
            ("secret is missing",),
        ),
        (("add", "twilio_sms", "--business", "acme", "--receive-only"), ("auth_token",)),
        (
            ("add", "yelling", "--business", "acme"),
            ("there is no platform 'yelling'", "heard connect list --platforms"),
        ),
        (
            ("add", "feedback_form", "--business", "acme", "--public-url", "http://shop.example"),
            ("https://",),
        ),
    ],
)
def test_wrong_options_are_named_and_nothing_is_stored(
    heard: HeardCommand, stack: Stack, words: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    result = heard("connect", *words)

    output = " ".join(result.stderr.replace("│", " ").split())
    assert result.exit_code == 2
    assert [text for text in expected if text not in output] == []
    assert ".." not in output
    assert "hunter2" not in output
    assert stack.setup.connections("acme") == []
    assert parameters(stack) == set()


def test_an_unknown_business_is_an_error_that_says_how_to_add_it(
    heard: HeardCommand, stack: Stack
) -> None:
    result = heard("connect", "add", "feedback_form", "--business", "nobody")

    assert result.exit_code == 1
    assert "Add it with heard business add" in result.stderr


def test_a_failure_halfway_leaves_nothing(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ClientError(
            {"Error": {"Code": "ProvisionedThroughputExceededException", "Message": "slow down"}},
            "PutItem",
        )

    monkeypatch.setattr("heard.storage.setup.SetupStore.put_connection", fail)

    result = heard("connect", *DISCOURSE, "--credential", "api_key=k1")

    assert result.exit_code == 1
    assert "slow down" in result.stderr
    assert parameters(stack) == set()
    assert stack.setup.connections("acme") == []


def test_listing_shows_each_connection_and_no_secret(heard: HeardCommand, stack: Stack) -> None:
    created = [
        heard.run_ok("connect", *words, "--json").json
        for words in ((*DISCOURSE, "--receive-only"), TWILIO)
    ]

    entries = heard.run_ok("connect", "list", "--business", "acme", "--json")

    assert {entry["id"] for entry in entries.json} == {connection["id"] for connection in created}
    table = heard.run_ok("connect", "list", "--business", "acme").stdout
    assert all(connection["id"] in table for connection in created)
    details = heard.run_ok("connect", "show", created[0]["id"])
    assert "forum.example" in details.stdout
    assert not [
        output
        for output in (entries.stdout, table, details.stdout)
        if created[0]["secret"] in output or "the-token" in output
    ]


def test_platforms_are_listed_without_a_stack(heard: HeardCommand) -> None:
    entries = heard.run_ok("connect", "list", "--platforms", "--json").json

    assert {entry["platform"] for entry in entries} >= {
        "trustpilot",
        "discourse",
        "twilio_sms",
        "standard",
        "feedback_form",
    }
    (trustpilot,) = (entry for entry in entries if entry["platform"] == "trustpilot")
    assert (trustpilot["signed"], trustpilot["replies"], trustpilot["stage"]) == (
        False,
        "one",
        "onstage",
    )
    assert set(trustpilot["credentials"]) == {"api_key", "api_secret", "business_user_id"}
    assert trustpilot["inbound"][0] == "push"
    assert {field_.name for field_ in fields(Capabilities)} <= trustpilot.keys()
    assert "Trustpilot" in heard.run_ok("connect", "list", "--platforms").stdout


def test_rotating_keeps_the_old_secret_for_the_overlap(heard: HeardCommand, stack: Stack) -> None:
    created = heard.run_ok("connect", *DISCOURSE, "--receive-only", "--json").json

    rotation = heard.run_ok("connect", "rotate", created["id"], "--overlap", "2h", "--json").json

    old, new = created["secret"], rotation["secret"]
    assert old != new
    assert (post(stack, created["id"], new), post(stack, created["id"], old)) == (202, 202)
    assert post(stack, created["id"], old, later=timedelta(minutes=119)) == 202
    assert post(stack, created["id"], old, later=timedelta(minutes=121)) == 401
    assert post(stack, created["id"], new, later=timedelta(minutes=121)) == 202


def test_a_second_rotation_does_not_end_an_overlap_silently(
    heard: HeardCommand, stack: Stack
) -> None:
    id = heard.run_ok("connect", *DISCOURSE, "--receive-only", "--json").json["id"]
    heard.run_ok("connect", "rotate", id)
    before = stack.secrets.inbound(id)

    result = heard("connect", "rotate", id)

    assert result.exit_code == 1
    assert "--end-overlap" in result.stderr
    assert stack.secrets.inbound(id) == before
    heard.run_ok("connect", "rotate", id, "--end-overlap")
    after = stack.secrets.inbound(id)
    assert after
    assert before
    assert after.previous == before.current


def test_a_rotation_moves_the_change_of_the_connection_after_its_secrets(
    heard: HeardCommand, stack: Stack, tmp_path: Path
) -> None:
    id = heard.run_ok("connect", *TWILIO, "--json").json["id"]
    (tmp_path / "token").write_text("the-next-token\n")
    before = require_changed_at(stack, id)

    heard.run_ok("connect", "rotate", id, "--secret-file", str(tmp_path / "token"))

    rotated_at, secret = require_changed_at(stack, id), stack.secrets.inbound(id)
    assert secret
    assert secret.changed_at
    assert rotated_at == clock.format_time(secret.changed_at) > before
    again = ("--overlap", "0", "--secret-file", str(tmp_path / "token"))
    assert heard("connect", "rotate", id, *again).exit_code == 1
    assert stack.secrets.inbound(id) == secret
    assert require_changed_at(stack, id) > rotated_at


@pytest.mark.parametrize("stops_before", ["put_credentials", "note_change"])
def test_a_rotation_that_stopped_half_way_is_finished_by_the_next(
    heard: HeardCommand,
    stack: Stack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stops_before: str,
) -> None:
    id = heard.run_ok("connect", *TWILIO, "--json").json["id"]
    (tmp_path / "token").write_text("the-next-token\n")
    rotate, before = ("connect", "rotate", id, "--secret-file"), require_changed_at(stack, id)
    owner = SetupStore if stops_before == "note_change" else Secrets
    with monkeypatch.context() as patch:
        patch.setattr(owner, stops_before, stop)
        assert heard(*rotate, str(tmp_path / "token")).exit_code
    assert require_changed_at(stack, id) == before

    heard.run_ok(*rotate, str(tmp_path / "token"))

    secret = stack.secrets.inbound(id)
    assert secret
    assert (secret.current, secret.previous) == ("the-next-token", "the-token")
    assert stack.secrets.credentials(id)["auth_token"] == "the-next-token"
    assert require_changed_at(stack, id) > before


def test_a_new_secret_that_nobody_was_shown_is_replaced_and_the_used_one_stays_valid(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = heard.run_ok("connect", *DISCOURSE, "--receive-only", "--json").json
    with monkeypatch.context() as patch:
        patch.setattr(SetupStore, "note_change", stop)
        assert heard("connect", "rotate", created["id"]).exit_code

    new = heard.run_ok("connect", "rotate", created["id"], "--json").json["secret"]

    assert post(stack, created["id"], new) == post(stack, created["id"], created["secret"]) == 202


def test_a_new_address_that_stopped_half_way_is_finished_by_the_next(
    heard: HeardCommand,
    stack: Stack,
    http_client: InProcessHttpClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    used = heard.run_ok("connect", *ADDED["trustpilot"]).json["url"]
    id = used.rpartition("/")[2].partition(".")[0]
    with monkeypatch.context() as patch:
        patch.setattr(SetupStore, "put_connection", stop)
        assert heard("connect", "rotate", id, "--address").exit_code
    assert heard("connect", "show", id, "--address").exit_code == 1

    new = heard.run_ok("connect", "rotate", id, "--address", "--json").json["url"]

    assert heard.run_ok("connect", "show", id, "--address", "--json").json["url"] == new
    for url in (new, used):
        assert http_client.send("POST", url, body=b'{"events": []}').status == 200


def test_a_leaked_secret_can_be_made_invalid_at_once(heard: HeardCommand, stack: Stack) -> None:
    created = heard.run_ok("connect", *DISCOURSE, "--receive-only", "--json").json

    rotation = heard.run_ok("connect", "rotate", created["id"], "--overlap", "0", "--json").json

    assert rotation["old_secret_until"] is None
    assert post(stack, created["id"], created["secret"]) == 401


def test_rotating_twilio_changes_the_token_for_replies_too(
    heard: HeardCommand, stack: Stack, tmp_path: Path
) -> None:
    id = heard.run_ok("connect", *TWILIO, "--json").json["id"]
    (tmp_path / "token").write_text("the-next-token\n")

    assert heard("connect", "rotate", id).exit_code == 2
    heard.run_ok("connect", "rotate", id, "--secret-file", str(tmp_path / "token"))

    secret = stack.secrets.inbound(id)
    assert secret
    assert (secret.current, secret.previous) == ("the-next-token", "the-token")
    assert stack.secrets.credentials(id) == {"account_sid": "AC1", "auth_token": "the-next-token"}


def test_a_connection_without_a_secret_cannot_be_rotated(heard: HeardCommand, stack: Stack) -> None:
    id = heard.run_ok(
        "connect", "add", "trustpilot", "--business", "acme", "--receive-only", "--json"
    ).json["id"]

    result = heard("connect", "rotate", id)

    assert result.exit_code == 1
    assert f"heard connect rotate {id} --address" in result.stderr


def test_removing_a_connection_removes_its_secrets(heard: HeardCommand, stack: Stack) -> None:
    id = heard.run_ok("connect", *DISCOURSE, "--credential", "api_key=k1", "--json").json["id"]
    assert parameters(stack) == {f"{id}/inbound", f"{id}/credentials", f"{id}/address"}

    assert heard("connect", "remove", id, stdin="n\n").exit_code == 1
    assert stack.setup.connection(id)
    heard.run_ok("connect", "remove", id, "--yes")

    assert stack.setup.connection(id) is None
    assert parameters(stack) == set()
    assert heard("connect", "show", id).exit_code == 1


ADDED = {
    "standard": ("add", "standard", "--business", "acme", "--json"),
    "discourse": (*DISCOURSE, "--receive-only", "--json"),
    "trustpilot": ("add", "trustpilot", "--business", "acme", "--receive-only", "--json"),
    "twilio_sms": (*TWILIO, "--json"),
    "feedback_form": ("add", "feedback_form", "--business", "acme", "--json"),
}


@pytest.mark.parametrize("platform", ADDED)
def test_a_plain_test_checks_the_webhook_and_stores_nothing(
    heard: HeardCommand, stack: Stack, http_client: InProcessHttpClient, platform: str
) -> None:
    id = heard.run_ok("connect", *ADDED[platform]).json["id"]
    http_client.processes_queue = False

    result = heard.run_ok("connect", "test", id, "--json").json

    assert result["ok"]
    assert stack.quarantine.of_business("acme") == []
    assert "Messages" not in stack.sqs.receive_message(QueueUrl=stack.outputs["QueueUrl"])
    assert "signature" in (output := heard.run_ok("connect", "test", id).stdout) or platform in {
        "trustpilot",
        "feedback_form",
    }, output


@pytest.mark.parametrize("platform", ADDED)
def test_a_full_test_follows_a_sample_to_its_outcome(
    heard: HeardCommand, stack: Stack, http_client: InProcessHttpClient, platform: str
) -> None:
    id = heard.run_ok("connect", *ADDED[platform]).json["id"]

    result = heard.run_ok("connect", "test", id, "--full", "--json").json

    assert result["ok"]
    # A channel of messages may say at once that somebody will answer.
    assert result["route"] in {"follow_up", "both"}
    assert (result["closed"], result["outcomes"]) == (None, ["accepted", "follow_up_opened"])
    assert result["severity"]
    assert "heard-test-" in http_client.requests[1 if platform == "feedback_form" else 0]["body"]
    assert "test" in http_client.requests[1 if platform == "feedback_form" else 0]["body"]
    # The sample is withdrawn again where the platform supports withdrawals.
    follow_ups, _ = stack.cases.open_follow_ups("acme", limit=10)
    # Nothing would prove that of Trustpilot.
    assert bool(follow_ups) is (platform in {"twilio_sms", "feedback_form", "trustpilot"})
    assert result.get("withdrawn", False) is not bool(follow_ups)


def test_a_sample_may_stay_in_the_desk(
    heard: HeardCommand, stack: Stack, http_client: InProcessHttpClient
) -> None:
    id = heard.run_ok("connect", *ADDED["standard"]).json["id"]

    result = heard.run_ok("connect", "test", id, "--full", "--keep").stdout

    (follow_up,) = stack.cases.open_follow_ups("acme", limit=10)[0]
    assert follow_up.id in result


def test_a_refused_test_says_why(
    heard: HeardCommand,
    stack: Stack,
    http_client: InProcessHttpClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    id = heard.run_ok("connect", *ADDED["standard"]).json["id"]
    http_client.now = clock.now() + timedelta(hours=1)
    result = heard("connect", "test", id)
    assert (result.exit_code, "clock" in result.stderr) == (1, True)

    http_client.now, http_client.secrets_path = None, "/heard/other"
    Secrets(stack.ssm, http_client.secrets_path).put_inbound(
        id, InboundSecret("whsec_" + base64.b64encode(bytes(range(32))).decode())
    )
    result = heard("connect", "test", id)
    assert (result.exit_code, f"heard connect rotate {id}" in result.stderr) == (1, True)

    monkeypatch.setattr(http_client, "stack", Stack(stack.options))
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    stack.dynamodb.create_table(
        TableName="AnotherStack",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
    )
    http_client.stack.setup = SetupStore(stack.dynamodb, "AnotherStack")
    result = heard("connect", "test", id)
    assert (result.exit_code, "another or older stack" in result.stderr) == (1, True)


def test_a_sample_without_a_result_is_explained_by_the_queues(
    heard: HeardCommand, stack: Stack, http_client: InProcessHttpClient
) -> None:
    id = heard.run_ok("connect", *ADDED["standard"]).json["id"]
    http_client.processes_queue = False
    stack.sqs.send_message(QueueUrl=stack.outputs["DeadLettersUrl"], MessageBody="{}")

    result = heard("connect", "test", id, "--full", "--timeout", "1")

    assert result.exit_code == 1
    assert "1 wait in the queue" in result.stderr
    assert "1 are dead letters" in result.stderr
    assert "heard redrive" in result.stderr


@pytest.mark.parametrize(
    ("fetched", "problem"),
    [
        (None, "did not answer a read"),
        (ReviewGone.GONE, ""),
        (TIMEOUT, "cannot be read now: Slow."),
    ],
)
def test_invented_credentials_are_a_suspect(
    heard: HeardCommand,
    stack: Stack,
    http_client: InProcessHttpClient,
    monkeypatch: pytest.MonkeyPatch,
    fetched: object,
    problem: str,
) -> None:
    def fetch(*_: object) -> object:
        if isinstance(fetched, Exception):
            raise fetched
        return fetched

    credentials = [f"{name}=invented" for name in load("trustpilot").capabilities.credentials]
    options = [word for pair in credentials for word in ("--credential", pair)]
    add = ("add", "trustpilot", "--business", "acme", "--json", *options)
    id = heard.run_ok("connect", *add).json["id"]
    monkeypatch.setattr(type(load("trustpilot")), "fetch", fetch)
    http_client.processes_queue = False

    plain = heard.run_ok("connect", "test", id)
    full = heard("connect", "test", id, "--full", "--timeout", "1")

    assert problem in plain.stderr
    assert ("Check the credentials" in plain.stderr) is bool(problem)
    assert (full.exit_code, problem in full.stderr) == (1, True)
    assert "credentials" in heard.run_ok("connect", "test", id, "--json").json or not problem


def alter(monkeypatch: pytest.MonkeyPatch, platform: str, **changed: Any) -> None:
    """Change the capabilities of a platform."""
    kind = type(load(platform))
    monkeypatch.setattr(kind, "capabilities", replace(load(platform).capabilities, **changed))


def test_lists_show_how_reviews_come_and_how_they_are_authenticated(
    heard: HeardCommand, stack: Stack
) -> None:
    heard.run_ok("connect", *DISCOURSE, "--receive-only")
    keys = (
        "--credential",
        "api_key=k",
        "--credential",
        "api_secret=s",
        "--credential",
        "business_user_id=u",
    )
    for more in (keys, ("--receive-only",)):
        heard.run_ok("connect", "add", "trustpilot", "--business", "acme", *more)

    entries = heard.run_ok("connect", "list", "--business", "acme", "--json").json

    assert sorted((entry["platform"], entry["authenticated_by"]) for entry in entries) == [
        ("discourse", "signature"),
        ("trustpilot", "fetched again from the platform"),
        ("trustpilot", "secret address only"),
    ]
    assert {"push"} <= set(entries[0]["inbound"]) <= {"push", "poll"}
    assert "authenticated by" in heard.run_ok("connect", "list", "--business", "acme").stdout


def test_a_guide_says_where_the_address_and_the_secret_are(heard: HeardCommand) -> None:
    for platform in platform_names():
        guide = heard.run_ok("connect", "guide", platform).stdout
        assert "shown here" not in guide, "a guide shows neither"
        assert f"heard connect add {platform} --business BUSINESS" in guide
        assert "--local" in guide.splitlines()[-1]


def test_a_poll_that_fails_is_one_sentence_and_a_question_about_the_address(
    heard: HeardCommand, polled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = "platform_unavailable: The platform cannot be reached."
    monkeypatch.setattr(Stack, "functions", Functions({"listed": 0, "error": error}))

    result = heard("connect", "poll", polled)

    assert result.exit_code == 1
    assert "was not read completely: the platform cannot be reached.\n" in result.stderr
    assert "Is the setting base_url right?" in result.stderr


def test_a_guide_shows_the_steps_and_the_limitations(
    heard: HeardCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    alter(
        monkeypatch,
        "discourse",
        limitations=("Whispers are ignored.",),
        assumptions=("Nothing is.",),
        poll_seconds=120,
    )

    output = heard.run_ok("connect", "guide", "discourse").stdout
    for result in (
        "open API, Webhooks",
        "Whispers are ignored.",
        "Nothing is.",
        "base_url",
        "api_key",
        "pushed and polled every 2 min",
    ):
        assert result in output
    about = heard.run_ok("connect", "guide", "discourse", "--json").json
    assert (about["inbound"], about["limitations"], about["secret_origin"]) == (
        ["push", "poll"],
        ["Whispers are ignored."],
        SecretOrigin.GENERATED.value,
    )
    assert heard("connect", "guide", "yelling").exit_code == 2


def test_the_guide_of_our_own_schema_shows_a_request_that_works_and_every_field(
    heard: HeardCommand, stack: Stack, http_client: InProcessHttpClient
) -> None:
    id = heard.run_ok("connect", *ADDED["standard"]).json["id"]
    document = heard.run_ok("connect", "guide", "standard", "--json").json
    secret = stack.secrets.inbound(id)
    assert secret

    body = json.dumps(document["example_request"]).encode()
    url = heard.run_ok("connect", "show", id, "--address", "--json").json["url"]
    request = load("standard").sign(
        WebhookRequest("POST", {}, body), url, secret.current, clock.now()
    )
    response = http_client.send("POST", url, headers=request.headers, body=body)

    assert json.loads(response.text) == {"accepted": 1, "problems": []}
    guide = heard.run_ok("connect", "guide", "standard").stdout
    assert '"type": "review.created"' in guide
    for name in ("data.id: required", "data.author", "review.withdrawn", "data.score"):
        assert name in guide
    assert "example_request" not in heard.run_ok("connect", "guide", "discourse", "--json").json


def test_the_documented_fields_and_types_are_those_that_the_connector_reads() -> None:
    source = Path(inspect.getfile(type(load("standard")))).read_text(encoding="utf-8")
    parser = source[source.index("def _review_event") :]
    names = set(re.findall(r'data\.\w+\(\s*"(\w+)"', parser))

    assert {f"data.{name}" for name in names | {"metadata"}} == {
        name for name in standard_schema.FIELDS if name.startswith("data.")
    }
    properties = standard_schema.json_schema()["properties"]
    assert names | {"metadata"} == set(properties["data"]["properties"])
    assert list(standard_schema.EVENT_TYPES) == properties["type"]["enum"]
    assert all(f'"{name}"' in source for name in standard_schema.EVENT_TYPES)


def test_a_misspelt_platform_is_answered_with_the_names_that_look_alike(
    heard: HeardCommand, stack: Stack
) -> None:
    for words in (
        ("connect", "guide", "goggle_business"),
        ("connect", "add", "goggle_business", "--business", "acme"),
        ("replay", "--business", "acme", "--from", "1d", "--platform", "goggle-business"),
        ("authors", "show", "a", "--business", "acme", "--platform", "Google_Business"),
    ):
        result = heard(*words)
        assert result.exit_code == 2
        assert "Did you mean google_business" in " ".join(result.stderr.replace("│", " ").split())


def test_the_printed_next_steps_lead_to_the_same_stack(heard: HeardCommand, stack: Stack) -> None:
    result = heard.run_ok("connect", *DISCOURSE, "--receive-only", "--stack", "staging")

    (connection,) = stack.setup.connections("acme")
    assert f"heard connect test {connection.id} --stack staging" in result.stdout
    assert f"heard connect rotate {connection.id} --stack staging" in result.stderr


def test_adding_prints_the_limitations_of_the_platform(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    alter(monkeypatch, "discourse", limitations=("Whispers are ignored.",))

    assert "Whispers are ignored." in heard.run_ok("connect", *DISCOURSE, "--receive-only").stdout
    assert heard.run_ok("connect", *DISCOURSE, "--receive-only", "--json").json["limitations"] == [
        "Whispers are ignored."
    ]


def test_the_secret_of_a_platform_that_creates_it_is_required(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    alter(
        monkeypatch,
        "discourse",
        secret_origin=SecretOrigin.FROM_PLATFORM,
        secret_help="on the webhook's page",
    )
    words = ("connect", *DISCOURSE, "--receive-only")

    result = heard(*words)
    assert (
        result.exit_code,
        "webhook's page" in result.stderr,
        "--secret-later" in result.stderr,
    ) == (
        2,
        True,
        True,
    )
    (tmp_path / "secret").write_text("shown-there\n")
    result = heard.run_ok(*words, "--secret-file", str(tmp_path / "secret"))
    assert "shown-there" not in result.stdout + result.stderr
    monkeypatch.setattr("heard_cli.connect.credentials.is_interactive", lambda: True)
    id = heard.run_ok(*words, "--json", stdin="typed-there\n").json["id"]
    assert stack.secrets.inbound(id) == InboundSecret("typed-there")
    assert "several lines" in heard(*words, stdin="-----BEGIN PUBLIC KEY-----\n").stderr


def test_a_secret_may_be_stored_later(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert heard("connect", *DISCOURSE, "--receive-only", "--secret-later").exit_code == 2
    alter(monkeypatch, "discourse", secret_origin=SecretOrigin.FROM_PLATFORM)

    result = heard.run_ok("connect", *DISCOURSE, "--receive-only", "--secret-later")

    (connection,) = stack.setup.connections("acme")
    assert "every webhook request is refused" in result.stderr
    assert parameters(stack) == {f"{connection.id}/address"}
    assert post(stack, connection.id, "x") == 401
    assert heard("connect", "rotate", connection.id).exit_code == 2
    assert (
        "first secret"
        in heard.run_ok("connect", "rotate", connection.id, "--secret", "shown-there").stderr
    )
    assert post(stack, connection.id, "shown-there") == 202


def test_a_polled_connection_needs_no_secret(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    alter(monkeypatch, "discourse", secret_origin=SecretOrigin.FROM_PLATFORM, poll_seconds=60)

    result = heard.run_ok("connect", *DISCOURSE, "--credential", "api_key=k1")

    (connection,) = stack.setup.connections("acme")
    assert "polled reviews still arrive" in result.stderr
    assert f"heard connect rotate {connection.id} --secret-file" in result.stderr
    assert stack.secrets.inbound(connection.id) is None
    assert heard("connect", *DISCOURSE, "--receive-only").exit_code == 2, (
        "then nothing at all would come"
    )
    assert (
        "all webhook requests are refused" in heard.run_ok("connect", "show", connection.id).stdout
    )
    assert heard("connect", "rotate", connection.id).exit_code == 2


def test_user_and_password_are_part_of_the_address_to_paste(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(load("discourse")), "scheme", BasicAuth())

    result = heard.run_ok("connect", *DISCOURSE, "--receive-only", "--json").json

    user, _, password = result["secret"].partition(":")
    address = result["url"].removeprefix("https://")
    assert result["address_to_paste"] == f"https://{user}:{password}@{address}"
    assert address.startswith(f"api.example/hooks/{result['id']}.")
    details = heard.run_ok("connect", "rotate", result["id"]).stdout
    assert "https://heard:" in details
    assert password not in details
    assert "heard:" not in heard.run_ok("connect", "show", result["id"]).stdout


@pytest.mark.parametrize("is_of_earlier_release", [True, False])
def test_a_new_address_opens_at_once_and_the_old_one_until_the_overlap_ends(
    heard: HeardCommand,
    stack: Stack,
    http_client: InProcessHttpClient,
    is_of_earlier_release: bool,
) -> None:
    old_address = heard.run_ok("connect", *ADDED["trustpilot"]).json["url"]
    id = old_address.rpartition("/")[2].partition(".")[0]
    if is_of_earlier_release:
        connection = stack.setup.connection(id)
        assert connection
        stack.setup.put_connection(replace(connection, lock=None), clock.now())
        old_address = connection.url

    def statuses(*urls: str, hours: int = 0) -> list[int]:
        http_client.now = clock.now() + timedelta(hours=hours)
        return [http_client.send("POST", url, body=b'{"events": []}').status for url in urls]

    assert statuses(old_address) == [200]
    rotation = heard.run_ok("connect", "rotate", id, "--address", "--overlap", "2h", "--json").json
    new_address = rotation["url"]
    assert statuses(new_address, old_address, hours=1) == [200, 200]
    assert statuses(new_address, old_address, hours=3) == [200, 404]
    heard.run_ok("connect", "rotate", id, "--address", "--overlap", "0")
    assert statuses(new_address, old_address) == [404, 404]
    shown = heard.run_ok("connect", "show", id, "--address", "--json").json["url"]
    bare = f"https://api.example/hooks/{id}"
    assert statuses(shown, f"{shown}x", shown[:-1], bare) == [200, 404, 404, 404]


def test_a_second_new_address_does_not_close_the_one_that_the_platform_still_uses(
    heard: HeardCommand, http_client: InProcessHttpClient
) -> None:
    used = heard.run_ok("connect", *ADDED["trustpilot"]).json["url"]
    id = used.rpartition("/")[2].partition(".")[0]
    heard.run_ok("connect", "rotate", id, "--address")

    result = heard("connect", "rotate", id, "--address")

    assert result.exit_code == 1
    assert "--end-overlap" in result.stderr
    assert http_client.send("POST", used, body=b'{"events": []}').status == 200
    heard.run_ok("connect", "rotate", id, "--address", "--end-overlap")
    assert http_client.send("POST", used, body=b'{"events": []}').status == 404


def test_a_whole_address_is_shown_only_to_whoever_asks_for_it(
    heard: HeardCommand, stack: Stack, http_client: InProcessHttpClient
) -> None:
    created = heard.run_ok("connect", *ADDED["trustpilot"]).json
    token = stack.secrets.token(created["id"])
    assert token in created["url"]
    http_client.send("POST", created["url"], body=b"unreadable")
    for words in (
        ("list", "--business", "acme"),
        ("list", "--business", "acme", "--json"),
        ("show", created["id"]),
        ("show", created["id"], "--json"),
        ("deliveries", created["id"], "--json"),
        ("quarantine", "--business", "acme", "--json"),
        ("test", created["id"], "--json"),
    ):
        result = heard.run_ok("connect", *words)
        assert token not in result.stdout + result.stderr, words
        assert "digest" not in result.stdout, words
    assert token in heard.run_ok("connect", "show", created["id"], "--address").stdout


def test_a_credential_may_have_several_lines(
    heard: HeardCommand, stack: Stack, tmp_path: Path
) -> None:
    (tmp_path / "key.pem").write_text(
        "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n"
    )
    (tmp_path / "keys.json").write_text('{"api_key": {"type": "service_account"}}')

    id = heard.run_ok(
        "connect", *DISCOURSE, "--credential-file", f"api_key={tmp_path / 'key.pem'}", "--json"
    ).json["id"]
    assert stack.secrets.credentials(id)["api_key"].splitlines()[1] == "abc"
    id = heard.run_ok(
        "connect", *DISCOURSE, "--credentials-file", str(tmp_path / "keys.json"), "--json"
    ).json["id"]
    assert json.loads(stack.secrets.credentials(id)["api_key"]) == {"type": "service_account"}
    assert (
        heard("connect", *DISCOURSE, "--credential-file", f"api_key={tmp_path / 'none'}").exit_code
        == 2
    )


def test_deliveries_explain_why_nothing_arrives(
    heard: HeardCommand, stack: Stack, http_client: InProcessHttpClient
) -> None:
    created = heard.run_ok("connect", *DISCOURSE, "--receive-only", "--json").json
    assert "No requests" in heard.run_ok("connect", "deliveries", created["id"]).stderr
    assert heard.run_ok("connect", "show", created["id"], "--json").json["last_accepted"] is None
    assert post(stack, created["id"], created["secret"]) == 202
    assert post(stack, created["id"], "another") == 401
    assert http_client.send("POST", created["url"], body=b"{}").status == 401

    result = heard.run_ok("connect", "deliveries", created["id"], "--json").json

    assert sorted((entry["result"], entry["reason"]) for entry in result["deliveries"]) == [
        ("accepted", ""),
        ("refused", "signature_missing"),
        ("refused", "signature_wrong"),
    ]
    assert all(
        bool(entry["advice"]) is (entry["result"] == "refused") for entry in result["deliveries"]
    )
    assert result["quarantined"] == 0
    table = heard.run_ok("connect", "deliveries", created["id"]).stdout
    assert f"heard connect rotate {created['id']}" in table
    details = heard.run_ok("connect", "show", created["id"], "--json").json
    assert (details["last_accepted"] is not None, details["last_refused"] is not None) == (
        True,
        True,
    )
    assert "last refused" in heard.run_ok("connect", "show", created["id"]).stdout
    assert (
        len(
            heard.run_ok("connect", "deliveries", created["id"], "--limit", "1", "--json").json[
                "deliveries"
            ]
        )
        == 1
    )


def test_reviews_that_just_came_are_counted_at_once(
    heard: HeardCommand, stack: Stack, http_client: InProcessHttpClient
) -> None:
    id, other = (heard.run_ok("connect", *ADDED["standard"]).json["id"] for _ in range(2))
    for connection in (id, id, other):
        heard.run_ok("connect", "test", connection, "--full", "--keep")

    result = heard.run_ok("connect", "deliveries", id)

    assert "2 reviews came in the last 15 minutes" in result.stdout
    assert "heard reviews list --business acme --from 15m" in result.stdout
    document = heard.run_ok("connect", "deliveries", other, "--json").json
    assert document["reviews_of_last_15_minutes"] == 1


@pytest.mark.parametrize("reason", SignatureFailureReason)
@pytest.mark.parametrize("platform", platform_names())
def test_there_is_advice_for_every_refusal(platform: str, reason: SignatureFailureReason) -> None:
    output = refusal_advice(
        reason,
        load(platform),
        Connection("con_1", "acme", platform, "https://api.example/hooks/con_1"),
        StackOptions(local=True),
    )

    assert output.endswith((".", "--local"))
    assert "ingest function" not in output


@dataclass
class Functions:
    """The stack's Lambda functions."""

    payload: Any
    error: str = ""
    calls: list[Any] = field(default_factory=list[Any])

    def invoke(self, **arguments: Any) -> dict[str, Any]:
        self.calls.append((arguments["FunctionName"], json.loads(arguments["Payload"])))
        failure = {"FunctionError": self.error} if self.error else {}
        return {"Payload": io.BytesIO(json.dumps(self.payload).encode()), **failure}


@pytest.fixture
def polled(heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> str:
    """A connection to a platform that is polled."""
    alter(monkeypatch, "discourse", poll_seconds=60)
    monkeypatch.setattr(Stack, "outputs", {**stack.outputs, "PollFunctionName": "heard-poll"})
    return heard.run_ok("connect", *DISCOURSE, "--credential", "api_key=k1", "--json").json["id"]


def test_a_platform_is_polled_at_once(
    heard: HeardCommand, polled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = Functions(
        {
            "connection": polled,
            "listed": 3,
            "queued": 2,
            "withdrawn": 1,
            "problems": 0,
            "error": None,
        }
    )
    monkeypatch.setattr(Stack, "functions", functions)

    assert (
        "3 reviews listed, 2 queued, 1 withdrawn" in heard.run_ok("connect", "poll", polled).stdout
    )
    assert heard.run_ok("connect", "poll", polled, "--json").json["queued"] == 2
    assert functions.calls[0] == ("heard-poll", {"connection": polled})


@pytest.mark.parametrize(
    ("functions", "output"),
    [
        (
            Functions(
                {
                    "listed": 1,
                    "queued": 0,
                    "withdrawn": 0,
                    "problems": 1,
                    "error": "It refuses the credentials.",
                }
            ),
            "refuses the credentials",
        ),
        (
            Functions({"errorType": "Runtime.ImportModuleError"}, "Unhandled"),
            "Runtime.ImportModuleError",
        ),
        (Functions(["what?"]), "The poll function failed"),
    ],
)
def test_a_failed_poll_is_explained(
    heard: HeardCommand,
    polled: str,
    monkeypatch: pytest.MonkeyPatch,
    functions: Functions,
    output: str,
) -> None:
    monkeypatch.setattr(Stack, "functions", functions)

    result = heard("connect", "poll", polled)

    assert (result.exit_code, output in result.stderr) == (1, True), result.stderr


def test_a_poll_that_failed_at_once_counts_nothing(
    heard: HeardCommand, polled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = Functions({"reviews": 0, "queued": 0, "error": "It refuses the credentials."})
    monkeypatch.setattr(Stack, "functions", functions)

    result = heard("connect", "poll", polled, "--stack", "staging")

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"heard connect deliveries {polled} --stack staging" in result.stderr


def test_a_platform_that_only_pushes_cannot_be_polled(
    heard: HeardCommand, stack: Stack, polled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = heard.run_ok("connect", "add", "feedback_form", "--business", "acme", "--json").json["id"]

    assert "cannot be polled" in heard("connect", "poll", id).stderr
    monkeypatch.setattr(Stack, "outputs", {**stack.outputs, "PollFunctionName": ""})
    assert "make deploy" in heard("connect", "poll", polled).stderr


def test_a_platform_whose_requests_we_cannot_sign_is_not_tested(
    heard: HeardCommand, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = heard.run_ok("connect", *DISCOURSE, "--receive-only", "--json").json["id"]
    alter(monkeypatch, "discourse", can_self_test=False)

    result = heard("connect", "test", id)

    assert (result.exit_code, f"heard connect deliveries {id}" in result.stderr) == (1, True)


def test_the_state_of_polling_is_shown(heard: HeardCommand, stack: Stack, polled: str) -> None:
    before = stack.polls.state(polled)
    assert before
    assert clock.now() - before.since < timedelta(days=1, minutes=1)
    trouble = PollFailure("unauthorized", "The platform refuses the connection's credentials.")
    stack.polls.save_state(
        before, replace(before, failures=2, last_failure=trouble, polled_at=clock.now())
    )

    result = heard.run_ok("connect", "deliveries", polled, "--json").json["poll"]
    assert (result["every_seconds"], result["failures"], result["last"] is not None) == (
        60,
        2,
        True,
    )
    assert (
        "refuses the connection's credentials"
        in heard.run_ok("connect", "deliveries", polled).stdout
    )
    assert heard.run_ok("connect", "list", "--business", "acme", "--json").json[0]["inbound"] == [
        "push",
        "poll",
    ]


def test_the_age_of_the_first_polled_reviews_can_be_chosen(
    heard: HeardCommand, stack: Stack, polled: str
) -> None:
    id = heard.run_ok(
        "connect", *DISCOURSE, "--credential", "api_key=k1", "--since", "7d", "--json"
    ).json["id"]

    matches = stack.polls.state(id)
    assert matches
    assert timedelta(days=7) <= clock.now() - matches.since < timedelta(days=7, minutes=1)
    assert (
        heard("connect", "add", "feedback_form", "--business", "acme", "--since", "7d").exit_code
        == 2
    )
    without = heard.run_ok("connect", *DISCOURSE, "--receive-only", "--json").json["id"]
    assert stack.polls.state(without) is None
    assert "both" in heard.run_ok("connect", "show", id).stdout
    assert "both" not in heard.run_ok("connect", "show", without).stdout
