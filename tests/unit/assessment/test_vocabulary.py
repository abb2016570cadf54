"""The severe phrases that must never be missed.

Hard cases in every language of the rules, harmless look-alikes, and properties of the matching.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.assessment import Agenda, Assessment, Flag, History, Severity, assess, vocabulary
from heard.reviews import Author, Channel, EventKind, ReviewEvent
from heard.text.lexicon import Hit, Lexicon, unmasked_hits
from heard.text.words import UNSPACED, matchable_text, tokens


def assess_text(text: str, language: str | None = None) -> Assessment:
    event = ReviewEvent(
        EventKind.CREATED, "1", "1", "000000000001", Author("a"), text=text, language=language
    )
    return assess(event, Channel.SOCIAL, History())


def find_hits(language: str, phrases: str, text: str) -> list[Hit]:
    normalized = matchable_text(text)
    lexicon = Lexicon(language, {"severe": phrases.split(", ")})
    return unmasked_hits(lexicon.find(normalized, tokens(normalized)), {"idiom"})


SEVERE = [
    ("en", "Three of us spent the night throwing up after the oysters.", Flag.SAFETY),
    ("en", "The heater was smoking and the socket is scorched.", Flag.SAFETY),
    ("en", "My portal shows another patient's blood results.", Flag.PRIVACY),
    ("en", "Our solicitor has sent you a letter before action.", Flag.LEGAL),
    ("en", "The guide dog was refused at the door.", Flag.DISCRIMINATION),
    ("de", "Beim Frühstück lagen Glassplitter im Müsli.", Flag.SAFETY),
    ("de", "Auf meinen Namen wurde bei Ihnen ein Kredit abgeschlossen.", Flag.PRIVACY),
    ("fr", "Mon mari s'est cassé le poignet sur vos marches mouillées.", Flag.SAFETY),
    ("fr", "Je vais déposer plainte au commissariat.", Flag.LEGAL),
    ("es", "Mi abuela se rompió la muñeca en su escalera.", Flag.SAFETY),
    ("es", "Un empleado me siguió hasta casa y me amenazó con un cuchillo.", Flag.SAFETY),
    ("it", "Siamo finiti al pronto soccorso dopo il tiramisù.", Flag.SAFETY),
    ("pt", "Meu filho levou choque na tomada do quarto.", Flag.SAFETY),
    ("nl", "Mijn dochter lag aan het infuus na jullie sushi.", Flag.SAFETY),
    ("pl", "W nocy zabrała nas karetka, zatrucie pokarmowe.", Flag.SAFETY),
    ("tr", "Priz kıvılcım çıkardı, elim yandı.", Flag.SAFETY),
    ("ru", "После ужина всю ночь рвало, вызвали скорую.", Flag.SAFETY),
    ("ru", "На мое имя у вас оформили кредит.", Flag.PRIVACY),
    ("uk", "Дитина отруїлася вашим салатом.", Flag.SAFETY),
    ("el", "Πάθαμε τροφική δηλητηρίαση και πήγαμε στα επείγοντα.", Flag.SAFETY),
    ("he", "קיבלנו הרעלת מזון והגענו למיון.", Flag.SAFETY),
    ("ko", "식중독에 걸려서 응급실에 갔어요.", Flag.SAFETY),
    ("vi", "Cả nhà tôi bị ngộ độc phải nhập viện.", Flag.SAFETY),
    ("th", "กินแล้วอาหารเป็นพิษต้องเข้าโรงพยาบาล", Flag.SAFETY),
    ("id", "Sekeluarga keracunan dan dirawat di rumah sakit.", Flag.SAFETY),
    ("sv", "Det kom gnistor ur uttaget och jag fick en stöt.", Flag.SAFETY),
    ("da", "Vi fik madforgiftning og endte på skadestuen.", Flag.SAFETY),
    ("no", "Vi ble matforgiftet og havnet på legevakten.", Flag.SAFETY),
    ("fi", "Saimme ruokamyrkytyksen ja jouduimme päivystykseen.", Flag.SAFETY),
    ("cs", "Po obědě nás odvezla sanitka do nemocnice.", Flag.SAFETY),
    ("hu", "Ételmérgezést kaptunk, kórházba kerültünk.", Flag.SAFETY),
    ("ro", "Am ajuns la urgențe cu toxiinfecție alimentară.", Flag.SAFETY),
    ("af", "Ons het voedselvergiftiging gekry en in die hospitaal beland.", Flag.SAFETY),
    ("ar", "أصبنا بتسمم غذائي وذهبنا إلى الطوارئ", Flag.SAFETY),
    ("hi", "खाने के बाद उल्टी हो गई और अस्पताल में भर्ती होना पड़ा", Flag.SAFETY),
    ("hi", "khana khane ke baad hospital me bharti hona pada", Flag.SAFETY),
    ("ja", "コンセントから煙が出て、手にやけどをしました。", Flag.SAFETY),
    ("zh", "吃完上吐下泻，半夜去了急诊。", Flag.SAFETY),
    ("sv", "Jag orkar inte leva längre.", Flag.SELF_HARM),
    ("ko", "더는 살고 싶지 않아요.", Flag.SELF_HARM),
    ("cs", "Věc předávám ČOI a soudu.", Flag.LEGAL),
    ("fi", "Olen tehnyt rikosilmoituksen.", Flag.LEGAL),
    ("hu", "Az ügyvédem fel fogja venni Önökkel a kapcsolatot.", Flag.LEGAL),
    ("th", "จะไปแจ้งความกับตำรวจ", Flag.LEGAL),
    ("ro", "Ne-au refuzat pentru că suntem romi, e rasism.", Flag.DISCRIMINATION),
    ("he", "מישהו לקח הלוואה על שמי, זו גניבת זהות.", Flag.PRIVACY),
    ("el", "Θα βγει στα κανάλια, μίλησα με δημοσιογράφο.", Flag.PRESS),
    ("vi", "Nhân viên ăn trộm tiền trong phòng tôi.", Flag.FRAUD),
]


@pytest.mark.parametrize(("language", "text", "flag"), SEVERE)
def test_a_severe_text_is_critical_in_every_language(language: str, text: str, flag: Flag) -> None:
    assessment = assess_text(text, language)
    assert assessment.severity is Severity.CRITICAL
    assert flag in assessment.flags


@pytest.mark.parametrize(("language", "text", "flag"), SEVERE)
def test_case_accents_and_punctuation_do_not_hide_a_severe_phrase(
    language: str, text: str, flag: Flag
) -> None:
    assert flag in assess_text(f"«{text.upper()}»!!", language).flags
    assert flag in assess_text(unicodedata.normalize("NFD", text), language).flags
    if language not in UNSPACED and language != "tr":
        without_accents = "".join(
            letter
            for letter in unicodedata.normalize("NFKD", text)
            if not unicodedata.combining(letter)
        )
        assert flag in assess_text(without_accents, language).flags


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "No food poisoning, no allergic reaction, they handled my allergy well."),
        ("en", "I nearly died laughing, and the death by chocolate is to die for."),
        ("en", "Press the button, then visit the police museum across from the hospital."),
        ("en", "My lawyer friend plays on the tennis court next door."),
        ("de", "Mein Bruder ist Anwalt und lobt das Schnitzel; niemand wurde krank."),
        ("fr", "Le musée de la police est tout près, et le dessert est mortel."),
        ("es", "El museo de la policía queda enfrente del hospital, y el flan está de muerte."),
        ("it", "Il mio avvocato abita sopra la pasticceria, un tiramisù da morire."),
        ("pt", "Roubou meu coração, uma explosão de sabores."),
        ("nl", "Mijn kop stond in brand van de sambal, gevaarlijk lekker."),
        ("pl", "Ukradliście moje serce tym sernikiem."),
        ("tr", "Gülmekten öldüm, kalbimi çaldınız."),
        ("ru", "Никакого отравления, а торт украл моё сердце."),
        ("sv", "Vi skrattade ihjäl oss, och ingen blev matförgiftad."),
        ("fi", "Ruoka oli makujen räjähdys."),
        ("ja", "弁護士の友人と行きましたが、食中毒の心配もなく最高でした。"),
        ("zh", "医院附近的小店，好吃到爆炸。"),
        ("ko", "경찰서 옆 가게, 맛이 폭발하네요. 식중독 걱정 없이 먹었어요."),
        ("ar", "مطعم جنب المستشفى، سرق قلبي"),
        ("hi", "अस्पताल के पास है, दिल चुरा लिया"),
        ("he", "ליד בית החולים, גנבו לי את הלב"),
    ],
)
def test_harmless_look_alikes_are_not_critical(language: str, text: str) -> None:
    assert assess_text(text, language).severity is not Severity.CRITICAL


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (line[:2], line[4:])
        for line in (Path(__file__).parent / "look_alikes.txt").read_text("utf-8").splitlines()
        if not line.startswith("#")
    ],
)
def test_a_common_word_that_looks_like_a_severe_one_raises_no_alarm(
    language: str, text: str
) -> None:
    for claim in (None, language):
        assessment = assess_text(text, claim)
        codes = {reason.code for reason in assessment.reasons}
        assert not codes & {
            "alarm",
            "insult",
            *(f"critical_{flag.value}" for flag in vocabulary.CRITICAL),
        }


def test_a_question_about_how_to_cancel_is_of_medium_severity() -> None:
    for text, language in (
        ("Wie kann ich mein Abo zum Jahresende kündigen?", "de"),
        ("How can I cancel my subscription?", "en"),
        ("Comment résilier mon abonnement ?", "fr"),
        ("Hoe kan ik mijn abonnement opzeggen?", "nl"),
    ):
        assessment = assess_text(text, language)
        assert (assessment.severity, assessment.agenda) == (Severity.MEDIUM, Agenda.QUESTION)


def test_every_critical_flag_has_phrases_in_every_language() -> None:
    assert len(vocabulary.LANGUAGES) >= 29
    for flag in vocabulary.CRITICAL:
        for language in vocabulary.LANGUAGES:
            assert vocabulary.phrases(f"critical_{flag.value}", language)


@given(
    st.sampled_from(["no", "without", "never any"]),
    st.sampled_from(["food poisoning", "salmonella", "racism"]),
)
def test_a_negated_severe_word_is_not_critical_and_one_after_not_only_is(
    negator: str, severe: str
) -> None:
    assert assess_text(f"There was {negator} {severe} here", "en").severity is not Severity.CRITICAL
    assert assess_text(f"It was not only {severe} here", "en").severity is Severity.CRITICAL


def test_a_negation_ends_at_a_comma() -> None:
    assert (
        assess_text("Niemand half, Krankenwagen nach einer Stunde", "de").severity
        is Severity.CRITICAL
    )


@given(st.integers(0, 12), st.booleans())
def test_both_sides_of_a_plus_must_be_near_each_other_in_one_sentence(
    distance: int, reversed_order: bool
) -> None:
    ends = ("socket", "smoke") if reversed_order else ("smoke", "socket")
    words_between = " ".join(["and"] * distance)
    assert bool(find_hits("en", "smoke + socket", f"{ends[0]} {words_between} {ends[1]}")) == (
        distance < 8
    )
    assert not find_hits("en", "smoke + socket", f"{ends[0]}. {ends[1]}")


def test_phrases_in_scripts_without_spaces_match_gaps_neighbours_word_bounds_and_negation() -> None:
    assert find_hits("zh", "脸..肿", "脸一下子肿了")
    assert not find_hits("zh", "脸..肿", "脸好。肿了")
    assert find_hits("ja", "焦げ+充電", "充電していたら焦げました")
    assert find_hits("ar", "_كسور", "عنده كسور")
    assert not find_hits("ar", "_كسور", "شاشة مكسورة")
    assert find_hits("ar", "*كسور", "شاشة مكسورة")
    assert find_hits("ar", "غرق", "وغرق القارب")
    assert find_hits("ar", "غرق", "الطفل يغرق")
    assert not find_hits("ar", "غرق", "يستغرق ساعة")
    assert find_hits("he", "גנב", "והגנב ברח")
    assert not find_hits("he", "דם", "אדם נחמד")
    assert find_hits("hi", "लूट", "ये लूट है")
    assert not find_hits("hi", "लूट", "ग्लूटेन फ्री")
    for language, phrase, text in (
        ("zh", "中毒", "没中毒"),
        ("ja", "食中毒", "食中毒はありません"),
    ):
        assert [hit.negated for hit in find_hits(language, phrase, text)] == [True]


def test_an_idiom_hides_only_the_hits_inside_it() -> None:
    lexicon = Lexicon("ja", {"severe": ["盗まれ"], "idiom": ["心を盗まれ"]})
    text = "心を盗まれました。財布を盗まれました。"
    assert [hit.start for hit in unmasked_hits(lexicon.find(text, tokens(text)), {"idiom"})] == [
        text.rindex("盗まれ")
    ]
