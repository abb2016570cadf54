"""The proxy itself: it breaks what the seed says, as AWS would, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

from heard.storage.tables import condition_failed, error_code
from tests.faults.aws_errors import Call, failed, throttled
from tests.faults.breaking import KILLS, FaultKind, Rates, decide
from tests.faults.proxy import FaultProxy

pytestmark = pytest.mark.faults
RATES = Rates.spread(0.3, kills=0.02, longest_delay_seconds=0.01)


def test_a_seed_breaks_the_same_requests_in_the_same_way() -> None:
    first = [decide(7, number, RATES) for number in range(2000)]

    assert first == [decide(7, number, RATES) for number in range(2000)]
    assert first != [decide(8, number, RATES) for number in range(2000)]


def test_the_rate_is_the_share_of_broken_requests_and_each_kind_has_its_own() -> None:
    kinds = Counter(decide(1, number, RATES).fault for number in range(20_000))

    assert 0.28 < 1 - kinds[None] / 20_000 < 0.32
    assert set(kinds) - {None} == set(FaultKind)
    assert sum(kinds[kind] for kind in KILLS) < 600
    assert decide(1, 1, Rates.only(FaultKind.THROTTLE)).fault is FaultKind.THROTTLE
    assert decide(1, 1, Rates()).fault is None


@dataclass
class Service:
    """A service that counts what it was asked to do."""

    url: str = ""
    calls: list[str] = field(default_factory=list[str])


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            found.calls.append(self.headers["X-Amz-Target"])
            body = b'{"Item": {"pk": {"S": "x"}}}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{cast('Any', server.server_address)[1]}"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def client(proxy: FaultProxy, service: str = "dynamodb") -> Any:
    return boto3.client(  # pyright: ignore[reportCallIssue]
        service,  # pyright: ignore[reportArgumentType]
        endpoint_url=proxy.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
    )


@pytest.mark.parametrize(
    ("fault", "is_done"),
    [
        (FaultKind.DROP_REQUEST, False),
        (FaultKind.DROP_ANSWER, True),
        (FaultKind.THROTTLE, False),
        (FaultKind.FAIL, False),
        (FaultKind.KILL_BEFORE, False),
        (FaultKind.KILL_AFTER, True),
    ],
)
def test_a_broken_call_fails_and_is_done_or_not_as_its_kind_says(
    service: Service, fault: FaultKind, is_done: bool
) -> None:
    killed: list[int] = []
    with FaultProxy(service.url, kill_worker=lambda port: bool(killed.append(port))) as proxy:
        proxy.rates = Rates.only(fault)
        with pytest.raises((ClientError, HTTPClientError)):
            client(proxy).get_item(TableName="t", Key={"pk": {"S": "x"}})
        assert (len(service.calls) == 1) is is_done
        assert [broken.fault for broken in proxy.broken] == [fault]
        assert bool(killed) is (fault in KILLS)
        proxy.quiet()
        assert client(proxy).get_item(TableName="t", Key={"pk": {"S": "x"}})["Item"]


def test_one_service_can_be_broken_alone(service: Service) -> None:
    with FaultProxy(service.url) as proxy:
        proxy.service_rates = {"ssm": Rates.only(FaultKind.THROTTLE)}
        with pytest.raises(ClientError) as raised:
            client(proxy, "ssm").get_parameter(Name="x")
        assert error_code(raised.value) == "ThrottlingException"
        assert client(proxy).get_item(TableName="t", Key={"pk": {"S": "x"}})["Item"]


def test_a_conflict_of_a_transaction_is_one_that_our_code_knows(service: Service) -> None:
    item = {"Put": {"TableName": "t", "Item": {"pk": {"S": "x"}}}}
    codes: set[str] = set()
    with FaultProxy(service.url) as proxy:
        proxy.rates = Rates.only(FaultKind.THROTTLE)
        for _ in range(12):
            with pytest.raises(ClientError) as raised:
                client(proxy).transact_write_items(TransactItems=[item, item])
            assert error_code(raised.value) == "TransactionCanceledException"
            reasons = raised.value.response["CancellationReasons"]
            codes |= {reason["Code"] for reason in reasons} - {"None"}
            conflict = any(reason["Code"] == "TransactionConflict" for reason in reasons)
            assert condition_failed(raised.value) is conflict
    assert codes == {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


@pytest.mark.parametrize(
    ("target", "codes"),
    [
        ("DynamoDB_20120810.GetItem", {"ThrottlingException", "ProvisionedThroughputExceeded"}),
        ("AmazonSQS.ReceiveMessage", {"RequestThrottled"}),
        ("AmazonSSM.GetParameter", {"ThrottlingException"}),
        ("AWSStepFunctions.SendTaskSuccess", {"ThrottlingException"}),
        ("TrentService.Decrypt", {"ThrottlingException"}),
        ("AWSCognitoIdentityProviderService.AdminGetUser", {"TooManyRequestsException"}),
    ],
)
def test_each_service_refuses_in_its_own_words(target: str, codes: set[str]) -> None:
    call = Call.of(target, "/", b"{}")
    answers = [throttled(call, variant) for variant in range(12)]

    assert {answer.status for answer in answers} == {400}
    names = {answer.body["__type"].rpartition("#")[2] for answer in answers}
    assert {name.removesuffix("Exception") for name in names} >= {
        code.removesuffix("Exception") for code in codes
    }
    assert {failed(call, variant).status for variant in range(6)} == {500, 503}


def test_a_batch_can_fail_in_part() -> None:
    entries = {"Entries": [{"Id": "0"}, {"Id": "1"}]}
    sent = throttled(Call.of("AmazonSQS.SendMessageBatch", "/", json.dumps(entries).encode()), 1)
    published = throttled(Call.of("AWSEvents.PutEvents", "/", json.dumps(entries).encode()), 1)

    assert (sent.status, len(sent.body["Failed"])) == (200, 2)
    assert (published.status, published.body["FailedEntryCount"]) == (200, 2)
