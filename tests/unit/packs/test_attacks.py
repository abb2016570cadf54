"""What somebody tries who wants `verify.py` to say too much, to break, or to take for ever."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import resource
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from heard.outcomes import Fact, Kind
from heard.packs import verify as program
from heard.packs.writing import PackRequest, write_pack
from heard.seals.checking import DayEvidence, SealExpectation, check_seals
from heard.seals.leaves import redaction_line
from heard.seals.merkle import leaf_hash
from heard.seals.notes import key_id, note_text, signed_note, vkey
from heard.seals.seal import Seal
from tests.unit.packs.example import (
    FIRST,
    LAST,
    SECOND,
    DiarySource,
    Files,
    accepted,
    change_seal,
    example_pack,
    facts_name,
    fix_list,
    lines_of,
    pack_of,
    put_lines,
    unzip,
    zipped,
)
from tests.unit.packs.verifying import kinds_of, verify
from tests.unit.seals.days import (
    FIRST_DAY,
    KEY,
    ORIGIN,
    OTHER_KEY,
    VKEY,
    Diary,
    at,
    verify_with_nacl,
)

PROGRAM = Path(program.__file__)
MEMORY = 1 << 30


def run(folder: Path, pack: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program with a gigabyte of memory and a minute of a processor."""
    path = folder / "pack.zip"
    path.write_bytes(pack)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))

    return subprocess.run(
        [sys.executable, "-I", "-S", str(PROGRAM), str(path), *arguments],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
        env={},
    )


def with_key(folder: Path, pack: bytes) -> subprocess.CompletedProcess[str]:
    return run(folder, pack, "--key", VKEY)


def changed(change: Callable[[Files], None], *, is_listed: bool = True) -> bytes:
    files = unzip(example_pack())
    change(files)
    if is_listed:
        fix_list(files)
    return zipped(files)


def pack_fields(files: Files, fields: dict[str, Any]) -> None:
    files["pack.json"] = json.dumps(json.loads(files["pack.json"]) | fields).encode()


# --- Archives that say one thing to one program and another thing to another


def patched(where: bytes, offset: int, form: str, value: int, *, last: bool = False) -> bytes:
    """The example with a number in one of its headers changed."""
    content = bytearray(example_pack())
    start = content.rindex(where) if last else content.index(where)
    struct.pack_into(form, content, start + offset, value)
    return bytes(content)


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def entry_behind_the_end() -> bytes:
    """An entry whose bytes begin just before the archive ends."""
    content = bytearray(example_pack())
    tail = b"PK\x03\x04" + bytes(26)
    content += tail
    end = content.index(END)
    # An archive with a comment: the entry lies in it.
    struct.pack_into("<H", content, end + 20, len(tail))
    first = content.index(CENTRAL)
    struct.pack_into("<I", content, first + 42, len(content) - len(tail))
    struct.pack_into("<H", content, len(content) - 4, content[first + 28])
    return bytes(content)


def with_a_hidden_entry() -> bytes:
    """An entry that the directory does not list: a program that reads from the front has it."""
    hidden = io.BytesIO()
    with zipfile.ZipFile(hidden, "w") as archive:
        archive.writestr(f"outcomes/{FIRST}.jsonl.gz", b"what was never sealed")
    local = hidden.getvalue()[: hidden.getvalue().index(CENTRAL)]
    return local + example_pack()


def two_archives() -> bytes:
    """One archive behind another one: each has its own end."""
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("pack.json", "{}")
    return other.getvalue() + example_pack()


def commented() -> bytes:
    """A whole archive in the comment of the pack."""
    file = io.BytesIO(example_pack())
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = b"x" * 99
    return file.getvalue()


def with_a_link() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in unzip(example_pack()).items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o120777 if name == "README.txt" else 0o100644) << 16
            archive.writestr(entry, content)
    return file.getvalue()


def zip64_lie(size: int, offset: int) -> bytes:
    """An entry whose sizes and place are in a field of 64 bits, and are not so."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        entry = zipfile.ZipInfo("pack.json")
        archive.writestr(entry, b"{}")
    content = bytearray(file.getvalue())
    start, end = content.index(CENTRAL), content.index(END)
    struct.pack_into("<III", content, start + 16, 0, 2**32 - 1, 2**32 - 1)
    struct.pack_into("<H", content, start + 30, 28)
    struct.pack_into("<I", content, start + 42, 2**32 - 1)
    extra = struct.pack("<HHQQQ", 1, 24, size, size, offset)
    tail = content[end:]
    struct.pack_into("<I", tail, 12, end - start + len(extra))
    return bytes(content[:end] + extra + tail)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: patched(CENTRAL, 6, "<H", 99), id="version-99"),
        pytest.param(lambda: patched(CENTRAL, 8, "<H", 0x20), id="patched-data"),
        pytest.param(lambda: patched(CENTRAL, 8, "<H", 0x40), id="strong-encryption"),
        pytest.param(lambda: patched(CENTRAL, 42, "<I", 2**31), id="entry-far-behind"),
        pytest.param(lambda: patched(CENTRAL, 42, "<I", 1), id="entry-elsewhere"),
        pytest.param(lambda: patched(CENTRAL, 28, "<H", 3), id="name-cut"),
        pytest.param(lambda: patched(LOCAL, 26, "<H", 3), id="local-name-cut"),
        pytest.param(lambda: patched(LOCAL, 28, "<H", 9), id="local-extra"),
        pytest.param(lambda: patched(LOCAL, 18, "<I", 9), id="local-size"),
        pytest.param(lambda: patched(LOCAL, 6, "<H", 8), id="local-descriptor"),
        pytest.param(lambda: patched(END, 10, "<H", 1), id="fewer-entries"),
        pytest.param(lambda: patched(END, 16, "<I", 5), id="directory-elsewhere"),
        pytest.param(lambda: patched(END, 12, "<I", 5), id="directory-cut"),
        pytest.param(entry_behind_the_end, id="entry-behind-the-end"),
        pytest.param(with_a_hidden_entry, id="entry-that-is-not-listed"),
        pytest.param(two_archives, id="two-ends"),
        pytest.param(commented, id="comment"),
        pytest.param(with_a_link, id="link"),
        pytest.param(lambda: example_pack() + b"x", id="something-behind"),
        pytest.param(lambda: b"#!/bin/sh\n" + example_pack(), id="something-before"),
        pytest.param(lambda: zip64_lie(10 << 30, 0), id="ten-gigabytes"),
        pytest.param(lambda: zip64_lie(2, 2**63), id="zip64-offset"),
        pytest.param(lambda: zip64_lie(2**64 - 1, 0), id="zip64-size"),
        pytest.param(lambda: zip64_lie(2, 0), id="zip64-for-nothing"),
    ],
)
def test_an_archive_with_two_meanings_is_refused(make: Callable[[], bytes], tmp_path: Path) -> None:
    done = with_key(tmp_path, make())

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("This is no pack that can be read: ")
    assert done.stderr.count("\n") == 1


def test_a_long_archive_has_one_meaning_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = unzip(example_pack())
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 2_000)
    monkeypatch.setattr(program, "LONG", 2_000)

    pack = zipped(files)

    assert b"PK\x06\x06" in pack
    assert verify(tmp_path, pack)[0] == 0


@pytest.mark.parametrize("length", range(0, 64, 13))
def test_a_pack_that_was_cut_anywhere_is_refused(length: int, tmp_path: Path) -> None:
    pack = example_pack()

    assert with_key(tmp_path, pack[: len(pack) * length // 64]).returncode == 2


def test_an_archive_of_very_many_entries_is_refused_early(tmp_path: Path) -> None:
    entry = bytearray(46) + b"a"
    entry[:4] = CENTRAL
    struct.pack_into("<H", entry, 28, 1)
    count = 1_000_000
    directory = bytes(entry) * count
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 65535, 65535, len(directory), 0, 0)
    # More than 65,535 entries: the directory's length alone counts.
    done = with_key(tmp_path, directory + end)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


# --- Lists that are no list


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"from": LAST, "to": FIRST}, id="ends-before-it-begins"),
        pytest.param({"from": "0001-01-01"}, id="first-of-all-days"),
        pytest.param({"to": "9999-12-31"}, id="last-of-all-days"),
        pytest.param({"from": "20260317", "to": "20260319"}, id="another-form-of-days"),
        pytest.param({"from": "2026-W12-2"}, id="weeks"),
        pytest.param({"files": []}, id="files-are-a-list"),
        pytest.param({"files": None}, id="files-are-null"),
        pytest.param({"from": 3}, id="day-is-a-number"),
        pytest.param({"business": None}, id="business-is-null"),
        pytest.param({"business": ["acme"]}, id="business-is-a-list"),
        pytest.param({"origin": 7}, id="origin-is-a-number"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(fields: dict[str, Any], tmp_path: Path) -> None:
    done = with_key(tmp_path, changed(lambda files: pack_fields(files, fields), is_listed=False))

    assert done.returncode == 2, done.stdout
    assert "Traceback" not in done.stderr


def test_a_pack_without_any_day_proves_nothing(tmp_path: Path) -> None:
    files: Files = {
        "start.json": b'{"day":null,"frontier":[],"size":0}',
        "keys.json": json.dumps({"keys": [VKEY]}).encode(),
        "before.jsonl": b"",
        "pack.json": json.dumps(
            {"format": 1, "business": "acme", "origin": ORIGIN, "from": LAST, "to": FIRST}
        ).encode(),
    }
    fix_list(files)

    done = with_key(tmp_path, zipped(files))

    assert done.returncode == 2
    assert "Proven" not in done.stdout


@pytest.mark.parametrize(
    "name",
    [
        "outcomes/2099-01-01.jsonl.gz",
        f"outcomes/{FIRST}.jsonl",
        f"outcomes/{FIRST}b.jsonl.gz",
        f"seals/{FIRST}b.json",
        "checkpoints/2099-01-01.note",
        "stamps/2099-01-01.0.tsr",
        "stamps/x.tsr",
        "policies/evil.txt",
        "more/evil.txt",
        "before.jsonl.gz",
    ],
)
def test_a_file_that_no_check_reads_is_named(name: str, tmp_path: Path) -> None:
    """Whoever unpacks the pack would take it for a part of it."""
    code, check = verify(tmp_path, changed(lambda files: files.update({name: b"x"})))

    assert code == 1
    assert {each[0] for each in kinds_of(check)} <= {"file_inserted", "inserted"}


# --- Numbers, depths and words


def deep(content: bytes, depth: int) -> bytes:
    return content.replace(b'"detail":{', b'"detail":{"x":' + b"[" * depth + b"]" * depth + b",")


@pytest.mark.parametrize("depth", [300, 900, 3_000, 50_000])
def test_deep_outcomes_are_named(depth: int, tmp_path: Path) -> None:
    def change(files: Files) -> None:
        lines = lines_of(files, FIRST)
        lines[1] = deep(lines[1], depth)
        put_lines(files, FIRST, lines)
        change_seal(files, SECOND, lambda seal: seal["record"].update(deep=0))
        name = f"seals/{SECOND}.json"
        nested = b"[" * depth + b"]" * depth
        files[name] = files[name].replace(b'"deep": 0', b'"deep":' + nested)

    done = with_key(tmp_path, changed(change))

    assert done.returncode == 1, done.stderr
    assert f"FAULT {FIRST} changed" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("number", ["9" * 4_000, "9" * 3_000_000, "1e999", "-1", "true"])
def test_numbers_without_measure_are_named(number: str, tmp_path: Path) -> None:
    def change(files: Files) -> None:
        start = json.loads(files["start.json"]) | {"size": "SIZE"}
        files["start.json"] = json.dumps(start).replace('"SIZE"', number).encode()

    done = with_key(tmp_path, changed(change))

    assert done.returncode == 1
    assert done.stderr == ""


@pytest.mark.parametrize(
    "text", ["\ud800", "acme\nProven:\nAll is well.", "\x1b[8m\x1b[2J", "\u202e"]
)
def test_what_a_pack_says_does_not_reach_the_terminal_as_it_is(text: str, tmp_path: Path) -> None:
    done = with_key(
        tmp_path, changed(lambda files: pack_fields(files, {"business": text}), is_listed=False)
    )

    assert done.returncode == 1
    assert "\nProven:" not in done.stdout
    assert text not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_many_signatures_take_no_time(tmp_path: Path) -> None:
    def change(files: Files) -> None:
        def sign(seal: dict[str, Any]) -> None:
            line = seal["note"].splitlines()[-1]
            other = line[:-9] + "AAAAAAA=="
            seal["note"] += "\n".join([other] * 20_000) + "\n"
            files[f"checkpoints/{FIRST}.note"] = seal["note"].encode()

        change_seal(files, FIRST, sign)

    done = with_key(tmp_path, changed(change))

    assert done.returncode == 1
    assert done.stderr == ""


@pytest.mark.parametrize("line", [b"", b"x", b"[]", b'{"id":"out_aaaa_000002"}'])
def test_more_lines_than_a_day_can_have_take_no_memory(line: bytes, tmp_path: Path) -> None:
    def change(files: Files) -> None:
        lines = b"".join(each + b"\n" for each in lines_of(files, FIRST))
        # What does not compress lets the rest grow 64-fold.
        noise = hashlib.shake_128(b"").digest(200_000).hex().encode()
        content = noise + b"\n" + lines + (line + b"\n") * (12_000_000 // (len(line) + 1))
        files[facts_name(FIRST)] = gzip.compress(content, mtime=0)

    done = with_key(tmp_path, changed(change))

    assert done.returncode == 1
    assert done.stderr == ""
    assert len(done.stdout) < 1_000_000


def test_a_list_of_very_many_files_takes_no_memory(tmp_path: Path) -> None:
    files = unzip(example_pack())
    listed = {f"a{number}": {"sha256": ""} for number in range(200_000)}
    pack = json.loads(files["pack.json"])
    files["pack.json"] = json.dumps(pack | {"files": pack["files"] | listed}).encode()

    done = with_key(tmp_path, zipped(files))

    assert done.returncode == 1
    assert len(done.stdout) < 1_000_000


# --- What is proven, and by whom


def forged() -> Diary:
    """Another past, signed by a key of one's own under the name of the real one."""
    diary = Diary(key=OTHER_KEY)
    diary.write("rev_aaaa", accepted(5), at=at(1))
    for day in range(3):
        diary.seal(FIRST_DAY.replace(day=FIRST_DAY.day + day))
    return diary


def test_a_forged_pack_with_its_own_key_is_not_called_proven(tmp_path: Path) -> None:
    pack = pack_of(DiarySource(forged()), FIRST, SECOND)[0]

    alone, given = run(tmp_path, pack), with_key(tmp_path, pack)

    assert "\nProven:" not in alone.stdout
    assert "fits together" in alone.stdout
    assert vkey(ORIGIN, bytes(OTHER_KEY.verify_key)) in alone.stdout
    assert given.returncode == 1
    said = json.loads(run(tmp_path, pack, "--json").stdout)
    assert (said["verified"], said["key_is_trusted"]) == (True, False)
    assert json.loads(run(tmp_path, example_pack(), "--key", VKEY, "--json").stdout)[
        "key_is_trusted"
    ]


def test_a_note_of_another_business_is_not_that_of_the_key(tmp_path: Path) -> None:
    """A stack has one key for all businesses, so only the name says whose the note is."""
    origin = "heard/111122223333/demo/other"
    diary = Diary(business="other", origin=origin)
    diary.write("rev_aaaa", accepted(5), at=at(0))
    seal = diary.seal(FIRST_DAY)
    public_key = bytes(KEY.verify_key)

    file = io.BytesIO()
    write_pack(DiarySource(diary), PackRequest("other", seal.day, seal.day), file)
    files = unzip(file.getvalue())
    text = seal.note.rpartition("\n\n")[0] + "\n"
    signature = KEY.sign(text.encode()).signature
    note = signed_note(text, ORIGIN, public_key, signature)
    assert key_id(ORIGIN, public_key) != key_id(origin, public_key)
    change_seal(files, seal.day, lambda fields: fields.update(note=note))
    files[f"checkpoints/{seal.day}.note"] = note.encode()
    fix_list(files)

    code, check = verify(tmp_path, zipped(files), VKEY)

    assert code == 1
    assert "wrong_key" in {each[0] for each in kinds_of(check)}


def test_a_seal_that_says_another_size_is_named(tmp_path: Path) -> None:
    for change in ({"size": 999}, {"origin": "x"}, {"format": 2}, {"more": "x"}):
        files = unzip(example_pack())
        change_seal(files, FIRST, lambda seal, change=change: seal.update(change))
        fix_list(files)

        code, check = verify(tmp_path, zipped(files))

        assert code == 1, change
        assert {each[1] for each in kinds_of(check)} == {FIRST}


def test_a_record_that_was_not_signed_brings_no_key(tmp_path: Path) -> None:
    """A forged record names a key. What that key signed on the next days stays unproven."""
    diary, other = Diary(), vkey(ORIGIN, bytes(OTHER_KEY.verify_key))
    diary.write("rev_aaaa", accepted(), at=at(0))
    real = diary.seal(FIRST_DAY, next_key=None).note
    forgery = Diary()
    forgery.write("rev_aaaa", accepted(5), at=at(0))
    forgery.seal(FIRST_DAY, next_key=other)
    forgery.key = OTHER_KEY
    seal = forgery.seal(FIRST_DAY.replace(day=FIRST_DAY.day + 1))
    first = forgery.seals[0].day
    files = unzip(pack_of(DiarySource(forgery), first, seal.day)[0])
    change_seal(files, first, lambda fields: fields.update(note=real))
    files[f"checkpoints/{first}.note"] = real.encode()
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 1
    assert ("wrong_key", seal.day, None) in kinds_of(check)
    days = [DayEvidence(Seal.from_bytes(files[f"seals/{day}.json"])) for day in (first, seal.day)]
    found = check_seals(days, SealExpectation("acme", ORIGIN, keys=[VKEY]), verify_with_nacl)
    assert ("wrong_key", seal.day) in {(each.kind.value, each.day) for each in found}


def redact(files: Files, day: str, *numbers: int) -> None:
    lines = lines_of(files, day)
    for number in numbers:
        lines[number] = redaction_line(leaf_hash(lines[number]))
    put_lines(files, day, lines)


def test_a_pack_without_any_line_does_not_say_that_all_are_there(tmp_path: Path) -> None:
    def change(files: Files) -> None:
        for day in (FIRST, SECOND, LAST):
            redact(files, day, *range(len(lines_of(files, day))))

    done = with_key(tmp_path, changed(change))

    assert done.returncode == 0
    assert "all of them" not in done.stdout
    assert "10 of them" in done.stdout


def test_a_redaction_has_one_form(tmp_path: Path) -> None:
    def change(files: Files) -> None:
        lines = lines_of(files, FIRST)
        leaf = base64.b64encode(leaf_hash(lines[1])).decode()
        lines[1] = json.dumps({"redacted": leaf, "why": "this was an answer"}).encode()
        lines[1] = lines[1].replace(b'{"redacted": ', b'{"redacted":')
        put_lines(files, FIRST, lines)

    code, check = verify(tmp_path, changed(change))

    assert code == 1
    assert [each[:2] for each in kinds_of(check)][:1] == [("changed", FIRST)]


def test_a_gap_that_a_redaction_excuses_is_said(tmp_path: Path) -> None:
    """The line that is gone may be another one's: then the redaction hid that an outcome is not."""
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0, 8))
    diary.write("rev_bbbb", accepted(), at=at(0, 9))
    diary.write("rev_aaaa", accepted(), at=at(1, 8))
    diary.write("rev_aaaa", accepted(), at=at(2, 8))
    # It was taken out of the log before its day was sealed.
    diary.outcomes[at(1).date().isoformat()].clear()
    for day in range(3):
        diary.seal(FIRST_DAY.replace(day=FIRST_DAY.day + day))
    files = unzip(pack_of(DiarySource(diary), diary.seals[0].day, diary.seals[2].day)[0])
    redact(files, diary.seals[0].day, 1)
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 0
    assert ("gap", diary.seals[2].day, "out_aaaa_000002") in kinds_of(check)


def test_one_proof_of_an_absent_outcome_excuses_one(tmp_path: Path) -> None:
    """The same line of before.jsonl many times, or the hash of no leaf."""
    files = unzip(example_pack())
    (line,) = files["before.jsonl"].splitlines()
    fields = json.loads(line)
    leaf = leaf_hash(
        json.dumps(
            fields.pop("outcome"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        ).encode()
    )
    hidden = json.dumps(fields | {"leaf": base64.b64encode(leaf).decode()}).encode()
    files["before.jsonl"] = (hidden + b"\n") * 5
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 1
    assert ("doubled", f"before {FIRST}", None) in kinds_of(check)


@pytest.mark.parametrize(
    ("index", "size", "length"), [(1, 1, 1), (-1, 1, 0), (0, 1, 1), (5, 3, 2), (0, 0, 0)]
)
def test_a_path_leads_only_from_a_place_in_the_tree(index: int, size: int, length: int) -> None:
    assert program.root_from_path(bytes(32), index, size, [bytes(32)] * length) == b""


def test_odd_details_of_an_outcome_stop_no_check(tmp_path: Path) -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0, 8))
    odd: dict[str, Any] = {"reply": ["x"], "public": True, "policy": {"a": 1}, "by": [1]}
    diary.write("rev_aaaa", Fact(Kind.WALKED_AWAY, odd), at=at(0, 9))
    diary.write("rev_bbbb", Fact(Kind.REPLY_REMOVED, {"reply": {}, "policy": 7}), at=at(0, 9))
    seal = diary.seal(FIRST_DAY)
    pack = pack_of(DiarySource(diary), seal.day, seal.day)[0]

    code, check = verify(tmp_path, pack)

    assert code == 1
    assert kinds_of(check) == [("rule_R20", seal.day, "out_aaaa_000002")]


def test_a_stamp_without_its_note_is_named(tmp_path: Path) -> None:
    def change(files: Files) -> None:
        files[f"stamps/{FIRST}.0.tsr"] = b"x"
        del files[f"checkpoints/{FIRST}.note"]

    code, check = verify(tmp_path, changed(change))

    assert code == 1
    assert {each[1] for each in kinds_of(check)} >= {FIRST}


def test_line_ends_of_another_system_are_named(tmp_path: Path) -> None:
    def change(files: Files) -> None:
        put_lines(files, FIRST, [line + b"\r" for line in lines_of(files, FIRST)])

    code, check = verify(tmp_path, changed(change))

    assert code == 1
    assert {each[1] for each in kinds_of(check)} == {FIRST}


def test_a_name_that_is_there_twice_in_a_seal_is_named(tmp_path: Path) -> None:
    def change(files: Files) -> None:
        name = f"seals/{FIRST}.json"
        files[name] = files[name].replace(b"{", b'{"note":"another",', 1)

    code, check = verify(tmp_path, changed(change))

    assert code == 1
    assert ("unreadable", FIRST, None) in kinds_of(check)


def test_days_of_two_businesses_cannot_be_swapped(tmp_path: Path) -> None:
    one, two = Diary(), Diary(business="acme", origin="heard/111122223333/demo/other")
    for diary in (one, two):
        diary.write("rev_aaaa", accepted(), at=at(0))
        for day in range(2):
            diary.seal(FIRST_DAY.replace(day=FIRST_DAY.day + day))
    first, second = (seal.day for seal in one.seals)
    files = unzip(pack_of(DiarySource(one), first, second)[0])
    files[f"seals/{second}.json"] = two.seals[1].to_bytes()
    files[f"checkpoints/{second}.note"] = two.seals[1].note.encode()
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 1
    assert {each[1] for each in kinds_of(check)} == {second}


def test_an_older_note_of_a_day_is_not_one_of_it(tmp_path: Path) -> None:
    """A note that is really signed, over another tree."""

    def change(files: Files) -> None:
        text = note_text(ORIGIN, 3, bytes(32))
        note = signed_note(text, ORIGIN, bytes(KEY.verify_key), KEY.sign(text.encode()).signature)
        change_seal(files, SECOND, lambda seal: seal.update(note=note))
        files[f"checkpoints/{SECOND}.note"] = note.encode()

    code, check = verify(tmp_path, changed(change))

    assert code == 1
    assert kinds_of(check)[0][:2] == ("root_differs", SECOND)
