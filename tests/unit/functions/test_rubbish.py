"""Whatever is sent to a route, it is refused with words, and never answered with 5xx."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import pytest

from heard.policy import default_policy
from tests.static.cloudformation import resources
from tests.unit.backend import BUSINESS, Backend, complaint
from tests.unit.functions.conftest import ApiCall

FORM = {"content-type": "application/x-www-form-urlencoded"}
SURROGATE = "\ud800"
TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    SURROGATE,
    "\U000e0041" * 300,
    "\u0f73" * 3_000,
    "x" * 5_000,
    "..",
    "%00%ff",
    "-1",
    "1e999999",
    "NaN",
    "9" * 5_000,
    "0001-01-01T00:00:00+14:00",
    "9999-12-31",
    "9999-12-31T23:59:59-14:00",
    "999999w",
    "2026-02-30T00:00:00Z",
    "=" * 300,
    "!!!!",
    "AAAA",
    "{}",
    "<script>",
    "$ne",
)
"""What stands in a parameter of the address."""

BODIES: tuple[dict[str, Any], ...] = (
    {"body": "[" * 20_000},
    {"body": '{"a":' * 20_000 + "1" + "}" * 20_000},
    {"body": '{"fence":' + "9" * 5_000 + "}"},
    {"body": '{"fence":' + "9" * 4_000 + "}"},
    {"body": '{"fence":1e999999,"approved":1e999999}'},
    {"body": '{"fence":NaN}'},
    {"body": '{"text":"\\ud800","fence":1}'},
    {"body": '{"text":"a\\u0000b","fence":1}'},
    {"body": '{"text":"' + "\u0f73" * 20_000 + '"}'},
    {"body": '{"fence":1,"fence":2}'},
    {"body": "null"},
    {"body": '"text"'},
    {"body": "[]"},
    {"body": ""},
    {"body": None},
    {"body": "\x00"},
    {"body": SURROGATE},
    {"body": base64.b64encode(b"\xff\xfe{}").decode(), "isBase64Encoded": True},
    {"body": base64.b64encode(b'{"text":"\xff"}').decode(), "isBase64Encoded": True},
    {"body": "not base64!", "isBase64Encoded": True},
    {"body": "QUJ", "isBase64Encoded": True},
    {"body": "\u00e9", "isBase64Encoded": True},
    {"body": "a=1&" * 5_000, "headers": FORM},
    {"body": "--x", "headers": {"content-type": "multipart/form-data"}},
    {"body": "--x", "headers": {"content-type": "multipart/form-data; boundary="}},
    {"body": "--x\r\n\r\n--x--", "headers": {"content-type": "multipart/form-data; boundary=x"}},
    {"body": "{}", "headers": {"content-type": "application/json; charset=nothing"}},
    {"body": "{}", "headers": {"content-type": "\x00"}},
    {"body": "{}", "headers": {"content-type": "text/plain; charset=utf-7"}},
    {"body": "{}", "headers": {"accept-encoding": "\x00", "accept-language": "q=;,;q=9" * 2_000}},
    {"body": "{}", "headers": {"x" * 5_000: "y" * 5_000, "authorization": SURROGATE}},
    {"body": "{}", "rawQueryString": "%ff=%00&&&=", "queryStringParameters": None},
)
"""What stands in the body and in the headers."""

QUERIES = {
    "GET /api/audit/seals": ("business", "from", "to"),
    "GET /api/audit/keys": ("business",),
    "GET /api/desk/follow-ups": ("business", "limit", "after", "words"),
    "GET /api/audit/outcomes": (
        "business",
        "from",
        "to",
        "kind",
        "severity",
        "channel",
        "platform",
        "actor",
        "order",
        "limit",
        "after",
    ),
    "GET /api/audit/people": ("business",),
    "GET /api/audit/gaps": ("business",),
    "GET /api/audit/policies/{policy_hash}": ("business",),
}
PERIODS = (
    ("0001-01-02T00:00:00Z", "2019-12-31T23:59:59Z"),
    ("0001-01-01T00:00:00+14:00", "now"),
    ("9999-12-31T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
    ("now", "9999-12-31T23:59:59-14:00"),
    ("999999w", "999999s"),
)
"""What an auditor may ask for: as much, and as far away, as a time can be."""

GOOD_QUERIES = {
    "GET /api/audit/outcomes": {"business": BUSINESS, "from": "7d", "to": "now"},
    "GET /api/audit/seals": {"business": BUSINESS},
    "GET /api/audit/keys": {"business": BUSINESS},
    "GET /api/audit/policies/{policy_hash}": {"business": BUSINESS},
}
STEPS = ("claim", "release", "resolution", "lint", "approval")


def routes() -> dict[str, str]:
    """Every route of the template, and the folder of its function."""
    integrations = {
        name: properties["IntegrationUri"]
        for name, properties in resources("AWS::ApiGatewayV2::Integration").items()
    }
    functions = resources("AWS::Serverless::Function")
    found: dict[str, str] = {}
    for route in resources("AWS::ApiGatewayV2::Route").values():
        integration = re.search(r"integrations/\$\{(\w+)\}", str(route["Target"]))
        assert integration
        function = re.search(r"(\w+?Function)(?:Aliaslive)?\b", str(integrations[integration[1]]))
        assert function
        found[route["RouteKey"]] = functions[function[1]]["CodeUri"].removeprefix("functions/")
    return found


def requests(route: str, known: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Requests to a route with one thing in each that is rubbish."""
    method, _, pattern = route.partition(" ")
    good = {name: known.get(name, "") for name in re.findall(r"\{(\w+)\}", pattern)}
    steps = STEPS if "step" in good else ("",)
    query = GOOD_QUERIES.get(route, {})
    for name in good:
        for text in TEXTS:
            yield request(method, pattern, good | {name: text}, query=query)
    for name in QUERIES.get(route, ()):
        for text in TEXTS:
            if text != SURROGATE:  # no address holds one
                yield request(method, pattern, good, query=query | {name: text})
    if "from" in query:
        for start, end in PERIODS:
            yield request(method, pattern, good, query=query | {"from": start, "to": end})
    for step in steps:
        for body in BODIES if method == "POST" else BODIES[-5:]:
            yield request(method, pattern, good | ({"step": step} if step else {}), **body)


def request(method: str, pattern: str, parameters: dict[str, str], **extra: Any) -> dict[str, Any]:
    path = re.sub(r"\{(\w+)\}", lambda match: parameters[match[1]], pattern)
    return {"method": method, "path": path, "parameters": parameters, **extra}


# The page takes nothing but a path and headers: its own tests send rubbish there.
@pytest.mark.parametrize("route", [route for route, folder in routes().items() if folder != "web"])
def test_rubbish_is_refused_with_words(route: str, backend: Backend, call_api: ApiCall) -> None:
    backend.add_person("Ana")
    backend.add_person("Ida", "auditor")
    backend.run_route_workflow(backend.queue_message(complaint("r-1")))
    (follow_up,) = backend.open_follow_ups()
    known = {
        "connection": next(iter(backend.connections.values())).id,
        "review": follow_up.reviews[0],
        "follow_up": follow_up.id,
        "step": "lint",
        "business": BUSINESS,
        "day": "2026-03-16",
        "outcome": f"out_{follow_up.reviews[0].removeprefix('rev_')}_000001",
        "policy_hash": default_policy().hash,
    }
    folder = routes()[route]
    subject = {"desk": "sub-ana", "audit": "sub-ida"}.get(folder)
    failures: list[str] = []
    for each in requests(route, known):
        shown = {name: str(value)[:60] for name, value in each.items()}
        try:
            response = call_api(
                folder, each.pop("method"), each.pop("path"), subject=subject, **each
            )
        except Exception as error:  # noqa: BLE001  # whatever leaves a handler is a 500
            failures.append(f"{shown}: {type(error).__name__}: {str(error)[:200]}")
            continue
        if response.status >= 500:
            failures.append(f"{shown}: {response.status} {response.body[:200]}")
        elif response.status >= 400 and folder in {"desk", "audit"}:
            detail = response.json.get("detail")
            if not detail or "Traceback" in response.body:
                failures.append(f"{shown}: {response.status} says nothing: {response.body[:200]}")
    assert not failures, f"{len(failures)}:\n" + "\n".join(failures[:40])
