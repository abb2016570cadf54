"""A deployed stack, as the commands use it.

It is on AWS or on this machine; only the endpoint differs.

Owns the options that all commands share (`StackOptions`), what is deployed there (`Stack`), and how
every foreseeable error is shown: what is wrong, what to do next, exit code 1. `on_stack` gives all
three to a command.
"""

from __future__ import annotations

import inspect
import ipaddress
import os
import shlex
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
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
from botocore.parsers import ResponseParserError

from heard.connectors import Connection
from heard.errors import HeardError
from heard.messaging import DeadLetters, EventBus, Queue
from heard.steps.erasing import ErasurePorts
from heard.steps.holding import HoldPorts
from heard.steps.retention import RetentionPorts
from heard.storage.case_store import CaseStore
from heard.storage.deliveries import Deliveries
from heard.storage.erasures import Erasures
from heard.storage.heads import ChainHeads
from heard.storage.history import HistoryReader
from heard.storage.holds import Holds
from heard.storage.lake import Lake
from heard.storage.outcome_log import OutcomeLog
from heard.storage.people import People
from heard.storage.polls import Polls
from heard.storage.quarantine import Quarantine
from heard.storage.retentions import Retentions
from heard.storage.seal_key import SealKey
from heard.storage.seals import Seals
from heard.storage.setup import Business, Secrets, SetupStore
from heard.storage.tables import error_code
from heard_cli import show
from heard_cli.local_state import InvalidLocalState, LocalState, find_state, local_api_url

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient

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
"""On this machine, a service that does not answer at once is not there."""
_LAMBDA_CONFIG: Final = Config(read_timeout=310, retries={"mode": "standard", "max_attempts": 1})
"""A function may take its whole time, and must not be called again because it does."""

_EXPIRED_CODES: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN_CALLER_CODES: Final = frozenset(
    {
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId",
    }
)
ACCESS_DENIED_CODES: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorizedException"}
    | {"AuthorizationError"}  # of SNS
)


class CommandError(Exception):
    """A command cannot go on: what is wrong, and what to do next.

    `command` is a command of ours that helps, such as `connect rotate con_1`. It is shown after the
    advice with the options of the stack, so that it can be pasted.
    """

    def __init__(self, message: str, advice: str = "", command: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.command = command


_PANEL: Final = "Stack options"
_DEFAULT_STACK: Final = "heard"
_ENVIRONMENT_VARIABLES: Final = {
    "--stack": "HEARD_STACK",
    "--region": "AWS_REGION",
    "--endpoint": "AWS_ENDPOINT_URL",
}


@dataclass(frozen=True, slots=True)
class StackOptions:
    """The options that all commands share."""

    stack: Annotated[
        str,
        typer.Option(
            envvar=_ENVIRONMENT_VARIABLES["--stack"],
            help="Name of the deployed stack.",
            rich_help_panel=_PANEL,
        ),
    ] = _DEFAULT_STACK
    region: Annotated[
        str | None,
        typer.Option(
            envvar=_ENVIRONMENT_VARIABLES["--region"],
            help="AWS region of the stack.",
            rich_help_panel=_PANEL,
        ),
    ] = None
    profile: Annotated[
        str | None, typer.Option(help="AWS profile to use.", rich_help_panel=_PANEL)
    ] = None
    endpoint: Annotated[
        str | None,
        typer.Option(
            envvar=_ENVIRONMENT_VARIABLES["--endpoint"],
            help="Address of all AWS APIs, if not AWS itself (for an emulator).",
            rich_help_panel=_PANEL,
        ),
    ] = None
    local: Annotated[
        bool,
        typer.Option(
            "--local",
            help="Use the stack that `heard local up` started here, whatever the environment says.",
            rich_help_panel=_PANEL,
        ),
    ] = False

    def check(self) -> None:
        """Raises BadParameter for --local beside an option that names another stack.

        A variable of the environment is no such option: it may be meant for other commands.
        """
        others = {"--stack": self.stack, "--region": self.region, "--endpoint": self.endpoint}
        if not self.local:
            return
        for option, value in (*others.items(), ("--profile", self.profile)):
            variable = os.environ.get(_ENVIRONMENT_VARIABLES.get(option, ""))
            if value not in {None, "", variable, _DEFAULT_STACK}:
                raise typer.BadParameter(
                    f"--local names the stack, so leave out {option}.", param_hint="--local"
                )

    def command_line(self, command: str) -> str:
        """A command of ours with the options that lead to the same stack, so it can be pasted.

        An option that comes from the environment is left out, because it holds for the next command
        too.
        """
        if self.local:
            return f"heard {command} --local"
        options = {
            "--stack": "" if self.stack == _DEFAULT_STACK else self.stack,
            "--region": self.region,
            "--profile": self.profile,
            "--endpoint": self.endpoint,
        }
        return f"heard {command}" + "".join(
            f" {option} {shlex.quote(value)}"
            for option, value in options.items()
            if value and value != os.environ.get(_ENVIRONMENT_VARIABLES.get(option, ""))
        )


@dataclass
class Stack:
    """One deployed stack. Nothing is read before it is needed."""

    options: StackOptions

    @property
    def name(self) -> str:
        """The name of the stack."""
        return self._local_state.stack if self.options.local else self.options.stack

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of the deployed CloudFormation stack. Raises CommandError."""
        name = self.name
        try:
            response = self._client("cloudformation").describe_stacks(StackName=name)
        except ClientError as error:
            if error_code(error) == "ValidationError":
                location = self.endpoint or f"region {self.session.region_name}"
                advice = (
                    "Give --stack and --region, or deploy it: make deploy. For a local stack: "
                    "heard local up"
                )
                raise CommandError(f"There is no stack {name} at {location}.", advice) from error
            raise
        outputs = {
            output.get("OutputKey", ""): output.get("OutputValue", "")
            for output in response["Stacks"][0].get("Outputs", [])
        }
        if missing := _REQUIRED_OUTPUTS - outputs.keys():
            message = f"The stack {name} has no output {', '.join(sorted(missing))}."
            raise CommandError(
                message, "It is not a Heard stack, or its deployment did not finish: make deploy."
            )
        return outputs

    @cached_property
    def endpoint(self) -> str | None:
        """The address of the AWS APIs; None for AWS itself. Raises CommandError."""
        if self.options.local:
            endpoint, source = self._local_state.endpoint, "The endpoint in the state file"
        else:
            endpoint, source = self.options.endpoint or None, "--endpoint"
        if endpoint is not None and not _is_web_address(endpoint):
            raise CommandError(
                f"{source} is not a Web address: {endpoint}",
                "Start the local stack again: heard local up"
                if self.options.local
                else "Write it like http://127.0.0.1:4566",
            )
        return endpoint

    @property
    def on_this_machine(self) -> bool:
        """Whether the AWS APIs are those of an emulator on loopback."""
        return self.endpoint is not None and is_loopback(self.endpoint)

    @cached_property
    def session(self) -> boto3.Session:
        """The AWS session. Invented credentials go to this machine only. Raises CommandError."""
        region = self._local_state.region if self.options.local else self.options.region
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
                "No AWS region is set.",
                (
                    "Use --region (for example eu-west-1) or set AWS_REGION. For the stack on "
                    "this machine: --local."
                ),
            )
        return session

    @cached_property
    def public_url(self) -> str:
        """The address at which platforms reach the webhooks, without a slash at its end."""
        if self.on_this_machine and self.endpoint:
            return local_api_url(self.endpoint, self.outputs["ApiId"])
        return self.outputs["ApiUrl"].rstrip("/")

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
    def cloudformation(self) -> CloudFormationClient:
        """The CloudFormation client."""
        return self._client("cloudformation")

    @cached_property
    def events(self) -> EventBridgeClient:
        """The EventBridge client."""
        return self._client("events")

    @cached_property
    def workflows(self) -> SFNClient:
        """The Step Functions client."""
        return self._client("stepfunctions")

    @cached_property
    def functions(self) -> LambdaClient:
        """The Lambda client."""
        return self._client("lambda")

    def client(self, service: str) -> Any:
        """A client of any service, made once. The checks of `heard doctor` read from many."""
        if service not in self._clients:
            self._clients[service] = self._client(service)
        return self._clients[service]

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    def _client(self, service: str) -> Any:
        # The overloads of `client` name hundreds of services that are not installed.
        session: Any = self.session
        config = _LOCAL_CONFIG if self.on_this_machine else _CONFIG
        return session.client(
            service,
            endpoint_url=self.endpoint,
            config=config.merge(_LAMBDA_CONFIG) if service == "lambda" else config,
        )

    @cached_property
    def setup(self) -> SetupStore:
        """Businesses and connections."""
        return SetupStore(self.dynamodb, self.outputs["SetupTableName"])

    @cached_property
    def people(self) -> People:
        """Who signs in, and their roles."""
        return People(self.dynamodb, self.outputs["SetupTableName"])

    @cached_property
    def secrets(self) -> Secrets:
        """Secrets, without a cache."""
        return Secrets(self.ssm, self.outputs["SecretsPath"], max_age=0)

    @cached_property
    def quarantine(self) -> Quarantine:
        """Genuine deliveries that could not be read."""
        return Quarantine(self.dynamodb, self.outputs["CasesTableName"])

    @cached_property
    def erasure_ports(self) -> ErasurePorts:
        """What an erasure of a person needs."""
        return ErasurePorts(
            Erasures(self.dynamodb, self.outputs["SetupTableName"]),
            self.cases,
            self.polls,
            DeadLetters(self.sqs, self.outputs["DeadLettersUrl"]),
            self.quarantine,
            self.holds,
        )

    @cached_property
    def holds(self) -> HoldPorts:
        """What is on hold."""
        return HoldPorts(Holds(self.dynamodb, self.outputs["SetupTableName"]), self.log)

    @cached_property
    def retention(self) -> RetentionPorts:
        """How long businesses keep texts, and what deletes them."""
        retentions = Retentions(self.dynamodb, self.outputs["SetupTableName"])
        return RetentionPorts(retentions, self.cases, self.holds)

    @cached_property
    def deliveries(self) -> Deliveries:
        """The records of recent webhook requests."""
        return Deliveries(self.dynamodb, self.outputs["CasesTableName"])

    @cached_property
    def polls(self) -> Polls:
        """The state of the connections that are polled."""
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
    def chain_heads(self) -> ChainHeads:
        """The ends of chains, as the states of reviews know them."""
        return ChainHeads(self.dynamodb, self.outputs["CasesTableName"])

    @cached_property
    def seals(self) -> Seals:
        """The bucket of seals."""
        return Seals(self._client("s3"), self.outputs["SealBucketName"])

    @cached_property
    def lake(self) -> Lake:
        """The bucket of facts."""
        return Lake(self._client("s3"), self.outputs["LakeBucketName"])

    @cached_property
    def seal_key(self) -> SealKey:
        """The key that signs seals."""
        return SealKey(self._client("kms"), self.outputs["SealKeyId"])

    @cached_property
    def queue(self) -> Queue:
        """The queue of reviews."""
        return Queue(self.sqs, self.outputs["QueueUrl"])

    @cached_property
    def event_bus(self) -> EventBus:
        """The bus on which notices are published."""
        return EventBus(self._client("events"), self.outputs["EventBusName"])

    def business(self, business: str) -> Business:
        """A business by its id. Raises CommandError."""
        record = self.setup.business(business)
        if record is None:
            raise self._unknown_business(business)
        return record

    def _unknown_business(self, business: str) -> CommandError:
        """The error that names businesses whose ids look alike."""
        ids: list[str] = []
        # Who may read one business may not always list them.
        with suppress(ClientError):
            ids = self.setup.businesses()
            if not ids:
                return CommandError(
                    "There are no businesses yet.",
                    "Add one:",
                    'business add BUSINESS --name "Its Name"',
                )
        similar = get_close_matches(business.casefold(), ids)
        suggestion = f" Did you mean {' or '.join(similar)}?" if similar else ""
        return CommandError(
            f"There is no business {business or repr(business)}.{suggestion}",
            "List them:" if similar else "Add it with heard business add, or list all:",
            "business list",
        )

    @cached_property
    def history(self) -> HistoryReader:
        """Past revisions of reviews, in batches."""
        return HistoryReader(self.dynamodb, self.outputs["CasesTableName"])

    def person_name(self, actor: str) -> str:
        """The first name of the person with this subject id.

        The id itself if no such person is stored: Heard acts under names of its own.
        """
        if actor not in self._person_names:
            person = self.people.person(actor)
            self._person_names[actor] = person.first_name if person else actor
        return self._person_names[actor]

    @cached_property
    def _person_names(self) -> dict[str, str]:
        return {}

    @cached_property
    def _local_state(self) -> LocalState:
        try:
            state = find_state(Path.cwd())
        except InvalidLocalState as error:
            raise CommandError(str(error), "Start it again: heard local up") from error
        if state is None:
            folder = Path.cwd()
            if any((parent / "template.yaml").is_file() for parent in (folder, *folder.parents)):
                raise CommandError("The local stack is not running.", "Start it: heard local up")
            raise CommandError(
                f"No local stack is known in {folder}.",
                "Run this in your clone of Heard. If no stack runs there: heard local up",
            )
        return state


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is not a number, or too high
        return False


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def on_stack[**P](command: Callable[Concatenate[Stack, P], None]) -> Callable[..., None]:
    """A command that gets a `Stack` as its first argument.

    It has the shared options, and its errors become messages instead of tracebacks.
    """
    own_parameters = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    shared_parameters = list(inspect.signature(StackOptions, eval_str=True).parameters.values())

    def run(**arguments: Any) -> None:
        options = StackOptions(
            **{parameter.name: arguments.pop(parameter.name) for parameter in shared_parameters}
        )
        options.check()
        with report_errors(options):
            cast("Callable[..., None]", command)(Stack(options), **arguments)

    parameters = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in (*own_parameters, *shared_parameters)
    ]
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


@contextmanager
def report_errors(options: StackOptions) -> Generator[None]:
    """Foreseeable errors inside become a message with the next step, and exit code 1."""
    command = ""
    try:
        yield
    except CommandError as command_error:
        message, advice = command_error.message, command_error.advice
        command = command_error.command
    except HeardError as error:
        message, advice = error.detail, "Try again in a moment." if error.retryable else ""
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        message, advice = _explain_aws_error(error, options)
    else:
        return
    next_step = options.command_line(command) if command else ""
    show.error(message, f"{advice} {next_step}".strip())
    raise typer.Exit(1)


def _explain_aws_error(
    error: BotoCoreError | ClientError | ResponseParserError, options: StackOptions
) -> tuple[str, str]:
    """What an AWS error means, and what to do about it."""
    if _is_foreign_response(error):
        return (
            "The program at this endpoint is not AWS, and not an emulator of it.",
            "Check --endpoint and AWS_ENDPOINT_URL. For the local stack: --local.",
        )
    match error:
        case NoCredentialsError() | PartialCredentialsError():
            return (
                "There are no AWS credentials.",
                (
                    "Sign in (aws sso login), set AWS_PROFILE or use --profile. For the local "
                    "stack: --local."
                ),
            )
        case ProfileNotFound():
            return str(error) + ".", "List your profiles: aws configure list-profiles"
        case NoRegionError():
            return (
                "No AWS region is set.",
                "Use --region (for example eu-west-1) or set AWS_REGION.",
            )
        case EndpointConnectionError() | HTTPClientError():
            if options.local or (options.endpoint and is_loopback(options.endpoint)):
                return (
                    "The local stack is not running.",
                    "Start it: heard local up",
                )
            return f"AWS cannot be reached: {error}", "Check the network, --region and --endpoint."
        case ClientError():
            code, message = error_code(error), error.response.get("Error", {}).get("Message", "")
            if code in _EXPIRED_CODES:
                return "The AWS credentials have expired.", "Sign in again: aws sso login"
            if code in _UNKNOWN_CALLER_CODES:
                return (
                    "AWS does not know these credentials.",
                    "Check AWS_PROFILE and --profile: aws sts get-caller-identity",
                )
            if code in ACCESS_DENIED_CODES:
                return (
                    f"AWS denied {error.operation_name}: {message}",
                    (
                        "These credentials have no permission for this. Ask the administrator of "
                        "the account."
                    ),
                )
            return f"AWS returned {code} for {error.operation_name}: {message}", ""
        case _ if "SSO" in type(error).__name__ or "Token" in type(error).__name__:
            return "The AWS sign-in has expired.", "Sign in again: aws sso login"
        case _:
            return f"{error}", ""


def _is_foreign_response(error: Exception) -> bool:
    """Whether a response has neither the format of AWS nor an error code of it."""
    if isinstance(error, ResponseParserError):
        return True
    return isinstance(error, ClientError) and (
        error_code(error).isdecimal() or "<html" in str(error).lower()
    )


def require_connection(stack: Stack, connection: str) -> Connection:
    """A connection by its id. Raises CommandError."""
    record = stack.setup.connection(connection)
    if record is None:
        raise CommandError(
            f"There is no connection {connection}.",
            "List them:",
            "connect list --business BUSINESS",
        )
    return record
