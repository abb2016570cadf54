"""cfn-lint and checkov find nothing wrong with the template.

Their own configuration files skip some checks, each with a reason.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.static.repository import ROOT


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "SAM_CLI_TELEMETRY": "0",
    }
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=800, check=False
    )


def test_cfn_lint_reports_nothing() -> None:
    process = _run(Path(sys.executable).with_name("cfn-lint"))

    assert process.returncode == 0, process.stdout + process.stderr


def test_checkov_reports_nothing() -> None:
    process = _run(ROOT / ".venv-checkov" / "bin" / "checkov", "--config-file", ".checkov.yaml")

    assert process.returncode == 0, process.stdout + process.stderr


def test_every_skipped_check_has_a_reason() -> None:
    lines = (ROOT / ".checkov.yaml").read_text().splitlines()
    unexplained = [
        line for line in lines if line.strip().startswith("- CKV") and "  # " not in line
    ]

    assert unexplained == []
