"""`heard audit timestamp`, with a time-stamp authority that openssl runs on this machine."""

from __future__ import annotations

import hashlib
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from heard.outcomes import Kind
from heard.timestamps import build_request, read_reply
from heard_cli.stack import Stack
from tests.unit.cli.conftest import HeardCommand
from tests.unit.cli.test_seal import BUSINESS, DAY, FakeLambda, bench, function, seal_of
from tests.unit.sealing import SealBench, at

__all__ = ["bench", "function"]

pytestmark = pytest.mark.skipif(which("openssl") is None, reason="openssl is not installed")

CONFIGURATION = """
[ca]
basicConstraints = critical, CA:true
[stamping]
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
"""


@dataclass(frozen=True)
class Authority:
    """A time-stamp authority: a folder with its keys."""

    folder: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["openssl", *arguments], cwd=self.folder, capture_output=True, check=False
        )

    def make(self) -> None:
        (self.folder / "conf").write_text(CONFIGURATION.format(folder=self.folder))
        (self.folder / "serial").write_text("01\n")
        request = ("req", "-config", "/dev/null", "-newkey", "rsa:2048", "-nodes")
        for arguments in (
            (*request, "-x509", "-subj", "/CN=Root", "-keyout", "ca.key", "-out", "ca.pem"),
            (*request, "-subj", "/CN=Stamps", "-keyout", "tsa.key", "-out", "tsa.csr"),
            (
                *("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
                *("-CAcreateserial", "-extfile", "conf", "-extensions", "stamping"),
                *("-out", "tsa.pem"),
            ),
        ):
            result = self.run(*arguments)
            assert result.returncode == 0, result.stderr

    def reply(self, request: bytes) -> bytes:
        (self.folder / "request.tsq").write_bytes(request)
        result = self.run(
            *("ts", "-reply", "-queryfile", "request.tsq", "-signer", "tsa.pem"),
            *("-inkey", "tsa.key", "-config", "conf", "-section", "authority"),
            *("-out", "reply.tsr"),
        )
        assert result.returncode == 0, result.stderr
        return (self.folder / "reply.tsr").read_bytes()

    def accepts(self, reply: bytes, content: bytes) -> bool:
        (self.folder / "checked.tsr").write_bytes(reply)
        (self.folder / "content").write_bytes(content)
        result = self.run(
            *("ts", "-verify", "-in", "checked.tsr", "-data", "content"),
            *("-CAfile", "ca.pem", "-untrusted", "tsa.pem"),
        )
        return result.returncode == 0


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("authority"))
    made.make()
    return made


DIGEST, NONCE = hashlib.sha256(b"note").digest(), bytes.fromhex("8000000000000001")


def test_the_request_is_one_that_others_read(authority: Authority) -> None:
    request = build_request(DIGEST, bytes.fromhex("0102030405060708"))
    (authority.folder / "read.tsq").write_bytes(request)
    text = authority.run("ts", "-query", "-in", "read.tsq", "-text").stdout.decode()

    assert len(request) == 69
    assert "Hash Algorithm: sha256" in text
    assert "0x0102030405060708" in text
    assert "Certificate required: yes" in text


@pytest.mark.parametrize("nonce", ["8000000000000001", "0000000000000000", "00000000000000ff"])
def test_a_reply_is_read_and_another_one_refused(authority: Authority, nonce: str) -> None:
    number = bytes.fromhex(nonce)
    reply = authority.reply(build_request(DIGEST, number))

    stamp = read_reply(reply, DIGEST, number)
    assert stamp.content == reply
    assert authority.accepts(reply, b"note")
    for digest, other in ((DIGEST, b"\x7f" * 8), (hashlib.sha256(b"other").digest(), number)):
        with pytest.raises(ValueError, match="reply"):
            read_reply(reply, digest, other)


@pytest.mark.parametrize("content", [b"", b"0", b"<html>", b"0\x03", b"0\x050\x03\x02\x01\x02"])
def test_what_is_no_stamp_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="authority"):
        read_reply(content, DIGEST, NONCE)


@pytest.fixture
def address(authority: Authority, loopback: None) -> Iterator[str]:
    """Where the authority listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            body = authority.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200 if self.path == "/" else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_stamp_is_stored_beside_the_seal_and_others_can_check_it(
    bench: SealBench,
    function: FakeLambda,
    heard: HeardCommand,
    address: str,
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Stack, "on_this_machine", True)
    bench.append("r-1", Kind.ACCEPTED, at=at(16), business=BUSINESS)
    heard.run_ok("seal", "run", "--business", BUSINESS)
    command = ("audit", "timestamp", "--business", BUSINESS, "--day", DAY, "--url")

    heard.run_ok(*command, address, "--json")

    ((stamp,),) = bench.seals.stamps(BUSINESS, DAY, DAY).values()
    assert authority.accepts(stamp, seal_of(bench).note.encode())
    assert not authority.accepts(stamp, b"another note")
    assert heard(*command, address).exit_code == 1, "one for each number"
    heard.run_ok(*command, address, "--number", "2")
    assert heard(*command, f"{address}down", "--number", "3").exit_code == 1
