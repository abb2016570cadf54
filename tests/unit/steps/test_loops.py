"""Machines that answer our automatic replies: a conversation ends, and no complaint is lost (R04).

An autoresponder stands at the other end of a mailbox, of a telephone number and of a forum. It
answers each of our replies, at once or late, in the same thread or in a new one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, Final

import pytest

from heard.follow_ups import Action, Status
from heard.outcomes import Kind
from heard.reviews import author_id, review_id, thread_id
from heard.steps import desk
from heard.storage.setup import Business
from tests.unit.backend import BUSINESS, BUSINESS_NAME, COMPLAINT, PRAISE, Backend, review_event

pytestmark = pytest.mark.loopback

PLATFORMS = ("postmark", "twilio_sms", "discourse")
PRAISES = (
    PRAISE,
    "The new cafe by the river is lovely, we will come back every week!",
    "Mira helped me to choose a birthday cake and everybody adored it.",
    "Best croissants in the whole city, crisp and buttery. Perfect!",
    "A beautiful place with excellent coffee. We loved every minute.",
)
RECEIPT = "Thank you! We love hearing from you and will be in touch. Your number is {number}."
"""What an autoresponder writes; the number is another one each time."""
THANK_YOU_NOTES = (
    "Thanks!",
    "thank you so much 🙏",
    "Danke!",
    "Vielen Dank für Ihre schnelle Antwort, schöne Grüße",
    "Merci beaucoup, bonne journée !",
    "¡Muchas gracias!",
    "Grazie mille per la risposta",
    "Obrigada!",
    "Heel erg bedankt",
    "Tack så mycket",
    "Спасибо большое!",
    "ありがとうございました。",
    "谢谢！",
    "شكرا جزيلا",
    "감사합니다~",
    "👍",
)
MORE_THAN_THANKS = (
    "Thanks, but the second parcel is missing too.",
    "Thanks for nothing.",
    "No thanks.",
    "Thanks, when does it arrive?",
    "Danke, aber der Arm tut immer noch weh.",
    "Merci, mais rien n'a changé.",
    "Gracias por nada.",
    "谢谢，可是还没有收到。",
    "Thanks 😡",
    "Thanks - 2 days and still nothing.",
    "Thanks?",
)
REPLY = "I found both payments and paid one of them back this morning; the bank needs two days."

_numbers = count(1)


@dataclass
class Correspondent:
    """Somebody, or a machine, at one address of a platform."""

    backend: Backend
    platform: str
    address: str = "+12025550100"
    reviews: list[str] = field(default_factory=list[str])
    answered_threads: Counter[str] = field(default_factory=Counter[str])
    """Our replies by thread."""

    def write(self, text: str, thread: str = "", **fields: Any) -> str:
        """Write to us, in a new thread if none is given. Returns the id of the review."""
        number = next(_numbers)
        native_id, thread = str(5000 + number), thread or str(90000 + number)
        reply_to = {
            "postmark": {"to": "kim@shop.example", "message_id": f"{number}@shop.example"},
            "twilio_sms": {"to": self.address, "from": "+447700900123"},
            "discourse": {"topic_id": thread, "post_number": "1"},
        }[self.platform]
        if self.platform == "discourse":
            post = {"id": int(native_id), "post_number": 1, "username": "z", "raw": text}
            topic = {"title": "Bread", "posts": [post]}
            self.backend.platforms.set_resource("discourse", thread, topic)
        fields = {"occurred_at": self.backend.clock(), "author": self.address} | fields
        event = review_event(native_id, text, thread=thread, reply_to=reply_to, **fields)
        sent_before = self.backend.platforms.replies()
        review = self.backend.deliver(event, self.platform)
        self.answered_threads[thread] += len(self.backend.platforms.replies()) - len(sent_before)
        self.reviews.append(review)
        return review

    def reasons(self) -> Counter[str]:
        """How each of the reviews ended, or that a person has it."""
        return Counter(map(self.reason, self.reviews))

    def reason(self, review: str) -> str:
        """How a review ended: its reason, or its closing kind; else `person`."""
        last = self.backend.outcome_log.of_review(review)[-1]
        state = self.backend.case(review).review
        return str(last.detail.get("reason", last.kind.value)) if state.closing_kind else "person"


def converse(
    machine: Correspondent, start: str, *, seconds: float, forgets: bool, tells: bool
) -> int:
    """A machine writes, and answers each of our replies; returns how many replies it got.

    Its answers come `seconds` after ours, in a new thread each if it `forgets`, and are marked as
    automatic replies if it `tells`.
    """
    platforms = machine.backend.platforms
    first, thread = len(platforms.replies()), str(80000 + next(_numbers))
    machine.write(start, thread)
    for answered in range(first, first + 30):
        if len(platforms.replies()) == answered:
            return answered - first
        machine.backend.clock.advance(seconds=seconds)
        machine.write(
            RECEIPT.format(number=next(_numbers)),
            "" if forgets else thread,
            no_review="automatic_reply" if tells else None,
        )
    raise AssertionError("they answer each other without end")


def answer_as_person(backend: Backend, review: str, text: str = REPLY, **fields: Any) -> None:
    """Ana claims the open follow-up of a review, and replies."""
    ana = backend.add_person("Ana")
    follow_up = backend.case(review).follow_up
    assert follow_up
    fence = desk.claim(ana, follow_up.id, backend.desk, backend.clock()).fence
    request = desk.ResolutionRequest(
        **{
            "id": f"resolution-{next(_numbers)}",
            "action": Action.REPLY,
            "fence": fence,
            "text": text,
            "fix": "refunded",
            "root_cause": "double-charge",
        }
        | fields
    )
    desk.resolve(ana, follow_up.id, request, backend.desk, backend.clock())
    backend.run_workflows()


@pytest.fixture(params=PLATFORMS)
def machine(request: pytest.FixtureRequest, simulated_backend: Backend) -> Correspondent:
    simulated_backend.connect(request.param)
    return Correspondent(simulated_backend, request.param)


@pytest.fixture
def texter(simulated_backend: Backend) -> Correspondent:
    simulated_backend.connect("twilio_sms")
    return Correspondent(simulated_backend, "twilio_sms")


@pytest.mark.parametrize("tells", [False, True], ids=["without headers", "with headers"])
@pytest.mark.parametrize("forgets", [False, True], ids=["same thread", "new threads"])
@pytest.mark.parametrize("seconds", [3, 240])
def test_an_autoresponder_gets_one_answer_in_a_thread_and_two_a_day(
    machine: Correspondent, seconds: float, forgets: bool, tells: bool
) -> None:
    for _ in range(4):
        converse(machine, PRAISE, seconds=seconds, forgets=forgets, tells=tells)

    assert sum(machine.answered_threads.values()) <= 2
    assert max(machine.answered_threads.values()) == 1
    ended = machine.reasons()
    assert ended["acknowledged"] == sum(machine.answered_threads.values())
    assert set(ended) <= {"acknowledged", "automatic_reply_cap", "machine", "automatic_reply"}
    assert machine.backend.open_follow_ups() == []
    machine.backend.check_invariants(PRAISE, "hearing")


def test_after_a_day_an_author_is_answered_again(machine: Correspondent) -> None:
    for hours in (0, 1, 1, 23):
        machine.backend.clock.advance(hours=hours)
        machine.write(PRAISES[len(machine.reviews)])

    assert [machine.reason(review) for review in machine.reviews] == [
        "acknowledged",
        "acknowledged",
        "automatic_reply_cap",
        "acknowledged",
    ]


def test_another_author_is_answered_as_before(machine: Correspondent) -> None:
    for number in range(4):
        machine.address = f"+1202555010{number}"
        machine.backend.clock.advance(hours=1)  # a forum takes no reply twice in a short time
        machine.write(PRAISE)

    assert machine.reasons() == {"acknowledged": 4}


def test_a_business_may_allow_more_automatic_replies_or_fewer(texter: Correspondent) -> None:
    backend = texter.backend
    for number, cap in enumerate((1, 3)):
        policy = {"name": "ours", "caps": {"automatic_replies": cap}}
        backend.setup_store.put_business(Business(BUSINESS, BUSINESS_NAME, policy))
        writer = Correspondent(backend, "twilio_sms", address=f"+1202555011{number}")
        for text in PRAISES:
            backend.clock.advance(minutes=1)
            writer.write(text)
        assert writer.reasons()["acknowledged"] == cap


def test_complaints_between_a_machines_answers_reach_one_person(machine: Correspondent) -> None:
    converse(machine, PRAISE, seconds=3, forgets=False, tells=False)
    thread = machine.backend.case(machine.reviews[0]).review.thread
    native_thread = next(iter(machine.answered_threads))
    complaints = [machine.write(COMPLAINT, native_thread) for _ in range(3)]
    question = machine.write("Where is my second parcel?", native_thread)
    unreadable = machine.write("hm", native_thread)

    (follow_up,) = machine.backend.open_follow_ups()
    assert follow_up.thread == thread == thread_id(BUSINESS, machine.platform, native_thread)
    assert set(follow_up.reviews) == {*complaints, question, unreadable}
    assert sum(machine.answered_threads.values()) == 1
    machine.backend.check_invariants(PRAISE, COMPLAINT)


def test_who_answers_within_seconds_is_a_machine_until_a_person_replies(
    simulated_backend: Backend,
) -> None:
    simulated_backend.connect("postmark")
    machine, clock = Correspondent(simulated_backend, "postmark"), simulated_backend.clock
    machine.write(PRAISE, "t-1")
    clock.advance(seconds=5)
    machine.write("We are so glad that you like our message, it is wonderful!", "t-1")
    clock.advance(hours=30)
    machine.write("What a lovely day to be alive, everything is great!", "t-1")
    clock.advance(hours=30)
    complaint = machine.write(COMPLAINT, "t-1")
    answer_as_person(simulated_backend, complaint)
    clock.advance(hours=30)
    machine.write("It came this morning and it is perfect, I am so happy with it!", "t-1")

    ended = [machine.reason(review) for review in machine.reviews]
    assert ended[:4] == ["acknowledged", "machine", "machine", "answered"]
    # Praise by somebody who complained also goes to a person (R18).
    assert Kind.REPLY_SENT in simulated_backend.kinds(machine.reviews[4])


@pytest.mark.parametrize("seconds", [2, 9, 25])
def test_who_sends_two_short_messages_in_a_row_is_no_machine(
    texter: Correspondent, seconds: float
) -> None:
    clock = texter.backend.clock
    texter.write("Great bread today!", "t-1")
    clock.advance(seconds=seconds)
    second = texter.write("And such friendly people, thank you all", "t-1")
    assert texter.backend.case(second).thread.machines == ()
    clock.advance(hours=25)
    texter.write("The cake for the wedding was wonderful, everybody loved it!", "t-1")

    ended = [texter.reason(review) for review in texter.reviews]
    assert ended == ["acknowledged", "automatic_reply_cap", "acknowledged"]


def test_a_text_within_seconds_of_a_persons_reply_is_a_machines(texter: Correspondent) -> None:
    review = texter.write(COMPLAINT, "t-1")
    texter.backend.clock.advance(minutes=20)
    answer_as_person(texter.backend, review)
    texter.backend.clock.advance(seconds=4)
    note = texter.write("We love hearing from you and will be in touch. Have a great day!", "t-1")

    assert texter.reason(note) == "machine"
    assert texter.backend.case(note).thread.machines


def test_an_out_of_office_note_after_a_persons_reply_opens_no_new_follow_up(
    machine: Correspondent,
) -> None:
    review = machine.write(COMPLAINT, "4711")
    answer_as_person(machine.backend, review)
    assert machine.backend.open_follow_ups() == []
    machine.backend.clock.advance(seconds=4)
    note = machine.write("Thank you so much! We will be in touch soon, have a great day.", "4711")

    assert machine.reason(note) in {"machine", "thanks"}
    assert machine.backend.open_follow_ups() == []


def test_who_repeats_an_answered_text_is_a_machine_whatever_number_is_in_it(
    texter: Correspondent,
) -> None:
    clock = texter.backend.clock
    texter.write("Your order 4711 made us happy, thank you so much! All is great here.")
    clock.advance(hours=1)
    texter.write("Your order 4712 made us happy, thank you so much! All is great here.")

    assert [texter.reason(review) for review in texter.reviews] == ["acknowledged", "machine"]


@pytest.mark.parametrize(
    "wrapping",
    [
        "Liked “{}”",
        "Loved “{}”",
        "Reacted ❤️ to “{}”",
        "Gefällt: „{}“",
        "Hat „{}“ mit „Gefällt mir“ markiert",
        "A aimé « {} »",
        "Le gustó “{}”",
        "Ha messo “Mi piace” a “{}”",
        "Vond “{}” leuk",
        "Gillade ”{}”",
        "「{}」にいいねと言っています",
        "> {}",
        "{}",
        "👍 to “ {} ”",
        "Disliked “{}”",
        "Gefällt nicht „{}“",
        "Reacted 😡 to “{}”",
        "Questioned “{}”",
        "Liked “{:.30}…”",
        "Emphasized “{:.50}...”",
    ],
)
def test_our_own_words_that_come_back_are_no_review(texter: Correspondent, wrapping: str) -> None:
    texter.write(PRAISE, "t-1")
    our_words = texter.backend.platforms.replies()[-1].text
    texter.backend.clock.advance(minutes=20)
    reaction = texter.write(wrapping.format(our_words), "t-1")

    assert texter.reason(reaction) == "own_words"
    assert sum(texter.answered_threads.values()) == 1
    texter.backend.check_invariants()


def test_a_reaction_to_a_persons_words_disturbs_nobody_who_works_on_the_thread(
    texter: Correspondent,
) -> None:
    complaint = texter.write(COMPLAINT, "t-1")
    promised_for = texter.backend.clock() + timedelta(days=2)
    answer_as_person(texter.backend, complaint, action=Action.PROMISE, promised_for=promised_for)
    before = texter.backend.open_follow_ups()
    reaction = texter.write(f"Liked “{REPLY}”", "t-1")
    thanks = texter.write("Thank you Ana!", "t-1")

    assert (texter.reason(reaction), texter.reason(thanks)) == ("own_words", "thanks")
    assert texter.backend.open_follow_ups() == before
    assert before[0].status is Status.PROMISED


@pytest.mark.parametrize(
    "text",
    [
        'Disliked "your soup"',
        "Disliked “the cold soup and the rude waiter”",
        "Disliked 'everything'",
        "Laughed at “your so-called refund policy”",
        "Questioned “your hygiene”",
        "Emphasized “the mold in my bread”",
        "Reacted 🤮 to “your food”",
        "😡 to “your soup”",
        "Gefällt nicht „dass meine Tochter krank wurde“",
        "N’a pas aimé « votre soupe »",
        "No le gustó “la sopa”",
        "Non piace “la zuppa”",
        "Не понравилось «ваш суп»",
        "不喜欢“你们的汤”",
        "Ogillade ”er soppa”",
        "Disliked “We…",
    ],
)
@pytest.mark.parametrize("is_answer", [False, True])
def test_a_complaint_in_the_form_of_a_reaction_goes_to_a_person(
    texter: Correspondent, text: str, *, is_answer: bool
) -> None:
    if is_answer:
        texter.write(PRAISE, "t-1")
        texter.backend.clock.advance(minutes=20)
    complaint = texter.write(text, "t-1")

    assert texter.reason(complaint) == "person"
    assert texter.backend.kinds(complaint)[0] is Kind.ACCEPTED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Liked “We know about your food poisoning. This is an automatic message.”", "own_words"),
        ("Reacted 👍 to “Your message has come. (Automatic reply)”", "own_words"),
        ("Gefällt „Ihre Nachricht ist da. (Automatische Nachricht)“", "own_words"),
        ("A aimé « Bien reçu. Ce message est automatique. »", "own_words"),
        ("「受け取りました。これは自動返信です。」にいいねしました", "own_words"),
        ("Disliked “My soup was cold. Your answer was automatic.”", "person"),
        ("Reacted 😡 to “You wrote to us. (Automatic reply)”", "person"),
        ("Questioned “your automatic answer to the food poisoning”", "person"),
        ("Loved “your automatic doors”. They broke my arm.", "person"),
    ],
)
def test_a_friendly_reaction_to_what_calls_itself_automatic_is_no_review(
    texter: Correspondent, text: str, reason: str
) -> None:
    assert texter.reason(texter.write(text, "t-1")) == reason


def test_a_reaction_to_an_older_reply_of_ours_is_known_too(texter: Correspondent) -> None:
    texter.write(PRAISE, "t-1")
    first_words = texter.backend.platforms.replies()[-1].text
    for text in PRAISES[1:4]:
        texter.backend.clock.advance(hours=30)
        texter.write(text, "t-1")
    reaction = texter.write(f"Loved “{first_words}”", "t-1")

    assert texter.reason(reaction) == "own_words"


@pytest.mark.parametrize(
    "text",
    [
        "{} That is a lie, and my arm is still broken.",
        "Liar: “{}”",
        "“{}” - but nobody has called me and I want my money back!",
    ],
)
def test_a_complaint_that_quotes_our_words_goes_to_a_person(
    texter: Correspondent, text: str
) -> None:
    texter.write(PRAISE, "t-1")
    our_words = texter.backend.platforms.replies()[-1].text
    texter.backend.clock.advance(minutes=20)
    complaint = texter.write(text.format(our_words), "t-1")

    assert texter.reason(complaint) == "person"


@pytest.mark.parametrize("thanks", THANK_YOU_NOTES)
def test_a_bare_thank_you_after_our_answer_closes(texter: Correspondent, thanks: str) -> None:
    complaint = texter.write(COMPLAINT, "t-1")
    answer_as_person(texter.backend, complaint)
    replies = len(texter.backend.platforms.replies())
    texter.backend.clock.advance(minutes=3)
    review = texter.write(thanks, "t-1")

    assert texter.reason(review) == "thanks"
    assert texter.backend.kinds(review) == [Kind.ACCEPTED, Kind.IGNORED]
    assert texter.backend.open_follow_ups() == []
    assert len(texter.backend.platforms.replies()) == replies


@pytest.mark.parametrize("text", MORE_THAN_THANKS)
def test_more_than_thanks_after_our_answer_goes_to_a_person(
    texter: Correspondent, text: str
) -> None:
    complaint = texter.write(COMPLAINT, "t-1")
    answer_as_person(texter.backend, complaint)
    texter.backend.clock.advance(minutes=3)

    assert texter.reason(texter.write(text, "t-1")) == "person"


ILL: Final = "I became violently ill after your oysters, and I want my money back."
OUR_MAIL: Final = (
    "We are sorry that you became ill after the oysters. I paid the whole bill back this morning, "
    "and our chef has thrown the rest of them away."
)


@pytest.fixture
def writer(simulated_backend: Backend) -> Correspondent:
    """Somebody to whom a person of ours wrote `OUR_MAIL`, about `ILL`."""
    simulated_backend.connect("postmark")
    writer = Correspondent(simulated_backend, "postmark")
    complaint = writer.write(ILL, "m-1")
    answer_as_person(simulated_backend, complaint, OUR_MAIL)
    simulated_backend.clock.advance(hours=2)
    return writer


@pytest.mark.parametrize("text", ["OK 👍", "Thank you very much!", "Danke, alles klar"])
@pytest.mark.parametrize(
    "quoted",
    [OUR_MAIL, f"On Tuesday we wrote:\n> {OUR_MAIL}\n>\n>> {ILL}", f"> {OUR_MAIL}\n> > {ILL}"],
)
def test_a_mail_that_repeats_ours_and_the_one_before_adds_only_its_own_words(
    writer: Correspondent, text: str, quoted: str
) -> None:
    assert writer.reason(writer.write(text, "m-1", quoted=quoted)) == "thanks"


def test_praise_above_our_mail_is_judged_without_our_mail(writer: Correspondent) -> None:
    review = writer.write("You handled this perfectly, I love you!", "m-1", quoted=OUR_MAIL)

    (outcome, *_) = writer.backend.outcome_log.of_review(review)
    assert "cannot_judge" not in outcome.detail["flags"]


@pytest.mark.parametrize(
    "quoted",
    [
        f"> {OUR_MAIL}\n> My son is in hospital now, his arm is broken.",
        f"> My lawyer will call you.\n> {OUR_MAIL}",
        "> Somebody became ill after the soup of this place.",
    ],
)
def test_thanks_hide_no_danger_that_a_mail_has_marked_as_quoted(
    writer: Correspondent, quoted: str
) -> None:
    assert writer.reason(writer.write("Thanks!", "m-1", quoted=quoted)) == "person"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("Yes, thank you", "person"), ("OK 👍", "person"), ("👍", "person"), ("Thanks!", "thanks")],
)
def test_what_answers_a_question_of_ours_is_no_bare_thanks(
    texter: Correspondent, text: str, reason: str
) -> None:
    complaint = texter.write(COMPLAINT, "t-1")
    answer_as_person(texter.backend, complaint, "Shall I send the second payment back today?")
    texter.backend.clock.advance(minutes=3)

    assert texter.reason(texter.write(text, "t-1")) == reason


def test_thanks_without_an_answer_of_ours_before_are_decided_as_before(
    texter: Correspondent,
) -> None:
    assert texter.reason(texter.write("Thanks!", "t-1")) == "acknowledged"


@pytest.mark.parametrize("rating", [1, 2, 3])
def test_thanks_with_few_stars_are_more_than_thanks(texter: Correspondent, rating: int) -> None:
    complaint = texter.write(COMPLAINT, "t-1")
    answer_as_person(texter.backend, complaint)

    assert texter.reason(texter.write("Thanks!", "t-1", rating=rating)) == "person"


def test_thanks_by_another_author_of_a_public_thread_take_no_public_reply(
    simulated_backend: Backend,
) -> None:
    simulated_backend.connect("discourse")
    writer = Correspondent(simulated_backend, "discourse", address="zelda")
    complaint = writer.write(COMPLAINT, "812")
    answer_as_person(simulated_backend, complaint)
    simulated_backend.clock.advance(minutes=3)

    assert writer.reason(writer.write("Thanks!", "812", author="quint")) == "thanks"
    assert writer.reason(writer.write("Thanks!", "812")) == "thanks"


def test_the_same_delivery_again_changes_nothing_and_counts_once(texter: Correspondent) -> None:
    backend = texter.backend
    event = review_event(
        "5001", PRAISE, thread="t-1", reply_to={"to": texter.address, "from": "+447700900123"}
    )
    message = backend.queue_message(event, "twilio_sms")
    for _ in range(3):
        backend.run_route_workflow(message)
    author = author_id(BUSINESS, "twilio_sms", event.author.id)
    (reply,) = backend.cases.vault.author_record(author).automatic_replies

    assert reply.review == review_id(BUSINESS, "twilio_sms", "5001")
    assert len(backend.platforms.replies()) == 1


HEAD = "From: Acme <hello@acme.example>\nSent: 2 June 2026 16:25\nSubject: RE: a broken arm"
LINE_ABOVE = "On 2 June 2026 at 16:25, Acme <hello@acme.example> wrote:"


@pytest.fixture
def correspondent(simulated_backend: Backend) -> Correspondent:
    simulated_backend.connect("postmark")
    return Correspondent(simulated_backend, "postmark", "kim@shop.example")


@pytest.mark.parametrize(
    "added",
    [
        "The second payment has not come back.",
        "Are you open on Sunday?",
        "Meine Tochter liegt im Krankenhaus.",
        "La chambre était sale.",
    ],
)
@pytest.mark.parametrize("is_marked", [True, False])
def test_what_is_added_to_an_earlier_mail_of_ours_reaches_a_person(
    correspondent: Correspondent, added: str, is_marked: bool
) -> None:
    complaint = correspondent.write(COMPLAINT, "t-1")
    answer_as_person(correspondent.backend, complaint)
    sent = correspondent.backend.platforms.replies()[-1].text
    correspondent.backend.clock.advance(hours=2)
    fields = (
        {"quoted": f"{LINE_ABOVE}\n{sent}\n\n{added}"}
        if is_marked
        else {"quoted": HEAD, "below": f"{sent}\n\n{added}"}
    )
    assert correspondent.reason(correspondent.write("Thank you!", "t-1", **fields)) == "person"


@pytest.mark.parametrize("is_marked", [True, False])
def test_thanks_above_our_own_mail_close_whatever_words_it_has(
    correspondent: Correspondent, is_marked: bool
) -> None:
    complaint = correspondent.write(COMPLAINT, "t-1")
    danger = "We are sorry that you broke your arm and that the ambulance came so late."
    answer_as_person(correspondent.backend, complaint, danger)
    sent = correspondent.backend.platforms.replies()[-1].text
    correspondent.backend.clock.advance(hours=2)
    fields = {"quoted": f"{LINE_ABOVE}\n{sent}"} if is_marked else {"quoted": HEAD, "below": sent}
    assert correspondent.reason(correspondent.write("Thank you!", "t-1", **fields)) == "thanks"


def test_alarming_words_beside_our_mail_reach_a_person(correspondent: Correspondent) -> None:
    complaint = correspondent.write(COMPLAINT, "t-1")
    answer_as_person(correspondent.backend, complaint)
    sent = correspondent.backend.platforms.replies()[-1].text
    correspondent.backend.clock.advance(hours=2)
    danger = "My daughter broke her arm on your stairs."
    beside = correspondent.write("Lovely, see you soon!", "t-1", quoted=danger, below=sent)
    below = correspondent.write(
        "Lovely, see you all!", "t-1", quoted=f"{LINE_ABOVE}\n{sent}", below=danger
    )
    assert [correspondent.reason(review) for review in (beside, below)] == ["person", "person"]


def test_danger_below_our_mail_is_as_urgent_as_above_it(correspondent: Correspondent) -> None:
    complaint = correspondent.write(COMPLAINT, "t-1")
    answer_as_person(correspondent.backend, complaint)
    sent = correspondent.backend.platforms.replies()[-1].text
    correspondent.backend.clock.advance(hours=2)
    below = f"{sent}\n\nMy daughter broke her arm on your stairs."
    review = correspondent.write("Thank you!", "t-1", quoted=HEAD, below=below)

    assert correspondent.backend.case(review).review.severity == "critical"
