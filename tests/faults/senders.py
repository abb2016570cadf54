"""The senders' side: reviews as platforms push them, signed, repeated, late and out of order.

A sender repeats what was not answered with 2xx, as platforms do. What was answered with 2xx is in
the record, and may not be lost.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

import urllib3

from heard import clock
from heard.reviews import review_id
from heard_cli.local.sample_requests import SignedRequest, sign_sample
from heard_cli.local.samples import EVENTS, Sample, read_sample
from heard_cli.stack import CommandError
from tests.faults.round_record import DeliveredReview, RoundRecord
from tests.faults.round_setup import RoundSetup, Shop

SENDER_TRIES: Final = 12
"""How often a sender repeats a delivery. Platforms do it for hours or days."""
PRAISES: Final = (
    "Wonderful bread and the friendliest people in town, thank you!",
    "The nicest breakfast we had all year. Thank you so much!",
    "Great coffee, quick and friendly service. We love this place.",
    "Excellent cake, lovely staff, we will come again!",
)
COMPLAINTS: Final = (
    "You charged my card twice and nobody answers the phone. I want my money back.",
    "The parcel arrived broken and your shop refuses to take it back. Refund me now.",
    "I waited two hours for a cold meal and the waiter laughed at us. Never again.",
    "My order never came, the money is gone, and nobody replies to my mails.",
)


@dataclass(frozen=True, slots=True)
class Words:
    """Somebody's words as one platform sends them."""

    sample: Sample
    native_id: str
    native_thread: str


class Senders:
    """Sends for the shops of a round. Everything random comes from the seed."""

    def __init__(self, setup: RoundSetup, record: RoundRecord, seed: int) -> None:
        self.setup = setup
        self.record = record
        self.random = Random(f"senders/{seed}")
        self._base = int(setup.tag, 16) % 10**7
        self._number = 0

    # What is said

    def new_number(self) -> int:
        """A number that no other review of any round has."""
        self._number += 1
        return self._base * 1000 + self._number

    def words(self, platform: str, number: int, text: str, rating: int | None) -> Words:
        """A new review on a platform."""
        match platform:
            case "standard":
                return self.standard(f"r-{number}", text, rating)
            case "discourse":
                return _forum_post(number, text)
            case "twilio_sms":
                return _text_message(number, text)
            case _:
                return _map_review(number, text, rating)

    def standard(
        self,
        native_id: str,
        text: str,
        rating: int | None,
        *,
        thread: str | None = None,
        kind: str = "review.created",
        revision: int = 1,
    ) -> Words:
        """A review or an edit of it, through the connector for own sources."""
        data: dict[str, Any] = {
            "id": native_id,
            "revision": revision,
            "author": {"id": f"author-of-{native_id}", "name": "Kim"},
            "created_at": "{{now}}",
        }
        if kind != "review.withdrawn":
            data |= {"text": text}
        if thread:
            data["thread_id"] = thread
        if rating is not None:
            data["rating"] = rating
        fields = {"type": kind, "timestamp": "{{now}}", "data": data}
        sample = Sample(f"standard/{native_id}-{revision}", "", "standard", "body", fields)
        return Words(sample, native_id, thread or native_id)

    # How it is sent

    def send(
        self, shop: Shop, words: Words, *, at: datetime | None = None, copies: int = 1
    ) -> bool:
        """Deliver it, and repeat it until the door says 2xx. Whether it ever did."""
        environment, platform = shop.environment, words.sample.platform
        at = at or clock.now()
        for resource in words.sample.render(at).resources:
            self.setup.platforms.set_resource(platform, resource.native_id, resource.resource)
        connection, secret = environment.connections[platform], environment.secrets[platform]
        request = sign_sample(words.sample, connection.url, secret, at)
        with ThreadPoolExecutor(copies) as threads:
            accepted = list(
                threads.map(lambda _: self._until_accepted(shop, request), range(copies))
            )
        return any(accepted)

    def _until_accepted(self, shop: Shop, request: SignedRequest) -> bool:
        for attempt in range(SENDER_TRIES):
            status = self.post(shop, request)
            if status is not None and 200 <= status < 300:
                return True
            time.sleep(min(2.0, 0.1 * 2**attempt))
        with self.record.writing():
            self.record.lost_at_the_door.append(request.url)
        return False

    def post(self, shop: Shop, request: SignedRequest) -> int | None:
        """The status of one request; None when there was no answer."""
        began_at = time.monotonic()
        try:
            response = shop.environment.http.send(
                request.method, request.url, headers=request.headers, body=request.body
            )
        except urllib3.exceptions.HTTPError:
            return None
        with self.record.writing():
            self.record.door_seconds.append(time.monotonic() - began_at)
        return response.status

    def send_and_record(
        self,
        shop: Shop,
        words: Words,
        text: str,
        *,
        copies: int = 1,
        is_complaint: bool = False,
        is_hot: bool = False,
    ) -> None:
        """Deliver a new review, and write it down if the door took it."""
        if self.send(shop, words, copies=copies):
            self._note(shop, words, text, copies, is_complaint=is_complaint, is_hot=is_hot)

    def _note(
        self,
        shop: Shop,
        words: Words,
        text: str,
        copies: int,
        *,
        is_complaint: bool,
        is_hot: bool = False,
        revision: str | None = None,
        withdrawn: bool = False,
    ) -> None:
        review = review_id(shop.business, words.sample.platform, words.native_id)
        entry = DeliveredReview(
            review,
            shop.business,
            words.sample.platform,
            frozenset({words.native_id, words.native_thread}),
            text,
            copies,
            revision,
            withdrawn,
            is_complaint,
            is_hot,
        )
        with self.record.writing():
            self.record.reviews[review] = entry

    # Scenarios

    def praise_or_complaint(self, shop: Shop, *, complaint: bool, copies: int = 1) -> None:
        """Somebody writes once, on some platform. The delivery may come in several copies."""
        number = self.new_number()
        platform = self.random.choice(sorted(shop.environment.connections))
        text = self.random.choice(COMPLAINTS if complaint else PRAISES) + f" ({number})"
        words = self.words(platform, number, text, 1 if complaint else 5)
        self.send_and_record(shop, words, text, copies=copies, is_complaint=complaint)

    def polled(self, shop: Shop, *, complaint: bool) -> None:
        """A review that no webhook tells of: a poll finds it."""
        number = self.new_number()
        text = self.random.choice(COMPLAINTS if complaint else PRAISES) + f" ({number})"
        words = _map_review(number, text, 1 if complaint else 5)
        for resource in words.sample.render(clock.now()).resources:
            self.setup.platforms.set_resource(
                "google_business", resource.native_id, resource.resource
            )
        for attempt in range(SENDER_TRIES):
            try:
                shop.environment.poll("google_business")
            except CommandError:
                time.sleep(min(2.0, 0.1 * 2**attempt))
            else:
                self._note(shop, words, text, 1, is_complaint=complaint)
                return

    def history(self, shop: Shop) -> None:
        """A review, its edits and perhaps its withdrawal, in any order, some of it twice."""
        number = self.new_number()
        native_id = f"h-{number}"
        texts = [
            self.random.choice(PRAISES + COMPLAINTS) + f" ({number}, version {version})"
            for version in range(1, 4)
        ]
        events = [
            self.standard(
                native_id,
                text,
                None,
                kind="review.created" if version == 1 else "review.edited",
                revision=version,
            )
            for version, text in enumerate(texts, start=1)
        ]
        withdrawn = self.random.random() < 0.3
        if withdrawn:
            events.append(self.standard(native_id, "", None, kind="review.withdrawn", revision=4))
        order = events + self.random.sample(events, 1)
        self.random.shuffle(order)
        now = clock.now()
        # Each event has one time of its own, so that its second delivery is the same delivery.
        accepted = [
            self.send(shop, event, at=now + timedelta(milliseconds=events.index(event)))
            for event in order
        ]
        if any(accepted):
            self._note(
                shop,
                events[0],
                texts[-1],
                1,
                is_complaint=False,
                revision=str(len(texts)) if all(accepted) else None,
                withdrawn=withdrawn and all(accepted),
            )

    def hot_thread(self, shop: Shop, count: int) -> None:
        """Many people write in one thread at once."""
        number = self.new_number()
        thread = f"t-{number}"
        entries = [
            (
                self.standard(f"p-{number}-{place}", text, None, thread=thread),
                text,
            )
            for place in range(count)
            for text in [f"{COMPLAINTS[place % len(COMPLAINTS)]} ({number}/{place})"]
        ]
        with ThreadPoolExecutor(min(count, 64)) as threads:
            list(
                threads.map(
                    lambda entry: self.send_and_record(
                        shop, entry[0], entry[1], is_complaint=True, is_hot=True
                    ),
                    entries,
                )
            )

    def hot_review(self, shop: Shop, count: int) -> None:
        """One review, in many copies at once."""
        number = self.new_number()
        text = f"{COMPLAINTS[0]} ({number})"
        words = self.standard(f"r-{number}", text, 1)
        self.send_and_record(shop, words, text, copies=count, is_complaint=True, is_hot=True)

    def forge(self, shop: Shop) -> None:
        """Send what must be refused: signed by somebody else, too old, or changed on its way."""
        connection = shop.environment.connections["standard"]
        secret = shop.environment.secrets["standard"]
        other = "whsec_" + "bm90IHRoZSBzZWNyZXQgb2YgdGhpcyBvbmUh"
        now = clock.now()
        attempts = {
            "another secret": (other, now, b""),
            "an hour old": (secret, now - timedelta(hours=1), b""),
            "altered": (secret, now, b" "),
        }
        for name, (key, at, addition) in attempts.items():
            number = self.new_number()
            words = self.standard(f"forged-{number}", PRAISES[0], 5)
            request = sign_sample(words.sample, connection.url, key, at)
            status = self.post(shop, replace(request, body=request.body + addition))
            review = review_id(shop.business, "standard", words.native_id)
            with self.record.writing():
                self.record.forged[f"{name} {number}"] = status or 0
                self.record.forged_reviews.add(review)

    def poison(self, shop: Shop) -> None:
        """Put a message into the review queue that no function can read."""
        number = self.new_number()
        body = f"poison {self.setup.tag} {number}: this is not JSON"
        shop.environment.stack.client("sqs").send_message(
            QueueUrl=shop.environment.stack.outputs["QueueUrl"], MessageBody=body
        )
        with self.record.writing():
            self.record.poison.append(body)


def _sample_with(path: str, changes: Sequence[tuple[str, Any]], **fields: Any) -> Sample:
    """A sample with other fields. `changes` are paths with dots."""
    sample = read_sample(EVENTS / path)
    content = copy.deepcopy(sample.fields)
    for place, value in changes:
        target = content
        *folders, name = place.split(".")
        for folder in folders:
            target = target[folder]
        target[name] = value
    return replace(sample, fields=content, expect=(), **fields)


def _forum_post(number: int, text: str) -> Words:
    post, topic = number * 2, number * 2 + 1
    sample = _sample_with(
        "discourse/03-gift-cards-fail.json",
        [
            ("post.id", post),
            ("post.topic_id", topic),
            ("post.username", f"guest{number}"),
            ("post.user_id", number),
            ("post.raw", text),
            ("post.cooked", f"<p>{text}</p>"),
            ("post.topic_title", f"About {number}"),
        ],
    )
    headers = {**sample.headers, "X-Discourse-Event-Id": str(number)}
    return Words(replace(sample, headers=headers), str(post), str(topic))


def _text_message(number: int, text: str) -> Words:
    sid, customer = f"SM{number:032x}", f"+1202{number % 10**7:07d}"
    sample = _sample_with(
        "twilio_sms/08-obrigada.json",
        [
            ("SmsMessageSid", sid),
            ("SmsSid", sid),
            ("MessageSid", sid),
            ("From", customer),
            ("Body", text),
        ],
    )
    return Words(sample, sid, f"{customer} {sample.fields['To']}")


def _map_review(number: int, text: str, rating: int | None) -> Words:
    place = "accounts/100000000000000000001/locations/20000000000000000001"
    name = f"{place}/reviews/AbFv{number}"
    stars = ("ONE", "TWO", "THREE", "FOUR", "FIVE")[(rating or 3) - 1]
    sample = _sample_with(
        "google_business/01-heizung-kalt.json",
        [
            ("message.data.base64.reviewName", name),
            ("message.messageId", str(number)),
            ("message.message_id", str(number)),
        ],
        resources=(
            {
                "native_id": name,
                "resource": {
                    "reviewer": {"displayName": f"Guest {number}", "isAnonymous": False},
                    "starRating": stars,
                    "comment": text,
                    "createTime": "{{now-1m}}",
                    "updateTime": "{{now-1m}}",
                },
            },
        ),
    )
    return Words(sample, name, name)
