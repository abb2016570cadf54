"""The whole application on this machine.

MiniStack runs on the loopback interface, with the same template that is deployed to AWS. This
module starts and stops it, and does not know what runs on it. The functions get a clean
environment: no variable or credential of this machine reaches them.
"""

from __future__ import annotations

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

from heard import clock
from heard.clock import format_time
from heard_cli.local.role_checks import RECORD_VARIABLE
from heard_cli.local_state import LocalState, local_api_url

REGION: Final = "us-east-1"
STACK: Final = "heard"
DEFAULT_PORT: Final = 4566
_PARAMETERS: Final = {"DeletionProtection": "false", "LoopbackPlatforms": "true", "Scale": "medium"}
_FOLDER: Final = Path(".heard")


class EmulatedStackError(Exception):
    """The local stack cannot be started. The message says what to do."""


def project_root(start: Path | None = None) -> Path:
    """The project's folder: the nearest one, from `start` upwards, that has the template.

    Raises EmulatedStackError.
    """
    start_folder = (start or Path.cwd()).resolve()
    for folder in (start_folder, *start_folder.parents):
        if (folder / "template.yaml").is_file() and (folder / "functions").is_dir():
            return folder
    raise EmulatedStackError(
        "Run this in a clone of Heard: the local stack is made from its template.yaml."
    )


def free_port(preferred: int = 0) -> int:
    """`preferred` if no program listens there, else another free port."""
    for port in (preferred, 0):
        if free := _bind(port):
            return free
    raise EmulatedStackError("No port is free on 127.0.0.1. Stop another program and try again.")


def _bind(port: int) -> int | None:
    """The port, if it can be bound (0: any port that can); None if a program listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return None
        return int(probe.getsockname()[1])


def remove_old_logs(folder: Path) -> None:
    """Delete the logs of emulators that do not run any more: their ports are free."""
    for log in folder.glob("emulator-*.log"):
        port = log.stem.rpartition("-")[2]
        if port.isdecimal() and _bind(int(port)) is not None:
            log.unlink(missing_ok=True)


@dataclass
class EmulatedStack:
    """One running local stack, to be used as a context manager.

    `enforce_roles` makes the emulator check the permissions of the functions' roles.
    """

    root: Path
    port: int = 0
    enforce_roles: bool = False
    wait_scale: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    outputs: dict[str, str] = field(default_factory=dict[str, str])
    _started_at: str = field(default_factory=lambda: format_time(clock.now()))
    _process: subprocess.Popen[bytes] | None = None

    @property
    def role_calls(self) -> Path:
        """Where the emulator writes down what the roles were used for, if it enforces them."""
        return self.root / _FOLDER / f"role-calls-{self.port}.jsonl"

    @property
    def endpoint(self) -> str:
        """The address of all AWS APIs."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def public_url(self) -> str:
        """The address of the HTTP API, which every HTTP client can reach."""
        return local_api_url(self.endpoint, self.outputs["ApiId"])

    @property
    def page_url(self) -> str:
        """The address of the page. Browsers know that names under `localhost` are this machine."""
        return f"{self.outputs['ApiUrl']}/"

    @property
    def process_id(self) -> int:
        """The emulator's process, whose children are the functions. Only while it runs."""
        if self._process is None:
            raise EmulatedStackError("The emulator does not run.")
        return self._process.pid

    def client(self, service: str) -> Any:
        """A client of one AWS service on the local stack."""
        return boto3.client(  # pyright: ignore[reportCallIssue, reportUnknownMemberType, reportUnknownVariableType]
            service,  # pyright: ignore[reportArgumentType]
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the emulator accepts any
            config=Config(
                inject_host_prefix=False,
                retries={"mode": "standard", "max_attempts": 5},
                max_pool_connections=32,
            ),
        )

    def start(self) -> Self:
        """Start the emulator and deploy the built template. Raises EmulatedStackError."""
        if not (self.root / ".aws-sam" / "build" / "template.yaml").is_file():
            raise EmulatedStackError("The application is not built yet. Run: make build")
        self.port = free_port(self.port or DEFAULT_PORT)
        folder = self.root / _FOLDER
        folder.mkdir(exist_ok=True)
        remove_old_logs(folder)
        self.role_calls.unlink(missing_ok=True)
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
        """Stop the emulator and the functions that run on it."""
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
        # The emulator leaves the unpacked code of its functions there, gigabytes in a day.
        shutil.rmtree(self._temp_folder, ignore_errors=True)

    @property
    def state(self) -> LocalState:
        """Where this stack is, for `heard … --local`."""
        return LocalState(self.endpoint, STACK, REGION, self._started_at)

    @property
    def _temp_folder(self) -> Path:
        return self.root / _FOLDER / f"emulator-{self.port}"

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
            # On a loopback address, a host name with the prefix "sync-states." leads nowhere.
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        }
        if self.enforce_roles:
            environment["AUTH"] = "true"
            environment[RECORD_VARIABLE] = str(self.role_calls)
        if self.wait_scale:
            environment["SFN_WAIT_SCALE"] = self.wait_scale
        return environment

    def _wait_until_ready(self, seconds: float = 300) -> None:
        sqs = self.client("sqs")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise EmulatedStackError(
                    f"The emulator did not start. Its log is .heard/emulator-{self.port}.log."
                )
            try:
                sqs.list_queues()
            except (BotoCoreError, ClientError):
                time.sleep(0.2)
                continue
            return
        raise EmulatedStackError(
            f"The emulator does not respond at {self.endpoint}. Its log is "
            f".heard/emulator-{self.port}.log."
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
        self._lock_seals()

    def _lock_seals(self) -> None:
        """Lock the seals as a trial does on AWS: the emulator's CloudFormation leaves that out."""
        self.client("s3").put_object_lock_configuration(
            Bucket=self.outputs["SealBucketName"],
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}},
            },
        )

    def __enter__(self) -> Self:
        """Start the stack."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop the stack."""
        self.stop()
