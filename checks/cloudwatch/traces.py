"""What topics, functions and workflows leave behind for whoever looks for a lost message."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.policy import any_of
from auditor.resources import Function, Resource, StateMachine, Topic
from auditor.rules import rule
from auditor.values import boolean, mapping, optional, read, text
from checks.sns._subscriptions import declared_at, settle_subscriptions

GUIDE = "CloudWatch Metrics and Alarms (lines 1126-1196)"
# API SetTopicAttributes: the protocols whose deliveries SNS logs.
LOGGED = ("application", "firehose", "http", "https", "lambda", "sqs")


@rule(
    "CWA023",
    "deliveries-not-logged",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=Topic,
    pedantic=True,
    remediation="""
        OrdersTopic:
          Type: AWS::SNS::Topic
          Properties:
            DeliveryStatusLogging:
              - Protocol: sqs
                FailureFeedbackRoleArn: !GetAtt SnsLogsRole.Arn

        Live: aws sns set-topic-attributes --topic-arn ARN
        --attribute-name SQSFailureFeedbackRoleArn --attribute-value ROLE_ARN
    """,
)
def deliveries_not_logged(topic: Topic, graph: Graph) -> Iterator[Match]:
    """A topic does not log why its deliveries fail.

    The metrics only count failures; which endpoint refused, and with which answer, is told by the
    delivery status log alone. Topics that nothing subscribes to which SNS could log are exempt.

    Fine to accept where subscriptions have dead-letter queues: what ends there tells the reason.
    """
    if topic.has("DeliveryStatusLogging"):
        return
    edges = graph.outgoing(topic, EdgeKind.DELIVERS)
    if any_of(edges, lambda edge: declared_at(edge).protocol in LOGGED):
        message = f"{topic.label} does not log failed deliveries"
        yield Match(topic, message, ("DeliveryStatusLogging",))
    else:
        settle_subscriptions(topic, graph)


@rule(
    "CWA024",
    "tracing-off",
    severity=Severity.INFO,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=(Function, StateMachine),
    pedantic=True,
    remediation="""
        WorkerFunction:
          Type: AWS::Lambda::Function
          Properties:
            TracingConfig: {Mode: Active}

        OrdersStateMachine:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            TracingConfiguration: {Enabled: true}

        Live: aws lambda update-function-configuration --function-name NAME
        --tracing-config Mode=Active
    """,
)
def tracing_off(resource: Resource, graph: Graph) -> Iterator[Match]:
    """A function or state machine that handles messages is not traced.

    With X-Ray a message can be followed through queues, functions and workflows, which answers
    where the time goes and where a message was lost. Functions that no message reaches are
    exempt.

    Fine to accept where another tracing tool is in use, or the volume makes it too expensive.
    """
    if isinstance(resource, StateMachine):
        path = ("TracingConfiguration", "Enabled")
        on = read(_setting(resource, *path), boolean, path, False)
    else:
        path = ("TracingConfig", "Mode")
        on = read(_setting(resource, *path), text, path, "PassThrough") == "Active"
        on = on or not graph.incoming(resource, EdgeKind.CONSUMES, EdgeKind.DELIVERS)
    if not on:
        yield Match(resource, f"{resource.label} is not traced", path)


def _setting(resource: Resource, block: str, name: str) -> object:
    settings = read(resource.peek(block), optional(mapping), (block,), None)
    return None if settings is None else settings.get(name)
