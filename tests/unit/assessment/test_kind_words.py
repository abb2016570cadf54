"""Which words of a review an acknowledgement may call kind, and which topics it may name (R03)."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import Agenda, Assessment, Flag, History, Severity, assess, vocabulary
from heard.assessment.engines.chain import embedded_engine
from heard.assessment.engines.engine import Scores
from heard.reviews import Author, Channel, EventKind, ReviewEvent


@dataclass(frozen=True)
class FixedEngine:
    """An engine that gives every text one probability of being less than praise."""

    low: float
    model: str = "fixed-1"

    def scores(self, text: str) -> Scores:
        return Scores((self.low, 0.0, 0.0, 0.0), 0.1, 0.0, 0.0, 0.0, 0.5, self.model)


def assess_text(text: str | None, rating: int | None = 5, *, engine: bool = True) -> Assessment:
    event = ReviewEvent(
        EventKind.CREATED, "1", "1", "000000000001", Author("a"), rating=rating, text=text
    )
    reader = embedded_engine("quick") if engine else None
    return assess(event, Channel.REVIEW_SITE, History(), reader)


PRAISED = [
    ("The staff were incredibly friendly and the place was spotless.", "staff"),
    ("Delicious food, we loved it.", "food"),
    ("Great value for money!", "price"),
    ("Not only was the food amazing, the staff were lovely too.", "food"),
    ("Das Personal war unglaublich freundlich.", "staff"),
    ("Tolles Essen, danke an alle!", "food"),
    ("Le personnel est très accueillant et souriant.", "staff"),
    ("Un trato exquisito, el personal muy amable.", "staff"),
    ("La comida estaba deliciosa, gracias.", "food"),
    ("Cibo squisito, grazie di cuore a tutti.", "food"),
    ("Comida deliciosa, adorei tudo!", "food"),
    ("Heerlijk eten, erg fijne avond gehad.", "food"),
    ("Obsługa bardzo miła, polecam każdemu.", "staff"),
    ("Fantastisk mat, tusen takk!", "food"),
    ("Underbar mat, tack för en fin kväll!", "food"),
    ("Персонал очень приветливый, спасибо!", "staff"),
    ("Yemekler çok lezzetliydi, teşekkürler.", "food"),
    ("料理がとても美味しかったです。", "food"),
    ("味道不错，服务员很热情，推荐！", "food"),
    ("직원분들이 정말 친절했어요.", "staff"),
    ("الطعام لذيذ جدا شكرا لكم", "food"),
    ("Personalul a fost foarte amabil, mulțumesc!", "staff"),
]


@pytest.mark.parametrize(("text", "topic"), PRAISED)
def test_a_topic_is_named_if_a_kind_word_stands_beside_it(text: str, topic: str) -> None:
    assessment = assess_text(text)
    assert assessment.kind_words
    assert assessment.praised_topics[0] == topic


NEGATED = [
    "Nobody had to wait at my mother's 70th, everything was lovely.",
    "No wait at all, wonderful evening.",
    "We never had to queue once. Brilliant place!",
    "I didn't have to pay for the second cup, so kind of you.",
    "No waiting, no fuss, just great.",
    "Not a moment of waiting on the line. Excellent!",
    "Keine Wartezeit, alles wunderbar!",
    "Wir mussten nie warten. Tolle Leute.",
    "Je n'ai jamais attendu, c'était parfait.",
    "Sans attente, c'était parfait.",
    "Sin esperas ni colas, todo perfecto.",
    "Nunca tuve que esperar. Excelente.",
    "Nessuna attesa, tutto perfetto!",
    "Mai fatto la fila: bravissimi.",
    "Sem filas nem espera, tudo ótimo.",
    "Geen wachttijd, geweldig!",
    "Ingen ventetid, alt var nydelig!",
    "Ingen väntetid, allt var underbart!",
    "Bez kolejek i czekania, super!",
    "Без очереди, всё отлично!",
    "Hiç beklemedik, harika!",
    "待ち時間がなく、最高でした。",
    "不用排队，非常好！",
    "대기 없이 바로, 최고예요!",
    "Not one rude waiter in ten years of lovely evenings.",
    "I love that there is no delivery fee here.",
    "Nobody was happy with the food elsewhere, and here I am: wonderful!",
    "Ich liebe es, dass kein Kellner drängelt, wunderbar!",
    "J'adore : aucun serveur pressé, aucun plat réchauffé.",
    "Me encanta que no haya camareros pesados.",
    "Nessun cameriere fastidioso, adoro.",
    "Adoro que não haja garçons insistentes.",
    "Heerlijk dat er geen opdringerig personeel is.",
    "Super, że nie ma natrętnej obsługi.",
    "Замечательно, что никто из персонала не навязчив.",
]


@pytest.mark.parametrize("text", NEGATED)
def test_what_is_praised_for_not_being_there_is_not_named(text: str) -> None:
    assert assess_text(text).praised_topics == ()


GIVEN_BACK = [
    "They refunded my kettle and the postage right away, wonderful people.",
    "Got my money back without a question. Great!",
    "The charge was cancelled at once, thank you.",
    "Das Geld kam sofort zurück, tolle Leute!",
    "Mon argent m'a été remboursé tout de suite, merci !",
    "Me devolvieron el pago enseguida, gracias.",
    "Rimborso immediato del pagamento, grazie!",
    "Devolveram o pagamento na hora, obrigado!",
    "Betaling direct teruggekregen, bedankt!",
    "Zwrot płatności od ręki, dziękuję!",
    "Betalningen kom tillbaka direkt, tack!",
    "Ödeme hemen iade edildi, teşekkürler!",
    "Деньги за оплату вернули сразу, спасибо!",
]


@pytest.mark.parametrize("text", GIVEN_BACK)
def test_money_that_was_given_back_is_no_praise_of_the_payment(text: str) -> None:
    assert "payment" not in assess_text(text).praised_topics


MIXED = [
    ("Good cake but a bit pricey.", "price"),
    ("Lovely food, slow service.", "wait"),
    ("Great staff, the food was cold and bland.", "food"),
    ("The delivery was late, but the quality is excellent.", "delivery"),
    ("Gutes Essen, aber zu teuer.", "price"),
    ("Nettes Personal, leider kaltes Essen.", "food"),
    ("Bon repas mais le service est lent et trop cher.", "price"),
    ("Buena comida pero demasiado caro.", "price"),
    ("Buono il cibo, ma troppo caro.", "price"),
    ("Comida boa, mas muito caro.", "price"),
    ("Lekker eten, maar veel te duur.", "price"),
    ("Dobre jedzenie, ale za drogo.", "price"),
    ("美味しいけど高すぎ。", "price"),
    ("味道不错，就是太贵了。", "price"),
]


@pytest.mark.parametrize(("text", "topic"), MIXED)
def test_half_a_praise_is_not_thanked_as_one_and_its_topic_is_not_named(
    text: str, topic: str
) -> None:
    assessment = assess_text(text)
    assert not assessment.kind_words
    assert topic not in assessment.praised_topics


IRONIC = [
    "5 stars for ignoring my e-mails!",
    "Great job ignoring my calls, keep it up.",
    "Thanks for nothing.",
    "Wonderful, three weeks of silence. Love it.",
    "Congratulations, you managed to lose my order twice. Amazing!",
    "Thank you so much for cancelling my booking at the desk. Top service!",
    "Toll, wieder keine Antwort. Super Service!",
    "Danke für nichts, einfach großartig.",
    "Merci pour rien, super service.",
    "Bravo pour le silence, excellent travail !",
    "Gracias por nada, excelente servicio.",
    "Enhorabuena por perder mi paquete, sois los mejores.",
    "Grazie di nulla, ottimo lavoro.",
    "Parabéns, conseguiram perder a minha encomenda. Fantástico!",
    "Bedankt voor niets, geweldige service.",
    "Super, znowu bez odpowiedzi. Brawo, polecam!",
    "Tack för ingenting, underbar service.",
    "Takk for ingenting, fantastisk service.",
    "Отлично, опять без ответа. Супер!",
    "Harika, yine cevap yok. Süper!",
    "最高ですね、メールは全部無視。",
    "太棒了，一直不回复，谢谢。",
]


@pytest.mark.parametrize("text", IRONIC)
def test_kind_words_that_mean_the_opposite_are_not_called_kind(text: str) -> None:
    assert not assess_text(text).kind_words


@pytest.mark.parametrize(
    "text", [None, "", "👍👍👍", "😍😍😍", "10/10", "!!!", "5/5", "❤️", "...", "+++"]
)
@pytest.mark.parametrize("rating", [4, 5])
def test_without_words_there_are_no_kind_words(text: str | None, rating: int) -> None:
    assessment = assess_text(text, rating)
    assert (assessment.kind_words, assessment.praised_topics) == (False, ())


def test_in_a_language_without_phrases_the_engine_alone_decides() -> None:
    event = ReviewEvent(
        EventKind.CREATED,
        "1",
        "1",
        "000000000001",
        Author("a"),
        rating=5,
        text="Chakula kitamu sana na watu wazuri mno",
        language="sw",
    )
    with_engine = assess(event, Channel.REVIEW_SITE, History(), FixedEngine(0.1))
    unsure = assess(event, Channel.REVIEW_SITE, History(), FixedEngine(0.9))
    assert (with_engine.kind_words, with_engine.praised_topics) == (True, ())
    assert not unsure.kind_words
    assert not assess(event, Channel.REVIEW_SITE, History()).kind_words


SPAM = [
    "Earn $500 a day from home!!!",
    "Buy cheap watches",
    "Make money online, text me on WhatsApp",
    "Join my Telegram now, double your bitcoin",
    "Replica watches, DM me for prices",
    "Verdiene 500 Euro am Tag von zu Hause!",
    "Kauft günstige Uhren hier",
    "Gagnez 500 euros par jour depuis chez vous",
    "Gana 500 euros al día desde casa",
    "Guadagna 500 euro al giorno da casa",
    "Ganhe 500 reais por dia sem sair de casa",
    "Verdien 500 euro per dag vanuit huis",
    "Zarabiaj 500 zł dziennie, napisz na WhatsApp",
    "Tjäna 5000 kronor om dagen hemifrån",
    "Günde 500 lira kazan, evden çalış",
    "Заработок 5000 рублей в день на дому",
    "在宅ワークで簡単に稼げる",
    "在家兼职，日赚五百，加微信",
    "Buy cheap watches online at best prices!!! Visit our shop now, 90% discount",
    "Best way to earn $500 a day!!!",
    "Mit den besten Tricks verdiene 500 Euro am Tag",
    "재택부업으로 하루 50만원 수익",
]


@pytest.mark.parametrize(
    "text",
    [
        "Such friendly staff, said no one ever.",
        "The best part of this lovely hotel was leaving it.",
        "Delicious, if you enjoy salt.",
        "What a lovely way to treat customers!",
        "Amazing how little you get for your money.",
        "Tolles Personal, sagte niemand je.",
        "Super, wie man hier als Kunde behandelt wird.",
        "Das Beste an dem schönen Hotel war die Abreise.",
        "Lekker eten, zei niemand ooit.",
        "Personale gentilissimo, disse nessuno mai.",
        "Muy amables, dijo nadie nunca.",
    ],
)
def test_words_that_praise_the_opposite_are_not_called_kind(text: str) -> None:
    assessment = assess_text(text)
    assert (assessment.kind_words, assessment.praised_topics) == (False, ())


@pytest.mark.parametrize("text", SPAM)
@pytest.mark.parametrize("rating", [None, 4, 5])
@pytest.mark.parametrize("engine", [True, False])
def test_an_offer_to_the_reader_is_spam(text: str, rating: int | None, engine: bool) -> None:
    assessment = assess_text(text, rating, engine=engine)
    assert assessment.agenda is Agenda.SPAM
    assert (assessment.kind_words, assessment.praised_topics) == (False, ())


@pytest.mark.parametrize(
    "text",
    [
        "Best place! Buy cheap watches here",
        "Great app, I earn 500 a day with it",
        "Lovely shop. Join my Telegram!",
        "Super Laden! Verdiene 500 Euro am Tag",
        "Excelente. Gana 500 euros al día",
        "Ottimo! Guadagna 500 euro al giorno",
        "Excellent ! Gagnez 500 euros par jour",
        "Heerlijk! Verdien 500 euro per dag",
        "Ótimo! Ganhe 500 reais por dia",
        "最高！簡単に稼げる",
    ],
)
def test_praise_with_an_offer_in_it_goes_to_a_person(text: str) -> None:
    assessment = assess_text(text)
    assert assessment.agenda is not Agenda.SPAM
    assert Flag.CANNOT_JUDGE in assessment.flags
    assert not assessment.kind_words


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("They sold me a replica Rolex for 900 euros and keep my money.", 1),
        ("Cheap watches that break after a week.", 2),
        ("Your ad said earn 500 a day from home. It is a scam, I lost my savings.", 1),
        ("You promised we could earn money from home and nothing came.", 2),
        ("Ihr Werbespruch war: verdiene 500 Euro am Tag. Gelogen, mein Geld ist weg.", 1),
        ("On m'a promis : gagnez 500 euros par jour. Une arnaque.", 1),
        ("Prometían: gana 500 euros al día. Una estafa, perdí mi dinero.", 1),
        ("Promettevano: guadagna 500 euro al giorno. Una truffa.", 1),
        ("Prometeram: ganhe 500 reais por dia. Um golpe.", 1),
        ("Beloofd: verdien 500 euro per dag. Oplichting.", 1),
        ("Обещали заработок в день 5000. Обманули, деньги не вернули.", 1),
    ],
)
def test_a_complaint_about_an_offer_is_no_spam(text: str, rating: int) -> None:
    assessment = assess_text(text, rating)
    assert assessment.agenda is not Agenda.SPAM
    assert assessment.severity.rank >= Severity.MEDIUM.rank


@given(st.text(max_size=200), st.sampled_from([None, 1, 2, 3, 4, 5]))
def test_only_praise_has_kind_words_and_only_kind_words_praise_a_topic(
    text: str, rating: int | None
) -> None:
    assessment = assess_text(text, rating, engine=False)
    assert not assessment.kind_words or assessment.agenda is Agenda.PRAISE
    assert not assessment.praised_topics or assessment.kind_words
    assert {*assessment.praised_topics} <= {*vocabulary.TOPICS}
    assert Assessment.from_json(assessment.to_json()) == assessment


@given(
    st.lists(st.sampled_from([text for text, _ in PRAISED]), min_size=1, max_size=3),
    st.sampled_from(["It was cold and slow.", "Es war zu teuer.", "Trop lent et bruyant."]),
)
def test_one_sentence_of_criticism_makes_the_thanks_neutral(
    praises: list[str], criticism: str
) -> None:
    # In one language with the criticism: phrases of other languages are not looked for.
    language = {"I": "en", "E": "de", "T": "fr"}[criticism[0]]
    event = ReviewEvent(
        EventKind.CREATED,
        "1",
        "1",
        "000000000001",
        Author("a"),
        rating=5,
        text=" ".join([*praises, criticism]),
        language=language,
    )
    assessment = assess(event, Channel.REVIEW_SITE, History())
    assert (assessment.kind_words, assessment.praised_topics) == (False, ())
