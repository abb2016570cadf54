"""What a platform can do, as data. The tables of docs/connectors.md are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from heard.replies.length import Unit
from heard.reviews import Channel


class SecretOrigin(StrEnum):
    """Where the secret that proves deliveries comes from.

    It decides what `heard connect add` asks for and shows.
    """

    GENERATED = "made_here"
    """Heard makes it, and the business enters it at the platform."""
    INTERNAL = "kept_here"
    """Heard makes it, and nobody else needs it."""
    FROM_PLATFORM = "given"
    """The platform shows it, and the business enters it here.

    It is a signing secret, or the platform's public key.
    """
    CREDENTIAL = "credential"
    """It is one of the credentials (`Capabilities.secret_credential`)."""
    NONE = "none"
    """There is none.

    Nothing is signed, or a certificate or a token proves a delivery. Then the settings say which
    one to expect.
    """


class Proof(StrEnum):
    """What proves to us that an event is genuine."""

    SENDER = "sender"
    """The request: a signature, a secret or a certificate that only its sender has."""
    READ = "read"
    """Nothing is pushed: Heard reads every review at the platform itself."""
    ADDRESS = "address"
    """Nothing but the secret address, unless Heard can read the review at the platform.

    What only an address vouches for can add work for a person, and take none away (R01).
    """


type Detection = Literal["pushed", "polled", "no"]
"""How we learn of an edit or a deletion: the platform pushes it, a poll finds it, or not at all."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do, as its documentation says.

    Signatures
        `signature` says in words how the platform proves deliveries. It begins with "none" where
        it does not; `signed` is False then. Unsigned platforms that push are authenticated only by
        the secret address. Where the API allows it, the review is fetched again before Heard acts
        on it. `can_self_test` is False where only the platform itself can sign: `heard connect
        test` cannot send a sample there.

    Replies
        `reply_limit` is counted in `reply_unit`. `replies` is how many the platform shows at once;
        `none` means that no program can reply. Where it shows one, `replaces_reply` says that our
        second reply takes the place of our first one. Else a second one is refused, or nobody knows
        what becomes of it. A reply that somebody else wrote is never replaced.
        `can_find_reply`: we can ask, after a fault, whether our reply is there. `moderated`:
        replies are published later or not at all, and `moderation` is asked.

    Reading
        `can_fetch`: a review can be read again by its id. `poll_seconds` is how often `recent` may
        be called, None where it cannot be. `single_review_threads`: each review is a thread of its
        own. Else several reviews share one, and a reply answers the thread.

    For people
        `settings` and `credentials` are what `heard connect add` asks for (name to explanation).
        `guide` is what to click and paste, in numbered steps. Further lines of a step are
        indented. `limitations` are what a business does not get, `verified` what was checked
        against real vectors, payloads or the platform's own library, and `assumptions` what no
        document says. Each is a whole sentence.
    """

    platform: str
    title: str
    channel: Channel
    signature: str
    edits: Detection
    deletions: Detection
    replies: Literal["one", "many", "none"]
    reply_limit: int
    reply_unit: Unit
    can_find_reply: bool
    can_fetch: bool
    pushes: bool = True
    signed: bool = True
    can_self_test: bool = True
    secret_origin: SecretOrigin = SecretOrigin.GENERATED
    secret_credential: str = ""
    secret_help: str = ""
    replaces_reply: bool = False
    moderated: bool = False
    poll_seconds: int | None = None
    single_review_threads: bool = True
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    optional_settings: Mapping[str, str] = field(default_factory=dict[str, str])
    credentials: Mapping[str, str] = field(default_factory=dict[str, str])
    optional_credentials: Mapping[str, str] = field(default_factory=dict[str, str])
    guide: str = ""
    limitations: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def proof(self) -> Proof:
        """What proves to us that an event of this platform is genuine."""
        if self.signed:
            return Proof.SENDER
        return Proof.ADDRESS if self.pushes else Proof.READ
