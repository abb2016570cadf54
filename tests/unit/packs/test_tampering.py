"""Each kind of tampering with a pack is named by its day, its kind and its outcome.

Twice: by the check of the stored seals, and by the program that goes with a pack.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from heard.seals.notes import note_text, parse_note, signed_note
from tests.unit.packs.example import (
    FIRST,
    LAST,
    SECOND,
    Files,
    accepted,
    change_seal,
    example_pack,
    facts_name,
    findings_of,
    fix_list,
    lines_of,
    put_lines,
    rehash,
    unzip,
    zipped,
)
from tests.unit.packs.verifying import kinds_of, verify
from tests.unit.seals.days import FIRST_DAY, ORIGIN, OTHER_KEY, Diary, at

type Tamper = Callable[[Files], None]


def change_line(number: int, change: Callable[[bytes], bytes], day: str = FIRST) -> Tamper:
    def tamper(files: Files) -> None:
        lines = lines_of(files, day)
        lines[number] = change(lines[number])
        put_lines(files, day, lines)

    return tamper


def other_actor(line: bytes) -> bytes:
    return line.replace(b'"actor":"heard"', b'"actor":"usr_9"')


def other_actor_with_hash(line: bytes) -> bytes:
    return rehash(json.loads(line) | {"actor": "usr_9"})


def remove_line(number: int, day: str = FIRST) -> Tamper:
    def tamper(files: Files) -> None:
        lines = lines_of(files, day)
        del lines[number]
        put_lines(files, day, lines)

    return tamper


def insert_line(files: Files) -> None:
    lines = lines_of(files, FIRST)
    fields = json.loads(lines[0]) | {"sequence": 9, "id": "out_aaaa_000009"}
    put_lines(files, FIRST, [*lines[:2], rehash(fields), *lines[2:]])


def double_line(files: Files) -> None:
    lines = lines_of(files, FIRST)
    put_lines(files, FIRST, [*lines[:2], lines[1], *lines[2:]])


def swap_lines(files: Files) -> None:
    lines = lines_of(files, FIRST)
    put_lines(files, FIRST, [lines[0], lines[2], lines[1], *lines[3:]])


def swap_files(files: Files) -> None:
    files[facts_name(FIRST)] = files[facts_name(LAST)]


def cut_file(files: Files) -> None:
    files[facts_name(FIRST)] = files[facts_name(FIRST)][:-9]


def remove_day(files: Files) -> None:
    for name in (f"seals/{SECOND}.json", f"checkpoints/{SECOND}.note", facts_name(SECOND)):
        del files[name]


def other_diary() -> Diary:
    other = Diary(business="other", origin="heard/111122223333/demo/other")
    for day in range(3):
        other.write("rev_zzzz", accepted(), at=at(day))
        other.seal(FIRST_DAY + timedelta(days=day))
    return other


def other_business(files: Files) -> None:
    other = other_diary()
    seal, draft = other.seals[2], other.drafts[2]
    files[f"seals/{SECOND}.json"] = seal.to_bytes()
    files[f"checkpoints/{SECOND}.note"] = seal.note.encode()
    files[facts_name(SECOND)] = draft.facts


def sign_with_another_key(files: Files) -> None:
    def change(seal: dict[str, Any]) -> None:
        text = parse_note(seal["note"]).text
        signature = OTHER_KEY.sign(text.encode()).signature
        seal["note"] = signed_note(text, ORIGIN, bytes(OTHER_KEY.verify_key), signature)
        files[f"checkpoints/{SECOND}.note"] = seal["note"].encode()

    change_seal(files, SECOND, change)


def change_note(size: int = 0, root: bytes = b"") -> Tamper:
    def tamper(files: Files) -> None:
        def change(seal: dict[str, Any]) -> None:
            note = parse_note(seal["note"])
            point = note.checkpoint
            text = note_text(point.origin, size or point.size, root or point.root)
            seal["note"] = seal["note"].replace(note.text, text)
            files[f"checkpoints/{SECOND}.note"] = seal["note"].encode()

        change_seal(files, SECOND, change)

    return tamper


def change_leaf(files: Files) -> None:
    def change(seal: dict[str, Any]) -> None:
        leaves = base64.b64decode(seal["leaves"])
        seal["leaves"] = base64.b64encode(bytes([leaves[0] ^ 1]) + leaves[1:]).decode()

    change_seal(files, SECOND, change)


def change_frontier(files: Files) -> None:
    def change(seal: dict[str, Any]) -> None:
        seal["frontier"][0] = base64.b64encode(bytes(32)).decode()

    change_seal(files, SECOND, change)


def change_record(**claims: Any) -> Tamper:
    return lambda files: change_seal(files, SECOND, lambda seal: seal["record"].update(claims))


@pytest.mark.parametrize(
    ("tamper", "kind", "day", "outcome"),
    [
        pytest.param(
            change_line(0, other_actor), "changed", FIRST, "out_aaaa_000002", id="field-changed"
        ),
        pytest.param(
            change_line(0, other_actor_with_hash),
            "rehashed",
            FIRST,
            "out_aaaa_000002",
            id="changed-and-rehashed",
        ),
        pytest.param(
            change_line(1, lambda line: line + b" "), "changed", FIRST, None, id="other-form"
        ),
        pytest.param(
            change_line(1, lambda line: line.replace(b":2,", b":NaN,")),
            "changed",
            FIRST,
            "out_cccc_000001",
            id="nan",
        ),
        pytest.param(
            change_line(0, lambda line: b"\xef\xbb\xbf" + line),
            "changed",
            FIRST,
            None,
            id="bom",
        ),
        pytest.param(remove_line(2), "missing", FIRST, "out_aaaa_000003", id="removed"),
        pytest.param(remove_line(0), "missing", FIRST, None, id="first-removed"),
        pytest.param(remove_line(-1), "missing", FIRST, None, id="last-removed"),
        pytest.param(remove_line(0, LAST), "missing", LAST, None, id="only-one-removed"),
        pytest.param(insert_line, "inserted", FIRST, "out_aaaa_000009", id="inserted"),
        pytest.param(double_line, "doubled", FIRST, "out_cccc_000001", id="doubled"),
        pytest.param(swap_lines, "swapped", FIRST, "out_cccc_000001", id="swapped"),
        pytest.param(remove_line(-1, SECOND), "missing", SECOND, None, id="late-removed"),
        pytest.param(swap_files, "facts_differ", FIRST, None, id="facts-file-swapped"),
        pytest.param(remove_day, "day_missing", SECOND, None, id="day-missing"),
        pytest.param(other_business, "other_business", SECOND, None, id="day-of-another-business"),
        pytest.param(sign_with_another_key, "wrong_key", SECOND, None, id="another-key"),
        pytest.param(change_note(size=99), "wrong_key", SECOND, None, id="size-altered-key"),
        pytest.param(change_note(size=99), "root_differs", SECOND, None, id="size-altered"),
        pytest.param(change_note(root=bytes(32)), "root_differs", SECOND, None, id="root-altered"),
        pytest.param(change_leaf, "root_differs", SECOND, None, id="leaf-altered"),
        pytest.param(change_frontier, "frontier_differs", SECOND, None, id="frontier-altered"),
        pytest.param(change_record(open=0), "record_differs", SECOND, None, id="record-altered"),
        pytest.param(
            change_record(late=0, outcomes=6), "record_differs", SECOND, None, id="late-denied"
        ),
    ],
)
def test_a_tampering_is_named(
    tamper: Tamper, kind: str, day: str, outcome: str | None, tmp_path: Path
) -> None:
    files = unzip(example_pack())
    tamper(files)
    fix_list(files)

    code, check = verify(tmp_path, zipped(files))
    found = findings_of(files)

    assert code == 1
    assert (kind, day) in {(each.kind.value, each.day) for each in found if each.is_fault}
    assert (kind, day) in {each[:2] for each in kinds_of(check)}
    if outcome:
        assert (kind, day, outcome) in kinds_of(check)
        assert (kind, day, outcome) in {(each.kind.value, each.day, each.outcome) for each in found}
    # Nothing of the other days is named: they stay proven.
    assert {each.day for each in found} == {each[1] for each in kinds_of(check)} == {day}


def test_the_example_is_proven(tmp_path: Path) -> None:
    code, check = verify(tmp_path, example_pack())

    assert (code, kinds_of(check), check.outcomes) == (0, [], 10)
    assert findings_of(unzip(example_pack())) == []
