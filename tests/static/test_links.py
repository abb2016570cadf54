"""Each relative link of a document leads to a file that is there, and to a heading in it."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from tests.static.repository import ROOT, relative_path, repository_files

DOCUMENTS = [path for path in repository_files() if path.suffix == ".md"]
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def links_of(document: Path) -> list[str]:
    """The targets of all relative links, without code blocks and code in a line."""
    prose = re.sub(r"`[^`\n]*`", "", _FENCE.sub("", document.read_text()))
    targets: list[str] = re.findall(r"\]\(\s*<?([^)\s>]+)>?[^)]*\)", prose)
    targets += re.findall(r"^\[[^\]]+\]:\s+(\S+)", prose, re.MULTILINE)
    return [target for target in targets if not re.match(r"[a-z][a-z0-9+.-]*:", target)]


@functools.cache
def anchors_of(document: Path) -> frozenset[str]:
    """The anchors that GitHub gives the headings of a document."""
    headings = re.findall(
        r"^#{1,6} +(.+?) *#*$", _FENCE.sub("", document.read_text()), re.MULTILINE
    )
    anchors: list[str] = []
    for heading in headings:
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        repeats = sum(
            re.fullmatch(re.escape(anchor) + r"(-\d+)?", each) is not None for each in anchors
        )
        anchors.append(f"{anchor}-{repeats}" if repeats else anchor)
    return frozenset(anchors)


def problem_of(document: Path, target: str) -> str | None:
    """What is wrong with a link; None if nothing is."""
    path, _, anchor = target.partition("#")
    file = (document.parent / path).resolve() if path else document
    if not file.exists():
        return f"{target}: there is no such file"
    if not file.is_relative_to(ROOT):
        return f"{target}: the file is outside the repository"
    if anchor and (file.suffix != ".md" or anchor not in anchors_of(file)):
        return f"{target}: the file has no heading with this anchor"
    return None


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative_path)
def test_the_relative_links_of_a_document_lead_somewhere(document: Path) -> None:
    problems = [problem_of(document, target) for target in links_of(document)]

    assert [problem for problem in problems if problem] == []


def test_links_are_found_and_checked() -> None:
    readme = ROOT / "README.md"

    assert len(links_of(readme)) >= 5
    assert problem_of(readme, "docs/nothing.md") == "docs/nothing.md: there is no such file"
    assert problem_of(readme, "docs/playbook.md#the-words") is None
    assert problem_of(readme, "docs/playbook.md#nothing") is not None


def test_each_decision_has_a_number_of_its_own_which_heads_it() -> None:
    decisions = [path for path in DOCUMENTS if path.parent == ROOT / "docs" / "decisions"]
    numbers = [path.name.partition("-")[0] for path in decisions]

    assert len(numbers) == len(set(numbers))
    for number, path in zip(numbers, decisions, strict=True):
        assert re.match(rf"# {number} \S", path.read_text()), relative_path(path)
