"""Event source mappings that Lambda refuses to create."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventSourceMapping, Queue
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown
from checks.event_sources._sources import GUIDE, reads_queue, service_of, source_arn

# API CreateEventSourceMapping, EventSourceArn; DocumentDB has the ARNs of RDS.
SUPPORTED_SERVICES = ("dynamodb", "kafka", "kinesis", "mq", "rds", "sqs")

# API CreateEventSourceMapping: "Kinesis, DynamoDB Streams, Amazon MSK, self-managed Kafka" only,
# each with the values that say no more than its absence does.
_STREAM_SETTINGS: dict[str, tuple[object, ...]] = {
    "BisectBatchOnFunctionError": (False, "false"),
    "DestinationConfig": ({},),
    "MaximumRecordAgeInSeconds": (limits.ENDLESS,),
    "MaximumRetryAttempts": (limits.ENDLESS,),
    "ParallelizationFactor": (1,),
    "StartingPosition": (),
    "StartingPositionTimestamp": (),
    "TumblingWindowInSeconds": (0,),
}
_QUEUE_SETTINGS: dict[str, tuple[object, ...]] = {"ScalingConfig": ({},)}


@rule(
    "ESM001",
    "unsupported-event-source",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Quick Service Selection Table (lines 11-22)",
    applies_to=EventSourceMapping,
    remediation="""
        OrdersSubscription:                 # topics, buses and buckets push: they take no mapping
          Type: AWS::SNS::Subscription
          Properties:
            TopicArn: !Ref OrdersTopic
            Protocol: lambda
            Endpoint: !GetAtt OrdersFunction.Arn

        Live: aws sns subscribe --topic-arn ARN --protocol lambda --notification-endpoint FUNCTION
    """,
)
def unsupported_event_source(mapping: EventSourceMapping, _graph: Graph) -> Iterator[Match]:
    """A mapping reads from something that Lambda cannot poll, so it cannot be created.

    Lambda polls Kinesis, DynamoDB streams, SQS, Kafka, Amazon MQ and DocumentDB. Topics, event
    buses and buckets invoke the function themselves. Of a table it reads the stream, whose ARN is
    not the table's, and of a queue it wants the ARN, not the URL that `Ref` gives.

    Fine to accept in no case that we know of.
    """
    if mapping.peek("EventSourceArn") is None:
        return
    arn = source_arn(mapping)
    shown = mapping.source_arn if arn is None else arn.service
    known = not isinstance(mapping.peek("EventSourceArn"), Unknown)
    if shown.startswith("${"):  # an attribute of a broker or cluster, which nothing here models
        return
    if arn is None:
        message = f"{mapping.label} names its source by something other than an ARN"
    elif arn.service not in SUPPORTED_SERVICES:
        message = f"{mapping.label} reads from {arn.service}, which Lambda cannot poll"
    elif arn.service == "dynamodb" and known and "/stream/" not in arn.resource:
        message = f"{mapping.label} names a table instead of its stream"
    else:
        return
    yield Match(mapping, message, ("EventSourceArn",), (f"EventSourceArn: {shown}",))


@rule(
    "ESM015",
    "refused-batch-settings",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventSourceMapping,
    remediation="""
        OrdersMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            BatchSize: 100
            MaximumBatchingWindowInSeconds: 5   # for more than 10 messages of a standard queue

        Live: aws lambda update-event-source-mapping --uuid UUID --batch-size 100
        --maximum-batching-window-in-seconds 5
    """,
)
def refused_batch_settings(mapping: EventSourceMapping, graph: Graph) -> Iterator[Match]:
    """A mapping asks for batches that Lambda refuses, so it cannot be created.

    Batches have 1 to 10,000 records, and Lambda waits up to 300 seconds for them. A FIFO queue
    gives at most 10 messages without any waiting; a standard queue gives more than 10 only with a
    batching window of a second or more.

    Fine to accept in no case that we know of.
    """
    size, window = mapping.batch_size, mapping.batching_window_seconds
    shown = (f"BatchSize {size or 'not set'}, MaximumBatchingWindowInSeconds {window}",)
    if size is not None and not 1 <= size <= limits.BATCH_SIZE_MAX:
        yield Match(mapping, f"{mapping.label} has a batch size out of bounds", _SIZE, shown)
    elif not 0 <= window <= limits.BATCHING_WINDOW_MAX_SECONDS:
        yield Match(mapping, f"{mapping.label} has a batching window out of bounds", _WINDOW, shown)
    elif reads_queue(mapping):
        yield from _queue_batches(mapping, graph, shown)


_SIZE, _WINDOW = ("BatchSize",), ("MaximumBatchingWindowInSeconds",)


def _queue_batches(
    mapping: EventSourceMapping, graph: Graph, shown: tuple[str, ...]
) -> Iterator[Match]:
    size, window = mapping.batch_size or 0, mapping.batching_window_seconds
    if size > limits.BATCH_SIZE_MAX_WITHOUT_WINDOW and window < 1:
        message = f"{mapping.label} wants more than 10 messages at once without a batching window"
        yield Match(mapping, message, _WINDOW, shown)
    elif (size > limits.BATCH_SIZE_MAX_FIFO or window > 0) and _reads_fifo(mapping, graph):
        size_is_wrong = size > limits.BATCH_SIZE_MAX_FIFO
        wrong = "more than 10 messages" if size_is_wrong else "a batching window"
        message = f"{mapping.label} wants {wrong} of a FIFO queue"
        yield Match(mapping, message, _SIZE if size_is_wrong else _WINDOW, shown)


def _reads_fifo(mapping: EventSourceMapping, graph: Graph) -> bool:
    source = mapping.peek("EventSourceArn")
    queue = graph.find(source)
    if isinstance(queue, Queue):
        return queue.fifo
    if isinstance(source, Unknown):
        raise UndeterminedError(source.reason, ("EventSourceArn",))
    return str(source).endswith(".fifo")


@rule(
    "ESM016",
    "setting-of-another-source",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventSourceMapping,
    remediation="""
        OrdersQueue:                        # what a queue has instead of retries and destinations
          Type: AWS::SQS::Queue
          Properties:
            RedrivePolicy:
              deadLetterTargetArn: !GetAtt OrdersDlq.Arn
              maxReceiveCount: 5

        Live: aws sqs set-queue-attributes --queue-url URL --attributes file://redrive.json
    """,
)
def setting_of_another_source(mapping: EventSourceMapping, _graph: Graph) -> Iterator[Match]:
    """A mapping has a setting that its kind of source does not know.

    Lambda refuses or ignores it, and what it was meant for does not happen: retries, age limits and
    on-failure destinations belong to streams, the redrive policy of a queue takes their place; only
    queues know a maximum concurrency. (API CreateEventSourceMapping, by parameter.)

    Fine to accept in no case that we know of.
    """
    service = service_of(mapping)
    foreign = _STREAM_SETTINGS if service == "sqs" else _QUEUE_SETTINGS
    kind = "a queue" if service == "sqs" else "a source other than a queue"
    for name, neutral in foreign.items():
        value = mapping.peek(name)
        if isinstance(value, Unknown) and neutral:
            raise UndeterminedError(value.reason, (name,))
        if mapping.has(name) and value not in neutral:
            message = f"{mapping.label} sets {name}, which {kind} does not know"
            yield Match(mapping, message, (name,))
    if service == "kinesis":
        _settle_source(mapping)


def _settle_source(mapping: EventSourceMapping) -> None:
    """Raises `UndeterminedError` when what starts at a position may be a queue of the stack.

    A queue takes no StartingPosition, so that one which has it cannot be told from a stream.
    """
    source = mapping.peek("EventSourceArn")
    if isinstance(source, Unknown) and not source.external and source_arn(mapping) is None:
        raise UndeterminedError(source.reason, ("EventSourceArn",))
