"""The functions as deployed.

Each with the environment that the template gives it, on moto, and Step Functions played by hand.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import pytest

from heard import messaging
from heard.storage import setup, tables
from tests.static.cloudformation import resources
from tests.unit.backend import REGION, House

FOLDERS = {
    properties["CodeUri"].removeprefix("functions/"): properties
    for properties in resources("AWS::Serverless::Function").values()
}


@dataclass
class Answer:
    """What API Gateway sends back."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


type Deployed = Callable[[str], ModuleType]
type Call = Callable[..., Answer]


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch, house: House) -> Iterator[Deployed]:
    """A function's module, with its environment set and nothing remembered from another test."""
    for name, value in {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    environment = {
        **{
            name: house.tables[logical]
            for name, logical in (("SETUP_TABLE", "SetupTable"), ("WORK_TABLE", "WorkTable"))
        },
        "OUTCOMES_TABLE": house.tables["OutcomesTable"],
        "SECRETS_PATH": house.secrets_path,
        "QUEUE_URL": house.queue_url,
        "POLL_QUEUE_URL": house.poll_queue_url,
        "EVENT_BUS": house.bus,
        "ROUTE_WORKFLOW": "arn:aws:states:eu-central-1:123456789012:stateMachine:heard-route",
        "LOOPBACK_PLATFORMS": "true",
        "ASSESSMENT_ENGINE": "quick",
        "CONVERSE_MODEL": "",
        "ENGINE_CALLS_A_DAY": "0",
        "OPENBLAS_NUM_THREADS": "1",
    }
    caches = [tables.dynamodb, setup.ssm, messaging.sqs, messaging.events]

    def load(folder: str) -> ModuleType:
        for name in FOLDERS[folder]["Environment"]["Variables"]:
            monkeypatch.setenv(name, environment[name])
        module = importlib.import_module(f"functions.{folder}.app")
        if hasattr(module, "stepfunctions"):
            monkeypatch.setattr(module, "stepfunctions", lambda: house.step_functions)
        for made in (getattr(module, name, None) for name in ("ports", "door", "here", "engine")):
            if made is not None:
                made.cache_clear()
                caches.append(made)
        return module

    for cache in caches:
        cache.cache_clear()
    yield load
    for cache in caches:
        cache.cache_clear()


class Context:
    """What Lambda tells a handler about itself."""

    function_name = "heard"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:heard"
    aws_request_id = "0c0ffee0"


@pytest.fixture
def call(deployed: Deployed) -> Call:
    """An HTTP API (payload 2.0) request to a function, as somebody with these groups, or as nobody."""

    def send(
        folder: str,
        method: str,
        path: str,
        *,
        subject: str | None = None,
        groups: str = "[agent]",
        query: Mapping[str, Any] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": urlencode(query or {}, doseq=True),
            "headers": {"content-type": "application/json", **(headers or {})},
            "queryStringParameters": {
                name: ",".join(value) if isinstance(value, list) else value
                for name, value in (query or {}).items()
            },
            "pathParameters": dict(parameters or {}),
            "requestContext": {
                "http": {
                    "method": method,
                    "path": path,
                    "sourceIp": "203.0.113.7",
                    "protocol": "HTTP/1.1",
                    "userAgent": "test",
                },
                "stage": "$default",
                "requestId": "req-1",
                "domainName": "heard.example",
            },
            "body": body if body is None or isinstance(body, str) else json.dumps(body),
            "isBase64Encoded": False,
            **more,
        }
        if subject is not None:
            event["requestContext"]["authorizer"] = {
                "jwt": {"claims": {"sub": subject, "cognito:groups": groups}, "scopes": None}
            }
        answered = deployed(folder).handler(event, Context())
        said = {**answered.get("headers", {}), **answered.get("multiValueHeaders", {})}
        return Answer(
            answered["statusCode"],
            {name.lower(): str(value) for name, value in said.items()},
            answered.get("body") or "",
        )

    return send
