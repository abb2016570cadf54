"""Why a signature is refused: the usual causes, in words.

`heard connect deliveries`, `test` and `verify` all explain refusals. Each adds what to do next.
"""

from __future__ import annotations

from heard.connectors import Connector, SecretOrigin, SignatureFailureReason


def usual_causes(reason: str, connector: Connector) -> str:
    """What usually causes a refusal for this reason: one clause, without a full stop."""
    title = connector.capabilities.title
    match reason:
        case SignatureFailureReason.SIGNATURE_MISSING:
            return (
                f"{title} did not sign (no secret is set there), or a proxy removed the header, or "
                "somebody else sent it"
            )
        case SignatureFailureReason.SIGNATURE_MALFORMED:
            return (
                f"the signature does not have the format of {title}: another platform uses this "
                "address, or a proxy changed the header"
            )
        case SignatureFailureReason.SIGNATURE_WRONG if covers_address(connector):
            return f"{title} signs with another token, or for another address"
        case SignatureFailureReason.SIGNATURE_WRONG:
            return f"{title} signs with another secret, or a proxy changed the body"
        case SignatureFailureReason.STALE:
            return (
                "the request came long after it was signed: it waited in a queue, a clock is "
                "wrong, or somebody repeats an old request"
            )
        case SignatureFailureReason.NO_SECRET:
            return "no secret is stored to check signatures with"
        case _:
            return "the log of the ingest function says more"


def covers_address(connector: Connector) -> bool:
    """Whether the platform's signature also covers the address of the webhook."""
    return connector.scheme is not None and connector.scheme.covers_address


def heard_creates_secret(connector: Connector) -> bool:
    """Whether Heard creates the platform's signing secret, so that `rotate` needs none."""
    return connector.capabilities.secret_origin in {SecretOrigin.GENERATED, SecretOrigin.INTERNAL}
