"""The whole path of a review on the deployed template, over HTTP, with simulated platforms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

from heard import clock
from heard.cases.repeats import FIRST_REPEATS
from heard.messaging import TRIES
from heard.outcomes import Kind
from heard.reviews import review_id
from heard.steps.audit import verify_review
from heard_cli.local.demo_environment import ApiClient
from heard_cli.local.sample_requests import fill_form
from heard_cli.local.stack import EmulatedStack
from heard_simulator.server import FaultMode, SimulatedPlatforms

from .conftest import StackBusiness, new_shop, standard_sample

COMPLAINT = "You charged my card twice and nobody answers the phone. I want my money back."
PRAISE = "Wonderful bread and the friendliest people in town, thank you!"
REPLY = "I found both payments and paid one of them back this morning; the bank needs two days."


def _claim(agent: ApiClient, follow_up: str) -> int:
    status, claim = agent.call("POST", f"/api/desk/follow-ups/{follow_up}/claim")
    assert status == 200, claim
    return claim["fence"]


def _submit_resolution(
    agent: ApiClient, follow_up: str, fence: int, **fields: Any
) -> tuple[int, dict[str, Any]]:
    body = {"id": f"answer-{fence:04d}", "action": "reply", "fence": fence, "text": REPLY} | fields
    if body["action"] in {"reply", "resolve_without_reply"}:
        body = {"fix": "refunded", "root_cause": "double-charge"} | body
    return agent.call("POST", f"/api/desk/follow-ups/{follow_up}/resolution", body)


def _latest_follow_up(shop: StackBusiness, review: str) -> str:
    opened = [outcome for outcome in shop.outcomes(review) if outcome.kind is Kind.FOLLOW_UP_OPENED]
    return opened[-1].detail["follow_up"] if opened else ""


def test_praise_is_acknowledged_once_however_often_and_in_parallel_it_arrives(
    shop: StackBusiness, eventually: Callable[..., Any]
) -> None:
    shop.connect("standard")
    sample, at = standard_sample("praise-1", PRAISE, 5), clock.now()
    with ThreadPoolExecutor(8) as threads:
        responses = list(threads.map(lambda _: shop.deliver(sample, at), range(12)))
    assert {response.status for response in responses} == {202}
    review = review_id(shop.business, "standard", "praise-1")
    eventually(
        lambda: (
            shop.kinds(review).count(Kind.DUPLICATE) == FIRST_REPEATS
            and Kind.ACKNOWLEDGED in shop.kinds(review)
        )
    )
    assert (
        shop.kinds(review).count(Kind.ACCEPTED) == shop.kinds(review).count(Kind.ACKNOWLEDGED) == 1
    )
    assert len(shop.replies("praise-1")) == 1
    report = verify_review(
        review, shop.business, shop.environment.operator.log, shop.environment.operator.cases
    )
    assert report.verified, report
    assert report.outcomes == 2 + FIRST_REPEATS


def test_an_agent_resolves_a_complaint_and_every_wrong_step_is_refused_with_a_reason(
    shop: StackBusiness, stack: EmulatedStack, eventually: Callable[..., Any]
) -> None:
    shop.connect("standard")
    agent, other_agent, auditor = (
        shop.sign_in_person("Ana", "agent"),
        shop.sign_in_person("Ben", "agent"),
        shop.sign_in_person("Ida", "auditor"),
    )
    review = shop.deliver_review("complaint-1", COMPLAINT, 1)
    follow_up = eventually(lambda: _latest_follow_up(shop, review))

    status, page = agent.call("GET", "/api/desk/follow-ups")
    assert status == 200
    assert [entry["id"] for entry in page["follow_ups"]] == [follow_up]
    status, details = agent.call("GET", f"/api/desk/follow-ups/{follow_up}")
    assert status == 200
    assert details["reviews"][0]["text"] == COMPLAINT
    assert details["reviews"][0]["assessment"]["severity"] == "high"
    assert details["reviews"][0]["assessment"]["reasons"]
    assert details["public_replies_left"] == 2
    assert [entry["kind"] for entry in details["timeline"]] == ["accepted", "follow_up_opened"]
    (preview,) = agent.call("GET", f"/api/desk/previews?ids={follow_up}")[1]["previews"]
    assert preview["newest_review"]["first_words"]
    assert agent.call("GET", "/api/me")[1]["name"] == "Ana"
    assert agent.call("GET", f"/api/desk/codes?business={shop.business}")[0] == 200
    people = agent.call("GET", f"/api/desk/colleagues?business={shop.business}")[1]
    assert "Ana" in {each["name"] for each in people["colleagues"]}

    assert _submit_resolution(agent, follow_up, 1)[1]["reason"] == "not_claimed"
    fence = _claim(agent, follow_up)
    assert (
        other_agent.call("POST", f"/api/desk/follow-ups/{follow_up}/claim")[1]["reason"]
        == "claimed_by_other"
    )
    assert _submit_resolution(other_agent, follow_up, fence)[1]["reason"] == "claim_lost"
    assert _submit_resolution(agent, follow_up, fence + 7)[1]["reason"] == "claim_lost"
    assert (
        _submit_resolution(
            agent,
            follow_up,
            fence,
            text="If you change your review to five stars we give you a 20% discount.",
        )[1]["reason"]
        == "lint"
    )
    assert auditor.call("GET", "/api/desk/follow-ups")[0] == 403
    assert (
        ApiClient(agent.http, agent.url, agent.token[:-4] + "AAAA").call(
            "GET", "/api/desk/follow-ups"
        )[0]
        == 401
    )
    assert ApiClient(agent.http, agent.url, "").call("GET", "/api/desk/follow-ups")[0] == 401
    assert shop.kinds(review) == [Kind.ACCEPTED, Kind.FOLLOW_UP_OPENED]

    assert _submit_resolution(agent, follow_up, fence)[0] == 200
    assert _submit_resolution(agent, follow_up, fence)[0] == 200  # the same request again
    assert _submit_resolution(agent, follow_up, fence, id="another-answer")[1]["reason"] in {
        "already_resolved",
        "already_closed",
    }
    eventually(lambda: shop.kinds(review)[-1] is Kind.ANSWERED)
    path = f"/api/desk/closed?business={shop.business}&by=me"
    (closed,) = eventually(lambda: agent.call("GET", path)[1]["closed"])
    assert (closed["id"], closed["kind"], closed["by_name"]) == (follow_up, "answered", "Ana")
    (reply,) = shop.replies("complaint-1")
    assert reply.text.startswith(REPLY)
    assert "Ana" in reply.text

    status, audit = auditor.call("GET", f"/api/audit/reviews/{review}")
    assert status == 200
    assert [outcome["kind"] for outcome in audit["outcomes"]] == [
        "accepted",
        "follow_up_opened",
        "resolution_given",
        "answered",
    ]
    assert COMPLAINT not in json.dumps(audit)
    assert auditor.call("GET", f"/api/audit/reviews/{review}/verification")[1]["verified"] is True

    (run,) = stack.client("stepfunctions").list_executions(
        stateMachineArn=stack.outputs["FollowUpFlowArn"], maxResults=200
    )["executions"][:1]
    history = stack.client("stepfunctions").get_execution_history(
        executionArn=run["executionArn"], maxResults=200
    )["events"]
    assert run["name"].startswith(follow_up)
    assert eventually(
        lambda: (
            stack.client("stepfunctions").describe_execution(executionArn=run["executionArn"])[
                "status"
            ]
            == "SUCCEEDED"
        )
    )
    assert sum(event["type"].endswith("StateEntered") for event in history) == 1


def test_people_write_beside_an_answer_and_a_lead_takes_over(
    shop: StackBusiness, eventually: Callable[..., Any]
) -> None:
    shop.connect("standard")
    agent, lead = shop.sign_in_person("Ana", "agent"), shop.sign_in_person("Lee", "lead")
    review = shop.deliver_review("complaint-beside", COMPLAINT, 1)
    follow_up = eventually(lambda: _latest_follow_up(shop, review))
    path = f"/api/desk/follow-ups/{follow_up}"

    fence = _claim(agent, follow_up)
    draft = {"text": REPLY, "action": "reply"}
    assert agent.call("PUT", f"{path}/draft", draft)[0] == 200
    assert agent.call("PUT", f"{path}/draft", {**draft, "text": "Sorry."})[0] == 200
    note = {"id": "note-0001", "text": "Rang them, nobody answered."}
    for _ in range(2):
        assert agent.call("POST", f"{path}/notes", note)[0] == 200
    until = clock.format_time(clock.now() + timedelta(minutes=5))
    assert agent.call("PUT", f"{path}/later", {"until": until})[0] == 200
    assert agent.call("GET", "/api/desk/later")[1]["later"][0]["follow_up"] == follow_up
    assert agent.call("DELETE", f"{path}/later")[0] == 200
    assert agent.call("PUT", "/api/me/preferences", {"language": "de"})[0] == 200
    assert agent.call("GET", "/api/me/preferences")[1]["language"] == "de"

    takeover = {"fence": fence, "reason": "absent"}
    assert agent.call("POST", f"{path}/takeover", takeover)[0] == 403
    for _ in range(2):
        status, taken = lead.call("POST", f"{path}/takeover", takeover)
        assert (status, taken["fence"], taken["my_draft"]) == (200, fence + 1, None)
    assert [entry["note"] for entry in taken["notes"]] == [note["text"]]
    assert _submit_resolution(agent, follow_up, fence)[1]["reason"] == "claim_lost"
    assert agent.call("GET", path)[1]["my_draft"]["text"] == "Sorry."
    assert agent.call("DELETE", f"{path}/draft")[0] == 200
    assert agent.call("DELETE", f"{path}/mention")[0] == 200
    assert _submit_resolution(lead, follow_up, fence + 1)[0] == 200
    eventually(lambda: shop.kinds(review)[-1] is Kind.ANSWERED)
    assert shop.kinds(review)[2:] == [Kind.TAKEN_OVER, Kind.RESOLUTION_GIVEN, Kind.ANSWERED]


def _execution_arn(stack: EmulatedStack, follow_up: str) -> str:
    return (
        f"{stack.outputs['FollowUpFlowArn'].replace(':stateMachine:', ':execution:')}:{follow_up}-0"
    )


def test_a_third_public_reply_is_refused_and_the_follow_up_can_still_be_closed(
    shop: StackBusiness, eventually: Callable[..., Any]
) -> None:
    shop.connect("standard")
    agent = shop.sign_in_person("Ana", "agent")
    review = shop.deliver_review("thread-1", COMPLAINT, 1)
    for number, text in enumerate(
        (
            REPLY,
            "The second payment is back on your card; you can see it in your account since noon.",
        )
    ):
        follow_up = eventually(lambda: _open_follow_up(shop, review))
        assert _submit_resolution(agent, follow_up, _claim(agent, follow_up), text=text)[0] == 200
        eventually(lambda: shop.kinds(review)[-1] is Kind.ANSWERED)
        shop.deliver_review(
            "thread-1",
            f"{COMPLAINT} It happened again, number {number}!",
            1,
            kind="review.edited",
            revision=number + 1,
        )
        eventually(lambda: shop.kinds(review)[-1] is Kind.FOLLOW_UP_OPENED)
    follow_up = eventually(lambda: _open_follow_up(shop, review))
    fence = _claim(agent, follow_up)
    status, problem = _submit_resolution(
        agent,
        follow_up,
        fence,
        text="We are really sorry to read this a third time, and we look into it now.",
    )
    assert (status, problem["reason"]) == (409, "cap_reached")
    assert (
        _submit_resolution(agent, follow_up, fence, action="resolve_without_reply", text=None)[0]
        == 200
    )
    eventually(lambda: shop.kinds(review)[-1] is Kind.RESOLVED_WITHOUT_REPLY)
    assert len(shop.replies("thread-1")) == 2


def _open_follow_up(shop: StackBusiness, review: str) -> str:
    head = shop.environment.operator.cases.find_review(review)
    follow_up = shop.environment.operator.cases.case(review).case.follow_up if head else None
    return follow_up.id if follow_up else ""


def test_walking_away_takes_two_people(shop: StackBusiness, eventually: Callable[..., Any]) -> None:
    shop.connect("standard")
    agent, lead = shop.sign_in_person("Ana", "agent"), shop.sign_in_person("Lee", "lead")
    review = shop.deliver_review(
        "abuse-1", "You are all stupid idiots and your staff are disgusting pigs.", 1
    )
    follow_up = eventually(lambda: _latest_follow_up(shop, review))
    fence = _claim(agent, follow_up)
    assert (
        _submit_resolution(agent, follow_up, fence, action="walk_away", reason="abuse", text=None)[
            1
        ]["status"]
        == "awaiting_approval"
    )
    path = f"/api/desk/follow-ups/{follow_up}"
    pending = lead.call("GET", path)[1]["pending_resolution"]
    decision = {"approved": True, "digest": pending["digest"]}
    assert agent.call("POST", f"{path}/approval", decision)[0] == 403
    assert lead.call("POST", f"{path}/approval", {**decision, "digest": "0" * 32})[0] == 409
    assert lead.call("POST", f"{path}/approval", decision)[0] == 200
    eventually(lambda: shop.kinds(review)[-1] is Kind.WALKED_AWAY)
    assert shop.replies("abuse-1") == []


def test_nobody_sees_another_businesss_follow_ups_or_outcomes(
    shop: StackBusiness, eventually: Callable[..., Any]
) -> None:
    shop.connect("standard")
    review = shop.deliver_review("private-1", COMPLAINT, 1)
    follow_up = eventually(lambda: _latest_follow_up(shop, review))
    other = StackBusiness(shop.environment, f"{shop.business}-rival")
    stranger, auditor = other.sign_in_person("Sam", "agent"), other.sign_in_person("Una", "auditor")
    assert stranger.call("GET", "/api/desk/follow-ups")[1]["follow_ups"] == []
    assert stranger.call("GET", f"/api/desk/follow-ups?business={shop.business}")[0] == 404
    assert stranger.call("GET", f"/api/desk/follow-ups/{follow_up}")[0] == 404
    assert stranger.call("POST", f"/api/desk/follow-ups/{follow_up}/claim")[0] == 404
    assert auditor.call("GET", f"/api/audit/reviews/{review}")[0] == 404
    period = "from=2026-01-01T00:00:00Z&to=2027-01-01T00:00:00Z"
    assert auditor.call("GET", f"/api/audit/outcomes?business={shop.business}&{period}")[0] == 404


def test_lateness_escalates_a_promise_comes_due_and_an_invitation_stays_open(
    shop: StackBusiness, eventually: Callable[..., Any]
) -> None:
    shop.connect("standard")
    shop.publish_policy(
        sla=[{"id": "R07-quick", "when": {}, "seconds": 2, "clock": "always"}],
        escalation=[{"id": "R08-quick", "when": {}, "after": [3, 3600]}],
    )
    agent = shop.sign_in_person("Ana", "agent")
    review = shop.deliver_review("late-1", COMPLAINT, 1)
    eventually(lambda: shop.kinds(review).count(Kind.ESCALATED) == 2)
    follow_up = _latest_follow_up(shop, review)
    promised_for = clock.format_time(clock.now() + timedelta(seconds=3))
    assert (
        _submit_resolution(
            agent,
            follow_up,
            _claim(agent, follow_up),
            action="promise",
            promised_for=promised_for,
            text=None,
        )[0]
        == 200
    )
    eventually(lambda: Kind.PROMISE_DUE in shop.kinds(review))
    assert (
        _submit_resolution(
            agent,
            follow_up,
            _claim(agent, follow_up),
            action="invite_private",
            text="Please write to us directly about it.",
        )[0]
        == 200
    )
    eventually(lambda: shop.kinds(review)[-1] is Kind.INVITED_PRIVATE)
    assert shop.environment.operator.cases.follow_up(follow_up).status.value == "invited"
    assert (
        _submit_resolution(
            agent, follow_up, _claim(agent, follow_up), action="resolve_without_reply", text=None
        )[0]
        == 200
    )
    eventually(lambda: shop.kinds(review)[-1] is Kind.MOVED_PRIVATE_RESOLVED)


def test_the_feedback_form_is_filled_in_and_answered_on_its_own_page(
    shop: StackBusiness, eventually: Callable[..., Any]
) -> None:
    form = shop.connect("feedback_form")
    agent = shop.sign_in_person("Ana", "agent")
    page = shop.environment.http.send("GET", form.url, headers={"accept-language": "de"})
    assert page.status == 200
    assert 'lang="de"' in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    request = fill_form(
        page.text,
        form.url,
        {"rating": "1", "text": "Meine Bestellung wurde <b>doppelt</b> abgebucht!"},
    )
    thanks = shop.environment.http.send(
        "POST", request.url, headers=request.headers, body=request.body
    )
    link = re.search(r'href="([^"]+/feedback/[^"]+)"', thanks.text)
    assert link, thanks.text
    feedback_page_url = urljoin(form.url, link[1])
    outcomes = eventually(
        lambda: [
            outcome for outcome in shop.recent_outcomes() if outcome.kind is Kind.FOLLOW_UP_OPENED
        ]
    )
    follow_up = outcomes[0].detail["follow_up"]
    assert (
        _submit_resolution(
            agent,
            follow_up,
            _claim(agent, follow_up),
            text="Wir haben den doppelten Betrag heute zurückgezahlt.",
        )[0]
        == 200
    )
    page_text = eventually(
        lambda: (
            (page_response := shop.environment.http.send("GET", feedback_page_url)).status == 200
            and "zurückgezahlt" in page_response.text
            and page_response.text
        )
    )
    assert "&lt;b&gt;doppelt" in page_text
    assert shop.environment.http.send("GET", feedback_page_url[:-3] + "AAA").status == 404


def test_a_failing_platform_is_retried_and_never_gets_a_reply_twice(
    stack: EmulatedStack, platforms: SimulatedPlatforms, eventually: Callable[..., Any]
) -> None:
    # Each fault lets a whole connection rest. So each kind has a connection of its own.
    modes = {"after": FaultMode.FAIL_AFTER, "dropped": FaultMode.DROP}
    shops = {name: new_shop(stack, platforms) for name in modes}
    reviews: dict[str, str] = {}
    for name, shop in shops.items():
        shop.connect("standard")
        platforms.add_fault("standard", modes[name], native_id=name)
        reviews[name] = shop.deliver_review(name, f"{PRAISE} ({name})", 5)
    for name, review in reviews.items():
        shop = shops[name]
        eventually(lambda shop=shop, review=review: Kind.ACKNOWLEDGED in shop.kinds(review))
        assert len(shop.replies(name)) == 1, name


def test_a_poison_message_goes_to_the_dead_letters_and_back_and_blocks_nothing(
    shop: StackBusiness, stack: EmulatedStack, eventually: Callable[..., Any]
) -> None:
    sqs, queue, dead_letters = (
        stack.client("sqs"),
        stack.outputs["QueueUrl"],
        stack.outputs["DeadLettersUrl"],
    )
    connection = shop.connect("standard")
    # Nothing that is queued for this connection can be processed now.
    shop.environment.operator.setup.remove_connection(connection.id)
    message = {
        "delivery": "dlv_poison.0",
        "connection": connection.id,
        "business": shop.business,
        "platform": "standard",
        "channel": "review_site",
    }
    event = {
        "kind": "created",
        "native_id": "poison-1",
        "native_thread": "poison-1",
        "revision": "1",
        "author": {"id": "a"},
        "rating": 5,
    }
    # Only the last try is left: nine came before.
    last_try = {TRIES: {"DataType": "Number", "StringValue": "9"}}
    for body in (json.dumps(message | {"event": event}), "this is not even JSON"):
        sqs.send_message(QueueUrl=queue, MessageBody=body, MessageAttributes=last_try)
    depth = eventually(
        lambda: _queue_depth(sqs, dead_letters) >= 2 and _queue_depth(sqs, dead_letters)
    )
    assert depth == 2
    shop.environment.operator.setup.put_connection(connection, clock.now())
    redriven = 0
    while _queue_depth(sqs, dead_letters):
        for dead_letter in sqs.receive_message(QueueUrl=dead_letters, MaxNumberOfMessages=10).get(
            "Messages", []
        ):
            if connection.id in dead_letter["Body"]:
                sqs.send_message(QueueUrl=queue, MessageBody=dead_letter["Body"])
                redriven += 1
            sqs.delete_message(QueueUrl=dead_letters, ReceiptHandle=dead_letter["ReceiptHandle"])
    assert redriven == 1
    review = review_id(shop.business, "standard", "poison-1")
    eventually(lambda: Kind.ACKNOWLEDGED in shop.kinds(review))


def _queue_depth(sqs: Any, url: str) -> int:
    return int(
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])[
            "Attributes"
        ]["ApproximateNumberOfMessages"]
    )


def test_a_lost_workflow_is_started_again_by_the_sweep(
    shop: StackBusiness, stack: EmulatedStack, eventually: Callable[..., Any]
) -> None:
    shop.connect("standard")
    shop.publish_policy(
        sla=[{"id": "R07-quick", "when": {}, "seconds": 1, "clock": "always"}],
        escalation=[{"id": "R08-day", "when": {}, "after": [86400]}],
    )
    review = shop.deliver_review("lost-1", COMPLAINT, 1)
    follow_up_id = eventually(lambda: _latest_follow_up(shop, review))
    step_functions = stack.client("stepfunctions")
    eventually(lambda: shop.environment.operator.cases.token(follow_up_id))
    step_functions.stop_execution(executionArn=_execution_arn(stack, follow_up_id))
    # AWS forgets the token of a stopped execution. The emulator does not, so this stores a token
    # that no execution has.
    shop.environment.operator.cases.put_token(follow_up_id, "forgotten")
    follow_up = shop.environment.operator.cases.follow_up(follow_up_id)
    result = _sweep_later(shop, stack, minutes_later=11 if follow_up.level == 0 else 60 * 24 + 11)
    assert result.restarted == 1
    eventually(
        lambda: (
            shop.environment.operator.cases.follow_up(follow_up_id).run == 1
            and shop.environment.operator.cases.token(follow_up_id) != "forgotten"
        )
    )


def _sweep_later(shop: StackBusiness, stack: EmulatedStack, *, minutes_later: int) -> Any:
    from heard.messaging import Queue, Workflows
    from heard.steps.sweep import SweepReport, sweep

    later = clock.now() + timedelta(minutes=minutes_later)
    case_store = shop.environment.operator.cases
    stuck_cases = [
        stuck
        for stuck in case_store.stuck_items(later)
        if stuck.follow_up and case_store.follow_up(stuck.follow_up).business == shop.business
    ]
    assert stuck_cases
    queue, workflows = (
        Queue(stack.client("sqs"), stack.outputs["QueueUrl"]),
        Workflows(stack.client("stepfunctions")),
    )

    class OneBusinessStore:
        def stuck(self, _now: Any) -> Any:
            return stuck_cases

        def __getattr__(self, name: str) -> Any:
            return getattr(case_store, name)

    result: SweepReport = sweep(OneBusinessStore(), queue, workflows, later)  # type: ignore[arg-type]
    return result
