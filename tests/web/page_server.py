"""The page and its API on one address, as API Gateway gives them to a browser.

The handlers are the real ones, on moto. The authorizer and the managed login are not: this server
signs in whoever `person` names, and checks the code and its PKCE verifier as Cognito does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from functions.audit import app as audit
from functions.desk import app as desk
from functions.web import app as web
from tests.unit.gateway import LambdaContext, http_event, sign_in

CLIENT = "client-of-the-page"


@dataclass
class Fault:
    """What a request meets instead of its answer: a status, or 0 for a broken connection.

    `after` lets the function run first, so that only its answer is lost.
    """

    method: str
    path: str
    status: int
    times: int = 1
    after: bool = False
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class PageServer:
    """A server on 127.0.0.1. `requests` are those that came, without files of the page."""

    def __init__(self) -> None:
        self.person = "ana"
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str, Any]] = []
        self.files: list[str] = []
        self.statuses: list[int] = []
        self.token_seconds = 3600
        self.sessions_end = False
        self._tokens: dict[str, str] = {}
        self._codes: dict[str, tuple[str, str]] = {}
        self._number = 0
        self._is_stopped = False
        # A function answers one request at a time, and so does each handler here.
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._handler_class())
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        # What a closing browser still sends must not reach the next test's tables.
        with self.lock:
            self._is_stopped = True
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def expire_tokens(self) -> None:
        """No token that was given out so far is taken any more."""
        self._tokens.clear()

    def sent(self, step: str) -> list[Any]:
        """The bodies of the requests that took a step, such as `resolution`."""
        return [body for method, path, body in self.requests if path.endswith(f"/{step}")]

    def requests_of(self, method: str, step: str) -> int:
        """How many requests of a method took a step."""
        return sum(one == method and path.endswith(step) for one, path, _ in self.requests)

    def get_as(self, subject: str, path: str) -> Any:
        """What somebody else reads. Returns the response's JSON."""
        event = http_event("GET", path)
        sign_in(event, subject)
        with self.lock:
            result = desk.handler(event, LambdaContext())
        return json.loads(result["body"])

    def act_as(self, subject: str, step: str, follow_up: str, body: object = None) -> Any:
        """What somebody else does at the same time. Returns the response's JSON."""
        path = f"/api/desk/follow-ups/{follow_up}" + (f"/{step}" if step else "")
        event = http_event("POST" if step else "GET", path, body=body or {})
        sign_in(event, subject)
        with self.lock:
            result = desk.handler(event, LambdaContext())
        assert result["statusCode"] == 200, result["body"]
        return json.loads(result["body"])

    def _fault(self, method: str, path: str, *, after: bool) -> Fault | None:
        for fault in self.faults:
            if (
                fault.times > 0
                and fault.after is after
                and fault.method == method
                and re.search(fault.path, path)
            ):
                fault.times -= 1
                return fault
        return None

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: str
    ) -> tuple[int, dict[str, str], bytes] | None:
        """A response; None breaks the connection."""
        parts = urlsplit(target)
        if parts.path.startswith("/oauth2/") or parts.path == "/logout":
            return self._sign_in(method, parts.path, parse_qs(parts.query), parse_qs(body))
        is_api = parts.path.startswith("/api/")
        if is_api:
            sent_body = json.loads(body) if body else None
            self.requests.append((method, parts.path, sent_body))
        if fault := self._fault(method, parts.path, after=False):
            return None if fault.status == 0 else _problem(fault)
        response = self._invoke(method, parts.path, parts.query, headers, body)
        if fault := self._fault(method, parts.path, after=True):
            return None if fault.status == 0 else _problem(fault)
        return response

    def _invoke(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: str
    ) -> tuple[int, dict[str, str], bytes]:
        event = http_event(method, path, query=parse_qs(query), headers=headers, body=body or None)
        if path.startswith("/api/"):
            subject = self._tokens.get(headers.get("authorization", "").removeprefix("Bearer "))
            if subject is None:
                return 401, {"content-type": "application/json"}, b'{"message":"Unauthorized"}'
            sign_in(event, subject)
            handler = audit.handler if path.startswith("/api/audit/") else desk.handler
        else:
            self.files.append(path)
            handler = web.handler
        with self.lock:
            if self._is_stopped:
                return 503, {}, b""
            result = handler(event, LambdaContext())
        content = result.get("body") or ""
        decoded = base64.b64decode(content) if result.get("isBase64Encoded") else content.encode()
        response_headers = {name: str(value) for name, value in result["headers"].items()}
        if handler is not web.handler:
            self.statuses.append(result["statusCode"])
        return result["statusCode"], response_headers, decoded

    def _sign_in(
        self,
        method: str,
        path: str,
        query: Mapping[str, list[str]],
        form: Mapping[str, list[str]],
    ) -> tuple[int, dict[str, str], bytes]:
        if path == "/logout":
            return 302, {"location": query["logout_uri"][0]}, b""
        if path == "/oauth2/revoke":
            return 400, {}, b""
        if path == "/oauth2/authorize":
            assert query["code_challenge_method"] == ["S256"]
            assert query["redirect_uri"] == [f"{self.address}/signed-in"]
            self._number += 1
            code = f"code-{self._number}"
            self._codes[code] = (self.person, query["code_challenge"][0])
            answer = urlencode({"code": code, "state": query["state"][0]})
            return 302, {"location": f"{query['redirect_uri'][0]}?{answer}"}, b""
        if form["grant_type"] == ["authorization_code"]:
            person, challenge = self._codes.pop(form["code"][0], ("", ""))
            digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
            if challenge != base64.urlsafe_b64encode(digest).decode().rstrip("="):
                return 400, {"content-type": "application/json"}, b'{"error":"invalid_grant"}'
        else:
            person = form["refresh_token"][0].removeprefix("refresh-")
            if self.sessions_end:
                return 400, {"content-type": "application/json"}, b'{"error":"invalid_grant"}'
        return 200, {"content-type": "application/json"}, self._token_answer(person)

    def _token_answer(self, person: str) -> bytes:
        self._number += 1
        subject = f"sub-{person}"
        access = _token({"sub": subject, "token_use": "access", "jti": str(self._number)})
        self._tokens[access] = subject
        tokens = {
            "access_token": access,
            "id_token": _token({"sub": subject, "email": f"{person}@acme.example"}),
            "refresh_token": f"refresh-{person}",
            "expires_in": self.token_seconds,
            "token_type": "Bearer",
        }
        return json.dumps(tokens).encode()

    def _handler_class(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length).decode()
                headers = {name.lower(): value for name, value in self.headers.items()}
                response = server.respond(self.command, self.path, headers, body)
                if response is None:
                    self.close_connection = True
                    return
                status, response_headers, content = response
                self.send_response(status)
                for name, value in response_headers.items():
                    self.send_header(name, value)
                if status != 304:
                    self.send_header("content-length", str(len(content)))
                self.end_headers()
                if status != 304:
                    self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                """Requests are in `requests`."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser may close its connections at any time."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _problem(fault: Fault) -> tuple[int, dict[str, str], bytes]:
    document = {"title": "fault", "status": fault.status, "detail": "A fault of the test."}
    headers = {"content-type": "application/problem+json", **fault.headers}
    return fault.status, headers, json.dumps(document).encode()


def _token(claims: Mapping[str, Any]) -> str:
    def part(value: Mapping[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'none'})}.{part({**claims, 'iat': int(time.time())})}.signature"
