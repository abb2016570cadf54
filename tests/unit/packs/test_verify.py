"""The program that goes with a pack: it stands alone, and reads hostile files without harm."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from heard.outcomes import CLOSING_KINDS, Fact, Kind
from heard.packs import verify as program
from heard.seals.leaves import canonical, record_bytes, redaction_line
from heard.seals.merkle import leaf_hash
from heard.seals.notes import note_text, signed_note
from heard.seals.seal import LeafHashes, Seal
from tests.unit.packs.example import (
    DAYS,
    FIRST,
    LAST,
    POLICY_HASH,
    SECOND,
    DiarySource,
    Files,
    accepted,
    example_diary,
    example_pack,
    facts_name,
    findings_of,
    fix_list,
    lines_of,
    pack_of,
    put_lines,
    reply,
    unzip,
    zipped,
)
from tests.unit.packs.verifying import kinds_of, verify
from tests.unit.seals.days import (
    FIRST_DAY,
    KEY,
    ORIGIN,
    OTHER_VKEY,
    VKEY,
    Diary,
    at,
    verify_with_nacl,
)

PROGRAM = Path(program.__file__)


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The program as an auditor runs it: no site packages, and nothing of the environment."""
    return subprocess.run(
        [sys.executable, "-I", "-S", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={"PATH": os.environ["PATH"]},
    )


def test_it_needs_the_standard_library_of_python_3_9_alone() -> None:
    tree = ast.parse(PROGRAM.read_text(), feature_version=(3, 9))
    imported = {
        (name.name if isinstance(node, ast.Import) else node.module or "").partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }

    assert imported - {"__future__"} <= sys.stdlib_module_names
    assert not imported & {"socket", "urllib", "http", "subprocess", "ctypes", "pickle"}
    later = {"bit_count", "pairwise", "batched", "removeprefix_", "strict", "TaskGroup"}
    names = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    assert not later & (names | keywords)


def test_a_pack_is_verified_with_the_program_in_it(tmp_path: Path) -> None:
    for name, content in unzip(example_pack()).items():
        (tmp_path / "pack" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "pack" / name).write_bytes(content)

    done = run(tmp_path / "pack" / "verify.py", "--key", VKEY, cwd=tmp_path)

    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.startswith(
        f"Pack of acme, {FIRST} to {LAST}: 3 sealed days, 10 outcomes, 5 reviews.\nProven:\n"
    )
    assert "Not proven:\n" in done.stdout


def test_the_result_is_json_on_request(tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(example_pack())

    done = run(PROGRAM, tmp_path / "pack.zip", "--key", VKEY, "--json")

    assert json.loads(done.stdout) == {
        "verified": True,
        "key_is_trusted": True,
        "findings": [],
        "counts": {},
        "stamps": [],
        "days": 3,
        "outcomes": 10,
        "reviews": 5,
    }


def test_without_a_key_it_says_that_the_key_is_the_packs_own(tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(example_pack())

    done = run(PROGRAM, tmp_path / "pack.zip")

    assert done.returncode == 0
    assert "key_from_pack" in done.stdout


def test_a_pack_that_another_key_signed_is_not_proven(tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(example_pack())

    done = run(PROGRAM, tmp_path / "pack.zip", "--key", OTHER_VKEY)

    assert done.returncode == 1
    assert f"FAULT {FIRST} wrong_key" in done.stdout


@pytest.mark.parametrize("key", ["", "acme", "a+00000000+AAAA", "a+00000000+?"])
def test_a_key_that_is_none_is_refused(key: str, tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(example_pack())

    assert run(PROGRAM, tmp_path / "pack.zip", "--key", key).returncode == 2


# --- Signatures


def test_the_vectors_of_rfc_8032_are_accepted() -> None:
    for public_key, message, signature in (
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ):
        parts = [bytes.fromhex(each) for each in (public_key, message, signature)]
        assert program.is_signed(*parts)
        assert not program.is_signed(parts[0], parts[1] + b"x", parts[2])


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=99), st.data())
def test_it_accepts_the_signatures_that_libsodium_accepts(
    seed: bytes, message: bytes, data: st.DataObject
) -> None:
    key = SigningKey(seed)
    public_key, signature = bytes(key.verify_key), key.sign(message).signature
    place = data.draw(st.integers(0, 511))
    broken = bytearray(signature)
    broken[place // 8] ^= 1 << place % 8

    assert program.is_signed(public_key, message, signature)
    assert not program.is_signed(public_key, message, bytes(broken))


@pytest.mark.parametrize(
    "public_key",
    [
        bytes(32),
        b"\x01" + bytes(31),
        b"\xec" + b"\xff" * 30 + b"\x7f",
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        b"\xff" * 32,
        b"",
    ],
)
def test_a_key_that_signs_everything_signs_nothing(public_key: bytes) -> None:
    assert not program.is_signed(public_key, b"message", b"\x01" + bytes(63))


@given(st.binary(max_size=80), st.binary(max_size=40), st.binary(max_size=80))
def test_any_bytes_are_a_signature_or_none(key: bytes, message: bytes, signature: bytes) -> None:
    assert program.is_signed(key, message, signature) in {True, False}


# --- Hostile files


def stored(*entries: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content)
    return file.getvalue()


def with_bytes(pack: bytes, old: bytes, new: bytes) -> bytes:
    assert old in pack
    return pack.replace(old, new)


def deflated_pack() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pack.json", "{}" + " " * 1_000_000)
    return file.getvalue()


def overlapping_pack() -> bytes:
    """Two entries of the directory that are the same bytes of the file."""
    content = stored(("a", b"x" * 5_000), ("b", b"y"))
    first, second = 0, content.index(b"PK\x03\x04", 4)
    directory = bytearray(content[content.index(b"PK\x01\x02") :])
    entry = directory.index(b"PK\x01\x02", 4)
    directory[entry + 20 : entry + 28] = struct.pack("<II", 5_000, 5_000)
    del first, second
    return content[: content.index(b"PK\x01\x02")] + bytes(directory)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: b"", id="empty"),
        pytest.param(lambda: b"PK\x03\x04" + bytes(99), id="no-zip"),
        pytest.param(lambda: example_pack()[:-30], id="cut"),
        pytest.param(lambda: stored(("pack.json", b"{}"), ("pack.json", b"{}")), id="two-names"),
        pytest.param(lambda: stored(("../pack.json", b"{}")), id="traversal"),
        pytest.param(lambda: stored(("/etc/passwd", b"{}")), id="absolute"),
        pytest.param(lambda: stored(("a\\b", b"{}")), id="backslash"),
        pytest.param(lambda: stored(("a/b/c", b"{}")), id="too-deep"),
        pytest.param(lambda: stored(("ä", b"{}")), id="not-ascii"),
        pytest.param(deflated_pack, id="deflated"),
        pytest.param(overlapping_pack, id="overlapping"),
        pytest.param(lambda: stored(("x", b"")), id="no-list"),
        pytest.param(lambda: stored(("pack.json", b"[]")), id="list-is-no-object"),
        pytest.param(lambda: stored(("pack.json", b'{"format":NaN}')), id="nan"),
        pytest.param(lambda: stored(("pack.json", b"\xef\xbb\xbf{}")), id="bom"),
        pytest.param(lambda: stored(("pack.json", b'{"format":1,"format":1}')), id="name-twice"),
        pytest.param(lambda: stored(("pack.json", b'{"a":' * 99_999)), id="too-deep-json"),
        pytest.param(lambda: stored(("pack.json", b'{"format":2}')), id="unknown-format"),
        pytest.param(lambda: with_bytes(example_pack(), b'"format": 1', b'"format": 3'), id="crc"),
    ],
)
def test_what_is_no_pack_is_refused(make: Callable[[], bytes], tmp_path: Path) -> None:
    (tmp_path / "pack.zip").write_bytes(make())

    done = run(PROGRAM, tmp_path / "pack.zip")

    assert done.returncode == 2
    assert done.stderr.startswith("This is no pack that can be read: ")
    assert "Traceback" not in done.stderr


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "MOST_FILES", 10)

    with pytest.raises(program.Unreadable):
        verify(tmp_path, example_pack())


def test_a_link_in_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pack.json").symlink_to("/etc/hostname")

    assert run(PROGRAM, tmp_path).returncode == 2


def test_a_bomb_is_named_and_not_inflated(tmp_path: Path) -> None:
    files = unzip(example_pack())
    stream = zlib.compressobj(9, wbits=31)
    bomb = b"".join(stream.compress(b"0" * 1_000_000) for _ in range(300)) + stream.flush()
    files[facts_name(SECOND)] = bomb
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 1
    assert ("unreadable", SECOND, None) in kinds_of(check)


@pytest.mark.parametrize(
    "content", [b"", b"no gzip", b"\x1f\x8b\x08\x00", b"\x1f\x8b\x08\x00" + b"\xff" * 99]
)
def test_outcomes_that_cannot_be_read_are_named(content: bytes, tmp_path: Path) -> None:
    files = unzip(example_pack())
    files[facts_name(SECOND)] = content
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 1
    assert {each[1] for each in kinds_of(check)} == {SECOND}
    assert SECOND in {each.day for each in findings_of(files)}


@given(st.data())
def test_any_change_of_any_file_is_named_or_refused(data: st.DataObject) -> None:
    files = unzip(example_pack())
    name = data.draw(st.sampled_from(sorted(set(files) - {"pack.json", "README.txt"})))
    content = bytearray(files[name]) or bytearray(1)
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    files[name] = bytes(content)

    code, check = verify_in_memory(files)

    assert code == 1
    assert "file_differs" in {each[0] for each in kinds_of(check)}


def verify_in_memory(files: Files) -> tuple[int, program.PackCheck]:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        return verify(Path(folder), zipped(files))


# --- Files of a pack


def drop(name: str) -> Callable[[Files], None]:
    return lambda files: files.pop(name) and None


def put(name: str, content: bytes) -> Callable[[Files], None]:
    return lambda files: files.update({name: content})


def change_pack(**fields: Any) -> Callable[[Files], None]:
    return lambda files: files.update(
        {"pack.json": json.dumps(json.loads(files["pack.json"]) | fields).encode()}
    )


@pytest.mark.parametrize(
    ("tamper", "kind"),
    [
        pytest.param(drop("reviews.csv"), "file_missing", id="file-removed"),
        pytest.param(put("more.txt", b""), "file_inserted", id="file-added"),
        pytest.param(put("reviews.csv", b""), "file_differs", id="table-altered"),
        pytest.param(change_pack(business="other"), "other_business", id="list-business"),
        pytest.param(change_pack(origin="x"), "other_business", id="list-origin"),
        pytest.param(change_pack(to=DAYS[4]), "day_missing", id="list-longer"),
        pytest.param(change_pack(to=SECOND), "inserted", id="list-shorter"),
        pytest.param(change_pack(**{"from": SECOND}), "inserted", id="list-later"),
        pytest.param(put(f"policies/{POLICY_HASH}.json", b"{}"), "policy_differs", id="policy"),
        pytest.param(drop(f"seals/{SECOND}.json"), "day_missing", id="seal-removed"),
        pytest.param(drop(facts_name(SECOND)), "facts_differ", id="outcomes-removed"),
        pytest.param(put(f"checkpoints/{SECOND}.note", b"x"), "root_differs", id="note-altered"),
        pytest.param(put("start.json", b"{}"), "unreadable", id="start-altered"),
    ],
)
def test_a_pack_that_was_put_together_anew_is_named(
    tamper: Callable[[Files], None], kind: str, tmp_path: Path
) -> None:
    files = unzip(example_pack())
    tamper(files)
    if not kind.startswith("file"):
        fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 1
    assert kind in {each[0] for each in kinds_of(check)}


def test_a_policy_that_is_not_there_is_said_and_is_no_fault(tmp_path: Path) -> None:
    files = unzip(example_pack())
    del files[f"policies/{POLICY_HASH}.json"]
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 0
    assert [each[0] for each in kinds_of(check)] == ["policy_missing"]


def test_an_earlier_outcome_that_was_never_in_the_log_is_named(tmp_path: Path) -> None:
    files = unzip(example_pack())
    (line,) = files["before.jsonl"].splitlines()
    fields = json.loads(line)
    fields["outcome"]["actor"] = "usr_9"
    files["before.jsonl"] = canonical(fields) + b"\n"
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 1
    assert ("inserted", f"before {FIRST}", "out_aaaa_000001") in kinds_of(check)


def test_earlier_outcomes_that_are_not_there_are_said(tmp_path: Path) -> None:
    files = unzip(example_pack())
    files["before.jsonl"] = b""
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 0
    assert kinds_of(check) == [("before_missing", FIRST, "out_aaaa_000001")]


# --- A line that was taken out by law


def test_a_line_that_was_taken_out_leaves_everything_else_proven(tmp_path: Path) -> None:
    files = unzip(example_pack())
    lines = lines_of(files, FIRST)
    lines[2] = redaction_line(leaf_hash(lines[2]))
    put_lines(files, FIRST, lines)
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 0
    # The line may be the one that the chain goes on without. Nobody can tell.
    assert kinds_of(check) == [("redacted", FIRST, None), ("gap", FIRST, "out_aaaa_000003")]
    assert check.outcomes == 9
    found = findings_of(files)
    assert [(each.kind.value, each.is_fault) for each in found] == [("redacted", False)]


def test_a_redaction_does_not_hide_that_another_line_is_gone(tmp_path: Path) -> None:
    files = unzip(example_pack())
    lines = lines_of(files, FIRST)
    lines[1] = redaction_line(leaf_hash(lines[1]))
    del lines[2]
    put_lines(files, FIRST, lines)
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))

    assert code == 1
    assert ("missing", FIRST, None) in kinds_of(check)
    assert "missing" in {each.kind.value for each in findings_of(files)}


# --- What was sealed and is wrong all the same


def pack_of_diary(diary: Diary) -> Files:
    return unzip(pack_of(DiarySource(diary), DAYS[0], diary.seals[-1].day)[0])


def reseal(diary: Diary, **claims: Any) -> None:
    """Let the sealer lie about the last day, and sign that."""
    seal = diary.seals[-1]
    record = {**seal.record, **claims}
    leaves = LeafHashes(seal.leaves[:-1].content + leaf_hash(record_bytes(record)))
    draft = replace(seal, record=record, leaves=leaves)
    after = draft.frontier_after()
    text = note_text(ORIGIN, after.size, after.root())
    signature = KEY.sign(text.encode()).signature
    diary.seals[-1] = replace(
        draft, note=signed_note(text, ORIGIN, bytes(KEY.verify_key), signature)
    )


def sealed_findings(diary: Diary, **more: Any) -> list[tuple[str, str | None]]:
    from heard.seals.checking import DayEvidence, SealExpectation, check_seals

    days = [
        DayEvidence(seal, facts=draft.facts)
        for seal, draft in zip(diary.seals, diary.drafts, strict=True)
    ]
    expected = SealExpectation("acme", ORIGIN, keys=[VKEY], **more)
    return [
        (each.kind.value, each.outcome) for each in check_seals(days, expected, verify_with_nacl)
    ]


def test_a_late_outcome_that_the_record_hides_is_named(tmp_path: Path) -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0))
    (late,) = diary.write("rev_bbbb", accepted(), at=at(0, 23, 59))
    diary.seal(FIRST_DAY, late=[late])
    diary.seal(FIRST_DAY + timedelta(days=1))
    reseal(diary, outcomes=1, late=0)

    code, check = verify(tmp_path, zipped(pack_of_diary(diary)))

    assert code == 1
    assert kinds_of(check) == [("late_hidden", DAYS[1], late.id)]
    assert sealed_findings(diary) == [("late_hidden", late.id)]


@pytest.mark.parametrize("claim", ["reviews", "heads"])
def test_a_record_that_claims_other_reviews_is_named(claim: str, tmp_path: Path) -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0))
    diary.seal(FIRST_DAY)
    reseal(diary, **{claim: 7})

    code, check = verify(tmp_path, zipped(pack_of_diary(diary)))

    assert code == 1
    assert kinds_of(check) == [("record_differs", DAYS[0], None)]
    assert sealed_findings(diary) == [("record_differs", None)]


def test_a_chain_that_forks_is_named(tmp_path: Path) -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0, 8))
    start = dict(diary.heads)
    diary.write("rev_aaaa", Fact(Kind.DUPLICATE, {"revision": "1"}), at=at(0, 9))
    diary.seal(FIRST_DAY)
    diary.heads = start
    (fork,) = diary.write("rev_aaaa", Fact(Kind.DUPLICATE, {"revision": "2"}), at=at(1, 10))
    diary.seal(FIRST_DAY + timedelta(days=1))

    code, check = verify(tmp_path, zipped(pack_of_diary(diary)))

    assert code == 1
    assert kinds_of(check) == [("chain_forked", DAYS[1], fork.id)]
    assert sealed_findings(diary) == [("chain_forked", fork.id)]


def test_an_outcome_that_was_sealed_with_another_hash_is_named(tmp_path: Path) -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0))
    (forged,) = diary.write("rev_bbbb", accepted(), at=at(0))
    diary.outcomes[DAYS[0]][-1] = replace(forged, actor="usr_9")
    diary.seal(FIRST_DAY)

    code, check = verify(tmp_path, zipped(pack_of_diary(diary)))

    assert code == 1
    assert ("changed", DAYS[0], forged.id) in kinds_of(check)
    assert ("changed", forged.id) in sealed_findings(diary)


def rolled_back() -> Diary:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0))
    diary.write("rev_aaaa", Fact(Kind.IGNORED, {"reason": "spam"}), at=at(0))
    diary.heads["rev_aaaa"] = (1, diary.heads["rev_aaaa"][1])
    diary.seal(FIRST_DAY)
    return diary


def test_a_state_that_was_rolled_back_before_the_seal_is_named(tmp_path: Path) -> None:
    code, check = verify(tmp_path, zipped(pack_of_diary(rolled_back())))

    assert code == 1
    assert kinds_of(check) == [("head_behind", DAYS[0], "out_aaaa_000002")]
    assert sealed_findings(rolled_back()) == [("head_behind", "out_aaaa_000002")]


def test_an_outcome_that_was_deleted_after_its_seal_is_named_with_the_next_day(
    tmp_path: Path,
) -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), at=at(0))
    diary.seal(FIRST_DAY)
    del diary.outcomes[DAYS[0]][0]
    diary.seal(FIRST_DAY + timedelta(days=1))

    code, check = verify(tmp_path, zipped(pack_of_diary(diary)))

    assert code == 1
    assert kinds_of(check) == [("problem_sealed", DAYS[1], "out_aaaa_000001")]
    assert sealed_findings(diary) == [("problem_sealed", "out_aaaa_000001")]


def test_a_new_key_is_trusted_if_the_old_one_names_it(tmp_path: Path) -> None:
    diary = Diary()
    for day in range(3):
        diary.write("rev_aaaa", accepted(), at=at(day))
        diary.seal(FIRST_DAY + timedelta(days=day), next_key=OTHER_VKEY if day == 0 else None)
        diary.key = SigningKey(bytes(range(1, 33)))

    code, check = verify(tmp_path, zipped(pack_of_diary(diary)))

    assert (code, kinds_of(check)) == (0, [])
    assert sealed_findings(diary) == []


def test_a_new_key_that_nobody_named_is_refused(tmp_path: Path) -> None:
    diary = Diary()
    for day in range(2):
        diary.seal(FIRST_DAY + timedelta(days=day))
        diary.key = SigningKey(bytes(range(1, 33)))

    code, check = verify(tmp_path, zipped(pack_of_diary(diary)))

    assert code == 1
    assert kinds_of(check) == [("wrong_key", DAYS[1], None)]
    assert sealed_findings(diary) == [("wrong_key", None)]


# --- The rules of the playbook


@pytest.mark.parametrize(
    ("facts", "fault"),
    [
        pytest.param(
            [Fact(Kind.IGNORED, {"reason": "spam"}), Fact(Kind.EXPIRED, {"follow_up": "f"})],
            ("rule_R01", "out_aaaa_000003"),
            id="closed-twice",
        ),
        pytest.param(
            [
                Fact(Kind.IGNORED, {"reason": "spam"}),
                Fact(Kind.REOPENED, {"after": "ignored"}),
                Fact(Kind.EXPIRED, {"follow_up": "f"}),
            ],
            None,
            id="reopened",
        ),
        pytest.param(
            [reply(Kind.REPLY_SENT, f"rep_{number}") for number in range(3)],
            ("rule_R04", "out_aaaa_000004"),
            id="three-public-replies",
        ),
        pytest.param(
            [reply(Kind.REPLY_SENT, "rep_1"), *[reply(Kind.REPLY_SENT, "rep_2")] * 2],
            None,
            id="one-reply-said-twice",
        ),
        pytest.param(
            [Fact(Kind.WALKED_AWAY, {"by": "usr_1"})],
            ("rule_R20", "out_aaaa_000002"),
            id="away-alone",
        ),
        pytest.param(
            [Fact(Kind.WALKED_AWAY, {"by": "usr_1", "approved_by": "usr_1"})],
            ("rule_R20", "out_aaaa_000002"),
            id="away-with-oneself",
        ),
    ],
)
def test_what_breaks_a_rule_of_the_playbook_is_named(
    facts: list[Fact], fault: tuple[str, str] | None, tmp_path: Path
) -> None:
    diary = Diary()
    diary.write("rev_aaaa", accepted(), *facts, at=at(0))
    diary.seal(FIRST_DAY)

    code, check = verify(tmp_path, zipped(pack_of_diary(diary)))

    assert code == (1 if fault else 0)
    assert [(kind, name) for kind, _, name in kinds_of(check)] == ([fault] if fault else [])


def test_it_knows_the_kinds_that_end_a_review() -> None:
    assert {kind.value for kind in CLOSING_KINDS} == program.CLOSING


# --- Stamps


def stamp_of(note: bytes) -> bytes:
    """The part of an answer of a time-stamp authority that says what it stamped, and when."""
    return b"\x30\x31" + b"\x04\x20" + hashlib.sha256(note).digest() + b"\x18\x0f20260318010203Z"


def test_a_stamp_says_when_a_note_was_there(tmp_path: Path) -> None:
    note = example_diary().seals[1].note.encode()
    source = DiarySource(example_diary(), {FIRST: [stamp_of(note)]})

    code, check = verify(tmp_path, pack_of(source)[0])

    assert code == 0
    assert check.stamps == [
        {"name": f"stamps/{FIRST}.0.tsr", "day": FIRST, "time": "20260318010203"}
    ]


def test_a_stamp_of_another_note_is_named(tmp_path: Path) -> None:
    source = DiarySource(example_diary(), {FIRST: [stamp_of(b"another")]})

    code, check = verify(tmp_path, pack_of(source)[0])

    assert code == 1
    assert kinds_of(check) == [("stamp_differs", FIRST, None)]


def test_the_seals_are_all_there() -> None:
    assert Seal.from_bytes(unzip(example_pack())[f"seals/{FIRST}.json"]).day == FIRST
