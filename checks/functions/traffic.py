"""What the metrics of functions that handle messages tell: time, throttling, lag."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import EventRule, EventSourceMapping, Function
from auditor.rules import rule
from auditor.traffic import Measure
from auditor.traffic.series import brief
from checks._shared import each_incoming
from checks._traffic import mishap, near_limit, percent

DURATION = Measure(Function, "Duration", "p99")
INVOCATIONS = Measure(Function, "Invocations")
# Shown beside its limit in reports.
CONCURRENT = Measure(Function, "ConcurrentExecutions", "Maximum")
THROTTLES = Measure(Function, "Throttles")
LAG = Measure(Function, "IteratorAge", "Maximum")

# Our choice: a reader that is mostly a minute behind does not keep up.
_BEHIND_MILLISECONDS = 60_000
LONGER = """
    OrdersFunction:
      Type: AWS::Lambda::Function
      Properties:
        Timeout: 60

    Or let each invocation do less: a smaller BatchSize, fewer calls to others.

    Live: aws lambda update-function-configuration --function-name NAME --timeout 60
"""


def _near_timeout(function: Function) -> Iterator[Match]:
    series = DURATION.steady(function).times(1 / 1_000)
    what = f"the duration of {function.label}"
    yield from near_limit(
        function, series, function.timeout, what, unit="seconds", path=("Timeout",)
    )


@rule(
    "ESM025",
    "consumer-near-its-timeout",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="Lambda Consumer (Event Source Mapping) (lines 495-507)",
    applies_to=Function,
    needs=(DURATION,),
    remediation=LONGER,
)
def consumer_near_its_timeout(function: Function, graph: Graph) -> Iterator[Match]:
    """A function that reads a queue or a stream takes nearly as long as it may.

    An invocation that times out fails with its whole batch, which is then processed again. Compared
    is the p99 of each hour.

    Fine to accept where the function stops in time by itself.
    """
    edges = graph.incoming(function, EdgeKind.CONSUMES)
    if any(isinstance(edge.via, EventSourceMapping) for edge in edges):
        yield from _near_timeout(function)


@rule(
    "OPS018",
    "target-near-its-timeout",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="EventBridge Issues (lines 1218-1234)",
    applies_to=Function,
    needs=(DURATION,),
    remediation=LONGER,
)
def target_near_its_timeout(function: Function, graph: Graph) -> Iterator[Match]:
    """A function that an EventBridge rule invokes takes nearly as long as it may.

    An invocation that times out is tried twice more, then the event is lost or dead-lettered.
    Compared is the p99 of each hour.

    Fine to accept where the function stops in time by itself.
    """
    edges = graph.incoming(function, EdgeKind.DELIVERS)
    if any(isinstance(edge.via, EventRule) for edge in edges):
        yield from _near_timeout(function)


@rule(
    "OPS016",
    "reserved-concurrency-exhausted",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="EventBridge Issues (lines 1218-1234)",
    applies_to=Function,
    needs=(INVOCATIONS, THROTTLES, CONCURRENT),
    remediation="""
        OrdersFunction:
          Type: AWS::Lambda::Function
          Properties:
            ReservedConcurrentExecutions: 50

        Live: aws lambda put-function-concurrency --function-name NAME
        --reserved-concurrent-executions 50
    """,
)
def reserved_concurrency_exhausted(function: Function, graph: Graph) -> Iterator[Match]:
    """A function that handles messages was throttled, as its reserved concurrency was used up.

    Throttled reads of a queue count as receives, so that good messages reach the dead-letter queue;
    throttled events are tried for six hours, then lost. In few hours only, or not in the last week,
    it is low.

    Fine to accept where the limit protects something and the messages may wait.
    """
    if not any(each_incoming(graph, function, EdgeKind.CONSUMES, EdgeKind.DELIVERS)):
        return
    invocations, throttles = INVOCATIONS.seen(function), THROTTLES.counter(function)
    if not (count := throttles.total):
        return
    if (reserved := function.reserved_concurrency) is not None:
        share = percent(count, count + invocations.total)
        message = f"{function.label} was throttled {brief(count)} times ({share} of all calls)"
        severity, line = mishap(throttles)
        evidence = (f"reserved concurrency {reserved}", invocations.summary("an hour"), line)
        path = ("ReservedConcurrentExecutions",)
        yield Match(function, message, path, evidence, severity=severity)


@rule(
    "OPS024",
    "lagging-reader-not-parallel",
    severity=Severity.MEDIUM,
    category=Category.PERFORMANCE,
    guide="Kinesis Issues (lines 1236-1252)",
    applies_to=Function,
    needs=(LAG,),
    remediation="""
        ClicksMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            ParallelizationFactor: 5

        Order is kept for each partition key.

        Live: aws lambda update-event-source-mapping --uuid UUID --parallelization-factor 5
    """,
)
def lagging_reader_not_parallel(function: Function, graph: Graph) -> Iterator[Match]:
    """A function is mostly more than a minute behind its stream, with one invocation per shard.

    Up to ten can work on a shard at the same time. A batching window delays records on purpose, and
    comes on top of the minute.

    Fine to accept where the function writes to something that bears no more.
    """
    edges = graph.incoming(function, EdgeKind.CONSUMES)
    mappings = [edge.via for edge in edges if isinstance(edge.via, EventSourceMapping)]
    single = [each for each in mappings if each.starting_position and _one_by_one(each)]
    if not single:
        return
    series = LAG.steady(function)
    waited = 1_000 * max(each.batching_window_seconds for each in single)
    if series.percentile(50) > _BEHIND_MILLISECONDS + waited:
        behind = brief(series.percentile(50) / 1_000)
        message = f"{function.label} is {behind} s behind its stream half of the time"
        related = tuple((each, "one invocation per shard") for each in single)
        yield Match(function, message, evidence=(series.summary("milliseconds"),), related=related)


def _one_by_one(mapping: EventSourceMapping) -> bool:
    return mapping.parallelization_factor == 1
