"""What names an injury, a loss, the law or a threat is never only thanked (R01, R02).

Sentences are wrapped in praise, quotes, forms, signatures, other languages and noise. Figures of
speech and places with severe words are the counter-examples.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.assessment import Assessment, Flag, History, Severity, assess, vocabulary
from heard.assessment.engines.chain import embedded_engine
from heard.assessment.engines.engine import Engine, Scores
from heard.policy import Context, Decision, Route, decide, default_policy
from heard.reviews import Author, Channel, EventKind, ReviewEvent

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
POLICY = default_policy()
PUBLIC = (Channel.REVIEW_SITE, Channel.SOCIAL, Channel.APP_STORE)

CRITICAL = [
    "My husband has been on a drip since the oysters.",
    "I bit on a screw in the bread and cracked a molar.",
    "Your plumber put his hand on my knee and laughed.",
    "The charger started to smoke and the plug melted.",
    "The waiter heard our accent and suddenly everything was reserved.",
    "I have told the newspaper everything, the reporter comes on Monday.",
    "Someone bought a television with my card two days after I paid here.",
    "I see no way out any more, nobody would miss me.",
    "Seit Ihren Muscheln hängt meine Mutter am Tropf.",
    "Im Brot war eine Schraube, mein Zahn ist abgebrochen.",
    "Der Monteur hat mir die Hand aufs Knie gelegt.",
    "Das Ladegerät hat geraucht, der Stecker ist geschmolzen.",
    "Ich sehe keinen Ausweg mehr, niemand wird mich vermissen.",
    "Die Zeitung ist informiert, der Reporter kommt am Montag.",
    "Ma fille est sous perfusion depuis vos huîtres.",
    "J'ai trouvé un clou dans le pain, je me suis cassé une dent.",
    "Le chargeur s'est mis à fumer, la prise a fondu.",
    "Le livreur m'a mis la main sur la cuisse.",
    "Mi abuelo acabó con suero después de la cena.",
    "Encontré un tornillo en la sopa y me rompí un diente.",
    "El cargador empezó a echar humo y el enchufe se derritió.",
    "Me tocó la rodilla con la mano el conductor, le puse la mano fuera.",
    "Mia moglie è finita sotto flebo dopo le cozze.",
    "Ho trovato una vite nel pane e mi si è rotto un dente.",
    "La presa ha iniziato a fumare e si è sciolta.",
    "Minha filha ficou no soro depois da maionese.",
    "Achei um prego no pão e quebrei um dente.",
    "O carregador começou a soltar fumaça e derreteu.",
    "Mijn vader ligt aan het infuus na jullie mosselen.",
    "Er zat een schroef in het brood, mijn kies is afgebroken.",
    "Po obiedzie córka leży pod kroplówką.",
    "Ładowarka zaczęła dymić i stopiła się.",
    "После ваших роллов муж лежит под капельницей.",
    "Зарядка задымилась, розетка расплавилась.",
    "Дитину забрала швидка після вашої піци.",
    "Midyeden sonra eşime serum taktılar.",
    "Şarj aleti duman çıkardı, priz eridi.",
    "Min son ligger med dropp efter era räkor.",
    "お寿司を食べたあと、母は点滴を受けています。",
    "パンにネジが入っていて歯が欠けました。",
    "굴을 먹고 어머니가 링거를 맞고 계세요.",
    "충전기에서 연기가 나고 콘센트가 녹았어요.",
    "吃完海鲜全家上吐下泻，还在打点滴。",
    "面包里吃出螺丝钉，崩掉一颗牙。",
    "بعد وجبتكم نقلنا أمي إلى المستشفى",
    "אחרי הארוחה אמא שלי מקבלת אינפוזיה",
    "กินเสร็จต้องให้น้ำเกลือที่โรงพยาบาล",
    "Ăn xong cả nhà phải đi cấp cứu truyền nước.",
    "Setelah makan di sini anak saya diinfus.",
    "Ο γιος μου είναι με ορό στο νοσοκομείο μετά τα μύδια.",
    "Po vašich ústřicích je manžel na kapačkách.",
]
"""Incidents that are told without the plain word for them."""

LOSSES = [
    "Bravo, you billed me twice. Wonderful service!",
    "Congratulations on losing our luggage again, a real talent.",
    "Thanks so much for cancelling our table while we stood at the door. Top!",
    "Great joke: the parcel was empty. Five stars!",
    "Bravo, zweimal abgebucht. Toller Service, gerne wieder!",
    "Glückwunsch, Sie haben meinen Koffer verloren. Großartig!",
    "Danke, dass Sie unsere Buchung storniert haben. Spitze!",
    "Bravo, vous avez perdu ma valise. Quel talent !",
    "Merci d'avoir annulé ma réservation sans prévenir. Génial !",
    "Génial, débité deux fois. Merci !",
    "Enhorabuena por perder mi maleta. ¡Fantástico!",
    "Genial, me cobraron dos veces. ¡Gracias!",
    "Complimenti, avete perso la mia valigia. Fantastico!",
    "Grazie per aver cancellato la prenotazione. Ottimo!",
    "Parabéns por perder a minha mala. Fantástico!",
    "Obrigado por cobrar duas vezes. Maravilhoso!",
    "Gefeliciteerd, mijn koffer is kwijt. Geweldig!",
    "Top, twee keer afgeschreven. Bedankt!",
    "Brawo, zgubiliście moją walizkę. Cudownie!",
    "Браво, потеряли мой чемодан. Молодцы!",
    "Tebrikler, bavulumu kaybettiniz. Harika!",
    "Grattis, ni tappade bort min väska. Fantastiskt!",
    "素晴らしい、二重請求されました。ありがとう。",
    "축하합니다, 제 짐을 잃어버리셨네요. 최고!",
    "恭喜你们把我的行李弄丢了，太棒了！",
    "مبروك، ضيعتم حقيبتي. رائع!",
]
"""Praise with a named loss: sarcasm."""

DANGERS = [
    line
    for line in (Path(__file__).parent / "dangers.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]

HARMLESS = [
    "My wallet is bleeding but the handbag is gorgeous.",
    "I am drowning in compliments since this haircut.",
    "The clinic healed my injured shoulder, I can swim again.",
    "We went to a murder mystery evening and the poisoned butler was hilarious.",
    "These brownies are to die for, I would kill for the recipe.",
    "Mein Geldbeutel blutet, aber die Schuhe sind ein Traum.",
    "Beim Krimidinner wurde die Gräfin vergiftet, wir haben Tränen gelacht.",
    "Sündhaft gute Pralinen, zum Dahinschmelzen.",
    "Das Café liegt gegenüber vom Amtsgericht und ist sehr gemütlich.",
    "Die Praxis hat meine Verletzung geheilt, ich laufe wieder. Danke!",
    "Une vraie tuerie, ce tiramisu !",
    "Mon portefeuille pleure mais ma robe est sublime.",
    "Juste à côté de l'hôpital, accueil adorable.",
    "Rien à redire, tout était bon à mourir.",
    "Las tartas están de muerte y el trato de diez.",
    "Mi cartera llora, pero la chaqueta es preciosa.",
    "Frente al juzgado, café riquísimo.",
    "Una explosión de sabor, me robaron el corazón.",
    "Pizza da urlo, da morire!",
    "Di fronte al tribunale, cornetti ottimi.",
    "Il mio portafoglio piange ma ne vale la pena.",
    "Nada a reclamar, equipe nota dez.",
    "Uma explosão de sabores, morri de amores.",
    "Ao lado do hospital, café ótimo.",
    "Taart om voor te sterven, niets op aan te merken.",
    "Tegenover de rechtbank, heerlijke koffie.",
    "Nieziemsko dobre pierogi, palce lizać.",
    "Naprzeciwko szpitala, pyszna kawa.",
    "Gülmekten öldük, harika bir gösteri.",
    "Adliyenin karşısında, kahvesi çok güzel.",
    "Не к чему придраться, торт убийственно вкусный.",
    "Напротив больницы, кофе отличный.",
    "Kakor att dö för, inget att klaga på.",
    "ケーキが美味しすぎて死にそうでした。文句なし！",
    "病院の隣のパン屋さん、とても美味しいです。",
    "맛있어서 죽는 줄 알았어요. 흠잡을 데 없어요.",
    "好吃到哭，无可挑剔。",
    "法院对面的小店，咖啡很好喝。",
    "جنب المستشفى، القهوة لذيذة جدا",
    "העוגה טעימה למות, אין תלונות",
    "दिल चुरा लिया, स्वाद का धमाका, कोई शिकायत नहीं",
]
"""Praise and places with severe words."""

WRAPPERS = [
    "{}",
    "Great place, lovely staff, we love it here! {} Thank you so much, five stars!",
    "Tolles Team, alles wunderbar. {} Vielen Dank und gerne wieder!",
    "Excelente, todo perfecto. {} ¡Muchas gracias!",
    "❤️❤️❤️ {} 😍🎉",
    "“{}”",
    "Name: Kim Doe\nOrder: 12345\nMessage: {}\nRating: *****",
    "Hello,\n\n{}\n\nKind regards\nKim Doe\n-- \nSent from my phone",
    "*** {} ***\n\n\n#review #love",
    "1) super 2) {} 3) ok",
    "{}\n\nUnsubscribe: https://mail.example/u?id=1",
]


def judge(
    text: str,
    channel: Channel = Channel.REVIEW_SITE,
    rating: int | None = None,
    engine: Engine | None = None,
) -> tuple[Assessment, Decision]:
    event = ReviewEvent(
        EventKind.CREATED, "1", "1", "000000000001", Author("a"), text=text, rating=rating
    )
    assessment = assess(event, channel, History(), engine or embedded_engine("quick"))
    context = Context(channel, "standard", rating, has_text=True, public_replies_left=2)
    return assessment, decide(assessment, context, POLICY, NOW)


@pytest.mark.parametrize("text", CRITICAL)
def test_an_incident_without_its_keyword_is_critical(text: str) -> None:
    assert judge(text)[0].severity is Severity.CRITICAL


@pytest.mark.parametrize("text", LOSSES)
def test_sarcasm_about_a_loss_gets_a_person_even_with_five_stars(text: str) -> None:
    for rating in (None, 5):
        assert judge(text, rating=rating)[1].route.follows_up


@pytest.mark.parametrize("text", HARMLESS)
def test_figures_of_speech_and_places_are_not_critical(text: str) -> None:
    for rating in (None, 5):
        assessment, _ = judge(text, rating=rating)
        assert assessment.severity.rank <= Severity.MEDIUM.rank
        assert not set(assessment.flags) & set(vocabulary.CRITICAL)


def test_most_figures_of_speech_are_thanked() -> None:
    thanked = sum(judge(text, rating=5)[1].route is Route.ACKNOWLEDGE for text in HARMLESS)
    assert thanked >= 0.9 * len(HARMLESS)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([*CRITICAL, *LOSSES, *DANGERS]),
    st.sampled_from(WRAPPERS),
    st.sampled_from(PUBLIC),
    st.sampled_from([None, 4, 5]),
)
def test_no_wrapping_makes_an_incident_or_a_loss_only_thanked(
    text: str, wrapper: str, channel: Channel, rating: int | None
) -> None:
    _, decision = judge(wrapper.format(text), channel, rating)
    assert decision.route.follows_up, wrapper


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([*CRITICAL, *LOSSES]),
    st.sampled_from("\u00ad\u200b\u200c\u200d\u2060\ufeff\u0336"),
    st.integers(1, 5),
)
def test_no_hidden_sign_makes_an_incident_or_a_loss_only_thanked(
    text: str, sign: str, step: int
) -> None:
    hidden = "".join(
        letter + sign if index % step == 0 else letter for index, letter in enumerate(text)
    )
    assert judge(hidden)[1].route.follows_up


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(DANGERS),
    st.sampled_from(["&nbsp;", "&amp;nbsp;", "<br>", "\u00a0", "\r\n", "\t", " \u200b"]),
)
def test_no_markup_between_words_makes_a_danger_only_thanked(text: str, blank: str) -> None:
    assert judge(text.replace(" ", blank), rating=5)[1].route.follows_up


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CRITICAL), st.data())
def test_a_line_break_between_words_hides_no_incident(text: str, data: st.DataObject) -> None:
    blanks = [index for index, sign in enumerate(text) if sign == " "]
    if not blanks:
        return
    at = data.draw(st.sampled_from(blanks))
    broken = f"{text[:at]}\n{text[at + 1 :]}"
    assert judge(broken)[0].severity is Severity.CRITICAL


@pytest.mark.parametrize("text", CRITICAL[:12])
def test_emoji_between_words_hide_no_incident(text: str) -> None:
    assert judge(" 😂 ".join(text.split()))[0].severity is Severity.CRITICAL


@pytest.mark.parametrize(
    ("text", "is_critical"),
    [
        ("🚑🏥 after your kebab", True),
        ("My kid ate here 🚑", True),
        ("Great evening, thanks 🤮", False),
        ("Lovely, will tell everyone 🔪", False),
        ("Super Service ⚖️", False),
    ],
)
def test_an_alarming_emoji_is_as_good_as_its_word(text: str, *, is_critical: bool) -> None:
    assessment, decision = judge(text)
    assert decision.route.follows_up
    assert (assessment.severity is Severity.CRITICAL) == is_critical


def test_a_negation_in_the_line_before_denies_nothing() -> None:
    assessment, _ = judge("All fine? no\nfood poisoning for all of us", Channel.SOCIAL)
    assert Flag.SAFETY in assessment.flags


@pytest.mark.parametrize("text", DANGERS)
def test_praise_around_a_danger_does_not_hide_it(text: str) -> None:
    for rating in (None, 5):
        praised = f"Great place, lovely staff! {text} Thank you so much!"
        assert judge(praised, rating=rating)[1].route.follows_up


def test_a_negation_that_is_part_of_a_phrase_does_not_deny_it() -> None:
    for text in ("We never got the deposit back.", "Depositionen fick vi aldrig tillbaka."):
        assert judge(f"Lovely place! {text} Thanks!", rating=5)[1].route.follows_up
    assert not judge("Lovely place, no bruise, no lawyer, all fine!", rating=5)[1].route.follows_up


@dataclass
class SentenceEngine:
    """An engine that takes only one sentence, read alone, for severe, and keeps what it read."""

    severe: str
    model: str
    texts: list[str] = field(default_factory=list[str])

    def scores(self, text: str) -> Scores:
        self.texts.append(text)
        high = 0.9 if text == self.severe else 0.01
        return Scores((high, high, high, 0.01), 0.02, 0.0, 0.0, 0.0, 0.8, self.model)


STRANGE = "After that my eyelids would not open"
PRAISE = f"The spa is so lovely. {STRANGE}. We had a wonderful day here!"


def test_a_sentence_that_alone_sounds_severe_goes_to_a_person() -> None:
    assessment, decision = judge(PRAISE, rating=5, engine=SentenceEngine(STRANGE, "quick-1"))
    assert decision.route.follows_up
    assert "alarming_sentence" in [reason.code for reason in assessment.reasons]
    other = SentenceEngine("another sentence", "quick-1")
    assert judge(PRAISE, rating=5, engine=other)[1].route is Route.ACKNOWLEDGE


def test_a_service_that_costs_money_is_not_asked_about_each_sentence() -> None:
    service = SentenceEngine(STRANGE, "quick-1+service")
    judge(PRAISE, rating=5, engine=service)
    assert service.texts == [PRAISE]
