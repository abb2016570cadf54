import pytest
from datetime import UTC, datetime, timedelta
from tests.web.conftest import Desk
from tests.web.actions import *
OUT="/tmp/plan/p15/shots/"
import os; os.makedirs(OUT, exist_ok=True)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
def seed(desk):
    ids=desk.seed()
    desk.backend.connect("feedback_form")
    b=desk.backend
    from heard.reviews import EventKind
    from tests.unit.backend import complaint, PRAISE, review_event
    for n in range(6):
        b.run_route_workflow(b.queue_message(review_event(f"p-{n}", PRAISE, 5, author=f"pa-{n}"), "feedback_form"))
    desk.server.act_as("sub-ana","claim",ids[1])
    f=desk.follow_up(ids[1])
    desk.server.act_as("sub-ana","resolution",ids[1],{"id":"answer-1","action":"resolve_without_reply","fence":1,"fix":"refunded","root_cause":"double-charge"})
    b.process_answers()
    return ids
CASES={"light":{}, "dark":{"color_scheme":"dark"},"phone":PHONE,"ar":{},"xa":{}}
@pytest.mark.parametrize("name",CASES)
def test_shot(desk, name):
    ids=seed(desk)
    review=desk.follow_up(ids[1]).reviews[0]
    page=desk.audit(**CASES[name])
    if name in("ar","xa"):
        page.evaluate("l => localStorage.setItem('heard.preferences', JSON.stringify({ language: l }))", {"ar":"ar","xa":"en-XA"}[name]); page.reload(); page.wait_for_selector(".rows")
    page.wait_for_timeout(600)
    page.screenshot(path=OUT+name+"-1.png")
    print(axe_violations(page))
    page.locator(f"a.outcome[href*='{review}']").first.click()
    page.wait_for_selector(".statements .open, .statements .holds"); page.wait_for_timeout(600)
    page.screenshot(path=OUT+name+"-2.png")
    print(axe_violations(page))
    page.goto(desk.server.address+"/outcomes/gaps"); page.wait_for_selector(".gap"); page.wait_for_timeout(300)
    page.screenshot(path=OUT+name+"-3.png")
    print(axe_violations(page))
    if name=="light":
        page.goto(desk.server.address+"/outcomes"); page.wait_for_selector(".rows")
        page.keyboard.press("/"); page.keyboard.type("kind:re"); page.wait_for_timeout(200)
        page.screenshot(path=OUT+name+"-4.png"); print(axe_violations(page))
