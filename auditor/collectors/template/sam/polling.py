"""Events that Lambda polls for: event source mappings.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/
sam-property-function-eventsource.html
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.collectors.template.declared import Declared
from auditor.collectors.template.sam.making import Part, flag, made, peek
from auditor.collectors.template.sam.policy import inline
from auditor.values import Block

MAPPING = "AWS::Lambda::EventSourceMapping"
SOURCES = {
    "SQS": "Queue",
    "Kinesis": "Stream",
    "DynamoDB": "Stream",
    "MSK": "Stream",
    "MQ": "Broker",
    "DocumentDB": "Cluster",
}
SELF_MANAGED_KAFKA = "SelfManagedKafka"
_PASSED = (
    "BatchSize", "BisectBatchOnFunctionError", "Enabled", "FilterCriteria",
    "FunctionResponseTypes", "KmsKeyArn", "LoggingConfig", "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds", "MaximumRetryAttempts", "MetricsConfig", "ParallelizationFactor",
    "ProvisionedPollerConfig", "Queues", "ScalingConfig", "SourceAccessConfigurations",
    "StartingPosition", "StartingPositionTimestamp", "Topics", "TumblingWindowInSeconds",
)  # fmt: skip
_EXECUTION_ROLES = {
    "SQS": "AWSLambdaSQSQueueExecutionRole",
    "Kinesis": "AWSLambdaKinesisExecutionRole",
    "DynamoDB": "AWSLambdaDynamoDBExecutionRole",
    "MSK": "AWSLambdaMSKExecutionRole",
}
_ON_FAILURE = {"SQS": "sqs:SendMessage", "SNS": "sns:Publish"}


def mapping(event: Part) -> Iterator[Declared]:
    """The event source mapping of an event; a self-managed Kafka cluster has no source ARN."""
    properties = {"FunctionName": event.owner.ref, **event.passed(*_PASSED)}
    properties["DestinationConfig"] = _destination_config(event.peek("DestinationConfig"))
    renames = {}
    if event.kind == SELF_MANAGED_KAFKA:
        servers = event.required("KafkaBootstrapServers")
        endpoints = made(event.properties, {"KafkaBootstrapServers": servers})
        properties["SelfManagedEventSource"] = made(event.properties, {"Endpoints": endpoints})
        renames["SelfManagedEventSource"] = "KafkaBootstrapServers"
    else:
        source = SOURCES[event.kind]
        properties["EventSourceArn"] = event.required(source)
        renames["EventSourceArn"] = source
    yield event.make(MAPPING, event.id, properties, renames)


def _destination_config(config: object) -> object:
    """The destination without its `Type`, which only tells SAM what the function may do."""
    on_failure = peek(config, "OnFailure")
    if not isinstance(config, Block) or not isinstance(on_failure, Block):
        return config
    plain = {name: value for name, value in on_failure.items() if name != "Type"}
    return made(config, {"OnFailure": made(on_failure, plain, unread=on_failure.unread)})


def execution_policy(event: Part) -> str | None:
    """The managed policy that SAM adds to the function's role for the event."""
    if event.kind == "SNS":
        through = event.peek("SqsSubscription")
        polls = isinstance(through, Block) or flag(through) is True
        return _EXECUTION_ROLES["SQS"] if polls else None
    return _EXECUTION_ROLES.get(event.kind)


def failure_policies(event: Part) -> Iterator[dict[str, object]]:
    """What SAM lets the function do for the on-failure destination, if that has a `Type`."""
    destination = event.peek("DestinationConfig", "OnFailure")
    kind = peek(destination, "Type")
    if event.kind in SOURCES and isinstance(kind, str) and kind in _ON_FAILURE:
        arn = peek(destination, "Destination")
        yield inline(f"{event.id}{kind}Policy", _ON_FAILURE[kind], arn)
