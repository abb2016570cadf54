"""The commands of the README as a user types them, against the local stack."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from heard.connectors import load, platform_names

from .conftest import PATIENCE, ROOT, wait_until

HEARD_COMMAND = str(Path(sys.executable).with_name("heard"))


@pytest.mark.timeout(1800)
def test_the_demo_prints_one_json_object_last_and_succeeds() -> None:
    """It also succeeds with the roles that the template grants: the demo enforces them."""
    process = subprocess.run(
        [HEARD_COMMAND, "local", "demo", "--once", "--json", "--port", "4597"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    result = json.loads(process.stdout.splitlines()[-1])
    assert result["reviews"] >= 120
    assert set(result["platforms"]) == set(platform_names()), (
        "every platform shows itself in the demo"
    )
    assert result["unclosed"] == 0
    assert result["max_public_replies_in_a_thread"] <= 2
    assert result["chain_verified"] is True
    assert result["notices_missing"] == 0
    assert result["erased_texts"] > 0
    assert result["erased_texts_readable"] == 0
    assert result["outcomes"]["texts_erased"] >= 1
    assert result["notices"] >= result["outcomes"]["follow_up_opened"] > 0
    assert result["replies_sent"] >= result["outcomes"]["acknowledged"]
    assert result["duplicates"] > 0
    assert result["open_follow_ups"] > 0
    assert {"acknowledge", "follow_up"} <= set(result["routes"])
    assert {
        "reply",
        "invite_private",
        "promise",
        "resolve_without_reply",
        "walk_away",
        "report_fake",
    } <= set(result["actions"])
    assert {"acknowledged", "answered", "ignored", "withdrawn"} <= set(result["outcomes"])


def test_it_stays_up_for_other_commands_and_stops_cleanly(tmp_path: Path) -> None:
    state_file = ROOT / ".heard" / "local-4598.json"
    state_file.unlink(missing_ok=True)
    with (tmp_path / "screen").open("wb") as output:
        process = subprocess.Popen(
            [HEARD_COMMAND, "local", "up", "--empty", "--port", "4598"],
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    try:
        wait_until(lambda: state_file.exists() or process.poll() is not None)
        assert state_file.exists(), (tmp_path / "screen").read_text()
        connections = json.loads(
            _run_ok("connect", "list", "--business", "acme", "--local", "--json")
        )
        for connection in connections:
            capabilities = load(connection["platform"]).capabilities
            if capabilities.can_self_test or capabilities.poll_seconds:
                _run_ok("connect", "test", connection["id"], "--local")
            else:
                assert "Use the platform's own test" in _run_failing(
                    "connect", "test", connection["id"], "--local"
                )
        assert {connection["platform"] for connection in connections} == set(platform_names())
        new_connection = json.loads(
            _run_ok(
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
        assert new_connection["url"].startswith("http://")
        _run_ok("connect", "remove", new_connection["id"], "--yes", "--local")
        assert len(
            json.loads(_run_ok("connect", "list", "--business", "acme", "--local", "--json"))
        ) == len(connections)
        assert json.loads(_run_ok("audit", "list", "--business", "acme", "--local", "--json")) == []
        _run_ok("audit", "verify", "--business", "acme", "--local")
        assert _first_own_review(tmp_path) == _first_own_review_in_the_readme()[-1]
        _send_from_a_program(connections)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            exit_code = process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            exit_code = process.wait()
    assert exit_code == 0
    assert not state_file.exists()
    with socket.socket() as client_socket:
        assert client_socket.connect_ex(("127.0.0.1", 4598)) != 0, "the local stack still listens"


def _first_own_review_in_the_readme() -> list[str]:
    """The lines of README's "Your first own review": commands, and the output of the last one."""
    section = (ROOT / "README.md").read_text().partition("## Your first own review")[2]
    block = section.partition("```console\n")[2].partition("\n```")[0]
    return [line for line in block.splitlines() if not line.startswith("#")]


def _first_own_review(folder: Path) -> str:
    """Type what README says, with the ids that the commands printed. Returns the last output."""
    shutil.copytree(ROOT / "events" / "standard", folder / "events" / "standard")
    (folder / ".heard").symlink_to(ROOT / ".heard")
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "200",
    }
    ids: dict[str, str] = {}
    output = ""

    def type_command(command: str) -> str:
        process = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert process.returncode == 0, (command, process.stdout, process.stderr)
        ids.update({name[:4]: name for name in re.findall(r"(?:con|rev)_[\w-]+", process.stdout)})
        return process.stdout.strip()

    activate, *commands, _ = (line.removeprefix("$ ") for line in _first_own_review_in_the_readme())
    assert activate == ". .venv/bin/activate"
    for typed in commands:
        command = re.sub(r"(con_|rev_)…", lambda match: ids[match[1]], typed)
        output = type_command(command)
        if " reviews list " in command:
            wait_until(lambda: "rev_" in type_command(command))  # noqa: B023 - called at once
    return output


def _send_from_a_program(connections: list[dict[str, str]]) -> None:
    """Run the Python of docs/connect.md, with a connection's address and secret in it."""
    program = (ROOT / "docs" / "connect.md").read_text()
    program = program.partition("```python\n")[2].partition("```")[0]
    id = next(each["id"] for each in connections if each["platform"] == "standard")
    url = json.loads(_run_ok("connect", "show", id, "--address", "--local", "--json"))["url"]
    secret = json.loads(_run_ok("connect", "rotate", id, "--overlap", "24h", "--local", "--json"))[
        "secret"
    ]
    program = program.replace("https://…/hooks/con_…", url).replace("whsec_…", secret)

    def send() -> bool:
        process = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        return process.stdout.strip() == "202"

    wait_until(send)  # the new secret counts at the door within a minute


def _run_failing(*arguments: str) -> str:
    process = subprocess.run(
        [HEARD_COMMAND, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert process.returncode == 1, (arguments, process.stdout, process.stderr)
    return process.stderr


def _run_ok(*arguments: str) -> str:
    process = subprocess.run(
        [HEARD_COMMAND, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert process.returncode == 0, (arguments, process.stdout, process.stderr)
    return process.stdout
