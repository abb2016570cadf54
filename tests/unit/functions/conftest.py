"""The functions as deployed: with the environment that the template gives each of them, on moto."""

from __future__ import annotations

import importlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from pydantic import BaseModel

from heard import messaging
from heard.storage import lake, seal_key, setup, tables
from tests.static.cloudformation import resources
from tests.unit.backend import REGION, Backend
from tests.unit.gateway import LambdaContext, http_event, sign_in
from tests.unit.sealing import ORIGIN, SealBench

FUNCTIONS_BY_FOLDER = {
    properties["CodeUri"].removeprefix("functions/"): properties
    for properties in resources("AWS::Serverless::Function").values()
}


@dataclass
class ApiResponse:
    """What API Gateway sends back."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


type FunctionLoader = Callable[[str], ModuleType]
type ApiCall = Callable[..., ApiResponse]


class LogLines:
    """What the functions log, line by line, as the JSON that CloudWatch gets."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self._handlers: dict[Logger, logging.Handler] = {}

    def capture_from(self, logger: Logger) -> None:
        """Keep the lines of a function's logger."""
        lines = self.lines

        class Capture(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                lines.append(json.loads(logger.registered_formatter.format(record)))

        if logger not in self._handlers:
            self._handlers[logger] = Capture()
            logger.addHandler(self._handlers[logger])

    def detach(self) -> None:
        for logger, handler in self._handlers.items():
            logger.removeHandler(handler)

    def of(self, service: str) -> list[dict[str, Any]]:
        """The lines of one function."""
        return [line for line in self.lines if line["service"] == service]


@pytest.fixture
def log_lines() -> Iterator[LogLines]:
    lines = LogLines()
    yield lines
    lines.detach()


@pytest.fixture
def seal_bench(backend: Backend) -> SealBench:
    """The buckets of the functions, and the key with which they sign."""
    return SealBench(backend)


@pytest.fixture
def load_function(
    monkeypatch: pytest.MonkeyPatch, backend: Backend, seal_bench: SealBench, log_lines: LogLines
) -> Iterator[FunctionLoader]:
    """A function's module, with its environment set and nothing remembered from another test."""
    for name, value in {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    environment = {
        "STACK": "heard",
        **{
            name: backend.tables[logical]
            for name, logical in (("SETUP_TABLE", "SetupTable"), ("CASES_TABLE", "CasesTable"))
        },
        "OUTCOMES_TABLE": backend.tables["OutcomesTable"],
        "SECRETS_PATH": backend.secrets_path,
        "REVIEW_QUEUE_URL": backend.queue_url,
        "PRAISE_QUEUE_URL": backend.queue_url,
        "POLL_QUEUE_URL": backend.poll_queue_url,
        "SEAL_QUEUE_URL": backend.poll_queue_url,
        "SEAL_BUCKET": seal_bench.seal_bucket,
        "LAKE_BUCKET": seal_bench.lake_bucket,
        "SEAL_KEY_ID": "key-1",
        "ORIGIN": ORIGIN,
        "DEAD_LETTERS_URL": backend.dead_letters_url,
        "EVENT_BUS": backend.bus_name,
        "ROUTE_WORKFLOW": "arn:aws:states:eu-central-1:123456789012:stateMachine:heard-route",
        "MAX_RECEIVE_COUNT": "10",
        "RUNS_AT_ONCE": "10",
        "LOOPBACK_PLATFORMS": "true",
        "ASSESSMENT_ENGINE": "quick",
        "CONVERSE_MODEL": "",
        "ENGINE_CALLS_PER_DAY": "0",
        "OPENBLAS_NUM_THREADS": "1",
        "CLIENT_ID": "client-1",
        "SIGN_IN_URL": "https://heard.auth.eu-central-1.amazoncognito.com",
    }
    caches = [tables.dynamodb, setup.ssm, messaging.sqs, messaging.eventbridge]
    caches += [lake.s3, seal_key.kms]

    def load(folder: str) -> ModuleType:
        for name in FUNCTIONS_BY_FOLDER[folder]["Environment"]["Variables"]:
            monkeypatch.setenv(name, environment[name])
        module = importlib.import_module(f"functions.{folder}.app")
        log_lines.capture_from(module.logger)
        for name in ("stepfunctions", "synchronous_stepfunctions"):
            if hasattr(module, name):
                monkeypatch.setattr(module, name, lambda: backend.step_functions)
        if hasattr(module, "kms"):
            monkeypatch.setattr(module, "kms", lambda: seal_bench.kms)
        for name in ("ports", "config", "engine", "seal_reading"):
            if (factory := getattr(module, name, None)) is not None:
                factory.cache_clear()
                caches.append(factory)
        return module

    for cache in caches:
        cache.cache_clear()
    yield load
    for cache in caches:
        cache.cache_clear()


@pytest.fixture
def call_api(load_function: FunctionLoader) -> ApiCall:
    """An HTTP API (payload 2.0) request to a function, by somebody signed in or by nobody."""

    def send(
        folder: str,
        method: str,
        path: str,
        *,
        subject: str | None = None,
        claims: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> ApiResponse:
        event = http_event(
            method, path, query=query, headers=headers, body=body, parameters=parameters
        )
        event.update(extra)
        if subject is not None:
            sign_in(event, subject, claims)
        result = load_function(folder).handler(event, LambdaContext())
        check_shape(load_function(folder), method, path, result)
        response_headers = {**result.get("headers", {}), **result.get("multiValueHeaders", {})}
        return ApiResponse(
            result["statusCode"],
            {name.lower(): str(value) for name, value in response_headers.items()},
            result.get("body") or "",
        )

    return send


def check_shape(function: ModuleType, method: str, path: str, result: Mapping[str, Any]) -> None:
    """Compare an answer with the shape that the documents say it has."""
    app = getattr(function, "app", None)
    if app is None or result["statusCode"] != 200:
        return
    (route,) = [
        route
        for route in (*app._static_routes, *app._dynamic_routes)
        if route.method == method and route.rule.match(path)
    ]
    shape = shape_of(route)
    if shape is not None:
        shape.model_validate_json(result["body"])


def shape_of(route: Any) -> type[BaseModel] | None:
    """The shape that a route's answer has, if its function says one."""
    return (
        ((route.responses or {}).get(200) or {})
        .get("content", {})
        .get("application/json", {})
        .get("model")
    )


def sqs_event(sqs: Any, queue_url: str) -> dict[str, Any]:
    """What lies in a queue, as Lambda hands it over."""
    received = sqs.receive_message(
        QueueUrl=queue_url, MaxNumberOfMessages=10, AttributeNames=["All"]
    ).get("Messages", [])
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue",
                "awsRegion": "eu-central-1",
            }
            for message in received
        ]
    }
