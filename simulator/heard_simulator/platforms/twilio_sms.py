"""Twilio's messages API, simulated.

Sources: twilio.com/docs/messaging/api/message-resource,
…/docs/api/errors/{20003,20404,21602,21603,21604,21610,21617}.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import ClassVar, Final
from urllib.parse import urlencode

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    iso_millis,
)
from heard_simulator.platform import SimulatedPlatform

OPT_OUT_WORDS: Final = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
)
"""Twilio's default opt-out words (twilio.com/docs/messaging/tutorials/advanced-opt-out)."""


class SimulatedTwilioSms(SimulatedPlatform):
    """An account's messages, sent and received.

    Twilio has no threads; here a thread is named `{customer's number} {the account's number}`. A
    resource is a received message by its sid (`{"from", "to", "body", "date_sent"}`), or a number
    that has opted out (`{"opted_out": true}`): sending to it fails with 21610. An assumption, which
    the documents do not settle: the 1,600 characters are UTF-16 units.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "account_sid": "ACsimulated",
        "auth_token": "7e57" * 8,
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}"}
    LIMIT: Final = 1600
    PAGE_SIZE: Final = 50
    ERRORS: Final[Mapping[int, tuple[int, str]]] = {
        20003: (401, "Authenticate"),
        20404: (404, "The requested resource was not found"),
        20429: (429, "Too Many Requests"),
        21602: (400, "Message body is required."),
        21603: (400, "A 'From' phone number is required."),
        21604: (400, "A 'To' phone number is required."),
        21610: (400, "Attempt to send to unsubscribed recipient"),
        21617: (400, "The concatenated message body exceeds the 1600 character limit"),
    }

    def start(self) -> None:
        self._opted_out: set[str] = set()

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The received message, and its sender's opt-out if it is one."""
        if "MessageSid" in fields:
            text = fields.get("Body", "")
            yield KnownResource(
                fields["MessageSid"],
                {
                    "from": fields["From"],
                    "to": fields["To"],
                    "body": text,
                    "date_sent": iso_millis(now),
                },
            )
            if text.strip().upper() in OPT_OUT_WORDS:
                yield KnownResource(fields["From"], {"opted_out": True})

    def operation(self, request: PlatformRequest) -> Operation | None:
        match [request.method, *request.path.removesuffix(".json").strip("/").split("/")]:
            case ["POST", "2010-04-01", "Accounts", _, "Messages"]:
                form = request.form()
                customer = form.get("To", "")
                thread = f"{customer} {form.get('From', '')}"
                return self.reply(request, lambda: self._send(form), customer, thread)
            case ["GET", "2010-04-01", "Accounts", _, "Messages"]:
                native_ids = request.query.get("To", []) + request.query.get("From", [])
                return self.read(request, lambda: self._list(request), *native_ids)
            case ["GET", "2010-04-01", "Accounts", _, "Messages", message]:
                return self.read(request, lambda: self._show(message), message)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(21610)

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return replace(self._error(20429), headers={"Retry-After": str(seconds)})

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._opted_out.discard(native_id)
        if resource and resource.get("opted_out"):
            self._opted_out.add(native_id)
        else:
            super().set_resource(native_id, resource)

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        sent_at = resource.get("date_sent")
        return self._message_resource(
            native_id,
            resource["from"],
            resource["to"],
            resource.get("body", ""),
            datetime.fromisoformat(sent_at) if sent_at else self.clock(),
            direction="inbound",
            status="received",
        )

    def reset(self) -> None:
        super().reset()
        self._opted_out.clear()

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        sid, token = (self.accepted_credentials[name] for name in ("account_sid", "auth_token"))
        if request.basic() == (sid, token) and request.path_parts[2] == sid:
            return None
        return self._error(20003)

    def _send(self, form: Mapping[str, str]) -> PlatformResponse:
        sender = form.get("From") or form.get("MessagingServiceSid")
        recipient, body = form.get("To"), form.get("Body")
        if not recipient:
            return self._error(21604)
        if not sender:
            return self._error(21603)
        if not body:
            return self._error(21602)
        if len(body.encode("utf-16-le")) // 2 > self.LIMIT:
            return self._error(21617)
        if recipient in self._opted_out:
            return self._error(21610)
        now, sid = self.clock(), "SM" + secrets.token_hex(16)
        message = self._message_resource(
            sid, sender, recipient, body, now, direction="outbound-api", status="sent"
        )
        self.resources[sid] = message
        review = self._latest_from(recipient, sender)
        self.record_reply(sid, f"{recipient} {sender}", review, body, public=False)
        # The response to a POST says that the message is queued; the time of sending comes later.
        return PlatformResponse(
            201, self._render(message) | {"status": "queued", "date_sent": None}
        )

    def _latest_from(self, customer: str, number: str) -> str:
        """The message that a reply most probably answers: the customer's last one."""
        messages = [
            message
            for message in self.resources.values()
            if message["direction"] == "inbound"
            and (message["from"], message["to"]) == (customer, number)
        ]
        return max(messages, key=lambda message: message["_at"])["sid"] if messages else customer

    def _show(self, sid: str) -> PlatformResponse:
        message = self.resources.get(sid)
        return PlatformResponse(200, self._render(message)) if message else self._error(20404)

    def _list(self, request: PlatformRequest) -> PlatformResponse:
        matches = [
            message
            for message in self.resources.values()
            if self._matches_filters(message, request)
        ]
        matches.sort(key=lambda message: message["_at"], reverse=True)
        size = min(request.query_number("PageSize", self.PAGE_SIZE), 1000)
        page = request.query_number("Page", 0)
        page_messages = matches[page * size : (page + 1) * size]

        def uri(number: int) -> str:
            filters = {
                name: values[-1]
                for name, values in request.query.items()
                if name not in {"Page", "PageSize"}
            }
            query = urlencode({**filters, "PageSize": str(size), "Page": str(number)})
            account = self.accepted_credentials["account_sid"]
            return f"/2010-04-01/Accounts/{account}/Messages.json?{query}"

        return PlatformResponse(
            200,
            {
                "messages": [self._render(message) for message in page_messages],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(len(page_messages) - 1, 0),
                "uri": uri(page),
                "first_page_uri": uri(0),
                "previous_page_uri": uri(page - 1) if page else None,
                "next_page_uri": uri(page + 1) if len(matches) > (page + 1) * size else None,
            },
        )

    def _matches_filters(self, message: Json, request: PlatformRequest) -> bool:
        to, sender = request.query_value("To"), request.query_value("From")
        if (to and message["to"] != to) or (sender and message["from"] != sender):
            return False
        at: datetime = message["_at"].replace(microsecond=0)
        names = ("DateSent", "DateSent>", "DateSent<")
        sent_on, since, until = (request.query_value(name) for name in names)
        if sent_on and at.date() != _parse_filter_time(sent_on).date():
            return False
        # Both bounds are inclusive. A date without a time means its midnight in UTC as the lower
        # bound, and its whole day as the upper one.
        if since and at < _parse_filter_time(since):
            return False
        whole_day = timedelta(days=0 if until and "T" in until else 1)
        return not until or at <= _parse_filter_time(until) + whole_day

    def _message_resource(
        self,
        sid: str,
        sender: str,
        recipient: str,
        body: str,
        at: datetime,
        *,
        direction: str,
        status: str,
    ) -> Json:
        account = self.accepted_credentials["account_sid"]
        uri = f"/2010-04-01/Accounts/{account}/Messages/{sid}"
        return {
            "_at": at,
            "account_sid": account,
            "api_version": "2010-04-01",
            "body": body,
            "date_created": format_datetime(at),
            "date_sent": format_datetime(at),
            "date_updated": format_datetime(at),
            "direction": direction,
            "error_code": None,
            "error_message": None,
            "from": sender,
            "messaging_service_sid": None,
            "num_media": "0",
            "num_segments": str(1 + len(body) // 153),
            "price": None,
            "price_unit": None,
            "sid": sid,
            "status": status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": recipient,
            "uri": f"{uri}.json",
        }

    def _render(self, message: Json) -> Json:
        return {name: value for name, value in message.items() if not name.startswith("_")}

    def _error(self, code: int) -> PlatformResponse:
        status, message = self.ERRORS[code]
        body = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }
        return PlatformResponse(
            status, body, {"WWW-Authenticate": 'Basic realm="Twilio API"'} if status == 401 else {}
        )


def _parse_filter_time(text: str) -> datetime:
    """The instant that an ISO 8601 date or time names; without a zone, UTC."""
    instant = (
        datetime.fromisoformat(text)
        if "T" in text
        else datetime.combine(date.fromisoformat(text), datetime.min.time())
    )
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


PLATFORM = SimulatedTwilioSms
