"""Twilio's voice API, simulated: the calls that Heard makes.

Source: twilio.com/docs/voice/api/{call-resource,recording,recording-transcription}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from heard_simulator.contract import (
    Json,
    KnownResource,
    Operation,
    PlatformRequest,
    PlatformResponse,
)
from heard_simulator.platform import SimulatedPlatform


class SimulatedTwilioVoice(SimulatedPlatform):
    """An account's telephone calls, each with at most one recording and its transcription.

    A resource is a telephone call: `{"from", "to", "direction", "status", "text", …}`.
    """

    credentials: ClassVar[Mapping[str, str]] = {
        "account_sid": "ACsimulated",
        "auth_token": "7e57" * 8,
    }
    settings: ClassVar[Mapping[str, str]] = {"api_base": "{url}"}
    rate_limit_body: ClassVar[object] = {
        "code": 20429,
        "message": "Too Many Requests",
        "status": 429,
    }

    @staticmethod
    def sample_resources(fields: Json, now: datetime) -> Iterator[KnownResource]:
        """The telephone call of a request. Later requests about the same call add to it."""
        names = {
            "From": "from",
            "To": "to",
            "Direction": "direction",
            "CallStatus": "status",
            "CallerName": "caller_name",
        }
        call: Json = {api: fields[name] for name, api in names.items() if name in fields}
        if fields.get("RecordingSid"):
            call["recording"] = fields["RecordingSid"]
        if fields.get("TranscriptionText"):
            call["text"] = fields["TranscriptionText"]
        if fields.get("CallSid"):
            yield KnownResource(fields["CallSid"], call)

    def to_record(self, native_id: str, resource: Json, previous: Json) -> Json:
        return {"direction": "inbound"} | previous | resource

    def operation(self, request: PlatformRequest) -> Operation | None:
        match request.path.removesuffix(".json").strip("/").split("/"):
            case ["2010-04-01", "Accounts", _, *path_parts] if (
                request.method == "GET" and path_parts
            ):
                return self.read(request, lambda: self._show(path_parts), *path_parts)
            case _:
                return None

    def rejection(self) -> PlatformResponse:
        return self._error(403, 20003, "Forbidden")

    def auth_error(self, request: PlatformRequest) -> PlatformResponse | None:
        sid, token = (self.accepted_credentials[name] for name in ("account_sid", "auth_token"))
        if request.basic() == (sid, token) and request.path_parts[2] == sid:
            return None
        return self._error(401, 20003, "Authenticate")

    def _show(self, path_parts: list[str]) -> PlatformResponse:
        match path_parts:
            case ["Calls", call] if call in self.resources:
                return PlatformResponse(200, {"sid": call, **self.resources[call]})
            case ["Calls", call, "Recordings"] if call in self.resources:
                recording = self.resources[call].get("recording")
                entries: list[Json] = (
                    [{"sid": recording, "call_sid": call, "status": "completed"}]
                    if recording
                    else []
                )
                return PlatformResponse(200, {"recordings": entries})
            case ["Recordings", recording, "Transcriptions"]:
                texts = [
                    call["text"]
                    for call in self.resources.values()
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
