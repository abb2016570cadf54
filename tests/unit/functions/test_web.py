"""The function that serves the page: which file, how compressed, and with which headers."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.functions.conftest import ApiCall, ApiResponse, FunctionLoader, LogLines
from tests.unit.functions.test_rubbish import SURROGATE, TEXTS

SCRIPT = b"export const page = 1;"
INDEX = '<!doctype html><meta name="heard" content="{{configuration}}"><title>Heard</title>'
SIGN_IN = "https://heard.auth.eu-central-1.amazoncognito.com"

type Get = Callable[..., ApiResponse]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / "index.html").write_text(INDEX)
    (folder / "page-ABC.js").write_bytes(SCRIPT)
    (folder / "page-ABC.js.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / "page-ABC.js.br").write_bytes(b"as brotli")
    (folder / "style-ABC.css").write_text("body {}")
    (folder / "sizes.json").write_text("{}")
    return folder


@pytest.fixture
def get(folder: Path, call_api: ApiCall, load_function: FunctionLoader, monkeypatch: Any) -> Get:
    monkeypatch.setattr(load_function("web"), "__file__", str(folder.parent / "app.py"))

    def send(path: str, **headers: str) -> ApiResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return call_api("web", "GET", path, headers=named)

    return send


@pytest.mark.parametrize("path", ["/", "/desk", "/desk/fup_757jqz5bshcs5kxplntig3gu", "/signed-in"])
def test_every_path_without_a_dot_is_the_page(get: Get, path: str) -> None:
    response = get(path)

    assert (response.status, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert response.headers["cache-control"] == "no-cache"
    content = re.search(r'content="(.*?)"', response.body)
    assert content
    assert json.loads(html.unescape(content[1])) == {"client": "client-1", "sign_in": SIGN_IN}


def test_a_page_that_is_known_is_not_sent_again(get: Get) -> None:
    etag = get("/").headers["etag"]
    again = get("/", if_none_match=f'"other", W/{etag}')

    assert (again.status, again.body, again.headers["etag"]) == (304, "", etag)
    assert get("/", if_none_match='"other"').status == 200


@pytest.mark.parametrize(
    ("accepts", "encoding", "content"),
    [
        ("gzip, deflate, br, zstd", "br", b"as brotli"),
        ("gzip;q=1.0, br;q=0", "gzip", None),
        ("gzip", "gzip", None),
        ("identity", None, SCRIPT),
        ("", None, SCRIPT),
    ],
)
def test_a_file_comes_as_the_browser_takes_it(
    get: Get, accepts: str, encoding: str | None, content: bytes | None
) -> None:
    response = get("/page-ABC.js", accept_encoding=accepts)
    body = base64.b64decode(response.body)

    assert response.status == 200
    assert response.headers.get("content-encoding") == encoding
    assert (body if content is not None else gzip.decompress(body)) == (content or SCRIPT)
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["vary"] == "accept-encoding"
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"


def test_a_file_without_a_compressed_copy_comes_plain(get: Get) -> None:
    response = get("/style-ABC.css", accept_encoding="br, gzip")

    assert "content-encoding" not in response.headers
    assert base64.b64decode(response.body) == b"body {}"


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/desk/unknown",
        "/page-OLD.js",
        "/index.html",
        "/sizes.json",
        "/page-ABC.js.br",
        "/desk/page-ABC.js",
        "/../app.py",
        "/%2e%2e/app.py",
        "/.env",
    ],
)
def test_what_is_not_there_is_a_problem_document(get: Get, path: str) -> None:
    response = get(path)

    assert (response.status, response.json["status"]) == (404, 404)
    assert response.headers["content-type"].startswith("application/problem+json")
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/page-ABC.js"])
def test_the_policy_lets_nothing_in(get: Get, path: str) -> None:
    headers = get(path).headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self' {SIGN_IN}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"] == "max-age=63072000"
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_the_line_in_the_log_has_no_address(get: Get, log_lines: LogLines) -> None:
    get("/desk/fup_757jqz5bshcs5kxplntig3gu")

    (line,) = [line for line in log_lines.of("web") if line["message"] == "request"]
    assert line["status"] == 200
    # The route is the template's, such as `GET /{file+}`; only this test names a path there.
    assert {name for name, value in line.items() if "fup_" in str(value)} == {"route"}


@pytest.mark.parametrize(
    ("endpoint", "sign_in"), [("", SIGN_IN), ("http://127.0.0.1:4566/", "http://127.0.0.1:4566")]
)
def test_people_sign_in_where_aws_is(
    load_function: FunctionLoader,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    endpoint: str,
    sign_in: str,
) -> None:
    app = load_function("web")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setattr(app, "__file__", str(folder.parent / "app.py"))
    response = app.ports().respond({"rawPath": "/", "headers": {}})

    assert f"connect-src 'self' {sign_in};" in response["headers"]["content-security-policy"]
    assert html.escape(json.dumps(sign_in)) in response["body"]


RUBBISH_HEADERS = (
    {"accept_encoding": "\x00", "if_none_match": "q=;,;q=9" * 2_000},
    {"accept_encoding": "br;q=much", "if_none_match": 'W/W/"' + '"' * 5_000},
    {"x" * 5_000: "y" * 5_000, "if_none_match": SURROGATE},
)


@pytest.mark.parametrize("headers", RUBBISH_HEADERS)
def test_rubbish_gets_the_page_or_a_refusal(get: Get, headers: dict[str, str]) -> None:
    for text in TEXTS:
        assert get(f"/{text}", **headers).status in {200, 404}
