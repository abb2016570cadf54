"""The whole application on this machine.

MiniStack on loopback, with the very template that deploys to AWS on it.

Owns starting and stopping; knows nothing of what is played on it. Functions see a clean
environment, so that nothing of this machine's leaks into them.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

REGION: Final = "us-east-1"
STACK: Final = "heard"
DEFAULT_PORT: Final = 4566
_PARAMETERS: Final = {
    "DeletionProtection": "false",
    "LoopbackPlatforms": "true",
    "Scale": "small",
}
_STATE_FILE: Final = Path(".heard") / "local.json"


class EmulatedStackError(Exception):
    """The local stack cannot be started; the message says what to do."""


def project_root(start: Path | None = None) -> Path:
    """The project's folder: the nearest one upwards that has the template.

    Raises LocalStackError.
    """
    start_folder = (start or Path.cwd()).resolve()
    for folder in (start_folder, *start_folder.parents):
        if (folder / "template.yaml").is_file() and (folder / "functions").is_dir():
            return folder
    raise EmulatedStackError(
        "Run this in a clone of Heard: the local stack is made from its template.yaml."
    )


def free_port(preferred: int = 0) -> int:
    """`wanted` if nobody listens there, else a port that is free just now."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmulatedStackError("No port is free on 127.0.0.1.")


@dataclass
class EmulatedStack:
    """One running local stack; use it as a context manager.

    `auth` makes the emulator enforce the functions' roles.
    """

    root: Path
    port: int = 0
    enforce_roles: bool = False
    wait_scale: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    outputs: dict[str, str] = field(default_factory=dict[str, str])
    _process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        """Where every AWS API answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def public_url(self) -> str:
        """Where the HTTP API answers; its host name resolves in browsers, and `Wire` knows it."""
        return f"http://{self.outputs['ApiId']}.execute-api.localhost:{self.port}"

    def client(self, service: str) -> Any:
        """A client for one of the local stack's services."""
        return boto3.client(  # pyright: ignore[reportCallIssue, reportUnknownMemberType, reportUnknownVariableType]
            service,  # pyright: ignore[reportArgumentType]
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the emulator's, for nobody else
            config=Config(
                inject_host_prefix=False,
                retries={"mode": "standard", "max_attempts": 5},
                max_pool_connections=32,
            ),
        )

    def start(self) -> Self:
        """Start the emulator and deploy the built template on it. Raises LocalStackError."""
        if not (self.root / ".aws-sam" / "build" / "template.yaml").is_file():
            raise EmulatedStackError("The application is not built yet. Run: make build")
        self.port = free_port(self.port or DEFAULT_PORT)
        folder = self.root / ".heard"
        folder.mkdir(exist_ok=True)
        self._temp_folder.mkdir(exist_ok=True)
        with (folder / f"emulator-{self.port}.log").open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "heard_cli.local.emulator"],
                cwd=folder,
                env=self._environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_ready()
            self._deploy()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the emulator and the functions it runs."""
        if self._process is None:
            return
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, signal_number)
                self._process.wait(timeout=5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue
            break
        self._process = None
        # the emulator leaves the unpacked code of its functions behind, gigabytes in a day
        shutil.rmtree(self._temp_folder, ignore_errors=True)

    def write_state(self, simulator_url: str) -> None:
        """Write down where everything is, for `heard … --local`."""
        state = {
            "endpoint": self.endpoint,
            "stack": STACK,
            "region": REGION,
            "public_url": self.public_url,
            "simulator": simulator_url,
        }
        (self.root / _STATE_FILE).write_text(json.dumps(state, indent=2))

    def remove_state(self) -> None:
        """Remove what `remember` wrote, unless another stack has written there since."""
        state_file = self.root / _STATE_FILE
        if (
            state_file.exists()
            and json.loads(state_file.read_text()).get("endpoint") == self.endpoint
        ):
            state_file.unlink()

    @property
    def _temp_folder(self) -> Path:
        return self.root / ".heard" / f"emulator-{self.port}"

    def _environment(self) -> dict[str, str]:
        environment = {
            name: os.environ[name]
            for name in ("PATH", "HOME", "LANG", "SSL_CERT_FILE")
            if name in os.environ
        }
        environment |= {
            "TMPDIR": str(self._temp_folder),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "AWS_DEFAULT_REGION": REGION,
            # sync-states.… has no meaning on one loopback address
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        }
        if self.enforce_roles:
            environment["AUTH"] = "true"
        if self.wait_scale:
            environment["SFN_WAIT_SCALE"] = self.wait_scale
        return environment

    def _wait_until_ready(self, seconds: float = 300) -> None:
        sqs = self.client("sqs")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise EmulatedStackError(
                    f"The emulator did not start; see .heard/emulator-{self.port}.log."
                )
            try:
                sqs.list_queues()
            except (BotoCoreError, ClientError):
                time.sleep(0.2)
                continue
            return
        raise EmulatedStackError(
            f"The emulator does not answer on {self.endpoint}; see .heard/emulator-{self.port}.log."
        )

    def _deploy(self) -> None:
        parameters = {**_PARAMETERS, **self.parameters}
        environment = {**os.environ, "AWS_ENDPOINT_URL": self.endpoint, "SAM_CLI_TELEMETRY": "0"}
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
            environment.pop(name, None)
        environment |= {
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }
        command = [
            str(Path(sys.executable).with_name("sam")),
            "deploy",
            "--template-file",
            ".aws-sam/build/template.yaml",
        ]
        command += [
            "--stack-name",
            STACK,
            "--resolve-s3",
            "--capabilities",
            "CAPABILITY_IAM",
            "CAPABILITY_AUTO_EXPAND",
        ]
        command += ["--no-confirm-changeset", "--no-progressbar", "--region", REGION]
        command += [
            "--parameter-overrides",
            *(f"{name}={value}" for name, value in parameters.items()),
        ]
        result = subprocess.run(
            command,
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=1200,
        )
        if result.returncode:
            raise EmulatedStackError(
                f"sam deploy failed:\n{(result.stdout + result.stderr)[-4000:]}"
            )
        response = self.client("cloudformation").describe_stacks(StackName=STACK)
        self.outputs = {
            output["OutputKey"]: output["OutputValue"]
            for output in response["Stacks"][0]["Outputs"]
        }

    def __enter__(self) -> Self:
        """Start it."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it, whatever happened."""
        self.stop()
