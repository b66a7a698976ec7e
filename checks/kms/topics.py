"""Encryption of topics, and the services that have to encrypt into them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import (
    Alarm,
    Bucket,
    BucketNotifications,
    CompositeAlarm,
    EventRule,
    Resource,
    Topic,
)
from auditor.rules import rule
from checks._shared import each_incoming
from checks.kms.queues import CLOUDWATCH, EVENTS, NAMES, S3, refusal

ALIAS = "alias/aws/sns"
SERVICES: dict[type[Resource], str] = {
    Alarm: CLOUDWATCH,
    CompositeAlarm: CLOUDWATCH,
    EventRule: EVENTS,
    Bucket: S3,
    BucketNotifications: S3,
}


@rule(
    "KMS003",
    "topic-key-closed-to-services",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Encryption and Data Protection (lines 1075-1106)",
    applies_to=Topic,
    remediation="""
        AlertsTopic:
          Type: AWS::SNS::Topic
          Properties:
            KmsMasterKeyId: !Ref AlertsKey   # a key of your own whose policy lets
                                             # cloudwatch.amazonaws.com use kms:GenerateDataKey*
                                             # and kms:Decrypt

        Live: aws sns set-topic-attributes --topic-arn ARN
        --attribute-name KmsMasterKeyId --attribute-value KEY_ID
    """,
)
def topic_key_closed_to_services(topic: Topic, graph: Graph) -> Iterator[Match]:
    """A topic is published to by a service that cannot use the key of the topic.

    Its messages never arrive, and an alarm that cannot notify looks like silence. The policy of
    alias/aws/sns, which AWS manages, lets in principals of the account but neither CloudWatch
    alarms nor EventBridge nor S3, and nobody can change it. The policy of a key of one's own has to
    let the service do kms:GenerateDataKey and kms:Decrypt. (SNS developer guide, "Managing Amazon
    SNS encryption keys", on compatibility between event sources and encrypted topics.)

    Fine to accept in no case that we know of.
    """
    if not topic.kms_key:
        return
    for edge in each_incoming(graph, topic, EdgeKind.NOTIFIES, EdgeKind.DELIVERS):
        service = SERVICES.get(type(edge.via))
        if service and (why := refusal(topic, ALIAS, service, graph)):
            yield Match(
                topic,
                f"{NAMES[service]} cannot encrypt messages for {topic.label} with {why}",
                ("KmsMasterKeyId",),
                (f"KmsMasterKeyId {topic.kms_key}",),
                ((edge.via, edge.kind.value),),
                discriminator=edge.via.id,
            )
