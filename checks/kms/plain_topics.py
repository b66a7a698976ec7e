"""Topics without encryption at rest."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Topic
from auditor.rules import rule


@rule(
    "KMS007",
    "topic-without-key",
    severity=Severity.LOW,
    category=Category.SECURITY,
    guide="Encryption and Data Protection (lines 1075-1106)",
    applies_to=Topic,
    pedantic=True,
    remediation="""
        OrdersTopic:
          Type: AWS::SNS::Topic
          Properties:
            KmsMasterKeyId: !Ref OrdersKey    # one that services which publish may use

        Live: aws sns set-topic-attributes --topic-arn ARN
        --attribute-name KmsMasterKeyId --attribute-value KEY_ID
    """,
)
def topic_without_key(topic: Topic, _graph: Graph) -> Iterator[Match]:
    """A topic does not encrypt messages with a key of KMS.

    The disks of SNS are encrypted anyway. Only with a key also a key policy decides who may
    publish and have messages delivered, and CloudTrail records it. Whether that is needed is a
    matter of what the messages carry.

    Fine to accept where messages hold nothing that must not be read.
    """
    if not topic.kms_key:
        yield Match(topic, f"{topic.label} has no KMS key", ("KmsMasterKeyId",))
