"""Partition keys, which decide on the shard of a record."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import EventRule, IotRule, Pipe, Resource, Stream
from auditor.rules import rule
from auditor.values import PropertyPath, mapping, read, text

# Each of them is the same in all events of one account and Region.
SAME_IN_ALL_EVENTS = ("$.account", "$.region", "$.version")
PIPE_KEY = ("TargetParameters", "KinesisStreamParameters", "PartitionKey")


@rule(
    "KIN012",
    "constant-partition-key",
    severity=Severity.HIGH,
    category=Category.PERFORMANCE,
    guide="Amazon Kinesis Data Streams (lines 445-492)",
    applies_to=(EventRule, Pipe, IotRule),
    remediation="""
        Targets:
          - Id: clicks
            Arn: !GetAtt ClicksStream.Arn
            RoleArn: !GetAtt EventsRole.Arn
            KinesisParameters:
              PartitionKeyPath: $.detail.customerId     # by default the id of the event

        Live: aws events put-targets --rule NAME --targets 'Id=clicks,Arn=ARN,RoleArn=ROLE,
        KinesisParameters={PartitionKeyPath=$.detail.customerId}'
    """,
)
def constant_partition_key(sender: Resource, graph: Graph) -> Iterator[Match]:
    """All records that a rule or a pipe sends have the same partition key, and go to one shard.

    The other shards stay empty while that one is throttled, whatever the size of the stream. Keys
    that differ only by account or Region count as the same; streams with one shard are exempt.

    Fine to accept where all records have to be in one order, and traffic is low.
    """
    for path, key in _keys(sender):
        varies = "${" in key if isinstance(sender, IotRule) else "$." in key
        if varies and key not in SAME_IN_ALL_EVENTS:
            continue
        if not _has_one_shard(sender, path, graph):
            yield Match(sender, f"{sender.label} sends all records to one shard", path)


def _keys(sender: Resource) -> Iterator[tuple[PropertyPath, str]]:
    if isinstance(sender, EventRule):
        for target in sender.targets:
            found = (*target.path, "KinesisParameters")
            yield from _key(target.peek("KinesisParameters"), found, "PartitionKeyPath")
    elif isinstance(sender, Pipe):
        parameters = (sender.target_parameters or {}).get(PIPE_KEY[1])
        yield from _key(parameters, PIPE_KEY[:2], PIPE_KEY[2])
    elif isinstance(sender, IotRule):
        for action in sender.payload.actions:
            yield from _key(action.peek("Kinesis"), (*action.path, "Kinesis"), "PartitionKey")


def _key(raw: object, path: PropertyPath, name: str) -> Iterator[tuple[PropertyPath, str]]:
    if raw is None:
        return
    key = read(read(raw, mapping, path).get(name), text, (*path, name), "")
    if key:
        yield (*path, name), key


def _has_one_shard(sender: Resource, path: PropertyPath, graph: Graph) -> bool:
    """Whether the stream that the key at a path is for is known to have a single shard."""
    for edge in graph.outgoing(sender, EdgeKind.DELIVERS):
        if not isinstance(sender, Pipe) and edge.path[:2] != path[:2]:
            continue
        graph.settle_end(edge, edge.target, Stream)
        if isinstance(edge.target, Stream) and edge.target.shard_count == 1:
            return True
    return False
