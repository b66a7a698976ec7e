"""Functions that are invoked for each single event."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.resources import Bucket, EventRule, Function, Subscription, Topic
from auditor.rules import rule
from checks._roles import may
from checks.delivery._edges import each_edge


@rule(
    "ARC021",
    "function-without-buffer",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    confidence=Confidence.LOW,
    guide="Pattern 1: Event-Driven Microservices (lines 700-712)",
    applies_to=EventRule,
    remediation="""
        OrdersRule:
          Type: AWS::Events::Rule
          Properties:
            EventPattern: {source: [shop.orders]}
            Targets: [{Id: orders, Arn: !GetAtt OrdersQueue.Arn}]
        OrdersMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties: {EventSourceArn: !GetAtt OrdersQueue.Arn, FunctionName: !Ref OrdersFunction}

        Live: aws events put-targets --rule NAME --targets Id=orders,Arn=QUEUE_ARN
    """,
    pedantic=True,
)
def function_without_buffer(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """A rule invokes a function directly, without a queue that would hold events back.

    The function cannot slow events down, take them in batches, or leave them where somebody can
    look at them; Lambda gives up on throttled ones after six hours. Schedules are exempt.

    Fine to accept where events are few, or losing one does no harm.
    """
    if event_rule.schedule_expression or event_rule.state == "DISABLED":
        return

    def judge(edge: Edge) -> Iterator[Match]:
        if isinstance(edge.target, Function):
            message = f"{event_rule.label} invokes {edge.target.label} without a queue between"
            yield Match(event_rule, message, edge.path, (), ((edge.target, "the function"),))

    yield from each_edge(event_rule, graph, EdgeKind.DELIVERS, judge, Function)


@rule(
    "ARC071",
    "invalidation-per-object",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.MEDIUM,
    guide="Scenario 3: Content Management System (lines 873-886)",
    applies_to=Function,
    remediation="""
        Give changed objects new names (app.3f9c1.js), or collect events in a queue first:

        InvalidationMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: !GetAtt ChangesQueue.Arn
            FunctionName: !Ref InvalidationFunction
            BatchSize: 1000
            MaximumBatchingWindowInSeconds: 60

        Live: aws lambda create-event-source-mapping --function-name NAME --event-source-arn ARN
        --batch-size 1000 --maximum-batching-window-in-seconds 60
    """,
)
def invalidation_per_object(function: Function, graph: Graph) -> Iterator[Match]:
    """A function that may invalidate CloudFront's cache runs for each object of a bucket.

    A thousand paths a month are free, the others are paid for one by one, and only 3,000 of a
    distribution may be in progress at once: uploading a site once can exceed that. (CloudFront
    developer guide, "Invalidate files to remove content" and "Quotas".)

    Fine to accept where few objects change, and one by one.
    """
    if _runs_per_object(function, graph) and may(function, "cloudfront:CreateInvalidation", graph):
        message = f"{function.label} may invalidate the cache for each object that changes"
        yield Match(function, message, ("Role",))


def _runs_per_object(function: Function, graph: Graph) -> bool:
    """Whether a bucket notifies the function, itself or through a topic."""
    edges = graph.incoming(function, EdgeKind.DELIVERS, via=(Bucket, Subscription, Topic))
    if any(isinstance(edge.via, Bucket) for edge in edges):
        return True
    topics = {edge.source for edge in edges if isinstance(edge.source, Topic)}
    if any(graph.incoming(topic, EdgeKind.DELIVERS, via=(Bucket,)) for topic in topics):
        return True
    for edge in edges:
        graph.settle_end(edge, edge.source, Topic)
    return False
