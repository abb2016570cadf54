"""Twilio's voice API, played as far as Heard asks it.

Twilio.com/docs/voice/api/{call-resource,recording,recording-transcription}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from heard_simulator.server import (
    CallKind,
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
    SimulatedPlatform,
)


class SimulatedTwilioVoice(SimulatedPlatform):
    """An account's calls, each with at most one recording and its transcription.

    `{"from", "to", "direction", "status", "text", …}`.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "account_sid": "ACsimulated",
        "auth_token": "7e57" * 8,
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}"}

    def start(self) -> None:
        self._calls: dict[str, Json] = {}

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """What a request about a call tells of it; later ones add to it."""
        names = {
            "From": "from",
            "To": "to",
            "Direction": "direction",
            "CallStatus": "status",
            "CallerName": "caller_name",
        }
        call: Json = {shown: fields[name] for name, shown in names.items() if name in fields}
        if fields.get("RecordingSid"):
            call["recording"] = fields["RecordingSid"]
        if fields.get("TranscriptionText"):
            call["text"] = fields["TranscriptionText"]
        if fields.get("CallSid"):
            yield KnownResource(fields["CallSid"], call)

    def set_resource(self, native_id: str, resource: Json | None) -> None:
        if resource is None:
            self._calls.pop(native_id, None)
        else:
            self._calls[native_id] = {
                "direction": "inbound",
                **self._calls.get(native_id, {}),
                **resource,
            }

    def reset(self) -> None:
        self._calls.clear()

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.path.removesuffix(".json").strip("/").split("/"):
            case ["2010-04-01", "Accounts", sid, *path_parts] if (
                request.method == "GET" and path_parts
            ):
                return Operation(
                    CallKind.READ,
                    frozenset(path_parts),
                    lambda: self._show(request, sid, path_parts),
                )
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(403, 20003, "Forbidden")

    def rate_limit(self, seconds: int) -> PlatformResponse:
        return PlatformResponse(
            429,
            {"code": 20429, "message": "Too Many Requests", "status": 429},
            {"Retry-After": str(seconds)},
        )

    def _show(self, request: PlatformRequest, sid: str, path_parts: list[str]) -> PlatformResponse:
        if (
            request.basic()
            != (self.accepted_credentials["account_sid"], self.accepted_credentials["auth_token"])
            or sid != self.accepted_credentials["account_sid"]
        ):
            return self._error(401, 20003, "Authenticate")
        match path_parts:
            case ["Calls", call] if call in self._calls:
                return PlatformResponse(200, {"sid": call, **self._calls[call]})
            case ["Calls", call, "Recordings"] if call in self._calls:
                recording = self._calls[call].get("recording")
                entries: list[Json] = (
                    [{"sid": recording, "call_sid": call, "status": "completed"}]
                    if recording
                    else []
                )
                return PlatformResponse(200, {"recordings": entries})
            case ["Recordings", recording, "Transcriptions"]:
                texts = [
                    call["text"]
                    for call in self._calls.values()
                    if call.get("recording") == recording and call.get("text")
                ]
                return PlatformResponse(
                    200,
                    {
                        "transcriptions": [
                            {"status": "completed", "transcription_text": text} for text in texts
                        ]
                    },
                )
            case _:
                return self._error(404, 20404, "The requested resource was not found")

    def _error(self, status: int, code: int, message: str) -> PlatformResponse:
        return PlatformResponse(
            status,
            {
                "code": code,
                "message": message,
                "status": status,
                "more_info": f"https://www.twilio.com/docs/errors/{code}",
            },
        )


PLATFORM = SimulatedTwilioVoice
