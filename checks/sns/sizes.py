"""Topics for large messages."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Topic
from auditor.rules import rule
from checks.sns._subscriptions import declared_at

PATH = ("MaximumMessageSize",)
LARGE = ("firehose", "lambda", "sqs")


@rule(
    "SNS015",
    "subscribers-refuse-large-messages",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Key Features (lines 230-235)",
    applies_to=Topic,
    remediation="""
        OrdersTopic:
          Type: AWS::SNS::Topic
          Properties:
            MaximumMessageSize: 262144

        Or move subscribers other than queues, functions and Firehose to a topic of their own.

        Live: aws sns set-topic-attributes --topic-arn ARN
        --attribute-name MaximumMessageSize --attribute-value 262144
    """,
)
def subscribers_refuse_large_messages(topic: Topic, graph: Graph) -> Iterator[Match]:
    """A topic for messages over 256 KiB has subscriptions that SNS does not allow there.

    Such a topic has at most 100 subscriptions, all of them queues, functions or Firehose, and SNS
    refuses the others (API CreateTopic, MaximumMessageSize).

    Fine to accept in no case that we know of.
    """
    if topic.max_message_bytes <= limits.TOPIC_BYTES_DEFAULT:
        return
    edges = graph.outgoing(topic, EdgeKind.DELIVERS)
    evidence = (f"MaximumMessageSize {topic.max_message_bytes}",)
    if len(edges) > limits.SUBSCRIPTIONS_MAX_WITH_LARGE_MESSAGES:
        message = f"{topic.label} is for large messages and cannot have {len(edges)} subscriptions"
        yield Match(topic, message, PATH, evidence)
    for edge in edges:
        if (protocol := declared_at(edge).protocol) not in LARGE:
            message = f"{topic.label} is for large messages and cannot deliver by {protocol}"
            related = ((edge.via, "the subscription"),)
            yield Match(topic, message, PATH, evidence, related, f"{edge.via.id} {edge.path}")
