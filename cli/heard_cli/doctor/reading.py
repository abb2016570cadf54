"""What the doctor reads from AWS: plain facts, and never a secret or a customer's word."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Final

from botocore.exceptions import ClientError

from heard import clock
from heard.connectors import load
from heard.people import Person
from heard.storage.setup import Business
from heard.storage.tables import error_code
from heard_cli.doctor.data import KeyFacts, QueueFacts, TableFacts
from heard_cli.doctor.deployment import FunctionCode
from heard_cli.doctor.running import AlarmFacts, LogFacts
from heard_cli.doctor.setup import SecretFacts, needed_secrets
from heard_cli.stack import Stack

_TIME_TO_LIVE: Final = frozenset({"SetupTable", "CasesTable"})
_YOUNG: Final = timedelta(hours=26)
"""For so long after its creation, a stack may not have had its first night."""
_ALARMS_IN_A_CALL: Final = 100


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of the stack: its logical and its physical id."""

    kind: str
    name: str
    id: str


@dataclass
class Reader:
    """Reads one stack. What several checks need is read once."""

    stack: Stack

    @cached_property
    def description(self) -> Mapping[str, Any]:
        """The stack as CloudFormation describes it."""
        response = self.stack.cloudformation.describe_stacks(StackName=self.stack.name)
        return dict(response["Stacks"][0])

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The parameters of the stack."""
        return {
            parameter["ParameterKey"]: parameter["ParameterValue"]
            for parameter in self.description.get("Parameters", ())
        }

    @property
    def is_young(self) -> bool:
        """Whether the stack was created in the last day."""
        return clock.now() - self.description["CreationTime"] < _YOUNG

    @cached_property
    def resources(self) -> list[Resource]:
        """Every resource of the stack."""
        pages = self.stack.cloudformation.get_paginator("list_stack_resources").paginate(
            StackName=self.stack.name
        )
        return [
            Resource(
                resource["ResourceType"],
                resource["LogicalResourceId"],
                resource.get("PhysicalResourceId", ""),
            )
            for page in pages
            for resource in page["StackResourceSummaries"]
        ]

    def of_kind(self, kind: str) -> list[Resource]:
        """The resources of one type, such as `Lambda::Function`."""
        return [resource for resource in self.resources if resource.kind == f"AWS::{kind}"]

    def seconds_ahead(self) -> float:
        """How far this machine's clock is ahead of AWS, by the date of a response."""
        before = datetime.now(UTC)
        response = self.stack.cloudformation.describe_stacks(StackName=self.stack.name)
        middle = before + (datetime.now(UTC) - before) / 2
        date = parsedate_to_datetime(response["ResponseMetadata"]["HTTPHeaders"]["date"])
        return (middle - date).total_seconds()

    def executions(self) -> int:
        """The concurrent executions that the account allows."""
        limits = self.stack.functions.get_account_settings().get("AccountLimit", {})
        return limits.get("ConcurrentExecutions", 0)

    # Code

    def code(self, function: str, version: str = "") -> FunctionCode:
        """What one version of a function runs; the newest code without a version."""
        configuration: Any = self.stack.functions.get_function_configuration(
            FunctionName=function, **({"Qualifier": version} if version else {})
        )
        return FunctionCode(
            configuration.get("Version", ""),
            configuration.get("CodeSha256", ""),
            tuple(layer["Arn"] for layer in configuration.get("Layers", ())),
            configuration.get("Environment", {}).get("Variables", {}),
            configuration.get("State", ""),
            configuration.get("SnapStart", {}).get("OptimizationStatus", ""),
        )

    def aliases(self) -> Iterator[tuple[str, FunctionCode, FunctionCode]]:
        """Each function with an alias: its logical id, what the alias runs, the newest code."""
        names = {resource.id: resource.name for resource in self.of_kind("Lambda::Function")}
        for resource in self.of_kind("Lambda::Alias"):
            function, alias = resource.id.split(":")[-2:]
            yield names.get(function, function), self.code(function, alias), self.code(function)

    # Tables, key, user pool

    def tables(self) -> list[TableFacts]:
        """What each table has."""
        facts: list[TableFacts] = []
        for resource in self.of_kind("DynamoDB::Table"):
            backups: Any = self.stack.dynamodb.describe_continuous_backups(TableName=resource.id)
            recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
            expiry: bool | None = None
            if resource.name in _TIME_TO_LIVE:
                response = self.stack.dynamodb.describe_time_to_live(TableName=resource.id)
                status = response["TimeToLiveDescription"].get("TimeToLiveStatus")
                expiry = status in {"ENABLED", "ENABLING"}
            facts.append(
                TableFacts(
                    resource.name,
                    recovery["PointInTimeRecoveryStatus"] == "ENABLED",
                    self._table(resource.id).get("DeletionProtectionEnabled", False),
                    expiry,
                )
            )
        return facts

    def protected_tables(self) -> list[TableFacts]:
        """Only whether each table is protected from deletion."""
        return [
            TableFacts(
                resource.name,
                recovery=True,
                protected=self._table(resource.id).get("DeletionProtectionEnabled", False),
            )
            for resource in self.of_kind("DynamoDB::Table")
        ]

    def stream(self) -> tuple[str, list[str]]:
        """The stream of the Outcomes table, and the sources that the stack's readers read."""
        table = self._table(self.stack.outputs["OutcomesTableName"])
        readers = [self._reader(reader.id) for reader in self.of_kind("Lambda::EventSourceMapping")]
        return table.get("LatestStreamArn", ""), [
            reader.get("EventSourceArn", "") for reader in readers
        ]

    def outcomes_policy(self) -> Mapping[str, Any]:
        """The policy of the Outcomes table; empty if it has none."""
        table = self._table(self.stack.outputs["OutcomesTableName"])
        try:
            response = self.stack.dynamodb.get_resource_policy(ResourceArn=table["TableArn"])
        except ClientError as error:
            if error_code(error) != "PolicyNotFoundException":
                raise
            return {}
        policy: Mapping[str, Any] = json.loads(response["Policy"])
        return policy

    def _table(self, name: str) -> Mapping[str, Any]:
        return dict(self.stack.dynamodb.describe_table(TableName=name)["Table"])

    def key(self) -> KeyFacts:
        """The state of the data key."""
        (resource,) = (key for key in self.of_kind("KMS::Key") if key.name == "DataKey")
        client = self.stack.client("kms")
        state = client.describe_key(KeyId=resource.id)["KeyMetadata"]["KeyState"]
        rotation = client.get_key_rotation_status(KeyId=resource.id)
        return KeyFacts(state, rotation.get("KeyRotationEnabled", False))

    def pool_is_protected(self) -> bool:
        """Whether the user pool refuses to be deleted."""
        pool: Any = self.stack.cognito.describe_user_pool(
            UserPoolId=self.stack.outputs["UserPoolId"]
        )
        return pool["UserPool"].get("DeletionProtection") == "ACTIVE"

    def pool_client(self) -> Mapping[str, Any]:
        """The client of the user pool."""
        response: Any = self.stack.cognito.describe_user_pool_client(
            UserPoolId=self.stack.outputs["UserPoolId"],
            ClientId=self.stack.outputs["UserPoolClientId"],
        )
        return response["UserPoolClient"]

    # Queues

    def queues(self, *, dead: bool) -> list[QueueFacts]:
        """The dead-letter queues, or the others."""
        return [
            QueueFacts(resource.name, self._waiting(resource.id), self._oldest(resource.id))
            for resource in self.of_kind("SQS::Queue")
            if resource.name.endswith("DeadLetters") == dead
        ]

    def _waiting(self, url: str) -> int:
        response = self.stack.sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(response.get("Attributes", {}).get("ApproximateNumberOfMessages", 0))

    def _oldest(self, url: str) -> int | None:
        if self.stack.on_this_machine:
            return None  # the emulator counts nothing for CloudWatch
        points = self._points(
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage",
            {"QueueName": url.rpartition("/")[2]},
            timedelta(minutes=15),
            "Maximum",
        )
        return int(max(points)) if points else None

    def _points(
        self,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        length: timedelta,
        statistic: str,
    ) -> list[float]:
        now = clock.now()
        response = self.stack.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - length,
            EndTime=now,
            Period=60 * max(5, int(length.total_seconds()) // 3600),
            Statistics=[statistic],
        )
        return [point[statistic] for point in response["Datapoints"]]

    # Alarms, clocks, readers, logs

    @cached_property
    def alarm_names(self) -> Mapping[str, str]:
        """The alarms of the stack: physical to logical id."""
        return {resource.id: resource.name for resource in self.of_kind("CloudWatch::Alarm")}

    @cached_property
    def alarm_descriptions(self) -> list[Mapping[str, Any]]:
        """The alarms as CloudWatch describes them."""
        names = sorted(self.alarm_names)
        client = self.stack.client("cloudwatch")
        return [
            alarm
            for start in range(0, len(names), _ALARMS_IN_A_CALL)
            for alarm in client.describe_alarms(
                AlarmNames=names[start : start + _ALARMS_IN_A_CALL],
                MaxRecords=_ALARMS_IN_A_CALL,
            )["MetricAlarms"]
        ]

    def alarms(self) -> list[AlarmFacts]:
        """The alarms of the stack that exist."""
        return [
            AlarmFacts(
                self.alarm_names[alarm["AlarmName"]],
                alarm["StateValue"],
                bool(alarm.get("ActionsEnabled", True) and alarm.get("AlarmActions")),
                alarm.get("AlarmDescription", ""),
            )
            for alarm in self.alarm_descriptions
        ]

    def silent_alarms(self) -> list[AlarmFacts]:
        """The alarms that fire when nothing is counted, with what was counted in their time."""
        facts: list[AlarmFacts] = []
        for alarm in self.alarm_descriptions:
            if alarm.get("TreatMissingData") != "breaching":
                continue
            points = self._points(
                alarm["Namespace"],
                alarm["MetricName"],
                {part["Name"]: part["Value"] for part in alarm["Dimensions"]},
                timedelta(seconds=alarm["Period"] * alarm["EvaluationPeriods"]),
                "SampleCount",
            )
            name = self.alarm_names[alarm["AlarmName"]]
            facts.append(AlarmFacts(name, alarm["StateValue"], tells=True, runs=int(sum(points))))
        return facts

    def subscriptions(self) -> Mapping[str, bool]:
        """Who gets the alarms, and whether each is confirmed."""
        (topic,) = self.of_kind("SNS::Topic")
        pages = self.stack.client("sns").get_paginator("list_subscriptions_by_topic")
        return {
            subscription["Endpoint"]: subscription["SubscriptionArn"].startswith("arn:")
            for page in pages.paginate(TopicArn=topic.id)
            for subscription in page["Subscriptions"]
        }

    def clocks(self) -> Mapping[str, str]:
        """The state of each schedule."""
        return {
            rule.name: self.stack.events.describe_rule(Name=rule.id).get("State", "")
            for rule in self.of_kind("Events::Rule")
        }

    def readers(self) -> Mapping[str, tuple[str, str]]:
        """The state of each reader of a queue or stream, and the result of its last reading."""
        facts: dict[str, tuple[str, str]] = {}
        for reader in self.of_kind("Lambda::EventSourceMapping"):
            mapping = self._reader(reader.id)
            facts[reader.name] = (
                mapping.get("State", ""),
                mapping.get("LastProcessingResult", ""),
            )
        return facts

    def _reader(self, id: str) -> Mapping[str, Any]:
        return dict(self.stack.functions.get_event_source_mapping(UUID=id))

    def logs(self) -> tuple[list[LogFacts], list[str]]:
        """The log groups of the stack, those that Lambda made beside it, and the first names."""
        expected = [group.id for group in self.of_kind("Logs::LogGroup")]
        prefixes = {*expected, f"/aws/lambda/{self.stack.name}-"}
        client = self.stack.client("logs")
        groups = {
            group["logGroupName"]: LogFacts(
                group["logGroupName"],
                group.get("retentionInDays"),
                bool(group.get("kmsKeyId")),
            )
            for prefix in sorted(prefixes)
            for page in client.get_paginator("describe_log_groups").paginate(
                logGroupNamePrefix=prefix
            )
            for group in page["logGroups"]
            if group["logGroupName"] in expected or prefix not in expected
        }
        return list(groups.values()), expected

    # Who uses it

    @cached_property
    def businesses(self) -> list[Business]:
        """Every business."""
        stored = map(self.stack.setup.business, self.stack.setup.businesses())
        return [business for business in stored if business]

    def people(self) -> list[Person]:
        """Everybody who signs in."""
        return list(self.stack.people.people())

    def needed_secrets(self) -> dict[str, tuple[str, set[str]]]:
        """What each connection needs: its platform, and the names of its secrets."""
        return {
            connection.id: (
                connection.platform,
                needed_secrets(connection, load(connection.platform).capabilities),
            )
            for business in self.businesses
            for connection in self.stack.setup.connections(business.id)
        }

    def stored_secrets(self) -> list[SecretFacts]:
        """The names of all secrets of the stack. Their values are not asked for."""
        pages = (
            self.stack.client("ssm")
            .get_paginator("describe_parameters")
            .paginate(
                ParameterFilters=[
                    {
                        "Key": "Path",
                        "Option": "Recursive",
                        "Values": [self.stack.outputs["SecretsPath"]],
                    }
                ]
            )
        )
        return [
            SecretFacts(parameter["Name"], parameter["Type"], parameter.get("KeyId", ""))
            for page in pages
            for parameter in page["Parameters"]
        ]

    def senders(self) -> tuple[Mapping[str, bool], bool]:
        """The addresses that SES replies from, whether each is verified; and the sandbox."""
        addresses = {
            connection.settings.get("from_address", "")
            for business in self.businesses
            for connection in self.stack.setup.connections(business.id)
            if connection.platform == "ses" and connection.has_credentials
        } - {""}
        if not addresses:
            return {}, False
        client = self.stack.client("sesv2")
        in_sandbox = not client.get_account().get("ProductionAccessEnabled", False)
        return {address: self._is_verified(client, address) for address in addresses}, in_sandbox

    @staticmethod
    def _is_verified(client: Any, address: str) -> bool:
        for identity in (address, address.rpartition("@")[2]):
            try:
                if client.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"]:
                    return True
            except ClientError as error:
                if error_code(error) != "NotFoundException":
                    raise
        return False
