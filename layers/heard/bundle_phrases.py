"""Replaces the text files of each folder by one bundle, which the deployed layer reads.

The layer's build runs it on its copy of `heard`. A line that breaks a rule ends the build.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from heard.text.phrase_files import BUNDLE, PhraseFolder


def replace_text_files(folder: Path) -> None:
    """Writes the bundle of a folder and deletes its text files, `<meaning>/<language>.txt`."""
    files = sorted(folder.glob("*/*.txt"))
    if not files:
        raise FileNotFoundError(f"{folder} has no text files.")
    names = [(file.parent.name, file.stem) for file in files]
    source = PhraseFolder(folder)
    lines = {"/".join(name): source.lines(*name) for name in names}
    for meaning in {meaning for meaning, _ in names}:
        shutil.rmtree(folder / meaning)
    bundle = json.dumps(lines, ensure_ascii=False, separators=(",", ":"))
    (folder / BUNDLE).write_bytes(bundle.encode())


if __name__ == "__main__":
    for name in sys.argv[1:]:
        replace_text_files(Path(name))
