"""Rules for whole kinds of tests: their order, their isolation, and how much they try.

A unit test sees none of the user's AWS settings and cannot use the network. A test that talks HTTP
to its own server gets access to this machine with `@pytest.mark.loopback` or with the fixture
`loopback`. A blocked connection fails the test, even where the tested code hides the error.

Property tests run with few examples by default. `--hypothesis-profile deep` tries many more.
Neither profile measures time, because a test must not depend on the speed of the machine.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parent
ORDER = ("unit", "static", "web", "faults", "stack")  # quick tests first
REMOVED_PREFIXES = (
    "AWS_",
    "HEARD_",
    "POWERTOOLS_",
    "LOG_LEVEL",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "LAMBDA_",
)

for _profile, _examples in (("quick", 50), ("deep", 1_000)):
    settings.register_profile(
        _profile,
        max_examples=_examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile("quick")


def test_kind(path: Path) -> str:
    """The folder of a test: `unit` for everything below tests/unit, and so on."""
    return path.relative_to(TESTS).parts[0] if path.is_relative_to(TESTS) else ""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the tests by kind; within one kind the order stays random."""
    items.sort(
        key=lambda item: (
            ORDER.index(test_kind(item.path)) if test_kind(item.path) in ORDER else len(ORDER)
        )
    )


SHARED = {
    "tests/stack/": "stack",
    "tests/faults/test_restore_drill.py": "drill",
    "tests/static/test_layer.py": "layers",
    "tests/web/": "browser",
}
"""Tests that share something expensive (by how their ids begin), and the name of their group."""


class SharedScheduling(LoadScopeScheduling):
    """pytest-xdist sends each test to the next free process, and a group to one process.

    The largest group starts first, so that the stack starts at once and runs beside all others.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((group for start, group in SHARED.items() if nodeid.startswith(start)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharedScheduling:
    return SharedScheduling(config, log)


@pytest.fixture
def loopback() -> None:
    """Let a unit test talk to servers on this machine, as the marker `loopback` does."""


class NetworkBlocked(AssertionError):
    """A unit test tried to use the network."""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def isolate_unit_test(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Take inherited settings and the network away from unit tests."""
    if test_kind(request.path) != "unit":
        yield
        return
    for name in list(os.environ):
        if name.startswith(REMOVED_PREFIXES):
            monkeypatch.delenv(name)
    missing_file = tmp_path_factory.getbasetemp() / "no-such-aws-file"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(missing_file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(missing_file))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    loopback_allowed = (
        request.node.get_closest_marker("loopback") is not None
        or "loopback" in request.fixturenames
    )
    blocked_hosts: list[str] = []

    def block_unless_loopback(host: object) -> None:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if loopback_allowed and _is_loopback(name):
            return
        blocked_hosts.append(name)
        hint = "; mark it with `loopback` if it may do so" if _is_loopback(name) else ""
        raise NetworkBlocked(f"a unit test tried to reach {name!r}{hint}")

    def with_host_check(
        method: Callable[..., Any], find_address: Callable[[tuple[Any, ...]], Any]
    ) -> Callable[..., Any]:
        def call(sock: socket.socket, *args: Any) -> Any:
            if sock.family in (socket.AF_INET, socket.AF_INET6):
                block_unless_loopback(find_address(args)[0])
            return method(sock, *args)

        return call

    monkeypatch.setattr(
        socket.socket, "connect", with_host_check(socket.socket.connect, lambda args: args[0])
    )
    monkeypatch.setattr(
        socket.socket, "connect_ex", with_host_check(socket.socket.connect_ex, lambda args: args[0])
    )
    monkeypatch.setattr(
        socket.socket, "sendto", with_host_check(socket.socket.sendto, lambda args: args[-1])
    )

    for function_name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        original = getattr(socket, function_name)

        def resolve(
            host: object, *args: Any, _original: Callable[..., Any] = original, **kwargs: Any
        ) -> Any:
            if host is not None:  # None means: addresses to listen on
                block_unless_loopback(host)
            return _original(host, *args, **kwargs)

        monkeypatch.setattr(socket, function_name, resolve)

    yield
    if blocked_hosts:
        pytest.fail(
            f"this unit test tried to reach {', '.join(sorted(set(blocked_hosts)))}", pytrace=False
        )
