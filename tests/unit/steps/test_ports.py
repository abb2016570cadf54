"""The time that a step gives to a platform, however many requests one call of a connector is."""

from __future__ import annotations

from typing import Any

import pytest

from heard.connectors import HttpResponse
from heard.errors import PlatformUnavailable
from heard.steps.ports import PlatformPorts
from tests.unit.backend import Backend


def test_all_requests_of_an_account_end_at_one_time(backend: Backend) -> None:
    now, allowed = [100.0], list[float | None]()

    def answer(_method: str, _url: str, **options: Any) -> HttpResponse:
        allowed.append(options["seconds"])
        now[0] += 4
        return HttpResponse(200, {}, b"")

    connection = backend.connect("standard")
    ports = PlatformPorts(backend.secrets, answer, lambda: now[0])
    http = ports.account(connection, 10).http
    http("GET", "https://shop.example/1")
    http("GET", "https://shop.example/2", seconds=1)
    http("GET", "https://shop.example/3")
    with pytest.raises(PlatformUnavailable, match="the 10 s that we take") as refusal:
        http("GET", "https://shop.example/4")

    assert allowed == [10, 1, 2]
    assert not refusal.value.maybe_applied


def test_each_account_has_its_own_time(backend: Backend) -> None:
    allowed: list[float] = []

    def answer(_method: str, _url: str, **options: Any) -> HttpResponse:
        allowed.append(options["seconds"])
        return HttpResponse(200, {}, b"")

    connection = backend.connect("standard")
    ports = PlatformPorts(backend.secrets, answer, lambda: 5.0)
    for seconds in (60, 3.5):
        ports.account(connection, seconds).http("GET", "https://shop.example/")

    assert allowed == [60, 3.5]
