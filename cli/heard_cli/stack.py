"""A deployed stack, as the commands use it.

On AWS or on this machine, where only the endpoint differs.

Owns where to look (`Where`, the options that all commands share), what is found there (`Stack`),
and how every foreseeable fault is told: what is wrong, what to do next, exit code 1. `on_stack`
gives all three to a command.
"""

from __future__ import annotations

import inspect
import ipaddress
import json
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, Final, cast
from urllib.parse import urlsplit

import boto3
import typer
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
)

from heard.connectors import Connection
from heard.errors import HeardError
from heard.messaging import Queue
from heard.storage.case_store import CaseStore
from heard.storage.deliveries import Deliveries
from heard.storage.outcome_log import OutcomeLog
from heard.storage.polls import Polls
from heard.storage.quarantine import Quarantine
from heard.storage.setup import Business, Secrets, SetupStore
from heard.storage.tables import error_code
from heard_cli import show

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

LOCAL_STATE: Final = Path(".heard") / "local.json"
"""Where `heard local up` writes down what it started."""

_REQUIRED_OUTPUTS: Final = frozenset(
    {
        "ApiUrl",
        "SetupTableName",
        "CasesTableName",
        "OutcomesTableName",
        "QueueUrl",
        "DeadLettersUrl",
        "SecretsPath",
    }
)
_CONFIG: Final = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "max_attempts": 4},
    max_pool_connections=32,
)
_LOCAL_CONFIG: Final = _CONFIG.merge(Config(retries={"mode": "standard", "max_attempts": 1}))
"""On this machine what does not answer at once is not there."""
_LAMBDA_CONFIG: Final = Config(read_timeout=310, retries={"mode": "standard", "max_attempts": 1})
"""A function that is waited for may take its whole time, and is not called twice because it does."""

_EXPIRED_CODES: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN_CALLER_CODES: Final = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
    }
)
_ACCESS_DENIED_CODES: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorizedException"}
)


class CommandError(Exception):
    """A command cannot go on: what is wrong, and what to do next."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


_PANEL: Final = "Where Heard runs"


@dataclass(frozen=True, slots=True)
class StackOptions:
    """The options that all commands share."""

    stack: Annotated[
        str,
        typer.Option(
            envvar="HEARD_STACK", help="Name of the deployed stack.", rich_help_panel=_PANEL
        ),
    ] = "heard"
    region: Annotated[
        str | None,
        typer.Option(envvar="AWS_REGION", help="AWS region of the stack.", rich_help_panel=_PANEL),
    ] = None
    profile: Annotated[
        str | None, typer.Option(help="AWS profile to use.", rich_help_panel=_PANEL)
    ] = None
    endpoint: Annotated[
        str | None,
        typer.Option(
            envvar="AWS_ENDPOINT_URL",
            help="Where all AWS APIs answer, if not at AWS.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    local: Annotated[
        bool,
        typer.Option(
            "--local",
            help="The stack that `heard local up` started here; goes before the others.",
            rich_help_panel=_PANEL,
        ),
    ] = False


@dataclass
class Stack:
    """One deployed stack. Nothing is looked up before it is needed."""

    options: StackOptions

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """What the deployment says about itself. Raises Stop."""
        name = self._local_state["stack"] if self.options.local else self.options.stack
        try:
            response = self._client("cloudformation").describe_stacks(StackName=name)
        except ClientError as error:
            if error_code(error) == "ValidationError":
                location = self.endpoint or f"region {self.session.region_name}"
                advice = "Name it with --stack and --region, or deploy it: make deploy. For the one on this machine: heard local up."
                raise CommandError(
                    f"There is no stack called {name} at {location}.", advice
                ) from error
            raise
        outputs = {
            each.get("OutputKey", ""): each.get("OutputValue", "")
            for each in response["Stacks"][0].get("Outputs", [])
        }
        if missing := _REQUIRED_OUTPUTS - outputs.keys():
            message = f"The stack {name} has no output {', '.join(sorted(missing))}."
            raise CommandError(
                message, "It is not one of Heard, or its deployment has not finished: make deploy."
            )
        return outputs

    @cached_property
    def endpoint(self) -> str | None:
        """Where the AWS APIs answer; None for AWS itself. Raises Stop."""
        return (
            self._local_state["endpoint"] if self.options.local else self.options.endpoint or None
        )

    @property
    def on_this_machine(self) -> bool:
        """Whether the AWS APIs are an emulator's on loopback."""
        return self.endpoint is not None and is_loopback(self.endpoint)

    @cached_property
    def session(self) -> boto3.Session:
        """The AWS session. Made-up credentials go to this machine only. Raises Stop."""
        region = self._local_state["region"] if self.options.local else self.options.region
        has_own_credentials = (
            self.options.profile
            or os.environ.get("AWS_PROFILE")
            or os.environ.get("AWS_ACCESS_KEY_ID")
        )
        if self.on_this_machine and (self.options.local or not has_own_credentials):
            return boto3.Session("test", "test", region_name=region or "us-east-1")
        session = boto3.Session(profile_name=self.options.profile, region_name=region)
        if not session.region_name:
            raise CommandError(
                "No region is chosen.",
                "Say --region eu-west-1 or set AWS_REGION. For the stack on this machine: --local.",
            )
        return session

    @cached_property
    def public_url(self) -> str:
        """Where platforms reach the webhook door."""
        return (
            str(self._local_state.get("public_url") or "") if self.options.local else ""
        ) or self.outputs["ApiUrl"].rstrip("/")

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        """The DynamoDB client."""
        return self._client("dynamodb")

    @cached_property
    def ssm(self) -> SSMClient:
        """The SSM client."""
        return self._client("ssm")

    @cached_property
    def sqs(self) -> SQSClient:
        """The SQS client."""
        return self._client("sqs")

    @cached_property
    def cognito(self) -> CognitoIdentityProviderClient:
        """The Cognito client."""
        return self._client("cognito-idp")

    @cached_property
    def functions(self) -> LambdaClient:
        """The Lambda client."""
        return self._client("lambda")

    def _client(self, service: str) -> Any:
        session: Any = (
            self.session
        )  # the overloads of `client` name hundreds of services that are not installed
        config = _LOCAL_CONFIG if self.on_this_machine else _CONFIG
        return session.client(
            service,
            endpoint_url=self.endpoint,
            config=config.merge(_LAMBDA_CONFIG) if service == "lambda" else config,
        )

    @cached_property
    def setup(self) -> SetupStore:
        """Businesses, people, connections."""
        return SetupStore(self.dynamodb, self.outputs["SetupTableName"])

    @cached_property
    def secrets(self) -> Secrets:
        """Secrets, always read afresh."""
        return Secrets(self.ssm, self.outputs["SecretsPath"], max_age=0)

    @cached_property
    def quarantine(self) -> Quarantine:
        """Deliveries that could not be read."""
        return Quarantine(self.dynamodb, self.outputs["CasesTableName"])

    @cached_property
    def deliveries(self) -> Deliveries:
        """What came through the webhook door lately."""
        return Deliveries(self.dynamodb, self.outputs["CasesTableName"])

    @cached_property
    def polls(self) -> Polls:
        """The connections whose platforms are asked."""
        return Polls(self.dynamodb, self.outputs["SetupTableName"])

    @cached_property
    def cases(self) -> CaseStore:
        """Reviews and follow-ups."""
        return CaseStore(
            self.dynamodb, self.outputs["CasesTableName"], self.outputs["OutcomesTableName"]
        )

    @cached_property
    def log(self) -> OutcomeLog:
        """Outcomes."""
        return OutcomeLog(self.dynamodb, self.outputs["OutcomesTableName"])

    @cached_property
    def queue(self) -> Queue:
        """The queue of reviews."""
        return Queue(self.sqs, self.outputs["QueueUrl"])

    def business(self, business: str) -> Business:
        """A business by its id. Raises Stop."""
        record = self.setup.business(business)
        if record is None:
            raise CommandError(
                f"There is no business {business}.",
                f'Add it first: heard business add {business} --name "Its Name"',
            )
        return record

    @cached_property
    def _local_state(self) -> Mapping[str, Any]:
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / LOCAL_STATE).is_file():
                return _read_state(folder / LOCAL_STATE)
        raise CommandError(
            f"There is no {LOCAL_STATE} here or above: the local stack is not running.",
            "Start it: heard local up",
        )


def is_loopback(url: str) -> bool:
    """Whether a URL is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def on_stack[**P](command: Callable[Concatenate[Stack, P], None]) -> Callable[..., None]:
    """A command that is handed a `Stack` first.

    It gets the shared options, and its faults are told instead of traced.
    """
    own_parameters = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    shared_parameters = list(inspect.signature(StackOptions, eval_str=True).parameters.values())

    def run(**arguments: Any) -> None:
        options = StackOptions(
            **{each.name: arguments.pop(each.name) for each in shared_parameters}
        )
        with report_errors(options):
            cast("Callable[..., None]", command)(Stack(options), **arguments)

    parameters = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for each in (*own_parameters, *shared_parameters)
    ]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess]
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    return run


@contextmanager
def report_errors(options: StackOptions) -> Generator[None]:
    """Foreseeable faults inside become a message with the next step, and exit code 1."""
    try:
        yield
    except CommandError as command_error:
        message, advice = command_error.message, command_error.advice
    except HeardError as error:
        message, advice = error.detail, "Try again in a moment." if error.retryable else ""
    except (BotoCoreError, ClientError) as error:
        message, advice = _explain_aws_error(error, options)
    else:
        return
    show.error(message, advice)
    raise typer.Exit(1)


def _explain_aws_error(
    error: BotoCoreError | ClientError, options: StackOptions
) -> tuple[str, str]:
    """An AWS fault in words, and what to do about it."""
    match error:
        case NoCredentialsError() | PartialCredentialsError():
            return (
                "There are no AWS credentials.",
                "Sign in (aws sso login), set AWS_PROFILE or say --profile. On this machine: "
                "--local.",
            )
        case ProfileNotFound():
            return str(error) + ".", "Your profiles are listed by: aws configure list-profiles"
        case NoRegionError():
            return "No region is chosen.", "Say --region eu-west-1 or set AWS_REGION."
        case EndpointConnectionError() | HTTPClientError():
            if options.local or (options.endpoint and is_loopback(options.endpoint)):
                return (
                    "Nothing answers on this machine: the local stack is not running.",
                    "Start it: heard local up",
                )
            return "AWS cannot be reached: " + str(
                error
            ), "Check the network, --region and --endpoint."
        case ClientError():
            code, message = error_code(error), error.response.get("Error", {}).get("Message", "")
            if code in _EXPIRED_CODES:
                return "The AWS credentials have expired.", "Sign in again: aws sso login"
            if code in _UNKNOWN_CALLER_CODES:
                return (
                    "AWS does not know these credentials.",
                    "Check AWS_PROFILE and --profile: aws sts get-caller-identity",
                )
            if code in _ACCESS_DENIED_CODES:
                return (
                    f"AWS refuses {error.operation_name}: {message}",
                    "These credentials may not do this; ask whoever runs the account.",
                )
            return f"AWS answered {code} to {error.operation_name}: {message}", ""
        case _ if "SSO" in type(error).__name__ or "Token" in type(error).__name__:
            return "The AWS sign-in has expired.", "Sign in again: aws sso login"
        case _:
            return f"{error}", ""


def _read_state(path: Path) -> Mapping[str, Any]:
    try:
        state: Any = json.loads(path.read_text(encoding="utf-8"))
        if all(isinstance(state[name], str) for name in ("endpoint", "stack", "region")):
            return state
    except (ValueError, KeyError, TypeError):
        pass
    raise CommandError(
        f"{path} does not say where the local stack is.", "Start it again: heard local up"
    )


def require_connection(stack: Stack, connection: str) -> Connection:
    """A connection by its id. Raises Stop."""
    record = stack.setup.connection(connection)
    if record is None:
        raise CommandError(
            f"There is no connection {connection}.",
            "Those of a business: heard connect list --business …",
        )
    return record
