"""The emulator's archives: each is unpacked once, and every worker gets links to its files."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from heard_cli.local.emulator import CachedZipFile


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))


def unpack(worker: Path, value: int = 1) -> Path:
    """The folder of a worker that has unpacked its copy of an archive."""
    worker.mkdir()
    with zipfile.ZipFile(worker / "layer.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("python/heard/__init__.py"), f"VALUE = {value}\n")
        archive.writestr(zipfile.ZipInfo("python/heard/data.bin"), bytes(1000))
    with CachedZipFile(worker / "layer.zip") as archive:
        archive.extractall(worker / "layer")
    return worker / "layer" / "python" / "heard"


def test_a_second_worker_gets_links_to_the_files_of_the_first(tmp_path: Path) -> None:
    one, two = unpack(tmp_path / "one"), unpack(tmp_path / "two")
    assert (one / "data.bin").read_bytes() == bytes(1000)
    assert (one / "data.bin").samefile(two / "data.bin")
    assert not (tmp_path / "two" / "layer.zip").exists()


def test_a_worker_does_not_see_what_another_one_writes(tmp_path: Path) -> None:
    one, two = unpack(tmp_path / "one"), unpack(tmp_path / "two")
    (one / "new.pyc").write_bytes(b"x")
    assert not (two / "new.pyc").exists()


def test_each_archive_is_unpacked_once(tmp_path: Path) -> None:
    one, two = unpack(tmp_path / "one", 1), unpack(tmp_path / "two", 2)
    assert (one / "__init__.py").read_text() == "VALUE = 1\n"
    assert (two / "__init__.py").read_text() == "VALUE = 2\n"
