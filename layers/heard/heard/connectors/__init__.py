"""Connectors: what Heard knows of each platform.

A connector is a module in `platforms/` that defines `CONNECTOR`, an instance of a class derived
from `Connector`. Adding the module registers the platform. `load` imports only the platform that a
connection names, so the cold start does not grow with the number of platforms.

`connector` is the contract, `account` what a call needs, `webhooks` and `results` the values that
go in and out, and `capabilities` what a platform can do. `review_api` is the base of platforms with
an API of reviews.
"""

from __future__ import annotations

from heard.connectors.account import (
    Connection,
    Http,
    HttpRequest,
    HttpResponse,
    PlatformAccount,
)
from heard.connectors.capabilities import Capabilities, Detection, Proof, SecretOrigin
from heard.connectors.connector import Connector
from heard.connectors.registry import can_reply, load, platform_names
from heard.connectors.results import (
    ModerationResult,
    ModerationStatus,
    Rejection,
    ReplyLookup,
    ReplyTarget,
    ReviewGone,
    ReviewPage,
    SentReply,
)
from heard.connectors.webhooks import (
    ParsedDelivery,
    Scheme,
    SignatureFailure,
    SignatureFailureReason,
    WebhookRequest,
    WebhookResponse,
)

__all__ = [
    "Capabilities",
    "Connection",
    "Connector",
    "Detection",
    "Http",
    "HttpRequest",
    "HttpResponse",
    "ModerationResult",
    "ModerationStatus",
    "ParsedDelivery",
    "PlatformAccount",
    "Proof",
    "Rejection",
    "ReplyLookup",
    "ReplyTarget",
    "ReviewGone",
    "ReviewPage",
    "Scheme",
    "SecretOrigin",
    "SentReply",
    "SignatureFailure",
    "SignatureFailureReason",
    "WebhookRequest",
    "WebhookResponse",
    "can_reply",
    "load",
    "platform_names",
]
