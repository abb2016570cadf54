"""The CPU that a cold start takes before the first request.

Each function is imported in a fresh process. The process finds the built layer, the built function
and the packages of the Lambda runtime (boto3 and its dependencies), and nothing else. The figure is
CPU and not time, because the machine may be busy. The cases take turns, so that another load on the
machine changes all of them alike.
"""

from __future__ import annotations

import importlib.metadata
import resource
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import pytest

from tests.benchmarks.figures import BenchmarkReport, Section
from tests.static.repository import ROOT, RUNTIME_PACKAGES, locked_distributions, modules_of

ROUNDS = 15
BUILD_DIR = ROOT / ".aws-sam" / "build"
BUILD_PLACEHOLDER = "{built}"
"""Stands for the folder with a copy of the build, because a new build may replace the original."""
CLIENT_CODE = "import boto3; boto3.client('sqs', region_name='us-east-1')"

_HIDE_UNSHIPPED = """
import sys

class NotShipped:
    roots = set(sys.argv.pop(1).split(","))

    def find_spec(name, path=None, target=None):
        if name.split(".", 1)[0] in NotShipped.roots:
            raise ModuleNotFoundError(f"{name!r} does not ship with a function", name=name)

sys.meta_path.insert(0, NotShipped)
sys.path.insert(0, sys.argv.pop(1))
sys.path.append(sys.argv.pop(1))
"""

_IMPORT_HANDLER = """
import importlib.util
spec = importlib.util.spec_from_file_location("app", {path!r})
app = importlib.util.module_from_spec(spec)
sys.modules["app"] = app
spec.loader.exec_module(app)
"""

_CREATE_INGEST_PORTS = """
import os
os.environ.update(SETUP_TABLE="a", CASES_TABLE="b", SECRETS_PATH="/c", LOOPBACK_PLATFORMS="false")
os.environ.update(REVIEW_QUEUE_URL="http://localhost/d")
os.environ.update(AWS_DEFAULT_REGION="us-east-1")
app.ports()
"""


def handler_import_code(function: str) -> str:
    """Code that imports a built function as the Lambda runtime does."""
    name = "".join(part.title() for part in function.split("_"))
    return _IMPORT_HANDLER.format(path=f"{BUILD_PLACEHOLDER}/{name}Function/app.py")


CASES: Mapping[str, str] = {
    "boto3 + one client": CLIENT_CODE,
    "ingest": handler_import_code("ingest"),
    "triage": handler_import_code("triage"),
    "reply": handler_import_code("reply"),
    "desk": handler_import_code("desk"),
    "ingest, ready (its three clients made too)": handler_import_code("ingest")
    + _CREATE_INGEST_PORTS,
    "python alone": "pass",
    "boto3": "import boto3",
    "Powertools Logger + Metrics": (
        "from aws_lambda_powertools import Logger, Metrics; Logger(service='a'); "
        "Metrics(namespace='a', service='b')"
    ),
    "heard.storage.tables (brings boto3)": "import heard.storage.tables",
    "heard.connectors": "import heard.connectors",
    "heard.connectors.platforms.standard": "import heard.connectors.platforms.standard",
    "heard.steps.ingest": "import heard.steps.ingest",
}


def _unshipped_modules() -> str:
    modules = set(importlib.metadata.packages_distributions()) | {"heard_cli"}
    return ",".join(
        sorted(
            modules
            - sys.stdlib_module_names
            - RUNTIME_PACKAGES
            - modules_of(locked_distributions())
            - {"heard"}
        )
    )


def _import_cpu_ms(code: str, unshipped: str, build: Path) -> float:
    """Milliseconds of CPU that a fresh process spends on `code`."""
    command = [
        sys.executable,
        "-S",
        "-B",
        "-c",
        _HIDE_UNSHIPPED + code.replace(BUILD_PLACEHOLDER, str(build)),
        unshipped,
    ]
    command += [str(build / "HeardLayer" / "python"), sysconfig.get_paths()["purelib"]]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.run(
        command, cwd="/", env={}, capture_output=True, text=True, timeout=60, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        pytest.fail(process.stderr)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def test_cold_imports(report: BenchmarkReport, tmp_path: Path) -> None:
    unshipped, build = _unshipped_modules(), tmp_path / "build"
    shutil.copytree(BUILD_DIR, build, symlinks=True)
    cpu_by_case: dict[str, list[float]] = {name: [] for name in CASES}
    for round_number in range(ROUNDS + 1):
        for name, code in CASES.items():
            cpu = _import_cpu_ms(code, unshipped, build)
            if round_number:  # the first round only fills the disk cache
                cpu_by_case[name].append(cpu)
    baseline = median(cpu_by_case["boto3 + one client"])
    report.add_figure(
        Section.COLD_IMPORT, "boto3 + one client", baseline, "ms", note="the yardstick"
    )
    for name in CASES:
        if name == "boto3 + one client":
            continue
        cost = median(cpu_by_case[name])
        if name == "ingest":
            report.add_figure(
                Section.COLD_IMPORT,
                "functions/ingest",
                cost / baseline,
                "x",
                budget=1.3,
                note=f"{cost:.0f} ms; makes no client at import",
            )
        elif name in {"triage", "reply", "desk"} or name.startswith("ingest"):
            report.add_figure(
                Section.COLD_IMPORT,
                f"functions/{name}",
                cost / baseline,
                "x",
                note=f"{cost:.0f} ms",
            )
        else:
            report.add_figure(
                Section.COLD_IMPORT, f"  {name}", cost, "ms", note=f"{cost / baseline:.2f} x"
            )
