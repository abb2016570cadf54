"""What a cold start pays before the first request.

Each function imported in a fresh process that sees only what ships.

The process finds the built layer, the built function and the runtime's own packages (boto3 and what
it stands on), and nothing else that is installed here. Its cost is CPU, not time: the machine may
be busy. Cases take turns, so that what slows the machine slows all.
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

from tests.benchmarks.figures import Board, Part
from tests.static.repository import IN_THE_RUNTIME, ROOT, locked, modules_of

ROUNDS = 15
BUILT = ROOT / ".aws-sam" / "build"
HERE = "{built}"
"""Stands for the folder in which a copy of the build lies.

The build itself may be made anew meanwhile.
"""
CLIENT = "import boto3; boto3.client('sqs', region_name='us-east-1')"

_ONLY_WHAT_SHIPS = """
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

_HANDLER = """
import importlib.util
spec = importlib.util.spec_from_file_location("app", {path!r})
app = importlib.util.module_from_spec(spec)
sys.modules["app"] = app
spec.loader.exec_module(app)
"""

_DOOR = """
import os
os.environ.update(SETUP_TABLE="a", WORK_TABLE="b", SECRETS_PATH="/c", QUEUE_URL="http://localhost/d", LOOPBACK_PLATFORMS="false")
os.environ.update(AWS_DEFAULT_REGION="us-east-1")
app.door()
"""


def handler(function: str) -> str:
    """Code that imports a built function as the Lambda runtime does."""
    name = "".join(part.title() for part in function.split("_"))
    return _HANDLER.format(path=f"{HERE}/{name}Function/app.py")


CASES: Mapping[str, str] = {
    "boto3 + one client": CLIENT,
    "ingest": handler("ingest"),
    "triage": handler("triage"),
    "reply": handler("reply"),
    "desk": handler("desk"),
    "ingest, ready (its three clients made too)": handler("ingest") + _DOOR,
    "python alone": "pass",
    "boto3": "import boto3",
    "Powertools Logger + Metrics": (
        "from aws_lambda_powertools import Logger, Metrics; Logger(service='a'); "
        "Metrics(namespace='a', service='b')"
    ),
    "Powertools parameters (brings boto3)": "from aws_lambda_powertools.utilities.parameters import SSMProvider",
    "… on top of boto3": "import boto3; from aws_lambda_powertools.utilities.parameters import SSMProvider",
    "heard.storage.tables (brings boto3)": "import heard.storage.tables",
    "heard.connectors": "import heard.connectors",
    "heard.connectors.platforms.standard": "import heard.connectors.standard",
    "heard.steps.ingest": "import heard.steps.ingest",
}


def _absent() -> str:
    installed = set(importlib.metadata.packages_distributions()) | {"heard_cli"}
    return ",".join(
        sorted(
            installed - sys.stdlib_module_names - IN_THE_RUNTIME - modules_of(locked()) - {"heard"}
        )
    )


def _cpu(code: str, absent: str, built: Path) -> float:
    """Milliseconds of CPU that a fresh process spends on `code`."""
    command = [
        sys.executable,
        "-S",
        "-B",
        "-c",
        _ONLY_WHAT_SHIPS + code.replace(HERE, str(built)),
        absent,
    ]
    command += [str(built / "HeardLayer" / "python"), sysconfig.get_paths()["purelib"]]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(
        command, cwd="/", env={}, capture_output=True, text=True, timeout=60, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ran.returncode:
        pytest.fail(ran.stderr)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def test_cold_imports(board: Board, tmp_path: Path) -> None:
    absent, built = _absent(), tmp_path / "build"
    shutil.copytree(BUILT, built, symlinks=True)
    spent: dict[str, list[float]] = {name: [] for name in CASES}
    for round_ in range(ROUNDS + 1):
        for name, code in CASES.items():
            cpu = _cpu(code, absent, built)
            if round_:  # the first one only warms the disk
                spent[name].append(cpu)
    base = median(spent["boto3 + one client"])
    board.note(Part.COLD, "boto3 + one client", base, "ms", note="the yardstick")
    for name in CASES:
        if name == "boto3 + one client":
            continue
        cost = median(spent[name])
        if name == "ingest":
            board.note(
                Part.COLD,
                "functions/ingest",
                cost / base,
                "x",
                budget=1.3,
                note=f"{cost:.0f} ms; makes no client at import",
            )
        elif name in {"triage", "reply", "desk"} or name.startswith("ingest"):
            board.note(Part.COLD, f"functions/{name}", cost / base, "x", note=f"{cost:.0f} ms")
        else:
            board.note(Part.COLD, f"  {name}", cost, "ms", note=f"{cost / base:.2f} x")
