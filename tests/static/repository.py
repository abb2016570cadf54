"""Where things are in this repository, and a fresh interpreter to look at them from."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import re
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
IN_THE_RUNTIME = frozenset(
    {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
)

_NARROW = """
import sys

class NotShipped:
    roots = set(sys.argv.pop(1).split(","))

    def find_spec(name, path=None, target=None):
        if name.split(".", 1)[0] in NotShipped.roots:
            raise ModuleNotFoundError(f"{name!r} does not ship with a function", name=name)

sys.meta_path.insert(0, NotShipped)
"""


def fresh(code: str, *arguments: str) -> Any:
    """What `code` prints as JSON on its last line, run as a function is.

    A new interpreter in `/` with an empty environment.

    It finds the standard library, the layer that all functions have and the runtime's packages.
    What else is installed beside them here (botocore would take up pyOpenSSL and the CRT if it saw
    them) is not there.
    """
    installed = set(_installed()) | {"heard_cli"}
    absent = installed - sys.stdlib_module_names - IN_THE_RUNTIME - modules_of(locked()) - {"heard"}
    ran = subprocess.run(
        [sys.executable, "-c", _NARROW + code, ",".join(sorted(absent)), *arguments],
        cwd="/",
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if ran.returncode:
        raise AssertionError(ran.stderr.strip())
    return json.loads(ran.stdout.splitlines()[-1])


def locked(layer: Path = LAYER) -> set[str]:
    """The distributions in a layer."""
    return set(re.findall(r"^([\w.-]+)==", (layer / "requirements.txt").read_text(), re.MULTILINE))


def modules_of(distributions: set[str]) -> set[str]:
    """Their top-level modules."""
    wanted = {normal(name) for name in distributions}
    return {
        module
        for module, names in _installed().items()
        if wanted & {normal(name) for name in names}
    }


_installed = functools.cache(importlib.metadata.packages_distributions)


def normal(name: str) -> str:
    """A distribution's name as the registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


_IMPORT_A_HANDLER = """
import dataclasses, importlib.util, json, sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "os.chdir", "subprocess.Popen", "os.system", "os.putenv"):
        raise RuntimeError(f"importing did this: {event} {arguments}")

sys.addaudithook(refuse)
spec = importlib.util.spec_from_file_location("app", sys.argv[1])
app = importlib.util.module_from_spec(spec)
sys.modules["app"] = app
spec.loader.exec_module(app)
settings = getattr(app, "Settings", None)
print(json.dumps({
    "modules": sorted(sys.modules),
    "settings": None if settings is None else [field.name for field in dataclasses.fields(settings)],
    "callables": [name for name, value in vars(app).items() if callable(value)],
}))
"""


@functools.cache
def imported(function: str) -> dict[str, Any]:
    """What is there after importing one function's app.py.

    `modules` loaded, fields of its `settings`, its `callables`.
    """
    return fresh(_IMPORT_A_HANDLER, str(FUNCTIONS / function / "app.py"))


@functools.cache
def files() -> tuple[Path, ...]:
    """Every file of the repository that git has or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(
        path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()
    )


def shown(path: Path) -> str:
    """A path as a person would type it."""
    return str(path.relative_to(ROOT))
