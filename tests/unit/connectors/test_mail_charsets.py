"""Words arrive as their author wrote them, whatever encoding a mail has or says that it has."""

from __future__ import annotations

import time
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heard.connectors.mail.addresses import decode_header_text
from heard.connectors.mail.charsets import codec_of_label, decode_bytes

SENTENCES = {
    "cp1252": [
        "Die Suppe war kalt und der Käse schimmlig.",
        "Ich hätte gern mein Geld zurück – 40 € für nichts!",
        "Le café était froid et le garçon désagréable.",
        "J’ai attendu une heure, c’est inadmissible…",
        "La habitación olía a humedad y nadie contestó.",
        "O pão estava duro e não pediram desculpa.",
        "Il servizio è lento, perché nessuno risponde?",
        "Personalen var otrevlig och såsen smakade bränt.",
        "Kjøttet var rått og vi ble syke.",
        "Het café was gesloten, héél jammer.",
        "Tuote hajosi päivässä, haluan rahani takaisin.",
        "The waiter said “no” – we weren’t served.",
    ],
    "cp1250": [
        "Kelner był niegrzeczny, a zupa za słona.",
        "Číšník nás okradl, chceme vrátit peníze.",
        "A pincér goromba volt, és a leves hideg.",
    ],
    "iso-8859-2": ["Paczka przyszła uszkodzona i pusta.", "Prosím o vrácení peněz za oběd."],
    "cp1254": ["Garson çok kabaydı, yemek de soğuktu.", "Ürün kırık geldi, değişim istiyorum."],
    "cp1251": [
        "Официант нагрубил, суп холодный.",
        "Посылка пришла пустой, верните деньги!",
        "Кур’єр був грубий, посилка пошкоджена.",
    ],
    "koi8-r": ["Официант нагрубил, суп холодный.", "Посылка пришла пустой."],
    "iso-8859-5": ["Посылка пришла пустой, верните деньги!"],
    "cp1253": ["Ο σερβιτόρος ήταν αγενής και το φαγητό κρύο."],
    "cp1255": ["המלצר היה גס והמרק היה קר."],
    "cp1256": ["النادل كان فظا والحساء بارد."],
    "cp874": ["พนักงานพูดจาไม่ดี อาหารเย็นมาก"],
    "gb18030": ["服务员很没礼貌，汤是冷的。", "包裹是空的，请退钱。", "东西坏了"],
    "big5": ["服務生很沒禮貌，湯是冷的。", "包裹是空的，請退錢。"],
    "cp932": ["店員の態度が悪く、スープも冷めていました。", "商品が壊れていた。"],
    "euc_jp": ["店員の態度が悪く、スープも冷めていました。", "商品が壊れていた。"],
    "cp949": ["직원이 불친절하고 국이 식었어요.", "상품이 파손되어 왔습니다."],
}
CASES = [(codec, sentence) for codec, sentences in SENTENCES.items() for sentence in sentences]


@pytest.mark.parametrize(("codec", "sentence"), CASES)
def test_a_sentence_without_a_declaration_is_read(codec: str, sentence: str) -> None:
    content = sentence.encode(codec)
    for label in (None, "", "us-ascii", "x-unknown", "utf-8", "unknown-8bit"):
        assert decode_bytes(content, label) == sentence


@pytest.mark.parametrize(("codec", "sentence"), CASES)
def test_utf_8_is_read_whatever_is_declared(codec: str, sentence: str) -> None:
    for label in ("iso-8859-1", "windows-1252", "us-ascii", "iso-2022-jp", None):
        assert decode_bytes(sentence.encode(), label) == sentence


FALSE_LABELS = {
    ("cp1252", "iso-8859-1"): "Der Kellner sagte „nein“ – 20 € weg…",
    ("cp1252", "latin1"): "It wasn’t cooked",
    ("cp1251", "iso-8859-1"): "Официант нагрубил, суп холодный.",
    ("cp1253", "iso-8859-1"): "Το φαγητό ήταν κρύο και κακό.",
    ("gb18030", "iso-8859-1"): "服务员很没礼貌，汤是冷的。",
    ("gb18030", "gb2312"): "經理朱镕基態度很差①€",
    ("cp1252", "gb2312"): "Die Suppe war kalt und der Käse schimmlig.",
    ("cp932", "shift_jis"): "①髙橋㈱の～弁当",
    ("cp932", "x-sjis"): "①髙橋㈱の～弁当",
    ("cp932", "iso-2022-jp"): "店員の態度が悪く、スープも冷めていました。",
    ("cp949", "euc-kr"): "똠방각하 펲시 환불",
    ("cp949", "ks_c_5601-1987"): "뷁 환불해 주세요",
    ("big5hkscs", "big5-hkscs"): "嘅食物係凍嘅",
    ("big5hkscs", "big5"): "嘅食物係凍嘅",
    ("cp1255", "iso-8859-8-i"): "הילדה נפצעה מזכוכית",
    ("cp874", "tis-620"): "อาหารเย็น “มาก”",
    ("cp874", "windows-874"): "อาหารเย็น",
    ("cp1254", "iso-8859-9"): "“Çok kötü” – şikâyetçiyim…",
    ("iso2022_jp", "us-ascii"): "弁当に虫が入っていた。",
    ("iso2022_jp", "utf-8"): "弁当に虫が入っていた。",
    ("iso2022_jp_ext", "iso-2022-jp"): "ｱﾚﾙｷﾞｰが出た",
    ("utf_16", "utf-16"): "Käse war schlecht",
    ("utf_16_le", "utf-16le"): "Käse war schlecht",
    ("utf_8_sig", "iso-8859-1"): "Käse war schlecht",
    ("koi8_r", "koi8-r"): "Официант нагрубил",
    ("mac_roman", "macintosh"): "Le café était froid",
}


@pytest.mark.parametrize(("codec", "label"), FALSE_LABELS)
def test_a_declaration_is_read_as_mail_programs_mean_it(codec: str, label: str) -> None:
    sentence = FALSE_LABELS[codec, label]
    assert decode_bytes(sentence.encode(codec), label) == sentence
    assert decode_bytes(sentence.encode(codec), f' "{label.upper()}" ') == sentence


FALSELY_WESTERN = [
    ("cp1250", "Kelner był niegrzeczny, a zupa za słona."),
    ("iso-8859-2", "Paczka przyszła uszkodzona i pusta."),
    ("cp1254", "Garson çok kabaydı, yemek de soğuktu."),
    ("cp1253", "Ο μάγειρας έκαψε το χέρι του παιδιού μου, ντροπή."),
    ("iso-8859-7", "Το παιδί μου χτύπησε στη σκάλα σας."),
    ("cp1251", "Кур’єр був грубий, посилка пошкоджена."),
    ("koi8-r", "ПОСЫЛКА ПРИШЛА ПУСТОЙ, верните деньги."),
    ("cp1255", "המלצר היה גס והמרק היה קר."),
    ("cp874", "พนักงานพูดจาไม่ดี อาหารเย็นมาก"),
    ("euc_jp", "店員の態度が悪く、スープも冷めていました。"),
    ("cp949", "직원이 불친절하고 국이 식었어요."),
    ("gb18030", "包裹是空的，请退钱。"),
    ("big5", "服務生很沒禮貌，湯是冷的。"),
]


@pytest.mark.parametrize(("codec", "sentence"), FALSELY_WESTERN)
def test_what_is_called_latin_1_is_what_its_letters_say(codec: str, sentence: str) -> None:
    content = sentence.encode(codec)
    for label in ("iso-8859-1", "windows-1252", "us-ascii", None):
        assert decode_bytes(content, label) == sentence


def test_the_lines_that_tell_an_encoding_may_stand_far_below() -> None:
    text = "All fine here.\n" * 2_000 + "Zupa była za słona, żądam zwrotu pieniędzy.\n"
    assert decode_bytes(text.encode("cp1250"), None) == text


def test_the_escapes_of_hz_are_read_and_braces_are_not() -> None:
    assert decode_bytes("包裹是空的".encode("hz"), None) == "包裹是空的"
    assert decode_bytes(b"~{ my order ~}", None) == "~{ my order ~}"


def test_signs_that_only_nec_has_are_read_in_iso_2022_and_euc() -> None:
    assert decode_bytes(b"\x1b$B-!JkEv\x1b(B", "iso-2022-jp") == "①暮当"
    assert decode_bytes(b"\xad\xa1\xc6\xfc", "euc-jp") == "①日"


@pytest.mark.parametrize(
    "sentence",
    ["Það er þýðing, ég vil fá pening", "été", "ü", "Ñandú à Évry", "Öl", "S'il n'est pas là, où?"],
)
def test_a_true_declaration_is_believed(sentence: str) -> None:
    assert decode_bytes(sentence.encode("latin-1"), "iso-8859-1") == sentence


def test_html_may_name_its_encoding_itself() -> None:
    content = "Żurek".encode("iso-8859-2")
    assert decode_bytes(content, None, "iso-8859-2") == "Żurek"
    assert decode_bytes(content, "x-unknown", "iso-8859-2") == "Żurek"


def test_what_cannot_be_decoded_stays_visible() -> None:
    assert "\ufffd" in decode_bytes(bytes(range(128, 256)), None)
    assert decode_bytes("Grüße an alle Köche".encode()[:-6] + b"\xc3", None).endswith("\ufffd")


@pytest.mark.parametrize(
    "label", ["punycode", "idna", "unicode_escape", "rot13", "zip", "hex", "x"]
)
def test_a_name_that_is_no_encoding_of_mails_is_none(label: str) -> None:
    assert codec_of_label(label) is None
    assert decode_bytes(b"plain", label) == "plain"


@given(
    st.binary(max_size=60),
    st.sampled_from(["", "gb2312", "iso-2022-jp", "utf-7", "hz", "x", "big5"]),
)
def test_any_bytes_are_some_text(content: bytes, label: str) -> None:
    assert isinstance(decode_bytes(content, label), str)


@given(st.text(max_size=60))
def test_utf_8_is_never_changed(text: str) -> None:
    content = text.encode("utf-8", "replace")
    if b"\x1b" not in content and not content.startswith((b"\xef\xbb\xbf", b"\xff", b"\xfe")):
        assert decode_bytes(content, None) == content.decode()


@pytest.mark.parametrize(
    "chunk",
    [
        b"a" * 999_990 + b"\nK\xe4se",
        b"\xff",
        b"K\xe4se ",
        b"\xc4\xe3\xba\xc3",
        bytes(range(128, 256)),
    ],
)
def test_the_time_grows_with_the_length_only(chunk: bytes) -> None:
    started_at = time.process_time()
    decode_bytes(chunk * (1_000_000 // len(chunk)), None)
    assert time.process_time() - started_at < 60  # quadratic time takes far longer


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (f"=?gb2312?B?{b64encode('朱镕基'.encode('gb18030')).decode()}?=", "朱镕基"),
        ("=?iso-8859-1?Q?=93Hi=94?=", "“Hi”"),
        ("=?x-unknown?Q?M=FCller?=", "Müller"),
        (f"=?ks_c_5601-1987?B?{b64encode('똠방'.encode('cp949')).decode()}?=", "똠방"),
        ("Eve \u202eelpmaxe.emca\u202c", "Eve elpmaxe.emca"),
        ("\u2066Kim\u2069 Lee", "Kim Lee"),
    ],
)
def test_names_in_headers_are_read_alike(header: str, text: str) -> None:
    assert decode_header_text(header) == text
