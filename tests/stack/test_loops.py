"""A machine answers our automatic replies, on the deployed stack: the conversation ends (R04).

It stands behind a mailbox, a telephone number and a forum. It answers each reply that reaches the
simulated platform, by a webhook of the platform's own form.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from heard import clock
from heard.outcomes import CLOSING_KINDS, Kind, Outcome
from heard_cli.local.samples import Sample
from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import SimulatedPlatforms

from .conftest import StackBusiness, new_shop

PRAISE = "Wonderful bread and the friendliest people in town, thank you!"
COMPLAINT = "You charged my card twice and nobody answers the phone. I want my money back."
RECEIPT = "Thank you! We love hearing from you and will be in touch. Your number is {number}."
ROUNDS = 4


@pytest.fixture
def shop(stack: EmulatedStack) -> Iterator[StackBusiness]:
    """A business whose platforms nobody else uses: a forum refuses what somebody just posted."""
    with SimulatedPlatforms() as platforms:
        yield new_shop(stack, platforms)


class Machine:
    """An autoresponder at one address of a platform, with or without headers that tell."""

    def __init__(self, shop: StackBusiness, platform: str, *, tells: bool) -> None:
        self.shop, self.platform, self.tells = shop, platform, tells
        self.code = secrets.token_hex(4)
        self.number = secrets.randbelow(10**6) + 10**6
        self.sent = 0

    def write(self, text: str, *, automatic: bool = False) -> None:
        """Write to us, in the one thread."""
        self.sent += 1
        make = {"postmark": self._mail, "twilio_sms": self._text_message}
        sample = make.get(self.platform, self._post)(text, automatic=automatic)
        if self.sent == 1:
            for entry in sample.render(clock.now()).resources:
                self.shop.environment.platforms.set_resource(
                    self.platform, entry.native_id, entry.resource
                )
        assert self.shop.deliver(sample).status < 300

    def outcomes(self) -> list[Outcome]:
        return self.shop.recent_outcomes()

    def ended(self) -> list[Outcome]:
        """The outcomes that end a message, or give it to a person."""
        ends = CLOSING_KINDS | {Kind.FOLLOW_UP_OPENED, Kind.FOLLOW_UP_JOINED}
        return [outcome for outcome in self.outcomes() if outcome.kind in ends]

    def replies(self) -> int:
        return sum(outcome.kind is Kind.ACKNOWLEDGED for outcome in self.outcomes())

    def _sample(self, body_format: str, fields: Any, **more: Any) -> Sample:
        name = f"{self.platform}/{self.code}-{self.sent}"
        return Sample(name, "made by a test", self.platform, body_format, fields, **more)

    def _mail(self, text: str, *, automatic: bool) -> Sample:
        address, message_id = f"info@{self.code}.example", f"{self.sent}@{self.code}.example"
        headers = {
            "Message-ID": f"<{message_id}>",
            "Received-SPF": "Pass (sender SPF authorized) identity=mailfrom; "
            f"client-ip=203.0.113.7; envelope-from={address}; receiver=hello@acme.example",
            "X-Spam-Status": "No",
            "X-Spam-Tests": "DKIM_SIGNED,DKIM_VALID,DKIM_VALID_AU,SPF_PASS",
        }
        if self.sent > 1:
            headers |= {"In-Reply-To": f"<1@{self.code}.example>"}
            headers |= {"References": f"<1@{self.code}.example>"}
        if automatic and self.tells:
            headers["Auto-Submitted"] = "auto-replied"
        return self._sample(
            "body",
            {
                "FromName": "Info",
                "MessageStream": "inbound",
                "From": address,
                "FromFull": {"Email": address, "Name": "Info", "MailboxHash": ""},
                "To": "hello@acme.example",
                "ToFull": [{"Email": "hello@acme.example", "Name": "", "MailboxHash": ""}],
                "OriginalRecipient": "0a1b2c@inbound.example",
                "Subject": "Re: your bread" if self.sent > 1 else "Bread",
                "MessageID": f"{self.code}-0000-4000-8000-{self.sent:012d}",
                "ReplyTo": "",
                "MailboxHash": "",
                "Date": "Sat, 14 Mar 2026 09:26:53 +0000",
                "TextBody": text,
                "HtmlBody": "",
                "StrippedTextReply": "",
                "Tag": "",
                "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
                "Attachments": [],
            },
        )

    def _text_message(self, text: str, *, automatic: bool) -> Sample:
        del automatic  # a text message has no headers for it
        message_id = f"SM{self.code}{self.sent:024x}"
        form = {
            "SmsMessageSid": message_id,
            "SmsSid": message_id,
            "MessageSid": message_id,
            "SmsStatus": "received",
            "NumMedia": "0",
            "NumSegments": "1",
            "Body": text,
            "From": f"+44770{self.number}",
            "To": "+447700900123",
            "AccountSid": "ACsimulated",
            "ApiVersion": "2010-04-01",
        }
        return self._sample("form", form)

    def _post(self, text: str, *, automatic: bool) -> Sample:
        del automatic  # nor has a post
        topic, post = self.number, self.number * 100 + self.sent
        headers = {
            "X-Discourse-Instance": "https://forum.example",
            "X-Discourse-Event-Id": str(post),
            "X-Discourse-Event-Type": "post",
            "X-Discourse-Event": "post_created",
        }
        fields = {
            "id": post,
            "topic_id": topic,
            "topic_slug": "bread",
            "topic_title": "Bread",
            "post_number": self.sent,
            "post_type": 1,
            "user_id": self.number,
            "username": f"info-{self.code}",
            "name": "Info",
            "raw": text,
            "cooked": f"<p>{text}</p>",
            "created_at": "{{now}}",
            "updated_at": "{{now}}",
            "version": 1,
            "category_id": 5,
        }
        return self._sample("body", {"post": fields}, headers=headers)


@pytest.mark.parametrize(
    ("platform", "tells"),
    [("postmark", False), ("postmark", True), ("twilio_sms", False), ("discourse", False)],
)
def test_an_autoresponder_gets_one_answer_and_the_log_says_why_no_other(
    platform: str, tells: bool, shop: StackBusiness, eventually: Callable[..., Any]
) -> None:
    shop.connect(platform)
    machine = Machine(shop, platform, tells=tells)
    machine.write(PRAISE)
    eventually(lambda: machine.replies() == 1, machine.outcomes)
    for number in range(ROUNDS):
        machine.write(RECEIPT.format(number=4000 + number), automatic=True)
        eventually(lambda number=number: len(machine.ended()) == number + 2, machine.outcomes)
    machine.write(COMPLAINT)
    eventually(
        lambda: any(outcome.kind is Kind.FOLLOW_UP_OPENED for outcome in machine.outcomes()),
        machine.outcomes,
    )

    assert machine.replies() == 1
    reasons = {
        outcome.detail["reason"] for outcome in machine.outcomes() if outcome.kind is Kind.IGNORED
    }
    says_so = tells and platform == "postmark"  # only mails have headers for it
    assert reasons <= ({"automatic_reply"} if says_so else {"automatic_reply_cap", "machine"})
    assert reasons
