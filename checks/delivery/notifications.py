"""What buckets and alarms tell queues, topics and functions."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.policy import principals_of, statements_of
from auditor.resources import (
    Alarm,
    Bucket,
    CompositeAlarm,
    Function,
    Queue,
    Resource,
    Topic,
)
from auditor.rules import rule
from auditor.values import UndeterminedError
from checks.delivery._access import refused
from checks.delivery._edges import each_edge, value_at

S3 = "s3.amazonaws.com"
CLOUDWATCH = "cloudwatch.amazonaws.com"


@rule(
    "ARC076",
    "bucket-notification-refused",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Scenario 3: Content Management System (lines 873-886)",
    applies_to=Bucket,
    remediation="""
        UploadsQueuePolicy:
          Type: AWS::SQS::QueuePolicy
          Properties:
            Queues: [!Ref UploadsQueue]       # a standard queue
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Principal: {Service: s3.amazonaws.com}
                  Action: sqs:SendMessage
                  Resource: !GetAtt UploadsQueue.Arn
                  Condition:
                    StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}
                    ArnLike: {aws:SourceArn: !Sub "arn:aws:s3:::${UploadsName}"}

        Live: aws sqs set-queue-attributes --queue-url URL --attributes file://policy.json
    """,
)
def bucket_notification_refused(bucket: Bucket, graph: Graph) -> Iterator[Match]:
    """A bucket notifies a queue, topic or function that does not take its notifications.

    The policy of the destination does not let S3 in for this bucket, or the destination is a FIFO
    queue or topic, which S3 does not serve. S3 tests destinations when it is configured, so that a
    deployment fails; a policy that is changed later loses the notifications without a word.

    Fine to accept where the policy of the destination is managed outside of this template.
    """

    def judge(edge: Edge) -> Iterator[Match]:
        end = edge.target
        if not isinstance(end, Queue | Topic | Function):
            return
        related = ((end, "the destination"),)
        if isinstance(end, Queue | Topic) and end.fifo:
            message = f"{bucket.label} cannot notify {end.label}, which is FIFO"
            yield Match(edge.via, message, edge.path, related=related, discriminator="fifo")
        elif refused(end, S3, bucket, graph, value_at(edge.via, edge.path)):
            message = f"{end.label} does not let {bucket.label} notify it"
            yield Match(edge.via, message, edge.path, related=related)

    yield from each_edge(bucket, graph, EdgeKind.DELIVERS, judge, Queue, Topic, Function)


@rule(
    "CWA025",
    "topic-refuses-alarm",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="CloudWatch Metrics and Alarms (lines 1126-1196)",
    applies_to=(Alarm, CompositeAlarm),
    remediation="""
        AlertsTopicPolicy:
          Type: AWS::SNS::TopicPolicy
          Properties:
            Topics: [!Ref AlertsTopic]
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Principal: {Service: cloudwatch.amazonaws.com}
                  Action: sns:Publish
                  Resource: !Ref AlertsTopic
                  Condition:
                    StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}

        Live: aws sns set-topic-attributes --topic-arn ARN --attribute-name Policy
        --attribute-value file://policy.json
    """,
)
def topic_refuses_alarm(alarm: Resource, graph: Graph) -> Iterator[Match]:
    """An alarm notifies a topic whose policy does not let CloudWatch publish: it rings unheard.

    A new topic lets in its own account, and with it the alarms. A policy of one's own replaces
    that: a statement for EventBridge alone shuts the alarms out. Policies that name the account as
    principal are left undetermined.

    Fine to accept where the policy of the topic is managed outside of this template.
    """

    def judge(edge: Edge) -> Iterator[Match]:
        topic = edge.target
        if not isinstance(topic, Topic) or not graph.incoming(topic, EdgeKind.GUARDS):
            return
        if refused(topic, CLOUDWATCH, alarm, graph):
            _leave_accounts_open(topic, graph)
            message = f"{topic.label} does not let {alarm.label} notify it"
            yield Match(alarm, message, edge.path, related=((topic, "the topic"),))

    yield from each_edge(alarm, graph, EdgeKind.NOTIFIES, judge, Topic)


def _leave_accounts_open(topic: Topic, graph: Graph) -> None:
    for edge in graph.incoming(topic, EdgeKind.GUARDS):
        for statement in statements_of(edge.via):
            if statement.allows and any(not it.is_service for it in principals_of(statement)):
                reason = f"whether the policy of {topic.label} means alarms by an account is open"
                raise UndeterminedError(reason)
