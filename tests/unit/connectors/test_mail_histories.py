"""Earlier mails are taken out of an answer, whoever wrote the mail program, and nothing else is."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors.mail.histories import Evidence
from heard.connectors.mail.histories import separate_history as separate_words
from heard.connectors.mail.languages import KINDS, header_labels, subject_prefix, words_of_mails
from heard.text.grammar import LANGUAGES

OURS = frozenset({"hello@acme.example"})
ANSWER = Evidence(answers=True, seems_reply=True, subject="your message", own_addresses=OURS)
NO_ANSWER = Evidence(own_addresses=OURS)
OLD = "Dear Kim, we are sorry to hear that you fell ill."


def separate_history(text: str, evidence: Evidence) -> tuple[str | None, str | None]:
    """The new words of a mail, and all others, marked or not."""
    mail = separate_words(text, evidence)
    return mail.text, "\n\n".join(part for part in (mail.quoted, mail.below) if part) or None


def words(text: str | None) -> set[str]:
    return set(re.findall(r"\w+", text or ""))


OUTLOOK = """\
From: Acme <hello@acme.example>
Sent: Tuesday, June 2, 2026 4:25 PM
To: Kim Lee <kim@customer.example>
Cc: Lou <lou@customer.example>
Subject: RE: Your message
"""
LINE = "_" * 32

HISTORIES = {
    "Outlook for Windows": f"\n{OUTLOOK}\n{OLD}",
    "Outlook 2003": f"-----Original Message-----\n{OUTLOOK}\n{OLD}",
    "Outlook on the web": f"{LINE}\n{OUTLOOK}\n{OLD}",
    "Outlook for iOS": f"Get Outlook for iOS<https://aka.ms/o0ukef>\n{LINE}\n{OUTLOOK}\n{OLD}",
    "Outlook for Android, German": (
        f"Outlook für Android<https://aka.ms/x> beziehen\n{LINE}\nVon: Acme <hello@acme.example>\n"
        f"Gesendet: Dienstag, 2. Juni 2026 16:25:10\nAn: Kim <kim@customer.example>\n"
        f"Betreff: AW: Your message\n\n{OLD}"
    ),
    "Outlook for Windows, bold": (
        "*From:* Acme <hello@acme.example>\n*Sent:* Tuesday, June 2, 2026 4:25 PM\n"
        f"*To:* Kim Lee\n*Subject:* RE: Your message\n\n{OLD}"
    ),
    "Outlook inside a company, names only": (
        "From: Berg, Ida\nSent: Tuesday, June 2, 2026 4:25 PM\nTo: Lee, Kim\n"
        f"Subject: RE: Your message\n\n{OLD}"
    ),
    "Apple Mail": f"> On 2 Jun 2026, at 16:25, Acme <hello@acme.example> wrote:\n> \n> {OLD}",
    "iPhone": (
        f"Sent from my iPhone\n\n> On Jun 2, 2026, at 4:25 PM, Acme <hello@acme.example> wrote:\n"
        f"> \n> \ufeff{OLD}"
    ),
    "iPhone, German": (
        "Von meinem iPhone gesendet\n\n> Am 02.06.2026 um 16:25 schrieb Acme <hello@acme.example>:"
        f"\n> \n> {OLD}"
    ),
    "Gmail": f"On Tue, Jun 2, 2026 at 4:25\u202fPM Acme <hello@acme.example> wrote:\n\n> {OLD}\n>",
    "Gmail, broken before the bracket": (
        f"On Tue, Jun 2, 2026 at 4:25 PM Acme Care <hello@acme.example\n> wrote:\n\n> {OLD}"
    ),
    "Yahoo": f"On Tuesday, June 2, 2026 at 04:25 PM, Acme <hello@acme.example> wrote:\n\n{OLD}",
    "Yahoo, German": (
        "Am Dienstag, 2. Juni 2026 um 16:25:00 MESZ hat Acme <hello@acme.example> Folgendes "
        f"geschrieben:\n\n{OLD}"
    ),
    "Yahoo for Android": (
        f"Sent from Yahoo Mail on Android\n\nOn Tue, Jun 2, 2026 at 4:25 PM, Acme"
        f"<hello@acme.example> wrote:   {OLD}\n> {OLD}"
    ),
    "Thunderbird": f"On 02.06.26 16:25, Acme wrote:\n> {OLD}",
    "Thunderbird, German": f"Am 02.06.26 um 16:25 schrieb Acme:\n> {OLD}\n>> mehr davon",
    "GMX and Web.de": (
        'Gesendet: Dienstag, 02. Juni 2026 um 16:25 Uhr\nVon: "Acme" <hello@acme.example>\n'
        f"An: kim@customer.example\nBetreff: Aw: Your message\n{OLD}"
    ),
    "Samsung": (
        "Von meinem Samsung Galaxy Smartphone gesendet.\n\n-------- Ursprüngliche Nachricht "
        f"--------\nVon: Acme <hello@acme.example>\nDatum: 02.06.26 16:25 (GMT+01:00)\n"
        f"An: Kim <kim@customer.example>\nBetreff: Your message\n\n{OLD}"
    ),
    "BlackBerry": (
        "Sent from my BlackBerry\n  Original Message  \nFrom: Acme <hello@acme.example>\n"
        f"Sent: Tuesday, June 2, 2026 4:25 PM\nTo: Kim\nSubject: Your message\n\n{OLD}"
    ),
    "GMX for Android": (
        "--\nDiese Nachricht wurde von meinem Android Mobiltelefon mit GMX Mail gesendet.\n\n"
        f"Am 02.06.26, 16:25 schrieb Acme <hello@acme.example>:\n\n> {OLD}"
    ),
    "T-Online": (
        "-----Original-Nachricht-----\nBetreff: AW: Your message\nDatum: 2026-06-02T16:25:00+0200\n"
        f"Von: Acme <hello@acme.example>\nAn: Kim\n\n{OLD}"
    ),
    "Zoho": f"---- On Tue, 02 Jun 2026 16:25:00 +0530 Acme <hello@acme.example> wrote ---\n\n{OLD}",
    "Proton Mail": (
        "------- Original Message -------\nOn Tuesday, June 2nd, 2026 at 4:25 PM, Acme "
        f"<hello@acme.example> wrote:\n\n> {OLD}"
    ),
    "Spark": f"On Jun 2, 2026, 4:25 PM +0200, Acme <hello@acme.example>, wrote:\n> {OLD}",
    "Roundcube, German": f"Am 2026-06-02 16:25, schrieb Acme:\n> {OLD}",
    "NetEase": f'在 2026-06-02 16:25:00，"Acme" <hello@acme.example> 写道：\n\n{OLD}',
    "Mail.ru": f"Вторник, 2 июня 2026, 16:25 +03:00 от Acme <hello@acme.example>:\n \n{OLD}",
    "Yandex": f'02.06.2026, 16:25, "Acme" <hello@acme.example>:\n> {OLD}',
    "Naver": (
        '-----Original Message-----\nFrom: "Acme"<hello@acme.example>\nTo: "Kim"\nCc:\nSent: '
        f"2026-06-02 (화) 16:25:00 (GMT+09:00)\nSubject: Your message\n\n{OLD}"
    ),
    "Seznam": (
        "---------- Původní e-mail ----------\nOd: Acme <hello@acme.example>\nKomu: Kim\n"
        f"Datum: 2. 6. 2026 16:25:00\nPředmět: Your message\n\n{OLD}"
    ),
    "Zimbra, French": (
        'De: "Acme" <hello@acme.example>\nÀ: "Kim" <kim@customer.example>\n'
        f"Envoyé: Mardi 2 Juin 2026 16:25:10\nObjet: Your message\n\n{OLD}"
    ),
    "QQ Mail": (
        '------------------ 原始邮件 ------------------\n发件人: "Acme" <hello@acme.example>\n'
        f'发送时间: 2026年6月2日(星期二) 下午4:25\n收件人: "Kim"\n主题: Your message\n\n{OLD}'
    ),
}


@pytest.mark.parametrize("program", HISTORIES)
def test_new_words_above_an_earlier_mail_are_the_text(program: str) -> None:
    full_text = f"OK 👍\n\n{HISTORIES[program]}"
    text, quoted = separate_history(full_text, ANSWER)
    assert text == "OK 👍"
    assert quoted is not None
    assert OLD in quoted
    assert words(full_text) == words(text) | words(quoted)


@pytest.mark.parametrize("program", HISTORIES)
def test_lines_without_a_mark_are_told_from_the_head_above_them(program: str) -> None:
    mail = separate_words(f"OK 👍\n\n{HISTORIES[program]}\n\nYou still owe me 40 euro.", ANSWER)
    is_marked = f"> {OLD}" in HISTORIES[program] or "\ufeff" in HISTORIES[program]
    new_words = mail.text if is_marked and mail.text != "OK 👍" else mail.below
    assert "You still owe me 40 euro." in (new_words or "")
    assert "Sent:" not in (mail.below or "")
    assert "wrote" not in (mail.below or "") or program == "Proton Mail"


ATTRIBUTIONS = {
    "af": "Op Di, 2 Jun. 2026 om 16:25 het Acme <hello@acme.example> geskryf:",
    "ar": "في الثلاثاء، 2 يونيو 2026 في 4:25 م كتب Acme <hello@acme.example>:",
    "cs": "út 2. 6. 2026 v 16:25 odesílatel Acme <hello@acme.example> napsal:",
    "da": "Den tirs. 2. jun. 2026 kl. 16.25 skrev Acme <hello@acme.example>:",
    "de": "Am Di., 2. Juni 2026 um 16:25 Uhr schrieb Acme <hello@acme.example>:",
    "el": "Στις Τρί 2 Ιουν 2026 στις 4:25 μ.μ., ο/η Acme <hello@acme.example> έγραψε:",
    "en": "On Tue, 2 Jun 2026 at 16:25, Acme <hello@acme.example> wrote:",
    "es": "El mar, 2 jun 2026 a las 16:25, Acme (<hello@acme.example>) escribió:",
    "fi": "ti 2. kesäk. 2026 klo 16.25 Acme (hello@acme.example) kirjoitti:",
    "fr": "Le mar. 2 juin 2026 à 16:25, Acme <hello@acme.example> a écrit :",
    "he": "\u202bבתאריך יום ג׳, 2 ביוני 2026 ב-16:25 מאת \u202aAcme\u202c\u200f "
    "<\u202ahello@acme.example\u202c\u200f>:\u202c",
    "hi": "मंगल, 2 जून 2026 को 4:25 pm बजे को Acme <hello@acme.example> ने लिखा:",
    "hu": "Acme <hello@acme.example> ezt írta (időpont: 2026. jún. 2., K, 16:25):",
    "id": "Pada Sel, 2 Jun 2026 pukul 16.25 Acme <hello@acme.example> menulis:",
    "it": "Il giorno mar 2 giu 2026 alle ore 16:25 Acme <hello@acme.example> ha scritto:",
    "ja": "2026年6月2日(火) 16:25 Acme <hello@acme.example>:",
    "ko": "2026년 6월 2일 (화) 오후 4:25, Acme <hello@acme.example>님이 작성:",
    "nl": "Op di 2 jun 2026 om 16:25 schreef Acme <hello@acme.example>:",
    "no": "tir. 2. juni 2026 kl. 16:25 skrev Acme <hello@acme.example>:",
    "pl": "wt., 2 cze 2026 o 16:25 Acme <hello@acme.example> napisał(a):",
    "pt": "Em ter., 2 de jun. de 2026 às 16:25, Acme <hello@acme.example> escreveu:",
    "ro": "În mar., 2 iun. 2026 la 16:25, Acme <hello@acme.example> a scris:",
    "ru": "вт, 2 июн. 2026 г. в 16:25, Acme <hello@acme.example>:",
    "sv": "Den tis 2 juni 2026 kl 16:25 skrev Acme <hello@acme.example>:",
    "th": "เมื่อ อ. 2 มิ.ย. 2026 เวลา 16:25 Acme <hello@acme.example> เขียนว่า:",
    "tr": "Acme <hello@acme.example>, 2 Haz 2026 Sal, 16:25 tarihinde şunu yazdı:",
    "uk": "вт, 2 черв. 2026 р. о 16:25 Acme <hello@acme.example> пише:",
    "vi": "Vào Th 3, 2 thg 6, 2026 vào lúc 16:25 Acme <hello@acme.example> đã viết:",
    "zh": "Acme <hello@acme.example> 于2026年6月2日周二 16:25写道：",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_line_above_a_quotation_is_known_in_each_language(language: str) -> None:
    line = ATTRIBUTIONS[language]
    for introduction in (line, f"{line}\n", line.replace(" <", "\n<")):
        text, quoted = separate_history(f"OK 👍\n\n{introduction}\n> {OLD}", ANSWER)
        assert text == "OK 👍"
        assert OLD in (quoted or "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_without_an_address_are_known_too_where_they_have_words(language: str) -> None:
    for phrase in words_of_mails(language)["attribution"]:
        filled = phrase.replace("…", "2. 6. 2026 16:25 Acme", 1).replace("…", "Acme")
        text, quoted = separate_history(f"OK 👍\n\n{filled}:\n> {OLD}", ANSWER)
        assert (text, OLD in (quoted or "")) == ("OK 👍", True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_header_lines_are_known_in_each_language(language: str) -> None:
    labels = words_of_mails(language)
    for sent in labels["sent"]:
        block = (
            f"{labels['from'][0]}: Acme <hello@acme.example>\n{sent}: 2. 6. 2026 16:25\n"
            f"{labels['to'][0]}: Kim Lee\n{labels['subject'][0]}: Re: Your message"
        )
        text, quoted = separate_history(f"OK 👍\n\n{block}\n\n{OLD}", ANSWER)
        assert (text, quoted) == ("OK 👍", f"{block}\n\n{OLD}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_a_file_with_all_kinds(language: str) -> None:
    optional = {"letters"} if language in {"en", "id", "hi"} else set[str]()
    assert {*KINDS} - optional <= words_of_mails(language).keys() <= {*KINDS}
    assert all(label == label.strip() for label in header_labels())


NOT_ANSWERS = {
    "booking": "See my booking:\n\nFrom: Hamburg\nTo: Lisbon\nDate: 3 May 2026\nSubject: ferry\n\n"
    "A door fell on my hand.",
    "form, German": "Kontaktformular\n\nVon: Kim\nAn: Altona\nDatum: 3.5.2026\nBetreff: Nüsse\n\n"
    "Mein Sohn liegt im Krankenhaus.",
    "form, French": "Message du site\n\nDe : Kim\nÀ : Lyon\nEnvoyé : 3 mai\nObjet : Noix\n\nMal de "
    "ventre depuis hier.",
    "form, Spanish": "Formulario\n\nDe: Kim\nPara: tienda\nFecha: 3/5/2026\nAsunto: queja\n\nMe "
    "cobraron dos veces.",
    "form, Japanese": "お問い合わせ\n\n差出人: 山田\n宛先: 本店\n日付: 2026年5月3日\n"
    "件名: 異物\n\nガラスが入っていました。",
    "form, Polish": "Formularz\n\nOd: Kim\nDo: sklep\nData: 3.5.2026\nTemat: zatrucie\n\nDziecko "
    "wymiotuje.",
    "form with an address": "New entry\n\nFrom: kim@customer.example\nDate: 3 May 2026 10:00\nTo: "
    "Shop\nSubject: Burn\n\nThe cup burnt my hand.",
    "own lines behind >": "Hello,\n\n> I found glass in the salad.\n\nKim",
    "list of arrows": "Steps:\n>> opened the box\n>> the battery caught fire\nRegards",
    "dashes in the middle": "Two things:\n-- \n1. cold soup\n2. my wife is in hospital",
    "dashes at the top": "-- \nThe lift fell two floors with us in it.",
    "forward under a new subject": "FYI\n\n---------- Forwarded message ---------\nFrom: Lou "
    "<lou@other.example>\nDate: Tue, 2 Jun 2026\nSubject: injury\nTo: <shop@other.example>\n\nI "
    "broke my wrist.",
    "forward, Danish": "Til orientering\n\nFra: Lou <lou@other.example>\nSendt: 2. juni 2026\nTil: "
    "butik@other.example\nEmne: skade\n\nJeg brækkede håndleddet.",
    "a doctor's words": "On 2 June 2026 Dr. Berg <berg@clinic.example> wrote:\nfood poisoning, "
    "three days in bed",
    "a quotation of somebody else": "Am 02.06.2026 um 16:25 schrieb Ihr Fahrer "
    "<fahrer@other.example>:\n> Hol dein Paket selbst.\n\nUnverschämt.",
    "an original message": "-----Original Message-----\nThat is what stood on the parcel. It was "
    "empty.",
}


@pytest.mark.parametrize("kind", NOT_ANSWERS)
def test_a_mail_that_answers_nothing_is_never_cut(kind: str) -> None:
    text = NOT_ANSWERS[kind]
    assert separate_history(text, NO_ANSWER) == (text, None)


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I was ill.\nOn Tuesday too. My doctor wrote:\nfood poisoning",
        "First\n--\nthe complaint",
        "See my booking:\n\nFrom: Hamburg\nTo: Lisbon\nDate: 3 May\nSubject: ferry\n\nNobody came.",
        "Passing this on.\n\n---------- Forwarded message ---------\nFrom: Lou <lou@x.example>\n"
        "Date: Tue, 2 Jun 2026\nSubject: injury\nTo: <a@x.example>\n\nI broke my wrist.",
        "Begin forwarded message:\n\nFrom: Lou <lou@x.example>\nSubject: injury\nDate: 2 June\n"
        "To: a@x.example\n\nI broke my wrist.",
        "From: the oven came smoke.\nTo: whom do I turn?",
        "As I said:\n > stuffed by the mail program, so not a quotation",
        "My lawyer wrote at 16:25:\npay or we sue",
        "-- \nonly below dashes",
        "> only behind a mark",
    ],
)
def test_an_answer_keeps_what_is_no_earlier_mail(text: str) -> None:
    assert separate_history(text, ANSWER) == (text, None)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("> Do you still want it?\nNo, my money.\n> All of it?\nAll.", "No, my money.\nAll."),
        ("Neu.\nAm 14.03.26 um 10:00 schrieb Acme:\n> Alt.\n\nDarunter.", "Neu.\n\nDarunter."),
        ("On Mon, Acme wrote:\n> How was it?\n\nTerrible, my hand is burnt.", None),
        ("New.\n-- \nIda Berg\n\nOn Mon, Acme wrote:\n> Old.", "New.\n-- \nIda Berg"),
        ("👍\n\nOn Mon, Acme wrote:\n> Old.", "👍"),
        ("OK\n\nDňa ut 2. 6. 2026 o 16:25 používateľ Acme napísal:\n> Old.", "OK"),
        ("OK\n\nDana 2. lipnja 2026. u 16:25 Acme je napisao/la:\n> Old.", "OK"),
    ],
)
def test_words_between_and_below_quotations_are_new(text: str, own: str | None) -> None:
    assert separate_history(text, ANSWER)[0] == (own or "Terrible, my hand is burnt.")


def test_a_mail_without_reply_headers_is_an_answer_if_it_quotes_a_mail_of_ours() -> None:
    line = ATTRIBUTIONS["de"]
    marked = f"Danke!\n\n{line}\n> {OLD}\n\nUnd mein Arm ist gebrochen."
    assert separate_history(marked, NO_ANSWER)[0] == "Danke!\n\nUnd mein Arm ist gebrochen."
    assert separate_history(marked, Evidence())[0] == marked
    block = f"OK\n\n{OUTLOOK}\n{OLD}"
    seems_reply = Evidence(seems_reply=True, own_addresses=OURS)
    assert separate_history(block, seems_reply)[0] == "OK"
    assert separate_history(block, NO_ANSWER)[0] == block
    assert separate_history(block, Evidence(seems_reply=True))[0] == block


PIECES = st.lists(
    st.sampled_from(
        [
            *HISTORIES.values(),
            *ATTRIBUTIONS.values(),
            *NOT_ANSWERS.values(),
            *("-- ", "> quoted", ">> more", "", "my own words", "On Mon, Acme wrote:", ">", LINE),
            *("From: a@b.example", "Sent: 2026", "To: x", "Subject: your message", "<a@b.example"),
        ]
    )
    | st.text(max_size=12),
    max_size=12,
).map("\n".join)


@given(PIECES, st.sampled_from([ANSWER, NO_ANSWER, Evidence(seems_reply=True, own_addresses=OURS)]))
def test_no_word_is_ever_lost(full_text: str, evidence: Evidence) -> None:
    text, quoted = separate_history(full_text, evidence)
    joined = full_text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert words(separate_history(joined, Evidence())[0]) == words(text) | words(quoted)


@pytest.mark.parametrize(
    "part",
    [
        ">\n",
        "a@b:\n",
        "a\n\n>b\n\n",
        "From: a@b\n",
        "-" * 50,
        "<a@b\n>",
        "\n",
        "wrote:\n",
        "On 1:11 ",
    ],
)
def test_the_time_grows_with_the_length_only(part: str) -> None:
    started_at = time.process_time()
    separate_history("OK\n" + part * (400_000 // len(part)), ANSWER)
    assert time.process_time() - started_at < 60  # quadratic time takes far longer


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("AW: Termin", "reply"),
        ("Re[2]: Visit", "reply"),
        ("回复：订单", "reply"),
        ("Odp: Zamówienie", "reply"),
        ("Vá: Rendelés", "reply"),
        ("WG: Schaden", "forward"),
        ("I: reclamo", "forward"),
        ("轉寄: 訂單", "forward"),
        ("Automatische Antwort: Ihre Nachricht", "automatic"),
        ("Réponse automatique : Visite", "automatic"),
        ("自動応答: ご注文", "automatic"),
        ("Gelesen: Ihre Nachricht", "receipt"),
    ],
)
def test_the_beginnings_of_subjects_are_known(subject: str, kind: str) -> None:
    assert subject_prefix(kind).match(subject)
    assert not subject_prefix(kind).match(f"My {subject}")


@pytest.mark.parametrize(
    "subject",
    ["Rest of my order", "Automatic reply never came", "Read this", "Wagon: broken", "Re"],
)
def test_a_subject_of_its_own_has_no_beginning(subject: str) -> None:
    assert not any(
        subject_prefix(kind).match(subject) for kind in ("reply", "forward", "automatic", "receipt")
    )
