"""Files with JSON: whatever is in them, the error says what is wrong, and shows no value."""

from __future__ import annotations

from pathlib import Path

import pytest

from heard_cli.input_files import UnreadableContent, parse_json
from heard_cli.local.samples import InvalidSample, read_sample
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand

BAD_CONTENT = {
    "bom": (b'\xef\xbb\xbf{"api_key": "s3cret"}', "UTF-8 without BOM"),
    "utf16": ('\ufeff{"api_key": "s3cret"}'.encode("utf-16-le"), "UTF-8 without BOM"),
    "latin": (b'{"api_key": "s3cret\xff"}', "UTF-8 without BOM"),
    "comma": (b'{\n  "api_key": "s3cret",\n}', "line 2"),
    "deep": (b'{"a":' * 100_000, "nested too deeply"),
    "number": (b'{"a": ' + b"1" * 5000 + b"}", "number that is too long"),
}


@pytest.fixture(params=BAD_CONTENT)
def bad_file(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str]:
    """A file, and what the error about it says."""
    content, problem = BAD_CONTENT[request.param]
    path = tmp_path / "01-bad.json"
    path.write_bytes(content)
    return path, problem


def test_json_is_parsed_or_refused(bad_file: tuple[Path, str]) -> None:
    path, problem = bad_file
    with pytest.raises(UnreadableContent, match=problem):
        parse_json(path.read_bytes())
    with pytest.raises(InvalidSample, match=problem):
        read_sample(path)
    assert parse_json(b'{"a": [1]}') == {"a": [1]}


def test_a_file_of_credentials_that_is_no_json_is_refused(
    heard: HeardCommand, stack: Stack, bad_file: tuple[Path, str]
) -> None:
    path, problem = bad_file
    add = ("connect", "add", "trustpilot", "--business", "acme")

    result = heard(*add, "--credentials-file", str(path))

    assert (result.exit_code, problem in " ".join(result.stderr.split())) == (2, True)
    assert "s3cret" not in result.stderr


def test_a_sample_that_is_no_json_is_refused(
    heard: HeardCommand, stack: Stack, bad_file: tuple[Path, str], tmp_path: Path
) -> None:
    path, problem = bad_file
    connection = heard.run_ok(
        "connect", "add", "standard", "--business", "acme", "--receive-only", "--json"
    ).json["id"]

    result = heard("replay", str(path), "--connection", connection)

    assert (result.exit_code, problem in " ".join(result.stderr.split())) == (2, True)


@pytest.mark.parametrize("option", ["--headers", "--body"])
def test_deep_json_in_a_captured_request_is_no_traceback(
    heard: HeardCommand, stack: Stack, tmp_path: Path, option: str
) -> None:
    deep, headers = tmp_path / "deep.json", tmp_path / "headers.txt"
    deep.write_text("[" * 100_000)
    headers.write_text("webhook-id: msg_1\nwebhook-timestamp: 1\nwebhook-signature: v1,AAAA\n")
    files = {"--headers": headers, "--body": deep} | {option: deep}
    secret = "whsec_" + "A" * 44
    words = [word for name, path in files.items() for word in (name, str(path))]

    result = heard("connect", "verify", "standard", "--secret", secret, *words)

    assert result.exit_code in {1, 2}
    assert result.stderr or result.stdout
