"""The emulator's archives: unpacked once, linked everywhere, and each place its own."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from heard_cli.local.emulator import CachedZipFile


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))


def unpacked(worker: Path, value: int = 1) -> Path:
    """What a worker has after it was given its own copy of an archive."""
    worker.mkdir()
    with zipfile.ZipFile(worker / "layer.zip", "w") as made:
        made.writestr(zipfile.ZipInfo("python/heard/__init__.py"), f"VALUE = {value}\n")
        made.writestr(zipfile.ZipInfo("python/heard/data.bin"), bytes(1000))
    with CachedZipFile(worker / "layer.zip") as opened:
        opened.extractall(worker / "layer")
    return worker / "layer" / "python" / "heard"


def test_a_second_worker_gets_links_to_the_files_of_the_first(tmp_path: Path) -> None:
    one, two = unpacked(tmp_path / "one"), unpacked(tmp_path / "two")
    assert (one / "data.bin").read_bytes() == bytes(1000)
    assert (one / "data.bin").samefile(two / "data.bin")
    assert not (tmp_path / "two" / "layer.zip").exists()


def test_what_one_worker_writes_beside_them_the_other_does_not_see(tmp_path: Path) -> None:
    one, two = unpacked(tmp_path / "one"), unpacked(tmp_path / "two")
    (one / "new.pyc").write_bytes(b"x")
    assert not (two / "new.pyc").exists()


def test_another_archive_is_unpacked_itself(tmp_path: Path) -> None:
    one, two = unpacked(tmp_path / "one", 1), unpacked(tmp_path / "two", 2)
    assert (one / "__init__.py").read_text() == "VALUE = 1\n"
    assert (two / "__init__.py").read_text() == "VALUE = 2\n"
