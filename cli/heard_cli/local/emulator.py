"""Starts MiniStack, and corrects it in six places. The template needs no change for that.

A task that waits for a token may compute its `TimeoutSeconds`: on AWS, Step Functions evaluates
JSONata there (docs.aws.amazon.com/step-functions, "Task state fields"). MiniStack 1.5.33 reads the
expression as a number and fails the execution. A later version may evaluate it: then the value
arrives here as a number, and nothing is done.

MiniStack unpacks a function's code and layers for every worker: tens of megabytes, hundreds of
times in a run. Here an archive is unpacked once, and each worker gets links to its files.

It does not know `AWS::Cognito::ManagedLoginBranding`, without which AWS shows no sign-in page. Here
that resource is nothing: the sign-in page of MiniStack has no look to choose.

The last three are how it checks roles, for which it knows neither the partition keys of a request
nor the role of a session, and how many functions it starts at once: see `role_checks` and
`worker_starts`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from heard_cli.local.role_checks import correct_role_checks
from heard_cli.local.worker_starts import start_few_at_once


class CachedZipFile(zipfile.ZipFile):
    """A worker's copy of an archive. It links to the files if the archive is already unpacked.

    The copy itself is then removed.
    """

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        """Put all files under `path`.

        A part of an archive, or an archive with a password, is unpacked as usual.
        """
        if path is None or members is not None or pwd is not None or self.filename is None:
            super().extractall(path, members, pwd)
            return
        digest = hashlib.sha256(Path(self.filename).read_bytes()).hexdigest()
        cache_folder = Path(tempfile.gettempdir()) / "unpacked" / digest
        if not cache_folder.is_dir():
            cache_folder.parent.mkdir(exist_ok=True)
            temp_folder = Path(tempfile.mkdtemp(dir=cache_folder.parent))
            super().extractall(temp_folder)
            try:
                temp_folder.rename(cache_folder)
            except OSError:  # another worker was faster
                shutil.rmtree(temp_folder)
        shutil.copytree(cache_folder, path, copy_function=os.link, dirs_exist_ok=True)
        Path(self.filename).unlink()


def create_nothing(
    logical_id: str, _properties: dict[str, Any], stack: str
) -> tuple[str, dict[str, str]]:
    """The physical id and the attributes of a resource that is nothing here."""
    return f"{stack}-{logical_id}", {}


def delete_nothing(_physical_id: str, _properties: dict[str, Any]) -> None:
    """Delete what `create_nothing` created."""


def main() -> None:
    """Run the emulator until it is stopped."""
    # MiniStack reads its settings from the environment when it is imported.
    from ministack.app import main as serve  # noqa: PLC0415
    from ministack.core import lambda_runtime  # noqa: PLC0415
    from ministack.services import stepfunctions  # noqa: PLC0415
    from ministack.services.cloudformation import provisioners  # noqa: PLC0415

    correct_role_checks()
    start_few_at_once()

    cast("Any", lambda_runtime).zipfile = SimpleNamespace(
        ZipFile=CachedZipFile, BadZipFile=zipfile.BadZipFile, LargeZipFile=zipfile.LargeZipFile
    )
    cast("Any", provisioners)._RESOURCE_HANDLERS.setdefault(
        "AWS::Cognito::ManagedLoginBranding",
        {"create": create_nothing, "delete": delete_nothing},
    )
    services = cast("Any", stepfunctions)
    execute_task = services._execute_task

    def with_computed_timeout(
        state: dict[str, Any], state_input: Any, execution: Any, context: Any
    ) -> Any:
        if isinstance(state.get("TimeoutSeconds"), str):
            seconds = services._jsonata_state_field(
                state, "TimeoutSeconds", "number", state_input, context
            )
            state = {**state, "TimeoutSeconds": seconds}
        return execute_task(state, state_input, execution, context)

    services._execute_task = with_computed_timeout
    serve()


if __name__ == "__main__":
    main()
