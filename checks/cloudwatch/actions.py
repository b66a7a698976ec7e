"""Alarms that change their state without telling anybody."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.data.metrics import namespaces
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, External, Graph
from auditor.resources import Alarm, CompositeAlarm, Topic
from auditor.resources.cloudwatch import AnyAlarm
from auditor.rules import rule
from auditor.values import Unknown
from checks.cloudwatch._alarms import listened_to, metrics_of

_ACTIONS = ("AlarmActions", "InsufficientDataActions")
# CodeDeploy rolls a function or state machine back by alarms that have no action of their own.
_WATCHED_BY_DEPLOYMENTS = ("AWS/Lambda", "AWS/States")
# Route 53 moves a global endpoint to its other Region by an alarm on these (EventBridge user guide,
# "Creating a global endpoint").
_WATCHED_BY_HEALTH_CHECKS = "IngestionTo"


@rule(
    "CWA009",
    "silent-alarm",
    severity=Severity.HIGH,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1144-1147)",
    applies_to=(Alarm, CompositeAlarm),
    remediation="""
        OrdersDlqAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            ActionsEnabled: true
            AlarmActions: [!Ref AlertsTopic]   # a topic that somebody subscribes to

        Live: aws cloudwatch put-metric-alarm --alarm-actions TOPIC_ARN ..., or
        aws cloudwatch enable-alarm-actions --alarm-names NAME
    """,
)
def silent_alarm(alarm: AnyAlarm, graph: Graph) -> Iterator[Match]:
    """An alarm on messaging notifies nobody: its actions are off, missing or lead nowhere.

    It turns red on a console that nobody looks at. Alarms without actions are exempt where a
    composite alarm is made of them, a rule listens to changes of alarms, or something else may
    watch them: deployments those of functions and state machines, health checks of global endpoints
    those of EventBridge's latency. In an account, actions also lead nowhere when their topic is
    gone or has no subscription; in a template another rule reports such a topic.

    Fine to accept for alarms that are only shown on a dashboard.
    """
    if not _on_messaging(alarm):
        return
    if not alarm.actions_enabled:
        yield Match(alarm, f"the actions of {alarm.label} are disabled", ("ActionsEnabled",))
    elif not any(map(alarm.has, _ACTIONS)):
        if not _used_without_actions(alarm, graph):
            when = "rings only when it is over" if alarm.has("OKActions") else "tells nobody"
            message = f"{alarm.label} has no action, so it {when}"
            yield Match(alarm, message, ("AlarmActions",), confidence=Confidence.MEDIUM)
    elif alarm.raw.account is not None:
        yield from _leading_nowhere(alarm, graph)


def _on_messaging(alarm: AnyAlarm) -> bool:
    return not isinstance(alarm, Alarm) or any(
        metric.namespace in namespaces() for metric in metrics_of(alarm)
    )


def _used_without_actions(alarm: AnyAlarm, graph: Graph) -> bool:
    if isinstance(alarm, Alarm) and any(
        metric.namespace in _WATCHED_BY_DEPLOYMENTS
        or metric.metric_name.startswith(_WATCHED_BY_HEALTH_CHECKS)
        for metric in metrics_of(alarm)
    ):
        return True
    name = alarm.raw.name.text if isinstance(alarm.raw.name, Unknown) else alarm.raw.name
    names = tuple(filter(None, (name, alarm.arn)))
    for composite in graph.all(CompositeAlarm, alarm.raw.account):
        if any(each in composite.rule for each in names):
            return True
    return listened_to("aws.cloudwatch", alarm, graph)


def _leading_nowhere(alarm: AnyAlarm, graph: Graph) -> Iterator[Match]:
    """Topics that do not exist or that nobody subscribes to, if no action leads anywhere else."""
    dead = []
    for edge in graph.outgoing(alarm, EdgeKind.NOTIFIES):
        topic = edge.target
        if isinstance(topic, Topic) and not graph.outgoing(topic, EdgeKind.DELIVERS):
            dead.append((edge.path, f"nobody subscribes to {topic.label}"))
        elif isinstance(topic, External) and _is_missing_topic(topic.reference, alarm, graph):
            dead.append((edge.path, f"{topic.reference} does not exist"))
        else:
            return
    for path, reason in dead:
        yield Match(alarm, f"{alarm.label} notifies a topic in vain: {reason}", path)


def _is_missing_topic(reference: str, alarm: AnyAlarm, graph: Graph) -> bool:
    """Whether the ARN is that of a topic which should be among those that were read."""
    arn = Arn.parse(reference)
    here = (alarm.raw.region, alarm.raw.account)
    if arn is None or arn.service != "sns" or (arn.region, arn.account) != here:
        return False
    graph.all(Topic, arn.account)  # raises when some could not be read: this may be one of them
    return True


@rule(
    "CWA010",
    "no-all-clear",
    severity=Severity.INFO,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1144-1147)",
    applies_to=Alarm,
    pedantic=True,
    remediation="""
        OrdersDepthAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            AlarmActions: [!Ref AlertsTopic]
            OKActions: [!Ref AlertsTopic]

        Live: aws cloudwatch put-metric-alarm --ok-actions TOPIC_ARN ...
    """,
)
def no_all_clear(alarm: Alarm, _graph: Graph) -> Iterator[Match]:
    """An alarm tells when trouble begins, but not when it is over.

    Who was called has to look whether the queue has drained; incident tools do not close what they
    opened.

    Fine to accept where people look at the console anyway, or for alarms on single failures.
    """
    if alarm.alarm_actions and not alarm.has("OKActions") and _on_messaging(alarm):
        message = f"{alarm.label} does not tell when it returns to OK"
        yield Match(alarm, message, ("OKActions",))
