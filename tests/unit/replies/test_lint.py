"""The lint of replies, and their signature."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heard.replies.lint import (
    MAX_SIMILARITY,
    ReplyContext,
    fingerprint,
    is_signed_copy,
    lint,
    sign_off,
)


@pytest.mark.parametrize(
    ("text", "public", "code", "severity"),
    [
        ("", True, "empty", "block"),
        (" \n…!", False, "empty", "block"),
        ("You should have read the manual.", True, "blame", "block"),
        ("You should have read the manual.", False, "blame", "warn"),
        ("Das ist Ihre eigene Schuld.", True, "blame", "block"),
        ("Vous auriez dû nous appeler.", True, "blame", "block"),
        ("That is not true.", True, "arguing", "block"),
        ("Usted se equivoca.", True, "arguing", "block"),
        ("This was out of our control.", True, "excuse", "warn"),
        ("Das lag am Personalmangel.", True, "excuse", "warn"),
        ("Check out our new menu!", True, "marketing", "warn"),
        ("We'll send a voucher if you change your review.", False, "incentive", "block"),
        ("Wir geben einen Gutschein, wenn Sie die Bewertung ändern.", True, "incentive", "block"),
        ("Recibirá un descuento si modifica su reseña.", True, "incentive", "block"),
        ("We hope that you will reconsider your review.", True, "incentive", "warn"),
        ("We were negligent.", True, "admission", "warn"),
        ("Your card 4111 1111 1111 1111 was charged.", True, "card_number", "block"),
        ("We paid to DE89 3704 0044 0532 0130 00 today.", True, "account_number", "block"),
        ("We paid to DE89 3704 0044 0532 0130 00 today.", False, "account_number", "warn"),
        ("Your card 4111 1111 1111 1111 was charged.", False, "card_number", "warn"),
        ("Your passport number is 533401872.", True, "identity_number", "block"),
        ("Your passport number is 533401872.", False, "identity_number", "warn"),
        ("What a bunch of morons you are.", True, "insult", "block"),
        ("Kłamca z pana.", False, "insult", "block"),
        ("Nos veremos en los tribunales.", True, "threat", "block"),
        ("Nos veremos en los tribunales.", False, "threat", "block"),
        ("She lives at 48 Harbour View Road.", True, "street_address", "block"),
        ("She lives at 48 Harbour View Road.", False, "street_address", "warn"),
        ("Ask jane.roe@mail.example about it.", True, "email_address", "block"),
        ("Ask jane.roe@mail.example about it.", False, "email_address", "warn"),
        ("Her number is +44 7700 900118.", True, "telephone_number", "block"),
        ("Her number is +44 7700 900118.", False, "telephone_number", "warn"),
        ("<b>Sorry</b> for that.", False, "markup", "block"),
        ("Dear {{ name }}, sorry for that.", False, "placeholder", "block"),
        ("<br>", True, "empty", "block"),
    ],
)
def test_a_harmful_text_is_blocked_and_an_unwise_one_gets_a_warning(
    text: str, public: bool, code: str, severity: str
) -> None:
    findings = {
        finding.code: finding for finding in lint(text, ReplyContext(public=public, limit=None))
    }
    assert findings[code].severity == severity
    assert findings[code].rule.startswith("R")
    assert findings[code].explanation.endswith(".")


@pytest.mark.parametrize(
    "text",
    [
        "Hello Maria, I am sorry the soup was cold. I spoke with the kitchen today, and they now "
        "check each bowl before it leaves.",
        "I am sorry. It was not your fault. Please write to help@hotelsol.example or call +34 600 "
        "123 456, and I will look at it with you.",
        "Your order 1234567890123 is with me; please call me on 600 123 456.",
        "Es tut mir leid, dass Sie warten mussten. Ich rufe Sie gern an: 0034 600 123456.",
        "Nous vous remercions et je vous appelle demain au sujet de la commande.",
        "ありがとうございます。担当の田中です。",
        "Es la primera vez que nos pasa; gracias por decirlo. Le llamo mañana.",
    ],
)
def test_a_plain_human_reply_has_no_findings(text: str) -> None:
    own_contacts = ("help@hotelsol.example", "+34 600 123 456")
    assert lint(text, ReplyContext(public=True, limit=1000, own_contacts=own_contacts)) == ()


def test_names_of_the_business_are_never_a_finding() -> None:
    names = ("Ana", "12 Elm Street Idiots & Co, 030 1234567")
    text = f"Thank you, the window is mended.\n\n— {', '.join(names)}"
    assert lint(text, ReplyContext(public=True, limit=None, names=names)) == ()
    assert {finding.code for finding in lint(text, ReplyContext(public=True, limit=None))} >= {
        "insult"
    }


@pytest.mark.parametrize(
    ("text", "language", "is_warned"),
    [
        ("Thank you for your patience, we have sent you the money this morning.", "it", True),
        ("Grazie per la pazienza, le abbiamo mandato i soldi questa mattina.", "it", False),
        ("Grazie per la pazienza, le abbiamo mandato i soldi questa mattina.", "ru", True),
        ("Благодарим за терпение, деньги уже отправлены вам этим утром.", "ru", False),
        ("ご連絡ありがとうございます。本日返金いたしました。", "en", True),
        # In two languages, one of which is the customer's.
        (
            "Danke für Ihre Geduld, das Geld ist seit heute Morgen unterwegs.\n\n"
            "Thank you for your patience, the money is on its way since this morning.",
            "de",
            False,
        ),
        ("Takk for tålmodigheten, pengene ble sendt til deg i dag tidlig.", "nb", False),
        ("Takk for tålmodigheten, pengene ble sendt til deg i dag tidlig.", "no", False),
        # Too short to tell, or the customer's language is not known.
        ("OK!", "it", False),
        ("Thank you for your patience, we have sent you the money this morning.", None, False),
    ],
)
def test_another_language_than_the_customers_is_warned_of(
    text: str, language: str | None, is_warned: bool
) -> None:
    findings = lint(text, ReplyContext(public=True, limit=None, language=language))
    assert [(finding.code, finding.severity) for finding in findings] == (
        [("other_language", "warn")] if is_warned else []
    )


@pytest.mark.parametrize(
    "text",
    [
        "If you don't delete the app first, the update fails; sorry that we never said so.",
        "We know where you sat: table 4, next to the draughty door.",
        "Nobody should be called an idiot here.",
        "Wir wissen, wo Sie saßen: an Tisch 4, neben der Tür.",
        "Wenn Sie die alte App nicht löschen, klappt es leider nicht.",
        "Nous savons où vous étiez assis, à la table 4.",
        "A cabra e o burro da quinta são verdadeiros.",
        "La cabra y el burro de la granja son de verdad.",
        "Il burro era irrancidito, ci scusi.",
        "Si no elimina la aplicación antigua, no funciona; lo sentimos.",
        "We weten waar u zat: tafel 4, naast de deur.",
        "Lamentamos el servicio deficiente y el cono de helado derretido.",
        "The salad spinner is on its way, and so are the scales with tare.",
        "O ruído anormal acabou; a praia de Tróia fica a dez minutos.",
        "Denunciaremos al ladrón, y usted recibirá su bolso.",
        "Le petit bobo de votre fils nous a fait de la peine.",
        "Wir fahren am Samstag nach Cham, und Sie sind eingeladen.",
        "Baran na zdjęciu stoi w naszej zagrodzie.",
    ],
)
def test_harmless_words_that_resemble_an_insult_or_a_threat_are_allowed(text: str) -> None:
    findings = {finding.code for finding in lint(text, ReplyContext(public=True, limit=None))}
    assert findings.isdisjoint({"insult", "threat"})


INSULTS_AND_THREATS = {
    "af": ("Jy is 'n leuenaar.", "Ons weet waar jy woon."),
    "ar": ("يا كذاب، لا تعد إلى هنا.", "نراك في المحكمة قريبا."),
    "cs": ("Jste prostě lhář.", "Uvidíme se u soudu."),
    "da": ("Du er en løgner.", "Vi ses i retten."),
    "el": ("Είστε ψεύτης.", "Ξέρουμε πού μένετε."),
    "fi": ("Olet pelkkä valehtelija.", "Nähdään oikeudessa."),
    "he": ("אתה פשוט שקרן.", "נתראה בבית המשפט."),
    "hi": ("आप झूठे हैं।", "हम कानूनी कार्रवाई करेंगे।"),
    "hu": ("Maga egy idióta.", "Tudjuk, hol lakik."),
    "id": ("Anda memang pembohong.", "Anda akan menyesal."),
    "ja": ("この嘘つき、二度と来るな。", "法的措置を取ります。"),
    "ko": ("이 거짓말쟁이야.", "고소하겠습니다."),
    "no": ("Du er en løgner.", "Vi ses i retten."),
    "ro": ("Sunteți un mincinos.", "Vă dăm în judecată."),
    "ru": ("Вы просто лжец.", "Увидимся в суде."),
    "sv": ("Du är en lögnare.", "Vi vet var du bor."),
    "th": ("คุณมันคนโกหก", "เจอกันที่ศาล"),
    "tr": ("Siz bir yalancısınız.", "Mahkemede görüşürüz."),
    "uk": ("Ви брехун.", "Зустрінемося в суді."),
    "zh": ("你这个骗子，滚蛋。", "我们法庭见。"),
}
APOLOGIES = {
    "ar": "نعتذر منكم، والكلاب مرحب بها في المقهى، وقد أعدنا المبلغ اليوم.",
    "cs": "Omlouváme se, peníze jsme vám dnes poslali a psi jsou u nás vítáni.",
    "da": "Vi beklager ventetiden, og pengene er sendt til dig i dag.",
    "el": "Ζητούμε συγγνώμη για την αναμονή, τα χρήματα επιστράφηκαν σήμερα.",
    "fi": "Pahoittelemme odotusta, rahat on palautettu tänään.",
    "he": "אנחנו מצטערים על ההמתנה, הכסף הוחזר היום.",
    "hi": "हमें देरी के लिए खेद है, पैसे आज वापस कर दिए गए हैं।",
    "hu": "Elnézést kérünk a várakozásért, a pénzt ma visszautaltuk.",
    "id": "Kami mohon maaf atas keterlambatan ini, uangnya sudah dikembalikan hari ini.",
    "ja": "お待たせして申し訳ございません。本日返金いたしました。",
    "ko": "기다리게 해 드려 죄송합니다. 오늘 환불해 드렸습니다.",
    "no": "Vi beklager ventetiden, og pengene er sendt til deg i dag.",
    "ro": "Ne cerem scuze pentru așteptare, banii au fost returnați astăzi.",
    "ru": "Просим прощения за ожидание, деньги мы вернули сегодня, а урожай яблок уже в меню.",
    "sv": "Vi ber om ursäkt för väntan, pengarna är skickade till dig i dag.",
    "th": "ขออภัยที่ให้รอ เราคืนเงินให้แล้ววันนี้",
    "tr": "Beklettiğimiz için özür dileriz, evcil hayvan kabul edilir, paranızı bugün iade ettik.",
    "uk": "Перепрошуємо за очікування, гроші ми повернули сьогодні.",
    "zh": "让您久等了，非常抱歉，款项今天已经退还。",
}


@pytest.mark.parametrize("language", INSULTS_AND_THREATS)
def test_insults_and_threats_are_found_in_the_customers_language(language: str) -> None:
    insult, threat = INSULTS_AND_THREATS[language]
    for text, code in ((insult, "insult"), (threat, "threat")):
        findings = {
            finding.code: finding.severity
            for finding in lint(text, ReplyContext(public=True, limit=None, language=language))
        }
        assert findings.get(code) == "block", text


@pytest.mark.parametrize("language", APOLOGIES)
def test_an_apology_has_no_finding_in_any_language(language: str) -> None:
    assert lint(APOLOGIES[language], ReplyContext(public=True, limit=None, language=language)) == ()


def test_the_length_is_counted_in_the_unit_of_the_platform() -> None:
    assert lint("é" * 350, ReplyContext(public=True, limit=350, unit="characters")) == ()
    (finding,) = lint("é" * 350, ReplyContext(public=True, limit=350, unit="bytes"))
    assert (finding.code, finding.severity) == ("too_long", "block")
    assert "350" in finding.explanation


def test_a_copied_reply_with_another_name_is_blocked_and_a_new_text_is_not() -> None:
    shared_text = (
        "thank you for writing to us about the evening of the storm and the broken heater in your "
        "room we replaced it the next morning"
    )
    earlier_reply = (
        f"Dear Anna, {shared_text}. We hope to see you again soon, and that the next stay is "
        "warmer for you and for your family."
    )
    pasted_reply = earlier_reply.replace("Anna", "Ben")
    recent = [fingerprint("Hello"), fingerprint(earlier_reply)]
    assert [
        finding.code
        for finding in lint(pasted_reply, ReplyContext(public=False, limit=None, recent=recent))
    ] == ["copy_paste"]
    assert (
        lint(
            "Ben, the heater in 12 is new since Tuesday. Call me if it sulks.",
            ReplyContext(
                public=False,
                limit=None,
                recent=recent,
            ),
        )
        == ()
    )
    assert 0 < MAX_SIMILARITY < 1


@settings(max_examples=200)
@given(
    st.text(max_size=300),
    st.booleans(),
    st.none() | st.integers(0, 400),
    st.sampled_from(["characters", "bytes"]),
    st.lists(st.text(max_size=60), max_size=3),
)
def test_any_text_is_linted_without_exceptions(
    text: str, public: bool, limit: int | None, unit: Any, recent: list[str]
) -> None:
    fingerprints = [fingerprint(reply) for reply in recent]
    options: dict[str, Any] = {"limit": limit, "unit": unit, "recent": fingerprints}
    options |= {"language": "en", "own_contacts": recent}
    findings = lint(text, ReplyContext(public=public, **options))
    assert len({finding.code for finding in findings}) == len(findings)
    assert findings == lint(text, ReplyContext(public=public, **options))


def test_a_reply_is_signed_with_the_name_of_the_agent_unless_it_already_is() -> None:
    assert (
        sign_off("I will call you.", "Ana", "Hotel Sol") == "I will call you.\n\n— Ana, Hotel Sol"
    )
    assert (
        sign_off("I will call you.\nAna from Hotel Sol", "Ana", "Hotel Sol")
        == "I will call you.\nAna from Hotel Sol"
    )
    # A name inside another word, or the name of another agent, is no signature.
    assert sign_off("Bananas are back at Hotel Sol", "Ana", "Hotel Sol").endswith(
        "— Ana, Hotel Sol"
    )
    assert sign_off("Bye\nBen, Hotel Sol", "Ana", "Hotel Sol").endswith("— Ana, Hotel Sol")


@given(st.text(max_size=100), st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_signing_a_signed_reply_changes_nothing(text: str, agent: str, business: str) -> None:
    signed = sign_off(text, agent, business)
    assert sign_off(signed, agent, business) == signed


@given(st.text(max_size=100), st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_a_signed_reply_is_recognised_by_its_text(text: str, agent: str, business: str) -> None:
    assert is_signed_copy(sign_off(text, agent, business), text)


@pytest.mark.parametrize("text", ["I will call you.", "I will", "I will call you.\n\nToday."])
def test_a_shorter_or_another_text_is_no_signed_copy(text: str) -> None:
    signed = sign_off("I will call you.\n\nTomorrow at nine.", "Ana", "Hotel Sol")
    assert not is_signed_copy(signed, text)
