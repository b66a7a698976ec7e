"""Topics, rules, workflows, functions and pipes that may fail without anybody being told."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.metrics import namespaces
from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph, once_per_graph
from auditor.policy import any_of
from auditor.resources import (
    Alarm,
    DeliveryStream,
    EventRule,
    EventSourceMapping,
    Function,
    Pipe,
    Queue,
    Resource,
    StateMachine,
    Topic,
)
from auditor.rules import rule
from checks.cloudwatch._alarms import absence, elsewhere, listened_to, unwatched
from checks.sns._subscriptions import declared_at, settle_subscriptions

GUIDE = "CloudWatch Metrics and Alarms (lines 1126-1196)"
TO_PEOPLE = ("email", "email-json", "sms", "application")
TOPIC_FAILURES = (
    "NumberOfNotificationsFailed",
    "NumberOfNotificationsRedrivenToDlq",
    "NumberOfNotificationsFailedToRedriveToDlq",
    "NumberOfNotificationsDelivered",
)
RULE_FAILURES = (
    "FailedInvocations",
    "DeadLetterInvocations",
    "InvocationsSentToDlq",
    "InvocationsFailedToBeSentToDlq",
)
MACHINE_FAILURES = (
    "ExecutionsFailed",
    "ExecutionsTimedOut",
    "ExecutionsAborted",
    "ExecutionThrottled",
    "ExecutionsSucceeded",
)
FUNCTION_FAILURES = ("Errors", "IteratorAge")
PIPE_FAILURES = (
    "ExecutionFailed",
    "ExecutionPartiallyFailed",
    "ExecutionTimeout",
    "ExecutionThrottled",
    "TargetStageFailed",
    "TargetStagePartiallyFailed",
    "EnrichmentStageFailed",
)
ALARM = """
        {id}:
          Type: AWS::CloudWatch::Alarm
          Properties:
            Namespace: {namespace}
            MetricName: {metric}
            Dimensions: [{{Name: {dimension}, Value: {value}}}]
            Statistic: Sum
            Period: 60
            EvaluationPeriods: 1
            ComparisonOperator: GreaterThanThreshold
            Threshold: 0
            TreatMissingData: notBreaching
            AlarmActions: [!Ref AlertsTopic]

        Live: aws cloudwatch put-metric-alarm with the same options.
    """


@rule(
    "CWA017",
    "topic-failures-not-watched",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=Topic,
    remediation=ALARM.format(
        id="OrdersTopicAlarm",
        namespace="AWS/SNS",
        metric="NumberOfNotificationsFailed",
        dimension="TopicName",
        value="!GetAtt OrdersTopic.TopicName",
    ),
)
def topic_failures_not_watched(topic: Topic, graph: Graph) -> Iterator[Match]:
    """No alarm tells when a topic cannot deliver to its subscribers, so messages vanish unseen.

    SNS has no metric of a single subscription: the topic's failures are all there is, unless the
    subscription has a dead-letter queue. Topics that only reach people, or whose subscriptions all
    have such a queue, are exempt.

    A template without a single alarm is exempt: it probably leaves them to another stack.

    Fine to accept where a lost notification does no harm.
    """
    if elsewhere(topic, graph):
        return
    if any_of(graph.outgoing(topic, EdgeKind.DELIVERS), _may_lose):
        yield from _missing(topic, graph, "when deliveries fail", *TOPIC_FAILURES)
    else:
        settle_subscriptions(topic, graph)


def _may_lose(edge: Edge) -> bool:
    """Whether what a topic cannot deliver to a machine is gone."""
    return not edge.via.has("RedrivePolicy") and declared_at(edge).protocol not in TO_PEOPLE


@rule(
    "CWA018",
    "rule-failures-not-watched",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=EventRule,
    remediation=ALARM.format(
        id="OrdersRuleAlarm",
        namespace="AWS/Events",
        metric="FailedInvocations",
        dimension="RuleName",
        value="!Ref OrdersRule",
    ),
)
def rule_failures_not_watched(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """No alarm tells when a rule cannot deliver its events, so they vanish unseen.

    A deleted target or a missing permission makes every invocation fail, and the only trace is the
    metric, published under RuleName, for custom buses beside EventBusName. Disabled rules, and
    those whose targets all have a dead-letter queue, are exempt.

    A template without a single alarm is exempt: it probably leaves them to another stack.

    Fine to accept where a missed event is made good by the next one.
    """
    if event_rule.state == "DISABLED":
        return
    if not all(target.has("DeadLetterConfig") for target in event_rule.targets):
        yield from _missing(event_rule, graph, "when its targets fail", *RULE_FAILURES)


@rule(
    "CWA019",
    "executions-not-watched",
    severity=Severity.HIGH,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=StateMachine,
    remediation=ALARM.format(
        id="OrdersFailedAlarm",
        namespace="AWS/States",
        metric="ExecutionsFailed",
        dimension="StateMachineArn",
        value="!Ref OrdersStateMachine",
    ),
)
def executions_not_watched(machine: StateMachine, graph: Graph) -> Iterator[Match]:
    """No alarm tells when executions of a state machine fail, so unfinished work goes unseen.

    Whoever started the execution has long gone on. State machines are exempt where a rule
    listens to changes of executions (source aws.states) and can report them.

    A template without a single alarm is exempt: it probably leaves them to another stack.

    Fine to accept where the caller waits for the result, or the workflow reports failures itself.
    """
    if not elsewhere(machine, graph) and not listened_to("aws.states", machine, graph):
        yield from _missing(machine, graph, "when executions fail", *MACHINE_FAILURES)


@rule(
    "CWA020",
    "consumer-errors-not-watched",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=Function,
    remediation=ALARM.format(
        id="WorkerErrorsAlarm",
        namespace="AWS/Lambda",
        metric="Errors",
        dimension="FunctionName",
        value="!Ref WorkerFunction",
    ),
)
def consumer_errors_not_watched(function: Function, graph: Graph) -> Iterator[Match]:
    """No alarm tells when a function fails on messages that nothing sets aside.

    A queue without a dead-letter queue hands the messages out until they expire; a stream stands
    still. Functions whose sources set failures aside are exempt, as the alarm belongs on the
    dead-letter queue. An alarm on the errors of all functions counts.

    A template without a single alarm is exempt: it probably leaves them to another stack.

    Fine to accept where the function reports its failures in another way.
    """
    edges = graph.incoming(function, EdgeKind.CONSUMES)
    if all(map(_sets_aside, edges)) or _on_all_functions(graph, function.raw.account):
        return
    for match in _missing(function, graph, "when it fails", *FUNCTION_FAILURES):
        for edge in edges:
            if not _sets_aside(edge):
                graph.settle_end(edge, edge.source, Queue)
        yield match


def _sets_aside(edge: Edge) -> bool:
    """Whether what the function cannot process ends in another place."""
    if isinstance(edge.source, Queue):
        return edge.source.has("RedrivePolicy")
    mapping = edge.via
    if not isinstance(mapping, EventSourceMapping) or mapping.destination_config is None:
        return False
    return mapping.destination_config.on_failure is not None


@once_per_graph
def _on_all_functions(graph: Graph, account: str | None) -> bool:
    return any(
        alarm.namespace == "AWS/Lambda"
        and alarm.metric_name in FUNCTION_FAILURES
        and not alarm.dimensions
        for alarm in graph.resources(Alarm, account)
    )


@rule(
    "CWA021",
    "delivery-not-watched",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=(Pipe, DeliveryStream),
    remediation=ALARM.format(
        id="OrdersPipeAlarm",
        namespace="AWS/EventBridge/Pipes",
        metric="ExecutionFailed",
        dimension="PipeName",
        value="!Ref OrdersPipe",
    ),
)
def delivery_not_watched(carrier: Resource, graph: Graph) -> Iterator[Match]:
    """No alarm tells when a pipe or a Firehose stream cannot deliver what it took.

    A pipe that fails keeps its source waiting until the messages expire; Firehose tries for a day
    and then drops the data. For Firehose the freshness of what was delivered is what to watch.

    A template without a single alarm is exempt: it probably leaves them to another stack.

    Fine to accept where the age of the source is watched instead.
    """
    metrics = PIPE_FAILURES if isinstance(carrier, Pipe) else _firehose_metrics()
    yield from _missing(carrier, graph, "when deliveries fail", *metrics)


def _firehose_metrics() -> tuple[str, ...]:
    telling = (".DataFreshness", ".Success", "ThrottledRecords")
    return tuple(name for name in namespaces()["AWS/Firehose"].metrics if name.endswith(telling))


def _missing(resource: Resource, graph: Graph, what: str, *metrics: str) -> Iterator[Match]:
    if unwatched(resource, graph, *metrics):
        severity, confidence = absence(resource, graph, *metrics)
        message = f"no alarm that was read tells of {resource.label} {what}"
        yield Match(resource, message, severity=severity, confidence=confidence)
