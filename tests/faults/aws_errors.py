"""The errors that AWS services answer with, as their clients read them.

Sources: the API references' "Errors" sections, "Error handling with DynamoDB" (which of them a
client may repeat), "Amazon SQS API: common errors", "PutEventsResultEntry". A batch call can fail
in part: then its answer is 200, and each entry has a code.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a function: to which service, and what it asks for."""

    service: str
    operation: str
    body: Json

    @classmethod
    def of(cls, target: str, path: str, body: bytes) -> Call:
        """The call that a request with this `X-Amz-Target` makes."""
        prefix, _, operation = target.partition(".")
        service = next(
            (name for start, name in _SERVICES.items() if prefix.startswith(start)), "other"
        )
        try:
            content: object = json.loads(body)
        except ValueError:
            content = {}
        return cls(service, operation or path, content if isinstance(content, dict) else {})


@dataclass(frozen=True, slots=True)
class ServiceAnswer:
    """A service's answer in the JSON protocol."""

    status: int
    body: Json
    query_error: str = ""
    """What SQS sends beside the JSON for clients of its older protocol."""

    @property
    def headers(self) -> dict[str, str]:
        """The headers that a client reads."""
        headers = {"Content-Type": "application/x-amz-json-1.0"}
        if self.query_error:
            headers["x-amzn-query-error"] = self.query_error
        return headers


_SERVICES: Final = {
    "DynamoDB_": "dynamodb",
    "AmazonSQS": "sqs",
    "AmazonSSM": "ssm",
    "AWSStepFunctions": "stepfunctions",
    "AWSEvents": "events",
    "TrentService": "kms",
    "AWSCognitoIdentityProviderService": "cognito",
}
_DYNAMODB: Final = "com.amazonaws.dynamodb.v20120810#"
_SINGLE_WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem"})


def throttled(call: Call, variant: int) -> ServiceAnswer:
    """The service's refusal of a caller who asks too much. Nothing was done."""
    match call.service:
        case "dynamodb":
            return _throttled_dynamodb(call, variant)
        case "sqs":
            return _throttled_sqs(call, variant)
        case "events" if call.operation == "PutEvents" and variant % 2:
            entries = [
                {"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"}
                for _ in call.body.get("Entries", [])
            ]
            return ServiceAnswer(200, {"FailedEntryCount": len(entries), "Entries": entries})
        case "cognito":
            return _error(400, "TooManyRequestsException", "Rate exceeded")
        case "other":
            return _error(429, "TooManyRequestsException", "Rate exceeded")
        case _:  # SSM, Step Functions, KMS, EventBridge
            return _error(400, "ThrottlingException", "Rate exceeded")


def _throttled_dynamodb(call: Call, variant: int) -> ServiceAnswer:
    if call.operation == "TransactWriteItems":
        return _cancelled_transaction(len(call.body.get("TransactItems", [])), variant)
    if call.operation in _SINGLE_WRITES and variant % 3 == 0:
        return _error(
            400,
            f"{_DYNAMODB}TransactionConflictException",
            "Transaction is ongoing for the item",
        )
    if variant % 2:
        return _error(
            400, "com.amazon.coral.availability#ThrottlingException", "Rate of requests exceeds"
        )
    return _error(
        400,
        f"{_DYNAMODB}ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput for the table was exceeded.",
    )


def _cancelled_transaction(items: int, variant: int) -> ServiceAnswer:
    code = ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")[variant % 3]
    reasons: list[Json] = [{"Code": "None"} for _ in range(items)]
    if reasons:
        reasons[variant % items] = {"Code": code, "Message": "Try again"}
    codes = ", ".join(str(reason["Code"]) for reason in reasons)
    answer = _error(
        400,
        f"{_DYNAMODB}TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
    )
    # DynamoDB writes this one message with a capital letter.
    body = {"__type": answer.body["__type"], "Message": answer.body["message"]}
    return ServiceAnswer(400, body | {"CancellationReasons": reasons})


def _throttled_sqs(call: Call, variant: int) -> ServiceAnswer:
    if call.operation == "SendMessageBatch" and variant % 2:
        failures = [
            {"Id": entry["Id"], "Code": "InternalError", "SenderFault": False, "Message": "again"}
            for entry in call.body.get("Entries", [])
        ]
        return ServiceAnswer(200, {"Successful": [], "Failed": failures})
    return ServiceAnswer(
        400,
        {"__type": "com.amazonaws.sqs#RequestThrottled", "message": "Request throttled"},
        "RequestThrottled;Sender",
    )


def failed(call: Call, variant: int) -> ServiceAnswer:
    """The service's own fault. Nothing was done."""
    if variant % 3 == 0:
        return _error(503, "ServiceUnavailable", "Try again")
    name = f"{_DYNAMODB}InternalServerError" if call.service == "dynamodb" else "InternalFailure"
    return _error(500, name, "Something went wrong inside")


def _error(status: int, name: str, message: str) -> ServiceAnswer:
    return ServiceAnswer(status, {"__type": name, "message": message})
