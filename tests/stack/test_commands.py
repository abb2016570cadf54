"""The commands as a stranger types them, against the local stack: what the README promises."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heard.connectors import load, platform_names

from .conftest import ROOT

HEARD = str(Path(sys.executable).with_name("heard"))


@pytest.mark.timeout(300)
def test_the_demo_prints_one_json_object_last_and_succeeds() -> None:
    done = subprocess.run(
        [HEARD, "local", "demo", "--once", "--json", "--port", "4597"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["reviews"] >= 120
    assert set(result["platforms"]) == set(platform_names()), (
        "every platform shows itself in the demo"
    )
    assert result["unclosed"] == 0
    assert result["max_public_replies_in_a_thread"] <= 2
    assert result["chain_verified"] is True
    assert result["duplicates"] > 0
    assert result["open_follow_ups"] > 0
    assert {"acknowledge", "follow_up"} <= set(result["routes"])
    assert {"acknowledged", "answered", "ignored", "withdrawn"} <= set(result["outcomes"])


@pytest.mark.timeout(300)
def test_it_stays_up_for_other_commands_and_stops_cleanly(tmp_path: Path) -> None:
    state = ROOT / ".heard" / "local.json"
    state.unlink(missing_ok=True)
    with (tmp_path / "screen").open("wb") as screen:
        running = subprocess.Popen(
            [HEARD, "local", "up", "--empty", "--port", "4598"],
            cwd=ROOT,
            stdout=screen,
            stderr=screen,
        )
    try:
        until = time.monotonic() + 120
        while not state.exists() and running.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
        assert state.exists(), (tmp_path / "screen").read_text()
        connections = json.loads(
            _heard("connect", "list", "--business", "acme", "--local", "--json")
        )
        for each in connections:
            known = load(each["platform"]).capabilities
            if known.tested_by_us or known.poll_seconds:
                _heard("connect", "test", each["id"], "--local")
            else:
                assert "Use its own test" in _refused("connect", "test", each["id"], "--local")
        assert {each["platform"] for each in connections} == set(platform_names())
        added = json.loads(
            _heard(
                "connect",
                "add",
                "standard",
                "--business",
                "acme",
                "--receive-only",
                "--local",
                "--json",
            )
        )
        assert added["url"].startswith("http://")
        _heard("connect", "remove", added["id"], "--yes", "--local")
        assert len(
            json.loads(_heard("connect", "list", "--business", "acme", "--local", "--json"))
        ) == len(connections)
        assert json.loads(_heard("audit", "list", "--business", "acme", "--local", "--json")) == []
        _heard("audit", "verify", "--business", "acme", "--local")
    finally:
        running.send_signal(signal.SIGINT)
        try:
            stopped = running.wait(timeout=60)
        except subprocess.TimeoutExpired:
            running.kill()
            stopped = running.wait()
    assert stopped == 0
    assert not state.exists()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", 4598)) != 0, "the local stack still listens"


def _refused(*words: str) -> str:
    done = subprocess.run(
        [HEARD, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=90
    )
    assert done.returncode == 1, (words, done.stdout, done.stderr)
    return done.stderr


def _heard(*words: str) -> str:
    done = subprocess.run(
        [HEARD, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=90
    )
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout
