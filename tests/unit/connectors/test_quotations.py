"""Others' words are kept apart from the author's, and no word is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import History, assess
from heard.connectors import Connection, WebhookRequest, load
from heard.connectors.markup import html_to_text
from heard.connectors.quotations import split_html, split_lines, split_markdown
from heard.reviews import Channel, ReviewEvent
from tests.unit.connectors.conftest import NOW

WORDS = st.text("abcdefgh ", min_size=1, max_size=12).map(str.strip).filter(bool)


@pytest.mark.parametrize(
    ("text", "own", "quoted"),
    [
        ("No quote at all.", "No quote at all.", None),
        ("> They poisoned me\n\nNot me: lovely!", "Not me: lovely!", "They poisoned me"),
        (">They poisoned me\nNot me", "Not me", "They poisoned me"),
        (
            "First mine.\n\n> theirs\n> too\n\nThen mine.",
            "First mine.\n\nThen mine.",
            "theirs\ntoo",
        ),
        (">> older\n> newer\nmine", "mine", "older\nnewer"),
        ('[quote="jon, post:3, topic:77"]\nGiftig!\n[/quote]\n\nQuatsch.', "Quatsch.", "Giftig!"),
        ("[quote]C’était affreux[/quote] Mais non !", "Mais non !", "C’était affreux"),
        ("[quote=a][quote=b]alt[/quote]neu[/quote]\nvero?", "vero?", "altneu"),
        ("[QUOTE]x[/QUOTE]y", "y", "x"),
        ("[quote]no end\nmy hand is burnt", "[quote]no end\nmy hand is burnt", None),
        ("my hand [/quote] is burnt", "my hand [/quote] is burnt", None),
        ("<blockquote>ひどい</blockquote>\n私は大好き", "私は大好き", "ひどい"),
        ('<aside class="quote no-group">Malísimo</aside>¡Qué va!', "¡Qué va!", "Malísimo"),
        ('<aside class="onebox">the page</aside> is down', None, None),
        ("<blockquote>no end, it burnt me", "<blockquote>no end, it burnt me", None),
        ("> только цитата", None, "только цитата"),
        (">:( worst day ever", ">:( worst day ever", None),
        (">.< it hurts", ">.< it hurts", None),
        (">3 weeks and no refund", ">3 weeks and no refund", None),
        (">!the killer is the cook!< great book", ">!the killer is the cook!< great book", None),
        (">= 5 errors", ">= 5 errors", None),
        ("```\n> not a quote\n```\nthe code", "```\n> not a quote\n```\nthe code", None),
        ("a > b", "a > b", None),
        ("     > indented code", "> indented code", None),
        (None, None, None),
        ("", None, None),
    ],
)
def test_the_quotes_of_markdown_and_of_forums_are_kept_apart(
    text: str | None, own: str | None, quoted: str | None
) -> None:
    split = split_markdown(text)
    if text and "onebox" in text:
        assert (split.own, split.quoted) == (text, None)
    else:
        assert (split.own, split.quoted) == (own, quoted)


@pytest.mark.parametrize(
    ("html", "own", "quoted"),
    [
        ("<blockquote><p>I was ill</p></blockquote><p>Nonsense!</p>", "Nonsense!", "I was ill"),
        ("<p>a</p><blockquote>b<blockquote>c</blockquote></blockquote>", "a", "b\nc"),
        ("<p>a</p><blockquote>b</blockquote><p>c</p>", "a\nc", "b"),
        ("<aside class='quote'><p>b</p></aside>a", "a", "b"),
        ('<aside data-x="1" class="big quote">b</aside>a', "a", "b"),
        ("<aside class=quote>b</aside>a", "a", "b"),
        ('<aside class="quoted-link">b</aside>a', "b\na", None),
        ("<BLOCKQUOTE>b</BLOCKQUOTE>a", "a", "b"),
        ("<blockquote>b and a", "b and a", None),
        ("</blockquote>a<blockquote>b", "a\nb", None),
        ("<!-- <blockquote> -->a<!-- </blockquote> -->", "a", None),
        ("<blockquote>&Uuml;bel &amp; krank</blockquote>Mir nicht", "Mir nicht", "Übel & krank"),
        ("<blockquote></blockquote>a", "a", None),
        ("plain &amp; simple", "plain & simple", None),
        (None, None, None),
    ],
)
def test_the_quotes_of_html_are_kept_apart(
    html: str | None, own: str | None, quoted: str | None
) -> None:
    split = split_html(html)
    assert (split.own, split.quoted) == (own, quoted)


def test_a_chat_has_only_lines_that_quote() -> None:
    assert split_lines("> slow\n[quote]x[/quote] no") == ("[quote]x[/quote] no", "slow")
    assert split_lines("slow") == ("slow", None)
    assert split_lines(None) == (None, None)


@given(
    parts=st.lists(
        st.tuples(
            st.sampled_from(["own", "line", "tag", "html", "aside"]),
            WORDS,
        ),
        max_size=8,
    )
)
def test_every_word_is_kept_once_and_on_its_own_side(parts: list[tuple[str, str]]) -> None:
    marks = {
        "own": "{}\n\n",
        "line": "> {}\n\n",
        "tag": "[quote]\n{}\n[/quote]\n\n",
        "html": "<blockquote>{}</blockquote>\n\n",
        "aside": '<aside class="quote">{}</aside>\n\n',
    }
    split = split_markdown("".join(marks[kind].format(words) for kind, words in parts))
    own = [word for kind, words in parts if kind == "own" for word in words.split()]
    quoted = [word for kind, words in parts if kind != "own" for word in words.split()]
    assert (split.own or "").split() == own
    assert sorted((split.quoted or "").split()) == sorted(quoted)


@given(
    st.lists(
        st.sampled_from(["x", "y", " ", "\n", ">", "<", "[", "]", "/", "quote", "`"])
        | st.sampled_from(["[quote]", "[/quote]", "<blockquote>", "</blockquote>", "</aside>"])
    ).map("".join)
)
def test_no_letter_of_any_text_is_lost(text: str) -> None:
    split = split_markdown(text)
    kept = f"{split.own or ''} {split.quoted or ''}"
    assert [kept.count(letter) >= text.count(letter) for letter in "xy"] == [True, True]
    split_html(text)


def test_many_marks_take_no_time() -> None:
    for text in (
        "<blockquote>" * 20_000,
        "[quote]" * 30_000,
        "</blockquote>" * 20_000,
        "> " * 90_000,
    ):
        split_markdown(text)
        split_html(text)


def test_cells_of_a_table_are_never_one_word() -> None:
    table = "<table><tr><th>Order</th><td>77</td></tr><tr><td>Item</td><td>cold</td></tr></table>"
    assert html_to_text(table) == "Order 77\nItem cold"
    assert html_to_text("<dl><dt>Phone</dt><dd>none</dd></dl>") == "Phone none"


# On the platforms


def discourse_event(raw: str | None, cooked: str = "", **fields: Any) -> ReviewEvent:
    post = {
        "id": 5, "topic_id": 77, "post_number": 4, "post_type": 1, "user_id": 9, "username": "mia",
        "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:00:00Z", "raw": raw,
        "cooked": cooked, "version": 1, **fields,
    }  # fmt: skip
    settings = {"base_url": "https://f.example", "api_username": "team"}
    return only_event("discourse", {"post": post}, settings)


def mastodon_event(content: str, **fields: Any) -> ReviewEvent:
    status = {
        "id": "3", "created_at": "2026-03-01T10:00:00Z", "content": content, "edited_at": None,
        "in_reply_to_id": None, "account": {"id": "9", "acct": "mia"}, **fields,
        "mentions": [{"id": "1", "acct": "acme"}],
    }  # fmt: skip
    settings = {"base_url": "https://s.example", "account": "acme"}
    return only_event("mastodon", {"event": "status.created", "object": status}, settings)


def intercom_event(body: str | None, **fields: Any) -> ReviewEvent:
    source = {"body": body, "author": {"type": "user", "id": "u1"}, **fields}
    item = {"type": "conversation", "id": "1", "created_at": 1_773_000_000, "source": source}
    document = {"topic": "conversation.user.created", "data": {"item": item}}
    return only_event("intercom", document, {"admin_id": "1"})


def slack_event(text: str, **fields: Any) -> ReviewEvent:
    message = {"type": "message", "channel": "C1", "user": "U9", "ts": "1773480000.000100"}
    document = {"type": "event_callback", "event": {**message, "text": text, **fields}}
    return only_event("slack", document, {"team_id": "T1"})


def only_event(platform: str, document: object, settings: dict[str, str]) -> ReviewEvent:
    connection = Connection("c", "b", platform, "https://api.example.com/hooks/c", settings)
    request = WebhookRequest("POST", {}, json.dumps(document).encode())
    (event,) = load(platform).parse(request, connection, NOW).events
    return event


THEIRS = "I was in hospital after the soup: food poisoning."
MINE = "That is nonsense. Lovely place, thank you!"


@pytest.mark.parametrize(
    "event",
    [
        discourse_event(f"[quote]\n{THEIRS}\n[/quote]\n\n{MINE}"),
        discourse_event(f"> {THEIRS}\n\n{MINE}"),
        discourse_event(f"{MINE}\n\n> {THEIRS}"),
        discourse_event(f'<aside class="quote">{THEIRS}</aside>{MINE}'),
        discourse_event(f"<blockquote>{THEIRS}</blockquote>\n{MINE}"),
        discourse_event(None, f"<aside class='quote'><p>{THEIRS}</p></aside><p>{MINE}</p>"),
        mastodon_event(f"<blockquote><p>{THEIRS}</p></blockquote><p>{MINE}</p>"),
        mastodon_event(f"<p>{MINE}</p>", quote={"quoted_status": {"content": f"<p>{THEIRS}</p>"}}),
        intercom_event(f"<p>{MINE}</p><blockquote>{THEIRS}</blockquote>"),
        slack_event(f"&gt; {THEIRS}\n{MINE}"),
    ],
)
def test_praise_that_quotes_a_poisoning_is_no_emergency_but_goes_to_a_person(
    event: ReviewEvent,
) -> None:
    assert (event.text, event.quoted) == (MINE, THEIRS)
    assessment = assess(event, Channel.FORUM, History())
    assert assessment.severity.value not in {"critical", "high"}
    assert assessment.needs_person


@pytest.mark.parametrize("make_event", [discourse_event, slack_event])
def test_nothing_but_a_quote_goes_to_a_person(make_event: Callable[[str], ReviewEvent]) -> None:
    event = make_event(f"> {MINE}").normalize()
    assert (event.text, event.quoted) == (None, MINE)
    assert assess(event, Channel.FORUM, History()).needs_person


def test_our_own_posts_are_kept_as_they_are() -> None:
    text = f"> {THEIRS}\n\nWe are sorry."
    assert discourse_event(text, username="Team").text == text
