"""Spam gets no answer, and what else an advert says reaches a person (R01, R05, R23)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import Agenda, Assessment, History, assess
from heard.assessment.engines.chain import embedded_engine
from heard.policy import Context, Route, ThreadState, decide, default_policy
from heard.reviews import Author, Channel, EventKind, ReviewEvent
from heard.text.words import count_links, matchable_text

NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)

OFFERS = [
    "Get 1000 Instagram followers for only $5, www.grow.example",
    "We remove bad Google reviews. Contact us: http://clean.example",
    "Buy 5-star reviews for your business, WhatsApp +1 555 0100",
    "Tired of being broke? Make money online. Want to know how? Text me on Telegram.",
    "Earn $500 a day from home! Interested?",
    "Congratulations! You have won a gift card. Click here to claim: http://win.example",
    "Best casino bonus, 100 free spins at www.casino.example!!",
    "Kaufen Sie Follower ab 5 Euro: www.follower.example",
    "Möchten Sie mehr Kunden? Wir machen SEO für Sie: www.seo-profi.example",
    "Kredit ohne Schufa! Jetzt beantragen: www.kredit.example",
    "Besoin d'un prêt rapide ? Contactez-moi sur WhatsApp",
    "Compra seguidores baratos en www.seg.example",
    "Acquista follower su www.fol.example",
    "Vuoi guadagnare da casa? Scrivimi su Telegram",
    "Compre seguidores reais em www.seg.example",
    "Koop volgers bij www.volgers.example",
    "Kup obserwujących na www.obs.example",
    "Купить подписчиков дешево www.sub.example",
    "Takipçi satın al www.takip.example",
    "フォロワー購入はこちら www.f.example",
    "低价买粉丝 加微信 abc",
]

MORE_THAN_OFFERS = [
    "SEO services at www.seo.example. Also, the login of your site is broken, can you fix it?",
    "Check out my channel www.yt.example. They charged me twice and never paid it back.",
    "Use my code ANA10 at www.deal.example. By the way, my parcel never arrived.",
    "Promo code SUN20 at www.sun.example! The waiter shouted at my daughter.",
    "Join my Telegram for deals. Where is my refund?",
    "Earn $500 a day from home! Why was my order cancelled?",
    "Buy cheap watches here, and where is my order?",
    "Bitcoin! Besuchen Sie meine Seite www.x.example. Wann bekomme ich mein Geld zurück?",
    "Verdiene 500 Euro am Tag! Habt ihr sonntags offen?",
    "Gagnez 500 euros par jour depuis chez vous. Où est mon colis ?",
    "Gana 500 euros al día desde casa. ¿Tienen terraza?",
    "Guadagna 500 euro al giorno da casa. Avete parcheggio?",
    "Ganhe 500 reais por dia sem sair de casa. Onde está o meu pedido?",
    "Verdien 500 euro per dag vanuit huis. Waar blijft mijn bestelling?",
    "Zarabiaj 500 zł dziennie. Kiedy dostanę zwrot pieniędzy?",
    "Заработок 5000 рублей в день на дому. Когда вернёте деньги?",
    "在宅ワークで簡単に稼げる。返金はいつですか？",
]


def assess_text(text: str, rating: int | None = None) -> Assessment:
    event = ReviewEvent(EventKind.CREATED, "1", "1", "1", Author("a"), rating=rating, text=text)
    return assess(event, Channel.REVIEW_SITE, History(), embedded_engine("quick"))


def route_of(assessment: Assessment, rating: int | None) -> Route:
    context = Context(
        channel=Channel.REVIEW_SITE,
        platform="standard",
        rating=rating,
        has_text=True,
        public_replies_left=2,
        follow_up_open=False,
        verified=True,
        thread=ThreadState.FRESH,
    )
    return decide(assessment, context, default_policy(), NOON).route


@pytest.mark.parametrize("rating", [None, 4, 5])
@pytest.mark.parametrize("text", OFFERS)
def test_who_only_offers_something_is_neither_thanked_nor_read(
    text: str, rating: int | None
) -> None:
    assessment = assess_text(text, rating)
    assert assessment.agenda is Agenda.SPAM
    assert route_of(assessment, rating) is Route.NOTHING


@pytest.mark.parametrize("rating", [None, 5])
@pytest.mark.parametrize("text", MORE_THAN_OFFERS)
def test_a_question_or_a_complaint_beside_an_offer_reaches_a_person(
    text: str, rating: int | None
) -> None:
    assessment = assess_text(text, rating)
    assert assessment.agenda is not Agenda.SPAM
    assert route_of(assessment, rating) is Route.FOLLOW_UP


@pytest.mark.parametrize("rating", [1, 2, 3])
@pytest.mark.parametrize("text", OFFERS)
def test_who_gives_few_stars_beside_an_offer_reaches_a_person(text: str, rating: int) -> None:
    assert route_of(assess_text(text, rating), rating) is Route.FOLLOW_UP


@given(
    st.lists(st.sampled_from(OFFERS[:7]), min_size=1, max_size=3),
    st.sampled_from(
        [
            "My order never arrived.",
            "They charged me twice.",
            "When do you open on Sunday?",
            "The toilet was dirty.",
        ]
    ),
    st.sampled_from([" ", "\n", "\n\n", " - "]),
    st.booleans(),
)
def test_no_number_of_offers_hides_a_sentence_for_the_business(
    offers: list[str], sentence: str, separator: str, comes_first: bool
) -> None:
    parts = [sentence, *offers] if comes_first else [*offers, sentence]
    assessment = assess_text(separator.join(parts))
    assert assessment.agenda is not Agenda.SPAM
    assert route_of(assessment, None) is Route.FOLLOW_UP


@pytest.mark.parametrize(
    "text",
    [
        "They removed my negative review and never answered.",
        "You can see that they buy 5 star reviews. Avoid.",
        "My loan was refused without a reason.",
        "The app lost me 2000 followers.",
    ],
)
def test_a_complaint_about_what_spammers_sell_is_no_spam(text: str) -> None:
    assert assess_text(text).agenda is not Agenda.SPAM


@pytest.mark.parametrize(
    ("text", "without_link"),
    [
        ("See www.menu.example. Cold again", "See  . Cold again"),
        ("Seen http://menu.example/a?b=c?", "Seen  ?"),
        ("www.menu.example, really", " , really"),
    ],
)
def test_a_link_ends_before_the_sign_that_ends_its_sentence(text: str, without_link: str) -> None:
    assert count_links(text) == 1
    assert matchable_text(text) == without_link
