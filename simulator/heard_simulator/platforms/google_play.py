"""Google Play's reviews, simulated, with the token endpoint for service accounts.

Sources: developers.google.com/android-publisher/api-ref/rest/v3/reviews (get, list, reply);
developers.google.com/identity/protocols/oauth2/service-account (assertions);
cloud.google.com/apis/design/errors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from heard_simulator.contract import (
    Json,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform

SCOPE: Final = "https://www.googleapis.com/auth/androidpublisher"
JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"

# Two primes that guard nothing. The demo's key is the same in every process, so that a demo can be
# set up in advance.
_P: Final = int(
    "C9843A0443452A5EE9900214C3956F31DB05FAB81F6802536281D97247A07BC4571DB44E7068564FC380BC9AE990D89F7AD51ED70F62C6FB8776E11BB449BB91"
    "B8739C79BB8D12AF68C08133EA39EDD1C07C7357164210B7AB2316697894ED2C8F7F185EB23689E87C8B9CAA7CB2B00D65AF2AB5BB9774A5C70C051D72EB1AED",
    16,
)
_Q: Final = int(
    "C3C394E665D5EED3AE4A2B68780D59AEDB522AAC5439D198E442CC8E34D48B85FD2498E08FBE025966B5D8001C866752A38DEC98DE916D384128A8A90E42110C"
    "0FABDA41FD287E9DCBD5BC8347A70E44ABD9439E97BEFE5F20AFA85BA1C5BC3442ED14E6BDF1EE4F7A48B28CB867B8EEAE89355E730CD0D739168FF127959655",
    16,
)


def demo_key() -> rsa.RSAPrivateKey:
    """The demo service account's key."""
    public = rsa.RSAPublicNumbers(65_537, _P * _Q)
    d = pow(public.e, -1, (_P - 1) * (_Q - 1))
    numbers = rsa.RSAPrivateNumbers(
        _P,
        _Q,
        d,
        rsa.rsa_crt_dmp1(d, _P),
        rsa.rsa_crt_dmq1(d, _Q),
        rsa.rsa_crt_iqmp(_P, _Q),
        public_numbers=public,
    )
    return numbers.private_key()


def key_file(key: rsa.RSAPrivateKey) -> str:
    """A service account's JSON key file, as Google Cloud hands it out."""
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return json.dumps(
        {
            "type": "service_account",
            "project_id": "heard-demo",
            "private_key_id": "demo-key-1",
            "private_key": pem,
            "client_email": "heard@heard-demo.iam.gserviceaccount.example",
            "client_id": "110000000000000000002",
            "token_uri": "https://token.example/never-asked",
        }
    )


class SimulatedGooglePlay(SimulatedPlatform):
    """The reviews of one app.

    A resource is a review as the API shows it: `{"authorName", "comments": [{"userComment":
    {…}}]}`. Lists hold what was changed within a week, latest first. Assumptions, which the
    documents do not settle: a deleted review is 404, and one older than a week can still be read
    and answered.
    """

    credentials: ClassVar[Mapping[str, str]] = {"service_account": key_file(demo_key())}
    settings: ClassVar[Mapping[str, str]] = {
        "package_name": "com.example.tealounge",
        "api_base": "{url}",
        "token_url": "{url}/token",
    }
    LIMIT: Final = 350
    MAX_PAGE_SIZE: Final = 100
    LIST_PERIOD: Final = timedelta(days=7)
    TOKEN_LIFE: Final = timedelta(seconds=3_599)

    def operation(self, request: PlatformRequest) -> Operation | None:
        if (request.method, request.path) == ("POST", "/token"):
            return self.sign_in(lambda: self._sign_in(request.form()))
        match [request.method, *request.path_parts]:
            case ["GET", "androidpublisher", "v3", "applications", _, "reviews"]:
                return self.read(request, lambda: self._list(request))
            case ["GET", "androidpublisher", "v3", "applications", _, "reviews", review]:
                return self.read(request, lambda: self._show(review), review)
            case ["POST", "androidpublisher", "v3", "applications", _, "reviews", action] if (
                action.endswith(":reply")
            ):
                review = action.removesuffix(":reply")
                return self.reply(request, lambda: self._reply(review, request.json()), review)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return error_response(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        message = "Quota exceeded for quota metric 'Reviews GET requests'."
        response = error_response(429, "RESOURCE_EXHAUSTED", message)
        return replace(response, headers={"Retry-After": str(seconds)})

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        replies = [
            comment for comment in previous.get("comments", []) if "developerComment" in comment
        ]
        comments = [*resource["comments"], *replies]
        return {**resource, "comments": comments, "reviewId": native_id}

    def _sign_in(self, form: Mapping[str, str]) -> PlatformResponse:
        if form.get("grant_type") != JWT_BEARER:
            return PlatformResponse(
                400, {"error": "unsupported_grant_type", "error_description": "Invalid grant_type."}
            )
        file: Json = json.loads(self.accepted_credentials["service_account"])
        key = serialization.load_pem_private_key(file["private_key"].encode(), None).public_key()
        try:
            claims = jwt.decode(
                form.get("assertion", ""),
                require_rsa_public_key(key),
                algorithms=["RS256"],
                audience=f"{self.url()}/token",
                issuer=file["client_email"],
                options={"require": ["iss", "scope", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError:
            return PlatformResponse(
                400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
            )
        if claims["exp"] - claims["iat"] > 3_600 or claims["scope"] != SCOPE:
            return PlatformResponse(
                400,
                {
                    "error": "invalid_grant",
                    "error_description": "Invalid JWT: check your iat, exp and scope values.",
                },
            )
        token = self.issue_token(self.TOKEN_LIFE, "ya29.c.")
        seconds = int(self.TOKEN_LIFE.total_seconds())
        return PlatformResponse(
            200, {"access_token": token, "expires_in": seconds, "token_type": "Bearer"}
        )

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        if not self.has_token(request.bearer()):
            return error_response(
                401, "UNAUTHENTICATED", "Request had invalid authentication credentials."
            )
        if self.settings["package_name"] not in request.path_parts:
            return error_response(403, "PERMISSION_DENIED", "The caller does not have permission")
        return None

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        size = request.query_value("maxResults") or "10"
        offset = request.query_value("token") or "0"
        if (
            not size.isdecimal()
            or not 1 <= int(size) <= self.MAX_PAGE_SIZE
            or not offset.isdecimal()
        ):
            return self.rejection()
        since = (self.clock() - self.LIST_PERIOD).timestamp()
        reviews = sorted(
            (review for review in self.resources.values() if last_modified(review) >= since),
            key=last_modified,
            reverse=True,
        )
        body: Json = {"reviews": reviews[int(offset) : int(offset) + int(size)]} if reviews else {}
        if int(offset) + int(size) < len(reviews):
            body["tokenPagination"] = {"nextPageToken": str(int(offset) + int(size))}
        return PlatformResponse(200, body)

    def _show(self, review: str) -> PlatformResponse:
        return (
            PlatformResponse(200, self.resources[review])
            if review in self.resources
            else self._not_found()
        )

    def _reply(self, review: str, body: Json) -> PlatformResponse:
        if review not in self.resources:
            return self._not_found()
        text = body.get("replyText")
        if not isinstance(text, str) or not text.strip():
            return self.rejection()
        if len(text) > self.LIMIT:
            return error_response(400, "INVALID_ARGUMENT", "Reply text is too long.")
        now = self.clock()
        timestamp = {"seconds": str(int(now.timestamp())), "nanos": now.microsecond * 1000}
        user_comments = [
            comment for comment in self.resources[review]["comments"] if "userComment" in comment
        ]
        self.resources[review]["comments"] = [
            *user_comments,
            {"developerComment": {"text": text, "lastModified": timestamp}},
        ]
        self.remove_reply(review)
        self.record_reply(review, review, review, text, public=True)
        return PlatformResponse(200, {"result": {"replyText": text, "lastEdited": timestamp}})

    def _not_found(self) -> PlatformResponse:
        return error_response(404, "NOT_FOUND", "Review not found.")


def require_rsa_public_key(key: object) -> rsa.RSAPublicKey:
    """The public half of a service account's key, which is always RSA."""
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("A service account's key is an RSA key.")
    return key


def last_modified(review: Json) -> float:
    """When the customer last changed a review."""
    user_comment: Json = next(
        comment["userComment"] for comment in review["comments"] if "userComment" in comment
    )
    return (
        int(user_comment["lastModified"]["seconds"])
        + int(user_comment["lastModified"].get("nanos", 0)) / 1e9
    )


def error_response(code: int, status: str, message: str) -> PlatformResponse:
    """An error in the form of Google's APIs."""
    return PlatformResponse(code, {"error": {"code": code, "message": message, "status": status}})


PLATFORM = SimulatedGooglePlay
