"""Functions that are invoked asynchronously."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.resources import (
    Alarm,
    Bucket,
    CompositeAlarm,
    EventInvokeConfig,
    EventRule,
    Function,
    IotRule,
    Schedule,
    Subscription,
    Topic,
)
from auditor.rules import rule

# Lambda developer guide, "Invoking a Lambda function asynchronously", and each service's page.
# Pipes, state machines and event source mappings wait for the result.
_ASYNCHRONOUS = (
    Alarm, Bucket, CompositeAlarm, EventInvokeConfig, EventRule, IotRule, Schedule, Subscription,
    Topic,
)  # fmt: skip


@rule(
    "ESM026",
    "failed-events-dropped",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Lambda Consumer (Event Source Mapping) (lines 495-507)",
    applies_to=Function,
    remediation="""
        OrdersInvokeConfig:
          Type: AWS::Lambda::EventInvokeConfig
          Properties:
            FunctionName: !Ref OrdersFunction
            Qualifier: $LATEST
            DestinationConfig:
              OnFailure:
                Destination: !GetAtt OrdersDlq.Arn

        Live: aws lambda put-function-event-invoke-config --function-name NAME
        --destination-config '{"OnFailure": {"Destination": "ARN"}}'
    """,
)
def failed_events_dropped(function: Function, graph: Graph) -> Iterator[Match]:
    """A function is invoked asynchronously and drops each event that it failed to process.

    Topics, event rules, buckets, schedules and alarms hand the event over and are done. Lambda
    tries it three times, then it is gone: the dead-letter queue of a subscription or a rule takes
    only what could not be handed over. A function that runs only on a schedule counts less, as the
    next run may make it good. Disabled rules are exempt.

    Fine to accept where a lost event does no harm.
    """
    if function.has("DeadLetterConfig") or _has_failure_destination(function, graph):
        return
    ways = graph.incoming(function, EdgeKind.DELIVERS, EdgeKind.NOTIFIES, via=_ASYNCHRONOUS)
    edges = [edge for edge in ways if not _disabled(edge)]
    if not edges:
        return
    mild = all(_scheduled(edge) for edge in edges)
    yield Match(
        function,
        f"{function.label} drops events that it failed to process",
        ("DeadLetterConfig",),
        ("no DeadLetterConfig, no OnFailure destination",),
        tuple({edge.via.id: (edge.via, "invokes it asynchronously") for edge in edges}.values()),
        severity=Severity.MEDIUM if mild else None,
    )


def _has_failure_destination(function: Function, graph: Graph) -> bool:
    """Whether any version or alias of the function has one: which is invoked is not followed."""
    for edge in graph.incoming(function, EdgeKind.CONFIGURES):
        if isinstance(edge.via, EventInvokeConfig):
            config = edge.via.destination_config
            if config is not None and config.on_failure is not None:
                return True
    return False


def _disabled(edge: Edge) -> bool:
    return isinstance(edge.via, EventRule) and edge.via.state == "DISABLED"


def _scheduled(edge: Edge) -> bool:
    if isinstance(edge.via, EventRule):
        return bool(edge.via.schedule_expression) and not edge.via.has("EventPattern")
    return isinstance(edge.via, Schedule)
