"""Who reads streams, and what they share."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import event_limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import AnalyticsApplication, Resource, Stream, StreamConsumer
from auditor.rules import rule
from auditor.values import UndeterminedError
from checks.kinesis._readers import readers, shares_throughput

GUIDE = "Scaling Considerations (lines 531-570)"


@rule(
    "KIN002",
    "stream-without-consumer",
    severity=Severity.MEDIUM,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide="Quick Service Selection Table (lines 11-20)",
    pedantic=True,
    applies_to=Stream,
    remediation="""
        ClicksMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: !GetAtt ClicksStream.Arn
            FunctionName: !Ref ClicksFunction
            StartingPosition: TRIM_HORIZON

        Live: aws kinesis delete-stream --stream-name NAME
    """,
)
def stream_without_consumer(stream: Stream, graph: Graph) -> Iterator[Match]:
    """Nothing that can be seen reads a stream, whose shards cost money all the same.

    Mappings, pipes, registered consumers, channels, Firehose and analytics were looked for. A
    program that polls, and readers of other stacks, cannot be seen, so this is only a hint.

    Fine to accept where a program or another stack reads the stream.
    """
    if readers(stream, graph):
        return
    if graph.all(AnalyticsApplication, stream.raw.account):
        raise UndeterminedError("an analytics application may read the stream from its code")
    yield Match(stream, f"nothing that can be seen reads {stream.label}")


@rule(
    "KIN023",
    "too-many-stream-readers",
    severity=Severity.MEDIUM,
    category=Category.PERFORMANCE,
    guide=GUIDE,
    applies_to=Stream,
    remediation="""
        ClicksConsumer:
          Type: AWS::Kinesis::StreamConsumer     # throughput of its own: enhanced fan-out
          Properties:
            ConsumerName: billing
            StreamARN: !GetAtt ClicksStream.Arn
        ClicksMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: !GetAtt ClicksConsumer.ConsumerARN

        Live: aws kinesis register-stream-consumer --stream-arn ARN --consumer-name billing
    """,
)
def too_many_stream_readers(
    stream: Stream, graph: Graph, *, most: float = event_limits.SHARED_READERS_SENSIBLE_MAX
) -> Iterator[Match]:
    """Several readers share the throughput of a stream and slow each other down.

    All readers without throughput of their own share five reads and two mebibytes a second of each
    shard; from the third on they wait for each other, and their lag grows with the traffic.
    Registered consumers do not share it, but there can be no more than twenty of them (fifty with
    On-demand Advantage).

    Fine to accept where traffic is low and a lag of some seconds does not matter.
    """
    edges = readers(stream, graph)
    sharing = [edge.target for edge in edges if shares_throughput(edge)]
    if len(sharing) > most:
        message = f"{len(sharing)} readers share the throughput of {stream.label}"
        related = tuple((end, "a reader") for end in sharing if isinstance(end, Resource))
        yield Match(stream, message, (), (), related, "shared")
    registered = [edge for edge in edges if isinstance(edge.target, StreamConsumer)]
    if len(registered) > event_limits.REGISTERED_CONSUMERS:
        message = f"{stream.label} has {len(registered)} registered consumers, and 20 is the quota"
        yield Match(stream, message, discriminator="registered")
    graph.settle_outgoing(stream, EdgeKind.CONSUMES)


@rule(
    "KIN024",
    "unused-stream-consumer",
    severity=Severity.MEDIUM,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide=GUIDE,
    pedantic=True,
    applies_to=StreamConsumer,
    remediation="""
        ClicksMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: !GetAtt ClicksConsumer.ConsumerARN
            FunctionName: !Ref ClicksFunction
            StartingPosition: TRIM_HORIZON

        Live: aws kinesis deregister-stream-consumer --consumer-arn ARN
    """,
)
def unused_stream_consumer(consumer: StreamConsumer, graph: Graph) -> Iterator[Match]:
    """A registered consumer is paid for each shard and hour, but no mapping reads through it.

    A program may use it, or a mapping of another stack, so this is only a hint.

    Fine to accept where a program subscribes with it.
    """
    if not graph.outgoing(consumer, EdgeKind.CONSUMES):
        yield Match(consumer, f"nothing that can be seen reads through {consumer.label}")
