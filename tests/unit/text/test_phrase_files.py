"""Text files of phrases and wordings: their format, and that no file is missing or unused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from heard.acknowledgements import wordings as acknowledgement_wordings
from heard.acknowledgements.wordings import EXCLUSIONS, FORMALITIES, KINDS, wordings
from heard.assessment import reactions, vocabulary
from heard.replies import contacts, placeholders, private_numbers, tone
from heard.text import emoji, grammar
from heard.text.lexicon import Lexicon
from heard.text.phrase_files import PhraseFolder
from heard.text.words import UNSPACED

LIBRARY = Path(vocabulary.__file__).parents[2]
VOCABULARY = PhraseFolder(LIBRARY / "assessment" / "vocabulary")
WORDINGS = PhraseFolder(LIBRARY / "acknowledgements" / "wordings")
REPLIES = PhraseFolder(LIBRARY / "replies" / "phrases")
EMOJI = PhraseFolder(LIBRARY / "text" / "emoji")
GRAMMAR = PhraseFolder(LIBRARY / "text" / "grammar")
REACTIONS = PhraseFolder(LIBRARY / "assessment" / "reactions")

REPLY_CUES = (
    contacts.REFERENCE,
    contacts.TELEPHONE,
    private_numbers.IDENTITY_DOCUMENT,
    placeholders.FIELD,
    placeholders.FILL_IN,
    placeholders.GREETING,
)
MEANINGS = {
    VOCABULARY: {
        *vocabulary.MEANINGS,
        *vocabulary.COURTESIES,
        *vocabulary.QUESTION_MEANINGS,
        *vocabulary.AIDS,
    },
    EMOJI: {*emoji.GROUPS},
    GRAMMAR: {*grammar.KINDS},
    WORDINGS: {*KINDS, *EXCLUSIONS, "automatic", "detail", "topic"},
    REPLIES: {
        *tone.MEANINGS,
        *REPLY_CUES,
        contacts.STREET,
    },
    REACTIONS: {*reactions.MEANINGS},
}
LANGUAGES = {
    VOCABULARY: set(vocabulary.LANGUAGES),
    EMOJI: {"en"},
    GRAMMAR: set(grammar.LANGUAGES),
    WORDINGS: set(acknowledgement_wordings.LANGUAGES),
    REPLIES: {*tone.LANGUAGES, *tone.MORE_LANGUAGES},
    REACTIONS: set(reactions.LANGUAGES),
}
PARTIAL_MEANINGS = {
    *("audience", "mild", "promotion", "request"),
    *("asking_at_clause_start", "asking_at_sentence_start", "asking_unless_ended"),
    *vocabulary.AIDS,
    "courtesy",
    "sales_question",
    *grammar.KINDS,
    *(MEANINGS[REPLIES] - {*tone.WORST}),
}
"""Meanings that not every language has phrases for."""

folders = pytest.mark.parametrize("folder", MEANINGS, ids=lambda folder: folder.path.name)


def write(folder: Path, text: str | bytes) -> PhraseFolder:
    (folder / "greeting").mkdir()
    content = text if isinstance(text, bytes) else text.encode()
    (folder / "greeting" / "en.txt").write_bytes(content)
    return PhraseFolder(folder)


def test_lines_are_read_in_order_without_comments_and_empty_lines(tmp_path: Path) -> None:
    folder = write(tmp_path, "# how people greet\nhello\n\ngood day|morning\n# late\nhi there")
    assert folder.phrases("greeting", "en") == ("hello", "good day|morning", "hi there")
    assert folder.phrases("greeting", "de") == folder.phrases("farewell", "en") == ()


def test_entries_are_read_by_their_keys(tmp_path: Path) -> None:
    folder = write(tmp_path, "# names\nday: good: day\nnight: good night, all\n")
    assert folder.entries("greeting", "en") == {"day": "good: day", "night": "good night, all"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("hello\nhi, there\n", 2),
        ("hello\nhi\nhello\n", 3),
        ("# greetings\n hello\n", 2),
        ("hello\nhi \n", 2),
        ("hi  there\n", 1),
        ("hi\tthere\n", 1),
        ("hello\r\n", 1),
        ("hello\n \nhi\n", 2),
        ("\ufeffhello\n", 1),
        ("hello\nholla\u0308\n", 2),
        (b"hello\nhi\nsal\xfct\n", 3),
    ],
)
def test_an_invalid_phrase_is_refused_with_its_file_and_line(
    tmp_path: Path,
    text: str | bytes,
    number: int,
) -> None:
    folder = write(tmp_path, text)
    place = f"{re.escape(str(tmp_path))}/greeting/en\\.txt, line {number}: it "
    with pytest.raises(ValueError, match=place):
        folder.phrases("greeting", "en")


@pytest.mark.parametrize("line", ["hi", "day: hi", ": hi", "night:"])
def test_an_invalid_entry_is_refused_with_its_file_and_line(tmp_path: Path, line: str) -> None:
    folder = write(tmp_path, f"day: hello\n{line}\n")
    with pytest.raises(ValueError, match=r"greeting/en\.txt, line 2: it "):
        folder.entries("greeting", "en")


@folders
def test_every_file_belongs_to_a_meaning_and_a_language_that_the_code_uses(
    folder: PhraseFolder,
) -> None:
    paths = [path for path in folder.path.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    files = {path.relative_to(folder.path).as_posix() for path in paths}
    meanings, languages = MEANINGS[folder], LANGUAGES[folder]
    texts = {f"{meaning}/{language}.txt" for meaning in meanings for language in languages}
    assert files - texts <= {"__init__.py", "README.md"}


@folders
def test_every_meaning_has_a_file_for_each_supported_language(folder: PhraseFolder) -> None:
    for meaning in MEANINGS[folder]:
        languages = {path.stem for path in (folder.path / meaning).iterdir()}
        assert languages
        assert languages == LANGUAGES[folder] or meaning in PARTIAL_MEANINGS


@pytest.mark.parametrize("meaning", sorted(MEANINGS[REPLIES]))
def test_what_replies_should_not_say_is_known_in_its_languages(meaning: str) -> None:
    languages = {path.stem for path in (REPLIES.path / meaning).iterdir()}
    expected_languages = {*tone.LANGUAGES}
    if meaning in tone.WORST:
        expected_languages |= {*tone.MORE_LANGUAGES}
    assert languages == expected_languages


@folders
def test_no_file_is_empty(folder: PhraseFolder) -> None:
    for path in folder.path.glob("*/*.txt"):
        assert folder.lines(path.parent.name, path.stem), path


@folders
def test_the_readme_explains_every_folder(folder: PhraseFolder) -> None:
    readme = (folder.path / "README.md").read_text("utf-8")
    names = set(re.findall(r"`(\w+)`", readme))
    assert {name for name in MEANINGS[folder] if not name.startswith("topic_")} <= names


@pytest.mark.parametrize("language", vocabulary.LANGUAGES)
def test_every_phrase_of_the_vocabulary_is_valid_in_a_lexicon(language: str) -> None:
    meanings = vocabulary.MEANINGS
    Lexicon(language, {meaning: VOCABULARY.phrases(meaning, language) for meaning in meanings})


@pytest.mark.parametrize("language", tone.LANGUAGES)
def test_every_phrase_of_replies_is_valid_in_a_lexicon(language: str) -> None:
    meanings = (*tone.MEANINGS, *REPLY_CUES)
    Lexicon(language, {meaning: REPLIES.phrases(meaning, language) for meaning in meanings})


@pytest.mark.parametrize("language", tone.MORE_LANGUAGES)
def test_every_insult_and_threat_is_valid_in_a_lexicon(language: str) -> None:
    Lexicon(language, {meaning: REPLIES.phrases(meaning, language) for meaning in tone.WORST})


@pytest.mark.parametrize("meaning", grammar.KINDS)
def test_grammar_is_single_words_without_notation(meaning: str) -> None:
    for language in set(vocabulary.LANGUAGES) - UNSPACED:
        assert all(word.isalpha() for word in grammar.words(meaning, language)), language


@pytest.mark.parametrize("language", sorted(acknowledgement_wordings.LANGUAGES))
def test_wordings_are_complete_and_use_only_known_placeholders(language: str) -> None:
    words = wordings(language)
    for kind in KINDS:
        assert len(words.templates[kind]) == 3
        for template in words.templates[kind]:
            assert sorted(re.findall(r"\{\{ (\w+) \}\}", template)) == ["about", "business"]
            assert template.count("{") == 4
    assert re.findall(r"\{(\w*)\}", words.topic) == ["topic"]
    assert re.findall(r"\{(\w*)\}", words.product) == ["product"]
    assert re.findall(r"\{(\w*)\}", words.product_reviewed) == ["product"]
    assert re.findall(r"\{(\w*)\}", words.rating) == ["rating"]
    assert {*words.topics} == {*vocabulary.TOPICS} - {"room"}
    details = {"topic", "product", "product_reviewed", "rating"}
    assert {*WORDINGS.entries("detail", language)} <= details


@pytest.mark.parametrize("language", sorted(acknowledgement_wordings.LANGUAGES))
def test_required_and_forbidden_phrases_of_wordings_are_valid_in_a_lexicon(language: str) -> None:
    words = wordings(language)
    Lexicon(language, {"automatic": words.automatic, **words.exclusions})


def test_wordings_have_two_forms_of_address_exactly_in_the_languages_with_formality() -> None:
    for language in acknowledgement_wordings.LANGUAGES:
        text = "".join(sum(wordings(language).templates.values(), ()))
        assert ("[" in text) == (language in FORMALITIES)
