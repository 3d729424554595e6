"""The deployed stack as its operator sees it: functions, queues, logs, the bus."""

import contextlib
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Final

from local.emulator import administrator
from tests.e2e.integrator import Integrator
from tests.e2e.traces import Traces
from tests.e2e.wire import eventually

LISTENER: Final = "what-the-bus-said"
MOST_MESSAGES: Final = 10


class Cloud:
    """Acts as the account's administrator."""

    def __init__(self, facts: Mapping[str, Any], traces: Traces) -> None:
        self.facts = facts
        self._traces = traces
        self._session = administrator()
        self._events: list[dict[str, Any]] = []

    def invoke(self, function: str, event: object = None) -> None:
        """Run a function now, as its schedule would."""
        client = self._session.client("lambda", endpoint_url=self.facts["endpointUrl"])
        answer = client.invoke(
            FunctionName=self.facts["functions"][function], Payload=json.dumps(event or {})
        )
        assert "FunctionError" not in answer, answer["Payload"].read()

    def sweep_until(self, done: Callable[[], object]) -> None:
        """Sweep until something was found."""

        def swept() -> object:
            self.invoke("SweepFunction")
            return done()

        eventually(swept, "the sweep")

    def nobody(self) -> Integrator:
        """Act as a user of the account who has no policy at all."""
        iam = self._session.client("iam", endpoint_url=self.facts["endpointUrl"])
        with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_user(UserName="nobody")
        key = iam.create_access_key(UserName="nobody")["AccessKey"]
        own = {
            "accessKeyId": key["AccessKeyId"],
            "secretAccessKey": key["SecretAccessKey"],
            "sessionToken": None,
        }
        return Integrator({**self.facts, **own}, self._traces)

    def secret(self, secret: str) -> dict[str, str]:
        """Read a secret of the stack by its logical id."""
        resources = self._session.client(
            "cloudformation", endpoint_url=self.facts["endpointUrl"]
        ).describe_stack_resource(StackName=self.facts["stackName"], LogicalResourceId=secret)
        arn = resources["StackResourceDetail"]["PhysicalResourceId"]
        client = self._session.client("secretsmanager", endpoint_url=self.facts["endpointUrl"])
        content: dict[str, str] = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
        return content

    @contextmanager
    def deaf(self, function: str) -> Iterator[None]:
        """Lose every message that a worker would get meanwhile."""
        client = self._session.client("lambda", endpoint_url=self.facts["endpointUrl"])
        (mapping,) = client.list_event_source_mappings(
            FunctionName=self.facts["functions"][function]
        )["EventSourceMappings"]
        client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
            queue = function.removesuffix("Function").removeprefix("Fetch") + "Queue"
            self._sqs.purge_queue(QueueUrl=self.facts["queueUrls"][queue])
        finally:
            client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    # The table

    def live_row(self, connection_id: str) -> dict[str, Any]:
        """Read what changes of a connection, as it is stored."""
        key = {"pk": {"S": f"CN#{connection_id}"}, "sk": {"S": "LIVE"}}
        row: dict[str, Any] = self._table.get_item(
            TableName=self.facts["tableName"], Key=key, ConsistentRead=True
        )["Item"]
        return row

    def plant_unreadable_row(self) -> str:
        """Store a row that is due and makes no sense, as a faulty version could have left it."""
        connection_id = f"cn_{secrets.token_hex(12)}"
        row = {"pk": {"S": f"CN#{connection_id}"}, "rf": {"S": "not a refresh"}}
        due = {"wake_shard": {"S": "DUE#00"}, "wake_at": {"N": "1"}, "version": {"N": "1"}}
        for sort_key in ("CN", "LIVE"):
            rest = due if sort_key == "LIVE" else {}
            self._table.put_item(
                TableName=self.facts["tableName"], Item={**row, **rest, "sk": {"S": sort_key}}
            )
        return connection_id

    def is_due_later(self, connection_id: str) -> bool:
        """Tell whether the sweep has put a row aside for now."""
        return float(self.live_row(connection_id)["wake_at"]["N"]) > time.time() * 1000

    @cached_property
    def _table(self) -> Any:
        return self._session.client("dynamodb", endpoint_url=self.facts["endpointUrl"])

    # The bus

    def listen(self) -> None:
        """Subscribe to everything that the stack says, as an integrator does: a rule, a queue."""
        events = self._session.client("events", endpoint_url=self.facts["endpointUrl"])
        bus = self.facts["busName"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._listener, AttributeNames=["QueueArn"])[
            "Attributes"
        ]["QueueArn"]
        events.put_rule(
            Name=LISTENER,
            EventBusName=bus,
            EventPattern=json.dumps({"source": ["flinks-reconnect"]}),
        )
        events.put_targets(Rule=LISTENER, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])

    def events(self, login_reference: str) -> list[dict[str, Any]]:
        """Return the envelopes that arrived for one customer, the oldest first."""
        for message in self._taken(self._listener):
            self._traces.say(message)
            self._events.append(json.loads(message))
        ours = [each for each in self._events if each["detail"].get("reference") == login_reference]
        return sorted(ours, key=lambda each: int(each["detail"]["id"].split(".")[1]))

    def event_types(self, login_reference: str, until: str | None = None) -> list[str]:
        """Return what happened to one customer; wait for an event of this type, if one is named."""

        def look() -> list[str]:
            types = [each["detail-type"] for each in self.events(login_reference)]
            return types if until is None or until in types else []

        return look() if until is None else eventually(look, f"the event {until}")

    @cached_property
    def _listener(self) -> str:
        url: str = self._sqs.create_queue(QueueName=LISTENER)["QueueUrl"]
        return url

    # What somebody could read

    def log_lines(self) -> Iterator[str]:
        """Return every line of every log group."""
        logs = self._session.client("logs", endpoint_url=self.facts["endpointUrl"])
        for page in logs.get_paginator("describe_log_groups").paginate():
            for group in page["logGroups"]:
                pages = logs.get_paginator("filter_log_events").paginate(
                    logGroupName=group["logGroupName"]
                )
                for lines in pages:
                    yield from (each["message"] for each in lines["events"])

    def queued(self) -> list[str]:
        """Take what lies in any queue of the stack, dead-letter queues too."""
        return [message for url in self.facts["queueUrls"].values() for message in self._taken(url)]

    def send(self, queue: str, message: object) -> None:
        """Put a message into a work queue, as a late or doubled delivery would."""
        url = self.facts["queueUrls"][queue]
        self._sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))

    def waiting_and_taken(self, queue: str) -> tuple[int, int]:
        """Count the messages that can be taken now, and those that somebody has taken."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = self._sqs.get_queue_attributes(
            QueueUrl=self.facts["queueUrls"][queue], AttributeNames=names
        )["Attributes"]
        return int(told[names[0]]), int(told[names[1]])

    def dead_letters(self) -> dict[str, int]:
        """Count what every dead-letter queue holds."""
        return {
            name: sum(self.waiting_and_taken(name))
            for name in self.facts["queueUrls"]
            if name.endswith("DeadLetters")
        }

    def objects(self, prefix: str) -> list[str]:
        """List the bucket's keys under a prefix."""
        s3 = self._session.client("s3", endpoint_url=self.facts["endpointUrl"])
        found = s3.list_objects_v2(Bucket=self.facts["bucketName"], Prefix=prefix)
        return [each["Key"] for each in found.get("Contents", [])]

    @cached_property
    def _sqs(self) -> Any:
        return self._session.client("sqs", endpoint_url=self.facts["endpointUrl"])

    def _taken(self, url: str) -> Iterator[str]:
        while True:
            messages = self._sqs.receive_message(
                QueueUrl=url, MaxNumberOfMessages=MOST_MESSAGES, WaitTimeSeconds=0
            ).get("Messages", [])
            for message in messages:
                yield message["Body"]
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            if not messages:
                return
