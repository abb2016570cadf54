"""Bytes of mails as text, whatever encoding they have and whatever they say about it.

A declared encoding is read as browsers read it (WHATWG's Encoding standard): Latin-1 is
Windows-1252, GB 2312 is GB 18030, Shift_JIS is Windows-31J. If none is declared, or if the bytes
show that the declaration is false, the text is what fits best: UTF-8, then the escapes of ISO 2022,
then the encoding that gives letters and signs which one of our languages really has. Customers
write one short sentence, which detectors that count bytes mistake: charset-normalizer had 32 of 74
right, this module all.
What cannot be decoded stays visible as U+FFFD. Total.

Sources: encoding.spec.whatwg.org (labels), RFC 1468 and RFC 2237 (ISO-2022-JP), JIS X 0208 (the
arithmetic between ISO 2022, EUC and Shift_JIS).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Final

from heard.connectors.mail.languages import words_of_mails

_LABELS: Final = """
utf_8: unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8
cp866: 866 cp866 csibm866 ibm866
iso8859_2: csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2
iso8859_3: csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3
iso8859_4: csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4
iso8859_5: csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5
iso8859_5: iso_8859-5:1988
iso8859_6: arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6
iso8859_6: iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987
iso8859_7: csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597
iso8859_7: iso_8859-7 iso_8859-7:1987 sun_eu_greek
iso8859_8: csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8
iso8859_8: iso88598 iso_8859-8 iso_8859-8:1988 visual csiso88598i iso-8859-8-i logical
iso8859_10: csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6
iso8859_13: iso-8859-13 iso8859-13 iso885913
iso8859_14: iso-8859-14 iso8859-14 iso885914
iso8859_15: csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9 latin9
iso8859_16: iso-8859-16
koi8_r: cskoi8r koi koi8 koi8-r koi8_r
koi8_u: koi8-ru koi8-u
mac_roman: csmacintosh mac macintosh x-mac-roman
cp874: dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 tis620 windows-874 x-windows-874 cp874
cp1250: cp1250 windows-1250 x-cp1250 win-1250
cp1251: cp1251 windows-1251 x-cp1251 win-1251
cp1252: ansi_x3.4-1968 cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591
cp1252: iso_8859-1 iso_8859-1:1987 l1 latin1 windows-1252 x-cp1252 latin-1 win-1252 ansi
cp1253: cp1253 windows-1253 x-cp1253
cp1254: cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5
cp1254: latin5 windows-1254 x-cp1254
cp1255: cp1255 windows-1255 x-cp1255
cp1256: cp1256 windows-1256 x-cp1256
cp1257: cp1257 windows-1257 x-cp1257
cp1258: cp1258 windows-1258 x-cp1258
mac_cyrillic: x-mac-cyrillic x-mac-ukrainian
gb18030: chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk gb18030
gb18030: cp936 ms936 windows-936 euc-cn
big5hkscs: big5 big5-hkscs cn-big5 csbig5 x-x-big5 cp950 ms950 windows-950 big5hkscs
euc_jp: cseucpkdfmtjapanese euc-jp x-euc-jp eucjp
iso2022_jp_ext: csiso2022jp iso-2022-jp iso-2022-jp-1 iso-2022-jp-ms cp50220 cp50221 cp50222
iso2022_jp_2: iso-2022-jp-2
cp932: csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis cp932 x-ms-cp932
cp949: cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601
cp949: ksc_5601 windows-949 cp949 uhc ms949
utf_16_be: unicodefffe utf-16be
utf_16_le: csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le
"""

_ASCII_LABELS: Final = frozenset(
    {"", "ascii", "us-ascii", "ansi_x3.4-1968", "unknown-8bit", "8bit"}
)
"""Labels that say nothing about bytes beyond ASCII. Mail programs write them without thinking."""

_UNSAFE_CODECS: Final = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape"})
"""Encodings in which nobody writes mails.

Their time grows with the square of the text, or they emit warnings.
"""

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf_8"),
    (codecs.BOM_UTF16_LE, "utf_16_le"),
    (codecs.BOM_UTF16_BE, "utf_16_be"),
)
_ESCAPES: Final = (
    (re.compile(rb"\x1b(?:\$[@B]|\([IJ])|\x1b\$\([DOPQ]"), "iso2022_jp_ext"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"~\{(?:[!-w][!-~])+~\}"), "hz"),
)
_MANY_BYTE_CODECS: Final = frozenset(
    {"gb18030", "big5hkscs", "euc_jp", "cp932", "cp949", "utf_16_be", "utf_16_le"}
)

_LATIN: Final = (
    ("cp1252", ("de", "fr", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "af")),
    ("iso8859_15", ("fr", "fi")),
    ("mac_roman", ("de", "fr", "es", "pt", "it")),
    ("cp1250", ("pl", "cs", "hu", "ro")),
    ("iso8859_2", ("pl", "cs", "hu", "ro")),
    ("cp1254", ("tr",)),
)
_OTHER_SCRIPTS: Final = (
    ("cp1251", ("ru", "uk")),
    ("koi8_u", ("ru", "uk")),
    ("iso8859_5", ("ru", "uk")),
    ("cp866", ("ru",)),
    ("cp1253", ("el",)),
    ("cp1255", ("he",)),
    ("cp1256", ("ar",)),
    ("iso8859_6", ("ar",)),
    ("cp874", ("th",)),
    ("gb18030", ("zh",)),
    ("big5hkscs", ("zh",)),
    ("cp932", ("ja",)),
    ("euc_jp", ("ja",)),
    ("cp949", ("ko",)),
)
"""Encodings that are tried, the most frequent first, and the languages that are written in them."""

_SAMPLE_BYTES: Final = 6_000
"""So many bytes are looked at where every encoding is tried."""

_MIN_WESTERN: Final = 0.7
"""The share of accented letters from which a text that is called Latin-1 is believed to be."""

_CAPITAL_COST: Final = 0.1
"""Hardly anybody writes in capitals; capitals of one encoding are small letters of another."""

_TELLING_LINE: Final = re.compile(rb"^[^\n\x80-\xff]*+[\x80-\xff][^\n]*+\n?", re.MULTILINE)
_LETTER_RUN: Final = re.compile(r"[^\W\d_]+")
_PUNCTUATION: Final = re.compile(
    r"[\s\u00a0¡¿«»·•™®©°§£¥€½¼¾²³’‘“”‚„–—…†‹›\u3000-\u3017！，．：；？（）～％]"
)
_SIGN_IN_WORD: Final = re.compile(
    r"(?<=[^\W\d_])[^\w\s'’.,:;!?/@&+()\[\]<>\"*#=~|`^\\{}%$…–—-]+(?=[^\W\d_])"
)


def decode_bytes(content: bytes, label: str | None, meta_label: str | None = None) -> str:
    """The text of some bytes, which are declared to be in the encoding `label`.

    `meta_label` is what a document in them says about itself, as HTML does. It is believed if
    `label` says nothing or is false.
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, "replace")
    declared = codec_of_label(label)
    if content.isascii() and declared not in {"utf_16_be", "utf_16_le"}:
        return _decode_ascii(content, declared)
    # Text in an encoding of single bytes is no valid UTF-8, unless it is made to be.
    if declared not in _MANY_BYTE_CODECS and (text := _decode(content, "utf_8")) is not None:
        return text
    for codec in (declared, codec_of_label(meta_label)):
        if codec and codec != "utf_8" and (text := _decode(content, codec)) is not None:
            if _is_plausible(text, codec) and not (
                codec == "cp1252" and _is_falsely_western(content, text)
            ):
                return text
            declared = None
    if (text := _decode(content, "utf_8")) is not None:
        return text
    return _decode_best(content, declared)


@cache
def codec_of_label(label: str | None) -> str | None:
    """Python's codec for the name of an encoding; None if the name says nothing or is unknown."""
    name = (label or "").strip().strip("\"'").lower()
    if name in _ASCII_LABELS:
        return None
    if codec := _codecs().get(name):
        return codec
    try:
        codec = codecs.lookup(name).name.replace("-", "_")
        b"ab".decode(codec, "replace")  # a codec may turn bytes into bytes
    except (LookupError, ValueError, UnicodeError):
        return None
    canonical_name = codec.replace("_", "-")
    return None if codec in _UNSAFE_CODECS else _codecs().get(canonical_name, codec)


@cache
def _codecs() -> Mapping[str, str]:
    """Python's codecs by WHATWG's labels, and by some that only mail programs write."""
    codec_names: dict[str, str] = {}
    for line in _LABELS.strip().splitlines():
        codec, _, labels = line.partition(": ")
        codec_names |= dict.fromkeys(labels.split(), codec)
    return codec_names


def _decode_ascii(content: bytes, declared: str | None) -> str:
    """Bytes below 128. They are ASCII, or text with the escapes of ISO 2022."""
    if declared and declared.startswith(("iso2022", "hz", "utf_7")):
        return content.decode(declared, "heard_nec" if "iso2022_jp" in declared else "replace")
    if b"\x1b" in content or b"~{" in content:
        for escape, codec in _ESCAPES:
            if escape.search(content):
                is_japanese = codec == "iso2022_jp_ext"
                return content.decode(codec, "heard_nec" if is_japanese else "replace")
    return content.decode("ascii")


def _decode(content: bytes, codec: str) -> str | None:
    """The text in an encoding; None if the bytes are none in it."""
    errors = "heard_nec" if codec == "euc_jp" else "strict"
    try:
        text = content.decode(codec, errors)
    except ValueError:
        if codec == "big5hkscs":
            return _decode(content, "cp950")
        return None
    except LookupError:
        return None
    return None if errors != "strict" and "\ufffd" in text else text


def _is_plausible(text: str, codec: str) -> bool:
    """Whether a text that its declared encoding gave can be what somebody wrote.

    Any bytes are some text in an encoding of single bytes, and most bytes in GB 18030. So words
    that are made of accented letters only, or Chinese signs within Latin words, show a false name.
    """
    runs = _LETTER_RUN.findall(text[:_SAMPLE_BYTES])
    foreign_runs = [run for run in runs if not run.isascii()]
    if not foreign_runs:
        return True
    if codec in _MANY_BYTE_CODECS:
        mixed = sum(1 for run in foreign_runs if _is_mixed(run))
        return mixed * 2 <= len(foreign_runs)
    unmixed = sum(1 for run in foreign_runs if len(run) > 2 and _is_accented_only(run))
    return unmixed * 2 <= len(foreign_runs)


def _is_falsely_western(content: bytes, text: str) -> bool:
    """Whether bytes that are called Latin-1 are another language's.

    Many programs write that name below everything. Any bytes are some text in it, so it is believed
    unless its letters fit no language of the West, and another encoding's letters fit theirs.
    """
    languages = dict(_LATIN)["cp1252"]
    sample = text if len(text) <= _SAMPLE_BYTES else _sample(content).decode("cp1252", "replace")
    if max(_latin_score(sample, language) for language in languages) >= _MIN_WESTERN:
        return False
    return _detect(content) not in {None, "cp1252"}


def _is_mixed(run: str) -> bool:
    """Whether a Latin letter stands beside a sign of East Asia."""
    return bool(re.search(r"[a-zA-Z][\u2e80-\uffdc]|[\u2e80-\uffdc][a-z]", run))


def _is_accented_only(run: str) -> bool:
    return all("\u00aa" <= character <= "\u024f" for character in run)


def _decode_best(content: bytes, declared: str | None) -> str:
    """The text in the encoding that fits best, where it is no valid text in the `declared` one."""
    lossy_text = content.decode("utf_8", "replace")
    if _is_mostly_valid(lossy_text, 2):
        return lossy_text
    if declared in _MANY_BYTE_CODECS:
        text = content.decode(declared, "replace")
        if _is_mostly_valid(text, 4):
            return text
    codec = _detect(content) or (declared if declared != "utf_8" else None)
    return content.decode(codec, "replace") if codec else lossy_text


def _is_mostly_valid(text: str, ratio: int) -> bool:
    """Whether most characters beyond ASCII could be decoded: only some bytes are missing."""
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore"))
    return beyond_ascii > ratio * text.count("\ufffd")


def _detect(content: bytes) -> str | None:
    """The encoding whose letters fit a language; None if none does."""
    sample = _sample(content)
    best_codec, best_score = None, 0.9
    texts: dict[str, str] = {}
    for codec, languages in _LATIN:
        text = texts[codec] = _decode(sample, codec) or ""
        score = max((_latin_score(text, language) for language in languages), default=0.0)
        if text and score > best_score:
            best_codec, best_score = codec, score
    if best_codec:
        return best_codec
    best_score = 0.2
    for codec, languages in _OTHER_SCRIPTS:
        if text := _decode(sample, codec):
            score = max(_script_score(text, language) for language in languages)
            if score > best_score:
                best_codec, best_score = codec, score
    if best_codec:
        return best_codec
    western = texts["cp1252"]
    letters = [character for character in western if character.isalpha()]
    ascii_count = sum(1 for character in letters if character.isascii())
    return "cp1252" if western and ascii_count * 2 > len(letters) else None


def _sample(content: bytes) -> bytes:
    """The first lines of some bytes that say anything about their encoding, whole if possible."""
    if len(content) <= _SAMPLE_BYTES:
        return content
    lines: list[bytes] = []
    size = 0
    for match in _TELLING_LINE.finditer(content):
        if lines and size + len(match[0]) > _SAMPLE_BYTES:
            break
        lines.append(match[0][:_SAMPLE_BYTES])
        size += len(match[0])
    return b"".join(lines)


@cache
def _letters(language: str) -> Mapping[str, int]:
    """The letters of a language that ASCII lacks, with their ranks."""
    (letters,) = words_of_mails(language)["letters"]
    return {letter: rank for rank, letter in enumerate(letters)}


def _latin_score(text: str, language: str) -> float:
    """How many of the characters beyond ASCII a language has, in [0, 1]."""
    letters = _letters(language)
    good = bad = 0
    runs = [run for run in _LETTER_RUN.findall(text.lower()) if not run.isascii()]
    # Hardly a Latin word has only accented letters.
    if 2 * sum(1 for run in runs if len(run) > 1 and _is_accented_only(run)) > len(runs):
        return 0.0
    for run in runs:
        foreign = [character for character in run if not character.isascii()]
        known = sum(1 for character in foreign if character in letters)
        good, bad = good + known, bad + len(foreign) - known
    bad += _misplaced_signs(text)
    return good / (good + bad) if good + bad else float(_has_only_punctuation(text))


def _script_score(text: str, language: str) -> float:
    """How well the characters beyond ASCII fit a language, the frequent ones counting more."""
    letters = _letters(language)
    total, points = 0, 0.0
    many_signs = len(letters) > 100
    for character in text.lower():
        if character.isascii() or _PUNCTUATION.match(character):
            continue
        total += 1
        rank = letters.get(character)
        if rank is None:
            points += 0.25 if many_signs and "\u4e00" <= character <= "\ud7a3" else -1.0
        else:
            points += 0.8 if many_signs else 1 / (1 + rank / 8)
    if not total:
        return 0.0
    mixed = len(re.findall(r"[a-zA-Z](?=[\u0370-\uffdc])|(?<=[\u0370-\uffdc])[a-zA-Z]", text))
    wrong_case = sum(
        1
        for first, second in pairwise(text)
        if second > "\x7f" and first.islower() and second.isupper()
    )
    capitals = sum(1 for character in text if character > "\x7f" and character.isupper())
    points -= mixed + wrong_case + _misplaced_signs(text) + _CAPITAL_COST * capitals
    return points / total


def _misplaced_signs(text: str) -> int:
    """How many characters no text of a customer has: signs within words, and stray controls."""
    return sum(len(signs) for signs in _SIGN_IN_WORD.findall(text)) + sum(
        1 for character in text if "\x7f" <= character <= "\x9f"
    )


def _has_only_punctuation(text: str) -> bool:
    return all(
        character.isascii() or _PUNCTUATION.match(character) is not None for character in text
    )


def _replace_nec_character(error: UnicodeError) -> tuple[str, int]:
    """A character that only NEC's and IBM's rows of JIS X 0208 have, such as a circled digit.

    Python's codecs lack these rows, except the one for Shift_JIS.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    first, second = (byte & 0x7F for byte in error.object[error.start : error.start + 2].ljust(2))
    if 0x21 <= first <= 0x7E and 0x21 <= second <= 0x7E:
        row = (first - 0x21) // 2 + (0x81 if first <= 0x5E else 0xC1)
        odd_cell = second + (0x1F if second <= 0x5F else 0x20)
        cell = odd_cell if first % 2 else second + 0x7E
        try:
            return bytes((row, cell)).decode("cp932"), error.start + 2
        except ValueError:
            return "\ufffd", error.start + 2
    return "\ufffd", error.start + 1


codecs.register_error("heard_nec", _replace_nec_character)
